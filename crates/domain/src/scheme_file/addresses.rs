//! Reads a scheme's address list: a CSV file of UPRN, or street and postcode, and the area each lies in.

use std::collections::BTreeSet;

use crate::scheme::{AddressList, StreetAndPostcode, Uprn};
use toml_reader::{Fault, Place, Raw, Section, text};

const COLUMNS: [&str; 4] = ["uprn", "street", "postcode", "area"];

/// The list that the scheme file names. Faults of its rows go to `faults`; `None` means that the scheme file is at fault.
pub(super) fn listed(
    root: &Section<'_>,
    areas: &BTreeSet<String>,
    address_text: &dyn Fn(&str) -> Result<String, String>,
    faults: &mut Vec<Fault>,
) -> Option<AddressList> {
    let file = root.required("addresses_file", file_name)?;
    match address_text(&file) {
        Ok(text) => Some(rows(&file, &text, areas, faults)),
        Err(reason) => {
            root.fault(
                "addresses_file",
                format!("{file:?} cannot be read ({reason}); put the file beside the scheme file"),
            );
            None
        }
    }
}

/// A name without a folder, so that a scheme file cannot point anywhere else on the machine.
fn file_name(raw: &Raw<'_>) -> Result<String, String> {
    let name = text(raw)?;
    if name.contains(['/', '\\']) || name == ".." {
        return Err(format!("{name:?} names a folder; put the file beside the scheme file and write its name only"));
    }
    Ok(name)
}

fn rows(file: &str, text: &str, areas: &BTreeSet<String>, faults: &mut Vec<Fault>) -> AddressList {
    let mut list = AddressList::default();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut report = |line: usize, column: &str, message: String| {
        let place = Place::Line { file: file.to_owned(), line, column: 1 };
        faults.push(Fault::new(place, column, message));
    };
    let header_line = text.lines().take_while(|line| line.starts_with('#') || line.trim().is_empty()).count() + 1;
    match reader.headers() {
        Ok(headers) if headers.iter().eq(COLUMNS) => {}
        Ok(_) | Err(_) => {
            report(header_line, "", format!("the first row must name the columns {}", COLUMNS.join(",")));
            return list;
        }
    }
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or_default());
                let cell = |index: usize| record.get(index).unwrap_or_default();
                let row = Row { uprn: cell(0), street: cell(1), postcode: cell(2), area: cell(3) };
                if let Err((column, message)) = row.enter(areas, &mut list) {
                    report(line, column, message);
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or_default());
                report(line, "", format!("the row cannot be read; it needs {} cells in UTF-8", COLUMNS.len()));
            }
        }
    }
    list
}

struct Row<'c> {
    uprn: &'c str,
    street: &'c str,
    postcode: &'c str,
    area: &'c str,
}

impl Row<'_> {
    fn enter(&self, areas: &BTreeSet<String>, list: &mut AddressList) -> Result<(), (&'static str, String)> {
        if !areas.contains(self.area) {
            let known = areas.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(("area", format!("{:?} is not the code of an area here; use one of: {known}", self.area)));
        }
        let elsewhere = |other: &str| format!("is listed in the area {other} already; keep one of the two rows");
        if self.uprn.is_empty() {
            let needs = || ("street", "a row without a UPRN needs a street and a postcode".to_owned());
            let street = StreetAndPostcode::parse(self.street, self.postcode).ok_or_else(needs)?;
            let clash = list.enter_street(street, self.area);
            return clash.map_or(Ok(()), |other| Err(("street", elsewhere(other))));
        }
        let wrong = || ("uprn", format!("{:?} is not a UPRN; write 1 to 12 digits", self.uprn));
        let uprn = Uprn::parse(self.uprn).ok_or_else(wrong)?;
        let clash = list.enter_uprn(uprn, self.area);
        clash.map_or(Ok(()), |other| Err(("uprn", elsewhere(other))))
    }
}
