#!/usr/bin/env python3
"""real_input - feeds what nobody here wrote, and accounts for each piece: stored, decoded, or refused with a reason.

    real_input.py NAME DATA

Stripe events repeat their ids, so each gets one of its own, and is sent once more unchanged. Mails go to
one mailbox as they are, bodies without a header too. Every answer, every record of the journal and every
fact is looked at: nothing may be lost, nothing may be there twice.
"""
import collections
import csv
import glob
import hashlib
import json
import os
import sys
import time

import contract
import outside_client
import outside_mesh

TEXTS = 1000     # of banking77
PATIENCE_S = 60

Piece = collections.namedtuple("Piece", "kind name path headers body")
KINDS = ("stripe", "mail", "text")


def stripe_events(data):
    files = sorted(glob.glob(f"{data}/stripe-ruby-mock-webhooks/**/*.json", recursive=True))
    for number, path in enumerate(files):
        with open(path, encoding="utf-8") as file:
            event = json.load(file)
        event["id"] = f"evt_real_{number:03}"
        body = json.dumps(event, ensure_ascii=False).encode()
        yield Piece("stripe", os.path.basename(path), "/v1/webhooks/stripe", {"Content-Type": "application/json"}, body)


def mails(data):
    files = glob.glob(f"{data}/mikel-mail/**/*.eml", recursive=True)
    files += glob.glob(f"{data}/email-reply-parser/**/*.txt", recursive=True)
    seen = set()
    for path in sorted(files):
        with open(path, "rb") as file:
            body = file.read()
        if "SOURCE" in path or not body or hashlib.sha256(body).digest() in seen:
            continue
        seen.add(hashlib.sha256(body).digest())
        yield Piece("mail", os.path.relpath(path, data), "/v1/email/support", {"Content-Type": "message/rfc822"}, body)


def texts(data):
    with open(f"{data}/banking77/banking_data/test.csv", encoding="utf-8", newline="") as file:
        for number, row in enumerate(list(csv.DictReader(file))[:TEXTS]):
            yield Piece("text", f"row {number}", "/v1/tickets",
                        {"Content-Type": "application/json", "Idempotency-Key": f"banking77-{number}"},
                        json.dumps({"body": row["text"]}, ensure_ascii=False).encode())


class Account:
    """What became of each piece: problems by kind, and what there is to tell."""

    def __init__(self, name):
        self.name = name
        self.problems = collections.defaultdict(list)
        self.tallies = collections.defaultdict(collections.Counter)

    def close(self):
        good = True
        for kind in KINDS:
            story = ", ".join(f"{count} {what}" for what, count in sorted(self.tallies[kind].items()))
            problems = self.problems[kind]
            good = good and not problems and bool(story)
            print(f"{'FAIL' if problems or not story else 'ok'} {self.name}: {kind}: {story}; none lost, none twice"
                  if not problems else f"FAIL {self.name}: {kind}: {len(problems)}: {problems[:4]}", flush=True)
        return good


def feed(client, pieces, account):
    """Sends each, Stripe's twice; pieces with the ids that they were answered."""
    accepted = []
    for piece in pieces:
        status, answer = client.insist(piece.path, piece.headers, piece.body, PATIENCE_S)
        if status != 202:
            account.tallies[piece.kind][f"refused at the door ({answer.get('field')} {answer.get('reason')})"] += 1
            if not answer.get("reason"):
                account.problems[piece.kind].append(f"{piece.name}: {status} without a reason")
            continue
        accepted.append((piece, answer["id"]))
        if piece.kind != "stripe":
            continue
        again = client.insist(piece.path, piece.headers, piece.body, PATIENCE_S)
        if again != (202, answer):
            account.problems[piece.kind].append(f"{piece.name}: sent again it was answered {again}")
    return accepted


def wait_for_rest(database, topics):
    """Until all shards have folded and published all there is."""
    deadline = time.monotonic() + PATIENCE_S
    query = "select stage, shard, topic, next_offset from {s}.input_offset"
    marks = "select count(*) from {s}.shard where published <> sequence"
    while time.monotonic() < deadline:
        ends = topics.ends()
        behind = [row for schema in outside_mesh.schemas(database) for row in outside_mesh.rows(database, schema, query)
                  if row[3] < ends[row[2], row[1]]]
        open_marks = sum(outside_mesh.rows(database, schema, marks)[0][0] for schema in outside_mesh.schemas(database))
        if not behind and not open_marks:
            return
        time.sleep(0.3)
    raise TimeoutError(f"not folded: {behind[:3]}")


class Mesh:
    """The journal's bytes and the facts, by request."""

    def __init__(self, topics):
        messages = contract.Messages()
        self.bodies = collections.defaultdict(dict)  # request id -> part -> bytes
        self.facts = collections.defaultdict(list)
        seen = set()
        for record in topics.read([outside_mesh.JOURNAL]):
            event = messages.read("IntakeEvent", record.value)
            self.bodies[event.request_id][event.received.chunk.index] = event.received.body
        for topic, name in (("ops.tickets.v1", "TicketEvent"), ("ops.provider-events.v1", "ProviderEvent")):
            for record in topics.read([topic]):
                if (record.source, record.sequence) not in seen:
                    event = messages.read(name, record.value)
                    self.facts[event.request_id].append((event.WhichOneof("fact"), event))
                seen.add((record.source, record.sequence))

    def body(self, request):
        parts = self.bodies[request]
        return b"".join(parts[index] for index in sorted(parts))


def refusal_of(facts):
    reasons = [event.request_refused.reason for fact, event in facts if fact == "request_refused"]
    return reasons[0] if len(reasons) == 1 and len(facts) == 1 and reasons[0] else None


def judge_stripe(piece, facts):
    received = [event for fact, event in facts if fact == "received"]
    if len(received) != 1 or len(facts) != 1:
        return None
    event = received[0]
    same = event.received.payload == piece.body and event.event_id == json.loads(piece.body)["id"]
    return "decoded" if same and event.event_type == json.loads(piece.body)["type"] else None


def judge_mail(_, facts):
    added = [event.message_added for fact, event in facts if fact == "message_added"]
    opened = [event for fact, event in facts if fact == "opened"]
    if len(added) != 1 or len(opened) > 1:
        return None
    codes = {problem.DESCRIPTOR.fields_by_name["code"].enum_type.values_by_number[problem.code].name
             for problem in added[0].problems}
    words = sorted(code.removeprefix("PROBLEM_CODE_").lower().replace("_", " ") for code in codes)
    return f"decoded ({', '.join(words)})" if words else "decoded"


def judge_text(piece, facts):
    added = [event.message_added for fact, event in facts if fact == "message_added"]
    opened = [event for fact, event in facts if fact == "opened"]
    if len(added) != 1 or len(opened) != 1:
        return None
    return "tickets, word for word" if added[0].body.text == json.loads(piece.body)["body"] else None


JUDGES = {"stripe": judge_stripe, "mail": judge_mail, "text": judge_text}


def main():
    name, data = sys.argv[1:3]
    account, client = Account(name), outside_client.Client()
    pieces = [*stripe_events(data), *mails(data), *texts(data)]
    accepted = feed(client, pieces, account)
    topics = outside_mesh.Topics()
    wait_for_rest(outside_mesh.connect(), topics)
    mesh = Mesh(topics)
    for piece, request in accepted:
        facts = mesh.facts[request]
        refused = refusal_of(facts)
        verdict = f"refused ({refused})" if refused else JUDGES[piece.kind](piece, facts)
        if mesh.body(request) != piece.body:
            account.problems[piece.kind].append(f"{piece.name}: the journal has other bytes")
        elif verdict is None:
            account.problems[piece.kind].append(f"{piece.name}: {[fact for fact, _ in facts]}")
        else:
            account.tallies[piece.kind][verdict] += 1
    strangers = set(mesh.bodies) - {request for _, request in accepted}
    account.problems["text"] += [f"requests that nobody sent: {sorted(strangers)[:3]}"] if strangers else []
    topics.close()
    return 0 if account.close() else 1


if __name__ == "__main__":
    sys.exit(main())
