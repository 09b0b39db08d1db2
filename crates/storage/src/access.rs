//! The tables of accounts and tokens.

use diesel::prelude::*;

use super::columns::{Instant, Word};
use super::record::{Holds as _, record, revised};
use super::schema::{accounts, tokens};
use super::{Conn, Error, Tx, events};
use domain::access::{Account, Token};
use domain::actor::{AccountState, Role};
use domain::event::Change;
use domain::id::{AccountId, PartyId, Spelled as _, TokenId};

record! {
    AccountRow in accounts => Account {
        id: Word<AccountId>,
        name: String,
        email: String,
        role: Word<Role>,
        state: Word<AccountState>,
        party_id: Option<Word<PartyId>>,
        revision: i64,
        created_at: Instant,
        keeps_references: bool,
    }
}
revised!(AccountRow);

record! {
    TokenRow in tokens => Token {
        id: Word<TokenId>,
        account_id: Word<AccountId>,
        label: String,
        hash: String,
        created_at: Instant,
        expires_at: Instant,
        revoked_at: Option<Instant>,
    }
}

/// The account with that e-mail address.
///
/// # Errors
/// Whatever the database says.
pub fn find_email(db: &mut Conn, email: &str) -> Result<Option<Account>, Error> {
    let row = accounts::table
        .filter(accounts::email.eq(email.to_lowercase()))
        .select(AccountRow::as_select())
        .get_result(db)
        .optional()?;
    row.map(AccountRow::entity).transpose()
}

/// The account with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: AccountId) -> Result<Option<Account>, Error> {
    let row = accounts::table.find(id.as_str()).select(AccountRow::as_select()).get_result(db).optional()?;
    row.map(AccountRow::entity).transpose()
}

/// Every account, in order of name.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn) -> Result<Vec<Account>, Error> {
    let rows = accounts::table.order((accounts::name, accounts::id)).select(AccountRow::as_select()).load(db)?;
    AccountRow::entities(rows)
}

/// The token with that hash and its account, in one statement.
///
/// # Errors
/// Whatever the database says.
pub fn find_token(db: &mut Conn, hash: &str) -> Result<Option<(Token, Account)>, Error> {
    let row: Option<(TokenRow, AccountRow)> = tokens::table
        .inner_join(accounts::table.on(accounts::id.eq(tokens::account_id)))
        .filter(tokens::hash.eq(hash))
        .select((TokenRow::as_select(), AccountRow::as_select()))
        .get_result(db)
        .optional()?;
    row.map(|(token, account)| Ok((token.entity()?, account.entity()?))).transpose()
}

/// The tokens of an account, oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn tokens_of(db: &mut Conn, account: AccountId) -> Result<Vec<Token>, Error> {
    let rows = tokens::table
        .filter(tokens::account_id.eq(account.as_str()))
        .order(tokens::id)
        .select(TokenRow::as_select())
        .load(db)?;
    TokenRow::entities(rows)
}

/// The token with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find_token_by_id(db: &mut Conn, id: TokenId) -> Result<Option<Token>, Error> {
    let row = tokens::table.find(id.as_str()).select(TokenRow::as_select()).get_result(db).optional()?;
    row.map(TokenRow::entity).transpose()
}

/// Keeps a new account.
///
/// # Errors
/// [`Error::Duplicate`] if its e-mail address is taken.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Account>) -> Result<(), Error> {
    tx.add::<AccountRow>(change)
}

/// Saves a changed account.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Account>) -> Result<(), Error> {
    tx.change::<AccountRow>(change)
}

/// Keeps a new token.
///
/// # Errors
/// Whatever the database says.
pub fn insert_token(tx: &mut Tx<'_>, change: &Change<Token>) -> Result<(), Error> {
    tx.add::<TokenRow>(change)
}

/// Saves a revoked token.
///
/// # Errors
/// Whatever the database says.
pub fn save_token(tx: &mut Tx<'_>, change: &Change<Token>) -> Result<(), Error> {
    tx.save(&TokenRow::of(change.entity()), None)?;
    events::append(tx, &[change.event()])
}
