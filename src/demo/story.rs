//! Thirty demands and what became of each: who was asked, how the demand went, and what came back on which day.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::acts::{Act, With, perform};
use super::applications::Town;
use super::office::Office;
use crate::actions::demands::Asked;
use crate::actions::{Error, Expected, demands, letters};
use crate::domain::calendar::Method;
use crate::domain::demand::{Demand, Outcome};
use crate::domain::id::{DemandId, LicenceId, PropertyId};
use crate::domain::letter_batch::Posting;
use crate::domain::scheme::ObligationKind;
use crate::domain::task::TaskKind;
use crate::jobs::post;
use crate::storage::page::Page;
use crate::storage::{demands as demand_table, letters as letter_table, obligations, tasks};

/// How a demand goes out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Email,
    FirstClass,
    ByHand,
}

/// What comes of a demand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Answered in time, accepted.
    InTime,
    /// Answered on the last day, assessed days later: no breach.
    LastDay,
    /// Rejected, sent again in time, accepted.
    Mended,
    /// Rejected, then nothing.
    Rejected,
    /// "There is no gas", accepted.
    NotApplicable,
    /// Answered after the due date, accepted as late.
    Late,
    /// The first item answered, the others not.
    InPart,
    /// Nothing.
    Silent,
    /// Accepted by the relay, and back the next day; posted three weeks later.
    Bounced,
}

/// The day in January 2025, whether the landlord of forty homes is asked, how, for what, and what comes of it.
type Thread = (u32, bool, Way, &'static [&'static str], Ending);

const THREADS: [Thread; 30] = [
    (6, false, Way::Email, &["3"], Ending::Silent),
    (6, false, Way::Email, &["1", "3", "6"], Ending::InTime),
    (6, true, Way::Email, &["1", "6"], Ending::InTime),
    (7, false, Way::FirstClass, &["1"], Ending::Late),
    (7, false, Way::Email, &["3"], Ending::InTime),
    (8, false, Way::Email, &["6", "9.6"], Ending::Silent),
    (8, true, Way::Email, &["3", "9.6"], Ending::InPart),
    (9, false, Way::ByHand, &["1", "6"], Ending::InTime),
    (9, false, Way::Email, &["1"], Ending::NotApplicable),
    (10, false, Way::FirstClass, &["1", "6"], Ending::Silent),
    (10, false, Way::Email, &["1", "6"], Ending::Bounced),
    (10, true, Way::Email, &["6"], Ending::Mended),
    (13, false, Way::Email, &["6"], Ending::LastDay),
    (13, false, Way::Email, &["1", "6"], Ending::InTime),
    (13, true, Way::Email, &["1", "2", "9.6"], Ending::Silent),
    (14, false, Way::ByHand, &["3"], Ending::Rejected),
    (14, false, Way::Email, &["2", "6"], Ending::InPart),
    (14, false, Way::Email, &["1"], Ending::Late),
    (15, false, Way::FirstClass, &["3", "6"], Ending::InTime),
    (15, false, Way::Email, &["9.6"], Ending::Silent),
    (15, true, Way::Email, &["1", "6"], Ending::Late),
    (16, false, Way::Email, &["3"], Ending::Mended),
    (16, false, Way::Email, &["1", "6"], Ending::InTime),
    (17, false, Way::FirstClass, &["1"], Ending::LastDay),
    (17, true, Way::Email, &["3", "6"], Ending::Rejected),
    (17, false, Way::Email, &["6"], Ending::InTime),
    (20, false, Way::Email, &["1", "3", "6"], Ending::InPart),
    (20, false, Way::ByHand, &["1", "9.6"], Ending::Silent),
    (20, true, Way::Email, &["1", "3", "6"], Ending::InPart),
    (20, false, Way::Email, &["3"], Ending::Late),
];

/// Licences granted by this day can be demanded under: the team leaves new holders some days.
const GRANTED_BY: (i32, u32, u32) = (2025, 1, 4);

/// A demand that is to be issued.
struct Planned {
    licence: LicenceId,
    way: Way,
    conditions: &'static [&'static str],
    ending: Ending,
}

/// What a day brought.
#[derive(Clone, Debug, Default)]
pub(super) struct Day {
    /// E-mails that the relay accepted.
    pub(super) emails: u64,
    /// Letters laid out for printing.
    pub(super) paper: u64,
    /// Answers and records that came in.
    pub(super) answers: u64,
    /// What officers did, in words.
    pub(super) done: Vec<String>,
}

/// The demands, those to come and those that are out.
pub(super) struct Story {
    planned: BTreeMap<NaiveDate, Vec<Planned>>,
    out: BTreeMap<DemandId, (Way, Option<Ending>)>,
    agenda: BTreeMap<NaiveDate, Vec<Act>>,
    /// The demand that was posted first class on a Friday, whose dates are explained.
    pub(super) explained: Option<DemandId>,
    /// Demands that show something of their own, with what it is.
    pub(super) notable: Vec<(DemandId, &'static str)>,
}

impl Story {
    /// The demands that can be made under the licences of this town.
    ///
    /// # Errors
    /// If the town has too few licences that fit.
    pub(super) fn of(office: &Office, town: &Town) -> anyhow::Result<Self> {
        let latest = super::day(GRANTED_BY)?;
        let mut cases = town.cases.iter().filter_map(|case| Some((case.licence?, case))).collect::<Vec<_>>();
        cases.sort_by_key(|((_, granted_on), _)| *granted_on);
        let mut story = Self {
            planned: BTreeMap::new(),
            out: BTreeMap::new(),
            agenda: BTreeMap::new(),
            explained: None,
            notable: Vec::new(),
        };
        for ((licence, _), case) in &cases {
            if let Some(home) = case.property_id {
                story.plan_renewal(office, home, *licence)?;
            }
        }
        cases.retain(|((_, granted_on), _)| *granted_on <= latest);
        for (day, big, way, conditions, ending) in THREADS {
            let place = cases.iter().position(|(_, case)| {
                let consents = town.landlords.get(case.landlord).is_some_and(|landlord| landlord.consents);
                let gas = case.home.gas_supplied == Some(true) || !conditions.contains(&"1");
                (case.landlord == 0) == big && consents == (way == Way::Email) && gas
            });
            let Some(place) = place else { anyhow::bail!("no licence is left for the demand of {day} January") };
            let ((licence, _), _) = cases.remove(place);
            let on = super::day((2025, 1, day))?;
            story.planned.entry(on).or_default().push(Planned { licence, way, conditions, ending });
        }
        Ok(story)
    }

    /// Every other gas record that runs out in these weeks is renewed five days before.
    fn plan_renewal(&mut self, office: &Office, home: PropertyId, licence: LicenceId) -> anyhow::Result<()> {
        let open = office.app.db.read(|db| obligations::open_of(db, licence))?;
        let gas = open.iter().find(|open| open.kind == ObligationKind::GasYearly && open.source_id.is_some());
        let Some(gas) = gas else { return Ok(()) };
        let first = super::day((2025, 1, 27))?;
        if gas.due_on >= first && chrono::Datelike::day(&gas.due_on).is_multiple_of(2) {
            let on = gas.due_on - Days::new(5);
            self.agenda.entry(on).or_default().push(Act::Renew { home, licence });
        }
        Ok(())
    }

    /// A day in the office, from two in the afternoon on: demands go out, paper is posted, answers come and are assessed.
    ///
    /// # Errors
    /// A refusal, which would be a fault of the story.
    pub(super) fn live(&mut self, office: &Office, on: NaiveDate) -> Result<Day, Error> {
        let mut day = Day::default();
        if office.app.rules.holidays.is_working_day(on) {
            office.wait_until(on, 14, 0);
            self.issue(office, on)?;
            post_round(office, &mut day)?;
            office.wait_until(on, 15, 0);
            self.post_paper(office)?;
        }
        self.plan_endings(office, on)?;
        office.wait_until(on, 15, 30);
        self.act(office, on, &mut day)?;
        post_round(office, &mut day)?;
        Ok(day)
    }

    fn issue(&mut self, office: &Office, on: NaiveDate) -> Result<(), Error> {
        let planned = self.planned.remove(&on).unwrap_or_default();
        let cx = office.officer(0);
        let issued = office.app.db.write(|tx| {
            let issue = |plan: &Planned| {
                let conditions = plan.conditions.iter().map(ToString::to_string).collect();
                let demand = demands::draft(tx, &cx, &office.app.rules, Asked::of(plan.licence, conditions))?;
                demands::issue(tx, &cx, demand.cover.id, Expected(demand.cover.revision))
            };
            planned.iter().map(issue).collect::<Result<Vec<_>, Error>>()
        })?;
        for (demand, plan) in issued.iter().zip(&planned) {
            self.out.insert(demand.cover.id, (plan.way, Some(plan.ending)));
            if let Some(what) = notable(plan)
                && self.notable.iter().all(|(_, known)| *known != what)
            {
                self.notable.push((demand.cover.id, what));
            }
            if plan.way == Way::FirstClass && plan.ending == Ending::Silent && self.explained.is_none() {
                self.explained = Some(demand.cover.id);
            }
        }
        Ok(())
    }

    /// What was printed goes to the post, or is handed over; of a demand that is recorded as its service.
    fn post_paper(&mut self, office: &Office) -> Result<(), Error> {
        let cx = office.officer(1);
        office.app.db.write(|tx| {
            let page = Page { after: None, limit: 500 };
            for task in tasks::list(tx, Some(TaskKind::PrintLetter), Some(true), &page)?.rows {
                let letter = task.letter_id.map(|id| letter_table::find(tx, id)).transpose()?.flatten();
                let Some(letter) = letter else { continue };
                let way = letter.demand_id.and_then(|id| self.out.get(&id)).map_or(Way::FirstClass, |(way, _)| *way);
                let (method, evidence) = match way {
                    Way::ByHand => (Method::DeliveredByHand, "the officer's note of the visit"),
                    Way::FirstClass | Way::Email => (Method::FirstClassPost, "certificate of posting kept"),
                };
                let posting = Posting { posted_on: cx.today(), method, evidence: Some(evidence.to_owned()) };
                letters::post(tx, &cx, &office.app.rules, letter.id, Expected(letter.revision), &posting)?;
            }
            Ok(())
        })
    }

    /// Once a demand is served, its due dates say when its answers come.
    fn plan_endings(&mut self, office: &Office, today: NaiveDate) -> Result<(), Error> {
        let open = self.out.iter().filter(|(_, (_, ending))| ending.is_some()).map(|(id, _)| *id).collect::<Vec<_>>();
        for demand in office.app.db.read(|db| demand_table::find_all(db, &open))? {
            if demand.cover.served_on.is_none() {
                continue;
            }
            let ending = self.out.get_mut(&demand.cover.id).and_then(|(_, ending)| ending.take());
            if let Some(ending) = ending {
                self.plan_ending(office, &demand, ending, today)?;
            }
        }
        Ok(())
    }

    fn plan_ending(&mut self, office: &Office, demand: &Demand, ending: Ending, today: NaiveDate) -> Result<(), Error> {
        let id = demand.cover.id;
        let holidays = &office.app.rules.holidays;
        if ending == Ending::Bounced {
            let back = holidays.first_working_day_after(today)?;
            let again = holidays.nth_working_day_after(back, 10)?;
            self.agenda.entry(back).or_default().push(Act::Return { demand: id });
            self.agenda.entry(again).or_default().push(Act::PostInstead { demand: id });
        }
        let mut items = demand.items.iter().filter_map(|item| Some((item, item.due_on?))).collect::<Vec<_>>();
        items.sort_by(|(one, _), (other, _)| one.condition.cmp(&other.condition));
        if ending == Ending::InPart {
            items.truncate(1);
        }
        for (item, due_on) in items {
            for (on, with, outcome, reason) in course(ending, due_on) {
                let wait = if ending == Ending::LastDay { 3 } else { 1 };
                let assessed = holidays.nth_working_day_after(on, wait)?;
                let item = item.id;
                self.agenda.entry(on).or_default().push(Act::Answer { demand: id, item, with });
                let assess = Act::Assess { demand: id, item, outcome, reason };
                self.agenda.entry(assessed).or_default().push(assess);
            }
        }
        Ok(())
    }

    fn act(&mut self, office: &Office, on: NaiveDate, day: &mut Day) -> Result<(), Error> {
        let acts = self.agenda.remove(&on).unwrap_or_default();
        if acts.is_empty() {
            return Ok(());
        }
        let cx = office.officer(0);
        let (answers, done) = office.app.db.write(|tx| {
            let mut answers = 0;
            let mut done = Vec::new();
            for act in &acts {
                let (came, said) = perform(tx, &cx, office, act)?;
                answers += u64::from(came);
                done.extend(said);
            }
            Ok::<_, Error>((answers, done))
        })?;
        day.answers += answers;
        day.done.extend(done);
        for act in acts {
            if let Act::PostInstead { demand } = act {
                self.out.insert(demand, (Way::FirstClass, None));
            }
        }
        Ok(())
    }
}

/// What a newcomer may want to see in a demand.
fn notable(plan: &Planned) -> Option<&'static str> {
    match (plan.ending, plan.way) {
        (Ending::Bounced, _) => Some("its e-mail came back: not served until it was posted"),
        (Ending::NotApplicable, _) => Some("answered \"there is no gas here\", and accepted"),
        (Ending::Late, _) => Some("answered late: accepted, and the breach stands"),
        (Ending::LastDay, _) => Some("answered on the last day: no breach, though assessed later"),
        (Ending::Rejected, _) => Some("the wrong document: rejected, and nothing since"),
        (Ending::Silent, Way::ByHand) => Some("handed over, no consent to e-mail: letters on paper"),
        _ => None,
    }
}

/// What comes in for an item that is due then: on which day, what, and what an officer decides about it.
fn course(ending: Ending, due_on: NaiveDate) -> Vec<(NaiveDate, With, Outcome, &'static str)> {
    let before = |days| due_on - Days::new(days);
    let good = |on| (on, With::Good, Outcome::Accepted, "In date, and for this address.");
    let bad = |on| (on, With::Bad, Outcome::Rejected, "It is for another house: please send the one for this address.");
    match ending {
        Ending::InTime => vec![good(before(2))],
        Ending::LastDay => vec![good(due_on)],
        Ending::Mended => vec![bad(before(6)), good(before(1))],
        Ending::Rejected => vec![bad(before(4))],
        Ending::NotApplicable => {
            let reason = "The meter was removed: seen on the supplier's letter.";
            vec![(before(1), With::DoesNotApply, Outcome::NotApplicableAccepted, reason)]
        }
        Ending::Late => vec![(due_on + Days::new(3), With::Good, Outcome::Accepted, "In date, but it came late.")],
        Ending::InPart => vec![good(before(3))],
        Ending::Silent | Ending::Bounced => Vec::new(),
    }
}

fn post_round(office: &Office, day: &mut Day) -> Result<(), Error> {
    let round = post::round(&office.app)?;
    day.emails += round.accepted;
    day.paper += round.printed;
    Ok(())
}
