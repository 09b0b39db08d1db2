//! A read of a letter is a read of the cases that it is about, by itself, printed, or in a batch.

use std::collections::BTreeSet;

use chrono::Days;
use selective_licensing::domain::demand::Outcome;
use selective_licensing::domain::id::{LicenceId, Spelled as _};
use selective_licensing::domain::letter::{Letter, LetterKind};
use selective_licensing::storage::{licences, obligations};
use serde_json::json;

use crate::case_letters::{approved, asked, consent, on_exemption, write};
use crate::enforcement::{open, step as on_its_way, to_complete_evidence};
use crate::reads::{each, recorded};
use crate::support::case::{house, licence};
use crate::support::server::Server;

fn path(letter: &Letter) -> String {
    format!("/letters/{}", letter.id)
}

#[test]
fn whoever_reads_a_letter_reads_the_case_that_it_is_about() {
    let server = Server::start();
    consent(&server);
    let (amy, tom) = (server.amy(), server.tom());
    let granted = licence(&server, 1);
    let (home, application) = (&granted.body["property_id"], granted.body["application_id"].as_str().unwrap());
    let home = home.as_str().unwrap();
    let known = LicenceId::read(&granted.id()).unwrap();
    let known = server.world.read(|db| licences::find(db, known)).unwrap();
    let answered = server.world.served_demand(&known, &["1"], "2025-02-17");
    server.world.gas_record_comes_in(&answered, answered.items[0].id);
    server.world.assess(&answered, Outcome::Rejected, "It is of another home.");
    let missed = server.world.served_demand(&known, &["9.6"], "2025-02-17").cover.id.to_string();
    server.world.night("2025-03-04");
    server.world.go_to("2025-03-04", "09:00");
    let breach = server.world.breaches().into_iter().find(|breach| breach.condition.as_deref() == Some("9.6")).unwrap();
    let breach_path = format!("/breaches/{}", breach.id);
    let etag = amy.get(&breach_path).expect(200).etag();
    amy.post_on(&etag, &format!("{breach_path}/confirmation"), &json!({ "reason": "Nothing came in." })).expect(200);
    let case = open(&server, home, &breach.id.to_string());
    to_complete_evidence(&server, &case);
    on_its_way(&tom, &case, json!({ "step": "choose_penalty", "reason": "In the public interest." })).expect(200);
    approved(&server, &case, "intent");
    write(&amy, &case, "intent").expect(200);
    let other_home = amy.post("/properties", &house(2)).expect(201).id();
    let exemption = asked(&server, &other_home, "2025-03-03");
    on_exemption(&tom, &exemption, "letters", &json!({ "letter": "notice" })).expect(200);
    let told = json!({ "property_id": other_home, "source": "neighbour", "intelligence": "It is let." });
    let enquiry = amy.post("/enquiries", &told).expect(201);
    let information = json!({ "letter": "information", "to": server.agency_id });
    amy.post_on(&enquiry.etag(), &format!("/enquiries/{}/letters", enquiry.id()), &information).expect(200);
    let visit = json!({
        "property_id": home, "purpose": "complaint", "starts_at": "2025-03-10T10:00:00Z", "ends_at": "2025-03-10T11:00:00Z",
    });
    let inspection = amy.post("/inspections", &visit).expect(201).id();
    let notice = json!({ "letter": "notice", "to": [server.khan_id] });
    amy.post(&format!("/inspections/{inspection}/letters"), &notice).expect(201);
    let partner = server.world.police("2026-01-31").id;
    let referral = json!({
        "direction": "to_partner", "partner_id": partner, "property_id": home, "address": "1 Invented Street",
        "concern": "Loud parties.", "purpose": "To prevent nuisance.",
    });
    let referral = amy.post("/referrals", &referral).expect(201).id();
    server.world.post();

    let grant = amy.walk("/notices?kind=grant")[0]["id"].as_str().unwrap().to_owned();
    let (answered, enquiry) = (answered.cover.id.to_string(), enquiry.id());
    let mut kinds = BTreeSet::new();
    let auditor = server.person("the auditor");
    for letter in server.world.letters() {
        let (kind, id) = match letter.kind {
            LetterKind::Application => ("application", application),
            LetterKind::Decision | LetterKind::Receipt => ("demand", answered.as_str()),
            LetterKind::Demand if letter.demand_id.unwrap().to_string() == answered => ("demand", answered.as_str()),
            LetterKind::Demand | LetterKind::Digest => ("demand", missed.as_str()),
            LetterKind::Enforcement => ("enforcement", case.as_str()),
            LetterKind::Enquiry => ("enquiry", enquiry.as_str()),
            LetterKind::Exemption => ("exemption", exemption.as_str()),
            LetterKind::Inspection => ("inspection", inspection.as_str()),
            LetterKind::Notice => ("notice", grant.as_str()),
            LetterKind::Referral => ("referral", referral.as_str()),
            LetterKind::Reference => unreachable!("none was asked for"),
        };
        let mut cases = vec![id];
        // The record that was rejected is missed, too.
        cases.extend((letter.kind == LetterKind::Digest).then_some(answered.as_str()));
        kinds.insert(letter.kind);
        let read = recorded(&server, || drop(amy.get(&path(&letter)).expect(200)));
        assert_eq!(read, each(kind, &cases, "officer"), "{letter:?}");
        if letter.text.is_some() {
            let printed = recorded(&server, || drop(auditor.download(&format!("{}/pdf", path(&letter)))));
            assert_eq!(printed, each(kind, &cases, "auditor"), "{letter:?}");
        }
    }
    let unasked = [LetterKind::Reference];
    assert!(LetterKind::ALL.iter().all(|kind| kinds.contains(kind) || unasked.contains(kind)), "{kinds:?}");
    let listed = recorded(&server, || assert!(amy.walk("/letters").len() > 10));
    assert_eq!(listed, [], "a list tells no more than a line of each letter");
}

#[test]
fn who_gets_a_letter_is_on_record_as_its_reader_and_who_is_refused_is_not() {
    let server = Server::start();
    consent(&server);
    let home = server.amy().post("/properties", &house(1)).expect(201).id();
    let exemption = asked(&server, &home, "2025-01-20");
    on_exemption(&server.tom(), &exemption, "letters", &json!({ "letter": "notice" })).expect(200);
    server.world.post();
    let letter = server.world.letters().pop().unwrap();
    let own = recorded(&server, || drop(server.khan().get(&path(&letter)).expect(200)));
    assert_eq!(own, each("exemption", &[&exemption], "landlord"));
    let refused = recorded(&server, || {
        server.person("the agent").get(&path(&letter)).refuses(404, "not-found", "");
        server.person("the agent").get(&format!("{}/pdf", path(&letter))).refuses(404, "not-found", "");
        server.person("the partner").get(&path(&letter)).refuses(403, "forbidden", "role");
    });
    assert_eq!(refused, []);
}

#[test]
fn a_reminder_of_a_duty_is_about_its_licence() {
    let server = Server::start();
    let khan = server.world.khan();
    let licences = [(); 2].map(|()| server.world.licensed_home(&khan, None));
    let duties = server.world.read(|db| obligations::open_of(db, licences[0].id));
    let due = duties.iter().map(|duty| duty.due_on).min().unwrap();
    server.world.night(&due.checked_sub_days(Days::new(7)).unwrap().to_string());
    let digest = server.world.letters_to(khan.id).into_iter().find(|letter| letter.kind == LetterKind::Digest).unwrap();
    let read = recorded(&server, || drop(server.amy().get(&path(&digest)).expect(200)));
    let ids = licences.map(|licence| licence.id.to_string());
    assert_eq!(read, each("licence", &[&ids[0], &ids[1]], "officer"));
}

#[test]
fn the_file_of_a_batch_is_a_read_of_each_case_in_it_once_and_a_look_at_the_batch_is_none() {
    let server = Server::start();
    let (amy, auditor) = (server.amy(), server.person("the auditor"));
    let home = amy.post("/properties", &house(1)).expect(201).id();
    let exemption = asked(&server, &home, "2025-01-20");
    on_exemption(&server.tom(), &exemption, "letters", &json!({ "letter": "notice" })).expect(200);
    let told = json!({ "property_id": home, "source": "neighbour", "intelligence": "It is let." });
    let enquiry = amy.post("/enquiries", &told).expect(201).id();
    for to in [&server.agency_id, &server.khan_id] {
        let etag = amy.get(&format!("/enquiries/{enquiry}")).expect(200).etag();
        let letter = json!({ "letter": "information", "to": to });
        amy.post_on(&etag, &format!("/enquiries/{enquiry}/letters"), &letter).expect(200);
    }
    server.world.post();
    let batch = amy.post("/letter-batches", &json!({})).expect(201);
    assert_eq!(batch.body["letters"].as_array().unwrap().len(), 3);
    let path = format!("/letter-batches/{}", batch.id());
    let pdf = format!("{path}/pdf");
    let looked = recorded(&server, || drop((auditor.walk("/letter-batches"), auditor.get(&path).expect(200))));
    assert_eq!(looked, []);
    let mut wanted = each("exemption", &[&exemption], "auditor");
    wanted.extend(each("enquiry", &[&enquiry], "auditor"));
    wanted.sort();
    assert_eq!(recorded(&server, || drop(auditor.download(&pdf))), wanted);
    let refused = recorded(&server, || drop(server.khan().get(&pdf).refuses(403, "forbidden", "role")));
    assert_eq!(refused, []);
}
