//! Why a letter cannot be printed.

/// Why a letter cannot be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A batch of nothing.
    #[error("there is no letter to print")]
    Nothing,
    /// No title.
    #[error("a letter needs a title: screen readers and lists of files show it")]
    NoTitle,
    /// Nobody to send it to.
    #[error("the letter \"{title}\" needs a recipient for its envelope")]
    NoRecipient {
        /// The letter's title.
        title: String,
    },
    /// More lines than an envelope's window shows.
    #[error("the letter \"{title}\" has {lines} lines of name and address; the window of an envelope shows seven")]
    LongAddress {
        /// The letter's title.
        title: String,
        /// How many there are.
        lines: usize,
    },
    /// No heading.
    #[error("the letter \"{title}\" needs a heading")]
    NoHeading {
        /// The letter's title.
        title: String,
    },
    /// A heading leaves a level out.
    #[error(
        "a heading of level {level} cannot follow one of level {before}; levels go from 1 to 3, and none is left out"
    )]
    Heading {
        /// The level of the heading before, 0 if there is none.
        before: u8,
        /// The level of this one.
        level: u8,
    },
    /// Not the code of a language.
    #[error("\"{0}\" is not the code of a language, such as \"en\", \"en-GB\" or \"cy\"")]
    Language(String),
    /// Not an address that a letter may lead to.
    #[error("\"{0}\" is not an address that begins with https:, http: or mailto:")]
    Link(String),
    /// A table without columns.
    #[error("a table needs a header: it names the columns to whoever cannot see them")]
    NoColumns,
    /// A row with other cells than the header.
    #[error("row {row} of a table does not have the {columns} cells of its header")]
    Row {
        /// Its number, from 1.
        row: usize,
        /// How many columns the header has.
        columns: usize,
    },
    /// The page cannot be laid out.
    #[error("the letter cannot be laid out: {0}")]
    Layout(String),
    /// The file would not be accessible, or not fit to be kept.
    #[error("the letter cannot be written as PDF/A-2a and PDF/UA-1: {0}")]
    Standard(String),
}
