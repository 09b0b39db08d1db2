//! Dates of a cell: as dates, as British or ISO text, as Excel's serial numbers.

use chrono::{DateTime, Days, NaiveDate};

use super::amount;
use super::cell::Cell;
use super::wrong::Wrong;
use domain::calendar::london;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The first day on which selective licensing could exist: Part 3 of the Housing Act 2004 began on 6 April 2006.
const LICENSING_BEGAN: NaiveDate = match NaiveDate::from_ymd_opt(2006, 4, 6) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// The day on which an application came in: not before licensing began, not after today.
pub(super) fn submitted(cell: &Cell, today: NaiveDate) -> Result<NaiveDate, Wrong> {
    let day = match cell {
        Cell::Day(day) => *day,
        Cell::Text(_) | Cell::Number(_) | Cell::Truth(_) | Cell::Failed(_) => written(&amount::text(cell, 60)?)?,
    };
    if day > today {
        return Err(Wrong::Future);
    }
    if day < LICENSING_BEGAN { Err(Wrong::BeforeLicensing) } else { Ok(day) }
}

fn written(text: &str) -> Result<NaiveDate, Wrong> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(london::today(instant.to_utc()));
    }
    if let Some(day) = serial(text) {
        return Ok(day);
    }
    let parts: Vec<&str> = text.split(['/', '-', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let parts = match parts.as_slice() {
        // A weekday before and a time after say nothing that is needed.
        [weekday, rest @ ..] if is_weekday(weekday) => rest,
        all => all,
    };
    let (Some(first), Some(second), Some(third)) = (parts.first(), parts.get(1), parts.get(2)) else {
        return Err(Wrong::NotADate);
    };
    if parts.get(3).is_some_and(|time| !time.contains(':')) {
        return Err(Wrong::NotADate);
    }
    // "2025-01-22T14:05:00" has its time at the day.
    let third = third.split_once('T').map_or(*third, |(day, _)| day);
    let year_first = first.len() == 4 && number(first).is_some();
    let (year, month, day) = if year_first { (*first, *second, third) } else { (third, *second, *first) };
    let month = number(month).or_else(|| month_named(month)).ok_or(Wrong::NotADate)?;
    let day = number(day.trim_end_matches(|c: char| c.is_ascii_alphabetic())).ok_or(Wrong::NotADate)?;
    let year_number = number(year).ok_or(Wrong::NotADate)?;
    if year.len() != 4 {
        return Err(Wrong::ShortYear);
    }
    let year = i32::try_from(year_number).map_err(|_| Wrong::NotADate)?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or(Wrong::NoSuchDay)
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// "Jan", "january" and "Sept", but not "J".
fn month_named(text: &str) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    let place = MONTHS.iter().position(|month| text.len() >= 3 && month.starts_with(text.as_str()))?;
    u32::try_from(place.saturating_add(1)).ok()
}

fn is_weekday(text: &str) -> bool {
    text.get(..3).is_some_and(|start| {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(&start.to_ascii_lowercase().as_str())
    })
}

/// Excel counts days from 30 December 1899 (for every day after February 1900); a fraction is a time of day.
fn serial(text: &str) -> Option<NaiveDate> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if days.len() != 5 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    days.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| epoch.checked_add_days(Days::new(days.parse().ok()?)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_way_of_writing_the_day_gives_the_day() {
        let ways = [
            "22/01/2025",
            "22/1/2025",
            "22-01-2025",
            "22.01.2025",
            "22 Jan 2025",
            "22 January 2025",
            "22-Jan-2025",
            "22nd January 2025",
            "Wed 22 Jan 2025",
            "Wednesday, 22 January 2025",
            "2025-01-22",
            "2025/01/22",
            "Tue 22 Jan 2025",
            "22/01/2025 14:05",
            "22/01/2025 02:05:11 PM",
            "2025-01-22T14:05:00",
            "2025-01-22 14:05:00",
            "45679",
            "45679.75",
        ];
        for text in ways {
            assert_eq!(submitted(&Cell::Text(text.to_owned()), day("2025-02-01")), Ok(day("2025-01-22")), "{text}");
        }
    }

    #[test]
    fn an_instant_of_a_summer_night_belongs_to_the_london_day() {
        let cell = Cell::Text("2025-06-30T23:30:00Z".to_owned());
        assert_eq!(submitted(&cell, day("2025-08-01")), Ok(day("2025-07-01")));
    }

    #[test]
    fn doubtful_days_are_refused_with_their_remedy() {
        let cases = [
            ("22/01/25", Wrong::ShortYear),
            ("01/22/2025", Wrong::NoSuchDay),
            ("29/02/2025", Wrong::NoSuchDay),
            ("yesterday", Wrong::NotADate),
            ("22/01", Wrong::NotADate),
            ("2025", Wrong::NotADate),
            ("22 J 2025", Wrong::NotADate),
            ("22/01/2025 and later", Wrong::NotADate),
            ("02/02/2025", Wrong::Future),
            ("22/01/1925", Wrong::BeforeLicensing),
        ];
        for (text, wrong) in cases {
            assert_eq!(submitted(&Cell::Text(text.to_owned()), day("2025-02-01")), Err(wrong), "{text}");
        }
    }
}
