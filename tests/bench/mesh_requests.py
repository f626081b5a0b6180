"""mesh_requests - what customers, agents and the payment provider send, each at its instant of mesh time, and who posts it.

Tickets come as densely as a million come in a month of thirty days, so that as many of them meet between two ticks of a
timer as would then. A ticket's answers come within the hour behind it. The provider's events come as ten million do.
"""

import datetime
import hashlib
import hmac
import json
import random
import selectors
import socket
import subprocess
import time
import uuid

MONTH_US = 30 * 24 * 3600 * 1000000
TICKET_US = MONTH_US // 1000000
EVENT_US = MONTH_US // 10000000
MINUTE_US = 60 * 1000000
FIRMS = 200
ANSWERS_S = 120  # the longest that one answer may take

ENGLISH = (
    ("Charged twice", "Hello, our card was charged twice for invoice INV-{n} yesterday. Please refund one of the charges."),
    ("Cannot log in", "Since this morning nobody in our team can log in. The page says that the session has expired. Order {n}."),
    ("Cancel the plan", "We would like to cancel our subscription at the end of the month. Our customer number is {n}."),
    ("Invoice is wrong", "Invoice INV-{n} names our old address and lacks the tax number. Can you send a corrected one?"),
)
JAPANESE = (
    ("請求が二重です", "昨日、請求書 INV-{n} の金額がカードに二重に請求されました。片方を返金してください。"),
    ("ログインできません", "今朝からログインできません。画面にはセッションの有効期限が切れたと表示されます。注文番号 {n}"),
    ("解約について", "今月末で契約を解約したいです。お客様番号は {n} です。手続きを教えてください。"),
    ("領収書の宛名", "領収書 {n} の宛名を会社名に変更してください。よろしくお願いいたします。"),
)
REPLIES = {
    "agent": ("Thank you for writing. I have looked at your account and will come back to you.", "確認いたしました。本日中にご連絡します。"),
    "customer": ("Thank you. When will this be done? We need it for our books.", "ありがとうございます。いつ頃になりますか。"),
}


def text_of(instant_us):
    moment = datetime.datetime.fromtimestamp(instant_us // 1000000, datetime.timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{instant_us % 1000000:06d}Z"


def ticket_id(key, once):
    """As ingest computes it of whose key it is, and of the request's own."""
    digest = bytearray(hashlib.sha256(f"api/{key}\0/v1/tickets\n{once}".encode()).digest()[:16])
    digest[6] = 0x80 | digest[6] & 0x0F
    digest[8] = 0x80 | digest[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(digest)))


class Edge:
    """Whom ingest believes, and the bytes of requests to it. Recorded: each brings its instant."""

    def __init__(self, environment, recorded):
        self.recorded = recorded
        self.port = int(environment["INGEST_URL"].rpartition(":")[2])
        self.name, self.key = environment["API_KEYS"].split(":")[:2]
        self.secret = environment["STRIPE_WEBHOOK_SECRETS"].split(",")[0].encode()

    def request(self, path, body, proof, at_us=None):
        received = f"Opsmesh-Received-At: {text_of(at_us)}\r\n" if self.recorded and at_us is not None else ""
        return (f"POST {path} HTTP/1.1\r\nHost: bench.example\r\nContent-Type: application/json\r\n{proof}{received}"
                f"Content-Length: {len(body)}\r\n\r\n").encode() + body

    def ours(self, at_us, path, once, body, key=None):
        proof = f"Authorization: Bearer {self.key}\r\nIdempotency-Key: {once}\r\n"
        return at_us, self.request(path, json.dumps(body, ensure_ascii=False).encode(), proof, at_us), key or once

    def signed(self, at_us, body):
        second = str(at_us // 1000000)
        digest = hmac.new(self.secret, second.encode() + b"." + body, hashlib.sha256).hexdigest()
        return at_us, self.request("/v1/webhooks/stripe", body, f"Stripe-Signature: t={second},v1={digest}\r\n", at_us), digest

    def clock(self, at_us):
        body = json.dumps({"now": text_of(at_us)}).encode()
        return at_us, self.request("/v1/clock", body, f"Authorization: Bearer {self.key}\r\n"), "clock"


def accounts(edge, begin_us):
    """The firms that write. Whom the model company bills is other people."""
    return [edge.ours(begin_us, "/v1/accounts", f"firm-{number}", {
        "id": f"firm{number}", "name": f"Firm {number}", "domains": [f"firm{number}.example"],
        "tier": ("free", "pro", "business", "enterprise")[number % 4], "region": ("US", "GB", "JP")[number % 3]})
            for number in range(FIRMS)]


def life(edge, chance, at_us, once):
    """One ticket: opened, taken, answered, half of them asked and answered again, solved; a fifth is rated."""
    ticket, language = ticket_id(edge.name, once), chance.random() < 0.3
    subject, body = chance.choice(JAPANESE if language else ENGLISH)
    firm, agent, number = chance.randrange(FIRMS), f"agent-{chance.randrange(40)}", chance.randrange(10000, 99999)
    requests = [edge.ours(at_us, "/v1/tickets", once, {
        "subject": subject, "body": body.format(n=number), "priority": chance.choice(("low", "normal", "high", "urgent")),
        "contact": {"email": f"user{chance.randrange(20)}@firm{firm}.example"}})]

    def then(minutes, path, body):
        nonlocal at_us
        at_us += chance.randrange(MINUTE_US, minutes * MINUTE_US)
        requests.append(edge.ours(at_us, path, f"{once}-{len(requests)}", body, once))

    def say(role):
        author = {"role": role, "id": agent} if role == "agent" else {"role": role}
        then(15, f"/v1/tickets/{ticket}/messages", {"body": REPLIES[role][language], "author": author})

    then(10, f"/v1/tickets/{ticket}/status", {"status": "open", "assignee": agent, "team": f"team-{number % 5}"})
    say("agent")
    if chance.random() < 0.5:
        say("customer")
        say("agent")
    then(10, f"/v1/tickets/{ticket}/status", {"status": "solved"})
    if chance.random() < 0.2:
        then(10, "/v1/csat", {"ticket_id": ticket, "score": chance.randrange(1, 6)})
    return requests


def tickets(edge, begin_us, name, count):
    """All that happens to so many tickets, in the order of time."""
    chance = random.Random(name)
    lives = (life(edge, chance, begin_us + number * TICKET_US, f"{name}-{number}") for number in range(count))
    return sorted((request for one in lives for request in one), key=lambda request: request[0])


def provider_events(edge, out, begin_us, seed, customers):
    """The model company's webhooks, as large as the provider's own, in the order of their making."""
    lines = subprocess.run([f"{out}/tests/bench/stripe_feeder", "-", str(seed), str(customers)], check=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    return [edge.signed(begin_us + number * EVENT_US, line) for number, line in enumerate(lines)]


class Connection:
    """One that stays; it waits for each answer."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWERS_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request, self.answer = b"", b""

    def send(self, request):
        self.request, self.answer = request, b""
        self.socket.sendall(request)

    def status(self):
        """Reads on. The answer's status; None: it has not come whole."""
        piece = self.socket.recv(65536)
        if not piece:
            raise RuntimeError("the edge has closed a connection")
        self.answer += piece
        head, found, body = self.answer.partition(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if not found or len(body) < int(length[0].split(b":")[1]):
            return None
        return int(head.split(b" ", 2)[1])


class Poster:
    """Sends requests in their order over so many connections; a ticket's next one when its last one was answered."""

    def __init__(self, edge, requests, connections):
        self.requests, self.at, self.again = requests, 0, 0
        self.free = [Connection(edge.port) for _ in range(connections)]
        self.open = set()  # what is asked of now: ticket or event
        self.selector = selectors.DefaultSelector()
        for it in self.free:
            self.selector.register(it.socket, selectors.EVENT_READ, it)

    def send(self):
        while self.free and self.at < len(self.requests) and self.requests[self.at][2] not in self.open:
            _, request, key = self.requests[self.at]
            it = self.free.pop()
            it.key = key
            self.open.add(key)
            it.send(request)
            self.at += 1

    def take(self, it):
        status = it.status()
        if status is None:
            return
        if status in (429, 503):
            self.again += 1
            it.send(it.request)
        elif status == 202:
            self.open.discard(it.key)
            self.free.append(it)
        else:
            raise RuntimeError(f"{it.answer[:600]} to {it.request[:600]}")

    def run(self):
        self.send()
        while self.open:
            ready = self.selector.select(ANSWERS_S)
            if not ready:
                raise RuntimeError("the edge does not answer")
            for key, _ in ready:
                self.take(key.data)
            self.send()

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.data.socket.close()
        self.selector.close()


def post(edge, requests, connections):
    """All of them. Those that met a busy journal are sent again: how many, and seconds."""
    began = time.monotonic()
    poster = Poster(edge, requests, connections)
    try:
        poster.run()
    finally:
        poster.close()
    return poster.again, time.monotonic() - began
