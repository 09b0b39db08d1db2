//! Checks whether a person is fit and proper, through the API: reused, reopened, relied on, and read on record.

use serde_json::{Value, json};

use crate::support::case::{application, findings, go_to, officer, step, try_step};
use crate::support::server::{Client, Reply, Server};

fn on(person: &Client, id: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/fitness-checks/{id}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body)
}

fn source() -> Value {
    json!({ "kind": "police", "looked_on": "2025-01-22", "result": "One secret caution" })
}

fn finding() -> Value {
    json!({ "matter": "Secret offence", "weight": "Secretly light", "relevance": "Secretly none" })
}

fn conclusion(word: &str) -> Value {
    json!({ "conclusion": word, "reasons": "Secret reasons" })
}

fn opened(server: &Server, party: &str) -> String {
    server.amy().post("/fitness-checks", &json!({ "party_id": party })).expect(201).id()
}

/// A check of that person with a source and a finding, concluded on 22 January 2025.
fn concluded(server: &Server, party: &str, word: &str) -> String {
    let (amy, id) = (server.amy(), opened(server, party));
    on(&amy, &id, "sources", &source()).expect(200);
    on(&amy, &id, "findings", &finding()).expect(200);
    on(&amy, &id, "conclusion", &conclusion(word)).expect(200);
    id
}

/// An application of Mr Khan's that waits for its findings.
fn assessing(server: &Server, number: u32) -> String {
    let (amy, id) = (server.amy(), application(server, number).id());
    for one in [
        json!({ "step": "submit", "on": "2025-01-20", "declarations_signed": true }),
        json!({ "step": "pay_part_a" }),
        json!({ "step": "find_complete" }),
        json!({ "step": "assign", "officer_id": officer(server) }),
    ] {
        step(&amy, &id, &one);
    }
    id
}

/// The five findings, those at these places resting on that check.
fn resting_on(check: &str, places: &[usize]) -> Value {
    let mut found = findings(true);
    for place in places {
        found[*place]["check_id"] = json!(check);
    }
    json!({ "step": "record_findings", "findings": found })
}

#[test]
fn a_check_is_opened_looked_into_concluded_and_reopened() {
    let server = Server::start();
    let amy = server.amy();
    let application = application(&server, 1).id();
    let form = json!({ "party_id": server.khan_id, "declared": "Secret declaration", "application_id": application });
    let opened = amy.post("/fitness-checks", &form).expect(201);
    let id = opened.id();
    assert_eq!(
        (&opened.body["reference"], &opened.body["conclusion"]),
        (&json!("FPC/2025/00001"), &json!("no_conclusion"))
    );
    assert_eq!(opened.header("location"), format!("/api/v1/fitness-checks/{id}"));
    amy.post("/fitness-checks", &form).refuses(409, "check-open", "FPC/2025/00001");
    amy.post("/fitness-checks", &json!({ "party_id": server.khan_id, "declared": "x" })).refuses(
        422,
        "invalid",
        "/declared",
    );
    on(&amy, &id, "conclusion", &conclusion("fit_and_proper")).refuses(409, "no-source", "at least one source");
    let later = json!({ "kind": "police", "looked_on": "2025-01-23", "result": "x" });
    on(&amy, &id, "sources", &later).refuses(409, "in-future", "lies in the future");
    on(&amy, &id, "sources", &source()).expect(200);
    on(&amy, &id, "conclusion", &conclusion("not_fit_and_proper")).refuses(409, "no-finding", "record what counts");
    on(&amy, &id, "conclusion", &conclusion("no_conclusion")).refuses(409, "no-conclusion", "fit_and_proper");
    on(&amy, &id, "reopening", &json!({ "cause": "other", "reason": "x" })).refuses(409, "check-not-concluded", "FPC");
    on(&amy, &id, "findings", &finding()).expect(200);
    let done = on(&amy, &id, "conclusion", &conclusion("fit_and_proper")).expect(200).body;
    assert_eq!(done["lasts_until"]["on"], "2030-01-21");
    assert!(done["lasts_until"]["because"].as_str().unwrap().contains("60 months beginning with"));
    on(&amy, &id, "findings", &finding()).refuses(409, "check-concluded", "reopen it first");
    let again = on(&amy, &id, "reopening", &json!({ "cause": "conviction", "reason": "Secret news" })).expect(200).body;
    assert_eq!((&again["conclusion"], &again["lasts_until"]), (&json!("no_conclusion"), &Value::Null));
    assert_eq!(again["conclusions"][0]["reopened"]["cause"], "conviction");
    on(&amy, &id, "conclusion", &conclusion("not_fit_and_proper")).expect(200);
    let read = amy.get(&format!("/fitness-checks/{id}")).expect(200).body;
    assert_eq!(read["conclusions"].as_array().unwrap().len(), 2);
    assert_eq!((&read["declared"], &read["findings"][0]["matter"]), (&form["declared"], &json!("Secret offence")));
    amy.post(&format!("/fitness-checks/{id}/sources"), &source()).refuses(428, "precondition-required", "ETag");
    amy.post_on("\"1\"", &format!("/fitness-checks/{id}/sources"), &source()).refuses(412, "stale", "read it again");
}

#[test]
fn words_are_told_to_officers_who_read_and_to_nobody_else_and_each_read_is_on_record() {
    let server = Server::start();
    let (amy, tom, auditor) = (server.amy(), server.tom(), server.person("the auditor"));
    let id = concluded(&server, &server.khan_id, "not_fit_and_proper");
    let path = format!("/fitness-checks/{id}");
    let reads = || {
        let events = amy.walk(&format!("/parties/{}/events", server.khan_id));
        assert!(!json!(events).to_string().to_lowercase().contains("secret"), "{events:#?}");
        let reads = events.into_iter().filter(|event| event["kind"] == "fitness.read");
        reads.map(|event| event["parsed"]["role"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = reads().len();
    assert!(tom.get(&path).expect(200).body.to_string().contains("Secret offence"));
    let seen = auditor.get(&path).expect(200).body;
    assert!(!seen.to_string().to_lowercase().contains("secret"), "{seen:#}");
    assert_eq!((&seen["findings"][0]["matter"], &seen["conclusion"]), (&Value::Null, &json!("not_fit_and_proper")));
    let listed = amy.get(&format!("/parties/{}/fitness-checks", server.khan_id)).expect(200).body;
    assert_eq!(listed["items"][0]["id"], json!(id));
    assert!(!listed.to_string().to_lowercase().contains("secret"), "{listed:#}");
    assert_eq!(reads().split_off(before), ["team_leader", "auditor", "officer"]);
    let keyed = amy.send("GET", &path, &[("Idempotency-Key", "k")], None).expect(200);
    assert_eq!(keyed.body, amy.send("GET", &path, &[("Idempotency-Key", "k")], None).expect(200).body);
    assert_eq!(reads().len(), before + 5, "a key does not keep a read off the record");
    for person in ["Mr Khan", "the agent", "the partner"] {
        server.person(person).get(&path).refuses(403, "forbidden", "role");
    }
    auditor.post("/fitness-checks", &json!({ "party_id": server.khan_id })).refuses(403, "forbidden", "role");
    amy.get("/parties/0190a000-0000-7000-8000-000000000000/fitness-checks").refuses(404, "not-found", "");
}

#[test]
fn one_check_serves_the_findings_of_several_applications() {
    let server = Server::start();
    let amy = server.amy();
    let check = concluded(&server, &server.khan_id, "fit_and_proper");
    for number in 1..=2 {
        let id = assessing(&server, number);
        let recorded = step(&amy, &id, &resting_on(&check, &[0, 3])).body;
        assert_eq!(recorded["findings"][0]["check_id"], json!(check));
        assert_eq!(recorded["findings"][1].get("check_id"), None);
    }
}

#[test]
fn a_finding_rests_on_no_check_that_is_open_of_somebody_else_or_out_of_date() {
    let server = Server::start();
    let amy = server.amy();
    let id = assessing(&server, 1);
    let agencys = concluded(&server, &server.agency_id, "fit_and_proper");
    try_step(&amy, &id, &resting_on(&agencys, &[0])).refuses(409, "check-of-somebody-else", "somebody else");
    let nobodys = "0190a000-0000-7000-8000-000000000000";
    try_step(&amy, &id, &resting_on(nobodys, &[0])).refuses(422, "invalid", "/findings/0/check_id");
    let open = opened(&server, &server.khan_id);
    try_step(&amy, &id, &resting_on(&open, &[0])).refuses(409, "check-not-concluded", "no conclusion yet");
    on(&amy, &open, "sources", &source()).expect(200);
    on(&amy, &open, "conclusion", &conclusion("fit_and_proper")).expect(200);
    try_step(&amy, &id, &resting_on(&open, &[1])).refuses(409, "not-about-fitness", "holder_most_appropriate");
    assert_eq!(amy.get(&format!("/applications/{id}")).body["stage"], "assessing");
    go_to(&server, "2025-06-02");
    on(&amy, &open, "reopening", &json!({ "cause": "complaint", "reason": "A call" })).expect(200);
    try_step(&amy, &id, &resting_on(&open, &[0])).refuses(409, "check-not-concluded", "no conclusion yet");
}

#[test]
fn a_finding_against_the_check_is_allowed_and_said_in_the_case() {
    let server = Server::start();
    let amy = server.amy();
    let check = concluded(&server, &server.khan_id, "not_fit_and_proper");
    let id = assessing(&server, 1);
    step(&amy, &id, &resting_on(&check, &[0]));
    let home = amy.get(&format!("/applications/{id}")).body["property_id"].as_str().unwrap().to_owned();
    let events = amy.walk(&format!("/properties/{home}/events"));
    let relied = events.iter().find(|event| event["kind"] == "fitness.relied_on").unwrap();
    let facts = &relied["parsed"]["facts"];
    assert_eq!((&facts["against_the_check"], &facts["met"]), (&json!(true), &json!(true)));
    assert_eq!((&facts["check"], &facts["conclusion"]), (&json!(check), &json!("not_fit_and_proper")));
}
