//! What the going, the coming back and the setting aside of a letter do to what it carries.

use selective_licensing::domain::letter::{Letter, LetterKind, LetterState};
use serde_json::{Value, json};

use crate::case_letters::{approved, asked, case, chosen, consent, newest, on_exemption, says, write};
use crate::enforcement::{by_hand, on_case, step};
use crate::support::case::{decision_due, go_to, house, on_notice, propose};
use crate::support::server::{Client, Reply, Server};
use crate::support::smtp_server::{Script, SmtpServer, Step};

/// Records that one letter was posted first class on that day, by itself.
fn post_alone(server: &Server, letter: &Letter, on: &str) -> Reply {
    let posting = json!({ "posted_on": on, "method": "first_class_post", "evidence": "certificate 4711" });
    on_letter(server, letter, "posting", &posting)
}

fn come_back(server: &Server, letter: &Letter) -> Reply {
    on_letter(server, letter, "return", &json!({ "reason": "gone away" }))
}

fn on_letter(server: &Server, letter: &Letter, what: &str, body: &Value) -> Reply {
    let path = format!("/letters/{}", letter.id);
    let etag = server.amy().get(&path).expect(200).etag();
    server.amy().post_on(&etag, &format!("{path}/{what}"), body)
}

fn state_of(server: &Server, letter: &Letter) -> Value {
    server.amy().get(&format!("/letters/{}", letter.id)).expect(200).body["state"].clone()
}

/// The tasks about a letter: each open one by its kind, and the notes of those that were closed.
fn tasks_about(server: &Server, letter: &Letter) -> (Vec<String>, Vec<String>) {
    let all = server.amy().walk("/tasks");
    let about = all.iter().filter(|task| task["letter_id"] == json!(letter.id));
    let (open, closed) = about.partition::<Vec<_>, _>(|task| task["closed_at"].is_null());
    let texts = |tasks: Vec<&Value>, field: &str| {
        tasks.iter().map(|task| task[field].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    (texts(open, "kind"), texts(closed, "note"))
}

fn exemption(server: &Server, id: &str) -> Value {
    server.amy().get(&format!("/exemptions/{id}")).expect(200).body
}

/// A case on 6 February 2025 whose notice of intent waits to be posted.
fn intent_to_post(server: &Server) -> (String, Letter) {
    let id = chosen(server);
    approved(server, &id, "intent");
    write(&server.amy(), &id, "intent").expect(200);
    (id, newest(server, LetterKind::Enforcement))
}

#[test]
fn a_letter_that_is_posted_by_itself_serves_what_it_carries() {
    let server = Server::start();
    let (id, letter) = intent_to_post(&server);
    let refused = json!({ "posted_on": "2025-02-06", "method": "email" });
    on_letter(&server, &letter, "posting", &refused).refuses(409, "not-on-paper", "by post or by hand");
    post_alone(&server, &letter, "2025-02-05").refuses(409, "day-of-posting", "2025-02-06");
    let posted = post_alone(&server, &letter, "2025-02-06").expect(200).body;
    assert_eq!(
        (&posted["state"], &posted["reply"]),
        (&json!("posted"), &json!("first class post on 2025-02-06; certificate 4711"))
    );
    let given = case(&server, &id);
    let service = &given["intent"]["service"];
    assert_eq!((&given["state"], &service["method"]), (&json!("intent_given"), &json!("first_class_post")));
    assert_eq!((&service["deemed"]["on"], &service["evidence"]), (&json!("2025-02-10"), &posted["reply"]));
    assert_eq!(tasks_about(&server, &letter).0, Vec::<String>::new());
    post_alone(&server, &letter, "2025-02-06").refuses(409, "letter-state", "posted");

    let home = server.amy().post("/properties", &house(7)).expect(201).id();
    let first = asked(&server, &home, "2025-02-06");
    on_exemption(&server.tom(), &first, "letters", &json!({ "letter": "notice" })).expect(200);
    post_alone(&server, &newest(&server, LetterKind::Exemption), "2025-02-06").expect(200);
    let served = exemption(&server, &first);
    assert_eq!((&served["state"], &served["served_on"]), (&json!("served"), &json!("2025-02-10")));
}

#[test]
fn a_notice_of_a_proposal_that_is_posted_by_itself_is_served_on_its_recipient() {
    let server = Server::start();
    let amy = server.amy();
    let id = decision_due(&server, 1);
    let notice = propose(&amy, &id, "proposed_grant").expect(201).id();
    on_notice(&amy, &notice, "issue", &json!({ "letters": true })).expect(200);
    let letter = newest(&server, LetterKind::Notice);
    let copy = |of: &Letter| {
        let notice = amy.get(&format!("/notices/{notice}")).expect(200).body;
        let copies = notice["copies"].as_array().unwrap().clone();
        copies.into_iter().find(|copy| copy["party_id"] == json!(of.recipient_id)).unwrap()
    };
    post_alone(&server, &letter, "2025-02-14").expect(200);
    assert_eq!((&copy(&letter)["state"], &copy(&letter)["deemed"]["on"]), (&json!("served"), &json!("2025-02-18")));
    come_back(&server, &letter).expect(200);
    assert_eq!(copy(&letter)["state"], "returned");
    come_back(&server, &letter).refuses(409, "letter-void", "came back already");

    let others = server.world.letters().into_iter();
    let mut waiting = others.filter(|other| other.kind == LetterKind::Notice && other.state == LetterState::ToPrint);
    let other = waiting.next_back().expect("a letter to somebody else waits");
    on_notice(&amy, &notice, "withdrawal", &json!({ "reason": "A mistake." })).expect(200);
    assert_eq!(state_of(&server, &other), "given_up");
    let (open, notes) = tasks_about(&server, &other);
    assert!(open.is_empty() && notes[0].contains("is withdrawn"), "{open:?} {notes:?}");
}

#[test]
fn a_letter_that_is_void_is_set_aside_and_its_task_is_done_at_once() {
    let server = Server::start();
    let amy = server.amy();
    let (id, first) = intent_to_post(&server);
    assert_eq!(tasks_about(&server, &first).0, ["print_letter"]);
    write(&amy, &id, "intent").expect(200);
    let (open, notes) = tasks_about(&server, &first);
    assert!(open.is_empty() && notes[0].contains("another letter took its place"), "{open:?} {notes:?}");
    assert_eq!(state_of(&server, &first), "given_up");
    post_alone(&server, &first, "2025-02-06").refuses(409, "letter-void", "another letter took its place");

    let second = newest(&server, LetterKind::Enforcement);
    on_case(&amy, &id, "service", &by_hand("intent", "2025-02-06T09:00:00")).expect(200);
    assert_eq!(state_of(&server, &second), "given_up");
    assert!(tasks_about(&server, &second).0.is_empty());
}

#[test]
fn a_letter_of_a_case_that_came_back_did_not_give_its_notice() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (id, letter) = intent_to_post(&server);
    come_back(&server, &letter).refuses(409, "letter-state", "to_print");
    post_alone(&server, &letter, "2025-02-06").expect(200);
    come_back(&server, &letter).expect(200);
    let lost = case(&server, &id);
    assert_eq!((&lost["state"], &lost["intent"]["service"]), (&json!("intent_approved"), &Value::Null));
    assert_eq!(lost["intent"]["letters"][0]["is_void"], true);
    come_back(&server, &letter).refuses(409, "letter-void", "came back already");

    write(&amy, &id, "intent").expect(200);
    post_alone(&server, &newest(&server, LetterKind::Enforcement), "2025-02-06").expect(200);
    go_to(&server, "2025-03-14");
    step(&tom, &id, json!({ "step": "end_representations" })).expect(200);
    approved(&server, &id, "final");
    write(&amy, &id, "final").expect(200);
    let letter = newest(&server, LetterKind::Enforcement);
    post_alone(&server, &letter, "2025-03-14").expect(200);
    go_to(&server, "2025-04-22");
    step(&amy, &id, json!({ "step": "become_debt" })).expect(200);
    come_back(&server, &letter).expect(200);
    let lost = case(&server, &id);
    assert_eq!((&lost["state"], &lost["pence"]), (&json!("final_approved"), &Value::Null), "nothing is due");
    let account = amy.get(&format!("/enforcement/{id}/account")).expect(200).body;
    assert_eq!(account["outstanding_pence"], 0);
}

#[test]
fn a_letter_about_a_reduction_is_set_aside_by_the_next_and_by_a_withdrawal_and_may_come_back() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (id, letter) = intent_to_post(&server);
    post_alone(&server, &letter, "2025-02-06").expect(200);
    go_to(&server, "2025-03-14");
    step(&tom, &id, json!({ "step": "end_representations" })).expect(200);
    approved(&server, &id, "final");
    on_case(&amy, &id, "service", &by_hand("final", "2025-03-14T09:00:00")).expect(200);
    let reduce = |pence: u32| {
        let body = json!({ "step": "reduce", "pence": pence, "reason": "Another team had the record." });
        step(&tom, &id, body).expect(200);
    };
    let reduction = || {
        write(&amy, &id, "reduction").expect(200);
        newest(&server, LetterKind::Enforcement)
    };
    reduce(400_000);
    let first = reduction();
    reduce(300_000);
    assert_eq!(state_of(&server, &first), "given_up", "it tells an amount that is not due any more");
    let second = reduction();
    post_alone(&server, &second, "2025-03-14").expect(200);
    come_back(&server, &second).expect(200);
    let third = reduction();
    step(&tom, &id, json!({ "step": "withdraw", "reason": "It was sent in time." })).expect(200);
    assert_eq!(state_of(&server, &third), "given_up");
    assert!(tasks_about(&server, &third).0.is_empty());
    let letters = case(&server, &id)["final_notice"]["letters"].clone();
    let told = letters.as_array().unwrap().iter().map(|one| (one["is_void"] == true, !one["service"].is_null()));
    assert_eq!(told.collect::<Vec<_>>(), [(true, false), (true, true), (true, false)]);
}

#[test]
fn an_exemption_notice_that_came_back_waits_to_be_served_anew_and_protects_as_before() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let first = asked(&server, &home, "2025-01-20");
    let write = |id: &str, body: &Value| {
        on_exemption(&tom, id, "letters", body).expect(200);
        newest(&server, LetterKind::Exemption)
    };
    let letter = write(&first, &json!({ "letter": "notice" }));
    post_alone(&server, &letter, "2025-01-22").expect(200);
    go_to(&server, "2025-01-30");
    come_back(&server, &letter).expect(200);
    let lost = exemption(&server, &first);
    assert_eq!((&lost["state"], &lost["served_on"], &lost["until"]), (&json!("notified"), &Value::Null, &Value::Null));
    assert_eq!((&lost["letters"][0]["is_void"], &lost["from"]), (&json!(true), &Value::Null));
    let again = write(&first, &json!({ "letter": "notice" }));
    post_alone(&server, &again, "2025-01-30").expect(200);
    let served = exemption(&server, &first);
    assert_eq!((&served["from"], &served["until"]), (&json!("2025-02-03"), &json!("2025-05-02")));

    go_to(&server, "2025-04-10");
    let second = asked(&server, &home, "2025-04-10");
    let lose = json!({ "step": "lose_service", "reason": "It was another Mr Khan." });
    on_exemption(&amy, &first, "steps", &lose).refuses(409, "exemption-followed", "EXE/2025/00002");
    let refuse = json!({ "step": "refuse", "on": "2025-04-10", "reasons": "No plan was shown." });
    on_exemption(&tom, &second, "steps", &refuse).expect(200);
    let letter = write(&second, &json!({ "letter": "refusal" }));
    post_alone(&server, &letter, "2025-04-10").expect(200);
    come_back(&server, &letter).expect(200);
    let told = exemption(&server, &second);
    assert_eq!((&told["state"], &told["letters"][0]["is_void"]), (&json!("refused"), &json!(true)));
    on_exemption(&amy, &first, "steps", &lose).expect(200);
    assert_eq!(exemption(&server, &first)["state"], "notified");
}

/// From now on, no enforcement case can be changed.
fn faulty_cases(server: &Server) {
    let database = &server.world.database;
    database.run(if database.is_postgres() {
        "ALTER TABLE enforcement_cases ADD CONSTRAINT fault CHECK (FALSE) NOT VALID"
    } else {
        "CREATE TRIGGER fault BEFORE UPDATE ON enforcement_cases BEGIN SELECT RAISE(ABORT, 'fault'); END"
    });
}

#[test]
fn a_letter_that_the_relay_accepted_is_not_sent_again_when_a_fault_keeps_it_from_being_served() {
    let server = Server::start();
    consent(&server);
    let id = chosen(&server);
    approved(&server, &id, "intent");
    write(&server.amy(), &id, "intent").expect(200);
    faulty_cases(&server);
    let letter = newest(&server, LetterKind::Enforcement);
    assert_eq!((letter.state, &case(&server, &id)["state"]), (LetterState::Accepted, &json!("intent_approved")));
    server.world.wait(chrono::TimeDelta::days(1));
    server.world.post();
    let now = server.amy().get(&format!("/letters/{}", letter.id)).expect(200).body;
    assert_eq!((&now["state"], &now["attempt"]), (&json!("accepted"), &json!(1)));
    let mails = server.world.mails();
    let went = mails.iter().filter(|(head, body)| format!("{head}{body}").contains(letter.id.to_string().as_str()));
    assert_eq!(went.count(), 1);
    assert_eq!(tasks_about(&server, &letter).0, ["serve_notice"]);
}

#[test]
fn a_letter_that_its_address_refused_is_not_sent_again_when_a_fault_keeps_what_it_carries_as_it_was() {
    let relay = SmtpServer::start(Script { rcpt: Step::Say("550 5.1.1 no such person"), ..Script::default() });
    let server = Server::with(&[
        ("LICENSING__MAIL__TRANSPORT", "smtp"),
        ("LICENSING__MAIL__SMTP__HOST", "127.0.0.1"),
        ("LICENSING__MAIL__SMTP__PORT", &relay.port().to_string()),
        ("LICENSING__MAIL__SMTP__TLS", "none"),
    ]);
    consent(&server);
    let id = chosen(&server);
    approved(&server, &id, "intent");
    write(&server.amy(), &id, "intent").expect(200);
    faulty_cases(&server);
    let letter = newest(&server, LetterKind::Enforcement);
    assert_eq!((letter.state, &case(&server, &id)["state"]), (LetterState::Refused, &json!("intent_approved")));
    server.world.wait(chrono::TimeDelta::days(1));
    server.world.post();
    let now = server.amy().get(&format!("/letters/{}", letter.id)).expect(200).body;
    assert_eq!((&now["state"], &now["attempt"]), (&json!("refused"), &json!(1)));
    let told = server.amy().walk("/tasks").into_iter().find(|task| task["letter_id"] == json!(letter.id)).unwrap();
    assert_eq!(told["kind"], "address_refused");
    assert!(told["title"].as_str().unwrap().contains("could not be marked as not served"), "{told:#}");
}

#[test]
fn a_letter_that_cannot_be_printed_is_left_out_of_a_batch_and_is_a_task() {
    let server = Server::start();
    let (id, letter) = intent_to_post(&server);
    let home = server.amy().post("/properties", &house(7)).expect(201).id();
    let first = asked(&server, &home, "2025-02-06");
    on_exemption(&server.tom(), &first, "letters", &json!({ "letter": "notice" })).expect(200);
    let bad = newest(&server, LetterKind::Exemption);
    let break_it = format!(
        "UPDATE letters SET html = '<html><body><main><video></video></main></body></html>' WHERE id = '{}'",
        bad.id
    );
    server.world.database.run(&break_it);
    let amy = server.amy();
    amy.post("/letter-batches", &json!({ "letters": [bad.id] })).refuses(409, "letter-not-printable", "<video>");
    let batch = amy.post("/letter-batches", &json!({ "letters": [bad.id, letter.id] })).expect(201);
    let held = batch.body["letters"].as_array().unwrap().iter().map(|one| one["letter_id"].clone()).collect::<Vec<_>>();
    assert_eq!(held, [json!(letter.id)]);
    assert_eq!(tasks_about(&server, &bad).0.len(), 2);
    let tasks = amy.walk("/tasks?kind=letter_given_up&open=true");
    assert!(tasks[0]["detail"].as_str().unwrap().contains("<video>"), "{tasks:#?}");
    let posting = json!({ "posted_on": "2025-02-06", "method": "first_class_post" });
    amy.post_on(&batch.etag(), &format!("/letter-batches/{}/posting", batch.id()), &posting).expect(200);
    assert_eq!((&case(&server, &id)["state"], state_of(&server, &bad)), (&json!("intent_given"), json!("to_print")));
}

#[test]
fn a_letter_of_an_enquiry_goes_to_whoever_may_apply_and_keeps_how_it_was_served() {
    let server = Server::start();
    let amy = server.amy();
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let form = json!({ "property_id": home, "source": "tenant", "intelligence": "It is let." });
    let id = amy.post("/enquiries", &form).expect(201).id();
    let on = |what: &str, body: &Value| {
        let path = format!("/enquiries/{id}");
        let etag = amy.get(&path).expect(200).etag();
        amy.post_on(&etag, &format!("{path}/{what}"), body)
    };
    on("steps", &json!({ "step": "triage" })).expect(200);
    on("steps", &json!({ "step": "find_owner", "owner_id": server.khan_id, "source": "land_registry" })).expect(200);
    let to_agency = |letter: &str| json!({ "letter": letter, "to": server.agency_id });
    on("letters", &to_agency("invitation")).refuses(409, "not-to-apply", "owns or manages");
    on("letters", &json!({ "letter": "invitation" })).expect(200);
    let invitation = newest(&server, LetterKind::Enquiry);
    post_alone(&server, &invitation, "2025-01-22").expect(200);
    let manages = json!({ "party_id": server.agency_id, "capacity": "manager", "since": "2025-01-01" });
    amy.post(&format!("/properties/{home}/interests"), &manages).expect(201);
    go_to(&server, "2025-02-13");
    on("letters", &to_agency("warning")).expect(200);
    let to_manager = newest(&server, LetterKind::Enquiry);
    assert!(!to_manager.text.as_deref().unwrap().contains("We invited you"), "nobody invited the manager");
    on("letters", &json!({ "letter": "warning" })).expect(200);
    let letter = newest(&server, LetterKind::Enquiry);
    says(&letter, &["We invited you to apply on Wednesday 22 January 2025."]);
    on("letters", &json!({ "letter": "information" })).expect(200);
    let required = newest(&server, LetterKind::Enquiry);
    post_alone(&server, &required, "2025-02-13").expect(200);
    let entry = || amy.get(&format!("/enquiries/{id}")).expect(200).body["entries"][3].clone();
    let service = entry()["letter"]["service"].clone();
    assert_eq!((&service["method"], &service["deemed"]["on"]), (&json!("first_class_post"), &json!("2025-02-17")));
    assert_eq!(entry()["to"], json!(server.khan_id));
    come_back(&server, &required).expect(200);
    assert_eq!(entry()["letter"]["is_void"], true);
    on("steps", &json!({ "step": "close", "reason": "It is empty." })).expect(200);
    assert_eq!(state_of(&server, &letter), "given_up", "a warning of an enquiry that ended does not go");
    assert!(tasks_about(&server, &letter).0.is_empty());
}

#[test]
fn a_letter_that_goes_gives_notice_of_the_visit_that_it_tells_of() {
    let server = Server::start();
    let amy = server.amy();
    consent(&server);
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let visit = json!({
        "property_id": home, "purpose": "complaint", "starts_at": "2025-01-30T10:00:00Z", "ends_at": "2025-01-30T11:00:00Z",
    });
    let id = amy.post("/inspections", &visit).expect(201).id();
    let read = || amy.get(&format!("/inspections/{id}")).expect(200).body;
    let send = |person: &Client, told_as: &str, to: &Value| {
        let body = json!({ "letter": "notice", "told_as": told_as, "to": [to] });
        let sent = person.post(&format!("/inspections/{id}/letters"), &body).expect(201).body["letters"][0].clone();
        server.world.post();
        server.world.letters().into_iter().find(|letter| json!(letter.id) == sent).unwrap()
    };
    let of_old = send(&amy, "occupier", &json!(server.agency_id));
    let etag = amy.get(&format!("/inspections/{id}")).expect(200).etag();
    let moved = json!({ "starts_at": "2025-01-31T10:00:00Z", "ends_at": "2025-01-31T11:00:00Z" });
    amy.post_on(&etag, &format!("/inspections/{id}/visits"), &moved).expect(200);
    assert_eq!(state_of(&server, &of_old), "given_up", "it tells of a time that does not hold any more");
    assert!(tasks_about(&server, &of_old).0.is_empty());

    let sent = send(&amy, "owner", &json!(server.khan_id));
    assert_eq!(sent.state, LetterState::Accepted);
    let told = read();
    let given = &told["visits"][0]["given"];
    assert_eq!(
        (&told["state"], &given[0]["to"], &given[0]["method"]),
        (&json!("planned"), &json!("owner"), &json!("email"))
    );
    let posted = send(&amy, "occupier", &json!(server.agency_id));
    post_alone(&server, &posted, "2025-01-22").expect(200);
    let told = read();
    let given = &told["visits"][0]["given"];
    assert_eq!((&told["state"], &given[1]["to"]), (&json!("notified"), &json!("occupier")));
    assert_eq!(
        (&given[1]["party_id"], &given[1]["counts_from"]),
        (&json!(server.agency_id), &json!("2025-01-25T00:00:00Z"))
    );

    let late = send(&amy, "occupier", &json!(server.agency_id));
    go_to(&server, "2025-01-30");
    post_alone(&server, &late, "2025-01-30").expect(200);
    assert_eq!(read()["visits"][0]["given"].as_array().unwrap().len(), 2);
    let tasks = amy.walk("/tasks?kind=serve_notice&open=true");
    assert!(tasks[0]["detail"].as_str().unwrap().contains("at least 24 hours before"), "{tasks:#?}");
}
