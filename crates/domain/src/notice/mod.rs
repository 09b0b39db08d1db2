//! A statutory notice: one document for many people, each served by themselves; the period that it starts runs from the last
//! service (Schedule 5).

mod refusal;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use refusal::Refusal;

pub use super::service::Copy;

use super::calendar::{BankHolidays, CannotCount, Counted, Occasion, ServicePolicy, Trigger};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{
    AccountId, ApplicationId, CopyId, LicenceId, NoticeId, PartyId, ProceedingId, PropertyId, RepresentationId, words,
};
use super::property::Capacity;
use super::scheme::Policy;
use super::service::{Sending, ServiceState};

words! {
    /// The kinds of notice.
    NoticeKind {
        /// A licence is proposed (A4; Schedule 5, paragraph 1).
        ProposedGrant = "proposed_grant",
        /// A refusal is proposed (A5; Schedule 5, paragraph 5).
        ProposedRefusal = "proposed_refusal",
        /// A licence is granted (A7; Schedule 5, paragraph 7).
        Grant = "grant",
        /// A licence is refused (A8; Schedule 5, paragraph 8).
        Refusal = "refusal",
        /// A variation is proposed (V1; Schedule 5, Part 2).
        ProposedVariation = "proposed_variation",
        /// A licence is varied (V2; Schedule 5, Part 2).
        Variation = "variation",
        /// A variation that was asked for is refused (V3; Schedule 5, Part 2).
        RefusalToVary = "refusal_to_vary",
        /// A revocation is proposed (V1; Schedule 5, Part 2).
        ProposedRevocation = "proposed_revocation",
        /// A licence is revoked (V2; Schedule 5, Part 2).
        Revocation = "revocation",
        /// A revocation that was asked for is refused (V3; Schedule 5, Part 2).
        RefusalToRevoke = "refusal_to_revoke",
        /// A refusal to vary is proposed (V4; Schedule 5, paragraphs 19 to 21).
        ProposedRefusalToVary = "proposed_refusal_to_vary",
        /// A refusal to revoke is proposed (V4; Schedule 5, paragraphs 26 to 28).
        ProposedRefusalToRevoke = "proposed_refusal_to_revoke",
    }
}

words! {
    /// Where a notice is in its life.
    NoticeState {
        /// Written, not sent.
        Draft = "draft",
        /// Sent, and not served on everybody yet.
        Issued = "issued",
        /// Served on everybody.
        Served = "served",
        /// Withdrawn, with a reason.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What moves a notice from one state to another.
    NoticeMove {
        /// It goes out.
        Issue = "issue",
        /// The last recipient is served.
        ServeLast = "serve_last",
        /// A copy comes back, or somebody else is to get one.
        LoseService = "lose_service",
        /// It is withdrawn.
        Withdraw = "withdraw",
    }
}

impl NoticeState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: NoticeMove) -> Option<Self> {
        use NoticeMove as M;
        use NoticeState as S;
        match (self, step) {
            (S::Draft, M::Issue) => Some(S::Issued),
            (S::Issued, M::ServeLast) => Some(S::Served),
            (S::Issued | S::Served, M::LoseService) => Some(S::Issued),
            (S::Draft | S::Issued | S::Served, M::Withdraw) => Some(S::Withdrawn),
            _ => None,
        }
    }
}

/// The main terms of a licence that is proposed or granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Terms {
    /// Who is to hold it.
    pub holder_id: PartyId,
    /// Who is to manage, if somebody else.
    pub manager_id: Option<PartyId>,
    /// The first day, where one is fixed.
    pub starts_on: Option<NaiveDate>,
    /// The last day, where one is fixed.
    pub ends_on: Option<NaiveDate>,
    /// Years.
    pub years: u32,
    /// The scheme and its version, whose conditions it carries.
    pub scheme: String,
}

/// A notice with the copies that go to each recipient.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The notice itself.
    pub cover: Cover,
    /// Who gets it.
    pub copies: Vec<Copy>,
}

/// The notice itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    /// Its identifier.
    pub id: NoticeId,
    /// What people call it, such as "NOT/2025/00001".
    pub reference: String,
    /// What it says.
    pub kind: NoticeKind,
    /// The home, which names the case.
    pub property_id: PropertyId,
    /// The application that it is about, if it is about one.
    pub application_id: Option<ApplicationId>,
    /// The proceedings on a licence that it is about, if it is about some.
    pub proceeding_id: Option<ProceedingId>,
    /// The licence that it grants, or is about.
    pub licence_id: Option<LicenceId>,
    /// Where it is in its life.
    pub state: NoticeState,
    /// Whether it proposes anew, with other terms, what an earlier notice proposed: then the shorter period holds.
    pub is_modified: bool,
    /// The reasons that it gives.
    pub reasons: String,
    /// The main terms of the licence.
    pub terms: Option<Terms>,
    /// The last day for representations that a proposal states: it allows for the time that service takes.
    pub stated: Option<Counted>,
    /// Who wrote it.
    pub author_id: Option<AccountId>,
    /// The date on it: of a decision, the day of that decision.
    pub dated_on: NaiveDate,
    /// By when everybody must be served, where the Act says so, and why it is that day.
    pub serve_by: Option<Counted>,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// The day on which the last recipient counts as served; none while somebody is not.
    pub served_on: Option<NaiveDate>,
    /// The last day of the period that it starts, and why it is that day: for representations, or for an appeal.
    pub period: Option<Counted>,
    /// That day, for lists.
    pub ends_on: Option<NaiveDate>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    /// Counts changes.
    pub revision: i64,
    /// When it was written.
    pub drafted_at: DateTime<Utc>,
}

/// What a new notice says.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What people will call it.
    pub reference: String,
    /// Its kind.
    pub kind: NoticeKind,
    /// The home.
    pub property_id: PropertyId,
    /// The application, if it is about one.
    pub application_id: Option<ApplicationId>,
    /// The proceedings on a licence, if it is about some.
    pub proceeding_id: Option<ProceedingId>,
    /// The licence that it grants, or is about.
    pub licence_id: Option<LicenceId>,
    /// Whether it proposes anew what an earlier notice proposed.
    pub is_modified: bool,
    /// The reasons.
    pub reasons: String,
    /// The main terms.
    pub terms: Option<Terms>,
    /// The date on it.
    pub dated_on: NaiveDate,
    /// Who gets it, and as what.
    pub recipients: Vec<(PartyId, Capacity)>,
}

impl NoticeKind {
    /// Whether it tells of a decision, not of a proposal.
    #[must_use]
    pub fn is_decision(self) -> bool {
        match self {
            Self::ProposedGrant | Self::ProposedRefusal | Self::ProposedVariation | Self::ProposedRevocation => false,
            Self::ProposedRefusalToVary | Self::ProposedRefusalToRevoke => false,
            Self::Grant | Self::Refusal | Self::Variation | Self::Revocation => true,
            Self::RefusalToVary | Self::RefusalToRevoke => true,
        }
    }

    /// Whether it sets out the terms of a licence.
    #[must_use]
    pub fn has_terms(self) -> bool {
        matches!(self, Self::ProposedGrant | Self::Grant)
    }
}

/// The last day for representations about a proposal: at least so many days after the last service, and never before the day
/// that the notice itself states.
///
/// # Errors
/// [`CannotCount`] beyond the calendar.
pub fn consultation_end(
    policy: &Policy,
    is_modified: bool,
    last_served_on: NaiveDate,
    stated: Option<&Counted>,
) -> Result<Counted, CannotCount> {
    let served = Trigger::new(last_served_on, Occasion::Service);
    let ends = Counted::at_least_days_after(days(policy, is_modified), policy.consultation_margin_days, served)?;
    Ok(stated.filter(|stated| stated.on() > ends.on()).cloned().unwrap_or(ends))
}

/// The last day that a proposal states, since nobody knows yet when the last recipient will be served.
fn stated_end(policy: &Policy, is_modified: bool, dated_on: NaiveDate) -> Result<Counted, CannotCount> {
    let (days, margin, allowed) =
        (days(policy, is_modified), policy.consultation_margin_days, policy.service_allowance_days);
    let dated = Trigger::new(dated_on, Occasion::Notice);
    let on = Counted::at_least_days_after(days, margin + allowed, dated)?.on();
    let why = format!(
        "it is dated {dated_on} and allows {allowed} days for service, then {days} for representations and {margin} to be safe"
    );
    Counted::chosen(on, "the notice, which states it", &why)
}

fn days(policy: &Policy, is_modified: bool) -> u32 {
    if is_modified { policy.modification_days } else { policy.consultation_days }
}

/// Days in which a decision's notice is served, beginning with the day of the decision (Schedule 5, paragraphs 7 and 8).
pub const SERVE_DECISION_WITHIN: u32 = 7;
/// Days in which an appeal may be made, beginning with the day of the decision (Schedule 5, Part 3).
pub const APPEAL_WITHIN: u32 = 28;

impl Cover {
    /// The last day for representations or for an appeal: as counted from service, or as a proposal states it until then.
    #[must_use]
    pub fn last_day(&self) -> Option<&Counted> {
        self.period.as_ref().or(self.stated.as_ref())
    }

    /// Whether whoever got it may say what they think of it.
    #[must_use]
    pub fn asks_for_representations(&self) -> bool {
        !self.kind.is_decision() && matches!(self.state, NoticeState::Issued | NoticeState::Served)
    }
}

impl Notice {
    /// A notice is written.
    ///
    /// # Errors
    /// A [`Refusal`] without reasons, terms or recipients, or with a date in the future.
    pub fn draft(cx: &Context, policy: &Policy, draft: Draft) -> Result<Change<Self>, Refusal> {
        said(&draft.reasons)?;
        if draft.kind.has_terms() && draft.terms.is_none() {
            return Err(Refusal::NoTerms);
        }
        if draft.dated_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        let id = NoticeId::new(cx);
        let (mut serve_by, mut period, mut stated) = (None, None, None);
        if draft.kind.is_decision() {
            let decided = Trigger::new(draft.dated_on, Occasion::Decision);
            serve_by = Some(Counted::days_beginning_with(SERVE_DECISION_WITHIN, decided)?);
            period = Some(Counted::days_beginning_with(APPEAL_WITHIN, decided)?);
        } else {
            stated = Some(stated_end(policy, draft.is_modified, draft.dated_on)?);
        }
        let mut notice = Self {
            cover: Cover {
                id,
                reference: draft.reference,
                kind: draft.kind,
                property_id: draft.property_id,
                application_id: draft.application_id,
                proceeding_id: draft.proceeding_id,
                licence_id: draft.licence_id,
                state: NoticeState::Draft,
                is_modified: draft.is_modified,
                reasons: draft.reasons,
                terms: draft.terms,
                stated,
                author_id: cx.actor.account,
                dated_on: draft.dated_on,
                serve_by,
                issued_at: None,
                served_on: None,
                ends_on: period.as_ref().map(Counted::on),
                period,
                reason: None,
                revision: 1,
                drafted_at: cx.now,
            },
            copies: Vec::new(),
        };
        for (party, capacity) in draft.recipients {
            notice.address_to(cx, party, capacity);
        }
        if notice.copies.is_empty() {
            return Err(Refusal::Nobody);
        }
        let facts = json!({
            "reference": notice.cover.reference, "kind": notice.cover.kind, "application": notice.cover.application_id,
            "proceeding": notice.cover.proceeding_id, "licence": notice.cover.licence_id, "modified": notice.cover.is_modified, "reasons": notice.cover.reasons,
            "terms": notice.cover.terms, "dated_on": notice.cover.dated_on, "serve_by": notice.cover.serve_by,
            "period": notice.cover.period, "stated": notice.cover.stated, "recipients": notice.named(),
        });
        Ok(notice.changed(cx, Happening::NoticeDrafted, facts))
    }

    /// Everybody gets one copy, as the first thing that they are to the home.
    fn address_to(&mut self, cx: &Context, party: PartyId, capacity: Capacity) {
        if self.copies.iter().any(|copy| copy.party_id == party) {
            return;
        }
        self.copies.push(Copy::to(cx, party, capacity));
    }

    fn named(&self) -> Vec<(PartyId, Capacity)> {
        self.copies.iter().map(|copy| (copy.party_id, copy.capacity)).collect()
    }

    /// Somebody else is to get it too, such as a mortgagee who was not known. Until they are served, its period has no end.
    ///
    /// # Errors
    /// A [`Refusal`] if they get it already, or it was withdrawn.
    pub fn add_recipient(
        mut self,
        cx: &Context,
        policy: &Policy,
        party: PartyId,
        capacity: Capacity,
    ) -> Result<Change<Self>, Refusal> {
        if self.cover.state == NoticeState::Withdrawn {
            return Err(Refusal::NotNow(self.cover.state));
        }
        if self.copies.iter().any(|copy| copy.party_id == party) {
            return Err(Refusal::AlreadyRecipient);
        }
        self.address_to(cx, party, capacity);
        if let Some(issued) = self.cover.state.after(NoticeMove::LoseService) {
            self.send_what_waits();
            self.cover.state = issued;
            self.lose_service();
            if !self.cover.kind.is_decision() {
                self.cover.stated = Some(stated_end(policy, self.cover.is_modified, cx.today())?);
            }
        }
        let facts = json!({ "party": party, "capacity": capacity, "stated": self.cover.stated });
        Ok(self.changed(cx, Happening::NoticeRecipientAdded, facts))
    }

    /// The notice goes out to everybody; the clock starts with service, not with this.
    ///
    /// # Errors
    /// A [`Refusal`] unless it is a draft.
    pub fn issue(mut self, cx: &Context) -> Result<Change<Self>, Refusal> {
        self.step(NoticeMove::Issue)?;
        self.cover.issued_at = Some(cx.now);
        self.send_what_waits();
        let facts = json!({ "recipients": self.named(), "dated_on": self.cover.dated_on });
        Ok(self.changed(cx, Happening::NoticeIssued, facts))
    }

    fn send_what_waits(&mut self) {
        for copy in self.copies.iter_mut().filter(|copy| copy.state == ServiceState::Pending) {
            copy.send();
        }
    }

    /// A copy that came back is sent again.
    ///
    /// # Errors
    /// A [`Refusal`] unless it came back.
    pub fn send_again(mut self, cx: &Context, copy: CopyId) -> Result<Change<Self>, Refusal> {
        let to = self.copy_mut(copy)?;
        if to.state != ServiceState::Returned || !to.send() {
            return Err(Refusal::NotReturned);
        }
        let facts = json!({ "copy": copy, "party": to.party_id });
        Ok(self.changed(cx, Happening::NoticeSentAgain, facts))
    }

    /// Service on one recipient is recorded. On the last of them it fixes the period of a proposal.
    ///
    /// # Errors
    /// A [`Refusal`] if there is nothing to record, or the way of sending is not service.
    pub fn record_service(
        mut self,
        cx: &Context,
        copy: CopyId,
        sending: Sending,
        policy: &Policy,
        service: ServicePolicy,
        holidays: &BankHolidays,
    ) -> Result<Change<Self>, Refusal> {
        let served = self.cover.state.after(NoticeMove::ServeLast).ok_or(Refusal::NotNow(self.cover.state))?;
        let dated_on = self.cover.dated_on;
        let to = self.copy_mut(copy)?;
        // What was sent before this service kept the notice is dated in the past, and went from that date on.
        let service = to.serve(cx, sending, Some(dated_on), service, holidays)?;
        let (party, capacity) = (to.party_id, to.capacity);
        self.fix_period(policy, served)?;
        let facts = json!({
            "copy": copy, "party": party, "capacity": capacity, "method": service.method,
            "sent_at": service.dispatched_at, "deemed": service.deemed, "served_on": self.cover.served_on,
            "period": self.cover.period,
        });
        Ok(self.changed(cx, Happening::NoticeServed, facts))
    }

    /// Once everybody is served, the period of a proposal runs from the last service. That of a decision runs from its day.
    fn fix_period(&mut self, policy: &Policy, state: NoticeState) -> Result<(), Refusal> {
        let served = self.copies.iter().map(|copy| copy.deemed_on).collect::<Option<Vec<_>>>();
        let Some(last) = served.and_then(|days| days.into_iter().max()) else { return Ok(()) };
        self.cover.state = state;
        self.cover.served_on = Some(last);
        if !self.cover.kind.is_decision() {
            let ends = consultation_end(policy, self.cover.is_modified, last, self.cover.stated.as_ref())?;
            self.cover.ends_on = Some(ends.on());
            self.cover.period = Some(ends);
        }
        Ok(())
    }

    fn lose_service(&mut self) {
        self.cover.served_on = None;
        if !self.cover.kind.is_decision() {
            self.cover.period = None;
            self.cover.ends_on = None;
        }
    }

    /// A copy bounced or came back: that recipient is not served, and the period of a proposal has no end any more.
    ///
    /// # Errors
    /// A [`Refusal`] if that copy was never sent, or the reason is empty.
    pub fn record_return(mut self, cx: &Context, copy: CopyId, reason: &str) -> Result<Change<Self>, Refusal> {
        said(reason)?;
        self.step(NoticeMove::LoseService)?;
        let to = self.copy_mut(copy)?;
        to.come_back(reason)?;
        let (party, capacity) = (to.party_id, to.capacity);
        self.lose_service();
        let facts = json!({ "copy": copy, "party": party, "capacity": capacity, "reason": reason });
        Ok(self.changed(cx, Happening::NoticeReturned, facts))
    }

    /// The notice is withdrawn, for instance because its terms are modified.
    ///
    /// # Errors
    /// A [`Refusal`] if it was withdrawn before, or the reason is empty.
    pub fn withdraw(mut self, cx: &Context, reason: &str) -> Result<Change<Self>, Refusal> {
        said(reason)?;
        self.step(NoticeMove::Withdraw)?;
        self.cover.reason = Some(reason.to_owned());
        Ok(self.changed(cx, Happening::NoticeWithdrawn, json!({ "reason": reason })))
    }

    /// Whether a decision's notice reached everybody in the days that the Act gives; none while somebody is not served.
    #[must_use]
    pub fn was_served_in_time(&self) -> Option<bool> {
        let by = self.cover.serve_by.as_ref()?;
        Some(self.cover.served_on? <= by.on())
    }

    /// The copy that was sent to somebody; none before the notice is issued.
    #[must_use]
    pub fn copy_sent_to(&self, party: PartyId) -> Option<&Copy> {
        self.copies.iter().find(|copy| copy.party_id == party).filter(|_| self.cover.issued_at.is_some())
    }

    /// The copy with that identifier.
    #[must_use]
    pub fn copy(&self, id: CopyId) -> Option<&Copy> {
        self.copies.iter().find(|copy| copy.id == id)
    }

    fn step(&mut self, step: NoticeMove) -> Result<(), Refusal> {
        self.cover.state = self.cover.state.after(step).ok_or(Refusal::NotNow(self.cover.state))?;
        Ok(())
    }

    fn copy_mut(&mut self, id: CopyId) -> Result<&mut Copy, Refusal> {
        self.copies.iter_mut().find(|copy| copy.id == id).ok_or(Refusal::NoSuchCopy)
    }

    fn changed(self, cx: &Context, what: Happening, facts: serde_json::Value) -> Change<Self> {
        let chain = Chain::Case(self.cover.property_id);
        Change::new(cx, chain, what, &self.cover.id.clone(), facts, self)
    }
}

/// What somebody said of a proposal, and what was made of it (Schedule 5, paragraph 3).
#[derive(Clone, Debug, PartialEq)]
pub struct Representation {
    /// Its identifier.
    pub id: RepresentationId,
    /// The notice that proposes.
    pub notice_id: NoticeId,
    /// The home.
    pub property_id: PropertyId,
    /// Whose it is, where they are on record.
    pub party_id: Option<PartyId>,
    /// The London day on which it came in.
    pub received_on: NaiveDate,
    /// What it says.
    pub text: String,
    /// How it was considered, in the officer's words.
    pub consideration: Option<String>,
    /// When.
    pub considered_at: Option<DateTime<Utc>>,
    /// By whom.
    pub considered_by: Option<AccountId>,
    /// Counts changes.
    pub revision: i64,
}

impl Representation {
    /// Somebody says something of a proposal. It is kept however late it comes.
    ///
    /// # Errors
    /// A [`Refusal`] for a notice that proposes nothing or was never sent, a day in the future, or no words.
    pub fn receive(
        cx: &Context,
        notice: &Cover,
        party: Option<PartyId>,
        received_on: NaiveDate,
        text: String,
    ) -> Result<Change<Self>, Refusal> {
        said(&text)?;
        if notice.kind.is_decision() || notice.state == NoticeState::Draft {
            return Err(Refusal::NothingProposed);
        }
        if received_on > cx.today() {
            return Err(Refusal::InFuture);
        }
        let id = RepresentationId::new(cx);
        let facts =
            json!({ "notice": notice.id, "party": party, "received_on": received_on, "ends_on": notice.ends_on });
        let representation = Self {
            id,
            notice_id: notice.id,
            property_id: notice.property_id,
            party_id: party,
            received_on,
            text,
            consideration: None,
            considered_at: None,
            considered_by: None,
            revision: 1,
        };
        let chain = Chain::Case(notice.property_id);
        Ok(Change::new(cx, chain, Happening::RepresentationReceived, &id, facts, representation))
    }

    /// An officer considers it, once.
    ///
    /// # Errors
    /// A [`Refusal`] without words, or if it was considered before.
    pub fn consider(mut self, cx: &Context, consideration: &str) -> Result<Change<Self>, Refusal> {
        said(consideration)?;
        if self.considered_at.is_some() {
            return Err(Refusal::AlreadyConsidered);
        }
        self.consideration = Some(consideration.to_owned());
        self.considered_at = Some(cx.now);
        self.considered_by = cx.actor.account;
        let facts = json!({ "notice": self.notice_id, "consideration": consideration });
        let chain = Chain::Case(self.property_id);
        Ok(Change::new(cx, chain, Happening::RepresentationConsidered, &self.id.clone(), facts, self))
    }
}

fn said(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(()) }
}
