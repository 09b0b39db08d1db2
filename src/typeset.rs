//! What is set in type, and why it could not be.

use printing::{Report, Typesetter, tell_of_boxes};

use crate::actions::Error;
use crate::mail::paper;

/// The bytes of a report.
///
/// # Errors
/// [`Error::Broken`] if the page cannot be made.
pub fn report(typesetter: &dyn Typesetter, report: Report) -> Result<Vec<u8>, Error> {
    let printed = typesetter.report(report).map_err(|fault| Error::Broken(fault.to_string()))?;
    tell_of_boxes(&printed.replaced);
    Ok(printed.bytes)
}

/// Why a letter is not printed, as it is told to whoever asked for it.
pub fn unprintable(fault: paper::Fault) -> Error {
    let code = if fault == paper::Fault::NotWritten { "letter-not-written" } else { "letter-not-printable" };
    Error::Refused { code, text: fault.to_string() }
}
