//! The table of who lives in a home; rows are never changed.

use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::record::{Holds as _, record};
use super::schema::occupancies;
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::id::{AccountId, OccupancyId, PropertyId, Spelled as _};
use domain::occupancy::{Occupancy, OccupancySource, OccupationBasis};

record! {
    OccupancyRow in occupancies => Occupancy {
        id: Word<OccupancyId>,
        property_id: Word<PropertyId>,
        counted_on: chrono::NaiveDate,
        basis: Word<OccupationBasis>,
        households: i32,
        occupiers: i32,
        flats_in_block: Option<i32>,
        source: Word<OccupancySource>,
        note: Option<String>,
        officer_id: Option<Word<AccountId>>,
        recorded_at: Instant,
    }
}

/// Who lived in a home, the earliest day first.
///
/// # Errors
/// Whatever the database says.
pub fn of_property(db: &mut Conn, home: PropertyId) -> Result<Vec<Occupancy>, Error> {
    let rows = occupancies::table
        .filter(occupancies::property_id.eq(home.as_str()))
        .order((occupancies::counted_on, occupancies::id))
        .select(OccupancyRow::as_select())
        .load(db)?;
    OccupancyRow::entities(rows)
}

/// Keeps who lives in a home.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Occupancy>) -> Result<(), Error> {
    tx.add::<OccupancyRow>(change)
}
