//! The sets of words that the logic knows; which areas, conditions and days there are stands in the scheme file only.

use crate::id::words;

words! {
    /// Whether the Act demands a condition (Schedule 4) or the council chose it (section 90).
    ConditionKind {
        /// From Schedule 4 to the Housing Act 2004.
        Mandatory = "mandatory",
        /// The council's own.
        Discretionary = "discretionary",
    }
}

words! {
    /// What sets a duty going.
    DutyKind {
        /// At all times.
        Continuous = "continuous",
        /// Again within each period of months, without being asked.
        Periodic = "periodic",
        /// When something happens, such as a letting.
        OnEvent = "on_event",
        /// Within so many days of the council's demand.
        OnDemand = "on_demand",
    }
}

words! {
    /// Which properties a condition concerns.
    AppliesIf {
        /// All of them.
        Always = "always",
        /// Those with a gas supply.
        GasSupplied = "gas_supplied",
    }
}

words! {
    /// What a paper is (domain 7.3).
    DocumentKind {
        /// Landlord's gas safety record.
        GasSafetyRecord = "gas_safety_record",
        /// Electrical installation certificate or condition report.
        ElectricalReport = "electrical_report",
        /// Declaration on the condition, positioning and testing of alarms.
        AlarmDeclaration = "alarm_declaration",
        /// Declaration on the safety of electrical appliances.
        ApplianceDeclaration = "appliance_declaration",
        /// Declaration on the safety of furniture.
        FurnitureDeclaration = "furniture_declaration",
        /// Written terms of occupation or tenancy agreement.
        TermsOfOccupation = "terms_of_occupation",
        /// References of those who want to live there.
        References = "references",
        /// The landlord's record of an own inspection.
        InspectionRecord = "inspection_record",
        /// Inventory agreed with a tenant.
        Inventory = "inventory",
        /// Notice to the neighbours of whom to call.
        NeighbourNotice = "neighbour_notice",
        /// Written contact details given to a tenant.
        TenantContactNotice = "tenant_contact_notice",
        /// Proof that a tenant got a copy of the licence.
        LicenceCopyReceipt = "licence_copy_receipt",
        /// Energy performance certificate.
        EnergyPerformanceCertificate = "energy_performance_certificate",
        /// Paper of a tenancy deposit scheme.
        DepositPaper = "deposit_paper",
        /// Certificate of a fire alarm or emergency lighting.
        FireAlarmCertificate = "fire_alarm_certificate",
        /// A qualified person's written confirmation that the work an electrical report requires was done.
        RemedialConfirmation = "remedial_confirmation",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// The dates that the calendar watches without any demand.
    ObligationKind {
        /// The gas safety record of each year.
        GasYearly = "gas_yearly",
        /// The expiry of the electrical report.
        ElectricalExpiry = "electrical_expiry",
        /// The work that an unsatisfactory electrical report requires.
        RemedialWork = "remedial_work",
        /// The landlord's own inspection.
        OwnInspection = "own_inspection",
        /// The end of the licence itself.
        LicenceEnd = "licence_end",
    }
}

words! {
    /// The letters of the deadline work (domain 6).
    LetterCode {
        /// Demand.
        D1 = "D1",
        /// Reminder of a demand.
        D2 = "D2",
        /// Overdue, with a warning.
        D3 = "D3",
        /// Answer accepted or rejected.
        D4 = "D4",
        /// The gas year is about to close.
        G1 = "G1",
        /// A certificate or record is about to run out.
        X1 = "X1",
        /// Work that a report requires is to be done.
        X2 = "X2",
        /// The licence is about to end.
        R1 = "R1",
    }
}

words! {
    /// What the yearly gas record is counted from; the Act does not say (domain 4.4).
    GasYear {
        /// From the last certificate's deadline date.
        Certificate = "certificate",
        /// From the licence's start, year by year.
        LicenceAnniversary = "licence_anniversary",
    }
}

impl ObligationKind {
    /// What a letter calls it where no condition names it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::GasYearly => "Gas safety record of the year",
            Self::ElectricalExpiry => "Electrical safety report",
            Self::RemedialWork => "Work that the electrical report requires",
            Self::OwnInspection => "Your own inspection of the home",
            Self::LicenceEnd => "End of the licence",
        }
    }

    /// The obligations that a record of this kind may meet; the first, if it runs in periods, is set anew by it.
    #[must_use]
    pub const fn met_by(document: DocumentKind) -> &'static [Self] {
        match document {
            DocumentKind::GasSafetyRecord => &[Self::GasYearly],
            DocumentKind::ElectricalReport => &[Self::ElectricalExpiry, Self::RemedialWork],
            DocumentKind::InspectionRecord => &[Self::OwnInspection],
            DocumentKind::RemedialConfirmation => &[Self::RemedialWork],
            _ => &[],
        }
    }

    /// The obligation that a record of this kind sets anew, if any.
    #[must_use]
    pub fn renewed_by(document: DocumentKind) -> Option<Self> {
        Self::met_by(document).first().copied().filter(|kind| *kind != Self::RemedialWork)
    }
}
