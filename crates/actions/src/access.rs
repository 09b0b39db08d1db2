//! Accounts and tokens, kept at the command line.

use super::{Error, FieldFault};
use domain::access::{Account, Token};
use domain::actor::{AccountState, Action, Role};
use domain::context::Context;
use domain::id::{PartyId, TokenId};
use storage::{Tx, access, parties, sign_in};

/// An account is added.
///
/// # Errors
/// [`Error::Duplicate`] if the e-mail address is taken.
pub fn add(
    tx: &mut Tx<'_>,
    cx: &Context,
    name: &str,
    email: &str,
    role: Role,
    state: AccountState,
    party: Option<PartyId>,
) -> Result<Account, Error> {
    cx.allow(Action::ManageAccess)?;
    if access::find_email(tx, email)?.is_some() {
        return Err(Error::Duplicate("there is an account with this e-mail address already"));
    }
    if let Some(party) = party {
        parties::find(tx, party)?
            .ok_or_else(|| FieldFault::at("--party", "no person or company has this identifier"))?;
    }
    let change = Account::add(cx, name.to_owned(), email.to_owned(), role, state, party)?;
    access::insert(tx, &change)?;
    Ok(change.into_entity())
}

/// Whoever was invited may act from now on.
///
/// # Errors
/// [`Error::NotFound`] without such an account; a refusal if it does not wait for that.
pub fn activate(tx: &mut Tx<'_>, cx: &Context, email: &str) -> Result<Account, Error> {
    cx.allow(Action::ManageAccess)?;
    let account = access::find_email(tx, email)?.ok_or(Error::NotFound)?;
    let change = account.activate(cx)?;
    access::save(tx, &change)?;
    Ok(change.into_entity())
}

/// An account is disabled; its tokens stop at once, and its sessions end.
///
/// # Errors
/// [`Error::NotFound`] without such an account; a refusal if it is disabled already.
pub fn disable(tx: &mut Tx<'_>, cx: &Context, email: &str) -> Result<Account, Error> {
    cx.allow(Action::ManageAccess)?;
    let account = access::find_email(tx, email)?.ok_or(Error::NotFound)?;
    let change = account.disable(cx)?;
    access::save(tx, &change)?;
    sign_in::end_sessions_of(tx, change.entity().id, cx.now)?;
    Ok(change.into_entity())
}

/// References about tenants are entrusted to an account, or taken from it.
///
/// # Errors
/// [`Error::NotFound`] without such an account; a refusal for anybody but an officer or team leader.
pub fn entrust(tx: &mut Tx<'_>, cx: &Context, email: &str, with_references: bool) -> Result<Account, Error> {
    cx.allow(Action::ManageAccess)?;
    let account = access::find_email(tx, email)?.ok_or(Error::NotFound)?;
    let change = account.entrust(cx, with_references)?;
    access::save(tx, &change)?;
    Ok(change.into_entity())
}

/// A token is issued; the second value is the token, shown once.
///
/// # Errors
/// [`Error::NotFound`] without such an account.
pub fn issue_token(
    tx: &mut Tx<'_>,
    cx: &Context,
    email: &str,
    label: &str,
    days: u32,
) -> Result<(Token, String), Error> {
    cx.allow(Action::ManageAccess)?;
    let account = access::find_email(tx, email)?.ok_or(Error::NotFound)?;
    let (change, shown) = Token::issue(cx, &account, label.to_owned(), days)?;
    access::insert_token(tx, &change)?;
    Ok((change.into_entity(), shown))
}

/// A token is revoked.
///
/// # Errors
/// [`Error::NotFound`] without such a token.
pub fn revoke_token(tx: &mut Tx<'_>, cx: &Context, id: TokenId) -> Result<Token, Error> {
    cx.allow(Action::ManageAccess)?;
    let change = access::find_token_by_id(tx, id)?.ok_or(Error::NotFound)?.revoke(cx)?;
    access::save_token(tx, &change)?;
    Ok(change.into_entity())
}
