//! Enquiries into homes that may need a licence: opened, taken from step to step, and what came of them.

use chrono::{Datelike as _, NaiveDate};
use serde_json::json;

use super::gazetteer::{known_party, known_property};
use super::{Error, Expected, FieldFault, Rules, Service, homes, letters, service, service_policy};
use domain::actor::Action;
use domain::application::Application;
use domain::context::Context;
use domain::enquiry::{
    Enquiry, EnquiryLetterKind, EnquiryState, EnquiryStep, EntryKind, IntelligenceSource, Opening, OwnerSource, Refusal,
};
use domain::event::Change;
use domain::exemption::Exemption;
use domain::id::{AccountId, ApplicationId, EnquiryId, ExemptionId, LetterId, PartyId};
use domain::letter::LetterKind;
use domain::property::Capacity;
use storage::{Tx, access, applications, enquiries as table, exemptions, properties, schemes};

/// A step as it is asked for; what it rests on is looked up.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Look up whether the home needs a licence that it does not have; if not, the enquiry is closed.
    Triage {
        /// Why it goes on although the home needs none by what is on record.
        goes_on_because: Option<String>,
    },
    /// It is found who is to apply.
    FindOwner {
        /// Who.
        owner: PartyId,
        /// How.
        source: OwnerSource,
    },
    /// They are invited to apply.
    Invite,
    /// An application came in.
    ReceiveApplication {
        /// Which.
        application: ApplicationId,
    },
    /// The home needs no licence.
    ProveExempt,
    /// A temporary exemption was asked for.
    NotifyExemption {
        /// Which.
        exemption: ExemptionId,
    },
    /// It goes on as an investigation of the offence.
    Investigate {
        /// Why.
        reason: String,
    },
    /// There is nothing in it.
    Close {
        /// Why.
        reason: String,
    },
}

/// An enquiry is opened. The reference is given here.
///
/// # Errors
/// [`Error::Invalid`] without the home; a refusal while another one into it is open.
pub fn open(tx: &mut Tx<'_>, cx: &Context, opening: Opening) -> Result<Enquiry, Error> {
    cx.allow(Action::WorkHomes)?;
    known_property(tx, opening.property_id, "/property_id")?;
    let others = table::of_property(tx, opening.property_id)?;
    let reference = schemes::next_reference(tx, "ENQ", cx.today().year())?;
    let change = Enquiry::open(cx, Opening { reference, ..opening }, &others)?;
    table::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// An exemption ended with nothing: an enquiry into its home is opened, or noted of it where one is open.
pub(super) fn open_after_exemption(tx: &mut Tx<'_>, cx: &Context, ended: &Exemption) -> Result<(), Error> {
    let ending = ended.ending.as_deref().unwrap_or_default();
    let text = format!("{} ended with nothing: {ending}", ended.reference);
    let there = table::of_property(tx, ended.property_id)?;
    if let Some(open) = there.into_iter().find(|enquiry| enquiry.state.is_open()) {
        return Ok(table::save(tx, &open.note(cx, EntryKind::Note, cx.today(), text)?)?);
    }
    let opening = Opening {
        reference: String::new(),
        property_id: ended.property_id,
        source: IntelligenceSource::ExemptionEnded,
        intelligence: text,
        received_on: cx.today(),
        exemption_id: Some(ended.id),
    };
    open(tx, cx, opening).map(drop)
}

/// An enquiry is given to an officer.
///
/// # Errors
/// [`Error::Invalid`] for somebody who is none; a refusal once it has ended.
pub fn assign(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: EnquiryId,
    expected: Expected,
    officer: AccountId,
) -> Result<Enquiry, Error> {
    cx.allow(Action::WorkHomes)?;
    let enquiry = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(enquiry.revision)?;
    let known = access::find(tx, officer)?.filter(|account| account.actor().may(Action::WorkHomes));
    known.ok_or_else(|| FieldFault::at("/officer_id", "not the account of an active officer"))?;
    table::save(tx, &enquiry.assign(cx, officer)?)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

/// An enquiry takes a step.
///
/// # Errors
/// [`Error::Invalid`] for a person, application or exemption that is not known; a refusal that says what stands in the way.
pub fn take(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnquiryId,
    expected: Expected,
    asked: Asked,
) -> Result<Enquiry, Error> {
    cx.allow(Action::WorkHomes)?;
    let enquiry = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(enquiry.revision)?;
    let step = look_up(tx, cx, rules, &enquiry, asked)?;
    let application = match &step {
        EnquiryStep::ReceiveApplication { application } => Some(application.clone()),
        _ => None,
    };
    save(tx, cx, &enquiry.take(cx, step)?)?;
    if let Some(application) = application {
        link(tx, cx, *application, id)?;
    }
    table::find(tx, id)?.ok_or(Error::NotFound)
}

fn look_up(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    enquiry: &Enquiry,
    asked: Asked,
) -> Result<EnquiryStep, Error> {
    let unknown = |pointer: &str| FieldFault::at(pointer, "not on record");
    Ok(match asked {
        Asked::Triage { goes_on_because } => {
            let found = homes::requirement(tx, rules, enquiry.property_id, cx.today())?;
            EnquiryStep::Triage { found, goes_on_because }
        }
        Asked::FindOwner { owner, source } => {
            known_party(tx, owner, "/owner_id")?;
            EnquiryStep::FindOwner { owner, source }
        }
        Asked::Invite => EnquiryStep::Invite,
        Asked::ReceiveApplication { application } => {
            let found = applications::find(tx, application)?.ok_or_else(|| unknown("/application_id"))?;
            EnquiryStep::ReceiveApplication { application: Box::new(found) }
        }
        Asked::ProveExempt => {
            EnquiryStep::ProveExempt { found: homes::requirement(tx, rules, enquiry.property_id, cx.today())? }
        }
        Asked::NotifyExemption { exemption } => {
            let found = exemptions::find(tx, exemption)?.ok_or_else(|| unknown("/exemption_id"))?;
            EnquiryStep::NotifyExemption { exemption: Box::new(found) }
        }
        Asked::Investigate { reason } => EnquiryStep::Investigate { reason },
        Asked::Close { reason } => EnquiryStep::Close { reason },
    })
}

/// A note is made of an enquiry, or somebody was approached.
///
/// # Errors
/// A refusal once it has ended.
pub fn note(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: EnquiryId,
    expected: Expected,
    (kind, on): (EntryKind, NaiveDate),
    text: String,
) -> Result<Enquiry, Error> {
    cx.allow(Action::WorkHomes)?;
    let enquiry = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(enquiry.revision)?;
    table::save(tx, &enquiry.note(cx, kind, on, text)?)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

/// A letter of an enquiry is queued for this person, or else for whoever is to apply; an invitation is a step, too.
///
/// # Errors
/// [`Error::Invalid`] for a person who is not on record; a refusal once it has ended, or while the owner is not known.
pub fn write(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    id: EnquiryId,
    expected: Expected,
    kind: EnquiryLetterKind,
    to: Option<PartyId>,
) -> Result<Enquiry, Error> {
    cx.allow(Action::WorkHomes)?;
    let mut enquiry = table::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(enquiry.revision)?;
    if kind == EnquiryLetterKind::Invitation && enquiry.state == EnquiryState::OwnerFound {
        table::save(tx, &enquiry.take(cx, EnquiryStep::Invite)?)?;
        enquiry = table::find(tx, id)?.ok_or(Error::NotFound)?;
    }
    let to = match to {
        Some(to) => known_party(tx, to, "/to")?.id,
        None => enquiry.owner_id.ok_or(Refusal::NoOwner)?,
    };
    let may_apply = properties::interests_in(tx, enquiry.property_id)?.iter().any(|interest| {
        let runs_it = matches!(interest.capacity, Capacity::Owner | Capacity::Manager | Capacity::Holder);
        interest.party_id == to && runs_it && interest.holds_on(cx.today())
    });
    let says = enquiry.letter(cx, &rules.current()?.policy, kind, to, may_apply)?;
    let letter = letters::queue(tx, cx, LetterKind::Enquiry, to, Some(enquiry.property_id), json!(says))?;
    save(tx, cx, &enquiry.wrote(cx, &says, to, letter.id)?)?;
    table::find(tx, id)?.ok_or(Error::NotFound)
}

/// A letter of an enquiry went.
pub(super) fn serve(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    enquiry: Enquiry,
    letter: LetterId,
    service: Service,
) -> Result<(), Error> {
    let sent = enquiry.sent_letter(letter).ok_or(Error::NotFound)?;
    let sending = service.to(tx, sent.to, LetterKind::Enquiry)?;
    let dated_on = Some(sent.letter.dated_on);
    let served = sending.served(cx, dated_on, service_policy(rules.current()?), &rules.holidays)?;
    Ok(table::save(tx, &enquiry.letter_served(cx, letter, &served))?)
}

/// A letter of an enquiry came back.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    cx: &Context,
    enquiry: Enquiry,
    letter: LetterId,
    reason: &str,
) -> Result<(), Error> {
    cx.allow(Action::WorkHomes)?;
    enquiry.sent_letter(letter).ok_or_else(service::void_already)?;
    Ok(table::save(tx, &enquiry.letter_returned(cx, letter, reason))?)
}

/// Saves a change, after which letters may not have to go any more.
fn save(tx: &mut Tx<'_>, cx: &Context, change: &Change<Enquiry>) -> Result<(), Error> {
    table::save(tx, change)?;
    let sent = change.entity().entries.iter().filter_map(|entry| entry.sent.as_ref());
    service::set_aside(tx, cx, sent.map(|sent| sent.letter.letter_id))
}

/// It is recorded which enquiry an application came of, whatever has become of either.
///
/// # Errors
/// [`Error::Invalid`] for an enquiry that is not known; a refusal of one into another home.
pub fn came_of(
    tx: &mut Tx<'_>,
    cx: &Context,
    id: ApplicationId,
    expected: Expected,
    enquiry: EnquiryId,
) -> Result<Application, Error> {
    cx.allow(Action::WorkApplications)?;
    let application = applications::find(tx, id)?.ok_or(Error::NotFound)?;
    expected.check(application.revision)?;
    link(tx, cx, application, enquiry)
}

fn link(tx: &mut Tx<'_>, cx: &Context, application: Application, enquiry: EnquiryId) -> Result<Application, Error> {
    let known = table::find(tx, enquiry)?.ok_or_else(|| FieldFault::at("/enquiry_id", "not an enquiry on record"))?;
    if known.property_id != application.property_id {
        return Err(Refusal::OfAnotherHome.into());
    }
    let id = application.id;
    if application.enquiry_id != Some(enquiry) {
        applications::save(tx, &application.came_of(cx, enquiry))?;
    }
    applications::find(tx, id)?.ok_or(Error::NotFound)
}
