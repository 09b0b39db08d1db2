//! The rules that a council works by: its scheme in every version that a licence carries, and the bank holidays.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::Error;
use domain::calendar::{BankHolidays, ServicePolicy};
use domain::context::Context;
use domain::event::{Chain, Event, Happening, hex};
use domain::id::Spelled;
use domain::licence::Licence;
use domain::scheme::Scheme;
use domain::scheme_file;
use storage::{Tx, events, schemes};

/// The rules that are in use.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Bank holidays of England and Wales.
    pub holidays: BankHolidays,
    versions: BTreeMap<(String, i32), Scheme>,
    current: (String, i32),
}

/// Why a scheme cannot be taken into use.
#[derive(Debug, thiserror::Error)]
pub enum SchemeFault {
    /// The same version with other content.
    #[error("{0} is in use with other content, and licences rest on it: give the changed scheme a new version number")]
    SameVersion(String),
    /// A version that was in use cannot be read any more.
    #[error("{name}, which licences rest on, cannot be read: {faults}")]
    Unreadable {
        /// Which version.
        name: String,
        /// What is wrong with it.
        faults: String,
    },
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] Error),
}

struct Name<'a>(&'a str);

impl Spelled for Name<'_> {
    fn as_str(&self) -> &str {
        self.0
    }
    fn read(_: &str) -> Option<Self> {
        None
    }
}

impl storage::Retry for SchemeFault {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_conflict())
    }
}

impl From<storage::Error> for SchemeFault {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl Rules {
    /// Takes a scheme into use, next to every version that is on record.
    ///
    /// # Errors
    /// A [`SchemeFault`] if its version is on record with other content, or an older one cannot be read.
    pub fn take_into_use(
        tx: &mut Tx<'_>,
        cx: &Context,
        scheme: &Scheme,
        texts: (&str, &str),
        holidays: &BankHolidays,
    ) -> Result<Self, SchemeFault> {
        let current = (scheme.code.clone(), i32::try_from(scheme.version).unwrap_or(i32::MAX));
        let digest = digest(texts);
        let mut versions = BTreeMap::new();
        for stored in schemes::all(tx)? {
            let name = format!("{}/{}", stored.code, stored.version);
            if (&stored.code, stored.version) == (&current.0, current.1) && stored.digest != digest {
                return Err(SchemeFault::SameVersion(name));
            }
            let read = scheme_file::read(&name, &stored.scheme_text, |_| Ok(stored.address_text.clone()));
            let scheme = read.map_err(|faults| {
                let faults = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                SchemeFault::Unreadable { name, faults }
            })?;
            versions.insert((stored.code, stored.version), scheme);
        }
        if !versions.contains_key(&current) {
            let stored = schemes::Stored {
                code: current.0.clone(),
                version: current.1,
                digest: digest.clone(),
                scheme_text: texts.0.to_owned(),
                address_text: texts.1.to_owned(),
                loaded_at: cx.now,
            };
            schemes::insert(tx, &stored)?;
            let facts = serde_json::json!({ "version": scheme.version_name(), "digest": digest });
            let name = scheme.version_name();
            events::append(tx, &[&Event::new(cx, Chain::Service, Happening::SchemeLoaded, &Name(&name), facts)])?;
            versions.insert(current.clone(), scheme.clone());
        }
        Ok(Self { holidays: holidays.clone(), versions, current })
    }

    /// The scheme that new licences are granted under.
    ///
    /// # Errors
    /// Never, once it was taken into use.
    pub fn current(&self) -> Result<&Scheme, Error> {
        self.version(&self.current.0, self.current.1)
    }

    /// A version of a scheme.
    ///
    /// # Errors
    /// [`Error::Broken`] if no such version was ever in use here.
    pub fn version(&self, code: &str, version: i32) -> Result<&Scheme, Error> {
        let found = self.versions.get(&(code.to_owned(), version));
        found.ok_or_else(|| Error::Broken(format!("no version {version} of the scheme {code} is on record")))
    }

    /// The scheme as it was when this licence was granted.
    ///
    /// # Errors
    /// As [`Rules::version`].
    pub fn of(&self, licence: &Licence) -> Result<&Scheme, Error> {
        self.version(&licence.scheme_code, licence.scheme_version)
    }

    /// Every version, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = &Scheme> {
        self.versions.values()
    }
}

/// What a scheme settles about service.
#[must_use]
pub fn service_policy(scheme: &Scheme) -> ServicePolicy {
    ServicePolicy { post_rule: scheme.policy.post_rule, email_cutoff: scheme.policy.email_cut_off }
}

fn digest((scheme, addresses): (&str, &str)) -> String {
    let mut sha = Sha256::new();
    sha.update(scheme.as_bytes());
    sha.update([0]);
    sha.update(addresses.as_bytes());
    hex(&sha.finalize())
}
