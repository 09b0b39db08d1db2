//! The proof file of a breach through HTTP: a missed demand, a late answer, a confirmed breach, and one ZIP that proves it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use selective_licensing::actions::audit;
use selective_licensing::domain::actor::Role;
use selective_licensing::domain::anchor::anchor_hash;
use selective_licensing::domain::event::seal;
use selective_licensing::domain::id::Spelled as _;
use selective_licensing::domain::licence::Licence;
use selective_licensing::domain::party::Party;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::desk::Desk;
use crate::support::files::pdf;

struct Case {
    desk: Desk,
    khan: Party,
    licence: Licence,
    officer: String,
    breach: String,
}

/// A taken proof file.
pub(crate) struct Taken {
    head: String,
    /// The whole of it.
    pub(crate) bytes: Vec<u8>,
    /// What lies in it.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// A gas record was demanded and came a day late; an officer confirmed the breach.
fn case() -> Case {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let licence = desk.world.licensed_home(&khan, None);
    case_of(desk, khan, licence)
}

fn case_of(desk: Desk, khan: Party, licence: Licence) -> Case {
    let demand = desk.world.served_demand(&licence, &["1", "9.6"], "2025-01-22");
    for night in ["2025-01-23", "2025-02-02", "2025-02-05", "2025-02-06"] {
        desk.world.night(night);
        desk.world.post();
    }
    let (officer, landlord) = (desk.token(Role::Officer, None), desk.token(Role::Landlord, Some(khan.id)));
    let sent = desk.send_file(&landlord, licence.id.as_str(), "gas 1.pdf", "application/pdf", &pdf("/Lang (en)"));
    let file = sent.expect(201).body["id"].clone();
    let path = format!("/api/v1/demands/{}", demand.cover.id);
    let item = demand.items.iter().find(|item| item.condition == "1").unwrap();
    let etag = desk.get(&officer, &path).expect(200).etag;
    let answer = json!({ "kind": "document", "documents": [file], "text": "Sorry, the engineer came late." });
    desk.post(&landlord, &format!("{path}/items/{}/responses", item.id), &etag, &answer).expect(201);
    let proposed = desk.get(&officer, &format!("/api/v1/breaches?licence_id={}", licence.id)).expect(200).body;
    let breaches = proposed["items"].as_array().unwrap();
    let breach = breaches.iter().find(|breach| breach["item_id"] == item.id.to_string()).unwrap();
    let breach = format!("/api/v1/breaches/{}", breach["id"].as_str().unwrap());
    let etag = desk.get(&officer, &breach).expect(200).etag;
    let why = json!({ "reason": "Nothing came in by the due date.", "evidence": "Amy's notebook" });
    desk.post(&officer, &format!("{breach}/confirmation"), &etag, &why).expect(200);
    Case { desk, khan, licence, officer, breach }
}

impl Case {
    fn take(&self) -> Taken {
        let (head, bytes) = self.desk.download_from(&self.officer, &format!("{}/bundle", self.breach), "");
        assert!(head.starts_with("HTTP/1.1 200"), "{head} {}", String::from_utf8_lossy(&bytes));
        Taken::read(head.to_lowercase(), bytes)
    }
}

impl Taken {
    /// Reads a ZIP file that came with that head.
    pub(crate) fn read(head: String, bytes: Vec<u8>) -> Self {
        let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let mut files = BTreeMap::new();
        for index in 0..zip.len() {
            let mut member = zip.by_index(index).unwrap();
            let mut content = Vec::new();
            member.read_to_end(&mut content).unwrap();
            files.insert(member.name().unwrap().into_owned(), content);
        }
        Self { head, bytes, files }
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.files[path].clone()).unwrap()
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap()
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_file_stands_in_the_list_and_the_list_in_the_last_event_and_that_in_an_anchor() {
    let case = case();
    let taken = case.take();
    assert_eq!(taken.header("content-type"), "application/zip");
    assert!(taken.header("content-disposition").contains("br-2025-0000"), "{}", taken.head);
    assert_eq!(taken.header("content-length"), taken.bytes.len().to_string());
    let manifest = taken.json("manifest.json");
    let listed = manifest["files"].as_array().unwrap();
    for entry in listed {
        let bytes = &taken.files[entry["path"].as_str().unwrap()];
        assert_eq!((&entry["sha256"], &entry["bytes"]), (&json!(sha256(bytes)), &json!(bytes.len())), "{entry}");
    }
    assert_eq!(listed.len() + 3, taken.files.len());
    let title = format!("Proof file {}", manifest["breach"].as_str().unwrap());
    let report = &taken.files["bundle.pdf"];
    assert!(report.windows(title.len()).any(|part| part == title.as_bytes()), "the report is not called {title}");
    let hash = sha256(&taken.files["manifest.json"]);
    assert_eq!(taken.header("bundle-manifest-sha256"), hash);

    let (mut before, mut last) = ("0".repeat(64), Value::Null);
    for line in taken.text("events.jsonl").lines() {
        last = serde_json::from_str(line).unwrap();
        before = seal(&before, last["body"].as_str().unwrap());
        assert_eq!(last["hash"], before);
    }
    let body: Value = serde_json::from_str(last["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["kind"], &body["facts"]["manifest_sha256"]), (&json!("bundle.taken"), &json!(hash)));
    let proof = taken.json("proof.json");
    let anchor = proof["anchors"].as_array().unwrap().last().unwrap();
    let text = |key: &str| anchor[key].as_str().unwrap();
    let count = usize::try_from(anchor["count"].as_u64().unwrap()).unwrap();
    assert_eq!(anchor_hash(text("before"), text("root"), text("on"), count), text("hash"));
    assert_eq!(taken.header("bundle-anchor-sha256"), text("hash"));
    assert_eq!(proof["sighting"]["hash"], before);
}

#[test]
fn the_originals_and_the_mail_lie_in_it_as_they_are_stored() {
    let case = case();
    let taken = case.take();
    assert_eq!(taken.files["files/F01.pdf"], pdf("/Lang (en)"));
    let letters = case.desk.world.letters_to(case.khan.id);
    let sent = letters.iter().filter(|letter| letter.text.is_some());
    for letter in sent.clone() {
        let lies = taken.files.iter().any(|(path, bytes)| {
            path.ends_with("/letter.html") && *bytes == letter.html.as_deref().unwrap().as_bytes()
        });
        assert!(lies, "{:?}", letter.subject);
    }
    let delivered = taken.files.keys().filter(|path| path.ends_with("/delivery.json")).count();
    assert_eq!(delivered, sent.count());
    assert!(taken.text("letters/L01/delivery.json").contains("\"accepted\""));
    assert!(taken.files["letters/L01/letter.pdf"].starts_with(b"%PDF"));
}

#[test]
fn each_taking_is_an_event_and_the_chains_stay_whole() {
    let case = case();
    let (first, second) = (case.take(), case.take());
    let count = |taken: &Taken| taken.text("events.jsonl").lines().count();
    assert_eq!(count(&first) + 1, count(&second));
    let verdict = case.desk.world.app.db.snapshot(|db| audit::verify(db, None, |_| {})).unwrap();
    assert_eq!(verdict.fault, None);
}

#[test]
fn the_same_case_at_the_same_instant_is_the_same_file_byte_for_byte() {
    assert_eq!(case().take().bytes, case().take().bytes);
}

#[test]
fn who_may_not_decide_breaches_takes_nothing_and_leaves_no_trace() {
    let case = case();
    let before = case.desk.world.events_of(case.licence.property_id).len();
    let path = format!("{}/bundle", case.breach);
    for (role, party) in [(Role::Auditor, None), (Role::Partner, None), (Role::Landlord, Some(case.khan.id))] {
        let token = case.desk.token(role, party);
        case.desk.get(&token, &path).expect(403);
    }
    case.desk.get(&case.officer, "/api/v1/breaches/01946c5e-8800-7000-8000-0123456789ab/bundle").expect(404);
    assert_eq!(case.desk.world.events_of(case.licence.property_id).len(), before);
}

#[test]
fn a_letter_that_names_another_home_is_named_by_its_hash_and_not_shown() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let licence = desk.world.licensed_home(&khan, None);
    let other = desk.world.licensed_home(&khan, None);
    desk.world.served_demand(&other, &["1"], "2025-01-22");
    let case = case_of(desk, khan, licence);
    let taken = case.take();
    for (path, bytes) in &taken.files {
        let names_it = bytes.windows(13).any(|part| part == b"2 Hind Street");
        assert!(!names_it, "{path} names another home");
    }
}

#[test]
fn a_file_whose_bytes_were_changed_is_not_passed_off_as_the_original() {
    let case = case();
    let hash = sha256(&pdf("/Lang (en)"));
    let folder = case.desk.world.folder.path().join("files");
    std::fs::write(folder.join(&hash[..2]).join(&hash[2..4]).join(&hash), pdf("/Lang (cy)")).unwrap();
    let taken = case.take();
    assert!(!taken.files.keys().any(|path| path.starts_with("files/")));
}

#[test]
#[ignore = "makes the proof file of tests/test_verify_bundle.py, which runs it"]
#[expect(clippy::disallowed_methods, reason = "the script says where")]
fn a_proof_file_for_the_verifier() {
    let file = std::env::var("BUNDLE_TO").expect("BUNDLE_TO names the file to make");
    std::fs::write(file, case().take().bytes).unwrap();
}
