//! Notices under Schedule 5: written, sent to everybody concerned, served copy by copy, answered by representations.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};

use super::demands::Service;
use super::gazetteer::known_party;
use super::rules::service_policy;
use super::{Error, Expected, FieldFault, Rules, letters, proceedings};
use crate::domain::actor::Action;
use crate::domain::application::{self, Application, Step};
use crate::domain::calendar::{Method, london};
use crate::domain::context::Context;
use crate::domain::event::Change;
use crate::domain::id::{ApplicationId, CopyId, NoticeId, PartyId, ProceedingId, PropertyId, RepresentationId};
use crate::domain::letter::Letter;
use crate::domain::licence::Licence;
use crate::domain::notice::{Copy, Draft, Notice, NoticeKind, NoticeState, Representation, Terms};
use crate::domain::proceeding::{self, Proceeding, ProceedingStep};
use crate::domain::property::Capacity;
use crate::domain::service::ServiceState;
use crate::storage::{Conn, Tx, applications, licences, notices as table, parties, properties, schemes};

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Proposing {
    /// The application.
    pub application: ApplicationId,
    /// A grant, or a refusal.
    pub grant: bool,
    /// The reasons.
    pub reasons: String,
    /// Years of the proposed licence; the scheme's limit if nothing is said.
    pub years: Option<u32>,
    /// Its first day, where one is fixed.
    pub starts_on: Option<NaiveDate>,
    /// The date on the notice; today if nothing is said.
    pub dated_on: Option<NaiveDate>,
}

/// A proposal is written: everybody with an interest in the home that the council knows of is to get it.
///
/// # Errors
/// A refusal from another stage, against the findings, or while another proposal is open.
pub fn propose(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, proposing: Proposing) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let application = applications::find(tx, proposing.application)?
        .ok_or_else(|| FieldFault::at("/application_id", "no application has this identifier"))?;
    let is_modified = application.may_propose(proposing.grant)?;
    let earlier = table::of_application(tx, application.id)?;
    nothing_open(&earlier)?;
    let dated_on = proposing.dated_on.unwrap_or(cx.today());
    if let Some(made) = application.duly_made_on.filter(|made| dated_on < *made) {
        return Err(application::Refusal::ServedTooEarly(made).into());
    }
    let scheme = rules.current()?;
    let years = proposing.years.unwrap_or(scheme.licence_max_years);
    if proposing.grant && !(1..=scheme.licence_max_years).contains(&years) {
        let text = format!("must be from 1 to {}", scheme.licence_max_years);
        return Err(FieldFault::at("/years", text).into());
    }
    let terms = proposing.grant.then(|| Terms {
        holder_id: application.holder_id,
        manager_id: application.manager_id,
        starts_on: proposing.starts_on,
        ends_on: None,
        years,
        scheme: scheme.version_name(),
    });
    let kind = if proposing.grant { NoticeKind::ProposedGrant } else { NoticeKind::ProposedRefusal };
    let draft = Draft {
        reference: schemes::next_reference(tx, "NOT", cx.today().year())?,
        kind,
        property_id: application.property_id,
        application_id: Some(application.id),
        proceeding_id: None,
        licence_id: None,
        is_modified,
        reasons: proposing.reasons,
        terms,
        dated_on,
        recipients: concerned_by(tx, &application, cx.today())?,
    };
    let change = Notice::draft(cx, &scheme.policy, draft)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// A variation or a revocation is proposed: its notice is written.
///
/// # Errors
/// A refusal from a state of the proceedings that takes no proposal, or while another proposal is open.
pub fn propose_change(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    proceeding: ProceedingId,
    kind: NoticeKind,
    reasons: String,
    dated_on: Option<NaiveDate>,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let proceeding = proceedings::named(tx, proceeding)?;
    let licence = licences::find(tx, proceeding.licence_id)?.ok_or(Error::NotFound)?;
    let earlier = table::of_proceeding(tx, proceeding.id)?;
    nothing_open(&earlier)?;
    let dated_on = dated_on.unwrap_or(cx.today());
    let trial = ProceedingStep::Propose { last_served_on: dated_on, stated: None, is_modified: false };
    if proceeding.state.after(&trial).is_none() {
        return Err(proceeding::Refusal::NotFromHere(proceeding.state, trial.name()).into());
    }
    let is_modified = earlier.iter().any(|notice| notice.cover.state == NoticeState::Served);
    if kind != proceeding.kind.proposal() {
        return Err(
            FieldFault::at("/kind", format!("must be {} for these proceedings", proceeding.kind.proposal())).into()
        );
    }
    let draft = about_licence(tx, cx, &proceeding, &licence, kind, Said { reasons, dated_on, is_modified })?;
    let change = Notice::draft(cx, &rules.current()?.policy, draft)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// The notice of a decision in proceedings on a licence is written and sent at once: the Act gives seven days for it.
pub(super) fn decide_proceeding(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    proceeding: &Proceeding,
    licence: &Licence,
    kind: NoticeKind,
) -> Result<Notice, Error> {
    let said = Said { reasons: proceeding.reason.clone(), dated_on: cx.today(), is_modified: false };
    let draft = about_licence(tx, cx, proceeding, licence, kind, said)?;
    send_at_once(tx, cx, rules, draft)
}

/// What a notice about a licence says.
struct Said {
    reasons: String,
    dated_on: NaiveDate,
    is_modified: bool,
}

fn about_licence(
    tx: &mut Tx<'_>,
    cx: &Context,
    proceeding: &Proceeding,
    licence: &Licence,
    kind: NoticeKind,
    said: Said,
) -> Result<Draft, Error> {
    let mut recipients = vec![(licence.holder_id, Capacity::Holder)];
    recipients.extend(licence.manager_id.map(|manager| (manager, Capacity::Manager)));
    let new = proceeding.changes.as_ref().and_then(|changes| changes.manager_id);
    recipients.extend(new.map(|manager| (manager, Capacity::Manager)));
    recipients.extend(licence.agent_id.map(|agent| (agent, Capacity::Agent)));
    recipients.extend(with_an_interest(tx, licence.property_id, cx.today())?);
    recipients.extend(proceeding.asked_by.map(|person| (person, Capacity::Other)));
    Ok(Draft {
        reference: schemes::next_reference(tx, "NOT", cx.today().year())?,
        kind,
        property_id: licence.property_id,
        application_id: None,
        proceeding_id: Some(proceeding.id),
        licence_id: Some(licence.id),
        is_modified: said.is_modified,
        reasons: said.reasons,
        terms: None,
        dated_on: said.dated_on,
        recipients,
    })
}

/// Refuses to write a proposal while another is not served on everybody.
fn nothing_open(earlier: &[Notice]) -> Result<(), Error> {
    let is_open = |notice: &&Notice| matches!(notice.cover.state, NoticeState::Draft | NoticeState::Issued);
    match earlier.iter().find(is_open) {
        Some(open) => {
            let text = format!("{} is not served on everybody yet: withdraw it first", open.cover.reference);
            Err(Error::Refused { code: "notice-open", text })
        }
        None => Ok(()),
    }
}

/// A decision's notice is written and sent at once: the Act gives seven days for it.
pub(super) fn decide(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    application: &Application,
    licence: Option<&Licence>,
    reasons: String,
) -> Result<Notice, Error> {
    let terms = licence.map(|licence| Terms {
        holder_id: licence.holder_id,
        manager_id: licence.manager_id,
        starts_on: Some(licence.starts_on),
        ends_on: Some(licence.ends_on),
        years: u32::try_from(licence.ends_on.year() - licence.starts_on.year()).unwrap_or_default(),
        scheme: licence.scheme_version_name(),
    });
    let draft = Draft {
        reference: schemes::next_reference(tx, "NOT", cx.today().year())?,
        kind: if licence.is_some() { NoticeKind::Grant } else { NoticeKind::Refusal },
        property_id: application.property_id,
        application_id: Some(application.id),
        proceeding_id: None,
        licence_id: licence.map(|licence| licence.id),
        is_modified: false,
        reasons,
        terms,
        dated_on: cx.today(),
        recipients: concerned_by(tx, application, cx.today())?,
    };
    send_at_once(tx, cx, rules, draft)
}

fn send_at_once(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, draft: Draft) -> Result<Notice, Error> {
    let change = Notice::draft(cx, &rules.current()?.policy, draft)?;
    table::insert(tx, &change)?;
    let change = change.into_entity().issue(cx)?;
    save(tx, &change)?;
    queue_letters(tx, cx, change.entity())?;
    again(tx, change.entity().cover.id)
}

/// The applicant, and everybody with an interest in the home today or a part in its licence, each as the first of these.
fn concerned_by(db: &mut Conn, application: &Application, today: NaiveDate) -> Result<Vec<(PartyId, Capacity)>, Error> {
    let mut found = vec![(application.holder_id, Capacity::Holder)];
    found.extend(application.manager_id.map(|manager| (manager, Capacity::Manager)));
    found.extend(application.agent_id.map(|agent| (agent, Capacity::Agent)));
    found.extend(with_an_interest(db, application.property_id, today)?);
    found.push((application.applicant_id, Capacity::Other));
    Ok(found)
}

/// The relevant persons of a home on a day, as far as they are on record.
fn with_an_interest(db: &mut Conn, home: PropertyId, today: NaiveDate) -> Result<Vec<(PartyId, Capacity)>, Error> {
    let interests = properties::interests_in(db, home)?;
    let live = interests.into_iter().filter(|one| one.since <= today && one.until.is_none_or(|end| today <= end));
    Ok(live.map(|interest| (interest.party_id, interest.capacity)).collect())
}

/// A notice is sent to its recipients. `letters` are made by this service unless the copies go by hand, outside it.
///
/// # Errors
/// A refusal unless it is a draft.
pub fn issue(tx: &mut Tx<'_>, cx: &Context, id: NoticeId, expected: Expected, letters: bool) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let change = found(tx, id, expected)?.issue(cx)?;
    save(tx, &change)?;
    if letters {
        queue_letters(tx, cx, change.entity())?;
    }
    again(tx, id)
}

/// A letter for each copy that is to go and has none.
fn queue_letters(tx: &mut Tx<'_>, cx: &Context, notice: &Notice) -> Result<(), Error> {
    let waits = |copy: &&Copy| copy.state == ServiceState::Sent && copy.letter_id.is_none();
    for copy in notice.copies.iter().filter(waits) {
        let letter = letters::queue_notice(tx, cx, notice, copy)?;
        table::set_letter(tx, copy.id, letter.id)?;
    }
    Ok(())
}

/// Somebody else is to get a notice; it is sent to them at once if it was sent to the others.
///
/// # Errors
/// A refusal if they get it already.
pub fn add_recipient(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: NoticeId,
    expected: Expected,
    party: PartyId,
    capacity: Capacity,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    known_party(tx, party, "/party_id")?;
    let before = found(tx, id, expected)?;
    let there = before.copies.iter().map(|copy| copy.id).collect::<BTreeSet<_>>();
    let was_served = before.cover.served_on.is_some();
    let change = before.add_recipient(cx, &rules.current()?.policy, party, capacity)?;
    let new = change.entity().copies.iter().map(|copy| copy.id).filter(|id| !there.contains(id)).collect::<Vec<_>>();
    table::save(tx, &change, &new)?;
    queue_letters(tx, cx, change.entity())?;
    if was_served {
        lose_service(tx, cx, rules, change.entity())?;
    }
    again(tx, id)
}

/// A copy that came back is sent again.
///
/// # Errors
/// A refusal unless it came back.
pub fn send_again(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: NoticeId,
    expected: Expected,
    copy: CopyId,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let change = found(tx, id, expected)?.send_again(cx, copy)?;
    save(tx, &change)?;
    queue_letters(tx, cx, change.entity())?;
    again(tx, id)
}

/// Service on one recipient is recorded; of a proposal, the last one starts the consultation.
///
/// # Errors
/// A refusal if the way of sending is not service.
pub fn record_service(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: NoticeId,
    expected: Expected,
    copy: CopyId,
    service: Service,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let notice = found(tx, id, expected)?;
    serve(tx, cx, rules, notice, copy, service)
}

fn serve(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    notice: Notice,
    copy: CopyId,
    service: Service,
) -> Result<Notice, Error> {
    let id = notice.cover.id;
    let party = notice.copy(copy).ok_or(Error::NotFound)?.party_id;
    let party = parties::find(tx, party)?.ok_or(Error::NotFound)?;
    let consents = parties::consents_of(tx, &[party.id])?;
    let sent_at = service.sent_at();
    let consent = consents.iter().rev().find(|consent| consent.holds_at(sent_at) && consent.covers_notices());
    let sending = service.sending(party, consent);
    let scheme = rules.current()?;
    let change = notice.record_service(cx, copy, sending, &scheme.policy, service_policy(scheme), &rules.holidays)?;
    save(tx, &change)?;
    follow(tx, cx, rules, change.entity())?;
    again(tx, id)
}

/// Once a proposal is served on everybody, the consultation about it runs until the day that this fixed.
fn follow(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, notice: &Notice) -> Result<(), Error> {
    let Some(last_served_on) = notice.cover.served_on.filter(|_| notice.cover.state == NoticeState::Served) else {
        return Ok(());
    };
    let stated = notice.cover.stated.clone();
    if let Some(proceeding) = notice.cover.proceeding_id.filter(|_| !notice.cover.kind.is_decision()) {
        let step = ProceedingStep::Propose { last_served_on, stated, is_modified: notice.cover.is_modified };
        return proceedings::follow(tx, cx, rules, proceeding, step);
    }
    let Some(application) = notice.cover.application_id else { return Ok(()) };
    let step = match (notice.cover.kind, notice.cover.is_modified) {
        (NoticeKind::ProposedGrant, true) => Step::Modify { last_served_on, stated },
        (NoticeKind::ProposedGrant, false) => Step::ProposeGrant { last_served_on, stated },
        (NoticeKind::ProposedRefusal, _) => {
            Step::ProposeRefusal { last_served_on, stated, reason: notice.cover.reasons.clone() }
        }
        _ => return Ok(()),
    };
    let application = applications::find(tx, application)?.ok_or(Error::NotFound)?;
    if application.stage.is_terminal() {
        return Ok(());
    }
    let change = application.take(cx, rules.current()?, step)?;
    Ok(applications::save(tx, &change)?)
}

/// A proposal that is not served on everybody any more has no end of its consultation.
fn lose_service(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, notice: &Notice) -> Result<(), Error> {
    if notice.cover.kind.is_decision() {
        return Ok(());
    }
    if let Some(proceeding) = notice.cover.proceeding_id {
        return proceedings::follow(tx, cx, rules, proceeding, ProceedingStep::LoseService);
    }
    let Some(application) = notice.cover.application_id else { return Ok(()) };
    let application = applications::find(tx, application)?.ok_or(Error::NotFound)?;
    if application.stage.after(&Step::LoseService).is_none() {
        return Ok(());
    }
    Ok(applications::save(tx, &application.take(cx, rules.current()?, Step::LoseService)?)?)
}

/// The relay accepted a notice's letter: that is service by e-mail, where consent covers it.
pub(super) fn served_by_email(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<(), Error> {
    let Some((notice, copy)) = carried(tx, letter)? else { return Ok(()) };
    let reply = letter.reply.as_deref().unwrap_or_default();
    let service = Service {
        method: Method::Email,
        dispatched_at: london::local(cx.now),
        address: Some(letter.address.clone()),
        evidence: Some(format!("accepted by the mail relay at {} with the reply \"{reply}\"; {}", cx.now, letter.id)),
        proved: None,
    };
    match serve(tx, cx, rules, notice, copy, service) {
        Err(Error::Refused { code, text }) => {
            tracing::warn!(code, text, letter = %letter.id, "an accepted notice does not count as served");
            Ok(())
        }
        other => other.map(drop),
    }
}

/// Why a letter on paper is not to serve the copy that it carries, if it is not. Of other letters there is nothing to say.
pub(super) fn why_not_served_by(db: &mut Conn, letter: &Letter) -> Result<Option<String>, Error> {
    if letters::notice_of(letter).is_none() || carried(db, letter)?.is_some() {
        return Ok(None);
    }
    Ok(Some("its copy of the notice is served, withdrawn or goes with another letter".to_owned()))
}

/// A letter on paper went: that serves the copy that it carries. Why not, if a rule stands against it.
pub(super) fn served_by_letter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: &Letter,
    service: Service,
) -> Result<Option<String>, Error> {
    let Some((notice, copy)) = carried(tx, letter)? else { return Ok(None) };
    match serve(tx, cx, rules, notice, copy, service) {
        Err(Error::Refused { text, .. }) => Ok(Some(text)),
        other => other.map(|_| None),
    }
}

/// The address refused a notice's letter: that copy is not served.
pub(super) fn refused_by_address(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<(), Error> {
    let Some((notice, copy)) = carried(tx, letter)? else { return Ok(()) };
    let reply = letter.reply.as_deref().unwrap_or_default();
    take_back(tx, cx, rules, notice, copy, &format!("the address refused it: {reply}"))
}

/// The notice and the copy that a letter carries, if that copy still waits for it.
fn carried(db: &mut Conn, letter: &Letter) -> Result<Option<(Notice, CopyId)>, Error> {
    let Some((id, copy)) = letters::notice_of(letter) else { return Ok(None) };
    let Some(notice) = table::find(db, id)? else { return Ok(None) };
    if notice.cover.state == NoticeState::Withdrawn {
        return Ok(None);
    }
    let waits = |there: &Copy| there.state == ServiceState::Sent && there.letter_id == Some(letter.id);
    Ok(notice.copy(copy).is_some_and(waits).then_some((notice, copy)))
}

/// A copy bounced or came back.
///
/// # Errors
/// A refusal if the notice was never sent.
pub fn record_return(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: NoticeId,
    expected: Expected,
    copy: CopyId,
    reason: &str,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let notice = found(tx, id, expected)?;
    take_back(tx, cx, rules, notice, copy, reason)?;
    again(tx, id)
}

fn take_back(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    notice: Notice,
    copy: CopyId,
    reason: &str,
) -> Result<(), Error> {
    let change = notice.record_return(cx, copy, reason)?;
    save(tx, &change)?;
    lose_service(tx, cx, rules, change.entity())
}

/// A notice is withdrawn.
///
/// # Errors
/// A refusal of a decision's: that stands until it is overturned.
pub fn withdraw(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: NoticeId,
    expected: Expected,
    reason: &str,
) -> Result<Notice, Error> {
    cx.allow(Action::WorkApplications)?;
    let notice = found(tx, id, expected)?;
    if notice.cover.kind.is_decision() {
        let text = "the notice of a decision stands: only a tribunal takes a decision back".to_owned();
        return Err(Error::Refused { code: "decision-stands", text });
    }
    let change = notice.withdraw(cx, reason)?;
    save(tx, &change)?;
    lose_service(tx, cx, rules, change.entity())?;
    again(tx, id)
}

/// Somebody says something of a proposal.
///
/// # Errors
/// A refusal for a notice that proposes nothing.
pub fn receive_representation(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: NoticeId,
    party: Option<PartyId>,
    received_on: NaiveDate,
    text: String,
) -> Result<Representation, Error> {
    cx.allow(Action::WorkApplications)?;
    if let Some(party) = party {
        known_party(tx, party, "/party_id")?;
    }
    let notice = table::find(tx, id)?.ok_or(Error::NotFound)?;
    let change = Representation::receive(cx, &notice.cover, party, received_on, text)?;
    table::insert_representation(tx, &change)?;
    Ok(change.into_entity())
}

/// An officer considers what somebody said.
///
/// # Errors
/// A refusal if it was considered before.
pub fn consider(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: RepresentationId,
    expected: Expected,
    consideration: &str,
) -> Result<Representation, Error> {
    cx.allow(Action::WorkApplications)?;
    let representation = table::find_representation(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(representation.revision)?;
    table::save_representation(tx, &representation.consider(cx, consideration)?)?;
    table::find_representation(tx, id)?.ok_or(Error::NotFound)
}

/// Refuses to go on while something that was said of a proposal is not considered (Schedule 5, paragraph 3).
pub(super) fn all_considered(tx: &mut Tx<'_>, about: &[Notice]) -> Result<(), Error> {
    let about = about.iter().map(|notice| notice.cover.id).collect::<Vec<_>>();
    let Some(one) = table::first_unconsidered(tx, &about)? else { return Ok(()) };
    let who = one.party_id.map(|party| parties::find(tx, party)).transpose()?.flatten();
    let who = who.map_or_else(|| "somebody".to_owned(), |party| party.name);
    Err(application::Refusal::NotConsidered(who).into())
}

fn found(tx: &mut Tx<'_>, id: NoticeId, expected: Expected) -> Result<Notice, Error> {
    let notice = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(notice.cover.revision)?;
    Ok(notice)
}

fn save(tx: &mut Tx<'_>, change: &Change<Notice>) -> Result<(), Error> {
    Ok(table::save(tx, change, &[])?)
}

fn again(tx: &mut Tx<'_>, id: NoticeId) -> Result<Notice, Error> {
    table::find(tx, id)?.ok_or(Error::NotFound)
}
