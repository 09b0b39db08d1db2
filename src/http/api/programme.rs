//! The programme of inspections: which home comes first, and why.

use std::cmp::Reverse;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::actions::inspection_programme::{Entry, Place, programme};
use crate::actions::{Error, FieldFault, gazetteer};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{InspectionId, LicenceId, PropertyId, Spelled as _};
use crate::domain::inspection::Points;
use crate::http::answer::{PageOf, page, read};
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::Caller;

/// A licensed home that is still to be inspected.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgrammeView {
    property_id: PropertyId,
    address: String,
    area: Option<String>,
    licence_id: LicenceId,
    /// The licence's number.
    licence: String,
    /// The last day for the inspection: so many years (a setting of the scheme) from the licence's first day, and never after its
    /// last.
    due_on: NaiveDate,
    /// The points of everything that makes the home a risk.
    score: u32,
    /// Where the points come from.
    points: Vec<Points>,
    /// The inspection that is open.
    inspection_id: Option<InspectionId>,
    /// What people call that one.
    inspection: Option<String>,
}

impl From<Entry> for ProgrammeView {
    fn from(entry: Entry) -> Self {
        let (inspection_id, inspection) = entry.home.open.unzip();
        Self {
            property_id: entry.home.property_id,
            address: entry.home.address,
            area: entry.home.area_code,
            licence_id: entry.home.licence_id,
            licence: entry.home.licence,
            due_on: entry.due_on,
            score: entry.score,
            points: entry.points,
            inspection_id,
            inspection,
        }
    }
}

/// What the programme is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProgrammeQuery {
    /// An area in any of its names.
    area: Option<String>,
    /// Only homes whose last day is this day or earlier.
    before: Option<NaiveDate>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

fn place(after: &str) -> Result<Place, Error> {
    let mut parts = after.splitn(3, '_');
    let mut read = || {
        let (day, score, id) = (parts.next()?, parts.next()?, parts.next()?);
        Some((day.parse().ok()?, Reverse(score.parse().ok()?), PropertyId::read(id)?))
    };
    read().ok_or_else(|| FieldFault::at("?after", "must be `next` of the page before, as it was").into())
}

/// List the licensed homes that are still to be inspected: the earliest last day first, then the greatest risk.
#[utoipa::path(tag = "inspections", operation_id = "list_programme", params(ProgrammeQuery), responses((status = 200, body = PageOf<ProgrammeView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/inspections/programme")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ProgrammeQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |app, db, cx| {
        let ProgrammeQuery { area, before, after, limit } = query.0;
        let area = area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let after = after.as_deref().map(place).transpose()?;
        let mut entries = programme(db, &app.rules, cx.today(), area.as_deref(), before)?;
        if let Some(after) = after {
            entries.retain(|entry| entry.place() > after);
        }
        let limit = page(None, limit).limit;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(|last| {
            let (day, Reverse(score), id) = last.place();
            format!("{day}_{score}_{id}")
        });
        Ok(PageOf { items: entries.into_iter().map(ProgrammeView::from).collect(), next })
    })
    .await
}
