//! Which home to inspect first: the last day of each, and a score that says where its points come from.

use chrono::{Months, NaiveDate};
use serde::Serialize;

use crate::id::words;
use crate::scheme::RiskWeights;

words! {
    /// A fact that makes a home a risk.
    RiskFact {
        /// Things demanded that are overdue and were not answered.
        OverdueItem = "overdue_item",
        /// Breaches that were proposed or confirmed.
        Breach = "breach",
        /// Category 1 hazards that inspections found.
        Category1 = "category_1",
        /// Category 2 hazards that inspections found.
        Category2 = "category_2",
        /// Complaints and enquiries about the home.
        Enquiry = "enquiry",
        /// Other homes of the same holder with a breach.
        HolderBreach = "holder_breach",
    }
}

/// What is known of a home: how often each fact holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Things demanded that are overdue and were not answered.
    pub overdue_items: u32,
    /// Breaches that were proposed or confirmed.
    pub breaches: u32,
    /// Category 1 hazards that inspections found.
    pub category_1: u32,
    /// Category 2 hazards that inspections found.
    pub category_2: u32,
    /// Complaints and enquiries about the home.
    pub enquiries: u32,
    /// Other homes of the same holder with a breach.
    pub holder_breaches: u32,
}

/// Points, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Points {
    /// The fact.
    pub fact: RiskFact,
    /// How often it holds.
    pub count: u32,
    /// The points for all of them.
    pub points: u32,
    /// In words.
    pub because: String,
}

/// The score of a home: the points of each fact that holds, added up.
#[must_use]
pub fn risk(known: &Known, weights: &RiskWeights) -> (u32, Vec<Points>) {
    let facts = [
        (RiskFact::OverdueItem, known.overdue_items, weights.overdue_item, "overdue without an answer"),
        (RiskFact::Breach, known.breaches, weights.breach, "breaches proposed or confirmed"),
        (RiskFact::Category1, known.category_1, weights.category_1, "category 1 hazards found before"),
        (RiskFact::Category2, known.category_2, weights.category_2, "category 2 hazards found before"),
        (RiskFact::Enquiry, known.enquiries, weights.enquiry, "complaints or enquiries"),
        (
            RiskFact::HolderBreach,
            known.holder_breaches,
            weights.holder_breach,
            "other homes of the holder with a breach",
        ),
    ];
    let held = facts.into_iter().filter(|(_, count, weight, _)| *count > 0 && *weight > 0);
    let points = held.map(|(fact, count, weight, words)| Points {
        fact,
        count,
        points: count.saturating_mul(weight),
        because: format!("{words}: {count}, {weight} points each"),
    });
    let points = points.collect::<Vec<_>>();
    (points.iter().fold(0_u32, |sum, one| sum.saturating_add(one.points)), points)
}

/// The last day for the inspection of a home: so many years less a day from the licence's first one, and never after its last.
#[must_use]
pub fn due_on(starts_on: NaiveDate, ends_on: NaiveDate, within_years: u32) -> NaiveDate {
    let by_years = starts_on.checked_add_months(Months::new(within_years.saturating_mul(12)));
    by_years.and_then(|day| day.pred_opt()).map_or(ends_on, |day| day.min(ends_on))
}
