//! The council's own wording of letters: templates to begin with, and a check of them.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Subcommand;
use printing::Typesetter;

use super::{Ending, words};
use crate::mail::letters::{Wording, WordingFault};
use crate::mail::paper;

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
    /// Print every letter with made-up records, to be looked at
    ///
    /// One PDF for each letter and each thing that it may say, as it would come out of the printer.
    #[command(after_help = "Examples:\n  licensing wording preview specimens\n  \
        licensing wording preview specimens --wording config/letters")]
    Preview {
        /// The folder for the PDFs; it is made if it is not there
        folder: PathBuf,
        /// The folder with the council's own templates; without it, the letters are those that the program ships
        #[arg(long, value_name = "FOLDER")]
        wording: Option<PathBuf>,
    },
}

/// The day on which specimens are dated.
const SPECIMENS_ON: Option<NaiveDate> = NaiveDate::from_ymd_opt(2025, 1, 22);

pub(super) fn run(command: &Command, typesetter: &dyn Typesetter, out: &mut dyn Write) -> anyhow::Result<Ending> {
    match command {
        Command::Export { folder } => {
            std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
            for (name, source) in Wording::templates() {
                write_new(&folder.join(name), source.as_bytes())?;
            }
            writeln!(out, "{} written to {}", words::some(Wording::templates().len(), "template"), folder.display())?;
            Ok(Ending::Done)
        }
        Command::Check { folder } => match Wording::read(folder) {
            Ok(_) => {
                writeln!(out, "no faults")?;
                Ok(Ending::Done)
            }
            Err(faults) => tell(&faults, out),
        },
        Command::Preview { folder, wording } => match wording.as_deref().map_or_else(Wording::shipped, Wording::read) {
            Ok(wording) => preview(&wording, folder, typesetter, out),
            Err(faults) => tell(&faults, out),
        },
    }
}

fn preview(
    wording: &Wording,
    folder: &Path,
    typesetter: &dyn Typesetter,
    out: &mut dyn Write,
) -> anyhow::Result<Ending> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let specimens = wording.specimens()?;
    let on = SPECIMENS_ON.context("specimens have no day")?;
    let mut seen = BTreeMap::<&str, u32>::new();
    for letter in &specimens {
        let code = letter.template_version.split('/').next().unwrap_or_default();
        let number = seen.entry(code).and_modify(|number| *number += 1).or_insert(1);
        let printed =
            paper::specimen(typesetter, letter, on, &["Mr A Khan", "12 High Street", "Exampleton", "EX1 1EX"])?;
        write_new(&folder.join(format!("{code}-{number}.pdf")), &printed.bytes)?;
    }
    writeln!(out, "{} printed to {}", words::some(specimens.len(), "specimen"), folder.display())?;
    Ok(Ending::Done)
}

fn write_new(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut new = OpenOptions::new().write(true).create_new(true).open(file);
    let written = new.as_mut().map_err(|error| error.kind().into()).and_then(|new| new.write_all(bytes));
    written.with_context(|| format!("{} cannot be written", file.display()))
}

fn tell(faults: &[WordingFault], out: &mut dyn Write) -> anyhow::Result<Ending> {
    for fault in faults {
        writeln!(out, "{fault}")?;
    }
    writeln!(out, "{}", words::some(faults.len(), "fault"))?;
    Ok(Ending::Failed)
}
