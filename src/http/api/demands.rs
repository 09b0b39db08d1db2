//! Demands: drafted, issued, served, explained, withdrawn.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answers::ResponseView;
use super::dates::ExplainedDate;
use super::service::{CopyFacts, ReturnRecord, ServiceRecord};
use super::written;
use crate::actions::{Error, demands as actions, gazetteer};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::certificate::{Alarm, ElectricalCode, InspectionResult, Particulars};
use crate::domain::demand::{Copy, Demand, DemandState, Item, ItemState, Response, Standing};
use crate::domain::id::{AccountId, CopyId, DemandId, ItemId, LicenceId, PropertyId};
use crate::domain::property::Capacity;
use crate::domain::scheme::DocumentKind;
use crate::http::answer::{Answer, PageOf, change, page, read_case, read_cases, read_in_case};
use crate::http::form::{Id, Part, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{demands, documents};

/// A demand with its items and recipients.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemandView {
    id: DemandId,
    reference: String,
    licence_id: LicenceId,
    property_id: PropertyId,
    area: Option<String>,
    officer_id: Option<AccountId>,
    state: DemandState,
    legal_basis: String,
    drafted_at: DateTime<Utc>,
    issued_at: Option<DateTime<Utc>>,
    served_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    reason: Option<String>,
    items: Vec<ItemView>,
    recipients: Vec<RecipientView>,
}

/// One thing asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView {
    id: ItemId,
    condition: String,
    title: String,
    response_days: i32,
    state: ItemState,
    /// How it stands today; counted, never stored.
    standing: Standing,
    due_on: Option<NaiveDate>,
    actionable_from: Option<NaiveDate>,
    waiting_until: Option<NaiveDate>,
    answered_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    breach_proposed: bool,
}

/// One addressee.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientView {
    #[serde(flatten)]
    copy: CopyFacts,
    deemed_on: Option<NaiveDate>,
}

impl DemandView {
    fn of(demand: Demand, today: NaiveDate) -> Self {
        let cover = demand.cover;
        Self {
            id: cover.id,
            reference: cover.reference,
            licence_id: cover.licence_id,
            property_id: cover.property_id,
            area: cover.area_code,
            officer_id: cover.officer_id,
            state: cover.state,
            legal_basis: cover.legal_basis,
            drafted_at: cover.drafted_at,
            issued_at: cover.issued_at,
            served_on: cover.served_on,
            due_on: cover.due_on,
            closed_on: cover.closed_on,
            reason: cover.reason,
            items: demand.items.into_iter().map(|item| ItemView::of(item, today)).collect(),
            recipients: demand.recipients.into_iter().map(RecipientView::from).collect(),
        }
    }
}

impl ItemView {
    fn of(item: Item, today: NaiveDate) -> Self {
        Self {
            id: item.id,
            standing: item.standing(today),
            condition: item.condition,
            title: item.title,
            response_days: item.response_days,
            state: item.state,
            due_on: item.due_on,
            actionable_from: item.actionable_from,
            waiting_until: item.waiting_until,
            answered_on: item.answered_on,
            closed_on: item.closed_on,
            breach_proposed: item.breach_proposed,
        }
    }
}

impl From<Copy> for RecipientView {
    fn from(copy: Copy) -> Self {
        Self { deemed_on: copy.deemed_on, copy: copy.into() }
    }
}

/// What a list of demands is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// An area in any of its names.
    area: Option<String>,
    /// Only in this state.
    state: Option<DemandState>,
    /// Only of this officer.
    officer_id: Option<AccountId>,
    /// Only under this licence.
    licence_id: Option<LicenceId>,
    /// Only about this home.
    property_id: Option<PropertyId>,
    /// Only with something open due on or after this day.
    due_from: Option<NaiveDate>,
    /// Only with something open due on or before this day.
    due_to: Option<NaiveDate>,
    /// Only with this text in reference, address or postcode.
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

/// List demands: a read of each on the page.
#[utoipa::path(tag = "demands", params(ListQuery), responses((status = 200, body = PageOf<DemandView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/demands")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    read_cases(app, caller, Action::ReadOwnCases, move |app, db, cx| {
        let query = query.0;
        let area = query.area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = demands::Filter {
            area,
            state: query.state,
            officer: query.officer_id,
            licence: query.licence_id,
            property: query.property_id,
            due_from: query.due_from,
            due_to: query.due_to,
            text: query.text,
        };
        let listed = demands::list(db, cx.actor.sight(), &filter, &page(query.after, query.limit))?;
        let (today, shown) = (cx.today(), listed.rows.iter().map(|demand| demand.cover.id).collect());
        Ok((PageOf::of(listed, |demand| DemandView::of(demand, today)), shown))
    })
    .await
}

/// A new demand.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDemand {
    /// The licence whose conditions it rests on.
    licence_id: LicenceId,
    /// Which of the licence's homes; its address of record if nothing is said.
    property_id: Option<PropertyId>,
    /// Numbers of the conditions, such as "9.6".
    #[validate(length(min = 1, max = 20))]
    #[schema(min_items = 1, max_items = 20)]
    conditions: Vec<String>,
}

/// Draft a demand.
#[utoipa::path(tag = "demands", request_body = NewDemand, responses((status = 201, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewDemand>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkDemands).await?;
    let form = form.read().await?;
    let NewDemand { licence_id: licence, property_id: home, conditions } = form.body;
    change(app, caller, form.digest, move |app, tx, cx| {
        let asked = actions::Asked { licence, home, conditions: conditions.clone() };
        let demand = actions::draft(tx, cx, &app.rules, asked)?;
        let (id, revision) = (demand.cover.id, demand.cover.revision);
        Ok(Answer::created(format!("/api/v1/demands/{id}"), &DemandView::of(demand, cx.today()), revision))
    })
    .await
}

/// Read a demand.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path)), responses((status = 200, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/demands/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<DemandId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadOwnCases, id.0, move |_, db, cx| {
        let demand = demands::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        let revision = demand.cover.revision;
        Ok((DemandView::of(demand, cx.today()), revision))
    })
    .await
}

/// Every date of a demand with the reason why it is that day, and what came in.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplanationView {
    reference: String,
    service: Vec<ServiceExplanation>,
    items: Vec<ItemExplanation>,
}

/// When one recipient received it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceExplanation {
    recipient_id: CopyId,
    capacity: Capacity,
    deemed: Option<ExplainedDate>,
}

/// When one item is due, and what came in for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemExplanation {
    item_id: ItemId,
    condition: String,
    due: Option<ExplainedDate>,
    responses: Vec<ResponseView>,
}

/// Explain the dates of a demand.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path)), responses((status = 200, body = ExplanationView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/demands/{id}/explanation")]
pub async fn explain(app: Data<App>, caller: Caller, id: Id<DemandId>) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadOwnCases, id.0, move |_, db, cx| {
        let demand = demands::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        let responses = demands::responses_to(db, id.0)?;
        let brought = documents::of_responses(db, &responses.iter().map(|one| one.id).collect::<Vec<_>>())?;
        let view = |one: &Response| ResponseView::of(one, brought.get(&one.id).map(Vec::as_slice).unwrap_or_default());
        let service = demand.recipients.iter().map(|copy| ServiceExplanation {
            recipient_id: copy.id,
            capacity: copy.capacity,
            deemed: copy.deemed_basis.as_ref().map(ExplainedDate::from),
        });
        let items = demand.items.iter().map(|item| ItemExplanation {
            item_id: item.id,
            condition: item.condition.clone(),
            due: item.due_basis.as_ref().map(ExplainedDate::from),
            responses: responses.iter().filter(|one| one.item_id == item.id).map(&view).collect(),
        });
        Ok(ExplanationView {
            reference: demand.cover.reference.clone(),
            service: service.collect(),
            items: items.collect(),
        })
    })
    .await
}

/// Issue a demand: a letter to each recipient is queued.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path), ("If-Match" = String, Header)), responses((status = 200, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands/{id}/issue")]
pub async fn issue(
    app: Data<App>,
    caller: Caller,
    id: Id<DemandId>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkDemands).await?;
    change(app, caller, String::new(), move |_, tx, cx| {
        Ok(changed(actions::issue(tx, cx, id.0, expected.0)?, cx.today()))
    })
    .await
}

/// A demand after something about it has changed.
pub(super) fn changed(demand: Demand, today: NaiveDate) -> Answer {
    let revision = demand.cover.revision;
    Answer::changed(&DemandView::of(demand, today), revision)
}

/// Record the service of a demand on one recipient.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path), ("If-Match" = String, Header)), request_body = ServiceRecord<CopyId>, responses((status = 200, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands/{id}/service")]
pub async fn serve(
    app: Data<App>,
    caller: Caller,
    id: Id<DemandId>,
    expected: IfMatch,
    form: Sent<ServiceRecord<CopyId>>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkDemands).await?;
    let form = form.read().await?;
    let (copy, service) = (form.body.recipient_id, form.body.service()?);
    change(app, caller, form.digest, move |app, tx, cx| {
        let demand = actions::record_service(tx, cx, &app.rules, id.0, expected.0, copy, service.clone())?;
        Ok(changed(demand, cx.today()))
    })
    .await
}

/// Record that a copy bounced or was returned: it is not served.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path), ("If-Match" = String, Header)), request_body = ReturnRecord<CopyId>, responses((status = 200, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands/{id}/returns")]
pub async fn hand_back(
    app: Data<App>,
    caller: Caller,
    id: Id<DemandId>,
    expected: IfMatch,
    form: Sent<ReturnRecord<CopyId>>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkDemands).await?;
    let form = form.read().await?;
    let record = form.body;
    change(app, caller, form.digest, move |_, tx, cx| {
        let demand = actions::record_return(tx, cx, id.0, expected.0, record.recipient_id, &record.reason)?;
        Ok(changed(demand, cx.today()))
    })
    .await
}

/// A reason, in words.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Withdraw a demand.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path), ("If-Match" = String, Header)), request_body = Reason, responses((status = 200, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands/{id}/withdrawal")]
pub async fn withdraw(
    app: Data<App>,
    caller: Caller,
    id: Id<DemandId>,
    expected: IfMatch,
    form: Sent<Reason>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WithdrawDemands).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        Ok(changed(actions::withdraw(tx, cx, id.0, expected.0, &form.body.reason)?, cx.today()))
    })
    .await
}

/// What a certificate, report or declaration says.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordForm {
    /// What kind of record.
    pub kind: DocumentKind,
    /// Day of the check, test, inspection or signature.
    pub checked_on: NaiveDate,
    /// Gas: the deadline of the record before, where this check was made in its last two months.
    pub previous_deadline_on: Option<NaiveDate>,
    /// Electrical: the next date that the report sets.
    pub next_due_on: Option<NaiveDate>,
    /// The result.
    pub result: Option<InspectionResult>,
    /// Electrical codes found.
    #[serde(default)]
    #[validate(length(max = 4))]
    #[schema(max_items = 4)]
    pub codes: Vec<ElectricalCode>,
    /// Electrical: the day by which the report wants its work done, where that is sooner than 28 days.
    pub remedy_by: Option<NaiveDate>,
    /// The address that the paper names, as it is written there.
    #[validate(length(min = 1, max = 500), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 500)]
    pub address: Option<String>,
    /// The engineer's registration, such as a Gas Safe number.
    #[validate(length(min = 1, max = 100), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 100)]
    pub registration: Option<String>,
    /// Who signed or inspected.
    #[validate(length(min = 1, max = 200), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 200)]
    pub signed_by: Option<String>,
    /// Alarms, for an alarm declaration.
    #[serde(default)]
    #[validate(length(max = 100), nested, custom(function = "written::positions"))]
    #[schema(max_items = 100)]
    pub alarms: Vec<Alarm>,
    /// Issues found and action taken, or remarks.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    pub remarks: Option<String>,
}

impl RecordForm {
    /// Kind and particulars.
    #[must_use]
    pub fn particulars(&self) -> (DocumentKind, Particulars) {
        let form = self.clone();
        let particulars = Particulars {
            checked_on: form.checked_on,
            previous_deadline_on: form.previous_deadline_on,
            next_due_on: form.next_due_on,
            result: form.result,
            codes: form.codes,
            remedy_by: form.remedy_by,
            address: form.address,
            registration: form.registration,
            signed_by: form.signed_by,
            alarms: form.alarms,
            remarks: form.remarks,
        };
        (form.kind, particulars)
    }
}

/// More time for an item.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Forbearance {
    /// Until when the council waits; the due date stays.
    until: NaiveDate,
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Give more time for an item without moving its due date.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path), ("part" = ItemId, Path), ("If-Match" = String, Header)), request_body = Forbearance, responses((status = 200, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands/{id}/items/{part}/forbearance")]
pub async fn give_time(
    app: Data<App>,
    caller: Caller,
    id: Id<DemandId>,
    item: Part<ItemId>,
    expected: IfMatch,
    form: Sent<Forbearance>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkDemands).await?;
    let form = form.read().await?;
    let sent = form.body;
    change(app, caller, form.digest, move |_, tx, cx| {
        let demand = actions::give_time(tx, cx, id.0, expected.0, item.0, sent.until, &sent.reason)?;
        Ok(changed(demand, cx.today()))
    })
    .await
}

/// Close an item without further action.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path), ("part" = ItemId, Path), ("If-Match" = String, Header)), request_body = Reason, responses((status = 200, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands/{id}/items/{part}/closure")]
pub async fn close_item(
    app: Data<App>,
    caller: Caller,
    id: Id<DemandId>,
    item: Part<ItemId>,
    expected: IfMatch,
    form: Sent<Reason>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::DecideBreaches).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        Ok(changed(actions::close_item(tx, cx, id.0, expected.0, item.0, &form.body.reason)?, cx.today()))
    })
    .await
}
