//! The columns that are known, and what councils call them.

/// Whose name, e-mail address or postal address a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The applicant.
    Applicant,
    /// The proposed holder of the licence.
    Holder,
    /// The proposed manager.
    Manager,
    /// The agent who gets copies.
    Agent,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The council's own reference.
    Reference,
    /// Unique Property Reference Number.
    Uprn,
    /// The whole address of the home.
    Address,
    /// One line of it, 1 to 5; the town counts as the fifth.
    AddressLine(u8),
    /// Its street.
    Street,
    /// Its postcode.
    Postcode,
    /// The licence area.
    Area,
    /// A person's name.
    Name(Whose),
    /// A person's e-mail address.
    Email(Whose),
    /// A person's postal address.
    PostalAddress(Whose),
    /// The day on which the application came in.
    SubmittedOn,
    /// Households in the home.
    Households,
    /// People living in the home.
    Occupiers,
    /// Whether gas is supplied.
    Gas,
    /// Whether the declarations are signed.
    Declarations,
    /// The kind of dwelling.
    PropertyType,
    /// What was paid of the fee.
    FeePaid,
}

/// Headings in the spelling of [`fold`]; where a file has several for one column, the first in this order is read.
const KNOWN: &[(Column, &str)] = &[
    (
        Column::Reference,
        "applicationref applicationreference applicationreferencenumber applicationno applicationnumber applicationid \
         councilreference councilref casereference caseref caseno casenumber reference referencenumber ref refno",
    ),
    (Column::Uprn, "uprn propertyuprn uprnofproperty uniquepropertyreferencenumber"),
    (
        Column::Address,
        "propertyaddress addressofproperty addressofthepropertytobelicensed licencedaddress licensedaddress \
         licenceaddress fulladdress address",
    ),
    (Column::AddressLine(1), "addressline1 propertyaddressline1 propertyaddress1 address1 line1"),
    (Column::AddressLine(2), "addressline2 propertyaddressline2 propertyaddress2 address2 line2"),
    (Column::AddressLine(3), "addressline3 propertyaddressline3 propertyaddress3 address3 line3"),
    (Column::AddressLine(4), "addressline4 propertyaddressline4 propertyaddress4 address4 line4"),
    (Column::AddressLine(5), "addressline5 propertyaddressline5 town propertytown towncity posttown city"),
    (Column::Street, "street streetname propertystreet road roadname"),
    (Column::Postcode, "postcode propertypostcode postcodeofproperty postalcode"),
    (Column::Area, "licencearea licensingarea schemearea designatedarea wardarea area"),
    (
        Column::SubmittedOn,
        "datesubmitted submitteddate submittedon submitted submissiondate dateofsubmission datereceived receiveddate \
         receivedon received dateofapplication applicationdate dateapplicationreceived applicationreceived",
    ),
    (Column::Households, "numberofhouseholds noofhouseholds households householdcount"),
    (
        Column::Occupiers,
        "numberofoccupiers noofoccupiers occupiers numberofoccupants noofoccupants occupants numberofpeople \
         numberofpersons numberoftenants",
    ),
    (Column::Gas, "gassupplied isgassupplied gassupply gassupplytoproperty mainsgas hasgas gas"),
    (
        Column::Declarations,
        "declarationssigned declarationsigned signeddeclarations signeddeclaration declarations declaration",
    ),
    (Column::FeePaid, "feepaid feespaid amountpaid paid feereceived feesreceived paymentreceived totalpaid"),
    (Column::PropertyType, "propertytype typeofproperty dwellingtype typeofdwelling kindofdwelling dwelling"),
];

/// What the four people are called.
const PEOPLE: &[(Whose, &str)] = &[
    (Whose::Applicant, "applicant landlord"),
    (Whose::Holder, "proposedlicenceholder proposedlicenseholder proposedholder licenceholder licenseholder holder"),
    (Whose::Manager, "proposedmanager manager propertymanager managingagent"),
    (Whose::Agent, "agent lettingagent lettingsagent"),
];

impl Column {
    /// What a heading means and how good a name it is for that (0 is best); `None` if it is not known.
    /// What stands in brackets is left out if it is not understood: "Gas? (Y/N)".
    pub(super) fn of(heading: &str) -> Option<(Self, usize)> {
        named(&fold(heading)).or_else(|| named(&fold(&without_brackets(heading))))
    }

    /// What the column is best called.
    pub(super) fn title(self) -> String {
        match self {
            Self::Reference => "Application ref".to_owned(),
            Self::Uprn => "UPRN".to_owned(),
            Self::Address => "Property address".to_owned(),
            Self::AddressLine(line) => format!("Address line {line}"),
            Self::Street => "Street".to_owned(),
            Self::Postcode => "Postcode".to_owned(),
            Self::Area => "Licence area".to_owned(),
            Self::Name(whose) => format!("{} name", whose.title()),
            Self::Email(whose) => format!("{} email", whose.title()),
            Self::PostalAddress(whose) => format!("{} address", whose.title()),
            Self::SubmittedOn => "Date submitted".to_owned(),
            Self::Households => "Number of households".to_owned(),
            Self::Occupiers => "Number of occupiers".to_owned(),
            Self::Gas => "Gas supplied".to_owned(),
            Self::Declarations => "Declarations signed".to_owned(),
            Self::PropertyType => "Property type".to_owned(),
            Self::FeePaid => "Fee paid".to_owned(),
        }
    }
}

impl Whose {
    fn title(self) -> &'static str {
        match self {
            Self::Applicant => "Applicant",
            Self::Holder => "Proposed holder",
            Self::Manager => "Manager",
            Self::Agent => "Agent",
        }
    }
}

fn named(folded: &str) -> Option<(Column, usize)> {
    let known = KNOWN.iter().find_map(|(column, names)| Some((*column, place(names, folded)?)));
    known.or_else(|| PEOPLE.iter().find_map(|(whose, names)| of_person(*whose, names, folded)))
}

fn place(names: &str, folded: &str) -> Option<usize> {
    names.split_whitespace().position(|name| name == folded)
}

fn of_person(whose: Whose, names: &str, folded: &str) -> Option<(Column, usize)> {
    names.split_whitespace().enumerate().find_map(|(place, person)| {
        let what = folded.strip_prefix(person).or_else(|| folded.strip_suffix(person))?;
        let column = match what {
            "" | "name" | "fullname" | "nameof" | "nameofthe" | "s" | "sname" => Column::Name(whose),
            "email" | "emailaddress" | "mail" | "emailof" | "emailaddressof" | "semail" => Column::Email(whose),
            "address" | "postaladdress" | "correspondenceaddress" | "contactaddress" | "homeaddress" | "addressof" => {
                Column::PostalAddress(whose)
            }
            _ => return None,
        };
        Some((column, place))
    })
}

/// Letters and digits only, in lower case: "Proposed holder's e-mail" and "PROPOSED HOLDERS EMAIL" are the same.
pub(super) fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let outside = |c: &char| match c {
        '(' | '[' => {
            depth = depth.saturating_add(1);
            false
        }
        ')' | ']' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    };
    text.chars().filter(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_understood_however_they_are_written() {
        let cases = [
            ("Application ref", Column::Reference),
            ("APPLICATION_REF.", Column::Reference),
            ("U.P.R.N.", Column::Uprn),
            ("Property address", Column::Address),
            ("Address line 1", Column::AddressLine(1)),
            ("Town/City", Column::AddressLine(5)),
            ("Post code", Column::Postcode),
            ("Ward area", Column::Area),
            ("Applicant", Column::Name(Whose::Applicant)),
            ("Name of applicant", Column::Name(Whose::Applicant)),
            ("Landlord's name", Column::Name(Whose::Applicant)),
            ("Applicant e-mail", Column::Email(Whose::Applicant)),
            ("Proposed licence holder name", Column::Name(Whose::Holder)),
            ("Proposed holder address", Column::PostalAddress(Whose::Holder)),
            ("Manager", Column::Name(Whose::Manager)),
            ("Managing agent email address", Column::Email(Whose::Manager)),
            ("Agent email", Column::Email(Whose::Agent)),
            ("Received", Column::SubmittedOn),
            ("Date submitted (DD/MM/YYYY)", Column::SubmittedOn),
            ("No. of occupiers", Column::Occupiers),
            ("Gas? (Y/N)", Column::Gas),
            ("Fee paid (£)", Column::FeePaid),
            ("Declarations signed?", Column::Declarations),
        ];
        for (heading, column) in cases {
            assert_eq!(Column::of(heading).map(|found| found.0), Some(column), "{heading}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for heading in ["", "Fee due", "Officer", "Applicant date of birth", "Ward", "Agent ref"] {
            assert_eq!(Column::of(heading), None, "{heading}");
        }
    }

    #[test]
    fn the_name_that_a_message_asks_for_is_understood() {
        let whose = [Whose::Applicant, Whose::Holder, Whose::Manager, Whose::Agent];
        let people = whose.into_iter().flat_map(|w| [Column::Name(w), Column::Email(w), Column::PostalAddress(w)]);
        for column in KNOWN.iter().map(|known| known.0).chain(people) {
            assert_eq!(Column::of(&column.title()).map(|found| found.0), Some(column), "{}", column.title());
        }
    }
}
