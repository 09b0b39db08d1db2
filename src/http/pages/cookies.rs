//! The cookies: the session's secret, what binds a link to the browser that asked for it, and what tells the owner of an
//! address from strangers when too many ask.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderValue};

use crate::settings::Server;

/// A cookie of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    /// Whoever is signed in.
    Session,
    /// Whoever asks for a link.
    Asking,
    /// Whoever signed in here before: the digest of that session's secret.
    Earlier,
}

/// For so long it is told who signed in before; the session's row is kept as long.
const EARLIER_SECONDS: u32 = 30 * 24 * 60 * 60;

impl Cookie {
    fn name(self, server: &Server) -> &'static str {
        match (self, is_plain(server)) {
            (Self::Session, false) => "__Host-session",
            (Self::Session, true) => "session",
            (Self::Asking, false) => "__Host-asking",
            (Self::Asking, true) => "asking",
            (Self::Earlier, false) => "__Host-earlier",
            (Self::Earlier, true) => "earlier",
        }
    }

    /// What the browser keeps in it; anything but 64 hexadecimal digits counts as nothing.
    pub(super) fn read(self, request: &HttpRequest, server: &Server) -> Option<String> {
        let name = self.name(server);
        let sent = request.headers().get_all(COOKIE).filter_map(|header| header.to_str().ok());
        let mut pairs = sent.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
        value.filter(|value| value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }

    /// The header that sets it. It lasts as long as the browser runs, or as it is good for something.
    pub(super) fn set(self, value: &str, server: &Server) -> String {
        let lasting = if self == Self::Earlier { format!("; Max-Age={EARLIER_SECONDS}") } else { String::new() };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{lasting}{}", self.name(server), secure(server))
    }

    /// The header that takes it away.
    pub(super) fn forget(self, server: &Server) -> HeaderValue {
        let header = format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}", self.name(server), secure(server));
        HeaderValue::from_str(&header).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

fn secure(server: &Server) -> &'static str {
    if is_plain(server) { "" } else { "; Secure" }
}

/// A browser keeps no Secure cookie from plain HTTP, so that on this machine itself there is none.
fn is_plain(server: &Server) -> bool {
    server.public_url.strip_prefix("http://").is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        host == "localhost" || host.starts_with("localhost:") || host.starts_with("127.") || host.starts_with("[::1]")
    })
}
