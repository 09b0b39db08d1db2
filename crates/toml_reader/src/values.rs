//! How single values are read: each function takes what stands there and gives the value, or what is wrong with it.

use std::fmt::Display;
use std::ops::RangeInclusive;

use chrono::{NaiveDate, NaiveTime};
use toml::de::DeValue;

/// What stands at a key: a TOML value, or the text of an environment variable.
#[derive(Clone, Copy)]
pub enum Raw<'r> {
    /// A value in a TOML text.
    Toml(&'r DeValue<'r>),
    /// The text of a variable.
    Text(&'r str),
}

impl Raw<'_> {
    fn as_text(&self) -> Option<&str> {
        match self {
            Self::Toml(value) => value.as_str(),
            Self::Text(text) => Some(text),
        }
    }
}

/// A text that is not empty, without the white space around it.
///
/// # Errors
/// What is wrong, for the person who wrote the file; so do all readers here.
pub fn text(raw: &Raw<'_>) -> Result<String, String> {
    text_or_nothing(raw)?.ok_or_else(|| "is empty; write a text".to_owned())
}

/// A text; an empty one means "nothing here", so that a file can name a key without setting it.
///
/// # Errors
/// When it is not a text.
pub fn text_or_nothing(raw: &Raw<'_>) -> Result<Option<String>, String> {
    let text = raw.as_text().ok_or_else(|| format!("must be a text in quotation marks; found {}", describe(raw)))?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// As [`text_or_nothing`], but neither trimmed nor ever repeated in a message.
///
/// # Errors
/// When it is not a text.
pub fn secret_text(raw: &Raw<'_>) -> Result<Option<String>, String> {
    let text = raw.as_text().ok_or("must be a text in quotation marks (what was found is not shown)")?;
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// A short name for machines: lower-case letters, digits, `-` and `_`, at most 40.
///
/// # Errors
/// When it holds anything else.
pub fn code(raw: &Raw<'_>) -> Result<String, String> {
    let text = text(raw)?;
    let fits = text.len() <= 40
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    if fits {
        Ok(text)
    } else {
        Err(format!("{text:?} is not a code; use at most 40 lower-case letters, digits, - and _"))
    }
}

/// A whole number within a range.
///
/// # Errors
/// When it is not a whole number, or outside the range.
pub fn whole_number<T>(range: RangeInclusive<T>) -> impl Fn(&Raw<'_>) -> Result<T, String>
where
    T: TryFrom<i64> + PartialOrd + Display,
{
    move |raw| {
        let number = match raw {
            Raw::Toml(DeValue::Integer(integer)) => i64::from_str_radix(integer.as_str(), integer.radix()).ok(),
            Raw::Toml(_) => None,
            Raw::Text(text) => text.trim().parse().ok(),
        };
        let number = number.ok_or_else(|| format!("must be a whole number; found {}", describe(raw)))?;
        let (low, high) = (range.start(), range.end());
        let outside = || format!("{number} is outside the range; write a whole number from {low} to {high}");
        T::try_from(number).ok().filter(|number| range.contains(number)).ok_or_else(outside)
    }
}

/// True or false.
///
/// # Errors
/// When it is anything else.
pub fn flag(raw: &Raw<'_>) -> Result<bool, String> {
    let value = match raw {
        Raw::Toml(value) => value.as_bool(),
        Raw::Text(text) => text.trim().parse().ok(),
    };
    value.ok_or_else(|| format!("must be true or false; found {}", describe(raw)))
}

/// A date such as 2024-11-01, with or without quotation marks.
///
/// # Errors
/// When it is not a date of the calendar.
pub fn date(raw: &Raw<'_>) -> Result<NaiveDate, String> {
    written(raw)
        .and_then(|text| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok())
        .ok_or_else(|| format!("must be a date such as 2024-11-01; found {}", describe(raw)))
}

/// A time of day such as "02:30".
///
/// # Errors
/// When it is not a time in hours and minutes.
pub fn time(raw: &Raw<'_>) -> Result<NaiveTime, String> {
    written(raw)
        .and_then(|text| {
            NaiveTime::parse_from_str(text.strip_suffix(":00").filter(|t| t.len() == 5).unwrap_or(&text), "%H:%M").ok()
        })
        .ok_or_else(|| format!("must be a time such as \"02:30\"; found {}", describe(raw)))
}

/// One of a set of words.
///
/// # Errors
/// When it is another word: the message lists the set and names the nearest.
pub fn word<T: Copy>(all: &'static [T], name: fn(T) -> &'static str) -> impl Fn(&Raw<'_>) -> Result<T, String> {
    move |raw| {
        let text = text(raw)?;
        let names = || all.iter().map(|one| name(*one));
        let unknown = || match did_you_mean(&text, names()) {
            Some(known) => format!("{text:?} is not known here; did you mean \"{known}\"?"),
            None => format!("{text:?} is not known here; use one of: {}", names().collect::<Vec<_>>().join(", ")),
        };
        all.iter().find(|one| name(**one) == text).copied().ok_or_else(unknown)
    }
}

fn written(raw: &Raw<'_>) -> Option<String> {
    match raw {
        Raw::Toml(DeValue::Datetime(moment)) => Some(moment.to_string()),
        Raw::Toml(value) => value.as_str().map(str::to_owned),
        Raw::Text(text) => Some(text.trim().to_owned()),
    }
}

/// Says what stands there, for "found ...".
pub(super) fn describe(raw: &Raw<'_>) -> String {
    match raw {
        Raw::Text(text) => format!("the text {text:?}"),
        Raw::Toml(DeValue::String(text)) => format!("the text {text:?}"),
        Raw::Toml(DeValue::Integer(number)) => format!("the number {number}"),
        Raw::Toml(DeValue::Float(number)) => format!("the number {number}"),
        Raw::Toml(DeValue::Boolean(value)) => value.to_string(),
        Raw::Toml(DeValue::Datetime(moment)) => format!("the date or time {moment}"),
        Raw::Toml(DeValue::Array(_)) => "a list".to_owned(),
        Raw::Toml(DeValue::Table(_)) => "a table".to_owned(),
    }
}

/// The known name that a mistyped one is nearest to, if any is near: a third of its letters may differ.
pub(super) fn did_you_mean<'n>(typed: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = typed.chars().count().div_ceil(3).min(3);
    known.map(|name| (letters_apart(typed, name), name)).filter(|(apart, _)| *apart <= near).min().map(|(_, name)| name)
}

/// Levenshtein's distance: how many letters to insert, drop or change.
fn letters_apart(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        let mut next = vec![left];
        for (above, column) in row.iter().skip(1).zip(other.chars()) {
            left = (left + 1).min(above + 1).min(diagonal + usize::from(letter != column));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
