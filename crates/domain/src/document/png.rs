//! PNG: a walk over its chunks, which carry their lengths; nothing is unpacked.

use super::walk::Fault;

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";

#[derive(Debug, Default)]
pub(super) struct Png {
    head: Vec<u8>,
    chunk: Vec<u8>,
    skip: u64,
    pub(super) size: Option<(u32, u32)>,
    picture: bool,
    ended: bool,
    fault: Option<Fault>,
}

/// Length and kind of a chunk.
const HEAD: usize = 8;
/// The first chunk with its head and checksum: width, height and five bytes more.
const FIRST: usize = HEAD + 13 + 4;

impl Png {
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while self.fault.is_none() && !rest.is_empty() {
            if self.skip > 0 {
                let step = usize::try_from(self.skip).unwrap_or(usize::MAX).min(rest.len());
                self.skip -= u64::try_from(step).unwrap_or_default();
                rest = rest.get(step..).unwrap_or_default();
            } else if self.ended {
                self.fault = Some(Fault::More);
            } else if let Some((byte, after)) = rest.split_first() {
                self.step(*byte);
                rest = after;
            }
        }
    }

    fn step(&mut self, byte: u8) {
        if self.head.len() < SIGNATURE.len() {
            self.head.push(byte);
            return;
        }
        self.chunk.push(byte);
        let wanted = if self.size.is_none() { FIRST } else { HEAD };
        if self.chunk.len() < wanted {
            return;
        }
        let chunk = std::mem::take(&mut self.chunk);
        if self.size.is_none() { self.first(&chunk) } else { self.next(&chunk) }
    }

    fn first(&mut self, chunk: &[u8]) {
        let sizes = (number(chunk, HEAD), number(chunk, HEAD + 4));
        if number(chunk, 0) != 13 || chunk.get(4..8) != Some(b"IHDR") || sizes.0 == 0 || sizes.1 == 0 {
            self.fault = Some(Fault::Broken);
        }
        self.size = Some(sizes);
    }

    fn next(&mut self, chunk: &[u8]) {
        let kind = chunk.get(4..8).unwrap_or_default();
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            self.fault = Some(Fault::Broken);
        }
        self.picture |= kind == b"IDAT";
        self.skip = u64::from(number(chunk, 0)) + 4;
        self.ended = kind == b"IEND";
    }

    pub(super) fn finish(self) -> Result<(u32, u32), Fault> {
        let at_end = self.ended && self.skip == 0;
        match (self.fault, self.size) {
            (Some(fault), _) => Err(fault),
            (None, Some(size)) if at_end && self.picture => Ok(size),
            (None, Some(_)) if at_end => Err(Fault::Broken),
            (None, _) => Err(Fault::CutShort),
        }
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).unwrap_or_default();
    four.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte))
}
