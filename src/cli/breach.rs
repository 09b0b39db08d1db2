//! The proof file of a breach, for a tribunal or the council's lawyers.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;

use super::Ending;
use crate::app::App;
use crate::bundle;
use crate::domain::actor::Actor;
use crate::domain::id::{BreachId, Spelled as _};
use crate::storage::breaches;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Write the proof file of a breach: a report with an index, the originals, the mail as sent, the events and their proof
    ///
    /// That it was taken is an event of the case. Keep the anchor that is printed elsewhere than the file: with it, anybody can
    /// prove that the file was not made anew.
    #[command(
        after_help = "Example:\n  licensing breach bundle BR/2025/00001 --to bundle.zip\n  python3 verify.py bundle.zip"
    )]
    Bundle {
        /// The breach's reference, such as BR/2025/00001, or its identifier
        #[arg(value_name = "BREACH")]
        breach: String,
        /// The file to write; it must not exist
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

pub(super) fn run(app: &App, command: &Command, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let Command::Bundle { breach, to } = command;
    let name = breach.trim();
    let found = app.db.read(|db| match BreachId::read(name) {
        Some(id) => breaches::find(db, id),
        None => breaches::find_reference(db, &name.to_uppercase()),
    })?;
    let found = found.with_context(|| format!("there is no breach {name}"))?;
    // Before anything goes on record.
    let mut file = new_file(to)?;
    let made = bundle::make(app, &app.context(Actor::operator()), found.id).map_err(crate::actions::Error::from);
    let made = made.inspect_err(|_| drop(std::fs::remove_file(to)))?;
    let copied =
        made.file.read().and_then(|mut from| std::io::copy(&mut from, &mut file)).and_then(|_| file.sync_all());
    copied.with_context(|| format!("{} is not complete: delete it", to.display()))?;
    writeln!(out, "The proof file of {} is in {}.", found.reference, to.display())?;
    writeln!(out, "SHA-256 of its list of files: {}", made.manifest_sha256)?;
    let (number, hash) = &made.anchor;
    writeln!(out, "Anchor {number}: {hash}")?;
    Ok(Ending::Done)
}

fn new_file(path: &Path) -> anyhow::Result<std::fs::File> {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    made.with_context(|| format!("{} cannot be made: name a new file in a folder that exists", path.display()))
}
