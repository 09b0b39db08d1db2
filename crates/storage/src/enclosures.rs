//! The table of what goes with letters. A row is never changed: letters name it by the hash of its bytes.

use diesel::prelude::*;

use super::columns::Json;
use super::record::{Holds as _, record};
use super::schema::enclosures;
use super::{Conn, Error, Tx};
use domain::letter::{Enclosure, Letter};

record! {
    EnclosureRow in enclosures => Enclosure {
        sha256: String,
        name: String,
        bytes: i64,
        words: Json<serde_json::Value>,
    }
}

/// What goes with a letter, if anything does.
///
/// # Errors
/// Whatever the database says.
pub fn of(db: &mut Conn, letter: &Letter) -> Result<Option<Enclosure>, Error> {
    let Some(sha256) = &letter.enclosure else { return Ok(None) };
    let row = enclosures::table.find(sha256).select(EnclosureRow::as_select()).get_result(db)?;
    row.entity().map(Some)
}

/// Keeps what goes with a letter, whose bytes are safe already; the same document goes with many.
///
/// # Errors
/// Whatever the database says.
pub fn keep(tx: &mut Tx<'_>, enclosure: &Enclosure) -> Result<(), Error> {
    tx.insert_new(&[EnclosureRow::of(enclosure)]).map(drop)
}
