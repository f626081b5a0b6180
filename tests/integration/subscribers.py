#!/usr/bin/env python3
"""subscribers - feeds the examples, kills them at their work, and judges what they did.

The facts are written as the mesh writes them after crashes: holes in the sequences, and runs repeated
with the same ids. A kill counts when it fell between an effect and the commit of its offset; each
program must survive at least one of those. Prints `ok` or `FAIL` lines.
"""
import collections
import os
import random
import subprocess
import sys
import time
import urllib.parse

import confluent_kafka
import confluent_kafka.admin
import psycopg

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
EXAMPLES = os.path.join(TOP, "proto", "examples")
TOPIC = "ops.tickets.v1"
TYPES = ["ops.ticket.opened.v1", "ops.ticket.message_added.v1", "ops.ticket.invented_later.v1"]
PARTITIONS = 4
FACTS = 1200          # for each program, over all partitions
KILLS_MAX = 12        # until one has fallen between an effect and the commit of its offset
KILLS_MIN = 3
PATIENCE_S = 300

BROKERS = os.environ["KAFKA_BROKERS"]
chance = random.Random(20260501)
Fact = collections.namedtuple("Fact", "id ticket type at partition source sequence")


class Mesh:
    """The ticket stage's four shards, as far as a subscriber can tell."""

    def __init__(self):
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": BROKERS})
        topic = confluent_kafka.admin.NewTopic(TOPIC, PARTITIONS, 1)
        admin.create_topics([topic])[TOPIC].result()
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": BROKERS, "enable.idempotence": True, "linger.ms": 5})
        self.facts = []
        self.log = {partition: [] for partition in range(PARTITIONS)}
        self.sequences = [0] * PARTITIONS

    def send(self, fact):
        headers = {
            "ce_specversion": "1.0", "ce_id": fact.id, "ce_source": fact.source, "ce_type": fact.type,
            "ce_subject": fact.ticket, "ce_time": fact.at, "ce_sequence": f"{fact.sequence:020}",
            "ce_meshtime": fact.at, "content-type": "application/protobuf"}
        value = b"\x0a" + bytes([len(fact.ticket)]) + fact.ticket.encode()
        self.log[fact.partition].append(fact)
        self.producer.produce(TOPIC, value, fact.ticket, fact.partition, headers=list(headers.items()))

    def say(self, count):
        runs = [[] for _ in range(PARTITIONS)]
        for number in range(count):
            partition = chance.randrange(PARTITIONS)
            self.sequences[partition] += chance.choice([1, 1, 1, 2, 7])
            sequence = self.sequences[partition]
            fact = Fact(f"ticket/{partition}/{sequence}", f"T-{chance.randrange(99)}", chance.choice(TYPES),
                        f"2026-05-01T09:{number // 60 % 60:02}:{number % 60:02}Z", partition,
                        f"ticket/{partition}", sequence)
            self.facts.append(fact)
            self.send(fact)
            runs[partition] = (runs[partition] + [fact])[-chance.randint(1, 40):]
            if chance.random() < 0.02:
                for again in runs[partition]:
                    self.send(again)
        assert self.producer.flush(PATIENCE_S) == 0

    def behind(self, group, done):
        """How many of the facts done lie above the group's committed offsets."""
        consumer = confluent_kafka.Consumer({"bootstrap.servers": BROKERS, "group.id": group})
        wanted = [confluent_kafka.TopicPartition(TOPIC, p) for p in range(PARTITIONS)]
        below = {fact.id for place in consumer.committed(wanted, timeout=PATIENCE_S)
                 for fact in self.log[place.partition][:max(place.offset, 0)]}
        consumer.close()
        return done - len(below)


class Timeline:
    """What the first form does: a row for each fact."""
    group = "timeline"

    def done(self, database):
        return database.execute("SELECT count(*) FROM timeline").fetchone()[0]

    def right(self, database, facts):
        rows = database.execute("SELECT id, ticket, type, to_char(at AT TIME ZONE 'UTC',"
                                " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM timeline").fetchall()
        return sorted(rows) == sorted(tuple(fact[:4]) for fact in facts)


class Tally:
    """What the second form does: a count of each type that it knows."""
    group = "tally"

    def __init__(self, mesh):
        self.mesh = mesh

    def done(self, database):
        highest = dict(database.execute("SELECT partition, sequence FROM seen").fetchall())
        return sum(fact.sequence <= highest.get(fact.partition, 0) for fact in self.mesh.facts)

    def right(self, database, facts):
        expected = collections.Counter(fact.type for fact in facts)
        rows = database.execute("SELECT type, facts FROM tally").fetchall()
        return len(rows) == 2 and all(count == expected[kind] for kind, count in rows)


def wait(condition, process):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if process.poll() is not None:
            raise RuntimeError(f"it ended by itself with {process.returncode}")
        if time.monotonic() > deadline:
            raise RuntimeError("it stands still")
        time.sleep(0.002)


def run_until(command, environment, condition):
    process = subprocess.Popen(command, env=environment)
    try:
        wait(condition, process)
    finally:
        process.kill()
        process.wait()


def judge(name, command, environment, form, mesh, database):
    first, kills, telling = form.done(database), 0, 0
    mesh.say(FACTS)
    whole = len(mesh.facts)
    while kills < KILLS_MIN or telling == 0 and kills < KILLS_MAX:
        kills += 1
        mark = first + int((whole - first) * (1 - 0.7**kills))
        run_until(command, environment, lambda: form.done(database) >= mark)
        telling += mesh.behind(form.group, form.done(database)) > 0
    run_until(command, environment, lambda: form.done(database) == whole and
              mesh.behind(form.group, whole) == 0)
    repeated = sum(map(len, mesh.log.values())) - whole
    story = f"{name}: {whole - first} facts, {kills} kills, {telling} between effect and offset"
    if not form.right(database, mesh.facts):
        return f"FAIL {story}: an effect is missing or doubled"
    if telling == 0 or repeated == 0:
        return f"FAIL {story}, {repeated} records repeated: it proved nothing"
    return f"ok {story}"


def connect():
    admin = os.environ["ADMIN_URL"]
    url = urllib.parse.urlparse(admin)._replace(path="/subscribers").geturl()
    psycopg.connect(admin, autocommit=True).execute("CREATE DATABASE subscribers")
    database = psycopg.connect(url, autocommit=True)
    with open(os.path.join(EXAMPLES, "schema.sql"), encoding="utf-8") as schema:
        database.execute(schema.read())
    return url, database


def programs(mesh):
    forms = [("by_id", "ById", Timeline()), ("by_sequence", "BySequence", Tally(mesh))]
    for script, _, form in forms:
        yield script, ["/usr/bin/python3", os.path.join(EXAMPLES, "python", script + ".py")], form
    for _, program, form in forms if os.environ.get("CLASSES") else []:
        yield program, ["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", os.environ["CLASSES"], program], form


def main():
    url, database = connect()
    parts = urllib.parse.urlparse(url)
    jdbc = (f"jdbc:postgresql://{parts.hostname}:{parts.port}{parts.path}"
            f"?user={parts.username}&password={parts.password}")
    environment = dict(os.environ, DATABASE_URL=url, JDBC_URL=jdbc)
    mesh, failed = Mesh(), False
    for name, command, form in programs(mesh):
        try:
            line = judge(name, command, environment, form, mesh, database)
        except RuntimeError as error:
            line = f"FAIL {name}: {error}"
        print(line, flush=True)
        failed = failed or line.startswith("FAIL")
    return failed


sys.exit(main())
