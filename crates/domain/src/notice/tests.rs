//! Tests of notices: who is served, and when the period that a notice starts ends.

use super::*;
use crate::calendar::{Consent, Dispatch, Method};
use crate::service::NotServed;
use crate::states::only_these_ways;
use crate::testing::{agent, day, holidays, home, key, khan, manager, on, scheme, sent};

fn policy() -> Policy {
    scheme().policy
}

fn lender() -> PartyId {
    PartyId(key("lender"))
}

fn words(kind: NoticeKind, dated_on: &str) -> Draft {
    let terms = Terms {
        holder_id: khan(),
        manager_id: None,
        starts_on: None,
        ends_on: None,
        years: 5,
        scheme: "stockton-2024/1".to_owned(),
    };
    Draft {
        reference: "NOT/2025/00001".to_owned(),
        kind,
        property_id: home(None).id,
        application_id: Some(ApplicationId(key("application"))),
        proceeding_id: None,
        licence_id: None,
        is_modified: false,
        reasons: "The five findings are met.".to_owned(),
        terms: kind.has_terms().then_some(terms),
        dated_on: day(dated_on),
        recipients: vec![
            (khan(), Capacity::Holder),
            (lender(), Capacity::Mortgagee),
            (khan(), Capacity::Owner),
            (khan(), Capacity::Other),
        ],
    }
}

fn drafted(kind: NoticeKind, dated_on: &str) -> Notice {
    Notice::draft(&on(dated_on), &policy(), words(kind, dated_on)).unwrap().into_entity()
}

pub(crate) fn issued(kind: NoticeKind, dated_on: &str) -> Notice {
    drafted(kind, dated_on).issue(&on(dated_on)).unwrap().into_entity()
}

fn of(notice: &Notice, party: PartyId) -> CopyId {
    notice.copies.iter().find(|copy| copy.party_id == party).unwrap().id
}

fn serve(notice: Notice, today: &str, party: PartyId, sending: Sending) -> Result<Notice, Refusal> {
    let copy = of(&notice, party);
    notice
        .record_service(&on(today), copy, sending, &policy(), ServicePolicy::CAUTIOUS, &holidays())
        .map(Change::into_entity)
}

fn by_hand(on_day: &str) -> Sending {
    sent(Method::DeliveredByHand, on_day)
}

fn first_class(on_day: &str) -> Sending {
    sent(Method::FirstClassPost, on_day)
}

fn ends(notice: &Notice) -> Option<String> {
    notice.cover.ends_on.map(|day| day.to_string())
}

#[test]
fn everybody_gets_one_copy_as_the_first_thing_that_they_are() {
    let notice = drafted(NoticeKind::ProposedGrant, "2025-03-03");
    let copies = notice.copies.iter().map(|copy| (copy.party_id, copy.capacity, copy.state)).collect::<Vec<_>>();
    let wanted = [(khan(), Capacity::Holder), (lender(), Capacity::Mortgagee)];
    assert_eq!(copies, wanted.map(|(party, capacity)| (party, capacity, ServiceState::Pending)));
}

#[test]
fn a_notice_has_reasons_terms_and_recipients_and_is_not_dated_ahead() {
    let cx = on("2025-03-03");
    let try_it = |draft: Draft| Notice::draft(&cx, &policy(), draft).err();
    let usual = || words(NoticeKind::ProposedGrant, "2025-03-03");
    assert_eq!(try_it(Draft { reasons: " ".to_owned(), ..usual() }), Some(Refusal::NoReason));
    assert_eq!(try_it(Draft { terms: None, ..usual() }), Some(Refusal::NoTerms));
    assert_eq!(try_it(Draft { recipients: Vec::new(), ..usual() }), Some(Refusal::Nobody));
    assert_eq!(try_it(words(NoticeKind::ProposedRefusal, "2025-03-04")), Some(Refusal::InFuture));
    assert_eq!(try_it(words(NoticeKind::ProposedRefusal, "2025-03-01")), None, "one that went out before");
}

#[test]
fn a_proposal_states_its_last_day_before_anybody_is_served_and_runs_from_the_last_service() {
    let notice = issued(NoticeKind::ProposedGrant, "2025-03-03");
    let stated = notice.cover.stated.clone().unwrap();
    assert_eq!(stated.on(), day("2025-03-25"), "7 for service, 14 for representations, 1 to be safe");
    assert!(stated.because().contains("allows 7 days for service"), "{}", stated.because());
    assert_eq!((notice.cover.state, ends(&notice)), (NoticeState::Issued, None));
    let half = serve(notice, "2025-03-20", khan(), by_hand("2025-03-03")).unwrap();
    assert_eq!((half.cover.served_on, ends(&half)), (None, None), "the lender is not served");
    for (posted, served_on, last) in [
        ("2025-03-04", "2025-03-06", "2025-03-25"),
        ("2025-03-07", "2025-03-11", "2025-03-26"),
        ("2025-03-14", "2025-03-18", "2025-04-02"),
    ] {
        let whole = serve(half.clone(), "2025-03-20", lender(), first_class(posted)).unwrap();
        assert_eq!(whole.cover.state, NoticeState::Served);
        assert_eq!((whole.cover.served_on, ends(&whole)), (Some(day(served_on)), Some(last.to_owned())), "{posted}");
    }
}

#[test]
fn a_modified_proposal_has_the_shorter_period() {
    let draft = Draft { is_modified: true, ..words(NoticeKind::ProposedGrant, "2025-03-03") };
    let notice = Notice::draft(&on("2025-03-03"), &policy(), draft).unwrap().into_entity();
    let notice = notice.issue(&on("2025-03-03")).unwrap().into_entity();
    assert_eq!(notice.cover.stated.as_ref().unwrap().on(), day("2025-03-18"));
    let half = serve(notice, "2025-03-20", khan(), by_hand("2025-03-03")).unwrap();
    let whole = serve(half, "2025-03-20", lender(), by_hand("2025-03-12")).unwrap();
    assert_eq!(ends(&whole), Some("2025-03-20".to_owned()), "seven days and one from the last service");
}

#[test]
fn a_decision_is_served_within_seven_days_and_appealed_within_28_beginning_with_its_own() {
    for (kind, decided, serve_by, appeal_by) in [
        (NoticeKind::Grant, "2025-02-18", "2025-02-24", "2025-03-17"),
        (NoticeKind::Refusal, "2025-12-24", "2025-12-30", "2026-01-20"),
    ] {
        let notice = issued(kind, decided);
        let by = notice.cover.serve_by.as_ref().unwrap().on();
        assert_eq!((by, ends(&notice)), (day(serve_by), Some(appeal_by.to_owned())), "{kind}");
        assert_eq!((notice.was_served_in_time(), notice.cover.stated.clone()), (None, None));
        for (handed, in_time) in [(serve_by, true), ("2026-02-01", false)] {
            let half = serve(notice.clone(), "2026-02-01", khan(), by_hand(decided)).unwrap();
            let whole = serve(half, "2026-02-01", lender(), by_hand(handed)).unwrap();
            assert_eq!(whole.was_served_in_time(), Some(in_time), "{kind} handed over on {handed}");
            assert_eq!(ends(&whole), Some(appeal_by.to_owned()), "service does not move it");
        }
    }
}

#[test]
fn a_fifth_day_that_is_a_bank_holiday_does_not_count_for_the_post() {
    let notice = issued(NoticeKind::ProposedGrant, "2025-04-17");
    let half = serve(notice, "2025-05-30", khan(), by_hand("2025-04-17")).unwrap();
    let whole = serve(half, "2025-05-30", lender(), first_class("2025-04-17")).unwrap();
    let copy = whole.copy(of(&whole, lender())).unwrap();
    assert_eq!(copy.deemed_on, Some(day("2025-04-23")), "Good Friday and Easter Monday are no working days");
    assert_eq!(ends(&whole), Some("2025-05-09".to_owned()), "the stated day is later than 8 May");
}

#[test]
fn a_copy_that_comes_back_takes_the_end_away_until_it_is_served_again() {
    let notice = issued(NoticeKind::ProposedRefusal, "2025-03-03");
    let copy = of(&notice, lender());
    let half = serve(notice, "2025-03-20", khan(), by_hand("2025-03-03")).unwrap();
    let whole = serve(half, "2025-03-20", lender(), first_class("2025-03-04")).unwrap();
    let cx = on("2025-03-20");
    assert_eq!(whole.clone().send_again(&cx, copy).unwrap_err(), Refusal::NotReturned);
    assert_eq!(whole.clone().record_return(&cx, copy, "").unwrap_err(), Refusal::NoReason);
    let back = whole.record_return(&cx, copy, "gone away").unwrap().into_entity();
    assert_eq!((back.cover.state, back.cover.served_on, ends(&back)), (NoticeState::Issued, None, None));
    let again = back.send_again(&cx, copy).unwrap().into_entity();
    assert_eq!(again.copy(copy).unwrap().state, ServiceState::Sent);
    let served = serve(again, "2025-03-21", lender(), by_hand("2025-03-21")).unwrap();
    assert_eq!(ends(&served), Some("2025-04-05".to_owned()));
    assert_eq!(served.copy(copy).unwrap().return_reason, None);
}

#[test]
fn a_bounced_decision_is_served_late_and_says_so() {
    let notice = issued(NoticeKind::Grant, "2025-02-18");
    let copy = of(&notice, lender());
    let half = serve(notice, "2025-03-20", khan(), by_hand("2025-02-18")).unwrap();
    let back = half.record_return(&on("2025-02-20"), copy, "mailbox full").unwrap().into_entity();
    assert_eq!(ends(&back), Some("2025-03-17".to_owned()), "the time for appeals runs from the decision");
    let again = back.send_again(&on("2025-02-26"), copy).unwrap().into_entity();
    let served = serve(again, "2025-03-20", lender(), by_hand("2025-02-26")).unwrap();
    assert_eq!((served.was_served_in_time(), ends(&served)), (Some(false), Some("2025-03-17".to_owned())));
}

#[test]
fn somebody_who_is_found_late_is_served_too_and_the_period_runs_from_that() {
    let notice = issued(NoticeKind::ProposedGrant, "2025-03-03");
    let half = serve(notice, "2025-03-20", khan(), by_hand("2025-03-03")).unwrap();
    let whole = serve(half, "2025-03-20", lender(), by_hand("2025-03-03")).unwrap();
    let cx = on("2025-03-20");
    let twice = whole.clone().add_recipient(&cx, &policy(), khan(), Capacity::Owner);
    assert_eq!(twice.unwrap_err(), Refusal::AlreadyRecipient);
    let more = whole.add_recipient(&cx, &policy(), manager(), Capacity::Owner).unwrap().into_entity();
    assert_eq!((more.cover.state, ends(&more)), (NoticeState::Issued, None));
    assert_eq!(more.cover.stated.as_ref().unwrap().on(), day("2025-04-11"), "their letter states a later day");
    let served = serve(more, "2025-03-21", manager(), by_hand("2025-03-21")).unwrap();
    assert_eq!(ends(&served), Some("2025-04-11".to_owned()));
    let draft = drafted(NoticeKind::ProposedGrant, "2025-03-03");
    let more = draft.add_recipient(&cx, &policy(), agent(), Capacity::Agent).unwrap().into_entity();
    assert_eq!((more.cover.state, more.copies.len()), (NoticeState::Draft, 3));
    let gone = more.withdraw(&cx, "wrong terms").unwrap().into_entity();
    let refused = gone.add_recipient(&cx, &policy(), manager(), Capacity::Owner).unwrap_err();
    assert_eq!(refused, Refusal::NotNow(NoticeState::Withdrawn));
}

#[test]
fn service_is_recorded_once_of_what_was_issued_and_only_where_the_way_of_sending_is_service() {
    let draft = drafted(NoticeKind::ProposedGrant, "2025-03-03");
    let unsent = serve(draft, "2025-03-05", khan(), by_hand("2025-03-03")).unwrap_err();
    assert_eq!(unsent, Refusal::NotNow(NoticeState::Draft));
    let notice = issued(NoticeKind::ProposedGrant, "2025-03-03");
    let early = serve(notice.clone(), "2025-03-05", khan(), by_hand("2025-03-02")).unwrap_err();
    assert_eq!(early, Refusal::Service(NotServed::SentBeforeIssue(day("2025-03-03"))));
    let by_mail = Sending {
        dispatch: Dispatch { consent: Consent::Absent, ..sent(Method::Email, "2025-03-03").dispatch },
        ..by_hand("2025-03-03")
    };
    assert_eq!(serve(notice.clone(), "2025-03-05", khan(), by_mail).unwrap_err().code(), "no-consent");
    let half = serve(notice.clone(), "2025-03-05", khan(), by_hand("2025-03-03")).unwrap();
    let twice = serve(half, "2025-03-05", khan(), by_hand("2025-03-03")).unwrap_err();
    assert_eq!(twice, Refusal::Service(NotServed::Already));
    assert_eq!(notice.issue(&on("2025-03-05")).unwrap_err(), Refusal::NotNow(NoticeState::Issued));
}

#[test]
fn what_is_said_of_a_proposal_is_kept_however_late_and_considered_once() {
    let cx = on("2025-05-01");
    let said = |cover: &Cover, on_day: &str, text: &str| {
        Representation::receive(&cx, cover, Some(lender()), day(on_day), text.to_owned()).map(Change::into_entity)
    };
    let proposal = issued(NoticeKind::ProposedGrant, "2025-03-03").cover;
    for (cover, on_day, text, refusal) in [
        (&proposal, "2025-05-02", "too short", Refusal::InFuture),
        (&proposal, "2025-05-01", "  ", Refusal::NoReason),
        (&issued(NoticeKind::Grant, "2025-03-03").cover, "2025-05-01", "no", Refusal::NothingProposed),
        (&drafted(NoticeKind::ProposedGrant, "2025-03-03").cover, "2025-05-01", "no", Refusal::NothingProposed),
    ] {
        assert_eq!(said(cover, on_day, text).unwrap_err(), refusal);
    }
    let late = said(&proposal, "2025-05-01", "We were not asked.").unwrap();
    let considered = late.consider(&cx, "They were served on 3 March.").unwrap().into_entity();
    assert_eq!(considered.considered_at, Some(cx.now));
    assert_eq!(considered.consider(&cx, "again").unwrap_err(), Refusal::AlreadyConsidered);
}

/// What a notice to two people, one of them served, becomes in that state if this is done to it through the notice itself.
fn moved(from: NoticeState, step: NoticeMove) -> Option<NoticeState> {
    let notice = issued(NoticeKind::ProposedGrant, "2025-03-03");
    let mut notice = serve(notice, "2025-03-03", khan(), by_hand("2025-03-03")).unwrap();
    notice.cover.state = from;
    let (cx, copy) = (on("2025-03-04"), of(&notice, khan()));
    let moved = match step {
        NoticeMove::Issue => notice.issue(&cx).map(Change::into_entity),
        NoticeMove::ServeLast => serve(notice, "2025-03-04", lender(), by_hand("2025-03-04")),
        NoticeMove::LoseService => notice.record_return(&cx, copy, "gone away").map(Change::into_entity),
        NoticeMove::Withdraw => notice.withdraw(&cx, "a mistake").map(Change::into_entity),
    };
    moved.ok().map(|notice| notice.cover.state)
}

#[test]
fn every_step_leads_where_the_table_says_and_nowhere_else() {
    use NoticeMove as M;
    use NoticeState as S;
    let ways: &[(&[S], M, S)] = &[
        (&[S::Draft], M::Issue, S::Issued),
        (&[S::Issued], M::ServeLast, S::Served),
        (&[S::Issued, S::Served], M::LoseService, S::Issued),
        (&[S::Draft, S::Issued, S::Served], M::Withdraw, S::Withdrawn),
    ];
    only_these_ways(S::ALL, M::ALL, ways, |from, step| from.after(*step), |from, step| moved(from, *step));
}
