//! A file that is coming in: written to a temporary name and hashed as it comes, gone again if it is not kept.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::domain::event::hex;

/// A file that is coming in.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    temporary: Temporary,
    sha: Sha256,
}

/// A file whose bytes and their hash are complete, not yet under its final name.
#[derive(Debug)]
pub struct AtRest {
    file: File,
    temporary: Temporary,
    sha256: String,
}

/// A temporary file; it goes with the value unless it was renamed.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // Renamed is gone as well; what cannot be removed now is removed when it is a day old.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Incoming {
    pub(super) fn begin(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(format!("{}.part", uuid::Uuid::new_v4()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        Ok(Self { file, temporary: Temporary(path), sha: Sha256::new() })
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// If the disk says no.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), super::Error> {
        self.sha.update(piece);
        Ok(self.file.write_all(piece)?)
    }

    /// Nothing more comes.
    #[must_use]
    pub fn end(self) -> AtRest {
        AtRest { file: self.file, temporary: self.temporary, sha256: hex(&self.sha.finalize()) }
    }
}

impl AtRest {
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The name that it lies under until it is kept.
    pub(super) fn name(&self) -> String {
        self.temporary.0.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The bytes, to be read again from their start.
    ///
    /// # Errors
    /// If the disk says no.
    pub fn read(&self) -> std::io::Result<File> {
        File::open(&self.temporary.0)
    }

    /// The bytes are on the disk before the name is, and a file of that name holds these same bytes.
    pub(super) fn rename(self, to: &Path) -> std::io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.temporary.0, to)
    }
}
