//! The template engine: templates are part of the program, and a value that is missing is an error.

use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;

use super::{ComposeFault, Composed, wrap::wrap};
use crate::mail::envelope::MailSubject;

const TEMPLATES: [(&str, &str); 28] = [
    ("anchors.html", include_str!("../templates/anchors.html")),
    ("anchors.txt", include_str!("../templates/anchors.txt")),
    ("application.html", include_str!("../templates/application.html")),
    ("application.txt", include_str!("../templates/application.txt")),
    ("copy.html", include_str!("../templates/copy.html")),
    ("copy.txt", include_str!("../templates/copy.txt")),
    ("foot.txt", include_str!("../templates/foot.txt")),
    ("layout.html", include_str!("../templates/layout.html")),
    ("how_to_answer.html", include_str!("../templates/how_to_answer.html")),
    ("how_to_answer.txt", include_str!("../templates/how_to_answer.txt")),
    ("demand.txt", include_str!("../templates/demand.txt")),
    ("demand.html", include_str!("../templates/demand.html")),
    ("digest.txt", include_str!("../templates/digest.txt")),
    ("digest.html", include_str!("../templates/digest.html")),
    ("decision.txt", include_str!("../templates/decision.txt")),
    ("decision.html", include_str!("../templates/decision.html")),
    ("licence_notice.txt", include_str!("../templates/licence_notice.txt")),
    ("licence_notice.html", include_str!("../templates/licence_notice.html")),
    ("notice.txt", include_str!("../templates/notice.txt")),
    ("notice.html", include_str!("../templates/notice.html")),
    ("receipt.txt", include_str!("../templates/receipt.txt")),
    ("receipt.html", include_str!("../templates/receipt.html")),
    ("reference.txt", include_str!("../templates/reference.txt")),
    ("reference.html", include_str!("../templates/reference.html")),
    ("referral.txt", include_str!("../templates/referral.txt")),
    ("referral.html", include_str!("../templates/referral.html")),
    ("sign_in.txt", include_str!("../templates/sign_in.txt")),
    ("sign_in.html", include_str!("../templates/sign_in.html")),
];

/// Built once; a template that does not parse is reported by every letter, and by the tests first.
static ENGINE: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    for (name, source) in TEMPLATES {
        engine.add_template(name, source).map_err(|fault| format!("{fault:#}"))?;
    }
    Ok(engine)
});

/// Renders both parts. An agent's copy says so in its subject too.
pub(super) fn compose(
    version: &'static str,
    text: &'static str,
    html: &'static str,
    is_copy: bool,
    subject: &str,
    model: &impl Serialize,
) -> Result<Composed, ComposeFault> {
    let subject = if is_copy { format!("Copy: {subject}") } else { subject.to_owned() };
    Ok(Composed {
        subject: MailSubject::from_text(&subject).ok_or(ComposeFault::Missing("subject"))?,
        text: wrap(&render(text, model)?),
        html: render(html, model)?,
        template_version: version,
    })
}

/// Fills in one template.
pub(super) fn render(template: &'static str, model: &impl Serialize) -> Result<String, ComposeFault> {
    let fault = |reason: String| ComposeFault::Template { template, reason };
    let engine = ENGINE.as_ref().map_err(|reason| fault(reason.clone()))?;
    let page = engine.get_template(template).map_err(|error| fault(error.to_string()))?;
    page.render(Serde(model)).map_err(|error| fault(error.to_string()))
}
