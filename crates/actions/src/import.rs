//! Applications from a council's file: each becomes a home, its people and a submitted application, and never twice.

use super::applications::{self as actions, Applying};
use super::{Error, Expected, Rules, fees, gazetteer};
use domain::actor::Action;
use domain::application::Step;
use domain::context::Context;
use domain::event::{Chain, Event, Happening};
use domain::id::{PartyId, Spelled};
use domain::party::{PartyFacts, PartyKind};
use domain::property::{Property, PropertyFacts};
use domain::scheme::same_spelling;
use spreadsheet::{ApplicationRow, Person};
use storage::{self, Retry, Tx, applications, events, parties, properties};

/// What stands in the place of a postal address that the file does not give: nothing can be posted there.
pub const NO_ADDRESS: &str = "address not given";

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Applications taken in as submitted.
    pub submitted: u64,
    /// Rows kept as drafts, because the file says that their declarations are not signed.
    pub drafts: Vec<usize>,
    /// Rows kept as drafts though something was paid: a draft owes nothing yet, so the payment is to be recorded once it is sent.
    pub paid_drafts: Vec<usize>,
    /// Applications that an earlier import took in.
    pub already: u64,
    /// Rows in which nothing is said about the declarations; they count as submitted, as the file dates them so.
    pub unsaid: u64,
    /// Rows whose home lies in no area that the file or the scheme's lists name.
    pub unallocated: Vec<usize>,
    /// Row and name of the people without a postal address.
    pub without_address: Vec<(usize, String)>,
}

impl Imported {
    /// How many applications were added.
    #[must_use]
    pub fn added(&self) -> u64 {
        self.submitted + u64::try_from(self.drafts.len()).unwrap_or(u64::MAX)
    }

    /// Adds what another part of the file came to.
    pub fn add(&mut self, mut more: Self) {
        self.submitted += more.submitted;
        self.drafts.append(&mut more.drafts);
        self.already += more.already;
        self.unsaid += more.unsaid;
        self.unallocated.append(&mut more.unallocated);
        self.without_address.append(&mut more.without_address);
    }
}

/// Why a row that could be read cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {row}, {column} \"{value}\": {reason}")]
pub struct RowFault {
    /// The row, as the spreadsheet numbers it.
    pub row: usize,
    /// The column's usual heading.
    pub column: &'static str,
    /// What stands there.
    pub value: String,
    /// What is wrong and what to do.
    pub reason: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// Rows are wrong; these are all that are.
    #[error("{} of the rows cannot be imported", .0.len())]
    Rows(Vec<RowFault>),
    /// Something else stands in the way.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<storage::Error> for NotImported {
    fn from(error: storage::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Retry for NotImported {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Failed(error) if error.is_conflict())
    }
}

/// Takes in every row, or says what is wrong with each that cannot be: the caller's transaction is then undone.
/// `taken` is told of each row.
///
/// # Errors
/// [`NotImported::Rows`] with every bad row.
pub fn rows(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    read: &[ApplicationRow],
    mut taken: impl FnMut(),
) -> Result<Imported, NotImported> {
    cx.allow(Action::WorkApplications).map_err(Error::from)?;
    let mut imported = Imported::default();
    let mut faults = Vec::new();
    for row in read {
        match one(tx, cx, rules, row, &mut imported) {
            Ok(()) => {}
            Err(NotImported::Rows(bad)) => faults.extend(bad),
            Err(failed @ NotImported::Failed(_)) => return Err(failed),
        }
        taken();
    }
    if faults.is_empty() { Ok(imported) } else { Err(NotImported::Rows(faults)) }
}

/// Notes an import in the service's own chain, unless it added nothing. `digest` is the SHA-256 of the file.
///
/// # Errors
/// Whatever the database says.
pub fn note(tx: &mut Tx<'_>, cx: &Context, digest: &str, imported: &Imported) -> Result<(), Error> {
    if imported.added() == 0 {
        return Ok(());
    }
    let facts = serde_json::json!({
        "submitted": imported.submitted, "drafts": imported.drafts.len(), "already_there": imported.already,
    });
    let event = Event::new(cx, Chain::Service, Happening::ApplicationsImported, &File(digest), facts);
    Ok(events::append(tx, &[&event])?)
}

/// A file by the SHA-256 of its bytes: its name may be somebody's.
struct File<'a>(&'a str);

impl Spelled for File<'_> {
    fn as_str(&self) -> &str {
        self.0
    }
    fn read(_: &str) -> Option<Self> {
        None
    }
}

fn one(
    tx: &mut Tx<'_>,
    cx: &Context,
    rules: &Rules,
    row: &ApplicationRow,
    imported: &mut Imported,
) -> Result<(), NotImported> {
    let key = row.key();
    if applications::is_imported(tx, &key)? {
        imported.already += 1;
        return Ok(());
    }
    let home = home(tx, cx, rules, row)?;
    let mut people = People { row: row.row, met: Vec::new(), without_address: Vec::new() };
    let applying = Applying {
        property_id: home.id,
        applicant_id: people.find_or_add(tx, cx, &row.applicant)?,
        holder_id: people.find_or_add(tx, cx, &row.holder)?,
        manager_id: row.manager.as_ref().map(|person| people.find_or_add(tx, cx, person)).transpose()?,
        agent_id: row.agent.as_ref().map(|person| people.find_or_add(tx, cx, person)).transpose()?,
        import_key: Some(key),
    };
    let application = actions::start(tx, cx, applying).map_err(|error| at(row, error))?;
    if row.declarations_signed == Some(false) {
        imported.drafts.push(row.row);
        imported.paid_drafts.extend(row.paid.map(|_| row.row));
    } else {
        let step = Step::Submit { on: row.submitted_on, declarations_signed: true };
        let expected = Expected(application.revision);
        let submitted = actions::enter(tx, cx, rules, application.id, expected, step.clone());
        let submitted = submitted.map_err(|error| at(row, error))?;
        fees::charge(tx, cx, rules, &submitted, &step)?;
        if let Some(paid) = row.paid {
            let reference = row.reference.as_deref().unwrap_or("as imported");
            let taken_over = fees::take_over(tx, cx, rules, &submitted, paid, reference);
            taken_over.map_err(|error| refused(row, "Fee paid", "", error))?;
        }
        imported.submitted += 1;
        imported.unsaid += u64::from(row.declarations_signed.is_none());
    }
    if application.area_code.is_none() {
        imported.unallocated.push(row.row);
    }
    imported.without_address.append(&mut people.without_address);
    Ok(())
}

/// A refusal of the whole row is told at its address; what is no refusal goes on as it is.
fn at(row: &ApplicationRow, error: Error) -> NotImported {
    refused(row, "Property address", &row.address, error)
}

/// A refusal is told at that cell; what is no refusal goes on as it is.
fn refused(row: &ApplicationRow, column: &'static str, value: &str, error: Error) -> NotImported {
    let reason = match error {
        Error::Refused { text, .. } => text,
        Error::Invalid(faults) => faults.into_iter().map(|fault| fault.detail).collect::<Vec<_>>().join("; "),
        other => return NotImported::Failed(other),
    };
    bad(row, column, value, reason)
}

fn bad(row: &ApplicationRow, column: &'static str, value: &str, reason: String) -> NotImported {
    NotImported::Rows(vec![RowFault { row: row.row, column, value: value.to_owned(), reason }])
}

/// The home in the gazetteer, by UPRN or else by address, or a new one.
fn home(tx: &mut Tx<'_>, cx: &Context, rules: &Rules, row: &ApplicationRow) -> Result<Property, NotImported> {
    let area = row.area.as_deref().map(|typed| area(rules, row, typed)).transpose()?;
    let by_uprn = row.uprn.as_deref().map(|uprn| properties::find_uprn(tx, uprn)).transpose()?.flatten();
    if let Some(home) = &by_uprn
        && home.postcode != row.postcode
    {
        let reason = format!("this UPRN is {} in the gazetteer: correct the UPRN or the postcode", home.one_line());
        return Err(bad(row, "UPRN", row.uprn.as_deref().unwrap_or_default(), reason));
    }
    let known = match by_uprn {
        Some(home) => Some(home),
        None => properties::find_address(tx, &row.address, &row.postcode)?
            .filter(|home| row.uprn.is_none() || home.uprn.is_none()),
    };
    let facts = facts(row, area.clone());
    match known {
        None => gazetteer::add_property(tx, cx, rules, facts).map_err(|error| at(row, error)),
        Some(home) if area.is_none() || home.area_code == area => Ok(home),
        Some(home) => {
            let there = home.area_code.unwrap_or_else(|| "no area".to_owned());
            let reason = format!("the gazetteer has this home in {there}: correct the file, or the home");
            Err(bad(row, "Licence area", row.area.as_deref().unwrap_or_default(), reason))
        }
    }
}

fn area(rules: &Rules, row: &ApplicationRow, typed: &str) -> Result<String, NotImported> {
    gazetteer::area_code(rules, typed, "/area").map_err(|error| refused(row, "Licence area", typed, error))
}

fn facts(row: &ApplicationRow, area_code: Option<String>) -> PropertyFacts {
    let counted = row.households.is_some() || row.occupiers.is_some();
    PropertyFacts {
        uprn: row.uprn.clone(),
        address: row.address.clone(),
        street: row.street.clone().unwrap_or_default(),
        postcode: row.postcode.clone(),
        area_code,
        dwelling: row.dwelling,
        households: row.households,
        occupiers: row.occupiers,
        occupied_as_at: counted.then_some(row.submitted_on),
        gas_supplied: row.gas_supplied,
        ..PropertyFacts::default()
    }
}

struct People<'r> {
    row: usize,
    met: Vec<(&'r Person, PartyId)>,
    without_address: Vec<(usize, String)>,
}

impl<'r> People<'r> {
    /// Somebody with the same name and e-mail address, or the same name and postal address, is the same. Two people of one
    /// name of whom nothing else is known are kept apart: to mistake them would show one the other's case.
    fn find_or_add(&mut self, tx: &mut Tx<'_>, cx: &Context, person: &'r Person) -> Result<PartyId, NotImported> {
        if let Some((_, id)) = self.met.iter().find(|(met, _)| is_same(met, person)) {
            return Ok(*id);
        }
        let address = person.address.clone().unwrap_or_else(|| NO_ADDRESS.to_owned());
        let known = match (&person.email, &person.address) {
            (None, None) => None,
            (email, _) => parties::find_same(tx, &person.name, email.as_deref(), &address)?,
        };
        let party = match known {
            Some(party) => party,
            None => gazetteer::add_party(tx, cx, party(person, address))?,
        };
        if party.address == NO_ADDRESS {
            self.without_address.push((self.row, party.name));
        }
        self.met.push((person, party.id));
        Ok(party.id)
    }
}

/// Whether a row names the same person twice: by the same facts, or by the name alone the second time.
fn is_same(met: &Person, person: &Person) -> bool {
    let by_name_alone = person.email.is_none() && person.address.is_none();
    met == person || by_name_alone && same_spelling(&met.name) == same_spelling(&person.name)
}

fn party(person: &Person, address: String) -> PartyFacts {
    let last = person.name.split_whitespace().next_back().unwrap_or_default();
    let last = last.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let is_company = ["ltd", "limited", "llp", "plc"].contains(&last.as_str());
    PartyFacts {
        kind: if is_company { PartyKind::Company } else { PartyKind::Person },
        name: person.name.clone(),
        address,
        email: person.email.clone(),
        phone: None,
        company_number: None,
    }
}
