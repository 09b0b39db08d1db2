//! The results, as text for a screen and as a document to keep.

use super::night::Night;
use super::rates::Rate;
use super::targets;

/// What was measured.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) nights: Vec<Night>,
    pub(crate) rates: Vec<Rate>,
}

impl Report {
    pub(crate) fn text(&self) -> String {
        let nights = if self.nights.is_empty() { String::new() } else { self.nights() + "\n" };
        let rates = if self.rates.is_empty() { String::new() } else { self.rates() };
        nights + &rates
    }

    fn nights(&self) -> String {
        let mut text =
            "| Database | Open items | Due | Seconds | Bare, seconds | Ratio | Memory above idle | Rows written |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|\n"
                .to_owned();
        for night in &self.nights {
            text += &format!(
                "| {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.0} MB | {} |\n",
                night.kind.name(),
                grouped(night.open),
                grouped(night.due),
                night.seconds,
                night.bare,
                night.seconds / night.bare,
                night.megabytes,
                grouped(night.rows)
            );
        }
        text
    }

    fn rates(&self) -> String {
        let mut text = "| Database | Request | A second | Bare | Share |\n|---|---|--:|--:|--:|\n".to_owned();
        for rate in &self.rates {
            text += &format!(
                "| {} | {} | {:.0} | {:.0} | {:.0} % |\n",
                rate.kind.name(),
                rate.request,
                rate.ours,
                rate.bare,
                100.0 * rate.ours / rate.bare
            );
        }
        text
    }

    pub(crate) fn document(&self, machine: &str) -> String {
        let (targets, nights, rates) = (targets::table(self), self.nights(), self.rates());
        format!(
            "# Benchmarks

{machine}
Made by `cargo bench -- all --write docs/benchmarks.md` (`benches/service`), which wants the machine to itself for about half an
hour. Client, service and database share it. \"Bare\" is the same statements through diesel, prepared and in the same batches, on
a copy of the same database, without the service's rules, hashing and JSON. Of several nights the fastest counts, on both sides.

## Targets

{targets}
What grows with the number of open items is the way to the rows: each lies on another page of larger indexes, for the bare
statements as for the service. No statement of the night reads more than what is due.

## The night

`cargo bench -- night --open N --due N --database sqlite|postgres`. Reminders, letters, events and proposed breaches.

{nights}
## Requests

`cargo bench -- rates`: {clients} clients that ask again as soon as they are answered, 2,000,000 demands in the database. The bare
server signs in, reads and puts reads on record as ours does, but answers with the rows as they are, and does not test a
connection before it uses it.

{rates}",
            clients = super::client::CLIENTS,
        )
    }
}

/// With commas between the thousands.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
