//! Sign in to the pages: who gets a link, what it takes to use it, and how a session ends (P43 to P47).

use std::sync::Barrier;
use std::time::Instant;

use chrono::TimeDelta;
use selective_licensing::actions::{access, gazetteer};
use selective_licensing::domain::actor::{AccountState, Actor, Role};
use selective_licensing::domain::party::{PartyFacts, PartyKind};

use crate::support::browser::Browser;
use crate::support::pages::Pages;

const KHAN: &str = "mr.a.khan@landlord.example";
const NOBODY: &str = "nobody@nowhere.example";

/// A council in which Mr Khan holds a licence and Tees Lettings manage for him.
fn council() -> Pages {
    let pages = Pages::open();
    let world = &pages.desk.world;
    let agent = world.landlord("Tees Lettings", true);
    world.licensed_home(&world.khan(), Some(&agent));
    pages
}

type Header<'a> = (&'a str, &'a str);

fn sessions(pages: &Pages) -> usize {
    pages.desk.world.database.count("sessions WHERE ended_at IS NULL")
}

#[test]
fn a_holder_signs_in_by_the_mailed_link_and_an_account_comes_to_be_with_its_event() {
    let pages = council();
    let mut browser = pages.browser();
    assert_eq!(pages.desk.world.database.count(&format!("accounts WHERE email = '{KHAN}'")), 0);
    pages.sign_in(&mut browser, KHAN);
    assert!(browser.open("/due").text().contains("Hind Street"));
    let made = "accounts WHERE role = 'landlord' AND state = 'active'";
    assert_eq!(pages.desk.world.database.count(made), 1);
    let events = "events WHERE chain = 'service' AND kind = 'account.added' AND body LIKE '%\"role\":\"landlord\"%'";
    assert_eq!(pages.desk.world.database.count(events), 1);
    pages.sign_in(&mut pages.browser(), KHAN);
    assert_eq!(pages.desk.world.database.count(made), 1, "the second time it is there");
}

#[test]
fn who_only_is_an_agent_becomes_one_and_whoever_is_both_is_a_landlord() {
    let pages = council();
    let world = &pages.desk.world;
    pages.sign_in(&mut pages.browser(), "tees.lettings@landlord.example");
    assert_eq!(world.database.count("accounts WHERE role = 'agent'"), 1);
    let both = world.landlord("Both Ltd", true);
    world.licensed_home(&both, None);
    world.licensed_home(&world.landlord("Somebody", false), Some(&both));
    pages.sign_in(&mut pages.browser(), "both.ltd@landlord.example");
    assert_eq!(world.database.count("accounts WHERE role = 'landlord'"), 1);
}

#[test]
fn an_address_of_several_people_or_of_the_staff_gets_no_link_and_a_strangers_may_apply() {
    let pages = council();
    let world = &pages.desk.world;
    world.landlord("No Licence", true);
    let operator = world.app.context(Actor::operator());
    let twin = PartyFacts {
        kind: PartyKind::Person,
        name: "Twin".to_owned(),
        address: "1 Twin Road".to_owned(),
        email: Some("TWIN@landlord.example".to_owned()),
        phone: None,
        company_number: None,
    };
    for _ in 0..2 {
        let party = world.write(|tx| gazetteer::add_party(tx, &operator, twin.clone()));
        world.licensed_home(&party, None);
    }
    let khan = world.landlord("Mrs Khan", true);
    world.write(|tx| {
        access::add(tx, &operator, "Gone", "gone@x.example", Role::Landlord, AccountState::Active, Some(khan.id))?;
        access::disable(tx, &operator, "gone@x.example")?;
        access::add(tx, &operator, "New", "new@x.example", Role::Landlord, AccountState::Invited, Some(khan.id))
    });
    for email in ["twin@landlord.example", "gone@x.example", "new@x.example", "amy@council.example"] {
        pages.ask(&mut pages.browser(), email).expect(303);
        assert_eq!(pages.link_to(email), None, "{email}");
    }
    pages.ask(&mut pages.browser(), &KHAN.to_uppercase()).expect(303);
    assert!(pages.link_to(KHAN).is_some(), "however it is written");
    for email in [NOBODY, "no.licence@landlord.example"] {
        pages.ask(&mut pages.browser(), email).expect(303);
        assert!(pages.link_to(email).is_some(), "{email} may apply");
    }
}

#[test]
fn the_answer_is_the_same_for_known_and_unknown_addresses_and_so_is_its_time() {
    let pages = council();
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..60 {
        for (which, email) in [KHAN, NOBODY].into_iter().enumerate() {
            pages.desk.world.wait(TimeDelta::minutes(16));
            let mut browser = pages.browser();
            let form = browser.open("/sign-in");
            let began = Instant::now();
            let answer = browser.submit(&form, &[("email", email)]).expect(303);
            times[which].push(began.elapsed());
            assert_eq!(answer.header("location"), "/check-your-mail");
            assert_eq!(answer.headers.len(), pages.ask(&mut pages.browser(), NOBODY).headers.len(), "{round}");
        }
    }
    let median = |times: &mut Vec<std::time::Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let [known, unknown] = &mut times;
    let (known, unknown) = (median(known), median(unknown));
    assert!(known.abs_diff(unknown).as_millis() < 5, "{known:?} against {unknown:?}");
}

#[test]
fn of_a_hundred_parallel_uses_of_one_link_one_signs_in_and_a_replay_is_gone() {
    let pages = council();
    let mut browser = pages.browser();
    pages.ask(&mut browser, KHAN).expect(303);
    let link = pages.link_to(KHAN).unwrap();
    let button = browser.open(&link);
    let together = Barrier::new(100);
    let statuses = std::thread::scope(|scope| {
        let using = (0..100).map(|_| {
            let mut copy = pages.browser();
            copy.cookies = browser.cookies.clone();
            let (button, together) = (&button, &together);
            scope.spawn(move || {
                together.wait();
                copy.submit(button, &[]).status
            })
        });
        let using = using.collect::<Vec<_>>();
        using.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 303 | 410 | 429)), "{statuses:?}");
    assert_eq!(sessions(&pages), 1);
    pages.desk.world.wait(TimeDelta::minutes(16));
    browser.submit(&button, &[]).expect(410);
}

#[test]
fn looking_at_a_link_uses_nothing_up_and_another_browser_cannot_use_it() {
    let pages = council();
    let mut browser = pages.browser();
    pages.ask(&mut browser, KHAN).expect(303);
    let link = pages.link_to(KHAN).unwrap();
    for _ in 0..1_000 {
        browser.open(&link);
    }
    pages.browser().get(&link).expect(403);
    let mut other = pages.browser();
    let form = other.open("/sign-in");
    let token = form.form().fields[0].1.clone();
    other.post(&link, &[("Sec-Fetch-Site", "same-origin")], &format!("token={token}")).expect(403);
    assert_eq!(sessions(&pages), 0);
    let button = browser.open(&link);
    browser.submit(&button, &[]).expect(303);
    assert_eq!(sessions(&pages), 1);
}

#[test]
fn a_link_dies_after_ten_minutes_and_when_a_newer_one_is_sent() {
    let pages = council();
    let world = &pages.desk.world;
    let mut browser = pages.browser();
    pages.ask(&mut browser, KHAN).expect(303);
    let old = pages.link_to(KHAN).unwrap();
    let button = browser.open(&old);
    world.wait(TimeDelta::seconds(601));
    browser.submit(&button, &[]).expect(410);
    pages.ask(&mut browser, KHAN).expect(303);
    let first = pages.link_to(KHAN).unwrap();
    let mut later = pages.browser();
    pages.ask(&mut later, KHAN).expect(303);
    let second = pages.link_to(KHAN).unwrap();
    assert_ne!(first, second);
    let button = browser.open(&first);
    browser.submit(&button, &[]).expect(410);
    let button = later.open(&second);
    later.submit(&button, &[]).expect(303);
}

#[test]
fn no_secret_of_signing_in_is_stored() {
    let pages = council();
    let mut browser = pages.browser();
    pages.ask(&mut browser, KHAN).expect(303);
    let secret = pages.link_to(KHAN).unwrap().trim_start_matches("/sign-in/").to_owned();
    let nonce = browser.cookies["asking"].clone();
    let button = browser.open(&format!("/sign-in/{secret}"));
    browser.submit(&button, &[]).expect(303);
    let dump = pages.desk.world.database.dump(&[]).join("\n");
    for kept in [&secret, &nonce, &browser.cookies["session"]] {
        assert!(!dump.contains(kept.as_str()));
    }
    assert!(dump.contains("/sign-in/[not kept]"), "the text that went is stored but for its secret");
}

#[test]
fn asking_too_often_is_refused_alike_for_every_address() {
    let pages = council();
    for email in [KHAN, NOBODY] {
        let mut answers = (0..7).map(|_| pages.ask(&mut pages.browser(), email).status).collect::<Vec<_>>();
        answers.dedup();
        assert_eq!(answers, [303, 429], "{email}");
    }
    pages.desk.world.wait(TimeDelta::minutes(15));
    pages.ask(&mut pages.browser(), KHAN).expect(303);
    let last = (0..60).map(|number| pages.ask(&mut pages.browser(), &format!("{number}@guess.example")).status).last();
    assert_eq!(last, Some(429), "many addresses from one place");
    let mut browser = pages.browser();
    pages.desk.world.wait(TimeDelta::minutes(16));
    pages.ask(&mut browser, NOBODY);
    let guess = browser.open(&format!("/sign-in/{}", "0".repeat(64)));
    let guesses = (0..60).map(|_| browser.submit(&guess, &[]).status).collect::<Vec<_>>();
    assert_eq!((guesses[0], guesses[59]), (410, 429));
}

/// Asks for Mr Khan's link from that place, as a proxy tells it.
fn ask_from(pages: &Pages, browser: &mut Browser, place: usize) -> u16 {
    let token = browser.open("/sign-in").form().fields[0].1.clone();
    let place = format!("198.51.100.{place}");
    let headers = [("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", place.as_str())];
    pages.desk.world.wait(TimeDelta::milliseconds(1));
    browser.post("/sign-in", &headers, &format!("token={token}&email={KHAN}")).status
}

#[test]
fn strangers_cannot_keep_somebody_out_who_signed_in_before_or_asks_from_elsewhere() {
    let pages = Pages::with(&[("LICENSING__SERVER__BEHIND_PROXY", "true")]);
    pages.desk.world.licensed_home(&pages.desk.world.khan(), None);
    let mut own = pages.browser();
    pages.sign_in(&mut own, KHAN);
    pages.desk.world.wait(TimeDelta::minutes(16));
    assert_eq!(ask_from(&pages, &mut own, 200), 303);
    let link = pages.link_to(KHAN).unwrap();
    let button = own.open(&link);
    let from_one = (0..9).map(|_| ask_from(&pages, &mut pages.browser(), 1)).filter(|status| *status == 303).count();
    assert_eq!(from_one, 5);
    assert_eq!(ask_from(&pages, &mut pages.browser(), 2), 303, "somewhere else, in a new browser");
    let more = (3..200).map(|place| ask_from(&pages, &mut pages.browser(), place)).filter(|status| *status == 303);
    assert_eq!(more.count(), 4, "ten for one address, however many places ask");
    pages.link_to(KHAN).expect("the strangers' links were mailed");
    own.submit(&button, &[]).expect(303);
    assert_eq!(ask_from(&pages, &mut own, 200), 303, "in the browser in which he signed in before");
    let planted = own.cookies["earlier"].clone();
    let mut thief = pages.browser();
    thief.cookies.insert("session".to_owned(), planted);
    assert_eq!(thief.get("/due").status, 303, "what is kept of an earlier session opens nothing");
}

#[test]
fn a_session_is_new_at_sign_in_and_the_old_one_is_dead() {
    let pages = council();
    let mut browser = pages.browser();
    let planted = "a".repeat(64);
    browser.cookies.insert("session".to_owned(), planted.clone());
    pages.sign_in(&mut browser, KHAN);
    let first = browser.cookies["session"].clone();
    assert_ne!(first, planted, "a cookie that somebody planted is not taken on");
    pages.sign_in(&mut browser, KHAN);
    let second = browser.cookies["session"].clone();
    assert_ne!(first, second);
    let mut old = pages.browser();
    old.cookies.insert("session".to_owned(), first);
    assert_eq!(old.get("/due").expect(303).header("location"), "/sign-in");
    browser.open("/due");
}

#[test]
fn a_session_ends_idle_in_the_end_by_sign_out_everywhere_and_with_its_account() {
    let pages = council();
    let world = &pages.desk.world;
    let open = |browser: &mut Browser| browser.get("/due").status == 200;

    let mut idle = pages.browser();
    pages.sign_in(&mut idle, KHAN);
    world.wait(TimeDelta::minutes(59));
    assert!(open(&mut idle), "used within the hour");
    world.wait(TimeDelta::minutes(59));
    assert!(open(&mut idle), "and again within the hour");
    world.wait(TimeDelta::minutes(60));
    assert!(!open(&mut idle));
    assert!(!idle.cookies.contains_key("session"), "the browser is told to forget it");

    let mut long = pages.browser();
    pages.sign_in(&mut long, KHAN);
    for _ in 0..23 {
        world.wait(TimeDelta::minutes(30));
        assert!(open(&mut long));
    }
    world.wait(TimeDelta::minutes(30));
    assert!(!open(&mut long), "twelve hours are the most");

    let (mut one, mut other) = (pages.browser(), pages.browser());
    pages.sign_in(&mut one, KHAN);
    pages.sign_in(&mut other, KHAN);
    let page = one.open("/sign-out");
    let copy = one.cookies.clone();
    one.submit(&page, &[]).expect(303);
    let mut thief = pages.browser();
    thief.cookies = copy;
    assert!(!open(&mut thief) && open(&mut other), "signed out here, not there");
    pages.sign_in(&mut one, KHAN);
    let page = one.open("/sign-out");
    one.submit(&page, &[("everywhere", "yes")]).expect(303);
    assert!(!open(&mut other), "signed out everywhere");

    world.wait(TimeDelta::minutes(16));
    pages.sign_in(&mut one, KHAN);
    let operator = world.app.context(Actor::operator());
    world.write(|tx| access::disable(tx, &operator, KHAN));
    assert!(!open(&mut one), "the account is closed");
    assert_eq!(sessions(&pages), 0);
}

#[test]
fn the_cookies_are_bound_to_the_host_over_https_and_the_browser_is_told_to_stay_there() {
    let pages = Pages::with(&[("LICENSING__SERVER__PUBLIC_URL", "https://licensing.example.org")]);
    let world = &pages.desk.world;
    world.licensed_home(&world.khan(), None);
    let mut browser = pages.browser();
    let form = browser.open("/sign-in");
    let cookie = form.header("set-cookie");
    assert!(cookie.starts_with("__Host-asking="), "{cookie}");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert_eq!(form.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
    browser.submit(&form, &[("email", KHAN)]).expect(303);
    let link = pages.link_to(KHAN).unwrap();
    let button = browser.open(&link);
    let done = browser.submit(&button, &[]).expect(303);
    let set =
        done.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(set[0].starts_with("__Host-session=") && set[0].contains("; Secure"), "{set:?}");
}

#[test]
fn a_forged_form_is_refused_and_changes_nothing_whatever_it_forges() {
    let pages = council();
    let world = &pages.desk.world;
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let demand = world.served_demand(&licence, &["1", "6"], "2025-01-23");
    let mut browser = pages.signed_in(khan.id, Role::Landlord);
    let mut other = pages.signed_in(khan.id, Role::Landlord);
    let items =
        demand.items.iter().map(|item| format!("/demands/{}/items/{}", demand.cover.id, item.id)).collect::<Vec<_>>();
    let forms = [
        format!("{}/not-applicable", items[0]),
        format!("{}/explanation", items[0]),
        format!("{}/alarms", items[1]),
        "/sign-out".to_owned(),
    ];
    for path in forms {
        let fields = browser.open(&path).form().fields;
        let token = fields.iter().find(|(name, _)| name == "token").unwrap().1.clone();
        let others = other.open(&path).form().fields.iter().find(|(name, _)| name == "token").unwrap().1.clone();
        assert_ne!(token, others);
        let before = world.database.dump(&[]);
        let body = |token: &str| format!("token={token}&revision=1&text=It+has+no+gas&everywhere=yes");
        let own = format!("http://{}", pages.desk.address);
        let forgeries: [(&str, &[Header<'_>], String); 9] = [
            ("no token", &[("Sec-Fetch-Site", "same-origin")], "revision=1&text=x".to_owned()),
            ("wrong token", &[("Sec-Fetch-Site", "same-origin")], body(&"0".repeat(64))),
            ("another session's token", &[("Sec-Fetch-Site", "same-origin")], body(&others)),
            ("evil origin", &[("Origin", "https://evil.example")], body(&token)),
            ("no origin", &[("Origin", "null")], body(&token)),
            ("another site", &[("Sec-Fetch-Site", "cross-site"), ("Origin", &own)], body(&token)),
            ("a sister site", &[("Sec-Fetch-Site", "same-site"), ("Origin", &own)], body(&token)),
            ("plain text", &[("Content-Type", "text/plain"), ("Sec-Fetch-Site", "same-origin")], body(&token)),
            ("no word of where from, no token", &[], "revision=1&text=x".to_owned()),
        ];
        for (what, headers, body) in forgeries {
            assert_eq!(browser.post(&path, headers, &body).status, 403, "{path}: {what}");
        }
        assert_eq!(world.database.dump(&[]), before, "{path}");
    }
    let own = format!("http://{}", pages.desk.address);
    let form = browser.open("/sign-out").form();
    let token = form.fields[0].1.clone();
    browser.post("/sign-out", &[("Origin", &own)], &format!("token={token}")).expect(303);
}
