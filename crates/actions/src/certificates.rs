//! Certificates and declarations: recorded, assessed, and what follows from their acceptance.

use chrono::{DateTime, Utc};

use super::gazetteer::known_property;
use super::{Error, Expected, FieldFault, Rules, breaches, documents};
use domain::actor::{Action, Sight};
use domain::calendar::london;
use domain::certificate::{Certificate, CertificateState, Particulars};
use domain::context::Context;
use domain::document::Document;
use domain::id::{CertificateId, DocumentId, LicenceId, PropertyId};
use domain::obligation::Obligation;
use domain::scheme::{DocumentKind, ObligationKind};
use storage::{Tx, certificates, documents as document_table, licences, obligations};

/// A record comes in, with the files that it rests on.
///
/// # Errors
/// A refusal that names the field that is missing or cannot be; [`Error::NotFound`] for a licence that is not the actor's.
pub fn record(
    tx: &mut Tx<'_>,
    cx: &Context,
    home: PropertyId,
    licence: Option<LicenceId>,
    kind: DocumentKind,
    particulars: Particulars,
    files: &[DocumentId],
) -> Result<Certificate, Error> {
    let brought = match (licence, files) {
        (_, []) => Vec::new(),
        (Some(licence), files) => documents::brought(tx, cx.actor.sight(), licence, home, files)?,
        (None, _) => {
            return Err(
                FieldFault::at("/licence_id", "is needed with files: say under which licence they were sent").into()
            );
        }
    };
    record_arrival(tx, cx, cx.now, home, licence, kind, particulars, &brought)
}

/// A record that came in at that instant is entered; it is in time by the day of its arrival.
#[expect(clippy::too_many_arguments, reason = "the whole of what a record says")]
pub(super) fn record_arrival(
    tx: &mut Tx<'_>,
    cx: &Context,
    received_at: DateTime<Utc>,
    home: PropertyId,
    licence: Option<LicenceId>,
    kind: DocumentKind,
    particulars: Particulars,
    brought: &[Document],
) -> Result<Certificate, Error> {
    cx.allow(Action::AnswerDemands)?;
    if let Some(licence) = licence {
        let licence = licences::find_seen(tx, cx.actor.sight(), licence)?.ok_or(Error::NotFound)?;
        if !licences::homes_of(tx, licence.id)?.contains(&home) {
            return Err(FieldFault::at("/property_id", "the licence does not cover this home").into());
        }
    } else if cx.actor.sight() != Sight::Everything {
        return Err(FieldFault::at("/licence_id", "say under which of your licences the record is given").into());
    }
    known_property(tx, home, "/property_id")?;
    let change = Certificate::record_arrival(cx, received_at, home, licence, kind, particulars, brought)?;
    certificates::insert(tx, &change)?;
    document_table::add_to_certificate(tx, change.entity().id, brought)?;
    Ok(change.into_entity())
}

/// An officer assesses a record; its acceptance meets the obligation of its kind and sets the next.
///
/// # Errors
/// A refusal if it was assessed before.
pub fn assess(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: CertificateId,
    expected: Option<Expected>,
    accepted: bool,
    reason: &str,
) -> Result<Certificate, Error> {
    cx.allow(Action::AssessAnswers)?;
    let found = certificates::find(tx, id)?.ok_or(Error::NotFound)?;
    if let Some(expected) = expected {
        expected.check(found.revision)?;
    }
    let change = found.assess(cx, accepted, reason)?;
    certificates::save(tx, &change)?;
    let record = change.into_entity();
    if record.state == CertificateState::Accepted {
        for older in certificates::accepted_before(tx, &record)? {
            if let Some(superseded) = older.give_way(cx, &record) {
                certificates::save(tx, &superseded)?;
            }
        }
        follow(tx, cx, rules, &record)?;
    }
    certificates::find(tx, id)?.ok_or(Error::NotFound)
}

/// The verdict on an answer is the verdict on the record it brought, unless an officer had assessed that before.
pub(super) fn assess_with_answer(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: CertificateId,
    accepted: bool,
    reason: &str,
) -> Result<(), Error> {
    let state = certificates::find(tx, id)?.ok_or(Error::NotFound)?.state;
    match (state, accepted) {
        (CertificateState::Received, _) | (CertificateState::Rejected, true) => {
            assess(tx, cx, rules, id, None, accepted, reason).map(|_| ())
        }
        (CertificateState::Accepted | CertificateState::Superseded, _) | (CertificateState::Rejected, false) => Ok(()),
    }
}

/// What follows from an accepted record: duties that it meets, the next one of its kind, work that it requires.
fn follow(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, record: &Certificate) -> Result<(), Error> {
    let Some(licence) = record.licence_id else { return Ok(()) };
    let licence = licences::find(tx, licence)?.ok_or(Error::NotFound)?;
    let scheme = rules.of(&licence)?;
    let running = obligations::open_of(tx, licence.id)?.into_iter();
    let running = running.filter(|open| open.property_id == record.property_id).collect::<Vec<_>>();
    let open = |kind| running.iter().find(|open| open.kind == kind).cloned();
    let goes_on = licence.is_in_force(cx.today()) || licence.starts_on > cx.today();

    let renewed = ObligationKind::renewed_by(record.kind).and_then(open);
    if let Some(next) = Obligation::following(cx, scheme, &licence, record, renewed.as_ref())? {
        if let Some(renewed) = renewed {
            meet(tx, cx, renewed, record)?;
        }
        if goes_on {
            obligations::insert(tx, &next)?;
        }
    }
    match open(ObligationKind::RemedialWork) {
        Some(work) if record.shows_work_done() => meet(tx, cx, work, record)?,
        None if goes_on => {
            if let Some(work) = Obligation::remedial(cx, scheme, &licence, record)? {
                obligations::insert(tx, &work)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn meet(tx: &mut Tx<'_>, cx: &Context, duty: Obligation, record: &Certificate) -> Result<(), Error> {
    let met = duty.meet(cx, record.id, london::today(record.received_at))?;
    obligations::save(tx, &met)?;
    breaches::review_obligation(tx, cx, met.entity())
}
