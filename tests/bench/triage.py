"""triage - customers' messages through the whole classifier daemon: from ops.tickets.v1 to ops.triage.v1.

Each ticket is opened and has one message of some 200 bytes, English and Japanese by turns, from the training
text. What is spent is the daemon's CPU of both events, with reading, committing and publishing. Fetch queue and
state cache are bounded to 16 MiB each, as where the memory of the runtime alone is measured.
"""

import datetime
import glob
import json
import os
import shutil
import subprocess
import uuid

import google.protobuf.descriptor_pb2
import google.protobuf.descriptor_pool
import google.protobuf.message_factory
from confluent_kafka import Producer

from memory import SETTINGS
from stack import PARTITIONS, Daemon, process_cpu

BAR_US = 100
BAR_RATE = 10000
BAR_MEMORY_MIB = 160
TOPIC = "ops.tickets.v1"
NEAR = range(150, 251)  # bytes of a message


def murmur2(key):
    """As the Java clients, for the partition of a key."""
    mask, size = 0xffffffff, len(key)
    value, at = (0x9747b28c ^ size) & mask, 0
    while size - at >= 4:
        part = int.from_bytes(key[at:at + 4], "little") * 0x5bd1e995 & mask
        part = (part ^ part >> 24) * 0x5bd1e995 & mask
        value, at = (value * 0x5bd1e995 & mask) ^ part, at + 4
    if at < size:
        value = (value ^ int.from_bytes(key[at:], "little")) * 0x5bd1e995 & mask
    value = (value ^ value >> 13) * 0x5bd1e995 & mask
    return (value ^ value >> 15) & 0x7fffffff


def ticket_event(out):
    """The message type, from the descriptors that the build publishes."""
    with open(f"{out}/opsmesh.v1.descriptor.bin", "rb") as file:
        files = google.protobuf.descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = google.protobuf.descriptor_pool.DescriptorPool()
    for schema in files.file:
        pool.Add(schema)
    return google.protobuf.message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName("opsmesh.v1.TicketEvent"))


def texts():
    found = []
    for language in ("en", "ja"):
        lines = [json.loads(line)["text"] for path in sorted(glob.glob(f"deploy/training/{language}/*.jsonl"))
                 for line in open(path, encoding="utf-8")]
        found.append([line for line in lines if len(line.encode()) in NEAR])
    return [text for pair in zip(*found) for text in pair]


class Feeder:
    """Writes as the stage ticket does."""

    def __init__(self, stack, out):
        self.event = ticket_event(out)
        self.producer = Producer({"bootstrap.servers": stack.brokers, "linger.ms": 50, "queue.buffering.max.messages": 10**6})
        self.sequences = [0] * PARTITIONS
        self.time = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    def send(self, ticket, kind, fill):
        partition = murmur2(ticket.encode()) % PARTITIONS
        event = self.event(ticket_id=ticket)
        event.occurred_at.FromDatetime(self.time.replace(tzinfo=None))
        fill(event)
        self.sequences[partition] += 1
        self.time += datetime.timedelta(milliseconds=1)
        moment = self.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        source, sequence = f"ticket/{partition}", self.sequences[partition]
        headers = {"ce_specversion": "1.0", "ce_id": f"{source}/{sequence}", "ce_source": source, "ce_type": kind,
                   "ce_subject": ticket, "ce_time": moment, "ce_sequence": f"{sequence:020}", "ce_meshtime": moment,
                   "content-type": "application/protobuf"}
        self.producer.produce(TOPIC, event.SerializeToString(), ticket, partition, headers=headers)
        self.producer.poll(0)

    def feed(self, messages):
        words = texts()

        def opened(event):
            event.opened.channel = 1
            event.opened.contact_key = "address:" + event.ticket_id[:12]

        def added(event, text):
            event.message_added.message_id = event.ticket_id + "-m"
            event.message_added.role = event.message_added.visibility = 1
            event.message_added.body.text = text

        for number in range(messages):
            ticket = str(uuid.uuid4())
            self.send(ticket, "ops.ticket.opened.v1", opened)
            self.send(ticket, "ops.ticket.message_added.v1",
                      lambda event, text=words[number % len(words)]: added(event, text))
        self.producer.flush()


def bench_triage(stack, out, messages, judge, say):
    """Everything waits on the topic before the daemon starts: it never waits for the feeder."""
    policies = f"{stack.folder}/policies"
    shutil.copytree("deploy/policies", policies)
    shutil.copytree(f"{out}/model", f"{policies}/model")
    environment = {**os.environ, "KAFKA_BROKERS": stack.brokers, "PARTITIONS": str(PARTITIONS)}
    subprocess.run([f"{out}/bin/opsmesh", "topics", "--create"], env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    Feeder(stack, out).feed(messages)
    database = stack.create_database()
    daemon = Daemon(stack, f"{out}/bin/classifier", {"DATABASE_URL": database, "POLICY_DIRECTORY": policies, **SETTINGS})
    daemon.migrate()
    peak = [0]

    def look():
        peak[0] = max(peak[0], daemon.resident())

    daemon.start()
    daemon.wait_for("opsmesh_shards", PARTITIONS)
    idle = process_cpu(daemon.pid)
    daemon.wait_for("opsmesh_triage_facts_total", messages, look)
    spent = (process_cpu(daemon.pid) - idle).all / messages * 1e6
    daemon.stop()
    stack.drop_database(database)
    judge("CPU of a message through the classifier", f"{spent:.0f} us", f"at most {BAR_US} us", spent <= BAR_US)
    judge("messages a second on one core, by that", f"{1e6 / spent:.0f}", f"at least {BAR_RATE}", 1e6 / spent >= BAR_RATE)
    judge("resident memory of the classifier", f"{peak[0] / 2**20:.0f} MiB", f"under {BAR_MEMORY_MIB}",
          peak[0] < BAR_MEMORY_MIB << 20)
    say(f"       {messages} tickets with a message each, the opening counted in; of both stages")
