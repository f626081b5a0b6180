#!/usr/bin/env python3
"""outside_load - customers who do not give up: requests at a steady rate, each sent until it is accepted.

    outside_load.py LEDGER RATE SEED

Many connections at once; when the answer is not 202 the same request is sent again, with the same id,
to whichever instance answers. Now and then an accepted request is sent once more, unchanged, or with
other bytes under the same id. What was accepted stands in LEDGER, one JSON line each:

    {"kind": ticket|message|status|mail|stripe|account|conflict, "id": of the 202, "name": of the request, "ticket": id}

TERM: no new requests, the open ones are sent until they are accepted. Exit 1 when one never was.
"""
import json
import random
import signal
import sys
import threading
import time

import outside_client

CONNECTIONS = 24
PATIENCE_S = 60      # for one request, however often it is sent
AGAIN = 0.03         # share of requests that are sent once more
OTHERWISE = 0.02     # share that is sent again with other bytes
TICKETS_KEPT = 400   # that later messages go to

WORDS = "charged twice for the plan since Monday 請求が二重です refund please invoice déjà payé login broken".split()
SHARES = {"ticket": 30, "message": 25, "status": 15, "mail": 10, "stripe": 19.9, "account": 0.1}
STATUSES = ["open", "pending", "on_hold", "solved", "open", "open"]
CHARGES = ["charge.succeeded", "charge.refunded", "invoice.paid", "charge.dispute.created", "customer.updated"]


class Ledger:
    """What was accepted, and the tickets that one can write to."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.lock = threading.Lock()
        self.tickets = []
        self.accepted = 0
        self.lost = 0

    def write(self, **entry):
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        with self.lock:
            self.file.write(line)
            self.file.flush()
            self.accepted += 1
            if entry["kind"] == "ticket":
                self.tickets = (self.tickets + [entry["ticket"]])[-TICKETS_KEPT:]


class Customer(threading.Thread):
    """One connection: makes up requests, sends them at its share of the rate."""

    def __init__(self, number, seed, pause, ledger, stop):
        super().__init__()
        self.number, self.pause, self.ledger, self.stop = number, pause, ledger, stop
        self.chance = random.Random(f"{seed}/{number}")
        self.seed = seed
        self.made = 0
        self.client = outside_client.Client(self.chance)
        self.mails = []

    def run(self):
        due = time.monotonic() + self.chance.random() * self.pause
        while not self.stop.wait(max(0, due - time.monotonic())):
            due = max(due + self.pause, time.monotonic() - 1)
            self.one()

    def one(self):
        self.made += 1
        kind, name, path, headers, body = self.make(f"{self.seed}-{self.number}-{self.made}")
        answer = self.insist(path, headers, body)
        if answer is None:
            self.ledger.lost += 1
            print(f"never accepted: {kind} {name}", file=sys.stderr)
            return
        self.ledger.write(kind=kind, id=answer["id"], name=name, ticket=answer.get("ticket_id", ""))
        again = self.chance.random()
        if again < AGAIN:
            same = self.insist(path, headers, body)
            if same is not None and same["id"] != answer["id"]:
                print(f"repeated, and answered otherwise: {kind} {name}", file=sys.stderr)
                self.ledger.lost += 1
        elif again < AGAIN + OTHERWISE and kind != "mail":
            other = body.replace(b"plan", b"PLAN") if b"plan" in body else body[:-1] + b" }"
            if self.insist(path, headers, other) is not None:
                self.ledger.write(kind="conflict", id=answer["id"], name=name, ticket="")

    # What is asked.

    def words(self, count):
        return " ".join(self.chance.choices(WORDS, k=count))

    def make(self, name):
        tickets = self.ledger.tickets
        kind = self.chance.choices(list(SHARES), SHARES.values())[0]
        if kind in ("message", "status") and not tickets:
            kind = "ticket"
        return (kind, name) + getattr(self, kind)(name, self.chance.choice(tickets) if tickets else "")

    def post(self, path, name, body):
        headers = {"Idempotency-Key": name, "Content-Type": "application/json"}
        return path, headers, json.dumps(body, ensure_ascii=False).encode()

    def ticket(self, name, _):
        return self.post("/v1/tickets", name, {
            "subject": self.words(4), "body": self.words(20),
            "contact": {"email": f"someone{self.chance.randrange(200)}@firm{self.chance.randrange(20)}.example"},
            "priority": self.chance.choice(["low", "normal", "high", "urgent"])})

    def message(self, name, ticket):
        author = self.chance.choice([{"role": "customer"}, {"role": "agent", "id": "agent-1"}])
        return self.post(f"/v1/tickets/{ticket}/messages", name, {"body": self.words(12), "author": author})

    def status(self, name, ticket):
        return self.post(f"/v1/tickets/{ticket}/status", name, {
            "status": self.chance.choice(STATUSES), "assignee": f"agent-{self.chance.randrange(9)}"})

    def mail(self, name, _):
        lines = [f"From: someone{self.chance.randrange(200)}@firm{self.chance.randrange(20)}.example",
                 "To: support@opsmesh.example", f"Message-ID: <{name}@firm.example>",
                 "Date: " + time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()),
                 "Subject: " + self.words(3).encode("ascii", "ignore").decode(), "MIME-Version: 1.0",
                 "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
        if self.mails and self.chance.random() < 0.4:
            lines.append(f"In-Reply-To: <{self.chance.choice(self.mails)}@firm.example>")
        self.mails = (self.mails + [name])[-20:]
        headers = {"Content-Type": "message/rfc822"}
        return "/v1/email/support", headers, ("\r\n".join(lines) + "\r\n\r\n" + self.words(30) + "\r\n").encode()

    def account(self, name, _):
        firm = f"firm{self.chance.randrange(20)}"
        return self.post("/v1/accounts", name, {
            "id": firm, "name": self.words(2), "domains": [firm + ".example"],
            "tier": self.chance.choice(["free", "pro", "business", "enterprise"])})

    def stripe(self, name, _):
        number = self.chance.randrange(500)
        thing = {"id": f"ch_{number}", "object": "charge", "amount": 1000 + number, "currency": "jpy", "status": "succeeded",
                 "customer": f"cus_{number % 100}", "created": 1700000000 + 86400 * number, "description": self.words(5) + " plan",
                 "amount_refunded": self.chance.choice([0, 0, 0, 500])}
        event = {"id": "evt_" + name, "object": "event", "type": self.chance.choice(CHARGES), "livemode": False,
                 "created": int(time.time()), "api_version": "2024-06-20", "data": {"object": thing}}
        return "/v1/webhooks/stripe", {"Content-Type": "application/json"}, json.dumps(event).encode()

    def insist(self, path, headers, body):
        """The answer of the 202, however often it has to be asked for; None: never."""
        status, answer = self.client.insist(path, headers, body, PATIENCE_S)
        if status == 202:
            return answer
        print(f"refused: {status} {path} {answer}", file=sys.stderr)
        return None


def main():
    path, rate, seed = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    ledger = Ledger(path)
    customers = [Customer(n, seed, CONNECTIONS / rate, ledger, stop) for n in range(CONNECTIONS)]
    started = time.monotonic()
    for customer in customers:
        customer.start()
    for customer in customers:
        customer.join()
    ledger.file.close()
    took = time.monotonic() - started
    print(f"accepted {ledger.accepted} in {took:.0f} s, {ledger.lost} not", file=sys.stderr)
    return 1 if ledger.lost else 0


sys.exit(main())
