//! Holds all mail of the service, or lets it go again: a database that was restored sends nothing until somebody says so.

use std::io::Write;

use clap::Subcommand;

use super::{Ending, Store, words};
use crate::actions::{Error, letters as actions};
use crate::storage::letters;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Hold all mail: for a database that was restored with the tools of PostgreSQL, before a service runs on it
    #[command(after_help = "Example:\n  licensing mail hold")]
    Hold,
    /// Let mail go that is held since the database was restored, or by `licensing mail hold`
    ///
    /// First make sure that no other service sends from the original: what waits here waits there, too.
    #[command(after_help = "Example:\n  licensing mail release")]
    Release,
}

pub(super) fn run(store: &Store, command: &Command, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let (cx, held) = (store.context(), matches!(command, Command::Hold));
    let changed = store.db.write(|tx| actions::hold(tx, &cx, held))?;
    let waiting = store.db.read(|db| letters::waiting(db).map_err(Error::from))?;
    let waiting = words::some(usize::try_from(waiting).unwrap_or_default(), "letter");
    let before = if changed { "" } else { " already" };
    match command {
        Command::Hold => writeln!(out, "Mail is held{before}; {waiting} waiting.")?,
        Command::Release => writeln!(out, "Mail is not held{before}; the next round of the post sends {waiting}.")?,
    }
    Ok(Ending::Done)
}
