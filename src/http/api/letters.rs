//! Letters: what was sent to whom, as it was sent, and what became of it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use super::reminders::ReminderView;
use super::written;
use crate::actions::{Error, letters as actions};
use crate::app::App;
use crate::domain::actor::{Action, Sight};
use crate::domain::calendar::Method;
use crate::domain::context::Context;
use crate::domain::document::MediaType;
use crate::domain::id::{DemandId, LetterId, PartyId, PropertyId};
use crate::domain::letter::{Channel, Enclosure, Letter, LetterKind, LetterState};
use crate::domain::letter_batch::Posting;
use crate::http::answer::{Answer, PageOf, change, look_in_cases, page, read, whole};
use crate::http::download::{self, Stored};
use crate::http::form::{Id, Query, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch, blocking};
use crate::mail::paper;
use crate::storage::letters::{self, Attempt};
use crate::storage::{Conn, enclosures, reminders};
use crate::typeset;

/// A letter, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterView {
    id: LetterId,
    kind: LetterKind,
    recipient_id: PartyId,
    recipient_name: String,
    address: String,
    channel: Channel,
    dated_on: NaiveDate,
    property_id: Option<PropertyId>,
    demand_id: Option<DemandId>,
    subject: Option<String>,
    state: LetterState,
    /// The state in words.
    state_in_words: String,
    /// The relay's reply, what went wrong, or how it was posted.
    reply: Option<String>,
    /// How often it was tried.
    attempt: i32,
    queued_at: DateTime<Utc>,
    next_attempt_at: Option<DateTime<Utc>>,
    settled_at: Option<DateTime<Utc>>,
}

impl From<Letter> for LetterView {
    fn from(letter: Letter) -> Self {
        Self {
            id: letter.id,
            kind: letter.kind,
            recipient_id: letter.recipient_id,
            recipient_name: letter.recipient_name,
            address: letter.address,
            channel: letter.channel,
            dated_on: letter.dated_on,
            property_id: letter.property_id,
            demand_id: letter.demand_id,
            subject: letter.subject,
            state: letter.state,
            state_in_words: in_words(letter.state).to_owned(),
            reply: letter.reply,
            attempt: letter.attempt,
            queued_at: letter.created_at,
            next_attempt_at: letter.next_attempt_at,
            settled_at: letter.settled_at,
        }
    }
}

/// A relay that takes a letter has promised to pass it on; whether it arrived, and was read, nobody here knows.
fn in_words(state: LetterState) -> &'static str {
    match state {
        LetterState::Queued => "waits to be sent",
        LetterState::Sending => "is being sent",
        LetterState::Accepted => "accepted by the relay",
        LetterState::Refused => "refused by the address",
        LetterState::Held => "held: it cannot be known whether it went",
        LetterState::GivenUp => "given up after repeated failure, or set aside",
        LetterState::ToPrint => "waits to be printed and posted",
        LetterState::Posted => "posted or handed over",
    }
}

/// What goes with a letter: it is fixed when the letter is written.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnclosureView {
    /// The name that it goes under.
    name: String,
    /// SHA-256 of the PDF, in hexadecimal.
    sha256: String,
    bytes: i64,
}

impl From<Enclosure> for EnclosureView {
    fn from(enclosure: Enclosure) -> Self {
        let Enclosure { name, sha256, bytes, .. } = enclosure;
        Self { name, sha256, bytes }
    }
}

/// A letter with its text as sent, what goes with it, the attempts to send it and the reminders that it carries.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterFile {
    #[serde(flatten)]
    letter: LetterView,
    /// The text as sent; absent until it is composed.
    text: Option<String>,
    /// The HTML part as sent.
    html: Option<String>,
    /// The version of the template that it was composed with.
    template: Option<String>,
    /// The copy of the licence that goes with a decision on it; absent for most letters.
    enclosure: Option<EnclosureView>,
    attempts: Vec<AttemptView>,
    reminders: Vec<ReminderView>,
}

/// One attempt to hand a letter to the relay. One without an end is an outcome that nobody knows.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    number: i32,
    started_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    /// The state that it led to.
    outcome: Option<String>,
    reply: Option<String>,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        let Attempt { number, started_at, ended_at, outcome, reply, .. } = attempt;
        Self { number, started_at, ended_at, outcome, reply }
    }
}

fn file(db: &mut Conn, mut letter: Letter) -> Result<LetterFile, Error> {
    let attempts = letters::attempts_of(db, letter.id)?.into_iter().map(AttemptView::from).collect();
    let reminders = reminders::in_letter(db, letter.id)?.into_iter().map(ReminderView::from).collect();
    let (text, html, template) = (letter.text.take(), letter.html.take(), letter.template.take());
    let enclosure = enclosures::of(db, &letter)?.map(EnclosureView::from);
    Ok(LetterFile { letter: letter.into(), text, html, template, enclosure, attempts, reminders })
}

/// What a list of letters is narrowed to.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LetterQuery {
    /// Only in this state.
    state: Option<LetterState>,
    /// Only of this kind.
    kind: Option<LetterKind>,
    /// Only to this person or company.
    recipient_id: Option<PartyId>,
    /// Only those that carry this demand.
    demand_id: Option<DemandId>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Answers about tenants are for their landlord, and for those officers alone to whom references were entrusted.
fn hidden_from(cx: &Context) -> Option<LetterKind> {
    let may_read = cx.actor.may(Action::WorkReferences) || cx.actor.sight() != Sight::Everything;
    (!may_read).then_some(LetterKind::Reference)
}

fn seen(db: &mut Conn, cx: &Context, id: LetterId) -> Result<Letter, Error> {
    let letter = letters::find_seen(db, cx.actor.sight(), id)?;
    letter.filter(|letter| Some(letter.kind) != hidden_from(cx)).ok_or(Error::NotFound)
}

/// List letters, without their texts.
#[utoipa::path(tag = "letters", operation_id = "list_letters", params(LetterQuery), responses((status = 200, body = PageOf<LetterView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/letters")]
pub async fn list(app: Data<App>, caller: Caller, query: Query<LetterQuery>) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let query = query.0;
        let filter = letters::Filter {
            state: query.state,
            kind: query.kind,
            recipient: query.recipient_id,
            demand: query.demand_id,
            without: hidden_from(cx),
        };
        let listed = letters::list(db, cx.actor.sight(), &filter, &page(query.after, query.limit))?;
        Ok(PageOf::of(listed, LetterView::from))
    })
    .await
}

/// Read a letter as it was sent: a read of each case that it is about.
#[utoipa::path(tag = "letters", operation_id = "show_letter", params(("id" = LetterId, Path)), responses((status = 200, body = LetterFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/letters/{id}")]
pub async fn show(app: Data<App>, caller: Caller, id: Id<LetterId>) -> Result<HttpResponse, Problem> {
    let looking = look_in_cases(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let letter = seen(db, cx, id.0)?;
        let (revision, cases) = (letter.revision, actions::cases_in(db, &letter)?);
        Ok(((file(db, letter)?, revision), cases))
    });
    let (letter, revision) = looking.await?;
    Ok(whole(letter, revision))
}

/// Print a letter with what goes with it: its words as sent, as a PDF that is fit to be kept (PDF/A-2a) and to be read aloud
/// (PDF/UA-1). A read of each case that it is about.
#[utoipa::path(tag = "letters", operation_id = "print_letter", params(("id" = LetterId, Path)), responses((status = 200, content_type = "application/pdf", body = String), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/letters/{id}/pdf")]
pub async fn print(app: Data<App>, caller: Caller, id: Id<LetterId>) -> Result<HttpResponse, Problem> {
    let typesetter = app.typesetter;
    let looking = look_in_cases(app, caller, Action::ReadOwnCases, move |_, db, cx| {
        let letter = seen(db, cx, id.0)?;
        let cases = actions::cases_in(db, &letter)?;
        let enclosure = enclosures::of(db, &letter)?;
        Ok(((letter, enclosure), cases))
    });
    let (letter, enclosure) = looking.await?;
    let name = format!("letter-{}-{}.pdf", letter.dated_on, letter.id);
    let print = move || Ok(paper::print(typesetter, &letter, enclosure.as_ref()).map_err(typeset::unprintable)?);
    Ok(download::made(&name, blocking(print).await?.bytes))
}

/// Download what goes with a letter, such as the copy of a licence, as it went. A read of each case that the letter is about.
#[utoipa::path(tag = "letters", operation_id = "download_letter_enclosure", params(("id" = LetterId, Path)), responses((status = 200, content_type = "application/pdf", body = String), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/letters/{id}/enclosure")]
pub async fn download_enclosure(
    app: Data<App>,
    caller: Caller,
    id: Id<LetterId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let looking = look_in_cases(app.clone(), caller, Action::ReadOwnCases, move |_, db, cx| {
        let letter = seen(db, cx, id.0)?;
        let cases = actions::cases_in(db, &letter)?;
        Ok((enclosures::of(db, &letter)?.ok_or(Error::NotFound)?, cases))
    });
    let Enclosure { sha256, name, bytes, .. } = looking.await?;
    let stored = Stored { sha256: &sha256, bytes, media_type: MediaType::Pdf, name: &name };
    download::stored(&app, &request, stored).await
}

/// How letters on paper went.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostingRecord {
    /// The day on which it was posted or handed over.
    posted_on: NaiveDate,
    /// First or second class post, delivered by hand or left at the address.
    method: Method,
    /// What proves it, such as the number of a certificate of posting.
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    evidence: Option<String>,
}

impl From<PostingRecord> for Posting {
    fn from(record: PostingRecord) -> Self {
        let PostingRecord { posted_on, method, evidence } = record;
        Self { posted_on, method, evidence }
    }
}

/// Record that a letter was printed and posted or handed over, which serves what it carries.
#[utoipa::path(tag = "letters", operation_id = "post_letter", params(("id" = LetterId, Path), ("If-Match" = String, Header)), request_body = PostingRecord, responses((status = 200, body = LetterFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/letters/{id}/posting")]
pub async fn record_posting(
    app: Data<App>,
    caller: Caller,
    id: Id<LetterId>,
    expected: IfMatch,
    form: Sent<PostingRecord>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkTasks).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        seen(tx, cx, id.0)?;
        let letter = actions::post(tx, cx, &app.rules, id.0, expected.0, &form.body.clone().into())?;
        let revision = letter.revision;
        Ok(Answer::changed(&file(tx, letter)?, revision))
    })
    .await
}

/// A letter that came back.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterReturn {
    /// Why it came back, such as "gone away".
    #[validate(length(min = 1, max = 1000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Record that a letter came back: what it carried is not served, and waits to be served anew.
#[utoipa::path(tag = "letters", operation_id = "return_letter", params(("id" = LetterId, Path), ("If-Match" = String, Header)), request_body = LetterReturn, responses((status = 200, body = LetterFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/letters/{id}/return")]
pub async fn record_return(
    app: Data<App>,
    caller: Caller,
    id: Id<LetterId>,
    expected: IfMatch,
    form: Sent<LetterReturn>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkTasks).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |app, tx, cx| {
        seen(tx, cx, id.0)?;
        let letter = actions::record_return(tx, cx, &app.rules, id.0, expected.0, &form.body.reason)?;
        let revision = letter.revision;
        Ok(Answer::changed(&file(tx, letter)?, revision))
    })
    .await
}

/// Send a held letter again, because a person found that it never went.
#[utoipa::path(tag = "letters", operation_id = "resend_letter", params(("id" = LetterId, Path), ("If-Match" = String, Header)), responses((status = 200, body = LetterFile), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/letters/{id}/resending")]
pub async fn send_again(
    app: Data<App>,
    caller: Caller,
    id: Id<LetterId>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::WorkTasks).await?;
    change(app, caller, String::new(), move |_, tx, cx| {
        seen(tx, cx, id.0)?;
        let letter = actions::send_again(tx, cx, id.0, expected.0)?;
        let revision = letter.revision;
        Ok(Answer::changed(&file(tx, letter)?, revision))
    })
    .await
}
