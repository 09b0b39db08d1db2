//! The table of exemptions of homes.

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::record::{Holds as _, record, revised};
use super::schema::exemptions;
use super::{Conn, Error, Tx};
use crate::domain::calendar::Counted;
use crate::domain::event::Change;
use crate::domain::exemption::{Exemption, ExemptionKind, ExemptionState};
use crate::domain::id::{AccountId, ExemptionId, LicenceId, PartyId, PropertyId, Spelled as _};

record! {
    ExemptionRow in exemptions => Exemption {
        id: Word<ExemptionId>,
        reference: String,
        kind: Word<ExemptionKind>,
        property_id: Word<PropertyId>,
        state: Word<ExemptionState>,
        number: i32,
        previous_id: Option<Word<ExemptionId>>,
        licence_id: Option<Word<LicenceId>>,
        party_id: Option<Word<PartyId>>,
        notified_on: Option<chrono::NaiveDate>,
        steps: Option<String>,
        ground: Option<String>,
        evidence: Option<String>,
        circumstances: Option<String>,
        served_on: Option<chrono::NaiveDate>,
        from_on: Option<chrono::NaiveDate>,
        until_on: Option<chrono::NaiveDate>,
        until_basis: Option<Json<Counted>>,
        decided_on: Option<chrono::NaiveDate>,
        reasons: Option<String>,
        appeal_by: Option<Json<Counted>>,
        ended_on: Option<chrono::NaiveDate>,
        ending: Option<String>,
        officer_id: Option<Word<AccountId>>,
        revision: i64,
        created_at: Instant,
    }
}
revised!(ExemptionRow);

/// The exemption with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: ExemptionId) -> Result<Option<Exemption>, Error> {
    let row = exemptions::table.find(id.as_str()).select(ExemptionRow::as_select()).get_result(db).optional()?;
    row.map(ExemptionRow::entity).transpose()
}

/// The exemptions of a home, the oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_property(db: &mut Conn, home: PropertyId) -> Result<Vec<Exemption>, Error> {
    let rows = exemptions::table
        .filter(exemptions::property_id.eq(home.as_str()))
        .order(exemptions::id)
        .select(ExemptionRow::as_select())
        .load(db)?;
    ExemptionRow::entities(rows)
}

/// Keeps a new exemption.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Exemption>) -> Result<(), Error> {
    tx.add::<ExemptionRow>(change)
}

/// Saves an exemption of which something was decided.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Exemption>) -> Result<(), Error> {
    tx.change::<ExemptionRow>(change)
}
