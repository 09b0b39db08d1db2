//! Notices under Schedule 5: written, withdrawn, and answered by representations.

mod serving;

use chrono::{Datelike as _, NaiveDate};

pub use serving::{add_recipient, issue, record_return, record_service, send_again};

pub(super) use serving::{serve, take_back};

use serving::{lose_service, queue_letters};

use super::gazetteer::known_party;
use super::{Error, Expected, FieldFault, Rules, proceedings, service};
use domain::actor::Action;
use domain::application::{self, Application};
use domain::context::Context;
use domain::event::Change;
use domain::id::{ApplicationId, NoticeId, PartyId, ProceedingId, PropertyId, RepresentationId, Spelled as _};
use domain::licence::Licence;
use domain::notice::{Draft, Notice, NoticeKind, NoticeState, Representation, Terms};
use domain::proceeding::Proceeding;
use domain::property::Capacity;
use domain::task::TaskKind;
use storage::{Conn, Tx, applications, licences, notices as table, parties, properties, schemes, tasks};

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

/// A variation, a revocation or the refusal of one is proposed: its notice is written.
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
    proceeding.proposal(kind)?;
    let same = |notice: &Notice| notice.cover.kind == kind && notice.cover.state == NoticeState::Served;
    let is_modified = earlier.iter().any(same);
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
    let changes = proceeding.changes.as_ref();
    recipients.extend(changes.and_then(|changes| changes.manager_id).map(|manager| (manager, Capacity::Manager)));
    recipients.extend(changes.and_then(|changes| changes.agent_id).map(|agent| (agent, Capacity::Agent)));
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
    save(tx, cx, &change)?;
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
    save(tx, cx, &change)?;
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

/// An officer considers what somebody said; the task that it came with is done.
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
    if let Some(task) = tasks::find_open(tx, TaskKind::RepresentationReceived, id.as_str())? {
        tasks::save(tx, &task.close(cx, "considered")?)?;
    }
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

/// Saves a change, after which letters that carry its copies may not have to go any more.
fn save(tx: &mut Tx<'_>, cx: &Context, change: &Change<Notice>) -> Result<(), Error> {
    table::save(tx, change, &[])?;
    service::set_aside(tx, cx, change.entity().copies.iter().filter_map(|copy| copy.letter_id))
}

fn again(tx: &mut Tx<'_>, id: NoticeId) -> Result<Notice, Error> {
    table::find(tx, id)?.ok_or(Error::NotFound)
}
