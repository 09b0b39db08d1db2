//! The stages of an application, its steps, and the one table of which step leads where.

use chrono::NaiveDate;

use super::{Found, Tally};
use crate::calendar::Counted;
use crate::document::Document;
use crate::id::{AccountId, words};
use crate::scheme::FeePart;

words! {
    /// The stages of an application.
    Stage {
        /// Being written by the applicant; not received.
        Draft = "draft",
        /// Submitted with signed declarations.
        Submitted = "submitted",
        /// First part of the fee paid.
        PaidA = "paid_a",
        /// Sent back with a list of defects.
        Incomplete = "incomplete",
        /// Duly made: a legal date, which protects the applicant (s.95(3)).
        DulyMade = "duly_made",
        /// Being assessed.
        Assessing = "assessing",
        /// All five findings of s.88 are recorded.
        ProposalReady = "proposal_ready",
        /// Proposed grant served, consultation running (Schedule 5).
        ConsultingGrant = "consulting_grant",
        /// Proposed refusal served, consultation running (Schedule 5).
        ConsultingRefusal = "consulting_refusal",
        /// Consultation over, decision due.
        DecisionDue = "decision_due",
        /// Waiting for the second part of the fee.
        AwaitingB = "awaiting_b",
        /// Granted: a licence exists.
        Granted = "granted",
        /// Refused.
        Refused = "refused",
        /// Withdrawn by the applicant.
        Withdrawn = "withdrawn",
        /// Rejected as invalid: defects were not answered in time.
        RejectedInvalid = "rejected_invalid",
        /// Closed because no licence is required.
        ClosedNotRequired = "closed_not_required",
    }
}

/// A step that takes an application from stage to stage.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Submitted with signed declarations.
    Submit {
        /// The day of submission.
        on: NaiveDate,
        /// Whether the declarations are signed.
        declarations_signed: bool,
    },
    /// The first part of the fee was paid.
    PayPartA {
        /// The day of payment.
        on: NaiveDate,
        /// Why it goes on although something is outstanding.
        waived_because: Option<String>,
    },
    /// Everything is there: the application is duly made.
    FindComplete {
        /// The day on which that was found; the legal date, so a backlog on paper keeps its own.
        on: NaiveDate,
    },
    /// Something is missing.
    FindIncomplete {
        /// Each defect.
        defects: Vec<String>,
    },
    /// The defects were answered.
    AnswerDefects {
        /// In the applicant's words, if any.
        text: Option<String>,
        /// With these files.
        documents: Vec<Document>,
    },
    /// The defects were not answered in time.
    RejectAsInvalid,
    /// Given to an officer.
    Assign {
        /// The officer.
        officer: AccountId,
    },
    /// The five findings are recorded; anew, where representations changed them, and then a new proposal is served.
    RecordFindings {
        /// All of them.
        findings: Vec<Found>,
    },
    /// The proposed grant was served on everybody.
    ProposeGrant {
        /// The day of the last service.
        last_served_on: NaiveDate,
        /// The last day that the notice states, where it states one.
        stated: Option<Counted>,
    },
    /// The proposed refusal was served on everybody.
    ProposeRefusal {
        /// The day of the last service.
        last_served_on: NaiveDate,
        /// The last day that the notice states, where it states one.
        stated: Option<Counted>,
        /// The reasons.
        reason: String,
    },
    /// Somebody's copy of the proposal came back, or somebody else is to get it: the consultation has no end until they are served.
    LoseService,
    /// The consultation is over and representations were considered.
    EndConsultation,
    /// A modified proposal was served.
    Modify {
        /// The day of the last service.
        last_served_on: NaiveDate,
        /// The last day that the notice states, where it states one.
        stated: Option<Counted>,
    },
    /// The second part of the fee is asked for.
    RequestPartB,
    /// The second part of the fee was paid.
    PayPartB {
        /// Why it goes on although something is outstanding.
        waived_because: Option<String>,
    },
    /// The licence is granted.
    Grant,
    /// The licence is refused.
    Refuse {
        /// The reasons.
        reason: String,
    },
    /// An appeal against the refusal was lodged: the application stays effective while it runs.
    Appeal,
    /// The last appeal against the refusal ended, and the refusal stands.
    EndAppeal {
        /// The day of the tribunal's decision.
        on: NaiveDate,
    },
    /// The tribunal allowed an appeal against the refusal: a licence is to be granted after all.
    Overturn {
        /// The tribunal's reference.
        reference: String,
    },
    /// The applicant withdraws.
    Withdraw {
        /// In the applicant's words.
        reason: String,
    },
    /// No licence is required.
    CloseNotRequired {
        /// The ground and its evidence.
        reason: String,
    },
}

impl Stage {
    /// How it counts; drafts are not received.
    #[must_use]
    pub fn tally(self) -> Option<Tally> {
        match self {
            Self::Draft => None,
            Self::Granted => Some(Tally::Granted),
            Self::Refused => Some(Tally::Refused),
            Self::Withdrawn => Some(Tally::Withdrawn),
            Self::RejectedInvalid => Some(Tally::Rejected),
            Self::ClosedNotRequired => Some(Tally::NotRequired),
            Self::Submitted | Self::PaidA | Self::Incomplete | Self::DulyMade | Self::Assessing => {
                Some(Tally::InProgress)
            }
            Self::ProposalReady | Self::ConsultingGrant | Self::ConsultingRefusal => Some(Tally::InProgress),
            Self::DecisionDue | Self::AwaitingB => Some(Tally::InProgress),
        }
    }

    /// Whether nothing more can happen.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        !matches!(self.tally(), None | Some(Tally::InProgress))
    }

    /// The stage that a step leads to from this one; `None` if it leads nowhere from here.
    #[must_use]
    pub fn after(self, step: &Step) -> Option<Self> {
        use Stage as S;
        let to = match step {
            Step::Submit { .. } if self == S::Draft => S::Submitted,
            Step::PayPartA { .. } if self == S::Submitted => S::PaidA,
            Step::FindComplete { .. } if self == S::PaidA => S::DulyMade,
            Step::FindIncomplete { .. } if self == S::PaidA => S::Incomplete,
            Step::AnswerDefects { .. } if self == S::Incomplete => S::PaidA,
            Step::RejectAsInvalid if self == S::Incomplete => S::RejectedInvalid,
            Step::Assign { .. } if matches!(self, S::DulyMade | S::Assessing) => S::Assessing,
            Step::RecordFindings { .. } if matches!(self, S::Assessing | S::ProposalReady | S::DecisionDue) => {
                S::ProposalReady
            }
            Step::ProposeGrant { .. } if matches!(self, S::ProposalReady | S::ConsultingGrant) => S::ConsultingGrant,
            Step::ProposeRefusal { .. } if matches!(self, S::ProposalReady | S::ConsultingRefusal) => {
                S::ConsultingRefusal
            }
            Step::LoseService if matches!(self, S::ConsultingGrant | S::ConsultingRefusal) => self,
            Step::EndConsultation if matches!(self, S::ConsultingGrant | S::ConsultingRefusal) => S::DecisionDue,
            Step::Modify { .. } if matches!(self, S::DecisionDue | S::ConsultingGrant) => S::ConsultingGrant,
            Step::RequestPartB if self == S::DecisionDue => S::AwaitingB,
            Step::PayPartB { .. } if self == S::AwaitingB => S::DecisionDue,
            Step::Grant if self == S::DecisionDue => S::Granted,
            Step::Refuse { .. } if self == S::DecisionDue => S::Refused,
            Step::Appeal | Step::EndAppeal { .. } if self == S::Refused => S::Refused,
            Step::Overturn { .. } if self == S::Refused => S::DecisionDue,
            Step::Withdraw { .. } if !self.is_terminal() => S::Withdrawn,
            Step::CloseNotRequired { .. } if !self.is_terminal() => S::ClosedNotRequired,
            _ => return None,
        };
        Some(to)
    }
}

impl Step {
    /// The step's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit",
            Self::PayPartA { .. } => "pay_part_a",
            Self::FindComplete { .. } => "find_complete",
            Self::FindIncomplete { .. } => "find_incomplete",
            Self::AnswerDefects { .. } => "answer_defects",
            Self::RejectAsInvalid => "reject_as_invalid",
            Self::Assign { .. } => "assign",
            Self::RecordFindings { .. } => "record_findings",
            Self::ProposeGrant { .. } => "propose_grant",
            Self::ProposeRefusal { .. } => "propose_refusal",
            Self::LoseService => "lose_service",
            Self::EndConsultation => "end_consultation",
            Self::Modify { .. } => "modify",
            Self::RequestPartB => "request_part_b",
            Self::PayPartB { .. } => "pay_part_b",
            Self::Grant => "grant",
            Self::Refuse { .. } => "refuse",
            Self::Appeal => "appeal",
            Self::EndAppeal { .. } => "end_appeal",
            Self::Overturn { .. } => "overturn",
            Self::Withdraw { .. } => "withdraw",
            Self::CloseNotRequired { .. } => "close_not_required",
        }
    }

    /// The day on which it happened, where it says one.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::Submit { on, .. } | Self::PayPartA { on, .. } => Some(*on),
            Self::FindComplete { on } | Self::EndAppeal { on } => Some(*on),
            Self::ProposeGrant { last_served_on, .. }
            | Self::ProposeRefusal { last_served_on, .. }
            | Self::Modify { last_served_on, .. } => Some(*last_served_on),
            _ => None,
        }
    }

    /// The part of the fee that it takes as paid, if any.
    #[must_use]
    pub fn pays(&self) -> Option<FeePart> {
        match self {
            Self::PayPartA { .. } => Some(FeePart::A),
            Self::PayPartB { .. } => Some(FeePart::B),
            _ => None,
        }
    }

    /// Why it goes on although something of that part is outstanding.
    #[must_use]
    pub fn waiver(&self) -> Option<&str> {
        match self {
            Self::PayPartA { waived_because, .. } | Self::PayPartB { waived_because } => waived_because.as_deref(),
            _ => None,
        }
    }

    /// Whether it decides the application, which is a team leader's act.
    #[must_use]
    pub fn decides(&self) -> bool {
        matches!(self, Self::Grant | Self::Refuse { .. })
    }
}
