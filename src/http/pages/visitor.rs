//! Who looks at a page: a session's cookie becomes a [`Context`] for one action, of somebody who stands for a landlord or agent.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use super::cookies::Cookie;
use super::look::{Shell, page, render};
use crate::actions::{Error, sign_in};
use crate::app::App;
use crate::domain::actor::{Action, Sight};
use crate::domain::case_read::Case;
use crate::domain::context::Context;
use crate::domain::id::PartyId;
use crate::domain::sign_in::{Session, form_token};
use crate::http::answer::record_reads;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;

/// Whoever asks for a page. Nobody acts by it until they are let in for an action.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    secret: Option<String>,
}

/// Somebody who is signed in and may do what they asked for.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    /// Who acts, and when.
    pub(super) cx: Context,
    /// The landlord or agent whom they stand for.
    pub(super) party: PartyId,
    /// Their name.
    pub(super) name: String,
    /// Their address.
    pub(super) email: String,
    /// What every form of theirs carries.
    pub(super) token: String,
    /// The session.
    pub(super) session: Session,
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Data<App>>().ok_or_else(|| Problem::broken("the application is not there"));
        std::future::ready(app.map(|app| Self { secret: Cookie::Session.read(request, &app.settings.server) }))
    }
}

impl Visitor {
    /// Whether the browser says that somebody is signed in; nobody has looked whether that is so.
    pub(super) fn seems_signed_in(&self) -> bool {
        self.secret.is_some()
    }

    /// What the browser keeps of its session.
    pub(super) fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// Lets somebody in for an action: a live session, an active account, a role that may, a landlord or agent.
    ///
    /// # Errors
    /// The problem to answer with: 401, which leads to the sign-in, or 403.
    pub(super) fn admit(&self, app: &App, db: &mut Conn, action: Action) -> Result<Guest, Problem> {
        let signed_out = || Problem::unauthorised("your session has ended: sign in again");
        let secret = self.secret.as_deref().ok_or_else(signed_out)?;
        let found = sign_in::session(db, app.clock.now(), secret)?;
        let (session, account) = found.ok_or_else(signed_out)?;
        let cx = app.context(account.actor());
        cx.allow(action)?;
        let Sight::Of(party) = cx.actor.sight() else { return Err(Error::Forbidden.into()) };
        Ok(Guest { cx, party, name: account.name, email: account.email, token: form_token(secret), session })
    }

    /// As [`Visitor::admit`], on a thread of its own.
    ///
    /// # Errors
    /// As there.
    pub(super) async fn enter(self, app: &Data<App>, action: Action) -> Result<Guest, Problem> {
        let app = app.clone();
        blocking(move || {
            let guest = app.db.read(|db| self.admit(&app, db, action))?;
            guest.is_here(&app)?;
            Ok(guest)
        })
        .await
    }
}

impl Guest {
    /// Notes that the session is in use, now and then.
    fn is_here(&self, app: &App) -> Result<(), Error> {
        if self.session.is_to_be_noted(self.cx.now) {
            app.db.write(|tx| sign_in::note_use(tx, &self.cx, &self.session))?;
        }
        Ok(())
    }
}

/// Shows a page to somebody who is signed in: `work` reads what it says.
///
/// # Errors
/// The problem that stands in the way.
pub(super) async fn show<P: serde::Serialize>(
    app: Data<App>,
    visitor: Visitor,
    action: Action,
    template: &'static str,
    work: impl FnOnce(&App, &mut Conn, &Guest) -> Result<P, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    show_once(app, visitor, action, template, work, |_, _| Ok(())).await
}

/// As [`show`], of a case: nothing is told before it is on record who read it.
///
/// # Errors
/// As there.
pub(super) async fn show_case<P: serde::Serialize>(
    app: Data<App>,
    visitor: Visitor,
    action: Action,
    case: impl Into<Case>,
    template: &'static str,
    work: impl FnOnce(&App, &mut Conn, &Guest) -> Result<P, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let case = case.into();
    let record = move |app: &App, guest: &Guest| record_reads(app, &guest.cx, [case]);
    show_once(app, visitor, action, template, work, record).await
}

/// What somebody who is signed in may have of a case, where that is no page: a file.
///
/// # Errors
/// As [`show_case`].
pub(super) async fn look_in_case<T: Send + 'static>(
    app: Data<App>,
    visitor: Visitor,
    action: Action,
    case: impl Into<Case>,
    work: impl FnOnce(&App, &mut Conn, &Guest) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let case = case.into();
    let record = move |app: &App, guest: &Guest| record_reads(app, &guest.cx, [case]);
    blocking(move || look(&app, &visitor, action, work, record)).await
}

async fn show_once<P: serde::Serialize>(
    app: Data<App>,
    visitor: Visitor,
    action: Action,
    template: &'static str,
    work: impl FnOnce(&App, &mut Conn, &Guest) -> Result<P, Error> + Send + 'static,
    record: impl FnOnce(&App, &Guest) -> Result<(), Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let html = blocking(move || {
        let model = look(&app, &visitor, action, work, record)?;
        render(template, &Shell::of(&app, true)?, &model)
    });
    Ok(page(actix_web::http::StatusCode::OK, html.await?))
}

fn look<T>(
    app: &App,
    visitor: &Visitor,
    action: Action,
    work: impl FnOnce(&App, &mut Conn, &Guest) -> Result<T, Error>,
    record: impl FnOnce(&App, &Guest) -> Result<(), Error>,
) -> Result<T, Problem> {
    let (guest, seen) = app.db.read(|db| {
        let guest = visitor.admit(app, db, action)?;
        let seen = work(app, db, &guest)?;
        Ok::<_, Problem>((guest, seen))
    })?;
    guest.is_here(app)?;
    record(app, &guest)?;
    Ok(seen)
}
