//! The nightly check by hand: run it for a night, or ask what it would do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use chrono::NaiveDate;
use clap::Args;
use serde_json::{Value, json};

use super::progress::Progress;
use super::{Ending, words};
use crate::actions::Error;
use crate::app::App;
use crate::domain::calendar::london::{self, written_out};
use crate::domain::id::{PartyId, Spelled as _};
use crate::domain::party::Party;
use crate::jobs::check::{self as job, Planned, Run};
use crate::jobs::{account, post};
use crate::storage::checks::{self, Check, CheckOutcome, StartedBy};
use crate::storage::{letters, parties};

/// Run the nightly check: send the reminders that are due and propose breaches
///
/// Finds every due date that calls for something on that night, queues one letter for each recipient, proposes a breach
/// on the first morning after a missed date, then sends the letters. Running it again for the same night changes
/// nothing. The service does this by itself each night.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  licensing check\n  licensing check --dry-run --on 2025-02-06\n\n\
    Exit codes: 0 done, 1 failed, 2 bad use, 3 done but something needs attention.")]
pub(super) struct Arguments {
    /// The night, such as 2025-02-06; today in London if it is left out
    #[arg(long, value_name = "DATE", value_parser = words::day)]
    on: Option<NaiveDate>,
    /// Say what that night would send and propose, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Answer with one JSON object, for programs; a dry run and a real run list their actions alike
    #[arg(long)]
    json: bool,
    /// Run although the machine's clock seems to have jumped: you have looked, and it is right
    #[arg(long, conflicts_with = "dry_run")]
    clock_is_right: bool,
}

pub(super) fn run(app: &App, arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let night = arguments.on.unwrap_or_else(|| london::today(app.clock.now()));
    if arguments.dry_run { foretell(app, night, arguments.json, out) } else { really(app, night, arguments, out) }
}

fn foretell(app: &App, night: NaiveDate, json: bool, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let (mut actions, mut failures) = (Vec::new(), Vec::new());
    {
        let progress = Progress::start("looking at due dates", None);
        let told = |planned| {
            actions.push(planned);
            progress.step();
        };
        job::foretell(app, night, told, |failure| failures.push(failure))?;
    }
    actions.sort();
    let alerts = job::foretell_alerts(app, night, |failure| failures.push(failure))?;
    if json {
        object(out, night, None, &actions, &failures, None, Some(&alerts))?;
    } else {
        table(app, night, &actions, out)?;
        told_alerts(&alerts, out)?;
        told_failures(&failures, out)?;
    }
    Ok(if failures.is_empty() { Ending::Done } else { Ending::Attention })
}

fn really(app: &App, night: NaiveDate, arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Ending> {
    let run = Run { night, started_by: StartedBy::Command, clock_is_right: arguments.clock_is_right };
    let check = {
        let progress = Progress::start("looking at due dates", None);
        job::run(app, run, &|check| progress.reach(u64::try_from(check.looked_at).unwrap_or_default()))?
    };
    let held = check.outcome == CheckOutcome::Held;
    let round = if held { None } else { Some(post::round(app)?) };
    let failures = app.db.read(|db| checks::failures_of(db, check.id).map_err(Error::from))?;
    let failures = failures
        .into_iter()
        .map(|failure| format!("{} {}: {}", failure.subject_kind, failure.subject_id, failure.reason))
        .collect::<Vec<_>>();
    let sent = Post { round, waiting: app.db.read(|db| letters::waiting(db).map_err(Error::from))? };
    if arguments.json {
        object(out, night, Some(&check), &account::of_run(app, check.id)?, &failures, Some(&sent), None)?;
    } else {
        plain(&check, &sent, out)?;
        told_failures(&failures, out)?;
    }
    Ok(match check.outcome {
        CheckOutcome::Completed => Ending::Done,
        CheckOutcome::Attention | CheckOutcome::Held => Ending::Attention,
        CheckOutcome::Running | CheckOutcome::Failed => Ending::Failed,
    })
}

/// What became of the letters; `round` is missing if the check was held.
struct Post {
    round: Option<post::Round>,
    waiting: i64,
}

fn plain(check: &Check, sent: &Post, out: &mut dyn Write) -> std::io::Result<()> {
    let outcome = match check.outcome {
        CheckOutcome::Completed => "done",
        CheckOutcome::Attention => "done, but some due dates could not be handled",
        CheckOutcome::Held => "held: nothing was sent and nothing was proposed",
        CheckOutcome::Running | CheckOutcome::Failed => "not finished",
    };
    writeln!(out, "Night of {}: {outcome}", written_out(check.night))?;
    if let Some(note) = &check.note {
        writeln!(out, "  {note}")?;
    }
    let round = sent.round.unwrap_or_default();
    let lines = [
        ("Nights missed before this one", i64::from(check.nights_missed)),
        ("Due dates looked at", check.looked_at),
        ("Reminders called for", check.reminders),
        ("Reminders overtaken by a later one", check.superseded),
        ("Breaches proposed", check.breaches),
        ("Due dates that could not be handled", check.failures),
        ("Letters accepted by the mail relay", i64::try_from(round.accepted).unwrap_or(i64::MAX)),
        ("Letters to print and post", i64::try_from(round.printed).unwrap_or(i64::MAX)),
        ("Letters refused, held or put off", i64::try_from(round.otherwise).unwrap_or(i64::MAX)),
        ("Letters still waiting", sent.waiting),
    ];
    for (what, count) in lines {
        writeln!(out, "  {what:<38}{count:>8}")?;
    }
    writeln!(out, "  Run {} of version {}", check.id, check.software)
}

fn told_alerts(alerts: &[String], out: &mut dyn Write) -> std::io::Result<()> {
    if !alerts.is_empty() {
        writeln!(out, "\nLimitation dates that officers would be alerted to:")?;
    }
    alerts.iter().try_for_each(|alert| writeln!(out, "  {alert}"))
}

fn told_failures(failures: &[String], out: &mut dyn Write) -> std::io::Result<()> {
    if !failures.is_empty() {
        writeln!(out, "Needs attention:")?;
    }
    failures.iter().try_for_each(|failure| writeln!(out, "  {failure}"))
}

fn object(
    out: &mut dyn Write,
    night: NaiveDate,
    check: Option<&Check>,
    actions: &[Planned],
    failures: &[String],
    sent: Option<&Post>,
    alerts: Option<&[String]>,
) -> anyhow::Result<()> {
    let post = sent.map(|sent| {
        let round = sent.round.unwrap_or_default();
        json!({
            "accepted": round.accepted, "to_print": round.printed, "otherwise": round.otherwise,
            "waiting": sent.waiting,
        })
    });
    let object = json!({
        "night": night, "dry_run": check.is_none(), "check": check.map(record), "actions": actions,
        "failures": failures, "post": post, "alerts": alerts,
    });
    serde_json::to_writer(&mut *out, &object)?;
    Ok(writeln!(out)?)
}

fn record(check: &Check) -> Value {
    json!({
        "id": check.id, "night": check.night, "started_by": check.started_by, "outcome": check.outcome,
        "software": check.software, "started_at": check.started_at, "finished_at": check.finished_at,
        "nights_missed": check.nights_missed, "looked_at": check.looked_at, "reminders": check.reminders,
        "superseded": check.superseded, "breaches": check.breaches, "failures": check.failures, "note": check.note,
    })
}

/// What would be sent, recipient by recipient, and what would be proposed.
fn table(app: &App, night: NaiveDate, actions: &[Planned], out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "What the night of {} would do; nothing is changed:", written_out(night))?;
    let ids = actions.iter().filter_map(|planned| PartyId::read(planned.recipient_id.as_deref()?));
    let ids = ids.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let people = app.db.read(|db| parties::find_all(db, &ids).map_err(Error::from))?;
    let mut people = people.iter().collect::<Vec<_>>();
    people.sort_by_key(|party| (&party.name, party.id));
    let mut theirs: BTreeMap<&str, Vec<&Planned>> = BTreeMap::new();
    for planned in actions {
        theirs.entry(planned.recipient_id.as_deref().unwrap_or_default()).or_default().push(planned);
    }
    for party in &people {
        one_recipient(party, theirs.get(party.id.as_str()).map(Vec::as_slice).unwrap_or_default(), out)?;
    }
    let proposed = actions.iter().filter(|planned| planned.action == "propose_breach").collect::<Vec<_>>();
    if !proposed.is_empty() {
        writeln!(out, "\nBreaches that would be proposed to an officer:")?;
    }
    for planned in &proposed {
        writeln!(out, "  {:<16} {:<44} due {}", planned.reference, planned.title, written_out(planned.due_on))?;
    }
    let count = |action| actions.iter().filter(|planned| planned.action == action).count();
    let sent = actions.iter().filter(|planned| planned.action == "remind");
    let letters = sent.map(|planned| &planned.recipient_id).collect::<BTreeSet<_>>().len();
    writeln!(
        out,
        "\n{} in {}; {} overtaken; {} to propose",
        words::some(count("remind"), "reminder"),
        words::some(letters, "letter"),
        words::some(count("supersede"), "reminder"),
        if proposed.len() == 1 { "1 breach".to_owned() } else { format!("{} breaches", proposed.len()) },
    )?;
    Ok(())
}

fn one_recipient(party: &Party, theirs: &[&Planned], out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "\n{}, {}", party.name, party.email.as_deref().unwrap_or(&party.address))?;
    for planned in theirs {
        let rung = planned.rung.map(words::rung).unwrap_or_default();
        let rung = if planned.action == "supersede" { format!("{rung}: overtaken, not sent") } else { rung };
        let due = written_out(planned.due_on);
        writeln!(out, "  {:<16} {:<44} due {due:<28} {rung}", planned.reference, planned.title)?;
    }
    Ok(())
}
