#!/usr/bin/python3
"""kpi_money - what kpi-aggregator's stage partial tells of money, held against sums of the same facts by other code.

    kpi_money.py PROGRAM DESCRIPTOR SEED...

Customers are made by chance for each seed. Their facts, each customer's in their order and all of them interleaved by chance, are
folded by PROGRAM (kpi_money_test) by the documents of deploy/policies/metrics: told every five minutes of mesh time as the difference
to what was told before, with restarts between. What was told adds up to what kpi_truth_money.py counts of the facts alone, by metric,
window, dimension and currency; and is the same however they are interleaved.
"""
import collections
import json
import random
import subprocess
import sys
import zoneinfo

import google.protobuf.json_format

import kpi_truth_money
from contract import Messages
from kpi_money_made import BEGIN, MINUTE, UNTIL, made
from kpi_truth_facts import DAY, instant

CUSTOMERS = 60
TYPES = {"ops.billing.v1": "BillingEvent", "ops.accounts.v1": "AccountEvent", "ops.disputes.v1": "DisputeEvent"}
# By formula, which sums a metric is about.
SUMS = {"level": ("sum",), "count": ("n",), "sum": ("n", "sum"), "share": ("n", "hits"), "quotient": ("n", "hits"),
        "distribution": ("n", "sum", "spans")}
AMOUNTS = {"billing.unexplained_by_age"}  # of which the amounts alone say something
OTHERS = {"value.tickets_per_100_customers"}  # of which tickets are a part: kpi_tickets.py


def interleaved(chance, customers):
    """Of all customers; each one's in their order."""
    waiting = [list(customer.facts) for customer in customers if customer.facts]
    while waiting:
        facts = chance.choice(waiting)
        yield facts.pop(0)
        if not facts:
            waiting.remove(facts)


def facts_of(types, order):
    """As `opsmesh tail` has them: what is said is what the contract can say."""
    return [{"topic": topic, "data": google.protobuf.json_format.MessageToDict(
        google.protobuf.json_format.ParseDict(event, types[topic]()))} for topic, event in order]


def told(program, types, order, pace, restart):
    """{(metric, dimension, value, currency, start): sums} of all that was told."""
    lines, mesh = [], BEGIN
    for topic, event in order:
        mesh += pace
        message = google.protobuf.json_format.ParseDict(event, types[topic]())
        key = event.get("customerId") or event["accountId"]
        lines.append(f"{topic} {key} {mesh} {instant(event['occurredAt'])} {message.SerializeToString().hex()}")
    answer = subprocess.run([program, str(max(mesh, UNTIL) + DAY), str(restart)], input="\n".join(lines) + "\n", capture_output=True,
                            text=True, timeout=120)
    if answer.returncode != 0:
        sys.exit(f"FAIL kpi_money: {program}: {answer.stderr}")
    cells = collections.defaultdict(collections.Counter)
    for line in answer.stdout.splitlines():
        cell = json.loads(line)
        place = tuple(cell[name] for name in ("metric", "dimension", "value", "currency", "start"))
        cells[place].update({name: cell[name] for name in ("n", "hits", "sum", "spans")})
        cells[place].update({f"aside {i}": count for i, count in enumerate(cell["asides"])})
    return cells


def newest(truth, metric):
    """The version that says what is meant."""
    return f"{metric}@{max(version for name, version in truth.documents if name == metric)}"


def counted(truth):
    """The same of the facts alone, in the shortest windows that a metric has."""
    cells = collections.defaultdict(collections.Counter)
    for (metric, dimension, value, currency), contributions in truth.counted.items():
        document = truth.document(metric)
        if document is None:
            continue
        kinds = [kind for kind in kpi_truth_money.KINDS if kind in document["windows"]]
        if dimension:
            least = kpi_truth_money.KINDS.index(document.get("dimensions_from", "day"))
            kinds = [kind for kind in kinds if kpi_truth_money.KINDS.index(kind) >= least]
        asides = [one["name"] for one in document.get("aside", [])]
        zone = zoneinfo.ZoneInfo(document["zone"])
        for one in contributions:
            start, _, _ = kpi_truth_money.window(kinds[0], one["at"], zone)
            sums = cells[newest(truth, metric), dimension, value, currency, start]
            sums.update({"n": one.get("n", 0), "hits": one.get("hits", 0), "sum": one.get("total", 0), "spans": int("span" in one)})
            if "aside" in one:
                sums[f"aside {asides.index(one['aside'])}"] += 1
    return cells


def about(document, sums):
    """What of a cell the metric is about."""
    sums_of = ("sum",) if document["id"] in AMOUNTS else SUMS[document["formula"]]
    names = (*sums_of, *(f"aside {i}" for i in range(len(document.get("aside", [])))))
    return tuple(sums[name] for name in names)


def hold(truth, metric, wanted, found):
    """How many cells are the same, and what differs first."""
    document = truth.document(metric)
    same, wrong = 0, None
    for place in sorted(place for place in wanted.keys() | found.keys() if place[0] == newest(truth, metric)):
        want, have = (about(document, cells.get(place, collections.Counter())) for cells in (wanted, found))
        same += want == have
        if want != have and wrong is None:
            wrong = f"{place[1:]}: {have}, not {want}"
    return same, wrong


def run(program, types, seed):
    chance = random.Random(seed)
    customers = made(chance, CUSTOMERS)
    orders = [list(interleaved(chance, customers)) for _ in range(2)]
    truth = kpi_truth_money.Truth(facts_of(types, orders[0]))
    wanted = counted(truth)
    plays = [told(program, types, orders[0], MINUTE, 0), told(program, types, orders[1], 7 * MINUTE, chance.randrange(50, 200))]
    told_of = {tuple(place[0].split("@")) for cells in (wanted, *plays) for place in cells}
    metrics = sorted({metric for metric, version in told_of if f"{metric}@{version}" == newest(truth, metric)} - OTHERS)
    good = 0
    for metric in metrics:
        found = [hold(truth, metric, wanted, cells) for cells in plays]
        good += all(wrong is None and same > 0 for same, wrong in found)
        for number, (same, wrong) in enumerate(found):
            if wrong is not None or same == 0:
                print("#", metric, f"play {number}", wrong or "nothing was told")
    print(f"{'ok' if metrics and good == len(metrics) else 'FAIL'} kpi_money: {good} of {len(metrics)} metrics of seed {seed},"
          f" of {len(orders[0])} facts told in two orders", flush=True)
    return bool(metrics) and good == len(metrics)


if __name__ == "__main__":
    messages = Messages(sys.argv[2])
    kinds_of = {topic: messages.type(name) for topic, name in TYPES.items()}
    sys.exit(0 if all([run(sys.argv[1], kinds_of, int(number)) for number in sys.argv[3:]]) else 1)
