//! Reads TOML files and environment variables and collects every fault with its place, instead of stopping at the first.
//!
//! A [`Reading`] lays several texts over each other, weakest first, and the variables on top; a [`Section`] is one table of it.

mod fault;
mod secret;
mod section;
mod values;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::DeTable;

pub use fault::{Fault, Place};
pub use secret::Secret;
pub use section::Section;
pub use values::{Raw, code, date, flag, secret_text, text, text_or_nothing, time, whole_number, word};

/// A TOML text and the name that its faults are reported under.
#[derive(Debug, Clone, Copy)]
pub struct Source<'t> {
    /// The file's name, as a person would recognise it.
    pub name: &'t str,
    /// Its whole content.
    pub text: &'t str,
}

impl Source<'_> {
    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place::Line {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

struct Layer<'t> {
    source: Source<'t>,
    span: Range<usize>,
    table: DeTable<'t>,
}

struct Variable {
    name: String,
    value: String,
}

/// The texts and variables being read, and the faults found so far.
pub struct Reading<'t> {
    layers: Vec<Layer<'t>>,
    variables: BTreeMap<String, Variable>,
    faults: RefCell<Vec<Fault>>,
    keys: RefCell<BTreeSet<String>>,
}

impl<'t> Reading<'t> {
    /// Parses the texts, weakest first.
    ///
    /// # Errors
    /// Every syntax fault of every text, at most one per line; nothing else is looked at then.
    pub fn of(sources: &[Source<'t>]) -> Result<Self, Vec<Fault>> {
        let mut layers = Vec::new();
        let mut faults = Vec::new();
        for source in sources {
            let (table, errors) = DeTable::parse_recoverable(source.text);
            let mut here: Vec<_> = errors.iter().map(|error| syntax_fault(source, error)).collect();
            here.dedup_by_key(|fault| fault.line());
            faults.append(&mut here);
            let span = table.span();
            layers.push(Layer { source: *source, span, table: table.into_inner() });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (faults, keys) = (RefCell::default(), RefCell::default());
        Ok(Self { layers, variables: BTreeMap::new(), faults, keys })
    }

    /// Lays environment variables over the texts: with the prefix `LICENSING__`, `LICENSING__MAIL__SMTP__HOST` is the
    /// key `mail.smtp.host`. Variables without the prefix are none of ours.
    #[must_use]
    pub fn with_variables(mut self, prefix: &str, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        for (name, value) in variables {
            if let Some(rest) = name.strip_prefix(prefix) {
                let path = rest.to_lowercase().replace("__", ".");
                self.variables.insert(path, Variable { name, value });
            }
        }
        self
    }

    /// The outermost table.
    #[must_use]
    pub fn root(&self) -> Section<'_> {
        Section::root(self)
    }

    /// Ends the reading: the value, or every fault in the order of the files and their lines.
    ///
    /// # Errors
    /// The faults. A missing value without any fault is itself reported, so that nothing passes silently.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Fault>> {
        self.report_unknown_variables();
        let mut faults = self.faults.into_inner();
        faults.sort_by(|one, other| one.place.cmp(&other.place));
        match value {
            Some(value) if faults.is_empty() => Ok(value),
            None if faults.is_empty() => {
                let name = self.layers.first().map_or("", |layer| layer.source.name);
                Err(vec![Fault::new(Place::File(name.to_owned()), "", "could not be read; check the whole file")])
            }
            Some(_) | None => Err(faults),
        }
    }

    /// Every key that was asked for so far, as a dotted path such as `mail.smtp.host`.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.keys.borrow().iter().cloned().collect()
    }

    fn report(&self, fault: Fault) {
        self.faults.borrow_mut().push(fault);
    }

    fn report_unknown_variables(&self) {
        let keys = self.keys.borrow();
        for (path, variable) in &self.variables {
            if !keys.contains(path) {
                let hint = values::did_you_mean(path, keys.iter().map(String::as_str)).map(|key| {
                    variable.name.replacen(
                        &path.to_uppercase().replace('.', "__"),
                        &key.to_uppercase().replace('.', "__"),
                        1,
                    )
                });
                let message = match hint {
                    Some(name) => format!("names no setting; did you mean {name}?"),
                    None => "names no setting; remove it or correct its name".to_owned(),
                };
                self.report(Fault::new(Place::Variable(variable.name.clone()), path, message));
            }
        }
    }
}

fn syntax_fault(source: &Source<'_>, error: &toml::de::Error) -> Fault {
    let offset = error.span().map_or(0, |span| span.start);
    let message = format!("the text cannot be read as TOML here: {}", error.message());
    Fault::new(source.place(offset), "", message)
}

#[cfg(test)]
mod tests;
