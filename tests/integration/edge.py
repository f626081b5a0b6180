#!/usr/bin/env python3
"""edge - stories of ingest's door on a stack that runs: up.sh's environment, its run folder, live or recorded.

Prints `ok edge: ...` or `FAIL edge: ...` for each promise. What is on the topics is asked of `opsmesh tail`.
"""
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

SUITE = "../shared/data/JSONTestSuite/test_parsing"
PARTITIONS = 4
CHUNK = 512 * 1024      # as in edge.h
ANSWER_S = 1.0          # within which a sender hears of a broker that is away,
ANSWER_SLACK_S = 1.0    # on a machine that does other things as well
MEMORY_MAX = 400 << 20  # of the process, while 150 MB of requests wait for a broker that is away
UNTIL_S = 30

run, mode = sys.argv[1:3]
url = urllib.parse.urlsplit(os.environ["INGEST_URL"])
key = os.environ["API_KEYS"].split(":")[1]
poor = "a-key-of-few-scopes"  # edge.sh gives it to the live stack
secret = os.environ["STRIPE_WEBHOOK_SECRETS"].split(",")[0]
failures = 0


def check(good, name, detail=""):
    global failures
    print(f"{'ok' if good else 'FAIL'} edge: {name}", flush=True)
    if not good:
        failures += 1
        print("#", str(detail)[:2000], flush=True)
    return good


def until(question, seconds=UNTIL_S):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.1)
    return None


class Answer:
    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.raw, self.seconds = status, headers, body, seconds
        try:
            self.body = json.loads(body)
        except ValueError:
            self.body = {}

    def __repr__(self):
        return f"{self.status} {self.raw[:300]!r} after {self.seconds:.2f} s"

    def names(self, field, word=""):
        return self.body.get("field") == field and word in self.body.get("reason", "") != ""


def ask(method, path, body=b"", headers=None, timeout=20):
    began = time.monotonic()
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read(), time.monotonic() - began)
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, {}, str(error).encode(), time.monotonic() - began)
    finally:
        connection.close()


def accepted(question):
    """As a sender does: 503 means to come again. Only a broker that is away for long is an answer."""
    return until(lambda: (lambda answer: answer if answer.status not in (503, 0) else None)(question()), 10) or question()


def post(path, body, media="application/json", **headers):
    return accepted(lambda: post_once(path, body, media, **headers))


def post_once(path, body, media="application/json", **headers):
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    given = {"Authorization": f"Bearer {key}", "Content-Type": media}
    given.update({name.replace("_", "-"): value for name, value in headers.items()})
    return ask("POST", path, body, given)


def mail(mailbox, raw, **headers):
    return post(f"/v1/email/{mailbox}", raw, "message/rfc822", **headers)


def stripe(body, at=None, signed_with=secret, **headers):
    body = json.dumps(body).encode() if not isinstance(body, bytes) else body
    at = int(time.time() if at is None else at)
    code = hmac.new(signed_with.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    given = {"Content-Type": "application/json", "Stripe-Signature": f"t={at},v1={code}"}
    given.update({name.replace("_", "-"): value for name, value in headers.items()})
    return accepted(lambda: ask("POST", "/v1/webhooks/stripe", body, given))


def raw_talk(data):
    """What the server says to these bytes, with the sending side closed behind them."""
    with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        heard = b""
        while True:
            more = connection.recv(65536)
            if not more:
                return heard
            heard += more


def tail(*topics):
    program = os.path.join(os.environ["OPSMESH_BIN"], "opsmesh")
    heard = subprocess.run([program, "tail", *topics, "--until-end"], capture_output=True, text=True, timeout=60)
    return [json.loads(line) for line in heard.stdout.splitlines()]


def journal(request):
    return [record for record in tail("ops.intake.v1") if record["data"]["requestId"] == request]


def facts(topic, request):
    """The facts that a request led to, by their names."""
    found = [record for record in tail(topic)
             if request in (record["data"].get("requestId"), record["data"].get("actionId"))]
    return [record["type"].split(".")[-2] for record in found]


def metric(name):
    lines = ask("GET", "/metrics").raw.decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


def script(*words):
    subprocess.run([f"deploy/local/{words[0]}", *words[1:]], check=True, capture_output=True, timeout=120)


def pid():
    with open(os.path.join(run, "ingest.pid"), encoding="ascii") as file:
        return int(file.read())


def memory():
    with open(f"/proc/{pid()}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmRSS"))


def event(number, **changed):
    said = {"id": f"evt_{number}", "object": "event", "type": "invoice.paid", "created": int(time.time()),
            "data": {"object": {"id": f"in_{number}", "object": "invoice", "total": 1200, "currency": "jpy"}}}
    said.update(changed)
    return said


# Live.

def story_accepted():
    """Each kind of request, from the door to its topic."""
    ticket = post("/v1/tickets", {"body": "二重に請求されました", "contact": {"email": "ann@corp.example"}})
    if not check(ticket.status == 202 and ticket.body["id"] == ticket.body["ticket_id"],
                 "a ticket is accepted with its id", ticket):
        return
    name = ticket.body["ticket_id"]
    until(lambda: facts("ops.tickets.v1", name))  # an action on a ticket that is not open yet is refused
    letter = mail("support", b"From: bob@corp.example\r\nMessage-ID: <1@corp.example>\r\nSubject: x\r\n\r\nhello\r\n")
    used = {"kind": "meter", "source": "api", "id": "u-1", "customer": "cus_1", "at": "2026-01-01T00:00:00Z",
            "meter": "calls", "quantity": 3}
    asked = [
        ("ops.usage.v1", post("/v1/usage", used), ["reported"]),
        ("ops.tickets.v1", ticket, ["opened", "message_added"]),
        ("ops.tickets.v1", post(f"/v1/tickets/{name}/messages", {"body": "any news?"}), ["message_added"]),
        ("ops.tickets.v1", post(f"/v1/tickets/{name}/status", {"status": "solved"}), ["status_changed"]),
        ("ops.tickets.v1", post("/v1/csat", {"ticket_id": name, "score": 5}), ["csat_answered"]),
        ("ops.tickets.v1", letter, ["opened", "message_added"]),
        ("ops.tickets.v1", post("/v1/tickets/nobody/messages", {"body": "lost"}), ["request_refused"]),
        ("ops.accounts.v1", post("/v1/accounts", {"id": "corp", "tier": "gold", "domains": ["corp.example"]}),
         ["declared"]),
        ("ops.actions.v1", post("/v1/actions", {"action": "assign", "on": {"type": "ticket", "id": name},
                                                "assignee": "mika", "reason": "knows Japanese"}), ["requested"]),
        ("ops.provider-events.v1", stripe(event(1)), ["received"]),
        ("ops.provider-events.v1", stripe(event(2, type="thing.of_tomorrow")), ["received"]),
        ("ops.provider-events.v1", stripe(b"signed, but no JSON"), ["request_refused"]),
        ("ops.provider-events.v1", post("/v1/stripe/objects?provenance=upload",
                                        {"id": "ch_1", "object": "charge", "amount": 1}), ["received"]),
    ]
    for topic, answer, expected in asked:
        heard = until(lambda t=topic, a=answer, e=expected: facts(t, a.body.get("id"))[:len(e)] == e)
        check(answer.status == 202 and len(journal(answer.body["id"])) == 1 and heard,
              f"what was accepted is on the journal and becomes {' and '.join(expected)} on {topic}",
              (answer, facts(topic, answer.body.get("id"))))
    resolved = until(lambda: "customer_resolved" in [r["type"].split(".")[-2] for r in tail("ops.tickets.v1")
                                                     if r["key"] == name])
    check(resolved, "a contact whose company is declared later is resolved")
    check(until(lambda: any(r["data"].get("actionApplied") for r in tail("ops.tickets.v1") if r["key"] == name)),
          "an action is answered by the ticket's owner")


def story_repeated():
    body = {"body": "once"}
    first = post("/v1/tickets", body, Idempotency_Key="k1")
    again = post("/v1/tickets", body, Idempotency_Key="k1")
    other = post("/v1/tickets", {"body": "twice"}, Idempotency_Key="k1")
    check(first.status == 202 and first.raw == again.raw == other.raw,
          "a repetition, also with other bytes, gets the same answer", (first, again, other))
    heard = until(lambda: facts("ops.tickets.v1", first.body["id"])[2:])
    check(heard == ["id_conflict"], "it has no second effect, and other bytes are an IdConflict",
          facts("ops.tickets.v1", first.body["id"]))
    letters = [mail("support", b"Message-ID: <7@x.example>\r\n\r\nsame") for _ in range(2)]
    check(letters[0].status == 202 and letters[0].raw == letters[1].raw, "a mail delivered twice is one", letters)


def story_refused():
    before = len(tail("ops.intake.v1"))
    stale = stripe(event(3), at=time.time() - 3600)
    forged = stripe(event(3), signed_with="whsec_wrong")
    check(stale.status == 401 and stale.names("stripe-signature"), "an hour-old signature is 401", stale)
    check(forged.status == 401 and forged.names("stripe-signature"), "a wrong signature is 401", forged)
    for what, change, field in [
            ("an amount that does not fit", {"amount": 2 ** 63}, "amount"),
            ("an amount that is no integer", {"amount": 1.5}, "amount"),
            ("an unknown currency", {"amount": 1, "currency": "zzz"}, "currency")]:
        answer = post("/v1/stripe/objects", {"id": "ch_2", "object": "charge", **change})
        check(answer.status == 422 and answer.names(field), f"{what} is 422 and names its field", answer)
    far = post("/v1/tickets", {"body": "a", "occurred_at": "2999-01-01T00:00:00Z"})
    check(far.status == 422 and far.names("occurred_at"), "a time in the far future is 422", far)
    large = ask("POST", "/v1/tickets", b"{" + b" " * (1 << 20) + b"}",
                {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    check(large.status in (413, 0), "a body beyond 1 MiB is 413", large)
    head = f"POST /v1/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    cut = raw_talk(head.encode() + b"Content-Length: 14\r\n\r\n{\"body\":\"a\"")
    check(b" 202 " not in cut.split(b"\r\n")[0], "a truncated body is not accepted", cut)
    smuggled = raw_talk(head.encode() + b"Content-Length: 12\r\nContent-Length: 13\r\n\r\n{\"body\":\"a\"}")
    check(smuggled.startswith(b"HTTP/1.1 400"), "malformed framing is 400", smuggled)
    story_suite()
    check(len(tail("ops.intake.v1")) == before, "nothing that was refused is on the journal")


def story_suite():
    """JSONTestSuite as bodies: none is a ticket; what is no JSON is 400, what is no ticket 422."""
    if not os.path.isdir(SUITE):
        print(f"skip edge: {SUITE} is absent", flush=True)
        return
    wrong = []
    for name in sorted(os.listdir(SUITE)):
        with open(os.path.join(SUITE, name), "rb") as file:
            answer = post("/v1/tickets", file.read())
        allowed = {"n": (400,), "y": (400, 422), "i": (400, 422)}[name[0]]
        if answer.status not in allowed or "field" not in answer.body or not answer.body.get("reason"):
            wrong.append((name, answer))
    check(not wrong, "every file of JSONTestSuite is refused with field and reason", wrong[:5])


def story_large():
    text = b"".join(b"line %d of a long mail\r\n" % number for number in range(800000))
    raw = (b"From: big@corp.example\r\nMessage-ID: <big@corp.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n"
           b"\r\n--b\r\n\r\nsee the log\r\n--b\r\nContent-Type: text/plain\r\n"
           b"Content-Disposition: attachment; filename=log.txt\r\n\r\n" + text[:20 << 20] + b"\r\n--b--\r\n")
    answer = mail("support", raw)
    if not check(answer.status == 202, "a mail of 20 MiB is accepted", answer):
        return
    parts = journal(answer.body["id"])
    check(len(parts) == (len(raw) + CHUNK - 1) // CHUNK and len({part["partition"] for part in parts}) == 1,
          "all its parts are on one partition before the answer", len(parts))
    heard = until(lambda: facts("ops.tickets.v1", answer.body["id"])[1:] and facts("ops.tickets.v1", answer.body["id"]))
    check(heard and heard.count("opened") == heard.count("message_added") == 1, "it becomes one ticket with one message", heard)
    huge = ask("POST", "/v1/email/support", b"a" * ((25 << 20) + 1),
               {"Authorization": f"Bearer {key}", "Content-Type": "message/rfc822"})
    check(huge.status in (413, 0), "a mail beyond 25 MiB is 413", huge)


def story_without_database():
    script("postgres.sh", "kill", run)
    answer = post("/v1/tickets", {"body": "while the database is away"})
    check(answer.status == 202 and ask("GET", "/readyz").status == 200,
          "without a database the edge goes on, and is ready", answer)
    script("postgres.sh", "start", run)
    check(until(lambda: facts("ops.tickets.v1", answer.body.get("id")) == ["opened", "message_added"]),
          "what it took becomes facts when the database is back")


def story_without_broker():
    kept = post("/v1/tickets", {"body": "before the broker died"})
    script("kafka.sh", "kill", run)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda n: post_once("/v1/tickets", {"body": "x" * 250000, "subject": str(n)}), range(600)))
    slow = max(answer.seconds for answer in answers)
    check({answer.status for answer in answers} == {503} and all("Retry-After" in a.headers for a in answers),
          "without a broker every request is 503 with Retry-After", {a.status for a in answers})
    check(slow < ANSWER_S + ANSWER_SLACK_S, "each within a second", slow)
    check(memory() < MEMORY_MAX, "and memory stays bounded", memory())
    check(until(lambda: ask("GET", "/readyz").status == 503, 5), "it says that it is not ready")
    check(metric('opsmesh_http_requests_total{route="/v1/tickets",status="503"}') >= 600, "and counts them")
    script("kafka.sh", "start", run)
    check(until(lambda: ask("GET", "/readyz").status == 200), "with the broker it is ready again")
    again = post("/v1/tickets", {"body": "after"})
    check(again.status == 202, "and accepts again", again)
    check(until(lambda: facts("ops.tickets.v1", again.body.get("id")) == ["opened", "message_added"]),
          "the stages go on")
    check(len(journal(kept.body["id"])) == 1, "what was accepted before is there")


def story_stopped():
    """SIGTERM under load: whatever got 202 is on the journal."""
    process = pid()
    accepted = []

    def send(number):
        answer = post_once("/v1/tickets", {"body": str(number)})
        if answer.status == 202:
            accepted.append(answer.body["id"])
        return answer.status

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        sent = [pool.submit(send, number) for number in range(1500)]
        until(lambda: len(accepted) > 300)
        began = time.monotonic()
        os.kill(process, signal.SIGTERM)
        gone = until(lambda: not os.path.exists(f"/proc/{process}"), 10)
        took = time.monotonic() - began
        statuses = {answer.result() for answer in sent}
    check(gone and took < 5.5, "SIGTERM under load ends the daemon within 5 s", took)
    on_journal = {record["data"]["requestId"] for record in tail("ops.intake.v1")}
    check(len(accepted) > 300 and set(accepted) <= on_journal, "whatever was accepted is on the journal",
          (len(accepted), len(set(accepted) - on_journal)))
    check(statuses <= {202, 503, 0}, "who came too late is told 503, or finds nobody", statuses)


def story_scope():
    """Who may not release a dispute does not, and nobody behind the door hears of it."""
    approval = {"action": "approve", "on": {"type": "case", "id": "case/acme/dp_1"}, "decision": "submit", "digest": "D1"}
    before = len(tail("ops.intake.v1", "ops.actions.v1", "ops.disputes.v1"))
    refused = post("/v1/actions", approval, Authorization=f"Bearer {poor}")
    check(refused.status == 403 and refused.names("authorization", "lacks the scope actions:approve"),
          "an approval by a key without the scope is 403, with the field and the reason", refused)
    behalf = {"action": "assign", "on": {"type": "case", "id": "case/acme/dp_1"}, "assignee": "ken", "by": "mika"}
    refused = post("/v1/actions", behalf, Authorization=f"Bearer {poor}")
    check(refused.status == 403 and refused.names("authorization", "lacks the scope on_behalf"),
          "acting for another without the scope is 403", refused)
    account = post("/v1/accounts", {"id": "acme/eu"})
    check(account.status == 422 and account.names("id", "slash"), "an account's id with a slash is 422, and named", account)
    check(len(tail("ops.intake.v1", "ops.actions.v1", "ops.disputes.v1")) == before, "none of it is on the journal, or any topic")
    allowed = post("/v1/actions", approval)
    asked = allowed.status == 202 and until(lambda: [
        record["data"]["requested"] for record in tail("ops.actions.v1") if record["data"].get("actionId") == allowed.body["id"]])
    check(asked and "actions:*" in asked[0].get("scopes", []), "what a key may do goes with what it asks for", (allowed, asked))


# Recorded.

def story_recorded():
    first = "2026-05-01T09:00:00Z"
    none = post("/v1/tickets", {"body": "a"})
    check(none.status == 400 and none.names("opsmesh-received-at"), "the first request must bring its time", none)
    one = post("/v1/tickets", {"body": "a"}, Opsmesh_Received_At=first)
    same = post("/v1/tickets", {"body": "a"}, Opsmesh_Received_At=first)
    other = post("/v1/tickets", {"body": "b"}, Opsmesh_Received_At=first)
    check(one.status == 202 and one.raw == same.raw != other.raw,
          "an id is computed from the recorded time and the request", (one, same, other))
    record = journal(one.body["id"])[0]
    check(record["time"] == first and record["data"]["received"]["recorded"], "the journal has the recorded time", record)
    at = time.mktime(time.strptime("2026-05-01T09:00:00", "%Y-%m-%dT%H:%M:%S")) - time.timezone
    good = stripe(event(1, created=int(at)), at=at - 10, Opsmesh_Received_At=first)
    stale = stripe(event(2), Opsmesh_Received_At=first)
    check(good.status == 202 and stale.status == 401, "a signature's age is judged by the recorded time", (good, stale))
    clock = post("/v1/clock", {"now": "2026-05-02T09:00:00Z"})
    set_on = sorted(r["partition"] for r in tail("ops.intake.v1") if r["data"].get("clockSet"))
    check(clock.status == 202 and set_on == list(range(PARTITIONS)), "the clock reaches every partition", (clock, set_on))
    check(until(lambda: facts("ops.tickets.v1", one.body["id"]) == ["opened", "message_added"]),
          "what was recorded becomes facts once the clock has passed it")


stories = {
    "live": [story_accepted, story_repeated, story_refused, story_scope, story_large, story_without_database,
             story_without_broker, story_stopped],
    "recorded": [story_recorded],
}
for story in stories[mode]:
    story()
sys.exit(1 if failures else 0)
