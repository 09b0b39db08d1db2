//! A letter, by e-mail or on paper: queued with what it is about, composed once, stored as sent, posted until the relay answers.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::backoff;
use super::calendar::BankHolidays;
use super::context::Context;
use super::event::{Chain, Change, Happening, hex};
use super::id::{CopyId, DemandId, Key, LetterId, PartyId, PropertyId, Spelled as _, words};

words! {
    /// The kinds of letter.
    LetterKind {
        /// The demand itself (D1): statutory, so a doubtful sending is held for a person.
        Demand = "demand",
        /// One night's reminders to one recipient (D2, D3, G1, X1, R1).
        Digest = "digest",
        /// What an officer decided about an answer (D4).
        Decision = "decision",
        /// What came in for an item, when, and the hash of each file.
        Receipt = "receipt",
        /// How an application stands (A1, A2, A3, A6, A9).
        Application = "application",
        /// One copy of a statutory notice (A4, A5, A7, A8): a doubtful sending is held for a person.
        Notice = "notice",
        /// Notice of an inspection (I1), or the improvement plan that came of one (I2).
        Inspection = "inspection",
        /// A referral to a partner (N1), or what its holder is asked.
        Referral = "referral",
        /// The answer to a request for a reference.
        Reference = "reference",
        /// A letter of an enforcement case (E1 to E4): a doubtful sending is held for a person.
        Enforcement = "enforcement",
        /// A temporary exemption notice, or notice of its refusal (T1, T2): a doubtful sending is held for a person.
        Exemption = "exemption",
        /// A letter of an enquiry into a home without a licence (U1, U2, U3).
        Enquiry = "enquiry",
    }
}

impl LetterKind {
    /// What a letter of this kind is, as a list of them says it.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Demand => "demand",
            Self::Digest => "reminder",
            Self::Decision => "letter about an answer",
            Self::Receipt => "receipt",
            Self::Application => "letter about the application",
            Self::Notice => "notice",
            Self::Inspection => "letter about an inspection",
            Self::Referral => "letter about a referral",
            Self::Reference => "letter about a reference",
            Self::Enforcement => "letter of the enforcement case",
            Self::Exemption => "letter about an exemption",
            Self::Enquiry => "letter of an enquiry",
        }
    }
}

words! {
    /// How a letter goes.
    Channel {
        /// By e-mail, with consent (s.247).
        Email = "email",
        /// On paper, printed and posted by an officer.
        Paper = "paper",
    }
}

words! {
    /// Where a letter is.
    LetterState {
        /// Waits to be sent, or to be composed for printing.
        Queued = "queued",
        /// Being sent; the lease says until when.
        Sending = "sending",
        /// The relay accepted responsibility for it. That is not delivery, and never reading.
        Accepted = "accepted",
        /// The address refused it for good.
        Refused = "refused",
        /// It cannot be known whether it went; a person must look.
        Held = "held",
        /// Given up after repeated failure of its own.
        GivenUp = "given_up",
        /// Composed; waits to be printed and posted.
        ToPrint = "to_print",
        /// Posted or handed over.
        Posted = "posted",
    }
}

words! {
    /// What moves a letter from one state to another.
    LetterMove {
        /// An attempt to send it begins.
        Claim = "claim",
        /// It is composed for the printer.
        LayOut = "lay_out",
        /// The relay accepts it.
        Accept = "accept",
        /// The address refuses it.
        Refuse = "refuse",
        /// It is not known whether a letter went that must not go twice.
        Hold = "hold",
        /// It did not go, or may go twice: it is tried again later.
        PutBack = "put_back",
        /// No message could be made of it, again and again.
        GiveUp = "give_up",
        /// A person has it sent again.
        SendAgain = "send_again",
        /// A person posts it.
        Post = "post",
        /// What it carries is void or was served otherwise: it does not go.
        SetAside = "set_aside",
        /// Its words are disposed of before it went.
        DisposeOf = "dispose_of",
    }
}

impl LetterState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: LetterMove) -> Option<Self> {
        use LetterMove as M;
        use LetterState as S;
        match (self, step) {
            (S::Queued, M::Claim) => Some(S::Sending),
            (S::Queued, M::LayOut) => Some(S::ToPrint),
            (S::Sending, M::Accept) => Some(S::Accepted),
            (S::Sending, M::Refuse) => Some(S::Refused),
            (S::Sending, M::Hold) => Some(S::Held),
            (S::Sending, M::PutBack) => Some(S::Queued),
            (S::Sending, M::GiveUp) => Some(S::GivenUp),
            (S::Held | S::GivenUp, M::SendAgain) => Some(S::Queued),
            (S::ToPrint | S::Held | S::GivenUp | S::Refused, M::Post) => Some(S::Posted),
            (S::Queued | S::Held | S::ToPrint, M::SetAside) => Some(S::GivenUp),
            (S::Queued | S::Sending | S::Held | S::ToPrint, M::DisposeOf) => Some(S::GivenUp),
            _ => None,
        }
    }
}

impl LetterMove {
    /// What was to be done with the letter, as a refusal says it.
    fn done(self) -> &'static str {
        match self {
            Self::Claim => "sent",
            Self::LayOut => "laid out",
            Self::Accept | Self::Refuse | Self::Hold | Self::PutBack | Self::GiveUp => "settled",
            Self::SendAgain => "sent again",
            Self::Post => "posted",
            Self::SetAside => "set aside",
            Self::DisposeOf => "disposed of",
        }
    }
}

/// A letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Derived from what it is about, so that the same letter always has the same identifier and Message-ID.
    pub id: LetterId,
    /// The kind.
    pub kind: LetterKind,
    /// Whom it is to.
    pub recipient_id: PartyId,
    /// The name on it.
    pub recipient_name: String,
    /// E-mail address, or postal address.
    pub address: String,
    /// How it goes.
    pub channel: Channel,
    /// The night or day it belongs to.
    pub dated_on: NaiveDate,
    /// Counts several of one kind to one recipient on one day.
    pub part: i32,
    /// The home it is about, unless it is about several.
    pub property_id: Option<PropertyId>,
    /// The demand it carries.
    pub demand_id: Option<DemandId>,
    /// Whose copy of the demand it is.
    pub copy_id: Option<CopyId>,
    /// What a decision letter says, as data.
    pub facts: serde_json::Value,
    /// Subject as sent.
    pub subject: Option<String>,
    /// Text part as sent.
    pub text: Option<String>,
    /// HTML part as sent.
    pub html: Option<String>,
    /// Version of the template it was composed with.
    pub template: Option<String>,
    /// Where it is.
    pub state: LetterState,
    /// Counts attempts; an outcome is taken only from the attempt it belongs to.
    pub attempt: i32,
    /// Not to be tried before.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Until when the present attempt has it to itself.
    pub leased_until: Option<DateTime<Utc>>,
    /// When it was first tried.
    pub first_attempt_at: Option<DateTime<Utc>>,
    /// When its last state was reached.
    pub settled_at: Option<DateTime<Utc>>,
    /// The relay's reply, or what went wrong.
    pub reply: Option<String>,
    /// Counts changes.
    pub revision: i64,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// SHA-256 of what goes with it.
    pub enclosure: Option<String>,
}

/// A document that goes with a letter, as it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Enclosure {
    /// SHA-256 of its PDF, in lower-case hexadecimal.
    pub sha256: String,
    /// The name to save it under.
    pub name: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// What it says, from which its pages are set behind a letter on paper.
    pub words: serde_json::Value,
}

/// What an attempt to hand a letter to the relay led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posting {
    /// The relay accepted it, with this reply.
    Accepted(String),
    /// The relay refused this recipient or message for good.
    Refused(String),
    /// It was surely not sent; to be tried again.
    NotSent(String),
    /// The connection ended after the message was handed over and before the reply: it cannot be known.
    Unknown(String),
    /// No message could be made of it.
    Unbuildable(String),
}

/// Why something about a letter is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not possible now.
    #[error("a letter that is {0} cannot be {1}")]
    NotNow(LetterState, &'static str),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNow(..) => "letter-state",
        }
    }
}

/// What stands in the place of words that were disposed of.
const DISPOSED_OF: &str = "The words of this letter were disposed of; the event of that keeps their hash.";

/// Attempts after which a letter that cannot even be built is given up.
const UNBUILDABLE_ATTEMPTS: i32 = 5;

/// What a new letter is about.
#[derive(Clone, Debug)]
pub struct Matter {
    /// The kind.
    pub kind: LetterKind,
    /// Whom it is to.
    pub recipient_id: PartyId,
    /// The name on it.
    pub recipient_name: String,
    /// E-mail address, or postal address.
    pub address: String,
    /// How it goes.
    pub channel: Channel,
    /// The day it belongs to.
    pub dated_on: NaiveDate,
    /// Counts several of one kind to one recipient on one day.
    pub part: i32,
    /// The home it is about, unless it is about several.
    pub property_id: Option<PropertyId>,
    /// The demand it carries, and whose copy it is.
    pub demand: Option<(DemandId, CopyId)>,
    /// What a decision letter says.
    pub facts: serde_json::Value,
}

impl Letter {
    /// A letter is queued.
    #[must_use]
    pub fn queue(cx: &Context, matter: Matter) -> Change<Self> {
        let name = format!("letter {} {} {} {}", matter.kind, matter.recipient_id, matter.dated_on, matter.part);
        let id = LetterId(Key::derived(&name));
        let facts = json!({
            "kind": matter.kind, "to": matter.recipient_id, "channel": matter.channel, "dated_on": matter.dated_on,
            "demand": matter.demand.map(|(demand, _)| demand),
        });
        let chain = matter.property_id.map_or(Chain::Party(matter.recipient_id), Chain::Case);
        let letter = Self {
            id,
            kind: matter.kind,
            recipient_id: matter.recipient_id,
            recipient_name: matter.recipient_name,
            address: matter.address,
            channel: matter.channel,
            dated_on: matter.dated_on,
            part: matter.part,
            property_id: matter.property_id,
            demand_id: matter.demand.map(|(demand, _)| demand),
            copy_id: matter.demand.map(|(_, copy)| copy),
            facts: matter.facts,
            subject: None,
            text: None,
            html: None,
            template: None,
            state: LetterState::Queued,
            attempt: 0,
            next_attempt_at: Some(cx.now),
            leased_until: None,
            first_attempt_at: None,
            settled_at: None,
            reply: None,
            revision: 1,
            created_at: cx.now,
            enclosure: None,
        };
        Change::new(cx, chain, Happening::LetterQueued, &id, facts, letter)
    }

    /// Its words are disposed of; the event keeps the hash of its text as it was sent. One that has not gone never will.
    #[must_use]
    pub fn dispose_of(mut self, cx: &Context) -> Change<Self> {
        let text = self.text.take();
        let hash = text.map(|text| hex(&Sha256::digest(text.as_bytes())));
        if hash.is_some() {
            (self.text, self.html) = (Some(DISPOSED_OF.to_owned()), None);
        }
        self.subject = None;
        if let Some(given_up) = self.state.after(LetterMove::DisposeOf) {
            self.state = given_up;
            self.leased_until = None;
        }
        self.facts = serde_json::Value::Null;
        self.next_attempt_at = None;
        let chain = self.chain();
        let facts = json!({ "text_sha256": hash, "template": self.template });
        Change::new(cx, chain, Happening::LetterDisposedOf, &self.id.clone(), facts, self)
    }

    /// Whether a second copy would do harm: then a doubtful sending is held for a person.
    #[must_use]
    pub fn is_statutory(&self) -> bool {
        let is_notice = matches!(self.kind, LetterKind::Demand | LetterKind::Notice);
        is_notice || matches!(self.kind, LetterKind::Enforcement | LetterKind::Exemption)
    }

    /// An attempt begins: from now until the lease ends, the letter is this attempt's alone.
    ///
    /// # Errors
    /// A [`Refusal`] unless it is queued.
    pub fn claim(mut self, now: DateTime<Utc>, lease: TimeDelta) -> Result<Self, Refusal> {
        self.state = self.next(LetterMove::Claim)?;
        self.attempt += 1;
        self.leased_until = Some(now + lease);
        self.next_attempt_at = Some(now + lease);
        self.first_attempt_at = self.first_attempt_at.or(Some(now));
        Ok(self)
    }

    /// What it carries is void or was served otherwise, so it does not go.
    ///
    /// # Errors
    /// A [`Refusal`] once an attempt runs, or it went.
    pub fn set_aside(mut self, cx: &Context, why: &str) -> Result<Change<Self>, Refusal> {
        self.state = self.next(LetterMove::SetAside)?;
        self.next_attempt_at = None;
        self.settled_at = Some(cx.now);
        self.reply = Some(why.to_owned());
        let facts = json!({ "why": why });
        let chain = self.chain();
        Ok(Change::new(cx, chain, Happening::LetterGivenUp, &self.id.clone(), facts, self))
    }

    /// It is not to be tried before that instant.
    #[must_use]
    pub fn wait_until(mut self, at: DateTime<Utc>) -> Self {
        self.next_attempt_at = Some(at);
        self
    }

    /// A paper letter is composed and waits for the printer.
    ///
    /// # Errors
    /// A [`Refusal`] unless it is queued.
    pub fn lay_out(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        self.state = self.next(LetterMove::LayOut)?;
        self.next_attempt_at = None;
        let facts = self.with_enclosure(json!({ "template": self.template, "subject": self.subject }));
        let chain = self.chain();
        Ok(Change::new(cx, chain, Happening::LetterLaidOut, &self.id.clone(), facts, self))
    }

    /// The outcome of an attempt. `jitter` between -0.2 and 0.2 spreads the next one.
    ///
    /// # Errors
    /// A [`Refusal`] unless it is being sent.
    pub fn settle(mut self, cx: &Context, posting: Posting, jitter: f64) -> Result<Change<Self>, Refusal> {
        let (step, kind, reply) = self.verdict(posting);
        let state = self.next(step)?;
        self.state = state;
        self.leased_until = None;
        self.reply = Some(reply.clone());
        self.next_attempt_at = match state {
            LetterState::Queued => {
                Some(backoff::next_attempt(u32::try_from(self.attempt).unwrap_or(1), cx.now, jitter))
            }
            _ => None,
        };
        self.settled_at = Some(cx.now);
        let facts = self.with_enclosure(json!({ "attempt": self.attempt, "state": state, "reply": reply }));
        let chain = self.chain();
        Ok(Change::new(cx, chain, kind, &self.id.clone(), facts, self))
    }

    /// Facts of an event, with the hash of what goes with the letter.
    fn with_enclosure(&self, mut facts: serde_json::Value) -> serde_json::Value {
        if let (Some(hash), Some(facts)) = (&self.enclosure, facts.as_object_mut()) {
            facts.insert("enclosure_sha256".to_owned(), json!(hash));
        }
        facts
    }

    fn next(&self, step: LetterMove) -> Result<LetterState, Refusal> {
        self.state.after(step).ok_or(Refusal::NotNow(self.state, step.done()))
    }

    fn verdict(&self, posting: Posting) -> (LetterMove, Happening, String) {
        use Happening as H;
        match posting {
            Posting::Accepted(reply) => (LetterMove::Accept, H::LetterAccepted, reply),
            Posting::Refused(reply) => (LetterMove::Refuse, H::LetterRefused, reply),
            Posting::Unknown(why) if self.is_statutory() => (LetterMove::Hold, H::LetterHeld, why),
            Posting::Unbuildable(why) if self.attempt >= UNBUILDABLE_ATTEMPTS => {
                (LetterMove::GiveUp, H::LetterGivenUp, why)
            }
            Posting::NotSent(why) | Posting::Unknown(why) | Posting::Unbuildable(why) => {
                (LetterMove::PutBack, H::LetterQueued, why)
            }
        }
    }

    /// Whether an officer should be told that it still waits; `due` are the due dates that it speaks of.
    #[must_use]
    pub fn needs_attention(&self, now: DateTime<Utc>, due: &[NaiveDate], holidays: &BankHolidays) -> bool {
        let latest = backoff::latest(due, now, holidays);
        self.state == LetterState::Queued
            && self.first_attempt_at.is_some_and(|first| backoff::needs_attention(first, now, latest))
    }

    /// A held letter is sent again, because a person found that it never went.
    ///
    /// # Errors
    /// A [`Refusal`] unless it is held or was given up.
    pub fn send_again(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        let queued = self.next(LetterMove::SendAgain)?;
        if self.text.as_deref() == Some(DISPOSED_OF) {
            return Err(Refusal::NotNow(self.state, LetterMove::SendAgain.done()));
        }
        self.state = queued;
        self.next_attempt_at = Some(cx.now);
        let chain = self.chain();
        Ok(Change::new(cx, chain, Happening::LetterQueued, &self.id.clone(), json!({ "again": true }), self))
    }

    /// A paper letter was posted, or a doubtful e-mail was followed by one.
    ///
    /// # Errors
    /// A [`Refusal`] unless it waits to be printed or could not be sent.
    pub fn post(mut self, cx: &Context, how: &str) -> Result<Change<Self>, Refusal> {
        self.state = self.next(LetterMove::Post)?;
        self.settled_at = Some(cx.now);
        self.reply = Some(how.to_owned());
        let chain = self.chain();
        Ok(Change::new(cx, chain, Happening::LetterPosted, &self.id.clone(), json!({ "how": how }), self))
    }

    /// The same on every attempt, so that a second copy can be known as one.
    #[must_use]
    pub fn message_id(&self, host: &str) -> String {
        format!("<{}@{host}>", self.id.as_str())
    }

    /// The chain its events belong to: its home's case, or its recipient's chain if it is about several homes.
    #[must_use]
    pub fn chain(&self) -> Chain {
        self.property_id.map_or(Chain::Party(self.recipient_id), Chain::Case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::only_these_ways;
    use crate::testing::{agent, at, day, home, key, khan};
    use LetterState as S;

    fn matter(kind: LetterKind) -> Matter {
        Matter {
            kind,
            recipient_id: khan(),
            recipient_name: "A Khan".to_owned(),
            address: "khan@example.org".to_owned(),
            channel: Channel::Email,
            dated_on: day("2025-01-22"),
            part: 1,
            property_id: None,
            demand: None,
            facts: serde_json::Value::Null,
        }
    }

    fn cx() -> Context {
        at("2025-01-22T10:00:00Z")
    }

    fn queued(kind: LetterKind) -> Letter {
        Letter::queue(&cx(), matter(kind)).into_entity()
    }

    fn claimed(kind: LetterKind) -> Letter {
        queued(kind).claim(cx().now, TimeDelta::minutes(5)).unwrap()
    }

    fn posting(name: &str) -> Posting {
        let said = "450 4.7.1 try later".to_owned();
        match name {
            "accepted" => Posting::Accepted(said),
            "refused" => Posting::Refused(said),
            "not sent" => Posting::NotSent(said),
            "unknown" => Posting::Unknown(said),
            "unbuildable" => Posting::Unbuildable(said),
            other => panic!("{other}"),
        }
    }

    fn settled(letter: Letter, outcome: &str) -> Letter {
        letter.settle(&cx(), posting(outcome), 0.0).unwrap().into_entity()
    }

    #[test]
    fn every_step_leads_where_the_table_says_and_nowhere_else() {
        use LetterMove as M;
        let ways: &[(&[S], M, S)] = &[
            (&[S::Queued], M::Claim, S::Sending),
            (&[S::Queued], M::LayOut, S::ToPrint),
            (&[S::Sending], M::Accept, S::Accepted),
            (&[S::Sending], M::Refuse, S::Refused),
            (&[S::Sending], M::Hold, S::Held),
            (&[S::Sending], M::PutBack, S::Queued),
            (&[S::Sending], M::GiveUp, S::GivenUp),
            (&[S::Held, S::GivenUp], M::SendAgain, S::Queued),
            (&[S::ToPrint, S::Held, S::GivenUp, S::Refused], M::Post, S::Posted),
            (&[S::Queued, S::Held, S::ToPrint], M::SetAside, S::GivenUp),
            (&[S::Queued, S::Sending, S::Held, S::ToPrint], M::DisposeOf, S::GivenUp),
        ];
        only_these_ways(
            S::ALL,
            M::ALL,
            ways,
            |from, step| from.after(*step),
            |from, step| {
                let letter = Letter { state: from, attempt: UNBUILDABLE_ATTEMPTS, ..queued(LetterKind::Notice) };
                let settle = |outcome| letter.clone().settle(&cx(), posting(outcome), 0.0);
                let moved = match step {
                    M::Claim => return letter.claim(cx().now, TimeDelta::minutes(5)).ok().map(|letter| letter.state),
                    M::LayOut => letter.lay_out(&cx()),
                    M::SetAside => letter.set_aside(&cx(), "written anew"),
                    M::Accept => settle("accepted"),
                    M::Refuse => settle("refused"),
                    M::Hold => settle("unknown"),
                    M::PutBack => settle("not sent"),
                    M::GiveUp => settle("unbuildable"),
                    M::SendAgain => letter.send_again(&cx()),
                    M::Post => letter.post(&cx(), "first class"),
                    M::DisposeOf => Ok(letter.dispose_of(&cx())),
                };
                let to = moved.ok()?.entity().state;
                (*step != M::DisposeOf || to != from).then_some(to)
            },
        );
    }

    #[test]
    fn each_outcome_of_an_attempt_leads_where_it_should_and_only_a_statutory_letter_is_held_in_doubt() {
        for kind in LetterKind::ALL {
            let carries = matches!(kind, LetterKind::Demand | LetterKind::Notice);
            let statutory = carries || matches!(kind, LetterKind::Enforcement | LetterKind::Exemption);
            assert_eq!(claimed(*kind).is_statutory(), statutory);
            let doubtful = if statutory { S::Held } else { S::Queued };
            for (name, state) in [
                ("accepted", S::Accepted),
                ("refused", S::Refused),
                ("not sent", S::Queued),
                ("unknown", doubtful),
                ("unbuildable", S::Queued),
            ] {
                let letter = settled(claimed(*kind), name);
                assert_eq!(letter.state, state, "{kind} {name}");
                assert_eq!(letter.leased_until, None);
                assert_eq!(letter.next_attempt_at.is_some(), state == S::Queued, "{kind} {name}");
                assert_eq!(letter.reply.as_deref(), Some("450 4.7.1 try later"));
            }
        }
    }

    #[test]
    fn a_letter_that_cannot_be_built_is_given_up_at_the_fifth_attempt_and_one_not_sent_never() {
        for (name, fifth) in [("unbuildable", S::GivenUp), ("not sent", S::Queued)] {
            let mut letter = queued(LetterKind::Digest);
            for attempt in 1..=5 {
                letter = settled(letter.claim(cx().now, TimeDelta::minutes(5)).unwrap(), name);
                assert_eq!(letter.attempt, attempt);
                assert_eq!(letter.state, if attempt < 5 { S::Queued } else { fifth }, "{name}, attempt {attempt}");
            }
        }
    }

    #[test]
    fn a_claim_counts_the_attempt_and_keeps_the_letter_to_itself_until_the_lease_ends() {
        let letter = claimed(LetterKind::Demand);
        let lease_ends = Some(cx().now + TimeDelta::minutes(5));
        assert_eq!((letter.state, letter.attempt), (S::Sending, 1));
        assert_eq!((letter.leased_until, letter.next_attempt_at), (lease_ends, lease_ends));
        let (later, lease) = (cx().now + TimeDelta::hours(1), TimeDelta::minutes(5));
        assert_eq!(letter.clone().claim(later, lease).unwrap_err(), Refusal::NotNow(S::Sending, "sent"));
        let again = settled(letter, "not sent").claim(later, lease).unwrap();
        assert_eq!((again.attempt, again.first_attempt_at), (2, Some(cx().now)));
    }

    #[test]
    fn the_same_letter_always_has_the_same_name_and_no_other_letter_has_it() {
        let named = |matter: Matter| Letter::queue(&at("2025-01-23T03:00:00Z"), matter).into_entity();
        let first = queued(LetterKind::Digest);
        let again = Matter { address: "new@example.org".to_owned(), ..matter(LetterKind::Digest) };
        assert_eq!(named(again).message_id("example.org"), first.message_id("example.org"));
        assert_eq!(first.message_id("example.org"), format!("<{}@example.org>", first.id));
        for other in [
            matter(LetterKind::Decision),
            Matter { recipient_id: agent(), ..matter(LetterKind::Digest) },
            Matter { dated_on: day("2025-01-23"), ..matter(LetterKind::Digest) },
            Matter { part: 2, ..matter(LetterKind::Digest) },
        ] {
            assert_ne!(named(other.clone()).id, first.id, "{other:?}");
        }
    }

    #[test]
    fn what_a_person_can_do_with_a_letter_depends_on_where_it_is() {
        for state in S::ALL {
            let letter = Letter { state: *state, ..queued(LetterKind::Demand) };
            let again = letter.clone().send_again(&cx()).map(|change| change.entity().state);
            let posted = letter.post(&cx(), "first class").map(|change| change.entity().state);
            let doubtful = matches!(state, S::Held | S::GivenUp);
            let by_hand = doubtful || matches!(state, S::ToPrint | S::Refused);
            let or_refused = |may, to, what| if may { Ok(to) } else { Err(Refusal::NotNow(*state, what)) };
            assert_eq!(again, or_refused(doubtful, S::Queued, "sent again"), "{state}");
            assert_eq!(posted, or_refused(by_hand, S::Posted, "posted"), "{state}");
        }
    }

    #[test]
    fn a_letter_belongs_to_its_homes_case_or_else_to_its_recipient() {
        assert_eq!(queued(LetterKind::Digest).chain(), Chain::Party(khan()));
        let house = home(None).id;
        let copy = Some((DemandId(key("demand")), CopyId(key("copy"))));
        let demand = Matter { property_id: Some(house), demand: copy, ..matter(LetterKind::Demand) };
        let letter = Letter::queue(&cx(), demand).into_entity();
        assert_eq!((letter.chain(), letter.demand_id.is_some()), (Chain::Case(house), true));
    }

    #[test]
    fn an_officer_is_told_of_a_letter_that_waits_a_day_or_too_close_to_its_due_date() {
        let holidays = BankHolidays::shipped().unwrap();
        let told = |letter: &Letter, hours, due: &[&str]| {
            let due = due.iter().map(|text| day(text)).collect::<Vec<_>>();
            letter.needs_attention(cx().now + TimeDelta::hours(hours), &due, &holidays)
        };
        let letter = settled(claimed(LetterKind::Digest), "not sent");
        assert!(!told(&letter, 23, &[]) && told(&letter, 24, &[]));
        assert!(!told(&letter, 13, &["2025-01-27"]) && told(&letter, 14, &["2025-01-27"]));
        assert!(!told(&queued(LetterKind::Digest), 48, &["2025-01-22"]), "it was not tried yet");
        let gone = settled(claimed(LetterKind::Digest), "accepted");
        assert!(!told(&gone, 48, &["2025-01-27"]));
    }
}
