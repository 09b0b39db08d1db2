//! The table of exemptions of homes.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::exemptions;
use super::{Conn, Error, Tx};
use domain::calendar::Counted;
use domain::event::Change;
use domain::exemption::{Exemption, ExemptionKind, ExemptionLetterKind, ExemptionState};
use domain::id::{AccountId, ExemptionId, LicenceId, PartyId, PropertyId, Spelled as _};
use domain::service::SentLetter;

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
        letters: Json<Vec<SentLetter<ExemptionLetterKind>>>,
        effective_until: Option<chrono::NaiveDate>,
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

/// The temporary exemption notices that run on a day, in the order in which they were asked for.
///
/// # Errors
/// Whatever the database says.
pub fn notices_on(db: &mut Conn, day: chrono::NaiveDate, page: &Page) -> Result<Listed<Exemption>, Error> {
    let unserved = [ExemptionState::Notified, ExemptionState::Refused].map(Word);
    let mut query = exemptions::table
        .filter(
            exemptions::kind
                .eq(Word(ExemptionKind::Temporary))
                .and(diesel::dsl::not(exemptions::state.eq_any(unserved))),
        )
        .filter(exemptions::from_on.le(day).and(exemptions::until_on.ge(day)))
        .select(ExemptionRow::as_select())
        .into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(exemptions::id.gt(after.clone()));
    }
    let rows: Vec<ExemptionRow> = query.order(exemptions::id).limit(page.fetch()).load(db)?;
    let listed = page.cut(rows, |row| row.id.0.to_string());
    Ok(Listed { rows: ExemptionRow::entities(listed.rows)?, next: listed.next })
}

/// The exemptions whose last day comes by then, which no other one follows and of which nobody has said with what they ended.
///
/// # Errors
/// Whatever the database says.
pub fn ending_by(db: &mut Conn, day: chrono::NaiveDate) -> Result<Vec<Exemption>, Error> {
    let runs = [ExemptionState::Served, ExemptionState::InEffect].map(Word);
    let rows: Vec<ExemptionRow> = exemptions::table
        .filter(exemptions::state.eq_any(runs).and(exemptions::until_on.le(day)))
        .order(exemptions::id)
        .select(ExemptionRow::as_select())
        .load(db)?;
    let ids = rows.iter().map(|row| Some(Word(row.id.0))).collect::<Vec<_>>();
    let followed: Vec<Option<Word<ExemptionId>>> = exemptions::table
        .filter(exemptions::previous_id.eq_any(ids).and(exemptions::from_on.is_not_null()))
        .select(exemptions::previous_id)
        .load(db)?;
    let followed = followed.into_iter().flatten().map(|Word(id)| id).collect::<BTreeSet<_>>();
    ExemptionRow::entities(rows.into_iter().filter(|row| !followed.contains(&row.id.0)).collect())
}

/// The references of these exemptions.
///
/// # Errors
/// Whatever the database says.
pub fn references(db: &mut Conn, ids: &[ExemptionId]) -> Result<BTreeMap<ExemptionId, String>, Error> {
    let names = ids.iter().map(ExemptionId::as_str).collect::<Vec<_>>();
    let found = exemptions::table.filter(exemptions::id.eq_any(names)).select((exemptions::id, exemptions::reference));
    let rows: Vec<(Word<ExemptionId>, String)> = found.load(db)?;
    Ok(rows.into_iter().map(|(Word(id), reference)| (id, reference)).collect())
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
