//! One's applications, and one of them: what is left to fill in, or where it is once it was sent.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::fields::From;
use super::super::visitor::{Visitor, show, show_case};
use super::super::words::{Tag, weekday_instant};
use super::{Head, href, look, part_href};
use crate::actions::Error;
use crate::actions::applying as actions;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::form::{Form, Part, Progress, SentForm, SentPaper, may_be_part_2};
use crate::domain::application::{Application, Stage};
use crate::domain::calendar::london::written_out;
use crate::domain::id::ApplicationId;
use crate::domain::scheme::{ApplicationForm, Scheme};
use crate::http::form::{Id, Query};
use crate::http::problem::Problem;
use crate::storage::application_forms::{self, Line};
use crate::storage::page::Page as Wanted;

/// Applications on a page.
const PAGE: usize = 50;

#[derive(Serialize)]
struct List {
    lines: Vec<LineView>,
    next: Option<String>,
}

#[derive(Serialize)]
struct LineView {
    href: Option<String>,
    reference: String,
    home: String,
    detail: String,
    tag: Tag,
}

/// Every application of the visitor's, the newest first.
pub(in super::super) async fn list(
    app: Data<App>,
    visitor: Visitor,
    from: Query<From>,
) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::Apply, "applications.html", move |_, db, guest| {
        let page = Wanted { after: from.0.after, limit: PAGE };
        let listed = application_forms::concerning(db, guest.party, &page)?;
        let lines = listed.rows.into_iter().map(|Line { application, home, saved_at }| LineView {
            href: saved_at.map(|_| href(application.id)),
            detail: detail(&application, saved_at),
            tag: tag(application.stage),
            reference: application.reference,
            home,
        });
        let next = listed.next.map(|after| format!("/applications?after={after}"));
        Ok(List { lines: lines.collect(), next })
    })
    .await
}

fn detail(application: &Application, saved_at: Option<DateTime<Utc>>) -> String {
    match (application.submitted_on, saved_at) {
        (Some(on), _) => format!("Sent on {}", written_out(on)),
        (None, Some(at)) => format!("Last saved {}", weekday_instant(at)),
        (None, None) => "On paper".to_owned(),
    }
}

fn tag(stage: Stage) -> Tag {
    let (text, colour) = match stage {
        Stage::Draft => ("Not sent yet", "yellow"),
        Stage::Submitted => ("Sent: the fee is to be paid", "turquoise"),
        Stage::PaidA => ("Sent: we are checking it", "turquoise"),
        Stage::Incomplete => ("Something is missing", "orange"),
        Stage::DulyMade | Stage::Assessing | Stage::ProposalReady => ("Being assessed", "turquoise"),
        Stage::ConsultingGrant => ("We propose to grant it", "turquoise"),
        Stage::ConsultingRefusal => ("We propose to refuse it", "orange"),
        Stage::DecisionDue => ("To be decided", "turquoise"),
        Stage::AwaitingB => ("The rest of the fee is to be paid", "yellow"),
        Stage::Granted => ("Granted", "green"),
        Stage::Refused => ("Refused", "red"),
        Stage::Withdrawn => ("Given up", "grey"),
        Stage::RejectedInvalid => ("Rejected as not complete", "red"),
        Stage::ClosedNotRequired => ("No licence needed", "green"),
    };
    Tag { text, colour }
}

#[derive(Serialize)]
struct Page {
    head: Head,
    tag: Tag,
    is_draft: bool,
    is_new: bool,
    can_be_given_up: bool,
    parts: Vec<PartView>,
    is_complete: bool,
    exemptions: Vec<String>,
    may_be_part_2: bool,
    sent: Option<SentView>,
    papers: Vec<SentPaper>,
    defects: Vec<String>,
    answer_by: Option<String>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct PartView {
    href: String,
    title: String,
    tag: Tag,
}

#[derive(Serialize)]
struct SentView {
    at: String,
    sha256: String,
    form: SentForm,
}

/// One application.
pub(in super::super) async fn one(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::Apply, id.0, "application.html", move |app, db, guest| {
        let super::Seen { application, form, head } = look(db, guest, id.0)?;
        let is_draft = application.stage == Stage::Draft;
        let (parts, is_complete, exemptions) = if is_draft {
            let (scheme, asked) = actions::form_of(&app.rules)?;
            (parts(&form, asked), form.missing(asked).is_empty(), grounds(&form, scheme))
        } else {
            (Vec::new(), false, Vec::new())
        };
        Ok(Page {
            head,
            tag: tag(application.stage),
            is_draft,
            is_new: application.stage == Stage::Submitted,
            can_be_given_up: !application.stage.is_terminal(),
            is_complete,
            parts,
            exemptions,
            may_be_part_2: may_be_part_2(&form.answers),
            papers: form.sent.as_ref().map(|sent| sent.papers.clone()).unwrap_or_default(),
            sent: sent(form)?,
            defects: application.defects,
            answer_by: application.answer_by.map(written_out),
            reason: application.reason,
        })
    })
    .await
}

fn parts(form: &Form, asked: &ApplicationForm) -> Vec<PartView> {
    let view = |(part, title): (Part, String)| {
        let (text, colour) = match form.progress(&part, asked) {
            Progress::NotBegun => ("To do", "yellow"),
            Progress::MayWait => ("Optional", "grey"),
            Progress::Begun => ("Begun", "turquoise"),
            Progress::Done => ("Done", "green"),
        };
        PartView { href: part_href(form.application_id, &part), title, tag: Tag { text, colour } }
    };
    Part::all(asked).into_iter().map(view).collect()
}

/// The grounds of exemption that were ticked, in words.
pub(super) fn grounds(form: &Form, scheme: &Scheme) -> Vec<String> {
    let ticked = form.exemptions.iter().flatten().filter_map(|code| scheme.exemption(code));
    ticked.map(|ground| ground.name.clone()).collect()
}

fn sent(form: Form) -> Result<Option<SentView>, Error> {
    let Form { sent: Some(sent), sent_at: Some(at), sha256: Some(sha256), .. } = form else { return Ok(None) };
    Ok(Some(SentView { at: weekday_instant(at), sha256, form: sent }))
}
