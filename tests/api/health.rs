//! What whoever watches over the service is told, without a token; and who one is with one.

use selective_licensing::domain::actor::Role;
use serde_json::Value;

use crate::support::desk::Desk;

#[test]
fn a_service_that_lives_says_so_without_a_token() {
    let desk = Desk::open();
    let health = desk.get("", "/health").expect(200);
    assert_eq!(health.body["status"], "ok");
}

#[test]
fn readiness_tells_of_the_last_night_and_of_what_waits() {
    let desk = Desk::open();
    let before = desk.get("", "/ready").expect(200).body;
    assert_eq!(before["ready"], true);
    assert_eq!(before["scheme"], "stockton-2024/1");
    assert_eq!(before["mail_held"], false);
    assert_eq!((&before["last_check"], &before["check_overdue"]), (&Value::Null, &Value::Bool(true)));

    let paper = desk.world.landlord("Mrs C Paper", false);
    let licence = desk.world.licensed_home(&paper, None);
    desk.world.night("2025-01-03");
    desk.world.issued_demand(&licence, &["9.6"]);
    assert_eq!(desk.get("", "/ready").expect(200).body["letters_waiting"], 1);
    desk.world.post();
    let after = desk.get("", "/ready").expect(200).body;
    assert_eq!(after["last_check"], "2025-01-03");
    assert_eq!(after["check_overdue"], false);
    assert_eq!((&after["letters_waiting"], &after["tasks_open"]), (&Value::from(0), &Value::from(1)));
    assert!(after["oldest_task_since"].as_str().unwrap().starts_with("2025-01-03T02:30:00"));

    for (at, overdue) in [("03:29", false), ("03:31", true)] {
        desk.world.go_to("2025-01-04", at);
        assert_eq!(desk.get("", "/ready").expect(200).body["check_overdue"], overdue, "{at}");
    }
}

#[test]
fn an_account_is_told_who_it_is_and_what_it_may_do() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let me = desk.get(&desk.token(Role::Landlord, Some(khan.id)), "/api/v1/me").expect(200).body;
    assert_eq!(me["role"], "landlord");
    assert_eq!(me["party_id"], khan.id.to_string());
    assert_eq!(
        me["may"],
        serde_json::json!(["read_scheme", "read_own_cases", "keep_own_details", "apply", "answer_demands"])
    );
    assert_eq!(desk.get("", "/api/v1/me").expect(401).problem(), "unauthorised");
}
