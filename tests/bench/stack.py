"""stack - a private broker and database, daemons on them, and what each of them spends.

Everything lives in one folder. Every run of a daemon gets a database of its own, made from nothing.
"""

import os
import signal
import socket
import subprocess
import time
import urllib.request

import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 4
PATIENCE = 300
TICK = os.sysconf("SC_CLK_TCK")


def stat(pid):
    """Fields of /proc/PID/stat from the third on: its name may hold blanks."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()


class Cpu:
    """User and system seconds."""

    def __init__(self, user=0.0, system=0.0):
        self.user, self.system = user, system

    def __add__(self, other):
        return Cpu(self.user + other.user, self.system + other.system)

    def __sub__(self, other):
        return Cpu(self.user - other.user, self.system - other.system)

    @property
    def all(self):
        return self.user + self.system


def process_cpu(pid, children=False):
    """Of a process; with those of its children that have ended."""
    fields = [int(word) / TICK for word in stat(pid)[11:15]]
    cpu = Cpu(fields[0], fields[1])
    return cpu + Cpu(fields[2], fields[3]) if children else cpu


def children_cpu(pid):
    """Of a process, its children, and those of them that have ended."""
    cpu = process_cpu(pid, children=True)
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        for child in file.read().split():
            try:
                cpu += process_cpu(child)
            except OSError:
                pass
    return cpu


def threads_cpu(pid):
    """Seconds of each kind of thread of a process, by its name without a number."""
    spent = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/comm", encoding="utf-8") as file:
                name = file.read().strip().rstrip("0123456789")
            fields = stat(f"{pid}/task/{thread}")
        except OSError:
            continue
        spent[name] = spent.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICK
    return spent


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Stack:
    """The two servers."""

    def __init__(self, top, folder):
        self.top, self.folder = top, folder
        self.databases = 0

    def script(self, name, verb):
        subprocess.run([f"{self.top}/deploy/local/{name}.sh", verb, self.folder], check=True)

    def read(self, name):
        with open(f"{self.folder}/{name}", encoding="ascii") as file:
            return file.read().strip()

    def start(self):
        """Commits are stamped with their time, and the log's files are never made during a run."""
        self.script("kafka", "start")
        self.script("postgres", "start")
        with open(f"{self.folder}/postgres/data/postgresql.conf", "a", encoding="ascii") as file:
            file.write("track_commit_timestamp = on\nmin_wal_size = '1GB'\n")
        self.script("postgres", "stop")
        self.start_again()

    def start_again(self):
        """With the same data and ports."""
        self.script("kafka", "start")
        self.script("postgres", "start")
        self.brokers = "127.0.0.1:" + self.read("kafka/port")
        self.admin_url = self.read("postgres/admin_url")

    def stop(self):
        self.script("kafka", "stop")
        self.script("postgres", "stop")

    def server_cpu(self):
        return children_cpu(self.read("postgres.pid"))

    def broker_cpu(self):
        return process_cpu(self.read("kafka.pid"))

    def create_database(self):
        """Its address."""
        self.databases += 1
        name = f"bench{self.databases}"
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return self.admin_url.rpartition("/")[0] + "/" + name

    def drop_database(self, url):
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(f"drop database {url.rpartition('/')[2]} with (force)")

    def checkpoint(self):
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute("checkpoint")

    def create_topics(self, names):
        """Those of one partition end with "progress.v1"."""
        admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 3})
        topics = [NewTopic(name, num_partitions=1 if name.endswith("progress.v1") else PARTITIONS,
                           replication_factor=1,
                           config={"message.timestamp.type": "LogAppendTime"}) for name in names]
        for future in admin.create_topics(topics, operation_timeout=PATIENCE).values():
            future.result()

    def delete_topics(self, names):
        admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 3})
        for future in admin.delete_topics(names, operation_timeout=PATIENCE).values():
            future.result()

    def last_append(self, topic):
        """How many records a topic has, and when the last of them was appended, in seconds."""
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": "last"})
        newest, count = 0, 0
        for number in range(PARTITIONS):
            first, end = consumer.get_watermark_offsets(TopicPartition(topic, number))
            count += end - first
            if end == first:
                continue
            consumer.assign([TopicPartition(topic, number, end - 1)])
            message = consumer.poll(PATIENCE)
            newest = max(newest, message.timestamp()[1] / 1000)
        consumer.close()
        return count, newest


class Daemon:
    """One daemon, from its migration to its end."""

    def __init__(self, stack, program, environment):
        self.program, self.port = program, free_port()
        self.environment = {"PATH": os.environ["PATH"], "KAFKA_BROKERS": stack.brokers,
                            "HTTP_LISTEN": f"127.0.0.1:{self.port}", "LOG_LEVEL": "info", **environment}
        self.log = open(f"{stack.folder}/{os.path.basename(program)}.log", "ab")

    def migrate(self):
        subprocess.run([self.program, "--migrate"], env=self.environment, check=True,
                       stdout=self.log, stderr=self.log)

    def start(self):
        self.process = subprocess.Popen([self.program], env=self.environment, stdout=self.log,
                                        stderr=self.log)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        if status != 0:
            raise RuntimeError(f"{self.program} ended with {status}, see {self.log.name}")

    def resident(self):
        """Bytes."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def get(self, path):
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def answers(self, path):
        """Is it 200?"""
        try:
            self.get(path)
        except OSError:
            return False
        return True

    def metric(self, name):
        """The sum of a metric's series, 0 while the daemon does not answer yet."""
        try:
            text = self.get("/metrics")
        except OSError:
            return 0
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines()
                   if line.split("{")[0].split(" ")[0] == name)

    def wait_for(self, name, wanted, look=None, every=0.2):
        """Until a metric has reached a number; look is called in between."""
        until = time.monotonic() + PATIENCE
        while self.metric(name) < wanted:
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{name} did not reach {wanted}, see {self.log.name}")
            if look is not None:
                look()
            time.sleep(every)
