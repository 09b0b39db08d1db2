//! The questions that decide whether a licence is needed at all.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::super::answers::Again;
use super::super::fields::Posted;
use super::super::look::{Choice, Fault};
use super::super::visitor::{Guest, Visitor, show_case};
use super::{Head, href, look_at_draft, save};
use crate::actions::Error;
use crate::actions::applying::{self as actions, Saving};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::ApplicationId;
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;

/// The value of the box that says that no ground applies.
const NONE: &str = "none";

#[derive(Serialize)]
struct Page {
    head: Head,
    grounds: Vec<Choice>,
    ticked: Vec<String>,
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
    show_case(app, visitor, Action::Apply, id.0, "application_exemptions.html", move |app, db, guest| {
        filled(app, db, guest, id.0, None)
    })
    .await
}

fn filled(
    app: &App,
    db: &mut Conn,
    guest: &Guest,
    id: ApplicationId,
    typed: Option<Vec<String>>,
) -> Result<Page, Error> {
    let seen = look_at_draft(db, guest, id)?;
    let (scheme, _) = actions::form_of(&app.rules)?;
    let today = guest.cx.today();
    let grounds = scheme.exemptions.iter().filter(|ground| ground.is_available(today));
    let grounds = grounds.map(|ground| Choice { value: ground.code.clone(), text: ground.name.clone() }).collect();
    let none = Choice { value: NONE.to_owned(), text: "None of these".to_owned() };
    let kept = match seen.form.exemptions {
        Some(codes) if codes.is_empty() => vec![NONE.to_owned()],
        Some(codes) => codes,
        None => Vec::new(),
    };
    let mut grounds: Vec<Choice> = grounds;
    grounds.push(none);
    Ok(Page { head: seen.head, grounds, ticked: typed.unwrap_or(kept) })
}

/// What applies is said.
pub(in super::super) async fn say(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::Apply).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let ticked = fields.all("grounds");
        let fault = match (ticked.iter().any(|code| code == NONE), ticked.len()) {
            (_, 0) => Some("Tick what applies, or \"None of these\""),
            (true, 2..) => Some("Tick either what applies or \"None of these\", not both"),
            _ => None,
        };
        let grounds = ticked.iter().filter(|code| *code != NONE).cloned().collect();
        let saving = fault.is_none().then_some(Saving::Exemptions(grounds));
        let faults = fault.map(|text| Fault::at("grounds", text)).into_iter().collect();
        let form = |db: &mut Conn| filled(&app, db, &guest, id.0, Some(ticked.clone()));
        save(&app, &guest, (id.0, &fields, href(id.0)), saving, faults, ("application_exemptions.html", form))
    });
    Ok(outcome.await?.respond())
}
