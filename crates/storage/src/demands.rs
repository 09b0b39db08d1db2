//! The tables of demands: covers, items, recipients and the answers that came in.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::copies::copies;
use super::page::{Listed, Page, pattern};
use super::record::{Holds as _, record, revised};
use super::schema::{demands, items, licences, recipients, responses};
use super::{Conn, Error, Tx, events};
use domain::actor::Sight;
use domain::calendar::Counted;
use domain::demand::{AnswerKind, Copy, Cover, Demand, DemandState, Item, ItemState, Response, ResponseState};
use domain::event::Change;
use domain::id::{
    AccountId, CertificateId, CopyId, DemandId, ItemId, LetterId, LicenceId, PartyId, PropertyId, ResponseId,
    Spelled as _,
};

record! {
    CoverRow in demands => Cover {
        id: Word<DemandId>,
        reference: String,
        licence_id: Word<LicenceId>,
        property_id: Word<PropertyId>,
        area_code: Option<String>,
        officer_id: Option<Word<AccountId>>,
        state: Word<DemandState>,
        legal_basis: String,
        drafted_at: Instant,
        issued_at: Option<Instant>,
        served_on: Option<chrono::NaiveDate>,
        due_on: Option<chrono::NaiveDate>,
        closed_on: Option<chrono::NaiveDate>,
        reason: Option<String>,
        search: String,
        revision: i64,
    }
}
revised!(CoverRow);

record! {
    ItemRow in items => Item {
        id: Word<ItemId>,
        demand_id: Word<DemandId>,
        licence_id: Word<LicenceId>,
        property_id: Word<PropertyId>,
        condition: String,
        title: String,
        response_days: i32,
        state: Word<ItemState>,
        due_on: Option<chrono::NaiveDate>,
        due_basis: Option<Json<Counted>>,
        actionable_from: Option<chrono::NaiveDate>,
        waiting_until: Option<chrono::NaiveDate>,
        answered_on: Option<chrono::NaiveDate>,
        closed_on: Option<chrono::NaiveDate>,
        next_call_on: Option<chrono::NaiveDate>,
        called_through: Option<chrono::NaiveDate>,
        breach_proposed: bool,
    }
}

copies!(RecipientRow in recipients of demand_id: DemandId);

record! {
    ResponseRow in responses => Response {
        id: Word<ResponseId>,
        demand_id: Word<DemandId>,
        item_id: Word<ItemId>,
        kind: Word<AnswerKind>,
        certificate_id: Option<Word<CertificateId>>,
        text: Option<String>,
        from_party: Option<Word<PartyId>>,
        received_at: Instant,
        received_on: chrono::NaiveDate,
        state: Word<ResponseState>,
        assessed_at: Option<Instant>,
        assessed_by: Option<Word<AccountId>>,
        assessment: Option<String>,
    }
}

/// What a list of demands is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this area.
    pub area: Option<String>,
    /// In this state.
    pub state: Option<DemandState>,
    /// Of this officer.
    pub officer: Option<AccountId>,
    /// Under this licence.
    pub licence: Option<LicenceId>,
    /// About this home.
    pub property: Option<PropertyId>,
    /// With something open due on or after this day.
    pub due_from: Option<chrono::NaiveDate>,
    /// With something open due on or before this day.
    pub due_to: Option<chrono::NaiveDate>,
    /// With this text in reference, address or postcode.
    pub text: Option<String>,
}

/// The demand with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: DemandId) -> Result<Option<Demand>, Error> {
    let row = demands::table.find(id.as_str()).select(CoverRow::as_select()).get_result(db).optional()?;
    Ok(complete(db, row.into_iter().collect())?.pop())
}

/// The due dates of a demand's items; none before it is served.
///
/// # Errors
/// Whatever the database says.
pub fn due_dates_of(db: &mut Conn, id: DemandId) -> Result<Vec<chrono::NaiveDate>, Error> {
    let of_items = items::table.filter(items::demand_id.eq(id.as_str()).and(items::due_on.is_not_null()));
    Ok(of_items.select(items::due_on.assume_not_null()).load(db)?)
}

/// The demand with that reference, such as "DEM/2025/00001".
///
/// # Errors
/// Whatever the database says.
pub fn find_reference(db: &mut Conn, reference: &str) -> Result<Option<Demand>, Error> {
    let row = demands::table
        .filter(demands::reference.eq(reference))
        .select(CoverRow::as_select())
        .get_result(db)
        .optional()?;
    Ok(complete(db, row.into_iter().collect())?.pop())
}

/// The demand with that identifier, if the actor may see it.
///
/// # Errors
/// Whatever the database says.
pub fn find_seen(db: &mut Conn, sight: Sight, id: DemandId) -> Result<Option<Demand>, Error> {
    let Some(demand) = find(db, id)? else { return Ok(None) };
    if sight == Sight::Everything {
        return Ok(Some(demand));
    }
    Ok(super::licences::find_seen(db, sight, demand.cover.licence_id)?.map(|_| demand))
}

/// The demand that an item belongs to.
///
/// # Errors
/// Whatever the database says.
pub fn of_item(db: &mut Conn, item: ItemId) -> Result<Option<Demand>, Error> {
    let id: Option<Word<DemandId>> =
        items::table.find(item.as_str()).select(items::demand_id).get_result(db).optional()?;
    id.map(|Word(id)| find(db, id)).transpose().map(Option::flatten)
}

/// Those with these identifiers, in the order of their identifiers.
///
/// # Errors
/// Whatever the database says.
pub fn find_all(db: &mut Conn, ids: &[DemandId]) -> Result<Vec<Demand>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        let names = part.iter().map(DemandId::as_str).collect::<Vec<_>>();
        let rows = demands::table
            .filter(demands::id.eq_any(names))
            .order(demands::id)
            .select(CoverRow::as_select())
            .load(db)?;
        found.extend(complete(db, rows)?);
    }
    Ok(found)
}

/// A page of the demands that the actor may see: three statements, whatever its size.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, sight: Sight, filter: &Filter, page: &Page) -> Result<Listed<Demand>, Error> {
    let mut query = demands::table.select(CoverRow::as_select()).into_boxed();
    match sight {
        Sight::Everything => {}
        Sight::Of(party) => {
            let theirs = licences::table.filter(super::licences::concerns(party)).select(licences::id);
            query = query.filter(demands::licence_id.eq_any(theirs));
        }
        Sight::Nothing => return Ok(Listed { rows: Vec::new(), next: None }),
    }
    if let Some(area) = &filter.area {
        query = query.filter(demands::area_code.eq(area.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(demands::state.eq(Word(state)));
    }
    if let Some(officer) = filter.officer {
        query = query.filter(demands::officer_id.eq(Word(officer)));
    }
    if let Some(licence) = filter.licence {
        query = query.filter(demands::licence_id.eq(Word(licence)));
    }
    if let Some(home) = filter.property {
        query = query.filter(demands::property_id.eq(Word(home)));
    }
    if let Some(from) = filter.due_from {
        query = query.filter(demands::due_on.ge(from));
    }
    if let Some(to) = filter.due_to {
        query = query.filter(demands::due_on.le(to));
    }
    if let Some(text) = &filter.text {
        query = query.filter(demands::search.like(pattern(text)).escape('\\'));
    }
    if let Some(after) = &page.after {
        query = query.filter(demands::id.gt(after.clone()));
    }
    let rows: Vec<CoverRow> = query.order(demands::id).limit(page.fetch()).load(db)?;
    let listed = page.cut(rows, |row| row.id.0.to_string());
    Ok(Listed { rows: complete(db, listed.rows)?, next: listed.next })
}

/// The items and recipients of these demands. One demand alone is asked for by a statement that stays prepared, which a list
/// of changing length does not on SQLite.
fn parts(db: &mut Conn, covers: &[CoverRow]) -> Result<(Vec<ItemRow>, Vec<RecipientRow>), Error> {
    let asked = items::table.order(items::id).select(ItemRow::as_select());
    let copies = recipients::table.order(recipients::id).select(RecipientRow::as_select());
    if let [one] = covers {
        let id = one.id.0.as_str();
        return Ok((
            asked.filter(items::demand_id.eq(id)).load(db)?,
            copies.filter(recipients::demand_id.eq(id)).load(db)?,
        ));
    }
    let names = covers.iter().map(|row| row.id.0.as_str()).collect::<Vec<_>>();
    Ok((
        asked.filter(items::demand_id.eq_any(&names)).load(db)?,
        copies.filter(recipients::demand_id.eq_any(&names)).load(db)?,
    ))
}

fn complete(db: &mut Conn, covers: Vec<CoverRow>) -> Result<Vec<Demand>, Error> {
    if covers.is_empty() {
        return Ok(Vec::new());
    }
    let (asked, copies) = parts(db, &covers)?;
    let mut items: BTreeMap<DemandId, Vec<Item>> = BTreeMap::new();
    for row in asked {
        items.entry(row.demand_id.0).or_default().push(row.entity()?);
    }
    let mut recipients: BTreeMap<DemandId, Vec<Copy>> = BTreeMap::new();
    for row in copies {
        recipients.entry(row.demand_id.0).or_default().push(row.copy()?);
    }
    let put_together = |row: CoverRow| {
        let cover = row.entity()?;
        let mut items = items.remove(&cover.id).unwrap_or_default();
        items.sort_by_cached_key(|item| {
            item.condition.split('.').map(|part| part.parse::<u32>().ok()).collect::<Vec<_>>()
        });
        let recipients = recipients.remove(&cover.id).unwrap_or_default();
        Ok(Demand { cover, items, recipients })
    };
    covers.into_iter().map(put_together).collect()
}

/// Keeps a new demand.
///
/// # Errors
/// [`Error::Duplicate`] if the home has an open item on one of the conditions.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Demand>) -> Result<(), Error> {
    let demand = change.entity();
    tx.insert(&[CoverRow::of(&demand.cover)])?;
    tx.insert(&demand.items.iter().map(ItemRow::of).collect::<Vec<_>>())?;
    tx.insert(&demand.recipients.iter().map(|copy| RecipientRow::of(demand.cover.id, copy)).collect::<Vec<_>>())?;
    events::append(tx, &[change.event()])
}

/// Saves a demand with all that belongs to it.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Demand>) -> Result<(), Error> {
    let demand = change.entity();
    tx.save_revised(CoverRow::of(&demand.cover))?;
    for item in &demand.items {
        tx.save(&ItemRow::of(item), None)?;
    }
    for copy in &demand.recipients {
        tx.save(&RecipientRow::of(demand.cover.id, copy), None)?;
    }
    events::append(tx, &[change.event()])
}

/// Every answer to a demand, in the order of arrival.
///
/// # Errors
/// Whatever the database says.
pub fn responses_to(db: &mut Conn, id: DemandId) -> Result<Vec<Response>, Error> {
    let rows = responses::table
        .filter(responses::demand_id.eq(id.as_str()))
        .order((responses::received_at, responses::id))
        .select(ResponseRow::as_select())
        .load(db)?;
    ResponseRow::entities(rows)
}

/// Keeps an answer; its event is the demand's.
///
/// # Errors
/// Whatever the database says.
pub fn insert_response(tx: &mut Tx<'_>, response: &Response) -> Result<(), Error> {
    tx.insert(&[ResponseRow::of(response)])
}

/// Saves an assessed answer; its event is the demand's.
///
/// # Errors
/// Whatever the database says.
pub fn save_response(tx: &mut Tx<'_>, response: &Response) -> Result<(), Error> {
    tx.save(&ResponseRow::of(response), None)
}

/// Notes on a recipient which letter carries the copy.
///
/// # Errors
/// Whatever the database says.
pub fn set_letter(tx: &mut Tx<'_>, copy: CopyId, letter: LetterId) -> Result<(), Error> {
    diesel::update(recipients::table.find(copy.as_str()))
        .set(recipients::letter_id.eq(Word(letter)))
        .execute(&mut **tx)?;
    Ok(())
}

/// What items ask for, and the references of their demands.
///
/// # Errors
/// Whatever the database says.
pub fn named_items(db: &mut Conn, ids: &[ItemId]) -> Result<BTreeMap<ItemId, (String, String)>, Error> {
    let mut found = BTreeMap::new();
    for part in ids.chunks(500) {
        let names = part.iter().map(ItemId::as_str).collect::<Vec<_>>();
        let rows: Vec<(Word<ItemId>, String, String)> = items::table
            .inner_join(demands::table)
            .filter(items::id.eq_any(names))
            .select((items::id, items::title, demands::reference))
            .load(db)?;
        found.extend(rows.into_iter().map(|(Word(id), title, reference)| (id, (title, reference))));
    }
    Ok(found)
}
