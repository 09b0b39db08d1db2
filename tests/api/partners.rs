//! Referrals both ways with partners, through the API, and all that a partner's account reaches.

use selective_licensing::domain::actor::Role;
use selective_licensing::domain::event::hex;
use selective_licensing::domain::id::{LicenceId, PartyId, Spelled as _};
use selective_licensing::domain::letter::{Channel, LetterKind};
use selective_licensing::domain::partner::Partner;
use selective_licensing::domain::task::TaskKind;
use selective_licensing::storage::licences;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::case::{go_to, house, licence};
use crate::support::server::{Client, Reply, Server};

const PURPOSE: &str = "To stop disorder in the street.";

/// The police, with an account of theirs.
fn police(server: &Server) -> (Partner, Client) {
    let partner = server.world.police("2026-01-31");
    let client = server.account("desk@police.example", Role::Partner, Some(partner.party_id));
    (partner, client)
}

fn said(address: &str) -> Value {
    json!({ "address": address, "concern": "Loud parties each night.", "purpose": PURPOSE })
}

fn with(mut form: Value, fields: Value) -> Value {
    form.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    form
}

/// Does something to a referral from its newest state.
fn on(person: &Client, referral: &str, what: &str, body: &Value) -> Reply {
    let path = format!("/referrals/{referral}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body)
}

fn step(person: &Client, referral: &str, body: Value) -> Value {
    on(person, referral, "steps", &body).expect(200).body
}

fn home_of(licence: &Reply) -> String {
    licence.body["property_id"].as_str().unwrap().to_owned()
}

#[test]
fn what_the_police_refer_is_linked_asked_planned_watched_and_closed() {
    let server = Server::start();
    let licence = licence(&server, 1);
    let (home, amy) = (home_of(&licence), server.amy());
    let (_, desk) = police(&server);
    let made = desk.post("/shared/referrals", &said("1 Invented Street")).expect(201);
    let id = made.id();
    assert_eq!((&made.body["reference"], &made.body["state"]), (&json!("REF/2025/00001"), &json!("received")));
    on(&amy, &id, "steps", &json!({ "step": "ask_holder" })).refuses(422, "invalid", "/recipient_id");
    let known = LicenceId::read(&licence.id()).unwrap();
    let known = server.world.read(|db| licences::find(db, known)).unwrap();
    let demand = server.world.issued_demand(&known, &["9.6"]).cover.id;
    let nowhere = json!({ "step": "link", "property_id": server.khan_id });
    on(&amy, &id, "steps", &nowhere).refuses(422, "invalid", "/property_id");
    let linked = step(&amy, &id, json!({ "step": "link", "property_id": home }));
    assert_eq!((&linked["state"], &linked["property_id"]), (&json!("linked_to_property"), &json!(home)));
    let by_demand = json!({ "step": "ask_holder", "demand_id": demand });
    on(&amy, &id, "steps", &by_demand).refuses(422, "invalid", "/demand_id");
    on(&amy, &id, "steps", &json!({ "step": "ask_holder" })).refuses(422, "invalid", "/what_happened");
    let what = "Neighbours were kept awake on four nights.";
    let asked = step(&amy, &id, json!({ "step": "ask_holder", "what_happened": what }));
    assert_eq!((&asked["state"], &asked["condition"]), (&json!("holder_asked"), &json!("10.3")));
    assert_eq!((&asked["asked_id"], &asked["act_by"]["on"]), (&json!(server.khan_id), &json!("2025-02-28")));
    server.world.post();
    let khan = PartyId::read(&server.khan_id).unwrap();
    let letters = server.world.letters_to(khan);
    let letter = letters.iter().find(|letter| letter.kind == LetterKind::Referral).unwrap();
    let text = letter.text.clone().unwrap();
    assert!(text.contains("Condition 10.3 of your licence") && text.contains("Friday 28 February 2025"), "{text}");
    assert!(text.contains(what) && !text.contains("Loud parties"), "the officer's words, not the partner's: {text}");
    assert!(!text.contains(PURPOSE) && !text.contains("Police"), "{text}");

    on(&amy, &id, "steps", &json!({ "step": "receive_plan", "items": [] })).refuses(422, "invalid", "items");
    let plan = json!({ "step": "receive_plan", "items": [{ "what": "A written warning", "by": "2025-03-01" }] });
    assert_eq!(step(&amy, &id, plan)["plan"][0]["what"], "A written warning");
    on(&amy, &id, "steps", &json!({ "step": "monitor", "until": "2025-02-14" })).refuses(
        409,
        "not-ahead",
        "2025-02-14",
    );
    step(&amy, &id, json!({ "step": "monitor", "until": "2025-03-14" }));
    on(&amy, &id, "entries", &json!({ "text": "The officer's own view." })).expect(200);
    let own = format!("/shared/referrals/{id}");
    let etag = desk.get(&own).expect(200).etag();
    let added = desk.post_on(&etag, &format!("{own}/entries"), &json!({ "text": "It was quiet." })).expect(200);
    assert_eq!(added.body["entries"].as_array().unwrap().len(), 1, "not the officer's: {:#}", added.body);
    let closed = step(&amy, &id, json!({ "step": "close", "outcome": "resolved", "reason": "It is quiet." }));
    assert_eq!((&closed["state"], &closed["ended_on"]), (&json!("closed"), &json!("2025-02-14")));
    assert_eq!(closed["entries"].as_array().unwrap().len(), 2);
    on(&amy, &id, "steps", &json!({ "step": "link", "property_id": home })).refuses(409, "referral-state", "closed");
    let events = amy.walk(&format!("/properties/{home}/events"));
    let moved = events.iter().filter(|event| event["kind"] == "referral.moved").count();
    assert_eq!(moved, 5);
    let told = events.iter().map(|event| event["body"].as_str().unwrap()).collect::<String>();
    assert!(!told.contains("Loud parties") && !told.contains("It was quiet"), "the chain does not tell the words");
    for (query, found) in [("state=closed", 1), ("state=received", 0), ("direction=to_partner", 0)] {
        assert_eq!(amy.walk(&format!("/referrals?{query}")).len(), found, "{query}");
    }
}

#[test]
fn the_council_refers_to_a_partner_with_the_least_that_it_needs_also_about_a_home_without_a_licence() {
    let server = Server::start();
    let amy = server.amy();
    let (partner, desk) = police(&server);
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let form = with(said("1 Invented Street"), json!({ "direction": "to_partner", "partner_id": partner.id }));
    amy.post("/referrals", &form).refuses(409, "no-home", "property_id");
    let form = with(form, json!({ "property_id": home }));
    let sent = amy.post("/referrals", &form).expect(201);
    assert_eq!(sent.body["state"], "linked_to_property");
    server.world.post();
    let letter = server.world.letters_to(partner.party_id).pop().unwrap();
    assert_eq!((letter.channel, letter.address.as_str()), (Channel::Email, "desk@police.example"));
    assert_eq!(letter.template.as_deref(), Some("N1/1"));
    let text = letter.text.unwrap();
    for words in ["1 Invented Street", "Licensed: no", "Loud parties each night.", PURPOSE, "ISA/2025/7"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("Khan") && !letter.subject.unwrap().contains("Street"), "{text}");
    assert_eq!(desk.walk("/shared/referrals").len(), 1);

    let id = sent.id();
    on(&amy, &id, "steps", &json!({ "step": "ask_holder", "act_by": "2025-02-01" })).refuses(
        422,
        "invalid",
        "/recipient_id",
    );
    let by_hand = json!({ "step": "ask_holder", "recipient_id": server.khan_id, "act_by": "2025-02-01", "what_happened": "Noise at night.",
    });
    let asked = step(&amy, &id, by_hand);
    assert_eq!((&asked["condition"], &asked["act_by"]["on"]), (&Value::Null, &json!("2025-02-01")));
    let offence = json!({
        "property_id": home, "source": "referral", "source_note": sent.body["reference"], "suspect_id": server.khan_id,
        "capacity": "holder",
        "offences": [{ "act": "Let without a licence.", "happened_on": "2025-01-20", "arguable_from": "2025-01-20" }],
    });
    let case = amy.post("/enforcement", &offence).expect(201).id();
    for other in [
        with(offence.clone(), json!({ "source": "complaint" })),
        with(offence.clone(), json!({ "source_note": "REF/2025/99999" })),
        with(offence.clone(), json!({ "source_note": null })),
    ] {
        let other = amy.post("/enforcement", &other).expect(201).id();
        let other = json!({ "step": "find_breach", "enforcement_id": other, "reason": "Nothing was done." });
        on(&amy, &id, "steps", &other).refuses(422, "invalid", "did not come from the referral");
    }
    let elsewhere = json!({ "step": "find_breach", "enforcement_id": server.khan_id, "reason": "Nothing was done." });
    on(&amy, &id, "steps", &elsewhere).refuses(422, "invalid", "/enforcement_id");
    let none = json!({ "step": "find_breach", "reason": "Nothing was done." });
    on(&amy, &id, "steps", &none).refuses(409, "no-breach", "");
    let found =
        step(&amy, &id, json!({ "step": "find_breach", "enforcement_id": case, "reason": "Nothing was done." }));
    assert_eq!((&found["state"], &found["enforcement_id"]), (&json!("breach"), &json!(case)));
}

#[test]
fn a_partner_sees_of_a_home_what_is_listed_and_not_a_field_more() {
    let server = Server::start();
    let licence = licence(&server, 1);
    let (home, amy) = (home_of(&licence), server.amy());
    let (partner, desk) = police(&server);
    let body = json!({
        "kind": "housing_provider", "name": "Thirteen Homes", "address": "1 Quay, Stockton", "email": "x@homes.example",
        "agreement": { "reference": "ISA 8", "ends_on": "2027-01-01" },
    });
    let provider = amy.post("/partners", &body).expect(201);
    let party = PartyId::read(provider.body["party_id"].as_str().unwrap());
    let other = server.account("x@homes.example", Role::Partner, party);
    let form = with(said("1 Invented Street"), json!({ "property_id": home }));
    let referral = desk.post("/shared/referrals", &form).expect(201).id();

    let wanted = json!({ "purpose": PURPOSE, "address": "1 invented  street", "postcode": "zz181aa" });
    let seen = desk.post("/shared/homes", &wanted).expect(200).body;
    let khan = json!({
        "name": "Mr A Khan", "address": "2 Oxbridge Lane, Stockton-on-Tees TS18 4AB", "email": "khan@landlord.example",
        "phone": null,
    });
    let history = |concern: Value| {
        json!([{
            "received_on": "2025-02-14", "partner": "police", "state": "received", "outcome": null, "concern": concern,
        }])
    };
    let exactly = |history: Value| {
        json!({
            "property_id": home, "address": "1 Invented Street, Stockton-on-Tees", "postcode": "ZZ18 1AA",
            "is_licensed": true, "holder": khan, "manager": null, "history": history,
        })
    };
    assert_eq!(seen, exactly(history(json!("Loud parties each night."))));
    assert_eq!(
        other.post("/shared/homes", &wanted).expect(200).body,
        exactly(json!([])),
        "nobody said that it may be shared"
    );
    on(&amy, &referral, "sharing", &json!({ "is_shared": true })).expect(200);
    let told = other.post("/shared/homes", &wanted).expect(200).body;
    assert_eq!(told, exactly(history(json!("Loud parties each night."))));

    let own = desk.get(&format!("/shared/referrals/{referral}")).expect(200).body;
    let fields = own.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
    let mut listed = [
        "id",
        "reference",
        "direction",
        "state",
        "address",
        "concern",
        "purpose",
        "received_on",
        "outcome",
        "ended_on",
        "entries",
    ];
    listed.sort_unstable();
    assert_eq!(fields, listed);
    other.get(&format!("/shared/referrals/{referral}")).refuses(404, "not-found", "");
    assert_eq!(other.walk("/shared/referrals").len(), 0);

    let of_the_home = amy.walk(&format!("/properties/{home}/events"));
    assert!(
        of_the_home.iter().all(|event| event["kind"] != "home.shared_with_partner"),
        "it would go into proof files"
    );
    let events = amy.walk(&format!("/parties/{}/events", partner.party_id));
    let looked = events.iter().filter(|event| event["kind"] == "home.shared_with_partner").collect::<Vec<_>>();
    assert_eq!(looked.len(), 1);
    let facts = &looked[0]["parsed"]["facts"];
    assert_eq!((&facts["purpose"], &facts["partner"]), (&json!(PURPOSE), &json!(partner.id)));
    let reads = server.tom().walk(&format!("/reads?subject={referral}&kind=referral"));
    assert!(reads.iter().any(|read| read["role"] == "partner"), "{reads:#?}");

    for (wanted, status, code) in [
        (json!({ "address": "1 Invented Street", "postcode": "ZZ18 1AA" }), 422, "invalid"),
        (json!({ "purpose": "why not", "address": "1 Invented Street", "postcode": "ZZ18 1AA" }), 422, "invalid"),
        (json!({ "purpose": PURPOSE, "postcode": "ZZ18 1AA" }), 422, "invalid"),
        (json!({ "purpose": PURPOSE, "address": "Invented Street", "postcode": "ZZ18 1AA" }), 404, "not-found"),
        (json!({ "purpose": PURPOSE, "uprn": "100110012345" }), 404, "not-found"),
    ] {
        desk.post("/shared/homes", &wanted).refuses(status, code, "");
    }
    for path in [
        format!("/properties/{home}"),
        format!("/licences/{}", licence.id()),
        format!("/properties/{home}/events"),
        format!("/referrals/{referral}"),
        format!("/parties/{}/fitness-checks", server.khan_id),
        "/documents".to_owned(),
        "/enforcement".to_owned(),
        "/reads".to_owned(),
        "/partners".to_owned(),
    ] {
        desk.get(&path).refuses(403, "forbidden", "role");
    }
}

#[test]
fn a_look_up_in_vain_is_on_record_without_the_address_and_an_account_asks_so_often_in_an_hour() {
    let server = Server::with(&[("LICENSING__PARTNERS__LOOK_UPS_PER_HOUR", "3")]);
    licence(&server, 1);
    let (partner, desk) = police(&server);
    let second = server.account("second@police.example", Role::Partner, Some(partner.party_id));
    let found = json!({ "purpose": PURPOSE, "address": "1 Invented Street", "postcode": "ZZ18 1AA" });
    let no_such = json!({ "purpose": PURPOSE, "address": " 99 Invented  Street", "postcode": "zz181aa" });
    desk.post("/shared/homes", &no_such).refuses(404, "not-found", "");
    desk.post("/shared/homes", &json!({ "purpose": PURPOSE, "uprn": "100110012345" })).refuses(404, "not-found", "");
    desk.post("/shared/homes", &json!({ "purpose": PURPOSE })).refuses(422, "invalid", "/uprn");
    desk.post("/shared/homes", &found).expect(200);
    let failed = || {
        let events = server.amy().walk(&format!("/parties/{}/events", partner.party_id));
        events.into_iter().filter(|event| event["kind"] == "partner.look_up_failed").collect::<Vec<_>>()
    };
    let asked = failed().iter().map(|event| event["parsed"]["facts"]["asked"].clone()).collect::<Vec<_>>();
    let digest = hex(&Sha256::digest(b"99 invented street\nZZ18 1AA"));
    assert_eq!(asked, [json!({ "sha256": digest }), json!({ "uprn": "100110012345" })]);
    assert_eq!(failed()[0]["parsed"]["facts"]["purpose"], PURPOSE);
    assert!(failed().iter().all(|event| !event.to_string().contains("nvented")));

    for wanted in [&found, &no_such] {
        let refused = desk.post("/shared/homes", wanted);
        assert_eq!(refused.header("retry-after"), "3600");
        refused.refuses(429, "too-often", "60 minutes");
    }
    assert_eq!(failed().len(), 2, "what is refused looks nothing up");
    second.post("/shared/homes", &found).expect(200);
    server.app.clock.advance_to("2025-02-14T09:59:59Z".parse().unwrap());
    let refused = desk.post("/shared/homes", &found);
    assert_eq!((refused.status, refused.header("retry-after").as_str()), (429, "60"));
    server.app.clock.advance_to("2025-02-14T10:00:00Z".parse().unwrap());
    desk.post("/shared/homes", &found).expect(200);
}

#[test]
fn nothing_is_shared_without_an_agreement_in_force_unless_the_council_does_without() {
    let server = Server::start();
    let licence = licence(&server, 1);
    let amy = server.amy();
    let (partner, desk) = police(&server);
    let stranger = server.person("the partner");
    stranger.get("/shared/referrals").refuses(403, "forbidden", "");
    stranger.post("/shared/referrals", &said("1 Invented Street")).refuses(403, "forbidden", "");
    let path = format!("/partners/{}", partner.id);
    let etag = amy.get(&path).expect(200).etag();
    let ended = amy.put_on(&etag, &path, &json!({ "kind": "police", "email": "desk@police.example" })).expect(200);
    assert_eq!((&ended.body["agreement"], &ended.body["has_agreement"]), (&Value::Null, &json!(false)));
    let wanted = json!({ "purpose": PURPOSE, "address": "1 Invented Street", "postcode": "ZZ18 1AA" });
    desk.post("/shared/homes", &wanted).refuses(409, "no-agreement", "agreement");
    desk.get("/shared/referrals").refuses(409, "no-agreement", "");
    let form = json!({ "direction": "to_partner", "partner_id": partner.id, "property_id": home_of(&licence) });
    amy.post("/referrals", &with(said("x y z"), form.clone())).refuses(409, "no-agreement", "");
    desk.post("/shared/referrals", &said("1 Invented Street")).expect(201);
    let events = amy.walk(&format!("/parties/{}/events", partner.party_id));
    assert!(events.iter().all(|event| event["kind"] != "home.shared_with_partner"));
    let again = json!({ "kind": "police", "agreement": { "reference": "ISA 9", "ends_on": "2025-02-14" } });
    let on_paper = amy.put_on(&ended.etag(), &path, &again).expect(200);
    assert_eq!(on_paper.body["has_agreement"], true, "its last day counts");
    desk.post("/shared/homes", &wanted).expect(200);
    amy.post("/referrals", &with(said("x y z"), form)).expect(201);
    let letter = server.world.letters_to(partner.party_id).pop().unwrap();
    assert_eq!(letter.channel, Channel::Paper, "a partner without an e-mail address gets paper");
    assert_eq!(amy.walk("/partners?limit=1").len(), 1);
}

#[test]
fn the_night_tells_officers_once_of_days_that_passed_and_of_an_agreement_that_ends() {
    let server = Server::start();
    let licence = licence(&server, 1);
    let (home, amy) = (home_of(&licence), server.amy());
    let (partner, _) = police(&server);
    let form = json!({ "direction": "from_partner", "partner_id": partner.id, "property_id": home });
    let asked = amy.post("/referrals", &with(said("1 Invented Street"), form.clone())).expect(201).id();
    let watched = amy.post("/referrals", &with(said("1 Invented Street"), form)).expect(201).id();
    for id in [&asked, &watched] {
        step(&amy, id, json!({ "step": "link", "property_id": home }));
        step(&amy, id, json!({ "step": "ask_holder", "act_by": "2025-02-20", "what_happened": "Noise at night." }));
    }
    step(&amy, &watched, json!({ "step": "receive_plan", "items": [{ "what": "A warning", "by": null }] }));
    step(&amy, &watched, json!({ "step": "monitor", "until": "2025-02-20" }));
    let told = |kind: TaskKind| {
        let tasks = server.world.tasks();
        tasks.into_iter().filter(|task| task.kind == kind).collect::<Vec<_>>()
    };
    let all =
        || [TaskKind::HolderDatePassed, TaskKind::MonitoringEnds, TaskKind::AgreementEnds].map(|kind| told(kind).len());
    server.world.night("2025-02-20");
    assert_eq!(all(), [0, 0, 0]);
    server.world.night("2025-02-21");
    assert_eq!(all(), [1, 1, 0]);
    go_to(&server, "2025-02-21");
    for task in server.world.tasks().iter().filter(|task| task.kind == TaskKind::HolderDatePassed) {
        let path = format!("/tasks/{}", task.id);
        let etag = amy.get(&path).expect(200).etag();
        amy.post_on(&etag, &format!("{path}/closure"), &json!({ "note": "Rang him." })).expect(200);
    }
    server.world.night("2025-02-22");
    assert_eq!(all(), [0, 1, 0], "what an officer closed stays closed");
    server.world.night("2025-12-03");
    assert_eq!(all(), [0, 1, 1]);
    let agreement = told(TaskKind::AgreementEnds).remove(0);
    assert!(agreement.title.contains("Cleveland Police") && agreement.detail.contains("ISA/2025/7"), "{agreement:?}");
}
