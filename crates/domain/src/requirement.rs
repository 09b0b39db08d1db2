//! Whether a home needs a selective licence on a day, and has one: a verdict from the facts, with its reason and its provision.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::application::Application;
use super::calendar::Counted;
use super::calendar::london::written_out;
use super::exemption::{Exemption, ExemptionKind};
use super::id::{ApplicationId, ExemptionId, LicenceId, words};
use super::licence::Licence;
use super::occupancy::{Occupancy, OccupationBasis};
use super::property::Property;
use super::scheme::{ExemptionGround, Scheme};

words! {
    /// How a home stands on a day.
    Verdict {
        /// A licence is in force.
        Licensed = "licensed",
        /// It lies in no area that is designated on that day.
        OutsideArea = "not_in_area",
        /// An exemption runs.
        Exempt = "exempt",
        /// It is not let: nobody lives there wholly under a tenancy or licence.
        NotLet = "not_let",
        /// It must be licensed as a house in multiple occupation instead.
        PartTwo = "part_2",
        /// It needs a licence and has none, but an application or notification protects whoever made it.
        Protected = "protected",
        /// It needs a licence and has none.
        Unlicensed = "unlicensed",
    }
}

impl Verdict {
    /// Whether the home needs a licence that it does not have.
    #[must_use]
    pub fn needs_licence(self) -> bool {
        matches!(self, Self::Protected | Self::Unlicensed)
    }
}

/// How a home stands on a day, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requirement {
    /// The day.
    pub on: NaiveDate,
    /// How it stands.
    pub verdict: Verdict,
    /// Why, in words.
    pub reason: String,
    /// The provision that says so.
    pub statute: String,
    /// The last day on which that holds, where it is known.
    pub until: Option<NaiveDate>,
    /// Why it is that day, where it was counted.
    pub until_basis: Option<Counted>,
    /// The licence that it rests on.
    pub licence_id: Option<LicenceId>,
    /// The exemption or notification that it rests on.
    pub exemption_id: Option<ExemptionId>,
    /// The application that it rests on.
    pub application_id: Option<ApplicationId>,
}

/// What is known of a home.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The scheme.
    pub scheme: &'a Scheme,
    /// The home, with what the gazetteer says of it.
    pub home: &'a Property,
    /// The licences that cover it.
    pub licences: &'a [Licence],
    /// Its exemptions.
    pub exemptions: &'a [Exemption],
    /// The applications for it.
    pub applications: &'a [Application],
    /// Who lives there, in any order.
    pub occupancies: &'a [Occupancy],
}

/// People from which on Part 2 applies, where they are of enough households (SI 2018/221, article 4).
const PART_TWO_OCCUPIERS: i32 = 5;
/// Households from which on Part 2 applies.
const PART_TWO_HOUSEHOLDS: i32 = 2;
/// Flats from which on a purpose-built block keeps its flats out of Part 2.
const BLOCK_FLATS: i32 = 3;

/// Who lives there, as far as it matters here.
struct Living {
    on: NaiveDate,
    basis: OccupationBasis,
    households: i32,
    occupiers: i32,
    flats_in_block: Option<i32>,
}

impl Living {
    fn needs_part_two(&self) -> bool {
        let in_block = self.flats_in_block.is_some_and(|flats| flats >= BLOCK_FLATS);
        self.occupiers >= PART_TWO_OCCUPIERS && self.households >= PART_TWO_HOUSEHOLDS && !in_block
    }
}

impl Facts<'_> {
    /// How the home stands on that day. A ground of exemption goes before Part 2, and Part 2 before a notice: a notice frees from
    /// Part 3 alone, and would hide that another licence is needed.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Requirement {
        self.licensed(day)
            .or_else(|| self.outside(day))
            .or_else(|| self.exempt_on_ground(day))
            .or_else(|| self.lived_in(day))
            .or_else(|| self.exempt_for_a_time(day))
            .or_else(|| self.protected(day))
            .unwrap_or_else(|| self.unlicensed(day))
    }

    fn licensed(&self, day: NaiveDate) -> Option<Requirement> {
        let licence = self.licences.iter().find(|licence| licence.is_in_force(day))?;
        let last = licence.ended_on.and_then(|ended| ended.pred_opt()).unwrap_or(licence.ends_on);
        let reason = format!("licence {} is in force until {}", licence.number, written_out(last));
        let counted = (last == licence.ends_on).then(|| licence.end_basis.clone());
        Some(Requirement {
            until: Some(last),
            until_basis: counted,
            licence_id: Some(licence.id),
            ..said(day, Verdict::Licensed, reason, "Housing Act 2004, section 85(1)")
        })
    }

    fn outside(&self, day: NaiveDate) -> Option<Requirement> {
        let designation = &self.scheme.designation;
        let reason = if !designation.is_in_force(day) {
            let (from, until) = (written_out(designation.starts_on), written_out(designation.ends_on));
            format!("no designation is in force on {}: it runs from {from} to {until}", written_out(day))
        } else if self.home.area_code.is_none() {
            "the home lies in no area of the scheme".to_owned()
        } else {
            return None;
        };
        Some(said(day, Verdict::OutsideArea, reason, "Housing Act 2004, section 79(2)(a)"))
    }

    fn exempt_on_ground(&self, day: NaiveDate) -> Option<Requirement> {
        let usable = |code: &str| self.scheme.exemption(code).filter(|ground| ground.is_available(day));
        let found = self.exemptions.iter().filter(|one| one.kind == ExemptionKind::Ground && one.exempts_on(day));
        let decided = found.filter_map(|one| Some((usable(one.ground.as_deref()?)?, one.until_on, Some(one))));
        let kept = self.home.exempt_on(day).and_then(usable).map(|ground| (ground, self.home.exempt_until, None));
        let (ground, until, exemption): (&ExemptionGround, _, Option<&Exemption>) =
            decided.chain(kept).max_by_key(|(_, until, _)| until.unwrap_or(NaiveDate::MAX))?;
        let whence = exemption.map_or("the gazetteer", |exemption| &exemption.reference);
        let reason = format!("a ground of exemption applies ({whence}): {}", ground.name);
        Some(Requirement {
            until,
            exemption_id: exemption.map(|exemption| exemption.id),
            ..said(day, Verdict::Exempt, reason, &ground.statutory_basis)
        })
    }

    fn lived_in(&self, day: NaiveDate) -> Option<Requirement> {
        let living = self.living(day)?;
        let counted = written_out(living.on);
        let not_let = |how: &str| {
            let reason = format!("{how}, as recorded of {counted}");
            Some(said(day, Verdict::NotLet, reason, "Housing Act 2004, section 79(2)(b)"))
        };
        match living.basis {
            OccupationBasis::Owner => not_let("the owner lives there"),
            OccupationBasis::Empty => not_let("nobody lives there"),
            OccupationBasis::Other => not_let("it is not wholly let under tenancies or licences"),
            OccupationBasis::Let if living.needs_part_two() => {
                let (people, households) = (living.occupiers, living.households);
                let reason = format!(
                    "{people} people in {households} households lived there on {counted}: it must be licensed as a house in \
                     multiple occupation instead"
                );
                let statute = "Housing Act 2004, section 85(1)(a); SI 2018/221, article 4";
                Some(said(day, Verdict::PartTwo, reason, statute))
            }
            OccupationBasis::Let => None,
        }
    }

    /// The last that was recorded of that day or before. What the gazetteer says counts where it says of which day it is.
    fn living(&self, day: NaiveDate) -> Option<Living> {
        let known = self.occupancies.iter().filter(|one| one.counted_on <= day);
        let last = known.max_by_key(|one| (one.counted_on, one.recorded_at)).map(|one| Living {
            on: one.counted_on,
            basis: one.basis,
            households: one.households,
            occupiers: one.occupiers,
            flats_in_block: one.flats_in_block,
        });
        let kept = self.home.occupied_as_at.filter(|on| *on <= day).map(|on| Living {
            on,
            basis: OccupationBasis::Let,
            households: self.home.households.unwrap_or_default(),
            occupiers: self.home.occupiers.unwrap_or_default(),
            flats_in_block: None,
        });
        match (last, kept) {
            (Some(last), Some(kept)) if kept.on > last.on => Some(kept),
            (last, kept) => last.or(kept),
        }
    }

    fn exempt_for_a_time(&self, day: NaiveDate) -> Option<Requirement> {
        let runs = |one: &&Exemption| one.kind != ExemptionKind::Ground && one.exempts_on(day);
        let exemption = self.exemptions.iter().filter(runs).max_by_key(|one| one.until_on)?;
        let until = exemption.until_on.map(written_out).unwrap_or_default();
        let (what, statute) = match exemption.kind {
            ExemptionKind::Death => ("the months after the holder's death run", "Housing Act 2004, section 91"),
            _ => ("a temporary exemption notice is in force", "Housing Act 2004, section 86"),
        };
        Some(Requirement {
            until: exemption.until_on,
            until_basis: exemption.until_basis.clone(),
            exemption_id: Some(exemption.id),
            ..said(day, Verdict::Exempt, format!("{what} ({}) until {until}", exemption.reference), statute)
        })
    }

    fn protected(&self, day: NaiveDate) -> Option<Requirement> {
        let statute = "Housing Act 2004, section 95(3)";
        if let Some(application) = self.applications.iter().find(|one| one.protects_applicant(day)) {
            let reason = format!("application {} is duly made and effective", application.reference);
            let (application_id, until) = (Some(application.id), application.effective_until);
            return Some(Requirement { application_id, until, ..said(day, Verdict::Protected, reason, statute) });
        }
        let asked = self.exemptions.iter().find(|one| one.protects_on(day))?;
        let reason = format!("a temporary exemption was asked for ({}), which is effective", asked.reference);
        let appeal = asked.appeal_by.clone();
        Some(Requirement {
            until: appeal.as_ref().map(Counted::on),
            until_basis: appeal,
            exemption_id: Some(asked.id),
            ..said(day, Verdict::Protected, reason, statute)
        })
    }

    fn unlicensed(&self, day: NaiveDate) -> Requirement {
        let lives = if self.living(day).is_none() { "; who lives there is not recorded" } else { "" };
        let reason = format!("no licence, exemption or application in force is on record{lives}");
        said(day, Verdict::Unlicensed, reason, "Housing Act 2004, sections 85(1) and 95(1)")
    }
}

fn said(on: NaiveDate, verdict: Verdict, reason: String, statute: &str) -> Requirement {
    Requirement {
        on,
        verdict,
        reason,
        statute: statute.to_owned(),
        until: None,
        until_basis: None,
        licence_id: None,
        exemption_id: None,
        application_id: None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::application::Stage;
    use crate::calendar::{Occasion, Trigger};
    use crate::exemption::{ExemptionStep, Finding, Notification};
    use crate::licence::LicenceStep;
    use crate::occupancy::{Count, OccupancySource};
    use crate::testing::{applying, day, home, khan, licence, on, scheme};

    /// What is known of a house of Mr Khan's; nothing at first.
    #[derive(Default)]
    struct Known {
        licences: Vec<Licence>,
        exemptions: Vec<Exemption>,
        applications: Vec<Application>,
        occupancies: Vec<Occupancy>,
    }

    impl Known {
        fn of(&self, house: &Property, on: &str) -> Requirement {
            let facts = Facts {
                scheme: &scheme(),
                home: house,
                licences: &self.licences,
                exemptions: &self.exemptions,
                applications: &self.applications,
                occupancies: &self.occupancies,
            };
            facts.on(day(on))
        }

        fn on(&self, on: &str) -> Verdict {
            self.of(&home(None), on).verdict
        }
    }

    fn living(
        counted_on: &str,
        basis: OccupationBasis,
        households: i32,
        occupiers: i32,
        flats: Option<i32>,
    ) -> Occupancy {
        let count = Count {
            counted_on: day(counted_on),
            basis,
            households,
            occupiers,
            flats_in_block: flats,
            source: OccupancySource::Visit,
            note: None,
        };
        Occupancy::record(&on("2025-12-01"), home(None).id, count).unwrap().into_entity()
    }

    /// Asked for on 10 January 2025, served on the 15th.
    fn notice() -> Exemption {
        let said = Notification {
            reference: "EXE/2025/00001".to_owned(),
            property_id: home(None).id,
            party_id: khan(),
            steps: "Selling.".to_owned(),
            on: day("2025-01-10"),
        };
        let (cx, policy) = (on("2025-01-15"), scheme().policy);
        let step = ExemptionStep::Serve { on: cx.today(), circumstances: None };
        let asked = Exemption::notify(&cx, said, &[]).unwrap().into_entity();
        asked.take(&cx, &policy, step, None).unwrap().into_entity()
    }

    fn ground(code: &str, from: &str) -> Exemption {
        let found = Finding {
            reference: "EXE/2025/00002".to_owned(),
            property_id: home(None).id,
            evidence: "Registered as L4522".to_owned(),
            from: day(from),
            until: None,
            refused_because: None,
        };
        Exemption::find_ground(&on("2025-01-22"), scheme().exemption(code).unwrap(), found).unwrap().into_entity()
    }

    fn duly_made(on_day: &str) -> Application {
        Application { stage: Stage::DulyMade, duly_made_on: Some(day(on_day)), ..applying(on_day) }
    }

    #[test]
    fn a_home_in_an_area_of_which_nothing_is_known_needs_a_licence_while_the_designation_is_in_force() {
        let nothing = Known::default();
        for (on, verdict) in [
            ("2024-10-31", Verdict::OutsideArea),
            ("2024-11-01", Verdict::Unlicensed),
            ("2029-10-31", Verdict::Unlicensed),
            ("2029-11-01", Verdict::OutsideArea),
        ] {
            assert_eq!(nothing.on(on), verdict, "{on}");
        }
        let elsewhere = Property { area_code: None, ..home(None) };
        let found = nothing.of(&elsewhere, "2025-01-22");
        assert_eq!(
            (found.verdict, found.statute.as_str()),
            (Verdict::OutsideArea, "Housing Act 2004, section 79(2)(a)")
        );
        assert!(nothing.of(&home(None), "2025-01-22").reason.ends_with("who lives there is not recorded"));
    }

    #[test]
    fn a_licence_stands_until_it_ends_and_names_the_day() {
        let cx = on("2025-03-10");
        let surrender = LicenceStep::Surrender { reason: "sold".to_owned() };
        let ended = licence().take(&cx, surrender).unwrap().into_entity();
        for (licence, on, verdict, until) in [
            (licence(), "2024-12-01", Verdict::Unlicensed, None),
            (licence(), "2024-12-02", Verdict::Licensed, Some("2029-10-31")),
            (ended.clone(), "2025-03-09", Verdict::Licensed, Some("2025-03-09")),
            (ended, "2025-03-10", Verdict::Unlicensed, None),
        ] {
            let found = Known { licences: vec![licence], ..Known::default() }.of(&home(None), on);
            assert_eq!((found.verdict, found.until), (verdict, until.map(day)), "{on}");
        }
    }

    #[test]
    fn five_people_in_two_households_come_under_part_two_unless_in_a_purpose_built_block_of_three() {
        use OccupationBasis::Let;
        for (households, occupiers, flats, verdict) in [
            (1, 5, None, Verdict::Unlicensed),
            (2, 4, None, Verdict::Unlicensed),
            (2, 5, None, Verdict::PartTwo),
            (2, 5, Some(2), Verdict::PartTwo),
            (2, 5, Some(3), Verdict::Unlicensed),
        ] {
            let occupancies = vec![living("2025-01-10", Let, households, occupiers, flats)];
            let found = Known { occupancies, ..Known::default() }.on("2025-01-10");
            assert_eq!(found, verdict, "{occupiers} people in {households} households, {flats:?}");
        }
        let grown = vec![living("2025-03-01", Let, 2, 5, None), living("2025-01-10", Let, 1, 3, None)];
        let grown = Known { occupancies: grown, ..Known::default() };
        let found = ["2025-02-28", "2025-03-01"].map(|on| grown.on(on));
        assert_eq!(found, [Verdict::Unlicensed, Verdict::PartTwo], "the regime changes overnight");
    }

    #[test]
    fn what_the_gazetteer_says_counts_where_it_says_of_which_day_and_the_later_count_wins() {
        let house = Property { households: Some(3), occupiers: Some(6), ..home(None) };
        let dated = Property { occupied_as_at: Some(day("2025-02-01")), ..house.clone() };
        let nothing = Known::default();
        assert_eq!(nothing.of(&house, "2025-02-01").verdict, Verdict::Unlicensed);
        let found = ["2025-01-31", "2025-02-01"].map(|on| nothing.of(&dated, on).verdict);
        assert_eq!(found, [Verdict::Unlicensed, Verdict::PartTwo]);
        let later = vec![living("2025-02-01", OccupationBasis::Let, 1, 2, None)];
        assert_eq!(
            Known { occupancies: later, ..Known::default() }.of(&dated, "2025-02-02").verdict,
            Verdict::Unlicensed
        );
    }

    #[test]
    fn a_home_that_is_not_let_needs_none() {
        use OccupationBasis as B;
        for (basis, households, occupiers) in [(B::Owner, 1, 2), (B::Empty, 0, 0), (B::Other, 1, 1)] {
            let occupancies = vec![living("2025-01-10", basis, households, occupiers, None)];
            assert_eq!(Known { occupancies, ..Known::default() }.on("2025-01-22"), Verdict::NotLet, "{basis}");
        }
    }

    #[test]
    fn an_exemption_runs_from_day_to_day_and_part_two_shows_through_a_notice_but_not_through_a_ground() {
        let noticed = Known { exemptions: vec![notice()], ..Known::default() };
        for (on, verdict) in [
            ("2025-01-09", Verdict::Unlicensed),
            ("2025-01-10", Verdict::Protected),
            ("2025-01-15", Verdict::Exempt),
            ("2025-04-14", Verdict::Exempt),
            ("2025-04-15", Verdict::Unlicensed),
        ] {
            assert_eq!(noticed.on(on), verdict, "{on}");
        }
        let found = noticed.of(&home(None), "2025-02-01");
        assert_eq!((found.until, found.statute.as_str()), (Some(day("2025-04-14")), "Housing Act 2004, section 86"));
        assert_eq!(found.until_basis.unwrap().on(), day("2025-04-14"));
        let crowded = || vec![living("2025-01-20", OccupationBasis::Let, 2, 6, None)];
        let through = Known { exemptions: vec![notice()], occupancies: crowded(), ..Known::default() };
        assert_eq!(through.on("2025-02-01"), Verdict::PartTwo);
        let provider = ground("registered_provider", "2025-01-20");
        let provider = Known { exemptions: vec![provider], occupancies: crowded(), ..Known::default() };
        let found = provider.of(&home(None), "2025-02-01");
        assert_eq!((found.verdict, found.statute.as_str()), (Verdict::Exempt, "Housing Act 2004, section 79(3)"));
        assert_eq!(provider.on("2025-01-19"), Verdict::Unlicensed);
    }

    #[test]
    fn a_ground_counts_while_the_scheme_has_it_and_the_gazetteers_own_too() {
        let exempt = Property {
            exemption_ground: Some("registered_provider".to_owned()),
            exempt_until: Some(day("2025-06-30")),
            ..home(None)
        };
        let found = ["2025-06-30", "2025-07-01"].map(|on| Known::default().of(&exempt, on));
        assert_eq!(found.each_ref().map(|one| one.verdict), [Verdict::Exempt, Verdict::Unlicensed]);
        assert!(found.first().unwrap().reason.starts_with("a ground of exemption applies (the gazetteer)"));
        let mut lapsed = scheme();
        lapsed.exemptions.iter_mut().for_each(|ground| ground.to = Some(day("2025-04-30")));
        let (house, nothing) = (home(None), Known::default());
        let exemptions = [ground("registered_provider", "2025-01-20")];
        for (on, verdict) in [("2025-04-30", Verdict::Exempt), ("2025-05-01", Verdict::Unlicensed)] {
            let facts = Facts {
                scheme: &lapsed,
                home: &house,
                licences: &nothing.licences,
                exemptions: &exemptions,
                applications: &nothing.applications,
                occupancies: &nothing.occupancies,
            };
            assert_eq!(facts.on(day(on)).verdict, verdict, "{on}");
        }
    }

    #[test]
    fn the_months_after_a_death_follow_the_licence_without_a_gap() {
        let died = LicenceStep::HolderDied { on: day("2025-03-03") };
        let ended = licence().take(&on("2025-03-10"), died).unwrap().into_entity();
        let reference = "EXE/2025/00001".to_owned();
        let months = Exemption::after_death(&on("2025-03-10"), reference, &ended, home(None).id, day("2025-03-03"));
        let known =
            Known { licences: vec![ended], exemptions: vec![months.unwrap().into_entity()], ..Known::default() };
        for (on, verdict) in [
            ("2025-03-02", Verdict::Licensed),
            ("2025-03-03", Verdict::Exempt),
            ("2025-06-02", Verdict::Exempt),
            ("2025-06-03", Verdict::Unlicensed),
        ] {
            assert_eq!(known.on(on), verdict, "{on}");
        }
        assert_eq!(known.of(&home(None), "2025-04-01").statute, "Housing Act 2004, section 91");
    }

    #[test]
    fn an_application_that_is_duly_made_protects_and_does_not_make_a_licence() {
        let known = Known { applications: vec![duly_made("2025-02-03")], ..Known::default() };
        let found = ["2025-02-02", "2025-02-03"].map(|on| known.on(on));
        assert_eq!(found, [Verdict::Unlicensed, Verdict::Protected]);
        assert!(Verdict::Protected.needs_licence());
        let basis = Counted::days_beginning_with(28, Trigger::new(day("2025-02-18"), Occasion::Decision)).unwrap();
        let refused = Application { effective_until: Some(basis.on()), ..duly_made("2025-02-03") };
        let known = Known { applications: vec![refused], ..Known::default() };
        let found = ["2025-03-17", "2025-03-18"].map(|on| known.on(on));
        assert_eq!(found, [Verdict::Protected, Verdict::Unlicensed]);
    }

    /// A verdict for the tests of what rests on one.
    pub(crate) fn verdict(verdict: Verdict) -> Requirement {
        said(day("2025-01-22"), verdict, "for a test".to_owned(), "Housing Act 2004, section 85(1)")
    }

    #[test]
    fn every_verdict_reads_back_as_it_was_stored() {
        for one in Verdict::ALL {
            let stored = serde_json::to_string(&verdict(*one)).unwrap();
            assert_eq!(serde_json::from_str::<Requirement>(&stored).unwrap(), verdict(*one));
        }
    }
}
