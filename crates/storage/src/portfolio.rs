//! What is open in the homes of one landlord or agent: a fixed number of statements, however many homes they are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::columns::Word;
use super::demands::ItemRow;
use super::obligations::ObligationRow;
use super::record::Holds as _;
use super::schema::{demands, items, licences, obligations, properties};
use super::{Conn, Error};
use domain::demand::{DemandState, Item};
use domain::id::{PartyId, PropertyId};
use domain::obligation::Obligation;

/// A home as lists name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The address on one line.
    pub address: String,
    /// Its identifier.
    pub id: PropertyId,
    /// The name of the licence's holder, where that is somebody else.
    pub holder: Option<String>,
}

/// One thing asked for that is open.
#[derive(Clone, Debug)]
pub struct OpenItem {
    /// What is asked for.
    pub item: Item,
    /// The demand's reference.
    pub reference: String,
    /// The home.
    pub home: Home,
}

/// One duty with a date of its own that is open.
#[derive(Clone, Debug)]
pub struct OpenDuty {
    /// The duty.
    pub duty: Obligation,
    /// The day on which something came in for it that nobody has assessed.
    pub waiting_since: Option<NaiveDate>,
    /// The home.
    pub home: Home,
}

/// Everything that is open for one person or company.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// What demands ask for: sent, not closed.
    pub items: Vec<OpenItem>,
    /// Duties with a date of their own.
    pub duties: Vec<OpenDuty>,
}

type HomeRow = (Word<PropertyId>, String, String, Word<PartyId>);

/// Everything that is open in the homes of the licences that have this person as holder, manager or agent, in four statements.
///
/// # Errors
/// Whatever the database says.
pub fn of(db: &mut Conn, party: PartyId) -> Result<Portfolio, Error> {
    let asked: Vec<(ItemRow, String, HomeRow)> = items::table
        .inner_join(demands::table)
        .inner_join(properties::table)
        .inner_join(licences::table.on(licences::id.eq(items::licence_id)))
        .filter(super::licences::concerns(party))
        .filter(items::closed_on.is_null())
        .filter(demands::state.eq(Word(DemandState::Issued)).or(demands::state.eq(Word(DemandState::Served))))
        .select((ItemRow::as_select(), demands::reference, home()))
        .load(db)?;
    let owed: Vec<(ObligationRow, HomeRow)> = obligations::table
        .inner_join(properties::table)
        .inner_join(licences::table)
        .filter(super::licences::concerns(party))
        .filter(obligations::closed_on.is_null())
        .select((ObligationRow::as_select(), home()))
        .load(db)?;
    let licences = owed.iter().map(|(duty, _)| duty.licence_id.0).collect::<BTreeSet<_>>();
    let waiting = super::certificates::waiting(db, &licences.into_iter().collect::<Vec<_>>())?;
    let holders = asked.iter().map(|(.., home)| home).chain(owed.iter().map(|(_, home)| home));
    let others = holders.map(|(.., Word(holder))| *holder).filter(|holder| *holder != party);
    let names = names(db, &others.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())?;
    let home = |row: HomeRow| {
        let (Word(id), address, postcode, Word(holder)) = row;
        Home { id, address: format!("{address}, {postcode}"), holder: names.get(&holder).cloned() }
    };
    let items =
        asked.into_iter().map(|(item, reference, at)| Ok(OpenItem { item: item.entity()?, reference, home: home(at) }));
    let items = items.collect::<Result<Vec<_>, Error>>()?;
    let duties = owed.into_iter().map(|(duty, at)| {
        let duty = duty.entity()?;
        Ok(OpenDuty { waiting_since: waiting.get(&duty.duty()).copied(), duty, home: home(at) })
    });
    Ok(Portfolio { items, duties: duties.collect::<Result<_, Error>>()? })
}

#[diesel::dsl::auto_type]
fn home() -> _ {
    (properties::id, properties::address, properties::postcode, licences::holder_id)
}

fn names(db: &mut Conn, people: &[PartyId]) -> Result<BTreeMap<PartyId, String>, Error> {
    let found = super::parties::find_all(db, people)?;
    Ok(found.into_iter().map(|party| (party.id, party.name)).collect())
}
