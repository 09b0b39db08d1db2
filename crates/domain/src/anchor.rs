//! The nightly anchor over the heads of all chains, and proofs that one head is in it without showing the others.
//!
//! All hashes are SHA-256 in lower-case hexadecimal. Leaves, nodes and anchors begin with words of their own, so that
//! none can pass for another. `tests/verify_audit.py` computes the same with nothing but Python.

use sha2::{Digest as _, Sha256};

use super::event::{GENESIS, hex};

const LEAF: &[u8] = b"licensing-leaf-v1\0";
const NODE: &[u8] = b"licensing-node-v1\0";
const ANCHOR: &[u8] = b"licensing-anchor-v1\0";

/// On which side of the climb a hash stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It comes first.
    Left,
    /// It comes second.
    Right,
}

/// One step from a leaf towards the root: the hash beside the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The hash beside the path.
    pub hash: String,
    /// Its side.
    pub side: Side,
}

/// The line of one chain's head: its name, the number of its last event and that event's hash.
#[must_use]
pub fn leaf(chain: &str, seq: i64, hash: &str) -> String {
    format!("{chain} {seq} {hash}")
}

/// The Merkle root of lines in the order of their chains' names; 64 zeros if there is none.
#[must_use]
pub fn root(lines: &[String]) -> String {
    let mut level = leaves(lines);
    while level.len() > 1 {
        level = above(&level);
    }
    level.pop().unwrap_or_else(|| GENESIS.to_owned())
}

/// The hash of an anchor: over the anchor before it (64 zeros for the first), the root, the London date of the night
/// ("2025-01-22") and how many leaves the root has.
#[must_use]
pub fn anchor_hash(before: &str, root: &str, on: &str, count: usize) -> String {
    let mut sha = Sha256::new();
    sha.update(ANCHOR);
    sha.update(unhex(before));
    sha.update(unhex(root));
    sha.update(on);
    sha.update(b"\0");
    sha.update(count.to_string());
    hex(&sha.finalize())
}

/// The way from the line at `index` (from 0) to the root; empty for a single line or none there.
#[must_use]
pub fn path(lines: &[String], index: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut level = leaves(lines);
    let mut at = index;
    while level.len() > 1 && at < level.len() {
        let (beside, side) =
            if at.is_multiple_of(2) { (at.saturating_add(1), Side::Right) } else { (at - 1, Side::Left) };
        // An odd last hash is carried up as it is: nothing stands beside it.
        if let Some(hash) = level.get(beside) {
            steps.push(Step { hash: hash.clone(), side });
        }
        level = above(&level);
        at /= 2;
    }
    steps
}

/// The root that a line and its path lead to. The line is in the anchor if it is the anchor's root.
#[must_use]
pub fn climb(leaf_line: &str, path: &[Step]) -> String {
    path.iter().fold(leaf_hash(leaf_line), |below, step| match step.side {
        Side::Left => node(&step.hash, &below),
        Side::Right => node(&below, &step.hash),
    })
}

fn leaves(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| leaf_hash(line)).collect()
}

fn above(level: &[String]) -> Vec<String> {
    let pair = |pair: &[String]| match pair {
        [left, right] => node(left, right),
        carried => carried.concat(),
    };
    level.chunks(2).map(pair).collect()
}

fn leaf_hash(line: &str) -> String {
    hex(&Sha256::new().chain_update(LEAF).chain_update(line).finalize())
}

fn node(left: &str, right: &str) -> String {
    hex(&Sha256::new().chain_update(NODE).chain_update(unhex(left)).chain_update(unhex(right)).finalize())
}

/// Bytes of hexadecimal text; what is none counts as zero, which no hash will fit.
fn unhex(text: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    text.as_bytes().chunks(2).map(|pair| byte(pair).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(count: i64) -> Vec<String> {
        (1..=count).map(|n| leaf(&format!("case:{n}"), n, &format!("{n:064x}"))).collect()
    }

    #[test]
    fn roots_are_those_that_the_python_verifier_computes() {
        let cases = [
            (0, GENESIS),
            (1, "0489aaf6763a110bc4add7d31bd46bae4e5e96e9e95cfd6cf055060a081f2dba"),
            (2, "b78eb58d7f48bbd31eeb6843182fe2f61340ad844e5204d2f3af75081ca3ac20"),
            (3, "7a45f6c3fabffa30224f61911657999b071d9a005a0837c9e151b677f07feeec"),
            (5, "a28e128809e333031fe36afc43f260a0793f51fd963a4870614b7da4b0cb427e"),
        ];
        for (count, expected) in cases {
            assert_eq!(root(&heads(count)), expected, "{count}");
        }
        let anchor = anchor_hash(GENESIS, &root(&heads(5)), "2025-01-22", 5);
        assert_eq!(anchor, "7cd0b314cd1ffe5766b2a28e8d472e334cb67187a600b51e75b29b3e5aaf75a2");
    }

    #[test]
    fn every_head_climbs_to_the_root_and_no_other_line_does() {
        for count in 1..=17 {
            let lines = heads(count);
            let top = root(&lines);
            for (index, line) in lines.iter().enumerate() {
                let way = path(&lines, index);
                assert_eq!(climb(line, &way), top, "{index} of {count}");
                assert_ne!(climb(&format!("{line}0"), &way), top, "{index} of {count}");
            }
        }
    }

    #[test]
    fn a_head_changed_moved_or_left_out_gives_another_root() {
        let lines = heads(6);
        let mut moved = lines.clone();
        moved.swap(1, 4);
        let mut changed = lines.clone();
        changed[3].push('0');
        for other in [moved, changed, lines[..5].to_vec(), [lines.clone(), lines[5..].to_vec()].concat()] {
            assert_ne!(root(&other), root(&lines), "{other:?}");
        }
    }

    #[test]
    fn there_is_no_way_from_a_place_that_does_not_exist() {
        assert_eq!(path(&heads(3), 3), []);
        assert_eq!(path(&[], 0), []);
    }
}
