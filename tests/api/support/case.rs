//! A case made through the API, step by step, for the tests that begin where it has come to.

use selective_licensing::domain::calendar::london;
use serde_json::{Value, json};

use super::server::{Client, Reply, Server};

/// A house in Invented Street, number `number`.
pub(crate) fn house(number: u32) -> Value {
    json!({
        "address": format!("{number} Invented Street, Stockton-on-Tees"), "street": "Invented Street",
        "postcode": "ZZ18 1AA", "dwelling": "house", "gas_supplied": true,
    })
}

/// The five findings of s.88; the first is as said, the others are met.
pub(crate) fn findings(first_met: bool) -> Value {
    let names = [
        "holder_fit_and_proper",
        "holder_most_appropriate",
        "manager_appropriate",
        "manager_fit_and_proper",
        "management_arrangements_satisfactory",
    ];
    let each = names.iter().enumerate();
    each.map(|(place, name)| json!({ "finding": name, "met": place > 0 || first_met, "evidence": "Form 3, page 2" }))
        .collect()
}

/// Lets time pass until nine in the morning of that London day.
pub(crate) fn go_to(server: &Server, day: &str) {
    let nine = chrono::NaiveTime::from_hms_opt(9, 0, 0).unwrap();
    server.app.clock.advance_to(london::instant_at(day.parse().unwrap(), nine));
}

/// Takes a step from the newest state of an application; it must succeed.
#[track_caller]
pub(crate) fn step(person: &Client, application: &str, step: &Value) -> Reply {
    try_step(person, application, step).expect(200)
}

/// Tries a step from the newest state of an application.
pub(crate) fn try_step(person: &Client, application: &str, step: &Value) -> Reply {
    let path = format!("/applications/{application}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/steps"), step)
}

/// Mr Khan's application, through his agent, for a new house: just started.
pub(crate) fn application(server: &Server, number: u32) -> Reply {
    let amy = server.amy();
    let home = amy.post("/properties", &house(number)).expect(201).id();
    let form = json!({
        "property_id": home, "applicant_id": server.khan_id, "holder_id": server.khan_id, "agent_id": server.agency_id,
    });
    amy.post("/applications", &form).expect(201)
}

/// As [`application`], duly made and assessed on 22 January 2025, its consultation over on the day that it answers.
pub(crate) fn decision_due(server: &Server, number: u32) -> String {
    let amy = server.amy();
    let id = application(server, number).id();
    let officer = officer(server);
    for one in [
        json!({ "step": "submit", "on": "2025-01-20", "declarations_signed": true }),
        json!({ "step": "pay_part_a" }),
        json!({ "step": "find_complete" }),
        json!({ "step": "assign", "officer_id": officer }),
        json!({ "step": "record_findings", "findings": findings(true) }),
    ] {
        step(&amy, &id, &one);
    }
    serve_by_hand(&amy, &propose(&amy, &id, "proposed_grant").expect(201).id());
    go_to(server, "2025-02-14");
    step(&amy, &id, &json!({ "step": "end_consultation" }));
    id
}

/// Writes a proposal.
pub(crate) fn propose(person: &Client, application: &str, kind: &str) -> Reply {
    let form = json!({ "application_id": application, "kind": kind, "reasons": "See the findings on the file." });
    person.post("/notices", &form)
}

/// Changes a notice from its newest state.
pub(crate) fn on_notice(person: &Client, notice: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/notices/{notice}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body)
}

/// Issues a notice without letters and hands a copy to everybody who is not served, at eleven on that day.
#[track_caller]
pub(crate) fn serve_by_hand(person: &Client, notice: &str) -> Value {
    let read = || person.get(&format!("/notices/{notice}")).expect(200).body;
    if read()["state"] == "draft" {
        on_notice(person, notice, "issue", &json!({ "letters": false })).expect(200);
    }
    let dated = read()["dated_on"].as_str().unwrap().to_owned();
    for copy in read()["copies"].as_array().unwrap() {
        serve_copy(person, notice, copy["id"].as_str().unwrap(), &dated).expect(200);
    }
    read()
}

/// Hands over one copy at eleven on a day.
pub(crate) fn serve_copy(person: &Client, notice: &str, copy: &str, on: &str) -> Reply {
    let form =
        json!({ "recipient_id": copy, "method": "delivered_by_hand", "dispatched_at": format!("{on}T11:00:00") });
    on_notice(person, notice, "service", &form)
}

/// Amy's account.
pub(crate) fn officer(server: &Server) -> String {
    let found = server.app.db.read(|db| selective_licensing::storage::access::find_email(db, "amy@council.example"));
    found.unwrap().unwrap().id.to_string()
}

/// Mr Khan's licence for a new house, granted by Tom on 14 February 2025.
pub(crate) fn licence(server: &Server, number: u32) -> Reply {
    let id = decision_due(server, number);
    let tom = server.tom();
    let etag = tom.get(&format!("/applications/{id}")).etag();
    tom.post_on(&etag, &format!("/applications/{id}/grant"), &json!({})).expect(201)
}
