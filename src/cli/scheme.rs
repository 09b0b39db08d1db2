//! Checks a scheme file before a council works by it.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;

use super::{Ending, words};
use crate::domain::calendar::london::written_out;
use crate::domain::scheme::{Condition, Scheme};
use crate::scheme_file;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Report every fault of a scheme file with its line, or sum up what it says
    ///
    /// Nothing is stored. A change of a scheme in use needs a new version number in the file.
    #[command(after_help = "Example:\n  licensing scheme check config/schemes/stockton-2024.toml\n\n\
        Exit codes: 0 no faults, 1 faults, 2 bad use.")]
    Check {
        /// The scheme file
        file: PathBuf,
    },
}

pub(super) fn run(command: Command, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let Command::Check { file } = command;
    match scheme_file::open(&file) {
        Ok(opened) => {
            summary(&opened.scheme, out)?;
            Ok(Ending::Done)
        }
        Err(faults) => {
            for fault in &faults {
                writeln!(out, "{fault}")?;
            }
            writeln!(out, "{}", words::some(faults.len(), "fault"))?;
            Ok(Ending::Failed)
        }
    }
}

fn summary(scheme: &Scheme, out: &mut dyn Write) -> std::io::Result<()> {
    let in_force = &scheme.designation;
    writeln!(out, "no faults")?;
    writeln!(out, "\nScheme {} of {}", scheme.version_name(), scheme.council.name)?;
    let (starts, ends) = (written_out(in_force.starts_on), written_out(in_force.ends_on));
    writeln!(out, "In force from {starts} to {ends}, licences of at most {} years", scheme.licence_max_years)?;
    writeln!(out, "\nAreas ({} addresses or streets listed):", scheme.addresses.len())?;
    for area in &scheme.areas {
        let others = area.other_names.join(", ");
        let others = if others.is_empty() { others } else { format!(" (also: {others})") };
        writeln!(out, "  {:<20} {}{others}", area.code, area.name)?;
    }
    writeln!(out, "\nConditions:")?;
    for condition in &scheme.conditions {
        writeln!(
            out,
            "  {:<6} {:<14} {:<20} {}",
            condition.number,
            condition.kind.spelling(),
            days(condition),
            condition.title
        )?;
    }
    writeln!(out, "\nDates that are watched without a demand:")?;
    for owed in &scheme.obligations {
        let rungs = owed.ladder.rungs().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let breach = if owed.proposes_breach { "; a breach is proposed" } else { "" };
        writeln!(out, "  {}: reminders on days {rungs} from the date{breach}", owed.kind.title())?;
    }
    Ok(())
}

fn days(condition: &Condition) -> String {
    match (condition.response_days, condition.period_months) {
        (Some(days), _) => format!("{days} days of demand"),
        (None, Some(months)) => format!("every {months} months"),
        (None, None) => "no demand".to_owned(),
    }
}
