//! How far a long piece of work has come: a bar on a terminal, otherwise a plain line now and then, on standard error.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Between two plain lines.
const PAUSE: Duration = Duration::from_secs(5);

/// Progress of one piece of work.
pub(super) struct Progress {
    what: &'static str,
    total: Option<u64>,
    bar: Option<ProgressBar>,
    done: Cell<u64>,
    told: Cell<Instant>,
}

impl Progress {
    /// Begins to show it. `what` says what is done, such as "importing rows"; without a total, only a count is shown.
    #[must_use]
    pub(super) fn start(what: &'static str, total: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(what, total));
        let progress = Self { what, total, bar, done: Cell::new(0), told: Cell::new(Instant::now()) };
        if progress.bar.is_none() {
            line(&format!("{what} ..."));
        }
        progress
    }

    /// So many are done.
    pub(super) fn reach(&self, done: u64) {
        self.done.set(done);
        match &self.bar {
            Some(bar) => bar.set_position(done),
            None if self.told.get().elapsed() >= PAUSE => {
                self.told.set(Instant::now());
                let of = self.total.map(|total| format!(" of {total}")).unwrap_or_default();
                line(&format!("{}: {done}{of}", self.what));
            }
            None => {}
        }
    }

    /// One more is done.
    pub(super) fn step(&self) {
        self.reach(self.done.get() + 1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        match &self.bar {
            Some(bar) => bar.finish_and_clear(),
            None => line(&format!("{}: {} done", self.what, self.done.get())),
        }
    }
}

fn bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{msg} [{wide_bar}] {pos} of {len}"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg}: {pos}"),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(what)
}

fn line(text: &str) {
    // Whoever closed standard error does not want to be told.
    let _ = writeln!(std::io::stderr(), "{text}");
}
