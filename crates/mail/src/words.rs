//! Text from records made safe to put on one line of a letter or in a mail header.

use std::fmt;

use serde::Serialize;

use domain::text::hides_or_reorders;

/// One line of text from a record: no control characters, line breaks or invisible direction marks. May be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Line(String);

impl Line {
    /// Always gives a safe line: what cannot be printed becomes a space, what reorders text is dropped. Nothing is cut: it may be
    /// the reasons of a statutory notice.
    #[must_use]
    pub fn from_record(text: &str) -> Self {
        Self(one_line(text, usize::MAX))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing printable is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::from_record(text)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person's or company's name as shown beside a mail address.
///
/// Names come from records and cannot be refused at the moment of posting, so an odd one is cleaned, not rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailName(String);

impl MailName {
    /// The longest name kept, in characters.
    pub const LONGEST: usize = 200;

    /// The name, cleaned; `None` when nothing printable is left.
    #[must_use]
    pub fn from_record(text: &str) -> Option<Self> {
        let name = one_line(text, Self::LONGEST);
        (!name.is_empty()).then_some(Self(name))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One line of at most `longest` characters, with white space collapsed.
pub(super) fn one_line(text: &str, longest: usize) -> String {
    let printable: String = text.chars().filter_map(printable).collect();
    let mut line = String::with_capacity(printable.len());
    for word in printable.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.chars().count() > longest {
        line = line.chars().take(longest.saturating_sub(1)).collect();
        line.push('…');
    }
    line
}

/// A character fit for one line: a space for breaks and controls, nothing for marks that hide or reorder.
fn printable(letter: char) -> Option<char> {
    match letter {
        '\u{2028}' | '\u{2029}' => Some(' '),
        _ if hides_or_reorders(letter) => None,
        _ if letter.is_control() || letter.is_whitespace() => Some(' '),
        _ => Some(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_record_is_one_printable_line() {
        let cases = [
            ("Mr A Khan", Some("Mr A Khan")),
            ("Bob\r\nBcc: x@example.com", Some("Bob Bcc: x@example.com")),
            ("  a \t b\u{0}c\u{85}d\u{2028}e ", Some("a b c d e")),
            ("evil\u{202E}moc", Some("evilmoc")),
            ("zero\u{200B}width\u{FEFF}", Some("zerowidth")),
            ("Siân Ó Briain", Some("Siân Ó Briain")),
            ("\r\n\u{202E}\u{0}", None),
            ("", None),
        ];
        for (given, kept) in cases {
            assert_eq!(MailName::from_record(given).as_ref().map(MailName::as_str), kept, "{given:?}");
        }
    }

    #[test]
    fn a_very_long_name_is_cut_and_says_so() {
        let name = MailName::from_record(&"é".repeat(10_000)).unwrap();
        assert_eq!(name.as_str().chars().count(), MailName::LONGEST);
        assert!(name.as_str().ends_with('…'));
    }
}
