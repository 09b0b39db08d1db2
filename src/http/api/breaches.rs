//! Breaches: proposed by the calendar, confirmed or dismissed by an officer.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::dates::ExplainedDate;
use super::demands::Reason;
use super::reminders::ReminderView;
use super::written;
use crate::actions::{Error, breaches as actions, gazetteer};
use crate::app::App;
use crate::bundle;
use crate::domain::actor::Action;
use crate::domain::breach::{Breach, BreachState};
use crate::domain::demand::{Demand, ServiceState};
use crate::domain::id::{
    AccountId, BreachId, CheckId, CopyId, DemandId, ItemId, LetterId, LicenceId, ObligationId, PartyId, PropertyId,
};
use crate::domain::property::Capacity;
use crate::http::answer::{Answer, PageOf, change, page, read, read_case};
use crate::http::download;
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch, blocking};
use crate::storage::{Conn, breaches, demands, reminders};

/// A breach as a list shows it: without why it was decided so.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreachLine {
    id: BreachId,
    reference: String,
    licence_id: LicenceId,
    property_id: PropertyId,
    area: Option<String>,
    condition: Option<String>,
    item_id: Option<ItemId>,
    obligation_id: Option<ObligationId>,
    due_on: NaiveDate,
    state: BreachState,
    proposed_on: NaiveDate,
    /// The run of the nightly check that proposed it.
    check_id: CheckId,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<AccountId>,
    /// The last day for a notice of intent, counted from the earliest arguable day, and why it is that day.
    limitation: ExplainedDate,
}

impl From<Breach> for BreachLine {
    fn from(breach: Breach) -> Self {
        Self {
            id: breach.id,
            reference: breach.reference,
            licence_id: breach.licence_id,
            property_id: breach.property_id,
            area: breach.area_code,
            condition: breach.condition,
            item_id: breach.item_id,
            obligation_id: breach.obligation_id,
            due_on: breach.due_on,
            state: breach.state,
            proposed_on: breach.proposed_on,
            check_id: breach.check_id,
            decided_at: breach.decided_at,
            decided_by: breach.decided_by,
            limitation: ExplainedDate::from(&breach.limitation_basis),
        }
    }
}

/// A breach with its decision and what it rests on: the demand, its service, the reminders.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreachFile {
    #[serde(flatten)]
    breach: BreachLine,
    /// Why it was decided so.
    reason: Option<String>,
    /// What the officer relied on.
    evidence: Option<String>,
    /// The demand whose item was not answered; absent for an obligation.
    demand: Option<DemandBehind>,
    /// The reminders that went before, in order.
    reminders: Vec<ReminderView>,
}

/// The demand behind a breach.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemandBehind {
    demand_id: DemandId,
    reference: String,
    served_on: Option<NaiveDate>,
    /// How the item's due date was counted.
    due: Option<ExplainedDate>,
    service: Vec<ServiceBehind>,
}

/// The service of one copy.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceBehind {
    recipient_id: CopyId,
    party_id: PartyId,
    capacity: Capacity,
    state: ServiceState,
    letter_id: Option<LetterId>,
    deemed: Option<ExplainedDate>,
}

impl DemandBehind {
    fn of(demand: &Demand, item: ItemId) -> Self {
        let asked = demand.items.iter().find(|asked| asked.id == item);
        let service = demand.recipients.iter().map(|copy| ServiceBehind {
            recipient_id: copy.id,
            party_id: copy.party_id,
            capacity: copy.capacity,
            state: copy.state,
            letter_id: copy.letter_id,
            deemed: copy.deemed_basis.as_ref().map(ExplainedDate::from),
        });
        Self {
            demand_id: demand.cover.id,
            reference: demand.cover.reference.clone(),
            served_on: demand.cover.served_on,
            due: asked.and_then(|item| item.due_basis.as_ref()).map(ExplainedDate::from),
            service: service.collect(),
        }
    }
}

fn file(db: &mut Conn, mut breach: Breach) -> Result<BreachFile, Error> {
    let demand = match breach.item_id {
        Some(item) => demands::of_item(db, item)?.map(|demand| DemandBehind::of(&demand, item)),
        None => None,
    };
    let subject = breach.item_id.map(|id| id.0).or(breach.obligation_id.map(|id| id.0));
    let mut went_before = subject.map(|subject| reminders::about(db, subject)).transpose()?.unwrap_or_default();
    went_before.retain(|reminder| reminder.due_on == breach.due_on);
    let reminders = went_before.into_iter().map(ReminderView::from).collect();
    let (reason, evidence) = (breach.reason.take(), breach.evidence.take());
    Ok(BreachFile { breach: breach.into(), reason, evidence, demand, reminders })
}

/// What a list of breaches is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BreachQuery {
    /// An area in any of its names.
    area: Option<String>,
    /// Only in this state.
    state: Option<BreachState>,
    /// Only of this home.
    property_id: Option<PropertyId>,
    /// Only under this licence.
    licence_id: Option<LicenceId>,
    /// Only those that this run of the nightly check proposed.
    check_id: Option<CheckId>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List breaches, without why they were decided so.
#[utoipa::path(tag = "breaches", operation_id = "list_breaches", params(BreachQuery), responses((status = 200, body = PageOf<BreachLine>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/breaches")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<BreachQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |app, db, _| {
        let query = query.0;
        let area = query.area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = breaches::Filter {
            area,
            state: query.state,
            property: query.property_id,
            licence: query.licence_id,
            check: query.check_id,
        };
        let listed = breaches::list(db, &filter, &page(query.after, query.limit))?;
        Ok(PageOf::of(listed, BreachLine::from))
    })
    .await
}

/// Read a breach with what it rests on.
#[utoipa::path(tag = "breaches", operation_id = "show_breach", params(("id" = BreachId, Path)), responses((status = 200, body = BreachFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/breaches/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<BreachId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let breach = breaches::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = breach.revision;
        Ok((file(db, breach)?, revision))
    })
    .await
}

/// Take the proof file of a breach: one ZIP with a report, the originals, the mail as sent, the events and the proof that nothing
/// of it was changed. Each one that is taken is an event of the case. The headers name the SHA-256 of its list of files and of
/// the anchor that proves it.
#[utoipa::path(tag = "breaches", operation_id = "take_breach_bundle", params(("id" = BreachId, Path)), responses((status = 200, content_type = "application/zip", body = String), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/breaches/{id}/bundle")]
pub async fn take_bundle(app: Data<App>, caller: Caller, id: Id<BreachId>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::DecideBreaches).await?;
    let maker = app.clone();
    let made = blocking(move || Ok(bundle::make(&maker, &caller.cx, id.0).map_err(Error::from)?)).await?;
    let proofs = [("Bundle-Manifest-SHA256", made.manifest_sha256), ("Bundle-Anchor-SHA256", made.anchor.1)];
    download::zip(&app, &made.name, made.file, &proofs).await
}

/// An officer's decision that there is a breach.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// Why.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
    /// What the officer relies on.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    evidence: Option<String>,
}

/// Confirm a breach. The service itself never does.
#[utoipa::path(tag = "breaches", operation_id = "confirm_breach", params(("id" = BreachId, Path), ("If-Match" = String, Header)), request_body = Confirmation, responses((status = 200, body = BreachFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/breaches/{id}/confirmation")]
pub async fn confirm(
    app: Data<App>,
    caller: Caller,
    id: Id<BreachId>,
    expected: IfMatch,
    form: Sent<Confirmation>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::DecideBreaches).await?;
    let form = form.read().await?;
    let sent = form.body;
    change(app, caller, form.digest, move |_, tx, cx| {
        let breach = actions::confirm(tx, cx, id.0, expected.0, &sent.reason, sent.evidence.clone())?;
        let revision = breach.revision;
        Ok(Answer::changed(&file(tx, breach)?, revision))
    })
    .await
}

/// Dismiss a breach that the calendar proposed.
#[utoipa::path(tag = "breaches", operation_id = "dismiss_breach", params(("id" = BreachId, Path), ("If-Match" = String, Header)), request_body = Reason, responses((status = 200, body = BreachFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/breaches/{id}/dismissal")]
pub async fn dismiss(
    app: Data<App>,
    caller: Caller,
    id: Id<BreachId>,
    expected: IfMatch,
    form: Sent<Reason>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::DecideBreaches).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let breach = actions::dismiss(tx, cx, id.0, expected.0, &form.body.reason)?;
        let revision = breach.revision;
        Ok(Answer::changed(&file(tx, breach)?, revision))
    })
    .await
}
