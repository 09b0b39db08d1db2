//! What comes in for an item, and what an officer makes of it.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{again, found, keep};
use crate::{Error, Expected, FieldFault, Rules, certificates, documents, letters};
use domain::actor::{Action, Sight};
use domain::certificate::Particulars;
use domain::context::Context;
use domain::demand::{Answer, AnswerKind, Copy, Demand, Item, Outcome, Response};
use domain::document::Document;
use domain::id::{CertificateId, DemandId, DocumentId, ItemId, PartyId, ResponseId};
use domain::letter::LetterKind;
use domain::scheme::DocumentKind;
use storage::{Tx, demands, documents as document_table, licences};

/// What somebody sends in for an item.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What kind of answer.
    pub kind: AnswerKind,
    /// The record that it brings.
    pub record: Option<(DocumentKind, Particulars)>,
    /// The files that it brings, sent in before.
    pub documents: Vec<DocumentId>,
    /// The words.
    pub text: Option<String>,
    /// Whom it came from, if an officer records it.
    pub from: Option<PartyId>,
    /// When it came in, if an officer records what arrived earlier.
    pub received_at: Option<DateTime<Utc>>,
}

impl Incoming {
    /// An answer in words alone, or the beginning of one with more.
    #[must_use]
    pub fn of(kind: AnswerKind, text: Option<String>) -> Self {
        Self { kind, record: None, documents: Vec::new(), text, from: None, received_at: None }
    }
}

/// An answer to an item comes in; its sender gets a receipt.
///
/// # Errors
/// [`Error::NotFound`] if the demand is not the actor's; a refusal if the item is closed, or the record or a document does not fit.
pub fn answer(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: DemandId,
    expected: Expected,
    item: ItemId,
    incoming: Incoming,
) -> Result<(Demand, Response), Error> {
    cx.allow(Action::AnswerDemands)?;
    let demand = demands::find_seen(tx, cx.actor.sight(), id)?.ok_or(Error::NotFound)?;
    expected.check(demand.cover.revision)?;
    let wanted = demand.item(item).ok_or(Error::NotFound)?.clone();
    let own = cx.actor.sight() != Sight::Everything;
    if own && (incoming.received_at.is_some() || incoming.from.is_some()) {
        return Err(FieldFault::at("/received_at", "only an officer records for somebody else").into());
    }
    let licence = demand.cover.licence_id;
    let brought = documents::brought(tx, cx.actor.sight(), licence, wanted.property_id, &incoming.documents)?;
    check_substance(&incoming)?;
    let received_at = incoming.received_at.unwrap_or(cx.now);
    let record = match incoming.record {
        Some(record) => Some(enter(tx, cx, rules, &demand, &wanted, received_at, record, &brought)?),
        None => None,
    };
    let answer = Answer {
        kind: incoming.kind,
        certificate_id: record,
        documents: brought.clone(),
        text: incoming.text,
        from: incoming.from.or(cx.actor.party),
        received_at: incoming.received_at,
    };
    let (change, response) = demand.answer(cx, item, answer)?;
    demands::save(tx, &change)?;
    demands::insert_response(tx, &response)?;
    document_table::add_to_response(tx, response.id, &brought)?;
    acknowledge(tx, cx, change.entity(), &response, &brought)?;
    Ok((again(tx, id)?, response))
}

/// A document answers by its file, or by what an officer or its sender typed off it; a declaration is typed.
fn check_substance(incoming: &Incoming) -> Result<(), Error> {
    match incoming.kind {
        AnswerKind::Document if incoming.record.is_none() && incoming.documents.is_empty() => {
            let advice =
                "is needed: send the file to /documents first and name it here, or enter its particulars in record";
            Err(FieldFault::at("/documents", advice).into())
        }
        AnswerKind::Declaration if incoming.record.is_none() => {
            Err(FieldFault::at("/record", "a declaration comes with its particulars").into())
        }
        _ => Ok(()),
    }
}

/// Enters the record that an answer is, with the files that it rests on.
#[expect(clippy::too_many_arguments, reason = "the whole of what an answer says")]
fn enter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    demand: &Demand,
    item: &Item,
    received_at: DateTime<Utc>,
    (kind, particulars): (DocumentKind, Particulars),
    brought: &[Document],
) -> Result<CertificateId, Error> {
    fits(tx, rules, demand, &item.condition, kind)?;
    let (home, licence) = (item.property_id, Some(demand.cover.licence_id));
    let record = certificates::record_arrival(tx, cx, received_at, home, licence, kind, particulars, brought)?;
    Ok(record.id)
}

/// The receipt: what came in, when, and the hash of each file. By e-mail only; whoever has no consent reads it on the page.
fn acknowledge(
    tx: &mut Tx<'_>,
    cx: &Context,
    demand: &Demand,
    response: &Response,
    brought: &[Document],
) -> Result<(), Error> {
    let (Some(to), Some(item)) = (response.from_party, demand.item(response.item_id)) else { return Ok(()) };
    let licence = licences::find(tx, demand.cover.licence_id)?.map(|licence| licence.number);
    let files = brought.iter().map(|file| json!({ "name": file.name, "bytes": file.bytes, "sha256": file.sha256 }));
    let facts = json!({
        "licence": licence, "answer": response.kind, "reference": demand.cover.reference, "title": item.title,
        "condition": item.condition, "received_at": response.received_at, "due_on": item.due_on,
        "receipt": response.id, "files": files.collect::<Vec<_>>(),
    });
    letters::queue_by_email(tx, cx, LetterKind::Receipt, to, Some(demand.cover.property_id), facts)
}

fn fits(tx: &mut Tx<'_>, rules: &Rules, demand: &Demand, number: &str, kind: DocumentKind) -> Result<(), Error> {
    let licence = licences::find(tx, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    let condition = rules.of(&licence)?.condition(number).cloned();
    match condition {
        Some(condition) if !condition.is_answered_by(kind) => {
            let wanted = condition.documents.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Err(FieldFault::at("/record/kind", format!("condition {number} is answered by: {wanted}")).into())
        }
        _ => Ok(()),
    }
}

/// What an officer decides about an answer.
#[derive(Clone, Copy, Debug)]
pub struct Judgement<'a> {
    /// Which answer.
    pub response: ResponseId,
    /// What is decided.
    pub outcome: Outcome,
    /// What the officer typed off the files, where the sender did not: needed to accept a document.
    pub record: Option<&'a (DocumentKind, Particulars)>,
    /// Why; the sender reads it.
    pub reason: &'a str,
}

/// An officer assesses an answer; the sender is told (D4).
///
/// # Errors
/// A refusal if it was assessed before, the outcome does not fit, or a file cannot be opened that is to be accepted.
pub fn assess(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: DemandId,
    expected: Expected,
    judgement: Judgement<'_>,
) -> Result<Demand, Error> {
    cx.allow(Action::AssessAnswers)?;
    let Judgement { response, outcome, record, reason } = judgement;
    let demand = found(tx, id, expected)?;
    let responses = demands::responses_to(tx, id)?;
    let mut judged = responses.iter().find(|other| other.id == response).cloned().ok_or(Error::NotFound)?;
    complete(tx, cx, rules, &demand, &mut judged, outcome, record)?;
    let item = judged.item_id;
    let others = responses.into_iter().filter(|other| other.item_id == item).collect::<Vec<_>>();
    let (change, assessed) = demand.assess(cx, judged, outcome, reason, &others)?;
    keep(tx, cx, &change)?;
    demands::save_response(tx, &assessed)?;
    if let Some(record) = assessed.certificate_id {
        certificates::assess_with_answer(tx, cx, rules, record, outcome == Outcome::Accepted, reason)?;
    }
    if outcome != Outcome::Noted {
        tell(tx, cx, change.entity(), &assessed, outcome, reason)?;
    }
    again(tx, id)
}

/// To accept a document is to have read it: its files can be opened, and its particulars are on record.
fn complete(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    demand: &Demand,
    judged: &mut Response,
    outcome: Outcome,
    record: Option<&(DocumentKind, Particulars)>,
) -> Result<(), Error> {
    let accepts_document = outcome == Outcome::Accepted && judged.kind == AnswerKind::Document;
    let brought = if accepts_document { documents_of(tx, judged)? } else { Vec::new() };
    brought.iter().try_for_each(Document::may_be_opened)?;
    match (record, judged.certificate_id) {
        (None, None) if accepts_document => {
            Err(FieldFault::at("/record", "is needed: type off the file what it says, such as the day of the check")
                .into())
        }
        (Some(_), Some(_)) => {
            Err(FieldFault::at("/record", "the answer has its particulars on record: leave this out").into())
        }
        (Some(_), None) if !accepts_document => {
            Err(FieldFault::at("/record", "belongs to a document that is accepted: leave it out").into())
        }
        (Some(record), None) => {
            let item = demand.item(judged.item_id).ok_or(Error::NotFound)?;
            let received_at = judged.received_at;
            judged.certificate_id = Some(enter(tx, cx, rules, demand, item, received_at, record.clone(), &brought)?);
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

fn documents_of(tx: &mut Tx<'_>, response: &Response) -> Result<Vec<Document>, Error> {
    Ok(document_table::of_responses(tx, &[response.id])?.remove(&response.id).unwrap_or_default())
}

fn tell(
    tx: &mut Tx<'_>,
    cx: &Context,
    demand: &Demand,
    assessed: &Response,
    outcome: Outcome,
    reason: &str,
) -> Result<(), Error> {
    let holder = demand.holder().map(|copy: &Copy| copy.party_id);
    let Some(to) = assessed.from_party.or(holder) else { return Ok(()) };
    let item = demand.item(assessed.item_id);
    let licence = licences::find(tx, demand.cover.licence_id)?.map(|licence| licence.number);
    let facts = json!({
        "licence": licence, "answer": assessed.kind, "decided_on": cx.today(),
        "reference": demand.cover.reference, "title": item.map(|item| &item.title),
        "condition": item.map(|item| &item.condition), "outcome": outcome, "reason": reason,
        "received_at": assessed.received_at, "due_on": item.and_then(|item| item.due_on),
    });
    letters::queue(tx, cx, LetterKind::Decision, to, Some(demand.cover.property_id), facts).map(|_| ())
}
