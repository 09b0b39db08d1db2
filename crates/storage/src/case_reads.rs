//! The table of who read which case.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::columns::{Column as _, Instant, Word};
use super::page::{Listed, Page};
use super::record::{Holds as _, record};
use super::schema::{applications, case_reads, demands, inspections, referrals};
use super::{Conn, Error, Tx};
use domain::actor::Role;
use domain::case_read::{Case, CaseKind, CaseRead};
use domain::id::{AccountId, CaseId, CaseReadId};

record! {
    CaseReadRow in case_reads => CaseRead {
        id: Word<CaseReadId>,
        kind: Word<CaseKind>,
        subject_id: Word<CaseId>,
        account_id: Option<Word<AccountId>>,
        role: Word<Role>,
        read_at: Instant,
    }
}

/// What a list of reads is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this case.
    pub subject: Option<CaseId>,
    /// By this person.
    pub account: Option<AccountId>,
    /// Of cases of this kind.
    pub kind: Option<CaseKind>,
}

/// A page of reads, the oldest first.
///
/// # Errors
/// Whatever the database says.
pub fn list(db: &mut Conn, filter: &Filter, page: &Page) -> Result<Listed<CaseRead>, Error> {
    let mut query = case_reads::table.select(CaseReadRow::as_select()).into_boxed();
    if let Some(subject) = filter.subject {
        query = query.filter(case_reads::subject_id.eq(Word(subject)));
    }
    if let Some(account) = filter.account {
        query = query.filter(case_reads::account_id.eq(Word(account)));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(case_reads::kind.eq(Word(kind)));
    }
    if let Some(after) = &page.after {
        query = query.filter(case_reads::id.gt(after.clone()));
    }
    let rows = query.order(case_reads::id).limit(page.fetch()).load(db)?;
    Ok(page.cut(CaseReadRow::entities(rows)?, |read| read.id.to_string()))
}

/// The case of a kind that people call by that reference, of the kinds whose letters name it so.
///
/// # Errors
/// Whatever the database says.
pub fn called(db: &mut Conn, kind: CaseKind, reference: &str) -> Result<Option<Case>, Error> {
    macro_rules! id_in {
        ($table:ident) => {
            $table::table.filter($table::reference.eq(reference)).select($table::id).first::<Word<CaseId>>(db)
        };
    }
    let found = match kind {
        CaseKind::Application => id_in!(applications),
        CaseKind::Demand => id_in!(demands),
        CaseKind::Inspection => id_in!(inspections),
        CaseKind::Referral => id_in!(referrals),
        _ => return Ok(None),
    };
    Ok(found.optional()?.map(|Word(id)| Case { kind, id }))
}

/// Keeps reads.
///
/// # Errors
/// Whatever the database says.
pub fn insert(tx: &mut Tx<'_>, reads: &[CaseRead]) -> Result<(), Error> {
    tx.insert(&reads.iter().map(CaseReadRow::of).collect::<Vec<_>>())
}

/// Forgets reads from before that instant.
///
/// # Errors
/// Whatever the database says.
pub fn forget_before(tx: &mut Tx<'_>, instant: DateTime<Utc>) -> Result<usize, Error> {
    let old = case_reads::table.filter(case_reads::read_at.lt(Instant::enter(&instant)));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}
