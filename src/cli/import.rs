//! Takes in applications from a council's file, and reports every row that cannot be.

use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use sha2::{Digest as _, Sha256};

use super::progress::Progress;
use super::{Ending, words};
use crate::actions::import::{self as actions, Imported, NotImported, RowFault};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::calendar::london;
use crate::domain::event::hex;
use spreadsheet::{ApplicationRow, MAX_BYTES, Sheet, read};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Applications(Arguments),
}

/// Import applications from a .csv or .xlsx file
///
/// The columns are found by their headings. If any row is wrong, every fault is listed with its row and column and nothing
/// is stored. The same file imported again adds nothing.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  licensing import applications applications-january.xlsx\n  \
    licensing import applications form-export.csv --partial\n\n\
    Exit codes: 0 done, 1 failed and nothing stored, 2 bad use, 3 stored except for the rows that are listed.")]
pub(super) struct Arguments {
    /// The file, as the council's form or spreadsheet gives it
    file: PathBuf,
    /// Store the good rows even if others are wrong
    #[arg(long)]
    partial: bool,
}

/// What is wrong with a row, in one line that begins with its number.
type Faults = Vec<String>;

pub(super) fn run(app: &App, command: &Command, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let Command::Applications(arguments) = command;
    let name = arguments.file.display().to_string();
    let bytes = bytes(&arguments.file).with_context(|| format!("{name} cannot be read"))?;
    let sheet = read(&bytes, &name).map_err(|fault| anyhow!(fault))?;
    ignored(&sheet, out)?;
    let (rows, mut faults) = sorted(&sheet, app);
    let digest = hex(&Sha256::digest(&bytes));
    let imported = if arguments.partial {
        Some(each(app, &digest, &rows, &mut faults)?)
    } else if faults.is_empty() {
        together(app, &digest, &rows, &mut faults)?
    } else {
        None
    };
    report(&name, sheet.row_count(), imported.as_ref(), &faults, out)?;
    Ok(match (&imported, faults.is_empty()) {
        (Some(_), true) => Ending::Done,
        (Some(_), false) => Ending::Attention,
        (None, _) => Ending::Failed,
    })
}

/// One byte more than is allowed is enough to know that there are too many.
fn bytes(file: &Path) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX - 1) + 1;
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn ignored(sheet: &Sheet, out: &mut dyn Write) -> std::io::Result<()> {
    for column in sheet.ignored() {
        match &column.instead {
            Some(instead) => writeln!(out, "The column \"{}\" is not read: \"{instead}\" is.", column.heading)?,
            None => writeln!(out, "The column \"{}\" is not known and is not read.", column.heading)?,
        }
    }
    Ok(())
}

fn sorted(sheet: &Sheet, app: &App) -> (Vec<ApplicationRow>, Faults) {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for read in sheet.applications(london::today(app.clock.now())) {
        match read {
            Ok(row) => rows.push(row),
            Err(bad) => faults.extend(bad.iter().map(ToString::to_string)),
        }
    }
    (rows, faults)
}

/// The whole file in one transaction: all or nothing.
fn together(app: &App, digest: &str, rows: &[ApplicationRow], faults: &mut Faults) -> anyhow::Result<Option<Imported>> {
    let progress = Progress::start("importing applications", u64::try_from(rows.len()).ok());
    let cx = app.context(Actor::operator());
    let stored = app.db.write(|tx| {
        progress.reach(0);
        let imported = actions::rows(tx, &cx, &app.rules, rows, || progress.step())?;
        actions::note(tx, &cx, digest, &imported)?;
        Ok(imported)
    });
    match stored {
        Ok(imported) => Ok(Some(imported)),
        Err(NotImported::Rows(bad)) => {
            faults.extend(bad.iter().map(ToString::to_string));
            Ok(None)
        }
        Err(NotImported::Failed(error)) => Err(error.into()),
    }
}

/// Each row in a transaction of its own: the good ones stay.
fn each(app: &App, digest: &str, rows: &[ApplicationRow], faults: &mut Faults) -> anyhow::Result<Imported> {
    let progress = Progress::start("importing applications", u64::try_from(rows.len()).ok());
    let cx = app.context(Actor::operator());
    let mut total = Imported::default();
    for row in rows {
        let alone = std::slice::from_ref(row);
        match app.db.write(|tx| actions::rows(tx, &cx, &app.rules, alone, || {})) {
            Ok(imported) => total.add(imported),
            Err(NotImported::Rows(bad)) => faults.extend(bad.iter().map(RowFault::to_string)),
            Err(NotImported::Failed(error)) => return Err(error.into()),
        }
        progress.step();
    }
    app.db.write(|tx| actions::note(tx, &cx, digest, &total))?;
    Ok(total)
}

fn report(
    name: &str,
    count: usize,
    imported: Option<&Imported>,
    faults: &[String],
    out: &mut dyn Write,
) -> std::io::Result<()> {
    if !faults.is_empty() {
        writeln!(out, "These rows are wrong:")?;
    }
    for fault in faults {
        writeln!(out, "  {fault}")?;
    }
    writeln!(out, "{} in {name}", words::some(count, "row"))?;
    match imported {
        Some(imported) => added(imported, out),
        None => writeln!(
            out,
            "Nothing was stored: correct the rows above and import the file again, or add --partial to store the others."
        ),
    }
}

fn added(imported: &Imported, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{} added, {} there already from an earlier import", imported.added(), imported.already)?;
    if imported.added() == 0 {
        writeln!(out, "Nothing new: the service is as it was.")?;
    }
    if imported.unsaid > 0 {
        writeln!(
            out,
            "{} count as submitted although the file does not say whether the declarations are signed",
            imported.unsaid
        )?;
    }
    listed("kept as drafts, because their declarations are not signed", &imported.drafts, out)?;
    listed("drafts of which something was paid: record it once they are sent", &imported.paid_drafts, out)?;
    listed("in no area of the scheme: allocate the homes by hand", &imported.unallocated, out)?;
    if !imported.without_address.is_empty() {
        writeln!(
            out,
            "No postal address, so nothing can be posted to them (the record says \"{}\"):",
            actions::NO_ADDRESS
        )?;
    }
    imported.without_address.iter().try_for_each(|(row, name)| writeln!(out, "  row {row}: {name}"))
}

fn listed(what: &str, rows: &[usize], out: &mut dyn Write) -> std::io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let numbers = rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    writeln!(out, "{} {what} (row {numbers})", rows.len())
}
