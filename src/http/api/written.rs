//! What may be written in a field, for the checks that several forms share; each fault says how to put it right.

use chrono::NaiveDate;
use serde::Deserialize as _;
use validator::{ValidationError, ValidationErrors};

use crate::domain::certificate::Alarm;
use crate::domain::scheme::Uprn;
use crate::domain::text::hides_or_reorders;
use crate::mail::Address;

fn fault(code: &'static str, text: impl Into<String>) -> ValidationError {
    ValidationError::new(code).with_message(text.into().into())
}

/// One line that says something: no line breaks, other control or invisible characters, not only spaces.
pub fn one_line(text: &str) -> Result<(), ValidationError> {
    if text.chars().any(char::is_control) {
        return Err(fault(
            "one-line",
            "must stand on one line: take out line breaks, tabs and other control characters",
        ));
    }
    plain(text, hides_or_reorders)
}

/// Lines that say something: no control characters but line breaks and tabs, not only spaces.
pub fn lines(text: &str) -> Result<(), ValidationError> {
    // Forms of the web end their lines with both characters.
    if text.replace("\r\n", "\n").chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err(fault("lines", "holds control characters: type it anew, with line breaks only"));
    }
    plain(text, reorders)
}

/// Not only spaces, and nothing that makes a text look other than it is: people read it before they believe it.
fn plain(text: &str, disguises: fn(char) -> bool) -> Result<(), ValidationError> {
    if text.trim().is_empty() {
        return Err(fault("blank", "is empty: say it in words"));
    }
    match text.chars().find(|letter| disguises(*letter) || matches!(letter, '\u{2028}' | '\u{2029}')) {
        Some(letter) => {
            let number = u32::from(letter);
            Err(fault("disguised", format!("holds the invisible character U+{number:04X}: type it anew without it")))
        }
        None => Ok(()),
    }
}

/// Marks that turn the direction of what follows; others come with pasted text and emoji, and do no harm in prose.
fn reorders(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// An address that a letter can be sent to, so that nothing is kept that can never be mailed.
pub fn mailable(text: &str) -> Result<(), ValidationError> {
    Address::parse(text).map(|_| ()).map_err(|wrong| fault("mailable", wrong.to_string()))
}

/// A Unique Property Reference Number.
pub fn uprn(text: &str) -> Result<(), ValidationError> {
    let advice = "must be 1 to 12 digits, not all of them zero, such as 100110012345";
    Uprn::parse(text).map(|_| ()).ok_or_else(|| fault("uprn", advice))
}

/// Where each alarm is, each on one line.
pub fn positions(alarms: &[Alarm]) -> Result<(), ValidationError> {
    alarms.iter().try_for_each(|alarm| one_line(&alarm.position))
}

/// Words of 1 to `longest` characters in a field of a tagged form.
pub fn words(faults: &mut ValidationErrors, field: &'static str, text: &str, longest: usize) {
    if text.trim().is_empty() || text.chars().count() > longest {
        faults.add(field, fault("length", format!("must have 1 to {longest} characters")));
    }
}

/// A number from 1 to `most` in a field of a tagged form.
pub fn number(faults: &mut ValidationErrors, field: &'static str, number: i64, most: i64) {
    if !(1..=most).contains(&number) {
        faults.add(field, fault("range", format!("must lie between 1 and {most}")));
    }
}

/// 1 to `most` entries in a field of a tagged form, each of them words.
pub fn entries<'a>(
    faults: &mut ValidationErrors,
    field: &'static str,
    texts: impl ExactSizeIterator<Item = &'a str>,
    most: usize,
    longest: usize,
) {
    if texts.len() == 0 || texts.len() > most {
        faults.add(field, fault("length", format!("must have 1 to {most} entries")));
    }
    texts.for_each(|text| words(faults, field, text, longest));
}

/// Faults, if there are any.
///
/// # Errors
/// Those faults.
pub fn checked(faults: ValidationErrors) -> Result<(), ValidationErrors> {
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A day in a tagged form, whose parser does not say which field it was at.
///
/// # Errors
/// If it is no day of the calendar.
pub fn day<'de, D: serde::Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(from)?;
    read_day(&text)
}

/// As [`day`], where it may be absent.
///
/// # Errors
/// As [`day`].
pub fn day_if_any<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
    Option::<String>::deserialize(from)?.map(|text| read_day(&text)).transpose()
}

fn read_day<E: serde::de::Error>(text: &str) -> Result<NaiveDate, E> {
    text.parse().map_err(|_| E::custom(format_args!("\"{text}\" is not a day: write it as 2025-01-22")))
}
