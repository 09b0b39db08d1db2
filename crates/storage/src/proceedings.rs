//! The table of proceedings on licences.

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::record::{Holds as _, record, revised};
use super::schema::proceedings;
use super::{Conn, Error, Tx};
use domain::calendar::Counted;
use domain::event::Change;
use domain::id::{AccountId, LicenceId, PartyId, ProceedingId, PropertyId, Spelled as _};
use domain::proceeding::{
    Changes, Proceeding, ProceedingGround, ProceedingKind, ProceedingState, Proposed, WithoutNotice,
};

record! {
    ProceedingRow in proceedings => Proceeding {
        id: Word<ProceedingId>,
        reference: String,
        licence_id: Word<LicenceId>,
        property_id: Word<PropertyId>,
        kind: Word<ProceedingKind>,
        state: Word<ProceedingState>,
        ground: Word<ProceedingGround>,
        asked_by: Option<Word<PartyId>>,
        changes: Option<Json<Changes>>,
        opened_on: chrono::NaiveDate,
        consultation_ends_on: Option<chrono::NaiveDate>,
        consultation_basis: Option<Json<Counted>>,
        is_agreed: bool,
        without_notice: Option<Word<WithoutNotice>>,
        decided_on: Option<chrono::NaiveDate>,
        decided_by: Option<Word<AccountId>>,
        operative_on: Option<chrono::NaiveDate>,
        operative_basis: Option<Json<Counted>>,
        reason: String,
        revision: i64,
        created_at: Instant,
        proposed: Option<Word<Proposed>>,
    }
}
revised!(ProceedingRow);

/// The proceedings with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: ProceedingId) -> Result<Option<Proceeding>, Error> {
    let row = proceedings::table.find(id.as_str()).select(ProceedingRow::as_select()).get_result(db).optional()?;
    row.map(ProceedingRow::entity).transpose()
}

/// The proceedings on a licence, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_licence(db: &mut Conn, id: LicenceId) -> Result<Vec<Proceeding>, Error> {
    let query = proceedings::table.filter(proceedings::licence_id.eq(id.as_str())).order(proceedings::id);
    ProceedingRow::entities(query.select(ProceedingRow::as_select()).load(db)?)
}

/// Those whose decision has effect from that day or before, and is not recorded as having it.
///
/// # Errors
/// Whatever the database says.
pub fn to_take_effect(db: &mut Conn, day: chrono::NaiveDate) -> Result<Vec<Proceeding>, Error> {
    let decided = proceedings::state.eq(Word(ProceedingState::Decided));
    let query = proceedings::table.filter(decided.and(proceedings::operative_on.le(day))).order(proceedings::id);
    ProceedingRow::entities(query.select(ProceedingRow::as_select()).load(db)?)
}

/// Keeps new proceedings.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Proceeding>) -> Result<(), Error> {
    tx.add::<ProceedingRow>(change)
}

/// Saves proceedings that took a step.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed them.
pub fn save(tx: &mut Tx<'_>, change: &Change<Proceeding>) -> Result<(), Error> {
    tx.change::<ProceedingRow>(change)
}
