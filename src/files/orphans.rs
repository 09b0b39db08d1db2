//! What lies in the store and belongs to nothing: the rest of uploads that were cut off, and bytes that no row came to name.

use std::pin::Pin;
use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};
use futures_core::Stream as _;
use object_store::{ObjectMeta, ObjectStoreExt as _};

use super::{Error, Files, INCOMING, wait};

/// What is younger may still become part of an upload.
const AGE: TimeDelta = TimeDelta::hours(24);

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Temporary files.
    pub temporary: u64,
    /// Files that no row named.
    pub unnamed: u64,
}

impl Files {
    /// The hashes of everything that is kept, with the instant of its storing.
    ///
    /// # Errors
    /// If the store cannot be listed.
    pub fn all(&self) -> Result<Vec<(String, DateTime<Utc>)>, Error> {
        let found = self.listed()?.into_iter().filter(|one| !is_incoming(one));
        Ok(found.filter_map(|one| Some((one.location.filename()?.to_owned(), one.last_modified))).collect())
    }

    /// Removes what is older than a day and belongs to nothing. `is_named` says whether a row names a hash; `now` is the
    /// machine's own time, as the files have it.
    ///
    /// # Errors
    /// The first error of the store or of `is_named`; what is left is removed the next time.
    pub fn sweep<E: From<Error>>(
        &self,
        now: DateTime<Utc>,
        is_named: impl Fn(&str) -> Result<bool, E>,
    ) -> Result<Swept, E> {
        let mut swept = Swept { temporary: self.sweep_incoming(now - AGE)?, unnamed: 0 };
        for one in self.listed()?.into_iter().filter(|one| one.last_modified < now - AGE) {
            if is_incoming(&one) {
                self.remove(&one)?;
                swept.temporary += 1;
            } else if !is_named(one.location.filename().unwrap_or_default())?
                && self.is_still_unnamed(&one, &is_named)?
            {
                swept.unnamed += 1;
            }
        }
        Ok(swept)
    }

    /// What comes in to a bucket lies beside it, where the bucket does not list it.
    fn sweep_incoming(&self, before: DateTime<Utc>) -> Result<u64, Error> {
        let mut removed = 0;
        if self.in_bucket {
            for entry in std::fs::read_dir(self.root.join(INCOMING))? {
                let entry = entry?;
                if DateTime::<Utc>::from(entry.metadata()?.modified()?) < before {
                    std::fs::remove_file(entry.path())?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// Looks again while no upload can come between, then removes it.
    fn is_still_unnamed<E: From<Error>>(
        &self,
        one: &ObjectMeta,
        is_named: impl Fn(&str) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let _alone = self.keeping.write().unwrap_or_else(PoisonError::into_inner);
        let again = wait(self.store.head(&one.location))?.map_err(Error::from)?;
        // Stored anew by another process in the meantime: it is young.
        if again.last_modified != one.last_modified || is_named(one.location.filename().unwrap_or_default())? {
            return Ok(false);
        }
        self.remove(one)?;
        Ok(true)
    }

    fn remove(&self, one: &ObjectMeta) -> Result<(), Error> {
        Ok(wait(self.store.delete(&one.location))??)
    }

    /// Looks whether the store can be listed, without listing it.
    pub(super) fn is_there(&self) -> Result<(), Error> {
        let mut listing = self.store.list(None);
        let first = wait(std::future::poll_fn(|cx| Pin::new(&mut listing).poll_next(cx)))?;
        Ok(first.transpose().map(|_| ())?)
    }

    fn listed(&self) -> Result<Vec<ObjectMeta>, Error> {
        wait(async {
            let (mut listing, mut found) = (self.store.list(None), Vec::new());
            while let Some(one) = std::future::poll_fn(|cx| Pin::new(&mut listing).poll_next(cx)).await {
                found.push(one?);
            }
            Ok(found)
        })?
    }
}

fn is_incoming(one: &ObjectMeta) -> bool {
    one.location.parts().next().is_some_and(|part| part.as_ref() == INCOMING)
}
