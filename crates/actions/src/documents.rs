//! Files that are sent in: received for a home under a licence, with an application or from a visit, judged by the malware scanner, named by answers and records.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Error, FieldFault, tasks};
use domain::actor::{Action, Sight};
use domain::application::{Stage, form};
use domain::context::Context;
use domain::document::{Arrival, Document, Refusal, Room, ScanState, Under, Verdict};
use domain::id::{ApplicationId, DocumentId, LicenceId, PropertyId};
use domain::task::{Need, TaskKind};
use storage::{Conn, Tx, application_forms, applications, documents, licences, properties};

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
/// [`Error::NotFound`] for a licence or an application that is not the actor's; a refusal if home or sender have too much already.
pub fn expected(db: &mut Conn, cx: &Context, arrival: &Arrival, room: Room) -> Result<Option<Document>, Error> {
    match arrival.under {
        Under::Licence(licence) => for_a_licence(db, cx, licence, arrival.home)?,
        Under::Application(application) => for_an_application(db, cx, application, arrival.home)?,
        Under::Home(home) => for_a_home(db, cx, home)?,
    }
    let known = documents::same(db, arrival.under, arrival.home, &arrival.sha256)?;
    if known.is_none() {
        check_room(db, cx, arrival, room)?;
    }
    Ok(known)
}

fn for_a_licence(db: &mut Conn, cx: &Context, id: LicenceId, home: PropertyId) -> Result<(), Error> {
    cx.allow(Action::AnswerDemands)?;
    let licence = licences::find_seen(db, cx.actor.sight(), id)?.ok_or(Error::NotFound)?;
    if !licences::homes_of(db, licence.id)?.contains(&home) {
        return Err(FieldFault::at("/property_id", "the licence does not cover this home").into());
    }
    Ok(())
}

/// Its applicant sends files with an application while it can still be filled in; an officer, what came with one on paper.
fn for_an_application(db: &mut Conn, cx: &Context, id: ApplicationId, home: PropertyId) -> Result<(), Error> {
    let application = applications::find(db, id)?.ok_or(Error::NotFound)?;
    let form = application_forms::find(db, id)?;
    if cx.actor.party.is_some() {
        cx.allow(Action::Apply)?;
        form.filter(|form| Some(form.owner_id) == cx.actor.party).ok_or(Error::NotFound)?;
        if !matches!(application.stage, Stage::Draft | Stage::Incomplete) {
            return Err(form::Refusal::Sent.into());
        }
    } else {
        cx.allow(Action::WorkApplications)?;
        if form.is_some() && application.stage == Stage::Draft {
            return Err(Error::NotFound);
        }
    }
    if application.property_id != home {
        return Err(FieldFault::at("/property_id", "the application is for another home").into());
    }
    Ok(())
}

/// What an officer found at a home is kept without a licence: homes that should have one are visited too.
fn for_a_home(db: &mut Conn, cx: &Context, home: PropertyId) -> Result<(), Error> {
    cx.allow(Action::WorkInspections)?;
    let advice = || FieldFault::at("/property_id", "no home has this identifier: add it to the gazetteer first");
    properties::find(db, home)?.map(drop).ok_or_else(|| advice().into())
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

/// The home that a file is for, where its sender did not say: the licence's address of record, or the one that is applied for.
///
/// # Errors
/// [`Error::NotFound`] for what is not the actor's.
pub fn home_of(db: &mut Conn, cx: &Context, under: Under) -> Result<PropertyId, Error> {
    let home = match under {
        Under::Licence(id) => licences::find_seen(db, cx.actor.sight(), id)?.map(|licence| licence.property_id),
        Under::Application(id) => applications::find(db, id)?.map(|application| application.property_id),
        Under::Home(home) => Some(home),
    };
    home.ok_or(Error::NotFound)
}

/// The documents with these identifiers, if all of them were sent for that home under that licence, or with the application that
/// led to it.
pub(super) fn brought(
    tx: &mut Tx<'_>,
    sight: Sight,
    licence: LicenceId,
    home: PropertyId,
    ids: &[DocumentId],
) -> Result<Vec<Document>, Error> {
    let application = match ids {
        [] => None,
        _ => licences::find(tx, licence)?.and_then(|licence| licence.application_id),
    };
    let advice = "no document with this identifier was sent for this home under this licence: send the file first";
    chosen(tx, sight, ids, advice, |one| {
        let is_of_it = one.licence_id == Some(licence);
        (is_of_it || (application.is_some() && one.application_id == application)) && one.property_id == home
    })
}

/// The documents with these identifiers, if all of them were sent for that home.
pub(super) fn of_home(
    tx: &mut Tx<'_>,
    sight: Sight,
    home: PropertyId,
    ids: &[DocumentId],
) -> Result<Vec<Document>, Error> {
    let advice = "no document with this identifier was sent for this home: send the file first";
    chosen(tx, sight, ids, advice, |one| one.property_id == home)
}

fn chosen(
    tx: &mut Tx<'_>,
    sight: Sight,
    ids: &[DocumentId],
    advice: &str,
    fits: impl Fn(&Document) -> bool,
) -> Result<Vec<Document>, Error> {
    let mut found: Vec<Document> = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let pointer = format!("/documents/{place}");
        let Some(document) = documents::find_seen(tx, sight, *id)?.filter(&fits) else {
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
