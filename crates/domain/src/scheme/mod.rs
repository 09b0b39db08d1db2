//! A licensing scheme as data: areas, conditions, days, ladders and policy come from its file, and none of them from code.

mod addresses;
mod enforcement;
mod fees;
mod inspections;
mod parts;
mod questions;
mod words;

use chrono::NaiveDate;

pub use super::calendar::PostRule;
pub use addresses::{AddressList, StreetAndPostcode, Uprn, same_spelling};
pub use enforcement::{Enforcement, OffenceKind, PenaltyPeriod, PolicyStep, Start};
pub use fees::{Discount, FeeDay, FeePart, FeePeriod, Fees};
pub use inspections::{Inspections, Named, NoNotice, RiskWeights};
pub use parts::{Area, Condition, Council, Designation, ExemptionGround, Ladder, Obligation, Partnership, Policy};
pub use questions::{ApplicationForm, OnlyIf, Paper, Question, QuestionGroup, QuestionKind};
pub use words::{AppliesIf, ConditionKind, DocumentKind, DutyKind, GasYear, LetterCode, ObligationKind};

/// One version of a scheme. A licence keeps the version it was granted under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// The name for machines, such as "stockton-2024".
    pub code: String,
    /// Raised whenever anything in the file changes that a licence rests on.
    pub version: u32,
    /// Who runs it.
    pub council: Council,
    /// When it is in force.
    pub designation: Designation,
    /// The longest licence, in years (section 91 allows five).
    pub licence_max_years: u32,
    /// The licence areas.
    pub areas: Vec<Area>,
    /// Which address lies in which area.
    pub addresses: AddressList,
    /// The conditions in the order of the file.
    pub conditions: Vec<Condition>,
    /// The dates watched without a demand.
    pub obligations: Vec<Obligation>,
    /// The reminders of a demand, unless its condition has its own.
    pub demand_ladder: Ladder,
    /// What an application costs.
    pub fees: Fees,
    /// The council's choices.
    pub policy: Policy,
    /// How it enforces.
    pub enforcement: Enforcement,
    /// How it inspects.
    pub inspections: Inspections,
    /// How it works with partners, where its file says so.
    pub partnership: Option<Partnership>,
    /// The grounds for needing no licence.
    pub exemptions: Vec<ExemptionGround>,
    /// The application form; without one, applications come on paper only.
    pub application: Option<ApplicationForm>,
}

impl Scheme {
    /// Code and version as a licence records them: "stockton-2024/1".
    #[must_use]
    pub fn version_name(&self) -> String {
        format!("{}/{}", self.code, self.version)
    }

    /// The area of that code, name or other name, whatever the case and spacing.
    #[must_use]
    pub fn area(&self, typed: &str) -> Option<&Area> {
        let typed = same_spelling(typed);
        let is_meant = |name: &str| same_spelling(name) == typed;
        self.areas.iter().find(|area| {
            is_meant(&area.code) || is_meant(&area.name) || area.other_names.iter().any(|name| is_meant(name))
        })
    }

    /// The code of the area that an address lies in: by UPRN, else by street and postcode.
    #[must_use]
    pub fn area_of_address(&self, uprn: Option<&str>, street: &str, postcode: &str) -> Option<&str> {
        self.addresses.area(uprn, street, postcode)
    }

    /// The condition of that number.
    #[must_use]
    pub fn condition(&self, number: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.number == number.trim())
    }

    /// The obligation of that kind, where the scheme has it.
    #[must_use]
    pub fn obligation(&self, kind: ObligationKind) -> Option<&Obligation> {
        self.obligations.iter().find(|obligation| obligation.kind == kind)
    }

    /// The reminders of a demand under that condition: its own ladder, or the scheme's.
    #[must_use]
    pub fn ladder_for_demand(&self, condition: &str) -> &Ladder {
        self.condition(condition).and_then(|condition| condition.own_ladder.as_ref()).unwrap_or(&self.demand_ladder)
    }

    /// The reminders of an obligation, where the scheme has it.
    #[must_use]
    pub fn ladder_for_obligation(&self, kind: ObligationKind) -> Option<&Ladder> {
        self.obligation(kind).map(|obligation| &obligation.ladder)
    }

    /// The exemption ground of that code.
    #[must_use]
    pub fn exemption(&self, code: &str) -> Option<&ExemptionGround> {
        self.exemptions.iter().find(|ground| ground.code == code.trim())
    }

    /// The last day that a licence starting then may have: so many years less a day, and never past the designation.
    #[must_use]
    pub fn latest_licence_end(&self, starts_on: NaiveDate) -> NaiveDate {
        let months = chrono::Months::new(self.licence_max_years.saturating_mul(12));
        let by_length = starts_on.checked_add_months(months).and_then(|day| day.pred_opt());
        by_length.map_or(self.designation.ends_on, |day| day.min(self.designation.ends_on))
    }
}
