//! The letters of an enforcement case (E1 to E4): what each says, as data that is fixed when it is queued, and how it was served.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{APPEAL_DAYS, Amount, Case, CaseState, NOTICE_DAYS, PenaltyNotice, PenaltyNoticeKind, Refusal, Step};
use crate::calendar::{Counted, Occasion, Trigger};
use crate::context::Context;
use crate::event::{Chain, Change, Happening};
use crate::id::{EnforcementId, LetterId, words};
use crate::scheme::PolicyStep;
use crate::service::{SentLetter, Served};

words! {
    /// The letters of an enforcement case.
    CaseLetterKind {
        /// The invitation to explain (E1).
        Invitation = "invitation",
        /// The notice of intent (E2).
        Intent = "intent",
        /// The final notice (E3).
        Final = "final",
        /// A notice is withdrawn (E4).
        Withdrawal = "withdrawal",
        /// The amount of the final notice is reduced (E4).
        Reduction = "reduction",
    }
}

/// What a letter of a case says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseLetter {
    /// The case.
    pub case: EnforcementId,
    /// Its reference.
    pub reference: String,
    /// The rest, which differs.
    #[serde(flatten)]
    pub says: CaseLetterSays,
}

/// What the letters of a case say, each in its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum CaseLetterSays {
    /// The invitation to explain (E1).
    Invitation {
        /// What is alleged: the particulars of each offence, paragraph by paragraph.
        allegations: Vec<Vec<String>>,
        /// By when an answer is asked for.
        answer_by: NaiveDate,
    },
    /// The notice of intent (E2).
    Intent {
        /// What is proposed.
        penalty: Penalty,
        /// The last day for representations, and up to which day of receipt it holds.
        last: StatedDay,
    },
    /// The final notice (E3).
    Final {
        /// What is imposed.
        penalty: Penalty,
        /// When the notice of intent was given.
        intent_given_on: NaiveDate,
        /// What was made of each representation about it.
        considered: Vec<Considered>,
        /// The last day for payment, and up to which day of receipt it holds.
        last: StatedDay,
        /// The day until which an appeal is in time whenever the notice is received.
        appeal_until: NaiveDate,
    },
    /// A notice is withdrawn (E4).
    Withdrawal {
        /// Which.
        notice: PenaltyNoticeKind,
        /// When it was given.
        given_on: NaiveDate,
        /// Why.
        reason: String,
    },
    /// The amount of the final notice is reduced (E4).
    Reduction {
        /// When the final notice was given.
        given_on: NaiveDate,
        /// The amount that it imposed.
        from_pence: i32,
        /// The amount now.
        pence: i32,
        /// The last day for paying it.
        pay_by: NaiveDate,
        /// Why.
        reason: String,
    },
}

/// A penalty as its notice sets it out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Penalty {
    /// The amount, and how it comes about.
    pub amount: Amount,
    /// The reasons, paragraph by paragraph.
    pub reasons: Vec<String>,
    /// The particulars of each offence, paragraph by paragraph.
    pub particulars: Vec<Vec<String>>,
    /// What officers added to them, likewise.
    pub additions: Vec<String>,
}

/// A representation, and what was made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Considered {
    /// The day on which it came in.
    pub received_on: NaiveDate,
    /// How it was considered.
    pub consideration: String,
}

/// A last day that is stated before anybody knows when the letter will be received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatedDay {
    /// The day, and why.
    pub day: Counted,
    /// Whoever receives the letter after this day has longer: the days of the Act from then.
    pub holds_if_received_by: NaiveDate,
}

impl StatedDay {
    /// The days of the Act, after as many as the scheme allows for the post.
    fn after(dated_on: NaiveDate, days: u32, allowance: u32) -> Result<Self, Refusal> {
        let holds_if_received_by = dated_on + Days::new(allowance.into());
        let trigger = Trigger::new(holds_if_received_by, Occasion::Notice);
        let on = Counted::within_days(days, trigger)?.on();
        let why = format!("it is dated {dated_on} and allows {allowance} days for service, then {days} days");
        Ok(Self { day: Counted::chosen(on, "the notice, which states it", &why)?, holds_if_received_by })
    }
}

impl CaseLetter {
    fn kind(&self) -> CaseLetterKind {
        match &self.says {
            CaseLetterSays::Invitation { .. } => CaseLetterKind::Invitation,
            CaseLetterSays::Intent { .. } => CaseLetterKind::Intent,
            CaseLetterSays::Final { .. } => CaseLetterKind::Final,
            CaseLetterSays::Withdrawal { .. } => CaseLetterKind::Withdrawal,
            CaseLetterSays::Reduction { .. } => CaseLetterKind::Reduction,
        }
    }

    /// The last day that it states.
    #[must_use]
    pub fn stated(&self) -> Option<&Counted> {
        match &self.says {
            CaseLetterSays::Intent { last, .. } | CaseLetterSays::Final { last, .. } => Some(&last.day),
            _ => None,
        }
    }
}

impl From<&PenaltyNotice> for Penalty {
    fn from(notice: &PenaltyNotice) -> Self {
        Self {
            amount: notice.amount.clone(),
            reasons: paragraphs(&notice.reasons),
            particulars: notice.particulars.iter().map(|one| paragraphs(one)).collect(),
            additions: notice.additions.iter().flat_map(|one| paragraphs(one)).collect(),
        }
    }
}

impl Case {
    /// What a letter of this kind says today. `allegations` are the particulars of the offences, and `allowance` the days that the
    /// scheme allows for the post.
    ///
    /// # Errors
    /// A [`Refusal`] where the case has nothing of the kind to tell, or it is too late for it.
    pub fn letter(
        &self,
        cx: &Context,
        kind: CaseLetterKind,
        allegations: &[String],
        allowance: u32,
    ) -> Result<CaseLetter, Refusal> {
        let today = cx.today();
        let nothing = || Refusal::NothingToTell(kind, self.state);
        let says = match kind {
            CaseLetterKind::Invitation => {
                let invited = self.policy.iter().rev().find(|one| one.taken && one.step == PolicyStep::Invitation);
                let asked = invited.filter(|_| self.state.is_informal()).and_then(|one| one.until);
                let answer_by = asked.ok_or_else(nothing)?;
                if answer_by <= today {
                    return Err(Refusal::Passed);
                }
                let allegations = allegations.iter().map(|one| paragraphs(one)).collect();
                CaseLetterSays::Invitation { allegations, answer_by }
            }
            CaseLetterKind::Intent => {
                let notice = self.intent.as_ref().filter(|_| self.state == CaseState::IntentApproved);
                let penalty = notice.ok_or_else(nothing)?.into();
                self.in_time(today)?;
                CaseLetterSays::Intent { penalty, last: StatedDay::after(today, NOTICE_DAYS, allowance)? }
            }
            CaseLetterKind::Final => {
                let notice = self.final_notice.as_ref().filter(|_| self.state == CaseState::FinalApproved);
                let appeal = Counted::within_days(APPEAL_DAYS, Trigger::new(today, Occasion::Notice))?;
                CaseLetterSays::Final {
                    penalty: notice.ok_or_else(nothing)?.into(),
                    intent_given_on: given(self.intent.as_ref()).ok_or_else(nothing)?,
                    considered: self.considered(),
                    last: StatedDay::after(today, NOTICE_DAYS, allowance)?,
                    appeal_until: appeal.on(),
                }
            }
            CaseLetterKind::Withdrawal => {
                let imposed = given(self.final_notice.as_ref()).map(|on| (PenaltyNoticeKind::Final, on));
                let proposed = given(self.intent.as_ref()).map(|on| (PenaltyNoticeKind::Intent, on));
                let last = imposed.or(proposed).filter(|_| self.state == CaseState::Withdrawn);
                let (notice, given_on) = last.ok_or_else(nothing)?;
                CaseLetterSays::Withdrawal { notice, given_on, reason: self.reason.clone().unwrap_or_default() }
            }
            CaseLetterKind::Reduction => {
                let due = matches!(self.state, CaseState::FinalGiven | CaseState::Debt | CaseState::Paid);
                let notice = self.final_notice.as_ref().filter(|_| due).ok_or_else(nothing)?;
                let from_pence = notice.amount.pence;
                CaseLetterSays::Reduction {
                    given_on: given(Some(notice)).ok_or_else(nothing)?,
                    from_pence,
                    pence: self.pence.filter(|pence| *pence < from_pence).ok_or_else(nothing)?,
                    pay_by: self.pay_by.ok_or_else(nothing)?,
                    reason: self.reason.clone().unwrap_or_default(),
                }
            }
        };
        Ok(CaseLetter { case: self.id, reference: self.reference.clone(), says })
    }

    fn considered(&self) -> Vec<Considered> {
        let made = self.representations.iter().filter_map(|one| {
            Some(Considered { received_on: one.received_on, consideration: one.consideration.clone()? })
        });
        made.collect()
    }

    /// That letter was queued. One of its kind that was not served gives way to it.
    #[must_use]
    pub fn wrote(mut self, cx: &Context, says: &CaseLetter, letter: LetterId) -> Change<Self> {
        let (kind, stated) = (says.kind(), says.stated().cloned());
        let facts = json!({ "letter": letter, "kind": kind, "is": "written", "stated": stated });
        let notice = match &says.says {
            CaseLetterSays::Invitation { .. } => {
                let invited = self.policy.iter_mut().rev().find(|one| one.taken && one.step == PolicyStep::Invitation);
                invited.into_iter().for_each(|one| one.letter_id = Some(letter));
                None
            }
            CaseLetterSays::Intent { .. } => self.intent.as_mut(),
            CaseLetterSays::Withdrawal { notice: PenaltyNoticeKind::Intent, .. } => self.intent.as_mut(),
            CaseLetterSays::Final { .. } | CaseLetterSays::Withdrawal { .. } => self.final_notice.as_mut(),
            CaseLetterSays::Reduction { .. } => self.final_notice.as_mut(),
        };
        if let Some(notice) = notice {
            SentLetter::add(&mut notice.letters, cx, kind, letter, stated);
        }
        self.about_letter(cx, facts)
    }

    /// Whether the letter is the one that invites to explain, which serves nothing.
    #[must_use]
    pub fn invites_by(&self, letter: LetterId) -> bool {
        self.policy.iter().any(|note| note.letter_id == Some(letter))
    }

    /// The letter, while it waits to be served.
    #[must_use]
    pub fn waiting_letter(&self, letter: LetterId) -> Option<&SentLetter<CaseLetterKind>> {
        let notices = [&self.intent, &self.final_notice];
        let mut letters = notices.into_iter().flatten().flat_map(|notice| &notice.letters);
        letters.find(|one| one.letter_id == letter && one.waits() && one.kind.holds_in(self.state))
    }

    /// That letter, unless it came back or another one took its place.
    #[must_use]
    pub fn sent_letter(&self, letter: LetterId) -> Option<&SentLetter<CaseLetterKind>> {
        let notices = [&self.intent, &self.final_notice];
        let mut letters = notices.into_iter().flatten().flat_map(|notice| &notice.letters);
        letters.find(|one| one.letter_id == letter && !one.is_void)
    }

    /// Letters that were not served give way to a step after which what they say does not hold: a reduction to the next one, and
    /// everything to a withdrawal.
    pub(super) fn give_way(&mut self, is_reduced: bool) {
        let state = self.state;
        let gives_way =
            |kind: CaseLetterKind| !kind.holds_in(state) || (is_reduced && kind == CaseLetterKind::Reduction);
        let notices = [self.intent.as_mut(), self.final_notice.as_mut()];
        let letters = notices.into_iter().flatten().flat_map(|notice| &mut notice.letters);
        letters.filter(|one| one.waits() && gives_way(one.kind)).for_each(|one| one.is_void = true);
    }

    /// Every letter that carries a notice of the case, or tells of what became of one.
    #[must_use]
    pub fn letter_ids(&self) -> Vec<LetterId> {
        let notices = [&self.intent, &self.final_notice];
        notices.into_iter().flatten().flat_map(|notice| &notice.letters).map(|one| one.letter_id).collect()
    }

    fn letters_mut(&mut self, letter: LetterId) -> impl Iterator<Item = &mut SentLetter<CaseLetterKind>> {
        let notices = [self.intent.as_mut(), self.final_notice.as_mut()];
        let letters = notices.into_iter().flatten().flat_map(|notice| &mut notice.letters);
        letters.filter(move |one| one.letter_id == letter)
    }

    /// The letter was served, and that is no step of the case.
    #[must_use]
    pub fn letter_served(mut self, cx: &Context, letter: LetterId, served: &Served) -> Change<Self> {
        let facts = json!({
            "letter": letter, "is": "served", "method": served.method, "sent_at": served.dispatched_at,
            "deemed": served.deemed,
        });
        self.letters_mut(letter).for_each(|one| one.served = Some(served.clone()));
        self.about_letter(cx, facts)
    }

    /// The letter came back, or its address refused it: nothing was served by it.
    #[must_use]
    pub fn letter_returned(mut self, cx: &Context, letter: LetterId, reason: &str) -> Change<Self> {
        self.letters_mut(letter).for_each(|one| one.is_void = true);
        self.about_letter(cx, json!({ "letter": letter, "is": "returned", "reason": reason }))
    }

    fn about_letter(self, cx: &Context, facts: serde_json::Value) -> Change<Self> {
        let chain = Chain::Case(self.property_id);
        Change::new(cx, chain, Happening::EnforcementLetter, &self.id.clone(), facts, self)
    }
}

impl PenaltyNotice {
    /// It was given, and so was the letter that carries it. Its period never ends before the last day that this states.
    pub(super) fn period(&mut self, kind: CaseLetterKind, served: &Served) -> Result<Counted, Refusal> {
        let counted = Counted::within_days(NOTICE_DAYS, Trigger::new(served.deemed.on(), Occasion::Service))?;
        let carried = self.letters.iter_mut().rev().find(|one| one.kind == kind && !one.is_void);
        let Some(letter) = carried else { return Ok(counted) };
        letter.served = Some(served.clone());
        let stated = letter.stated.clone().filter(|stated| stated.on() > counted.on());
        Ok(stated.unwrap_or(counted))
    }
}

impl CaseLetterKind {
    /// Whether what a letter of this kind says still holds in that state, if it was not served before.
    #[must_use]
    pub fn holds_in(self, state: CaseState) -> bool {
        use CaseState as S;
        match self {
            Self::Invitation => true,
            Self::Intent => state == S::IntentApproved,
            Self::Final => state == S::FinalApproved,
            Self::Withdrawal => state == S::Withdrawn,
            Self::Reduction => matches!(state, S::FinalGiven | S::Debt | S::Paid | S::Appealed | S::Confirmed),
        }
    }

    /// The notice that its service gives, where it does.
    #[must_use]
    pub fn gives(self) -> Option<PenaltyNoticeKind> {
        match self {
            Self::Intent => Some(PenaltyNoticeKind::Intent),
            Self::Final => Some(PenaltyNoticeKind::Final),
            Self::Invitation | Self::Withdrawal | Self::Reduction => None,
        }
    }

    /// The step of the case that its service is, where it is one.
    #[must_use]
    pub fn step(self, served: Served) -> Option<Step> {
        self.gives().map(|notice| match notice {
            PenaltyNoticeKind::Intent => Step::GiveIntent { served },
            PenaltyNoticeKind::Final => Step::GiveFinal { served },
        })
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.trim().is_empty()).map(ToOwned::to_owned).collect()
}

fn given(notice: Option<&PenaltyNotice>) -> Option<NaiveDate> {
    notice.and_then(|notice| notice.served.as_ref()).map(|served| served.deemed.on())
}
