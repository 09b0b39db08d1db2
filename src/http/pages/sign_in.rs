//! Sign in by a mailed link, and sign out. No answer tells whether an address is known.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::cookies::Cookie;
use super::fields::{Fields, Lines, Posted, check_text};
use super::look::{Fault, Shell, page, render, see};
use super::visitor::{Visitor, show as show_guest};
use crate::actions::sign_in::{self as actions, Bearer, Entry, Introduction, Welcome, Whence};
use crate::app::App;
use crate::domain::actor::{Action, Actor, Role};
use crate::domain::id::Spelled as _;
use crate::domain::party::{Party, PartyKind};
use crate::domain::sign_in::{digest, form_token, secret};
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::mail::Address;

#[derive(Serialize)]
struct Form<'a> {
    token: String,
    email: &'a str,
    faults: Vec<Fault>,
}

/// The form that asks for a link.
pub(super) async fn form(app: Data<App>, request: HttpRequest, visitor: Visitor) -> Result<HttpResponse, Problem> {
    let known = Cookie::Asking.read(&request, &app.settings.server);
    let nonce = known.clone().unwrap_or_else(|| secret(&app.context(Actor::system())));
    let shell = Shell::of(&app, visitor.seems_signed_in())?;
    let html = render("sign_in.html", &shell, &Form { token: form_token(&nonce), email: "", faults: Vec::new() })?;
    let mut answer = page(StatusCode::OK, html);
    if known.is_none() {
        keep(&mut answer, Cookie::Asking, &nonce, &app);
    }
    Ok(answer)
}

fn keep(answer: &mut HttpResponse, cookie: Cookie, value: &str, app: &App) {
    if let Ok(header) = header::HeaderValue::from_str(&cookie.set(value, &app.settings.server)) {
        answer.headers_mut().append(header::SET_COOKIE, header);
    }
}

/// Somebody asks for a link. From now on their browser keeps another secret, to which the link is bound.
pub(super) async fn ask(
    app: Data<App>,
    request: HttpRequest,
    visitor: Visitor,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let asking = Cookie::Asking.read(&request, &app.settings.server).unwrap_or_default();
    let fields = posted.read(&form_token(&asking)).await?;
    let typed = fields.trimmed("email");
    if let Err(wrong) = Address::parse(&typed) {
        let text = if typed.is_empty() { "Enter your e-mail address".to_owned() } else { wrong.to_string() };
        let form = Form { token: form_token(&asking), email: &typed, faults: vec![Fault::at("email", text)] };
        let html = render("sign_in.html", &Shell::of(&app, visitor.seems_signed_in())?, &form)?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, html));
    }
    let whence = whence(&app, &request);
    let for_mail = app.clone();
    let nonce = blocking(move || {
        let cx = app.context(Actor::system());
        let nonce = secret(&cx);
        app.db.write(|tx| actions::ask(tx, &cx, &typed, &nonce, &whence))?;
        Ok(nonce)
    })
    .await?;
    for_mail.bell.ring();
    let mut answer = see("/check-your-mail");
    keep(&mut answer, Cookie::Asking, &nonce, &for_mail);
    Ok(answer)
}

fn whence(app: &App, request: &HttpRequest) -> Whence {
    Whence { place: place(app, request), earlier: Cookie::Earlier.read(request, &app.settings.server) }
}

/// Where on the network a request comes from: behind a proxy that says so, what it says last.
fn place(app: &App, request: &HttpRequest) -> String {
    let told = request.headers().get("X-Forwarded-For").filter(|_| app.settings.server.behind_proxy);
    let told = told.and_then(|value| value.to_str().ok()).and_then(|list| list.rsplit(',').next());
    let peer = || request.peer_addr().map(|peer| peer.ip().to_string());
    told.map(|last| last.trim().to_owned()).or_else(peer).unwrap_or_default()
}

/// The answer to everybody who asks.
pub(super) async fn asked(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    let html = render("sent.html", &Shell::of(&app, visitor.seems_signed_in())?, &())?;
    Ok(page(StatusCode::OK, html))
}

#[derive(Serialize)]
struct Link {
    action: String,
    token: String,
    is_stranger: bool,
    typed: Typed,
    faults: Vec<Fault>,
}

/// Who somebody new says that they are, as typed.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    role: String,
    kind: String,
    name: String,
    address: String,
    phone: String,
}

/// The link in the mail leads to a button and uses nothing up: mail scanners open links, too. Somebody new is asked who they are.
pub(super) async fn show(app: Data<App>, request: HttpRequest, shown: Path<String>) -> Result<HttpResponse, Problem> {
    let nonce = Cookie::Asking.read(&request, &app.settings.server).ok_or_else(other_browser)?;
    let shown = shown.into_inner();
    if shown.len() != 64 || !shown.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(dead());
    }
    let html = blocking(move || {
        let recorded = recorded(&app, &shown, &nonce)?;
        let (action, token) = (format!("/sign-in/{shown}"), form_token(&nonce));
        let is_stranger = recorded.is_some();
        let link = Link { action, token, is_stranger, typed: recorded.unwrap_or_default(), faults: Vec::new() };
        render("link.html", &Shell::of(&app, false)?, &link)
    });
    Ok(page(StatusCode::OK, html.await?))
}

/// What is on record of whoever must say who they are; `None` of whoever need not.
fn recorded(app: &App, shown: &str, nonce: &str) -> Result<Option<Typed>, Problem> {
    let cx = app.context(Actor::system());
    let welcome = app.db.read(|db| actions::welcome(db, &cx, shown, nonce))?;
    Ok(match welcome {
        Welcome::Known => None,
        Welcome::Introduce(party) => Some(party.map(|party| Typed::of(*party)).unwrap_or_default()),
    })
}

/// What came of following a link.
enum Followed {
    Entry(Entry),
    /// Somebody new has not said who they are: the form is shown again, and the link still works.
    Faulty(String),
}

/// The link is followed: a session begins.
pub(super) async fn follow(
    app: Data<App>,
    request: HttpRequest,
    visitor: Visitor,
    shown: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let nonce = Cookie::Asking.read(&request, &app.settings.server).ok_or_else(other_browser)?;
    let fields = posted.read(&form_token(&nonce)).await?;
    let whence = whence(&app, &request);
    let data = app.clone();
    let followed = blocking(move || {
        let is_stranger = recorded(&app, &shown, &nonce)?.is_some();
        let typed = Typed::read(&fields);
        let introduction = match is_stranger.then(|| typed.introduction()).transpose() {
            Ok(introduction) => introduction,
            Err(faults) => {
                let (action, token) = (format!("/sign-in/{shown}"), form_token(&nonce));
                let link = Link { action, token, is_stranger, typed, faults };
                return Ok(Followed::Faulty(render("link.html", &Shell::of(&app, false)?, &link)?));
            }
        };
        let cx = app.context(Actor::system());
        let bearer = Bearer { nonce: Some(&nonce), session: visitor.secret(), whence: &whence };
        let entry = app.db.write(|tx| actions::follow(tx, &cx, &shown, bearer, introduction.as_ref()))?;
        Ok(Followed::Entry(entry))
    });
    match followed.await? {
        Followed::Entry(Entry::In { secret, is_licensed }) => {
            let mut answer = see(if is_licensed { "/due" } else { "/applications" });
            keep(&mut answer, Cookie::Session, &secret, &data);
            keep(&mut answer, Cookie::Earlier, &digest(&secret), &data);
            answer.headers_mut().append(header::SET_COOKIE, Cookie::Asking.forget(&data.settings.server));
            Ok(answer)
        }
        Followed::Entry(Entry::Dead) => Err(dead()),
        Followed::Entry(Entry::OtherBrowser) => Err(other_browser()),
        Followed::Faulty(html) => Ok(page(StatusCode::UNPROCESSABLE_ENTITY, html)),
    }
}

impl Typed {
    fn of(party: Party) -> Self {
        Self {
            role: String::new(),
            kind: party.kind.to_string(),
            name: party.name,
            address: party.address,
            phone: party.phone.unwrap_or_default(),
        }
    }

    fn read(fields: &Fields) -> Self {
        Self {
            role: fields.trimmed("role"),
            kind: fields.trimmed("kind"),
            name: fields.trimmed("name"),
            address: fields.trimmed("address"),
            phone: fields.trimmed("phone"),
        }
    }

    fn introduction(&self) -> Result<Introduction, Vec<Fault>> {
        let mut faults = Vec::new();
        let role = Role::read(&self.role).filter(|role| matches!(role, Role::Landlord | Role::Agent));
        if role.is_none() {
            faults.push(Fault::at("role", "Say whether you are a landlord or an agent"));
        }
        let kind = PartyKind::read(&self.kind);
        if kind.is_none() {
            faults.push(Fault::at("kind", "Say whether you apply as a person or for a company"));
        }
        check_text(&mut faults, "name", &self.name, Some("Enter your full name"), Lines::One, 200);
        check_text(
            &mut faults,
            "address",
            &self.address,
            Some("Enter your address, with the postcode"),
            Lines::Many,
            500,
        );
        check_text(&mut faults, "phone", &self.phone, None, Lines::One, 50);
        let (Some(role), Some(kind), true) = (role, kind, faults.is_empty()) else { return Err(faults) };
        let phone = Some(self.phone.clone()).filter(|phone| !phone.is_empty());
        Ok(Introduction { kind, name: self.name.clone(), address: self.address.clone(), phone, role })
    }
}

fn dead() -> Problem {
    let detail = "it was used already, is more than ten minutes old, or a newer one was sent: ask for a new link";
    Problem::new(StatusCode::GONE, "dead-link", "This link does not work any more", detail)
}

fn other_browser() -> Problem {
    let detail = "a link works only in the browser in which it was asked for: open it there, or ask for a new link in this one. \
                  The browser must keep cookies";
    Problem::new(StatusCode::FORBIDDEN, "other-browser", "Open the link where you asked for it", detail)
}

#[derive(Serialize)]
struct Leaving {
    name: String,
    email: String,
    token: String,
}

/// The page that signs out.
pub(super) async fn leaving(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    show_guest(app, visitor, Action::ReadOwnCases, "sign_out.html", |_, _, guest| {
        Ok(Leaving { name: guest.name.clone(), email: guest.email.clone(), token: guest.token.clone() })
    })
    .await
}

/// Somebody signs out of this browser, or of all.
pub(super) async fn leave(app: Data<App>, visitor: Visitor, posted: Posted) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::ReadOwnCases).await?;
    let fields = posted.read(&guest.token).await?;
    let everywhere = fields.get("everywhere") == "yes";
    let mut answer = see("/");
    answer.headers_mut().append(header::SET_COOKIE, Cookie::Session.forget(&app.settings.server));
    blocking(move || Ok(app.db.write(|tx| actions::leave(tx, &guest.cx, &guest.session, everywhere))?)).await?;
    Ok(answer)
}
