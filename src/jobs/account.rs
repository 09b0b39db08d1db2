//! What a run of the check did, in the shape and order in which a dry run foretells it, so that the two can be compared.

use std::collections::BTreeMap;

use super::check::Planned;
use crate::actions::{Error, Rules};
use crate::app::App;
use crate::domain::breach::Breach;
use crate::domain::id::{CheckId, ItemId, ObligationId};
use crate::domain::reminder::{Reminder, ReminderState, SubjectKind};
use crate::storage::page::Page;
use crate::storage::{Conn, breaches, demands, licences, obligations, reminders};

/// Everything that a run did.
///
/// # Errors
/// Whatever the database says.
pub fn of_run(app: &App, check: CheckId) -> Result<Vec<Planned>, Error> {
    app.db.read(|db| {
        let called = reminders::of_check(db, check)?;
        let mut done = called.into_iter().map(reminded).collect::<Vec<_>>();
        let filter = breaches::Filter { check: Some(check), ..breaches::Filter::default() };
        let mut page = Page { after: None, limit: 1_000 };
        loop {
            let listed = breaches::list(db, &filter, &page)?;
            done.extend(proposed(db, &app.rules, &listed.rows)?);
            page.after = listed.next;
            if page.after.is_none() {
                break;
            }
        }
        done.sort();
        Ok(done)
    })
}

fn reminded(reminder: Reminder) -> Planned {
    Planned {
        subject_kind: reminder.subject_kind,
        subject_id: reminder.subject_id,
        due_on: reminder.due_on,
        action: match reminder.state {
            ReminderState::Called => "remind",
            ReminderState::Superseded => "supersede",
        },
        rung: Some(reminder.rung),
        recipient_id: Some(reminder.recipient_id.to_string()),
        title: reminder.title,
        reference: reminder.reference,
    }
}

fn proposed(db: &mut Conn, rules: &Rules, found: &[Breach]) -> Result<Vec<Planned>, Error> {
    let asked = found.iter().filter_map(|breach| breach.item_id).collect::<Vec<_>>();
    let items = demands::named_items(db, &asked)?;
    found.iter().map(|breach| one(db, rules, &items, breach)).collect()
}

fn one(
    db: &mut Conn,
    rules: &Rules,
    items: &BTreeMap<ItemId, (String, String)>,
    breach: &Breach,
) -> Result<Planned, Error> {
    let (subject_kind, subject_id, (title, reference)) = match (breach.item_id, breach.obligation_id) {
        (Some(item), _) => (SubjectKind::Item, item.to_string(), items.get(&item).cloned().unwrap_or_default()),
        (None, Some(owed)) => (SubjectKind::Obligation, owed.to_string(), obligation(db, rules, breach, owed)?),
        (None, None) => return Err(Error::Broken(format!("the breach {} is of nothing", breach.reference))),
    };
    Ok(Planned {
        subject_kind,
        subject_id,
        due_on: breach.due_on,
        action: "propose_breach",
        rung: None,
        recipient_id: None,
        title,
        reference,
    })
}

fn obligation(db: &mut Conn, rules: &Rules, breach: &Breach, id: ObligationId) -> Result<(String, String), Error> {
    let licence = licences::find(db, breach.licence_id)?.ok_or(Error::NotFound)?;
    let scheme = rules.of(&licence)?;
    let condition = breach.condition.as_deref().and_then(|number| scheme.condition(number));
    let title = match condition {
        Some(condition) => condition.title.clone(),
        None => obligations::find(db, id)?.ok_or(Error::NotFound)?.kind.title().to_owned(),
    };
    Ok((title, licence.number))
}
