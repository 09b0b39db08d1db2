//! Why a home needs no licence for some time: temporary exemption notices (s.86), grounds of the scheme, and the months after a
//! holder's death (s.91).

#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::calendar::{CannotCount, Counted, Occasion, Trigger};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{AccountId, ExemptionId, LetterId, LicenceId, PartyId, PropertyId, words};
use super::licence::Licence;
use super::notice::APPEAL_WITHIN;
use super::scheme::{ExemptionGround, Policy};
use super::service::{NotServed, SentLetter, Served};

words! {
    /// What an exemption rests on.
    ExemptionKind {
        /// A temporary exemption notice (s.86).
        Temporary = "temporary",
        /// A ground of the scheme.
        Ground = "ground",
        /// The death of a licence holder (s.91).
        Death = "death",
    }
}

words! {
    /// What has become of an exemption; whether it runs is counted from the day.
    ExemptionState {
        /// Somebody has asked for a notice, and nothing is decided.
        Notified = "notified",
        /// The notice was served.
        Served = "served",
        /// Refused.
        Refused = "refused",
        /// It needs no notice: a ground was found to apply, or the holder of the licence died.
        InEffect = "in_effect",
        /// It ended with a licence.
        EndedLicensed = "ended_licensed",
        /// It ended because the home needs no licence any more.
        EndedExempt = "ended_exempt",
        /// It ended, and the home needs a licence and has none.
        EndedNothing = "ended_nothing",
    }
}

words! {
    /// What an exemption ended with.
    Ending {
        /// A licence.
        Licensed = "licensed",
        /// The home needs no licence any more.
        Exempt = "exempt",
        /// Nothing: the home needs a licence and has none.
        Nothing = "nothing",
    }
}

words! {
    /// The letters about a temporary exemption.
    ExemptionLetterKind {
        /// The notice itself (T1).
        Notice = "notice",
        /// Notice of a refusal (T2).
        Refusal = "refusal",
    }
}

/// What a letter about an exemption says, as data that is fixed when it is queued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExemptionLetter {
    /// The exemption.
    pub exemption: ExemptionId,
    /// Its reference.
    pub reference: String,
    /// What it rests on: somebody's steps, or a death.
    pub kind: ExemptionKind,
    /// When it was asked for.
    pub notified_on: NaiveDate,
    /// What was said then.
    pub steps: String,
    /// The rest, which differs.
    #[serde(flatten)]
    pub says: ExemptionLetterSays,
}

/// What the letters about an exemption say, each in its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum ExemptionLetterSays {
    /// The notice (T1).
    Notice {
        /// The first day, where it does not hang on service: of one that follows another.
        from_on: Option<NaiveDate>,
        /// The last day; of one that begins with service, the last day if it is served on the day of the letter.
        until_on: NaiveDate,
        /// The exceptional circumstances that justify a second notice.
        circumstances: Option<String>,
    },
    /// Notice of a refusal (T2).
    Refusal {
        /// The day of the decision.
        decided_on: NaiveDate,
        /// Why.
        reasons: String,
        /// The last day for an appeal.
        appeal_by: NaiveDate,
    },
}

/// Months that a temporary exemption notice lasts, and those after a holder's death (ss.86 and 91).
pub const MONTHS: u32 = 3;
/// The most notices in a row: a second in exceptional circumstances, and never a third (s.86).
pub const MOST: i32 = 2;

/// An exemption of one home.
#[derive(Clone, Debug, PartialEq)]
pub struct Exemption {
    /// Its identifier.
    pub id: ExemptionId,
    /// What people call it, such as "EXE/2025/00001".
    pub reference: String,
    /// What it rests on.
    pub kind: ExemptionKind,
    /// The home.
    pub property_id: PropertyId,
    /// What has become of it.
    pub state: ExemptionState,
    /// Which in a row of its kind it is, or would be: the first, the second.
    pub number: i32,
    /// The one that it follows.
    pub previous_id: Option<ExemptionId>,
    /// The licence whose holder died.
    pub licence_id: Option<LicenceId>,
    /// Who asked for a notice.
    pub party_id: Option<PartyId>,
    /// The day on which they did.
    pub notified_on: Option<NaiveDate>,
    /// What they intend to do so that no licence is needed.
    pub steps: Option<String>,
    /// The ground, a word of the scheme's reference data.
    pub ground: Option<String>,
    /// What proves it.
    pub evidence: Option<String>,
    /// Why a second notice is justified.
    pub circumstances: Option<String>,
    /// The day on which the notice was served.
    pub served_on: Option<NaiveDate>,
    /// The first day.
    pub from_on: Option<NaiveDate>,
    /// The last day; open without one.
    pub until_on: Option<NaiveDate>,
    /// Why it is that day, where it was counted.
    pub until_basis: Option<Counted>,
    /// The day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// Why it was refused.
    pub reasons: Option<String>,
    /// The last day for an appeal against a refusal, and why it is that day.
    pub appeal_by: Option<Counted>,
    /// The last day on which having asked for it protects (s.95(7)); open until it is decided, and while an appeal runs.
    pub effective_until: Option<NaiveDate>,
    /// The day on which it ended, or its end was found.
    pub ended_on: Option<NaiveDate>,
    /// What it ended with, in words.
    pub ending: Option<String>,
    /// Who decided.
    pub officer_id: Option<AccountId>,
    /// Counts changes.
    pub revision: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// The letters that the service wrote about it, oldest first.
    pub letters: Vec<SentLetter<ExemptionLetterKind>>,
}

/// Somebody tells the council that they will take steps so that no licence is needed, or asks for more time after a death.
#[derive(Clone, Debug)]
pub struct Notification {
    /// What people will call it.
    pub reference: String,
    /// The home.
    pub property_id: PropertyId,
    /// Who.
    pub party_id: PartyId,
    /// What they intend to do.
    pub steps: String,
    /// The day on which they said so.
    pub on: NaiveDate,
}

/// A ground of the scheme was looked into.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What people will call it.
    pub reference: String,
    /// The home.
    pub property_id: PropertyId,
    /// What proves it, or was said to.
    pub evidence: String,
    /// The first day.
    pub from: NaiveDate,
    /// The last day, if there is one.
    pub until: Option<NaiveDate>,
    /// Why it does not apply; without it, it does.
    pub refused_because: Option<String>,
}

/// What is decided of an exemption.
#[derive(Clone, Debug, PartialEq)]
pub enum ExemptionStep {
    /// The notice was served.
    Serve {
        /// The day of service.
        on: NaiveDate,
        /// The exceptional circumstances that justify a second notice.
        circumstances: Option<String>,
    },
    /// The notice came back, or did not count: it was not served, and waits to be.
    LoseService {
        /// Why.
        reason: String,
    },
    /// No notice is served.
    Refuse {
        /// The day of the decision.
        on: NaiveDate,
        /// Why.
        reasons: String,
    },
    /// An appeal against the refusal was lodged.
    Appeal,
    /// The last appeal against the refusal ended, and the refusal stands.
    EndAppeal {
        /// The day of the tribunal's decision.
        on: NaiveDate,
    },
    /// The tribunal allowed an appeal: the notice is to be decided anew.
    Overturn,
    /// It ended.
    End {
        /// With what.
        with: Ending,
        /// The day on which it ended.
        on: NaiveDate,
        /// In words.
        reason: String,
    },
}

/// Why something about an exemption is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One waits for a decision.
    #[error("{0} waits for a decision: serve or refuse that notice first")]
    Waiting(String),
    /// Not from this state.
    #[error("an exemption that is {0} cannot take this step")]
    NotInThisState(ExemptionState),
    /// Nobody died.
    #[error("no licence of this home ended with its holder's death: there is nothing to lengthen")]
    NobodyDied,
    /// The months after the death are over.
    #[error("personal representatives may ask for more time from {0} to {1}, the months after the death (s.91)")]
    NotWhileItRuns(NaiveDate, NaiveDate),
    /// A third in a row.
    #[error("there is never a third notice in a row (s.86): refuse this one")]
    NoThird,
    /// A second one long after the first.
    #[error(
        "a second notice follows the first, which ended on {0}, without a gap, and was asked for more than {1} days later: refuse this one"
    )]
    TooLate(NaiveDate, u32),
    /// A second one without reason.
    #[error("a second notice needs exceptional circumstances (s.86): say which in circumstances")]
    NoCircumstances,
    /// A ground that the law does not have on that day.
    #[error("the ground \"{0}\" cannot be used on {1}: see its first and last day in the scheme")]
    GroundNotAvailable(String, NaiveDate),
    /// The last day before the first.
    #[error("it ends before it begins: correct from or until")]
    EndsFirst,
    /// Something happens before it was asked for or began.
    #[error("that day lies before {0}, when it was asked for or began: enter the day on which it happened")]
    TooEarly(NaiveDate),
    /// It runs.
    #[error("it runs until {0}: whether it ended with nothing shows afterwards")]
    Runs(NaiveDate),
    /// The notice that follows it would have nothing to follow.
    #[error("{0} follows this notice: refuse that one, or record first that it was not served either")]
    Followed(String),
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// Words are missing.
    #[error("a text is empty: say it in words")]
    NoWords,
    /// Nothing to write.
    #[error("an exemption that is {1} has nothing to tell in a letter of the kind \"{0}\"")]
    NothingToTell(ExemptionLetterKind, ExemptionState),
    /// Not service.
    #[error(transparent)]
    Service(#[from] NotServed),
    /// A date could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "exemption-waiting",
            Self::NotInThisState(_) => "exemption-state",
            Self::NobodyDied => "nobody-died",
            Self::NotWhileItRuns(..) => "not-while-it-runs",
            Self::NoThird => "no-third-exemption",
            Self::TooLate(..) => "second-exemption-too-late",
            Self::NoCircumstances => "no-exceptional-circumstances",
            Self::GroundNotAvailable(..) => "ground-not-available",
            Self::EndsFirst => "exemption-ends-first",
            Self::TooEarly(_) => "too-early",
            Self::Runs(_) => "exemption-runs",
            Self::Followed(_) => "exemption-followed",
            Self::InFuture => "in-future",
            Self::NoWords => "no-words",
            Self::NothingToTell(..) => "nothing-to-tell",
            Self::Service(why) => why.code(),
            Self::Counting(_) => "cannot-count",
        }
    }
}

impl ExemptionState {
    /// The state that a step leads to from this one; `None` if it leads nowhere from here.
    #[must_use]
    pub fn after(self, step: &ExemptionStep) -> Option<Self> {
        match (self, step) {
            (Self::Notified, ExemptionStep::Serve { .. }) => Some(Self::Served),
            (Self::Served, ExemptionStep::LoseService { .. }) => Some(Self::Notified),
            (Self::Notified, ExemptionStep::Refuse { .. }) => Some(Self::Refused),
            (Self::Refused, ExemptionStep::Appeal | ExemptionStep::EndAppeal { .. }) => Some(Self::Refused),
            (Self::Refused, ExemptionStep::Overturn) => Some(Self::Notified),
            (Self::Served | Self::InEffect, ExemptionStep::End { with, .. }) => Some(match with {
                Ending::Licensed => Self::EndedLicensed,
                Ending::Exempt => Self::EndedExempt,
                Ending::Nothing => Self::EndedNothing,
            }),
            _ => None,
        }
    }
}

impl Exemption {
    /// The controller or manager tells the council what they will do so that no licence is needed. Whether it may have a notice is
    /// decided later: what they said is recorded in any case, for it protects them until then (s.95(3)). `others` are the home's
    /// exemptions, the oldest first.
    ///
    /// # Errors
    /// A [`Refusal`] while another one waits, of a day in the future, or without words.
    pub fn notify(cx: &Context, said: Notification, others: &[Self]) -> Result<Change<Self>, Refusal> {
        let row = in_a_row(others);
        let before = row.last().map(|one| one.id);
        let number = i32::try_from(row.len()).unwrap_or(i32::MAX - 1) + 1;
        Self::asked_for(cx, said, others, ExemptionKind::Temporary, (number, before))
    }

    /// Personal representatives ask for more time after a death (s.91). `others` are the home's exemptions, the oldest first.
    ///
    /// # Errors
    /// A [`Refusal`] where nobody died, outside the months after it, or where they had more time already.
    pub fn ask_after_death(cx: &Context, said: Notification, others: &[Self]) -> Result<Change<Self>, Refusal> {
        let runs = |one: &&Self| one.kind == ExemptionKind::Death && one.until_on.is_some();
        let first = others.iter().rev().find(runs).ok_or(Refusal::NobodyDied)?;
        if first.number >= MOST {
            return Err(Refusal::NoThird);
        }
        if let (Some(from), Some(until)) = (first.from_on, first.until_on)
            && !(from..=until).contains(&said.on)
        {
            return Err(Refusal::NotWhileItRuns(from, until));
        }
        let (number, before) = (first.number + 1, Some(first.id));
        Self::asked_for(cx, said, others, ExemptionKind::Death, (number, before))
    }

    fn asked_for(
        cx: &Context,
        said: Notification,
        others: &[Self],
        kind: ExemptionKind,
        (number, previous_id): (i32, Option<ExemptionId>),
    ) -> Result<Change<Self>, Refusal> {
        if let Some(waiting) = others.iter().find(|one| one.state == ExemptionState::Notified) {
            return Err(Refusal::Waiting(waiting.reference.clone()));
        }
        let exemption = Self {
            kind,
            number,
            previous_id,
            party_id: Some(said.party_id),
            notified_on: Some(past(said.on, cx.today())?),
            steps: Some(words_of(said.steps)?),
            ..Self::blank(cx, said.reference, said.property_id)
        };
        let facts = json!({
            "reference": exemption.reference, "kind": kind, "number": number, "follows": previous_id,
            "party": exemption.party_id, "on": exemption.notified_on, "steps": exemption.steps,
        });
        Ok(exemption.change(cx, Happening::ExemptionNotified, facts))
    }

    /// An officer decides whether a ground of the scheme applies.
    ///
    /// # Errors
    /// A [`Refusal`] of a ground that cannot be used on its first day, of days in the wrong order, or without words.
    pub fn find_ground(cx: &Context, ground: &ExemptionGround, found: Finding) -> Result<Change<Self>, Refusal> {
        if !ground.is_available(found.from) {
            return Err(Refusal::GroundNotAvailable(ground.code.clone(), found.from));
        }
        if found.until.is_some_and(|until| until < found.from) {
            return Err(Refusal::EndsFirst);
        }
        let reasons = found.refused_because.map(words_of).transpose()?;
        let exemption = Self {
            kind: ExemptionKind::Ground,
            state: if reasons.is_some() { ExemptionState::Refused } else { ExemptionState::InEffect },
            ground: Some(ground.code.clone()),
            evidence: Some(words_of(found.evidence)?),
            from_on: Some(found.from),
            until_on: found.until,
            decided_on: Some(cx.today()),
            officer_id: cx.actor.account,
            reasons,
            ..Self::blank(cx, found.reference, found.property_id)
        };
        let facts = json!({
            "reference": exemption.reference, "ground": exemption.ground, "basis": ground.statutory_basis,
            "state": exemption.state, "from": exemption.from_on, "until": exemption.until_on,
            "evidence": exemption.evidence, "reasons": exemption.reasons,
        });
        Ok(exemption.change(cx, Happening::ExemptionFound, facts))
    }

    /// The holder of a licence of this home died: three months beginning with the death count as if a notice were in force (s.91).
    ///
    /// # Errors
    /// A [`Refusal`] if they cannot be counted.
    pub fn after_death(
        cx: &Context,
        reference: String,
        licence: &Licence,
        home: PropertyId,
        died_on: NaiveDate,
    ) -> Result<Change<Self>, Refusal> {
        let until = Counted::months_beginning_with(MONTHS, Trigger::new(died_on, Occasion::Death))?;
        let exemption = Self {
            kind: ExemptionKind::Death,
            state: ExemptionState::InEffect,
            licence_id: Some(licence.id),
            from_on: Some(died_on),
            until_on: Some(until.on()),
            until_basis: Some(until),
            officer_id: cx.actor.account,
            ..Self::blank(cx, reference, home)
        };
        let facts = json!({
            "reference": exemption.reference, "licence": licence.id, "from": died_on, "until": exemption.until_basis,
        });
        Ok(exemption.change(cx, Happening::ExemptionBegun, facts))
    }

    fn blank(cx: &Context, reference: String, property_id: PropertyId) -> Self {
        Self {
            id: ExemptionId::new(cx),
            reference,
            kind: ExemptionKind::Temporary,
            property_id,
            state: ExemptionState::Notified,
            number: 1,
            previous_id: None,
            licence_id: None,
            party_id: None,
            notified_on: None,
            steps: None,
            ground: None,
            evidence: None,
            circumstances: None,
            served_on: None,
            from_on: None,
            until_on: None,
            until_basis: None,
            decided_on: None,
            reasons: None,
            appeal_by: None,
            effective_until: None,
            ended_on: None,
            ending: None,
            officer_id: None,
            revision: 1,
            created_at: cx.now,
            letters: Vec::new(),
        }
    }

    /// Something is decided of it. `previous` is the one that it follows.
    ///
    /// # Errors
    /// A [`Refusal`] that says what stands in the way.
    pub fn take(
        mut self,
        cx: &Context,
        policy: &Policy,
        step: ExemptionStep,
        previous: Option<&Self>,
    ) -> Result<Change<Self>, Refusal> {
        let from = self.state;
        let to = from.after(&step).ok_or(Refusal::NotInThisState(from))?;
        let kind = match step {
            ExemptionStep::Serve { on, circumstances } => {
                self.serve(self.since(on, cx.today())?, policy, circumstances, previous)?;
                Happening::ExemptionServed
            }
            ExemptionStep::LoseService { reason } => return self.lose_service(cx, reason),
            ExemptionStep::Refuse { on, reasons } => {
                let on = self.since(on, cx.today())?;
                self.reasons = Some(words_of(reasons)?);
                let appeal_by = Counted::days_beginning_with(APPEAL_WITHIN, Trigger::new(on, Occasion::Decision))?;
                self.effective_until = Some(appeal_by.on());
                self.appeal_by = Some(appeal_by);
                self.decided_on = Some(on);
                Happening::ExemptionRefused
            }
            ExemptionStep::Appeal => {
                self.effective_until = None;
                Happening::ExemptionAppealed
            }
            ExemptionStep::EndAppeal { on } => {
                let spent = self.since(on, cx.today())?;
                self.effective_until = self.appeal_by.as_ref().map(|last| last.on().max(spent));
                Happening::ExemptionAppealed
            }
            ExemptionStep::Overturn => {
                (self.decided_on, self.reasons) = (None, None);
                (self.appeal_by, self.effective_until) = (None, None);
                self.letters.iter_mut().for_each(|letter| letter.is_void = true);
                Happening::ExemptionAppealed
            }
            ExemptionStep::End { with, on, reason } => {
                self.end(cx.today(), with, on, reason)?;
                Happening::ExemptionEnded
            }
        };
        self.state = to;
        if kind != Happening::ExemptionEnded {
            self.officer_id = cx.actor.account;
        }
        let facts = json!({
            "reference": self.reference, "from": from, "to": to, "served_on": self.served_on, "begins": self.from_on,
            "until": self.until_basis, "circumstances": self.circumstances, "decided_on": self.decided_on,
            "reasons": self.reasons, "appeal_by": self.appeal_by, "effective_until": self.effective_until,
            "ended_on": self.ended_on, "ending": self.ending,
        });
        Ok(self.change(cx, kind, facts))
    }

    fn serve(
        &mut self,
        on: NaiveDate,
        policy: &Policy,
        circumstances: Option<String>,
        previous: Option<&Self>,
    ) -> Result<(), Refusal> {
        if self.number > MOST {
            return Err(Refusal::NoThird);
        }
        let until = match previous.and_then(|first| first.until_on) {
            Some(ended) => {
                self.may_follow(ended, policy.second_exemption_days)?;
                if self.kind == ExemptionKind::Temporary {
                    let circumstances = circumstances.or(self.circumstances.take()).ok_or(Refusal::NoCircumstances)?;
                    self.circumstances = Some(words_of(circumstances).map_err(|_| Refusal::NoCircumstances)?);
                }
                self.from_on = ended.succ_opt();
                Counted::months_following(MONTHS, Trigger::new(ended, Occasion::ExemptionEnd))?
            }
            None => {
                self.from_on = Some(on);
                Counted::months_beginning_with(MONTHS, Trigger::new(on, Occasion::Service))?
            }
        };
        (self.served_on, self.decided_on, self.effective_until) = (Some(on), Some(on), Some(on));
        self.until_on = Some(until.on());
        self.until_basis = Some(until);
        Ok(())
    }

    /// What was counted from its service is forgotten. Whoever asked is protected again, as before the notice (s.95(3)).
    fn lose_service(mut self, cx: &Context, reason: String) -> Result<Change<Self>, Refusal> {
        let from = self.state;
        let facts = json!({
            "reference": self.reference, "from": from, "to": ExemptionState::Notified, "is": "returned",
            "reason": words_of(reason)?, "served_on": self.served_on, "until": self.until_basis,
        });
        self.state = ExemptionState::Notified;
        (self.served_on, self.decided_on, self.effective_until) = (None, None, None);
        (self.from_on, self.until_on, self.until_basis) = (None, None, None);
        self.letters.iter_mut().for_each(|letter| letter.is_void = true);
        Ok(self.change(cx, Happening::ExemptionLetter, facts))
    }

    /// That letter, unless it came back or another one took its place.
    #[must_use]
    pub fn sent_letter(&self, letter: LetterId) -> Option<&SentLetter<ExemptionLetterKind>> {
        self.letters.iter().find(|one| one.letter_id == letter && !one.is_void)
    }

    /// What a letter of this kind says today. `previous` is the exemption that this one follows.
    ///
    /// # Errors
    /// A [`Refusal`] of a notice that could not be served, or of a letter about a refusal that there was not.
    pub fn letter(
        &self,
        cx: &Context,
        policy: &Policy,
        kind: ExemptionLetterKind,
        circumstances: Option<String>,
        previous: Option<&Self>,
    ) -> Result<ExemptionLetter, Refusal> {
        let nothing = Refusal::NothingToTell(kind, self.state);
        let says = match kind {
            ExemptionLetterKind::Notice if self.state == ExemptionState::Notified => {
                let mut trial = self.clone();
                trial.serve(self.since(cx.today(), cx.today())?, policy, circumstances, previous)?;
                ExemptionLetterSays::Notice {
                    from_on: trial.from_on.filter(|_| previous.is_some()),
                    until_on: trial.until_on.ok_or(nothing.clone())?,
                    circumstances: trial.circumstances,
                }
            }
            ExemptionLetterKind::Refusal if self.state == ExemptionState::Refused => ExemptionLetterSays::Refusal {
                decided_on: self.decided_on.ok_or(nothing.clone())?,
                reasons: self.reasons.clone().unwrap_or_default(),
                appeal_by: self.appeal_by.as_ref().ok_or(nothing.clone())?.on(),
            },
            _ => return Err(nothing),
        };
        Ok(ExemptionLetter {
            exemption: self.id,
            reference: self.reference.clone(),
            kind: self.kind,
            notified_on: self.notified_on.ok_or(nothing)?,
            steps: self.steps.clone().unwrap_or_default(),
            says,
        })
    }

    /// That letter was queued. One of its kind that was not served gives way to it.
    #[must_use]
    pub fn wrote(
        mut self,
        cx: &Context,
        kind: ExemptionLetterKind,
        says: &ExemptionLetter,
        id: LetterId,
    ) -> Change<Self> {
        if let ExemptionLetterSays::Notice { circumstances, .. } = &says.says {
            self.circumstances.clone_from(circumstances);
            self.officer_id = cx.actor.account;
        }
        SentLetter::add(&mut self.letters, cx, kind, id, None);
        let facts = json!({ "letter": id, "kind": kind, "is": "written", "circumstances": self.circumstances });
        self.change(cx, Happening::ExemptionLetter, facts)
    }

    /// The letter, while it waits to be served.
    #[must_use]
    pub fn waiting_letter(&self, letter: LetterId) -> Option<&SentLetter<ExemptionLetterKind>> {
        let is_time = |kind| match kind {
            ExemptionLetterKind::Notice => self.state == ExemptionState::Notified,
            ExemptionLetterKind::Refusal => true,
        };
        self.letters.iter().find(|one| one.letter_id == letter && one.waits() && is_time(one.kind))
    }

    /// The letter was served. A notice begins with that; `previous` is the exemption that it follows.
    ///
    /// # Errors
    /// A [`Refusal`] if it does not wait for that any more, or the notice cannot be served.
    pub fn letter_served(
        mut self,
        cx: &Context,
        policy: &Policy,
        letter: LetterId,
        served: Served,
        previous: Option<&Self>,
    ) -> Result<Change<Self>, Refusal> {
        let from = self.state;
        let kind = self.waiting_letter(letter).ok_or(Refusal::NotInThisState(from))?.kind;
        let on = served.deemed.on();
        let what = match kind {
            ExemptionLetterKind::Notice => {
                let step = ExemptionStep::Serve { on, circumstances: None };
                self.state = from.after(&step).ok_or(Refusal::NotInThisState(from))?;
                self.serve(on, policy, None, previous)?;
                Happening::ExemptionServed
            }
            ExemptionLetterKind::Refusal => Happening::ExemptionLetter,
        };
        let facts = json!({
            "reference": self.reference, "from": from, "to": self.state, "served_on": on, "begins": self.from_on,
            "until": self.until_basis, "letter": letter, "is": "served", "method": served.method,
            "sent_at": served.dispatched_at, "deemed": served.deemed,
        });
        let found = self.letters.iter_mut().filter(|one| one.letter_id == letter);
        found.for_each(|one| one.served = Some(served.clone()));
        Ok(self.change(cx, what, facts))
    }

    /// The letter came back, or its address refused it: nothing was served by it.
    #[must_use]
    pub fn letter_returned(mut self, cx: &Context, letter: LetterId, reason: &str) -> Change<Self> {
        self.letters.iter_mut().filter(|one| one.letter_id == letter).for_each(|one| one.is_void = true);
        self.change(cx, Happening::ExemptionLetter, json!({ "letter": letter, "is": "returned", "reason": reason }))
    }

    /// A second one is asked for while the first runs, or as long after it as the scheme allows.
    fn may_follow(&self, ended: NaiveDate, days: u32) -> Result<(), Refusal> {
        let late = self.notified_on.is_some_and(|asked| (asked - ended).num_days() > i64::from(days));
        if late { Err(Refusal::TooLate(ended, days)) } else { Ok(()) }
    }

    fn end(&mut self, today: NaiveDate, with: Ending, on: NaiveDate, reason: String) -> Result<(), Refusal> {
        let on = self.since(on, today)?;
        if let (Ending::Nothing, Some(until)) = (with, self.until_on)
            && today <= until
            && self.kind != ExemptionKind::Ground
        {
            return Err(Refusal::Runs(until));
        }
        self.ending = Some(words_of(reason)?);
        self.ended_on = Some(on);
        Ok(())
    }

    fn since(&self, on: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
        match self.notified_on.or(self.from_on) {
            Some(first) if on < first => Err(Refusal::TooEarly(first)),
            _ => past(on, today),
        }
    }

    /// Whether it exempts the home on that day. A notice, once served, runs to its last day whatever happens; a ground ends with
    /// what it rests on.
    #[must_use]
    pub fn exempts_on(&self, day: NaiveDate) -> bool {
        let refused = matches!(self.state, ExemptionState::Notified | ExemptionState::Refused);
        let begun = self.from_on.is_some_and(|from| from <= day);
        let over = self.until_on.is_some_and(|until| until < day);
        let ended = self.kind == ExemptionKind::Ground && self.ended_on.is_some_and(|ended| ended <= day);
        begun && !refused && !over && !ended
    }

    /// Whether having asked for a notice protects from the offence on that day: until it is decided, and after a refusal until the
    /// time for an appeal is over, and the last appeal has ended (s.95(3) and (7) to (9)).
    #[must_use]
    pub fn protects_on(&self, day: NaiveDate) -> bool {
        self.kind == ExemptionKind::Temporary
            && self.notified_on.is_some_and(|asked| asked <= day)
            && self.effective_until.is_none_or(|last| day <= last)
    }

    fn change(self, cx: &Context, kind: Happening, facts: Value) -> Change<Self> {
        Change::new(cx, Chain::Case(self.property_id), kind, &self.id.clone(), facts, self)
    }
}

/// The notices that a further one would follow. Once one ended with a licence, or because none is needed any more, the matter is
/// over, and the next one is a first again.
fn in_a_row(others: &[Exemption]) -> Vec<&Exemption> {
    let mut row = Vec::new();
    for one in others.iter().filter(|one| one.kind == ExemptionKind::Temporary) {
        match one.state {
            ExemptionState::EndedLicensed | ExemptionState::EndedExempt => row.clear(),
            ExemptionState::Served | ExemptionState::InEffect | ExemptionState::EndedNothing => row.push(one),
            ExemptionState::Notified | ExemptionState::Refused => {}
        }
    }
    row
}

fn past(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    if day > today { Err(Refusal::InFuture) } else { Ok(day) }
}

fn words_of(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoWords) } else { Ok(text) }
}
