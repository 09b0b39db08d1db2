//! A new application: the home is looked up, or its address written; another home's application can be copied.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::super::answers::{Again, shown_again};
use super::super::fields::{Fields, Lines, Posted, wrong_text};
use super::super::homes::{HomeLine, found};
use super::super::look::{Choice, Fault, Outcome};
use super::super::visitor::{Guest, Visitor, show};
use super::super::words::capital;
use super::{href, told};
use crate::actions::Error;
use crate::actions::applying::{self as actions, Place};
use crate::app::App;
use crate::domain::actor::{Action, Role};
use crate::domain::application::Stage;
use crate::domain::id::{ApplicationId, PropertyId, Spelled as _};
use crate::domain::property::Capacity;
use crate::http::form::Query;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::storage::{self, Conn, application_forms};

/// The most earlier applications to copy from.
const MOST_COPIES: usize = 200;

/// What somebody looks for.
#[derive(Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Question {
    #[serde(default)]
    #[validate(length(max = 200))]
    q: String,
}

#[derive(Serialize)]
struct Page {
    token: String,
    q: String,
    homes: Vec<HomeLine>,
    more: bool,
    copies: Vec<Choice>,
    typed: Typed,
    faults: Vec<Fault>,
    stale: bool,
}

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    home: String,
    address: String,
    street: String,
    postcode: String,
    copy: String,
    sure: bool,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.faults, &mut self.stale)
    }
}

/// The form, with the homes that were looked for.
pub(in super::super) async fn form(
    app: Data<App>,
    visitor: Visitor,
    question: Query<Question>,
) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::Apply, "application_new.html", move |app, db, guest| {
        filled(app, db, guest, &question.0.q, Typed::default())
    })
    .await
}

fn filled(app: &App, db: &mut Conn, guest: &Guest, q: &str, typed: Typed) -> Result<Page, Error> {
    actions::form_of(&app.rules)?;
    let q = q.split_whitespace().collect::<Vec<_>>().join(" ");
    let (homes, more) = found(app, db, &q)?;
    let none = Choice { value: String::new(), text: "Start with nothing filled in".to_owned() };
    let newest = storage::page::Page { after: None, limit: MOST_COPIES };
    let lines = application_forms::concerning(db, guest.party, &newest)?.rows;
    // What came on paper has no form to copy.
    let kept = lines.into_iter().filter(|line| line.saved_at.is_some());
    let kept = kept.filter(|line| line.application.stage != Stage::Withdrawn);
    let copies = kept.map(|line| Choice {
        value: line.application.id.to_string(),
        text: format!("{} ({})", line.home, line.application.reference),
    });
    Ok(Page {
        token: guest.token.clone(),
        q,
        homes,
        more,
        copies: std::iter::once(none).chain(copies).collect(),
        typed,
        faults: Vec::new(),
        stale: false,
    })
}

/// An application is begun.
pub(in super::super) async fn begin(app: Data<App>, visitor: Visitor, posted: Posted) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::Apply).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let q = fields.trimmed("q");
        let typed = Typed::read(&fields);
        let is_found = !app.db.read(|db| found(&app, db, &q))?.0.is_empty();
        let begun = match typed.place(is_found) {
            Ok(place) => start(&app, &guest, &typed, &place)?,
            Err(faults) => Err(faults),
        };
        match begun {
            Ok(id) => Ok(Outcome::See(href(id))),
            Err(faults) => shown_again(&app, faults, false, "application_new.html", |db| {
                filled(&app, db, &guest, &q, typed.clone())
            }),
        }
    });
    Ok(outcome.await?.respond())
}

fn start(app: &App, guest: &Guest, typed: &Typed, place: &Place) -> Result<Result<ApplicationId, Vec<Fault>>, Problem> {
    let capacity = if guest.cx.actor.role == Role::Agent { Capacity::Agent } else { Capacity::Holder };
    let copied = ApplicationId::read(&typed.copy);
    let begun = app.db.write(|tx| actions::begin(tx, &guest.cx, &app.rules, place, capacity, copied, typed.sure));
    match begun {
        Ok(application) => Ok(Ok(application.id)),
        Err(Error::Invalid(faults)) => {
            let field = |pointer: &str| if pointer == "/is_sure" { "sure" } else { "home" };
            let fault = |fault: &crate::actions::FieldFault| Fault::at(field(&fault.pointer), capital(&fault.detail));
            Ok(Err(faults.iter().map(fault).collect()))
        }
        Err(other) => Ok(Err(vec![told(other)?])),
    }
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        Self {
            home: fields.trimmed("home"),
            address: fields.trimmed("address"),
            street: fields.trimmed("street"),
            postcode: fields.trimmed("postcode"),
            copy: fields.trimmed("copy"),
            sure: fields.get("sure") == "yes",
        }
    }

    /// The home that is meant: one of those found, if any were, or the address as written.
    fn place(&self, is_found: bool) -> Result<Place, Vec<Fault>> {
        if let Some(id) = PropertyId::read(&self.home) {
            return Ok(Place::Known(id));
        }
        if is_found && self.address.is_empty() && self.street.is_empty() && self.postcode.is_empty() {
            return Err(vec![Fault::at("home", "Choose the home, or enter its address below")]);
        }
        let mut faults = Vec::new();
        for (field, text, longest, missing) in [
            ("address", &self.address, 200, "Enter the address, such as Flat 2, 14 Hind Street"),
            ("street", &self.street, 100, "Enter the street, such as Hind Street"),
            ("postcode", &self.postcode, 10, "Enter the postcode, such as TS18 1AA"),
        ] {
            let fault = if text.is_empty() { Some(missing.to_owned()) } else { wrong_text(text, Lines::One, longest) };
            faults.extend(fault.map(|text| Fault::at(field, text)));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let (address, street, postcode) = (self.address.clone(), self.street.clone(), self.postcode.clone());
        Ok(Place::Written { address, street, postcode })
    }
}
