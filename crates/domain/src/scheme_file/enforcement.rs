//! Reads how a council enforces: the steps of its policy, its alerts, and what penalties may come to in each period.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::scheme::{Enforcement, OffenceKind, PenaltyPeriod, PolicyStep, Start};
use toml_reader::{Raw, Section, code, date, flag, text, whole_number, word};

/// Where a scheme says nothing: warn and listen first, as the Regulators' Code has it.
const POLICY_STEPS: [PolicyStep; 2] = [PolicyStep::Warning, PolicyStep::Invitation];
/// Where a scheme says nothing.
const ALERT_DAYS: [u32; 3] = [30, 14, 3];

/// Where a scheme says nothing.
const HOW_TO_PAY: &str = "Telephone or e-mail us, and we tell you how to pay.";

/// What holds where a scheme has no such table: no penalty can be worked out, because nothing says what it may come to.
pub(super) fn without() -> Enforcement {
    Enforcement {
        policy_steps: POLICY_STEPS.to_vec(),
        alert_days: ALERT_DAYS.to_vec(),
        how_to_pay: HOW_TO_PAY.to_owned(),
        periods: Vec::new(),
    }
}

pub(super) fn enforcement(section: &Section<'_>) -> Option<Enforcement> {
    let policy_steps = section.list("policy_steps", word(PolicyStep::ALL, PolicyStep::spelling));
    let alert_days = section.list("alert_days", whole_number(1..=180));
    let how_to_pay = section.optional("how_to_pay", text);
    let tables = section.tables("periods");
    let read = tables.iter().map(period).collect::<Vec<_>>();
    section.no_other_keys();
    let (policy_steps, alert_days) = (policy_steps?, alert_days?);
    if !alert_days.is_sorted_by(|earlier, later| earlier > later) {
        section.fault("alert_days", "is not in order; write the earliest alert, with the most days, first");
    }
    for (place, later) in tables.iter().enumerate().skip(1) {
        if let (Some(Some(before)), Some(Some(after))) = (read.get(place - 1), read.get(place)) {
            follows(later, before, after);
        }
    }
    let defaults = without();
    Some(Enforcement {
        policy_steps: if section.has("policy_steps") { policy_steps } else { defaults.policy_steps },
        alert_days: if section.has("alert_days") { alert_days } else { defaults.alert_days },
        how_to_pay: how_to_pay.unwrap_or(defaults.how_to_pay),
        periods: read.into_iter().collect::<Option<Vec<_>>>()?,
    })
}

fn period(section: &Section<'_>) -> Option<PenaltyPeriod> {
    let from = section.optional("from", date);
    let to = section.optional("to", date);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        section.fault("to", format!("{to} is before the first day {from}; correct one of the two"));
    }
    let maximum_pence = section.required("maximum_pence", pence());
    let matrix = section.required("matrix", text);
    let is_confirmed = section.required("confirmed", flag);
    let mut codes = BTreeSet::new();
    let starts = section.tables("starts");
    let starts: Option<Vec<_>> = starts.iter().map(|one| start(one, maximum_pence, &mut codes)).collect();
    section.no_other_keys();
    Some(PenaltyPeriod {
        from,
        to,
        maximum_pence: maximum_pence?,
        matrix: matrix?,
        is_confirmed: is_confirmed?,
        starts: starts?,
    })
}

/// Each period begins on the day after the last one of the period before.
fn follows(section: &Section<'_>, before: &PenaltyPeriod, after: &PenaltyPeriod) {
    let next = before.to.and_then(|last: NaiveDate| last.succ_opt());
    match (next, after.from) {
        (Some(next), Some(from)) if from == next => {}
        (Some(next), _) => section.fault("from", format!("does not follow the period before; begin on {next}")),
        (None, _) => section.fault("from", "follows a period that has no last day; add `to` to that one"),
    }
}

fn start(section: &Section<'_>, most: Option<u32>, codes: &mut BTreeSet<String>) -> Option<Start> {
    let start_code = section.required("code", code);
    let name = section.required("name", text);
    let offence = section.required("offence", word(OffenceKind::ALL, OffenceKind::spelling));
    let amount = section.required("pence", pence());
    section.no_other_keys();
    if start_code.as_ref().is_some_and(|code| !codes.insert(code.clone())) {
        section.fault("code", "is the code of two starts; give each its own");
    }
    if amount > most && most.is_some() {
        section.fault("pence", "is more than the most that a penalty may come to; correct one of the two");
    }
    Some(Start { code: start_code?, name: name?, offence: offence?, pence: amount? })
}

fn pence() -> impl Fn(&Raw<'_>) -> Result<u32, String> {
    whole_number(1..=10_000_000)
}
