//! People, homes and days for the tests of the rules: Amy works the cases, Mr Khan holds the licence.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::actor::{AccountState, Actor, Role};
use super::application::{Application, Start};
use super::calendar::{BankHolidays, Consent, Dispatch, Method, ServicePolicy, london};
use super::context::Context;
use super::demand::{Demand, Request, Sending};
use super::id::{AccountId, Ids, Key, PartyId, PropertyId};
use super::licence::{Grant, Licence};
use super::property::{Property, PropertyFacts};
use super::scheme::Scheme;
use crate::scheme_file;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Always the same identifier for the same name.
pub(crate) fn key(name: &str) -> Key {
    Key::derived(name)
}

pub(crate) fn khan() -> PartyId {
    PartyId(key("Mr Khan"))
}

pub(crate) fn manager() -> PartyId {
    PartyId(key("Mrs Lowe, manager"))
}

pub(crate) fn agent() -> PartyId {
    PartyId(key("Tees Lettings, agent"))
}

pub(crate) fn amy() -> Actor {
    let account = Some(AccountId(key("Amy")));
    Actor { account, role: Role::Officer, state: AccountState::Active, party: None, keeps_references: false }
}

/// Amy at that instant, such as "2025-01-22T10:00:00Z".
pub(crate) fn at(text: &str) -> Context {
    Context { actor: amy(), now: instant(text), ids: Arc::new(Ids::random()) }
}

/// Amy at ten in the morning of that London day.
pub(crate) fn on(text: &str) -> Context {
    let ten = chrono::NaiveTime::from_hms_opt(10, 0, 0).unwrap();
    Context { actor: amy(), now: london::instant_at(day(text), ten), ids: Arc::new(Ids::random()) }
}

/// The service itself on that day.
pub(crate) fn machine_on(text: &str) -> Context {
    Context { actor: Actor::system(), ..on(text) }
}

/// The scheme that is shipped.
pub(crate) fn scheme() -> Scheme {
    scheme_file::shipped().unwrap()
}

/// Another council's scheme, in force from 2031, with other days and other conditions.
pub(crate) fn invented() -> Scheme {
    let text = include_str!("../../../tests/data/invented-scheme.toml");
    let addresses = include_str!("../../../tests/data/invented-addresses.csv");
    scheme_file::read("invented.toml", text, |_| Ok(addresses.to_owned())).unwrap()
}

pub(crate) fn holidays() -> BankHolidays {
    BankHolidays::shipped().unwrap()
}

/// A house of Mr Khan's.
pub(crate) fn home(gas_supplied: Option<bool>) -> Property {
    let facts = PropertyFacts {
        address: "12 Made-up Street".to_owned(),
        street: "Made-up Street".to_owned(),
        postcode: "TS18 1AA".to_owned(),
        area_code: Some("central-stockton".to_owned()),
        gas_supplied,
        ..PropertyFacts::default()
    };
    let home = Property::add(&on("2024-12-02"), facts).unwrap().into_entity();
    Property { id: PropertyId(key("12 Made-up Street")), ..home }
}

/// What Mr Khan's licence says: five years from 2 December 2024, without manager or agent.
pub(crate) fn terms() -> Grant {
    Grant {
        number: "SL/2024/00001".to_owned(),
        application_id: None,
        property_id: home(None).id,
        address_search: "12 made-up street".to_owned(),
        holder_id: khan(),
        manager_id: None,
        agent_id: None,
        area_code: Some("central-stockton".to_owned()),
        granted_on: day("2024-12-02"),
        starts_on: day("2024-12-02"),
        years: 5,
        start_authority: None,
    }
}

/// Mr Khan's licence, in force from 2 December 2024 to the designation's last day, 31 October 2029.
pub(crate) fn licence() -> Licence {
    Licence::grant(&on("2024-12-02"), &scheme(), terms()).unwrap().into_entity()
}

/// An application for Mr Khan's house, which he began on that day and would hold the licence of; without manager or agent.
pub(crate) fn applying(on_day: &str) -> Application {
    let start = Start {
        reference: "APP/2025/00001".to_owned(),
        property_id: home(None).id,
        area_code: Some("central-stockton".to_owned()),
        address_search: "12 made-up street".to_owned(),
        applicant_id: khan(),
        holder_id: khan(),
        manager_id: None,
        agent_id: None,
        import_key: None,
    };
    Application::start(&on(on_day), start).into_entity()
}

/// A demand on conditions of Mr Khan's licence, with a copy to the agent; drafted and issued on that day.
pub(crate) fn issued(on_day: &str, conditions: &[&str]) -> Demand {
    let cx = on(on_day);
    let licence = Licence { agent_id: Some(agent()), ..licence() };
    let draft = Demand::draft(&cx, &licence, &home(Some(true)), &scheme(), asking(conditions)).unwrap().into_entity();
    draft.issue(&cx).unwrap().into_entity()
}

/// Asks for those conditions.
pub(crate) fn asking(conditions: &[&str]) -> Request {
    Request {
        reference: "DEM/2025/00001".to_owned(),
        conditions: conditions.iter().map(ToString::to_string).collect(),
        officer_id: amy().account,
    }
}

/// A copy that went that way on that day at ten, without consent to e-mail.
pub(crate) fn sent(method: Method, on_day: &str) -> Sending {
    let at = day(on_day).and_hms_opt(10, 0, 0).unwrap();
    Sending {
        dispatch: Dispatch { method, at, consent: Consent::Absent },
        address: "1 Landlord Road".to_owned(),
        evidence: Some("certificate of posting".to_owned()),
        proved: None,
    }
}

/// A demand handed to Mr Khan on that day, which is therefore the day of receipt.
pub(crate) fn served(on_day: &str, conditions: &[&str]) -> Demand {
    let demand = issued(on_day, conditions);
    let holder = demand.holder().unwrap().id;
    let sending = sent(Method::DeliveredByHand, on_day);
    demand.record_service(&on(on_day), holder, sending, ServicePolicy::CAUTIOUS, &holidays()).unwrap().into_entity()
}
