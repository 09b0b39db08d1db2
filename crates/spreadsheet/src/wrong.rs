//! What can be wrong with a cell, and what to do about it.

/// One fault of one cell, in the words of the spreadsheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// The row, as the spreadsheet numbers it.
    pub row: usize,
    /// The column's heading in that file.
    pub column: String,
    /// What stands there, shortened; empty if nothing does.
    pub value: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

impl CellFault {
    pub(super) fn new(row: usize, column: String, value: &str, wrong: Wrong) -> Self {
        let shown = value.chars().map(|c| if c.is_control() { ' ' } else { c });
        let mut value: String = shown.clone().take(40).collect();
        if shown.count() > 40 {
            value.push('…');
        }
        Self { row, column, value, wrong }
    }
}

impl std::fmt::Display for CellFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { row, column, value, wrong } = self;
        if value.is_empty() {
            return write!(f, "row {row}, {column}: {wrong}");
        }
        write!(f, "row {row}, {column} \"{value}\": {wrong}")
    }
}

/// What is wrong with a cell. Each text names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// A cell that must be filled in.
    #[error("this is needed: fill it in")]
    Missing,
    /// A formula that failed.
    #[error("the formula in this cell failed: enter the value itself")]
    Failed,
    /// A formula as text, as some programs write it.
    #[error("this is a formula: enter the value itself")]
    Formula,
    /// More text than fits.
    #[error("this is longer than {0} characters: shorten it")]
    TooLong(usize),
    /// Invisible characters that are no spaces.
    #[error("this has characters that cannot be printed: type it again")]
    Unprintable,
    /// No letter in a name.
    #[error("this is not a name: enter the person's or company's name")]
    NotAName,
    /// Not 1 to 12 digits.
    #[error("a UPRN has 1 to 12 digits and nothing else: correct it, or leave the cell empty")]
    NotAUprn,
    /// A number whose last digits the spreadsheet dropped.
    #[error("the spreadsheet has cut this number short: format the column as a number without decimals and save again")]
    CutShort,
    /// Not shaped as a postcode.
    #[error("this is not a postcode such as TS18 1AB: correct it")]
    NotAPostcode,
    /// No postcode at the end of an address, and no column for it.
    #[error("no postcode such as TS18 1AB stands at the end of the address: add it, or add a column \"Postcode\"")]
    NoPostcodeInAddress,
    /// Several addresses in one cell.
    #[error("there is more than one e-mail address here: keep the one to write to")]
    SeveralEmails,
    /// Not shaped as an e-mail address.
    #[error("this is not an e-mail address such as name@example.org: correct it, or leave the cell empty")]
    NotAnEmail,
    /// Not a date in one of the accepted forms.
    #[error("this is not a date: write day, month and year, for example 22/01/2025")]
    NotADate,
    /// Year in two digits.
    #[error("write the year in four digits, for example 22/01/2025")]
    ShortYear,
    /// A day that the calendar does not have.
    #[error("there is no such day: write day, month and year in that order, for example 22/01/2025")]
    NoSuchDay,
    /// A day that has not come.
    #[error("this day lies in the future: correct it")]
    Future,
    /// Before selective licensing existed.
    #[error("this day lies before 6 April 2006, when selective licensing began: correct it")]
    BeforeLicensing,
    /// Not a whole number in its range.
    #[error("this must be a whole number from {least} to {most}: correct it")]
    OutOfRange {
        /// The least that is accepted.
        least: i32,
        /// The most that is accepted.
        most: i32,
    },
    /// Neither yes nor no.
    #[error("write yes or no, or leave the cell empty")]
    NotYesOrNo,
    /// Neither an amount of money nor yes or no.
    #[error("write what was paid in pounds, such as 653.00, or yes or no, or leave the cell empty")]
    NotMoney,
    /// A kind of dwelling that is not known.
    #[error("this kind of dwelling is not known: write house, flat, bungalow, room or building")]
    UnknownDwelling,
    /// An e-mail or postal address of somebody without a name.
    #[error("there is no name to go with this: fill in \"{0}\"")]
    NoName(String),
    /// The same application twice in the file.
    #[error("the same application is in row {0} already: delete one of the two rows")]
    SameAs(usize),
    /// The same application twice, with other facts.
    #[error("row {0} has the same application but says something else: correct one, or delete one of the two rows")]
    Contradicts(usize),
}
