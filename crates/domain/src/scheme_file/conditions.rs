//! Reads a scheme's conditions.

use std::collections::BTreeMap;

use super::obligations::own_ladder;
use crate::scheme::{AppliesIf, Condition, ConditionKind, DocumentKind, DutyKind};
use toml_reader::{Raw, Section, text, whole_number, word};

/// What other parts of the file need to know of a condition, even of one with a fault elsewhere.
pub(super) struct Facts {
    /// Is its duty periodic? `None` when its duties could not be read.
    pub(super) is_periodic: Option<bool>,
    pub(super) period_months: Option<u32>,
}

pub(super) fn conditions(root: &Section<'_>) -> (Option<Vec<Condition>>, BTreeMap<String, Facts>) {
    let sections = root.tables("conditions");
    if sections.is_empty() {
        root.fault("conditions", "has no condition; add a [[conditions]] table for each");
    }
    let mut facts = BTreeMap::new();
    let conditions: Vec<_> = sections.iter().map(|section| condition(section, &mut facts)).collect();
    (conditions.into_iter().collect(), facts)
}

fn condition(section: &Section<'_>, facts: &mut BTreeMap<String, Facts>) -> Option<Condition> {
    let number = section.required("number", condition_number);
    let title = section.required("title", text);
    let kind = section.required("kind", word(ConditionKind::ALL, ConditionKind::spelling));
    let statutory_basis = section.required("statutory_basis", text);
    let duties = section.list("duties", word(DutyKind::ALL, DutyKind::spelling));
    let response_days = section.optional("response_days", whole_number(1..=365));
    let period_months = section.optional("period_months", whole_number(1..=120));
    let documents = section.list("documents", word(DocumentKind::ALL, DocumentKind::spelling));
    let applies_if = section.required("applies_if", word(AppliesIf::ALL, AppliesIf::spelling));
    let what = section.required("what", text);
    let how_to_answer = section.required("how_to_answer", text);
    let own_ladder = own_ladder(section, response_days);
    section.no_other_keys();
    check_duties(section, duties.as_deref());
    check_documents(section, duties.as_deref(), documents.as_deref());
    if let Some(number) = &number {
        let is_periodic = duties.as_ref().map(|duties| duties.contains(&DutyKind::Periodic));
        if facts.insert(number.clone(), Facts { is_periodic, period_months }).is_some() {
            section.fault("number", format!("{number:?} is the number of two conditions; give each its own"));
        }
    }
    Some(Condition {
        number: number?,
        title: title?,
        kind: kind?,
        statutory_basis: statutory_basis?,
        duties: duties?,
        response_days,
        period_months,
        documents: documents?,
        applies_if: applies_if?,
        what: what?,
        how_to_answer: how_to_answer?,
        own_ladder,
    })
}

/// A number as a licence prints it: "9.4", "MC1", "10.2(a)".
pub(super) fn condition_number(raw: &Raw<'_>) -> Result<String, String> {
    let number = text(raw)?;
    let fits = number.len() <= 20 && number.chars().all(|c| c.is_ascii_alphanumeric() || ".-()/".contains(c));
    if fits { Ok(number) } else { Err(format!("{number:?} is not a condition number; write one such as \"9.4\"")) }
}

fn check_duties(section: &Section<'_>, duties: Option<&[DutyKind]>) {
    let Some(duties) = duties else { return };
    if duties.is_empty() {
        section.fault("duties", "names no duty; use one or more of: continuous, periodic, on_event, on_demand");
        return;
    }
    if duties.iter().enumerate().any(|(index, duty)| duties.iter().take(index).any(|earlier| earlier == duty)) {
        section.fault("duties", "names a duty twice; keep one of them");
    }
    let days = ("response_days", DutyKind::OnDemand, "the days to answer a demand");
    let months = ("period_months", DutyKind::Periodic, "the months of the period");
    for (key, duty, meaning) in [days, months] {
        match (duties.contains(&duty), section.has(key)) {
            (true, false) => section.fault(key, format!("is missing; a duty that is {duty} needs {meaning}")),
            (false, true) => section.fault(key, format!("has no use here; remove it, or add \"{duty}\" to the duties")),
            (true, true) | (false, false) => {}
        }
    }
}

fn check_documents(section: &Section<'_>, duties: Option<&[DutyKind]>, documents: Option<&[DocumentKind]>) {
    let (Some(duties), Some(documents)) = (duties, documents) else {
        return;
    };
    if duties.contains(&DutyKind::OnDemand) && documents.is_empty() {
        section.fault("documents", "names no document; a demand needs at least one kind that answers it");
    }
    if documents.iter().enumerate().any(|(index, kind)| documents.iter().take(index).any(|earlier| earlier == kind)) {
        section.fault("documents", "names a kind twice; keep one of them");
    }
}
