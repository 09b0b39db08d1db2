//! Answers to a demand's items: what came in with its receipt, and an officer's assessment.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::demands::{DemandView, RecordForm, changed};
use super::written;
use crate::actions::demands as actions;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london;
use crate::domain::demand::{AnswerKind, Outcome, Response, ResponseState};
use crate::domain::document::{Document, MediaType, ScanState};
use crate::domain::id::{AccountId, CertificateId, DemandId, DocumentId, ItemId, PartyId, ResponseId};
use crate::http::answer::{Answer, change};
use crate::http::form::{Id, Part, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::documents;

/// A file that belongs to an answer or a record, as its receipt names it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileView {
    id: DocumentId,
    /// The name as sent, cleaned.
    name: String,
    media_type: MediaType,
    bytes: i64,
    /// SHA-256 of the bytes, in hexadecimal.
    sha256: String,
    /// What is known of malware in it.
    state: ScanState,
}

impl FileView {
    /// As a receipt names it.
    pub(super) fn of(document: &Document) -> Self {
        Self {
            id: document.id,
            name: document.name.clone(),
            media_type: document.media_type,
            bytes: document.bytes,
            sha256: document.sha256.clone(),
            state: document.state,
        }
    }
}

/// An answer that came in. It is its own receipt: what, when, for which item, and the hash of each file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseView {
    id: ResponseId,
    item_id: ItemId,
    kind: AnswerKind,
    certificate_id: Option<CertificateId>,
    text: Option<String>,
    from_party_id: Option<PartyId>,
    /// The files that it brought.
    documents: Vec<FileView>,
    received_at: DateTime<Utc>,
    /// The same in words, on a London clock.
    received: String,
    /// The London day, which decides whether it is in time.
    received_on: NaiveDate,
    state: ResponseState,
    assessed_at: Option<DateTime<Utc>>,
    assessed_by: Option<AccountId>,
    assessment: Option<String>,
}

impl ResponseView {
    /// As people see it, with the files that it brought.
    pub(super) fn of(response: &Response, brought: &[Document]) -> Self {
        Self {
            id: response.id,
            item_id: response.item_id,
            kind: response.kind,
            certificate_id: response.certificate_id,
            text: response.text.clone(),
            from_party_id: response.from_party,
            documents: brought.iter().map(FileView::of).collect(),
            received_at: response.received_at,
            received: london::written_instant(response.received_at),
            received_on: response.received_on,
            state: response.state,
            assessed_at: response.assessed_at,
            assessed_by: response.assessed_by,
            assessment: response.assessment.clone(),
        }
    }
}

/// An answer to an item.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResponse {
    /// What kind of answer.
    kind: AnswerKind,
    /// The particulars of the document or declaration; of a document that comes with its files, an officer enters them.
    #[validate(nested)]
    record: Option<RecordForm>,
    /// The files that it brings, sent to /documents before.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    documents: Vec<DocumentId>,
    /// The reason, the explanation, or a remark.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    text: Option<String>,
    /// Whom it came from, if an officer records it.
    from_party_id: Option<PartyId>,
    /// When it came in, if an officer records what arrived earlier.
    received_at: Option<DateTime<Utc>>,
}

/// Record what came in for an item of a demand.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path), ("part" = ItemId, Path), ("If-Match" = String, Header)), request_body = NewResponse, responses((status = 201, body = ResponseView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands/{id}/items/{part}/responses")]
pub async fn respond(
    app: Data<App>,
    caller: Caller,
    id: Id<DemandId>,
    item: Part<ItemId>,
    expected: IfMatch,
    form: Sent<NewResponse>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::AnswerDemands).await?;
    let form = form.read().await?;
    let sent = form.body;
    change(app, caller, form.digest, move |app, tx, cx| {
        let incoming = actions::Incoming {
            kind: sent.kind,
            record: sent.record.as_ref().map(RecordForm::particulars),
            documents: sent.documents.clone(),
            text: sent.text.clone(),
            from: sent.from_party_id,
            received_at: sent.received_at,
        };
        let (demand, response) = actions::answer(tx, cx, &app.rules, id.0, expected.0, item.0, incoming)?;
        let location = format!("/api/v1/demands/{}/explanation", demand.cover.id);
        let brought = documents::of_responses(tx, &[response.id])?.remove(&response.id).unwrap_or_default();
        Ok(Answer::created(location, &ResponseView::of(&response, &brought), demand.cover.revision))
    })
    .await
}

/// An officer's assessment of an answer.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// Which answer.
    response_id: ResponseId,
    /// What is decided about it.
    outcome: Outcome,
    /// What the files say, typed off them: needed to accept a document that came without it.
    #[validate(nested)]
    record: Option<RecordForm>,
    /// Why; the sender reads it.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Assess an answer.
#[utoipa::path(tag = "demands", params(("id" = DemandId, Path), ("If-Match" = String, Header)), request_body = Assessment, responses((status = 200, body = DemandView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/demands/{id}/assessments")]
pub async fn assess(
    app: Data<App>,
    caller: Caller,
    id: Id<DemandId>,
    expected: IfMatch,
    form: Sent<Assessment>,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::AssessAnswers).await?;
    let form = form.read().await?;
    let sent = form.body;
    change(app, caller, form.digest, move |app, tx, cx| {
        let record = sent.record.as_ref().map(RecordForm::particulars);
        let judgement = actions::Judgement {
            response: sent.response_id,
            outcome: sent.outcome,
            record: record.as_ref(),
            reason: &sent.reason,
        };
        Ok(changed(actions::assess(tx, cx, &app.rules, id.0, expected.0, judgement)?, cx.today()))
    })
    .await
}
