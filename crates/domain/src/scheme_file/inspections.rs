//! Reads how a council inspects: how often, its checklist, the hazards, and what makes a home a risk.

use std::collections::BTreeSet;

use crate::scheme::{Inspections, Named, NoNotice, RiskWeights};
use toml_reader::{Section, code, text, whole_number, word};

/// What holds where a scheme has no such table: five years, no checklist, and only the reasons of the Act.
pub(super) fn without() -> Inspections {
    Inspections {
        within_years: 5,
        without_notice: NoNotice::OF_THE_ACT.to_vec(),
        checklist: Vec::new(),
        hazards: Vec::new(),
        risk: RiskWeights { overdue_item: 5, breach: 10, category_1: 20, category_2: 5, enquiry: 5, holder_breach: 3 },
    }
}

pub(super) fn inspections(section: &Section<'_>) -> Option<Inspections> {
    let within_years = section.required("within_years", whole_number(1..=10));
    let without_notice = section.list("without_notice", word(NoNotice::ALL, NoNotice::spelling));
    let checklist = named(section, "checklist");
    let hazards = named(section, "hazards");
    let risk = section.table("risk").and_then(|section| weights(&section));
    section.no_other_keys();
    Some(Inspections {
        within_years: within_years?,
        without_notice: without_notice?,
        checklist: checklist?,
        hazards: hazards?,
        risk: risk?,
    })
}

fn named(section: &Section<'_>, key: &'static str) -> Option<Vec<Named>> {
    let mut codes = BTreeSet::new();
    let tables = section.tables(key);
    let read = tables.iter().map(|one| {
        let found = one.required("code", code);
        let words = one.required("text", text);
        one.no_other_keys();
        if found.as_ref().is_some_and(|code| !codes.insert(code.clone())) {
            one.fault("code", "is there twice; give each its own");
        }
        Some(Named { code: found?, text: words? })
    });
    read.collect()
}

fn weights(section: &Section<'_>) -> Option<RiskWeights> {
    let points = |key| section.required(key, whole_number(0..=1_000));
    let [overdue_item, breach, category_1] = ["overdue_item", "breach", "category_1"].map(points);
    let [category_2, enquiry, holder_breach] = ["category_2", "enquiry", "holder_breach"].map(points);
    section.no_other_keys();
    Some(RiskWeights {
        overdue_item: overdue_item?,
        breach: breach?,
        category_1: category_1?,
        category_2: category_2?,
        enquiry: enquiry?,
        holder_breach: holder_breach?,
    })
}
