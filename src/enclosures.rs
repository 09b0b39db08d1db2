//! What goes with letters: made and stored before its letter is written, in no transaction, and read again each time it goes.

use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest as _, Sha256};

use crate::actions::licence_documents::LicenceDocument;
use crate::actions::{Error, letters};
use crate::app::App;
use crate::domain::event::hex;
use crate::domain::id::LetterId;
use crate::domain::letter::{Enclosure, Letter};
use crate::storage::enclosures;
use crate::{files, licence_document, typeset};

/// Makes what goes with a letter that is to be written, if anything does, and stores its bytes; or says why that cannot be done, which
/// is this letter's misfortune and must not stop the others.
///
/// # Errors
/// [`Error::Unavailable`] if the database cannot be reached.
pub fn make(app: &App, id: LetterId) -> Result<Option<Result<Enclosure, String>>, Error> {
    let wanted = app.db.read(|db| letters::to_enclose(db, &app.rules, id))?;
    Ok(wanted.map(|document| {
        let document = document?;
        catch_unwind(AssertUnwindSafe(|| printed(app, &document)))
            .unwrap_or_else(|_| Err("the program met a fault of its own while printing what is enclosed".to_owned()))
    }))
}

fn printed(app: &App, document: &LicenceDocument) -> Result<Enclosure, String> {
    let unmade = |why: String| format!("the licence that is to be enclosed cannot be printed: {why}");
    let report = licence_document::report(document);
    let words = serde_json::to_value(&report).map_err(|fault| unmade(fault.to_string()))?;
    let pdf = typeset::report(app.typesetter, report).map_err(|error| match error {
        Error::Broken(why) => unmade(why),
        other => unmade(other.to_string()),
    })?;
    let sha256 = store(app, &pdf).map_err(|fault| format!("what is enclosed cannot be stored: {fault}"))?;
    let bytes = i64::try_from(pdf.len()).map_err(|fault| unmade(fault.to_string()))?;
    Ok(Enclosure { sha256, name: document.file_name(), bytes, words })
}

fn store(app: &App, bytes: &[u8]) -> Result<String, files::Error> {
    let mut incoming = app.files.begin()?;
    incoming.write(bytes)?;
    let file = incoming.end();
    let sha256 = file.sha256().to_owned();
    app.files.keep(file)?;
    Ok(sha256)
}

/// The name and the bytes of what goes with a letter, or why they cannot be had as they were when the letter was written.
///
/// # Errors
/// In words for an officer.
pub fn read(app: &App, letter: &Letter) -> Result<Option<(String, Vec<u8>)>, String> {
    if letter.enclosure.is_none() {
        return Ok(None);
    }
    let found = app.db.read(|db| enclosures::of(db, letter)).map_err(|error| error.to_string())?;
    let Some(Enclosure { sha256, name, .. }) = found else { return Ok(None) };
    let mut bytes = Vec::new();
    let unread = |fault: &dyn std::fmt::Display| format!("what is enclosed ({sha256}) cannot be read: {fault}");
    app.files.read(&sha256).map_err(|fault| unread(&fault))?.read_to_end(&mut bytes).map_err(|fault| unread(&fault))?;
    let now = hex(&Sha256::digest(&bytes));
    if now != sha256 {
        return Err(format!("what is enclosed ({sha256}) was changed: its SHA-256 is {now} now"));
    }
    Ok(Some((name, bytes)))
}
