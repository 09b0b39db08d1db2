//! Records that a landlord makes on the page: their own inspection (conditions 9.4 to 9.6), and that the neighbours were told
//! (9.3). Each has a page of its own, which is its receipt.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{NaiveDate, NaiveTime};
use serde::Serialize;

use super::super::answers::{Again, shown_again};
use super::super::fields::{Fields, Lines, Posted, check_text, day_of};
use super::super::look::{Fault, Outcome};
use super::super::visitor::{Guest, Visitor, show as show_guest};
use super::super::words::{Tag, record_title, weekday_instant};
use super::licences::record_tag;
use super::{Head, Seen, look};
use crate::actions::{Error, own as actions};
use crate::app::App;
use crate::domain::actor::Action;
use crate::domain::calendar::london::written_out;
use crate::domain::certificate::Particulars;
use crate::domain::id::{CertificateId, LicenceId, PropertyId, Spelled as _};
use crate::domain::scheme::DocumentKind;
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::{Conn, certificates, licences, properties};

/// The longest text of a field, in characters.
const LONGEST: usize = 1_500;

/// Which of the two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Inspection,
    Neighbours,
}

impl Kind {
    fn document(self) -> DocumentKind {
        match self {
            Self::Inspection => DocumentKind::InspectionRecord,
            Self::Neighbours => DocumentKind::NeighbourNotice,
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Inspection => "own_inspection.html",
            Self::Neighbours => "own_neighbours.html",
        }
    }
}

/// Either form as typed: what was found and done, or who was told and what.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    home: String,
    day: String,
    month: String,
    year: String,
    time: String,
    by: String,
    first: String,
    second: String,
}

#[derive(Serialize)]
struct Page {
    head: Head,
    typed: Typed,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.head.faults, &mut self.head.stale)
    }
}

/// The form for one's own inspection.
pub(in super::super) async fn inspection_form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
) -> Result<HttpResponse, Problem> {
    form(app, visitor, id.0, Kind::Inspection).await
}

/// The form that says that the neighbours were told.
pub(in super::super) async fn neighbours_form(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
) -> Result<HttpResponse, Problem> {
    form(app, visitor, id.0, Kind::Neighbours).await
}

async fn form(app: Data<App>, visitor: Visitor, id: LicenceId, kind: Kind) -> Result<HttpResponse, Problem> {
    show_guest(app, visitor, Action::AnswerDemands, kind.template(), move |_, db, guest| {
        filled(db, guest, id, Typed::default())
    })
    .await
}

fn filled(db: &mut Conn, guest: &Guest, id: LicenceId, typed: Typed) -> Result<Page, Error> {
    Ok(Page { head: look(db, guest, id)?.head, typed })
}

/// One's own inspection is recorded.
pub(in super::super) async fn record_inspection(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    take(app, visitor, id.0, posted, Kind::Inspection).await
}

/// That the neighbours were told is recorded.
pub(in super::super) async fn record_neighbours(
    app: Data<App>,
    visitor: Visitor,
    id: Id<LicenceId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    take(app, visitor, id.0, posted, Kind::Neighbours).await
}

async fn take(
    app: Data<App>,
    visitor: Visitor,
    id: LicenceId,
    posted: Posted,
    kind: Kind,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::AnswerDemands).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let typed = Typed::read(&fields);
        let seen = app.db.read(|db| look(db, &guest, id))?;
        let said = typed.said(kind, &seen, guest.cx.today());
        let faults = match said {
            Ok((home, particulars)) => {
                let record = |tx: &mut crate::storage::Tx<'_>| {
                    actions::record(tx, &guest.cx, home, id, kind.document(), &particulars)
                };
                match app.db.write(record) {
                    Ok(record) => return Ok(Outcome::See(format!("/records/{}", record.id))),
                    Err(Error::Refused { text, .. }) => vec![Fault::at("main-content", text)],
                    Err(other) => return Err(other.into()),
                }
            }
            Err(faults) => faults,
        };
        shown_again(&app, faults, false, kind.template(), |db| filled(db, &guest, id, typed.clone()))
    });
    Ok(outcome.await?.respond())
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        Self {
            home: fields.trimmed("home"),
            day: fields.trimmed("on-day"),
            month: fields.trimmed("on-month"),
            year: fields.trimmed("on-year"),
            time: fields.trimmed("time"),
            by: fields.trimmed("by"),
            first: fields.trimmed("first"),
            second: fields.trimmed("second"),
        }
    }

    /// The home and the record, or every fault in the order of the fields.
    fn said(&self, kind: Kind, seen: &Seen, today: NaiveDate) -> Result<(PropertyId, Particulars), Vec<Fault>> {
        let mut faults = Vec::new();
        let home = seen.home(PropertyId::read(&self.home)).map(|home| home.id);
        if home.is_none() {
            faults.push(Fault::at("home", "Choose the home"));
        }
        let on = self.on(today);
        if let Err(text) = &on {
            faults.push(Fault { field: "on".to_owned(), link: "on-day".to_owned(), text: (*text).to_owned() });
        }
        if kind == Kind::Inspection && NaiveTime::parse_from_str(&self.time, "%H:%M").is_err() {
            faults.push(Fault::at("time", "Enter the time, such as 14:30"));
        }
        let (by, first, second) = match kind {
            Kind::Inspection => (
                "Enter who inspected",
                "Enter what you found; if there was nothing, say so",
                "Enter what you did about it; if there was nothing to do, say so",
            ),
            Kind::Neighbours => (
                "Enter who told them",
                "Enter the addresses that were told",
                "Enter what the notice said, with the contact details",
            ),
        };
        check_text(&mut faults, "by", &self.by, Some(by), Lines::One, 200);
        check_text(&mut faults, "first", &self.first, Some(first), Lines::Many, LONGEST);
        check_text(&mut faults, "second", &self.second, Some(second), Lines::Many, LONGEST);
        let (Some(home), Ok(checked_on), true) = (home, on, faults.is_empty()) else { return Err(faults) };
        let remarks = match kind {
            Kind::Inspection => {
                format!("At {}.\n\nFound:\n{}\n\nDone about it:\n{}", self.time, self.first, self.second)
            }
            Kind::Neighbours => format!("Told:\n{}\n\nThe notice said:\n{}", self.first, self.second),
        };
        let signed_by = Some(self.by.clone());
        Ok((home, Particulars { checked_on, signed_by, remarks: Some(remarks), ..Particulars::default() }))
    }

    fn on(&self, today: NaiveDate) -> Result<NaiveDate, &'static str> {
        match day_of(&self.day, &self.month, &self.year).parse::<NaiveDate>() {
            Ok(day) if day > today => Err("The day must be today or in the past"),
            Ok(day) => Ok(day),
            Err(_) => Err("Enter the day, such as 27 3 2025"),
        }
    }
}

#[derive(Serialize)]
struct Record {
    what: &'static str,
    home: String,
    licence: String,
    licence_href: String,
    on: String,
    by: String,
    words: String,
    received_at: String,
    number: String,
    valid_until: Option<String>,
    tag: Tag,
    assessment: Option<String>,
}

/// One record: its receipt, and how it stands.
pub(in super::super) async fn show(
    app: Data<App>,
    visitor: Visitor,
    id: Id<CertificateId>,
) -> Result<HttpResponse, Problem> {
    show_guest(app, visitor, Action::ReadOwnCases, "record.html", move |_, db, guest| {
        let sight = guest.cx.actor.sight();
        let record = certificates::find_seen(db, sight, id.0)?.ok_or(Error::NotFound)?;
        let licence = record.licence_id.ok_or(Error::NotFound)?;
        let licence = licences::find_seen(db, sight, licence)?.ok_or(Error::NotFound)?;
        let home = properties::find(db, record.property_id)?.ok_or(Error::NotFound)?;
        Ok(Record {
            what: record_title(record.kind),
            home: home.one_line(),
            licence_href: format!("/licences/{}", licence.id),
            licence: licence.number,
            on: written_out(record.particulars.checked_on),
            by: record.particulars.signed_by.unwrap_or_default(),
            words: record.particulars.remarks.unwrap_or_default(),
            received_at: weekday_instant(record.received_at),
            number: record.id.to_string(),
            valid_until: record.valid_until.map(written_out),
            tag: record_tag(record.state),
            assessment: record.assessment,
        })
    })
    .await
}
