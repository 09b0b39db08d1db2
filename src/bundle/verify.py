"""Checks the proof file of a breach with nothing but Python, without a network and without the service that made it.

    python3 verify.py BUNDLE.zip [ANCHOR]

ANCHOR is the hash of an anchor that was had from elsewhere, such as the nightly mail to the council's auditors. Without it this
program finds every change to a part of the file, but not a file that was made anew as a whole. Take this program from elsewhere,
too: one that lies in a file says of that file what its maker likes.

Exit code 0 if all is right, 1 with the first fault if not, 2 for bad use.
"""
import argparse
import binascii
import hashlib
import json
import re
import struct
import sys

ZERO = "0" * 64
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
SPINE = ["manifest.json", "events.jsonl", "proof.json"]


class Bad(Exception):
    """What is wrong."""


def unhex(text):
    """The bytes of a hash, which has one spelling: capitals and blanks would be a change that nothing else tells."""
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise Bad("a hash is not spelt as 64 small hexadecimal digits")
    return bytes.fromhex(text)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).hexdigest()


def one_spelling(text, where):
    """Reads JSON that is written in the only way in which it is written here."""
    value = json.loads(text)
    if json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) != text:
        raise Bad(f"{where}: it is not spelled as the service spells it")
    return value


def members(data):
    """The files in the ZIP, which must be, byte for byte, what follows from their names and contents."""
    files, directory, at = {}, [], 0
    while data[at:at + 4] == LOCAL:
        size, length = struct.unpack_from("<I", data, at + 18)[0], struct.unpack_from("<H", data, at + 26)[0]
        name = data[at + 30:at + 30 + length].decode("ascii")
        content = data[at + 30 + length:at + 30 + length + size]
        facts = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 0x21, binascii.crc32(content), len(content), len(content),
                            length, 0)
        if data[at:at + 30] != LOCAL + facts or name in files or not re.fullmatch(r"([A-Za-z0-9]+/)*[A-Za-z0-9]+\.[a-z]+", name):
            raise Bad(f"the ZIP file: the entry at byte {at} is not as it was written")
        files[name] = content
        directory.append(CENTRAL + struct.pack("<H", 10) + facts + bytes(10) + struct.pack("<I", at) + name.encode())
        at += 30 + length + size
    listed = b"".join(directory)
    end = END + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(listed), at, 0)
    if data[at:] != listed + end:
        raise Bad(f"the ZIP file: its directory at byte {at} does not fit its contents, or bytes were added")
    return files


def check_files(files):
    """The list of files against the files. Returns the hash of the list."""
    text = files["manifest.json"].decode()
    manifest = one_spelling(text.removesuffix("\n"), "manifest.json")
    if manifest["form"] != "licensing-bundle-v1":
        raise Bad("manifest.json: this program does not know its form")
    if [entry["path"] for entry in manifest["files"]] + SPINE != list(files):
        raise Bad("manifest.json: it does not name the files that are there, in their order")
    for entry in manifest["files"]:
        content = files[entry["path"]]
        if (entry["bytes"], entry["sha256"]) != (len(content), sha(content)):
            raise Bad(f"{entry['path']}: it is not the file that the list names")
    return sha(files["manifest.json"])


def check_chain(text, manifest):
    """The events of the case, the last of which names the list of files. Returns the chain's name and the hashes."""
    chain, hashes, body = None, [ZERO], {}
    *lines, rest = text.split("\n")
    if rest or not lines:
        raise Bad("events.jsonl: it does not end with an event")
    for number, line in enumerate(lines, 1):
        where = f"event {number}"
        event = one_spelling(line, where)
        if sorted(event) != ["body", "chain", "hash", "seq"]:
            raise Bad(f"{where}: it is no event")
        raw, body = event["body"].encode(), json.loads(event["body"])
        chain = chain or event["chain"]
        if (event["chain"], event["seq"]) != (chain, number) or (body["chain"], body["seq"]) != (chain, number):
            raise Bad(f"{where}: it does not stand in its place: events are missing, added or out of order")
        seal = sha(b"licensing-audit-v1\0", unhex(hashes[-1]), struct.pack(">Q", len(raw)), raw)
        if seal != event["hash"]:
            raise Bad(f"{where}: its hash does not fit its text and the event before it")
        hashes.append(seal)
    if body["kind"] != "bundle.taken" or body["facts"]["manifest_sha256"] != manifest:
        raise Bad(f"event {len(lines)}: it does not name this list of files")
    return chain, hashes


def check_anchors(anchors, before):
    """Anchors against the anchor before them."""
    number, last = before
    for anchor in anchors:
        number += 1
        where = f"anchor {number}"
        if sorted(anchor) != ["anchor", "before", "count", "hash", "on", "root"]:
            raise Bad(f"{where}: it is no anchor")
        own = sha(b"licensing-anchor-v1\0", unhex(anchor["before"]), unhex(anchor["root"]),
                  anchor["on"].encode(), b"\0", str(anchor["count"]).encode())
        if (anchor["anchor"], anchor["before"], anchor["hash"]) != (number, last, own):
            raise Bad(f"{where}: it does not fit what it says, or the anchor before it")
        last = own
    return number, last


def check_sighting(seen, roots, chain, hashes):
    """That an anchor holds the head that the chain had then."""
    where = f"anchor {seen['anchor']}"
    if sorted(seen) != ["anchor", "hash", "path", "seq"] or not 1 <= seen["seq"] < len(hashes):
        raise Bad(f"{where}: it saw an event that is not there")
    if hashes[seen["seq"]] != seen["hash"]:
        raise Bad(f"event {seen['seq']}: it is not the one that {where} saw: the chain was rewritten")
    node = sha(b"licensing-leaf-v1\0", f"{chain} {seen['seq']} {seen['hash']}".encode())
    for step in seen["path"]:
        if sorted(step) != ["hash", "side"] or step["side"] not in ("left", "right"):
            raise Bad(f"{where}: the way to its root cannot be read")
        pair = [step["hash"], node] if step["side"] == "left" else [node, step["hash"]]
        node = sha(b"licensing-node-v1\0", *map(unhex, pair))
    if roots.get(seen["anchor"]) != node:
        raise Bad(f"{where}: this case is not in it as it is told")


def parts(files):
    """The older anchors and the proof."""
    older = one_spelling(files["anchors.json"].decode().removesuffix("\n"), "anchors.json")
    proof = one_spelling(files["proof.json"].decode().removesuffix("\n"), "proof.json")
    if not files["proof.json"].endswith(b"}\n") or sorted(proof) != ["anchors", "sighting"] or not proof["anchors"]:
        raise Bad("proof.json: it is no proof")
    return older, proof


def verify(data, wanted=None):
    """Checks it all, and says what was found."""
    try:
        files = members(data)
        manifest = check_files(files)
        chain, hashes = check_chain(files["events.jsonl"].decode(), manifest)
        older, proof = parts(files)
        anchors = older["anchors"] + proof["anchors"]
        check_anchors(anchors, (0, ZERO))
        roots = {anchor["anchor"]: anchor["root"] for anchor in anchors}
        for seen in older["sightings"] + [proof["sighting"]]:
            check_sighting(seen, roots, chain, hashes)
        if (proof["sighting"]["seq"], proof["sighting"]["anchor"]) != (len(hashes) - 1, len(anchors)):
            raise Bad("proof.json: its anchor does not hold the last event")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error) as fault:
        raise Bad(f"it cannot be read ({type(fault).__name__}: {fault})") from None
    last = anchors[-1]
    told = [f"{len(files)} files as listed; SHA-256 of the list: {manifest}",
            f"{len(hashes) - 1} events in the chain {chain}, none changed, missing or added",
            f"anchor {last['anchor']} of {last['on']} holds them: {last['hash']}"]
    return told + vouched(wanted, anchors, older["sightings"] + [proof["sighting"]], len(hashes) - 1)


def vouched(wanted, anchors, sightings, count):
    """What an anchor from elsewhere proves of it."""
    if not wanted:
        return ["NOT CHECKED: whether the whole file was made anew. Give the hash of that anchor as you had it from elsewhere."]
    # What was copied out of a document may hold blanks and marks that nobody sees.
    wanted = re.sub(r"[^0-9a-f]", "", wanted.lower())
    found = [anchor["anchor"] for anchor in anchors if anchor["hash"] == wanted]
    if not found:
        raise Bad(f"the anchor {wanted} is none of its anchors: it is of a later day, or the file was made anew")
    if found[0] == len(anchors):
        return ["the anchor that you gave vouches for all of it"]
    through = max((seen["seq"] for seen in sightings if seen["anchor"] <= found[0]), default=0)
    return [f"the anchor that you gave ({found[0]}) vouches for the events 1 to {through} of {count}, as they were then; "
            f"give anchor {len(anchors)} to check the rest and the files"]


def main():
    parser = argparse.ArgumentParser(description="Checks the proof file of a breach.")
    parser.add_argument("file", help="the ZIP file")
    parser.add_argument("anchor", nargs="?", help="the hash of an anchor that was had from elsewhere")
    options = parser.parse_args()
    try:
        with open(options.file, "rb") as file:
            print("\n".join(verify(file.read(), options.anchor)))
    except (Bad, OSError) as bad:
        sys.exit(f"FAULT: {bad}")


if __name__ == "__main__":
    main()
