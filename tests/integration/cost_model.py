#!/usr/bin/python3
"""cost_model - the arithmetic of tests/bench/cost.py, on figures so small that each sum was made by hand.

Prints `ok cost_model: ...` or `FAIL cost_model: ...` for each question; exit 1 when anything is wrong.
"""

import copy
import os
import subprocess
import sys
import tempfile

BENCH = f"{os.path.dirname(os.path.abspath(__file__))}/../bench"
sys.path.insert(0, BENCH)
import cost  # found only now

# One daemon, its backend, the rest of PostgreSQL, the broker. Ten tickets in two seconds, a hundred events in one.
FIGURES = {
    "measured_on": "paper",
    "tickets": {"count": 10, "wall_us": 2000000, "database_bytes": 1000, "topic_bytes": 300,
                "cpu_us": {"ingest": 52000, "postgres: ingest": 20000, "postgres: the rest": 9000, "broker": 205000}},
    "events": {"count": 100, "wall_us": 1000000, "database_bytes": 500, "topic_bytes": 100,
               "cpu_us": {"ingest": 11000, "postgres: ingest": 3000, "postgres: the rest": 2001, "broker": 100}},
    "idle_us_per_s": {"ingest": 500, "postgres: ingest": 0, "postgres: the rest": 1000, "broker": 100000},
    "day_us": {"ingest": 1000, "postgres: ingest": 0, "postgres: the rest": 7000, "broker": 5000},
    "resident_bytes": {"ingest": 64 << 20},
}
PRICES = {
    "as_of": "2026-01-01",
    "prices": {"vcpu_hour": {"micro_dollars": 40000, "source": "a"}, "memory_gib_hour": {"micro_dollars": 5000, "source": "b"},
               "disk_gib_month": {"micro_dollars": 100000, "source": "c"}},
    "sizes": {name: {"value": value, "source": "d"} for name, value in {
        "tickets": 1000000, "events": 10000000, "days": 30, "peak_factor": 4, "busy_percent": 50, "instances_least": 2,
        "instance_milli": 2000, "reserved_milli": 100, "postgresql_copies": 2, "broker_copies": 3,
        "postgresql_memory_mib": 8192, "broker_memory_mib": 4096, "months_kept": 12}.items()},
}
MONTH_S = 30 * 24 * 3600

questions = []


def question(check):
    questions.append(check)
    return check


def same(measured, wanted):
    if measured != wanted:
        raise AssertionError(f"{measured}, by hand {wanted}")


def changed(document, *path_and_value):
    """A copy in which one thing is another."""
    *path, last, value = path_and_value
    other = copy.deepcopy(document)
    place = other
    for name in path:
        place = place[name]
    place[last] = value
    return other


def refused(figures, prices):
    try:
        list(cost.told(figures, prices))
    except (cost.Wrong, KeyError):
        return
    raise AssertionError("it was not refused")


def bill(figures=FIGURES, prices=PRICES):
    return {what: micro for what, _, micro in cost.reckon(figures, prices)}


@question
def backends():
    """backends and the rest of the server are PostgreSQL, each once"""
    same(cost.programs(FIGURES["tickets"]["cpu_us"]), {"ingest": 52000, "postgresql": 29000, "broker": 205000})


@question
def anyway():
    """what runs anyway is no ticket's: the seconds of the run and its day are taken off, never below nothing"""
    same(cost.own(FIGURES, "tickets"), {"ingest": 52000 - 2 * 500 - 1000, "postgresql": 29000 - 2 * 1000 - 7000, "broker": 0})
    same(cost.own(FIGURES, "events"), {"ingest": 11000 - 500 - 1000, "postgresql": 0, "broker": 0})


@question
def month():
    """a month is a million tickets, ten million events, and every second and day of it"""
    ingest = cost.month_us(FIGURES, PRICES)["ingest"]
    same(ingest, (50000 * 100000, 9500 * 100000, MONTH_S * 500 + 30 * 1000))
    same(cost.month_us(FIGURES, PRICES)["broker"], (0, 0, MONTH_S * 100000 + 30 * 5000))


@question
def peak():
    """at the peak a tenth of a processor is four tenths of work, and eight where half of it may be busy; but not of what runs anyway"""
    same(cost.peak_milli(PRICES, MONTH_S * 100000, 0), 800)
    same(cost.peak_milli(PRICES, MONTH_S * 100000 + 1, 0), 801)
    same(cost.peak_milli(PRICES, MONTH_S * 100000, MONTH_S * 50000), 900)


@question
def instances():
    """two instances at least; more where one has not enough; servers have their copies"""
    same([cost.instances(PRICES, "ingest", milli) for milli in (1, 4000, 4001)], [2, 2, 3])
    same([cost.instances(PRICES, name, 9000) for name in ("postgresql", "broker")], [2, 3])


@question
def reserved():
    """instances share the work, copies do it anew, and nobody gets less than the least"""
    same([cost.reserved_milli(PRICES, "ingest", milli, 2) for milli in (1, 200, 201)], [200, 200, 201])
    same([cost.reserved_milli(PRICES, "broker", milli, 3) for milli in (1, 801)], [300, 2403])


@question
def processors():
    """the bill of processors is thousandths times hours times the price"""
    # ingest: 5,000 + 950 s are 2.3 thousandths, with peak and room 19, and 1,296.03 s are 1; two instances reserve 200.
    same(bill()["ingest: processors"], 200 * 720 * 40000 // 1000)
    # broker: 100.06 thousandths anyway, 201 with room, three times.
    same(bill()["broker: processors"], 3 * 201 * 720 * 40000 // 1000)


@question
def memory():
    """the bill of memory is what each instance holds"""
    same(bill()["ingest: memory"], 2 * 720 * 5000 // 16)
    same(bill()["postgresql: memory"], 2 * 8 * 720 * 5000)


@question
def disk():
    """the bill of disks is what tickets and events add, for all months kept, on all copies"""
    database = (100 * 1000000 + 5 * 10000000) * 12
    topics = (30 * 1000000 + 1 * 10000000) * 12
    same(cost.kept_bytes(FIGURES, PRICES, "database"), (database // 12, database))
    same(bill()["postgresql: disk"], -(-database * 2 * 100000 // (1 << 30)))
    same(bill()["broker: disk"], -(-topics * 3 * 100000 // (1 << 30)))


@question
def total():
    """the first line is the sum of all others, and every line is there"""
    lines = bill()
    same(sorted(lines), sorted(f"{name}: {kind}" for name, kinds in (
        ("ingest", ("processors", "memory")), ("postgresql", ("processors", "memory", "disk")),
        ("broker", ("processors", "memory", "disk"))) for kind in kinds))
    first = next(cost.told(FIGURES, PRICES))
    if not first.endswith(": " + cost.dollars(sum(lines.values()))):
        raise AssertionError(first)


@question
def words():
    """each price and size is printed with its source"""
    printed = "\n".join(cost.told(FIGURES, PRICES))
    for name in (*PRICES["prices"], *PRICES["sizes"]):
        if f"         {name} " not in printed:
            raise AssertionError(name)


@question
def dollars():
    """money is whole, and never rounded down"""
    same([cost.dollars(micro) for micro in (0, 1, 10000, 10001, 1234567890000)],
         ["0.00 $", "0.01 $", "0.01 $", "0.02 $", "1,234,567.89 $"])
    if not all(isinstance(micro, int) for micro in bill().values()):
        raise AssertionError("not whole")


@question
def exact():
    """a sum beyond what a floating point number holds is exact"""
    same(bill(prices=changed(PRICES, "prices", "memory_gib_hour", "micro_dollars", 10**18 + 1))["postgresql: memory"],
         2 * 8 * 720 * (10**18 + 1))


@question
def more():
    """whatever becomes more makes no line cheaper, and the whole dearer"""
    cheap = sum(bill().values())
    for path in (("tickets", "cpu_us", "ingest"), ("events", "cpu_us", "postgres: the rest"), ("idle_us_per_s", "broker"),
                 ("tickets", "database_bytes"), ("events", "topic_bytes"), ("resident_bytes", "ingest")):
        other = bill(changed(FIGURES, *path, 10**9))
        if sum(other.values()) <= cheap:
            raise AssertionError(path)
    for name in ("peak_factor", "months_kept", "instances_least", "events", "tickets"):
        if sum(bill(prices=changed(PRICES, "sizes", name, "value", 10**8)).values()) <= cheap:
            raise AssertionError(name)


@question
def refuses():
    """figures and prices of which no sum can be made are refused"""
    for path, value in ((("tickets", "cpu_us", "ingest"), -1), (("tickets", "cpu_us", "ingest"), 0.5), (("tickets", "count"), 0),
                        (("events", "database_bytes"), "1"), (("idle_us_per_s",), {"ingest": 1}), (("day_us", "nobody"), 1), (("resident_bytes",), {})):
        refused(changed(FIGURES, *path, value), PRICES)
    for path, value in ((("prices", "vcpu_hour", "micro_dollars"), 0.04), (("sizes", "busy_percent", "value"), 0),
                        (("sizes", "days", "value"), True), (("sizes",), {})):
        refused(FIGURES, changed(PRICES, *path, value))


@question
def program():
    """the program says what the module says, of the figures that lie beside it and of others"""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, document in (("measured.json", FIGURES), ("prices.json", PRICES)):
            paths.append(f"{folder}/{name}")
            with open(paths[-1], "w", encoding="utf-8") as file:
                cost.json.dump(document, file)
        printed = subprocess.run([f"{BENCH}/cost.py", *paths], check=True, capture_output=True, text=True).stdout
        same(printed.splitlines(), list(cost.told(FIGURES, PRICES)))
    printed = subprocess.run([f"{BENCH}/cost.py"], check=True, capture_output=True, text=True).stdout
    beside = list(cost.told(cost.read(cost.beside("measured.json")), cost.prices_beside()))
    same(printed.splitlines(), beside)


def main():
    failed = 0
    for check in questions:
        try:
            check()
            print(f"ok cost_model: {check.__doc__}")
        except (AssertionError, KeyError, ValueError, OSError, subprocess.CalledProcessError) as error:
            print(f"FAIL cost_model: {check.__doc__}: {error}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
