//! The parts of a proof file that a program reads: the list of files, the chain, the anchors. Each has one spelling, so that no
//! byte of it can be changed without being found.

use serde_json::{Value, json};

use crate::actions::bundles::{CaseFile, Sighting, Taken};
use crate::domain::anchor::Side;
use crate::storage::events::{Anchor, Sealed};

/// A file as the list names it.
pub(super) struct Listed {
    /// Where it lies.
    pub(super) path: String,
    /// Its SHA-256.
    pub(super) sha256: String,
    /// Its length.
    pub(super) bytes: u32,
    /// What it is.
    pub(super) what: String,
}

/// The list of files.
pub(super) fn manifest(case: &CaseFile, listed: &[Listed]) -> Vec<u8> {
    let files = listed
        .iter()
        .map(|file| json!({ "path": file.path, "sha256": file.sha256, "bytes": file.bytes, "what": file.what }));
    line(&json!({
        "form": "licensing-bundle-v1", "breach": case.breach.reference, "made_at": case.read_at,
        "software": env!("CARGO_PKG_VERSION"), "files": files.collect::<Vec<_>>(),
    }))
}

/// The anchors until then, and where the case stands in them.
pub(super) fn anchors(case: &CaseFile) -> Vec<u8> {
    let anchors = case.anchors.iter().map(anchor).collect::<Vec<_>>();
    line(&json!({ "anchors": anchors, "sightings": case.sightings.iter().map(sighting).collect::<Vec<_>>() }))
}

/// The chain of the case, with the exact text of each event.
pub(super) fn events(case: &CaseFile, taken: &Taken) -> Vec<u8> {
    case.events.iter().chain([&taken.event]).flat_map(|event| line(&sealed(event))).collect()
}

/// The anchors made over the whole, and the way from the chain's head into the last of them.
pub(super) fn proof(taken: &Taken) -> Vec<u8> {
    let anchors = taken.anchors.iter().map(anchor).collect::<Vec<_>>();
    line(&json!({ "anchors": anchors, "sighting": sighting(&taken.sighting) }))
}

fn sealed(event: &Sealed) -> Value {
    json!({ "chain": event.chain, "seq": event.seq, "hash": event.hash, "body": event.body })
}

fn anchor(anchor: &Anchor) -> Value {
    json!({
        "anchor": anchor.number, "on": anchor.night, "before": anchor.before, "root": anchor.root, "count": anchor.count,
        "hash": anchor.hash,
    })
}

fn sighting(sighting: &Sighting) -> Value {
    let side = |side| match side {
        Side::Left => "left",
        Side::Right => "right",
    };
    let path = sighting.path.iter().map(|step| json!({ "hash": step.hash, "side": side(step.side) }));
    json!({
        "anchor": sighting.anchor, "seq": sighting.seq, "hash": sighting.hash, "path": path.collect::<Vec<_>>(),
    })
}

fn line(value: &Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}
