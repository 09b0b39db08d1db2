//! The table of referrals.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::columns::{Instant, Json, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record, revised};
use super::schema::referrals;
use super::{Conn, Error, Tx};
use domain::calendar::Counted;
use domain::event::Change;
use domain::id::{
    AccountId, BreachId, DemandId, EnforcementId, LicenceId, PartnerId, PartyId, PropertyId, ReferralId, Spelled as _,
};
use domain::referral::{Direction, PlannedAct, Referral, ReferralEntry, ReferralOutcome, ReferralState};

record! {
    ReferralRow in referrals => Referral {
        id: Word<ReferralId>,
        reference: String,
        direction: Word<Direction>,
        partner_id: Word<PartnerId>,
        state: Word<ReferralState>,
        address: String,
        property_id: Option<Word<PropertyId>>,
        concern: String,
        purpose: String,
        received_on: chrono::NaiveDate,
        is_shared: bool,
        asked_id: Option<Word<PartyId>>,
        licence_id: Option<Word<LicenceId>>,
        condition: Option<String>,
        demand_id: Option<Word<DemandId>>,
        asked_on: Option<chrono::NaiveDate>,
        act_by: Option<chrono::NaiveDate>,
        act_basis: Option<Json<Counted>>,
        plan: Json<Vec<PlannedAct>>,
        monitor_until: Option<chrono::NaiveDate>,
        outcome: Option<Word<ReferralOutcome>>,
        reason: Option<String>,
        breach_id: Option<Word<BreachId>>,
        enforcement_id: Option<Word<EnforcementId>>,
        ended_on: Option<chrono::NaiveDate>,
        entries: Json<Vec<ReferralEntry>>,
        opened_by: Option<Word<AccountId>>,
        revision: i64,
        opened_at: Instant,
    }
}
revised!(ReferralRow);

/// What a list of referrals is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<ReferralState>,
    /// From or to a partner.
    pub direction: Option<Direction>,
    /// With this partner.
    pub partner: Option<PartnerId>,
    /// About this home.
    pub property: Option<PropertyId>,
}

/// The referral with that identifier.
///
/// # Errors
/// Whatever the database says.
pub fn find(db: &mut Conn, id: ReferralId) -> Result<Option<Referral>, Error> {
    let row = referrals::table.find(id.as_str()).select(ReferralRow::as_select()).get_result(db).optional()?;
    row.map(ReferralRow::entity).transpose()
}

/// The referrals about a home, the oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn of_property(db: &mut Conn, home: PropertyId) -> Result<Vec<Referral>, Error> {
    let query = referrals::table.filter(referrals::property_id.eq(home.as_str()));
    ReferralRow::entities(query.order(referrals::id).select(ReferralRow::as_select()).load(db)?)
}

/// A page of referrals.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<Referral>, Error> {
    let mut query = referrals::table.select(ReferralRow::as_select()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(referrals::state.eq(Word(state)));
    }
    if let Some(direction) = filter.direction {
        query = query.filter(referrals::direction.eq(Word(direction)));
    }
    if let Some(partner) = filter.partner {
        query = query.filter(referrals::partner_id.eq(Word(partner)));
    }
    if let Some(home) = filter.property {
        query = query.filter(referrals::property_id.eq(Word(home)));
    }
    if let Some(after) = &page.after {
        query = query.filter(referrals::id.gt(after.clone()));
    }
    let rows = query.order(referrals::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(ReferralRow::entities(rows)?, |referral| referral.id.to_string()))
}

/// Those whose holder's last day, or whose last day of watching, lies before that day.
///
/// # Errors
/// Whatever the database says.
pub fn past_their_day(db: &mut Conn, day: NaiveDate) -> Result<Vec<Referral>, Error> {
    let asked = referrals::state.eq(Word(ReferralState::HolderAsked)).and(referrals::act_by.lt(day));
    let watched = referrals::state.eq(Word(ReferralState::Monitoring)).and(referrals::monitor_until.lt(day));
    let query = referrals::table.filter(asked.or(watched));
    ReferralRow::entities(query.order(referrals::id).select(ReferralRow::as_select()).load(db)?)
}

/// Keeps a new referral.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, change: &Change<Referral>) -> Result<(), Error> {
    tx.add::<ReferralRow>(change)
}

/// Saves a referral that went on.
///
/// # Errors
/// [`Error::Stale`] if somebody else changed it.
pub fn save(tx: &mut Tx<'_>, change: &Change<Referral>) -> Result<(), Error> {
    tx.change::<ReferralRow>(change)
}
