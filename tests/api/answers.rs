//! Files answer items of a demand, and the receipt for them, through HTTP.

use selective_licensing::domain::actor::Role;
use selective_licensing::domain::demand::Demand;
use selective_licensing::domain::id::Spelled as _;
use selective_licensing::domain::letter::LetterKind;
use selective_licensing::domain::licence::Licence;
use selective_licensing::domain::party::Party;
use serde_json::{Value, json};

use crate::support::desk::{Desk, Reply};
use crate::support::files::pdf;

struct Case {
    desk: Desk,
    khan: Party,
    licence: Licence,
    demand: Demand,
    landlord: String,
    officer: String,
}

fn case(consents: bool) -> Case {
    let desk = Desk::open();
    let khan = desk.world.landlord("Mr A Khan", consents);
    let licence = desk.world.licensed_home(&khan, None);
    let demand = desk.world.served_demand(&licence, &["1", "9.6"], "2025-01-22");
    let (landlord, officer) = (desk.token(Role::Landlord, Some(khan.id)), desk.token(Role::Officer, None));
    Case { desk, khan, licence, demand, landlord, officer }
}

impl Case {
    fn send(&self, number: u32) -> String {
        let bytes = pdf(&format!("/Lang (n{number})"));
        let name = format!("gas {number}.pdf");
        let sent = self.desk.send_file(&self.landlord, self.licence.id.as_str(), &name, "application/pdf", &bytes);
        sent.expect(201).body["id"].as_str().unwrap().to_owned()
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/demands/{}{rest}", self.demand.cover.id)
    }

    fn item(&self, condition: &str) -> &str {
        self.demand.items.iter().find(|item| item.condition == condition).unwrap().id.as_str()
    }

    fn answer(&self, token: &str, condition: &str, body: &Value) -> Reply {
        let etag = self.desk.get(token, &self.path("")).expect(200).etag;
        self.desk.post(token, &self.path(&format!("/items/{}/responses", self.item(condition))), &etag, body)
    }

    fn assess(&self, body: &Value) -> Reply {
        let etag = self.desk.get(&self.officer, &self.path("")).expect(200).etag;
        self.desk.post(&self.officer, &self.path("/assessments"), &etag, body)
    }
}

fn gas() -> Value {
    json!({ "kind": "gas_safety_record", "checked_on": "2025-01-10", "result": "satisfactory", "registration": "123456" })
}

#[test]
fn one_file_answers_two_items_and_an_item_takes_two_files() {
    let case = case(true);
    let (first, second) = (case.send(1), case.send(2));
    let both = json!({ "kind": "document", "documents": [first, second] });
    let answered = case.answer(&case.landlord, "1", &both).expect(201);
    let named = answered.body["documents"].as_array().unwrap();
    assert_eq!(named.iter().map(|file| &file["name"]).collect::<Vec<_>>(), ["gas 1.pdf", "gas 2.pdf"]);
    assert_eq!(answered.body["received"], "22 January 2025 at 12:00 GMT");
    case.answer(&case.landlord, "9.6", &json!({ "kind": "document", "documents": [first] })).expect(201);
    let explained = case.desk.get(&case.landlord, &case.path("/explanation")).expect(200).body;
    let hashes = |item: usize| explained["items"][item]["responses"][0]["documents"].as_array().unwrap().clone();
    assert_eq!((hashes(0).len(), hashes(1).len()), (2, 1));
    assert_eq!(hashes(0)[0]["sha256"], hashes(1)[0]["sha256"]);
    let events = case.desk.world.events_of(case.licence.property_id);
    let told = events.iter().rfind(|event| event.body.contains("item.answer_received")).unwrap();
    assert!(told.body.contains(hashes(1)[0]["sha256"].as_str().unwrap()), "the chain proves the bytes: {}", told.body);
}

#[test]
fn only_files_that_were_sent_for_this_home_under_this_licence_answer_for_it() {
    let case = case(true);
    let elsewhere = case.desk.world.licensed_home(&case.khan, None);
    let other = case.desk.send_file(&case.landlord, elsewhere.id.as_str(), "a.pdf", "application/pdf", &pdf(""));
    let other = other.expect(201).body["id"].clone();
    let file = case.send(1);
    for (body, pointer) in [
        (json!({ "kind": "document" }), "/documents"),
        (json!({ "kind": "document", "documents": [other] }), "/documents/0"),
        (json!({ "kind": "document", "documents": [file, "01946c5e-8800-7000-8000-0123456789ab"] }), "/documents/1"),
        (json!({ "kind": "document", "documents": [file, file] }), "/documents/1"),
        (json!({ "kind": "declaration", "documents": [file] }), "/record"),
    ] {
        let refused = case.answer(&case.landlord, "1", &body).expect(422);
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let item = case.desk.get(&case.officer, &case.path("")).expect(200).body["items"][0].clone();
    assert_eq!(item["state"], "open", "a refused answer is none");
}

#[test]
fn an_officer_types_what_the_file_says_to_accept_it_and_the_record_rests_on_the_file() {
    let case = case(true);
    let file = case.send(1);
    let answered = case.answer(&case.landlord, "1", &json!({ "kind": "document", "documents": [file] })).expect(201);
    let assessment = |outcome: &str, record: Option<Value>| {
        let mut body = json!({ "response_id": answered.body["id"], "outcome": outcome, "reason": "Read it." });
        if let Some(record) = record {
            body["record"] = record;
        }
        body
    };
    let refused = case.assess(&assessment("accepted", None)).expect(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "/record");
    case.assess(&assessment("rejected", Some(gas()))).expect(422);
    let mut wrong = gas();
    wrong["kind"] = json!("inventory");
    case.assess(&assessment("accepted", Some(wrong))).expect(422);
    let accepted = case.assess(&assessment("accepted", Some(gas()))).expect(200);
    assert_eq!(accepted.body["items"][0]["state"], "satisfied");
    let records = case.desk.get(&case.officer, "/api/v1/certificates").expect(200).body;
    assert_eq!(
        (&records["items"][0]["state"], &records["items"][0]["documents"][0]["id"]),
        (&json!("accepted"), &json!(file))
    );
    let duties = case.desk.get(&case.landlord, "/api/v1/obligations?kind=gas_yearly").expect(200).body;
    assert!(duties["items"].as_array().unwrap().iter().any(|duty| duty["due"]["on"] == "2026-01-10"), "{duties}");
}

#[test]
fn paper_that_an_officer_enters_needs_no_file() {
    let case = case(true);
    let body = json!({ "kind": "document", "record": gas(), "from_party_id": case.khan.id, "received_at": "2025-01-22T09:00:00Z" });
    let answered = case.answer(&case.officer, "1", &body).expect(201);
    case.assess(&json!({ "response_id": answered.body["id"], "outcome": "accepted", "reason": "Read it." }))
        .expect(200);
}

#[test]
fn every_answer_gets_one_receipt_by_mail_with_the_hash_of_each_file_where_there_is_consent() {
    let case = case(true);
    let file = case.send(1);
    let answered = case.answer(&case.landlord, "1", &json!({ "kind": "document", "documents": [file] })).expect(201);
    let late = json!({ "kind": "explanation", "text": "The engineer was ill." });
    case.answer(&case.landlord, "9.6", &late).expect(201);
    case.desk.world.post();
    let letters = case.desk.world.letters_to(case.khan.id);
    let receipts = letters.iter().filter(|letter| letter.kind == LetterKind::Receipt).collect::<Vec<_>>();
    assert_eq!(receipts.len(), 2);
    let (text, html) = (receipts[0].text.clone().unwrap(), receipts[0].html.clone().unwrap());
    for part in [
        "Received: 22 January 2025 at 12:00 GMT",
        "gas 1.pdf",
        answered.body["documents"][0]["sha256"].as_str().unwrap(),
        answered.body["id"].as_str().unwrap(),
        "(condition 1)",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
        assert!(html.contains(part.trim_start_matches("Received: ")), "no {part} in {html}");
    }
    assert!(receipts[1].text.clone().unwrap().contains("An explanation"));
    let mails = case.desk.world.mails();
    assert_eq!(mails.iter().filter(|(_, mail)| mail.contains("We have received")).count(), 2, "{mails:?}");
}

#[test]
fn without_consent_to_email_no_receipt_goes_on_paper() {
    let case = case(false);
    let file = case.send(1);
    case.answer(&case.landlord, "1", &json!({ "kind": "document", "documents": [file] })).expect(201);
    let letters = case.desk.world.letters_to(case.khan.id);
    assert!(letters.iter().all(|letter| letter.kind != LetterKind::Receipt));
}

#[test]
fn a_record_that_nobody_demanded_rests_on_files_too() {
    let case = case(true);
    let file = case.send(1);
    let mut body = json!({
        "property_id": case.licence.property_id, "licence_id": case.licence.id, "record": gas(), "documents": [file],
    });
    let recorded = case.desk.post(&case.landlord, "/api/v1/certificates", "", &body).expect(201);
    assert_eq!(recorded.body["documents"][0]["id"], json!(file));
    body.as_object_mut().unwrap().remove("licence_id");
    let refused = case.desk.post(&case.officer, "/api/v1/certificates", "", &body).expect(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "/licence_id");
}
