//! Which homes need a licence on a day: exemptions, who lives there, and the verdict with its reason.

use serde_json::{Value, json};

use crate::support::case::{application, go_to, house, licence, step};
use crate::support::server::{Client, Reply, Server};

fn home(server: &Server, number: u32) -> String {
    server.amy().post("/properties", &house(number)).expect(201).id()
}

fn how(server: &Server, home: &str, on: &str) -> Value {
    server.amy().get(&format!("/properties/{home}/requirement?on={on}")).expect(200).body
}

fn ask(server: &Server, home: &str, kind: &str, on: &str) -> Reply {
    let form = json!({
        "kind": kind, "party_id": server.khan_id, "steps": "The house is being sold.", "notified_on": on,
    });
    server.amy().post(&format!("/properties/{home}/exemptions"), &form)
}

/// Decides something of an exemption from its newest state.
fn decide(person: &Client, exemption: &str, step: &Value) -> Reply {
    let path = format!("/exemptions/{exemption}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/steps"), step)
}

fn serve(on: &str) -> Value {
    json!({ "step": "serve", "on": on })
}

#[test]
fn a_temporary_exemption_lasts_three_months_a_second_follows_it_and_there_is_never_a_third() {
    let server = Server::start();
    let (amy, tom, home) = (server.amy(), server.tom(), home(&server, 1));
    let asked = ask(&server, &home, "temporary", "2025-01-20").expect(201);
    assert_eq!((&asked.body["reference"], &asked.body["state"]), (&json!("EXE/2025/00001"), &json!("notified")));
    assert_eq!(asked.header("location"), format!("/api/v1/exemptions/{}", asked.id()));
    ask(&server, &home, "temporary", "2025-01-21").refuses(409, "exemption-waiting", "EXE/2025/00001");
    assert_eq!(how(&server, &home, "2025-01-22")["verdict"], "protected");
    decide(&amy, &asked.id(), &serve("2025-01-22")).refuses(403, "forbidden", "role");
    decide(&tom, &asked.id(), &serve("2025-01-19")).refuses(409, "too-early", "2025-01-20");
    let first = decide(&tom, &asked.id(), &serve("2025-01-22")).expect(200).body;
    assert_eq!((&first["from"], &first["until"]), (&json!("2025-01-22"), &json!("2025-04-21")));
    let because = first["until_explained"]["because"].as_str().unwrap();
    assert!(because.starts_with("3 months beginning with Wednesday 22 January 2025, the day of service"), "{because}");
    for (on, verdict) in [("2025-01-22", "exempt"), ("2025-04-21", "exempt"), ("2025-04-22", "unlicensed")] {
        assert_eq!(how(&server, &home, on)["verdict"], verdict, "{on}");
    }
    assert_eq!(how(&server, &home, "2025-04-21")["until_explained"], first["until_explained"]);

    go_to(&server, "2025-04-10");
    let second = ask(&server, &home, "temporary", "2025-04-10").expect(201).id();
    decide(&tom, &second, &serve("2025-04-10")).refuses(409, "no-exceptional-circumstances", "circumstances");
    let why = json!({ "step": "serve", "on": "2025-04-10", "circumstances": "The buyer died before completion." });
    let served = decide(&tom, &second, &why).expect(200).body;
    assert_eq!((&served["from"], &served["until"]), (&json!("2025-04-22"), &json!("2025-07-21")));

    go_to(&server, "2025-07-10");
    let third = ask(&server, &home, "temporary", "2025-07-10").expect(201).id();
    let again = json!({ "step": "serve", "on": "2025-07-10", "circumstances": "Another buyer died." });
    decide(&tom, &third, &again).refuses(409, "no-third-exemption", "never a third");
    let refusal = json!({ "step": "refuse", "on": "2025-07-10", "reasons": "Two notices were served." });
    let refused = decide(&tom, &third, &refusal).expect(200).body;
    assert_eq!((&refused["state"], &refused["appeal_by"]["on"]), (&json!("refused"), &json!("2025-08-06")));
    assert_eq!(how(&server, &home, "2025-08-06")["verdict"], "protected");
    assert_eq!(how(&server, &home, "2025-08-07")["verdict"], "unlicensed");

    let nothing = json!({ "step": "end", "with": "nothing", "on": "2025-07-10", "reason": "It is still let." });
    decide(&amy, &second, &nothing).refuses(409, "exemption-runs", "2025-07-21");
    go_to(&server, "2025-07-22");
    assert_eq!(decide(&amy, &second, &nothing).expect(200).body["state"], "ended_nothing");
    let enquiries = amy.walk(&format!("/enquiries?property_id={home}"));
    assert_eq!((enquiries.len(), &enquiries[0]["source"]), (1, &json!("exemption_ended")));
    let enquiry = format!("/enquiries/{}", enquiries[0]["id"].as_str().unwrap());
    assert_eq!(amy.get(&enquiry).expect(200).body["exemption_id"], json!(second));
    let listed = amy.get(&format!("/properties/{home}/exemptions")).expect(200).body;
    let states = listed["items"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap());
    assert_eq!(states.collect::<Vec<_>>(), ["served", "ended_nothing", "refused"]);
    let events = amy.walk(&format!("/properties/{home}/events"));
    let kinds = events.iter().map(|event| event["kind"].as_str().unwrap()).collect::<Vec<_>>();
    let last = ["exemption.notified", "exemption.refused", "exemption.ended", "enquiry.opened"];
    assert!(kinds.ends_with(&last), "{kinds:?}");
}

#[test]
fn the_night_tells_officers_two_weeks_before_an_exemption_ends_and_asks_until_they_record_with_what() {
    let server = Server::start();
    let (amy, tom, home) = (server.amy(), server.tom(), home(&server, 1));
    let first = ask(&server, &home, "temporary", "2025-01-20").expect(201).id();
    decide(&tom, &first, &serve("2025-01-22")).expect(200);
    let open = || amy.walk("/tasks?kind=exemption_ends&open=true");
    server.world.night("2025-04-06");
    assert_eq!(open().len(), 0, "fifteen days before");
    server.world.night("2025-04-07");
    assert_eq!(open()[0]["title"], "EXE/2025/00001: its last day is Monday 21 April 2025");
    let second = ask(&server, &home, "temporary", "2025-04-07").expect(201).id();
    let why = json!({ "step": "serve", "on": "2025-04-07", "circumstances": "The buyer died before completion." });
    decide(&tom, &second, &why).expect(200);
    server.world.night("2025-04-22");
    assert_eq!(open().len(), 1, "a second notice follows the first");
    server.world.night("2025-07-22");
    let titles = open().iter().map(|task| task["title"].clone()).collect::<Vec<_>>();
    assert_eq!(titles[1], "EXE/2025/00002: its last day is Monday 21 July 2025");
    let nothing = json!({ "step": "end", "with": "nothing", "on": "2025-07-22", "reason": "It is still let." });
    decide(&amy, &second, &nothing).expect(200);
    for task in open() {
        let path = format!("/tasks/{}", task["id"].as_str().unwrap());
        let etag = amy.get(&path).expect(200).etag();
        amy.post_on(&etag, &format!("{path}/closure"), &json!({ "note": "Recorded." })).expect(200);
    }
    server.world.night("2025-07-23");
    assert_eq!(open().len(), 0);
}

#[test]
fn an_appeal_against_the_refusal_of_a_notice_protects_while_it_runs_and_one_that_is_allowed_brings_the_notice() {
    for (outcome, verdict, state) in [("dismissed", "unlicensed", "refused"), ("allowed", "protected", "notified")] {
        let server = Server::start();
        let (amy, tom, home) = (server.amy(), server.tom(), home(&server, 1));
        let asked = ask(&server, &home, "temporary", "2025-01-20").expect(201).id();
        let path = format!("/exemptions/{asked}");
        let lodge =
            json!({ "reference": "MAN/00EF/HSL/2025/0001", "appellant_id": server.khan_id, "lodged_on": "2025-02-10" });
        go_to(&server, "2025-02-10");
        amy.post(&format!("{path}/appeals"), &lodge).refuses(409, "no-decision", "exemption that was refused");
        let refusal = json!({ "step": "refuse", "on": "2025-01-22", "reasons": "No steps are shown." });
        let refused = decide(&tom, &asked, &refusal).expect(200).body;
        assert_eq!((&refused["effective_until"], &refused["protects_today"]), (&json!("2025-02-18"), &json!(true)));
        let appeal = amy.post(&format!("{path}/appeals"), &lodge).expect(201);
        assert_eq!((&appeal.body["exemption_id"], &appeal.body["notice_id"]), (&json!(asked), &Value::Null));
        assert_eq!(how(&server, &home, "2025-06-02")["verdict"], "protected");

        go_to(&server, "2025-06-10");
        let ended = json!({ "outcome": outcome, "decided_on": "2025-06-05", "ordered": "So ordered." });
        let decision = format!("/appeals/{}/decision", appeal.id());
        amy.post_on(&appeal.etag(), &decision, &ended).refuses(403, "forbidden", "role");
        tom.post_on(&appeal.etag(), &decision, &ended).expect(200);
        assert_eq!(how(&server, &home, "2025-06-05")["verdict"], "protected", "{outcome}");
        assert_eq!(how(&server, &home, "2025-06-06")["verdict"], verdict, "{outcome}");
        assert_eq!(amy.get(&path).expect(200).body["state"], state);
        let listed = amy.get(&format!("{path}/appeals")).expect(200).body;
        assert_eq!(listed["items"][0]["outcome"], outcome);
        if outcome == "allowed" {
            assert_eq!(decide(&tom, &asked, &serve("2025-06-10")).expect(200).body["until"], "2025-09-09");
        }
    }
}

#[test]
fn the_register_of_exemption_notices_shows_each_one_that_runs_on_a_day() {
    let server = Server::start();
    let (amy, tom, home) = (server.amy(), server.tom(), home(&server, 1));
    let first = ask(&server, &home, "temporary", "2025-01-20").expect(201);
    assert_eq!(amy.walk("/register/exemptions").len(), 0, "asked for is not served");
    decide(&tom, &first.id(), &serve("2025-01-22")).expect(200);
    go_to(&server, "2025-04-10");
    let second = ask(&server, &home, "temporary", "2025-04-10").expect(201).id();
    let why = json!({ "step": "serve", "on": "2025-04-10", "circumstances": "The buyer died before completion." });
    decide(&tom, &second, &why).expect(200);
    let on = |day: &str| amy.walk(&format!("/register/exemptions?on={day}"));
    for (day, reference) in [
        ("2025-01-21", None),
        ("2025-01-22", Some("EXE/2025/00001")),
        ("2025-04-21", Some("EXE/2025/00001")),
        ("2025-04-22", Some("EXE/2025/00002")),
        ("2025-07-21", Some("EXE/2025/00002")),
        ("2025-07-22", None),
    ] {
        let found = on(day).iter().map(|one| one["reference"].clone()).collect::<Vec<_>>();
        assert_eq!(found, reference.into_iter().map(|reference| json!(reference)).collect::<Vec<_>>(), "{day}");
    }
    let entry = on("2025-05-01").remove(0);
    assert_eq!((&entry["notified_by"]["name"], &entry["follows"]), (&json!("Mr A Khan"), &json!("EXE/2025/00001")));
    assert_eq!((&entry["steps"], &entry["until_on"]), (&json!("The house is being sold."), &json!("2025-07-21")));
    assert!(entry["home"]["address"].as_str().unwrap().contains("1 Invented Street"), "{entry:#}");
    assert_eq!(on("2025-02-01")[0]["follows"], Value::Null);
}

#[test]
fn after_the_holders_death_each_home_is_exempt_for_three_months_and_three_more_where_they_are_asked_for() {
    let server = Server::start();
    let tom = server.tom();
    let granted = licence(&server, 1);
    let home = granted.body["property_id"].as_str().unwrap().to_owned();
    assert_eq!(how(&server, &home, "2025-02-19")["verdict"], "licensed");
    ask(&server, &home, "death", "2025-02-14").refuses(409, "nobody-died", "holder's death");
    go_to(&server, "2025-03-03");
    let died = json!({ "step": "holder_died", "on": "2025-02-20" });
    tom.post_on(&granted.etag(), &format!("/licences/{}/steps", granted.id()), &died).expect(200);
    for (on, verdict, statute) in [
        ("2025-02-19", "licensed", "section 85(1)"),
        ("2025-02-20", "exempt", "section 91"),
        ("2025-05-19", "exempt", "section 91"),
        ("2025-05-20", "unlicensed", "95(1)"),
    ] {
        let found = how(&server, &home, on);
        assert_eq!(found["verdict"], verdict, "{on}");
        assert!(found["statute"].as_str().unwrap().ends_with(statute), "{found:#}");
    }
    go_to(&server, "2025-05-20");
    ask(&server, &home, "death", "2025-05-20").refuses(409, "not-while-it-runs", "2025-05-19");
    let asked = ask(&server, &home, "death", "2025-05-19").expect(201);
    let more = decide(&tom, &asked.id(), &serve("2025-05-20")).expect(200).body;
    assert_eq!((&more["from"], &more["until"]), (&json!("2025-05-20"), &json!("2025-08-19")));
    ask(&server, &home, "death", "2025-05-20").refuses(409, "no-third-exemption", "third");
}

#[test]
fn a_ground_is_one_of_the_scheme_and_exempts_with_its_provision_until_it_ends() {
    let server = Server::start();
    let (amy, home) = (server.amy(), home(&server, 1));
    let path = format!("/properties/{home}/exemptions");
    let found = |ground: &str| json!({ "kind": "ground", "ground": ground, "evidence": "On the regulator's register.", "from": "2025-01-06" });
    amy.post(&path, &found("good_looks")).refuses(422, "invalid", "registered_provider");
    let mut refused = found("family");
    refused["refused_because"] = json!("They are not related.");
    assert_eq!(amy.post(&path, &refused).expect(201).body["state"], "refused");
    assert_eq!(how(&server, &home, "2025-01-22")["verdict"], "unlicensed");
    let provider = amy.post(&path, &found("registered_provider")).expect(201);
    assert_eq!((&provider.body["state"], &provider.body["exempts_today"]), (&json!("in_effect"), &json!(true)));
    let exempt = how(&server, &home, "2025-01-22");
    assert_eq!((&exempt["verdict"], &exempt["needs_licence"]), (&json!("exempt"), &json!(false)));
    assert_eq!(exempt["statute"], "Housing Act 2004, section 79(3)");
    let end = json!({ "step": "end", "with": "exempt", "on": "2025-01-20", "reason": "Sold to a private landlord." });
    decide(&amy, &provider.id(), &end).expect(200);
    assert_eq!(how(&server, &home, "2025-01-19")["verdict"], "exempt");
    assert_eq!(how(&server, &home, "2025-01-20")["verdict"], "unlicensed");
    for (body, part) in [
        (json!({ "kind": "ground", "ground": "family", "evidence": "", "from": "2025-01-06" }), "/evidence"),
        (
            json!({ "kind": "temporary", "party_id": server.khan_id, "steps": " ", "notified_on": "2025-01-06" }),
            "/steps",
        ),
        (json!({ "kind": "wish" }), "unknown variant `wish`"),
    ] {
        amy.post(&path, &body).refuses(422, "invalid", part);
    }
}

#[test]
fn who_lives_there_is_kept_day_by_day_and_decides_which_part_applies() {
    let server = Server::start();
    let (amy, home) = (server.amy(), home(&server, 1));
    let path = format!("/properties/{home}/occupancies");
    let count = |on: &str, basis: &str, households: u32, occupiers: u32| json!({ "counted_on": on, "basis": basis, "households": households, "occupiers": occupiers, "source": "visit" });
    amy.post(&path, &count("2025-01-23", "let", 1, 1)).refuses(409, "in-future", "future");
    amy.post(&path, &count("2025-01-22", "let", 3, 2)).refuses(409, "too-many-households", "households");
    amy.post(&path, &count("2025-01-22", "empty", 1, 2)).refuses(409, "occupancy-does-not-fit", "empty");
    amy.post(&path, &count("2025-01-20", "let", 2, 5)).expect(201);
    amy.post(&path, &count("2025-01-10", "let", 1, 3)).expect(201);
    let mut flat = count("2025-01-21", "let", 2, 5);
    flat["flats_in_block"] = json!(3);
    amy.post(&path, &flat).expect(201);
    amy.post(&path, &count("2025-01-22", "owner_occupied", 1, 2)).expect(201);
    for (on, verdict) in [
        ("2025-01-09", "unlicensed"),
        ("2025-01-19", "unlicensed"),
        ("2025-01-20", "part_2"),
        ("2025-01-21", "unlicensed"),
        ("2025-01-22", "not_let"),
    ] {
        assert_eq!(how(&server, &home, on)["verdict"], verdict, "{on}");
    }
    let listed = amy.get(&path).expect(200).body;
    let days = listed["items"].as_array().unwrap().iter().map(|one| one["counted_on"].as_str().unwrap());
    assert_eq!(days.collect::<Vec<_>>(), ["2025-01-10", "2025-01-20", "2025-01-21", "2025-01-22"]);
}

#[test]
fn a_verdict_names_what_it_rests_on_and_is_for_those_who_read_cases() {
    let server = Server::start();
    let (amy, elsewhere) = (
        server.amy(),
        json!({
            "address": "1 Elsewhere Road", "street": "Elsewhere Road", "postcode": "ZZ99 9ZZ", "dwelling": "house",
        }),
    );
    let elsewhere = amy.post("/properties", &elsewhere).expect(201).id();
    assert_eq!(how(&server, &elsewhere, "2025-01-22")["verdict"], "not_in_area");
    let made = application(&server, 2);
    let home = made.body["property_id"].as_str().unwrap().to_owned();
    for one in [
        json!({ "step": "submit", "on": "2025-01-20", "declarations_signed": true }),
        json!({ "step": "pay_part_a" }),
        json!({ "step": "find_complete" }),
    ] {
        step(&amy, &made.id(), &one);
    }
    let protected = how(&server, &home, "2025-01-22");
    assert_eq!((&protected["verdict"], &protected["application_id"]), (&json!("protected"), &json!(made.id())));
    assert_eq!(
        (&protected["needs_licence"], &protected["statute"]),
        (&json!(true), &json!("Housing Act 2004, section 95(3)"))
    );
    let today = amy.get(&format!("/properties/{home}/requirement")).expect(200).body;
    assert_eq!(today, protected);
    assert_eq!(how(&server, &home, "2024-10-31")["verdict"], "not_in_area");
    server.person("the auditor").get(&format!("/properties/{home}/requirement")).expect(200);
    for person in ["Mr Khan", "the agent", "the partner"] {
        server.person(person).get(&format!("/properties/{home}/requirement")).refuses(403, "forbidden", "role");
    }
    amy.get("/properties/0190a000-0000-7000-8000-000000000000/requirement").refuses(404, "not-found", "");
    amy.get(&format!("/properties/{home}/requirement?on=someday")).refuses(422, "invalid", "on");
}
