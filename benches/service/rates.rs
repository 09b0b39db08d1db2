//! Requests per second: ours, and those of a handler that does the same statements with nothing of ours around them.

use std::net::SocketAddr;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, mpsc};

use actix_web::dev::{Server, ServerHandle};
use selective_licensing::app::App;
use selective_licensing::clock::Clock;
use selective_licensing::domain::access::{Account, Token};
use selective_licensing::domain::actor::{AccountState, Actor, Role};
use selective_licensing::storage::access;

use super::client::{self, request};
use super::place::{Kind, Place};
use super::seed::{self, DEMAND, Size};
use super::{bare_server, machine, night};

/// How often a request was answered in a second.
pub(crate) struct Rate {
    pub(crate) kind: Kind,
    pub(crate) request: &'static str,
    pub(crate) ours: f64,
    pub(crate) bare: f64,
}

/// Demands under each licence of this database.
const PER_LICENCE: i64 = 8;

/// Measures each request for so many seconds, ours and the bare library's in turn.
pub(crate) fn measure(kind: Kind, demands: i64, seconds: u64) -> anyhow::Result<Vec<Rate>> {
    machine::tell(&format!("{}: {demands} demands: seeding", kind.name()));
    let place = Place::new(kind)?;
    drop(night::open(&place.url, Clock::System)?);
    seed::fill(&place, Size { demands, items: 1, per_licence: PER_LICENCE, due: 0 })?;
    machine::tell("  seeded");
    // With the machine's clock: new identifiers end up beside each other in the indexes, as they do in use.
    let app = Arc::new(night::open(&place.url, Clock::System)?);
    let token = token(&app)?;
    let (workers, connections) = (app.settings.server.workers, app.settings.database.connections);
    let ours = Running::start(move || selective_licensing::http::start(app))?;
    let url = place.url.clone();
    let bare = Running::start(move || bare_server::start(&url, workers, connections))?;
    let mut rates = Vec::new();
    for (what, asked) in requests(demands, &token) {
        // Counts on from one to the other, so that neither is asked for what the other has just read.
        let next = AtomicI64::new(0);
        // Once for warmth, then for the record.
        client::rate(ours.address, &*asked, &next, 1)?;
        client::rate(bare.address, &*asked, &next, 1)?;
        let rate = Rate {
            kind,
            request: what,
            ours: client::rate(ours.address, &*asked, &next, seconds)?,
            bare: client::rate(bare.address, &*asked, &next, seconds)?,
        };
        machine::tell(&format!("  {what}: {:.0} a second, bare {:.0}", rate.ours, rate.bare));
        rates.push(rate);
    }
    Ok(rates)
}

type Requests = Vec<(&'static str, Box<dyn Fn(i64) -> Option<String> + Sync>)>;

fn requests(demands: i64, token: &str) -> Requests {
    // A step without a common factor walks over every demand without order.
    let somewhere = move |number: i64| seed::id_of(DEMAND, (number * 7_919) % demands);
    let (one, page, post) = (token.to_owned(), token.to_owned(), token.to_owned());
    vec![
        (
            "one demand",
            Box::new(move |number| Some(request("GET", &format!("/api/v1/demands/{}", somewhere(number)), &one, ""))),
        ),
        (
            "a page of 50 by area and state",
            Box::new(move |number| {
                let path = format!("/api/v1/demands?area=newton&state=served&limit=50&after={}", somewhere(number / 2));
                Some(request("GET", &path, &page, ""))
            }),
        ),
        (
            "a person, stored durably",
            Box::new(move |number| {
                let body = format!(
                    "{{\"kind\":\"person\",\"name\":\"Person {number}\",\"address\":\"{number} Example Street, TS18 1AA\",\
                     \"email\":\"person{number}@example.org\"}}"
                );
                Some(request("POST", "/api/v1/parties", &post, &body))
            }),
        ),
    ]
}

/// An officer's token.
fn token(app: &App) -> anyhow::Result<String> {
    let cx = app.context(Actor::operator());
    let (name, email) = ("Officer".to_owned(), "officer@example.org".to_owned());
    let account = Account::add(&cx, name, email, Role::Officer, AccountState::Active, None)?;
    let (token, shown) = Token::issue(&cx, account.entity(), "benchmark".to_owned(), 30)?;
    app.db.write(|tx| {
        access::insert(tx, &account)?;
        access::insert_token(tx, &token)
    })?;
    Ok(shown)
}

/// A server on a thread of its own, until it is dropped.
struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    fn start(make: impl FnOnce() -> std::io::Result<(Server, SocketAddr)> + Send + 'static) -> anyhow::Result<Self> {
        let (started, starting) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match make() {
                    Ok((server, address)) => {
                        let _ = started.send(Ok((address, server.handle())));
                        let _ = server.await;
                    }
                    Err(error) => {
                        let _ = started.send(Err(error));
                    }
                }
            });
        });
        let (address, handle) = starting.recv()??;
        Ok(Self { address, handle, thread: Some(thread) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
