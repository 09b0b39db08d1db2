//! Many files at once on the pages: what was taken and where, what was sent before, and what a person must look at.

use selective_licensing::domain::actor::{Role, Sight};
use selective_licensing::domain::demand::{Demand, ItemState};
use selective_licensing::domain::party::Party;
use selective_licensing::storage::documents;

use crate::support::files::{jpeg, pdf};
use crate::support::pages::Pages;
use crate::support::world::everything;

/// An agent with the homes 1 and 2 Hind Street under demand, and a home 3 that is somebody else's.
struct Case {
    pages: Pages,
    agent: Party,
    demands: [Demand; 2],
}

fn case() -> Case {
    let pages = Pages::open();
    let world = &pages.desk.world;
    let (khan, lee, agent) = (world.khan(), world.landlord("Ms B Lee", true), world.landlord("Tees Lettings", true));
    let homes = [world.licensed_home(&khan, Some(&agent)), world.licensed_home(&lee, Some(&agent))];
    let foreign = world.licensed_home(&khan, None);
    let demands = homes.each_ref().map(|licence| world.issued_demand(licence, &["1", "3"]));
    let theirs = world.issued_demand(&foreign, &["1"]);
    for demand in demands.iter().chain([&theirs]) {
        world.serve_by_hand(demand, "2025-01-22");
    }
    Case { pages, agent, demands }
}

const PDF: &str = "application/pdf";

#[test]
fn each_file_finds_its_home_and_item_and_the_page_says_what_became_of_every_one() {
    let case = case();
    let mut browser = case.pages.signed_in(case.agent.id, Role::Agent);
    let form = browser.open(&browser_link(&case));
    let (front, back, other) = (pdf("/Front true"), jpeg(800, 600), pdf("/Other true"));
    let files: [(&str, &str, &[u8]); 6] = [
        ("100000000001 gas front.pdf", PDF, &front),
        ("100000000001 gas back.jpg", "image/jpeg", &back),
        ("2 Hind Street TS18 1AA EICR.pdf", PDF, &other),
        ("100000000003 gas.pdf", PDF, &other),
        ("scan <b>0001</b>.pdf", PDF, &other),
        ("100000000002 gas.docx", "application/zip", b"PK\x03\x04 word/document.xml"),
    ];
    let sent = browser.send_files(&form, &files).expect(200);
    let text = sent.text();
    for told in [
        "3 taken, 0 sent before, 3 not taken",
        "Wednesday 22 January 2025 at 09:00 GMT",
        "100000000003 gas.pdf It does not say which home it is for, or nothing is asked for there: put the UPRN",
        "scan <b>0001</b>.pdf It does not say which home",
        "100000000002 gas.docx",
        "This is a Word file",
        "2 Hind Street TS18 1AA EICR.pdf Electrical",
    ] {
        assert!(text.contains(told), "no \"{told}\" in {text}");
    }
    let links = sent.attributes("a", "href");
    let receipts = links.iter().filter(|href| href.contains("/receipts/")).collect::<Vec<_>>();
    assert!(receipts.len() == 3 && receipts[0] == receipts[1], "two pages of one paper are one answer: {receipts:?}");
    let receipt = browser.open(receipts[0]).text();
    assert!(receipt.contains("100000000001 gas front.pdf") && receipt.contains("100000000001 gas back.jpg"));
    let states = case
        .demands
        .each_ref()
        .map(|demand| case.pages.desk.world.demand_now(demand).items.iter().map(|item| item.state).collect::<Vec<_>>());
    assert_eq!(states, [[ItemState::UnderReview, ItemState::Open], [ItemState::Open, ItemState::UnderReview]]);

    let again = browser.send_files(&form, &files).expect(200).text();
    assert!(again.contains("0 taken, 3 sent before, 3 not taken"), "{again}");
    let kept = case
        .pages
        .desk
        .world
        .read(|db| documents::list(db, Sight::Everything, &documents::Filter::default(), &everything()));
    assert_eq!(kept.rows.len(), 3, "what answers nothing is not kept: {kept:?}");
}

/// The page is reached from what is due.
fn browser_link(case: &Case) -> String {
    case.pages.signed_in(case.agent.id, Role::Agent).open("/due").link("/due/files")
}

#[test]
fn the_names_that_the_page_gives_as_examples_work() {
    let case = case();
    let mut browser = case.pages.signed_in(case.agent.id, Role::Agent);
    let form = browser.open("/due/files");
    let text = form.text();
    assert!(text.contains("gas, cp12, lgsr, gas safety record"), "{text}");
    let names = form.html.split("<strong>").skip(1).map(|rest| rest.split("</strong>").next().unwrap());
    let named = names.map(|name| (name, pdf(&format!("/Lang ({name})")))).collect::<Vec<_>>();
    assert_eq!(named.len(), 4, "{text}");
    let files = named.iter().map(|(name, bytes)| (*name, PDF, bytes.as_slice())).collect::<Vec<_>>();
    let sent = browser.send_files(&form, &files).expect(200).text();
    assert!(sent.contains("4 taken, 0 sent before, 0 not taken"), "{sent}");
}

#[test]
fn a_list_from_a_spreadsheet_says_what_the_files_are_and_one_with_a_fault_stops_them_all() {
    let case = case();
    let mut browser = case.pages.signed_in(case.agent.id, Role::Agent);
    let form = browser.open("/due/files");
    let photo = jpeg(800, 600);
    let mut send = |list: &[u8]| {
        let files = [("file", "IMG_1.jpg", "image/jpeg", photo.as_slice()), ("list", "list.csv", "text/csv", list)];
        browser.send_files_of(&form, &files)
    };
    for (list, told) in [
        (b"file,kind\nIMG_1.jpg,gas\n".as_slice(), "The list cannot be read: the first line must name the columns"),
        (b"file,home,kind\n,100000000001,gas\n", "line 2 names no file"),
    ] {
        let faulty = send(list).expect(422);
        assert!(faulty.text().contains(told), "{}", faulty.text());
        assert!(faulty.attributes("a", "href").contains(&"#list".to_owned()), "the summary leads to the field");
    }
    let unnamed = send(b"file,home,kind\nIMG_2.jpg,100000000001,gas\n").expect(200).text();
    assert!(unnamed.contains("IMG_1.jpg The list does not name it: add a line for it"), "{unnamed}");
    // As Excel saves it in Windows, with a pound sign.
    let sent = send(b"File;Home;Kind;Paid\r\nIMG_1.jpg;1 Hind Street TS18 1AA;Gas;\xA395\r\n").expect(200).text();
    assert!(sent.contains("1 taken, 0 sent before, 0 not taken"), "{sent}");
}

#[test]
fn without_a_file_without_the_token_or_with_too_many_nothing_is_taken() {
    let case = case();
    let mut browser = case.pages.signed_in(case.agent.id, Role::Agent);
    let form = browser.open("/due/files");
    let none =
        [("file", "", "application/octet-stream", b"".as_slice()), ("list", "", "application/octet-stream", b"")];
    let faulty = browser.send_files_of(&form, &none).expect(422);
    assert!(faulty.text().contains("Choose the files") && faulty.attributes("a", "href").contains(&"#file".to_owned()));
    let bytes = pdf("");
    let many = (0..50).map(|number| (format!("{number}.pdf"), bytes.clone())).collect::<Vec<_>>();
    let many = many.iter().map(|(name, bytes)| (name.as_str(), PDF, bytes.as_slice())).collect::<Vec<_>>();
    let refused = browser.send_files(&form, &many).expect(400);
    assert!(refused.text().contains("send fewer files at once"), "{}", refused.text());
    let mut other = browser.open("/due/files");
    other.html = other.html.replace("name=\"token\" value=\"", "name=\"token\" value=\"0");
    browser.send_files(&other, &[("100000000001 gas.pdf", PDF, &bytes)]).expect(403);
    let open = case
        .demands
        .each_ref()
        .map(|demand| case.pages.desk.world.demand_now(demand).items.iter().all(|item| item.state == ItemState::Open));
    assert_eq!(open, [true; 2]);
}

#[test]
fn where_nothing_is_asked_for_there_is_no_form() {
    let pages = Pages::open();
    let khan = pages.desk.world.khan();
    let page = pages.signed_in(khan.id, Role::Landlord).open("/due/files");
    assert!(page.text().contains("We ask for nothing just now"), "{}", page.text());
    assert!(page.attributes("input", "type").is_empty());
}
