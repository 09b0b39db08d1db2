//! Service of a copy on its person: as an officer records it, and as the letters that carry demands and notices bring it about.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::{Error, Rules, demands, enforcement, enquiries, exemptions, inspections, letters, notices, tasks};
use domain::actor::Action;
use domain::calendar::{Consent, Dispatch, Method, london};
use domain::context::Context;
use domain::demand::{Demand, DemandState};
use domain::enforcement::Case;
use domain::enquiry::Enquiry;
use domain::exemption::Exemption;
use domain::id::{CopyId, EnforcementId, EnquiryId, ExemptionId, LetterId, PartyId};
use domain::inspection::{Inspection, InspectionLetter, NoticeTo};
use domain::letter::{Channel, Letter, LetterKind, LetterState};
use domain::letter_batch::Posting;
use domain::notice::{Notice, NoticeState};
use domain::service::{Copy, Sending, ServiceState};
use domain::task::{Need, TaskKind};
use storage::{
    Conn, Tx, demands as demand_table, enforcement as cases, enquiries as enquiry_table, exemptions as exemption_table,
    inspections as inspection_table, letters as letter_table, notices as notice_table, parties,
};

/// How a copy went.
#[derive(Clone, Debug)]
pub struct Service {
    /// How.
    pub method: Method,
    /// When (London clock).
    pub dispatched_at: NaiveDateTime,
    /// Where to; the recipient's address on record if nothing is said.
    pub address: Option<String>,
    /// What proves it.
    pub evidence: Option<String>,
    /// The day on which receipt is proved, with what proves it.
    pub proved: Option<(NaiveDate, String)>,
}

impl Service {
    /// The relay accepted the letter at this instant.
    fn by_email(letter: &Letter, at: DateTime<Utc>) -> Self {
        let reply = letter.reply.as_deref().unwrap_or_default();
        Self {
            method: Method::Email,
            dispatched_at: london::local(at),
            address: Some(letter.address.clone()),
            evidence: Some(format!("accepted by the mail relay at {at} with the reply \"{reply}\"; {}", letter.id)),
            proved: None,
        }
    }

    /// The letter went on paper, which that proves.
    pub(super) fn on_paper(letter: &Letter, posting: &Posting, proof: String) -> Self {
        Self {
            method: posting.method,
            dispatched_at: posting.posted_on.into(),
            address: (letter.channel == Channel::Paper).then(|| letter.address.clone()),
            evidence: Some(proof),
            proved: None,
        }
    }

    /// How it went to this person, whose consent covers letters of that kind at that instant or not.
    pub(super) fn to(self, db: &mut Conn, party: PartyId, kind: LetterKind) -> Result<Sending, Error> {
        let sent_at = london::instant_at(self.dispatched_at.date(), self.dispatched_at.time());
        let party = parties::find(db, party)?.ok_or(Error::NotFound)?;
        let consent = parties::consent_to(db, party.id, kind, sent_at)?;
        let covers = if consent.is_some() { Consent::Covers } else { Consent::Absent };
        let agreed = consent.filter(|_| self.method.needs_consent()).map(|consent| consent.email);
        Ok(Sending {
            dispatch: Dispatch { method: self.method, at: self.dispatched_at, consent: covers },
            address: self.address.or(agreed).unwrap_or(party.address),
            evidence: self.evidence,
            proved: self.proved,
        })
    }
}

/// What a letter carries.
enum Carried {
    /// Nothing that is served.
    Nothing,
    /// A copy that does not wait for this letter any more, and why.
    NoLonger(String),
    /// A copy of something that was withdrawn, and the words for it.
    Withdrawn(String),
    /// A copy of a demand that waits for this letter.
    Demand(Box<Demand>, CopyId),
    /// A copy of a notice that waits for this letter.
    Notice(Box<Notice>, CopyId),
    /// A letter of an enforcement case, which waits for its service.
    Case(Box<Case>),
    /// A letter about a temporary exemption, which waits for its service.
    Exemption(Box<Exemption>),
    /// A letter of an enquiry, which waits for its service.
    Enquiry(Box<Enquiry>),
    /// Notice of a visit that lies ahead, to somebody who is told as that.
    Visit(Box<Inspection>, NoticeTo),
}

fn carried(db: &mut Conn, letter: &Letter) -> Result<Carried, Error> {
    if let (Some(id), Some(copy)) = (letter.demand_id, letter.copy_id) {
        let demand = demand_table::find(db, id)?.ok_or(Error::NotFound)?;
        let there = demand.recipients.iter().find(|there| there.id == copy).ok_or(Error::NotFound)?;
        return Ok(match demand.cover.state {
            DemandState::Issued | DemandState::Served if there.waits_for(letter.id) => {
                Carried::Demand(Box::new(demand), copy)
            }
            DemandState::Issued | DemandState::Served => {
                Carried::NoLonger(of_its_copy("demand", &demand.cover.reference, there))
            }
            DemandState::Withdrawn => Carried::Withdrawn(format!("the demand {} is withdrawn", demand.cover.reference)),
            state => Carried::NoLonger(format!("the demand {} is {state}", demand.cover.reference)),
        });
    }
    match letter.kind {
        LetterKind::Enforcement => return of_a_case(db, letter),
        LetterKind::Exemption => return of_an_exemption(db, letter),
        LetterKind::Enquiry => return of_an_enquiry(db, letter),
        LetterKind::Inspection => return of_a_visit(db, letter),
        _ => {}
    }
    let Some((id, copy)) = letters::notice_of(letter) else { return Ok(Carried::Nothing) };
    let notice = notice_table::find(db, id)?.ok_or(Error::NotFound)?;
    let there = notice.copy(copy).ok_or(Error::NotFound)?;
    Ok(match notice.cover.state {
        NoticeState::Withdrawn => Carried::Withdrawn(format!("the notice {} is withdrawn", notice.cover.reference)),
        _ if there.waits_for(letter.id) => Carried::Notice(Box::new(notice), copy),
        _ => Carried::NoLonger(of_its_copy("notice", &notice.cover.reference, there)),
    })
}

fn of_a_case(db: &mut Conn, letter: &Letter) -> Result<Carried, Error> {
    let Some(case) = case_of(db, letter)? else { return Ok(Carried::Nothing) };
    Ok(match case.waiting_letter(letter.id) {
        Some(_) => Carried::Case(Box::new(case)),
        None if case.invites_by(letter.id) => Carried::Nothing,
        None => Carried::NoLonger(of_its_case(&case.reference, &case.state)),
    })
}

fn of_an_exemption(db: &mut Conn, letter: &Letter) -> Result<Carried, Error> {
    let Some(exemption) = exemption_of(db, letter)? else { return Ok(Carried::Nothing) };
    Ok(match exemption.waiting_letter(letter.id) {
        Some(_) => Carried::Exemption(Box::new(exemption)),
        None => Carried::NoLonger(of_its_case(&exemption.reference, &exemption.state)),
    })
}

fn of_an_enquiry(db: &mut Conn, letter: &Letter) -> Result<Carried, Error> {
    let Some(enquiry) = enquiry_of(db, letter)? else { return Ok(Carried::Nothing) };
    Ok(match enquiry.sent_letter(letter.id) {
        Some(sent) if sent.letter.waits() => Carried::Enquiry(Box::new(enquiry)),
        _ => Carried::NoLonger(of_its_case(&enquiry.reference, &enquiry.state)),
    })
}

fn of_a_visit(db: &mut Conn, letter: &Letter) -> Result<Carried, Error> {
    let said = serde_json::from_value(letter.facts.clone());
    let Ok(InspectionLetter::Notice { inspection: Some(id), told_as, starts_at, ends_at, .. }) = said else {
        return Ok(Carried::Nothing);
    };
    let inspection = inspection_table::find(db, id)?.ok_or(Error::NotFound)?;
    let reference = &inspection.reference;
    Ok(if inspection.awaits_visit_at(starts_at, ends_at) {
        Carried::Visit(Box::new(inspection), told_as)
    } else if inspection.visits_at(starts_at, ends_at) {
        Carried::Nothing
    } else {
        Carried::NoLonger(format!("{reference} has no visit at the time of which it gives notice"))
    })
}

fn enquiry_of(db: &mut Conn, letter: &Letter) -> Result<Option<Enquiry>, Error> {
    let named = letters::named_in::<EnquiryId>(letter, "enquiry").filter(|_| letter.kind == LetterKind::Enquiry);
    named.map(|id| enquiry_table::find(db, id)?.ok_or(Error::NotFound)).transpose()
}

fn case_of(db: &mut Conn, letter: &Letter) -> Result<Option<Case>, Error> {
    let named = letters::named_in::<EnforcementId>(letter, "case").filter(|_| letter.kind == LetterKind::Enforcement);
    named.map(|id| cases::find(db, id)?.ok_or(Error::NotFound)).transpose()
}

fn exemption_of(db: &mut Conn, letter: &Letter) -> Result<Option<Exemption>, Error> {
    let named = letters::named_in::<ExemptionId>(letter, "exemption").filter(|_| letter.kind == LetterKind::Exemption);
    named.map(|id| exemption_table::find(db, id)?.ok_or(Error::NotFound)).transpose()
}

fn of_its_case(reference: &str, state: &impl std::fmt::Display) -> String {
    format!("{reference} is {state} and does not wait for it, or another letter took its place")
}

fn of_its_copy(what: &str, reference: &str, copy: &Copy) -> String {
    format!("its copy of the {what} {reference} is {} already, or goes with another letter", copy.state)
}

/// Why a letter on paper is not to serve the copy that it carries, if it is not. Of other letters there is nothing to say.
pub(super) fn why_not(db: &mut Conn, letter: &Letter) -> Result<Option<String>, Error> {
    Ok(match carried(db, letter)? {
        Carried::NoLonger(why) | Carried::Withdrawn(why) => Some(why),
        Carried::Nothing | Carried::Demand(..) | Carried::Notice(..) => None,
        Carried::Case(_) | Carried::Exemption(_) | Carried::Enquiry(_) | Carried::Visit(..) => None,
    })
}

/// Why a letter of a case, of an exemption, of an enquiry or of a visit must not go any more, if it must not: it was written anew,
/// withdrawn, or served by hand meanwhile, or the visit was moved, and it would tell the recipient what no longer holds.
pub(super) fn void(db: &mut Conn, letter: &Letter) -> Result<Option<String>, Error> {
    if goes_only_to_serve(letter) { why_not(db, letter) } else { Ok(None) }
}

/// Whether it would mislead its recipient once what it carries does not wait for it. A demand or a notice by e-mail goes even so:
/// it tells of what stands, though it was served otherwise.
fn goes_only_to_serve(letter: &Letter) -> bool {
    is_of_a_case(letter) || letter.kind == LetterKind::Inspection
}

/// Whether it is a letter of an enforcement case, about an exemption or of an enquiry, which keeps what it carries in its case.
fn is_of_a_case(letter: &Letter) -> bool {
    matches!(letter.kind, LetterKind::Enforcement | LetterKind::Exemption | LetterKind::Enquiry)
}

/// Letters that must not go any more, because what they carry was withdrawn, written anew, returned or served otherwise, are set
/// aside. One of which nobody knows whether it went stays with its task.
pub(super) fn set_aside(
    tx: &mut Tx<'_>,
    cx: &Context,
    letters_of_it: impl IntoIterator<Item = LetterId>,
) -> Result<(), Error> {
    for id in letters_of_it {
        let found = letter_table::find(tx, id)?;
        let waits = found.filter(|letter| matches!(letter.state, LetterState::Queued | LetterState::ToPrint));
        let Some(letter) = waits else { continue };
        let why = match carried(tx, &letter)? {
            Carried::Withdrawn(why) => why,
            Carried::NoLonger(why) if letter.channel == Channel::Paper || goes_only_to_serve(&letter) => why,
            _ => continue,
        };
        letters::set_aside(tx, cx, letter, &why)?;
    }
    Ok(())
}

/// A letter went: that serves what it carries.
///
/// # Errors
/// A refusal if what it carries does not wait for it any more, or if a rule stands against it.
pub(super) fn by_letter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: &Letter,
    service: Service,
) -> Result<(), Error> {
    match carried(tx, letter)? {
        Carried::Nothing => Ok(()),
        Carried::NoLonger(text) | Carried::Withdrawn(text) => Err(Error::Refused { code: "letter-void", text }),
        Carried::Demand(demand, copy) => {
            cx.allow(Action::WorkDemands)?;
            demands::serve(tx, cx, rules, *demand, copy, service).map(drop)
        }
        Carried::Notice(notice, copy) => notices::serve(tx, cx, rules, *notice, copy, service).map(drop),
        Carried::Case(case) => enforcement::serve(tx, cx, rules, *case, letter.id, service),
        Carried::Exemption(exemption) => exemptions::serve(tx, cx, rules, *exemption, letter.id, service),
        Carried::Enquiry(enquiry) => enquiries::serve(tx, cx, rules, *enquiry, letter.id, service),
        Carried::Visit(inspection, to) => {
            inspections::told_by_letter(tx, cx, rules, *inspection, (to, letter), service)
        }
    }
}

/// Does what the outcome of a letter means for what it carries. The outcome itself stays on record whatever becomes of that, or the
/// letter would be sent again.
///
/// # Errors
/// If nothing of the transaction can be kept: it is tried again, or the database is gone.
fn beside_its_outcome(
    tx: &mut Tx<'_>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(), Error>,
) -> Result<Result<(), Error>, Error> {
    match tx.attempt(work) {
        Err(error @ (Error::Unavailable(_) | Error::Full)) => Err(error),
        done => Ok(done),
    }
}

/// The relay accepted a letter: that is service by e-mail, where consent covers it. A notice of a penalty or of an exemption that
/// went without being served is a task: its recipient believes that it holds; so is anything that a fault kept from being served.
pub(super) fn by_email(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<(), Error> {
    let service = Service::by_email(letter, cx.now);
    let why = match beside_its_outcome(tx, |tx| by_letter(tx, cx, rules, letter, service))? {
        Ok(()) => return Ok(()),
        Err(Error::Refused { text, .. }) => {
            tracing::warn!(why = text, letter = %letter.id, "an accepted letter does not count as service");
            if !is_of_a_case(letter) {
                return Ok(());
            }
            text
        }
        Err(error) => {
            tracing::error!(?error, letter = %letter.id, "an accepted letter could not be served");
            format!("{error}: the log says more. Record its service by hand.")
        }
    };
    let need = Need {
        kind: TaskKind::ServeNotice,
        key: letter.id.to_string(),
        property_id: letter.property_id,
        letter_id: Some(letter.id),
        title: format!("A letter went to {} by e-mail and does not count as served", letter.recipient_name),
        detail: why,
    };
    tasks::open(tx, cx, need)
}

/// A letter that went came back: what it carried is not served. Whoever records that works with what it carried.
///
/// # Errors
/// A refusal if it carried nothing, or if what it carried goes with another letter.
pub(super) fn came_back(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: &Letter,
    reason: &str,
) -> Result<(), Error> {
    let is_its_copy = |copy: &Copy| {
        let went = matches!(copy.state, ServiceState::Sent | ServiceState::Served);
        if went && copy.letter_id == Some(letter.id) { Ok(()) } else { Err(void_already()) }
    };
    if let (Some(id), Some(copy)) = (letter.demand_id, letter.copy_id) {
        cx.allow(Action::WorkDemands)?;
        let demand = demand_table::find(tx, id)?.ok_or(Error::NotFound)?;
        is_its_copy(demand.recipients.iter().find(|there| there.id == copy).ok_or(Error::NotFound)?)?;
        return demands::take_back(tx, cx, demand, copy, reason);
    }
    if let Some((id, copy)) = letters::notice_of(letter) {
        cx.allow(Action::WorkApplications)?;
        let notice = notice_table::find(tx, id)?.ok_or(Error::NotFound)?;
        is_its_copy(notice.copy(copy).ok_or(Error::NotFound)?)?;
        return notices::take_back(tx, cx, rules, notice, copy, reason);
    }
    if let Some(case) = case_of(tx, letter)?.filter(|case| !case.invites_by(letter.id)) {
        return enforcement::take_back(tx, cx, rules, case, letter.id, reason);
    }
    if let Some(enquiry) = enquiry_of(tx, letter)? {
        return enquiries::take_back(tx, cx, enquiry, letter.id, reason);
    }
    match exemption_of(tx, letter)? {
        Some(exemption) => exemptions::take_back(tx, cx, rules, exemption, letter.id, reason),
        None => {
            let text = "it serves nothing, so there is nothing to take back: make a note of it where it belongs";
            Err(Error::Refused { code: "serves-nothing", text: text.to_owned() })
        }
    }
}

/// Why a letter cannot come back.
pub(super) fn void_already() -> Error {
    let text = "it came back already, or what it carries goes with another letter".to_owned();
    Error::Refused { code: "letter-void", text }
}

/// The address refused a letter: the copy that it carries is not served. Says whether that could be noted of the copy.
pub(super) fn refused_by_address(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<bool, Error> {
    let noted = beside_its_outcome(tx, |tx| not_served(tx, cx, rules, letter))?;
    if let Err(error) = &noted {
        tracing::error!(?error, letter = %letter.id, "what a refused letter carries could not be marked as not served");
    }
    Ok(noted.is_ok())
}

fn not_served(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<(), Error> {
    let reason = format!("the address refused it: {}", letter.reply.as_deref().unwrap_or_default());
    match carried(tx, letter)? {
        Carried::Nothing | Carried::Visit(..) => Ok(()),
        Carried::NoLonger(why) | Carried::Withdrawn(why) => {
            tracing::info!(why, letter = %letter.id, "a refused letter changes nothing");
            Ok(())
        }
        Carried::Demand(demand, copy) => demands::take_back(tx, cx, *demand, copy, &reason),
        Carried::Notice(notice, copy) => notices::take_back(tx, cx, rules, *notice, copy, &reason),
        Carried::Case(case) => Ok(cases::save(tx, &case.letter_returned(cx, letter.id, &reason), &[])?),
        Carried::Exemption(exemption) => {
            Ok(exemption_table::save(tx, &exemption.letter_returned(cx, letter.id, &reason))?)
        }
        Carried::Enquiry(enquiry) => Ok(enquiry_table::save(tx, &enquiry.letter_returned(cx, letter.id, &reason))?),
    }
}
