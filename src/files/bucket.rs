//! A bucket of S3, or of a store that speaks as S3 does, in the place of the folder.
//!
//! A file comes in on this machine's disk, and is sent to the bucket once its hash is known. The store answers only when the
//! bytes are safe with it, and compares them with a hash that goes along; then a row may name them.

use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use object_store::path::Path as Key;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload};

use super::Error;

/// What is smaller goes in one piece, and what is not in pieces of this size.
const PART: u64 = 8 << 20;

/// Opens the bucket that a URL such as `s3://bucket/folder` names. The variables that the tools of AWS know say the rest:
/// `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and `AWS_ENDPOINT` for another store than Amazon's.
#[cfg(feature = "s3")]
pub(super) fn open(url: &str) -> Result<Arc<dyn ObjectStore>, Error> {
    use std::time::Duration;

    use object_store::RetryConfig;
    use object_store::aws::{AmazonS3Builder, Checksum};
    use object_store::client::SpawnedReqwestConnector;
    use object_store::prefix::PrefixStore;

    let (bucket, folder) =
        url.trim_start_matches("s3://").split_once('/').unwrap_or((url.trim_start_matches("s3://"), ""));
    // The first to come decides for the whole process, and mail wants the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Somebody waits while this is tried again.
    let retry = RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() };
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_checksum_algorithm(Checksum::SHA256)
        .with_retry(retry)
        .with_http_connector(SpawnedReqwestConnector::new(connections()?))
        .build()?;
    Ok(Arc::new(PrefixStore::new(store, Key::from(folder))))
}

#[cfg(not(feature = "s3"))]
pub(super) fn open(url: &str) -> Result<Arc<dyn ObjectStore>, Error> {
    let why = format!("{url} is a bucket, and this program was built without the feature \"s3\"");
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, why).into())
}

/// A thread that keeps the connections to the bucket. They outlive whoever asked first.
#[cfg(feature = "s3")]
fn connections() -> std::io::Result<tokio::runtime::Handle> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new()
        .name("bucket".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}

/// Sends a file. Whole or not at all: what was sent in pieces has no name before the last has come.
pub(super) async fn put(store: &dyn ObjectStore, key: &Key, mut file: File) -> Result<(), Error> {
    let first = part(&mut file)?;
    if u64::try_from(first.len()).unwrap_or_default() < PART {
        store.put(key, first.into()).await?;
        return Ok(());
    }
    let mut upload = store.put_multipart(key).await?;
    let sent = put_parts(&mut *upload, first, file).await;
    if sent.is_err()
        && let Err(error) = upload.abort().await
    {
        tracing::warn!(%error, "the pieces of an upload that failed could not be removed from the bucket");
    }
    sent
}

async fn put_parts(upload: &mut dyn MultipartUpload, first: Vec<u8>, mut file: File) -> Result<(), Error> {
    let mut next = first;
    while !next.is_empty() {
        upload.put_part(PutPayload::from(next)).await?;
        next = part(&mut file)?;
    }
    upload.complete().await?;
    Ok(())
}

fn part(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(PART).read_to_end(&mut bytes)?;
    Ok(bytes)
}
