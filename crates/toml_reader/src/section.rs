//! One table of a reading: typed questions that report what is wrong and go on.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::values::{Raw, describe, did_you_mean};
use super::{Fault, Place, Reading, Source};

struct Part<'r> {
    strength: usize,
    source: Source<'r>,
    span: Range<usize>,
    table: &'r DeTable<'r>,
}

struct Found<'r> {
    strength: usize,
    place: Place,
    raw: Raw<'r>,
}

/// A table, laid together from every text that has it. Ask for each key, then call [`Section::no_other_keys`].
pub struct Section<'r> {
    reading: &'r Reading<'r>,
    path: String,
    parts: Vec<Part<'r>>,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'r> Section<'r> {
    pub(super) fn root(reading: &'r Reading<'r>) -> Self {
        let part = |(strength, layer): (usize, &'r super::Layer<'r>)| {
            let span = layer.span.clone();
            Part { strength, source: layer.source, span, table: &layer.table }
        };
        Self::new(reading, String::new(), reading.layers.iter().enumerate().map(part).collect())
    }

    fn new(reading: &'r Reading<'r>, path: String, parts: Vec<Part<'r>>) -> Self {
        Self { reading, path, parts, asked: RefCell::default() }
    }

    /// A value that must be there. `None` means that a fault was reported.
    pub fn required<T>(&self, key: &'static str, read: impl Fn(&Raw<'_>) -> Result<T, String>) -> Option<T> {
        if self.found(key).is_empty() {
            self.fault_here(key, format!("is missing; add `{key} = ...` to this table"));
            return None;
        }
        self.optional(key, read)
    }

    /// A value that may be left out. `None` means left out, or that a fault was reported.
    pub fn optional<T>(&self, key: &'static str, read: impl Fn(&Raw<'_>) -> Result<T, String>) -> Option<T> {
        let mut strongest = None;
        for found in self.found(key) {
            strongest = read(&found.raw).map_err(|message| self.report(found.place, self.path_of(key), message)).ok();
        }
        strongest
    }

    /// A list, each item read alike; left out, it is empty. `None` means that a fault was reported.
    pub fn list<T>(&self, key: &'static str, read: impl Fn(&Raw<'_>) -> Result<T, String>) -> Option<Vec<T>> {
        let mut strongest = Some(Vec::new());
        for found in self.found(key) {
            strongest = self.items(key, &found).and_then(|items| self.read_items(key, items, &read));
        }
        strongest
    }

    /// A table that must be there. `None` means that a fault was reported.
    pub fn table(&self, key: &'static str) -> Option<Section<'r>> {
        self.asked.borrow_mut().insert(key);
        let mut parts = Vec::new();
        let mut wrong = false;
        for part in &self.parts {
            match part.table.get(key).map(|value| (value, value.get_ref())) {
                Some((value, DeValue::Table(table))) => {
                    parts.push(Part { strength: part.strength, source: part.source, span: value.span(), table });
                }
                Some((value, other)) => {
                    wrong = true;
                    let message = format!("must be a table ([{key}]); found {}", describe(&Raw::Toml(other)));
                    self.report(part.source.place(value.span().start), self.path_of(key), message);
                }
                None => {}
            }
        }
        if parts.is_empty() {
            if !wrong {
                self.fault_here(key, format!("is missing; add a table [{}]", self.path_of(key)));
            }
            return None;
        }
        Some(Section::new(self.reading, self.path_of(key), parts))
    }

    /// The tables of `[[key]]`, in order; none when it is left out.
    pub fn tables(&self, key: &'static str) -> Vec<Section<'r>> {
        self.asked.borrow_mut().insert(key);
        let Some((&Part { strength, source, .. }, value)) =
            self.parts.iter().rev().find_map(|part| Some((part, part.table.get(key)?)))
        else {
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            let message =
                format!("must be a list of tables ([[{key}]]); found {}", describe(&Raw::Toml(value.get_ref())));
            self.report(source.place(value.span().start), self.path_of(key), message);
            return Vec::new();
        };
        let section = |(index, item): (usize, &'r Spanned<DeValue<'r>>)| {
            let path = format!("{}[{}]", self.path_of(key), index + 1);
            if let DeValue::Table(table) = item.get_ref() {
                return Some(Section::new(
                    self.reading,
                    path,
                    vec![Part { strength, source, span: item.span(), table }],
                ));
            }
            let message = format!("must be a table; found {}", describe(&Raw::Toml(item.get_ref())));
            self.report(source.place(item.span().start), path, message);
            None
        };
        array.iter().enumerate().filter_map(section).collect()
    }

    /// Is the key there, right or wrong?
    #[must_use]
    pub fn has(&self, key: &'static str) -> bool {
        !self.found(key).is_empty()
    }

    /// Reports a fault at the key's value, or at the table when the key is left out.
    pub fn fault(&self, key: &'static str, message: impl Into<String>) {
        match self.found(key).pop() {
            Some(found) => self.report(found.place, self.path_of(key), message),
            None => self.fault_here(key, message),
        }
    }

    /// Reports values that do not fit each other, at the one that was set last: nobody edits a default that is built in.
    pub fn fault_among(&self, keys: &[&'static str], message: impl Into<String>) {
        let strength = |key: &&'static str| self.found(key).pop().map(|found| found.strength);
        if let Some(key) = keys.iter().copied().rev().max_by_key(|key| strength(key)) {
            self.fault(key, message);
        }
    }

    /// Reports each key that nobody asked for, with the nearest known one.
    pub fn no_other_keys(&self) {
        let asked = self.asked.borrow();
        for part in &self.parts {
            for key in part.table.keys().filter(|key| !asked.contains(key.get_ref().as_ref())) {
                let name = key.get_ref();
                let message = match did_you_mean(name, asked.iter().copied()) {
                    Some(known) => format!("is not a known key; did you mean `{known}`?"),
                    None => format!("is not a known key; remove it, or use one of: {}", listed(&asked)),
                };
                self.report(part.source.place(key.span().start), self.path_of(name), message);
            }
        }
    }

    fn found(&self, key: &'static str) -> Vec<Found<'r>> {
        self.asked.borrow_mut().insert(key);
        let path = self.path_of(key);
        let in_text = |part: &Part<'r>| {
            let value = part.table.get(key)?;
            let place = part.source.place(value.span().start);
            Some(Found { strength: part.strength, place, raw: Raw::Toml(value.get_ref()) })
        };
        let mut found: Vec<_> = self.parts.iter().filter_map(in_text).collect();
        if let Some(variable) = self.reading.variables.get(&path) {
            let place = Place::Variable(variable.name.clone());
            found.push(Found { strength: usize::MAX, place, raw: Raw::Text(&variable.value) });
        }
        self.reading.keys.borrow_mut().insert(path);
        found
    }

    fn items(&self, key: &str, found: &Found<'r>) -> Option<Vec<Found<'r>>> {
        let strength = found.strength;
        let source = self.parts.iter().find(|part| part.strength == strength).map(|part| part.source);
        match (found.raw, source) {
            (Raw::Text(text), _) => {
                let item = |item: &'r str| Found { strength, place: found.place.clone(), raw: Raw::Text(item.trim()) };
                Some(text.split(',').filter(|item| !item.trim().is_empty()).map(item).collect())
            }
            (Raw::Toml(DeValue::Array(array)), Some(source)) => {
                let item = |item: &'r Spanned<DeValue<'r>>| {
                    let place = source.place(item.span().start);
                    Found { strength, place, raw: Raw::Toml(item.get_ref()) }
                };
                Some(array.iter().map(item).collect())
            }
            (raw, _) => {
                self.report(
                    found.place.clone(),
                    self.path_of(key),
                    format!("must be a list; found {}", describe(&raw)),
                );
                None
            }
        }
    }

    fn read_items<T>(
        &self,
        key: &str,
        items: Vec<Found<'r>>,
        read: impl Fn(&Raw<'_>) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let mut values = Vec::new();
        let mut all_right = true;
        for (index, item) in items.into_iter().enumerate() {
            match read(&item.raw) {
                Ok(value) => values.push(value),
                Err(message) => {
                    all_right = false;
                    self.report(item.place, format!("{}[{}]", self.path_of(key), index + 1), message);
                }
            }
        }
        all_right.then_some(values)
    }

    fn fault_here(&self, key: &str, message: impl Into<String>) {
        let place = match self.parts.last() {
            Some(part) => part.source.place(part.span.start),
            None => Place::File(String::new()),
        };
        self.report(place, self.path_of(key), message);
    }

    fn report(&self, place: Place, path: String, message: impl Into<String>) {
        self.reading.report(Fault::new(place, path, message));
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

fn listed(keys: &BTreeSet<&'static str>) -> String {
    keys.iter().copied().collect::<Vec<_>>().join(", ")
}
