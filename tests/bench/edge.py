"""edge - what a request costs ingest's edge, against nginx that answers 202 to the same request."""

import os
import shutil
import signal
import subprocess
import time

from stack import Daemon, children_cpu, free_port, process_cpu, threads_cpu

KEY = "b" * 32
CONNECTIONS = 64
READY_S = 60

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ use epoll; }}
http {{
	access_log off;
	client_body_temp_path {folder}/nginx.body;
	keepalive_requests 1000000000;
	server {{
		listen 127.0.0.1:{port};
		location / {{ return 202; }}
	}}
}}
"""


class Load:
    """What so many requests came to: latency of the answer, and CPU of whoever answered."""

    def __init__(self, requests, line, cpu):
        _, self.p50, self.p99 = line.split()
        self.requests, self.cpu = requests, cpu

    @property
    def us(self):
        return self.cpu.all / self.requests * 1e6


class Edge:
    """The two servers, one after the other on an idle machine."""

    def __init__(self, stack, out):
        self.stack, self.out = stack, out

    def load(self, port, requests):
        done = subprocess.run([f"{self.out}/tests/bench/http_load", str(port), KEY,
                               str(CONNECTIONS), str(requests)], check=True, stdout=subprocess.PIPE,
                              text=True)
        return done.stdout.strip()

    def nginx(self, requests):
        """A master and one worker."""
        port = free_port()
        path = f"{self.stack.folder}/nginx.conf"
        with open(path, "w", encoding="ascii") as file:
            file.write(NGINX.format(folder=self.stack.folder, port=port))
        server = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", path])
        wait(lambda: children_cpu(server.pid).all >= 0 and listens(port))
        self.load(port, requests // 10)
        before = children_cpu(server.pid)
        line = self.load(port, requests)
        cpu = children_cpu(server.pid) - before
        server.send_signal(signal.SIGTERM)
        server.wait(READY_S)
        return Load(requests, line, cpu)

    def ingest(self, requests):
        """Without a database its stages wait: what it spends, the edge spends."""
        daemon = Daemon(self.stack, f"{self.out}/bin/ingest", {
            "DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none",
            "API_KEYS": f"bench:{KEY}:tickets", "CONTACT_SECRET": "c" * 32,
            "REPLY_SECRET": "r" * 32,
            "POLICY_DIRECTORY": f"{self.stack.top}/deploy/policies"})
        daemon.start()
        wait(lambda: daemon.answers("/readyz"))
        self.load(daemon.port, requests // 10)
        before, threads = process_cpu(daemon.pid), threads_cpu(daemon.pid)
        line = self.load(daemon.port, requests)
        load = Load(requests, line, process_cpu(daemon.pid) - before)
        load.threads = [(name, spent - threads.get(name, 0))
                        for name, spent in threads_cpu(daemon.pid).items()]
        daemon.stop()
        return load

    def create_topics(self):
        subprocess.run([f"{self.out}/bin/opsmesh", "topics", "--create"], check=True,
                       stdout=subprocess.DEVNULL,
                       env={**os.environ, "KAFKA_BROKERS": self.stack.brokers, "PARTITIONS": "4"})


def listens(port):
    return subprocess.run(["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"],
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def wait(good):
    until = time.monotonic() + READY_S
    while not good():
        if time.monotonic() > until:
            raise RuntimeError("a server did not get ready")
        time.sleep(0.1)
