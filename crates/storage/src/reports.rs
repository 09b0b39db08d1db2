//! The committee's figures and the calendar of what falls due: counts that reconcile, as at any day.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{count_star, exists, not, sum};
use diesel::prelude::*;

use super::columns::{Column as _, Instant, Word};
use super::schema::{applications, breaches, demands, fee_entries, items, licences, obligations, properties};
use super::{Conn, Error};
use domain::application::{Stage, Tally};
use domain::breach::BreachState;
use domain::demand::ItemState;
use domain::fees::{FeeEntryKind, Sums};
use domain::id::{DemandId, ItemId, ObligationId, PropertyId, Spelled as _};
use domain::scheme::ObligationKind;

/// The figures of one area as at a day; `area` is `None` for what is not allocated to one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AreaFigures {
    /// Applications by how they count.
    pub applications: BTreeMap<Tally, i64>,
    /// Applications submitted by that day, counted on their own so that the sum can be checked against it.
    pub received: i64,
    /// Of those received, the ones that came of an enquiry.
    pub from_enquiries: i64,
    /// Duly made by that day.
    pub duly_made: i64,
    /// Licences granted by that day.
    pub licences_granted: i64,
    /// Licences in force on that day.
    pub licences_in_force: i64,
    /// Demands served by that day.
    pub demands_served: i64,
    /// Breaches proposed by that day.
    pub breaches_proposed: i64,
    /// Of these, confirmed by that day.
    pub breaches_confirmed: i64,
    /// Of these, dismissed by that day.
    pub breaches_dismissed: i64,
    /// Fees, in pence, by that day.
    pub fees: Sums,
}

/// How the items of one condition stand as at a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConditionFigures {
    /// Items served by that day.
    pub asked: i64,
    /// Answered and accepted in time.
    pub in_time: i64,
    /// Answered and accepted after the due date.
    pub late: i64,
    /// Past the due date with nothing in time.
    pub missed: i64,
    /// Not applicable, closed or withdrawn.
    pub otherwise_closed: i64,
    /// Still running, or waiting for an officer.
    pub running: i64,
}

type ByArea = Vec<(Option<String>, i64)>;

/// Counts the rows of a query by area and gives each area's count to the figure it belongs to.
macro_rules! count_by_area {
    ($db:expr, $areas:expr, $table:ident, $query:expr, |$figures:ident, $count:ident| $take:expr) => {
        let counted: ByArea = $query.group_by($table::area_code).select(($table::area_code, count_star())).load($db)?;
        for (area, $count) in counted {
            let $figures = $areas.entry(area).or_default();
            $take;
        }
    };
}

/// The figures by area as at a day, in eleven statements. `end_of_day` is the instant at which that day ends in London.
///
/// # Errors
/// Whatever the database says.
pub fn by_area(
    db: &mut Conn,
    day: NaiveDate,
    end_of_day: DateTime<Utc>,
) -> Result<BTreeMap<Option<String>, AreaFigures>, Error> {
    let mut areas: BTreeMap<Option<String>, AreaFigures> = BTreeMap::new();
    let received = applications::table.filter(applications::submitted_on.le(day));
    count_by_area!(db, areas, applications, received, |figures, count| figures.received = count);
    let came = received.filter(applications::enquiry_id.is_not_null());
    count_by_area!(db, areas, applications, came, |figures, count| figures.from_enquiries = count);
    let rows: Vec<(Option<String>, Word<Stage>, i64)> = received
        .filter(applications::ended_on.le(day))
        .group_by((applications::area_code, applications::stage))
        .select((applications::area_code, applications::stage, count_star()))
        .load(db)?;
    for (area, Word(stage), count) in rows {
        let tally = stage.tally().unwrap_or(Tally::InProgress);
        *areas.entry(area).or_default().applications.entry(tally).or_default() += count;
    }
    let running = received.filter(applications::ended_on.is_null().or(applications::ended_on.gt(day)));
    count_by_area!(db, areas, applications, running, |figures, count| {
        *figures.applications.entry(Tally::InProgress).or_default() += count;
    });
    let duly_made = applications::table.filter(applications::duly_made_on.le(day));
    count_by_area!(db, areas, applications, duly_made, |figures, count| figures.duly_made = count);
    licences_and_demands(db, day, &mut areas)?;
    breaches_of(db, day, end_of_day, &mut areas)?;
    fees(db, day, &mut areas)?;
    Ok(areas)
}

/// How many applications were submitted by that day, whatever their area: what the areas must add up to.
///
/// # Errors
/// Whatever the database says.
pub fn received(db: &mut Conn, day: NaiveDate) -> Result<i64, Error> {
    Ok(applications::table.filter(applications::submitted_on.le(day)).count().get_result(db)?)
}

fn licences_and_demands(
    db: &mut Conn,
    day: NaiveDate,
    areas: &mut BTreeMap<Option<String>, AreaFigures>,
) -> Result<(), Error> {
    let granted = licences::table.filter(licences::granted_on.le(day));
    count_by_area!(db, areas, licences, granted, |figures, count| figures.licences_granted = count);
    let in_force = licences::table
        .filter(licences::starts_on.le(day).and(licences::ends_on.ge(day)))
        .filter(licences::ended_on.is_null().or(licences::ended_on.gt(day)));
    count_by_area!(db, areas, licences, in_force, |figures, count| figures.licences_in_force = count);
    let served = demands::table.filter(demands::served_on.le(day));
    count_by_area!(db, areas, demands, served, |figures, count| figures.demands_served = count);
    Ok(())
}

/// An entry that another one reversed by that day counts for nothing.
fn fees(db: &mut Conn, day: NaiveDate, areas: &mut BTreeMap<Option<String>, AreaFigures>) -> Result<(), Error> {
    let reversals = diesel::alias!(fee_entries as reversals);
    let reversed = reversals
        .filter(reversals.field(fee_entries::about_id).eq(fee_entries::id.nullable()))
        .filter(reversals.field(fee_entries::kind).eq(Word(FeeEntryKind::Reversal)))
        .filter(reversals.field(fee_entries::happened_on).le(day));
    let rows: Vec<(Option<String>, Word<FeeEntryKind>, Option<i64>)> = fee_entries::table
        .inner_join(applications::table.on(applications::id.eq(fee_entries::application_id)))
        .filter(fee_entries::happened_on.le(day).and(not(exists(reversed))))
        .group_by((applications::area_code, fee_entries::kind))
        .select((applications::area_code, fee_entries::kind, sum(fee_entries::pence)))
        .load(db)?;
    for (area, Word(kind), pence) in rows {
        let fees = &mut areas.entry(area).or_default().fees;
        let figure = match kind {
            FeeEntryKind::Charge => &mut fees.charged,
            FeeEntryKind::Payment => &mut fees.paid,
            FeeEntryKind::Refund => &mut fees.refunded,
            FeeEntryKind::Allowance => &mut fees.discounted,
            FeeEntryKind::Claim | FeeEntryKind::Denial | FeeEntryKind::Reversal => continue,
        };
        *figure = pence.unwrap_or_default();
    }
    Ok(())
}

fn breaches_of(
    db: &mut Conn,
    day: NaiveDate,
    end_of_day: DateTime<Utc>,
    areas: &mut BTreeMap<Option<String>, AreaFigures>,
) -> Result<(), Error> {
    let proposed = breaches::table.filter(breaches::proposed_on.le(day));
    count_by_area!(db, areas, breaches, proposed, |figures, count| figures.breaches_proposed = count);
    let decided: Vec<(Option<String>, Word<BreachState>, i64)> = breaches::table
        .filter(breaches::decided_at.lt(Instant::enter(&end_of_day)))
        .group_by((breaches::area_code, breaches::state))
        .select((breaches::area_code, breaches::state, count_star()))
        .load(db)?;
    for (area, Word(state), count) in decided {
        let figures = areas.entry(area).or_default();
        match state {
            BreachState::Confirmed => figures.breaches_confirmed = count,
            BreachState::Dismissed => figures.breaches_dismissed = count,
            BreachState::Proposed | BreachState::Withdrawn => {}
        }
    }
    Ok(())
}

/// How demanded items stand by condition as at a day.
///
/// # Errors
/// Whatever the database says.
pub fn by_condition(db: &mut Conn, day: NaiveDate) -> Result<BTreeMap<String, ConditionFigures>, Error> {
    type Row = (String, Word<ItemState>, Option<NaiveDate>, Option<NaiveDate>, Option<NaiveDate>, i64);
    let rows: Vec<Row> = items::table
        .inner_join(demands::table)
        .filter(demands::served_on.le(day))
        .group_by((items::condition, items::state, items::due_on, items::answered_on, items::closed_on))
        .select((items::condition, items::state, items::due_on, items::answered_on, items::closed_on, count_star()))
        .load(db)?;
    let mut figures: BTreeMap<String, ConditionFigures> = BTreeMap::new();
    for (condition, Word(state), due, answered, closed, count) in rows {
        let figure = figures.entry(condition).or_default();
        figure.asked += count;
        let over = closed.is_some_and(|closed| closed <= day);
        let answered_in_time = answered.filter(|on| *on <= day).zip(due).is_some_and(|(on, due)| on <= due);
        match state {
            ItemState::Satisfied if over => figure.in_time += count,
            ItemState::SatisfiedLate if over => figure.late += count,
            ItemState::NotApplicable | ItemState::ClosedNoAction | ItemState::Withdrawn if over => {
                figure.otherwise_closed += count;
            }
            _ if due.is_some_and(|due| due < day) && !answered_in_time => figure.missed += count,
            _ => figure.running += count,
        }
    }
    Ok(figures)
}

/// Something that falls due.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// The due date.
    pub due_on: NaiveDate,
    /// The item of a demand, or else the obligation.
    pub item_id: Option<ItemId>,
    /// The obligation.
    pub obligation_id: Option<ObligationId>,
    /// The demand, for an item.
    pub demand_id: Option<DemandId>,
    /// The home.
    pub property_id: PropertyId,
    /// Its address.
    pub address: String,
    /// Its area.
    pub area_code: Option<String>,
    /// The condition.
    pub condition: Option<String>,
    /// What is due.
    pub title: String,
    /// Which obligation.
    pub obligation: Option<ObligationKind>,
    /// The day of the earliest answer that still counts.
    pub answered_on: Option<NaiveDate>,
}

/// What is open and falls due in a range of days, earliest first; at most `limit` of each kind, after the place given.
///
/// # Errors
/// Whatever the database says.
pub fn deadlines(
    db: &mut Conn,
    from: NaiveDate,
    to: NaiveDate,
    area: Option<&str>,
    after: Option<&(NaiveDate, String)>,
    limit: i64,
) -> Result<Vec<Deadline>, Error> {
    type Asked = (String, String, Option<NaiveDate>);
    type ItemFacts = (NaiveDate, Word<ItemId>, Word<DemandId>, Word<PropertyId>, String, Option<String>);
    let mut query = items::table
        .inner_join(properties::table)
        .filter(items::closed_on.is_null().and(items::due_on.ge(from)).and(items::due_on.le(to)))
        .order((items::due_on, items::id))
        .limit(limit)
        .select((
            (
                items::due_on.assume_not_null(),
                items::id,
                items::demand_id,
                items::property_id,
                properties::address,
                properties::area_code,
            ),
            (items::condition, items::title, items::answered_on),
        ))
        .into_boxed();
    if let Some(area) = area {
        query = query.filter(properties::area_code.eq(area.to_owned()));
    }
    if let Some((day, id)) = after {
        query = query.filter(items::due_on.gt(*day).or(items::due_on.eq(*day).and(items::id.gt(id.clone()))));
    }
    let rows: Vec<(ItemFacts, Asked)> = query.load(db)?;
    let mut found = Vec::with_capacity(rows.len());
    for ((due_on, item, demand, property, address, area_code), (condition, title, answered_on)) in rows {
        found.push(Deadline {
            due_on,
            item_id: Some(item.0),
            obligation_id: None,
            demand_id: Some(demand.0),
            property_id: property.0,
            address,
            area_code,
            condition: Some(condition),
            title,
            obligation: None,
            answered_on,
        });
    }
    found.extend(obligations_due(db, from, to, area, after, limit)?);
    found.sort_by_key(|deadline| (deadline.due_on, deadline.key()));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

fn obligations_due(
    db: &mut Conn,
    from: NaiveDate,
    to: NaiveDate,
    area: Option<&str>,
    after: Option<&(NaiveDate, String)>,
    limit: i64,
) -> Result<Vec<Deadline>, Error> {
    type Facts = (NaiveDate, Word<ObligationId>, Word<PropertyId>, String, Option<String>, Option<String>);
    let mut query = obligations::table
        .inner_join(properties::table)
        .filter(obligations::closed_on.is_null().and(obligations::due_on.ge(from)).and(obligations::due_on.le(to)))
        .order((obligations::due_on, obligations::id))
        .limit(limit)
        .select((
            (
                obligations::due_on,
                obligations::id,
                obligations::property_id,
                properties::address,
                properties::area_code,
                obligations::condition,
            ),
            obligations::kind,
        ))
        .into_boxed();
    if let Some(area) = area {
        query = query.filter(properties::area_code.eq(area.to_owned()));
    }
    if let Some((day, id)) = after {
        let same_day = obligations::due_on.eq(*day).and(obligations::id.gt(id.clone()));
        query = query.filter(obligations::due_on.gt(*day).or(same_day));
    }
    let rows: Vec<(Facts, Word<ObligationKind>)> = query.load(db)?;
    let deadline =
        |((due_on, obligation, property, address, area_code, condition), kind): (Facts, Word<ObligationKind>)| {
            Deadline {
                due_on,
                item_id: None,
                obligation_id: Some(obligation.0),
                demand_id: None,
                property_id: property.0,
                address,
                area_code,
                condition,
                title: kind.0.as_str().to_owned(),
                obligation: Some(kind.0),
                answered_on: None,
            }
        };
    Ok(rows.into_iter().map(deadline).collect())
}

impl Deadline {
    /// The identifier of the item or obligation.
    #[must_use]
    pub fn key(&self) -> String {
        self.item_id.map(|id| id.to_string()).or(self.obligation_id.map(|id| id.to_string())).unwrap_or_default()
    }
}
