//! JPEG: a walk over its segments, which carry their lengths; nothing is decoded.
//!
//! What follows the end of the picture is left alone: phones put a second picture, a depth map or a short film there.

use super::walk::Fault;

pub(super) const SIGNATURE: &[u8] = b"\xFF\xD8\xFF";

#[derive(Debug, Default)]
enum Place {
    /// Before the marker of the start.
    #[default]
    Start,
    /// Where a marker must begin.
    Marker,
    /// After its first byte.
    Code,
    /// In the two bytes of a segment's length.
    Length(u8, Vec<u8>),
    /// In the header of a frame, which holds the size.
    Frame(u16, Vec<u8>),
    /// In a segment of no interest.
    Skip(u16, bool),
    /// In the picture itself.
    Scan,
    /// In the picture, after a byte FF.
    ScanCode,
    /// After its end.
    End,
}

#[derive(Debug, Default)]
pub(super) struct Jpeg {
    place: Place,
    read: u64,
    size: Option<(u32, u32)>,
    picture: bool,
    fault: Option<Fault>,
}

/// Start of a scan: the picture's own bytes follow its header.
const SCAN: u8 = 0xDA;

impl Jpeg {
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while self.fault.is_none() && !matches!(self.place, Place::End) && !rest.is_empty() {
            rest = self.stride(rest);
            let Some((byte, after)) = rest.split_first() else { return };
            self.step(*byte);
            rest = after;
        }
    }

    /// Passes over what is of no interest in one go.
    fn stride<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match &mut self.place {
            Place::Scan => {
                let at = rest.iter().position(|byte| *byte == 0xFF).unwrap_or(rest.len());
                rest.get(at..).unwrap_or_default()
            }
            Place::Skip(left, _) if *left > 1 => {
                let step = usize::from(*left - 1).min(rest.len());
                *left -= u16::try_from(step).unwrap_or_default();
                rest.get(step..).unwrap_or_default()
            }
            _ => rest,
        }
    }

    fn step(&mut self, byte: u8) {
        self.place = match std::mem::take(&mut self.place) {
            Place::Start => {
                self.read += 1;
                if self.read == 2 { Place::Marker } else { Place::Start }
            }
            Place::Marker if byte == 0xFF => Place::Code,
            Place::Marker => self.broken(),
            Place::Code => self.marker(byte),
            Place::Length(code, mut two) => {
                two.push(byte);
                if two.len() < 2 { Place::Length(code, two) } else { self.segment(code, &two) }
            }
            Place::Frame(left, mut head) => {
                head.push(byte);
                self.frame(left, head)
            }
            Place::Skip(1, true) => Place::Scan,
            Place::Skip(1, false) => Place::Marker,
            Place::Skip(left, scan) => Place::Skip(left.saturating_sub(1), scan),
            Place::Scan => Place::ScanCode,
            Place::ScanCode => match byte {
                0x00 | 0xD0..=0xD7 => Place::Scan,
                0xFF => Place::ScanCode,
                other => self.marker(other),
            },
            Place::End => Place::End,
        };
    }

    fn broken(&mut self) -> Place {
        self.fault = Some(Fault::Broken);
        Place::End
    }

    fn marker(&mut self, code: u8) -> Place {
        match code {
            0xFF => Place::Code,
            0xD9 => Place::End,
            0x01 | 0xD0..=0xD7 => Place::Marker,
            0x00 | 0xD8 => self.broken(),
            code => Place::Length(code, Vec::new()),
        }
    }

    fn segment(&mut self, code: u8, two: &[u8]) -> Place {
        let length = number(two, 0);
        let Some(left) = length.checked_sub(2) else { return self.broken() };
        let is_frame = matches!(code, 0xC0..=0xCF) && !matches!(code, 0xC4 | 0xC8 | 0xCC);
        self.picture |= code == SCAN;
        match left {
            0 if code == SCAN => Place::Scan,
            0 => Place::Marker,
            left if is_frame => Place::Frame(left, Vec::new()),
            left => Place::Skip(left, code == SCAN),
        }
    }

    /// Precision, height, width; then components, which are passed over.
    fn frame(&mut self, left: u16, head: Vec<u8>) -> Place {
        let left = left.saturating_sub(1);
        if head.len() < 5 {
            return if left == 0 { self.broken() } else { Place::Frame(left, head) };
        }
        let (height, width) = (u32::from(number(&head, 1)), u32::from(number(&head, 3)));
        if height == 0 || width == 0 {
            return self.broken();
        }
        self.size = Some((width, height));
        if left == 0 { Place::Marker } else { Place::Skip(left, false) }
    }

    pub(super) fn finish(self) -> Result<(u32, u32), Fault> {
        match (self.fault, self.place, self.size) {
            (Some(fault), ..) => Err(fault),
            (None, Place::End, Some(size)) if self.picture => Ok(size),
            (None, Place::End, _) => Err(Fault::Broken),
            (None, ..) => Err(Fault::CutShort),
        }
    }
}

fn number(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..at + 2).unwrap_or_default();
    two.iter().fold(0, |sum, byte| (sum << 8) | u16::from(*byte))
}
