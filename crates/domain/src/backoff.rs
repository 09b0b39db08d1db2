//! When a letter that did not leave is tried again, and when people must be told.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

use super::calendar::{BankHolidays, london};

/// The largest share by which a wait is shortened or lengthened, so that letters do not return all at once.
pub const LARGEST_JITTER: f64 = 0.2;

/// When to try again after `attempt` attempts have failed (the first is 1): 1, 5, 15 minutes, an hour, then hourly.
///
/// `jitter` is a share of the wait, from -0.2 to 0.2; more is cut to that.
#[must_use]
pub fn next_attempt(attempt: u32, now: DateTime<Utc>, jitter: f64) -> DateTime<Utc> {
    let minutes: u64 = match attempt {
        0 | 1 => 1,
        2 => 5,
        3 => 15,
        _ => 60,
    };
    let jitter = if jitter.is_finite() { jitter.clamp(-LARGEST_JITTER, LARGEST_JITTER) } else { 0.0 };
    let wait = std::time::Duration::from_secs(minutes * 60).mul_f64(1.0 + jitter);
    now + Duration::from_std(wait).unwrap_or_else(|_| Duration::hours(1))
}

/// Whether an officer must be told that a letter still has not left: 24 hours after the first attempt, or at `latest`
/// when that comes first.
#[must_use]
pub fn needs_attention(first_attempt_at: DateTime<Utc>, now: DateTime<Utc>, latest: Option<DateTime<Utc>>) -> bool {
    now >= first_attempt_at + Duration::hours(24) || latest.is_some_and(|latest| now >= latest)
}

/// The last instant at which waiting is safe for a letter that speaks of these due dates: the London midnight with which the
/// second working day before the earliest of them begins. Days that are past, and no due date at all, hurry nobody.
#[must_use]
pub fn latest(due: &[NaiveDate], now: DateTime<Utc>, holidays: &BankHolidays) -> Option<DateTime<Utc>> {
    let next = due.iter().filter(|day| **day >= london::today(now)).min()?;
    Some(london::instant_at(holidays.nth_working_day_before(*next, 2)?, NaiveTime::MIN))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::testing::{day, instant};

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2025, 1, 22, 12, 0, 0).unwrap()
    }

    #[test]
    fn the_waits_grow_to_an_hour_and_stay_there() {
        let cases = [(0, 60), (1, 60), (2, 300), (3, 900), (4, 3600), (5, 3600), (100, 3600), (u32::MAX, 3600)];
        for (attempt, seconds) in cases {
            assert_eq!((next_attempt(attempt, noon(), 0.0) - noon()).num_seconds(), seconds, "attempt {attempt}");
        }
    }

    #[test]
    fn jitter_moves_a_wait_by_a_fifth_at_most() {
        let cases = [
            (-0.2, 48_000),
            (0.1, 66_000),
            (0.2, 72_000),
            (5.0, 72_000),
            (-9.0, 48_000),
            (f64::NAN, 60_000),
            (f64::INFINITY, 60_000),
        ];
        for (jitter, milliseconds) in cases {
            let wait = (next_attempt(1, noon(), jitter) - noon()).num_milliseconds();
            assert!((wait - milliseconds).abs() <= 1, "{jitter}: {wait}");
        }
    }

    #[test]
    fn three_days_without_a_relay_need_about_seventy_five_attempts() {
        let (mut now, mut attempts) = (noon(), 0);
        while now < noon() + Duration::hours(72) {
            attempts += 1;
            now = next_attempt(attempts, now, 0.0);
        }
        assert_eq!(attempts, 75);
    }

    #[test]
    fn people_are_told_after_a_day_or_when_waiting_is_no_longer_safe() {
        let hours = |n| noon() + Duration::hours(n);
        let cases = [
            (hours(23), None, false),
            (hours(24), None, true),
            (hours(5), Some(hours(6)), false),
            (hours(6), Some(hours(6)), true),
            (hours(24), Some(hours(60)), true),
        ];
        for (now, latest, expected) in cases {
            assert_eq!(needs_attention(noon(), now, latest), expected, "{now} {latest:?}");
        }
    }

    #[test]
    fn waiting_is_safe_until_two_working_days_before_the_next_due_date() {
        let holidays = BankHolidays::shipped().unwrap();
        let cases = [
            (vec![], None),
            (vec!["2025-01-21"], None),
            (vec!["2025-02-05"], Some("2025-02-03T00:00:00Z")),
            (vec!["2025-02-03"], Some("2025-01-30T00:00:00Z")),
            (vec!["2025-04-22"], Some("2025-04-15T23:00:00Z")), // Easter between, and summer time
            (vec!["2025-01-21", "2025-02-12", "2025-02-05"], Some("2025-02-03T00:00:00Z")),
            (vec!["2025-01-22"], Some("2025-01-20T00:00:00Z")),
        ];
        for (due, expected) in cases {
            let days = due.iter().map(|text| day(text)).collect::<Vec<_>>();
            assert_eq!(latest(&days, noon(), &holidays), expected.map(instant), "{due:?}");
        }
    }
}
