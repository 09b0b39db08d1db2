//! Breaches: what the calendar proposed, an officer confirms or dismisses.

use super::{Error, Expected};
use crate::domain::actor::Action;
use crate::domain::breach::Breach;
use crate::domain::context::Context;
use crate::domain::id::BreachId;
use crate::storage::{Tx, breaches};

/// An officer confirms a breach.
///
/// # Errors
/// A refusal if it was decided before.
pub fn confirm(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: BreachId,
    expected: Expected,
    reason: &str,
    evidence: Option<String>,
) -> Result<Breach, Error> {
    decide(tx, cx, id, expected, |breach| breach.confirm(cx, reason, evidence))
}

/// An officer dismisses a breach.
///
/// # Errors
/// A refusal if it was decided before.
pub fn dismiss(tx: &mut Tx<'_>, cx: &Context, id: BreachId, expected: Expected, reason: &str) -> Result<Breach, Error> {
    decide(tx, cx, id, expected, |breach| breach.dismiss(cx, reason))
}

fn decide(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: BreachId,
    expected: Expected,
    decision: impl FnOnce(Breach) -> Result<crate::domain::event::Change<Breach>, crate::domain::breach::Refusal>,
) -> Result<Breach, Error> {
    cx.allow(Action::DecideBreaches)?;
    let found = breaches::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(found.revision)?;
    breaches::save(tx, &decision(found)?)?;
    breaches::find(tx, id)?.ok_or(Error::NotFound)
}
