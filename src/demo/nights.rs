//! The nights from the committee's day on: the nightly check, the post, and what the officers decide in the mornings.

use chrono::NaiveDate;

use super::office::Office;
use super::story::{Day, Story};
use crate::actions::{Error, Expected, breaches};
use crate::domain::breach::BreachState;
use crate::jobs::{check, post};
use crate::storage::breaches as breach_table;
use crate::storage::checks::{Check, StartedBy};
use crate::storage::page::Page;

/// A night and the day after it.
pub(super) struct Lived {
    /// The run of the check.
    pub(super) check: Check,
    /// What the day brought, the night's letters among it.
    pub(super) day: Day,
}

/// The morning on which a breach is confirmed.
const CONFIRMED: (i32, u32, u32) = (2025, 1, 24);
/// The morning on which one is dismissed.
const DISMISSED: (i32, u32, u32) = (2025, 2, 6);

/// Lives through one night and the day after it.
///
/// # Errors
/// Whatever the database says.
pub(super) fn live(office: &Office, story: &mut Story, on: NaiveDate) -> anyhow::Result<Lived> {
    let app = &office.app;
    app.clock.advance_to(crate::domain::calendar::london::instant_at(on, app.settings.check.at));
    let run = check::Run { night: on, started_by: StartedBy::Demo, clock_is_right: false };
    let check = check::run(app, run, &|_| {})?;
    let sent = post::round(app)?;
    office.wait_until(on, 9, 30);
    let decided = decide(office, on)?;
    let mut day = story.live(office, on)?;
    day.emails += sent.accepted;
    day.paper += sent.printed;
    day.done.splice(0..0, decided);
    Ok(Lived { check, day })
}

/// The calendar only proposes: an officer decides.
fn decide(office: &Office, on: NaiveDate) -> anyhow::Result<Option<String>> {
    let (confirm, dismiss) = (on == super::day(CONFIRMED)?, on == super::day(DISMISSED)?);
    if !confirm && !dismiss {
        return Ok(None);
    }
    let cx = office.officer(0);
    let said = office.app.db.write(|tx| {
        let filter = breach_table::Filter { state: Some(BreachState::Proposed), ..Default::default() };
        let proposed = breach_table::list(tx, &filter, &Page { after: None, limit: 500 })?.rows;
        let of_item = proposed.into_iter().filter(|breach| breach.item_id.is_some());
        let Some(breach) = of_item.min_by(|one, other| one.reference.cmp(&other.reference)) else { return Ok(None) };
        let expected = Expected(breach.revision);
        let decided = if confirm {
            let reason = "Served, in force, no answer and no excuse offered by telephone.";
            let evidence = Some("note of the call; the demand and its proof of service".to_owned());
            breaches::confirm(tx, &cx, breach.id, expected, reason, evidence)?
        } else {
            let reason = "It had been handed in at the counter on the last day: receipt seen.";
            breaches::dismiss(tx, &cx, breach.id, expected, reason)?
        };
        let condition = decided.condition.unwrap_or_default();
        Ok::<_, Error>(Some(format!(
            "{}: breach of condition {condition} {} by an officer",
            decided.reference, decided.state
        )))
    })?;
    Ok(said)
}
