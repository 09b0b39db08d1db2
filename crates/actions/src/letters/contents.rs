//! What a letter says: read from the records when it is composed.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value;

use super::{named_in, notice_of};
use crate::proceedings::{Altered, altered};
use crate::{Error, Rules, service_policy};
use domain::application::Application;
use domain::calendar::{Consent, Dispatch, Method, london};
use domain::case_read::{Case, CaseKind};
use domain::context::Context;
use domain::demand::Demand;
use domain::id::{EnforcementId, EnquiryId, ExemptionId, PartyId};
use domain::letter::{Channel, Letter, LetterKind};
use domain::licence::Licence;
use domain::notice::Notice;
use domain::proceeding::Proceeding;
use domain::property::{Capacity, Property};
use domain::reminder::Reminder;
use domain::scheme::Scheme;
use domain::service::Copy;
use storage::{
    Conn, applications, case_reads, demands, events, licences, notices, parties, proceedings, properties, references,
    reminders,
};

/// Everything that a letter says, read when it is composed.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The letter.
    pub letter: Letter,
    /// The day on which it is written.
    pub written_on: NaiveDate,
    /// Night and hash of the newest anchor, for a notice.
    pub anchor: Option<(NaiveDate, String)>,
    /// What it is about.
    pub about: About,
}

/// What a letter is about.
#[derive(Clone, Debug)]
pub enum About {
    /// A demand (D1).
    Demand {
        /// The demand.
        demand: Box<Demand>,
        /// The copy that this letter is.
        copy: Box<Copy>,
        /// The licence.
        licence: Box<Licence>,
        /// The home.
        home: Box<Property>,
        /// The holder's name.
        holder: String,
        /// The scheme of the licence.
        scheme: Box<Scheme>,
    },
    /// A statutory notice (A4, A5, A7, A8).
    Notice {
        /// The notice.
        notice: Box<Notice>,
        /// The application.
        application: Box<Application>,
        /// The home.
        home: Box<Property>,
        /// The licence that it grants.
        licence: Option<Box<Licence>>,
        /// Names of the holder and the manager that its terms speak of.
        people: Vec<(PartyId, String)>,
        /// The scheme whose conditions the licence carries.
        scheme: Box<Scheme>,
    },
    /// A notice about a licence (V1 to V3).
    LicenceNotice(Box<LicenceMatter>),
    /// One night's reminders (D2, D3, G1, X1, R1).
    Digest {
        /// The lines, home by home.
        lines: Vec<Line>,
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
    /// What was fixed when the letter was queued: its facts say it, its kind says how they are read.
    Facts {
        /// The home.
        home: Option<Box<Property>>,
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
    /// The answer to a request for a reference.
    Reference {
        /// The scheme in use.
        scheme: Box<Scheme>,
    },
}

/// What a notice about a licence speaks of.
#[derive(Clone, Debug)]
pub struct LicenceMatter {
    /// The notice.
    pub notice: Notice,
    /// The proceedings.
    pub proceeding: Proceeding,
    /// The licence.
    pub licence: Licence,
    /// The home.
    pub home: Property,
    /// The holder's name.
    pub holder: String,
    /// What a variation changes, or what was asked for.
    pub changes: Vec<Altered>,
    /// The scheme of the licence.
    pub scheme: Scheme,
}

/// One line of a digest.
#[derive(Clone, Debug)]
pub struct Line {
    /// The reminder.
    pub reminder: Reminder,
    /// The home.
    pub home: Property,
    /// The licence's number.
    pub licence: String,
    /// The holder's name, where the recipient is somebody else.
    pub holder: Option<String>,
}

/// Reads everything that a letter says.
///
/// # Errors
/// [`Error::NotFound`] if something it is about is gone.
pub fn contents(db: &mut Conn, cx: &Context, rules: &Rules, letter: Letter) -> Result<Contents, Error> {
    let about = match letter.kind {
        LetterKind::Demand => demand_contents(db, cx, rules, &letter)?,
        LetterKind::Digest => digest_contents(db, rules, &letter)?,
        LetterKind::Notice => notice_contents(db, rules, &letter)?,
        LetterKind::Reference => About::Reference { scheme: Box::new(rules.current()?.clone()) },
        LetterKind::Application
        | LetterKind::Decision
        | LetterKind::Enforcement
        | LetterKind::Enquiry
        | LetterKind::Exemption
        | LetterKind::Inspection
        | LetterKind::Receipt
        | LetterKind::Referral => {
            let home = letter.property_id.map(|home| properties::find(db, home)).transpose()?.flatten();
            About::Facts { home: home.map(Box::new), scheme: Box::new(rules.current()?.clone()) }
        }
    };
    let anchor = match letter.kind {
        LetterKind::Notice | LetterKind::Enforcement | LetterKind::Exemption => {
            events::last_anchor(db)?.map(|(_, night, hash)| (night, hash))
        }
        _ => None,
    };
    Ok(Contents { letter, written_on: cx.today(), anchor, about })
}

fn demand_contents(db: &mut Conn, cx: &Context, rules: &Rules, letter: &Letter) -> Result<About, Error> {
    let demand = letter.demand_id.map(|id| demands::find(db, id)).transpose()?.flatten().ok_or(Error::NotFound)?;
    let copy = demand.recipients.iter().find(|copy| Some(copy.id) == letter.copy_id).ok_or(Error::NotFound)?.clone();
    let licence = licences::find(db, demand.cover.licence_id)?.ok_or(Error::NotFound)?;
    let home = properties::find(db, demand.cover.property_id)?.ok_or(Error::NotFound)?;
    let holder = parties::find(db, licence.holder_id)?.ok_or(Error::NotFound)?.name;
    let scheme = Box::new(rules.of(&licence)?.clone());
    let demand = if letter.channel == Channel::Email && copy.capacity == Capacity::Holder {
        // An e-mail is served as it goes, so it can say the last day that its own service will fix.
        let dispatch = Dispatch { method: Method::Email, at: london::local(cx.now), consent: Consent::Covers };
        demand.as_if_served(dispatch, service_policy(&scheme), &rules.holidays)?
    } else {
        demand
    };
    Ok(About::Demand {
        demand: Box::new(demand),
        copy: Box::new(copy),
        licence: Box::new(licence),
        home: Box::new(home),
        holder,
        scheme,
    })
}

fn notice_contents(db: &mut Conn, rules: &Rules, letter: &Letter) -> Result<About, Error> {
    let (id, _) = notice_of(letter).ok_or(Error::NotFound)?;
    let notice = notices::find(db, id)?.ok_or(Error::NotFound)?;
    let home = properties::find(db, notice.cover.property_id)?.ok_or(Error::NotFound)?;
    let licence = notice.cover.licence_id.map(|id| licences::find(db, id)).transpose()?.flatten();
    let Some(application) = notice.cover.application_id else {
        return licence_notice(db, rules, notice, home, licence.ok_or(Error::NotFound)?);
    };
    let application = applications::find(db, application)?.ok_or(Error::NotFound)?;
    let named = notice.cover.terms.iter().flat_map(|terms| [Some(terms.holder_id), terms.manager_id]);
    let named = named.flatten().collect::<Vec<_>>();
    let people = parties::find_all(db, &named)?.into_iter().map(|party| (party.id, party.name)).collect();
    let scheme = match &licence {
        Some(licence) => rules.of(licence)?,
        None => rules.current()?,
    };
    Ok(About::Notice {
        scheme: Box::new(scheme.clone()),
        notice: Box::new(notice),
        application: Box::new(application),
        home: Box::new(home),
        licence: licence.map(Box::new),
        people,
    })
}

fn licence_notice(
    db: &mut Conn,
    rules: &Rules,
    notice: Notice,
    home: Property,
    licence: Licence,
) -> Result<About, Error> {
    let proceeding = notice.cover.proceeding_id.map(|id| proceedings::find(db, id)).transpose()?.flatten();
    let proceeding = proceeding.ok_or(Error::NotFound)?;
    let changes = altered(db, &proceeding)?;
    let holder = parties::find(db, licence.holder_id)?.ok_or(Error::NotFound)?.name;
    let scheme = rules.of(&licence)?.clone();
    Ok(About::LicenceNotice(Box::new(LicenceMatter { notice, proceeding, licence, home, holder, changes, scheme })))
}

fn digest_contents(db: &mut Conn, rules: &Rules, letter: &Letter) -> Result<About, Error> {
    let called = reminders::in_letter(db, letter.id)?;
    let homes = called.iter().map(|line| line.property_id).collect::<BTreeSet<_>>();
    let homes = properties::find_all(db, &homes.into_iter().collect::<Vec<_>>())?;
    let subjects = called.iter().map(|line| (line.subject_kind, line.subject_id.clone())).collect::<Vec<_>>();
    let behind = reminders::licences_behind(db, &subjects)?;
    let others = behind.values().map(|(holder, _)| *holder).filter(|holder| *holder != letter.recipient_id);
    let others = others.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let others = parties::find_all(db, &others)?;
    let mut lines = Vec::with_capacity(called.len());
    for reminder in called {
        let home = homes.iter().find(|home| home.id == reminder.property_id).ok_or(Error::NotFound)?.clone();
        let (holder, licence) = behind.get(&reminder.subject_id).ok_or(Error::NotFound)?;
        let holder = others.iter().find(|party| party.id == *holder).map(|party| party.name.clone());
        lines.push(Line { reminder, home, licence: licence.clone(), holder });
    }
    Ok(About::Digest { lines, scheme: Box::new(rules.current()?.clone()) })
}

/// The cases that a letter is about: whoever reads it reads them.
///
/// # Errors
/// Whatever the database says.
pub fn cases_in(db: &mut Conn, letter: &Letter) -> Result<Vec<Case>, Error> {
    let one = match letter.kind {
        LetterKind::Demand => letter.demand_id.map(Case::from),
        LetterKind::Notice => notice_of(letter).map(|(notice, _)| notice.into()),
        LetterKind::Enforcement => named_in::<EnforcementId>(letter, "case").map(Case::from),
        LetterKind::Exemption => named_in::<ExemptionId>(letter, "exemption").map(Case::from),
        LetterKind::Enquiry => named_in::<EnquiryId>(letter, "enquiry").map(Case::from),
        LetterKind::Application => called(db, CaseKind::Application, letter)?,
        LetterKind::Decision | LetterKind::Receipt => called(db, CaseKind::Demand, letter)?,
        LetterKind::Inspection => called(db, CaseKind::Inspection, letter)?,
        LetterKind::Referral => called(db, CaseKind::Referral, letter)?,
        LetterKind::Reference => references::of_letter(db, letter.id)?.map(Case::from),
        LetterKind::Digest => return Ok(reminders::cases_in(db, letter.id)?),
    };
    Ok(one.into_iter().collect())
}

fn called(db: &mut Conn, kind: CaseKind, letter: &Letter) -> Result<Option<Case>, Error> {
    let Some(reference) = letter.facts.get("reference").and_then(Value::as_str) else { return Ok(None) };
    Ok(case_reads::called(db, kind, reference)?)
}
