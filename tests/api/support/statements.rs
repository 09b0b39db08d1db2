//! How many statements a service sends to its database, told apart by the database, since the tests run beside each other.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use super::database::TestDatabase;

static COUNTS: LazyLock<Mutex<BTreeMap<String, usize>>> = LazyLock::new(Mutex::default);

/// The statements of one database.
pub(crate) struct Statements {
    place: String,
}

/// What one connection notes: where it leads, and each statement.
#[derive(Default)]
struct Note {
    place: String,
}

impl Instrumentation for Note {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => url.clone_into(&mut self.place),
            InstrumentationEvent::StartQuery { .. } => {
                *COUNTS.lock().unwrap().entry(self.place.clone()).or_default() += 1;
            }
            _ => {}
        }
    }
}

impl Statements {
    /// From now on, whoever connects to a database is counted.
    pub(crate) fn begin() {
        set_default_instrumentation(|| Some(Box::new(Note::default()))).unwrap();
    }

    /// Those of this database.
    pub(crate) fn of(database: &TestDatabase) -> Self {
        Self { place: database.url.trim_start_matches("sqlite://").to_owned() }
    }

    /// How many there were.
    pub(crate) fn so_far(&self) -> usize {
        COUNTS.lock().unwrap().get(&self.place).copied().unwrap_or_default()
    }
}
