"""The real service on a database with one licence, and a client that sends files to it; for the checks of uploads."""
import contextlib
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOUNDARY = "----upload-check"


def build(folder, made_by="a_database_with_one_licence"):
    """The program, and a database made by a test: with one licence, unless another is named."""
    subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    seed = folder / "seed.sqlite"
    subprocess.run(
        ["cargo", "test", "--quiet", "--test", "api", "--", "--ignored", "--exact", f"kill_check::{made_by}"],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
        env=os.environ | {"KILL_CHECK_SEED": str(seed), "KILL_CHECK_TODAY": str(datetime.date.today())})
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "debug" / "licensing", seed


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Service:
    """The service in a folder of its own. Start, kill and start it again as often as you like."""

    def __init__(self, program, seed, folder, **settings):
        folder.mkdir(exist_ok=True)
        self.program, self.folder, self.process = program, folder, None
        self.database, self.files, self.port = folder / "licensing.sqlite", folder / "files", free_port()
        if not self.database.exists():
            shutil.copy(seed, self.database)
        self.environment = os.environ | {
            "LICENSING__DATABASE__URL": f"sqlite://{self.database}",
            "LICENSING__FILES__URL": str(self.files),
            "LICENSING__FILES__PER_HOME": "10000",
            "LICENSING__SERVER__LISTEN": f"127.0.0.1:{self.port}",
            "LICENSING__MAIL__FOLDER": str(folder / "mail"),
            "LICENSING__CHECK__ON_START": "false",
            "LICENSING__LOG__FILTER": "error",
        } | {f"LICENSING__{name.upper()}": str(value) for name, value in settings.items()}
        issued = self.command("token", "issue", "amy@council.example", "--label", "check")
        self.token = next(word for word in issued.split() if word.startswith("slt_"))
        self.licence = self.sql("SELECT id FROM licences")[0][0]

    def command(self, *words):
        done = subprocess.run([self.program, *words], cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    def sql(self, query):
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def start(self, *before, wait=True):
        self.process = subprocess.Popen([*before, self.program, "serve"], cwd=ROOT, env=self.environment,
                                        stdout=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while wait:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return self
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.02)
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def call(self, method, path, body=None, headers=None):
        """Status, headers and bytes of an answer."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            client.request(method, f"/api/v1{path}", body, {"Authorization": f"Bearer {self.token}"} | (headers or {}))
            answer = client.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            client.close()

    def send(self, name, declared, data):
        """Sends a file; status and JSON of the answer."""
        quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="licence_id"\r\n\r\n{self.licence}\r\n'
        head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
        head += f"Content-Type: {declared}\r\n\r\n"
        body = head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        status, _, answer = self.call("POST", "/documents", body, kind)
        return status, json.loads(answer)

    def content(self, document):
        status, headers, data = self.call("GET", f"/documents/{document}/content")
        return status, headers, data

    def memory(self):
        """Resident memory in bytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def judge(self):
        """What is wrong between the rows and the bytes."""
        rows = self.sql("SELECT sha256 FROM documents")
        paths = [self.files / sha[:2] / sha[2:4] / sha for (sha,) in rows]
        stored = [path for path in self.files.glob("??/??/*")]
        return {
            "rows without bytes": sum(not path.exists() for path in paths),
            "hash mismatches": sum(hashlib.sha256(path.read_bytes()).hexdigest() != path.name for path in stored),
            "broken database": int(self.sql("PRAGMA integrity_check") != [("ok",)]),
        }, {"documents": len(rows), "orphans": len(stored) - len(set(paths)), "temporary": len(list(self.files.glob("incoming/*")))}


def new_pdf(size=0):
    """A PDF that nobody has sent before."""
    import corpus
    return corpus.pdf(body=b"% " + uuid.uuid4().hex.encode() + b"\n" + (b"%" + b"x" * size + b"\n" if size else b""))
