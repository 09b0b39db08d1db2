//! A ZIP file whose every byte follows from the names and bytes of its members: nothing is compressed, dated or left open, so
//! that whoever reads it can build it again and find a change in any byte.

use std::io::Read;

use super::Fault;
use crate::files::{AtRest, Incoming};

/// Bytes that are measured before they are written: a member begins with its checksum.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// CRC-32, as ZIP has it.
    pub(super) crc: u32,
    /// How many bytes.
    pub(super) bytes: u32,
}

impl Measured {
    /// Measures what is at hand.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Fault> {
        let count = u32::try_from(bytes.len()).map_err(|_| Fault::TooLarge)?;
        Ok(Self { crc: crc32fast::hash(bytes), bytes: count })
    }
}

/// A ZIP file that is being written.
pub(super) struct Container {
    out: Incoming,
    at: u32,
    directory: Vec<u8>,
    members: u16,
}

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Version 1.0 of the format suffices.
const VERSION: u16 = 10;
/// 1 January 1980: the format wants a day, and the files have none that could differ.
const DAY: u16 = 0x0021;

impl Container {
    pub(super) fn begin(out: Incoming) -> Self {
        Self { out, at: 0, directory: Vec::new(), members: 0 }
    }

    /// Adds what is at hand.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.copy(name, Measured::of(bytes)?, &mut &*bytes)
    }

    /// Adds what is read piece by piece, and was measured before.
    pub(super) fn copy(&mut self, name: &str, measured: Measured, from: &mut dyn Read) -> Result<(), Fault> {
        let facts = facts(name, measured)?;
        let begins = self.at;
        self.write(&[&LOCAL.to_le_bytes()[..], &facts, name.as_bytes()].concat())?;
        let mut left = u64::from(measured.bytes);
        let mut part = vec![0; 1 << 16];
        loop {
            let count = from.read(&mut part).map_err(crate::files::Error::from)?;
            let Some(piece) = part.get(..count).filter(|piece| !piece.is_empty()) else { break };
            left = left.checked_sub(piece.len().try_into().unwrap_or(u64::MAX)).ok_or(Fault::Changed)?;
            self.write(piece)?;
        }
        if left != 0 {
            return Err(Fault::Changed);
        }
        self.list(name, &facts, begins)
    }

    fn list(&mut self, name: &str, facts: &[u8], begins: u32) -> Result<(), Fault> {
        // No comment, first disk, no attributes.
        let rest = [&[0; 10][..], &begins.to_le_bytes()].concat();
        for piece in [&CENTRAL.to_le_bytes()[..], &VERSION.to_le_bytes(), facts, &rest, name.as_bytes()] {
            self.directory.extend_from_slice(piece);
        }
        self.members = self.members.checked_add(1).ok_or(Fault::TooLarge)?;
        Ok(())
    }

    /// Nothing more comes.
    pub(super) fn end(mut self) -> Result<AtRest, Fault> {
        let begins = self.at;
        let directory = std::mem::take(&mut self.directory);
        self.write(&directory)?;
        let length = self.at - begins;
        let members = self.members.to_le_bytes();
        let end = [
            &END.to_le_bytes()[..],
            &[0; 4],
            &members,
            &members,
            &length.to_le_bytes(),
            &begins.to_le_bytes(),
            &[0; 2],
        ];
        self.write(&end.concat())?;
        Ok(self.out.end())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let count = u32::try_from(piece.len()).map_err(|_| Fault::TooLarge)?;
        self.at = self.at.checked_add(count).ok_or(Fault::TooLarge)?;
        Ok(self.out.write(piece)?)
    }
}

/// What both the member and the directory say of it: version, flags, no compression, time and day, checksum, sizes, lengths.
fn facts(name: &str, measured: Measured) -> Result<Vec<u8>, Fault> {
    let length = u16::try_from(name.len()).map_err(|_| Fault::TooLarge)?;
    let (crc, bytes) = (measured.crc.to_le_bytes(), measured.bytes.to_le_bytes());
    let parts =
        [&VERSION.to_le_bytes()[..], &[0; 6], &DAY.to_le_bytes(), &crc, &bytes, &bytes, &length.to_le_bytes(), &[0; 2]];
    Ok(parts.concat())
}
