//! The address of the database, which holds a password.

use std::fmt;

/// Which database a URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// The embedded one.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// The address of the database. Printed, it shows neither the password nor anything after a question mark.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    kind: DatabaseKind,
    url: String,
}

impl DatabaseUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is for neither database, or names none. The message holds nothing of the address but its scheme.
    pub fn parse(url: &str) -> Result<Self, String> {
        let form = "write sqlite://FILE, or postgres://USER:PASSWORD@HOST/NAME";
        let (scheme, rest) =
            url.trim().split_once("://").ok_or_else(|| format!("is not the address of a database; {form}"))?;
        let kind = match scheme {
            "sqlite" => DatabaseKind::Sqlite,
            "postgres" | "postgresql" => DatabaseKind::Postgres,
            other => {
                return Err(format!("{other:?} is not a database this service knows; {form}"));
            }
        };
        if rest.is_empty() {
            return Err(format!("names no database; {form}"));
        }
        Ok(Self { kind, url: url.trim().to_owned() })
    }

    /// Which database it is.
    #[must_use]
    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// The whole address with its password, for the one place that connects.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.url
    }

    /// The file of an embedded database.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&str> {
        self.url.strip_prefix("sqlite://")
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, _) = self.url.split_once('?').unwrap_or((&self.url, ""));
        match (self.kind, before.split_once("://"), before.rsplit_once('@')) {
            (DatabaseKind::Postgres, Some((scheme, rest)), Some((_, host))) => {
                let user = rest.split([':', '@']).next().unwrap_or_default();
                write!(f, "{scheme}://{user}:[secret]@{host}")
            }
            (DatabaseKind::Sqlite | DatabaseKind::Postgres, _, _) => f.write_str(before),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
