//! The row of headings: where it is, which column holds what, which columns are not read.

use super::cell::Line;
use super::column::{Column, Whose, fold};
use super::file::FileFault;

/// Titles and notes may stand above the headings; they are looked for in that many rows.
const TRIED: usize = 20;

/// Fewer known headings than that are a coincidence.
const FEWEST: usize = 3;

/// A column that is not read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Its heading.
    pub heading: String,
    /// The heading that is read in its place; `None` if nobody knows what the column means.
    pub instead: Option<String>,
}

/// One column that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    column: Column,
    rank: usize,
    place: usize,
    heading: String,
}

/// What the headings say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Headings {
    /// Their row, as the spreadsheet numbers it.
    pub(super) row: usize,
    /// Columns that are not read.
    pub(super) ignored: Vec<Ignored>,
    known: Vec<Known>,
}

/// How many known headings the best of these lines has.
pub(super) fn best_fit(lines: &[Line]) -> usize {
    lines.iter().map(fit).max().unwrap_or_default()
}

fn fit(line: &Line) -> usize {
    line.cells.iter().flatten().filter(|cell| Column::of(&cell.shown()).is_some()).count()
}

impl Headings {
    /// Finds the headings and parts them from the rows below.
    pub(super) fn find(mut lines: Vec<Line>) -> Result<(Self, Vec<Line>), FileFault> {
        let best = lines.iter().take(TRIED).map(fit).max().unwrap_or_default();
        let place = lines.iter().take(TRIED).position(|line| fit(line) == best);
        let Some(place) = place.filter(|_| best >= FEWEST) else {
            return Err(FileFault::NoHeadings { needed: needed().join(", ") });
        };
        let rows = lines.split_off(place.saturating_add(1));
        let line = lines.pop().ok_or(FileFault::Empty)?;
        Ok((Self::of(&line)?, rows))
    }

    fn of(line: &Line) -> Result<Self, FileFault> {
        let mut found = Self { row: line.row, ignored: Vec::new(), known: Vec::new() };
        for (place, cell) in line.cells.iter().enumerate() {
            let Some(heading) = cell.as_ref().map(|cell| one_line(&cell.shown())) else { continue };
            match Column::of(&heading) {
                Some((column, rank)) => found.take(Known { column, rank, place, heading })?,
                None => found.ignored.push(Ignored { heading, instead: None }),
            }
        }
        let missing = found.missing();
        if missing.is_empty() { Ok(found) } else { Err(FileFault::MissingColumns { row: line.row, missing }) }
    }

    fn take(&mut self, new: Known) -> Result<(), FileFault> {
        let Some(old) = self.known.iter_mut().find(|known| known.column == new.column) else {
            self.known.push(new);
            return Ok(());
        };
        if fold(&old.heading) == fold(&new.heading) {
            return Err(FileFault::SameHeading { row: self.row, heading: new.heading });
        }
        let unread = if new.rank < old.rank { std::mem::replace(old, new) } else { new };
        self.ignored.push(Ignored { heading: unread.heading, instead: Some(old.heading.clone()) });
        Ok(())
    }

    fn missing(&self) -> Vec<String> {
        let address = self.place(Column::Address).or(self.place(Column::AddressLine(1)));
        let mut missing = Vec::new();
        if address.is_none() {
            missing.push(Column::Address.title());
        }
        // A postcode at the end of the whole address will do.
        if self.place(Column::Postcode).or(self.place(Column::Address)).is_none() {
            missing.push(Column::Postcode.title());
        }
        let rest = [Column::Name(Whose::Applicant), Column::SubmittedOn];
        missing.extend(rest.into_iter().filter(|column| self.place(*column).is_none()).map(Column::title));
        missing
    }

    /// Where a column stands, counted from 0.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.known.iter().find(|known| known.column == column).map(|known| known.place)
    }

    /// What this file calls a column; what it should be called if it has none.
    pub(super) fn called(&self, column: Column) -> String {
        let known = self.known.iter().find(|known| known.column == column);
        known.map_or_else(|| column.title(), |known| known.heading.clone())
    }
}

fn needed() -> Vec<String> {
    [Column::Address, Column::Postcode, Column::Name(Whose::Applicant), Column::SubmittedOn].map(Column::title).to_vec()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
