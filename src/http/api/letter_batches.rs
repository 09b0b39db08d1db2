//! Letters printed together for the post-room: one PDF to print, one record of its posting.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::letters::PostingRecord;
use super::written;
use crate::actions::Error;
use crate::actions::letter_batches::{self as actions, Batch};
use crate::actions::letters::cases_in;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::{Method, london};
use crate::domain::context::Context;
use crate::domain::document::MediaType;
use crate::domain::id::{AccountId, DemandId, LetterBatchId, LetterId};
use crate::domain::letter::{Enclosure, Letter, LetterState};
use crate::domain::letter_batch::{BatchState, Cover, LetterBatch, Posting, Printed};
use crate::files::AtRest;
use crate::http::answer::{Answer, PageOf, change, change_with_file, look_in_cases, page, read, read_one};
use crate::http::download::{self, Stored};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::http::upload;
use crate::mail::letters::long_date;
use crate::mail::paper;
use crate::storage::{Conn, enclosures, letter_batches, letters};
use crate::typeset;

/// Letters that were printed together, without the letters.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchView {
    id: LetterBatchId,
    state: BatchState,
    /// Who printed it.
    officer_id: Option<AccountId>,
    printed_at: DateTime<Utc>,
    /// SHA-256 of the PDF, in hexadecimal.
    sha256: String,
    bytes: i64,
    pages: i32,
    /// The day on which it was posted or handed over.
    posted_on: Option<NaiveDate>,
    method: Option<Method>,
    evidence: Option<String>,
    /// Why it was cancelled.
    reason: Option<String>,
    /// When its posting or its cancellation was recorded.
    settled_at: Option<DateTime<Utc>>,
}

impl From<Cover> for BatchView {
    fn from(cover: Cover) -> Self {
        Self {
            id: cover.id,
            state: cover.state,
            officer_id: cover.officer_id,
            printed_at: cover.made_at,
            sha256: cover.sha256,
            bytes: cover.bytes,
            pages: cover.pages,
            posted_on: cover.posted_on,
            method: cover.method,
            evidence: cover.evidence,
            reason: cover.reason,
            settled_at: cover.settled_at,
        }
    }
}

/// Letters that were printed together.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchFile {
    #[serde(flatten)]
    batch: BatchView,
    /// In the order of their pages.
    letters: Vec<BatchEntryView>,
}

/// One letter of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchEntryView {
    letter_id: LetterId,
    recipient_name: String,
    subject: Option<String>,
    demand_id: Option<DemandId>,
    /// The page of the PDF on which it begins.
    first_page: i32,
    /// The page on which it ends.
    last_page: i32,
    /// Where the letter is now.
    state: LetterState,
    /// Why it was not posted with the others; then it did not go.
    left_out: Option<String>,
}

fn file(db: &mut Conn, batch: LetterBatch) -> Result<BatchFile, Error> {
    let mut shown = Vec::with_capacity(batch.letters.len());
    for entry in batch.letters {
        let letter = letters::find(db, entry.letter_id)?.ok_or(Error::NotFound)?;
        shown.push(BatchEntryView {
            letter_id: letter.id,
            recipient_name: letter.recipient_name,
            subject: letter.subject,
            demand_id: letter.demand_id,
            first_page: entry.first_page,
            last_page: entry.last_page,
            state: letter.state,
            left_out: entry.left_out,
        });
    }
    Ok(BatchFile { batch: batch.cover.into(), letters: shown })
}

/// What a list of batches is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// Only in this state.
    state: Option<BatchState>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// List the batches of letters that were printed together.
#[utoipa::path(tag = "letters", operation_id = "list_letter_batches", params(BatchQuery), responses((status = 200, body = PageOf<BatchView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/letter-batches")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<BatchQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, _| {
        let query = query.0;
        let listed = letter_batches::list(db, query.state, &page(query.after, query.limit))?;
        Ok(PageOf::of(listed, BatchView::from))
    })
    .await
}

/// Read a batch with its letters.
#[utoipa::path(tag = "letters", operation_id = "show_letter_batch", params(("id" = LetterBatchId, Path)), responses((status = 200, body = BatchFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/letter-batches/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<LetterBatchId>) -> Result<HttpResponse, Problem> {
    read_one(app, caller, Action::ReadCases, move |_, db, _| {
        let batch = letter_batches::find(db, id.0)?.ok_or(Error::NotFound)?;
        let revision = batch.cover.revision;
        Ok((file(db, batch)?, revision))
    })
    .await
}

/// Which letters are to be printed together.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchForm {
    /// The letters; if nothing is said, all that wait to be printed, up to 200.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    letters: Option<Vec<LetterId>>,
}

/// Print letters together, as one PDF in which each begins on a new sheet and what goes with it follows. A letter is in one open batch at most. One that cannot be
/// printed is left out, and is a task.
#[utoipa::path(tag = "letters", operation_id = "print_letter_batch", request_body = BatchForm, responses((status = 201, body = BatchFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/letter-batches")]
pub async fn create(app: Data<App>, caller: Caller, form: Sent<BatchForm>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkTasks).await?;
    let form = form.read().await?;
    let asked = form.body.letters;
    let make = move |app: &App, cx: &Context| {
        let chosen = app.db.read(|db| chosen(db, cx, asked.as_deref()))?;
        print(app, cx, chosen)
    };
    change_with_file(app, caller, form.digest, make, |_, tx, cx, made| {
        let batch = actions::make(tx, cx, made)?;
        let (location, revision) = (format!("/api/v1/letter-batches/{}", batch.cover.id), batch.cover.revision);
        Ok(Answer::created(location, &file(tx, batch)?, revision))
    })
    .await
}

fn chosen(db: &mut Conn, cx: &Context, asked: Option<&[LetterId]>) -> Result<Vec<(Letter, Option<Enclosure>)>, Error> {
    let letters = actions::chosen(db, cx, asked)?.into_iter();
    let with_enclosures = letters.map(|letter| {
        let enclosure = enclosures::of(db, &letter)?;
        Ok((letter, enclosure))
    });
    with_enclosures.collect()
}

fn print(app: &App, cx: &Context, chosen: Vec<(Letter, Option<Enclosure>)>) -> Result<(AtRest, Batch), Problem> {
    let title = format!("Letters printed on {}", long_date(cx.today()));
    let paper::Batch { pdf: printed, printed: in_it, left_out } =
        paper::print_batch(app.typesetter, &title, &chosen).map_err(typeset::unprintable)?;
    let mut incoming = app.files.begin().map_err(|error| upload::disk(&error))?;
    incoming.write(&printed.bytes).map_err(|error| upload::disk(&error))?;
    let file = incoming.end();
    let page = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let pages = printed.letters.iter().map(|pages| (page(pages.first), page(pages.last)));
    let letters = in_it.iter().zip(pages).map(|(letter, (first, last))| (letter.id, first, last)).collect();
    let bytes = i64::try_from(printed.bytes.len()).unwrap_or(i64::MAX);
    let sha256 = file.sha256().to_owned();
    let unprintable = left_out.into_iter().map(|(letter, fault)| (letter.id, fault.to_string())).collect();
    let printed = Printed { sha256, bytes, letters };
    let letters = chosen.into_iter().map(|(letter, _)| letter).collect();
    Ok((file, Batch { letters, printed, unprintable }))
}

/// Download a batch, to be printed: a read of each case that its letters are about.
#[utoipa::path(tag = "letters", operation_id = "download_letter_batch", params(("id" = LetterBatchId, Path)), responses((status = 200, content_type = "application/pdf", body = String), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/letter-batches/{id}/pdf")]
pub async fn content(
    app: Data<App>,
    caller: Caller,
    id: Id<LetterBatchId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let looking = look_in_cases(app.clone(), caller, Action::ReadCases, move |_, db, _| {
        let batch = letter_batches::find(db, id.0)?.ok_or(Error::NotFound)?;
        let mut cases = Vec::with_capacity(batch.letters.len());
        for entry in &batch.letters {
            let letter = letters::find(db, entry.letter_id)?.ok_or(Error::NotFound)?;
            cases.extend(cases_in(db, &letter)?);
        }
        Ok((batch.cover, cases))
    });
    let cover = looking.await?;
    let name = format!("letters-{}-{}.pdf", london::today(cover.made_at), cover.id);
    let stored = Stored { sha256: &cover.sha256, bytes: cover.bytes, media_type: MediaType::Pdf, name: &name };
    download::stored(&app, &request, stored).await
}

/// Record that a batch was posted or handed over: each of its letters was, and serves the demand that it carries. Letters that
/// were posted otherwise, withdrawn or returned meanwhile are left out and named.
#[utoipa::path(tag = "letters", operation_id = "post_letter_batch", params(("id" = LetterBatchId, Path), ("If-Match" = String, Header)), request_body = PostingRecord, responses((status = 200, body = BatchFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/letter-batches/{id}/posting")]
pub async fn record_posting(
    app: Data<App>,
    caller: Caller,
    id: Id<LetterBatchId>,
    expected: IfMatch,
    form: Sent<PostingRecord>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkTasks).await?;
    let form = form.read().await?;
    let posting = Posting::from(form.body);
    change(app, caller, form.digest, move |app, tx, cx| {
        let batch = actions::record_posting(tx, cx, &app.rules, id.0, expected.0, posting.clone())?;
        changed(tx, batch)
    })
    .await
}

/// Why a batch will not be posted.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchCancellation {
    /// Why; kept as typed.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Cancel a batch: its letters wait to be printed again.
#[utoipa::path(tag = "letters", operation_id = "cancel_letter_batch", params(("id" = LetterBatchId, Path), ("If-Match" = String, Header)), request_body = BatchCancellation, responses((status = 200, body = BatchFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/letter-batches/{id}/cancellation")]
pub async fn cancel(
    app: Data<App>,
    caller: Caller,
    id: Id<LetterBatchId>,
    expected: IfMatch,
    form: Sent<BatchCancellation>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkTasks).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let batch = actions::cancel(tx, cx, id.0, expected.0, &form.body.reason)?;
        changed(tx, batch)
    })
    .await
}

fn changed(db: &mut Conn, batch: LetterBatch) -> Result<Answer, Error> {
    let revision = batch.cover.revision;
    Ok(Answer::changed(&file(db, batch)?, revision))
}
