//! PDF: the names in it, its beginning and its end. Nothing is unpacked, so a name inside a compressed object is not seen;
//! the malware scanner looks there.

use super::walk::Fault;

pub(super) const SIGNATURE: &[u8] = b"%PDF-";

/// How much of the end is kept: readers look for the end mark there.
const TAIL: usize = 2_048;
/// No name that matters is longer.
const LONGEST_NAME: usize = 24;

#[derive(Debug, Default)]
pub(super) struct Pdf {
    name: Option<Vec<u8>>,
    tail: Vec<u8>,
    /// The compression that the name before this one was.
    packed: bool,
    root: bool,
    fault: Option<Fault>,
}

impl Pdf {
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.keep_tail(bytes);
        let mut rest = bytes;
        while self.fault.is_none() && !rest.is_empty() {
            if self.name.is_none() && !self.packed {
                let at = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
                rest = rest.get(at..).unwrap_or_default();
            }
            let Some((byte, after)) = rest.split_first() else { return };
            self.step(*byte);
            rest = after;
        }
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default());
        let spare = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..spare);
    }

    fn step(&mut self, byte: u8) {
        let ends = matches!(byte, b'/' | b'[' | b']' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' | b'%');
        let blank = matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ');
        match &mut self.name {
            Some(name) if !ends && !blank => {
                if name.len() <= 3 * LONGEST_NAME {
                    name.push(byte);
                }
            }
            _ => {
                if let Some(name) = self.name.take() {
                    self.named(&spelt_out(&name));
                }
                if byte == b'/' {
                    self.name = Some(Vec::new());
                } else if !blank {
                    self.packed = false;
                }
            }
        }
    }

    fn named(&mut self, name: &[u8]) {
        let packing = matches!(name, b"FlateDecode" | b"LZWDecode" | b"RunLengthDecode" | b"Fl" | b"LZW" | b"RL");
        // Two layers of compression make gigabytes of a kilobyte; no program that writes documents does so.
        let fault = match name {
            b"Encrypt" => Some(Fault::Locked),
            b"JavaScript" | b"Rendition" | b"RichMedia" => Some(Fault::Scripts),
            b"Launch" => Some(Fault::Launches),
            b"EmbeddedFile" | b"EmbeddedFiles" | b"FileAttachment" => Some(Fault::FilesInside),
            _ if packing && self.packed => Some(Fault::PackedTwice),
            _ => None,
        };
        self.packed = packing;
        self.root |= name == b"Root";
        self.fault = self.fault.or(fault);
    }

    pub(super) fn finish(mut self) -> Result<(), Fault> {
        if let Some(name) = self.name.take() {
            self.named(&spelt_out(&name));
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let Some(end) = last(&self.tail, b"%%EOF") else { return Err(Fault::CutShort) };
        let after = self.tail.get(end + 5..).unwrap_or_default();
        if !after.iter().all(|byte| matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ' | 0x1A)) {
            return Err(Fault::More);
        }
        if last(&self.tail, b"startxref").is_none() || !self.root {
            return Err(Fault::Broken);
        }
        Ok(())
    }
}

/// A name may spell any of its letters as `#` and two digits.
fn spelt_out(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *byte == b'#') {
            Some(letter) => {
                plain.push(letter);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                plain.push(*byte);
                rest = after;
            }
        }
    }
    plain
}

fn last(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|window| window == word)
}
