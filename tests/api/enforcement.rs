//! Enforcement through the API: from a breach, an inspection or an unlicensed home to its outcome, by one path and never by both.

use selective_licensing::domain::id::Spelled;
use selective_licensing::domain::scheme::ObligationKind;
use selective_licensing::domain::task::TaskKind;
use selective_licensing::jobs::check;
use serde_json::{Value, json};

use crate::support::case::{go_to, house};
use crate::support::server::{Client, Reply, Server};

/// A licence of Mr Khan's, in force since 22 January 2025: the identifiers of licence and home.
fn licensed(server: &Server) -> (String, String) {
    let khan = server.khan_id.as_str();
    let person = Spelled::read(khan).unwrap();
    let party = server.world.read(|db| selective_licensing::storage::parties::find(db, person)).unwrap();
    let licence = server.world.licensed_home(&party, None);
    (licence.id.to_string(), licence.property_id.to_string())
}

/// A demand for condition 9.6 that was handed over on 22 January and not answered; its breach is confirmed.
pub(crate) fn missed(server: &Server) -> (String, String, String) {
    let (licence, home) = licensed(server);
    let id = Spelled::read(&licence).unwrap();
    let known = server.world.read(|db| selective_licensing::storage::licences::find(db, id)).unwrap();
    server.world.served_demand(&known, &["9.6"], "2025-01-22");
    server.world.night("2025-02-06");
    go_to(server, "2025-02-06");
    let breach = server.world.breaches().pop().unwrap().id.to_string();
    confirm(&server.amy(), &breach);
    (licence, home, breach)
}

fn confirm(person: &Client, breach: &str) {
    let path = format!("/breaches/{breach}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/confirmation"), &json!({ "reason": "Nothing came in." })).expect(200);
}

fn opening(server: &Server, home: &str, source: &str, offences: Value) -> Value {
    json!({
        "property_id": home, "source": source, "suspect_id": server.khan_id, "capacity": "holder", "offences": offences,
    })
}

fn of_breach(breach: &str) -> Value {
    json!([{ "breach_id": breach, "act": "No inspection record was produced." }])
}

pub(crate) fn open(server: &Server, home: &str, breach: &str) -> String {
    server.amy().post("/enforcement", &opening(server, home, "breach", of_breach(breach))).expect(201).id()
}

pub(crate) fn on_case(person: &Client, id: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/enforcement/{id}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body)
}

pub(crate) fn step(person: &Client, id: &str, body: Value) -> Reply {
    on_case(person, id, "steps", &body)
}

fn working(start_pence: i32) -> Value {
    json!({
        "start_pence": start_pence, "start_because": "moderate, by the matrix",
        "factors": [
            { "kind": "aggravating", "what": "Warned before", "pence": 50_000 },
            { "kind": "mitigating", "what": "One home", "pence": 150_000 },
        ],
        "means": "Nothing was told of them.",
    })
}

pub(crate) fn draft(kind: &str, start_pence: i32) -> Value {
    json!({ "kind": kind, "working": working(start_pence), "reasons": "See the particulars." })
}

pub(crate) fn by_hand(kind: &str, at: &str) -> Value {
    json!({ "kind": kind, "method": "delivered_by_hand", "dispatched_at": at, "evidence": "Amy's notebook" })
}

/// The informal stage, and what was made of the evidence.
pub(crate) fn to_complete_evidence(server: &Server, id: &str) {
    let amy = server.amy();
    step(&amy, id, json!({ "step": "invite", "answer_by": "2025-12-20" })).expect(200);
    step(&amy, id, json!({ "step": "warn", "comply_by": "2025-12-20", "note": "Send the record." })).expect(200);
    let today = server.world.today();
    let evidence = json!({ "step": "complete_evidence", "sufficient_on": today, "excuse": "None was given." });
    step(&amy, id, evidence).expect(200);
}

/// On to a notice of intent that Amy wrote, Tom approved, and Amy handed over today at nine.
fn to_notice_of_intent(server: &Server, id: &str) -> Value {
    let (amy, tom) = (server.amy(), server.tom());
    step(&tom, id, json!({ "step": "choose_penalty", "reason": "In the public interest." })).expect(200);
    on_case(&amy, id, "notices", &draft("intent", 600_000)).expect(200);
    step(&tom, id, json!({ "step": "approve_intent" })).expect(200);
    let at = format!("{}T09:00:00", server.world.today());
    on_case(&amy, id, "service", &by_hand("intent", &at)).expect(200).body
}

/// On to a final notice of £5000, given on 7 March 2025.
fn to_final_notice(server: &Server, id: &str) -> Value {
    go_to(server, "2025-03-07");
    let (amy, tom) = (server.amy(), server.tom());
    step(&tom, id, json!({ "step": "end_representations" })).expect(200);
    on_case(&amy, id, "notices", &draft("final", 600_000)).expect(200);
    step(&tom, id, json!({ "step": "approve_final" })).expect(200);
    on_case(&amy, id, "service", &by_hand("final", "2025-03-07T09:00:00")).expect(200).body
}

fn imposed(server: &Server) -> String {
    let (_, home, breach) = missed(server);
    let id = open(server, &home, &breach);
    to_complete_evidence(server, &id);
    to_notice_of_intent(server, &id);
    to_final_notice(server, &id);
    id
}

fn payment(reference: &str, pence: i32) -> Value {
    json!({ "reference": reference, "received_on": "2025-03-07", "pence": pence, "method": "bank_transfer" })
}

#[test]
fn a_breach_leads_to_a_penalty_step_by_step_and_the_notice_says_what_was_not_done_when_and_how_it_was_asked_for() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (_, home, breach) = missed(&server);
    let id = open(&server, &home, &breach);
    let opened = amy.get(&format!("/enforcement/{id}")).expect(200).body;
    assert_eq!((&opened["state"], &opened["reference"]), (&json!("opened"), &json!("ENF/2025/00001")));
    assert_eq!((&opened["limitation"]["on"], &opened["alert_on"]), (&json!("2025-08-05"), &json!("2025-07-06")));
    assert_eq!(
        (&opened["offences"][0]["happened_on"], &opened["offences"][0]["condition"]),
        (&json!("2025-02-06"), &json!("9.6"))
    );

    let due = |server: &Server| server.world.breaches()[0].due_on;
    let before = due(&server);
    to_complete_evidence(&server, &id);
    assert_eq!(due(&server), before, "a warning's date moves no due date");
    let given = to_notice_of_intent(&server, &id);
    assert_eq!((&given["state"], &given["intent"]["pence"]), (&json!("intent_given"), &json!(500_000)));
    assert_eq!(
        (&given["intent"]["maximum_pence"], &given["intent"]["matrix"]),
        (&json!(3_000_000), &json!("Stockton, 14 November 2024"))
    );
    assert_eq!(given["intent"]["ends"]["on"], "2025-03-06");
    let particulars = given["intent"]["particulars"][0].as_str().unwrap();
    for part in [
        "on Thursday 6 February 2025, condition 9.6 of licence SL/2025/00001",
        "Demand DEM/2025/00001 asked for",
        "It was served by handing it over at 2 Oxbridge Lane",
        "counts as received on Wednesday 22 January 2025",
        "The answer was due by Wednesday 5 February 2025",
        "No inspection record was produced.",
        "Nothing came in.",
    ] {
        assert!(particulars.contains(part), "no \"{part}\" in {particulars}");
    }

    let early =
        json!({ "step": "represent", "received_on": "2025-02-06", "party_id": server.khan_id, "text": "I was ill." });
    step(&amy, &id, early).expect(200);
    go_to(&server, "2025-03-06");
    step(&tom, &id, json!({ "step": "end_representations" })).refuses(409, "still-time", "until 2025-03-06");
    go_to(&server, "2025-03-07");
    step(&tom, &id, json!({ "step": "end_representations" })).refuses(409, "not-considered", "representation 1");
    let consider = json!({ "step": "consider", "number": 1, "consideration": "No proof was sent when asked." });
    step(&amy, &id, consider).expect(200);
    let final_given = to_final_notice(&server, &id);
    assert_eq!((&final_given["state"], &final_given["pence"]), (&json!("final_given"), &json!(500_000)));
    assert_eq!(
        (&final_given["pay_by"], &final_given["final_notice"]["appeal_by"]["on"]),
        (&json!("2025-04-04"), &json!("2025-04-04"))
    );
    assert_eq!(final_given["final_notice"]["particulars"], given["intent"]["particulars"]);

    let account = format!("/enforcement/{id}/account");
    assert_eq!(amy.get(&account).expect(200).body["standing"], "due");
    let some = amy.post(&format!("{account}/payments"), &payment("P1", 200_000)).expect(201).body;
    assert_eq!((&some["standing"], &some["outstanding_pence"]), (&json!("part_paid"), &json!(300_000)));
    let all = amy.post(&format!("{account}/payments"), &payment("P2", 300_000)).expect(201).body;
    assert_eq!(all["standing"], "paid");
    assert_eq!(amy.get(&format!("/enforcement/{id}")).body["state"], "paid");
    let bounced = json!({ "entry_id": all["entries"][2]["id"], "reason": "The cheque bounced." });
    let after = amy.post(&format!("{account}/reversals"), &bounced).expect(201).body;
    assert_eq!((&after["standing"], after["entries"].as_array().unwrap().len()), (&json!("part_paid"), 4));
    assert_eq!(amy.get(&format!("/enforcement/{id}")).body["state"], "final_given");

    let events = amy.walk(&format!("/properties/{home}/events"));
    let kinds = events.iter().map(|event| event["kind"].as_str().unwrap()).collect::<Vec<_>>();
    for kind in ["enforcement.opened", "enforcement.moved", "penalty.charged", "penalty.paid", "penalty.reversed"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    assert!(!json!(events).to_string().contains("I was ill"), "what people say is not told in the chain");
}

#[test]
fn maharaj_the_yearly_gas_records_own_clock() {
    let mut server = Server::start();
    let (licence, home) = licensed(&server);
    let id = Spelled::read(&licence).unwrap();
    let duties = server.world.read(|db| selective_licensing::storage::obligations::open_of(db, id));
    let gas = duties.iter().find(|duty| duty.kind == ObligationKind::GasYearly).unwrap();
    assert_eq!(gas.due_on.to_string(), "2026-01-21");
    server.world.night("2026-01-22");
    go_to(&server, "2026-01-22");
    server.renew();
    let amy = server.amy();
    let year = server.world.breaches().into_iter().find(|breach| breach.obligation_id == Some(gas.id)).unwrap();
    confirm(&amy, year.id.as_str());

    let known = server.world.read(|db| selective_licensing::storage::licences::find(db, id)).unwrap();
    server.world.served_demand(&known, &["1"], "2026-06-01");
    server.world.night("2026-06-16");
    go_to(&server, "2026-06-16");
    let demanded = server.world.breaches().into_iter().find(|breach| breach.item_id.is_some()).unwrap();
    confirm(&amy, demanded.id.as_str());

    let named = |breach: &str| json!([{ "breach_id": breach, "act": "No gas safety record was produced." }]);
    let wrong = opening(&server, &home, "gas_year", named(demanded.id.as_str()));
    amy.post("/enforcement", &wrong).refuses(422, "invalid", "a year's gas record");
    let of_year = amy.post("/enforcement", &opening(&server, &home, "gas_year", named(year.id.as_str()))).expect(201);
    assert_eq!(of_year.body["limitation"]["on"], "2026-07-21", "six months from the day after the year closed");
    let of_demand =
        amy.post("/enforcement", &opening(&server, &home, "breach", named(demanded.id.as_str()))).expect(201);
    assert_eq!(of_demand.body["limitation"]["on"], "2026-12-15");
    let (of_year, of_demand) = (of_year.id(), of_demand.id());
    let both = on_case(&amy, &of_demand, "offences", &named(year.id.as_str())[0]).expect(200).body;
    assert_eq!(both["limitation"]["on"], "2026-07-21", "together, the earlier clock holds");

    go_to(&server, "2026-07-22");
    let evidence = |id: &str| {
        let ahead = "2026-12-30";
        step(&amy, id, json!({ "step": "invite", "answer_by": ahead })).expect(200);
        step(&amy, id, json!({ "step": "warn", "comply_by": ahead, "note": "Send it." })).expect(200);
        let found = json!({ "step": "complete_evidence", "sufficient_on": "2026-07-20", "excuse": "None was given." });
        step(&amy, id, found).expect(200);
    };
    evidence(&of_year);
    step(&server.tom(), &of_year, json!({ "step": "choose_penalty", "reason": "Repeated." })).expect(200);
    let late = on_case(&amy, &of_year, "notices", &draft("intent", 500_000));
    late.refuses(409, "out-of-time", "had to be given by 2026-07-21");
    let alone =
        amy.post("/enforcement", &opening(&server, &home, "breach", named(demanded.id.as_str()))).expect(201).id();
    evidence(&alone);
    let given = to_notice_of_intent(&server, &alone);
    assert_eq!(given["state"], "intent_given", "the demand that was missed in June is in time");
    let particulars = given["intent"]["particulars"][0].as_str().unwrap();
    assert!(particulars.contains("condition 1 of licence"), "{particulars}");
}

#[test]
fn conduct_that_went_on_gives_more_time_once_a_second_person_has_approved_it() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (_, home, breach) = missed(&server);
    let id = open(&server, &home, &breach);
    to_complete_evidence(&server, &id);
    step(&tom, &id, json!({ "step": "choose_penalty", "reason": "In the public interest." })).expect(200);
    go_to(&server, "2025-08-06");
    on_case(&amy, &id, "notices", &draft("intent", 600_000)).refuses(409, "out-of-time", "2025-08-05");
    let extension = json!({
        "step": "propose_extension", "ground": "continuing_conduct", "last_on": "2025-07-30", "reason": "Visited, still none.",
    });
    step(&tom, &id, extension.clone()).expect(200);
    step(&tom, &id, json!({ "step": "approve_extension" })).refuses(409, "same-person", "a second person");
    step(&amy, &id, extension).expect(200);
    step(&amy, &id, json!({ "step": "approve_extension" })).expect(403);
    let extended = step(&tom, &id, json!({ "step": "approve_extension" })).expect(200).body;
    assert_eq!(extended["limitation"]["on"], "2026-01-29");
    on_case(&amy, &id, "notices", &draft("intent", 600_000)).expect(200);
}

#[test]
fn a_penalty_was_given_then_prosecution_is_refused() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (_, home, breach) = missed(&server);
    let (first, second) = (open(&server, &home, &breach), open(&server, &home, &breach));
    for id in [&first, &second] {
        to_complete_evidence(&server, id);
    }
    to_notice_of_intent(&server, &first);
    let prosecute = || json!({ "step": "choose_prosecution", "reason": "Repeated." });
    step(&tom, &first, prosecute()).refuses(409, "chosen-already", "penalty was chosen for the same conduct");
    step(&tom, &second, prosecute()).refuses(409, "chosen-already", "in ENF/2025/00001");
    let penalty = || json!({ "step": "choose_penalty", "reason": "Again." });
    step(&tom, &second, penalty()).refuses(409, "chosen-already", "in ENF/2025/00001");

    step(&tom, &first, json!({ "step": "withdraw", "reason": "The amount was wrong." })).expect(200);
    let chosen = step(&tom, &second, prosecute()).expect(200).body;
    assert_eq!((&chosen["state"], &chosen["path"]), (&json!("file_to_legal"), &json!("prosecution")));
    let third = open(&server, &home, &breach);
    to_complete_evidence(&server, &third);
    step(&tom, &third, penalty()).refuses(409, "chosen-already", "prosecution was chosen");
    step(&amy, &second, json!({ "step": "go_to_court", "reference": "T2025/1", "begun_on": "2025-02-06" })).expect(200);
    let ended =
        json!({ "step": "end_prosecution", "outcome": "acquitted", "ended_on": "2025-02-06", "order": "Not guilty." });
    assert_eq!(step(&amy, &second, ended).expect(200).body["prosecution"]["outcome"], "acquitted");
    step(&tom, &third, penalty()).refuses(409, "chosen-already", "prosecution was chosen");
}

#[test]
fn nobody_approves_their_own_notice_and_only_a_team_leader_decides() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (_, home, breach) = missed(&server);
    let id = open(&server, &home, &breach);
    to_complete_evidence(&server, &id);
    step(&amy, &id, json!({ "step": "choose_penalty", "reason": "x" })).expect(403);
    step(&tom, &id, json!({ "step": "choose_penalty", "reason": "x" })).expect(200);
    on_case(&tom, &id, "notices", &draft("intent", 600_000)).expect(200);
    step(&tom, &id, json!({ "step": "approve_intent" })).refuses(409, "same-person", "a second person");
    on_case(&amy, &id, "service", &by_hand("intent", "2025-02-06T09:00:00")).refuses(
        409,
        "enforcement-state",
        "give_intent",
    );
    let mut added = draft("intent", 600_000);
    added["addition"] = json!("He was told by telephone on 3 February, too.");
    on_case(&amy, &id, "notices", &added).expect(200);
    let anew = on_case(&amy, &id, "notices", &draft("intent", 600_000)).expect(200).body;
    assert_eq!(anew["intent"]["additions"].as_array().unwrap().len(), 1, "an addition stays");
    step(&tom, &id, json!({ "step": "approve_intent" })).expect(200);
    let e_mail = json!({ "kind": "intent", "method": "email", "dispatched_at": "2025-02-06T09:00:00" });
    on_case(&amy, &id, "service", &e_mail).refuses(409, "no-consent", "");
    let before = by_hand("intent", "2025-02-05T09:00:00");
    on_case(&amy, &id, "service", &before).refuses(409, "sent-before-issue", "2025-02-06");
}

#[test]
fn an_overdue_penalty_becomes_a_debt_and_is_settled_when_it_is_paid() {
    let server = Server::start();
    let amy = server.amy();
    let id = imposed(&server);
    let account = || amy.get(&format!("/enforcement/{id}/account")).expect(200).body;
    let debt = || json!({ "step": "become_debt" });
    go_to(&server, "2025-04-04");
    step(&amy, &id, debt()).refuses(409, "may-be-paid", "until 2025-04-04");
    assert_eq!(account()["standing"], "due");
    go_to(&server, "2025-04-05");
    assert_eq!(account()["standing"], "overdue");
    assert_eq!(step(&amy, &id, debt()).expect(200).body["state"], "debt");
    assert_eq!(account()["standing"], "debt");
    amy.post(&format!("/enforcement/{id}/account/payments"), &payment("P1", 500_000)).expect(201);
    assert_eq!(amy.get(&format!("/enforcement/{id}")).body["state"], "paid");
    step(&amy, &id, debt()).refuses(409, "enforcement-state", "paid");
}

#[test]
fn the_tribunal_confirms_varies_or_cancels_and_the_account_follows() {
    for (outcome, pence, state, due) in [
        ("confirmed", Value::Null, "confirmed", 300_000),
        ("varied", json!(150_000), "paid", -50_000),
        ("cancelled", Value::Null, "cancelled", -200_000),
    ] {
        let server = Server::start();
        let (amy, tom) = (server.amy(), server.tom());
        let id = imposed(&server);
        amy.post(&format!("/enforcement/{id}/account/payments"), &payment("P1", 200_000)).expect(201);
        step(&amy, &id, json!({ "step": "appeal", "reference": "MAN/1", "lodged_on": "2025-03-07" })).expect(200);
        go_to(&server, "2025-06-02");
        assert_eq!(amy.get(&format!("/enforcement/{id}/account")).body["standing"], "part_paid", "suspended meanwhile");
        let decision = json!({
            "step": "decide_appeal", "outcome": outcome, "pence": pence, "decided_on": "2025-06-02", "order": "So ordered.",
        });
        step(&amy, &id, decision.clone()).expect(403);
        let decided = step(&tom, &id, decision).expect(200).body;
        assert_eq!(decided["state"], state, "{outcome}");
        let account = amy.get(&format!("/enforcement/{id}/account")).expect(200).body;
        assert_eq!(account["outstanding_pence"], due, "{outcome}");
        if outcome == "confirmed" {
            assert_eq!(decided["pay_by"], "2025-06-30");
        } else {
            let refund = json!({ "reference": "R1", "paid_on": "2025-06-02", "pence": -due, "reason": "By order" });
            let settled = amy.post(&format!("/enforcement/{id}/account/refunds"), &refund).expect(201).body;
            assert_eq!(settled["outstanding_pence"], 0);
        }
    }
}

#[test]
fn a_final_notice_is_reduced_and_withdrawn_and_its_charge_with_it() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let id = imposed(&server);
    let charged = || amy.get(&format!("/enforcement/{id}/account")).expect(200).body["charged_pence"].clone();
    step(&tom, &id, json!({ "step": "reduce", "pence": 500_000, "reason": "x" })).refuses(
        409,
        "no-reduction",
        "£5000.00",
    );
    step(&tom, &id, json!({ "step": "reduce", "pence": 300_000, "reason": "Means were shown." })).expect(200);
    assert_eq!(charged(), 300_000);
    step(&tom, &id, json!({ "step": "withdraw", "reason": "The wrong person." })).expect(200);
    assert_eq!(charged(), 0);
    assert_eq!(amy.get(&format!("/enforcement/{id}/account")).body["standing"], "not_due");
}

#[test]
fn a_case_comes_from_an_inspection_too_and_from_an_unlicensed_home_and_binds_only_those_who_are_bound() {
    let server = Server::start();
    let amy = server.amy();
    let (licence, home) = licensed(&server);
    let found = |condition: &str, on: &str| json!({ "licence_id": licence, "condition": condition, "act": "No alarm.", "happened_on": on });
    let inspection = |offence: Value| opening(&server, &home, "inspection", json!([offence]));
    let case = amy.post("/enforcement", &inspection(found("9.6", "2025-01-22"))).expect(201).body;
    assert_eq!((&case["source"], &case["limitation"]["on"]), (&json!("inspection"), &json!("2025-07-21")));
    amy.post("/enforcement", &inspection(found("99", "2025-01-22"))).refuses(
        422,
        "invalid",
        "no condition of this number",
    );
    amy.post("/enforcement", &inspection(found("9.6", "2025-01-01"))).refuses(409, "not-in-force", "not in force");
    amy.post("/enforcement", &inspection(found("9.6", "2025-01-23"))).refuses(409, "in-future", "future");
    for (who, capacity) in [(&server.agency_id, "holder"), (&server.agency_id, "bound"), (&server.khan_id, "manager")] {
        let mut against = inspection(found("9.6", "2025-01-22"));
        (against["suspect_id"], against["capacity"]) = (json!(who), json!(capacity));
        amy.post("/enforcement", &against).refuses(409, "not-bound", "binds the holder");
    }
    let interest = json!({ "party_id": server.agency_id, "capacity": "bound", "since": "2025-01-01" });
    amy.post(&format!("/properties/{home}/interests"), &interest).expect(201);
    let mut against = inspection(found("9.6", "2025-01-22"));
    (against["suspect_id"], against["capacity"]) = (json!(server.agency_id), json!("bound"));
    amy.post("/enforcement", &against).expect(201);

    let bare = amy.post("/properties", &house(7)).expect(201).id();
    let unlicensed = |source: &str| {
        let mut form =
            opening(&server, &bare, source, json!([{ "act": "Let without a licence.", "happened_on": "2025-01-20" }]));
        form["capacity"] = json!("owner");
        form
    };
    let case = amy.post("/enforcement", &unlicensed("unlicensed_home")).expect(201).body;
    assert_eq!((&case["offences"][0]["kind"], &case["limitation"]["on"]), (&json!("unlicensed"), &json!("2025-07-19")));
    amy.post("/enforcement", &unlicensed("breach")).refuses(422, "invalid", "no offence has a breach_id");
    amy.post("/enforcement", &inspection(json!({ "act": "x" }))).refuses(422, "invalid", "say when it happened");
    let half = json!({ "act": "x", "happened_on": "2025-01-20", "condition": "9.6" });
    amy.post("/enforcement", &inspection(half)).refuses(422, "invalid", "give both, or neither");
}

#[test]
fn a_breach_that_nobody_confirmed_opens_no_case() {
    let server = Server::start();
    let (licence, home) = licensed(&server);
    let id = Spelled::read(&licence).unwrap();
    let known = server.world.read(|db| selective_licensing::storage::licences::find(db, id)).unwrap();
    server.world.served_demand(&known, &["9.6"], "2025-01-22");
    server.world.night("2025-02-06");
    go_to(&server, "2025-02-06");
    let breach = server.world.breaches().pop().unwrap().id.to_string();
    let form = opening(&server, &home, "breach", of_breach(&breach));
    server.amy().post("/enforcement", &form).refuses(409, "breach-not-confirmed", "confirms it first");
    let (_, elsewhere) = licensed(&server);
    let form = opening(&server, &elsewhere, "breach", of_breach(&breach));
    server.amy().post("/enforcement", &form).refuses(422, "invalid", "this home has no breach");
}

#[test]
fn the_night_opens_one_task_30_14_and_3_days_before_the_last_day_and_catches_up_after_missed_nights() {
    let server = Server::start();
    let (_, home, breach) = missed(&server);
    let id = open(&server, &home, &breach);
    let alerts = || {
        let mut tasks = server.world.tasks();
        tasks.retain(|task| task.kind == TaskKind::LimitationNear);
        tasks.into_iter().map(|task| task.title).collect::<Vec<_>>()
    };
    let told = |night: &str| {
        server.world.night(night);
        alerts()
    };
    assert_eq!(told("2025-07-05"), Vec::<String>::new());
    let foretold = check::foretell_alerts(&server.app, "2025-07-06".parse().unwrap(), |why| panic!("{why}")).unwrap();
    assert_eq!(foretold.len(), 1);
    assert_eq!(alerts(), Vec::<String>::new(), "a dry run changes nothing");
    let first = "ENF/2025/00001: the last day for a notice of intent is 2025-08-05, in 30 days";
    assert_eq!(told("2025-07-06"), [first]);
    let amy = server.amy();
    let task = amy.get("/tasks?kind=limitation_near").expect(200).body["items"][0]["id"].as_str().unwrap().to_owned();
    let etag = amy.get(&format!("/tasks/{task}")).etag();
    amy.post_on(&etag, &format!("/tasks/{task}/closure"), &json!({ "note": "Drafting." })).expect(200);
    assert_eq!(told("2025-07-07"), Vec::<String>::new(), "an alert that was dealt with is not repeated");
    let last = "ENF/2025/00001: the last day for a notice of intent is 2025-08-05, in 2 days";
    assert_eq!(told("2025-08-03"), [last], "after missed nights, one alert stands for all that were due");
    server.world.check("2025-08-03".parse().unwrap());
    assert_eq!(told("2025-08-05"), [last]);
    let events = amy.walk(&format!("/properties/{home}/events"));
    assert_eq!(events.iter().filter(|event| event["kind"] == "enforcement.limitation_near").count(), 2);

    let other = open(&server, &home, &breach);
    go_to(&server, "2025-08-05");
    to_complete_evidence(&server, &other);
    to_notice_of_intent(&server, &other);
    assert_eq!(amy.get(&format!("/enforcement/{other}")).body["alert_on"], Value::Null);
    let due = amy.walk("/enforcement?limitation_by=2025-08-05&state=opened");
    assert_eq!(due.iter().map(|case| &case["id"]).collect::<Vec<_>>(), [&json!(id)]);
}

#[test]
fn a_case_that_cannot_be_read_keeps_no_other_alert_waiting() {
    let server = Server::start();
    let (_, home, breach) = missed(&server);
    let (broken, whole) = (open(&server, &home, &breach), open(&server, &home, &breach));
    let damage =
        format!("UPDATE enforcement_cases SET limitation_basis = '{{' || limitation_basis WHERE id = '{broken}'");
    server.world.database.run(&damage);
    let night = "2025-07-06".parse().unwrap();
    let mut failures = Vec::new();
    let foretold = check::foretell_alerts(&server.app, night, |why| failures.push(why)).unwrap();
    assert_eq!((foretold.len(), failures.len()), (1, 1));
    assert!(failures[0].contains(&broken), "{failures:?}");
    assert_eq!(server.world.night("2025-07-06").failures, 1);
    let tasks = server.world.tasks();
    let keys = |kind| tasks.iter().filter(|task| task.kind == kind).map(|task| task.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(TaskKind::CheckFailed), [broken]);
    assert_eq!(keys(TaskKind::LimitationNear), [format!("{whole} 2025-08-05 30")]);
}
