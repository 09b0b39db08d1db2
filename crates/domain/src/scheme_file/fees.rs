//! Reads a scheme's fee schedule: one fee that always holds, or periods that follow each other day by day.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::scheme::{Discount, FeeDay, FeePart, FeePeriod, Fees};
use toml_reader::{Raw, Section, code, date, flag, text, whole_number, word};

/// The keys of a fee without dates, which cannot stand beside periods.
const AMOUNTS: [&str; 5] = ["total_pence", "part_a_pence", "part_b_pence", "confirmed", "discounts"];

pub(super) fn fees(section: &Section<'_>) -> Option<Fees> {
    let day = section.optional("day", word(FeeDay::ALL, FeeDay::spelling));
    let dated = section.tables("periods");
    let periods =
        if section.has("periods") { periods(section, &dated) } else { Some(vec![amounts(section, None, None)?]) };
    section.no_other_keys();
    Some(Fees { day: day.unwrap_or(FeeDay::Submission), periods: periods? })
}

fn periods(section: &Section<'_>, dated: &[Section<'_>]) -> Option<Vec<FeePeriod>> {
    for key in AMOUNTS.iter().filter(|key| section.has(key)) {
        section.fault(key, "stands beside [[fees.periods]]; move it into the period that it belongs to");
    }
    if dated.is_empty() {
        section.fault("periods", "has no period; add a [[fees.periods]] table, or write the fee itself");
    }
    let read = dated.iter().map(period).collect::<Vec<_>>();
    for (place, later) in dated.iter().enumerate().skip(1) {
        let (before, after) = (read.get(place - 1), read.get(place));
        if let (Some(Some(before)), Some(Some(after))) = (before, after) {
            follows(later, before, after);
        }
    }
    read.into_iter().collect()
}

fn period(section: &Section<'_>) -> Option<FeePeriod> {
    let from = section.required("from", date);
    let to = section.optional("to", date);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        section.fault("to", format!("{to} is before the first day {from}; correct one of the two"));
    }
    let period = amounts(section, from, to);
    section.no_other_keys();
    from.and(period)
}

/// Each period begins on the day after the last one of the period before.
fn follows(section: &Section<'_>, before: &FeePeriod, after: &FeePeriod) {
    let Some(from) = after.from else { return };
    let Some(ended) = before.to else {
        section.fault("from", "follows a period that has no last day; add `to` to that one, or change their order");
        return;
    };
    let next = ended.succ_opt().unwrap_or(ended);
    if from > next {
        section.fault("from", format!("leaves a gap: the period before ends on {ended}; begin on {next}"));
    } else if from < next {
        section.fault("from", format!("overlaps: the period before ends on {ended}; begin on {next}"));
    }
}

fn amounts(section: &Section<'_>, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<FeePeriod> {
    let total_pence = section.required("total_pence", pence());
    let part_a = section.optional("part_a_pence", pence());
    let part_b = section.optional("part_b_pence", pence());
    let is_confirmed = section.required("confirmed", flag);
    let fee = total_pence.and_then(|total| Some((total, split(section, total, part_a, part_b)?)));
    let mut codes = BTreeSet::new();
    let discounts: Option<Vec<_>> =
        section.tables("discounts").iter().map(|one| discount(one, fee, &mut codes)).collect();
    let (total_pence, split) = fee?;
    Some(FeePeriod { from, to, total_pence, split, is_confirmed: is_confirmed?, discounts: discounts? })
}

type Split = Option<(u32, u32)>;

/// The two parts, if any is given; where one is, the other is the rest. `None` means that a fault was reported.
fn split(section: &Section<'_>, total: u32, part_a: Option<u32>, part_b: Option<u32>) -> Option<Split> {
    match (part_a, part_b) {
        (Some(a), Some(b)) if a.checked_add(b) != Some(total) => {
            let message = format!("{total} is not part A {a} plus part B {b}; correct one of the three");
            section.fault("total_pence", message);
            None
        }
        (Some(a), Some(b)) => Some(Some((a, b))),
        (Some(part), None) | (None, Some(part)) if part > total => {
            section.fault("total_pence", format!("{total} is less than one of its parts; correct one of the two"));
            None
        }
        (Some(a), None) => Some(Some((a, total - a))),
        (None, Some(b)) => Some(Some((total - b, b))),
        (None, None) => Some(None),
    }
}

fn discount(section: &Section<'_>, fee: Option<(u32, Split)>, codes: &mut BTreeSet<String>) -> Option<Discount> {
    let discount_code = section.required("code", code);
    let name = section.required("name", text);
    let off = section.required("pence", pence());
    let part = section.optional("part", word(FeePart::ALL, FeePart::spelling));
    section.no_other_keys();
    if discount_code.as_ref().is_some_and(|code| !codes.insert(code.clone())) {
        section.fault("code", "is the code of two discounts; give each its own");
    }
    let (total, split) = fee?;
    let part = part.unwrap_or(if split.is_some() { FeePart::B } else { FeePart::Whole });
    let most = match (part, split) {
        (FeePart::A, Some((a, _))) => a,
        (FeePart::B, Some((_, b))) => b,
        (FeePart::Whole, None) => total,
        (FeePart::Whole, Some(_)) => {
            section.fault("part", "is \"whole\", but the fee is split; write \"a\" or \"b\"");
            return None;
        }
        (FeePart::A | FeePart::B, None) => {
            section.fault("part", "names a part, but the parts of the fee are not given; give them, or leave this out");
            return None;
        }
    };
    if off.is_some_and(|off| off > most) {
        section.fault("pence", "is more than what it is taken off; correct one of the two");
    }
    Some(Discount { code: discount_code?, name: name?, pence: off?, part })
}

fn pence() -> impl Fn(&Raw<'_>) -> Result<u32, String> {
    whole_number(0..=10_000_000)
}
