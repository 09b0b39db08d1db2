//! The account of a penalty: what is due, what came in, what was given back. An entry is never changed; one that was a mistake is
//! reversed by another that names it, and what a council or a tribunal changes is charged anew.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::context::Context;
use crate::event::{Chain, Change, Happening};
use crate::fees::{PaymentMethod, pounds};
use crate::id::{AccountId, EnforcementId, PenaltyEntryId, PropertyId, words};

words! {
    /// What an entry says.
    PenaltyEntryKind {
        /// The penalty fell due.
        Charge = "charge",
        /// Money came in.
        Payment = "payment",
        /// Money was given back.
        Refund = "refund",
        /// An earlier entry counts for nothing.
        Reversal = "reversal",
    }
}

/// One entry of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PenaltyEntry {
    /// Its identifier.
    pub id: PenaltyEntryId,
    /// The case.
    pub case_id: EnforcementId,
    /// The home, which names the chain.
    pub property_id: PropertyId,
    /// Its place in the account, from 1.
    pub number: i32,
    /// What it says.
    pub kind: PenaltyEntryKind,
    /// The amount, never negative.
    pub pence: i32,
    /// The day on which it happened.
    pub happened_on: NaiveDate,
    /// The reference of a payment or refund.
    pub reference: Option<String>,
    /// How a payment was made.
    pub method: Option<PaymentMethod>,
    /// The entry that it reverses.
    pub about_id: Option<PenaltyEntryId>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Who entered it.
    pub recorded_by: Option<AccountId>,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// Money that came in, or that was given back.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The reference by which it is found in the council's books.
    pub reference: String,
    /// The day on which it was paid.
    pub paid_on: NaiveDate,
    /// The amount.
    pub pence: i32,
    /// How a payment was made.
    pub method: Option<PaymentMethod>,
    /// Why something is given back.
    pub reason: Option<String>,
}

/// Why something about an account is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// Nothing was ever due.
    #[error("no penalty is due in this case: a payment is recorded once the final notice was given")]
    NothingCharged,
    /// No amount.
    #[error("give an amount of more than nothing")]
    NoAmount,
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// Words are missing.
    #[error("say why: reason is empty")]
    NoReason,
    /// The same reference.
    #[error("reference {0} is entered already, as entry {1}")]
    SameReference(String, i32),
    /// More than came in.
    #[error("only {} came in and was not given back", pounds(*.0))]
    MoreThanPaid(i64),
    /// No such entry.
    #[error("the account has no such entry")]
    NoSuchEntry,
    /// Not a payment or refund.
    #[error("only a payment or a refund is reversed: the amount of the penalty changes with a step of the case")]
    NotReversible,
    /// Reversed before.
    #[error("entry {0} was reversed already")]
    AlreadyReversed(i32),
}

impl AccountRefusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingCharged => "nothing-charged",
            Self::NoAmount => "no-amount",
            Self::InFuture => "in-future",
            Self::NoReason => "no-reason",
            Self::SameReference(..) => "same-reference",
            Self::MoreThanPaid(_) => "more-than-paid",
            Self::NoSuchEntry => "no-such-entry",
            Self::NotReversible => "not-reversible",
            Self::AlreadyReversed(_) => "already-reversed",
        }
    }
}

/// Sums in pence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What is due.
    pub charged: i64,
    /// What came in.
    pub paid: i64,
    /// What of that was given back.
    pub refunded: i64,
}

impl Sums {
    /// What is still owed; below zero, what was paid too much.
    #[must_use]
    pub fn outstanding(self) -> i64 {
        self.charged - self.paid + self.refunded
    }
}

/// The account of one penalty: its entries in order.
#[derive(Clone, Debug)]
pub struct PenaltyAccount {
    /// The case.
    pub case_id: EnforcementId,
    /// The home.
    pub property_id: PropertyId,
    /// The entries, in order.
    pub entries: Vec<PenaltyEntry>,
}

impl PenaltyAccount {
    /// How it stands: what was reversed counts for nothing.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for entry in self.live() {
            let pence = i64::from(entry.pence);
            match entry.kind {
                PenaltyEntryKind::Charge => sums.charged += pence,
                PenaltyEntryKind::Payment => sums.paid += pence,
                PenaltyEntryKind::Refund => sums.refunded += pence,
                PenaltyEntryKind::Reversal => {}
            }
        }
        sums
    }

    /// The entry that reversed this one.
    #[must_use]
    pub fn reversal_of(&self, entry: &PenaltyEntry) -> Option<&PenaltyEntry> {
        self.entries.iter().find(|other| other.about_id == Some(entry.id))
    }

    /// From now on this amount is due, or nothing; entries only where that differs from what was due before.
    #[must_use]
    pub fn charge(mut self, cx: &Context, pence: Option<i32>, reason: &str) -> Vec<Change<PenaltyEntry>> {
        let before = self.live().find(|entry| entry.kind == PenaltyEntryKind::Charge).cloned();
        if before.as_ref().map(|entry| entry.pence) == pence {
            return Vec::new();
        }
        let mut changes = Vec::new();
        if let Some(entry) = before {
            let reversal = self.enter(cx, PenaltyEntryKind::Reversal, entry.pence, cx.today(), |reversal| {
                reversal.about_id = Some(entry.id);
                reversal.reason = Some(reason.to_owned());
            });
            self.entries.push(reversal.entity().clone());
            changes.push(reversal);
        }
        changes.extend(pence.map(|pence| {
            self.enter(cx, PenaltyEntryKind::Charge, pence, cx.today(), |charge| {
                charge.reason = Some(reason.to_owned())
            })
        }));
        changes
    }

    /// Money came in.
    ///
    /// # Errors
    /// A refusal of its amount, day or reference, or where nothing was ever due.
    pub fn pay(&self, cx: &Context, receipt: Receipt) -> Result<Change<PenaltyEntry>, AccountRefusal> {
        if !self.entries.iter().any(|entry| entry.kind == PenaltyEntryKind::Charge) {
            return Err(AccountRefusal::NothingCharged);
        }
        self.receipt(cx, PenaltyEntryKind::Payment, receipt)
    }

    /// Money is given back.
    ///
    /// # Errors
    /// As [`PenaltyAccount::pay`]; or of more than came in, or without a reason.
    pub fn refund(&self, cx: &Context, receipt: Receipt) -> Result<Change<PenaltyEntry>, AccountRefusal> {
        let sums = self.sums();
        if i64::from(receipt.pence) > sums.paid - sums.refunded {
            return Err(AccountRefusal::MoreThanPaid(sums.paid - sums.refunded));
        }
        said(receipt.reason.as_deref().unwrap_or_default())?;
        self.receipt(cx, PenaltyEntryKind::Refund, receipt)
    }

    fn receipt(
        &self,
        cx: &Context,
        kind: PenaltyEntryKind,
        receipt: Receipt,
    ) -> Result<Change<PenaltyEntry>, AccountRefusal> {
        if receipt.pence < 1 {
            return Err(AccountRefusal::NoAmount);
        }
        if receipt.paid_on > cx.today() {
            return Err(AccountRefusal::InFuture);
        }
        let is_same =
            |entry: &&PenaltyEntry| entry.kind == kind && entry.reference.as_ref() == Some(&receipt.reference);
        if let Some(entry) = self.live().find(is_same) {
            return Err(AccountRefusal::SameReference(receipt.reference, entry.number));
        }
        Ok(self.enter(cx, kind, receipt.pence, receipt.paid_on, |entry| {
            entry.reference = Some(receipt.reference);
            entry.method = receipt.method;
            entry.reason = receipt.reason;
        }))
    }

    /// A payment or refund was a mistake.
    ///
    /// # Errors
    /// A refusal of what was reversed before, of a charge, of a payment that was given back, or without a reason.
    pub fn reverse(
        &self,
        cx: &Context,
        id: PenaltyEntryId,
        reason: String,
    ) -> Result<Change<PenaltyEntry>, AccountRefusal> {
        said(&reason)?;
        let entry = self.entries.iter().find(|entry| entry.id == id).ok_or(AccountRefusal::NoSuchEntry)?;
        if !matches!(entry.kind, PenaltyEntryKind::Payment | PenaltyEntryKind::Refund) {
            return Err(AccountRefusal::NotReversible);
        }
        if self.reversal_of(entry).is_some() {
            return Err(AccountRefusal::AlreadyReversed(entry.number));
        }
        let sums = self.sums();
        if entry.kind == PenaltyEntryKind::Payment && sums.paid - i64::from(entry.pence) < sums.refunded {
            return Err(AccountRefusal::MoreThanPaid(sums.paid - sums.refunded));
        }
        Ok(self.enter(cx, PenaltyEntryKind::Reversal, entry.pence, cx.today(), |reversal| {
            reversal.about_id = Some(entry.id);
            reversal.reason = Some(reason);
        }))
    }

    fn live(&self) -> impl Iterator<Item = &PenaltyEntry> {
        let counts =
            |entry: &&PenaltyEntry| entry.kind != PenaltyEntryKind::Reversal && self.reversal_of(entry).is_none();
        self.entries.iter().filter(counts)
    }

    fn enter(
        &self,
        cx: &Context,
        kind: PenaltyEntryKind,
        pence: i32,
        on: NaiveDate,
        say: impl FnOnce(&mut PenaltyEntry),
    ) -> Change<PenaltyEntry> {
        let id = PenaltyEntryId::new(cx);
        let last = self.entries.iter().map(|entry| entry.number).max().unwrap_or_default();
        let mut entry = PenaltyEntry {
            id,
            case_id: self.case_id,
            property_id: self.property_id,
            number: last + 1,
            kind,
            pence,
            happened_on: on,
            reference: None,
            method: None,
            about_id: None,
            reason: None,
            recorded_by: cx.actor.account,
            recorded_at: cx.now,
        };
        say(&mut entry);
        let facts = json!({
            "case": entry.case_id, "entry": entry.number, "pence": entry.pence, "on": entry.happened_on,
            "reference": entry.reference, "method": entry.method, "about": entry.about_id, "reason": entry.reason,
        });
        Change::new(cx, Chain::Case(self.property_id), happening(kind), &id, facts, entry)
    }
}

fn happening(kind: PenaltyEntryKind) -> Happening {
    match kind {
        PenaltyEntryKind::Charge => Happening::PenaltyCharged,
        PenaltyEntryKind::Payment => Happening::PenaltyPaid,
        PenaltyEntryKind::Refund => Happening::PenaltyRefunded,
        PenaltyEntryKind::Reversal => Happening::PenaltyEntryReversed,
    }
}

fn said(reason: &str) -> Result<(), AccountRefusal> {
    if reason.trim().is_empty() { Err(AccountRefusal::NoReason) } else { Ok(()) }
}
