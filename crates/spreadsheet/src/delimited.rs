//! Lines of a CSV file: commas, semicolons or tabs, and row numbers as Excel shows them.

use super::cell::{Cell, Line};
use super::file::{FileFault, MAX_COLUMNS, MAX_ROWS};
use super::heading::best_fit;

/// A cell with more lines is an open quotation mark that swallowed the rows after it.
const MOST_LINES: usize = 20;

/// Headings stand in the first rows; that many are tried with each delimiter.
const TRIED: usize = 20;

/// The lines of a text that have something in them.
pub(super) fn lines(text: &str) -> Result<Vec<Line>, FileFault> {
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if let Some((declared, rest)) = declared(&text) {
        return parse(rest, declared, usize::MAX);
    }
    // Each delimiter makes other columns; the right one makes headings that are known.
    let fit = |delimiter: &u8| parse(&text, *delimiter, TRIED).map_or(0, |tried| best_fit(&tried));
    let delimiter = b"\t;,".iter().copied().max_by_key(fit).unwrap_or(b',');
    parse(&text, delimiter, usize::MAX)
}

/// A first line "sep=;" is for Excel, which neither shows nor counts it.
fn declared(text: &str) -> Option<(u8, &str)> {
    let (first, rest) = text.split_once('\n')?;
    match first.trim_matches('"').strip_prefix("sep=")?.as_bytes() {
        [delimiter] => Some((*delimiter, rest)),
        _ => None,
    }
}

fn parse(text: &str, delimiter: u8, most: usize) -> Result<Vec<Line>, FileFault> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut lines = Vec::new();
    let mut row = 0;
    let mut read_to = 1;
    while lines.len() < most && reader.read_record(&mut record).unwrap_or(false) {
        // The reader skips blank lines, Excel counts them; line breaks inside quotation marks are no rows.
        let inside: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        let now = reader.position().line();
        let passed = usize::try_from(now - read_to).unwrap_or(usize::MAX);
        row += passed.saturating_sub(inside).max(1);
        read_to = now;
        if record.len() > MAX_COLUMNS {
            return Err(FileFault::TooManyColumns { row });
        }
        if record.iter().any(|cell| cell.matches('\n').count() > MOST_LINES) {
            return Err(FileFault::OpenQuote { row });
        }
        lines.extend(Line::new(row, record.iter().map(Cell::text).collect()));
        if lines.len() > MAX_ROWS + TRIED {
            return Err(FileFault::TooManyRows);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_as_excel_numbers_them() {
        let text = "Ref,Postcode\r\n\r\nA1,\"12 High Street\r\nStockton\"\r\n,,\r\nA2,x\rA3,y\n\n\nA4,last";
        let rows: Vec<usize> = lines(text).unwrap().iter().map(|line| line.row).collect();
        assert_eq!(rows, [1, 3, 5, 6, 9]);
    }

    #[test]
    fn an_open_quotation_mark_is_found_where_it_opens() {
        let text = format!("UPRN,Postcode\n1,\"TS18 1AA\n{}", "2,TS18 1AB\n".repeat(30));
        assert_eq!(lines(&text), Err(FileFault::OpenQuote { row: 2 }));
    }

    #[test]
    fn the_line_that_tells_excel_the_delimiter_is_not_counted() {
        let found = lines("sep=|\nUPRN|Postcode\n1|TS18 1AA").unwrap();
        assert_eq!(found.iter().map(|line| (line.row, line.cells.len())).collect::<Vec<_>>(), [(1, 2), (2, 2)]);
    }
}
