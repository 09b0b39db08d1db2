//! The check of every answer, the declarations, the signatures; then the application is sent.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::super::answers::{Again, shown_again};
use super::super::fields::{Fields, Lines, Posted, wrong_text};
use super::super::look::{Fault, Outcome};
use super::super::visitor::{Guest, Visitor, show_case};
use super::overview::grounds;
use super::people::{PersonView, agreed, views};
use super::{Head, href, look_at_draft, part_href, told};
use crate::actions::applying::{self as actions, Signing};
use crate::actions::{Error, Expected};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::form::{Part, SentPaper, Signatures, asked, may_be_part_2};
use crate::domain::id::ApplicationId;
use crate::domain::scheme::QuestionGroup;
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;

#[derive(Serialize)]
struct Page {
    head: Head,
    missing: Vec<MissingView>,
    exemptions: Vec<String>,
    is_exemption_said: bool,
    exemptions_href: String,
    may_be_part_2: bool,
    people: Vec<PersonView>,
    people_href: String,
    groups: Vec<GroupView>,
    papers: Vec<SentPaper>,
    papers_href: Option<String>,
    declarations: Vec<String>,
    holder: Option<String>,
    email: String,
    /// Whether the applicant has agreed to e-mail before.
    by_email: bool,
    typed: Typed,
}

#[derive(Serialize)]
struct MissingView {
    href: String,
    title: String,
}

#[derive(Serialize)]
struct GroupView {
    title: String,
    href: String,
    answers: Vec<AnswerView>,
}

#[derive(Serialize)]
struct AnswerView {
    question: String,
    answer: String,
}

/// The signing as typed.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    agreed: bool,
    signed_by: String,
    holder_signed_by: String,
    by_email: bool,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.head.faults, &mut self.head.stale)
    }
}

/// The page.
pub(in super::super) async fn form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::Apply, id.0, "application_check.html", move |app, db, guest| {
        filled(app, db, guest, id.0, Typed::default())
    })
    .await
}

fn filled(app: &App, db: &mut Conn, guest: &Guest, id: ApplicationId, typed: Typed) -> Result<Page, Error> {
    let seen = look_at_draft(db, guest, id)?;
    let (scheme, questions) = actions::form_of(&app.rules)?;
    let form = &seen.form;
    let agreed = agreed(db, guest, form)?;
    let left = form.missing(questions).into_iter();
    let holder = form.holder().filter(|_| form.is_for_somebody_else());
    let group = |group: &QuestionGroup| GroupView {
        title: group.title.clone(),
        href: part_href(id, &Part::Group(group.code.clone())),
        answers: asked(group, &form.answers)
            .map(|question| AnswerView {
                question: question.text.clone(),
                answer: form.answers.get(&question.code).map(|answer| question.in_words(answer)).unwrap_or_default(),
            })
            .collect(),
    };
    Ok(Page {
        missing: left.map(|(part, title)| MissingView { href: part_href(id, &part), title }).collect(),
        exemptions: grounds(form, scheme),
        is_exemption_said: form.exemptions.is_some(),
        exemptions_href: part_href(id, &Part::Exemptions),
        may_be_part_2: may_be_part_2(&form.answers),
        people: views(form, &agreed),
        people_href: part_href(id, &Part::People),
        papers: actions::papers_of(db, questions, form)?,
        papers_href: (!questions.papers.is_empty()).then(|| part_href(id, &Part::Papers)),
        groups: questions.groups.iter().map(group).collect(),
        declarations: questions.declarations.clone(),
        holder: holder.map(|holder| holder.name.clone()),
        email: guest.email.clone(),
        by_email: agreed.contains(&guest.party),
        head: seen.head,
        typed,
    })
}

/// The application is signed and sent.
pub(in super::super) async fn send(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::Apply).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let typed = Typed::read(&fields);
        let page = app.db.read(|db| filled(&app, db, &guest, id.0, typed.clone()))?;
        let mut faults = typed.faults(page.holder.as_deref());
        let mut stale = false;
        if faults.is_empty() {
            let expected = Expected(fields.number("revision").unwrap_or_default());
            let signing = typed.signing(page.holder.is_some(), &guest);
            let sent = app.db.write(|tx| actions::send(tx, &guest.cx, &app.rules, id.0, expected, signing.clone()));
            match sent {
                Ok(_) => return Ok(Outcome::See(href(id.0))),
                Err(Error::Stale) => stale = true,
                Err(other) => faults.push(told(other)?),
            }
        }
        shown_again(&app, faults, stale, "application_check.html", |db| filled(&app, db, &guest, id.0, typed.clone()))
    });
    Ok(outcome.await?.respond())
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        Self {
            agreed: fields.get("agreed") == "yes",
            signed_by: fields.trimmed("signed-by"),
            holder_signed_by: fields.trimmed("holder-signed-by"),
            by_email: fields.get("by-email") == "yes",
        }
    }

    fn faults(&self, holder: Option<&str>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut check = |field: &str, text: &str, missing: String| {
            let fault = if text.is_empty() { Some(missing) } else { wrong_text(text, Lines::One, 200) };
            faults.extend(fault.map(|text| Fault::at(field, text)));
        };
        check("signed-by", &self.signed_by, "Enter your full name".to_owned());
        if let Some(holder) = holder {
            check(
                "holder-signed-by",
                &self.holder_signed_by,
                format!("Enter the full name of {holder}, who signs too"),
            );
        }
        if !self.agreed {
            faults.push(Fault::at("agreed", "Tick the box to make the declarations"));
        }
        faults
    }

    fn signing(&self, by_holder: bool, guest: &Guest) -> Signing {
        let holder = by_holder.then(|| self.holder_signed_by.clone());
        Signing {
            signatures: Signatures { applicant: self.signed_by.clone(), holder },
            consent: self.by_email.then(|| guest.email.clone()),
        }
    }
}
