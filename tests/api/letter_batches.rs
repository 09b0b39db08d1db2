//! Letters printed and posted together, through HTTP: who has which letter, what is served, and what is left out.

use chrono::TimeDelta;
use selective_licensing::actions::{self, Expected, Service};
use selective_licensing::clock::Clock;
use selective_licensing::domain::actor::Role;
use selective_licensing::domain::calendar::Method;
use selective_licensing::domain::demand::{Demand, ServiceState};
use selective_licensing::domain::letter::{Letter, LetterState};
use selective_licensing::domain::licence::Licence;
use serde_json::{Value, json};

use crate::support::desk::{Desk, Reply};
use crate::support::world::day;

const BATCHES: &str = "/api/v1/letter-batches";
const NOBODYS: &str = "01946c5e-8800-7000-8000-0123456789ab";

/// A council with this many demands on paper, written and waiting to be printed.
fn desk_with(count: usize) -> (Desk, Vec<Demand>) {
    let desk = Desk::open();
    let demands = (1..=count).map(|number| demand(&desk, number)).collect();
    desk.world.post();
    (desk, demands)
}

fn licence(desk: &Desk, number: usize) -> Licence {
    desk.world.licensed_home(&desk.world.landlord(&format!("Landlord {number}"), false), None)
}

fn demand(desk: &Desk, number: usize) -> Demand {
    desk.world.issued_demand(&licence(desk, number), &["9.6"])
}

fn letter_of(desk: &Desk, demand: &Demand) -> Letter {
    desk.world.letters().into_iter().find(|letter| letter.demand_id == Some(demand.cover.id)).unwrap()
}

fn print(desk: &Desk, token: &str, form: &Value) -> Reply {
    desk.post(token, BATCHES, "", form)
}

fn path(batch: &Value, rest: &str) -> String {
    format!("{BATCHES}/{}{rest}", batch["id"].as_str().unwrap())
}

fn letters_in(batch: &Value) -> Vec<String> {
    batch["letters"].as_array().unwrap().iter().map(|one| one["letter_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_batch_is_one_file_under_its_hash_with_each_letter_on_a_sheet_of_its_own() {
    let (desk, _) = desk_with(3);
    let token = desk.token(Role::Officer, None);
    let batch = print(&desk, &token, &json!({})).expect(201).body;
    let pages = batch["letters"].as_array().unwrap().iter();
    let pages = pages.map(|one| (one["first_page"].as_i64().unwrap(), one["last_page"].as_i64().unwrap()));
    let pages = pages.collect::<Vec<_>>();
    assert_eq!(pages.len(), 3);
    assert!(pages.iter().all(|(first, last)| first % 2 == 1 && first <= last), "{pages:?}");
    assert!(pages.windows(2).all(|two| two[0].1 < two[1].0), "{pages:?}");
    let (head, bytes) = desk.download_from(&token, &path(&batch, "/pdf"), "");
    assert!(head.contains("content-type: application/pdf") && head.contains("attachment; filename=\"letters-2025-"));
    assert_eq!(i64::try_from(bytes.len()).unwrap(), batch["bytes"].as_i64().unwrap());
    let sha256 = batch["sha256"].as_str().unwrap();
    let kept = desk.world.folder.path().join("files").join(&sha256[0..2]).join(&sha256[2..4]).join(sha256);
    assert_eq!(std::fs::read(kept).unwrap(), bytes);
    assert!(head.contains(&format!("etag: \"{sha256}\"")));
    let (head, part) = desk.download_from(&token, &path(&batch, "/pdf"), "Range: bytes=0-4\r\n");
    assert!(head.starts_with("HTTP/1.1 206") && part == b"%PDF-");
    let events = desk.world.read(|db| selective_licensing::storage::events::of_chain(db, "service", 0, 1_000));
    let told = events.iter().find(|event| event.body.contains("letter_batch.printed")).expect("an event");
    assert!(told.body.contains(sha256) && !told.body.contains("Landlord 1"));
}

#[test]
fn a_file_of_letters_is_no_orphan_and_is_verified_with_the_others() {
    let (desk, _) = desk_with(1);
    let token = desk.token(Role::Officer, None);
    let batch = print(&desk, &token, &json!({})).expect(201).body;
    let sha256 = batch["sha256"].as_str().unwrap();
    let later = Clock::System.now() + TimeDelta::hours(48);
    let swept = selective_licensing::jobs::files::sweep(&desk.world.app, later).unwrap();
    assert_eq!(swept.unnamed, 0);
    assert!(desk.world.app.files.read(sha256).is_ok());
    let named = desk.world.read(selective_licensing::storage::stored::hashes);
    assert_eq!(named.into_iter().collect::<Vec<_>>(), [sha256]);
}

#[test]
fn two_officers_who_print_at_once_never_have_the_same_letter() {
    let (desk, _) = desk_with(4);
    let tokens = [desk.token(Role::Officer, None), desk.token(Role::TeamLeader, None)];
    let replies = std::thread::scope(|scope| {
        let printing = tokens.iter().map(|token| scope.spawn(|| print(&desk, token, &json!({}))));
        printing.collect::<Vec<_>>().into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    let made = replies.iter().filter(|reply| reply.status == 201).collect::<Vec<_>>();
    assert_eq!(made.len(), 1, "{replies:?}");
    assert_eq!(letters_in(&made[0].body).len(), 4);
    let other = replies.iter().find(|reply| reply.status != 201).unwrap();
    assert_eq!(other.status, 409);
    assert!(["duplicate", "nothing-to-print"].contains(&other.problem()), "{other:?}");
    assert_eq!(print(&desk, &tokens[0], &json!({})).expect(409).problem(), "nothing-to-print");
}

#[test]
fn the_same_request_sent_again_is_the_same_batch() {
    let (desk, _) = desk_with(2);
    let token = desk.token(Role::Officer, None);
    let send = || {
        let head =
            format!("POST {BATCHES} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\n");
        desk.raw(&format!(
            "{head}Authorization: Bearer {token}\r\nIdempotency-Key: print-1\r\nContent-Length: 2\r\n\r\n{{}}"
        ))
    };
    let (first, again) = (send(), send());
    assert!(first.starts_with("HTTP/1.1 201"), "{first}");
    let body = |reply: &str| reply.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&first), body(&again));
}

#[test]
fn letters_that_cannot_be_in_a_batch_are_named() {
    let (desk, demands) = desk_with(4);
    let token = desk.token(Role::Officer, None);
    let ids = demands.iter().map(|demand| letter_of(&desk, demand).id.to_string()).collect::<Vec<_>>();
    let taken = print(&desk, &token, &json!({ "letters": [ids[0]] })).expect(201).body;
    let letter = desk.get(&token, &format!("/api/v1/letters/{}", ids[1])).expect(200);
    let how = json!({ "posted_on": "2025-01-02", "method": "delivered_by_hand" });
    desk.post(&token, &format!("/api/v1/letters/{}/posting", ids[1]), &letter.etag, &how).expect(200);
    withdraw(&desk, &demands[2]);
    let asked = json!({ "letters": [ids[3], NOBODYS, ids[0], ids[1], ids[2], ids[3]] });
    let refused = print(&desk, &token, &asked).expect(422).body;
    let told = refused["errors"].as_array().unwrap();
    let of = |place: usize| told.iter().find(|fault| fault["pointer"] == format!("/letters/{place}"));
    assert_eq!(of(0), None);
    for (place, words) in [
        (1, format!("there is no letter {NOBODYS}")),
        (2, format!("is in the open batch {}", taken["id"].as_str().unwrap())),
        (3, "it is posted".to_owned()),
        (4, format!("the demand {} is withdrawn", demands[2].cover.reference)),
        (5, "is named twice".to_owned()),
    ] {
        let detail = of(place).unwrap()["detail"].as_str().unwrap();
        assert!(detail.contains(&words), "{detail}");
    }
    let many = vec![NOBODYS; 201];
    print(&desk, &token, &json!({ "letters": many })).expect(422);
    print(&desk, &token, &json!({ "letters": [] })).expect(422);
    let rest = print(&desk, &token, &json!({})).expect(201).body;
    assert_eq!(letters_in(&rest), [ids[3].clone()]);
}

fn withdraw(desk: &Desk, demand: &Demand) {
    let now = desk.world.demand_now(demand);
    let cx = desk.world.tom();
    let (id, expected) = (now.cover.id, Expected(now.cover.revision));
    desk.world.write(|tx| actions::demands::withdraw(tx, &cx, id, expected, "asked in error"));
}

#[test]
fn posting_a_batch_serves_each_demand_as_recording_it_by_hand_does() {
    let methods = [Method::FirstClassPost, Method::SecondClassPost, Method::DeliveredByHand, Method::LeftAtAddress];
    for method in methods {
        let (desk, demands) = desk_with(2);
        let token = desk.token(Role::Officer, None);
        let asked = json!({ "letters": [letter_of(&desk, &demands[0]).id] });
        let batch = print(&desk, &token, &asked).expect(201);
        desk.world.go_to("2025-01-10", "16:00");
        let posting = json!({ "posted_on": "2025-01-10", "method": method, "evidence": "certificate 4711" });
        let posted = desk.post(&token, &path(&batch.body, "/posting"), &batch.etag, &posting).expect(200);
        assert_eq!((&posted.body["state"], &posted.body["posted_on"]), (&json!("posted"), &json!("2025-01-10")));
        assert_eq!(posted.body["letters"][0]["state"], "posted");
        let by_hand = by_hand(&desk, &demands[1], method);
        let together = desk.world.demand_now(&demands[0]);
        assert_eq!(together.cover.served_on, by_hand.cover.served_on, "{method}");
        assert_eq!(together.items[0].due_on, by_hand.items[0].due_on, "{method}");
        let (one, other) = (together.holder().unwrap(), by_hand.holder().unwrap());
        assert_eq!((one.state, &one.deemed_basis), (ServiceState::Served, &other.deemed_basis), "{method}");
        let evidence = one.evidence.clone().unwrap();
        let sha256 = batch.body["sha256"].as_str().unwrap();
        assert!(evidence.contains(sha256) && evidence.ends_with("; certificate 4711"), "{evidence}");
        assert!(desk.world.tasks().iter().all(|task| task.letter_id != Some(letter_of(&desk, &demands[0]).id)));
        let twice = desk.post(&token, &path(&batch.body, "/posting"), &posted.etag, &posting).expect(409);
        assert_eq!(twice.problem(), "letter-batch-state");
        desk.post(&token, &path(&batch.body, "/posting"), &batch.etag, &posting).expect(412);
    }
}

fn by_hand(desk: &Desk, demand: &Demand, method: Method) -> Demand {
    let cx = desk.world.amy();
    let now = desk.world.demand_now(demand);
    let (id, expected, holder) = (now.cover.id, Expected(now.cover.revision), now.holder().unwrap().id);
    let dispatched_at = day("2025-01-10").and_hms_opt(11, 0, 0).unwrap();
    let service = Service { method, dispatched_at, address: None, evidence: None, proved: None };
    let app = &desk.world.app;
    desk.world.write(|tx| actions::demands::record_service(tx, &cx, &app.rules, id, expected, holder, service.clone()))
}

#[test]
fn what_was_withdrawn_returned_or_posted_meanwhile_is_left_out_and_named() {
    let (desk, demands) = desk_with(4);
    let token = desk.token(Role::Officer, None);
    let batch = print(&desk, &token, &json!({})).expect(201);
    withdraw(&desk, &demands[0]);
    let returned = desk.world.demand_now(&demands[1]);
    let (id, expected) = (returned.cover.id, Expected(returned.cover.revision));
    let (cx, holder) = (desk.world.amy(), returned.holder().unwrap().id);
    desk.world.write(|tx| actions::demands::record_return(tx, &cx, id, expected, holder, "gone away"));
    by_hand_on(&desk, &demands[2]);
    let posting = json!({ "posted_on": "2025-01-02", "method": "first_class_post" });
    let posted = desk.post(&token, &path(&batch.body, "/posting"), &batch.etag, &posting).expect(200).body;
    for (number, words) in [(0, "is withdrawn"), (1, "is not_served"), (2, "is served already")] {
        let letter = letter_of(&desk, &demands[number]);
        let shown = posted["letters"].as_array().unwrap();
        let shown = shown.iter().find(|one| one["letter_id"] == json!(letter.id)).unwrap();
        let why = shown["left_out"].as_str().unwrap_or_default();
        assert!(why.contains(words) && why.contains(&demands[number].cover.reference), "{why}");
        assert_eq!(letter.state, LetterState::GivenUp);
    }
    assert_eq!(letter_of(&desk, &demands[3]).state, LetterState::Posted);
    assert_eq!(desk.world.demand_now(&demands[3]).cover.served_on, Some(day("2025-01-06")));
}

fn by_hand_on(desk: &Desk, demand: &Demand) {
    desk.world.serve_by_hand_at(&desk.world.demand_now(demand), "2025-01-02", "09:00");
}

#[test]
fn a_batch_of_which_nothing_is_left_changes_nothing_and_one_that_is_cancelled_frees_its_letters() {
    let (desk, demands) = desk_with(1);
    let token = desk.token(Role::Officer, None);
    let batch = print(&desk, &token, &json!({})).expect(201);
    for (posting, problem) in [
        (json!({ "posted_on": "2025-01-03", "method": "first_class_post" }), "day-of-posting"),
        (json!({ "posted_on": "2025-01-01", "method": "first_class_post" }), "day-of-posting"),
        (json!({ "posted_on": "2025-01-02", "method": "email" }), "not-on-paper"),
    ] {
        let refused = desk.post(&token, &path(&batch.body, "/posting"), &batch.etag, &posting).expect(409);
        assert_eq!(refused.problem(), problem);
    }
    let reason = json!({ "reason": "the printer jammed" });
    let cancelled = desk.post(&token, &path(&batch.body, "/cancellation"), &batch.etag, &reason).expect(200);
    assert_eq!((&cancelled.body["state"], &cancelled.body["reason"]), (&json!("cancelled"), &reason["reason"]));
    let again = print(&desk, &token, &json!({})).expect(201);
    assert_eq!(letters_in(&again.body), letters_in(&batch.body));
    assert_eq!(again.body["sha256"], batch.body["sha256"], "the same letters on the same day are the same file");
    withdraw(&desk, &demands[0]);
    let posting = json!({ "posted_on": "2025-01-02", "method": "first_class_post" });
    let refused = desk.post(&token, &path(&again.body, "/posting"), &again.etag, &posting).expect(409);
    assert_eq!(refused.problem(), "nothing-to-post");
    let open = desk.get(&token, &format!("{BATCHES}?state=open")).expect(200).body;
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
    assert_eq!(desk.get(&token, &format!("{BATCHES}/{NOBODYS}")).expect(404).problem(), "not-found");
    desk.get(&desk.token(Role::Landlord, Some(desk.world.khan().id)), BATCHES).expect(403);
}
