//! What lies in a proof file beside the report, each with the label that the report calls it by, and what is held but not in it.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::container::Measured;
use crate::actions::bundles::{CaseFile, Sent};
use crate::actions::licence_documents::LicenceDocument;
use crate::app::App;
use crate::domain::calendar::london::written_out;
use crate::domain::document::Document;
use crate::domain::enforcement::MaterialKind;
use crate::domain::event::hex;
use crate::domain::id::MaterialId;
use crate::domain::letter::Enclosure;

/// What lies in a proof file, and what does not.
pub(super) struct Exhibits<'a> {
    /// Letters, L01 and on.
    pub(super) letters: Vec<Letter<'a>>,
    /// Files that were sent in, F01 and on.
    pub(super) files: Vec<File<'a>>,
    /// What is held and not in it: what it is, and why.
    pub(super) held: Vec<(String, String)>,
}

/// A letter in the file.
pub(super) struct Letter<'a> {
    /// What the report calls it.
    pub(super) label: String,
    /// The letter.
    pub(super) sent: &'a Sent,
    /// What went with it, its bytes measured when their hash was compared.
    pub(super) enclosure: Option<(&'a Enclosure, Measured)>,
}

/// A file that was sent in.
pub(super) struct File<'a> {
    /// What the report calls it.
    pub(super) label: String,
    /// The file.
    pub(super) document: &'a Document,
    /// Its bytes, measured when their hash was compared.
    pub(super) measured: Measured,
}

/// Chooses what lies in the file. Every original is read once here, and compared with the hash that it came in under.
pub(super) fn of<'a>(app: &App, case: &'a CaseFile) -> Exhibits<'a> {
    let mut exhibits = Exhibits { letters: Vec::new(), files: Vec::new(), held: Vec::new() };
    for sent in &case.letters {
        match sent.withheld {
            None => {
                let enclosure = exhibits.enclosed(app, sent);
                let label = label('L', exhibits.letters.len());
                exhibits.letters.push(Letter { label, sent, enclosure });
            }
            Some(why) => exhibits.held.push((held(sent), why.to_owned())),
        }
    }
    for document in &case.documents {
        let measured =
            case.withheld(document).map_or_else(|| super::measured(app, &document.sha256), |why| Err(why.to_owned()));
        match measured {
            Ok(measured) => exhibits.files.push(File { label: label('F', exhibits.files.len()), document, measured }),
            Err(why) => {
                let sensitive = case.sensitive.contains(&(MaterialKind::File, MaterialId(document.id.0)));
                let name = if sensitive { String::new() } else { format!(" \"{}\"", document.name) };
                let what = format!("file{name}, SHA-256 {}", document.sha256);
                exhibits.held.push((what, why));
            }
        }
    }
    exhibits
}

impl Exhibits<'_> {
    /// What went with a letter, unless its bytes cannot be had.
    fn enclosed<'a>(&mut self, app: &App, sent: &'a Sent) -> Option<(&'a Enclosure, Measured)> {
        let enclosure = sent.enclosure.as_ref()?;
        match super::measured(app, &enclosure.sha256) {
            Ok(measured) => Some((enclosure, measured)),
            Err(why) => {
                let what = format!("enclosure \"{}\" of the {}", enclosure.name, described(sent));
                self.held.push((format!("{what}, SHA-256 {}", enclosure.sha256), why));
                None
            }
        }
    }
}

/// Where the document of a version of the licence lies in the file. The verifier knows names of letters and digits alone.
pub(super) fn path_of(version: &LicenceDocument) -> String {
    format!("licence/V{:02}.pdf", version.version().version)
}

fn label(kind: char, before: usize) -> String {
    format!("{kind}{:02}", before + 1)
}

/// A letter in a few words.
pub(super) fn described(sent: &Sent) -> String {
    let letter = &sent.letter;
    format!("{} of {} to {}", letter.kind.noun(), written_out(letter.dated_on), letter.recipient_name)
}

/// A letter that is held back, with the hash of its words and without whoever else it may name.
fn held(sent: &Sent) -> String {
    let letter = &sent.letter;
    let hash = letter.text.as_deref().map(|words| format!(", SHA-256 of its text {}", hex(&Sha256::digest(words))));
    let hash = hash.unwrap_or_default();
    format!("letter {} of {} ({}){hash}", letter.id, written_out(letter.dated_on), letter.kind)
}

/// How a letter went, as it is on record.
pub(super) fn delivery(sent: &Sent) -> Vec<u8> {
    let letter = &sent.letter;
    let attempts = sent.attempts.iter().map(|attempt| {
        json!({
            "number": attempt.number, "started_at": attempt.started_at, "ended_at": attempt.ended_at,
            "outcome": attempt.outcome, "reply": attempt.reply,
        })
    });
    let enclosure = sent.enclosure.as_ref();
    let enclosure = enclosure.map(|one| json!({ "name": one.name, "sha256": one.sha256, "bytes": one.bytes }));
    let record = json!({
        "id": letter.id, "kind": letter.kind, "channel": letter.channel, "to": letter.recipient_name,
        "address": letter.address, "dated_on": letter.dated_on, "subject": letter.subject, "template": letter.template,
        "queued_at": letter.created_at, "state": letter.state, "settled_at": letter.settled_at, "reply": letter.reply,
        "attempts": attempts.collect::<Vec<_>>(), "enclosure": enclosure,
    });
    format!("{record:#}\n").into_bytes()
}
