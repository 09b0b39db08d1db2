//! Demands: drafted, issued, served, answered, assessed.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, Utc};
use serde_json::json;

use super::rules::service_policy;
use super::{Error, Expected, FieldFault, Rules, breaches, certificates, letters};
use crate::domain::actor::{Action, Sight};
use crate::domain::calendar::{Consent, Dispatch, Method, london};
use crate::domain::certificate::Particulars;
use crate::domain::context::Context;
use crate::domain::demand::{
    self, Answer, AnswerKind, Demand, Outcome, Recipient, Request, Response, Sending, ServiceState,
};
use crate::domain::event::Change;
use crate::domain::id::{DemandId, ItemId, LicenceId, PartyId, PropertyId, RecipientId, ResponseId};
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::scheme::DocumentKind;
use crate::storage::{Tx, demands, licences, parties, properties, schemes};

/// What an officer asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The licence whose conditions it rests on.
    pub licence: LicenceId,
    /// Which of its homes; the address of record if nothing is said.
    pub home: Option<PropertyId>,
    /// Numbers of the conditions.
    pub conditions: Vec<String>,
}

impl Asked {
    /// Asks for these of the licence's address of record.
    #[must_use]
    pub fn of(licence: LicenceId, conditions: Vec<String>) -> Self {
        Self { licence, home: None, conditions }
    }
}

/// A demand is drafted on conditions of a licence, for one of its homes.
///
/// # Errors
/// [`Error::Duplicate`] if one of the conditions is demanded for that home already; a refusal that names the condition.
pub fn draft(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, asked: Asked) -> Result<Demand, Error> {
    cx.allow(Action::WorkDemands)?;
    let Asked { licence, home, conditions } = asked;
    let licence =
        licences::find(tx, licence)?.ok_or_else(|| FieldFault::at("/licence_id", "no licence has this identifier"))?;
    let home = home.unwrap_or(licence.property_id);
    if !licences::homes_of(tx, licence.id)?.contains(&home) {
        return Err(FieldFault::at("/property_id", "the licence does not cover this home").into());
    }
    let home = properties::find(tx, home)?.ok_or(Error::NotFound)?;
    let request = Request {
        reference: schemes::next_reference(tx, "DEM", cx.today().year())?,
        conditions,
        officer_id: cx.actor.account,
    };
    let change = Demand::draft(cx, &licence, &home, rules.of(&licence)?, request)?;
    demands::insert(tx, &change).map_err(|error| match Error::from(error) {
        Error::Duplicate(_) => {
            Error::Duplicate("one of these conditions is demanded for this home already, and that item is open")
        }
        other => other,
    })?;
    Ok(change.into_entity())
}

/// A demand is issued: the letter to the holder is queued, by e-mail where consent covers it, else on paper.
///
/// # Errors
/// A refusal unless it is a draft or came back, or if the licence is no longer in force.
pub fn issue(tx: &mut Tx<'_>, cx: &Context, id: DemandId, expected: Expected) -> Result<Demand, Error> {
    cx.allow(Action::WorkDemands)?;
    let demand = found(tx, id, expected)?;
    let licence = licences::find(tx, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    if !licence.is_in_force(cx.today()) {
        return Err(demand::Refusal::LicenceNotInForce.into());
    }
    let change = demand.issue(cx)?;
    demands::save(tx, &change)?;
    queue_letters(tx, cx, change.entity())?;
    again(tx, id)
}

/// A letter for each copy that is to go and has none.
fn queue_letters(tx: &mut Tx<'_>, cx: &Context, demand: &Demand) -> Result<(), Error> {
    let waits = |copy: &&Recipient| copy.state == ServiceState::Sent && copy.letter_id.is_none();
    for copy in demand.recipients.iter().filter(waits) {
        let letter = letters::queue_demand(tx, cx, demand, copy)?;
        demands::set_letter(tx, copy.id, letter.id)?;
    }
    Ok(())
}

/// How a copy went, as an officer records it.
#[derive(Clone, Debug)]
pub struct Service {
    /// How.
    pub method: Method,
    /// When (London clock).
    pub dispatched_at: NaiveDateTime,
    /// Where to; the recipient's address on record if nothing is said.
    pub address: Option<String>,
    /// What proves it.
    pub evidence: Option<String>,
    /// The day on which receipt is proved, with what proves it.
    pub proved: Option<(NaiveDate, String)>,
}

/// Service on one recipient is recorded.
///
/// # Errors
/// A refusal if the way of sending is not service.
pub fn record_service(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: DemandId,
    expected: Expected,
    recipient: RecipientId,
    service: Service,
) -> Result<Demand, Error> {
    cx.allow(Action::WorkDemands)?;
    let demand = found(tx, id, expected)?;
    serve(tx, cx, rules, demand, recipient, service)
}

fn serve(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    demand: Demand,
    recipient: RecipientId,
    service: Service,
) -> Result<Demand, Error> {
    let id = demand.cover.id;
    let party = demand.recipients.iter().find(|copy| copy.id == recipient).map(|copy| copy.party_id);
    let party = parties::find(tx, party.ok_or(Error::NotFound)?)?.ok_or(Error::NotFound)?;
    let sent_at = london::instant_at(service.dispatched_at.date(), service.dispatched_at.time());
    let consent = parties::consent_to_demands(tx, party.id, sent_at)?;
    let licence = licences::find(tx, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    let known =
        if service.method.needs_consent() { consent.as_ref().map(|consent| consent.email.clone()) } else { None };
    let sending = Sending {
        dispatch: Dispatch {
            method: service.method,
            at: service.dispatched_at,
            consent: if consent.is_some() { Consent::Covers } else { Consent::Absent },
        },
        address: service.address.or(known).unwrap_or(party.address),
        evidence: service.evidence,
        proved: service.proved,
    };
    let policy = service_policy(rules.of(&licence)?);
    let change = demand.record_service(cx, recipient, sending, policy, &rules.holidays)?;
    demands::save(tx, &change)?;
    if change.entity().cover.served_on.is_some() {
        queue_letters(tx, cx, change.entity())?;
    }
    again(tx, id)
}

/// The relay accepted a demand's letter: that is service by e-mail, where consent covers it.
pub(super) fn served_by_email(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: &Letter,
    accepted_at: DateTime<Utc>,
) -> Result<(), Error> {
    let (Some(id), Some(copy)) = (letter.demand_id, letter.copy_id) else { return Ok(()) };
    let Some(demand) = demands::find(tx, id)? else { return Ok(()) };
    if !waits_for(&demand, copy, letter) {
        tracing::info!(letter = %letter.id, "the relay accepted a letter that its copy no longer waits for");
        return Ok(());
    }
    let reply = letter.reply.as_deref().unwrap_or_default();
    let service = Service {
        method: Method::Email,
        dispatched_at: london::local(accepted_at),
        address: Some(letter.address.clone()),
        evidence: Some(format!(
            "accepted by the mail relay at {accepted_at} with the reply \"{reply}\"; {}",
            letter.id
        )),
        proved: None,
    };
    match serve(tx, cx, rules, demand, copy, service) {
        Err(Error::Refused { code, text }) => {
            tracing::warn!(code, text, letter = %letter.id, "an accepted demand does not count as served");
            Ok(())
        }
        other => other.map(|_| ()),
    }
}

/// A copy bounced or came back.
///
/// # Errors
/// A refusal if the demand was never issued.
pub fn record_return(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: DemandId,
    expected: Expected,
    recipient: RecipientId,
    reason: &str,
) -> Result<Demand, Error> {
    cx.allow(Action::WorkDemands)?;
    let change = found(tx, id, expected)?.record_return(cx, recipient, reason)?;
    keep(tx, cx, &change)?;
    again(tx, id)
}

/// The address refused a demand's letter: that copy is not served.
pub(super) fn refused_by_address(tx: &mut Tx<'_>, cx: &Context, letter: &Letter) -> Result<(), Error> {
    let (Some(id), Some(copy)) = (letter.demand_id, letter.copy_id) else { return Ok(()) };
    let Some(demand) = demands::find(tx, id)? else { return Ok(()) };
    if !waits_for(&demand, copy, letter) {
        tracing::info!(letter = %letter.id, "the address refused a letter that its copy no longer waits for");
        return Ok(());
    }
    let reply = letter.reply.as_deref().unwrap_or_default();
    match demand.record_return(cx, copy, &format!("the address refused it: {reply}")) {
        Ok(change) => keep(tx, cx, &change),
        Err(refusal) => {
            tracing::info!(%refusal, letter = %letter.id, "a refused letter changes nothing");
            Ok(())
        }
    }
}

/// Whether that copy still waits for that letter: it may have been served by hand since, or sent again with another.
fn waits_for(demand: &Demand, copy: RecipientId, letter: &Letter) -> bool {
    let mut copies = demand.recipients.iter().filter(|there| there.id == copy);
    copies.any(|there| there.state == ServiceState::Sent && there.letter_id == Some(letter.id))
}

/// What somebody sends in for an item.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What kind of answer.
    pub kind: AnswerKind,
    /// The record that it brings.
    pub record: Option<(DocumentKind, Particulars)>,
    /// The words.
    pub text: Option<String>,
    /// Whom it came from, if an officer records it.
    pub from: Option<PartyId>,
    /// When it came in, if an officer records what arrived earlier.
    pub received_at: Option<DateTime<Utc>>,
}

/// An answer to an item comes in.
///
/// # Errors
/// [`Error::NotFound`] if the demand is not the actor's; a refusal if the item is closed or the record does not fit.
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
    let wanted = demand.item(item).ok_or(Error::NotFound)?;
    let own = cx.actor.sight() != Sight::Everything;
    if own && (incoming.received_at.is_some() || incoming.from.is_some()) {
        return Err(FieldFault::at("/received_at", "only an officer records for somebody else").into());
    }
    let record = match incoming.record {
        Some((kind, particulars)) => {
            fits(tx, rules, &demand, &wanted.condition, kind)?;
            let (home, licence) = (wanted.property_id, Some(demand.cover.licence_id));
            let received_at = incoming.received_at.unwrap_or(cx.now);
            Some(certificates::record_arrival(tx, cx, received_at, home, licence, kind, particulars)?.id)
        }
        None => None,
    };
    let needs_record = matches!(incoming.kind, AnswerKind::Document | AnswerKind::Declaration);
    if needs_record && record.is_none() {
        return Err(FieldFault::at("/record", "a document or declaration comes with its particulars").into());
    }
    let answer = Answer {
        kind: incoming.kind,
        certificate_id: record,
        text: incoming.text,
        from: incoming.from.or(cx.actor.party),
        received_at: incoming.received_at,
    };
    let (change, response) = demand.answer(cx, item, answer)?;
    demands::save(tx, &change)?;
    demands::insert_response(tx, &response)?;
    Ok((again(tx, id)?, response))
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
    /// Why; the sender reads it.
    pub reason: &'a str,
}

/// An officer assesses an answer; the sender is told (D4).
///
/// # Errors
/// A refusal if it was assessed before or the outcome does not fit.
pub fn assess(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: DemandId,
    expected: Expected,
    judgement: Judgement<'_>,
) -> Result<Demand, Error> {
    cx.allow(Action::AssessAnswers)?;
    let Judgement { response, outcome, reason } = judgement;
    let demand = found(tx, id, expected)?;
    let responses = demands::responses_to(tx, id)?;
    let judged = responses.iter().find(|other| other.id == response).cloned().ok_or(Error::NotFound)?;
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

fn tell(
    tx: &mut Tx<'_>,
    cx: &Context,
    demand: &Demand,
    assessed: &Response,
    outcome: Outcome,
    reason: &str,
) -> Result<(), Error> {
    let holder = demand.holder().map(|copy: &Recipient| copy.party_id);
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

/// More time is given without moving the due date.
///
/// # Errors
/// A refusal if nothing is due.
pub fn give_time(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: DemandId,
    expected: Expected,
    item: ItemId,
    until: NaiveDate,
    reason: &str,
) -> Result<Demand, Error> {
    cx.allow(Action::WorkDemands)?;
    let change = found(tx, id, expected)?.give_time(cx, item, until, reason)?;
    demands::save(tx, &change)?;
    again(tx, id)
}

/// An item is closed without further action.
///
/// # Errors
/// A refusal if it is closed.
pub fn close_item(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: DemandId,
    expected: Expected,
    item: ItemId,
    reason: &str,
) -> Result<Demand, Error> {
    cx.allow(Action::DecideBreaches)?;
    let change = found(tx, id, expected)?.close_item(cx, item, reason)?;
    demands::save(tx, &change)?;
    again(tx, id)
}

/// A demand is withdrawn.
///
/// # Errors
/// A refusal if it is closed.
pub fn withdraw(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: DemandId,
    expected: Expected,
    reason: &str,
) -> Result<Demand, Error> {
    cx.allow(Action::WithdrawDemands)?;
    let change = found(tx, id, expected)?.withdraw(cx, reason)?;
    keep(tx, cx, &change)?;
    again(tx, id)
}

/// Saves a change that may have taken the ground from a breach that was proposed.
fn keep(tx: &mut Tx<'_>, cx: &Context, change: &Change<Demand>) -> Result<(), Error> {
    demands::save(tx, change)?;
    breaches::review_demand(tx, cx, change.entity())
}

fn found(tx: &mut Tx<'_>, id: DemandId, expected: Expected) -> Result<Demand, Error> {
    let demand = demands::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(demand.cover.revision)?;
    Ok(demand)
}

fn again(tx: &mut Tx<'_>, id: DemandId) -> Result<Demand, Error> {
    demands::find(tx, id)?.ok_or(Error::NotFound)
}
