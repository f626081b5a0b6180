#!/usr/bin/env python3
"""bad_input - input that the mesh must refuse behind its edge, and the ground under it when it changes.

    bad_input.py NAME STORY...

The stack is that of RUN_DIR, as outside_stack.sh starts it. Each story prints `ok NAME: ...` and
`FAIL NAME: ...` lines; what is refused must be told with field and reason, and what is good must go on.
"""
import collections
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid

import confluent_kafka
import confluent_kafka.admin
import crash
import described
import contract
import outside_client
import outside_mesh
from crash import INSTANCES, LOCAL, PARTITIONS, RUN, TOP, pid_of, server, supervisor_gone, variable, wait

import urllib.error
import urllib.request

PATIENCE_S = 60
QUIET_S = 3  # in which a shard that works would have committed
BY_TICKET = "ops.ingest.by-ticket.v1"
AHEAD_US = 3600 * 10**6
POLICIES = os.path.join(TOP, "deploy", "policies")

name = sys.argv[1]
Bad = collections.namedtuple("Bad", "what topic headers value reason key consumers", defaults=[b"", ()])


failures = []


def check(good, text):
    if not crash.say(good, name, text):
        failures.append(text)


# Doing.

def post(path, body, media="application/json", **headers):
    """The answer of the 202."""
    headers = {"Content-Type": media, **headers}
    body = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    status, answer = outside_client.Client().insist(path, headers, body, PATIENCE_S)
    if status != 202:
        raise RuntimeError(f"{path}: {status} {answer}")
    return answer


def post_tickets(count):
    return [post("/v1/tickets", {"body": f"good ticket {number}"})["id"] for number in range(count)]


def post_charges(count):
    """Of as many customers."""
    for number in range(count):
        thing = {"id": f"ch_good{number}", "object": "charge", "amount": 500, "currency": "jpy", "status": "succeeded",
                 "customer": f"cus_good{number}", "created": 1700000000}
        post("/v1/webhooks/stripe", {"id": f"evt_{uuid.uuid4()}", "object": "event", "type": "charge.succeeded",
                                     "livemode": False, "created": int(time.time()), "data": {"object": thing}})


def facts_of(requests, topics=None, seconds=PATIENCE_S):
    """The facts on the tickets and provider topics, by request, once each of these requests has some."""
    topics, messages = topics or outside_mesh.Topics(), contract.Messages()
    deadline = time.monotonic() + seconds
    while True:
        found = collections.defaultdict(list)
        for topic, kind in (("ops.tickets.v1", "TicketEvent"), ("ops.provider-events.v1", "ProviderEvent")):
            for record in (record for record in topics.read([topic]) if record.source):
                event = messages.read(kind, record.value)
                found[event.request_id].append((event.WhichOneof("fact"), event))
        if all(request in found for request in requests) or time.monotonic() > deadline:
            return found
        time.sleep(0.3)


def all_open(requests):
    """Does each of these requests open its one ticket?"""
    found = facts_of(requests)
    return all([fact for fact, _ in found[request]].count("opened") == 1 for request in requests)


def produce(topic, partition, value, headers, key=b"a key", count=1):
    producer = confluent_kafka.Producer({"bootstrap.servers": os.environ["KAFKA_BROKERS"]})
    for _ in range(count):
        producer.produce(topic, value, key, partition, headers=list(headers.items()))
    if producer.flush(PATIENCE_S):
        raise TimeoutError(f"{topic} takes no record")


def moment(us):
    seconds, fraction = divmod(us, 10**6)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{fraction:06}Z"


def now_us():
    return time.time_ns() // 1000


def headers_of(source, sequence, kind="ops.request.ticket_requested.v1"):
    return {"ce_specversion": "1.0", "ce_id": f"{source}/{sequence}", "ce_source": source, "ce_type": kind,
            "ce_subject": "nobody", "ce_time": moment(now_us()), "ce_sequence": f"{sequence:020}",
            "ce_meshtime": moment(now_us() - 3 * 10**6), "content-type": "application/protobuf"}


def run(program, *options, **settings):
    """A daemon with an option, to its end: status and all that it said."""
    with open(os.path.join(RUN, "postgres", "opsmesh_url"), encoding="ascii") as file:
        database = file.read().strip()
    environment = {"PATH": os.environ["PATH"], "KAFKA_BROKERS": os.environ["KAFKA_BROKERS"], "DATABASE_URL": database,
                   "POLICY_DIRECTORY": POLICIES, "CONTACT_SECRET": "c" * 32, "REPLY_SECRET": "r" * 32, **settings}
    done = subprocess.run([os.path.join(os.environ["OPSMESH_BIN"], program), *options], env=environment,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    return done.returncode, done.stdout + done.stderr


def readiness(files):
    """What /readyz says: an empty text when ready."""
    try:
        with urllib.request.urlopen(os.environ[variable(files)] + "/readyz", timeout=2):
            return ""
    except urllib.error.HTTPError as error:
        return json.loads(error.read()).get("reason", "no reason")
    except OSError as error:
        return str(error)


# Settings and documents, before anything starts.

WRONG_SETTINGS = [
    ("sla-watcher", {"MESH_GRACE": "banana"}, "MESH_GRACE"), ("sla-watcher", {"MESH_GRACE": "2h"}, "MESH_GRACE"),
    ("sla-watcher", {"BATCH_EVENTS": "0"}, "BATCH_EVENTS"), ("sla-watcher", {"MESH_MODE": "sometimes"}, "MESH_MODE"),
    ("sla-watcher", {"KAFKA_BROKERS": ""}, "KAFKA_BROKERS"), ("sla-watcher", {"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
    ("sla-watcher", {"DATABASE_URL": ""}, "DATABASE_URL"), ("ingest", {"API_KEYS": "short:1:tickets"}, "API_KEYS"),
    ("ingest", {"EDGE_QUEUE_BYTES": "much"}, "EDGE_QUEUE_BYTES"), ("ingest", {"CONTACT_SECRET": ""}, "CONTACT_SECRET"),
    ("ingest", {"POLICY_DIRECTORY": "/nowhere"}, "/nowhere")]

IMPOSSIBLE = [  # document, what is put in its place, what must be named
    ("calendars/tokyo-support.json", {"time_zone": "Mars/Olympus_Mons"}, ["tokyo-support.json", "time_zone"]),
    ("calendars/tokyo-support.json", {"windows": [{"days": ["moonday"], "from": "09:00", "to": "12:00"}]},
     ["tokyo-support.json", "days"]),
    ("calendars/tokyo-support.json", {"windows": [{"days": ["mon"], "from": "25:00", "to": "26:00"}]},
     ["tokyo-support.json", "from"]),
    ("calendars/tokyo-support.json", {"windows": []}, ["support-1.json", "rules[1].calendar", "never open"]),
    ("calendars/tokyo-support.json", {"holidays": ["atlantis"]}, ["tokyo-support.json", "holidays"]),
    ("sla/support-1.json", {"rules": [{"id": "x", "calendar": "nowhere", "targets": {"first_reply": "1h"}}]},
     ["support-1.json", "calendar"]),
    ("sla/support-1.json", {"rules": [{"id": "x", "calendar": "always", "targets": {"first_reply": "soon"}}]},
     ["support-1.json", "first_reply"])]


def story_settings():
    """A wrong setting is one line that names it, and exit 1; so is an impossible calendar."""
    for program, settings, named in WRONG_SETTINGS:
        status, text = run(program, "--check", **settings)
        check(status == 1 and named in text and len(text.strip().splitlines()) == 1,
            f"{program} with {settings}: {status} {text.strip()}")
    for document, change, named in IMPOSSIBLE:
        folder = os.path.join(RUN, "policies")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(POLICIES, folder)
        path = os.path.join(folder, document)
        with open(path, encoding="utf-8") as file:
            changed = {**json.load(file), **change}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(changed, file)
        status, text = run("sla-watcher", "--check", POLICY_DIRECTORY=folder)
        check(status == 1 and all(word in text for word in named), f"{document} with {change}: {status} {text.strip()}")
    status, text = run("sla-watcher", "--check")
    check(status == 0, f"the policies as they are pass: {status} {text.strip()}")


# Records that do not belong there.

def bad_records():
    wordy = {**headers_of("directory/1", 1), "ce_sequence": "one"}
    return [
        Bad("no headers", BY_TICKET, {}, b"anything", "ce_source"),
        Bad("a source that the catalogue does not name", BY_TICKET, headers_of("stranger/1", 7), b"anything", "ce_source"),
        Bad("no sequence", BY_TICKET, wordy, b"anything", "ce_sequence"),
        Bad("a value that does not unpack", BY_TICKET, headers_of("directory/1", 10**6), b"\xff\xff\xff\xff", "value"),
        Bad("text that is not UTF-8", BY_TICKET, headers_of("directory/1", 10**6 + 1), b"\x0a\x02\xff\xfe", "value"),
        Bad("no headers on a public topic", "ops.tickets.v1", {}, b"anything", "ce_source"),
        Bad("no headers on the topic of actions", "ops.actions.v1", {}, b"anything", "ce_source"),
        Bad("a report that does not unpack", "ops.classifier.by-intent.v1", headers_of("triage/1", 10**6),
            b"\xff\xff\xff\xff", "value"),
        Bad("a triage that does not unpack", "ops.triage.v1", headers_of("triage/0", 10**6), b"\xff\xff\xff\xff", "value"),
        Bad("a journal record without headers", outside_mesh.JOURNAL, {}, b"anything", "ce_time"),
        Bad("a journal record that does not unpack", outside_mesh.JOURNAL, headers_of("edge", 1), b"\xff\xff\xff", "value")]


def dead_letters(topics):
    found = collections.defaultdict(list)
    for record in topics.read([topic for topic in topics.partitions if topic.endswith(".dlq")]):
        found[record.topic, record.key].append(record)
    return found


def letter_is_right(bad, letter):
    said = {header: (value or b"").decode() for header, value in letter.headers.items()}
    originals = all(said.get("orig_" + header) == value for header, value in bad.headers.items())
    return (bad.reason in said["dlq_reason"] and said["dlq_topic"] == bad.topic and letter.value == bad.value and originals
            and said["dlq_consumer"] in bad.consumers)


def story_records():
    """Garbage on a topic becomes a dead letter that says why, with the original's bytes; what is good goes on."""
    messages, topics, database = contract.Messages(), outside_mesh.Topics(), outside_mesh.connect()
    pids = {files: pid_of(files) for files in INSTANCES}
    before = post_tickets(20)
    bads = [bad._replace(key=f"key {number}".encode(), consumers=described.readers(bad.topic))
            for number, bad in enumerate(bad_records())]
    for number, bad in enumerate(bads):  # a key each: what comes after a refused one of its key waits for it
        produce(bad.topic, number % PARTITIONS, bad.value, bad.headers, bad.key)
    harmless_records(messages)
    after = post_tickets(20)
    check(all_open(before + after), "tickets before and after the bad records are opened, each once")
    for bad in bads:
        judge_bad(bad, topics)
    counts = [row for schema in outside_mesh.schemas(database)
              for row in outside_mesh.rows(database, schema, "select stage, count(*) from {s}.dead_letter group by 1")]
    check(sum(count for _, count in counts) == sum(len(bad.consumers) for bad in bads), f"dead letters kept: {counts}")
    listed = subprocess.run([os.path.join(os.environ["OPSMESH_BIN"], "opsmesh"), "dlq", "list", "--json"],
                            capture_output=True, text=True, check=False)
    check(listed.returncode == 0 and listed.stdout.count("ce_source") > 3,
        f"the operator's tool lists them ({len(listed.stdout.splitlines())} lines)")
    check({files: pid_of(files) for files in INSTANCES} == pids, "no daemon ended")
    topics.close()


def judge_bad(bad, topics):
    letters = []

    def arrived():
        letters[:] = dead_letters(topics)[bad.topic + ".dlq", bad.key]
        return len(letters) >= len(bad.consumers)

    try:
        wait(arrived, bad.what, PATIENCE_S)
    except TimeoutError:
        pass
    reasons = [(letter.headers.get("dlq_reason") or b"").decode() for letter in letters]
    good = len(letters) == len(bad.consumers) and all(letter_is_right(bad, letter) for letter in letters)
    check(good, f"{bad.what}: {'; '.join(reasons) or 'nothing was said'}")


def harmless_records(messages):
    """What a newer build may write: skipped, or counted as open. And noise where only promises are read."""
    unknown_fact = b"\x0a\x01x\xfa\x3e\x00"  # field 1 "x", field 1007 empty
    produce(outside_mesh.JOURNAL, 0, unknown_fact, headers_of("edge", 1))
    produce(BY_TICKET, 1, unknown_fact, headers_of("directory/1", 10**6 + 2))
    produce(outside_mesh.PROGRESS, 0, b"\xff\xff\xff", {})
    stranger = messages.type("Progress")(source="stranger/9")
    produce(outside_mesh.PROGRESS, 0, stranger.SerializeToString(), {})


# Mails that are hardly any.

MAILS = {
    "NO_DATE": b"From: a@firm.example\r\nMessage-ID: <n1@firm.example>\r\nSubject: no date\r\n\r\nhello\r\n",
    "NO_SENDER": b"Date: Sat, 21 Nov 2026 09:00:00 +0000\r\nMessage-ID: <n2@firm.example>\r\nSubject: no sender\r\n\r\nhello\r\n",
    "BROKEN_MIME": b"From: a@firm.example\r\nMessage-ID: <n3@firm.example>\r\nMIME-Version: 1.0\r\n"
                   b"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=\"c\"\r\n"
                   b"\r\n--c\r\nContent-Type: text/plain\r\n\r\nhello, the tree ends here",
    "UNKNOWN_CHARSET": b"From: a@firm.example\r\nMessage-ID: <n4@firm.example>\r\nMIME-Version: 1.0\r\n"
                       b"Content-Type: text/plain; charset=klingon-8\r\n\r\nhello \xe9\xff\r\n",
    "BROKEN_MIME ": b"\x00\x01\x02 no mail at all \xff\xfe",
    "NO_TEXT": b"From: a@firm.example\r\nMessage-ID: <n5@firm.example>\r\nSubject: nothing\r\n\r\n"}


def story_mails():
    """A mail of which little can be read is a ticket all the same, and says what was wrong."""
    messages = contract.Messages()
    codes = messages.pool.FindEnumTypeByName("opsmesh.v1.ProblemCode").values_by_number
    asked = {code: post("/v1/email/support", body, "message/rfc822")["id"] for code, body in MAILS.items()}
    found = facts_of(asked.values())
    for code, request in asked.items():
        added = [event.message_added for fact, event in found[request] if fact == "message_added"]
        opened = [fact for fact, _ in found[request]].count("opened")
        told = [(codes[problem.code].name.removeprefix("PROBLEM_CODE_"), problem.field, problem.reason)
                for message in added for problem in message.problems]
        check(len(added) == 1 and opened == 1 and any(problem[0] == code.strip() and problem[2] for problem in told),
            f"a mail with {code.strip().lower().replace('_', ' ')}: {told}")


# Words that nobody knows yet.

def story_words():
    """Unknown event types and words are kept as they are; an unknown status in the mesh counts as open."""
    strange = post("/v1/tickets", {"body": "x", "channel": "fax"})["id"]
    event = {"id": "evt_" + uuid.uuid4().hex, "object": "event", "type": "moon.landed.v9", "created": int(time.time()),
             "data": {"object": {"id": "moon_1", "object": "moon"}}}
    landed = post("/v1/webhooks/stripe", event)["id"]
    found = facts_of([strange, landed])
    words = [event.opened.channel_verbatim for fact, event in found[strange] if fact == "opened"]
    check(words == ["fax"], f"an unknown channel is kept: {words}")
    types = [event.event_type for fact, event in found[landed] if fact == "received"]
    check(types == ["moon.landed.v9"], f"an unknown event type is forwarded: {types}")
    for field in ("priority", "status"):
        status, answer = outside_client.Client().insist("/v1/tickets", {"Content-Type": "application/json"},
                                                        json.dumps({"body": "x", field: "ultra"}).encode(), PATIENCE_S)
        check(status == 422 and answer["field"] == field, f"an unknown {field} is refused: {answer.get('reason')}")
    unknown_status(strange)
    unknown_route()


def unknown_status(ticket):
    """As a newer stage might ask for it."""
    messages, topics = contract.Messages(), outside_mesh.Topics()
    place = next(record.partition for record in topics.read(["ops.tickets.v1"]) if record.key == ticket.encode())
    event = messages.type("ByTicketEvent")(ticket_id=ticket, request_id=str(uuid.uuid4()))
    event.occurred_at.FromMicroseconds(now_us())
    event.status_requested.to_status = 99
    event.status_requested.to_verbatim = "levitating"
    produce(BY_TICKET, place, event.SerializeToString(), headers_of("directory/2", 10**6), ticket.encode())
    found = facts_of([event.request_id])[event.request_id]
    after = [(event.status_changed.to_status, event.status_changed.to_verbatim) for fact, event in found
             if fact == "status_changed"]
    check(len(found) == 1 and after in ([(0, "levitating")], [(99, "levitating")]),
          f"an unknown status on a ticket counts as open, and keeps its word: {after}")


def journal_copy(request, change):
    """The journal's record of a request once more, as another request: its new id."""
    messages, topics = contract.Messages(), outside_mesh.Topics()
    record = next(record for record in topics.read([outside_mesh.JOURNAL])
                  if record.headers.get("ce_subject") == request.encode())
    topics.close()
    event = messages.read("IntakeEvent", record.value)
    event.request_id = str(uuid.uuid4())
    event.received.ticket_id = event.request_id
    event.received.ClearField("natural_id")
    headers = {header: value.decode() for header, value in record.headers.items()}
    headers.update(ce_id=event.request_id, ce_subject=event.request_id)
    change(event, headers)
    produce(outside_mesh.JOURNAL, record.partition, event.SerializeToString(), headers, event.request_id.encode())
    return event.request_id


def unknown_route():
    """A newer edge's route: refused by a fact, not lost."""
    def change(event, _):
        event.received.route = 99
    request = journal_copy(post_tickets(1)[0], change)
    refused = [event.request_refused for fact, event in facts_of([request])[request] if fact == "request_refused"]
    check(len(refused) == 1 and refused[0].field == "route",
        f"a route that this build does not know: {[(fact.field, fact.reason) for fact in refused]}")


# An edge whose clock is an hour ahead.

def story_clock():
    """Its requests are taken; mesh time does not follow it."""
    database = outside_mesh.connect()

    def change(event, headers):
        ahead = now_us() + AHEAD_US
        event.received_at.FromMicroseconds(ahead)
        headers["ce_time"] = moment(ahead)
    request = journal_copy(post_tickets(1)[0], change)
    found = [fact for fact, _ in facts_of([request])[request]]
    check(found.count("opened") == 1, f"a request received an hour from now becomes a ticket: {found}")
    newest = max((moment for schema in outside_mesh.schemas(database) for (moment,) in outside_mesh.rows(
        database, schema, "select (extract(epoch from now - clock_timestamp()))::int from {s}.shard where isfinite(now)")))
    check(newest <= 0, f"the newest mesh time is {-newest} s behind the real clock, not ahead of it")
    check(all_open(post_tickets(8)), "later tickets are opened as before")


# The ground.

def stop_daemons(instances):
    for files in instances:
        os.kill(pid_of(files), signal.SIGTERM)
    for files in instances:
        wait(lambda f=files: supervisor_gone(f), files + " to stop")


def start_daemons(expect_ready):
    """up.sh, which is patient; where nobody is to be ready it is not waited for long."""
    seconds = PATIENCE_S if expect_ready else 6
    subprocess.run([os.path.join(LOCAL, "up.sh"), f"RUN_DIR={RUN}", f"OPSMESH_BIN={os.environ['OPSMESH_BIN']}",
                    "INSTANCES=2", f"PARTITIONS={PARTITIONS}", f"READY_SECONDS={seconds}"],
                   check=expect_ready, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def heard(files, words):
    """A line of an instance's log, since it was started last, that holds these words."""
    with open(os.path.join(RUN, files + ".log"), encoding="utf-8") as file:
        lines = file.read().splitlines()
    starts = [number for number, line in enumerate(lines) if '"starting"' in line]
    return next((line for line in lines[starts[-1] if starts else 0:] if words in line), "")


def fences(schema):
    return outside_mesh.rows(outside_mesh.connect(), schema,
                             "select stage, shard, batch, sequence from {s}.shard order by 1, 2")


def stopped_everywhere(instances, words):
    for files in instances:
        wait(lambda f=files: heard(f, words), f"{files} to say: {words}", PATIENCE_S)
    return [json.loads(heard(files, words)).get("reason") for files in instances]


def set_back_to(folder):
    server("postgres.sh", "stop")
    data = os.path.join(RUN, "postgres", "data")
    shutil.rmtree(data)
    subprocess.run(["cp", "-a", folder, data], check=True)
    server("postgres.sh", "start")


def keep(folder):
    server("postgres.sh", "stop")
    subprocess.run(["cp", "-a", os.path.join(RUN, "postgres", "data"), folder], check=True)
    server("postgres.sh", "start")


def story_set_back():
    """A database restored from a backup: every shard that knows less than the group stops; the right one helps.

    Less is what was said: kpi-aggregator speaks every five minutes, and may have said nothing since.
    """
    earlier, latest = os.path.join(RUN, "earlier"), os.path.join(RUN, "latest")
    stop_daemons(INSTANCES)
    keep(earlier)
    start_daemons(True)
    post_charges(40)
    later = post_tickets(60)
    good = all_open(later)
    time.sleep(6)  # the group's memory follows every five seconds
    stop_daemons(INSTANCES)
    keep(latest)
    set_back_to(earlier)
    start_daemons(False)
    speakers = [files for files in INSTANCES if not files.startswith("kpi-aggregator")]
    reasons = stopped_everywhere(speakers, "the database knows less")
    check(good, f"a database set back stops the shards: {reasons[0]}")
    stop_daemons(INSTANCES)
    set_back_to(latest)
    start_daemons(True)
    check(all_open(later + post_tickets(8)), "with the right database all go on")


def broker_admin():
    return confluent_kafka.admin.AdminClient({"bootstrap.servers": os.environ["KAFKA_BROKERS"], "log_level": 0})


def remake(topic, partitions):
    admin = broker_admin()
    admin.delete_topics([topic])[topic].result()
    time.sleep(1)
    settings = {"message.timestamp.type": "LogAppendTime", "retention.ms": "-1"}
    admin.create_topics([confluent_kafka.admin.NewTopic(topic, partitions, 1, config=settings)])[topic].result()


def story_recreated():
    """A topic made anew: the shards that read it stop, their tables stay as they are."""
    watchers = ["sla-watcher", "sla-watcher-2"]
    stop_daemons(watchers)
    before = fences("sla")
    remake("ops.tickets.v1", PARTITIONS)
    start_daemons(False)
    reasons = stopped_everywhere(watchers, "ops.tickets.v1")
    time.sleep(QUIET_S)
    check(fences("sla") == before and all(readiness(files) for files in watchers),
          f"a topic made anew stops the shards that read it, nothing is written: {reasons[0]}")
    reached = outside_mesh.rows(outside_mesh.connect(), "sla",
                                "select shard, next_offset from {s}.input_offset where topic = 'ops.tickets.v1'")
    for partition, offset in reached:
        produce("ops.tickets.v1", partition, b"another log", {}, count=offset + 1)
    for files in watchers:
        os.kill(pid_of(files), signal.SIGKILL)
    reasons = stopped_everywhere(watchers, "not the one that was read before")
    time.sleep(QUIET_S)
    check(fences("sla") == before, f"also when it is as long as before: {reasons[0]}")


def story_partitions():
    """A topic with another number of partitions: told by name, nothing is read. up.sh would not even start them."""
    admin, more = broker_admin(), confluent_kafka.admin.NewPartitions("ops.control.v1", PARTITIONS + 1)
    admin.create_partitions([more])["ops.control.v1"].result()
    for files in INSTANCES:
        os.kill(pid_of(files), signal.SIGKILL)
    reasons = stopped_everywhere(INSTANCES, f"ops.control.v1 has {PARTITIONS + 1} partitions")
    before = fences("ingest"), fences("sla")
    time.sleep(QUIET_S)
    check((fences("ingest"), fences("sla")) == before, f"another number of partitions stops all: {reasons[0]}")
    differs = subprocess.run([os.path.join(os.environ["OPSMESH_BIN"], "opsmesh"), "topics"], capture_output=True,
                             text=True, check=False)
    check(differs.returncode == 1 and "5 partitions" in differs.stdout,
          f"the operator's tool says so: {[line for line in differs.stdout.splitlines() if 'ops.control.v1 ' in line]}")


def main():
    for story in sys.argv[2:]:
        try:
            globals()["story_" + story]()
        except (TimeoutError, RuntimeError, subprocess.SubprocessError) as error:
            check(False, f"{story}: {error}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
