//! The programme of inspections: which home comes first and why, and what a night asks of officers.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::{Error, Rules, inspections, tasks};
use domain::calendar::london::{self, written_instant, written_out};
use domain::context::Context;
use domain::id::{InspectionId, PropertyId};
use domain::inspection::{Inspection, InspectionState, InspectionStep, Points, due_on, risk};
use domain::task::{Need, TaskKind};
use storage::inspection_programme::{ToInspect, to_inspect};
use storage::{self, Conn, Tx, inspections as table};

/// A home of the programme.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The home, and what is known of it.
    pub home: ToInspect,
    /// The last day for its inspection.
    pub due_on: NaiveDate,
    /// Its points in all.
    pub score: u32,
    /// Where they come from.
    pub points: Vec<Points>,
}

/// The place of an entry in the programme: the earliest last day first, then the highest score.
pub type Place = (NaiveDate, Reverse<u32>, PropertyId);

impl Entry {
    /// Its place.
    #[must_use]
    pub fn place(&self) -> Place {
        (self.due_on, Reverse(self.score), self.home.property_id)
    }
}

/// The homes that are to be inspected, in order; all of an area, and of a last day until `before`, if they are given.
///
/// # Errors
/// Whatever the database says.
pub fn programme(
    db: &mut Conn,
    rules: &Rules,
    today: NaiveDate,
    area: Option<&str>,
    before: Option<NaiveDate>,
) -> Result<Vec<Entry>, Error> {
    let weights = rules.current()?.inspections.risk;
    let mut entries = Vec::new();
    for home in to_inspect(db, today, area)? {
        let years = rules.version(&home.scheme.0, home.scheme.1)?.inspections.within_years;
        let due_on = due_on(home.days.0, home.days.1, years);
        let (score, points) = risk(&home.known, &weights);
        entries.push(Entry { home, due_on, score, points });
    }
    entries.retain(|entry| before.is_none_or(|day| entry.due_on <= day));
    entries.sort_by_key(Entry::place);
    Ok(entries)
}

/// Opens what inspections ask of officers on a night: visits that are over without a record, re-inspections whose day has come,
/// and work whose last day has passed.
///
/// # Errors
/// Whatever the database says.
pub fn call_by_calendar(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, night: NaiveDate) -> Result<(), Error> {
    let over_by = night.pred_opt().map_or(cx.now, london::end_of_day);
    for id in table::due(tx, over_by, night)? {
        let inspection = match table::find(tx, id) {
            Ok(found) => found.ok_or(Error::NotFound)?,
            // One row that cannot be read must not keep the others waiting.
            Err(storage::Error::Unreadable(why)) => {
                tasks::open(tx, cx, unreadable(id, &why.to_string()))?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        for need in needs(&inspection, night) {
            tasks::open(tx, cx, need)?;
        }
        let is_due = inspection.reinspect_on.is_some_and(|day| day <= night);
        if is_due && inspection.state == InspectionState::ImprovementPlan {
            inspections::enter(tx, cx, rules, inspection, InspectionStep::CallReinspection)?;
        }
    }
    Ok(())
}

fn unreadable(id: InspectionId, why: &str) -> Need {
    Need {
        kind: TaskKind::CheckFailed,
        key: id.to_string(),
        property_id: None,
        letter_id: None,
        title: format!("The nightly check could not look at the inspection {id}"),
        detail: format!("{why}. The check will try again each night; the other cases were not affected."),
    }
}

fn needs(inspection: &Inspection, night: NaiveDate) -> Vec<Need> {
    let (id, reference) = (inspection.id, &inspection.reference);
    let need = |kind, key: String, title: String, detail: String| Need {
        kind,
        key,
        property_id: Some(inspection.property_id),
        letter_id: None,
        title,
        detail,
    };
    let mut needs = Vec::new();
    if inspection.state.awaits_visit() && london::today(inspection.ends_at) < night {
        let title = format!("{reference}: record what the visit found");
        let ended = written_instant(inspection.ends_at);
        let detail =
            format!("The visit was to end on {ended}. Record it, record that there was no access, or move it.");
        needs.push(need(TaskKind::VisitUnrecorded, format!("{id} {}", inspection.visits.len()), title, detail));
    }
    let planned = inspection.state == InspectionState::ImprovementPlan;
    if let Some(day) = inspection.reinspect_on.filter(|day| planned && *day <= night) {
        let title = format!("{reference}: plan the re-inspection of {}", written_out(day));
        let detail = "Plan a visit and give notice of it, or close the inspection if all is done.".to_owned();
        needs.push(need(TaskKind::ReinspectionDue, format!("{id} {day}"), title, detail));
    }
    for (number, item) in inspection.open_items().filter(|(_, item)| item.due_on < night) {
        let title = format!("{reference}: item {number} was to be done by {}", written_out(item.due_on));
        let detail = format!("{} Record whether it is done, or give more time.", item.text);
        needs.push(need(TaskKind::WorkOverdue, format!("{id} {number} {}", item.due_on), title, detail));
    }
    needs
}
