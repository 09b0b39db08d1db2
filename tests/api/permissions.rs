//! Who may call what: every route, every role, every account state, against the table that a council officer can read.

use std::collections::BTreeSet;

use selective_licensing::domain::actor::{AccountState, Role};
use selective_licensing::domain::sign_in::form_token;
use selective_licensing::http;

use crate::support::browser::{Browser, Page};
use crate::support::desk::Desk;
use crate::support::pages::Pages;

const TABLE: &str = include_str!("permissions.csv");
const ROLES: [Role; 6] = [Role::Officer, Role::TeamLeader, Role::Landlord, Role::Agent, Role::Partner, Role::Auditor];
const NOBODYS: &str = "01946c5e-8800-7000-8000-0123456789ab";

struct Row {
    method: String,
    path: String,
    may: Vec<bool>,
}

fn table() -> Vec<Row> {
    let lines = TABLE.lines().skip(1).filter(|line| !line.trim().is_empty());
    let row = |line: &str| {
        let mut cells = line.split(',').map(str::trim);
        let (method, path) = (cells.next().unwrap().to_owned(), cells.next().unwrap().to_owned());
        let may = cells.map(|cell| match cell {
            "yes" => true,
            "no" => false,
            other => panic!("{line}: \"{other}\" is neither yes nor no"),
        });
        let may = may.collect();
        Row { method, path, may }
    };
    lines.map(row).collect()
}

fn operations() -> BTreeSet<(String, String)> {
    let document = serde_json::to_value(http::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let of_path = |(path, item): (String, serde_json::Value)| {
        let methods = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect::<Vec<_>>();
        methods.into_iter().map(move |method| (method, path.clone()))
    };
    let pages = http::pages::table().into_iter().map(|(method, path)| (method, path.to_owned()));
    paths.into_iter().flat_map(of_path).filter(|(_, path)| path.starts_with("/api/")).chain(pages).collect()
}

fn call(desk: &Desk, row: &Row, token: &str) -> u16 {
    let names = ["{id}", "{part}", "{number}"];
    let path = names.iter().fold(row.path.clone(), |path, name| path.replace(name, NOBODYS));
    let (etag, body) = if row.method == "GET" { ("", None) } else { ("\"1\"", Some("{}")) };
    desk.call(&row.method, token, &path, etag, body).status
}

fn page_rows() -> Vec<Row> {
    table().into_iter().filter(|row| !row.path.starts_with("/api/")).collect()
}

fn api_rows() -> Vec<Row> {
    table().into_iter().filter(|row| row.path.starts_with("/api/")).collect()
}

/// Asks for a page, or sends the form that its session would send.
fn visit(browser: &mut Browser, row: &Row) -> Page {
    let path = row.path.replace("{secret}", &"0".repeat(64));
    let path = ["{id}", "{part}", "{number}"].iter().fold(path, |path, name| path.replace(name, NOBODYS));
    if row.method == "GET" {
        return browser.get(&path);
    }
    let secret = if row.path.starts_with("/sign-in") { "asking" } else { "session" };
    let token = browser.cookies.get(secret).map(|secret| form_token(secret)).unwrap_or_default();
    browser.post(&path, &[("Sec-Fetch-Site", "same-origin")], &format!("token={token}&email=nobody%40x.example"))
}

/// Open to everybody: such a page never asks for a session.
fn is_public(row: &Row) -> bool {
    row.may.iter().all(|may| *may)
}

#[test]
fn each_role_may_see_the_pages_that_the_table_says_and_no_other() {
    let pages = Pages::open();
    let khan = pages.desk.world.khan();
    let mut wrong = Vec::new();
    for (place, role) in ROLES.iter().enumerate() {
        for row in page_rows() {
            let party = matches!(role, Role::Landlord | Role::Agent).then_some(khan.id);
            let mut browser = pages.signed_in_as(party, *role);
            browser.open("/sign-in");
            let status = visit(&mut browser, &row).status;
            if (status != 403) != row.may[place] || status >= 500 {
                wrong.push(format!("{} {} as {role}: {status}", row.method, row.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_sees_a_page_of_a_session_without_a_live_one_of_an_active_account() {
    let pages = Pages::open();
    let world = &pages.desk.world;
    let khan = world.khan();
    let mut out = pages.signed_in(khan.id, Role::Landlord);
    world.database.run("UPDATE accounts SET state = 'disabled' WHERE role = 'landlord'");
    let mut guess = pages.browser();
    guess.cookies.insert("session".to_owned(), "0".repeat(64));
    for row in page_rows().iter().filter(|row| !is_public(row)) {
        for browser in [&mut pages.browser(), &mut guess, &mut out] {
            let kept = browser.cookies.clone();
            let page = visit(browser, row);
            assert_eq!(
                (page.status, page.header("location").as_str()),
                (303, "/sign-in"),
                "{} {}",
                row.method,
                row.path
            );
            browser.cookies = kept;
        }
    }
}

#[test]
fn every_route_has_its_row_and_every_row_its_route() {
    let rows = table().into_iter().map(|row| (row.method, row.path)).collect::<BTreeSet<_>>();
    let without_row = operations().difference(&rows).cloned().collect::<Vec<_>>();
    let without_route = rows.difference(&operations()).cloned().collect::<Vec<_>>();
    assert!(without_row.is_empty(), "routes that nobody decided about: {without_row:?}");
    assert!(without_route.is_empty(), "rows without a route: {without_route:?}");
}

#[test]
fn each_role_may_do_what_the_table_says_and_nothing_else() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let police = desk.world.police("2030-01-01");
    let tokens = ROLES.map(|role| {
        let party = match role {
            Role::Landlord | Role::Agent => Some(khan.id),
            Role::Partner => Some(police.party_id),
            _ => None,
        };
        desk.token(role, party)
    });
    // References are for officers to whom they were entrusted; here they all are.
    desk.world.database.run("UPDATE accounts SET keeps_references = TRUE");
    let mut wrong = Vec::new();
    for row in api_rows() {
        assert_eq!(row.may.len(), ROLES.len(), "{} {}", row.method, row.path);
        for ((role, token), may) in ROLES.iter().zip(&tokens).zip(&row.may) {
            let status = call(&desk, &row, token);
            let allowed = status != 403;
            if allowed != *may || status == 401 || status >= 500 {
                wrong.push(format!("{} {} as {role}: {status}", row.method, row.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_enters_without_a_live_token_of_an_active_account() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let mut tokens = vec![("nobody", String::new()), ("a guess", "slt_0123".to_owned())];
    for role in ROLES {
        let party = matches!(role, Role::Landlord | Role::Agent).then_some(khan.id);
        for state in [AccountState::Invited, AccountState::Disabled] {
            tokens.push((state.spelling(), desk.token_of(role, party, state)));
        }
    }
    for row in api_rows() {
        for (who, token) in &tokens {
            assert_eq!(call(&desk, &row, token), 401, "{} {} as {who}", row.method, row.path);
        }
    }
}

#[test]
fn the_description_of_the_api_is_the_one_that_was_agreed() {
    let now = format!("{}\n", http::openapi().to_pretty_json().unwrap());
    let agreed = include_str!("openapi.json");
    let first = now.lines().zip(agreed.lines()).position(|(now, agreed)| now != agreed);
    let advice = "look at the change, then `cargo run -- openapi > tests/api/openapi.json`";
    assert!(now == agreed, "the API has changed from line {first:?} on: {advice}");
}
