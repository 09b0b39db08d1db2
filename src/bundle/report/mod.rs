//! The report of a proof file: a cover with what it shows and what it does not, an index, and a section for each thing that a
//! tribunal looks for. What is not on record is said to be missing.

mod enforcement;
mod events;
mod inspections;
mod material;
mod part;
mod proceedings;
mod sections;
mod service;

use printing::{Block, Fact, Report, Run, Typesetter};

use super::Fault;
use super::exhibits::Exhibits;
use super::proof::Listed;
use crate::actions::bundles::CaseFile;
use crate::domain::calendar::london::{today, written_instant};
use crate::typeset;
use part::{Part, prose};

/// What a proof file cannot show, however whole it is.
const LIMITS: [&str; 8] = [
    "It shows that records were not changed after they were written and anchored. It does not show that they were true.",
    "Whoever controls the running service can write false events with a correct chain.",
    "Between two anchors, a day at most, a person who can write to the database can rewrite events unseen.",
    "That the end of a chain was cut off can be seen only against an anchor that is newer than the cut.",
    "Who acted is the account that was signed in, not the human being. A login that several people share proves nothing of \
     any of them.",
    "Times are those of the clock of the machine that ran the service.",
    "Restoring a backup begins another history: what came after the backup is seen to be lost, because an anchor points beyond \
     it, and has to be explained.",
    "That computers are presumed to work unless there is evidence to the contrary should not be relied on. For that reason \
     this file says which version of the software kept each record, how its nightly runs ended, and what a verification \
     of the records found on the day on which it was made.",
];

/// Prints the report.
///
/// # Errors
/// A [`Fault`] if the page cannot be made.
pub(super) fn print(
    typesetter: &dyn Typesetter,
    case: &CaseFile,
    exhibits: &Exhibits<'_>,
    listed: &[Listed],
) -> Result<Vec<u8>, Fault> {
    let parts = [
        sections::licence(case),
        sections::people(case, exhibits),
        sections::demand(case, exhibits),
        service::service(case, exhibits),
        sections::due(case),
        events::in_time_order(case, exhibits),
        sections::came_in(case, exhibits),
        sections::assessed(case),
        sections::explanation(case),
        enforcement::policy(case),
        sections::decided(case),
        enforcement::working(case),
        enforcement::notices(case),
        sections::schedule(case, exhibits, listed),
        proceedings::proceedings(case, exhibits),
        inspections::inspections(case, exhibits),
        events::kept(case),
    ];
    let report = Report {
        title: format!("Proof file {}", case.breach.reference),
        language: "en-GB".to_owned(),
        date: today(case.read_at),
        author: case.scheme.council.name.clone(),
        letterhead: vec![case.scheme.council.team.clone()],
        facts: facts(case),
        cover: cover(case, &parts),
        index: "Index".to_owned(),
        sections: parts.into_iter().map(Part::section).collect(),
    };
    Ok(typeset::report(typesetter, report)?)
}

fn facts(case: &CaseFile) -> Vec<Fact> {
    let breach = &case.breach;
    let condition = breach.condition.as_deref().map(|number| {
        let title = case.scheme.condition(number).map(|condition| condition.title.as_str()).unwrap_or_default();
        format!("{number}: {title}")
    });
    let holder = case.people.first().map(|person| person.party.name.clone()).unwrap_or_default();
    vec![
        Fact::of("Breach", format!("{}, {}", breach.reference, prose(breach.state))),
        Fact::of("Condition", condition.unwrap_or_else(|| "a duty with a date of its own".to_owned())),
        Fact::of("Home", case.home.one_line()),
        Fact::of("Licence", &case.licence.number),
        Fact::of("Licence holder", holder),
        Fact::of("File made", written_instant(case.read_at)),
        Fact::of("Software", format!("selective-licensing {}", env!("CARGO_PKG_VERSION"))),
        Fact::of("Newest anchor before", newest_anchor(case)),
    ]
}

fn newest_anchor(case: &CaseFile) -> String {
    let Some(anchor) = case.anchors.last() else { return "none".to_owned() };
    format!("{} of {}: {}", anchor.number, anchor.night.format("%-d %B %Y"), anchor.hash)
}

fn cover(case: &CaseFile, parts: &[Part]) -> Vec<Block> {
    let text = |text: &str| Block::Paragraph { runs: vec![Run::text(text)] };
    let strong = |text: &str| Block::Paragraph { runs: vec![Run::strong(text)] };
    let list =
        |items: Vec<String>| Block::List { items: items.into_iter().map(|item| vec![Run::text(item)]).collect() };
    let mut blocks = vec![
        strong("How to check this file"),
        text(
            "This report lies in a ZIP file with the originals, the mail as sent, the events of the case and their proof. The \
             program verify.py in it checks all of that with nothing but Python and without a network. It finds any change \
             to a part. That the file was not made anew as a whole, it can prove only with the hash of an anchor that was \
             had from elsewhere, such as the nightly mail to the council's auditors; and the program, too, should be had from \
             elsewhere. The anchor that proves this file is made after this report, and stands in proof.json.",
        ),
        strong("What it does not show"),
        list(LIMITS.iter().map(|limit| (*limit).to_owned()).collect()),
    ];
    let numbered = parts.iter().enumerate();
    let lacks = numbered.flat_map(|(place, part)| part.lacks().iter().map(move |what| (place + 1, what)));
    let lacks = lacks.map(|(number, what)| format!("Section {number}: {what}.")).collect::<Vec<_>>();
    if !lacks.is_empty() {
        blocks.extend([strong("What is missing"), list(lacks)]);
    }
    let found = events::verdict(case);
    blocks.extend([strong("What a verification of the records found when this file was made"), text(&found)]);
    blocks
}
