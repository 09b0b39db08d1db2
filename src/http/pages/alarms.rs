//! The declaration on smoke and carbon monoxide alarms as a form: every storey, every room with a fixed combustion appliance.
//!
//! It grows and shrinks by buttons that send it, so that no script is needed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::Serialize;

use super::answers::{Again, Taken, again, take};
use super::fields::{Fields, Lines, Posted, check_text, day_of};
use super::item::{Head, look};
use super::look::{Fault, Outcome, Shell, render};
use super::visitor::{Guest, Visitor, show_case};
use super::words::capital;
use crate::actions::Error;
use crate::actions::demands::Incoming;
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::certificate::{Alarm, AlarmKind, Particulars};
use crate::domain::demand::AnswerKind;
use crate::domain::id::{DemandId, ItemId};
use crate::domain::scheme::DocumentKind;
use crate::http::form::{Id, Part};
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::Conn;

/// More than any house has.
const MOST: usize = 20;
/// The longest name of a place, in characters.
const LONGEST: usize = 100;

/// One alarm as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Typed {
    /// "storey-1" or "room-1": how its fields are called.
    name: String,
    place: String,
    position: String,
    working: String,
    day: String,
    month: String,
    year: String,
}

/// The declaration as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Declared {
    storeys: Vec<Typed>,
    rooms: Vec<Typed>,
    has_rooms: String,
    signed_by: String,
    agreed: bool,
}

#[derive(Serialize)]
struct Form {
    head: Head,
    token: String,
    revision: i64,
    typed: Declared,
    faults: Vec<Fault>,
    stale: bool,
}

impl Again for Form {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.faults, &mut self.stale)
    }
}

/// The form, with the two storeys that most houses have.
pub(super) async fn form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
) -> Result<HttpResponse, Problem> {
    show_case(app, visitor, Action::AnswerDemands, id.0, "alarms.html", move |app, db, guest| {
        let storey = |place: &str| Typed { place: place.to_owned(), ..Typed::default() };
        let storeys = vec![storey("Ground floor"), storey("First floor")];
        let typed = Declared { storeys, ..Declared::default() };
        filled(app, db, guest, (id.0, part.0), typed.named())
    })
    .await
}

fn filled(
    app: &App,
    db: &mut Conn,
    guest: &Guest,
    (id, part): (DemandId, ItemId),
    typed: Declared,
) -> Result<Form, Error> {
    let seen = look(app, db, &guest.cx, id, part)?;
    if !seen.head.takes_alarms() {
        return Err(Error::NotFound);
    }
    let revision = seen.demand.cover.revision;
    Ok(Form { head: seen.head, token: guest.token.clone(), revision, typed, faults: Vec::new(), stale: false })
}

/// The declaration is sent, or the form grows or shrinks.
pub(super) async fn declare(
    app: Data<App>,
    visitor: Visitor,
    id: Id<DemandId>,
    part: Part<ItemId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::AnswerDemands).await?;
    let fields = posted.read(&guest.token).await?;
    let of = (id.0, part.0);
    let outcome = blocking(move || {
        let mut typed = Declared::read(&fields);
        if typed.change(fields.get("change")) {
            let form = app.db.read(|db| filled(&app, db, &guest, of, typed.named()))?;
            return Ok(Outcome::Page(StatusCode::OK, render("alarms.html", &Shell::of(&app, true)?, &form)?));
        }
        let today = guest.cx.today();
        let (alarms, faults) = typed.alarms(today);
        if !faults.is_empty() {
            let form = app.db.read(|db| filled(&app, db, &guest, of, typed.named()))?;
            let form = faults.into_iter().fold(form, Form::with);
            let html = render("alarms.html", &Shell::of(&app, true)?, &form)?;
            return Ok(Outcome::Page(StatusCode::UNPROCESSABLE_ENTITY, html));
        }
        let signed_by = Some(typed.signed_by.clone());
        let particulars = Particulars { checked_on: today, signed_by, alarms, ..Particulars::default() };
        let record = Some((DocumentKind::AlarmDeclaration, particulars));
        let incoming = Incoming { record, ..Incoming::of(AnswerKind::Declaration, None) };
        let taken: Taken = take(&app, &guest, of, &fields, &incoming)?;
        again(&app, taken, "alarms.html", |db| filled(&app, db, &guest, of, typed.named()))
    });
    Ok(outcome.await?.respond())
}

impl Declared {
    fn read(fields: &Fields) -> Self {
        let read = |group: &str, count: &str| {
            let count = fields.number(count).and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
            (1..=count.min(MOST)).map(|place| Typed::read(fields, format!("{group}-{place}"))).collect::<Vec<_>>()
        };
        Self {
            storeys: read("storey", "storeys"),
            rooms: read("room", "rooms"),
            has_rooms: fields.trimmed("has-rooms"),
            signed_by: fields.trimmed("signed-by"),
            agreed: fields.get("agreed") == "yes",
        }
    }

    /// Adds or takes away an alarm, as the button says; false if it was the button that sends.
    fn change(&mut self, button: &str) -> bool {
        match button {
            "add-storey" if self.storeys.len() < MOST => self.storeys.push(next_to(self.storeys.last())),
            "add-room" if self.rooms.len() < MOST => {
                self.has_rooms = "yes".to_owned();
                self.rooms.push(next_to(self.rooms.last().or(self.storeys.last())));
            }
            "" => return false,
            name => {
                self.storeys.retain(|typed| typed.name != name);
                self.rooms.retain(|typed| typed.name != name);
            }
        }
        true
    }

    /// With fields that are called by their places in the form.
    fn named(mut self) -> Self {
        let name = |group: &str, list: &mut Vec<Typed>| {
            list.iter_mut().enumerate().for_each(|(place, typed)| typed.name = format!("{group}-{}", place + 1));
        };
        name("storey", &mut self.storeys);
        name("room", &mut self.rooms);
        self
    }

    /// The alarms, or every fault of the form in the order of its fields.
    fn alarms(&self, today: NaiveDate) -> (Vec<Alarm>, Vec<Fault>) {
        let mut faults = Vec::new();
        if self.storeys.is_empty() {
            faults.push(Fault::at("add-storey", "Add each storey on which there is living accommodation"));
        }
        let smoke = self.storeys.iter().map(|typed| (AlarmKind::Smoke, typed));
        let monoxide = self.rooms.iter().map(|typed| (AlarmKind::CarbonMonoxide, typed));
        let mut alarms = smoke.filter_map(|(kind, typed)| typed.alarm(kind, today, &mut faults)).collect::<Vec<_>>();
        match (self.has_rooms.as_str(), self.rooms.is_empty()) {
            ("yes", true) => faults.push(Fault::at("add-room", "Add each room with such an appliance")),
            ("no", false) => {
                faults.push(Fault::at("has-rooms", "Say yes, or take away the rooms that you have entered below"));
            }
            ("yes" | "no", _) => {}
            _ => faults.push(Fault::at("has-rooms", "Say whether there is a room with such an appliance")),
        }
        alarms.extend(monoxide.filter_map(|(kind, typed)| typed.alarm(kind, today, &mut faults)));
        check_text(&mut faults, "signed-by", &self.signed_by, Some("Enter your full name"), Lines::One, LONGEST);
        if !self.agreed {
            faults.push(Fault::at("agreed", "Tick the box to declare that this is true"));
        }
        (alarms, faults)
    }
}

/// A further alarm, tested when the last one was.
fn next_to(last: Option<&Typed>) -> Typed {
    let tested = last.cloned().unwrap_or_default();
    Typed { day: tested.day, month: tested.month, year: tested.year, ..Typed::default() }
}

impl Typed {
    fn read(fields: &Fields, name: String) -> Self {
        let field = |end: &str| fields.trimmed(&format!("{name}-{end}"));
        Self {
            place: field("place"),
            position: field("position"),
            working: field("working"),
            day: field("tested-day"),
            month: field("tested-month"),
            year: field("tested-year"),
            name,
        }
    }

    fn alarm(&self, kind: AlarmKind, today: NaiveDate, faults: &mut Vec<Fault>) -> Option<Alarm> {
        let mut own = Vec::new();
        let mut check = |end: &str, text: &str, missing: &str| {
            check_text(&mut own, &format!("{}-{end}", self.name), text, Some(missing), Lines::One, LONGEST);
        };
        let storey = "Enter the storey, such as ground floor";
        let room = "Enter the room, such as kitchen";
        check("place", &self.place, if kind == AlarmKind::Smoke { storey } else { room });
        check("position", &self.position, "Enter where the alarm is, such as hall ceiling");
        if !matches!(self.working.as_str(), "yes" | "no") {
            own.push(Fault::at(format!("{}-working", self.name), "Say whether the alarm works"));
        }
        let tested = self.tested_on(today);
        if let Err(text) = &tested {
            let field = format!("{}-tested", self.name);
            own.push(Fault { link: format!("{field}-day"), field, text: (*text).to_owned() });
        }
        let is_whole = own.is_empty();
        let named = |fault: Fault| Fault { text: format!("{}: {}", self.title(), uncapital(&fault.text)), ..fault };
        faults.extend(own.into_iter().map(named));
        let tested_on = tested.ok().filter(|_| is_whole)?;
        let position = format!("{}: {}", self.place, self.position);
        Some(Alarm { kind, position, tested_on, working: self.working == "yes" })
    }

    /// "Storey 1", so that two alarms' faults can be told apart.
    fn title(&self) -> String {
        capital(&self.name.replace('-', " "))
    }

    fn tested_on(&self, today: NaiveDate) -> Result<NaiveDate, &'static str> {
        match day_of(&self.day, &self.month, &self.year).parse::<NaiveDate>() {
            Err(_) => Err("Enter the day on which the alarm was tested, such as 27 3 2025"),
            Ok(day) if day > today => Err("The day of the test must be today or in the past"),
            Ok(day) => Ok(day),
        }
    }
}

fn uncapital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
