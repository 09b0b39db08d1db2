//! A council with officers, landlords and homes, on a database, a mail folder and a clock of its own.
//!
//! Time stands until [`World::go_to`] or [`World::night`] moves it on. Everything goes through the actions of the service;
//! only [`World::database`] reaches past them, for faults that a test plants.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};
use selective_licensing::actions::demands::Asked;
use selective_licensing::actions::{self, Expected};
use selective_licensing::app::App;
use selective_licensing::clock::Clock;
use selective_licensing::domain::actor::{AccountState, Actor, Role, Sight};
use selective_licensing::domain::application::{Finding, Found, Step};
use selective_licensing::domain::breach::Breach;
use selective_licensing::domain::calendar::{Method, london};
use selective_licensing::domain::certificate::{InspectionResult, Particulars};
use selective_licensing::domain::context::Context;
use selective_licensing::domain::demand::{AnswerKind, Demand, Outcome};
use selective_licensing::domain::id::{ApplicationId, Ids, ItemId, PartyId, PropertyId};
use selective_licensing::domain::letter::Letter;
use selective_licensing::domain::licence::{Grant, Licence};
use selective_licensing::domain::notice::Notice;
use selective_licensing::domain::partner::{Agreement, Partner, PartnerFacts, PartnerKind};
use selective_licensing::domain::party::{ConsentScope, Party, PartyFacts, PartyKind};
use selective_licensing::domain::property::{Property, PropertyFacts};
use selective_licensing::domain::reminder::Reminder;
use selective_licensing::domain::scheme::DocumentKind;
use selective_licensing::domain::task::Task;
use selective_licensing::jobs::check::{Planned, Run};
use selective_licensing::jobs::post::Round;
use selective_licensing::jobs::{check, post};
use selective_licensing::settings::Settings;
use selective_licensing::storage::checks::{Check, StartedBy};
use selective_licensing::storage::events::Sealed;
use selective_licensing::storage::page::Page;
use selective_licensing::storage::{self, applications, breaches, events, letters, notices, reminders, schemes, tasks};
use tempfile::TempDir;

use super::database::TestDatabase;
use super::smtp_server::SmtpServer;

/// A day of the London calendar, "2025-02-05".
pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| panic!("{text} is no day"))
}

/// A London clock time, "02:30".
pub(crate) fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

/// The instant of a London day and time.
pub(crate) fn london_time(on: &str, at: &str) -> DateTime<Utc> {
    london::instant_at(day(on), time(at))
}

/// A page that holds everything.
pub(crate) fn everything() -> Page {
    Page { after: None, limit: 100_000 }
}

/// The council.
pub(crate) struct World {
    /// The service, put together.
    pub(crate) app: Arc<App>,
    /// Its database, for a look past the service.
    pub(crate) database: TestDatabase,
    /// Database file, mail and whatever a test puts there; gone with the value.
    pub(crate) folder: TempDir,
    environment: Vec<(String, String)>,
    amy: Actor,
    tom: Actor,
    homes: AtomicU32,
}

impl World {
    /// A council on the morning of 2 January 2025, with the Stockton scheme and mail into a folder.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// As [`World::with`], with mail to a relay.
    pub(crate) fn over_smtp(relay: &SmtpServer, settings: &[(&str, &str)]) -> Self {
        let port = relay.port().to_string();
        let mut all = vec![
            ("LICENSING__MAIL__TRANSPORT", "smtp"),
            ("LICENSING__MAIL__SMTP__HOST", "127.0.0.1"),
            ("LICENSING__MAIL__SMTP__PORT", &port),
            ("LICENSING__MAIL__SMTP__TLS", "none"),
            ("LICENSING__MAIL__SMTP__TIMEOUT_SECONDS", "1"),
            ("LICENSING__MAIL__WORKERS", "1"),
        ];
        all.extend(settings);
        Self::with(&all)
    }

    /// As [`World::new`], with further settings, such as `("LICENSING__MAIL__HOLD", "true")`.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::new(folder.path());
        let mut environment = vec![
            ("LICENSING__DATABASE__URL".to_owned(), database.url.clone()),
            ("LICENSING__MAIL__FOLDER".to_owned(), folder.path().join("mail").display().to_string()),
            ("LICENSING__FILES__URL".to_owned(), folder.path().join("files").display().to_string()),
        ];
        environment.extend(settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let clock = Clock::fixed(london_time("2025-01-02", "09:00"));
        let app = Arc::new(open(&environment, clock, 1));
        let amy = account(&app, "Amy", "amy@council.example", Role::Officer);
        let tom = account(&app, "Tom", "tom@council.example", Role::TeamLeader);
        Self { app, database, folder, environment, amy, tom, homes: AtomicU32::new(0) }
    }

    /// Another process of the service on the same database, whose clock shows the same.
    pub(crate) fn another_app(&self, seed: u64) -> App {
        let clock = Clock::Fixed(std::sync::Mutex::new(self.app.clock.reading()));
        open(&self.environment, clock, seed)
    }

    /// Amy, a licensing officer, now.
    pub(crate) fn amy(&self) -> Context {
        self.app.context(self.amy.clone())
    }

    /// Tom, the team leader, now.
    pub(crate) fn tom(&self) -> Context {
        self.app.context(self.tom.clone())
    }

    /// Mr Khan, who lets houses and has agreed to e-mail.
    pub(crate) fn khan(&self) -> Party {
        self.landlord("Mr A Khan", true)
    }

    /// A landlord, with or without consent to e-mail (s.247).
    pub(crate) fn landlord(&self, name: &str, consents: bool) -> Party {
        let cx = self.amy();
        let email =
            format!("{}@landlord.example", name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "."));
        let facts = PartyFacts {
            kind: PartyKind::Person,
            name: name.to_owned(),
            address: format!("{name}'s house, 2 Oxbridge Lane, Stockton-on-Tees TS18 4AB"),
            email: Some(email.clone()),
            phone: None,
            company_number: None,
        };
        self.write(|tx| {
            let party = actions::gazetteer::add_party(tx, &cx, facts.clone())?;
            if consents {
                let (to, how) = (email.clone(), "application form, page 3".to_owned());
                actions::gazetteer::give_consent(tx, &cx, party.id, to, ConsentScope::All, cx.today(), how)?;
            }
            Ok(party)
        })
    }

    /// The police, with an agreement to share information until that day.
    pub(crate) fn police(&self, agreement_ends_on: &str) -> Partner {
        let cx = self.amy();
        let agreement = Agreement { reference: "ISA/2025/7".to_owned(), ends_on: day(agreement_ends_on) };
        let facts = PartnerFacts {
            kind: PartnerKind::Police,
            email: Some("desk@police.example".to_owned()),
            agreement: Some(agreement),
        };
        let body = actions::partners::Body {
            name: "Cleveland Police".to_owned(),
            address: "Bridge Road, Stockton-on-Tees TS18 1BH".to_owned(),
        };
        self.write(|tx| actions::partners::add(tx, &cx, body.clone(), facts.clone()))
    }

    /// A house with gas in Central Stockton, without a licence.
    pub(crate) fn home(&self) -> Property {
        let number = self.homes.fetch_add(1, Ordering::Relaxed) + 1;
        let facts = PropertyFacts {
            uprn: Some(format!("1{number:011}")),
            address: format!("{number} Hind Street, Stockton-on-Tees"),
            street: "Hind Street".to_owned(),
            postcode: "TS18 1AA".to_owned(),
            area_code: Some("central-stockton".to_owned()),
            gas_supplied: Some(true),
            ..PropertyFacts::default()
        };
        let cx = self.tom();
        self.write(|tx| actions::gazetteer::add_property(tx, &cx, &self.app.rules, facts.clone()))
    }

    /// Such a house, licensed from today for five years to `holder`, perhaps through `agent`.
    pub(crate) fn licensed_home(&self, holder: &Party, agent: Option<&Party>) -> Licence {
        let (home, cx, today) = (self.home(), self.tom(), self.today());
        let number = self.homes.load(Ordering::Relaxed);
        let grant = Grant {
            number: format!("SL/2025/{number:05}"),
            application_id: None,
            property_id: home.id,
            address_search: home.search,
            holder_id: holder.id,
            manager_id: None,
            agent_id: agent.map(|agent| agent.id),
            area_code: home.area_code,
            granted_on: today,
            starts_on: today,
            years: 5,
            start_authority: None,
        };
        self.write(|tx| actions::licences::grant(tx, &cx, &self.app.rules, grant.clone(), &[]))
    }

    /// An application that Amy walks to its findings, and the proposal to grant it, sent to everybody.
    pub(crate) fn proposed(&self, id: ApplicationId, reasons: &str) -> Notice {
        let cx = self.amy();
        let finding =
            |finding: &Finding| Found { finding: *finding, met: true, evidence: "Form 3".to_owned(), check_id: None };
        let (on, officer) = (self.today(), cx.actor.account.unwrap());
        let steps = [
            Step::Submit { on, declarations_signed: true },
            Step::PayPartA { on, waived_because: None },
            Step::FindComplete { on },
            Step::Assign { officer },
            Step::RecordFindings { findings: Finding::ALL.iter().map(finding).collect() },
        ];
        self.write(|tx| {
            for step in steps.clone() {
                let there = applications::find(tx, id)?.ok_or(actions::Error::NotFound)?;
                if there.stage.after(&step).is_some() {
                    let expected = actions::Expected(there.revision);
                    actions::applications::enter(tx, &cx, &self.app.rules, id, expected, step)?;
                }
            }
            let proposing = actions::notices::Proposing {
                application: id,
                grant: true,
                reasons: reasons.to_owned(),
                years: None,
                starts_on: None,
                dated_on: None,
            };
            let notice = actions::notices::propose(tx, &cx, &self.app.rules, proposing)?;
            let expected = actions::Expected(notice.cover.revision);
            actions::notices::issue(tx, &cx, notice.cover.id, expected, true)
        })
    }

    /// The proposal handed to everybody today, and the licence granted by Tom once the consultation is over.
    pub(crate) fn decided(&self, notice: &Notice) {
        let (cx, at) = (self.amy(), self.today().and_hms_opt(9, 0, 0).unwrap());
        for copy in &notice.copies {
            self.write(|tx| {
                let there = notices::find(tx, notice.cover.id)?.ok_or(actions::Error::NotFound)?;
                if there.copy(copy.id).is_some_and(|copy| copy.deemed_on.is_some()) {
                    return Ok(());
                }
                let service = actions::Service {
                    method: Method::DeliveredByHand,
                    dispatched_at: at,
                    address: None,
                    evidence: None,
                    proved: None,
                };
                let expected = actions::Expected(there.cover.revision);
                let rules = &self.app.rules;
                actions::notices::record_service(tx, &cx, rules, there.cover.id, expected, copy.id, service)?;
                Ok(())
            });
        }
        let over = self.today() + TimeDelta::days(23);
        self.go_to(&over.to_string(), "10:00");
        let id = notice.cover.application_id.unwrap();
        let revision = || self.read(|db| applications::find(db, id)).unwrap().revision;
        let (amy, tom, rules) = (self.amy(), self.tom(), &self.app.rules);
        for said in self.read(|db| notices::representations_about(db, notice.cover.id)) {
            let expected = actions::Expected(said.revision);
            self.write(|tx| actions::notices::consider(tx, &amy, said.id, expected, "It changes nothing."));
        }
        let expected = actions::Expected(revision());
        self.write(|tx| actions::applications::take(tx, &amy, rules, id, expected, Step::EndConsultation));
        // The licences of `licensed_home` have numbers of their own, which the register's counter does not know.
        self.write(|tx| {
            for _ in 0..self.homes.load(Ordering::Relaxed) {
                schemes::next_reference(tx, "SL", self.today().year())?;
            }
            Ok(())
        });
        let expected = actions::Expected(revision());
        let terms = actions::applications::Terms {
            starts_on: None,
            years: None,
            start_authority: None,
            other_homes: Vec::new(),
            reasons: None,
        };
        self.write(|tx| actions::applications::grant(tx, &tom, rules, id, expected, terms.clone()));
    }

    /// A demand on conditions of a licence, drafted and issued by Amy now: its letters wait for the post.
    pub(crate) fn issued_demand(&self, licence: &Licence, conditions: &[&str]) -> Demand {
        let cx = self.amy();
        let numbers = conditions.iter().map(|number| (*number).to_owned()).collect::<Vec<_>>();
        self.write(|tx| {
            let demand = actions::demands::draft(tx, &cx, &self.app.rules, Asked::of(licence.id, numbers.clone()))?;
            actions::demands::issue(tx, &cx, demand.cover.id, Expected(demand.cover.revision))
        })
    }

    /// A demand that Amy handed to the holder at ten o'clock on that day, to which time moves on.
    pub(crate) fn served_demand(&self, licence: &Licence, conditions: &[&str], served_on: &str) -> Demand {
        self.go_to(served_on, "12:00");
        let demand = self.issued_demand(licence, conditions);
        self.serve_by_hand(&demand, served_on)
    }

    /// Amy records that she handed the demand to the holder at ten o'clock on that day.
    pub(crate) fn serve_by_hand(&self, demand: &Demand, on: &str) -> Demand {
        self.serve_by_hand_at(demand, on, "10:00")
    }

    /// As [`World::serve_by_hand`], at another hour.
    pub(crate) fn serve_by_hand_at(&self, demand: &Demand, on: &str, at: &str) -> Demand {
        let cx = self.amy();
        let holder = demand.holder().unwrap().id;
        let service = actions::Service {
            method: Method::DeliveredByHand,
            dispatched_at: day(on).and_time(time(at)),
            address: None,
            evidence: Some("Amy's notebook".to_owned()),
            proved: Some((day(on), "signed receipt".to_owned())),
        };
        let (id, expected) = (demand.cover.id, Expected(demand.cover.revision));
        self.write(|tx| {
            actions::demands::record_service(tx, &cx, &self.app.rules, id, expected, holder, service.clone())
        })
    }

    /// A gas safety record comes in now for an item of the demand; the item waits for an officer.
    pub(crate) fn gas_record_comes_in(&self, demand: &Demand, item: ItemId) -> Demand {
        let cx = self.amy();
        let demand = self.demand_now(demand);
        let particulars = Particulars {
            checked_on: self.today(),
            result: Some(InspectionResult::Satisfactory),
            registration: Some("123456".to_owned()),
            ..Particulars::default()
        };
        let incoming = actions::demands::Incoming {
            kind: AnswerKind::Document,
            record: Some((DocumentKind::GasSafetyRecord, particulars)),
            documents: Vec::new(),
            text: None,
            from: demand.holder().map(|holder| holder.party_id),
            received_at: None,
        };
        let (id, expected) = (demand.cover.id, Expected(demand.cover.revision));
        self.write(|tx| {
            actions::demands::answer(tx, &cx, &self.app.rules, id, expected, item, incoming.clone())
                .map(|(demand, _)| demand)
        })
    }

    /// Amy assesses the newest answer to a demand.
    pub(crate) fn assess(&self, demand: &Demand, outcome: Outcome, reason: &str) -> Demand {
        let cx = self.amy();
        let (id, expected) = (demand.cover.id, Expected(self.demand_now(demand).cover.revision));
        let responses = self.read(|db| storage::demands::responses_to(db, id));
        let newest = responses.iter().max_by_key(|response| response.received_at).unwrap().id;
        let judgement = actions::demands::Judgement { response: newest, outcome, record: None, reason };
        self.write(|tx| actions::demands::assess(tx, &cx, &self.app.rules, id, expected, judgement))
    }

    /// The demand as it is now.
    pub(crate) fn demand_now(&self, demand: &Demand) -> Demand {
        self.read(|db| storage::demands::find(db, demand.cover.id)).unwrap()
    }

    /// Today's day in London.
    pub(crate) fn today(&self) -> NaiveDate {
        london::today(self.app.clock.now())
    }

    /// Lets time pass until that London day and time.
    pub(crate) fn go_to(&self, on: &str, at: &str) {
        let then = london_time(on, at);
        assert!(then >= self.app.clock.now(), "time does not run backwards: it is past {on} {at}");
        self.app.clock.advance_to(then);
    }

    /// Lets so much time pass.
    pub(crate) fn wait(&self, time: TimeDelta) {
        self.app.clock.advance_to(self.app.clock.now() + time);
    }

    /// The nightly check at 02:30 of that London day, to which time moves on.
    pub(crate) fn night(&self, on: &str) -> Check {
        self.go_to(on, "02:30");
        self.check(day(on))
    }

    /// The nightly check, now, for that night.
    pub(crate) fn check(&self, night: NaiveDate) -> Check {
        let run = Run { night, started_by: StartedBy::Schedule, clock_is_right: false };
        check::run(&self.app, run, &|_| {}).unwrap()
    }

    /// What the check of that night would do.
    pub(crate) fn foretell(&self, night: &str) -> Vec<Planned> {
        let mut planned = Vec::new();
        check::foretell(&self.app, day(night), |one| planned.push(one), |why| panic!("{why}")).unwrap();
        planned
    }

    /// A round of the post.
    pub(crate) fn post(&self) -> Round {
        post::round(&self.app).unwrap()
    }

    /// Every letter, in the order of their identifiers.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.read(|db| letters::list(db, Sight::Everything, &letters::Filter::default(), &everything())).rows
    }

    /// The letters to a person, oldest first.
    pub(crate) fn letters_to(&self, person: PartyId) -> Vec<Letter> {
        let mut letters = self.letters();
        letters.retain(|letter| letter.recipient_id == person);
        letters.sort_by_key(|letter| (letter.dated_on, letter.kind, letter.part));
        letters
    }

    /// The mails in the folder, by file name.
    pub(crate) fn mails(&self) -> Vec<(String, String)> {
        let Ok(entries) = std::fs::read_dir(self.mail_folder()) else { return Vec::new() };
        let mut mails = entries
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, std::fs::read_to_string(path).unwrap())
            })
            .collect::<Vec<_>>();
        mails.sort();
        mails
    }

    /// Where mails go.
    pub(crate) fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// The reminders about an item, by rung and recipient.
    pub(crate) fn reminders_about(&self, item: ItemId) -> Vec<Reminder> {
        self.read(|db| reminders::about(db, item.0))
    }

    /// Every breach.
    pub(crate) fn breaches(&self) -> Vec<Breach> {
        self.read(|db| breaches::list(db, &breaches::Filter::default(), &everything())).rows
    }

    /// The open tasks.
    pub(crate) fn tasks(&self) -> Vec<Task> {
        self.read(|db| tasks::list(db, None, Some(true), &everything())).rows
    }

    /// Every event of a home's case, in order.
    pub(crate) fn events_of(&self, home: PropertyId) -> Vec<Sealed> {
        self.read(|db| events::of_chain(db, &format!("case:{home}"), 0, 100_000))
    }

    /// Reads from the database.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut storage::Conn) -> Result<T, storage::Error>) -> T {
        self.app.db.read(work).unwrap()
    }

    /// Does something in one transaction; it must succeed.
    pub(crate) fn write<T>(&self, work: impl FnMut(&mut storage::Tx<'_>) -> Result<T, actions::Error>) -> T {
        self.app.db.write(work).unwrap_or_else(|error| panic!("{error}: {error:?}"))
    }
}

fn open(environment: &[(String, String)], clock: Clock, seed: u64) -> App {
    let settings = Settings::load(None, environment.iter().cloned(), |_| Err("no file".to_owned()));
    App::open(settings.unwrap_or_else(|faults| panic!("{faults:?}")), &pdf::Typst, clock, Ids::seeded(seed)).unwrap()
}

fn account(app: &App, name: &str, email: &str, role: Role) -> Actor {
    let cx = app.context(Actor::operator());
    let active = AccountState::Active;
    let account = app.db.write(|tx| actions::access::add(tx, &cx, name, email, role, active, None)).unwrap();
    Actor {
        account: Some(account.id),
        role,
        state: account.state,
        party: None,
        keeps_references: account.keeps_references,
    }
}
