//! Writes a calendar that calendar programs read (RFC 5545).

use chrono::{DateTime, Utc};

/// An entry of a calendar.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The same for the same entry whenever it is written.
    pub(super) uid: String,
    /// Raised whenever the entry changes.
    pub(super) sequence: u32,
    /// When it begins.
    pub(super) starts_at: DateTime<Utc>,
    /// When it ends.
    pub(super) ends_at: DateTime<Utc>,
    /// What.
    pub(super) summary: String,
    /// Where.
    pub(super) location: String,
    /// "TENTATIVE", "CONFIRMED" or "CANCELLED".
    pub(super) status: &'static str,
}

/// The longest line, in octets without its end (section 3.1).
const LONGEST: usize = 75;

/// The calendar as text, written at that instant.
pub(super) fn calendar(name: &str, entries: &[Entry], now: DateTime<Utc>) -> String {
    let mut out = String::new();
    let head =
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//selective-licensing//inspections//EN", "CALSCALE:GREGORIAN"];
    head.iter().for_each(|text| line(&mut out, text));
    line(&mut out, &format!("X-WR-CALNAME:{}", escaped(name)));
    for entry in entries {
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}", escaped(&entry.uid)));
        line(&mut out, &format!("DTSTAMP:{}", instant(now)));
        line(&mut out, &format!("SEQUENCE:{}", entry.sequence));
        line(&mut out, &format!("DTSTART:{}", instant(entry.starts_at)));
        line(&mut out, &format!("DTEND:{}", instant(entry.ends_at)));
        line(&mut out, &format!("SUMMARY:{}", escaped(&entry.summary)));
        line(&mut out, &format!("LOCATION:{}", escaped(&entry.location)));
        line(&mut out, &format!("STATUS:{}", entry.status));
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Text without what would end a value (section 3.3.11); other control characters are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// Writes a line, folded between letters where it is too long.
fn line(out: &mut String, text: &str) {
    let mut octets = 0;
    for letter in text.chars() {
        if octets + letter.len_utf8() > LONGEST {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(letter);
        octets += letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(summary: &str, location: &str) -> Entry {
        Entry {
            uid: "0190a000-0000-7000-8000-000000000000-1@selective-licensing".to_owned(),
            sequence: 2,
            starts_at: "2025-07-20T10:00:00Z".parse().unwrap(),
            ends_at: "2025-07-20T11:00:00Z".parse().unwrap(),
            summary: summary.to_owned(),
            location: location.to_owned(),
            status: "CONFIRMED",
        }
    }

    #[test]
    fn a_calendar_is_written_as_its_standard_has_it() {
        let text = calendar(
            "Visits",
            &[entry("Inspection; part 1", "1 High Street, Stockton")],
            "2025-01-22T09:00:00Z".parse().unwrap(),
        );
        let wanted = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//selective-licensing//inspections//EN\r\nCALSCALE:GREGORIAN\r\n\
            X-WR-CALNAME:Visits\r\nBEGIN:VEVENT\r\nUID:0190a000-0000-7000-8000-000000000000-1@selective-licensing\r\n\
            DTSTAMP:20250122T090000Z\r\nSEQUENCE:2\r\nDTSTART:20250720T100000Z\r\nDTEND:20250720T110000Z\r\n\
            SUMMARY:Inspection\\; part 1\r\nLOCATION:1 High Street\\, Stockton\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(text, wanted);
    }

    /// Undoes folding and escaping, as a calendar program does.
    fn read(text: &str, name: &str) -> String {
        let unfolded = text.replace("\r\n ", "");
        let value = unfolded.split("\r\n").find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        let (mut out, mut letters) = (String::new(), value.chars());
        while let Some(letter) = letters.next() {
            match (letter, letter == '\\') {
                (_, true) => match letters.next().unwrap() {
                    'n' => out.push('\n'),
                    other => out.push(other),
                },
                (other, false) => out.push(other),
            }
        }
        out
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_no_line_is_longer_than_75_octets(summary in ".{0,300}", location in "(?s).{0,300}") {
            let text = calendar("Visits", &[entry(&summary, &location)], chrono::DateTime::UNIX_EPOCH);
            let kept = |text: &str| text.chars().filter(|one| !one.is_control() || *one == '\n').collect::<String>();
            prop_assert_eq!(read(&text, "SUMMARY:"), kept(&summary));
            prop_assert_eq!(read(&text, "LOCATION:"), kept(&location));
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LONGEST));
            prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
            prop_assert_eq!(text.matches("BEGIN:VEVENT\r\n").count(), 1);
        }
    }
}
