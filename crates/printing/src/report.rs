//! What a report says: a cover, an index, and numbered sections.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::document::{check_blocks, check_headings, is_language};
use crate::{Block, Fact, Fault};

/// A report: a cover, an index with the page of each section, and the sections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What it is called.
    pub title: String,
    /// Its language, such as "en-GB".
    pub language: String,
    /// The day it is dated.
    pub date: NaiveDate,
    /// The council.
    pub author: String,
    /// Who writes, beneath the council's name.
    pub letterhead: Vec<String>,
    /// What the cover names, such as the case and the licence.
    pub facts: Vec<Fact>,
    /// What stands on the cover below: no headings.
    pub cover: Vec<Block>,
    /// The heading of the index.
    pub index: String,
    /// The sections, numbered from 1.
    pub sections: Vec<Section>,
}

/// A section of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// Whether it begins on a page of its own.
    pub begins_page: bool,
    /// What it says. Its own headings begin with level 1.
    pub blocks: Vec<Block>,
}

impl Report {
    /// Whether it can be set.
    ///
    /// # Errors
    /// A [`Fault`] that says what is wrong.
    pub fn check(&self) -> Result<(), Fault> {
        if self.title.trim().is_empty() {
            return Err(Fault::NoTitle);
        }
        if !is_language(&self.language) {
            return Err(Fault::Language(self.language.clone()));
        }
        if let Some(level) = self.cover.iter().find_map(|block| match block {
            Block::Heading { level, .. } => Some(*level),
            _ => None,
        }) {
            return Err(Fault::Heading { before: 0, level });
        }
        check_blocks(&self.facts, &self.cover)?;
        for section in &self.sections {
            check_headings(&section.blocks)?;
            check_blocks(&[], &section.blocks)?;
        }
        Ok(())
    }

    /// Changes every text of it.
    pub fn each_text(&mut self, change: &mut impl FnMut(&mut String)) {
        for text in [&mut self.title, &mut self.author, &mut self.index] {
            change(text);
        }
        self.letterhead.iter_mut().for_each(&mut *change);
        self.facts.iter_mut().for_each(|fact| fact.each_text(change));
        self.cover.iter_mut().for_each(|block| block.each_text(change));
        for section in &mut self.sections {
            change(&mut section.title);
            section.blocks.iter_mut().for_each(|block| block.each_text(change));
        }
    }
}
