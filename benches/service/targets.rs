//! What was wanted, and whether it was reached.

use super::night::Night;
use super::place::Kind;
use super::table::Report;

type Measured = fn(&Report, Kind) -> Option<String>;

const WANTED: [(&str, Measured); 5] = [
    ("A night of 1,000,000 open items, 1 % due: 1.5 s on SQLite, 4 s on PostgreSQL", million),
    ("A night: at most 3 times the bare statements", ratio),
    ("A night: at most 64 MB of memory above idle", memory),
    ("4,000,000 open items take at most 1.3 times as long as 100,000, with the same 10,000 due", growth),
    ("Each request: at least 50 % of the bare server's rate", share),
];

/// A row for each target.
pub(crate) fn table(report: &Report) -> String {
    let mut text = "| Wanted | SQLite | PostgreSQL |\n|---|---|---|\n".to_owned();
    for (wanted, measured) in WANTED {
        let [sqlite, postgres] =
            [Kind::Sqlite, Kind::Postgres].map(|kind| measured(report, kind).unwrap_or("not measured".to_owned()));
        text += &format!("| {wanted} | {sqlite} | {postgres} |\n");
    }
    text
}

fn million(report: &Report, kind: Kind) -> Option<String> {
    let wanted = if kind == Kind::Sqlite { 1.5 } else { 4.0 };
    let seconds = night(report, kind, 1_000_000)?.seconds;
    Some(verdict(format!("{seconds:.2} s"), seconds <= wanted))
}

fn ratio(report: &Report, kind: Kind) -> Option<String> {
    let most = nights(report, kind).map(|night| night.seconds / night.bare).reduce(f64::max)?;
    Some(verdict(format!("{most:.2} at most"), most <= 3.0))
}

fn memory(report: &Report, kind: Kind) -> Option<String> {
    let most = nights(report, kind).map(|night| night.megabytes).reduce(f64::max)?;
    Some(verdict(format!("{most:.0} MB at most"), most <= 64.0))
}

fn growth(report: &Report, kind: Kind) -> Option<String> {
    let (few, many) = (night(report, kind, 100_000)?, night(report, kind, 4_000_000)?);
    let times = many.seconds / few.seconds;
    Some(verdict(format!("{times:.2} times; bare {:.2}", many.bare / few.bare), times <= 1.3))
}

fn share(report: &Report, kind: Kind) -> Option<String> {
    let rates = report.rates.iter().filter(|rate| rate.kind == kind);
    let least = rates.map(|rate| 100.0 * rate.ours / rate.bare).reduce(f64::min)?;
    Some(verdict(format!("{least:.0} % at least"), least >= 50.0))
}

fn nights(report: &Report, kind: Kind) -> impl Iterator<Item = &Night> {
    report.nights.iter().filter(move |night| night.kind == kind)
}

fn night(report: &Report, kind: Kind, open: i64) -> Option<&Night> {
    nights(report, kind).find(|night| night.open == open && night.due == 10_000)
}

fn verdict(measured: String, met: bool) -> String {
    format!("{measured}: {}", if met { "met" } else { "**missed**" })
}
