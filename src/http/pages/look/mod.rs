//! How a page is put together: templates that are part of the program and strict about what is missing, one layout, and the
//! headers that keep a page to itself.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;

use super::assets;
use crate::app::App;
use crate::http::problem::Problem;

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        const TEMPLATES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../templates/", $name)))),+];
    };
}
templates! {
    "alarms.html", "answer.html", "application.html", "application_check.html", "application_defects.html", "application_exemptions.html",
    "application_fields.html", "application_head.html", "application_new.html", "application_papers.html", "application_people.html",
    "application_person.html", "application_questions.html", "application_withdrawal.html", "applications.html",
    "apply.html", "consent_withdrawal.html", "demand.html", "details.html", "due.html", "duty.html", "files.html",
    "govuk.html", "homes.html", "item.html", "layout.html", "licence.html", "licences.html", "link.html", "notice.html", "notice_comment.html", "notices.html",
    "many.html", "many_sent.html", "overtaken.html", "own_change.html", "own_change_received.html", "own_head.html", "own_inspection.html",
    "own_neighbours.html", "receipt.html", "record.html", "sent.html", "sign_in.html", "sign_out.html", "start.html",
    "wrong.html",
}

/// Built once; a template that does not parse is reported by every page, and by the tests first.
static ENGINE: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, source) in TEMPLATES {
        engine.add_template(name, source).map_err(|fault| format!("{fault:#}"))?;
    }
    Ok(engine)
});

/// What stands around every page.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Shell {
    council: String,
    team: String,
    email: String,
    telephone: String,
    assets: String,
    signed_in: bool,
}

impl Shell {
    /// The frame of a page for somebody who is signed in, or not.
    pub(super) fn of(app: &App, signed_in: bool) -> Result<Self, Problem> {
        let council = app.rules.current()?.council.clone();
        Ok(Self {
            council: council.name,
            team: council.team,
            email: council.email,
            telephone: council.telephone,
            assets: assets::place(),
            signed_in,
        })
    }
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Fault {
    /// The field that bears the message.
    pub(super) field: String,
    /// The input that the summary leads to.
    pub(super) link: String,
    /// What is wrong, and what to do.
    pub(super) text: String,
}

impl Fault {
    /// A fault of a field that is one input.
    pub(super) fn at(field: impl Into<String>, text: impl Into<String>) -> Self {
        let field = field.into();
        Self { link: field.clone(), field, text: text.into() }
    }
}

/// A choice of a select or of radio buttons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
}

#[derive(Serialize)]
struct Model<'a, P> {
    shell: &'a Shell,
    page: &'a P,
}

/// Fills in one template.
pub(super) fn render(template: &str, shell: &Shell, page: &impl Serialize) -> Result<String, Problem> {
    let broken = |why: String| Problem::broken(&format!("the page {template} could not be written: {why}"));
    let engine = ENGINE.as_ref().map_err(|why| broken(why.clone()))?;
    let found = engine.get_template(template).map_err(|error| broken(format!("{error:#}")))?;
    found.render(Serde(Model { shell, page })).map_err(|error| broken(format!("{error:#}")))
}

/// No script or style but the service's own, no form to elsewhere, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// What a request comes to, before it is an answer: work on another thread cannot hand over more.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// A page.
    Page(StatusCode, String),
    /// Another page is led to.
    See(String),
}

impl Outcome {
    /// The answer.
    pub(super) fn respond(self) -> HttpResponse {
        match self {
            Self::Page(status, html) => page(status, html),
            Self::See(place) => see(&place),
        }
    }
}

/// The answer that shows a page.
pub(super) fn page(status: StatusCode, html: String) -> HttpResponse {
    bare(status).content_type("text/html; charset=utf-8").body(html)
}

/// The answer that leads to another page.
pub(super) fn see(place: &str) -> HttpResponse {
    bare(StatusCode::SEE_OTHER).insert_header((header::LOCATION, place)).finish()
}

fn bare(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("Cross-Origin-Opener-Policy", "same-origin"));
    answer
}

#[cfg(test)]
mod tests;
