//! Enforcement cases: opened from breaches and from what officers find, taken step by step, and the accounts of penalties.

use chrono::{Datelike as _, NaiveDate};
use serde_json::json;

use super::gazetteer::{known_party, known_property};
use super::rules::service_policy;
use super::{Error, Expected, FieldFault, Rules, Service, letters, service, tasks};
use domain::actor::Action;
use domain::breach::{Breach, Ground};
use domain::calendar::london;
use domain::context::Context;
use domain::demand::{Demand, ResponseState};
use domain::enforcement::{
    Behind, Came, Case, CaseLetterKind, CaseSource, Demanded, Naming, Offence, Opening, PenaltyAccount, PenaltyEntry,
    PenaltyNotice, Receipt, Refusal, Step, Working, particulars,
};
use domain::event::Change;
use domain::id::{
    BreachId, EnforcementId, ItemId, LetterId, LicenceId, ObligationId, PartyId, PenaltyEntryId, PropertyId,
};
use domain::letter::LetterKind;
use domain::licence::Licence;
use domain::property::Capacity;
use domain::scheme::{ObligationKind, OffenceKind};
use domain::service::Served;
use storage::{
    Conn, Tx, breaches, certificates, demands, enforcement as table, licences, obligations, properties, schemes,
};

/// An offence as an officer names it.
#[derive(Clone, Debug)]
pub enum Named {
    /// A breach that was confirmed.
    Breach {
        /// Which.
        id: BreachId,
        /// What was done or left undone.
        act: String,
    },
    /// What an officer found.
    Found {
        /// The licence and the number of its condition; neither for a home that is not licensed.
        condition: Option<(LicenceId, String)>,
        /// What was done or left undone.
        act: String,
        /// When.
        happened_on: NaiveDate,
        /// The first day from which sufficient evidence could be argued.
        arguable_from: NaiveDate,
    },
}

/// What a new case is about.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The home.
    pub property_id: PropertyId,
    /// Where the case came from.
    pub source: CaseSource,
    /// What tells of that.
    pub source_note: Option<String>,
    /// Who is suspected.
    pub suspect_id: PartyId,
    /// As what.
    pub capacity: Capacity,
    /// The offences.
    pub offences: Vec<Named>,
}

/// A step as an officer asks for it; what the case knows by itself is added here.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A step that needs nothing more.
    Step(Step),
    /// The notice of intent, whose particulars are built from the case.
    DraftIntent {
        /// How its amount comes about.
        working: Working,
        /// The reasons.
        reasons: String,
        /// What the officer adds to the particulars.
        addition: Option<String>,
    },
    /// The notice of intent was served.
    GiveIntent(Service),
    /// The final notice was served.
    GiveFinal(Service),
}

/// A case is opened.
///
/// # Errors
/// [`Error::Invalid`] where the source and the offences do not fit; a refusal against somebody whom a condition does not bind.
pub fn open(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, asked: Asked) -> Result<Case, Error> {
    cx.allow(Action::WorkEnforcement)?;
    let home = known_property(tx, asked.property_id, "/property_id")?;
    known_party(tx, asked.suspect_id, "/suspect_id")?;
    let suspect = (asked.suspect_id, asked.capacity);
    let mut offences = Vec::with_capacity(asked.offences.len());
    for (place, named) in asked.offences.iter().enumerate() {
        offences.push(name(tx, cx, rules, (asked.property_id, suspect), named, &format!("/offences/{place}"))?);
    }
    fits(tx, asked.source, &offences)?;
    let opening = Opening {
        reference: schemes::next_reference(tx, "ENF", cx.today().year())?,
        property_id: home.id,
        area_code: home.area_code,
        source: asked.source,
        source_note: asked.source_note,
        suspect_id: asked.suspect_id,
        capacity: asked.capacity,
        offences,
    };
    let (change, named) = Case::open(cx, &rules.current()?.enforcement, opening)?;
    table::insert(tx, &change, &named)?;
    Ok(change.into_entity())
}

/// Another offence is named in a case.
///
/// # Errors
/// As [`open`]; or a refusal once something was chosen.
pub fn add_offence(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnforcementId,
    expected: Expected,
    named: &Named,
) -> Result<Case, Error> {
    cx.allow(Action::WorkEnforcement)?;
    let case = found(tx, id, expected)?;
    let naming = name(tx, cx, rules, (case.property_id, (case.suspect_id, case.capacity)), named, "")?;
    let there = table::offences_of(tx, id)?;
    let (change, offence) = case.add_offence(cx, &rules.current()?.enforcement, naming, &there)?;
    table::save(tx, &change, &[offence])?;
    again(tx, id)
}

type Against = (PropertyId, (PartyId, Capacity));

fn name(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    against: Against,
    named: &Named,
    pointer: &str,
) -> Result<Naming, Error> {
    match named {
        Named::Breach { id, act } => {
            let unknown =
                || FieldFault::at(format!("{pointer}/breach_id"), "this home has no breach of this identifier");
            let breach =
                breaches::find(tx, *id)?.filter(|breach| breach.property_id == against.0).ok_or_else(unknown)?;
            let licence = licences::find(tx, breach.licence_id)?.ok_or(Error::NotFound)?;
            let naming = Naming::of_breach(&breach, act.clone())?;
            binds(tx, &licence, against, naming.happened_on)?;
            Ok(naming)
        }
        Named::Found { condition, act, happened_on, arguable_from } => {
            let limitation = Naming::limitation(cx, *happened_on, *arguable_from)?;
            if let Some((licence, number)) = condition {
                condition_of(tx, rules, against, (*licence, number), *happened_on, pointer)?;
            }
            Ok(Naming {
                kind: if condition.is_some() { OffenceKind::Condition } else { OffenceKind::Unlicensed },
                licence_id: condition.as_ref().map(|(licence, _)| *licence),
                condition: condition.as_ref().map(|(_, number)| number.clone()),
                breach_id: None,
                act: act.clone(),
                happened_on: *happened_on,
                limitation,
            })
        }
    }
}

/// The condition is one of a licence of this home that was in force on that day, and it bound the suspect.
fn condition_of(
    tx: &mut Tx<'_>,
    rules: &Rules,
    against: Against,
    (licence, number): (LicenceId, &str),
    happened_on: NaiveDate,
    pointer: &str,
) -> Result<(), Error> {
    let unknown = |field: &str, text| FieldFault::at(format!("{pointer}/{field}"), text);
    let covers = licences::homes_of(tx, licence)?.contains(&against.0);
    let licence = licences::find(tx, licence)?.filter(|_| covers);
    let licence = licence.ok_or_else(|| unknown("licence_id", "no licence of this home has this identifier"))?;
    if rules.of(&licence)?.condition(number).is_none() {
        return Err(unknown("condition", "the licence has no condition of this number").into());
    }
    if let Ground::Gone(why) = licence.ground(happened_on) {
        return Err(Refusal::NotInForce(why).into());
    }
    binds(tx, &licence, against, happened_on)
}

/// A condition binds the holder of the licence, and whoever is on record as bound by it (s.90(6)).
fn binds(db: &mut Conn, licence: &Licence, (home, suspect): Against, day: NaiveDate) -> Result<(), Error> {
    let is_bound = match suspect {
        (party, Capacity::Holder) => party == licence.holder_id,
        (party, Capacity::Bound) => properties::interests_in(db, home)?.iter().any(|interest| {
            let live = interest.since <= day && interest.until.is_none_or(|end| day <= end);
            interest.party_id == party && interest.capacity == Capacity::Bound && live
        }),
        _ => false,
    };
    if is_bound { Ok(()) } else { Err(Refusal::NotBound.into()) }
}

/// Refuses a source that its offences do not bear out.
fn fits(db: &mut Conn, source: CaseSource, offences: &[Naming]) -> Result<(), Error> {
    let fault = |text: &str| Err(FieldFault::at("/source", text).into());
    let breaches_named = offences.iter().filter_map(|offence| offence.breach_id).collect::<Vec<_>>();
    let is_unlicensed = offences.iter().any(|offence| offence.kind == OffenceKind::Unlicensed);
    match source {
        CaseSource::Breach if breaches_named.is_empty() => fault("names a breach, but no offence has a breach_id"),
        CaseSource::GasYear if !any_gas_year(db, &breaches_named)? => {
            fault("names a year's gas record, but no offence is the breach that a year without one proposed")
        }
        CaseSource::UnlicensedHome if !is_unlicensed => {
            fault("names an unlicensed home, but every offence is about a condition")
        }
        _ => Ok(()),
    }
}

fn any_gas_year(db: &mut Conn, named: &[BreachId]) -> Result<bool, Error> {
    for id in named {
        let duty = breaches::find(db, *id)?.and_then(|breach| breach.obligation_id);
        let duty = duty.map(|duty| obligations::find(db, duty)).transpose()?.flatten();
        if duty.is_some_and(|duty| duty.kind == ObligationKind::GasYearly) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A case takes a step. What it does to the penalty's account happens with it.
///
/// # Errors
/// A refusal that says what stands in the way.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnforcementId,
    expected: Expected,
    wanted: Wanted,
) -> Result<Case, Error> {
    let decides = matches!(&wanted, Wanted::Step(step) if step.decides());
    cx.allow(if decides { Action::DecideEnforcement } else { Action::WorkEnforcement })?;
    let case = found(tx, id, expected)?;
    let offences = table::offences_of(tx, id)?;
    let step = step(tx, cx, rules, &case, &offences, wanted)?;
    if step.chooses().is_some() {
        table::about_the_same(tx, &case)?.iter().try_for_each(Case::allows_beside)?;
    }
    if let Step::Represent { party: Some(party), .. } = &step {
        known_party(tx, *party, "/party_id")?;
    }
    follow(tx, cx, rules, case, &offences, step)?;
    again(tx, id)
}

/// The step, and what it does to the penalty's account.
fn follow(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    case: Case,
    offences: &[Offence],
    step: Step,
) -> Result<(), Error> {
    let (id, name) = (case.id, step.name());
    enter(tx, cx, rules, case, offences, step)?;
    let case = again(tx, id)?;
    service::set_aside(tx, cx, case.letter_ids())?;
    for change in account(tx, &case)?.charge(cx, case.pence, name) {
        table::insert_entry(tx, &change)?;
    }
    settle(tx, cx, rules, case, offences)
}

/// A letter of a case is queued for whoever is suspected: composed from the case, nothing of it is typed.
///
/// # Errors
/// A refusal where the case has nothing of the kind to tell, or it is too late for it.
pub fn write(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnforcementId,
    expected: Expected,
    kind: CaseLetterKind,
) -> Result<Case, Error> {
    cx.allow(Action::WorkEnforcement)?;
    let case = found(tx, id, expected)?;
    let allegations = match kind {
        CaseLetterKind::Invitation => {
            let offences = table::offences_of(tx, id)?;
            built(tx, rules, &case, &offences)?
        }
        _ => Vec::new(),
    };
    let says = case.letter(cx, kind, &allegations, rules.current()?.policy.service_allowance_days)?;
    let (to, home) = (case.suspect_id, Some(case.property_id));
    let letter = letters::queue(tx, cx, LetterKind::Enforcement, to, home, json!(says))?;
    table::save(tx, &case.wrote(cx, &says, letter.id), &[])?;
    let case = again(tx, id)?;
    service::set_aside(tx, cx, case.letter_ids())?;
    Ok(case)
}

/// A letter of a case went: that gives the notice that it carries.
pub(super) fn serve(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    case: Case,
    letter: LetterId,
    service: Service,
) -> Result<(), Error> {
    let sending = service.to(tx, case.suspect_id, LetterKind::Enforcement)?;
    let waiting = case.waiting_letter(letter).ok_or(Error::NotFound)?;
    let kind = waiting.kind;
    let served = sending.served(cx, Some(waiting.dated_on), service_policy(rules.current()?), &rules.holidays)?;
    match kind.step(served.clone()) {
        Some(step) => {
            let offences = table::offences_of(tx, case.id)?;
            follow(tx, cx, rules, case, &offences, step)
        }
        None => Ok(table::save(tx, &case.letter_served(cx, letter, &served), &[])?),
    }
}

/// A letter of a case came back: the notice that it gave is not given any more.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    case: Case,
    letter: LetterId,
    reason: &str,
) -> Result<(), Error> {
    cx.allow(Action::WorkEnforcement)?;
    let sent = case.sent_letter(letter).ok_or_else(service::void_already)?;
    let Some(notice) = sent.kind.gives().filter(|_| sent.served.is_some()) else {
        return Ok(table::save(tx, &case.letter_returned(cx, letter, reason), &[])?);
    };
    if !case.state.rests_on(notice) {
        return Err(Refusal::NotFromHere(case.state, "lose_service").into());
    }
    let offences = table::offences_of(tx, case.id)?;
    follow(tx, cx, rules, case, &offences, Step::LoseService { reason: reason.to_owned() })
}

fn step(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    case: &Case,
    offences: &[Offence],
    wanted: Wanted,
) -> Result<Step, Error> {
    Ok(match wanted {
        Wanted::Step(step) => step,
        Wanted::DraftIntent { working, reasons, addition } => {
            Step::DraftIntent { working, reasons, particulars: built(tx, rules, case, offences)?, addition }
        }
        Wanted::GiveIntent(service) => {
            Step::GiveIntent { served: served(tx, cx, rules, case, case.intent.as_ref(), service)? }
        }
        Wanted::GiveFinal(service) => {
            Step::GiveFinal { served: served(tx, cx, rules, case, case.final_notice.as_ref(), service)? }
        }
    })
}

/// The particulars of each offence.
fn built(db: &mut Conn, rules: &Rules, case: &Case, offences: &[Offence]) -> Result<Vec<String>, Error> {
    offences.iter().map(|offence| Ok(particulars(offence, &behind(db, rules, case, offence)?))).collect()
}

fn enter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    case: Case,
    offences: &[Offence],
    step: Step,
) -> Result<(), Error> {
    let change = case.take(cx, &rules.current()?.enforcement, offences, step)?;
    Ok(table::save(tx, &change, &[])?)
}

/// A penalty that is paid in full is so; one whose payment was a mistake is not any more.
fn settle(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, case: Case, offences: &[Offence]) -> Result<(), Error> {
    let sums = account(tx, &case)?.sums();
    let step = if sums.outstanding() <= 0 { Step::Settle } else { Step::Unsettle };
    if sums.charged == 0 || case.state.after(&step).is_none() {
        return Ok(());
    }
    enter(tx, cx, rules, case, offences, step)
}

/// How a notice went to the suspect, with the day on which it counts as received.
fn served(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    case: &Case,
    notice: Option<&PenaltyNotice>,
    service: Service,
) -> Result<Served, Error> {
    let sending = service.to(tx, case.suspect_id, LetterKind::Notice)?;
    let approved_on = notice.and_then(|notice| notice.approved_on);
    Ok(sending.served(cx, approved_on, service_policy(rules.current()?), &rules.holidays)?)
}

/// What the case holds behind an offence.
fn behind(db: &mut Conn, rules: &Rules, case: &Case, offence: &Offence) -> Result<Behind, Error> {
    let home = properties::find(db, offence.property_id)?.ok_or(Error::NotFound)?;
    let mut behind = Behind { address: format!("{}, {}", home.address, home.postcode), ..Behind::default() };
    let Some(licence) = offence.licence_id else { return Ok(behind) };
    let licence = licences::find(db, licence)?.ok_or(Error::NotFound)?;
    let condition = offence.condition.as_deref().and_then(|number| rules.of(&licence).ok()?.condition(number));
    behind.licence = Some(licence.number.clone());
    behind.asks = condition.map(|condition| condition.what.clone());
    let breach = offence.breach_id.map(|id| breaches::find(db, id)).transpose()?.flatten();
    if let Some(Breach { item_id: Some(item), .. }) = breach {
        let demand = demands::of_item(db, item)?.ok_or(Error::NotFound)?;
        behind.came = answers_to(db, &demand, item)?;
        behind.demand = Some(demanded(case, &demand, item));
    } else if let Some(Breach { obligation_id: Some(duty), .. }) = breach {
        duty_behind(db, duty, &mut behind)?;
    }
    Ok(behind)
}

fn demanded(case: &Case, demand: &Demand, item: ItemId) -> Demanded {
    let asked = demand.item(item);
    let copy = demand.recipients.iter().find(|copy| copy.party_id == case.suspect_id).or_else(|| demand.holder());
    let service = copy.and_then(|copy| Some((copy.method?, copy.address.clone()?, copy.deemed_basis.clone()?)));
    Demanded {
        reference: demand.cover.reference.clone(),
        title: asked.map(|item| item.title.clone()).unwrap_or_default(),
        service,
        due: asked.and_then(|item| item.due_basis.clone()),
    }
}

fn answers_to(db: &mut Conn, demand: &Demand, item: ItemId) -> Result<Vec<Came>, Error> {
    let answers = demands::responses_to(db, demand.cover.id)?;
    let mine = answers.into_iter().filter(|answer| answer.item_id == item);
    Ok(mine
        .map(|answer| Came {
            on: answer.received_on,
            what: judged(&answer.kind.to_string(), answer.state, answer.assessment.as_deref()),
        })
        .collect())
}

fn judged(kind: &str, state: ResponseState, assessment: Option<&str>) -> String {
    let why = assessment.map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{}, {state}{why}", kind.replace('_', " "))
}

fn duty_behind(db: &mut Conn, duty: ObligationId, behind: &mut Behind) -> Result<(), Error> {
    let duty = obligations::find(db, duty)?.ok_or(Error::NotFound)?;
    let meets = |kind| ObligationKind::met_by(kind).contains(&duty.kind);
    let records = certificates::of_licence(db, duty.licence_id)?;
    let mine = records.into_iter().filter(|record| record.property_id == duty.property_id && meets(record.kind));
    behind.came = mine
        .map(|record| {
            let why = record.assessment.map(|why| format!(" ({why})")).unwrap_or_default();
            let kind = record.kind.to_string().replace('_', " ");
            let checked_on = london::written_out(record.particulars.checked_on);
            let what = format!("{kind} of a check on {checked_on}, {}{why}", record.state);
            Came { on: london::today(record.received_at), what }
        })
        .collect();
    behind.duty = Some((duty.kind.title().to_owned(), duty.due_basis));
    Ok(())
}

/// The account of a case's penalty.
///
/// # Errors
/// Whatever the database says.
pub fn account(db: &mut Conn, case: &Case) -> Result<PenaltyAccount, Error> {
    let entries = table::entries_of(db, case.id)?;
    Ok(PenaltyAccount { case_id: case.id, property_id: case.property_id, entries })
}

/// A payment is recorded; the last one settles the penalty.
///
/// # Errors
/// A refusal where nothing was ever due.
pub fn record_payment(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnforcementId,
    receipt: Receipt,
) -> Result<PenaltyAccount, Error> {
    make_entry(tx, cx, rules, id, |account| Ok(account.pay(cx, receipt)?))
}

/// A refund is recorded.
///
/// # Errors
/// A refusal of more than came in.
pub fn record_refund(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnforcementId,
    receipt: Receipt,
) -> Result<PenaltyAccount, Error> {
    make_entry(tx, cx, rules, id, |account| Ok(account.refund(cx, receipt)?))
}

/// A payment or refund was a mistake.
///
/// # Errors
/// A refusal of what was reversed before.
pub fn reverse(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnforcementId,
    entry: PenaltyEntryId,
    reason: String,
) -> Result<PenaltyAccount, Error> {
    make_entry(tx, cx, rules, id, |account| Ok(account.reverse(cx, entry, reason)?))
}

fn make_entry(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnforcementId,
    entry: impl FnOnce(&PenaltyAccount) -> Result<Change<PenaltyEntry>, Error>,
) -> Result<PenaltyAccount, Error> {
    cx.allow(Action::WorkEnforcement)?;
    let case = again(tx, id)?;
    let change = entry(&account(tx, &case)?)?;
    table::insert_entry(tx, &change)?;
    let offences = table::offences_of(tx, id)?;
    settle(tx, cx, rules, case.clone(), &offences)?;
    account(tx, &case)
}

/// Alerts officers that the limitation date of a case is near, if an alert is due on that night.
///
/// # Errors
/// Whatever the database says.
pub fn alert(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, id: EnforcementId, night: NaiveDate) -> Result<(), Error> {
    let Some((change, need)) = again(tx, id)?.alert(cx, &rules.current()?.enforcement, night) else { return Ok(()) };
    table::save(tx, &change, &[])?;
    tasks::open(tx, cx, need)
}

fn found(tx: &mut Tx<'_>, id: EnforcementId, expected: Expected) -> Result<Case, Error> {
    let case = again(tx, id)?;
    expected.check(case.revision)?;
    Ok(case)
}

fn again(db: &mut Conn, id: EnforcementId) -> Result<Case, Error> {
    table::find(db, id)?.ok_or(Error::NotFound)
}
