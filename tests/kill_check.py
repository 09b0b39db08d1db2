"""Kills the nightly check and the post with SIGKILL, again and again, and proves that nothing is lost or repeated.

    python3 tests/kill_check.py [--kills 50] [--lives 2] [--seed N]

Runs on the embedded database, from the project's root; needs cargo and aiosmtpd. For each life a fresh copy of a database
with some hundred due items is checked and sent by `licensing check`, which is killed after 50 to 900 ms, and then run to its
end. Afterwards (promises P01 to P03):

- every reminder on record reached the relay, and no letter went that is not on record;
- no reminder, breach or event of one is there twice;
- a reminder went out once, but for at most one more copy for each kill, with the same Message-ID and the same bytes but Date;
- a demand went out once at most, and if it cannot be known whether it went, it is held for a person;
- the audit chains are whole.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import smtp_sink

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEASE = 12  # seconds, the shortest that the settings allow


def run(*command, **more):
    return subprocess.run(command, cwd=ROOT, check=True, **more)


def prepare(folder):
    """The program, and a database with due items made by a test."""
    run("cargo", "build", "--quiet")
    seed = folder / "seed.sqlite"
    today = datetime.now(timezone.utc).astimezone(ZoneInfo("Europe/London")).date()
    run("cargo", "test", "--quiet", "--test", "api", "--", "--ignored", "--exact", "kill_check::a_database_full_of_due_items",
        env=os.environ | {"KILL_CHECK_SEED": str(seed), "KILL_CHECK_TODAY": str(today)}, stdout=subprocess.DEVNULL)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug" / "licensing", seed


def settings(url, port, folder):
    return os.environ | {
        "LICENSING__DATABASE__URL": url,
        "LICENSING__FILES__URL": str(folder / "files"),
        "LICENSING__MAIL__TRANSPORT": "smtp",
        "LICENSING__MAIL__SMTP__HOST": "127.0.0.1",
        "LICENSING__MAIL__SMTP__PORT": str(port),
        "LICENSING__MAIL__SMTP__TLS": "none",
        "LICENSING__MAIL__SMTP__TIMEOUT_SECONDS": "1",
        "LICENSING__MAIL__SMTP__LEASE_SECONDS": str(LEASE),
        "LICENSING__MAIL__WORKERS": "1",
        "LICENSING__CHECK__BATCH": "20",
        "LICENSING__LOG__FILTER": "error",
    }


def live(program, environment, kills):
    """Kills the check so many times, then lets it come to its end. Says how many were killed at work."""
    killed = 0
    for _ in range(kills):
        check = subprocess.Popen([program, "check"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        try:
            check.wait(random.uniform(0.05, 0.9))
        except subprocess.TimeoutExpired:
            check.kill()
            check.wait()
            killed += 1
    bring_to_its_end(program, environment)
    return killed


def bring_to_its_end(program, environment):
    for _ in range(4):
        time.sleep(LEASE + 1)
        done = subprocess.run([program, "check", "--json"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
        if json.loads(done.stdout)["post"]["waiting"] == 0:
            break


def judge(ask, copies, kills, may_copy):
    """What is wrong, and the figures; `ask` gives the rows of a query, `may_copy` is how many letters were interrupted at most."""
    one = lambda sql: int(ask(sql)[0][0])
    letters = ask("SELECT id, kind, state FROM letters WHERE channel = 'email'")
    sent = {name: hashes for name, hashes in copies.items()}
    of = {letter: sent.get(next((name for name in sent if letter in name), ""), []) for letter, _, _ in letters}
    reminded = {letter for (letter,) in ask("SELECT DISTINCT letter_id FROM reminders WHERE state = 'called'")}
    figures = {
        "kills": kills,
        "reminders": one("SELECT count(*) FROM reminders WHERE state = 'called'"),
        "breaches": one("SELECT count(*) FROM breaches"),
        "letters": len(letters),
        "held": sum(state == "held" for _, _, state in letters),
        "extra_copies": sum(len(hashes) - 1 for hashes in of.values() if hashes),
    }
    wrong = {
        "reminders lost": sum(not of.get(letter) for letter in reminded),
        "letters not at their end": sum(state not in ("accepted", "held") for _, _, state in letters),
        "reminders held": sum(kind == "digest" and state == "held" for _, kind, state in letters),
        "demands sent twice": sum(kind == "demand" and len(of[letter]) > 1 for letter, kind, _ in letters),
        "demands lost unnoticed": sum(state == "accepted" and not of[letter] for letter, _, state in letters),
        "letters of other bytes": sum(len(set(hashes)) > 1 for hashes in sent.values()),
        "letters not on record": sum(not any(letter in name for letter, _, _ in letters) for name in sent),
        "reminders twice": one("""SELECT count(*) FROM (SELECT 1 FROM reminders
            GROUP BY subject_id, rung, due_on, recipient_id HAVING count(*) > 1) AS twice"""),
        "due dates called for twice": one("""SELECT count(*) FROM (SELECT 1 FROM reminders WHERE state = 'called'
            GROUP BY subject_id, recipient_id HAVING count(*) > 1) AS twice"""),
        "breaches twice": one("""SELECT count(*) FROM (SELECT 1 FROM breaches
            GROUP BY coalesce(item_id, obligation_id), due_on HAVING count(*) > 1) AS twice"""),
        "events without reminder, or the reverse": abs(
            one("SELECT count(*) FROM events WHERE kind = 'reminder.called'")
            - one("SELECT count(DISTINCT subject_id) FROM reminders")),
        "events without breach, or the reverse": abs(
            one("SELECT count(*) FROM events WHERE kind = 'breach.proposed'") - figures["breaches"]),
        "due dates left": one("SELECT count(*) FROM items WHERE next_call_on <= (SELECT max(night) FROM checks)"),
        "too many copies": max(0, figures["extra_copies"] - may_copy),
        "nothing to do": int(figures["reminders"] < 200 or figures["breaches"] < 100),
    }
    return {what: count for what, count in wrong.items() if count}, figures


def main():
    parser = argparse.ArgumentParser(description="Kills the nightly check and proves that nothing is lost or repeated.")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--lives", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)
    failed, killed_in_all = False, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program, seed = prepare(folder)
        for life in range(1, options.lives + 1):
            database = folder / f"life-{life}.sqlite"
            shutil.copy(seed, database)
            sink = smtp_sink.Sink()
            relay = smtp_sink.start(sink)
            environment = settings(f"sqlite://{database}", relay.port, folder)
            killed = live(program, environment, -(-options.kills // options.lives))
            killed_in_all += killed
            relay.stop()
            db = sqlite3.connect(database)
            wrong, figures = judge(lambda sql: db.execute(sql).fetchall(), sink.copies, killed, killed)
            if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                wrong["broken database"] = 1
            verified = subprocess.run([program, "audit", "verify"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
            if verified.returncode != 0:
                wrong["broken audit chains"] = 1
            print(json.dumps({"promise": "P01-P03", "life": life, **figures, "wrong": wrong}), flush=True)
            failed = failed or bool(wrong)
    if killed_in_all < options.kills * 0.8:
        sys.exit(f"only {killed_in_all} of {options.kills} were killed at work: make more of it")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
