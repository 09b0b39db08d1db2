//! What stands on the outside of a message: address, subject and identity, parsed once and unable to inject.

use std::{fmt, str::FromStr};

use thiserror::Error;

use super::words::one_line;

/// A mail address that a relay can be given: `local@domain`, ASCII, without quotes or comments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(lettre::Address);

/// Why a text is not an address that this service sends to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressFault {
    /// Nothing was given.
    #[error("The e-mail address is empty: give one such as name@example.org")]
    Empty,
    /// Longer than RFC 5321 allows.
    #[error("The e-mail address is longer than 254 characters: check that only one address was given")]
    TooLong,
    /// Line breaks, spaces or other characters that have no place in an address.
    #[error("The e-mail address holds a space, line break or other character that an address cannot have")]
    ForbiddenCharacter,
    /// Letters outside ASCII, which many relays refuse.
    #[error("The e-mail address holds letters with accents or of another script: ask for its plain form")]
    NotAscii,
    /// Not `name@domain`.
    #[error("The e-mail address must have a name, one @ and a domain with a dot, such as name@example.org")]
    NotAnAddress,
}

impl Address {
    /// Parses an address as it stands in a record; white space around it is ignored.
    ///
    /// # Errors
    /// [`AddressFault`], whose text says what to correct.
    pub fn parse(text: &str) -> Result<Self, AddressFault> {
        let text = text.trim_matches([' ', '\t']);
        if text.is_empty() {
            return Err(AddressFault::Empty);
        }
        if text.len() > 254 {
            return Err(AddressFault::TooLong);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(AddressFault::ForbiddenCharacter);
        }
        if !text.is_ascii() {
            return Err(AddressFault::NotAscii);
        }
        let (local, domain) = text.split_once('@').ok_or(AddressFault::NotAnAddress)?;
        if !local.chars().all(may_stand_in_local_part) || !may_be_domain(domain) {
            return Err(AddressFault::NotAnAddress);
        }
        lettre::Address::from_str(text).map(Self).map_err(|_| AddressFault::NotAnAddress)
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    pub(super) fn to_lettre(&self) -> lettre::Address {
        self.0.clone()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn may_stand_in_local_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(letter)
}

fn may_be_domain(domain: &str) -> bool {
    domain.contains('.') && is_host(domain)
}

/// Labels of letters, digits and hyphens, separated by dots.
pub(super) fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

/// A subject line of 1 to 200 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSubject(String);

impl MailSubject {
    /// The longest subject kept, in characters.
    pub const LONGEST: usize = 200;

    /// The subject, cleaned like a name from a record; `None` when nothing printable is left.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let subject = one_line(text, Self::LONGEST);
        (!subject.is_empty()).then_some(Self(subject))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The identity of a letter, the same on every attempt, by which a second copy can be known as one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(String);

/// Why a text is no Message-ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("A Message-ID is letters, digits, dots, hyphens and underscores, then @, then a host name; at most 200 in all")]
pub struct NotAMessageId;

impl MessageId {
    /// Made of the letter's own identifier and the service's host.
    ///
    /// # Errors
    /// [`NotAMessageId`] when either part holds other characters.
    pub fn new(letter: &str, host: &str) -> Result<Self, NotAMessageId> {
        let letter_fits = !letter.is_empty()
            && !letter.starts_with('.')
            && !letter.ends_with('.')
            && !letter.contains("..")
            && letter.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
        let fits = letter_fits && is_host(host) && letter.len() + host.len() < 200;
        if fits { Ok(Self(format!("{letter}@{host}"))) } else { Err(NotAMessageId) }
    }

    /// Parses one as stored, with or without its angle brackets.
    ///
    /// # Errors
    /// [`NotAMessageId`].
    pub fn parse(text: &str) -> Result<Self, NotAMessageId> {
        let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
        let (letter, host) = bare.split_once('@').ok_or(NotAMessageId)?;
        Self::new(letter, host)
    }

    /// Without angle brackets: `letter@host`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in the header: `<letter@host>`.
    #[must_use]
    pub fn header(&self) -> String {
        format!("<{}>", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_accepted_or_refused_with_what_to_correct() {
        let accepted =
            ["khan@example.org", " a.b+c@mail.example.co.uk ", "o'neil@example.org", "x@xn--bcher-kva.example"];
        for text in accepted {
            assert_eq!(Address::parse(text).unwrap().as_str(), text.trim());
        }
        let refused = [
            ("", AddressFault::Empty),
            ("   ", AddressFault::Empty),
            ("a@example.org\r\nBcc: b@example.org", AddressFault::ForbiddenCharacter),
            ("a@example.org\n", AddressFault::ForbiddenCharacter),
            ("a b@example.org", AddressFault::ForbiddenCharacter),
            ("a\0@example.org", AddressFault::ForbiddenCharacter),
            ("jos\u{e9}@example.org", AddressFault::NotAscii),
            ("a\u{202E}@example.org", AddressFault::NotAscii),
            ("a@example.org,b@example.org", AddressFault::NotAnAddress),
            ("Bob <bob@example.org>", AddressFault::ForbiddenCharacter),
            ("<bob@example.org>", AddressFault::NotAnAddress),
            ("\"a\"@example.org", AddressFault::NotAnAddress),
            ("a@[127.0.0.1]", AddressFault::NotAnAddress),
            ("a@@example.org", AddressFault::NotAnAddress),
            ("a..b@example.org", AddressFault::NotAnAddress),
            (".a@example.org", AddressFault::NotAnAddress),
            ("a@localhost", AddressFault::NotAnAddress),
            ("a@-x.org", AddressFault::NotAnAddress),
            ("example.org", AddressFault::NotAnAddress),
        ];
        for (text, fault) in refused {
            assert_eq!(Address::parse(text), Err(fault), "{text:?}");
        }
        assert_eq!(Address::parse(&format!("{}@example.org", "a".repeat(300))), Err(AddressFault::TooLong));
    }

    #[test]
    fn a_message_id_cannot_leave_its_header_or_its_folder() {
        assert_eq!(
            MessageId::new("r.0192-ab.d2", "mail.example.org").unwrap().header(),
            "<r.0192-ab.d2@mail.example.org>"
        );
        assert_eq!(MessageId::parse("<a@example.org>"), MessageId::new("a", "example.org"));
        for bad in [
            "",
            "a",
            "@example.org",
            "a@",
            "../a@example.org",
            "a/b@example.org",
            "a b@example.org",
            "a@example.org>\r\nBcc: b",
            "..@example.org",
            "a@example.org/../x",
        ] {
            assert_eq!(MessageId::parse(bad), Err(NotAMessageId), "{bad:?}");
        }
    }
}
