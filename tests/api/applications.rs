//! An application from its start to its end, told through the API.

use serde_json::{Value, json};

use crate::support::case::{
    application, decision_due, findings, go_to, officer, propose, serve_by_hand, step, try_step,
};
use crate::support::server::Server;

#[test]
fn an_application_becomes_a_licence_and_each_refusal_on_the_way_says_why() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let started = application(&server, 1);
    let id = started.id();
    assert_eq!(started.body["reference"], "APP/2025/00001");
    assert_eq!((&started.body["stage"], &started.body["tally"]), (&json!("draft"), &Value::Null));
    assert_eq!(started.body["area"], "central-stockton");

    let submit = |on: &str, signed: bool| json!({ "step": "submit", "on": on, "declarations_signed": signed });
    try_step(&amy, &id, &submit("2025-01-20", false)).refuses(409, "not-signed", "declarations are not signed");
    try_step(&amy, &id, &submit("2025-01-23", true)).refuses(409, "in-future", "lies in the future");
    try_step(&amy, &id, &json!({ "step": "find_complete" })).refuses(409, "application-stage", "draft");
    assert_eq!(step(&amy, &id, &submit("2025-01-20", true)).body["tally"], "in_progress");
    step(&amy, &id, &json!({ "step": "pay_part_a" }));

    let back = step(&amy, &id, &json!({ "step": "find_incomplete", "defects": ["The gas record is missing"] })).body;
    assert!(back["answer_by"]["because"].as_str().unwrap().len() > 20, "{back:#}");
    try_step(&amy, &id, &json!({ "step": "reject_as_invalid" })).refuses(
        409,
        "still-time",
        "may answer the defects until",
    );
    step(&amy, &id, &json!({ "step": "answer_defects" }));
    let made = step(&amy, &id, &json!({ "step": "find_complete" })).body;
    assert_eq!((&made["duly_made_on"], &made["protects_applicant"]), (&json!("2025-01-22"), &json!(true)));

    let nobody = json!({ "step": "assign", "officer_id": "0190a000-0000-7000-8000-000000000000" });
    try_step(&amy, &id, &nobody).refuses(422, "invalid", "/officer_id");
    step(&amy, &id, &json!({ "step": "assign", "officer_id": officer(&server) }));
    let few = json!({ "step": "record_findings", "findings": [{ "finding": "holder_fit_and_proper", "met": true, "evidence": "DBS" }] });
    try_step(&amy, &id, &few).refuses(409, "findings-missing", "manager_fit_and_proper");
    step(&amy, &id, &json!({ "step": "record_findings", "findings": findings(true) }));
    serve_by_hand(&amy, &propose(&amy, &id, "proposed_grant").expect(201).id());
    let consulting = amy.get(&format!("/applications/{id}")).expect(200).body;
    assert_eq!(consulting["stage"], "consulting_grant");
    let ends = consulting["consultation"]["on"].as_str().unwrap();
    try_step(&amy, &id, &json!({ "step": "end_consultation" })).refuses(409, "consultation-running", ends);
    go_to(&server, ends);
    try_step(&amy, &id, &json!({ "step": "end_consultation" })).refuses(409, "consultation-running", ends);
    go_to(&server, "2025-02-14");
    let due = step(&amy, &id, &json!({ "step": "end_consultation" }));

    let grant = format!("/applications/{id}/grant");
    amy.post_on(&due.etag(), &grant, &json!({})).refuses(403, "forbidden", "role");
    tom.post(&grant, &json!({})).refuses(428, "precondition-required", "ETag");
    tom.post_on(&due.etag(), &grant, &json!({ "years": 6 })).refuses(409, "licence-too-long", "5 years at most");
    let early = json!({ "starts_on": "2025-02-01" });
    tom.post_on(&due.etag(), &grant, &early).refuses(409, "back-dated-without-authority", "start_authority");
    let granted = tom.post_on(&due.etag(), &grant, &json!({})).expect(201);
    assert_eq!(granted.header("location"), format!("/api/v1/licences/{}", granted.id()));
    assert_eq!((&granted.body["number"], &granted.body["application_id"]), (&json!("SL/2025/00001"), &json!(id)));
    tom.post_on(&due.etag(), &grant, &json!({})).refuses(412, "stale", "read it again");

    let after = amy.get(&format!("/applications/{id}")).expect(200).body;
    assert_eq!(
        (&after["stage"], &after["tally"], &after["ended_on"]),
        (&json!("granted"), &json!("granted"), &json!("2025-02-14"))
    );
    try_step(&amy, &id, &json!({ "step": "withdraw", "reason": "changed my mind" })).refuses(
        409,
        "application-stage",
        "granted",
    );
}

#[test]
fn a_refused_grant_leaves_the_application_as_it_was() {
    let server = Server::start();
    let tom = server.tom();
    let id = decision_due(&server, 1);
    let before = tom.get(&format!("/applications/{id}"));
    let terms = json!({ "other_homes": ["0190a000-0000-7000-8000-000000000000"] });
    tom.post_on(&before.etag(), &format!("/applications/{id}/grant"), &terms).refuses(422, "invalid", "/other_homes/0");
    let after = tom.get(&format!("/applications/{id}"));
    assert_eq!((after.body, after.headers.get("etag")), (before.body, before.headers.get("etag")));
    assert_eq!(tom.walk("/licences").len(), 0);
}

#[test]
fn a_grant_sent_twice_with_its_key_makes_one_licence() {
    let server = Server::start();
    let tom = server.tom();
    let id = decision_due(&server, 1);
    let etag = tom.get(&format!("/applications/{id}")).etag();
    let grant = || {
        let headers = [("If-Match", etag.as_str()), ("Idempotency-Key", "grant-1")];
        tom.send("POST", &format!("/applications/{id}/grant"), &headers, Some(&json!({}))).expect(201)
    };
    assert_eq!(grant().body, grant().body);
    assert_eq!(tom.walk("/licences").len(), 1);
}

#[test]
fn a_refusal_is_a_team_leaders_and_needs_a_proposal_of_refusal() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let id = decision_due(&server, 1);
    let refuse = json!({ "step": "refuse", "reason": "The holder is not fit and proper" });
    try_step(&amy, &id, &refuse).refuses(403, "forbidden", "role");
    try_step(&tom, &id, &refuse).refuses(409, "otherwise-proposed", "serve a new proposal");
}

#[test]
fn a_step_is_read_strictly() {
    let server = Server::start();
    let amy = server.amy();
    let id = application(&server, 1).id();
    for (body, part) in [
        (json!({ "step": "fly" }), "unknown variant `fly`"),
        (json!({ "on": "2025-01-20" }), "/step"),
        (json!({ "step": "grant" }), "unknown variant `grant`"),
        (json!({ "step": "pay_part_a", "amount": 1 }), "/amount"),
        (json!({ "step": "submit", "on": "2025-01-20", "declarations_signed": true, "by": "post" }), "/by"),
        (json!({ "step": "submit", "on": "20 January", "declarations_signed": true }), "write it as 2025-01-22"),
        (json!({ "step": "submit", "on": "2025-02-30", "declarations_signed": true }), "is not a day"),
        (json!({ "step": "submit", "declarations_signed": true }), "/on"),
        (json!({ "step": "withdraw", "reason": " " }), "/reason"),
        (json!({ "step": "find_incomplete", "defects": [] }), "/defects"),
        (json!({ "step": "find_incomplete", "defects": ["x".repeat(1001)] }), "/defects"),
        (
            json!({ "step": "record_findings", "findings": [{ "finding": "rich", "met": true, "evidence": "x" }] }),
            "rich",
        ),
    ] {
        try_step(&amy, &id, &body).refuses(422, "invalid", part);
    }
    assert_eq!(amy.get(&format!("/applications/{id}")).body["stage"], "draft");
}

#[test]
fn the_description_of_the_api_shows_each_step_with_its_fields() {
    let document = serde_json::to_value(selective_licensing::http::openapi()).unwrap();
    let steps = document["components"]["schemas"]["StepForm"]["oneOf"].as_array().unwrap();
    let name = |step: &Value| step["properties"]["step"]["enum"][0].as_str().unwrap().to_owned();
    let names = steps.iter().map(name).collect::<Vec<_>>();
    assert_eq!(names.len(), 14);
    assert!(names.contains(&"pay_part_b".to_owned()) && !names.contains(&"grant".to_owned()), "{names:?}");
    let submit = steps.iter().find(|step| name(step) == "submit").unwrap();
    assert_eq!(submit["properties"]["on"]["format"], "date");
}

#[test]
fn an_application_names_a_home_and_people_that_are_known() {
    let server = Server::start();
    let (amy, nobody) = (server.amy(), "0190a000-0000-7000-8000-000000000000");
    let home = application(&server, 1).body["property_id"].clone();
    let form = |field: &str| {
        let mut form = json!({ "property_id": home, "applicant_id": server.khan_id, "holder_id": server.khan_id });
        form[field] = json!(nobody);
        form
    };
    for field in ["property_id", "applicant_id", "holder_id", "manager_id", "agent_id"] {
        amy.post("/applications", &form(field)).refuses(422, "invalid", &format!("/{field}"));
    }
    amy.post("/applications", &json!({ "property_id": "7" })).refuses(422, "invalid", "\\\"7\\\" is not known here");
    assert_eq!(amy.walk("/applications").len(), 1);
}

#[test]
fn a_list_of_applications_is_narrowed_and_is_no_business_of_landlords() {
    let server = Server::start();
    let amy = server.amy();
    let first = application(&server, 1);
    let second = application(&server, 2);
    step(&amy, &second.id(), &json!({ "step": "withdraw", "reason": "sold" }));
    let home = first.body["property_id"].as_str().unwrap();
    for (query, expected) in [
        ("stage=draft".to_owned(), vec![first.id()]),
        ("stage=withdrawn&area=CST".to_owned(), vec![second.id()]),
        ("area=newton".to_owned(), vec![]),
        ("text=2%20invented".to_owned(), vec![second.id()]),
        ("text=app/2025/00001".to_owned(), vec![first.id()]),
        (format!("property_id={home}"), vec![first.id()]),
        (format!("officer_id={}", officer(&server)), vec![]),
    ] {
        let found = amy.walk(&format!("/applications?{query}"));
        assert_eq!(found.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), expected, "{query}");
    }
    for person in ["Mr Khan", "the agent", "the partner"] {
        let person = server.person(person);
        person.get("/applications").refuses(403, "forbidden", "role");
        person.get(&format!("/applications/{}", first.id())).refuses(403, "forbidden", "role");
    }
    server.person("the auditor").get(&format!("/applications/{}", first.id())).expect(200);
    let body = json!({ "step": "pay_part_a" });
    try_step(&server.person("the auditor"), &first.id(), &body).refuses(403, "forbidden", "role");
}
