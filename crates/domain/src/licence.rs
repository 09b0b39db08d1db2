//! A licence: whom it binds, which homes it covers, from when to when, and under which version of the scheme.

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde_json::json;

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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::calendar::Rule;
    use crate::testing::{day, invented, key, licence, manager, on, scheme, terms};

    fn granted(grant: Grant) -> Result<Licence, Refusal> {
        Licence::grant(&on("2025-01-22"), &scheme(), grant).map(Change::into_entity)
    }

    fn revoke(agreed: bool) -> LicenceStep {
        LicenceStep::Revoke { agreed, reason: "repeated breach".to_owned() }
    }

    fn surrender() -> LicenceStep {
        LicenceStep::Surrender { reason: "sold".to_owned() }
    }

    fn took(licence: Licence, today: &str, step: LicenceStep) -> Result<Licence, Refusal> {
        licence.take(&on(today), step).map(Change::into_entity)
    }

    #[test]
    fn a_licence_ends_after_its_years_and_never_past_the_designation() {
        for (starts_on, years, ends_on) in [
            ("2024-11-01", 5, "2029-10-31"),
            ("2025-03-01", 5, "2029-10-31"),
            ("2025-03-01", 1, "2026-02-28"),
            ("2028-02-29", 1, "2029-02-28"),
            ("2029-10-31", 1, "2029-10-31"),
        ] {
            let grant = Grant { granted_on: day(starts_on), starts_on: day(starts_on), years, ..terms() };
            assert_eq!(granted(grant).unwrap().ends_on, day(ends_on), "{years} years from {starts_on}");
        }
        let late = Grant { granted_on: day("2029-11-01"), starts_on: day("2029-11-01"), ..terms() };
        assert!(matches!(granted(late), Err(Refusal::Counting(CannotCount::DesignationOver { .. }))));
    }

    #[test]
    fn a_licence_lasts_at_least_a_year_and_at_most_what_the_scheme_allows() {
        assert_eq!(granted(Grant { years: 6, ..terms() }).unwrap_err(), Refusal::TooLong(5));
        assert!(matches!(granted(Grant { years: 0, ..terms() }), Err(Refusal::Counting(_))));
        let harbourside = Grant { granted_on: day("2031-02-01"), starts_on: day("2031-02-01"), years: 4, ..terms() };
        assert_eq!(Licence::grant(&on("2031-02-01"), &invented(), harbourside).unwrap_err(), Refusal::TooLong(3));
    }

    #[test]
    fn a_later_start_does_not_carry_a_licence_past_the_years_from_its_grant() {
        let long = Scheme {
            designation: crate::scheme::Designation { ends_on: day("2035-01-31"), ..invented().designation },
            ..invented()
        };
        for (granted_on, starts_on, ends_on, rule) in [
            ("2031-02-01", "2031-02-01", "2034-01-31", "licence_end"),
            ("2031-02-01", "2031-06-01", "2034-01-31", "earliest_of"),
            ("2031-01-15", "2031-02-01", "2034-01-31", "licence_end"),
        ] {
            let grant = Grant { granted_on: day(granted_on), starts_on: day(starts_on), years: 3, ..terms() };
            let licence = Licence::grant(&on(granted_on), &long, grant).unwrap().into_entity();
            assert_eq!((licence.ends_on, licence.end_basis.rule_name()), (day(ends_on), rule), "from {starts_on}");
        }
    }

    #[test]
    fn a_start_before_the_grant_needs_its_authority() {
        let back = |authority: Option<&str>| {
            let start_authority = authority.map(ToOwned::to_owned);
            granted(Grant { starts_on: day("2024-11-04"), start_authority, ..terms() })
        };
        assert_eq!(back(None).unwrap_err(), Refusal::NoAuthority);
        assert_eq!(back(Some(" ")).unwrap_err(), Refusal::NoAuthority);
        let licence = back(Some("tribunal order MAN/00EF/HMK")).unwrap();
        assert_eq!((licence.granted_on, licence.starts_on), (day("2024-12-02"), day("2024-11-04")));
        assert!(matches!(licence.end_basis.rule(), Rule::LicenceEnd { .. }));
    }

    /// One step of each kind with its name, as it could be taken on 22 January 2025.
    pub(crate) fn steps() -> Vec<(&'static str, LicenceStep)> {
        vec![
            ("revoke with agreement", revoke(true)),
            ("revoke", revoke(false)),
            ("revocation takes effect", LicenceStep::RevocationTakesEffect { on: day("2025-01-21") }),
            ("surrender", surrender()),
            ("revocation overturned", LicenceStep::RevocationOverturned { reason: "appeal 7 allowed".to_owned() }),
            ("holder died", LicenceStep::HolderDied { on: day("2025-01-20") }),
        ]
    }

    /// The state to which a step leads from another.
    pub(crate) fn leads(from: LicenceState, step: &(&'static str, LicenceStep)) -> Option<LicenceState> {
        took(Licence { state: from, ..licence() }, "2025-01-22", step.1.clone()).ok().map(|licence| licence.state)
    }

    #[test]
    fn each_step_is_possible_from_its_states_and_refused_from_the_others() {
        use LicenceState as S;
        let wanted: [(&[S], S, Option<&str>); 6] = [
            (&[S::Granted], S::Revoked, Some("2025-01-22")),
            (&[S::Granted], S::RevocationPending, None),
            (&[S::RevocationPending], S::Revoked, Some("2025-01-21")),
            (&[S::Granted, S::RevocationPending], S::Surrendered, Some("2025-01-22")),
            (&[S::RevocationPending], S::Granted, None),
            (&[S::Granted, S::RevocationPending], S::EndedDeath, Some("2025-01-20")),
        ];
        for ((name, step), (from, to, ended_on)) in steps().into_iter().zip(wanted) {
            for state in S::ALL {
                let found = took(Licence { state: *state, ..licence() }, "2025-01-22", step.clone());
                if from.contains(state) {
                    let found = found.unwrap();
                    assert_eq!((found.state, found.ended_on), (to, ended_on.map(day)), "{name} from {state}");
                } else {
                    assert_eq!(found.unwrap_err(), Refusal::NotInThisState(*state), "{name}");
                }
            }
        }
    }

    #[test]
    fn what_ends_a_licence_says_why_and_lies_neither_ahead_nor_after_its_end() {
        let blank = || " ".to_owned();
        for step in [LicenceStep::Revoke { agreed: true, reason: blank() }, LicenceStep::Surrender { reason: blank() }]
        {
            assert_eq!(took(licence(), "2025-01-22", step).unwrap_err(), Refusal::NoReason);
        }
        let died = LicenceStep::HolderDied { on: day("2025-01-23") };
        assert_eq!(took(licence(), "2025-01-22", died).unwrap_err(), Refusal::InFuture);
        let expired = Refusal::Expired(day("2029-10-31"));
        for step in [revoke(true), surrender(), LicenceStep::HolderDied { on: day("2029-11-01") }] {
            assert_eq!(took(licence(), "2029-11-01", step).unwrap_err(), expired);
        }
        let died = LicenceStep::HolderDied { on: day("2029-10-31") };
        assert_eq!(took(licence(), "2029-11-05", died).unwrap().state, LicenceState::EndedDeath);
    }

    #[test]
    fn the_ground_of_a_revocation_is_kept_when_it_takes_effect() {
        let pending = took(licence(), "2025-01-22", revoke(false)).unwrap();
        let effect = |on| LicenceStep::RevocationTakesEffect { on: day(on) };
        assert_eq!(took(pending.clone(), "2025-03-03", effect("2025-03-04")).unwrap_err(), Refusal::InFuture);
        let revoked = took(pending, "2025-03-03", effect("2025-03-01")).unwrap();
        assert_eq!((revoked.reason.as_deref(), revoked.ended_on), (Some("repeated breach"), Some(day("2025-03-01"))));
    }

    #[test]
    fn a_licence_stands_differently_on_each_side_of_its_days() {
        use LicenceStanding as L;
        let plain = licence();
        let pending = took(licence(), "2025-01-22", revoke(false)).unwrap();
        let revoked = took(licence(), "2025-01-22", revoke(true)).unwrap();
        let surrendered = took(licence(), "2025-01-22", surrender()).unwrap();
        for (licence, today, standing, in_force) in [
            (&plain, "2024-12-01", L::GrantedNotStarted, false),
            (&plain, "2024-12-02", L::InForce, true),
            (&plain, "2029-10-31", L::InForce, true),
            (&plain, "2029-11-01", L::Expired, false),
            (&pending, "2025-01-22", L::RevocationPending, true),
            (&pending, "2029-10-31", L::RevocationPending, true),
            (&pending, "2029-11-01", L::Expired, false),
            (&revoked, "2025-01-21", L::InForce, true),
            (&revoked, "2025-01-22", L::Revoked, false),
            (&revoked, "2029-11-01", L::Revoked, false),
            (&surrendered, "2025-01-21", L::InForce, true),
            (&surrendered, "2025-01-22", L::Surrendered, false),
        ] {
            assert_eq!(licence.standing(day(today)), standing, "{} on {today}", licence.state);
            assert_eq!(licence.is_in_force(day(today)), in_force, "{} on {today}", licence.state);
        }
    }

    #[test]
    fn each_variation_adds_a_version_and_keeps_what_it_does_not_change() {
        let (cx, proceeding) = (on("2025-03-20"), ProceedingId(key("proceeding")));
        let first = licence().as_granted();
        let terms = Changes { terms: Some("At most four people.".to_owned()), ..Changes::default() };
        let (change, second) = licence().vary(&cx, &first, proceeding, &terms, day("2025-03-20")).unwrap();
        let managed = Changes { manager_id: Some(manager()), ..Changes::default() };
        let (change, third) = change.into_entity().vary(&cx, &second, proceeding, &managed, day("2025-04-17")).unwrap();
        let varied = change.into_entity();
        assert_eq!((varied.version, varied.manager_id), (3, Some(manager())));
        let versions = [first, second, third].map(|version| (version.version, version.manager_id, version.terms));
        let four = Some("At most four people.".to_owned());
        assert_eq!(versions, [(1, None, None), (2, None, four.clone()), (3, Some(manager()), four)]);
        let over = took(licence(), "2025-03-20", surrender()).unwrap();
        let refused = over.vary(&cx, &licence().as_granted(), proceeding, &managed, day("2025-03-20")).unwrap_err();
        assert_eq!(refused, Refusal::NotInThisState(LicenceState::Surrendered));
        let late = licence().vary(&cx, &licence().as_granted(), proceeding, &managed, day("2029-11-01")).unwrap_err();
        assert_eq!(late, Refusal::Expired(day("2029-10-31")));
    }

    #[test]
    fn a_variation_moves_the_last_day_no_further_than_a_grant_could_and_takes_no_day_away_that_has_passed() {
        let long = Scheme {
            designation: crate::scheme::Designation { ends_on: day("2035-01-31"), ..invented().designation },
            ..invented()
        };
        let grant = Grant { granted_on: day("2031-02-01"), starts_on: day("2031-06-01"), years: 1, ..terms() };
        let short = Licence::grant(&on("2031-02-01"), &long, grant).unwrap().into_entity();
        for (licence, scheme, asked, today, known) in [
            (&licence(), scheme(), "2029-10-31", "2025-03-20", Ok(())),
            (&licence(), scheme(), "2029-11-01", "2025-03-20", Err(Refusal::EndsTooLate(day("2029-10-31")))),
            (&licence(), scheme(), "2025-03-20", "2025-03-20", Ok(())),
            (&licence(), scheme(), "2025-03-19", "2025-03-20", Err(Refusal::EndsTooSoon(day("2025-03-20")))),
            (&licence(), scheme(), "2024-12-01", "2024-11-20", Err(Refusal::EndsTooSoon(day("2024-12-02")))),
            (&short, long.clone(), "2034-01-31", "2031-07-01", Ok(())),
            (&short, long.clone(), "2034-02-01", "2031-07-01", Err(Refusal::EndsTooLate(day("2034-01-31")))),
        ] {
            assert_eq!(licence.may_end_on(&scheme, day(asked), day(today)), known, "{asked} on {today}");
        }
        let (cx, proceeding) = (on("2025-03-20"), ProceedingId(key("proceeding")));
        for (asked, from, ends_on) in
            [("2027-10-31", "2025-03-20", "2027-10-31"), ("2025-04-01", "2025-04-17", "2025-04-17")]
        {
            let sooner = Changes { ends_on: Some(day(asked)), ..Changes::default() };
            let first = licence().as_granted();
            let (change, second) = licence().vary(&cx, &first, proceeding, &sooner, day(from)).unwrap();
            let varied = change.into_entity();
            assert_eq!(
                (varied.ends_on, second.ends_on, first.ends_on),
                (day(ends_on), day(ends_on), day("2029-10-31"))
            );
            assert!(varied.end_basis.because().contains("the licence was varied"), "{}", varied.end_basis.because());
        }
    }

    #[test]
    fn a_licence_keeps_the_version_of_the_scheme_it_was_granted_under() {
        assert_eq!(licence().scheme_version_name(), "stockton-2024/1");
    }
}
