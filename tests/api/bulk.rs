//! Many files at once, from an agent with many homes, through HTTP.

use selective_licensing::domain::actor::Role;
use selective_licensing::domain::demand::ItemState;
use serde_json::Value;

use crate::support::desk::{Desk, Reply, read_all_bytes};
use crate::support::files::{Form, content_type, jpeg, pdf};

fn send(desk: &Desk, token: &str, form: &Form) -> Reply {
    use std::io::Write as _;
    let (body, kind) = (form.body(), content_type());
    let head = format!(
        "POST /api/v1/answers HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = desk.connect();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    Reply::read(&String::from_utf8_lossy(&read_all_bytes(&mut stream)))
}

fn told(reply: &Reply) -> Vec<(String, String)> {
    let files = reply.body["files"].as_array().unwrap();
    let one = |file: &Value| {
        let what = if file["answered"] == true {
            "answered"
        } else if file["already_sent"] == true {
            "already sent"
        } else {
            file["reason"].as_str().unwrap()
        };
        (file["file"].as_str().unwrap().to_owned(), what.to_owned())
    };
    files.iter().map(one).collect()
}

fn all(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(file, what)| ((*file).to_owned(), (*what).to_owned())).collect()
}

#[test]
fn files_find_their_items_by_name_duplicates_are_known_and_the_rest_is_listed_for_a_person() {
    let desk = Desk::open();
    let (khan, lee) = (desk.world.khan(), desk.world.landlord("Ms B Lee", true));
    let agency = desk.world.landlord("Tees Lettings", true);
    let homes = [desk.world.licensed_home(&khan, Some(&agency)), desk.world.licensed_home(&lee, Some(&agency))];
    let foreign = desk.world.licensed_home(&khan, None);
    let demands = homes.each_ref().map(|licence| desk.world.served_demand(licence, &["1", "3"], "2025-01-22"));
    desk.world.served_demand(&foreign, &["1"], "2025-01-22");
    let token = desk.token(Role::Agent, Some(agency.id));

    let (front, back, other) = (pdf("/Page 1"), jpeg(800, 600), pdf("/Other true"));
    let form = Form::with(&[])
        .file("file", "100000000001 gas front.pdf", "application/pdf", &front)
        .file("file", "100000000001 gas back.jpg", "image/jpeg", &back)
        .file("file", "2 Hind Street TS18 1AA EICR.pdf", "application/pdf", &other)
        .file("file", "100000000001 gas front again.pdf", "application/pdf", &front)
        .file("file", "100000000003 gas.pdf", "application/pdf", &other)
        .file("file", "scan0001.pdf", "application/pdf", &other)
        .file("file", "100000000002 gas.docx", "application/zip", b"PK\x03\x04 word/document.xml");
    let sent = send(&desk, &token, &form).expect(200);
    let wanted = [
        ("100000000001 gas front.pdf", "answered"),
        ("100000000001 gas back.jpg", "answered"),
        ("2 Hind Street TS18 1AA EICR.pdf", "answered"),
        ("100000000001 gas front again.pdf", "answered"),
        ("100000000003 gas.pdf", "no_home"),
        ("scan0001.pdf", "no_home"),
    ];
    assert_eq!(told(&sent)[..6], all(&wanted), "{:#}", sent.body);
    assert_eq!((&sent.body["answered"], &sent.body["left_over"]), (&4.into(), &3.into()));
    let refused = &sent.body["files"][6];
    assert!(refused["remedy"].as_str().unwrap().contains("Word file"), "{refused}");
    let same_answer = &sent.body["files"][0]["response_id"];
    assert_eq!(same_answer, &sent.body["files"][1]["response_id"], "two pages of one paper are one answer");
    let states = demands
        .each_ref()
        .map(|demand| desk.world.demand_now(demand).items.iter().map(|item| item.state).collect::<Vec<_>>());
    assert_eq!(states, [[ItemState::UnderReview, ItemState::Open], [ItemState::Open, ItemState::UnderReview]]);

    let again = send(&desk, &token, &form).expect(200);
    assert_eq!(again.body["answered"], 0, "{:#}", again.body);
    assert_eq!(told(&again)[0].1, "already sent");
}

#[test]
fn a_list_says_what_each_file_is_and_a_list_with_a_fault_stops_everything() {
    let desk = Desk::open();
    let khan = desk.world.khan();
    let licence = desk.world.licensed_home(&khan, None);
    desk.world.served_demand(&licence, &["1"], "2025-01-22");
    let token = desk.token(Role::Landlord, Some(khan.id));
    let photo = jpeg(800, 600);
    let with = |list: &str| Form::with(&[("list", list)]).file("file", "IMG_1.jpg", "image/jpeg", &photo);
    let faulty = send(&desk, &token, &with("file,kind\nIMG_1.jpg,gas\n")).expect(422);
    assert!(faulty.body["errors"][0]["detail"].as_str().unwrap().contains("must name the columns"));
    let as_file = Form::with(&[]).file("list", "list.csv", "text/csv", b"file,kind\nIMG_1.jpg,gas\n").file(
        "file",
        "IMG_1.jpg",
        "image/jpeg",
        &photo,
    );
    assert_eq!(send(&desk, &token, &as_file).expect(422).body["errors"], faulty.body["errors"], "as `curl -F list=@`");
    let sent = send(&desk, &token, &with("file,uprn,kind\nIMG_1.jpg,100000000001,gas\n")).expect(200);
    assert_eq!(told(&sent), all(&[("IMG_1.jpg", "answered")]), "{:#}", sent.body);
}
