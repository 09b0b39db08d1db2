//! Word of a change at a licensed home: an officer gets a task.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::super::answers::{Again, shown_again};
use super::super::fields::{Lines, Posted, check_text};
use super::super::look::{Choice, Fault, Outcome};
use super::super::visitor::{Guest, Visitor, show};
use super::{Head, look};
use crate::actions::Error;
use crate::actions::own::{self as actions, ChangeKind};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{LicenceId, Spelled as _};
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;

/// The longest report, in characters.
const LONGEST: usize = 4_000;

#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    kind: String,
    text: String,
}

#[derive(Serialize)]
struct Page {
    head: Head,
    kinds: Vec<Choice>,
    typed: Typed,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.head.faults, &mut self.head.stale)
    }
}

fn words(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Contact => "An address, telephone number or e-mail address",
        ChangeKind::Manager => "The manager or agent",
        ChangeKind::Occupiers => "How many people or households live there",
        ChangeKind::Ended => "The home is sold, or is not let any more",
        ChangeKind::Other => "Something else",
    }
}

/// The form.
pub(in super::super) async fn form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::KeepOwnDetails, "own_change.html", move |_, db, guest| {
        filled(db, guest, id.0, Typed::default())
    })
    .await
}

fn filled(db: &mut Conn, guest: &Guest, id: LicenceId, typed: Typed) -> Result<Page, Error> {
    let kinds = ChangeKind::ALL.iter().map(|kind| Choice { value: kind.to_string(), text: words(*kind).to_owned() });
    Ok(Page { head: look(db, guest, id)?.head, kinds: kinds.collect(), typed })
}

/// A change is reported.
pub(in super::super) async fn report(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::KeepOwnDetails).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let typed = Typed { kind: fields.trimmed("kind"), text: fields.trimmed("text") };
        let mut faults = Vec::new();
        let kind = ChangeKind::read(&typed.kind);
        if kind.is_none() {
            faults.push(Fault::at("kind", "Choose what has changed"));
        }
        let missing = Some("Enter what has changed, and since when");
        check_text(&mut faults, "text", &typed.text, missing, Lines::Many, LONGEST);
        if let (Some(kind), true) = (kind, faults.is_empty()) {
            app.db.write(|tx| actions::report_change_once(tx, &guest.cx, id.0, kind, &typed.text))?;
            return Ok(Outcome::See(format!("/licences/{}/change/received", id.0)));
        }
        shown_again(&app, faults, false, "own_change.html", |db| filled(db, &guest, id.0, typed.clone()))
    });
    Ok(outcome.await?.respond())
}

/// The report came in.
pub(in super::super) async fn told(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::KeepOwnDetails, "own_change_received.html", move |_, db, guest| {
        Ok(look(db, guest, id.0)?.head)
    })
    .await
}
