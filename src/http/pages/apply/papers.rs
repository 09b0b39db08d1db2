//! The papers of an application: sent file by file or many at once, each as what it is, and taken out again.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::super::answers::Again;
use super::super::fields::Posted;
use super::super::files::{chosen, keep_under};
use super::super::look::{Choice, Fault};
use super::super::visitor::{Guest, Visitor, show_case};
use super::{Head, look_at_draft, save};
use crate::actions::Error;
use crate::actions::applying::{self as actions, Saving};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::document::Under;
use crate::domain::id::{ApplicationId, DocumentId};
use crate::domain::scheme::Paper;
use crate::http::form::{Id, Part};
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::{Conn, documents};

#[derive(Serialize)]
struct Page {
    head: Head,
    papers: Vec<PaperView>,
    choices: Vec<Choice>,
    chosen: String,
    megabytes: u64,
}

#[derive(Serialize)]
struct PaperView {
    title: String,
    hint: Option<String>,
    is_required: bool,
    files: Vec<FileView>,
}

#[derive(Serialize)]
struct FileView {
    id: DocumentId,
    name: String,
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
    show_case(app, visitor, Action::Apply, id.0, "application_papers.html", move |app, db, guest| {
        filled(app, db, guest, id.0, String::new())
    })
    .await
}

fn filled(app: &App, db: &mut Conn, guest: &Guest, id: ApplicationId, chosen: String) -> Result<Page, Error> {
    let seen = look_at_draft(db, guest, id)?;
    let (_, asked) = actions::form_of(&app.rules)?;
    let there = documents::of_application(db, id)?;
    let files = |paper: &Paper| {
        let attached = seen.form.papers.iter().filter(|attached| attached.paper == paper.code);
        let found = attached.filter_map(|attached| there.iter().find(|file| file.id == attached.document_id));
        found.map(|file| FileView { id: file.id, name: file.name.clone() }).collect()
    };
    let view = |paper: &Paper| PaperView {
        title: paper.title.clone(),
        hint: paper.hint.clone(),
        is_required: paper.is_required,
        files: files(paper),
    };
    let choice = |paper: &Paper| Choice { value: paper.code.clone(), text: paper.title.clone() };
    Ok(Page {
        papers: asked.papers.iter().map(view).collect(),
        choices: asked.papers.iter().map(choice).collect(),
        chosen,
        megabytes: app.settings.files.limits.bytes >> 20,
        head: seen.head,
    })
}

/// Files come in as one of the papers.
pub(in super::super) async fn send(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    let guest = visitor.enter(&app, Action::Apply).await?;
    let (fields, files) = posted.read_files(&app, &guest.token).await?;
    let code = fields.trimmed("paper");
    let mut faults = Vec::new();
    if actions::form_of(&app.rules).map_err(Problem::from)?.1.paper(&code).is_none() {
        faults.push(Fault::at("paper", "Choose what you are sending"));
    }
    let kept = match chosen(files) {
        Ok(files) if faults.is_empty() => keep_under(&app, &guest, Under::Application(id), None, files).await?,
        Ok(_) => Ok(Vec::new()),
        Err(fault) => Err(fault),
    };
    let outcome = blocking(move || {
        let saving = match kept {
            Ok(files) if faults.is_empty() => Some(Saving::Papers(code.clone(), files)),
            Ok(_) => None,
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let here = format!("{}/papers", super::href(id));
        let form = |db: &mut Conn| filled(&app, db, &guest, id, code.clone());
        save(&app, &guest, (id, &fields, here), saving, faults, ("application_papers.html", form))
    });
    Ok(outcome.await?.respond())
}

/// A file is taken out.
pub(in super::super) async fn take_out(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    part: Part<DocumentId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    let guest = visitor.enter(&app, Action::Apply).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let here = format!("{}/papers", super::href(id));
        let form = |db: &mut Conn| filled(&app, db, &guest, id, String::new());
        let saving = Some(Saving::NoPaper(part.0));
        save(&app, &guest, (id, &fields, here), saving, Vec::new(), ("application_papers.html", form))
    });
    Ok(outcome.await?.respond())
}
