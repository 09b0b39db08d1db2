//! Papers that are sent with an application, and what is missing sent after it.

use selective_licensing::domain::actor::Role;
use selective_licensing::domain::letter::{Channel, LetterKind};
use serde_json::{Value, json};

use crate::pages_apply::{ALL, Officer, SIGNED, begin, council, fill_in, id, landlord};
use crate::support::files::{Form, jpeg, pdf};
use crate::support::pages::Pages;

const PDF: &str = "application/pdf";

/// What the application came to be: its stage, and its revision as an ETag.
fn stage(amy: &Officer<'_>, application: &str) -> (Value, String) {
    let seen = amy.desk.get(&amy.token, &format!("/api/v1/applications/{}", id(application)));
    (seen.body["stage"].clone(), seen.etag)
}

#[track_caller]
fn step(amy: &Officer<'_>, application: &str, step: &Value) {
    let (_, etag) = stage(amy, application);
    let path = format!("/api/v1/applications/{}/steps", id(application));
    let reply = amy.desk.post(&amy.token, &path, &etag, step);
    assert_eq!(reply.status, 200, "{step}: {:#}", reply.body);
}

/// The subjects of the letters on applications, each with how it goes.
fn letters(pages: &Pages, party: selective_licensing::domain::id::PartyId) -> Vec<(String, Channel)> {
    pages.desk.world.post();
    let mut letters = pages.desk.world.letters_to(party);
    letters.retain(|letter| letter.kind == LetterKind::Application);
    letters.into_iter().map(|letter| (letter.subject.unwrap_or_default(), letter.channel)).collect()
}

#[test]
fn papers_are_sent_with_an_application_and_are_part_of_what_was_signed() {
    let pages = council();
    let (party, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    fill_in(&mut browser, &application, &ALL);
    let overview = browser.open(&application);
    assert!(overview.text().contains("Papers Optional") && overview.text().contains("Check your answers"));
    let form = browser.open(&format!("{application}/papers"));
    let nothing = browser.submit_with_files(&form, &[], &[]).expect(422);
    for text in ["Choose what you are sending", "Choose a file"] {
        assert!(nothing.text().contains(text), "{text}: {}", nothing.text());
    }
    let word = browser.submit_with_files(
        &form,
        &[("paper", "gas_record")],
        &[("a.pdf", PDF, b"PK\x03\x04 [Content_Types].xml word/document.xml")],
    );
    assert!(word.expect(422).text().contains("This is a Word file"), "what is wrong is said");
    let (gas, plan) = (pdf("gas"), jpeg(640, 480));
    let files: [(&str, &str, &[u8]); 2] = [("gas 1.pdf", PDF, &gas), ("gas 2.jpg", "image/jpeg", &plan)];
    let form = browser.open(&format!("{application}/papers"));
    browser.submit_with_files(&form, &[("paper", "gas_record")], &files).expect(303);
    let shown = browser.open(&format!("{application}/papers"));
    assert!(shown.text().contains("gas 1.pdf") && shown.text().contains("gas 2.jpg"), "{}", shown.text());

    let stale = browser.submit_with_files(&form, &[("paper", "floor_plan")], &[("b.pdf", PDF, &gas)]).expect(412);
    assert!(stale.text().contains("changed in another window"), "{}", stale.text());
    let moved = browser.submit_with_files(&shown, &[("paper", "floor_plan")], &[("plan.jpg", "image/jpeg", &plan)]);
    assert_eq!(moved.expect(303).header("location"), format!("{application}/papers"));
    let shown = browser.open(&format!("{application}/papers"));
    let plans = shown.text();
    assert!(plans.contains("Floor plan (optional)") && plans.matches("gas 2.jpg").count() == 2, "one file: {plans}");
    let amy = Officer::of(&pages);
    let none = amy.get(&format!("/documents?application_id={}", id(&application)));
    assert_eq!(none["items"], json!([]), "a draft is its applicant's alone");

    let check = browser.open(&format!("{application}/check"));
    assert!(check.text().contains("Gas safety record gas 1.pdf"), "{}", check.text());
    browser.submit(&check, &[SIGNED[0], SIGNED[1], ("by-email", "yes")]).expect(303);
    let sent = amy.get(&format!("/applications/{}/form", id(&application)));
    let papers = sent["sent"]["papers"].as_array().unwrap();
    let listed = papers.iter().map(|paper| format!("{} {}", paper["paper"], paper["name"])).collect::<Vec<_>>();
    assert_eq!(listed, [r#""Gas safety record" "gas 1.pdf""#, r#""Floor plan" "gas 2.jpg""#]);
    let receipt = browser.open(&application);
    for paper in papers {
        assert!(receipt.text().contains(paper["sha256"].as_str().unwrap()), "{}", receipt.text());
        let (head, _) = amy.desk.download(&amy.token, paper["document_id"].as_str().unwrap(), "");
        assert!(head.contains(" 200 ") && head.contains("attachment"), "{head}");
    }
    let other = pages.desk.world.landlord("Somebody Else", true);
    let nosy = pages.desk.token(Role::Landlord, Some(other.id));
    let (head, _) = amy.desk.download(&nosy, papers[0]["document_id"].as_str().unwrap(), "");
    assert!(head.contains(" 404 "), "{head}");
    browser.get(&format!("{application}/papers")).expect(409);
    let told = letters(&pages, party);
    assert_eq!(
        told,
        [(
            "Your application has been received: 14 Invented Street, Stockton-on-Tees, ZZ18 1AA".to_owned(),
            Channel::Email
        )]
    );
}

#[test]
fn a_paper_that_was_taken_out_is_not_sent() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    fill_in(&mut browser, &application, &ALL);
    let form = browser.open(&format!("{application}/papers"));
    let file = pdf("plan");
    browser.submit_with_files(&form, &[("paper", "other")], &[("plan.pdf", PDF, &file)]).expect(303);
    let shown = browser.open(&format!("{application}/papers"));
    let path = shown.attributes("form", "action").into_iter().find(|action| action.contains("/papers/")).unwrap();
    let form = shown.form();
    let fields = form.fields.iter().filter(|(name, _)| name == "token" || name == "revision").cloned();
    let fields = crate::support::browser::encoded(&fields.collect::<Vec<_>>());
    let same = [("Sec-Fetch-Site", "same-origin")];
    browser.post(&path, &same, &fields).expect(303);
    let again = browser.post(&path, &same, &fields);
    assert_eq!(again.status, 412, "the page was of before");
    let shown = browser.open(&format!("{application}/papers")).text();
    assert!(!shown.contains("plan.pdf"), "{shown}");
    let check = browser.open(&format!("{application}/check"));
    browser.submit(&check, &SIGNED).expect(303);
    let amy = Officer::of(&pages);
    let sent = amy.get(&format!("/applications/{}/form", id(&application)));
    assert_eq!(sent["sent"].get("papers"), None, "{sent:#}");
    let kept = amy.get(&format!("/documents?application_id={}", id(&application)));
    assert_eq!(kept["items"].as_array().unwrap().len(), 1, "what came in is never lost");
}

#[test]
fn defects_are_told_by_letter_and_answered_on_a_page_with_words_and_files() {
    let pages = council();
    let (party, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    fill_in(&mut browser, &application, &ALL);
    let check = browser.open(&format!("{application}/check"));
    browser.submit(&check, &[SIGNED[0], SIGNED[1], ("by-email", "yes")]).expect(303);
    let early = browser.open(&format!("{application}/defects"));
    assert!(early.text().contains("Nothing is missing"), "{}", early.text());
    let amy = Officer::of(&pages);
    step(&amy, &application, &json!({ "step": "pay_part_a" }));
    step(&amy, &application, &json!({ "step": "find_incomplete", "defects": ["The plan of <the> first floor"] }));
    let told = letters(&pages, party);
    assert!(told[1].0.starts_with("Your application is not complete: 14 Invented Street"), "{told:?}");
    let mails = pages.desk.world.mails();
    let mail = mails.iter().find(|(_, mail)| mail.contains("not complete")).map(|(_, mail)| mail.clone()).unwrap();
    assert!(mail.contains("The last day to send it is Wednesday 5 February 2025."), "{mail}");

    let overview = browser.open(&application);
    let page = browser.open(&overview.link("/defects"));
    let shown = page.text();
    assert!(shown.contains("The plan of <the> first floor") && shown.contains("Wednesday 5 February 2025"), "{shown}");
    let empty = browser.submit_with_files(&page, &[("text", " ")], &[]).expect(422);
    assert!(empty.text().contains("Say what you have to say, or send a file"), "{}", empty.text());
    let bad = browser.submit_with_files(&page, &[("text", "Here")], &[("plan.pdf", PDF, b"no")]).expect(422);
    assert!(bad.text().contains("Here Choose files"), "what was typed is kept: {}", bad.text());
    let plan = pdf("plan");
    let sent = browser.submit_with_files(&bad, &[("text", "Here it is")], &[("plan.pdf", PDF, &plan)]).expect(303);
    assert_eq!(sent.header("location"), application);
    assert_eq!(stage(&amy, &application).0, "paid_a");
    let seen = amy.get(&format!("/applications/{}", id(&application)));
    let events = amy.get(&format!("/properties/{}/events", seen["property_id"].as_str().unwrap()));
    let documents = amy.get(&format!("/documents?application_id={}", id(&application)));
    let answer = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .find_map(|event| event["parsed"]["facts"].get("answer").filter(|answer| !answer.is_null()).cloned());
    let (text, file) = (json!("Here it is"), &documents["items"][0]);
    let wanted = json!({ "text": text, "documents": [{ "id": file["id"], "sha256": file["sha256"] }] });
    assert_eq!(answer, Some(wanted), "{events:#}");

    step(&amy, &application, &json!({ "step": "find_complete" }));
    let told = letters(&pages, party);
    assert!(told[2].0.starts_with("Your application is duly made"), "{told:?}");
    browser.submit_with_files(&bad, &[("text", "more")], &[]).expect(412);
}

#[test]
fn an_officer_adds_what_came_on_paper_and_uses_it_once_the_licence_is_granted() {
    let pages = council();
    let amy = Officer::of(&pages);
    let party = pages.desk.world.landlord("Mr Paper", false).id;
    let home = amy.get("/properties?text=14+Invented")["items"][0]["id"].clone();
    let new = json!({ "property_id": home, "applicant_id": party, "holder_id": party });
    let made = amy.desk.post(&amy.token, "/api/v1/applications", "", &new).expect(201).body;
    let application = format!("/applications/{}", made["id"].as_str().unwrap());
    let (gas, name) = (pdf("gas"), id(&application));
    let form = |fields: &[(&str, &str)]| Form::with(fields).file("file", "gas.pdf", PDF, &gas);
    let reply = amy.desk.send_form(&amy.token, &form(&[("application_id", &name)])).expect(201).body;
    assert_eq!((&reply["application_id"], &reply["licence_id"]), (&json!(name), &Value::Null));
    let again = amy.desk.send_form(&amy.token, &form(&[("application_id", &name)])).expect(200).body;
    assert_eq!((&again["id"], &again["already_known"]), (&reply["id"], &json!(true)));
    let khan = pages.desk.token(Role::Landlord, Some(party));
    amy.desk.send_form(&khan, &form(&[("application_id", &name)])).expect(404);
    let neither = amy.desk.send_form(&amy.token, &form(&[])).expect(422).body;
    assert!(neither.to_string().contains("or application_id"), "{neither}");
    let both = amy.desk.send_form(&amy.token, &form(&[("application_id", &name), ("licence_id", &name)])).expect(422);
    assert!(both.body.to_string().contains("leave it out"), "{}", both.body);

    step(&amy, &application, &json!({ "step": "submit", "on": "2025-01-22", "declarations_signed": true }));
    assert_eq!(letters(&pages, party)[0].1, Channel::Paper, "without consent it is printed");
    let boss = pages.desk.token(Role::TeamLeader, None);
    let officer = pages.desk.world.amy().actor.account;
    for one in [
        json!({ "step": "pay_part_a" }),
        json!({ "step": "find_complete" }),
        json!({ "step": "assign", "officer_id": officer }),
        json!({ "step": "record_findings", "findings": crate::support::case::findings(true) }),
    ] {
        step(&amy, &application, &one);
    }
    let proposal = json!({ "application_id": name, "kind": "proposed_grant", "reasons": "All five findings are met." });
    let notice = amy.desk.post(&amy.token, "/api/v1/notices", "", &proposal).expect(201);
    let path = format!("/api/v1/notices/{}", notice.body["id"].as_str().unwrap());
    let issue = json!({ "letters": true });
    let issued = amy.desk.post(&amy.token, &format!("{path}/issue"), &notice.etag, &issue).expect(200);
    pages.desk.world.post();
    let copy = &issued.body["copies"][0]["id"];
    let by_hand =
        json!({ "recipient_id": copy, "method": "delivered_by_hand", "dispatched_at": "2025-01-22T11:00:00" });
    let etag = amy.desk.get(&amy.token, &path).etag;
    amy.desk.post(&amy.token, &format!("{path}/service"), &etag, &by_hand).expect(200);
    pages.desk.world.go_to("2025-02-14", "09:00");
    step(&amy, &application, &json!({ "step": "end_consultation" }));
    let (_, etag) = stage(&amy, &application);
    let path = format!("/api/v1/applications/{name}/grant");
    let licence = amy.desk.post(&boss, &path, &etag, &json!({})).expect(201).body;
    let record = json!({ "kind": "gas_safety_record", "checked_on": "2025-01-02", "result": "satisfactory", "registration": "123456" });
    let mut sent =
        json!({ "property_id": home, "licence_id": licence["id"], "record": record, "documents": [reply["id"]] });
    let used = amy.desk.post(&amy.token, "/api/v1/certificates", "", &sent).expect(201).body;
    assert_eq!(used["documents"][0]["sha256"], reply["sha256"], "{used:#}");
    let other = amy.desk.post(&amy.token, "/api/v1/applications", "", &new).expect(201).body;
    let form = form(&[("application_id", other["id"].as_str().unwrap())]);
    sent["documents"] = json!([amy.desk.send_form(&amy.token, &form).expect(201).body["id"]]);
    let refused = amy.desk.post(&amy.token, "/api/v1/certificates", "", &sent).expect(422).body;
    assert!(refused.to_string().contains("/documents/0"), "{refused}");
}
