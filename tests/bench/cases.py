"""cases - so many open disputes at once, as chargeback's fold and the operator's tool see them.

One true case is made by the stage itself, and copied under ids that lie anywhere among each other; the copies' reminders are
spread over one hour. What is measured runs on the real store.
"""

import json
import os
import resource
import subprocess
import threading
import time

import psycopg

BAR_PAUSE_MS = 50
BAR_PDF_MS = 100
BAR_CASE_BYTES = 640  # of memory for an open case, beside the cache
CACHE = 16 << 20
COUNTS = (1000, 10000, 100000)
PDF_ROUNDS = 10

HOME = "'acct_' || substr(md5('a' || n), 1, 16)"
DISPUTE = "'dp_' || substr(md5('d' || n), 1, 24)"
SHIFT = "n * interval '1 hour' / {count}"
TABLES = (
    ("dossier", {"home": HOME, "cases": f"{DISPUTE} || chr(10)"}),
    ("dossier_page", {"home": HOME}),
    ("packet", {"home": HOME, "dispute_id": DISPUTE}),
    ("open_case", {"home": HOME, "dispute_id": DISPUTE}),
    ("dispute_case", {"home": HOME, "dispute_id": DISPUTE, "due_by": f"due_by + {SHIFT}",
                      "deadline": f"deadline + {SHIFT}", "next_due": f"next_due + {SHIFT}"}),
)
COLUMNS = """
select column_name from information_schema.columns where table_schema = 'chargeback' and table_name = %s
order by ordinal_position
"""
TIMERS = """
insert into timer select 'case', shard, 'judge', 'case/' || home || '/' || dispute_id, next_due
from dispute_case where next_due is not null
"""
SWEEP = "insert into timer values ('case', 0, 'sweep', 'sweep', '2026-05-09T12:00:10Z')"


def copy(connection, table, other, count):
    names = [name for name, in connection.execute(COLUMNS, (table,)).fetchall()]
    values = [other.get(name, f"{table}.{name}").format(count=count) for name in names]
    connection.execute(f"insert into {table} ({', '.join(names)}) select {', '.join(values)}"
                       f" from {table}, generate_series(2, {count}) n")


class Cases:
    """A database with so many open cases in one shard."""

    def __init__(self, stack, out, count):
        self.stack, self.out, self.count = stack, out, count
        self.url = stack.create_database()
        with psycopg.connect(self.url, autocommit=True) as connection:
            for schema in ("chargeback", "billing", "ingest"):
                connection.execute(f"create schema {schema}")
        subprocess.run([f"{out}/tests/bench/case_bench", "lay", self.url], check=True)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("set search_path = chargeback")
            connection.execute("drop table fact_all")  # the run makes places for the months of its own
            for table, other in TABLES:
                copy(connection, table, other, count)
            connection.execute(TIMERS)
            connection.execute(SWEEP)
            connection.execute("update shard set refusals = decode(repeat('00', 128), 'hex')")  # nothing was refused yet
            connection.execute("vacuum analyze")
        stack.checkpoint()

    def ask(self, *words):
        """Seconds that the operator's tool takes."""
        begin = time.monotonic()
        subprocess.run([f"{self.out}/bin/opsmesh", *words], env={**os.environ, "DATABASE_URL": self.url}, check=True,
                       stdout=subprocess.DEVNULL)
        return time.monotonic() - begin

    def run(self):
        return json.loads(subprocess.run([f"{self.out}/tests/bench/case_bench", "run", self.url, str(CACHE)], check=True,
                                         stdout=subprocess.PIPE, text=True).stdout)

    def run_asked(self):
        """While somebody asks for the forecast all the time."""
        took, over = [], threading.Event()

        def ask():
            while not over.is_set():
                took.append(self.ask("dispute", "forecast"))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            return self.run(), took
        finally:
            over.set()
            asking.join()

    def close(self):
        self.stack.drop_database(self.url)


def grown_by(stack, out, count):
    """KiB that a fold of so many cases has grown by."""
    cases = Cases(stack, out, count)
    figures = cases.run()
    cases.close()
    return figures["grown_kib"]


def bench_cases(stack, out, judge, say):
    """Sweeps and reminders of many open cases, while forecasts are asked for."""
    grown = [grown_by(stack, out, count) for count in COUNTS[:-1]]
    count = COUNTS[-1]
    cases = Cases(stack, out, count)
    alone = [cases.ask("dispute", "forecast"), cases.ask("list", "disputes", "--due-within", "3d")]
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    figures, took = cases.run_asked()
    cases.close()
    for name, what in (("slice", "a slice of the sweep"), ("sweep", "whole sweeps of hours that pass at once")):
        judge(f"{count} open cases, {what}: the longest fold", f"{figures[name + '_ms']:.1f} ms",
              f"at most {BAR_PAUSE_MS} ms", figures[name + "_ms"] <= BAR_PAUSE_MS)
    each = max(0, figures["grown_kib"] * 1024 - CACHE) / count
    judge(f"{count} open cases: memory of each, beside the cache", f"{each:.0f} bytes", f"at most {BAR_CASE_BYTES}",
          each <= BAR_CASE_BYTES)
    say(f"       CPU of these folds {figures['slice_cpu_ms']:.1f} and {figures['sweep_cpu_ms']:.1f} ms; reminders of all"
        f" within an hour: {figures['remind_folds']} folds, the longest {figures['remind_ms']:.1f} ms"
        f" ({figures['remind_cpu_ms']:.1f} of CPU); the shard is loaded in {figures['load_ms']:.0f} ms")
    say("       grown by " + ", ".join(f"{kib / 1024:.0f}" for kib in grown + [figures["grown_kib"]])
        + " MiB with " + ", ".join(str(count) for count in COUNTS) + f" open cases, the cache at {CACHE >> 20} MiB")
    say(f"       dispute forecast {alone[0]:.2f} s, list disputes {alone[1]:.2f} s; {len(took)} forecasts meanwhile;"
        f" the tool held {most / 1024:.0f} MiB at most")


def bench_pdf(programs, judge, say):
    figures = json.loads(subprocess.run([f"{programs}/packet_bench", str(PDF_ROUNDS)], check=True,
                                        stdout=subprocess.PIPE, text=True).stdout)
    judge(f"CPU of a PDF of {figures['pdf_pages']} pages", f"{figures['pdf_ms']:.1f} ms", f"at most {BAR_PDF_MS} ms",
          figures["pdf_ms"] <= BAR_PDF_MS and figures["pdf_pages"] == 10)
    say(f"       a packet of 1,000 candidates, of which {figures['packet_pages']} pages are left, with its files:"
        f" {figures['packet_ms']:.0f} ms; fonts are opened once, in {figures['open_ms']:.0f} ms")
