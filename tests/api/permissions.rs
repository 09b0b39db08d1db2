//! Who may call what: every route, every role, every account state, against the table that a council officer can read.

use std::collections::BTreeSet;

use selective_licensing::domain::actor::{AccountState, Role};
use selective_licensing::http;

use crate::support::desk::Desk;

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
    paths.into_iter().flat_map(of_path).filter(|(_, path)| path.starts_with("/api/")).collect()
}

fn call(desk: &Desk, row: &Row, token: &str) -> u16 {
    let names = ["{id}", "{part}", "{number}"];
    let path = names.iter().fold(row.path.clone(), |path, name| path.replace(name, NOBODYS));
    let (etag, body) = if row.method == "GET" { ("", None) } else { ("\"1\"", Some("{}")) };
    desk.call(&row.method, token, &path, etag, body).status
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
    let tokens = ROLES.map(|role| {
        let party = matches!(role, Role::Landlord | Role::Agent).then_some(khan.id);
        desk.token(role, party)
    });
    let mut wrong = Vec::new();
    for row in table() {
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
    for row in table() {
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
