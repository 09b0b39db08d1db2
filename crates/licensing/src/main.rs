//! The `licensing` command.

use std::process::ExitCode;

use clap::Parser as _;
use pdf::Typst;
use selective_licensing::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let settings = match cli.settings() {
        Ok(settings) => settings,
        Err(faults) => return cli::settings_faults(&faults),
    };
    if let Some(settings) = &settings {
        cli::log::start(&settings.log);
    }
    cli::finish(cli.run(settings, &Typst, &mut std::io::stdout().lock()))
}
