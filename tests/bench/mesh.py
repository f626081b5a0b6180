"""mesh - requests through all six daemons to the figures of KPIs: how fast, and who spends what on them.

The stack is deploy/local/up.sh, one instance of each daemon, twice. By the real clock, to the last fold: kpi-aggregator tells
every five minutes of mesh time, and that tick is not waited for. Then in recorded mode: requests bring their instants, so that
hours of a busy month pass in a minute with all their timers, those ticks among them. The edge takes the requests as fast as it
can. A phase ends when POST /v1/clock has moved mesh time beyond the next tick and every shard of every stage has come there,
with all that it said published; its CPU is counted until a day later, when its hours and its day are sealed.
"""

import json
import os
import shlex
import shutil
import subprocess
import time

import psycopg
from confluent_kafka import Consumer, TopicPartition

import cost
import mesh_requests
from stack import Stack, process_cpu

CONNECTIONS = 64
DAEMONS = ("ingest", "classifier", "sla-watcher", "billing-sync", "chargeback", "kpi-aggregator")
BEGIN_US = 1783324800 * 1000000  # a Monday at 08:00, behind all that the model company did
AFTER_US = 10 * mesh_requests.MINUTE_US  # beyond the next tick, and that of the stage behind it
DAY_US = 25 * 60 * mesh_requests.MINUTE_US  # with a midnight, the ends of its windows and their grace
IDLE_S = 20
PATIENCE_S = 900
SEED = 7
COUNTED = """
select coalesce(sum(number), 0) from kpi.kpi
where metric = 'support.tickets_opened' and version = 1 and dimension = '' and window_kind = 'hour'
"""
SEALED = """
select coalesce(sum(number), 0) from kpi.kpi_final
where metric = 'support.tickets_opened' and version = 1 and dimension = '' and window_kind = 'hour'
"""
PAYMENTS = "select count(*) from kpi.observation_payment"
REFUSED = """
select count(*) || ' such as ' || min(type || ' ' || encode(message, 'escape')) from ingest.fact where type ~ 'refused|conflict'
"""
SCHEMAS = """
select schemaname, sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass))::bigint
from pg_tables where schemaname !~ '^(pg_|information_schema)|_scratch$' group by 1 order by 1
"""
BACKENDS = "select pid, usename from pg_stat_activity where usename is not null"


class Mesh:
    """The stack in a folder of its own, and what its processes have spent."""

    def __init__(self, stack, out, recorded):
        self.stack, self.out, self.recorded = stack, out, recorded
        self.own = Stack(stack.top, f"{stack.folder}/mesh")
        self.now_us = BEGIN_US
        self.backends = {}  # pid -> role, CPU when last seen

    def script(self, name, *settings):
        subprocess.run([f"{self.own.top}/deploy/local/{name}.sh", f"RUN_DIR={self.own.folder}", *settings], check=True,
                       stdout=subprocess.DEVNULL)

    def start(self):
        shutil.rmtree(self.own.folder, ignore_errors=True)
        os.makedirs(self.own.folder)
        self.script("up", f"OPSMESH_BIN={self.out}/bin", f"DAEMONS={' '.join(DAEMONS)}", "PARTITIONS=4", "INSTANCES=1",
                    f"RECORDED={int(self.recorded)}")
        text = self.own.read("env")
        self.environment = dict(word.partition("=")[::2] for word in shlex.split(text) if "=" in word)
        server = self.own.read("postgres/admin_url")
        self.database = psycopg.connect(server.rpartition("/")[0] + "/opsmesh", autocommit=True)
        self.edge = mesh_requests.Edge(self.environment, self.recorded)

    def stop(self):
        if hasattr(self, "database"):
            self.database.close()
        self.script("down")

    def look(self):
        """CPU seconds so far: of each daemon, of its backends, of the rest of PostgreSQL, of the broker.

        A backend that has ended counts as it was last seen, and for the rest as the rest."""
        for pid, role in self.database.execute(BACKENDS).fetchall():
            try:
                self.backends[pid] = role, process_cpu(pid).all
            except OSError:
                pass
        spent = {name: process_cpu(self.own.read(f"{name}.pid")).all for name in DAEMONS}
        for name in DAEMONS:
            role = name.replace("-", "_")
            spent[f"postgres: {role}"] = sum(cpu for its, cpu in self.backends.values() if its == role)
        known = sum(cpu for name, cpu in spent.items() if name.startswith("postgres: "))
        spent["postgres: the rest"] = self.own.server_cpu().all - known
        spent["broker"] = self.own.broker_cpu().all
        return spent

    def sizes(self):
        """Bytes: of the database, of the topics."""
        database, = self.database.execute("select pg_database_size('opsmesh')").fetchone()
        topics = sum(os.path.getsize(os.path.join(folder, name))
                     for folder, _, names in os.walk(f"{self.own.folder}/kafka/data")
                     if os.path.basename(folder).startswith("ops.") for name in names if name.endswith(".log"))
        return database, topics

    def schemas(self):
        """Bytes by schema, with indexes and what is stored apart."""
        return dict(self.database.execute(SCHEMAS).fetchall())

    def resident(self):
        """Bytes, the most that each daemon has held."""
        held = {}
        for name in DAEMONS:
            with open(f"/proc/{self.own.read(f'{name}.pid')}/status", encoding="ascii") as file:
                held[name] = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
        return held

    def idle(self):
        """CPU seconds a second, of whom nobody asks anything."""
        before, began = self.look(), time.monotonic()
        time.sleep(IDLE_S)
        took = time.monotonic() - began
        return {name: (spent - before[name]) / took for name, spent in self.look().items()}

    def settle(self, until_us):
        """Mesh time moves so far, and every shard comes there."""
        mesh_requests.post(self.edge, [self.edge.clock(until_us)], 1)
        done = subprocess.Popen([f"{self.out}/bin/opsmesh", "status", "--wait", mesh_requests.text_of(until_us), "--timeout",
                                 f"{PATIENCE_S}s"], env={**os.environ, **self.environment}, stdout=subprocess.DEVNULL)
        while done.poll() is None:
            self.look()
            time.sleep(0.5)
        if done.returncode != 0:
            raise RuntimeError(f"not all shards have come to {mesh_requests.text_of(until_us)}")
        self.now_us = until_us

    def behind(self, consumer):
        """Inputs that are not folded to their end, and shards that have not published all that they said."""
        behind, ends = 0, {}
        for schema in self.schemas():
            for topic, shard, offset in self.database.execute(f"select topic, shard, next_offset from {schema}.input_offset"):
                place = TopicPartition(topic, shard)
                if (topic, shard) not in ends:
                    ends[topic, shard] = consumer.get_watermark_offsets(place, timeout=PATIENCE_S)[1]
                behind += offset < ends[topic, shard]
            behind += self.ask(f"select count(*) from {schema}.shard where published <> sequence")
        return behind

    def rest(self):
        """Until everything is folded to its end, twice in a row: the last fold may have said something."""
        consumer = Consumer({"bootstrap.servers": self.environment["KAFKA_BROKERS"], "group.id": "rest"})
        until, quiet = time.monotonic() + PATIENCE_S, 0
        while quiet < 2:
            if time.monotonic() > until:
                raise RuntimeError("the mesh does not come to rest")
            quiet = 0 if self.behind(consumer) > 0 else quiet + 1
            time.sleep(0.1)
        consumer.close()

    def rush(self, requests):
        """What so many requests came to in live mode, to the last fold; none of them is told by kpi-aggregator before its tick."""
        began, before = time.monotonic(), self.look()
        mesh_requests.post(self.edge, requests, CONNECTIONS)
        self.rest()
        took, after = time.monotonic() - began, self.look()
        return took, {name: after[name] - before[name] for name in after}

    def day(self):
        """CPU seconds of a day of mesh time in which nothing comes."""
        before = self.look()
        self.settle(self.now_us + DAY_US)
        return {name: spent - before[name] for name, spent in self.look().items()}

    def phase(self, requests):
        """What so many requests came to, from the first one to rest; who spent what with the day behind it, too."""
        before, sizes, schemas = self.look(), self.sizes(), self.schemas()
        began, poster = time.monotonic(), time.process_time()
        again, posted = mesh_requests.post(self.edge, requests, CONNECTIONS)
        poster = time.process_time() - poster
        self.settle(max(self.now_us, requests[-1][0]) + AFTER_US)
        took = time.monotonic() - began
        self.settle(self.now_us + DAY_US)
        after, grown, whole = self.look(), self.sizes(), time.monotonic() - began
        return {"requests": len(requests), "again": again, "posted_s": posted, "took_s": took, "poster_s": poster, "whole_s": whole,
                "cpu_s": {name: after[name] - before[name] for name in after},
                "schemas": {name: size - schemas[name] for name, size in self.schemas().items()},
                "database": grown[0] - sizes[0], "topics": grown[1] - sizes[1]}

    def ask(self, query):
        return self.database.execute(query).fetchone()[0]

    def check(self, tickets):
        """Every ticket is in the figures of KPIs, all of its hours are sealed, and nothing was refused or set aside."""
        counted, sealed = self.ask(COUNTED), self.ask(SEALED)
        if (counted, sealed) != (tickets, tickets):
            raise RuntimeError(f"{tickets} tickets were opened, KPIs count {counted}, {sealed} of them in sealed hours")
        refused = self.ask(REFUSED)
        if refused is not None:
            raise RuntimeError(f"refused behind the edge: {refused}")
        for schema in self.schemas():
            if self.ask(f"select count(*) from {schema}.dead_letter") > 0:
                raise RuntimeError(f"there are dead letters of {schema}")


def figures_of(mesh, idle, day, support, tickets, billing):
    """As cost.py takes them: integers."""
    def micro(spent):
        return {name: max(0, round(seconds * 1e6)) for name, seconds in spent.items()}

    return {
        "measured_on": f"{os.cpu_count()} processors",
        "tickets": {"count": tickets, "wall_us": round(support["whole_s"] * 1e6), "cpu_us": micro(support["cpu_s"]),
                    "database_bytes": support["database"], "topic_bytes": support["topics"]},
        "events": {"count": billing["requests"], "wall_us": round(billing["whole_s"] * 1e6), "cpu_us": micro(billing["cpu_s"]),
                   "database_bytes": billing["database"], "topic_bytes": billing["topics"]},
        "idle_us_per_s": micro(idle),
        "day_us": micro(day),
        "resident_bytes": mesh.resident(),
    }


def tell_programs(say, spent, count):
    for name, seconds in spent.items():
        say(f"         {name:28} {seconds / count * 1000:8.3f}")


def tell(say, what, phase, count, noun):
    say(f"printed mesh, {what}: {phase['requests'] / phase['took_s']:.0f} requests/s to the figures of KPIs"
        f" ({phase['requests']} in {phase['took_s']:.1f} s; the edge took them in {phase['posted_s']:.1f} s, {phase['again']} again;"
        f" who posted spent {phase['poster_s']:.1f} s of CPU)")
    whole = sum(phase["cpu_s"].values())
    say(f"       CPU seconds per 1,000 {noun}: {whole / count * 1000:.2f}; the database grows by"
        f" {phase['database'] / count:.0f} bytes each, the topics by {phase['topics'] / count:.0f}")
    say("         by schema: " + ", ".join(f"{name} {grown / count:.0f}" for name, grown in phase["schemas"].items()))
    tell_programs(say, phase["cpu_s"], count)


def measure(mesh, tickets, customers, latency, say):
    """Warms up, looks at idleness, then tickets, then events of the provider."""
    edge, warm = mesh.edge, max(50, tickets // 10)
    mesh.phase(mesh_requests.accounts(edge, mesh.now_us))
    mesh.phase(mesh_requests.tickets(edge, mesh.now_us, "warm", warm))
    mesh.phase(mesh_requests.provider_events(edge, mesh.out, mesh.now_us, SEED + 1, max(5, customers // 10)))
    idle, day = mesh.idle(), mesh.day()
    support = mesh.phase(mesh_requests.tickets(edge, mesh.now_us, "ticket", tickets))
    mesh.check(warm + tickets)
    billing = mesh.phase(mesh_requests.provider_events(edge, mesh.out, mesh.now_us, SEED, customers))
    mesh.check(warm + tickets)
    if mesh.ask(PAYMENTS) == 0:
        raise RuntimeError("KPIs have heard of no payment")
    figures = figures_of(mesh, idle, day, support, tickets, billing)
    tell(say, "tickets with all that happens to them", support, tickets, "tickets")
    tell(say, "events of the payment provider", billing, billing["requests"], "events")
    say("       idle, thousandths of a processor: "
        + ", ".join(f"{name} {share * 1000:.1f}" for name, share in idle.items()))
    say("       a day in which nothing comes, seconds of CPU: "
        + ", ".join(f"{name} {seconds:.2f}" for name, seconds in day.items()))
    for what in ("tickets", "events"):
        spent = cost.own(figures, what)
        say(f"       without what runs anyway, CPU seconds per 1,000 {what}: "
            + ", ".join(f"{name} {us / figures[what]['count'] / 1000:.2f}" for name, us in spent.items()))
    say(f"       POST to the first derived fact, of the row chain: {latency}")
    return figures


def live(mesh, tickets, say):
    """The same tickets by the real clock."""
    edge, warm = mesh.edge, max(50, tickets // 10)
    mesh.rush(mesh_requests.accounts(edge, BEGIN_US))
    mesh.rush(mesh_requests.tickets(edge, BEGIN_US, "warm", warm))
    requests = mesh_requests.tickets(edge, BEGIN_US, "ticket", tickets)
    took, spent = mesh.rush(requests)
    known = mesh.ask("select count(*) from kpi.subject where subject like 'ticket/%'")
    if known != warm + tickets:
        raise RuntimeError(f"{warm + tickets} tickets were opened, kpi-aggregator knows {known}")
    say(f"printed mesh, live: {len(requests) / took:.0f} requests/s until every stage has folded all there is ({len(requests)} in"
        f" {took:.1f} s)")
    say(f"       CPU seconds per 1,000 tickets, before kpi-aggregator's next tick: {sum(spent.values()) / tickets * 1000:.2f}")
    tell_programs(say, spent, tickets)


def on_its_own(stack, out, recorded, measured):
    """What is measured on a stack that goes with it."""
    mesh = Mesh(stack, out, recorded)
    try:
        mesh.start()
        return measured(mesh)
    finally:
        mesh.stop()


def bench_mesh(stack, out, tickets, customers, latency, say):
    """latency: what the row chain has said. MEASURED names a file that keeps the figures for cost.py."""
    stack.stop()
    try:
        on_its_own(stack, out, False, lambda mesh: live(mesh, tickets, say))
        figures = on_its_own(stack, out, True, lambda mesh: measure(mesh, tickets, customers, latency, say))
    finally:
        stack.start_again()
    if os.environ.get("MEASURED"):
        with open(os.environ["MEASURED"], "w", encoding="utf-8") as file:
            json.dump(figures, file, indent="\t")
            file.write("\n")
    for line in cost.told(figures, cost.prices_beside()):
        say(line)
