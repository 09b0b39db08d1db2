//! E1 to E4: the invitation to explain, the notices of a civil penalty (section 249A and Schedule 13A), and what becomes of them.

use chrono::NaiveDate;
use serde::Serialize;

use super::{ComposeFault, CopyFor, Office, Seal, Sheet, present, written_out, written_out_if_any};
use crate::words::Line;

/// An invitation to explain.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainInvitation {
    /// Who writes.
    pub office: Office,
    /// Whoever is suspected.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// The case's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// What is alleged: the particulars of each offence, paragraph by paragraph.
    pub offences: Vec<Vec<Line>>,
    /// By when an answer is asked for.
    #[serde(serialize_with = "written_out")]
    pub answer_by: NaiveDate,
    /// The day of the letter.
    #[serde(serialize_with = "written_out")]
    pub written_on: NaiveDate,
}

/// A notice of intent, or a final notice.
#[derive(Clone, Debug, Serialize)]
pub struct PenaltyNotice {
    /// Who writes.
    pub office: Office,
    /// Whoever committed the offence.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// The case's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// The date on it.
    #[serde(serialize_with = "written_out")]
    pub dated_on: NaiveDate,
    /// What it proposes or imposes.
    pub penalty: PenaltyWorking,
    /// The reasons, paragraph by paragraph.
    pub reasons: Vec<Line>,
    /// The particulars of each offence, paragraph by paragraph.
    pub offences: Vec<Vec<Line>>,
    /// What officers added to them.
    pub additions: Vec<Line>,
    /// What a final notice says besides.
    pub imposed: Option<Imposed>,
    /// The days that the Act gives for representations, or for payment.
    pub days: u32,
    /// The last day that it states for that.
    #[serde(serialize_with = "written_out")]
    pub last_day: NaiveDate,
    /// The day up to which that holds if the notice is received by then.
    #[serde(serialize_with = "written_out")]
    pub received_by: NaiveDate,
    /// How it is counted when a letter is received.
    pub how_received: Line,
    /// The newest seal on the service's records, once there is one.
    pub seal: Option<Seal>,
}

/// The amount of a penalty, and how it comes about.
#[derive(Clone, Debug, Serialize)]
pub struct PenaltyWorking {
    /// The amount.
    pub amount: Line,
    /// The most that it could have been.
    pub maximum: Line,
    /// The version of the council's matrix.
    pub matrix: Line,
    /// Why it starts there.
    pub start_because: Line,
    /// Where it starts.
    pub start: Line,
    /// Each factor.
    pub factors: Vec<PenaltyFactor>,
    /// What is known of the person's means, and what that adds or takes off.
    pub means: PenaltyFactor,
}

/// Something that moves the amount.
#[derive(Clone, Debug, Serialize)]
pub struct PenaltyFactor {
    /// What it is.
    pub what: Line,
    /// Whether it makes the amount higher; lower otherwise.
    pub raises: bool,
    /// By how much; empty for one that moves nothing.
    pub amount: Line,
}

/// What only a final notice says.
#[derive(Clone, Debug, Serialize)]
pub struct Imposed {
    /// When the notice of intent was given.
    #[serde(serialize_with = "written_out")]
    pub intent_given_on: NaiveDate,
    /// What was made of each representation.
    pub considered: Vec<ConsideredPoint>,
    /// How it is paid.
    pub how_to_pay: Line,
    /// The days for an appeal.
    pub appeal_days: u32,
    /// The day until which an appeal is in time whenever the notice was received.
    #[serde(serialize_with = "written_out")]
    pub appeal_until: NaiveDate,
}

/// What was made of a representation.
#[derive(Clone, Debug, Serialize)]
pub struct ConsideredPoint {
    /// The day on which it came in.
    #[serde(serialize_with = "written_out")]
    pub received_on: NaiveDate,
    /// How it was considered.
    pub consideration: Line,
}

/// A notice is withdrawn, or the amount of a final notice reduced.
#[derive(Clone, Debug, Serialize)]
pub struct PenaltyChange {
    /// Who writes.
    pub office: Office,
    /// Whoever the notice was given to.
    pub recipient: Line,
    /// Never set; the layout of letters asks for it.
    pub copy_for: Option<CopyFor>,
    /// The case's reference.
    pub reference: Line,
    /// The property's address.
    pub property: Line,
    /// The date on it.
    #[serde(serialize_with = "written_out")]
    pub dated_on: NaiveDate,
    /// Whether it is about the final notice; about the notice of intent otherwise.
    pub is_final: bool,
    /// When that was given.
    #[serde(serialize_with = "written_out")]
    pub given_on: NaiveDate,
    /// The amount that it imposed, of a reduction.
    pub from_amount: Line,
    /// The amount now; empty where the notice is withdrawn.
    pub amount: Line,
    /// The last day for paying it.
    #[serde(serialize_with = "written_out_if_any")]
    pub pay_by: Option<NaiveDate>,
    /// Why.
    pub reason: Line,
    /// The newest seal on the service's records, once there is one.
    pub seal: Option<Seal>,
}

impl ExplainInvitation {
    const VERSION: &str = "E1/1";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when nothing is alleged or the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        present(&[("recipient", &self.recipient), ("reference", &self.reference), ("property", &self.property)])?;
        told(&self.offences)?;
        let subject = format!("Invitation to explain: {}", self.property);
        Sheet::of(Self::VERSION, "invitation.txt", "invitation.html", false, &subject, self)
    }
}

impl PenaltyNotice {
    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when it has no particulars or the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("reference", &self.reference),
            ("property", &self.property),
            ("amount", &self.penalty.amount),
            ("why it starts there", &self.penalty.start_because),
        ])?;
        told(&self.offences)?;
        if self.reasons.is_empty() {
            return Err(ComposeFault::Missing("reasons"));
        }
        let (version, subject) = match &self.imposed {
            None => ("E2/1", "Notice of intent to impose a civil penalty"),
            Some(imposed) => {
                present(&[("how to pay", &imposed.how_to_pay)])?;
                ("E3/1", "Final notice of a civil penalty")
            }
        };
        let subject = format!("{subject}: {}", self.property);
        Sheet::of(version, "penalty_notice.txt", "penalty_notice.html", false, &subject, self)
    }
}

impl PenaltyChange {
    const VERSION: &str = "E4/1";

    /// The sheet that is written with it.
    ///
    /// # Errors
    /// [`ComposeFault`] when the model has a hole.
    pub fn sheet(&self) -> Result<Sheet, ComposeFault> {
        self.office.check()?;
        present(&[
            ("recipient", &self.recipient),
            ("reference", &self.reference),
            ("property", &self.property),
            ("reason", &self.reason),
        ])?;
        let what = match (self.amount.is_empty(), self.is_final) {
            (true, true) => "A final notice is withdrawn",
            (true, false) => "A notice of intent is withdrawn",
            (false, _) => "A civil penalty is reduced",
        };
        let subject = format!("{what}: {}", self.property);
        Sheet::of(Self::VERSION, "penalty_change.txt", "penalty_change.html", false, &subject, self)
    }
}

/// Refuses a letter about no offence, or about one of which nothing is said.
fn told(offences: &[Vec<Line>]) -> Result<(), ComposeFault> {
    if offences.is_empty() || offences.iter().any(Vec::is_empty) { Err(ComposeFault::NoItems) } else { Ok(()) }
}
