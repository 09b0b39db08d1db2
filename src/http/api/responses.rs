//! The officers' queue of answers that wait for assessment.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::answers::ResponseView;
use crate::actions::{Error, gazetteer};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::demand::{ItemState, Standing};
use crate::domain::id::{AccountId, DemandId, PropertyId};
use crate::http::answer::{PageOf, page, read_cases};
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::answers::Waiting;
use crate::storage::{Conn, answers, documents, properties};

/// An answer that waits for an officer, with what it answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    response: ResponseView,
    demand_id: DemandId,
    /// The demand's reference.
    reference: String,
    property_id: PropertyId,
    /// The home's address, on one line.
    address: String,
    area: Option<String>,
    officer_id: Option<AccountId>,
    condition: String,
    title: String,
    state: ItemState,
    /// How the item stands today; counted, never stored.
    standing: Standing,
    due_on: Option<NaiveDate>,
    /// Whether it came in after the due date.
    late: bool,
}

fn views(db: &mut Conn, waiting: Vec<Waiting>, today: NaiveDate) -> Result<Vec<WaitingView>, Error> {
    let homes = waiting.iter().map(|one| one.item.property_id).collect::<Vec<_>>();
    let homes = properties::find_all(db, &homes)?;
    let answers = waiting.iter().map(|one| one.response.id).collect::<Vec<_>>();
    let brought = documents::of_responses(db, &answers)?;
    let view = |one: Waiting| {
        let home = homes.iter().find(|home| home.id == one.item.property_id).ok_or(Error::NotFound)?;
        Ok(WaitingView {
            late: one.item.due_on.is_some_and(|due| one.response.received_on > due),
            response: ResponseView::of(
                &one.response,
                brought.get(&one.response.id).map(Vec::as_slice).unwrap_or_default(),
            ),
            demand_id: one.item.demand_id,
            reference: one.reference,
            property_id: home.id,
            address: home.one_line(),
            area: one.area_code,
            officer_id: one.officer_id,
            standing: one.item.standing(today),
            condition: one.item.condition,
            title: one.item.title,
            state: one.item.state,
            due_on: one.item.due_on,
        })
    };
    waiting.into_iter().map(view).collect()
}

/// What the queue is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// An area in any of its names.
    area: Option<String>,
    /// Only of this officer.
    officer_id: Option<AccountId>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List the answers that wait for an officer, the oldest due first: a read of each demand that they answer.
#[utoipa::path(tag = "demands", operation_id = "list_waiting_responses", params(QueueQuery), responses((status = 200, body = PageOf<WaitingView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/responses")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<QueueQuery>) -> Result<HttpResponse, Problem> {
    read_cases(app, caller, Action::ReadCases, move |app, db, cx| {
        let query = query.0;
        let area = query.area.map(|area| gazetteer::area_code(&app.rules, &area, "?area")).transpose()?;
        let filter = answers::Filter { area, officer: query.officer_id };
        let listed = answers::waiting(db, &filter, &page(query.after, query.limit))?;
        let shown = listed.rows.iter().map(|one| one.item.demand_id).collect::<Vec<_>>();
        Ok((PageOf { items: views(db, listed.rows, cx.today())?, next: listed.next }, shown))
    })
    .await
}
