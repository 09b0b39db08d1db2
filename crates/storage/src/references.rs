//! The table of requests for a reference about a tenant.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::reference_requests;
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::id::{AccountId, LetterId, PartyId, PropertyId, ReferenceId, Spelled as _};
use domain::reference::{Colour, ConsentHow, LandlordDecision, Look, ReferenceRequest, ReferenceState};

record! {
    ReferenceRow in reference_requests => ReferenceRequest {
        id: Word<ReferenceId>,
        reference: String,
        state: Word<ReferenceState>,
        landlord_id: Option<Word<PartyId>>,
        property_id: Option<Word<PropertyId>>,
        tenant: Option<String>,
        covers: Option<String>,
        consent_on: Option<chrono::NaiveDate>,
        consent_how: Option<Word<ConsentHow>>,
        received_on: chrono::NaiveDate,
        checks: Json<Vec<Look>>,
        colour: Option<Word<Colour>>,
        reasons: Option<String>,
        issued_on: Option<chrono::NaiveDate>,
        issued_by: Option<Word<AccountId>>,
        letter_id: Option<Word<LetterId>>,
        decision: Option<Word<LandlordDecision>>,
        decided_on: Option<chrono::NaiveDate>,
        retain_until: chrono::NaiveDate,
        disposed_on: Option<chrono::NaiveDate>,
        revision: i64,
        received_at: Instant,
    }
}
revised!(ReferenceRow);

/// The request with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: ReferenceId) -> Result<Option<ReferenceRequest>, Error> {
    let query = reference_requests::table.find(id.as_str());
    let row = query.select(ReferenceRow::as_select()).get_result(db).optional()?;
    row.map(ReferenceRow::entity).transpose()
}

/// The request that a letter answers.
///
/// # Errors
/// Whatever the database says.
pub fn of_letter(db: &mut Conn, letter: LetterId) -> Result<Option<ReferenceId>, Error> {
    let query = reference_requests::table.filter(reference_requests::letter_id.eq(Word(letter)));
    let found: Option<Word<ReferenceId>> = query.select(reference_requests::id).first(db).optional()?;
    Ok(found.map(|Word(id)| id))
}

/// A page of requests.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, state: Option<ReferenceState>, page: &Page) -> Result<Listed<ReferenceRequest>, Error> {
    let mut query = reference_requests::table.select(ReferenceRow::as_select()).into_boxed();
    if let Some(state) = state {
        query = query.filter(reference_requests::state.eq(Word(state)));
    }
    if let Some(after) = &page.after {
        query = query.filter(reference_requests::id.gt(after.clone()));
    }
    let rows = query.order(reference_requests::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(ReferenceRow::entities(rows)?, |request| request.id.to_string()))
}

/// Those whose last day lies before that day.
///
/// # Errors
/// Whatever the database says.
pub fn to_dispose_of(db: &mut Conn, day: NaiveDate) -> Result<Vec<ReferenceRequest>, Error> {
    let query = reference_requests::table
        .filter(reference_requests::retain_until.lt(day).and(reference_requests::disposed_on.is_null()));
    ReferenceRow::entities(query.order(reference_requests::id).select(ReferenceRow::as_select()).load(db)?)
}

/// Keeps a new request.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<ReferenceRequest>) -> Result<(), Error> {
    tx.add::<ReferenceRow>(change)
}

/// Saves a request that went on.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<ReferenceRequest>) -> Result<(), Error> {
    tx.change::<ReferenceRow>(change)
}

/// Notes which letter told the answer; the event of the answer stands for it.
///
/// # Errors
/// Whatever the database says.
pub fn set_letter(tx: &mut Tx<'_>, id: ReferenceId, letter: LetterId) -> Result<(), Error> {
    let row = reference_requests::table.find(id.as_str());
    diesel::update(row).set(reference_requests::letter_id.eq(Word(letter))).execute(&mut **tx)?;
    Ok(())
}
