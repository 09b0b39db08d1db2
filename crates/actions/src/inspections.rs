//! Inspections: planned, taken from step to step, and what falls due in them.

use chrono::{DateTime, Datelike as _, NaiveDateTime, Utc};

use super::gazetteer::{known_party, known_property};
use super::rules::service_policy;
use super::{Error, Expected, FieldFault, Rules, Service, documents, letters, service, tasks};
use domain::actor::Action;
use domain::calendar::{Consent, Dispatch, Method, london};
use domain::context::Context;
use domain::id::{AccountId, DocumentId, EnforcementId, InspectionId, PartyId, PropertyId};
use domain::inspection::{
    Findings, Inspection, InspectionLetterKind, InspectionStep, NoticeGiven, NoticeTo, Opening, Purpose,
};
use domain::letter::{Letter, LetterKind};
use domain::service::NotServed;
use domain::task::{Need, TaskKind};
use storage::page::Page;
use storage::{Tx, access, enforcement, inspections as table, letters as letter_table, licences, parties, schemes};

/// A new inspection.
#[derive(Clone, Debug)]
pub struct NewVisit {
    /// The home.
    pub property_id: PropertyId,
    /// Who goes; whoever plans it if nothing is said.
    pub officer_id: Option<AccountId>,
    /// What the visit is for.
    pub purpose: Purpose,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
}

/// Notice of a visit as an officer records it; from when it counts is worked out.
#[derive(Clone, Debug)]
pub struct Telling {
    /// As what they were told.
    pub to: NoticeTo,
    /// Who, if on record.
    pub party_id: Option<PartyId>,
    /// How they were addressed, if not on record.
    pub name: Option<String>,
    /// How.
    pub method: Method,
    /// When it was handed over or sent (London clock).
    pub given_at: NaiveDateTime,
    /// What proves it.
    pub evidence: Option<String>,
}

/// A step as it is asked for; what it rests on is looked up.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A step that needs nothing more.
    Step(InspectionStep),
    /// A visit is moved, or another one is planned.
    Arrange {
        /// From when.
        starts_at: DateTime<Utc>,
        /// Until when.
        ends_at: DateTime<Utc>,
        /// Who goes; as before if nothing is said.
        officer: Option<AccountId>,
        /// What it is for; as before if nothing is said.
        purpose: Option<Purpose>,
    },
    /// Notice was given.
    Notify {
        /// To whom, how and when.
        given: Vec<Telling>,
        /// Why somebody was not told.
        not_told: Option<String>,
    },
    /// The home was visited.
    CarryOut(Findings),
    /// An item of the plan was looked at; the documents of the step are named here.
    Judge(InspectionStep, Vec<DocumentId>),
    /// An enforcement case began from it.
    LinkCase(EnforcementId),
}

/// An inspection is planned. The reference is given here.
///
/// # Errors
/// [`Error::Invalid`] without the home, or with somebody who is no officer; a refusal of times that cannot be.
pub fn plan(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, asked: NewVisit) -> Result<Inspection, Error> {
    cx.allow(Action::WorkInspections)?;
    let home = known_property(tx, asked.property_id, "/property_id")?;
    let officer_id = officer(tx, asked.officer_id.or(cx.actor.account))?;
    let filter = licences::Filter { property: Some(home.id), in_force_on: Some(cx.today()), ..Default::default() };
    let in_force = licences::list(tx, cx.actor.sight(), &filter, &Page { after: None, limit: 1 })?.rows;
    let scheme = rules.current()?;
    let opening = Opening {
        reference: schemes::next_reference(tx, "INS", cx.today().year())?,
        property_id: home.id,
        area_code: home.area_code,
        licence_id: in_force.first().map(|licence| licence.id),
        officer_id,
        purpose: asked.purpose,
        starts_at: asked.starts_at,
        ends_at: asked.ends_at,
        scheme: (scheme.code.clone(), i32::try_from(scheme.version).unwrap_or(i32::MAX)),
    };
    let change = Inspection::plan(cx, opening)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

fn officer(tx: &mut Tx<'_>, id: Option<AccountId>) -> Result<AccountId, Error> {
    let found = id.map(|id| access::find(tx, id)).transpose()?.flatten();
    let found = found.filter(|account| account.actor().may(Action::WorkInspections));
    let found = found.ok_or_else(|| FieldFault::at("/officer_id", "not the account of an active officer"))?;
    Ok(found.id)
}

/// An inspection takes a step.
///
/// # Errors
/// [`Error::Invalid`] for somebody, a document or a case that is not known; a refusal that says what stands in the way.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: InspectionId,
    expected: Expected,
    asked: Asked,
) -> Result<Inspection, Error> {
    cx.allow(Action::WorkInspections)?;
    let inspection = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(inspection.revision)?;
    let step = look_up(tx, cx, rules, &inspection, asked)?;
    enter(tx, cx, rules, inspection, step)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

pub(super) fn enter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    inspection: Inspection,
    step: InspectionStep,
) -> Result<(), Error> {
    let scheme = rules.version(&inspection.scheme_code, inspection.scheme_version)?;
    let change = inspection.take(cx, &scheme.inspections, step)?;
    table::save(tx, &change)?;
    let letters_of_it = letter_table::about_home(tx, change.entity().property_id, LetterKind::Inspection)?;
    service::set_aside(tx, cx, letters_of_it)
}

/// A letter gave notice of the visit that lies ahead. One that went too late to count is a task, for it went all the same.
pub(super) fn told_by_letter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    inspection: Inspection,
    (to, letter): (NoticeTo, &Letter),
    service: Service,
) -> Result<(), Error> {
    let reference = inspection.reference.clone();
    let told = tx.attempt(|tx| {
        let (method, sent_at) = (service.method, service.dispatched_at);
        let party_id = Some(letter.recipient_id);
        let one = Telling { to, party_id, name: None, method, given_at: sent_at, evidence: service.evidence };
        let mut given = telling(tx, rules, one, 0)?;
        // It tells the time that holds now, so it cannot have gone before it was written.
        given.given_at = given.given_at.max(letter.created_at);
        if method != Method::Email {
            // Of a letter on paper only the day is known on which it was posted or handed over.
            given.counts_from = given.counts_from.max(london::end_of_day(sent_at.date()));
        }
        let step = if inspection.is_told_with(to) {
            InspectionStep::Notify { given: vec![given], not_told: None }
        } else {
            InspectionStep::Tell { given }
        };
        enter(tx, cx, rules, inspection, step)
    });
    let Err(Error::Refused { text, .. }) = told else { return told };
    let need = Need {
        kind: TaskKind::ServeNotice,
        key: letter.id.to_string(),
        property_id: letter.property_id,
        letter_id: Some(letter.id),
        title: format!("The notice of {reference} to {} does not count", letter.recipient_name),
        detail: text,
    };
    tasks::open(tx, cx, need)
}

fn look_up(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    inspection: &Inspection,
    asked: Asked,
) -> Result<InspectionStep, Error> {
    let home = inspection.property_id;
    Ok(match asked {
        Asked::Step(step) => step,
        Asked::Arrange { starts_at, ends_at, officer: wanted, purpose } => InspectionStep::Arrange {
            starts_at,
            ends_at,
            officer: officer(tx, wanted.or(Some(inspection.officer_id)))?,
            purpose: purpose.map_or_else(|| inspection.visit().map(|visit| visit.purpose), Ok)?,
        },
        Asked::Notify { given, not_told } => {
            let told = given.into_iter().enumerate().map(|(place, one)| telling(tx, rules, one, place));
            InspectionStep::Notify { given: told.collect::<Result<_, _>>()?, not_told }
        }
        Asked::CarryOut(findings) => {
            let documents = documents::of_home(tx, cx.actor.sight(), home, &findings.documents)?;
            InspectionStep::CarryOut { findings, documents }
        }
        Asked::Judge(InspectionStep::Judge { number, is_done, on, evidence, .. }, ids) => {
            let documents = documents::of_home(tx, cx.actor.sight(), home, &ids)?;
            InspectionStep::Judge { number, is_done, on, evidence, documents }
        }
        Asked::Judge(other, _) => other,
        Asked::LinkCase(id) => {
            let case = enforcement::find(tx, id)?;
            let case = case.ok_or_else(|| FieldFault::at("/enforcement_id", "not an enforcement case on record"))?;
            InspectionStep::LinkCase { case: Box::new(case) }
        }
    })
}

/// Letters about an inspection are queued, one to each of these people: notice of the visit (I1), to people who are told as that, or
/// the plan (I2).
///
/// # Errors
/// [`Error::Invalid`] for somebody who is not on record; a refusal where there is nothing to tell.
pub fn send(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: InspectionId,
    kind: InspectionLetterKind,
    told_as: NoticeTo,
    to: &[PartyId],
) -> Result<Vec<Letter>, Error> {
    cx.allow(Action::WorkInspections)?;
    let inspection = table::find(tx, id)?.ok_or(Error::NotFound)?;
    let officer = access::find(tx, inspection.officer_id)?.ok_or(Error::NotFound)?;
    let facts = serde_json::json!(inspection.letter(kind, told_as, &officer.name)?);
    let mut queued = Vec::with_capacity(to.len());
    for (place, party) in to.iter().enumerate() {
        let party = known_party(tx, *party, &format!("/to/{place}"))?;
        let home = Some(inspection.property_id);
        queued.push(letters::queue(tx, cx, LetterKind::Inspection, party.id, home, facts.clone())?);
    }
    Ok(queued)
}

fn telling(tx: &mut Tx<'_>, rules: &Rules, one: Telling, place: usize) -> Result<NoticeGiven, Error> {
    let given_at = london::instant_at(one.given_at.date(), one.given_at.time());
    let consents = match one.party_id {
        Some(party) => {
            known_party(tx, party, &format!("/given/{place}/party_id"))?;
            parties::consents_of(tx, &[party])?
        }
        None => Vec::new(),
    };
    let covers = consents.iter().any(|consent| consent.holds_at(given_at) && consent.covers_notices());
    let consent = if covers { Consent::Covers } else { Consent::Absent };
    let dispatch = Dispatch { method: one.method, at: one.given_at, consent };
    let policy = service_policy(rules.current()?);
    let counts_from = NoticeGiven::counted(dispatch, policy, &rules.holidays).map_err(NotServed::from)?;
    Ok(NoticeGiven {
        to: one.to,
        party_id: one.party_id,
        name: one.name,
        method: one.method,
        given_at,
        counts_from,
        evidence: one.evidence,
    })
}
