//! Licences: granted with their obligations, ended with them.

use super::gazetteer::known_property;
use super::{Error, Expected, Rules};
use crate::domain::actor::Action;
use crate::domain::context::Context;
use crate::domain::id::{LicenceId, PropertyId};
use crate::domain::licence::{Grant, Licence, LicenceStep};
use crate::domain::obligation::Obligation;
use crate::storage::{Tx, licences, obligations};

/// A licence is granted under the scheme's present version, with the obligations that begin with it.
///
/// # Errors
/// A refusal of its terms.
pub fn grant(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    grant: Grant,
    other_homes: &[PropertyId],
) -> Result<Licence, Error> {
    cx.allow(Action::DecideApplications)?;
    let home = known_property(tx, grant.property_id, "/property_id")?;
    for (place, other) in other_homes.iter().enumerate() {
        known_property(tx, *other, &format!("/other_homes/{place}"))?;
    }
    let scheme = rules.current()?;
    let change = Licence::grant(cx, scheme, grant)?;
    let mut homes = vec![home.id];
    for other in other_homes {
        if !homes.contains(other) {
            homes.push(*other);
        }
    }
    licences::insert(tx, &change, &homes)?;
    let licence = change.into_entity();
    for begun in Obligation::begin_with(cx, scheme, &licence, home.gas_supplied.unwrap_or(true))? {
        obligations::insert(tx, &begun)?;
    }
    Ok(licence)
}

/// Something is decided of a licence; what ends it ends its obligations.
///
/// # Errors
/// A refusal if the step is not possible from the licence's state.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: LicenceId,
    expected: Expected,
    step: LicenceStep,
) -> Result<Licence, Error> {
    cx.allow(Action::DecideLicences)?;
    let licence = licences::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(licence.revision)?;
    let change = licence.take(cx, step)?;
    licences::save(tx, &change)?;
    if change.entity().ended_on.is_some() {
        for open in obligations::open_of(tx, id)? {
            obligations::save(tx, &open.close(cx, "the licence ended")?)?;
        }
    }
    licences::find(tx, id)?.ok_or(Error::NotFound)
}
