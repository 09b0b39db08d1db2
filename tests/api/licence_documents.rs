//! The licence as it is printed, version by version.

use selective_licensing::domain::actor::Role;
use serde_json::{Value, json};

use crate::support::case::{decision_due, go_to, house, licence, serve_by_hand};
use crate::support::pages::Pages;
use crate::support::print::Printed;
use crate::support::server::{Client, Server};

fn path(licence: &str, version: &str) -> String {
    format!("/licences/{licence}/versions/{version}/pdf")
}

fn printed(person: &Client, licence: &str, version: &str) -> Vec<u8> {
    person.download(&path(licence, version)).1
}

/// A variation that the holder agrees to: Tees Lettings manage, and at most four people live there.
fn vary(server: &Server, licence: &str) {
    let (amy, tom) = (server.amy(), server.tom());
    let form = json!({
        "kind": "variation", "ground": "agreement", "reason": "He lives abroad now.", "asked_by": server.khan_id,
        "changes": { "manager_id": server.agency_id, "terms": "At most four people may live there." },
    });
    let begun = amy.post(&format!("/licences/{licence}/proceedings"), &form).expect(201).id();
    let decide = json!({ "step": "decide", "agreed": true, "without_notice": "agreed", "reason": "As he asked." });
    let proceeding = format!("/proceedings/{begun}");
    let etag = tom.get(&proceeding).expect(200).etag();
    tom.post_on(&etag, &format!("{proceeding}/steps"), &decide).expect(200);
}

#[test]
fn the_document_of_a_licence_says_what_was_granted_to_whom_for_how_long_and_under_which_conditions() {
    let server = Server::start();
    let application = decision_due(&server, 1);
    server.world.check(server.world.today());
    let tom = server.tom();
    let home = tom.get(&format!("/applications/{application}")).body["property_id"].as_str().unwrap().to_owned();
    let bound = json!({ "party_id": server.agency_id, "capacity": "bound", "since": "2025-01-20" });
    server.amy().post(&format!("/properties/{home}/interests"), &bound).expect(201);
    let etag = tom.get(&format!("/applications/{application}")).etag();
    let granted = tom.post_on(&etag, &format!("/applications/{application}/grant"), &json!({})).expect(201);
    let (headers, file) = server.khan().download(&path(&granted.id(), "1"));
    assert_eq!(headers["content-type"], "application/pdf");
    let name = headers["content-disposition"].to_str().unwrap();
    assert!(name.contains("licence-SL-2025-00001-version-1.pdf"), "{name}");
    let document = Printed::read(&file);
    document.must_say(&[
        "Licence SL/2025/00001, version 1",
        "1, as granted",
        "Part 3 of the Housing Act 2004 (selective licensing, sections 85 to 90)",
        "1 Invented Street, Stockton-on-Tees, ZZ18 1AA",
        "Mr A Khan",
        "2 Oxbridge Lane, Stockton-on-Tees TS18 4AB",
        "The licence holder manages the house.",
        "Bound by the conditions, too Tees Lettings Ltd",
        "In force from Friday 14 February 2025",
        "It begins on the day of the decision to grant it.",
        "In force until Wednesday 31 October 2029",
        granted.body["ends"]["because"].as_str().unwrap(),
        "the council's scheme stockton-2024/1",
        "There are no terms beside the conditions above.",
        "On the application APP/2025/00001",
        "Granted Friday 14 February 2025, by Tom",
        "The council's records up to Friday 14 February 2025 are sealed by this number.",
    ]);
    let conditions = tom.get("/conditions?scheme=stockton-2024/1").expect(200).body["items"].clone();
    let conditions = conditions.as_array().unwrap();
    for condition in conditions {
        let (number, title) = (condition["number"].as_str().unwrap(), condition["title"].as_str().unwrap());
        let heading = format!("Condition {number}: {title}");
        document.must_say(&[&heading, condition["what"].as_str().unwrap()]);
        assert_eq!(document.says(&format!("{heading} (mandatory)")), condition["kind"] == "mandatory", "{heading}");
    }
    assert!(conditions.iter().any(|one| one["kind"] == "mandatory"));
}

#[test]
fn each_version_prints_what_came_to_hold_with_it_and_is_the_same_file_years_later() {
    let mut server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let others = [2, 3].map(|number| amy.post("/properties", &house(number)).expect(201).id());
    let application = decision_due(&server, 1);
    let etag = tom.get(&format!("/applications/{application}")).etag();
    let terms = json!({ "other_homes": others });
    let granted = tom.post_on(&etag, &format!("/applications/{application}/grant"), &terms).expect(201).id();
    let first = printed(&amy, &granted, "1");
    amy.get(&path(&granted, "2")).refuses(404, "not-found", "");
    go_to(&server, "2025-03-03");
    vary(&server, &granted);
    let second = printed(&amy, &granted, "2");
    let document = Printed::read(&second);
    document.must_say(&[
        "2, which replaces version 1",
        "This version holds from Monday 3 March 2025",
        "This version from Monday 3 March 2025",
        "the holder agrees",
        "Manager Tees Lettings Ltd",
        "At most four people may live there.",
        "Version 1: the grant",
        "Version 2: a variation, which replaced version 1",
        "Decided Monday 3 March 2025, by Tom",
        "Housing Act 2004, section 92 (PRO/2025/00001), with the holder's agreement",
        "Ground agreement",
        "As he asked.",
        "Manager since then Tees Lettings Ltd",
    ]);
    assert!(!Printed::read(&first).says("four people"), "what came later is no part of the first version");

    for night in ["2025-03-04", "2026-09-01"] {
        server.world.night(night);
    }
    server.renew();
    let amy = server.amy();
    let moved = json!({ "kind": "person", "name": "Mr Amir Khan", "address": "7 New Road, Stockton-on-Tees TS18 9ZZ" });
    let renamed = json!({ "kind": "company", "name": "Tees Homes Ltd", "address": "1 Elsewhere, TS18 9ZZ" });
    for (party, facts) in [(&server.khan_id, moved), (&server.agency_id, renamed)] {
        let path = format!("/parties/{party}");
        amy.put_on(&amy.get(&path).expect(200).etag(), &path, &facts).expect(200);
    }
    let home = amy.get(&format!("/licences/{granted}")).expect(200).body["property_id"].as_str().unwrap().to_owned();
    // The two homes beside the address of record change places.
    for (home, number) in [(&home, "1A"), (&others[0], "9"), (&others[1], "2")] {
        let path = format!("/properties/{home}");
        let read = amy.get(&path).expect(200);
        let renumbered = json!({
            "address": format!("{number} Invented Street, Stockton-on-Tees"), "street": "Invented Street",
            "postcode": "ZZ18 1AB", "area": read.body["area"],
        });
        amy.put_on(&read.etag(), &path, &renumbered).expect(200);
    }
    let bound = json!({ "party_id": server.agency_id, "capacity": "bound", "since": "2025-01-20" });
    amy.post(&format!("/properties/{home}/interests"), &bound).expect(201);
    assert!(printed(&amy, &granted, "1") == first, "the grant is printed otherwise than on its day");
    assert!(printed(&amy, &granted, "2") == second, "the variation is printed otherwise than on its day");
    server.world.database.run("UPDATE licence_versions SET named = NULL");
    let now = Printed::read(&printed(&amy, &granted, "2"));
    now.must_say(&["Names and addresses are those on record today", "Mr Amir Khan", "1A Invented Street"]);
}

#[test]
fn the_holder_the_agent_and_the_viewer_read_it_and_a_stranger_and_a_partner_do_not() {
    let server = Server::start();
    let granted = licence(&server, 1).id();
    for person in ["Mr Khan", "the agent", "Amy", "Tom", "the auditor"] {
        assert!(printed(&server.person(person), &granted, "1").starts_with(b"%PDF"), "{person}");
    }
    let reads = server.tom().walk(&format!("/reads?subject={granted}"));
    assert_eq!(reads.len(), 5, "each is on record: {reads:#?}");
    let stranger = server.landlord("stranger@landlord.example", &server.agency_id);
    assert!(printed(&stranger, &granted, "1").starts_with(b"%PDF"), "the agency is the agent of this licence");
    let nobody = json!({ "kind": "person", "name": "Ms D Other", "address": "9 Else Street, Stockton-on-Tees" });
    let other = server.amy().post("/parties", &nobody).expect(201).id();
    let other = server.landlord("other@landlord.example", &other);
    other.get(&path(&granted, "1")).refuses(404, "not-found", "");
    server.person("the partner").get(&path(&granted, "1")).refuses(403, "forbidden", "role");
    for version in ["0", "-1", "first", "99999999999"] {
        server.amy().get(&path(&granted, version)).refuses(404, "not-found", "");
    }
}

#[test]
fn a_start_before_the_decision_stands_with_its_authority_and_a_later_one_with_its_decision() {
    for (starts_on, authority, words) in [
        ("2025-01-20", json!("MAN/00EF/2025/7"), "by this authority: MAN/00EF/2025/7"),
        ("2025-03-01", Value::Null, "The decision of Friday 14 February 2025 fixed that day."),
    ] {
        let server = Server::start();
        let application = decision_due(&server, 1);
        let tom = server.tom();
        let etag = tom.get(&format!("/applications/{application}")).etag();
        let terms = json!({ "starts_on": starts_on, "start_authority": authority });
        let granted = tom.post_on(&etag, &format!("/applications/{application}/grant"), &terms).expect(201);
        serve_by_hand(&server.amy(), server.amy().walk("/notices?kind=grant")[0]["id"].as_str().unwrap());
        Printed::read(&printed(&tom, &granted.id(), "1")).must_say(&[words]);
    }
}

#[test]
fn the_page_of_a_licence_leads_to_its_document() {
    let pages = Pages::open();
    let world = &pages.desk.world;
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let mut browser = pages.signed_in(khan.id, Role::Landlord);
    let page = browser.open(&format!("/licences/{}", licence.id));
    assert!(page.text().contains("Version 1, from Wednesday 22 January 2025 (PDF)"), "{}", page.text());
    let file = browser.open(&page.link("/versions/1/pdf"));
    assert_eq!(file.header("content-type"), "application/pdf");
    assert!(file.html.starts_with("%PDF"));
    let other = world.landlord("Ms D Other", false);
    let mut browser = pages.signed_in(other.id, Role::Landlord);
    assert_eq!(browser.get(&format!("/licences/{}/versions/1/pdf", licence.id)).status, 404);
}
