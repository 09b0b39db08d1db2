//! The results, as text for a screen and as a document to keep.

use super::night::Night;
use super::rates::Rate;

/// What was measured.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) nights: Vec<Night>,
    pub(crate) rates: Vec<Rate>,
}

impl Report {
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if !self.nights.is_empty() {
            text += "| Database | Open items | Due | Seconds | Of them processor | Bare statements, seconds | Ratio | Memory above idle, MB | Rows written |\n";
            text += "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
            for night in &self.nights {
                text += &format!(
                    "| {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} | {} |\n",
                    night.kind.name(),
                    night.open,
                    night.due,
                    night.seconds,
                    night.worked,
                    night.bare,
                    night.seconds / night.bare,
                    night.megabytes,
                    night.rows
                );
            }
        }
        if !self.rates.is_empty() {
            text += "\n| Database | Request | Requests a second | Bare, a second | Share |\n|---|---|--:|--:|--:|\n";
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
        }
        text
    }

    pub(crate) fn document(&self, machine: &str) -> String {
        format!(
            "# Benchmarks\n\nMade by `cargo bench -- all --write docs/benchmarks.md`. \"Bare\" is the same database through the \
             same library, doing the\nsame statements with prepared SQL in the same batches, without domain, hashes and JSON \
             of ours. Of several runs the fastest\ncounts, on both sides.\n\n## The machine\n\n{machine}\n## Results\n\n{}",
            self.text()
        )
    }
}
