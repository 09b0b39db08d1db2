//! The table of licences, and of the homes that each covers.

use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::page::{Listed, Page, pattern};
use super::record::{Holds as _, record, revised};
use super::schema::{licence_homes, licence_versions, licences};
use super::{Conn, Error, Tx};
use domain::actor::Sight;
use domain::calendar::Counted;
use domain::event::Change;
use domain::id::{ApplicationId, LicenceId, PartyId, ProceedingId, PropertyId, Spelled as _};
use domain::licence::{Licence, LicenceState, LicenceVersion, Named};

record! {
    LicenceRow in licences => Licence {
        id: Word<LicenceId>,
        number: String,
        application_id: Option<Word<ApplicationId>>,
        property_id: Word<PropertyId>,
        holder_id: Word<PartyId>,
        manager_id: Option<Word<PartyId>>,
        agent_id: Option<Word<PartyId>>,
        area_code: Option<String>,
        scheme_code: String,
        scheme_version: i32,
        granted_on: chrono::NaiveDate,
        starts_on: chrono::NaiveDate,
        ends_on: chrono::NaiveDate,
        end_basis: Json<Counted>,
        start_authority: Option<String>,
        state: Word<LicenceState>,
        ended_on: Option<chrono::NaiveDate>,
        reason: Option<String>,
        search: String,
        revision: i64,
        created_at: Instant,
        version: i32,
    }
}
revised!(LicenceRow);

record! {
    VersionRow in licence_versions keyed by 2 => LicenceVersion {
        licence_id: Word<LicenceId>,
        version: i32,
        effective_from: chrono::NaiveDate,
        manager_id: Option<Word<PartyId>>,
        agent_id: Option<Word<PartyId>>,
        ends_on: chrono::NaiveDate,
        end_basis: Json<Counted>,
        terms: Option<String>,
        proceeding_id: Option<Word<ProceedingId>>,
        named: Option<Json<Named>>,
    }
}

record! {
    HomeRow in licence_homes keyed by 2 {
        licence_id: Word<LicenceId>,
        property_id: Word<PropertyId>,
    }
}

/// What a list of licences is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this area.
    pub area: Option<String>,
    /// Of this home, whether it is the address of record or another that is covered.
    pub property: Option<PropertyId>,
    /// In this state.
    pub state: Option<LicenceState>,
    /// Held by this person.
    pub holder: Option<PartyId>,
    /// In force on this day.
    pub in_force_on: Option<chrono::NaiveDate>,
    /// With this text in number, address or postcode.
    pub text: Option<String>,
}

/// That the licence has this person as holder, manager or agent.
pub(super) fn concerns(party: PartyId) -> concerning {
    concerning(Some(Word(party)))
}

#[diesel::dsl::auto_type]
fn concerning(person: Option<Word<PartyId>>) -> _ {
    licences::holder_id.nullable().eq(person).or(licences::manager_id.eq(person)).or(licences::agent_id.eq(person))
}

/// The licence with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: LicenceId) -> Result<Option<Licence>, Error> {
    let row = licences::table.find(id.as_str()).select(LicenceRow::as_select()).get_result(db).optional()?;
    row.map(LicenceRow::entity).transpose()
}

/// The licence with that identifier, if the actor may see it.
///
/// # Errors
/// Whatever the database says.
pub fn find_seen(db: &mut Conn, sight: Sight, id: LicenceId) -> Result<Option<Licence>, Error> {
    let licence = find(db, id)?;
    Ok(licence.filter(|licence| match sight {
        Sight::Everything => true,
        Sight::Of(party) => [Some(licence.holder_id), licence.manager_id, licence.agent_id].contains(&Some(party)),
        Sight::Nothing => false,
    }))
}

/// Those with these identifiers, in no order.
///
/// # Errors
/// Whatever the database says.
pub fn find_all(db: &mut Conn, ids: &[LicenceId]) -> Result<Vec<Licence>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        let names = part.iter().map(LicenceId::as_str).collect::<Vec<_>>();
        let rows = licences::table.filter(licences::id.eq_any(names)).select(LicenceRow::as_select()).load(db)?;
        found.extend(LicenceRow::entities(rows)?);
    }
    Ok(found)
}

/// A page of the licences that the actor may see.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, sight: Sight, filter: &Filter, page: &Page) -> Result<Listed<Licence>, Error> {
    let mut query = licences::table.select(LicenceRow::as_select()).into_boxed();
    match sight {
        Sight::Everything => {}
        Sight::Of(party) => query = query.filter(concerns(party)),
        Sight::Nothing => return Ok(Listed { rows: Vec::new(), next: None }),
    }
    if let Some(area) = &filter.area {
        query = query.filter(licences::area_code.eq(area.clone()));
    }
    if let Some(home) = filter.property {
        let covering =
            licence_homes::table.filter(licence_homes::property_id.eq(Word(home))).select(licence_homes::licence_id);
        query = query.filter(licences::id.eq_any(covering));
    }
    if let Some(holder) = filter.holder {
        query = query.filter(licences::holder_id.eq(Word(holder)));
    }
    if let Some(state) = filter.state {
        query = query.filter(licences::state.eq(Word(state)));
    }
    if let Some(day) = filter.in_force_on {
        query = query.filter(licences::starts_on.le(day).and(licences::ends_on.ge(day)));
        query = query.filter(licences::ended_on.is_null().or(licences::ended_on.gt(day)));
    }
    if let Some(text) = &filter.text {
        query = query.filter(licences::search.like(pattern(text)).escape('\\'));
    }
    if let Some(after) = &page.after {
        query = query.filter(licences::id.gt(after.clone()));
    }
    let rows = query.order(licences::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(LicenceRow::entities(rows)?, |licence| licence.id.to_string()))
}

/// The homes that a licence covers.
///
/// # Errors
/// Whatever the database says.
pub fn homes_of(db: &mut Conn, id: LicenceId) -> Result<Vec<PropertyId>, Error> {
    let rows: Vec<Word<PropertyId>> = licence_homes::table
        .filter(licence_homes::licence_id.eq(id.as_str()))
        .order(licence_homes::property_id)
        .select(licence_homes::property_id)
        .load(db)?;
    Ok(rows.into_iter().map(|Word(home)| home).collect())
}

/// The homes that each of these licences covers, licence by licence.
///
/// # Errors
/// Whatever the database says.
pub fn homes_of_all(db: &mut Conn, ids: &[LicenceId]) -> Result<Vec<(LicenceId, PropertyId)>, Error> {
    let names = ids.iter().map(LicenceId::as_str).collect::<Vec<_>>();
    let rows: Vec<(Word<LicenceId>, Word<PropertyId>)> = licence_homes::table
        .filter(licence_homes::licence_id.eq_any(names))
        .order((licence_homes::licence_id, licence_homes::property_id))
        .select((licence_homes::licence_id, licence_homes::property_id))
        .load(db)?;
    Ok(rows.into_iter().map(|(Word(licence), Word(home))| (licence, home)).collect())
}

/// Keeps a new licence, its first version and the homes that it covers.
///
/// # Errors
/// [`Error::Duplicate`] if its application has one already.
pub fn insert(
    tx: &mut Tx<'_>,
    change: &Change<Licence>,
    first: &LicenceVersion,
    homes: &[PropertyId],
) -> Result<(), Error> {
    tx.add::<LicenceRow>(change)?;
    tx.insert(&[VersionRow::of(first)])?;
    let licence_id = Word(change.entity().id);
    let rows = homes.iter().map(|home| HomeRow { licence_id, property_id: Word(*home) }).collect::<Vec<_>>();
    tx.insert(&rows)
}

/// The versions that a licence has had, the first as it was granted.
///
/// # Errors
/// Whatever the database says.
pub fn versions_of(db: &mut Conn, id: LicenceId) -> Result<Vec<LicenceVersion>, Error> {
    let query = licence_versions::table.filter(licence_versions::licence_id.eq(id.as_str()));
    let rows = query.order(licence_versions::version).select(VersionRow::as_select()).load(db)?;
    VersionRow::entities(rows)
}

/// Saves a licence that was varied, with its new version.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save_varied(tx: &mut Tx<'_>, change: &Change<Licence>, version: &LicenceVersion) -> Result<(), Error> {
    save(tx, change)?;
    tx.insert(&[VersionRow::of(version)])
}

/// Saves a licence of which something was decided.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Licence>) -> Result<(), Error> {
    tx.change::<LicenceRow>(change)
}
