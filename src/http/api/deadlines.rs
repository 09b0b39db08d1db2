//! What falls due, and what date something would be due if it were served so.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{Days, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::dates::ExplainedDate;
use crate::actions::{Error, FieldFault, Rules, gazetteer, service_policy};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::{
    BankHolidays, Consent, Counted, Dispatch, Method, Occasion, Trigger, actionable_from, deemed_receipt,
};
use crate::domain::demand::{Refusal, Standing};
use crate::domain::id::{DemandId, ItemId, Key, ObligationId, PropertyId};
use crate::domain::scheme::ObligationKind;
use crate::http::answer::{PageOf, read};
use crate::http::form::{Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::reports::{self, Deadline};

/// The longest range of a list of deadlines, in days.
const LONGEST_RANGE: i64 = 366;
/// The range if no end is given, in days.
const USUAL_RANGE: Days = Days::new(28);
/// Entries on a page if nothing is said.
const USUAL_PAGE: u32 = 50;

/// Something open that falls due.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadlineView {
    /// The last day on which an answer is in time.
    due_on: NaiveDate,
    /// The first working day on which an officer acts on it; policy, not law.
    actionable_from: NaiveDate,
    /// How it stands today; counted, never stored.
    standing: Standing,
    item_id: Option<ItemId>,
    demand_id: Option<DemandId>,
    obligation_id: Option<ObligationId>,
    obligation: Option<ObligationKind>,
    property_id: PropertyId,
    address: String,
    area: Option<String>,
    condition: Option<String>,
    title: String,
}

impl DeadlineView {
    fn of(deadline: Deadline, today: NaiveDate, holidays: &BankHolidays) -> Result<Self, Error> {
        let due_on = deadline.due_on;
        let answered_in_time = deadline.answered_on.is_some_and(|answered| answered <= due_on);
        let standing = match () {
            () if answered_in_time => Standing::UnderReview,
            () if today > due_on => Standing::Overdue,
            () => Standing::Due,
        };
        Ok(Self {
            due_on,
            actionable_from: actionable_from(due_on, holidays)?.on(),
            standing,
            item_id: deadline.item_id,
            demand_id: deadline.demand_id,
            obligation_id: deadline.obligation_id,
            obligation: deadline.obligation,
            property_id: deadline.property_id,
            address: deadline.address,
            area: deadline.area_code,
            condition: deadline.condition,
            title: deadline.obligation.map_or(deadline.title, |kind| kind.title().to_owned()),
        })
    }
}

/// Which deadlines are wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadlineQuery {
    /// First day; today if nothing is said.
    from: Option<NaiveDate>,
    /// Last day, at most 366 days after the first; 28 days after it if nothing is said.
    to: Option<NaiveDate>,
    /// An area in any of its names.
    area: Option<String>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

fn range(query: &DeadlineQuery, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Error> {
    let from = query.from.unwrap_or(today);
    let to = query.to.or_else(|| from.checked_add_days(USUAL_RANGE)).unwrap_or(from);
    if to < from {
        return Err(FieldFault::at("?to", format!("lies before {from}, the first day: swap them")).into());
    }
    if (to - from).num_days() > LONGEST_RANGE {
        return Err(FieldFault::at("?to", format!("must lie at most {LONGEST_RANGE} days after {from}")).into());
    }
    Ok((from, to))
}

fn place(after: &str) -> Result<(NaiveDate, String), Error> {
    let read = after.split_once('_').and_then(|(day, id)| Some((day.parse().ok()?, Key::read(id)?)));
    let (day, id) = read.ok_or_else(|| FieldFault::at("?after", "must be `next` of the page before, as it was"))?;
    Ok((day, id.as_str().to_owned()))
}

/// List what is open and falls due, earliest first.
#[utoipa::path(tag = "deadlines", operation_id = "list_deadlines", params(DeadlineQuery), responses((status = 200, body = PageOf<DeadlineView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/deadlines")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<DeadlineQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |app, db, cx| {
        let (query, today) = (query.0, cx.today());
        let (from, to) = range(&query, today)?;
        let area = query.area.as_deref().map(|area| gazetteer::area_code(&app.rules, area, "?area")).transpose()?;
        let after = query.after.as_deref().map(place).transpose()?;
        let limit = query.limit.unwrap_or(USUAL_PAGE);
        let mut found = reports::deadlines(db, from, to, area.as_deref(), after.as_ref(), i64::from(limit) + 1)?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| format!("{}_{}", last.due_on, last.key()));
        let views = found.into_iter().map(|deadline| DeadlineView::of(deadline, today, &app.rules.holidays));
        Ok(PageOf { items: views.collect::<Result<_, _>>()?, next })
    })
    .await
}

/// A service or receipt, and the days that run from it.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewForm {
    /// How it would be served; or else give `received_on`.
    served: Option<ServedForm>,
    /// The day on which it was received, where that is known; or else give `served`.
    received_on: Option<NaiveDate>,
    /// Days allowed; or else give `condition`.
    #[validate(range(min = 1, max = 366))]
    #[schema(minimum = 1, maximum = 366)]
    days: Option<u32>,
    /// Number of the condition whose days run, such as "9.6"; or else give `days`.
    #[validate(length(min = 1, max = 20))]
    #[schema(min_length = 1, max_length = 20)]
    condition: Option<String>,
}

/// How something would be served.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServedForm {
    /// How.
    method: Method,
    /// When, on a London clock: "2025-01-22T14:30:00". Of post only the day counts.
    #[schema(value_type = String, example = "2025-01-22T14:30:00")]
    dispatched_at: NaiveDateTime,
    /// Whether the person has agreed to electronic service; of no weight for paper.
    #[serde(default)]
    consent: bool,
}

/// What date it would be, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// The day of receipt that the days run from.
    received_on: NaiveDate,
    /// Why it counts as received on that day; absent where the day was given.
    deemed: Option<ExplainedDate>,
    days: u32,
    condition: Option<String>,
    /// The strict due date.
    due: ExplainedDate,
    /// The first working day after it, on which an officer acts; policy, not law.
    actionable_from: ExplainedDate,
}

fn preview_of(rules: &Rules, form: PreviewForm) -> Result<PreviewView, Error> {
    let days = days(rules, &form)?;
    let (received_on, deemed) = match (&form.served, form.received_on) {
        (Some(served), None) => {
            let deemed = deemed(rules, served)?;
            (deemed.on(), Some(deemed))
        }
        (None, Some(day)) => (day, None),
        _ => return Err(FieldFault::at("/served", "give either served or received_on").into()),
    };
    let due = Counted::within_days(days, Trigger::new(received_on, Occasion::Receipt))?;
    let acted_on = actionable_from(due.on(), &rules.holidays)?;
    Ok(PreviewView {
        received_on,
        deemed: deemed.as_ref().map(ExplainedDate::from),
        days,
        condition: form.condition,
        due: ExplainedDate::from(&due),
        actionable_from: ExplainedDate::from(&acted_on),
    })
}

fn days(rules: &Rules, form: &PreviewForm) -> Result<u32, Error> {
    let fault = |detail: &str| Error::from(FieldFault::at("/condition", detail));
    match (form.days, &form.condition) {
        (Some(days), None) => Ok(days),
        (None, Some(number)) => {
            let scheme = rules.current()?;
            let condition = scheme.condition(number).ok_or_else(|| fault("not a condition of the scheme"))?;
            let on_demand = condition.response_days.filter(|_| condition.is_on_demand());
            on_demand.ok_or_else(|| fault("nothing can be demanded under this condition: give days instead"))
        }
        _ => Err(FieldFault::at("/days", "give either days or condition").into()),
    }
}

fn deemed(rules: &Rules, served: &ServedForm) -> Result<Counted, Error> {
    let consent = if served.consent { Consent::Covers } else { Consent::Absent };
    let dispatch = Dispatch { method: served.method, at: served.dispatched_at, consent };
    let counted = deemed_receipt(dispatch, service_policy(rules.current()?), &rules.holidays);
    counted.map_err(|refused| Refusal::Service(refused.into()).into())
}

/// Say what date something would be due, and why. Nothing is stored.
#[utoipa::path(tag = "deadlines", operation_id = "preview_deadline", request_body = PreviewForm, responses((status = 200, body = PreviewView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/deadlines/preview")]
pub async fn preview(app: Data<App>, caller: Caller, form: Sent<PreviewForm>) -> Result<HttpResponse, Problem> {
    caller.enter(&app, Action::ReadScheme).await?;
    let form = form.read().await?;
    Ok(HttpResponse::Ok().json(preview_of(&app.rules, form.body)?))
}
