//! The proof file of a breach: that it was put together is an event of its case, and that event holds the hash of its list of files.

use serde_json::json;

use super::breach::Breach;
use super::context::Context;
use super::event::{Chain, Event, Happening};

/// What a proof file holds, as far as its event tells.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    /// SHA-256 of the list of its files, in lower-case hexadecimal: each file stands there with a hash of its own.
    pub manifest_sha256: &'a str,
    /// How many files the list names.
    pub files: usize,
}

/// The proof file of a breach is put together. Its last event is this one, so that the chain proves every file in it.
#[must_use]
pub fn taken(cx: &Context, breach: &Breach, contents: &Contents<'_>) -> Event {
    let facts = json!({
        "reference": breach.reference, "files": contents.files, "manifest_sha256": contents.manifest_sha256,
    });
    Event::new(cx, Chain::Case(breach.property_id), Happening::BundleTaken, &breach.id, facts)
}
