"""outside_mesh - the mesh as others see it: topics by another client, tables by another driver.

Nothing here shares a line with the daemons. Needs KAFKA_BROKERS and DATABASE_URL (the operator's role).
"""
import collections
import datetime
import os
import time

import confluent_kafka
import psycopg

PATIENCE_S = 30
JOURNAL = "ops.intake.v1"
PROGRESS = "ops.progress.v1"
EFFECT = "effect"  # source of what came of effects
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

# A record without its place: what a repetition must repeat. traceparent may be missing, so it is not here.
Record = collections.namedtuple("Record", "topic partition offset key value headers source sequence")
Fact = collections.namedtuple("Fact", "sequence topic partition key type subject time mesh_time message")


def connect():
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, connect_timeout=5)


def snapshot(database):
    """From here on the tables stand still for this connection; in live mode clocks go on."""
    database.autocommit = False
    database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return database


def schemas(database):
    """The schemas of the daemons; what a rebuild uses is none."""
    found = database.execute("select table_schema from information_schema.tables where table_name = 'shard'"
                             " and table_schema !~ '_scratch$' order by 1").fetchall()
    return [row[0] for row in found]


def rows(database, schema, query):
    """All rows of a query, with {s} for the schema."""
    return database.execute(query.format(s=schema)).fetchall()


def microseconds(text):
    """RFC 3339 in UTC as the mesh writes it, as an integer. Exact: no floating point."""
    base, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.datetime.strptime(base, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return (moment - EPOCH) // datetime.timedelta(microseconds=1) + int((fraction + "000000")[:6])


def consumer(group="outside"):
    return confluent_kafka.Consumer({
        "bootstrap.servers": os.environ["KAFKA_BROKERS"], "group.id": group,
        "enable.auto.commit": False, "enable.partition.eof": False, "check.crcs": True,
        "auto.offset.reset": "error", "fetch.wait.max.ms": 20, "queued.min.messages": 200000})


class Topics:
    """The mesh's topics. Reading goes to the end as it was when asked, and no further."""

    def __init__(self):
        self.client = consumer()
        found = self.client.list_topics(timeout=PATIENCE_S).topics
        self.partitions = {name: len(topic.partitions) for name, topic in found.items()
                           if name.startswith("ops.")}

    def close(self):
        self.client.close()

    def span(self, topic, partition):
        return self.client.get_watermark_offsets(
            confluent_kafka.TopicPartition(topic, partition), timeout=PATIENCE_S)

    def places(self, topics=None):
        return [(topic, partition) for topic in topics or sorted(self.partitions)
                for partition in range(self.partitions[topic])]

    def ends(self, topics=None):
        return {place: self.span(*place)[1] for place in self.places(topics)}

    def streams(self):
        """All but the progress topic, on which something is said all the time."""
        return [name for name in self.partitions if name != PROGRESS]

    def read(self, topics=None, last=None, ends=None):
        """Records of these topics in their order, from the first or only the last so many of each partition, up to
        these ends or those of now."""
        wanted, left = [], {}
        for place in self.places(topics):
            first, end = self.span(*place)
            end = ends[place] if ends else end
            start = first if last is None else max(first, end - last)
            if start < end:
                left[place] = end
                wanted.append(confluent_kafka.TopicPartition(*place, start))
        self.client.assign(wanted)
        deadline = time.monotonic() + PATIENCE_S
        while left:
            for message in self.client.consume(10000, 1.0):
                if message.error():
                    raise confluent_kafka.KafkaException(message.error())
                place = message.topic(), message.partition()
                if message.offset() < left.get(place, 0):
                    deadline = time.monotonic() + PATIENCE_S
                    yield record_of(message)
                if message.offset() + 1 >= left.get(place, 0):
                    left.pop(place, None)
            if time.monotonic() > deadline:
                raise TimeoutError(f"the broker gives no more of {sorted(left)}")
        self.client.unassign()


def record_of(message):
    headers = {name: value for name, value in message.headers() or [] if name != "traceparent"}
    return Record(message.topic(), message.partition(), message.offset(), message.key(), message.value() or b"",
                  headers, headers.get("ce_source", b"").decode(), int(headers.get("ce_sequence", 0)))


def facts(database, schema, stream):
    """What the table says was said by a stream, in order. Times are microseconds; None is minus infinity."""
    moment = "case when isfinite({0}) then (extract(epoch from {0}) * 1000000)::bigint end"
    query = ("select sequence, topic, partition, key, type, coalesce(subject, convert_from(key, 'UTF8')),"
             f" {moment.format('time')}, {moment.format('mesh_time')}, message"
             f" from {schema}.fact where stream = %s order by sequence")
    with database.cursor(binary=True) as cursor:
        for row in cursor.stream(query, (stream,)):
            yield Fact(*row)
