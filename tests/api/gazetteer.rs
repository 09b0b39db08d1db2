//! Areas, conditions, homes and people, as officers and programs meet them.

use serde_json::{Value, json};

use crate::support::case::{house, licence};
use crate::support::server::Server;

#[test]
fn without_a_token_that_is_known_nobody_gets_in() {
    let server = Server::start();
    server.client(None).get("/areas").refuses(401, "unauthorised", "licensing token issue");
    let reply = server.client(Some("slt_guessed")).get("/areas").refuses(401, "unauthorised", "not known");
    assert!(reply.header("www-authenticate").starts_with("Bearer"));
}

#[test]
fn the_areas_are_those_of_the_scheme_and_an_address_is_looked_up_in_its_lists() {
    let server = Server::start();
    let partner = server.person("the partner");
    let areas = partner.get("/areas").expect(200).body;
    let codes = areas["items"].as_array().unwrap().iter().map(|area| &area["code"]).collect::<Vec<_>>();
    assert_eq!(codes, ["central-stockton", "north-thornaby", "newton"]);
    for (query, area) in [
        ("uprn=999001000001", json!("central-stockton")),
        ("street=fictional%20avenue&postcode=zz171aa", json!("north-thornaby")),
        ("street=Elsewhere&postcode=ZZ17%201AA", Value::Null),
        ("uprn=1&street=Invented%20Street&postcode=ZZ18%201AA", json!("central-stockton")),
    ] {
        let found = partner.get(&format!("/areas/lookup?{query}")).expect(200).body;
        assert_eq!((&found["area"]["code"], &found["in_scheme"]), (&area, &json!(!area.is_null())), "{query}");
    }
    partner.get("/areas/lookup?uprn=0999003000002").refuses(422, "invalid", "1 to 12 digits");
    partner.get("/areas/lookup").refuses(422, "invalid", "street and postcode together");
    partner.get("/areas/lookup?postcode=ZZ171AA").refuses(422, "invalid", "a postcode alone can lie in two areas");
}

#[test]
fn a_condition_is_read_by_its_number_in_the_version_that_a_licence_carries() {
    let server = Server::start();
    let khan = server.khan();
    let all = khan.get("/conditions").expect(200).body;
    let numbers =
        all["items"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(numbers.contains(&"9.6") && numbers.contains(&"10.2"), "{numbers:?}");
    let named = khan.get("/conditions?scheme=stockton-2024/1").expect(200).body;
    assert_eq!(named, all);
    let one = khan.get("/conditions/9.6").expect(200).body;
    assert_eq!(one["number"], "9.6");
    assert_eq!(one["scheme"], "stockton-2024/1");
    assert!(!one["what"].as_str().unwrap().is_empty() && !one["how_to_answer"].as_str().unwrap().is_empty());
    khan.get("/conditions/99.9").refuses(404, "not-found", "nothing here");
    khan.get("/conditions?scheme=stockton-2024/9").refuses(422, "invalid", "stockton-2024/1");
}

#[test]
fn a_home_gets_its_area_from_the_scheme_and_is_corrected_as_a_whole() {
    let server = Server::start();
    let amy = server.amy();
    let added = amy.post("/properties", &house(7)).expect(201);
    assert_eq!(added.body["area"], "central-stockton");
    assert_eq!(added.body["created_at"], "2025-01-22T09:00:00Z");
    assert_eq!(added.header("location"), format!("/api/v1/properties/{}", added.id()));
    let path = format!("/properties/{}", added.id());
    let mut facts = house(7);
    facts["area"] = json!("Newtown");
    facts["households"] = json!(2);
    facts["exemption"] =
        json!({ "ground": "registered_provider", "evidence": "Thirteen, L4522", "from": "2025-01-01" });
    let mut invented = facts.clone();
    invented["exemption"]["ground"] = json!("famous_owner");
    amy.put_on(&added.etag(), &path, &invented).refuses(422, "invalid", "these are: ");
    let mut unproved = facts.clone();
    unproved["exemption"]["evidence"] = Value::Null;
    amy.put_on(&added.etag(), &path, &unproved).refuses(409, "exemption-without-evidence", "registration number");
    let corrected = amy.put_on(&added.etag(), &path, &facts).expect(200);
    assert_eq!(corrected.body["area"], "newton");
    assert_eq!(corrected.body["exemption"]["holds_today"], true);
    assert_ne!(corrected.etag(), added.etag());
    let listed = amy.get("/properties?exempt=true&area=NWT").expect(200).body;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let unsaid = amy.put_on(&corrected.etag(), &path, &house(7)).expect(200).body;
    assert_eq!((&unsaid["households"], &unsaid["exemption"]), (&Value::Null, &Value::Null));
}

#[test]
fn every_field_at_fault_is_named_at_once_and_unknown_ones_are_refused() {
    let server = Server::start();
    let amy = server.amy();
    let mut facts = house(8);
    facts["uprn"] = json!("12A");
    facts["postcode"] = json!("TS");
    facts["households"] = json!(501);
    facts["exemption"] = json!({ "ground": "" });
    let refused = amy.post("/properties", &facts).refuses(422, "invalid", "correct the fields");
    let pointers = refused.faults().into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>();
    assert_eq!(pointers, ["/exemption/ground", "/households", "/postcode", "/uprn"]);
    let mut unknown = house(8);
    unknown["colour"] = json!("red");
    amy.post("/properties", &unknown).refuses(422, "invalid", "is not known here: leave it out");
    amy.get("/properties?colour=red").refuses(422, "invalid", "?colour");
    let page = amy.get("/properties?limit=201").refuses(422, "invalid", "must lie between 1 and 200");
    assert_eq!(page.faults()[0].0, "?limit");
    amy.get("/properties?area=Atlantis").refuses(422, "invalid", "north-thornaby");
    assert_eq!(amy.walk("/properties").len(), 0);
}

#[test]
fn nothing_is_changed_without_the_etag_that_was_read_or_with_an_old_one() {
    let server = Server::start();
    let amy = server.amy();
    let added = amy.post("/properties", &house(9)).expect(201);
    let path = format!("/properties/{}", added.id());
    amy.send("PUT", &path, &[], Some(&house(9))).refuses(428, "precondition-required", "ETag");
    amy.put_on(&added.etag(), &path, &house(10)).expect(200);
    amy.put_on(&added.etag(), &path, &house(11)).refuses(412, "stale", "read it again");
    amy.put_on("\"one\"", &path, &house(11)).refuses(412, "stale", "read it again");
    let now = amy.get(&path).expect(200);
    assert_eq!(now.body["address"], "10 Invented Street, Stockton-on-Tees");
}

#[test]
fn a_post_with_an_idempotency_key_is_carried_out_once_and_the_key_stands_for_nothing_else() {
    let server = Server::start();
    let amy = server.amy();
    let once = |number| amy.send("POST", "/properties", &[("Idempotency-Key", "k-1")], Some(&house(number)));
    let (first, again) = (once(1).expect(201), once(1).expect(201));
    assert_eq!(
        (&first.body, first.etag(), first.header("location")),
        (&again.body, again.etag(), again.header("location"))
    );
    once(2).refuses(409, "key-reused", "use a new key");
    assert_eq!(amy.walk("/properties").len(), 1);
    let other = server.tom().send("POST", "/properties", &[("Idempotency-Key", "k-1")], Some(&house(2))).expect(201);
    assert_ne!(other.id(), first.id());
}

#[test]
fn a_uprn_stands_in_the_gazetteer_once_however_it_is_written() {
    let server = Server::start();
    let amy = server.amy();
    let with = |number: u32, uprn: &str| {
        let mut facts = house(number);
        facts["uprn"] = json!(uprn);
        facts
    };
    amy.post("/properties", &with(1, "999001000001")).expect(201);
    let second = amy.post("/properties", &with(2, "77")).expect(201);
    amy.post("/properties", &with(3, "00077")).refuses(409, "duplicate", "UPRN");
    let path = format!("/properties/{}", second.id());
    amy.put_on(&second.etag(), &path, &with(2, "999001000001")).refuses(409, "duplicate", "UPRN");
    amy.put_on(&second.etag(), &path, &with(2, "077")).expect(200);
}

#[test]
fn walking_a_list_page_by_page_meets_every_home_once() {
    let server = Server::start();
    let amy = server.amy();
    let made = (1..=120).map(|number| amy.post("/properties", &house(number)).expect(201).id()).collect::<Vec<_>>();
    let first = amy.get("/properties?limit=50").expect(200).body;
    assert_eq!(first["items"].as_array().unwrap().len(), 50);
    let ids = |entries: Vec<Value>| {
        let mut ids = entries.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        ids.sort();
        ids
    };
    let mut expected = made;
    expected.sort();
    assert_eq!(ids(amy.walk("/properties?limit=50")), expected);
    assert_eq!(amy.walk("/properties?text=12%20INVENTED&limit=1").len(), 2, "12 and 112");
    assert_eq!(amy.walk("/properties?text=1%25").len(), 0, "a percent sign is searched for as it stands");
}

#[test]
fn an_interest_in_a_home_names_somebody_who_is_known() {
    let server = Server::start();
    let amy = server.amy();
    let path = format!("/properties/{}/interests", amy.post("/properties", &house(1)).expect(201).id());
    let owner = json!({ "party_id": server.khan_id, "capacity": "owner", "since": "2019-04-01" });
    amy.post(&path, &owner).expect(201);
    let nobody =
        json!({ "party_id": "0190a000-0000-7000-8000-000000000000", "capacity": "owner", "since": "2019-04-01" });
    amy.post(&path, &nobody).refuses(422, "invalid", "/party_id");
    let listed = server.person("the auditor").get(&path).expect(200).body;
    assert_eq!(listed["items"][0]["party_id"], server.khan_id);
    server.khan().get(&path).refuses(403, "forbidden", "role");
}

#[test]
fn an_address_that_can_never_be_mailed_is_not_kept() {
    let server = Server::start();
    let amy = server.amy();
    let person = |email: &str| json!({ "kind": "person", "name": "Ms B Hall", "address": "1 High St", "email": email });
    for email in
        ["ms hall@example.org", "hall@localhost", "hall@example.org\r\nBcc: x@example.org", "häll@example.org", ""]
    {
        let refused = amy.post("/parties", &person(email)).refuses(422, "invalid", "/email");
        assert!(refused.faults().iter().all(|(pointer, _)| pointer == "/email"), "{email}");
    }
    for name in ["", "   ", "Hall\r\nBcc: x", &"x".repeat(201)] {
        let mut form = person("hall@example.org");
        form["name"] = json!(name);
        amy.post("/parties", &form).refuses(422, "invalid", "/name");
    }
    let added = amy.post("/parties", &person("hall@example.org")).expect(201);
    let mut married = person("hall@example.org");
    married["name"] = json!("Mrs B Stone");
    let path = format!("/parties/{}", added.id());
    amy.put_on(&added.etag(), &path, &married).expect(200);
    assert_eq!(amy.walk("/parties?text=stone").len(), 1);
    assert_eq!(amy.walk("/parties?text=ms%20b%20hall").len(), 0);
}

#[test]
fn a_consent_to_e_mail_is_recorded_and_withdrawn_once() {
    let server = Server::start();
    let amy = server.amy();
    let path = format!("/parties/{}/consents", server.khan_id);
    let consent = |given_on: &str| json!({ "email": "khan@landlord.example", "scope": "all", "given_on": given_on, "how": "Form, section 9" });
    amy.post(&path, &consent("2025-01-23")).refuses(409, "consent-in-future", "given_on");
    let given = amy.post(&path, &consent("2025-01-10")).expect(201);
    let listed = amy.get(&path).expect(200).body["items"][0].clone();
    assert_eq!(listed["etag"], given.etag());
    assert_eq!(listed["withdrawn_at"], Value::Null);
    let withdrawal = format!("{path}/{}/withdrawal", given.id());
    amy.send("POST", &withdrawal, &[], None).refuses(428, "precondition-required", "If-Match");
    let etag = given.etag();
    let withdrawn = amy.send("POST", &withdrawal, &[("If-Match", &etag)], None).expect(200);
    assert_eq!(withdrawn.body["withdrawn_at"], "2025-01-22T09:00:00Z");
    amy.send("POST", &withdrawal, &[("If-Match", &etag)], None).refuses(412, "stale", "read it again");
    let etag = withdrawn.etag();
    amy.send("POST", &withdrawal, &[("If-Match", &etag)], None).refuses(409, "consent-already-withdrawn", "already");
    let others = format!("/parties/{}/consents/{}/withdrawal", server.agency_id, given.id());
    amy.send("POST", &others, &[("If-Match", &etag)], None).refuses(404, "not-found", "nothing here");
}

#[test]
fn landlords_and_agents_see_the_homes_of_their_licences_and_nobody_elses() {
    let server = Server::start();
    let theirs = licence(&server, 1).body["property_id"].as_str().unwrap().to_owned();
    let strangers = server.amy().post("/properties", &house(2)).expect(201).id();
    for person in ["Mr Khan", "the agent"] {
        let person = server.person(person);
        let seen = person.walk("/properties");
        assert_eq!(seen.iter().map(|home| &home["id"]).collect::<Vec<_>>(), [&theirs]);
        person.get(&format!("/properties/{theirs}")).expect(200);
        person.get(&format!("/properties/{strangers}")).refuses(404, "not-found", "nothing here");
        person.post("/properties", &house(3)).refuses(403, "forbidden", "role");
        person.get("/parties").refuses(403, "forbidden", "role");
        person.get(&format!("/parties/{}", server.khan_id)).refuses(403, "forbidden", "role");
    }
    let nowhere = server.amy().get("/properties/not-an-identifier").refuses(404, "not-found", "nothing here");
    let missing = server.khan().get(&format!("/properties/{strangers}"));
    assert_eq!(nowhere.body, missing.body, "what is not yours looks like what is not there");
    server.person("the partner").get("/properties").refuses(403, "forbidden", "role");
}
