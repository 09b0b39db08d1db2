//! A visit to a home that is announced and to come, and a referral from a partner about another home.

use anyhow::Context as _;
use chrono::{Days, NaiveDate, TimeDelta};

use super::office::{Office, at};
use crate::actions::inspections::{self, NewVisit, Telling};
use crate::actions::partners::{self, Body};
use crate::actions::referrals::{self, Said};
use crate::actions::{Error, Expected};
use crate::domain::calendar::{Method, london};
use crate::domain::inspection::{NoticeTo, Purpose};
use crate::domain::partner::{Agreement, PartnerFacts, PartnerKind};
use crate::domain::referral::Direction;
use crate::storage::page::Page;
use crate::storage::{licences, properties};

/// An officer announces a visit by hand on that afternoon, and the police refer something: the references of both.
///
/// # Errors
/// Whatever the database says.
pub(super) fn arrange(office: &Office, on: NaiveDate) -> anyhow::Result<[String; 2]> {
    office.wait_until(on, 15, 45);
    let (cx, rules) = (office.officer(0), &office.app.rules);
    let in_force = licences::Filter { in_force_on: Some(on), ..licences::Filter::default() };
    let page = Page { after: None, limit: 2 };
    let found = office.app.db.read(|db| licences::list(db, cx.actor.sight(), &in_force, &page))?.rows;
    let [visited, told] = found.try_into().ok().context("too few licences are in force")?;
    let starts_at = at(on + Days::new(2), 10, 0);
    let inspection = office.app.db.write(|tx| {
        let visit = NewVisit {
            property_id: visited.property_id,
            officer_id: None,
            purpose: Purpose::Programme,
            starts_at,
            ends_at: starts_at + TimeDelta::hours(1),
        };
        let planned = inspections::plan(tx, &cx, rules, visit)?;
        let by_hand = |to, party_id, name: Option<&str>| Telling {
            to,
            party_id,
            name: name.map(ToOwned::to_owned),
            method: Method::DeliveredByHand,
            given_at: london::local(cx.now),
            evidence: Some("Handed over by the officer.".to_owned()),
        };
        let given = vec![
            by_hand(NoticeTo::Owner, Some(visited.holder_id), None),
            by_hand(NoticeTo::Occupier, None, Some("The occupier")),
        ];
        let notice = inspections::Asked::Notify { given, not_told: None };
        inspections::take(tx, &cx, rules, planned.id, Expected(planned.revision), notice)
    });
    let inspection = inspection.map_err(|error: Error| error)?;
    let referral = office.app.db.write(|tx| {
        let facts = PartnerFacts {
            kind: PartnerKind::Police,
            email: Some("neighbourhood@police.example".to_owned()),
            agreement: Some(Agreement { reference: "ISA/2024/3".to_owned(), ends_on: on + Days::new(365) }),
        };
        let body = Body { name: "Neighbourhood policing".to_owned(), address: "1 Bluelamp Row, ZZ18 9ZZ".to_owned() };
        let police = partners::add(tx, &cx, body, facts)?;
        let home = properties::find(tx, told.property_id)?.ok_or(Error::NotFound)?;
        let said = Said {
            address: home.address,
            property_id: Some(told.property_id),
            concern: "Music until three in the morning, four nights in two weeks.".to_owned(),
            purpose: "So that whoever is responsible for the home acts.".to_owned(),
            received_on: None,
        };
        let sharing = office.app.settings.partners;
        referrals::open(tx, &cx, rules, sharing, Direction::FromPartner, police.id, said)
    });
    Ok([inspection.reference, referral.map_err(|error: Error| error)?.reference])
}
