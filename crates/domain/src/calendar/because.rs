//! The sentence that says why a date is that day; it is printed in letters and read out at tribunals.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

use super::{BankHoliday, Counted, Method, Occasion, Rule, Trigger, arithmetic, london::written_out};

const EVERY_DAY_COUNTS: &str = "weekends and bank holidays count";
const PRACTICE_DIRECTION: &str = "Practice Direction [1985] 1 All ER 889";

pub(super) fn sentence(counted: &Counted) -> String {
    let on = written_out(counted.on());
    let working = working_days_only(counted.bank_holidays());
    match counted.rule() {
        Rule::WithinDays { days, of } => {
            let (days, event) = (some(*days, "day"), told(of));
            format!("{days} after {event}, which is not itself counted, ends on {on}; {EVERY_DAY_COUNTS}.")
        }
        Rule::DaysBeginningWith { days, of } => {
            let (days, event) = (some(*days, "day"), told(of));
            format!("{days} beginning with {event}, which is itself the first, ends on {on}; {EVERY_DAY_COUNTS}.")
        }
        Rule::AtLeastDaysAfter { days, margin_days, of } => at_least(*days, *margin_days, of, &on),
        Rule::MonthsBeginningWith { months, of } => months_beginning(*months, of, &on),
        Rule::MonthsFollowing { months, of } => months_following(*months, of, &on),
        Rule::MonthsAfter { months, of } => months_after(*months, of, &on),
        Rule::GasDeadline { checked_on, previous_deadline } => gas(*checked_on, *previous_deadline, &on),
        Rule::LicenceEnd { starts_on, years, designation_ends_on } => {
            licence(*starts_on, *years, *designation_ends_on, counted)
        }
        Rule::EarliestOf { of } => earliest(of, counted.on()),
        Rule::Chosen { by, authority, .. } => {
            format!("{on} was chosen by {by}, on this authority: {authority}.")
        }
        Rule::ReceivedSameDay { method, delivered_on } => {
            format!("{} on {}, and so received on that day.", sent(*method), written_out(*delivered_on))
        }
        Rule::PostPracticeDirection1985 { method, posted_on } => {
            posted(*method, *posted_on, &on, PRACTICE_DIRECTION, &working)
        }
        Rule::PostCpr626 { posted_on } => first_class_cpr(*posted_on, counted.on(), &working),
        Rule::PostCpr626SecondClass { posted_on } => {
            let source = format!("{PRACTICE_DIRECTION}, as CPR 6.26 has no rule for second class post");
            posted(Method::SecondClassPost, *posted_on, &on, &source, &working)
        }
        Rule::Electronic { method, sent_at, cutoff } => electronic(*method, *sent_at, *cutoff, counted.on(), &working),
        Rule::FirstWorkingDayAfter { of } => format!("The first working day after {}, is {on}; {working}.", told(of)),
    }
}

fn some(number: u32, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

fn told(event: &Trigger) -> String {
    format!("{}, {}", written_out(event.on), occasion(event.occasion))
}

fn occasion(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Receipt => "the day of receipt",
        Occasion::Service => "the day of service",
        Occasion::Notice => "the day of the notice",
        Occasion::Decision => "the day of the decision",
        Occasion::ReturnForCompletion => "the day the application was sent back for completion",
        Occasion::Grant => "the day of the grant",
        Occasion::LicenceStart => "the day the licence started",
        Occasion::LicenceYearEnd => "the last day of the licence year",
        Occasion::ExemptionEnd => "the last day of the temporary exemption",
        Occasion::Death => "the day the licence holder died",
        Occasion::SufficientEvidence => "the first day of sufficient evidence",
        Occasion::ConductEnd => "the last day of the conduct",
        Occasion::GasCheck => "the day of the gas safety check",
        Occasion::ElectricalInspection => "the day of the electrical inspection",
        Occasion::LandlordInspection => "the day of the landlord's inspection",
        Occasion::WorkCompleted => "the day the work was completed",
        Occasion::DueDay => "the due day",
    }
}

fn sent(method: Method) -> &'static str {
    match method {
        Method::DeliveredByHand => "Delivered by hand",
        Method::LeftAtAddress => "Left at the proper address",
        Method::FirstClassPost => "Posted first class",
        Method::SecondClassPost => "Posted second class",
        Method::Email => "Sent by e-mail, to which the recipient had consented,",
        Method::Portal => "Put on the portal, to which the recipient had consented,",
    }
}

fn working_days_only(passed: &[BankHoliday]) -> String {
    let named: Vec<_> = passed.iter().map(|day| format!("{}, {}", written_out(day.on), day.title)).collect();
    if named.is_empty() {
        "weekends and bank holidays do not count".to_owned()
    } else {
        format!("weekends and bank holidays do not count (here {})", named.join("; "))
    }
}

fn at_least(days: u32, margin_days: u32, of: &Trigger, on: &str) -> String {
    let period = format!("{} after {}", some(days, "day"), told(of));
    match arithmetic::within_days(of.on, days) {
        Ok(first) if margin_days > 0 => format!(
            "The first day at least {period}, is {}, and {} more for safety makes it {on}; {EVERY_DAY_COUNTS}.",
            written_out(first),
            some(margin_days, "day"),
        ),
        Ok(_) | Err(_) => format!("The first day at least {period}, is {on}; {EVERY_DAY_COUNTS}."),
    }
}

fn months_beginning(months: u32, of: &Trigger, on: &str) -> String {
    let why = last_day_because(of.on, months);
    format!(
        "{} beginning with {}, which is itself the first day, ends on {on}, {why}.",
        some(months, "month"),
        told(of)
    )
}

fn months_following(months: u32, of: &Trigger, on: &str) -> String {
    let Ok(first) = arithmetic::plus_days(of.on, 1) else {
        return format!("{} after {}, ends on {on}.", some(months, "month"), told(of));
    };
    let (months_long, why) = (some(months, "month"), last_day_because(first, months));
    format!("{months_long} after {}, begins on {} and ends on {on}, {why}.", told(of), written_out(first))
}

fn last_day_because(first: NaiveDate, months: u32) -> String {
    if arithmetic::lacks_same_date(first, months) {
        no_such_date(first)
    } else {
        format!("the day before the same date {} on", some(months, "month"))
    }
}

fn months_after(months: u32, of: &Trigger, on: &str) -> String {
    let cut =
        if arithmetic::lacks_same_date(of.on, months) { format!(", {}", no_such_date(of.on)) } else { String::new() };
    format!("{} after {}, is {on}{cut}.", some(months, "month"), told(of))
}

fn no_such_date(first: NaiveDate) -> String {
    format!("the last day of a month that has no {}", ordinal(first.day()))
}

fn ordinal(day: u32) -> String {
    let ending = match (day, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

fn gas(checked_on: NaiveDate, previous_deadline: Option<NaiveDate>, on: &str) -> String {
    let checked = written_out(checked_on);
    match previous_deadline {
        Some(deadline) if arithmetic::keeps_gas_deadline(checked_on, deadline) => format!(
            "The gas check of {checked} was made in the last two months before {}, when it was due, and so keeps that \
             date (regulation 36A); 12 months after it is {on}.",
            written_out(deadline),
        ),
        Some(_) | None => {
            format!("12 months after {checked}, the day of the gas safety check, is {on}.")
        }
    }
}

fn licence(starts_on: NaiveDate, years: u32, designation_ends_on: NaiveDate, counted: &Counted) -> String {
    let licence = format!("A licence of {} beginning with {}", some(years, "year"), written_out(starts_on));
    let designation = written_out(designation_ends_on);
    match arithmetic::years_beginning_with(starts_on, years) {
        Ok(full) if full > designation_ends_on => format!(
            "{licence} would end on {}, but the designation ends first, and so the licence ends with it on {designation}.",
            written_out(full),
        ),
        Ok(_) | Err(_) => {
            format!(
                "{licence} ends on {}, no later than the designation, which ends on {designation}.",
                written_out(counted.on())
            )
        }
    }
}

fn earliest(of: &[Counted], on: NaiveDate) -> String {
    let dates: Vec<_> = of.iter().map(|counted| written_out(counted.on())).collect();
    let first = of.iter().find(|counted| counted.on() == on).map(Counted::because).unwrap_or_default();
    format!("{} is the earliest of {}, and is counted so: {first}", written_out(on), dates.join("; "))
}

fn posted(method: Method, posted_on: NaiveDate, on: &str, source: &str, working: &str) -> String {
    let count = if method == Method::FirstClassPost { "second" } else { "fourth" };
    format!(
        "{} on {}, and taken to be received on the {count} working day after posting, {on} ({source}); {working}.",
        sent(method),
        written_out(posted_on),
    )
}

fn first_class_cpr(posted_on: NaiveDate, on: NaiveDate, working: &str) -> String {
    let posted = format!("{} on {}", sent(Method::FirstClassPost), written_out(posted_on));
    match arithmetic::plus_days(posted_on, 2) {
        Ok(second) if second < on => format!(
            "{posted}, and taken to be received on {}, the next working day after {}, the second day after posting \
             (CPR 6.26); {working}.",
            written_out(on),
            written_out(second),
        ),
        Ok(_) | Err(_) => format!(
            "{posted}, and taken to be received on the second day after posting, {}, which is a working day (CPR 6.26).",
            written_out(on),
        ),
    }
}

fn electronic(method: Method, sent_at: NaiveDateTime, cutoff: NaiveTime, on: NaiveDate, working: &str) -> String {
    let when = format!("{} on {} at {}", sent(method), written_out(sent_at.date()), sent_at.format("%H:%M"));
    let cutoff = cutoff.format("%H:%M");
    if on == sent_at.date() {
        format!("{when}, a working day and before {cutoff}, and so received on that day.")
    } else {
        let on = written_out(on);
        format!("{when}, not before {cutoff} on a working day, and so received on the next one, {on}; {working}.")
    }
}
