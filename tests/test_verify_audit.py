"""Proves that the verifier finds each kind of tampering: python3 -m unittest tests/test_verify_audit.py"""
import copy
import importlib.util
import json
import pathlib
import unittest

SPEC = importlib.util.spec_from_file_location("verify_audit", pathlib.Path(__file__).with_name("verify_audit.py"))
audit = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(audit)


def export():
    """Three chains of 4, 3 and 1 events with an anchor after each of two nights; the last event came after both."""
    lines, heads, before = [], {}, audit.ZERO
    for number, (night, events) in enumerate([("2025-01-22", "AABA"), ("2025-01-23", "ABBC"), (None, "C")], 1):
        changed = set()
        for letter in events:
            chain = f"case:{letter}"
            seq, previous = heads.get(chain, (0, audit.ZERO))
            body = json.dumps({"chain": chain, "seq": seq + 1, "said": "café £950"}, ensure_ascii=False)
            heads[chain] = (seq + 1, audit.seal(previous, body))
            changed.add(chain)
            lines.append({"chain": chain, "seq": seq + 1, "hash": heads[chain][1], "body": body})
        if night:
            anchor = sign(number, night, before, [f"{c} {heads[c][0]} {heads[c][1]}" for c in sorted(changed)])
            before = anchor["hash"]
            lines.append(anchor)
    return lines


def sign(number, on, before, leaves):
    root, count = audit.root(leaves), len(leaves)
    digest = audit.sha(b"licensing-anchor-v1\0", bytes.fromhex(before), bytes.fromhex(root), on.encode(), b"\0",
                       str(count).encode())
    return {"anchor": number, "on": on, "at": f"{on}T02:00:00Z", "before": before, "root": root, "count": count,
            "hash": digest, "leaves": "".join(leaf + "\n" for leaf in leaves)}


def reseal(lines, chain):
    """What somebody with the database and this program, but without the old anchors, would do."""
    seq, previous = 0, audit.ZERO
    for line in lines:
        if line.get("chain") == chain:
            seq += 1
            body = json.loads(line["body"]) | {"seq": seq}
            line["seq"], line["body"] = seq, json.dumps(body, ensure_ascii=False)
            line["hash"] = previous = audit.seal(previous, line["body"])


def told(lines, only=None):
    try:
        return audit.verify([json.dumps(line) for line in lines], only)
    except audit.Bad as bad:
        return str(bad)


class Tampering(unittest.TestCase):
    def setUp(self):
        self.lines = export()
        self.assertEqual(told(self.lines), "9 events in 3 chains, 2 anchors: all right")

    def after(self, change):
        lines = copy.deepcopy(self.lines)
        change(lines)
        return told(lines)

    def test_an_edited_body(self):
        def edit(lines):
            lines[1]["body"] = lines[1]["body"].replace("950", "951")
        self.assertRegex(self.after(edit), "^case:A event 2: its hash")

    def test_a_deleted_event(self):
        self.assertRegex(self.after(lambda lines: lines.pop(1)), "^case:A event 3: event 2 should stand here")

    def test_an_inserted_event(self):
        self.assertRegex(self.after(lambda lines: lines.insert(2, lines[1])), "^case:A event 2: event 3 should")

    def test_reordered_events(self):
        def swap(lines):
            lines[0], lines[1] = lines[1], lines[0]
        self.assertRegex(self.after(swap), "^case:A event 2: event 1 should stand here")

    def test_a_body_moved_to_another_chain(self):
        def move(lines):
            lines[0]["body"] = lines[2]["body"]
            lines[0]["hash"] = audit.seal(audit.ZERO, lines[0]["body"])
        self.assertRegex(self.after(move), "^case:A event 1: its body belongs to case:B event 1")

    def test_a_cut_tail(self):
        def cut(lines):
            lines[:] = [line for line in lines if (line.get("chain"), line.get("seq")) != ("case:B", 3)]
        self.assertRegex(self.after(cut), "^case:B event 3: it is gone: the anchor 2 of 2025-01-23 saw 3 events, 2 are")

    def test_a_chain_sealed_anew_after_an_edit(self):
        def rewrite(lines):
            lines[0]["body"] = lines[0]["body"].replace("950", "951")
            reseal(lines, "case:A")
        self.assertRegex(self.after(rewrite), "^case:A event 3: it is not the event that the anchor 1 of")

    def test_an_anchor_changed_in_any_way(self):
        at = next(place for place, line in enumerate(self.lines) if "anchor" in line)
        for key, value in [("on", "2025-01-21"), ("root", audit.ZERO), ("count", 3), ("before", "1" * 64),
                           ("leaves", "case:A 1 00\n")]:
            with self.subTest(key):
                self.assertRegex(self.after(lambda lines: lines[at].update({key: value})), "^anchor 1 of ")
        self.assertRegex(self.after(lambda lines: lines.pop(at)), "^anchor 2 of 2025-01-23: anchor 1 should")

    def test_one_chain_is_verified_without_the_others(self):
        alone = [line for line in self.lines if line.get("chain") == "case:B" or "anchor" in line]
        self.assertEqual(told(alone, "case:B"), "3 events in 1 chains, 2 anchors: all right")
        self.assertRegex(told(alone, "case:Z"), "^case:Z: the export does not hold this chain")

    def test_rubbish_is_told_by_its_line(self):
        self.assertRegex(told([{"chain": "case:A"}]), "^line 1: it cannot be read")


if __name__ == "__main__":
    unittest.main()
