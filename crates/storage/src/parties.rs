//! The table of people and companies, and of their consents.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::page::{Listed, Page, pattern};
use super::record::{Holds as _, record, revised};
use super::schema::{applications, consents, licences, parties};
use super::{Conn, Error, Tx};
use domain::event::Change;
use domain::id::{ConsentId, PartyId, Spelled as _};
use domain::letter::LetterKind;
use domain::party::{Consent, ConsentScope, Party, PartyKind};

diesel::define_sql_function! {
    /// Text in lower case.
    fn lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

record! {
    PartyRow in parties => Party {
        id: Word<PartyId>,
        kind: Word<PartyKind>,
        name: String,
        address: String,
        email: Option<String>,
        phone: Option<String>,
        company_number: Option<String>,
        search: String,
        revision: i64,
        created_at: Instant,
    }
}

record! {
    ConsentRow in consents => Consent {
        id: Word<ConsentId>,
        party_id: Word<PartyId>,
        email: String,
        scope: Word<ConsentScope>,
        given_at: Instant,
        how: String,
        withdrawn_at: Option<Instant>,
        revision: i64,
    }
}

revised!(PartyRow, ConsentRow);

/// The person or company with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: PartyId) -> Result<Option<Party>, Error> {
    let row = parties::table.find(id.as_str()).select(PartyRow::as_select()).get_result(db).optional()?;
    row.map(PartyRow::entity).transpose()
}

/// Those with these identifiers, in no order.
///
/// # Errors
/// Whatever the database says.
pub fn find_all(db: &mut Conn, ids: &[PartyId]) -> Result<Vec<Party>, Error> {
    let mut found = Vec::with_capacity(ids.len());
    for part in ids.chunks(500) {
        let names = part.iter().map(PartyId::as_str).collect::<Vec<_>>();
        let rows = parties::table.filter(parties::id.eq_any(names)).select(PartyRow::as_select()).load(db)?;
        for row in rows {
            found.push(row.entity()?);
        }
    }
    Ok(found)
}

/// A person or company of that name and e-mail address, for imports that must not record the same one twice.
///
/// # Errors
/// Whatever the database says.
pub fn find_same(db: &mut Conn, name: &str, email: Option<&str>, address: &str) -> Result<Option<Party>, Error> {
    let rows = parties::table
        .filter(parties::search.eq(format!("{name} {}", email.unwrap_or_default()).to_lowercase()))
        .order(parties::id)
        .select(PartyRow::as_select())
        .load(db)?;
    for row in rows {
        let party = row.entity()?;
        if email.is_some() || party.address == address {
            return Ok(Some(party));
        }
    }
    Ok(None)
}

/// The people and companies with that e-mail address, in any case of its letters.
///
/// # Errors
/// Whatever the database says.
pub fn of_email(db: &mut Conn, email: &str) -> Result<Vec<Party>, Error> {
    let rows = parties::table
        .filter(lower(parties::email).eq(email.to_lowercase()))
        .order(parties::id)
        .select(PartyRow::as_select())
        .load(db)?;
    PartyRow::entities(rows)
}

/// What a person or company is to licences and applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Holder or manager of one.
    pub answers_for_own: bool,
    /// Agent of one.
    pub is_agent: bool,
    /// Whether one of them is a licence.
    pub is_licensed: bool,
}

/// What a person or company is to licences and applications, in two statements.
///
/// # Errors
/// Whatever the database says.
pub fn standing_of(db: &mut Conn, id: PartyId) -> Result<Standing, Error> {
    type People = (Word<PartyId>, Option<Word<PartyId>>, Option<Word<PartyId>>);
    let mut people: Vec<People> = licences::table
        .filter(super::licences::concerns(id))
        .select((licences::holder_id, licences::manager_id, licences::agent_id))
        .load(db)?;
    let is_licensed = !people.is_empty();
    let own = Some(Word(id));
    let applied: Vec<People> = applications::table
        .filter(
            applications::holder_id
                .eq(Word(id))
                .or(applications::manager_id.eq(own))
                .or(applications::agent_id.eq(own)),
        )
        .select((applications::holder_id, applications::manager_id, applications::agent_id))
        .load(db)?;
    people.extend(applied);
    Ok(Standing {
        answers_for_own: people.iter().any(|(holder, manager, _)| holder.0 == id || *manager == own),
        is_agent: people.iter().any(|(_, _, agent)| *agent == own),
        is_licensed,
    })
}

/// A page of people and companies, newest last, those whose name or e-mail address holds the text.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, text: Option<&str>, page: &Page) -> Result<Listed<Party>, Error> {
    let mut query = parties::table.select(PartyRow::as_select()).into_boxed();
    if let Some(text) = text {
        query = query.filter(parties::search.like(pattern(text)).escape('\\'));
    }
    if let Some(after) = &page.after {
        query = query.filter(parties::id.gt(after.clone()));
    }
    let rows = query.order(parties::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(PartyRow::entities(rows)?, |party| party.id.to_string()))
}

/// Keeps a new person or company.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Party>) -> Result<(), Error> {
    tx.add::<PartyRow>(change)
}

/// Saves a corrected person or company.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Party>) -> Result<(), Error> {
    tx.change::<PartyRow>(change)
}

/// Every consent of these people.
///
/// # Errors
/// Whatever the database says.
pub fn consents_of(db: &mut Conn, people: &[PartyId]) -> Result<Vec<Consent>, Error> {
    let mut found = Vec::new();
    for part in people.chunks(500) {
        let names = part.iter().map(PartyId::as_str).collect::<Vec<_>>();
        let rows = consents::table
            .filter(consents::party_id.eq_any(names))
            .order((consents::given_at, consents::id))
            .select(ConsentRow::as_select())
            .load(db)?;
        for row in rows {
            found.push(row.entity()?);
        }
    }
    Ok(found)
}

/// The consent of that person that covers letters of this kind at that instant, the newest if there are several.
///
/// # Errors
/// Whatever the database says.
pub fn consent_to(
    db: &mut Conn,
    party: PartyId,
    kind: LetterKind,
    at: DateTime<Utc>,
) -> Result<Option<Consent>, Error> {
    let given = consents_of(db, &[party])?;
    Ok(given.into_iter().rev().find(|consent| consent.holds_at(at) && consent.covers(kind)))
}

/// The consent with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find_consent(db: &mut Conn, id: ConsentId) -> Result<Option<Consent>, Error> {
    let row = consents::table.find(id.as_str()).select(ConsentRow::as_select()).get_result(db).optional()?;
    row.map(ConsentRow::entity).transpose()
}

/// Keeps a new consent.
///
/// # Errors
/// Whatever the database says.
pub fn insert_consent(tx: &mut Tx<'_>, change: &Change<Consent>) -> Result<(), Error> {
    tx.add::<ConsentRow>(change)
}

/// Saves a withdrawn consent.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save_consent(tx: &mut Tx<'_>, change: &Change<Consent>) -> Result<(), Error> {
    tx.change::<ConsentRow>(change)
}
