//! Many files at once: which of them answers which item, by file name or by a list. What is not plain is left to a person.

use std::collections::BTreeSet;

use super::id::{DemandId, ItemId, words};
use super::property::Property;
use super::scheme::DocumentKind;

words! {
    /// Why a file answers nothing by itself.
    LeftOver {
        /// Neither its name nor the list says which home.
        NoHome = "no_home",
        /// It could be of several homes.
        SeveralHomes = "several_homes",
        /// Neither its name nor the list says what it is.
        NoKind = "no_kind",
        /// It could be several things.
        SeveralKinds = "several_kinds",
        /// Nothing of that kind is asked for at that home.
        NothingAsked = "nothing_asked",
        /// Several open items ask for it.
        SeveralItems = "several_items",
        /// The list does not name it.
        NotInList = "not_in_list",
        /// The list names it more than once.
        TwiceInList = "twice_in_list",
    }
}

impl LeftOver {
    /// What is the matter, and what to do about it, in words for whoever sent the file.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::NoHome => {
                "it does not say which home it is for, or nothing is asked for there: put the UPRN, or the house number and \
                 postcode, into its name or into the list"
            }
            Self::SeveralHomes => "it could be for several homes: use the UPRN",
            Self::NoKind => {
                "it does not say what it is: put a word such as gas, eicr, alarm or inspection into its name or into the list"
            }
            Self::SeveralKinds => "it says more than one kind of paper: use one word, or the list",
            Self::NothingAsked => {
                "nothing of this kind is asked for at that home just now: check the word for what it is, and the home"
            }
            Self::SeveralItems => "more than one demand asks for it: send it on the page of each demand",
            Self::NotInList => "the list does not name it: add a line for it",
            Self::TwiceInList => "the list names it more than once: keep one line",
        }
    }
}

/// An open item that a file may answer.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// Its demand.
    pub demand: DemandId,
    /// The item.
    pub item: ItemId,
    /// The home.
    pub home: &'a Property,
    /// What answers it.
    pub answered_by: &'a [DocumentKind],
}

/// A file name that plainly means an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The item.
    pub item: ItemId,
    /// The name.
    pub name: String,
}

/// At most so many file names that mean what is wanted, each home by its UPRN and by its address.
#[must_use]
pub fn examples(wanted: &[Wanted<'_>], most: usize) -> Vec<Example> {
    let named = wanted.iter().flat_map(|one| one.names().into_iter().map(|name| Example { item: one.item, name }));
    let found = |example: &Example| {
        place(&Label::of_name(&example.name), wanted).is_ok_and(|(found, _)| found.item == example.item)
    };
    named.filter(found).take(most).collect()
}

impl Wanted<'_> {
    fn names(&self) -> Vec<String> {
        let Some(kind) = self.answered_by.first() else { return Vec::new() };
        let word = words_for(*kind).first().copied().unwrap_or(kind.spelling());
        let address = self.home.one_line().replace(|c: char| !c.is_alphanumeric() && c != '-', " ");
        let address = address.split_whitespace().collect::<Vec<_>>().join(" ");
        let homes = self.home.uprn.iter().chain([&address]);
        homes.map(|home| format!("{home} {word}.pdf")).collect()
    }
}

/// What is said of a file: by its own name, or by a line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label<'a> {
    /// Where the home stands: a UPRN or an address.
    pub home: &'a str,
    /// Where the kind stands.
    pub kind: &'a str,
}

impl<'a> Label<'a> {
    /// Everything stands in the file's name.
    #[must_use]
    pub fn of_name(name: &'a str) -> Self {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        Self { home: stem, kind: stem }
    }
}

/// A line of the list that comes with the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListLine {
    /// The file's name.
    pub file: String,
    /// A UPRN or an address.
    pub home: String,
    /// What it is.
    pub kind: String,
}

/// What is said of a file: by its line, if there is a list, else by its name.
///
/// # Errors
/// A file that the list does not name, or names twice.
pub fn label<'a>(file: &'a str, list: Option<&'a [ListLine]>) -> Result<Label<'a>, LeftOver> {
    let Some(list) = list else { return Ok(Label::of_name(file)) };
    let mut lines = list.iter().filter(|line| line.file == file);
    match (lines.next(), lines.next()) {
        (None, _) => Err(LeftOver::NotInList),
        (Some(line), None) => Ok(Label { home: &line.home, kind: &line.kind }),
        (Some(_), Some(_)) => Err(LeftOver::TwiceInList),
    }
}

/// The one item that a file answers, with the kind of paper that it is.
///
/// # Errors
/// Why it cannot be told; nothing is guessed.
pub fn place<'a, 'w>(label: &Label<'_>, wanted: &'w [Wanted<'a>]) -> Result<(&'w Wanted<'a>, DocumentKind), LeftOver> {
    let homes = wanted.iter().filter(|one| is_of(label.home, one.home)).collect::<Vec<_>>();
    let known = homes.iter().map(|one| one.home.id).collect::<BTreeSet<_>>();
    match known.len() {
        0 => return Err(LeftOver::NoHome),
        1 => {}
        _ => return Err(LeftOver::SeveralHomes),
    }
    let kinds = kinds_in(label.kind);
    let kind = match kinds.as_slice() {
        [] => return Err(LeftOver::NoKind),
        [kind] => *kind,
        _ => return Err(LeftOver::SeveralKinds),
    };
    let asked = homes.into_iter().filter(|one| one.answered_by.contains(&kind)).collect::<Vec<_>>();
    match asked.as_slice() {
        [] => Err(LeftOver::NothingAsked),
        [one] => Ok((one, kind)),
        _ => Err(LeftOver::SeveralItems),
    }
}

fn is_of(text: &str, home: &Property) -> bool {
    let own = home.uprn.as_deref().map(|uprn| uprn.trim_start_matches('0'));
    let has_uprn = own.is_some_and(|own| {
        let mut numbers = text.split(|c: char| !c.is_ascii_alphanumeric());
        numbers.any(|number| !number.is_empty() && number.trim_start_matches('0') == own)
    });
    has_uprn || home.is_named_in(text)
}

/// The kinds of paper that a text names, by their spelling in the scheme file or by the words that agents use.
fn kinds_in(text: &str) -> Vec<DocumentKind> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).collect::<Vec<_>>();
    let spelt = |kind: &DocumentKind| words.join("_").contains(kind.spelling());
    let by_word = |kind: &DocumentKind| words_for(*kind).iter().any(|word| words.contains(word));
    let exact = DocumentKind::ALL.iter().copied().filter(|kind| *kind != DocumentKind::Other && spelt(kind));
    let exact = exact.collect::<Vec<_>>();
    if exact.is_empty() { DocumentKind::ALL.iter().copied().filter(by_word).collect() } else { exact }
}

/// The words of agents for a kind of paper; where there are none, its spelling in the scheme file says it.
#[must_use]
pub fn words_for(kind: DocumentKind) -> &'static [&'static str] {
    use DocumentKind as K;
    match kind {
        K::GasSafetyRecord => &["gas", "cp12", "lgsr"],
        K::ElectricalReport => &["eicr", "eic", "electrical", "electric"],
        K::AlarmDeclaration => &["alarm", "alarms", "smoke"],
        K::ApplianceDeclaration => &["appliance", "appliances", "pat"],
        K::FurnitureDeclaration => &["furniture"],
        K::InspectionRecord => &["inspection"],
        K::TermsOfOccupation => &["tenancy", "terms"],
        K::References => &["references"],
        K::EnergyPerformanceCertificate => &["epc"],
        K::Inventory => &["inventory"],
        K::RemedialConfirmation => &["remedial"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::PropertyId;
    use crate::testing::{home, key};

    fn homes() -> Vec<Property> {
        let other = |number: u32, uprn: &str| Property {
            id: PropertyId(key(&format!("{number} Made-up Street"))),
            address: format!("{number} Made-up Street"),
            uprn: Some(uprn.to_owned()),
            ..home(Some(true))
        };
        vec![other(12, "100110000012"), other(14, "000110000014")]
    }

    fn wanted(homes: &[Property]) -> Vec<Wanted<'_>> {
        let asks = |home, name: &str, answered_by| Wanted {
            demand: DemandId(key(name)),
            item: ItemId(key(&format!("item of {name}"))),
            home,
            answered_by,
        };
        vec![
            asks(&homes[0], "gas at 12", &[DocumentKind::GasSafetyRecord]),
            asks(&homes[0], "electrical at 12", &[DocumentKind::ElectricalReport]),
            asks(&homes[1], "gas at 14", &[DocumentKind::GasSafetyRecord]),
            asks(&homes[1], "inspections at 14", &[DocumentKind::InspectionRecord]),
            asks(&homes[1], "inspections at 14 again", &[DocumentKind::InspectionRecord]),
        ]
    }

    #[test]
    fn a_file_name_with_uprn_or_address_and_kind_finds_its_item_and_nothing_is_guessed() {
        let homes = homes();
        let wanted = wanted(&homes);
        for (name, found) in [
            ("100110000012_gas.pdf", Ok("gas at 12")),
            ("CP12 - 12 Made-up Street TS18 1AA.pdf", Ok("gas at 12")),
            ("12-made-up-street-ts181aa-EICR.jpg", Ok("electrical at 12")),
            ("110000014 gas_safety_record 2025.pdf", Ok("gas at 14")),
            ("gas.pdf", Err(LeftOver::NoHome)),
            ("112 Made-up Street TS18 1AA gas.pdf", Err(LeftOver::NoHome)),
            ("12 Made-up Street gas.pdf", Err(LeftOver::NoHome)),
            ("100110000012 110000014 gas.pdf", Err(LeftOver::SeveralHomes)),
            ("100110000012.pdf", Err(LeftOver::NoKind)),
            ("100110000012 scan 7.pdf", Err(LeftOver::NoKind)),
            ("100110000012 gas and electrical.pdf", Err(LeftOver::SeveralKinds)),
            ("100110000012 epc.pdf", Err(LeftOver::NothingAsked)),
            ("110000014 inspection.pdf", Err(LeftOver::SeveralItems)),
        ] {
            let placed = place(&Label::of_name(name), &wanted).map(|(one, _)| one.demand);
            assert_eq!(placed, found.map(|name: &str| DemandId(key(name))), "{name}");
        }
    }

    #[test]
    fn every_name_that_is_given_as_an_example_finds_its_item_and_what_has_none_is_left_out() {
        let homes = homes();
        let wanted = wanted(&homes);
        let shown = examples(&wanted, 100);
        for example in &shown {
            let found = place(&Label::of_name(&example.name), &wanted).map(|(one, _)| one.item);
            assert_eq!(found, Ok(example.item), "{}", example.name);
        }
        let names = shown.iter().map(|example| example.name.as_str()).collect::<Vec<_>>();
        let known = [
            "100110000012 gas.pdf",
            "12 Made-up Street TS18 1AA gas.pdf",
            "100110000012 eicr.pdf",
            "12 Made-up Street TS18 1AA eicr.pdf",
            "000110000014 gas.pdf",
            "14 Made-up Street TS18 1AA gas.pdf",
        ];
        assert_eq!(names, known, "two demands ask for the inspections");
        assert_eq!(examples(&wanted, 1).len(), 1);
    }

    #[test]
    fn a_list_says_it_instead_of_the_name_and_names_each_file_once() {
        let line = |file: &str, home: &str, kind: &str| ListLine {
            file: file.to_owned(),
            home: home.to_owned(),
            kind: kind.to_owned(),
        };
        let list = [
            line("IMG_0001.jpg", "100110000012", "electrical_report"),
            line("IMG_0002.jpg", "14 Made-up Street, TS18 1AA", "Gas safety record"),
            line("IMG_0003.jpg", "110000014", "gas"),
            line("IMG_0003.jpg", "100110000012", "gas"),
        ];
        let homes = homes();
        let wanted = wanted(&homes);
        let found = |file: &str| {
            label(file, Some(&list)).and_then(|label| place(&label, &wanted).map(|(one, kind)| (one.demand, kind)))
        };
        let of = |name: &str, kind| Ok((DemandId(key(name)), kind));
        assert_eq!(found("IMG_0001.jpg"), of("electrical at 12", DocumentKind::ElectricalReport));
        assert_eq!(found("IMG_0002.jpg"), of("gas at 14", DocumentKind::GasSafetyRecord));
        assert_eq!(found("IMG_0003.jpg"), Err(LeftOver::TwiceInList));
        assert_eq!(found("100110000012 gas.pdf"), Err(LeftOver::NotInList), "the list decides, not the name");
    }
}
