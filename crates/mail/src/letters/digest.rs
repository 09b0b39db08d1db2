//! The night's digest: D2, D3, G1, X1, X2 and R1 for one recipient in one letter, grouped by property.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Sheet, long_date, present, written_out};
use crate::words::Line;

/// All that one recipient is to be told in one night.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Who writes.
    pub office: Office,
    /// Whom the letter addresses.
    pub recipient: Line,
    /// Set on an agent's copy.
    pub copy_for: Option<CopyFor>,
    /// The night that the letter speaks of, a day in London.
    pub night: NaiveDate,
    /// The properties with something to say.
    pub properties: Vec<DigestProperty>,
}

/// One property's lines.
#[derive(Clone, Debug)]
pub struct DigestProperty {
    /// Its address.
    pub address: Line,
    /// Its licence.
    pub licence: Line,
    /// What is due there, in the order to print.
    pub lines: Vec<DigestLine>,
}

/// One document or duty.
#[derive(Clone, Debug)]
pub struct DigestLine {
    /// Which letter of the scheme this line stands for.
    pub code: DigestCode,
    /// The document or duty, such as "Gas safety record (condition 3.1)".
    pub what: Line,
    /// The reference to quote.
    pub reference: Line,
    /// The date that counts.
    pub on: NaiveDate,
    /// For D3 only: a later date up to which the council holds back, without prejudice to the first.
    pub new_date: Option<NaiveDate>,
}

/// The letter codes that a digest can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DigestCode {
    /// Reminder of a demand.
    D2,
    /// A demand that was not met.
    D3,
    /// The gas year closes.
    G1,
    /// A certificate expires.
    X1,
    /// Work that a report requires.
    X2,
    /// The licence ends.
    R1,
}

/// How a date lies to the night of the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Ahead.
    DueSoon,
    /// On the day of the letter.
    DueToday,
    /// Behind.
    WasDue,
}

impl DigestLine {
    /// Computed, never given, so that words and date cannot contradict.
    #[must_use]
    pub fn standing(&self, night: NaiveDate) -> Standing {
        match self.on.cmp(&night) {
            std::cmp::Ordering::Greater => Standing::DueSoon,
            std::cmp::Ordering::Equal => Standing::DueToday,
            std::cmp::Ordering::Less => Standing::WasDue,
        }
    }
}

impl Digest {
    const VERSION: &str = "digest/2";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when it is about nothing, has a hole, or says of a date ahead that it was missed.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.check()?;
        let lines = || self.properties.iter().flat_map(|property| &property.lines);
        let first = lines().map(|line| line.on).min().ok_or(ComposeFault::NoItems)?;
        let subject = match lines().count() {
            1 => format!("Selective licensing: 1 item, date {}", long_date(first)),
            count => format!("Selective licensing: {count} items, earliest date {}", long_date(first)),
        };
        let page = Page::of(self, lines().any(|line| line.code == DigestCode::D3));
        Sheet::of(Self::VERSION, "digest.txt", "digest.html", self.copy_for.is_some(), &subject, &page)
    }

    fn check(&self) -> Result<(), ComposeFault> {
        self.office.check()?;
        present(&[("recipient", &self.recipient)])?;
        for property in &self.properties {
            present(&[("address", &property.address), ("licence number", &property.licence)])?;
            if property.lines.is_empty() {
                return Err(ComposeFault::NoItems);
            }
            for line in &property.lines {
                line.check(self.night)?;
            }
        }
        Ok(())
    }
}

impl DigestLine {
    fn check(&self, night: NaiveDate) -> Result<(), ComposeFault> {
        present(&[("document or duty", &self.what), ("reference", &self.reference)])?;
        if self.code == DigestCode::D3 && self.on >= night {
            return Err(ComposeFault::NotMissedYet { what: self.what.clone(), on: self.on, night });
        }
        Ok(())
    }

    /// The sentence that carries the date.
    fn sentence(&self, night: NaiveDate) -> String {
        let date = long_date(self.on);
        let (ahead, today, behind) = match self.code {
            DigestCode::D2 | DigestCode::D3 => ("Due soon: send it by", "Due today:", "Was due on"),
            DigestCode::G1 => (
                "Due soon: a new record is needed by",
                "Due today: a new record is needed by",
                "A new record was due by",
            ),
            DigestCode::X1 => ("Due soon: it runs out on", "It runs out today,", "It ran out on"),
            DigestCode::X2 => (
                "Due soon: the work is to be done by",
                "Due today: the work is to be done by",
                "The work was to be done by",
            ),
            DigestCode::R1 => ("The licence ends on", "The licence ends today,", "The licence ended on"),
        };
        match self.standing(night) {
            Standing::DueSoon => format!("{ahead} {date}."),
            Standing::DueToday => format!("{today} {date}."),
            Standing::WasDue => format!("{behind} {date}."),
        }
    }
}

/// The digest as its templates see it.
#[derive(Serialize)]
struct Page<'a> {
    office: &'a Office,
    recipient: &'a Line,
    copy_for: Option<&'a CopyFor>,
    #[serde(serialize_with = "written_out")]
    night: NaiveDate,
    properties: Vec<Group<'a>>,
    any_missed: bool,
}

#[derive(Serialize)]
struct Group<'a> {
    address: &'a Line,
    licence: &'a Line,
    lines: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    what: &'a Line,
    reference: &'a Line,
    sentence: String,
    missed: bool,
    new_date: Option<String>,
}

impl<'a> Page<'a> {
    fn of(digest: &'a Digest, any_missed: bool) -> Self {
        let entry = |line: &'a DigestLine| Entry {
            what: &line.what,
            reference: &line.reference,
            sentence: line.sentence(digest.night),
            missed: line.code == DigestCode::D3,
            new_date: line.new_date.filter(|_| line.code == DigestCode::D3).map(long_date),
        };
        let group = |property: &'a DigestProperty| Group {
            address: &property.address,
            licence: &property.licence,
            lines: property.lines.iter().map(entry).collect(),
        };
        Self {
            office: &digest.office,
            recipient: &digest.recipient,
            copy_for: digest.copy_for.as_ref(),
            night: digest.night,
            properties: digest.properties.iter().map(group).collect(),
            any_missed,
        }
    }
}
