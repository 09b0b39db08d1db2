//! Every version of every scheme that was ever in use, as its file stood, and the counters of references.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::columns::Instant;
use super::record::{Holds, record};
use super::schema::{counters, schemes};
use super::{Conn, Error, Tx};

record! {
    /// One version of a scheme.
    SchemeRow in schemes keyed by 2 => Stored {
        code: String,
        version: i32,
        digest: String,
        scheme_text: String,
        address_text: String,
        loaded_at: Instant,
    }
}

/// One version of a scheme, as its file stood.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The scheme's code.
    pub code: String,
    /// Its version.
    pub version: i32,
    /// SHA-256 of both texts: a version never changes its content.
    pub digest: String,
    /// The scheme file.
    pub scheme_text: String,
    /// The address list.
    pub address_text: String,
    /// When it was taken into use.
    pub loaded_at: DateTime<Utc>,
}

/// All versions.
///
/// # Errors
/// Whatever the database says.
pub fn all(db: &mut Conn) -> Result<Vec<Stored>, Error> {
    let rows = schemes::table.order((schemes::code, schemes::version)).select(SchemeRow::as_select()).load(db)?;
    Holds::entities(rows)
}

/// Keeps a new version.
///
/// # Errors
/// [`Error::Duplicate`] if that version is kept already.
pub fn insert(tx: &mut Tx<'_>, stored: &Stored) -> Result<(), Error> {
    tx.insert(&[SchemeRow::of(stored)])
}

record! {
    CounterRow in counters {
        name: String,
        value: i64,
    }
}

/// What a counter stands at.
pub(super) fn counter(db: &mut Conn, name: &str) -> Result<i64, Error> {
    let last: Option<i64> = counters::table.find(name).select(counters::value).get_result(db).optional()?;
    Ok(last.unwrap_or_default())
}

pub(super) fn set_counter(tx: &mut Tx<'_>, name: &str, value: i64) -> Result<(), Error> {
    tx.put(&[CounterRow { name: name.to_owned(), value }])
}

/// The first of `count` fresh numbers of a counter; counters start at 1.
///
/// # Errors
/// Whatever the database says.
pub fn next_numbers(tx: &mut Tx<'_>, name: &str, count: i64) -> Result<i64, Error> {
    let first = counter(tx, name)? + 1;
    set_counter(tx, name, first + count - 1)?;
    Ok(first)
}

/// A fresh reference such as "DEM/2025/00001".
///
/// # Errors
/// Whatever the database says.
pub fn next_reference(tx: &mut Tx<'_>, prefix: &str, year: i32) -> Result<String, Error> {
    let number = next_numbers(tx, &format!("{prefix}/{year}"), 1)?;
    Ok(reference(prefix, year, number))
}

/// A reference of its parts.
#[must_use]
pub fn reference(prefix: &str, year: i32, number: i64) -> String {
    format!("{prefix}/{year}/{number:05}")
}
