//! What a scheme is made of: designation, areas, conditions, obligations, ladders, policy, exemption grounds.

use chrono::{Days, NaiveDate, NaiveTime};

use super::PostRule;
use super::words::{AppliesIf, ConditionKind, DocumentKind, DutyKind, GasYear, LetterCode, ObligationKind};

/// Who runs the scheme and how a landlord reaches them; printed in every letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Council {
    /// The council's name.
    pub name: String,
    /// The team that signs letters.
    pub team: String,
    /// Postal address, line by line.
    pub address: Vec<String>,
    /// Telephone number as printed.
    pub telephone: String,
    /// E-mail address for answers.
    pub email: String,
    /// Web page of the scheme.
    pub website: String,
}

/// The designation under section 80 of the Housing Act 2004; all days are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Designation {
    /// The day that it was approved.
    pub approved_on: NaiveDate,
    /// The first day in force.
    pub starts_on: NaiveDate,
    /// The last day in force.
    pub ends_on: NaiveDate,
}

impl Designation {
    /// Is the designation in force on that day?
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        (self.starts_on..=self.ends_on).contains(&day)
    }
}

/// A designated licence area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The name for machines.
    pub code: String,
    /// The name on screens and in letters.
    pub name: String,
    /// Names that are understood where an area is typed.
    pub other_names: Vec<String>,
}

/// A licence condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The number as printed in the licence, such as "9.4".
    pub number: String,
    /// A short title.
    pub title: String,
    /// Mandatory or discretionary.
    pub kind: ConditionKind,
    /// The provision that it rests on.
    pub statutory_basis: String,
    /// What sets the duty going; at least one.
    pub duties: Vec<DutyKind>,
    /// Days to answer a demand; there exactly when a demand can be made.
    pub response_days: Option<u32>,
    /// Months of the period; there exactly when the duty is periodic.
    pub period_months: Option<u32>,
    /// The papers that satisfy it.
    pub documents: Vec<DocumentKind>,
    /// Which properties it concerns.
    pub applies_if: AppliesIf,
    /// The duty in plain words, for a letter.
    pub what: String,
    /// How to answer a demand, in plain words, for a letter.
    pub how_to_answer: String,
    /// Its own reminders, in place of the scheme's ladder for demands.
    pub own_ladder: Option<Ladder>,
}

impl Condition {
    /// Can the council demand something under it?
    #[must_use]
    pub fn is_on_demand(&self) -> bool {
        self.has_duty(DutyKind::OnDemand)
    }

    /// Is it of that kind, perhaps beside others?
    #[must_use]
    pub fn has_duty(&self, kind: DutyKind) -> bool {
        self.duties.contains(&kind)
    }

    /// Does such a paper answer it?
    #[must_use]
    pub fn is_answered_by(&self, kind: DocumentKind) -> bool {
        self.documents.contains(&kind)
    }

    /// Does it concern a property with, or without, a gas supply?
    #[must_use]
    pub fn applies(&self, gas_supplied: bool) -> bool {
        match self.applies_if {
            AppliesIf::Always => true,
            AppliesIf::GasSupplied => gas_supplied,
        }
    }
}

/// The days on which reminders go out, counted from a due date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// Days before the due date, the earliest reminder first: 7, 3, 1.
    pub before: Vec<u32>,
    /// Is there one on the due date itself?
    pub on_the_day: bool,
    /// Days after the due date, the earliest first.
    pub after: Vec<u32>,
}

impl Ladder {
    /// The rungs in time order as days from the due date: -7, -3, -1, 0, 1.
    #[must_use]
    pub fn rungs(&self) -> Vec<i64> {
        let before = self.before.iter().map(|days| -i64::from(*days));
        before.chain(self.on_the_day.then_some(0)).chain(self.after.iter().map(|days| i64::from(*days))).collect()
    }

    /// The day of each rung, in time order.
    #[must_use]
    pub fn days(&self, due_on: NaiveDate) -> Vec<NaiveDate> {
        let day = |rung: i64| {
            let distance = Days::new(rung.unsigned_abs());
            if rung < 0 { due_on.checked_sub_days(distance) } else { due_on.checked_add_days(distance) }
        };
        self.rungs().into_iter().filter_map(day).collect()
    }
}

/// A date that the calendar watches without a demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Which one.
    pub kind: ObligationKind,
    /// The number of the condition it serves; the licence's own end serves none.
    pub condition: Option<String>,
    /// The most months from one document to the next, where there is a limit.
    pub months: Option<u32>,
    /// Days from the inspection within which the work it requires is to be done; there exactly for remedial work.
    pub days: Option<u32>,
    /// The letter that reminds of it.
    pub letter: LetterCode,
    /// When reminders go out, from the scheme's ladder for obligations or its own.
    pub ladder: Ladder,
    /// Is a breach proposed on the first morning after the date?
    pub proposes_breach: bool,
}

/// The council's choices where the law leaves one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// When a posted letter counts as received.
    pub post_rule: PostRule,
    /// E-mail sent at or after this London time counts from the next working day.
    pub email_cut_off: NaiveTime,
    /// What the yearly gas record is counted from.
    pub gas_year_from: GasYear,
    /// Days to complete an incomplete application.
    pub incomplete_answer_days: u32,
    /// Days of consultation on a proposed licence, from service on the last recipient.
    pub consultation_days: u32,
    /// Days of consultation on a proposal that was modified after representations.
    pub modification_days: u32,
    /// Days that a proposal allows for its service, in the last day that it states.
    pub service_allowance_days: u32,
    /// Months for which a check that somebody is fit and proper may be relied on.
    pub fitness_check_months: u32,
    /// Days after the end of a temporary exemption within which a second one may still be asked for.
    pub second_exemption_days: u32,
    /// Days before the end of an exemption from which officers are told of it.
    pub exemption_alert_days: u32,
    /// Days that the letters of an enquiry give for an application or an answer.
    pub enquiry_answer_days: u32,
    /// Months before the last day of a licence from which its holder may apply for the next one.
    pub renewal_opens_months: u32,
    /// Whether a refusal to vary or to revoke is proposed by a notice and consulted on first (Schedule 5, paragraphs 19 to 21 and
    /// 26 to 28; from memory, to be confirmed by the council's lawyer).
    pub consult_before_refusing: bool,
    /// Days added to be safe, because "at least" can be read as clear days (domain 4.1, D4).
    pub consultation_margin_days: u32,
}

/// A ground on which a property needs no selective licence; reference data with dates, because the law changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExemptionGround {
    /// The name for machines.
    pub code: String,
    /// The ground in words.
    pub name: String,
    /// The provision that it rests on.
    pub statutory_basis: String,
    /// The first day that it may be used, where there is one.
    pub from: Option<NaiveDate>,
    /// The last day that it may be used, where there is one.
    pub to: Option<NaiveDate>,
}

impl ExemptionGround {
    /// May it be relied on that day?
    #[must_use]
    pub fn is_available(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// How the scheme works with partners against anti-social behaviour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partnership {
    /// The number of the condition by which a holder co-operates.
    pub condition: String,
    /// Days that a holder has to act.
    pub act_days: u32,
}
