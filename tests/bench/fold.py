"""fold - a daemon that folds a topic full of events, against COPY of the facts that it said."""

import os
import statistics
import subprocess
import time

import psycopg

from stack import Cpu, Daemon, process_cpu, threads_cpu

TOPICS = ["bench.in.v1", "bench.out.v1", "bench.progress.v1"]

# When each transaction that said facts was stamped, and how many facts it said.
TRANSACTIONS = """
select extract(epoch from pg_xact_commit_timestamp(xmin))::float8, count(*)
from fact group by xmin order by 1
"""
SAVED = """
select coalesce(sum(n_tup_ins + n_tup_upd), 0) from pg_stat_user_tables where relname = 'thing'
"""


class Run:
    """What one run of a daemon came to."""

    def __init__(self, events, seconds, daemon, server, broker, **more):
        self.events, self.rate = events, events / seconds
        self.daemon, self.server, self.broker = daemon, server, broker
        self.__dict__.update(more)

    def us(self, cpu):
        """CPU seconds per million events, which is microseconds an event."""
        return cpu.all / self.events * 1e6

    @property
    def total(self):
        return self.us(self.daemon + self.server + self.broker)


class Fold:
    """Runs of bench_daemon over what a feeder has written, each on a database of its own."""

    def __init__(self, stack, programs):
        self.stack, self.programs = stack, programs
        self.runs = 0

    def feed(self, keys, events):
        """The topic anew, with so many events."""
        self.stack.create_topics(TOPICS)
        subprocess.run([f"{self.programs}/feeder", self.stack.brokers, keys, "0", str(events)],
                       check=True)

    def feed_steadily(self, begin, events, rate):
        """Behind so many that were fed; what the feeder says of the derived events."""
        return subprocess.run([f"{self.programs}/feeder", self.stack.brokers, "uniform", str(begin),
                               str(events), str(rate)], check=True, capture_output=True,
                              text=True).stdout.split()

    def forget(self):
        self.stack.delete_topics(TOPICS)

    def daemon(self, stage, url, settings=None):
        """Migrated, and not started."""
        self.runs += 1
        daemon = Daemon(self.stack, f"{self.programs}/bench_daemon",
                        {"BENCH_STAGE": stage, "BENCH_GROUP": f"bench-{self.runs}",
                         "DATABASE_URL": url, **(settings or {})})
        daemon.migrate()
        return daemon

    def fold(self, stage, events):
        """A run, and its database."""
        url = self.stack.create_database()
        daemon = self.daemon(stage, url)
        before, _ = self.stack.last_append(TOPICS[1])
        self.stack.checkpoint()
        server, broker = self.stack.server_cpu(), self.stack.broker_cpu()
        daemon.start()
        daemon.wait_for("opsmesh_events_emitted_total", events)
        while self.stack.last_append(TOPICS[1])[0] < before + events:
            time.sleep(0.05)
        threads = threads_cpu(daemon.pid)
        spent = {"daemon": process_cpu(daemon.pid), "server": self.stack.server_cpu() - server,
                 "broker": self.stack.broker_cpu() - broker, "threads": threads}
        daemon.stop()
        return self.measure(url, self.stack.last_append(TOPICS[1])[1], spent), url

    def loop(self, stage, way, events):
        """The same without the daemon around it; way: publish or keep. With what each phase took."""
        url = self.stack.create_database()
        self.daemon(stage, url)
        self.stack.checkpoint()
        server, broker = self.stack.server_cpu(), self.stack.broker_cpu()
        process = subprocess.Popen([f"{self.programs}/bench_fold", self.stack.brokers, url,
                                    f"loop-{self.runs}", stage, way, str(events)],
                                   stdout=subprocess.PIPE, text=True)
        lines = process.stdout.read().splitlines()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            raise RuntimeError("bench_fold failed")
        phases = [(name, float(wall), float(cpu)) for name, wall, cpu in map(str.split, lines)]
        spent = {"daemon": Cpu(usage.ru_utime, usage.ru_stime),
                 "server": self.stack.server_cpu() - server,
                 "broker": self.stack.broker_cpu() - broker, "phases": phases}
        appended = self.stack.last_append(TOPICS[1])[1] if way == "publish" else 0
        return self.measure(url, appended, spent), url

    @staticmethod
    def measure(url, appended, spent):
        """From the first commit to the last, or to the last record that was appended."""
        with psycopg.connect(url) as connection:
            times = connection.execute(TRANSACTIONS).fetchall()
            saved = connection.execute(SAVED).fetchone()[0]
        begin, first = times[0]
        events = sum(count for _, count in times)
        return Run(events, (max(times[-1][0], appended) - begin) * events / (events - first),
                   **spent, transactions=len(times), saved=saved)

    def copy(self, url):
        """The facts of a database once more, into a database of their own."""
        target = self.stack.create_database()
        self.daemon("facts", target)
        with psycopg.connect(url) as connection:
            months = connection.execute(
                "select distinct date_trunc('month', mesh_time) from fact").fetchall()
        with psycopg.connect(target, autocommit=True) as connection:
            for month in months:
                connection.execute("select fact_month_add(%s)", month)
        self.stack.checkpoint()
        server = self.stack.server_cpu()
        words = subprocess.run([f"{self.programs}/copy_bench", url, target], check=True,
                               capture_output=True, text=True).stdout.split()
        run = Run(int(words[0]), float(words[1]), Cpu(float(words[2])),
                  self.stack.server_cpu() - server, Cpu())
        self.stack.drop_database(target)
        return run


def median(runs, key=lambda run: run.rate):
    """The run in the middle."""
    return sorted(runs, key=key)[len(runs) // 2]


def ratio(runs, copies):
    """The middle of the ratios, each within its round."""
    return statistics.median(run.rate / copy.rate for run, copy in zip(runs, copies))
