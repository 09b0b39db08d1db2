//! The people of a row: applicant, proposed holder, manager, agent.

use super::amount;
use super::column::{Column, Whose, fold};
use super::row::Reading;
use super::wrong::Wrong;

/// A person or company as the file names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// E-mail address. Knowing it is not consent to be served there.
    pub email: Option<String>,
    /// Postal address, on one line.
    pub address: Option<String>,
}

/// Ways of saying in the name's place that it is the applicant.
const THE_APPLICANT: &str = "applicant asapplicant sameasapplicant theapplicant same asabove sameasabove landlord";

/// The applicant, who must have a name.
pub(super) fn applicant(reading: &mut Reading<'_>) -> Option<Person> {
    let name = reading.required(Column::Name(Whose::Applicant), amount::name);
    let (email, address) = contact(reading, Whose::Applicant);
    Some(Person { name: name?, email, address })
}

/// The proposed holder: the applicant if nobody else is named. What is not said of somebody with the applicant's
/// name is taken from there.
pub(super) fn holder(reading: &mut Reading<'_>, applicant: Option<&Person>) -> Option<Person> {
    let Some(holder) = somebody(reading, Whose::Holder, applicant) else { return applicant.cloned() };
    let Some(same) = applicant.filter(|applicant| fold(&applicant.name) == fold(&holder.name)) else {
        return Some(holder);
    };
    let (email, address) = (holder.email.or(same.email.clone()), holder.address.or(same.address.clone()));
    Some(Person { name: holder.name, email, address })
}

/// A manager or agent, if one is named.
pub(super) fn somebody(reading: &mut Reading<'_>, whose: Whose, applicant: Option<&Person>) -> Option<Person> {
    let name = reading.optional(Column::Name(whose), amount::name).filter(|name| fold(name) != "none");
    let (email, address) = contact(reading, whose);
    match name {
        Some(name) if THE_APPLICANT.split_whitespace().any(|word| word == fold(&name)) => applicant.cloned(),
        Some(name) => Some(Person { name, email, address }),
        None => {
            let column = if email.is_some() { Column::Email(whose) } else { Column::PostalAddress(whose) };
            if (email.is_some() || address.is_some()) && !reading.has_fault(Column::Name(whose)) {
                let called = reading.called(Column::Name(whose));
                reading.fault(column, Wrong::NoName(called));
            }
            None
        }
    }
}

fn contact(reading: &mut Reading<'_>, whose: Whose) -> (Option<String>, Option<String>) {
    let email = reading.optional(Column::Email(whose), amount::email);
    let address = reading.optional(Column::PostalAddress(whose), |cell| amount::address(cell, 500));
    (email, address)
}
