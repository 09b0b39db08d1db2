//! Who read which case: on record before the case is told, for as long as is set, and for lists only where they show cases whole.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

use selective_licensing::actions::Error;
use selective_licensing::domain::actor::Role;
use selective_licensing::domain::id::Spelled;
use selective_licensing::storage::{parties, schemes};
use serde_json::{Value, json};

use crate::pages_apply::{begin, council, landlord};
use crate::support::case::{application, house, licence, officer, step};
use crate::support::files::{Form, pdf};
use crate::support::pages::Pages;
use crate::support::server::{Client, Server};
use crate::support::world::World;

fn reads(server: &Server, subject: &str) -> Vec<Value> {
    server.tom().walk(&format!("/reads?subject={subject}"))
}

/// The reads that come on record while somebody does something: kind, case and role, in order.
pub(crate) fn recorded(server: &Server, look: impl FnOnce()) -> Vec<(String, String, String)> {
    let tom = server.tom();
    let text = |read: &Value, field: &str| read[field].as_str().unwrap().to_owned();
    let before = tom.walk("/reads").iter().map(|read| text(read, "id")).collect::<BTreeSet<_>>();
    look();
    let mut after = tom.walk("/reads");
    after.retain(|read| !before.contains(&text(read, "id")));
    let found = after.iter().map(|read| (text(read, "kind"), text(read, "subject_id"), text(read, "role")));
    let mut found = found.collect::<Vec<_>>();
    found.sort();
    found
}

/// As [`recorded`] says that somebody in that role read these cases of one kind, once each.
pub(crate) fn each(kind: &str, cases: &[&str], role: &str) -> Vec<(String, String, String)> {
    let mut wanted = cases.iter().map(|id| (kind.into(), (*id).into(), role.into())).collect::<Vec<_>>();
    wanted.sort();
    wanted
}

fn count(world: &World) -> i64 {
    i64::try_from(world.database.count("case_reads")).unwrap()
}

#[test]
fn every_read_of_a_case_is_on_record_whoever_reads_it_by_itself_or_in_a_list_that_shows_it_whole() {
    let server = Server::start();
    let licence = licence(&server, 1).id();
    let before = reads(&server, &licence).len();
    let path = format!("/licences/{licence}");
    for name in ["Amy", "Mr Khan", "the auditor"] {
        server.person(name).get(&path).expect(200);
        server.person(name).get("/licences").expect(200);
    }
    server.person("the partner").get(&path).refuses(403, "forbidden", "");
    server.amy().get(&format!("{path}/versions")).expect(200);
    let found = reads(&server, &licence);
    // What was read within one millisecond stands in no order.
    let mut roles = found[before..].iter().map(|read| read["role"].as_str().unwrap()).collect::<Vec<_>>();
    roles.sort_unstable();
    assert_eq!(roles, ["auditor", "auditor", "landlord", "landlord", "officer", "officer", "officer"]);
    let first = found[before..].iter().find(|read| read["role"] == "officer").unwrap();
    assert_eq!((&first["kind"], &first["subject_id"]), (&json!("licence"), &json!(licence)));
    assert_eq!((&first["account_id"], &first["read_at"]), (&json!(officer(&server)), &json!("2025-02-14T09:00:00Z")));
    let by_amy = server.tom().walk(&format!("/reads?account_id={}&kind=licence&limit=1", officer(&server)));
    assert!(by_amy.len() >= 2 && by_amy.iter().all(|read| read["kind"] == "licence"), "{by_amy:#?}");
    server.amy().get("/reads").refuses(403, "forbidden", "role");
    server.tom().get("/reads?subject=licence").refuses(422, "invalid", "subject");
}

#[test]
fn each_kind_of_case_is_recorded_under_its_own_name() {
    let server = Server::start();
    let amy = server.amy();
    let application = application(&server, 1).id();
    let home = amy.post("/properties", &house(2)).expect(201).id();
    let opening = json!({ "property_id": home, "source": "neighbour", "intelligence": "Families come and go." });
    let enquiry = amy.post("/enquiries", &opening).expect(201).id();
    let ground = json!({ "kind": "ground", "ground": "family", "evidence": "Birth certificate", "from": "2025-01-01" });
    let exemption = amy.post(&format!("/properties/{home}/exemptions"), &ground).expect(201).id();
    let offence = json!({
        "property_id": home, "source": "inspection", "suspect_id": server.khan_id, "capacity": "holder",
        "offences": [{ "act": "Let without a licence.", "happened_on": "2025-01-20", "arguable_from": "2025-01-20" }],
    });
    let case = amy.post("/enforcement", &offence).expect(201).id();
    let visit = json!({
        "property_id": home, "purpose": "complaint", "starts_at": "2025-02-03T10:00:00Z", "ends_at": "2025-02-03T11:00:00Z",
    });
    let inspection = amy.post("/inspections", &visit).expect(201).id();
    for (path, kind, id) in [
        ("applications", "application", &application),
        ("enquiries", "enquiry", &enquiry),
        ("exemptions", "exemption", &exemption),
        ("enforcement", "enforcement", &case),
        ("inspections", "inspection", &inspection),
    ] {
        amy.get(&format!("/{path}/{id}")).expect(200);
        let found = reads(&server, id);
        assert_eq!(found.len(), 1, "{kind}");
        assert_eq!((&found[0]["kind"], &found[0]["role"]), (&json!(kind), &json!("officer")));
    }
    let nobodys = "01946c5e-8800-7000-8000-0123456789ab";
    amy.get(&format!("/enforcement/{nobodys}")).refuses(404, "not-found", "");
    assert_eq!(reads(&server, nobodys), Vec::<Value>::new(), "nothing was read");
}

/// A breach that Amy dismissed for that reason, of a demand handed over on 14 February 2025.
fn dismissed(server: &Server, reason: &str) -> String {
    // The number of the first home's licence is taken.
    server.world.home();
    let licence = server.world.licensed_home(&server.world.khan(), None);
    server.world.served_demand(&licence, &["9.6"], "2025-02-14");
    server.world.night("2025-03-01");
    let path = format!("/breaches/{}", server.world.breaches().pop().unwrap().id);
    let (amy, reason) = (server.amy(), json!({ "reason": reason }));
    amy.post_on(&amy.get(&path).expect(200).etag(), &format!("{path}/dismissal"), &reason).expect(200).id()
}

#[test]
fn a_list_tells_no_more_than_a_line_of_a_case_or_is_on_record_as_a_read_of_each() {
    let server = Server::start();
    let amy = server.amy();
    let partner = server.world.police("2026-01-31");
    let desk = server.account("desk@police.example", Role::Partner, Some(partner.party_id));
    let licence = licence(&server, 1).id();
    let home = amy.post("/properties", &house(2)).expect(201).id();
    let secret = "Only who opens the case is told.";
    let referral = json!({ "address": secret, "concern": secret, "purpose": secret });
    let referral = desk.post("/shared/referrals", &referral).expect(201).id();
    let opening = json!({ "property_id": home, "source": "neighbour", "intelligence": secret });
    let enquiry = amy.post("/enquiries", &opening).expect(201).id();
    let visit = json!({
        "property_id": home, "purpose": "complaint", "starts_at": "2025-03-03T10:00:00Z", "ends_at": "2025-03-03T11:00:00Z",
    });
    let inspection = amy.post("/inspections", &visit).expect(201).id();
    let offence = json!({
        "property_id": home, "source": "inspection", "source_note": secret, "suspect_id": server.khan_id,
        "capacity": "holder",
        "offences": [{ "act": secret, "happened_on": "2025-01-20", "arguable_from": "2025-01-20" }],
    });
    let case = amy.post("/enforcement", &offence).expect(201).id();
    let application = application(&server, 3).id();
    step(&amy, &application, &json!({ "step": "withdraw", "reason": secret }));
    let breach = dismissed(&server, secret);
    let cancel = json!({ "step": "cancel", "reason": secret });
    let planned = amy.get(&format!("/inspections/{inspection}")).expect(200).etag();
    amy.post_on(&planned, &format!("/inspections/{inspection}/steps"), &cancel).expect(200);
    let before = server.world.database.count("case_reads");
    for (person, path, id) in [
        (&amy, "/referrals", &referral),
        (&desk, "/shared/referrals", &referral),
        (&amy, "/enquiries", &enquiry),
        (&amy, "/inspections", &inspection),
        (&amy, "/enforcement", &case),
        (&amy, "/applications?stage=withdrawn", &application),
        (&amy, "/breaches", &breach),
    ] {
        let listed = person.walk(path);
        assert_eq!((listed.len(), &listed[0]["id"]), (1, &json!(id)), "{path}");
        assert!(!listed[0].to_string().contains(secret), "{path}: {listed:#?}");
    }
    assert_eq!(server.world.database.count("case_reads"), before);
    let line = amy.walk("/referrals").remove(0);
    let read = amy.get(&format!("/referrals/{referral}")).expect(200);
    assert_eq!(line["etag"], read.etag());

    let ground = json!({ "kind": "ground", "ground": "family", "evidence": secret, "from": "2025-01-01" });
    let exemption = amy.post(&format!("/properties/{home}/exemptions"), &ground).expect(201).id();
    let asked = json!({ "kind": "revocation", "ground": "serious_breach", "reason": secret });
    let proceeding = amy.post(&format!("/licences/{licence}/proceedings"), &asked).expect(201).id();
    for (path, id) in [
        (format!("/properties/{home}/exemptions"), &exemption),
        (format!("/licences/{licence}/proceedings"), &proceeding),
        (format!("/exemptions/{exemption}/appeals"), &exemption),
        (format!("/proceedings/{proceeding}/appeals"), &proceeding),
    ] {
        let before = reads(&server, id).len();
        server.person("the auditor").get(&path).expect(200);
        let found = reads(&server, id);
        assert_eq!((found.len(), &found[before]["role"]), (before + 1, &json!("auditor")), "{path}");
    }
}

#[test]
fn a_page_that_shows_cases_whole_is_on_record_as_a_read_of_each_on_it_and_of_no_other() {
    let server = Server::start();
    let khan = Spelled::read(&server.khan_id).unwrap();
    let khan = server.world.read(|db| parties::find(db, khan)).unwrap();
    let licences = [(); 3].map(|()| server.world.licensed_home(&khan, None));
    let demands = licences.each_ref().map(|licence| server.world.served_demand(licence, &["1", "9.6"], "2025-01-22"));
    let ids = demands.each_ref().map(|demand| demand.cover.id.to_string());
    let licences = licences.map(|licence| licence.id.to_string());
    let stranger = server.landlord("stranger@landlord.example", &server.agency_id);
    for (kind, path, all) in [("demand", "/demands", &ids), ("licence", "/licences", &licences)] {
        let all = all.each_ref().map(String::as_str);
        let page = format!("{path}?limit=2");
        let first = server.amy().get(&page).expect(200).body;
        let shown = first["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap());
        let shown = shown.collect::<Vec<_>>();
        let again = recorded(&server, || drop(server.amy().get(&page).expect(200)));
        assert_eq!((shown.len(), again), (2, each(kind, &shown, "officer")), "{path}");
        let rest = format!("{page}&after={}", first["next"].as_str().unwrap());
        let last = all.iter().copied().filter(|id| !shown.contains(id)).collect::<Vec<_>>();
        let read = recorded(&server, || drop(server.person("the auditor").get(&rest).expect(200)));
        assert_eq!(read, each(kind, &last, "auditor"), "{path}");
        let own = recorded(&server, || drop(server.khan().get(path).expect(200)));
        assert_eq!(own, each(kind, &all, "landlord"), "{path}");
        let nothing = recorded(&server, || {
            assert_eq!(stranger.walk(path).len(), 0);
            server.person("the partner").get(path).refuses(403, "forbidden", "role");
            server.amy().get(&format!("{path}?limit=201")).refuses(422, "invalid", "limit");
            assert_eq!(server.amy().walk(&format!("{path}?text=nowhere")).len(), 0);
        });
        assert_eq!(nothing, [], "{path}");
    }

    for item in [0, 0, 1] {
        server.world.gas_record_comes_in(&demands[item], demands[item].items[0].id);
    }
    let queue = recorded(&server, || assert_eq!(server.amy().walk("/responses").len(), 3));
    assert_eq!(queue, each("demand", &[&ids[0], &ids[1]], "officer"), "two answers to one demand are one read");
    let refused = recorded(&server, || drop(server.khan().get("/responses").refuses(403, "forbidden", "role")));
    assert_eq!(refused, []);
}

#[test]
fn a_list_of_notices_is_on_record_as_a_read_of_each() {
    let server = Server::start();
    licence(&server, 1);
    let shown = server.amy().walk("/notices");
    let shown = shown.iter().map(|notice| notice["id"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(shown.len(), 2, "the proposal and the grant");
    let read = recorded(&server, || drop(server.person("the auditor").get("/notices").expect(200)));
    assert_eq!(read, each("notice", &shown, "auditor"));
    let one = recorded(&server, || drop(server.amy().get("/notices?kind=grant").expect(200)));
    assert_eq!(one.len(), 1);
    let refused = recorded(&server, || drop(server.khan().get("/notices").refuses(403, "forbidden", "role")));
    assert_eq!(refused, []);
}

#[test]
fn whoever_downloads_a_file_that_was_sent_in_reads_that_for_which_it_was_sent() {
    let server = Server::start();
    let (licence, application) = (licence(&server, 1).id(), application(&server, 2).id());
    step(&server.amy(), &application, &json!({ "step": "submit", "on": "2025-02-14", "declarations_signed": true }));
    for (field, kind, case) in [("licence_id", "licence", &licence), ("application_id", "application", &application)] {
        let form = Form::with(&[(field, case)]).file("file", "a.pdf", "application/pdf", &pdf(kind));
        let path = format!("/documents/{}", server.amy().send_form(&form).expect(201).id());
        let content = format!("{path}/content");
        let read = recorded(&server, || drop(server.person("the auditor").download(&content)));
        assert_eq!(read, each(kind, &[case], "auditor"));
        let nothing = recorded(&server, || {
            server.amy().get(&path).expect(200);
            server.person("the partner").get(&content).refuses(403, "forbidden", "role");
            server.world.database.run("UPDATE documents SET state = 'infected'");
            server.amy().get(&content).refuses(403, "file-infected", "evidence");
        });
        assert_eq!(nothing, [], "what is known of a file is a line, and what may not be opened is not read");
    }
}

#[test]
fn whoever_looks_at_the_certificates_or_the_events_of_a_home_reads_the_home() {
    let server = Server::start();
    let granted = licence(&server, 1);
    let home = granted.body["property_id"].as_str().unwrap().to_owned();
    let (list, events) = (format!("/certificates?property_id={home}"), format!("/properties/{home}/events"));
    let none = recorded(&server, || drop(server.amy().get(&list).expect(200)));
    assert_eq!(none, [], "an empty list shows no home");
    let record = json!({
        "property_id": home, "licence_id": granted.id(),
        "record": { "kind": "gas_safety_record", "checked_on": "2025-02-10", "result": "satisfactory", "registration": "GS 512345" },
    });
    let record = server.amy().post("/certificates", &record).expect(201).id();
    for path in [list, format!("/certificates/{record}"), events] {
        let read = recorded(&server, || drop(server.person("the auditor").get(&path).expect(200)));
        assert_eq!(read, each("home", &[&home], "auditor"), "{path}");
        let refused = recorded(&server, || drop(server.person("the partner").get(&path).expect(403)));
        assert_eq!(refused, [], "{path}");
    }
}

#[test]
fn a_landlord_who_looks_at_a_page_of_a_case_is_on_record() {
    let pages = Pages::open();
    let world = &pages.desk.world;
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let mut browser = pages.signed_in(khan.id, Role::Landlord);
    browser.open("/licences");
    assert_eq!(count(world), 0, "a list is not a read");
    browser.open(&format!("/licences/{}", licence.id));
    assert_eq!(count(world), 1);
    let demand = world.issued_demand(&licence, &["9.6"]);
    let path = format!("/demands/{}", demand.cover.id);
    browser.open("/due");
    assert_eq!(count(world), 1, "what is due is a line");
    let pages = ["", "/items/{item}", "/items/{item}/not-applicable", "/items/{item}/files"];
    for (place, page) in pages.iter().enumerate() {
        browser.open(&format!("{path}{}", page.replace("{item}", &demand.items[0].id.to_string())));
        assert_eq!(count(world), 2 + i64::try_from(place).unwrap(), "{page}");
    }
}

#[test]
fn an_applicant_who_looks_at_any_page_of_their_application_is_on_record() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    let world = &pages.desk.world;
    browser.open("/applications");
    assert_eq!(count(world), 0, "a list is not a read");
    let pages = ["", "/exemptions", "/questions/home", "/people", "/papers", "/check", "/withdrawal"];
    for (place, page) in pages.iter().enumerate() {
        browser.open(&format!("{application}{page}"));
        assert_eq!(count(world), 1 + i64::try_from(place).unwrap(), "{page}");
    }
}

#[test]
fn a_busy_writer_delays_the_read_of_a_case_and_no_list() {
    let server = Server::start();
    let id = application(&server, 1).id();
    let (begun, has_begun) = mpsc::channel();
    let (end, may_end) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let app = &server.app;
        let writer = scope.spawn(move || {
            app.db.write(|tx| {
                schemes::next_reference(tx, "TEST", 2025)?;
                begun.send(()).unwrap();
                may_end.recv().unwrap();
                Ok::<_, Error>(())
            })
        });
        has_begun.recv().unwrap();
        server.amy().get("/applications").expect(200);
        let (told, answer) = mpsc::channel();
        let reader = {
            let (amy, id): (Client, _) = (server.amy(), id.clone());
            scope.spawn(move || told.send(amy.get(&format!("/applications/{id}")).status).unwrap())
        };
        if !server.world.database.is_postgres() {
            assert!(answer.recv_timeout(Duration::from_millis(200)).is_err(), "it waits for its turn");
        }
        end.send(()).unwrap();
        assert_eq!(answer.recv_timeout(Duration::from_secs(30)), Ok(200));
        writer.join().unwrap().unwrap();
        reader.join().unwrap();
    });
}

#[test]
fn reads_are_forgotten_by_the_night_after_the_months_that_are_set() {
    let world = World::with(&[("LICENSING__RETENTION__READS_MONTHS", "1")]);
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let read = |world: &World| {
        let read = selective_licensing::domain::case_read::CaseRead::of(&world.amy(), licence.id);
        world.write(|tx| Ok(selective_licensing::storage::case_reads::insert(tx, std::slice::from_ref(&read))?));
    };
    read(&world);
    world.night("2025-02-01");
    assert_eq!(count(&world), 1);
    read(&world);
    world.night("2025-02-03");
    assert_eq!(count(&world), 1, "the first is older than a month");
}
