"""What answers and their times tell a stranger: what is there but not theirs (P40), who is known (P46), and guessing (P45).

    python3 tests/alike.py

Runs from the project's root against a debug build on the embedded database, with 250 made-up landlords; needs cargo. Pairs of
requests alternate and medians are compared, so that a busy machine slows both halves alike.
"""
import http.client
import json
import pathlib
import random
import re
import statistics
import sys
import tempfile
import time
import urllib.parse
import uuid

import upload_service
from upload_service import Service, new_pdf

PAIRS = 1_000  # of something that is there and something that is not
ASKS = 500  # pairs of a known and an unknown address
PLACES = 200
# Told by each answer anew, and of nothing but the answer itself.
OF_ITSELF = {"date", "x-request-id"}


def report(promise, wrong, **figures):
    print(json.dumps({"promise": promise, **figures, "wrong": wrong[:10]}), flush=True)
    return bool(wrong)


class Line:
    """A connection that is kept, as a browser keeps it."""

    def __init__(self, service):
        self.client = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)

    def ask(self, method, path, headers, body=None):
        """Milliseconds, status, headers without those of the answer itself, and body."""
        began = time.perf_counter()
        self.client.request(method, path, body, headers)
        answer = self.client.getresponse()
        data = answer.read()
        took = (time.perf_counter() - began) * 1_000
        told = sorted((name.lower(), value) for name, value in answer.getheaders() if name.lower() not in OF_ITSELF)
        return took, answer.status, told, data


class Browser(Line):
    """Asks for links, at a place that the proxy tells."""

    def __init__(self, service, place):
        super().__init__(service)
        self.place, self.cookies = place, {}

    def page(self, method, path, fields=None):
        headers = {"X-Forwarded-For": self.place, "Sec-Fetch-Site": "same-origin"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        took, status, told, data = self.ask(method, path, headers, fields and urllib.parse.urlencode(fields))
        for name, value in told:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        blank = [(name, re.sub(r"[0-9a-f]{64}", "SECRET", value)) for name, value in told]
        return took, status, blank, re.sub(rb"[0-9a-f]{64}", b"SECRET", data), data

    def form(self, path):
        return re.search(rb'name="token" value="([0-9a-f]+)"', self.page("GET", path)[4])[1].decode()

    def ask_for(self, email):
        return self.page("POST", "/sign-in", {"token": self.form("/sign-in"), "email": email})[:4]

    def follow(self, link):
        return self.page("POST", link, {"token": self.form(link)})[1]


def check_not_mine(service):
    line, wrong = Line(service), []
    mine, theirs = service.sql("SELECT id FROM parties WHERE name IN ('Landlord 0', 'Landlord 1') ORDER BY name")
    service.command("officer", "add", "Landlord 0", "zero@check.example", "--role", "landlord", "--party", mine[0])
    issued = service.command("token", "issue", "zero@check.example", "--label", "check")
    headers = {"Authorization": f"Bearer {next(word for word in issued.split() if word.startswith('slt_'))}"}
    licence, home = service.sql(f"SELECT id, property_id FROM licences WHERE holder_id = '{theirs[0]}'")[0]
    demand, = service.sql(f"SELECT id FROM demands WHERE licence_id = '{licence}'")[0]
    service.licence = licence
    document = service.send("theirs.pdf", "application/pdf", new_pdf())[1]["id"]
    there = [f"/licences/{licence}", f"/demands/{demand}", f"/documents/{document}", f"/documents/{document}/content"]
    medians = {}
    for path in there:
        times = {"there": [], "absent": []}
        for _ in range(PAIRS // len(there)):
            other = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(uuid.uuid4()), path)
            pair = [("there", path), ("absent", other)]
            random.shuffle(pair)
            answers = {}
            for which, asked in pair:
                took, *answers[which] = line.ask("GET", f"/api/v1{asked}", headers)
                times[which].append(took)
            if answers["there"] != answers["absent"] or answers["there"][0] != 404:
                wrong.append((path, answers["there"], answers["absent"]))
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", path)
        medians[kind] = {which: round(statistics.median(all), 2) for which, all in times.items()}
        if abs(medians[kind]["there"] - medians[kind]["absent"]) >= 2:
            wrong.append((kind, medians[kind]))
    return report("P40", wrong, pairs=PAIRS, medians_ms=medians)


def check_known(service):
    times, wrong = {True: [], False: []}, []
    for number in range(ASKS):
        pair = [(True, f"landlord.{number % 250}@landlord.example"), (False, f"nobody.{number % 250}@landlord.example")]
        random.shuffle(pair)
        answers = {}
        for known, email in pair:
            took, *answers[known] = Browser(service, f"192.0.2.{number % 250}").ask_for(email)
            times[known].append(took)
        if answers[True] != answers[False] or answers[True][0] != 303:
            wrong.append((answers[True], answers[False]))
    medians = {"known": round(statistics.median(times[True]), 2), "unknown": round(statistics.median(times[False]), 2)}
    if abs(medians["known"] - medians["unknown"]) >= 5:
        wrong.append(medians)
    return report("P46", wrong, pairs=ASKS, medians_ms=medians)


def mailed(service, email):
    """The newest link that went to that address; its mail is taken away, so that the next call waits for the next."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for mail in sorted((service.folder / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True):
            text = mail.read_text().replace("=\r\n", "").replace("=\n", "")
            found = re.search(r"/sign-in/[0-9a-f]{64}", text)
            if found and email in text:
                mail.unlink()
                return found[0]
        time.sleep(0.05)
    raise RuntimeError(f"no link to {email}")


def check_guesses(service):
    owner, email, wrong = Browser(service, "203.0.113.1"), "landlord.7@landlord.example", []
    owner.ask_for(email)
    if owner.follow(mailed(service, email)) != 303:
        wrong.append("the owner could not sign in at first")
    strangers = [Browser(service, f"198.51.100.{place}") for place in range(PLACES)]
    asks = [stranger.ask_for(email)[1] for stranger in strangers for _ in range(2)]
    if asks.count(303) > 10 or set(asks) - {303, 429}:
        wrong.append({"links for one account": asks.count(303)})
    guesses = []
    for stranger in strangers:
        token = stranger.form("/sign-in")
        for _ in range(5):
            guess = "/sign-in/" + "".join(random.choices("0123456789abcdef", k=64))
            guesses.append(stranger.page("POST", guess, {"token": token})[1])
    if set(guesses) - {410, 429}:
        wrong.append({"guesses answered": sorted(set(guesses))})
    sessions = service.sql("SELECT count(*) FROM sessions")[0][0]
    if sessions != 1:
        wrong.append({"sessions": sessions})
    for mail in (service.folder / "mail").glob("*.eml"):
        mail.unlink()
    again = owner.ask_for(email)[1]
    if again != 303 or owner.follow(mailed(service, email)) != 303:
        wrong.append({"the owner is kept out": again})
    return report("P45", wrong, places=PLACES, asked=len(asks), links=asks.count(303), guesses=len(guesses))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program, seed = upload_service.build(folder, "a_database_full_of_due_items")
        wrong = []
        for check in (check_not_mine, check_known, check_guesses):
            service = Service(program, seed, folder / check.__name__, server__behind_proxy="true").start()
            try:
                wrong.append(check(service))
            finally:
                service.stop()
    sys.exit(any(wrong))


if __name__ == "__main__":
    main()
