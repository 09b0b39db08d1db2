"""A mail relay that notes what it got before it answers, so that a sender can be killed in between.

Used by kill_check.py and its kin; needs aiosmtpd. Alone it listens and prints a line for each letter:

    python3 smtp_sink.py PORT
"""
import asyncio
import collections
import hashlib
import sys
import time

from aiosmtpd.controller import Controller

PAUSE = 0.02  # seconds between noting a letter and saying 250


class Sink:
    """Message-ID to the hash of each copy, taken over everything but its Date."""

    def __init__(self, tell=None):
        self.copies = collections.defaultdict(list)
        self.tell = tell

    async def handle_DATA(self, server, session, envelope):
        head, _, body = envelope.content.partition(b"\r\n\r\n")
        headers = head.split(b"\r\n")
        kept = [line for line in headers if not line.lower().startswith(b"date:")]
        names = [line.partition(b":")[2].strip().decode() for line in headers if line.lower().startswith(b"message-id:")]
        name = " ".join(names)
        self.copies[name].append(hashlib.sha256(b"\r\n".join(kept) + b"\r\n\r\n" + body).hexdigest())
        if self.tell:
            self.tell(name)
        await asyncio.sleep(PAUSE)
        return "250 OK noted"


class Relay(Controller):
    """Listens on a free port, which aiosmtpd must be told before it tries itself out."""

    def _trigger_server(self):
        if self.port == 0:
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def start(sink, port=0):
    relay = Relay(sink, hostname="127.0.0.1", port=port)
    relay.start()
    return relay


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    start(Sink(lambda name: print(name, flush=True)), int(sys.argv[1]))
    while True:
        time.sleep(3600)
