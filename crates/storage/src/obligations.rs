//! The table of obligations.

use diesel::prelude::*;

use super::columns::{Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::{licences, obligations};
use super::{Conn, Error, Tx};
use domain::actor::Sight;
use domain::calendar::Counted;
use domain::event::Change;
use domain::id::{CertificateId, LicenceId, ObligationId, PropertyId, Spelled as _};
use domain::obligation::{Obligation, ObligationState};
use domain::scheme::ObligationKind;

record! {
    ObligationRow in obligations => Obligation {
        id: Word<ObligationId>,
        licence_id: Word<LicenceId>,
        property_id: Word<PropertyId>,
        area_code: Option<String>,
        kind: Word<ObligationKind>,
        condition: Option<String>,
        due_on: chrono::NaiveDate,
        due_basis: Json<Counted>,
        state: Word<ObligationState>,
        source_id: Option<Word<CertificateId>>,
        met_by: Option<Word<CertificateId>>,
        closed_on: Option<chrono::NaiveDate>,
        next_call_on: Option<chrono::NaiveDate>,
        called_through: chrono::NaiveDate,
        breach_proposed: bool,
        revision: i64,
    }
}
revised!(ObligationRow);

/// What a list of obligations is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this area.
    pub area: Option<String>,
    /// Of this kind.
    pub kind: Option<ObligationKind>,
    /// In this state.
    pub state: Option<ObligationState>,
    /// Of this home.
    pub property: Option<PropertyId>,
    /// Under this licence.
    pub licence: Option<LicenceId>,
    /// Due on or after this day.
    pub due_from: Option<chrono::NaiveDate>,
    /// Due on or before this day.
    pub due_to: Option<chrono::NaiveDate>,
}

/// The obligation with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: ObligationId) -> Result<Option<Obligation>, Error> {
    let row = obligations::table.find(id.as_str()).select(ObligationRow::as_select()).get_result(db).optional()?;
    row.map(ObligationRow::entity).transpose()
}

/// The obligation with that identifier, if the actor may see it.
///
/// # Errors
/// Whatever the database says.
pub fn find_seen(db: &mut Conn, sight: Sight, id: ObligationId) -> Result<Option<Obligation>, Error> {
    let Some(obligation) = find(db, id)? else { return Ok(None) };
    Ok(super::licences::find_seen(db, sight, obligation.licence_id)?.map(|_| obligation))
}

/// The open obligations of a licence.
///
/// # Errors
/// Whatever the database says.
pub fn open_of(db: &mut Conn, licence: LicenceId) -> Result<Vec<Obligation>, Error> {
    let rows = obligations::table
        .filter(obligations::licence_id.eq(licence.as_str()).and(obligations::closed_on.is_null()))
        .order(obligations::id)
        .select(ObligationRow::as_select())
        .load(db)?;
    ObligationRow::entities(rows)
}

/// A page of the obligations that the actor may see.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, sight: Sight, filter: &Filter, page: &Page) -> Result<Listed<Obligation>, Error> {
    if sight == Sight::Nothing {
        return Ok(Listed { rows: Vec::new(), next: None });
    }
    let mut query = obligations::table.select(ObligationRow::as_select()).into_boxed();
    if let Sight::Of(party) = sight {
        let theirs = licences::table.filter(super::licences::concerns(party)).select(licences::id);
        query = query.filter(obligations::licence_id.eq_any(theirs));
    }
    if let Some(area) = &filter.area {
        query = query.filter(obligations::area_code.eq(area.clone()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(obligations::kind.eq(Word(kind)));
    }
    if let Some(state) = filter.state {
        query = query.filter(obligations::state.eq(Word(state)));
    }
    if let Some(home) = filter.property {
        query = query.filter(obligations::property_id.eq(Word(home)));
    }
    if let Some(licence) = filter.licence {
        query = query.filter(obligations::licence_id.eq(Word(licence)));
    }
    if let Some(from) = filter.due_from {
        query = query.filter(obligations::due_on.ge(from));
    }
    if let Some(to) = filter.due_to {
        query = query.filter(obligations::due_on.le(to));
    }
    if let Some(after) = &page.after {
        query = query.filter(obligations::id.gt(after.clone()));
    }
    let rows = query.order(obligations::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(ObligationRow::entities(rows)?, |obligation| obligation.id.to_string()))
}

/// Keeps a new obligation.
///
/// # Errors
/// [`Error::Duplicate`] if the home has an open one of its kind.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Obligation>) -> Result<(), Error> {
    tx.add::<ObligationRow>(change)
}

/// The night looks at the open ones of a licence again from that day on, because the licence's last day moved.
///
/// # Errors
/// Whatever the database says.
pub fn look_again(tx: &mut Tx<'_>, licence: LicenceId, from: chrono::NaiveDate) -> Result<(), Error> {
    let open = obligations::licence_id.eq(Word(licence)).and(obligations::state.eq(Word(ObligationState::Open)));
    diesel::update(obligations::table.filter(open)).set(obligations::next_call_on.eq(from)).execute(&mut **tx)?;
    Ok(())
}

/// Saves an obligation that ended.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Obligation>) -> Result<(), Error> {
    tx.change::<ObligationRow>(change)
}
