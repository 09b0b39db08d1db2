//! Files that are sent in: taken, listed, and given out to those who may see the case.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::actions::{Error, FieldFault};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london;
use crate::domain::case_read::Case;
use crate::domain::document::{Document, MediaType, ScanState, Under};
use crate::domain::id::{AccountId, ApplicationId, DocumentId, LicenceId, PartyId, PropertyId, Spelled};
use crate::http::answer::{PageOf, look_in_cases, made_or_found, page, read, read_one};
use crate::http::form::{Id, Query};
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::http::{download, upload};
use crate::storage::documents;

/// A file that was sent in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentView {
    id: DocumentId,
    /// The licence under which it was sent, unless it came with an application or from a visit.
    licence_id: Option<LicenceId>,
    /// The application with which it came.
    application_id: Option<ApplicationId>,
    property_id: PropertyId,
    /// The name as sent, cleaned.
    name: String,
    media_type: MediaType,
    bytes: i64,
    /// SHA-256 of the bytes, in hexadecimal.
    sha256: String,
    sender_account_id: Option<AccountId>,
    sender_party_id: Option<PartyId>,
    /// When the last of its bytes came in.
    received_at: DateTime<Utc>,
    /// The same in words, on a London clock.
    received: String,
    /// What is known of malware in it.
    state: ScanState,
    scanned_at: Option<DateTime<Utc>>,
    /// What the scanner found.
    finding: Option<String>,
}

impl DocumentView {
    /// As people see it.
    #[must_use]
    pub fn of(document: Document) -> Self {
        Self {
            id: document.id,
            licence_id: document.licence_id,
            application_id: document.application_id,
            property_id: document.property_id,
            name: document.name,
            media_type: document.media_type,
            bytes: document.bytes,
            sha256: document.sha256,
            sender_account_id: document.sender_account,
            sender_party_id: document.sender_party,
            received_at: document.received_at,
            received: london::written_instant(document.received_at),
            state: document.state,
            scanned_at: document.scanned_at,
            finding: document.finding,
        }
    }
}

/// A file that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivedDocument {
    #[serde(flatten)]
    document: DocumentView,
    /// Whether the same bytes had been sent before for this home under the same; then this is that document.
    already_known: bool,
}

/// A file and what it is sent for.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub struct DocumentForm {
    /// The licence under which it is sent; or else:
    licence_id: Option<LicenceId>,
    /// The application with which it comes.
    application_id: Option<ApplicationId>,
    /// Which of the licence's homes; its address of record if nothing is said. By itself: the home where an officer found it.
    property_id: Option<PropertyId>,
    /// A PDF, JPEG or PNG.
    #[schema(value_type = String, format = Binary)]
    file: String,
}

/// Send a file in: under a licence, with an application, or, from an officer, for a home alone. The same file sent again for the same home is the one that is there (200).
#[utoipa::path(tag = "documents", request_body(content = DocumentForm, content_type = "multipart/form-data"), responses((status = 201, body = ReceivedDocument), (status = 200, body = ReceivedDocument), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/documents")]
pub async fn create(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::AnswerDemands).await?;
    let form = upload::read(&app, &request, payload.into_inner()).await?;
    let (under, home, taken) = sent(form)?;
    let received = upload::keep(&app, caller.cx, taken, under, home).await?;
    let already_known = received.already_known;
    let document = received.document;
    let (location, revision) = (format!("/api/v1/documents/{}", document.id), document.revision);
    let view = ReceivedDocument { document: DocumentView::of(document), already_known };
    Ok(made_or_found(!already_known, location, revision, &view))
}

/// The fields of the form; a refused file is told before a missing field, because its sender cannot mend that elsewhere.
fn sent(form: upload::Form) -> Result<(Under, Option<PropertyId>, upload::Taken), Problem> {
    let upload::Form { fields, files } = form;
    let mut faults = Vec::new();
    let unknown =
        fields.keys().filter(|name| !matches!(name.as_str(), "licence_id" | "application_id" | "property_id"));
    let unknown_files = files.iter().map(|sent| &sent.field).filter(|name| *name != "file");
    for name in unknown.chain(unknown_files) {
        faults.push(FieldFault::at(format!("/{name}"), "is not known here: leave it out"));
    }
    let licence = identifier::<LicenceId>(fields.get("licence_id"), "/licence_id", &mut faults);
    let application = identifier::<ApplicationId>(fields.get("application_id"), "/application_id", &mut faults);
    let home = identifier::<PropertyId>(fields.get("property_id"), "/property_id", &mut faults);
    let mut files = files.into_iter().filter(|sent| sent.field == "file");
    let (file, another) = (files.next(), files.next());
    if another.is_some() {
        faults.push(FieldFault::at("/file", "is there twice: send each file by itself"));
    }
    let Some(file) = file else {
        faults.push(FieldFault::at("/file", "is needed: add a file"));
        return Err(Problem::invalid(faults));
    };
    let taken = file.taken.map_err(|refusal| upload::refused(&refusal, "/file"))?;
    if !["licence_id", "application_id", "property_id"].iter().any(|field| fields.contains_key(*field)) {
        let advice =
            "is needed, or application_id, or property_id for what an officer found there: say for what the file is";
        faults.push(FieldFault::at("/licence_id", advice));
    }
    let under = match (licence, application) {
        (Some(_), Some(_)) => {
            faults.push(FieldFault::at("/application_id", "leave it out, or leave licence_id out"));
            None
        }
        (Some(id), None) => Some(Under::Licence(id)),
        (None, Some(id)) => Some(Under::Application(id)),
        (None, None) => home.map(Under::Home),
    };
    match under {
        Some(under) if faults.is_empty() => Ok((under, home, taken)),
        _ => Err(Problem::invalid(faults)),
    }
}

fn identifier<T: Spelled>(text: Option<&String>, pointer: &str, faults: &mut Vec<FieldFault>) -> Option<T> {
    let text = text?;
    let read = T::read(text.trim());
    if read.is_none() {
        faults.push(FieldFault::at(pointer, T::refuse(text)));
    }
    read
}

/// What a list of documents is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentQuery {
    /// Only under this licence.
    licence_id: Option<LicenceId>,
    /// Only with this application.
    application_id: Option<ApplicationId>,
    /// Only of this home.
    property_id: Option<PropertyId>,
    /// Only in this state.
    state: Option<ScanState>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List the files that were sent in.
#[utoipa::path(tag = "documents", params(DocumentQuery), responses((status = 200, body = PageOf<DocumentView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/documents")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<DocumentQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let query = query.0;
        let filter = documents::Filter {
            licence: query.licence_id,
            application: query.application_id,
            property: query.property_id,
            state: query.state,
        };
        let listed = documents::list(db, cx.actor.sight(), &filter, &page(query.after, query.limit))?;
        Ok(PageOf::of(listed, DocumentView::of))
    })
    .await
}

/// Read what is known of a file.
#[utoipa::path(tag = "documents", params(("id" = DocumentId, Path)), responses((status = 200, body = DocumentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/documents/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<DocumentId>) -> Result<HttpResponse, Problem> {
    read_one(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let document = documents::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        let revision = document.revision;
        Ok((DocumentView::of(document), revision))
    })
    .await
}

/// Download a file, or a range of it: a read of the licence or the application for which it was sent. Not while it waits for the
/// malware scanner, and never if it is infected.
#[utoipa::path(tag = "documents", params(("id" = DocumentId, Path)), responses((status = 200, content_type = "application/octet-stream", body = String), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/documents/{id}/content")]
pub async fn content(
    app: Data<App>,
    caller: Caller,
    id: Id<DocumentId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let looking = look_in_cases(app.clone(), caller, Action::ReadOwnCases, move |_, db, cx| {
        let document = documents::find_seen(db, cx.actor.sight(), id.0)?.ok_or(Error::NotFound)?;
        // What may not be opened is refused further on, and is no read.
        let told = document.may_be_opened().is_ok();
        let cases = document.licence_id.map(Case::from).into_iter().chain(document.application_id.map(Case::from));
        let cases = cases.filter(|_| told).collect::<Vec<_>>();
        Ok((document, cases))
    });
    download::answer(&app, &request, &looking.await?).await
}
