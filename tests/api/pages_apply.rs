//! Applying for a licence on the pages: from a stranger's first link to the application that officers see.

use selective_licensing::actions::applications;
use selective_licensing::domain::actor::{Actor, Role};
use selective_licensing::domain::id::PartyId;
use selective_licensing::storage::properties;
use serde_json::{Value, json};
use sha2::Digest as _;

use crate::support::browser::{Browser, Page};
use crate::support::desk::Desk;
use crate::support::pages::Pages;

const STRANGER: &str = "new.landlord@example.org";

/// A home of the gazetteer in a licence area, beside one that is in none.
pub(crate) fn council() -> Pages {
    let pages = Pages::open();
    let amy = Officer::of(&pages);
    for (address, postcode) in [("14 Invented Street, Stockton-on-Tees", "ZZ18 1AA"), ("2 Far Road, Yarm", "ZZ99 9ZZ")]
    {
        let home = json!({
            "address": address, "street": address.split(',').next().unwrap().trim_start_matches(char::is_numeric).trim(),
            "postcode": postcode, "dwelling": "house", "gas_supplied": true,
        });
        assert_eq!(amy.desk.post(&amy.token, "/api/v1/properties", "", &home).status, 201);
    }
    pages.desk.world.wait(chrono::TimeDelta::minutes(1));
    pages
}

/// An officer at the API.
pub(crate) struct Officer<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) token: String,
}

impl<'a> Officer<'a> {
    pub(crate) fn of(pages: &'a Pages) -> Self {
        Self { desk: &pages.desk, token: pages.desk.token(Role::Officer, None) }
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let reply = self.desk.get(&self.token, &format!("/api/v1{path}"));
        assert_eq!(reply.status, 200, "{path}: {:#}", reply.body);
        reply.body
    }
}

pub(crate) fn landlord(pages: &Pages) -> (PartyId, Browser) {
    let party = pages.desk.world.landlord("Ms Okafor", true).id;
    (party, pages.signed_in(party, Role::Landlord))
}

/// Begins an application for the home with that number in Invented Street.
#[track_caller]
pub(crate) fn begin(browser: &mut Browser, fields: &[(&str, &str)]) -> String {
    let found = browser.open("/applications/new?q=ZZ18+1AA");
    let home = found.attributes("input", "value").into_iter().find(|value| value.len() == 36).unwrap();
    let mut all = vec![("home", home.as_str())];
    all.extend_from_slice(fields);
    browser.submit(&found, &all).expect(303).header("location")
}

/// Answers to every group of questions.
pub(crate) const GROUPS: [(&str, &[(&str, &str)]); 4] = [
    (
        "home",
        &[
            ("q-dwelling", "House"),
            ("q-built", "Before 1919"),
            ("q-storeys", "2"),
            ("q-living_rooms", "1"),
            ("q-bedrooms", "2"),
            ("q-kitchens", "1"),
            ("q-bathrooms", "1"),
            ("q-occupied", "yes"),
            ("q-occupiers", "3"),
            ("q-households", "1"),
            ("q-rent", "Assured shorthold or assured"),
        ],
    ),
    (
        "safety",
        &[
            ("q-gas", "yes"),
            ("q-gas_checked_on-day", "10"),
            ("q-gas_checked_on-month", "1"),
            ("q-gas_checked_on-year", "2025"),
            ("q-electrical_on-day", "1"),
            ("q-electrical_on-month", "6"),
            ("q-electrical_on-year", "2023"),
            ("q-electrical_result", "Satisfactory"),
            ("q-smoke_alarms", "Ground floor, hall ceiling\nFirst floor, landing"),
            ("q-fuel_rooms", "no"),
            ("q-furniture", "I provide no furniture"),
        ],
    ),
    (
        "management",
        &[
            ("q-repairs", "They ring me."),
            ("q-emergencies", "A Okafor 01632 960123"),
            ("q-behaviour", "I visit and write."),
            ("q-references", "yes"),
            ("q-funds", "yes"),
            ("q-accreditation", "no"),
        ],
    ),
    ("fitness", &[("q-convictions", "no"), ("q-discrimination", "no"), ("q-housing_law", "no"), ("q-refused", "no")]),
];

/// Says that no exemption applies and answers these groups.
pub(crate) fn fill_in(browser: &mut Browser, application: &str, groups: &[&str]) {
    let form = browser.open(&format!("{application}/exemptions"));
    browser.submit(&form, &[("grounds", "none")]).expect(303);
    for (group, answers) in GROUPS.iter().filter(|(group, _)| groups.contains(group)) {
        let form = browser.open(&format!("{application}/questions/{group}"));
        let saved = browser.submit(&form, answers).expect(303);
        assert_eq!(saved.header("location"), application);
    }
}

/// Every group of questions.
pub(crate) const ALL: [&str; 4] = ["home", "safety", "management", "fitness"];
/// The signature of an applicant.
pub(crate) const SIGNED: [(&str, &str); 2] = [("signed-by", "Ada Okafor"), ("agreed", "yes")];

/// The hidden fields of a form, and the buttons' names left out.
fn send(browser: &mut Browser, application: &str, fields: &[(&str, &str)]) -> Page {
    let form = browser.open(&format!("{application}/check"));
    browser.submit(&form, fields)
}

pub(crate) fn id(application: &str) -> String {
    application.trim_start_matches("/applications/").to_owned()
}

#[test]
fn a_stranger_introduces_themselves_applies_and_officers_see_what_was_sent_with_its_hash() {
    let pages = council();
    let mut browser = pages.browser();
    pages.ask(&mut browser, STRANGER).expect(303);
    let link = pages.link_to(STRANGER).unwrap();
    let form = browser.open(&link);
    assert!(form.text().contains("Say who you are"), "{}", form.text());
    let faulty = browser.submit(&form, &[("role", "landlord"), ("kind", "person"), ("name", "")]).expect(422);
    assert!(faulty.text().contains("Enter your full name") && faulty.text().contains("Enter your address"));
    let who =
        [("role", "landlord"), ("kind", "person"), ("name", "Ada Okafor"), ("address", "1 Elsewhere Road\nLeeds")];
    let entered = browser.submit(&faulty, &who).expect(303);
    assert_eq!(entered.header("location"), "/applications");
    assert!(browser.open("/applications").text().contains("no application of yours yet"));

    let application = begin(&mut browser, &[]);
    let early = browser.open(&format!("{application}/check"));
    assert!(early.text().contains("cannot be sent yet"), "{}", early.text());
    fill_in(&mut browser, &application, &ALL);
    let check = browser.open(&format!("{application}/check"));
    for shown in ["10 January 2025", "They ring me.", "Proposed licence holder", "None of the exemptions applies"] {
        assert!(check.text().contains(shown), "{shown}: {}", check.text());
    }
    let unsigned = browser.submit(&check, &[]).expect(422);
    assert_eq!(unsigned.attributes("a", "href").iter().filter(|href| **href == "#signed-by").count(), 1);
    assert!(unsigned.text().contains("Tick the box to make the declarations"));
    let sent = browser.submit(&unsigned, &[SIGNED[0], SIGNED[1], ("by-email", "yes")]).expect(303);
    assert_eq!(sent.header("location"), application);
    let receipt = browser.open(&application).text();

    let amy = Officer::of(&pages);
    let seen = amy.get(&format!("/applications/{}", id(&application)));
    assert_eq!((&seen["stage"], &seen["submitted_on"]), (&json!("submitted"), &json!("2025-01-22")));
    let form = amy.get(&format!("/applications/{}/form", id(&application)));
    let hash = form["sha256"].as_str().unwrap();
    assert!(receipt.contains(hash) && receipt.contains("Application received"), "{receipt}");
    let bytes = form["sent"].to_string();
    assert_eq!(hex(&sha2::Sha256::digest(bytes.as_bytes())), hash, "anybody can count it again");
    assert_eq!(form["sent"]["signatures"]["applicant"], "Ada Okafor");
    let events = amy.get(&format!("/properties/{}/events", seen["property_id"].as_str().unwrap()));
    let held = events["items"].as_array().unwrap().iter().any(|event| event["parsed"]["facts"]["sha256"] == hash);
    assert!(held, "{events:#}");
    let consents = amy.get(&format!("/parties/{}/consents", seen["applicant_id"].as_str().unwrap()));
    assert_eq!(consents["items"][0]["email"], STRANGER);

    let again = browser.get(&format!("{application}/check")).expect(409);
    assert!(again.text().contains("has been sent"), "{}", again.text());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_is_right_is_saved_whatever_else_is_missing_and_can_be_come_back_to() {
    let pages = council();
    let (party, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    let path = format!("{application}/questions/safety");
    let form = browser.open(&path);
    let half =
        [("q-gas", "yes"), ("q-gas_checked_on-day", "31"), ("q-gas_checked_on-month", "2"), ("q-smoke_alarms", "Hall")];
    let faulty = browser.submit(&form, &half).expect(422);
    for (field, text) in [
        ("q-gas_checked_on-day", "Enter a day, such as 27 3 2025"),
        ("q-electrical_result", "Choose an answer: What did that report say?"),
    ] {
        assert!(faulty.attributes("a", "href").contains(&format!("#{field}")), "{field}");
        assert!(faulty.attributes("input", "id").contains(&field.to_owned()), "{field} is there to be led to");
        assert!(faulty.text().contains(text), "{text}: {}", faulty.text());
    }
    assert!(faulty.html.contains(r#"value="31""#), "what was typed is still there");
    let later =
        browser.submit(&faulty, &[("q-gas_checked_on-day", ""), ("q-gas_checked_on-month", ""), ("then", "later")]);
    assert_eq!(later.expect(303).header("location"), application);
    pages.desk.world.wait(chrono::TimeDelta::hours(13));
    let mut elsewhere = pages.signed_in(party, Role::Landlord);
    let kept = elsewhere.open(&path);
    assert!(kept.html.contains("Hall") && kept.html.contains("checked"), "{}", kept.html);
    assert!(elsewhere.open(&application).text().contains("Safety Begun"), "{}", elsewhere.open(&application).text());
}

#[test]
fn a_form_that_was_changed_in_another_window_is_not_overwritten() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    let path = format!("{application}/questions/fitness");
    let (one, other) = (browser.open(&path), browser.open(&path));
    browser.submit(&one, GROUPS[3].1).expect(303);
    let stale = browser.submit(&other, &[("q-convictions", "yes"), ("then", "later")]).expect(412);
    assert!(stale.text().contains("changed in another window"), "{}", stale.text());
    let mut answers = GROUPS[3].1.to_vec();
    answers[0].1 = "yes";
    answers.push(("q-convictions_detail", "Fraud, 2024, Leeds"));
    browser.submit(&stale, &answers).expect(303);
}

#[test]
fn a_home_outside_the_areas_needs_no_licence_unless_somebody_is_sure() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    let found = browser.open("/applications/new?q=ZZ99+9ZZ");
    assert!(found.text().contains("Not in a licence area"), "{}", found.text());
    let home = found.attributes("input", "value").into_iter().find(|value| value.len() == 36).unwrap();
    let unchosen = browser.submit(&found, &[]).expect(422);
    assert!(unchosen.text().contains("Choose the home, or enter its address"), "{}", unchosen.text());
    let told = browser.submit(&found, &[("home", &home)]).expect(422);
    assert!(told.text().contains("needs no licence under this scheme"), "{}", told.text());
    assert!(told.attributes("a", "href").contains(&"#sure".to_owned()));
    browser.submit(&told, &[("home", &home), ("sure", "yes")]).expect(303);

    let nowhere = browser.open("/applications/new?q=ZZ18+1AB");
    let empty = browser.submit(&nowhere, &[]).expect(422);
    assert!(empty.text().contains("Enter the address, such as Flat 2"), "{}", empty.text());
    let written =
        [("address", "3 Invented Street, Stockton-on-Tees"), ("street", "Invented Street"), ("postcode", "zz181aa")];
    let begun = browser.submit(&empty, &written).expect(303);
    let amy = Officer::of(&pages);
    let seen = amy.get(&format!("/applications/{}", id(&begun.header("location"))));
    assert_eq!(seen["area"], "central-stockton", "by the scheme's street list");
}

#[test]
fn an_agent_applies_for_landlords_and_both_sign_and_are_on_record() {
    let pages = council();
    let agent = pages.desk.world.landlord("Tees Lettings", true);
    let mut browser = pages.signed_in(agent.id, Role::Agent);
    let first = begin(&mut browser, &[]);
    fill_in(&mut browser, &first, &ALL);
    let check = browser.open(&format!("{first}/check"));
    assert!(check.text().contains("cannot be sent yet"), "nobody is to hold the licence: {}", check.text());
    let new = browser.open(&format!("{first}/people/new"));
    let nothing = browser.submit(&new, &[]).expect(422);
    assert!(nothing.text().contains("Tick what they are to the home"), "{}", nothing.text());
    let holder = [
        ("kind", "person"),
        ("name", "Mr <b>Holder</b>"),
        ("address", "5 Own Road\nLeeds"),
        ("email", "holder@example.org"),
        ("roles", "holder"),
    ];
    browser.submit(&nothing, &holder).expect(303);
    let again = browser.open(&format!("{first}/people/new"));
    let two = browser.submit(&again, &holder).expect(422);
    assert!(two.text().contains("is the proposed licence holder already"), "{}", two.text());
    let check = browser.open(&format!("{first}/check"));
    assert!(check.text().contains("Mr <b>Holder</b>"), "markup stays text");
    assert!(check.text().contains("copies of demands and reminders"), "who gets which mail: {}", check.text());
    let unsigned = browser.submit(&check, &SIGNED).expect(422);
    assert!(unsigned.text().contains("who signs too"), "{}", unsigned.text());
    browser.submit(&unsigned, &[SIGNED[0], SIGNED[1], ("holder-signed-by", "H Holder")]).expect(303);
    let amy = Officer::of(&pages);
    let seen = amy.get(&format!("/applications/{}", id(&first)));
    assert_eq!((&seen["applicant_id"], &seen["agent_id"]), (&json!(agent.id), &json!(agent.id)));
    let party = amy.get(&format!("/parties/{}", seen["holder_id"].as_str().unwrap()));
    assert_eq!((&party["name"], &party["email"]), (&json!("Mr <b>Holder</b>"), &json!("holder@example.org")));

    let second = begin(&mut browser, &[("copy", &id(&first))]);
    let list = browser.open(&second).text();
    assert!(list.contains("The home To do") && list.contains("Fit and proper person Done"), "{list}");
    fill_in(&mut browser, &second, &["home", "safety"]);
    send(&mut browser, &second, &[SIGNED[0], SIGNED[1], ("holder-signed-by", "H Holder")]).expect(303);
    let copied = amy.get(&format!("/applications/{}", id(&second)));
    assert_eq!(copied["holder_id"], seen["holder_id"], "the same person for both homes");

    let third = begin(&mut browser, &[]);
    let people = browser.open(&format!("{third}/people"));
    assert!(people.text().contains("From your other applications"), "{}", people.text());
    let known = people.attributes("button", "value").into_iter().find(|value| value.len() == 36).unwrap();
    let role = browser.submit(&people, &[("person", &known)]).expect(303);
    let ticked = browser.open(&role.header("location"));
    browser.submit(&ticked, &[("roles", "holder")]).expect(303);
    assert!(browser.open(&third).text().contains("People Done"));
}

#[test]
fn an_application_is_its_applicants_alone_until_it_is_sent_and_can_be_given_up() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    let other = pages.desk.world.landlord("Somebody Else", true);
    let mut stranger = pages.signed_in(other.id, Role::Landlord);
    let me = browser.open(&format!("{application}/people")).link("/people/0");
    let me = me.trim_start_matches(&application).to_owned();
    for path in ["", "/exemptions", "/people", &me, "/questions/home", "/check", "/withdrawal"] {
        stranger.get(&format!("{application}{path}")).expect(404);
        browser.get(&format!("{application}{path}")).expect(200);
    }
    let nobody = "/people/01946c5e-8800-7000-8000-0123456789ab";
    for path in ["/questions/nothing", nobody, "/people/x"] {
        browser.get(&format!("{application}{path}")).expect(404);
    }
    let own = browser.open(&format!("{application}/questions/home"));
    let forged = browser.post(&own.form().action, &[("Sec-Fetch-Site", "cross-site")], "q-storeys=9");
    assert_eq!(forged.status, 403);
    let form = browser.open(&format!("{application}/withdrawal"));
    let given_up = browser.submit(&form, &[("text", "The home was sold.")]).expect(303);
    assert_eq!(given_up.header("location"), "/applications");
    assert!(browser.open("/applications").text().contains("Given up"));
    browser.get(&format!("{application}/questions/home")).expect(409);
    let late = browser.submit(&own, &[("q-storeys", "9"), ("then", "later")]);
    assert!(late.status == 409 && late.text().contains("cannot be changed"), "{}: {}", late.status, late.text());
    let figures: Value = Officer::of(&pages).get("/reports/partnership?as_at=2025-01-22");
    assert!(figures.to_string().contains("\"received\":0"), "a draft was never received: {figures}");
}

#[test]
fn a_person_copied_from_a_draft_is_one_record_however_many_applications_name_them() {
    let pages = council();
    let agent = pages.desk.world.landlord("Tees Lettings", true);
    let mut browser = pages.signed_in(agent.id, Role::Agent);
    let first = begin(&mut browser, &[]);
    fill_in(&mut browser, &first, &ALL);
    let form = browser.open(&format!("{first}/people/new"));
    let holder = [("kind", "person"), ("name", "Lena"), ("address", "5 Own Road"), ("email", "lena@example.org")];
    browser.submit(&form, &[&holder[..], &[("roles", "holder")]].concat()).expect(303);
    let second = begin(&mut browser, &[("copy", &id(&first))]);
    fill_in(&mut browser, &second, &ALL);
    for application in [&first, &second] {
        let signed = [SIGNED[0], SIGNED[1], ("holder-signed-by", "Lena")];
        send(&mut browser, application, &signed).expect(303);
    }
    assert_eq!(pages.desk.world.database.count("parties WHERE name = 'Lena'"), 1);
    let mut lena = pages.browser();
    pages.ask(&mut lena, "lena@example.org").expect(303);
    let form = lena.open(&pages.link_to("lena@example.org").unwrap());
    assert!(form.html.contains("5 Own Road"), "what somebody else said of her is hers to correct: {}", form.text());
    let own = [("role", "landlord"), ("name", "Lena Lund"), ("address", "7 True Road, Leeds")];
    assert_eq!(lena.submit(&form, &own).expect(303).header("location"), "/applications");
    assert!(lena.open("/applications").text().contains("APP/2025/0000"));
    assert_eq!(pages.desk.world.database.count("parties WHERE name = 'Lena Lund' AND address LIKE '7 True%'"), 1);
    let again = pages.sign_in_to(&mut pages.browser(), "lena@example.org");
    assert_eq!(again, "/applications", "whoever has no licence comes for an application");
}

#[test]
fn the_list_of_applications_goes_on_where_a_page_of_it_ends() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    for _ in 0..51 {
        pages.desk.world.wait(chrono::TimeDelta::milliseconds(1));
        begin(&mut browser, &[("sure", "yes")]);
    }
    let shown = |page: &Page| page.html.matches("class=\"due-list__entry\"").count();
    let first = browser.open("/applications");
    assert!(first.text().contains("APP/2025/00051") && !first.text().contains("APP/2025/00001"), "the newest first");
    let second = browser.open(&first.link("/applications?after="));
    assert_eq!((shown(&first), shown(&second)), (50, 1));
    assert!(second.text().contains("APP/2025/00001") && !second.html.contains("rel=\"next\""), "{}", second.text());
    browser.get("/applications?page=2").expect(422);
}

#[test]
fn naming_somebodys_address_in_a_form_does_not_shut_them_out() {
    let pages = council();
    let world = &pages.desk.world;
    let aisha = world.landlord("Aisha", true);
    let email = aisha.email.clone().unwrap();
    world.wait(chrono::TimeDelta::minutes(1));
    let (_, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    fill_in(&mut browser, &application, &ALL);
    let form = browser.open(&format!("{application}/people/new"));
    let impostor = [("kind", "person"), ("name", "Impostor"), ("address", "1 Nowhere"), ("roles", "manager")];
    browser.submit(&form, &[&impostor[..], &[("email", email.as_str())]].concat()).expect(303);
    send(&mut browser, &application, &SIGNED).expect(303);
    let operator = world.app.context(Actor::operator());
    world.write(|tx| {
        let applying = applications::Applying {
            property_id: properties::at_postcode(tx, "ZZ18 1AA")?.remove(0).id,
            applicant_id: aisha.id,
            holder_id: aisha.id,
            manager_id: None,
            agent_id: None,
            import_key: None,
        };
        applications::start(tx, &operator, applying)
    });
    let mut own = pages.browser();
    pages.ask(&mut own, &email).expect(303);
    let form = own.open(&pages.link_to(&email).unwrap());
    assert!(form.html.contains("Aisha") && !form.html.contains("Impostor"), "{}", form.text());
}

#[test]
fn what_is_written_in_a_draft_is_not_shown_to_everybody() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    let page = browser.open("/applications/new?q=ZZ18+1AB");
    let place = [("street", "Invented Street"), ("postcode", "ZZ18 1AA")];
    let written = [&place[..], &[("address", "Mr Smith is a crook, 3 Invented Street")]].concat();
    let application = browser.submit(&page, &written).expect(303).header("location");
    let mut anybody = pages.browser();
    assert!(!anybody.get("/homes?q=ZZ18+1AA").text().contains("crook"));
    let other_letters = [&place[..], &[("address", "mr smith is a CROOK, 3 invented street")]].concat();
    browser.submit(&page, &other_letters).expect(303);
    assert_eq!(pages.desk.world.database.count("properties WHERE lower(address) LIKE '%crook%'"), 1, "one home");
    fill_in(&mut browser, &application, &ALL);
    send(&mut browser, &application, &SIGNED).expect(303);
    assert!(anybody.get("/homes?q=ZZ18+1AA").text().contains("crook"), "an application that was sent is public");
}

#[test]
fn a_person_who_was_taken_out_in_another_window_is_not_put_in_anothers_place() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    for name in ["Bob", "Carol"] {
        let form = browser.open(&format!("{application}/people/new"));
        let person = [("kind", "person"), ("name", name), ("address", "1 Road"), ("roles", "owner")];
        browser.submit(&form, &person).expect(303);
    }
    let people = browser.open(&format!("{application}/people"));
    let bob = people.attributes("a", "href").into_iter().filter(|href| href.contains("/people/0")).nth(1).unwrap();
    let (one, other) = (browser.open(&bob), browser.open(&bob));
    browser.submit(&one, &[("then", "remove")]).expect(303);
    browser.submit(&other, &[("name", "Bob again"), ("roles", "owner")]).expect(404);
    let people = browser.open(&format!("{application}/people")).text();
    assert!(people.contains("Carol") && !people.contains("Bob"), "{people}");
}

#[test]
fn grounds_of_exemption_are_said_before_anybody_pays() {
    let pages = council();
    let (_, mut browser) = landlord(&pages);
    let application = begin(&mut browser, &[]);
    let form = browser.open(&format!("{application}/exemptions"));
    let nothing = browser.submit(&form, &[]).expect(422);
    assert!(nothing.attributes("a", "href").contains(&"#grounds".to_owned()));
    let both = browser.post(
        &form.form().action,
        &[("Sec-Fetch-Site", "same-origin")],
        &format!("{}&grounds=none&grounds=family", hidden(&nothing)),
    );
    assert!(both.expect(422).text().contains("not both"));
    browser.submit(&nothing, &[("grounds", "holiday_let")]).expect(303);
    let told = browser.open(&application).text();
    assert!(told.contains("Holiday let") && told.contains("may need no licence"), "{told}");
    let home = browser.open(&format!("{application}/questions/home"));
    let crowded = GROUPS[0].1.iter().map(|(name, value)| match *name {
        "q-occupiers" => (*name, "6"),
        "q-households" => (*name, "3"),
        _ => (*name, *value),
    });
    browser.submit(&home, &crowded.collect::<Vec<_>>()).expect(303);
    assert!(browser.open(&application).text().contains("house in multiple occupation instead"));
}

fn hidden(page: &Page) -> String {
    let fields = page.form().fields.into_iter().filter(|(name, _)| name == "token" || name == "revision");
    crate::support::browser::encoded(&fields.collect::<Vec<_>>())
}
