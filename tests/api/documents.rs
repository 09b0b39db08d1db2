//! Files that are sent in: taken or refused, kept, seen and downloaded, through HTTP.

use std::io::Write as _;
use std::time::{Duration, Instant};

use selective_licensing::domain::actor::Role;
use selective_licensing::domain::id::Spelled as _;
use selective_licensing::domain::licence::Licence;
use selective_licensing::domain::task::TaskKind;
use selective_licensing::jobs;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::support::desk::{Desk, Reply, read_all};
use crate::support::files::{Form, head, jpeg, pdf, png};

struct Case {
    desk: Desk,
    licence: Licence,
    landlord: String,
    officer: String,
}

fn case() -> Case {
    case_with(&[])
}

fn case_with(settings: &[(&str, &str)]) -> Case {
    let desk = Desk::with(settings);
    let khan = desk.world.khan();
    let licence = desk.world.licensed_home(&khan, None);
    let (landlord, officer) = (desk.token(Role::Landlord, Some(khan.id)), desk.token(Role::Officer, None));
    Case { desk, licence, landlord, officer }
}

impl Case {
    fn send(&self, name: &str, kind: &str, bytes: &[u8]) -> Reply {
        self.desk.send_file(&self.landlord, self.licence.id.as_str(), name, kind, bytes)
    }

    fn stored(&self) -> Vec<std::path::PathBuf> {
        fn walk(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(&self.desk.world.folder.path().join("files"), &mut found);
        found
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_file_is_taken_kept_under_its_hash_and_given_back_byte_for_byte() {
    let case = case();
    let bytes = pdf("/Lang (en)");
    let sent = case.send("Gas record 2025.pdf", "application/pdf", &bytes).expect(201);
    let hash = sha256(&bytes);
    assert_eq!((&sent.body["sha256"], &sent.body["already_known"]), (&json!(hash), &json!(false)));
    assert_eq!((&sent.body["state"], &sent.body["name"]), (&json!("unscanned"), &json!("Gas record 2025.pdf")));
    assert_eq!(sent.body["property_id"], case.licence.property_id.to_string());
    assert_eq!(sent.body["received"], "2 January 2025 at 09:00 GMT");
    let wanted = format!("{}/{}/{hash}", &hash[..2], &hash[2..4]);
    let stored = case.stored();
    assert!(stored.len() == 1 && stored[0].ends_with(&wanted), "{stored:?}");

    let again = case.send("renamed.pdf", "application/pdf", &bytes).expect(200);
    assert_eq!((&again.body["already_known"], &again.body["id"]), (&json!(true), &sent.body["id"]));
    assert_eq!(case.stored().len(), 1);

    let id = sent.body["id"].as_str().unwrap();
    let (head, back) = case.desk.download(&case.landlord, id, "");
    assert_eq!(back, bytes, "{head}");
    let events = case.desk.world.events_of(case.licence.property_id);
    let received = events.iter().filter(|event| event.body.contains("\"document.received\"")).collect::<Vec<_>>();
    assert!(received.len() == 1 && received[0].body.contains(&hash), "one event, with the hash: {received:?}");
    assert!(!received[0].body.contains("Gas record 2025"), "a file's name may name people");
}

#[test]
fn each_refusal_has_its_own_type_and_status_and_leaves_nothing_behind() {
    let case = case_with(&[("LICENSING__FILES__MAX_BYTES", "20000")]);
    for (name, kind, bytes, status, problem) in [
        ("a.pdf", "application/pdf", Vec::new(), 422, "file-empty"),
        ("a.pdf", "application/pdf", [pdf(""), vec![b'\n'; 20_000]].concat(), 413, "file-too-large"),
        ("a.docx", "application/msword", b"PK\x03\x04[Content_Types].xml word/document.xml".to_vec(), 415, "file-type"),
        ("a.pdf", "application/pdf", b"just words".to_vec(), 415, "file-type"),
        ("a.pdf.exe", "application/pdf", pdf(""), 422, "file-name-disagrees"),
        ("a.pdf", "image/png", pdf(""), 422, "file-type-disagrees"),
        ("a.pdf", "application/pdf", pdf("")[..100].to_vec(), 422, "file-cut-short"),
        ("a.png", "image/png", png(40_000, 40_000), 422, "image-too-large"),
        ("a.jpg", "image/jpeg", [jpeg(10, 10), b"<?php echo 1;".to_vec()].concat(), 422, "file-is-two-things"),
        ("a.pdf", "application/pdf", pdf("/Encrypt 9 0 R"), 422, "pdf-locked"),
        ("a.pdf", "application/pdf", pdf("/OpenAction << /S /JavaScript >>"), 422, "pdf-with-scripts"),
        ("a.pdf", "application/pdf", pdf("/OpenAction << /S /Launch >>"), 422, "pdf-starts-programs"),
        ("a.pdf", "application/pdf", pdf("/Names << /EmbeddedFiles 8 0 R >>"), 422, "pdf-with-files-inside"),
        ("a.pdf", "application/pdf", pdf("/Filter [ /FlateDecode /FlateDecode ]"), 422, "pdf-packed-twice"),
    ] {
        let reply = case.send(name, kind, &bytes).expect(status);
        assert_eq!(reply.problem(), problem);
        assert_eq!(reply.body["errors"][0]["pointer"], "/file");
    }
    assert!(case.stored().is_empty(), "{:?}", case.stored());
    assert_eq!(case.desk.world.database.count("documents"), 0);
    for (name, kind, bytes) in [
        ("a.pdf", "application/octet-stream", pdf("")),
        ("photo.JPG", "image/jpg", jpeg(8192, 6144)),
        ("scan.png", "image/png", png(2480, 3508)),
    ] {
        case.send(name, kind, &bytes).expect(201);
    }
}

#[test]
fn a_form_is_told_what_it_lacks_and_what_it_has_too_much_of() {
    let case = case();
    let (licence, home) = (case.licence.id.as_str(), case.licence.property_id.as_str());
    let other = case.desk.world.licensed_home(&case.desk.world.landlord("Ms B Lee", true), None);
    let file = |form: Form| form.file("file", "a.pdf", "application/pdf", &pdf(""));
    for (form, status, pointer) in [
        (file(Form::with(&[])), 422, "/licence_id"),
        (Form::with(&[("licence_id", licence)]), 422, "/file"),
        (file(Form::with(&[("licence_id", "x")])), 422, "/licence_id"),
        (file(Form::with(&[("licence_id", licence), ("state", "clean")])), 422, "/state"),
        (file(file(Form::with(&[("licence_id", licence)]))), 422, "/file"),
        (
            file(Form::with(&[("licence_id", licence), ("property_id", other.property_id.as_str())])),
            422,
            "/property_id",
        ),
        (file(Form::with(&[("licence_id", licence), ("property_id", home)])), 201, ""),
        (file(Form::with(&[("licence_id", other.id.as_str())])), 404, ""),
    ] {
        let reply = case.desk.send_form(&case.landlord, &form).expect(status);
        assert_eq!(reply.body["errors"][0]["pointer"].as_str().unwrap_or_default(), pointer, "{:#}", reply.body);
    }
    let plain = case.desk.call("POST", &case.landlord, "/api/v1/documents", "", Some("{}"));
    assert_eq!(plain.expect(415).problem(), "media-type");
}

#[test]
fn a_download_cannot_run_in_our_origin_and_comes_in_ranges() {
    let case = case();
    for (name, kind, bytes) in [
        ("a.pdf", "application/pdf", pdf("")),
        ("a.jpg", "image/jpeg", jpeg(10, 10)),
        ("a.png", "image/png", png(10, 10)),
    ] {
        let sent = case.send(name, kind, &bytes).expect(201);
        let id = sent.body["id"].as_str().unwrap();
        let (head, whole) = case.desk.download(&case.landlord, id, "");
        assert_eq!(whole, bytes);
        for line in [
            "HTTP/1.1 200 OK",
            &format!("content-type: {kind}"),
            &format!("content-length: {}", bytes.len()),
            "x-content-type-options: nosniff",
            "content-security-policy: sandbox; default-src 'none'",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-store",
            "accept-ranges: bytes",
        ] {
            assert_eq!(head.lines().filter(|known| known == &line).count(), 1, "{line} in {head}");
        }
        assert!(head.contains("content-disposition: attachment; "), "{head}");
        let (part, some) = case.desk.download(&case.landlord, id, "Range: bytes=3-9\r\n");
        assert!(part.starts_with("HTTP/1.1 206") && some == bytes[3..10], "{part}");
        assert!(part.contains(&format!("content-range: bytes 3-9/{}", bytes.len())), "{part}");
        let (part, _) = case.desk.download(&case.landlord, id, "Range: bytes=99999999-\r\n");
        assert!(part.starts_with("HTTP/1.1 416") && part.contains(&format!("content-range: bytes */{}", bytes.len())));
        let (stale, all) = case.desk.download(&case.landlord, id, "Range: bytes=3-9\r\nIf-Range: \"old\"\r\n");
        assert!(stale.starts_with("HTTP/1.1 200") && all == bytes, "{stale}");
    }
}

#[test]
fn only_those_who_may_see_the_case_see_its_files() {
    let desk = Desk::open();
    let (khan, lee) = (desk.world.khan(), desk.world.landlord("Ms B Lee", true));
    let (agent, stranger) = (desk.world.landlord("Tees Lettings", true), desk.world.landlord("Other Agents", true));
    let licence = desk.world.licensed_home(&khan, Some(&agent));
    let landlord = desk.token(Role::Landlord, Some(khan.id));
    let sent = desk.send_file(&landlord, licence.id.as_str(), "a.pdf", "application/pdf", &pdf("")).expect(201);
    let path = format!("/api/v1/documents/{}", sent.body["id"].as_str().unwrap());
    let list = format!("/api/v1/documents?licence_id={}", licence.id);
    for (role, party, sees) in [
        (Role::Landlord, Some(khan.id), true),
        (Role::Agent, Some(agent.id), true),
        (Role::Landlord, Some(lee.id), false),
        (Role::Agent, Some(stranger.id), false),
        (Role::Officer, None, true),
        (Role::TeamLeader, None, true),
        (Role::Auditor, None, true),
    ] {
        let token = desk.token(role, party);
        let status = if sees { 200 } else { 404 };
        desk.get(&token, &path).expect(status);
        let (head, _) = desk.download(&token, path.rsplit('/').next().unwrap(), "");
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{role}: {head}");
        let listed = desk.get(&token, &list).expect(200).body["items"].as_array().unwrap().len();
        assert_eq!(listed, usize::from(sees), "{role}");
        if !sees {
            desk.send_file(&token, licence.id.as_str(), "a.pdf", "application/pdf", &pdf("/X 1")).expect(404);
        }
    }
    assert_eq!(desk.world.database.count("documents"), 1);
    let kept = std::fs::read_dir(desk.world.folder.path().join("files")).unwrap().count();
    assert_eq!(kept, 2, "the folder of what comes in and one file: what was refused left nothing");
}

#[test]
fn an_officer_keeps_photos_of_a_home_without_a_licence_and_nobody_else_sends_or_sees_them() {
    let case = case();
    let home = case.desk.world.home();
    let photo = Form::with(&[("property_id", home.id.as_str())]).file("file", "door.jpg", "image/jpeg", &jpeg(64, 48));
    let sent = case.desk.send_form(&case.officer, &photo).expect(201);
    assert_eq!((&sent.body["licence_id"], &sent.body["application_id"]), (&json!(null), &json!(null)));
    let again = case.desk.send_form(&case.officer, &photo).expect(200);
    assert_eq!((&again.body["already_known"], &again.body["id"]), (&json!(true), &sent.body["id"]));
    case.desk.send_form(&case.landlord, &photo).expect(403);
    let path = format!("/api/v1/documents/{}", sent.body["id"].as_str().unwrap());
    case.desk.get(&case.landlord, &path).expect(404);
    let listed = case.desk.get(&case.officer, &format!("/api/v1/documents?property_id={}", home.id)).expect(200);
    assert_eq!(listed.body["items"][0]["id"], sent.body["id"]);
    let nowhere =
        Form::with(&[("property_id", case.licence.id.as_str())]).file("file", "a.jpg", "image/jpeg", &jpeg(8, 8));
    let refused = case.desk.send_form(&case.officer, &nowhere).expect(422);
    assert_eq!(refused.body["errors"][0]["pointer"], "/property_id");
}

#[test]
fn a_home_and_a_sender_have_their_limits_and_the_homes_passes_with_time() {
    let case = case_with(&[("LICENSING__FILES__PER_HOME", "2"), ("LICENSING__FILES__PER_SENDER_BYTES", "1500")]);
    let send = |number: u32| case.send("a.pdf", "application/pdf", &pdf(&format!("/Lang (n{number})")));
    send(1).expect(201);
    send(2).expect(201);
    send(2).expect(200);
    assert_eq!(send(3).expect(409).problem(), "home-has-too-many-files");
    case.desk.world.go_to("2025-02-02", "09:00");
    send(3).expect(201);
    case.desk.world.go_to("2025-04-02", "09:00");
    let large = pdf(&format!("/Lang ({})", "x".repeat(800)));
    assert_eq!(case.send("a.pdf", "application/pdf", &large).expect(409).problem(), "sender-has-too-many-files");
    case.desk.send_file(&case.officer, case.licence.id.as_str(), "a.pdf", "application/pdf", &large).expect(201);
}

#[test]
fn a_client_that_drips_an_upload_is_cut_off_and_one_that_is_merely_slow_is_not() {
    let case =
        case_with(&[("LICENSING__SERVER__BODY_SECONDS", "1"), ("LICENSING__FILES__SLOWEST_BYTES_PER_SECOND", "20000")]);
    let licence = [("licence_id", case.licence.id.as_str())];
    let padded = pdf(&" ".repeat(60_000));
    let form = Form::with(&licence).file("file", "a.pdf", "application/pdf", &padded).body();
    for (pieces, pause, status) in [(form.len() / 4_000, 100, 201), (form.len() / 10, 50, 408)] {
        let start = Instant::now();
        let mut stream = case.desk.connect();
        stream.write_all(head(&case.landlord, form.len()).as_bytes()).unwrap();
        let (mut sending, body) = (stream.try_clone().unwrap(), form.clone());
        let sender = std::thread::spawn(move || {
            for piece in body.chunks(body.len() / pieces) {
                if sending.write_all(piece).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(pause));
            }
        });
        let reply = Reply::read(&read_all(&mut stream)).expect(status);
        assert!(status == 201 || reply.problem() == "too-slow");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        drop(stream);
        sender.join().unwrap();
    }
    assert_eq!(case.stored().len(), 1, "nothing is left of what was cut off");
}

#[test]
fn a_body_that_is_broken_off_leaves_nothing_and_one_far_too_large_is_not_read() {
    let case = case_with(&[("LICENSING__FILES__MAX_BYTES", "20000")]);
    let form =
        Form::with(&[("licence_id", case.licence.id.as_str())]).file("file", "a.pdf", "application/pdf", &pdf(""));
    let body = form.body();
    let mut stream = case.desk.connect();
    stream.write_all(head(&case.landlord, body.len()).as_bytes()).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    read_all(&mut stream);
    let far = Reply::read(&case.desk.raw(&head(&case.landlord, 99_999_999))).expect(413);
    assert_eq!(far.problem(), "file-too-large");
    case.desk.get("", "/health").expect(200);
    assert!(case.stored().is_empty(), "{:?}", case.stored());
}

#[test]
fn only_what_is_a_day_old_and_named_by_no_document_is_swept_away() {
    let case = case();
    let sent = case.send("a.pdf", "application/pdf", &pdf("")).expect(201);
    let files = case.desk.world.folder.path().join("files");
    let orphan = sha256(b"nobody's");
    let place = files.join(&orphan[..2]).join(&orphan[2..4]);
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join(&orphan), b"nobody's").unwrap();
    std::fs::write(files.join("incoming").join("cut-off.part"), b"half").unwrap();
    // Files have the machine's time, which a test does not set.
    let now = selective_licensing::clock::Clock::System.now();
    let swept = |hours| jobs::files::sweep(&case.desk.world.app, now + chrono::TimeDelta::hours(hours)).unwrap();
    assert_eq!((swept(23).temporary, swept(23).unnamed), (0, 0), "it may still become part of an upload");
    let gone = swept(25);
    assert_eq!((gone.temporary, gone.unnamed), (1, 1));
    let left = case.stored();
    assert!(left.len() == 1 && left[0].ends_with(sent.body["sha256"].as_str().unwrap()), "{left:?}");
}

#[test]
fn with_a_scanner_nobody_gets_a_file_before_it_is_clean_and_officers_hear_of_a_silent_one() {
    // Nothing listens on a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let case = case_with(&[("LICENSING__SCAN__CLAMD", &format!("127.0.0.1:{port}"))]);
    let sent = case.send("a.pdf", "application/pdf", &pdf("")).expect(201);
    assert_eq!(sent.body["state"], "pending");
    let (head, _) = case.desk.download(&case.officer, sent.body["id"].as_str().unwrap(), "");
    assert!(head.starts_with("HTTP/1.1 409"), "{head}");
    let world = &case.desk.world;
    let round = |minutes| {
        world.wait(chrono::TimeDelta::minutes(minutes));
        jobs::files::scan_waiting(&world.app).unwrap()
    };
    assert_eq!((round(59).waiting, world.tasks().len()), (1, 0));
    assert_eq!((round(1).waiting, world.tasks().len()), (1, 1));
    assert_eq!((round(10).waiting, world.tasks().len()), (1, 1), "one task, however long it lasts");
    assert_eq!(world.tasks()[0].kind, TaskKind::ScannerDown);
}
