"""kpi_year - how long whoever asks for a year of a metric waits: `opsmesh kpi`, the process with its connection and log-in.

The figures are laid into a database with the schema of kpi-aggregator: a share by days and hours, and by days of twenty channels.
"""

import glob
import json
import os
import statistics
import subprocess
import time

import psycopg

BAR_MS = 200
TIMES = 9
METRIC = "bench.csat"
YEAR = ("--from", "2025-01-01", "--to", "2025-12-31")
DOCUMENT = {
    "formula": "share", "unit": "ppm", "better": "higher", "zone": "UTC", "windows": ["hour", "day"], "dimensions": ["channel"],
    "area": "support",
}
FIGURES = json.dumps({"n": "40", "hits": "36", "value": "900000", "low_ppm": "769300", "high_ppm": "960400"})
LAY = """
insert into kpi_cell select 0, '{series}', '{kind}', at, {value}, '', at + interval '1 {kind}', 'sealed', 0, 40, 36, 0, 0, 0, 0, 0, 0,
       null, '{figures}', null, null, at + interval '1 {kind}'
from generate_series('2025-01-01T00:00:00Z'::timestamptz, '2025-12-31T23:00:00Z', interval '1 {kind}') as at {more}
"""
ASKED = [
    ("days as a table", True, ("--window", "day")),
    ("days as JSON", True, ("--window", "day", "--format", "json")),
    ("days as a picture", True, ("--window", "day", "--format", "svg")),
    ("days of twenty channels as CSV", True, ("--window", "day", "--by", "channel", "--format", "csv")),
    ("8,760 hours as CSV", False, ("--window", "hour", "--format", "csv")),
    ("8,760 hours as JSON", False, ("--window", "hour", "--format", "json")),
]


def lay(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create schema kpi; set search_path to kpi; set timezone to 'UTC'")
        for name in sorted(glob.glob("common/flow/migrations/*.sql")) + sorted(glob.glob("services/kpi-aggregator/migrations/0001*.sql")):
            with open(name, encoding="utf-8") as file:
                connection.execute(file.read())
        connection.execute("insert into kpi_definition values (0, %s, %s, 1, '2025-01-01T00:00:00Z', '', 'Content', 'Says.', %s)",
                           (f"{METRIC}@1", METRIC, json.dumps(DOCUMENT)))
        for kind in ("hour", "day"):
            connection.execute(LAY.format(series=f"{METRIC}@1", kind=kind, value="''", figures=FIGURES, more=""))
        connection.execute(LAY.format(series=f"{METRIC}@1:channel", kind="day", value="'channel-' || number", figures=FIGURES,
                                      more=", generate_series(1, 20) as number"))
        connection.execute("analyze")


def ask(opsmesh, url, words):
    """Milliseconds, the middle of some runs; the answer's lines tell that there is one."""
    taken = []
    for _ in range(TIMES):
        began = time.monotonic()
        answer = subprocess.run([opsmesh, "kpi", METRIC, *YEAR, *words], capture_output=True, text=True,
                                env={**os.environ, "DATABASE_URL": url})
        taken.append((time.monotonic() - began) * 1000)
        if answer.returncode != 0 or "2025-12-31" not in answer.stdout:
            raise RuntimeError(f"opsmesh kpi {' '.join(words)}: {answer.stderr or answer.stdout[-300:]}")
    return statistics.median(taken)


def bench_year(stack, out, judge, say):
    url = stack.create_database()
    lay(url)
    taken = [(name, barred, ask(f"{out}/bin/opsmesh", url, words)) for name, barred, words in ASKED]
    stack.drop_database(url)
    slowest = max(taken, key=lambda row: row[2] if row[1] else 0)
    judge("opsmesh kpi over a year, the slowest", f"{slowest[2]:.0f} ms ({slowest[0]})", f"under {BAR_MS} ms", slowest[2] < BAR_MS)
    say("       " + "; ".join(f"{name} {took:.0f} ms" for name, _, took in taken))
