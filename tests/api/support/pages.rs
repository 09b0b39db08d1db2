//! A council whose pages people use: a service on a port of its own, browsers, and the mail with the link.

use chrono::TimeDelta;
use selective_licensing::actions::{access, sign_in};
use selective_licensing::domain::actor::{AccountState, Actor, Role};
use selective_licensing::domain::id::PartyId;

use super::browser::{Browser, Page};
use super::desk::Desk;

/// A council with pages.
pub(crate) struct Pages {
    /// The service and the council behind it.
    pub(crate) desk: Desk,
}

impl Pages {
    /// A new council, on 22 January 2025.
    pub(crate) fn open() -> Self {
        Self::with(&[])
    }

    /// A new council with further settings.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        let desk = Desk::with(settings);
        desk.world.go_to("2025-01-22", "09:00");
        Self { desk }
    }

    /// A browser without any cookie.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&format!("http://{}", self.desk.address))
    }

    /// Somebody asks for a link; the answer.
    pub(crate) fn ask(&self, browser: &mut Browser, email: &str) -> Page {
        self.desk.world.wait(TimeDelta::seconds(1));
        let form = browser.open("/sign-in");
        browser.submit(&form, &[("email", email)])
    }

    /// The post goes out, and this is the newest link that was mailed to that address.
    pub(crate) fn link_to(&self, email: &str) -> Option<String> {
        selective_licensing::jobs::links::round(&self.desk.world.app).unwrap();
        let mails =
            self.desk.world.mails().into_iter().map(|(_, text)| text.replace("=\r\n", "").replace("\r\n", "\n"));
        let to_them = mails.filter(|text| text.contains(email) && text.contains("/sign-in/"));
        let mut dated = to_them.map(|text| (date(&text), secret(&text))).collect::<Vec<_>>();
        dated.sort();
        dated.pop().map(|(_, secret)| format!("/sign-in/{secret}"))
    }

    /// Somebody with a licence asks for a link and follows it.
    #[track_caller]
    pub(crate) fn sign_in(&self, browser: &mut Browser, email: &str) {
        assert_eq!(self.sign_in_to(browser, email), "/due");
    }

    /// Somebody asks for a link and follows it; where that leads to.
    #[track_caller]
    pub(crate) fn sign_in_to(&self, browser: &mut Browser, email: &str) -> String {
        self.ask(browser, email).expect(303);
        let link = self.link_to(email).expect("a link was mailed");
        let button = browser.open(&link);
        browser.submit(&button, &[]).expect(303).header("location")
    }

    /// A browser in which that landlord or agent is signed in; the service looks the session up as always.
    pub(crate) fn signed_in(&self, party: PartyId, role: Role) -> Browser {
        self.signed_in_as(Some(party), role)
    }

    /// As [`Pages::signed_in`], for any role; the pages give no session to the staff's.
    pub(crate) fn signed_in_as(&self, party: Option<PartyId>, role: Role) -> Browser {
        let world = &self.desk.world;
        let cx = world.app.context(Actor::operator());
        let email = format!("{}@people.example", cx.ids.next(cx.now).as_str());
        let secret = world.write(|tx| {
            let account = access::add(tx, &cx, "A person", &email, role, AccountState::Active, party)?;
            sign_in::begin(tx, &cx, account.id)
        });
        let mut browser = self.browser();
        browser.cookies.insert("session".to_owned(), secret);
        browser
    }
}

fn date(mail: &str) -> chrono::DateTime<chrono::FixedOffset> {
    let line = mail.lines().find_map(|line| line.strip_prefix("Date: ")).unwrap();
    chrono::DateTime::parse_from_rfc2822(line).unwrap()
}

fn secret(mail: &str) -> String {
    let (_, rest) = mail.split_once("/sign-in/").unwrap();
    rest.chars().take(64).collect()
}
