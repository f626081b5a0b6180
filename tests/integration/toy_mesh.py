"""toy_mesh - a broker, a cluster and the toy daemon (tests/toy) in one folder: to be run, killed and judged.

    mesh = ToyMesh(folder)         broker, database, topics, schema: all of it ready
    one = mesh.start("toy-1")      an Instance: .ready() .metrics() .kill() .freeze() .thaw() .stop() -> status
    feeder = Feeder(mesh)          feeder.post(1000) feeder.rate("x", 3) feeder.flush()
    mesh.judge(feeder)             waits until all is out, answers what is wrong: [] is well
    mesh.finish()
    sys.exit(tell([story, ...]))   all of that around functions story(mesh, feeder), which check() and judge()

The checks share no code with the daemon: another client reads the topics, another driver the tables. The
folder of the programs is OPSMESH_BIN. What is waited for has no other limit than the suite's.
"""
import collections
import datetime
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import confluent_kafka
import confluent_kafka.admin
import psycopg

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LOCAL = os.path.join(TOP, "deploy", "local")
BIN = os.environ.get("OPSMESH_BIN", os.path.join(TOP, "build", "release", "bin"))
JOURNAL, BY_ACCOUNT, ACCOUNTS, SETTLED = ("toy.journal.v1", "toy.by-account.v1", "toy.accounts.v1",
                                         "toy.settled.v1")
RECEIPTS = "toy.receipts.v1"
PROGRESS = "toy.progress.v1"
PATIENCE_S = 300
FIELDS = {1: "kind", 2: "key", 3: "ref", 4: "text", 5: "number", 6: "bad", 7: "time_us"}
NUMBERS = {"number": 5, "time_us": 7}

Record = collections.namedtuple("Record", "topic partition offset key source sequence id headers value")


failures = 0


def check(good, name, detail=""):
    """Prints what a promise came to."""
    global failures
    print(f"{'ok' if good else 'FAIL'} {os.path.basename(sys.argv[0]).removesuffix('.py')}: {name}", flush=True)
    if not good:
        failures += 1
        print("#", detail, flush=True)


def judge(mesh, feeder, name):
    wrong = mesh.judge(feeder)
    check(not wrong, name, wrong)


def tell(stories):
    """The stories of a program, all or those that its arguments name, in one mesh; answers the exit status."""
    wanted = sys.argv[2:]
    mesh = ToyMesh(sys.argv[1])
    feeder = Feeder(mesh)
    try:
        for story in stories:
            if not wanted or story.__name__.removeprefix("story_") in wanted:
                story(mesh, feeder)
    except (TimeoutError, AssertionError) as error:
        check(False, f"{story.__name__}: {error}", [instance.lines()[-3:] for instance in mesh.instances[-2:]])
    finally:
        mesh.finish()
    return 1 if failures else 0


def until(condition, what):
    """Waits until the condition holds, and answers what it answered."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.02)


# sim.v1.Toy, by hand.


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def pack(**fields):
    out = b""
    for number, name in FIELDS.items():
        value = fields.get(name)
        if not value:
            continue
        if name in NUMBERS:
            out += varint(number << 3) + varint(value & (1 << 64) - 1)
        else:
            out += varint(number << 3 | 2) + varint(len(value.encode())) + value.encode()
    return out


def take_varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def unpack(data):
    fields, at = {"number": 0}, 0
    while at < len(data):
        tag, at = take_varint(data, at)
        value, at = take_varint(data, at)
        if tag & 7 == 2:
            value, at = data[at:at + value].decode(), at + value
        elif value >= 1 << 63:
            value -= 1 << 64
        fields[FIELDS[tag >> 3]] = value
    return fields


# The daemon.


class Instance:
    """One process of the daemon, by its INSTANCE; its log is appended to, also by the next of that name."""

    def __init__(self, mesh, name, **settings):
        self.mesh, self.name = mesh, name
        self.log_path = os.path.join(mesh.folder, name + ".log")
        self.log = open(self.log_path, "ab")
        self.log_from = self.log.tell()
        self.process = subprocess.Popen([mesh.program], env=mesh.settings(name, **settings),
                                        stdin=subprocess.DEVNULL, stderr=self.log)
        self.url = None

    def lines(self):
        """What it has logged since it was started."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_from)
            return [json.loads(line) for line in log.read().splitlines() if line.startswith(b"{")]

    def said(self, message):
        return [line for line in self.lines() if line.get("message") == message]

    def get(self, path):
        """(status, text); status 0: nobody answers."""
        if self.url is None:
            told = self.said("listening")
            if not told:
                return 0, ""
            self.url = f"http://127.0.0.1:{told[-1]['port']}"
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def is_ready(self):
        return self.get("/readyz")[0] == 200

    def ready(self):
        until(lambda: self.is_ready() or self.process.poll() is not None, f"{self.name} to be ready")
        assert self.process.poll() is None, f"{self.name} ended: {self.lines()[-3:]}"
        return self

    def metrics(self):
        """Every series by its name and labels as written."""
        text = self.get("/metrics")[1]
        return {name: float(value) for name, value in
                (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))}

    def shards(self):
        return sum(value for name, value in self.metrics().items() if name.startswith("opsmesh_shards{"))

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wait(self):
        return self.process.wait(PATIENCE_S)

    def stop(self):
        """SIGTERM; answers the exit status."""
        self.process.terminate()
        return self.wait()


# The mesh.


class ToyMesh:
    """Servers, topics, schema, and the instances that were started."""

    def __init__(self, folder, partitions=4):
        self.folder, self.partitions = folder, partitions
        self.program = os.path.join(BIN, "toy")
        self.instances = []
        self.kafka("start")
        self.postgres("start")
        self.brokers = "127.0.0.1:" + self.read("kafka/port")
        server = self.read("postgres/admin_url")
        with psycopg.connect(server, autocommit=True) as database:
            database.execute("create database mesh")
        self.admin_url = server.rsplit("/", 1)[0] + "/mesh"
        self.url = f"postgresql://toy:toy@127.0.0.1:{self.read('postgres/port')}/mesh"
        subprocess.run(["psql", "-Xq", self.admin_url, "-v", "role=toy", "-v", "schema=toy", "-v", "password=toy",
                        "-v", "operator_password=operator", "-f", os.path.join(LOCAL, "roles.sql")], check=True)
        self.create_topics()
        assert self.run("--migrate").returncode == 0

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read().strip()

    def kafka(self, verb):
        subprocess.run([os.path.join(LOCAL, "kafka.sh"), verb, self.folder], check=True)

    def postgres(self, verb):
        subprocess.run([os.path.join(LOCAL, "postgres.sh"), verb, self.folder], check=True)

    def create_topics(self):
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": self.brokers})
        names = [JOURNAL, BY_ACCOUNT, ACCOUNTS, RECEIPTS, SETTLED]
        wanted = [confluent_kafka.admin.NewTopic(
            name, 1 if name == PROGRESS else self.partitions, 1,
            config={"message.timestamp.type": "LogAppendTime", "retention.ms": "-1"})
            for name in names + [name + ".dlq" for name in names[:4]] + [PROGRESS]]
        for future in admin.create_topics(wanted).values():
            future.result()

    def settings(self, name, **more):
        state = os.path.join(self.folder, "state-" + name)
        os.makedirs(state, exist_ok=True)
        return {"KAFKA_BROKERS": self.brokers, "DATABASE_URL": self.url, "INSTANCE": name,
                "STATE_DIRECTORY": state, "PATH": os.environ["PATH"],
                **{key: os.environ[key] for key in os.environ if key.endswith("SAN_OPTIONS")}, **more}

    def run(self, *options, **settings):
        """The daemon with an option, to its end."""
        return subprocess.run([self.program, *options], env=self.settings("toy-0", **settings),
                              capture_output=True, text=True, timeout=PATIENCE_S)

    def start(self, name, **settings):
        instance = Instance(self, name, **settings)
        self.instances.append(instance)
        return instance

    def database(self):
        return psycopg.connect(self.admin_url, autocommit=True, options="-c search_path=toy")

    def query(self, sql):
        with self.database() as database:
            return database.execute(sql).fetchall()

    def execute(self, sql):
        with self.database() as database:
            database.execute(sql)

    def finish(self):
        for instance in self.instances:
            if instance.process.poll() is None:
                instance.kill()
        self.kafka("stop")
        self.postgres("stop")

    # Reading and judging.

    def records(self, topic):
        """All that is on a topic now, each partition in order."""
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.brokers, "group.id": "outside",
                                             "enable.auto.commit": False, "auto.offset.reset": "error",
                                             "log_level": 0})
        places = []
        wanted = {}
        for partition in range(self.partitions):
            first, end = consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, partition),
                                                        timeout=PATIENCE_S)
            if end > first:
                places.append(confluent_kafka.TopicPartition(topic, partition, first))
                wanted[partition] = end
        found = []
        consumer.assign(places)
        while wanted:
            message = consumer.poll(1)
            if message is None or message.error():
                continue
            headers = dict(message.headers() or [])
            found.append(Record(topic, message.partition(), message.offset(), message.key(),
                                headers.get("ce_source", b"").decode(), int(headers.get("ce_sequence", 0)),
                                headers.get("ce_id", b"").decode(), headers, message.value()))
            if message.offset() + 1 >= wanted.get(message.partition(), 0):
                wanted.pop(message.partition(), None)
        consumer.close()
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def fresh(self, topic):
        """What a subscriber has an effect of: above the highest sequence of its source. And what is wrong."""
        highest, first, wrong, fresh = collections.defaultdict(int), {}, [], []
        for record in self.records(topic):
            same = first.setdefault(record.id, record)
            if (same.value, same.key, same.partition) != (record.value, record.key, record.partition):
                wrong.append(f"{topic}: {record.id} has two contents")
            place = record.partition, record.source
            if record.sequence > highest[place]:
                highest[place] = record.sequence
                fresh.append(record)
            elif same is record:
                wrong.append(f"{topic}: {record.id} comes late")
        return fresh, wrong

    def repeated(self, topic):
        return len(self.records(topic)) - len(self.fresh(topic)[0])

    def counted(self):
        """How many facts of account are committed, from the tables."""
        return self.query("select coalesce(sum(count), 0)::bigint from account")[0][0]

    def settle(self, feeder):
        """Waits until everything that was fed is folded, settled and published."""
        until(lambda: self.counted() >= len(feeder.refs), "every posting to be counted")
        until(lambda: self.query("select coalesce(sum(count), 0)::bigint from open_account")[0][0]
              >= len(feeder.refs), "every posting to be known to settlement")
        until(lambda: self.query("select count(*) from timer where name = 'settle'")[0][0] == 0,
              "every account to be settled")
        until(lambda: self.query("select count(*) from effect_pending")[0][0] == 0, "every receipt to come")
        until(lambda: self.query("select count(*) from shard where published < sequence")[0][0] == 0,
              "everything to be published")

    def judge(self, feeder):
        """What is wrong with what came of all that was fed, as a list of sentences."""
        self.settle(feeder)
        facts, wrong = self.fresh(ACCOUNTS)
        settled, more = self.fresh(SETTLED)
        wrong += more + self.judge_tables(feeder) + self.judge_settled(feeder, settled)
        counts, sums, refs = collections.Counter(), collections.Counter(), collections.Counter()
        for fact in facts:
            message = unpack(fact.value)
            refs[message["ref"]] += 1
            counts[message["key"]] += 1
            sums[message["key"]] += feeder.refs.get(message["ref"], 0)
            if message["number"] != counts[message["key"]] or int(message["text"]) != sums[message["key"]]:
                wrong.append(f"{fact.id}: the sum of {message['key']} does not go on")
        wrong += [f"{ref} was counted {times} times" for ref, times in refs.items() if times > 1]
        wrong += [f"{ref} is lost" for ref in feeder.refs if ref not in refs]
        wrong += [f"{ref} was never fed" for ref in refs if ref not in feeder.refs]
        return wrong[:20]

    def judge_tables(self, feeder):
        rows = {account: (count, total) for account, count, total in
                self.query("select account, count, sum from account")}
        wrong = [f"account {account}: {rows.get(account)} in the table, {wanted} was fed"
                 for account, wanted in feeder.accounts().items() if rows.get(account) != wanted]
        holes = self.query("select stream, count(*), max(sequence) from fact group by stream"
                           " having count(*) <> max(sequence)")
        journal = self.query("select stage, shard, count(*), max(number) + 1 - min(number) from batch_journal"
                             " group by stage, shard having count(*) <> max(number) + 1 - min(number)")
        return wrong + [f"facts with holes: {row}" for row in holes] + [f"journal with holes: {row}" for row in journal]

    def judge_settled(self, feeder, settled):
        times = collections.Counter((unpack(fact.value)["kind"], unpack(fact.value)["key"]) for fact in settled)
        kept = dict(self.query("select account, times from receipt join blob using (digest)"))
        wrong = [f"account {account} was {kind} {times[kind, account]} times"
                 for kind in ("settled", "receipted") for account in feeder.accounts() if times[kind, account] != 1]
        return wrong + [f"account {account} has {kept.get(account)} receipts that are kept"
                        for account in feeder.accounts() if kept.get(account) != 1]


class Feeder:
    """Puts postings on the journal, some of them twice. refs: what was fed, with its amount."""

    def __init__(self, mesh, seed=1, accounts=50):
        self.mesh, self.chance, self.count = mesh, random.Random(seed), accounts
        self.refs, self.owners, self.name = {}, {}, f"r{seed}"
        self.producer = confluent_kafka.Producer({"bootstrap.servers": mesh.brokers, "enable.idempotence": True,
                                                  "linger.ms": 5, "log_level": 0})

    def send(self, partition=None, **fields):
        now = datetime.datetime.now(datetime.timezone.utc)
        if partition is None:
            partition = self.chance.randrange(self.mesh.partitions)
        self.producer.produce(JOURNAL, pack(**fields), fields["key"], partition, headers=[
            ("ce_time", now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")), ("ce_source", "edge"), ("ce_id", fields["ref"])])
        self.producer.poll(0)

    def post(self, count=1, pause_s=0.0):
        for _ in range(count):
            ref = f"{self.name}-{len(self.refs)}"
            account = f"account-{self.chance.randrange(self.count)}"
            amount = self.chance.randint(-1000, 1000)
            partition = self.chance.randrange(self.mesh.partitions)
            self.refs[ref], self.owners[ref] = amount, account
            for _ in range(2 if self.chance.random() < 0.05 else 1):
                self.send(partition, kind="post", key=account, ref=ref, number=amount)
            if pause_s:
                time.sleep(pause_s)

    def rate(self, name, number):
        self.send(0, kind="rate", key=name, ref=f"{self.name}-{name}-{number}", number=number)

    def flush(self):
        assert self.producer.flush(PATIENCE_S) == 0

    def accounts(self):
        found = {}
        for ref, account in self.owners.items():
            count, total = found.get(account, (0, 0))
            found[account] = count + 1, total + self.refs[ref]
        return found
