//! Applying for a licence: one's applications, a new one for a home, its parts, and the check before it is signed and sent.

pub(super) mod begin;
pub(super) mod check;
pub(super) mod defects;
pub(super) mod exemptions;
pub(super) mod overview;
pub(super) mod papers;
pub(super) mod people;
pub(super) mod questions;
mod start;
pub(super) mod withdraw;

use serde::Serialize;

pub(super) use start::show as start;

use super::answers::{Again, shown_again};
use super::fields::Fields;
use super::look::{Fault, Outcome};
use super::visitor::Guest;
use super::words::capital;
use crate::actions::applying::{self as actions, Saving};
use crate::actions::{Error, Expected};
use crate::app::App;
use crate::domain::application::form::{Form, Part};
use crate::domain::application::{Application, Stage};
use crate::domain::id::ApplicationId;
use crate::http::problem::Problem;
use crate::storage::{Conn, properties};

/// What stands at the head of every page of an application.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Head {
    href: String,
    reference: String,
    home: String,
    token: String,
    revision: i64,
    faults: Vec<Fault>,
    stale: bool,
}

/// An application of the visitor's own with its form, and the head of its pages.
struct Seen {
    application: Application,
    form: Form,
    head: Head,
}

fn look(db: &mut Conn, guest: &Guest, id: ApplicationId) -> Result<Seen, Error> {
    let (application, form) = actions::own(db, &guest.cx, id)?;
    let home = properties::find(db, form.property_id)?.ok_or(Error::NotFound)?;
    let head = Head {
        href: href(id),
        reference: application.reference.clone(),
        home: home.one_line(),
        token: guest.token.clone(),
        revision: form.revision,
        faults: Vec::new(),
        stale: false,
    };
    Ok(Seen { application, form, head })
}

/// As [`look`], of one that can still be filled in.
fn look_at_draft(db: &mut Conn, guest: &Guest, id: ApplicationId) -> Result<Seen, Error> {
    let seen = look(db, guest, id)?;
    if seen.application.stage != Stage::Draft {
        let text = "this application has been sent or given up: what it says cannot be changed".to_owned();
        return Err(Error::Refused { code: "form-sent", text });
    }
    Ok(seen)
}

fn href(id: ApplicationId) -> String {
    format!("/applications/{id}")
}

fn part_href(id: ApplicationId, part: &Part) -> String {
    let place = match part {
        Part::Exemptions => "exemptions".to_owned(),
        Part::People => "people".to_owned(),
        Part::Papers => "papers".to_owned(),
        Part::Group(code) => format!("questions/{code}"),
    };
    format!("{}/{place}", href(id))
}

/// Saves a part on the revision that the form carries, then leads on; with faults, or where a rule stands against it, the form is
/// shown again with everything that was typed.
fn save<F: Again>(
    app: &App,
    guest: &Guest,
    (id, fields, next): (ApplicationId, &Fields, String),
    saving: Option<Saving>,
    mut faults: Vec<Fault>,
    (template, form): (&'static str, impl FnOnce(&mut Conn) -> Result<F, Error>),
) -> Result<Outcome, Problem> {
    let expected = Expected(fields.number("revision").unwrap_or_default());
    let saved = saving.map_or(Ok(()), |saving| {
        app.db.write(|tx| actions::save(tx, &guest.cx, &app.rules, id, expected, saving.clone()))
    });
    let mut stale = false;
    match saved {
        Ok(()) if faults.is_empty() => return Ok(Outcome::See(next)),
        Ok(()) => {}
        Err(Error::Stale) => stale = true,
        Err(other) => faults.push(told(other)?),
    }
    shown_again(app, faults, stale, template, form)
}

/// What a rule says, as a fault of the whole form; anything else is a page of its own.
fn told(error: Error) -> Result<Fault, Problem> {
    let text = match error {
        Error::Refused { text, .. } => text,
        Error::Invalid(faults) => faults.into_iter().map(|fault| fault.detail).collect::<Vec<_>>().join(" "),
        other => return Err(other.into()),
    };
    Ok(Fault::at("main-content", capital(&text)))
}
