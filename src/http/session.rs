//! Who is asking: a bearer token becomes a [`Context`] for one action, beside the headers that every change needs.

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpRequest};

use super::problem::Problem;
use crate::actions::{Error, Expected};
use crate::app::App;
use crate::domain::access::Token;
use crate::domain::actor::{AccountState, Action};
use crate::domain::context::Context;
use crate::storage::{Conn, access};

/// Whoever asks, with their token. Nobody acts by it until they have entered for an action.
#[derive(Clone, Debug)]
pub struct Caller {
    token: String,
    key: Option<String>,
    target: String,
}

/// Somebody who may do what they asked for.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Who acts, and when.
    pub cx: Context,
    /// The Idempotency-Key of the request.
    pub key: Option<String>,
    /// Method and path, to which the key is bound.
    pub target: String,
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let target = format!("{} {}", request.method(), request.path());
        let caller = bearer(request).and_then(|token| Ok(Self { token, key: idempotency_key(request)?, target }));
        std::future::ready(caller)
    }
}

impl Caller {
    /// Lets the caller in for an action: a live token, an active account, a role that may.
    ///
    /// # Errors
    /// The problem to answer with: 401 for the first two, 403 for the last.
    pub async fn enter(self, app: &Data<App>, action: Action) -> Result<Entered, Problem> {
        let app = app.clone();
        let entering = move || {
            let cx = app.db.read(|db| self.admit(&app, db, action))?;
            Ok(Entered { cx, key: self.key, target: self.target })
        };
        blocking(entering).await
    }

    /// As [`Caller::enter`], where the database is at hand.
    pub(super) fn admit(&self, app: &App, db: &mut Conn, action: Action) -> Result<Context, Problem> {
        let found = access::find_token(db, &Token::digest(&self.token))?;
        let cx = match found {
            Some((token, account)) if token.is_live(app.clock.now()) && account.state == AccountState::Active => {
                app.context(account.actor())
            }
            Some((token, account)) => {
                tracing::warn!(account = %account.id, token = %token.id, "a token of no use was refused");
                let why = "this token has run out or was revoked, or its account is not active";
                return Err(Problem::unauthorised(why));
            }
            None => return Err(Problem::unauthorised("this token is not known")),
        };
        cx.allow(action)?;
        Ok(cx)
    }
}

fn bearer(request: &HttpRequest) -> Result<String, Problem> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token =
        header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = token.map(|(_, token)| token.trim()).filter(|token| !token.is_empty());
    let advice =
        "send the header \"Authorization: Bearer TOKEN\"; an administrator issues tokens with `licensing token issue`";
    token.map(ToOwned::to_owned).ok_or_else(|| Problem::unauthorised(advice))
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("Idempotency-Key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
    let advice = "Idempotency-Key must be 1 to 200 printable characters, such as a UUID";
    key.map(|key| Some(key.to_owned()))
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "bad-key", "Idempotency-Key is wrong", advice))
}

/// The revision that a change was decided on: the header If-Match, without which nothing is changed.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub Expected);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(if_match(request))
    }
}

fn if_match(request: &HttpRequest) -> Result<IfMatch, Problem> {
    let Some(value) = request.headers().get(header::IF_MATCH) else {
        let advice = "read the resource first and send its ETag back in the header If-Match";
        let status = StatusCode::PRECONDITION_REQUIRED;
        return Err(Problem::new(status, "precondition-required", "If-Match is missing", advice));
    };
    let tag = value.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
    let revision = tag.and_then(|text| text.parse::<i64>().ok());
    // Only the very tag that was given stands for the revision.
    let revision = revision.filter(|revision| tag == Some(revision.to_string().as_str()));
    revision.map(|revision| IfMatch(Expected(revision))).ok_or_else(|| Error::Stale.into())
}

/// Runs work that blocks on a thread made for it.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match web::block(work).await {
        Ok(result) => result,
        Err(_) => Err(Problem::broken("the program met a fault of its own while answering")),
    }
}
