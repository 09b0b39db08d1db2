//! The licence as it is printed: one PDF for each version, fit to be kept and to be read aloud, the same bytes for the same facts.

use printing::{Block, Fact, Report, Run, Section, Typesetter};

use crate::actions::Error;
use crate::actions::licence_documents::{LicenceDocument, Variation};
use crate::domain::calendar::london::written_out;
use crate::domain::party::Party;
use crate::domain::property::Property;
use crate::domain::scheme::{AppliesIf, Condition, ConditionKind};
use crate::typeset;

/// Prints the document of a version.
///
/// # Errors
/// [`Error::Broken`] if the page cannot be made.
pub fn print(typesetter: &dyn Typesetter, document: &LicenceDocument) -> Result<Vec<u8>, Error> {
    typeset::report(typesetter, report(document))
}

/// What the document of a version says.
#[must_use]
pub fn report(document: &LicenceDocument) -> Report {
    let council = &document.scheme.council;
    Report {
        title: document.title(),
        language: "en-GB".to_owned(),
        date: document.dated_on(),
        author: council.name.clone(),
        letterhead: vec![
            council.team.clone(),
            format!("Telephone: {}", council.telephone),
            format!("E-mail: {}", council.email),
        ],
        facts: facts(document),
        cover: cover(document),
        index: "What this licence says".to_owned(),
        sections: vec![
            house(document),
            people(document),
            in_force(document),
            conditions(document),
            terms(document),
            history(document),
        ],
    }
}

fn text(text: impl Into<String>) -> Block {
    Block::Paragraph { runs: vec![Run::text(text)] }
}

fn heading(text: impl Into<String>) -> Block {
    Block::Heading { level: 1, runs: vec![Run::text(text)] }
}

fn section(title: &str, blocks: Vec<Block>) -> Section {
    Section { title: title.to_owned(), begins_page: false, blocks }
}

/// The facts that there are.
fn known<const N: usize>(facts: [(&str, Option<String>); N]) -> Block {
    let known = facts.into_iter().filter_map(|(label, value)| Some(Fact::of(label, value?)));
    Block::Facts { facts: known.collect() }
}

/// A word of the domain as prose: "change_of_circumstances" is "change of circumstances".
fn prose(word: impl ToString) -> String {
    word.to_string().replace('_', " ")
}

fn facts(document: &LicenceDocument) -> Vec<Fact> {
    let version = document.version();
    let which = match document.variations.len() {
        0 => "1, as granted".to_owned(),
        _ => format!("{}, which replaces version {}", version.version, version.version - 1),
    };
    let homes = document.homes.iter().map(Property::one_line).collect::<Vec<_>>().join("\n");
    let manager = document.manager(version).map_or_else(|| "the licence holder", |party| party.name.as_str());
    let first = document.licence.starts_on.max(version.effective_from);
    vec![
        Fact::of("Licence", &document.licence.number),
        Fact::of("Version", which),
        Fact::of(if document.homes.len() > 1 { "Houses" } else { "House" }, homes),
        Fact::of("Licence holder", &document.holder.name),
        Fact::of("Manager", manager),
        Fact::of("This version holds from", written_out(first)),
        Fact::of("In force until", written_out(version.ends_on)),
        Fact::of("Granted", granted(document)),
    ]
}

fn granted(document: &LicenceDocument) -> String {
    let on = written_out(document.licence.granted_on);
    document.granted_by.as_ref().map_or_else(|| on.clone(), |name| format!("{on}, by {name}"))
}

fn cover(document: &LicenceDocument) -> Vec<Block> {
    let council = &document.scheme.council.name;
    let mut blocks = vec![
        text(format!(
            "This is a licence under Part 3 of the Housing Act 2004 (selective licensing, sections 85 to 90). {council} grants \
             it to the licence holder for the house named above, with the conditions that follow."
        )),
        text(
            "Whoever holds the licence, or is bound by it, and fails to comply with a condition without a reasonable excuse \
             commits an offence (section 95(2)). The licence cannot be transferred to another person (section 91).",
        ),
        text(
            "This document says what the licence was when this version of it came to hold. The council's public register of \
             licences says whether it is still in force.",
        ),
    ];
    if document.names_as_now() {
        blocks.push(text(
            "Names and addresses are those on record today: this version was made before the service kept them with it.",
        ));
    }
    if let Some((night, hash)) = &document.anchor {
        let seal = format!(
            "The council's records up to {} are sealed by this number. With it can be shown later that nothing recorded before \
             then was changed.",
            written_out(*night)
        );
        blocks.push(Block::Paragraph { runs: vec![Run::strong("Seal")] });
        blocks.push(Block::Paragraph { runs: vec![Run::text(seal), Run::Break, Run::text(hash)] });
    }
    blocks
}

fn house(document: &LicenceDocument) -> Section {
    let scheme = &document.scheme;
    let described = document.homes.iter().map(|home| {
        let area = home.area_code.as_deref().and_then(|code| scheme.area(code)).map(|area| area.name.clone());
        known([("Address", Some(home.one_line())), ("Property reference (UPRN)", home.uprn.clone()), ("Area", area)])
    });
    let mut blocks = described.collect::<Vec<_>>();
    let (from, until) = (scheme.designation.starts_on, scheme.designation.ends_on);
    blocks.push(text(format!(
        "The area is subject to selective licensing from {} to {} (section 80).",
        written_out(from),
        written_out(until)
    )));
    section("The house", blocks)
}

fn person(label: &str, party: &Party) -> Block {
    let address = party.address.replace('\n', ", ");
    known([
        (label, Some(party.name.clone())),
        ("Address", Some(address)),
        ("Company number", party.company_number.clone()),
    ])
}

fn people(document: &LicenceDocument) -> Section {
    let mut blocks = vec![person("Licence holder", &document.holder)];
    match document.manager(document.version()) {
        Some(manager) => blocks.push(person("Manager", manager)),
        None => blocks.push(text("The licence holder manages the house.")),
    }
    blocks.extend(document.agent(document.version()).map(|agent| person("Agent, who gets copies", agent)));
    blocks
        .extend(document.bound.iter().map(|party| known([("Bound by the conditions, too", Some(party.name.clone()))])));
    if document.bound.is_empty() {
        blocks.push(text("Nobody else is bound by the conditions (section 90(6))."));
    }
    section("Who holds the licence, who manages the house and who is bound", blocks)
}

fn in_force(document: &LicenceDocument) -> Section {
    let (licence, ends) = (&document.licence, document.version());
    let begins = match &licence.start_authority {
        Some(authority) if licence.starts_on < licence.granted_on => {
            format!("It begins before the day of the decision, by this authority: {authority}")
        }
        _ if licence.starts_on == licence.granted_on => "It begins on the day of the decision to grant it.".to_owned(),
        _ => format!("The decision of {} fixed that day.", written_out(licence.granted_on)),
    };
    let mut blocks = vec![
        known([
            ("In force from", Some(written_out(licence.starts_on))),
            ("Why", Some(begins)),
            ("In force until", Some(written_out(ends.ends_on))),
            ("Why", Some(ends.end_basis.because())),
        ]),
        text("It is in force on the first of these days and on the last, unless it ends earlier as the Act provides."),
    ];
    if let Some(Variation { version, proceeding, .. }) = document.variations.last() {
        let why = proceeding.operative_basis.as_ref().map(crate::domain::calendar::Counted::because);
        blocks.push(known([("This version from", Some(written_out(version.effective_from))), ("Why", why)]));
    }
    section("When the licence is in force", blocks)
}

fn conditions(document: &LicenceDocument) -> Section {
    let scheme = &document.scheme;
    let mut blocks = vec![text(format!(
        "The conditions are those of the council's scheme {}, under which the licence was granted. Those marked as mandatory are \
         required by Schedule 4 to the Housing Act 2004; the others are the council's own.",
        document.licence.scheme_version_name()
    ))];
    for condition in &scheme.conditions {
        let mark = match condition.kind {
            ConditionKind::Mandatory => " (mandatory)",
            ConditionKind::Discretionary => "",
        };
        blocks.push(heading(format!("Condition {}: {}{mark}", condition.number, condition.title)));
        blocks.push(text(&condition.what));
        blocks.push(known([
            ("Rests on", Some(condition.statutory_basis.clone())),
            ("Applies", applies(condition)),
            ("When asked for", condition.response_days.map(|days| format!("to be answered within {days} days"))),
        ]));
    }
    section("The conditions", blocks)
}

fn applies(condition: &Condition) -> Option<String> {
    match condition.applies_if {
        AppliesIf::Always => None,
        AppliesIf::GasSupplied => Some("where gas is supplied to the house".to_owned()),
    }
}

fn terms(document: &LicenceDocument) -> Section {
    let written = document.version().terms.as_deref();
    let block = written.map_or_else(
        || text("There are no terms beside the conditions above."),
        |terms| Block::Note { runs: Run::lines(terms) },
    );
    section("Terms beside the conditions", vec![block])
}

fn history(document: &LicenceDocument) -> Section {
    let mut blocks = vec![heading("Version 1: the grant")];
    let first = document.manager(&document.first);
    blocks.push(known([
        ("Granted", Some(granted(document))),
        ("On the application", document.application.clone()),
        ("Under", Some("Housing Act 2004, section 88".to_owned())),
        ("Held from", Some(written_out(document.first.effective_from))),
        ("Manager", Some(first.map_or_else(|| "the licence holder".to_owned(), |party| party.name.clone()))),
    ]));
    document.variations.iter().for_each(|variation| varied(&mut blocks, document, variation));
    section("How the licence came to be as it is", blocks)
}

fn varied(blocks: &mut Vec<Block>, document: &LicenceDocument, variation: &Variation) {
    let Variation { version, proceeding, decided_by } = variation;
    let changes = proceeding.changes.as_ref();
    let manager = changes.and_then(|changes| changes.manager_id).and_then(|_| document.manager(version));
    let agent = changes.and_then(|changes| changes.agent_id).and_then(|_| document.agent(version));
    let decided = proceeding.decided_on.map(|on| match decided_by {
        Some(name) => format!("{}, by {name}", written_out(on)),
        None => written_out(on),
    });
    let agreed = if proceeding.is_agreed { "with" } else { "without" };
    let number = version.version;
    blocks.push(heading(format!("Version {number}: a variation, which replaced version {}", number - 1)));
    blocks.push(known([
        ("Decided", decided),
        (
            "Under",
            Some(format!("Housing Act 2004, section 92 ({}), {agreed} the holder's agreement", proceeding.reference)),
        ),
        ("Ground", Some(prose(proceeding.ground))),
        ("Why", Some(proceeding.reason.clone())),
        ("Held from", Some(written_out(version.effective_from))),
        ("Manager since then", manager.map(|party| party.name.clone())),
        ("Agent since then", agent.map(|party| party.name.clone())),
        ("Last day since then", changes.and_then(|changes| changes.ends_on).map(|_| written_out(version.ends_on))),
        ("Terms since then", changes.and_then(|changes| changes.terms.clone())),
    ]));
}
