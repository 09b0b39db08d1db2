//! Which area an address lies in: by UPRN, or else by street and postcode together, never by postcode alone.

use std::collections::BTreeMap;

/// A property reference number: 1 to 12 digits, kept without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uprn(String);

impl Uprn {
    /// Reads a number as typed; `None` unless it is 1 to 12 digits and not all zeros.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_number = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let digits = text.trim_start_matches('0');
        (is_number && !digits.is_empty()).then(|| Self(digits.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A street and postcode, written alike however they were typed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreetAndPostcode {
    street: String,
    postcode: String,
}

impl StreetAndPostcode {
    /// Ignores case, punctuation and spacing; `None` when either is empty.
    #[must_use]
    pub fn parse(street: &str, postcode: &str) -> Option<Self> {
        let kept = street.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '-').collect::<String>();
        let street = same_spelling(&kept);
        let postcode: String = postcode.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
        (!street.is_empty() && !postcode.is_empty()).then_some(Self { street, postcode })
    }
}

/// The lookup list of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressList {
    by_uprn: BTreeMap<Uprn, String>,
    by_street: BTreeMap<StreetAndPostcode, String>,
}

impl AddressList {
    /// Enters a property; gives back the other area's code, and changes nothing, when it is listed there already.
    pub fn enter_uprn(&mut self, uprn: Uprn, area: &str) -> Option<&str> {
        let listed = self.by_uprn.entry(uprn).or_insert_with(|| area.to_owned());
        (listed != area).then_some(listed.as_str())
    }

    /// Enters a street; gives back the other area's code, and changes nothing, when it is listed there already.
    pub fn enter_street(&mut self, street: StreetAndPostcode, area: &str) -> Option<&str> {
        let listed = self.by_street.entry(street).or_insert_with(|| area.to_owned());
        (listed != area).then_some(listed.as_str())
    }

    /// The code of the area that an address lies in; the UPRN decides where it is listed.
    #[must_use]
    pub fn area(&self, uprn: Option<&str>, street: &str, postcode: &str) -> Option<&str> {
        let by_uprn = || self.by_uprn.get(&Uprn::parse(uprn?)?);
        let by_street = || self.by_street.get(&StreetAndPostcode::parse(street, postcode)?);
        by_uprn().or_else(by_street).map(String::as_str)
    }

    /// The code of the area in which a property is listed by its number.
    #[must_use]
    pub fn area_of_uprn(&self, uprn: &Uprn) -> Option<&str> {
        self.by_uprn.get(uprn).map(String::as_str)
    }

    /// Every listed street, as names are compared, with its postcode without spaces and the code of its area.
    pub fn streets(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.by_street.iter().map(|(key, area)| (key.street.as_str(), key.postcode.as_str(), area.as_str()))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_uprn.len() + self.by_street.len()
    }

    /// Is the list empty?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A name in the spelling in which names are compared: lower case, single spaces.
#[must_use]
pub fn same_spelling(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
