//! How large the parts of a workbook become when they are unpacked, by the archive's own table of contents.

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";

/// The length of an entry of the table without its name, extra field and comment.
const ENTRY_LENGTH: usize = 46;

/// Bytes of all parts together; `None` if the table of contents cannot be read.
pub(super) fn unpacked_bytes(archive: &[u8]) -> Option<u64> {
    // The table's end is at most a comment of 64 KB away from the file's.
    let tail = archive.get(archive.len().saturating_sub(66_000)..)?;
    let end = tail.windows(END.len()).rposition(|bytes| bytes == END)?;
    let end = tail.get(end..)?;
    let mut entries = archive.get(size(number(end, 16, 4)?)?..)?;
    let mut total = 0_u64;
    for _ in 0..number(end, 10, 2)? {
        if !entries.starts_with(ENTRY) {
            return None;
        }
        // A part of 4 GB or more has all ones here: too large in any case.
        total = total.saturating_add(number(entries, 24, 4)?);
        let rest = [28, 30, 32].into_iter().map(|at| number(entries, at, 2)).sum::<Option<u64>>()?;
        entries = entries.get(ENTRY_LENGTH.saturating_add(size(rest)?)..)?;
    }
    Some(total)
}

/// A number of that many bytes, the least first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn size(number: u64) -> Option<usize> {
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::super::{FileFault, read};
    use super::*;

    const GOOD: &[u8] = include_bytes!("../../../tests/data/import/good.xlsx");

    #[test]
    fn a_small_workbook_that_would_fill_the_memory_is_refused_before_it_is_unpacked() {
        assert!((5_000..100_000).contains(&unpacked_bytes(GOOD).unwrap()));
        let mut bomb = GOOD.to_vec();
        let entry = bomb.windows(4).position(|bytes| bytes == ENTRY).unwrap();
        bomb[entry + 24..entry + 28].copy_from_slice(&300_000_000_u32.to_le_bytes());
        assert_eq!(read(&bomb, "bomb.xlsx"), Err(FileFault::UnpacksTooLarge));
    }

    #[test]
    fn a_table_of_contents_that_leads_nowhere_is_no_size() {
        assert_eq!(unpacked_bytes(b"PK\x03\x04"), None);
        assert_eq!(unpacked_bytes(GOOD.get(..GOOD.len() - 20).unwrap()), None);
    }
}
