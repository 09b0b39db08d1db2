//! Inspections through the API: from the first visit to the re-inspection, a visit without access, and notice of entry.

use std::collections::BTreeMap;

use selective_licensing::actions;
use selective_licensing::domain::document::{Arrival, Facts, MediaType, Under};
use selective_licensing::domain::id::{LicenceId, PropertyId, Spelled as _};
use serde_json::{Value, json};

use crate::support::case::{go_to, house, licence, officer};
use crate::support::server::{Client, Reply, Server};
use crate::support::statements::Statements;

/// Posts something about an inspection in its newest state.
fn on(person: &Client, id: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/inspections/{id}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body)
}

fn took(person: &Client, id: &str, what: &str, body: &Value) -> Value {
    on(person, id, what, body).expect(200).body
}

fn plan(person: &Client, home: &str, purpose: &str, starts_at: &str, ends_at: &str) -> Reply {
    let form = json!({ "property_id": home, "purpose": purpose, "starts_at": starts_at, "ends_at": ends_at });
    person.post("/inspections", &form)
}

/// Notice by hand to the holder and the occupier at that time on a London clock.
fn notice(server: &Server, given_at: &str) -> Value {
    json!({ "given": [
        { "to": "owner", "party_id": server.khan_id, "method": "delivered_by_hand", "given_at": given_at },
        { "to": "occupier", "name": "The occupier", "method": "left_at_address", "given_at": given_at,
          "evidence": "Photo of the letterbox" },
    ] })
}

/// An answer to each question of the scheme, and a hazard.
fn findings(server: &Server, day: &str, documents: &[String]) -> Value {
    let questions = &server.app.rules.current().unwrap().inspections.checklist;
    let checklist = questions.iter().map(|one| json!({ "code": one.code, "answer": "yes" })).collect::<Vec<_>>();
    json!({
        "entered_at": format!("{day}T10:00:00Z"), "left_at": format!("{day}T10:40:00Z"), "checklist": checklist,
        "hazards": [{
            "code": "damp_and_mould", "category": "category_2", "note": "Back bedroom, north wall.",
            "likely_action": "informal",
        }],
        "documents": documents,
    })
}

/// A photo that Amy sends in under a licence, as its bytes are safe already.
fn photo(server: &Server, licence: &Value, number: u8) -> String {
    let text = |field: &str| licence[field].as_str().unwrap().to_owned();
    let facts = Facts { media_type: MediaType::Jpeg, bytes: 9, name: "wall.jpg".to_owned() };
    let arrival = Arrival {
        under: Under::Licence(LicenceId::read(&text("id")).unwrap()),
        home: PropertyId::read(&text("property_id")).unwrap(),
        sha256: format!("{number:02x}").repeat(32),
        facts,
    };
    let room = server.app.settings.files.room;
    let amy = server.world.amy();
    let received = server.world.write(|tx| actions::documents::receive(tx, &amy, arrival.clone(), room, false));
    received.document.id.to_string()
}

#[test]
fn an_inspection_goes_from_its_notice_through_the_plan_to_a_re_inspection_and_is_closed() {
    let server = Server::start();
    let amy = server.amy();
    let licence = licence(&server, 1).body;
    let home = licence["property_id"].as_str().unwrap();
    let planned = plan(&amy, home, "programme", "2025-02-20T10:00:00Z", "2025-02-20T11:00:00Z").expect(201);
    let id = planned.id();
    assert_eq!((&planned.body["reference"], &planned.body["state"]), (&json!("INS/2025/00001"), &json!("planned")));
    assert_eq!((&planned.body["licence_id"], &planned.body["officer_id"]), (&licence["id"], &json!(officer(&server))));
    on(&amy, &id, "findings", &findings(&server, "2025-02-20", &[])).refuses(409, "inspection-state", "planned");
    let notified = took(&amy, &id, "notice", &notice(&server, "2025-02-14T08:30:00"));
    assert_eq!(notified["state"], "notified");
    assert_eq!(notified["visits"][0]["given"][1]["counts_from"], "2025-02-14T08:30:00Z");

    go_to(&server, "2025-02-21");
    let wall = photo(&server, &licence, 1);
    let unknown = [server.khan_id.clone()];
    on(&amy, &id, "findings", &findings(&server, "2025-02-20", &unknown)).refuses(422, "invalid", "/documents/0");
    let mut short = findings(&server, "2025-02-20", &[]);
    short["checklist"].as_array_mut().unwrap().pop();
    on(&amy, &id, "findings", &short).refuses(409, "checklist", "0 answers");
    let found = took(&amy, &id, "findings", &findings(&server, "2025-02-20", std::slice::from_ref(&wall)));
    assert_eq!((&found["state"], &found["category_2"]), (&json!("carried_out"), &json!(1)));
    assert_eq!(found["visits"][0]["findings"]["documents"], json!([wall]));
    let report = json!({ "step": "report", "outcome": "action_needed", "text": "Mould in the back bedroom." });
    assert_eq!(took(&amy, &id, "steps", &report)["state"], "reported");
    on(&amy, &id, "steps", &json!({ "step": "close" })).refuses(409, "not-settled", "no plan");
    let work = json!({
        "items": [
            { "text": "Clear the mould.", "due_on": "2025-03-07" },
            { "text": "Repair the extractor fan.", "due_on": "2025-03-14" },
        ],
        "reinspect_on": "2025-03-17",
    });
    let planned = took(&amy, &id, "plan", &work);
    assert_eq!((&planned["state"], &planned["item_due_on"]), (&json!("improvement_plan"), &json!("2025-03-07")));
    let seen = |number: u32, evidence: &str, documents: &[String]| {
        json!({
            "number": number, "is_done": true, "on": "2025-02-21", "evidence": evidence, "documents": documents,
        })
    };
    on(&amy, &id, "items", &seen(3, "x", &[])).refuses(409, "no-such-item", "item 3");
    let cleared = took(&amy, &id, "items", &seen(1, "Photo from the landlord", &[photo(&server, &licence, 2)]));
    assert_eq!(
        (&cleared["items"][0]["seen"]["is_done"], &cleared["item_due_on"]),
        (&json!(true), &json!("2025-03-14"))
    );
    on(&amy, &id, "steps", &json!({ "step": "close" })).refuses(409, "not-settled", "not done: 2");

    took(&amy, &id, "steps", &json!({ "step": "call_reinspection" }));
    let again = json!({
        "starts_at": "2025-03-18T10:00:00Z", "ends_at": "2025-03-18T10:30:00Z", "purpose": "reinspection",
    });
    let again = took(&amy, &id, "visits", &again);
    assert_eq!((&again["state"], again["visits"].as_array().unwrap().len()), (&json!("planned"), 2));
    took(&amy, &id, "notice", &notice(&server, "2025-02-21T08:00:00"));
    go_to(&server, "2025-03-19");
    took(&amy, &id, "findings", &findings(&server, "2025-03-18", &[]));
    took(&amy, &id, "items", &seen(2, "The fan runs.", &[]));
    took(&amy, &id, "steps", &json!({ "step": "report", "outcome": "compliant", "text": "All is done." }));
    let closed = took(&amy, &id, "steps", &json!({ "step": "close" }));
    assert_eq!((&closed["state"], &closed["ended_on"]), (&json!("closed"), &json!("2025-03-19")));
    on(&amy, &id, "items", &seen(1, "x", &[])).refuses(409, "inspection-state", "closed");
    let events = amy.walk(&format!("/properties/{home}/events"));
    let count = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
    assert_eq!((count("inspection.planned"), count("inspection.moved")), (1, 12));
    let told = events.iter().find(|event| event.to_string().contains("carry_out")).unwrap().to_string();
    assert!(told.contains(&"01".repeat(32)), "the photo's hash is in the event: {told}");
}

#[test]
fn a_visit_without_access_is_followed_by_another_or_closed_with_a_reason() {
    let server = Server::start();
    let amy = server.amy();
    let licence = licence(&server, 1).body;
    let home = licence["property_id"].as_str().unwrap();
    let id = plan(&amy, home, "complaint", "2025-02-20T10:00:00Z", "2025-02-20T11:00:00Z").expect(201).id();
    took(&amy, &id, "notice", &notice(&server, "2025-02-14T08:30:00"));
    go_to(&server, "2025-02-21");
    on(&amy, &id, "steps", &json!({ "step": "find_no_access", "note": "" })).refuses(422, "invalid", "/note");
    let shut = took(&amy, &id, "steps", &json!({ "step": "find_no_access", "note": "Nobody opened." }));
    assert_eq!((&shut["state"], &shut["visits"][0]["no_access"]), (&json!("no_access"), &json!("Nobody opened.")));
    on(&amy, &id, "steps", &json!({ "step": "close" })).refuses(409, "not-settled", "nobody was let in");
    let again = json!({ "starts_at": "2025-02-27T10:00:00Z", "ends_at": "2025-02-27T11:00:00Z" });
    let again = took(&amy, &id, "visits", &again);
    assert_eq!((&again["visits"][1]["purpose"], &again["state"]), (&json!("complaint"), &json!("planned")));
    let early = took(
        &amy,
        &id,
        "visits",
        &json!({
            "starts_at": "2025-02-26T10:00:00Z", "ends_at": "2025-02-26T11:00:00Z",
        }),
    );
    assert_eq!((early["visits"].as_array().unwrap().len(), &early["visits"][1]["moved"]), (2, &json!(1)));
    let cancelled = took(&amy, &id, "steps", &json!({ "step": "cancel", "reason": "The house was sold." }));
    assert_eq!((&cancelled["state"], &cancelled["reason"]), (&json!("cancelled"), &json!("The house was sold.")));
    assert_eq!(cancelled["visits"][1]["is_cancelled"], true);
    for (query, found) in [
        ("state=cancelled".to_owned(), 1),
        ("state=planned".to_owned(), 0),
        (format!("property_id={home}"), 1),
        (format!("officer_id={}", officer(&server)), 1),
        ("area=newton".to_owned(), 0),
    ] {
        assert_eq!(amy.walk(&format!("/inspections?{query}")).len(), found, "{query}");
    }
    server.khan().get("/inspections").refuses(403, "forbidden", "role");
}

#[test]
fn less_than_a_day_of_notice_is_refused_with_the_earliest_time_and_an_offence_needs_none() {
    let server = Server::start();
    let amy = server.amy();
    let home = amy.post("/properties", &house(1)).expect(201).id();
    plan(&amy, &home, "offence", "2025-01-23T10:00:00Z", "2025-01-23T09:00:00Z").refuses(409, "visit-times", "ends_at");
    let nobody = json!({
        "property_id": home, "purpose": "offence", "officer_id": server.khan_id,
        "starts_at": "2025-01-23T08:00:00Z", "ends_at": "2025-01-23T09:00:00Z",
    });
    amy.post("/inspections", &nobody).refuses(422, "invalid", "/officer_id");
    let id = plan(&amy, &home, "complaint", "2025-01-23T08:00:00Z", "2025-01-23T09:00:00Z").expect(201).id();
    on(&amy, &id, "notice", &notice(&server, "2025-01-22T08:30:00")).refuses(
        409,
        "short-notice",
        "23 January 2025 at 08:30 GMT at the earliest: move the visit, or record the reason why no notice is needed",
    );
    let posted = json!({
        "given": [{ "to": "owner", "party_id": server.khan_id, "method": "first_class_post", "given_at": "2025-01-20T09:00:00" }],
        "not_told": "Nobody lives there.",
    });
    on(&amy, &id, "notice", &posted).refuses(409, "short-notice", "24 January 2025 at 00:00 GMT");
    let mailed = json!({
        "given": [{ "to": "owner", "party_id": server.khan_id, "method": "email", "given_at": "2025-01-20T09:00:00" }],
    });
    on(&amy, &id, "notice", &mailed).refuses(409, "no-consent", "section 247");
    let half = json!({ "given": [notice(&server, "2025-01-22T07:00:00")["given"][0]] });
    on(&amy, &id, "notice", &half).refuses(409, "not-told", "the occupier was not told");
    let none = json!({ "step": "forgo_notice", "reason": "offence_s95", "note": "Let without a licence." });
    on(&amy, &id, "steps", &none).refuses(409, "not-that-purpose", "complaint");
    let agreed = json!({ "step": "forgo_notice", "reason": "by_agreement", "note": "The tenant asked us in." });
    on(&amy, &id, "steps", &agreed).refuses(409, "not-a-reason", "scheme");
    let offence =
        json!({ "starts_at": "2025-01-23T08:00:00Z", "ends_at": "2025-01-23T09:00:00Z", "purpose": "offence" });
    took(&amy, &id, "visits", &offence);
    let notified = took(&amy, &id, "steps", &none);
    assert_eq!((&notified["state"], &notified["visits"][0]["no_notice"]), (&json!("notified"), &json!("offence_s95")));
}

#[test]
fn an_enforcement_case_that_began_with_an_inspection_of_the_home_is_linked_to_it() {
    let server = Server::start();
    let amy = server.amy();
    let licence = licence(&server, 1).body;
    let home = licence["property_id"].as_str().unwrap();
    let id = plan(&amy, home, "programme", "2025-02-20T10:00:00Z", "2025-02-20T11:00:00Z").expect(201).id();
    took(&amy, &id, "notice", &notice(&server, "2025-02-14T08:30:00"));
    go_to(&server, "2025-02-21");
    took(&amy, &id, "findings", &findings(&server, "2025-02-20", &[]));
    let case = |source: &str| {
        let form = json!({
            "property_id": home, "source": source, "source_note": "INS/2025/00001", "suspect_id": server.khan_id,
            "capacity": "holder",
            "offences": [{
                "licence_id": licence["id"], "condition": "9.6", "act": "No record was kept.",
                "happened_on": "2025-02-20",
            }],
        });
        amy.post("/enforcement", &form).expect(201).id()
    };
    let link = |case: &str| on(&amy, &id, "steps", &json!({ "step": "link_case", "enforcement_id": case }));
    link(&server.khan_id).refuses(422, "invalid", "/enforcement_id");
    link(&case("complaint")).refuses(409, "not-its-case", "source");
    let case = case("inspection");
    assert_eq!(link(&case).expect(200).body["enforcement_id"], json!(case));
    link(&case).refuses(409, "case-linked", "already");
}

#[test]
fn notice_and_plan_go_by_mail_where_notices_may_and_on_paper_else_and_are_kept_as_sent() {
    let server = Server::start();
    let amy = server.amy();
    let licence = licence(&server, 1).body;
    let home = licence["property_id"].as_str().unwrap();
    let consent =
        json!({ "email": "khan@landlord.example", "scope": "all", "given_on": "2025-02-14", "how": "on paper" });
    amy.post(&format!("/parties/{}/consents", server.khan_id), &consent).expect(201);
    let id = plan(&amy, home, "programme", "2025-02-20T10:00:00Z", "2025-02-20T11:00:00Z").expect(201).id();
    let path = format!("/inspections/{id}/letters");
    let to = json!([server.khan_id, server.agency_id]);
    amy.post(&path, &json!({ "letter": "plan", "to": to })).refuses(409, "inspection-state", "send_plan");
    amy.post(&path, &json!({ "letter": "notice", "to": [id] })).refuses(422, "invalid", "/to/0");
    let queued = amy.post(&path, &json!({ "letter": "notice", "to": to })).expect(201).body;
    server.world.post();
    let letters = queued["letters"].as_array().unwrap().iter();
    let letters = letters.map(|id| amy.get(&format!("/letters/{}", id.as_str().unwrap())).expect(200).body);
    let letters = letters.collect::<Vec<_>>();
    assert_eq!((&letters[0]["channel"], &letters[0]["state"]), (&json!("email"), &json!("accepted")));
    assert_eq!((&letters[1]["channel"], &letters[1]["state"]), (&json!("paper"), &json!("to_print")));
    for letter in &letters {
        assert_eq!((&letter["kind"], &letter["template"]), (&json!("inspection"), &json!("I1/1")));
        assert!(letter["text"].as_str().unwrap().contains("Day: Thursday 20 February 2025"), "{letter:#}");
    }

    took(&amy, &id, "notice", &notice(&server, "2025-02-14T08:30:00"));
    go_to(&server, "2025-02-21");
    took(&amy, &id, "findings", &findings(&server, "2025-02-20", &[]));
    took(&amy, &id, "steps", &json!({ "step": "report", "outcome": "action_needed", "text": "Mould." }));
    let work =
        json!({ "items": [{ "text": "Clear the mould.", "due_on": "2025-03-07" }], "reinspect_on": "2025-03-17" });
    took(&amy, &id, "plan", &work);
    let sent = amy.post(&path, &json!({ "letter": "plan", "to": [server.khan_id] })).expect(201).body;
    server.world.post();
    let letter = amy.get(&format!("/letters/{}", sent["letters"][0].as_str().unwrap())).expect(200).body;
    assert_eq!((&letter["state"], &letter["template"]), (&json!("accepted"), &json!("I2/1")));
    for words in ["Item 1: Clear the mould.", "Friday 7 March 2025", "Monday 17 March 2025"] {
        assert!(letter["text"].as_str().unwrap().contains(words), "{letter:#}");
    }
    amy.post(&path, &json!({ "letter": "notice", "to": to })).refuses(409, "inspection-state", "send_notice");
}

#[test]
fn the_programme_lists_homes_by_their_last_day_and_their_risk_and_says_why() {
    let server = Server::start();
    let amy = server.amy();
    let world = &server.world;
    let (khan, lowe) = (world.landlord("Mr B Khan", true), world.landlord("Mrs Lowe", true));
    let quiet = world.licensed_home(&lowe, None);
    let risky = world.licensed_home(&khan, None);
    let beside = world.licensed_home(&khan, None);
    world.served_demand(&risky, &["9.6"], "2025-01-22");
    world.night("2025-02-06");
    let enquiry = json!({ "property_id": quiet.property_id, "source": "tenant", "intelligence": "No heating." });
    amy.post("/enquiries", &enquiry).expect(201);
    let all = amy.walk("/inspections/programme");
    let told = |place: usize| (all[place]["licence_id"].clone(), all[place]["score"].clone());
    assert_eq!(told(0), (json!(risky.id), json!(15)), "{all:#?}");
    assert_eq!(told(1), (json!(quiet.id), json!(5)));
    assert_eq!(told(2), (json!(beside.id), json!(3)));
    assert_eq!(all[0]["points"][1]["because"], "breaches proposed or confirmed: 1, 10 points each");
    assert_eq!(all[0]["due_on"], "2029-10-31", "the designation ends before five years are over");
    assert_eq!(amy.walk("/inspections/programme?limit=1"), all);
    for (query, found) in
        [("before=2029-10-31", 3), ("before=2029-10-30", 0), ("area=central-stockton", 3), ("area=newton", 0)]
    {
        assert_eq!(amy.walk(&format!("/inspections/programme?{query}")).len(), found, "{query}");
    }
    amy.get("/inspections/programme?after=yesterday").refuses(422, "invalid", "?after");
    server.khan().get("/inspections/programme").refuses(403, "forbidden", "role");

    let home = risky.property_id.to_string();
    let id = plan(&amy, &home, "programme", "2025-02-10T10:00:00Z", "2025-02-10T11:00:00Z").expect(201).id();
    assert_eq!(amy.walk("/inspections/programme")[0]["inspection_id"], json!(id));
    took(&amy, &id, "notice", &notice(&server, "2025-02-05T08:30:00"));
    go_to(&server, "2025-02-11");
    took(&amy, &id, "findings", &findings(&server, "2025-02-10", &[]));
    let left = amy.walk("/inspections/programme");
    assert!(left.len() == 2 && left.iter().all(|entry| entry["property_id"] != json!(home)), "{left:#?}");
}

#[test]
fn the_programme_asks_as_few_statements_for_many_homes_as_for_one() {
    Statements::begin();
    let server = Server::start();
    let amy = server.amy();
    let khan = server.world.landlord("Mr B Khan", true);
    let statements = Statements::of(&server.world.database);
    let asked = |homes: usize| {
        let before = statements.so_far();
        assert_eq!(amy.get("/inspections/programme").expect(200).body["items"].as_array().unwrap().len(), homes);
        statements.so_far() - before
    };
    server.world.licensed_home(&khan, None);
    let for_one = asked(1);
    for _ in 0..9 {
        server.world.licensed_home(&khan, None);
    }
    assert_eq!(asked(10), for_one);
}

#[test]
fn a_night_asks_for_visits_without_a_record_for_re_inspections_and_for_overdue_work() {
    let server = Server::start();
    let amy = server.amy();
    let world = &server.world;
    let licence = world.licensed_home(&world.landlord("Mr B Khan", true), None);
    let home = licence.property_id.to_string();
    let id = plan(&amy, &home, "programme", "2025-01-27T10:00:00Z", "2025-01-27T11:00:00Z").expect(201).id();
    took(&amy, &id, "notice", &notice(&server, "2025-01-22T08:00:00"));
    let open = |kind: &str| {
        let tasks = amy.walk(&format!("/tasks?kind={kind}&open=true"));
        tasks.iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    world.night("2025-01-27");
    assert_eq!(open("visit_unrecorded"), Vec::<String>::new());
    world.night("2025-01-28");
    assert_eq!(open("visit_unrecorded"), ["INS/2025/00001: record what the visit found"]);
    took(&amy, &id, "findings", &findings(&server, "2025-01-27", &[]));
    took(&amy, &id, "steps", &json!({ "step": "report", "outcome": "action_needed", "text": "Mould." }));
    let work =
        json!({ "items": [{ "text": "Clear the mould.", "due_on": "2025-02-03" }], "reinspect_on": "2025-02-05" });
    took(&amy, &id, "plan", &work);
    world.night("2025-02-03");
    assert_eq!(open("work_overdue"), Vec::<String>::new());
    world.night("2025-02-04");
    assert_eq!(open("work_overdue"), ["INS/2025/00001: item 1 was to be done by Monday 3 February 2025"]);
    assert_eq!(open("reinspection_due"), Vec::<String>::new());
    world.night("2025-02-06");
    assert_eq!(open("reinspection_due"), ["INS/2025/00001: plan the re-inspection of Wednesday 5 February 2025"]);
    assert_eq!(amy.get(&format!("/inspections/{id}")).expect(200).body["state"], "reinspect_due");
    world.night("2025-02-07");
    assert_eq!((open("work_overdue").len(), open("reinspection_due").len()), (1, 1), "nothing is asked twice");
}

/// What a calendar program gets at an address: status and text.
fn subscribed(address: &str) -> (u16, String) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let mut answer = ureq::Agent::from(config).get(address).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

/// The entries of a calendar, each with its properties by name, as a calendar program reads them.
fn entries(calendar: &str) -> Vec<BTreeMap<String, String>> {
    assert!(calendar.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && calendar.ends_with("END:VCALENDAR\r\n"));
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75), "{calendar}");
    let unfolded = calendar.replace("\r\n ", "");
    let each = unfolded.split("BEGIN:VEVENT\r\n").skip(1).map(|entry| {
        let lines = entry.split("\r\n").take_while(|line| *line != "END:VEVENT");
        lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    });
    each.collect()
}

#[test]
fn an_officers_calendar_shows_their_visits_to_whoever_knows_its_address_until_that_is_renewed_or_revoked() {
    let server = Server::start();
    let amy = server.amy();
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let id = plan(&amy, &home, "complaint", "2025-07-20T10:00:00Z", "2025-07-20T11:00:00Z").expect(201).id();
    amy.get("/me/calendar").refuses(404, "not-found", "");
    amy.post("/me/calendar/revocation", &json!({})).refuses(409, "no-calendar", "issue one first");
    let issue = || {
        let issued = amy.send("POST", "/me/calendar", &[("Idempotency-Key", "the same")], Some(&json!({}))).expect(201);
        let url = issued.body["url"].as_str().unwrap().to_owned();
        let secret = url.rsplit('/').next().unwrap().to_owned();
        assert_eq!(secret.len(), 64);
        server.at(&format!("/calendars/{secret}.ics"))
    };
    let first = issue();
    assert_eq!(amy.get("/me/calendar").expect(200).body["url"], Value::Null);
    let (status, text) = subscribed(&first);
    assert_eq!(status, 200);
    let before = entries(&text);
    let one = |name: &str, entries: &[BTreeMap<String, String>]| entries[0][name].clone();
    assert_eq!(before.len(), 1);
    assert_eq!(
        (one("DTSTART", &before), one("DTEND", &before)),
        ("20250720T100000Z".into(), "20250720T110000Z".into())
    );
    assert_eq!((one("STATUS", &before), one("SEQUENCE", &before)), ("TENTATIVE".into(), "0".into()));
    assert_eq!(one("SUMMARY", &before), "Inspection INS/2025/00001");
    assert_eq!(one("LOCATION", &before), "1 Invented Street\\, Stockton-on-Tees\\, ZZ18 1AA");
    assert!(!text.contains("Amy"), "no names: {text}");

    took(&amy, &id, "visits", &json!({ "starts_at": "2025-07-21T10:00:00Z", "ends_at": "2025-07-21T11:00:00Z" }));
    let moved = entries(&subscribed(&first).1);
    assert_eq!((one("UID", &moved), one("SEQUENCE", &moved)), (one("UID", &before), "1".into()));
    took(&amy, &id, "steps", &json!({ "step": "cancel", "reason": "Sold." }));
    let cancelled = entries(&subscribed(&first).1);
    assert_eq!((one("UID", &cancelled), one("STATUS", &cancelled)), (one("UID", &before), "CANCELLED".into()));

    let second = issue();
    assert_eq!((subscribed(&first).0, subscribed(&second).0), (404, 200), "the old address is dead");
    assert_eq!(subscribed(&server.at("/calendars/0")).0, 404);
    let database = &server.world.database;
    let secret = second.rsplit('/').next().unwrap().trim_end_matches(".ics").to_owned();
    for table in ["calendar_feeds", "answered_requests", "events"] {
        let told = database.columns(table).into_iter();
        let told = told
            .filter(|column| database.count(&format!("{table} WHERE CAST({column} AS TEXT) LIKE '%{secret}%'")) > 0);
        assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new(), "{table}");
    }
    amy.post("/me/calendar/revocation", &json!({})).expect(200);
    assert_eq!(subscribed(&second).0, 404);
    let third = issue();
    database.run("UPDATE accounts SET state = 'disabled' WHERE email = 'amy@council.example'");
    assert_eq!(subscribed(&third).0, 404);
}

#[test]
fn an_inspection_that_cannot_be_read_is_told_of_and_keeps_no_other_waiting() {
    let server = Server::start();
    let amy = server.amy();
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let visit = || plan(&amy, &home, "offence", "2025-01-23T10:00:00Z", "2025-01-23T11:00:00Z").expect(201).id();
    let (broken, _) = (visit(), visit());
    server.world.database.run(&format!("UPDATE inspections SET visits = '{{' WHERE id = '{broken}'"));
    server.world.night("2025-01-24");
    let told = |kind: &str| amy.walk(&format!("/tasks?kind={kind}&open=true")).len();
    assert_eq!((told("check_failed"), told("visit_unrecorded")), (1, 1));
}
