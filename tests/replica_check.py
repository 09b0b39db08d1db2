"""Runs two replicas of the service on one PostgreSQL, kills them and crashes the server, and proves what kill_check.py proves.

    bash tests/postgres.sh python3 tests/replica_check.py [--crashes 5] [--seed N]

Each turn starts two replicas at once. In the middle of the night's work, in later turns in the middle of the post, the server
restarts as after a crash and one replica is killed; a while later the other is killed too. `licensing check` then brings the
rest to its end. Promise P04: nothing is lost, nothing is there twice.
"""
import argparse
import collections
import csv
import json
import os
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import time

import smtp_sink
from kill_check import ROOT, bring_to_its_end, judge, prepare, settings


def ask(url, sql):
    done = subprocess.run(["psql", "--no-psqlrc", "--quiet", "--csv", "--tuples-only", "--command", sql, url],
                          stdout=subprocess.PIPE, text=True, check=True)
    return [tuple(row) for row in csv.reader(done.stdout.splitlines())]


def turn(program, environment, done):
    """Two replicas, a crash of the server once they have done so much more, and the end of both."""
    enough = done() + random.randrange(20, 80)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    replicas = [subprocess.Popen([program, "serve"], cwd=ROOT, env=environment, **quiet) for _ in range(2)]
    try:
        # A check that met the crash is tried again after a minute.
        patience = time.monotonic() + 90
        while done() < enough:
            if time.monotonic() > patience:
                sys.exit("the replicas do nothing")
            time.sleep(0.01)
        crash = subprocess.Popen(shlex.split(os.environ["TEST_DATABASE_RESTART"]), **quiet)
        time.sleep(random.uniform(0, 0.2))
        replicas[0].kill()
        if crash.wait() != 0:
            sys.exit("the server did not come back")
        time.sleep(random.uniform(0.2, 1.5))
    finally:
        for replica in replicas:
            replica.kill()
            replica.wait()


def main():
    parser = argparse.ArgumentParser(description="Two replicas on PostgreSQL, kill -9, and crashes of the server.")
    parser.add_argument("--crashes", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program, seed = prepare(folder)
        url = seed.read_text()
        sink = smtp_sink.Sink()
        relay = smtp_sink.start(sink)
        environment = settings(url, relay.port, folder) | {"LICENSING__SERVER__LISTEN": "127.0.0.1:0"}
        began = time.monotonic()
        called = lambda: int(ask(url, "SELECT count(*) FROM reminders")[0][0])
        posted = lambda: len(sink.copies)
        reached = []
        for number in range(options.crashes):
            turn(program, environment, called if number < 2 else posted)
            reached.append({"reminders": called(), "sent": posted()})
        bring_to_its_end(program, environment)
        relay.stop()
        # In each turn the crash interrupts a letter of each replica, and so does the end of each.
        wrong, figures = judge(lambda sql: ask(url, sql), sink.copies, 2 * options.crashes, 4 * options.crashes)
        verified = subprocess.run([program, "audit", "verify"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        if verified.returncode != 0:
            wrong["broken audit chains"] = 1
        if reached[1]["reminders"] == figures["reminders"] or reached[-1]["sent"] == figures["letters"]:
            wrong["done before the last crash, so that it proves nothing"] = 1
        checks = collections.Counter(outcome for (outcome,) in ask(url, "SELECT outcome FROM checks"))
    figures |= {"crashes": options.crashes, "reached": reached, "checks": checks,
                "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps({"promise": "P04", **figures, "wrong": wrong}), flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
