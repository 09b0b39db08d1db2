//! Who am I: the account behind a token, and what it may do.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actions::Error;
use crate::app::App;
use crate::domain::actor::{AccountState, Action, Role};
use crate::domain::id::{AccountId, PartyId};
use crate::http::answer::read;
use crate::http::problem::Problem;
use crate::http::session::Caller;
use crate::storage::access;

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
