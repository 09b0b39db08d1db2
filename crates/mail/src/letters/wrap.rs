//! Wraps the text part at about 76 columns, keeping indents and at most one empty line in a row.

/// The column at which text is wrapped; a longer word is left whole.
pub(super) const COLUMNS: usize = 76;

/// The text with long lines broken between words. A line that starts with "- " continues under its first word.
pub(super) fn wrap(text: &str) -> String {
    let mut wrapped = String::with_capacity(text.len() + text.len() / 20);
    let mut gap = true;
    for line in text.lines() {
        if line.trim().is_empty() {
            if !gap {
                wrapped.push('\n');
            }
            gap = true;
        } else {
            wrap_line(line, &mut wrapped);
            gap = false;
        }
    }
    wrapped.truncate(wrapped.trim_end().len());
    wrapped.push('\n');
    wrapped
}

fn wrap_line(line: &str, wrapped: &mut String) {
    let body = line.trim_start();
    let indent = line.len() - body.len();
    let hanging = if body.starts_with("- ") { indent + 2 } else { indent };
    let mut column = indent;
    wrapped.push_str(&" ".repeat(indent));
    for (position, word) in body.split_whitespace().enumerate() {
        let width = word.chars().count();
        if position > 0 && column + 1 + width > COLUMNS {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(hanging));
            column = hanging;
        } else if position > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += width;
    }
    wrapped.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_break_between_words_and_lists_hang() {
        let words = "word ".repeat(40);
        let wrapped = wrap(&format!("- {words}\n\n\n\n  {words}\n{}\n", "x".repeat(100)));
        assert!(wrapped.lines().filter(|line| !line.starts_with('x')).all(|line| line.chars().count() <= COLUMNS));
        assert!(wrapped.starts_with("- word word"));
        assert!(wrapped.contains("\n  word"));
        assert!(!wrapped.contains("\n\n\n"));
        assert!(wrapped.ends_with(&format!("{}\n", "x".repeat(100))));
    }
}
