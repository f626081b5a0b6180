#!/usr/bin/python3
"""kpi_tickets - what kpi-aggregator observes of tickets, counted as the documents say, held against figures by hand.

    kpi_tickets.py PROGRAM DESCRIPTOR SEED...

Tickets are made by chance for each seed, of odd ones as ingest says them and of even ones with times in disorder; their topics are
interleaved by chance. PROGRAM (kpi_tickets_test) observes them. The documents of deploy/policies/metrics are applied to the
observations here, in the simplest way; what they count must be what kpi_truth_support.py counts of the facts alone.
"""
import json
import random
import subprocess
import sys

import google.protobuf.json_format

import kpi_truth_support
from contract import Messages
from kpi_tickets_made import UNTIL, made
from kpi_truth_calendar import documents, open_time
from kpi_truth_facts import fact_of
from kpi_truth_figure import FIGURES, cells, row

TICKETS = 60
TOPICS = {"t": ("ops.tickets.v1", "TicketEvent"), "c": ("ops.triage.v1", "TriageEvent"), "s": ("ops.sla.v1", "SlaEvent")}


class Day:
    """Tickets as facts for the truth, and as lines for the program."""

    def __init__(self, types, chance, tickets):
        self.types, self.facts, self.lines, self.sequence = types, {}, [], 0
        for ticket in tickets:
            waiting = {}
            for topic, event in ticket.facts:
                waiting.setdefault(topic, []).append(self.told(ticket.id, topic, event))
            while waiting:
                topic = chance.choice(sorted(waiting))
                self.lines.append(waiting[topic].pop(0))
                if not waiting[topic]:
                    del waiting[topic]
            self.lines.append("")

    def told(self, key, topic, event):
        message = google.protobuf.json_format.ParseDict(event, self.types[topic]())
        self.sequence += 1
        name = TOPICS[topic][0]
        data = google.protobuf.json_format.MessageToDict(message)
        self.facts.setdefault(name, []).append(fact_of({"topic": name, "key": key, "sequence": self.sequence, "data": data}))
        return f"{topic} {self.sequence} {message.SerializeToString().hex()}"


def observed(program, lines):
    answer = subprocess.run([program, str(UNTIL)], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60)
    if answer.returncode != 0:
        sys.exit(f"FAIL kpi_tickets: {program}: {answer.stderr}")
    return [json.loads(line) for line in answer.stdout.splitlines()]


# The documents, word for word.


def meets(it, where):
    for name, wanted in where.items():
        if wanted in ("present", "absent"):
            good = (name in it) == (wanted == "present")
        else:
            good = it[name] in wanted if isinstance(wanted, list) else it[name] == wanted
        if not good:
            return False
    return True


class Counted:
    def __init__(self, definition, observations):
        self.definition, self.observations = definition, observations

    def taken(self, part):
        for it in self.observations:
            own = it["kind"] != "backlog" or it["zone"] == self.definition["zone"]
            if it["kind"] == part["of"] and part["time"] in it and own and meets(it, part.get("where", {})):
                yield it

    def measure(self, it):
        """None: nothing is measured; False: it should be, and cannot."""
        measure = self.definition.get("measure")
        if measure is None:
            return None
        if "number" in measure:
            return it[measure["number"]]
        start, end = (it.get(name) for name in measure["span"])
        if start is None or end is None or end < start:
            return False
        desks = self.definition.get("calendars")
        return open_time(desks.get(it["region"], desks["*"]), start, end) if desks else end - start

    def rows(self):
        first = self.definition.get("population") or self.definition["numerator"]
        yield from self.shares() if "population" in self.definition else self.terms()
        for aside in self.definition.get("aside", []):
            part = {"of": aside.get("of", first["of"]), "time": aside.get("time", first["time"]), "where": aside["where"]}
            for it in self.taken(part):
                yield row(it[part["time"]], it, **{aside["name"]: 1})

    def shares(self):
        population, hits = self.definition["population"], self.definition.get("hits")
        for it in self.taken(population):
            measure = self.measure(it)
            if measure is not False:
                yield row(it[population["time"]], it, n=1, hits=int(hits is not None and meets(it, hits["where"])), measure=measure)

    def terms(self):
        for target, name in (("hits", "numerator"), ("n", "denominator")):
            part = self.definition[name]
            for it in self.taken(part):
                amount = it[part["amount"]["number"]] if "amount" in part else 1
                yield row(it[part["time"]], it, **{target: amount})


def sums(one):
    return one and (one.n, one.hits, one.sum, {name: count for name, count in one.asides.items() if count}, sorted(one.values))


def hold(key, definition, mesh, observations):
    """What differs first; None: nothing."""
    truth, told = cells(FIGURES[key].rows(mesh), definition), cells(Counted(definition, observations).rows(), definition)
    for place in sorted(truth.keys() | told.keys()):
        if sums(truth.get(place)) != sums(told.get(place)):
            return f"{place}: {sums(told.get(place))}, not {sums(truth.get(place))}"
    return None


def run(program, types, seed):
    chance = random.Random(seed)
    day = Day(types, chance, made(chance, TICKETS, seed % 2 == 0))
    mesh, observations = kpi_truth_support.Mesh(day.facts, UNTIL), observed(program, day.lines)
    good = held = 0
    for definition in documents("metrics"):
        key = f"{definition.get('id')}@{definition.get('version')}"
        if "formula" not in definition or key not in FIGURES or FIGURES[key].closing:
            continue
        held += 1
        wrong = hold(key, definition, mesh, observations)
        good += wrong is None
        if wrong:
            print("#", key, wrong)
    print(f"{'ok' if held and good == held else 'FAIL'} kpi_tickets: {good} of {held} figures of seed {seed}", flush=True)
    return held and good == held


def main():
    messages = Messages(sys.argv[2])
    types = {topic: messages.type(name) for topic, (_, name) in TOPICS.items()}
    sys.exit(0 if all([run(sys.argv[1], types, int(seed)) for seed in sys.argv[3:]]) else 1)


if __name__ == "__main__":
    main()
