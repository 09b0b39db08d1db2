//! Whether a home needs a licence on a day, and who lives there.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::dates::ExplainedDate;
use super::written;
use crate::actions::{Error, homes as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{AccountId, ApplicationId, ExemptionId, LicenceId, OccupancyId, PropertyId};
use crate::domain::occupancy::{Count, Occupancy, OccupancySource, OccupationBasis};
use crate::domain::requirement::{Requirement, Verdict};
use crate::http::answer::{Answer, change, read};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::{occupancies as table, properties};

/// How a home stands on a day, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequirementView {
    on: NaiveDate,
    verdict: Verdict,
    /// Whether the home needs a licence that it does not have.
    needs_licence: bool,
    /// Why, in words.
    reason: String,
    /// The provision that says so.
    statute: String,
    /// The last day on which that holds, where it is known.
    until: Option<NaiveDate>,
    /// Why it is that day, where it was counted.
    until_explained: Option<ExplainedDate>,
    licence_id: Option<LicenceId>,
    exemption_id: Option<ExemptionId>,
    application_id: Option<ApplicationId>,
}

impl From<Requirement> for RequirementView {
    fn from(found: Requirement) -> Self {
        Self {
            on: found.on,
            verdict: found.verdict,
            needs_licence: found.verdict.needs_licence(),
            until_explained: found.until_basis.as_ref().map(ExplainedDate::from),
            reason: found.reason,
            statute: found.statute,
            until: found.until,
            licence_id: found.licence_id,
            exemption_id: found.exemption_id,
            application_id: found.application_id,
        }
    }
}

/// On which day.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DayQuery {
    /// The day; today if nothing is said.
    on: Option<NaiveDate>,
}

/// Whether a home needs a licence on a day, and has one, by what is on record now.
#[utoipa::path(tag = "homes", operation_id = "licence_requirement", params(("id" = PropertyId, Path), DayQuery), responses((status = 200, body = RequirementView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/properties/{id}/requirement")]
pub async fn requirement(
    app: Data<App>,
    caller: Caller,
    id: Id<PropertyId>,
    query: Query<DayQuery>,
) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |app, db, cx| {
        let day = query.0.on.unwrap_or(cx.today());
        Ok(RequirementView::from(actions::requirement(db, &app.rules, id.0, day)?))
    })
    .await
}

/// Who lives in a home on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct OccupancyView {
    id: OccupancyId,
    counted_on: NaiveDate,
    basis: OccupationBasis,
    households: i32,
    occupiers: i32,
    /// Self-contained flats in the purpose-built block that the home is a flat in; null where it is no such flat.
    flats_in_block: Option<i32>,
    source: OccupancySource,
    note: Option<String>,
    officer_id: Option<AccountId>,
    recorded_at: DateTime<Utc>,
}

impl From<Occupancy> for OccupancyView {
    fn from(occupancy: Occupancy) -> Self {
        Self {
            id: occupancy.id,
            counted_on: occupancy.counted_on,
            basis: occupancy.basis,
            households: occupancy.households,
            occupiers: occupancy.occupiers,
            flats_in_block: occupancy.flats_in_block,
            source: occupancy.source,
            note: occupancy.note,
            officer_id: occupancy.officer_id,
            recorded_at: occupancy.recorded_at,
        }
    }
}

/// Who lived in a home, the earliest day first.
#[derive(Debug, Serialize, ToSchema)]
pub struct OccupancyList {
    items: Vec<OccupancyView>,
}

/// List who lived in a home.
#[utoipa::path(tag = "homes", operation_id = "list_occupancies", params(("id" = PropertyId, Path)), responses((status = 200, body = OccupancyList), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/properties/{id}/occupancies")]
pub async fn occupancies(app: Data<App>, caller: Caller, id: Id<PropertyId>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, _| {
        properties::find(db, id.0)?.ok_or(Error::NotFound)?;
        Ok(OccupancyList { items: table::of_property(db, id.0)?.into_iter().map(OccupancyView::from).collect() })
    })
    .await
}

/// Who lives in a home.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOccupancy {
    /// The day on which it was so.
    counted_on: NaiveDate,
    /// On what basis they live there.
    basis: OccupationBasis,
    /// Households.
    #[validate(range(min = 0, max = 500))]
    #[schema(minimum = 0, maximum = 500)]
    households: i32,
    /// People.
    #[validate(range(min = 0, max = 500))]
    #[schema(minimum = 0, maximum = 500)]
    occupiers: i32,
    /// Self-contained flats in the purpose-built block that the home is a flat in; left out where it is no such flat.
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    flats_in_block: Option<i32>,
    /// How it is known.
    source: OccupancySource,
    /// In words.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    note: Option<String>,
}

/// Record who lives in a home. Nothing is changed: a later count follows an earlier one.
#[utoipa::path(tag = "homes", operation_id = "record_occupancy", params(("id" = PropertyId, Path)), request_body = NewOccupancy, responses((status = 201, body = OccupancyView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/properties/{id}/occupancies")]
pub async fn record_occupancy(
    app: Data<App>,
    caller: Caller,
    id: Id<PropertyId>,
    form: Sent<NewOccupancy>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkHomes).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let said = form.body.clone();
        let count = Count {
            counted_on: said.counted_on,
            basis: said.basis,
            households: said.households,
            occupiers: said.occupiers,
            flats_in_block: said.flats_in_block,
            source: said.source,
            note: said.note,
        };
        Ok(Answer::recorded(&OccupancyView::from(actions::record_occupancy(tx, cx, id.0, count)?)))
    })
    .await
}
