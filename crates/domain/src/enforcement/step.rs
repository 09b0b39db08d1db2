//! The states of an enforcement case, its steps, and the one table of which step leads where.

use chrono::NaiveDate;

use super::penalty::{PenaltyNoticeKind, Working};
use super::{CourtOutcome, ExtensionGround, PenaltyAppealOutcome};
use crate::id::{PartyId, words};
use crate::scheme::PolicyStep;
use crate::service::Served;

words! {
    /// Where an enforcement case is.
    CaseState {
        /// Opened, with its offences.
        Opened = "opened",
        /// Looked into; whoever is suspected is invited to explain.
        Investigating = "investigating",
        /// Warned, with a date for putting it right.
        Warned = "warned",
        /// Closed: it was put right after a warning.
        ClosedComplied = "closed_complied",
        /// The evidence is sufficient; what follows is to be chosen.
        EvidenceComplete = "evidence_complete",
        /// Closed without action, with a reason.
        ClosedNoAction = "closed_no_action",
        /// A penalty was chosen.
        PenaltyChosen = "penalty_chosen",
        /// The notice of intent is written.
        IntentDrafted = "intent_drafted",
        /// The notice of intent is approved by a second person.
        IntentApproved = "intent_approved",
        /// The notice of intent was given: representations may be made.
        IntentGiven = "intent_given",
        /// The time for representations is over: impose, reduce or withdraw.
        FinalDecision = "final_decision",
        /// The final notice is written.
        FinalDrafted = "final_drafted",
        /// The final notice is approved by a second person.
        FinalApproved = "final_approved",
        /// The final notice was given: the penalty is due.
        FinalGiven = "final_given",
        /// Paid in full.
        Paid = "paid",
        /// Not paid in time: a debt.
        Debt = "debt",
        /// Before the tribunal.
        Appealed = "appealed",
        /// The tribunal confirmed it, or the appeal was withdrawn.
        Confirmed = "confirmed",
        /// The tribunal varied its amount.
        Varied = "varied",
        /// The tribunal cancelled it.
        Cancelled = "cancelled",
        /// The council withdrew it.
        Withdrawn = "withdrawn",
        /// Prosecution was chosen: the file is with the lawyers.
        FileToLegal = "file_to_legal",
        /// Before the court.
        Court = "court",
        /// The prosecution ended.
        CourtEnded = "court_ended",
    }
}

words! {
    /// What was chosen for the conduct; never both (s.95(6A) and (6B), s.249A).
    Path {
        /// A civil penalty.
        Penalty = "penalty",
        /// A prosecution.
        Prosecution = "prosecution",
    }
}

/// A step that takes a case from state to state.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The case is looked into.
    Enquire {
        /// What is to be found out.
        note: String,
    },
    /// Whoever is suspected is invited to explain.
    Invite {
        /// By when.
        answer_by: NaiveDate,
    },
    /// They explained.
    Explain {
        /// The day on which it came in.
        received_on: NaiveDate,
        /// What they said.
        text: String,
    },
    /// They are warned. The date is forbearance: it moves no due date.
    Warn {
        /// By when it is to be put right.
        comply_by: NaiveDate,
        /// What is to be done.
        note: String,
    },
    /// A step of the council's policy is skipped.
    SkipPolicyStep {
        /// Which.
        skipped: PolicyStep,
        /// Why.
        reason: String,
    },
    /// It was put right after the warning.
    Comply {
        /// What shows it.
        note: String,
    },
    /// The evidence is sufficient.
    CompleteEvidence {
        /// The first day on which it was.
        sufficient_on: NaiveDate,
        /// What was made of a reasonable excuse (s.95(4)).
        excuse: String,
    },
    /// More time for the notice of intent is asked for, on a named ground.
    ProposeExtension {
        /// The ground.
        ground: ExtensionGround,
        /// The last day of the conduct.
        last_on: NaiveDate,
        /// What shows it.
        reason: String,
    },
    /// A second person approves that.
    ApproveExtension,
    /// A penalty is chosen.
    ChoosePenalty {
        /// Why.
        reason: String,
    },
    /// Prosecution is chosen.
    ChooseProsecution {
        /// Why.
        reason: String,
    },
    /// Nothing more is done.
    CloseNoAction {
        /// Why.
        reason: String,
    },
    /// The notice of intent is written.
    DraftIntent {
        /// How its amount comes about.
        working: Working,
        /// The reasons for proposing it.
        reasons: String,
        /// The particulars that were built from the case.
        particulars: Vec<String>,
        /// What the officer adds to them.
        addition: Option<String>,
    },
    /// A second person approves the notice of intent.
    ApproveIntent,
    /// The notice of intent was served.
    GiveIntent {
        /// How.
        served: Served,
    },
    /// The notice that was given came back: it was not.
    LoseService {
        /// Why.
        reason: String,
    },
    /// Representations about the notice of intent came in.
    Represent {
        /// The day on which they did.
        received_on: NaiveDate,
        /// From whom, where they are on record.
        party: Option<PartyId>,
        /// What they say.
        text: String,
    },
    /// Representations were considered.
    Consider {
        /// Which, from 1.
        number: usize,
        /// How, in the officer's words.
        consideration: String,
    },
    /// The time for representations is over, and all were considered.
    EndRepresentations,
    /// The final notice is written.
    DraftFinal {
        /// How its amount comes about.
        working: Working,
        /// The reasons for imposing it.
        reasons: String,
    },
    /// A second person approves the final notice.
    ApproveFinal,
    /// The final notice was served.
    GiveFinal {
        /// How.
        served: Served,
    },
    /// The council withdraws the notice.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// The council reduces the amount of the final notice.
    Reduce {
        /// To what.
        pence: i32,
        /// Why.
        reason: String,
    },
    /// It is paid in full.
    Settle,
    /// A payment turned out not to be one: it is not paid in full any more.
    Unsettle,
    /// It was not paid in time.
    BecomeDebt,
    /// An appeal to the tribunal was lodged.
    Appeal {
        /// The tribunal's reference.
        reference: String,
        /// The day on which it was lodged.
        lodged_on: NaiveDate,
    },
    /// The tribunal decided.
    DecideAppeal {
        /// What became of it.
        outcome: PenaltyAppealOutcome,
        /// The amount, where it was varied.
        pence: Option<i32>,
        /// The day of the decision.
        decided_on: NaiveDate,
        /// What it orders.
        order: String,
    },
    /// Proceedings were begun.
    GoToCourt {
        /// The court's reference.
        reference: String,
        /// The day on which they were.
        begun_on: NaiveDate,
    },
    /// The prosecution ended.
    EndProsecution {
        /// How.
        outcome: CourtOutcome,
        /// On which day.
        ended_on: NaiveDate,
        /// The order, or why nothing came of it.
        order: String,
    },
}

impl CaseState {
    /// Whether a notice of intent, or proceedings, are still to come: the limitation date matters.
    #[must_use]
    pub fn awaits_notice(self) -> bool {
        use CaseState as S;
        self.is_informal()
            || matches!(self, S::EvidenceComplete | S::FileToLegal | S::PenaltyChosen)
            || matches!(self, S::IntentDrafted | S::IntentApproved)
    }

    /// Whether it is in the informal stage.
    #[must_use]
    pub fn is_informal(self) -> bool {
        matches!(self, Self::Opened | Self::Investigating | Self::Warned)
    }

    /// Whether the council has closed it or taken it back, so that nothing stands against anybody.
    #[must_use]
    pub fn is_dropped(self) -> bool {
        matches!(self, Self::ClosedComplied | Self::ClosedNoAction | Self::Withdrawn | Self::Cancelled)
    }

    /// The state that a step leads to from this one; `None` if it leads nowhere from here.
    #[must_use]
    pub fn after(self, step: &Step) -> Option<Self> {
        use CaseState as S;
        let looked_into = if self == S::Opened { S::Investigating } else { self };
        let to = match step {
            Step::Enquire { .. } if self == S::Opened => S::Investigating,
            Step::Invite { .. } if self.is_informal() => looked_into,
            Step::Explain { .. } if self.is_informal() || self == S::EvidenceComplete => looked_into,
            Step::Warn { .. } if matches!(self, S::Investigating | S::Warned) => S::Warned,
            Step::SkipPolicyStep { .. } if self.is_informal() => self,
            Step::Comply { .. } if self == S::Warned => S::ClosedComplied,
            Step::CompleteEvidence { .. } if matches!(self, S::Investigating | S::Warned) => S::EvidenceComplete,
            Step::ProposeExtension { .. } | Step::ApproveExtension if self.may_extend() => self,
            Step::ChoosePenalty { .. } if self == S::EvidenceComplete => S::PenaltyChosen,
            Step::ChooseProsecution { .. } if self == S::EvidenceComplete => S::FileToLegal,
            Step::CloseNoAction { .. } if self.is_informal() => S::ClosedNoAction,
            Step::CloseNoAction { .. } if matches!(self, S::EvidenceComplete | S::PenaltyChosen | S::IntentDrafted) => {
                S::ClosedNoAction
            }
            Step::DraftIntent { .. } if matches!(self, S::PenaltyChosen | S::IntentDrafted | S::IntentApproved) => {
                S::IntentDrafted
            }
            Step::ApproveIntent if self == S::IntentDrafted => S::IntentApproved,
            Step::GiveIntent { .. } if self == S::IntentApproved => S::IntentGiven,
            Step::LoseService { .. } if self.rests_on(PenaltyNoticeKind::Intent) => S::IntentApproved,
            Step::LoseService { .. } if self.rests_on(PenaltyNoticeKind::Final) => S::FinalApproved,
            Step::Represent { .. } | Step::Consider { .. } if matches!(self, S::IntentGiven | S::FinalDecision) => self,
            Step::EndRepresentations if self == S::IntentGiven => S::FinalDecision,
            Step::DraftFinal { .. } if matches!(self, S::FinalDecision | S::FinalDrafted | S::FinalApproved) => {
                S::FinalDrafted
            }
            Step::ApproveFinal if self == S::FinalDrafted => S::FinalApproved,
            Step::GiveFinal { .. } if self == S::FinalApproved => S::FinalGiven,
            Step::Withdraw { .. } if self.may_be_withdrawn() => S::Withdrawn,
            Step::Reduce { .. } if matches!(self, S::FinalGiven | S::Debt) => self,
            Step::Settle if matches!(self, S::FinalGiven | S::Debt | S::Confirmed | S::Varied) => S::Paid,
            Step::Unsettle if self == S::Paid => S::FinalGiven,
            Step::BecomeDebt if matches!(self, S::FinalGiven | S::Confirmed | S::Varied) => S::Debt,
            Step::Appeal { .. } if matches!(self, S::FinalGiven | S::Debt | S::Paid) => S::Appealed,
            Step::DecideAppeal { outcome, .. } if self == S::Appealed => outcome.state(),
            Step::GoToCourt { .. } if self == S::FileToLegal => S::Court,
            Step::EndProsecution { outcome, .. } if self == outcome.from() => S::CourtEnded,
            _ => return None,
        };
        Some(to)
    }

    /// Whether all that the case has come to since rests on this notice having been given, so that it falls back if that is lost.
    #[must_use]
    pub fn rests_on(self, notice: PenaltyNoticeKind) -> bool {
        match notice {
            PenaltyNoticeKind::Intent => matches!(self, Self::IntentGiven | Self::FinalDecision),
            PenaltyNoticeKind::Final => matches!(self, Self::FinalGiven | Self::Debt),
        }
    }

    fn may_extend(self) -> bool {
        self.awaits_notice() && self != Self::FileToLegal
    }

    /// A notice can be withdrawn at any time (Schedule 13A).
    fn may_be_withdrawn(self) -> bool {
        use CaseState as S;
        matches!(self, S::IntentApproved | S::IntentGiven | S::FinalDecision | S::FinalDrafted)
            || matches!(self, S::FinalApproved | S::FinalGiven | S::Debt | S::Appealed)
    }
}

impl Step {
    /// The step's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enquire { .. } => "enquire",
            Self::Invite { .. } => "invite",
            Self::Explain { .. } => "explain",
            Self::Warn { .. } => "warn",
            Self::SkipPolicyStep { .. } => "skip_policy_step",
            Self::Comply { .. } => "comply",
            Self::CompleteEvidence { .. } => "complete_evidence",
            Self::ProposeExtension { .. } => "propose_extension",
            Self::ApproveExtension => "approve_extension",
            Self::ChoosePenalty { .. } => "choose_penalty",
            Self::ChooseProsecution { .. } => "choose_prosecution",
            Self::CloseNoAction { .. } => "close_no_action",
            Self::DraftIntent { .. } => "draft_intent",
            Self::ApproveIntent => "approve_intent",
            Self::GiveIntent { .. } => "give_intent",
            Self::LoseService { .. } => "lose_service",
            Self::Represent { .. } => "represent",
            Self::Consider { .. } => "consider",
            Self::EndRepresentations => "end_representations",
            Self::DraftFinal { .. } => "draft_final",
            Self::ApproveFinal => "approve_final",
            Self::GiveFinal { .. } => "give_final",
            Self::Withdraw { .. } => "withdraw",
            Self::Reduce { .. } => "reduce",
            Self::Settle => "settle",
            Self::Unsettle => "unsettle",
            Self::BecomeDebt => "become_debt",
            Self::Appeal { .. } => "appeal",
            Self::DecideAppeal { .. } => "decide_appeal",
            Self::GoToCourt { .. } => "go_to_court",
            Self::EndProsecution { .. } => "end_prosecution",
        }
    }

    /// Whether it is a team leader's act.
    #[must_use]
    pub fn decides(&self) -> bool {
        matches!(
            self,
            Self::ChoosePenalty { .. }
                | Self::ChooseProsecution { .. }
                | Self::CloseNoAction { .. }
                | Self::ApproveExtension
                | Self::ApproveIntent
                | Self::EndRepresentations
                | Self::ApproveFinal
                | Self::Withdraw { .. }
                | Self::Reduce { .. }
                | Self::DecideAppeal { .. }
        )
    }

    /// What it chooses for the conduct, if anything.
    #[must_use]
    pub fn chooses(&self) -> Option<Path> {
        match self {
            Self::ChoosePenalty { .. } => Some(Path::Penalty),
            Self::ChooseProsecution { .. } => Some(Path::Prosecution),
            _ => None,
        }
    }
}
