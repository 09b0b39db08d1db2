"""What only the real service shows of uploads: the corpus (P34), memory (P35), malware (P36), order of syncs (P15), a full disk (P17).

    python3 tests/uploads.py [corpus|memory|malware|order|full ...]

Without words it does everything. Needs cargo; malware needs clamd, order needs strace, full needs to mount a tmpfs: each says so
and is left out where it cannot be done.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import corpus
import upload_service
from upload_service import Service, new_pdf

# In two pieces, so that scanners on developers' machines stay quiet.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


def report(promise, wrong, **figures):
    print(json.dumps({"promise": promise, **figures, "wrong": wrong}), flush=True)
    return bool(wrong)


def check_corpus(make):
    service, wrong = make().start(), []
    good, bad = list(corpus.good()), list(corpus.bad())
    for name, declared, data in good:
        status, answer = service.send(name, declared, data)
        if status != 201 or service.content(answer["id"])[2] != data:
            wrong.append((name, status, answer.get("detail")))
    for name, declared, data, problem in bad:
        status, answer = service.send(name, declared, data)
        if answer.get("type") != f"urn:selective-licensing:problem:{problem}":
            wrong.append((name, status, answer.get("type") or answer, "wanted", problem))
    left, figures = service.judge()
    wrong += [(what, count) for what, count in left.items() if count]
    if figures["documents"] != len(good) or figures["orphans"] or figures["temporary"]:
        wrong.append(figures)
    service.stop()
    return report("P34", wrong, good=len(good), bad=len(bad))


def check_memory(make):
    service = make().start()
    files = [new_pdf(corpus.MAX - 2_000) for _ in range(20)]
    service.send("warm.pdf", "application/pdf", new_pdf(100_000))
    before, peak, stop = service.memory(), [0], threading.Event()

    def watch():
        while not stop.wait(0.01):
            peak[0] = max(peak[0], service.memory())

    watcher, statuses = threading.Thread(target=watch), []
    senders = [threading.Thread(target=lambda data=data: statuses.append(service.send("a.pdf", "application/pdf", data)[0])) for data in files]
    began = time.monotonic()
    for thread in [watcher, *senders]:
        thread.start()
    for sender in senders:
        sender.join()
    seconds = time.monotonic() - began
    stop.set()
    watcher.join()
    service.stop()
    grown = (peak[0] - before) / 2**20
    wrong = [] if statuses == [201] * 20 and grown < 64 else [statuses, grown]
    return report("P35", wrong, grown_mb=round(grown, 1), before_mb=round(before / 2**20, 1), seconds=round(seconds, 1))


class Clamd:
    """A clamd of our own with two signatures of our own."""

    def __init__(self, folder):
        signatures = folder / "signatures"
        signatures.mkdir()
        digest, body = hashlib.md5(EICAR).hexdigest(), (b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!").hex()
        (signatures / "local.hdb").write_text(f"{digest}:{len(EICAR)}:Test.Eicar\n")
        (signatures / "local.ndb").write_text(f"Test.EicarBody:0:*:{body}\n")
        self.port, self.settings = upload_service.free_port(), folder / "clamd.conf"
        self.settings.write_text(f"DatabaseDirectory {signatures}\nTCPSocket {self.port}\nTCPAddr 127.0.0.1\nStreamMaxLength 12M\nForeground yes\n")

    def start(self):
        self.process = subprocess.Popen(["clamd", "-c", self.settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def stop(self):
        self.process.kill()
        self.process.wait()


def settled(service, document, state):
    """Whether the document comes to that state."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if json.loads(service.call("GET", f"/documents/{document}")[2])["state"] == state:
            return True
        time.sleep(0.05)
    return False


def check_malware(make):
    if not shutil.which("clamd"):
        return print("P36 left out: there is no clamd (Debian: clamav-daemon)") or False
    with tempfile.TemporaryDirectory() as name:
        clamd = Clamd(pathlib.Path(name))
        clamd.start()
        service, wrong = make(scan__clamd=f"127.0.0.1:{clamd.port}").start(), []
        clean = service.send("clean.pdf", "application/pdf", new_pdf())[1]["id"]
        infected = service.send("bad.pdf", "application/pdf", corpus.pdf(body=b"% " + EICAR + b"\n"))[1]["id"]
        picture = service.send("bad.jpg", "image/jpeg", corpus.jpeg(extra=corpus.segment(0xFE, EICAR)))[1]["id"]
        if not settled(service, clean, "clean") or service.content(clean)[0] != 200:
            wrong.append("a clean file is not given out")
        for document in (infected, picture):
            if not settled(service, document, "infected"):
                wrong.append("malware was not found")
            status, _, answer = service.content(document)
            if status != 403 or b"problem:file-infected" not in answer:
                wrong.append(("an infected file was answered", status, answer))
        tasks = json.loads(service.call("GET", "/tasks?kind=file_infected")[2])["items"]
        if len(tasks) != 2:
            wrong.append(("tasks", tasks))
        clamd.stop()
        waiting = service.send("later.pdf", "application/pdf", new_pdf())[1]
        if waiting["state"] != "pending" or service.content(waiting["id"])[0] != 409:
            wrong.append("a file was given out before it was scanned")
        service.stop()
        clamd.start()
        service.start()
        if not settled(service, waiting["id"], "clean"):
            wrong.append("what waited was not scanned at the start")
        service.stop()
        clamd.stop()
    return report("P36", wrong)


CALL = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$")


def events(log):
    """What was called, in order: syncs and renames when they have come back, answers when they begin."""
    begun = {}
    for line in log.read_text(errors="replace").splitlines():
        match = CALL.match(line)
        if not match:
            continue
        pid, resumed, name, rest = match.groups()
        if resumed:
            rest = begun.pop((pid, resumed), "") + rest
            name = resumed
        elif rest.endswith("<unfinished ...>"):
            begun[pid, name] = rest
            if name in ("write", "sendto", "writev"):
                yield name, rest
            continue
        elif name in ("write", "sendto", "writev"):
            yield name, rest
            continue
        if name in ("fsync", "fdatasync", "rename", "renameat", "renameat2"):
            yield name, rest


def check_order(make):
    if not shutil.which("strace"):
        return print("P15 left out: there is no strace") or False
    service = make()
    log = service.folder / "order.log"
    service.start("strace", "-f", "-y", "-s", "200", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2,write,writev,sendto", "-o", str(log))
    hashes = []
    for _ in range(20):
        data = new_pdf(200_000)
        status, answer = service.send("gas.pdf", "application/pdf", data)
        hashes.append(answer["sha256"] if status == 201 else None)
    children = pathlib.Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), 15)
    service.process.wait(30)
    called, wrong, at = list(events(log)), [], 0

    def following(what, fits):
        nonlocal at
        for place in range(at, len(called)):
            if fits(*called[place]):
                at = place + 1
                return
        wrong.append((sha, f"no {what} in its turn"))

    for sha in hashes:
        if not sha:
            wrong.append("an upload failed")
            continue
        following("fsync of the file", lambda name, rest: name == "fsync" and ".part>" in rest)
        following("rename", lambda name, rest: name.startswith("rename") and sha in rest)
        following("fsync of the folder", lambda name, rest: name == "fsync" and f"/files/{sha[:2]}/{sha[2:4]}>" in rest)
        following("sync of the WAL", lambda name, rest: name in ("fsync", "fdatasync") and "-wal>" in rest)
        following("answer", lambda name, rest: "HTTP/1.1 201" in rest)
    return report("P15", wrong, uploads=len(hashes))


def check_full(make):
    with tempfile.TemporaryDirectory() as name:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", name], stderr=subprocess.DEVNULL).returncode:
            return print("P17 left out: a tmpfs cannot be mounted here") or False
        try:
            return fill(make, pathlib.Path(name))
        finally:
            subprocess.run(["umount", name], check=True)


def fill(make, folder):
    filler = folder / "filler"
    filler.write_bytes(bytes(3 << 20))
    service, wrong, kept, refused = make(folder=folder).start(), [], [], 0
    while refused < 5 and len(kept) < 100:
        data = new_pdf(700_000)
        status, answer = service.send("gas.pdf", "application/pdf", data)
        if status == 201:
            kept.append((answer["id"], data))
        else:
            refused += 1
            if status != 507 or answer.get("type") != "urn:selective-licensing:problem:storage-full":
                wrong.append((status, answer))
    if any(service.content(document)[2] != data for document, data in kept):
        wrong.append("a file cannot be read while the disk is full")
    if list(service.files.glob("incoming/*")):
        wrong.append("half a file was left")
    filler.unlink()
    status, answer = service.send("gas.pdf", "application/pdf", new_pdf(700_000))
    if status != 201:
        wrong.append(("not taken when there is room again", status, answer))
    service.stop()
    left, figures = service.judge()
    wrong += [(what, count) for what, count in left.items() if count]
    return report("P17", wrong, kept=len(kept), refused=refused, **figures)


def main():
    checks = {"corpus": check_corpus, "memory": check_memory, "malware": check_malware, "order": check_order, "full": check_full}
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name)
        program, seed = upload_service.build(base)
        failed = False
        for what in sys.argv[1:] or checks:
            def make(folder=None, **settings):
                return Service(program, seed, folder or base / what, files__per_sender_bytes=10**12, **settings)
            failed |= checks[what](make)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
