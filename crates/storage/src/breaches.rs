//! The table of breaches.

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::breaches;
use super::{Conn, Error, Tx};
use domain::breach::{Breach, BreachState};
use domain::calendar::Counted;
use domain::event::Change;
use domain::id::{AccountId, BreachId, CheckId, ItemId, LicenceId, ObligationId, PropertyId, Spelled as _};

record! {
    BreachRow in breaches => Breach {
        id: Word<BreachId>,
        reference: String,
        licence_id: Word<LicenceId>,
        property_id: Word<PropertyId>,
        area_code: Option<String>,
        condition: Option<String>,
        item_id: Option<Word<ItemId>>,
        obligation_id: Option<Word<ObligationId>>,
        due_on: chrono::NaiveDate,
        state: Word<BreachState>,
        proposed_on: chrono::NaiveDate,
        check_id: Word<CheckId>,
        decided_at: Option<Instant>,
        decided_by: Option<Word<AccountId>>,
        reason: Option<String>,
        evidence: Option<String>,
        limitation_on: chrono::NaiveDate,
        limitation_basis: Json<Counted>,
        revision: i64,
    }
}
revised!(BreachRow);

/// What a list of breaches is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this area.
    pub area: Option<String>,
    /// In this state.
    pub state: Option<BreachState>,
    /// Of this home.
    pub property: Option<PropertyId>,
    /// Under this licence.
    pub licence: Option<LicenceId>,
    /// Proposed by this run.
    pub check: Option<CheckId>,
}

/// The breach with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: BreachId) -> Result<Option<Breach>, Error> {
    let row = breaches::table.find(id.as_str()).select(BreachRow::as_select()).get_result(db).optional()?;
    row.map(BreachRow::entity).transpose()
}

/// A page of breaches.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<Breach>, Error> {
    let mut query = breaches::table.select(BreachRow::as_select()).into_boxed();
    if let Some(area) = &filter.area {
        query = query.filter(breaches::area_code.eq(area.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(breaches::state.eq(Word(state)));
    }
    if let Some(home) = filter.property {
        query = query.filter(breaches::property_id.eq(Word(home)));
    }
    if let Some(licence) = filter.licence {
        query = query.filter(breaches::licence_id.eq(Word(licence)));
    }
    if let Some(check) = filter.check {
        query = query.filter(breaches::check_id.eq(Word(check)));
    }
    if let Some(after) = &page.after {
        query = query.filter(breaches::id.gt(after.clone()));
    }
    let rows = query.order(breaches::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(BreachRow::entities(rows)?, |breach| breach.id.to_string()))
}

/// The breach with that reference, such as "BR/2025/00001".
///
/// # Errors
/// Whatever the database says.
pub fn find_reference(db: &mut Conn, reference: &str) -> Result<Option<Breach>, Error> {
    let query = breaches::table.filter(breaches::reference.eq(reference)).select(BreachRow::as_select());
    query.get_result(db).optional()?.map(BreachRow::entity).transpose()
}

/// The breaches proposed under a licence that nobody has decided.
///
/// # Errors
/// Whatever the database says.
pub fn undecided(db: &mut Conn, licence: LicenceId) -> Result<Vec<Breach>, Error> {
    let rows = breaches::table
        .filter(breaches::licence_id.eq(licence.as_str()).and(breaches::state.eq(Word(BreachState::Proposed))))
        .order(breaches::id)
        .select(BreachRow::as_select())
        .load(db)?;
    BreachRow::entities(rows)
}

/// Keeps proposed breaches that are not there yet; their events are recorded with the night's.
pub(super) fn insert_new(tx: &mut Tx<'_>, proposed: &[Breach]) -> Result<(), Error> {
    tx.insert(&proposed.iter().map(BreachRow::of).collect::<Vec<_>>())
}

/// Saves a decided breach.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Breach>) -> Result<(), Error> {
    tx.change::<BreachRow>(change)
}
