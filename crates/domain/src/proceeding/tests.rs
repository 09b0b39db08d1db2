//! Tests of proceedings: which step leads where, on which ground, and when what was decided takes effect.

use super::*;
use crate::testing::{day, home, key, khan, on, scheme};

fn policy() -> Policy {
    scheme().policy
}

fn opening(kind: ProceedingKind, ground: ProceedingGround) -> Opening {
    let changes = Changes { terms: Some("No more than four people may live there.".to_owned()), ..Changes::default() };
    Opening {
        reference: "PRO/2025/00001".to_owned(),
        licence_id: LicenceId(key("licence")),
        property_id: home(None).id,
        kind,
        ground,
        asked_by: Some(khan()),
        changes: (kind == ProceedingKind::Variation).then_some(changes),
        reason: "The holder asked for it.".to_owned(),
    }
}

fn opened(kind: ProceedingKind) -> Proceeding {
    Proceeding::open(&on("2025-03-03"), opening(kind, ProceedingGround::Agreement)).unwrap().into_entity()
}

fn took(proceeding: Proceeding, today: &str, step: ProceedingStep) -> Result<Proceeding, Refusal> {
    proceeding.take(&on(today), &policy(), step).map(Change::into_entity)
}

fn decide(agreed: bool, without_notice: Option<WithoutNotice>) -> ProceedingStep {
    ProceedingStep::Decide { agreed, without_notice, reason: "as proposed".to_owned() }
}

fn propose(served: &str) -> ProceedingStep {
    proposes(Proposed::Change, served)
}

fn proposes(what: Proposed, served: &str) -> ProceedingStep {
    ProceedingStep::Propose { what, last_served_on: day(served), stated: None, is_modified: false }
}

fn refuse() -> ProceedingStep {
    ProceedingStep::Refuse { reason: "The home has four rooms.".to_owned() }
}

fn due(kind: ProceedingKind) -> Proceeding {
    consulted(opened(kind), Proposed::Change)
}

/// Proceedings whose consultation about this is over on 20 March 2025.
fn consulted(proceeding: Proceeding, what: Proposed) -> Proceeding {
    let consulting = took(proceeding, "2025-03-03", proposes(what, "2025-03-03")).unwrap();
    took(consulting, "2025-03-20", ProceedingStep::EndConsultation).unwrap()
}

pub(crate) fn every_step() -> Vec<ProceedingStep> {
    let words = || "MAN/00EF/1".to_owned();
    vec![
        propose("2025-03-03"),
        ProceedingStep::LoseService,
        ProceedingStep::EndConsultation,
        decide(true, None),
        decide(false, None),
        ProceedingStep::Refuse { reason: words() },
        ProceedingStep::Appeal,
        ProceedingStep::EndAppeal { on: day("2025-05-01"), reference: words() },
        ProceedingStep::Overturn { reference: words() },
        ProceedingStep::TakeEffect,
        ProceedingStep::Withdraw { reason: words() },
    ]
}

#[test]
fn every_step_leads_where_the_table_says_and_nowhere_else() {
    use ProceedingState as S;
    // In the order of `every_step`: a cell is the state that the step leads to, "-" where it leads nowhere.
    let table = [
        (S::Opened, "consulting - - operative decided refused - - - - withdrawn"),
        (S::Consulting, "consulting consulting decision_due - - - - - - - withdrawn"),
        (S::DecisionDue, "consulting - - operative decided refused - - - - withdrawn"),
        (S::Decided, "- - - - - - appealed - overturned operative -"),
        (S::Appealed, "- - - - - - appealed decided overturned - -"),
        (S::Operative, "- - - - - - - - - - -"),
        (S::Refused, "- - - - - - - - decision_due - -"),
        (S::Overturned, "- - - - - - - - - - -"),
        (S::Withdrawn, "- - - - - - - - - - -"),
    ];
    assert_eq!(table.len(), S::ALL.len());
    for (from, row) in table {
        let leads = |step: &ProceedingStep| from.after(step).map_or("-".to_owned(), |to| to.to_string());
        assert_eq!(every_step().iter().map(leads).collect::<Vec<_>>().join(" "), row, "from {from}");
        let ends = every_step()
            .iter()
            .all(|step| from.after(step).is_none_or(|_| matches!(step, ProceedingStep::Overturn { .. })));
        assert_eq!(from.is_over(), ends, "{from}");
        for step in every_step().into_iter().filter(|step| from.after(step).is_none()) {
            let proceeding = Proceeding { state: from, ..opened(ProceedingKind::Variation) };
            let name = step.name();
            assert_eq!(took(proceeding, "2025-06-30", step).unwrap_err(), Refusal::NotFromHere(from, name));
        }
    }
}

#[test]
fn each_ground_is_for_what_the_act_names_it_for() {
    use ProceedingGround as G;
    for ground in G::ALL {
        let varies = matches!(ground, G::Agreement | G::ChangeOfCircumstances);
        let revokes = *ground != G::ChangeOfCircumstances;
        for (kind, known) in [(ProceedingKind::Variation, varies), (ProceedingKind::Revocation, revokes)] {
            let begun = Proceeding::open(&on("2025-03-03"), opening(kind, *ground));
            let refused = (!known).then_some(Refusal::NotAGround(kind, *ground));
            assert_eq!(begun.err(), refused, "{kind} by {ground}");
        }
    }
}

#[test]
fn a_variation_changes_something_and_a_revocation_no_terms() {
    for (kind, changes) in [
        (ProceedingKind::Variation, None),
        (ProceedingKind::Variation, Some(Changes::default())),
        (ProceedingKind::Revocation, Some(Changes { manager_id: Some(khan()), ..Changes::default() })),
    ] {
        let opening = Opening { changes, ..opening(kind, ProceedingGround::Agreement) };
        assert_eq!(Proceeding::open(&on("2025-03-03"), opening).unwrap_err(), Refusal::Changes, "{kind}");
    }
}

#[test]
fn a_decision_comes_after_a_consultation_or_says_why_there_was_none() {
    use ProceedingKind as K;
    use WithoutNotice as W;
    for (kind, agreed, without, known) in [
        (K::Variation, true, W::Agreed, true),
        (K::Variation, false, W::Agreed, false),
        (K::Variation, false, W::NotMaterial, true),
        (K::Variation, true, W::AlreadyNotified, true),
        (K::Revocation, true, W::Agreed, true),
        (K::Revocation, false, W::Agreed, false),
        (K::Revocation, false, W::NotMaterial, false),
        (K::Revocation, true, W::AlreadyNotified, false),
    ] {
        let refused = (!known).then_some(Refusal::NotWithout(without));
        let found = took(opened(kind), "2025-03-04", decide(agreed, Some(without)));
        assert_eq!(found.err(), refused, "{kind} {agreed} {without}");
        let bare = took(opened(kind), "2025-03-04", decide(agreed, None)).unwrap_err();
        assert_eq!(bare, Refusal::NoticeNeeded);
        assert!(took(due(kind), "2025-03-20", decide(agreed, None)).is_ok());
        let both = took(due(kind), "2025-03-20", decide(agreed, Some(without))).unwrap_err();
        assert_eq!(both, Refusal::NotWithout(without));
    }
}

#[test]
fn what_is_agreed_has_effect_at_once_and_anything_else_once_the_time_for_appeals_is_over() {
    for kind in ProceedingKind::ALL {
        let agreed = took(due(*kind), "2025-03-20", decide(true, None)).unwrap();
        assert_eq!((agreed.state, agreed.operative_on), (ProceedingState::Operative, Some(day("2025-03-20"))));
        // 28 days beginning with 20 March end on 16 April.
        let decided = took(due(*kind), "2025-03-20", decide(false, None)).unwrap();
        assert_eq!((decided.state, decided.operative_on), (ProceedingState::Decided, Some(day("2025-04-17"))));
        let early = took(decided.clone(), "2025-04-16", ProceedingStep::TakeEffect).unwrap_err();
        assert_eq!(early, Refusal::Appealable(day("2025-04-17")));
        let late = took(decided, "2025-04-30", ProceedingStep::TakeEffect).unwrap();
        assert_eq!((late.state, late.operative_on), (ProceedingState::Operative, Some(day("2025-04-17"))));
    }
}

#[test]
fn an_appeal_holds_a_decision_until_the_tribunal_has_spoken() {
    let decided = took(due(ProceedingKind::Revocation), "2025-03-20", decide(false, None)).unwrap();
    let appealed = took(decided, "2025-04-10", ProceedingStep::Appeal).unwrap();
    assert_eq!(appealed.operative_on, None);
    let held = took(appealed.clone(), "2025-06-01", ProceedingStep::TakeEffect).unwrap_err();
    assert_eq!(held, Refusal::NotFromHere(ProceedingState::Appealed, "take_effect"));
    let end = |on| ProceedingStep::EndAppeal { on: day(on), reference: "MAN/1".to_owned() };
    assert_eq!(took(appealed.clone(), "2025-06-01", end("2025-06-02")).unwrap_err(), Refusal::InFuture);
    let stands = took(appealed.clone(), "2025-06-03", end("2025-06-02")).unwrap();
    assert_eq!((stands.state, stands.operative_on), (ProceedingState::Decided, Some(day("2025-06-02"))));
    let gone = took(appealed, "2025-06-03", ProceedingStep::Overturn { reference: "MAN/1".to_owned() }).unwrap();
    assert_eq!((gone.state, gone.operative_on, gone.decided_on), (ProceedingState::Overturned, None, None));
}

#[test]
fn a_consultation_ends_after_its_last_day_and_not_while_somebody_is_not_served() {
    let consulting = took(opened(ProceedingKind::Variation), "2025-03-03", propose("2025-03-03")).unwrap();
    let ends = consulting.consultation_ends_on.unwrap();
    let early = took(consulting.clone(), &ends.to_string(), ProceedingStep::EndConsultation).unwrap_err();
    assert_eq!(early, Refusal::Consulting(ends));
    let lost = took(consulting, "2025-03-05", ProceedingStep::LoseService).unwrap();
    assert_eq!(took(lost, "2025-06-30", ProceedingStep::EndConsultation).unwrap_err(), Refusal::NotServed);
}

#[test]
fn a_refusal_is_consulted_on_as_the_scheme_says_and_what_was_consulted_on_is_what_is_decided() {
    use Proposed as P;
    let without_notice = Policy { consult_before_refusing: false, ..policy() };
    let refused = |proceeding: Proceeding, policy: &Policy| {
        proceeding.take(&on("2025-03-20"), policy, refuse()).map(|change| change.into_entity().state)
    };
    for kind in ProceedingKind::ALL {
        let after = |what| consulted(opened(*kind), what);
        let both = consulted(consulted(opened(*kind), P::Refusal), P::Change);
        let needed = Err(Refusal::RefusalNoticeNeeded(kind.proposed_refusal()));
        for (proceeding, known) in [
            (opened(*kind), needed.clone()),
            (after(P::Change), needed.clone()),
            (after(P::Refusal), Ok(ProceedingState::Refused)),
            (both.clone(), needed),
        ] {
            assert_eq!(refused(proceeding.clone(), &policy()), known, "{kind} {:?}", proceeding.proposed);
            assert_eq!(refused(proceeding, &without_notice), Ok(ProceedingState::Refused));
        }
        let decided = |proceeding, agreed, without| took(proceeding, "2025-03-20", decide(agreed, without));
        let other = Refusal::RefusalProposed(*kind);
        assert_eq!(decided(after(P::Refusal), true, None).unwrap_err(), other);
        assert_eq!(decided(after(P::Refusal), false, None).unwrap_err(), other);
        assert!(decided(after(P::Refusal), true, Some(WithoutNotice::Agreed)).is_ok());
        let unagreed = decided(after(P::Refusal), false, Some(WithoutNotice::Agreed)).unwrap_err();
        assert_eq!(unagreed, Refusal::NotWithout(WithoutNotice::Agreed));
        assert!(decided(both, false, None).is_ok(), "its own notice came afterwards");
        // What a tribunal orders is decided without another notice, and a second refusal needs its own.
        let overturned = took(after(P::Refusal), "2025-03-20", refuse()).unwrap();
        let reference = "MAN/1".to_owned();
        let overturned = took(overturned, "2025-06-02", ProceedingStep::Overturn { reference }).unwrap();
        assert!(decided(overturned.clone(), false, None).is_ok());
        assert_eq!(refused(overturned, &policy()), Err(Refusal::RefusalNoticeNeeded(kind.proposed_refusal())));
    }
}

#[test]
fn a_notice_proposes_what_its_proceedings_are_for_or_its_refusal_where_somebody_asked() {
    for kind in ProceedingKind::ALL {
        for notice in NoticeKind::ALL {
            let other = Refusal::NotItsProposal(kind.proposal(), kind.proposed_refusal());
            let known = match notice {
                notice if *notice == kind.proposal() => Ok(Proposed::Change),
                notice if *notice == kind.proposed_refusal() => Ok(Proposed::Refusal),
                _ => Err(other),
            };
            assert_eq!(opened(*kind).proposal(*notice), known, "{kind} by {notice}");
        }
        let unasked = Proceeding { asked_by: None, ..opened(*kind) };
        assert_eq!(unasked.proposal(kind.proposed_refusal()), Err(Refusal::NobodyAsked));
        let over = Proceeding { state: ProceedingState::Withdrawn, ..opened(*kind) };
        assert_eq!(over.proposal(kind.proposal()), Err(Refusal::NotFromHere(ProceedingState::Withdrawn, "propose")));
    }
}

#[test]
fn what_nobody_asked_for_is_withdrawn_and_not_refused_and_both_say_why() {
    let unasked = Proceeding { asked_by: None, ..opened(ProceedingKind::Variation) };
    let refuse = |reason: &str| ProceedingStep::Refuse { reason: reason.to_owned() };
    assert_eq!(took(unasked.clone(), "2025-03-04", refuse("no")).unwrap_err(), Refusal::NobodyAsked);
    let silent = consulted(opened(ProceedingKind::Variation), Proposed::Refusal);
    assert_eq!(took(silent, "2025-03-20", refuse(" ")).unwrap_err(), Refusal::NoReason);
    let silent = ProceedingStep::Withdraw { reason: String::new() };
    assert_eq!(took(unasked, "2025-03-04", silent).unwrap_err(), Refusal::NoReason);
}
