//! Notices on the pages: everybody whom the council told reads what it proposes, says what they think, and reads the decision.

use serde_json::json;

use crate::support::case::{
    application, findings, go_to, licence, officer, on_notice, propose, serve_by_hand, serve_copy, step, try_step,
};
use crate::support::server::Server;

const KHAN: &str = "khan@landlord.example";

/// A proposal to grant Mr Khan a licence, written on 22 January 2025.
fn proposed(server: &Server) -> (String, String) {
    let amy = server.amy();
    let id = application(server, 1).id();
    for one in [
        json!({ "step": "submit", "on": "2025-01-20", "declarations_signed": true }),
        json!({ "step": "pay_part_a" }),
        json!({ "step": "find_complete" }),
        json!({ "step": "assign", "officer_id": officer(server) }),
        json!({ "step": "record_findings", "findings": findings(true) }),
    ] {
        step(&amy, &id, &one);
    }
    let notice = propose(&amy, &id, "proposed_grant").expect(201).id();
    (id, notice)
}

fn tasks(server: &Server) -> Vec<serde_json::Value> {
    server.amy().walk("/tasks?kind=representation_received&open=true")
}

#[test]
fn a_landlord_reads_the_proposal_comments_once_and_reads_the_decision() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (id, notice) = proposed(&server);
    let mut browser = server.browser(KHAN);
    assert!(browser.open("/notices").text().contains("We have not sent you a notice"));
    browser.get(&format!("/notices/{notice}")).expect(404);

    serve_by_hand(&amy, &notice);
    let due = browser.open("/due");
    assert!(due.text().contains("You may comment until Thursday 13 February 2025 (in 22 days)"), "{}", due.text());
    let listed = browser.open("/notices");
    let shown = browser.open(&listed.link("/notices/"));
    for words in [
        "We propose to grant a licence",
        "1 Invented Street",
        "Counts as received by you on Wednesday 22 January 2025",
        "Last day to comment Thursday 13 February 2025 (in 22 days)",
        "Licence holder Mr A Khan",
        "Length 5 years",
        "See the findings on the file.",
    ] {
        assert!(shown.text().contains(words), "{words}: {}", shown.text());
    }
    let form = browser.open(&shown.link("/comment"));
    let faulty = browser.submit(&form, &[("text", " ")]).expect(422);
    assert!(faulty.text().contains("Enter what you think of the proposal"));
    for _ in 0..2 {
        let back = browser.submit(&faulty, &[("text", "Five years are right.")]).expect(303).header("location");
        assert_eq!(back, format!("/notices/{notice}"));
    }
    let said = amy.walk(&format!("/notices/{notice}/representations"));
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!((&said[0]["party_id"], &said[0]["received_on"]), (&json!(server.khan_id), &json!("2025-01-22")));
    let waiting = tasks(&server);
    assert_eq!(waiting.len(), 1);
    assert!(waiting[0]["title"].as_str().unwrap().contains("Mr A Khan"), "{waiting:?}");
    assert!(browser.open(&back(&notice)).text().contains("Five years are right. We have received it."));

    go_to(&server, "2025-02-14");
    let mut browser = server.browser(KHAN);
    let late = browser.open(&format!("/notices/{notice}/comment"));
    assert!(late.text().contains("The last day to comment was Thursday 13 February 2025. We keep what you write"));
    try_step(&amy, &id, &json!({ "step": "end_consultation" })).refuses(409, "not-considered", "Mr A Khan");
    let consider = format!("/representations/{}/consideration", said[0]["id"].as_str().unwrap());
    amy.post_on(said[0]["etag"].as_str().unwrap(), &consider, &json!({ "consideration": "He agrees." })).expect(200);
    assert!(tasks(&server).is_empty(), "considered, so nothing is left to do");
    assert!(browser.open(&back(&notice)).text().contains("An officer has considered it."));

    let due = step(&amy, &id, &json!({ "step": "end_consultation" }));
    tom.post_on(&due.etag(), &format!("/applications/{id}/grant"), &json!({})).expect(201);
    let listed = browser.open("/notices");
    let decision = browser.open(&listed.link("/notices/"));
    assert!(decision.text().contains("A licence is granted"), "{}", decision.text());
    assert!(decision.text().contains("Last day to appeal Thursday 13 March 2025 (in 27 days)"), "{}", decision.text());
    assert!(decision.text().contains("First-tier Tribunal"));
    let proposal = browser.open(&back(&notice)).text();
    assert!(
        proposal.contains("Time to comment is over") && !proposal.contains("Comment on the proposal"),
        "{proposal}"
    );
    browser.submit(&late, &[("text", "Now I mind.")]).expect(409);
}

fn back(notice: &str) -> String {
    format!("/notices/{notice}")
}

#[test]
fn nobody_reads_or_answers_a_notice_that_was_sent_to_others() {
    let server = Server::start();
    let amy = server.amy();
    let (_, notice) = proposed(&server);
    serve_by_hand(&amy, &notice);
    let other = json!({ "kind": "person", "name": "Ms B Lowe", "address": "9 Other Street" });
    let other = amy.post("/parties", &other).expect(201).id();
    server.landlord("lowe@landlord.example", &other);
    let mut browser = server.browser("lowe@landlord.example");
    for path in [back(&notice), format!("/notices/{notice}/comment")] {
        browser.get(&path).expect(404);
    }
    assert!(browser.open("/notices").text().contains("We have not sent you a notice"));
    let form = server.browser(KHAN).open(&format!("/notices/{notice}/comment"));
    browser.submit(&form, &[("text", "Not mine.")]).expect(403);
    let own = browser.open("/details").form().fields.into_iter().find(|(name, _)| name == "token").unwrap().1;
    browser.submit(&form, &[("token", &own), ("text", "Not mine.")]).expect(404);
    assert!(amy.walk(&format!("/notices/{notice}/representations")).is_empty());
}

#[test]
fn a_withdrawn_proposal_takes_no_comment_and_says_why_it_was_withdrawn() {
    let server = Server::start();
    let amy = server.amy();
    let (_, notice) = proposed(&server);
    serve_by_hand(&amy, &notice);
    let mut browser = server.browser(KHAN);
    let form = browser.open(&format!("/notices/{notice}/comment"));
    on_notice(&amy, &notice, "withdrawal", &json!({ "reason": "The wrong house." })).expect(200);
    browser.submit(&form, &[("text", "Agreed.")]).expect(409);
    let shown = browser.open(&back(&notice)).text();
    assert!(shown.contains("We withdrew this notice: The wrong house.") && !shown.contains("Comment on"), "{shown}");
    assert!(!browser.open("/due").text().contains("You may comment"));
}

#[test]
fn the_holder_reads_what_a_variation_would_change() {
    let server = Server::start();
    let amy = server.amy();
    let licence = licence(&server, 1).id();
    let form = json!({
        "kind": "variation", "ground": "change_of_circumstances", "changes": { "terms": "No more than three people." },
        "reason": "The loft is not a bedroom.",
    });
    let proceeding = amy.post(&format!("/licences/{licence}/proceedings"), &form).expect(201).id();
    let form = json!({ "proceeding_id": proceeding, "kind": "proposed_variation", "reasons": "The loft is too low." });
    let notice = amy.post("/notices", &form).expect(201);
    on_notice(&amy, &notice.id(), "issue", &json!({ "letters": false })).expect(200);
    let copies = notice.body["copies"].as_array().unwrap();
    let khan = copies.iter().find(|copy| copy["party_id"] == json!(server.khan_id)).unwrap()["id"].as_str().unwrap();
    serve_copy(&amy, &notice.id(), khan, "2025-02-14").expect(200);
    let shown = server.browser(KHAN).open(&back(&notice.id())).text();
    for words in [
        "We propose to change a licence",
        "Terms of the licence: new No more than three people. in place of none",
        "The loft is too low.",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn whoever_asked_for_a_variation_comments_on_the_proposal_to_refuse_it() {
    let server = Server::start();
    let amy = server.amy();
    let licence = licence(&server, 1).id();
    let form = json!({
        "kind": "variation", "ground": "change_of_circumstances", "changes": { "terms": "Eight people may live there." },
        "asked_by": server.khan_id, "reason": "He asked for it.",
    });
    let proceeding = amy.post(&format!("/licences/{licence}/proceedings"), &form).expect(201).id();
    let form = json!({
        "proceeding_id": proceeding, "kind": "proposed_refusal_to_vary", "reasons": "The home has four rooms.",
    });
    let notice = amy.post("/notices", &form).expect(201).id();
    serve_by_hand(&amy, &notice);
    let mut browser = server.browser(KHAN);
    let shown = browser.open(&back(&notice));
    for words in [
        "We propose not to change a licence",
        "Terms of the licence: asked for Eight people may live there.",
        "You may comment",
    ] {
        assert!(shown.text().contains(words), "{words}: {}", shown.text());
    }
    let form = browser.open(&shown.link("/comment"));
    browser.submit(&form, &[("text", "There are eight rooms.")]).expect(303);
    assert!(browser.open(&back(&notice)).text().contains("There are eight rooms. We have received it."));
    let said = amy.walk(&format!("/notices/{notice}/representations"));
    assert_eq!(said[0]["text"], "There are eight rooms.");
}
