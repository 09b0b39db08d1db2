//! The account of an application through the API: what falls due, what comes in, and what a step waits for.

use serde_json::{Value, json};

use crate::support::case::{application, findings, go_to, officer, propose, serve_by_hand, step, try_step};
use crate::support::server::{Client, Reply, Server};

/// Two periods: the fee went up on 1 January 2025, and has been in two parts since.
const DATED: &str = r#"
[fees]

[[fees.periods]]
from = 2024-11-01
to = 2024-12-31
total_pence = 60000
confirmed = true

[[fees.periods]]
from = 2025-01-01
total_pence = 65300
part_a_pence = 40000
confirmed = true

[[fees.periods.discounts]]
code = "accredited"
name = "Accredited"
pence = 5000
"#;

fn submit(on: &str) -> Value {
    json!({ "step": "submit", "on": on, "declarations_signed": true })
}

fn fees(person: &Client, id: &str) -> Value {
    person.get(&format!("/applications/{id}/fees")).expect(200).body
}

fn enter(person: &Client, id: &str, what: &str, body: &Value) -> Reply {
    person.post(&format!("/applications/{id}/fees/{what}"), body)
}

fn payment(reference: &str, pence: i32, part: &str) -> Value {
    json!({ "reference": reference, "received_on": "2025-01-22", "pence": pence, "part": part, "method": "card" })
}

fn reversal(entry: &Value, reason: &str) -> Value {
    json!({ "entry_id": entry["id"], "reason": reason })
}

fn part<'a>(fees: &'a Value, part: &str) -> &'a Value {
    fees["parts"].as_array().unwrap().iter().find(|one| one["part"] == part).unwrap()
}

/// Takes an application whose part A is paid to the end of its consultation.
fn to_the_decision(server: &Server, id: &str) {
    let amy = server.amy();
    step(&amy, id, &json!({ "step": "pay_part_a" }));
    step(&amy, id, &json!({ "step": "find_complete" }));
    step(&amy, id, &json!({ "step": "assign", "officer_id": officer(server) }));
    step(&amy, id, &json!({ "step": "record_findings", "findings": findings(true) }));
    serve_by_hand(&amy, &propose(&amy, id, "proposed_grant").expect(201).id());
    go_to(server, "2025-02-14");
    step(&amy, id, &json!({ "step": "end_consultation" }));
}

#[test]
fn a_part_that_is_not_paid_in_full_holds_the_application_and_says_what_is_outstanding() {
    let server = Server::with_fees(DATED);
    let amy = server.amy();
    let id = application(&server, 1).id();
    assert_eq!(fees(&amy, &id)["entries"], json!([]));
    enter(&amy, &id, "payments", &payment("P1", 1, "a")).refuses(409, "not-submitted", "record its submission");
    step(&amy, &id, &submit("2025-01-20"));
    let due = fees(&amy, &id);
    assert_eq!((&due["schedule"]["from"], &due["schedule"]["to"]), (&json!("2025-01-01"), &Value::Null));
    assert_eq!((&due["schedule"]["part_a_pence"], &due["schedule"]["part_b_pence"]), (&json!(40000), &json!(25300)));
    assert_eq!(
        (&due["entries"][0]["kind"], &due["entries"][0]["happened_on"]),
        (&json!("charge"), &json!("2025-01-20"))
    );
    let pay_part_a = json!({ "step": "pay_part_a" });
    try_step(&amy, &id, &pay_part_a).refuses(409, "fee-outstanding", "£400.00 of part a");

    let some = enter(&amy, &id, "payments", &payment("P1", 39_999, "a")).expect(201).body;
    assert_eq!((&part(&some, "a")["is_paid"], &some["total"]["outstanding_pence"]), (&json!(false), &json!(1)));
    try_step(&amy, &id, &pay_part_a).refuses(409, "fee-outstanding", "£0.01 of part a");
    let all = enter(&amy, &id, "payments", &payment("P2", 1, "a")).expect(201).body;
    assert_eq!(part(&all, "a")["is_paid"], true);
    assert_eq!(amy.get(&format!("/applications/{id}")).body["stage"], "submitted", "an officer takes it on");
    assert_eq!(step(&amy, &id, &pay_part_a).body["stage"], "paid_a");
}

#[test]
fn the_second_part_is_charged_when_it_is_asked_for_and_its_letter_says_what_is_outstanding() {
    let server = Server::with_fees(DATED);
    let amy = server.amy();
    let id = application(&server, 1).id();
    step(&amy, &id, &submit("2025-01-20"));
    enter(&amy, &id, "payments", &payment("P1", 40_000, "a")).expect(201);
    let claim = json!({ "code": "accredited", "claimed_by": server.khan_id });
    let claimed = enter(&amy, &id, "discounts", &claim).expect(201).body["entries"][2].clone();
    assert_eq!((&claimed["kind"], &claimed["pence"], &claimed["part"]), (&json!("claim"), &json!(5000), &json!("b")));
    let decision = format!("discounts/{}/decision", claimed["id"].as_str().unwrap());
    let allowed = enter(&amy, &id, &decision, &json!({ "allowed": true, "reason": "Register seen" })).expect(201).body;
    assert_eq!(allowed["total"]["discounted_pence"], 0, "part B is not charged yet");
    to_the_decision(&server, &id);

    step(&amy, &id, &json!({ "step": "request_part_b" }));
    let due = fees(&amy, &id);
    assert_eq!(part(&due, "b")["charged_pence"], 25_300);
    assert_eq!(part(&due, "b")["outstanding_pence"], 20_300);
    server.world.post();
    let letters = amy.walk("/letters?kind=application");
    let texts =
        letters.iter().map(|one| amy.get(&format!("/letters/{}", one["id"].as_str().unwrap())).expect(200).body);
    let texts = texts.map(|letter| letter["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(texts.iter().filter(|text| text.contains("£203.00, is due now")).count(), 1, "{texts:?}");

    let pay_part_b = json!({ "step": "pay_part_b" });
    try_step(&amy, &id, &pay_part_b).refuses(409, "fee-outstanding", "£203.00 of part b");
    let waived = json!({ "step": "pay_part_b", "waived_because": "The council's own error, see file note 4" });
    assert_eq!(step(&amy, &id, &waived).body["stage"], "decision_due");
    let home = amy.get(&format!("/applications/{id}")).body["property_id"].as_str().unwrap().to_owned();
    let events = amy.walk(&format!("/properties/{home}/events"));
    let moved = events.iter().rfind(|event| event["kind"] == "application.moved").unwrap();
    assert_eq!(moved["parsed"]["facts"]["waived_because"], waived["waived_because"]);
    assert_eq!(part(&fees(&amy, &id), "b")["outstanding_pence"], 20_300, "going on pays nothing");
}

#[test]
fn nobody_is_asked_by_letter_for_a_part_that_is_paid_already() {
    let server = Server::with_fees(DATED);
    let amy = server.amy();
    let id = application(&server, 1).id();
    step(&amy, &id, &submit("2025-01-20"));
    enter(&amy, &id, "payments", &payment("P1", 40_000, "a")).expect(201);
    enter(&amy, &id, "payments", &payment("P1", 25_300, "b")).expect(201);
    to_the_decision(&server, &id);
    let before = amy.walk("/letters?kind=application").len();
    step(&amy, &id, &json!({ "step": "request_part_b" }));
    assert_eq!(amy.walk("/letters?kind=application").len(), before);
    assert_eq!(step(&amy, &id, &json!({ "step": "pay_part_b" })).body["stage"], "decision_due");
}

#[test]
fn the_period_of_the_submission_holds_and_a_fee_without_parts_is_charged_once_and_holds_nothing() {
    let server = Server::with_fees(DATED);
    let amy = server.amy();
    let id = application(&server, 1).id();
    step(&amy, &id, &submit("2024-12-31"));
    let due = fees(&amy, &id);
    assert_eq!((&due["schedule"]["to"], &due["schedule"]["decided_by"]), (&json!("2024-12-31"), &json!("submission")));
    assert_eq!((&due["schedule"]["part_a_pence"], &due["parts"].as_array().unwrap().len()), (&Value::Null, &1));
    assert_eq!(part(&due, "whole")["outstanding_pence"], 60_000);
    enter(&amy, &id, "payments", &payment("P1", 1, "a")).refuses(409, "no-such-part", "its parts are whole");
    let claim = json!({ "code": "accredited", "claimed_by": server.khan_id });
    enter(&amy, &id, "discounts", &claim).refuses(409, "no-such-discount", "accredited");
    to_the_decision(&server, &id);
    step(&amy, &id, &json!({ "step": "request_part_b" }));
    step(&amy, &id, &json!({ "step": "pay_part_b" }));
    assert_eq!(fees(&amy, &id)["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn mistakes_are_reversed_in_sight_and_no_more_is_given_back_than_came_in() {
    let server = Server::with_fees(DATED);
    let amy = server.amy();
    let id = application(&server, 1).id();
    step(&amy, &id, &submit("2025-01-20"));
    let paid = enter(&amy, &id, "payments", &payment("P1", 4_000, "a")).expect(201).body["entries"][1].clone();
    enter(&amy, &id, "payments", &payment("P1", 4_000, "a")).refuses(409, "same-reference", "as entry 2");
    let refund = |pence: i32| {
        let reference = format!("R{pence}");
        json!({ "reference": reference, "paid_on": "2025-01-22", "pence": pence, "part": "a", "reason": "Withdrawn" })
    };
    enter(&amy, &id, "refunds", &refund(4_001)).refuses(409, "more-than-paid", "only £40.00");
    let given = enter(&amy, &id, "refunds", &refund(4_000)).expect(201).body["entries"][2].clone();
    enter(&amy, &id, "reversals", &reversal(&paid, "Bounced")).refuses(409, "was-refunded", "£40.00");
    enter(&amy, &id, "reversals", &reversal(&given, "Never sent")).expect(201);
    let after = enter(&amy, &id, "reversals", &reversal(&paid, "Typed wrong")).expect(201).body;
    assert_eq!(after["entries"][1]["reversed_by"], after["entries"][4]["id"]);
    assert_eq!((&after["total"]["paid_pence"], &after["total"]["outstanding_pence"]), (&json!(0), &json!(40_000)));
    enter(&amy, &id, "reversals", &reversal(&paid, "Again")).refuses(409, "already-reversed", "entry 2");
    let written_off = enter(&amy, &id, "reversals", &reversal(&after["entries"][0], "Charged in error")).expect(201);
    assert_eq!(written_off.body["total"]["outstanding_pence"], 0);
    step(&amy, &id, &json!({ "step": "pay_part_a" }));
    let figures = |on: &str| {
        let totals = amy.get(&format!("/reports/partnership?as_at={on}")).expect(200).body["totals"].clone();
        ["fees_charged_pence", "fees_paid_pence", "fees_refunded_pence"].map(|name| totals[name].as_i64().unwrap())
    };
    assert_eq!(figures("2025-01-22"), [0, 0, 0], "what was reversed by that day counts for nothing");
    assert_eq!(figures("2025-01-21"), [40_000, 0, 0], "the charge of the day of submission");

    let home = amy.get(&format!("/applications/{id}")).body["property_id"].as_str().unwrap().to_owned();
    let events = amy.walk(&format!("/properties/{home}/events"));
    let kinds = events.iter().map(|event| event["kind"].as_str().unwrap()).filter(|kind| kind.starts_with("fee."));
    let expected = ["fee.charged", "fee.paid", "fee.refunded", "fee.reversed", "fee.reversed", "fee.reversed"];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_entered_is_read_strictly_and_by_whom_it_may_be() {
    let server = Server::with_fees(DATED);
    let (amy, auditor) = (server.amy(), server.person("the auditor"));
    let id = application(&server, 1).id();
    step(&amy, &id, &submit("2025-01-20"));
    let mut late = payment("P1", 1, "a");
    late["received_on"] = json!("2025-01-23");
    enter(&amy, &id, "payments", &late).refuses(409, "in-future", "lies in the future");
    for (what, body, pointer) in [
        ("payments", payment("P1", 0, "a"), "/pence"),
        ("payments", payment("P1", -1, "a"), "/pence"),
        ("payments", payment("P\n1", 1, "a"), "/reference"),
        ("payments", payment("P1", 1, "c"), "/part"),
        ("reversals", json!({ "entry_id": "7", "reason": "x" }), "/entry_id"),
        (
            "discounts",
            json!({ "code": "accredited", "claimed_by": "0190a000-0000-7000-8000-000000000000" }),
            "/claimed_by",
        ),
    ] {
        enter(&amy, &id, what, &body).refuses(422, "invalid", pointer);
    }
    try_step(&amy, &id, &json!({ "step": "pay_part_a", "waived_because": " " })).refuses(
        422,
        "invalid",
        "/waived_because",
    );
    assert_eq!(fees(&auditor, &id)["entries"].as_array().unwrap().len(), 1);
    enter(&auditor, &id, "payments", &payment("P1", 1, "a")).refuses(403, "forbidden", "role");
    server.khan().get(&format!("/applications/{id}/fees")).refuses(403, "forbidden", "role");
    amy.get("/applications/0190a000-0000-7000-8000-000000000000/fees").refuses(404, "not-found", "");
}
