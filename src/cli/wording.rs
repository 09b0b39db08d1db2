//! The council's own wording of letters: templates to begin with, and a check of them.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;

use super::{Ending, words};
use crate::mail::letters::Wording;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Write the templates that the program ships into a folder, to be changed there
    ///
    /// Keep only those that you change: the others follow the program. No file that is there is written over.
    #[command(after_help = "Example:\n  licensing wording export config/letters")]
    Export {
        /// The folder; it is made if it is not there
        folder: PathBuf,
    },
    /// Report every fault of a council's own templates with its line
    ///
    /// Every letter is written with them: what asks for a value that a letter does not have is a fault, and so is one
    /// that leaves out a fact which the shipped wording gives, or that cannot be printed.
    #[command(after_help = "Example:\n  licensing wording check config/letters\n\n\
        Exit codes: 0 no faults, 1 faults, 2 bad use.")]
    Check {
        /// The folder that mail.wording names
        folder: PathBuf,
    },
}

pub(super) fn run(command: &Command, out: &mut dyn Write) -> anyhow::Result<Ending> {
    match command {
        Command::Export { folder } => {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            for (name, source) in Wording::templates() {
                let file = folder.join(name);
                let mut new = OpenOptions::new().write(true).create_new(true).open(&file);
                let written =
                    new.as_mut().map_err(|error| error.kind().into()).and_then(|new| new.write_all(source.as_bytes()));
                written.with_context(|| format!("{} cannot be written", file.display()))?;
            }
            writeln!(out, "{} written to {}", words::some(Wording::templates().len(), "template"), folder.display())?;
            Ok(Ending::Done)
        }
        Command::Check { folder } => match Wording::read(folder) {
            Ok(_) => {
                writeln!(out, "no faults")?;
                Ok(Ending::Done)
            }
            Err(faults) => {
                for fault in &faults {
                    writeln!(out, "{fault}")?;
                }
                writeln!(out, "{}", words::some(faults.len(), "fault"))?;
                Ok(Ending::Failed)
            }
        },
    }
}
