//! The copy of the licence that goes with a decision: by mail and on paper, as it is stored, whatever happens afterwards.

use std::path::PathBuf;
use std::process::Command;

use printing::{Document, Fault, Pdf, PrintedReport, Report, Typesetter};
use selective_licensing::app::App;
use selective_licensing::clock::Clock;
use selective_licensing::domain::letter::{Channel, Letter, LetterKind, LetterState};
use selective_licensing::jobs;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::case_letters::{consent, says};
use crate::proof_file::{missed, on, take as take_proof};
use crate::support::case::{go_to, licence};
use crate::support::print::{Printed, page_count};
use crate::support::server::{Client, Server};
use crate::support::smtp_server::{Received, Script, SmtpServer, Step};

/// A council that writes through this relay, and Mr Khan, who has agreed to e-mail.
fn over_smtp(relay: &SmtpServer) -> Server {
    let port = relay.port().to_string();
    let server = Server::with(&[
        ("LICENSING__MAIL__TRANSPORT", "smtp"),
        ("LICENSING__MAIL__SMTP__HOST", "127.0.0.1"),
        ("LICENSING__MAIL__SMTP__PORT", &port),
        ("LICENSING__MAIL__SMTP__TLS", "none"),
        ("LICENSING__MAIL__SMTP__TIMEOUT_SECONDS", "1"),
        ("LICENSING__MAIL__WORKERS", "1"),
    ]);
    consent(&server);
    server
}

/// The written letters with that template, the one by e-mail first.
fn written(server: &Server, template: &str) -> Vec<Letter> {
    let mut letters = server.world.letters();
    letters.retain(|letter| letter.template.as_deref() == Some(template));
    letters.sort_by_key(|letter| letter.channel == Channel::Paper);
    letters
}

fn path(letter: &Letter) -> String {
    format!("/letters/{}", letter.id)
}

fn shown(server: &Server, letter: &Letter) -> Value {
    server.amy().get(&path(letter)).expect(200).body["enclosure"].clone()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn in_store(server: &Server, sha256: &str) -> PathBuf {
    server.world.folder.path().join("files").join(&sha256[0..2]).join(&sha256[2..4]).join(sha256)
}

/// The mails with this in their subject that the relay took or refused.
fn mails(relay: &SmtpServer, subject: &str) -> Vec<Received> {
    let mut mails = relay.received();
    mails.retain(|mail| mail.data.lines().any(|line| line.starts_with("Subject: ") && line.contains(subject)));
    mails
}

/// The type, the file name and the bytes of the attachment, and the types of all parts in their order.
fn attachment(mail: &Received) -> (String, Vec<u8>, Vec<String>) {
    let unfolded = mail.data.replace("\r\n ", " ").replace("\r\n\t", " ");
    let types = unfolded.lines().filter_map(|line| line.strip_prefix("Content-Type: "));
    let types = types.map(|line| line.split(';').next().unwrap().to_owned()).collect::<Vec<_>>();
    let (_, part) = mail.data.split_once("Content-Disposition: attachment;").expect("an attachment");
    let (head, body) = part.split_once("\r\n\r\n").unwrap();
    let quoted = |text: &str| text.split('"').skip(1).step_by(2).collect::<String>();
    let (folded, kind) = head.split_once("Content-Type: application/pdf; ").unwrap();
    let name = quoted(kind.lines().next().unwrap());
    assert_eq!(quoted(folded), name, "{head}");
    (name, base64(body.split("\r\n--").next().unwrap()), types)
}

fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => u32::from(letter - b'A'),
        b'a'..=b'z' => u32::from(letter - b'a') + 26,
        b'0'..=b'9' => u32::from(letter - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other} is not base64"),
    };
    let letters = text.bytes().filter(|letter| !b"\r\n=".contains(letter)).map(value).collect::<Vec<_>>();
    let mut bytes = Vec::new();
    for four in letters.chunks(4) {
        let joined = four.iter().fold(0, |joined, value| joined << 6 | value) << (6 * (4 - four.len()));
        bytes.extend_from_slice(&joined.to_be_bytes()[1..four.len()]);
    }
    bytes
}

/// Mr Khan and his agent get other names and addresses, and what the licence's versions kept of them is lost.
fn everybody_is_renamed(server: &Server) {
    let amy = server.amy();
    let moved = json!({ "kind": "person", "name": "Mr Amir Khan", "address": "7 New Road, Stockton-on-Tees TS18 9ZZ" });
    let path = format!("/parties/{}", server.khan_id);
    amy.put_on(&amy.get(&path).expect(200).etag(), &path, &moved).expect(200);
    server.world.database.run("UPDATE licence_versions SET named = NULL");
}

#[test]
fn the_decision_to_grant_brings_a_copy_of_the_licence_by_mail_and_on_paper() {
    let relay = SmtpServer::start(Script::default());
    let server = over_smtp(&relay);
    let granted = licence(&server, 1).id();
    server.world.post();
    let mut letters = written(&server, "A7/3");
    let (mailed, paper) = (letters.remove(0), letters.remove(0));
    assert_eq!((mailed.channel, mailed.state), (Channel::Email, LetterState::Accepted));
    assert_eq!((paper.channel, paper.state), (Channel::Paper, LetterState::ToPrint));
    says(&mailed, &["A copy of the licence is enclosed, and what it says is set out below."]);

    let sent = mails(&relay, "a licence is granted");
    assert_eq!(sent.len(), 1);
    let (name, bytes, types) = attachment(&sent[0]);
    assert_eq!(types, ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]);
    assert_eq!(name, "licence-SL-2025-00001-version-1.pdf");
    let view = json!({ "name": name, "sha256": sha256(&bytes), "bytes": bytes.len() });
    let (_, document) = server.khan().download(&format!("/licences/{granted}/versions/1/pdf"));
    assert!(bytes == document, "the mail brings another licence than the service prints");
    assert_eq!(std::fs::read(in_store(&server, &sha256(&bytes))).unwrap(), bytes);
    for letter in [&mailed, &paper] {
        assert_eq!(shown(&server, letter), view);
        let events = server.world.events_of(letter.property_id.unwrap());
        let told = events.iter().find(|event| {
            event.body.contains(letter.id.to_string().as_str()) && {
                event.body.contains("letter.accepted") || event.body.contains("letter.laid_out")
            }
        });
        assert!(told.unwrap().body.contains(&sha256(&bytes)), "the chain does not prove what went");
    }
    let (headers, downloaded) = server.khan().download(&format!("{}/enclosure", path(&mailed)));
    assert!(downloaded == bytes && headers["content-type"] == "application/pdf");
    assert!(headers["content-disposition"].to_str().unwrap().contains(&name));
    server.khan().get(&format!("{}/enclosure", path(&paper))).refuses(404, "not-found", "");
    let proposal = server.world.letters().into_iter().find(|letter| letter.kind != LetterKind::Notice).unwrap();
    assert_eq!(shown(&server, &proposal), Value::Null);
    server.amy().get(&format!("{}/enclosure", path(&proposal))).refuses(404, "not-found", "");

    let (_, alone) = server.amy().download(&format!("{}/pdf", path(&paper)));
    let words =
        ["Notice: a licence is granted", "Licence SL/2025/00001, version 1", "How the licence came to be as it is"];
    Printed::read(&alone).must_say(&words);
    let batch = server.amy().post("/letter-batches", &json!({})).expect(201);
    let (_, together) = server.amy().download(&format!("/letter-batches/{}/pdf", batch.id()));
    let entries = batch.body["letters"].as_array().unwrap();
    let pages = |entry: &Value, key: &str| usize::try_from(entry[key].as_u64().unwrap()).unwrap();
    let last = entries.iter().map(|entry| pages(entry, "last_page")).max().unwrap();
    assert_eq!(
        (last, batch.body["pages"].as_u64()),
        (page_count(&together), entries.last().unwrap()["last_page"].as_u64())
    );
    let entry = entries.iter().find(|entry| entry["letter_id"] == json!(paper.id)).unwrap();
    let (first, last) = (pages(entry, "first_page"), pages(entry, "last_page"));
    assert_eq!(last - first + 1, page_count(&alone));
    Printed::pages(&together, first, first).must_say(&[&paper.recipient_name, "Notice of the grant of a licence"]);
    let behind = Printed::pages(&together, first + 1, last);
    behind.must_say(&words[1..]);
    let of = format!("Page {0} of {0}", page_count(&bytes));
    Printed::pages(&together, last, last).must_say(&[&of]);
}

#[test]
fn what_was_enclosed_is_sent_again_byte_for_byte_and_stays_whatever_is_corrected() {
    let relay = SmtpServer::start(Script { dot: Step::Say("451 4.3.0 try again later"), ..Script::default() });
    let server = over_smtp(&relay);
    let granted = licence(&server, 1).id();
    server.world.post();
    let letter = written(&server, "A7/3").remove(0);
    assert_eq!((letter.channel, letter.state, letter.attempt), (Channel::Email, LetterState::Queued, 1));
    let (_, before) = server.amy().download(&format!("{}/enclosure", path(&letter)));
    let view = shown(&server, &letter);

    everybody_is_renamed(&server);
    let (_, document) = server.amy().download(&format!("/licences/{granted}/versions/1/pdf"));
    assert!(document != before, "the licence is printed with today's names");
    relay.play(Script::default());
    server.world.wait(chrono::TimeDelta::hours(1));
    server.world.post();
    let sent = mails(&relay, "a licence is granted");
    assert_eq!(sent.iter().map(|mail| mail.accepted).collect::<Vec<_>>(), [false, true]);
    for mail in &sent {
        assert!(attachment(mail).1 == before, "an attempt brings other bytes");
    }
    assert_eq!(shown(&server, &letter), view);
    assert!(server.amy().download(&format!("{}/enclosure", path(&letter))).1 == before);
    let (_, printed) = server.amy().download(&format!("{}/pdf", path(&letter)));
    assert!(Printed::read(&printed).says("Licence holder Mr A Khan") && !Printed::read(&printed).says("Amir"));

    let later = Clock::System.now() + chrono::TimeDelta::hours(48);
    assert_eq!(jobs::files::sweep(&server.app, later).unwrap().unnamed, 0, "what was enclosed is no orphan");
    assert!(in_store(&server, &sha256(&before)).exists());
}

/// A typesetter that cannot print what is to be enclosed.
struct Jammed {
    panics: bool,
}

impl Typesetter for Jammed {
    fn letters(&self, _: &str, _: Vec<Document>) -> Result<Pdf, Fault> {
        Err(Fault::Nothing)
    }

    fn report(&self, _: Report) -> Result<PrintedReport, Fault> {
        assert!(!self.panics, "the typesetter met a fault of its own");
        Err(Fault::Layout("a page is too narrow".to_owned()))
    }
}

/// The service with such a typesetter, a few hours after `app` or the one before.
fn jammed(server: &Server, panics: bool, hours: i64) -> App {
    let app = server.world.another_app(2);
    app.clock.advance_to(app.clock.now() + chrono::TimeDelta::hours(hours));
    App { typesetter: if panics { &Jammed { panics: true } } else { &Jammed { panics: false } }, ..app }
}

#[test]
fn a_decision_whose_copy_of_the_licence_cannot_be_made_is_held_with_a_task_and_the_others_go() {
    let relay = SmtpServer::start(Script::default());
    let server = over_smtp(&relay);
    licence(&server, 1);
    let others = server.world.letters().into_iter().filter(|letter| letter.kind == LetterKind::Application).count();
    assert!(others > 0 && relay.received().is_empty());
    for attempt in 0..5 {
        jobs::post::round(&jammed(&server, attempt % 2 == 1, 5 * attempt)).unwrap();
    }
    assert!(mails(&relay, "a licence is granted").is_empty(), "it does not go without its enclosure");
    assert!(!relay.accepted().is_empty(), "the other letters go");
    let unwritten = server.world.letters().into_iter().filter(|letter| letter.state == LetterState::GivenUp);
    let unwritten = unwritten.filter(|letter| letter.text.is_none()).collect::<Vec<_>>();
    assert_eq!(unwritten.len(), 2, "that of Mr Khan and that of his agent");
    let why =
        "the licence that is to be enclosed cannot be printed: the letter cannot be laid out: a page is too narrow";
    for letter in &unwritten {
        assert_eq!((letter.reply.as_deref(), &letter.enclosure), (Some(why), &None));
    }
    let tasks = server.amy().walk("/tasks?kind=letter_given_up&open=true");
    assert_eq!(tasks.len(), 2);
    assert!(tasks.iter().all(|task| task["detail"].as_str().unwrap().contains(why)), "{tasks:#?}");

    for letter in &unwritten {
        let etag = server.amy().get(&path(letter)).expect(200).etag();
        server.amy().post_on(&etag, &format!("{}/resending", path(letter)), &json!({})).expect(200);
    }
    server.world.post();
    assert_eq!(written(&server, "A7/3").len(), 2);
    assert_eq!(mails(&relay, "a licence is granted").len(), 1);
}

#[test]
fn a_letter_does_not_go_with_other_bytes_than_were_stored_with_it() {
    let relay = SmtpServer::start(Script { dot: Step::Say("451 4.3.0 try again later"), ..Script::default() });
    let server = over_smtp(&relay);
    licence(&server, 1);
    server.world.post();
    let letter = written(&server, "A7/3").remove(0);
    let stored = in_store(&server, letter.enclosure.as_deref().unwrap());
    let right = std::fs::read(&stored).unwrap();
    std::fs::write(&stored, [&right[..], b" "].concat()).unwrap();
    relay.play(Script::default());
    let again = || {
        server.world.wait(chrono::TimeDelta::hours(1));
        server.world.post();
        written(&server, "A7/3").remove(0)
    };
    let waits = again();
    assert!(waits.state == LetterState::Queued && waits.reply.unwrap().contains("was changed: its SHA-256 is"));
    assert_eq!(mails(&relay, "a licence is granted").len(), 1, "only the first attempt came to the relay");
    std::fs::write(&stored, &right).unwrap();
    assert_eq!(again().state, LetterState::Accepted);
    assert!(attachment(&mails(&relay, "a licence is granted")[1]).1 == right);
}

/// A variation decided by Tom on 3 March 2025, with or without the holder's agreement.
fn vary(server: &Server, licence: &str, agreed: bool) {
    let (amy, tom): (Client, Client) = (server.amy(), server.tom());
    go_to(server, "2025-03-03");
    let form = json!({
        "kind": "variation", "ground": "change_of_circumstances", "reason": "He lives abroad now.",
        "changes": { "manager_id": server.agency_id, "terms": "At most four people may live there." },
    });
    let begun = amy.post(&format!("/licences/{licence}/proceedings"), &form).expect(201).id();
    let without = if agreed { "agreed" } else { "not_material" };
    let decide = json!({ "step": "decide", "agreed": agreed, "without_notice": without, "reason": "See the file." });
    on(&tom, &format!("/proceedings/{begun}"), "steps", &decide);
}

#[test]
fn a_variation_that_holds_at_once_brings_the_licence_as_varied_and_one_that_waits_brings_none() {
    for agreed in [true, false] {
        let relay = SmtpServer::start(Script::default());
        let server = over_smtp(&relay);
        let granted = licence(&server, 1).id();
        server.world.post();
        vary(&server, &granted, agreed);
        server.world.post();
        let letter = written(&server, "V2/4").remove(0);
        assert_eq!((letter.channel, letter.state), (Channel::Email, LetterState::Accepted));
        let sent = mails(&relay, "variation of a licence");
        if agreed {
            says(&letter, &["stays as it is. A copy of the licence as varied is enclosed."]);
            let (name, bytes, _) = attachment(&sent[0]);
            assert_eq!(name, "licence-SL-2025-00001-version-2.pdf");
            assert!(bytes == server.khan().download(&format!("/licences/{granted}/versions/2/pdf")).1);
        } else {
            assert_eq!(shown(&server, &letter), Value::Null);
            says(&letter, &["Until then the licence holds as it is.", "At most four people may live there."]);
            assert!(!letter.text.unwrap().contains("enclosed") && !sent[0].data.contains("multipart/mixed"));
        }
    }
}

#[test]
fn whoever_got_a_decision_finds_the_copy_of_the_licence_on_its_page() {
    let server = Server::start();
    licence(&server, 1);
    let grant = server.amy().walk("/notices?kind=grant")[0]["id"].as_str().unwrap().to_owned();
    let mut browser = server.browser("khan@landlord.example");
    assert!(
        !browser.open(&format!("/notices/{grant}")).text().contains("Copy of the licence"),
        "it is not written yet"
    );
    browser.get(&format!("/notices/{grant}/enclosure")).expect(404);
    server.world.post();
    let page = browser.open(&format!("/notices/{grant}"));
    assert!(page.text().contains("Copy of the licence As we sent it to you (PDF)"), "{}", page.text());
    let file = browser.open(&page.link("/enclosure"));
    assert_eq!(file.header("content-type"), "application/pdf");
    assert!(file.header("content-disposition").contains("licence-SL-2025-00001-version-1.pdf"));
    let proposal = server.amy().walk("/notices?kind=proposed_grant")[0]["id"].as_str().unwrap().to_owned();
    assert!(!browser.open(&format!("/notices/{proposal}")).text().contains("Copy of the licence"));
}

/// What the verifier says of a proof file.
fn verified(server: &Server, zip: &[u8]) -> Result<String, String> {
    let file = server.world.folder.path().join("bundle.zip");
    std::fs::write(&file, zip).unwrap();
    let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/bundle/verify.py");
    let done = Command::new("python3").arg(verifier).arg(&file).output().expect("python3 is installed");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if done.status.success() { Ok(text(done.stdout)) } else { Err(text(done.stderr)) }
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let shifted = |crc: u32| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| shifted(crc))
    };
    !bytes.iter().fold(!0, step)
}

fn replaced(within: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut found = within.to_vec();
    let places = (0..=within.len() - old.len()).filter(|place| within[*place..].starts_with(old)).collect::<Vec<_>>();
    assert!(!places.is_empty());
    places.into_iter().for_each(|place| found[place..place + new.len()].copy_from_slice(new));
    found
}

#[test]
fn the_proof_file_holds_what_was_enclosed_and_its_verifier_finds_another() {
    let server = Server::start();
    consent(&server);
    let granted = licence(&server, 1);
    server.world.post();
    let letter = written(&server, "A7/3").remove(0);
    let (_, enclosed) = server.amy().download(&format!("{}/enclosure", path(&letter)));
    go_to(&server, "2025-02-17");
    let breach = missed(&server, &granted.id());
    everybody_is_renamed(&server);
    let (taken, report) = take_proof(&server.amy(), &breach);
    let (name, bytes) = taken.files.iter().find(|(name, _)| name.ends_with("/enclosure.pdf")).expect("an enclosure");
    assert!(*bytes == enclosed, "another enclosure than the letter's");
    let manifest: Value = serde_json::from_slice(&taken.files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_array().unwrap().iter().find(|file| file["path"] == json!(name)).unwrap();
    assert_eq!((&listed["sha256"], &listed["bytes"]), (&json!(sha256(&enclosed)), &json!(enclosed.len())));
    report.must_say(&["licence-SL-2025-00001-version-1.pdf", &sha256(&enclosed)]);
    let delivery: Value =
        serde_json::from_slice(&taken.files[&name.replace("enclosure.pdf", "delivery.json")]).unwrap();
    assert_eq!(delivery["enclosure"], shown(&server, &letter));

    let zip = &taken.bytes;
    assert!(verified(&server, zip).unwrap().contains("files as listed"));
    let mut other = enclosed.clone();
    *other.last_mut().unwrap() ^= 1;
    let facts = |content: &[u8]| {
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        [crc32(content).to_le_bytes(), size, size].concat()
    };
    let tampered = replaced(&replaced(zip, &facts(&enclosed), &facts(&other)), &enclosed, &other);
    let found = verified(&server, &tampered).unwrap_err();
    assert!(found.contains(&format!("FAULT: {name}: it is not the file that the list names")), "{found}");

    let stored = in_store(&server, &sha256(&enclosed));
    std::fs::write(&stored, &other).unwrap();
    let (taken, report) = take_proof(&server.amy(), &breach);
    assert!(!taken.files.contains_key(name), "bytes that were changed are not proof");
    report.must_say(&["its bytes were changed"]);
    verified(&server, &taken.bytes).unwrap();
}
