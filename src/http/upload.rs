//! Files as they come in, in a multipart form of the API or of a page: written, hashed and judged while they arrive.
//!
//! A body must come faster than a floor, counted from its start, so that a client that drips is cut off however often it
//! drips and a slow line is not. What is too large is read on for a while without being kept: then its sender is told why.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data};
use futures_core::Stream;
use tokio::time::Instant;

use super::problem::Problem;
use super::session::blocking;
use crate::actions::{FieldFault, documents};
use crate::app::App;
use crate::domain::context::Context;
use crate::domain::document::{Announced, Arrival, Facts, Inspector, Refusal, ScanState, Under};
use crate::domain::id::{DocumentId, PropertyId};
use crate::files::{self, AtRest, Incoming};
use crate::jobs;
use spreadsheet::decode;

/// A form that has come in whole.
#[derive(Debug, Default)]
pub struct Form {
    /// The text fields by name; of two with one name the last. The list of what the files are may come as a file.
    pub fields: BTreeMap<String, String>,
    /// The files, in order.
    pub files: Vec<Sent>,
}

/// One file of a form.
#[derive(Debug)]
pub struct Sent {
    /// The name of its field.
    pub field: String,
    /// Its own name as sent, for messages alone; empty where a browser had no file to send.
    pub name: String,
    /// The file, its bytes on disk under a temporary name; or why it is not taken.
    pub taken: Result<Taken, Refusal>,
}

/// A file that may be kept.
#[derive(Debug)]
pub struct Taken {
    file: AtRest,
    facts: Facts,
}

/// The most parts that a form may have, and the most bytes of a text field.
const PARTS: usize = 50;
const TEXT: usize = 8 << 10;
/// The field of the list that says what many files are, and its most bytes as a file.
const LIST: &str = "list";
const LIST_BYTES: usize = 64 << 10;
/// What is too large is read on up to so many times the limit.
const PATIENCE: u64 = 4;
/// Bytes are written in pieces of this size.
const PIECE: usize = 256 << 10;

/// Reads a form with files. Nothing of it is kept yet; what is not passed to [`keep`] is gone with the value.
///
/// # Errors
/// The problem with the form as a whole; what is wrong with a file is said with the file.
pub async fn read(app: &Data<App>, request: &HttpRequest, payload: Payload) -> Result<Form, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let advice = "send a form with the header \"Content-Type: multipart/form-data\"";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Only a form is read here", advice));
    }
    let mut reader = Reader::new(app, request)?;
    let mut multipart = Multipart::new(request.headers(), payload);
    let mut form = Form::default();
    for _ in 0..PARTS {
        let Some(mut field) = reader.next(&mut multipart).await? else { return Ok(form) };
        let name = field.name().unwrap_or_default().to_owned();
        let sent_as = field.content_disposition().and_then(|about| about.get_filename()).map(ToOwned::to_owned);
        match sent_as {
            Some(sent_as) if name == LIST => {
                let list = reader.bytes(&mut field, &name, LIST_BYTES).await?;
                let list = decode(&list).ok_or_else(|| bad_form("the list is not a text: save it as CSV"))?;
                // A browser sends a nameless empty file where none was chosen.
                form.fields.extend((!sent_as.is_empty()).then_some((name, list)));
            }
            Some(sent_as) => {
                let taken = reader.file(&mut field, sent_as.clone()).await?;
                form.files.push(Sent { field: name, name: sent_as, taken });
            }
            None => {
                let text = reader.text(&mut field, &name).await?;
                form.fields.insert(name, text);
            }
        }
    }
    Err(bad_form(&format!("a form has {PARTS} parts at most: send fewer files at once")))
}

/// Keeps a file: its bytes under their final name, durably, then the document. It came in at this instant.
///
/// # Errors
/// The problem that stands in the way; then there is no document.
pub async fn keep(
    app: &Data<App>,
    mut cx: Context,
    taken: Taken,
    under: Under,
    home: Option<PropertyId>,
) -> Result<documents::Received, Problem> {
    let app = app.clone();
    cx.now = app.clock.now();
    let service = app.clone();
    let received = blocking(move || {
        let home = match home {
            Some(home) => home,
            None => app.db.read(|db| documents::home_of(db, &cx, under))?,
        };
        let Taken { file, facts } = taken;
        let arrival = Arrival { under, home, sha256: file.sha256().to_owned(), facts };
        let (room, scanner) = (app.settings.files.room, app.settings.scan.clamd.is_some());
        // Before anything is kept: what is refused leaves no bytes behind.
        if let Some(document) = app.db.read(|db| documents::expected(db, &cx, &arrival, room))? {
            return Ok(documents::Received { document, already_known: true });
        }
        let _held = app.files.hold();
        app.files.keep(file).map_err(|error| disk(&error))?;
        Ok(app.db.write(|tx| documents::receive(tx, &cx, arrival.clone(), room, scanner))?)
    });
    let received = received.await?;
    if received.document.state == ScanState::Pending {
        let document = received.document.clone();
        // Not waited for: the sender has been told that it came in, and whoever opens it is told that it waits.
        actix_web::rt::spawn(blocking(move || Ok(jobs::files::scan(&service, &document)?)));
    }
    Ok(received)
}

/// Keeps several files of one home, each as [`keep`] does; beside those that are kept stands what a rule says against the others.
///
/// # Errors
/// A fault of the service's own, which ends it all.
pub async fn keep_all(
    app: &Data<App>,
    cx: &Context,
    files: Vec<Taken>,
    under: Under,
    home: Option<PropertyId>,
) -> Result<Vec<Result<DocumentId, Problem>>, Problem> {
    let mut kept = Vec::with_capacity(files.len());
    for file in files {
        match keep(app, cx.clone(), file, under, home).await {
            Ok(received) => kept.push(Ok(received.document.id)),
            Err(problem) if problem.status < 500 => kept.push(Err(problem)),
            Err(problem) => return Err(problem),
        }
    }
    Ok(kept)
}

/// The most bytes that a form's files may have together.
#[must_use]
pub fn most_together(app: &App) -> u64 {
    app.settings.files.limits.bytes.saturating_mul(PATIENCE)
}

/// A refused file as a problem of its field.
#[must_use]
pub fn refused(refusal: &Refusal, pointer: &str) -> Problem {
    let status = match refusal {
        Refusal::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::NotTaken(_) | Refusal::UnknownType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Refusal::Infected(_) => StatusCode::FORBIDDEN,
        Refusal::NotScanned => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut problem = Problem::new(status, refusal.code(), "The file cannot be taken", refusal.to_string());
    problem.errors = Problem::invalid(vec![FieldFault::at(pointer, refusal.to_string())]).errors;
    problem
}

/// What the disk says, as an answer.
pub(super) fn disk(error: &files::Error) -> Problem {
    if error.is_full() {
        return crate::actions::Error::Full.into();
    }
    Problem::broken(&error.to_string())
}

/// Reads the parts of a form, keeping count of time and bytes.
struct Reader {
    app: Data<App>,
    began: Instant,
    read: u64,
    most: u64,
}

impl Reader {
    fn new(app: &Data<App>, request: &HttpRequest) -> Result<Self, Problem> {
        let most = most_together(app);
        let announced = request.headers().get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|announced| announced > most + u64::try_from(TEXT * PARTS).unwrap_or_default()) {
            return Err(too_much(app));
        }
        Ok(Self { app: app.clone(), began: Instant::now(), read: 0, most })
    }

    /// When the next piece must be there.
    fn deadline(&self) -> Instant {
        let settings = &self.app.settings;
        let earned = self.read / settings.files.slowest_bytes_per_second;
        self.began + Duration::from_secs(settings.server.body_seconds.saturating_add(earned))
    }

    async fn next<S, T>(&mut self, stream: &mut S) -> Result<Option<T>, Problem>
    where
        S: Stream<Item = Result<T, MultipartError>> + Unpin,
    {
        let coming = std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx));
        match tokio::time::timeout_at(self.deadline(), coming).await {
            Ok(None) => Ok(None),
            Ok(Some(Ok(next))) => Ok(Some(next)),
            Ok(Some(Err(MultipartError::Incomplete | MultipartError::Payload(_)))) => {
                Err(bad_form("the body ended before it was whole: send it again"))
            }
            Ok(Some(Err(error))) => Err(bad_form(&error.to_string())),
            Err(_) => {
                let floor = self.app.settings.files.slowest_bytes_per_second / 1_000;
                let detail = format!("the body must come at {floor} kB a second or faster");
                Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The body came too slowly", detail))
            }
        }
    }

    async fn piece(&mut self, field: &mut Field) -> Result<Option<Bytes>, Problem> {
        let piece = self.next(field).await?;
        self.read += piece.as_ref().and_then(|piece| u64::try_from(piece.len()).ok()).unwrap_or_default();
        if self.read > self.most {
            return Err(too_much(&self.app));
        }
        Ok(piece)
    }

    async fn bytes(&mut self, field: &mut Field, name: &str, most: usize) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece(field).await? {
            if bytes.len() + piece.len() > most {
                let fault = FieldFault::at(format!("/{name}"), format!("must have at most {most} bytes"));
                return Err(Problem::invalid(vec![fault]));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    async fn text(&mut self, field: &mut Field, name: &str) -> Result<String, Problem> {
        let text = self.bytes(field, name, TEXT).await?;
        String::from_utf8(text).map_err(|_| bad_form(&format!("the field {name:?} is not UTF-8")))
    }

    async fn file(&mut self, field: &mut Field, name: String) -> Result<Result<Taken, Refusal>, Problem> {
        let declared = field.content_type().map(|kind| kind.essence_str().to_owned());
        let declared = declared.filter(|kind| kind != "application/octet-stream");
        let inspector = Inspector::new(Announced { name, declared }, self.app.settings.files.limits);
        let app = self.app.clone();
        let mut sink = blocking(move || Sink::begin(&app.files, inspector)).await?;
        let mut waiting = Vec::with_capacity(PIECE);
        while let Some(piece) = self.piece(field).await? {
            waiting.extend_from_slice(&piece);
            if waiting.len() >= PIECE {
                let full = std::mem::replace(&mut waiting, Vec::with_capacity(PIECE));
                sink = blocking(move || sink.take(&full)).await?;
            }
        }
        blocking(move || Ok(sink.take(&waiting)?.end())).await
    }
}

/// Where the bytes of a file go: to disk and past the inspector, or nowhere once it is refused.
enum Sink {
    Open(Box<(Incoming, Inspector)>),
    Refused(Refusal),
}

impl Sink {
    fn begin(files: &files::Files, inspector: Inspector) -> Result<Self, Problem> {
        let incoming = files.begin().map_err(|error| disk(&error))?;
        Ok(Self::Open(Box::new((incoming, inspector))))
    }

    fn take(self, piece: &[u8]) -> Result<Self, Problem> {
        let Self::Open(mut both) = self else { return Ok(self) };
        match both.1.take(piece) {
            Ok(()) => {
                both.0.write(piece).map_err(|error| disk(&error))?;
                Ok(Self::Open(both))
            }
            Err(refusal) => Ok(Self::Refused(refusal)),
        }
    }

    fn end(self) -> Result<Taken, Refusal> {
        match self {
            Self::Open(both) => {
                let (incoming, inspector) = *both;
                inspector.finish().map(|facts| Taken { file: incoming.end(), facts })
            }
            Self::Refused(refusal) => Err(refusal),
        }
    }
}

/// More came than one file may have, or all of them together.
fn too_much(app: &App) -> Problem {
    let refusal = Refusal::TooLarge { limit: app.settings.files.limits.bytes };
    let together = most_together(app) >> 20;
    let mut problem = refused(&refusal, "/file");
    problem.detail = format!("{refusal} Several files may have {together} MB together: send the others after them.");
    problem
}

fn bad_form(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad-form", "The form cannot be read", detail)
}
