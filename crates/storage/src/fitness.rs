//! The table of checks whether a person is fit and proper.

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::record::{Holds as _, record, revised};
use super::schema::fitness_checks;
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::fitness::{Against, Concluded, Conclusion, FitnessCheck, Source};
use domain::id::{AccountId, ApplicationId, DocumentId, FitnessCheckId, PartyId, Spelled as _};

record! {
    FitnessCheckRow in fitness_checks => FitnessCheck {
        id: Word<FitnessCheckId>,
        reference: String,
        party_id: Word<PartyId>,
        declared: Option<String>,
        application_id: Option<Word<ApplicationId>>,
        document_id: Option<Word<DocumentId>>,
        sources: Json<Vec<Source>>,
        findings: Json<Vec<Against>>,
        conclusion: Word<Conclusion>,
        conclusions: Json<Vec<Concluded>>,
        opened_by: Option<Word<AccountId>>,
        opened_at: Instant,
        revision: i64,
    }
}
revised!(FitnessCheckRow);

/// The check with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: FitnessCheckId) -> Result<Option<FitnessCheck>, Error> {
    let row = fitness_checks::table.find(id.as_str()).select(FitnessCheckRow::as_select()).get_result(db).optional()?;
    row.map(FitnessCheckRow::entity).transpose()
}

/// The checks of a person, the oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_party(db: &mut Conn, party: PartyId) -> Result<Vec<FitnessCheck>, Error> {
    let rows = fitness_checks::table
        .filter(fitness_checks::party_id.eq(party.as_str()))
        .order(fitness_checks::id)
        .select(FitnessCheckRow::as_select())
        .load(db)?;
    FitnessCheckRow::entities(rows)
}

/// Keeps a new check.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<FitnessCheck>) -> Result<(), Error> {
    tx.add::<FitnessCheckRow>(change)
}

/// Saves a check that went on.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<FitnessCheck>) -> Result<(), Error> {
    tx.change::<FitnessCheckRow>(change)
}
