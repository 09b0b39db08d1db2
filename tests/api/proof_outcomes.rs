//! The proof file of a breach after what seldom happens: appeals, a prosecution, more time, each told through the API.

use serde_json::{Value, json};

use crate::enforcement::{by_hand, draft, on_case, step};
use crate::proof_file::{missed, on, opened, take, varied};
use crate::support::case::go_to;
use crate::support::print::Printed;
use crate::support::server::Server;

/// A breach that was confirmed, and its enforcement case with sufficient evidence, on 8 March 2025: licence, breach, case.
fn investigated(server: &Server) -> (String, String, String) {
    let (licence, home) = varied(server);
    let breach = missed(server, &licence);
    let case = opened(server, &home, &breach);
    (licence, breach, case)
}

fn report(server: &Server, breach: &str) -> Printed {
    take(&server.amy(), breach).1
}

/// A penalty of £5000 by a final notice that was handed over on 6 April 2025, of which £2000 is paid.
fn imposed(server: &Server, case: &str) {
    let (amy, tom) = (server.amy(), server.tom());
    step(&tom, case, json!({ "step": "choose_penalty", "reason": "In the public interest." })).expect(200);
    on_case(&amy, case, "notices", &draft("intent", 600_000)).expect(200);
    step(&tom, case, json!({ "step": "approve_intent" })).expect(200);
    on_case(&amy, case, "service", &by_hand("intent", "2025-03-08T09:00:00")).expect(200);
    go_to(server, "2025-04-06");
    step(&tom, case, json!({ "step": "end_representations" })).expect(200);
    on_case(&amy, case, "notices", &draft("final", 600_000)).expect(200);
    step(&tom, case, json!({ "step": "approve_final" })).expect(200);
    on_case(&amy, case, "service", &by_hand("final", "2025-04-06T08:30:00")).expect(200);
    let paid =
        json!({ "reference": "BACS 1", "received_on": "2025-04-06", "pence": 200_000, "method": "bank_transfer" });
    amy.post(&format!("/enforcement/{case}/account/payments"), &paid).expect(201);
}

#[test]
fn an_appeal_against_the_penalty_and_what_the_tribunal_made_of_it_are_in_the_proof_file() {
    let server = Server::start();
    let (_, breach, case) = investigated(&server);
    imposed(&server, &case);
    step(&server.amy(), &case, json!({ "step": "appeal", "reference": "MAN/7", "lodged_on": "2025-04-06" }))
        .expect(200);
    report(&server, &breach).must_say(&[
        "Appeal against the penalty Reference MAN/7 Lodged Sunday 6 April 2025 In time yes Outcome not decided",
    ]);
    for (outcome, pence, says) in [
        ("confirmed", Value::Null, "Outcome confirmed Decided Monday 2 June 2025 Order So ordered."),
        ("varied", json!(350_000), "Outcome varied Decided Monday 2 June 2025 Amount £3500.00 Order So ordered."),
        ("cancelled", Value::Null, "Outcome cancelled Decided Monday 2 June 2025 Order So ordered."),
    ] {
        let server = Server::start();
        let (_, breach, case) = investigated(&server);
        imposed(&server, &case);
        let late = json!({ "step": "appeal", "reference": "MAN/7", "lodged_on": "2025-05-30" });
        go_to(&server, "2025-06-02");
        step(&server.amy(), &case, late).expect(200);
        let decision = json!({
            "step": "decide_appeal", "outcome": outcome, "pence": pence, "decided_on": "2025-06-02", "order": "So ordered.",
        });
        step(&server.tom(), &case, decision).expect(200);
        let report = report(&server, &breach);
        report.must_say(&["Lodged Friday 30 May 2025 In time no", says, "BACS 1"]);
        assert_eq!(report.says("To be paid by"), outcome != "cancelled", "{outcome}");
    }
}

#[test]
fn a_prosecution_is_in_the_proof_file_from_the_choice_to_the_order() {
    let server = Server::start();
    let (_, breach, case) = investigated(&server);
    step(&server.tom(), &case, json!({ "step": "choose_prosecution", "reason": "He did it before." })).expect(200);
    let chosen = report(&server, &breach);
    chosen.must_say(&["As it stands file to legal", "Path prosecution", "He did it before."]);
    assert!(!chosen.says("Section 13: notice of intent"), "a prosecution has none");
    let begun = json!({ "step": "go_to_court", "reference": "T2025/1", "begun_on": "2025-03-08" });
    step(&server.amy(), &case, begun).expect(200);
    report(&server, &breach).must_say(&["Prosecution Reference T2025/1 Begun Saturday 8 March 2025"]);
    go_to(&server, "2025-06-02");
    let ended = json!({
        "step": "end_prosecution", "outcome": "convicted", "ended_on": "2025-06-02", "order": "Fined £4000.",
    });
    step(&server.amy(), &case, ended).expect(200);
    report(&server, &breach).must_say(&["Outcome convicted Ended Monday 2 June 2025 Order Fined £4000."]);
}

#[test]
fn more_time_for_a_notice_of_intent_is_in_the_proof_file_with_who_proposed_and_who_approved_it() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (_, breach, case) = investigated(&server);
    go_to(&server, "2025-09-08");
    let more = json!({
        "step": "propose_extension", "ground": "continuing_conduct", "last_on": "2025-08-30",
        "reason": "Visited, still none.",
    });
    step(&amy, &case, more).expect(200);
    let proposed = report(&server, &breach);
    proposed.must_say(&["More time continuing conduct Because Visited, still none. Proposed by Amy"]);
    assert!(!proposed.says("Approved by Tom"));
    step(&tom, &case, json!({ "step": "approve_extension" })).expect(200);
    report(&server, &breach).must_say(&["Approved by Tom", "Notice of intent by, then"]);
}

#[test]
fn an_agreed_wait_for_an_answer_and_an_appeal_against_the_licence_are_in_the_proof_file() {
    let server = Server::start();
    let amy = server.amy();
    let (licence, home) = varied(&server);
    let grant = amy.walk("/notices?kind=variation")[0]["id"].as_str().unwrap().to_owned();
    let appeal = json!({ "reference": "MAN/9", "appellant_id": server.khan_id, "lodged_on": "2025-02-17" });
    let appeal = amy.post(&format!("/notices/{grant}/appeals"), &appeal).expect(201);
    let breach = missed(&server, &licence);
    report(&server, &breach).must_say(&["MAN/9", "in time", "not decided"]);
    let ordered = json!({ "outcome": "dismissed", "decided_on": "2025-03-08", "ordered": "The appeal is dismissed." });
    let path = format!("/appeals/{}/decision", appeal.body["id"].as_str().unwrap());
    server.tom().post_on(&appeal.etag(), &path, &ordered).expect(200);
    report(&server, &breach).must_say(&["dismissed, Saturday 8 March 2025", "The appeal is dismissed."]);

    let demand = format!("/demands/{}", amy.walk(&format!("/demands?property_id={home}"))[0]["id"].as_str().unwrap());
    let items = amy.get(&demand).expect(200).body["items"].clone();
    let item = items.as_array().unwrap().iter().find(|item| item["condition"] == "9.6").unwrap()["id"].clone();
    let wait = json!({ "until": "2025-03-20", "reason": "He was in hospital." });
    on(&amy, &demand, &format!("items/{}/forbearance", item.as_str().unwrap()), &wait);
    report(&server, &breach).must_say(&[
        "Due on Friday 7 March 2025",
        "Agreed to wait until Thursday 20 March 2025; the due date stands",
        "He was in hospital.",
    ]);
}
