//! What was missing from an application, sent after it: words, files or both.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::super::answers::{Again, shown_again};
use super::super::fields::{Lines, Posted, wrong_text};
use super::super::files::{chosen, keep_under};
use super::super::look::{Fault, Outcome};
use super::super::visitor::{Guest, Visitor, show_case};
use super::{Head, href, look, told};
use crate::actions::applying as actions;
use crate::actions::{Error, Expected};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::Stage;
use crate::domain::calendar::london::written_out;
use crate::domain::document::Under;
use crate::domain::id::ApplicationId;
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;

/// The longest answer, in characters.
const LONGEST: usize = 4_000;

#[derive(Serialize)]
struct Page {
    head: Head,
    is_open: bool,
    defects: Vec<String>,
    answer_by: Option<String>,
    text: String,
    megabytes: u64,
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
    show_case(app, visitor, Action::Apply, id.0, "application_defects.html", move |app, db, guest| {
        filled(app, db, guest, id.0, String::new())
    })
    .await
}

fn filled(app: &App, db: &mut Conn, guest: &Guest, id: ApplicationId, text: String) -> Result<Page, Error> {
    let super::Seen { application, mut head, .. } = look(db, guest, id)?;
    head.revision = application.revision;
    Ok(Page {
        head,
        is_open: application.stage == Stage::Incomplete,
        defects: application.defects,
        answer_by: application.answer_by.map(written_out),
        text,
        megabytes: app.settings.files.limits.bytes >> 20,
    })
}

/// What was missing comes in.
pub(in super::super) async fn send(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    let guest = visitor.enter(&app, Action::Apply).await?;
    let (fields, files) = posted.read_files(&app, &guest.token).await?;
    let text = fields.trimmed("text");
    let mut faults =
        wrong_text(&text, Lines::Many, LONGEST).map(|wrong| Fault::at("text", wrong)).into_iter().collect::<Vec<_>>();
    let are_files = files.iter().any(|sent| !sent.name.is_empty());
    let kept = match are_files.then(|| chosen(files)) {
        Some(Ok(files)) if faults.is_empty() => keep_under(&app, &guest, Under::Application(id), None, files).await?,
        Some(Err(fault)) => Err(fault),
        _ => Ok(Vec::new()),
    };
    let outcome = blocking(move || {
        let mut stale = false;
        match kept {
            Err(fault) => faults.push(fault),
            Ok(files) if faults.is_empty() => {
                let expected = Expected(fields.number("revision").unwrap_or_default());
                let said = Some(text.clone()).filter(|text| !text.is_empty());
                let answered = app
                    .db
                    .write(|tx| actions::answer_defects(tx, &guest.cx, &app.rules, id, expected, said.clone(), &files));
                match answered {
                    Ok(_) => return Ok(Outcome::See(href(id))),
                    Err(Error::Stale) => stale = true,
                    Err(other) => faults.push(told(other)?),
                }
            }
            Ok(_) => {}
        }
        shown_again(&app, faults, stale, "application_defects.html", |db| filled(&app, db, &guest, id, text.clone()))
    });
    Ok(outcome.await?.respond())
}
