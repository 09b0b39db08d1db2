//! Which homes need a licence: who lives there, and how a home stands on a day.

use chrono::NaiveDate;

use super::{Error, Rules};
use domain::actor::{Action, Sight};
use domain::context::Context;
use domain::id::PropertyId;
use domain::occupancy::{Count, Occupancy};
use domain::requirement::{Facts, Requirement};
use storage::page::Page;
use storage::{Conn, Tx, applications, exemptions, licences, occupancies, properties};

/// More licences or applications than one home ever has.
const ALL: usize = 1_000;

/// It is recorded who lives in a home.
///
/// # Errors
/// [`Error::NotFound`] without the home; a refusal of a day in the future, or of numbers that cannot be.
pub fn record_occupancy(tx: &mut Tx<'_>, cx: &Context, home: PropertyId, count: Count) -> Result<Occupancy, Error> {
    cx.allow(Action::WorkHomes)?;
    properties::find(tx, home)?.ok_or(Error::NotFound)?;
    let change = Occupancy::record(cx, home, count)?;
    occupancies::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// How a home stands on a day, by what is on record now.
///
/// # Errors
/// [`Error::NotFound`] without the home.
pub fn requirement(db: &mut Conn, rules: &Rules, id: PropertyId, day: NaiveDate) -> Result<Requirement, Error> {
    let home = properties::find(db, id)?.ok_or(Error::NotFound)?;
    let all = Page { after: None, limit: ALL };
    let covering = licences::Filter { property: Some(id), ..licences::Filter::default() };
    let applied_for = applications::Filter { property: Some(id), ..applications::Filter::default() };
    let facts = Facts {
        scheme: rules.current()?,
        home: &home,
        licences: &licences::list(db, Sight::Everything, &covering, &all)?.rows,
        exemptions: &exemptions::of_property(db, id)?,
        applications: &applications::list(db, &applied_for, &all)?.rows,
        occupancies: &occupancies::of_property(db, id)?,
    };
    Ok(facts.on(day))
}
