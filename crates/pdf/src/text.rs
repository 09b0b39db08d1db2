//! Text made fit for print: what the typeface cannot show becomes a box, so that nothing goes missing without a trace.

use printing::{Block, Document, Fact, Fault, Replaced, Report};

use crate::world;

/// Stands for a character that the typeface does not have.
const BOX: char = '\u{25A1}';

/// The letter with every text fit for one line of print, and which characters had no glyph.
pub(crate) fn letter(mut letter: Document) -> Result<(Document, Replaced), Fault> {
    let mut replaced = Replaced::new();
    let enclosure = letter.enclosure.take().map(report).transpose()?;
    letter.each_text(&mut |text| *text = printable(text, &mut replaced));
    for lines in [&mut letter.letterhead, &mut letter.recipient] {
        lines.retain(|line| !line.trim().is_empty());
    }
    letter.check()?;
    // Nothing may run out of its column: beside the address there is room for thirty characters, elsewhere for seventy.
    let narrow = |text: &mut String| *text = breakable(text, 30);
    let wide = |text: &mut String| *text = breakable(text, 70);
    letter.letterhead.iter_mut().chain(&mut letter.recipient).for_each(narrow);
    letter.reference.iter_mut().for_each(|fact| fact.each_text(&mut { narrow }));
    letter.blocks.iter_mut().for_each(|block| block.each_text(&mut { wide }));
    letter.enclosure = enclosure.map(|(enclosure, missing)| {
        replaced.extend(missing);
        enclosure
    });
    Ok((letter, replaced))
}

/// The report with every text fit for one line of print, and which characters had no glyph.
pub(crate) fn report(mut report: Report) -> Result<(Report, Replaced), Fault> {
    let mut replaced = Replaced::new();
    report.each_text(&mut |text| *text = printable(text, &mut replaced));
    report.letterhead.retain(|line| !line.trim().is_empty());
    report.check()?;
    // A cell of a table may be narrow, so what is as long as a hash is broken there.
    let blocks = report.sections.iter_mut().flat_map(|section| &mut section.blocks);
    for block in report.cover.iter_mut().chain(blocks) {
        let longest = if matches!(block, Block::Table { .. }) { 15 } else { 60 };
        block.each_text(&mut |text| *text = breakable(text, longest));
    }
    let fact = |fact: &mut Fact| fact.each_text(&mut |text| *text = breakable(text, 50));
    report.facts.iter_mut().for_each(fact);
    Ok((report, replaced))
}

/// One line of text: breaks and controls are spaces, marks that hide or reorder are dropped, what has no glyph is a box.
pub(crate) fn printable(text: &str, replaced: &mut Replaced) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !is_unseen(*letter)) {
        if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') {
            line.push(' ');
        } else if world::has_glyph(letter) {
            line.push(letter);
        } else {
            replaced.insert(letter);
            line.push(BOX);
        }
    }
    line
}

/// Where a word is wider than its column, it may go on in the next line: after each `WORD` characters of it.
fn breakable(text: &str, longest: usize) -> String {
    const WORD: usize = 15;
    const HERE: char = '\u{200B}';
    let mut told = String::with_capacity(text.len());
    for (place, word) in text.split(' ').enumerate() {
        if place > 0 {
            told.push(' ');
        }
        let is_long = word.chars().count() > longest;
        for (place, letter) in word.chars().enumerate() {
            if is_long && place > 0 && place % WORD == 0 {
                told.push(HERE);
            }
            told.push(letter);
        }
    }
    told
}

/// Marks without a shape of their own: they hide, join or reorder what stands beside them.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
    )
}
