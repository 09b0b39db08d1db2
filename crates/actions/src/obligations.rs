//! Obligations: closed by hand, with a reason.

use super::{Error, Expected};
use domain::actor::Action;
use domain::context::Context;
use domain::id::ObligationId;
use domain::obligation::Obligation;
use storage::{Tx, obligations};

/// An obligation is closed without being met.
///
/// # Errors
/// A refusal if it is over.
pub fn close(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: ObligationId,
    expected: Expected,
    reason: &str,
) -> Result<Obligation, Error> {
    cx.allow(Action::DecideBreaches)?;
    let found = obligations::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(found.revision)?;
    obligations::save(tx, &found.close(cx, reason)?)?;
    obligations::find(tx, id)?.ok_or(Error::NotFound)
}
