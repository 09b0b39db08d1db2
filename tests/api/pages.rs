//! What landlords, agents and everybody see: what is due, one demand and its answers, a home looked up.

use std::collections::BTreeSet;

use selective_licensing::domain::actor::{Role, Sight};
use selective_licensing::domain::demand::{Demand, Outcome};
use selective_licensing::domain::licence::Licence;
use selective_licensing::domain::party::Party;
use selective_licensing::http::pages;
use selective_licensing::storage::{self, portfolio};
use sha2::Digest as _;

use crate::support::browser::{Browser, Page};
use crate::support::files::{jpeg, pdf};
use crate::support::pages::Pages;
use crate::support::statements::Statements;

const NOBODYS: &str = "01946c5e-8800-7000-8000-0123456789ab";

/// Mr Khan with a licensed home under demand, and a browser in which he is signed in.
pub(crate) struct Case {
    pub(crate) pages: Pages,
    pub(crate) khan: Party,
    pub(crate) licence: Licence,
    pub(crate) demand: Demand,
    pub(crate) browser: Browser,
}

/// A demand for a gas record, an alarm declaration and inspection records, served on 23 January 2025.
fn case() -> Case {
    let pages = Pages::open();
    let world = &pages.desk.world;
    let khan = world.khan();
    let licence = world.licensed_home(&khan, None);
    let demand = world.served_demand(&licence, &["1", "6", "9.6"], "2025-01-23");
    let browser = pages.signed_in(khan.id, Role::Landlord);
    Case { pages, khan, licence, demand, browser }
}

impl Case {
    pub(crate) fn item(&self, condition: &str) -> String {
        let item = self.demand.items.iter().find(|item| item.condition == condition).unwrap();
        format!("/demands/{}/items/{}", self.demand.cover.id, item.id)
    }

    /// Time has passed, so that the first session is over.
    fn signed_in_anew(&self) -> Browser {
        self.pages.signed_in(self.khan.id, Role::Landlord)
    }

    pub(crate) fn alarms(&self) -> String {
        format!("{}/alarms", self.item("6"))
    }
}

pub(crate) fn declared() -> Vec<(&'static str, &'static str)> {
    let mut fields = vec![("has-rooms", "no"), ("signed-by", "A Khan"), ("agreed", "yes")];
    fields.extend([
        ("storey-1-position", "hall ceiling"),
        ("storey-1-working", "yes"),
        ("storey-1-tested-day", "20"),
        ("storey-1-tested-month", "1"),
        ("storey-1-tested-year", "2025"),
        ("storey-2-position", "landing"),
        ("storey-2-working", "no"),
        ("storey-2-tested-day", "21"),
        ("storey-2-tested-month", "1"),
        ("storey-2-tested-year", "2025"),
    ]);
    fields
}

#[test]
fn what_is_due_is_told_by_date_with_the_days_left_and_what_is_late_comes_first() {
    let case = case();
    let world = &case.pages.desk.world;
    let second = world.licensed_home(&case.khan, None);
    world.served_demand(&second, &["3"], "2025-01-30");
    world.go_to("2025-02-05", "09:00");
    let page = case.signed_in_anew().open("/due").text();
    for told in ["4 due in the next 14 days", "Tomorrow Thursday 6 February 2025"] {
        assert!(page.contains(told), "no \"{told}\" in {page}");
    }
    world.go_to("2025-02-08", "09:00");
    let page = case.signed_in_anew().open("/due").text();
    let place = |part: &str| page.find(part).unwrap_or_else(|| panic!("no \"{part}\" in {page}"));
    assert!(place("Late (") < place("2 days late Thursday 6 February 2025"));
    assert!(place("2 days late Thursday 6 February 2025") < place("Due later ("));
    assert!(page.contains("Gas safety record of the year"), "duties without a demand are there, too");
}

#[test]
fn the_list_is_narrowed_to_a_home_and_a_kind() {
    let case = case();
    let world = &case.pages.desk.world;
    let second = world.licensed_home(&case.khan, None);
    world.served_demand(&second, &["1"], "2025-01-30");
    let mut browser = case.signed_in_anew();
    let all = browser.open("/due");
    assert_eq!(all.attributes("select", "name"), ["home", "kind"]);
    let entries = |page: &Page| page.html.matches("class=\"due-list__entry\"").count();
    let of_home = browser.open(&format!("/due?home={}&kind=", second.property_id));
    assert!(entries(&of_home) < entries(&all) && of_home.text().contains("2 Hind Street"), "{}", of_home.text());
    let records = browser.open("/due?home=&kind=Gas+safety+record");
    assert_eq!(entries(&records), 2);
    assert_eq!(entries(&browser.open("/due?kind=Nothing+like+it")), 0);
    browser.get("/due?sort=name").expect(422);
}

#[test]
fn an_agent_sees_for_whom_each_home_is_held_and_nobody_sees_homes_of_others() {
    let pages = Pages::open();
    let world = &pages.desk.world;
    let (khan, other, agent) = (world.khan(), world.landlord("Mrs Other", true), world.landlord("Tees Lettings", true));
    let first = world.licensed_home(&khan, Some(&agent));
    let second = world.licensed_home(&other, None);
    let theirs = world.served_demand(&second, &["1", "6"], "2025-01-23");
    world.served_demand(&first, &["1"], "2025-01-23");
    let mut of_agent = pages.signed_in(agent.id, Role::Agent);
    let due = of_agent.open("/due").text();
    assert!(due.contains("For Mr A Khan") && !due.contains("Mrs Other") && !due.contains("2 Hind Street"), "{due}");
    let mut of_khan = pages.signed_in(khan.id, Role::Landlord);
    assert!(!of_khan.open("/due").text().contains("For Mr A Khan"), "one's own homes need no name");
    let (id, item) = (theirs.cover.id, theirs.items[0].id);
    let absent = of_khan.get(&format!("/demands/{NOBODYS}")).expect(404);
    for ending in [
        String::new(),
        format!("/items/{item}"),
        format!("/items/{item}/not-applicable"),
        format!("/items/{item}/explanation"),
        format!("/items/{}/alarms", theirs.items[1].id),
        format!("/items/{item}/receipts/{NOBODYS}"),
    ] {
        let hidden = of_khan.get(&format!("/demands/{id}{ending}")).expect(404);
        assert_eq!(hidden.html, absent.html, "{ending}");
    }
    let duty = world.read(|db| selective_licensing::storage::obligations::open_of(db, second.id)).remove(0);
    assert_eq!(of_khan.get(&format!("/duties/{}", duty.id)).expect(404).html, absent.html);
    let before = world.database.dump(&[]);
    let token = of_khan.open("/sign-out").form().fields[0].1.clone();
    let body = format!("token={token}&revision={}&text=not+mine", theirs.cover.revision);
    let path = format!("/demands/{id}/items/{item}/not-applicable");
    of_khan.post(&path, &[("Sec-Fetch-Site", "same-origin")], &body).expect(404);
    assert_eq!(world.database.dump(&[]), before);
}

#[test]
fn a_demand_that_was_not_sent_is_not_there() {
    let mut case = case();
    let world = &case.pages.desk.world;
    let second = world.licensed_home(&case.khan, None);
    let (amy, rules) = (world.amy(), &world.app.rules);
    let asked = selective_licensing::actions::demands::Asked::of(second.id, vec!["1".to_owned()]);
    let draft = world.write(|tx| selective_licensing::actions::demands::draft(tx, &amy, rules, asked.clone()));
    case.browser.get(&format!("/demands/{}", draft.cover.id)).expect(404);
    assert!(!case.browser.open("/due").text().contains(&draft.cover.reference));
}

#[test]
fn forty_homes_take_as_many_statements_as_two_and_a_page_below_a_hundred_kilobytes() {
    Statements::begin();
    let pages = Pages::open();
    let world = &pages.desk.world;
    let statements = Statements::of(&world.database);
    let (khan, agent) = (world.khan(), world.landlord("Tees Lettings", true));
    let mut browser = pages.signed_in(agent.id, Role::Agent);
    let mut add = |homes: usize| {
        for _ in 0..homes {
            let licence = world.licensed_home(&khan, Some(&agent));
            let demand = world.issued_demand(&licence, &["1", "3", "6", "9.6"]);
            world.serve_by_hand(&demand, "2025-01-22");
            let form = browser.open("/applications/new?q=Hind+Street");
            let applied = [("home", licence.property_id.to_string()), ("sure", "yes".to_owned())];
            let applied = applied.each_ref().map(|(name, value)| (*name, value.as_str()));
            browser.submit(&form, &applied).expect(303);
        }
    };
    let lists = ["/due", "/due/files", "/licences", "/applications", "/applications/new"];
    let count = || {
        let mut browser = pages.signed_in(agent.id, Role::Agent);
        lists.map(|path| {
            // A connection that is new to the pool sets itself up first.
            browser.open(path);
            let before = statements.so_far();
            browser.open(path);
            (path, statements.so_far() - before)
        })
    };
    add(2);
    let two = count();
    add(38);
    assert!(two.iter().all(|(_, statements)| *statements > 1), "{two:?}");
    assert_eq!(count(), two);
    let found = world.read(|db| portfolio::of(db, agent.id));
    let many = found.items.len() + found.duties.len();
    let mut browser = pages.signed_in(agent.id, Role::Agent);
    let mut seen = 0;
    let mut next = "/due".to_owned();
    loop {
        let page = browser.open(&next);
        assert!(page.html.len() < 100_000, "{} bytes", page.html.len());
        seen += page.html.matches("class=\"due-list__entry\"").count();
        let onward = page.attributes("a", "href").into_iter().rfind(|href| href.contains("page="));
        match onward.filter(|_| page.html.contains("rel=\"next\"")) {
            Some(href) => next = href,
            None => break,
        }
    }
    assert_eq!(seen, many);
}

#[test]
fn an_item_says_its_condition_in_plain_words_and_why_it_is_due_on_that_day() {
    let mut case = case();
    let page = case.browser.open(&case.item("1"));
    let text = page.text();
    for told in [
        "Gas safety record",
        "If gas is supplied to the house, a gas safety record obtained within the last 12 months.",
        "Last day: Thursday 6 February 2025",
        "14 days after Thursday 23 January 2025, the day of receipt, which is not itself counted",
        "signed receipt",
    ] {
        assert!(text.contains(told), "no \"{told}\" in {text}");
    }
    assert!(case.browser.open(&page.link("/demands/")).text().contains(&case.licence.number));
}

#[test]
fn this_does_not_apply_is_said_with_a_reason_and_answered_by_a_receipt() {
    let mut case = case();
    let path = case.browser.open(&case.item("1")).link("/not-applicable");
    let form = case.browser.open(&path);
    let faulty = case.browser.submit(&form, &[("text", "   ")]).expect(422);
    assert!(faulty.html.contains("<title>Error: "), "{}", faulty.html);
    assert_eq!(faulty.link("#"), "#main-content");
    assert!(faulty.attributes("a", "href").contains(&"#text".to_owned()));
    let long = "x".repeat(4_001);
    let faulty = case.browser.submit(&form, &[("text", &long)]).expect(422);
    assert!(faulty.text().contains("Shorten this by 1 characters"), "{}", faulty.text());
    case.pages.desk.world.go_to("2025-02-06", "23:59");
    let mut browser = case.signed_in_anew();
    let form = browser.open(&path);
    let done = browser.submit(&form, &[("text", "All electric.\r\nNo gas.")]).expect(303);
    let receipt = browser.open(&done.header("location")).text();
    for told in ["We have received it", "Thursday 6 February 2025 at 23:59 GMT", "In time.", "All electric. No gas."] {
        assert!(receipt.contains(told), "no \"{told}\" in {receipt}");
    }
    let item = browser.open(&case.item("1")).text();
    assert!(item.contains("We are checking it") && item.contains("All electric."), "{item}");
    let world = &case.pages.desk.world;
    world.assess(&case.demand, Outcome::Rejected, "the meter cupboard shows a gas meter");
    let item = browser.open(&case.item("1")).text();
    assert!(item.contains("Not accepted") && item.contains("the meter cupboard shows a gas meter"), "{item}");
}

#[test]
fn why_it_is_late_can_be_said_once_it_is_and_does_not_answer_the_demand() {
    let mut case = case();
    assert!(!case.browser.open(&case.item("1")).html.contains("/explanation"));
    case.pages.desk.world.go_to("2025-02-07", "00:00");
    let mut browser = case.signed_in_anew();
    let path = browser.open(&case.item("1")).link("/explanation");
    let form = browser.open(&path);
    let done = browser.submit(&form, &[("text", "The engineer was ill.")]).expect(303);
    let receipt = browser.open(&done.header("location")).text();
    assert!(receipt.contains("It does not answer the demand"), "{receipt}");
    assert!(browser.open(&case.item("1")).text().contains("1 day late"));
}

#[test]
fn the_alarm_declaration_grows_storey_by_storey_and_every_fault_is_named_by_its_field() {
    let mut case = case();
    let form = case.browser.open(&case.alarms());
    let faulty = case.browser.submit(&form, &[("signed-by", "")]).expect(422);
    let links = faulty.attributes("a", "href").into_iter().filter(|href| href.starts_with('#') && href.len() > 1);
    let links = links.skip(1).map(|href| href[1..].to_owned()).collect::<Vec<_>>();
    let wanted = [
        "storey-1-position",
        "storey-1-working",
        "storey-1-tested-day",
        "storey-2-position",
        "storey-2-working",
        "storey-2-tested-day",
        "has-rooms",
        "signed-by",
        "agreed",
    ];
    assert_eq!(links, wanted);
    let ids =
        ["input", "button", "select"].iter().flat_map(|kind| faulty.attributes(kind, "id")).collect::<BTreeSet<_>>();
    assert!(links.iter().all(|link| ids.contains(link)), "{ids:?}");

    let mut fields = declared();
    let grown = case.browser.submit(&form, &[&fields[..], &[("change", "add-room")]].concat()).expect(200);
    assert!(grown.html.contains("id=\"room-1-place\"") && grown.html.contains("value=\"hall ceiling\""));
    let more = case.browser.submit(&grown, &[("change", "add-storey")]).expect(200);
    assert!(more.html.contains("id=\"storey-3-place\""));
    let less = case.browser.submit(&more, &[("change", "storey-2")]).expect(200);
    assert!(!less.html.contains("id=\"storey-3-place\"") && !less.html.contains("value=\"landing\""));

    fields.retain(|(name, _)| *name != "has-rooms");
    fields.extend([("has-rooms", "yes"), ("room-1-place", "Kitchen"), ("room-1-position", "beside the boiler")]);
    fields.extend([("room-1-working", "yes"), ("room-1-tested-day", "24"), ("room-1-tested-month", "1")]);
    fields.push(("room-1-tested-year", "2025"));
    let early = case.browser.submit(&grown, &fields).expect(422);
    assert!(early.text().contains("Room 1: the day of the test must be today or in the past"), "{}", early.text());
    fields.retain(|(name, _)| *name != "room-1-tested-day");
    fields.push(("room-1-tested-day", "23"));
    let done = case.browser.submit(&grown, &fields).expect(303);
    let receipt = case.browser.open(&done.header("location")).text();
    for told in [
        "Declaration",
        "Ground floor: hall ceiling, working, tested on Monday 20 January 2025",
        "First floor: landing, not working, tested on Tuesday 21 January 2025",
        "Carbon monoxide alarm Kitchen: beside the boiler, working, tested on Thursday 23 January 2025",
        "Signed by A Khan",
    ] {
        assert!(receipt.contains(told), "no \"{told}\" in {receipt}");
    }
}

#[test]
fn a_form_that_was_overtaken_is_shown_again_with_what_was_typed_and_sent_when_asked_again() {
    let mut case = case();
    let path = format!("{}/not-applicable", case.item("1"));
    let (first, second) = (case.browser.open(&path), case.browser.open(&path));
    case.browser.submit(&first, &[("text", "No gas.")]).expect(303);
    let stale = case.browser.submit(&second, &[("text", "There is no gas here.")]).expect(412);
    let text = stale.text();
    assert!(text.contains("changed while you were filling it in") && text.contains("There is no gas here."), "{text}");
    case.browser.submit(&stale, &[]).expect(303);
    let form = case.browser.open(&case.alarms());
    case.browser.submit(&form, &declared()).expect(303);
    let stale = case.browser.submit(&form, &declared()).expect(412);
    assert!(stale.html.contains("value=\"hall ceiling\""));
}

#[test]
fn what_is_closed_cannot_be_answered_and_says_so() {
    let mut case = case();
    let path = format!("{}/not-applicable", case.item("1"));
    let form = case.browser.open(&path);
    case.browser.submit(&form, &[("text", "No gas.")]).expect(303);
    let world = &case.pages.desk.world;
    world.assess(&case.demand, Outcome::NotApplicableAccepted, "seen on the visit");
    let page = case.browser.open(&path).text();
    assert!(page.contains("This is closed"), "{page}");
    let item = case.browser.open(&case.item("1"));
    assert!(item.text().contains("Does not apply") && !item.html.contains("/not-applicable\""));
    let token = form.form().fields[0].1.clone();
    let revision = world.demand_now(&case.demand).cover.revision;
    let body = format!("token={token}&revision={revision}&text=again");
    let refused = case.browser.post(&path, &[("Sec-Fetch-Site", "same-origin")], &body).expect(409);
    assert!(refused.text().contains("This cannot be done"));
}

#[test]
fn everybody_learns_whether_a_home_is_in_the_scheme_and_licensed_and_nothing_of_people() {
    let case = case();
    let world = &case.pages.desk.world;
    let mut browser = case.pages.browser();
    for q in ["TS18+1AA", "ts181aa", "100000000001", "hind+street"] {
        let text = browser.open(&format!("/homes?q={q}")).text();
        assert!(text.contains("in a licence area") && text.contains(&case.licence.number), "{q}: {text}");
        assert!(text.contains("Central Stockton") && !text.contains("Khan"), "{q}: {text}");
    }
    let listed = browser.open("/homes?q=ZZ18+1AA").text();
    assert!(listed.contains("The council’s list has Invented Street, ZZ18 1AA, in Central Stockton."), "{listed}");
    let listed = browser.open("/homes?q=999001000001").text();
    assert!(listed.contains("has the UPRN 999001000001 in Central Stockton"), "{listed}");
    let none = browser.open("/homes?q=SW1A+1AA").text();
    assert!(none.contains("We have no such address in the licence areas."), "{none}");
    let amy = world.amy();
    let facts = selective_licensing::domain::property::PropertyFacts {
        address: "9 Elsewhere Road".to_owned(),
        street: "Elsewhere Road".to_owned(),
        postcode: "TS20 9ZZ".to_owned(),
        ..Default::default()
    };
    world.write(|tx| selective_licensing::actions::gazetteer::add_property(tx, &amy, &world.app.rules, facts.clone()));
    let outside = browser.open("/homes?q=TS20+9ZZ").text();
    assert!(outside.contains("This home is not in a licence area."), "{outside}");
    for (q, told) in [("", "Enter a postcode, a street or a UPRN"), ("ab", "at least four letters")] {
        let faulty = browser.get(&format!("/homes?q={q}")).expect(422);
        assert!(faulty.text().contains(told) && faulty.attributes("a", "href").contains(&"#q".to_owned()));
    }
    assert!(browser.open("/").text().contains("Look up a home"));
}

/// Every page's address, of this case; what hangs on an application, a licence or a record is asked for elsewhere.
pub(crate) fn addresses(case: &Case, receipt: &str) -> Vec<String> {
    let duty = case.pages.desk.world.read(|db| selective_licensing::storage::obligations::open_of(db, case.licence.id));
    let table = pages::table().into_iter().filter(|(method, path)| {
        let elsewhere = ["/applications/{", "/licences/{", "/records/{", "/details/consents/{", "/notices/{"];
        method == "GET" && !elsewhere.iter().any(|start| path.starts_with(start))
    });
    let filled = table.map(|(_, path)| match path {
        "/duties/{id}" => format!("/duties/{}", duty[0].id),
        "/sign-in/{secret}" => format!("/sign-in/{}", "0".repeat(64)),
        path if path.ends_with("/alarms") => case.alarms(),
        path if path.ends_with("/{number}") => receipt.to_owned(),
        path => path
            .replace("/demands/{id}/items/{part}", &case.item("1"))
            .replace("{id}", &case.demand.cover.id.to_string()),
    });
    filled.collect()
}

#[test]
fn every_page_keeps_to_itself_and_looking_changes_nothing() {
    let mut case = case();
    let path = format!("{}/not-applicable", case.item("1"));
    let form = case.browser.open(&path);
    let receipt = case.browser.submit(&form, &[("text", "No gas.")]).expect(303).header("location");
    case.browser.open("/sign-in");
    // That somebody looked is on record, and nothing else.
    let before = case.pages.desk.world.database.dump(&["case_reads"]);
    let mut asked = addresses(&case, &receipt);
    assert!(asked.len() >= 14);
    asked.extend(["/nothing-here".to_owned(), format!("/demands/{NOBODYS}")]);
    for path in asked {
        let page = case.browser.get(&path);
        assert!(matches!(page.status, 200 | 404), "{path}: {}", page.status);
        let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";
        for (name, value) in [
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(page.header(name), value, "{name} of {path}");
        }
        assert!(
            page.html.len() < 100_000 && !page.html.contains("style=\"") && !page.html.contains("<script>"),
            "{path}"
        );
        for asset in page.attributes("link", "href").into_iter().chain(page.attributes("script", "src")) {
            let file = case.browser.open(&asset);
            assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable", "{asset}");
        }
    }
    assert_eq!(case.pages.desk.world.database.dump(&["case_reads"]), before);
    case.browser.get("/assets/0000000000000000/licensing.css").expect(404);
    let wrong = case.browser.send("PUT", "/due", &[("Accept", "text/html")], None).expect(405);
    assert!(wrong.text().contains("cannot be used so"));
}

#[test]
fn files_are_sent_on_the_page_of_an_item_and_the_receipt_names_their_hashes() {
    let case = case();
    let mut browser = case.signed_in_anew();
    let item = browser.open(&case.item("1"));
    let form = browser.open(&item.link("/files"));
    let (front, back) = (pdf("/Front true"), jpeg(800, 600));
    let files: [(&str, &str, &[u8]); 2] = [("front.pdf", "application/pdf", &front), ("back.jpg", "image/jpeg", &back)];
    let sent = browser.send_files(&form, &files).expect(303);
    let receipt = browser.open(&sent.header("location")).text();
    for (name, _, bytes) in files {
        assert!(receipt.contains(name) && receipt.contains(&sha256(bytes)), "{name} in {receipt}");
    }
    assert!(receipt.contains("In time. The last day is"), "{receipt}");
    let item = browser.open(&case.item("1")).text();
    assert!(item.contains("front.pdf") && item.contains("We are checking it"), "{item}");
    assert_eq!(
        case.pages.desk.world.demand_now(&case.demand).items[0].answered_on,
        Some(case.pages.desk.world.today())
    );
}

#[test]
fn of_files_that_cannot_all_be_taken_none_is_and_each_is_told_why() {
    let case = case();
    let mut browser = case.signed_in_anew();
    let path = format!("{}/files", case.item("1"));
    let form = browser.open(&path);
    let good = pdf("");
    for (files, told) in [
        (vec![], "Choose a file"),
        (vec![("", "application/octet-stream", b"".as_slice())], "Choose a file"),
        (vec![("good.pdf", "application/pdf", good.as_slice()), ("gas.gif", "image/gif", b"GIF89a;")], "gas.gif:"),
        (vec![("<b>.pdf", "application/pdf", b"no pdf at all".as_slice())], "<b>.pdf:"),
    ] {
        let again = browser.send_files(&form, &files).expect(422);
        assert!(again.text().contains(told), "{told} in {}", again.text());
        assert!(again.attributes("a", "href").contains(&"#file".to_owned()), "the summary leads to the field");
    }
    let listed = case.pages.desk.world.read(|db| {
        let page = crate::support::world::everything();
        storage::documents::list(db, Sight::Everything, &storage::documents::Filter::default(), &page)
    });
    assert!(listed.rows.is_empty(), "nothing was kept: {listed:?}");

    let mut stranger = case.pages.signed_in(case.pages.desk.world.landlord("Ms B Lee", true).id, Role::Landlord);
    stranger.get(&path).expect(404);
    let mut forged = case.signed_in_anew();
    let mut other = forged.open(&path);
    other.html = other.html.replace("name=\"token\" value=\"", "name=\"token\" value=\"0");
    forged.send_files(&other, &[("good.pdf", "application/pdf", &good)]).expect(403);
}

fn sha256(bytes: &[u8]) -> String {
    selective_licensing::domain::event::hex(&sha2::Sha256::digest(bytes))
}
