//! The account of an application: what is charged, taken off, paid and given back, entry by entry, and what is outstanding.
//!
//! An entry is never changed. A mistake is put right by another entry that names it, and both stay to be seen.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, ApplicationId, FeeEntryId, PartyId, PropertyId, words};
use super::scheme::{FeePart, FeePeriod};

words! {
    /// What an entry says.
    FeeEntryKind {
        /// A part fell due.
        Charge = "charge",
        /// Money came in.
        Payment = "payment",
        /// Money was given back.
        Refund = "refund",
        /// A discount was claimed.
        Claim = "claim",
        /// A claimed discount was allowed.
        Allowance = "allowance",
        /// A claimed discount was refused.
        Denial = "denial",
        /// An earlier entry was a mistake, or is written off.
        Reversal = "reversal",
    }
}

words! {
    /// How a payment was made.
    PaymentMethod {
        /// By card.
        Card = "card",
        /// By transfer to the council's account.
        BankTransfer = "bank_transfer",
        /// By cheque.
        Cheque = "cheque",
        /// In cash.
        Cash = "cash",
        /// In another way.
        Other = "other",
    }
}

/// One entry of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its identifier.
    pub id: FeeEntryId,
    /// The application.
    pub application_id: ApplicationId,
    /// The home, which names the case.
    pub property_id: PropertyId,
    /// Its place in the account, from 1.
    pub number: i32,
    /// What it says.
    pub kind: FeeEntryKind,
    /// What of the fee it belongs to.
    pub part: FeePart,
    /// The amount, never negative; what it does to the balance follows from its kind.
    pub pence: i32,
    /// The day on which it happened.
    pub happened_on: NaiveDate,
    /// The reference of a payment or refund.
    pub reference: Option<String>,
    /// How a payment was made.
    pub method: Option<PaymentMethod>,
    /// The code of a discount.
    pub discount: Option<String>,
    /// Who claims a discount.
    pub claimed_by: Option<PartyId>,
    /// The claim that it decides, or the entry that it reverses.
    pub about_id: Option<FeeEntryId>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Who entered it; nobody where the service did.
    pub recorded_by: Option<AccountId>,
    /// When it was entered.
    pub recorded_at: DateTime<Utc>,
}

/// Money that came in.
#[derive(Clone, Debug)]
pub struct Payment {
    /// The reference by which it is found in the council's books.
    pub reference: String,
    /// The day on which it came in.
    pub received_on: NaiveDate,
    /// The amount.
    pub pence: i32,
    /// What it pays.
    pub part: FeePart,
    /// How it was made.
    pub method: PaymentMethod,
}

/// Money that is given back.
#[derive(Clone, Debug)]
pub struct Refund {
    /// The reference by which it is found in the council's books.
    pub reference: String,
    /// The day on which it was paid out.
    pub paid_on: NaiveDate,
    /// The amount.
    pub pence: i32,
    /// What it gives back of.
    pub part: FeePart,
    /// Why.
    pub reason: String,
}

/// Sums in pence, of one part or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What fell due.
    pub charged: i64,
    /// What was taken off of that; never more than was charged.
    pub discounted: i64,
    /// What came in.
    pub paid: i64,
    /// What of that was given back; never more than came in.
    pub refunded: i64,
}

impl Sums {
    /// What is still to be paid; below zero, what was paid too much.
    #[must_use]
    pub fn outstanding(&self) -> i64 {
        self.charged - self.discounted - self.paid + self.refunded
    }

    fn and(self, other: &Self) -> Self {
        Self {
            charged: self.charged + other.charged,
            discounted: self.discounted + other.discounted,
            paid: self.paid + other.paid,
            refunded: self.refunded + other.refunded,
        }
    }
}

/// How an account stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Each part that has an entry.
    pub parts: BTreeMap<FeePart, Sums>,
}

impl Balance {
    /// All parts together.
    #[must_use]
    pub fn total(&self) -> Sums {
        self.parts.values().fold(Sums::default(), |sum, part| sum.and(part))
    }

    /// One part.
    #[must_use]
    pub fn of(&self, part: FeePart) -> Sums {
        self.parts.get(&part).copied().unwrap_or_default()
    }
}

/// Why an entry, or a step that waits for money, is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is charged before the application came in.
    #[error("nothing is charged before an application is submitted: record its submission first")]
    NotSubmitted,
    /// The scheme has no fee for that day.
    #[error("the scheme's fee schedule has no period for {0}: correct the scheme's file first")]
    NoSchedule(NaiveDate),
    /// The fee is split, or not.
    #[error("the fee of this application has no part \"{0}\": its parts are {1}")]
    NoSuchPart(FeePart, String),
    /// Nothing is no payment.
    #[error("the amount must be at least 1 penny")]
    NoAmount,
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// Words are missing.
    #[error("say why: reason is empty")]
    NoReason,
    /// Entered before.
    #[error("\"{0}\" is entered already, as entry {1}: reverse that one first if it is wrong")]
    SameReference(String, i32),
    /// More than came in.
    #[error("only {} came in for this part and is not yet given back", pounds(*.0))]
    MoreThanPaid(i64),
    /// A discount that the schedule does not have.
    #[error("the fee schedule has no discount \"{0}\": it has {1}")]
    NoSuchDiscount(String, String),
    /// Claimed before.
    #[error("this discount is claimed already, as entry {0}")]
    AlreadyClaimed(i32),
    /// No such entry.
    #[error("this account has no such entry")]
    NoSuchEntry,
    /// Only claims are decided.
    #[error("entry {0} is not the claim of a discount: name the claim")]
    NotAClaim(i32),
    /// Decided before.
    #[error("entry {0} decided this claim already: reverse it first")]
    AlreadyDecided(i32),
    /// Reversed before.
    #[error("entry {0} was reversed already")]
    AlreadyReversed(i32),
    /// A reversal stands.
    #[error("a reversal is not reversed: enter again what was right")]
    IsReversal,
    /// Another entry rests on it.
    #[error("entry {0} rests on this one: reverse that first")]
    RestsOnIt(i32),
    /// More was given back than would be left.
    #[error("{} of what came in was given back: reverse the refund first", pounds(*.0))]
    WasRefunded(i64),
    /// A part is not paid.
    #[error("{} of part {part} of the fee is outstanding: record its payment first, or say in waived_because why it goes on \
             without", pounds(*.pence))]
    Outstanding {
        /// Which part.
        part: FeePart,
        /// How much.
        pence: i64,
    },
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSubmitted => "not-submitted",
            Self::NoSchedule(_) => "no-fee-schedule",
            Self::NoSuchPart(..) => "no-such-part",
            Self::NoAmount => "no-amount",
            Self::InFuture => "in-future",
            Self::NoReason => "no-reason",
            Self::SameReference(..) => "same-reference",
            Self::MoreThanPaid(_) => "more-than-paid",
            Self::NoSuchDiscount(..) => "no-such-discount",
            Self::AlreadyClaimed(_) => "already-claimed",
            Self::NoSuchEntry => "no-such-entry",
            Self::NotAClaim(_) => "not-a-claim",
            Self::AlreadyDecided(_) => "already-decided",
            Self::AlreadyReversed(_) => "already-reversed",
            Self::IsReversal => "is-reversal",
            Self::RestsOnIt(_) => "entry-rests-on-it",
            Self::WasRefunded(_) => "was-refunded",
            Self::Outstanding { .. } => "fee-outstanding",
        }
    }
}

/// An amount of pence as letters write it: "£300.00"; below zero, "-£300.00".
#[must_use]
pub fn pounds(pence: i64) -> String {
    let sign = if pence < 0 { "-" } else { "" };
    let pence = pence.unsigned_abs();
    format!("{sign}£{}.{:02}", pence / 100, pence % 100)
}

/// The account of one application: its entries in order.
#[derive(Clone, Debug)]
pub struct FeeAccount {
    /// The application.
    pub application_id: ApplicationId,
    /// The home, which names the case.
    pub property_id: PropertyId,
    /// The entries, in order.
    pub entries: Vec<Entry>,
}

/// What an entry says beside who made it and when.
struct Saying {
    kind: FeeEntryKind,
    part: FeePart,
    pence: i32,
    on: NaiveDate,
    reference: Option<String>,
    method: Option<PaymentMethod>,
    discount: Option<String>,
    claimed_by: Option<PartyId>,
    about_id: Option<FeeEntryId>,
    reason: Option<String>,
}

impl Saying {
    fn of(kind: FeeEntryKind, part: FeePart, pence: i32, on: NaiveDate) -> Self {
        Self {
            kind,
            part,
            pence,
            on,
            reference: None,
            method: None,
            discount: None,
            claimed_by: None,
            about_id: None,
            reason: None,
        }
    }
}

impl FeeAccount {
    /// The entry with that identifier.
    ///
    /// # Errors
    /// [`Refusal::NoSuchEntry`].
    pub fn entry(&self, id: FeeEntryId) -> Result<&Entry, Refusal> {
        self.entries.iter().find(|entry| entry.id == id).ok_or(Refusal::NoSuchEntry)
    }

    /// The entry that reversed this one.
    #[must_use]
    pub fn reversal_of(&self, entry: &Entry) -> Option<&Entry> {
        self.about(entry, &[FeeEntryKind::Reversal])
    }

    /// How it stands: what was reversed counts for nothing.
    #[must_use]
    pub fn balance(&self) -> Balance {
        let mut balance = Balance::default();
        for entry in self.live() {
            let sums = balance.parts.entry(entry.part).or_default();
            let pence = i64::from(entry.pence);
            match entry.kind {
                FeeEntryKind::Charge => sums.charged += pence,
                FeeEntryKind::Payment => sums.paid += pence,
                FeeEntryKind::Refund => sums.refunded += pence,
                FeeEntryKind::Allowance => sums.discounted += pence,
                FeeEntryKind::Claim | FeeEntryKind::Denial | FeeEntryKind::Reversal => {}
            }
        }
        // A discount that was allowed early waits for the charge that it is taken off.
        for sums in balance.parts.values_mut() {
            sums.discounted = sums.discounted.min(sums.charged);
        }
        balance
    }

    /// Refuses to go on while something of a part is outstanding.
    ///
    /// # Errors
    /// [`Refusal::Outstanding`].
    pub fn is_paid(&self, part: FeePart) -> Result<(), Refusal> {
        match self.balance().of(part).outstanding() {
            pence if pence > 0 => Err(Refusal::Outstanding { part, pence }),
            _ => Ok(()),
        }
    }

    /// A part falls due on that day; `None` if it is charged already, alone or with the fee as a whole.
    #[must_use]
    pub fn charge(&self, cx: &Context, part: FeePart, pence: u32, on: NaiveDate) -> Option<Change<Entry>> {
        let covers = |charged: FeePart| charged == part || charged == FeePart::Whole || part == FeePart::Whole;
        if self.live().any(|entry| entry.kind == FeeEntryKind::Charge && covers(entry.part)) {
            return None;
        }
        Some(self.enter(cx, Saying::of(FeeEntryKind::Charge, part, stored(pence), on)))
    }

    /// Money came in.
    ///
    /// # Errors
    /// A refusal of its amount, day or part, or of a reference that is entered already.
    pub fn pay(&self, cx: &Context, fees: &FeePeriod, payment: Payment) -> Result<Change<Entry>, Refusal> {
        self.knows(fees, payment.part)?;
        happened(cx, payment.pence, payment.received_on)?;
        self.is_new(FeeEntryKind::Payment, &payment.reference, payment.part)?;
        Ok(self.enter(
            cx,
            Saying {
                reference: Some(payment.reference),
                method: Some(payment.method),
                ..Saying::of(FeeEntryKind::Payment, payment.part, payment.pence, payment.received_on)
            },
        ))
    }

    /// Money is given back.
    ///
    /// # Errors
    /// As [`FeeAccount::pay`]; or a refusal of more than came in.
    pub fn refund(&self, cx: &Context, fees: &FeePeriod, refund: Refund) -> Result<Change<Entry>, Refusal> {
        self.knows(fees, refund.part)?;
        happened(cx, refund.pence, refund.paid_on)?;
        self.is_new(FeeEntryKind::Refund, &refund.reference, refund.part)?;
        let sums = self.balance().of(refund.part);
        if i64::from(refund.pence) > sums.paid - sums.refunded {
            return Err(Refusal::MoreThanPaid(sums.paid - sums.refunded));
        }
        Ok(self.enter(
            cx,
            Saying {
                reference: Some(refund.reference),
                reason: Some(words_of(refund.reason)?),
                ..Saying::of(FeeEntryKind::Refund, refund.part, refund.pence, refund.paid_on)
            },
        ))
    }

    /// Somebody claims a discount of the schedule; it takes nothing off until an officer allows it.
    ///
    /// # Errors
    /// A refusal of an unknown code, or of a claim that is made already and was not denied.
    pub fn claim(&self, cx: &Context, fees: &FeePeriod, code: &str, by: PartyId) -> Result<Change<Entry>, Refusal> {
        let unknown = || {
            let known = fees.discounts.iter().map(|one| one.code.as_str()).collect::<Vec<_>>().join(", ");
            Refusal::NoSuchDiscount(code.to_owned(), if known.is_empty() { "none".to_owned() } else { known })
        };
        let discount = fees.discount(code).ok_or_else(unknown)?;
        let is_same = |entry: &&Entry| entry.kind == FeeEntryKind::Claim && entry.discount.as_deref() == Some(code);
        let is_denied = |claim: &Entry| self.about(claim, &[FeeEntryKind::Denial]).is_some();
        if let Some(claim) = self.live().filter(is_same).find(|claim| !is_denied(claim)) {
            return Err(Refusal::AlreadyClaimed(claim.number));
        }
        Ok(self.enter(
            cx,
            Saying {
                discount: Some(discount.code.clone()),
                claimed_by: Some(by),
                ..Saying::of(FeeEntryKind::Claim, discount.part, stored(discount.pence), cx.today())
            },
        ))
    }

    /// An officer allows or denies a claimed discount; its amount is that of the schedule on the day of the claim.
    ///
    /// # Errors
    /// A refusal of what is no claim, was reversed or decided before, or without a reason.
    pub fn decide(
        &self,
        cx: &Context,
        claim: FeeEntryId,
        allowed: bool,
        reason: String,
    ) -> Result<Change<Entry>, Refusal> {
        let claim = self.entry(claim)?;
        if claim.kind != FeeEntryKind::Claim {
            return Err(Refusal::NotAClaim(claim.number));
        }
        self.stands(claim)?;
        if let Some(decision) = self.about(claim, &[FeeEntryKind::Allowance, FeeEntryKind::Denial]) {
            return Err(Refusal::AlreadyDecided(decision.number));
        }
        let (kind, pence) = if allowed { (FeeEntryKind::Allowance, claim.pence) } else { (FeeEntryKind::Denial, 0) };
        Ok(self.enter(
            cx,
            Saying {
                discount: claim.discount.clone(),
                about_id: Some(claim.id),
                reason: Some(words_of(reason)?),
                ..Saying::of(kind, claim.part, pence, cx.today())
            },
        ))
    }

    /// An entry was a mistake, or a charge is written off: from now on it counts for nothing.
    ///
    /// # Errors
    /// A refusal of what was reversed before, of a reversal, of what another entry rests on, or without a reason.
    pub fn reverse(&self, cx: &Context, entry: FeeEntryId, reason: String) -> Result<Change<Entry>, Refusal> {
        let entry = self.entry(entry)?;
        if entry.kind == FeeEntryKind::Reversal {
            return Err(Refusal::IsReversal);
        }
        self.stands(entry)?;
        if let Some(later) = self.about(entry, &[FeeEntryKind::Allowance, FeeEntryKind::Denial]) {
            return Err(Refusal::RestsOnIt(later.number));
        }
        let sums = self.balance().of(entry.part);
        if entry.kind == FeeEntryKind::Payment && sums.paid - i64::from(entry.pence) < sums.refunded {
            return Err(Refusal::WasRefunded(sums.refunded));
        }
        Ok(self.enter(
            cx,
            Saying {
                about_id: Some(entry.id),
                reason: Some(words_of(reason)?),
                ..Saying::of(FeeEntryKind::Reversal, entry.part, entry.pence, cx.today())
            },
        ))
    }

    /// The entries that count: neither reversals nor what they reversed.
    fn live(&self) -> impl Iterator<Item = &Entry> {
        let counts = |entry: &&Entry| entry.kind != FeeEntryKind::Reversal && self.reversal_of(entry).is_none();
        self.entries.iter().filter(counts)
    }

    /// The entry of one of these kinds about another one that was not reversed itself.
    fn about(&self, entry: &Entry, kinds: &[FeeEntryKind]) -> Option<&Entry> {
        let is_about = |other: &&Entry| other.about_id == Some(entry.id) && kinds.contains(&other.kind);
        let is_reversed = |other: &Entry| {
            self.entries.iter().any(|third| third.kind == FeeEntryKind::Reversal && third.about_id == Some(other.id))
        };
        self.entries.iter().filter(is_about).find(|other| !is_reversed(other))
    }

    fn stands(&self, entry: &Entry) -> Result<(), Refusal> {
        if self.reversal_of(entry).is_some() { Err(Refusal::AlreadyReversed(entry.number)) } else { Ok(()) }
    }

    /// A part that was charged is known whatever the schedule says by now.
    fn knows(&self, fees: &FeePeriod, part: FeePart) -> Result<(), Refusal> {
        let is_charged = |entry: &Entry| entry.kind == FeeEntryKind::Charge && entry.part == part;
        if fees.amount(part).is_some() || self.entries.iter().any(is_charged) {
            return Ok(());
        }
        let known = FeePart::ALL.iter().filter(|one| fees.amount(**one).is_some()).map(ToString::to_string);
        Err(Refusal::NoSuchPart(part, known.collect::<Vec<_>>().join(", ")))
    }

    /// One transfer may pay two parts, but no part twice.
    fn is_new(&self, kind: FeeEntryKind, reference: &str, part: FeePart) -> Result<(), Refusal> {
        let is_same =
            |entry: &&Entry| entry.kind == kind && entry.part == part && entry.reference.as_deref() == Some(reference);
        match self.live().find(is_same) {
            Some(entry) => Err(Refusal::SameReference(reference.to_owned(), entry.number)),
            None => Ok(()),
        }
    }

    fn enter(&self, cx: &Context, saying: Saying) -> Change<Entry> {
        let id = FeeEntryId::new(cx);
        let last = self.entries.iter().map(|entry| entry.number).max().unwrap_or_default();
        let entry = Entry {
            id,
            application_id: self.application_id,
            property_id: self.property_id,
            number: last + 1,
            kind: saying.kind,
            part: saying.part,
            pence: saying.pence,
            happened_on: saying.on,
            reference: saying.reference,
            method: saying.method,
            discount: saying.discount,
            claimed_by: saying.claimed_by,
            about_id: saying.about_id,
            reason: saying.reason,
            recorded_by: cx.actor.account,
            recorded_at: cx.now,
        };
        let facts = json!({
            "application": entry.application_id, "entry": entry.number, "part": entry.part, "pence": entry.pence,
            "on": entry.happened_on, "reference": entry.reference, "method": entry.method, "discount": entry.discount,
            "claimed_by": entry.claimed_by, "about": entry.about_id, "reason": entry.reason,
        });
        Change::new(cx, Chain::Case(self.property_id), happening(entry.kind), &id, facts, entry)
    }
}

fn happening(kind: FeeEntryKind) -> Happening {
    match kind {
        FeeEntryKind::Charge => Happening::FeeCharged,
        FeeEntryKind::Payment => Happening::FeePaid,
        FeeEntryKind::Refund => Happening::FeeRefunded,
        FeeEntryKind::Claim => Happening::DiscountClaimed,
        FeeEntryKind::Allowance => Happening::DiscountAllowed,
        FeeEntryKind::Denial => Happening::DiscountDenied,
        FeeEntryKind::Reversal => Happening::FeeEntryReversed,
    }
}

fn happened(cx: &Context, pence: i32, on: NaiveDate) -> Result<(), Refusal> {
    match pence {
        ..1 => Err(Refusal::NoAmount),
        _ if on > cx.today() => Err(Refusal::InFuture),
        _ => Ok(()),
    }
}

fn words_of(reason: String) -> Result<String, Refusal> {
    if reason.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(reason) }
}

/// Amounts of a schedule are far smaller than what a column holds.
fn stored(pence: u32) -> i32 {
    i32::try_from(pence).unwrap_or(i32::MAX)
}
