//! `openapi`: the description of the API, for programs that are to speak to it.

use std::io::Write;

use super::Ending;
use crate::http;

/// Print the description of the API (OpenAPI 3.1, JSON)
///
/// Example: licensing openapi > openapi.json
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {}

pub(super) fn run(out: &mut dyn Write) -> anyhow::Result<Ending> {
    writeln!(out, "{}", http::openapi().to_pretty_json()?)?;
    Ok(Ending::Done)
}
