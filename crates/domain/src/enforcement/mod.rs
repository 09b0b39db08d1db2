//! An enforcement case: from an offence under s.95 to its outcome, by a civil penalty or by prosecution, and never by both.
//!
//! [`CaseState::after`] is the one table of which step leads where; [`Case::take`] adds what each step asks for.

mod account;
mod letter;
mod particulars;
mod penalty;
mod refusal;
mod step;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use account::{AccountRefusal, PenaltyAccount, PenaltyEntry, PenaltyEntryKind, Receipt, Sums};
pub use letter::{CaseLetter, CaseLetterKind, CaseLetterSays, Considered, Penalty, StatedDay};
pub use particulars::{Behind, Came, Demanded, particulars};
pub use penalty::{Amount, Factor, FactorKind, PenaltyNotice, PenaltyNoticeKind, Working};
pub use refusal::Refusal;
pub use step::{CaseState, Path, Step};

use super::actor::Role;
use super::breach::{Breach, BreachState, LIMITATION_MONTHS};
use super::calendar::{BankHolidays, Counted, Occasion, Trigger};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, BreachId, EnforcementId, LetterId, LicenceId, OffenceId, PartyId, PropertyId, words};
use super::property::Capacity;
use super::scheme::{Enforcement, OffenceKind, PolicyStep};
use super::service::Served;
use super::task::{Need, TaskKind};

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

words! {
    /// The grounds on which a notice of intent may come after the limitation date.
    ExtensionGround {
        /// The conduct went on: six months run from its last day (Schedule 13A).
        ContinuingConduct = "continuing_conduct",
    }
}

words! {
    /// What the tribunal made of an appeal.
    PenaltyAppealOutcome {
        /// The notice stands.
        Confirmed = "confirmed",
        /// It stands with another amount.
        Varied = "varied",
        /// It is cancelled.
        Cancelled = "cancelled",
        /// The appeal was given up: the notice stands.
        GivenUp = "given_up",
    }
}

words! {
    /// How a prosecution ended.
    CourtOutcome {
        /// Convicted.
        Convicted = "convicted",
        /// Acquitted.
        Acquitted = "acquitted",
        /// Given up in court.
        Discontinued = "discontinued",
        /// Never brought: the lawyers returned the file.
        NotBrought = "not_brought",
    }
}

impl PenaltyAppealOutcome {
    pub(super) fn state(self) -> CaseState {
        match self {
            Self::Confirmed | Self::GivenUp => CaseState::Confirmed,
            Self::Varied => CaseState::Varied,
            Self::Cancelled => CaseState::Cancelled,
        }
    }
}

impl CourtOutcome {
    /// The state in which it can come about.
    pub(super) fn from(self) -> CaseState {
        if self == Self::NotBrought { CaseState::FileToLegal } else { CaseState::Court }
    }
}

/// Days for representations and for payment, beginning with the day after the notice was given (Schedule 13A).
pub const NOTICE_DAYS: u32 = 28;
/// Days for an appeal, likewise.
pub const APPEAL_DAYS: u32 = 28;

/// A step of the council's policy that was taken, or the reason for skipping it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PolicyNote {
    /// Which.
    pub step: PolicyStep,
    /// Whether it was taken.
    pub taken: bool,
    /// When that was entered.
    pub on: NaiveDate,
    /// By when an answer or compliance was asked for.
    pub until: Option<NaiveDate>,
    /// What was said, or why it was skipped.
    pub note: Option<String>,
    /// By whom.
    pub by: Option<AccountId>,
    /// The letter that invites to explain, where the service wrote it.
    #[serde(default)]
    pub letter_id: Option<LetterId>,
}

/// What the person who is suspected said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Explanation {
    /// The day on which it came in.
    pub received_on: NaiveDate,
    /// What it says.
    pub text: String,
}

/// More time for a notice of intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    /// The ground.
    pub ground: ExtensionGround,
    /// What shows it.
    pub reason: String,
    /// The last day that it gives, and why.
    pub until: Counted,
    /// Who proposed it.
    pub proposer: AccountId,
    /// Who approved it; without that, it gives nothing.
    pub approver: Option<AccountId>,
}

/// What somebody said of a notice of intent, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Representation {
    /// The day on which it came in.
    pub received_on: NaiveDate,
    /// Whose it is, where they are on record.
    pub party_id: Option<PartyId>,
    /// What it says.
    pub text: String,
    /// How it was considered.
    pub consideration: Option<String>,
    /// By whom.
    pub considered_by: Option<AccountId>,
}

/// An appeal against the final notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PenaltyAppeal {
    /// The tribunal's reference.
    pub reference: String,
    /// The day on which it was lodged.
    pub lodged_on: NaiveDate,
    /// Whether that was in time; a tribunal can allow more.
    pub is_in_time: bool,
    /// What became of it.
    pub outcome: Option<PenaltyAppealOutcome>,
    /// The amount, where it was varied.
    pub pence: Option<i32>,
    /// The day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// What was ordered.
    pub order: Option<String>,
}

/// A prosecution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Prosecution {
    /// The court's reference.
    pub reference: Option<String>,
    /// The day on which proceedings were begun.
    pub begun_on: Option<NaiveDate>,
    /// How it ended.
    pub outcome: Option<CourtOutcome>,
    /// When.
    pub ended_on: Option<NaiveDate>,
    /// The order, or why nothing came of it.
    pub order: Option<String>,
}

/// One offence of a case: what was done or left undone, and when. Breaches are kept condition by condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Offence {
    /// Its identifier.
    pub id: OffenceId,
    /// The case.
    pub case_id: EnforcementId,
    /// The home.
    pub property_id: PropertyId,
    /// The offence.
    pub kind: OffenceKind,
    /// The licence whose condition it is.
    pub licence_id: Option<LicenceId>,
    /// The number of the condition.
    pub condition: Option<String>,
    /// The breach that was confirmed.
    pub breach_id: Option<BreachId>,
    /// What was done or left undone.
    pub act: String,
    /// When.
    pub happened_on: NaiveDate,
    /// The last day for a notice of intent, from its earliest arguable day.
    pub limitation_on: NaiveDate,
    /// Why it is that day.
    pub limitation_basis: Counted,
    /// The same for the same conduct in whatever case it is named.
    pub conduct: String,
}

/// An offence as it is named.
#[derive(Clone, Debug)]
pub struct Naming {
    /// The offence.
    pub kind: OffenceKind,
    /// The licence whose condition it is.
    pub licence_id: Option<LicenceId>,
    /// The number of the condition.
    pub condition: Option<String>,
    /// The breach that was confirmed.
    pub breach_id: Option<BreachId>,
    /// What was done or left undone.
    pub act: String,
    /// When.
    pub happened_on: NaiveDate,
    /// The last day for a notice of intent.
    pub limitation: Counted,
}

impl Naming {
    /// What a confirmed breach comes to: the offence is of the day after the due date, and its clock is the breach's own.
    ///
    /// # Errors
    /// A [`Refusal`] unless an officer confirmed it.
    pub fn of_breach(breach: &Breach, act: String) -> Result<Self, Refusal> {
        if breach.state != BreachState::Confirmed {
            return Err(Refusal::NotConfirmed);
        }
        Ok(Self {
            kind: OffenceKind::Condition,
            licence_id: Some(breach.licence_id),
            condition: breach.condition.clone(),
            breach_id: Some(breach.id),
            act,
            happened_on: breach.due_on + Days::new(1),
            limitation: breach.limitation_basis.clone(),
        })
    }

    /// The last day for a notice of intent where the council could argue sufficient evidence from that day on.
    ///
    /// # Errors
    /// A [`Refusal`] of a day before the offence or in the future.
    pub fn limitation(cx: &Context, happened_on: NaiveDate, arguable_from: NaiveDate) -> Result<Counted, Refusal> {
        if happened_on > cx.today() || arguable_from > cx.today() {
            return Err(Refusal::InFuture);
        }
        if arguable_from < happened_on {
            return Err(Refusal::BeforeOffence(happened_on));
        }
        six_months(arguable_from, Occasion::SufficientEvidence)
    }
}

fn six_months(from: NaiveDate, occasion: Occasion) -> Result<Counted, Refusal> {
    Ok(Counted::months_beginning_with(LIMITATION_MONTHS, Trigger::new(from, occasion))?)
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
        let name = step.name();
        let told = self.enter(cx, scheme, offences, step)?;
        self.state = to;
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

    fn note(
        &mut self,
        cx: &Context,
        step: PolicyStep,
        taken: bool,
        until: Option<NaiveDate>,
        note: Option<String>,
    ) -> Result<Value, Refusal> {
        note.as_deref().map_or(Ok(()), said)?;
        if until.is_some_and(|until| until <= cx.today()) {
            return Err(Refusal::Passed);
        }
        let told = json!({ "policy_step": step, "taken": taken, "until": until, "note": note });
        self.policy.push(PolicyNote {
            step,
            taken,
            on: cx.today(),
            until,
            note,
            by: cx.actor.account,
            letter_id: None,
        });
        Ok(told)
    }

    fn complete(
        &mut self,
        cx: &Context,
        scheme: &Enforcement,
        offences: &[Offence],
        sufficient_on: NaiveDate,
        excuse: String,
    ) -> Result<Value, Refusal> {
        said(&excuse)?;
        past(sufficient_on, cx.today())?;
        if let Some(first) = offences.iter().map(|one| one.happened_on).min().filter(|first| sufficient_on < *first) {
            return Err(Refusal::BeforeOffence(first));
        }
        let is_missing = |step: &&PolicyStep| !self.policy.iter().any(|note| note.step == **step);
        let missing = scheme.policy_steps.iter().filter(is_missing).map(ToString::to_string).collect::<Vec<_>>();
        if !missing.is_empty() {
            return Err(Refusal::PolicyMissing(missing.join(", ")));
        }
        if !self.is_extended() {
            let found = six_months(sufficient_on, Occasion::SufficientEvidence)?;
            self.limit_by(earliest(vec![self.limitation_basis.clone(), found])?);
        }
        self.sufficient_on = Some(sufficient_on);
        self.sufficient_by = Some(answerable(cx)?);
        self.excuse = Some(excuse);
        Ok(json!({ "sufficient_on": sufficient_on, "limitation": self.limitation_basis }))
    }

    fn propose_extension(
        &mut self,
        cx: &Context,
        ground: ExtensionGround,
        last_on: NaiveDate,
        reason: String,
    ) -> Result<Value, Refusal> {
        said(&reason)?;
        let until = six_months(past(last_on, cx.today())?, Occasion::ConductEnd)?;
        let told = json!({ "ground": ground, "until": until, "reason": reason });
        self.extension = Some(Extension { ground, reason, until, proposer: answerable(cx)?, approver: None });
        Ok(told)
    }

    fn approve_extension(&mut self, cx: &Context) -> Result<Value, Refusal> {
        let approver = answerable(cx)?;
        let extension = self.extension.as_mut().filter(|one| one.approver.is_none()).ok_or(Refusal::NoExtension)?;
        if extension.proposer == approver {
            return Err(Refusal::SamePerson);
        }
        extension.approver = Some(approver);
        let until = extension.until.clone();
        let told = json!({ "ground": extension.ground, "limitation": until });
        if until.on() > self.limitation_on {
            self.limit_by(until);
        }
        Ok(told)
    }

    /// Whether more time for the notice of intent was approved.
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.extension.as_ref().is_some_and(|extension| extension.approver.is_some())
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

    fn draft_intent(
        &mut self,
        cx: &Context,
        amount: Amount,
        reasons: String,
        particulars: Vec<String>,
        addition: Option<String>,
    ) -> Result<Value, Refusal> {
        let mut additions = self.intent.take().map(|before| before.additions).unwrap_or_default();
        additions.extend(addition);
        let notice = draft(cx, amount, reasons, particulars, additions)?;
        let told = json!({
            "amount": notice.amount, "reasons": notice.reasons, "particulars": notice.particulars,
            "additions": notice.additions,
        });
        self.intent = Some(notice);
        Ok(told)
    }

    fn give_intent(&mut self, served: Served) -> Result<Value, Refusal> {
        self.in_time(served.deemed.on())?;
        let intent = self.intent.as_mut().ok_or(Refusal::NotFromHere(self.state, "give_intent"))?;
        let ends = intent.period(CaseLetterKind::Intent, &served)?;
        let told = json!({
            "method": served.method, "sent_at": served.dispatched_at, "deemed": served.deemed, "representations": ends,
        });
        intent.served = Some(served);
        intent.ends = Some(ends);
        Ok(told)
    }

    fn lose_service(&mut self, reason: String) -> Result<Value, Refusal> {
        said(&reason)?;
        let is_final = self.state == CaseState::FinalGiven;
        let notice = if is_final { self.final_notice.as_mut() } else { self.intent.as_mut() };
        if let Some(notice) = notice {
            notice.served = None;
            notice.letters.iter_mut().for_each(|letter| letter.is_void = true);
            notice.ends = None;
            notice.appeal_by = None;
        }
        if is_final {
            self.pence = None;
            self.pay_by = None;
        }
        Ok(json!({ "reason": reason }))
    }

    fn represent(
        &mut self,
        today: NaiveDate,
        received_on: NaiveDate,
        party_id: Option<PartyId>,
        text: String,
    ) -> Result<Value, Refusal> {
        said(&text)?;
        past(received_on, today)?;
        let told = json!({ "received_on": received_on, "party": party_id, "number": self.representations.len() + 1 });
        self.representations.push(Representation {
            received_on,
            party_id,
            text,
            consideration: None,
            considered_by: None,
        });
        Ok(told)
    }

    fn consider(&mut self, cx: &Context, number: usize, consideration: String) -> Result<Value, Refusal> {
        said(&consideration)?;
        let place = number.checked_sub(1).and_then(|place| self.representations.get_mut(place));
        let one = place.ok_or(Refusal::NoSuchRepresentation)?;
        if one.consideration.is_some() {
            return Err(Refusal::AlreadyConsidered);
        }
        let told = json!({ "number": number, "consideration": consideration });
        one.consideration = Some(consideration);
        one.considered_by = Some(answerable(cx)?);
        Ok(told)
    }

    fn representations_over(&self, today: NaiveDate) -> Result<Value, Refusal> {
        let ends = self.intent.as_ref().and_then(|intent| intent.ends.as_ref()).map(Counted::on);
        match ends {
            Some(ends) if today > ends => {}
            ends => return Err(Refusal::StillTime(ends.unwrap_or(today))),
        }
        self.all_considered()?;
        Ok(json!({ "ended_on": ends, "representations": self.representations.len() }))
    }

    fn all_considered(&self) -> Result<(), Refusal> {
        let waits = self.representations.iter().position(|one| one.consideration.is_none());
        waits.map_or(Ok(()), |place| Err(Refusal::NotConsidered(place + 1)))
    }

    fn draft_final(&mut self, cx: &Context, amount: Amount, reasons: String) -> Result<Value, Refusal> {
        self.all_considered()?;
        let intent = self.intent.as_ref().ok_or(Refusal::NotFromHere(self.state, "draft_final"))?;
        if amount.pence > intent.amount.pence {
            return Err(Refusal::AboveIntent(super::fees::pounds(i64::from(intent.amount.pence))));
        }
        let notice = draft(cx, amount, reasons, intent.particulars.clone(), intent.additions.clone())?;
        let told = json!({ "amount": notice.amount, "reasons": notice.reasons });
        self.final_notice = Some(notice);
        Ok(told)
    }

    fn give_final(&mut self, served: Served) -> Result<Value, Refusal> {
        let notice = self.final_notice.as_mut().ok_or(Refusal::NotFromHere(self.state, "give_final"))?;
        let ends = notice.period(CaseLetterKind::Final, &served)?;
        let appeal_by = Counted::within_days(APPEAL_DAYS, Trigger::new(served.deemed.on(), Occasion::Service))?;
        let told = json!({
            "method": served.method, "sent_at": served.dispatched_at, "deemed": served.deemed, "pay_by": ends,
            "appeal_by": appeal_by, "pence": notice.amount.pence,
        });
        self.pence = Some(notice.amount.pence);
        self.pay_by = Some(ends.on());
        notice.served = Some(served);
        notice.ends = Some(ends);
        notice.appeal_by = Some(appeal_by);
        Ok(told)
    }

    fn reduce(&mut self, pence: i32, reason: String) -> Result<Value, Refusal> {
        said(&reason)?;
        let now = self.pence.unwrap_or_default();
        if pence < 1 || pence >= now {
            return Err(Refusal::NoReduction(super::fees::pounds(i64::from(now))));
        }
        self.pence = Some(pence);
        let told = json!({ "from_pence": now, "to_pence": pence, "reason": reason });
        self.reason = Some(reason);
        Ok(told)
    }

    fn lodge(&mut self, today: NaiveDate, reference: String, lodged_on: NaiveDate) -> Result<Value, Refusal> {
        said(&reference)?;
        if self.appeal.is_some() {
            return Err(Refusal::AlreadyAppealed);
        }
        let notice = self.final_notice.as_ref();
        let given = notice.and_then(|notice| notice.served.as_ref()).map(|served| served.deemed.on());
        not_before(past(lodged_on, today)?, given)?;
        let last = notice.and_then(|notice| notice.appeal_by.as_ref()).map(Counted::on);
        let is_in_time = last.is_none_or(|last| lodged_on <= last);
        let told = json!({ "reference": reference, "lodged_on": lodged_on, "in_time": is_in_time });
        self.appeal = Some(PenaltyAppeal {
            reference,
            lodged_on,
            is_in_time,
            outcome: None,
            pence: None,
            decided_on: None,
            order: None,
        });
        Ok(told)
    }

    /// What stands of the penalty is to be paid within the same days as before, from the decision.
    fn decide_appeal(
        &mut self,
        today: NaiveDate,
        outcome: PenaltyAppealOutcome,
        pence: Option<i32>,
        decided_on: NaiveDate,
        order: String,
    ) -> Result<Value, Refusal> {
        said(&order)?;
        not_before(past(decided_on, today)?, self.appeal.as_ref().map(|appeal| appeal.lodged_on))?;
        if pence.is_some_and(|pence| pence > 0) != (outcome == PenaltyAppealOutcome::Varied) {
            return Err(Refusal::AmountOfVariation);
        }
        let most = self.final_notice.as_ref().map_or(0, |notice| notice.amount.maximum_pence);
        if let Some(pence) = pence.filter(|pence| *pence > most) {
            let amounts = [pence, most].map(|pence| super::fees::pounds(i64::from(pence)));
            return Err(Refusal::AboveMaximum(amounts[0].clone(), amounts[1].clone()));
        }
        let pay_by = Counted::within_days(NOTICE_DAYS, Trigger::new(decided_on, Occasion::Decision))?;
        let stands = outcome != PenaltyAppealOutcome::Cancelled;
        self.pence = if stands { pence.or(self.pence) } else { None };
        self.pay_by = stands.then(|| pay_by.on());
        let told = json!({
            "outcome": outcome, "pence": self.pence, "decided_on": decided_on, "order": order,
            "pay_by": stands.then_some(pay_by),
        });
        if let Some(appeal) = self.appeal.as_mut() {
            appeal.outcome = Some(outcome);
            appeal.pence = pence;
            appeal.decided_on = Some(decided_on);
            appeal.order = Some(order);
        }
        Ok(told)
    }

    fn go_to_court(&mut self, today: NaiveDate, reference: String, begun_on: NaiveDate) -> Result<Value, Refusal> {
        said(&reference)?;
        past(begun_on, today)?;
        let told = json!({ "reference": reference, "begun_on": begun_on });
        let prosecution = self.prosecution.get_or_insert_default();
        prosecution.reference = Some(reference);
        prosecution.begun_on = Some(begun_on);
        Ok(told)
    }

    fn end_prosecution(
        &mut self,
        today: NaiveDate,
        outcome: CourtOutcome,
        ended_on: NaiveDate,
        order: String,
    ) -> Result<Value, Refusal> {
        said(&order)?;
        let prosecution = self.prosecution.get_or_insert_default();
        not_before(past(ended_on, today)?, prosecution.begun_on)?;
        let told = json!({ "outcome": outcome, "ended_on": ended_on, "order": order });
        prosecution.outcome = Some(outcome);
        prosecution.ended_on = Some(ended_on);
        prosecution.order = Some(order);
        Ok(told)
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

    /// When the next alert is due; those that an earlier alert has overtaken never are.
    fn schedule_alert(&mut self, scheme: &Enforcement) {
        let next = scheme.alert_days.iter().copied().find(|days| self.is_ahead(*days));
        let next = next.filter(|_| self.state.awaits_notice());
        self.alert_on = next.and_then(|days| self.limitation_on.checked_sub_days(Days::new(days.into())));
    }

    fn is_ahead(&self, days: u32) -> bool {
        self.alerted.is_none_or(|last| i64::from(days) < i64::from(last))
    }

    /// Alerts officers that the limitation date is near, once for each of the scheme's days. After nights that were missed, one
    /// alert stands for all that were due.
    #[must_use]
    pub fn alert(mut self, cx: &Context, scheme: &Enforcement, night: NaiveDate) -> Option<(Change<Self>, Need)> {
        self.alert_on.filter(|due| *due <= night)?;
        let left = (self.limitation_on - night).num_days();
        let reached = scheme.alert_days.iter().copied().filter(|days| left <= i64::from(*days));
        let days = reached.filter(|days| self.is_ahead(*days)).min()?;
        self.alerted = i32::try_from(days).ok();
        self.schedule_alert(scheme);
        let need = self.need(left);
        let facts = json!({ "days": days, "limitation": self.limitation_basis, "next": self.alert_on });
        let chain = Chain::Case(self.property_id);
        Some((Change::new(cx, chain, Happening::LimitationNear, &self.id.clone(), facts, self), need))
    }

    fn need(&self, left: i64) -> Need {
        let last = self.limitation_on;
        let when = match left {
            ..0 => format!("the last day for a notice of intent was {last}"),
            0 => "today is the last day for a notice of intent".to_owned(),
            _ => format!("the last day for a notice of intent is {last}, in {left} days"),
        };
        Need {
            kind: TaskKind::LimitationNear,
            key: format!("{} {last} {}", self.id, self.alerted.unwrap_or_default()),
            property_id: Some(self.property_id),
            letter_id: None,
            title: format!("{}: {when}", self.reference),
            detail: format!("The case is {}. {}", self.state, self.limitation_basis.because()),
        }
    }
}

impl Offence {
    fn facts(&self) -> Value {
        json!({
            "id": self.id, "kind": self.kind, "licence": self.licence_id, "condition": self.condition,
            "breach": self.breach_id, "happened_on": self.happened_on, "limitation": self.limitation_basis,
        })
    }
}

/// Of all days that can be argued, the earliest: a notice that is in time by it is in time by every other.
fn earliest(mut limits: Vec<Counted>) -> Result<Counted, Refusal> {
    limits.dedup();
    match limits.len() {
        0 => Err(Refusal::NoOffence),
        1 => Ok(limits.remove(0)),
        _ => Ok(Counted::earliest_of(limits, &BankHolidays::none())?),
    }
}

fn draft(
    cx: &Context,
    amount: Amount,
    reasons: String,
    particulars: Vec<String>,
    additions: Vec<String>,
) -> Result<PenaltyNotice, Refusal> {
    said(&reasons)?;
    Ok(PenaltyNotice {
        amount,
        reasons,
        particulars,
        additions,
        author: answerable(cx)?,
        drafted_on: cx.today(),
        approver: None,
        approved_on: None,
        served: None,
        ends: None,
        appeal_by: None,
        letters: Vec::new(),
    })
}

fn approve(cx: &Context, notice: Option<&mut PenaltyNotice>) -> Result<Value, Refusal> {
    let approver = answerable(cx)?;
    let Some(notice) = notice else { return Err(Refusal::NoReason) };
    if notice.author == approver {
        return Err(Refusal::SamePerson);
    }
    notice.approver = Some(approver);
    notice.approved_on = Some(cx.today());
    Ok(json!({ "author": notice.author, "pence": notice.amount.pence }))
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
