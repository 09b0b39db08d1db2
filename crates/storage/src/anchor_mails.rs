//! The table of mails that tell addresses outside the service of its anchors.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::columns::{Column as _, Instant};
use super::record::{Holds as _, record};
use super::schema::anchor_mails;
use super::{Conn, Error, Tx};

record! {
    AnchorMailRow in anchor_mails keyed by 2 => AnchorMail {
        address: String,
        through: i64,
        first: i64,
        attempt: i32,
        next_attempt_at: Option<Instant>,
        settled_at: Option<Instant>,
        reply: Option<String>,
    }
}

/// A mail that tells one address of anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorMail {
    /// To whom.
    pub address: String,
    /// The number of the last anchor that it tells.
    pub through: i64,
    /// The number of the first.
    pub first: i64,
    /// Counts attempts.
    pub attempt: i32,
    /// Not to be tried before; absent once it is settled.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When it was accepted or given up.
    pub settled_at: Option<DateTime<Utc>>,
    /// The relay's reply, or what went wrong.
    pub reply: Option<String>,
}

/// The last anchor that an address was told of, or is to be.
///
/// # Errors
/// Whatever the database says.
pub fn told_through(db: &mut Conn, address: &str) -> Result<Option<i64>, Error> {
    let theirs = anchor_mails::table.filter(anchor_mails::address.eq(address)).order(anchor_mails::through.desc());
    Ok(theirs.limit(1).select(anchor_mails::through).get_result(db).optional()?)
}

/// The mail to an address that ends with that anchor.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, address: &str, through: i64) -> Result<Option<AnchorMail>, Error> {
    let found = anchor_mails::table.find((address, through)).select(AnchorMailRow::as_select());
    found.get_result(db).optional()?.map(AnchorMailRow::entity).transpose()
}

/// The mails that are to be sent by now.
///
/// # Errors
/// Whatever the database says.
pub fn to_send(db: &mut Conn, now: DateTime<Utc>, limit: i64) -> Result<Vec<AnchorMail>, Error> {
    let rows = anchor_mails::table
        .filter(anchor_mails::next_attempt_at.le(Instant::enter(&now)))
        .order((anchor_mails::next_attempt_at, anchor_mails::address, anchor_mails::through))
        .limit(limit)
        .select(AnchorMailRow::as_select())
        .load(db)?;
    AnchorMailRow::entities(rows)
}

/// Keeps a new mail.
///
/// # Errors
/// [`Error::Duplicate`] if it is there.
pub fn insert(tx: &mut Tx<'_>, mail: &AnchorMail) -> Result<(), Error> {
    tx.insert(&[AnchorMailRow::of(mail)])
}

/// Saves a mail that took a step.
///
/// # Errors
/// Whatever the database says.
pub fn save(tx: &mut Tx<'_>, mail: &AnchorMail) -> Result<(), Error> {
    tx.put(&[AnchorMailRow::of(mail)])
}
