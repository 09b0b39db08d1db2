//! The bytes of what people send in, named by their SHA-256: `ab/cd/abcd...`. Nothing else ever names a file here.
//!
//! Bytes are safe before a row names them: temporary file, fsync, rename to the final name, fsync of the folder, then the row.
//! In a folder this is done by hand, because the name is known only when the last byte has passed and `object_store` wants it
//! first; what it stores under a name it reads, lists and deletes. A failed fsync fails the upload and is not tried again: the
//! kernel may have dropped the pages and say "all right" the second time.

mod incoming;
mod orphans;

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use futures_core::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::{GetOptions, GetRange, ObjectStore, path::Path as Key};

pub use incoming::{AtRest, Incoming};
pub use orphans::Swept;

/// Why bytes cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk or the bucket says no.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The store says no.
    #[error(transparent)]
    Store(#[from] object_store::Error),
}

impl Error {
    /// Whether there is no room left on the disk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        use std::io::ErrorKind as K;
        matches!(self, Self::Io(error) if matches!(error.kind(), K::StorageFull | K::QuotaExceeded | K::FileTooLarge))
    }
}

/// Where the bytes lie.
#[derive(Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    root: PathBuf,
    /// Held for reading from the rename to the row, for writing while something that no row names is removed.
    keeping: RwLock<()>,
}

/// Bytes as they come from the store.
pub type Stream = BoxStream<'static, object_store::Result<bytes::Bytes>>;

/// The folder of files that are still coming in.
const INCOMING: &str = "incoming";

impl Files {
    /// Opens the folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made or read, or the address is none of a folder.
    pub fn open(url: &str) -> Result<Self, Error> {
        let root = PathBuf::from(url.strip_prefix("file://").unwrap_or(url));
        std::fs::create_dir_all(root.join(INCOMING))?;
        let store = LocalFileSystem::new_with_prefix(&root)?;
        Ok(Self { store: Arc::new(store), root: std::fs::canonicalize(root)?, keeping: RwLock::new(()) })
    }

    /// Begins to take a file in.
    ///
    /// # Errors
    /// If the disk says no.
    pub fn begin(&self) -> Result<Incoming, Error> {
        Ok(Incoming::begin(&self.root.join(INCOMING))?)
    }

    /// While this is held, nothing is removed: take it before [`Files::keep`], drop it when the row is there.
    pub fn hold(&self) -> RwLockReadGuard<'_, ()> {
        self.keeping.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a file that is at rest under its final name, durably.
    ///
    /// # Errors
    /// If the disk says no; then no row may name it.
    pub fn keep(&self, file: AtRest) -> Result<(), Error> {
        let name = self.path(file.sha256());
        let folder = name.parent().unwrap_or(&self.root);
        self.make(folder)?;
        file.rename(&name)?;
        Ok(sync_folder(folder)?)
    }

    /// Makes both levels of folders, each name of which is on the disk before anything lies in it.
    fn make(&self, folder: &Path) -> std::io::Result<()> {
        let first = folder.parent().unwrap_or(&self.root);
        for (new, above) in [(first, self.root.as_path()), (folder, first)] {
            match std::fs::create_dir(new) {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
                // Whoever made it may not have come to this yet.
                Ok(()) | Err(_) => sync_folder(above)?,
            }
        }
        Ok(())
    }

    /// Where the bytes with that hash lie, for a backup.
    #[must_use]
    pub fn path(&self, sha256: &str) -> PathBuf {
        self.root.join(key(sha256).as_ref())
    }

    /// The bytes, or a range of them.
    ///
    /// # Errors
    /// If they are not there or cannot be read.
    pub async fn stream(&self, sha256: &str, range: Option<Range<u64>>) -> Result<Stream, Error> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        Ok(self.store.get_opts(&key(sha256), options).await?.into_stream())
    }

    /// The bytes for a program that waits for them.
    ///
    /// # Errors
    /// If they are not there or cannot be read.
    pub fn read(&self, sha256: &str) -> Result<impl Read + use<>, Error> {
        Ok(std::fs::File::open(self.path(sha256))?)
    }
}

/// The key of a hash; text that is no hash cannot lead out of the folder, because the key's parts are escaped.
fn key(sha256: &str) -> Key {
    let part = |range: Range<usize>| sha256.get(range).unwrap_or("00");
    Key::from_iter([part(0..2), part(2..4), sha256])
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}
