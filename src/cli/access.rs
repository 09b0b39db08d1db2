//! People who may use the service, and the tokens with which they reach it.

use std::io::Write;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::{Ending, Store};
use crate::actions::{Error, access as actions};
use crate::domain::access::{Account, Token};
use crate::domain::actor::{AccountState, Role};
use crate::domain::calendar::london::written_instant;
use crate::domain::id::{PartyId, Spelled as _, TokenId};
use crate::mail::Address;
use crate::storage::access;

#[derive(Subcommand, Debug)]
pub(super) enum OfficerCommand {
    Add(NewAccount),
    /// List everybody who has an account
    #[command(after_help = "Example:\n  licensing officer list")]
    List,
    /// Entrust references about tenants to an officer, or take them away; nobody else can read them
    #[command(after_help = "Example:\n  licensing officer references amy@council.example yes")]
    References {
        /// The person's e-mail address
        email: String,
        /// Whether they may read and work them
        #[arg(value_parser = ["yes", "no"])]
        may: String,
    },
    /// Let a person who was invited use the service from now on
    #[command(after_help = "Example:\n  licensing officer activate amy@council.example")]
    Activate {
        /// The person's e-mail address
        email: String,
    },
    /// Disable an account; its tokens stop at once, and what the person did stays on record
    #[command(after_help = "Example:\n  licensing officer disable amy@council.example")]
    Disable {
        /// The person's e-mail address
        email: String,
    },
}

/// Add a person; issue a token for them afterwards
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  licensing officer add \"Amy Shah\" amy@council.example --role officer\n  \
    licensing officer add \"A Khan\" khan@example.org --role landlord --party 0194...")]
pub(super) struct NewAccount {
    /// The person's name
    #[arg(value_parser = some_text)]
    name: String,
    /// Their e-mail address, which names the account
    #[arg(value_parser = email)]
    email: String,
    /// What they may do: an officer works cases, a team leader also decides, an auditor reads everything, a partner
    /// looks homes up and refers, a landlord or agent sees their own cases
    #[arg(long, value_parser = role())]
    role: Role,
    /// For a landlord, agent or partner: the identifier of the person or company on record (party_id of a partner)
    #[arg(long, value_name = "ID", value_parser = party)]
    party: Option<PartyId>,
    /// The person is invited and cannot use the service yet
    #[arg(long)]
    invited: bool,
}

#[derive(Subcommand, Debug)]
pub(super) enum TokenCommand {
    /// Issue a token; it is shown once and stored only as a digest
    #[command(after_help = "Example:\n  licensing token issue amy@council.example --label \"Amy's laptop\" --days 90")]
    Issue {
        /// The e-mail address of the account
        email: String,
        /// Where it will be used, so that you know it again in the list
        #[arg(long, value_name = "TEXT", value_parser = some_text)]
        label: String,
        /// Days until it expires
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
    },
    /// List the tokens of an account, without the secrets
    #[command(after_help = "Example:\n  licensing token list amy@council.example")]
    List {
        /// The e-mail address of the account
        email: String,
    },
    /// Revoke a token; it stops at once
    #[command(after_help = "Example:\n  licensing token revoke 01948c1e-0000-7000-8000-000000000000")]
    Revoke {
        /// The token's identifier, from the list
        #[arg(value_name = "ID", value_parser = token_id)]
        id: TokenId,
    },
}

pub(super) fn officer(store: &Store, command: OfficerCommand, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let cx = store.context();
    match command {
        OfficerCommand::Add(new) => {
            let state = if new.invited { AccountState::Invited } else { AccountState::Active };
            let added = store
                .db
                .write(|tx| actions::add(tx, &cx, &new.name, &new.email, new.role, state, new.party))
                .with_context(|| format!("{} was not added", new.email))?;
            writeln!(out, "Added {} <{}> as {}, {}.", added.name, added.email, added.role, added.state)?;
            writeln!(out, "Next: licensing token issue {} --label \"where it is used\"", added.email)?;
        }
        OfficerCommand::List => {
            for account in store.db.read(|db| access::list(db).map_err(Error::from))? {
                let (role, state) = (account.role.as_str(), account.state.as_str());
                writeln!(out, "{:<12} {:<9} {} <{}>", role, state, account.name, account.email)?;
            }
        }
        OfficerCommand::References { email, may } => {
            let may = may == "yes";
            let account = store.db.write(|tx| actions::entrust(tx, &cx, &email, may));
            let account = account.with_context(|| format!("{email} was not changed"))?;
            let word = if may { "may" } else { "may not" };
            writeln!(out, "{} <{}> {word} read and work references about tenants.", account.name, account.email)?;
        }
        OfficerCommand::Activate { email } => {
            let active = store.db.write(|tx| actions::activate(tx, &cx, &email));
            let active = active.with_context(|| format!("{email} was not activated"))?;
            writeln!(out, "{} <{}> may use the service as {}.", active.name, active.email, active.role)?;
        }
        OfficerCommand::Disable { email } => {
            let disabled = store.db.write(|tx| actions::disable(tx, &cx, &email));
            let disabled = disabled.with_context(|| format!("{email} was not disabled"))?;
            writeln!(out, "Disabled {} <{}>. No token of theirs works any more.", disabled.name, disabled.email)?;
        }
    }
    Ok(Ending::Done)
}

pub(super) fn token(store: &Store, command: TokenCommand, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let cx = store.context();
    match command {
        TokenCommand::Issue { email, label, days } => {
            let issued = store.db.write(|tx| actions::issue_token(tx, &cx, &email, &label, days));
            let (token, shown) = issued.with_context(|| format!("no token was issued for {email}"))?;
            writeln!(out, "{shown}")?;
            writeln!(out, "\nThis token is shown once: copy it now and keep it like a password.")?;
            writeln!(out, "It is token {} and expires on {}.", token.id, written_instant(token.expires_at))?;
        }
        TokenCommand::List { email } => {
            let account = store.db.read(|db| access::find_email(db, &email).map_err(Error::from))?;
            let account: Account =
                account.with_context(|| format!("there is no account with {email}: see licensing officer list"))?;
            for token in store.db.read(|db| access::tokens_of(db, account.id).map_err(Error::from))? {
                writeln!(out, "{}  {:<38}  {}", token.id, state(&token, cx.now), token.label)?;
            }
        }
        TokenCommand::Revoke { id } => {
            let revoked = store.db.write(|tx| actions::revoke_token(tx, &cx, id));
            let revoked = revoked.with_context(|| format!("the token {id} was not revoked"))?;
            writeln!(out, "Revoked {} ({}).", revoked.id, revoked.label)?;
        }
    }
    Ok(Ending::Done)
}

fn state(token: &Token, now: DateTime<Utc>) -> String {
    match token.revoked_at {
        Some(at) => format!("revoked on {}", written_instant(at)),
        None if token.is_live(now) => format!("until {}", written_instant(token.expires_at)),
        None => format!("expired on {}", written_instant(token.expires_at)),
    }
}

fn role() -> impl TypedValueParser<Value = Role> {
    let for_people = [Role::Officer, Role::TeamLeader, Role::Landlord, Role::Agent, Role::Partner, Role::Auditor]
        .map(Role::spelling);
    PossibleValuesParser::new(for_people).try_map(|word| Role::read(&word).ok_or("not a role"))
}

fn email(text: &str) -> Result<String, String> {
    let wrong = |_| "write one e-mail address such as amy@council.example".to_owned();
    Address::parse(text).map(|address| address.to_string()).map_err(wrong)
}

fn some_text(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("write 1 to 200 characters on one line".to_owned()) }
}

fn party(text: &str) -> Result<PartyId, String> {
    PartyId::read(text).ok_or_else(|| "not an identifier: copy it from the record of the person or company".to_owned())
}

fn token_id(text: &str) -> Result<TokenId, String> {
    TokenId::read(text).ok_or_else(|| "not a token's identifier: see licensing token list".to_owned())
}
