//! Pages of a list: a key to go on from instead of an offset, so that the thousandth page costs what the first does.

/// Which page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The identifier after which it begins; `None` for the first.
    pub after: Option<String>,
    /// How many at most.
    pub limit: usize,
}

/// A page, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// The identifier to ask for the next page with; `None` on the last.
    pub next: Option<String>,
}

impl Page {
    /// One more than fits, to know whether there is another page.
    pub(super) fn fetch(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX - 1) + 1
    }

    /// Cuts what was fetched to the page.
    pub(super) fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Listed<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = if more { rows.last().map(key) } else { None };
        Listed { rows, next }
    }
}

/// A search text as a pattern: lower case, its own wildcards taken literally.
pub(super) fn pattern(text: &str) -> String {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
