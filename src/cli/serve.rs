//! `serve`: the API, the nightly check and the post in one process.

use std::io::Write;
use std::sync::{Arc, mpsc};

use super::Ending;
use crate::app::App;
use crate::http;
use crate::jobs::{files, links, schedule};

/// Run the service: the API, the nightly check at its London time, and the post each minute
///
/// It runs until it is told to stop (Ctrl-C). Nights that were missed are made up for at the start.
///
/// Example: licensing serve --config licensing.toml
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {}

pub(super) fn run(app: App, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let app = Arc::new(app);
    let at = app.settings.check.at.format("%H:%M");
    let (stop, stopped) = mpsc::channel();
    let (stop_files, files_stopped) = mpsc::channel();
    std::thread::scope(|scope| {
        let mut keepers = Vec::new();
        let served = http::serve(app.clone(), |address| {
            // Whoever closed standard output does not want to be told; nothing is checked or sent before the port is had.
            let _ = writeln!(out, "Listening on http://{address}; the API is described at http://{address}/api/docs/");
            let _ = writeln!(out, "The nightly check runs at {at} London time").and_then(|()| out.flush());
            let app = &app;
            keepers.push(scope.spawn(move || schedule::keep(app, &stopped)));
            // A slow scanner must not hold up the post, nor the post somebody who waits to sign in.
            keepers.push(scope.spawn(move || files::keep(app, &files_stopped)));
            keepers.push(scope.spawn(move || links::keep(app)));
        });
        app.bell.end();
        drop((stop, stop_files));
        let ended = keepers.into_iter().map(|keeper| keeper.join().is_ok()).collect::<Vec<_>>();
        if ended.contains(&false) {
            anyhow::bail!("the schedule met a fault of its own (see the log)");
        }
        Ok(served.map(|()| Ending::Done)?)
    })
}
