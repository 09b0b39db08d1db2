//! People and companies, and their consent to electronic service.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post, put};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::written;
use crate::actions::{Error, gazetteer as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{ConsentId, PartyId};
use crate::domain::party::{Consent, ConsentScope, Party, PartyFacts, PartyKind};
use crate::http::answer::{Answer, PageOf, change, etag, page, read, read_one};
use crate::http::form::{Id, Part, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::parties;

/// A person or company.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartyView {
    id: PartyId,
    kind: PartyKind,
    name: String,
    /// Proper address for service by post or by hand.
    address: String,
    /// Known e-mail address; knowing it is not consent to be served there.
    email: Option<String>,
    phone: Option<String>,
    company_number: Option<String>,
    created_at: DateTime<Utc>,
}

impl PartyView {
    fn of(party: Party) -> Self {
        Self {
            id: party.id,
            kind: party.kind,
            name: party.name,
            address: party.address,
            email: party.email,
            phone: party.phone,
            company_number: party.company_number,
            created_at: party.created_at,
        }
    }
}

/// What a list of people and companies is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only with this text in name or e-mail address.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    text: Option<String>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List people and companies.
#[utoipa::path(tag = "parties", params(ListQuery), responses((status = 200, body = PageOf<PartyView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/parties")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, _| {
        let query = query.0;
        let listed = parties::list(db, query.text.as_deref(), &page(query.after, query.limit))?;
        Ok(PageOf::of(listed, PartyView::of))
    })
    .await
}

/// Everything that is said of a person or company; on a change, what is left out is gone.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyForm {
    /// Person or company.
    kind: PartyKind,
    /// Name as it is written on letters.
    #[validate(length(min = 1, max = 200), custom(function = "written::one_line"))]
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Proper address for service by post or by hand.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    address: String,
    /// Known e-mail address.
    #[validate(email, custom(function = "written::mailable"))]
    #[schema(format = Email, max_length = 254)]
    email: Option<String>,
    /// Telephone.
    #[validate(length(min = 3, max = 50), custom(function = "written::one_line"))]
    #[schema(min_length = 3, max_length = 50)]
    phone: Option<String>,
    /// Companies House number.
    #[validate(length(min = 1, max = 20), custom(function = "written::one_line"))]
    #[schema(min_length = 1, max_length = 20)]
    company_number: Option<String>,
}

impl PartyForm {
    fn facts(&self) -> PartyFacts {
        let form = self.clone();
        PartyFacts {
            kind: form.kind,
            name: form.name,
            address: form.address,
            email: form.email,
            phone: form.phone,
            company_number: form.company_number,
        }
    }
}

/// Record a person or company.
#[utoipa::path(tag = "parties", request_body = PartyForm, responses((status = 201, body = PartyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/parties")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<PartyForm>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepGazetteer).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let party = actions::add_party(tx, cx, form.body.facts())?;
        let (id, revision) = (party.id, party.revision);
        Ok(Answer::created(format!("/api/v1/parties/{id}"), &PartyView::of(party), revision))
    })
    .await
}

/// Read a person or company.
#[utoipa::path(tag = "parties", params(("id" = PartyId, Path)), responses((status = 200, body = PartyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/parties/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<PartyId>) -> Result<HttpResponse, Problem> {
    read_one(app, caller, Action::ReadCases, move |_, db, _| {
        let party = parties::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = party.revision;
        Ok((PartyView::of(party), revision))
    })
    .await
}

/// Correct the details of a person or company.
#[utoipa::path(tag = "parties", params(("id" = PartyId, Path), ("If-Match" = String, Header)), request_body = PartyForm, responses((status = 200, body = PartyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[put("/parties/{id}")]
pub async fn correct(
    app: Data<App>,
    caller: Caller,
    id: Id<PartyId>,
    expected: IfMatch,
    form: Sent<PartyForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepGazetteer).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let party = actions::correct_party(tx, cx, id.0, expected.0, form.body.facts())?;
        let revision = party.revision;
        Ok(Answer::changed(&PartyView::of(party), revision))
    })
    .await
}

/// A consent to electronic service (s.247).
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    id: ConsentId,
    email: String,
    scope: ConsentScope,
    given_at: DateTime<Utc>,
    how: String,
    withdrawn_at: Option<DateTime<Utc>>,
    /// What a withdrawal sends in the header If-Match.
    etag: String,
}

impl ConsentView {
    pub(super) fn of(consent: Consent) -> Self {
        Self {
            id: consent.id,
            email: consent.email,
            scope: consent.scope,
            given_at: consent.given_at,
            how: consent.how,
            withdrawn_at: consent.withdrawn_at,
            etag: etag(consent.revision),
        }
    }
}

/// List the consents of a person or company, oldest first.
#[utoipa::path(tag = "parties", params(("id" = PartyId, Path)), responses((status = 200, body = PageOf<ConsentView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/parties/{id}/consents")]
pub async fn consents(app: Data<App>, caller: Caller, id: Id<PartyId>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, _| {
        parties::find(db, id.0)?.ok_or(Error::NotFound)?;
        let items = parties::consents_of(db, &[id.0])?.into_iter().map(ConsentView::of).collect();
        Ok(PageOf { items, next: None })
    })
    .await
}

/// A consent that was given.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// The e-mail address given for the purpose.
    #[validate(email, custom(function = "written::mailable"))]
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// How far it goes.
    scope: ConsentScope,
    /// The day on which it was given.
    given_on: NaiveDate,
    /// How it was given, such as "application form, section 9".
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    how: String,
}

/// Record a consent to electronic service.
#[utoipa::path(tag = "parties", params(("id" = PartyId, Path)), request_body = NewConsent, responses((status = 201, body = ConsentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/parties/{id}/consents")]
pub async fn give_consent(
    app: Data<App>,
    caller: Caller,
    id: Id<PartyId>,
    form: Sent<NewConsent>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepGazetteer).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let NewConsent { email, scope, given_on, how } = form.body.clone();
        let consent = actions::give_consent(tx, cx, id.0, email, scope, given_on, how)?;
        let revision = consent.revision;
        Ok(Answer::created(format!("/api/v1/parties/{}/consents", id.0), &ConsentView::of(consent), revision))
    })
    .await
}

/// Withdraw a consent: from now on nothing is served by it.
#[utoipa::path(tag = "parties", params(("id" = PartyId, Path), ("part" = ConsentId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ConsentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/parties/{id}/consents/{part}/withdrawal")]
pub async fn withdraw_consent(
    app: Data<App>,
    caller: Caller,
    id: Id<PartyId>,
    consent: Part<ConsentId>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepGazetteer).await?;
    change(app, caller, String::new(), move |_, tx, cx| {
        let consent = actions::withdraw_consent(tx, cx, id.0, consent.0, expected.0)?;
        let revision = consent.revision;
        Ok(Answer::changed(&ConsentView::of(consent), revision))
    })
    .await
}
