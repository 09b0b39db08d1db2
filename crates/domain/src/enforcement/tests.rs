//! Every step from every state, and what each step asks for.

use chrono::Days;

use super::*;
use crate::actor::Actor;
use crate::breach::{Breach, Ground, Proposal};
use crate::calendar::{Method, Occasion, ServicePolicy, Trigger};
use crate::fees::PaymentMethod;
use crate::id::{CheckId, Key, LetterId, ObligationId};
use crate::service::Served;
use crate::testing::{amy, day, holidays, home, key, khan, licence, machine_on, manager, on, scheme, sent};

/// Tom leads the team; Amy works the cases.
fn tom(today: &str) -> Context {
    let account = Some(AccountId(key("Tom")));
    Context { actor: Actor { account, role: Role::TeamLeader, ..amy() }, ..on(today) }
}

fn rules() -> Enforcement {
    scheme().enforcement
}

fn named(condition: &str, happened_on: &str) -> Naming {
    Naming {
        kind: OffenceKind::Condition,
        licence_id: Some(licence().id),
        condition: Some(condition.to_owned()),
        breach_id: None,
        act: "The record was not produced.".to_owned(),
        happened_on: day(happened_on),
        limitation: Naming::limitation(&on("2026-12-31"), day(happened_on), day(happened_on)).unwrap(),
    }
}

fn opening(offences: Vec<Naming>) -> Opening {
    Opening {
        reference: "ENF/2025/00001".to_owned(),
        property_id: home(None).id,
        area_code: None,
        source: CaseSource::Inspection,
        source_note: None,
        suspect_id: khan(),
        capacity: Capacity::Holder,
        offences,
    }
}

/// A case about the sixth of February 2025, opened on the tenth.
fn opened() -> (Case, Vec<Offence>) {
    let offences = vec![named("9.6", "2025-02-06")];
    let (change, offences) = Case::open(&on("2025-02-10"), &rules(), opening(offences)).unwrap();
    (change.into_entity(), offences)
}

fn working(start: i32, factors: &[(FactorKind, i32)]) -> Working {
    let factor =
        |(kind, pence): &(FactorKind, i32)| Factor { kind: *kind, what: "File, page 3".to_owned(), pence: *pence };
    Working {
        start_code: None,
        start_pence: Some(start),
        start_because: "moderate".to_owned(),
        factors: factors.iter().map(factor).collect(),
        means: "nothing is known of them".to_owned(),
        means_pence: 0,
    }
}

fn handed_over(on_day: &str) -> Served {
    let sending = sent(Method::DeliveredByHand, on_day);
    sending.served(&on(on_day), None, ServicePolicy::CAUTIOUS, &holidays()).unwrap()
}

/// One step of each kind, as it could be taken on 10 February 2025.
pub(crate) fn steps() -> Vec<Step> {
    let today = day("2025-02-10");
    let text = || "because".to_owned();
    let mut steps = vec![
        Step::Enquire { note: text() },
        Step::Invite { answer_by: day("2025-02-24") },
        Step::Explain { received_on: today, text: text() },
        Step::Warn { comply_by: day("2025-02-24"), note: text() },
        Step::SkipPolicyStep { skipped: PolicyStep::Warning, reason: text() },
        Step::Comply { note: text() },
        Step::CompleteEvidence { sufficient_on: today, excuse: text() },
        Step::ProposeExtension { ground: ExtensionGround::ContinuingConduct, last_on: today, reason: text() },
        Step::ApproveExtension,
        Step::ChoosePenalty { reason: text() },
        Step::ChooseProsecution { reason: text() },
        Step::CloseNoAction { reason: text() },
        Step::DraftIntent {
            working: working(500_000, &[]),
            reasons: text(),
            particulars: vec![text()],
            addition: None,
        },
        Step::ApproveIntent,
        Step::GiveIntent { served: handed_over("2025-02-10") },
        Step::LoseService { reason: text() },
        Step::Represent { received_on: today, party: None, text: text() },
        Step::Consider { number: 1, consideration: text() },
        Step::EndRepresentations,
        Step::DraftFinal { working: working(400_000, &[]), reasons: text() },
        Step::ApproveFinal,
        Step::GiveFinal { served: handed_over("2025-02-10") },
        Step::Withdraw { reason: text() },
        Step::Reduce { pence: 100, reason: text() },
        Step::Settle,
        Step::Unsettle,
        Step::BecomeDebt,
        Step::Appeal { reference: "MAN/1".to_owned(), lodged_on: today },
        Step::GoToCourt { reference: "T/1".to_owned(), begun_on: today },
    ];
    steps.extend(PenaltyAppealOutcome::ALL.iter().map(|outcome| Step::DecideAppeal {
        outcome: *outcome,
        pence: (*outcome == PenaltyAppealOutcome::Varied).then_some(100),
        decided_on: today,
        order: text(),
    }));
    steps.extend(CourtOutcome::ALL.iter().map(|outcome| Step::EndProsecution {
        outcome: *outcome,
        ended_on: today,
        order: text(),
    }));
    steps
}

fn step(name: &str) -> Step {
    steps().into_iter().find(|step| step.name() == name).unwrap()
}

/// From where, by what, to where: all that may happen, and nothing else.
fn allowed() -> Vec<(CaseState, &'static str, CaseState)> {
    use CaseState as S;
    let mut table = vec![
        (S::Opened, "enquire", S::Investigating),
        (S::Opened, "invite", S::Investigating),
        (S::Opened, "explain", S::Investigating),
        (S::Investigating, "warn", S::Warned),
        (S::Warned, "warn", S::Warned),
        (S::Warned, "comply", S::ClosedComplied),
        (S::Investigating, "complete_evidence", S::EvidenceComplete),
        (S::Warned, "complete_evidence", S::EvidenceComplete),
        (S::EvidenceComplete, "explain", S::EvidenceComplete),
        (S::EvidenceComplete, "choose_penalty", S::PenaltyChosen),
        (S::EvidenceComplete, "choose_prosecution", S::FileToLegal),
        (S::IntentDrafted, "approve_intent", S::IntentApproved),
        (S::IntentApproved, "give_intent", S::IntentGiven),
        (S::IntentGiven, "end_representations", S::FinalDecision),
        (S::FinalDrafted, "approve_final", S::FinalApproved),
        (S::FinalApproved, "give_final", S::FinalGiven),
        (S::Paid, "unsettle", S::FinalGiven),
        (S::FileToLegal, "go_to_court", S::Court),
    ];
    let mut each = |from: &[S], name, to: Option<S>| {
        table.extend(from.iter().map(|state| (*state, name, to.unwrap_or(*state))));
    };
    each(&[S::Investigating, S::Warned], "invite", None);
    each(&[S::Investigating, S::Warned], "explain", None);
    each(&[S::Opened, S::Investigating, S::Warned], "skip_policy_step", None);
    let before_notice =
        [S::Opened, S::Investigating, S::Warned, S::EvidenceComplete, S::PenaltyChosen, S::IntentDrafted];
    each(&before_notice, "close_no_action", Some(S::ClosedNoAction));
    for name in ["propose_extension", "approve_extension"] {
        each(&before_notice, name, None);
        each(&[S::IntentApproved], name, None);
    }
    each(&[S::PenaltyChosen, S::IntentDrafted, S::IntentApproved], "draft_intent", Some(S::IntentDrafted));
    each(&[S::IntentGiven, S::FinalDecision], "lose_service", Some(S::IntentApproved));
    each(&[S::FinalGiven, S::Debt], "lose_service", Some(S::FinalApproved));
    each(&[S::IntentGiven, S::FinalDecision], "represent", None);
    each(&[S::IntentGiven, S::FinalDecision], "consider", None);
    each(&[S::FinalDecision, S::FinalDrafted, S::FinalApproved], "draft_final", Some(S::FinalDrafted));
    let noticed = [S::IntentApproved, S::IntentGiven, S::FinalDecision, S::FinalDrafted, S::FinalApproved];
    each(&noticed, "withdraw", Some(S::Withdrawn));
    each(&[S::FinalGiven, S::Debt, S::Appealed], "withdraw", Some(S::Withdrawn));
    each(&[S::FinalGiven, S::Debt], "reduce", None);
    each(&[S::FinalGiven, S::Debt, S::Confirmed, S::Varied], "settle", Some(S::Paid));
    each(&[S::FinalGiven, S::Confirmed, S::Varied], "become_debt", Some(S::Debt));
    each(&[S::FinalGiven, S::Debt, S::Paid], "appeal", Some(S::Appealed));
    table
}

fn wanted(from: CaseState, step: &Step) -> Option<CaseState> {
    use CaseState as S;
    match (from, step) {
        (S::Appealed, Step::DecideAppeal { outcome: PenaltyAppealOutcome::Varied, .. }) => Some(S::Varied),
        (S::Appealed, Step::DecideAppeal { outcome: PenaltyAppealOutcome::Cancelled, .. }) => Some(S::Cancelled),
        (S::Appealed, Step::DecideAppeal { .. }) => Some(S::Confirmed),
        (S::FileToLegal, Step::EndProsecution { outcome: CourtOutcome::NotBrought, .. }) => Some(S::CourtEnded),
        (S::Court, Step::EndProsecution { outcome, .. }) => {
            (*outcome != CourtOutcome::NotBrought).then_some(S::CourtEnded)
        }
        _ => allowed().into_iter().find(|(state, name, _)| *state == from && *name == step.name()).map(|(.., to)| to),
    }
}

fn try_take(case: &(Case, Vec<Offence>), cx: &Context, step: Step) -> Result<(Case, Vec<Offence>), Refusal> {
    let change = case.0.clone().take(cx, &rules(), &case.1, step)?;
    Ok((change.into_entity(), case.1.clone()))
}

/// The case after these steps of Amy's or, where they decide, of Tom's.
fn after(case: (Case, Vec<Offence>), today: &str, steps: &[Step]) -> (Case, Vec<Offence>) {
    let cx = |step: &Step| if step.decides() { tom(today) } else { on(today) };
    steps.iter().fold(case, |case, step| try_take(&case, &cx(step), step.clone()).unwrap_or_else(|why| panic!("{why}")))
}

/// A case whose evidence was complete on 10 February.
fn complete() -> (Case, Vec<Offence>) {
    after(opened(), "2025-02-10", &["enquire", "invite", "warn", "complete_evidence"].map(step))
}

fn intent_given() -> (Case, Vec<Offence>) {
    after(complete(), "2025-02-10", &["choose_penalty", "draft_intent", "approve_intent", "give_intent"].map(step))
}

/// Representations ended on 10 March 2025, and the final notice was handed over on the eleventh.
fn final_given() -> (Case, Vec<Offence>) {
    let steps = ["end_representations", "draft_final", "approve_final"].map(step);
    let case = after(intent_given(), "2025-03-11", &steps);
    after(case, "2025-03-11", &[Step::GiveFinal { served: handed_over("2025-03-11") }])
}

#[test]
fn each_step_leads_where_it_should_from_each_state_and_nowhere_from_the_others() {
    for from in CaseState::ALL {
        for step in steps() {
            let wanted = wanted(*from, &step);
            assert_eq!(from.after(&step), wanted, "{from} {}", step.name());
            if wanted.is_none() {
                let (case, offences) = opened();
                let case = (Case { state: *from, ..case }, offences);
                let refused = try_take(&case, &tom("2025-02-10"), step.clone()).unwrap_err();
                assert_eq!(refused, Refusal::NotFromHere(*from, step.name()));
            }
        }
    }
}

#[test]
fn the_whole_way_to_a_payment_can_be_walked() {
    let (case, _) = final_given();
    assert_eq!((case.state, case.pence, case.pay_by), (CaseState::FinalGiven, Some(400_000), Some(day("2025-04-08"))));
    assert_eq!(case.final_notice.unwrap().appeal_by.unwrap().on(), day("2025-04-08"));
    assert_eq!(case.intent.unwrap().ends.unwrap().on(), day("2025-03-10"));
}

#[test]
fn the_limitation_date_is_the_earliest_that_can_be_argued_however_late_the_evidence_was_found_sufficient() {
    let (case, offences) = opened();
    assert_eq!(case.limitation_on, day("2025-08-05"), "six months beginning with 6 February");
    let later = named("9.4", "2025-03-01");
    let (change, _) = case.clone().add_offence(&on("2025-03-03"), &rules(), later, &offences).unwrap();
    assert_eq!(change.entity().limitation_on, day("2025-08-05"));
    let earlier = named("9.4", "2025-01-20");
    let (change, _) = case.clone().add_offence(&on("2025-03-03"), &rules(), earlier, &offences).unwrap();
    assert_eq!(change.entity().limitation_on, day("2025-07-19"));
    let again = case.add_offence(&on("2025-03-03"), &rules(), named("9.6", "2025-02-06"), &offences);
    assert_eq!(again.unwrap_err(), Refusal::SameOffence);
    assert_eq!(complete().0.limitation_on, day("2025-08-05"));
    assert_eq!(complete().0.sufficient_on, Some(day("2025-02-10")));
    let early = Step::CompleteEvidence { sufficient_on: day("2025-02-05"), excuse: "none given".to_owned() };
    let warned = after(opened(), "2025-02-10", &["enquire", "invite", "warn"].map(step));
    let refused = try_take(&warned, &on("2025-02-10"), early).unwrap_err();
    assert_eq!(refused, Refusal::BeforeOffence(day("2025-02-06")));
}

#[test]
fn the_yearly_gas_record_keeps_its_own_clock_from_the_day_after_the_year_closed() {
    let propose = |due_on: &str, obligation: Option<ObligationId>| {
        let proposal = Proposal {
            reference: "BR/2025/00001".to_owned(),
            licence_id: licence().id,
            property_id: home(None).id,
            area_code: None,
            condition: Some("1".to_owned()),
            item_id: None,
            obligation_id: obligation,
            due_on: day(due_on),
            proposed_on: day(due_on) + Days::new(1),
            check_id: CheckId(key("night")),
        };
        Breach::propose(&machine_on("2025-06-30"), proposal).unwrap().into_entity()
    };
    let (year, demand) = (propose("2025-01-14", Some(ObligationId(key("gas")))), propose("2025-06-20", None));
    assert_eq!(Naming::of_breach(&year, "x".to_owned()).unwrap_err(), Refusal::NotConfirmed);
    let confirm = |breach: Breach| breach.confirm(&on("2025-06-30"), Ground::Stands, "nothing came", None).unwrap();
    let name = |breach: Breach| Naming::of_breach(confirm(breach).entity(), "No record.".to_owned()).unwrap();
    let (year, demand) = (name(year), name(demand));
    assert_eq!((year.happened_on, year.limitation.on()), (day("2025-01-15"), day("2025-07-14")));
    assert_eq!((demand.happened_on, demand.limitation.on()), (day("2025-06-21"), day("2025-12-20")));
    let (both, _) = Case::open(&on("2025-06-30"), &rules(), opening(vec![demand, year])).unwrap();
    assert_eq!(both.entity().limitation_on, day("2025-07-14"), "a demand does not start the year's clock anew");
}

#[test]
fn a_notice_of_intent_is_given_on_the_last_day_and_not_on_the_day_after() {
    let drafted = |today| after(complete(), today, &["choose_penalty", "draft_intent"].map(step));
    let approved = after(drafted("2025-08-05"), "2025-08-05", &[Step::ApproveIntent]);
    let given = try_take(&approved, &on("2025-08-05"), Step::GiveIntent { served: handed_over("2025-08-05") });
    assert_eq!(given.unwrap().0.intent.unwrap().ends.unwrap().on(), day("2025-09-02"));
    let late = Refusal::OutOfTime(day("2025-08-05"));
    let posted = sent(Method::FirstClassPost, "2025-08-05");
    let posted = posted.served(&on("2025-08-05"), None, ServicePolicy::CAUTIOUS, &holidays()).unwrap();
    assert_eq!(try_take(&approved, &on("2025-08-05"), Step::GiveIntent { served: posted }).unwrap_err(), late);
    assert_eq!(try_take(&drafted("2025-08-05"), &tom("2025-08-06"), Step::ApproveIntent).unwrap_err(), late);
    let chosen = after(complete(), "2025-08-05", &[step("choose_penalty")]);
    assert_eq!(try_take(&chosen, &on("2025-08-06"), step("draft_intent")).unwrap_err(), late);
}

#[test]
fn only_conduct_that_went_on_with_its_last_day_and_a_second_person_gives_more_time() {
    let chosen = after(complete(), "2025-08-05", &[step("choose_penalty")]);
    assert_eq!(try_take(&chosen, &tom("2025-08-06"), Step::ApproveExtension).unwrap_err(), Refusal::NoExtension);
    let last_on = day("2025-07-20");
    let propose = |reason: &str| Step::ProposeExtension {
        ground: ExtensionGround::ContinuingConduct,
        last_on,
        reason: reason.to_owned(),
    };
    assert_eq!(try_take(&chosen, &on("2025-08-06"), propose(" ")).unwrap_err(), Refusal::NoReason);
    let early = try_take(&chosen, &on("2025-07-19"), propose("seen on that day")).unwrap_err();
    assert_eq!(early, Refusal::InFuture);
    let proposed = after(chosen, "2025-08-06", &[propose("seen on that day")]);
    assert_eq!(proposed.0.limitation_on, day("2025-08-05"), "a proposal gives nothing");
    assert_eq!(try_take(&proposed, &on("2025-08-06"), Step::ApproveExtension).unwrap_err(), Refusal::SamePerson);
    let extended = after(proposed, "2025-08-06", &[Step::ApproveExtension]);
    assert_eq!(extended.0.limitation_on, day("2026-01-19"), "six months beginning with the last day of the conduct");
    assert!(extended.0.limitation_basis.because().contains("the last day of the conduct"));
    after(extended, "2026-01-19", &["draft_intent", "approve_intent"].map(step));
}

#[test]
fn the_policys_steps_are_taken_or_skipped_with_a_reason() {
    let enquired = after(opened(), "2025-02-10", &[step("enquire")]);
    let evidence = || step("complete_evidence");
    let missing = |what: &str| Refusal::PolicyMissing(what.to_owned());
    assert_eq!(try_take(&enquired, &on("2025-02-10"), evidence()).unwrap_err(), missing("warning, invitation"));
    let invited = after(enquired, "2025-02-10", &[step("invite")]);
    assert_eq!(try_take(&invited, &on("2025-02-10"), evidence()).unwrap_err(), missing("warning"));
    let silent = Step::SkipPolicyStep { skipped: PolicyStep::Warning, reason: String::new() };
    assert_eq!(try_take(&invited, &on("2025-02-10"), silent).unwrap_err(), Refusal::NoReason);
    let skipped = after(invited, "2025-02-10", &[step("skip_policy_step"), evidence()]);
    assert_eq!(skipped.0.policy.iter().map(|note| note.taken).collect::<Vec<_>>(), [true, false]);
    let past = Step::Warn { comply_by: day("2025-02-10"), note: "put it right".to_owned() };
    let enquired = after(opened(), "2025-02-10", &[step("enquire")]);
    assert_eq!(try_take(&enquired, &on("2025-02-10"), past).unwrap_err(), Refusal::Passed);
}

#[test]
fn nobody_approves_what_they_wrote_and_a_machine_answers_for_nothing() {
    let drafted = after(complete(), "2025-02-10", &["choose_penalty", "draft_intent"].map(step));
    assert_eq!(try_take(&drafted, &on("2025-02-10"), Step::ApproveIntent).unwrap_err(), Refusal::SamePerson);
    let machine = machine_on("2025-02-10");
    assert_eq!(try_take(&drafted, &machine, Step::ApproveIntent).unwrap_err(), Refusal::NotByMachine);
    let approved = after(drafted, "2025-02-10", &[Step::ApproveIntent]);
    let anew = after(approved, "2025-02-10", &[step("draft_intent")]);
    assert_eq!(anew.0.intent.as_ref().unwrap().approver, None, "what is written anew is approved anew");
    let over = after(intent_given(), "2025-03-11", &["end_representations", "draft_final"].map(step));
    assert_eq!(try_take(&over, &on("2025-03-11"), Step::ApproveFinal).unwrap_err(), Refusal::SamePerson);
}

#[test]
fn particulars_are_added_to_and_never_taken_out() {
    let draft = |addition: Option<&str>| Step::DraftIntent {
        working: working(500_000, &[]),
        reasons: "as the file shows".to_owned(),
        particulars: vec!["built".to_owned()],
        addition: addition.map(ToOwned::to_owned),
    };
    let case = after(complete(), "2025-02-10", &[step("choose_penalty"), draft(Some("first")), draft(None)]);
    let case = after(case, "2025-02-10", &[draft(Some("second"))]);
    let intent = case.0.intent.unwrap();
    assert_eq!(
        (intent.particulars, intent.additions),
        (vec!["built".to_owned()], vec!["first".into(), "second".into()])
    );
}

#[test]
fn representations_may_be_made_for_28_days_after_service_and_early_ones_do_not_shorten_that() {
    let said = after(
        intent_given(),
        "2025-02-12",
        &[Step::Represent { received_on: day("2025-02-11"), party: Some(khan()), text: "I was ill.".to_owned() }],
    );
    let end = |case: &(Case, Vec<Offence>), today| try_take(case, &tom(today), Step::EndRepresentations);
    let still = Refusal::StillTime(day("2025-03-10"));
    for today in ["2025-02-12", "2025-03-10"] {
        assert_eq!(end(&said, today).unwrap_err(), still);
    }
    assert_eq!(end(&said, "2025-03-11").unwrap_err(), Refusal::NotConsidered(1));
    let consider = |number| Step::Consider { number, consideration: "no excuse: others could have sent it".to_owned() };
    for number in [0, 2] {
        assert_eq!(try_take(&said, &on("2025-03-11"), consider(number)).unwrap_err(), Refusal::NoSuchRepresentation);
    }
    let considered = after(said, "2025-03-11", &[consider(1)]);
    assert_eq!(try_take(&considered, &on("2025-03-11"), consider(1)).unwrap_err(), Refusal::AlreadyConsidered);
    assert_eq!(end(&considered, "2025-03-11").unwrap().0.state, CaseState::FinalDecision);
    let back = after(considered, "2025-03-11", &[step("lose_service")]);
    assert_eq!((back.0.state, back.0.intent.unwrap().ends), (CaseState::IntentApproved, None));
}

#[test]
fn an_amount_is_counted_from_its_start_and_factors_and_never_above_the_maximum_of_the_days_of_the_offences() {
    use FactorKind::{Aggravating, Mitigating};
    let (_, offences) = opened();
    let amount = |working: Working, offences: &[Offence]| working.amount(&rules(), offences).map(|one| one.pence);
    let plain = working(1_000_000, &[(Aggravating, 250_000), (Mitigating, 500_000), (Mitigating, 0)]);
    assert_eq!(amount(plain.clone(), &offences), Ok(750_000));
    assert_eq!(amount(Working { means_pence: -50_000, ..plain.clone() }, &offences), Ok(700_000));
    assert_eq!(amount(working(3_000_000, &[]), &offences), Ok(3_000_000));
    let above = Refusal::AboveMaximum("£30000.01".to_owned(), "£30000.00".to_owned());
    assert_eq!(amount(working(3_000_000, &[(Aggravating, 1)]), &offences), Err(above));
    assert_eq!(amount(working(1_000, &[(Mitigating, 1_000)]), &offences), Err(Refusal::NoAmount));
    let on_day = |happened_on: &str| Offence { happened_on: day(happened_on), ..offences[0].clone() };
    assert_eq!(amount(working(4_000_000, &[]), &[on_day("2026-05-01")]), Ok(4_000_000));
    assert!(amount(working(4_000_000, &[]), &[on_day("2026-05-01"), on_day("2026-04-30")]).is_err());
    assert_eq!(amount(working(1, &[]), &[]), Err(Refusal::NoOffence));
    let silent = Working { means: " ".to_owned(), ..plain.clone() };
    assert_eq!(amount(silent, &offences), Err(Refusal::NoReason));
    let nowhere = Enforcement { periods: Vec::new(), ..rules() };
    assert_eq!(plain.amount(&nowhere, &offences).unwrap_err(), Refusal::NoMaximum(day("2025-02-06")));
}

#[test]
fn a_start_of_the_matrix_is_taken_from_it() {
    let (_, offences) = opened();
    let unlicensed = Offence { kind: OffenceKind::Unlicensed, happened_on: day("2026-05-02"), ..offences[0].clone() };
    let coded = |code: Option<&str>, pence: Option<i32>| Working {
        start_code: code.map(ToOwned::to_owned),
        start_pence: pence,
        ..working(1, &[])
    };
    let start = |working: Working, offence: &Offence| {
        working.amount(&rules(), std::slice::from_ref(offence)).map(|amount| (amount.start_pence, amount.matrix))
    };
    let national = "national guidance 2026".to_owned();
    assert_eq!(start(coded(Some("unlicensed-selective"), None), &unlicensed), Ok((1_200_000, national)));
    let known = "unlicensed-selective".to_owned();
    assert_eq!(start(coded(None, Some(5)), &unlicensed), Err(Refusal::StartKnown(known.clone())));
    assert_eq!(start(coded(Some("x"), None), &unlicensed), Err(Refusal::NoSuchStart("x".to_owned(), known)));
    for (code, pence) in [(None, None), (None, Some(0)), (Some("x"), Some(1))] {
        assert_eq!(start(coded(code, pence), &offences[0]), Err(Refusal::NoStart));
    }
}

#[test]
fn a_final_notice_asks_for_no_more_than_was_proposed() {
    let over = after(intent_given(), "2025-03-11", &[step("end_representations")]);
    let more = Step::DraftFinal { working: working(500_001, &[]), reasons: "as the file shows".to_owned() };
    assert_eq!(try_take(&over, &on("2025-03-11"), more).unwrap_err(), Refusal::AboveIntent("£5000.00".to_owned()));
}

#[test]
fn once_something_was_chosen_the_other_is_barred_in_this_case_and_in_every_other() {
    let chosen = after(complete(), "2025-02-10", &[step("choose_penalty")]);
    let refused = try_take(&chosen, &tom("2025-02-10"), step("choose_prosecution")).unwrap_err();
    assert_eq!(refused, Refusal::ChosenAlready(String::new(), Path::Penalty));
    let elsewhere = Refusal::ChosenAlready(" in ENF/2025/00001".to_owned(), Path::Penalty);
    assert_eq!(Case::allows_beside(&chosen.0).unwrap_err(), elsewhere);
    for state in CaseState::ALL {
        let dropped = matches!(state.spelling(), "closed_complied" | "closed_no_action" | "withdrawn" | "cancelled");
        let other = Case { state: *state, ..chosen.0.clone() };
        assert_eq!(Case::allows_beside(&other).is_ok(), dropped, "{state}");
    }
    assert_eq!(Case::allows_beside(&complete().0), Ok(()));
    let prosecuted = after(complete(), "2025-02-10", &["choose_prosecution", "go_to_court"].map(step));
    let refused = try_take(&prosecuted, &tom("2025-02-10"), step("choose_penalty")).unwrap_err();
    assert_eq!(refused, Refusal::ChosenAlready(String::new(), Path::Prosecution));
    assert!(Case::allows_beside(&prosecuted.0).is_err());
}

#[test]
fn a_condition_is_breached_by_the_holder_or_somebody_bound_and_a_home_is_unlicensed_by_others_too() {
    for capacity in Capacity::ALL {
        let binds = matches!(capacity, Capacity::Holder | Capacity::Bound);
        let open = |naming: Naming| {
            let opening = Opening { suspect_id: manager(), capacity: *capacity, ..opening(vec![naming]) };
            Case::open(&on("2025-02-10"), &rules(), opening).map(drop)
        };
        let wanted = if binds { Ok(()) } else { Err(Refusal::NotBound) };
        assert_eq!(open(named("9.6", "2025-02-06")), wanted, "{capacity}");
        assert_eq!(open(Naming { kind: OffenceKind::Unlicensed, ..named("", "2025-02-06") }), Ok(()));
    }
    let nothing = Case::open(&on("2025-02-10"), &rules(), opening(Vec::new())).unwrap_err();
    assert_eq!(nothing, Refusal::NoOffence);
    let limitation = |happened, arguable| Naming::limitation(&on("2025-02-10"), day(happened), day(arguable));
    assert_eq!(limitation("2025-02-06", "2025-02-05").unwrap_err(), Refusal::BeforeOffence(day("2025-02-06")));
    assert_eq!(limitation("2025-02-06", "2025-02-11").unwrap_err(), Refusal::InFuture);
}

#[test]
fn officers_are_alerted_30_14_and_3_days_before_once_each_and_after_missed_nights_once_for_all() {
    let alert = |case: Case, night: &str| case.alert(&machine_on(night), &rules(), day(night));
    let told = |case: Case, night: &str| alert(case, night).map(|(change, _)| change.into_entity()).unwrap();
    let (case, offences) = opened();
    assert_eq!(case.alert_on, Some(day("2025-07-06")), "the last day is 5 August");
    assert!(alert(case.clone(), "2025-07-05").is_none());
    let first = told(case.clone(), "2025-07-06");
    assert_eq!((first.alerted, first.alert_on), (Some(30), Some(day("2025-07-22"))));
    assert!(alert(first.clone(), "2025-07-21").is_none(), "it does not repeat itself");
    let second = told(first.clone(), "2025-07-24");
    assert_eq!((second.alerted, second.alert_on), (Some(14), Some(day("2025-08-02"))));
    let third = told(second, "2025-08-02");
    assert_eq!((third.alerted, third.alert_on), (Some(3), None));
    assert!(alert(third, "2025-08-05").is_none());
    for (night, title) in [("2025-08-05", "today is the last day"), ("2025-08-09", "was 2025-08-05")] {
        let (change, need) = alert(case.clone(), night).unwrap();
        assert_eq!((change.entity().alerted, change.entity().alert_on), (Some(3), None));
        assert!(need.title.contains(title), "{}", need.title);
    }
    let (moved, _) = first.add_offence(&on("2025-07-07"), &rules(), named("1", "2025-02-04"), &offences).unwrap();
    assert_eq!(moved.entity().alert_on, Some(day("2025-07-04")), "another last day has its own alerts");
    for quiet in [intent_given().0, after(opened(), "2025-02-10", &[step("close_no_action")]).0] {
        assert_eq!(quiet.alert_on, None);
    }
}

#[test]
fn an_unpaid_penalty_is_a_debt_after_its_last_day_and_an_appeal_sets_another() {
    let case = final_given();
    let debt = |case: &(Case, Vec<Offence>), today| try_take(case, &on(today), Step::BecomeDebt);
    assert_eq!(debt(&case, "2025-04-08").unwrap_err(), Refusal::MayBePaid(day("2025-04-08")));
    assert_eq!(debt(&case, "2025-04-09").unwrap().0.state, CaseState::Debt);
    let lodge = |lodged_on: &str| Step::Appeal { reference: "MAN/1".to_owned(), lodged_on: day(lodged_on) };
    assert_eq!(
        try_take(&case, &on("2025-05-01"), lodge("2025-03-10")).unwrap_err(),
        Refusal::Before(day("2025-03-11"))
    );
    for (lodged_on, in_time) in [("2025-04-08", true), ("2025-04-09", false)] {
        let appealed = after(case.clone(), "2025-05-01", &[lodge(lodged_on)]);
        assert_eq!(appealed.0.appeal.unwrap().is_in_time, in_time);
    }
    let appealed = after(case, "2025-05-01", &[lodge("2025-04-08")]);
    let decide =
        |outcome, pence| Step::DecideAppeal { outcome, pence, decided_on: day("2025-06-02"), order: "so".to_owned() };
    let decided =
        |outcome, pence| try_take(&appealed, &tom("2025-06-10"), decide(outcome, pence)).map(|(case, _)| case);
    for (outcome, pence) in [
        (PenaltyAppealOutcome::Varied, None),
        (PenaltyAppealOutcome::Varied, Some(0)),
        (PenaltyAppealOutcome::Confirmed, Some(1)),
    ] {
        assert_eq!(decided(outcome, pence).unwrap_err(), Refusal::AmountOfVariation);
    }
    assert!(matches!(decided(PenaltyAppealOutcome::Varied, Some(3_000_001)), Err(Refusal::AboveMaximum(..))));
    let varied = decided(PenaltyAppealOutcome::Varied, Some(150_000)).unwrap();
    assert_eq!((varied.pence, varied.pay_by), (Some(150_000), Some(day("2025-06-30"))));
    let confirmed = decided(PenaltyAppealOutcome::GivenUp, None).unwrap();
    assert_eq!((confirmed.state, confirmed.pence), (CaseState::Confirmed, Some(400_000)));
    let cancelled = decided(PenaltyAppealOutcome::Cancelled, None).unwrap();
    assert_eq!((cancelled.pence, cancelled.pay_by), (None, None));
    let again = (Case { state: CaseState::FinalGiven, ..confirmed }, appealed.1);
    assert_eq!(try_take(&again, &on("2025-06-10"), lodge("2025-04-08")).unwrap_err(), Refusal::AlreadyAppealed);
}

#[test]
fn a_reduction_lowers_what_is_due() {
    let case = final_given();
    let reduce = |pence| Step::Reduce { pence, reason: "means were shown".to_owned() };
    for pence in [0, -5, 400_000, 400_001] {
        let refused = try_take(&case, &tom("2025-03-20"), reduce(pence)).unwrap_err();
        assert_eq!(refused, Refusal::NoReduction("£4000.00".to_owned()));
    }
    assert_eq!(after(case, "2025-03-20", &[reduce(300_000)]).0.pence, Some(300_000));
}

fn account() -> PenaltyAccount {
    PenaltyAccount { case_id: EnforcementId(key("case")), property_id: home(None).id, entries: Vec::new() }
}

fn receipt(reference: &str, pence: i32) -> Receipt {
    let (paid_on, method) = (day("2025-03-20"), Some(PaymentMethod::Card));
    Receipt { reference: reference.to_owned(), paid_on, pence, method, reason: Some("because".to_owned()) }
}

#[test]
fn an_account_is_only_ever_added_to_and_its_balance_is_counted() {
    let cx = on("2025-03-20");
    let mut account = account();
    assert_eq!(account.pay(&cx, receipt("P1", 1)).unwrap_err(), AccountRefusal::NothingCharged);
    let charge = |account: &PenaltyAccount, pence| account.clone().charge(&cx, pence, "final notice");
    let charged = charge(&account, Some(400_000));
    account.entries.extend(charged.into_iter().map(Change::into_entity));
    assert!(charge(&account, Some(400_000)).is_empty());
    account.entries.push(account.pay(&cx, receipt("P1", 100_000)).unwrap().into_entity());
    assert_eq!(account.sums().outstanding(), 300_000);
    let again = account.pay(&cx, receipt("P1", 1)).unwrap_err();
    assert_eq!(again, AccountRefusal::SameReference("P1".to_owned(), 2));
    assert_eq!(account.pay(&cx, receipt("P2", 0)).unwrap_err(), AccountRefusal::NoAmount);
    let ahead = Receipt { paid_on: day("2025-03-21"), ..receipt("P2", 1) };
    assert_eq!(account.pay(&cx, ahead).unwrap_err(), AccountRefusal::InFuture);
    let anew = charge(&account, Some(150_000));
    account.entries.extend(anew.into_iter().map(Change::into_entity));
    assert_eq!(account.sums(), Sums { charged: 150_000, paid: 100_000, refunded: 0 });
    account.entries.extend(charge(&account, None).into_iter().map(Change::into_entity));
    assert_eq!(account.sums().outstanding(), -100_000, "cancelled: what was paid is to be given back");
    assert_eq!(account.refund(&cx, receipt("R1", 100_001)).unwrap_err(), AccountRefusal::MoreThanPaid(100_000));
    let silent = Receipt { reason: None, ..receipt("R1", 1) };
    assert_eq!(account.refund(&cx, silent).unwrap_err(), AccountRefusal::NoReason);
    account.entries.push(account.refund(&cx, receipt("R1", 100_000)).unwrap().into_entity());
    assert_eq!(account.sums().outstanding(), 0);
    assert_eq!(account.entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let reverse =
        |account: &PenaltyAccount, place: usize| account.reverse(&cx, account.entries[place].id, "typed".to_owned());
    assert_eq!(reverse(&account, 0).unwrap_err(), AccountRefusal::NotReversible);
    assert_eq!(reverse(&account, 1).unwrap_err(), AccountRefusal::MoreThanPaid(0));
    account.entries.push(reverse(&account, 5).unwrap().into_entity());
    account.entries.push(reverse(&account, 1).unwrap().into_entity());
    assert_eq!(account.sums(), Sums::default());
    assert_eq!(reverse(&account, 1).unwrap_err(), AccountRefusal::AlreadyReversed(2));
    let stranger = crate::id::PenaltyEntryId(Key::derived("stranger"));
    assert_eq!(account.reverse(&cx, stranger, "typed".to_owned()).unwrap_err(), AccountRefusal::NoSuchEntry);
}

#[test]
fn particulars_say_which_condition_what_was_asked_how_it_was_served_and_what_came() {
    let (_, offences) = opened();
    let served = handed_over("2025-01-22");
    let due = Counted::within_days(14, Trigger::new(day("2025-01-22"), Occasion::Receipt)).unwrap();
    let mut behind = Behind {
        address: "12 Made-up Street".to_owned(),
        licence: Some("SL/2024/00001".to_owned()),
        asks: Some("a record of the inspection.".to_owned()),
        demand: Some(Demanded {
            reference: "DEM/2025/00001".to_owned(),
            title: "Inspection record".to_owned(),
            service: Some((served.method, served.address, served.deemed)),
            due: Some(due),
        }),
        duty: None,
        came: Vec::new(),
    };
    let text = particulars(&offences[0], &behind);
    for part in [
        "on Thursday 6 February 2025, condition 9.6 of licence SL/2024/00001 for 12 Made-up Street was not",
        "Demand DEM/2025/00001 asked for: Inspection record. It was served by handing it over at 1 Landlord Road",
        "it counts as received on Wednesday 22 January 2025. The answer was due by Wednesday 5 February 2025. 14 days after",
        "Nothing came in.",
    ] {
        assert!(text.contains(part), "no \"{part}\" in {text}");
    }
    behind.came.push(Came { on: day("2025-02-09"), what: "a photograph, rejected (not legible)".to_owned() });
    assert!(particulars(&offences[0], &behind).contains("What came in: Sunday 9 February 2025: a photograph"));
    let unlicensed = Offence { kind: OffenceKind::Unlicensed, ..offences[0].clone() };
    let text = particulars(&unlicensed, &Behind { address: "1 Nowhere".to_owned(), ..Behind::default() });
    assert!(text.starts_with("Section 95(1)") && !text.contains("Nothing came in"), "{text}");
}

fn letter_id(name: &str) -> LetterId {
    LetterId(Key::derived(name))
}

/// The case once such a letter was queued on that day, with seven days for the post.
fn wrote(case: &Case, today: &str, kind: CaseLetterKind, name: &str) -> Case {
    let says = case.letter(&on(today), kind, &["He was asked.\n\nNothing came in.".to_owned()], 7).unwrap();
    case.clone().wrote(&on(today), &says, letter_id(name)).into_entity()
}

#[test]
fn each_letter_is_written_only_while_the_case_has_that_to_tell() {
    let to_intent = after(complete(), "2025-02-10", &["choose_penalty", "draft_intent", "approve_intent"].map(step)).0;
    let to_final =
        after(intent_given(), "2025-03-11", &["end_representations", "draft_final", "approve_final"].map(step)).0;
    let invited = after(opened(), "2025-02-10", &["invite"].map(step)).0;
    let reduced = after(final_given(), "2025-03-12", &[step("reduce")]).0;
    let withdrawn = after(final_given(), "2025-03-12", &[step("withdraw")]).0;
    let never_given = after((to_intent.clone(), Vec::new()), "2025-02-11", &[step("withdraw")]).0;
    let cases =
        [opened().0, invited, to_intent, intent_given().0, to_final, final_given().0, reduced, withdrawn, never_given];
    for (kind, of) in [
        (CaseLetterKind::Invitation, vec![1]),
        (CaseLetterKind::Intent, vec![2]),
        (CaseLetterKind::Final, vec![4]),
        (CaseLetterKind::Reduction, vec![6]),
        (CaseLetterKind::Withdrawal, vec![7]),
    ] {
        for (place, case) in cases.iter().enumerate() {
            let written = case.letter(&on("2025-02-11"), kind, &[], 7);
            let nothing = Refusal::NothingToTell(kind, case.state);
            let expected = if of.contains(&place) { None } else { Some(nothing) };
            assert_eq!(written.err(), expected, "{kind} of case {place}");
        }
    }
}

#[test]
fn a_notices_period_ends_no_earlier_than_its_letter_states_and_never_earlier_than_the_act_has_it() {
    let approved = after(complete(), "2025-02-10", &["choose_penalty", "draft_intent", "approve_intent"].map(step));
    for (given_on, ends) in [("2025-02-11", "2025-03-17"), ("2025-02-17", "2025-03-17"), ("2025-02-20", "2025-03-20")] {
        let (case, offences) = approved.clone();
        let case = (wrote(&case, "2025-02-10", CaseLetterKind::Intent, "E2"), offences);
        assert!(case.0.waiting_letter(letter_id("E2")).is_some());
        let given = after(case, given_on, &[Step::GiveIntent { served: handed_over(given_on) }]).0;
        assert_eq!(given.waiting_letter(letter_id("E2")), None);
        let intent = given.intent.unwrap();
        assert_eq!((intent.ends.unwrap().on(), intent.letters[0].served.is_some()), (day(ends), true), "{given_on}");
    }
}

#[test]
fn a_letter_waits_until_it_is_served_comes_back_or_gives_way_to_another() {
    let approved = after(complete(), "2025-02-10", &["choose_penalty", "draft_intent", "approve_intent"].map(step));
    let once = wrote(&approved.0, "2025-02-10", CaseLetterKind::Intent, "first");
    let twice = wrote(&once, "2025-02-11", CaseLetterKind::Intent, "second");
    let waits = |case: &Case| ["first", "second"].map(|name| case.waiting_letter(letter_id(name)).is_some());
    assert_eq!((waits(&once), waits(&twice)), ([true, false], [false, true]));
    let refused = twice.clone().letter_returned(&on("2025-02-11"), letter_id("second"), "refused").into_entity();
    assert_eq!(waits(&refused), [false, false]);
    let anew = after((twice.clone(), approved.1.clone()), "2025-02-11", &[step("draft_intent")]).0;
    let kept = anew.intent.as_ref().unwrap().letters.iter().map(|letter| letter.is_void).collect::<Vec<_>>();
    assert_eq!((waits(&anew), kept), ([false, false], vec![true, true]), "what was written stays on the list");
    let withdrawn = after((twice, approved.1), "2025-02-11", &[step("withdraw")]).0;
    assert_eq!(waits(&withdrawn), [false, false], "a notice that was withdrawn is not given by a letter on its way");
    let reduced = after(final_given(), "2025-03-12", &[step("reduce")]).0;
    let told = wrote(&reduced, "2025-03-12", CaseLetterKind::Reduction, "first");
    assert!(told.waiting_letter(letter_id("first")).is_some());
    let served = told.letter_served(&on("2025-03-12"), letter_id("first"), &handed_over("2025-03-12")).into_entity();
    assert_eq!((served.state, waits(&served)), (CaseState::FinalGiven, [false, false]));
}

#[test]
fn a_letter_about_a_reduction_gives_way_to_whatever_overtakes_it() {
    let (given, offences) = final_given();
    let reduce = |pence| Step::Reduce { pence, reason: "Hardship.".to_owned() };
    let reduced = after((given, offences.clone()), "2025-03-12", &[reduce(200_000)]).0;
    let told = wrote(&reduced, "2025-03-12", CaseLetterKind::Reduction, "first");
    let now =
        |case: &Case| case.final_notice.as_ref().unwrap().letters.iter().map(|one| one.is_void).collect::<Vec<_>>();
    for (name, steps, waits) in [
        ("a second reduction", vec![reduce(100_000)], false),
        ("a withdrawal", vec![step("withdraw")], false),
        ("a lost service", vec![step("lose_service")], false),
        ("payment", vec![step("settle")], true),
    ] {
        let case = after((told.clone(), offences.clone()), "2025-03-12", &steps).0;
        assert_eq!(case.waiting_letter(letter_id("first")).is_some(), waits, "{name}");
        assert_eq!(now(&case), [!waits], "{name}");
    }
    let withdrawn = after((told, offences.clone()), "2025-03-12", &[step("withdraw")]).0;
    let last = wrote(&withdrawn, "2025-03-12", CaseLetterKind::Withdrawal, "second");
    assert_eq!((now(&last), last.waiting_letter(letter_id("second")).is_some()), (vec![true, false], true));
    let served = last.letter_served(&on("2025-03-12"), letter_id("second"), &handed_over("2025-03-12")).into_entity();
    let returned = served.letter_returned(&on("2025-03-13"), letter_id("second"), "gone away").into_entity();
    assert_eq!((now(&returned), returned.sent_letter(letter_id("second"))), (vec![true, true], None));
}
