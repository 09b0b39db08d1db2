//! Homes, people, interests and consents.

use chrono::NaiveDate;

use super::{Error, Expected, FieldFault, Rules};
use domain::actor::Action;
use domain::context::Context;
use domain::id::{ConsentId, PartyId, PropertyId};
use domain::party::{Consent, ConsentScope, Party, PartyFacts};
use domain::property::{Capacity, Interest, Property, PropertyFacts};
use storage::{Tx, parties, properties};

/// A home enters the gazetteer. Its area is the one typed, in any of its names, or else the one of the scheme's lists.
///
/// # Errors
/// [`Error::Duplicate`] if the UPRN is taken; [`Error::Invalid`] for an unknown area or exemption ground.
pub fn add_property(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, facts: PropertyFacts) -> Result<Property, Error> {
    cx.allow(Action::KeepGazetteer)?;
    let facts = place(rules, facts)?;
    uprn_is_free(tx, &facts, None)?;
    let change = Property::add(cx, facts)?;
    properties::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// A home's facts are corrected.
///
/// # Errors
/// As [`add_property`]; [`Error::Stale`] if somebody else changed it.
pub fn correct_property(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: PropertyId,
    expected: Expected,
    facts: PropertyFacts,
) -> Result<Property, Error> {
    cx.allow(Action::KeepGazetteer)?;
    let home = properties::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(home.revision)?;
    let facts = place(rules, facts)?;
    uprn_is_free(tx, &facts, Some(id))?;
    let change = home.correct(cx, facts)?;
    properties::save(tx, &change)?;
    properties::find(tx, id)?.ok_or(Error::NotFound)
}

fn uprn_is_free(tx: &mut Tx<'_>, facts: &PropertyFacts, corrected: Option<PropertyId>) -> Result<(), Error> {
    let Some(uprn) = &facts.uprn else { return Ok(()) };
    match properties::find_uprn(tx, uprn)? {
        Some(other) if Some(other.id) != corrected => {
            Err(Error::Duplicate("a home with this UPRN is in the gazetteer already: search for it with ?text="))
        }
        _ => Ok(()),
    }
}

fn place(rules: &Rules, mut facts: PropertyFacts) -> Result<PropertyFacts, Error> {
    let scheme = rules.current()?;
    facts.area_code = match &facts.area_code {
        Some(typed) => Some(area_code(rules, typed, "/area")?),
        None => scheme.area_of_address(facts.uprn.as_deref(), &facts.street, &facts.postcode).map(ToOwned::to_owned),
    };
    if let Some(ground) = &facts.exemption_ground
        && scheme.exemption(ground).is_none()
    {
        let known = scheme.exemptions.iter().map(|ground| ground.code.as_str()).collect::<Vec<_>>().join(", ");
        return Err(
            FieldFault::at("/exemption/ground", format!("not a ground of the scheme; these are: {known}")).into()
        );
    }
    Ok(facts)
}

/// The code of an area that was typed in any of its names.
///
/// # Errors
/// [`Error::Invalid`] that lists the scheme's areas.
pub fn area_code(rules: &Rules, typed: &str, pointer: &str) -> Result<String, Error> {
    let scheme = rules.current()?;
    let found = scheme.area(typed).map(|area| area.code.clone());
    found.ok_or_else(|| {
        let known = scheme.areas.iter().map(|area| area.code.as_str()).collect::<Vec<_>>().join(", ");
        FieldFault::at(pointer, format!("not an area of the scheme; these are: {known}")).into()
    })
}

/// An interest in a home is recorded.
///
/// # Errors
/// [`Error::NotFound`] without the home; [`Error::Invalid`] without the person.
pub fn record_interest(
    tx: &mut Tx<'_>,
    cx: &Context,
    home: PropertyId,
    party: PartyId,
    capacity: Capacity,
    since: NaiveDate,
) -> Result<Interest, Error> {
    cx.allow(Action::KeepGazetteer)?;
    properties::find(tx, home)?.ok_or(Error::NotFound)?;
    known_party(tx, party, "/party_id")?;
    let change = Interest::record(cx, home, party, capacity, since);
    properties::insert_interest(tx, &change)?;
    Ok(change.into_entity())
}

/// A person or company is recorded.
///
/// # Errors
/// [`Error::Forbidden`] if the actor may not.
pub fn add_party(tx: &mut Tx<'_>, cx: &Context, facts: PartyFacts) -> Result<Party, Error> {
    cx.allow(Action::KeepGazetteer)?;
    let change = Party::add(cx, facts);
    parties::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// Details of a person or company are corrected.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed them.
pub fn correct_party(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: PartyId,
    expected: Expected,
    facts: PartyFacts,
) -> Result<Party, Error> {
    cx.allow(Action::KeepGazetteer)?;
    let party = parties::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(party.revision)?;
    parties::save(tx, &party.correct(cx, facts))?;
    parties::find(tx, id)?.ok_or(Error::NotFound)
}

/// A consent to electronic service is recorded (s.247).
///
/// # Errors
/// A refusal if it was given in the future.
pub fn give_consent(
    tx: &mut Tx<'_>,
    cx: &Context,
    party: PartyId,
    email: String,
    scope: ConsentScope,
    given_on: NaiveDate,
    how: String,
) -> Result<Consent, Error> {
    cx.allow(Action::KeepGazetteer)?;
    parties::find(tx, party)?.ok_or(Error::NotFound)?;
    let change = Consent::give(cx, party, email, scope, given_on, how)?;
    parties::insert_consent(tx, &change)?;
    Ok(change.into_entity())
}

/// A consent to electronic service is withdrawn.
///
/// # Errors
/// A refusal if it was withdrawn before.
pub fn withdraw_consent(
    tx: &mut Tx<'_>,
    cx: &Context,
    party: PartyId,
    id: ConsentId,
    expected: Expected,
) -> Result<Consent, Error> {
    cx.allow(Action::KeepGazetteer)?;
    end_consent(tx, cx, party, id, expected)
}

/// Withdraws a consent of that person, whoever was allowed to ask for it.
pub(super) fn end_consent(
    tx: &mut Tx<'_>,
    cx: &Context,
    party: PartyId,
    id: ConsentId,
    expected: Expected,
) -> Result<Consent, Error> {
    let consent = parties::find_consent(tx, id)?.filter(|consent| consent.party_id == party).ok_or(Error::NotFound)?;
    expected.check(consent.revision)?;
    let change = consent.withdraw(cx)?;
    parties::save_consent(tx, &change)?;
    parties::find_consent(tx, id)?.ok_or(Error::NotFound)
}

/// The person with that identifier, or a fault of the field that names them.
pub(super) fn known_party(tx: &mut Tx<'_>, id: PartyId, pointer: &str) -> Result<Party, Error> {
    let found = parties::find(tx, id)?;
    found.ok_or_else(|| FieldFault::at(pointer, "no person or company has this identifier: record them first").into())
}

/// The home with that identifier, or a fault of the field that names it.
pub(super) fn known_property(tx: &mut Tx<'_>, id: PropertyId, pointer: &str) -> Result<Property, Error> {
    let found = properties::find(tx, id)?;
    found.ok_or_else(|| FieldFault::at(pointer, "no home has this identifier: add it to the gazetteer first").into())
}
