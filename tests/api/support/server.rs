//! The service as people and programs meet it: a real HTTP server on this machine, and a client for each person.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use selective_licensing::actions::{access, gazetteer, sign_in};
use selective_licensing::app::App;
use selective_licensing::domain::actor::{AccountState, Actor, Role};
use selective_licensing::domain::id::{PartyId, Spelled as _};
use selective_licensing::domain::party::{PartyFacts, PartyKind};
use selective_licensing::http;
use serde_json::Value;

use super::browser::Browser;
use super::files::{self, Form};
use super::world::World;

/// A running service. It stops when the value goes.
pub(crate) struct Server {
    /// The council behind it.
    pub(crate) world: World,
    /// The service, put together.
    pub(crate) app: Arc<App>,
    /// Mr Khan as a party.
    pub(crate) khan_id: String,
    /// Tees Lettings, who manage for him, as a party.
    pub(crate) agency_id: String,
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    people: Vec<(&'static str, String)>,
}

impl Server {
    /// The service on the morning of 22 January 2025, with a database and a mail folder of its own.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// As [`Server::start`], with these fees in the scheme instead of its own.
    pub(crate) fn with_fees(fees: &str) -> Self {
        let shipped = include_str!("../../../config/schemes/stockton-2024.toml");
        let (before, rest) = shipped.split_once("[fees]").unwrap();
        let (_, after) = rest.split_once("# Policy").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scheme.toml");
        std::fs::write(&file, format!("{before}{fees}\n# Policy{after}")).unwrap();
        let addresses = include_str!("../../../config/schemes/stockton-2024-addresses.csv");
        std::fs::write(folder.path().join("stockton-2024-addresses.csv"), addresses).unwrap();
        Self::with(&[("LICENSING__SCHEME__FILE", file.to_str().unwrap())])
    }

    /// As [`Server::start`], with these settings besides.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        let own = [("LICENSING__SERVER__LISTEN", "127.0.0.1:0"), ("LICENSING__SERVER__WORKERS", "1")];
        let world = World::with(&[own.as_slice(), settings].concat());
        world.go_to("2025-01-22", "09:00");
        Self::of(world)
    }

    fn of(world: World) -> Self {
        let app = world.app.clone();
        let khan = party(&app, PartyKind::Person, "Mr A Khan", "khan@landlord.example");
        let agency = party(&app, PartyKind::Company, "Tees Lettings Ltd", "office@agency.example");
        let people = vec![
            ("Amy", issue(&app, "amy@council.example")),
            ("Tom", issue(&app, "tom@council.example")),
            ("Mr Khan", token(&app, "Mr Khan", "khan@landlord.example", Role::Landlord, Some(khan))),
            ("the agent", token(&app, "Tees Lettings", "office@agency.example", Role::Agent, Some(agency))),
            ("the partner", token(&app, "Sgt Pike", "pike@police.example", Role::Partner, None)),
            ("the auditor", token(&app, "Ms Frost", "frost@audit.example", Role::Auditor, None)),
        ];
        let (address, handle, thread) = serve(app.clone());
        let (khan_id, agency_id) = (khan.to_string(), agency.to_string());
        Self { app, khan_id, agency_id, address, handle, thread: Some(thread), people, world }
    }

    /// Amy, a licensing officer.
    pub(crate) fn amy(&self) -> Client {
        self.person("Amy")
    }

    /// Tom, the team leader.
    pub(crate) fn tom(&self) -> Client {
        self.person("Tom")
    }

    /// Amy and Tom get new tokens: theirs run out after a year.
    pub(crate) fn renew(&mut self) {
        for (name, token) in self.people.iter_mut().filter(|(name, _)| matches!(*name, "Amy" | "Tom")) {
            *token = issue(&self.app, &format!("{}@council.example", name.to_lowercase()));
        }
    }

    /// Mr Khan, a landlord.
    pub(crate) fn khan(&self) -> Client {
        self.person("Mr Khan")
    }

    /// "Amy", "Tom", "Mr Khan", "the agent", "the partner" or "the auditor".
    pub(crate) fn person(&self, name: &str) -> Client {
        let (_, token) = self.people.iter().find(|(known, _)| *known == name).unwrap();
        self.client(Some(token))
    }

    /// A further landlord, who stands for that party.
    pub(crate) fn landlord(&self, email: &str, party: &str) -> Client {
        self.account(email, Role::Landlord, PartyId::read(party))
    }

    /// A further account of that role, perhaps for that party.
    pub(crate) fn account(&self, email: &str, role: Role, party: Option<PartyId>) -> Client {
        let token = token(&self.app, email, email, role, party);
        self.client(Some(&token))
    }

    /// A browser in which whoever has that address is signed in; the service looks the session up as always.
    pub(crate) fn browser(&self, email: &str) -> Browser {
        let cx = self.app.context(Actor::operator());
        let found = self.app.db.read(|db| selective_licensing::storage::access::find_email(db, email)).unwrap();
        let account = found.expect("an account has this address").id;
        let mut browser = Browser::new(&self.at(""));
        browser.cookies.insert("session".to_owned(), self.world.write(|tx| sign_in::begin(tx, &cx, account)));
        browser
    }

    /// The whole address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Whoever shows this token, or none.
    pub(crate) fn client(&self, token: Option<&str>) -> Client {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let base = format!("http://{}/api/v1", self.address);
        Client { agent: config.into(), base, token: token.map(ToOwned::to_owned) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let stopped = thread.join();
            assert!(stopped.is_ok() || std::thread::panicking(), "the server met a fault of its own");
        }
    }
}

fn serve(app: Arc<App>) -> (SocketAddr, ServerHandle, JoinHandle<()>) {
    let (ready, started) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let (server, address) = http::start(app).unwrap();
            ready.send((address, server.handle())).unwrap();
            server.await.unwrap();
        });
    });
    let (address, handle) = started.recv().unwrap();
    (address, handle, thread)
}

fn party(app: &App, kind: PartyKind, name: &str, email: &str) -> PartyId {
    let cx = app.context(Actor::operator());
    let facts = PartyFacts {
        kind,
        name: name.to_owned(),
        address: "2 Oxbridge Lane, Stockton-on-Tees TS18 4AB".to_owned(),
        email: Some(email.to_owned()),
        phone: None,
        company_number: None,
    };
    app.db.write(|tx| gazetteer::add_party(tx, &cx, facts.clone())).unwrap().id
}

fn token(app: &App, name: &str, email: &str, role: Role, party: Option<PartyId>) -> String {
    let cx = app.context(Actor::operator());
    let added = app.db.write(|tx| access::add(tx, &cx, name, email, role, AccountState::Active, party));
    added.unwrap();
    issue(app, email)
}

fn issue(app: &App, email: &str) -> String {
    let cx = app.context(Actor::operator());
    app.db.write(|tx| access::issue_token(tx, &cx, email, "tests", 365)).unwrap().1
}

/// Somebody with a token, asking.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
}

/// What the service answered.
#[derive(Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: ureq::http::HeaderMap,
    /// The JSON; null where there is none.
    pub(crate) body: Value,
}

impl Client {
    /// Reads `path`, which begins after `/api/v1`.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }

    /// Posts JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[], Some(body))
    }

    /// Posts JSON about what was read with that ETag.
    pub(crate) fn post_on(&self, etag: &str, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[("If-Match", etag)], Some(body))
    }

    /// Puts JSON in the place of what was read with that ETag.
    pub(crate) fn put_on(&self, etag: &str, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, &[("If-Match", etag)], Some(body))
    }

    /// Sends anything.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => {
                self.agent.run(request.header("Content-Type", "application/json").body(body.to_string()).unwrap())
            }
            None => self.agent.run(request.body(()).unwrap()),
        };
        Reply::of(answer.unwrap())
    }

    /// Downloads a file: its headers and bytes.
    #[track_caller]
    pub(crate) fn download(&self, path: &str) -> (ureq::http::HeaderMap, Vec<u8>) {
        let mut answer = self.agent.run(self.request("GET", path).body(()).unwrap()).unwrap();
        let bytes = answer.body_mut().with_config().limit(1 << 28).read_to_vec().unwrap();
        assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&bytes));
        (answer.headers().clone(), bytes)
    }

    /// Sends a form with a file.
    pub(crate) fn send_form(&self, form: &Form) -> Reply {
        let request = self.request("POST", "/documents").header("Content-Type", files::content_type());
        Reply::of(self.agent.run(request.body(form.body()).unwrap()).unwrap())
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    /// Walks a list page by page, and answers every entry in order.
    pub(crate) fn walk(&self, path: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut next = path.to_owned();
        loop {
            let page = self.get(&next).expect(200);
            found.extend(page.body["items"].as_array().unwrap().iter().cloned());
            let Some(after) = page.body["next"].as_str() else { return found };
            next = format!("{path}{}after={after}", if path.contains('?') { "&" } else { "?" });
        }
    }
}

impl Reply {
    fn of(mut answer: ureq::http::Response<ureq::Body>) -> Self {
        let text = answer.body_mut().read_to_string().unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Self { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
    }

    /// This reply, if it has that status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }

    /// This reply, if it is a refusal of that kind whose words hold `part`.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, code: &str, part: &str) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["type"], format!("urn:selective-licensing:problem:{code}"));
        assert_eq!(self.body["status"], status);
        assert!(self.body.to_string().contains(part), "no \"{part}\" in {:#}", self.body);
        self
    }

    /// The fields at fault, each with what is wrong.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = self.body["errors"].as_array().unwrap();
        errors.iter().map(|fault| (text(&fault["pointer"]), text(&fault["detail"]))).collect()
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The ETag.
    pub(crate) fn etag(&self) -> String {
        self.header("etag")
    }

    /// The identifier of what the answer shows.
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap().to_owned()
    }
}
