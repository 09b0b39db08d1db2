//! Where files that are sent in lie, how much is taken, and who looks for malware in them.

use std::path::PathBuf;

use crate::domain::document::{Limits, Room};
use toml_reader::{Raw, Section, text, text_or_nothing, whole_number};

/// Where files that are sent in lie, and how much is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The folder, as a path or as file://PATH; or a bucket, as s3://BUCKET/FOLDER.
    pub url: String,
    /// The folder by way of which files come in to a bucket.
    pub incoming: PathBuf,
    /// The most that a file may have.
    pub limits: Limits,
    /// How much may be kept of one home in a while, and of one sender.
    pub room: Room,
    /// The slowest upload that is waited for, in bytes a second.
    pub slowest_bytes_per_second: u64,
}

/// The malware scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Host and port of clamd; `None` if there is none.
    pub clamd: Option<String>,
    /// The longest wait for its answer, in seconds.
    pub timeout_seconds: u64,
}

pub(super) fn files(section: &Section<'_>) -> Option<Files> {
    let url = section.required("url", folder_or_bucket);
    let incoming = section.required("incoming", text);
    let bytes = section.required("max_bytes", whole_number(1_024..=104_857_600));
    let pixels = section.required("max_pixels", whole_number(1_000..=1_000_000_000));
    let files = section.required("per_home", whole_number(1..=10_000));
    let room = section.required("per_sender_bytes", whole_number(1_024..=1_099_511_627_776));
    let slowest = section.required("slowest_bytes_per_second", whole_number(1..=1_000_000_000));
    section.no_other_keys();
    Some(Files {
        url: url?,
        incoming: incoming?.into(),
        limits: Limits { bytes: bytes?, pixels: pixels? },
        room: Room { files: files?, bytes: room? },
        slowest_bytes_per_second: slowest?,
    })
}

pub(super) fn scan(section: &Section<'_>) -> Option<Scan> {
    let clamd = section.required("clamd", |raw| text_or_nothing(raw)?.map(host_and_port).transpose());
    let timeout_seconds = section.required("timeout_seconds", whole_number(1..=600));
    section.no_other_keys();
    Some(Scan { clamd: clamd?, timeout_seconds: timeout_seconds? })
}

fn folder_or_bucket(raw: &Raw<'_>) -> Result<String, String> {
    let text = text(raw)?;
    if text.starts_with("s3://") {
        let built = cfg!(feature = "s3");
        let advice = "is a bucket, and this program was built without them: build it with `--features s3`";
        return if built { Ok(text) } else { Err(format!("{text:?} {advice}")) };
    }
    let other = text.contains("://") && !text.starts_with("file://");
    if other { Err(format!("{text:?} is no folder; write one such as \"data/files\"")) } else { Ok(text) }
}

fn host_and_port(text: String) -> Result<String, String> {
    let fits = text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if fits { Ok(text) } else { Err(format!("{text:?} is not a host and port; write one such as \"127.0.0.1:3310\"")) }
}
