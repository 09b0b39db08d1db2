//! Every step from every stage, and what each step asks for.

use super::*;
use crate::testing::{amy, applying, day, invented, on, scheme};

fn officer() -> AccountId {
    amy().account.unwrap()
}

fn findings(met: bool) -> Vec<Found> {
    let found = |finding: &Finding| Found { finding: *finding, met, evidence: "checked".to_owned(), check_id: None };
    Finding::ALL.iter().map(found).collect()
}

/// One step of each kind, as it could be taken on 3 March 2025.
pub(crate) fn steps() -> Vec<Step> {
    let reason = || "because".to_owned();
    vec![
        Step::Submit { on: day("2025-03-03"), declarations_signed: true },
        Step::PayPartA { on: day("2025-03-03"), waived_because: None },
        Step::FindComplete { on: day("2025-03-03") },
        Step::FindIncomplete { defects: vec!["the plan is missing".to_owned()] },
        Step::AnswerDefects { text: None, documents: Vec::new() },
        Step::RejectAsInvalid,
        Step::Assign { officer: officer() },
        Step::RecordFindings { findings: findings(true) },
        Step::ProposeGrant { last_served_on: day("2025-03-03"), stated: None },
        Step::ProposeRefusal { last_served_on: day("2025-03-03"), stated: None, reason: reason() },
        Step::LoseService,
        Step::EndConsultation,
        Step::Modify { last_served_on: day("2025-03-03"), stated: None },
        Step::RequestPartB,
        Step::PayPartB { waived_because: None },
        Step::Grant,
        Step::Refuse { reason: reason() },
        Step::Appeal,
        Step::EndAppeal { on: day("2025-03-03") },
        Step::Overturn { reference: "MAN/1".to_owned() },
        Step::Withdraw { reason: reason() },
        Step::CloseNotRequired { reason: reason() },
    ]
}

fn step(name: &str) -> Step {
    steps().into_iter().find(|step| step.name() == name).unwrap()
}

fn draft() -> Application {
    applying("2025-03-03")
}

fn take(application: Application, today: &str, step: Step) -> Result<Application, Refusal> {
    application.take(&on(today), &scheme(), step).map(Change::into_entity)
}

/// A draft that took these steps on 3 March 2025.
fn after(names: &[&str]) -> Application {
    names.iter().fold(draft(), |application, name| take(application, "2025-03-03", step(name)).unwrap())
}

const TO_ASSESSING: [&str; 4] = ["submit", "pay_part_a", "find_complete", "assign"];

fn consulting(proposal: &str) -> Application {
    let names = TO_ASSESSING.into_iter().chain(["record_findings", proposal]).collect::<Vec<_>>();
    after(&names)
}

/// A proposal of 3 March whose consultation was ended on 19 March.
fn decision_due(proposal: &str) -> Application {
    take(consulting(proposal), "2025-03-19", Step::EndConsultation).unwrap()
}

/// From where, by what, to where: all that may happen, and nothing else.
const ALLOWED: &[(Stage, &str, Stage)] = &[
    (Stage::Draft, "submit", Stage::Submitted),
    (Stage::Submitted, "pay_part_a", Stage::PaidA),
    (Stage::PaidA, "find_complete", Stage::DulyMade),
    (Stage::PaidA, "find_incomplete", Stage::Incomplete),
    (Stage::Incomplete, "answer_defects", Stage::PaidA),
    (Stage::Incomplete, "reject_as_invalid", Stage::RejectedInvalid),
    (Stage::DulyMade, "assign", Stage::Assessing),
    (Stage::Assessing, "assign", Stage::Assessing),
    (Stage::Assessing, "record_findings", Stage::ProposalReady),
    (Stage::ProposalReady, "record_findings", Stage::ProposalReady),
    (Stage::DecisionDue, "record_findings", Stage::ProposalReady),
    (Stage::ProposalReady, "propose_grant", Stage::ConsultingGrant),
    (Stage::ProposalReady, "propose_refusal", Stage::ConsultingRefusal),
    (Stage::ConsultingGrant, "propose_grant", Stage::ConsultingGrant),
    (Stage::ConsultingRefusal, "propose_refusal", Stage::ConsultingRefusal),
    (Stage::ConsultingGrant, "lose_service", Stage::ConsultingGrant),
    (Stage::ConsultingRefusal, "lose_service", Stage::ConsultingRefusal),
    (Stage::ConsultingGrant, "modify", Stage::ConsultingGrant),
    (Stage::ConsultingGrant, "end_consultation", Stage::DecisionDue),
    (Stage::ConsultingRefusal, "end_consultation", Stage::DecisionDue),
    (Stage::DecisionDue, "modify", Stage::ConsultingGrant),
    (Stage::DecisionDue, "request_part_b", Stage::AwaitingB),
    (Stage::AwaitingB, "pay_part_b", Stage::DecisionDue),
    (Stage::DecisionDue, "grant", Stage::Granted),
    (Stage::DecisionDue, "refuse", Stage::Refused),
    (Stage::Refused, "appeal", Stage::Refused),
    (Stage::Refused, "end_appeal", Stage::Refused),
    (Stage::Refused, "overturn", Stage::DecisionDue),
];

/// Steps that are open from every stage before the end.
const ANY_TIME: &[(&str, Stage)] = &[("withdraw", Stage::Withdrawn), ("close_not_required", Stage::ClosedNotRequired)];

#[test]
fn each_step_leads_where_it_should_from_each_stage_and_nowhere_from_the_others() {
    for from in Stage::ALL {
        for step in steps() {
            let listed = ALLOWED.iter().find(|(stage, name, _)| stage == from && *name == step.name());
            let ending = ANY_TIME.iter().find(|(name, _)| !from.is_terminal() && *name == step.name());
            let wanted = listed.map(|(.., to)| *to).or(ending.map(|(_, to)| *to));
            assert_eq!(from.after(&step), wanted, "{from} {}", step.name());
            if wanted.is_none() {
                let application = Application { stage: *from, ..draft() };
                let refused = take(application, "2025-03-03", step.clone()).unwrap_err();
                assert_eq!(refused, Refusal::NotFromHere(*from, step.name()));
            }
        }
    }
}

#[test]
fn the_whole_way_to_a_licence_can_be_walked() {
    let mut application = draft();
    let way = [
        ("2025-03-03", "submit", Stage::Submitted),
        ("2025-03-03", "pay_part_a", Stage::PaidA),
        ("2025-03-03", "find_incomplete", Stage::Incomplete),
        ("2025-03-03", "answer_defects", Stage::PaidA),
        ("2025-03-03", "find_complete", Stage::DulyMade),
        ("2025-03-03", "assign", Stage::Assessing),
        ("2025-03-03", "record_findings", Stage::ProposalReady),
        ("2025-03-03", "propose_grant", Stage::ConsultingGrant),
        ("2025-03-19", "end_consultation", Stage::DecisionDue),
        ("2025-03-19", "modify", Stage::ConsultingGrant),
        ("2025-03-20", "end_consultation", Stage::DecisionDue),
        ("2025-03-20", "request_part_b", Stage::AwaitingB),
        ("2025-03-21", "pay_part_b", Stage::DecisionDue),
        ("2025-03-21", "grant", Stage::Granted),
    ];
    for (today, name, stage) in way {
        application = take(application, today, step(name)).unwrap();
        assert_eq!(application.stage, stage, "{name}");
    }
    assert_eq!(application.ended_on, Some(day("2025-03-21")));
    assert_eq!((application.submitted_on, application.officer_id), (Some(day("2025-03-03")), Some(officer())));
}

#[test]
fn an_application_is_submitted_signed_and_not_in_the_future() {
    for (on, declarations_signed, refusal) in [
        ("2025-03-03", false, Some(Refusal::NotSigned)),
        ("2025-03-04", true, Some(Refusal::InFuture)),
        ("2025-03-03", true, None),
        ("2025-02-28", true, None),
    ] {
        let found = take(draft(), "2025-03-03", Step::Submit { on: day(on), declarations_signed });
        assert_eq!(found.err(), refusal, "{on}");
    }
}

#[test]
fn what_is_incomplete_names_its_defects_and_may_be_answered_for_the_policys_days() {
    let paid = after(&["submit", "pay_part_a"]);
    for empty in [vec![], vec![" ".to_owned()]] {
        let refused = take(paid.clone(), "2025-03-03", Step::FindIncomplete { defects: empty });
        assert_eq!(refused.unwrap_err(), Refusal::NoDefects);
    }
    let defects = vec!["the plan is missing".to_owned(), String::new()];
    let back = take(paid.clone(), "2025-03-03", Step::FindIncomplete { defects: defects.clone() }).unwrap();
    assert_eq!(back.defects, ["the plan is missing"]);
    assert_eq!(back.answer_by, Some(day("2025-03-17")));
    for today in ["2025-03-04", "2025-03-17"] {
        let early = take(back.clone(), today, Step::RejectAsInvalid).unwrap_err();
        assert_eq!(early, Refusal::StillTime(day("2025-03-17")));
    }
    let rejected = take(back, "2025-03-18", Step::RejectAsInvalid).unwrap();
    assert_eq!((rejected.stage, rejected.ended_on), (Stage::RejectedInvalid, Some(day("2025-03-18"))));
    let elsewhere = paid.take(&on("2031-03-03"), &invented(), Step::FindIncomplete { defects }).unwrap();
    assert_eq!(elsewhere.entity().answer_by, Some(day("2031-03-31")));
}

#[test]
fn all_five_findings_are_needed_each_with_its_evidence() {
    let assessing = after(&TO_ASSESSING);
    for finding in Finding::ALL {
        let absent = findings(true).into_iter().filter(|found| found.finding != *finding).collect::<Vec<_>>();
        let mut unproved = findings(true);
        unproved.iter_mut().filter(|found| found.finding == *finding).for_each(|found| found.evidence = " ".to_owned());
        for findings in [absent, unproved] {
            let refused = take(assessing.clone(), "2025-03-03", Step::RecordFindings { findings }).unwrap_err();
            assert_eq!(refused, Refusal::FindingsMissing(finding.to_string()));
        }
    }
}

#[test]
fn a_grant_is_not_proposed_against_a_finding() {
    let mut against = findings(true);
    against.iter_mut().filter(|found| found.finding == Finding::ManagerFit).for_each(|found| found.met = false);
    let ready = take(after(&TO_ASSESSING), "2025-03-03", Step::RecordFindings { findings: against }).unwrap();
    let refused = take(ready.clone(), "2025-03-03", step("propose_grant")).unwrap_err();
    assert_eq!(refused, Refusal::FindingsNotMet("manager_fit_and_proper".to_owned()));
    let refusing = take(ready, "2025-03-03", step("propose_refusal")).unwrap();
    let due = take(refusing, "2025-03-19", Step::EndConsultation).unwrap();
    assert!(matches!(take(due, "2025-03-19", step("modify")), Err(Refusal::FindingsNotMet(_))));
}

#[test]
fn a_consultation_lasts_fourteen_days_and_one_for_safety_from_the_last_service() {
    for proposal in ["propose_grant", "propose_refusal"] {
        let running = consulting(proposal);
        assert_eq!(running.consultation_ends_on, Some(day("2025-03-18")), "{proposal}");
        for today in ["2025-03-17", "2025-03-18"] {
            let early = take(running.clone(), today, Step::EndConsultation).unwrap_err();
            assert_eq!(early, Refusal::Consulting(day("2025-03-18")));
        }
        assert_eq!(take(running, "2025-03-19", Step::EndConsultation).unwrap().stage, Stage::DecisionDue);
    }
    let ready = take(after(&TO_ASSESSING), "2025-03-03", step("record_findings")).unwrap();
    let elsewhere = ready.take(&on("2031-03-03"), &invented(), step("propose_grant")).unwrap();
    assert_eq!(elsewhere.entity().consultation_ends_on, Some(day("2025-03-24")), "21 days and no margin there");
}

#[test]
fn a_consultation_has_no_end_while_somebody_is_not_served_and_never_ends_before_the_day_that_the_notice_states() {
    let lost = take(consulting("propose_grant"), "2025-03-10", Step::LoseService).unwrap();
    assert_eq!((lost.stage, lost.consultation_ends_on), (Stage::ConsultingGrant, None));
    assert_eq!(take(lost.clone(), "2025-06-01", Step::EndConsultation).unwrap_err(), Refusal::NotServed);
    let stated = |on: &str| Some(Counted::chosen(day(on), "the notice", "it states it").unwrap());
    for (served_on, said, ends_on) in [
        ("2025-03-10", "2025-03-20", "2025-03-25"),
        ("2025-03-10", "2025-03-25", "2025-03-25"),
        ("2025-03-10", "2025-03-28", "2025-03-28"),
    ] {
        let again = Step::ProposeGrant { last_served_on: day(served_on), stated: stated(said) };
        let served = take(lost.clone(), "2025-03-10", again).unwrap();
        assert_eq!(served.consultation_ends_on, Some(day(ends_on)), "served {served_on}, states {said}");
    }
    let modified = take(decision_due("propose_grant"), "2025-03-20", step("modify")).unwrap();
    assert_eq!(modified.consultation_ends_on, Some(day("2025-03-11")), "seven days and one for safety");
}

#[test]
fn a_refused_application_protects_until_appeals_are_spent_and_one_that_is_overturned_is_granted() {
    let refused = take(decision_due("propose_refusal"), "2025-03-20", step("refuse")).unwrap();
    let protects = |application: &Application, on: &str| application.protects_applicant(day(on));
    assert_eq!(refused.effective_until, Some(day("2025-04-16")), "28 days beginning with the decision");
    assert!(protects(&refused, "2025-04-16") && !protects(&refused, "2025-04-17"));
    let appealed = take(refused, "2025-04-10", Step::Appeal).unwrap();
    assert!(protects(&appealed, "2025-12-31"), "for as long as the appeal runs");
    let spent = take(appealed.clone(), "2025-09-30", Step::EndAppeal { on: day("2025-09-20") }).unwrap();
    assert!(protects(&spent, "2025-09-20") && !protects(&spent, "2025-09-21"));
    let soon = take(appealed.clone(), "2025-04-15", Step::EndAppeal { on: day("2025-04-12") }).unwrap();
    assert!(protects(&soon, "2025-04-16"), "an appeal that is given up leaves the time for others");
    assert_eq!((spent.stage, spent.ended_on), (Stage::Refused, Some(day("2025-03-20"))));
    let open = take(appealed, "2025-09-30", step("overturn")).unwrap();
    assert_eq!((open.stage, open.ended_on, open.reason.as_deref()), (Stage::DecisionDue, None, None));
    let granted = take(open, "2025-10-01", Step::Grant).unwrap();
    assert!(protects(&granted, "2025-10-01") && !protects(&granted, "2025-10-02"), "then the licence does");
}

#[test]
fn a_proposal_is_served_on_or_after_the_day_the_application_was_duly_made_and_what_is_in_the_post_counts_ahead() {
    let ready = take(after(&TO_ASSESSING), "2025-03-03", step("record_findings")).unwrap();
    for (served_on, refusal) in [
        ("2025-03-02", Some(Refusal::ServedTooEarly(day("2025-03-03")))),
        ("2025-03-03", None),
        ("2025-03-10", None),
        ("2025-03-12", None),
    ] {
        let last_served_on = day(served_on);
        let proposals = [
            Step::ProposeGrant { last_served_on, stated: None },
            Step::ProposeRefusal { last_served_on, stated: None, reason: "unfit".to_owned() },
        ];
        for proposal in proposals {
            assert_eq!(take(ready.clone(), "2025-03-10", proposal).err(), refusal, "{served_on}");
        }
    }
}

#[test]
fn the_decision_is_the_one_that_was_proposed() {
    let grant = decision_due("propose_grant");
    assert_eq!(take(grant.clone(), "2025-03-20", step("refuse")).unwrap_err(), Refusal::OtherwiseProposed);
    assert_eq!(take(grant, "2025-03-20", Step::Grant).unwrap().reason, None);
    let refusal = decision_due("propose_refusal");
    assert_eq!(take(refusal.clone(), "2025-03-20", Step::Grant).unwrap_err(), Refusal::OtherwiseProposed);
    let refused = take(refusal, "2025-03-20", Step::Refuse { reason: "the holder is unfit".to_owned() }).unwrap();
    assert_eq!(refused.reason.as_deref(), Some("the holder is unfit"));
}

#[test]
fn representations_can_turn_a_proposal_round_by_new_findings_and_a_new_notice() {
    for (first, second, decision) in
        [("propose_grant", "propose_refusal", "refuse"), ("propose_refusal", "propose_grant", "grant")]
    {
        let turned = take(decision_due(first), "2025-03-20", step("record_findings")).unwrap();
        assert_eq!((turned.reason.as_ref(), turned.consultation_ends_on), (None, None));
        let proposed = take(turned, "2025-03-20", step(second)).unwrap();
        let due = take(proposed, "2025-04-10", Step::EndConsultation).unwrap();
        assert!(take(due, "2025-04-10", step(decision)).unwrap().stage.is_terminal(), "{first} then {second}");
    }
}

#[test]
fn refusal_withdrawal_and_closing_say_why() {
    let blank = " ".to_owned();
    let due = decision_due("propose_refusal");
    for step in [
        Step::Refuse { reason: blank.clone() },
        Step::Withdraw { reason: blank.clone() },
        Step::CloseNotRequired { reason: blank.clone() },
    ] {
        assert_eq!(take(due.clone(), "2025-03-20", step).unwrap_err(), Refusal::NoReason);
    }
    let ready = take(after(&TO_ASSESSING), "2025-03-03", step("record_findings")).unwrap();
    let unexplained = Step::ProposeRefusal { last_served_on: day("2025-03-03"), stated: None, reason: blank };
    assert_eq!(take(ready, "2025-03-03", unexplained).unwrap_err(), Refusal::NoReason);
}

#[test]
fn a_file_can_be_handed_from_one_officer_to_another() {
    let other = AccountId(crate::testing::key("Ben"));
    let handed = take(after(&TO_ASSESSING), "2025-03-04", Step::Assign { officer: other }).unwrap();
    assert_eq!((handed.stage, handed.officer_id), (Stage::Assessing, Some(other)));
}

#[test]
fn every_stage_but_the_draft_counts_exactly_once_and_only_the_ends_are_ends() {
    let in_progress = |stage: &&Stage| stage.tally() == Some(Tally::InProgress);
    let waiting = Stage::ALL.iter().filter(in_progress).copied().collect::<Vec<_>>();
    let wanted = [
        Stage::Submitted,
        Stage::PaidA,
        Stage::Incomplete,
        Stage::DulyMade,
        Stage::Assessing,
        Stage::ProposalReady,
        Stage::ConsultingGrant,
        Stage::ConsultingRefusal,
        Stage::DecisionDue,
        Stage::AwaitingB,
    ];
    assert_eq!(waiting, wanted);
    assert_eq!(Stage::Draft.tally(), None);
    for tally in Tally::ALL.iter().filter(|tally| **tally != Tally::InProgress) {
        let ends = Stage::ALL.iter().filter(|stage| stage.tally() == Some(*tally)).collect::<Vec<_>>();
        assert!(matches!(ends.as_slice(), [end] if end.is_terminal()), "{tally}: {ends:?}");
    }
    let received = Stage::ALL.iter().filter(|stage| stage.tally().is_some()).count();
    let parts = Tally::ALL.iter().map(|tally| Stage::ALL.iter().filter(|stage| stage.tally() == Some(*tally)).count());
    assert_eq!((received, parts.sum()), (Stage::ALL.len() - 1, received));
}

#[test]
fn an_application_protects_from_the_day_it_was_duly_made_until_the_day_it_ended() {
    let made = after(&["submit", "pay_part_a", "find_complete"]);
    let ended = take(made.clone(), "2025-03-10", step("withdraw")).unwrap();
    for (today, while_open, once_ended) in [
        ("2025-03-02", false, false),
        ("2025-03-03", true, true),
        ("2025-03-10", true, true),
        ("2025-03-11", true, false),
    ] {
        assert_eq!(made.protects_applicant(day(today)), while_open, "{today}");
        assert_eq!(ended.protects_applicant(day(today)), once_ended, "{today}");
    }
    assert!(!after(&["submit", "pay_part_a"]).protects_applicant(day("2025-03-10")), "paid, but not duly made");
}

#[test]
fn only_a_grant_or_a_refusal_decides() {
    let deciding = steps().into_iter().filter(Step::decides).map(|step| step.name()).collect::<Vec<_>>();
    assert_eq!(deciding, ["grant", "refuse"]);
}

#[test]
fn a_backlog_on_paper_keeps_the_days_on_which_it_was_paid_and_found_complete() {
    let submitted = Step::Submit { on: day("2025-01-20"), declarations_signed: true };
    let submitted = take(draft(), "2025-03-03", submitted).unwrap();
    let paid =
        take(submitted.clone(), "2025-03-03", Step::PayPartA { on: day("2025-01-21"), waived_because: None }).unwrap();
    let made = take(paid.clone(), "2025-03-03", Step::FindComplete { on: day("2025-01-24") }).unwrap();
    assert_eq!(made.duly_made_on, Some(day("2025-01-24")));
    assert!(made.protects_applicant(day("2025-01-24")) && !made.protects_applicant(day("2025-01-23")));
    let before = Refusal::BeforeSubmission(day("2025-01-20"));
    assert_eq!(
        take(submitted, "2025-03-03", Step::PayPartA { on: day("2025-01-19"), waived_because: None }).unwrap_err(),
        before
    );
    for (on, refusal) in [("2025-01-19", before), ("2025-03-04", Refusal::InFuture)] {
        assert_eq!(take(paid.clone(), "2025-03-03", Step::FindComplete { on: day(on) }).unwrap_err(), refusal);
    }
}
