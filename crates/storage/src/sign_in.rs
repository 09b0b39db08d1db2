//! The tables of links by mail, of sessions, and of the tallies that keep flooding and guessing down.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::access::AccountRow;
use super::columns::{Column as _, Instant, Word};
use super::record::{Holds as _, record};
use super::schema::{accounts, links, sessions, tallies};
use super::{Conn, Error, Tx};
use domain::access::Account;
use domain::id::{AccountId, LinkId, Spelled as _};
use domain::sign_in::{Link, LinkState, Session};

record! {
    LinkRow in links => Link {
        id: Word<LinkId>,
        email: String,
        nonce_hash: String,
        hash: Option<String>,
        asked_at: Instant,
        expires_at: Instant,
        state: Word<LinkState>,
        next_attempt_at: Option<Instant>,
        attempt: i32,
        text: Option<String>,
        template: Option<String>,
        reply: Option<String>,
        used_at: Option<Instant>,
    }
}

record! {
    SessionRow in sessions => Session {
        hash: String,
        account_id: Word<AccountId>,
        began_at: Instant,
        seen_at: Instant,
        expires_at: Instant,
        ended_at: Option<Instant>,
    }
}

record! {
    TallyRow in tallies => Tally {
        name: String,
        since: Instant,
        count: i64,
    }
}

/// How often something was tried since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// What is counted: a digest, because it holds addresses.
    pub name: String,
    /// When the count began.
    pub since: DateTime<Utc>,
    /// The count.
    pub count: i64,
}

/// Keeps a new link.
///
/// # Errors
/// Whatever the database says.
pub fn insert_link(tx: &mut Tx<'_>, link: &Link) -> Result<(), Error> {
    tx.insert(&[LinkRow::of(link)])
}

/// Saves a link that took a step.
///
/// # Errors
/// Whatever the database says.
pub fn save_link(tx: &mut Tx<'_>, link: &Link) -> Result<(), Error> {
    tx.save(&LinkRow::of(link), None)
}

/// The link with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find_link(db: &mut Conn, id: LinkId) -> Result<Option<Link>, Error> {
    let row = links::table.find(id.as_str()).select(LinkRow::as_select()).first(db).optional()?;
    row.map(LinkRow::entity).transpose()
}

/// The link whose secret has that digest.
///
/// # Errors
/// Whatever the database says.
pub fn find_link_by_hash(db: &mut Conn, hash: &str) -> Result<Option<Link>, Error> {
    let row = links::table.filter(links::hash.eq(hash)).select(LinkRow::as_select()).first(db).optional()?;
    row.map(LinkRow::entity).transpose()
}

/// Whether a later link to the same address went out, which makes this one dead.
///
/// # Errors
/// Whatever the database says.
pub fn has_later(db: &mut Conn, link: &Link) -> Result<bool, Error> {
    let later = links::table
        .filter(links::email.eq(&link.email).and(links::hash.is_not_null()))
        .filter(links::asked_at.gt(Instant::enter(&link.asked_at)));
    Ok(diesel::select(diesel::dsl::exists(later)).get_result(db)?)
}

/// The links whose mail is to be sent by now, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn links_to_send(db: &mut Conn, now: DateTime<Utc>, limit: i64) -> Result<Vec<LinkId>, Error> {
    let rows: Vec<Word<LinkId>> = links::table
        .filter(links::next_attempt_at.is_not_null().and(links::next_attempt_at.le(Instant::enter(&now))))
        .order((links::next_attempt_at, links::id))
        .limit(limit)
        .select(links::id)
        .load(db)?;
    Ok(rows.into_iter().map(|Word(id)| id).collect())
}

/// Notes that a link is used, if nobody has used it.
///
/// # Errors
/// Whatever the database says.
pub fn use_link(tx: &mut Tx<'_>, id: LinkId, now: DateTime<Utc>) -> Result<bool, Error> {
    let unused = links::table.filter(links::id.eq(id.as_str()).and(links::used_at.is_null()));
    let used = diesel::update(unused).set(links::used_at.eq(Some(Instant::enter(&now)))).execute(&mut **tx)?;
    Ok(used == 1)
}

/// Keeps a new session.
///
/// # Errors
/// Whatever the database says.
pub fn insert_session(tx: &mut Tx<'_>, session: &Session) -> Result<(), Error> {
    tx.insert(&[SessionRow::of(session)])
}

/// The session with that digest and its account, in one statement.
///
/// # Errors
/// Whatever the database says.
pub fn find_session(db: &mut Conn, hash: &str) -> Result<Option<(Session, Account)>, Error> {
    let row: Option<(SessionRow, AccountRow)> = sessions::table
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
        .filter(sessions::hash.eq(hash))
        .select((SessionRow::as_select(), AccountRow::as_select()))
        .first(db)
        .optional()?;
    row.map(|(session, account)| Ok((session.entity()?, account.entity()?))).transpose()
}

/// Notes that a session is in use.
///
/// # Errors
/// Whatever the database says.
pub fn note_use(tx: &mut Tx<'_>, hash: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let session = sessions::table.find(hash);
    diesel::update(session).set(sessions::seen_at.eq(Instant::enter(&now))).execute(&mut **tx)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// Whatever the database says.
pub fn end_session(tx: &mut Tx<'_>, hash: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let live = sessions::table.filter(sessions::hash.eq(hash).and(sessions::ended_at.is_null()));
    diesel::update(live).set(sessions::ended_at.eq(Some(Instant::enter(&now)))).execute(&mut **tx)?;
    Ok(())
}

/// Ends every session of an account.
///
/// # Errors
/// Whatever the database says.
pub fn end_sessions_of(tx: &mut Tx<'_>, account: AccountId, now: DateTime<Utc>) -> Result<(), Error> {
    let live = sessions::table.filter(sessions::account_id.eq(Word(account)).and(sessions::ended_at.is_null()));
    diesel::update(live).set(sessions::ended_at.eq(Some(Instant::enter(&now)))).execute(&mut **tx)?;
    Ok(())
}

/// How often that was tried.
///
/// # Errors
/// Whatever the database says.
pub fn tally(db: &mut Conn, name: &str) -> Result<Option<Tally>, Error> {
    let row = tallies::table.find(name).select(TallyRow::as_select()).first(db).optional()?;
    row.map(TallyRow::entity).transpose()
}

/// Keeps a count.
///
/// # Errors
/// Whatever the database says.
pub fn put_tally(tx: &mut Tx<'_>, tally: &Tally) -> Result<(), Error> {
    tx.put(&[TallyRow::of(tally)])
}

/// Forgets what is of no more use: addresses that nobody known has, after a day; the rest after a month.
///
/// # Errors
/// Whatever the database says.
pub fn forget_old(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    let (day, month) = (Instant::enter(&(now - TimeDelta::days(1))), Instant::enter(&(now - TimeDelta::days(30))));
    let unknown = links::state.eq(Word(LinkState::Unknown)).and(links::expires_at.lt(day));
    diesel::delete(links::table.filter(links::expires_at.lt(month).or(unknown))).execute(&mut **tx)?;
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(month))).execute(&mut **tx)?;
    diesel::delete(tallies::table.filter(tallies::since.lt(day))).execute(&mut **tx)?;
    Ok(())
}
