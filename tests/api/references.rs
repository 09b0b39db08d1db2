//! References about tenants through the API: with consent, for few, answered in a colour, and disposed of in time.

use selective_licensing::actions::access;
use selective_licensing::domain::actor::Actor;
use selective_licensing::domain::event::hex;
use selective_licensing::domain::id::{PartyId, Spelled as _};
use selective_licensing::domain::letter::{LetterKind, LetterState};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::case::{go_to, house};
use crate::support::server::{Client, Reply, Server};

const TENANT: &str = "Ms B Tenant, born 1 May 1990";
const COVERS: &str = "Complaints and arrears of the last five years.";

fn entrust(server: &Server, email: &str, may: bool) {
    let cx = server.app.context(Actor::operator());
    server.app.db.write(|tx| access::entrust(tx, &cx, email, may)).unwrap();
}

fn request(server: &Server) -> Value {
    json!({
        "landlord_id": server.khan_id, "tenant": TENANT,
        "consent": { "covers": COVERS, "given_on": "2025-01-20", "how": "signed_form" },
    })
}

fn on(person: &Client, id: &str, step: &Value) -> Reply {
    let path = format!("/references/{id}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/steps"), step)
}

fn check() -> Value {
    json!({ "step": "check", "what": "Complaints", "found": "One, in 2023." })
}

fn issue() -> Value {
    json!({ "step": "issue", "colour": "amber", "reasons": "The complaint of 2023." })
}

/// Every text of a table that names the tenant, or tells what was found of them.
fn told_in(server: &Server, table: &str) -> usize {
    let database = &server.world.database;
    let columns = database.columns(table);
    let names = |text: &str| {
        let any = columns.iter().map(|column| format!("CAST({column} AS TEXT) LIKE '%{text}%'")).collect::<Vec<_>>();
        database.count(&format!("{table} WHERE {}", any.join(" OR ")))
    };
    names("Ms B Tenant") + names("complaint of 2023") + names("One, in 2023") + names("arrears of the last")
}

#[test]
fn a_reference_goes_from_consent_to_its_disposal_and_nobody_can_be_known_from_what_is_left() {
    let server = Server::start();
    let amy = server.amy();
    entrust(&server, "amy@council.example", true);
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let mut form = request(&server);
    form["property_id"] = json!(home);
    let received = amy.post("/references", &form).expect(201);
    let id = received.id();
    assert_eq!((&received.body["reference"], &received.body["state"]), (&json!("TEN/2025/00001"), &json!("received")));
    assert_eq!(received.body["retain_until"], "2025-07-22");
    on(&amy, &id, &issue()).refuses(409, "reference-state", "received");
    on(&amy, &id, &check()).expect(200);
    go_to(&server, "2025-02-03");
    let issued = on(&amy, &id, &issue()).expect(200).body;
    assert_eq!((&issued["state"], &issued["colour"]), (&json!("issued"), &json!("amber")));
    assert_eq!(issued["retain_until"], "2025-08-03");
    server.world.post();
    let khan = PartyId::read(&server.khan_id).unwrap();
    let letter = server.world.letters_to(khan).pop().unwrap();
    assert_eq!(letter.kind, LetterKind::Reference);
    let text = letter.text.clone().unwrap();
    assert!(text.contains("Amber") && text.contains("Complaints and arrears"), "{text}");
    assert!(!text.contains("Tenant,") && !text.contains("complaint of 2023"), "colour only: {text}");
    let decided = on(&amy, &id, &json!({ "step": "decide", "decision": "not_let" })).expect(200).body;
    assert_eq!(decided["state"], "landlord_decision");
    assert!(told_in(&server, "reference_requests") > 0 && told_in(&server, "letters") > 0);

    server.world.night("2025-08-03");
    assert_eq!(amy.get(&format!("/references/{id}")).expect(200).body["tenant"], TENANT);
    server.world.night("2025-08-04");
    let left = amy.get(&format!("/references/{id}")).expect(200).body;
    for gone in ["tenant", "landlord_id", "property_id", "covers", "consent_on", "consent_how", "reasons", "letter_id"]
    {
        assert_eq!(left[gone], Value::Null, "{gone}");
    }
    assert_eq!((&left["checks"], &left["state"]), (&json!([]), &json!("disposed_of")));
    assert_eq!((&left["colour"], &left["disposed_on"]), (&json!("amber"), &json!("2025-08-04")), "counts agree");
    assert_eq!(amy.walk("/references").len(), 1);
    for table in ["reference_requests", "letters", "events", "tasks", "case_reads"] {
        assert_eq!(told_in(&server, table), 0, "{table}");
    }
    let hash = hex(&Sha256::digest(text.as_bytes()));
    let events = amy.walk(&format!("/parties/{khan}/events"));
    let disposed = events.iter().find(|event| event["kind"] == "letter.disposed_of").unwrap();
    assert_eq!(disposed["parsed"]["facts"]["text_sha256"], json!(hash), "the hash of what was sent stays");
    on(&amy, &id, &check()).refuses(409, "reference-state", "disposed_of");
    let reads = server.tom().walk(&format!("/reads?subject={id}"));
    assert!(reads.len() >= 6 && reads.iter().all(|read| read["kind"] == "reference"), "{}", reads.len());
}

#[test]
fn a_reference_without_the_tenants_consent_is_refused() {
    let server = Server::start();
    let amy = server.amy();
    entrust(&server, "amy@council.example", true);
    let mut form = request(&server);
    form["consent"] = Value::Null;
    amy.post("/references", &form).refuses(409, "no-consent", "consent");
    form["consent"] = json!({ "covers": " ", "given_on": "2025-01-20", "how": "email" });
    amy.post("/references", &form).refuses(422, "invalid", "/consent/covers");
    form["consent"] = json!({ "covers": COVERS, "given_on": "2025-01-23", "how": "email" });
    amy.post("/references", &form).refuses(409, "in-future", "");
    assert_eq!(server.world.database.count("reference_requests"), 0);
    let mut stranger = request(&server);
    stranger["landlord_id"] = json!("01946c5e-8800-7000-8000-0123456789ab");
    amy.post("/references", &stranger).refuses(422, "invalid", "/landlord_id");
}

#[test]
fn only_officers_to_whom_references_were_entrusted_read_them_or_their_letters() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    entrust(&server, "amy@council.example", true);
    let id = amy.post("/references", &request(&server)).expect(201).id();
    on(&amy, &id, &check()).expect(200);
    on(&amy, &id, &issue()).expect(200);
    server.world.post();
    let letter = amy.walk("/letters?kind=reference").remove(0)["id"].as_str().unwrap().to_owned();
    for name in ["Tom", "the auditor", "Mr Khan", "the partner"] {
        let person = server.person(name);
        person.get("/references").refuses(403, "forbidden", "role");
        person.get(&format!("/references/{id}")).refuses(403, "forbidden", "role");
    }
    for other in [&tom, &server.person("the auditor")] {
        assert_eq!(other.walk("/letters").iter().filter(|letter| letter["kind"] == "reference").count(), 0);
        other.get(&format!("/letters/{letter}")).refuses(404, "not-found", "");
        other.get(&format!("/letters/{letter}/pdf")).refuses(404, "not-found", "");
    }
    let path = format!("/reads?subject={id}&kind=reference");
    let before = tom.walk(&path).len();
    server.khan().get(&format!("/letters/{letter}")).expect(200);
    amy.download(&format!("/letters/{letter}/pdf"));
    let reads = tom.walk(&path);
    let by = |role: &str| reads[before..].iter().filter(|read| read["role"] == role).count();
    assert_eq!((by("landlord"), by("officer")), (1, 1), "who reads its letter reads a reference");
    let line = amy.get("/references").expect(200).body["items"][0].clone();
    assert!(!line.to_string().contains("Tenant") && line.get("colour").is_none(), "a list is about nobody: {line}");
    entrust(&server, "tom@council.example", true);
    tom.get(&format!("/references/{id}")).expect(200);
    entrust(&server, "tom@council.example", false);
    tom.get(&format!("/references/{id}")).refuses(403, "forbidden", "role");
    let cx = server.app.context(Actor::operator());
    let landlord = server.app.db.write(|tx| access::entrust(tx, &cx, "khan@landlord.example", true));
    assert!(landlord.unwrap_err().to_string().contains("officers"));
}

#[test]
fn a_reference_whose_consent_is_withdrawn_is_gone_the_next_night() {
    let server = Server::start();
    let amy = server.amy();
    entrust(&server, "amy@council.example", true);
    let id = amy.post("/references", &request(&server)).expect(201).id();
    assert_eq!(on(&amy, &id, &json!({ "step": "withdraw" })).expect(200).body["state"], "withdrawn");
    server.world.night("2025-01-23");
    assert_eq!(amy.get(&format!("/references/{id}")).expect(200).body["state"], "disposed_of");
    assert_eq!(told_in(&server, "reference_requests"), 0);
}

#[test]
fn the_letter_of_a_reference_is_in_no_batch_and_one_that_has_not_gone_by_its_disposal_never_goes() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    entrust(&server, "amy@council.example", true);
    let khan = PartyId::read(&server.khan_id).unwrap();
    server.world.database.run("UPDATE consents SET withdrawn_at = given_at");
    let id = amy.post("/references", &request(&server)).expect(201).id();
    on(&amy, &id, &check()).expect(200);
    on(&amy, &id, &issue()).expect(200);
    server.world.post();
    let letter = server.world.letters_to(khan).pop().unwrap();
    assert_eq!(letter.state, LetterState::ToPrint);
    amy.post("/letter-batches", &json!({})).refuses(409, "nothing-to-print", "");
    let asked = json!({ "letters": [letter.id] });
    amy.post("/letter-batches", &asked).refuses(422, "invalid", "by itself");
    let path = format!("/letters/{}", letter.id);
    let etag = amy.get(&path).expect(200).etag();
    tom.post_on(&etag, &format!("{path}/posting"), &json!({ "posted_on": "2025-01-22", "method": "first_class_post" }))
        .refuses(404, "not-found", "");
    tom.post_on(&etag, &format!("{path}/resending"), &json!({})).refuses(404, "not-found", "");

    server.world.night("2025-07-23");
    let left = server.world.letters_to(khan).pop().unwrap();
    assert_eq!((left.state, left.subject, left.html), (LetterState::GivenUp, None, None));
    assert!(server.world.tasks().iter().all(|task| task.letter_id != Some(letter.id)), "nobody is asked to print it");
    let etag = amy.get(&path).expect(200).etag();
    amy.post_on(&etag, &format!("{path}/resending"), &json!({})).refuses(409, "letter-state", "sent again");
}
