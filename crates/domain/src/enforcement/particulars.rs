//! The particulars of an offence, built from the case: which condition, what was not done, on which day, and how that is known.
//! Background that is not in the notice does not count, so everything that the case holds goes in.

use chrono::NaiveDate;

use super::Offence;
use crate::calendar::london::written_out;
use crate::calendar::{Counted, Method};
use crate::scheme::OffenceKind;

/// What a case holds behind one offence.
#[derive(Clone, Debug, Default)]
pub struct Behind {
    /// The address of the home.
    pub address: String,
    /// The number of the licence.
    pub licence: Option<String>,
    /// What the condition asks for, in words.
    pub asks: Option<String>,
    /// The demand that was not answered.
    pub demand: Option<Demanded>,
    /// The duty of each year or period that was not met, and its last day.
    pub duty: Option<(String, Counted)>,
    /// What came, in order.
    pub came: Vec<Came>,
}

/// A demand for evidence behind an offence.
#[derive(Clone, Debug)]
pub struct Demanded {
    /// Its reference.
    pub reference: String,
    /// What it asked for.
    pub title: String,
    /// How the suspect's copy went, where to, and when it counts as received.
    pub service: Option<(Method, String, Counted)>,
    /// The due date.
    pub due: Option<Counted>,
}

/// Something that came in.
#[derive(Clone, Debug)]
pub struct Came {
    /// When.
    pub on: NaiveDate,
    /// What, and what was made of it.
    pub what: String,
}

/// The particulars of an offence, as its notice states them.
#[must_use]
pub fn particulars(offence: &Offence, behind: &Behind) -> String {
    let mut said = vec![opening(offence, behind)];
    said.extend(behind.asks.as_ref().map(|asks| format!("The condition asks, in summary, for this: {asks}")));
    said.extend(behind.demand.as_ref().map(demanded));
    said.extend(behind.duty.as_ref().map(|(what, due)| {
        format!("{what} was due by {}, without any demand. {}", written_out(due.on()), due.because())
    }));
    said.push(format!("What was done or left undone: {}", offence.act));
    if behind.demand.is_some() || behind.duty.is_some() {
        said.push(came(&behind.came));
    }
    said.join("\n")
}

fn opening(offence: &Offence, behind: &Behind) -> String {
    let (on, address) = (written_out(offence.happened_on), &behind.address);
    match offence.kind {
        OffenceKind::Unlicensed => {
            format!(
                "Section 95(1) of the Housing Act 2004: on {on}, {address} had to be licensed under Part 3 and was not."
            )
        }
        OffenceKind::Condition => {
            let condition = offence.condition.as_deref().unwrap_or("of the licence");
            let licence = behind.licence.as_deref().unwrap_or("for that home");
            format!(
                "Section 95(2) of the Housing Act 2004: on {on}, condition {condition} of licence {licence} for {address} was not \
                 complied with."
            )
        }
    }
}

fn demanded(demand: &Demanded) -> String {
    let mut text = format!("Demand {} asked for: {}.", demand.reference, demand.title);
    match &demand.service {
        Some((method, address, deemed)) => {
            text += &format!(
                " It was served by {} at {}; it counts as received on {}.",
                way(*method),
                address.replace('\n', ", "),
                written_out(deemed.on())
            );
        }
        None => text += " No service of it is on record.",
    }
    if let Some(due) = &demand.due {
        text += &format!(" The answer was due by {}. {}", written_out(due.on()), due.because());
    }
    text
}

fn came(came: &[Came]) -> String {
    if came.is_empty() {
        return "Nothing came in.".to_owned();
    }
    let each = came.iter().map(|one| format!("{}: {}", written_out(one.on), one.what));
    format!("What came in: {}.", each.collect::<Vec<_>>().join("; "))
}

fn way(method: Method) -> &'static str {
    match method {
        Method::DeliveredByHand => "handing it over",
        Method::LeftAtAddress => "leaving it",
        Method::FirstClassPost => "first class post",
        Method::SecondClassPost => "second class post",
        Method::Email => "e-mail",
        Method::Portal => "a notice on the portal",
    }
}
