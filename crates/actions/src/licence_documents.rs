//! What the document of a version of a licence says: what was on record when the version was made, and nothing of later days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Error, Rules};
use domain::event::{Chain, Happening};
use domain::id::{AccountId, PartyId, Spelled as _};
use domain::licence::{Licence, LicenceVersion, Named, NamedHome, NamedPerson};
use domain::party::Party;
use domain::proceeding::Proceeding;
use domain::property::{Capacity, Property};
use domain::scheme::Scheme;
use storage::events::Sealed;
use storage::{Conn, access, applications, events, licences, parties, proceedings, properties};

/// A version of a licence, with everything that its document says.
#[derive(Clone, Debug)]
pub struct LicenceDocument {
    /// The licence.
    pub licence: Licence,
    /// The homes that it covers, the address of record first.
    pub homes: Vec<Property>,
    /// Who holds it.
    pub holder: Party,
    /// Who else was bound on the first day of the version (s.90(6)).
    pub bound: Vec<Party>,
    /// The scheme as it was when the licence was granted.
    pub scheme: Scheme,
    /// The reference of the application.
    pub application: Option<String>,
    /// The name of the officer who granted it.
    pub granted_by: Option<String>,
    /// As it was granted.
    pub first: LicenceVersion,
    /// The variations that led to the version, in order.
    pub variations: Vec<Variation>,
    /// The people whom versions name as manager or agent.
    pub people: BTreeMap<PartyId, Party>,
    /// The night and the hash of the newest anchor when the version was recorded.
    pub anchor: Option<(NaiveDate, String)>,
}

/// A version that came of a variation (s.92).
#[derive(Clone, Debug)]
pub struct Variation {
    /// What it made of the licence.
    pub version: LicenceVersion,
    /// The proceedings that it came of.
    pub proceeding: Proceeding,
    /// The name of the officer who decided.
    pub decided_by: Option<String>,
}

impl LicenceDocument {
    /// The version whose document it is.
    #[must_use]
    pub fn version(&self) -> &LicenceVersion {
        self.variations.last().map_or(&self.first, |variation| &variation.version)
    }

    /// Whether people and homes are named as they are now, because the version is older than their record.
    #[must_use]
    pub fn names_as_now(&self) -> bool {
        self.version().named.is_none()
    }

    /// Who manages under a version, if somebody other than the holder.
    #[must_use]
    pub fn manager(&self, version: &LicenceVersion) -> Option<&Party> {
        version.manager_id.and_then(|id| self.people.get(&id))
    }

    /// Who gets copies under a version as the holder's agent.
    #[must_use]
    pub fn agent(&self, version: &LicenceVersion) -> Option<&Party> {
        version.agent_id.and_then(|id| self.people.get(&id))
    }

    /// The day that it is dated: that of the grant, or the first one of a later version.
    #[must_use]
    pub fn dated_on(&self) -> NaiveDate {
        self.variations.last().map_or(self.licence.granted_on, |variation| variation.version.effective_from)
    }

    /// What it is called, such as "Licence SL/2025/00001, version 1".
    #[must_use]
    pub fn title(&self) -> String {
        format!("Licence {}, version {}", self.licence.number, self.version().version)
    }

    /// The name to save it under.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("licence-{}-version-{}.pdf", self.licence.number.replace('/', "-"), self.version().version)
    }
}

/// Reads what the document of a version says.
///
/// # Errors
/// [`Error::NotFound`] if the licence has no such version.
pub fn read(db: &mut Conn, rules: &Rules, licence: &Licence, number: i32) -> Result<LicenceDocument, Error> {
    let mut versions = licences::versions_of(db, licence.id)?;
    versions.retain(|version| version.version <= number);
    if versions.last().is_none_or(|last| last.version != number) {
        return Err(Error::NotFound);
    }
    let history = events::about(db, &Chain::Case(licence.property_id).name(), licence.id.as_str())?;
    let ids = versions.iter().flat_map(|version| [version.manager_id, version.agent_id]).flatten().collect::<Vec<_>>();
    let named = versions.iter().filter_map(|version| version.named.clone()).collect::<Vec<_>>();
    let last = versions.last().and_then(|version| version.named.clone());
    let as_then = |party: &mut Party| named.iter().for_each(|named| named.restore(party));
    let mut people = parties::find_all(db, &ids)?;
    people.iter_mut().for_each(as_then);
    let mut holder = parties::find(db, licence.holder_id)?.ok_or(Error::NotFound)?;
    as_then(&mut holder);
    let mut versions = versions.into_iter();
    let first = versions.next().ok_or(Error::NotFound)?;
    let variations = versions.map(|version| variation(db, version)).collect::<Result<Vec<_>, _>>()?;
    let holds_from = variations.last().map_or(first.effective_from, |last| last.version.effective_from);
    let homes = homes(db, licence, last.as_ref())?;
    let bound = match &last {
        Some(last) => {
            let mut bound = parties::find_all(db, &last.bound)?;
            bound.iter_mut().for_each(as_then);
            by_name(bound)
        }
        None => bound(db, &homes, holds_from)?,
    };
    let application = licence.application_id.map(|id| applications::find(db, id)).transpose()?.flatten();
    Ok(LicenceDocument {
        holder,
        bound,
        scheme: rules.of(licence)?.clone(),
        application: application.map(|application| application.reference),
        granted_by: match &first.named {
            Some(named) => named.officer.clone(),
            None => granted_by(db, &history)?,
        },
        anchor: events::anchor_by(db, recorded_at(licence, &history, variations.len()))?,
        licence: licence.clone(),
        homes,
        first,
        variations,
        people: people.into_iter().map(|party| (party.id, party)).collect(),
    })
}

/// The homes that a licence covers, the address of record first, then by their addresses: as they are now, or as a version names
/// them.
pub(super) fn homes(db: &mut Conn, licence: &Licence, named: Option<&Named>) -> Result<Vec<Property>, Error> {
    let covered = licences::homes_of(db, licence.id)?;
    let mut homes = properties::find_all(db, &covered)?;
    if let Some(named) = named {
        homes.iter_mut().for_each(|home| named.restore_home(home));
    }
    homes.sort_by_key(|home| (home.id != licence.property_id, home.one_line(), home.id));
    Ok(homes)
}

/// Whom and what the document of a version names, as they are on record now, to be kept with it.
pub(super) fn named(
    db: &mut Conn,
    licence: &Licence,
    version: &LicenceVersion,
    homes: &[Property],
    decided_by: Option<AccountId>,
) -> Result<Named, Error> {
    let bound = bound(db, homes, version.effective_from)?;
    let ids = [Some(licence.holder_id), version.manager_id, version.agent_id];
    let ids = ids.into_iter().flatten().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let others = parties::find_all(db, &ids)?;
    let beside = bound.iter().filter(|party| !ids.contains(&party.id));
    Ok(Named {
        people: others.iter().chain(beside).map(NamedPerson::from).collect(),
        bound: bound.iter().map(|party| party.id).collect(),
        homes: homes.iter().map(NamedHome::from).collect(),
        officer: officer(db, decided_by)?,
    })
}

fn variation(db: &mut Conn, version: LicenceVersion) -> Result<Variation, Error> {
    let found = version.proceeding_id.map(|id| proceedings::find(db, id)).transpose()?.flatten();
    let lost = || Error::Broken(format!("version {} of a licence came of no proceedings", version.version));
    let proceeding = found.ok_or_else(lost)?;
    let decided_by = match &version.named {
        Some(named) => named.officer.clone(),
        None => officer(db, proceeding.decided_by)?,
    };
    Ok(Variation { version, proceeding, decided_by })
}

fn officer(db: &mut Conn, id: Option<AccountId>) -> Result<Option<String>, Error> {
    let account = id.map(|id| access::find(db, id)).transpose()?.flatten();
    Ok(account.map(|account| account.name))
}

fn granted_by(db: &mut Conn, history: &[Sealed]) -> Result<Option<String>, Error> {
    let granted = history.iter().find(|event| event.kind == Happening::LicenceGranted);
    let body = granted.and_then(|event| serde_json::from_str::<serde_json::Value>(&event.body).ok());
    let actor = body.as_ref().and_then(|body| body.get("actor")?.as_str()).and_then(AccountId::read);
    officer(db, actor)
}

/// When the version after so many variations was put on record.
fn recorded_at(licence: &Licence, history: &[Sealed], variations: usize) -> DateTime<Utc> {
    let mut varied = history.iter().filter(|event| event.kind == Happening::LicenceVaried);
    let last = variations.checked_sub(1).and_then(|before| varied.nth(before));
    last.map_or(licence.created_at, |event| event.at)
}

fn bound(db: &mut Conn, homes: &[Property], on: NaiveDate) -> Result<Vec<Party>, Error> {
    let mut ids = Vec::new();
    for home in homes {
        let interests = properties::interests_in(db, home.id)?.into_iter();
        let bound = interests.filter(|interest| interest.capacity == Capacity::Bound && interest.holds_on(on));
        ids.extend(bound.map(|interest| interest.party_id));
    }
    Ok(by_name(parties::find_all(db, &ids)?))
}

fn by_name(mut people: Vec<Party>) -> Vec<Party> {
    people.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    people.dedup_by_key(|party| party.id);
    people
}
