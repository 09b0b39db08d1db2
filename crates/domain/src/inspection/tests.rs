//! Tests of inspections: which step leads where, notice of entry, what a visit must bring, and when one can be closed.

use super::*;
use crate::calendar::{BankHolidays, Consent, Dispatch, Method, ServicePolicy};
use crate::document::{Arrival, Facts, MediaType, Under};
use crate::enforcement;
use crate::scheme::{OffenceKind, RiskWeights};
use crate::testing::{amy, at, day, holidays, home, instant, key, khan, licence, machine_on, on, scheme};

const NOW: &str = "2025-02-10T09:00:00Z";

fn rules() -> Inspections {
    scheme().inspections
}

fn opening() -> Opening {
    Opening {
        reference: "INS/2025/00001".to_owned(),
        property_id: home(None).id,
        area_code: None,
        licence_id: Some(licence().id),
        officer_id: amy().account.unwrap(),
        purpose: Purpose::Programme,
        starts_at: instant("2025-02-10T08:00:00Z"),
        ends_at: instant("2025-02-10T09:00:00Z"),
        scheme: ("stockton-2024".to_owned(), 1),
    }
}

fn planned() -> Inspection {
    Inspection::plan(&on("2025-02-03"), opening()).unwrap().into_entity()
}

fn told(to: NoticeTo, counts_from: &str) -> NoticeGiven {
    NoticeGiven {
        to,
        party_id: None,
        name: Some("whoever lives there".to_owned()),
        method: Method::DeliveredByHand,
        given_at: instant(counts_from),
        counts_from: instant(counts_from),
        evidence: None,
    }
}

fn both_told(counts_from: &str) -> InspectionStep {
    let given = NoticeTo::ALL.iter().map(|to| told(*to, counts_from)).collect();
    InspectionStep::Notify { given, not_told: None }
}

fn findings() -> Findings {
    let answer = |question: &crate::scheme::Named| CheckAnswer {
        code: question.code.clone(),
        answer: Answered::Yes,
        note: None,
    };
    Findings {
        entered_at: instant("2025-02-10T08:00:00Z"),
        left_at: instant("2025-02-10T08:30:00Z"),
        checklist: rules().checklist.iter().map(answer).collect(),
        hazards: vec![hazard(HazardCategory::Two, LikelyAction::Nothing)],
        documents: Vec::new(),
    }
}

fn hazard(category: HazardCategory, likely_action: LikelyAction) -> Hazard {
    Hazard { code: "damp_and_mould".to_owned(), category, note: "Back bedroom.".to_owned(), likely_action }
}

fn photo() -> Document {
    let facts = Facts { media_type: MediaType::Jpeg, bytes: 9, name: "wall.jpg".to_owned() };
    let (under, home) = (Under::Licence(licence().id), home(None).id);
    Document::receive(&on("2025-02-10"), Arrival { under, home, sha256: "ab".repeat(32), facts }, false).into_entity()
}

fn case() -> Case {
    let naming = enforcement::Naming {
        kind: OffenceKind::Condition,
        licence_id: Some(licence().id),
        condition: Some("9.6".to_owned()),
        breach_id: None,
        act: "No record was kept.".to_owned(),
        happened_on: day("2025-02-10"),
        limitation: enforcement::Naming::limitation(&at(NOW), day("2025-02-10"), day("2025-02-10")).unwrap(),
    };
    let opening = enforcement::Opening {
        reference: "ENF/2025/00001".to_owned(),
        property_id: home(None).id,
        area_code: None,
        source: CaseSource::Inspection,
        source_note: None,
        suspect_id: khan(),
        capacity: crate::property::Capacity::Holder,
        offences: vec![naming],
    };
    enforcement::Case::open(&at(NOW), &scheme().enforcement, opening).unwrap().0.into_entity()
}

fn work(due_on: &str) -> Work {
    Work { text: "Clear the mould.".to_owned(), due_on: day(due_on) }
}

fn judge(number: usize, is_done: bool) -> InspectionStep {
    let evidence = "Seen on a photo.".to_owned();
    InspectionStep::Judge { number, is_done, on: day("2025-02-10"), evidence, documents: vec![photo()] }
}

/// Each step, with nothing else in its way.
pub(crate) fn steps() -> Vec<InspectionStep> {
    use InspectionStep as P;
    let words = || "as the file shows".to_owned();
    vec![
        P::Arrange {
            starts_at: instant("2025-02-20T10:00:00Z"),
            ends_at: instant("2025-02-20T11:00:00Z"),
            officer: amy().account.unwrap(),
            purpose: Purpose::Reinspection,
        },
        both_told("2025-02-08T08:00:00Z"),
        P::ForgoNotice { reason: NoNotice::OffenceS95, note: words() },
        P::CarryOut { findings: findings(), documents: vec![photo()] },
        P::FindNoAccess { note: words() },
        P::Report { outcome: VisitOutcome::ActionNeeded, text: words() },
        P::Plan { work: vec![work("2025-03-10")], reinspect_on: day("2025-03-11") },
        judge(1, true),
        P::GiveTime { number: 1, due_on: day("2025-03-20"), reason: words() },
        P::CallReinspection,
        P::LinkCase { case: Box::new(case()) },
        P::Close { reason: Some(words()) },
        P::Cancel { reason: words() },
        P::Tell { given: told(NoticeTo::Owner, "2025-02-08T08:00:00Z") },
    ]
}

fn took(inspection: Inspection, step: InspectionStep) -> Result<Inspection, Refusal> {
    inspection.take(&at(NOW), &rules(), step).map(Change::into_entity)
}

fn taken(steps: impl IntoIterator<Item = InspectionStep>) -> Inspection {
    steps.into_iter().fold(planned(), |inspection, step| took(inspection, step).unwrap())
}

/// One with an item to do and a purpose that lets every step be taken.
fn in_state(state: InspectionState) -> Inspection {
    let item = PlanItem { text: "Clear the mould.".to_owned(), due_on: day("2025-03-10"), seen: None };
    let mut inspection = Inspection { state, items: vec![item], ..planned() };
    inspection.visits[0].purpose = Purpose::Offence;
    inspection
}

#[test]
fn every_step_leads_where_the_table_says_and_every_other_is_refused() {
    use InspectionState as S;
    // In the order of `steps`: a cell is the state that the step leads to, "-" where it leads nowhere.
    let table = [
        (S::Planned, "planned notified notified - - - - planned planned - - - cancelled planned"),
        (S::Notified, "planned notified - carried_out no_access - - notified notified - - - cancelled notified"),
        (S::CarriedOut, "- - - - - reported - carried_out carried_out - carried_out - - -"),
        (S::NoAccess, "planned - - - - - - no_access no_access - no_access closed - -"),
        (S::Reported, "- - - - - - improvement_plan reported reported - reported closed - -"),
        (
            S::ImprovementPlan,
            "- - - - - - improvement_plan improvement_plan improvement_plan reinspect_due improvement_plan closed - -",
        ),
        (S::ReinspectDue, "planned - - - - - improvement_plan reinspect_due reinspect_due - reinspect_due closed - -"),
        (S::Closed, "- - - - - - - - - - closed - - -"),
        (S::Cancelled, "- - - - - - - - - - - - - -"),
    ];
    assert_eq!(table.len(), S::ALL.len());
    for (from, row) in table {
        let leads = |step: &InspectionStep| from.after(step).map_or("-".to_owned(), |to| to.to_string());
        assert_eq!(steps().iter().map(leads).collect::<Vec<_>>().join(" "), row, "from {from}");
        for step in steps() {
            let (name, to) = (step.name(), from.after(&step));
            match (took(in_state(from), step), to) {
                (Ok(found), Some(to)) => {
                    assert_eq!((found.state, found.ended_on.is_none()), (to, to.is_open()), "{name}")
                }
                (Err(refusal), None) => assert_eq!(refusal, Refusal::NotFromHere(from, name)),
                (found, to) => panic!("{from} {name}: {found:?} instead of {to:?}"),
            }
        }
    }
}

#[test]
fn entry_needs_a_full_day_of_notice_to_owner_and_occupier() {
    for (counts_from, is_enough) in
        [("2025-02-09T07:59:59Z", true), ("2025-02-09T08:00:00Z", true), ("2025-02-09T08:00:01Z", false)]
    {
        let found = took(planned(), both_told(counts_from));
        assert_eq!(found.is_ok(), is_enough, "{counts_from}");
        if let Err(refusal) = found {
            assert!(refusal.to_string().contains("10 February 2025 at 08:00 GMT at the earliest"), "{refusal}");
        }
    }
    let one = |to, not_told: Option<&str>| InspectionStep::Notify {
        given: vec![told(to, "2025-02-08T10:00:00Z")],
        not_told: not_told.map(ToOwned::to_owned),
    };
    assert_eq!(took(planned(), one(NoticeTo::Owner, None)).unwrap_err(), Refusal::NotTold(NoticeTo::Occupier));
    assert_eq!(took(planned(), one(NoticeTo::Occupier, None)).unwrap_err(), Refusal::NotTold(NoticeTo::Owner));
    assert!(took(planned(), one(NoticeTo::Owner, Some("Nobody lives there."))).is_ok());
    assert_eq!(took(planned(), one(NoticeTo::Owner, Some(" "))).unwrap_err(), Refusal::NoWords);
    let nobody = InspectionStep::Notify { given: Vec::new(), not_told: Some("x".to_owned()) };
    assert_eq!(took(planned(), nobody).unwrap_err(), Refusal::Nobody);
    let unnamed = NoticeGiven { name: None, ..told(NoticeTo::Owner, "2025-02-08T10:00:00Z") };
    let unnamed = InspectionStep::Notify { given: vec![unnamed], not_told: Some("x".to_owned()) };
    assert_eq!(took(planned(), unnamed).unwrap_err(), Refusal::Nobody);
    assert_eq!(took(planned(), both_told("2025-02-10T09:00:01Z")).unwrap_err(), Refusal::InFuture);
}

#[test]
fn letters_tell_one_side_after_the_other_of_the_visit_at_the_time_that_they_state() {
    let visit = planned();
    let letter = visit.letter(InspectionLetterKind::Notice, NoticeTo::Occupier, "Amy").unwrap();
    let InspectionLetter::Notice { inspection, told_as, starts_at, ends_at, .. } = letter else { panic!("{letter:?}") };
    assert_eq!((inspection, told_as), (Some(visit.id), NoticeTo::Occupier));
    assert!(visit.awaits_visit_at(starts_at, ends_at));
    let moved = taken([steps().remove(0)]);
    assert!(!moved.awaits_visit_at(starts_at, ends_at), "it tells another time");
    let tell = |to| InspectionStep::Tell { given: told(to, "2025-02-08T08:00:00Z") };
    assert!(!planned().is_told_with(NoticeTo::Owner));
    let once = taken([tell(NoticeTo::Owner)]);
    assert_eq!((once.state, once.visits[0].given.len()), (InspectionState::Planned, 1));
    assert_eq!((once.is_told_with(NoticeTo::Owner), once.is_told_with(NoticeTo::Occupier)), (false, true));
    let late = InspectionStep::Tell { given: told(NoticeTo::Occupier, "2025-02-09T08:00:01Z") };
    assert!(matches!(took(once, late).unwrap_err(), Refusal::ShortNotice { who: NoticeTo::Occupier, .. }));
}

#[test]
fn notice_counts_at_once_by_hand_and_from_the_end_of_the_day_of_receipt_by_post_or_mail() {
    let policy = ServicePolicy::CAUTIOUS;
    for (method, sent_at, counts_from) in [
        (Method::DeliveredByHand, "2025-07-07T15:00:00", "2025-07-07T14:00:00Z"),
        (Method::LeftAtAddress, "2025-02-07T15:00:00", "2025-02-07T15:00:00Z"),
        (Method::Email, "2025-02-07T16:00:00", "2025-02-08T00:00:00Z"),
        (Method::Email, "2025-02-07T17:00:00", "2025-02-11T00:00:00Z"),
        (Method::FirstClassPost, "2025-02-05T09:00:00", "2025-02-08T00:00:00Z"),
    ] {
        let dispatch = Dispatch { method, at: sent_at.parse().unwrap(), consent: Consent::Covers };
        assert_eq!(
            NoticeGiven::counted(dispatch, policy, &holidays()).unwrap(),
            instant(counts_from),
            "{method} {sent_at}"
        );
    }
    let mail = Dispatch { method: Method::Email, at: "2025-02-07T16:00:00".parse().unwrap(), consent: Consent::Absent };
    assert!(NoticeGiven::counted(mail, policy, &BankHolidays::none()).is_err());
}

#[test]
fn no_notice_is_for_the_reasons_of_the_scheme_and_those_of_the_act_for_visits_about_an_offence() {
    let forgo = |purpose, reason| {
        let mut inspection = planned();
        inspection.visits[0].purpose = purpose;
        took(inspection, InspectionStep::ForgoNotice { reason, note: "Let without a licence.".to_owned() })
    };
    for reason in NoNotice::ALL {
        let known = NoNotice::OF_THE_ACT.contains(reason);
        let found = forgo(Purpose::Offence, *reason);
        assert_eq!(found.err(), (!known).then_some(Refusal::NotAReason(*reason)), "{reason}");
        if known {
            let refused = forgo(Purpose::Programme, *reason).unwrap_err();
            assert_eq!(refused, Refusal::NotThatPurpose(*reason, Purpose::Programme));
        }
    }
}

#[test]
fn a_visit_that_is_moved_needs_a_new_notice_and_another_visit_is_numbered_anew() {
    let moved = taken([both_told("2025-02-08T08:00:00Z"), steps().remove(0)]);
    assert_eq!((moved.state, moved.visits.len(), moved.visits[0].moved), (InspectionState::Planned, 1, 1));
    assert!(moved.visits[0].given.is_empty());
    let anew = |given_at: &str| took(moved.clone(), both_told(given_at)).err();
    let before = Refusal::BeforeMoved("10 February 2025 at 09:00 GMT".to_owned(), NoticeTo::Owner);
    assert_eq!(anew("2025-02-10T08:59:59Z"), Some(before), "that notice was of the time before");
    assert_eq!(anew("2025-02-10T09:00:00Z"), None);
    let [_, notify, _, _, no_access, ..] = <[_; 14]>::try_from(steps()).unwrap();
    let again = taken([notify, no_access, steps().remove(0)]);
    assert_eq!((again.state, again.visits.len()), (InspectionState::Planned, 2));
    assert_eq!((again.starts_at, again.visits[0].no_access.is_some()), (instant("2025-02-20T10:00:00Z"), true));
}

#[test]
fn a_visit_answers_each_question_once_and_names_hazards_of_the_scheme() {
    let notified = || took(planned(), both_told("2025-02-08T08:00:00Z")).unwrap();
    let carry = |findings| took(notified(), InspectionStep::CarryOut { findings, documents: vec![photo()] });
    let good = carry(Findings { hazards: vec![hazard(HazardCategory::One, LikelyAction::Informal)], ..findings() });
    let good = good.unwrap();
    assert_eq!((good.category_1, good.category_2, good.carried_out_on), (1, 0, Some(day("2025-02-10"))));
    assert_eq!(good.visits[0].findings.as_ref().unwrap().documents.len(), 1);
    let mut missing = findings();
    let first = missing.checklist.remove(0);
    assert!(carry(missing).unwrap_err().to_string().contains(&first.code));
    let mut twice = findings();
    twice.checklist.push(first.clone());
    assert!(carry(twice).unwrap_err().to_string().contains("2 answers"));
    let mut unknown = findings();
    unknown.checklist.push(CheckAnswer { code: "weather".to_owned(), ..first });
    assert!(matches!(carry(unknown).unwrap_err(), Refusal::Checklist(_)));
    let nothing = hazard(HazardCategory::One, LikelyAction::Nothing);
    let refused = carry(Findings { hazards: vec![nothing], ..findings() }).unwrap_err();
    assert_eq!(refused, Refusal::DutyToAct("damp_and_mould".to_owned()));
    let dragons = Hazard { code: "dragons".to_owned(), ..hazard(HazardCategory::Two, LikelyAction::Nothing) };
    let refused = carry(Findings { hazards: vec![dragons], ..findings() }).unwrap_err();
    assert_eq!(refused, Refusal::UnknownHazard("dragons".to_owned()));
    let left_before = Findings { left_at: instant("2025-02-10T07:59:59Z"), ..findings() };
    assert_eq!(carry(left_before).unwrap_err(), Refusal::LeftBefore);
    let ahead = Findings { left_at: instant("2025-02-10T09:00:01Z"), ..findings() };
    assert_eq!(carry(ahead).unwrap_err(), Refusal::InFuture);
}

#[test]
fn nobody_enters_before_the_time_that_was_told_nor_is_kept_out_before_it() {
    let notified = || took(planned(), both_told("2025-02-08T08:00:00Z")).unwrap();
    let entered = |inspection: Inspection, at: &str| {
        let findings = Findings { entered_at: instant(at), ..findings() };
        took(inspection, InspectionStep::CarryOut { findings, documents: Vec::new() })
    };
    let told = Refusal::BeforeTold("10 February 2025 at 08:00 GMT".to_owned());
    assert_eq!(entered(notified(), "2025-02-10T07:59:59Z").unwrap_err(), told);
    assert!(entered(notified(), "2025-02-10T08:00:00Z").is_ok());
    let mut offence = planned();
    offence.visits[0].purpose = Purpose::Offence;
    let note = "Let without a licence.".to_owned();
    let unannounced = took(offence, InspectionStep::ForgoNotice { reason: NoNotice::OffenceS95, note }).unwrap();
    assert!(entered(unannounced, "2025-02-10T07:59:59Z").is_ok(), "without notice there is no time that was told");
    let shut = |now: &str| {
        let step = InspectionStep::FindNoAccess { note: "Nobody opened.".to_owned() };
        notified().take(&at(now), &rules(), step).map(Change::into_entity)
    };
    let begins = Refusal::NotBegun("10 February 2025 at 08:00 GMT".to_owned());
    assert_eq!(shut("2025-02-10T07:59:59Z").unwrap_err(), begins);
    assert!(shut("2025-02-10T08:00:00Z").is_ok());
}

fn reported(outcome: VisitOutcome) -> Inspection {
    let carried_out = InspectionStep::CarryOut { findings: findings(), documents: Vec::new() };
    let report = InspectionStep::Report { outcome, text: "See the photos.".to_owned() };
    taken([both_told("2025-02-08T08:00:00Z"), carried_out, report])
}

#[test]
fn it_is_closed_when_all_is_done_or_with_a_reason() {
    let close = |inspection, reason: Option<&str>| {
        took(inspection, InspectionStep::Close { reason: reason.map(ToOwned::to_owned) })
    };
    assert!(close(reported(VisitOutcome::Compliant), None).is_ok());
    let unplanned = close(reported(VisitOutcome::ActionNeeded), None).unwrap_err();
    assert!(matches!(unplanned, Refusal::NotSettled(_)));
    assert_eq!(close(reported(VisitOutcome::ActionNeeded), Some(" ")).unwrap_err(), Refusal::NoWords);
    assert!(close(reported(VisitOutcome::ActionNeeded), Some("An improvement notice was served.")).is_ok());
    let work = vec![work("2025-03-10"), work("2025-02-28")];
    let plan = InspectionStep::Plan { work, reinspect_on: day("2025-03-11") };
    let planned = took(reported(VisitOutcome::ActionNeeded), plan).unwrap();
    assert_eq!(planned.item_due_on, Some(day("2025-02-28")));
    let half = took(planned, judge(2, true)).unwrap();
    assert_eq!(half.item_due_on, Some(day("2025-03-10")));
    assert_eq!(close(half.clone(), None).unwrap_err(), Refusal::NotSettled("not done: 1".to_owned()));
    let done = took(half, judge(1, true)).unwrap();
    assert_eq!((done.item_due_on, close(done.clone(), None).unwrap().state), (None, InspectionState::Closed));
    let again = Inspection { state: InspectionState::Reported, ..done.clone() };
    assert!(matches!(close(again, None).unwrap_err(), Refusal::NotSettled(_)), "something else may have been found");
    let undone = took(done, judge(1, false)).unwrap();
    assert_eq!(undone.item_due_on, Some(day("2025-03-10")));
}

#[test]
fn a_plan_asks_for_something_in_days_to_come() {
    let plan = |work, reinspect_on: &str| {
        took(reported(VisitOutcome::ActionNeeded), InspectionStep::Plan { work, reinspect_on: day(reinspect_on) })
    };
    assert_eq!(plan(Vec::new(), "2025-03-11").unwrap_err(), Refusal::NoWork);
    assert_eq!(plan(vec![work("2025-02-09")], "2025-03-11").unwrap_err(), Refusal::InPast);
    assert_eq!(plan(vec![work("2025-03-10")], "2025-02-09").unwrap_err(), Refusal::InPast);
    let planned = plan(vec![work("2025-02-10")], "2025-02-10").unwrap();
    for number in [0, 2] {
        assert_eq!(took(planned.clone(), judge(number, true)).unwrap_err(), Refusal::NoSuchItem(number));
    }
    let give = |number| InspectionStep::GiveTime { number, due_on: day("2025-04-01"), reason: "Ill.".to_owned() };
    assert_eq!(took(planned.clone(), give(1)).unwrap().item_due_on, Some(day("2025-04-01")));
    let done = took(planned.clone(), judge(1, true)).unwrap();
    assert_eq!(took(done, give(1)).unwrap_err(), Refusal::Done(1));
    let by_machine = planned.take(&machine_on("2025-02-10"), &rules(), judge(1, true)).unwrap_err();
    assert_eq!(by_machine, Refusal::NotByMachine);
}

#[test]
fn only_a_case_of_this_home_that_began_with_an_inspection_is_linked_and_only_one() {
    let link = |inspection, case| took(inspection, InspectionStep::LinkCase { case: Box::new(case) });
    let linked = link(reported(VisitOutcome::OffenceSuspected), case()).unwrap();
    assert_eq!(link(linked, case()).unwrap_err(), Refusal::Linked);
    let elsewhere = Case { property_id: PropertyId(key("another house")), ..case() };
    let by_complaint = Case { source: CaseSource::Complaint, ..case() };
    for other in [elsewhere, by_complaint] {
        let refused = link(reported(VisitOutcome::OffenceSuspected), other).unwrap_err();
        assert_eq!(refused, Refusal::NotItsCase("ENF/2025/00001".to_owned()));
    }
}

#[test]
fn a_visit_takes_some_time_and_no_more_than_a_day() {
    for (ends_at, fits) in [
        ("2025-02-10T08:00:00Z", false),
        ("2025-02-10T08:00:01Z", true),
        ("2025-02-11T08:00:00Z", true),
        ("2025-02-11T08:00:01Z", false),
    ] {
        let found = Inspection::plan(&on("2025-02-03"), Opening { ends_at: instant(ends_at), ..opening() });
        assert_eq!(found.err(), (!fits).then_some(Refusal::Times), "{ends_at}");
    }
}

#[test]
fn events_name_no_people_and_hold_no_words_of_findings() {
    let change = planned().take(&at(NOW), &rules(), both_told("2025-02-08T08:00:00Z")).unwrap();
    let body = change.event().body(1);
    assert!(body.contains("\"step\":\"notify\"") && !body.contains("whoever lives there"), "{body}");
}

#[test]
fn the_last_day_is_the_scheme_years_after_the_licence_began_or_its_end() {
    for (starts_on, ends_on, years, due) in [
        ("2025-01-22", "2030-01-21", 5, "2030-01-21"),
        ("2025-01-22", "2029-10-31", 5, "2029-10-31"),
        ("2025-01-22", "2030-01-21", 2, "2027-01-21"),
        ("2024-02-29", "2030-01-21", 1, "2025-02-27"),
    ] {
        assert_eq!(due_on(day(starts_on), day(ends_on), years), day(due), "{starts_on} {years}");
    }
}

#[test]
fn a_score_is_the_sum_of_its_points_and_says_where_each_comes_from() {
    let weights =
        RiskWeights { overdue_item: 5, breach: 10, category_1: 20, category_2: 0, enquiry: 5, holder_breach: 3 };
    let known = Known { overdue_items: 2, breaches: 1, category_2: 4, holder_breaches: 3, ..Known::default() };
    let (score, points) = risk(&known, &weights);
    assert_eq!(score, 29);
    let said = points.iter().map(|one| (one.fact, one.count, one.points)).collect::<Vec<_>>();
    let wanted = [(RiskFact::OverdueItem, 2, 10), (RiskFact::Breach, 1, 10), (RiskFact::HolderBreach, 3, 9)];
    assert_eq!(said, wanted);
    assert_eq!(points[0].because, "overdue without an answer: 2, 5 points each");
    assert_eq!(risk(&Known::default(), &weights), (0, Vec::new()));
}
