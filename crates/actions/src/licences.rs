//! Licences: granted with their obligations, ended with them.

use chrono::NaiveDate;

use super::gazetteer::known_property;
use super::{Error, Expected, Rules, breaches, exemptions, licence_documents};
use domain::actor::{Action, Sight};
use domain::context::Context;
use domain::id::{LicenceId, PartyId, PropertyId};
use domain::licence::{Grant, Licence, LicenceStep};
use domain::obligation::Obligation;
use domain::scheme::ObligationKind;
use storage::page::Page;
use storage::{Conn, Tx, licences, obligations};

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
    let mut homes = vec![known_property(tx, grant.property_id, "/property_id")?];
    for (place, other) in other_homes.iter().enumerate() {
        let other = known_property(tx, *other, &format!("/other_homes/{place}"))?;
        if homes.iter().all(|home| home.id != other.id) {
            homes.push(other);
        }
    }
    let scheme = rules.current()?;
    let change = Licence::grant(cx, scheme, grant)?;
    let mut first = change.entity().as_granted();
    first.named = Some(licence_documents::named(tx, change.entity(), &first, &homes, cx.actor.account)?);
    licences::insert(tx, &change, &first, &homes.iter().map(|home| home.id).collect::<Vec<_>>())?;
    let licence = change.into_entity();
    for home in &homes {
        for begun in Obligation::begin_with(cx, scheme, &licence, home)? {
            obligations::insert(tx, &begun)?;
        }
    }
    Ok(licence)
}

/// The licence that this person holds of this home on a day; the one that runs longest, if there are several.
///
/// # Errors
/// Whatever the database says.
pub(super) fn held(db: &mut Conn, home: PropertyId, holder: PartyId, on: NaiveDate) -> Result<Option<Licence>, Error> {
    let filter = licences::Filter {
        property: Some(home),
        holder: Some(holder),
        in_force_on: Some(on),
        ..licences::Filter::default()
    };
    let found = licences::list(db, Sight::Everything, &filter, &Page { after: None, limit: 100 })?.rows;
    Ok(found.into_iter().max_by_key(|licence| licence.ends_on))
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
    self::step(tx, cx, licence, step)?;
    licences::find(tx, id)?.ok_or(Error::NotFound)
}

/// A variation moved the last day: the duty to look after the next licence in time moves with it, and the others are looked at
/// again.
pub(super) fn end_moved(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, licence: &Licence) -> Result<(), Error> {
    for open in obligations::open_of(tx, licence.id)? {
        if open.kind == ObligationKind::LicenceEnd {
            obligations::save(tx, &open.close(cx, "the last day of the licence was varied")?)?;
        }
    }
    let home = known_property(tx, licence.property_id, "/property_id")?;
    for begun in Obligation::begin_with(cx, rules.of(licence)?, licence, &home)? {
        if begun.entity().kind == ObligationKind::LicenceEnd {
            obligations::insert(tx, &begun)?;
        }
    }
    obligations::look_again(tx, licence.id, cx.today())?;
    breaches::take_back(tx, cx, licence.id, |breach| licence.ground(breach.due_on))
}

/// As [`take`], for what proceedings on the licence bring with them.
pub(super) fn step(tx: &mut Tx<'_>, cx: &Context, licence: Licence, step: LicenceStep) -> Result<(), Error> {
    let id = licence.id;
    let change = licence.take(cx, step)?;
    licences::save(tx, &change)?;
    exemptions::begin_with_death(tx, cx, change.entity())?;
    if change.entity().ended_on.is_some() {
        for open in obligations::open_of(tx, id)? {
            obligations::save(tx, &open.close(cx, "the licence ended")?)?;
        }
        breaches::take_back(tx, cx, id, |breach| change.entity().ground(breach.due_on))?;
    }
    Ok(())
}
