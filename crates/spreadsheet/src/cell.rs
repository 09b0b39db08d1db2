//! A cell and a line of a spreadsheet, whatever file it came from.

use chrono::NaiveDate;

/// What one cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Text, never blank.
    Text(String),
    /// A number, written exactly: "100110012345", not "100110012345.0".
    Number(String),
    /// A day.
    Day(NaiveDate),
    /// Yes or no.
    Truth(bool),
    /// A formula that failed, such as "#N/A".
    Failed(String),
}

/// Marks of failed formulas, as they stand in a CSV.
const FAILED: [&str; 8] = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"];

impl Cell {
    /// A cell of text; `None` if it is blank.
    pub(super) fn text(raw: &str) -> Option<Self> {
        let text = raw.trim();
        // Excel writes ="00123" to keep a number as text.
        let text = text.strip_prefix("=\"").and_then(|inner| inner.strip_suffix('"')).unwrap_or(text).trim();
        if text.is_empty() {
            return None;
        }
        if FAILED.contains(&text) {
            return Some(Self::Failed(text.to_owned()));
        }
        Some(Self::Text(text.to_owned()))
    }

    /// The cell as a person would read it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Failed(text) => text.clone(),
            Self::Day(day) => day.format("%d/%m/%Y").to_string(),
            Self::Truth(true) => "TRUE".to_owned(),
            Self::Truth(false) => "FALSE".to_owned(),
        }
    }
}

/// One line of the file that has something in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The row, as the spreadsheet numbers it: the first is 1.
    pub(super) row: usize,
    /// Its cells from the first column on.
    pub(super) cells: Vec<Option<Cell>>,
}

impl Line {
    /// A line, or `None` if all its cells are blank.
    pub(super) fn new(row: usize, cells: Vec<Option<Cell>>) -> Option<Self> {
        cells.iter().any(Option::is_some).then_some(Self { row, cells })
    }

    /// What stands in a column, counted from 0.
    pub(super) fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.get(column).and_then(Option::as_ref)
    }
}
