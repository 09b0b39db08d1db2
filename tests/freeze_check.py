"""Freezes senders with SIGSTOP between claiming a letter and noting its outcome, lets others send it, and wakes them again.

    python3 tests/freeze_check.py [--frozen 20]

Runs as kill_check.py does. Each process is frozen while the relay keeps it waiting: every other one before it may say the
message, every other one when the relay has the message and has not answered. When their leases have run out another process
settles all letters; then the frozen ones wake. Afterwards (promise P05):

- not a byte of the database has changed since they woke;
- the log of each says stale_worker;
- a reminder went out once, or twice with the same Message-ID and the same bytes but Date;
- a demand went out once at most, and is held for a person.
"""
import argparse
import asyncio
import json
import os
import pathlib
import queue
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import smtp_sink
from kill_check import LEASE, ROOT, prepare, settings


class Waiting(smtp_sink.Sink):
    """Keeps each sender waiting at the point that `at` names, until `go_on`."""

    def __init__(self):
        super().__init__()
        self.at = "RCPT"
        self.kept = queue.Queue()
        self.waiting = []

    async def keep(self, point):
        if self.at == point:
            gate = asyncio.Event()
            self.waiting.append((asyncio.get_running_loop(), gate))
            self.kept.put(point)
            await gate.wait()

    def go_on(self):
        self.at = None
        for loop, gate in self.waiting:
            loop.call_soon_threadsafe(gate.set)

    async def handle_RCPT(self, server, session, envelope, address, options):
        await self.keep("RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        await self.keep("DATA")
        return answer


def choose(database, frozen):
    """Leaves as many demands as reminders to be frozen with, and some more reminders; the rest counts as posted."""
    with sqlite3.connect(database) as db:
        db.execute("""UPDATE letters SET state = 'posted', next_attempt_at = NULL WHERE id NOT IN
            (SELECT id FROM letters WHERE kind = 'demand' ORDER BY next_attempt_at, id LIMIT ?) AND id NOT IN
            (SELECT id FROM letters WHERE kind = 'digest' ORDER BY next_attempt_at, id LIMIT ?)""", (frozen // 2, frozen))


def freeze(program, environment, sink, log):
    """A sender that stands still with a letter of its own."""
    sender = subprocess.Popen([program, "check"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=log)
    sink.kept.get(timeout=30)
    sender.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, sender.pid, os.WSTOPPED | os.WNOWAIT)
    return sender


def dump(database):
    with sqlite3.connect(database) as db:
        return list(db.iterdump())


def judge(database, copies, taken):
    """What is wrong with the letters that were frozen with, and the figures."""
    with sqlite3.connect(database) as db:
        letters = db.execute("SELECT id, kind, state, attempt FROM letters WHERE state <> 'posted'").fetchall()
    of = {letter: [hash for name, hashes in copies.items() if letter in name for hash in hashes] for letter, *_ in letters}
    frozen = [letter for letter in letters if letter[0] in taken]
    kinds = [kind for _, kind, _, _ in frozen]
    wrong = {
        "letters not frozen with": len(taken) - len(frozen),
        "not as many demands as reminders": abs(kinds.count("demand") - kinds.count("digest")),
        "reminders not sent by another": sum(kind == "digest" and (state, attempt) != ("accepted", 2)
                                             for _, kind, state, attempt in frozen),
        "demands not held": sum(kind == "demand" and (state, attempt) != ("held", 1) for _, kind, state, attempt in frozen),
        "reminders not at their end": sum(kind == "digest" and state != "accepted" for _, kind, state, _ in letters),
        "reminders lost": sum(kind == "digest" and not of[letter] for letter, kind, *_ in letters),
        "too many copies": sum(len(of[letter]) > 1 + (kind == "digest" and letter in taken) for letter, kind, *_ in letters),
        "letters of other bytes": sum(len(set(hashes)) > 1 for hashes in of.values()),
        "letters not on record": sum(not any(letter in name for letter in of) for name in copies),
    }
    copied = sum(len(hashes) - 1 for hashes in of.values() if hashes)
    return {what: count for what, count in wrong.items() if count}, {"letters": len(letters), "extra_copies": copied}


def main():
    parser = argparse.ArgumentParser(description="Freezes senders and proves that they overwrite nothing when they wake.")
    parser.add_argument("--frozen", type=int, default=20)
    options = parser.parse_args()
    senders = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program, seed = prepare(folder)
        database = folder / "licensing.sqlite"
        shutil.copy(seed, database)
        began = time.monotonic()
        sink = Waiting()
        relay = smtp_sink.start(sink)
        environment = settings(f"sqlite://{database}", relay.port, folder) | {"LICENSING__LOG__FILTER": "warn"}
        subprocess.run([program, "check"], cwd=ROOT, env=environment | {"LICENSING__MAIL__HOLD": "true"},
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        choose(database, options.frozen)
        logs = [folder / f"{number}.log" for number in range(options.frozen)]
        try:
            for number, log in enumerate(logs):
                sink.at = ("RCPT", "DATA")[number % 2]
                with log.open("wb") as file:
                    senders.append(freeze(program, environment, sink, file))
            with sqlite3.connect(database) as db:
                taken = {letter for (letter,) in db.execute("SELECT id FROM letters WHERE state = 'sending'")}
            time.sleep(LEASE + 1)
            sink.at = None
            done = subprocess.run([program, "check", "--json"], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, check=True)
            settled = dump(database)
            sink.go_on()
            for sender in senders:
                sender.send_signal(signal.SIGCONT)
            ended = [sender.wait(timeout=30) for sender in senders]
        finally:
            for sender in senders:
                sender.kill()
        relay.stop()
        wrong, figures = judge(database, sink.copies, taken)
        wrong |= {what: count for what, count in {
            "letters left": json.loads(done.stdout)["post"]["waiting"],
            "stale writes": len(set(dump(database)) ^ set(settled)),
            "not noticed": sum("stale_worker" not in log.read_text() for log in logs),
            "ended badly": sum(code != 0 for code in ended),
            "letters claimed by nobody": options.frozen - len(taken),
        }.items() if count}
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"promise": "P05", "frozen": options.frozen, **figures, "seconds": seconds, "wrong": wrong}), flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
