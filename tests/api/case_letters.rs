//! The letters of enforcement cases, temporary exemptions and enquiries, from what is on record to the day that their posting fixes.

use selective_licensing::domain::letter::{Channel, Letter, LetterKind, LetterState};
use serde_json::{Value, json};

use crate::enforcement::{by_hand, draft, missed, on_case, open, step, to_complete_evidence};
use crate::support::case::{go_to, house};
use crate::support::server::{Client, Reply, Server};

const NOBODYS: &str = "01946c5e-8800-7000-8000-0123456789ab";

/// A case of a breach, on 6 February 2025, for which a penalty was chosen.
pub(crate) fn chosen(server: &Server) -> String {
    let (_, home, breach) = missed(server);
    let id = open(server, &home, &breach);
    to_complete_evidence(server, &id);
    step(&server.tom(), &id, json!({ "step": "choose_penalty", "reason": "In the public interest." })).expect(200);
    id
}

/// Amy drafts the notice, and Tom approves it.
pub(crate) fn approved(server: &Server, id: &str, kind: &str) {
    on_case(&server.amy(), id, "notices", &draft(kind, 600_000)).expect(200);
    step(&server.tom(), id, json!({ "step": format!("approve_{kind}") })).expect(200);
}

pub(crate) fn write(person: &Client, id: &str, letter: &str) -> Reply {
    on_case(person, id, "letters", &json!({ "letter": letter }))
}

pub(crate) fn consent(server: &Server) {
    let consent = json!({ "email": "khan@example.org", "scope": "all", "given_on": "2025-01-20", "how": "form" });
    server.amy().post(&format!("/parties/{}/consents", server.khan_id), &consent).expect(201);
}

/// The newest letter of that kind, once the post has been round.
pub(crate) fn newest(server: &Server, kind: LetterKind) -> Letter {
    server.world.post();
    let letters = server.world.letters().into_iter().filter(|letter| letter.kind == kind);
    letters.max_by_key(|letter| (letter.created_at, letter.part)).unwrap()
}

pub(crate) fn says(letter: &Letter, parts: &[&str]) {
    let text = letter.text.as_deref().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(text.contains(part), "no \"{part}\" in {text}");
    }
}

/// Prints the letter in a batch and records that it was posted first class on that day.
pub(crate) fn post(server: &Server, letter: &Letter, on: &str) -> Value {
    let amy = server.amy();
    let batch = amy.post("/letter-batches", &json!({ "letters": [letter.id] })).expect(201);
    assert!(batch.body["pages"].as_i64().unwrap() >= 1);
    let posting = json!({ "posted_on": on, "method": "first_class_post", "evidence": "certificate 4711" });
    amy.post_on(&batch.etag(), &format!("/letter-batches/{}/posting", batch.id()), &posting).expect(200).body
}

pub(crate) fn case(server: &Server, id: &str) -> Value {
    server.amy().get(&format!("/enforcement/{id}")).expect(200).body
}

#[test]
fn a_penaltys_notices_are_written_from_the_case_and_their_posting_gives_them_and_counts_their_days() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let id = chosen(&server);
    on_case(&amy, &id, "notices", &draft("intent", 600_000)).expect(200);
    write(&amy, &id, "intent").refuses(409, "nothing-to-tell", "intent_drafted");
    step(&tom, &id, json!({ "step": "approve_intent" })).expect(200);
    let written = write(&amy, &id, "intent").expect(200).body;
    let (told, entry) = (&written["intent"], &written["intent"]["letters"][0]);
    assert_eq!(
        (&written["state"], &entry["kind"], &entry["service"]),
        (&json!("intent_approved"), &json!("intent"), &Value::Null)
    );
    assert_eq!((&entry["dated_on"], &entry["stated"]["on"]), (&json!("2025-02-06"), &json!("2025-03-13")));
    let letter = newest(&server, LetterKind::Enforcement);
    assert_eq!(
        (letter.state, letter.id.to_string()),
        (LetterState::ToPrint, entry["letter_id"].as_str().unwrap().into())
    );
    assert_eq!(letter.template.as_deref(), Some("E2/1"));
    says(
        &letter,
        &["a civil penalty of £5000.00", "Start: moderate, by the matrix: £6000.00", "Lower: One home: - £1500.00"],
    );
    says(
        &letter,
        &["The most that the law allows is £30000.00", "matrix: Stockton, 14 November 2024", "See the particulars."],
    );
    says(&letter, &["Write to us by Thursday 13 March 2025", "receive this notice by Thursday 13 February 2025"]);
    for paragraph in told["particulars"][0].as_str().unwrap().lines() {
        says(&letter, &[&paragraph.split_whitespace().collect::<Vec<_>>().join(" ")]);
    }

    let batch = post(&server, &letter, "2025-02-06");
    assert_eq!(batch["letters"][0]["state"], "posted");
    let given = case(&server, &id);
    assert_eq!(
        (&given["state"], &given["intent"]["service"]["deemed"]["on"]),
        (&json!("intent_given"), &json!("2025-02-10"))
    );
    assert!(given["intent"]["service"]["evidence"].as_str().unwrap().ends_with("; certificate 4711"));
    assert_eq!(given["intent"]["letters"][0]["service"], given["intent"]["service"]);
    assert_eq!(given["intent"]["ends"]["on"], "2025-03-13", "as the notice says, and not the earlier 10 March");
    go_to(&server, "2025-03-13");
    step(&tom, &id, json!({ "step": "end_representations" })).refuses(409, "still-time", "until 2025-03-13");
    let heard =
        json!({ "step": "represent", "received_on": "2025-03-01", "party_id": server.khan_id, "text": "I was ill." });
    step(&amy, &id, heard).expect(200);
    let considered = json!({ "step": "consider", "number": 1, "consideration": "No proof was sent when asked." });
    step(&amy, &id, considered).expect(200);

    go_to(&server, "2025-03-14");
    step(&tom, &id, json!({ "step": "end_representations" })).expect(200);
    approved(&server, &id, "final");
    write(&amy, &id, "final").expect(200);
    let letter = newest(&server, LetterKind::Enforcement);
    assert_eq!(letter.template.as_deref(), Some("E3/1"));
    says(
        &letter,
        &["imposes a civil penalty of £5000.00", "notice of intent was given to you on Monday 10 February 2025"],
    );
    says(&letter, &["Received on Saturday 1 March 2025. How we considered it: No proof was sent when asked."]);
    says(&letter, &["by Friday 18 April 2025", "An appeal that you make by Friday 11 April 2025", "county court"]);
    post(&server, &letter, "2025-03-14");
    let due = case(&server, &id);
    assert_eq!(
        (&due["state"], &due["pence"], &due["pay_by"]),
        (&json!("final_given"), &json!(500_000), &json!("2025-04-18"))
    );
    assert_eq!(due["final_notice"]["service"]["deemed"]["on"], "2025-03-18");
    assert_eq!(
        due["final_notice"]["appeal_by"]["on"], "2025-04-15",
        "the law's own day: the council cannot lengthen it"
    );
    assert_eq!(amy.get(&format!("/enforcement/{id}/account")).expect(200).body["outstanding_pence"], 500_000);

    write(&amy, &id, "reduction").refuses(409, "nothing-to-tell", "final_given");
    step(&tom, &id, json!({ "step": "reduce", "pence": 300_000, "reason": "Another team had the record." }))
        .expect(200);
    write(&amy, &id, "reduction").expect(200);
    let letter = newest(&server, LetterKind::Enforcement);
    says(
        &letter,
        &["imposed a civil penalty of £5000.00. The council reduces it to £3000.00", "stays Friday 18 April 2025"],
    );
    post(&server, &letter, "2025-03-14");
    step(&tom, &id, json!({ "step": "withdraw", "reason": "It was sent in time." })).expect(200);
    write(&amy, &id, "withdrawal").expect(200);
    let letter = newest(&server, LetterKind::Enforcement);
    assert_eq!(letter.template.as_deref(), Some("E4/1"));
    says(&letter, &["withdraws the final notice", "given to you on Tuesday 18 March 2025", "It was sent in time."]);
    post(&server, &letter, "2025-03-14");
    let ended = case(&server, &id);
    let letters = ended["final_notice"]["letters"].as_array().unwrap();
    let told = letters.iter().map(|one| (one["kind"].as_str().unwrap(), &one["service"]["deemed"]["on"]));
    let day = json!("2025-03-18");
    assert_eq!(told.collect::<Vec<_>>(), [("final", &day), ("reduction", &day), ("withdrawal", &day)]);
    assert_eq!(ended["state"], "withdrawn");
    let home = ended["property_id"].as_str().unwrap();
    let events = amy.walk(&format!("/properties/{home}/events"));
    assert_eq!(events.iter().filter(|event| event["kind"] == "enforcement.letter").count(), 6);
    assert!(!json!(events).to_string().contains("Khan"));
}

#[test]
fn a_notice_of_intent_by_e_mail_is_given_once_the_relay_accepts_it() {
    let server = Server::start();
    consent(&server);
    let id = chosen(&server);
    approved(&server, &id, "intent");
    write(&server.amy(), &id, "intent").expect(200);
    let letter = newest(&server, LetterKind::Enforcement);
    assert_eq!((letter.channel, letter.state), (Channel::Email, LetterState::Accepted));
    let given = case(&server, &id);
    let service = &given["intent"]["service"];
    assert_eq!((&given["state"], &service["method"]), (&json!("intent_given"), &json!("email")));
    assert_eq!(service["deemed"]["on"], "2025-02-06");
    assert_eq!(given["intent"]["ends"]["on"], "2025-03-13");
}

#[test]
fn a_notice_of_intent_that_the_relay_accepts_too_late_to_count_is_a_task() {
    let server = Server::start();
    consent(&server);
    let id = chosen(&server);
    approved(&server, &id, "intent");
    server.app.clock.advance_to("2025-08-05T17:00:00Z".parse().unwrap());
    write(&server.amy(), &id, "intent").expect(200);
    let letter = newest(&server, LetterKind::Enforcement);
    assert_eq!((letter.state, &case(&server, &id)["state"]), (LetterState::Accepted, &json!("intent_approved")));
    let tasks = server.amy().walk("/tasks?kind=serve_notice&open=true");
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert!(tasks[0]["detail"].as_str().unwrap().contains("2025-08-05"), "{tasks:?}");
}

#[test]
fn of_a_notice_that_was_written_twice_before_the_post_went_only_the_second_goes() {
    let server = Server::start();
    consent(&server);
    let id = chosen(&server);
    approved(&server, &id, "intent");
    write(&server.amy(), &id, "intent").expect(200);
    write(&server.amy(), &id, "intent").expect(200);
    server.world.post();
    let mut letters = server.world.letters();
    letters.retain(|letter| letter.kind == LetterKind::Enforcement);
    letters.sort_by_key(|letter| (letter.created_at, letter.part));
    let went = letters.iter().map(|letter| (letter.state, letter.text.is_some())).collect::<Vec<_>>();
    assert_eq!(went, [(LetterState::GivenUp, false), (LetterState::Accepted, true)]);
    assert_eq!(case(&server, &id)["intent"]["service"]["method"], "email");
    let amy = server.amy();
    let path = format!("/letters/{}", letters[0].id);
    let etag = amy.get(&path).expect(200).etag();
    let again = amy.post_on(&etag, &format!("{path}/resending"), &json!({}));
    again.refuses(409, "letter-void", "another letter took its place");
}

#[test]
fn a_notice_that_was_served_by_hand_written_anew_or_is_too_late_is_not_served_by_an_earlier_letter() {
    let server = Server::start();
    let amy = server.amy();
    let id = chosen(&server);
    approved(&server, &id, "intent");
    write(&amy, &id, "intent").expect(200);
    let first = newest(&server, LetterKind::Enforcement);
    let twice = write(&amy, &id, "intent").expect(200).body;
    let void = |body: &Value| {
        let letters = body["intent"]["letters"].as_array().unwrap().iter();
        letters.map(|one| one["is_void"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(void(&twice), [true, false]);
    let refused = amy.post("/letter-batches", &json!({ "letters": [first.id] })).expect(422);
    assert!(refused.body.to_string().contains("another letter took its place"), "{}", refused.body);

    let second = newest(&server, LetterKind::Enforcement);
    let late = amy.post("/letter-batches", &json!({ "letters": [second.id] })).expect(201);
    approved(&server, &id, "intent");
    let anew = case(&server, &id);
    assert_eq!((&anew["state"], void(&anew)), (&json!("intent_approved"), vec![true, true]));
    let posting = json!({ "posted_on": "2025-02-06", "method": "first_class_post" });
    let path = format!("/letter-batches/{}/posting", late.id());
    amy.post_on(&late.etag(), &path, &posting).refuses(409, "nothing-to-post", "");

    write(&amy, &id, "intent").expect(200);
    let third = newest(&server, LetterKind::Enforcement);
    on_case(&amy, &id, "service", &by_hand("intent", "2025-02-06T09:00:00")).expect(200);
    let given = case(&server, &id);
    assert_eq!(given["intent"]["ends"]["on"], "2025-03-13", "what was handed over states that day, too");
    amy.post("/letter-batches", &json!({ "letters": [third.id] })).refuses(422, "invalid", "intent_given");
    step(&amy, &id, json!({ "step": "lose_service", "reason": "It was another Mr Khan." })).expect(200);
    assert_eq!(void(&case(&server, &id)), [true, true, true]);
    go_to(&server, "2025-08-04");
    write(&amy, &id, "intent").expect(200);
    let last = newest(&server, LetterKind::Enforcement);
    let late = amy.post("/letter-batches", &json!({ "letters": [last.id] })).expect(201);
    let posting = json!({ "posted_on": "2025-08-04", "method": "first_class_post" });
    let path = format!("/letter-batches/{}/posting", late.id());
    amy.post_on(&late.etag(), &path, &posting).refuses(409, "nothing-to-post", "");
    go_to(&server, "2025-08-06");
    write(&amy, &id, "intent").refuses(409, "out-of-time", "2025-08-05");
    assert_eq!(case(&server, &id)["state"], "intent_approved");
}

#[test]
fn whoever_is_suspected_is_invited_to_explain_with_the_allegation_and_the_day() {
    let server = Server::start();
    let amy = server.amy();
    let (_, home, breach) = missed(&server);
    let id = open(&server, &home, &breach);
    write(&amy, &id, "invitation").refuses(409, "nothing-to-tell", "opened");
    step(&amy, &id, json!({ "step": "invite", "answer_by": "2025-02-20" })).expect(200);
    let invited = write(&amy, &id, "invitation").expect(200).body;
    let letter = newest(&server, LetterKind::Enforcement);
    assert_eq!(invited["policy"][0]["letter_id"], letter.id.to_string());
    assert_eq!(letter.template.as_deref(), Some("E1/1"));
    says(
        &letter,
        &["Write to us by Thursday 20 February 2025", "You need not answer", "No inspection record was produced."],
    );
    says(&letter, &["condition 9.6 of licence SL/2025/00001", "Demand DEM/2025/00001 asked for"]);
    assert_eq!(post(&server, &letter, "2025-02-06")["letters"][0]["state"], "posted");
    go_to(&server, "2025-02-20");
    write(&amy, &id, "invitation").refuses(409, "day-passed", "still to come");
}

pub(crate) fn asked(server: &Server, home: &str, on: &str) -> String {
    let form = json!({
        "kind": "temporary", "party_id": server.khan_id, "steps": "The house is being sold.", "notified_on": on,
    });
    server.amy().post(&format!("/properties/{home}/exemptions"), &form).expect(201).id()
}

pub(crate) fn on_exemption(person: &Client, id: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/exemptions/{id}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body)
}

#[test]
fn a_temporary_exemption_notice_begins_with_the_service_of_its_letter_and_a_refusal_is_told_with_its_appeal() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let first = asked(&server, &home, "2025-01-20");
    let notice = json!({ "letter": "notice" });
    on_exemption(&amy, &first, "letters", &notice).refuses(403, "forbidden", "role");
    on_exemption(&tom, &first, "letters", &json!({ "letter": "refusal" })).refuses(409, "nothing-to-tell", "notified");
    let written = on_exemption(&tom, &first, "letters", &notice).expect(200).body;
    assert_eq!((&written["state"], &written["letters"][0]["kind"]), (&json!("notified"), &json!("notice")));
    let letter = newest(&server, LetterKind::Exemption);
    assert_eq!((letter.state, letter.template.as_deref()), (LetterState::ToPrint, Some("T1/1")));
    says(
        &letter,
        &["On Monday 20 January 2025 you told us", "The house is being sold.", "for 3 months, beginning with the day"],
    );
    says(&letter, &["its last day is Monday 21 April 2025", "second working day after posting"]);
    post(&server, &letter, "2025-01-22");
    let served = amy.get(&format!("/exemptions/{first}")).expect(200).body;
    assert_eq!((&served["state"], &served["served_on"]), (&json!("served"), &json!("2025-01-24")));
    assert_eq!((&served["from"], &served["until"]), (&json!("2025-01-24"), &json!("2025-04-23")));
    assert_eq!(served["letters"][0]["service"]["deemed"]["on"], "2025-01-24");
    assert_eq!(served["officer_id"], written["officer_id"], "the posting is another's, the decision is not");
    assert_ne!(served["officer_id"], Value::Null);

    go_to(&server, "2025-04-10");
    let second = asked(&server, &home, "2025-04-10");
    on_exemption(&tom, &second, "letters", &notice).refuses(409, "no-exceptional-circumstances", "circumstances");
    let why = json!({ "letter": "notice", "circumstances": "The buyer died before completion." });
    on_exemption(&tom, &second, "letters", &why).expect(200);
    let letter = newest(&server, LetterKind::Exemption);
    says(&letter, &["from Thursday 24 April 2025 to Wednesday 23 July 2025", "The buyer died before completion."]);
    post(&server, &letter, "2025-04-10");
    let served = amy.get(&format!("/exemptions/{second}")).expect(200).body;
    assert_eq!((&served["from"], &served["until"]), (&json!("2025-04-24"), &json!("2025-07-23")));
    assert_eq!(served["circumstances"], "The buyer died before completion.");

    let elsewhere = amy.post("/properties", &house(2)).expect(201).id();
    let third = asked(&server, &elsewhere, "2025-04-10");
    on_exemption(&tom, &third, "letters", &notice).expect(200);
    let waiting = newest(&server, LetterKind::Exemption);
    let refuse = json!({ "step": "refuse", "on": "2025-04-10", "reasons": "No plan was shown." });
    on_exemption(&tom, &third, "steps", &refuse).expect(200);
    amy.post("/letter-batches", &json!({ "letters": [waiting.id] })).refuses(422, "invalid", "refused");
    on_exemption(&amy, &third, "letters", &json!({ "letter": "refusal" })).expect(200);
    let letter = newest(&server, LetterKind::Exemption);
    assert_eq!(letter.template.as_deref(), Some("T2/1"));
    says(&letter, &["No plan was shown.", "The last day to do so is Wednesday 7 May 2025: 28 days beginning with"]);
    post(&server, &letter, "2025-04-10");
    let told = amy.get(&format!("/exemptions/{third}")).expect(200).body;
    assert_eq!((&told["state"], &told["appeal_by"]["on"]), (&json!("refused"), &json!("2025-05-07")));
    assert_eq!(told["letters"][1]["service"]["deemed"]["on"], "2025-04-14");
}

#[test]
fn an_exemption_notice_by_e_mail_runs_from_the_day_on_which_the_relay_accepts_it() {
    let server = Server::start();
    consent(&server);
    let home = server.amy().post("/properties", &house(1)).expect(201).id();
    let asked = asked(&server, &home, "2025-01-20");
    let decided = on_exemption(&server.tom(), &asked, "letters", &json!({ "letter": "notice" })).expect(200).body;
    assert_eq!(newest(&server, LetterKind::Exemption).state, LetterState::Accepted);
    let served = server.amy().get(&format!("/exemptions/{asked}")).expect(200).body;
    assert_eq!((&served["from"], &served["until"]), (&json!("2025-01-22"), &json!("2025-04-21")));
    assert_eq!(served["officer_id"], decided["officer_id"]);
}

#[test]
fn an_enquirys_letters_invite_the_owner_warn_them_and_require_information_of_whoever_lives_there() {
    let server = Server::start();
    let amy = server.amy();
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let told = "Mrs Next-Door says that it is let.";
    let enquiry = json!({ "property_id": home, "source": "neighbour", "intelligence": told });
    let id = amy.post("/enquiries", &enquiry).expect(201).id();
    let on = |what: &str, body: &Value| {
        let path = format!("/enquiries/{id}");
        let etag = amy.get(&path).expect(200).etag();
        amy.post_on(&etag, &format!("{path}/{what}"), body)
    };
    let letter = |kind: &str| json!({ "letter": kind });
    on("letters", &letter("invitation")).refuses(409, "no-owner", "find the owner first");
    on("letters", &json!({ "letter": "information", "to": NOBODYS })).refuses(422, "invalid", "/to");
    on("letters", &letter("information")).refuses(409, "no-owner", "find the owner first");
    let named = |enquiry: &Value| {
        let told = enquiry["entries"].as_array().unwrap().last().unwrap()["text"].as_str().unwrap().to_owned();
        server.world.post();
        server.world.letters().into_iter().find(|letter| told.ends_with(&letter.id.to_string())).unwrap()
    };
    let required = on("letters", &json!({ "letter": "information", "to": server.agency_id })).expect(200).body;
    let required = named(&required);
    assert_eq!(required.recipient_id.to_string(), server.agency_id);
    says(&required, &["Send it by Wednesday 12 February 2025", "section 16 of the Local Government"]);
    on("steps", &json!({ "step": "triage" })).expect(200);
    on("steps", &json!({ "step": "find_owner", "owner_id": server.khan_id, "source": "land_registry" })).expect(200);
    let invited = on("letters", &letter("invitation")).expect(200).body;
    assert_eq!(invited["state"], "invited_to_apply");
    let letter_of_invitation = named(&invited);
    says(&letter_of_invitation, &["Apply for a licence by Wednesday 12 February 2025"]);
    assert_eq!(post(&server, &letter_of_invitation, "2025-01-22")["letters"][0]["state"], "posted");
    go_to(&server, "2025-02-13");
    let warned = on("letters", &letter("warning")).expect(200).body;
    let warning = named(&warned);
    assert_eq!(warning.template.as_deref(), Some("U2/1"));
    says(&warning, &["We invited you to apply on Wednesday 22 January 2025.", "by Thursday 6 March 2025"]);
    let kinds = warned["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap());
    assert_eq!(kinds.collect::<Vec<_>>(), ["information_notice", "letter", "warning"]);
    for letter in [required, letter_of_invitation, warning] {
        assert!(!letter.text.unwrap().contains("Next-Door"), "who told the council is not told");
    }
    on("steps", &json!({ "step": "close", "reason": "It is empty." })).expect(200);
    on("letters", &letter("warning")).refuses(409, "enquiry-ended", "closed");
}
