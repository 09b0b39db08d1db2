//! Proceedings on a licence: to vary it (s.92) or to revoke it (s.93), from the first words to the day on which that takes
//! effect (Schedule 5, Part 2).

#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::calendar::{CannotCount, Counted, Occasion, Trigger};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, LicenceId, PartyId, ProceedingId, PropertyId, words};
use super::notice::{APPEAL_WITHIN, NoticeKind, consultation_end};
use super::scheme::Policy;

words! {
    /// What is to be done with the licence.
    ProceedingKind {
        /// It is to be varied (s.92).
        Variation = "variation",
        /// It is to be revoked (s.93).
        Revocation = "revocation",
    }
}

words! {
    /// How far proceedings are.
    ProceedingState {
        /// Begun; nobody was told formally yet.
        Opened = "opened",
        /// The proposal is served on everybody, and the consultation runs.
        Consulting = "consulting",
        /// The consultation is over: a decision is due.
        DecisionDue = "decision_due",
        /// Decided without the holder's agreement: it takes effect when appeals are spent.
        Decided = "decided",
        /// An appeal runs.
        Appealed = "appealed",
        /// In effect.
        Operative = "operative",
        /// The council refused what was asked for.
        Refused = "refused",
        /// An appeal was allowed: nothing comes of it.
        Overturned = "overturned",
        /// Given up before a decision.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Why a licence may be varied or revoked (ss.92 and 93).
    ProceedingGround {
        /// The holder agrees.
        Agreement = "agreement",
        /// Circumstances have changed, which includes new information (s.92).
        ChangeOfCircumstances = "change_of_circumstances",
        /// A serious breach of a condition, or repeated breaches (s.93).
        SeriousBreach = "serious_breach",
        /// The holder is no longer fit and proper (s.93).
        HolderNotFit = "holder_not_fit",
        /// Somebody in the management is no longer fit and proper (s.93).
        ManagerNotFit = "manager_not_fit",
        /// The home ceased to be a house of Part 3 (s.93).
        NotPartThree = "not_part_three",
        /// A licence under Part 2 was granted: the home became a house in multiple occupation (s.93).
        PartTwoLicence = "part_two_licence",
        /// The structure of the home would not be licensed today (s.93).
        Structure = "structure",
    }
}

words! {
    /// Why a decision is made without notice of a proposal before it (Schedule 5, Part 2).
    WithoutNotice {
        /// The holder agrees, and the council thinks that a notice would not be appropriate.
        Agreed = "agreed",
        /// The variation is not material.
        NotMaterial = "not_material",
        /// It does not differ materially from one that a notice told of before.
        AlreadyNotified = "already_notified",
    }
}

words! {
    /// What a notice proposes in proceedings on a licence, and so what may be decided after its consultation.
    Proposed {
        /// To vary or to revoke the licence.
        Change = "change",
        /// To refuse what was asked for (Schedule 5, paragraphs 19 to 21 and 26 to 28).
        Refusal = "refusal",
    }
}

/// What a variation changes of a licence. The holder cannot change: a licence is not transferable (s.91).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Who is to manage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_id: Option<PartyId>,
    /// Which agent is to get copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<PartyId>,
    /// The last day, earlier or later: never later than a grant could have made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<NaiveDate>,
    /// The terms that are added, taken away or put otherwise, in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 4000)]
    pub terms: Option<String>,
}

/// Proceedings on a licence.
#[derive(Clone, Debug, PartialEq)]
pub struct Proceeding {
    /// Their identifier.
    pub id: ProceedingId,
    /// What people call them, such as "PRO/2025/00001".
    pub reference: String,
    /// The licence.
    pub licence_id: LicenceId,
    /// Its home, which names the case.
    pub property_id: PropertyId,
    /// To vary or to revoke.
    pub kind: ProceedingKind,
    /// How far they are.
    pub state: ProceedingState,
    /// The ground.
    pub ground: ProceedingGround,
    /// Who asked for it; nobody where the council began.
    pub asked_by: Option<PartyId>,
    /// What a variation changes.
    pub changes: Option<Changes>,
    /// The day on which they began.
    pub opened_on: NaiveDate,
    /// What the newest notice that was served on everybody proposes; once an appeal against a refusal was allowed, the change
    /// that the tribunal orders.
    pub proposed: Option<Proposed>,
    /// The last day of the consultation.
    pub consultation_ends_on: Option<NaiveDate>,
    /// Why it is that day.
    pub consultation_basis: Option<Counted>,
    /// Whether the holder agreed to what was decided.
    pub is_agreed: bool,
    /// Why no notice of a proposal went before the decision.
    pub without_notice: Option<WithoutNotice>,
    /// The day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// The first day on which it has effect, if appeals leave it so.
    pub operative_on: Option<NaiveDate>,
    /// Why it is that day.
    pub operative_basis: Option<Counted>,
    /// Why it is proposed, and then why it was decided so.
    pub reason: String,
    /// Counts changes.
    pub revision: i64,
    /// When they were recorded.
    pub created_at: DateTime<Utc>,
}

/// How proceedings begin.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What people will call them.
    pub reference: String,
    /// The licence.
    pub licence_id: LicenceId,
    /// Its home.
    pub property_id: PropertyId,
    /// To vary or to revoke.
    pub kind: ProceedingKind,
    /// The ground.
    pub ground: ProceedingGround,
    /// Who asked for it.
    pub asked_by: Option<PartyId>,
    /// What a variation changes.
    pub changes: Option<Changes>,
    /// Why.
    pub reason: String,
}

/// A step of proceedings.
#[derive(Clone, Debug, PartialEq)]
pub enum ProceedingStep {
    /// The proposal was served on everybody.
    Propose {
        /// What it proposes.
        what: Proposed,
        /// The day of the last service.
        last_served_on: NaiveDate,
        /// The last day that the notice states.
        stated: Option<Counted>,
        /// Whether it takes the place of an earlier proposal with other terms.
        is_modified: bool,
    },
    /// Somebody's copy of the proposal came back, or somebody else is to get it.
    LoseService,
    /// The consultation is over and representations were considered.
    EndConsultation,
    /// The licence is to be varied or revoked.
    Decide {
        /// Whether the holder agrees; then it takes effect at once.
        agreed: bool,
        /// Why no notice of a proposal went before.
        without_notice: Option<WithoutNotice>,
        /// The reasons.
        reason: String,
    },
    /// The council refuses what was asked for.
    Refuse {
        /// The reasons.
        reason: String,
    },
    /// An appeal was lodged.
    Appeal,
    /// The last appeal ended, and the decision stands.
    EndAppeal {
        /// The day of the tribunal's decision.
        on: NaiveDate,
        /// The tribunal's reference.
        reference: String,
    },
    /// An appeal was allowed.
    Overturn {
        /// The tribunal's reference.
        reference: String,
    },
    /// The time for appeals is over, or they are spent: what was decided takes effect.
    TakeEffect,
    /// They are given up.
    Withdraw {
        /// Why.
        reason: String,
    },
}

/// Why something about proceedings is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not from this state.
    #[error("proceedings that are {0} cannot take the step \"{1}\"")]
    NotFromHere(ProceedingState, &'static str),
    /// A ground of the other section.
    #[error("{1} is no ground for a {0}: choose another")]
    NotAGround(ProceedingKind, ProceedingGround),
    /// A variation of nothing, or a revocation with new terms.
    #[error("say what a variation changes, and nothing for a revocation: changes")]
    Changes,
    /// Decided without a proposal.
    #[error(
        "a decision comes after a notice of the proposal and its consultation: serve one, or say in without_notice why none is needed"
    )]
    NoticeNeeded,
    /// What is to be decided is not what the consultation was about.
    #[error(
        "the consultation was about refusing what was asked for: serve a notice that proposes the {0}, or say in without_notice why none is needed"
    )]
    RefusalProposed(ProceedingKind),
    /// Refused without a notice that a refusal is proposed.
    #[error(
        "a refusal comes after a notice that proposes it and its consultation: serve {0} first (Schedule 5, paragraphs 19 to 21 and 26 to 28)"
    )]
    RefusalNoticeNeeded(NoticeKind),
    /// A notice of something else.
    #[error("in these proceedings a notice proposes {0} or, where somebody asked, {1}")]
    NotItsProposal(NoticeKind, NoticeKind),
    /// A reason for having no notice, where one was served or that is not for this.
    #[error("{0} is no reason here for deciding without notice")]
    NotWithout(WithoutNotice),
    /// Refused what nobody asked for.
    #[error("nobody asked for this: withdraw the proceedings instead")]
    NobodyAsked,
    /// The consultation runs.
    #[error("the consultation runs until {0}: it can be ended afterwards")]
    Consulting(NaiveDate),
    /// Somebody's copy came back.
    #[error("the proposal is not served on everybody: see its notice for whose copy came back")]
    NotServed,
    /// Appeals may still come.
    #[error("it takes effect on {0}, when the time for appeals is over")]
    Appealable(NaiveDate),
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// Words are missing.
    #[error("say why: reason is empty")]
    NoReason,
    /// A date could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFromHere(..) => "proceeding-state",
            Self::NotAGround(..) => "not-a-ground",
            Self::Changes => "changes-needed",
            Self::NoticeNeeded | Self::RefusalProposed(_) | Self::RefusalNoticeNeeded(_) => "notice-needed",
            Self::NotItsProposal(..) => "not-its-proposal",
            Self::NotWithout(_) => "not-without-notice",
            Self::NobodyAsked => "nobody-asked",
            Self::Consulting(_) => "consultation-running",
            Self::NotServed => "not-served",
            Self::Appealable(_) => "appealable",
            Self::InFuture => "in-future",
            Self::NoReason => "no-reason",
            Self::Counting(_) => "cannot-count",
        }
    }
}

impl ProceedingGround {
    /// Whether the Act knows it for this.
    #[must_use]
    pub fn is_for(self, kind: ProceedingKind) -> bool {
        match self {
            Self::Agreement => true,
            Self::ChangeOfCircumstances => kind == ProceedingKind::Variation,
            Self::SeriousBreach | Self::HolderNotFit | Self::ManagerNotFit => kind == ProceedingKind::Revocation,
            Self::NotPartThree | Self::PartTwoLicence | Self::Structure => kind == ProceedingKind::Revocation,
        }
    }
}

impl WithoutNotice {
    /// Whether it can be the reason for a decision.
    #[must_use]
    pub fn is_for(self, kind: ProceedingKind, agreed: bool) -> bool {
        match self {
            Self::Agreed => agreed,
            Self::NotMaterial | Self::AlreadyNotified => kind == ProceedingKind::Variation,
        }
    }
}

impl ProceedingKind {
    /// The notice that proposes it.
    #[must_use]
    pub fn proposal(self) -> NoticeKind {
        match self {
            Self::Variation => NoticeKind::ProposedVariation,
            Self::Revocation => NoticeKind::ProposedRevocation,
        }
    }

    /// The notice that proposes to refuse it.
    #[must_use]
    pub fn proposed_refusal(self) -> NoticeKind {
        match self {
            Self::Variation => NoticeKind::ProposedRefusalToVary,
            Self::Revocation => NoticeKind::ProposedRefusalToRevoke,
        }
    }

    /// What a notice of that kind proposes in proceedings of this kind; none if it is for others.
    #[must_use]
    pub fn proposed_by(self, kind: NoticeKind) -> Option<Proposed> {
        if kind == self.proposal() {
            Some(Proposed::Change)
        } else if kind == self.proposed_refusal() {
            Some(Proposed::Refusal)
        } else {
            None
        }
    }

    /// The notice that it was decided.
    #[must_use]
    pub fn decision(self) -> NoticeKind {
        match self {
            Self::Variation => NoticeKind::Variation,
            Self::Revocation => NoticeKind::Revocation,
        }
    }

    /// The notice that it was refused.
    #[must_use]
    pub fn refusal(self) -> NoticeKind {
        match self {
            Self::Variation => NoticeKind::RefusalToVary,
            Self::Revocation => NoticeKind::RefusalToRevoke,
        }
    }
}

impl ProceedingState {
    /// The state that a step leads to from this one; `None` if it leads nowhere from here.
    #[must_use]
    pub fn after(self, step: &ProceedingStep) -> Option<Self> {
        use ProceedingState as S;
        use ProceedingStep as P;
        let to = match step {
            P::Propose { .. } if matches!(self, S::Opened | S::Consulting | S::DecisionDue) => S::Consulting,
            P::LoseService if self == S::Consulting => S::Consulting,
            P::EndConsultation if self == S::Consulting => S::DecisionDue,
            P::Decide { agreed: true, .. } if matches!(self, S::Opened | S::DecisionDue) => S::Operative,
            P::Decide { agreed: false, .. } if matches!(self, S::Opened | S::DecisionDue) => S::Decided,
            P::Refuse { .. } if matches!(self, S::Opened | S::DecisionDue) => S::Refused,
            P::Appeal if matches!(self, S::Decided | S::Appealed) => S::Appealed,
            P::EndAppeal { .. } if self == S::Appealed => S::Decided,
            P::Overturn { .. } if matches!(self, S::Decided | S::Appealed) => S::Overturned,
            P::Overturn { .. } if self == S::Refused => S::DecisionDue,
            P::TakeEffect if self == S::Decided => S::Operative,
            P::Withdraw { .. } if matches!(self, S::Opened | S::Consulting | S::DecisionDue) => S::Withdrawn,
            _ => return None,
        };
        Some(to)
    }

    /// Whether nothing is to be done any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Operative | Self::Refused | Self::Overturned | Self::Withdrawn)
    }
}

impl ProceedingStep {
    /// The step's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Propose { .. } => "propose",
            Self::LoseService => "lose_service",
            Self::EndConsultation => "end_consultation",
            Self::Decide { .. } => "decide",
            Self::Refuse { .. } => "refuse",
            Self::Appeal => "appeal",
            Self::EndAppeal { .. } => "end_appeal",
            Self::Overturn { .. } => "overturn",
            Self::TakeEffect => "take_effect",
            Self::Withdraw { .. } => "withdraw",
        }
    }
}

impl Proceeding {
    /// Proceedings begin.
    ///
    /// # Errors
    /// A [`Refusal`] of a ground that the Act does not know for this, a variation of nothing, or without words.
    pub fn open(cx: &Context, opening: Opening) -> Result<Change<Self>, Refusal> {
        said(&opening.reason)?;
        if !opening.ground.is_for(opening.kind) {
            return Err(Refusal::NotAGround(opening.kind, opening.ground));
        }
        let changes = opening.changes.filter(|changes| *changes != Changes::default());
        if changes.is_some() != (opening.kind == ProceedingKind::Variation) {
            return Err(Refusal::Changes);
        }
        let id = ProceedingId::new(cx);
        let facts = json!({
            "reference": opening.reference, "licence": opening.licence_id, "kind": opening.kind, "ground": opening.ground,
            "asked_by": opening.asked_by, "changes": changes, "reason": opening.reason,
        });
        let proceeding = Self {
            id,
            reference: opening.reference,
            licence_id: opening.licence_id,
            property_id: opening.property_id,
            kind: opening.kind,
            state: ProceedingState::Opened,
            ground: opening.ground,
            asked_by: opening.asked_by,
            changes,
            opened_on: cx.today(),
            proposed: None,
            consultation_ends_on: None,
            consultation_basis: None,
            is_agreed: false,
            without_notice: None,
            decided_on: None,
            decided_by: None,
            operative_on: None,
            operative_basis: None,
            reason: opening.reason,
            revision: 1,
            created_at: cx.now,
        };
        let chain = Chain::Case(proceeding.property_id);
        Ok(Change::new(cx, chain, Happening::ProceedingOpened, &id, facts, proceeding))
    }

    /// Proceedings take a step.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn take(mut self, cx: &Context, policy: &Policy, step: ProceedingStep) -> Result<Change<Self>, Refusal> {
        let from = self.state;
        let to = from.after(&step).ok_or(Refusal::NotFromHere(from, step.name()))?;
        let words = match &step {
            ProceedingStep::EndAppeal { reference, .. } | ProceedingStep::Overturn { reference } => {
                Some(reference.clone())
            }
            _ => None,
        };
        let name = step.name();
        self.enter(cx, policy, step)?;
        self.state = to;
        let facts = json!({
            "step": name, "from": from, "to": to, "proposed": self.proposed, "consultation": self.consultation_basis, "agreed": self.is_agreed,
            "without_notice": self.without_notice, "decided_on": self.decided_on, "operative": self.operative_basis,
            "reason": self.reason, "tribunal": words,
        });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::ProceedingMoved, &self.id.clone(), facts, self))
    }

    fn enter(&mut self, cx: &Context, policy: &Policy, step: ProceedingStep) -> Result<(), Refusal> {
        let today = cx.today();
        match step {
            ProceedingStep::Propose { what, last_served_on, stated, is_modified } => {
                self.proposed = Some(what);
                self.consult(Some(consultation_end(policy, is_modified, last_served_on, stated.as_ref())?));
            }
            ProceedingStep::LoseService => self.consult(None),
            ProceedingStep::EndConsultation => match self.consultation_ends_on {
                Some(ends) if today <= ends => return Err(Refusal::Consulting(ends)),
                Some(_) => {}
                None => return Err(Refusal::NotServed),
            },
            ProceedingStep::Decide { agreed, without_notice, reason } => {
                self.may_decide(agreed, without_notice)?;
                self.is_agreed = agreed;
                self.without_notice = without_notice;
                self.decide(cx, reason)?;
                let operative = if agreed { at_once(today)? } else { after_appeals(today)? };
                self.operate(operative);
            }
            ProceedingStep::Refuse { reason } => {
                self.may_refuse(policy)?;
                self.decide(cx, reason)?;
            }
            ProceedingStep::Appeal => (self.operative_on, self.operative_basis) = (None, None),
            ProceedingStep::EndAppeal { on, .. } if on > today => return Err(Refusal::InFuture),
            ProceedingStep::EndAppeal { on, reference } => {
                self.operate(Counted::chosen(on, "the tribunal", &reference)?)
            }
            ProceedingStep::Overturn { .. } => {
                (self.operative_on, self.operative_basis) = (None, None);
                (self.decided_on, self.decided_by) = (None, None);
                // Only a refusal leaves something to decide: what was asked for, as the tribunal orders.
                self.proposed = Some(Proposed::Change);
            }
            ProceedingStep::TakeEffect => match self.operative_on {
                Some(on) if on > today => return Err(Refusal::Appealable(on)),
                _ => {}
            },
            ProceedingStep::Withdraw { reason } => {
                said(&reason)?;
                self.reason = reason;
            }
        }
        Ok(())
    }

    fn consult(&mut self, ends: Option<Counted>) {
        self.consultation_ends_on = ends.as_ref().map(Counted::on);
        self.consultation_basis = ends;
    }

    fn decide(&mut self, cx: &Context, reason: String) -> Result<(), Refusal> {
        said(&reason)?;
        self.reason = reason;
        self.decided_on = Some(cx.today());
        self.decided_by = cx.actor.account;
        Ok(())
    }

    fn operate(&mut self, from: Counted) {
        self.operative_on = Some(from.on());
        self.operative_basis = Some(from);
    }

    /// What a notice of that kind proposes here, if it may be written now.
    ///
    /// # Errors
    /// A [`Refusal`] from a state that takes no proposal, of a notice of other proceedings, or of a refusal of what nobody asked for.
    pub fn proposal(&self, kind: NoticeKind) -> Result<Proposed, Refusal> {
        let other = Refusal::NotItsProposal(self.kind.proposal(), self.kind.proposed_refusal());
        let what = self.kind.proposed_by(kind).ok_or(other)?;
        if what == Proposed::Refusal && self.asked_by.is_none() {
            return Err(Refusal::NobodyAsked);
        }
        let trial = ProceedingStep::Propose { what, last_served_on: self.opened_on, stated: None, is_modified: false };
        self.state.after(&trial).ok_or(Refusal::NotFromHere(self.state, trial.name()))?;
        Ok(what)
    }

    /// A decision needs a consultation about itself before it, or a reason for having none.
    fn may_decide(&self, agreed: bool, without: Option<WithoutNotice>) -> Result<(), Refusal> {
        let consulted = self.consulted_on();
        match without {
            None if consulted == Some(Proposed::Change) => Ok(()),
            None if consulted == Some(Proposed::Refusal) => Err(Refusal::RefusalProposed(self.kind)),
            None => Err(Refusal::NoticeNeeded),
            Some(why) if consulted == Some(Proposed::Change) || !why.is_for(self.kind, agreed) => {
                Err(Refusal::NotWithout(why))
            }
            Some(_) => Ok(()),
        }
    }

    /// A refusal needs somebody who asked and, unless the scheme says otherwise, a consultation about it.
    fn may_refuse(&self, policy: &Policy) -> Result<(), Refusal> {
        self.asked_by.ok_or(Refusal::NobodyAsked)?;
        if policy.consult_before_refusing && self.consulted_on() != Some(Proposed::Refusal) {
            return Err(Refusal::RefusalNoticeNeeded(self.kind.proposed_refusal()));
        }
        Ok(())
    }

    /// What the consultation was about that is over.
    fn consulted_on(&self) -> Option<Proposed> {
        self.proposed.filter(|_| self.state == ProceedingState::DecisionDue)
    }
}

fn at_once(today: NaiveDate) -> Result<Counted, CannotCount> {
    Counted::chosen(today, "the Act", "the holder agrees, so it takes effect on the day of the decision (ss.92 and 93)")
}

/// What is not agreed takes effect on the day after the last one for an appeal (Schedule 5, Part 3).
fn after_appeals(decided_on: NaiveDate) -> Result<Counted, CannotCount> {
    let last = Counted::days_beginning_with(APPEAL_WITHIN, Trigger::new(decided_on, Occasion::Decision))?.on();
    let on = last.succ_opt().ok_or(CannotCount::BeyondCalendar { from: last })?;
    let why = format!("the last day for an appeal is {last}, {APPEAL_WITHIN} days beginning with the decision");
    Counted::chosen(on, "the Act", &why)
}

fn said(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(()) }
}
