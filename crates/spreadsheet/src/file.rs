//! From the bytes of a file to a sheet whose columns are known, or the reason why the file as a whole is refused.

use super::cell::Line;
use super::heading::Headings;
use super::sheet::Sheet;
use super::{archive, delimited, encoding, workbook};

/// Largest file that is read, in bytes (20 MB).
pub const MAX_BYTES: usize = 20 * 1024 * 1024;

/// Most that a workbook may become when it is unpacked, in bytes (256 MB).
pub const MAX_UNPACKED_BYTES: u64 = 256 * 1024 * 1024;

/// Most rows of one file, its headings not counted.
pub const MAX_ROWS: usize = 50_000;

/// Most columns of one file.
pub const MAX_COLUMNS: usize = 200;

/// Why a file is refused as a whole. Each text names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Over [`MAX_BYTES`].
    #[error("the file is larger than {} MB: divide it into several files", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// Over [`MAX_UNPACKED_BYTES`].
    #[error("the workbook is far larger than it looks: keep only the sheet of the applications, or save that as .csv")]
    UnpacksTooLarge,
    /// Over [`MAX_ROWS`].
    #[error("the file has more than {MAX_ROWS} rows: divide it into several files")]
    TooManyRows,
    /// Over [`MAX_COLUMNS`].
    #[error("row {row} has more than {MAX_COLUMNS} columns: keep only the columns of the applications")]
    TooManyColumns {
        /// The row, as the spreadsheet numbers it.
        row: usize,
    },
    /// No cell has anything in it.
    #[error("the file is empty: choose the file that holds the applications")]
    Empty,
    /// Headings, and nothing below them.
    #[error("there are no applications below the headings in row {row}")]
    NoRows {
        /// The row of the headings.
        row: usize,
    },
    /// An old or locked workbook: both have the same signature.
    #[error(
        "{name} is an old Excel file or protected by a password: open it, then save it as .xlsx without a password"
    )]
    OldOrLocked {
        /// The file's name.
        name: String,
    },
    /// Something that is no table at all.
    #[error("{name} is not a spreadsheet: save the applications as .xlsx or .csv and import that file")]
    NotASpreadsheet {
        /// The file's name.
        name: String,
    },
    /// A workbook that cannot be opened.
    #[error("{name} cannot be read as a workbook ({why}): open it in Excel and save it again as .xlsx, or as .csv")]
    Broken {
        /// The file's name.
        name: String,
        /// What the reader said.
        why: String,
    },
    /// A quotation mark that swallows the rows after it.
    #[error("row {row} opens a quotation mark (\") that is not closed: correct it, or save the file as .xlsx")]
    OpenQuote {
        /// The row in which the long cell begins.
        row: usize,
    },
    /// Nothing looks like headings.
    #[error("no row of headings was found in the first 20 rows: the file needs headings such as {needed}")]
    NoHeadings {
        /// The headings that are needed.
        needed: String,
    },
    /// The same heading twice.
    #[error("row {row} has the heading \"{heading}\" twice: rename or delete one of the two columns")]
    SameHeading {
        /// The row of the headings.
        row: usize,
        /// The heading.
        heading: String,
    },
    /// Some columns cannot be done without.
    #[error("row {row} has no heading for: {}. Add these columns, or rename them so", missing.join(", "))]
    MissingColumns {
        /// The row of the headings.
        row: usize,
        /// The missing columns, as they should be called.
        missing: Vec<String>,
    },
}

/// Reads a CSV (comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252) or the first sheet of an XLSX workbook.
/// What the file is shows in its first bytes; its name serves only for messages.
///
/// # Errors
/// The fault of the file as a whole; faults of single rows come from [`Sheet::applications`].
pub fn read(bytes: &[u8], file_name: &str) -> Result<Sheet, FileFault> {
    if bytes.len() > MAX_BYTES {
        return Err(FileFault::TooLarge);
    }
    let lines = lines(bytes, file_name)?;
    if lines.is_empty() {
        return Err(FileFault::Empty);
    }
    let (headings, rows) = Headings::find(lines)?;
    if rows.is_empty() {
        return Err(FileFault::NoRows { row: headings.row });
    }
    if rows.len() > MAX_ROWS {
        return Err(FileFault::TooManyRows);
    }
    Ok(Sheet::new(headings, rows))
}

fn lines(bytes: &[u8], file_name: &str) -> Result<Vec<Line>, FileFault> {
    let name = || file_name.chars().take(80).collect::<String>();
    if bytes.starts_with(b"PK\x03\x04") {
        if archive::unpacked_bytes(bytes).is_some_and(|size| size > MAX_UNPACKED_BYTES) {
            return Err(FileFault::UnpacksTooLarge);
        }
        return workbook::lines(bytes, &name());
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(FileFault::OldOrLocked { name: name() });
    }
    let text = encoding::decode(bytes).filter(|text| !text.contains('\0') && !text.starts_with("%PDF"));
    let text = text.ok_or_else(|| FileFault::NotASpreadsheet { name: name() })?;
    delimited::lines(&text)
}
