//! The rules against a slow reference that walks the calendar day by day, over 2024 to 2030.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};
use proptest::prelude::*;

use super::{
    BankHolidays, Consent, Counted, Dispatch, Method, Occasion, PostRule, ServicePolicy, Trigger, actionable_from,
    deemed_receipt, london,
};

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..2557_i64).prop_map(|days| day("2024-01-01") + chrono::TimeDelta::days(days))
}

fn any_method() -> impl Strategy<Value = Method> {
    prop::sample::select(Method::ALL.to_vec())
}

fn any_policy() -> impl Strategy<Value = ServicePolicy> {
    let rules = vec![PostRule::PracticeDirection1985, PostRule::Cpr626];
    prop::sample::select(rules).prop_map(|post_rule| ServicePolicy { post_rule, ..ServicePolicy::CAUTIOUS })
}

fn event(on: NaiveDate) -> Trigger {
    Trigger::new(on, Occasion::Receipt)
}

fn walk(from: NaiveDate, days: u32) -> NaiveDate {
    (0..days).fold(from, |date, _| date.succ_opt().unwrap())
}

/// Walks to the day with the same number `months` months on, or stops at the last day of that month.
fn walk_months(from: NaiveDate, months: u32) -> NaiveDate {
    let (mut date, mut entered) = (from, 0);
    loop {
        let next = date.succ_opt().unwrap();
        let is_last = next.month() != date.month();
        if entered == months && (date.day() == from.day() || is_last) {
            return date;
        }
        entered += u32::from(is_last);
        date = next;
    }
}

fn walk_working_days(from: NaiveDate, number: u32, holidays: &BankHolidays) -> NaiveDate {
    let listed: Vec<_> = holidays.iter().map(|(on, _)| on).collect();
    let is_open = |date: &NaiveDate| date.weekday().number_from_monday() <= 5 && !listed.contains(date);
    let nth = usize::try_from(number - 1).unwrap();
    from.iter_days().skip(1).filter(is_open).nth(nth).unwrap()
}

fn reference_receipt(dispatch: Dispatch, policy: ServicePolicy, holidays: &BankHolidays) -> NaiveDate {
    let on = dispatch.at.date();
    let yesterday = on.pred_opt().unwrap();
    match (dispatch.method, policy.post_rule) {
        (Method::DeliveredByHand | Method::LeftAtAddress, _) => on,
        (Method::FirstClassPost, PostRule::PracticeDirection1985) => walk_working_days(on, 2, holidays),
        (Method::FirstClassPost, PostRule::Cpr626) => walk_working_days(walk(on, 1), 1, holidays),
        (Method::SecondClassPost, _) => walk_working_days(on, 4, holidays),
        (Method::Email | Method::Portal, _) if dispatch.at.time() < policy.email_cutoff => {
            walk_working_days(yesterday, 1, holidays)
        }
        (Method::Email | Method::Portal, _) => walk_working_days(on, 1, holidays),
    }
}

#[test]
fn every_day_of_twenty_years_counts_as_walking_it_does() {
    for on in day("2020-01-01").iter_days().take(20 * 365 + 5) {
        for days in [7, 14, 28] {
            assert_eq!(Counted::within_days(days, event(on)).unwrap().on(), walk(on, days));
            assert_eq!(Counted::days_beginning_with(days, event(on)).unwrap().on(), walk(on, days - 1));
        }
        for months in [1, 3, 6, 12] {
            let same = walk_months(on, months);
            let last = if same.day() == on.day() { same.pred_opt().unwrap() } else { same };
            assert_eq!(Counted::months_after(months, event(on)).unwrap().on(), same);
            assert_eq!(Counted::months_beginning_with(months, event(on)).unwrap().on(), last);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn periods_of_days_are_what_walking_them_gives(on in any_day(), days in 1_u32..400, margin in 0_u32..5) {
        let within = Counted::within_days(days, event(on)).unwrap();
        prop_assert_eq!(within.on(), walk(on, days));
        let beginning = Counted::days_beginning_with(days, event(on)).unwrap();
        prop_assert_eq!(beginning.on(), walk(on, days - 1));
        let at_least = Counted::at_least_days_after(days, margin, event(on)).unwrap();
        prop_assert_eq!(at_least.on(), walk(on, days + margin));
    }

    #[test]
    fn periods_of_months_are_what_walking_them_gives(on in any_day(), months in 1_u32..70) {
        let same = walk_months(on, months);
        prop_assert_eq!(Counted::months_after(months, event(on)).unwrap().on(), same);
        let last = if same.day() == on.day() { same.pred_opt().unwrap() } else { same };
        prop_assert_eq!(Counted::months_beginning_with(months, event(on)).unwrap().on(), last);
        let following = Counted::months_following(months, event(on.pred_opt().unwrap())).unwrap();
        prop_assert_eq!(following.on(), last);
    }

    #[test]
    fn a_later_event_or_a_longer_period_never_ends_earlier(
        one in any_day(), other in any_day(), few in 1_u32..90, more in 1_u32..90,
    ) {
        let (one, other) = (one.min(other), one.max(other));
        let (few, more) = (few.min(more), few.max(more));
        for rule in [Counted::within_days, Counted::days_beginning_with, Counted::months_after,
                     Counted::months_beginning_with, Counted::months_following] {
            let shortest = rule(few, event(one)).unwrap().on();
            prop_assert!(shortest <= rule(few, event(other)).unwrap().on());
            prop_assert!(shortest <= rule(more, event(one)).unwrap().on());
        }
    }

    #[test]
    fn receipt_is_what_walking_gives_and_the_post_and_the_mail_only_arrive_on_working_days(
        on in any_day(), minute in 0_u32..1440, method in any_method(), policy in any_policy(),
    ) {
        let holidays = BankHolidays::shipped().unwrap();
        let at = on.and_hms_opt(minute / 60, minute % 60, 0).unwrap();
        let dispatch = Dispatch { method, at, consent: Consent::Covers };
        let counted = deemed_receipt(dispatch, policy, &holidays).unwrap();
        prop_assert_eq!(counted.on(), reference_receipt(dispatch, policy, &holidays));
        prop_assert!(counted.on() >= on);
        if !matches!(method, Method::DeliveredByHand | Method::LeftAtAddress) {
            prop_assert!(holidays.is_working_day(counted.on()));
        }
        let stored = serde_json::to_string(&counted).unwrap();
        let shown: Counted = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(shown.because(), counted.because());
        prop_assert_eq!(shown.recount(&holidays).unwrap(), counted.on());
        prop_assert_eq!(shown.recount_as_then().unwrap(), counted.on());
        prop_assert_eq!(shown, counted);
    }

    #[test]
    fn the_practice_direction_is_never_earlier_than_cpr(on in any_day()) {
        let holidays = BankHolidays::shipped().unwrap();
        let at = on.and_time(NaiveTime::MIN);
        let posted = Dispatch { method: Method::FirstClassPost, at, consent: Consent::Absent };
        let received = |post_rule| {
            let policy = ServicePolicy { post_rule, ..ServicePolicy::CAUTIOUS };
            deemed_receipt(posted, policy, &holidays).unwrap().on()
        };
        prop_assert!(received(PostRule::PracticeDirection1985) >= received(PostRule::Cpr626));
    }

    #[test]
    fn no_table_of_holidays_moves_a_due_date(on in any_day(), days in 1_u32..60) {
        let due = Counted::within_days(days, event(on)).unwrap();
        let holidays = BankHolidays::shipped().unwrap();
        prop_assert_eq!(due.recount(&holidays).unwrap(), due.on());
        let acted = actionable_from(due.on(), &holidays).unwrap();
        prop_assert_eq!(acted.on(), walk_working_days(due.on(), 1, &holidays));
        prop_assert!(!matches!(acted.on().weekday(), Weekday::Sat | Weekday::Sun));
    }

    #[test]
    fn what_is_stored_counts_to_the_same_day_again(on in any_day(), number in 1_u32..70, other in any_day()) {
        let holidays = BankHolidays::shipped().unwrap();
        let within = Counted::within_days(number, event(on)).unwrap();
        let chosen = Counted::chosen(other, "Amy", "proof of receipt").unwrap();
        let counted = [
            Counted::months_beginning_with(number, event(on)).unwrap(),
            Counted::gas_deadline(on, Some(other)).unwrap(),
            Counted::licence_end(on.min(other), number, on.max(other)).unwrap(),
            actionable_from(on, &holidays).unwrap(),
            Counted::earliest_of(vec![within, chosen], &holidays).unwrap(),
        ];
        for counted in counted {
            let stored = serde_json::to_string(&counted).unwrap();
            let shown: Counted = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(shown.recount(&holidays).unwrap(), counted.on());
        prop_assert_eq!(shown.recount_as_then().unwrap(), counted.on());
            prop_assert_eq!(shown, counted);
        }
    }

    #[test]
    fn an_instant_lies_in_the_day_that_london_gives_it(seconds in 1_704_067_200_i64..1_924_992_000) {
        let now = DateTime::from_timestamp(seconds, 0).unwrap();
        let today = london::today(now);
        prop_assert!(now < london::end_of_day(today));
        prop_assert!(now >= london::end_of_day(today.pred_opt().unwrap()));
    }
}
