//! Verifies the record of everything that happened, or writes it out for somebody else to verify.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::json;

use super::progress::Progress;
use super::{Ending, Store};
use crate::actions::audit::{self, Verdict};
use crate::storage::events::{self, Anchor};
use crate::storage::{Conn, Error};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Find any edit, deletion, insertion or reordering, and name the first bad event
    #[command(after_help = "Examples:\n  licensing audit verify\n  licensing audit verify --chain service\n\n\
        Exit codes: 0 all right, 1 something was changed, 2 bad use.")]
    Verify(Which),
    /// Write every event and anchor to a file, which can be verified without this service
    #[command(
        after_help = "Example:\n  licensing audit export audit.jsonl\n  python3 tests/verify_audit.py audit.jsonl"
    )]
    Export {
        /// The file to write; it must not exist
        file: PathBuf,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args, Debug)]
pub(super) struct Which {
    /// Look at one chain alone: "service", "case:" and a home's identifier, or "party:" and a person's
    #[arg(long, value_name = "NAME")]
    chain: Option<String>,
}

const PAGE: i64 = 2_000;

pub(super) fn run(store: &Store, command: &Command, out: &mut dyn Write) -> anyhow::Result<Ending> {
    match command {
        Command::Verify(which) => {
            let only = which.chain.as_deref();
            // One unchanging state: what is written meanwhile must not look like a fault.
            let verdict = store.db.snapshot(|db| verify(db, only))?;
            told(&verdict, only, out)
        }
        Command::Export { file, which } => export(store, file, which.chain.as_deref(), out),
    }
}

/// Verifies with progress; also used on a fresh backup.
pub(super) fn verify(db: &mut Conn, only: Option<&str>) -> Result<Verdict, crate::actions::Error> {
    let progress = Progress::start("verifying chains", None);
    audit::verify(db, only, |_| progress.step())
}

/// Tells the verdict; a chain that is not there is a fault too.
pub(super) fn told(verdict: &Verdict, only: Option<&str>, out: &mut dyn Write) -> anyhow::Result<Ending> {
    if let Some(fault) = &verdict.fault {
        writeln!(out, "FAULT: {} {}", fault.place, fault.what)?;
        return Ok(Ending::Failed);
    }
    if let (Some(only), 0) = (only, verdict.chains) {
        anyhow::bail!("there is no chain {only}: write service, case:ID or party:ID");
    }
    let Verdict { events, chains, anchors, .. } = verdict;
    writeln!(out, "{events} events in {chains} chains, {anchors} anchors: all right")?;
    Ok(Ending::Done)
}

fn export(store: &Store, file: &Path, only: Option<&str>, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let name = file.display();
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
    let made = made.with_context(|| format!("{name} cannot be made: name a new file in a folder that exists"))?;
    let mut lines = BufWriter::new(made);
    let written = store.db.snapshot(|db| everything(db, only, &mut lines)).and_then(|count| {
        let file = lines.into_inner().map_err(|error| ExportError::File(error.into_error()))?;
        file.sync_all().map_err(ExportError::File)?;
        Ok(count)
    });
    let (events, anchors) = written.with_context(|| format!("{name} is not complete: delete it"))?;
    writeln!(out, "{events} events and {anchors} anchors written to {name}")?;
    Ok(Ending::Done)
}

#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Storage(#[from] Error),
    #[error(transparent)]
    File(#[from] std::io::Error),
}

fn everything(db: &mut Conn, only: Option<&str>, lines: &mut dyn Write) -> Result<(u64, u64), ExportError> {
    let progress = Progress::start("writing chains", None);
    let (mut written, mut anchors) = (0, 0);
    let mut after = String::new();
    loop {
        let heads = events::heads(db, &after, PAGE)?;
        let Some((last, ..)) = heads.last() else { break };
        after.clone_from(last);
        for (chain, ..) in heads.iter().filter(|(chain, ..)| only.is_none_or(|only| only == chain)) {
            written += one_chain(db, chain, lines)?;
            progress.step();
        }
    }
    let mut number = 0;
    loop {
        let page = events::anchors_after(db, number, 50)?;
        let Some(last) = page.last() else { return Ok((written, anchors)) };
        number = last.number;
        for anchor in &page {
            writeln!(lines, "{}", anchor_line(anchor))?;
            anchors += 1;
        }
    }
}

fn one_chain(db: &mut Conn, chain: &str, lines: &mut dyn Write) -> Result<u64, ExportError> {
    let (mut seq, mut written) = (0, 0);
    loop {
        let page = events::of_chain(db, chain, seq, PAGE)?;
        let Some(last) = page.last() else { return Ok(written) };
        seq = last.seq;
        for event in &page {
            let line = json!({ "chain": event.chain, "seq": event.seq, "hash": event.hash, "body": event.body });
            writeln!(lines, "{line}")?;
            written += 1;
        }
    }
}

fn anchor_line(anchor: &Anchor) -> serde_json::Value {
    json!({
        "anchor": anchor.number, "on": anchor.night, "at": anchor.made_at, "before": anchor.before,
        "root": anchor.root, "count": anchor.count, "hash": anchor.hash, "leaves": anchor.leaves,
    })
}
