//! How often something is tried, which keeps flooding and guessing down.

use chrono::TimeDelta;

use super::Error;
use domain::context::Context;
use domain::sign_in::digest;
use storage::{Tx, sign_in as table};

/// Counts one more try of `what`, or refuses it when there were `most` within `window`, which begins with the first.
///
/// # Errors
/// [`Error::TooOften`] with the time until the window is over.
pub(crate) fn count(tx: &mut Tx<'_>, cx: &Context, window: TimeDelta, what: &str, most: i64) -> Result<(), Error> {
    let name = digest(what);
    let begun = table::tally(tx, &name)?.filter(|tally| cx.now < tally.since + window);
    let tally = begun.unwrap_or(table::Tally { name, since: cx.now, count: 0 });
    if tally.count >= most {
        let left = tally.since + window - cx.now;
        return Err(Error::TooOften(left.max(TimeDelta::minutes(1))));
    }
    Ok(table::put_tally(tx, &table::Tally { count: tally.count + 1, ..tally })?)
}
