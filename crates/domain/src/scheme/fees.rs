//! What an application costs: a schedule with dates, because fees change while a scheme runs.

use chrono::NaiveDate;

use crate::id::words;

words! {
    /// Which day decides what period of the schedule an application falls into.
    FeeDay {
        /// The day on which it was submitted, for both parts.
        Submission = "submission",
        /// For each part the day on which it is charged.
        Charge = "charge",
    }
}

words! {
    /// What of a fee an amount belongs to.
    FeePart {
        /// Due with the application.
        A = "a",
        /// Due before the grant.
        B = "b",
        /// The fee as a whole, where the scheme does not say how it is split.
        Whole = "whole",
    }
}

/// The fee for one application, as it changes with time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fees {
    /// Which day decides.
    pub day: FeeDay,
    /// The periods in order, without gaps or overlaps; a single one may have no dates.
    pub periods: Vec<FeePeriod>,
}

/// The fee for one application within a time; amounts in pence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeePeriod {
    /// The first day; without one, it has always held.
    pub from: Option<NaiveDate>,
    /// The last day; without one, it holds on.
    pub to: Option<NaiveDate>,
    /// Both parts together.
    pub total_pence: u32,
    /// The part due with the application and the part due before the grant, where the split is known.
    pub split: Option<(u32, u32)>,
    /// Has the council confirmed these amounts?
    pub is_confirmed: bool,
    /// What may be taken off.
    pub discounts: Vec<Discount>,
}

/// A discount on the fee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// The name for machines.
    pub code: String,
    /// Who gets it, in words.
    pub name: String,
    /// The amount in pence.
    pub pence: u32,
    /// What it is taken off.
    pub part: FeePart,
}

impl Fees {
    /// The period that a day falls into.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&FeePeriod> {
        self.periods.iter().find(|period| period.holds(day))
    }

    /// The day that decides, for an application that was submitted on one day and charged on another.
    #[must_use]
    pub fn deciding(&self, submitted_on: NaiveDate, charged_on: NaiveDate) -> NaiveDate {
        match self.day {
            FeeDay::Submission => submitted_on,
            FeeDay::Charge => charged_on,
        }
    }
}

impl FeePeriod {
    /// Does it hold on that day?
    #[must_use]
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// The amount of a part; `None` for one that this period does not know.
    #[must_use]
    pub fn amount(&self, part: FeePart) -> Option<u32> {
        match (part, self.split) {
            (FeePart::A, Some((first, _))) => Some(first),
            (FeePart::B, Some((_, second))) => Some(second),
            (FeePart::Whole, None) => Some(self.total_pence),
            _ => None,
        }
    }

    /// The discount of that code.
    #[must_use]
    pub fn discount(&self, code: &str) -> Option<&Discount> {
        self.discounts.iter().find(|discount| discount.code == code)
    }
}
