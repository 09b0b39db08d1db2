//! One thing asked for: its condition in plain words, its day and why, what came in, and the ways to answer.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::demand::received_because;
use super::visitor::{Visitor, show_case};
use super::words::{Answer, Tag, days_left};
use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london::written_out;
use crate::domain::context::Context;
use crate::domain::demand::{Demand, DemandState, Item};
use crate::domain::id::{DemandId, ItemId};
use crate::domain::scheme::DocumentKind;
use crate::http::form::{Id, Part};
use crate::http::problem::Problem;
use crate::storage::{Conn, demands, documents, licences, properties};

/// What stands at the head of every page about an item.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Head {
    /// The item's page, to which the pages of its forms hang.
    pub(super) href: String,
    demand: String,
    reference: String,
    home: String,
    title: String,
    condition: String,
    what: String,
    how: String,
    due: Option<String>,
    days: Option<String>,
    waiting_until: Option<String>,
    tag: Tag,
    /// Whether it still can be answered.
    pub(super) open: bool,
    late: bool,
    takes_alarms: bool,
}

impl Head {
    /// Whether an alarm declaration answers it.
    pub(super) fn takes_alarms(&self) -> bool {
        self.takes_alarms
    }
}

/// An item with its demand, as somebody sees it.
pub(super) struct Seen {
    pub(super) demand: Demand,
    pub(super) item: Item,
    pub(super) head: Head,
}

/// A demand that somebody may see and that was sent.
pub(super) fn seen(db: &mut Conn, cx: &Context, id: DemandId) -> Result<Demand, Error> {
    let demand = demands::find_seen(db, cx.actor.sight(), id)?;
    demand.filter(|demand| demand.cover.state != DemandState::Draft).ok_or(Error::NotFound)
}

/// An item of a demand that somebody may see.
pub(super) fn look(app: &App, db: &mut Conn, cx: &Context, id: DemandId, part: ItemId) -> Result<Seen, Error> {
    let demand = seen(db, cx, id)?;
    let item = demand.item(part).cloned().ok_or(Error::NotFound)?;
    let licence = licences::find(db, item.licence_id)?.ok_or(Error::NotFound)?;
    let home = properties::find(db, item.property_id)?.ok_or(Error::NotFound)?;
    let condition = app.rules.of(&licence)?.condition(&item.condition);
    let today = cx.today();
    let head = Head {
        href: format!("/demands/{id}/items/{part}"),
        demand: format!("/demands/{id}"),
        reference: demand.cover.reference.clone(),
        home: home.one_line(),
        title: item.title.clone(),
        condition: item.condition.clone(),
        what: condition.map(|condition| condition.what.clone()).unwrap_or_default(),
        how: condition.map(|condition| condition.how_to_answer.clone()).unwrap_or_default(),
        due: item.due_on.map(written_out),
        days: item.due_on.filter(|_| item.closed_on.is_none()).map(|due| days_left(due, today)),
        waiting_until: item.waiting_until.filter(|until| *until >= today).map(written_out),
        tag: Tag::of_item(&item, today),
        open: item.closed_on.is_none() && demand.cover.state != DemandState::Withdrawn,
        late: item.closed_on.is_none() && item.due_on.is_some_and(|due| today > due),
        takes_alarms: condition.is_some_and(|condition| condition.is_answered_by(DocumentKind::AlarmDeclaration)),
    };
    Ok(Seen { demand, item, head })
}

#[derive(Serialize)]
struct Page {
    head: Head,
    received_because: Option<String>,
    due_because: Option<String>,
    answers: Vec<Answer>,
}

/// One thing asked for.
pub(super) async fn show(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::ReadOwnCases, id.0, "item.html", move |app, db, guest| {
        let Seen { demand, item, head } = look(app, db, &guest.cx, id.0, part.0)?;
        let mut responses = demands::responses_to(db, id.0)?;
        responses.retain(|one| one.item_id == item.id);
        let ids = responses.iter().map(|one| one.id).collect::<Vec<_>>();
        let brought = documents::of_responses(db, &ids)?;
        let files = |id| brought.get(&id).map(Vec::as_slice).unwrap_or_default();
        Ok(Page {
            head,
            received_because: received_because(&demand),
            due_because: item.due_basis.as_ref().map(|due| due.because()),
            answers: responses.iter().rev().map(|one| Answer::of(one, files(one.id))).collect(),
        })
    })
    .await
}
