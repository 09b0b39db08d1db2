//! One fault in a file or variable: where it is, what is wrong, and what to do about it.

use std::fmt;

/// Where a fault is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A whole file, when no line is to blame.
    File(String),
    /// A place in a file; line and column count from 1, columns in characters.
    Line {
        /// The file's name.
        file: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// An environment variable, by name.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => f.write_str(file),
            Self::Line { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// A fault: its place, the dotted path of the key, and a message that ends in a remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file and line, or the variable.
    pub place: Place,
    /// The key, such as `conditions[3].response_days` (items count from 1), or empty when no key is to blame.
    pub path: String,
    /// What is wrong and how to put it right. Never holds a secret.
    pub message: String,
}

impl Fault {
    /// Makes a fault.
    pub fn new(place: Place, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place, path: path.into(), message: message.into() }
    }

    /// The line, where the fault has one.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match &self.place {
            Place::Line { line, .. } => Some(*line),
            Place::File(_) | Place::Variable(_) => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}: {}", self.place, self.message)
        } else {
            write!(f, "{}: {}: {}", self.place, self.path, self.message)
        }
    }
}

impl std::error::Error for Fault {}
