//! Service of a copy on its person: as an officer records it, and as the letters that carry demands and notices bring it about.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::{Error, Rules, demands, enforcement, exemptions, letters, notices, tasks};
use domain::actor::Action;
use domain::calendar::{Consent, Dispatch, Method, london};
use domain::context::Context;
use domain::demand::{Demand, DemandState};
use domain::enforcement::Case;
use domain::exemption::Exemption;
use domain::id::{CopyId, EnforcementId, ExemptionId, PartyId};
use domain::letter::{Letter, LetterKind};
use domain::notice::{Notice, NoticeState};
use domain::service::{Copy, Sending};
use domain::task::{Need, TaskKind};
use storage::{
    Conn, Tx, demands as demand_table, enforcement as cases, exemptions as exemption_table, notices as notice_table,
    parties,
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
    /// A copy of a demand that waits for this letter.
    Demand(Box<Demand>, CopyId),
    /// A copy of a notice that waits for this letter.
    Notice(Box<Notice>, CopyId),
    /// A letter of an enforcement case, which waits for its service.
    Case(Box<Case>),
    /// A letter about a temporary exemption, which waits for its service.
    Exemption(Box<Exemption>),
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
            state => Carried::NoLonger(format!("the demand {} is {state}", demand.cover.reference)),
        });
    }
    match letter.kind {
        LetterKind::Enforcement => return of_a_case(db, letter),
        LetterKind::Exemption => return of_an_exemption(db, letter),
        _ => {}
    }
    let Some((id, copy)) = letters::notice_of(letter) else { return Ok(Carried::Nothing) };
    let notice = notice_table::find(db, id)?.ok_or(Error::NotFound)?;
    let there = notice.copy(copy).ok_or(Error::NotFound)?;
    Ok(match notice.cover.state {
        NoticeState::Withdrawn => Carried::NoLonger(format!("the notice {} is withdrawn", notice.cover.reference)),
        _ if there.waits_for(letter.id) => Carried::Notice(Box::new(notice), copy),
        _ => Carried::NoLonger(of_its_copy("notice", &notice.cover.reference, there)),
    })
}

fn of_a_case(db: &mut Conn, letter: &Letter) -> Result<Carried, Error> {
    let Some(id) = letters::named_in::<EnforcementId>(letter, "case") else { return Ok(Carried::Nothing) };
    let case = cases::find(db, id)?.ok_or(Error::NotFound)?;
    Ok(match case.waiting_letter(letter.id) {
        Some(_) => Carried::Case(Box::new(case)),
        None if case.invites_by(letter.id) => Carried::Nothing,
        None => Carried::NoLonger(of_its_case(&case.reference, &case.state)),
    })
}

fn of_an_exemption(db: &mut Conn, letter: &Letter) -> Result<Carried, Error> {
    let Some(id) = letters::named_in::<ExemptionId>(letter, "exemption") else { return Ok(Carried::Nothing) };
    let exemption = exemption_table::find(db, id)?.ok_or(Error::NotFound)?;
    Ok(match exemption.waiting_letter(letter.id) {
        Some(_) => Carried::Exemption(Box::new(exemption)),
        None => Carried::NoLonger(of_its_case(&exemption.reference, &exemption.state)),
    })
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
        Carried::NoLonger(why) => Some(why),
        Carried::Nothing | Carried::Demand(..) | Carried::Notice(..) => None,
        Carried::Case(_) | Carried::Exemption(_) => None,
    })
}

/// Why a notice of a penalty or of an exemption must not go any more, if it must not: it was written anew, withdrawn, or served
/// by hand meanwhile, and a second one would tell the recipient what no longer holds.
pub(super) fn void(db: &mut Conn, letter: &Letter) -> Result<Option<String>, Error> {
    if is_of_a_case(letter) { why_not(db, letter) } else { Ok(None) }
}

/// Whether it is a letter of an enforcement case or about an exemption, which keeps what it carries in its case.
fn is_of_a_case(letter: &Letter) -> bool {
    matches!(letter.kind, LetterKind::Enforcement | LetterKind::Exemption)
}

/// A letter on paper went: that serves the copy that it carries. Why not, if a rule stands against it.
pub(super) fn by_letter(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    letter: &Letter,
    service: Service,
) -> Result<Option<String>, Error> {
    let served = match carried(tx, letter)? {
        Carried::Nothing => Ok(()),
        Carried::NoLonger(why) => return Ok(Some(why)),
        Carried::Demand(demand, copy) => {
            cx.allow(Action::WorkDemands)?;
            demands::serve(tx, cx, rules, *demand, copy, service).map(drop)
        }
        Carried::Notice(notice, copy) => notices::serve(tx, cx, rules, *notice, copy, service).map(drop),
        Carried::Case(case) => enforcement::serve(tx, cx, rules, *case, letter.id, service),
        Carried::Exemption(exemption) => exemptions::serve(tx, cx, rules, *exemption, letter.id, service),
    };
    match served {
        Err(Error::Refused { text, .. }) => Ok(Some(text)),
        other => other.map(|()| None),
    }
}

/// The relay accepted a letter: that is service by e-mail, where consent covers it. A notice of a penalty or of an exemption that
/// went without being served is a task: its recipient believes that it holds.
pub(super) fn by_email(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<(), Error> {
    let Some(why) = by_letter(tx, cx, rules, letter, Service::by_email(letter, cx.now))? else { return Ok(()) };
    tracing::warn!(why, letter = %letter.id, "an accepted letter does not count as service");
    if !is_of_a_case(letter) {
        return Ok(());
    }
    let need = Need {
        kind: TaskKind::ServeNotice,
        key: letter.id.to_string(),
        property_id: letter.property_id,
        letter_id: Some(letter.id),
        title: format!("A notice went to {} by e-mail and does not count as served", letter.recipient_name),
        detail: why,
    };
    tasks::open(tx, cx, need)
}

/// The address refused a letter: the copy that it carries is not served.
pub(super) fn refused_by_address(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, letter: &Letter) -> Result<(), Error> {
    let reason = format!("the address refused it: {}", letter.reply.as_deref().unwrap_or_default());
    match carried(tx, letter)? {
        Carried::Nothing => Ok(()),
        Carried::NoLonger(why) => {
            tracing::info!(why, letter = %letter.id, "a refused letter changes nothing");
            Ok(())
        }
        Carried::Demand(demand, copy) => demands::take_back(tx, cx, *demand, copy, &reason),
        Carried::Notice(notice, copy) => notices::take_back(tx, cx, rules, *notice, copy, &reason),
        Carried::Case(case) => Ok(cases::save(tx, &case.letter_returned(cx, letter.id, &reason), &[])?),
        Carried::Exemption(exemption) => {
            Ok(exemption_table::save(tx, &exemption.letter_returned(cx, letter.id, &reason))?)
        }
    }
}
