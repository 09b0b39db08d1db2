//! The bytes of what people send in, named by their SHA-256: `ab/cd/abcd...`. Nothing else ever names a file here.
//!
//! Bytes are safe before a row names them: temporary file, fsync, rename to the final name, fsync of the folder, then the row.
//! In a folder this is done by hand, because the name is known only when the last byte has passed and `object_store` wants it
//! first; what it stores under a name it reads, lists and deletes. A bucket takes the place of the folder once the hash is known
//! (see `bucket`). A failed fsync fails the upload and is not tried again: the
//! kernel may have dropped the pages and say "all right" the second time.

mod bucket;
mod incoming;
mod orphans;

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use futures_core::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, path::Path as Key};

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
    /// The folder. Of a bucket only what comes in lies here.
    root: PathBuf,
    in_bucket: bool,
    /// Held for reading from the rename to the row, for writing while something that no row names is removed.
    keeping: RwLock<()>,
}

/// Bytes as they come from the store.
pub type Stream = BoxStream<'static, object_store::Result<bytes::Bytes>>;

/// The folder of files that are still coming in.
const INCOMING: &str = "incoming";

impl Files {
    /// Opens the folder, which is made if it is not there, or the bucket; to this, files come in by way of the folder `incoming`.
    ///
    /// # Errors
    /// If a folder cannot be made or read, or the bucket cannot be looked into.
    pub fn open(url: &str, incoming: &Path) -> Result<Self, Error> {
        if !is_bucket(url) {
            return Self::folder(Path::new(url.strip_prefix("file://").unwrap_or(url)));
        }
        std::fs::create_dir_all(incoming.join(INCOMING))?;
        let (store, root) = (bucket::open(url)?, std::fs::canonicalize(incoming)?);
        let files = Self { store, root, in_bucket: true, keeping: RwLock::new(()) };
        files.is_there()?;
        Ok(files)
    }

    /// Opens a folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made or read.
    pub fn folder(root: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(root.join(INCOMING))?;
        let store = LocalFileSystem::new_with_prefix(root)?;
        let root = std::fs::canonicalize(root)?;
        Ok(Self { store: Arc::new(store), root, in_bucket: false, keeping: RwLock::new(()) })
    }

    /// Begins to take a file in.
    ///
    /// # Errors
    /// If the disk says no.
    pub fn begin(&self) -> Result<Incoming, Error> {
        Ok(Incoming::begin(&self.root.join(INCOMING))?)
    }

    /// Gives out a file that is not kept: nobody finds it any more, and it is gone with its last reader.
    ///
    /// # Errors
    /// If the disk says no.
    pub async fn give_out(&self, file: AtRest) -> Result<(u64, Stream), Error> {
        let folder = LocalFileSystem::new_with_prefix(self.root.join(INCOMING))?;
        let got = folder.get(&Key::from(file.name().as_str())).await?;
        Ok((got.meta.size, got.into_stream()))
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
        if self.in_bucket {
            return wait(bucket::put(&*self.store, &key(file.sha256()), file.read()?))?;
        }
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

    /// Where in the folder the bytes with that hash lie.
    fn path(&self, sha256: &str) -> PathBuf {
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
    pub fn read(&self, sha256: &str) -> Result<Box<dyn Read>, Error> {
        if self.in_bucket {
            let key = key(sha256);
            let whole = wait(async { self.store.get(&key).await?.bytes().await })??;
            return Ok(Box::new(std::io::Cursor::new(whole)));
        }
        Ok(Box::new(std::fs::File::open(self.path(sha256))?))
    }
}

/// Whether an address is that of a bucket.
#[must_use]
pub fn is_bucket(url: &str) -> bool {
    url.starts_with("s3://")
}

/// Runs what the store does on this thread, which may wait.
fn wait<T>(work: impl Future<Output = T>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(done)
}

/// The key of a hash; text that is no hash cannot lead out of the folder, because the key's parts are escaped.
fn key(sha256: &str) -> Key {
    let part = |range: Range<usize>| sha256.get(range).unwrap_or("00");
    Key::from_iter([part(0..2), part(2..4), sha256])
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}
