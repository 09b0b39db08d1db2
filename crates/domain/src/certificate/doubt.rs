//! What an officer should look at twice before accepting a record. A doubt refuses nothing: papers are odd, and people decide.

use chrono::{Months, NaiveDate};

use super::{AlarmKind, Certificate, ElectricalCode, InspectionResult, london};
use crate::calendar::london::written_out;
use crate::id::words;
use crate::property::Property;

words! {
    /// The kinds of doubt.
    DoubtKind {
        /// It had run out when it came in; a gas record more than twelve months old, say.
        RanOut = "ran_out",
        /// It names an address that is not the home's.
        AnotherAddress = "another_address",
        /// It finds the home unsafe.
        Unsatisfactory = "unsatisfactory",
        /// Its codes mean danger, or work to be done.
        GraveCodes = "grave_codes",
        /// An alarm does not work.
        AlarmBroken = "alarm_broken",
        /// An alarm was last tested more than a year before the declaration.
        AlarmTestedLongAgo = "alarm_tested_long_ago",
    }
}

/// One thing to look at twice.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Doubt {
    /// Which kind.
    pub kind: DoubtKind,
    /// What is odd, in words for the officer.
    pub detail: String,
}

impl Certificate {
    /// What is odd about it, judged by the day on which it came in.
    #[must_use]
    pub fn doubts(&self, home: &Property) -> Vec<Doubt> {
        let received_on = london::today(self.received_at);
        let mut doubts = Vec::new();
        let mut doubt = |kind, detail| doubts.push(Doubt { kind, detail });
        if let Some(until) = self.valid_until.filter(|until| *until < received_on) {
            let (until, on) = (written_out(until), written_out(received_on));
            doubt(DoubtKind::RanOut, format!("It counted until {until} and came in on {on}."));
        }
        if let Some(named) = self.particulars.address.as_deref().filter(|named| !home.is_named_in(named)) {
            let detail = format!("It names \"{named}\"; the home is {}.", home.one_line());
            doubt(DoubtKind::AnotherAddress, detail);
        }
        if self.particulars.result == Some(InspectionResult::Unsatisfactory) {
            doubt(DoubtKind::Unsatisfactory, "It finds the home unsafe, so it meets no yearly duty.".to_owned());
        }
        if let Some(codes) = grave(&self.particulars.codes) {
            doubt(DoubtKind::GraveCodes, format!("It has the codes {codes}: work is required."));
        }
        for alarm in &self.particulars.alarms {
            let which = match alarm.kind {
                AlarmKind::Smoke => "smoke alarm",
                AlarmKind::CarbonMonoxide => "carbon monoxide alarm",
            };
            if !alarm.working {
                doubt(DoubtKind::AlarmBroken, format!("The {which} at \"{}\" does not work.", alarm.position));
            }
            if is_long_before(alarm.tested_on, self.particulars.checked_on) {
                let (on, place) = (written_out(alarm.tested_on), &alarm.position);
                let detail = format!("The {which} at \"{place}\" was last tested on {on}.");
                doubt(DoubtKind::AlarmTestedLongAgo, detail);
            }
        }
        doubts
    }
}

fn grave(codes: &[ElectricalCode]) -> Option<String> {
    let grave = codes.iter().filter(|code| **code != ElectricalCode::C3).map(ToString::to_string).collect::<Vec<_>>();
    (!grave.is_empty()).then(|| grave.join(", "))
}

fn is_long_before(tested_on: NaiveDate, declared_on: NaiveDate) -> bool {
    tested_on.checked_add_months(Months::new(12)).is_some_and(|year_on| year_on < declared_on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{Alarm, Particulars};
    use crate::scheme::DocumentKind as D;
    use crate::testing::{day, home, on};
    use DoubtKind as K;

    fn doubts(kind: D, received_on: &str, said: Particulars) -> Vec<K> {
        let said = Particulars {
            registration: Some("123456".to_owned()),
            signed_by: Some("A Khan".to_owned()),
            result: said.result.or(Some(InspectionResult::Satisfactory)),
            ..said
        };
        let home = home(Some(true));
        let record = Certificate::record(&on(received_on), home.id, None, kind, said).unwrap().into_entity();
        record.doubts(&home).into_iter().map(|doubt| doubt.kind).collect()
    }

    fn checked(on: &str) -> Particulars {
        Particulars { checked_on: day(on), ..Particulars::default() }
    }

    #[test]
    fn a_record_is_doubted_when_it_had_run_out_as_it_came_in() {
        for (kind, received_on, wanted) in [
            (D::GasSafetyRecord, "2025-01-10", vec![]),
            (D::GasSafetyRecord, "2026-01-10", vec![]),
            (D::GasSafetyRecord, "2026-01-11", vec![K::RanOut]),
            (D::ElectricalReport, "2030-01-11", vec![K::RanOut]),
            (D::InspectionRecord, "2026-01-11", vec![K::RanOut]),
            (D::TermsOfOccupation, "2030-01-11", vec![]),
        ] {
            assert_eq!(doubts(kind, received_on, checked("2025-01-10")), wanted, "{kind} {received_on}");
        }
    }

    #[test]
    fn a_paper_that_names_another_home_is_doubted_however_the_address_is_spelt() {
        for (named, is_doubted) in [
            ("12 Made-up Street, TS18 1AA", false),
            ("12, MADE UP ST. Stockton ts181aa", false),
            ("14 Made-up Street, TS18 1AA", true),
            ("112 Made-up Street, TS18 1AA", true),
            ("12 Made-up Street, TS18 1AB", true),
            ("12 Made-up Street", true),
        ] {
            let said = Particulars { address: Some(named.to_owned()), ..checked("2025-01-10") };
            let wanted = if is_doubted { vec![K::AnotherAddress] } else { vec![] };
            assert_eq!(doubts(D::GasSafetyRecord, "2025-01-22", said), wanted, "{named}");
        }
    }

    #[test]
    fn danger_and_broken_alarms_are_pointed_out() {
        let unsafe_report = Particulars {
            result: Some(InspectionResult::Unsatisfactory),
            codes: vec![ElectricalCode::C2, ElectricalCode::C3],
            ..checked("2025-01-10")
        };
        assert_eq!(doubts(D::ElectricalReport, "2025-01-22", unsafe_report), [K::Unsatisfactory, K::GraveCodes]);
        let advice = Particulars { codes: vec![ElectricalCode::C3], ..checked("2025-01-10") };
        assert!(doubts(D::ElectricalReport, "2025-01-22", advice).is_empty());
        let alarm = |tested_on, working| Alarm {
            kind: AlarmKind::Smoke,
            position: "hall".to_owned(),
            tested_on: day(tested_on),
            working,
        };
        let alarms = vec![alarm("2025-01-10", true), alarm("2024-01-10", false), alarm("2024-01-09", true)];
        let said = Particulars { alarms, ..checked("2025-01-10") };
        assert_eq!(doubts(D::AlarmDeclaration, "2025-01-22", said), [K::AlarmBroken, K::AlarmTestedLongAgo]);
    }
}
