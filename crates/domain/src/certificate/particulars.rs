//! What a record says, what each kind of record must say, and until when it counts by that.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::calendar::{CannotCount, Counted, Occasion, Trigger};
use crate::id::words;
use crate::scheme::DocumentKind;

/// The longest life of an electrical report (SI 2020/312, regulation 3).
const ELECTRICAL_MONTHS: u32 = 60;
/// The landlord inspects at least every twelve months.
const INSPECTION_MONTHS: u32 = 12;

words! {
    /// The result that a report states.
    InspectionResult {
        /// Safe, or satisfactory.
        Satisfactory = "satisfactory",
        /// Unsafe, or unsatisfactory.
        Unsatisfactory = "unsatisfactory",
    }
}

words! {
    /// Codes of an electrical report.
    ElectricalCode {
        /// Danger present.
        C1 = "C1",
        /// Potentially dangerous.
        C2 = "C2",
        /// Improvement recommended.
        C3 = "C3",
        /// Further investigation needed.
        Fi = "FI",
    }
}

/// One alarm of a declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema, validator::Validate)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Smoke or carbon monoxide: "smoke" or "carbon_monoxide".
    pub kind: AlarmKind,
    /// Storey or room, such as "first floor landing".
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    pub position: String,
    /// The day of the last test.
    pub tested_on: NaiveDate,
    /// Whether it worked.
    pub working: bool,
}

words! {
    /// Kinds of alarm (Schedule 4; Smoke and Carbon Monoxide Alarm Regulations).
    AlarmKind {
        /// Smoke alarm, one on each storey with living accommodation.
        Smoke = "smoke",
        /// Carbon monoxide alarm, one in each room with a fixed combustion appliance other than a gas cooker.
        CarbonMonoxide = "carbon_monoxide",
    }
}

/// What a record says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Particulars {
    /// Day of the check, test, inspection or signature.
    pub checked_on: NaiveDate,
    /// Gas: the deadline that the record before it set, where this check was made in its last two months.
    pub previous_deadline_on: Option<NaiveDate>,
    /// Electrical: the next date that the report sets.
    pub next_due_on: Option<NaiveDate>,
    /// The result.
    pub result: Option<InspectionResult>,
    /// Electrical codes found.
    pub codes: Vec<ElectricalCode>,
    /// Electrical: the day by which the report wants its work done, where that is sooner than the law.
    pub remedy_by: Option<NaiveDate>,
    /// The address that the paper names, as it is written there.
    pub address: Option<String>,
    /// The engineer's registration, such as a Gas Safe number.
    pub registration: Option<String>,
    /// Who signed or inspected.
    pub signed_by: Option<String>,
    /// Alarms, for an alarm declaration.
    pub alarms: Vec<Alarm>,
    /// Issues found and action taken, for an inspection record; remarks otherwise.
    pub remarks: Option<String>,
}

fn words_in(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}

pub(super) fn check(kind: DocumentKind, said: &Particulars) -> Result<(), Refusal> {
    match kind {
        DocumentKind::GasSafetyRecord => {
            words_in(&said.registration).ok_or(Refusal::NoRegistration)?;
            said.result.ok_or(Refusal::NoResult)?;
        }
        DocumentKind::ElectricalReport => check_electrical(said)?,
        DocumentKind::AlarmDeclaration => check_alarms(said)?,
        DocumentKind::InspectionRecord | DocumentKind::RemedialConfirmation => {
            words_in(&said.signed_by).ok_or(Refusal::NotSigned)?;
        }
        _ => {}
    }
    let requires_work = kind == DocumentKind::ElectricalReport && said.result == Some(InspectionResult::Unsatisfactory);
    match said.remedy_by {
        Some(by) if !requires_work || by < said.checked_on => Err(Refusal::RemedyOutOfPlace),
        _ => Ok(()),
    }
}

fn check_electrical(said: &Particulars) -> Result<(), Refusal> {
    let result = said.result.ok_or(Refusal::NoResult)?;
    let grave = said.codes.iter().any(|code| *code != ElectricalCode::C3);
    if grave && result == InspectionResult::Satisfactory {
        return Err(Refusal::CodesAgainstResult);
    }
    let latest = Counted::months_after(ELECTRICAL_MONTHS, tested(said))?.on();
    match said.next_due_on {
        Some(next) if next <= said.checked_on || next > latest => Err(Refusal::NextDateOutOfBounds),
        _ => Ok(()),
    }
}

fn check_alarms(said: &Particulars) -> Result<(), Refusal> {
    words_in(&said.signed_by).ok_or(Refusal::NotSigned)?;
    if said.alarms.is_empty() {
        return Err(Refusal::NoAlarms);
    }
    match said.alarms.iter().find(|alarm| alarm.tested_on > said.checked_on) {
        Some(alarm) => Err(Refusal::TestedLater(alarm.position.clone())),
        None => Ok(()),
    }
}

fn tested(said: &Particulars) -> Trigger {
    Trigger::new(said.checked_on, Occasion::ElectricalInspection)
}

pub(super) fn validity(kind: DocumentKind, said: &Particulars) -> Result<Option<Counted>, CannotCount> {
    let counted = match kind {
        DocumentKind::GasSafetyRecord => Counted::gas_deadline(said.checked_on, said.previous_deadline_on)?,
        DocumentKind::ElectricalReport => match said.next_due_on {
            Some(next) => Counted::chosen(next, "the electrical report", "its own next date")?,
            None => Counted::months_after(ELECTRICAL_MONTHS, tested(said))?,
        },
        DocumentKind::InspectionRecord => {
            Counted::months_after(INSPECTION_MONTHS, Trigger::new(said.checked_on, Occasion::LandlordInspection))?
        }
        _ => return Ok(None),
    };
    Ok(Some(counted))
}
