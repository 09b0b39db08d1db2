//! What goes with a letter: the decision on a licence brings the licence as it made it (Schedule 5, paragraphs 7 and 16).

use super::notice_of;
use super::posting::misfortune;
use crate::licence_documents::{self, LicenceDocument};
use crate::{Error, Rules};
use domain::id::LetterId;
use domain::letter::Letter;
use domain::notice::NoticeKind;
use storage::{Conn, letters, licences, notices};

/// The document that goes with a letter that is to be written now, or why it cannot be read; none for most letters. A variation that
/// the holder did not agree to has made no version yet when it is decided, so nothing goes with its notice.
///
/// # Errors
/// [`Error::Unavailable`] if the database cannot be reached.
pub fn to_enclose(
    db: &mut Conn,
    rules: &Rules,
    id: LetterId,
) -> Result<Option<Result<LicenceDocument, String>>, Error> {
    let Some(letter) = letters::find(db, id)?.filter(|letter| letter.text.is_none()) else { return Ok(None) };
    match made_by(db, rules, &letter) {
        Ok(document) => Ok(document.map(Ok)),
        Err(error) => misfortune(error).map(|why| Some(Err(why))),
    }
}

fn made_by(db: &mut Conn, rules: &Rules, letter: &Letter) -> Result<Option<LicenceDocument>, Error> {
    let Some((notice, _)) = notice_of(letter) else { return Ok(None) };
    let cover = notices::find(db, notice)?.ok_or(Error::NotFound)?.cover;
    if !matches!(cover.kind, NoticeKind::Grant | NoticeKind::Variation) {
        return Ok(None);
    }
    let licence = cover.licence_id.map(|id| licences::find(db, id)).transpose()?.flatten().ok_or(Error::NotFound)?;
    // The first version came of no proceedings, and neither does the notice of the grant.
    let mut versions = licences::versions_of(db, licence.id)?.into_iter();
    let Some(made) = versions.find(|version| version.proceeding_id == cover.proceeding_id) else { return Ok(None) };
    licence_documents::read(db, rules, &licence, made.version).map(Some)
}
