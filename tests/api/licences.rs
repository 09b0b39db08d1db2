//! Licences as they are read, and what is decided of them.

use serde_json::{Value, json};

use crate::support::case::{
    decision_due, findings, go_to, house, licence, officer, propose, serve_by_hand, step, try_step,
};
use crate::support::server::Server;

#[test]
fn a_licence_shows_its_homes_its_conditions_and_why_it_ends_on_that_day() {
    let server = Server::start();
    let tom = server.tom();
    let other = tom.post("/properties", &house(2)).expect(201).id();
    let application = decision_due(&server, 1);
    let etag = tom.get(&format!("/applications/{application}")).etag();
    let terms = json!({ "starts_on": "2025-03-01", "other_homes": [other] });
    let granted = tom.post_on(&etag, &format!("/applications/{application}/grant"), &terms).expect(201);
    let path = format!("/licences/{}", granted.id());
    let read = tom.get(&path).expect(200);
    assert_eq!((&read.body, read.etag()), (&granted.body, granted.etag()));
    let view = read.body;
    assert_eq!(view["standing"], "granted_not_started");
    assert_eq!(view["ends"]["on"], "2029-10-31", "never past the designation's end");
    assert!(view["ends"]["because"].as_str().unwrap().contains("31 October 2029"), "{view:#}");
    assert_eq!(view["scheme"], "stockton-2024/1");
    let conditions = view["conditions"].as_str().unwrap().strip_prefix("/api/v1").unwrap();
    assert!(tom.get(conditions).expect(200).body["items"].as_array().unwrap().len() > 10);
    let homes = view["homes"].as_array().unwrap();
    assert!(homes.contains(&json!(other)) && homes.contains(&view["property_id"]) && homes.len() == 2);
    assert_eq!(tom.walk("/licences")[0], view);
    go_to(&server, "2025-03-01");
    assert_eq!(tom.get(&path).body["standing"], "in_force");
}

#[test]
fn a_list_of_licences_is_narrowed() {
    let server = Server::start();
    let tom = server.tom();
    let granted = licence(&server, 1);
    let home = granted.body["property_id"].as_str().unwrap().to_owned();
    let elsewhere = tom.post("/properties", &house(2)).expect(201).id();
    for (query, found) in [
        ("area=CST".to_owned(), 1),
        ("area=newtown".to_owned(), 0),
        (format!("property_id={home}"), 1),
        (format!("property_id={elsewhere}"), 0),
        ("state=granted".to_owned(), 1),
        ("state=revoked".to_owned(), 0),
        ("in_force_on=2025-02-13".to_owned(), 0),
        ("in_force_on=2025-02-14".to_owned(), 1),
        ("in_force_on=2029-10-31".to_owned(), 1),
        ("in_force_on=2029-11-01".to_owned(), 0),
        ("text=sl/2025".to_owned(), 1),
        ("text=nowhere".to_owned(), 0),
    ] {
        assert_eq!(tom.walk(&format!("/licences?{query}")).len(), found, "{query}");
    }
    tom.get("/licences?state=lost").refuses(422, "invalid", "lost");
}

#[test]
fn the_register_shows_each_licence_in_force_with_its_people_its_home_and_its_conditions() {
    let server = Server::start();
    let amy = server.amy();
    licence(&server, 1);
    let entry = amy.walk("/register/licences")[0].clone();
    assert_eq!((&entry["licence"], &entry["starts_on"]), (&json!("SL/2025/00001"), &json!("2025-02-14")));
    assert_eq!(entry["ends_on"], "2029-10-31");
    assert_eq!(entry["holder"]["name"], "Mr A Khan");
    assert_eq!(entry["manager"], entry["holder"], "who manages, even where nobody else is named");
    assert!(!entry["holder"]["address"].as_str().unwrap().is_empty());
    let home = entry["homes"][0]["address"].as_str().unwrap();
    assert!(home.starts_with("1 Invented"), "{home}");
    assert_eq!((&entry["homes"][0]["description"], &entry["appeals"]), (&json!("house"), &json!([])));
    assert_eq!(entry["conditions"][0], "1 Gas safety record");
    assert_eq!(amy.walk("/register/licences?text=invented").len(), 1);
    assert_eq!(amy.walk("/register/licences?on=2025-02-13").len(), 0, "in force on that day only");
    amy.get("/register/licences?limit=0").refuses(422, "invalid", "limit");
}

#[test]
fn a_licence_step_is_read_strictly() {
    let server = Server::start();
    let tom = server.tom();
    let granted = licence(&server, 1);
    for (body, part) in [
        (json!({ "step": "revoke", "agreed": true, "reason": "x" }), "unknown variant `revoke`"),
        (json!({ "step": "surrender", "reason": "" }), "/reason"),
        (json!({ "step": "holder_died", "on": "yesterday" }), "write it as 2025-01-22"),
        (json!({ "step": "extend" }), "unknown variant `extend`"),
    ] {
        tom.post_on(&granted.etag(), &format!("/licences/{}/steps", granted.id()), &body).refuses(422, "invalid", part);
    }
    let tomorrow = json!({ "step": "holder_died", "on": "2025-02-15" });
    tom.post_on(&granted.etag(), &format!("/licences/{}/steps", granted.id()), &tomorrow).refuses(
        409,
        "in-future",
        "future",
    );
}

#[test]
fn a_licence_is_seen_by_its_holder_and_agent_and_looks_absent_to_other_landlords() {
    let server = Server::start();
    let amy = server.amy();
    let granted = licence(&server, 1);
    let path = format!("/licences/{}", granted.id());
    for person in ["Amy", "Mr Khan", "the agent", "the auditor"] {
        let person = server.person(person);
        assert_eq!(person.get(&path).expect(200).body["number"], "SL/2025/00001");
        assert_eq!(person.walk("/licences").len(), 1);
    }
    server.person("the partner").get(&path).refuses(403, "forbidden", "role");

    let other = json!({ "kind": "person", "name": "Ms B Hall", "address": "1 High Street" });
    let other = amy.post("/parties", &other).expect(201).id();
    let stranger = server.landlord("hall@landlord.example", &other);
    stranger.get(&path).refuses(404, "not-found", "nothing here");
    assert_eq!(stranger.walk("/licences").len(), 0);
    assert_eq!(stranger.walk("/properties").len(), 0);
    stranger.get(&format!("/properties/{}", granted.body["property_id"].as_str().unwrap())).refuses(
        404,
        "not-found",
        "",
    );
    let surrender = json!({ "step": "surrender", "reason": "sold" });
    server.khan().post_on(&granted.etag(), &format!("{path}/steps"), &surrender).refuses(403, "forbidden", "role");
}

#[test]
fn every_home_of_a_licence_has_duties_of_its_own_and_can_be_asked_for_the_same_thing() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let other = tom.post("/properties", &house(2)).expect(201).id();
    let elsewhere = tom.post("/properties", &house(3)).expect(201).id();
    let application = decision_due(&server, 1);
    let etag = tom.get(&format!("/applications/{application}")).etag();
    let granted = tom
        .post_on(&etag, &format!("/applications/{application}/grant"), &json!({ "other_homes": [other] }))
        .expect(201);
    let first = granted.body["property_id"].as_str().unwrap().to_owned();
    let duties = |home: &str| {
        let mut kinds = amy.walk(&format!("/obligations?property_id={home}"));
        kinds.sort_by_key(|duty| duty["kind"].to_string());
        kinds.iter().map(|duty| duty["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(duties(&first), ["gas_yearly", "licence_end", "own_inspection"]);
    assert_eq!(duties(&other), ["gas_yearly", "own_inspection"]);

    let ask = |home: &str| {
        let body = json!({ "licence_id": granted.id(), "property_id": home, "conditions": ["1"] });
        amy.post("/demands", &body)
    };
    assert_eq!(ask(&first).expect(201).body["property_id"], first);
    assert_eq!(ask(&other).expect(201).body["property_id"], other);
    ask(&other).refuses(409, "duplicate", "for this home already");
    ask(&elsewhere).refuses(422, "invalid", "does not cover this home");

    let record = json!({
        "property_id": other, "licence_id": granted.id(),
        "record": { "kind": "gas_safety_record", "checked_on": "2025-02-10", "result": "satisfactory", "registration": "GS 512345" },
    });
    let record = amy.post("/certificates", &record).expect(201);
    let path = format!("/certificates/{}/assessment", record.id());
    amy.post_on(&record.etag(), &path, &json!({ "accepted": true, "reason": "in order" })).expect(200);
    let due = |home: &str| {
        let open = amy.walk(&format!("/obligations?property_id={home}&kind=gas_yearly&state=open"));
        open.iter().map(|duty| duty["due"]["on"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((due(&first), due(&other)), (vec!["2026-02-13".to_owned()], vec!["2026-02-10".to_owned()]));
}

#[test]
fn the_holder_applies_for_the_next_licence_from_three_months_before_and_it_starts_when_the_old_one_has_ended() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let first = decision_due(&server, 1);
    let grant = |id: &str, terms: Value| {
        let etag = tom.get(&format!("/applications/{id}")).etag();
        tom.post_on(&etag, &format!("/applications/{id}/grant"), &terms)
    };
    let held = grant(&first, json!({ "years": 1 })).expect(201).body;
    assert_eq!(held["ends"]["on"], "2026-02-13");
    let applied = |holder: &str| {
        let form = json!({ "property_id": held["property_id"], "applicant_id": holder, "holder_id": holder });
        amy.post("/applications", &form).expect(201).id()
    };
    let (next, buyer) = (applied(&server.khan_id), applied(&server.agency_id));
    let submit = |on: &str| json!({ "step": "submit", "on": on, "declarations_signed": true });
    go_to(&server, "2025-11-12");
    try_step(&amy, &next, &submit("2025-11-12")).refuses(409, "renewal-not-open", "from 2025-11-13");
    step(&amy, &buyer, &submit("2025-11-12"));
    go_to(&server, "2025-11-13");
    step(&amy, &next, &submit("2025-11-13"));
    for one in [
        json!({ "step": "pay_part_a" }),
        json!({ "step": "find_complete" }),
        json!({ "step": "assign", "officer_id": officer(&server) }),
        json!({ "step": "record_findings", "findings": findings(true) }),
    ] {
        step(&amy, &next, &one);
    }
    serve_by_hand(&amy, &propose(&amy, &next, "proposed_grant").expect(201).id());
    go_to(&server, "2025-12-10");
    step(&amy, &next, &json!({ "step": "end_consultation" }));
    grant(&next, json!({ "starts_on": "2026-02-13" })).refuses(409, "licence-still-runs", "2026-02-13");
    let renewed = grant(&next, json!({})).expect(201).body;
    assert_eq!((&renewed["starts_on"], &renewed["standing"]), (&json!("2026-02-14"), &json!("granted_not_started")));
}
