//! Counting of days: London dates, working days, deemed receipt, and periods that say why they end when they do.
//!
//! Due dates are civil dates in Europe/London and never move off a weekend or a bank holiday. Nothing here reads a
//! clock, a file or the host's time zone: days, instants and the table of bank holidays are arguments.

mod arithmetic;
pub mod bank_holidays;
mod because;
mod counted;
pub mod london;
#[cfg(test)]
mod properties;
mod rule;
pub mod service;
#[cfg(test)]
mod worked_examples;

pub use bank_holidays::{BankHoliday, BankHolidays};
pub use counted::Counted;
pub use rule::{Occasion, Rule, Trigger};
pub use service::{Consent, Dispatch, Method, PostRule, ServicePolicy, ServiceRefused, deemed_receipt};

use chrono::NaiveDate;

/// Why a date could not be counted, in words for the officer who asked for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotCount {
    /// A period of no days, months or years was asked for.
    #[error("The number of {unit} must be at least 1; enter how many {unit} are allowed.")]
    NothingToCount {
        /// "days", "months", "years" or "working days".
        unit: &'static str,
    },
    /// A period of more than a hundred years: surely a slip of the keyboard.
    #[error("{number} {unit} is more than a hundred years; check the number of {unit}.")]
    TooLong {
        /// The number that was asked for.
        number: u32,
        /// "days", "months", "years" or "working days".
        unit: &'static str,
    },
    /// The answer would lie outside the dates a computer can hold.
    #[error("The date counted from {from} lies beyond the calendar; check the year.")]
    BeyondCalendar {
        /// The day that the count began with.
        from: NaiveDate,
    },
    /// A licence cannot start after its area's designation has ended.
    #[error(
        "The licence would start on {starts_on}, after the designation ended on {designation_ends_on}; check the start date."
    )]
    DesignationOver {
        /// First day of the licence.
        starts_on: NaiveDate,
        /// Last day of the designation.
        designation_ends_on: NaiveDate,
    },
    /// The earliest of no dates was asked for.
    #[error("There are no dates to take the earliest of; give at least one.")]
    NoDates,
    /// A date was typed in without saying who chose it, or on what authority.
    #[error("A chosen date needs the {missing}; fill in the {missing}.")]
    Unattributed {
        /// Which of the two is missing.
        missing: &'static str,
    },
    /// The stored date was counted by a later version of the rule than this program knows.
    #[error(
        "This date was counted by version {version} of the rule \"{rule}\", which this program does not know; use a newer one."
    )]
    UnknownVersion {
        /// The rule's name as stored.
        rule: &'static str,
        /// The version as stored.
        version: u16,
    },
}

/// The first working day after `due_on`, when an officer acts on what was not answered.
///
/// It is policy, not law: lateness is always counted from `due_on` itself, which never moves.
///
/// # Errors
/// [`CannotCount::BeyondCalendar`] at the very end of the calendar.
pub fn actionable_from(due_on: NaiveDate, holidays: &BankHolidays) -> Result<Counted, CannotCount> {
    Counted::by(Rule::FirstWorkingDayAfter { of: Trigger::new(due_on, Occasion::DueDay) }, holidays)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::properties::day;

    #[test]
    fn the_officers_list_waits_for_a_working_day_and_the_due_date_does_not() {
        let holidays = BankHolidays::shipped().unwrap();
        for (due_on, acted_on) in [
            ("2025-04-18", "2025-04-22"), // Good Friday
            ("2025-02-05", "2025-02-06"),
            ("2025-02-07", "2025-02-10"),
            ("2025-12-24", "2025-12-29"),
            ("2027-12-24", "2027-12-29"),
        ] {
            let counted = actionable_from(day(due_on), &holidays).unwrap();
            assert_eq!(counted.on(), day(acted_on), "due on {due_on}");
            assert!(!counted.is_beyond_confirmed_holidays());
        }
        assert_eq!(
            actionable_from(day("2025-04-18"), &holidays).unwrap().because(),
            "The first working day after Friday 18 April 2025, the due day, is Tuesday 22 April 2025; weekends and bank \
             holidays do not count (here Monday 21 April 2025, Easter Monday)."
        );
    }
}
