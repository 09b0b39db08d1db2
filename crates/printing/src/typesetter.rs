//! What is asked of whoever sets letters and reports.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{Document, Fault, Report};

/// Characters that the typeface does not have.
pub type Replaced = BTreeSet<char>;

/// Notes in the log which characters were printed as boxes.
pub fn tell_of_boxes(replaced: &Replaced) {
    if !replaced.is_empty() {
        tracing::warn!(characters = ?replaced, "the typeface lacks characters of what was printed: they are boxes");
    }
}

/// A file with letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where each letter is in it, in their order.
    pub letters: Vec<Pages>,
    /// Characters that the typeface does not have. A box stands in their place.
    pub replaced: Replaced,
}

/// The pages of a letter, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Pages {
    /// The first, with the address.
    pub first: usize,
    /// The last, of what is enclosed if anything is.
    pub last: usize,
}

/// A report as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintedReport {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Characters that the typeface does not have. A box stands in their place.
    pub replaced: Replaced,
}

/// Sets letters and reports as PDF files that are fit to be kept and to be read aloud. Equal ones give equal bytes.
pub trait Typesetter: Send + Sync {
    /// Several letters in one file, each beginning on a new sheet of paper, with pages counted for each.
    /// The file is dated as the latest of them, and written in the language of the first.
    ///
    /// # Errors
    /// A [`Fault`] that says what is wrong with one of them.
    fn letters(&self, title: &str, letters: Vec<Document>) -> Result<Pdf, Fault>;

    /// A report.
    ///
    /// # Errors
    /// A [`Fault`] that says what is wrong with it.
    fn report(&self, report: Report) -> Result<PrintedReport, Fault>;

    /// One letter.
    ///
    /// # Errors
    /// A [`Fault`] that says what is wrong with it.
    fn letter(&self, letter: Document) -> Result<Pdf, Fault> {
        let title = letter.title.clone();
        self.letters(&title, vec![letter])
    }
}
