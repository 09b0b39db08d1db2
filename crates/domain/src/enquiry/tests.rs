//! Each step from each state, and what the letters of an enquiry say.

use super::*;
use crate::calendar::{Method, ServicePolicy};
use crate::exemption::Notification;
use crate::requirement::tests::verdict;
use crate::testing::{amy, applying, day, holidays, home, key, khan, on, scheme, sent};

fn opening() -> Opening {
    Opening {
        reference: "ENQ/2025/00001".to_owned(),
        property_id: home(None).id,
        source: IntelligenceSource::Neighbour,
        intelligence: "Three families come and go.".to_owned(),
        received_on: day("2025-01-20"),
        exemption_id: None,
    }
}

fn opened() -> Enquiry {
    Enquiry::open(&on("2025-01-22"), opening(), &[]).unwrap().into_entity()
}

fn application() -> Application {
    Application { submitted_on: Some(day("2025-01-22")), ..applying("2025-01-22") }
}

fn notification() -> Exemption {
    let said = Notification {
        reference: "EXE/2025/00001".to_owned(),
        property_id: home(None).id,
        party_id: khan(),
        steps: "Selling.".to_owned(),
        on: day("2025-01-21"),
    };
    Exemption::notify(&on("2025-01-22"), said, &[]).unwrap().into_entity()
}

fn triage(found: Verdict, goes_on_because: Option<&str>) -> EnquiryStep {
    let goes_on_because = goes_on_because.map(ToOwned::to_owned);
    EnquiryStep::Triage { found: verdict(found), goes_on_because }
}

fn receive(application: Application) -> EnquiryStep {
    EnquiryStep::ReceiveApplication { application: Box::new(application) }
}

fn notify(exemption: Exemption) -> EnquiryStep {
    EnquiryStep::NotifyExemption { exemption: Box::new(exemption) }
}

fn close(reason: &str) -> EnquiryStep {
    EnquiryStep::Close { reason: reason.to_owned() }
}

/// A step that leads to each state but the first, with nothing else in its way.
pub(crate) fn steps() -> Vec<(&'static str, EnquiryStep)> {
    let reason = "No answer to two letters.".to_owned();
    vec![
        ("triage", triage(Verdict::Unlicensed, None)),
        ("triage", triage(Verdict::Exempt, None)),
        ("find_owner", EnquiryStep::FindOwner { owner: khan(), source: OwnerSource::LandRegistry }),
        ("invite", EnquiryStep::Invite),
        ("receive_application", receive(application())),
        ("prove_exempt", EnquiryStep::ProveExempt { found: verdict(Verdict::Exempt) }),
        ("notify_exemption", notify(notification())),
        ("investigate", EnquiryStep::Investigate { reason }),
        ("close", close("The house stands empty.")),
    ]
}

fn took(enquiry: Enquiry, step: EnquiryStep) -> Result<Enquiry, Refusal> {
    enquiry.take(&on("2025-01-23"), step).map(Change::into_entity)
}

/// Every way from one state to another; there are no others.
const WAYS: &[(EnquiryState, &[EnquiryState])] = {
    use EnquiryState as S;
    &[
        (S::Intelligence, &[S::Triaged, S::Closed]),
        (S::Triaged, &[S::OwnerFound, S::ApplicationReceived, S::ExemptProven, S::TenNotified, S::Closed]),
        (
            S::OwnerFound,
            &[S::Invited, S::ApplicationReceived, S::ExemptProven, S::TenNotified, S::OffenceInvestigation, S::Closed],
        ),
        (S::Invited, &[S::ApplicationReceived, S::ExemptProven, S::TenNotified, S::OffenceInvestigation, S::Closed]),
    ]
};

#[test]
fn every_way_that_the_table_allows_can_be_gone_and_every_other_is_refused() {
    for from in EnquiryState::ALL {
        let ways = WAYS.iter().find(|(state, _)| state == from).map(|(_, to)| *to).unwrap_or_default();
        assert_eq!(from.is_open(), !ways.is_empty(), "{from}");
        assert!(!from.may_become(EnquiryState::Intelligence), "{from}");
        for (_, step) in steps() {
            let to = step.leads_to();
            let found = took(Enquiry { state: *from, ..opened() }, step);
            if ways.contains(&to) {
                let found = found.unwrap();
                assert_eq!((found.state, found.ended_on.is_some()), (to, !to.is_open()), "{from} to {to}");
            } else {
                assert_eq!(found.unwrap_err(), Refusal::NotFromHere(*from, to));
            }
        }
    }
    let reached = steps().iter().map(|(_, step)| step.leads_to()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(reached.len(), EnquiryState::ALL.len() - 1, "each state but the first is led to by a step");
}

#[test]
fn triage_closes_what_needs_no_licence_unless_an_officer_says_why_it_goes_on() {
    for found in Verdict::ALL {
        let state = if found.needs_licence() { EnquiryState::Triaged } else { EnquiryState::Closed };
        let triaged = took(opened(), triage(*found, None)).unwrap();
        assert_eq!((triaged.state, triaged.requirement.unwrap().verdict), (state, *found));
        let goes_on = took(opened(), triage(*found, Some("The provider's number is wrong."))).unwrap();
        assert_eq!(goes_on.state, EnquiryState::Triaged, "{found}");
    }
    assert_eq!(took(opened(), triage(Verdict::Exempt, Some(" "))).unwrap_err(), Refusal::NoWords);
}

#[test]
fn what_a_step_rests_on_is_of_this_home_and_is_what_it_says() {
    let elsewhere = PropertyId(key("another house"));
    let invited = || Enquiry { state: EnquiryState::Invited, ..opened() };
    for (step, refusal) in [
        (receive(Application { property_id: elsewhere, ..application() }), Refusal::OfAnotherHome),
        (
            receive(Application { submitted_on: None, ..application() }),
            Refusal::NotReceived("APP/2025/00001".to_owned()),
        ),
        (notify(Exemption { property_id: elsewhere, ..notification() }), Refusal::OfAnotherHome),
        (
            notify(Exemption { state: ExemptionState::Refused, ..notification() }),
            Refusal::NotNotified("EXE/2025/00001".to_owned()),
        ),
        (
            notify(Exemption { kind: ExemptionKind::Death, ..notification() }),
            Refusal::NotNotified("EXE/2025/00001".to_owned()),
        ),
        (EnquiryStep::Investigate { reason: " ".to_owned() }, Refusal::NoWords),
        (close(""), Refusal::NoWords),
    ] {
        assert_eq!(took(invited(), step).unwrap_err(), refusal);
    }
    for found in Verdict::ALL {
        let proven = took(invited(), EnquiryStep::ProveExempt { found: verdict(*found) });
        let missing = matches!(found, Verdict::Licensed | Verdict::Protected | Verdict::Unlicensed);
        assert_eq!(proven.is_err(), missing, "{found}");
    }
}

#[test]
fn notes_and_contacts_are_kept_in_order_and_are_events_until_it_ends() {
    let cx = on("2025-01-23");
    let visited = opened().note(&cx, EntryKind::Visit, day("2025-01-23"), "Nobody opened.".to_owned()).unwrap();
    assert!(visited.event().body(1).contains("Nobody opened."));
    let noted = visited.into_entity().note(&cx, EntryKind::Warning, day("2025-01-22"), "Sent.".to_owned()).unwrap();
    let kinds = noted.entity().entries.iter().map(|entry| (entry.kind, entry.officer_id)).collect::<Vec<_>>();
    assert_eq!(kinds, [(EntryKind::Visit, amy().account), (EntryKind::Warning, amy().account)]);
    let ahead = opened().note(&cx, EntryKind::Note, day("2025-01-24"), "x".to_owned()).unwrap_err();
    assert_eq!(ahead, Refusal::InFuture);
    assert_eq!(opened().note(&cx, EntryKind::Note, cx.today(), " ".to_owned()).unwrap_err(), Refusal::NoWords);
    let closed = took(opened(), close("A mistake.")).unwrap();
    let late = closed.clone().note(&cx, EntryKind::Note, cx.today(), "x".to_owned()).unwrap_err();
    assert_eq!(late, Refusal::Ended(EnquiryState::Closed));
    assert_eq!(closed.assign(&cx, AccountId(key("Ben"))).unwrap_err(), Refusal::Ended(EnquiryState::Closed));
    let given = opened().assign(&cx, AccountId(key("Ben"))).unwrap().into_entity();
    assert_eq!((given.officer_id, given.state), (Some(AccountId(key("Ben"))), EnquiryState::Intelligence));
}

fn letter_id(name: &str) -> LetterId {
    LetterId(key(name))
}

fn wrote(enquiry: Enquiry, kind: EnquiryLetterKind, to: PartyId, name: &str) -> Enquiry {
    let says = enquiry.letter(&on("2025-01-23"), &scheme().policy, kind, to, true).unwrap();
    enquiry.wrote(&on("2025-01-23"), &says, to, letter_id(name)).unwrap().into_entity()
}

#[test]
fn only_whoever_is_to_apply_is_told_so_and_a_warning_names_the_invitation_that_went_to_the_same_person() {
    use EnquiryLetterKind as K;
    let (cx, policy, other) = (on("2025-01-23"), scheme().policy, PartyId(key("a neighbour")));
    let found = Enquiry { state: EnquiryState::OwnerFound, owner_id: Some(khan()), ..opened() };
    for (kind, owner, to, may_apply, refusal) in [
        (K::Invitation, None, khan(), true, Some(Refusal::NoOwner)),
        (K::Invitation, Some(khan()), khan(), false, None),
        (K::Warning, Some(khan()), other, false, Some(Refusal::NotToApply)),
        (K::Warning, Some(khan()), other, true, None),
        (K::Information, None, other, false, None),
    ] {
        let enquiry = Enquiry { owner_id: owner, ..found.clone() };
        assert_eq!(enquiry.letter(&cx, &policy, kind, to, may_apply).err(), refusal, "{kind}");
    }
    let invited_on = |enquiry: &Enquiry, to| enquiry.letter(&cx, &policy, K::Warning, to, true).unwrap().invited_on;
    let written = wrote(found, K::Invitation, khan(), "U1");
    assert_eq!(invited_on(&written, khan()), None, "it has not gone yet");
    let sending = sent(Method::FirstClassPost, "2025-01-23");
    let served = sending.served(&cx, None, ServicePolicy::CAUTIOUS, &holidays()).unwrap();
    let gone = written.letter_served(&cx, letter_id("U1"), &served).into_entity();
    assert_eq!((invited_on(&gone, khan()), invited_on(&gone, other)), (Some(day("2025-01-23")), None));
    let again = wrote(wrote(gone, K::Warning, khan(), "first U2"), K::Warning, khan(), "second U2");
    let waits = |enquiry: &Enquiry| ["first U2", "second U2"].map(|one| enquiry.sent_letter(letter_id(one)).is_some());
    assert_eq!(waits(&again), [false, true]);
    let back = again.clone().letter_returned(&cx, letter_id("U1"), "gone away").into_entity();
    assert_eq!(invited_on(&back, khan()), None);
    let ended = took(again, close("It is empty.")).unwrap();
    assert_eq!((waits(&ended), ended.sent_letter(letter_id("U1")).is_some()), ([false, false], true));
}

#[test]
fn a_home_has_one_open_enquiry_at_a_time() {
    let cx = on("2025-01-22");
    let twice = Enquiry::open(&cx, opening(), &[opened()]).unwrap_err();
    assert_eq!(twice, Refusal::AlreadyOpen("ENQ/2025/00001".to_owned()));
    let closed = took(opened(), close("A mistake.")).unwrap();
    assert!(Enquiry::open(&cx, opening(), &[closed]).is_ok());
    let silent = Opening { intelligence: " ".to_owned(), ..opening() };
    assert_eq!(Enquiry::open(&cx, silent, &[]).unwrap_err(), Refusal::NoWords);
    let ahead = Opening { received_on: day("2025-01-23"), ..opening() };
    assert_eq!(Enquiry::open(&cx, ahead, &[]).unwrap_err(), Refusal::InFuture);
}
