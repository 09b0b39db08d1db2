"""A restored copy sends no mail by itself, and the same mail once it is let go (P58).

    python3 tests/restore_check.py

Runs on the embedded database, from the project's root; needs cargo and aiosmtpd. A database with 500 letters that wait is backed
up. Then the original sends them. A service runs on the copy, and `licensing check` three times beside it, and nothing comes; after
`licensing mail release` the relay gets every letter under the Message-ID that the original used.
"""
import contextlib
import json
import pathlib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time


import smtp_sink
from kill_check import ROOT, prepare, settings
from upload_service import free_port

ROUNDS = 3


def licensing(program, environment, *words):
    done = subprocess.run([program, *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    return done.stdout, done.stderr


def wait_for(port, process):
    until = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            if time.monotonic() > until or process.poll() is not None:
                raise
            time.sleep(0.05)


def waiting(file):
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM letters WHERE state = 'queued' AND channel = 'email'").fetchone()[0]


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program, seed = prepare(folder)
        first, second = smtp_sink.Sink(), smtp_sink.Sink()
        relays = [smtp_sink.start(first), smtp_sink.start(second)]
        more = {"LICENSING__MAIL__WORKERS": "8"}
        original = settings(f"sqlite://{seed}", relays[0].port, folder) | more
        licensing(program, original | {"LICENSING__MAIL__HOLD": "true"}, "check")
        copy = folder / "copy.sqlite"
        licensing(program, original, "backup", str(copy))
        pending = waiting(copy)
        licensing(program, original, "check")
        sent = set(first.copies)

        port = free_port()
        restored = settings(f"sqlite://{copy}", relays[1].port, folder) | more | {
            "LICENSING__SERVER__LISTEN": f"127.0.0.1:{port}", "LICENSING__LOG__FILTER": "warn"}
        with open(folder / "log", "wb") as log:
            service = subprocess.Popen([program, "serve"], cwd=ROOT, env=restored, stdout=subprocess.DEVNULL, stderr=log)
        try:
            wait_for(port, service)
            told = [licensing(program, restored, "check")[1] for _ in range(ROUNDS)]
            health = licensing(program, restored, "health")[0]
        finally:
            service.terminate()
            service.wait(30)
        early = len(second.copies)
        if not all("mail is held" in each for each in [*told, health, (folder / "log").read_text()]):
            wrong.append("that mail is held was not said everywhere")
        licensing(program, restored, "mail", "release")
        licensing(program, restored, "check")
        came = set(second.copies)
        if pending < 500 or early or came != sent or len(sent) < 500:
            wrong.append("the wrong mail")
        for relay in relays:
            relay.stop()
    print(json.dumps({"promise": "P58", "pending": pending, "sent": len(sent), "before_release": early,
                      "after_release": len(came), "the_same": len(came & sent), "wrong": wrong}))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
