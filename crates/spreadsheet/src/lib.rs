//! Reads a council's export or spreadsheet of applications: bytes in, rows or faults out. It stores nothing.
//!
//! [`read`] finds the table in the file and what its columns mean; [`Sheet::applications`] then reads every row and
//! reports all that is wrong with it at once, in the words of the spreadsheet: its row number, its heading, its cell.

mod amount;
mod archive;
mod cell;
mod column;
mod day;
mod delimited;
mod encoding;
mod file;
mod heading;
mod person;
#[cfg(test)]
mod promises;
mod row;
mod sheet;
mod workbook;
mod wrong;

pub use column::Column;
pub use encoding::decode;
pub use file::{FileFault, MAX_BYTES, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED_BYTES, read};
pub use heading::Ignored;
pub use person::Person;
pub use row::{ApplicationRow, Paid};
pub use sheet::Sheet;
pub use wrong::{CellFault, Wrong};
