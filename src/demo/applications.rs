//! The 925 applications of the minutes of 22 January 2025, each with its legal walk from stage to stage, day by day.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{Days, NaiveDate};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::people::{self, DISTRICTS};
use super::{day, working_day_from};
use crate::domain::application::Stage;
use crate::domain::calendar::BankHolidays;
use crate::domain::id::{ApplicationId, LicenceId, PartyId, PropertyId};
use crate::domain::party::PartyFacts;
use crate::domain::property::PropertyFacts;

/// What had become of an application by the day of the committee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// At this stage, and not ended.
    InProgress(Stage),
    /// Granted.
    Granted,
    /// Refused.
    Refused,
    /// Withdrawn.
    Withdrawn,
    /// Rejected as invalid.
    Rejected,
    /// No licence required.
    NotRequired,
}

/// Per area: in progress, granted, refused, withdrawn, rejected, not required.
///
/// The first column is the minutes'; the others are a made-up split of their 205 granted and 158 others.
const FIGURES: [[usize; 6]; 3] = [[275, 100, 4, 33, 22, 18], [182, 67, 3, 22, 15, 11], [105, 38, 1, 12, 9, 8]];

/// The stages of what is in progress, in the proportions of a busy office.
const UNDER_WAY: [Stage; 20] = [
    Stage::Submitted,
    Stage::DulyMade,
    Stage::Assessing,
    Stage::PaidA,
    Stage::ConsultingGrant,
    Stage::Submitted,
    Stage::Assessing,
    Stage::DulyMade,
    Stage::Incomplete,
    Stage::DecisionDue,
    Stage::Submitted,
    Stage::PaidA,
    Stage::DulyMade,
    Stage::Assessing,
    Stage::ProposalReady,
    Stage::ConsultingGrant,
    Stage::AwaitingB,
    Stage::Incomplete,
    Stage::ConsultingRefusal,
    Stage::ConsultingGrant,
];

/// One thing done with an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// The home is recorded and the application submitted.
    Apply,
    /// The first part of the fee is paid.
    PayPartA,
    /// It is duly made.
    FindComplete,
    /// It goes back with its defects.
    FindIncomplete,
    /// The defects were not answered.
    RejectAsInvalid,
    /// An officer gets it.
    Assign,
    /// The five findings, all met or one not.
    RecordFindings {
        /// Whether all are met.
        met: bool,
    },
    /// Proposed grant served.
    ProposeGrant,
    /// Proposed refusal served.
    ProposeRefusal,
    /// The consultation is over.
    EndConsultation,
    /// The second part of the fee is asked for.
    RequestPartB,
    /// It is paid.
    PayPartB,
    /// Granted.
    Grant,
    /// Refused.
    Refuse,
    /// Withdrawn.
    Withdraw,
    /// Closed: no licence required.
    CloseNotRequired,
}

/// How long something takes after what came before it.
#[derive(Clone, Copy)]
enum Wait {
    /// That many working days, from and to.
    Working(u32, u32),
    /// Until the first working day on which that many whole days have passed.
    Over(u64),
}

/// One application with everything the demonstration must remember of it.
pub(super) struct Case {
    /// The home.
    pub(super) home: PropertyFacts,
    /// Number of the landlord.
    pub(super) landlord: usize,
    /// Number of the agent.
    pub(super) agent: Option<usize>,
    /// The home, once recorded.
    pub(super) property_id: Option<PropertyId>,
    /// The application and its revision, once started.
    pub(super) application: Option<(ApplicationId, i64)>,
    /// The licence and the day of its grant.
    pub(super) licence: Option<(LicenceId, NaiveDate)>,
}

/// A landlord, recorded with the first application.
pub(super) struct Landlord {
    /// Who.
    pub(super) facts: PartyFacts,
    /// Whether letters may go by e-mail (s.247).
    pub(super) consents: bool,
    /// Once recorded.
    pub(super) id: Option<PartyId>,
}

/// Everybody, every home, and what happens on which day.
pub(super) struct Town {
    /// The applications.
    pub(super) cases: Vec<Case>,
    /// The landlords; the first has forty homes.
    pub(super) landlords: Vec<Landlord>,
    /// The agents.
    pub(super) agents: [Option<PartyId>; people::AGENT_COUNT],
    /// What happens to which case, by day, in order.
    pub(super) diary: BTreeMap<NaiveDate, Vec<(usize, Move)>>,
}

/// Homes per landlord after the first, who has forty; everybody else has one.
fn portfolios() -> impl Iterator<Item = usize> {
    let several = [10, 9, 8, 7, 6, 5].into_iter().chain([3; 30]).chain([2; 60]);
    several.chain(std::iter::repeat(1))
}

const FORTY: usize = 40;
const FORTY_GRANTED: usize = 14;

impl Town {
    /// The town that belongs to a seed.
    ///
    /// # Errors
    /// If a walk leaves the calendar, which would be a fault of this table.
    pub(super) fn of(seed: u64, holidays: &BankHolidays) -> anyhow::Result<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut fates = fates();
        fates.shuffle(&mut rng);
        let owners = owners(&fates);
        let landlords = owners.iter().max().map_or(0, |last| last + 1);
        let mut town = Self {
            cases: Vec::with_capacity(fates.len()),
            landlords: (0..landlords).map(landlord).collect(),
            agents: [None; people::AGENT_COUNT],
            diary: BTreeMap::new(),
        };
        let mut homes = [0_usize; DISTRICTS.len()];
        for ((area, fate), landlord) in fates.into_iter().zip(owners) {
            let (Some(district), Some(number)) = (DISTRICTS.get(area), homes.get_mut(area)) else { continue };
            let case = town.cases.len();
            let home = people::home(district, *number, case + 1);
            *number += 1;
            let agent = (case % 9 == 4).then_some(case % people::AGENT_COUNT);
            for (on, step) in timetable(fate, &mut rng, holidays)? {
                town.diary.entry(on).or_default().push((case, step));
            }
            town.cases.push(Case { home, landlord, agent, property_id: None, application: None, licence: None });
        }
        Ok(town)
    }
}

fn landlord(number: usize) -> Landlord {
    let facts = if number == 0 { people::big_landlord() } else { people::landlord(number) };
    Landlord { facts, consents: number % 6 != 3, id: None }
}

fn fates() -> Vec<(usize, Fate)> {
    let mut fates = Vec::new();
    for (area, figures) in FIGURES.into_iter().enumerate() {
        let [in_progress, granted, refused, withdrawn, rejected, not_required] = figures;
        fates.extend(UNDER_WAY.iter().cycle().take(in_progress).map(|stage| (area, Fate::InProgress(*stage))));
        let ended = [
            (granted, Fate::Granted),
            (refused, Fate::Refused),
            (withdrawn, Fate::Withdrawn),
            (rejected, Fate::Rejected),
            (not_required, Fate::NotRequired),
        ];
        for (count, fate) in ended {
            fates.extend(std::iter::repeat_n((area, fate), count));
        }
    }
    fates
}

/// The number of the landlord of each application: the first landlord gets fourteen granted and 26 others.
fn owners(fates: &[(usize, Fate)]) -> Vec<usize> {
    let (mut granted, mut others) = (FORTY_GRANTED, FORTY - FORTY_GRANTED);
    let mut rest = portfolios().enumerate().flat_map(|(number, homes)| std::iter::repeat_n(number + 1, homes));
    let mut owners = Vec::with_capacity(fates.len());
    for (place, (_, fate)) in fates.iter().enumerate() {
        let left = if *fate == Fate::Granted { &mut granted } else { &mut others };
        if place % 3 == 0 && *left > 0 {
            *left -= 1;
            owners.push(0);
        } else {
            owners.push(rest.next().unwrap_or_default());
        }
    }
    owners
}

/// The first and last day on which something with this fate may have been submitted.
fn window(fate: Fate) -> ((i32, u32, u32), (i32, u32, u32)) {
    match fate {
        Fate::InProgress(Stage::Submitted) => ((2025, 1, 11), (2025, 1, 21)),
        Fate::InProgress(Stage::PaidA) => ((2025, 1, 4), (2025, 1, 20)),
        Fate::InProgress(Stage::Incomplete) => ((2024, 12, 27), (2025, 1, 15)),
        Fate::InProgress(Stage::DulyMade) => ((2024, 12, 14), (2025, 1, 15)),
        Fate::InProgress(Stage::Assessing) => ((2024, 12, 1), (2025, 1, 14)),
        Fate::InProgress(Stage::ConsultingGrant | Stage::ConsultingRefusal) => ((2024, 12, 20), (2025, 1, 8)),
        Fate::InProgress(Stage::ProposalReady) => ((2024, 12, 10), (2025, 1, 10)),
        Fate::Withdrawn | Fate::NotRequired => ((2024, 11, 2), (2025, 1, 12)),
        Fate::Rejected => ((2024, 11, 1), (2024, 12, 20)),
        Fate::InProgress(_) | Fate::Granted | Fate::Refused => ((2024, 11, 1), (2024, 12, 8)),
    }
}

/// The last day before the committee: nothing in the minutes is later.
const LAST: (i32, u32, u32) = (2025, 1, 21);

fn timetable(fate: Fate, rng: &mut StdRng, holidays: &BankHolidays) -> anyhow::Result<Vec<(NaiveDate, Move)>> {
    let (first, last) = window(fate);
    let (first, end) = (day(first)?, day(LAST)?);
    let span = u64::try_from((day(last)? - first).num_days()).unwrap_or_default();
    let route = route(fate, rng);
    for _ in 0..100 {
        let submitted = first.checked_add_days(Days::new(rng.random_range(0..=span))).context("beyond the calendar")?;
        let walked = walk(&route, submitted, rng, holidays)?;
        if walked.last().is_some_and(|(on, _)| *on <= end) {
            return Ok(walked);
        }
    }
    anyhow::bail!("no walk to {fate:?} ends before the committee meets")
}

fn walk(
    route: &[(Move, Wait)],
    submitted: NaiveDate,
    rng: &mut StdRng,
    holidays: &BankHolidays,
) -> anyhow::Result<Vec<(NaiveDate, Move)>> {
    let mut on = submitted;
    let mut walked = vec![(on, Move::Apply)];
    for (step, wait) in route {
        on = match wait {
            Wait::Working(least, most) => match rng.random_range(*least..=*most) {
                0 => working_day_from(on, holidays)?,
                days => holidays.nth_working_day_after(on, days)?,
            },
            Wait::Over(days) => {
                working_day_from(on.checked_add_days(Days::new(days + 1)).context("beyond the calendar")?, holidays)?
            }
        };
        walked.push((on, *step));
    }
    Ok(walked)
}

/// Fourteen days and one for safety, as the scheme has it.
const CONSULTATION: u64 = 15;
/// Days for answering defects.
const ANSWER: u64 = 14;

fn route(fate: Fate, rng: &mut StdRng) -> Vec<(Move, Wait)> {
    use Move as M;
    use Wait::{Over, Working};
    let begin = [
        (M::PayPartA, Working(0, 1)),
        (M::FindComplete, Working(1, 3)),
        (M::Assign, Working(0, 1)),
        (M::RecordFindings { met: true }, Working(1, 3)),
        (M::ProposeGrant, Working(0, 1)),
        (M::EndConsultation, Over(CONSULTATION)),
        (M::RequestPartB, Working(0, 0)),
        (M::PayPartB, Working(1, 2)),
        (M::Grant, Working(0, 1)),
    ];
    let upto = |last: Move| {
        let end = begin.iter().position(|(step, _)| *step == last).map_or(0, |place| place + 1);
        begin.iter().take(end).copied().collect::<Vec<_>>()
    };
    let then = |mut route: Vec<(M, Wait)>, more: &[(M, Wait)]| {
        route.extend_from_slice(more);
        route
    };
    let refusing = [(M::RecordFindings { met: false }, Working(1, 3)), (M::ProposeRefusal, Working(0, 1))];
    match fate {
        Fate::InProgress(Stage::PaidA) => upto(M::PayPartA),
        Fate::InProgress(Stage::Incomplete) => then(upto(M::PayPartA), &[(M::FindIncomplete, Working(1, 3))]),
        Fate::InProgress(Stage::DulyMade) => upto(M::FindComplete),
        Fate::InProgress(Stage::Assessing) => upto(M::Assign),
        Fate::InProgress(Stage::ProposalReady) => upto(M::RecordFindings { met: true }),
        Fate::InProgress(Stage::ConsultingGrant) => upto(M::ProposeGrant),
        Fate::InProgress(Stage::ConsultingRefusal) => then(upto(M::Assign), &refusing),
        Fate::InProgress(Stage::DecisionDue) => upto(M::EndConsultation),
        Fate::InProgress(Stage::AwaitingB) => upto(M::RequestPartB),
        Fate::InProgress(_) => Vec::new(),
        Fate::Granted => upto(M::Grant),
        Fate::Refused => {
            let ending = [(M::EndConsultation, Over(CONSULTATION)), (M::Refuse, Working(0, 2))];
            then(then(upto(M::Assign), &refusing), &ending)
        }
        Fate::Withdrawn => {
            let until = if rng.random_bool(0.5) { M::PayPartA } else { M::Assign };
            then(upto(until), &[(M::Withdraw, Working(0, 4))])
        }
        Fate::Rejected => {
            let ending = [(M::FindIncomplete, Working(1, 3)), (M::RejectAsInvalid, Over(ANSWER))];
            then(upto(M::PayPartA), &ending)
        }
        Fate::NotRequired => then(upto(M::PayPartA), &[(M::CloseNotRequired, Working(1, 4))]),
    }
}
