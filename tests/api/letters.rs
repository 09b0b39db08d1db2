//! Letters through HTTP: as sent, to whom, and in what state; and by whom they may be read.

use chrono::TimeDelta;
use selective_licensing::domain::actor::Role;
use selective_licensing::domain::party::Party;
use serde_json::json;

use crate::support::desk::Desk;

#[test]
fn a_letter_is_shown_as_it_was_sent_and_called_accepted_by_the_relay() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let licence = desk.world.licensed_home(&khan, None);
    desk.world.served_demand(&licence, &["9.6"], "2025-01-22");
    desk.world.night("2025-01-29");
    desk.world.post();
    let token = desk.token(Role::Auditor, None);
    let list = desk.get(&token, "/api/v1/letters?kind=digest").expect(200).body;
    let listed = list["items"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].get("text"), None, "a list does not carry the text of every letter");
    let letter = desk.get(&token, &format!("/api/v1/letters/{}", listed[0]["id"].as_str().unwrap())).expect(200).body;
    assert_eq!(letter["state"], "accepted");
    assert_eq!(letter["state_in_words"], "accepted by the relay");
    assert!(!letter.to_string().to_lowercase().contains("delivered\""));
    assert!(letter["text"].as_str().unwrap().contains("Wednesday 5 February 2025"));
    assert!(letter["html"].as_str().unwrap().contains("Wednesday 5 February 2025"));
    assert_eq!(letter["attempts"][0]["outcome"], "accepted");
    assert_eq!(letter["reminders"][0]["rung"], -7);
    assert_eq!(letter["reminders"][0]["due_on"], "2025-02-05");
}

#[test]
fn a_landlord_reads_their_own_letters_and_those_of_others_are_not_there() {
    let desk = Desk::open();
    let (khan, lee) = (desk.world.khan(), desk.world.landlord("Ms B Lee", true));
    for holder in [&khan, &lee] {
        let licence = desk.world.licensed_home(holder, None);
        desk.world.issued_demand(&licence, &["9.6"]);
    }
    let token = desk.token(Role::Landlord, Some(khan.id));
    let own = desk.get(&token, "/api/v1/letters").expect(200).body["items"].as_array().unwrap().clone();
    assert_eq!(own.len(), 1);
    for letter in desk.world.letters() {
        let status = if letter.recipient_id == khan.id { 200 } else { 404 };
        desk.get(&token, &format!("/api/v1/letters/{}", letter.id)).expect(status);
    }
    let own = format!("/api/v1/letters/{}/posting", own[0]["id"].as_str().unwrap());
    desk.post(&token, &own, "\"1\"", &json!({ "posted_on": "2025-01-02", "method": "left_at_address" })).expect(403);
}

#[test]
fn a_letter_to_print_is_a_task_until_an_officer_posts_it() {
    let desk = Desk::open();
    let holder = desk.world.landlord("Mrs C Paper", false);
    let licence = desk.world.licensed_home(&holder, None);
    desk.world.issued_demand(&licence, &["9.6"]);
    desk.world.post();
    let token = desk.token(Role::Officer, None);
    let tasks = desk.get(&token, "/api/v1/tasks?open=true&kind=print_letter").expect(200).body;
    let task = tasks["items"][0].clone();
    let path = format!("/api/v1/letters/{}", task["letter_id"].as_str().unwrap());
    let letter = desk.get(&token, &path).expect(200);
    assert_eq!(letter.body["state"], "to_print");
    let case =
        desk.get(&token, &format!("/api/v1/properties/{}/events?limit=200", licence.property_id)).expect(200).body;
    let kinds =
        case["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(kinds.contains(&"letter.laid_out"), "{kinds:?}");
    assert!(letter.body["text"].is_string());
    let resent = desk.call("POST", &token, &format!("{path}/resending"), &letter.etag, None).expect(409);
    assert_eq!(resent.problem(), "letter-state");
    for (posting, problem) in [
        (json!({ "posted_on": "2025-01-03", "method": "first_class_post" }), "day-of-posting"),
        (json!({ "posted_on": "2025-01-01", "method": "first_class_post" }), "day-of-posting"),
        (json!({ "posted_on": "2025-01-02", "method": "portal" }), "not-on-paper"),
    ] {
        let refused = desk.post(&token, &format!("{path}/posting"), &letter.etag, &posting).expect(409);
        assert_eq!(refused.problem(), problem);
    }
    let how = json!({ "posted_on": "2025-01-02", "method": "first_class_post", "evidence": "certificate 4711" });
    let posted = desk.post(&token, &format!("{path}/posting"), &letter.etag, &how).expect(200);
    assert_eq!(posted.body["state"], "posted");
    assert_eq!(posted.body["reply"], "first class post on 2025-01-02; certificate 4711");
    desk.post(&token, &format!("{path}/posting"), &posted.etag, &how).expect(409);
    let task = desk.get(&token, &format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())).expect(200);
    assert!(task.body["closed_at"].is_string());
    let closure = json!({ "note": "again" });
    let path = format!("/api/v1/tasks/{}/closure", task.body["id"].as_str().unwrap());
    assert_eq!(desk.post(&token, &path, &task.etag, &closure).expect(409).problem(), "task-closed");
}

#[test]
fn a_letter_is_printed_from_what_was_sent_for_those_who_may_read_it() {
    let desk = Desk::open();
    let (khan, lee) = (desk.world.khan(), desk.world.landlord("Ms B Lee", false));
    for holder in [&khan, &lee] {
        let licence = desk.world.licensed_home(holder, None);
        desk.world.issued_demand(&licence, &["9.6"]);
    }
    let officer = desk.token(Role::Officer, None);
    let path = |holder: &Party| format!("/api/v1/letters/{}/pdf", desk.world.letters_to(holder.id)[0].id);
    let refused = desk.get(&officer, &path(&lee)).expect(409);
    assert_eq!(refused.problem(), "letter-not-written");
    desk.world.post();
    for holder in [&khan, &lee] {
        let own = desk.token(Role::Landlord, Some(holder.id));
        let (head, bytes) = desk.download_from(&own, &path(holder), "");
        for line in [
            "HTTP/1.1 200",
            "content-type: application/pdf",
            "content-disposition: attachment; filename=\"letter-2025-01-02-",
            "content-security-policy: sandbox; default-src 'none'",
            "x-content-type-options: nosniff",
        ] {
            assert!(head.contains(line), "{head}");
        }
        assert!(bytes.starts_with(b"%PDF-1.7"));
        desk.world.wait(TimeDelta::days(1));
        assert_eq!(desk.download_from(&officer, &path(holder), "").1, bytes, "it is what was sent");
    }
    desk.get(&desk.token(Role::Landlord, Some(khan.id)), &path(&lee)).expect(404);
}

#[test]
fn a_night_shows_what_it_did() {
    let desk = Desk::open();
    let licence = desk.world.licensed_home(&desk.world.khan(), None);
    desk.world.served_demand(&licence, &["9.6"], "2025-01-22");
    let run = desk.world.night("2025-02-06");
    let token = desk.token(Role::Auditor, None);
    let shown = desk.get(&token, &format!("/api/v1/checks/{}?limit=200", run.id)).expect(200).body;
    let of_state = |state: &str| {
        shown["reminders"]["items"].as_array().unwrap().iter().filter(|reminder| reminder["state"] == state).count()
    };
    assert_eq!(shown["run"]["reminders"], of_state("called"));
    assert_eq!(shown["run"]["superseded"], of_state("superseded"));
    assert_eq!((of_state("called"), of_state("superseded")), (1, 4));
    assert_eq!(shown["breaches"]["items"].as_array().unwrap().len(), 1);
    assert_eq!(shown["failures"], json!([]));
    let anchors = desk.get(&token, "/api/v1/anchors").expect(200).body;
    assert_eq!(anchors["items"][0]["night"], "2025-02-06");
    desk.get(&desk.token(Role::Partner, None), "/api/v1/anchors").expect(403);
}
