//! The licensed homes that are still to be inspected, with what is known of each: eight statements for all of them together.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::columns::Word;
use super::schema::{breaches, enquiries, inspections, items, licence_homes, licences, properties};
use super::{Conn, Error};
use domain::breach::BreachState;
use domain::id::{InspectionId, LicenceId, PartyId, PropertyId, Spelled as _};
use domain::inspection::{InspectionState, Known};

/// A licensed home that was not inspected under its licence.
#[derive(Clone, Debug)]
pub struct ToInspect {
    /// The home.
    pub property_id: PropertyId,
    /// Its address.
    pub address: String,
    /// Its area.
    pub area_code: Option<String>,
    /// The licence.
    pub licence_id: LicenceId,
    /// Its number.
    pub licence: String,
    /// Its first and last day.
    pub days: (NaiveDate, NaiveDate),
    /// The scheme it was granted under, and its version.
    pub scheme: (String, i32),
    /// What is known of the home.
    pub known: Known,
    /// The inspection that is open, and its reference.
    pub open: Option<(InspectionId, String)>,
}

struct Home {
    holder_id: PartyId,
    to_inspect: ToInspect,
}

/// The homes of licences in force on a day that were not inspected since their licence began, in no order.
///
/// # Errors
/// Whatever the database says.
pub fn to_inspect(db: &mut Conn, today: NaiveDate, area: Option<&str>) -> Result<Vec<ToInspect>, Error> {
    let inspected = last_inspections(db)?;
    let mut homes = homes(db, today, area)?;
    homes.dedup_by_key(|home| home.to_inspect.property_id);
    homes.retain(|home| {
        let last = inspected.get(&home.to_inspect.property_id);
        last.is_none_or(|last| *last < home.to_inspect.days.0)
    });
    let facts = Facts::read(db, today)?;
    Ok(homes.into_iter().map(|home| facts.tell(home)).collect())
}

fn homes(db: &mut Conn, today: NaiveDate, area: Option<&str>) -> Result<Vec<Home>, Error> {
    type Licence = (Word<LicenceId>, String, Word<PartyId>, NaiveDate, NaiveDate, String, i32);
    type Place = (Word<PropertyId>, String, String, Option<String>);
    let mut query = licence_homes::table
        .inner_join(licences::table)
        .inner_join(properties::table.on(properties::id.eq(licence_homes::property_id)))
        .filter(licences::starts_on.le(today).and(licences::ends_on.ge(today)))
        .filter(licences::ended_on.is_null().or(licences::ended_on.gt(today)))
        .order((licence_homes::property_id, licences::starts_on))
        .select((
            (
                licences::id,
                licences::number,
                licences::holder_id,
                licences::starts_on,
                licences::ends_on,
                licences::scheme_code,
                licences::scheme_version,
            ),
            (properties::id, properties::address, properties::postcode, properties::area_code),
        ))
        .into_boxed();
    if let Some(area) = area {
        query = query.filter(properties::area_code.eq(area.to_owned()));
    }
    let rows: Vec<(Licence, Place)> = query.load(db)?;
    let home = |((licence_id, licence, holder_id, starts_on, ends_on, code, version), place): (Licence, Place)| Home {
        holder_id: holder_id.0,
        to_inspect: ToInspect {
            property_id: place.0.0,
            address: format!("{}, {}", place.1, place.2),
            area_code: place.3,
            licence_id: licence_id.0,
            licence,
            days: (starts_on, ends_on),
            scheme: (code, version),
            known: Known::default(),
            open: None,
        },
    };
    Ok(rows.into_iter().map(home).collect())
}

fn last_inspections(db: &mut Conn) -> Result<HashMap<PropertyId, NaiveDate>, Error> {
    let rows: Vec<(Word<PropertyId>, Option<NaiveDate>)> = inspections::table
        .filter(inspections::carried_out_on.is_not_null())
        .group_by(inspections::property_id)
        .select((inspections::property_id, diesel::dsl::max(inspections::carried_out_on)))
        .load(db)?;
    Ok(rows.into_iter().filter_map(|(Word(home), last)| Some((home, last?))).collect())
}

/// What is known of every home, by home; of breaches, also by holder.
struct Facts {
    overdue: HashMap<PropertyId, u32>,
    breaches: HashMap<PropertyId, u32>,
    hazards: HashMap<PropertyId, (u32, u32)>,
    enquiries: HashMap<PropertyId, u32>,
    breached_homes: HashMap<PartyId, HashSet<PropertyId>>,
    open: HashMap<PropertyId, (InspectionId, String)>,
}

type Counted = Vec<(Word<PropertyId>, i64)>;

fn by_home(rows: Counted) -> HashMap<PropertyId, u32> {
    rows.into_iter().map(|(Word(home), count)| (home, number(count))).collect()
}

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Facts {
    fn read(db: &mut Conn, today: NaiveDate) -> Result<Self, Error> {
        let counts = [BreachState::Proposed, BreachState::Confirmed].map(|state| state.as_str().to_owned());
        let standing = breaches::table.filter(breaches::state.eq_any(counts));
        let overdue: Counted = items::table
            .filter(items::closed_on.is_null().and(items::answered_on.is_null()).and(items::due_on.lt(today)))
            .group_by(items::property_id)
            .select((items::property_id, count_star()))
            .load(db)?;
        let breached: Counted =
            standing.clone().group_by(breaches::property_id).select((breaches::property_id, count_star())).load(db)?;
        let enquired: Counted = enquiries::table
            .group_by(enquiries::property_id)
            .select((enquiries::property_id, count_star()))
            .load(db)?;
        let hazards: Vec<(Word<PropertyId>, Option<i64>, Option<i64>)> = inspections::table
            .group_by(inspections::property_id)
            .select((
                inspections::property_id,
                diesel::dsl::sum(inspections::category_1),
                diesel::dsl::sum(inspections::category_2),
            ))
            .load(db)?;
        let holders: Vec<(Word<PartyId>, Word<PropertyId>)> = standing
            .inner_join(licences::table.on(licences::id.eq(breaches::licence_id)))
            .select((licences::holder_id, breaches::property_id))
            .distinct()
            .load(db)?;
        let mut breached_homes: HashMap<_, HashSet<_>> = HashMap::new();
        for (Word(holder), Word(home)) in holders {
            breached_homes.entry(holder).or_default().insert(home);
        }
        let count = |sum: Option<i64>| number(sum.unwrap_or_default());
        Ok(Self {
            overdue: by_home(overdue),
            breaches: by_home(breached),
            hazards: hazards.into_iter().map(|(Word(home), one, two)| (home, (count(one), count(two)))).collect(),
            enquiries: by_home(enquired),
            breached_homes,
            open: open_inspections(db)?,
        })
    }

    fn tell(&self, home: Home) -> ToInspect {
        let id = home.to_inspect.property_id;
        let count = |of: &HashMap<PropertyId, u32>| of.get(&id).copied().unwrap_or_default();
        let (category_1, category_2) = self.hazards.get(&id).copied().unwrap_or_default();
        let elsewhere = self.breached_homes.get(&home.holder_id);
        let elsewhere = elsewhere.map_or(0, |homes| homes.iter().filter(|other| **other != id).count());
        let known = Known {
            overdue_items: count(&self.overdue),
            breaches: count(&self.breaches),
            category_1,
            category_2,
            enquiries: count(&self.enquiries),
            holder_breaches: u32::try_from(elsewhere).unwrap_or(u32::MAX),
        };
        ToInspect { known, open: self.open.get(&id).cloned(), ..home.to_inspect }
    }
}

fn open_inspections(db: &mut Conn) -> Result<HashMap<PropertyId, (InspectionId, String)>, Error> {
    let ended = [InspectionState::Closed, InspectionState::Cancelled].map(|state| state.as_str().to_owned());
    let rows: Vec<(Word<PropertyId>, Word<InspectionId>, String)> = inspections::table
        .filter(inspections::state.ne_all(ended))
        .order(inspections::id)
        .select((inspections::property_id, inspections::id, inspections::reference))
        .load(db)?;
    Ok(rows.into_iter().map(|(Word(home), Word(id), reference)| (home, (id, reference))).collect())
}
