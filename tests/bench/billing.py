"""billing - what the payment provider says of a company's customers, through all stages of billing-sync.

The events are the model company's (tests/support/model_company.h): customers, subscriptions, invoices with lines,
payment intents, charges, balance transactions, refunds, disputes, each as large as the provider's own. They wait on
the topic before the daemon starts. Its tables hold so many customers more, which have all that theirs have.
"""

import os
import re
import statistics
import subprocess
import time

import psycopg
from confluent_kafka.admin import AdminClient

from fold import TRANSACTIONS, Run, median, ratio
from memory import SETTINGS
from stack import PARTITIONS, Daemon, process_cpu, threads_cpu

BAR_RATIO = 0.4
BAR_FLAT = 1.3
BAR_STATEMENT_MS = 50
QUIET_S = 3  # so long nothing more is said when all is folded
POPULATIONS = (10**4, 10**6)
# What stands in the tables before: rows as wide as the daemon's, under ids that lie anywhere among them. A column
# that is not named here and must not be null is filled by its type.
WORD = "substr(md5(n::text), 1, 16)"
WIDE = {"body": "convert_to(repeat(md5(n::text), {}), 'utf8')"}
TABLES = (
    ("customer", {"customer_id": f"'cus_' || {WORD}", "alive": "'sub_' || n || chr(10)"}, "", 0),
    ("standing", {"customer_id": f"'cus_' || {WORD}"}, "", 4),
    ("held", {"customer_id": f"'cus_' || {WORD}", "object_id": f"kind || '_' || {WORD}"},
     "unnest(array['ch', 'in', 'sub']) kind", 1),
    ("charge", {"charge_id": f"'ch_' || {WORD}", "customer_id": f"'cus_' || {WORD}"}, "", 0),
    ("charged", {"customer_id": f"'cus_' || {WORD}", "charge_id": f"'ch_' || {WORD}"}, "", 0),
    ("object", {"object_id": f"kind || '_' || {WORD}", "object_type": "'charge'"}, "unnest(array['ch', 'in']) kind", 40),
    ("entry", {"transaction_id": f"'charge/ch_' || {WORD}", "line": "line", "minor": "line * 2 - 3", "currency": "'USD'",
               "customer_id": f"'cus_' || {WORD}", "object_id": f"'ch_' || {WORD}",
               "at": "timestamptz '2026-01-01' + n * interval '1 second'"}, "generate_series(1, 2) line", 0),
)
PLAIN = {"bigint": "1", "integer": "1", "boolean": "true", "text": "'word'", "bytea": "''::bytea",
         "timestamp with time zone": "timestamptz '2026-05-01'"}
NEEDED = """
select column_name, data_type from information_schema.columns
where table_schema = current_schema and table_name = %s and is_nullable = 'NO' and column_default is null
"""


def fill(connection, table, columns, beside, words, customers):
    columns = {"shard": "n % 4", **columns}
    if words > 0:
        columns["body"] = WIDE["body"].format(words)
    for name, kind in connection.execute(NEEDED, (table,)).fetchall():
        columns.setdefault(name, PLAIN[kind])
    connection.execute(f"insert into {table} ({', '.join(columns)}) select {', '.join(columns.values())}"
                       f" from generate_series(1, {customers}) n" + (f", {beside}" if beside else ""))


class Billing:
    """Runs of billing-sync, each on topics and a database of its own."""

    def __init__(self, stack, out, customers):
        self.stack, self.out, self.customers = stack, out, customers
        self.events = self.bytes = 0

    def feed(self):
        """The mesh's topics anew."""
        admin = AdminClient({"bootstrap.servers": self.stack.brokers, "log_level": 3})
        old = [name for name in admin.list_topics(timeout=60).topics if name.startswith("ops.")]
        if old:
            self.stack.delete_topics(old)
        environment = {**os.environ, "KAFKA_BROKERS": self.stack.brokers, "PARTITIONS": str(PARTITIONS)}
        subprocess.run([f"{self.out}/bin/opsmesh", "topics", "--create"], env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        words = subprocess.run([f"{self.out}/tests/bench/stripe_feeder", self.stack.brokers, "1", str(self.customers)],
                               check=True, capture_output=True, text=True).stdout.split()
        self.events, self.bytes = int(words[0]), int(words[1])

    def prefill(self, url, customers):
        with psycopg.connect(url, autocommit=True) as connection:
            for table in TABLES:
                fill(connection, *table, customers)
            connection.execute("vacuum analyze")
        self.stack.checkpoint()

    def run(self, customers):
        """Among so many customers more; with the most that the daemon held in memory."""
        self.feed()
        url = self.stack.create_database()
        daemon = Daemon(self.stack, f"{self.out}/bin/billing-sync",
                        {"DATABASE_URL": url, "POLICY_DIRECTORY": "deploy/policies", **SETTINGS})
        daemon.migrate()
        self.prefill(url, customers)
        peak = [0]

        def look():
            peak[0] = max(peak[0], daemon.resident())

        server, broker = self.stack.server_cpu(), self.stack.broker_cpu()
        daemon.start()
        daemon.wait_for("opsmesh_events_consumed_total", self.events, look)
        self.wait_quiet(daemon, look)
        spent = {"daemon": process_cpu(daemon.pid), "server": self.stack.server_cpu() - server,
                 "broker": self.stack.broker_cpu() - broker, "threads": threads_cpu(daemon.pid)}
        folded = daemon.metric("opsmesh_events_consumed_total")
        daemon.stop()
        run = self.measure(url, spent, peak[0])
        run.folded = folded
        self.stack.drop_database(url)
        return run

    @staticmethod
    def wait_quiet(daemon, look):
        """Until nothing was consumed for a while."""
        last, quiet = -1, 0
        while quiet < QUIET_S / 0.5:
            now = daemon.metric("opsmesh_events_consumed_total")
            quiet = quiet + 1 if now == last else 0
            last = now
            look()
            time.sleep(0.5)

    def measure(self, url, spent, peak):
        """From the first commit to the last that said a fact."""
        with psycopg.connect(url) as connection:
            times = connection.execute(TRANSACTIONS).fetchall()
        facts = sum(count for _, count in times)
        seconds = (times[-1][0] - times[0][0]) * facts / (facts - times[0][1])
        return Run(self.events, seconds, **spent, transactions=len(times), saved=0, facts=facts, peak=peak)


def bench_billing(stack, fold, out, customers, rounds, judge, say, show, show_daemon):
    """The full loop and the mix of events by turns, within each round; then the same among a million customers."""
    billing = Billing(stack, out, customers)
    few, many, loops = [], [], []
    for _ in range(rounds):
        fold.feed("uniform", 100000)
        loop, database = fold.fold("state", 100000)
        stack.drop_database(database)
        fold.forget()
        loops.append(loop)
        few.append(billing.run(POPULATIONS[0]))
        many.append(billing.run(POPULATIONS[1]))
    whole = ratio(few, loops)
    flat = statistics.median(large.total / small.total for small, large in zip(few, many))
    peak = max(run.peak for run in few + many) / (1 << 20)
    judge("events of the payment provider", f"{whole:.3f} of the full loop", f"at least {BAR_RATIO}",
          whole >= BAR_RATIO)
    judge("CPU an event among 1,000,000 customers", f"{flat:.2f} times that among 10,000", f"at most {BAR_FLAT}",
          flat <= BAR_FLAT)
    say(f"       {billing.events} events of {billing.bytes / billing.events:.0f} bytes; the daemon held {peak:.0f} MiB,"
        f" caches at 16 MiB each")
    show("row, fact and record", median(loops))
    for name, runs in (("of 10,000 customers", few), ("of 1,000,000 customers", many)):
        show(name, median(runs))
        show_daemon(median(runs))
        folds = median(runs).folded / billing.events
        say(f"         {median(runs).facts / billing.events:.2f} facts an event, which the stages fold {folds:.2f} times;"
            f" {whole * folds:.3f} of the full loop's folds")


def bench_statement(out, judge):
    """By the operator's tool, from its start to its end, as tests/integration/books.sh has it: the middle of nine."""
    done = subprocess.run(["tests/integration/books.sh"], env={**os.environ, "OUT": out}, capture_output=True,
                          text=True)
    found = re.search(r"a statement of (\d+) bookings: (\d+) ms; of none: (\d+)", done.stdout)
    if found is None:
        raise RuntimeError(f"books.sh: {done.stdout[-200:]}")
    bookings, took, empty = found.groups()
    judge(f"a statement of {bookings} bookings", f"{took} ms, of which {empty} without any",
          f"under {BAR_STATEMENT_MS} ms", int(took) < BAR_STATEMENT_MS)
