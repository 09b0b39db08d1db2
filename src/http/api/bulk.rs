//! Many files at once, for somebody with many homes: each finds its item by name or list, or is left to a person.

use std::collections::BTreeMap;

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::bulk::{self, Asked, OpenItem};
use crate::actions::{Error, FieldFault};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::bulk::{LeftOver, ListLine, Wanted, label, place};
use crate::domain::document::Under;
use crate::domain::id::{DemandId, DocumentId, ItemId, ResponseId};
use crate::domain::scheme::DocumentKind;
use crate::http::problem::Problem;
use crate::http::session::{Caller, Entered, blocking};
use crate::http::upload::{self, Sent, Taken};

/// Files, and perhaps a list that says which is what.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub struct FilesForm {
    /// A table (CSV) with the columns file, home (a UPRN or an address) and kind; without it each file's name says both.
    list: Option<String>,
    /// Each a PDF, JPEG or PNG.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<String>,
}

/// What came of one file.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct FileOutcome {
    /// Its name as sent.
    file: String,
    /// Whether it answers an item now.
    answered: bool,
    /// Whether the same bytes had been sent for this item before; then nothing was done again.
    already_sent: bool,
    /// Why it is left to a person, or refused.
    reason: Option<String>,
    /// What to do about it.
    remedy: Option<String>,
    kind: Option<DocumentKind>,
    demand_id: Option<DemandId>,
    /// The demand's reference.
    reference: Option<String>,
    item_id: Option<ItemId>,
    document_id: Option<DocumentId>,
    response_id: Option<ResponseId>,
}

impl FileOutcome {
    fn left(file: String, reason: &str, remedy: String) -> Self {
        Self { file, reason: Some(reason.to_owned()), remedy: Some(remedy), ..Self::default() }
    }
}

/// What came of every file, in the order in which they were sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkOutcome {
    files: Vec<FileOutcome>,
    /// How many answer an item now.
    answered: usize,
    /// How many are left to a person.
    left_over: usize,
}

/// A file that has found its item.
struct Placed {
    at: usize,
    file: Taken,
    kind: DocumentKind,
    open: OpenItem,
}

/// Send many files at once; each answers the one item that its name or the list plainly means. The others are not kept.
#[utoipa::path(tag = "documents", operation_id = "send_many", request_body(content = FilesForm, content_type = "multipart/form-data"), responses((status = 200, body = BulkOutcome), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/answers")]
pub async fn send(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::AnswerDemands).await?;
    let form = upload::read(&app, &request, payload.into_inner()).await?;
    let list = form.fields.get("list").map(|text| bulk::list(text)).transpose();
    let list = list.map_err(|why| Problem::from(Error::from(FieldFault::at("/list", why))))?;
    if form.files.is_empty() {
        return Err(Error::from(FieldFault::at("/file", "is needed: add the files")).into());
    }
    let (service, cx) = (app.clone(), caller.cx.clone());
    let asked = blocking(move || Ok(service.db.read(|db| bulk::asked(db, &cx, &service.rules))?)).await?;
    let (mut told, placed) = sort(&asked, list.as_deref(), form.files);
    for group in by_item(placed) {
        answer(&app, &caller, group, &mut told).await?;
    }
    let answered = told.iter().filter(|one| one.answered).count();
    let left_over = told.iter().filter(|one| one.reason.is_some()).count();
    let outcome = BulkOutcome { files: told, answered, left_over };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(outcome))
}

/// What can be said of each file by now, and those that have found their item.
fn sort(asked: &Asked, list: Option<&[ListLine]>, files: Vec<Sent>) -> (Vec<FileOutcome>, Vec<Placed>) {
    let wanted = asked.wanted();
    let mut told = Vec::with_capacity(files.len());
    let mut placed = Vec::new();
    for (at, sent) in files.into_iter().enumerate() {
        let file = sent.name.clone();
        match find(asked, &wanted, list, at, sent) {
            Ok(one) => {
                told.push(FileOutcome { file, ..FileOutcome::default() });
                placed.push(one);
            }
            Err(left) => told.push(*left),
        }
    }
    (told, placed)
}

fn find(
    asked: &Asked,
    wanted: &[Wanted<'_>],
    list: Option<&[ListLine]>,
    at: usize,
    sent: Sent,
) -> Result<Placed, Box<FileOutcome>> {
    let left = |why: LeftOver| Box::new(FileOutcome::left(sent.name.clone(), why.spelling(), why.remedy().to_owned()));
    let (one, kind) = label(&sent.name, list).and_then(|label| place(&label, wanted)).map_err(left)?;
    let open = asked.find(one).cloned().ok_or_else(|| left(LeftOver::NothingAsked))?;
    match sent.taken {
        Ok(file) => Ok(Placed { at, file, kind, open }),
        Err(refusal) => Err(Box::new(FileOutcome::left(sent.name, refusal.code(), refusal.to_string()))),
    }
}

/// Files for one item are one answer: the front and the back of a paper.
fn by_item(placed: Vec<Placed>) -> Vec<Vec<Placed>> {
    let mut groups: BTreeMap<ItemId, Vec<Placed>> = BTreeMap::new();
    for one in placed {
        groups.entry(one.open.item.id).or_default().push(one);
    }
    groups.into_values().collect()
}

async fn answer(
    app: &Data<App>,
    caller: &Entered,
    group: Vec<Placed>,
    told: &mut [FileOutcome],
) -> Result<(), Problem> {
    let Some(OpenItem { demand, reference, item }) = group.first().map(|one| one.open.clone()) else { return Ok(()) };
    let mut brought: Vec<(usize, DocumentId)> = Vec::with_capacity(group.len());
    for one in group {
        let kept =
            upload::keep(app, caller.cx.clone(), one.file, Under::Licence(item.licence_id), Some(item.property_id))
                .await;
        let Some(place) = told.get_mut(one.at) else { continue };
        place.kind = Some(one.kind);
        place.demand_id = Some(demand);
        place.reference = Some(reference.clone());
        place.item_id = Some(item.id);
        match kept {
            Ok(received) => {
                place.document_id = Some(received.document.id);
                brought.push((one.at, received.document.id));
            }
            Err(problem) if problem.status < 500 => {
                place.reason = Some(problem.code().to_owned());
                place.remedy = Some(problem.detail);
            }
            Err(problem) => return Err(problem),
        }
    }
    let (service, cx) = (app.clone(), caller.cx.clone());
    let ids = brought.iter().map(|(_, id)| *id).collect::<Vec<_>>();
    let add = move || match service.db.write(|tx| bulk::answer(tx, &cx, &service.rules, demand, item.id, &ids)) {
        Ok(added) => Ok(Ok(added)),
        // A rule against this item is no reason to leave the other files undone.
        Err(Error::Refused { code, text }) => Ok(Err((code, text))),
        Err(other) => Err(other.into()),
    };
    let done = blocking(add).await?;
    for (at, id) in brought {
        let Some(place) = told.get_mut(at) else { continue };
        match &done {
            Ok(Some(added)) if added.new.contains(&id) => {
                place.answered = true;
                place.response_id = Some(added.response);
            }
            Ok(_) => place.already_sent = true,
            Err((code, text)) => (place.reason, place.remedy) = (Some((*code).to_owned()), Some(text.clone())),
        }
    }
    Ok(())
}
