//! Answers in words: "this does not apply, because", and why something is late. And how every answer is taken.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;

use super::fields::{Fields, Lines, Posted, check_text};
use super::item::{Head, look};
use super::look::{Fault, Outcome, Shell, render};
use super::visitor::{Guest, Visitor, show_case};
use crate::actions::demands::Incoming;
use crate::actions::{Error, Expected, demands as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::demand::AnswerKind;
use crate::domain::id::{DemandId, ItemId};
use crate::http::form::{Id, Part};
use crate::http::problem::Problem;
use crate::http::session::blocking;

/// The longest reason, in characters.
const LONGEST: usize = 4_000;

#[derive(Serialize)]
struct Words {
    head: Head,
    not_applicable: bool,
    action: String,
    token: String,
    revision: i64,
    text: String,
    faults: Vec<Fault>,
    stale: bool,
}

fn path(kind: AnswerKind) -> &'static str {
    if kind == AnswerKind::NotApplicable { "not-applicable" } else { "explanation" }
}

/// The form for "this does not apply".
pub(super) async fn not_applicable(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
) -> Result<HttpResponse, Problem> {
    form(app, visitor, id, part, AnswerKind::NotApplicable).await
}

/// The form for why it is late.
pub(super) async fn explanation(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
) -> Result<HttpResponse, Problem> {
    form(app, visitor, id, part, AnswerKind::Explanation).await
}

async fn form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
    kind: AnswerKind,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::AnswerDemands, id.0, "answer.html", move |app, db, guest| {
        words(app, db, guest, (id.0, part.0), kind, String::new())
    })
    .await
}

fn words(
    app: &App,
    db: &mut crate::storage::Conn,
    guest: &Guest,
    (id, part): (DemandId, ItemId),
    kind: AnswerKind,
    text: String,
) -> Result<Words, Error> {
    let seen = look(app, db, &guest.cx, id, part)?;
    Ok(Words {
        not_applicable: kind == AnswerKind::NotApplicable,
        action: format!("{}/{}", seen.head.href, path(kind)),
        head: seen.head,
        token: guest.token.clone(),
        revision: seen.demand.cover.revision,
        text,
        faults: Vec::new(),
        stale: false,
    })
}

/// "This does not apply, because".
pub(super) async fn say_not_applicable(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    say(app, visitor, (id.0, part.0), posted, AnswerKind::NotApplicable).await
}

/// Why it is late.
pub(super) async fn explain(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    say(app, visitor, (id.0, part.0), posted, AnswerKind::Explanation).await
}

async fn say(
    app: Data<App>,
    visitor: Visitor,
    of: (DemandId, ItemId),
    posted: Posted,
    kind: AnswerKind,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::AnswerDemands).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let text = fields.trimmed("text");
        let fault = fault(&text, kind);
        let incoming = Incoming::of(kind, Some(text.clone()));
        let taken = match fault {
            None => take(&app, &guest, of, &fields, &incoming)?,
            Some(fault) => Taken::Faulty(fault),
        };
        again(&app, taken, "answer.html", |db| words(&app, db, &guest, of, kind, text.clone()))
    });
    Ok(outcome.await?.respond())
}

fn fault(text: &str, kind: AnswerKind) -> Option<Fault> {
    let what = if kind == AnswerKind::NotApplicable { "why it does not apply" } else { "why it is late" };
    let mut faults = Vec::new();
    check_text(&mut faults, "text", text, Some(&format!("Enter {what}")), Lines::Many, LONGEST);
    faults.pop()
}

/// What came of an answer.
pub(super) enum Taken {
    /// It is on record; the receipt is there.
    In(String),
    /// Something changed since the form was opened: it is shown again.
    Stale,
    /// Something is wrong with it, or a rule stands against it.
    Faulty(Fault),
}

/// Takes an answer as the API does, decided on the revision that the form carries.
pub(super) fn take(
    app: &App,
    guest: &Guest,
    (id, part): (DemandId, ItemId),
    fields: &Fields,
    incoming: &Incoming,
) -> Result<Taken, Problem> {
    let expected = Expected(fields.number("revision").unwrap_or_default());
    let work = |tx: &mut crate::storage::Tx<'_>| {
        super::item::seen(tx, &guest.cx, id)?;
        actions::answer(tx, &guest.cx, &app.rules, id, expected, part, incoming.clone())
    };
    match app.db.write(work) {
        Ok((_, response)) => Ok(Taken::In(format!("/demands/{id}/items/{part}/receipts/{}", response.id))),
        Err(Error::Stale) => Ok(Taken::Stale),
        Err(Error::Invalid(faults)) => {
            let text = faults.first().map(|fault| fault.detail.clone()).unwrap_or_default();
            Ok(Taken::Faulty(Fault::at("main-content", text)))
        }
        Err(other) => Err(other.into()),
    }
}

/// A form that can be shown again with what is wrong.
pub(super) trait Again: Serialize + Sized {
    /// Its faults, and whether it was overtaken.
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool);

    /// With this fault.
    fn with(mut self, fault: Fault) -> Self {
        self.marks().0.push(fault);
        self
    }

    /// As one that was overtaken.
    fn overtaken(mut self) -> Self {
        *self.marks().1 = true;
        self
    }
}

impl Again for Words {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.faults, &mut self.stale)
    }
}

/// Leads to the receipt, or shows the form again with everything that was typed and the newest revision.
pub(super) fn again<F: Again>(
    app: &App,
    taken: Taken,
    template: &'static str,
    form: impl FnOnce(&mut crate::storage::Conn) -> Result<F, Error>,
) -> Result<Outcome, Problem> {
    let (faults, stale) = match taken {
        Taken::In(receipt) => return Ok(Outcome::See(receipt)),
        Taken::Stale => (Vec::new(), true),
        Taken::Faulty(fault) => (vec![fault], false),
    };
    shown_again(app, faults, stale, template, form)
}

/// The form once more, with its faults, or overtaken.
pub(super) fn shown_again<F: Again>(
    app: &App,
    faults: Vec<Fault>,
    stale: bool,
    template: &'static str,
    form: impl FnOnce(&mut crate::storage::Conn) -> Result<F, Error>,
) -> Result<Outcome, Problem> {
    let shown = faults.into_iter().fold(app.db.read(form)?, F::with);
    let (status, shown) = match stale {
        true => (StatusCode::PRECONDITION_FAILED, shown.overtaken()),
        false => (StatusCode::UNPROCESSABLE_ENTITY, shown),
    };
    Ok(Outcome::Page(status, render(template, &Shell::of(app, true)?, &shown)?))
}
