//! The table of a file: its rows as applications, and rows that say the same twice.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::cell::Line;
use super::column::Column;
use super::heading::{Headings, Ignored};
use super::row::ApplicationRow;
use super::wrong::{CellFault, Wrong};

/// A file whose columns are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    headings: Headings,
    rows: Vec<Line>,
}

/// One row: an application, or all that is wrong with it.
type Read = Result<ApplicationRow, Vec<CellFault>>;

impl Sheet {
    pub(super) fn new(headings: Headings, rows: Vec<Line>) -> Self {
        Self { headings, rows }
    }

    /// How many rows there are; blank ones do not count.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Columns that are not read, to be listed in the report.
    #[must_use]
    pub fn ignored(&self) -> &[Ignored] {
        &self.headings.ignored
    }

    /// Every row in the file's order: an application, or all its faults at once. `today` bounds the day of
    /// submission. A second row with the same [`key`](ApplicationRow::key) is a fault that names the first; where
    /// the two say different things, neither can be trusted and both are faults.
    #[must_use]
    pub fn applications(&self, today: NaiveDate) -> Vec<Read> {
        let mut read: Vec<Read> =
            self.rows.iter().map(|line| ApplicationRow::read(line, &self.headings, today)).collect();
        let faults = repeated(&read);
        for (place, row, wrong) in faults {
            if let Some(slot) = read.get_mut(place) {
                *slot = Err(vec![self.repeats(slot.as_ref().ok(), row, wrong)]);
            }
        }
        read
    }

    fn repeats(&self, again: Option<&ApplicationRow>, row: usize, wrong: Wrong) -> CellFault {
        let reference = again.and_then(|row| row.reference.as_deref());
        let home = again.map(|row| row.address.as_str()).unwrap_or_default();
        let whole = self.headings.place(Column::Address).map_or(Column::AddressLine(1), |_| Column::Address);
        let column = reference.map_or(whole, |_| Column::Reference);
        CellFault::new(row, self.headings.called(column), reference.unwrap_or(home), wrong)
    }
}

/// Places of rows that repeat others, with their row number and what is wrong.
fn repeated(read: &[Read]) -> Vec<(usize, usize, Wrong)> {
    let mut first: HashMap<String, (usize, &ApplicationRow)> = HashMap::new();
    let mut faults = Vec::new();
    for (place, row) in read.iter().enumerate() {
        let Ok(row) = row else { continue };
        let Some((first_place, earlier)) = first.get(&row.key()).copied() else {
            first.insert(row.key(), (place, row));
            continue;
        };
        if (ApplicationRow { row: earlier.row, ..row.clone() }) == *earlier {
            faults.push((place, row.row, Wrong::SameAs(earlier.row)));
            continue;
        }
        faults.push((place, row.row, Wrong::Contradicts(earlier.row)));
        if !faults.iter().any(|fault| fault.0 == first_place) {
            faults.push((first_place, earlier.row, Wrong::Contradicts(row.row)));
        }
    }
    faults
}
