//! Checks whether a person is fit and proper: opened, looked into, concluded, reopened, relied on; every read on record.

use chrono::{Datelike as _, NaiveDate};

use super::gazetteer::known_party;
use super::{Error, Expected, FieldFault, Rules};
use domain::actor::Action;
use domain::application::{Application, Found};
use domain::context::Context;
use domain::event::Change;
use domain::fitness::{Cause, Conclusion, FitnessCheck, Opening, Refusal, SourceKind};
use domain::id::{ApplicationId, DocumentId, FitnessCheckId, PartyId};
use storage::{Tx, applications, documents, events, fitness as table, parties, schemes};

/// Who is to be checked, and what they declared where.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Who.
    pub party_id: PartyId,
    /// What they declared.
    pub declared: Option<String>,
    /// The application in which they declared it.
    pub application_id: Option<ApplicationId>,
    /// The file in which they declared it.
    pub document_id: Option<DocumentId>,
}

/// A check is opened.
///
/// # Errors
/// [`Error::Invalid`] if the person or what the declaration rests on is not known; a refusal while another check is open.
pub fn open(tx: &mut Tx<'_>, cx: &Context, subject: Subject) -> Result<FitnessCheck, Error> {
    cx.allow(Action::WorkFitness)?;
    known_party(tx, subject.party_id, "/party_id")?;
    if let Some(id) = subject.application_id {
        applications::find(tx, id)?.ok_or_else(|| FieldFault::at("/application_id", "not an application on record"))?;
    }
    if let Some(id) = subject.document_id {
        documents::find(tx, id)?.ok_or_else(|| FieldFault::at("/document_id", "not a file on record"))?;
    }
    let opening = Opening {
        reference: schemes::next_reference(tx, "FPC", cx.today().year())?,
        party_id: subject.party_id,
        declared: subject.declared,
        application_id: subject.application_id,
        document_id: subject.document_id,
    };
    let change = FitnessCheck::open(cx, opening, &table::of_party(tx, subject.party_id)?)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// A check is read, which goes on record with who reads it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn read(tx: &mut Tx<'_>, cx: &Context, id: FitnessCheckId) -> Result<FitnessCheck, Error> {
    cx.allow(Action::ReadFitness)?;
    let check = table::find(tx, id)?.ok_or(Error::NotFound)?;
    events::append(tx, &[&check.read(cx)])?;
    Ok(check)
}

/// The checks of a person are read, which goes on record for each of them.
///
/// # Errors
/// [`Error::NotFound`] if nobody knows the person.
pub fn read_all(tx: &mut Tx<'_>, cx: &Context, party: PartyId) -> Result<Vec<FitnessCheck>, Error> {
    cx.allow(Action::ReadFitness)?;
    parties::find(tx, party)?.ok_or(Error::NotFound)?;
    let checks = table::of_party(tx, party)?;
    let reads = checks.iter().map(|check| check.read(cx)).collect::<Vec<_>>();
    events::append(tx, &reads.iter().collect::<Vec<_>>())?;
    Ok(checks)
}

/// Somebody looked somewhere.
///
/// # Errors
/// A refusal once the check is concluded.
pub fn look(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: FitnessCheckId,
    expected: Expected,
    (kind, on): (SourceKind, NaiveDate),
    result: String,
) -> Result<FitnessCheck, Error> {
    go_on(tx, cx, id, expected, |check| check.look(cx, kind, on, result))
}

/// Something counts against the person.
///
/// # Errors
/// A refusal once the check is concluded.
pub fn find(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: FitnessCheckId,
    expected: Expected,
    [matter, weight, relevance]: [String; 3],
) -> Result<FitnessCheck, Error> {
    go_on(tx, cx, id, expected, |check| check.find(cx, matter, weight, relevance))
}

/// An officer concludes a check.
///
/// # Errors
/// A refusal of a conclusion that rests on nothing.
pub fn conclude(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: FitnessCheckId,
    expected: Expected,
    (conclusion, reasons): (Conclusion, String),
) -> Result<FitnessCheck, Error> {
    let policy = &rules.current()?.policy;
    go_on(tx, cx, id, expected, |check| check.conclude(cx, policy, conclusion, reasons))
}

/// A check is reopened.
///
/// # Errors
/// A refusal if it has no conclusion.
pub fn reopen(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: FitnessCheckId,
    expected: Expected,
    (cause, reason): (Cause, String),
) -> Result<FitnessCheck, Error> {
    go_on(tx, cx, id, expected, |check| check.reopen(cx, cause, reason))
}

/// Findings of s.88 name checks: each must be of the right person, concluded and not out of date, and that is on record.
pub(super) fn rely(tx: &mut Tx<'_>, cx: &Context, application: &Application, findings: &[Found]) -> Result<(), Error> {
    for (place, found) in findings.iter().enumerate() {
        let Some(id) = found.check_id else { continue };
        let unknown = || FieldFault::at(format!("/findings/{place}/check_id"), "not a check on record");
        let check = table::find(tx, id)?.ok_or_else(unknown)?;
        events::append(tx, &[&check.relied_on(cx, application, found)?])?;
    }
    Ok(())
}

fn go_on(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: FitnessCheckId,
    expected: Expected,
    step: impl FnOnce(FitnessCheck) -> Result<Change<FitnessCheck>, Refusal>,
) -> Result<FitnessCheck, Error> {
    cx.allow(Action::WorkFitness)?;
    let check = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(check.revision)?;
    table::save(tx, &step(check)?)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}
