//! A section of the report while it is written: what it says, and what it should say and cannot.

use printing::{Block, Fact, Run, Section};

use crate::domain::calendar::Counted;
use crate::domain::calendar::london::written_out;

/// A section while it is written.
pub(super) struct Part {
    title: &'static str,
    blocks: Vec<Block>,
    missing: Vec<String>,
}

impl Part {
    pub(super) fn new(title: &'static str) -> Self {
        Self { title, blocks: Vec::new(), missing: Vec::new() }
    }

    /// A heading within the section.
    pub(super) fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading { level: 1, runs: vec![Run::text(text)] });
    }

    /// A heading beneath such a heading.
    pub(super) fn subheading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading { level: 2, runs: vec![Run::text(text)] });
    }

    /// A heading beneath such a one.
    pub(super) fn lesser_heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading { level: 3, runs: vec![Run::text(text)] });
    }

    /// A paragraph.
    pub(super) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph { runs: vec![Run::text(text)] });
    }

    /// Words and what they stand for; what stands for nothing is left out.
    pub(super) fn facts<const N: usize>(&mut self, facts: [(&str, Option<String>); N]) {
        let facts = facts.into_iter().filter_map(|(label, value)| Some(Fact::of(label, value?)));
        self.blocks.push(Block::Facts { facts: facts.collect() });
    }

    /// A table; without rows, a sentence that there is nothing.
    pub(super) fn table<const N: usize>(&mut self, header: [&str; N], rows: Vec<[String; N]>, none: &str) {
        if rows.is_empty() {
            return self.text(none);
        }
        let header = header.map(|cell| vec![Run::text(cell)]).to_vec();
        let rows = rows.into_iter().map(|row| row.map(|cell| Run::lines(&cell)).to_vec());
        self.blocks.push(Block::Table { header, rows: rows.collect() });
    }

    /// Words of another document, line by line.
    pub(super) fn quoted(&mut self, text: &str) {
        self.blocks.push(Block::Note { runs: Run::lines(text.trim_end()) });
    }

    /// A date, with the sentence that says why it is that day, its rule and the proof that counting again gives the same.
    pub(super) fn counted(&mut self, what: &str, date: &Counted) {
        let again = match date.recount_as_then() {
            Ok(on) if on == date.on() => "Counted again when this file was made: the same day.".to_owned(),
            Ok(on) => format!("COUNTED AGAIN WHEN THIS FILE WAS MADE: {}, NOT THE SAME DAY.", written_out(on)),
            Err(error) => format!("It could not be counted again: {error}."),
        };
        let unsure = if date.is_beyond_confirmed_holidays() {
            " The bank holidays of that year were not yet confirmed when it was counted."
        } else {
            ""
        };
        let rule = format!("\"{}\", version {}. {again}{unsure}", prose(date.rule_name()), date.version());
        self.facts([(what, Some(written_out(date.on()))), ("Why", Some(date.because())), ("Rule", Some(rule))]);
    }

    /// What should be here and is not on record.
    pub(super) fn missing(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.blocks.push(Block::Note { runs: vec![Run::strong("Missing: "), Run::text(what.clone())] });
        self.missing.push(what);
    }

    /// What is missing, to be named on the cover with the section's number.
    pub(super) fn lacks(&self) -> &[String] {
        &self.missing
    }

    /// The section as it is printed.
    pub(super) fn section(self) -> Section {
        Section { title: self.title.to_owned(), begins_page: false, blocks: self.blocks }
    }
}

/// A word of the domain as prose: "first_class_post" is "first class post".
pub(super) fn prose(word: impl ToString) -> String {
    word.to_string().replace(['_', '.'], " ")
}
