//! A breach through HTTP: the calendar proposes, an officer decides, once.

use selective_licensing::domain::actor::Role;
use serde_json::{Value, json};

use crate::support::desk::{Desk, Reply};

/// A demand that nobody answered, and the breach that the night after its due date proposed.
fn proposed() -> (Desk, String, String, Reply) {
    let desk = Desk::open();
    let licence = desk.world.licensed_home(&desk.world.khan(), None);
    desk.world.served_demand(&licence, &["9.6"], "2025-01-22");
    desk.world.night("2025-02-06");
    let token = desk.token(Role::Officer, None);
    let list = desk.get(&token, "/api/v1/breaches?state=proposed").expect(200);
    let items = list.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    let path = format!("/api/v1/breaches/{}", items[0]["id"].as_str().unwrap());
    let read = desk.get(&token, &path).expect(200);
    (desk, token, path, read)
}

#[test]
fn a_breach_names_its_demand_its_service_its_reminders_and_its_last_day() {
    let (desk, token, _, read) = proposed();
    let breach = &read.body;
    assert_eq!(breach["due_on"], "2025-02-05");
    assert_eq!(breach["limitation"]["on"], "2025-08-05");
    assert!(
        breach["limitation"]["because"].as_str().unwrap().contains("6 months beginning with Thursday 6 February 2025")
    );
    assert_eq!(breach["demand"]["served_on"], "2025-01-22");
    assert_eq!(breach["demand"]["due"]["on"], "2025-02-05");
    assert_eq!(breach["demand"]["service"][0]["deemed"]["on"], "2025-01-22");
    assert!(!breach["reminders"].as_array().unwrap().is_empty());
    for (path, id) in [
        ("demands", &breach["demand"]["demand_id"]),
        ("checks", &breach["check_id"]),
        ("letters", &breach["reminders"].as_array().unwrap().last().unwrap()["letter_id"]),
    ] {
        desk.get(&token, &format!("/api/v1/{path}/{}", id.as_str().unwrap())).expect(200);
    }
}

#[test]
fn a_machine_never_confirms_however_many_nights_pass() {
    let (desk, token, path, _) = proposed();
    for night in ["2025-02-07", "2025-02-08", "2025-03-08"] {
        desk.world.night(night);
    }
    let breach = desk.get(&token, &path).expect(200).body;
    assert_eq!(breach["state"], "proposed");
    assert_eq!(breach["decided_by"], Value::Null);
}

#[test]
fn an_officer_confirms_once() {
    let (desk, token, path, read) = proposed();
    let confirmation = json!({ "reason": "Nothing came in by the due date.", "evidence": "Case notes 1 to 4" });
    let confirm = format!("{path}/confirmation");
    desk.post(&token, &confirm, "", &confirmation).expect(428);
    let confirmed = desk.post(&token, &confirm, &read.etag, &confirmation).expect(200);
    assert_eq!(confirmed.body["state"], "confirmed");
    assert_eq!(confirmed.body["evidence"], "Case notes 1 to 4");
    assert!(confirmed.body["decided_by"].is_string());
    assert_eq!(desk.post(&token, &confirm, &read.etag, &confirmation).expect(412).problem(), "stale");
    let now = desk.get(&token, &path).expect(200).etag;
    assert_eq!(desk.post(&token, &confirm, &now, &confirmation).expect(409).problem(), "breach-decided");
    let dismissal = json!({ "reason": "after all not" });
    desk.post(&token, &format!("{path}/dismissal"), &now, &dismissal).expect(409);
    let property = confirmed.body["property_id"].as_str().unwrap();
    let events = desk.get(&token, &format!("/api/v1/properties/{property}/events?limit=200")).expect(200).body;
    let last = events["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["kind"], "breach.confirmed");
    assert_eq!(serde_json::from_str::<Value>(last["body"].as_str().unwrap()).unwrap(), last["parsed"]);
}

#[test]
fn a_breach_is_dismissed_with_a_reason_or_not_at_all() {
    let (desk, token, path, read) = proposed();
    let dismiss = format!("{path}/dismissal");
    for empty in [json!({}), json!({ "reason": "" }), json!({ "reason": "  " })] {
        assert_eq!(desk.post(&token, &dismiss, &read.etag, &empty).expect(422).problem(), "invalid");
    }
    let dismissed = desk.post(&token, &dismiss, &read.etag, &json!({ "reason": "The home has no gas." })).expect(200);
    assert_eq!(dismissed.body["state"], "dismissed");
    assert_eq!(dismissed.body["reason"], "The home has no gas.");
}

#[test]
fn those_who_may_not_decide_or_see_breaches_cannot() {
    let (desk, _, path, read) = proposed();
    let body = json!({ "reason": "no" });
    let holder = desk.world.letters()[0].recipient_id;
    let auditor = desk.token(Role::Auditor, None);
    desk.get(&auditor, &path).expect(200);
    desk.post(&auditor, &format!("{path}/confirmation"), &read.etag, &body).expect(403);
    for token in [desk.token(Role::Landlord, Some(holder)), desk.token(Role::Partner, None)] {
        desk.get(&token, &path).expect(403);
        desk.post(&token, &format!("{path}/dismissal"), &read.etag, &body).expect(403);
    }
}

fn the_demand(desk: &Desk, token: &str, breach: &Reply) -> (String, Reply) {
    let path = format!("/api/v1/demands/{}", breach.body["demand"]["demand_id"].as_str().unwrap());
    let demand = desk.get(token, &path).expect(200);
    (path, demand)
}

#[test]
fn a_breach_is_taken_back_when_its_demand_comes_back_or_is_withdrawn() {
    for (way, why) in [("returns", "the demand came back"), ("withdrawal", "the demand was withdrawn")] {
        let (desk, token, path, read) = proposed();
        let (demand_path, demand) = the_demand(&desk, &token, &read);
        let leader = desk.token(Role::TeamLeader, None);
        let mut body = json!({ "reason": "gone away" });
        if way == "returns" {
            body["recipient_id"] = demand.body["recipients"][0]["id"].clone();
        }
        desk.post(&leader, &format!("{demand_path}/{way}"), &demand.etag, &body).expect(200);
        let now = desk.get(&token, &path).expect(200);
        assert_eq!((&now.body["state"], &now.body["decided_by"]), (&json!("withdrawn"), &Value::Null), "{way}");
        assert!(now.body["reason"].as_str().unwrap().contains(why), "{:#}", now.body);
        let confirm = desk.post(&token, &format!("{path}/confirmation"), &now.etag, &json!({ "reason": "missed" }));
        assert_eq!(confirm.expect(409).problem(), "breach-decided");
        desk.world.night("2025-02-07");
        assert_eq!(desk.world.breaches().len(), 1, "{way}: no night proposes it anew");
    }
}

#[test]
fn an_answer_that_came_in_time_and_was_entered_late_is_assessed_before_the_breach_is_decided() {
    for (outcome, state) in [("accepted", "withdrawn"), ("rejected", "proposed")] {
        let (desk, token, path, read) = proposed();
        let (demand_path, demand) = the_demand(&desk, &token, &read);
        let item = demand.body["items"][0]["id"].as_str().unwrap().to_owned();
        let answer = json!({
            "kind": "document", "received_at": "2025-02-05T20:00:00Z",
            "record": { "kind": "inspection_record", "checked_on": "2025-01-10", "signed_by": "A Khan", "remarks": "none found" },
        });
        let answered =
            desk.post(&token, &format!("{demand_path}/items/{item}/responses"), &demand.etag, &answer).expect(201);
        let confirm = format!("{path}/confirmation");
        let reason = json!({ "reason": "missed" });
        assert_eq!(desk.post(&token, &confirm, &read.etag, &reason).expect(409).problem(), "answer-waits");
        let verdict = json!({ "response_id": answered.body["id"], "outcome": outcome, "reason": "looked at" });
        desk.post(&token, &format!("{demand_path}/assessments"), &answered.etag, &verdict).expect(200);
        let now = desk.get(&token, &path).expect(200);
        assert_eq!(now.body["state"], state, "{outcome}");
        if outcome == "rejected" {
            desk.post(&token, &confirm, &now.etag, &reason).expect(200);
        }
    }
}

#[test]
fn a_breach_under_a_licence_that_had_ended_by_its_due_date_is_taken_back() {
    let (desk, token, path, read) = proposed();
    let licence = format!("/api/v1/licences/{}", read.body["licence_id"].as_str().unwrap());
    let etag = desk.get(&token, &licence).expect(200).etag;
    let leader = desk.token(Role::TeamLeader, None);
    let died = json!({ "step": "holder_died", "on": "2025-02-04" });
    desk.post(&leader, &format!("{licence}/steps"), &etag, &died).expect(200);
    let now = desk.get(&token, &path).expect(200).body;
    assert_eq!(
        (&now["state"], &now["reason"]),
        (&json!("withdrawn"), &json!("the licence was not in force on that day"))
    );
}
