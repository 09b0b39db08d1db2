//! Requests that mean ill or are broken: each is answered or cut off, and the service goes on.

use std::io::Write as _;
use std::time::{Duration, Instant};

use selective_licensing::domain::actor::Role;
use serde_json::json;

use crate::support::desk::{Desk, Reply, read_all};

const PREVIEW: &str = "/api/v1/deadlines/preview";

fn desk() -> (Desk, String) {
    let desk = Desk::with(&[
        ("LICENSING__SERVER__BODY_SECONDS", "1"),
        ("LICENSING__SERVER__HEADER_SECONDS", "1"),
        ("LICENSING__SERVER__BODY_LIMIT_BYTES", "2000"),
    ]);
    let token = desk.token(Role::Officer, None);
    (desk, token)
}

fn head(token: &str, more: &str) -> String {
    format!("POST {PREVIEW} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\n{more}\r\n")
}

fn lives(desk: &Desk) {
    desk.get("", "/health").expect(200);
}

#[test]
fn a_client_that_drips_its_body_is_cut_off_in_time() {
    let (desk, token) = desk();
    let mut stream = desk.connect();
    let start = Instant::now();
    let json = "Content-Type: application/json\r\nContent-Length: 1000\r\n";
    stream.write_all(head(&token, json).as_bytes()).unwrap();
    let mut dripping = stream.try_clone().unwrap();
    let drip = std::thread::spawn(move || {
        while dripping.write_all(b" ").is_ok() && start.elapsed().as_secs() < 20 {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let reply = Reply::read(&read_all(&mut stream));
    assert_eq!(reply.status, 408);
    assert_eq!(reply.problem(), "too-slow");
    drip.join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "cut off only after {:?}", start.elapsed());
    lives(&desk);
}

#[test]
fn a_client_that_never_ends_its_headers_is_cut_off_in_time() {
    let (desk, _) = desk();
    let start = Instant::now();
    let answer = desk.raw("GET /health HTTP/1.1\r\nHost: test\r\n");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
    lives(&desk);
}

#[test]
fn bodies_that_cannot_be_taken_are_refused_as_problems() {
    let (desk, token) = desk();
    let good = json!({ "received_on": "2025-01-22", "days": 14 }).to_string();
    for (kind, body, status, problem) in [
        ("application/json", format!("{good}{}", " ".repeat(3000)), 413, "too-large"),
        ("text/plain", good.clone(), 415, "media-type"),
        ("application/x-www-form-urlencoded", good.clone(), 415, "media-type"),
        ("application/json", "{\"days\":".to_owned(), 400, "bad-json"),
        ("application/json", String::new(), 400, "bad-json"),
        ("application/json", format!("{good}{good}"), 400, "bad-json"),
        ("application/json", "{\"condition\": \"9\0.6\"}".to_owned(), 400, "bad-json"),
        ("application/json", "[".repeat(1900), 422, "invalid"),
        ("application/json", "{\"served\":".repeat(190), 422, "invalid"),
        ("application/json", "[null, \"2025-01-22\", 14, null]".to_owned(), 422, "invalid"),
        ("application/json", "[]".to_owned(), 422, "invalid"),
        ("application/json", "{\"dayz\": 14}".to_owned(), 422, "invalid"),
        ("application/json", "{\"condition\": \"9\\u0000.6\"}".to_owned(), 422, "invalid"),
    ] {
        let headers = format!("Connection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        let reply = Reply::read(&desk.raw(&format!("{}{body}", head(&token, &headers))));
        assert_eq!(reply.status, status, "{body:.40?} as {kind}: {reply:?}");
        assert_eq!(reply.problem(), problem, "{body:.40?}");
    }
    lives(&desk);
}

#[test]
fn a_text_with_nul_is_refused_by_its_field_and_an_escaped_backslash_is_not_one() {
    let (desk, token) = desk();
    let nul = desk.call("POST", &token, PREVIEW, "", Some(r#"{"received_on":"2025-01-22","condition":"9.6\u0000"}"#));
    assert_eq!(nul.expect(422).body["errors"][0]["pointer"], "/condition");
    let text = desk.call("POST", &token, PREVIEW, "", Some(r#"{"received_on":"2025-01-22","condition":"9.6\\u0000"}"#));
    let detail = text.expect(422).body["errors"][0]["detail"].clone();
    assert_eq!(detail, "not a condition of the scheme");
    assert_eq!(desk.get(&token, "/api/v1/demands?text=a%00b").expect(422).problem(), "invalid");
}

#[test]
fn a_wrong_address_is_not_found_and_a_wrong_method_says_which_are_right() {
    let (desk, token) = desk();
    for path in ["/api/v1/nothing", "/nothing", "/api/v1/demands/not-an-id", "/api/v1/letters/a/b/c"] {
        assert_eq!(desk.get(&token, path).expect(404).problem(), "not-found", "{path}");
    }
    for (method, path, allow) in [
        ("DELETE", "/api/v1/demands", "GET, POST"),
        ("GET", PREVIEW, "POST"),
        ("POST", "/health", "GET"),
        ("TRACE", "/api/v1/demands", "GET, POST"),
        ("PATCH", "/api/v1/breaches/0198d5b6-0000-7000-8000-000000000000", "GET"),
    ] {
        let reply = desk.call(method, &token, path, "", None).expect(405);
        assert_eq!(reply.problem(), "method-not-allowed");
        assert_eq!(reply.allow, allow, "{method} {path}");
    }
    desk.call("TRACE", &token, "/nothing", "", None).expect(404);
}

#[test]
fn a_request_that_two_programs_could_read_differently_is_refused() {
    let (desk, token) = desk();
    for headers in [
        "Content-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Type: application/json\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Content-Type: application/json\r\nContent-Length: -1\r\n",
        "Content-Type: application/json\r\nContent-Length : 2\r\n",
    ] {
        let answer = desk.raw(&format!("{}{{}}", head(&token, headers)));
        assert!(answer.starts_with("HTTP/1.1 400"), "{headers:?}: {answer:?}");
    }
    lives(&desk);
}

#[test]
fn a_body_announced_too_large_is_refused_before_it_is_sent() {
    let (desk, token) = desk();
    let answer = desk.raw(&head(&token, "Content-Type: application/json\r\nContent-Length: 99999999999\r\n"));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer:?}");
    lives(&desk);
}

#[test]
fn the_scheme_of_the_token_may_be_written_in_any_case_and_the_docs_are_found_without_a_slash() {
    let (desk, token) = desk();
    let me =
        format!("GET /api/v1/me HTTP/1.1\r\nHost: test\r\nAuthorization: bearer {token}\r\nConnection: close\r\n\r\n");
    assert!(desk.raw(&me).starts_with("HTTP/1.1 200"));
    let docs = desk.raw("GET /api/docs HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    assert!(docs.starts_with("HTTP/1.1 307") && docs.contains("location: /api/docs/"), "{docs}");
}

#[test]
fn a_name_that_looks_other_than_it_is_is_refused() {
    let (desk, token) = desk();
    for (field, text, refused) in [
        ("name", "Khan\u{202E}gpj.exe", true),
        ("name", "Khan\u{200B}", true),
        ("address", "1 High Street\u{202E}", true),
        ("address", "1 High Street\r\nStockton", false),
    ] {
        let mut party = json!({ "kind": "person", "name": "A Khan", "address": "1 High Street" });
        party[field] = json!(text);
        let reply = desk.post(&token, "/api/v1/parties", "", &party);
        assert_eq!(reply.status, if refused { 422 } else { 201 }, "{text:?}: {reply:?}");
    }
}
