//! Who am I: the account behind a token, what it may do, and what its holder does for themselves.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::parties::ConsentView;
use super::written;
use crate::actions::Error;
use crate::actions::own::{self, ChangeKind};
use crate::app::App;
use crate::domain::actor::{AccountState, Action, Role};
use crate::domain::id::{AccountId, ConsentId, LicenceId, PartyId};
use crate::domain::party::ConsentScope;
use crate::http::answer::{Answer, PageOf, change, read};
use crate::http::form::{Id, Sent};
use crate::http::problem::Problem;
use crate::http::session::{Caller, IfMatch};
use crate::storage::{access, parties};

/// An account as its holder sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    id: AccountId,
    name: String,
    email: String,
    role: Role,
    state: AccountState,
    /// The landlord or agent whom the account stands for.
    party_id: Option<PartyId>,
    /// Everything that the account may do.
    may: Vec<Action>,
}

/// Read one's own account.
#[utoipa::path(tag = "me", operation_id = "show_me", responses((status = 200, body = AccountView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/me")]
pub async fn show(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::ReadScheme, move |_, db, cx| {
        let id = cx.actor.account.ok_or(Error::NotFound)?;
        let account = access::find(db, id)?.ok_or(Error::NotFound)?;
        let may = Action::ALL.iter().copied().filter(|action| cx.actor.may(*action)).collect();
        Ok(AccountView {
            id,
            name: account.name,
            email: account.email,
            role: account.role,
            state: account.state,
            party_id: account.party_id,
            may,
        })
    })
    .await
}

/// List one's own consents to e-mail, oldest first.
#[utoipa::path(tag = "me", operation_id = "list_my_consents", responses((status = 200, body = PageOf<ConsentView>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/me/consents")]
pub async fn consents(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    read(app, caller, Action::KeepOwnDetails, move |_, db, cx| {
        let party = cx.actor.party.ok_or(Error::Forbidden)?;
        let items = parties::consents_of(db, &[party])?.into_iter().map(ConsentView::of).collect();
        Ok(PageOf { items, next: None })
    })
    .await
}

/// One's own consent to e-mail (s.247).
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnConsent {
    /// Where letters may go.
    #[validate(email, custom(function = "written::mailable"))]
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// How far it goes.
    scope: ConsentScope,
}

/// Agree to letters by e-mail; it binds oneself alone.
#[utoipa::path(tag = "me", operation_id = "give_my_consent", request_body = OwnConsent, responses((status = 201, body = ConsentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/me/consents")]
pub async fn give_consent(app: Data<App>, caller: Caller, form: Sent<OwnConsent>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepOwnDetails).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let OwnConsent { email, scope } = form.body.clone();
        let consent = own::give_consent(tx, cx, email, scope)?;
        let revision = consent.revision;
        Ok(Answer::created("/api/v1/me/consents".to_owned(), &ConsentView::of(consent), revision))
    })
    .await
}

/// Withdraw one's own consent: from now on letters go on paper.
#[utoipa::path(tag = "me", operation_id = "withdraw_my_consent", params(("id" = ConsentId, Path), ("If-Match" = String, Header)), responses((status = 200, body = ConsentView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/me/consents/{id}/withdrawal")]
pub async fn withdraw_consent(
    app: Data<App>,
    caller: Caller,
    id: Id<ConsentId>,
    expected: IfMatch,
) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepOwnDetails).await?;
    change(app, caller, String::new(), move |_, tx, cx| {
        let consent = own::withdraw_consent(tx, cx, id.0, expected.0)?;
        let revision = consent.revision;
        Ok(Answer::changed(&ConsentView::of(consent), revision))
    })
    .await
}

/// A change that the council should know of.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeReport {
    /// The licence that it concerns.
    licence_id: LicenceId,
    /// What kind of change.
    kind: ChangeKind,
    /// What has changed, and since when.
    #[validate(length(min = 1, max = 4000), custom(function = "written::lines"))]
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// What was reported, as an officer will read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportedView {
    licence_id: LicenceId,
    kind: ChangeKind,
    text: String,
}

/// Report a change: of contact, manager, occupiers, or the end of the letting. An officer decides what follows.
#[utoipa::path(tag = "me", operation_id = "report_my_change", request_body = ChangeReport, responses((status = 201, body = ReportedView), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/me/changes")]
pub async fn report_change(app: Data<App>, caller: Caller, form: Sent<ChangeReport>) -> Result<HttpResponse, Problem> {
    let caller = caller.enter(&app, Action::KeepOwnDetails).await?;
    let form = form.read().await?;
    change(app, caller, form.digest, move |_, tx, cx| {
        let ChangeReport { licence_id, kind, text } = form.body.clone();
        own::report_change(tx, cx, licence_id, kind, &text)?;
        Ok(Answer::recorded(&ReportedView { licence_id, kind, text }))
    })
    .await
}
