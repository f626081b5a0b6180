#!/usr/bin/env python3
"""outside_check - is everything there, once, and the same everywhere? Asked from outside.

    outside_check.py NAME [LEDGER] [--repeats]

Waits until every shard has folded and published all there is, then reads every topic and every table with
clients that the daemons do not use, and judges: what was accepted (LEDGER, by outside_load.py), the streams
as a subscriber sees them, topics against fact tables, positions, journals, dead letters, clocks. Prints one
line `ok NAME: ...` or `FAIL NAME: ...` for each question. --repeats: records must have been published twice,
or the kills before have proved nothing. Exit 1 when anything is wrong.
"""
import collections
import json
import re
import sys
import time

import contract
import outside_mesh

SETTLE_S = 90
SHOWN = 3  # of the problems of one question

SLA_MOVES = {  # (where the clock stands, fact): where it stands then
    ("none", "activated"): "running", ("running", "paused"): "paused", ("running", "retargeted"): "running",
    ("running", "warned"): "running", ("running", "breached"): "overdue", ("running", "fulfilled"): "over",
    ("running", "cancelled"): "over", ("paused", "resumed"): "running", ("paused", "retargeted"): "paused",
    ("paused", "warned"): "paused", ("paused", "breached"): "late pause", ("paused", "fulfilled"): "over",
    ("paused", "cancelled"): "over", ("overdue", "paused"): "late pause", ("overdue", "fulfilled"): "over",
    ("overdue", "cancelled"): "over", ("late pause", "resumed"): "overdue", ("late pause", "fulfilled"): "over",
    ("late pause", "cancelled"): "over", ("over", "corrected"): "over"}
SLA_STATES = {1: "running", 2: "paused", 3: "overdue", 4: "over", 5: "over"}


class Shard:
    """A row of the fence, with what its stream says on the topics."""

    def __init__(self, schema, row):
        self.schema = schema
        self.stage, self.number, self.batch, self.sequence, self.published = row
        self.source = f"{self.stage}/{self.number}"


class Outside:
    """Everything that can be read up to these ends, and in the database's snapshot, read once."""

    def __init__(self, database, topics, ends):
        self.database, self.schemas = database, outside_mesh.schemas(database)
        self.shards = load_shards(database)
        self.streams = collections.defaultdict(dict)  # source -> (topic, partition, sequence) -> record
        self.requests = collections.Counter()         # on the journal, by request id
        self.highest = collections.defaultdict(int)   # by (topic, partition, source)
        self.fresh = collections.defaultdict(set)     # offsets that were no repetition, by (topic, partition)
        self.results = {}                             # of effects, by (topic, partition, ce_id)
        self.ends = ends
        self.repeated, self.late, self.changed, self.dead, self.count = 0, [], [], [], 0
        for record in topics.read(topics.streams(), ends=ends):
            self.take(record)

    def take(self, record):
        self.count += 1
        place = record.topic, record.partition
        if record.topic.endswith(".dlq"):
            self.dead.append(record)
        if record.topic == outside_mesh.JOURNAL:
            self.requests[record.headers["ce_subject"].decode()] += 1
            self.fresh[place].add(record.offset)
            return
        if record.source == outside_mesh.EFFECT:
            self.take_result(record)
            return
        known, at = self.streams[record.source], (*place, record.sequence)
        if at in known:
            self.repeated += 1
            first = known[at]
            if (first.key, first.value, first.headers) != (record.key, record.value, record.headers):
                self.changed.append(f"{place} {record.source} {record.sequence}")
            return
        known[at] = record
        self.fresh[place].add(record.offset)
        if record.sequence <= self.highest[(*place, record.source)]:
            self.late.append(f"{place} {record.source} {record.sequence} at offset {record.offset}")
        self.highest[(*place, record.source)] = max(record.sequence, self.highest[(*place, record.source)])

    def take_result(self, record):
        """Of an effect: it has no sequence, may come again, and is folded as what it is to be dropped."""
        place = record.topic, record.partition
        self.fresh[place].add(record.offset)
        self.highest[(*place, record.source)] = record.offset + 1
        first = self.results.setdefault((*place, record.headers["ce_id"]), record)
        if (first.key, first.value, first.headers) != (record.key, record.value, record.headers):
            self.changed.append(f"{place} {record.headers['ce_id'].decode()}")
        self.repeated += first is not record

    def records(self, topic):
        return sorted((record for known in self.streams.values() for record in known.values()
                       if record.topic == topic), key=lambda record: (record.partition, record.offset))


def load_shards(database):
    query = "select stage, shard, batch, sequence, published from {s}.shard order by 1, 2"
    return [Shard(schema, row) for schema in outside_mesh.schemas(database)
            for row in outside_mesh.rows(database, schema, query)]


# Waiting.

def unsettled(database, shards, ends):
    """What is still to be done; an empty text: nothing."""
    if {shard.schema for shard in shards} != set(outside_mesh.schemas(database)):
        return "a daemon has no shards yet"
    for shard in shards:
        if shard.published != shard.sequence:
            return f"{shard.source} has published {shard.published} of {shard.sequence}"
    query = "select stage, shard, topic, next_offset from {s}.input_offset"
    for schema in outside_mesh.schemas(database):
        for stage, number, topic, position in outside_mesh.rows(database, schema, query):
            if position < ends.get((topic, number), 0):
                return f"{stage}/{number} has folded {topic} to {position} of {ends[(topic, number)]}"
        if outside_mesh.rows(database, schema, "select 1 from {s}.effect_pending limit 1"):
            return f"{schema} waits for the answer of an effect"
    return ""


def settle(database, topics):
    """Ends and a snapshot with nothing under way in either; what was under way to the last, or an empty text.

    Clocks go on while one asks, and may say something right after a moment of rest: what is judged has to be
    the very moment that was at rest. The ends stand still from before the snapshot until after it."""
    deadline = time.monotonic() + SETTLE_S
    outside_mesh.snapshot(database)
    while True:
        before = topics.ends(topics.streams())
        waiting = unsettled(database, load_shards(database), before)
        if waiting == "" and topics.ends(topics.streams()) != before:
            waiting = "it goes on saying things"
        if waiting == "" or time.monotonic() > deadline:
            return before, waiting
        database.rollback()
        time.sleep(0.5)


# Questions: each answers what is wrong, and a word on how much was looked at.

def ask_streams(outside, _):
    """a stream's sequences are a run without holes, as far as its shard says"""
    for shard in outside.shards:
        found = {sequence for _, _, sequence in outside.streams[shard.source]}
        missing = set(range(1, shard.sequence + 1)) - found
        beyond = found - set(range(1, shard.sequence + 1))
        if missing or beyond:
            yield f"{shard.source} lacks {sorted(missing)[:5]}, has too much {sorted(beyond)[:5]}"


def ask_order(outside, _):
    """who keeps the highest sequence of each source and drops what is not above it loses nothing"""
    yield from outside.late


def ask_repeats(outside, _):
    """what was published again is the same, byte for byte"""
    yield from outside.changed


def same(fact, record, source):
    headers = {name: value.decode() for name, value in record.headers.items() if name.startswith("ce_")}
    return (fact.key == (record.key or b"") and fact.message == record.value and fact.type == headers["ce_type"] and
            fact.subject == headers["ce_subject"] and headers["ce_id"] == f"{source}/{fact.sequence}" and
            outside_mesh.microseconds(headers["ce_time"]) == fact.time and
            (fact.mesh_time is None or outside_mesh.microseconds(headers["ce_meshtime"]) == fact.mesh_time))


def ask_facts(outside, _):
    """the topics are what the fact tables say, byte for byte"""
    partitions = max(partition for _, partition in outside.ends) + 1
    for shard in outside.shards:
        known, looked_at = outside.streams[shard.source], 0
        for fact in outside_mesh.facts(outside.database, shard.schema, shard.source):
            for partition in range(partitions) if fact.partition < 0 else [fact.partition]:
                record = known.get((fact.topic, partition, fact.sequence))
                looked_at += record is not None
                if record is None or not same(fact, record, shard.source):
                    yield f"{shard.source} {fact.sequence} on {fact.topic}/{partition}"
        if looked_at != len(known):
            yield f"{shard.source}: {len(known) - looked_at} records that no fact stands for"


def ask_marks(outside, _):
    """all that was said is marked as published"""
    for shard in outside.shards:
        if shard.published != shard.sequence:
            yield f"{shard.source}: {shard.published} of {shard.sequence}"


def ask_high(outside, _):
    """what a shard promises on the progress topic is what lies there"""
    query = "select stage, shard, topic, partition, sequence from {s}.output_high"
    for schema in outside.schemas:
        for stage, number, topic, partition, sequence in outside_mesh.rows(outside.database, schema, query):
            if outside.highest[(topic, partition, f"{stage}/{number}")] != sequence:
                yield f"{stage}/{number} on {topic}/{partition}: {sequence}"


def ask_positions(outside, _):
    """every position is at the end of its topic, every source folded to its last"""
    position = "select stage, shard, topic, next_offset from {s}.input_offset"
    folded = "select shard, topic, source, sequence from {s}.input_folded where topic <> '" + outside_mesh.JOURNAL + "'"
    for schema in outside.schemas:
        for stage, number, topic, offset in outside_mesh.rows(outside.database, schema, position):
            if offset != outside.ends[(topic, number)]:
                yield f"{stage}/{number} stands at {offset} of {topic}"
        for number, topic, source, sequence in outside_mesh.rows(outside.database, schema, folded):
            if sequence != outside.highest[(topic, number, source)]:
                yield f"shard {number} has folded {source} to {sequence} of {topic}"


def ask_journals(outside, _):
    """batch journals have no holes, and fold every record once"""
    query = "select stage, shard, number, runs from {s}.batch_journal order by 1, 2, 3"
    for schema in outside.schemas:
        numbers, folded = collections.defaultdict(list), collections.defaultdict(collections.Counter)
        for stage, number, batch, runs in outside_mesh.rows(outside.database, schema, query):
            numbers[stage, number].append(batch)
            for topic, offset, count in re.findall(r"(\S+?):(\d+)\+(\d+)", runs):
                folded[stage, number, topic].update(range(int(offset), int(offset) + int(count)))
        for shard in (s for s in outside.shards if s.schema == schema):
            found = numbers[shard.stage, shard.number]
            if found != list(range(shard.batch - len(found), shard.batch)):
                yield f"{shard.source}: the batches are not a run up to {shard.batch}"
        for (stage, number, topic), offsets in folded.items():
            twice = [offset for offset, times in offsets.items() if times > 1]
            if twice or set(offsets) != outside.fresh[topic, number]:
                yield (f"{stage}/{number} {topic}: twice {twice[:5]}, not {sorted(outside.fresh[topic, number] - set(offsets))[:5]}, "
                       f"too much {sorted(set(offsets) - outside.fresh[topic, number])[:5]}")


def ask_dead(outside, _):
    """nothing was dead-lettered or parked"""
    for record in outside.dead:
        yield f"{record.topic} {record.headers.get('dlq_reason')}"
    for schema in outside.schemas:
        for table in ("dead_letter", "parked"):
            count = outside_mesh.rows(outside.database, schema, f"select count(*) from {{s}}.{table}")[0][0]
            if count:
                yield f"{count} rows of {schema}.{table}"


def ask_accepted(outside, ledger):
    """every accepted request is on the journal, and known by one natural id"""
    kept = collections.Counter(row[0] for row in outside_mesh.rows(
        outside.database, "ingest", "select request_id from {s}.natural_id"))
    for entry in ledger.entries:
        if not outside.requests[entry["id"]] or kept[entry["id"]] != 1:
            yield f"{entry} is {outside.requests[entry['id']]} times on the journal, {kept[entry['id']]} times known"
    for request in set(outside.requests) - ledger.ids:
        yield f"nobody was told that {request} was accepted"


def ask_effects(outside, ledger):
    """every accepted request had its effect once"""
    told, conflicts = effects(outside)
    for entry in ledger.entries:
        kind, request = entry["kind"], entry["id"]
        mine = told[request]
        wanted = {"ticket": ("opened", "message_added"), "message": ("message_added",), "mail": ("message_added",),
                  "stripe": ("received",), "account": ("declared",), "status": (), "conflict": ()}[kind]
        if any(mine[fact] != 1 for fact in wanted) or any(times > 1 for times in mine.values()):
            yield f"{entry}: {dict(mine)}"
        elif kind == "status" and not mine:
            yield f"{entry}: nothing was said"
        elif kind == "conflict" and conflicts[request] != 1:
            yield f"{entry}: told {conflicts[request]} times"
    strangers = [request for request, mine in told.items() if request not in ledger.ids and "opened" in mine]
    if strangers:
        yield f"tickets that nobody asked for: {strangers[:5]}"


CUSTOMER, PUBLIC = 1, 1  # Role and Visibility of the contract
REPEATABLE = {"customer_resolved", "account_changed"}  # a later one replaces an earlier one


def effects(outside):
    """Facts by the request that led to them; conflicts by the request that was repeated."""
    messages, told = contract.Messages(), collections.defaultdict(collections.Counter)
    conflicts = collections.Counter()
    for topic, name in (("ops.tickets.v1", "TicketEvent"), ("ops.provider-events.v1", "ProviderEvent"),
                        ("ops.accounts.v1", "AccountEvent")):
        for record in outside.records(topic):
            event = messages.read(name, record.value)
            fact = event.WhichOneof("fact")
            if fact == "id_conflict":
                conflicts[event.id_conflict.request_id] += 1
            elif fact not in REPEATABLE:
                told[event.request_id][fact] += 1
    return told, conflicts


def ask_tickets(outside, _):
    """a ticket is opened once, before anything else is said of it"""
    messages, opened = contract.Messages(), set()
    for record in outside.records("ops.tickets.v1"):
        event = messages.read("TicketEvent", record.value)
        fact = event.WhichOneof("fact")
        if fact == "opened" and event.ticket_id in opened:
            yield f"{event.ticket_id} is opened twice"
        if fact not in ("opened", "request_refused", "id_conflict") and event.ticket_id not in opened:
            yield f"{event.ticket_id}: {fact} before it was opened"
        if fact == "opened":
            opened.add(event.ticket_id)
    rows = outside_mesh.rows(outside.database, "ingest", "select ticket_id from {s}.ticket where opened")
    if {row[0] for row in rows} != opened:
        yield f"{len(rows)} rows of tickets, {len(opened)} tickets opened"


def ask_triage(outside, _):
    """every public message of a customer has exactly one answer of the classifier"""
    messages, asked, told = contract.Messages(), set(), collections.Counter()
    for record in outside.records("ops.tickets.v1"):
        event = messages.read("TicketEvent", record.value)
        added = event.message_added
        if event.WhichOneof("fact") == "message_added" and added.role == CUSTOMER and added.visibility == PUBLIC:
            asked.add(record.headers["ce_id"].decode())
    for record in outside.records("ops.triage.v1"):
        event = messages.read("TriageEvent", record.value)
        fact = event.WhichOneof("fact")
        if event.cause_id in asked and (fact == "classified"
                                        or fact == "needs_human" and event.needs_human.HasField("reading")):
            told[event.cause_id] += 1
    silent, twice = asked - set(told), [cause for cause, count in told.items() if count > 1]
    if silent:
        yield f"{len(silent)} messages of {len(asked)} without an answer: {sorted(silent)[:3]}"
    if twice:
        yield f"{len(twice)} messages with more than one: {twice[:3]}"


def ask_clocks(outside, _):
    """every clock moves as clocks move, and every ticket has its row"""
    messages, clocks, tickets = contract.Messages(), {}, set()
    for record in outside.records("ops.sla.v1"):
        event = messages.read("SlaEvent", record.value)
        fact = event.WhichOneof("fact")
        if fact in ("action_applied", "action_refused"):
            continue
        clock = getattr(event, fact).clock
        key = event.ticket_id, clock.metric, clock.instance
        move = clocks.get(key, "none"), fact
        if fact == "corrected":
            clocks[key] = SLA_STATES[clock.state]
        elif move in SLA_MOVES:
            clocks[key] = SLA_MOVES[move]
        else:
            yield f"{key}: {fact} while {move[0]}"
        tickets.add(event.ticket_id)
    rows = {row[0] for row in outside_mesh.rows(outside.database, "sla", "select ticket_id from {s}.sla_ticket")}
    if not tickets <= rows:
        yield f"{len(tickets - rows)} tickets with clocks and without a row"


class Ledger:
    """What outside_load.py was told."""

    def __init__(self, path):
        self.entries = []
        with open(path, encoding="utf-8") as file:
            self.entries = [json.loads(line) for line in file]
        self.ids = {entry["id"] for entry in self.entries}


ALWAYS = [ask_streams, ask_order, ask_repeats, ask_facts, ask_marks, ask_high, ask_positions, ask_journals, ask_dead,
          ask_tickets, ask_triage, ask_clocks]
WITH_LEDGER = [ask_accepted, ask_effects]


def judge(name, questions, outside, ledger):
    good = True
    for question in questions:
        problems = list(question(outside, ledger))
        if problems:
            good = False
            print(f"FAIL {name}: {question.__doc__}: {len(problems)}, such as {'; '.join(problems[:SHOWN])}", flush=True)
        else:
            print(f"ok {name}: {question.__doc__}", flush=True)
    return good


def main():
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    name, *rest = [word for word in sys.argv[1:] if not word.startswith("--")]
    database, topics = outside_mesh.connect(), outside_mesh.Topics()
    ends, waiting = settle(database, topics)
    if waiting:
        print(f"FAIL {name}: it does not come to rest: {waiting}", flush=True)
    ledger = Ledger(rest[0]) if rest else None
    outside = Outside(database, topics, ends)
    questions = ALWAYS + (WITH_LEDGER if ledger else [])
    good = judge(name, questions, outside, ledger) and not waiting
    if "--repeats" in options and outside.repeated == 0:
        print(f"FAIL {name}: no record was published twice: the kills have proved nothing")
        good = False
    print(f"# {name}: {outside.count} records, {outside.repeated} of them repeated, "
          f"{len(ledger.entries) if ledger else 0} accepted requests, {sum(s.sequence for s in outside.shards)} facts")
    topics.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
