//! The night's work on a batch of due dates: decide each, queue what it calls for, propose breaches; nothing twice.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use serde_json::{Value, json};

use super::{Error, Rules, letters as post, tasks};
use domain::breach::{Breach, Proposal};
use domain::context::Context;
use domain::event::{Chain, Change, Event, Happening};
use domain::id::{CheckId, ItemId, Key, LetterId, ObligationId, PartyId, ReminderId, Spelled};
use domain::letter::{Letter, LetterKind, Matter};
use domain::reminder::{Call, Reminder, ReminderState, SubjectKind, Watched, demand_letter};
use domain::scheme::{Ladder, LetterCode};
use domain::task::{Need, TaskKind};
use storage::reminders::{Due, Looked};
use storage::{Conn, Tx, events, letters, parties, reminders, schemes};

/// What a due date calls for on a night, and why.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The due date.
    pub due: Due,
    /// What it calls for.
    pub call: Call,
    /// The letter's code, if something is sent.
    pub code: LetterCode,
    /// What the line of the letter names.
    pub title: String,
    /// Whether the licence was in force when it mattered; nothing is sent or proposed otherwise.
    pub licence_in_force: bool,
    /// Whether an answer in time waits for an officer; if it is rejected, the reminders go on where they stopped.
    pub waits: bool,
}

/// How much a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Due dates looked at.
    pub looked_at: i64,
    /// Reminders called for.
    pub reminders: i64,
    /// Missed rungs that were overtaken.
    pub superseded: i64,
    /// Breaches proposed.
    pub breaches: i64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.looked_at += more.looked_at;
        self.reminders += more.reminders;
        self.superseded += more.superseded;
        self.breaches += more.breaches;
    }
}

/// Decides what due dates call for: reads, and changes nothing.
///
/// # Errors
/// Whatever the database says; an unreadable row is an error of the whole batch.
pub fn decide(
    db: &mut Conn,
    rules: &Rules,
    kind: SubjectKind,
    ids: &[String],
    night: NaiveDate,
) -> Result<Vec<Decision>, Error> {
    let due = reminders::load(db, kind, ids, night)?;
    due.into_iter().map(|due| judge(rules, due, night)).collect()
}

fn judge(rules: &Rules, due: Due, night: NaiveDate) -> Result<Decision, Error> {
    let scheme = rules.version(&due.scheme.0, due.scheme.1)?;
    let titled = |number: &Option<String>| {
        number.as_deref().and_then(|number| scheme.condition(number)).map(|condition| condition.title.clone())
    };
    let (ladder, code, proposes, title): (&Ladder, Option<LetterCode>, bool, String) = match due.obligation {
        None => (scheme.ladder_for_demand(due.condition.as_deref().unwrap_or_default()), None, true, due.title.clone()),
        Some(kind) => {
            let rule = scheme.obligation(kind).ok_or_else(|| Error::Broken(format!("the scheme has no {kind}")))?;
            let title = titled(&due.condition).unwrap_or_else(|| kind.title().to_owned());
            (&rule.ladder, Some(rule.letter), rule.proposes_breach, title)
        }
    };
    let licence_in_force = in_force(&due, night.min(due.due_on));
    let answered_in_time = due.answered_on.is_some_and(|on| on <= due.due_on);
    let watched = Watched {
        due_on: due.due_on,
        called_through: due.called_through,
        ladder,
        proposes_breach: proposes && licence_in_force,
        breach_proposed: due.breach_proposed,
        under_review: due.under_review,
        answered_in_time,
        waiting_until: due.waiting_until,
    };
    let mut call = watched.call(night);
    if !licence_in_force {
        let starts_on = Some(due.licence_days.0).filter(|start| *start > night);
        call = Call { send: None, superseded: Vec::new(), breach: false, next_call_on: starts_on };
    } else if answered_in_time && due.obligation.is_some() {
        // Nothing wakes an obligation whose record is rejected, so it is looked at each night until an officer has decided.
        call.next_call_on = night.succ_opt();
    }
    let code = code.unwrap_or_else(|| demand_letter(call.send.unwrap_or_default()));
    let waits = answered_in_time && licence_in_force;
    Ok(Decision { due, call, code, title, licence_in_force, waits })
}

fn in_force(due: &Due, day: NaiveDate) -> bool {
    due.licence_days.0 <= day && day <= due.licence_days.1 && due.licence_ended_on.is_none_or(|end| day < end)
}

/// Acts on a batch in one transaction: letters, reminders, breaches, events and the next look.
///
/// # Errors
/// Whatever the database says; nothing of the batch is stored then.
pub fn act(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    check: CheckId,
    kind: SubjectKind,
    ids: &[String],
    night: NaiveDate,
) -> Result<Tally, Error> {
    let decisions = decide(tx, rules, kind, ids, night)?;
    let sent_to = letters_for(tx, cx, &decisions, night)?;
    let mut batch = Batch { night, check, looked: Vec::new(), called: Vec::new(), events: Vec::new() };
    for decision in &decisions {
        batch.take(cx, decision, &sent_to);
    }
    let proposed = propose(tx, cx, check, &decisions, night)?;
    let tally = batch.tally(proposed.len());
    let found = proposed.iter().map(|change| change.entity().clone()).collect::<Vec<_>>();
    reminders::store(tx, &batch.looked, &batch.called, &found)?;
    let told = batch.events.iter().chain(proposed.iter().map(Change::event)).collect::<Vec<_>>();
    events::append(tx, &told)?;
    let demanded = |decision: &&Decision| decision.due.subject_kind == SubjectKind::Item;
    for decision in decisions.iter().filter(demanded).filter(|decision| !decision.licence_in_force) {
        tasks::open(tx, cx, not_in_force(decision))?;
    }
    Ok(tally)
}

/// The digest that each recipient of this batch gets tonight: one that nobody has begun to send, or a new one.
fn letters_for(
    tx: &mut Tx<'_>,
    cx: &Context,
    decisions: &[Decision],
    night: NaiveDate,
) -> Result<BTreeMap<PartyId, LetterId>, Error> {
    let sending = decisions.iter().filter(|decision| decision.call.send.is_some());
    let people = sending.flat_map(|decision| decision.due.recipients.iter().copied());
    let people = people.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let mut sent_to = BTreeMap::new();
    let mut parts: BTreeMap<PartyId, i32> = BTreeMap::new();
    for there in letters::on_day(tx, LetterKind::Digest, night, &people)? {
        let last = parts.entry(there.recipient).or_default();
        *last = (*last).max(there.part);
        if let Some(untouched) = there.untouched {
            sent_to.insert(there.recipient, untouched);
        }
    }
    let missing = people.into_iter().filter(|party| !sent_to.contains_key(party)).collect::<Vec<_>>();
    let consents = parties::consents_of(tx, &missing)?;
    let mut queued = Vec::with_capacity(missing.len());
    for party in parties::find_all(tx, &missing)? {
        let held = consents.iter().rev().find(|consent| consent.party_id == party.id && consent.holds_at(cx.now));
        let (channel, address) = post::channel(&party, held);
        let matter = Matter {
            kind: LetterKind::Digest,
            recipient_id: party.id,
            part: parts.get(&party.id).copied().unwrap_or_default() + 1,
            recipient_name: party.name,
            address,
            channel,
            dated_on: night,
            property_id: None,
            demand: None,
            facts: Value::Null,
        };
        let letter = Letter::queue(cx, matter);
        sent_to.insert(party.id, letter.entity().id);
        queued.push(letter);
    }
    letters::insert(tx, &queued)?;
    Ok(sent_to)
}

struct Batch {
    night: NaiveDate,
    check: CheckId,
    looked: Vec<Looked>,
    called: Vec<Reminder>,
    events: Vec<Event>,
}

impl Batch {
    fn take(&mut self, cx: &Context, decision: &Decision, sent_to: &BTreeMap<PartyId, LetterId>) {
        let due = &decision.due;
        self.looked.push(Looked {
            subject_kind: due.subject_kind,
            subject_id: due.subject_id,
            next_call_on: decision.call.next_call_on,
            // A night of the past, checked by hand, does not undo what later nights dealt with.
            called_through: if decision.waits { due.called_through } else { due.called_through.max(self.night) },
            breach_proposed: due.breach_proposed || decision.call.breach,
        });
        for recipient in &due.recipients {
            for rung in &decision.call.superseded {
                self.called.push(self.reminder(decision, *recipient, *rung, None));
            }
            if let (Some(rung), Some(letter)) = (decision.call.send, sent_to.get(recipient)) {
                self.called.push(self.reminder(decision, *recipient, rung, Some(*letter)));
            }
        }
        if decision.call.send.is_some() || !decision.call.superseded.is_empty() {
            let facts = json!({
                "rung": decision.call.send, "superseded": decision.call.superseded, "due_on": due.due_on,
                "code": decision.code, "to": due.recipients, "check": self.check,
            });
            let chain = Chain::Case(due.property_id);
            self.events.push(Event::new(cx, chain, Happening::ReminderCalled, &Subject(due.subject_id), facts));
        }
    }

    fn reminder(&self, decision: &Decision, to: PartyId, rung: i32, letter: Option<LetterId>) -> Reminder {
        let due = &decision.due;
        let state = if letter.is_some() { ReminderState::Called } else { ReminderState::Superseded };
        let name = format!("reminder {} {rung} {} {to}", due.subject_id.as_str(), due.due_on);
        Reminder {
            id: ReminderId(Key::derived(&name)),
            subject_kind: due.subject_kind,
            subject_id: due.subject_id.as_str().to_owned(),
            property_id: due.property_id,
            recipient_id: to,
            rung,
            due_on: due.due_on,
            code: decision.code,
            state,
            letter_id: letter,
            title: decision.title.clone(),
            reference: due.reference.clone(),
            called_on: self.night,
            check_id: self.check,
        }
    }

    fn tally(&self, breaches: usize) -> Tally {
        let count = |state| self.called.iter().filter(|reminder| reminder.state == state).count();
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Tally {
            looked_at: number(self.looked.len()),
            reminders: number(count(ReminderState::Called)),
            superseded: number(count(ReminderState::Superseded)),
            breaches: number(breaches),
        }
    }
}

struct Subject(Key);

impl Spelled for Subject {
    fn as_str(&self) -> &str {
        self.0.as_str()
    }
    fn read(text: &str) -> Option<Self> {
        Key::read(text).map(Self)
    }
}

fn propose(
    tx: &mut Tx<'_>,
    cx: &Context,
    check: CheckId,
    decisions: &[Decision],
    night: NaiveDate,
) -> Result<Vec<Change<Breach>>, Error> {
    let wanted = decisions.iter().filter(|decision| decision.call.breach).collect::<Vec<_>>();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let count = i64::try_from(wanted.len()).unwrap_or(i64::MAX);
    let first = schemes::next_numbers(tx, &format!("BR/{}", night.year()), count)?;
    let mut proposed = Vec::with_capacity(wanted.len());
    for (number, decision) in (first..).zip(wanted) {
        let due = &decision.due;
        let item = due.subject_kind == SubjectKind::Item;
        let proposal = Proposal {
            reference: schemes::reference("BR", night.year(), number),
            licence_id: due.licence_id,
            property_id: due.property_id,
            area_code: due.area_code.clone(),
            condition: due.condition.clone(),
            item_id: item.then_some(ItemId(due.subject_id)),
            obligation_id: (!item).then_some(ObligationId(due.subject_id)),
            due_on: due.due_on,
            proposed_on: night,
            check_id: check,
        };
        proposed.push(Breach::propose(cx, proposal)?);
    }
    Ok(proposed)
}

fn not_in_force(decision: &Decision) -> Need {
    let due = &decision.due;
    Need {
        kind: TaskKind::LicenceNotInForce,
        key: due.subject_id.as_str().to_owned(),
        property_id: Some(due.property_id),
        letter_id: None,
        title: format!("{}: the licence was not in force; withdraw what was demanded under it", due.reference),
        detail: format!(
            "{} was due on {}. No reminder is sent and no breach is proposed, because the licence did not bind its holder then.",
            decision.title, due.due_on
        ),
    }
}
