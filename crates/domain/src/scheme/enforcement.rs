//! How a council enforces: the steps of its policy, the alerts before a limitation date, and what a penalty may come to.

use chrono::NaiveDate;

use crate::id::words;

words! {
    /// A step that an enforcement policy asks for before a penalty or a prosecution is chosen.
    PolicyStep {
        /// A warning with a date for putting it right.
        Warning = "warning",
        /// An invitation to explain.
        Invitation = "invitation",
    }
}

words! {
    /// The offence (s.95).
    OffenceKind {
        /// A home that must be licensed and is not (s.95(1)).
        Unlicensed = "unlicensed",
        /// A condition that was not complied with (s.95(2)).
        Condition = "condition",
    }
}

/// How the council enforces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enforcement {
    /// What its policy asks for first; each is taken, or skipped with a reason.
    pub policy_steps: Vec<PolicyStep>,
    /// Days before a limitation date on which officers are alerted, the earliest alert first.
    pub alert_days: Vec<u32>,
    /// How a penalty is paid, as a final notice says it (Schedule 13A).
    pub how_to_pay: String,
    /// The periods in order, without gaps or overlaps; the day of the offence decides.
    pub periods: Vec<PenaltyPeriod>,
}

/// What holds for offences within a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PenaltyPeriod {
    /// The first day; without one, it has always held.
    pub from: Option<NaiveDate>,
    /// The last day; without one, it holds on.
    pub to: Option<NaiveDate>,
    /// The most that a penalty may come to (s.249A).
    pub maximum_pence: u32,
    /// The version of the matrix that the council works by.
    pub matrix: String,
    /// Has the council confirmed this?
    pub is_confirmed: bool,
    /// Where a penalty starts; without any for an offence, an officer says where and why.
    pub starts: Vec<Start>,
}

/// Where a penalty starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The name for machines.
    pub code: String,
    /// What it is for, in words.
    pub name: String,
    /// The offence.
    pub offence: OffenceKind,
    /// The amount.
    pub pence: u32,
}

impl Enforcement {
    /// What holds for an offence of that day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&PenaltyPeriod> {
        self.periods.iter().find(|period| period.holds(day))
    }
}

impl PenaltyPeriod {
    fn holds(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}
