//! The command line: what an officer or a licensing manager types, and what each command answers.
//!
//! Results go to standard output, progress and the log to standard error. Exit codes: 0 done, 1 failed, 2 bad use,
//! 3 done but something needs attention.

mod access;
mod audit;
mod backup;
mod breach;
mod check;
mod demo;
mod documents;
mod explain;
mod health;
mod import;
pub mod log;
mod mail;
mod openapi;
mod progress;
mod scheme;
mod serve;
mod wording;
mod words;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use printing::Typesetter;

use crate::actions;
use crate::app::{App, files};
use crate::clock::Clock;
use crate::domain::actor::Actor;
use crate::domain::context::Context;
use crate::domain::id::Ids;
use crate::settings::Settings;
use crate::storage::Db;
use toml_reader::Fault;

/// The file of settings that is read where none is named.
const USUAL_FILE: &str = "licensing.toml";

/// Selective licensing: demand a certificate, count the days, remind, flag the breach.
///
/// The case service of a council's licensing team. Every command has its own help: licensing check --help
#[derive(Parser, Debug)]
#[command(name = "licensing", version, propagate_version = true)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 bad use, 3 done but something needs attention.")]
pub struct Cli {
    /// File with settings; licensing.toml is read if it is there and no other is named
    ///
    /// config/example.toml names every key. A variable such as LICENSING__DATABASE__URL wins over the file.
    #[arg(long, global = true, env = "LICENSING_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::Arguments),
    Demo(demo::Arguments),
    Check(check::Arguments),
    Explain(explain::Arguments),
    /// Take the proof file of a breach
    #[command(subcommand)]
    Breach(breach::Command),
    /// Check a scheme file before it is used
    #[command(subcommand)]
    Scheme(scheme::Command),
    /// Put the letters into the council's own words
    #[command(subcommand)]
    Wording(wording::Command),
    /// Add, list or disable the people who may use the service
    #[command(subcommand)]
    Officer(access::OfficerCommand),
    /// Issue, list or revoke the tokens with which people reach the service
    #[command(subcommand)]
    Token(access::TokenCommand),
    /// Take in applications from a council's form or spreadsheet
    #[command(subcommand)]
    Import(import::Command),
    /// Verify or export the record of everything that happened
    #[command(subcommand)]
    Audit(audit::Command),
    /// Verify the files that people sent in
    #[command(subcommand)]
    Documents(documents::Command),
    /// Hold all mail, or let it go again
    #[command(subcommand)]
    Mail(mail::Command),
    Backup(backup::Arguments),
    Health(health::Arguments),
    Openapi(openapi::Arguments),
}

/// How a command ended, if nothing kept it from its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All is done.
    Done,
    /// It looked, and what it looked for is not right.
    Failed,
    /// It did its work, but a person must look at something.
    Attention,
}

impl Cli {
    /// The settings that the command works with; `None` for a command that needs none.
    ///
    /// # Errors
    /// Every fault of the file and of the variables.
    pub fn settings(&self) -> Result<Option<Settings>, Vec<Fault>> {
        if matches!(self.command, Command::Demo(_) | Command::Scheme(_) | Command::Wording(_) | Command::Openapi(_)) {
            return Ok(None);
        }
        let usual = || Some(Path::new(USUAL_FILE)).filter(|file| file.exists());
        Settings::from_environment(self.config.as_deref().or_else(usual)).map(Some)
    }

    /// Does what was typed, and writes the result to `out`.
    ///
    /// # Errors
    /// Whatever keeps the command from its work.
    pub fn run(
        self,
        settings: Option<Settings>,
        typesetter: &'static dyn Typesetter,
        out: &mut dyn Write,
    ) -> anyhow::Result<Ending> {
        let open = |settings| App::open(settings, typesetter, Clock::System, Ids::random());
        let needed = || settings.context("this command needs settings");
        match self.command {
            Command::Serve(_) => serve::run(open(needed()?)?, out),
            Command::Check(arguments) => check::run(&open(needed()?)?, &arguments, out),
            Command::Explain(arguments) => explain::run(&open(needed()?)?, &arguments, out),
            Command::Breach(command) => breach::run(&open(needed()?)?, &command, out),
            Command::Scheme(command) => scheme::run(command, out),
            Command::Wording(command) => wording::run(&command, typesetter, out),
            Command::Officer(command) => access::officer(&Store::open(&needed()?)?, command, out),
            Command::Token(command) => access::token(&Store::open(&needed()?)?, command, out),
            Command::Import(command) => import::run(&open(needed()?)?, &command, out),
            Command::Audit(command) => audit::run(&Store::existing(&needed()?)?, &command, out),
            Command::Documents(command) => {
                let settings = needed()?;
                documents::run(&Store::existing(&settings)?, &files(&settings)?, &command, out)
            }
            Command::Mail(command) => mail::run(&Store::existing(&needed()?)?, &command, out),
            Command::Backup(arguments) => {
                let settings = needed()?;
                backup::run(&Store::existing(&settings)?, &files(&settings)?, &arguments, out)
            }
            Command::Demo(arguments) => demo::run(arguments, typesetter, out),
            Command::Openapi(_) => openapi::run(out),
            Command::Health(_) => health::run(needed()?.server.listen, out),
        }
    }
}

/// The database alone, for commands that need no scheme and no mail.
struct Store {
    db: Db,
    ids: Arc<Ids>,
}

impl Store {
    fn open(settings: &Settings) -> anyhow::Result<Self> {
        let url = &settings.database.url;
        let db = Db::open(url.expose(), settings.database.connections)
            .with_context(|| format!("the database {url} cannot be used"))?;
        Ok(Self { db, ids: Arc::new(Ids::random()) })
    }

    /// As [`Store::open`], but an embedded database that is not there is not made: an empty one would look all right.
    fn existing(settings: &Settings) -> anyhow::Result<Self> {
        let url = &settings.database.url;
        if let Some(file) = url.sqlite_file()
            && !Path::new(file).exists()
        {
            anyhow::bail!("there is no database {url}: name the right one with --config or LICENSING__DATABASE__URL");
        }
        Self::open(settings)
    }

    fn context(&self) -> Context {
        Context { actor: Actor::operator(), now: Clock::System.now(), ids: self.ids.clone() }
    }
}

/// Tells every fault of the settings; this is bad use.
pub fn settings_faults(faults: &[Fault]) -> ExitCode {
    tell(&format!("licensing: the settings have {}:", words::some(faults.len(), "fault")));
    for fault in faults {
        tell(&format!("  {fault}"));
    }
    ExitCode::from(2)
}

/// Tells what went wrong, if anything did, and gives the exit code.
pub fn finish(result: anyhow::Result<Ending>) -> ExitCode {
    match result {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Failed) => ExitCode::FAILURE,
        Ok(Ending::Attention) => ExitCode::from(3),
        Err(error) => {
            if !is_closed_pipe(&error) {
                tell(&format!("licensing: {}", told(&error)));
            }
            ExitCode::FAILURE
        }
    }
}

/// Whether the reader of our output has gone, as `head` does: nothing more can be told.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The error with what lies behind it; here, unlike at the API, the reader runs the service and may see it all.
fn told(error: &anyhow::Error) -> String {
    let behind = match error.downcast_ref::<actions::Error>() {
        Some(actions::Error::Broken(why) | actions::Error::Unavailable(why)) => why.clone(),
        Some(actions::Error::Invalid(faults)) => {
            faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect::<Vec<_>>().join("; ")
        }
        _ => return format!("{error:#}"),
    };
    format!("{error:#}: {behind}")
}

fn tell(text: &str) {
    // Whoever closed standard error does not want to be told.
    let _ = writeln!(std::io::stderr(), "{text}");
}
