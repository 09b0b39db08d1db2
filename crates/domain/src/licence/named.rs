//! Whom and what the document of a version names, kept so that it reads the same years later.

use serde::{Deserialize, Serialize};

use crate::id::{PartyId, PropertyId};
use crate::party::Party;
use crate::property::Property;

/// People, homes and the officer as they were on record when a version of a licence was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The holder, the manager, the agent and whoever was bound, each once.
    pub people: Vec<NamedPerson>,
    /// Who was bound beside the holder (s.90(6)).
    pub bound: Vec<PartyId>,
    /// The homes that it covers.
    pub homes: Vec<NamedHome>,
    /// The name of the officer who decided.
    pub officer: Option<String>,
}

/// A person or company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPerson {
    /// Who.
    pub id: PartyId,
    /// The name.
    pub name: String,
    /// Where letters went.
    pub address: String,
    /// The number at Companies House.
    pub company_number: Option<String>,
}

/// A home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedHome {
    /// Which.
    pub id: PropertyId,
    /// Its address without the postcode.
    pub address: String,
    /// Its postcode.
    pub postcode: String,
    /// Its number in the national list of addresses.
    pub uprn: Option<String>,
    /// Its area, by the scheme's code.
    pub area_code: Option<String>,
}

impl Named {
    /// The people as they were: what was corrected since then is as it was again.
    pub fn restore(&self, party: &mut Party) {
        let Some(then) = self.people.iter().find(|person| person.id == party.id) else { return };
        party.name.clone_from(&then.name);
        party.address.clone_from(&then.address);
        party.company_number.clone_from(&then.company_number);
    }

    /// The home as it was.
    pub fn restore_home(&self, home: &mut Property) {
        let Some(then) = self.homes.iter().find(|one| one.id == home.id) else { return };
        home.address.clone_from(&then.address);
        home.postcode.clone_from(&then.postcode);
        home.uprn.clone_from(&then.uprn);
        home.area_code.clone_from(&then.area_code);
    }
}

impl From<&Party> for NamedPerson {
    fn from(party: &Party) -> Self {
        Self {
            id: party.id,
            name: party.name.clone(),
            address: party.address.clone(),
            company_number: party.company_number.clone(),
        }
    }
}

impl From<&Property> for NamedHome {
    fn from(home: &Property) -> Self {
        Self {
            id: home.id,
            address: home.address.clone(),
            postcode: home.postcode.clone(),
            uprn: home.uprn.clone(),
            area_code: home.area_code.clone(),
        }
    }
}
