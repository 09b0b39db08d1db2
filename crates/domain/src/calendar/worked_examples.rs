//! The rules of periods on the examples that were worked out by hand, and the sentence that each gives.

use super::{BankHolidays, CannotCount, Counted, Occasion, Trigger, properties::day};

fn of(on: &str, occasion: Occasion) -> Trigger {
    Trigger::new(day(on), occasion)
}

#[test]
fn every_worked_example_gives_its_day() {
    use Occasion::{Decision, ExemptionEnd, Notice, Receipt, Service, SufficientEvidence};
    let given = of("2025-01-22", Receipt);
    for (counted, on) in [
        (Counted::within_days(7, given), "2025-01-29"),
        (Counted::within_days(14, given), "2025-02-05"),
        (Counted::within_days(28, of("2025-03-10", Notice)), "2025-04-07"),
        (Counted::days_beginning_with(7, of("2025-02-18", Decision)), "2025-02-24"),
        (Counted::days_beginning_with(28, of("2025-02-18", Decision)), "2025-03-17"),
        (Counted::days_beginning_with(1, of("2025-02-18", Decision)), "2025-02-18"),
        (Counted::at_least_days_after(14, 0, of("2025-02-03", Service)), "2025-02-17"),
        (Counted::at_least_days_after(14, 1, of("2025-02-03", Service)), "2025-02-18"),
        (Counted::months_beginning_with(6, of("2025-03-10", SufficientEvidence)), "2025-09-09"),
        (Counted::months_beginning_with(3, of("2025-01-15", Service)), "2025-04-14"),
        (Counted::months_beginning_with(3, of("2024-11-30", Service)), "2025-02-28"),
        (Counted::months_beginning_with(3, of("2027-11-30", Service)), "2028-02-29"),
        (Counted::months_beginning_with(3, of("2027-11-29", Service)), "2028-02-28"),
        (Counted::months_beginning_with(1, of("2025-01-01", Service)), "2025-01-31"),
        (Counted::months_beginning_with(1, of("2025-01-31", Service)), "2025-02-28"),
        (Counted::months_following(3, of("2025-04-14", ExemptionEnd)), "2025-07-14"),
    ] {
        let counted = counted.unwrap();
        assert_eq!(counted.on(), day(on), "{}", counted.because());
        assert_eq!(counted.recount(&BankHolidays::none()), Ok(day(on)));
    }
}

#[test]
fn a_due_date_stays_on_a_bank_holiday() {
    let counted = Counted::within_days(14, of("2025-04-04", Occasion::Receipt)).unwrap();
    assert_eq!(counted.on(), day("2025-04-18"));
    assert_eq!(counted.recount(&BankHolidays::shipped().unwrap()), Ok(day("2025-04-18")));
}

#[test]
fn a_yearly_duty_keeps_its_date_and_a_leap_day_becomes_the_28th() {
    for (from, months, on) in [
        ("2025-06-03", 12, "2026-06-03"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-02-29", 60, "2029-02-28"),
        ("2025-01-31", 1, "2025-02-28"),
    ] {
        let counted = Counted::months_after(months, of(from, Occasion::ElectricalInspection)).unwrap();
        assert_eq!(counted.on(), day(on), "{}", counted.because());
    }
}

#[test]
fn a_gas_check_in_the_last_two_months_keeps_the_old_date() {
    for (checked_on, deadline, next) in [
        ("2025-06-03", None, "2026-06-03"),
        ("2025-05-02", Some("2025-07-01"), "2026-07-01"),
        ("2025-07-01", Some("2025-07-01"), "2026-07-01"),
        ("2025-05-01", Some("2025-07-01"), "2026-05-01"),
        ("2025-07-02", Some("2025-07-01"), "2026-07-02"),
    ] {
        let counted = Counted::gas_deadline(day(checked_on), deadline.map(day)).unwrap();
        assert_eq!(counted.on(), day(next), "{}", counted.because());
    }
}

#[test]
fn a_licence_never_outlasts_its_designation() {
    for (starts_on, years, ends_on, is_capped) in [
        ("2025-03-01", 5, "2029-10-31", true),
        ("2024-11-01", 5, "2029-10-31", false),
        ("2024-11-02", 5, "2029-10-31", true),
        ("2025-03-01", 1, "2026-02-28", false),
        ("2024-02-29", 5, "2029-02-28", false),
        ("2029-10-31", 1, "2029-10-31", true),
    ] {
        let counted = Counted::licence_end(day(starts_on), years, day("2029-10-31")).unwrap();
        assert_eq!(counted.on(), day(ends_on), "{}", counted.because());
        assert_eq!(counted.is_capped_by_designation(), is_capped, "{}", counted.because());
    }
    let too_late = Counted::licence_end(day("2029-11-01"), 1, day("2029-10-31"));
    assert!(matches!(too_late, Err(CannotCount::DesignationOver { .. })));
}

#[test]
fn every_rule_says_why_in_one_sentence() {
    let holidays = BankHolidays::none();
    let receipt = of("2025-01-22", Occasion::Receipt);
    let week = Counted::within_days(7, receipt).unwrap();
    let fortnight = Counted::within_days(14, receipt).unwrap();
    for (counted, sentence) in [
        (
            Ok(fortnight.clone()),
            "14 days after Wednesday 22 January 2025, the day of receipt, which is not itself counted, ends on Wednesday 5 February 2025; weekends and bank holidays count.",
        ),
        (
            Counted::within_days(1, receipt),
            "1 day after Wednesday 22 January 2025, the day of receipt, which is not itself counted, ends on Thursday 23 January 2025; weekends and bank holidays count.",
        ),
        (
            Counted::days_beginning_with(28, of("2025-02-18", Occasion::Decision)),
            "28 days beginning with Tuesday 18 February 2025, the day of the decision, which is itself the first, ends on Monday 17 March 2025; weekends and bank holidays count.",
        ),
        (
            Counted::at_least_days_after(14, 1, of("2025-02-03", Occasion::Service)),
            "The first day at least 14 days after Monday 3 February 2025, the day of service, is Monday 17 February 2025, and 1 day more for safety makes it Tuesday 18 February 2025; weekends and bank holidays count.",
        ),
        (
            Counted::at_least_days_after(14, 0, of("2025-02-03", Occasion::Service)),
            "The first day at least 14 days after Monday 3 February 2025, the day of service, is Monday 17 February 2025; weekends and bank holidays count.",
        ),
        (
            Counted::months_beginning_with(6, of("2025-03-10", Occasion::SufficientEvidence)),
            "6 months beginning with Monday 10 March 2025, the first day of sufficient evidence, which is itself the first day, ends on Tuesday 9 September 2025, the day before the same date 6 months on.",
        ),
        (
            Counted::months_beginning_with(3, of("2024-11-30", Occasion::Service)),
            "3 months beginning with Saturday 30 November 2024, the day of service, which is itself the first day, ends on Friday 28 February 2025, the last day of a month that has no 30th.",
        ),
        (
            Counted::months_following(3, of("2025-04-14", Occasion::ExemptionEnd)),
            "3 months after Monday 14 April 2025, the last day of the temporary exemption, begins on Tuesday 15 April 2025 and ends on Monday 14 July 2025, the day before the same date 3 months on.",
        ),
        (
            Counted::months_after(12, of("2024-02-29", Occasion::LandlordInspection)),
            "12 months after Thursday 29 February 2024, the day of the landlord's inspection, is Friday 28 February 2025, the last day of a month that has no 29th.",
        ),
        (
            Counted::gas_deadline(day("2025-05-02"), Some(day("2025-07-01"))),
            "The gas check of Friday 2 May 2025 was made in the last two months before Tuesday 1 July 2025, when it was due, and so keeps that date (regulation 36A); 12 months after it is Wednesday 1 July 2026.",
        ),
        (
            Counted::licence_end(day("2025-03-01"), 5, day("2029-10-31")),
            "A licence of 5 years beginning with Saturday 1 March 2025 would end on Thursday 28 February 2030, but the designation ends first, and so the licence ends with it on Wednesday 31 October 2029.",
        ),
        (
            Counted::licence_end(day("2025-03-01"), 1, day("2029-10-31")),
            "A licence of 1 year beginning with Saturday 1 March 2025 ends on Saturday 28 February 2026, no later than the designation, which ends on Wednesday 31 October 2029.",
        ),
        (
            Counted::earliest_of(vec![fortnight, week], &holidays),
            "Wednesday 29 January 2025 is the earliest of Wednesday 5 February 2025; Wednesday 29 January 2025, and is counted so: 7 days after Wednesday 22 January 2025, the day of receipt, which is not itself counted, ends on Wednesday 29 January 2025; weekends and bank holidays count.",
        ),
        (
            Counted::chosen(day("2025-03-01"), " Amy Carter ", "tribunal direction of 3 February 2025"),
            "Saturday 1 March 2025 was chosen by Amy Carter, on this authority: tribunal direction of 3 February 2025.",
        ),
    ] {
        assert_eq!(counted.unwrap().because(), sentence);
    }
}
