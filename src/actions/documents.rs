//! Files that are sent in: received for a home under a licence, judged by the malware scanner, named by answers and records.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Error, FieldFault, tasks};
use crate::domain::actor::{Action, Sight};
use crate::domain::context::Context;
use crate::domain::document::{Arrival, Document, Refusal, Room, ScanState, Verdict};
use crate::domain::id::{DocumentId, LicenceId, PropertyId};
use crate::domain::task::{Need, TaskKind};
use crate::storage::{Conn, Tx, documents, licences};

/// A document, and whether the same bytes were there already.
#[derive(Clone, Debug)]
pub struct Received {
    /// The document.
    pub document: Document,
    /// Whether it had been sent before, for the same home under the same licence.
    pub already_known: bool,
}

/// Whether a file may be received, before its bytes are kept; the document that it is already, if it is one.
///
/// # Errors
/// [`Error::NotFound`] for a licence that is not the actor's; a refusal if home or sender have too much already.
pub fn expected(db: &mut Conn, cx: &Context, arrival: &Arrival, room: Room) -> Result<Option<Document>, Error> {
    cx.allow(Action::AnswerDemands)?;
    let licence = licences::find_seen(db, cx.actor.sight(), arrival.licence)?.ok_or(Error::NotFound)?;
    if !licences::homes_of(db, licence.id)?.contains(&arrival.home) {
        return Err(FieldFault::at("/property_id", "the licence does not cover this home").into());
    }
    let known = documents::same(db, licence.id, arrival.home, &arrival.sha256)?;
    if known.is_none() {
        check_room(db, cx, arrival, room)?;
    }
    Ok(known)
}

/// A file came in, its bytes being safe already. The same bytes sent again are the document that is there.
///
/// # Errors
/// As [`expected`].
pub fn receive(tx: &mut Tx<'_>, cx: &Context, arrival: Arrival, room: Room, scanner: bool) -> Result<Received, Error> {
    if let Some(document) = expected(tx, cx, &arrival, room)? {
        return Ok(Received { document, already_known: true });
    }
    let change = Document::receive(cx, arrival, scanner);
    documents::insert(tx, &change)?;
    Ok(Received { document: change.into_entity(), already_known: false })
}

fn check_room(db: &mut Conn, cx: &Context, arrival: &Arrival, room: Room) -> Result<(), Error> {
    let recent = documents::count_since(db, arrival.home, cx.now - Document::RECENT)?;
    if recent >= i64::from(room.files) {
        return Err(Refusal::HomeFull(room.files).into());
    }
    let Some(sender) = cx.actor.party else { return Ok(()) };
    let sent = u64::try_from(documents::bytes_from(db, sender)?).unwrap_or_default();
    if sent.saturating_add(arrival.facts.bytes) > room.bytes {
        return Err(Refusal::SenderFull(room.bytes).into());
    }
    Ok(())
}

/// The home that a file is for, where its sender did not say: the licence's address of record.
///
/// # Errors
/// [`Error::NotFound`] for a licence that is not the actor's.
pub fn home_of(db: &mut Conn, cx: &Context, licence: LicenceId) -> Result<PropertyId, Error> {
    let licence = licences::find_seen(db, cx.actor.sight(), licence)?.ok_or(Error::NotFound)?;
    Ok(licence.property_id)
}

/// The documents with these identifiers, if all of them were sent for that home under that licence.
pub(super) fn brought(
    tx: &mut Tx<'_>,
    sight: Sight,
    licence: LicenceId,
    home: PropertyId,
    ids: &[DocumentId],
) -> Result<Vec<Document>, Error> {
    let mut found: Vec<Document> = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let pointer = format!("/documents/{place}");
        let document = documents::find_seen(tx, sight, *id)?;
        let fits = document.filter(|one| one.licence_id == licence && one.property_id == home);
        let Some(document) = fits else {
            let advice =
                "no document with this identifier was sent for this home under this licence: send the file first";
            return Err(FieldFault::at(pointer, advice).into());
        };
        if document.state == ScanState::Infected {
            return Err(Refusal::Infected(document.finding.unwrap_or_default()).into());
        }
        if found.iter().any(|other| other.id == document.id) {
            return Err(FieldFault::at(pointer, "is named twice: name it once").into());
        }
        found.push(document);
    }
    Ok(found)
}

/// The scanner judged a document; malware opens a task. What was judged meanwhile stays as it is.
///
/// # Errors
/// [`Error::NotFound`] if there is no such document.
pub fn scanned(tx: &mut Tx<'_>, cx: &Context, id: DocumentId, verdict: &Verdict) -> Result<Document, Error> {
    cx.allow(Action::Operate)?;
    let found = documents::find(tx, id)?.ok_or(Error::NotFound)?;
    if !found.waits() {
        return Ok(found);
    }
    let change = found.scanned(cx, verdict.clone())?;
    documents::save(tx, &change)?;
    let document = change.into_entity();
    if let Verdict::Infected(name) = verdict {
        let need = Need {
            kind: TaskKind::FileInfected,
            key: id.to_string(),
            property_id: Some(document.property_id),
            letter_id: None,
            title: format!("Malware in a file that was sent in: {name}"),
            detail: format!(
                "The file {id} is kept as evidence and never given out. Tell whoever sent it, and ask for a clean one."
            ),
        };
        tasks::open(tx, cx, need)?;
    }
    Ok(document)
}

/// How long files wait for the scanner before an officer is told.
const PATIENCE: TimeDelta = TimeDelta::hours(1);

/// The scanner could not judge a document that came in at `since`: after an hour an officer is told, once.
///
/// # Errors
/// Whatever the database says.
pub fn still_waiting(tx: &mut Tx<'_>, cx: &Context, since: DateTime<Utc>, why: &str) -> Result<(), Error> {
    cx.allow(Action::Operate)?;
    if cx.now < since + PATIENCE {
        return Ok(());
    }
    let need = Need {
        kind: TaskKind::ScannerDown,
        key: "scanner".to_owned(),
        property_id: None,
        letter_id: None,
        title: "Files wait for the malware scanner and cannot be opened".to_owned(),
        detail: format!("{why}. Look at clamd and at the setting scan.clamd; they are scanned as soon as it answers."),
    };
    tasks::open(tx, cx, need)
}
