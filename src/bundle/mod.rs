//! The proof file of a breach: what a tribunal looks for, with the originals and with a proof that nothing in it was changed.
//!
//! One ZIP. Each of its files stands in `manifest.json` with a hash; the hash of that list is in the last event of the case's chain
//! (`events.jsonl`), and that event is in an anchor (`proof.json`). `verify.py` checks all of it without this service.

mod container;
mod exhibits;
mod proof;
mod report;

use std::io::Read;

use sha2::{Digest as _, Sha256};

use crate::actions::{self, bundles};
use crate::app::App;
use crate::domain::bundle::Contents;
use crate::domain::context::Context;
use crate::domain::event::hex;
use crate::domain::id::BreachId;
use crate::files::{self, AtRest};
use crate::licence_document;
use crate::mail::paper;
use crate::typeset;
use container::{Container, Measured};
use exhibits::{Exhibits, Letter};
use proof::Listed;

/// The verifier that lies in every proof file.
pub const VERIFIER: &str = include_str!("verify.py");

/// How often it is begun anew because something happened in the case meanwhile.
const TRIES: u32 = 5;

/// Why there is no proof file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// More than a ZIP file of this kind holds.
    #[error("the files of this case are more than 4 gigabytes together, which one proof file cannot hold")]
    TooLarge,
    /// A file gave other bytes the second time.
    #[error("a file that was sent in changed while it was read")]
    Changed,
    /// The disk or the bucket says no.
    #[error(transparent)]
    Files(#[from] files::Error),
    /// Whatever the actions say.
    #[error(transparent)]
    Action(#[from] actions::Error),
}

impl From<Fault> for actions::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooLarge => Self::Refused { code: "bundle-too-large", text: fault.to_string() },
            Fault::Files(error) if error.is_full() => Self::Full,
            Fault::Changed | Fault::Files(_) => Self::Broken(fault.to_string()),
            Fault::Action(error) => error,
        }
    }
}

/// A proof file.
#[derive(Debug)]
pub struct Bundle {
    /// Its bytes.
    pub file: AtRest,
    /// The name to save it under.
    pub name: String,
    /// SHA-256 of its list of files.
    pub manifest_sha256: String,
    /// The anchor that proves it: number and hash.
    pub anchor: (i64, String),
}

/// Puts the proof file of a breach together, which goes on record.
///
/// # Errors
/// A [`Fault`]; [`actions::Error::Stale`] if the case does not hold still.
pub fn make(app: &App, cx: &Context, id: BreachId) -> Result<Bundle, Fault> {
    for _ in 0..TRIES {
        let case = app.db.snapshot(|db| bundles::gather(db, cx, &app.rules, id))?;
        if let Some(bundle) = put_together(app, cx, &case)? {
            return Ok(bundle);
        }
    }
    Err(actions::Error::Stale.into())
}

/// `None` if something happened in the case meanwhile.
fn put_together(app: &App, cx: &Context, case: &bundles::CaseFile) -> Result<Option<Bundle>, Fault> {
    let exhibits = exhibits::of(app, case);
    let mut shelf = Shelf { container: Container::begin(app.files.begin()?), listed: Vec::new() };
    for version in &case.versions {
        let what = format!("{}: as on record at its day", version.title());
        shelf.add(&exhibits::path_of(version), &what, &licence_document::print(app.typesetter, version)?)?;
    }
    for letter in &exhibits.letters {
        add_letter(app, &mut shelf, letter)?;
    }
    add_files(app, &mut shelf, &exhibits)?;
    shelf.add("anchors.json", "the anchors until then, and where this case stands in them", &proof::anchors(case))?;
    shelf.add("verify.py", "the program that checks this file", VERIFIER.as_bytes())?;
    let report = report::print(app.typesetter, case, &exhibits, &shelf.listed)?;
    shelf.add("bundle.pdf", "the report, with an index", &report)?;
    let Shelf { mut container, listed } = shelf;
    let manifest = proof::manifest(case, &listed);
    let manifest_sha256 = hex(&Sha256::digest(&manifest));
    container.add("manifest.json", &manifest)?;
    let contents = Contents { manifest_sha256: &manifest_sha256, files: listed.len() };
    let taken = app.db.write(|tx| bundles::take(tx, cx, case, &contents))?;
    let Some(taken) = taken else { return Ok(None) };
    container.add("events.jsonl", &proof::events(case, &taken))?;
    container.add("proof.json", &proof::proof(&taken))?;
    let name = format!("{}-{}.zip", case.breach.reference.replace('/', "-"), cx.today());
    let anchor = taken.anchors.last().map(|anchor| (anchor.number, anchor.hash.clone())).unwrap_or_default();
    Ok(Some(Bundle { file: container.end()?, name, manifest_sha256, anchor }))
}

/// The ZIP, and the list of what is in it.
struct Shelf {
    container: Container,
    listed: Vec<Listed>,
}

impl Shelf {
    fn add(&mut self, path: &str, what: &str, bytes: &[u8]) -> Result<(), Fault> {
        let measured = Measured::of(bytes)?;
        self.list(path, what, measured, hex(&Sha256::digest(bytes)));
        self.container.copy(path, measured, &mut &*bytes)
    }

    /// Adds what lies in the store of files.
    fn copy(&mut self, app: &App, path: &str, what: &str, measured: Measured, sha256: &str) -> Result<(), Fault> {
        self.list(path, what, measured, sha256.to_owned());
        let mut bytes = app.files.read(sha256)?;
        self.container.copy(path, measured, &mut bytes)
    }

    fn list(&mut self, path: &str, what: &str, measured: Measured, sha256: String) {
        self.listed.push(Listed { path: path.to_owned(), sha256, bytes: measured.bytes, what: what.to_owned() });
    }
}

fn add_letter(app: &App, shelf: &mut Shelf, letter: &Letter<'_>) -> Result<(), Fault> {
    let Letter { label, sent, enclosure } = letter;
    let (folder, what) = (format!("letters/{label}"), exhibits::described(sent));
    let part = |part: Option<&String>| part.cloned().unwrap_or_default();
    let (text, html) = (part(sent.letter.text.as_ref()), part(sent.letter.html.as_ref()));
    shelf.add(&format!("{folder}/letter.txt"), &format!("{what}: the text as sent"), text.as_bytes())?;
    shelf.add(&format!("{folder}/letter.html"), &format!("{what}: the HTML part as sent"), html.as_bytes())?;
    let printed = paper::print(app.typesetter, &sent.letter, sent.enclosure.as_ref()).map_err(typeset::unprintable)?;
    shelf.add(&format!("{folder}/letter.pdf"), &format!("{what}: printed from its stored words"), &printed.bytes)?;
    if let Some((enclosed, measured)) = enclosure {
        let what = format!("{what}: \"{}\", which went with it", enclosed.name);
        shelf.copy(app, &format!("{folder}/enclosure.pdf"), &what, *measured, &enclosed.sha256)?;
    }
    shelf.add(&format!("{folder}/delivery.json"), &format!("{what}: how it went"), &exhibits::delivery(sent))
}

fn add_files(app: &App, shelf: &mut Shelf, exhibits: &Exhibits<'_>) -> Result<(), Fault> {
    for file in &exhibits.files {
        let path = format!("files/{}{}", file.label, file.document.media_type.ending());
        let what = format!("\"{}\", as it came in", file.document.name);
        shelf.copy(app, &path, &what, file.measured, &file.document.sha256)?;
    }
    Ok(())
}

/// Reads a file that was sent in, and measures it; why it cannot be in a proof file, if its bytes are not those that came in.
fn measured(app: &App, sha256: &str) -> Result<Measured, String> {
    let mut bytes = app.files.read(sha256).map_err(|error| format!("its bytes cannot be read: {error}"))?;
    let (mut sha, mut crc, mut count) = (Sha256::new(), crc32fast::Hasher::new(), 0_u64);
    let mut part = vec![0; 1 << 16];
    loop {
        let read = bytes.read(&mut part).map_err(|error| format!("its bytes cannot be read: {error}"))?;
        let Some(piece) = part.get(..read).filter(|piece| !piece.is_empty()) else { break };
        sha.update(piece);
        crc.update(piece);
        count += u64::try_from(read).unwrap_or_default();
    }
    let found = hex(&sha.finalize());
    if found != sha256 {
        return Err(format!("its bytes were changed: their SHA-256 is {found} now"));
    }
    let bytes = u32::try_from(count).map_err(|_| "it is larger than 4 gigabytes".to_owned())?;
    Ok(Measured { crc: crc.finalize(), bytes })
}
