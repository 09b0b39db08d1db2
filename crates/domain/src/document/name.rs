//! The name of a file as people see it. It is never used on a disk; there the hash of the bytes is the name.

use super::MediaType;
use crate::text::hides_or_reorders;

/// The longest name that is kept, in characters.
const LONGEST: usize = 150;

/// The name as it is shown: no path, no control, invisible or reordering characters, never empty, its ending kept.
#[must_use]
pub fn shown(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|letter| !letter.is_control() && !hides_or_reorders(*letter) && *letter != '\u{FFFD}')
        .collect();
    let whole = clean.trim().trim_end_matches(['.', ' ']);
    let bare = whole.trim_start_matches(['.', ' ']);
    match bare {
        "" => "document".to_owned(),
        // Nothing but an ending: it keeps its dot, and is no hidden file.
        ending if whole != bare && !ending.contains('.') => shortened(&format!("document.{ending}")),
        name => shortened(name),
    }
}

fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= LONGEST {
        return name.to_owned();
    }
    match name.rsplit_once('.').filter(|(_, ending)| ending.chars().count() <= 8) {
        Some((stem, ending)) => {
            let keep = LONGEST - ending.chars().count() - 2;
            format!("{}….{ending}", stem.chars().take(keep).collect::<String>())
        }
        None => name.chars().take(LONGEST).collect(),
    }
}

/// Whether the name ends as files of that type do. What follows the last dot counts, as on every system.
#[must_use]
pub fn agrees(shown: &str, found: MediaType) -> bool {
    let ending = shown.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let endings: &[&str] = match found {
        MediaType::Pdf => &["pdf"],
        MediaType::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
        MediaType::Png => &["png"],
    };
    ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}

/// The header of a download (RFC 6266): an ASCII name for old programs, and the whole name for all others (RFC 8187).
#[must_use]
pub fn content_disposition(shown: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || " ._-()".contains(letter) { letter } else { '_' };
    let ascii: String = shown.chars().map(plain).collect();
    let mut whole = String::new();
    for byte in shown.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => whole.push(char::from(byte)),
            _ => whole += &format!("%{byte:02X}"),
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_without_its_path_and_without_what_deceives() {
        for (sent, wanted) in [
            ("Gas record 2025.pdf", "Gas record 2025.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\Khan\\gas.pdf", "gas.pdf"),
            ("\\\\server\\share\\gas.pdf", "gas.pdf"),
            ("gas\r\nX-Evil: 1.pdf", "gasX-Evil: 1.pdf"),
            ("gas\0.pdf", "gas.pdf"),
            ("gas\u{202E}fdp.exe", "gasfdp.exe"),
            ("", "document"),
            ("...", "document"),
            ("  .pdf", "document.pdf"),
            ("../.pdf", "document.pdf"),
            (".htaccess.pdf", "htaccess.pdf"),
            ("gas\u{2028}record.pdf", "gasrecord.pdf"),
            ("Überprüfung.pdf", "Überprüfung.pdf"),
        ] {
            assert_eq!(shown(sent), wanted, "{sent:?}");
        }
        let long = shown(&format!("{}.pdf", "ä".repeat(400)));
        assert!(long.chars().count() <= LONGEST && long.ends_with(".pdf"), "{long}");
    }

    #[test]
    fn the_last_ending_decides_what_a_name_says() {
        for (name, found, wanted) in [
            ("gas.pdf", MediaType::Pdf, true),
            ("GAS.PDF", MediaType::Pdf, true),
            ("gas.v2.pdf", MediaType::Pdf, true),
            ("gas.pdf.exe", MediaType::Pdf, false),
            ("gas", MediaType::Pdf, false),
            ("photo.jpeg", MediaType::Jpeg, true),
            ("photo.png", MediaType::Jpeg, false),
        ] {
            assert_eq!(agrees(name, found), wanted, "{name}");
        }
    }

    #[test]
    fn a_download_is_named_with_one_set_of_parameters() {
        assert_eq!(
            content_disposition("Gas \"A\"; x=1 é.pdf"),
            "attachment; filename=\"Gas _A__ x_1 _.pdf\"; filename*=UTF-8''Gas%20%22A%22%3B%20x%3D1%20%C3%A9.pdf"
        );
    }
}
