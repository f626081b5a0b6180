#!/usr/bin/env python3
"""by_id - subscribes exactly once, first form: every effect is a row that is known by ce_id."""
import os
import confluent_kafka
import psycopg

database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
consumer = confluent_kafka.Consumer({
    "bootstrap.servers": os.environ["KAFKA_BROKERS"], "group.id": "timeline",
    "group.instance.id": "timeline-1", "auto.offset.reset": "earliest",
    "enable.auto.offset.store": False})
consumer.subscribe(["ops.tickets.v1"])
while True:
    record = consumer.poll(1.0)
    if record is None or record.error():
        continue
    fact = {name: value.decode() for name, value in record.headers()}
    database.execute(
        "INSERT INTO timeline (id, ticket, type, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (fact["ce_id"], fact["ce_subject"], fact["ce_type"], fact["ce_time"]))
    consumer.store_offsets(record)
