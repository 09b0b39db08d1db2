//! The main job through HTTP: a demand, its service, its reminders, a late answer, a breach and its confirmation.

use std::sync::Barrier;

use selective_licensing::domain::calendar::london;
use serde_json::{Value, json};

use crate::support::case::{go_to, licence};
use crate::support::server::{Client, Reply, Server};
use crate::support::world::{World, day};

const GAS: &str = "1";
const ELECTRICAL: &str = "3";

fn demand(person: &Client, licence: &str, conditions: &[&str]) -> Reply {
    person.post("/demands", &json!({ "licence_id": licence, "conditions": conditions }))
}

fn act(person: &Client, demand: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/demands/{demand}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body)
}

fn holder(demand: &Value) -> String {
    let copies = demand["recipients"].as_array().unwrap();
    let copy = copies.iter().find(|copy| copy["capacity"] == "holder").unwrap();
    copy["id"].as_str().unwrap().to_owned()
}

fn item(demand: &Value, condition: &str) -> Value {
    let items = demand["items"].as_array().unwrap();
    items.iter().find(|item| item["condition"] == condition).unwrap().clone()
}

/// A demand for gas and electrical records, handed to Mr Khan on Monday 17 February 2025.
fn handed_over(server: &Server, conditions: &[&str]) -> Value {
    let amy = server.amy();
    let licence = licence(server, 1).id();
    go_to(server, "2025-02-17");
    let drafted = demand(&amy, &licence, conditions).expect(201);
    let id = drafted.id();
    act(&amy, &id, "issue", &json!({})).expect(200);
    let service = json!({
        "recipient_id": holder(&drafted.body), "method": "delivered_by_hand", "dispatched_at": "2025-02-17T11:00:00",
        "evidence": "signed for by Mr Khan",
    });
    act(&amy, &id, "service", &service).expect(200).body
}

fn gas_record(checked_on: &str) -> Value {
    json!({
        "kind": "document",
        "record": {
            "kind": "gas_safety_record", "checked_on": checked_on, "result": "satisfactory", "registration": "GS 512345",
        },
    })
}

#[test]
fn a_late_certificate_is_accepted_but_said_to_be_late_and_the_breach_stands_for_an_officer_to_decide() {
    let server = Server::start();
    let (amy, khan) = (server.amy(), server.khan());
    let served = handed_over(&server, &[GAS, ELECTRICAL]);
    let id = served["id"].as_str().unwrap().to_owned();
    assert_eq!((&served["state"], &served["served_on"]), (&json!("served"), &json!("2025-02-17")));
    assert_eq!(item(&served, ELECTRICAL)["due_on"], "2025-02-24");
    assert_eq!(item(&served, GAS)["due_on"], "2025-03-03");

    let why = amy.get(&format!("/demands/{id}/explanation")).expect(200).body;
    let due = &why["items"].as_array().unwrap().iter().find(|item| item["condition"] == GAS).unwrap()["due"];
    assert_eq!(
        due["because"],
        "14 days after Monday 17 February 2025, the day of receipt, which is not itself counted, ends on Monday 3 March \
         2025; weekends and bank holidays count."
    );

    for night in day("2025-02-18").iter_days().take_while(|night| *night <= day("2025-03-03")) {
        server.world.night(&night.to_string());
    }
    let proposed = amy.get("/breaches?state=proposed").expect(200).body;
    assert_eq!(proposed["items"].as_array().unwrap().len(), 1, "only the electrical report is missed: {proposed}");
    server.world.night("2025-03-04");
    let proposed = amy.get("/breaches?state=proposed").expect(200).body;
    let gas = proposed["items"].as_array().unwrap().iter().find(|breach| breach["condition"] == GAS).unwrap().clone();
    assert_eq!((&gas["due_on"], &gas["proposed_on"]), (&json!("2025-03-03"), &json!("2025-03-04")));

    go_to(&server, "2025-03-05");
    let wanted = item(&served, GAS)["id"].as_str().unwrap().to_owned();
    let late = act(&khan, &id, &format!("items/{wanted}/responses"), &gas_record("2025-03-04")).expect(201);
    let judged = json!({ "response_id": late.id(), "outcome": "accepted", "reason": "in order, but two days late" });
    let after = act(&amy, &id, "assessments", &judged).expect(200).body;
    assert_eq!(item(&after, GAS)["state"], "satisfied_late");

    let breach = format!("/breaches/{}", gas["id"].as_str().unwrap());
    let etag = amy.get(&breach).expect(200).etag();
    let reason = json!({ "reason": "no excuse given", "evidence": "signed receipt of 17 February" });
    let confirmed = amy.post_on(&etag, &format!("{breach}/confirmation"), &reason).expect(200).body;
    assert_eq!(confirmed["state"], "confirmed");
    amy.post_on(&etag, &format!("{breach}/confirmation"), &reason).refuses(412, "stale", "read it again");
}

#[test]
fn an_answer_in_time_that_still_waits_for_an_officer_is_not_overdue_and_no_breach_is_proposed() {
    let server = Server::start();
    let (amy, khan) = (server.amy(), server.khan());
    let served = handed_over(&server, &[GAS]);
    let id = served["id"].as_str().unwrap().to_owned();
    go_to(&server, "2025-03-03");
    let wanted = item(&served, GAS)["id"].as_str().unwrap().to_owned();
    act(&khan, &id, &format!("items/{wanted}/responses"), &gas_record("2025-03-01")).expect(201);
    server.world.night("2025-03-04");
    server.world.night("2025-03-20");
    let now = amy.get(&format!("/demands/{id}")).expect(200).body;
    assert_eq!(item(&now, GAS)["standing"], "under_review");
    assert_eq!(amy.get("/breaches").expect(200).body["items"], json!([]));
}

#[test]
fn a_demand_that_came_back_is_not_served_and_gets_a_new_clock_when_it_is_served_again() {
    let server = Server::start();
    let amy = server.amy();
    let served = handed_over(&server, &[GAS]);
    let id = served["id"].as_str().unwrap().to_owned();
    let copy = holder(&served);
    let back = act(&amy, &id, "returns", &json!({ "recipient_id": copy, "reason": "gone away" })).expect(200).body;
    assert_eq!((&back["state"], &item(&back, GAS)["due_on"]), (&json!("not_served"), &Value::Null));
    assert_eq!(item(&back, GAS)["standing"], "not_served");
    server.world.night("2025-03-20");
    assert_eq!(amy.get("/breaches").expect(200).body["items"], json!([]));

    act(&amy, &id, "issue", &json!({})).expect(200);
    let posted = json!({ "recipient_id": copy, "method": "first_class_post", "dispatched_at": "2025-03-20T15:00:00" });
    let again = act(&amy, &id, "service", &posted).expect(200).body;
    assert_eq!((&again["served_on"], &item(&again, GAS)["due_on"]), (&json!("2025-03-24"), &json!("2025-04-07")));
}

#[test]
fn of_twenty_demands_for_one_thing_at_once_one_is_made_and_nineteen_are_refused() {
    let server = Server::start();
    let amy = server.amy();
    let licence = licence(&server, 1).id();
    let together = Barrier::new(20);
    let answers = std::thread::scope(|scope| {
        let one = || {
            together.wait();
            demand(&server.amy(), &licence, &[GAS]).status
        };
        let asking = (0..20).map(|_| scope.spawn(one)).collect::<Vec<_>>();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let count = |status| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!((count(201), count(409)), (1, 19), "{answers:?}");
    assert_eq!(amy.get("/demands").expect(200).body["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_demand_says_in_plain_words_why_it_is_refused() {
    let server = Server::start();
    let amy = server.amy();
    let licence = licence(&server, 1).id();
    demand(&amy, &licence, &["99"]).refuses(409, "no-such-condition", "not in the version of the scheme");
    demand(&amy, &licence, &["9.4"]).refuses(409, "not-on-demand", "no response days");
    demand(&amy, &licence, &[]).refuses(422, "invalid", "fields");
    demand(&amy, &licence, &[GAS, GAS]).refuses(409, "asked-twice", "named twice");
    let drafted = demand(&amy, &licence, &[GAS]).expect(201);
    let service = json!({
        "recipient_id": holder(&drafted.body), "method": "first_class_post", "dispatched_at": "2025-02-14T09:00:00",
    });
    act(&amy, &drafted.id(), "service", &service).refuses(409, "not-issued", "issued first");
    act(&amy, &drafted.id(), "issue", &json!({})).expect(200);
    let by_email = json!({
        "recipient_id": holder(&drafted.body), "method": "email", "dispatched_at": "2025-02-14T09:30:00",
    });
    act(&amy, &drafted.id(), "service", &by_email).refuses(409, "no-consent", "has not agreed");
    act(&amy, &drafted.id(), "withdrawal", &json!({ "reason": "wrong home" })).refuses(403, "forbidden", "role");
    act(&server.tom(), &drafted.id(), "withdrawal", &json!({ "reason": "wrong home" })).expect(200);
}

#[test]
fn somebody_elses_demand_looks_like_one_that_is_not_there() {
    let server = Server::start();
    let served = handed_over(&server, &[GAS]);
    let id = served["id"].as_str().unwrap();
    let stranger = server.landlord("stranger@landlord.example", &server.amy().post("/parties", &json!({
        "kind": "person", "name": "Mrs Stranger", "address": "1 Elsewhere Road", "email": "stranger@landlord.example",
    })).expect(201).id());
    let (theirs, none) = (format!("/demands/{id}"), "/demands/01946c5e-8800-7000-8000-0123456789ab");
    let (seen, unseen) = (stranger.get(&theirs).expect(404), stranger.get(none).expect(404));
    assert_eq!(seen.body, unseen.body);
    assert_eq!(stranger.get("/demands").expect(200).body["items"], json!([]));
    assert_eq!(server.khan().get(&theirs).expect(200).body["id"], *id);
}

#[test]
fn a_demand_by_e_mail_says_the_very_day_that_its_service_fixes() {
    let world = World::new();
    let licence = world.licensed_home(&world.khan(), None);
    world.go_to("2025-01-22", "16:00");
    let demand = world.issued_demand(&licence, &[GAS, ELECTRICAL]);
    world.post();
    let mails = world.mails();
    let text = mails.iter().map(|(_, text)| text.as_str()).find(|text| text.contains(&demand.cover.reference)).unwrap();
    for item in &world.demand_now(&demand).items {
        let due = london::written_out(item.due_on.unwrap());
        assert!(text.contains(&format!("Last day: {due}.")), "{due} is not said in {text}");
    }
    assert_eq!(world.demand_now(&demand).cover.served_on, Some(day("2025-01-22")));
}

#[test]
fn shortly_before_the_cut_off_a_demand_by_e_mail_waits_so_that_it_says_the_day_that_will_hold() {
    let world = World::new();
    let licence = world.licensed_home(&world.khan(), None);
    world.go_to("2025-01-22", "16:20");
    let demand = world.issued_demand(&licence, &[GAS]);
    world.post();
    assert!(world.mails().is_empty(), "the relay might answer on either side of half past four");
    world.go_to("2025-01-22", "16:30");
    world.post();
    let now = world.demand_now(&demand);
    assert_eq!((now.cover.served_on, now.cover.due_on), (Some(day("2025-01-23")), Some(day("2025-02-06"))));
    let text = world.letters().remove(0).text.unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Last day: Thursday 6 February 2025."), "{text}");
    assert!(text.contains("sent before 4:30pm"), "{text}");
}

#[test]
fn the_agents_copy_goes_when_the_holder_is_served_and_says_the_same_day() {
    for by_email in [true, false] {
        let world = World::new();
        let holder = world.landlord("Mr A Khan", by_email);
        let agent = world.landlord("Tees Lettings", true);
        let licence = world.licensed_home(&holder, Some(&agent));
        world.go_to("2025-01-22", "14:00");
        let demand = world.issued_demand(&licence, &[GAS]);
        world.post();
        if !by_email {
            assert!(world.letters_to(agent.id).is_empty(), "nobody knows the last day yet");
            world.go_to("2025-01-23", "10:00");
            world.serve_by_hand(&world.demand_now(&demand), "2025-01-23");
        }
        world.post();
        let due = london::written_out(world.demand_now(&demand).cover.due_on.unwrap());
        let copy = world.letters_to(agent.id).remove(0).text.unwrap();
        assert!(copy.contains(&format!("Last day: {due}.")) && copy.contains("Mr A Khan"), "{copy}");
    }
}
