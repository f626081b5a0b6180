#!/usr/bin/python3
"""recorded_day - all that the mesh has said and knows, read with other clients, as lines that can be compared.

    recorded_day.py FILE      KAFKA_BROKERS and DATABASE_URL as in the environment file of the stack

Facts are in the order of topic, partition, source, sequence, each with a digest over its key, its headers
(but traceparent, which may lack) and its value; what a writer repeated counts once. Rows are those of the state
tables, and of the timers. The journal is left out: its bytes are the sender's. Which topics and tables there are
the daemons say themselves (OPSMESH_BIN).
"""
import hashlib
import os
import sys

import psycopg
from confluent_kafka import Consumer, TopicPartition

import described

PATIENCE = 60


def records(consumer, topics):
    """Every record of theirs. All partitions at once: each new assignment would wait for the broker anew."""
    known = consumer.list_topics(timeout=PATIENCE).topics
    ends = {}
    for topic in topics:
        for partition in known[topic].partitions:
            _, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=PATIENCE)
            if end > 0:
                ends[topic, partition] = end
    consumer.assign([TopicPartition(topic, partition, 0) for topic, partition in ends])
    while ends:
        record = consumer.poll(PATIENCE)
        if record is None or record.error():
            sys.exit(f"recorded_day: {record and record.error()}, and {sorted(ends)} are not at their ends")
        place = record.topic(), record.partition()
        if record.offset() < ends.get(place, 0):
            yield record
        if record.offset() + 1 >= ends.get(place, 0):
            ends.pop(place, None)


def digest(record, headers):
    whole = hashlib.sha256()
    for part in (record.key() or b"", record.value(), *(name.encode() + b"=" + value for name, value in headers)):
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def facts(brokers):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "recorded-day", "enable.auto.commit": False})
    highest, lines = {}, []
    for record in records(consumer, described.topics()):
        headers = [(name, value) for name, value in record.headers() if name != "traceparent"]
        said = dict(headers)
        sequence, writer = int(said["ce_sequence"]), (record.topic(), record.partition(), said["ce_source"].decode())
        if sequence > highest.get(writer, 0):
            highest[writer] = sequence
            lines.append((*writer, sequence, said["ce_type"].decode(), said["ce_meshtime"].decode(), digest(record, headers)))
    consumer.close()
    return [" ".join(map(str, line)) for line in sorted(lines)]


def rows(database):
    with psycopg.connect(database) as connection:
        for schema, table in described.tables():
            query = f"SELECT t::text FROM {schema}.{table} AS t ORDER BY t::text COLLATE \"C\""
            for (row,) in connection.execute(query):
                yield f"{schema}.{table} {hashlib.sha256(row.encode()).hexdigest()} {row[:200]!r}"


with open(sys.argv[1], "w", encoding="utf-8") as out:
    for one in (*facts(os.environ["KAFKA_BROKERS"]), *rows(os.environ["DATABASE_URL"])):
        out.write(one + "\n")
