//! Inspections of homes by the council.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationErrors};

use super::written;
use crate::actions::Error;
use crate::actions::gazetteer;
use crate::actions::inspections::{self as actions, Asked, NewVisit};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{AccountId, EnforcementId, InspectionId, LicenceId, PropertyId};
use crate::domain::inspection::{Inspection, InspectionState, InspectionStep, PlanItem, Purpose, Visit, VisitOutcome};
use crate::domain::scheme::NoNotice;
use crate::http::answer::{Answer, PageOf, change, etag, page, read, read_case};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::inspections;

/// Where and when an inspection is, and nothing that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectionFacts {
    id: InspectionId,
    /// What people call it, such as "INS/2025/00001".
    reference: String,
    property_id: PropertyId,
    area: Option<String>,
    /// The licence that covered the home when it was planned.
    licence_id: Option<LicenceId>,
    state: InspectionState,
    /// The officer of the last visit.
    officer_id: AccountId,
    /// When the last visit begins.
    starts_at: DateTime<Utc>,
    /// When the last visit ends.
    ends_at: DateTime<Utc>,
    /// The day on which the home was first visited.
    carried_out_on: Option<NaiveDate>,
    /// The earliest last day of an item that is not done.
    item_due_on: Option<NaiveDate>,
    reinspect_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    planned_at: DateTime<Utc>,
}

/// An inspection as a list shows it: where and when, and nothing that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectionLine {
    #[serde(flatten)]
    facts: InspectionFacts,
    /// Its entity tag.
    etag: String,
}

/// An inspection of a home.
#[derive(Debug, Serialize, ToSchema)]
pub struct InspectionView {
    #[serde(flatten)]
    facts: InspectionFacts,
    /// The scheme whose checklist and hazards it goes by, with its version.
    scheme: String,
    /// Every visit, the first one first.
    visits: Vec<Visit>,
    /// Category 1 hazards that were found in all.
    category_1: i32,
    /// Category 2 hazards that were found in all.
    category_2: i32,
    /// The outcome of the last visit that was reported.
    outcome: Option<VisitOutcome>,
    /// The improvement plan; its items are numbered from 1.
    items: Vec<PlanItem>,
    /// The enforcement case that began from it.
    enforcement_id: Option<EnforcementId>,
    /// Why it was closed or cancelled.
    reason: Option<String>,
}

impl InspectionFacts {
    fn of(one: &Inspection) -> Self {
        Self {
            id: one.id,
            reference: one.reference.clone(),
            property_id: one.property_id,
            area: one.area_code.clone(),
            licence_id: one.licence_id,
            state: one.state,
            officer_id: one.officer_id,
            starts_at: one.starts_at,
            ends_at: one.ends_at,
            carried_out_on: one.carried_out_on,
            item_due_on: one.item_due_on,
            reinspect_on: one.reinspect_on,
            ended_on: one.ended_on,
            planned_at: one.planned_at,
        }
    }
}

impl From<Inspection> for InspectionLine {
    fn from(one: Inspection) -> Self {
        Self { facts: InspectionFacts::of(&one), etag: etag(one.revision) }
    }
}

impl From<Inspection> for InspectionView {
    fn from(one: Inspection) -> Self {
        Self {
            facts: InspectionFacts::of(&one),
            scheme: format!("{}/{}", one.scheme_code, one.scheme_version),
            visits: one.visits,
            category_1: one.category_1,
            category_2: one.category_2,
            outcome: one.outcome,
            items: one.items,
            enforcement_id: one.enforcement_id,
            reason: one.reason,
        }
    }
}

pub(super) fn changed(inspection: Inspection) -> Answer {
    let revision = inspection.revision;
    Answer::changed(&InspectionView::from(inspection), revision)
}

/// What a list of inspections is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InspectionQuery {
    /// Only in this state.
    state: Option<InspectionState>,
    /// Only of this home.
    property_id: Option<PropertyId>,
    /// Only of this officer.
    officer_id: Option<AccountId>,
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

/// List inspections, without what was found.
#[utoipa::path(tag = "inspections", operation_id = "list_inspections", params(InspectionQuery), responses((status = 200, body = PageOf<InspectionLine>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/inspections")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<InspectionQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |app, db, _| {
        let InspectionQuery { state, property_id, officer_id, area, after, limit } = query.0;
        let area = area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = inspections::Filter { state, property: property_id, officer: officer_id, area };
        Ok(PageOf::of(inspections::list(db, &filter, &page(after, limit))?, InspectionLine::from))
    })
    .await
}

/// A new inspection with its first visit.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInspection {
    /// The home.
    property_id: PropertyId,
    /// What the visit is for; it decides which reasons for giving no notice there are.
    purpose: Purpose,
    /// When the visit begins.
    starts_at: DateTime<Utc>,
    /// When it ends, within a day.
    ends_at: DateTime<Utc>,
    /// Who goes; you, if nothing is said.
    officer_id: Option<AccountId>,
}

/// Plan an inspection.
#[utoipa::path(tag = "inspections", operation_id = "plan_inspection", request_body = NewInspection, responses((status = 201, body = InspectionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/inspections")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<NewInspection>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkInspections).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let NewInspection { property_id, purpose, starts_at, ends_at, officer_id } = form.body.clone();
        let asked = NewVisit { property_id, officer_id, purpose, starts_at, ends_at };
        let planned = actions::plan(tx, cx, &app.rules, asked)?;
        let (id, revision) = (planned.id, planned.revision);
        Ok(Answer::created(format!("/api/v1/inspections/{id}"), &InspectionView::from(planned), revision))
    })
    .await
}

/// Read an inspection.
#[utoipa::path(tag = "inspections", operation_id = "show_inspection", params(("id" = InspectionId, Path)), responses((status = 200, body = InspectionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/inspections/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<InspectionId>) -> Result<HttpResponse, Problem> {
    read_case(app, caller, Action::ReadCases, id.0, move |_, db, _| {
        let inspection = inspections::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = inspection.revision;
        Ok((InspectionView::from(inspection), revision))
    })
    .await
}

/// A step of an inspection.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum InspectionStepForm {
    /// No notice is needed (s.239(7)).
    ForgoNotice {
        /// Why; one of the reasons that the scheme has.
        reason: NoNotice,
        /// In words.
        #[schema(min_length = 1, max_length = 4000)]
        note: String,
    },
    /// Nobody let the officer in.
    FindNoAccess {
        /// What happened.
        #[schema(min_length = 1, max_length = 4000)]
        note: String,
    },
    /// The outcome of the visit is put on record.
    Report {
        /// The outcome.
        outcome: VisitOutcome,
        /// The report.
        #[schema(min_length = 1, max_length = 20000)]
        text: String,
    },
    /// An item of the plan gets another last day.
    GiveTime {
        /// Which, counted from 1.
        #[schema(minimum = 1, maximum = 1000)]
        number: i64,
        /// The new last day.
        #[serde(deserialize_with = "written::day")]
        due_on: NaiveDate,
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
    /// The day of the re-inspection has come; the nightly check sees to it otherwise.
    CallReinspection {},
    /// An enforcement case began from it, which names an inspection as its source.
    LinkCase {
        /// The case.
        enforcement_id: EnforcementId,
    },
    /// Nothing more is to be done.
    Close {
        /// Why, where something is not done.
        #[schema(min_length = 1, max_length = 4000)]
        reason: Option<String>,
    },
    /// It is given up before the visit.
    Cancel {
        /// Why.
        #[schema(min_length = 1, max_length = 4000)]
        reason: String,
    },
}

impl Validate for InspectionStepForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = ValidationErrors::new();
        match self {
            Self::ForgoNotice { note, .. } | Self::FindNoAccess { note } => {
                written::words(&mut faults, "note", note, 4000);
            }
            Self::Report { text, .. } => written::words(&mut faults, "text", text, 20_000),
            Self::GiveTime { number, reason, .. } => {
                written::number(&mut faults, "number", *number, 1_000);
                written::words(&mut faults, "reason", reason, 4000);
            }
            Self::Close { reason: Some(reason) } | Self::Cancel { reason } => {
                written::words(&mut faults, "reason", reason, 4000);
            }
            Self::CallReinspection {} | Self::LinkCase { .. } | Self::Close { reason: None } => {}
        }
        written::checked(faults)
    }
}

impl InspectionStepForm {
    fn asked(self) -> Asked {
        use InspectionStep as P;
        Asked::Step(match self {
            Self::ForgoNotice { reason, note } => P::ForgoNotice { reason, note },
            Self::FindNoAccess { note } => P::FindNoAccess { note },
            Self::Report { outcome, text } => P::Report { outcome, text },
            Self::GiveTime { number, due_on, reason } => {
                P::GiveTime { number: usize::try_from(number).unwrap_or_default(), due_on, reason }
            }
            Self::CallReinspection {} => P::CallReinspection,
            Self::LinkCase { enforcement_id } => return Asked::LinkCase(enforcement_id),
            Self::Close { reason } => P::Close { reason },
            Self::Cancel { reason } => P::Cancel { reason },
        })
    }
}

/// Take an inspection a step further.
#[utoipa::path(tag = "inspections", operation_id = "take_inspection_step", params(("id" = InspectionId, Path), ("If-Match" = String, Header)), request_body = InspectionStepForm, responses((status = 200, body = InspectionView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/inspections/{id}/steps")]
pub async fn take(
    app: Data<App>,
    caller: Caller,
    id: Id<InspectionId>,
    expected: IfMatch,
    form: Sent<InspectionStepForm>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkInspections).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        let asked = form.body.clone().asked();
        Ok(changed(actions::take(tx, cx, &app.rules, id.0, expected.0, asked)?))
    })
    .await
}
