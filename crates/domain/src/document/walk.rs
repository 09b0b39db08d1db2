//! What the walks over the three formats share.

/// What a walk found wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The end is missing.
    CutShort,
    /// It does not fit together.
    Broken,
    /// Something follows the end.
    More,
    /// A password.
    Locked,
    /// A program.
    Scripts,
    /// The start of a program outside.
    Launches,
    /// Files inside.
    FilesInside,
    /// Packed so that a few bytes become very many.
    PackedTwice,
}

/// Beginnings of other files that are met in the middle of a file only if somebody hid them there. All are long enough
/// that chance does not make one of 10 MiB of noise: a phone's photo must never be refused for its pixels.
const HIDDEN: &[&[u8]] =
    &[b"pk\x05\x06\0\0\0\0", b"rar!\x1A\x07", b"7z\xBC\xAF\x27\x1C", b"<?php", b"<script", b"<html", b"<!doctype html"];
const LONGEST: usize = 14;

/// Looks for hidden files in what passes by, also across the borders of its pieces.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    carried: Vec<u8>,
    pub(super) found: bool,
}

impl Hidden {
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if self.found {
            return;
        }
        let mut joined = std::mem::take(&mut self.carried);
        joined.extend_from_slice(bytes);
        self.found = holds_any(&joined);
        let keep = joined.len().saturating_sub(LONGEST - 1);
        self.carried = joined.split_off(keep);
    }
}

fn holds_any(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'P' | b'R' | b'7' | b'<' | b'p' | b'r')) {
        rest = rest.get(at..).unwrap_or_default();
        if HIDDEN.iter().any(|word| begins(rest, word)) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

fn begins(bytes: &[u8], word: &[u8]) -> bool {
    bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}
