"""Files in a bucket: a real service, and a server that speaks as S3 does.

    python3 tests/s3.py

Needs cargo and moto[server]. A small file and one that goes in pieces come in, are given out whole and in ranges, are verified,
backed up and swept; what was changed in the bucket is found, and what the bucket does not take is not on record.
"""
import hashlib
import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime, timedelta, timezone

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

import upload_service
from upload_service import ROOT, Service, new_pdf

BUCKET = "licensing-check"


def build(folder):
    _, seed = upload_service.build(folder)
    subprocess.run(["cargo", "build", "--quiet", "--features", "s3"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return shutil.copy(target / "debug" / "licensing", folder / "licensing"), seed


def stored():
    """What lies in the bucket: key to object."""
    return dict(s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys.items())


def said(service, *words):
    done = subprocess.run([service.program, *words], cwd=ROOT, env=service.environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def key(sha):
    return f"evidence/{sha[:2]}/{sha[2:4]}/{sha}"


def come_in_and_go_out(service, wrong):
    """Files are sent, and asked for whole and in part; their hashes by size."""
    hashes = []
    for size in (0, 8 << 20, 9_500_000):
        data = new_pdf(size)
        status, answer = service.send("gas.pdf", "application/pdf", data)
        sha = hashlib.sha256(data).hexdigest()
        hashes.append(sha)
        if status != 201 or answer["sha256"] != sha or stored()[key(sha)].value != data:
            wrong.append(("stored otherwise", size, status, answer))
            continue
        if service.content(answer["id"])[2] != data:
            wrong.append(("given out otherwise", size))
        headers = {"Range": "bytes=3-41"}
        status, _, part = service.call("GET", f"/documents/{answer['id']}/content", headers=headers)
        if (status, part) != (206, data[3:42]):
            wrong.append(("a range is otherwise", size, status, part[:60]))
        if service.send("again.pdf", "application/pdf", data)[0] != 200:
            wrong.append(("the same bytes are not known", size))
    return hashes


def sweep(service, wrong):
    """Old bytes that no row names go at the next start, young ones and those that a row names stay."""
    bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    old, young = "a" * 64, "b" * 64
    for sha in (old, young):
        bucket.put_object(BUCKET, key(sha), b"nobody's")
    for name, item in stored().items():
        if name != key(young):
            item.last_modified = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(hours=25)
    left = service.folder / "incoming" / "incoming" / "cut-off.part"
    left.write_bytes(b"x")
    os.utime(left, (time.time() - 90_000,) * 2)
    service.stop()
    service.start()
    until = time.monotonic() + 20
    while key(old) in stored() and time.monotonic() < until:
        time.sleep(0.1)
    if key(old) in stored() or left.exists() or key(young) not in stored():
        wrong.append("the sweep took what it should not, or left what it should")


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program, seed = build(folder)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        os.environ |= {"AWS_ENDPOINT": endpoint, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
                       "AWS_ACCESS_KEY_ID": "check", "AWS_SECRET_ACCESS_KEY": "check"}
        settings = {"files__url": f"s3://{BUCKET}/evidence", "files__incoming": folder / "service" / "incoming"}
        service = Service(program, seed, folder / "service", **settings)
        code, told = said(service, "documents", "verify")
        if code != 1 or "cannot be used for files" not in told:
            wrong.append(("a bucket that is not there", code, told))
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")).close()
        service.start()
        hashes = come_in_and_go_out(service, wrong)
        sweep(service, wrong)
        if said(service, "documents", "verify")[0] != 0:
            wrong.append("what is right is found wrong")
        if said(service, "backup", str(folder / "copy.sqlite"))[0] != 0:
            wrong.append("no backup")
        copied = {file.name for file in (folder / "copy.sqlite.files").glob("??/??/*")}
        if copied != set(hashes):
            wrong.append(("copied", copied))
        stored()[key(hashes[0])].value = b"changed"
        del s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys[key(hashes[1])]
        code, told = said(service, "documents", "verify")
        if code != 1 or told.count("FAULT") != 2 or "1 file as they came" not in told:
            wrong.append(("faults in the bucket", code, told))
        server.stop()
        rows = service.sql("SELECT count(*) FROM documents")
        status, answer = service.send("later.pdf", "application/pdf", new_pdf())
        if status < 500 or service.sql("SELECT count(*) FROM documents") != rows:
            wrong.append(("taken without a bucket", status, answer))
        left = [file.name for file in (folder / "service" / "incoming" / "incoming").iterdir()]
        if left:
            wrong.append(("left behind", left))
        service.stop()
    print(json.dumps({"files in a bucket": len(hashes), "wrong": wrong}, default=str))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
