//! The files that people sent in, what went with letters, and the letters that were printed together: every one read again and its hash compared, and copied beside a backup.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;

use anyhow::Context as _;
use clap::Subcommand;
use sha2::{Digest as _, Sha256};

use super::progress::Progress;
use super::{Ending, Store, words};
use crate::domain::event::hex;
use crate::files::{self, Files};
use crate::storage::{self, Conn, stored};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Read every file that was sent in, and compare it with the hash that was recorded when it came
    ///
    /// `audit verify` proves that the recorded hashes are the first ones; this proves that the files are still theirs.
    #[command(after_help = "Exit codes: 0 all right, 1 a file is missing or was changed, 2 bad use.")]
    Verify,
}

pub(super) fn run(store: &Store, files: &Files, command: &Command, out: &mut dyn Write) -> anyhow::Result<Ending> {
    match command {
        Command::Verify => {
            let progress = Progress::start("reading files", None);
            let (mut right, mut wrong) = (0_usize, 0_usize);
            let every = store.db.read(every_hash)?;
            for sha256 in every {
                progress.step();
                match hash(files, &sha256) {
                    Ok(found) if found == sha256 => right += 1,
                    Ok(found) => {
                        wrong += 1;
                        writeln!(out, "FAULT: {sha256} was changed: its bytes have the hash {found} now")?;
                    }
                    Err(error) => {
                        wrong += 1;
                        writeln!(out, "FAULT: {sha256} cannot be read: {error}")?;
                    }
                }
            }
            writeln!(out, "{} as they came", words::some(right, "file"))?;
            Ok(if wrong == 0 { Ending::Done } else { Ending::Failed })
        }
    }
}

/// Copies every file that the copy of the database names into `folder`, comparing hashes on the way. Says how many.
pub(super) fn copy(files: &Files, copied: &Path, folder: &Path) -> anyhow::Result<usize> {
    let every = storage::Db::read_copy(copied, every_hash)?;
    let progress = Progress::start("copying files", None);
    let into = Files::folder(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    for sha256 in &every {
        progress.step();
        let mut incoming = into.begin()?;
        let mut bytes = files.read(sha256).with_context(|| format!("the file {sha256} cannot be read"))?;
        let mut part = vec![0; 1 << 20];
        loop {
            let count = bytes.read(&mut part).with_context(|| format!("the file {sha256} cannot be read"))?;
            let Some(read) = part.get(..count).filter(|read| !read.is_empty()) else { break };
            incoming.write(read)?;
        }
        let done = incoming.end();
        if done.sha256() != sha256 {
            anyhow::bail!(
                "the file {sha256} was changed: run `licensing documents verify` and look for an older backup"
            );
        }
        into.keep(done)?;
    }
    Ok(every.len())
}

fn every_hash(db: &mut Conn) -> Result<BTreeSet<String>, storage::Error> {
    stored::hashes(db)
}

fn hash(files: &Files, sha256: &str) -> Result<String, files::Error> {
    let (mut file, mut sha) = (files.read(sha256)?, Sha256::new());
    let mut part = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut part)?;
        let Some(read) = part.get(..count).filter(|read| !read.is_empty()) else { break };
        sha.update(read);
    }
    Ok(hex(&sha.finalize()))
}
