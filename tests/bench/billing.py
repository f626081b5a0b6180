"""billing - what the payment provider says of a company's customers, through all stages of billing-sync.

The events are the model company's (tests/support/model_company.h): customers, subscriptions, invoices with lines,
payment intents, charges, balance transactions, refunds, disputes, each as large as the provider's own. They wait on
the topic before the daemon starts. Its tables hold so many customers more, which have all that theirs have.
"""

import os
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
QUIET_S = 3  # so long nothing more is said when all is folded
POPULATIONS = (10**4, 10**6)
# Rows as wide as those that the daemon writes, under ids that lie anywhere among them.
PREFILL = """
insert into customer (shard, customer_id, alive, subscribed)
    select n %% 4, 'cus_' || substr(md5(n::text), 1, 16), 'sub_' || n || chr(10), true
    from generate_series(1, %(customers)s) n;
insert into standing (shard, customer_id, body)
    select n %% 4, 'cus_' || substr(md5(n::text), 1, 16), decode(repeat('ab', 120), 'hex')
    from generate_series(1, %(customers)s) n;
insert into held (shard, customer_id, object_id, type, status, revision, body)
    select n %% 4, 'cus_' || substr(md5(n::text), 1, 16), kind || '_' || substr(md5(n::text), 1, 16), 'charge',
        'succeeded', 1, decode(repeat('ab', 40), 'hex')
    from generate_series(1, %(customers)s) n, unnest(array['ch', 'in', 'sub']) kind;
insert into charge (shard, charge_id, customer_id)
    select n %% 4, 'ch_' || substr(md5(n::text), 1, 16), 'cus_' || substr(md5(n::text), 1, 16)
    from generate_series(1, %(customers)s) n;
insert into charged (shard, customer_id, charge_id, currency, presented, applied, settled_currency, settled, taken)
    select n %% 4, 'cus_' || substr(md5(n::text), 1, 16), 'ch_' || substr(md5(n::text), 1, 16), 'USD', 100, true, 'USD',
        100, 0
    from generate_series(1, %(customers)s) n;
insert into object (shard, object_id, object_type, rank, progress, verb, revision, bare, ended, deleted, provenance, body)
    select n %% 4, kind || '_' || substr(md5(n::text), 1, 16), 'charge', 1, 0, 2, 1, false, false, false, 1,
        convert_to(repeat(md5(n::text), 40), 'utf8')
    from generate_series(1, %(customers)s) n, unnest(array['ch', 'in']) kind;
insert into entry (shard, transaction_id, line, at, booked_at, account, currency, minor, customer_id, object_id, cause,
        reason)
    select n %% 4, 'charge/ch_' || substr(md5(n::text), 1, 16), line, timestamptz '2026-01-01' + n * interval '1 second',
        '2026-05-01', case line when 1 then 'receivable' else 'revenue' end, 'USD', case line when 1 then 5 else -5 end,
        'cus_' || substr(md5(n::text), 1, 16), 'ch_' || n, 'object/0/1', 'charge'
    from generate_series(1, %(customers)s) n, generate_series(1, 2) line;
"""


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
            for statement in PREFILL.split(";\n")[:-1]:
                connection.execute(statement, {"customers": customers})
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
        daemon.stop()
        run = self.measure(url, spent, peak[0])
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
        say(f"         {median(runs).facts / billing.events:.2f} facts an event")
