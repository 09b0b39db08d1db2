//! Which bytes outside the database it names: files that were sent in, what went with letters, and letters that were printed together.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::schema::{documents, enclosures, letter_batches};
use super::{Conn, Error};

/// Whether anything has these bytes.
///
/// # Errors
/// Whatever the database says.
pub fn is_named(db: &mut Conn, sha256: &str) -> Result<bool, Error> {
    let sent = documents::table.filter(documents::sha256.eq(sha256)).count().get_result::<i64>(db)?;
    let printed = letter_batches::table.filter(letter_batches::sha256.eq(sha256)).count().get_result::<i64>(db)?;
    let enclosed = enclosures::table.find(sha256).count().get_result::<i64>(db)?;
    Ok(sent + printed + enclosed > 0)
}

/// The hash of everything that is named, each once, in order.
///
/// # Errors
/// Whatever the database says.
pub fn hashes(db: &mut Conn) -> Result<BTreeSet<String>, Error> {
    let sent: Vec<String> = documents::table.select(documents::sha256).distinct().load(db)?;
    let printed: Vec<String> = letter_batches::table.select(letter_batches::sha256).load(db)?;
    let enclosed: Vec<String> = enclosures::table.select(enclosures::sha256).load(db)?;
    Ok(sent.into_iter().chain(printed).chain(enclosed).collect())
}
