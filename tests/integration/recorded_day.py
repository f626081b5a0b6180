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


def records(consumer, topic, partition):
    _, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=PATIENCE)
    if end == 0:
        return
    consumer.assign([TopicPartition(topic, partition, 0)])
    while True:
        record = consumer.poll(PATIENCE)
        if record is None or record.error():
            sys.exit(f"recorded_day: {topic}/{partition}: {record and record.error()}")
        yield record
        if record.offset() + 1 >= end:
            return


def digest(record, headers):
    whole = hashlib.sha256()
    for part in (record.key() or b"", record.value(), *(name.encode() + b"=" + value for name, value in headers)):
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def facts(brokers):
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "recorded-day", "enable.auto.commit": False})
    known = consumer.list_topics(timeout=PATIENCE).topics
    for topic in described.topics():
        for partition in sorted(known[topic].partitions):
            highest = {}
            lines = []
            for record in records(consumer, topic, partition):
                headers = [(name, value) for name, value in record.headers() if name != "traceparent"]
                said = dict(headers)
                source, sequence = said["ce_source"].decode(), int(said["ce_sequence"])
                if sequence <= highest.get(source, 0):
                    continue
                highest[source] = sequence
                lines.append((source, sequence, said["ce_type"].decode(), said["ce_meshtime"].decode(),
                              digest(record, headers)))
            for line in sorted(lines):
                yield " ".join(map(str, (topic, partition, *line)))
    consumer.close()


def rows(database):
    with psycopg.connect(database) as connection:
        for schema, table in described.tables():
            query = f"SELECT t::text FROM {schema}.{table} AS t ORDER BY t::text COLLATE \"C\""
            for (row,) in connection.execute(query):
                yield f"{schema}.{table} {hashlib.sha256(row.encode()).hexdigest()} {row[:200]!r}"


with open(sys.argv[1], "w", encoding="utf-8") as out:
    for one in (*facts(os.environ["KAFKA_BROKERS"]), *rows(os.environ["DATABASE_URL"])):
        out.write(one + "\n")
