//! The bank holidays of England and Wales, as data, and the working days between them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{CannotCount, arithmetic};

const DIVISION: &str = "england-and-wales";
const SHIPPED: &str = include_str!("../../../../config/bank-holidays.json");
/// England and Wales have had eight a year since 1978; fewer means that the year is not complete.
const FEWEST_IN_A_YEAR: usize = 8;

/// A weekday on which the post office, the courts and the council are closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankHoliday {
    /// The day itself, which for a substitute day differs from the feast.
    pub on: NaiveDate,
    /// Its name, such as "Good Friday".
    pub title: String,
}

/// Why a table of bank holidays cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    /// Not JSON of GOV.UK's shape.
    #[error("The bank holiday table cannot be read: {0}. Use the file that GOV.UK publishes as bank-holidays.json.")]
    Unreadable(#[from] serde_json::Error),
    /// The division "england-and-wales" is not in it, or is empty.
    #[error("The bank holiday table has no days for \"england-and-wales\"; add them as GOV.UK publishes them.")]
    NoDivision,
    /// One date stands in it twice.
    #[error("The bank holiday table lists {0} twice; remove one of the two.")]
    Repeated(NaiveDate),
    /// A year between the first and the last has fewer than eight.
    #[error(
        "The bank holiday table has only {found} days for {year}; England and Wales have at least 8 a year, so complete it."
    )]
    Incomplete {
        /// The year in question.
        year: i32,
        /// How many days it lists.
        found: usize,
    },
}

/// A table of bank holidays that is complete from its first year to its last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankHolidays {
    days: BTreeMap<NaiveDate, String>,
    years: Option<(i32, i32)>,
}

/// Working days counted, with what was passed over on the way.
pub(super) struct WorkingDays {
    pub(super) on: NaiveDate,
    pub(super) passed: Vec<BankHoliday>,
    pub(super) beyond_confirmed: bool,
}

impl BankHolidays {
    /// Reads GOV.UK's `bank-holidays.json`; other divisions and unknown fields in it are left aside.
    ///
    /// # Errors
    /// [`TableFault`], when it cannot be read, repeats a date, or a year is not complete.
    pub fn parse(json: &str) -> Result<Self, TableFault> {
        let mut divisions: BTreeMap<String, Division> = serde_json::from_str(json)?;
        let division = divisions.remove(DIVISION).ok_or(TableFault::NoDivision)?;
        let mut days = BTreeMap::new();
        for event in division.events {
            if days.insert(event.date, event.title).is_some() {
                return Err(TableFault::Repeated(event.date));
            }
        }
        let years = Some(complete_years(&days)?);
        Ok(Self { days, years })
    }

    /// The table that comes with the program: 2024 to 2029.
    ///
    /// # Errors
    /// None for an unaltered program; a test parses it.
    pub fn shipped() -> Result<Self, TableFault> {
        Self::parse(SHIPPED)
    }

    /// No bank holidays at all, and no year covered: for rules that count every day.
    pub fn none() -> Self {
        Self::default()
    }

    /// The same table with further days, such as a coronation; they do not lengthen what the table covers.
    #[must_use]
    pub fn with(mut self, additional: impl IntoIterator<Item = BankHoliday>) -> Self {
        for holiday in additional {
            self.days.entry(holiday.on).or_insert(holiday.title);
        }
        self
    }

    /// Monday to Friday, unless a bank holiday.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.days.contains_key(&date)
    }

    /// The first working day strictly after `date`.
    ///
    /// # Errors
    /// [`CannotCount::BeyondCalendar`] at the very end of the calendar.
    pub fn first_working_day_after(&self, date: NaiveDate) -> Result<NaiveDate, CannotCount> {
        self.nth_working_day_after(date, 1)
    }

    /// The `number`th working day strictly after `date`, counted from 1.
    ///
    /// # Errors
    /// [`CannotCount`] for 0, for more than a hundred years, and at the very end of the calendar.
    pub fn nth_working_day_after(&self, date: NaiveDate, number: u32) -> Result<NaiveDate, CannotCount> {
        self.count_working_days(date, number).map(|counted| counted.on)
    }

    /// The `number`th working day strictly before `date`, counted from 1; none for 0 or at the very beginning of the calendar.
    pub fn nth_working_day_before(&self, date: NaiveDate, number: usize) -> Option<NaiveDate> {
        let earlier = std::iter::successors(date.pred_opt(), NaiveDate::pred_opt);
        earlier.filter(|day| self.is_working_day(*day)).nth(number.checked_sub(1)?)
    }

    /// Whether the table is complete for this date, so that a working day counted there is certain.
    pub fn covers(&self, date: NaiveDate) -> bool {
        self.years.is_some_and(|(first, last)| (first..=last).contains(&date.year()))
    }

    /// Every day of the table, in order.
    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.days.iter().map(|(on, title)| (*on, title.as_str()))
    }

    pub(super) fn count_working_days(&self, from: NaiveDate, number: u32) -> Result<WorkingDays, CannotCount> {
        let mut left = arithmetic::sensible_days(number, "working days")?;
        let mut on = from;
        let mut passed = Vec::new();
        while left > 0 {
            on = arithmetic::plus_days(on, 1).map_err(|_| CannotCount::BeyondCalendar { from })?;
            if self.is_working_day(on) {
                left = left.saturating_sub(1);
            } else if let Some(title) = self.days.get(&on) {
                passed.push(BankHoliday { on, title: title.clone() });
            }
        }
        Ok(WorkingDays { on, passed, beyond_confirmed: !(self.covers(from) && self.covers(on)) })
    }
}

fn complete_years(days: &BTreeMap<NaiveDate, String>) -> Result<(i32, i32), TableFault> {
    let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value()) else {
        return Err(TableFault::NoDivision);
    };
    let mut found: BTreeMap<i32, usize> = (first.year()..=last.year()).map(|year| (year, 0)).collect();
    for day in days.keys() {
        *found.entry(day.year()).or_default() += 1;
    }
    match found.into_iter().find(|(_, found)| *found < FEWEST_IN_A_YEAR) {
        Some((year, found)) => Err(TableFault::Incomplete { year, found }),
        None => Ok((first.year(), last.year())),
    }
}

#[derive(Deserialize)]
struct Division {
    events: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    title: String,
    date: NaiveDate,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::properties::day;

    #[test]
    fn the_shipped_table_is_the_published_list_of_2024_to_2029() {
        let expected = [
            "2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26",
            "2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26",
            "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28",
            "2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28",
            "2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25 2028-12-26",
            "2029-01-01 2029-03-30 2029-04-02 2029-05-07 2029-05-28 2029-08-27 2029-12-25 2029-12-26",
        ]
        .join(" ");
        let holidays = BankHolidays::shipped().unwrap();
        let listed: Vec<_> = holidays.iter().map(|(on, _)| on.to_string()).collect();
        assert_eq!(listed.join(" "), expected);
        assert!(holidays.iter().all(|(on, _)| !matches!(on.weekday(), Weekday::Sat | Weekday::Sun)));
        assert!(holidays.covers(day("2024-01-01")) && holidays.covers(day("2029-12-31")));
        assert!(!holidays.covers(day("2023-12-31")) && !holidays.covers(day("2030-01-01")));
    }

    #[test]
    fn working_days_are_counted_strictly_after() {
        let holidays = BankHolidays::shipped().unwrap();
        for (from, number, on) in [
            ("2025-01-22", 1, "2025-01-23"),
            ("2025-01-24", 1, "2025-01-27"),
            ("2025-04-17", 1, "2025-04-22"),
            ("2025-04-17", 4, "2025-04-25"),
            ("2024-12-24", 1, "2024-12-27"),
            ("2024-12-31", 1, "2025-01-02"),
        ] {
            assert_eq!(holidays.nth_working_day_after(day(from), number), Ok(day(on)), "{number} after {from}");
        }
        let nothing = holidays.nth_working_day_after(day("2025-01-22"), 0);
        assert_eq!(nothing, Err(CannotCount::NothingToCount { unit: "working days" }));
        assert!(holidays.nth_working_day_after(day("2025-01-22"), u32::MAX).is_err());
        assert!(holidays.first_working_day_after(NaiveDate::MAX).is_err());
    }

    #[test]
    fn a_further_holiday_is_added_and_the_table_covers_no_more_for_it() {
        let coronation = BankHoliday { on: day("2031-05-08"), title: "Coronation".into() };
        let strike = BankHoliday { on: day("2025-01-23"), title: "One-off".into() };
        let holidays = BankHolidays::shipped().unwrap().with([coronation, strike]);
        assert!(!holidays.is_working_day(day("2031-05-08")));
        assert!(!holidays.covers(day("2031-05-08")));
        assert_eq!(holidays.first_working_day_after(day("2025-01-22")), Ok(day("2025-01-24")));
    }

    #[test]
    fn govuks_own_file_is_read_with_its_other_divisions() {
        let mut govuk: serde_json::Value = serde_json::from_str(SHIPPED).unwrap();
        govuk["england-and-wales"]["events"][0]["bunting"] = true.into();
        govuk["scotland"] = serde_json::json!({
            "division": "scotland",
            "events": [{"title": "2nd January", "date": "2025-01-02", "notes": "", "bunting": true}],
        });
        assert_eq!(BankHolidays::parse(&govuk.to_string()).unwrap(), BankHolidays::shipped().unwrap());
    }

    #[test]
    fn a_table_with_a_fault_is_refused() {
        let without = |date: &str| SHIPPED.lines().filter(|line| !line.contains(date)).collect::<Vec<_>>().join("\n");
        let incomplete = BankHolidays::parse(&without("2026-08-31"));
        assert!(matches!(incomplete, Err(TableFault::Incomplete { year: 2026, found: 7 })));
        let gap = BankHolidays::parse(&without("\"2026-"));
        assert!(matches!(gap, Err(TableFault::Incomplete { year: 2026, found: 0 })));
        let twice = BankHolidays::parse(&SHIPPED.replace("2025-04-21", "2025-04-18"));
        assert!(matches!(twice, Err(TableFault::Repeated(on)) if on == day("2025-04-18")));
        let impossible = BankHolidays::parse(&SHIPPED.replace("2025-04-21", "2025-04-31"));
        assert!(matches!(impossible, Err(TableFault::Unreadable(_))));
        assert!(matches!(BankHolidays::parse("{}"), Err(TableFault::NoDivision)));
        let empty = BankHolidays::parse(r#"{"england-and-wales": {"events": []}}"#);
        assert!(matches!(empty, Err(TableFault::NoDivision)));
    }
}
