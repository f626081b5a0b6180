#!/usr/bin/env python3
"""by_sequence - subscribes exactly once, second form: any effect, in one transaction with its sequence."""
import os
import confluent_kafka
import psycopg

database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
consumer = confluent_kafka.Consumer({
    "bootstrap.servers": os.environ["KAFKA_BROKERS"], "group.id": "tally",
    "group.instance.id": "tally-1", "auto.offset.reset": "earliest",
    "enable.auto.offset.store": False})
consumer.subscribe(["ops.tickets.v1"])
while True:
    record = consumer.poll(1.0)
    if record is None or record.error():
        continue
    fact = {name: value.decode() for name, value in record.headers()}
    with database.transaction():
        new = database.execute(
            "INSERT INTO seen VALUES (%s, %s, %s) ON CONFLICT (partition, source) DO UPDATE"
            " SET sequence = excluded.sequence WHERE seen.sequence < excluded.sequence",
            (record.partition(), fact["ce_source"], int(fact["ce_sequence"])))
        if new.rowcount == 1:
            database.execute("UPDATE tally SET facts = facts + 1 WHERE type = %s", (fact["ce_type"],))
    consumer.store_offsets(record)
