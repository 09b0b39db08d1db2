//! Each entry and each refusal, and that the account adds up whatever is entered.

use proptest::prelude::*;

use super::*;
use crate::id::Key;
use crate::scheme::Discount;
use crate::testing::{amy, day, home, key, khan, on};

fn split() -> FeePeriod {
    let discounts = vec![
        Discount { code: "accredited".to_owned(), name: "Accredited".to_owned(), pence: 5_000, part: FeePart::B },
        Discount { code: "early".to_owned(), name: "Early".to_owned(), pence: 1_000, part: FeePart::A },
    ];
    let split = Some((40_000, 25_300));
    FeePeriod { from: None, to: None, total_pence: 65_300, split, is_confirmed: true, discounts }
}

fn empty() -> FeeAccount {
    FeeAccount { application_id: ApplicationId(key("application")), property_id: home(None).id, entries: Vec::new() }
}

fn cx() -> Context {
    on("2025-03-03")
}

/// The account with what was entered.
fn with(mut account: FeeAccount, change: Change<Entry>) -> FeeAccount {
    account.entries.push(change.into_entity());
    account
}

fn charged(parts: &[FeePart]) -> FeeAccount {
    parts.iter().fold(empty(), |account, part| {
        let change = account.charge(&cx(), *part, split().amount(*part).unwrap(), day("2025-03-01")).unwrap();
        with(account, change)
    })
}

fn payment(reference: &str, pence: i32, part: FeePart) -> Payment {
    let (reference, received_on) = (reference.to_owned(), day("2025-03-02"));
    Payment { reference, received_on, pence, part, method: PaymentMethod::Card }
}

fn refund(pence: i32, part: FeePart) -> Refund {
    let (reference, paid_on) = (format!("R{pence}"), day("2025-03-03"));
    Refund { reference, paid_on, pence, part, reason: "withdrawn".to_owned() }
}

fn paid(account: FeeAccount, pence: i32, part: FeePart) -> FeeAccount {
    let change = account.pay(&cx(), &split(), payment(&format!("P{pence}"), pence, part)).unwrap();
    with(account, change)
}

fn last(account: &FeeAccount) -> FeeEntryId {
    account.entries.last().unwrap().id
}

#[test]
fn a_part_is_paid_once_its_charge_is_covered_and_not_a_penny_before() {
    let account = charged(&[FeePart::A]);
    for (pence, outstanding) in [(1, 39_999), (39_999, 1), (40_000, 0), (40_001, -1)] {
        let account = paid(account.clone(), pence, FeePart::A);
        assert_eq!(account.balance().of(FeePart::A).outstanding(), outstanding);
        let refusal = Refusal::Outstanding { part: FeePart::A, pence: outstanding };
        assert_eq!(account.is_paid(FeePart::A), if outstanding > 0 { Err(refusal) } else { Ok(()) }, "{pence}");
    }
    assert_eq!(empty().is_paid(FeePart::A), Ok(()), "nothing was charged");
    assert!(account.charge(&cx(), FeePart::A, 40_000, day("2025-03-01")).is_none(), "charged once");
}

#[test]
fn what_is_outstanding_is_said_in_pounds() {
    let said = charged(&[FeePart::A]).is_paid(FeePart::A).unwrap_err().to_string();
    assert!(said.starts_with("£400.00 of part a of the fee is outstanding"), "{said}");
    for (pence, written) in [(65_305, "£653.05"), (5, "£0.05"), (0, "£0.00"), (-1_250, "-£12.50")] {
        assert_eq!(pounds(pence), written);
    }
}

#[test]
fn a_payment_that_cannot_be_right_is_refused() {
    let account = paid(charged(&[FeePart::A]), 100, FeePart::A);
    let parts = "a, b".to_owned();
    let late = Payment { received_on: day("2025-03-04"), ..payment("x", 1, FeePart::A) };
    for (payment, refusal) in [
        (payment("x", 0, FeePart::A), Refusal::NoAmount),
        (payment("x", -5, FeePart::A), Refusal::NoAmount),
        (late, Refusal::InFuture),
        (payment("x", 1, FeePart::Whole), Refusal::NoSuchPart(FeePart::Whole, parts)),
        (payment("P100", 1, FeePart::A), Refusal::SameReference("P100".to_owned(), 2)),
    ] {
        assert_eq!(account.pay(&cx(), &split(), payment).unwrap_err(), refusal);
    }
    assert!(account.pay(&cx(), &split(), payment("P100", 1, FeePart::B)).is_ok(), "one transfer for both parts");
    let reversed = with(account.clone(), account.reverse(&cx(), last(&account), "typed wrong".to_owned()).unwrap());
    assert!(reversed.pay(&cx(), &split(), payment("P100", 1, FeePart::A)).is_ok(), "entered again as it was");
}

#[test]
fn no_more_is_given_back_than_came_in_for_the_part() {
    let account = paid(paid(charged(&[FeePart::A]), 300, FeePart::A), 900, FeePart::B);
    assert_eq!(account.refund(&cx(), &split(), refund(301, FeePart::A)).unwrap_err(), Refusal::MoreThanPaid(300));
    let account = with(account.clone(), account.refund(&cx(), &split(), refund(200, FeePart::A)).unwrap());
    assert_eq!(account.refund(&cx(), &split(), refund(101, FeePart::A)).unwrap_err(), Refusal::MoreThanPaid(100));
    let payment = account.entries[1].id;
    assert_eq!(account.reverse(&cx(), payment, "bounced".to_owned()).unwrap_err(), Refusal::WasRefunded(200));
    let silent = Refund { reason: " ".to_owned(), ..refund(1, FeePart::A) };
    assert_eq!(account.refund(&cx(), &split(), silent).unwrap_err(), Refusal::NoReason);
}

#[test]
fn a_discount_counts_once_it_is_allowed_and_what_it_is_taken_off_is_charged() {
    let account = empty();
    let account = with(account.clone(), account.claim(&cx(), &split(), "accredited", khan()).unwrap());
    assert_eq!(account.claim(&cx(), &split(), "accredited", khan()).unwrap_err(), Refusal::AlreadyClaimed(1));
    let unknown = Refusal::NoSuchDiscount("friend".to_owned(), "accredited, early".to_owned());
    assert_eq!(account.claim(&cx(), &split(), "friend", khan()).unwrap_err(), unknown);
    let claim = last(&account);
    assert_eq!(account.decide(&cx(), claim, true, String::new()).unwrap_err(), Refusal::NoReason);
    let allowed = with(account.clone(), account.decide(&cx(), claim, true, "seen".to_owned()).unwrap());
    assert_eq!(allowed.entries[1].recorded_by, amy().account);
    assert_eq!(allowed.balance().total(), Sums::default(), "part B is not charged yet");
    let due = with(allowed.clone(), allowed.charge(&cx(), FeePart::B, 25_300, day("2025-03-01")).unwrap());
    assert_eq!(due.balance().of(FeePart::B).outstanding(), 20_300);
    assert_eq!(due.decide(&cx(), claim, false, "no".to_owned()).unwrap_err(), Refusal::AlreadyDecided(2));
    assert_eq!(due.decide(&cx(), last(&due), true, "no".to_owned()).unwrap_err(), Refusal::NotAClaim(3));
    assert_eq!(due.reverse(&cx(), claim, "no".to_owned()).unwrap_err(), Refusal::RestsOnIt(2));
    let denied = with(account.clone(), account.decide(&cx(), claim, false, "lapsed".to_owned()).unwrap());
    assert!(denied.claim(&cx(), &split(), "accredited", khan()).is_ok(), "a denied claim may be made again");
}

#[test]
fn a_reversed_decision_leaves_the_claim_open_again() {
    let account = charged(&[FeePart::B]);
    let account = with(account.clone(), account.claim(&cx(), &split(), "accredited", khan()).unwrap());
    let claim = last(&account);
    let account = with(account.clone(), account.decide(&cx(), claim, true, "seen".to_owned()).unwrap());
    let account = with(account.clone(), account.reverse(&cx(), last(&account), "wrong person".to_owned()).unwrap());
    assert_eq!(account.balance().of(FeePart::B).outstanding(), 25_300);
    assert!(account.decide(&cx(), claim, false, "not a member".to_owned()).is_ok());
    let reversal = last(&account);
    assert_eq!(account.reverse(&cx(), reversal, "no".to_owned()).unwrap_err(), Refusal::IsReversal);
    let account = with(account.clone(), account.reverse(&cx(), claim, "not theirs".to_owned()).unwrap());
    assert_eq!(account.reverse(&cx(), claim, "no".to_owned()).unwrap_err(), Refusal::AlreadyReversed(2));
    assert_eq!(account.decide(&cx(), claim, true, "no".to_owned()).unwrap_err(), Refusal::AlreadyReversed(2));
    let nobodys = FeeEntryId(Key::derived("nobody's"));
    assert_eq!(account.reverse(&cx(), nobodys, "no".to_owned()).unwrap_err(), Refusal::NoSuchEntry);
}

/// What somebody tries to enter; much of it is refused.
#[derive(Clone, Debug)]
enum Try {
    Charge(FeePart),
    Pay(i32, FeePart),
    Refund(i32, FeePart),
    Claim(bool),
    Decide(usize, bool),
    Reverse(usize),
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let part = || prop::sample::select(FeePart::ALL.to_vec());
    let one = prop_oneof![
        part().prop_map(Try::Charge),
        (-1..50_000, part()).prop_map(|(pence, part)| Try::Pay(pence, part)),
        (-1..50_000, part()).prop_map(|(pence, part)| Try::Refund(pence, part)),
        any::<bool>().prop_map(Try::Claim),
        (0..12_usize, any::<bool>()).prop_map(|(place, allowed)| Try::Decide(place, allowed)),
        (0..12_usize).prop_map(Try::Reverse),
    ];
    prop::collection::vec(one, 0..40)
}

fn attempt(account: &FeeAccount, one: &Try, place: usize) -> Option<Change<Entry>> {
    let (cx, fees) = (cx(), split());
    let entry = |place: usize| account.entries.get(place).map(|entry| entry.id);
    match one {
        Try::Charge(part) => account.charge(&cx, *part, fees.amount(*part)?, day("2025-03-01")),
        Try::Pay(pence, part) => account.pay(&cx, &fees, payment(&place.to_string(), *pence, *part)).ok(),
        Try::Refund(pence, part) => {
            let reference = place.to_string();
            account.refund(&cx, &fees, Refund { reference, ..refund(*pence, *part) }).ok()
        }
        Try::Claim(early) => account.claim(&cx, &fees, if *early { "early" } else { "accredited" }, khan()).ok(),
        Try::Decide(place, allowed) => account.decide(&cx, entry(*place)?, *allowed, "so".to_owned()).ok(),
        Try::Reverse(place) => account.reverse(&cx, entry(*place)?, "so".to_owned()).ok(),
    }
}

/// The sums counted the slow way: every entry that no reversal names, by kind.
fn counted(account: &FeeAccount, part: Option<FeePart>, kind: FeeEntryKind) -> i64 {
    let reversed = account.entries.iter().filter(|entry| entry.kind == FeeEntryKind::Reversal);
    let reversed = reversed.filter_map(|entry| entry.about_id).collect::<Vec<_>>();
    let counts = |entry: &&Entry| {
        entry.kind == kind && part.is_none_or(|part| entry.part == part) && !reversed.contains(&entry.id)
    };
    account.entries.iter().filter(counts).map(|entry| i64::from(entry.pence)).sum()
}

proptest! {
    #[test]
    fn whatever_is_accepted_the_account_adds_up_and_no_refund_exceeds_what_was_paid(tries in tries()) {
        let mut account = empty();
        for (place, one) in tries.iter().enumerate() {
            if let Some(change) = attempt(&account, one, place) {
                account = with(account, change);
            }
            let balance = account.balance();
            let parts = FeePart::ALL.iter().map(|part| (Some(*part), balance.of(*part)));
            for (part, sums) in parts.chain([(None, balance.total())]) {
                prop_assert_eq!(sums.outstanding(), sums.charged - sums.discounted - sums.paid + sums.refunded);
                prop_assert_eq!(sums.charged, counted(&account, part, FeeEntryKind::Charge));
                prop_assert_eq!(sums.paid, counted(&account, part, FeeEntryKind::Payment));
                prop_assert_eq!(sums.refunded, counted(&account, part, FeeEntryKind::Refund));
                prop_assert!(sums.refunded <= sums.paid);
                prop_assert!((0..=sums.charged).contains(&sums.discounted));
                prop_assert!(sums.discounted <= counted(&account, part, FeeEntryKind::Allowance));
            }
            let numbers = account.entries.iter().map(|entry| entry.number).collect::<Vec<_>>();
            prop_assert!(numbers.iter().copied().eq((1..).take(numbers.len())));
        }
    }
}
