//! What a letter says, in the order in which it is read.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Fault, Report};

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is called, in lists of files and by screen readers.
    pub title: String,
    /// Its language, such as "en", "en-GB" or "cy".
    pub language: String,
    /// The day it is dated.
    pub date: NaiveDate,
    /// The council.
    pub author: String,
    /// Who writes, beneath the council's name: the team, how to reach it.
    pub letterhead: Vec<String>,
    /// Name and address, for the window of a DL envelope: seven lines at most.
    pub recipient: Vec<String>,
    /// What stands beside the address, such as the date and the reference.
    pub reference: Vec<Fact>,
    /// The letter.
    pub blocks: Vec<Block>,
    /// What goes with it: it begins on a sheet of its own behind the letter, and counts its own pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enclosure: Option<Report>,
}

/// A word and what it stands for, such as "Reference" and "DEM/2025/00001".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The word.
    pub label: String,
    /// What it stands for.
    pub value: Vec<Run>,
}

/// A part of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A heading. The first is of level 1, and none leaves a level out.
    Heading {
        /// 1 to 3.
        level: u8,
        /// Its text.
        runs: Vec<Run>,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        runs: Vec<Run>,
    },
    /// A paragraph that stands apart.
    Note {
        /// Its text.
        runs: Vec<Run>,
    },
    /// Words and what they stand for, one on each line.
    Facts {
        /// The lines.
        facts: Vec<Fact>,
    },
    /// A list with bullets.
    List {
        /// Its entries.
        items: Vec<Vec<Run>>,
    },
    /// A table, whose header is repeated on each page.
    Table {
        /// What stands over each column.
        header: Vec<Vec<Run>>,
        /// The rows, each with a cell for every column.
        rows: Vec<Vec<Vec<Run>>>,
    },
    /// Whoever signs: lines that stay together.
    Signature {
        /// The lines.
        lines: Vec<Vec<Run>>,
    },
}

/// A piece of text, or the end of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Run {
    /// Text.
    Text {
        /// As it stands.
        text: String,
        /// Whether it matters more than its neighbours.
        #[serde(default)]
        strong: bool,
        /// Where it leads: an address that begins with `https:`, `http:` or `mailto:`.
        #[serde(default)]
        link: Option<String>,
    },
    /// The line ends here.
    Break,
}

impl Run {
    /// Plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), strong: false, link: None }
    }

    /// Text that matters more.
    #[must_use]
    pub fn strong(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), strong: true, link: None }
    }

    /// Plain text of several lines.
    #[must_use]
    pub fn lines(text: &str) -> Vec<Self> {
        let mut runs = Vec::new();
        for (place, line) in text.lines().enumerate() {
            if place > 0 {
                runs.push(Self::Break);
            }
            runs.push(Self::text(line));
        }
        runs
    }
}

/// The most lines that the window of an envelope shows.
const ADDRESS_LINES: usize = 7;

impl Document {
    /// Whether it can be set: it has whatever an envelope, a list of files and a screen reader need.
    ///
    /// # Errors
    /// A [`Fault`] that says what is wrong.
    pub fn check(&self) -> Result<(), Fault> {
        if self.title.trim().is_empty() {
            return Err(Fault::NoTitle);
        }
        if self.recipient.is_empty() {
            return Err(Fault::NoRecipient { title: self.title.clone() });
        }
        if self.recipient.len() > ADDRESS_LINES {
            return Err(Fault::LongAddress { title: self.title.clone(), lines: self.recipient.len() });
        }
        if !is_language(&self.language) {
            return Err(Fault::Language(self.language.clone()));
        }
        if check_headings(&self.blocks)? == 0 {
            return Err(Fault::NoHeading { title: self.title.clone() });
        }
        check_blocks(&self.reference, &self.blocks)?;
        self.enclosure.as_ref().map_or(Ok(()), Report::check)
    }

    /// Changes every text of it.
    pub fn each_text(&mut self, change: &mut impl FnMut(&mut String)) {
        change(&mut self.title);
        change(&mut self.author);
        self.letterhead.iter_mut().chain(&mut self.recipient).for_each(&mut *change);
        self.reference.iter_mut().for_each(|fact| fact.each_text(change));
        self.blocks.iter_mut().for_each(|block| block.each_text(change));
        self.enclosure.iter_mut().for_each(|report| report.each_text(change));
    }
}

/// Whoever finds their way by headings must find every level. Returns the last.
pub(crate) fn check_headings(blocks: &[Block]) -> Result<u8, Fault> {
    let mut before = 0;
    for block in blocks {
        if let Block::Heading { level, .. } = block {
            if *level == 0 || *level > 3 || *level > before + 1 {
                return Err(Fault::Heading { before, level: *level });
            }
            before = *level;
        }
    }
    Ok(before)
}

/// Every table has its columns, and every link leads somewhere.
pub(crate) fn check_blocks(facts: &[Fact], blocks: &[Block]) -> Result<(), Fault> {
    blocks.iter().try_for_each(check_table)?;
    let runs = facts.iter().flat_map(|fact| &fact.value).chain(blocks.iter().flat_map(Block::runs));
    let links = runs.filter_map(|run| match run {
        Run::Text { link, .. } => link.as_deref(),
        Run::Break => None,
    });
    match links.into_iter().find(|link| !is_address(link)) {
        Some(link) => Err(Fault::Link(link.to_owned())),
        None => Ok(()),
    }
}

impl Fact {
    /// A word and the plain text that it stands for.
    #[must_use]
    pub fn of(label: &str, value: impl AsRef<str>) -> Self {
        Self { label: label.to_owned(), value: Run::lines(value.as_ref()) }
    }

    /// Changes every text of it.
    pub fn each_text(&mut self, change: &mut impl FnMut(&mut String)) {
        change(&mut self.label);
        each_text_of(&mut self.value, change);
    }
}

impl Block {
    fn runs(&self) -> Box<dyn Iterator<Item = &Run> + '_> {
        match self {
            Self::Heading { runs, .. } | Self::Paragraph { runs } | Self::Note { runs } => Box::new(runs.iter()),
            Self::Facts { facts } => Box::new(facts.iter().flat_map(|fact| &fact.value)),
            Self::List { items: lines } | Self::Signature { lines } => Box::new(lines.iter().flatten()),
            Self::Table { header, rows } => Box::new(header.iter().chain(rows.iter().flatten()).flatten()),
        }
    }

    /// Changes every text of it.
    pub fn each_text(&mut self, change: &mut impl FnMut(&mut String)) {
        match self {
            Self::Heading { runs, .. } | Self::Paragraph { runs } | Self::Note { runs } => each_text_of(runs, change),
            Self::Facts { facts } => facts.iter_mut().for_each(|fact| fact.each_text(change)),
            Self::List { items: lines } | Self::Signature { lines } => {
                lines.iter_mut().for_each(|runs| each_text_of(runs, change));
            }
            Self::Table { header, rows } => {
                header.iter_mut().chain(rows.iter_mut().flatten()).for_each(|runs| each_text_of(runs, change));
            }
        }
    }
}

fn each_text_of(runs: &mut [Run], change: &mut impl FnMut(&mut String)) {
    for run in runs {
        if let Run::Text { text, .. } = run {
            change(text);
        }
    }
}

fn check_table(block: &Block) -> Result<(), Fault> {
    let Block::Table { header, rows } = block else { return Ok(()) };
    match rows.iter().position(|row| row.len() != header.len()) {
        _ if header.is_empty() => Err(Fault::NoColumns),
        Some(row) => Err(Fault::Row { row: row + 1, columns: header.len() }),
        None => Ok(()),
    }
}

/// Two or three small letters, then perhaps a region of two capital ones.
pub(crate) fn is_language(code: &str) -> bool {
    let (language, region) = code.split_once('-').map_or((code, None), |(language, region)| (language, Some(region)));
    matches!(language.len(), 2 | 3)
        && language.bytes().all(|letter| letter.is_ascii_lowercase())
        && region.is_none_or(|region| region.len() == 2 && region.bytes().all(|letter| letter.is_ascii_uppercase()))
}

fn is_address(link: &str) -> bool {
    let leads_out = ["https:", "http:", "mailto:"].iter().any(|scheme| link.starts_with(scheme));
    leads_out && link.chars().all(|letter| letter.is_ascii_graphic())
}
