//! `demo`: three weeks of a made-up council, then the pages and the API to try.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use printing::Typesetter;

use super::Ending;
use crate::jobs::links;
use crate::{demo, http};

/// Show what the service does: three weeks of a made-up council, then the pages and the API to try
///
/// It makes a fresh embedded database with 925 made-up applications, lives through the nights from 22 January to
/// 12 February 2025, and prints what each night sent and proposed. The mails lie in the folder, one file each.
///
/// Example: licensing demo --no-serve
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// End after the story instead of serving
    #[arg(long)]
    no_serve: bool,
    /// Another number gives other made-up people and homes; the same number gives the same output
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Folder for the database and the mails; an older demonstration in it is replaced
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Address and port to serve on
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

pub(super) fn run(
    arguments: Arguments,
    typesetter: &'static dyn Typesetter,
    out: &mut dyn Write,
) -> anyhow::Result<Ending> {
    let usual = demo::Options::default();
    let options = demo::Options {
        folder: arguments.folder.unwrap_or(usual.folder),
        seed: arguments.seed.unwrap_or(usual.seed),
        listen: arguments.listen.or(usual.listen),
    };
    let (app, _token) = demo::run(options, typesetter, out)?;
    if arguments.no_serve {
        return Ok(Ending::Done);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| links::keep(&app));
        let served = http::serve(app.clone(), |address| {
            // Whoever closed standard output does not want to be told.
            let told =
                writeln!(out, "\nServing on http://{address} until you press Ctrl-C; see http://{address}/api/docs/");
            let _ = told.and_then(|()| out.flush());
        });
        app.bell.end();
        Ok(served.map(|()| Ending::Done)?)
    })
}
