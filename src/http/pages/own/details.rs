//! "Your details": what is on record of the visitor, and their consent to letters by e-mail (s.247).

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::super::answers::{Again, shown_again};
use super::super::fields::Posted;
use super::super::look::{Choice, Fault, Outcome};
use super::super::visitor::{Guest, Visitor, show};
use super::super::words::weekday_instant;
use crate::actions::{Error, Expected, own as actions};
use crate::app::App;
use crate::domain::actor::{Action, Role};
use crate::domain::calendar::london::{self, written_out};
use crate::domain::id::{ConsentId, Spelled as _};
use crate::domain::party::{Consent, ConsentScope};
use crate::http::form::Id;
use crate::http::problem::Problem;
use crate::http::session::blocking;
use crate::mail::Address;
use crate::storage::{Conn, parties};

#[derive(Serialize)]
struct Page {
    name: String,
    address: String,
    phone: String,
    email: String,
    is_agent: bool,
    consents: Vec<ConsentView>,
    by_email: bool,
    token: String,
    scopes: Vec<Choice>,
    typed: Typed,
    faults: Vec<Fault>,
    stale: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    email: String,
    scope: String,
}

#[derive(Serialize)]
struct ConsentView {
    href: String,
    email: String,
    scope: &'static str,
    given: String,
    withdrawn: Option<String>,
}

impl Again for Page {
    fn marks(&mut self) -> (&mut Vec<Fault>, &mut bool) {
        (&mut self.faults, &mut self.stale)
    }
}

fn words(scope: ConsentScope) -> &'static str {
    match scope {
        ConsentScope::All => "Licences, notices, demands and letters",
        ConsentScope::Demands => "Demands for evidence and reminders only",
        ConsentScope::Reminders => "Reminders only; everything else by post",
    }
}

/// The page.
pub(in super::super) async fn page(app: Data<App>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::KeepOwnDetails, "details.html", |_, db, guest| {
        let typed = Typed { email: guest.email.clone(), scope: String::new() };
        filled(db, guest, typed)
    })
    .await
}

fn filled(db: &mut Conn, guest: &Guest, typed: Typed) -> Result<Page, Error> {
    let party = parties::find(db, guest.party)?.ok_or(Error::NotFound)?;
    let consents = parties::consents_of(db, &[guest.party])?;
    let by_email = consents.iter().any(|consent| consent.holds_at(guest.cx.now) && consent.covers_demands());
    Ok(Page {
        name: party.name,
        address: party.address,
        phone: party.phone.unwrap_or_default(),
        email: party.email.unwrap_or_default(),
        is_agent: guest.cx.actor.role == Role::Agent,
        consents: consents.iter().rev().map(view).collect(),
        by_email,
        token: guest.token.clone(),
        scopes: ConsentScope::ALL
            .iter()
            .map(|scope| Choice { value: scope.to_string(), text: words(*scope).to_owned() })
            .collect(),
        typed,
        faults: Vec::new(),
        stale: false,
    })
}

fn view(consent: &Consent) -> ConsentView {
    ConsentView {
        href: format!("/details/consents/{}", consent.id),
        email: consent.email.clone(),
        scope: words(consent.scope),
        given: written_out(london::today(consent.given_at)),
        withdrawn: consent.withdrawn_at.map(weekday_instant),
    }
}

/// Consent is given. The same consent again changes nothing.
pub(in super::super) async fn consent(
    app: Data<App>,
    visitor: Visitor,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::KeepOwnDetails).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let typed = Typed { email: fields.trimmed("email"), scope: fields.trimmed("scope") };
        let mut faults = Vec::new();
        if let Err(wrong) = Address::parse(&typed.email) {
            let text = if typed.email.is_empty() { "Enter an e-mail address".to_owned() } else { wrong.to_string() };
            faults.push(Fault::at("email", text));
        }
        let scope = ConsentScope::read(&typed.scope);
        if scope.is_none() {
            faults.push(Fault::at("scope", "Choose what may come by e-mail"));
        }
        if let (Some(scope), true) = (scope, faults.is_empty()) {
            let email = typed.email.clone();
            app.db.write(|tx| actions::agree(tx, &guest.cx, email.clone(), scope))?;
            return Ok(Outcome::See("/details".to_owned()));
        }
        shown_again(&app, faults, false, "details.html", |db| filled(db, &guest, typed.clone()))
    });
    Ok(outcome.await?.respond())
}

#[derive(Serialize)]
struct Withdrawal {
    action: String,
    token: String,
    revision: i64,
    email: String,
    scope: &'static str,
    is_over: bool,
}

/// The page that withdraws a consent.
pub(in super::super) async fn withdrawal(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ConsentId>,
) -> Result<HttpResponse, Problem> {
    show(app, visitor, Action::KeepOwnDetails, "consent_withdrawal.html", move |_, db, guest| {
        let consent = parties::find_consent(db, id.0)?.filter(|consent| consent.party_id == guest.party);
        let consent = consent.ok_or(Error::NotFound)?;
        Ok(Withdrawal {
            action: format!("/details/consents/{}", id.0),
            token: guest.token.clone(),
            revision: consent.revision,
            scope: words(consent.scope),
            is_over: consent.withdrawn_at.is_some(),
            email: consent.email,
        })
    })
    .await
}

/// A consent is withdrawn: from now on letters go on paper. Of one that was withdrawn in the meantime its page says so.
pub(in super::super) async fn withdraw(
    app: Data<App>,
    visitor: Visitor,
    id: Id<ConsentId>,
    posted: Posted,
) -> Result<HttpResponse, Problem> {
    let guest = visitor.enter(&app, Action::KeepOwnDetails).await?;
    let fields = posted.read(&guest.token).await?;
    let outcome = blocking(move || {
        let expected = Expected(fields.number("revision").unwrap_or_default());
        match app.db.write(|tx| actions::withdraw_consent(tx, &guest.cx, id.0, expected)) {
            Ok(_) => Ok(Outcome::See("/details".to_owned())),
            Err(Error::Stale) => Ok(Outcome::See(format!("/details/consents/{}", id.0))),
            Err(other) => Err(other.into()),
        }
    });
    Ok(outcome.await?.respond())
}
