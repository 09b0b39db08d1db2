//! A group of the scheme's questions. What is answered rightly is saved whatever else is missing, so nobody loses anything.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::super::answers::Again;
use super::super::fields::{Fields, Lines, Posted, day_of, wrong_text};
use super::super::look::{Choice, Fault};
use super::super::visitor::{Guest, Visitor, show_case};
use super::{Head, href, look_at_draft, save};
use crate::actions::Error;
use crate::actions::applying::{self as actions, Saving};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::form::{Answers, asked, unanswered};
use crate::domain::id::ApplicationId;
use crate::domain::scheme::{Question, QuestionGroup, QuestionKind};
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;

#[derive(Serialize)]
struct Page {
    head: Head,
    action: String,
    title: String,
    intro: String,
    questions: Vec<Asked>,
}

/// A question as it stands in the form.
#[derive(Clone, Debug, Serialize)]
struct Asked {
    name: String,
    kind: &'static str,
    text: String,
    hint: String,
    value: String,
    day: String,
    month: String,
    year: String,
    choices: Vec<Choice>,
    /// The field that must have the answer below for this question to be asked; empty if it always is.
    depends_on: String,
    depends_text: String,
    answer: String,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.head.faults, &mut self.head.stale)
    }
}

fn field(code: &str) -> String {
    format!("q-{code}")
}

/// The form.
pub(in super::super) async fn form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let code = path.into_inner().1;
    show_case(app, visitor, Action::Apply, id.0, "application_questions.html", move |app, db, guest| {
        filled(app, db, guest, (id.0, &code), None)
    })
    .await
}

fn filled(
    app: &App,
    db: &mut Conn,
    guest: &Guest,
    (id, code): (ApplicationId, &str),
    fields: Option<&Fields>,
) -> Result<Page, Error> {
    let seen = look_at_draft(db, guest, id)?;
    let group = actions::form_of(&app.rules)?.1.group(code).ok_or(Error::NotFound)?;
    let questions = group.questions.iter().map(|question| Asked::of(question, group, &seen.form.answers, fields));
    Ok(Page {
        action: format!("{}/questions/{code}", seen.head.href),
        head: seen.head,
        title: group.title.clone(),
        intro: group.intro.clone().unwrap_or_default(),
        questions: questions.collect(),
    })
}

impl Asked {
    /// With what was typed, or else with what was saved.
    fn of(question: &Question, group: &QuestionGroup, answers: &Answers, fields: Option<&Fields>) -> Self {
        let name = field(&question.code);
        let choice = |value: &str, text: &str| Choice { value: value.to_owned(), text: text.to_owned() };
        let (kind, choices) = match &question.kind {
            QuestionKind::Line => ("line", Vec::new()),
            QuestionKind::Text => ("text", Vec::new()),
            QuestionKind::Number => ("number", Vec::new()),
            QuestionKind::YesNo => ("radios", vec![choice("yes", "Yes"), choice("no", "No")]),
            QuestionKind::Choice(choices) => ("radios", choices.iter().map(|one| choice(one, one)).collect()),
            QuestionKind::Day => ("day", Vec::new()),
        };
        let value = match fields {
            Some(fields) => fields.trimmed(&name),
            None => answers.get(&question.code).cloned().unwrap_or_default(),
        };
        let mut parts = value.split('-').rev().map(|part| part.trim_start_matches('0').to_owned());
        let mut part = |name: String| match fields {
            Some(fields) => fields.trimmed(&name),
            None => parts.next().unwrap_or_default(),
        };
        let (day, month, year) =
            (part(format!("{name}-day")), part(format!("{name}-month")), part(format!("{name}-year")));
        let needed = question.only_if.as_ref();
        let before = needed.and_then(|needed| group.questions.iter().find(|one| one.code == needed.question));
        Self {
            kind,
            text: question.text.clone(),
            hint: question.hint.clone().unwrap_or_default(),
            value,
            day,
            month,
            year,
            choices,
            depends_on: needed.map(|needed| field(&needed.question)).unwrap_or_default(),
            depends_text: before.map(|before| before.text.clone()).unwrap_or_default(),
            answer: needed.map(|needed| needed.answer.clone()).unwrap_or_default(),
            name,
        }
    }
}

/// Answers are saved.
pub(in super::super) async fn answer(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let code = path.into_inner().1;
    let guest = visitor.enter(&app, Action::Apply).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let group = actions::form_of(&app.rules)?.1.group(&code).ok_or(Error::NotFound)?;
        let (answers, mut faults) = read(group, &fields, &guest);
        if fields.get("then") != "later" {
            let missing = unanswered(group, &answers).into_iter();
            let missing = missing.filter(|one| faults.iter().all(|fault| fault.field != field(&one.code)));
            let missing = missing.map(|one| fault(one, one.missing())).collect::<Vec<_>>();
            faults.extend(missing);
            let place = |fault: &Fault| group.questions.iter().position(|one| field(&one.code) == fault.field);
            faults.sort_by_key(place);
        }
        let saving = Some(Saving::Answers(code.clone(), answers));
        let form = |db: &mut Conn| filled(&app, db, &guest, (id.0, &code), Some(&fields));
        save(&app, &guest, (id.0, &fields, href(id.0)), saving, faults, ("application_questions.html", form))
    });
    Ok(outcome.await?.respond())
}

fn fault(question: &Question, text: String) -> Fault {
    let name = field(&question.code);
    let link = if question.kind == QuestionKind::Day { format!("{name}-day") } else { name.clone() };
    Fault { field: name, link, text }
}

/// The answers that fit, of the questions that are asked; and what is wrong with the others.
fn read(group: &QuestionGroup, fields: &Fields, guest: &Guest) -> (Answers, Vec<Fault>) {
    let mut answers = Answers::new();
    let mut wrong = Vec::new();
    for question in &group.questions {
        let name = field(&question.code);
        let typed = match question.kind {
            QuestionKind::Day => {
                let part = |part: &str| fields.trimmed(&format!("{name}-{part}"));
                day_of(&part("day"), &part("month"), &part("year"))
            }
            _ => fields.trimmed(&name),
        };
        let disguised = match question.kind {
            QuestionKind::Text => wrong_text(&typed, Lines::Many, Question::TEXT),
            _ => wrong_text(&typed, Lines::One, Question::LINE),
        };
        match disguised.map_or_else(|| question.check(&typed, guest.cx.today()), Err) {
            _ if typed.is_empty() => {}
            Ok(()) => drop(answers.insert(question.code.clone(), typed)),
            Err(text) => wrong.push((question, text)),
        }
    }
    let codes = asked(group, &answers).map(|question| question.code.clone()).collect::<Vec<_>>();
    answers.retain(|code, _| codes.contains(code));
    wrong.retain(|(question, _)| codes.contains(&question.code));
    (answers, wrong.into_iter().map(|(question, text)| fault(question, text)).collect())
}
