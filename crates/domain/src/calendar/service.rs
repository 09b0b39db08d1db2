//! When a paper counts as received: by hand, by post under either post rule, or electronically with consent.

use super::{BankHolidays, CannotCount, Counted, Rule};
use crate::id::words;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

words! {
    /// How a paper went out.
    Method {
        /// Handed to the person.
        DeliveredByHand = "delivered_by_hand",
        /// Left at the person's proper address (Local Government Act 1972, section 233).
        LeftAtAddress = "left_at_address",
        /// First class post to the proper address.
        FirstClassPost = "first_class_post",
        /// Second class post to the proper address.
        SecondClassPost = "second_class_post",
        /// E-mail to the address that the person gave for it (section 247).
        Email = "email",
        /// A notice on the portal alone.
        Portal = "portal",
    }
}

impl Default for PostRule {
    /// The later of the two: an early count puts a penalty at risk, a late one costs a day.
    fn default() -> Self {
        Self::PracticeDirection1985
    }
}

impl Method {
    /// Whether section 247 asks for recorded consent first.
    pub fn needs_consent(self) -> bool {
        matches!(self, Self::Email | Self::Portal)
    }

    /// Working days between posting and deemed receipt in the Practice Direction of 1985.
    pub(super) fn working_days_in_post(self) -> u32 {
        if self == Self::FirstClassPost { 2 } else { 4 }
    }
}

words! {
    /// Which rule says when a posted paper counts as received; a setting of the scheme.
    PostRule {
        /// Interpretation Act 1978, section 7, with Practice Direction \[1985\] 1 All ER 889: never the earlier one.
        PracticeDirection1985 = "practice_direction_1985",
        /// Civil Procedure Rules 6.26, made for court documents and borrowed by some councils.
        Cpr626 = "cpr_6_26",
    }
}

/// Whether recorded, unwithdrawn consent to electronic service covers this kind of paper by this method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// It does, on the day of sending.
    Covers,
    /// There is none, or it is withdrawn or limited to other things.
    Absent,
}

/// A paper sent out, as the officer recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispatch {
    /// How.
    pub method: Method,
    /// When, on a London clock; of post only the date counts.
    pub at: NaiveDateTime,
    /// Whether electronic service was agreed to; of no weight for paper.
    pub consent: Consent,
}

/// What a scheme settles about service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServicePolicy {
    /// Which rule deems post received.
    pub post_rule: PostRule,
    /// From this London time on, e-mail counts as the next working day's.
    pub email_cutoff: NaiveTime,
}

impl ServicePolicy {
    /// The Practice Direction of 1985, and 16:30 for e-mail.
    pub const CAUTIOUS: Self = Self {
        post_rule: PostRule::PracticeDirection1985,
        email_cutoff: match NaiveTime::from_hms_opt(16, 30, 0) {
            Some(half_past_four) => half_past_four,
            None => NaiveTime::MIN,
        },
    };

    /// The cut-off, if an e-mail that is begun at this London time and takes up to `span` may count as of either day.
    #[must_use]
    pub fn cut_off_within(self, at: NaiveDateTime, span: TimeDelta, holidays: &BankHolidays) -> Option<NaiveDateTime> {
        let cut_off = at.date().and_time(self.email_cutoff);
        (at < cut_off && at + span >= cut_off && holidays.is_working_day(at.date())).then_some(cut_off)
    }
}

/// Why what was sent does not count as served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceRefused {
    /// E-mail to a person who has not agreed to it.
    #[error(
        "This person has not agreed to receive this by e-mail (Housing Act 2004, section 247). Record their consent first, \
         or post it, hand it over or leave it at their address."
    )]
    NoConsentToEmail,
    /// A portal notice to a person whose consent does not cover that.
    #[error(
        "A notice on the portal alone is not service unless the person has agreed to that (Housing Act 2004, section 247). \
         Record their consent first, or post it, hand it over or leave it at their address."
    )]
    NoConsentToPortal,
    /// The date could not be counted.
    #[error(transparent)]
    CannotCount(#[from] CannotCount),
}

/// The London date on which what was sent counts as received, unless the contrary is proved.
///
/// Where the contrary is proved, the officer records [`Counted::chosen`] instead.
///
/// # Errors
/// [`ServiceRefused`] for e-mail or portal without consent, and at the very end of the calendar.
pub fn deemed_receipt(
    dispatch: Dispatch,
    policy: ServicePolicy,
    holidays: &BankHolidays,
) -> Result<Counted, ServiceRefused> {
    let Dispatch { method, at, consent } = dispatch;
    let on = at.date();
    let rule = match method {
        Method::DeliveredByHand | Method::LeftAtAddress => Rule::ReceivedSameDay { method, delivered_on: on },
        Method::FirstClassPost => first_class(policy.post_rule, on),
        Method::SecondClassPost => second_class(policy.post_rule, on),
        Method::Email if consent == Consent::Absent => {
            return Err(ServiceRefused::NoConsentToEmail);
        }
        Method::Portal if consent == Consent::Absent => {
            return Err(ServiceRefused::NoConsentToPortal);
        }
        Method::Email | Method::Portal => Rule::Electronic { method, sent_at: at, cutoff: policy.email_cutoff },
    };
    Ok(Counted::by(rule, holidays)?)
}

fn first_class(rule: PostRule, posted_on: NaiveDate) -> Rule {
    match rule {
        PostRule::PracticeDirection1985 => {
            Rule::PostPracticeDirection1985 { method: Method::FirstClassPost, posted_on }
        }
        PostRule::Cpr626 => Rule::PostCpr626 { posted_on },
    }
}

fn second_class(rule: PostRule, posted_on: NaiveDate) -> Rule {
    match rule {
        PostRule::PracticeDirection1985 => {
            Rule::PostPracticeDirection1985 { method: Method::SecondClassPost, posted_on }
        }
        PostRule::Cpr626 => Rule::PostCpr626SecondClass { posted_on },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{
        Occasion, Trigger,
        properties::{day, time},
    };

    fn sent(method: Method, on: &str, at: &str, consent: Consent) -> Dispatch {
        Dispatch { method, at: day(on).and_time(time(at)), consent }
    }

    fn received(dispatch: Dispatch, post_rule: PostRule) -> Result<Counted, ServiceRefused> {
        let policy = ServicePolicy { post_rule, ..ServicePolicy::CAUTIOUS };
        deemed_receipt(dispatch, policy, &BankHolidays::shipped().unwrap())
    }

    #[test]
    fn first_class_post_is_received_and_answered_as_the_two_post_rules_say() {
        use PostRule::{Cpr626, PracticeDirection1985};
        for (posted_on, rule, received_on, due_on) in [
            ("2025-01-08", PracticeDirection1985, "2025-01-10", "2025-01-24"),
            ("2025-01-10", PracticeDirection1985, "2025-01-14", "2025-01-28"),
            ("2025-04-17", PracticeDirection1985, "2025-04-23", "2025-05-07"),
            ("2024-12-23", PracticeDirection1985, "2024-12-27", "2025-01-10"),
            ("2025-12-24", PracticeDirection1985, "2025-12-30", "2026-01-13"),
            ("2025-01-08", Cpr626, "2025-01-10", "2025-01-24"),
            ("2025-01-10", Cpr626, "2025-01-13", "2025-01-27"),
            ("2025-04-17", Cpr626, "2025-04-22", "2025-05-06"),
            ("2024-12-23", Cpr626, "2024-12-27", "2025-01-10"),
            ("2025-12-24", Cpr626, "2025-12-29", "2026-01-12"),
        ] {
            let posted = sent(Method::FirstClassPost, posted_on, "17:00", Consent::Absent);
            let counted = received(posted, rule).unwrap();
            assert_eq!(counted.on(), day(received_on), "{}", counted.because());
            let due = Counted::within_days(14, Trigger::new(counted.on(), Occasion::Receipt)).unwrap();
            assert_eq!(due.on(), day(due_on), "{}", due.because());
        }
    }

    #[test]
    fn second_class_post_takes_four_working_days_under_either_rule() {
        for (posted_on, received_on) in
            [("2025-01-08", "2025-01-14"), ("2025-01-10", "2025-01-16"), ("2025-04-17", "2025-04-25")]
        {
            for rule in [PostRule::PracticeDirection1985, PostRule::Cpr626] {
                let posted = sent(Method::SecondClassPost, posted_on, "09:00", Consent::Absent);
                let counted = received(posted, rule).unwrap();
                assert_eq!(counted.on(), day(received_on), "{}", counted.because());
            }
        }
    }

    #[test]
    fn what_is_handed_over_or_left_is_received_that_day_even_on_a_sunday() {
        for method in [Method::DeliveredByHand, Method::LeftAtAddress] {
            let counted = received(sent(method, "2025-04-20", "23:59", Consent::Absent), PostRule::default());
            assert_eq!(counted.unwrap().on(), day("2025-04-20"));
        }
    }

    #[test]
    fn the_day_of_an_e_mail_is_in_doubt_shortly_before_the_cut_off_of_a_working_day() {
        let holidays = BankHolidays::shipped().unwrap();
        for (on, at, waits) in [
            ("2025-01-22", "16:14", false),
            ("2025-01-22", "16:15", true),
            ("2025-01-22", "16:29", true),
            ("2025-01-22", "16:30", false),
            ("2025-01-22", "23:59", false),
            ("2025-01-25", "16:20", false),
            ("2025-04-18", "16:20", false),
        ] {
            let begun = day(on).and_time(time(at));
            let cut_off = ServicePolicy::CAUTIOUS.cut_off_within(begun, TimeDelta::minutes(15), &holidays);
            assert_eq!(cut_off, waits.then(|| day(on).and_time(time("16:30"))), "{on} {at}");
        }
    }

    #[test]
    fn what_is_sent_electronically_with_consent_counts_by_the_cutoff() {
        for (on, at, received_on) in [
            ("2025-01-22", "16:29", "2025-01-22"),
            ("2025-01-22", "16:30", "2025-01-23"),
            ("2025-01-24", "16:30", "2025-01-27"),
            ("2025-01-25", "09:00", "2025-01-27"),
            ("2025-04-18", "09:00", "2025-04-22"),
            ("2025-04-17", "17:00", "2025-04-22"),
        ] {
            for method in [Method::Email, Method::Portal] {
                let counted = received(sent(method, on, at, Consent::Covers), PostRule::default()).unwrap();
                assert_eq!(counted.on(), day(received_on), "{}", counted.because());
            }
        }
    }

    #[test]
    fn nothing_electronic_is_service_without_consent() {
        for (method, refusal) in
            [(Method::Email, ServiceRefused::NoConsentToEmail), (Method::Portal, ServiceRefused::NoConsentToPortal)]
        {
            let refused = received(sent(method, "2025-01-22", "09:00", Consent::Absent), PostRule::default());
            assert_eq!(refused, Err(refusal));
        }
    }

    #[test]
    fn every_way_of_service_explains_itself() {
        use PostRule::{Cpr626, PracticeDirection1985};
        let left = sent(Method::LeftAtAddress, "2025-01-22", "09:00", Consent::Absent);
        let first = sent(Method::FirstClassPost, "2025-04-17", "09:00", Consent::Absent);
        let early = sent(Method::FirstClassPost, "2025-01-08", "09:00", Consent::Absent);
        let second = sent(Method::SecondClassPost, "2025-01-08", "09:00", Consent::Absent);
        let mail = sent(Method::Email, "2025-01-22", "16:29", Consent::Covers);
        let late = sent(Method::Email, "2025-01-22", "16:30", Consent::Covers);
        for (dispatch, rule, sentence) in [
            (
                left,
                PracticeDirection1985,
                "Left at the proper address on Wednesday 22 January 2025, and so received on that day.",
            ),
            (
                first,
                PracticeDirection1985,
                "Posted first class on Thursday 17 April 2025, and taken to be received on the second working day after posting, Wednesday 23 April 2025 (Practice Direction [1985] 1 All ER 889); weekends and bank holidays do not count (here Friday 18 April 2025, Good Friday; Monday 21 April 2025, Easter Monday).",
            ),
            (
                first,
                Cpr626,
                "Posted first class on Thursday 17 April 2025, and taken to be received on Tuesday 22 April 2025, the next working day after Saturday 19 April 2025, the second day after posting (CPR 6.26); weekends and bank holidays do not count (here Monday 21 April 2025, Easter Monday).",
            ),
            (
                early,
                Cpr626,
                "Posted first class on Wednesday 8 January 2025, and taken to be received on the second day after posting, Friday 10 January 2025, which is a working day (CPR 6.26).",
            ),
            (
                second,
                Cpr626,
                "Posted second class on Wednesday 8 January 2025, and taken to be received on the fourth working day after posting, Tuesday 14 January 2025 (Practice Direction [1985] 1 All ER 889, as CPR 6.26 has no rule for second class post); weekends and bank holidays do not count.",
            ),
            (
                mail,
                PracticeDirection1985,
                "Sent by e-mail, to which the recipient had consented, on Wednesday 22 January 2025 at 16:29, a working day and before 16:30, and so received on that day.",
            ),
            (
                late,
                PracticeDirection1985,
                "Sent by e-mail, to which the recipient had consented, on Wednesday 22 January 2025 at 16:30, not before 16:30 on a working day, and so received on the next one, Thursday 23 January 2025; weekends and bank holidays do not count.",
            ),
        ] {
            assert_eq!(received(dispatch, rule).unwrap().because(), sentence);
        }
    }

    #[test]
    fn a_date_beyond_the_table_is_flagged() {
        for (posted_on, is_flagged) in
            [("2029-12-21", false), ("2029-12-31", true), ("2030-06-05", true), ("2023-12-29", true)]
        {
            let posted = sent(Method::FirstClassPost, posted_on, "09:00", Consent::Absent);
            let counted = received(posted, PostRule::default()).unwrap();
            assert_eq!(counted.is_beyond_confirmed_holidays(), is_flagged, "{posted_on}");
        }
    }

    #[test]
    fn methods_and_post_rules_are_spelt_as_settings_spell_them() {
        let methods = serde_json::to_string(&Method::ALL).unwrap();
        assert_eq!(
            methods,
            r#"["delivered_by_hand","left_at_address","first_class_post","second_class_post","email","portal"]"#
        );
        let rules = serde_json::to_string(&[PostRule::PracticeDirection1985, PostRule::Cpr626]).unwrap();
        assert_eq!(rules, r#"["practice_direction_1985","cpr_6_26"]"#);
        assert_eq!(ServicePolicy::CAUTIOUS.email_cutoff, time("16:30"));
    }

    #[test]
    fn the_ends_of_the_calendar_are_refused_not_survived_by_luck() {
        for method in [Method::FirstClassPost, Method::SecondClassPost, Method::Email] {
            let last = Dispatch { method, at: NaiveDateTime::MAX, consent: Consent::Covers };
            assert!(received(last, PostRule::Cpr626).is_err());
        }
        let first = Dispatch { method: Method::Email, at: NaiveDateTime::MIN, consent: Consent::Covers };
        assert!(received(first, PostRule::Cpr626).is_err());
    }
}
