//! The public registers of licences and of temporary exemption notices, as the office keeps them (s.232; SI 2006/373, regulations
//! 11 and 12).

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::actions::{Error, Rules};
use crate::app::App;
use crate::domain::actor::{Action, Sight};
use crate::domain::appeal::{Appeal, AppealOutcome};
use crate::domain::exemption::Exemption;
use crate::domain::id::{LicenceId, PartyId, PropertyId};
use crate::domain::licence::Licence;
use crate::domain::party::Party;
use crate::domain::property::{Dwelling, Property};
use crate::http::answer::{PageOf, page, read};
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::{Conn, appeals, exemptions, licences, parties, properties};

/// One licence as the register shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterEntry {
    /// The licence's number.
    licence: String,
    /// The holder (regulation 11(1)).
    holder: RegisteredPerson,
    /// Who manages the home: the holder, unless somebody else is named.
    manager: RegisteredPerson,
    /// The homes that it covers.
    homes: Vec<RegisteredHome>,
    /// Its conditions, in a line each.
    conditions: Vec<String>,
    /// The first day.
    starts_on: NaiveDate,
    /// The last day.
    ends_on: NaiveDate,
    /// What was referred to the tribunal, and what it decided.
    appeals: Vec<RegisteredAppeal>,
}

/// A person or company in the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisteredPerson {
    name: String,
    address: String,
}

/// A home in the register.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredHome {
    address: String,
    /// Its short description.
    description: Dwelling,
}

/// A reference to the tribunal about a licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredAppeal {
    /// The tribunal's case number.
    reference: String,
    lodged_on: NaiveDate,
    /// What became of it; absent while it runs.
    outcome: Option<AppealOutcome>,
    decided_on: Option<NaiveDate>,
    /// What the tribunal orders.
    ordered: Option<String>,
}

impl From<Appeal> for RegisteredAppeal {
    fn from(appeal: Appeal) -> Self {
        Self {
            reference: appeal.reference,
            lodged_on: appeal.lodged_on,
            outcome: appeal.outcome,
            decided_on: appeal.decided_on,
            ordered: appeal.ordered,
        }
    }
}

/// Which licences of the register are read.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegisterQuery {
    /// In force on this day; today if nothing is said.
    on: Option<NaiveDate>,
    /// Only with this text in number, address or postcode.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    text: Option<String>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Read the register of licences in force on a day. It holds private addresses: what is shown online is the council's choice.
#[utoipa::path(tag = "register", operation_id = "read_register", params(RegisterQuery), responses((status = 200, body = PageOf<RegisterEntry>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/register/licences")]
pub async fn licences_in_force(
    app: Data<App>,
    caller: Caller,
    query: Query<RegisterQuery>,
) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |app, db, cx| {
        let query = query.0;
        let in_force_on = Some(query.on.unwrap_or(cx.today()));
        let filter = licences::Filter { in_force_on, text: query.text, ..licences::Filter::default() };
        let listed = licences::list(db, Sight::Everything, &filter, &page(query.after, query.limit))?;
        let entries = entries(db, &app.rules, listed.rows)?;
        Ok(PageOf { items: entries, next: listed.next })
    })
    .await
}

fn entries(db: &mut Conn, rules: &Rules, found: Vec<Licence>) -> Result<Vec<RegisterEntry>, Error> {
    let ids = found.iter().map(|licence| licence.id).collect::<Vec<_>>();
    let people = found.iter().flat_map(|licence| [Some(licence.holder_id), licence.manager_id]);
    let people = people.flatten().collect::<Vec<_>>();
    let people = parties::find_all(db, &people)?.into_iter().map(|party| (party.id, party)).collect::<HashMap<_, _>>();
    let covered = licences::homes_of_all(db, &ids)?;
    let homes = covered.iter().map(|(_, home)| *home).collect::<Vec<_>>();
    let homes = properties::find_all(db, &homes)?.into_iter().map(|home| (home.id, home)).collect::<HashMap<_, _>>();
    let mut referred = HashMap::<LicenceId, Vec<RegisteredAppeal>>::new();
    for (licence, appeal) in appeals::about_licences(db, &ids)? {
        referred.entry(licence).or_default().push(appeal.into());
    }
    found
        .into_iter()
        .map(|licence| {
            let covered = covered.iter().filter(|(id, _)| *id == licence.id).map(|(_, home)| *home);
            let appeals = referred.remove(&licence.id).unwrap_or_default();
            let conditions = rules.of(&licence)?.conditions.iter();
            Ok(RegisterEntry {
                holder: person(&people, licence.holder_id)?,
                manager: person(&people, licence.manager_id.unwrap_or(licence.holder_id))?,
                homes: covered.map(|home| described(&homes, home)).collect::<Result<_, _>>()?,
                conditions: conditions.map(|condition| format!("{} {}", condition.number, condition.title)).collect(),
                licence: licence.number,
                starts_on: licence.starts_on,
                ends_on: licence.ends_on,
                appeals,
            })
        })
        .collect()
}

fn person(people: &HashMap<PartyId, Party>, id: PartyId) -> Result<RegisteredPerson, Error> {
    let party = people.get(&id).ok_or(Error::NotFound)?;
    Ok(RegisteredPerson { name: party.name.clone(), address: party.address.clone() })
}

fn described(homes: &HashMap<PropertyId, Property>, id: PropertyId) -> Result<RegisteredHome, Error> {
    let home = homes.get(&id).ok_or(Error::NotFound)?;
    Ok(RegisteredHome { address: home.one_line(), description: home.dwelling })
}

/// One temporary exemption notice as the register shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredNotice {
    /// The notice's reference.
    reference: String,
    /// Who notified the council (regulation 12).
    notified_by: RegisteredPerson,
    home: RegisteredHome,
    /// What they will do so that no licence is needed.
    steps: String,
    /// What the notice does.
    effect: &'static str,
    served_on: NaiveDate,
    /// The first day on which no licence is needed.
    from_on: NaiveDate,
    /// The last one.
    until_on: NaiveDate,
    /// The notice that this one follows, if it is a second one.
    follows: Option<String>,
}

/// Which notices of the register are read.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticesQuery {
    /// Running on this day; today if nothing is said.
    on: Option<NaiveDate>,
    /// `next` of the page before.
    #[validate(length(max = 100))]
    #[param(max_length = 100)]
    after: Option<String>,
    /// Entries on a page: 1 to 200, 50 if nothing is said.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Read the register of temporary exemption notices that run on a day.
#[utoipa::path(tag = "register", operation_id = "read_register_of_exemptions", params(NoticesQuery), responses((status = 200, body = PageOf<RegisteredNotice>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/register/exemptions")]
pub async fn exemptions_running(
    app: Data<App>,
    caller: Caller,
    query: Query<NoticesQuery>,
) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadCases, move |_, db, cx| {
        let query = query.0;
        let listed = exemptions::notices_on(db, query.on.unwrap_or(cx.today()), &page(query.after, query.limit))?;
        Ok(PageOf { items: registered(db, listed.rows)?, next: listed.next })
    })
    .await
}

fn registered(db: &mut Conn, found: Vec<Exemption>) -> Result<Vec<RegisteredNotice>, Error> {
    let people = found.iter().filter_map(|one| one.party_id).collect::<Vec<_>>();
    let people = parties::find_all(db, &people)?.into_iter().map(|party| (party.id, party)).collect::<HashMap<_, _>>();
    let homes = found.iter().map(|one| one.property_id).collect::<Vec<_>>();
    let homes = properties::find_all(db, &homes)?.into_iter().map(|home| (home.id, home)).collect::<HashMap<_, _>>();
    let before = found.iter().filter_map(|one| one.previous_id).collect::<Vec<_>>();
    let before = exemptions::references(db, &before)?;
    found
        .into_iter()
        .map(|one| {
            Ok(RegisteredNotice {
                notified_by: person(&people, one.party_id.ok_or(Error::NotFound)?)?,
                home: described(&homes, one.property_id)?,
                steps: one.steps.unwrap_or_default(),
                effect: "No licence is needed while it runs, and letting without one is no offence (sections 86 and 95(3)).",
                served_on: one.served_on.ok_or(Error::NotFound)?,
                from_on: one.from_on.ok_or(Error::NotFound)?,
                until_on: one.until_on.ok_or(Error::NotFound)?,
                follows: one.previous_id.and_then(|id| before.get(&id).cloned()),
                reference: one.reference,
            })
        })
        .collect()
}
