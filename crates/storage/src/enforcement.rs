//! The tables of enforcement cases, their offences and the accounts of penalties.

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::{enforcement_cases, offences, penalty_entries};
use super::{Conn, Error, Tx};
use domain::calendar::Counted;
use domain::enforcement::{
    Case, CaseSource, CaseState, Explanation, Extension, Offence, Path, PenaltyAppeal, PenaltyEntry, PenaltyEntryKind,
    PenaltyNotice, PolicyNote, Prosecution, Representation,
};
use domain::event::Change;
use domain::fees::PaymentMethod;
use domain::id::{
    AccountId, BreachId, EnforcementId, LicenceId, OffenceId, PartyId, PenaltyEntryId, PropertyId, Spelled as _,
};
use domain::property::Capacity;
use domain::scheme::OffenceKind;

record! {
    CaseRow in enforcement_cases => Case {
        id: Word<EnforcementId>,
        reference: String,
        property_id: Word<PropertyId>,
        area_code: Option<String>,
        source: Word<CaseSource>,
        source_note: Option<String>,
        suspect_id: Word<PartyId>,
        capacity: Word<Capacity>,
        state: Word<CaseState>,
        path: Option<Word<Path>>,
        comply_by: Option<chrono::NaiveDate>,
        policy: Json<Vec<PolicyNote>>,
        explanations: Json<Vec<Explanation>>,
        excuse: Option<String>,
        sufficient_on: Option<chrono::NaiveDate>,
        sufficient_by: Option<Word<AccountId>>,
        limitation_on: chrono::NaiveDate,
        limitation_basis: Json<Counted>,
        extension: Option<Json<Extension>>,
        alert_on: Option<chrono::NaiveDate>,
        alerted: Option<i32>,
        intent: Option<Json<PenaltyNotice>>,
        representations: Json<Vec<Representation>>,
        final_notice: Option<Json<PenaltyNotice>>,
        pence: Option<i32>,
        pay_by: Option<chrono::NaiveDate>,
        appeal: Option<Json<PenaltyAppeal>>,
        prosecution: Option<Json<Prosecution>>,
        reason: Option<String>,
        opened_by: Option<Word<AccountId>>,
        opened_at: Instant,
        revision: i64,
    }
}
revised!(CaseRow);

record! {
    OffenceRow in offences => Offence {
        id: Word<OffenceId>,
        case_id: Word<EnforcementId>,
        property_id: Word<PropertyId>,
        kind: Word<OffenceKind>,
        licence_id: Option<Word<LicenceId>>,
        condition: Option<String>,
        breach_id: Option<Word<BreachId>>,
        act: String,
        happened_on: chrono::NaiveDate,
        limitation_on: chrono::NaiveDate,
        limitation_basis: Json<Counted>,
        conduct: String,
    }
}

record! {
    PenaltyEntryRow in penalty_entries => PenaltyEntry {
        id: Word<PenaltyEntryId>,
        case_id: Word<EnforcementId>,
        property_id: Word<PropertyId>,
        number: i32,
        kind: Word<PenaltyEntryKind>,
        pence: i32,
        happened_on: chrono::NaiveDate,
        reference: Option<String>,
        method: Option<Word<PaymentMethod>>,
        about_id: Option<Word<PenaltyEntryId>>,
        reason: Option<String>,
        recorded_by: Option<Word<AccountId>>,
        recorded_at: Instant,
    }
}

/// What a list of cases is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<CaseState>,
    /// Of this home.
    pub property: Option<PropertyId>,
    /// Against this person.
    pub suspect: Option<PartyId>,
    /// Of this area.
    pub area: Option<String>,
    /// Whose limitation date is this day or earlier.
    pub limitation_by: Option<chrono::NaiveDate>,
}

/// The case with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: EnforcementId) -> Result<Option<Case>, Error> {
    let row = enforcement_cases::table.find(id.as_str()).select(CaseRow::as_select()).get_result(db).optional()?;
    row.map(CaseRow::entity).transpose()
}

/// A page of cases.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<Case>, Error> {
    let mut query = enforcement_cases::table.select(CaseRow::as_select()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(enforcement_cases::state.eq(Word(state)));
    }
    if let Some(home) = filter.property {
        query = query.filter(enforcement_cases::property_id.eq(Word(home)));
    }
    if let Some(suspect) = filter.suspect {
        query = query.filter(enforcement_cases::suspect_id.eq(Word(suspect)));
    }
    if let Some(area) = &filter.area {
        query = query.filter(enforcement_cases::area_code.eq(area.clone()));
    }
    if let Some(day) = filter.limitation_by {
        query = query.filter(enforcement_cases::limitation_on.le(day));
    }
    if let Some(after) = &page.after {
        query = query.filter(enforcement_cases::id.gt(after.clone()));
    }
    let rows = query.order(enforcement_cases::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(CaseRow::entities(rows)?, |case| case.id.to_string()))
}

/// The cases that an alert is due in on a night.
///
/// # Errors
/// Whatever the database says.
pub fn to_alert(db: &mut Conn, night: chrono::NaiveDate) -> Result<Vec<EnforcementId>, Error> {
    let due = enforcement_cases::table.filter(enforcement_cases::alert_on.le(night));
    let order = (enforcement_cases::alert_on, enforcement_cases::id);
    let found: Vec<Word<EnforcementId>> = due.order(order).select(enforcement_cases::id).load(db)?;
    Ok(found.into_iter().map(|id| id.0).collect())
}

/// The other cases against the same person about any of the same conduct.
///
/// # Errors
/// Whatever the database says.
pub fn about_the_same(db: &mut Conn, case: &Case) -> Result<Vec<Case>, Error> {
    let conduct: Vec<String> =
        offences::table.filter(offences::case_id.eq(case.id.as_str())).select(offences::conduct).load(db)?;
    let named = offences::table.filter(offences::conduct.eq_any(conduct)).select(offences::case_id);
    let same = enforcement_cases::table
        .filter(enforcement_cases::suspect_id.eq(Word(case.suspect_id)))
        .filter(enforcement_cases::id.eq_any(named))
        .filter(enforcement_cases::id.ne(Word(case.id)));
    CaseRow::entities(same.order(enforcement_cases::id).select(CaseRow::as_select()).load(db)?)
}

/// The cases that name a breach, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn about_breach(db: &mut Conn, id: BreachId) -> Result<Vec<Case>, Error> {
    let named = offences::table.filter(offences::breach_id.eq(Word(id))).select(offences::case_id);
    let cases = enforcement_cases::table.filter(enforcement_cases::id.eq_any(named)).order(enforcement_cases::id);
    CaseRow::entities(cases.select(CaseRow::as_select()).load(db)?)
}

/// The offences of a case, in the order in which they were named.
///
/// # Errors
/// Whatever the database says.
pub fn offences_of(db: &mut Conn, id: EnforcementId) -> Result<Vec<Offence>, Error> {
    let query = offences::table.filter(offences::case_id.eq(id.as_str())).order((offences::happened_on, offences::id));
    OffenceRow::entities(query.select(OffenceRow::as_select()).load(db)?)
}

/// The entries of a penalty's account, in order.
///
/// # Errors
/// Whatever the database says.
pub fn entries_of(db: &mut Conn, id: EnforcementId) -> Result<Vec<PenaltyEntry>, Error> {
    let query = penalty_entries::table.filter(penalty_entries::case_id.eq(id.as_str()));
    let rows = query.order(penalty_entries::number).select(PenaltyEntryRow::as_select()).load(db)?;
    PenaltyEntryRow::entities(rows)
}

/// Keeps a new case with its offences.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Case>, named: &[Offence]) -> Result<(), Error> {
    tx.add::<CaseRow>(change)?;
    tx.insert(&named.iter().map(OffenceRow::of).collect::<Vec<_>>())
}

/// Saves a changed case, and what it names anew.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Case>, named: &[Offence]) -> Result<(), Error> {
    tx.change::<CaseRow>(change)?;
    tx.insert(&named.iter().map(OffenceRow::of).collect::<Vec<_>>())
}

/// Keeps a new entry of an account.
///
/// # Errors
/// [`Error::Duplicate`] if somebody else took its place in the account.
pub fn insert_entry(tx: &mut Tx<'_>, change: &Change<PenaltyEntry>) -> Result<(), Error> {
    tx.add::<PenaltyEntryRow>(change)
}
