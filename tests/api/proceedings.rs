//! Varying and revoking licences, told through the API: proposed, decided, appealed against, and in effect when the Act says so.

use selective_licensing::domain::letter::LetterKind;
use serde_json::{Value, json};

use crate::support::case::{go_to, licence, on_notice, serve_by_hand};
use crate::support::print::Printed;
use crate::support::server::{Client, Reply, Server};

fn open(person: &Client, licence: &str, kind: &str, ground: &str, more: &Value) -> Reply {
    let mut form = json!({ "kind": kind, "ground": ground, "reason": "See the file." });
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    person.post(&format!("/licences/{licence}/proceedings"), &form)
}

/// Takes a step from the newest state.
fn take(person: &Client, proceeding: &str, body: &Value) -> Reply {
    let path = format!("/proceedings/{proceeding}");
    let etag = person.get(&path).expect(200).etag();
    person.post_on(&etag, &format!("{path}/steps"), body)
}

fn propose(person: &Client, proceeding: &str, kind: &str) -> Reply {
    person.post(
        "/notices",
        &json!({ "proceeding_id": proceeding, "kind": kind, "reasons": "Condition 9.6 was breached." }),
    )
}

fn read(person: &Client, path: &str) -> Value {
    person.get(path).expect(200).body
}

fn decide(agreed: bool, without_notice: &Value) -> Value {
    json!({ "step": "decide", "agreed": agreed, "without_notice": without_notice, "reason": "As was proposed." })
}

/// A revocation on the ground of serious breaches, decided by Tom on 10 March 2025 against the holder's will.
fn revoked(server: &Server, licence: &str) -> String {
    let (amy, tom) = (server.amy(), server.tom());
    let id = open(&amy, licence, "revocation", "serious_breach", &json!({})).expect(201).id();
    serve_by_hand(&amy, &propose(&amy, &id, "proposed_revocation").expect(201).id());
    go_to(server, "2025-03-10");
    take(&amy, &id, &json!({ "step": "end_consultation" })).expect(200);
    take(&tom, &id, &decide(false, &Value::Null)).expect(200);
    id
}

#[test]
fn a_variation_that_the_holder_asked_for_holds_at_once_and_the_earlier_version_stays_readable() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let granted = licence(&server, 1);
    let path = format!("/licences/{}", granted.id());
    let nothing = json!({ "asked_by": server.khan_id });
    open(&amy, &granted.id(), "variation", "agreement", &nothing).refuses(
        409,
        "changes-needed",
        "what a variation changes",
    );
    let changes = json!({ "manager_id": server.agency_id, "terms": "At most four people may live there." });
    let asked = json!({ "asked_by": server.khan_id, "changes": changes });
    open(&amy, &granted.id(), "variation", "serious_breach", &asked).refuses(409, "not-a-ground", "choose another");
    let begun = open(&amy, &granted.id(), "variation", "agreement", &asked).expect(201);
    assert_eq!((&begun.body["reference"], &begun.body["state"]), (&json!("PRO/2025/00001"), &json!("opened")));
    open(&amy, &granted.id(), "variation", "agreement", &asked).refuses(409, "proceeding-open", "PRO/2025/00001");
    take(&amy, &begun.id(), &decide(true, &json!("agreed"))).refuses(403, "forbidden", "role");
    take(&tom, &begun.id(), &decide(true, &Value::Null)).refuses(409, "notice-needed", "without_notice");
    go_to(&server, "2025-03-03");
    let varied = take(&tom, &begun.id(), &decide(true, &json!("agreed"))).expect(200).body;
    assert_eq!((&varied["state"], &varied["operative"]["on"]), (&json!("operative"), &json!("2025-03-03")));
    assert!(varied["operative"]["because"].as_str().unwrap().contains("the holder agrees"), "{varied:#}");
    let now = read(&amy, &path);
    assert_eq!((&now["version"], &now["manager_id"]), (&json!(2), &json!(server.agency_id)));
    let versions = read(&server.khan(), &format!("{path}/versions"))["items"].clone();
    let seen = |key: &str| versions.as_array().unwrap().iter().map(|one| one[key].clone()).collect::<Vec<_>>();
    assert_eq!(seen("effective_from"), ["2025-02-14", "2025-03-03"]);
    assert_eq!(seen("terms"), [Value::Null, json!("At most four people may live there.")]);
    assert_eq!(seen("manager_id"), [Value::Null, json!(server.agency_id)]);

    let notices = amy.walk(&format!("/notices?proceeding_id={}", begun.id()));
    assert_eq!((&notices[0]["kind"], &notices[0]["state"]), (&json!("variation"), &json!("issued")));
    assert_eq!(
        (&notices[0]["serve_by"]["on"], &notices[0]["period"]["on"]),
        (&json!("2025-03-09"), &json!("2025-03-30"))
    );
    server.world.post();
    let letters = server.world.letters();
    let letter = letters.iter().find(|letter| letter.template.as_deref() == Some("V2/4")).unwrap();
    assert_eq!(letter.kind, LetterKind::Notice);
    let text = letter.text.as_deref().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "Notice of the variation of a licence",
        "At most four people may live there.",
        "takes effect at once, on Monday 3 March 2025",
        "The last day to do so is Sunday 30 March 2025",
        "A licence holder who agreed to the decision cannot appeal",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_revocation_that_is_not_agreed_is_consulted_on_and_has_effect_when_the_time_for_appeals_is_over() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let granted = licence(&server, 1);
    let path = format!("/licences/{}", granted.id());
    serve_by_hand(&amy, amy.walk("/notices?kind=grant")[0]["id"].as_str().unwrap());
    let id = open(&amy, &granted.id(), "revocation", "serious_breach", &json!({})).expect(201).id();
    propose(&amy, &id, "proposed_variation").refuses(409, "not-its-proposal", "proposed_revocation");
    propose(&amy, &id, "proposed_grant").refuses(422, "invalid", "application_id");
    let not = propose(&amy, &id, "proposed_revocation").expect(201);
    let capacities = not.body["copies"].as_array().unwrap().iter().map(|copy| copy["capacity"].clone());
    assert_eq!(capacities.collect::<Vec<_>>(), ["holder", "agent"]);
    assert_eq!(serve_by_hand(&amy, &not.id())["period"]["on"], "2025-03-08");
    assert_eq!(read(&amy, &format!("/proceedings/{id}"))["consultation_ends"]["on"], "2025-03-08");
    let over = json!({ "step": "end_consultation" });
    take(&amy, &id, &over).refuses(409, "consultation-running", "2025-03-08");
    let said = json!({ "party_id": server.khan_id, "text": "I have sent the records now." });
    let said = amy.post(&format!("/notices/{}/representations", not.id()), &said).expect(201);
    go_to(&server, "2025-03-10");
    take(&amy, &id, &over).refuses(409, "not-considered", "Mr A Khan");
    let consider = format!("/representations/{}/consideration", said.body["id"].as_str().unwrap());
    amy.post_on(&said.etag(), &consider, &json!({ "consideration": "They came a year late." })).expect(200);
    take(&amy, &id, &over).expect(200);
    take(&tom, &id, &decide(false, &json!("not_material"))).refuses(409, "not-without-notice", "not_material");
    let decided = take(&tom, &id, &decide(false, &Value::Null)).expect(200).body;
    assert_eq!((&decided["state"], &decided["operative"]["on"]), (&json!("decided"), &json!("2025-04-07")));
    assert_eq!(read(&amy, &path)["standing"], "revocation_pending");

    let asks = |kind: &str| amy.walk(&format!("/tasks?open=true&kind={kind}")).len();
    server.world.night("2025-03-13");
    assert_eq!((asks("serve_notice"), asks("takes_effect")), (0, 0));
    for night in ["2025-03-14", "2025-03-15"] {
        server.world.night(night);
        assert_eq!((asks("serve_notice"), asks("takes_effect")), (1, 0), "two days before the seventh, and once");
    }
    let effect = json!({ "step": "take_effect" });
    go_to(&server, "2025-04-06");
    take(&tom, &id, &effect).refuses(409, "appealable", "2025-04-07");
    for night in ["2025-04-07", "2025-04-09"] {
        server.world.night(night);
        assert_eq!(asks("takes_effect"), 1, "{night}");
    }
    go_to(&server, "2025-04-10");
    assert_eq!(take(&tom, &id, &effect).expect(200).body["state"], "operative");
    let gone = read(&amy, &path);
    assert_eq!(
        (&gone["standing"], &gone["ended_on"]),
        (&json!("revoked"), &json!("2025-04-07")),
        "from the day that was counted"
    );
    assert_eq!(amy.walk("/licences?in_force_on=2025-04-06").len(), 1);
    assert_eq!(amy.walk("/licences?in_force_on=2025-04-07").len(), 0);
    assert_eq!(amy.walk("/obligations?state=open").len(), 0, "its duties ended with it");
    open(&amy, &granted.id(), "revocation", "structure", &json!({})).refuses(409, "licence-state", "has ended");
}

#[test]
fn an_appeal_holds_a_revocation_until_the_tribunal_dismisses_or_allows_it() {
    for (outcome, standing, state) in
        [("allowed", "in_force", "overturned"), ("dismissed", "revocation_pending", "decided")]
    {
        let server = Server::start();
        let (amy, tom) = (server.amy(), server.tom());
        let granted = licence(&server, 1);
        let id = revoked(&server, &granted.id());
        let notices = amy.walk(&format!("/notices?proceeding_id={id}&kind=revocation"));
        let lodge = format!("/notices/{}/appeals", notices[0]["id"].as_str().unwrap());
        go_to(&server, "2025-03-20");
        let appeal =
            json!({ "reference": "MAN/00EF/HML/2025/9", "appellant_id": server.khan_id, "lodged_on": "2025-03-19" });
        let appeal = amy.post(&lodge, &appeal).expect(201);
        assert_eq!(read(&amy, &format!("/proceedings/{id}"))["state"], "appealed");
        go_to(&server, "2025-06-02");
        let effect = json!({ "step": "take_effect" });
        take(&tom, &id, &effect).refuses(409, "proceeding-state", "appealed");
        let end = json!({ "outcome": outcome, "decided_on": "2025-05-30", "ordered": "So ordered." });
        let path = format!("/appeals/{}/decision", appeal.body["id"].as_str().unwrap());
        tom.post_on(&appeal.etag(), &path, &end).expect(200);
        let after = read(&amy, &format!("/proceedings/{id}"));
        assert_eq!(after["state"], state);
        assert_eq!(read(&amy, &format!("/licences/{}", granted.id()))["standing"], standing);
        let listed = read(&amy, &format!("/proceedings/{id}/appeals"));
        assert_eq!(listed["items"][0]["outcome"], outcome);
        let entry = amy.walk("/register/licences?on=2025-05-29")[0].clone();
        let shown = ["reference", "outcome", "decided_on"].map(|key| entry["appeals"][0][key].clone());
        assert_eq!(shown, [json!("MAN/00EF/HML/2025/9"), json!(outcome), json!("2025-05-30")]);
        if outcome == "dismissed" {
            assert_eq!(after["operative"]["on"], "2025-05-30");
            take(&tom, &id, &effect).expect(200);
            assert_eq!(read(&amy, &format!("/licences/{}", granted.id()))["ended_on"], "2025-05-30");
        }
    }
}

#[test]
fn a_copy_that_comes_back_takes_the_end_of_the_consultation_away() {
    let server = Server::start();
    let amy = server.amy();
    let granted = licence(&server, 1);
    let id = open(&amy, &granted.id(), "revocation", "not_part_three", &json!({})).expect(201).id();
    let not = propose(&amy, &id, "proposed_revocation").expect(201).id();
    let served = serve_by_hand(&amy, &not);
    propose(&amy, &id, "proposed_revocation").expect(201);
    let back = json!({ "recipient_id": served["copies"][0]["id"], "reason": "gone away" });
    on_notice(&amy, &not, "returns", &back).expect(200);
    let lost = read(&amy, &format!("/proceedings/{id}"));
    assert_eq!((&lost["state"], &lost["consultation_ends"]), (&json!("consulting"), &Value::Null));
    go_to(&server, "2025-06-02");
    take(&amy, &id, &json!({ "step": "end_consultation" })).refuses(409, "not-served", "whose copy came back");
    let given_up = take(&amy, &id, &json!({ "step": "withdraw", "reason": "The home is let again." })).expect(200).body;
    assert_eq!((&given_up["state"], &given_up["reason"]), (&json!("withdrawn"), &json!("The home is let again.")));
}

#[test]
fn a_variation_that_the_council_refuses_is_consulted_on_leaves_the_licence_as_it_is_and_can_be_appealed_against() {
    let server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let granted = licence(&server, 1);
    let unasked = json!({ "changes": { "terms": "Eight people may live there." } });
    let id = open(&amy, &granted.id(), "variation", "change_of_circumstances", &unasked).expect(201).id();
    let refuse = json!({ "step": "refuse", "reason": "The home has four rooms." });
    take(&tom, &id, &refuse).refuses(409, "nobody-asked", "withdraw");
    propose(&amy, &id, "proposed_refusal_to_vary").refuses(409, "nobody-asked", "withdraw");
    take(&amy, &id, &json!({ "step": "withdraw", "reason": "Begun by mistake." })).expect(200);
    let asked = json!({ "asked_by": server.khan_id, "changes": { "terms": "Eight people may live there." } });
    let id = open(&amy, &granted.id(), "variation", "change_of_circumstances", &asked).expect(201).id();
    take(&tom, &id, &refuse).refuses(409, "notice-needed", "serve proposed_refusal_to_vary first");
    propose(&amy, &id, "proposed_refusal_to_revoke").refuses(409, "not-its-proposal", "proposed_refusal_to_vary");
    let proposal = propose(&amy, &id, "proposed_refusal_to_vary").expect(201).id();
    assert_eq!(serve_by_hand(&amy, &proposal)["period"]["on"], "2025-03-08");
    let consulting = read(&amy, &format!("/proceedings/{id}"));
    let now = ["state", "proposed"].map(|key| consulting[key].clone());
    assert_eq!(
        (now, &consulting["consultation_ends"]["on"]),
        ([json!("consulting"), json!("refusal")], &json!("2025-03-08"))
    );
    let said = json!({ "party_id": server.khan_id, "text": "The loft is a fifth room." });
    let said = amy.post(&format!("/notices/{proposal}/representations"), &said).expect(201);
    go_to(&server, "2025-03-10");
    let over = json!({ "step": "end_consultation" });
    take(&amy, &id, &over).refuses(409, "not-considered", "Mr A Khan");
    let consider = format!("/representations/{}/consideration", said.body["id"].as_str().unwrap());
    amy.post_on(&said.etag(), &consider, &json!({ "consideration": "It has no window." })).expect(200);
    take(&amy, &id, &over).expect(200);
    take(&tom, &id, &decide(false, &Value::Null)).refuses(409, "notice-needed", "about refusing what was asked for");
    assert_eq!(take(&tom, &id, &refuse).expect(200).body["state"], "refused");
    let notices = amy.walk(&format!("/notices?proceeding_id={id}&kind=refusal_to_vary"));
    let notice = &notices[0];
    assert_eq!(notice["period"]["on"], "2025-04-06");
    assert_eq!(read(&amy, &format!("/licences/{}", granted.id()))["version"], 1);
    let appeal = json!({ "reference": "MAN/1", "lodged_on": "2025-03-10" });
    let appeal = amy.post(&format!("/notices/{}/appeals", notice["id"].as_str().unwrap()), &appeal).expect(201);
    let allowed = json!({ "outcome": "allowed", "decided_on": "2025-03-10", "ordered": "Vary it." });
    let path = format!("/appeals/{}/decision", appeal.body["id"].as_str().unwrap());
    tom.post_on(&appeal.etag(), &path, &allowed).expect(200);
    assert_eq!(
        read(&amy, &format!("/proceedings/{id}"))["state"],
        "decision_due",
        "to be decided as the tribunal orders"
    );
    let varied = take(&tom, &id, &decide(true, &Value::Null)).expect(200).body;
    assert_eq!(varied["state"], "operative");
    let all = read(&amy, &format!("/licences/{}/proceedings", granted.id()));
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
}

#[test]
fn after_a_proposed_refusal_what_was_asked_for_is_granted_as_agreed_or_by_a_notice_of_its_own() {
    for is_agreed in [true, false] {
        let server = Server::start();
        let (amy, tom) = (server.amy(), server.tom());
        let granted = licence(&server, 1);
        let asked = json!({ "asked_by": server.agency_id, "changes": { "terms": "Six people may live there." } });
        let id = open(&amy, &granted.id(), "variation", "change_of_circumstances", &asked).expect(201).id();
        let refusal = propose(&amy, &id, "proposed_refusal_to_vary").expect(201).id();
        let served = serve_by_hand(&amy, &refusal);
        go_to(&server, "2025-03-10");
        take(&amy, &id, &json!({ "step": "end_consultation" })).expect(200);
        if is_agreed {
            take(&tom, &id, &decide(true, &Value::Null)).refuses(409, "notice-needed", "without_notice");
            assert_eq!(take(&tom, &id, &decide(true, &json!("agreed"))).expect(200).body["state"], "operative");
            continue;
        }
        let change = propose(&amy, &id, "proposed_variation").expect(201);
        assert_eq!(change.body["is_modified"], false, "nobody was consulted about this before");
        let served_again = serve_by_hand(&amy, &change.id());
        let consulting = read(&amy, &format!("/proceedings/{id}"));
        assert_eq!((&consulting["proposed"], &consulting["state"]), (&json!("change"), &json!("consulting")));
        assert_eq!(consulting["consultation_ends"], served_again["period"]);
        let back = json!({ "recipient_id": served["copies"][0]["id"], "reason": "gone away" });
        on_notice(&amy, &refusal, "returns", &back).expect(200);
        let still = read(&amy, &format!("/proceedings/{id}"));
        assert_eq!(still["consultation_ends"], served_again["period"], "the proposal that was given up counts no more");
        go_to(&server, "2025-04-10");
        take(&amy, &id, &json!({ "step": "end_consultation" })).expect(200);
        let refuse = json!({ "step": "refuse", "reason": "The home has four rooms." });
        take(&tom, &id, &refuse).refuses(409, "notice-needed", "serve proposed_refusal_to_vary first");
        assert_eq!(take(&tom, &id, &decide(false, &Value::Null)).expect(200).body["state"], "decided");
    }
}

#[test]
fn a_variation_moves_the_last_day_and_the_agent_in_the_licence_its_letter_its_document_and_its_duties() {
    let mut server = Server::start();
    let (amy, tom) = (server.amy(), server.tom());
    let granted = licence(&server, 1);
    let path = format!("/licences/{}", granted.id());
    let asked = |ends_on: &str, agent: &str| json!({ "asked_by": server.khan_id, "changes": { "ends_on": ends_on, "agent_id": agent } });
    let agent = json!({ "kind": "company", "name": "Tees Agents Ltd", "address": "9 Else Street, Stockton-on-Tees" });
    let agent = amy.post("/parties", &agent).expect(201).id();
    let begin = |ends_on: &str| {
        let asked = asked(ends_on, &agent);
        open(&amy, &granted.id(), "variation", "agreement", &asked)
    };
    begin("2029-11-01").refuses(422, "invalid", "until 2029-10-31 at the latest");
    begin("2025-02-13").refuses(422, "invalid", "2025-02-14 is the first day on which it could end");
    let first = amy.download(&format!("{path}/versions/1/pdf")).1;
    let begun = begin("2026-10-31").expect(201).id();
    go_to(&server, "2025-03-03");
    take(&tom, &begun, &decide(true, &json!("agreed"))).expect(200);
    let now = read(&amy, &path);
    assert_eq!(now["ends"]["on"], "2026-10-31");
    assert!(now["ends"]["because"].as_str().unwrap().contains("the licence was varied to end on 2026-10-31"));
    let versions = read(&amy, &format!("{path}/versions"))["items"].clone();
    let ends = [0, 1].map(|place| versions[place]["ends"]["on"].clone());
    assert_eq!(ends, [json!("2029-10-31"), json!("2026-10-31")]);
    assert_eq!(now["agent_id"], versions[1]["agent_id"]);
    assert_ne!(versions[0]["agent_id"], versions[1]["agent_id"]);
    assert_eq!(amy.walk("/register/licences?on=2026-10-31")[0]["ends_on"], "2026-10-31");
    assert_eq!(amy.walk("/register/licences?on=2026-11-01").len(), 0);
    let duties = amy.walk("/obligations?state=open&kind=licence_end");
    assert_eq!(duties.iter().map(|duty| duty["due"]["on"].clone()).collect::<Vec<_>>(), ["2026-10-31"]);
    server.world.post();
    let letters = server.world.letters();
    let letter = letters.iter().find(|letter| letter.template.as_deref() == Some("V2/4")).unwrap();
    let text = letter.text.as_deref().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "Last day From: Wednesday 31 October 2029 To: Saturday 31 October 2026",
        "Agent From: Tees Lettings Ltd To: Tees",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    Printed::read(&amy.download(&format!("{path}/versions/2/pdf")).1).must_say(&[
        "In force until Saturday 31 October 2026",
        "Last day since then Saturday 31 October 2026",
        "Agent since then Tees",
    ]);
    assert!(amy.download(&format!("{path}/versions/1/pdf")).1 == first, "the grant is printed otherwise than before");

    for night in ["2026-07-31", "2026-08-03"] {
        server.world.night(night);
    }
    server.renew();
    let told = server.amy().walk("/letters?kind=digest");
    assert!(!told.is_empty(), "the holder is told in time of the day that came with the variation");
}
