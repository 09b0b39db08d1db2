//! What a landlord or agent does of their own accord on the pages: records, word of a change, consent.

use selective_licensing::domain::actor::{Role, Sight};
use selective_licensing::domain::licence::Licence;
use selective_licensing::domain::party::Party;
use selective_licensing::storage::{certificates, tasks};

use crate::support::browser::Browser;
use crate::support::pages::Pages;
use crate::support::world::everything;

/// Mr Khan with a licensed home that Tees Lettings manage.
struct Case {
    pages: Pages,
    khan: Party,
    agent: Party,
    licence: Licence,
}

fn case() -> Case {
    let pages = Pages::open();
    let world = &pages.desk.world;
    let (khan, agent) = (world.khan(), world.landlord("Tees Lettings", true));
    let licence = world.licensed_home(&khan, Some(&agent));
    Case { pages, khan, agent, licence }
}

impl Case {
    fn landlord(&self) -> Browser {
        self.pages.signed_in(self.khan.id, Role::Landlord)
    }

    fn at(&self, part: &str) -> String {
        format!("/licences/{}{part}", self.licence.id)
    }

    fn records(&self) -> usize {
        let world = &self.pages.desk.world;
        world
            .read(|db| certificates::list(db, Sight::Everything, &certificates::Filter::default(), &everything()))
            .rows
            .len()
    }
}

const INSPECTED: [(&str, &str); 7] = [
    ("on-day", "20"),
    ("on-month", "1"),
    ("on-year", "2025"),
    ("time", "14:30"),
    ("by", "A Khan"),
    ("first", "Damp below the <b>window</b>"),
    ("second", "Sealed on 21 January"),
];

#[test]
fn an_inspection_is_recorded_once_however_often_it_is_sent_and_its_page_is_the_receipt() {
    let case = case();
    let mut browser = case.landlord();
    let homes = browser.open("/licences");
    let licence = browser.open(&homes.link("/licences/"));
    let form = browser.open(&licence.link("/inspection"));
    let faulty = browser.submit(&form, &[("on-day", "31"), ("on-month", "2"), ("on-year", "2025"), ("time", "25:00")]);
    let faulty = faulty.expect(422);
    for (link, text) in [
        ("#on-day", "Enter the day, such as 27 3 2025"),
        ("#time", "Enter the time, such as 14:30"),
        ("#by", "Enter who inspected"),
        ("#first", "Enter what you found"),
        ("#second", "Enter what you did about it"),
    ] {
        assert!(faulty.attributes("a", "href").contains(&link.to_owned()) && faulty.text().contains(text), "{text}");
    }
    assert_eq!(case.records(), 0);
    let receipt = browser.submit(&faulty, &INSPECTED).expect(303).header("location");
    let again = browser.submit(&faulty, &INSPECTED).expect(303).header("location");
    assert_eq!((receipt.clone(), case.records()), (again, 1));
    let shown = browser.open(&receipt);
    for text in ["Monday 20 January 2025", "At 14:30.", "Damp below the <b>window</b>", "Wednesday 22 January 2025 at"]
    {
        assert!(shown.text().contains(text), "{text}: {}", shown.text());
    }
    assert!(browser.open(&case.at("")).text().contains("Your own inspection of Monday 20 January 2025"));
    let due = browser.open("/due").text();
    assert!(due.contains("Your own inspection of the home") && due.contains("We are checking it"), "{due}");
}

#[test]
fn the_neighbours_were_told_and_a_change_is_one_task_for_an_officer() {
    let case = case();
    let mut browser = case.pages.signed_in(case.agent.id, Role::Agent);
    let form = browser.open(&case.at("/neighbours"));
    browser.submit(&form, &[]).expect(422);
    let told = [
        ("first", "1 Invented Street\n5 Invented Street"),
        ("on-day", "22"),
        ("on-month", "1"),
        ("on-year", "2025"),
        ("second", "Call 01632 960123"),
        ("by", "Bea Bridge"),
    ];
    let receipt = browser.submit(&form, &told).expect(303).header("location");
    assert!(browser.open(&receipt).text().contains("5 Invented Street"));

    let form = browser.open(&case.at("/change"));
    let faulty = browser.submit(&form, &[("text", "")]).expect(422);
    assert!(faulty.text().contains("Choose what has changed") && faulty.text().contains("Enter what has changed"));
    let changed = [("kind", "occupiers"), ("text", "A sixth person moved in on 1 January.")];
    for _ in 0..2 {
        let received = browser.submit(&faulty, &changed).expect(303).header("location");
        assert!(browser.open(&received).text().contains("We have your report"));
    }
    let world = &case.pages.desk.world;
    let open = world.read(|db| tasks::list(db, None, None, &everything())).rows;
    let told = open.iter().filter(|task| task.detail.contains("sixth person")).collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{open:?}");
    assert!(told[0].title.contains("Tees Lettings reports a change (occupiers)"), "{}", told[0].title);
}

#[test]
fn consent_is_given_once_and_withdrawn_and_an_agents_is_the_agents_own() {
    let case = case();
    let post_only = case.pages.desk.world.landlord("Post Only", false);
    case.pages.desk.world.licensed_home(&post_only, None);
    let mut browser = case.pages.signed_in(post_only.id, Role::Landlord);
    let details = browser.open("/details");
    assert!(
        details.text().contains("You have not agreed to that, so demands and notices come by post"),
        "{}",
        details.text()
    );
    let faulty = browser.submit(&details, &[("email", "no address")]).expect(422);
    assert!(faulty.text().contains("Choose what may come by e-mail"), "{}", faulty.text());
    for _ in 0..2 {
        browser.submit(&faulty, &[("email", "post@landlord.example"), ("scope", "all")]).expect(303);
    }
    let agreed = browser.open("/details");
    assert!(agreed.text().contains("You have agreed"), "{}", agreed.text());
    let links = agreed.attributes("a", "href");
    let links = links.iter().filter(|href| href.starts_with("/details/consents/")).collect::<Vec<_>>();
    assert_eq!(links.len(), 1, "the same consent again changes nothing");
    let form = browser.open(links[0]);
    case.landlord().get(links[0]).expect(404);
    browser.submit(&form, &[]).expect(303);
    assert!(browser.open("/details").text().contains("withdrawn Wednesday 22 January 2025"));
    let again = browser.submit(&form, &[]).expect(303);
    let told = browser.open(&again.header("location")).text();
    assert!(told.contains("You have withdrawn this consent already"), "{told}");
    let mut agent = case.pages.signed_in(case.agent.id, Role::Agent);
    assert!(agent.open("/details").text().contains("does not bind the landlords for whom you act"));
}

#[test]
fn nobody_sees_or_touches_the_homes_of_another_landlord() {
    let case = case();
    let other = case.pages.desk.world.landlord("Somebody Else", true);
    let mut stranger = case.pages.signed_in(other.id, Role::Landlord);
    let mut own = case.landlord();
    let record = own.open(&case.at("/inspection"));
    let record = own.submit(&record, &INSPECTED).expect(303).header("location");
    stranger.get(&record).expect(404);
    assert!(stranger.open("/licences").text().contains("No licence names you"));
    let token = stranger.open("/details").form().fields.into_iter().find(|(name, _)| name == "token").unwrap();
    for part in ["", "/inspection", "/neighbours", "/change"] {
        stranger.get(&case.at(part)).expect(404);
        if !part.is_empty() {
            let body = crate::support::browser::encoded(std::slice::from_ref(&token));
            stranger.post(&case.at(part), &[("Sec-Fetch-Site", "same-origin")], &body).expect(404);
        }
    }
    let forged = own.post(&case.at("/change"), &[("Sec-Fetch-Site", "cross-site")], "kind=other&text=x");
    assert_eq!(forged.status, 403);
}
