//! What becomes of files after they came in: malware is looked for, and what belongs to nothing is removed.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::actions::{Error, documents as actions};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::document::{Document, ScanState};
use crate::files;
use crate::scan::{Clamd, NoVerdict};
use crate::storage::{documents, stored};

/// How often files that wait are scanned again.
const ROUND: Duration = Duration::from_secs(600);
/// How often the store is swept.
const SWEEP: Duration = Duration::from_secs(86_400);
/// How many waiting files are read at a time.
const PAGE: i64 = 100;

/// What a round over the waiting files came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Files with a verdict now.
    pub judged: u64,
    /// Files that still wait.
    pub waiting: u64,
}

/// Scans and sweeps until the sender of `stop` goes away. Failures are logged, and tried again at the next round.
pub fn keep(app: &Arc<App>, stop: &Receiver<()>) {
    let mut swept: Option<Instant> = None;
    loop {
        if let Err(error) = scan_waiting(app) {
            tracing::error!(%error, "the files that wait could not be scanned");
        }
        if swept.is_none_or(|at| at.elapsed() >= SWEEP) {
            swept = Some(Instant::now());
            if let Err(error) = sweep(app, app.clock.now()) {
                tracing::error!(%error, "the store of files could not be swept");
            }
        }
        match stop.recv_timeout(ROUND) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Scans every file that waits, oldest first; those from before there was a scanner, too. Nothing if there is none.
///
/// # Errors
/// Whatever the database says.
pub fn scan_waiting(app: &App) -> Result<Round, Error> {
    let mut round = Round::default();
    let mut after = None;
    while app.settings.scan.clamd.is_some() {
        let waiting = app.db.read(|db| documents::waiting(db, after, PAGE))?;
        let Some(last) = waiting.last() else { break };
        after = Some(last.id);
        for document in &waiting {
            match scan(app, document)? {
                Scanned::Judged => round.judged += 1,
                Scanned::Waits => round.waiting += 1,
                Scanned::Down => {
                    round.waiting += 1;
                    return Ok(round);
                }
            }
        }
    }
    Ok(round)
}

/// What came of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// It is clean or infected.
    Judged,
    /// It still waits.
    Waits,
    /// It still waits, and so would any other.
    Down,
}

/// Has one file scanned.
///
/// # Errors
/// Whatever the database says.
pub fn scan(app: &App, document: &Document) -> Result<Scanned, Error> {
    let scan = &app.settings.scan;
    let Some(address) = scan.clamd.clone() else { return Ok(Scanned::Waits) };
    let clamd = Clamd { address, timeout: Duration::from_secs(scan.timeout_seconds) };
    let verdict = match app.files.read(&document.sha256) {
        Ok(bytes) => clamd.scan(bytes),
        Err(error) => Err(NoVerdict::Undecided(error.to_string())),
    };
    let cx = app.context(Actor::system());
    let why = match verdict {
        Ok(verdict) => {
            app.db.write(|tx| actions::scanned(tx, &cx, document.id, &verdict))?;
            return Ok(Scanned::Judged);
        }
        Err(why) => why,
    };
    tracing::warn!(document = %document.id, %why, "a file still waits for the malware scanner");
    if document.state == ScanState::Pending {
        app.db.write(|tx| actions::still_waiting(tx, &cx, document.received_at, &why.to_string()))?;
    }
    Ok(if matches!(why, NoVerdict::Down(..)) { Scanned::Down } else { Scanned::Waits })
}

/// Removes temporary files and bytes that no row names, if they are older than a day by that clock.
///
/// # Errors
/// [`Error::Broken`] with what the store says, or whatever the database says.
pub fn sweep(app: &App, now: DateTime<Utc>) -> Result<files::Swept, Error> {
    let swept = app.files.sweep(now, |sha256| Ok::<_, SweepError>(app.db.read(|db| stored::is_named(db, sha256))?));
    let swept = swept.map_err(|error| Error::Broken(error.to_string()))?;
    if swept != files::Swept::default() {
        tracing::info!(swept.temporary, swept.unnamed, "removed what belonged to nothing");
    }
    Ok(swept)
}

#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error(transparent)]
    Files(#[from] files::Error),
    #[error(transparent)]
    Storage(#[from] crate::storage::Error),
}
