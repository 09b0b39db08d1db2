//! The schedule of material for a prosecution: marked piece by piece, and what is sensitive is in no proof file.

use serde_json::{Value, json};

use crate::bundle::Taken;
use crate::enforcement::step;
use crate::proof_file::{inspected, missed, opened, take, varied};
use crate::support::files::{Form, jpeg, pdf};
use crate::support::print::Printed;
use crate::support::server::{Client, Server};

fn material(person: &Client, case: &str) -> Value {
    person.get(&format!("/enforcement/{case}/material")).expect(200).body
}

fn piece(list: &Value, kind: &str, what: &str) -> Value {
    let items = list["items"].as_array().unwrap();
    let found = items.iter().find(|one| one["kind"] == kind && one["what"].as_str().unwrap().contains(what));
    found.unwrap_or_else(|| panic!("no {kind} \"{what}\" in {list:#}")).clone()
}

fn marked(piece: &Value, mark: &str, reason: Option<&str>) -> Value {
    let mut form = json!({ "kind": piece["kind"], "id": piece["id"], "mark": mark });
    if let Some(reason) = reason {
        form["reason"] = json!(reason);
    }
    form
}

/// Mr Khan's answer to the demand, weeks after its day, with a file; what he says.
fn answered_late(server: &Server, licence: &str, home: &str) -> &'static str {
    let amy = server.amy();
    let sent = Form::with(&[("licence_id", licence)]).file("file", "diary.pdf", "application/pdf", &pdf("/Lang (en)"));
    let file = amy.send_form(&sent).expect(201).id();
    let demand = format!("/demands/{}", amy.walk(&format!("/demands?property_id={home}"))[0]["id"].as_str().unwrap());
    let item = amy.get(&demand).expect(200).body["items"][0]["id"].as_str().unwrap().to_owned();
    let said = "The lady upstairs saw it all.";
    let answer = json!({ "kind": "document", "documents": [file], "text": said, "from_party_id": server.khan_id });
    let etag = amy.get(&demand).expect(200).etag();
    amy.post_on(&etag, &format!("{demand}/items/{item}/responses"), &answer).expect(201);
    said
}

/// No part of the proof file says it, printed or plain.
fn must_keep_back(taken: &Taken, words: &str) {
    for (path, bytes) in &taken.files {
        assert!(!String::from_utf8_lossy(bytes).contains(words), "{path} says \"{words}\"");
        let is_printed = path.ends_with(".pdf") && !path.starts_with("files/");
        assert!(!is_printed || !Printed::read(bytes).says(words), "{path} says \"{words}\"");
    }
}

#[test]
fn each_piece_is_marked_as_used_unused_or_sensitive_and_the_proof_file_prints_the_schedule() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (licence, home) = varied(&server);
    inspected(&server, &licence, &home);
    let breach = missed(&server, &licence);
    let case = opened(&server, &home, &breach);
    let said = answered_late(&server, &licence, &home);
    let path = format!("/enforcement/{case}/material");

    let list = material(&amy, &case);
    let all = list["items"].as_array().unwrap().len();
    assert_eq!(list["unmarked"], all);
    let demand = piece(&list, "demand", "DEM/2025/00001");
    let photo = piece(&list, "file", "wall.jpg");
    let answer = piece(&list, "answer", "condition 9.6: document");
    for (kind, what) in [
        ("licence", "SL/2025/00001"),
        ("notice", "NOT/2025/00001: proposed grant"),
        ("file", "diary.pdf"),
        ("inspection", "INS/2025/00001"),
        ("note", ""),
        ("letter", "Mr A Khan"),
    ] {
        piece(&list, kind, what);
    }
    let (_, report) = take(&amy, &breach);
    report.must_say(&["Material of case ENF/2025/00001", "Not yet marked", "demand DEM/2025/00001"]);
    assert!(!report.says("a mark as used, unused or sensitive"), "no prosecution was chosen");
    step(&tom, &case, json!({ "step": "choose_prosecution", "reason": "He did it before." })).expect(200);
    let (_, report) = take(&amy, &breach);
    let none =
        format!("Section 14: a mark as used, unused or sensitive: {all} pieces of material of case ENF/2025/00001");
    report.must_say(&[&none]);

    let nobodys = json!({ "kind": "letter", "id": demand["id"], "mark": "used" });
    for (marks, pointer) in [
        (json!([marked(&photo, "used", None), marked(&photo, "sensitive", None)]), "/marks/1/id"),
        (json!([marked(&photo, "sensitive", None)]), "/marks/0/reason"),
        (json!([marked(&photo, "sensitive", Some(" "))]), "/marks/0/reason"),
        (json!([marked(&demand, "sensitive", Some("He knows it."))]), "/marks/0/mark"),
        (json!([nobodys]), "/marks/0/id"),
        (json!([marked(&photo, "used", Some(&"x".repeat(1001)))]), "/marks/0/reason"),
        (json!([]), "/marks"),
    ] {
        amy.post(&path, &json!({ "marks": marks })).refuses(422, "invalid", pointer);
    }
    amy.post(&path, &json!({ "marks": [marked(&photo, "secret", None)] })).refuses(422, "invalid", "sensitive");
    assert_eq!(material(&amy, &case)["unmarked"], all, "all or none");

    let others = list["items"].as_array().unwrap().iter().filter(|one| **one != photo && **one != answer);
    let used = others.map(|one| marked(one, "used", None)).collect::<Vec<_>>();
    let kept = [
        marked(&photo, "sensitive", Some("It shows the informant's flat.")),
        marked(&answer, "sensitive", Some("It names the informant.")),
    ];
    let now = amy.post(&path, &json!({ "marks": kept })).expect(200).body;
    assert_eq!((&now["sensitive"], &now["unmarked"]), (&json!(2), &json!(all - 2)));
    let (_, report) = take(&amy, &breach);
    report.must_say(&[&format!("{} pieces of material of case ENF/2025/00001 has none", all - 3)]);
    amy.post(&path, &json!({ "marks": used })).expect(200);
    let again = json!({ "marks": [marked(&demand, "unused", Some("The notice says it, too."))] });
    let now = tom.post(&path, &again).expect(200).body;
    let counts = ["used", "unused", "sensitive", "unmarked"].map(|count| now[count].as_u64().unwrap());
    assert_eq!(counts, [u64::try_from(all).unwrap() - 3, 1, 2, 0]);
    let mark = piece(&now, "demand", "")["mark"].clone();
    assert_eq!((&mark["mark"], &mark["times"]), (&json!("unused"), &json!(2)));
    assert_eq!(mark["reason"], "The notice says it, too.");

    let events = amy.walk(&format!("/properties/{home}/events"));
    let told = events.iter().filter(|event| event["kind"] == "enforcement.material_marked").collect::<Vec<_>>();
    assert_eq!(told.len(), all + 1, "each mark is an event, the earlier ones, too");
    assert_eq!(told[all]["parsed"]["facts"]["from"], "used");
    assert!(!json!(told).to_string().contains("informant"), "why it is sensitive may say what it is");
    let reads = tom.walk(&format!("/reads?subject={case}"));
    assert!(reads.len() > 2, "{reads:#?}");

    let (taken, report) = take(&amy, &breach);
    for words in ["wall.jpg", "diary.pdf", said, "informant"] {
        must_keep_back(&taken, words);
    }
    assert!(!taken.files.values().any(|bytes| *bytes == jpeg(640, 480) || *bytes == pdf("/Lang (en)")));
    report.must_say(&[
        "Section 14: 3 pieces of material of case ENF/2025/00001, marked as sensitive: listed here, and neither described",
        "it is sensitive material",
        "Photos and papers not in this file",
        "Every piece is marked.",
        "The notice says it, too.",
        "came with what is sensitive",
    ]);
    assert!(!report.says("a mark as used, unused or sensitive"));
}

#[test]
fn a_sensitive_letter_is_told_in_no_section_and_what_the_chain_tells_cannot_be_sensitive() {
    let server = Server::start();
    let amy = server.amy();
    let (licence, home) = varied(&server);
    inspected(&server, &licence, &home);
    let breach = missed(&server, &licence);
    let case = opened(&server, &home, &breach);
    let list = material(&amy, &case);
    let path = format!("/enforcement/{case}/material");
    for (kind, what) in [("inspection", "INS/2025/00001"), ("note", ""), ("notice", ""), ("licence", "")] {
        let mark = json!({ "marks": [marked(&piece(&list, kind, what), "sensitive", Some("Why."))] });
        amy.post(&path, &mark).refuses(422, "invalid", "cannot be sensitive");
    }
    server.world.post();
    let (before, _) = take(&amy, &breach);
    let delivery = |label: &str| before.text(&format!("letters/{label}/delivery.json"));
    let subject = serde_json::from_str::<Value>(&delivery("L01")).unwrap()["subject"].clone();
    let sent = before.files.keys().filter_map(|path| path.strip_suffix("/delivery.json")?.strip_prefix("letters/"));
    let sent = sent.map(|label| (label, serde_json::from_str::<Value>(&delivery(label)).unwrap()));
    let alike = sent.filter(|(_, letter)| letter["subject"] == subject).collect::<Vec<_>>();
    let key = |letter: &Value| json!({ "kind": "letter", "id": letter["id"] });
    let marks = alike.iter().map(|(_, letter)| marked(&key(letter), "sensitive", Some("Why."))).collect::<Vec<_>>();
    amy.post(&path, &json!({ "marks": marks })).expect(200);
    let (taken, report) = take(&amy, &breach);
    for (label, _) in &alike {
        let words = before.files[&format!("letters/{label}/letter.txt")].clone();
        assert!(!taken.files.values().any(|bytes| *bytes == words), "{label} is in it");
    }
    assert!(!report.says(subject.as_str().unwrap()), "nor does the task of posting it tell");
    report.must_say(&["it is sensitive material", "marked as sensitive: listed here"]);
}
