//! Giving an application up, before or after it was sent.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::super::answers::{Again, shown_again};
use super::super::fields::{Lines, Posted, wrong_text};
use super::super::look::{Fault, Outcome};
use super::super::visitor::{Guest, Visitor, show_case};
use super::{Head, look, told};
use crate::actions::applying as actions;
use crate::actions::{Error, Expected};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::Stage;
use crate::domain::id::ApplicationId;
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;

/// The longest reason, in characters.
const LONGEST: usize = 2_000;

#[derive(Serialize)]
struct Page {
    head: Head,
    is_draft: bool,
    is_over: bool,
    text: String,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.head.faults, &mut self.head.stale)
    }
}

/// The form.
pub(in super::super) async fn form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::Apply, id.0, "application_withdrawal.html", move |_, db, guest| {
        filled(db, guest, id.0, String::new())
    })
    .await
}

fn filled(db: &mut Conn, guest: &Guest, id: ApplicationId, text: String) -> Result<Page, Error> {
    let super::Seen { application, mut head, .. } = look(db, guest, id)?;
    head.revision = application.revision;
    let stage = application.stage;
    Ok(Page { head, is_draft: stage == Stage::Draft, is_over: stage.is_terminal(), text })
}

/// The application is given up.
pub(in super::super) async fn give_up(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::Apply).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let text = fields.trimmed("text");
        let missing = || "Say in a few words why you give it up".to_owned();
        let fault = if text.is_empty() { Some(missing()) } else { wrong_text(&text, Lines::Many, LONGEST) };
        let mut faults = fault.map(|text| Fault::at("text", text)).into_iter().collect::<Vec<_>>();
        let mut stale = false;
        if faults.is_empty() {
            let expected = Expected(fields.number("revision").unwrap_or_default());
            let given_up =
                app.db.write(|tx| actions::withdraw(tx, &guest.cx, &app.rules, id.0, expected, text.clone()));
            match given_up {
                Ok(()) => return Ok(Outcome::See("/applications".to_owned())),
                Err(Error::Stale) => stale = true,
                Err(other) => faults.push(told(other)?),
            }
        }
        shown_again(&app, faults, stale, "application_withdrawal.html", |db| filled(db, &guest, id.0, text.clone()))
    });
    Ok(outcome.await?.respond())
}
