//! Many files at once, for somebody with many homes: each finds its item by name or list, or is left to a person.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, post};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::{Error, FieldFault, bulk};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::id::{DemandId, DocumentId, ItemId, ResponseId};
use crate::domain::scheme::DocumentKind;
use crate::http::bulk::{Fate, Told, take};
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::http::upload;

/// Files, and perhaps a list that says which is what.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub struct FilesForm {
    /// A table (CSV) with the columns file, home (a UPRN or an address) and kind; without it each file's name says both. As a text or as a file.
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
    /// What is the matter, and what to do about it.
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
    fn of(told: Told) -> Self {
        let mut outcome = Self { file: told.file, document_id: told.document, ..Self::default() };
        if let Some((open, kind)) = told.place {
            outcome.kind = Some(kind);
            outcome.demand_id = Some(open.demand);
            outcome.reference = Some(open.reference);
            outcome.item_id = Some(open.item.id);
        }
        match told.fate {
            Fate::Answers(response) => (outcome.answered, outcome.response_id) = (true, Some(response)),
            Fate::SentBefore => outcome.already_sent = true,
            Fate::Left { code, text } => (outcome.reason, outcome.remedy) = (Some(code), Some(text)),
        }
        outcome
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
    let (_, told) = take(&app, &caller.cx, list.as_deref(), form.files).await?;
    let files = told.into_iter().map(FileOutcome::of).collect::<Vec<_>>();
    let answered = files.iter().filter(|one| one.answered).count();
    let left_over = files.iter().filter(|one| one.reason.is_some()).count();
    let outcome = BulkOutcome { files, answered, left_over };
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(outcome))
}
