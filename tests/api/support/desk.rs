//! The service on a port of its own around a [`World`], with a token for each role.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use selective_licensing::actions;
use selective_licensing::domain::actor::{AccountState, Actor, Role};
use selective_licensing::domain::id::PartyId;
use selective_licensing::http;
use serde_json::Value;

use super::world::World;

/// An answer of the service.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) etag: String,
    pub(crate) allow: String,
    pub(crate) body: Value,
}

/// A council whose service can be called.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) address: SocketAddr,
    server: actix_web::dev::ServerHandle,
}

impl Desk {
    /// The service of a new council.
    pub(crate) fn open() -> Self {
        Self::with(&[])
    }

    /// The service of a new council with further settings.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        let mut all = vec![("LICENSING__SERVER__LISTEN", "127.0.0.1:0"), ("LICENSING__SERVER__WORKERS", "1")];
        all.extend_from_slice(settings);
        let world = World::with(&all);
        let app = world.app.clone();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (server, address) = http::start(app).unwrap();
                tell.send((server.handle(), address)).unwrap();
                server.await.unwrap();
            });
        });
        let (server, address) = told.recv().unwrap();
        Self { world, address, server }
    }

    /// A token for a new account of that role.
    pub(crate) fn token(&self, role: Role, party: Option<PartyId>) -> String {
        self.token_of(role, party, AccountState::Active)
    }

    /// A token for a new account of that role in that state; a disabled one got it while it was active.
    pub(crate) fn token_of(&self, role: Role, party: Option<PartyId>, state: AccountState) -> String {
        let cx = self.world.app.context(Actor::operator());
        let email = format!("{role}-{}@people.example", cx.ids.next(cx.now).as_str());
        self.world.write(|tx| {
            let first = if state == AccountState::Invited { state } else { AccountState::Active };
            actions::access::add(tx, &cx, "A person", &email, role, first, party)?;
            let token = actions::access::issue_token(tx, &cx, &email, "test", 300)?.1;
            if state == AccountState::Disabled {
                actions::access::disable(tx, &cx, &email)?;
            }
            Ok(token)
        })
    }

    /// Reads.
    pub(crate) fn get(&self, token: &str, path: &str) -> Reply {
        self.call("GET", token, path, "", None)
    }

    /// Changes something that was read with this ETag (none if it is empty).
    pub(crate) fn post(&self, token: &str, path: &str, etag: &str, body: &Value) -> Reply {
        self.call("POST", token, path, etag, Some(&body.to_string()))
    }

    /// Any request.
    pub(crate) fn call(&self, method: &str, token: &str, path: &str, etag: &str, body: Option<&str>) -> Reply {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for (name, value) in [("Authorization", format!("Bearer {token}")), ("If-Match", etag.to_owned())] {
            if !value.is_empty() && value != "Bearer " {
                request += &format!("{name}: {value}\r\n");
            }
        }
        if let Some(body) = body {
            request += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        let text = self.raw(&format!("{request}\r\n{}", body.unwrap_or_default()));
        Reply::read(&text)
    }

    /// Sends bytes as they are and reads until the service hangs up.
    pub(crate) fn raw(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        read_all(&mut stream)
    }

    /// A connection on which nothing was said yet.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        // A proof file with its letters takes a busy machine that long to print without optimisation.
        stream.set_read_timeout(Some(Duration::from_secs(180))).unwrap();
        stream
    }
}

/// Everything that comes until the other side hangs up.
pub(crate) fn read_all(stream: &mut TcpStream) -> String {
    String::from_utf8_lossy(&read_all_bytes(stream)).into_owned()
}

/// As [`read_all`], where it is no text.
pub(crate) fn read_all_bytes(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    // A reset after the answer is a way of hanging up, too.
    while let Ok(count) = stream.read(&mut part) {
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&part[..count]);
    }
    bytes
}

impl Reply {
    /// Reads an answer with a body that is not chunked.
    pub(crate) fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let header = |name: &str| {
            let line = head.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            });
            line.unwrap_or_default()
        };
        Self {
            status: status.unwrap_or_else(|| panic!("no answer: {text:?}")),
            kind: header("content-type"),
            etag: header("etag"),
            allow: header("allow"),
            body: serde_json::from_str(body).unwrap_or_default(),
        }
    }

    /// The answer, if it has that status.
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The last part of a problem's type.
    pub(crate) fn problem(&self) -> &str {
        assert_eq!(self.kind, "application/problem+json", "{self:?}");
        self.body["type"].as_str().unwrap().rsplit(':').next().unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Not awaited: the thread ends by itself, and nothing of the test depends on when.
        drop(self.server.stop(false));
    }
}
