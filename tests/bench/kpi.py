"""kpi - what counting costs: kpi-aggregator's stages over usage of 1,000 accounts in windows of a minute.

Every fact is counted exactly once, from the topic to figures that are sealed; the sum of all figures must be that of what was fed.
Beside it, over the same topic, a plain dictionary in Python, which keeps nothing when it ends.
"""

import json
import os
import shutil
import subprocess
import time

import google.protobuf.descriptor_pb2
import google.protobuf.descriptor_pool
import google.protobuf.message_factory
import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from memory import SETTINGS
from stack import PARTITIONS, PATIENCE, Daemon, process_cpu, threads_cpu

BAR_FACTS = 300000
BAR_WINDOWS_MIB = 256
TOPIC = "ops.billing.v1"
MINUTES = 20
READ_STEP = 10000

METRIC = {
    "id": "bench.usage", "version": 1, "effective_from": "2026-01-01T00:00:00Z", "title": "Usage", "says": "Units of usage.",
    "owner": "support", "area": "billing", "formula": "sum", "unit": "count", "better": "neither", "zone": "UTC",
    "windows": ["minute"], "grace": "10m", "dimensions": ["account"], "bound": 1000,
    "population": {"of": "usage", "time": "at"}, "measure": {"number": "units"},
}
SEALED = """
select count(*), coalesce(sum(sum) filter (where series = 'bench.usage@1'), 0),
       coalesce(sum(sum) filter (where series = 'bench.usage@1:account'), 0), count(*) filter (where state <> 'sealed')
from kpi_cell where start < '2026-05-02'
"""


def lay_documents(folder):
    """The one metric, published as the deployed ones are."""
    for name in ("metrics", "calendars", "holidays"):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    with open(f"{folder}/metrics/{METRIC['id']}-{METRIC['version']}.json", "w", encoding="utf-8") as file:
        json.dump(METRIC, file)
    shutil.copy("deploy/policies/publish.py", folder)
    subprocess.run(["/usr/bin/python3", f"{folder}/publish.py"], check=True, stdout=subprocess.DEVNULL)


def billing_event(out):
    """The message type, from the descriptors that the build publishes."""
    with open(f"{out}/opsmesh.v1.descriptor.bin", "rb") as file:
        files = google.protobuf.descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = google.protobuf.descriptor_pool.DescriptorPool()
    for schema in files.file:
        pool.Add(schema)
    return google.protobuf.message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName("opsmesh.v1.BillingEvent"))


class Counting:
    """Runs over one topic, fed once, each with a database of its own."""

    def __init__(self, stack, out, events):
        self.stack, self.out, self.events, self.runs = stack, out, events, 0
        self.documents = f"{stack.folder}/kpi-policies"
        lay_documents(self.documents)
        self.forget()
        environment = {**os.environ, "KAFKA_BROKERS": stack.brokers, "PARTITIONS": str(PARTITIONS)}
        subprocess.run([f"{out}/bin/opsmesh", "topics", "--create"], env=environment, check=True, stdout=subprocess.DEVNULL)
        words = subprocess.run([f"{out}/tests/bench/kpi_feeder", stack.brokers, str(events), str(MINUTES * 60000000 // events)],
                               check=True, capture_output=True, text=True).stdout.split()
        self.quantity = int(words[1])

    def forget(self):
        admin = AdminClient({"bootstrap.servers": self.stack.brokers, "log_level": 3})
        old = [name for name in admin.list_topics(timeout=60).topics if name.startswith("ops.")]
        if old:
            self.stack.delete_topics(old)

    def daemon(self):
        """CPU seconds until all is sealed, and the most that it held in memory."""
        self.runs += 1
        url = self.stack.create_database()
        daemon = Daemon(self.stack, f"{self.out}/tests/bench/kpi_daemon",
                        {"BENCH_GROUP": f"kpi-bench-{self.runs}", "DATABASE_URL": url, "POLICY_DIRECTORY": self.documents,
                         **SETTINGS})
        daemon.migrate()
        self.stack.checkpoint()
        peak = [0]

        def look():
            peak[0] = max(peak[0], daemon.resident())

        server, began = self.stack.server_cpu(), time.monotonic()
        daemon.start()
        daemon.wait_for("opsmesh_events_consumed_total", self.events, look)
        folded = time.monotonic() - began
        figures = self.wait_sealed(url, look)
        spent, threads = process_cpu(daemon.pid).all, threads_cpu(daemon.pid)
        server = (self.stack.server_cpu() - server).all
        daemon.stop()
        self.stack.drop_database(url)
        return {"daemon": spent, "server": server, "threads": threads, "figures": figures, "folded": folded, "peak": peak[0]}

    def wait_sealed(self, url, look):
        """Until every figure is final, and the sums are those of what was fed. How many figures there are."""
        until = time.monotonic() + PATIENCE
        with psycopg.connect(url, autocommit=True) as connection:
            while time.monotonic() < until:
                figures, whole, parts, unsealed = connection.execute(SEALED).fetchone()
                if unsealed == 0 and (whole, parts) == (self.quantity, self.quantity):
                    return figures
                look()
                time.sleep(0.2)
        raise RuntimeError(f"{self.quantity} fed, {whole} and {parts} counted, {unsealed} of {figures} not sealed")

    def dictionary(self):
        """CPU seconds of a plain dictionary."""
        event = billing_event(self.out)()
        counts, left = {}, self.events + PARTITIONS
        consumer = Consumer({"bootstrap.servers": self.stack.brokers, "group.id": "dictionary"})
        before = time.process_time()
        consumer.assign([TopicPartition(TOPIC, number, 0) for number in range(PARTITIONS)])
        while left > 0:
            messages = consumer.consume(min(READ_STEP, left), PATIENCE)
            left -= len(messages)
            for message in messages:
                event.ParseFromString(message.value())
                key = (event.account_id, event.occurred_at.seconds // 60)
                counts[key] = counts.get(key, 0) + event.usage_taken.quantity
        spent = time.process_time() - before
        consumer.close()
        if sum(counts.values()) != self.quantity:
            raise RuntimeError("the dictionary has counted otherwise")
        return spent


def bench_windows(programs, judge, say):
    """A million open windows, their figures in a cache of 16 MiB."""
    figures = json.loads(subprocess.run([f"{programs}/kpi_bench"], check=True, stdout=subprocess.PIPE, text=True).stdout)
    held = figures["open_kib"] / 1024
    judge(f"memory of {figures['windows']} open windows", f"{held:.0f} MiB", f"at most {BAR_WINDOWS_MIB}",
          held <= BAR_WINDOWS_MIB)
    say(f"       where all of them wait to be said {figures['waiting_kib'] / 1024:.0f} MiB more; the window of an instant is found"
        f" in {figures['window_ns']:.0f} ns")


def bench_kpi(stack, out, events, rounds, judge, say):
    bench_windows(f"{out}/tests/bench", judge, say)
    counting = Counting(stack, out, events)
    pairs = sorted(((counting.daemon(), counting.dictionary()) for _ in range(rounds)), key=lambda pair: pair[0]["daemon"])
    run, dictionary = pairs[len(pairs) // 2]
    counting.forget()
    rate = events / run["daemon"]
    judge("facts counted a CPU second of the daemon, 1,000 keys, windows of a minute", f"{rate:.0f}",
          f"at least {BAR_FACTS}", rate >= BAR_FACTS)
    say(f"       CPU seconds for 1,000,000: daemon {run['daemon'] / events * 1e6:.2f}, PostgreSQL"
        f" {run['server'] / events * 1e6:.2f}; a plain dictionary in Python {dictionary / events * 1e6:.2f}; the daemon"
        f" held {run['peak'] / 2**20:.0f} MiB")
    say(f"       {run['figures']} sealed figures of {events} facts, all folded after {run['folded']:.1f} s; by thread: "
        + ", ".join(f"{name} {spent:.2f}" for name, spent in sorted(run["threads"].items(), key=lambda item: -item[1])
                    if spent >= 0.05))
