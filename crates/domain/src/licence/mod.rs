//! A licence: whom it binds, which homes it covers, from when to when, and under which version of the scheme.

mod named;
#[cfg(test)]
pub(crate) mod tests;

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde_json::json;

pub use named::{Named, NamedHome, NamedPerson};

use super::breach::Ground;
use super::calendar::{BankHolidays, CannotCount, Counted};
use super::context::Context;
use super::event::{Chain, Change, Happening};
use super::id::{ApplicationId, LicenceId, PartyId, ProceedingId, PropertyId, words};
use super::proceeding::Changes;
use super::scheme::{Policy, Scheme};

words! {
    /// What has been decided of a licence; what the calendar adds is in [`LicenceStanding`].
    LicenceState {
        /// Granted.
        Granted = "granted",
        /// Revocation decided and not agreed: it takes effect when appeals are spent (s.93).
        RevocationPending = "revocation_pending",
        /// Revoked.
        Revoked = "revoked",
        /// Surrendered, or revoked by agreement at the holder's wish.
        Surrendered = "surrendered",
        /// Ended with its holder's death (s.91).
        EndedDeath = "ended_death",
    }
}

words! {
    /// How a licence stands on a day.
    LicenceStanding {
        /// Granted, and not begun.
        GrantedNotStarted = "granted_not_started",
        /// In force.
        InForce = "in_force",
        /// In force, its revocation waiting for appeals.
        RevocationPending = "revocation_pending",
        /// Run out.
        Expired = "expired",
        /// Revoked.
        Revoked = "revoked",
        /// Surrendered.
        Surrendered = "surrendered",
        /// Ended with its holder's death.
        EndedDeath = "ended_death",
    }
}

/// A licence.
#[derive(Clone, Debug, PartialEq)]
pub struct Licence {
    /// Its identifier.
    pub id: LicenceId,
    /// What people call it, such as "SL/2025/00001".
    pub number: String,
    /// The application it was granted on.
    pub application_id: Option<ApplicationId>,
    /// The address of record, which names the case. The homes covered are kept beside the licence.
    pub property_id: PropertyId,
    /// The holder, who alone is responsible.
    pub holder_id: PartyId,
    /// The manager, if somebody else.
    pub manager_id: Option<PartyId>,
    /// The agent who gets copies.
    pub agent_id: Option<PartyId>,
    /// The scheme's area, for lists and figures.
    pub area_code: Option<String>,
    /// The scheme.
    pub scheme_code: String,
    /// Its version when the licence was granted; the conditions are those of this version for good.
    pub scheme_version: i32,
    /// The day of the decision.
    pub granted_on: NaiveDate,
    /// The first day; may differ from the decision's.
    pub starts_on: NaiveDate,
    /// The last day: at most five years, never past the designation.
    pub ends_on: NaiveDate,
    /// Why it is that day.
    pub end_basis: Counted,
    /// What allows a start before the decision, such as a tribunal's order.
    pub start_authority: Option<String>,
    /// What has been decided.
    pub state: LicenceState,
    /// The day on which it ended before its time.
    pub ended_on: Option<NaiveDate>,
    /// Why it ended.
    pub reason: Option<String>,
    /// Lower-case text that a search looks into.
    pub search: String,
    /// Counts changes.
    pub revision: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// Which version of it holds: 1 as granted, one more with each variation.
    pub version: i32,
}

/// One version of a licence; a variation adds one and changes none.
#[derive(Clone, Debug, PartialEq)]
pub struct LicenceVersion {
    /// The licence.
    pub licence_id: LicenceId,
    /// Its number, from 1.
    pub version: i32,
    /// The first day on which it holds.
    pub effective_from: NaiveDate,
    /// The manager under it, if somebody other than the holder.
    pub manager_id: Option<PartyId>,
    /// The agent who gets copies under it.
    pub agent_id: Option<PartyId>,
    /// Its last day.
    pub ends_on: NaiveDate,
    /// Why it is that day.
    pub end_basis: Counted,
    /// The terms that it has beside the conditions of the scheme.
    pub terms: Option<String>,
    /// The proceedings that it came of; none for the first.
    pub proceeding_id: Option<ProceedingId>,
    /// Whom and what its document names; not kept for versions that are older than that record.
    pub named: Option<Named>,
}

/// What a grant says.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What people will call the licence.
    pub number: String,
    /// The application, if there is one.
    pub application_id: Option<ApplicationId>,
    /// The address of record.
    pub property_id: PropertyId,
    /// Lower-case address, for searches.
    pub address_search: String,
    /// The holder.
    pub holder_id: PartyId,
    /// The manager, if somebody else.
    pub manager_id: Option<PartyId>,
    /// The agent who gets copies.
    pub agent_id: Option<PartyId>,
    /// The area.
    pub area_code: Option<String>,
    /// The day of the decision.
    pub granted_on: NaiveDate,
    /// The first day.
    pub starts_on: NaiveDate,
    /// Years, up to the scheme's limit.
    pub years: u32,
    /// What allows a start before the decision.
    pub start_authority: Option<String>,
}

/// What can be decided of a licence.
#[derive(Clone, Debug, PartialEq)]
pub enum LicenceStep {
    /// Revocation is decided; agreed ones take effect at once (s.93).
    Revoke {
        /// Whether the holder agrees.
        agreed: bool,
        /// The ground.
        reason: String,
    },
    /// Appeals against a revocation are spent or dismissed.
    RevocationTakesEffect {
        /// The first day on which it has effect.
        on: NaiveDate,
    },
    /// An appeal against a revocation was allowed.
    RevocationOverturned {
        /// The tribunal's reference.
        reason: String,
    },
    /// The holder surrenders it.
    Surrender {
        /// In the holder's words.
        reason: String,
    },
    /// The holder died (s.91).
    HolderDied {
        /// The day of death.
        on: NaiveDate,
    },
}

/// Why something about a licence is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Longer than the scheme allows.
    #[error("a licence may last {0} years at most (s.91): enter fewer years")]
    TooLong(u32),
    /// Varied to last longer than a grant could.
    #[error("it may last until {0} at the latest, as a licence that is granted may: choose that day or an earlier one")]
    EndsTooLate(NaiveDate),
    /// Varied to end in the past.
    #[error(
        "{0} is the first day on which it could end: to end it at once, revoke it or record that it is surrendered"
    )]
    EndsTooSoon(NaiveDate),
    /// Back-dated without authority.
    #[error("a licence starts before its grant only by order: enter start_authority, such as the tribunal's reference")]
    NoAuthority,
    /// Run out: nothing is left to end.
    #[error("the licence ran out on {0}: there is nothing left to end")]
    Expired(NaiveDate),
    /// Too early for the next one.
    #[error("{number} covers this home until {ends_on}: its holder may apply for the next licence from {from}")]
    RenewalNotOpen {
        /// The number of the licence in force.
        number: String,
        /// Its last day.
        ends_on: NaiveDate,
        /// The first day for an application.
        from: NaiveDate,
    },
    /// Two licences of one holder at once.
    #[error("{number} covers this home until {ends_on}: the next licence of its holder starts after that day")]
    StillRuns {
        /// The number of the licence in force.
        number: String,
        /// Its last day.
        ends_on: NaiveDate,
    },
    /// Not possible in this state.
    #[error("a licence that is {0} cannot take this step")]
    NotInThisState(LicenceState),
    /// A day in the future.
    #[error("that day lies in the future: enter the day on which it happened")]
    InFuture,
    /// Words are missing.
    #[error("say why: reason is empty")]
    NoReason,
    /// Its end could not be counted.
    #[error(transparent)]
    Counting(#[from] CannotCount),
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong(_) => "licence-too-long",
            Self::EndsTooLate(_) => "licence-too-long",
            Self::EndsTooSoon(_) => "ends-too-soon",
            Self::NoAuthority => "back-dated-without-authority",
            Self::Expired(_) => "licence-expired",
            Self::RenewalNotOpen { .. } => "renewal-not-open",
            Self::StillRuns { .. } => "licence-still-runs",
            Self::NotInThisState(_) => "licence-state",
            Self::InFuture => "in-future",
            Self::NoReason => "no-reason",
            Self::Counting(_) => "cannot-count",
        }
    }
}

impl Licence {
    /// A licence is granted under the scheme's present version.
    ///
    /// # Errors
    /// A [`Refusal`] for too many years, or a start before the grant without authority.
    pub fn grant(cx: &Context, scheme: &Scheme, grant: Grant) -> Result<Change<Self>, Refusal> {
        if grant.years > scheme.licence_max_years {
            return Err(Refusal::TooLong(scheme.licence_max_years));
        }
        let authority = grant.start_authority.as_deref().unwrap_or_default();
        if grant.starts_on < grant.granted_on && authority.trim().is_empty() {
            return Err(Refusal::NoAuthority);
        }
        let end = last_day(scheme, &grant)?;
        let id = LicenceId::new(cx);
        let facts = json!({
            "number": grant.number, "holder": grant.holder_id, "manager": grant.manager_id, "agent": grant.agent_id,
            "scheme": scheme.version_name(), "granted_on": grant.granted_on, "starts_on": grant.starts_on,
            "ends": end, "start_authority": grant.start_authority,
        });
        let licence = Self {
            id,
            search: format!("{} {}", grant.number.to_lowercase(), grant.address_search),
            number: grant.number,
            application_id: grant.application_id,
            property_id: grant.property_id,
            holder_id: grant.holder_id,
            manager_id: grant.manager_id,
            agent_id: grant.agent_id,
            area_code: grant.area_code,
            scheme_code: scheme.code.clone(),
            scheme_version: i32::try_from(scheme.version).unwrap_or(i32::MAX),
            granted_on: grant.granted_on,
            starts_on: grant.starts_on,
            ends_on: end.on(),
            end_basis: end,
            start_authority: grant.start_authority,
            state: LicenceState::Granted,
            ended_on: None,
            reason: None,
            revision: 1,
            created_at: cx.now,
            version: 1,
        };
        Ok(Change::new(cx, Chain::Case(licence.property_id), Happening::LicenceGranted, &id, facts, licence))
    }

    /// Something is decided of the licence.
    ///
    /// # Errors
    /// A [`Refusal`] if the step is not possible from the licence's state.
    pub fn take(mut self, cx: &Context, step: LicenceStep) -> Result<Change<Self>, Refusal> {
        let from = self.state;
        let last = match &step {
            LicenceStep::HolderDied { on } | LicenceStep::RevocationTakesEffect { on } => *on,
            _ => cx.today(),
        };
        let (to, ended_on, reason) = Self::decide(cx, from, step)?;
        if ended_on.is_some() && last > self.ends_on {
            return Err(Refusal::Expired(self.ends_on));
        }
        self.state = to;
        self.ended_on = ended_on;
        self.reason = reason.or(self.reason);
        let reason = &self.reason;
        let facts = json!({ "from": from, "to": to, "ended_on": ended_on, "reason": reason });
        Ok(Change::new(cx, Chain::Case(self.property_id), Happening::LicenceMoved, &self.id.clone(), facts, self))
    }

    fn decide(cx: &Context, from: LicenceState, step: LicenceStep) -> Result<Decided, Refusal> {
        use LicenceState as S;
        let today = cx.today();
        let said = |reason: String| if reason.trim().is_empty() { Err(Refusal::NoReason) } else { Ok(Some(reason)) };
        match (from, step) {
            (S::Granted, LicenceStep::Revoke { agreed: true, reason }) => Ok((S::Revoked, Some(today), said(reason)?)),
            (S::Granted, LicenceStep::Revoke { agreed: false, reason }) => {
                Ok((S::RevocationPending, None, said(reason)?))
            }
            (S::RevocationPending, LicenceStep::RevocationTakesEffect { on }) if on <= today => {
                Ok((S::Revoked, Some(on), None))
            }
            (S::RevocationPending, LicenceStep::RevocationOverturned { reason }) => {
                Ok((S::Granted, None, said(reason)?))
            }
            (S::Granted | S::RevocationPending, LicenceStep::Surrender { reason }) => {
                Ok((S::Surrendered, Some(today), said(reason)?))
            }
            (S::Granted | S::RevocationPending, LicenceStep::HolderDied { on }) if on <= today => {
                Ok((S::EndedDeath, Some(on), None))
            }
            (S::Granted | S::RevocationPending, LicenceStep::HolderDied { .. }) => Err(Refusal::InFuture),
            (S::RevocationPending, LicenceStep::RevocationTakesEffect { .. }) => Err(Refusal::InFuture),
            (other, _) => Err(Refusal::NotInThisState(other)),
        }
    }

    /// A variation takes effect: it has another version from that day on, and the earlier ones stay as they are.
    ///
    /// # Errors
    /// A [`Refusal`] once the licence has ended.
    pub fn vary(
        mut self,
        cx: &Context,
        before: &LicenceVersion,
        proceeding: ProceedingId,
        changes: &Changes,
        from: NaiveDate,
    ) -> Result<(Change<Self>, LicenceVersion), Refusal> {
        if self.ended_on.is_some() {
            return Err(Refusal::NotInThisState(self.state));
        }
        if from > self.ends_on {
            return Err(Refusal::Expired(self.ends_on));
        }
        self.version += 1;
        self.manager_id = changes.manager_id.or(self.manager_id);
        self.agent_id = changes.agent_id.or(self.agent_id);
        if let Some(asked) = changes.ends_on {
            // Days that had passed before the variation had effect cannot be taken away.
            let authority = format!("the licence was varied to end on {asked}, from {from} on");
            self.end_basis = Counted::chosen(asked.max(from), "the council", &authority)?;
            self.ends_on = self.end_basis.on();
        }
        let version = LicenceVersion {
            licence_id: self.id,
            version: self.version,
            effective_from: from,
            manager_id: self.manager_id,
            agent_id: self.agent_id,
            ends_on: self.ends_on,
            end_basis: self.end_basis.clone(),
            terms: changes.terms.clone().or_else(|| before.terms.clone()),
            proceeding_id: Some(proceeding),
            named: None,
        };
        let facts = json!({
            "version": self.version, "proceeding": proceeding, "from": from, "manager": self.manager_id,
            "agent": self.agent_id, "ends": self.end_basis, "terms": version.terms,
        });
        let chain = Chain::Case(self.property_id);
        Ok((Change::new(cx, chain, Happening::LicenceVaried, &self.id.clone(), facts, self), version))
    }

    /// Its first version.
    #[must_use]
    pub fn as_granted(&self) -> LicenceVersion {
        LicenceVersion {
            licence_id: self.id,
            version: 1,
            effective_from: self.starts_on,
            manager_id: self.manager_id,
            agent_id: self.agent_id,
            ends_on: self.ends_on,
            end_basis: self.end_basis.clone(),
            terms: None,
            proceeding_id: None,
            named: None,
        }
    }

    /// Whether a variation may make this its last day: not before today, and no later than a grant could have made it.
    ///
    /// # Errors
    /// [`Refusal::EndsTooLate`] or [`Refusal::EndsTooSoon`].
    pub fn may_end_on(&self, scheme: &Scheme, on: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
        let latest = latest_day(scheme, self.granted_on, self.starts_on)?.on();
        let first = today.max(self.starts_on);
        match on {
            on if on > latest => Err(Refusal::EndsTooLate(latest)),
            on if on < first => Err(Refusal::EndsTooSoon(first)),
            _ => Ok(()),
        }
    }

    /// The first day on which its holder may apply for the next one (a setting of the scheme).
    #[must_use]
    pub fn renewable_from(&self, policy: &Policy) -> NaiveDate {
        self.ends_on.checked_sub_months(Months::new(policy.renewal_opens_months)).unwrap_or(self.starts_on)
    }

    /// Refuses an application of its holder for the next licence before that day.
    ///
    /// # Errors
    /// [`Refusal::RenewalNotOpen`].
    pub fn may_be_applied_for_anew(&self, policy: &Policy, on: NaiveDate) -> Result<(), Refusal> {
        let from = self.renewable_from(policy);
        if on >= from {
            return Ok(());
        }
        Err(Refusal::RenewalNotOpen { number: self.number.clone(), ends_on: self.ends_on, from })
    }

    /// The first day of its holder's next licence: the day after its own last one, unless a later one is asked for.
    ///
    /// # Errors
    /// [`Refusal::StillRuns`].
    pub fn next_starts_on(&self, asked: Option<NaiveDate>) -> Result<NaiveDate, Refusal> {
        let next = self.ends_on.succ_opt().unwrap_or(self.ends_on);
        match asked.unwrap_or(next) {
            on if on >= next => Ok(on),
            _ => Err(Refusal::StillRuns { number: self.number.clone(), ends_on: self.ends_on }),
        }
    }

    /// Whether it is in force on a day.
    #[must_use]
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.starts_on <= day && day <= self.ends_on && self.ended_on.is_none_or(|end| day < end)
    }

    /// What a breach that was proposed for that due date rests on, as far as the licence goes.
    #[must_use]
    pub fn ground(&self, due_on: NaiveDate) -> Ground {
        if self.is_in_force(due_on) { Ground::Stands } else { Ground::Gone("the licence was not in force on that day") }
    }

    /// How it stands on a day, by what is decided so far.
    #[must_use]
    pub fn standing(&self, today: NaiveDate) -> LicenceStanding {
        let still_granted = self.ended_on.is_some_and(|end| today < end);
        match if still_granted { LicenceState::Granted } else { self.state } {
            LicenceState::Revoked => LicenceStanding::Revoked,
            LicenceState::Surrendered => LicenceStanding::Surrendered,
            LicenceState::EndedDeath => LicenceStanding::EndedDeath,
            LicenceState::Granted | LicenceState::RevocationPending if today > self.ends_on => LicenceStanding::Expired,
            LicenceState::RevocationPending => LicenceStanding::RevocationPending,
            LicenceState::Granted if today < self.starts_on => LicenceStanding::GrantedNotStarted,
            LicenceState::Granted => LicenceStanding::InForce,
        }
    }

    /// The version of the scheme whose conditions it carries, such as "stockton-2024/1".
    #[must_use]
    pub fn scheme_version_name(&self) -> String {
        format!("{}/{}", self.scheme_code, self.scheme_version)
    }
}

/// A licence may end five years after its grant at most, however late it starts; only one that was granted before the
/// designation began counts from its start (s.91). It never outlasts the designation.
fn latest_day(scheme: &Scheme, granted_on: NaiveDate, starts_on: NaiveDate) -> Result<Counted, CannotCount> {
    let designation = &scheme.designation;
    let counts_from_start = starts_on <= granted_on || granted_on < designation.starts_on;
    let from = if counts_from_start { starts_on } else { granted_on };
    Counted::licence_end(from, scheme.licence_max_years, designation.ends_on)
}

fn last_day(scheme: &Scheme, grant: &Grant) -> Result<Counted, CannotCount> {
    let end = Counted::licence_end(grant.starts_on, grant.years, scheme.designation.ends_on)?;
    let latest = latest_day(scheme, grant.granted_on, grant.starts_on)?;
    if end.on() <= latest.on() { Ok(end) } else { Counted::earliest_of(vec![latest, end], &BankHolidays::none()) }
}

type Decided = (LicenceState, Option<NaiveDate>, Option<String>);
