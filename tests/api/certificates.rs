//! Certificates and the duties with a date of their own that they meet, through HTTP.

use selective_licensing::domain::actor::Role;
use serde_json::json;

use crate::support::desk::Desk;

#[test]
fn an_accepted_gas_record_meets_its_duty_and_sets_the_next_with_the_reason() {
    let desk = Desk::open();
    let (khan, lee) = (desk.world.khan(), desk.world.landlord("Ms B Lee", true));
    let licence = desk.world.licensed_home(&khan, None);
    let landlord = desk.token(Role::Landlord, Some(khan.id));
    let officer = desk.token(Role::Officer, None);
    let sent = json!({
        "property_id": licence.property_id, "licence_id": licence.id,
        "record": { "kind": "gas_safety_record", "checked_on": "2025-01-02", "result": "satisfactory", "registration": "123456" },
    });
    let recorded = desk.post(&landlord, "/api/v1/certificates", "", &sent).expect(201);
    let path = format!("/api/v1/certificates/{}", recorded.body["id"].as_str().unwrap());
    assert_eq!(recorded.body["valid_until"]["on"], "2026-01-02");
    assert_eq!(recorded.body["current"], false);
    desk.get(&desk.token(Role::Landlord, Some(lee.id)), &path).expect(404);
    let read = desk.get(&landlord, &path).expect(200);
    let yearly = desk.get(&landlord, "/api/v1/obligations?kind=gas_yearly").expect(200).body;
    assert_eq!(yearly["items"][0]["standing"], "under_review", "a record in time waits for an officer");
    let accepted = json!({ "accepted": true, "reason": "In date, right address." });
    desk.post(&landlord, &format!("{path}/assessment"), &read.etag, &accepted).expect(403);
    let assessed = desk.post(&officer, &format!("{path}/assessment"), &read.etag, &accepted).expect(200);
    assert_eq!((&assessed.body["state"], &assessed.body["current"]), (&json!("accepted"), &json!(true)));

    let list = desk.get(&landlord, "/api/v1/obligations?kind=gas_yearly").expect(200).body;
    let of_state = |state: &str| {
        let found = list["items"].as_array().unwrap().iter().find(|one| one["state"] == state).cloned();
        found.unwrap_or_else(|| panic!("no duty is {state}: {list}"))
    };
    assert_eq!(of_state("met")["met_by"], recorded.body["id"]);
    let open = of_state("open");
    assert!(open["due"]["because"].as_str().unwrap().ends_with('.'));
    let path = format!("/api/v1/obligations/{}", open["id"].as_str().unwrap());
    let read = desk.get(&officer, &path).expect(200);
    let closed = desk.post(&officer, &format!("{path}/closure"), &read.etag, &json!({ "reason": "No gas any more." }));
    assert_eq!(closed.expect(200).body["standing"], "closed");
}
