//! Breaches: what the calendar proposed, an officer confirms or dismisses; what lost its ground, the service takes back.

use super::{Error, Expected};
use domain::actor::Action;
use domain::breach::{Breach, Ground, Refusal};
use domain::context::Context;
use domain::demand::Demand;
use domain::event::Change;
use domain::id::{BreachId, LicenceId};
use domain::obligation::Obligation;
use storage::{Conn, Tx, breaches, certificates, demands, licences, obligations};

/// An officer confirms a breach.
///
/// # Errors
/// A refusal if it was decided before, or its ground does not stand.
pub fn confirm(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: BreachId,
    expected: Expected,
    reason: &str,
    evidence: Option<String>,
) -> Result<Breach, Error> {
    decide(tx, cx, id, expected, |breach, ground| breach.confirm(cx, ground, reason, evidence))
}

/// An officer dismisses a breach.
///
/// # Errors
/// A refusal if it was decided before.
pub fn dismiss(tx: &mut Tx<'_>, cx: &Context, id: BreachId, expected: Expected, reason: &str) -> Result<Breach, Error> {
    decide(tx, cx, id, expected, |breach, _| breach.dismiss(cx, reason))
}

fn decide(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: BreachId,
    expected: Expected,
    decision: impl FnOnce(Breach, Ground) -> Result<Change<Breach>, Refusal>,
) -> Result<Breach, Error> {
    cx.allow(Action::DecideBreaches)?;
    let found = breaches::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(found.revision)?;
    let ground = ground(tx, &found)?;
    breaches::save(tx, &decision(found, ground)?)?;
    breaches::find(tx, id)?.ok_or(Error::NotFound)
}

/// What a breach rests on today: the demand or duty that was missed, under a licence in force.
fn ground(db: &mut Conn, breach: &Breach) -> Result<Ground, Error> {
    let licence = licences::find(db, breach.licence_id)?.ok_or(Error::NotFound)?;
    if let gone @ Ground::Gone(_) = licence.ground(breach.due_on) {
        return Ok(gone);
    }
    if let Some(item) = breach.item_id {
        return Ok(demands::of_item(db, item)?.ok_or(Error::NotFound)?.ground(item));
    }
    let Some(id) = breach.obligation_id else { return Ok(Ground::Stands) };
    let duty = obligations::find(db, id)?.ok_or(Error::NotFound)?;
    let waiting = certificates::waiting(db, &[duty.licence_id])?;
    Ok(duty.ground(waiting.get(&duty.duty()).copied()))
}

/// Takes back what was proposed for items of this demand and has lost its ground.
pub(super) fn review_demand(tx: &mut Tx<'_>, cx: &Context, demand: &Demand) -> Result<(), Error> {
    if !demand.items.iter().any(|item| item.breach_proposed) {
        return Ok(());
    }
    take_back(tx, cx, demand.cover.licence_id, |breach| {
        let item = breach.item_id.filter(|item| demand.item(*item).is_some());
        item.map_or(Ground::Stands, |item| demand.ground(item))
    })
}

/// Takes back what was proposed for this duty, if it has lost its ground.
pub(super) fn review_obligation(tx: &mut Tx<'_>, cx: &Context, duty: &Obligation) -> Result<(), Error> {
    if !duty.breach_proposed {
        return Ok(());
    }
    take_back(tx, cx, duty.licence_id, |breach| {
        if breach.obligation_id == Some(duty.id) { duty.ground(None) } else { Ground::Stands }
    })
}

/// Takes back what was proposed under a licence and has lost its ground.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    cx: &Context,
    licence: LicenceId,
    ground: impl Fn(&Breach) -> Ground,
) -> Result<(), Error> {
    for breach in breaches::undecided(tx, licence)? {
        let now = ground(&breach);
        if let Some(change) = breach.take_back(cx, now) {
            breaches::save(tx, &change)?;
        }
    }
    Ok(())
}
