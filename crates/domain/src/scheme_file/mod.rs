//! Reads the text of a scheme file and of its address list, and reports every fault of both with its line.

mod addresses;
mod conditions;
mod enforcement;
mod fees;
mod inspections;
mod obligations;
mod questions;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use crate::scheme::{Area, Scheme, same_spelling};
use toml_reader::{Fault, Reading, Section, Source, code, text, whole_number};

/// The file of the scheme that is built in.
pub const SHIPPED_TEXT: &str = include_str!("../../../../config/schemes/stockton-2024.toml");
/// Its address list.
pub const SHIPPED_ADDRESSES: &str = include_str!("../../../../config/schemes/stockton-2024-addresses.csv");

/// Reads a scheme from the text of its file. `address_text` gives the text of the address list that the file names, or
/// says why it cannot.
///
/// # Errors
/// Every fault of the file, in the order of its lines, and then of the address list.
pub fn read(
    name: &str,
    text: &str,
    address_text: impl Fn(&str) -> Result<String, String>,
) -> Result<Scheme, Vec<Fault>> {
    let reading = Reading::of(&[Source { name, text }])?;
    let mut address_faults = Vec::new();
    let scheme = scheme(&reading.root(), &address_text, &mut address_faults);
    match reading.finish(scheme) {
        Ok(scheme) if address_faults.is_empty() => Ok(scheme),
        Ok(_) => Err(address_faults),
        Err(mut faults) => {
            faults.append(&mut address_faults);
            Err(faults)
        }
    }
}

/// The scheme that is built into the program.
///
/// # Errors
/// Its faults; a test proves that there are none.
pub fn shipped() -> Result<Scheme, Vec<Fault>> {
    read("stockton-2024.toml", SHIPPED_TEXT, |_| Ok(SHIPPED_ADDRESSES.to_owned()))
}

fn scheme(
    root: &Section<'_>,
    address_text: &dyn Fn(&str) -> Result<String, String>,
    address_faults: &mut Vec<Fault>,
) -> Option<Scheme> {
    let scheme_code = root.required("code", code);
    let version = root.required("version", whole_number(1..=9_999));
    let council = root.table("council").and_then(|section| settings::council(&section));
    let designation = root.table("designation").and_then(|section| settings::designation(&section));
    let licence_max_years = root.table("licence").and_then(|section| licence_max_years(&section));
    let (areas, area_codes) = areas(root);
    let addresses = addresses::listed(root, &area_codes, address_text, address_faults);
    let ladders = root.table("ladders").and_then(|section| obligations::ladders(&section));
    let (conditions, condition_facts) = conditions::conditions(root);
    let obligations = obligations::obligations(root, &condition_facts, ladders.as_ref());
    let fees = root.table("fees").and_then(|section| fees::fees(&section));
    let policy = root.table("policy").and_then(|section| settings::policy(&section));
    let has_enforcement = root.has("enforcement");
    let enforcement = has_enforcement.then(|| root.table("enforcement")).flatten();
    let enforcement = enforcement.and_then(|section| enforcement::enforcement(&section));
    let has_inspections = root.has("inspections");
    let inspections = has_inspections.then(|| root.table("inspections")).flatten();
    let inspections = inspections.and_then(|section| inspections::inspections(&section));
    let exemptions = settings::exemptions(root);
    let has_partnership = root.has("partnership");
    let partnership = has_partnership.then(|| root.table("partnership")).flatten();
    let partnership = partnership.and_then(|section| settings::partnership(&section, conditions.as_deref()));
    // A scheme without a form takes applications on paper only.
    let has_form = root.has("application");
    let application =
        has_form.then(|| root.table("application")).flatten().and_then(|section| questions::application(&section));
    root.no_other_keys();
    Some(Scheme {
        code: scheme_code?,
        version: version?,
        council: council?,
        designation: designation?,
        licence_max_years: licence_max_years?,
        areas: areas?,
        addresses: addresses?,
        conditions: conditions?,
        obligations: obligations?,
        demand_ladder: ladders?.demand,
        fees: fees?,
        policy: policy?,
        enforcement: if has_enforcement { enforcement? } else { enforcement::without() },
        inspections: if has_inspections { inspections? } else { inspections::without() },
        partnership: if has_partnership { Some(partnership?) } else { None },
        exemptions: exemptions?,
        application: if has_form { Some(application?) } else { None },
    })
}

fn licence_max_years(section: &Section<'_>) -> Option<u32> {
    let years = section.required("max_years", whole_number(1..=5));
    section.no_other_keys();
    years
}

/// The areas, and the codes of all of them, also of those with a fault elsewhere.
fn areas(root: &Section<'_>) -> (Option<Vec<Area>>, BTreeSet<String>) {
    let sections = root.tables("areas");
    if sections.is_empty() {
        root.fault("areas", "has no area; add an [[areas]] table for each licence area");
    }
    let mut owners = BTreeMap::new();
    let mut codes = BTreeSet::new();
    let areas: Vec<_> = sections.iter().map(|section| area(section, &mut owners, &mut codes)).collect();
    (areas.into_iter().collect(), codes)
}

fn area(section: &Section<'_>, owners: &mut BTreeMap<String, usize>, codes: &mut BTreeSet<String>) -> Option<Area> {
    let area_code = section.required("code", code);
    let name = section.required("name", text);
    let other_names = section.list("other_names", text);
    section.no_other_keys();
    let mine = codes.len();
    let is_new = area_code.as_ref().is_none_or(|code| codes.insert(code.clone()));
    if !is_new {
        section.fault("code", "is the code of two areas; give each area its own");
        return None;
    }
    claim(section, "code", area_code.as_slice(), mine, owners);
    claim(section, "name", name.as_slice(), mine, owners);
    claim(section, "other_names", other_names.as_deref().unwrap_or_default(), mine, owners);
    Some(Area { code: area_code?, name: name?, other_names: other_names? })
}

/// Two areas must not answer to the same name.
fn claim(
    section: &Section<'_>,
    key: &'static str,
    names: &[String],
    mine: usize,
    owners: &mut BTreeMap<String, usize>,
) {
    for name in names {
        if *owners.entry(same_spelling(name)).or_insert(mine) != mine {
            section.fault(key, format!("{name:?} already means another area; take it from one of the two"));
        }
    }
}

#[cfg(test)]
mod tests;
