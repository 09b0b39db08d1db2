//! The table of inspections.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::columns::{Column as _, Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::inspections;
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::id::{AccountId, EnforcementId, InspectionId, LicenceId, PropertyId, Spelled as _};
use domain::inspection::{Inspection, InspectionState, PlanItem, Visit, VisitOutcome};

record! {
    InspectionRow in inspections => Inspection {
        id: Word<InspectionId>,
        reference: String,
        property_id: Word<PropertyId>,
        area_code: Option<String>,
        licence_id: Option<Word<LicenceId>>,
        state: Word<InspectionState>,
        officer_id: Word<AccountId>,
        starts_at: Instant,
        ends_at: Instant,
        scheme_code: String,
        scheme_version: i32,
        visits: Json<Vec<Visit>>,
        carried_out_on: Option<NaiveDate>,
        category_1: i32,
        category_2: i32,
        outcome: Option<Word<VisitOutcome>>,
        items: Json<Vec<PlanItem>>,
        item_due_on: Option<NaiveDate>,
        reinspect_on: Option<NaiveDate>,
        enforcement_id: Option<Word<EnforcementId>>,
        reason: Option<String>,
        ended_on: Option<NaiveDate>,
        revision: i64,
        planned_at: Instant,
    }
}
revised!(InspectionRow);

/// What a list of inspections is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<InspectionState>,
    /// Of this home.
    pub property: Option<PropertyId>,
    /// With this officer.
    pub officer: Option<AccountId>,
    /// In this area.
    pub area: Option<String>,
}

/// The inspection with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: InspectionId) -> Result<Option<Inspection>, Error> {
    let row = inspections::table.find(id.as_str()).select(InspectionRow::as_select()).get_result(db).optional()?;
    row.map(InspectionRow::entity).transpose()
}

/// A page of inspections.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<Inspection>, Error> {
    let mut query = inspections::table.select(InspectionRow::as_select()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(inspections::state.eq(Word(state)));
    }
    if let Some(home) = filter.property {
        query = query.filter(inspections::property_id.eq(Word(home)));
    }
    if let Some(officer) = filter.officer {
        query = query.filter(inspections::officer_id.eq(Word(officer)));
    }
    if let Some(area) = &filter.area {
        query = query.filter(inspections::area_code.eq(area.clone()));
    }
    if let Some(after) = &page.after {
        query = query.filter(inspections::id.gt(after.clone()));
    }
    let rows = query.order(inspections::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(InspectionRow::entities(rows)?, |inspection| inspection.id.to_string()))
}

/// The inspections of a home, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_home(db: &mut Conn, home: PropertyId) -> Result<Vec<Inspection>, Error> {
    let query = inspections::table.filter(inspections::property_id.eq(Word(home))).order(inspections::id);
    InspectionRow::entities(query.select(InspectionRow::as_select()).load(db)?)
}

/// The inspections in which something is due that a night looks for: a visit that should be over by then, the day of a
/// re-inspection, or work whose last day has passed.
///
/// # Errors
/// Whatever the database says.
pub fn due(db: &mut Conn, over_by: DateTime<Utc>, night: NaiveDate) -> Result<Vec<InspectionId>, Error> {
    let states = |wanted: fn(InspectionState) -> bool| {
        let states = InspectionState::ALL.iter().filter(move |state| wanted(**state));
        states.map(|state| state.as_str().to_owned()).collect::<Vec<_>>()
    };
    let ahead = inspections::state.eq_any(states(InspectionState::awaits_visit));
    let visit = ahead.and(inspections::ends_at.lt(Instant::enter(&over_by)));
    let planned = inspections::state.eq(Word(InspectionState::ImprovementPlan));
    let again = planned.and(inspections::reinspect_on.le(night));
    let open = inspections::state.eq_any(states(InspectionState::is_open));
    let work = open.and(inspections::item_due_on.lt(night));
    let query = inspections::table.filter(again.or(work).or(visit));
    let found: Vec<Word<InspectionId>> = query.order(inspections::id).select(inspections::id).load(db)?;
    Ok(found.into_iter().map(|id| id.0).collect())
}

/// An officer's inspections whose last visit ends after that instant, the earliest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_officer(db: &mut Conn, officer: AccountId, since: DateTime<Utc>) -> Result<Vec<Inspection>, Error> {
    let theirs = inspections::table
        .filter(inspections::officer_id.eq(Word(officer)).and(inspections::ends_at.gt(Instant::enter(&since))));
    let query = theirs.order((inspections::starts_at, inspections::id)).select(InspectionRow::as_select());
    InspectionRow::entities(query.load(db)?)
}

/// Keeps a new inspection.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Inspection>) -> Result<(), Error> {
    tx.add::<InspectionRow>(change)
}

/// Saves an inspection that went on.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Inspection>) -> Result<(), Error> {
    tx.change::<InspectionRow>(change)
}
