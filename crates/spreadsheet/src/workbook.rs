//! Lines of the first visible sheet of an XLSX workbook; of formulas, the values that were stored with them.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, open_workbook_from_rs};

use super::cell::{Cell, Line};
use super::file::{FileFault, MAX_COLUMNS, MAX_ROWS};

/// The lines of the sheet that have something in them. Cells are taken one by one, so that a single far-away cell
/// costs no memory.
pub(super) fn lines(bytes: &[u8], name: &str) -> Result<Vec<Line>, FileFault> {
    let broken = |why: calamine::XlsxError| FileFault::Broken { name: name.to_owned(), why: why.to_string() };
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let sheets = book.sheets_metadata();
    let shown = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet;
    let Some(sheet) = sheets.iter().find(shown).map(|sheet| sheet.name.clone()) else {
        return Err(FileFault::Empty);
    };
    let mut reader = book.worksheet_cells_reader(&sheet).map_err(broken)?;
    let mut rows: BTreeMap<usize, Vec<Option<Cell>>> = BTreeMap::new();
    while let Some(found) = reader.next_cell().map_err(broken)? {
        let Some(cell) = cell(found.get_value()) else { continue };
        let (row, column) = found.get_position();
        let row = usize::try_from(row).unwrap_or(usize::MAX).saturating_add(1);
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= MAX_COLUMNS {
            return Err(FileFault::TooManyColumns { row });
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column.saturating_add(1), None);
        }
        if let Some(place) = cells.get_mut(column) {
            *place = Some(cell);
        }
        if rows.len() > MAX_ROWS + 20 {
            return Err(FileFault::TooManyRows);
        }
    }
    Ok(rows.into_iter().filter_map(|(row, cells)| Line::new(row, cells)).collect())
}

fn cell(value: &DataRef<'_>) -> Option<Cell> {
    match value {
        DataRef::Int(number) => Some(Cell::Number(number.to_string())),
        DataRef::Float(number) => Some(Cell::Number(number.to_string())),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::text(text),
        DataRef::SharedString(text) => Cell::text(text),
        DataRef::Bool(truth) => Some(Cell::Truth(*truth)),
        DataRef::DateTime(at) => {
            let day = at.as_datetime().map(|at| Cell::Day(at.date()));
            Some(day.unwrap_or_else(|| Cell::Number(at.as_f64().to_string())))
        }
        DataRef::Error(error) => Some(Cell::Failed(error.to_string())),
        DataRef::Empty => None,
    }
}
