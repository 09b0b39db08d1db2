//! Copies the embedded database while the service runs, and proves the copy.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use sha2::{Digest as _, Sha256};

use super::progress::Progress;
use super::{Ending, Store, audit, documents, words};
use crate::domain::event::hex;
use crate::files::Files;
use crate::storage::{Db, letters};

/// Copy the database and the files that people sent in while the service runs, and verify the copy
///
/// The copy is one consistent state; the files that it names go into the folder DEST.files. It holds personal data: keep it as safely as the service itself.
///
/// To restore it, stop the service, put the copy in the place of the database and the files in the place of files.url, and start again. A copy is marked: a service
/// on it sends no mail until `licensing mail release`, because what waits in it may have been sent since. PostgreSQL is backed up with its own tools; say
/// `licensing mail hold` on what you restore before a service runs on it.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  licensing backup /backups/licensing-2025-01-22.sqlite")]
pub(super) struct Arguments {
    /// The file to write; it must not exist
    #[arg(value_name = "DEST")]
    to: PathBuf,
}

pub(super) fn run(store: &Store, files: &Files, arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let (to, name) = (&arguments.to, arguments.to.display());
    // SQLite fills an empty file; making it here keeps an older backup, and keeps others on this machine from reading it.
    make(to).with_context(|| format!("{name} cannot be made: name a new file, an old backup is never overwritten"))?;
    if let Err(error) = copy(store, to) {
        if let Err(left) = std::fs::remove_file(to) {
            tracing::warn!(%left, "an incomplete backup could not be removed");
        }
        return Err(error.context(format!("no backup was written to {name}")));
    }
    let verdict = Db::read_copy(to, |db| audit::verify(db, None))?;
    let (bytes, digest) = digest(to).with_context(|| format!("{name} cannot be read back"))?;
    writeln!(out, "{name}: {bytes} bytes")?;
    writeln!(out, "SHA-256 {digest}")?;
    let folder = files_beside(to);
    let count = documents::copy(files, to, &folder)?;
    writeln!(out, "{}: {}, each compared with its hash", folder.display(), words::some(count, "file"))?;
    write!(out, "The copy, opened and verified: ")?;
    audit::told(&verdict, None, out)
}

/// The folder of files that belongs to a copy of the database.
fn files_beside(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".files");
    name.into()
}

fn make(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn copy(store: &Store, to: &Path) -> anyhow::Result<()> {
    let _progress = Progress::start("copying the database", None);
    store.db.backup(to)?;
    // What waits to be sent waits in the original, too, and would go twice.
    Db::change_copy(to, |tx| letters::hold(tx, true))?;
    Ok(settle(to)?)
}

/// Makes sure that the copy and its name are on the disk.
fn settle(file: &Path) -> std::io::Result<()> {
    File::open(file)?.sync_all()?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn digest(file: &Path) -> std::io::Result<(u64, String)> {
    let progress = Progress::start("reading the copy back (MB)", None);
    let (mut file, mut sha, mut bytes) = (File::open(file)?, Sha256::new(), 0_u64);
    let mut part = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut part)?;
        let Some(read) = part.get(..count).filter(|read| !read.is_empty()) else { break };
        sha.update(read);
        bytes += u64::try_from(count).unwrap_or_default();
        progress.reach(bytes >> 20);
    }
    Ok((bytes, hex(&sha.finalize())))
}
