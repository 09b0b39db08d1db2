//! The people of an application: who is to hold the licence, who manages, who else must be told; and who gets which letters.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::super::answers::Again;
use super::super::fields::{Fields, Lines, Posted, check_text};
use super::super::look::{Choice, Fault};
use super::super::visitor::{Guest, Visitor, show_case};
use super::{Head, look_at_draft, save};
use crate::actions::Error;
use crate::actions::applying::{self as actions, Saving};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::application::form::{Form, Person};
use crate::domain::id::{ApplicationId, PartyId, PersonId, Spelled as _};
use crate::domain::party::{ConsentScope, PartyKind};
use crate::domain::property::Capacity;
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::mail::Address;
use crate::storage::{Conn, parties};

/// What somebody is to the home, in words.
fn words(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Holder => "Proposed licence holder",
        Capacity::Manager => "Manager",
        Capacity::Agent => "Agent of the licence holder",
        Capacity::Owner => "Owner: freeholder, or leaseholder with more than three years left",
        Capacity::Mortgagee => "Mortgage lender",
        Capacity::Bound => "Somebody else who agrees to be bound by the licence",
        Capacity::Other => "Somebody else with an interest in the home",
    }
}

/// A person as the pages show them.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PersonView {
    id: String,
    pub(super) name: String,
    address: String,
    email: String,
    phone: String,
    company_number: String,
    roles: Vec<&'static str>,
    is_me: bool,
    /// Which letters they get, and how.
    letters: String,
}

/// The people of a form.
/// Who of the visitor and the people of the form has agreed to letters of every kind by e-mail.
pub(super) fn agreed(db: &mut Conn, guest: &Guest, form: &Form) -> Result<BTreeSet<PartyId>, Error> {
    let known = form.people.iter().filter_map(|person| person.party_id).chain([guest.party]);
    let mut consents = parties::consents_of(db, &known.collect::<Vec<_>>())?;
    consents.retain(|consent| consent.holds_at(guest.cx.now) && consent.scope == ConsentScope::All);
    Ok(consents.into_iter().map(|consent| consent.party_id).collect())
}

pub(super) fn views(form: &Form, agreed: &BTreeSet<PartyId>) -> Vec<PersonView> {
    let by_email = |person: &Person| person.party_id.is_some_and(|party| agreed.contains(&party));
    form.people.iter().map(|person| view(form, person, by_email(person))).collect()
}

fn view(form: &Form, person: &Person, by_email: bool) -> PersonView {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let is_me = person.party_id == Some(form.owner_id);
    PersonView {
        id: person.id.to_string(),
        name: person.name.clone(),
        address: person.address.clone(),
        email: text(&person.email),
        phone: text(&person.phone),
        company_number: text(&person.company_number),
        roles: person.capacities.iter().map(|capacity| words(*capacity)).collect(),
        is_me,
        letters: letters(person, is_me, by_email),
    }
}

/// Which letters somebody gets (Schedule 5), and how: by e-mail only goes what its recipient has agreed to (s.247).
fn letters(person: &Person, is_me: bool, by_email: bool) -> String {
    let holder = person.is(Capacity::Holder);
    let helps = person.is(Capacity::Manager) || person.is(Capacity::Agent);
    let what = match (holder, helps, is_me) {
        (true, ..) => "every notice about the licence, demands for evidence, and reminders",
        (_, true, _) => "the notices about the licence, and copies of demands and reminders",
        (.., true) => "what concerns this application",
        _ => "the notices that propose and decide the licence",
    };
    let how = match (by_email, is_me) {
        (true, _) => "by e-mail, as agreed",
        (_, true) => "by e-mail if you agree to it when you send the application, else by post",
        _ => "by post",
    };
    format!("{what}, {how}")
}

#[derive(Serialize)]
struct ListPage {
    head: Head,
    people: Vec<PersonView>,
    known: Vec<KnownView>,
    has_holder: bool,
}

#[derive(Serialize)]
struct KnownView {
    id: String,
    name: String,
    address: String,
}

impl Again for ListPage {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.head.faults, &mut self.head.stale)
    }
}

/// Everybody in the form, and who can be taken over from another.
pub(in super::super) async fn list(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::Apply, id.0, "application_people.html", move |_, db, guest| listed(db, guest, id.0))
        .await
}

fn listed(db: &mut Conn, guest: &Guest, id: ApplicationId) -> Result<ListPage, Error> {
    let seen = look_at_draft(db, guest, id)?;
    let known = actions::known_people(db, &seen.form)?;
    let known = known.into_iter().map(|person| KnownView {
        id: person.id.to_string(),
        name: person.name,
        address: person.address,
    });
    Ok(ListPage {
        head: seen.head,
        people: views(&seen.form, &agreed(db, guest, &seen.form)?),
        known: known.collect(),
        has_holder: seen.form.holder().is_some(),
    })
}

/// Somebody is taken over from another application of the visitor's; what they are to this home is asked next.
pub(in super::super) async fn reuse(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::Apply).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let chosen = PersonId::read(&fields.trimmed("person"));
        let known = app.db.read(|db| {
            let seen = look_at_draft(db, &guest, id.0)?;
            actions::known_people(db, &seen.form)
        })?;
        let person = known.into_iter().find(|person| Some(person.id) == chosen);
        let fault = person.is_none().then(|| Fault::at("main-content", "Choose somebody from the list"));
        let new = PersonId::new(&guest.cx);
        let saving = person.map(|person| Saving::Person(Person { id: new, capacities: Vec::new(), ..person }));
        let next = format!("/applications/{}/people/{new}", id.0);
        let form = |db: &mut Conn| listed(db, &guest, id.0);
        save(
            &app,
            &guest,
            (id.0, &fields, next),
            saving,
            fault.into_iter().collect(),
            ("application_people.html", form),
        )
    });
    Ok(outcome.await?.respond())
}

#[derive(Serialize)]
struct Page {
    head: Head,
    action: String,
    is_new: bool,
    is_me: bool,
    /// Whether somebody is on record, so that only what they are to this home is asked.
    is_known: bool,
    typed: Typed,
    roles: Vec<Choice>,
}

/// A person as typed.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    kind: String,
    name: String,
    address: String,
    email: String,
    phone: String,
    company_number: String,
    roles: Vec<String>,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.head.faults, &mut self.head.stale)
    }
}

/// "new", or somebody in the form.
fn place_of(text: &str) -> Result<Option<PersonId>, Error> {
    match (text, PersonId::read(text)) {
        ("new", _) => Ok(None),
        (_, Some(id)) => Ok(Some(id)),
        (_, None) => Err(Error::NotFound),
    }
}

/// The form for one person.
pub(in super::super) async fn form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let place = path.into_inner().1;
    show_case(app, visitor, Action::Apply, id.0, "application_person.html", move |_, db, guest| {
        filled(db, guest, (id.0, &place), None)
    })
    .await
}

fn filled(
    db: &mut Conn,
    guest: &Guest,
    (id, place): (ApplicationId, &str),
    typed: Option<Typed>,
) -> Result<Page, Error> {
    let seen = look_at_draft(db, guest, id)?;
    let there = match place_of(place)? {
        Some(id) => Some(seen.form.people.iter().find(|person| person.id == id).ok_or(Error::NotFound)?),
        None => None,
    };
    let roles =
        Capacity::ALL.iter().map(|capacity| Choice { value: capacity.to_string(), text: words(*capacity).to_owned() });
    Ok(Page {
        action: format!("{}/people/{place}", seen.head.href),
        is_new: there.is_none(),
        is_me: there.is_some_and(|person| person.party_id == Some(seen.form.owner_id)),
        is_known: there.is_some_and(|person| person.party_id.is_some()),
        typed: typed.unwrap_or_else(|| there.map(Typed::of).unwrap_or_default()),
        roles: roles.collect(),
        head: seen.head,
    })
}

/// A person is saved, or taken out.
pub(in super::super) async fn put(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ApplicationId>,
    path: Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let place = path.into_inner().1;
    let guest = visitor.enter(&app, Action::Apply).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let at = place_of(&place)?;
        let before = app.db.read(|db| filled(db, &guest, (id.0, &place), None))?;
        let mut typed = Typed::read(&fields);
        if before.is_known {
            typed = Typed { roles: typed.roles, ..before.typed };
        }
        let (saving, faults) = match (fields.get("then"), at) {
            ("remove", Some(at)) => (Some(Saving::NoPerson(at)), Vec::new()),
            _ => match typed.person(at.unwrap_or_else(|| PersonId::new(&guest.cx)), before.is_me) {
                Ok(person) => (Some(Saving::Person(person)), Vec::new()),
                Err(faults) => (None, faults),
            },
        };
        let next = format!("/applications/{}/people", id.0);
        let form = |db: &mut Conn| filled(db, &guest, (id.0, &place), Some(typed.clone()));
        save(&app, &guest, (id.0, &fields, next), saving, faults, ("application_person.html", form))
    });
    Ok(outcome.await?.respond())
}

impl Typed {
    fn of(person: &Person) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            kind: person.kind.to_string(),
            name: person.name.clone(),
            address: person.address.clone(),
            email: text(&person.email),
            phone: text(&person.phone),
            company_number: text(&person.company_number),
            roles: person.capacities.iter().map(ToString::to_string).collect(),
        }
    }

    fn read(fields: &Fields) -> Self {
        Self {
            kind: fields.trimmed("kind"),
            name: fields.trimmed("name"),
            address: fields.trimmed("address"),
            email: fields.trimmed("email"),
            phone: fields.trimmed("phone"),
            company_number: fields.trimmed("company-number"),
            roles: fields.all("roles"),
        }
    }

    /// The person, or every fault in the order of the fields. Only the applicant may be nothing else to the home.
    fn person(&self, id: PersonId, is_me: bool) -> Result<Person, Vec<Fault>> {
        let mut faults = Vec::new();
        let kind = PartyKind::read(&self.kind);
        if kind.is_none() {
            faults.push(Fault::at("kind", "Say whether it is a person or a company"));
        }
        check_text(&mut faults, "name", &self.name, Some("Enter the name"), Lines::One, 200);
        check_text(
            &mut faults,
            "address",
            &self.address,
            Some("Enter the address, with the postcode"),
            Lines::Many,
            500,
        );
        if !self.email.is_empty()
            && let Err(wrong) = Address::parse(&self.email)
        {
            faults.push(Fault::at("email", wrong.to_string()));
        }
        check_text(&mut faults, "phone", &self.phone, None, Lines::One, 50);
        check_text(&mut faults, "company-number", &self.company_number, None, Lines::One, 20);
        let ticked = |capacity: &&Capacity| self.roles.contains(&capacity.to_string());
        let capacities = Capacity::ALL.iter().filter(ticked).copied().collect::<Vec<_>>();
        if capacities.is_empty() && !is_me {
            faults.push(Fault::at("roles", "Tick what they are to the home"));
        }
        let (Some(kind), true) = (kind, faults.is_empty()) else { return Err(faults) };
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Ok(Person {
            id,
            kind,
            name: self.name.clone(),
            address: self.address.clone(),
            email: text(&self.email),
            phone: text(&self.phone),
            company_number: text(&self.company_number),
            capacities,
            party_id: None,
        })
    }
}
