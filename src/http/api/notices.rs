//! Notices under Schedule 5: proposed, sent to everybody concerned, served copy by copy, answered by representations.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::dates::ExplainedDate;
use super::demands::Reason;
use super::service::{CopyFacts, ReturnRecord, ServiceRecord};
use super::written;
use crate::actions::notices::{self as actions, Proposing};
use crate::actions::{Error, FieldFault};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{
    AccountId, ApplicationId, CopyId, LicenceId, NoticeId, PartyId, ProceedingId, PropertyId, RepresentationId,
};
use crate::domain::notice::{Copy, Notice, NoticeKind, NoticeState, Representation, Terms};
use crate::domain::property::Capacity;
use crate::http::answer::{Answer, PageOf, change, page, read_case, read_cases, read_in_case};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::notices;

/// A notice with the copies of its recipients.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    id: NoticeId,
    /// What people call it, such as "NOT/2025/00001".
    reference: String,
    kind: NoticeKind,
    property_id: PropertyId,
    /// The application that it is about, if it is about one.
    application_id: Option<ApplicationId>,
    /// The proceedings on a licence that it is about, if it is about some.
    proceeding_id: Option<ProceedingId>,
    licence_id: Option<LicenceId>,
    state: NoticeState,
    /// Whether it proposes anew what an earlier notice proposed.
    is_modified: bool,
    reasons: String,
    terms: Option<Terms>,
    author_id: Option<AccountId>,
    dated_on: NaiveDate,
    /// The last day for representations that the notice itself states, and why it is that day.
    stated: Option<ExplainedDate>,
    /// By when a decision's notice must be served on everybody, and why it is that day.
    serve_by: Option<ExplainedDate>,
    /// Whether it was; absent while somebody is not served.
    was_served_in_time: Option<bool>,
    issued_at: Option<DateTime<Utc>>,
    /// The day on which the last recipient counts as served.
    served_on: Option<NaiveDate>,
    /// The last day for representations or for an appeal, and why it is that day.
    period: Option<ExplainedDate>,
    /// Why it was withdrawn.
    reason: Option<String>,
    copies: Vec<CopyView>,
    drafted_at: DateTime<Utc>,
}

/// One recipient's copy.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyView {
    #[serde(flatten)]
    copy: CopyFacts,
    /// The day of deemed receipt, and why it is that day.
    deemed: Option<ExplainedDate>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        let was_served_in_time = notice.was_served_in_time();
        let cover = notice.cover;
        Self {
            id: cover.id,
            reference: cover.reference,
            kind: cover.kind,
            property_id: cover.property_id,
            application_id: cover.application_id,
            proceeding_id: cover.proceeding_id,
            licence_id: cover.licence_id,
            state: cover.state,
            is_modified: cover.is_modified,
            reasons: cover.reasons,
            terms: cover.terms,
            author_id: cover.author_id,
            dated_on: cover.dated_on,
            stated: cover.stated.as_ref().map(ExplainedDate::from),
            serve_by: cover.serve_by.as_ref().map(ExplainedDate::from),
            was_served_in_time,
            issued_at: cover.issued_at,
            served_on: cover.served_on,
            period: cover.period.as_ref().map(ExplainedDate::from),
            reason: cover.reason,
            copies: notice.copies.into_iter().map(CopyView::from).collect(),
            drafted_at: cover.drafted_at,
        }
    }
}

impl From<Copy> for CopyView {
    fn from(copy: Copy) -> Self {
        Self { deemed: copy.deemed_basis.as_ref().map(ExplainedDate::from), copy: copy.into() }
    }
}

/// What a list of notices is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Only of this kind.
    kind: Option<NoticeKind>,
    /// Only in this state: those that are issued wait for service on somebody.
    state: Option<NoticeState>,
    /// Only about this application.
    application_id: Option<ApplicationId>,
    /// Only about these proceedings.
    proceeding_id: Option<ProceedingId>,
    /// Only about this home.
    property_id: Option<PropertyId>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List notices: a read of each on the page.
#[utoipa::path(tag = "notices", operation_id = "list_notices", params(NoticeQuery), responses((status = 200, body = PageOf<NoticeView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/notices")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<NoticeQuery>) -> Result<HttpResponse, Problem> {
    read_cases(app, caller, Action::ReadCases, move |_, db, _| {
        let query = query.0;
        let filter = notices::Filter {
            kind: query.kind,
            state: query.state,
            application: query.application_id,
            proceeding: query.proceeding_id,
            property: query.property_id,
        };
        let listed = notices::list(db, &filter, &page(query.after, query.limit))?;
        let shown = listed.rows.iter().map(|notice| notice.cover.id).collect();
        Ok((PageOf::of(listed, NoticeView::from), shown))
    })
    .await
}

/// A new proposal.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    /// The application, for `proposed_grant` and `proposed_refusal`.
    application_id: Option<ApplicationId>,
    /// The proceedings on a licence, for `proposed_variation`, `proposed_revocation` and the proposed refusal of either.
    proceeding_id: Option<ProceedingId>,
    /// What is proposed; the notice of a decision is made with the decision.
    kind: NoticeKind,
    /// The reasons.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reasons: String,
    /// Years of the proposed licence; the scheme's limit if nothing is said.
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100)]
    years: Option<u32>,
    /// Its first day, where one is fixed.
    starts_on: Option<NaiveDate>,
    /// The date on the notice; today if nothing is said, the past for one that went out before.
    #[serde(default, deserialize_with = "written::day_if_any")]
    dated_on: Option<NaiveDate>,
}

/// Write a proposal: everybody with an interest in the home that is on record is to get it.
#[utoipa::path(tag = "notices", operation_id = "write_notice", request_body = NewNotice, responses((status = 201, body = NoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewNotice>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let sent = form.body;
    if sent.kind.is_decision() {
        let advice = "must be a proposal: a decision makes its own notice";
        return Err(Problem::invalid(vec![FieldFault::at("/kind", advice)]));
    }
    change(app, caller, form.digest, move |app, tx, cx| {
        let NewNotice { application_id, proceeding_id, kind, reasons, years, starts_on, dated_on } = sent.clone();
        let notice = match (kind, application_id, proceeding_id) {
            (NoticeKind::ProposedGrant | NoticeKind::ProposedRefusal, Some(application), None) => {
                let grant = kind == NoticeKind::ProposedGrant;
                let proposing = Proposing { application, grant, reasons, years, starts_on, dated_on };
                actions::propose(tx, cx, &app.rules, proposing)?
            }
            (
                NoticeKind::ProposedVariation
                | NoticeKind::ProposedRefusalToVary
                | NoticeKind::ProposedRevocation
                | NoticeKind::ProposedRefusalToRevoke,
                None,
                Some(proceeding),
            ) => actions::propose_change(tx, cx, &app.rules, proceeding, kind, reasons, dated_on)?,
            _ => {
                let advice =
                    "name application_id for a proposed grant or refusal, proceeding_id for a proposal about a licence";
                return Err(FieldFault::at("/kind", advice).into());
            }
        };
        let (id, revision) = (notice.cover.id, notice.cover.revision);
        Ok(Answer::created(format!("/api/v1/notices/{id}"), &NoticeView::from(notice), revision))
    })
    .await
}

/// Read a notice.
#[utoipa::path(tag = "notices", operation_id = "read_notice", params(("id" = NoticeId, Path)), responses((status = 200, body = NoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/notices/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<NoticeId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let notice = notices::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = notice.cover.revision;
        Ok((NoticeView::from(notice), revision))
    })
    .await
}

fn changed(notice: Notice) -> Answer {
    let revision = notice.cover.revision;
    Answer::changed(&NoticeView::from(notice), revision)
}

/// How a notice goes out.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueForm {
    /// Whether this service writes the letters; false where the copies are handed over or went out before.
    letters: bool,
}

/// Issue a notice to all its recipients.
#[utoipa::path(tag = "notices", operation_id = "issue_notice", params(("id" = NoticeId, Path), ("If-Match" = String, Header)), request_body = IssueForm, responses((status = 200, body = NoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices/{id}/issue")]
pub async fn issue(
    app: Data<App>,
    caller: Caller,
    id: Id<NoticeId>,
    expected: IfMatch,
    form: Sent<IssueForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let letters = form.body.letters;
    change(app, caller, form.digest, move |_, tx, cx| Ok(changed(actions::issue(tx, cx, id.0, expected.0, letters)?)))
        .await
}

/// Somebody else who is to get a notice.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecipient {
    /// Who.
    party_id: PartyId,
    /// As what.
    capacity: Capacity,
}

/// Add a recipient, such as a mortgagee who was not known: the consultation runs from the last service, theirs too.
#[utoipa::path(tag = "notices", operation_id = "add_notice_recipient", params(("id" = NoticeId, Path), ("If-Match" = String, Header)), request_body = NewRecipient, responses((status = 200, body = NoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices/{id}/recipients")]
pub async fn add_recipient(
    app: Data<App>,
    caller: Caller,
    id: Id<NoticeId>,
    expected: IfMatch,
    form: Sent<NewRecipient>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let NewRecipient { party_id, capacity } = form.body;
    change(app, caller, form.digest, move |app, tx, cx| {
        Ok(changed(actions::add_recipient(tx, cx, &app.rules, id.0, expected.0, party_id, capacity)?))
    })
    .await
}

/// Record the service of a notice on one recipient.
#[utoipa::path(tag = "notices", operation_id = "serve_notice", params(("id" = NoticeId, Path), ("If-Match" = String, Header)), request_body = ServiceRecord<CopyId>, responses((status = 200, body = NoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices/{id}/service")]
pub async fn serve(
    app: Data<App>,
    caller: Caller,
    id: Id<NoticeId>,
    expected: IfMatch,
    form: Sent<ServiceRecord<CopyId>>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let (copy, service) = (form.body.recipient_id, form.body.service()?);
    change(app, caller, form.digest, move |app, tx, cx| {
        Ok(changed(actions::record_service(tx, cx, &app.rules, id.0, expected.0, copy, service.clone())?))
    })
    .await
}

/// Record that a copy of a notice bounced or was returned: that recipient is not served.
#[utoipa::path(tag = "notices", operation_id = "return_notice", params(("id" = NoticeId, Path), ("If-Match" = String, Header)), request_body = ReturnRecord<CopyId>, responses((status = 200, body = NoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices/{id}/returns")]
pub async fn hand_back(
    app: Data<App>,
    caller: Caller,
    id: Id<NoticeId>,
    expected: IfMatch,
    form: Sent<ReturnRecord<CopyId>>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let ReturnRecord { recipient_id, reason } = form.body;
    change(app, caller, form.digest, move |app, tx, cx| {
        Ok(changed(actions::record_return(tx, cx, &app.rules, id.0, expected.0, recipient_id, &reason)?))
    })
    .await
}

/// Whose copy is sent again.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgainForm {
    /// Whose copy.
    recipient_id: CopyId,
}

/// Send a copy again that came back, to the address that is on record now.
#[utoipa::path(tag = "notices", operation_id = "send_notice_again", params(("id" = NoticeId, Path), ("If-Match" = String, Header)), request_body = AgainForm, responses((status = 200, body = NoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices/{id}/again")]
pub async fn send_again(
    app: Data<App>,
    caller: Caller,
    id: Id<NoticeId>,
    expected: IfMatch,
    form: Sent<AgainForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let copy = form.body.recipient_id;
    change(app, caller, form.digest, move |_, tx, cx| Ok(changed(actions::send_again(tx, cx, id.0, expected.0, copy)?)))
        .await
}

/// Withdraw a proposal.
#[utoipa::path(tag = "notices", operation_id = "withdraw_notice", params(("id" = NoticeId, Path), ("If-Match" = String, Header)), request_body = Reason, responses((status = 200, body = NoticeView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices/{id}/withdrawal")]
pub async fn withdraw(
    app: Data<App>,
    caller: Caller,
    id: Id<NoticeId>,
    expected: IfMatch,
    form: Sent<Reason>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let reason = form.body.reason;
    change(app, caller, form.digest, move |app, tx, cx| {
        Ok(changed(actions::withdraw(tx, cx, &app.rules, id.0, expected.0, &reason)?))
    })
    .await
}

/// What somebody said of a proposal, and what was made of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepresentationView {
    id: RepresentationId,
    notice_id: NoticeId,
    party_id: Option<PartyId>,
    received_on: NaiveDate,
    text: String,
    /// How it was considered, in the officer's words.
    consideration: Option<String>,
    considered_at: Option<DateTime<Utc>>,
    considered_by: Option<AccountId>,
    /// Its entity tag, for the consideration.
    etag: String,
}

impl From<Representation> for RepresentationView {
    fn from(said: Representation) -> Self {
        Self {
            id: said.id,
            notice_id: said.notice_id,
            party_id: said.party_id,
            received_on: said.received_on,
            text: said.text,
            consideration: said.consideration,
            considered_at: said.considered_at,
            considered_by: said.considered_by,
            etag: format!("\"{}\"", said.revision),
        }
    }
}

/// What was said of a proposal.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepresentationList {
    items: Vec<RepresentationView>,
}

/// List the representations about a proposal.
#[utoipa::path(tag = "notices", operation_id = "list_representations", params(("id" = NoticeId, Path)), responses((status = 200, body = RepresentationList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/notices/{id}/representations")]
pub async fn representations(app: Data<App>, caller: Caller, id: Id<NoticeId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        notices::find(db, id.0)?.ok_or(Error::NotFound)?;
        let said = notices::representations_about(db, id.0)?;
        Ok(RepresentationList { items: said.into_iter().map(RepresentationView::from).collect() })
    })
    .await
}

/// What somebody says of a proposal.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRepresentation {
    /// Whose it is, where they are on record.
    party_id: Option<PartyId>,
    /// The day on which it came in; today if nothing is said.
    #[serde(default, deserialize_with = "written::day_if_any")]
    received_on: Option<NaiveDate>,
    /// What it says.
    #[validate(length(min = 1, max = 20000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 20000)]
    text: String,
}

/// Record a representation about a proposal; it is kept however late it comes.
#[utoipa::path(tag = "notices", operation_id = "record_representation", params(("id" = NoticeId, Path)), request_body = NewRepresentation, responses((status = 201, body = RepresentationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/notices/{id}/representations")]
pub async fn represent(
    app: Data<App>,
    caller: Caller,
    id: Id<NoticeId>,
    form: Sent<NewRepresentation>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let NewRepresentation { party_id, received_on, text } = form.body;
    change(app, caller, form.digest, move |_, tx, cx| {
        let on = received_on.unwrap_or(cx.today());
        let said = actions::receive_representation(tx, cx, id.0, party_id, on, text.clone())?;
        let (notice, revision) = (said.notice_id, said.revision);
        let location = format!("/api/v1/notices/{notice}/representations");
        Ok(Answer::created(location, &RepresentationView::from(said), revision))
    })
    .await
}

/// How a representation is considered.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsiderationForm {
    /// In the officer's words.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    consideration: String,
}

/// Consider a representation: the consultation cannot be ended before.
#[utoipa::path(tag = "notices", operation_id = "consider_representation", params(("id" = RepresentationId, Path), ("If-Match" = String, Header)), request_body = ConsiderationForm, responses((status = 200, body = RepresentationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/representations/{id}/consideration")]
pub async fn consider(
    app: Data<App>,
    caller: Caller,
    id: Id<RepresentationId>,
    expected: IfMatch,
    form: Sent<ConsiderationForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkApplications).await?;
    let form = form.read().await?;
    let consideration = form.body.consideration;
    change(app, caller, form.digest, move |_, tx, cx| {
        let said = actions::consider(tx, cx, id.0, expected.0, &consideration)?;
        let revision = said.revision;
        Ok(Answer::changed(&RepresentationView::from(said), revision))
    })
    .await
}
