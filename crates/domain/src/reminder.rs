//! What a due date calls for on a night: which rung of the ladder, which rungs were missed, and whether a breach is to be proposed.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::id::{CheckId, LetterId, ReminderId, words};
use super::scheme::{Ladder, LetterCode};

words! {
    /// What has become of a rung for one recipient.
    ReminderState {
        /// Called for: its letter is sent, or on its way.
        Called = "called",
        /// Missed, and overtaken by a later rung of the same night.
        Superseded = "superseded",
    }
}

words! {
    /// What a reminder is about.
    SubjectKind {
        /// An item of a demand.
        Item = "item",
        /// An obligation.
        Obligation = "obligation",
    }
}

/// One rung for one recipient. Its key is unique in the database: that, and not memory, keeps it from being repeated.
#[derive(Clone, Debug, PartialEq)]
pub struct Reminder {
    /// Derived from subject, rung, due date and recipient, so that the same reminder always has the same identifier.
    pub id: ReminderId,
    /// Item or obligation.
    pub subject_kind: SubjectKind,
    /// Its identifier.
    pub subject_id: String,
    /// The home, which names the case.
    pub property_id: super::id::PropertyId,
    /// Who is reminded.
    pub recipient_id: super::id::PartyId,
    /// Days from the due date: -7, -3, -1, 0, 1.
    pub rung: i32,
    /// The due date it speaks of.
    pub due_on: NaiveDate,
    /// The letter's code.
    pub code: LetterCode,
    /// Sent or overtaken.
    pub state: ReminderState,
    /// The letter that carries it.
    pub letter_id: Option<LetterId>,
    /// What the line of the letter names: the condition's title.
    pub title: String,
    /// What the line refers to: the demand's reference, or the licence's number.
    pub reference: String,
    /// The night.
    pub called_on: NaiveDate,
    /// The run of the check.
    pub check_id: CheckId,
}

/// A due date with its ladder, as the night sees it.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// The due date.
    pub due_on: NaiveDate,
    /// Rungs up to this day are dealt with.
    pub called_through: NaiveDate,
    /// The ladder.
    pub ladder: &'a Ladder,
    /// Whether the first morning after the due date proposes a breach.
    pub proposes_breach: bool,
    /// Whether a breach was proposed already.
    pub breach_proposed: bool,
    /// Whether an answer waits for an officer: no reminder then.
    pub under_review: bool,
    /// Whether what came in, came in time: no breach then.
    pub answered_in_time: bool,
    /// Until when an officer agreed to wait.
    pub waiting_until: Option<NaiveDate>,
}

/// What a night calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The rung to send, in days from the due date.
    pub send: Option<i32>,
    /// Rungs that were missed and are overtaken.
    pub superseded: Vec<i32>,
    /// Whether to propose a breach.
    pub breach: bool,
    /// The night from which to look again.
    pub next_call_on: Option<NaiveDate>,
}

impl Watched<'_> {
    /// What this due date calls for on the night of `today`.
    #[must_use]
    pub fn call(&self, today: NaiveDate) -> Call {
        if self.answered_in_time {
            return Call { send: None, superseded: Vec::new(), breach: false, next_call_on: None };
        }
        let quiet = self.under_review || self.waiting_until.is_some_and(|until| today <= until);
        let mut missed = self.rungs_between(self.called_through, today);
        let send = if quiet { None } else { missed.pop() };
        let breach = self.proposes_breach && !self.breach_proposed && today > self.due_on;
        Call { send, superseded: missed, breach, next_call_on: self.next(today, self.breach_proposed || breach) }
    }

    fn rungs_between(&self, after: NaiveDate, through: NaiveDate) -> Vec<i32> {
        let due = |(_, day): &(i32, NaiveDate)| *day > after && *day <= through;
        rungs(self.due_on, self.ladder).filter(due).map(|(rung, _)| rung).collect()
    }

    fn next(&self, today: NaiveDate, breach_proposed: bool) -> Option<NaiveDate> {
        next_call(self.due_on, self.ladder, self.proposes_breach && !breach_proposed, today)
    }
}

/// The first night after `today` on which a fresh due date calls for anything.
#[must_use]
pub fn first_call(due_on: NaiveDate, ladder: &Ladder, proposes_breach: bool, today: NaiveDate) -> Option<NaiveDate> {
    next_call(due_on, ladder, proposes_breach, today)
}

fn next_call(due_on: NaiveDate, ladder: &Ladder, breach_open: bool, today: NaiveDate) -> Option<NaiveDate> {
    let rung = rungs(due_on, ladder).map(|(_, day)| day).find(|day| *day > today);
    let breach = breach_open.then(|| due_on.succ_opt()).flatten().map(|day| later(day, today));
    rung.into_iter().chain(breach).min()
}

fn later(day: NaiveDate, today: NaiveDate) -> NaiveDate {
    if day > today { day } else { today.succ_opt().unwrap_or(today) }
}

fn rungs(due_on: NaiveDate, ladder: &Ladder) -> impl Iterator<Item = (i32, NaiveDate)> {
    ladder.rungs().into_iter().filter_map(move |rung| {
        let day = due_on.checked_add_signed(TimeDelta::try_days(rung)?)?;
        Some((i32::try_from(rung).ok()?, day))
    })
}

/// The letter code of a rung of a demand: a reminder until the due date, the overdue letter after it.
#[must_use]
pub fn demand_letter(rung: i32) -> LetterCode {
    if rung > 0 { LetterCode::D3 } else { LetterCode::D2 }
}

/// A reading of the two clocks of a machine: what the calendar says, and how long the machine has been up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// The calendar's instant (UTC).
    pub wall: DateTime<Utc>,
    /// Names this start of the machine; readings of different starts cannot be compared.
    pub boot: String,
    /// Time since the machine started.
    pub uptime: TimeDelta,
}

/// The most that the two clocks may drift apart between two readings.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// How far the calendar's clock has jumped between two readings: `None` if it has not, or nothing can be said.
///
/// Time that runs backwards is a jump even across a restart.
#[must_use]
pub fn jump(before: &ClockReading, now: &ClockReading) -> Option<TimeDelta> {
    let passed = now.wall - before.wall;
    if before.boot == now.boot {
        let drift = passed - (now.uptime - before.uptime);
        return (drift.abs() > TOLERANCE).then_some(drift);
    }
    (passed < -TOLERANCE).then_some(passed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn ladder() -> Ladder {
        Ladder { before: vec![7, 3, 1], on_the_day: true, after: vec![1] }
    }

    /// Due Wednesday 5 February 2025, served a fortnight before.
    fn watched(ladder: &Ladder) -> Watched<'_> {
        Watched {
            due_on: day("2025-02-05"),
            called_through: day("2025-01-22"),
            ladder,
            proposes_breach: true,
            breach_proposed: false,
            under_review: false,
            answered_in_time: false,
            waiting_until: None,
        }
    }

    #[test]
    fn each_rung_comes_on_its_night_and_the_breach_on_the_first_morning_after() {
        let ladder = ladder();
        let mut item = watched(&ladder);
        let mut nights = Vec::new();
        let mut night = day("2025-01-23");
        while let Some(next) = item.call(night).next_call_on.or(Some(night)).filter(|_| night < day("2025-03-01")) {
            let call = item.call(night);
            if call.send.is_some() || call.breach {
                nights.push((night.to_string(), call.send, call.superseded.clone(), call.breach));
            }
            item.called_through = night;
            item.breach_proposed |= call.breach;
            if call.next_call_on.is_none() {
                break;
            }
            night = next;
        }
        let told = |night: &str, rung, breach| (night.to_owned(), Some(rung), Vec::new(), breach);
        let wanted = [
            told("2025-01-29", -7, false),
            told("2025-02-02", -3, false),
            told("2025-02-04", -1, false),
            told("2025-02-05", 0, false),
            told("2025-02-06", 1, true),
        ];
        assert_eq!(nights, wanted);
    }

    #[test]
    fn missed_nights_are_made_up_for_by_the_latest_rung_alone() {
        let ladder = ladder();
        let item = watched(&ladder);
        for (night, send, superseded, breach) in [
            ("2025-01-30", Some(-7), vec![], false),
            ("2025-02-02", Some(-3), vec![-7], false),
            ("2025-02-05", Some(0), vec![-7, -3, -1], false),
            ("2025-03-07", Some(1), vec![-7, -3, -1, 0], true),
        ] {
            let call = item.call(day(night));
            assert_eq!((call.send, call.superseded, call.breach), (send, superseded, breach), "{night}");
        }
    }

    #[test]
    fn an_answer_in_time_silences_the_calendar_and_a_late_one_only_the_reminders() {
        let ladder = ladder();
        let in_time = Watched { answered_in_time: true, under_review: true, ..watched(&ladder) };
        let nothing = Call { send: None, superseded: vec![], breach: false, next_call_on: None };
        assert_eq!(in_time.call(day("2025-02-06")), nothing);
        let late = Watched { under_review: true, ..watched(&ladder) };
        let call = late.call(day("2025-02-06"));
        assert_eq!((call.send, call.breach), (None, true));
    }

    #[test]
    fn waiting_pauses_reminders_but_neither_the_due_date_nor_the_breach() {
        let ladder = ladder();
        let waiting = Watched { waiting_until: Some(day("2025-02-20")), ..watched(&ladder) };
        assert_eq!(waiting.call(day("2025-02-05")).send, None);
        assert!(waiting.call(day("2025-02-06")).breach);
    }

    #[test]
    fn a_breach_is_proposed_once_and_then_the_calendar_is_silent() {
        let ladder = ladder();
        let proposed = Watched { breach_proposed: true, called_through: day("2025-02-06"), ..watched(&ladder) };
        let nothing = Call { send: None, superseded: vec![], breach: false, next_call_on: None };
        assert_eq!(proposed.call(day("2025-02-07")), nothing);
    }

    proptest! {
        #[test]
        fn whatever_nights_are_missed_each_rung_is_sent_or_superseded_once_and_one_breach_is_proposed(
            nights in proptest::collection::btree_set(0_u64..40, 1..20),
        ) {
            let ladder = ladder();
            let mut item = watched(&ladder);
            let (mut dealt_with, mut breaches) = (Vec::new(), 0);
            for night in nights.iter().map(|after| day("2025-01-23") + chrono::Days::new(*after)) {
                let call = item.call(night);
                dealt_with.extend(call.superseded.iter().copied().chain(call.send));
                breaches += i32::from(call.breach);
                prop_assert!(call.next_call_on.is_none_or(|next| next > night));
                item.called_through = night;
                item.breach_proposed |= call.breach;
            }
            let last = day("2025-01-23") + chrono::Days::new(*nights.iter().max().unwrap());
            let wanted = rungs(item.due_on, &ladder).filter(|(_, day)| *day <= last).map(|(rung, _)| rung);
            prop_assert_eq!(dealt_with, wanted.collect::<Vec<_>>());
            prop_assert_eq!(breaches, i32::from(last > item.due_on));
        }
    }

    #[test]
    fn a_jump_of_the_clock_is_seen_and_a_restart_is_not_one() {
        let reading = |wall: &str, boot: &str, minutes| ClockReading {
            wall: wall.parse().unwrap(),
            boot: boot.to_owned(),
            uptime: TimeDelta::minutes(minutes),
        };
        let before = reading("2025-01-22T02:30:00Z", "a", 100);
        let day_later = 100 + 24 * 60;
        for (now, jumped) in [
            (reading("2025-01-23T02:30:00Z", "a", day_later), None),
            (reading("2025-01-23T02:34:00Z", "a", day_later), None),
            (reading("2025-01-23T05:30:00Z", "a", day_later), Some(TimeDelta::hours(3))),
            (reading("2025-03-04T02:30:00Z", "a", day_later), Some(TimeDelta::days(40))),
            (reading("2024-12-14T02:30:00Z", "a", day_later), Some(TimeDelta::days(-40))),
            (reading("2025-03-04T02:30:00Z", "b", 5), None),
            (reading("2024-12-14T02:30:00Z", "b", 5), Some(TimeDelta::days(-39))),
        ] {
            let found = jump(&before, &now);
            assert_eq!(found.is_some(), jumped.is_some(), "{now:?}");
            if now.boot == before.boot {
                assert_eq!(found, jumped);
            }
        }
    }
}
