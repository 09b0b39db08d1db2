//! Adding days and months to dates, with every way in which that can fail.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::CannotCount;

const MOST_DAYS: u32 = 36_525;
const MOST_MONTHS: u32 = 1_200;

/// `number`, if it is at least 1 and no more than a hundred years of days.
pub(super) fn sensible_days(number: u32, unit: &'static str) -> Result<u32, CannotCount> {
    sensible(number, MOST_DAYS, unit)
}

fn sensible(number: u32, most: u32, unit: &'static str) -> Result<u32, CannotCount> {
    match number {
        0 => Err(CannotCount::NothingToCount { unit }),
        _ if number > most => Err(CannotCount::TooLong { number, unit }),
        _ => Ok(number),
    }
}

/// The date `days` days after `from`; 0 gives `from` itself.
pub(super) fn plus_days(from: NaiveDate, days: u32) -> Result<NaiveDate, CannotCount> {
    from.checked_add_days(Days::new(days.into())).ok_or(CannotCount::BeyondCalendar { from })
}

/// The day before.
pub(super) fn day_before(date: NaiveDate) -> Result<NaiveDate, CannotCount> {
    date.pred_opt().ok_or(CannotCount::BeyondCalendar { from: date })
}

/// The last of `days` days that come after `event`, whose own day is not counted (D1, D3).
pub(super) fn within_days(event: NaiveDate, days: u32) -> Result<NaiveDate, CannotCount> {
    plus_days(event, sensible_days(days, "days")?)
}

/// The last of `days` days of which `first` is the first (D2).
pub(super) fn days_beginning_with(first: NaiveDate, days: u32) -> Result<NaiveDate, CannotCount> {
    plus_days(first, sensible_days(days, "days")?.saturating_sub(1))
}

/// A day that lies at least `days` days after `event`, and `margin_days` more for safety (D4).
pub(super) fn at_least_days_after(event: NaiveDate, days: u32, margin_days: u32) -> Result<NaiveDate, CannotCount> {
    let first = within_days(event, days)?;
    match margin_days {
        0 => Ok(first),
        _ => plus_days(first, sensible_days(margin_days, "days")?),
    }
}

/// The same date `months` months on, or the last day of that month where it has no such date.
pub(super) fn months_after(event: NaiveDate, months: u32) -> Result<NaiveDate, CannotCount> {
    let months = sensible(months, MOST_MONTHS, "months")?;
    event.checked_add_months(Months::new(months)).ok_or(CannotCount::BeyondCalendar { from: event })
}

/// The last day of `months` months of which `first` is the first day: the day before the same date, or the last day
/// of the month where that has no such date (D5).
pub(super) fn months_beginning_with(first: NaiveDate, months: u32) -> Result<NaiveDate, CannotCount> {
    let same_date = months_after(first, months)?;
    if same_date.day() == first.day() { day_before(same_date) } else { Ok(same_date) }
}

/// The last day of `months` months that follow a period whose last day is `ended_on` (D6).
pub(super) fn months_following(ended_on: NaiveDate, months: u32) -> Result<NaiveDate, CannotCount> {
    months_beginning_with(plus_days(ended_on, 1)?, months)
}

/// The last day of `years` years of which `first` is the first day.
pub(super) fn years_beginning_with(first: NaiveDate, years: u32) -> Result<NaiveDate, CannotCount> {
    let years = sensible(years, MOST_MONTHS / 12, "years")?;
    months_beginning_with(first, years.saturating_mul(12))
}

/// The last day of a licence: `years` years from its first day, but never past the designation (D7, section 91).
pub(super) fn licence_end(
    starts_on: NaiveDate,
    years: u32,
    designation_ends_on: NaiveDate,
) -> Result<NaiveDate, CannotCount> {
    if starts_on > designation_ends_on {
        return Err(CannotCount::DesignationOver { starts_on, designation_ends_on });
    }
    Ok(years_beginning_with(starts_on, years)?.min(designation_ends_on))
}

/// Whether a gas check fell in the two months that end with the record's deadline, and so keeps that date
/// (regulation 36A, Gas Safety Regulations 1998).
pub(super) fn keeps_gas_deadline(checked_on: NaiveDate, deadline_on: NaiveDate) -> bool {
    let window_opens = deadline_on.checked_sub_months(Months::new(2));
    checked_on <= deadline_on && window_opens.is_none_or(|before| checked_on > before)
}

/// The day by which the next gas check is due: 12 months from this check, or from the deadline that it keeps.
pub(super) fn gas_deadline(checked_on: NaiveDate, previous: Option<NaiveDate>) -> Result<NaiveDate, CannotCount> {
    let from = previous.filter(|deadline| keeps_gas_deadline(checked_on, *deadline)).unwrap_or(checked_on);
    months_after(from, 12)
}

/// Whether the month `months` months on has no date with the number of `from`, so that its last day stands in.
pub(super) fn lacks_same_date(from: NaiveDate, months: u32) -> bool {
    months_after(from, months).is_ok_and(|same_date| same_date.day() != from.day())
}
