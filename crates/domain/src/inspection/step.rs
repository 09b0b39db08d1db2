//! The states of an inspection and the one table of which step leads where.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Findings, NoticeGiven, Purpose, VisitOutcome};
use crate::document::Document;
use crate::enforcement::Case;
use crate::id::{AccountId, words};
use crate::scheme::NoNotice;

words! {
    /// How far an inspection has come.
    InspectionState {
        /// A visit is planned; nobody was told.
        Planned = "planned",
        /// Notice was given, or the reason that none is needed.
        Notified = "notified",
        /// The home was visited.
        CarriedOut = "carried_out",
        /// Nobody let the officer in.
        NoAccess = "no_access",
        /// The visit's outcome is on record.
        Reported = "reported",
        /// There is work to do, with dates.
        ImprovementPlan = "improvement_plan",
        /// The day of the re-inspection has come.
        ReinspectDue = "reinspect_due",
        /// Closed.
        Closed = "closed",
        /// Given up before the visit.
        Cancelled = "cancelled",
    }
}

/// Work that an improvement plan asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// What is to be done.
    pub text: String,
    /// The last day for it.
    pub due_on: NaiveDate,
}

/// A step of an inspection. What it rests on is looked up before.
#[derive(Clone, Debug, PartialEq)]
pub enum InspectionStep {
    /// A visit is moved, or another one is planned.
    Arrange {
        /// From when.
        starts_at: DateTime<Utc>,
        /// Until when.
        ends_at: DateTime<Utc>,
        /// Who goes.
        officer: AccountId,
        /// What it is for.
        purpose: Purpose,
    },
    /// Notice of entry was given (s.239(5)).
    Notify {
        /// To whom, how and when.
        given: Vec<NoticeGiven>,
        /// Why the owner or the occupier was not told, such as that nobody lives there.
        not_told: Option<String>,
    },
    /// A letter gave notice to one person, while others are still to be told.
    Tell {
        /// To whom, how and when.
        given: NoticeGiven,
    },
    /// No notice is needed (s.239(7)).
    ForgoNotice {
        /// Why.
        reason: NoNotice,
        /// In words.
        note: String,
    },
    /// The home was visited.
    CarryOut {
        /// What was found.
        findings: Findings,
        /// The photos and papers, each of this home.
        documents: Vec<Document>,
    },
    /// Nobody let the officer in.
    FindNoAccess {
        /// What happened.
        note: String,
    },
    /// The outcome is put on record.
    Report {
        /// The outcome.
        outcome: VisitOutcome,
        /// The report.
        text: String,
    },
    /// Work is asked for.
    Plan {
        /// The work, beside what is asked for already.
        work: Vec<Work>,
        /// The day of the re-inspection.
        reinspect_on: NaiveDate,
    },
    /// An item of the plan was looked at.
    Judge {
        /// Which, counted from 1.
        number: usize,
        /// Whether it is done.
        is_done: bool,
        /// The day on which that was seen.
        on: NaiveDate,
        /// What shows it.
        evidence: String,
        /// Photos and papers that show it, each of this home.
        documents: Vec<Document>,
    },
    /// An item gets another last day.
    GiveTime {
        /// Which, counted from 1.
        number: usize,
        /// The new last day.
        due_on: NaiveDate,
        /// Why.
        reason: String,
    },
    /// The day of the re-inspection has come.
    CallReinspection,
    /// An enforcement case began from it.
    LinkCase {
        /// The case, which names an inspection as its source.
        case: Box<Case>,
    },
    /// Nothing more is to be done.
    Close {
        /// Why, where something is not done.
        reason: Option<String>,
    },
    /// It is given up before the visit.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl InspectionState {
    /// The state that a step leads to from this one; `None` if it leads nowhere from here.
    #[must_use]
    pub fn after(self, step: &InspectionStep) -> Option<Self> {
        use InspectionState as S;
        use InspectionStep as P;
        let to = match step {
            P::Arrange { .. } if matches!(self, S::Planned | S::Notified | S::NoAccess | S::ReinspectDue) => S::Planned,
            P::Notify { .. } if matches!(self, S::Planned | S::Notified) => S::Notified,
            P::Tell { .. } if self.awaits_visit() => self,
            P::ForgoNotice { .. } if self == S::Planned => S::Notified,
            P::CarryOut { .. } if self == S::Notified => S::CarriedOut,
            P::FindNoAccess { .. } if self == S::Notified => S::NoAccess,
            P::Report { .. } if self == S::CarriedOut => S::Reported,
            P::Plan { .. } if matches!(self, S::Reported | S::ImprovementPlan | S::ReinspectDue) => S::ImprovementPlan,
            P::Judge { .. } | P::GiveTime { .. } if self.is_open() => self,
            P::CallReinspection if self == S::ImprovementPlan => S::ReinspectDue,
            P::LinkCase { .. } if !matches!(self, S::Planned | S::Notified | S::Cancelled) => self,
            P::Close { .. } if matches!(self, S::NoAccess | S::Reported | S::ImprovementPlan | S::ReinspectDue) => {
                S::Closed
            }
            P::Cancel { .. } if matches!(self, S::Planned | S::Notified) => S::Cancelled,
            _ => return None,
        };
        Some(to)
    }

    /// Whether an officer has something to do about it.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Cancelled)
    }

    /// Whether a visit lies ahead.
    #[must_use]
    pub fn awaits_visit(self) -> bool {
        matches!(self, Self::Planned | Self::Notified)
    }
}

impl InspectionStep {
    /// The step's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Arrange { .. } => "arrange",
            Self::Notify { .. } => "notify",
            Self::Tell { .. } => "tell",
            Self::ForgoNotice { .. } => "forgo_notice",
            Self::CarryOut { .. } => "carry_out",
            Self::FindNoAccess { .. } => "find_no_access",
            Self::Report { .. } => "report",
            Self::Plan { .. } => "plan",
            Self::Judge { .. } => "judge",
            Self::GiveTime { .. } => "give_time",
            Self::CallReinspection => "call_reinspection",
            Self::LinkCase { .. } => "link_case",
            Self::Close { .. } => "close",
            Self::Cancel { .. } => "cancel",
        }
    }
}
