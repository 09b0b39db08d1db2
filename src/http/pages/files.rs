//! Files for an item: sent from a form, kept as the API keeps them, and taken as one answer.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::answers::{Again, Taken, again, take};
use super::fields::Posted;
use super::item::{Head, look};
use super::look::Fault;
use super::visitor::{Guest, Visitor, show_case};
use crate::actions::Error;
use crate::actions::demands::Incoming;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::demand::AnswerKind;
use crate::domain::document::Under;
use crate::domain::id::{DemandId, DocumentId, ItemId, PropertyId};
use crate::http::form::{Id, Part};
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::http::upload::{self, Sent};
use crate::storage::Conn;

#[derive(Serialize)]
struct Page {
    head: Head,
    token: String,
    revision: i64,
    megabytes: u64,
    together: u64,
    faults: Vec<Fault>,
    stale: bool,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.faults, &mut self.stale)
    }
}

fn blank(app: &App, db: &mut Conn, guest: &Guest, (id, part): (DemandId, ItemId)) -> Result<Page, Error> {
    let seen = look(app, db, &guest.cx, id, part)?;
    Ok(Page {
        head: seen.head,
        token: guest.token.clone(),
        revision: seen.demand.cover.revision,
        megabytes: app.settings.files.limits.bytes >> 20,
        together: upload::most_together(app) >> 20,
        faults: Vec::new(),
        stale: false,
    })
}

/// The form for files.
pub(super) async fn form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::AnswerDemands, id.0, "files.html", move |app, db, guest| {
        blank(app, db, guest, (id.0, part.0))
    })
    .await
}

/// Files come in for an item. All of them are taken as one answer, or none is.
pub(super) async fn send(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let of = (id.0, part.0);
    let guest = visitor.enter(&app, Action::AnswerDemands).await?;
    let (fields, files) = posted.read_files(&app, &guest.token).await?;
    let kept = match chosen(files) {
        Ok(files) => keep(&app, &guest, of, files).await?,
        Err(faults) => Err(faults),
    };
    let outcome = blocking(move || {
        let taken = match kept {
            Ok(documents) => {
                let incoming = Incoming { documents, ..Incoming::of(AnswerKind::Document, None) };
                take(&app, &guest, of, &fields, &incoming)?
            }
            Err(fault) => Taken::Faulty(fault),
        };
        again(&app, taken, "files.html", |db| blank(&app, db, &guest, of))
    });
    Ok(outcome.await?.respond())
}

/// The files that were chosen, if every one of them can be taken; else what is wrong, file by file.
pub(super) fn chosen(files: Vec<Sent>) -> Result<Vec<upload::Taken>, Fault> {
    if files.is_empty() {
        return Err(Fault::at("file", "Choose a file"));
    }
    let mut taken = Vec::with_capacity(files.len());
    let mut wrong = Vec::new();
    for sent in files {
        match sent.taken {
            Ok(file) => taken.push(file),
            Err(refusal) => wrong.push(format!("{}: {refusal}", sent.name)),
        }
    }
    if wrong.is_empty() { Ok(taken) } else { Err(Fault::at("file", wrong.join(" "))) }
}

/// Keeps the files; what a rule stands against is told on the form, and nothing was answered then.
async fn keep(
    app: &Data<App>,
    guest: &Guest,
    (id, part): (DemandId, ItemId),
    files: Vec<upload::Taken>,
) -> Result<Result<Vec<DocumentId>, Fault>, Problem> {
    let (service, cx) = (app.clone(), guest.cx.clone());
    let item = blocking(move || Ok(service.db.read(|db| look(&service, db, &cx, id, part))?.item)).await?;
    keep_under(app, guest, Under::Licence(item.licence_id), Some(item.property_id), files).await
}

/// As [`keep`], for whatever the files are sent under.
pub(super) async fn keep_under(
    app: &Data<App>,
    guest: &Guest,
    under: Under,
    home: Option<PropertyId>,
    files: Vec<upload::Taken>,
) -> Result<Result<Vec<DocumentId>, Fault>, Problem> {
    let kept = upload::keep_all(app, &guest.cx, files, under, home).await?;
    let kept = kept.into_iter().collect::<Result<Vec<_>, _>>();
    Ok(kept.map(each_once).map_err(|problem| Fault::at("file", problem.detail)))
}

/// The same file chosen twice is one file of the answer.
fn each_once(mut files: Vec<DocumentId>) -> Vec<DocumentId> {
    let mut known = BTreeSet::new();
    files.retain(|file| known.insert(*file));
    files
}
