//! What a landlord or agent does of their own accord: their homes, records that they give, changes that they report, consent.

mod change;
mod details;
mod licences;
mod records;

pub(super) use change::{form as change_form, report, told};
pub(super) use details::{consent, page as details, withdraw, withdrawal};
pub(super) use licences::{document, list, one};
pub(super) use records::{inspection_form, neighbours_form, record_inspection, record_neighbours, show as record};

use serde::Serialize;

use super::look::{Choice, Fault};
use super::visitor::Guest;
use crate::actions::Error;
use crate::domain::id::{LicenceId, PropertyId};
use crate::domain::licence::Licence;
use crate::domain::property::Property;
use crate::storage::{Conn, licences as licence_table, properties};

/// What stands at the head of every form about a licence.
#[derive(Clone, Debug, Serialize)]
struct Head {
    href: String,
    licence: String,
    home: String,
    /// The homes that the licence covers, where it covers several.
    homes: Vec<Choice>,
    token: String,
    faults: Vec<Fault>,
    stale: bool,
}

/// A licence that concerns the visitor, with its homes: the address of record first.
struct Seen {
    licence: Licence,
    homes: Vec<Property>,
    head: Head,
}

impl Seen {
    /// The home that was chosen, or the only one.
    fn home(&self, chosen: Option<PropertyId>) -> Option<&Property> {
        match self.homes.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|home| Some(home.id) == chosen),
        }
    }
}

fn look(db: &mut Conn, guest: &Guest, id: LicenceId) -> Result<Seen, Error> {
    let licence = licence_table::find_seen(db, guest.cx.actor.sight(), id)?.ok_or(Error::NotFound)?;
    let covered = licence_table::homes_of(db, id)?;
    let mut homes = properties::find_all(db, &covered)?;
    homes.sort_by_key(|home| (home.id != licence.property_id, home.address.clone()));
    let choice = |home: &Property| Choice { value: home.id.to_string(), text: home.one_line() };
    let head = Head {
        href: format!("/licences/{id}"),
        licence: licence.number.clone(),
        home: homes.first().map(Property::one_line).unwrap_or_default(),
        homes: if homes.len() > 1 { homes.iter().map(choice).collect() } else { Vec::new() },
        token: guest.token.clone(),
        faults: Vec::new(),
        stale: false,
    };
    Ok(Seen { licence, homes, head })
}
