//! One demand: for which home, received when, and each thing asked for.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::item::seen;
use super::visitor::{Visitor, show_case};
use super::words::{Tag, days_left};
use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london::written_out;
use crate::domain::demand::{Demand, DemandState, Item};
use crate::domain::id::DemandId;
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::storage::{licences, parties, properties};

#[derive(Serialize)]
struct Page {
    home: String,
    reference: String,
    licence: String,
    holder: String,
    received: Option<String>,
    received_because: Option<String>,
    came_back: bool,
    withdrawn: Option<String>,
    legal_basis: String,
    items: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    href: String,
    title: String,
    condition: String,
    due: Option<String>,
    days: Option<String>,
    tag: Tag,
}

/// One demand.
pub(super) async fn show(app: Data<App>, visitor: Visitor, id: Id<DemandId>) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::ReadOwnCases, id.0, "demand.html", move |_, db, guest| {
        let today = guest.cx.today();
        let demand = seen(db, &guest.cx, id.0)?;
        let licence = licences::find(db, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
        let home = properties::find(db, demand.cover.property_id)?.ok_or(Error::NotFound)?;
        let holder = parties::find(db, licence.holder_id)?.ok_or(Error::NotFound)?;
        let line = |item: &Item| Line {
            href: format!("/demands/{}/items/{}", item.demand_id, item.id),
            title: item.title.clone(),
            condition: item.condition.clone(),
            due: item.due_on.map(written_out),
            days: item.due_on.filter(|_| item.closed_on.is_none()).map(|due| days_left(due, today)),
            tag: Tag::of_item(item, today),
        };
        Ok(Page {
            home: home.one_line(),
            reference: demand.cover.reference.clone(),
            licence: licence.number,
            holder: holder.name,
            received: demand.cover.served_on.map(written_out),
            received_because: received_because(&demand),
            came_back: demand.cover.state == DemandState::NotServed,
            withdrawn: demand.cover.reason.clone().filter(|_| demand.cover.state == DemandState::Withdrawn),
            legal_basis: demand.cover.legal_basis.clone(),
            items: demand.items.iter().map(line).collect(),
        })
    })
    .await
}

/// Why the holder counts as having received it on that day.
pub(super) fn received_because(demand: &Demand) -> Option<String> {
    demand.holder().and_then(|copy| copy.deemed_basis.as_ref()).map(|deemed| deemed.because())
}
