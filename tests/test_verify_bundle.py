"""Proves that the verifier of proof files finds tampering: python3 -m unittest tests/test_verify_bundle.py

Runs from the project's root; needs cargo, which makes a proof file by a test. A thousand tamperings, the same each time.
"""
import importlib.util
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERIFIER = ROOT / "src" / "bundle" / "verify.py"
SPEC = importlib.util.spec_from_file_location("verify", VERIFIER)
verify = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(verify)


def made():
    """A proof file, as the service gives it out, and its members in order."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "bundle.zip"
        subprocess.run(["cargo", "test", "--quiet", "--locked", "--test", "api", "--", "--ignored", "--exact",
                        "bundle::a_proof_file_for_the_verifier"],
                       cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"BUNDLE_TO": str(path)})
        with zipfile.ZipFile(path) as archive:
            return path.read_bytes(), {name: archive.read(name) for name in archive.namelist()}


def pack(files):
    """The same ZIP that the service would write of these files."""
    body, directory = b"", b""
    for name, content in files.items():
        facts = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(name), 0)
        directory += b"PK\x01\x02\x0a\x00" + facts + bytes(10) + struct.pack("<I", len(body)) + name.encode()
        body += b"PK\x03\x04" + facts + name.encode() + content
    return body + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory),
                                                          len(body), 0)


def spelled(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def told(data, anchor=None):
    try:
        return "\n".join(verify.verify(data, anchor))
    except verify.Bad as bad:
        return f"FAULT: {bad}"


def resealed(events, first):
    """Events with every hash from `first` on counted anew, as somebody with this program would do it."""
    before = events[first - 1]["hash"] if first else verify.ZERO
    for event in events[first:]:
        raw = event["body"].encode()
        event["hash"] = before = verify.sha(b"licensing-audit-v1\0", bytes.fromhex(before), struct.pack(">Q", len(raw)), raw)


def sealed_anchor(anchor):
    return verify.sha(b"licensing-anchor-v1\0", bytes.fromhex(anchor["before"]), bytes.fromhex(anchor["root"]),
                      anchor["on"].encode(), b"\0", str(anchor["count"]).encode())


class Tamperer:
    """Ways to change a proof file, drawn from a seed."""

    def __init__(self, data, files, seed):
        self.data, self.files, self.chance = data, files, random.Random(seed)

    def events(self):
        return [json.loads(line) for line in self.files["events.jsonl"].decode().splitlines()]

    def with_events(self, events):
        return pack(self.files | {"events.jsonl": "".join(spelled(event) + "\n" for event in events).encode()})

    def flip_any_byte(self):
        at, bit = self.chance.randrange(len(self.data)), 1 << self.chance.randrange(8)
        return self.data[:at] + bytes([self.data[at] ^ bit]) + self.data[at + 1:]

    def flip_a_byte_of_the_spine(self):
        """In a ZIP that is right in itself: only what the files say can tell."""
        name = self.chance.choice(["manifest.json", "events.jsonl", "proof.json", "anchors.json"])
        content = bytearray(self.files[name])
        content[self.chance.randrange(len(content))] ^= 1 << self.chance.randrange(8)
        return pack(self.files | {name: bytes(content)})

    def cut_off(self):
        return self.data[:self.chance.randrange(len(self.data))]

    def add_bytes(self):
        at = self.chance.choice([0, len(self.data), self.chance.randrange(len(self.data))])
        return self.data[:at] + self.chance.randbytes(self.chance.randint(1, 40)) + self.data[at:]

    def swap_members(self):
        one, other = self.chance.sample(sorted(self.files), 2)
        return pack({{one: other, other: one}.get(name, name): content for name, content in self.files.items()})

    def swap_contents_of_members(self):
        one, other = self.chance.sample(sorted(self.files), 2)
        return pack(self.files | {one: self.files[other], other: self.files[one]})

    def leave_a_member_out(self):
        gone = self.chance.choice(sorted(self.files))
        return pack({name: content for name, content in self.files.items() if name != gone})

    def leave_a_member_out_of_the_list_too(self):
        manifest = json.loads(self.files["manifest.json"])
        gone = manifest["files"].pop(self.chance.randrange(len(manifest["files"])))["path"]
        files = self.files | {"manifest.json": (spelled(manifest) + "\n").encode()}
        return pack({name: content for name, content in files.items() if name != gone})

    def add_a_member(self):
        return pack({f"files/X{self.chance.randrange(99)}.pdf": self.chance.randbytes(40)} | self.files)

    def edit_a_file_and_the_list(self):
        manifest = json.loads(self.files["manifest.json"])
        entry = self.chance.choice(manifest["files"])
        content = bytearray(self.files[entry["path"]])
        content[self.chance.randrange(len(content))] ^= 1 << self.chance.randrange(8)
        entry["sha256"] = verify.sha(bytes(content))
        return pack(self.files | {entry["path"]: bytes(content), "manifest.json": (spelled(manifest) + "\n").encode()})

    def edit_an_event_and_seal_it_anew(self):
        events = self.events()
        at = self.chance.randrange(len(events))
        body = json.loads(events[at]["body"])
        body["at"] = body["at"].replace("2025", "2024")
        events[at]["body"] = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        resealed(events, at)
        return self.with_events(events)

    def drop_swap_or_repeat_an_event(self):
        events = self.events()
        at = self.chance.randrange(len(events) - 1)
        way = self.chance.choice(["drop", "swap", "repeat"])
        if way == "drop":
            del events[at]
        elif way == "swap":
            events[at], events[at + 1] = events[at + 1], events[at]
        else:
            events.insert(at, events[at])
        if self.chance.random() < 0.5:
            resealed(events, at)
        return self.with_events(events)

    def replace_an_anchor(self):
        name = self.chance.choice(["proof.json", "anchors.json"])
        told = json.loads(self.files[name])
        anchor = self.chance.choice(told["anchors"])
        key = self.chance.choice(["root", "before", "hash", "on", "count"])
        anchor[key] = {"on": "2025-02-07", "count": anchor["count"] + 1}.get(key, self.chance.randbytes(32).hex())
        # The last anchor, sealed anew in itself, is what nothing but an anchor from elsewhere can tell: see make_the_last_anchor_anew.
        if name == "anchors.json" or key in ("root", "before"):
            anchor["hash"] = sealed_anchor(anchor)
        return pack(self.files | {name: (spelled(told) + "\n").encode()})

    def make_the_last_anchor_anew(self):
        proof = json.loads(self.files["proof.json"])
        anchor = proof["anchors"][-1]
        anchor["count"] += self.chance.randint(1, 1_000)
        anchor["hash"] = sealed_anchor(anchor)
        return pack(self.files | {"proof.json": (spelled(proof) + "\n").encode()})

    def forge_the_way_into_the_anchor(self):
        proof = json.loads(self.files["proof.json"])
        seen = proof["sighting"]
        way = self.chance.choice(["seq", "hash", "anchor", "path"])
        if way == "path":
            seen["path"] = seen["path"][:-1] if seen["path"] and self.chance.random() < 0.5 else seen["path"] + [
                {"hash": self.chance.randbytes(32).hex(), "side": self.chance.choice(["left", "right"])}]
        else:
            seen[way] = {"seq": seen["seq"] - 1, "anchor": seen["anchor"] - 1}.get(way, self.chance.randbytes(32).hex())
        return pack(self.files | {"proof.json": (spelled(proof) + "\n").encode()})

    ALL = [flip_any_byte, flip_a_byte_of_the_spine, cut_off, add_bytes, swap_members, swap_contents_of_members,
           leave_a_member_out, leave_a_member_out_of_the_list_too, add_a_member, edit_a_file_and_the_list,
           edit_an_event_and_seal_it_anew, drop_swap_or_repeat_an_event, replace_an_anchor,
           forge_the_way_into_the_anchor, make_the_last_anchor_anew]


class ProofFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data, cls.files = made()

    def test_a_file_as_it_was_given_out_is_all_right(self):
        self.assertEqual(pack(self.files), self.data)
        self.assertIn("NOT CHECKED: whether the whole file was made anew", told(self.data))
        own = json.loads(self.files["proof.json"])["anchors"][-1]["hash"]
        self.assertIn("the anchor that you gave vouches for all of it", told(self.data, own.upper()))
        older = json.loads(self.files["anchors.json"])["anchors"][0]["hash"]
        self.assertRegex(told(self.data, older), r"the anchor that you gave \(1\) vouches for the events 1 to \d+ of")

    def test_the_verifier_in_the_file_is_this_one_and_runs_alone(self):
        self.assertEqual(self.files["verify.py"], VERIFIER.read_bytes())
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "bundle.zip"
            for data, code in ((self.data, 0), (self.data[:-1], 1)):
                path.write_bytes(data)
                done = subprocess.run([sys.executable, "-I", str(VERIFIER), str(path)], capture_output=True, check=False)
                self.assertEqual(done.returncode, code, done)

    def test_a_thousand_tamperings_are_found(self):
        own = json.loads(self.files["proof.json"])["anchors"][-1]["hash"]
        seen = dict.fromkeys((way.__name__ for way in Tamperer.ALL), 0)
        for number in range(1_000):
            tamperer = Tamperer(self.data, self.files, number)
            way = Tamperer.ALL[number % len(Tamperer.ALL)]
            tampered = way(tamperer)
            if tampered == self.data:
                continue
            seen[way.__name__] += 1
            known = own if way is Tamperer.make_the_last_anchor_anew else None
            self.assertTrue(told(tampered, known).startswith("FAULT: "), f"{way.__name__} {number} was not found")
        self.assertGreaterEqual(sum(seen.values()), 990, seen)

    def test_no_letter_of_the_proof_can_change_its_case(self):
        """A hash in capitals is the same number: only the spelling tells."""
        content = self.files["proof.json"]
        for at, letter in enumerate(content):
            if chr(letter).isalpha():
                changed = content[:at] + bytes([letter ^ 0x20]) + content[at + 1:]
                tampered = pack(self.files | {"proof.json": changed})
                self.assertTrue(told(tampered).startswith("FAULT: "), f"byte {at} of proof.json")

    def test_a_file_made_anew_is_found_by_an_anchor_from_elsewhere_alone(self):
        """So that nobody claims more: whoever has the service can write another history that is right in itself."""
        tamperer = Tamperer(self.data, self.files, 0)
        events = tamperer.events()
        events[0]["body"] = events[0]["body"].replace("2025", "2024", 1)
        older = {"anchors": [], "sightings": []}
        files = self.files | {"anchors.json": (spelled(older) + "\n").encode()}
        manifest = json.loads(files["manifest.json"])
        entry = next(entry for entry in manifest["files"] if entry["path"] == "anchors.json")
        entry["sha256"], entry["bytes"] = verify.sha(files["anchors.json"]), len(files["anchors.json"])
        files["manifest.json"] = (spelled(manifest) + "\n").encode()
        last = json.loads(events[-1]["body"])
        last["facts"]["manifest_sha256"] = verify.sha(files["manifest.json"])
        events[-1]["body"] = json.dumps(last, separators=(",", ":"))
        resealed(events, 0)
        head = events[-1]
        leaf = verify.sha(b"licensing-leaf-v1\0", f"{head['chain']} {head['seq']} {head['hash']}".encode())
        anchor = {"anchor": 1, "before": verify.ZERO, "count": 1, "on": "2025-02-06", "root": leaf}
        anchor["hash"] = sealed_anchor(anchor)
        sighting = {"anchor": 1, "hash": head["hash"], "path": [], "seq": head["seq"]}
        files["events.jsonl"] = "".join(spelled(event) + "\n" for event in events).encode()
        files["proof.json"] = (spelled({"anchors": [anchor], "sighting": sighting}) + "\n").encode()
        self.assertIn("NOT CHECKED", told(pack(files)))
        own = json.loads(self.files["proof.json"])["anchors"][-1]["hash"]
        self.assertRegex(told(pack(files), own), "^FAULT: the anchor .* is none of its anchors")


if __name__ == "__main__":
    unittest.main()
