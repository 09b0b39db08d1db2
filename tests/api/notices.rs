//! Notices under Schedule 5, told through the API: who gets them, when they count as served, and what follows.

use selective_licensing::domain::letter::{Channel, LetterKind, LetterState};
use serde_json::{Value, json};

use crate::support::case::{
    application, decision_due, findings, go_to, officer, on_notice, propose, serve_by_hand, serve_copy, step, try_step,
};
use crate::support::server::{Client, Server};

/// An application whose findings are recorded on 22 January 2025.
fn ready(server: &Server, number: u32, met: bool) -> String {
    let amy = server.amy();
    let id = application(server, number).id();
    for one in [
        json!({ "step": "submit", "on": "2025-01-20", "declarations_signed": true }),
        json!({ "step": "pay_part_a" }),
        json!({ "step": "find_complete" }),
        json!({ "step": "assign", "officer_id": officer(server) }),
        json!({ "step": "record_findings", "findings": findings(met) }),
    ] {
        step(&amy, &id, &one);
    }
    id
}

fn mortgagee(amy: &Client, home: &Value) -> Value {
    let lender = json!({ "kind": "company", "name": "Tees Building Society", "address": "1 Bank Street, Leeds" });
    let lender = amy.post("/parties", &lender).expect(201).id();
    let interest = json!({ "party_id": lender, "capacity": "mortgagee", "since": "2020-01-01" });
    amy.post(&format!("/properties/{}/interests", home.as_str().unwrap()), &interest).expect(201);
    json!(lender)
}

fn copy_of(notice: &Value, party: &Value) -> String {
    let copies = notice["copies"].as_array().unwrap();
    copies.iter().find(|copy| copy["party_id"] == *party).unwrap()["id"].as_str().unwrap().to_owned()
}

fn read(person: &Client, path: &str) -> Value {
    person.get(path).expect(200).body
}

#[test]
fn a_grant_with_a_mortgagee_who_was_served_late_is_consulted_on_until_their_period_ends() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let id = ready(&server, 1, true);
    let home = read(&amy, &format!("/applications/{id}"))["property_id"].clone();
    let lender = mortgagee(&amy, &home);
    try_step(&amy, &id, &json!({ "step": "propose_grant" })).refuses(422, "invalid", "unknown variant");
    let notice = propose(&amy, &id, "proposed_grant").expect(201);
    let (not, holder) = (notice.id(), json!(server.khan_id));
    assert_eq!(notice.body["stated"]["on"], "2025-02-13");
    propose(&amy, &id, "proposed_grant").refuses(409, "notice-open", "withdraw it first");
    let parties = notice.body["copies"].as_array().unwrap().iter().map(|copy| copy["capacity"].clone());
    assert_eq!(parties.collect::<Vec<_>>(), ["holder", "agent", "mortgagee"]);
    on_notice(&amy, &not, "issue", &json!({ "letters": false })).expect(200);
    serve_copy(&amy, &not, &copy_of(&notice.body, &holder), "2025-01-22").expect(200);
    serve_copy(&amy, &not, &copy_of(&notice.body, &json!(server.agency_id)), "2025-01-22").expect(200);
    let waiting = read(&amy, &format!("/applications/{id}"));
    assert_eq!((&waiting["stage"], &waiting["consultation"]), (&json!("proposal_ready"), &Value::Null));
    go_to(&server, "2025-02-05");
    let late = serve_copy(&amy, &not, &copy_of(&notice.body, &lender), "2025-02-05").expect(200).body;
    assert_eq!((&late["state"], &late["period"]["on"]), (&json!("served"), &json!("2025-02-20")));
    let consulting = read(&amy, &format!("/applications/{id}"));
    assert_eq!(consulting["consultation"]["on"], "2025-02-20", "from the last service, not from the first");
    go_to(&server, "2025-02-20");
    try_step(&amy, &id, &json!({ "step": "end_consultation" })).refuses(409, "consultation-running", "2025-02-20");

    let said = json!({ "party_id": lender, "text": "The holder is in arrears." });
    let said = amy.post(&format!("/notices/{not}/representations"), &said).expect(201);
    go_to(&server, "2025-02-21");
    try_step(&amy, &id, &json!({ "step": "end_consultation" })).refuses(409, "not-considered", "Tees Building Society");
    let consider = format!("/representations/{}/consideration", said.body["id"].as_str().unwrap());
    let words = json!({ "consideration": "Arrears do not bear on the management of this home." });
    amy.post_on(&said.etag(), &consider, &words).expect(200);
    amy.post_on(&said.etag(), &consider, &words).refuses(412, "stale", "read it again");
    let due = step(&amy, &id, &json!({ "step": "end_consultation" }));
    let granted = tom.post_on(&due.etag(), &format!("/applications/{id}/grant"), &json!({})).expect(201);
    let notices = amy.walk(&format!("/notices?application_id={id}"));
    let decision = notices.iter().find(|notice| notice["kind"] == "grant").unwrap();
    assert_eq!(decision["licence_id"], granted.body["id"]);
    assert_eq!((&decision["serve_by"]["on"], &decision["period"]["on"]), (&json!("2025-02-27"), &json!("2025-03-20")));
    assert_eq!(decision["copies"].as_array().unwrap().len(), 3, "everybody who could comment is told of the decision");
}

#[test]
fn a_proposal_goes_by_mail_where_notices_may_and_on_paper_else_and_each_letter_states_the_terms_and_the_last_day() {
    let server = Server::start();
    let amy = server.amy();
    let id = ready(&server, 1, true);
    let home = read(&amy, &format!("/applications/{id}"))["property_id"].clone();
    mortgagee(&amy, &home);
    let consent = json!({ "email": "khan@example.org", "scope": "all", "given_on": "2025-01-02", "how": "form" });
    amy.post(&format!("/parties/{}/consents", server.khan_id), &consent).expect(201);
    let limited = json!({ "email": "agency@example.org", "scope": "demands", "given_on": "2025-01-02", "how": "form" });
    amy.post(&format!("/parties/{}/consents", server.agency_id), &limited).expect(201);
    server.world.check(server.world.today());
    let anchors = server.world.read(|db| selective_licensing::storage::events::anchors_after(db, 0, 10));
    let seal = &anchors.last().unwrap().hash;
    let not = propose(&amy, &id, "proposed_grant").expect(201).id();
    on_notice(&amy, &not, "issue", &json!({ "letters": true })).expect(200);
    server.world.post();
    let mut letters = server.world.letters();
    letters.retain(|letter| letter.kind == LetterKind::Notice);
    let went = |letter: &selective_licensing::domain::letter::Letter| (letter.channel, letter.state);
    let wanted = [
        (Channel::Email, LetterState::Accepted),
        (Channel::Paper, LetterState::ToPrint),
        (Channel::Paper, LetterState::ToPrint),
    ];
    letters.sort_by_key(|letter| letter.channel == Channel::Paper);
    assert_eq!(letters.iter().map(went).collect::<Vec<_>>(), wanted, "a consent to demands does not cover notices");
    for letter in &letters {
        let text = letter.text.as_deref().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [
            "Write to us by Thursday 13 February 2025",
            "See the findings on the file.",
            "Licence holder: Mr A Khan",
            "Length: 5 years",
            "Condition 1: Gas safety record",
            "records up to Wednesday 22 January 2025 are sealed",
            seal,
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(letter.subject.as_deref().unwrap().starts_with("Notice: we propose to grant a licence: 1 Invented"));
        assert_eq!(letter.template.as_deref(), Some("A4/2"));
    }
    let notice = read(&amy, &format!("/notices/{not}"));
    let copy = |party: &str| {
        notice["copies"].as_array().unwrap().iter().find(|copy| copy["party_id"] == party).unwrap().clone()
    };
    let holder = copy(&server.khan_id.to_string());
    assert_eq!((&holder["state"], &holder["method"]), (&json!("served"), &json!("email")));
    assert!(holder["deemed"]["because"].as_str().unwrap().len() > 20, "{holder:#}");
    assert_eq!(copy(&server.agency_id.to_string())["state"], "sent");

    let batch = amy.post("/letter-batches", &json!({})).expect(201);
    let posting = json!({ "posted_on": "2025-01-22", "method": "first_class_post" });
    let path = format!("/letter-batches/{}/posting", batch.id());
    let posted = amy.post_on(&batch.etag(), &path, &posting).expect(200).body;
    assert!(posted["letters"].as_array().unwrap().iter().all(|one| one["left_out"].is_null()), "{posted:#}");
    let served = read(&amy, &format!("/notices/{not}"));
    assert_eq!((&served["state"], &served["served_on"]), (&json!("served"), &json!("2025-01-24")));
    assert_eq!(served["period"]["on"], "2025-02-13", "the stated day is later than 8 February");
    let consulting = read(&amy, &format!("/applications/{id}"));
    assert_eq!(
        (&consulting["stage"], &consulting["consultation"]["on"]),
        (&json!("consulting_grant"), &json!("2025-02-13"))
    );
}

#[test]
fn a_notice_that_went_out_before_is_entered_with_its_own_dates_and_one_that_comes_back_stops_the_clock() {
    let server = Server::start();
    let amy = server.amy();
    let id = ready(&server, 1, false);
    propose(&amy, &id, "proposed_grant").refuses(409, "findings-not-met", "holder_fit_and_proper");
    let not = propose(&amy, &id, "proposed_refusal").expect(201).id();
    let served = serve_by_hand(&amy, &not);
    let consulting = read(&amy, &format!("/applications/{id}"));
    assert_eq!(
        (&consulting["stage"], &consulting["consultation"]["on"]),
        (&json!("consulting_refusal"), &json!("2025-02-13"))
    );
    go_to(&server, "2025-01-27");
    let copy = copy_of(&served, &json!(server.agency_id));
    let back = json!({ "recipient_id": copy, "reason": "gone away" });
    assert_eq!(on_notice(&amy, &not, "returns", &back).expect(200).body["state"], "issued");
    go_to(&server, "2025-03-10");
    try_step(&amy, &id, &json!({ "step": "end_consultation" })).refuses(409, "not-served", "came back");
    on_notice(&amy, &not, "again", &json!({ "recipient_id": copy })).expect(200);
    on_notice(&amy, &not, "again", &json!({ "recipient_id": copy })).refuses(409, "not-returned", "record the return");
    serve_copy(&amy, &not, &copy, "2025-03-10").expect(200);
    let again = read(&amy, &format!("/applications/{id}"));
    assert_eq!(again["consultation"]["on"], "2025-03-25");
    let newcomer = mortgagee(&amy, &consulting["property_id"]);
    let known = json!({ "party_id": newcomer, "capacity": "mortgagee" });
    let more = on_notice(&amy, &not, "recipients", &known).expect(200).body;
    assert_eq!(more["stated"]["on"], "2025-04-01");
    assert_eq!(read(&amy, &format!("/applications/{id}"))["consultation"], Value::Null);
}

#[test]
fn a_refusal_that_the_tribunal_overturns_becomes_a_licence_from_the_day_that_it_orders() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let id = ready(&server, 1, false);
    serve_by_hand(&amy, &propose(&amy, &id, "proposed_refusal").expect(201).id());
    go_to(&server, "2025-02-14");
    step(&amy, &id, &json!({ "step": "end_consultation" }));
    let refused = step(&tom, &id, &json!({ "step": "refuse", "reason": "The holder is not fit and proper." })).body;
    assert_eq!((&refused["stage"], &refused["protects_applicant"]), (&json!("refused"), &json!(true)));
    let decision = amy.walk(&format!("/notices?application_id={id}&kind=refusal")).remove(0);
    assert_eq!((&decision["reasons"], &decision["period"]["on"]), (&refused["reason"], &json!("2025-03-13")));
    go_to(&server, "2025-03-14");
    assert_eq!(read(&amy, &format!("/applications/{id}"))["protects_applicant"], false, "the time for appeals is over");

    let lodge = format!("/notices/{}/appeals", decision["id"].as_str().unwrap());
    let appeal =
        json!({ "reference": "MAN/00EF/HML/2025/7", "appellant_id": server.khan_id, "lodged_on": "2025-03-10" });
    let early = json!({ "reference": "MAN/1", "lodged_on": "2025-02-13" });
    amy.post(&lodge, &early).refuses(409, "before-decision", "2025-02-14");
    let appeal = amy.post(&lodge, &appeal).expect(201);
    assert_eq!(appeal.body["is_in_time"], true);
    assert_eq!(read(&amy, &format!("/applications/{id}"))["protects_applicant"], true, "while the appeal runs");
    let decide = format!("/appeals/{}/decision", appeal.body["id"].as_str().unwrap());
    go_to(&server, "2025-10-01");
    let order = "The council is to grant a licence for five years from 14 February 2025.";
    let allowed = json!({ "outcome": "allowed", "decided_on": "2025-09-20", "ordered": order });
    amy.post_on(&appeal.etag(), &decide, &allowed).refuses(403, "forbidden", "role");
    tom.post_on(&appeal.etag(), &decide, &allowed).expect(200);
    let listed = read(&amy, &format!("/applications/{id}/appeals"));
    assert_eq!((&listed["items"][0]["outcome"], &listed["items"][0]["ordered"]), (&json!("allowed"), &json!(order)));
    let open = amy.get(&format!("/applications/{id}")).expect(200);
    assert_eq!((&open.body["stage"], &open.body["ended_on"]), (&json!("decision_due"), &Value::Null));

    let back = json!({ "starts_on": "2025-02-14" });
    let grant = format!("/applications/{id}/grant");
    tom.post_on(&open.etag(), &grant, &back).refuses(409, "back-dated-without-authority", "start_authority");
    let back = json!({ "starts_on": "2025-02-14", "start_authority": "MAN/00EF/HML/2025/7", "reasons": order });
    let licence = tom.post_on(&open.etag(), &grant, &back).expect(201).body;
    let dates = ["granted_on", "starts_on", "start_authority"].map(|key| licence[key].clone());
    assert_eq!(dates, ["2025-10-01", "2025-02-14", "MAN/00EF/HML/2025/7"]);
}

#[test]
fn a_proposal_is_withdrawn_and_modified_and_a_decision_stands() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let id = decision_due(&server, 1);
    let modified = propose(&amy, &id, "proposed_grant").expect(201);
    assert_eq!((&modified.body["is_modified"], &modified.body["stated"]["on"]), (&json!(true), &json!("2025-03-01")));
    let why = json!({ "reason": "The years were wrong" });
    assert_eq!(on_notice(&amy, &modified.id(), "withdrawal", &why).expect(200).body["state"], "withdrawn");
    on_notice(&amy, &modified.id(), "withdrawal", &why).refuses(409, "notice-state", "withdrawn");
    let again = propose(&amy, &id, "proposed_grant").expect(201).id();
    assert_eq!(serve_by_hand(&amy, &again)["period"]["on"], "2025-03-01");
    go_to(&server, "2025-03-02");
    let due = step(&amy, &id, &json!({ "step": "end_consultation" }));
    let grant = format!("/applications/{id}/grant");
    let reasons = json!({ "reasons": "All is well with this home." });
    tom.post_on(&due.etag(), &grant, &reasons).expect(201);
    let notices = amy.walk("/notices?kind=grant&state=issued");
    assert_eq!(notices[0]["reasons"], "All is well with this home.");
    let decision = notices[0]["id"].as_str().unwrap();
    on_notice(&amy, decision, "withdrawal", &why).refuses(409, "decision-stands", "tribunal");
    let form = json!({ "application_id": id, "kind": "grant", "reasons": "no" });
    amy.post("/notices", &form).refuses(422, "invalid", "a decision makes its own notice");
    propose(&amy, &id, "proposed_refusal").refuses(409, "cannot-propose", "consultation");
    let said = json!({ "text": "Too late" });
    amy.post(&format!("/notices/{decision}/representations"), &said).refuses(409, "nothing-proposed", "proposal");
}

#[test]
fn the_reasons_of_a_notice_go_out_whole_however_long_they_are() {
    let server = Server::start();
    let amy = server.amy();
    let id = ready(&server, 1, true);
    let reasons = format!("{}in the end.", "The stairs have no handrail. ".repeat(137));
    let form = json!({ "application_id": id, "kind": "proposed_grant", "reasons": reasons });
    let notice = amy.post("/notices", &form).expect(201).id();
    on_notice(&amy, &notice, "issue", &json!({ "letters": true })).expect(200);
    server.world.post();
    let letters = server.world.letters();
    let letter = letters.iter().find(|letter| letter.kind == LetterKind::Notice).unwrap();
    let text = letter.text.as_deref().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&reasons), "{text}");
}
