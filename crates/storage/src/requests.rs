//! Requests that were answered already: what an Idempotency-Key stands for.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::columns::{Column as _, Instant};
use super::record::{Holds as _, record};
use super::schema::answered_requests;
use super::{Conn, Error, Tx};

record! {
    AnsweredRow in answered_requests keyed by 2 => Answered {
        account_id: String,
        key: String,
        digest: String,
        status: i32,
        location: Option<String>,
        etag: Option<String>,
        body: String,
        answered_at: Instant,
    }
}

/// A request that was answered, with its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// Who asked.
    pub account_id: String,
    /// The key that they gave.
    pub key: String,
    /// SHA-256 of method, path and body: the same key for something else is a mistake.
    pub digest: String,
    /// HTTP status of the answer.
    pub status: i32,
    /// Its Location.
    pub location: Option<String>,
    /// Its ETag.
    pub etag: Option<String>,
    /// Its body.
    pub body: String,
    /// When it was answered.
    pub answered_at: DateTime<Utc>,
}

/// The answer that this key stands for.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, account: &str, key: &str) -> Result<Option<Answered>, Error> {
    let row =
        answered_requests::table.find((account, key)).select(AnsweredRow::as_select()).get_result(db).optional()?;
    row.map(AnsweredRow::entity).transpose()
}

/// Keeps an answer, in the transaction of its effect.
///
/// # Errors
/// [`Error::Duplicate`] if the key was used in the meantime.
pub fn insert(tx: &mut Tx<'_>, answered: &Answered) -> Result<(), Error> {
    tx.insert(&[AnsweredRow::of(answered)])
}

/// Forgets answers from before that instant.
///
/// # Errors
/// Whatever the database says.
pub fn forget_before(tx: &mut Tx<'_>, instant: DateTime<Utc>) -> Result<usize, Error> {
    let old = answered_requests::table.filter(answered_requests::answered_at.lt(Instant::enter(&instant)));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}
