//! How a council inspects: how often, what an officer looks at, which hazards there are, and what makes a home a risk.

use crate::id::words;

words! {
    /// Why no notice of entry is given.
    NoNotice {
        /// To find out whether an offence under section 72 was committed: a house in multiple occupation (s.239(7)).
        OffenceS72 = "offence_s72",
        /// To find out whether an offence under section 95 was committed: selective licensing (s.239(7)).
        OffenceS95 = "offence_s95",
        /// To find out whether an offence under section 234 was committed: management regulations (s.239(7)).
        OffenceS234 = "offence_s234",
        /// Whoever lives there agrees to the visit, so that no power is used.
        ByAgreement = "by_agreement",
        /// A justice's warrant allows entry (s.240).
        Warrant = "warrant",
    }
}

impl NoNotice {
    /// Those that the Act itself names (s.239(7)); any other is for the council to choose.
    pub const OF_THE_ACT: &'static [Self] = &[Self::OffenceS72, Self::OffenceS95, Self::OffenceS234];

    /// Whether entry is to find out about an offence.
    #[must_use]
    pub fn is_offence(self) -> bool {
        Self::OF_THE_ACT.contains(&self)
    }
}

/// How the council inspects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspections {
    /// Years from a licence's first day within which each of its homes is inspected.
    pub within_years: u32,
    /// The reasons for giving no notice that the council uses.
    pub without_notice: Vec<NoNotice>,
    /// What an officer looks at, in order.
    pub checklist: Vec<Named>,
    /// The hazards that can be found.
    pub hazards: Vec<Named>,
    /// What makes a home a risk.
    pub risk: RiskWeights,
}

/// Something with a name for machines and words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name for machines.
    pub code: String,
    /// In words.
    pub text: String,
}

/// Points for each thing that is known of a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskWeights {
    /// Something demanded that is overdue and was not answered.
    pub overdue_item: u32,
    /// A breach that was proposed or confirmed.
    pub breach: u32,
    /// A category 1 hazard that an inspection found.
    pub category_1: u32,
    /// A category 2 hazard that an inspection found.
    pub category_2: u32,
    /// A complaint or enquiry about the home.
    pub enquiry: u32,
    /// Another home of the same holder with a breach.
    pub holder_breach: u32,
}
