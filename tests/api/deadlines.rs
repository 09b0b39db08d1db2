//! What date would it be, and why: the worked examples of the counting rules, through HTTP.

use selective_licensing::domain::actor::Role;
use serde_json::{Value, json};

use crate::support::desk::Desk;
use crate::support::world::day;

fn posted(method: &str, at: &str, days: u32) -> Value {
    json!({ "served": { "method": method, "dispatched_at": at }, "days": days })
}

#[test]
fn every_worked_example_of_deemed_receipt_gives_its_dates_and_says_why() {
    let desk = Desk::open();
    let token = desk.token(Role::Partner, None);
    for (method, at, received_on, due_on, sentence) in [
        (
            "first_class_post",
            "2025-01-08T09:00:00",
            "2025-01-10",
            "2025-01-24",
            "the second working day after posting, Friday 10 January 2025",
        ),
        (
            "first_class_post",
            "2025-01-10T09:00:00",
            "2025-01-14",
            "2025-01-28",
            "the second working day after posting, Tuesday 14 January 2025",
        ),
        (
            "first_class_post",
            "2025-04-17T09:00:00",
            "2025-04-23",
            "2025-05-07",
            "(here Friday 18 April 2025, Good Friday; Monday 21 April 2025, Easter Monday)",
        ),
        (
            "first_class_post",
            "2024-12-23T09:00:00",
            "2024-12-27",
            "2025-01-10",
            "the second working day after posting, Friday 27 December 2024",
        ),
        (
            "first_class_post",
            "2025-12-24T09:00:00",
            "2025-12-30",
            "2026-01-13",
            "the second working day after posting, Tuesday 30 December 2025",
        ),
        (
            "second_class_post",
            "2025-01-08T09:00:00",
            "2025-01-14",
            "2025-01-28",
            "the fourth working day after posting, Tuesday 14 January 2025",
        ),
        (
            "delivered_by_hand",
            "2025-01-22T10:00:00",
            "2025-01-22",
            "2025-02-05",
            "Delivered by hand on Wednesday 22 January 2025",
        ),
        (
            "left_at_address",
            "2025-01-22T10:00:00",
            "2025-01-22",
            "2025-02-05",
            "Left at the proper address on Wednesday 22 January 2025, and so received on that day.",
        ),
    ] {
        let reply = desk.post(&token, "/api/v1/deadlines/preview", "", &posted(method, at, 14)).expect(200);
        assert_eq!(reply.body["received_on"], received_on, "{method} {at}");
        assert_eq!(reply.body["deemed"]["on"], received_on, "{method} {at}");
        assert_eq!(reply.body["due"]["on"], due_on, "{method} {at}");
        let because = reply.body["deemed"]["because"].as_str().unwrap();
        assert!(because.contains(sentence), "{because}");
    }
}

#[test]
fn days_within_a_receipt_do_not_count_its_own_day_and_say_so() {
    let desk = Desk::open();
    let token = desk.token(Role::Landlord, Some(desk.world.khan().id));
    for (days, due_on, acted_on, sentence) in [
        (
            7,
            "2025-01-29",
            "2025-01-30",
            "7 days after Wednesday 22 January 2025, the day of receipt, which is not itself counted, ends on Wednesday 29 January 2025; weekends and bank holidays count.",
        ),
        (
            14,
            "2025-02-05",
            "2025-02-06",
            "14 days after Wednesday 22 January 2025, the day of receipt, which is not itself counted, ends on Wednesday 5 February 2025; weekends and bank holidays count.",
        ),
    ] {
        let asked = json!({ "received_on": "2025-01-22", "days": days });
        let reply = desk.post(&token, "/api/v1/deadlines/preview", "", &asked).expect(200);
        assert_eq!(reply.body["deemed"], Value::Null);
        assert_eq!(reply.body["due"]["on"], due_on);
        assert_eq!(reply.body["due"]["because"], sentence);
        assert_eq!(reply.body["due"]["rule"], "within_days");
        assert_eq!(reply.body["actionable_from"]["on"], acted_on);
    }
}

#[test]
fn a_due_date_on_good_friday_stays_and_is_acted_on_after_easter() {
    let desk = Desk::open();
    let token = desk.token(Role::Officer, None);
    let asked = json!({ "received_on": "2025-04-04", "days": 14 });
    let reply = desk.post(&token, "/api/v1/deadlines/preview", "", &asked).expect(200);
    assert_eq!(reply.body["due"]["on"], "2025-04-18");
    assert_eq!(
        reply.body["actionable_from"]["because"],
        "The first working day after Friday 18 April 2025, the due day, is Tuesday 22 April 2025; weekends and bank \
         holidays do not count (here Monday 21 April 2025, Easter Monday)."
    );
}

#[test]
fn an_email_counts_only_with_consent_and_before_half_past_four() {
    let desk = Desk::open();
    let token = desk.token(Role::Officer, None);
    let mail = |at: &str, consent: bool| {
        let asked =
            json!({ "served": { "method": "email", "dispatched_at": at, "consent": consent }, "condition": "9.6" });
        desk.post(&token, "/api/v1/deadlines/preview", "", &asked)
    };
    for (at, received_on) in [("2025-01-22T16:29:00", "2025-01-22"), ("2025-01-24T16:30:00", "2025-01-27")] {
        let reply = mail(at, true).expect(200);
        assert_eq!(reply.body["received_on"], received_on);
        assert_eq!(reply.body["days"], 14, "condition 9.6 allows 14 days");
    }
    let refused = mail("2025-01-22T09:00:00", false).expect(409);
    assert_eq!(refused.problem(), "no-consent");
    assert!(refused.body["detail"].as_str().unwrap().contains("section 247"));
}

#[test]
fn a_preview_that_says_too_little_or_too_much_is_refused_by_field() {
    let desk = Desk::open();
    let token = desk.token(Role::Officer, None);
    let served = json!({ "method": "delivered_by_hand", "dispatched_at": "2025-01-22T10:00:00" });
    for (asked, pointer) in [
        (json!({ "days": 14 }), "/served"),
        (json!({ "served": served, "received_on": "2025-01-22", "days": 14 }), "/served"),
        (json!({ "received_on": "2025-01-22" }), "/days"),
        (json!({ "received_on": "2025-01-22", "days": 14, "condition": "9.6" }), "/days"),
        (json!({ "received_on": "2025-01-22", "days": 0 }), "/days"),
        (json!({ "received_on": "2025-01-22", "days": 367 }), "/days"),
        (json!({ "received_on": "2025-01-22", "condition": "99.9" }), "/condition"),
        (json!({ "received_on": "2025-02-30", "days": 14 }), "/received_on"),
        (
            json!({ "served": { "method": "pigeon", "dispatched_at": "2025-01-22T10:00:00" }, "days": 14 }),
            "/served/method",
        ),
    ] {
        let refused = desk.post(&token, "/api/v1/deadlines/preview", "", &asked).expect(422);
        assert_eq!(refused.problem(), "invalid");
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{asked}");
    }
}

#[test]
fn what_falls_due_comes_earliest_first_page_by_page_with_nothing_lost_or_repeated() {
    let desk = Desk::open();
    let world = &desk.world;
    let khan = world.khan();
    for served_on in ["2025-01-20", "2025-01-22", "2025-01-22"] {
        let licence = world.licensed_home(&khan, None);
        world.served_demand(&licence, &["9.6", "9.4"][..1], served_on);
    }
    let token = desk.token(Role::Auditor, None);
    let range = "/api/v1/deadlines?from=2025-01-23&to=2025-12-31";
    let whole = desk.get(&token, range).expect(200).body["items"].as_array().unwrap().clone();
    let dates = whole.iter().map(|one| one["due_on"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(dates[..3], ["2025-02-03", "2025-02-05", "2025-02-05"]);
    assert!(dates.is_sorted());
    assert_eq!(whole[0]["standing"], "due");
    assert_eq!(whole[0]["actionable_from"], "2025-02-04");

    let mut paged = Vec::new();
    let mut path = format!("{range}&limit=1");
    loop {
        let page = desk.get(&token, &path).expect(200).body;
        paged.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{range}&limit=1&after={next}");
    }
    assert_eq!(paged, whole);

    assert_eq!(world.today(), day("2025-01-22"));
    world.go_to("2025-02-05", "09:00");
    let later = desk.get(&token, "/api/v1/deadlines?from=2025-02-01&to=2025-02-05&area=Central%20Stockton").expect(200);
    let standing =
        later.body["items"].as_array().unwrap().iter().map(|one| one["standing"].clone()).collect::<Vec<_>>();
    assert_eq!(standing, ["overdue", "due", "due"]);
}

#[test]
fn a_range_that_cannot_be_is_refused_by_parameter() {
    let desk = Desk::open();
    let token = desk.token(Role::Officer, None);
    for (query, pointer) in [
        ("from=2025-02-05&to=2025-02-04", "?to"),
        ("from=2025-01-01&to=2026-01-03", "?to"),
        ("area=Atlantis", "?area"),
        ("after=tomorrow", "?after"),
        ("after=2025-02-05_x", "?after"),
        ("limit=0", "?limit"),
        ("colour=red", "?colour"),
        ("limit=1&limit=2", "?limit"),
        ("from=2025-02-30", "?from"),
    ] {
        let refused = desk.get(&token, &format!("/api/v1/deadlines?{query}")).expect(422);
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{query}");
    }
    desk.get(&token, "/api/v1/deadlines?from=2025-01-01&to=2026-01-02").expect(200);
    let landlord = desk.token(Role::Landlord, Some(desk.world.khan().id));
    assert_eq!(desk.get(&landlord, "/api/v1/deadlines").expect(403).problem(), "forbidden");
}
