//! What is in a text that its reader cannot see.

/// Zero-width and bidirectional marks, separators of lines, tags and other characters without a shape of their own.
#[must_use]
pub fn hides_or_reorders(letter: char) -> bool {
    matches!(letter,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}
