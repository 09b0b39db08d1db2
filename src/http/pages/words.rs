//! How the pages say days, states and answers.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::domain::calendar::london::{local, written_instant};
use crate::domain::demand::{AnswerKind, Item, ItemState, Response, ResponseState, Standing};
use crate::domain::document::{Document, ScanState};
use crate::domain::scheme::DocumentKind;

/// How far a day is: "in 3 days", "tomorrow", "today", "1 day late"; what is far off in months or years.
pub(super) fn days_left(due_on: NaiveDate, today: NaiveDate) -> String {
    match (due_on - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        ahead @ 2..90 => format!("in {ahead} days"),
        ahead @ 90..730 => format!("in {} months", ahead / 30),
        ahead @ 730.. => format!("in {} years", ahead / 365),
        -1 => "1 day late".to_owned(),
        behind => format!("{} days late", -behind),
    }
}

/// An instant by the London clock, with its weekday: "Wednesday 22 January 2025 at 16:05 GMT".
pub(super) fn weekday_instant(at: DateTime<Utc>) -> String {
    format!("{} {}", local(at).format("%A"), written_instant(at))
}

/// With a capital letter at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

/// What the API says in lower case, as a sentence.
pub(super) fn sentence(detail: &str) -> String {
    let stop = if detail.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{stop}", capital(detail))
}

/// What a record is called.
pub(super) fn record_title(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::GasSafetyRecord => "Gas safety record",
        DocumentKind::ElectricalReport => "Electrical safety report",
        DocumentKind::AlarmDeclaration => "Alarm declaration",
        DocumentKind::InspectionRecord => "Your own inspection",
        DocumentKind::NeighbourNotice => "Notice to the neighbours",
        DocumentKind::EnergyPerformanceCertificate => "Energy performance certificate",
        DocumentKind::RemedialConfirmation => "Confirmation of electrical work",
        _ => "Record",
    }
}

/// A state in a few words, with the colour of its tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Tag {
    pub(super) text: &'static str,
    pub(super) colour: &'static str,
}

impl Tag {
    /// How an item stands, for whoever must answer it.
    pub(super) fn of_item(item: &Item, today: NaiveDate) -> Self {
        let late = item.due_on.is_some_and(|due| today > due);
        let (text, colour) = match (item.standing(today), item.state) {
            (Standing::Closed, ItemState::Satisfied) => ("Accepted", "green"),
            (Standing::Closed, ItemState::SatisfiedLate) => ("Accepted, but late", "green"),
            (Standing::Closed, ItemState::NotApplicable) => ("Does not apply", "green"),
            (Standing::Closed, _) => ("Closed", "grey"),
            (Standing::UnderReview, _) => ("We are checking it", "turquoise"),
            (Standing::Overdue, ItemState::UnderReview) => ("Came late, we are checking it", "orange"),
            (Standing::Overdue, ItemState::Unsatisfactory) => ("Not accepted and late", "red"),
            (Standing::Overdue, _) => ("Late", "red"),
            (_, ItemState::Unsatisfactory) if !late => ("Not accepted: send it again", "orange"),
            (Standing::NotServed, _) => ("Sent to you", "grey"),
            (Standing::Due, _) => ("To do", "yellow"),
        };
        Self { text, colour }
    }

    /// Nothing needs to be done yet.
    pub(super) const AHEAD: Self = Self { text: "Not due yet", colour: "grey" };

    /// How a duty without a demand stands.
    pub(super) fn of_duty(standing: Standing) -> Self {
        let (text, colour) = match standing {
            Standing::Overdue => ("Late", "red"),
            Standing::UnderReview => ("We are checking it", "turquoise"),
            Standing::Closed => ("Done", "green"),
            Standing::Due | Standing::NotServed => ("To do", "yellow"),
        };
        Self { text, colour }
    }
}

/// What came in, as its sender sees it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Answer {
    what: &'static str,
    received_at: String,
    state: &'static str,
    colour: &'static str,
    files: Vec<FileLine>,
    words: Option<String>,
    assessment: Option<String>,
    receipt: String,
}

impl Answer {
    /// What came in for an item.
    pub(super) fn of(response: &Response, brought: &[Document]) -> Self {
        let (state, colour) = match response.state {
            ResponseState::Received => ("We have not looked at it yet", "turquoise"),
            ResponseState::Accepted => ("Accepted", "green"),
            ResponseState::Rejected => ("Not accepted", "red"),
            ResponseState::Noted => ("Read and noted", "grey"),
        };
        Self {
            what: kind(response.kind),
            received_at: weekday_instant(response.received_at),
            state,
            colour,
            files: brought.iter().map(FileLine::of).collect(),
            words: response.text.clone(),
            assessment: response.assessment.clone(),
            receipt: format!("/demands/{}/items/{}/receipts/{}", response.demand_id, response.item_id, response.id),
        }
    }
}

/// A file, as its sender sees it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FileLine {
    name: String,
    noun: &'static str,
    size: String,
    sha256: String,
    infected: bool,
}

impl FileLine {
    pub(super) fn of(document: &Document) -> Self {
        Self {
            name: document.name.clone(),
            noun: document.media_type.noun(),
            size: size(document.bytes),
            sha256: document.sha256.clone(),
            infected: document.state == ScanState::Infected,
        }
    }
}

/// "2.4 MB", "812 kB".
fn size(bytes: i64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", (bytes / 1_000).max(1)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// What an answer is called.
pub(super) fn kind(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Document => "Document",
        AnswerKind::Declaration => "Declaration",
        AnswerKind::NotApplicable => "It does not apply",
        AnswerKind::Explanation => "Why it is late",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_as_people_tell_them() {
        let today: NaiveDate = "2025-02-05".parse().unwrap();
        for (due, told) in [
            ("2029-10-31", "in 4 years"),
            ("2025-12-01", "in 9 months"),
            ("2025-05-05", "in 89 days"),
            ("2025-02-08", "in 3 days"),
            ("2025-02-06", "tomorrow"),
            ("2025-02-05", "today"),
            ("2025-02-04", "1 day late"),
            ("2025-02-03", "2 days late"),
        ] {
            assert_eq!(days_left(due.parse().unwrap(), today), told);
        }
    }

    #[test]
    fn sizes_are_told_in_kilobytes_and_megabytes() {
        for (bytes, told) in [(0, "1 kB"), (812_345, "812 kB"), (2_450_000, "2.4 MB"), (10_485_760, "10.4 MB")] {
            assert_eq!(size(bytes), told);
        }
    }

    #[test]
    fn an_instant_is_told_by_the_london_clock_with_its_weekday() {
        let late: DateTime<Utc> = "2025-07-01T23:30:00Z".parse().unwrap();
        assert_eq!(weekday_instant(late), "Wednesday 2 July 2025 at 00:30 BST");
    }
}
