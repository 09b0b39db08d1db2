//! Demands: drafted, issued, served, answered, assessed.

mod answers;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, Utc};

pub use answers::{Incoming, Judgement, answer, assess};

use super::rules::service_policy;
use super::{Error, Expected, FieldFault, Rules, breaches, letters};
use crate::domain::actor::Action;
use crate::domain::calendar::{Consent, Dispatch, Method, london};
use crate::domain::context::Context;
use crate::domain::demand::{self, Demand, DemandState, Recipient, Request, Sending, ServiceState};
use crate::domain::event::Change;
use crate::domain::id::{DemandId, ItemId, LicenceId, PropertyId, RecipientId};
use crate::domain::letter::Letter;
use crate::domain::party::{self, Party};
use crate::storage::{Conn, Tx, demands, licences, parties, properties, schemes};

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

impl Service {
    /// The instant of the sending.
    pub(super) fn sent_at(&self) -> DateTime<Utc> {
        london::instant_at(self.dispatched_at.date(), self.dispatched_at.time())
    }

    /// How it went to this person, whose consent holds for it or not.
    pub(super) fn sending(self, party: Party, consent: Option<&party::Consent>) -> Sending {
        let known = consent.filter(|_| self.method.needs_consent()).map(|consent| consent.email.clone());
        Sending {
            dispatch: Dispatch {
                method: self.method,
                at: self.dispatched_at,
                consent: if consent.is_some() { Consent::Covers } else { Consent::Absent },
            },
            address: self.address.or(known).unwrap_or(party.address),
            evidence: self.evidence,
            proved: self.proved,
        }
    }
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
    let consent = parties::consent_to_demands(tx, party.id, service.sent_at())?;
    let licence = licences::find(tx, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    let sending = service.sending(party, consent.as_ref());
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

/// Why a letter on paper is not to serve the copy that it carries, if it is not. Of other letters there is nothing to say.
pub(super) fn why_not_served_by(db: &mut Conn, letter: &Letter) -> Result<Option<String>, Error> {
    let (Some(id), Some(copy)) = (letter.demand_id, letter.copy_id) else { return Ok(None) };
    let demand = demands::find(db, id)?.ok_or(Error::NotFound)?;
    Ok(match demand.cover.state {
        DemandState::Issued | DemandState::Served if waits_for(&demand, copy, letter) => None,
        DemandState::Issued | DemandState::Served => {
            let there = demand.recipients.iter().find(|there| there.id == copy).ok_or(Error::NotFound)?;
            Some(format!("its copy of the demand {} is {} already", demand.cover.reference, there.state))
        }
        state => Some(format!("the demand {} is {state}", demand.cover.reference)),
    })
}

/// A letter on paper went: that serves the copy that it carries. Why not, if a rule stands against it.
pub(super) fn served_by_letter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: &Letter,
    service: Service,
) -> Result<Option<String>, Error> {
    let (Some(id), Some(copy)) = (letter.demand_id, letter.copy_id) else { return Ok(None) };
    let demand = demands::find(tx, id)?.ok_or(Error::NotFound)?;
    cx.allow(Action::WorkDemands)?;
    match serve(tx, cx, rules, demand, copy, service) {
        Err(Error::Refused { text, .. }) => Ok(Some(text)),
        other => other.map(|_| None),
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
