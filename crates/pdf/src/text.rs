//! Text made fit for print: what the typeface cannot show becomes a box, so that nothing goes missing without a trace.

use std::collections::BTreeSet;

use crate::world;

/// Characters that the typeface does not have.
pub type Replaced = BTreeSet<char>;

/// Stands for a character that the typeface does not have.
const BOX: char = '\u{25A1}';

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
pub(crate) fn breakable(text: &str, longest: usize) -> String {
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
