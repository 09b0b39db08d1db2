//! Enquiries into homes without a licence, through the API: from what a neighbour says to the application that came of it.

use serde_json::{Value, json};

use crate::support::case::{house, licence, officer, step};
use crate::support::server::{Client, Reply, Server};

fn home(server: &Server, number: u32) -> String {
    server.amy().post("/properties", &house(number)).expect(201).id()
}

fn open(server: &Server, home: &str) -> Reply {
    let form = json!({ "property_id": home, "source": "neighbour", "intelligence": "Three families come and go." });
    server.amy().post("/enquiries", &form)
}

/// Takes a step, or notes something, from the newest state.
fn on(person: &Client, enquiry: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/enquiries/{enquiry}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body)
}

fn took(person: &Client, enquiry: &str, body: &Value) -> Value {
    on(person, enquiry, "steps", body).expect(200).body
}

fn apply(server: &Server, home: &str, enquiry: Option<&str>) -> Reply {
    let form = json!({
        "property_id": home, "applicant_id": server.khan_id, "holder_id": server.khan_id, "enquiry_id": enquiry,
    });
    server.amy().post("/applications", &form)
}

fn submit(server: &Server, application: &str) {
    step(&server.amy(), application, &json!({ "step": "submit", "on": "2025-01-22", "declarations_signed": true }));
}

#[test]
fn an_enquiry_goes_from_what_is_known_to_the_application_that_comes_of_it() {
    let server = Server::start();
    let (amy, home) = (server.amy(), home(&server, 1));
    let opened = open(&server, &home).expect(201);
    let id = opened.id();
    assert_eq!((&opened.body["reference"], &opened.body["state"]), (&json!("ENQ/2025/00001"), &json!("intelligence")));
    assert_eq!(opened.body["received_on"], "2025-01-22");
    open(&server, &home).refuses(409, "enquiry-open", "ENQ/2025/00001");
    on(&amy, &id, "steps", &json!({ "step": "invite" })).refuses(409, "enquiry-state", "invited_to_apply");
    let triaged = took(&amy, &id, &json!({ "step": "triage" }));
    assert_eq!((&triaged["state"], &triaged["requirement"]["verdict"]), (&json!("triaged"), &json!("unlicensed")));
    let nobody = json!({ "step": "find_owner", "owner_id": "0190a000-0000-7000-8000-000000000000", "source": "other" });
    on(&amy, &id, "steps", &nobody).refuses(422, "invalid", "/owner_id");
    took(&amy, &id, &json!({ "step": "find_owner", "owner_id": server.khan_id, "source": "land_registry" }));
    for (kind, text) in [("visit", "Nobody opened."), ("letter", "Asked to apply."), ("warning", "Last letter.")] {
        on(&amy, &id, "entries", &json!({ "kind": kind, "on": "2025-01-22", "text": text })).expect(200);
    }
    let given = took(&server.tom(), &id, &json!({ "step": "assign", "officer_id": officer(&server) }));
    assert_eq!((&given["state"], &given["officer_id"]), (&json!("owner_found"), &json!(officer(&server))));
    let invited = took(&amy, &id, &json!({ "step": "invite" }));
    assert_eq!(invited["entries"].as_array().unwrap().len(), 3);

    let application = apply(&server, &home, None).expect(201).id();
    let received = json!({ "step": "receive_application", "application_id": application });
    on(&amy, &id, "steps", &received).refuses(409, "application-not-received", "APP/2025/00001");
    submit(&server, &application);
    let done = took(&amy, &id, &received);
    assert_eq!((&done["state"], &done["ended_on"]), (&json!("application_received"), &json!("2025-01-22")));
    assert_eq!(done["applications"], json!([application]));
    assert_eq!(amy.get(&format!("/applications/{application}")).expect(200).body["enquiry_id"], json!(id));
    assert_eq!(amy.walk(&format!("/applications?enquiry_id={id}")).len(), 1);
    on(&amy, &id, "entries", &json!({ "kind": "note", "on": "2025-01-22", "text": "x" })).refuses(
        409,
        "enquiry-ended",
        "",
    );
    let report = amy.get("/reports/partnership").expect(200).body;
    assert_eq!((&report["totals"]["from_enquiries"], &report["reconciles"]), (&json!(1), &json!(true)));
    let events = amy.walk(&format!("/properties/{home}/events"));
    let noted = events.iter().filter(|event| event["kind"] == "enquiry.noted").count();
    assert_eq!(noted, 3);
    assert!(events.iter().any(|event| event["kind"] == "application.came_of_enquiry"));
}

#[test]
fn an_application_is_linked_when_it_is_recorded_or_afterwards_and_only_with_an_enquiry_into_its_home() {
    let server = Server::start();
    let (amy, one, other) = (server.amy(), home(&server, 1), home(&server, 2));
    let (enquiry, elsewhere) = (open(&server, &one).expect(201).id(), open(&server, &other).expect(201).id());
    apply(&server, &one, Some(&elsewhere)).refuses(409, "of-another-home", "another home");
    apply(&server, &one, Some(&server.khan_id)).refuses(422, "invalid", "/enquiry_id");
    let first = apply(&server, &one, Some(&enquiry)).expect(201);
    assert_eq!(first.body["enquiry_id"], json!(enquiry));
    let second = apply(&server, &one, None).expect(201);
    let path = format!("/applications/{}/enquiry", second.id());
    amy.post_on(&second.etag(), &path, &json!({ "enquiry_id": elsewhere })).refuses(409, "of-another-home", "");
    amy.post(&path, &json!({ "enquiry_id": enquiry })).refuses(428, "precondition-required", "ETag");
    amy.post_on(&second.etag(), &path, &json!({ "enquiry_id": enquiry })).expect(200);
    let came = amy.get(&format!("/enquiries/{enquiry}")).expect(200).body["applications"].clone();
    let came = came.as_array().unwrap();
    assert!(came.len() == 2 && [first.id(), second.id()].iter().all(|id| came.contains(&json!(id))), "{came:?}");
    for listed in amy.walk("/enquiries") {
        let came = if listed["id"] == json!(enquiry) { 2 } else { 0 };
        let read = amy.get(&format!("/enquiries/{}", listed["id"].as_str().unwrap())).expect(200).body;
        assert_eq!(read["applications"].as_array().unwrap().len(), came, "{read:#}");
    }
    let report = amy.get("/reports/partnership").expect(200).body;
    assert_eq!(report["totals"]["from_enquiries"], 0, "drafts are not received");
}

#[test]
fn triage_closes_an_enquiry_into_a_home_that_needs_no_licence_and_a_list_is_narrowed() {
    let server = Server::start();
    let amy = server.amy();
    let licensed = licence(&server, 1).body["property_id"].as_str().unwrap().to_owned();
    let id = open(&server, &licensed).expect(201).id();
    let closed = took(&amy, &id, &json!({ "step": "triage" }));
    assert_eq!((&closed["state"], &closed["requirement"]["verdict"]), (&json!("closed"), &json!("licensed")));
    assert!(closed["requirement"]["reason"].as_str().unwrap().contains("SL/2025/00001"));
    let again = open(&server, &licensed).expect(201).id();
    let on_they_go = json!({ "step": "triage", "goes_on_because": "The licence is of the house next door." });
    assert_eq!(took(&amy, &again, &on_they_go)["state"], "triaged");
    for (query, found) in [
        ("state=closed".to_owned(), 1),
        ("state=triaged".to_owned(), 1),
        ("state=intelligence".to_owned(), 0),
        (format!("property_id={licensed}"), 2),
        (format!("officer_id={}", officer(&server)), 2),
        ("limit=1".to_owned(), 2),
    ] {
        assert_eq!(amy.walk(&format!("/enquiries?{query}")).len(), found, "{query}");
    }
    server.khan().get("/enquiries").refuses(403, "forbidden", "role");
}

#[test]
fn an_enquiry_ends_where_the_record_shows_an_exemption_a_notification_or_the_offence() {
    let server = Server::start();
    let amy = server.amy();
    let at_owner = |number: u32| {
        let home = home(&server, number);
        let id = open(&server, &home).expect(201).id();
        took(&amy, &id, &json!({ "step": "triage" }));
        took(&amy, &id, &json!({ "step": "find_owner", "owner_id": server.khan_id, "source": "door_knock" }));
        (home, id)
    };
    let (home, id) = at_owner(1);
    on(&amy, &id, "steps", &json!({ "step": "prove_exempt" })).refuses(409, "exemption-not-proven", "on record");
    let ground = json!({ "kind": "ground", "ground": "family", "evidence": "Birth certificate", "from": "2025-01-01" });
    let exemption = amy.post(&format!("/properties/{home}/exemptions"), &ground).expect(201).id();
    let proven = took(&amy, &id, &json!({ "step": "prove_exempt" }));
    assert_eq!((&proven["state"], &proven["exemption_id"]), (&json!("exempt_proven"), &json!(exemption)));

    let (home, id) = at_owner(2);
    let notify = |exemption: &str| json!({ "step": "notify_exemption", "exemption_id": exemption });
    on(&amy, &id, "steps", &notify(&exemption)).refuses(409, "of-another-home", "another home");
    let asked =
        json!({ "kind": "temporary", "party_id": server.khan_id, "steps": "Selling.", "notified_on": "2025-01-22" });
    let asked = amy.post(&format!("/properties/{home}/exemptions"), &asked).expect(201).id();
    assert_eq!(took(&amy, &id, &notify(&asked))["state"], "ten_notified");

    let (_, id) = at_owner(3);
    on(&amy, &id, "steps", &json!({ "step": "investigate", "reason": "" })).refuses(422, "invalid", "/reason");
    let offence = took(&amy, &id, &json!({ "step": "investigate", "reason": "No answer to two letters." }));
    assert_eq!((&offence["state"], &offence["ended_on"]), (&json!("offence_investigation"), &json!("2025-01-22")));
}
