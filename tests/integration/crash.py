#!/usr/bin/env python3
"""crash - what is done to a stack under load: kills, freezes, restarts. Judged afterwards by outside_check.py.

    crash.py NAME daemons|broker|database|frozen|rolling|storm [FOLDER]

The stack is that of RUN_DIR, as outside_stack.sh starts it. Each story prints `ok NAME: ...` or
`FAIL NAME: ...`; a story that could not do what it is there for has failed.
"""
import collections
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request

import outside_mesh
import psycopg

RUN = os.environ["RUN_DIR"]
TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LOCAL = os.path.join(TOP, "deploy", "local")
DAEMONS = ["ingest", "classifier", "sla-watcher", "billing-sync", "chargeback", "kpi-aggregator"]
SELDOM = ["kpi-aggregator"]  # which say something every five minutes: recorded_day.sh kills them while they do
INSTANCES = [*DAEMONS, *(f"{daemon}-2" for daemon in DAEMONS)]
PARTITIONS = 4
READY_S = 60           # of a machine that does other things as well
KILLS_MIN = 8          # of daemons
KILLS_MAX = 60         # until one has fallen into each of the two gaps
TAIL = 3000            # records of a partition among which the newest facts are looked for
DYING_S = 0.15         # what a dead client has sent, servers still take in
SESSION_S = 6          # after which the group gives a silent member's shards away
STOP_S = 5.5           # a daemon promises five
FREEZES_MAX = 300      # until one has fallen into a transaction
FROZEN_S = 0.05        # a transaction that lasts so long stands still with its owner
AFTER_S = 2            # for which the new owner works beside the frozen one

chance = random.Random(os.environ.get("SEED", "crash"))


def say(good, name, text):
    print("ok" if good else "FAIL", f"{name}: {text}", flush=True)
    return good


def pid_of(files):
    with open(os.path.join(RUN, files + ".pid"), encoding="ascii") as file:
        return int(file.read())


def variable(files):
    return files.upper().replace("-", "_") + "_URL"


def ready(files):
    try:
        with urllib.request.urlopen(os.environ[variable(files)] + "/readyz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait(condition, what, seconds=READY_S):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"gave up waiting for {what}")
        time.sleep(0.05)


def wait_all_ready():
    for files in INSTANCES:
        wait(lambda f=files: ready(f), files + " to be ready")


def daemon_of(files):
    return files.removesuffix("-2")


def instance_of(files):
    """As the fence knows it: daemon and instance."""
    daemon = daemon_of(files)
    return f"{daemon}/{daemon}-{2 if files != daemon else 1}"


def accepted():
    """Requests that were accepted so far."""
    with open(os.path.join(RUN, "ledger"), encoding="utf-8") as file:
        return sum(1 for _ in file)


# Kill -9 of a daemon, and where it fell.

def gaps(database, topics, owner):
    """Of facts that no mark covers yet: how many were committed and are not on their topic, how many are."""
    missing = there = 0
    for schema in outside_mesh.schemas(database):
        for stage, number, mark in outside_mesh.rows(
                database, schema, f"select stage, shard, published from {{s}}.shard where owner = '{owner}'"):
            source = f"{stage}/{number}"
            open_facts = database.execute(
                f"select sequence, topic from {schema}.fact where stream = %s and sequence > %s", (source, mark)).fetchall()
            if not open_facts:
                continue
            found = {record.sequence for record in topics.read({topic for _, topic in open_facts}, TAIL)
                     if record.source == source}
            there += sum(sequence in found for sequence, _ in open_facts)
            missing += sum(sequence not in found for sequence, _ in open_facts)
    return missing, there


def kill_and_look(database, topics, files, pid):
    """Kills an instance; its supervisor waits until we have seen what it left."""
    with open(os.path.join(RUN, files + ".supervisor.pid"), encoding="ascii") as file:
        supervisor = int(file.read())
    os.kill(supervisor, signal.SIGSTOP)
    try:
        os.kill(pid, signal.SIGKILL)
        time.sleep(DYING_S)
        return gaps(database, topics, instance_of(files))
    finally:
        os.kill(supervisor, signal.SIGCONT)


class Kills:
    """How often each daemon died, and in which gap."""

    def __init__(self):
        self.all, self.before_publish, self.before_mark = (collections.Counter() for _ in range(3))

    def count(self, daemon, missing, there):
        self.all[daemon] += 1
        self.before_publish[daemon] += missing > 0
        self.before_mark[daemon] += there > 0

    def done(self):
        return sum(self.all.values()) >= KILLS_MIN and all(
            self.fell(daemon) for daemon in DAEMONS)

    def fell(self, daemon):
        return self.all[daemon] if daemon in SELDOM else self.before_publish[daemon] and self.before_mark[daemon]

    def say(self, name, daemon):
        return say(self.fell(daemon), name,
                   f"{self.all[daemon]} kills of {daemon}, {self.before_publish[daemon]} between commit and publish, "
                   f"{self.before_mark[daemon]} between publish and mark")


def story_daemons(name):
    """Every other kill is aimed: at a daemon whose transaction the database is about to finish."""
    database, topics, admin, kills = outside_mesh.connect(), outside_mesh.Topics(), connect_admin(), Kills()
    for number in range(KILLS_MAX):
        files = INSTANCES[number % len(INSTANCES)]
        wait(lambda f=files: ready(f), files + " to be ready")
        time.sleep(chance.uniform(0.1, 0.7))
        if number // len(INSTANCES) % 2 == 0:
            freeze_in_transaction(admin, files, 0)
        missing, there = kill_and_look(database, topics, files, pid_of(files))
        kills.count(daemon_of(files), missing, there)
        if kills.done():
            break
    wait_all_ready()
    return all([kills.say(name, daemon) for daemon in DAEMONS])


# The broker and the database.

def server(script, verb):
    subprocess.run([os.path.join(LOCAL, script), verb, RUN], check=True, stdout=subprocess.DEVNULL)


def outage(name, script, away_s, what):
    """Kills a server under load, starts it again: the daemons wait, stay the same, and go on."""
    before = {files: pid_of(files) for files in INSTANCES}
    count = accepted()
    server(script, "kill")
    time.sleep(away_s)
    meanwhile = accepted() - count
    server(script, "start")
    begun = time.monotonic()
    wait_all_ready()
    back = accepted()
    wait(lambda: accepted() > back + 50, "requests to be accepted again")
    took = time.monotonic() - begun
    stayed = {files: pid_of(files) for files in INSTANCES} == before
    say(stayed, name, f"no daemon ends because {what} was away for {away_s:g} s and more; all went on in {took:.1f} s")
    return stayed, meanwhile


def story_broker(name):
    return outage(name, "kafka.sh", 1, "the broker")[0]


def story_database(name):
    stayed, meanwhile = outage(name, "postgres.sh", 3, "the database")
    return say(meanwhile > 0, name, "requests are accepted while the database is away") and stayed


# An owner that freezes, and wakes up when others have its shards.

def ports_of(pid):
    """The local ports of a process's connections."""
    folder, sockets = f"/proc/{pid}/fd", set()
    for entry in os.listdir(folder):
        target = os.readlink(os.path.join(folder, entry))
        if target.startswith("socket:["):
            sockets.add(target[8:-1])
    with open(f"/proc/{pid}/net/tcp", encoding="ascii") as file:
        lines = [line.split() for line in file.readlines()[1:]]
    return {int(fields[1].rsplit(":", 1)[1], 16) for fields in lines if fields[9] in sockets}


def in_transaction(database, pid):
    """Has this instance a transaction under way?"""
    found = database.execute("select client_port from pg_stat_activity where xact_start is not null"
                             " and pid <> pg_backend_pid()").fetchall()
    mine = ports_of(pid) if found else set()
    return any(row[0] in mine for row in found)


def freeze_in_transaction(database, files, stays_s):
    """Stops an instance again and again until it stands in a transaction, which lasts that long at least."""
    for tries in range(1, FREEZES_MAX + 1):
        pid = pid_of(files)
        os.kill(pid, signal.SIGSTOP)
        if in_transaction(database, pid):
            time.sleep(stays_s)
            if in_transaction(database, pid):
                return pid, f"in the middle of a transaction (try {tries})"
        if tries == FREEZES_MAX:
            return pid, "between two transactions"
        os.kill(pid, signal.SIGCONT)
        time.sleep(chance.uniform(0.001, 0.01))


def connect_admin():
    """As the server's administrator, who alone sees others' sessions."""
    with open(os.path.join(RUN, "postgres", "opsmesh_url"), encoding="ascii") as file:
        return psycopg.connect(file.read().strip(), autocommit=True)


def owners(database, schema):
    return dict(outside_mesh.rows(database, schema, "select stage || '/' || shard, owner from {s}.shard"))


def story_frozen(name):
    return all([freeze_one(name, "ingest", "ingest"), freeze_one(name, "sla-watcher-2", "sla")])


def freeze_one(name, files, schema):
    """Longer than the group waits: others have its shards when it wakes up and goes on where it was."""
    admin, database, me = connect_admin(), outside_mesh.connect(), instance_of(files)
    pid, where = freeze_in_transaction(admin, files, FROZEN_S)
    wait(lambda: me not in owners(database, schema).values(), f"another instance to take over from {files}",
         SESSION_S + READY_S)
    time.sleep(AFTER_S)
    os.kill(pid, signal.SIGCONT)
    wait_all_ready()
    return say(True, name, f"{files} froze {where}, others took its shards, it woke up")


# A rolling restart, also to another build.

def up(folder):
    subprocess.run([os.path.join(LOCAL, "up.sh"), f"RUN_DIR={RUN}", f"OPSMESH_BIN={folder}", "INSTANCES=2", f"PARTITIONS={PARTITIONS}"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def supervisor_gone(files):
    with open(os.path.join(RUN, files + ".supervisor.pid"), encoding="ascii") as file:
        return not os.path.exists(f"/proc/{int(file.read())}")


def restart_each(name, folder, what):
    """One instance after the other: asked to stop, gone within its time, started from that folder."""
    slowest = 0
    for files in INSTANCES:
        begun = time.monotonic()
        pid = pid_of(files)
        os.kill(pid, signal.SIGTERM)
        wait(lambda p=pid: not os.path.exists(f"/proc/{p}"), files + " to stop")
        slowest = max(slowest, time.monotonic() - begun)
        wait(lambda f=files: supervisor_gone(f), "its supervisor to end")
        up(folder)
    wait_all_ready()
    return say(slowest < STOP_S, name, f"a rolling restart {what}, each stopped within {slowest:.1f} s")


def story_rolling(name):
    folder, newer = os.environ["OPSMESH_BIN"], sys.argv[3] if len(sys.argv) > 3 else None
    if newer is None:
        return restart_each(name, folder, "to the same build")
    good = restart_each(name, newer, "to a build that reads one more topic")
    query = "select count(*) from {s}.input_offset where topic = 'ops.accounts.v1'"
    wait(lambda: outside_mesh.rows(outside_mesh.connect(), "sla", query)[0][0] == PARTITIONS,
         "every shard to have committed where it stands in the topic that is new to it")
    return say(True, name, "every shard reads the topic that is new to it") and good


# ---- all of it, for as long as one likes ----

def kill_one():
    os.kill(pid_of(chance.choice(INSTANCES)), signal.SIGKILL)


def freeze_one_for_a_while():
    pid = pid_of(chance.choice(INSTANCES))
    os.kill(pid, signal.SIGSTOP)
    time.sleep(chance.uniform(0.1, 1.5 * SESSION_S))
    if os.path.exists(f"/proc/{pid}"):
        os.kill(pid, signal.SIGCONT)


def kill_server(script):
    server(script, "kill")
    if chance.random() < 0.5:
        kill_one()
    time.sleep(chance.uniform(0, 3))
    server(script, "start")


HAZARDS = {kill_one: 10, freeze_one_for_a_while: 4, lambda: kill_server("kafka.sh"): 2,
           lambda: kill_server("postgres.sh"): 3}


def story_storm(name):
    end, count = time.monotonic() + 60 * float(os.environ["STORM_MINUTES"]), 0
    while time.monotonic() < end:
        hazard = chance.choices(list(HAZARDS), HAZARDS.values())[0]
        try:
            hazard()
        except (FileNotFoundError, ProcessLookupError):
            continue  # between a death and the next start
        count += 1
        time.sleep(chance.expovariate(0.5))
        if count % 10 == 0:
            wait_all_ready()
    wait_all_ready()
    before = accepted()
    wait(lambda: accepted() > before + 50, "requests to be accepted again")
    return say(True, name, f"{count} hazards, and all are ready again")


def main():
    name, story = sys.argv[1:3]
    try:
        return 0 if globals()["story_" + story](name) else 1
    except (TimeoutError, subprocess.CalledProcessError, psycopg.Error) as error:
        say(False, name, f"{story}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
