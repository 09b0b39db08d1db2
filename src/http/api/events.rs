//! What happened: the sealed events of a home's case or of a person, and the nightly anchors over all chains.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::event::{Chain, Happening};
use crate::domain::id::{PartyId, PropertyId};
use crate::http::answer::{PageOf, read, read_in_case};
use crate::http::form::{Id, Query};
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::events::{self, Anchor, Sealed};
use crate::storage::{Conn, parties, properties};

/// An event in its chain.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// Its place in the chain, from 1.
    seq: i64,
    /// The hash that seals it to everything before.
    hash: String,
    at: DateTime<Utc>,
    kind: Happening,
    /// What it happened to.
    subject: String,
    /// The exact text that is sealed.
    body: String,
    /// The same text as JSON.
    #[schema(value_type = Object)]
    parsed: serde_json::Value,
}

impl From<Sealed> for EventView {
    fn from(event: Sealed) -> Self {
        let parsed = serde_json::from_str(&event.body).unwrap_or_default();
        let Sealed { seq, hash, at, kind, subject, body, .. } = event;
        Self { seq, hash, at, kind, subject, body, parsed }
    }
}

/// Which page of a chain is wanted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChainQuery {
    /// `next` of the page before: the place after which to go on.
    #[validate(range(min = 0))]
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// How many entries a page has if nothing is said.
const USUAL: u32 = 50;

impl ChainQuery {
    fn start(&self) -> i64 {
        self.after.unwrap_or(0)
    }

    fn limit(&self) -> u32 {
        self.limit.unwrap_or(USUAL)
    }

    /// Cuts what was read, one more than asked for, to the page.
    fn cut<E, T>(&self, mut rows: Vec<E>, place: impl Fn(&E) -> i64, view: impl Fn(E) -> T) -> PageOf<T> {
        let limit = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| place(last).to_string());
        PageOf { items: rows.into_iter().map(view).collect(), next }
    }
}

fn of_chain(db: &mut Conn, chain: Chain, query: &ChainQuery) -> Result<PageOf<EventView>, Error> {
    let rows = events::of_chain(db, &chain.name(), query.start(), i64::from(query.limit()) + 1)?;
    Ok(query.cut(rows, |event| event.seq, EventView::from))
}

/// List the events of a home's case, in order. A read of the home.
#[utoipa::path(tag = "events", operation_id = "list_case_events", params(("id" = PropertyId, Path), ChainQuery), responses((status = 200, body = PageOf<EventView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/properties/{id}/events")]
pub async fn of_property(
    app: Data<App>,
    caller: Caller,
    id: Id<PropertyId>,
    query: Query<ChainQuery>,
) -> Result<HttpResponse, Problem> {
    read_in_case(app, caller, Action::ReadEvents, id.0, move |_, db, _| {
        properties::find(db, id.0)?.ok_or(Error::NotFound)?;
        of_chain(db, Chain::Case(id.0), &query.0)
    })
    .await
}

/// List the events of a person or company, in order.
#[utoipa::path(tag = "events", operation_id = "list_party_events", params(("id" = PartyId, Path), ChainQuery), responses((status = 200, body = PageOf<EventView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/parties/{id}/events")]
pub async fn of_party(
    app: Data<App>,
    caller: Caller,
    id: Id<PartyId>,
    query: Query<ChainQuery>,
) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadEvents, move |_, db, _| {
        parties::find(db, id.0)?.ok_or(Error::NotFound)?;
        of_chain(db, Chain::Party(id.0), &query.0)
    })
    .await
}

/// One night's anchor over the heads of all chains that had moved; their list is in the export of the audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnchorView {
    number: i64,
    night: NaiveDate,
    made_at: DateTime<Utc>,
    /// The hash of the anchor before.
    before: String,
    /// Merkle root over the heads.
    root: String,
    /// How many heads.
    count: i64,
    /// The anchor's own hash: keep it elsewhere, and nothing before it can be changed unseen.
    hash: String,
}

impl From<Anchor> for AnchorView {
    fn from(anchor: Anchor) -> Self {
        let Anchor { number, night, made_at, before, root, count, hash, .. } = anchor;
        Self { number, night, made_at, before, root, count, hash }
    }
}

/// List the nightly anchors, in order.
#[utoipa::path(tag = "events", operation_id = "list_anchors", params(ChainQuery), responses((status = 200, body = PageOf<AnchorView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/anchors")]
pub async fn anchors(app: Data<App>, caller: Caller, query: Query<ChainQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadEvents, move |_, db, _| {
        let rows = events::anchors_after(db, query.0.start(), i64::from(query.0.limit()) + 1)?;
        Ok(query.0.cut(rows, |anchor| anchor.number, AnchorView::from))
    })
    .await
}
