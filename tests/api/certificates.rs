//! Certificates and the duties with a date of their own that they meet, through HTTP.

use selective_licensing::domain::actor::Role;
use selective_licensing::domain::licence::Licence;
use serde_json::{Value, json};

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

fn assessed(desk: &Desk, officer: &str, licence: &Licence, record: &Value) -> Value {
    let sent = json!({ "property_id": licence.property_id, "licence_id": licence.id, "record": record });
    let recorded = desk.post(officer, "/api/v1/certificates", "", &sent).expect(201);
    let path = format!("/api/v1/certificates/{}/assessment", recorded.body["id"].as_str().unwrap());
    let accepted = json!({ "accepted": true, "reason": "It is the report of this home." });
    desk.post(officer, &path, &recorded.etag, &accepted).expect(200).body
}

#[test]
fn an_unsatisfactory_report_sets_its_work_with_reminders_and_the_confirmation_meets_it() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let licence = desk.world.licensed_home(&khan, None);
    let officer = desk.token(Role::Officer, None);
    let work = |state: &str| {
        let list = desk.get(&officer, &format!("/api/v1/obligations?kind=remedial_work&state={state}")).expect(200);
        list.body["items"].as_array().unwrap().clone()
    };
    let report = json!({
        "kind": "electrical_report", "checked_on": "2025-01-01", "result": "unsatisfactory", "codes": ["C2", "FI"],
        "address": "Flat 9, Elsewhere Road, TS20 1AA",
    });
    let report = assessed(&desk, &officer, &licence, &report);
    let doubts = report["doubts"].as_array().unwrap().iter().map(|doubt| doubt["kind"].as_str().unwrap());
    assert_eq!(doubts.collect::<Vec<_>>(), ["another_address", "unsatisfactory", "grave_codes"]);
    let open = work("open");
    assert_eq!((open.len(), &open[0]["due"]["on"], &open[0]["source_id"]), (1, &json!("2025-01-28"), &report["id"]));
    let because = open[0]["due"]["because"].as_str().unwrap();
    assert!(
        because.starts_with("28 days beginning with Wednesday 1 January 2025, the day of the electrical inspection")
    );

    desk.world.night("2025-01-14");
    desk.world.post();
    let reminder = desk.world.letters_to(khan.id).remove(0).text.unwrap();
    assert!(reminder.contains("the work is to be done by Tuesday 28 January 2025"), "{reminder}");
    desk.world.night("2025-01-29");
    assert!(desk.world.breaches().is_empty(), "undone work is no breach of a condition by itself");

    let done =
        json!({ "kind": "remedial_confirmation", "checked_on": "2025-01-27", "signed_by": "S Park, electrician" });
    assessed(&desk, &officer, &licence, &done);
    assert_eq!((work("open").len(), work("met_late").len()), (0, 1), "it came in on the 29th");
}
