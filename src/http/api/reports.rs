//! The committee's figures as at a date: each with its definition, adding up by area and in all.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::actions::{Error, FieldFault};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::Tally;
use crate::domain::calendar::london;
use crate::domain::context::Context;
use crate::domain::scheme::Scheme;
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::{Caller, blocking};
use crate::storage::Conn;
use crate::storage::reports::{self, AreaFigures, ConditionFigures};

/// What must hold in every row, and between the rows.
const IDENTITY: &str = "received = in_progress + granted + refused + withdrawn + rejected + not_required, in every row; \
                        and the areas with unallocated add up to the totals, which are counted on their own";

/// What each figure counts.
const DEFINITIONS: &[(&str, &str)] = &[
    ("received", "Applications submitted on or before the date, each counted once; drafts are not counted."),
    (
        "from_enquiries",
        "Of those received, the ones that came of an enquiry into a home without a licence; not part of the sum.",
    ),
    ("in_progress", "Of those received, the ones that had not ended by the date."),
    ("granted", "Of those received, the ones that ended by the date with the grant of a licence."),
    ("refused", "Of those received, the ones that ended by the date with a refusal."),
    ("withdrawn", "Of those received, the ones that the applicant withdrew by the date."),
    ("rejected", "Of those received, the ones that were rejected as invalid by the date."),
    ("not_required", "Of those received, the ones closed by the date because the home needs no selective licence."),
    ("duly_made", "Applications found complete on or before the date, whatever became of them; not part of the sum."),
    ("licences_granted", "Licences granted on or before the date, whatever became of them."),
    ("licences_in_force", "Licences that had started, had not run out and had not been ended on the date."),
    ("demands_served", "Demands whose holder is taken to have received them on or before the date."),
    ("breaches_proposed", "Breaches that the calendar proposed on or before the date, whatever was decided."),
    ("breaches_confirmed", "Of those proposed, the ones that an officer confirmed by the end of the date."),
    ("breaches_dismissed", "Of those proposed, the ones that an officer dismissed by the end of the date."),
    (
        "fees_charged_pence",
        "Parts of fees that fell due on or before the date, in pence; what was reversed by the date counts for nothing.",
    ),
    ("fees_discounted_pence", "Discounts allowed by the date, in pence, also those that wait for their charge."),
    ("fees_paid_pence", "Payments dated on or before the date, in pence."),
    ("fees_refunded_pence", "Of those payments, what was given back by the date, in pence."),
    ("conditions.asked", "Items under the condition whose demand was served on or before the date."),
    ("conditions.in_time", "Of those asked, the ones closed by the date with an accepted answer that came in time."),
    ("conditions.late", "Of those asked, the ones closed by the date with an accepted answer that came late."),
    ("conditions.missed", "Of those asked, the ones open at the date, past their due date, with nothing in time."),
    (
        "conditions.otherwise_closed",
        "Of those asked, the ones closed by the date as not applicable, withdrawn or without action.",
    ),
    ("conditions.running", "Of those asked, the rest: not yet due, or answered in time and waiting for an officer."),
];

/// The committee's figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartnershipReport {
    scheme: SchemeFacts,
    /// Every figure counts what was so at the end of this day in London.
    as_at: NaiveDate,
    made_at: DateTime<Utc>,
    /// Every area of the scheme, with zeros where there is nothing.
    areas: Vec<AreaRow>,
    /// What lies in no known area; shown even when it is nothing.
    unallocated: Figures,
    totals: Figures,
    /// What must add up.
    identity: String,
    /// Whether it does.
    reconciles: bool,
    conditions: Vec<ConditionRow>,
    /// What each figure counts, by its name.
    definitions: BTreeMap<String, String>,
}

/// The scheme that the figures are about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeFacts {
    code: String,
    version: u32,
    council: String,
    approved_on: NaiveDate,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    in_force: bool,
}

/// The figures of one area.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaRow {
    area: String,
    name: String,
    #[serde(flatten)]
    figures: Figures,
}

/// One row of figures; `definitions` says what each counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    received: i64,
    from_enquiries: i64,
    in_progress: i64,
    granted: i64,
    refused: i64,
    withdrawn: i64,
    rejected: i64,
    not_required: i64,
    duly_made: i64,
    licences_granted: i64,
    licences_in_force: i64,
    demands_served: i64,
    breaches_proposed: i64,
    breaches_confirmed: i64,
    breaches_dismissed: i64,
    fees_charged_pence: i64,
    fees_discounted_pence: i64,
    fees_paid_pence: i64,
    fees_refunded_pence: i64,
}

impl Figures {
    fn of(figures: &AreaFigures) -> Self {
        let tally = |tally: Tally| figures.applications.get(&tally).copied().unwrap_or_default();
        Self {
            received: figures.received,
            from_enquiries: figures.from_enquiries,
            in_progress: tally(Tally::InProgress),
            granted: tally(Tally::Granted),
            refused: tally(Tally::Refused),
            withdrawn: tally(Tally::Withdrawn),
            rejected: tally(Tally::Rejected),
            not_required: tally(Tally::NotRequired),
            duly_made: figures.duly_made,
            licences_granted: figures.licences_granted,
            licences_in_force: figures.licences_in_force,
            demands_served: figures.demands_served,
            breaches_proposed: figures.breaches_proposed,
            breaches_confirmed: figures.breaches_confirmed,
            breaches_dismissed: figures.breaches_dismissed,
            fees_charged_pence: figures.fees.charged,
            fees_discounted_pence: figures.fees.discounted,
            fees_paid_pence: figures.fees.paid,
            fees_refunded_pence: figures.fees.refunded,
        }
    }

    fn and(self, other: &Self) -> Self {
        Self {
            received: self.received + other.received,
            from_enquiries: self.from_enquiries + other.from_enquiries,
            in_progress: self.in_progress + other.in_progress,
            granted: self.granted + other.granted,
            refused: self.refused + other.refused,
            withdrawn: self.withdrawn + other.withdrawn,
            rejected: self.rejected + other.rejected,
            not_required: self.not_required + other.not_required,
            duly_made: self.duly_made + other.duly_made,
            licences_granted: self.licences_granted + other.licences_granted,
            licences_in_force: self.licences_in_force + other.licences_in_force,
            demands_served: self.demands_served + other.demands_served,
            breaches_proposed: self.breaches_proposed + other.breaches_proposed,
            breaches_confirmed: self.breaches_confirmed + other.breaches_confirmed,
            breaches_dismissed: self.breaches_dismissed + other.breaches_dismissed,
            fees_charged_pence: self.fees_charged_pence + other.fees_charged_pence,
            fees_discounted_pence: self.fees_discounted_pence + other.fees_discounted_pence,
            fees_paid_pence: self.fees_paid_pence + other.fees_paid_pence,
            fees_refunded_pence: self.fees_refunded_pence + other.fees_refunded_pence,
        }
    }

    fn adds_up(&self) -> bool {
        let ended = self.granted + self.refused + self.withdrawn + self.rejected + self.not_required;
        self.received == self.in_progress + ended
    }
}

/// How what was asked under one condition stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionRow {
    condition: String,
    title: Option<String>,
    asked: i64,
    in_time: i64,
    late: i64,
    missed: i64,
    otherwise_closed: i64,
    running: i64,
}

impl ConditionRow {
    fn of(condition: String, figures: &ConditionFigures, scheme: &Scheme) -> Self {
        Self {
            title: scheme.condition(&condition).map(|condition| condition.title.clone()),
            condition,
            asked: figures.asked,
            in_time: figures.in_time,
            late: figures.late,
            missed: figures.missed,
            otherwise_closed: figures.otherwise_closed,
            running: figures.running,
        }
    }
}

fn scheme_facts(scheme: &Scheme, day: NaiveDate) -> SchemeFacts {
    SchemeFacts {
        code: scheme.code.clone(),
        version: scheme.version,
        council: scheme.council.name.clone(),
        approved_on: scheme.designation.approved_on,
        starts_on: scheme.designation.starts_on,
        ends_on: scheme.designation.ends_on,
        in_force: scheme.designation.is_in_force(day),
    }
}

fn report(db: &mut Conn, cx: &Context, scheme: &Scheme, day: NaiveDate) -> Result<PartnershipReport, Error> {
    let mut counted = reports::by_area(db, day, london::end_of_day(day))?;
    let received = reports::received(db, day)?;
    let conditions = reports::by_condition(db, day)?;
    let unallocated = Figures::of(&counted.remove(&None).unwrap_or_default());
    let mut areas = Vec::new();
    for area in &scheme.areas {
        let figures = counted.remove(&Some(area.code.clone())).unwrap_or_default();
        areas.push(AreaRow { area: area.code.clone(), name: area.name.clone(), figures: Figures::of(&figures) });
    }
    // Areas that only an older version of the scheme has.
    for (code, figures) in counted {
        let code = code.unwrap_or_default();
        areas.push(AreaRow { area: code.clone(), name: code, figures: Figures::of(&figures) });
    }
    let totals = areas.iter().fold(unallocated.clone(), |sum, row| sum.and(&row.figures));
    let rows_add_up = areas.iter().map(|row| &row.figures).chain([&unallocated, &totals]).all(Figures::adds_up);
    Ok(PartnershipReport {
        scheme: scheme_facts(scheme, day),
        as_at: day,
        made_at: cx.now,
        reconciles: rows_add_up && totals.received == received,
        areas,
        unallocated,
        totals,
        identity: IDENTITY.to_owned(),
        conditions: conditions
            .into_iter()
            .map(|(number, figures)| ConditionRow::of(number, &figures, scheme))
            .collect(),
        definitions: DEFINITIONS.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
    })
}

/// As at which day.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// The day; today if nothing is said.
    as_at: Option<NaiveDate>,
}

/// The partnership's figures as at a day, by area, with what each counts.
#[utoipa::path(tag = "reports", operation_id = "partnership_report", params(ReportQuery), responses((status = 200, body = PartnershipReport), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/reports/partnership")]
pub async fn partnership(app: Data<App>, caller: Caller, query: Query<ReportQuery>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::ReadScheme).await?;
    let today = caller.cx.today();
    let day = query.0.as_at.unwrap_or(today);
    if day > today {
        return Err(Problem::invalid(vec![FieldFault::at(
            "?as_at",
            "lies in the future: give today or an earlier day",
        )]));
    }
    let report = blocking(move || Ok(app.db.snapshot(|db| report(db, &caller.cx, app.rules.current()?, day))?)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(report))
}
