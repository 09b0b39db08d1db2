//! An enforcement case: from an offence under s.95 to its outcome, by a civil penalty or by prosecution, and never by both.
//!
//! [`CaseState::after`] is the one table of which step leads where; [`Case::take`] adds what each step asks for.

mod account;
mod alert;
mod appeal;
mod investigation;
mod letter;
mod material;
mod notices;
mod offence;
mod particulars;
mod penalty;
mod prosecution;
mod refusal;
mod step;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

pub use account::{AccountRefusal, PenaltyAccount, PenaltyEntry, PenaltyEntryKind, Receipt, Sums};
pub use appeal::{PenaltyAppeal, PenaltyAppealOutcome};
pub use investigation::{Explanation, Extension, ExtensionGround, PolicyNote};
pub use letter::{CaseLetter, CaseLetterKind, CaseLetterSays, Considered, Penalty, StatedDay};
pub use material::{MarkRefusal, Marked, Material, MaterialKey, MaterialKind, MaterialMark};
pub use notices::{APPEAL_DAYS, NOTICE_DAYS, Representation};
pub use offence::{Naming, Offence};
pub use particulars::{Behind, Came, Demanded, particulars};
pub use penalty::{Amount, Factor, FactorKind, PenaltyNotice, PenaltyNoticeKind, Working};
pub use prosecution::{CourtOutcome, Prosecution};
pub use refusal::Refusal;
pub use step::{CaseState, Path, Step};

use super::actor::Role;
use super::calendar::Counted;
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, EnforcementId, OffenceId, PartyId, PropertyId, words};
use super::property::Capacity;
use super::scheme::{Enforcement, OffenceKind, PolicyStep};
use notices::approve;
use offence::earliest;

words! {
    /// Where a case came from.
    CaseSource {
        /// A confirmed breach.
        Breach = "breach",
        /// The gas safety record of a year that did not come; it has its own clock, whatever was demanded.
        GasYear = "gas_year",
        /// An inspection.
        Inspection = "inspection",
        /// A complaint.
        Complaint = "complaint",
        /// A partner's referral.
        Referral = "referral",
        /// A home that is not licensed.
        UnlicensedHome = "unlicensed_home",
    }
}

/// What a new case is about.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What people will call it.
    pub reference: String,
    /// The home.
    pub property_id: PropertyId,
    /// The area.
    pub area_code: Option<String>,
    /// Where it came from.
    pub source: CaseSource,
    /// What tells of that, such as the number of the inspection.
    pub source_note: Option<String>,
    /// Who is suspected.
    pub suspect_id: PartyId,
    /// As what.
    pub capacity: Capacity,
    /// The offences.
    pub offences: Vec<Naming>,
}

/// An enforcement case against one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its identifier.
    pub id: EnforcementId,
    /// What people call it, such as "ENF/2025/00001".
    pub reference: String,
    /// The home, which names the chain of events.
    pub property_id: PropertyId,
    /// The area, for lists.
    pub area_code: Option<String>,
    /// Where it came from.
    pub source: CaseSource,
    /// What tells of that.
    pub source_note: Option<String>,
    /// Who is suspected.
    pub suspect_id: PartyId,
    /// As what.
    pub capacity: Capacity,
    /// Where it is.
    pub state: CaseState,
    /// What was chosen.
    pub path: Option<Path>,
    /// The date of the last warning; it moves no due date.
    pub comply_by: Option<NaiveDate>,
    /// Steps of the policy, taken or skipped.
    pub policy: Vec<PolicyNote>,
    /// What the suspect said.
    pub explanations: Vec<Explanation>,
    /// What was made of a reasonable excuse.
    pub excuse: Option<String>,
    /// The first day of sufficient evidence, as an officer found it.
    pub sufficient_on: Option<NaiveDate>,
    /// Who found it.
    pub sufficient_by: Option<AccountId>,
    /// The last day for a notice of intent.
    pub limitation_on: NaiveDate,
    /// Why it is that day: of all arguable days, the earliest.
    pub limitation_basis: Counted,
    /// More time for it, proposed or approved.
    pub extension: Option<Extension>,
    /// The night of the next alert before that day.
    pub alert_on: Option<NaiveDate>,
    /// How many days before it the last alert was.
    pub alerted: Option<i32>,
    /// The notice of intent.
    pub intent: Option<PenaltyNotice>,
    /// What was said of it.
    pub representations: Vec<Representation>,
    /// The final notice.
    pub final_notice: Option<PenaltyNotice>,
    /// The amount of the penalty as it stands now.
    pub pence: Option<i32>,
    /// The last day for paying it.
    pub pay_by: Option<NaiveDate>,
    /// The appeal.
    pub appeal: Option<PenaltyAppeal>,
    /// The prosecution.
    pub prosecution: Option<Prosecution>,
    /// Why it was chosen, closed, withdrawn or reduced, the last of these.
    pub reason: Option<String>,
    /// Who opened it.
    pub opened_by: Option<AccountId>,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Counts changes.
    pub revision: i64,
}

impl Case {
    /// A case is opened. Its limitation date is the earliest of its offences'.
    ///
    /// # Errors
    /// A [`Refusal`] without an offence, or against somebody whom a condition does not bind.
    pub fn open(cx: &Context, scheme: &Enforcement, opening: Opening) -> Result<(Change<Self>, Vec<Offence>), Refusal> {
        let limits = opening.offences.iter().map(|offence| offence.limitation.clone()).collect::<Vec<_>>();
        let limit = earliest(limits)?;
        let id = EnforcementId::new(cx);
        let mut case = Self {
            id,
            reference: opening.reference,
            property_id: opening.property_id,
            area_code: opening.area_code,
            source: opening.source,
            source_note: opening.source_note,
            suspect_id: opening.suspect_id,
            capacity: opening.capacity,
            state: CaseState::Opened,
            path: None,
            comply_by: None,
            policy: Vec::new(),
            explanations: Vec::new(),
            excuse: None,
            sufficient_on: None,
            sufficient_by: None,
            limitation_on: limit.on(),
            limitation_basis: limit,
            extension: None,
            alert_on: None,
            alerted: None,
            intent: None,
            representations: Vec::new(),
            final_notice: None,
            pence: None,
            pay_by: None,
            appeal: None,
            prosecution: None,
            reason: None,
            opened_by: cx.actor.account,
            opened_at: cx.now,
            revision: 1,
        };
        let mut offences = Vec::new();
        for naming in opening.offences {
            let offence = case.name(cx, naming, &offences)?;
            offences.push(offence);
        }
        case.schedule_alert(scheme);
        let facts = json!({
            "reference": case.reference, "source": case.source, "suspect": case.suspect_id, "capacity": case.capacity,
            "offences": offences.iter().map(Offence::facts).collect::<Vec<_>>(), "limitation": case.limitation_basis,
        });
        let chain = Chain::Case(case.property_id);
        Ok((Change::new(cx, chain, Happening::EnforcementOpened, &id, facts, case), offences))
    }

    /// Another offence is named, while nothing was chosen yet.
    ///
    /// # Errors
    /// A [`Refusal`] of one that the case has, or once something was chosen.
    pub fn add_offence(
        mut self,
        cx: &Context,
        scheme: &Enforcement,
        naming: Naming,
        there: &[Offence],
    ) -> Result<(Change<Self>, Offence), Refusal> {
        if !self.state.is_informal() && self.state != CaseState::EvidenceComplete {
            return Err(Refusal::OffencesClosed(self.state));
        }
        let offence = self.name(cx, naming, there)?;
        let earlier = earliest(vec![self.limitation_basis.clone(), offence.limitation_basis.clone()])?;
        self.limit_by(earlier);
        self.schedule_alert(scheme);
        let facts = json!({ "offence": offence.facts(), "limitation": self.limitation_basis });
        let chain = Chain::Case(self.property_id);
        Ok((Change::new(cx, chain, Happening::OffenceAdded, &self.id.clone(), facts, self), offence))
    }

    fn name(&self, cx: &Context, naming: Naming, there: &[Offence]) -> Result<Offence, Refusal> {
        said(&naming.act)?;
        let binds = matches!(self.capacity, Capacity::Holder | Capacity::Bound);
        if naming.kind == OffenceKind::Condition && !binds {
            return Err(Refusal::NotBound);
        }
        let condition = naming.condition.as_deref().unwrap_or_default();
        let conduct = format!("{} {} {condition} {}", self.property_id, naming.kind, naming.happened_on);
        if there.iter().any(|other| other.conduct == conduct) {
            return Err(Refusal::SameOffence);
        }
        Ok(Offence {
            id: OffenceId::new(cx),
            case_id: self.id,
            property_id: self.property_id,
            kind: naming.kind,
            licence_id: naming.licence_id,
            condition: naming.condition,
            breach_id: naming.breach_id,
            act: naming.act,
            happened_on: naming.happened_on,
            limitation_on: naming.limitation.on(),
            limitation_basis: naming.limitation,
            conduct,
        })
    }

    /// The case takes a step.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn take(
        mut self,
        cx: &Context,
        scheme: &Enforcement,
        offences: &[Offence],
        step: Step,
    ) -> Result<Change<Self>, Refusal> {
        let from = self.state;
        if let (Some(_), Some(chosen)) = (step.chooses(), self.path) {
            return Err(Refusal::ChosenAlready(String::new(), chosen));
        }
        let to = from.after(&step).ok_or(Refusal::NotFromHere(from, step.name()))?;
        let (name, is_reduced) = (step.name(), matches!(step, Step::Reduce { .. }));
        let told = self.enter(cx, scheme, offences, step)?;
        self.state = to;
        self.give_way(is_reduced);
        if to == CaseState::ClosedNoAction {
            self.path = None;
        }
        self.schedule_alert(scheme);
        let facts = json!({ "step": name, "from": from, "to": to, "told": told });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::EnforcementMoved, &self.id.clone(), facts, self))
    }

    /// What each step asks for, and what its event tells.
    fn enter(
        &mut self,
        cx: &Context,
        scheme: &Enforcement,
        offences: &[Offence],
        step: Step,
    ) -> Result<Value, Refusal> {
        let today = cx.today();
        let told = match step {
            Step::Enquire { note } => {
                said(&note)?;
                json!({ "note": note })
            }
            Step::Invite { answer_by } => self.note(cx, PolicyStep::Invitation, true, Some(answer_by), None)?,
            Step::Explain { received_on, text } => {
                said(&text)?;
                self.explanations.push(Explanation { received_on: past(received_on, today)?, text });
                json!({ "received_on": received_on })
            }
            Step::Warn { comply_by, note } => {
                self.comply_by = Some(comply_by);
                self.note(cx, PolicyStep::Warning, true, Some(comply_by), Some(note))?
            }
            Step::SkipPolicyStep { skipped, reason } => self.note(cx, skipped, false, None, Some(reason))?,
            Step::CompleteEvidence { sufficient_on, excuse } => {
                self.complete(cx, scheme, offences, sufficient_on, excuse)?
            }
            Step::ProposeExtension { ground, last_on, reason } => {
                self.propose_extension(cx, ground, last_on, reason)?
            }
            Step::ApproveExtension => self.approve_extension(cx)?,
            Step::ChoosePenalty { reason } => self.choose(Path::Penalty, reason)?,
            Step::ChooseProsecution { reason } => {
                self.prosecution = Some(Prosecution::default());
                self.choose(Path::Prosecution, reason)?
            }
            Step::Comply { note: reason } | Step::CloseNoAction { reason } => self.because(reason)?,
            Step::Withdraw { reason } => {
                (self.pence, self.pay_by) = (None, None);
                self.because(reason)?
            }
            Step::DraftIntent { working, reasons, particulars, addition } => {
                self.in_time(today)?;
                self.draft_intent(cx, working.amount(scheme, offences)?, reasons, particulars, addition)?
            }
            Step::ApproveIntent => {
                self.in_time(today)?;
                approve(cx, self.intent.as_mut())?
            }
            Step::GiveIntent { served } => self.give_intent(served)?,
            Step::LoseService { reason } => self.lose_service(reason)?,
            Step::Represent { received_on, party, text } => self.represent(today, received_on, party, text)?,
            Step::Consider { number, consideration } => self.consider(cx, number, consideration)?,
            Step::EndRepresentations => self.representations_over(today)?,
            Step::DraftFinal { working, reasons } => {
                self.draft_final(cx, working.amount(scheme, offences)?, reasons)?
            }
            Step::ApproveFinal => approve(cx, self.final_notice.as_mut())?,
            Step::GiveFinal { served } => self.give_final(served)?,
            Step::Reduce { pence, reason } => self.reduce(pence, reason)?,
            Step::Settle | Step::Unsettle => json!({ "pence": self.pence }),
            Step::BecomeDebt => match self.pay_by {
                Some(last) if today <= last => return Err(Refusal::MayBePaid(last)),
                _ => json!({ "pay_by": self.pay_by }),
            },
            Step::Appeal { reference, lodged_on } => self.lodge(today, reference, lodged_on)?,
            Step::DecideAppeal { outcome, pence, decided_on, order } => {
                self.decide_appeal(today, outcome, pence, decided_on, order)?
            }
            Step::GoToCourt { reference, begun_on } => self.go_to_court(today, reference, begun_on)?,
            Step::EndProsecution { outcome, ended_on, order } => {
                self.end_prosecution(today, outcome, ended_on, order)?
            }
        };
        Ok(told)
    }

    fn limit_by(&mut self, limit: Counted) {
        if limit.on() != self.limitation_on {
            self.alerted = None;
        }
        self.limitation_on = limit.on();
        self.limitation_basis = limit;
    }

    fn choose(&mut self, path: Path, reason: String) -> Result<Value, Refusal> {
        self.path = Some(path);
        self.because(reason)
    }

    fn because(&mut self, reason: String) -> Result<Value, Refusal> {
        said(&reason)?;
        let told = json!({ "reason": reason });
        self.reason = Some(reason);
        Ok(told)
    }

    fn in_time(&self, day: NaiveDate) -> Result<(), Refusal> {
        if day > self.limitation_on { Err(Refusal::OutOfTime(self.limitation_on)) } else { Ok(()) }
    }

    /// Refuses a penalty or a prosecution where another case about the same conduct of the same person has led to either.
    ///
    /// # Errors
    /// [`Refusal::ChosenAlready`].
    pub fn allows_beside(other: &Self) -> Result<(), Refusal> {
        match other.path {
            Some(path) if !other.state.is_dropped() => {
                Err(Refusal::ChosenAlready(format!(" in {}", other.reference), path))
            }
            _ => Ok(()),
        }
    }
}

/// The account of whoever acts; a machine answers for nothing.
fn answerable(cx: &Context) -> Result<AccountId, Refusal> {
    cx.actor.account.filter(|_| cx.actor.role != Role::System).ok_or(Refusal::NotByMachine)
}

fn past(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    if day > today { Err(Refusal::InFuture) } else { Ok(day) }
}

fn not_before(day: NaiveDate, first: Option<NaiveDate>) -> Result<(), Refusal> {
    first.filter(|first| day < *first).map_or(Ok(()), |first| Err(Refusal::Before(first)))
}

fn said(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(()) }
}
