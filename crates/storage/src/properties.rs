//! The table of homes, and of the interests in them.

use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::page::{Listed, Page, pattern};
use super::record::{Holds as _, record, revised};
use super::schema::{interests, licence_homes, licences, properties};
use super::{Conn, Error, Tx};
use domain::actor::Sight;
use domain::event::Change;
use domain::id::{InterestId, PartyId, PropertyId, Spelled as _};
use domain::property::{Capacity, Dwelling, Interest, Property};

record! {
    PropertyRow in properties => Property {
        id: Word<PropertyId>,
        uprn: Option<String>,
        address: String,
        street: String,
        postcode: String,
        area_code: Option<String>,
        dwelling: Word<Dwelling>,
        households: Option<i32>,
        occupiers: Option<i32>,
        occupied_as_at: Option<chrono::NaiveDate>,
        gas_supplied: Option<bool>,
        exemption_ground: Option<String>,
        exemption_evidence: Option<String>,
        exempt_from: Option<chrono::NaiveDate>,
        exempt_until: Option<chrono::NaiveDate>,
        search: String,
        revision: i64,
        created_at: Instant,
    }
}
revised!(PropertyRow);

record! {
    InterestRow in interests => Interest {
        id: Word<InterestId>,
        property_id: Word<PropertyId>,
        party_id: Word<PartyId>,
        capacity: Word<Capacity>,
        since: chrono::NaiveDate,
        until: Option<chrono::NaiveDate>,
    }
}

/// What a list of homes is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this area.
    pub area: Option<String>,
    /// With this text in address, postcode or UPRN.
    pub text: Option<String>,
    /// With an exemption on record, or without.
    pub exempt: Option<bool>,
}

/// The home with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: PropertyId) -> Result<Option<Property>, Error> {
    let row = properties::table.find(id.as_str()).select(PropertyRow::as_select()).get_result(db).optional()?;
    row.map(PropertyRow::entity).transpose()
}

/// Those with these identifiers, in no order.
///
/// # Errors
/// Whatever the database says.
pub fn find_all(db: &mut Conn, ids: &[PropertyId]) -> Result<Vec<Property>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        let names = part.iter().map(PropertyId::as_str).collect::<Vec<_>>();
        let rows = properties::table.filter(properties::id.eq_any(names)).select(PropertyRow::as_select()).load(db)?;
        found.extend(PropertyRow::entities(rows)?);
    }
    Ok(found)
}

/// The home with that identifier, if the actor may see it: a landlord or agent sees the homes of their licences.
///
/// # Errors
/// Whatever the database says.
pub fn find_seen(db: &mut Conn, sight: Sight, id: PropertyId) -> Result<Option<Property>, Error> {
    let seen = match sight {
        Sight::Everything => true,
        Sight::Of(party) => {
            let theirs = licence_homes::table
                .inner_join(licences::table)
                .filter(super::licences::concerns(party))
                .filter(licence_homes::property_id.eq(Word(id)));
            diesel::select(diesel::dsl::exists(theirs)).get_result(db)?
        }
        Sight::Nothing => false,
    };
    if seen { find(db, id) } else { Ok(None) }
}

/// The home with that UPRN.
///
/// # Errors
/// Whatever the database says.
pub fn find_uprn(db: &mut Conn, uprn: &str) -> Result<Option<Property>, Error> {
    let row = properties::table
        .filter(properties::uprn.eq(uprn))
        .select(PropertyRow::as_select())
        .get_result(db)
        .optional()?;
    row.map(PropertyRow::entity).transpose()
}

/// A home at that address and postcode, for imports without a UPRN.
///
/// # Errors
/// Whatever the database says.
pub fn find_address(db: &mut Conn, address: &str, postcode: &str) -> Result<Option<Property>, Error> {
    let row = properties::table
        .filter(properties::address.eq(address).and(properties::postcode.eq(postcode)))
        .order(properties::id)
        .select(PropertyRow::as_select())
        .first(db)
        .optional()?;
    row.map(PropertyRow::entity).transpose()
}

/// The homes at a postcode.
///
/// # Errors
/// Whatever the database says.
pub fn at_postcode(db: &mut Conn, postcode: &str) -> Result<Vec<Property>, Error> {
    let rows = properties::table
        .filter(properties::postcode.eq(postcode))
        .order((properties::address, properties::id))
        .select(PropertyRow::as_select())
        .load(db)?;
    PropertyRow::entities(rows)
}

/// A page of the homes that the actor may see.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, sight: Sight, filter: &Filter, page: &Page) -> Result<Listed<Property>, Error> {
    let mut query = properties::table.select(PropertyRow::as_select()).into_boxed();
    match sight {
        Sight::Everything => {}
        Sight::Of(party) => {
            let theirs = licence_homes::table
                .inner_join(licences::table)
                .filter(super::licences::concerns(party))
                .select(licence_homes::property_id);
            query = query.filter(properties::id.eq_any(theirs));
        }
        Sight::Nothing => return Ok(Listed { rows: Vec::new(), next: None }),
    }
    if let Some(area) = &filter.area {
        query = query.filter(properties::area_code.eq(area.clone()));
    }
    if let Some(text) = &filter.text {
        query = query.filter(properties::search.like(pattern(text)).escape('\\'));
    }
    match filter.exempt {
        Some(true) => query = query.filter(properties::exemption_ground.is_not_null()),
        Some(false) => query = query.filter(properties::exemption_ground.is_null()),
        None => {}
    }
    if let Some(after) = &page.after {
        query = query.filter(properties::id.gt(after.clone()));
    }
    let rows = query.order(properties::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(PropertyRow::entities(rows)?, |home| home.id.to_string()))
}

/// Keeps a new home.
///
/// # Errors
/// [`Error::Duplicate`] if its UPRN is taken.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Property>) -> Result<(), Error> {
    tx.add::<PropertyRow>(change)
}

/// Saves a corrected home.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Property>) -> Result<(), Error> {
    tx.change::<PropertyRow>(change)
}

/// The interests in a home, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn interests_in(db: &mut Conn, home: PropertyId) -> Result<Vec<Interest>, Error> {
    let rows = interests::table
        .filter(interests::property_id.eq(home.as_str()))
        .order((interests::since, interests::id))
        .select(InterestRow::as_select())
        .load(db)?;
    InterestRow::entities(rows)
}

/// Keeps a new interest.
///
/// # Errors
/// Whatever the database says.
pub fn insert_interest(tx: &mut Tx<'_>, change: &Change<Interest>) -> Result<(), Error> {
    tx.add::<InterestRow>(change)
}
