//! What the demonstration shows, in plain text of at most a hundred columns.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use chrono::NaiveDate;

use super::nights::Lived;
use super::people::FORTY_HOMES;
use super::story::Story;
use crate::actions::audit::Verdict;
use crate::app::App;
use crate::domain::actor::Sight;
use crate::domain::application::Tally;
use crate::domain::calendar::london::{end_of_day, written_out};
use crate::domain::demand::Demand;
use crate::domain::letter::{Letter, LetterKind};
use crate::storage::page::Page;
use crate::storage::reports::{self, AreaFigures};
use crate::storage::{demands, letters, parties, reminders};

const WIDTH: usize = 96;

/// A heading.
pub(super) fn heading(out: &mut dyn Write, text: &str) -> anyhow::Result<()> {
    writeln!(out, "\n{text}\n{}", "-".repeat(text.chars().count()))?;
    Ok(())
}

/// A paragraph, wrapped, each line after the margin.
pub(super) fn paragraph(out: &mut dyn Write, margin: &str, text: &str) -> anyhow::Result<()> {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && margin.len() + line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{margin}{line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(out, "{margin}{line}")?;
    Ok(())
}

/// The nights, one line each, and what the officers did by day.
pub(super) fn nights(out: &mut dyn Write, lived: &[Lived]) -> anyhow::Result<()> {
    heading(out, "The nights")?;
    writeln!(out, "{:<16}{:>10}{:>12}{:>10}{:>9}{:>8}{:>9}", "", "", "", "breaches", "", "paper", "answers")?;
    writeln!(
        out,
        "{:<16}{:>10}{:>12}{:>10}{:>9}{:>8}{:>9}",
        "night", "reminders", "superseded", "proposed", "e-mails", "letters", "received"
    )?;
    let mut sums = [0_i64; 6];
    for night in lived {
        let (check, day) = (&night.check, &night.day);
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let row = [
            check.reminders,
            check.superseded,
            check.breaches,
            count(day.emails),
            count(day.paper),
            count(day.answers),
        ];
        sums.iter_mut().zip(row).for_each(|(sum, number)| *sum += number);
        numbers(out, &check.night.format("%a %e %b %Y").to_string(), row)?;
    }
    numbers(out, "in all", sums)?;
    writeln!(out)?;
    paragraph(
        out,
        "",
        "A reminder is one line about one document to one person; an e-mail or letter carries all of a \
        night's lines to that person, and by day the officers' decisions. Superseded are steps of the ladder that passed \
        before the service went live: they are overtaken, never sent late. The calendar proposes a breach once; only an \
        officer confirms it.",
    )?;
    heading(out, "What the officers did with answers and breaches")?;
    for night in lived {
        for (place, done) in night.day.done.iter().enumerate() {
            let day = if place == 0 { night.check.night.format("%a %e %b").to_string() } else { String::new() };
            writeln!(out, "{day:<12}{done}")?;
        }
    }
    Ok(())
}

fn numbers(out: &mut dyn Write, name: &str, row: [i64; 6]) -> anyhow::Result<()> {
    let [reminders, superseded, breaches, emails, paper, answers] = row.map(|number| match number {
        0 => "-".to_owned(),
        number => number.to_string(),
    });
    writeln!(out, "{name:<16}{reminders:>10}{superseded:>12}{breaches:>10}{emails:>9}{paper:>8}{answers:>9}")?;
    Ok(())
}

/// The committee's figures, one line for each area, and the identity that they keep.
pub(super) fn figures(out: &mut dyn Write, app: &App, on: NaiveDate) -> anyhow::Result<()> {
    let figures = app.db.snapshot(|db| reports::by_area(db, on, end_of_day(on)))?;
    heading(out, &format!("The committee's figures as at {}", written_out(on)))?;
    let columns = ["received", "in progress", "granted", "refused", "withdrawn", "rejected", "not required"];
    write!(out, "{:<18}", "area")?;
    columns.iter().try_for_each(|column| write!(out, "{:>w$}", column, w = column.len().max(6) + 2))?;
    writeln!(out)?;
    let mut total = AreaFigures::default();
    let names = app.rules.current()?.areas.iter().map(|area| (area.code.clone(), area.name.clone()));
    for (code, name) in names.collect::<Vec<_>>() {
        let area = figures.get(&Some(code)).cloned().unwrap_or_default();
        area_line(out, &name, &area, &columns)?;
        add(&mut total, &area);
    }
    if let Some(nowhere) = figures.get(&None) {
        area_line(out, "not allocated", nowhere, &columns)?;
        add(&mut total, nowhere);
    }
    area_line(out, "in all", &total, &columns)?;
    let parts = Tally::ALL.iter().map(|tally| count(&total.applications, *tally));
    let parts = parts.collect::<Vec<_>>();
    let sum = parts.iter().sum::<i64>();
    let spelt = parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ");
    let verdict = if sum == total.received { "the figures reconcile" } else { "THE FIGURES DO NOT RECONCILE" };
    writeln!(out, "\n{} received = {spelt} = {sum}: {verdict}.", total.received)?;
    paragraph(
        out,
        "",
        "The minutes give 275, 182 and 105 as \"received\"; they add up to 562, the work in progress. \
        205 granted and 158 others (refused, withdrawn, rejected as invalid, not required) make the 925.",
    )?;
    paragraph(
        out,
        "",
        &format!(
            "Licences in force: {}. Demands served: {}. Breaches proposed by then: {}, confirmed: {}.",
            total.licences_in_force, total.demands_served, total.breaches_proposed, total.breaches_confirmed
        ),
    )
}

fn count(applications: &BTreeMap<Tally, i64>, tally: Tally) -> i64 {
    applications.get(&tally).copied().unwrap_or_default()
}

fn area_line(out: &mut dyn Write, name: &str, figures: &AreaFigures, columns: &[&str]) -> anyhow::Result<()> {
    write!(out, "{name:<18}")?;
    let counts = Tally::ALL.iter().map(|tally| count(&figures.applications, *tally));
    for (column, number) in columns.iter().zip(std::iter::once(figures.received).chain(counts)) {
        write!(out, "{:>w$}", number, w = column.len().max(6) + 2)?;
    }
    writeln!(out)?;
    Ok(())
}

fn add(total: &mut AreaFigures, area: &AreaFigures) {
    for (tally, number) in &area.applications {
        *total.applications.entry(*tally).or_default() += number;
    }
    total.received += area.received;
    total.licences_in_force += area.licences_in_force;
    total.demands_served += area.demands_served;
    total.breaches_proposed += area.breaches_proposed;
    total.breaches_confirmed += area.breaches_confirmed;
}

/// How the items demanded stand, one line for each condition.
pub(super) fn items(out: &mut dyn Write, app: &App, on: NaiveDate) -> anyhow::Result<()> {
    let figures = app.db.read(|db| reports::by_condition(db, on))?;
    heading(out, &format!("What was demanded, as it stands on {}", written_out(on)))?;
    let columns = ["asked", "in time", "late", "missed", "otherwise", "running"];
    write!(out, "{:<42}", "condition")?;
    columns.iter().try_for_each(|column| write!(out, "{column:>w$}", w = column.len() + 2))?;
    writeln!(out)?;
    let scheme = app.rules.current()?;
    for (number, figure) in figures {
        let title = scheme.condition(&number).map(|condition| condition.title.as_str()).unwrap_or_default();
        write!(out, "{:<42}", format!("{number:<4} {title}"))?;
        let row = [figure.asked, figure.in_time, figure.late, figure.missed, figure.otherwise_closed, figure.running];
        columns.iter().zip(row).try_for_each(|(column, number)| write!(out, "{number:>w$}", w = column.len() + 2))?;
        writeln!(out)?;
    }
    writeln!(out)?;
    let text = "Missed are those whose last day has passed with nothing that came in time; otherwise are those that \
                do not apply.";
    paragraph(out, "", text)
}

/// Cases that a newcomer may want to look at.
pub(super) fn worth_a_look(
    out: &mut dyn Write,
    app: &App,
    story: &Story,
    cases: &[(String, &str)],
    homes: &[(String, String)],
) -> anyhow::Result<()> {
    heading(out, "Worth a look")?;
    for (demand, what) in &story.notable {
        let reference = explained(app, *demand)?.cover.reference;
        writeln!(out, "{reference:<16}{what}")?;
    }
    for (reference, what) in cases {
        writeln!(out, "{reference:<16}{what}")?;
    }
    for (uprn, what) in homes {
        writeln!(out, "UPRN {uprn}  {what}")?;
    }
    Ok(())
}

/// One reminder to the landlord of forty homes: the headers of its file, then its text.
pub(super) fn mail(out: &mut dyn Write, app: &App, folder: &Path) -> anyhow::Result<()> {
    let letter = fullest_digest(app)?.context("the landlord of forty homes got no reminder")?;
    let file = std::fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.to_string_lossy().contains(&letter.id.to_string()))
        .context("the reminder's file is not in the folder")?;
    let raw = std::fs::read_to_string(file)?.replace("\r\n", "\n");
    let (headers, _) = raw.split_once("\n\n").unwrap_or_default();
    heading(out, "One mail in full")?;
    writeln!(out, "Headers as they stand in its file, then its text part; an HTML part says the same.\n")?;
    for line in headers.lines().chain([""]).chain(letter.text.as_deref().unwrap_or_default().lines()) {
        writeln!(out, "{}", format!("  | {line}").trim_end())?;
    }
    Ok(())
}

fn fullest_digest(app: &App) -> anyhow::Result<Option<Letter>> {
    let page = Page { after: None, limit: 200 };
    let found = app.db.read(|db| {
        let Some(landlord) = parties::list(db, Some(FORTY_HOMES), &page)?.rows.pop() else { return Ok(None) };
        let filter = letters::Filter {
            kind: Some(LetterKind::Digest),
            recipient: Some(landlord.id),
            ..letters::Filter::default()
        };
        let mut fullest: Option<(usize, Letter)> = None;
        for letter in letters::list(db, Sight::Everything, &filter, &page)?.rows {
            let lines = reminders::in_letter(db, letter.id)?.len();
            if fullest.as_ref().is_none_or(|(most, _)| lines > *most) {
                fullest = Some((lines, letter));
            }
        }
        Ok::<_, crate::storage::Error>(fullest.map(|(_, letter)| letter))
    })?;
    Ok(found)
}

/// Why one demand's dates are what they are.
pub(super) fn dates(out: &mut dyn Write, app: &App, demand: &Demand) -> anyhow::Result<()> {
    heading(out, "One date in full")?;
    let reference = &demand.cover.reference;
    writeln!(out, "Demand {reference} asks for:")?;
    for item in &demand.items {
        writeln!(out, "  {} (condition {}), within {} days", item.title, item.condition, item.response_days)?;
    }
    if let Some(served) = demand.holder().and_then(|copy| copy.deemed_basis.as_ref()) {
        writeln!(out, "When was it received?")?;
        paragraph(out, "  ", &served.because())?;
    }
    if let Some(item) = demand.items.first()
        && let Some(due) = &item.due_basis
    {
        writeln!(out, "When is it due?")?;
        paragraph(out, "  ", &due.because())?;
        let acted = crate::domain::calendar::actionable_from(due.on(), &app.rules.holidays)?;
        writeln!(out, "When does an officer act on it?")?;
        paragraph(out, "  ", &acted.because())?;
    }
    Ok(())
}

/// What a verification of the chains found.
pub(super) fn chains(out: &mut dyn Write, verdict: &Verdict) -> anyhow::Result<()> {
    heading(out, "The audit chains")?;
    let Verdict { events, chains, anchors, fault } = verdict;
    match fault {
        None => writeln!(
            out,
            "{events} events in {chains} chains and {anchors} nightly anchors were verified: nothing was altered."
        )?,
        Some(fault) => writeln!(out, "FAULT at {}: {}", fault.place, fault.what)?,
    }
    Ok(())
}

/// Where the pages are, and how to sign in.
pub(super) fn pages(out: &mut dyn Write, app: &App) -> anyhow::Result<()> {
    heading(out, "The pages")?;
    let address = &app.settings.server.public_url;
    writeln!(
        out,
        "{address}/         what everybody sees; look up a home there, such as ZZ18 1AA\n{address}/sign-in  for landlords and agents\n"
    )?;
    let text = "To sign in, ask for a link with one of these addresses. The e-mail with the link is then the newest file in the \
                mail folder, data/demo/mail if you named no other. Its link works once, in the browser in which you asked.";
    paragraph(out, "", text)?;
    writeln!(out)?;
    for (who, what) in [
        (super::people::big_landlord(), "the landlord of forty homes"),
        (super::people::agent(0), "an agent of several landlords"),
    ] {
        writeln!(out, "{:<28}{} ({what})", who.email.unwrap_or_default(), who.name)?;
    }
    Ok(())
}

/// The token, and three lines to try.
pub(super) fn try_it(out: &mut dyn Write, app: &App, token: &str) -> anyhow::Result<()> {
    heading(out, "The API")?;
    paragraph(
        out,
        "",
        "This token belongs to the made-up officer Amy Brand. It comes from the demonstration's seed, so \
        anybody can have it: it opens nothing but this demonstration.",
    )?;
    writeln!(out, "\nTOKEN={token}")?;
    let paths =
        ["deadlines?from=2025-02-01&to=2025-02-28", "reports/partnership?as_at=2025-01-22", "breaches?state=proposed"];
    for path in paths {
        let address = &app.settings.server.public_url;
        writeln!(out, "\ncurl -H \"Authorization: Bearer $TOKEN\" \\\n  \"{address}/api/v1/{path}\"")?;
    }
    Ok(())
}

/// The demand whose dates are explained.
pub(super) fn explained(app: &App, id: crate::domain::id::DemandId) -> anyhow::Result<Demand> {
    app.db.read(|db| demands::find(db, id))?.context("the demand is gone")
}
