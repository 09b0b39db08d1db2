//! Reads a scheme's reminder ladders and the obligations that need no demand.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::{Facts, condition_number};
use crate::scheme::{Ladder, LetterCode, Obligation, ObligationKind};
use toml_reader::{Section, flag, whole_number, word};

/// The ladders that hold unless a condition or an obligation has its own.
pub(super) struct Ladders {
    pub(super) demand: Ladder,
    obligation: Ladder,
}

pub(super) fn ladders(section: &Section<'_>) -> Option<Ladders> {
    let demand = section.table("demand").and_then(|section| ladder(&section));
    let obligation = section.table("obligation").and_then(|section| ladder(&section));
    section.no_other_keys();
    Some(Ladders { demand: demand?, obligation: obligation? })
}

/// A condition's `[conditions.ladder]`, where it has one.
pub(super) fn own_ladder(section: &Section<'_>, response_days: Option<u32>) -> Option<Ladder> {
    if !section.has("ladder") {
        return None;
    }
    let table = section.table("ladder")?;
    let ladder = ladder(&table)?;
    if let (Some(first), Some(days)) = (ladder.before.first(), response_days)
        && *first >= days
    {
        table.fault(
            "before",
            format!("starts {first} days before, but there are only {days} days to answer; start later"),
        );
    }
    Some(ladder)
}

fn ladder(section: &Section<'_>) -> Option<Ladder> {
    let before = section.list("before", whole_number(1..=365));
    let on_the_day = section.required("on_the_day", flag);
    let after = section.list("after", whole_number(1..=365));
    section.no_other_keys();
    let (before, after) = (before?, after?);
    check_descending(section, "before", &before);
    if !after.is_sorted_by(|one: &u32, next| one < next) {
        section.fault("after", "must rise from each day to the next, such as [1, 7]; put the days in order");
    }
    Some(Ladder { before, on_the_day: on_the_day?, after })
}

fn check_descending(section: &Section<'_>, key: &'static str, days: &[u32]) {
    if !days.is_sorted_by(|one, next| one > next) {
        section.fault(key, "must fall from each day to the next, such as [7, 3, 1]; put the days in order");
    }
}

pub(super) fn obligations(
    root: &Section<'_>,
    conditions: &BTreeMap<String, Facts>,
    ladders: Option<&Ladders>,
) -> Option<Vec<Obligation>> {
    let mut kinds = BTreeSet::new();
    let sections = root.tables("obligations");
    let obligations: Vec<_> =
        sections.iter().map(|section| obligation(section, conditions, ladders, &mut kinds)).collect();
    obligations.into_iter().collect()
}

fn obligation(
    section: &Section<'_>,
    conditions: &BTreeMap<String, Facts>,
    ladders: Option<&Ladders>,
    kinds: &mut BTreeSet<ObligationKind>,
) -> Option<Obligation> {
    let kind = section.required("kind", word(ObligationKind::ALL, ObligationKind::spelling));
    let condition = section.optional("condition", condition_number);
    let months = section.optional("months", whole_number(1..=120));
    let days = section.optional("days", whole_number(1..=365));
    let letter = section.required("letter", word(LetterCode::ALL, LetterCode::spelling));
    let before = section.list("before", whole_number(1..=365));
    let proposes_breach = section.required("proposes_breach", flag);
    section.no_other_keys();
    check_descending(section, "before", before.as_deref().unwrap_or_default());
    if kind.is_some_and(|kind| !kinds.insert(kind)) {
        section.fault("kind", "is given twice; keep one of the two obligations");
    }
    check_needs(section, kind);
    check_condition(section, condition.as_deref(), months, proposes_breach, conditions);
    let (before, proposes_breach) = (before?, proposes_breach?);
    let ladder = resolved_ladder(before, proposes_breach, &ladders?.obligation);
    Some(Obligation { kind: kind?, condition, months, days, letter: letter?, ladder, proposes_breach })
}

/// The obligation's own days before, where it has some; days after only where a breach follows.
fn resolved_ladder(before: Vec<u32>, proposes_breach: bool, common: &Ladder) -> Ladder {
    let before = if before.is_empty() { common.before.clone() } else { before };
    let after = if proposes_breach { common.after.clone() } else { Vec::new() };
    Ladder { before, on_the_day: common.on_the_day, after }
}

fn check_needs(section: &Section<'_>, kind: Option<ObligationKind>) {
    let (needed, of_no_use): (&[&'static str], &[&'static str]) = match kind {
        None => (&[], &[]),
        Some(ObligationKind::LicenceEnd) => (&[], &["condition", "months", "days"]),
        Some(ObligationKind::RemedialWork) => (&["condition", "days"], &["months"]),
        Some(ObligationKind::GasYearly | ObligationKind::ElectricalExpiry | ObligationKind::OwnInspection) => {
            (&["condition", "months"], &["days"])
        }
    };
    for key in of_no_use.iter().filter(|key| section.has(key)) {
        section.fault(key, "has no use for this obligation; remove it");
    }
    for key in needed.iter().filter(|key| !section.has(key)) {
        section.fault(key, "is missing; this obligation needs it");
    }
}

fn check_condition(
    section: &Section<'_>,
    number: Option<&str>,
    months: Option<u32>,
    proposes_breach: Option<bool>,
    conditions: &BTreeMap<String, Facts>,
) {
    let facts = number.and_then(|number| conditions.get(number));
    if let (Some(number), None) = (number, facts) {
        section.fault(
            "condition",
            format!("{number:?} is not the number of a condition here; correct it, or add the condition"),
        );
    }
    if let (Some(months), Some(period)) = (months, facts.and_then(|facts| facts.period_months))
        && months != period
    {
        section.fault("months", format!("{months} is not the condition's period of {period} months; make them equal"));
    }
    let rests_on_period = facts.map_or(number.is_some(), |facts| facts.is_periodic != Some(false));
    if proposes_breach == Some(true) && !rests_on_period {
        section.fault(
            "proposes_breach",
            "a breach without a demand needs a condition whose duties include \"periodic\"; write false, or name one",
        );
    }
}
