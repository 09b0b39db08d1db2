//! Instants and days in Europe/London, across the nights when the clocks change.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::{Europe::London, GapInfo};

/// The date in London at this instant: at 00:30 British Summer Time it is already the next day there, not yet in UTC.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    local(now).date()
}

/// What a London clock on the wall shows at this instant.
pub fn local(now: DateTime<Utc>) -> NaiveDateTime {
    let utc = now.naive_utc();
    let offset = London.offset_from_utc_datetime(&utc).fix();
    // Only the first and last day of the whole calendar can fail; London's distance from UTC means nothing there.
    utc.checked_add_offset(offset).unwrap_or(utc)
}

/// The instant at which this London day is over: the next midnight there (23:00 UTC of the same date in summer).
///
/// What came in before it came in on the day.
pub fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    date.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| instant_at(next, NaiveTime::MIN))
}

/// The instant when a London clock shows `time` on `date`, for anything done at a set hour every night.
///
/// In March an hour does not exist: a time in it means the first instant after the gap. In October an hour comes
/// twice: a time in it means the first of the two. So each date has exactly one such instant.
pub fn instant_at(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let wall = date.and_time(time);
    match London.from_local_datetime(&wall) {
        LocalResult::Single(instant) => instant.to_utc(),
        LocalResult::Ambiguous(one, other) => one.min(other).to_utc(),
        LocalResult::None => {
            GapInfo::new(&wall, &London).and_then(|gap| gap.end).map_or(wall.and_utc(), |end| end.to_utc())
        }
    }
}

/// A date as a letter writes it, with its weekday: "Wednesday 5 February 2025".
pub fn written_out(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

/// An instant as a letter writes it, by the London clock: "22 January 2025 at 16:05 GMT", or BST in summer.
pub fn written_instant(instant: DateTime<Utc>) -> String {
    let zone = London.offset_from_utc_datetime(&instant.naive_utc());
    format!("{} {zone}", local(instant).format("%-d %B %Y at %H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::properties::{day, instant, time};

    /// Last Sundays of March and October.
    const CLOCKS_CHANGE: [(&str, &str); 7] = [
        ("2024-03-31", "2024-10-27"),
        ("2025-03-30", "2025-10-26"),
        ("2026-03-29", "2026-10-25"),
        ("2027-03-28", "2027-10-31"),
        ("2028-03-26", "2028-10-29"),
        ("2029-03-25", "2029-10-28"),
        ("2030-03-31", "2030-10-27"),
    ];

    #[test]
    fn a_submission_half_an_hour_after_midnight_in_summer_belongs_to_the_london_day() {
        assert_eq!(today(instant("2025-07-01T23:30:00Z")), day("2025-07-02"));
        assert_eq!(today(instant("2025-07-01T22:59:59Z")), day("2025-07-01"));
        assert_eq!(today(instant("2025-01-01T23:30:00Z")), day("2025-01-01"));
    }

    #[test]
    fn a_day_ends_at_the_next_london_midnight() {
        for (date, ends_at) in [
            ("2025-01-22", "2025-01-23T00:00:00Z"),
            ("2025-07-01", "2025-07-01T23:00:00Z"),
            ("2025-03-29", "2025-03-30T00:00:00Z"),
            ("2025-03-30", "2025-03-30T23:00:00Z"),
            ("2025-10-25", "2025-10-25T23:00:00Z"),
            ("2025-10-26", "2025-10-27T00:00:00Z"),
        ] {
            assert_eq!(end_of_day(day(date)), instant(ends_at), "{date}");
        }
    }

    #[test]
    fn an_hour_that_is_skipped_in_march_means_the_first_instant_after_it() {
        for (march, _) in CLOCKS_CHANGE {
            let after = instant(&format!("{march}T01:00:00Z"));
            for clock in ["01:00", "01:30", "01:59", "02:00"] {
                assert_eq!(instant_at(day(march), time(clock)), after, "{march} {clock}");
            }
            assert_eq!(instant_at(day(march), time("00:59")), instant(&format!("{march}T00:59:00Z")));
            assert_eq!(instant_at(day(march), time("02:01")), instant(&format!("{march}T01:01:00Z")));
        }
    }

    #[test]
    fn an_hour_that_comes_twice_in_october_means_the_first_of_the_two() {
        for (_, october) in CLOCKS_CHANGE {
            for (clock, utc) in
                [("00:59", "T-"), ("01:00", "T00:00:00Z"), ("01:30", "T00:30:00Z"), ("02:00", "T02:00:00Z")]
            {
                let expected = match utc {
                    "T-" => instant_at(day(october), time("01:00")) - chrono::TimeDelta::minutes(1),
                    utc => instant(&format!("{october}{utc}")),
                };
                assert_eq!(instant_at(day(october), time(clock)), expected, "{october} {clock}");
            }
        }
    }

    #[test]
    fn every_night_has_one_instant_for_every_hour_and_they_come_in_order() {
        for clock in ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "23:59"] {
            let mut last = None;
            for date in day("2024-01-01").iter_days().take_while(|date| *date <= day("2030-12-31")) {
                let at = instant_at(date, time(clock));
                assert_eq!(today(at), date, "{date} {clock}");
                assert!(last < Some(at), "{date} {clock}");
                last = Some(at);
            }
        }
    }

    #[test]
    fn dates_and_instants_are_written_as_in_a_letter() {
        assert_eq!(written_out(day("2025-02-05")), "Wednesday 5 February 2025");
        assert_eq!(written_instant(instant("2025-01-22T16:05:59Z")), "22 January 2025 at 16:05 GMT");
        assert_eq!(written_instant(instant("2025-07-01T23:30:00Z")), "2 July 2025 at 00:30 BST");
        assert_eq!(written_instant(instant("2025-10-26T00:30:00Z")), "26 October 2025 at 01:30 BST");
        assert_eq!(written_instant(instant("2025-10-26T01:30:00Z")), "26 October 2025 at 01:30 GMT");
    }

    #[test]
    fn the_ends_of_the_calendar_are_survived() {
        for date in [NaiveDate::MIN, NaiveDate::MAX] {
            assert!(end_of_day(date) >= date.and_time(NaiveTime::MIN).and_utc());
            assert!(!written_out(date).is_empty());
        }
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert_eq!(today(now).succ_opt().is_none(), now == DateTime::<Utc>::MAX_UTC);
            assert!(!written_instant(now).is_empty());
        }
    }
}
