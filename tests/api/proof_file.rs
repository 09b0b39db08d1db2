//! The proof file of a breach that was enforced, told through the API from the application for the licence to the payment.

use selective_licensing::domain::actor::{Actor, Role};
use selective_licensing::domain::id::{LicenceId, PartyId, Spelled as _};
use selective_licensing::{actions, storage};
use serde_json::{Value, json};

use crate::bundle::Taken;
use crate::enforcement::{by_hand, draft, on_case, step};
use crate::support::case::{go_to, licence, on_notice, serve_by_hand};
use crate::support::files::{Form, jpeg};
use crate::support::print::Printed;
use crate::support::server::{Client, Server};

/// Posts something about what is there in its newest state.
pub(crate) fn on(person: &Client, path: &str, what: &str, body: &Value) -> Value {
    let etag = person.get(path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/{what}"), body).expect(200).body
}

/// Mr Khan's licence, served on 14 February 2025 and varied on the 17th, when Tees Lettings became manager.
pub(crate) fn varied(server: &Server) -> (String, String) {
    let (amy, tom) = (server.amy(), server.tom());
    let granted = licence(server, 1);
    let grant = amy.walk("/notices?kind=grant")[0]["id"].as_str().unwrap().to_owned();
    serve_by_hand(&amy, &grant);
    let proposal = amy.walk("/notices?kind=proposed_grant")[0]["id"].as_str().unwrap().to_owned();
    let said = json!({ "party_id": server.khan_id, "text": "Four people, please, and not three." });
    amy.post(&format!("/notices/{proposal}/representations"), &said).expect(201);
    go_to(server, "2025-02-17");
    let form = json!({
        "kind": "variation", "ground": "agreement", "reason": "He lives abroad now.", "asked_by": server.khan_id,
        "changes": { "manager_id": server.agency_id, "terms": "At most four people may live there." },
    });
    let begun = amy.post(&format!("/licences/{}/proceedings", granted.id()), &form).expect(201).id();
    let decide = json!({ "step": "decide", "agreed": true, "without_notice": "agreed", "reason": "As he asked." });
    on(&tom, &format!("/proceedings/{begun}"), "steps", &decide);
    let told = amy.walk(&format!("/notices?proceeding_id={begun}"))[0]["id"].as_str().unwrap().to_owned();
    serve_by_hand(&amy, &told);
    (granted.id(), granted.body["property_id"].as_str().unwrap().to_owned())
}

/// An inspection of 20 February: a hazard, photographed, and work that is to be done.
pub(crate) fn inspected(server: &Server, licence: &str, home: &str) {
    let amy = server.amy();
    let plan = json!({
        "property_id": home, "purpose": "programme", "starts_at": "2025-02-20T10:00:00Z", "ends_at": "2025-02-20T11:00:00Z",
    });
    let path = format!("/inspections/{}", amy.post("/inspections", &plan).expect(201).id());
    let notice = json!({ "given": [
        { "to": "owner", "party_id": server.khan_id, "method": "delivered_by_hand", "given_at": "2025-02-17T08:30:00",
          "evidence": "He signed for it" },
        { "to": "occupier", "name": "Ms B Tenant", "method": "left_at_address", "given_at": "2025-02-17T08:30:00" },
    ] });
    on(&amy, &path, "notice", &notice);
    go_to(server, "2025-02-21");
    let photo = Form::with(&[("licence_id", licence)]).file("file", "wall.jpg", "image/jpeg", &jpeg(640, 480));
    let photo = amy.send_form(&photo).expect(201).id();
    let questions = &server.app.rules.current().unwrap().inspections.checklist;
    let checklist = questions.iter().map(|one| json!({ "code": one.code, "answer": "yes" })).collect::<Vec<_>>();
    let findings = json!({
        "entered_at": "2025-02-20T10:00:00Z", "left_at": "2025-02-20T10:40:00Z", "checklist": checklist,
        "hazards": [{
            "code": "damp_and_mould", "category": "category_2", "note": "Back bedroom, north wall.",
            "likely_action": "informal",
        }],
        "documents": [photo],
    });
    on(&amy, &path, "findings", &findings);
    let report = json!({ "step": "report", "outcome": "action_needed", "text": "Mould in the back bedroom." });
    on(&amy, &path, "steps", &report);
    let work = json!({
        "items": [{ "text": "Clear the mould.", "due_on": "2025-03-07" }], "reinspect_on": "2025-03-17",
    });
    on(&amy, &path, "plan", &work);
}

/// A demand for condition 9.6, handed over on 21 February and not answered by 7 March; its breach is confirmed the next day.
pub(crate) fn missed(server: &Server, licence: &str) -> String {
    let id = LicenceId::read(licence).unwrap();
    let known = server.world.read(|db| storage::licences::find(db, id)).unwrap();
    server.world.served_demand(&known, &["9.6"], "2025-02-21");
    server.world.night("2025-03-08");
    go_to(server, "2025-03-08");
    let breach = server.world.breaches().pop().unwrap().id.to_string();
    on(&server.amy(), &format!("/breaches/{breach}"), "confirmation", &json!({ "reason": "Nothing came in." }));
    breach
}

/// The case of that breach as far as the day of sufficient evidence.
pub(crate) fn opened(server: &Server, home: &str, breach: &str) -> String {
    let amy = server.amy();
    let opening = json!({
        "property_id": home, "source": "breach", "suspect_id": server.khan_id, "capacity": "holder",
        "offences": [{ "breach_id": breach, "act": "No inspection record was produced." }],
    });
    let id = amy.post("/enforcement", &opening).expect(201).id();
    step(&amy, &id, json!({ "step": "invite", "answer_by": "2025-12-20" })).expect(200);
    step(&amy, &id, json!({ "step": "warn", "comply_by": "2025-12-20", "note": "Send the record." })).expect(200);
    let evidence =
        json!({ "step": "complete_evidence", "sufficient_on": "2025-03-08", "excuse": "He gave none when asked." });
    step(&amy, &id, evidence).expect(200);
    id
}

pub(crate) fn take(person: &Client, breach: &str) -> (Taken, Printed) {
    let (_, bytes) = person.download(&format!("/breaches/{breach}/bundle"));
    let taken = Taken::read(String::new(), bytes);
    let report = Printed::read(&taken.files["bundle.pdf"]);
    (taken, report)
}

#[test]
fn the_proof_file_of_an_enforced_breach_shows_each_step_from_the_licence_to_the_payment() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let (licence, home) = varied(&server);
    inspected(&server, &licence, &home);
    let breach = missed(&server, &licence);
    let id = opened(&server, &home, &breach);
    step(&tom, &id, json!({ "step": "choose_penalty", "reason": "In the public interest." })).expect(200);
    on_case(&amy, &id, "notices", &draft("intent", 600_000)).expect(200);

    let (_, early) = take(&amy, &breach);
    early.must_say(&[
        "Section 13: approval of the notice of intent by a second person.",
        "Section 13: service of the notice of intent.",
        "Section 13: final notice: none was written.",
        "Section 9: any interview under caution: it is not kept in this service.",
        "Section 3: the officer's authorisation: it is not kept in this service.",
    ]);

    step(&tom, &id, json!({ "step": "approve_intent" })).expect(200);
    on_case(&amy, &id, "service", &by_hand("intent", "2025-03-08T09:00:00")).expect(200);
    let said = json!({
        "step": "represent", "received_on": "2025-03-08", "party_id": server.khan_id, "text": "I was ill in February.",
    });
    step(&amy, &id, said).expect(200);
    go_to(&server, "2025-04-06");
    let considered = json!({ "step": "consider", "number": 1, "consideration": "No proof was sent when asked." });
    step(&amy, &id, considered).expect(200);
    step(&tom, &id, json!({ "step": "end_representations" })).expect(200);
    on_case(&amy, &id, "notices", &draft("final", 600_000)).expect(200);
    step(&tom, &id, json!({ "step": "approve_final" })).expect(200);
    on_case(&amy, &id, "service", &by_hand("final", "2025-04-06T08:30:00")).expect(200);
    let paid =
        json!({ "reference": "BACS 4711", "received_on": "2025-04-06", "pence": 500_000, "method": "bank_transfer" });
    amy.post(&format!("/enforcement/{id}/account/payments"), &paid).expect(201);

    let (taken, report) = take(&amy, &breach);
    let items: [(u8, &[&str]); 17] = [
        (
            1,
            &[
                "Version that held 2, on Saturday 8 March 2025",
                "PRO/2025/00001, agreement",
                "licence/V02.pdf",
                "Service of the licence Notice NOT/2025/00002 of Friday 14 February 2025",
                "Mr A Khan (holder)",
            ],
        ),
        (2, &["Tees Lettings Ltd (manager)", "2 Oxbridge Lane, Stockton-on-Tees TS18 4AB"]),
        (3, &["DEM/2025/00001"]),
        (4, &["Taken as received on Friday 21 February 2025", "signed receipt"]),
        (5, &["Condition 9.6", "(this breach)", "Due on Friday 7 March 2025"]),
        (6, &["enforcement opened", "inspection moved", "licence varied", "penalty paid"]),
        (7, &["wall.jpg", "F01"]),
        (8, &["Nothing came in that could be assessed."]),
        (
            9,
            &[
                "Invited to explain on",
                "Saturday 20 December 2025",
                "No explanation came in to this case.",
                "Reasonable excuse He gave none when asked.",
            ],
        ),
        (
            10,
            &[
                "As it stands paid",
                "Came from breach",
                "Suspected Mr A Khan (holder)",
                "No inspection record was produced.",
                "section 95(2), condition 9.6",
                "warning",
                "Send the record.",
                "invitation",
                "taken on Saturday 8 March 2025",
            ],
        ),
        (
            11,
            &[
                "Nothing came in.",
                "Sufficient evidence Saturday 8 March 2025",
                "Found by Amy",
                "Sunday 7 September 2025",
            ],
        ),
        (
            12,
            &[
                "Matrix Stockton, 14 November 2024",
                "Start £6000.00",
                "moderate, by the matrix",
                "Warned before",
                "£500.00",
                "One home",
                "£1500.00",
                "Nothing was told of them.",
                "Maximum on the day of the offence £30000.00",
                "Penalty £5000.00",
            ],
        ),
        (
            13,
            &[
                "Notice of intent Amount £5000.00",
                "See the particulars.",
                "on Saturday 8 March 2025, condition 9.6 of licence SL/2025/00001",
                "Approved Saturday 8 March 2025, by Tom",
                "Served on Saturday 8 March 2025",
                "Last day Saturday 5 April 2025",
                "I was ill in February.",
                "No proof was sent when asked.",
                "Final notice Amount £5000.00",
                "Approved Sunday 6 April 2025, by Tom",
                "Appeal by Sunday 4 May 2025",
                "The penalty as it stands",
                "To be paid by Sunday 4 May 2025",
                "give final",
                "BACS 4711",
            ],
        ),
        (14, &["licence/V01.pdf", "Held, and not in this file"]),
        (
            15,
            &[
                "Application APP/2025/00001",
                "Notice NOT/2025/00001: proposed grant",
                "Last day that it states",
                "Four people, please, and not three.",
                "Notice NOT/2025/00002: grant",
                "To be served by Thursday 20 February 2025",
                "Served on everybody Friday 14 February 2025",
                "Appeal by Thursday 13 March 2025",
                "Proceedings PRO/2025/00001: variation",
                "Asked for by Mr A Khan",
                "New manager Tees Lettings Ltd",
                "New terms At most four people may live there.",
                "Without notice because agreed",
                "Decided Monday 17 February 2025, by Tom",
                "In effect from Monday 17 February 2025",
                "Notice NOT/2025/00003: variation",
            ],
        ),
        (
            16,
            &[
                "Inspection INS/2025/00001",
                "Visit 1 of inspection INS/2025/00001",
                "owner (Mr A Khan)",
                "held by the council",
                "left at address",
                "Photos and papers F01",
                "Back bedroom, north wall.",
                "category 2",
                "Outcome action needed",
                "Mould in the back bedroom.",
                "Clear the mould.",
                "Friday 7 March 2025",
                "Re-inspection on Monday 17 March 2025",
            ],
        ),
        (17, &["Runs of the nightly check that bear on this breach"]),
    ];
    for (section, words) in items {
        let lacking = words.iter().filter(|words| !report.says(words)).collect::<Vec<_>>();
        assert!(lacking.is_empty(), "section {section} does not say {lacking:#?}");
    }
    for question in &server.app.rules.current().unwrap().inspections.checklist {
        report.must_say(&[&question.text]);
    }
    for words in ["Ms B Tenant", "He signed for it"] {
        assert!(!report.says(words), "who lives there is not named, and what was typed might");
    }
    for gone in ["approval of the notice of intent by", "service of the notice of intent.", "final notice: none"] {
        assert!(!report.says(&format!("Section 13: {gone}")), "{gone} is not missing any more");
    }

    assert_eq!(taken.files["files/F01.jpg"], jpeg(640, 480));
    for version in [1, 2] {
        let file = amy.download(&format!("/licences/{licence}/versions/{version}/pdf")).1;
        assert!(taken.files[&format!("licence/V0{version}.pdf")] == file, "version {version}");
    }
}

#[test]
fn a_breach_that_nothing_followed_has_a_proof_file_that_says_what_is_missing() {
    let server = Server::start();
    let khan = PartyId::read(&server.khan_id).unwrap();
    let khan = server.world.read(|db| storage::parties::find(db, khan)).unwrap();
    let licence = server.world.licensed_home(&khan, None).id.to_string();
    let breach = missed(&server, &licence);
    let (_, report) = take(&server.amy(), &breach);
    report.must_say(&[
        "Section 1: proof that the licence was served on the holder: no notice of its grant is on record.",
        "Section 9: an invitation to explain, and a note on reasonable excuse: no enforcement case names this breach.",
        "Section 10: the steps of the council's policy: no enforcement case names this breach.",
        "Section 11: the day of sufficient evidence",
        "Section 12: how a penalty was worked out: no enforcement case names this breach.",
        "Section 13: a notice of intent, representations, their consideration, a final notice",
        "Section 15: the application and its notices: the licence names no application.",
        "Section 16: an inspection of this home by the council: none is on record.",
    ]);
}

#[test]
fn no_word_of_a_partner_and_no_word_of_a_reference_lies_in_a_proof_file() {
    let server = Server::start();
    let amy = server.amy();
    let granted = licence(&server, 1);
    let home = granted.body["property_id"].as_str().unwrap();
    let partner = server.world.police("2026-01-31");
    let desk = server.account("desk@police.example", Role::Partner, Some(partner.party_id));
    let concern = json!({
        "address": "1 Invented Street", "concern": "Loud parties each night.", "purpose": "To stop disorder in the street.",
    });
    let referral = format!("/referrals/{}", desk.post("/shared/referrals", &concern).expect(201).id());
    on(&amy, &referral, "steps", &json!({ "step": "link", "property_id": home }));
    on(&amy, &referral, "steps", &json!({ "step": "ask_holder", "what_happened": "Neighbours were kept awake." }));
    let cx = server.app.context(Actor::operator());
    server.app.db.write(|tx| actions::access::entrust(tx, &cx, "amy@council.example", true)).unwrap();
    let reference = json!({
        "landlord_id": server.khan_id, "tenant": "Ms B Tenant, born 1 May 1990", "property_id": home,
        "consent": { "covers": "Complaints and arrears.", "given_on": "2025-01-20", "how": "signed_form" },
    });
    let reference = format!("/references/{}", amy.post("/references", &reference).expect(201).id());
    on(&amy, &reference, "steps", &json!({ "step": "check", "what": "Complaints", "found": "One, in 2023." }));
    let answer = json!({ "step": "issue", "colour": "amber", "reasons": "The complaint of 2023." });
    on(&amy, &reference, "steps", &answer);
    server.world.post();

    let breach = missed(&server, &granted.id());
    let (taken, report) = take(&amy, &breach);
    let theirs = [
        "Loud parties",
        "To stop disorder",
        "Ms B Tenant",
        "One, in 2023",
        "The complaint of 2023",
        "Complaints and arrears",
    ];
    for (path, bytes) in &taken.files {
        let text = String::from_utf8_lossy(bytes);
        let pdf = path.ends_with(".pdf").then(|| Printed::read(bytes));
        for words in theirs {
            assert!(!text.contains(words), "{path} says \"{words}\"");
            assert!(pdf.as_ref().is_none_or(|pdf| !pdf.says(words)), "{path} says \"{words}\"");
        }
    }
    report.must_say(&["referral moved"]);
}

#[test]
fn a_notice_that_did_not_reach_everybody_is_named_as_missing_its_service() {
    let server = Server::start();
    let amy = server.amy();
    let granted = licence(&server, 1);
    let grant = amy.walk("/notices?kind=grant")[0].clone();
    let copy = grant["copies"].as_array().unwrap().iter().find(|copy| copy["capacity"] == "holder").unwrap();
    let back = json!({ "recipient_id": copy["id"], "reason": "Addressee gone away" });
    on_notice(&amy, grant["id"].as_str().unwrap(), "returns", &back).expect(200);
    let breach = missed(&server, &granted.id());
    let (_, report) = take(&amy, &breach);
    let reference = grant["reference"].as_str().unwrap();
    let lacking = format!("Section 15: service of notice {reference} on everybody who is to get it.");
    report.must_say(&[&lacking, "Came back because Addressee gone away"]);
}
