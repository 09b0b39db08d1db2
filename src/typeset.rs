//! Set in type: reports, and word of the characters that the typeface lacks.

use printing::{Replaced, Report, Typesetter};

use crate::actions::Error;

/// The bytes of a report.
///
/// # Errors
/// [`Error::Broken`] if the page cannot be made.
pub fn report(typesetter: &dyn Typesetter, report: Report) -> Result<Vec<u8>, Error> {
    let printed = typesetter.report(report).map_err(|fault| Error::Broken(fault.to_string()))?;
    tell_of_boxes(&printed.replaced);
    Ok(printed.bytes)
}

/// Notes in the log which characters were printed as boxes.
pub fn tell_of_boxes(replaced: &Replaced) {
    if !replaced.is_empty() {
        tracing::warn!(characters = ?replaced, "the typeface lacks characters of what was printed: they are boxes");
    }
}
