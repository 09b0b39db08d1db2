//! Every date of a demand, with the rule that gave it, in words that can be read out to a tribunal.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::Args;

use super::{Ending, words};
use crate::actions::Error;
use crate::app::App;
use crate::domain::breach::{Breach, BreachState};
use crate::domain::calendar::london::{self, written_instant, written_out};
use crate::domain::calendar::{BankHolidays, Counted, actionable_from};
use crate::domain::demand::{Copy, Demand, Item, ServiceState};
use crate::domain::id::{DemandId, ItemId, LetterId, PartyId, Spelled as _};
use crate::domain::letter::Letter;
use crate::domain::licence::Licence;
use crate::domain::party::Party;
use crate::domain::property::Property;
use crate::domain::reminder::{Reminder, ReminderState};
use crate::storage::page::Page;
use crate::storage::{Conn, breaches, demands, letters, licences, parties, properties, reminders};

/// Explain every date of a demand: service, due dates, reminders, breach
///
/// For each date it says by which rule it was counted, from what, and whether counting it again today gives the same
/// day. The words can be read out as they are.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  licensing explain DEM/2025/00001")]
pub(super) struct Arguments {
    /// The demand's reference, such as DEM/2025/00001, or its identifier
    #[arg(value_name = "DEMAND")]
    demand: String,
}

/// Everything that is on record about a demand.
struct Case {
    demand: Demand,
    licence: Licence,
    home: Property,
    people: BTreeMap<PartyId, Party>,
    reminders: BTreeMap<ItemId, Vec<Reminder>>,
    letters: BTreeMap<LetterId, Letter>,
    breaches: Vec<Breach>,
}

pub(super) fn run(app: &App, arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let name = arguments.demand.trim();
    let case = app.db.snapshot(|db| case(db, name))?;
    let case = case.with_context(|| format!("there is no demand {name}: look at its letter for the reference"))?;
    let today = london::today(app.clock.now());
    cover(&case, today, out)?;
    writeln!(out, "\nSERVICE")?;
    for copy in &case.demand.recipients {
        service(&case, copy, out)?;
    }
    writeln!(out, "\nWHAT IS DEMANDED")?;
    for item in &case.demand.items {
        asked(&case, item, today, &app.rules.holidays, out)?;
    }
    Ok(Ending::Done)
}

fn case(db: &mut Conn, name: &str) -> Result<Option<Case>, Error> {
    let found = match DemandId::read(name) {
        Some(id) => demands::find(db, id)?,
        None => demands::find_reference(db, &name.to_uppercase())?,
    };
    let Some(demand) = found else { return Ok(None) };
    let licence = licences::find(db, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    let home = properties::find(db, demand.cover.property_id)?.ok_or(Error::NotFound)?;
    let mut called = BTreeMap::new();
    for item in &demand.items {
        called.insert(item.id, reminders::about(db, item.id.0)?);
    }
    let carried = called.values().flatten().filter_map(|reminder| reminder.letter_id);
    let carried = carried.collect::<std::collections::BTreeSet<_>>();
    let mut known = BTreeMap::new();
    for id in carried {
        known.extend(letters::find(db, id)?.map(|letter| (id, letter)));
    }
    let reminded = called.values().flatten().map(|reminder| reminder.recipient_id);
    let ids = demand.recipients.iter().map(|copy| copy.party_id).chain(reminded).collect::<Vec<_>>();
    let people = parties::find_all(db, &ids)?.into_iter().map(|party| (party.id, party)).collect();
    let filter = breaches::Filter { licence: Some(licence.id), ..breaches::Filter::default() };
    let breaches = breaches::list(db, &filter, &Page { after: None, limit: 1_000 })?.rows;
    Ok(Some(Case { demand, licence, home, people, reminders: called, letters: known, breaches }))
}

fn cover(case: &Case, today: NaiveDate, out: &mut dyn Write) -> std::io::Result<()> {
    let cover = &case.demand.cover;
    writeln!(out, "Demand {} under licence {}", cover.reference, case.licence.number)?;
    writeln!(out, "Home: {}", case.home.one_line())?;
    writeln!(out, "Made under: {}", cover.legal_basis)?;
    writeln!(out, "Drafted on {}.", written_instant(cover.drafted_at))?;
    match cover.issued_at {
        Some(at) => writeln!(out, "Issued on {}.", written_instant(at))?,
        None => writeln!(out, "Not issued.")?,
    }
    let reason = cover.reason.as_deref().map(|reason| format!(" Reason: {reason}.")).unwrap_or_default();
    writeln!(out, "As it stands on {}: {}.{reason}", written_out(today), words::prose(cover.state))
}

fn service(case: &Case, copy: &Copy, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "\n{} ({})", case.name(copy.party_id), words::prose(copy.capacity))?;
    if let (Some(method), Some(at)) = (copy.method, copy.dispatched_at) {
        let to = copy.address.as_deref().map(|to| format!(", to {to}")).unwrap_or_default();
        let (day, time) = (written_out(at.date()), at.format("%H:%M"));
        writeln!(out, "  Sent on {day} at {time} ({}){to}.", words::prose(method))?;
    }
    match (&copy.deemed_basis, copy.state) {
        (Some(deemed), ServiceState::Served) => {
            writeln!(out, "  Served on {}.", written_out(deemed.on()))?;
            counted("  ", deemed, out)?;
        }
        (_, ServiceState::Pending) => writeln!(out, "  Not sent yet, and so not served.")?,
        (_, ServiceState::Sent) => writeln!(out, "  Sent; service is not on record yet.")?,
        (_, ServiceState::Returned) => writeln!(out, "  It came back, and so is not served.")?,
        (None, ServiceState::Served) => writeln!(out, "  Served, but no day of service is on record.")?,
    }
    if let Some(reason) = &copy.return_reason {
        writeln!(out, "  Returned: {reason}.")?;
    }
    if let Some(evidence) = &copy.evidence {
        writeln!(out, "  Evidence: {evidence}.")?;
    }
    Ok(())
}

fn asked(
    case: &Case,
    item: &Item,
    today: NaiveDate,
    holidays: &BankHolidays,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(out, "\nCondition {}: {}, within {} days", item.condition, item.title, item.response_days)?;
    match &item.due_basis {
        Some(due) => {
            writeln!(out, "  Due on {}.", written_out(due.on()))?;
            counted("  ", due, out)?;
            actionable(item, due, holidays, out)?;
        }
        None => writeln!(out, "  No due date: the demand is not served on the licence holder.")?,
    }
    if let Some(until) = item.waiting_until {
        writeln!(out, "  An officer agreed to wait until {}; the due date stands.", written_out(until))?;
    }
    match item.answered_on {
        Some(on) => {
            let time = if item.is_answered_in_time() { "in time" } else { "after the due date" };
            writeln!(out, "  Answered on {}, {time}.", written_out(on))?;
        }
        None => writeln!(out, "  No answer is on record.")?,
    }
    if let Some(on) = item.closed_on {
        writeln!(out, "  Closed on {} as {}.", written_out(on), words::prose(item.state))?;
    }
    let standing = words::prose(item.standing(today));
    writeln!(out, "  How it stands on {}: {standing}.", written_out(today))?;
    reminded(case, item, out)?;
    case.breaches.iter().filter(|breach| breach.item_id == Some(item.id)).try_for_each(|breach| missed(breach, out))
}

fn actionable(item: &Item, due: &Counted, holidays: &BankHolidays, out: &mut dyn Write) -> std::io::Result<()> {
    let Some(from) = item.actionable_from else { return Ok(()) };
    writeln!(out, "  The council acts on a missed date from {}.", written_out(from))?;
    match actionable_from(due.on(), holidays) {
        Ok(again) if again.on() == from => counted("  ", &again, out),
        Ok(again) => {
            let on = written_out(again.on());
            writeln!(out, "  With the bank holidays known today it would be {on}; the earlier count stands.")
        }
        Err(error) => writeln!(out, "  It cannot be counted again: {error}."),
    }
}

/// The sentence, the rule, and the proof that counting again gives the same day.
fn counted(margin: &str, date: &Counted, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{margin}Why: {}", date.because())?;
    let proof = match date.recount_as_then() {
        Ok(on) if on == date.on() => "re-counted today: the same day".to_owned(),
        Ok(on) => format!("RE-COUNTED TODAY: {}, NOT THE SAME DAY; run licensing audit verify", written_out(on)),
        Err(error) => format!("it cannot be re-counted: {error}"),
    };
    writeln!(out, "{margin}Rule \"{}\", version {}; {proof}.", words::prose(date.rule_name()), date.version())?;
    if date.is_beyond_confirmed_holidays() {
        writeln!(out, "{margin}The bank holidays of that year were not yet confirmed when this was counted.")?;
    }
    Ok(())
}

fn reminded(case: &Case, item: &Item, out: &mut dyn Write) -> std::io::Result<()> {
    let called = case.reminders.get(&item.id).map(Vec::as_slice).unwrap_or_default();
    if called.is_empty() {
        return writeln!(out, "  No reminder so far.");
    }
    writeln!(out, "  Reminders so far:")?;
    for reminder in called {
        let (rung, to) = (words::rung(reminder.rung), case.name(reminder.recipient_id));
        let night = written_out(reminder.called_on);
        let became = match reminder.state {
            ReminderState::Superseded => "overtaken by a later one, and not sent".to_owned(),
            ReminderState::Called => case.letter(reminder.letter_id),
        };
        writeln!(out, "    {rung}, to {to}, on {night}: {became}")?;
    }
    Ok(())
}

fn missed(breach: &Breach, out: &mut dyn Write) -> std::io::Result<()> {
    let night = written_out(breach.proposed_on);
    writeln!(out, "  Breach {}: proposed by the calendar on {night}, for an officer to decide.", breach.reference)?;
    let decided = breach.decided_at.map(written_instant).unwrap_or_default();
    let reason = breach.reason.as_deref().unwrap_or_default();
    match breach.state {
        BreachState::Proposed => writeln!(out, "    No officer has decided it.")?,
        BreachState::Confirmed => writeln!(out, "    Confirmed by an officer on {decided}: {reason}")?,
        BreachState::Dismissed => writeln!(out, "    Dismissed by an officer on {decided}: {reason}")?,
        BreachState::Withdrawn => return writeln!(out, "    Taken back by the service on {decided}: {reason}"),
    }
    writeln!(
        out,
        "    Counted from the earliest arguable day, a notice of intent must be given by {}.",
        written_out(breach.limitation_on)
    )?;
    counted("    ", &breach.limitation_basis, out)
}

impl Case {
    fn name(&self, id: PartyId) -> String {
        self.people.get(&id).map_or_else(|| id.to_string(), |party| party.name.clone())
    }

    fn letter(&self, id: Option<LetterId>) -> String {
        let Some(letter) = id.and_then(|id| self.letters.get(&id)) else { return "no letter is on record".to_owned() };
        let when = letter.settled_at.map(|at| format!(" on {}", written_instant(at))).unwrap_or_default();
        let to = letter.address.replace('\n', ", ");
        format!("letter by {} to {to}, {}{when}", letter.channel, words::prose(letter.state))
    }
}
