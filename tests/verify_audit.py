"""Verifies an export of the audit chains with nothing but Python: a second opinion on `licensing audit verify`.

    python3 verify_audit.py EXPORT.jsonl [--chain case:...]

Exit code 0 if all is right, 1 with the first bad event or anchor if not, 2 for bad use.
"""
import argparse
import hashlib
import json
import sys

ZERO = "0" * 64


class Bad(Exception):
    """What is wrong, naming the event or anchor."""


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).hexdigest()


def seal(before, body):
    text = body.encode()
    return sha(b"licensing-audit-v1\0", bytes.fromhex(before), len(text).to_bytes(8, "big"), text)


def root(lines):
    level = [hashlib.sha256(b"licensing-leaf-v1\0" + line.encode()).digest() for line in lines]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"licensing-node-v1\0" + b"".join(level[i:i + 2])).digest()
                 for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2:]
    return level[0].hex() if level else ZERO


def check_event(line, chains):
    chain, seq = line["chain"], line["seq"]
    where = f"{chain} event {seq}"
    hashes = chains.setdefault(chain, [])
    if seq != len(hashes) + 1:
        raise Bad(f"{where}: event {len(hashes) + 1} should stand here: events are missing, added or out of order")
    try:
        body = json.loads(line["body"])
    except ValueError:
        raise Bad(f"{where}: its body is not JSON") from None
    if not isinstance(body, dict) or (body.get("chain"), body.get("seq")) != (chain, seq):
        raise Bad(f"{where}: its body belongs to {body.get('chain')} event {body.get('seq')}"
                  if isinstance(body, dict) else f"{where}: its body is no event")
    if seal(hashes[-1] if hashes else ZERO, line["body"]) != line["hash"]:
        raise Bad(f"{where}: its hash does not fit its body and the event before it")
    hashes.append(line["hash"])


def check_anchor(line, anchors, heads):
    where = f"anchor {line['anchor']} of {line['on']}"
    if line["anchor"] != len(anchors) + 1:
        raise Bad(f"{where}: anchor {len(anchors) + 1} should stand here")
    if line["before"] != (anchors[-1] if anchors else ZERO):
        raise Bad(f"{where}: it does not follow the anchor before it")
    leaves = line["leaves"].split("\n")
    if leaves.pop() != "" or len(leaves) != line["count"]:
        raise Bad(f"{where}: it does not have the {line['count']} heads that it counts")
    names = [leaf.split(" ")[0] for leaf in leaves]
    if any(one >= other for one, other in zip(names, names[1:])):
        raise Bad(f"{where}: its heads are not in order")
    if root(leaves) != line["root"]:
        raise Bad(f"{where}: its root does not fit its heads")
    own = sha(b"licensing-anchor-v1\0", bytes.fromhex(line["before"]), bytes.fromhex(line["root"]),
              line["on"].encode(), b"\0", str(line["count"]).encode())
    if own != line["hash"]:
        raise Bad(f"{where}: its hash does not fit what it says")
    anchors.append(line["hash"])
    for chain, seq, digest in (leaf.split(" ") for leaf in leaves):
        heads.append((where, chain, int(seq), digest))


def check_heads(heads, chains, only):
    for where, chain, seq, digest in heads:
        if only and chain != only or chain not in chains:
            continue
        hashes = chains[chain]
        if seq > len(hashes):
            raise Bad(f"{chain} event {len(hashes) + 1}: it is gone: the {where} saw {seq} events, {len(hashes)} are left")
        if seq < 1 or hashes[seq - 1] != digest:
            raise Bad(f"{chain} event {seq}: it is not the event that the {where} saw")


def verify(lines, only=None):
    chains, anchors, heads, other = {}, [], [], 0
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
            if "anchor" in line:
                check_anchor(line, anchors, heads)
            elif only in (None, line["chain"]):
                check_event(line, chains)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Bad(f"line {number}: it cannot be read ({type(fault).__name__}: {fault})") from None
    if only and only not in chains:
        raise Bad(f"{only}: the export does not hold this chain")
    check_heads(heads, chains, only)
    return f"{sum(map(len, chains.values()))} events in {len(chains)} chains, {len(anchors)} anchors: all right"


def main():
    parser = argparse.ArgumentParser(description="Verifies an export of the audit chains.")
    parser.add_argument("file", help="the export, one JSON object per line")
    parser.add_argument("--chain", help="look at this chain only, for instance case:...")
    options = parser.parse_args()
    try:
        with open(options.file, encoding="utf-8", newline="\n") as lines:
            print(verify(lines, options.chain))
    except (Bad, OSError, UnicodeDecodeError) as bad:
        sys.exit(f"{bad}")


if __name__ == "__main__":
    main()
