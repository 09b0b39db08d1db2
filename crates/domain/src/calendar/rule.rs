//! The rules by which days are counted, each with its inputs, as stored beside the date that it gave.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use super::{BankHolidays, CannotCount, Counted, Method, arithmetic, bank_holidays::WorkingDays};

/// The day that a period runs from, and what happened on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The London date.
    pub on: NaiveDate,
    /// What happened.
    pub occasion: Occasion,
}

impl Trigger {
    /// What happened, and on which London date.
    pub fn new(on: NaiveDate, occasion: Occasion) -> Self {
        Self { on, occasion }
    }
}

/// What a period can run from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A demand, request or notice was received, or is taken to have been.
    Receipt,
    /// A notice was served, or is taken to have been.
    Service,
    /// A notice was given.
    Notice,
    /// The authority decided.
    Decision,
    /// An application went back to the applicant for completion.
    ReturnForCompletion,
    /// A licence was granted.
    Grant,
    /// A licence started.
    LicenceStart,
    /// A licence or its year ended.
    LicenceYearEnd,
    /// A temporary exemption notice ran out.
    ExemptionEnd,
    /// The licence holder died.
    Death,
    /// The authority first had sufficient evidence of an offence.
    SufficientEvidence,
    /// Conduct that went on was last seen.
    ConductEnd,
    /// A gas safety check was made.
    GasCheck,
    /// Electrical installations were inspected and tested.
    ElectricalInspection,
    /// The landlord inspected the property.
    LandlordInspection,
    /// Work was completed.
    WorkCompleted,
    /// Something was due.
    DueDay,
}

/// How a date was counted, with every input; the sentence that explains it is in [`Counted::because`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// "Within N days of", also "N days beginning with the day after": the event's own day is not counted.
    WithinDays {
        /// Calendar days, at least 1.
        days: u32,
        /// The event.
        of: Trigger,
    },
    /// "N days beginning with": the event's own day is the first.
    DaysBeginningWith {
        /// Calendar days, at least 1.
        days: u32,
        /// The event.
        of: Trigger,
    },
    /// "At least N days after", with a margin because that can be argued to mean clear days.
    AtLeastDaysAfter {
        /// Calendar days, at least 1.
        days: u32,
        /// Days added for safety; 0 for none.
        margin_days: u32,
        /// The event.
        of: Trigger,
    },
    /// "N months beginning with": the event's own day is the first.
    MonthsBeginningWith {
        /// Months, at least 1.
        months: u32,
        /// The event.
        of: Trigger,
    },
    /// "N months after another period ends": the day after that period is the first.
    MonthsFollowing {
        /// Months, at least 1.
        months: u32,
        /// The last day of the earlier period.
        of: Trigger,
    },
    /// The same date N months on, for what falls due yearly or every five years.
    MonthsAfter {
        /// Months, at least 1.
        months: u32,
        /// The event.
        of: Trigger,
    },
    /// The next gas check: 12 months from the check, or from the deadline that an early check keeps (reg 36A).
    GasDeadline {
        /// The day of the check.
        checked_on: NaiveDate,
        /// The deadline of the record before it, if there is one.
        previous_deadline: Option<NaiveDate>,
    },
    /// The last day of a licence: N years, but never past the designation's end (section 91).
    LicenceEnd {
        /// The first day of the licence.
        starts_on: NaiveDate,
        /// Years, at least 1.
        years: u32,
        /// The last day of the designation.
        designation_ends_on: NaiveDate,
    },
    /// The earliest of several counted dates; of equal ones, the first given.
    EarliestOf {
        /// The dates, each with its own rule.
        of: Vec<Counted>,
    },
    /// A date that an officer typed in, for instance because actual receipt on it was proved.
    Chosen {
        /// The date.
        chosen_on: NaiveDate,
        /// The officer.
        by: String,
        /// What allows it, such as a tribunal's direction.
        authority: String,
    },
    /// Handed over, or left at the proper address: received that day.
    ReceivedSameDay {
        /// How it was delivered.
        method: Method,
        /// The London date.
        delivered_on: NaiveDate,
    },
    /// Posted: the second (first class) or fourth (second class) working day after posting, Practice Direction
    /// \[1985\] 1 All ER 889.
    #[serde(rename = "post_practice_direction_1985")]
    PostPracticeDirection1985 {
        /// First or second class.
        method: Method,
        /// The London date of posting.
        posted_on: NaiveDate,
    },
    /// Posted first class: the second day after posting, or the next working day where it is not one, CPR 6.26.
    #[serde(rename = "post_cpr_6_26")]
    PostCpr626 {
        /// The London date of posting.
        posted_on: NaiveDate,
    },
    /// Posted second class where CPR 6.26 is followed: it has no rule of its own, so the fourth working day of the
    /// Practice Direction.
    #[serde(rename = "post_cpr_6_26_second_class")]
    PostCpr626SecondClass {
        /// The London date of posting.
        posted_on: NaiveDate,
    },
    /// Sent electronically with consent (section 247): the same day if before the cut-off on a working day, else the
    /// next working day.
    Electronic {
        /// E-mail or portal.
        method: Method,
        /// Date and time on a London clock.
        sent_at: NaiveDateTime,
        /// The time from which it counts as the next working day's.
        cutoff: NaiveTime,
    },
    /// The first working day strictly after a day; policy for acting on it, never a due date.
    FirstWorkingDayAfter {
        /// The day.
        of: Trigger,
    },
}

impl Rule {
    /// The version of every rule here; a changed rule gets a new one, and keeps its old way for stored dates.
    pub const VERSION: u16 = 1;

    /// The rule's name as it is stored, such as "within_days".
    pub fn name(&self) -> &'static str {
        match self {
            Self::WithinDays { .. } => "within_days",
            Self::DaysBeginningWith { .. } => "days_beginning_with",
            Self::AtLeastDaysAfter { .. } => "at_least_days_after",
            Self::MonthsBeginningWith { .. } => "months_beginning_with",
            Self::MonthsFollowing { .. } => "months_following",
            Self::MonthsAfter { .. } => "months_after",
            Self::GasDeadline { .. } => "gas_deadline",
            Self::LicenceEnd { .. } => "licence_end",
            Self::EarliestOf { .. } => "earliest_of",
            Self::Chosen { .. } => "chosen",
            Self::ReceivedSameDay { .. } => "received_same_day",
            Self::PostPracticeDirection1985 { .. } => "post_practice_direction_1985",
            Self::PostCpr626 { .. } => "post_cpr_6_26",
            Self::PostCpr626SecondClass { .. } => "post_cpr_6_26_second_class",
            Self::Electronic { .. } => "electronic",
            Self::FirstWorkingDayAfter { .. } => "first_working_day_after",
        }
    }

    /// The date that the rule gives, and what it passed over; only rules of working days look at the table.
    pub(super) fn reckon(&self, holidays: &BankHolidays) -> Result<WorkingDays, CannotCount> {
        let on = match self {
            Self::WithinDays { days, of } => arithmetic::within_days(of.on, *days)?,
            Self::DaysBeginningWith { days, of } => arithmetic::days_beginning_with(of.on, *days)?,
            Self::AtLeastDaysAfter { days, margin_days, of } => {
                arithmetic::at_least_days_after(of.on, *days, *margin_days)?
            }
            Self::MonthsBeginningWith { months, of } => arithmetic::months_beginning_with(of.on, *months)?,
            Self::MonthsFollowing { months, of } => arithmetic::months_following(of.on, *months)?,
            Self::MonthsAfter { months, of } => arithmetic::months_after(of.on, *months)?,
            Self::GasDeadline { checked_on, previous_deadline } => {
                arithmetic::gas_deadline(*checked_on, *previous_deadline)?
            }
            Self::LicenceEnd { starts_on, years, designation_ends_on } => {
                arithmetic::licence_end(*starts_on, *years, *designation_ends_on)?
            }
            Self::EarliestOf { of } => return earliest(of, holidays),
            Self::Chosen { chosen_on, by, authority } => chosen(*chosen_on, by, authority)?,
            Self::ReceivedSameDay { delivered_on, .. } => *delivered_on,
            Self::PostPracticeDirection1985 { method, posted_on } => {
                return holidays.count_working_days(*posted_on, method.working_days_in_post());
            }
            Self::PostCpr626 { posted_on } => {
                return holidays.count_working_days(arithmetic::plus_days(*posted_on, 1)?, 1);
            }
            Self::PostCpr626SecondClass { posted_on } => {
                return holidays.count_working_days(*posted_on, Method::SecondClassPost.working_days_in_post());
            }
            Self::Electronic { sent_at, cutoff, .. } => return electronic(*sent_at, *cutoff, holidays),
            Self::FirstWorkingDayAfter { of } => return holidays.count_working_days(of.on, 1),
        };
        Ok(WorkingDays { on, passed: Vec::new(), beyond_confirmed: false })
    }
}

fn earliest(of: &[Counted], holidays: &BankHolidays) -> Result<WorkingDays, CannotCount> {
    let mut dates = of.iter().map(|counted| counted.recount(holidays)).collect::<Result<Vec<_>, _>>()?;
    dates.sort_unstable();
    let on = dates.first().copied().ok_or(CannotCount::NoDates)?;
    let beyond_confirmed = of.iter().any(Counted::is_beyond_confirmed_holidays);
    Ok(WorkingDays { on, passed: Vec::new(), beyond_confirmed })
}

fn chosen(on: NaiveDate, by: &str, authority: &str) -> Result<NaiveDate, CannotCount> {
    for (text, missing) in [(by, "name of the officer"), (authority, "authority for it")] {
        if text.trim().is_empty() {
            return Err(CannotCount::Unattributed { missing });
        }
    }
    Ok(on)
}

fn electronic(sent_at: NaiveDateTime, cutoff: NaiveTime, holidays: &BankHolidays) -> Result<WorkingDays, CannotCount> {
    let sent_on = sent_at.date();
    // The first working day after yesterday is today, if today is one.
    let after = if sent_at.time() < cutoff { arithmetic::day_before(sent_on)? } else { sent_on };
    holidays.count_working_days(after, 1)
}
