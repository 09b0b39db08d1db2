//! Who may do what: roles, account states, actions, and the one table that joins them.

use super::id::{AccountId, PartyId, words};

words! {
    /// What a person is to the service.
    Role {
        /// Licensing or compliance officer: works cases.
        Officer = "officer",
        /// Team leader: an officer who also decides, withdraws and revokes.
        TeamLeader = "team_leader",
        /// Landlord or licence holder: sees and answers what is theirs.
        Landlord = "landlord",
        /// Managing agent: sees and answers for the homes they manage.
        Agent = "agent",
        /// Partner such as the police: sees the scheme and its figures, what is shared of a home, and its own referrals.
        Partner = "partner",
        /// Auditor: reads everything, changes nothing.
        Auditor = "auditor",
        /// The machine's operator at the command line.
        Operator = "operator",
        /// The service itself: the nightly check and the post.
        System = "system",
    }
}

words! {
    /// Where an account is in its life. Only an active account may act.
    AccountState {
        /// Invited, but not yet taken up.
        Invited = "invited",
        /// In use.
        Active = "active",
        /// Closed by an administrator; its history stays.
        Disabled = "disabled",
    }
}

words! {
    /// What happens to an account.
    AccountMove {
        /// Whoever was invited may act now.
        Activate = "activate",
        /// It is closed.
        Disable = "disable",
    }
}

impl AccountState {
    /// The state that this leads to from here; `None` if it cannot happen here.
    #[must_use]
    pub fn after(self, step: AccountMove) -> Option<Self> {
        match (self, step) {
            (Self::Invited, AccountMove::Activate) => Some(Self::Active),
            (Self::Invited | Self::Active, AccountMove::Disable) => Some(Self::Disabled),
            _ => None,
        }
    }
}

words! {
    /// Everything that can be done, as far as permission is concerned.
    Action {
        /// Read areas, conditions, the calendar and the committee's figures.
        ReadScheme = "read_scheme",
        /// Read one's own homes, licences, demands and letters.
        ReadOwnCases = "read_own_cases",
        /// Read any case.
        ReadCases = "read_cases",
        /// Read the events of a case.
        ReadEvents = "read_events",
        /// Read who read which case.
        ReadReads = "read_reads",
        /// Read runs of the nightly check and the officers' tasks.
        ReadOperations = "read_operations",
        /// Add and correct homes and people, record consents.
        KeepGazetteer = "keep_gazetteer",
        /// Read checks whether a person is fit and proper; their words are for those who work them.
        ReadFitness = "read_fitness",
        /// Check whether a person is fit and proper.
        WorkFitness = "work_fitness",
        /// Take an application through its stages.
        WorkApplications = "work_applications",
        /// Grant or refuse a licence.
        DecideApplications = "decide_applications",
        /// Find out which homes need a licence: who lives there, exemptions, enquiries.
        WorkHomes = "work_homes",
        /// Keep partners, and work referrals from and to them.
        WorkReferrals = "work_referrals",
        /// Work references about tenants; only an account that was given this may.
        WorkReferences = "work_references",
        /// Look homes up for a purpose, and refer, as a partner.
        ActAsPartner = "act_as_partner",
        /// Serve or refuse a temporary exemption notice.
        DecideExemptions = "decide_exemptions",
        /// Change, revoke or end a licence.
        DecideLicences = "decide_licences",
        /// Draft and issue a demand, record its service, give more time, close an item.
        WorkDemands = "work_demands",
        /// Withdraw a demand.
        WithdrawDemands = "withdraw_demands",
        /// Give or withdraw one's own consent to e-mail, report a change.
        KeepOwnDetails = "keep_own_details",
        /// Fill in and send one's own application for a licence.
        Apply = "apply",
        /// Answer a demand or a proposal, record a certificate.
        AnswerDemands = "answer_demands",
        /// Assess what came in.
        AssessAnswers = "assess_answers",
        /// Confirm or dismiss a breach that the calendar proposed.
        DecideBreaches = "decide_breaches",
        /// Work an enforcement case: enquire, warn, draft a notice, record its service and what is paid.
        WorkEnforcement = "work_enforcement",
        /// Choose a penalty or a prosecution, approve its notices, withdraw, reduce or close.
        DecideEnforcement = "decide_enforcement",
        /// Inspect homes: plan visits, give notice, record what was found, ask for work.
        WorkInspections = "work_inspections",
        /// Close a task, record that a letter was posted.
        WorkTasks = "work_tasks",
        /// Run the nightly check, take backups, verify the audit chains.
        Operate = "operate",
        /// Add officers, issue and revoke tokens.
        ManageAccess = "manage_access",
    }
}

impl Role {
    /// Whether this role, with an active account, may do this.
    #[must_use]
    pub fn may(self, action: Action) -> bool {
        use Action as A;
        match self {
            Self::Officer => match action {
                A::ReadScheme | A::ReadOwnCases | A::ReadCases | A::ReadEvents | A::ReadOperations => true,
                A::ReadFitness | A::WorkFitness | A::WorkHomes | A::WorkReferrals | A::WorkReferences => true,
                A::KeepGazetteer | A::WorkApplications | A::WorkDemands | A::AnswerDemands => true,
                A::AssessAnswers | A::DecideBreaches | A::WorkEnforcement | A::WorkInspections | A::WorkTasks => true,
                A::DecideApplications | A::DecideExemptions | A::DecideLicences | A::ReadReads => false,
                A::WithdrawDemands | A::DecideEnforcement => false,
                A::Operate | A::ManageAccess | A::KeepOwnDetails | A::Apply | A::ActAsPartner => false,
            },
            Self::TeamLeader => {
                !matches!(action, A::Operate | A::ManageAccess | A::KeepOwnDetails | A::Apply | A::ActAsPartner)
            }
            Self::Landlord | Self::Agent => {
                matches!(action, A::ReadScheme | A::ReadOwnCases | A::AnswerDemands | A::KeepOwnDetails | A::Apply)
            }
            Self::Partner => matches!(action, A::ReadScheme | A::ActAsPartner),
            Self::Auditor => match action {
                A::ReadScheme | A::ReadOwnCases | A::ReadCases | A::ReadEvents | A::ReadOperations => true,
                other => matches!(other, A::ReadFitness | A::ReadReads),
            },
            Self::Operator => true,
            Self::System => matches!(action, A::Operate | A::ReadCases | A::WorkDemands),
        }
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account, unless the machine or its operator acts.
    pub account: Option<AccountId>,
    /// The role at the time of the act.
    pub role: Role,
    /// The account's state at the time of the act.
    pub state: AccountState,
    /// The landlord, agent or partner whom the account stands for.
    pub party: Option<PartyId>,
    /// Whether references about tenants were entrusted to the account.
    pub keeps_references: bool,
}

impl Actor {
    /// The service itself.
    #[must_use]
    pub fn system() -> Self {
        Self::machine(Role::System)
    }

    /// Whoever has the command line of the machine.
    #[must_use]
    pub fn operator() -> Self {
        Self::machine(Role::Operator)
    }

    fn machine(role: Role) -> Self {
        Self { account: None, role, state: AccountState::Active, party: None, keeps_references: role == Role::Operator }
    }

    /// Whether this actor may do this: role, account state, and what was entrusted to the account, together.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        let entrusted = action != Action::WorkReferences || self.keeps_references;
        self.state == AccountState::Active && self.role.may(action) && entrusted
    }

    /// What this actor may see of cases.
    #[must_use]
    pub fn sight(&self) -> Sight {
        if self.may(Action::ReadCases) {
            Sight::Everything
        } else if let (true, Some(party)) = (self.may(Action::ReadOwnCases), self.party) {
            Sight::Of(party)
        } else {
            Sight::Nothing
        }
    }
}

/// Which cases an actor may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All of them.
    Everything,
    /// Those in which this person is holder, manager or agent.
    Of(PartyId),
    /// None.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{amy, khan};

    /// Who may do what, with an active account: officer, team leader, landlord, agent, partner, auditor, operator, system.
    const TABLE: &str = "
action               off tea lan age par aud ope sys
read_scheme          yes yes yes yes yes yes yes -
read_own_cases       yes yes yes yes -   yes yes -
read_cases           yes yes -   -   -   yes yes yes
read_events          yes yes -   -   -   yes yes -
read_reads           -   yes -   -   -   yes yes -
read_operations      yes yes -   -   -   yes yes -
keep_gazetteer       yes yes -   -   -   -   yes -
read_fitness         yes yes -   -   -   yes yes -
work_fitness         yes yes -   -   -   -   yes -
work_applications    yes yes -   -   -   -   yes -
decide_applications  -   yes -   -   -   -   yes -
work_homes           yes yes -   -   -   -   yes -
work_referrals       yes yes -   -   -   -   yes -
work_references      yes yes -   -   -   -   yes -
act_as_partner       -   -   -   -   yes -   yes -
decide_exemptions    -   yes -   -   -   -   yes -
decide_licences      -   yes -   -   -   -   yes -
work_demands         yes yes -   -   -   -   yes yes
withdraw_demands     -   yes -   -   -   -   yes -
keep_own_details     -   -   yes yes -   -   yes -
apply                -   -   yes yes -   -   yes -
answer_demands       yes yes yes yes -   -   yes -
assess_answers       yes yes -   -   -   -   yes -
decide_breaches      yes yes -   -   -   -   yes -
work_enforcement     yes yes -   -   -   -   yes -
decide_enforcement   -   yes -   -   -   -   yes -
work_inspections     yes yes -   -   -   -   yes -
work_tasks           yes yes -   -   -   -   yes -
operate              -   -   -   -   -   -   yes yes
manage_access        -   -   -   -   -   -   yes -
";

    #[test]
    fn the_table_of_roles_and_actions_is_this_one() {
        let mut table = format!("\n{:<20}", "action");
        table.extend(Role::ALL.iter().map(|role| format!(" {:.3}", role.spelling())));
        for action in Action::ALL {
            let cell = |role: &Role| if role.may(*action) { "yes" } else { "-" };
            let row = Role::ALL.iter().map(|role| format!(" {:<3}", cell(role))).collect::<String>();
            table += format!("\n{:<20}{row}", action.spelling()).trim_end_matches(' ');
        }
        assert_eq!(table + "\n", TABLE);
    }

    #[test]
    fn an_account_that_is_not_active_may_nothing_and_sees_nothing() {
        for role in Role::ALL {
            for state in AccountState::ALL {
                let actor = Actor { role: *role, state: *state, party: Some(khan()), keeps_references: true, ..amy() };
                for action in Action::ALL {
                    let wanted = *state == AccountState::Active && role.may(*action);
                    assert_eq!(actor.may(*action), wanted, "{role} {state} {action}");
                }
                if *state != AccountState::Active {
                    assert_eq!(actor.sight(), Sight::Nothing, "{role} {state}");
                }
            }
        }
    }

    #[test]
    fn references_are_for_those_officers_alone_to_whom_they_were_entrusted() {
        for role in Role::ALL {
            let may = |keeps_references| Actor { role: *role, keeps_references, ..amy() }.may(Action::WorkReferences);
            let officer = matches!(role, Role::Officer | Role::TeamLeader | Role::Operator);
            assert_eq!((may(true), may(false)), (officer, false), "{role}");
        }
    }

    #[test]
    fn staff_see_every_case_landlords_and_agents_their_own_and_partners_none() {
        for (role, with_party, without) in [
            (Role::Officer, Sight::Everything, Sight::Everything),
            (Role::TeamLeader, Sight::Everything, Sight::Everything),
            (Role::Landlord, Sight::Of(khan()), Sight::Nothing),
            (Role::Agent, Sight::Of(khan()), Sight::Nothing),
            (Role::Partner, Sight::Nothing, Sight::Nothing),
            (Role::Auditor, Sight::Everything, Sight::Everything),
        ] {
            let actor = |party| Actor { role, party, ..amy() };
            assert_eq!((actor(Some(khan())).sight(), actor(None).sight()), (with_party, without), "{role}");
        }
    }
}
