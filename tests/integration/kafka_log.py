#!/usr/bin/python3
"""kafka_log - reads with another client what kafka_log_test says was acknowledged.

    kafka_log.py BROKERS ACKED      ACKED: lines of "partition sequence"
"""

import sys
import time

from confluent_kafka import Consumer, TopicPartition

TOPIC = "t.kept.v1"
PATIENCE = 300


def read(brokers, partition):
    """The sequences of a partition as they lie there."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "outside",
                         "enable.auto.commit": False, "enable.partition.eof": True})
    _, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, partition), timeout=PATIENCE)
    consumer.assign([TopicPartition(TOPIC, partition, 0)])
    sequences = []
    deadline = time.monotonic() + PATIENCE
    while len(sequences) < end and time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            sequences.append(int(message.value()))
    consumer.close()
    return sequences


def hinted(brokers):
    """The group's offsets of the lead topic, as lag tools see them."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "toy"})
    found = consumer.committed([TopicPartition("t.lead.v1", n) for n in range(4)], timeout=PATIENCE)
    consumer.close()
    return [entry.offset for entry in found if entry.offset >= 0]


def main():
    brokers, path = sys.argv[1:]
    good = True
    with open(path, encoding="ascii") as file:
        acked = [tuple(map(int, line.split())) for line in file]
    for partition, last in acked:
        highest = 0
        for sequence in read(brokers, partition):
            good = good and sequence <= highest + 1
            highest = max(highest, sequence)
        good = good and highest >= last > 0
    print("ok" if good else "FAIL", "kafka_log: another client reads all that was acknowledged")
    seen = hinted(brokers) == [7]
    print("ok" if seen else "FAIL", "kafka_log: another client sees the hint as the group's offset")
    return 0 if good and seen else 1


sys.exit(main())
