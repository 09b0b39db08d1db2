"""Kills the service with SIGKILL while files come in, again and again (promises P13, P14, issue 3 section 4.2).

    python3 tests/kill_uploads.py [--kills 50] [--seed N]

Four clients send files without a pause and note each that was acknowledged; the service is killed shortly after its start, or
after the first file of its life was acknowledged. In the end every acknowledged file is downloaded and compared, every row has its
bytes, every file in the store has the hash that it is named by, `documents verify` and `audit verify` are content.
"""
import argparse
import hashlib
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

import upload_service


def client(service, stop, acknowledged, randomness):
    while not stop.is_set():
        data = upload_service.new_pdf(randomness.choice([0, 3_000, 300_000]))
        try:
            status, answer = service.send("gas.pdf", "application/pdf", data)
        except (OSError, ValueError, upload_service.http.client.HTTPException):
            stop.wait(0.005)
            continue
        if status == 201:
            acknowledged.append((answer["id"], hashlib.sha256(data).hexdigest()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    randomness = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        service = upload_service.Service(*upload_service.build(folder), folder / "service", files__per_sender_bytes=10**12)
        acknowledged, stop = [], threading.Event()
        senders = [threading.Thread(target=client, args=(service, stop, acknowledged, random.Random(options.seed + n))) for n in range(4)]
        for sender in senders:
            sender.start()
        for kill in range(options.kills):
            # One in four while it starts, the others at work, however slow the machine is.
            before, until = len(acknowledged), time.monotonic() + 10
            service.start(wait=False)
            while kill % 4 and len(acknowledged) == before and time.monotonic() < until:
                time.sleep(0.005)
            time.sleep(randomness.uniform(0, 0.4))
            service.process.kill()
            service.process.wait()
        stop.set()
        for sender in senders:
            sender.join()
        service.start()
        lost = sum(hashlib.sha256(service.content(document)[2]).hexdigest() != sha for document, sha in acknowledged)
        service.stop()
        wrong, figures = service.judge()
        wrong |= {"acknowledged and lost": lost, "nothing to lose": int(len(acknowledged) < options.kills)}
        for words in (["documents", "verify"], ["audit", "verify"]):
            service.command(*words)
        wrong = {what: count for what, count in wrong.items() if count}
        figures |= {"kills": options.kills, "acknowledged": len(acknowledged)}
        print(json.dumps({"promise": "P13-P14", **figures, "wrong": wrong}), flush=True)
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
