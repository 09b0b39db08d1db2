//! The benchmark: what a night costs, and how many requests a second, each beside the bare database doing the same.
//!
//! `cargo bench -- all --write docs/benchmarks.md` measures everything in half an hour and keeps the table; `cargo bench`
//! alone takes a minute.

mod bare;
mod bare_server;
mod client;
mod machine;
mod night;
mod place;
mod rates;
mod seed;
mod statement;
mod table;
mod targets;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use selective_licensing::clock::Clock;

use place::Kind;
use table::Report;

#[derive(Parser)]
#[command(about = "Measures the nightly check and the requests per second")]
struct Command {
    #[command(subcommand)]
    what: Option<What>,
    /// Given by cargo.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum What {
    /// One night.
    Night(Night),
    /// Requests per second.
    Rates(Rates),
    /// Everything, with the targets.
    All(All),
    /// One measurement in a process of its own.
    #[command(hide = true)]
    Alone(Alone),
}

#[derive(Args)]
struct Night {
    /// Open items.
    #[arg(long, default_value_t = 100_000)]
    open: i64,
    /// Items that are due; one in a hundred if nothing is said.
    #[arg(long)]
    due: Option<i64>,
    /// Only this database.
    #[arg(long)]
    database: Option<Kind>,
    /// How often each is measured; the fastest counts.
    #[arg(long, default_value_t = 3)]
    times: u32,
}

#[derive(Args)]
struct Rates {
    /// Demands in the database.
    #[arg(long, default_value_t = 2_000_000)]
    demands: i64,
    /// Seconds for each measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Only this database.
    #[arg(long)]
    database: Option<Kind>,
}

#[derive(Args)]
struct All {
    /// Where to keep the table.
    #[arg(long)]
    write: Option<PathBuf>,
    /// The day to name in it; the machine's if nothing is said.
    #[arg(long)]
    date: Option<NaiveDate>,
}

#[derive(Args)]
struct Alone {
    url: String,
    /// The database in which the same night was already done: do its statements instead of the night.
    #[arg(long)]
    like: Option<String>,
}

fn main() -> anyhow::Result<()> {
    // Cargo starts it in the folder of the program's manifest; paths that are typed are meant from the project's root.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
    let command = Command::parse();
    if let Some(What::Alone(alone)) = &command.what {
        return night::alone(&alone.url, alone.like.as_deref());
    }
    let mut report = Report::default();
    match command.what {
        Some(What::Night(wanted)) => {
            let due = wanted.due.unwrap_or(wanted.open / 100);
            for kind in kinds(wanted.database) {
                report.nights.extend(night::measure(kind, wanted.open, due, wanted.times)?);
            }
        }
        Some(What::Rates(wanted)) => {
            for kind in kinds(wanted.database) {
                report.rates.extend(rates::measure(kind, wanted.demands, wanted.seconds)?);
            }
        }
        Some(What::All(wanted)) => {
            everything(&mut report)?;
            if let Some(path) = wanted.write {
                let date = wanted.date.unwrap_or_else(|| Clock::System.now().date_naive());
                std::fs::write(path, report.document(&machine::describe(date)))?;
            }
        }
        _ => {
            for kind in kinds(None) {
                report.nights.extend(night::measure(kind, 20_000, 2_000, 1)?);
                report.rates.extend(rates::measure(kind, 20_000, 2)?);
            }
        }
    }
    print!("{}", report.text());
    Ok(())
}

fn everything(report: &mut Report) -> anyhow::Result<()> {
    for kind in kinds(None) {
        // The largest take as long to copy as all the others together.
        for (open, due, times) in [
            (100_000, 1_000, 3),
            (100_000, 10_000, 3),
            (1_000_000, 10_000, 3),
            (4_000_000, 10_000, 2),
            (4_000_000, 40_000, 2),
        ] {
            report.nights.extend(night::measure(kind, open, due, times)?);
        }
        report.rates.extend(rates::measure(kind, 2_000_000, 10)?);
    }
    machine::tell("done");
    Ok(())
}

/// The databases to measure: PostgreSQL only where a server is named or can be started.
fn kinds(only: Option<Kind>) -> Vec<Kind> {
    let all = only.map_or_else(|| vec![Kind::Sqlite, Kind::Postgres], |kind| vec![kind]);
    all.into_iter().filter(|kind| place::is_there(*kind)).collect()
}
