//! What landlords and agents do for themselves, through HTTP.

use selective_licensing::domain::actor::Role;
use selective_licensing::domain::letter::Channel;
use serde_json::json;

use crate::support::desk::Desk;

#[test]
fn a_landlord_agrees_to_e_mail_and_takes_it_back_and_letters_follow() {
    let desk = Desk::open();
    let landlord = desk.world.landlord("Mrs C Paper", false);
    let token = desk.token(Role::Landlord, Some(landlord.id));
    assert_eq!(desk.get(&token, "/api/v1/me/consents").expect(200).body["items"], json!([]));
    let consent = json!({ "email": "paper@landlord.example", "scope": "all" });
    let given = desk.post(&token, "/api/v1/me/consents", "", &consent).expect(201);
    assert_eq!(given.body["how"], "given by themselves, signed in");

    let channel = || {
        let licence = desk.world.licensed_home(&landlord, None);
        desk.world.issued_demand(&licence, &["1"]);
        desk.world.post();
        desk.world.letters_to(landlord.id).last().unwrap().channel
    };
    assert_eq!(channel(), Channel::Email);
    let path = format!("/api/v1/me/consents/{}/withdrawal", given.body["id"].as_str().unwrap());
    let stranger = desk.token(Role::Landlord, Some(desk.world.khan().id));
    desk.post(&stranger, &path, &given.etag, &json!({})).expect(404);
    let withdrawn = desk.call("POST", &token, &path, &given.etag, None).expect(200);
    assert!(withdrawn.body["withdrawn_at"].is_string());
    assert_eq!(channel(), Channel::Paper);
    desk.post(&desk.token(Role::Officer, None), "/api/v1/me/consents", "", &consent).expect(403);
}

#[test]
fn a_reported_change_is_a_task_for_an_officer_and_only_about_ones_own_licence() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let licence = desk.world.licensed_home(&khan, None);
    let report = json!({ "licence_id": licence.id, "kind": "occupiers", "text": "Six people in two households since 3 January." });
    let token = desk.token(Role::Landlord, Some(khan.id));
    for _ in 0..2 {
        desk.post(&token, "/api/v1/me/changes", "", &report).expect(201);
    }
    let officer = desk.token(Role::Officer, None);
    let tasks = desk.get(&officer, "/api/v1/tasks?kind=change_reported&open=true").expect(200).body;
    assert_eq!(tasks["items"].as_array().unwrap().len(), 2, "each report is read by somebody");
    assert_eq!(tasks["items"][0]["detail"], report["text"]);
    assert!(tasks["items"][0]["title"].as_str().unwrap().contains("Mr A Khan reports a change (occupiers)"));
    let stranger = desk.token(Role::Landlord, Some(desk.world.landlord("Ms B Lee", true).id));
    desk.post(&stranger, "/api/v1/me/changes", "", &report).expect(404);
}
