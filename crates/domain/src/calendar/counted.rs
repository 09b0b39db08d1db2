//! A date together with the rule, version and inputs that gave it, so that it can be shown and proved years on.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{BankHoliday, BankHolidays, CannotCount, Rule, Trigger, because};

/// A counted date and how it came about; stored as JSON beside whatever it is the date of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    on: NaiveDate,
    version: u16,
    rule: Rule,
    /// Weekdays that were passed over, as the table stood on the day of counting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    bank_holidays: Vec<BankHoliday>,
    beyond_confirmed_holidays: bool,
}

impl Counted {
    /// Counts by a rule; only rules of working days look at the table.
    ///
    /// # Errors
    /// [`CannotCount`], when the rule's inputs mean nothing or its answer lies beyond the calendar.
    pub fn by(rule: Rule, holidays: &BankHolidays) -> Result<Self, CannotCount> {
        let reckoned = rule.reckon(holidays)?;
        Ok(Self {
            on: reckoned.on,
            version: Rule::VERSION,
            rule,
            bank_holidays: reckoned.passed,
            beyond_confirmed_holidays: reckoned.beyond_confirmed,
        })
    }

    /// "Within N days of" and "N days beginning with the day after": the event's own day is not counted (D1, D3).
    ///
    /// # Errors
    /// [`CannotCount`] for 0 days, more than a hundred years, or the end of the calendar; so for all that follow.
    pub fn within_days(days: u32, of: Trigger) -> Result<Self, CannotCount> {
        Self::every_day(Rule::WithinDays { days, of })
    }

    /// "N days beginning with": the event's own day is the first (D2).
    ///
    /// # Errors
    /// As [`Counted::within_days`].
    pub fn days_beginning_with(days: u32, of: Trigger) -> Result<Self, CannotCount> {
        Self::every_day(Rule::DaysBeginningWith { days, of })
    }

    /// "At least N days after", plus a safe margin, by default one clear day (D4).
    ///
    /// # Errors
    /// As [`Counted::within_days`].
    pub fn at_least_days_after(days: u32, margin_days: u32, of: Trigger) -> Result<Self, CannotCount> {
        Self::every_day(Rule::AtLeastDaysAfter { days, margin_days, of })
    }

    /// "N months beginning with": ends the day before the same date, or on the month's last day (D5).
    ///
    /// # Errors
    /// As [`Counted::within_days`].
    pub fn months_beginning_with(months: u32, of: Trigger) -> Result<Self, CannotCount> {
        Self::every_day(Rule::MonthsBeginningWith { months, of })
    }

    /// "N months after another period ends": `of` is that period's last day (D6).
    ///
    /// # Errors
    /// As [`Counted::within_days`].
    pub fn months_following(months: u32, of: Trigger) -> Result<Self, CannotCount> {
        Self::every_day(Rule::MonthsFollowing { months, of })
    }

    /// The same date N months on, for yearly duties; from 29 February it may be 28 February.
    ///
    /// # Errors
    /// As [`Counted::within_days`].
    pub fn months_after(months: u32, of: Trigger) -> Result<Self, CannotCount> {
        Self::every_day(Rule::MonthsAfter { months, of })
    }

    /// When the next gas check is due: 12 months on, or with the old date kept by a check in its last two months.
    ///
    /// # Errors
    /// As [`Counted::within_days`].
    pub fn gas_deadline(checked_on: NaiveDate, previous_deadline: Option<NaiveDate>) -> Result<Self, CannotCount> {
        Self::every_day(Rule::GasDeadline { checked_on, previous_deadline })
    }

    /// The last day of a licence of `years` years, never past the designation (D7, section 91).
    ///
    /// # Errors
    /// [`CannotCount::DesignationOver`] when it would start too late; else as [`Counted::within_days`].
    pub fn licence_end(starts_on: NaiveDate, years: u32, designation_ends_on: NaiveDate) -> Result<Self, CannotCount> {
        Self::every_day(Rule::LicenceEnd { starts_on, years, designation_ends_on })
    }

    /// The earliest of dates already counted, such as the limits of one duty from two sources.
    ///
    /// # Errors
    /// [`CannotCount::NoDates`] for none.
    pub fn earliest_of(of: Vec<Self>, holidays: &BankHolidays) -> Result<Self, CannotCount> {
        Self::by(Rule::EarliestOf { of }, holidays)
    }

    /// A date typed in by an officer, who says by what authority.
    ///
    /// # Errors
    /// [`CannotCount::Unattributed`] when either text is blank.
    pub fn chosen(on: NaiveDate, by: &str, authority: &str) -> Result<Self, CannotCount> {
        let (by, authority) = (by.trim().to_owned(), authority.trim().to_owned());
        Self::every_day(Rule::Chosen { chosen_on: on, by, authority })
    }

    fn every_day(rule: Rule) -> Result<Self, CannotCount> {
        Self::by(rule, &BankHolidays::none())
    }

    /// The date.
    pub fn on(&self) -> NaiveDate {
        self.on
    }

    /// The rule with its inputs.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The rule's name as stored, such as "within_days".
    pub fn rule_name(&self) -> &'static str {
        self.rule.name()
    }

    /// The version of the rule that gave the date.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The bank holidays that were passed over in the counting.
    pub fn bank_holidays(&self) -> &[BankHoliday] {
        &self.bank_holidays
    }

    /// Whether working days were counted where the table was not yet complete, so that the date wants a check.
    pub fn is_beyond_confirmed_holidays(&self) -> bool {
        self.beyond_confirmed_holidays
    }

    /// Whether this is the end of a licence that the designation's end cut short.
    pub fn is_capped_by_designation(&self) -> bool {
        matches!(self.rule, Rule::LicenceEnd { starts_on, years, designation_ends_on }
            if super::arithmetic::years_beginning_with(starts_on, years).is_ok_and(|full| full > designation_ends_on))
    }

    /// One plain sentence that says why the date is this day, naming every input with its weekday.
    pub fn because(&self) -> String {
        because::sentence(self)
    }

    /// Counts again from the stored inputs with another table of bank holidays, such as today's.
    ///
    /// It may differ from [`Counted::on`] where a bank holiday was announced since.
    ///
    /// # Errors
    /// [`CannotCount`], when the stored rule is of a version that this program does not know or its inputs are damaged.
    pub fn recount(&self, holidays: &BankHolidays) -> Result<NaiveDate, CannotCount> {
        if self.version != Rule::VERSION {
            return Err(CannotCount::UnknownVersion { rule: self.rule_name(), version: self.version });
        }
        self.rule.reckon(holidays).map(|reckoned| reckoned.on)
    }

    /// Counts again from what is stored alone, with the bank holidays as they were known then; the proof of a date.
    ///
    /// # Errors
    /// As [`Counted::recount`].
    pub fn recount_as_then(&self) -> Result<NaiveDate, CannotCount> {
        if let Rule::EarliestOf { of } = &self.rule {
            let dates = of.iter().map(Self::recount_as_then).collect::<Result<Vec<_>, _>>()?;
            return dates.into_iter().min().ok_or(CannotCount::NoDates);
        }
        self.recount(&BankHolidays::none().with(self.bank_holidays.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Method, Occasion, properties::day};

    fn of(on: &str, occasion: Occasion) -> Trigger {
        Trigger::new(day(on), occasion)
    }

    #[test]
    fn what_means_nothing_is_refused_and_nothing_panics_at_the_ends_of_the_calendar() {
        let receipt = of("2025-01-22", Occasion::Receipt);
        let last = Trigger::new(NaiveDate::MAX, Occasion::Receipt);
        let beyond = CannotCount::BeyondCalendar { from: NaiveDate::MAX };
        for (counted, refusal) in [
            (Counted::within_days(0, receipt), CannotCount::NothingToCount { unit: "days" }),
            (Counted::days_beginning_with(0, receipt), CannotCount::NothingToCount { unit: "days" }),
            (Counted::at_least_days_after(0, 1, receipt), CannotCount::NothingToCount { unit: "days" }),
            (Counted::months_beginning_with(0, receipt), CannotCount::NothingToCount { unit: "months" }),
            (Counted::months_after(0, receipt), CannotCount::NothingToCount { unit: "months" }),
            (Counted::licence_end(receipt.on, 0, receipt.on), CannotCount::NothingToCount { unit: "years" }),
            (Counted::within_days(u32::MAX, receipt), CannotCount::TooLong { number: u32::MAX, unit: "days" }),
            (Counted::months_after(1201, receipt), CannotCount::TooLong { number: 1201, unit: "months" }),
            (Counted::within_days(1, last), beyond.clone()),
            (
                Counted::at_least_days_after(1, u32::MAX, receipt),
                CannotCount::TooLong { number: u32::MAX, unit: "days" },
            ),
            (Counted::months_beginning_with(1, last), beyond.clone()),
            (Counted::months_following(1, last), beyond.clone()),
            (Counted::gas_deadline(NaiveDate::MAX, Some(NaiveDate::MIN)), beyond.clone()),
            (Counted::licence_end(NaiveDate::MAX, 5, NaiveDate::MAX), beyond.clone()),
            (crate::calendar::actionable_from(NaiveDate::MAX, &BankHolidays::none()), beyond),
            (Counted::earliest_of(Vec::new(), &BankHolidays::none()), CannotCount::NoDates),
            (Counted::chosen(receipt.on, " ", "x"), CannotCount::Unattributed { missing: "name of the officer" }),
            (Counted::chosen(receipt.on, "Amy", ""), CannotCount::Unattributed { missing: "authority for it" }),
        ] {
            assert_eq!(counted, Err(refusal));
        }
        assert_eq!(Counted::days_beginning_with(1, last).map(|counted| counted.on()), Ok(NaiveDate::MAX));
        assert!(Counted::gas_deadline(NaiveDate::MIN, Some(NaiveDate::MIN)).is_ok());
    }

    #[test]
    fn a_stored_date_is_plain_json_that_refuses_what_it_does_not_know() {
        let counted = Counted::within_days(14, of("2025-01-22", Occasion::Receipt)).unwrap();
        let stored = r#"{"on":"2025-02-05","version":1,"rule":{"name":"within_days","days":14,"of":{"on":"2025-01-22","occasion":"receipt"}},"beyond_confirmed_holidays":false}"#;
        assert_eq!(serde_json::to_string(&counted).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Counted>(stored).unwrap(), counted);
        for (was, is) in [
            ("\"days\":14", "\"days\":14,\"hours\":3"),
            ("\"version\":1", "\"version\":1,\"note\":\"\""),
            ("\"occasion\":\"receipt\"", "\"occasion\":\"rumour\""),
            ("within_days", "within_hours"),
            ("\"on\":\"2025-01-22\",", ""),
        ] {
            let altered = stored.replacen(was, is, 1);
            assert_ne!(altered, stored);
            assert!(serde_json::from_str::<Counted>(&altered).is_err(), "{altered}");
        }
        let newer: Counted = serde_json::from_str(&stored.replace("\"version\":1", "\"version\":2")).unwrap();
        let refusal = newer.recount(&BankHolidays::none());
        assert_eq!(refusal, Err(CannotCount::UnknownVersion { rule: "within_days", version: 2 }));
    }

    #[test]
    fn an_altered_stored_date_is_found_by_counting_again() {
        let counted = Counted::within_days(14, of("2025-01-22", Occasion::Receipt)).unwrap();
        let altered = serde_json::to_string(&counted).unwrap().replace("2025-02-05", "2025-02-04");
        let altered: Counted = serde_json::from_str(&altered).unwrap();
        assert_ne!(altered.recount(&BankHolidays::none()), Ok(altered.on()));
    }

    #[test]
    fn a_bank_holiday_announced_later_does_not_unprove_an_old_date() {
        let known = BankHolidays::shipped().unwrap();
        let acted = crate::calendar::actionable_from(day("2025-04-18"), &known).unwrap();
        let announced = BankHoliday { on: day("2025-04-22"), title: "One-off".into() };
        assert_eq!(acted.recount(&known.with([announced])), Ok(day("2025-04-23")));
        assert_eq!(acted.recount_as_then(), Ok(day("2025-04-22")));
    }

    #[test]
    fn the_name_told_is_the_name_stored() {
        let holidays = BankHolidays::shipped().unwrap();
        let (receipt, on) = (of("2025-01-22", Occasion::Receipt), day("2025-01-22"));
        let noon = on.and_hms_opt(12, 0, 0).unwrap();
        let rules = [
            Rule::WithinDays { days: 1, of: receipt },
            Rule::DaysBeginningWith { days: 1, of: receipt },
            Rule::AtLeastDaysAfter { days: 1, margin_days: 1, of: receipt },
            Rule::MonthsBeginningWith { months: 1, of: receipt },
            Rule::MonthsFollowing { months: 1, of: receipt },
            Rule::MonthsAfter { months: 1, of: receipt },
            Rule::GasDeadline { checked_on: on, previous_deadline: None },
            Rule::LicenceEnd { starts_on: on, years: 1, designation_ends_on: on },
            Rule::EarliestOf { of: vec![Counted::within_days(1, receipt).unwrap()] },
            Rule::Chosen { chosen_on: on, by: "Amy".into(), authority: "proof".into() },
            Rule::ReceivedSameDay { method: Method::DeliveredByHand, delivered_on: on },
            Rule::PostPracticeDirection1985 { method: Method::FirstClassPost, posted_on: on },
            Rule::PostCpr626 { posted_on: on },
            Rule::PostCpr626SecondClass { posted_on: on },
            Rule::Electronic { method: Method::Email, sent_at: noon, cutoff: noon.time() },
            Rule::FirstWorkingDayAfter { of: receipt },
        ];
        for rule in rules {
            let stored = serde_json::to_value(&rule).unwrap();
            assert_eq!(stored["name"], rule.name());
            let counted = Counted::by(rule, &holidays).unwrap();
            let text = serde_json::to_string(&counted).unwrap();
            assert_eq!(serde_json::from_str::<Counted>(&text).unwrap(), counted, "{text}");
            assert!(counted.because().ends_with('.'), "{text}");
        }
    }
}
