//! Demands: drafted, issued, served, answered, assessed.

mod answers;

use chrono::{Datelike as _, NaiveDate};

pub use answers::{Incoming, Judgement, answer, assess};

use super::rules::service_policy;
use super::{Error, Expected, FieldFault, Rules, Service, breaches, letters, service};
use domain::actor::Action;
use domain::context::Context;
use domain::demand::{self, Demand, Request};
use domain::event::Change;
use domain::id::{CopyId, DemandId, ItemId, LetterId, LicenceId, PropertyId};
use domain::letter::LetterKind;
use storage::{Tx, demands, licences, properties, schemes};

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
    for copy in demand.recipients.iter().filter(|copy| copy.needs_letter()) {
        let letter = letters::queue_demand(tx, cx, demand, copy)?;
        demands::set_letter(tx, copy.id, letter.id)?;
    }
    Ok(())
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
    recipient: CopyId,
    service: Service,
) -> Result<Demand, Error> {
    cx.allow(Action::WorkDemands)?;
    let demand = found(tx, id, expected)?;
    serve(tx, cx, rules, demand, recipient, service)
}

pub(super) fn serve(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    demand: Demand,
    recipient: CopyId,
    how: Service,
) -> Result<Demand, Error> {
    let id = demand.cover.id;
    let copy = demand.recipients.iter().find(|copy| copy.id == recipient).ok_or(Error::NotFound)?;
    let licence = licences::find(tx, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    let sending = how.to(tx, copy.party_id, LetterKind::Demand)?;
    let policy = service_policy(rules.of(&licence)?);
    let letters_of_it = letters_of(&demand);
    let change = demand.record_service(cx, recipient, sending, policy, &rules.holidays)?;
    demands::save(tx, &change)?;
    service::set_aside(tx, cx, letters_of_it)?;
    if change.entity().cover.served_on.is_some() {
        queue_letters(tx, cx, change.entity())?;
    }
    again(tx, id)
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
    recipient: CopyId,
    reason: &str,
) -> Result<Demand, Error> {
    cx.allow(Action::WorkDemands)?;
    let demand = found(tx, id, expected)?;
    take_back(tx, cx, demand, recipient, reason)?;
    again(tx, id)
}

/// That copy is not served.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    cx: &Context,
    demand: Demand,
    copy: CopyId,
    reason: &str,
) -> Result<(), Error> {
    let letters_of_it = letters_of(&demand);
    keep(tx, cx, &demand.record_return(cx, copy, reason)?)?;
    service::set_aside(tx, cx, letters_of_it)
}

/// The letters that carry its copies; a copy that is to go anew forgets its own.
fn letters_of(demand: &Demand) -> Vec<LetterId> {
    demand.recipients.iter().filter_map(|copy| copy.letter_id).collect()
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
    service::set_aside(tx, cx, letters_of(change.entity()))?;
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
