//! One row of the table as an application, or everything that is wrong with it.

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use super::amount;
use super::cell::{Cell, Line};
use super::column::{Column, Whose, fold};
use super::day;
use super::heading::Headings;
use super::person::{self, Person};
use super::wrong::{CellFault, Wrong};
use domain::event::hex;
use domain::property::Dwelling;

/// What was paid of the fee, as the file tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paid {
    /// All that was due when the application came in.
    Due,
    /// So many pence.
    Pence(i32),
}

/// An application as the file tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationRow {
    /// The row, as the spreadsheet numbers it.
    pub row: usize,
    /// The council's own reference.
    pub reference: Option<String>,
    /// Unique Property Reference Number, 1 to 12 digits without leading zeros.
    pub uprn: Option<String>,
    /// The home's address on one line, without its postcode where that stood at the end.
    pub address: String,
    /// Its street.
    pub street: Option<String>,
    /// Its postcode, in capitals with one space.
    pub postcode: String,
    /// The licence area as the file calls it: the scheme says which one that is.
    pub area: Option<String>,
    /// Who applies.
    pub applicant: Person,
    /// Who is to hold the licence; the applicant unless the file says otherwise.
    pub holder: Person,
    /// Who is to manage.
    pub manager: Option<Person>,
    /// The agent who gets copies.
    pub agent: Option<Person>,
    /// The day on which it came in.
    pub submitted_on: NaiveDate,
    /// Households in the home.
    pub households: Option<i32>,
    /// People living in the home.
    pub occupiers: Option<i32>,
    /// Whether gas is supplied; `None` while nobody has said.
    pub gas_supplied: Option<bool>,
    /// Whether the declarations are signed; `None` while nobody has said.
    pub declarations_signed: Option<bool>,
    /// The kind of dwelling.
    pub dwelling: Option<Dwelling>,
    /// What was paid of the fee; `None` if nothing was, or nobody has said.
    pub paid: Option<Paid>,
}

impl ApplicationRow {
    /// The application's identity, the same whenever it is imported again: the council's reference; without one,
    /// the home (by UPRN, else by address and postcode), the applicant and the day, as a digest that shows no name.
    #[must_use]
    pub fn key(&self) -> String {
        if let Some(reference) = &self.reference {
            return format!("ref:{}", fold(reference));
        }
        let home = self.uprn.clone().unwrap_or_else(|| format!("{} {}", fold(&self.address), fold(&self.postcode)));
        let facts = format!("{home}\n{}\n{}", fold(&self.applicant.name), self.submitted_on);
        format!("facts:{}", hex(&Sha256::digest(facts.as_bytes())))
    }

    /// Reads a line; `today` bounds the day of submission.
    pub(super) fn read(line: &Line, headings: &Headings, today: NaiveDate) -> Result<Self, Vec<CellFault>> {
        let mut reading = Reading { line, headings, faults: Vec::new() };
        let row = reading.application(today);
        let mut faults = reading.faults;
        faults.sort_by_key(|fault| fault.0);
        row.filter(|_| faults.is_empty()).ok_or_else(|| faults.into_iter().map(|(_, fault)| fault).collect())
    }
}

/// A line being read: what is wrong is kept, with the place of its column, and reading goes on.
pub(super) struct Reading<'a> {
    line: &'a Line,
    headings: &'a Headings,
    faults: Vec<(usize, CellFault)>,
}

impl<'a> Reading<'a> {
    fn application(&mut self, today: NaiveDate) -> Option<ApplicationRow> {
        let home = self.home();
        let applicant = person::applicant(self);
        let holder = person::holder(self, applicant.as_ref());
        let manager = person::somebody(self, Whose::Manager, applicant.as_ref());
        let agent = person::somebody(self, Whose::Agent, applicant.as_ref());
        let submitted_on = self.required(Column::SubmittedOn, |cell| day::submitted(cell, today));
        let reference = self.optional(Column::Reference, |cell| amount::text(cell, 60));
        let uprn = self.optional(Column::Uprn, amount::uprn);
        let street = self.optional(Column::Street, |cell| amount::text(cell, 100));
        let area = self.optional(Column::Area, |cell| amount::text(cell, 100));
        let households = self.optional(Column::Households, |cell| amount::count(cell, 0, 100));
        let occupiers = self.optional(Column::Occupiers, |cell| amount::count(cell, 0, 500));
        let gas_supplied = self.optional(Column::Gas, amount::yes_or_no);
        let declarations_signed = self.optional(Column::Declarations, amount::yes_or_no);
        let dwelling = self.optional(Column::PropertyType, amount::dwelling);
        let paid = self.optional(Column::FeePaid, amount::paid).flatten();
        let (address, postcode) = home?;
        Some(ApplicationRow {
            row: self.line.row,
            reference,
            uprn,
            address,
            street,
            postcode,
            area,
            applicant: applicant?,
            holder: holder?,
            manager,
            agent,
            submitted_on: submitted_on?,
            households,
            occupiers,
            gas_supplied,
            declarations_signed,
            dwelling,
            paid,
        })
    }

    /// Address and postcode. A postcode at the end of the address serves where there is no column for it, and is
    /// not repeated where there is.
    fn home(&mut self) -> Option<(String, String)> {
        let address = self.address();
        if self.headings.place(Column::Postcode).is_none() {
            let address = address?;
            let split = amount::split_postcode(&address).filter(|(address, _)| !address.is_empty());
            if split.is_none() {
                self.fault(Column::Address, Wrong::NoPostcodeInAddress);
            }
            return split;
        }
        let code =
            self.required(Column::Postcode, |cell| amount::text(cell, 40).and_then(|text| amount::postcode(&text)));
        let (address, code) = (address?, code?);
        match amount::split_postcode(&address) {
            Some((rest, same)) if same == code && !rest.is_empty() => Some((rest, code)),
            _ => Some((address, code)),
        }
    }

    fn address(&mut self) -> Option<String> {
        if self.headings.place(Column::Address).is_some() {
            return self.required(Column::Address, |cell| amount::address(cell, 300));
        }
        let first = self.required(Column::AddressLine(1), |cell| amount::address(cell, 100));
        let rest =
            (2..=5).filter_map(|line| self.optional(Column::AddressLine(line), |cell| amount::address(cell, 100)));
        let rest: Vec<String> = rest.collect();
        Some(std::iter::once(first?).chain(rest).collect::<Vec<_>>().join(", "))
    }

    /// What a cell says, if it says anything.
    pub(super) fn optional<T>(&mut self, column: Column, read: impl FnOnce(&Cell) -> Result<T, Wrong>) -> Option<T> {
        let cell = self.cell(column).filter(|cell| !is_blank(cell))?;
        read(cell).map_err(|wrong| self.fault(column, wrong)).ok()
    }

    /// What a cell says; to say nothing is a fault.
    pub(super) fn required<T>(&mut self, column: Column, read: impl FnOnce(&Cell) -> Result<T, Wrong>) -> Option<T> {
        if self.cell(column).is_none_or(is_blank) {
            self.fault(column, Wrong::Missing);
            return None;
        }
        self.optional(column, read)
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, column: Column, wrong: Wrong) {
        let value = self.cell(column).map(Cell::shown).unwrap_or_default();
        let place = self.headings.place(column).unwrap_or(usize::MAX);
        self.faults.push((place, CellFault::new(self.line.row, self.called(column), &value, wrong)));
    }

    /// Whether a fault of this column was noted.
    pub(super) fn has_fault(&self, column: Column) -> bool {
        let place = self.headings.place(column);
        self.faults.iter().any(|fault| Some(fault.0) == place)
    }

    /// What the file calls a column.
    pub(super) fn called(&self, column: Column) -> String {
        self.headings.called(column)
    }

    fn cell(&self, column: Column) -> Option<&'a Cell> {
        self.headings.place(column).and_then(|place| self.line.cell(place))
    }
}

/// Words that people write into a cell to leave it empty.
fn is_blank(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    matches!(fold(text).as_str(), "" | "na" | "notapplicable" | "unknown" | "notknown" | "tbc")
}
