"""chain - from the POST of a ticket to its first event on ops.sla.v1, through every daemon."""

import os
import shlex
import subprocess

CONNECTIONS = 64
DAEMONS = "ingest classifier sla-watcher"


class Chain:
    """The whole stack on the servers of a bench, in live mode."""

    def __init__(self, stack, out):
        self.stack, self.out = stack, out

    def script(self, name, *settings):
        subprocess.run([f"{self.stack.top}/deploy/local/{name}.sh", f"RUN_DIR={self.stack.folder}",
                        *settings], check=True, stdout=subprocess.DEVNULL)

    def start(self):
        os.environ.update(OPSMESH_BIN=f"{self.out}/bin", DAEMONS=DAEMONS, PARTITIONS="4")
        self.script("up")
        text = self.stack.read("env")
        self.environment = dict(word.partition("=")[::2] for word in shlex.split(text)
                                if "=" in word)

    def stop(self):
        """The daemons; and the servers, which start again for whoever comes next."""
        self.script("down")
        self.stack.start_again()

    def load(self, requests, rate):
        """Two lines: of the answers, of the events; each (count, p50, p99)."""
        port = self.environment["INGEST_URL"].rpartition(":")[2]
        key = self.environment["API_KEYS"].split(":")[1]
        done = subprocess.run([f"{self.out}/tests/bench/http_load", port, key, str(CONNECTIONS),
                               str(requests), str(rate), self.stack.brokers], check=True,
                              stdout=subprocess.PIPE, text=True)
        return [line.split() for line in done.stdout.splitlines()]
