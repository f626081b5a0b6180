"""kpi_tickets_made - tickets by chance: what a desk can say of them, late mail and clocks included."""
from kpi_truth_facts import DAY, HOUR, instant, moment

BEGIN = instant("2026-03-01T00:00:00Z")  # New York changes its clocks on the 8th, London on the 29th
UNTIL = BEGIN + 40 * DAY
MINUTE = 60 * 10**6
STEPS = 25


def stamp(us):
    return moment(us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Made:
    """One ticket; facts are (topic, event) in the order in which they are said."""

    def __init__(self, chance, ticket_id, wild):
        self.chance, self.id, self.wild = chance, ticket_id, wild
        self.now = self.changed = BEGIN + chance.randrange(0, 20 * DAY, MINUTE)
        self.facts, self.messages = [], []
        self.status = "NEW" if chance.random() > .05 else chance.choice(["SOLVED", "OPEN", "PENDING"])
        self.open()
        for _ in range(chance.randrange(STEPS)):
            self.now += chance.choice([0, MINUTE, chance.randrange(0, 3 * HOUR, 10**6), chance.randrange(0, 2 * DAY, 10**6)])
            self.step()

    def one(self, *choices):
        return self.chance.choice(choices)

    def say(self, topic, name, body, at=None, role=None):
        event = {"ticketId": self.id, "occurredAt": stamp(self.now if at is None else at), name: body}
        if role:
            event["actor"] = {"role": role}
        self.facts.append((topic, event))

    def late(self, often, most):
        return self.now - (self.chance.randrange(0, most, 10**6) if self.chance.random() < often else 0)

    def tags(self):
        return sorted(self.chance.sample(["product:a", "product:b", "vip"], self.chance.randrange(4)))

    def open(self):
        self.say("t", "opened", {"channel": self.one("CHANNEL_EMAIL", "CHANNEL_API", "CHANNEL_SLACK"), "tags": self.tags(),
                                 "status": "TICKET_STATUS_" + self.status},
                 role=self.one(None, None, "ROLE_AGENT", "ROLE_SYSTEM"))
        if self.chance.random() < .95:
            self.write(self.one("AGENT", "BOT") if self.chance.random() < .15 else "CUSTOMER")

    # What is written.

    def write(self, role, visibility="PUBLIC", at=None):
        self.messages.append(f"{self.id}/m{len(self.messages)}")
        self.say("t", "messageAdded", {
            "messageId": self.messages[-1], "role": "ROLE_" + role, "visibility": "VISIBILITY_" + visibility,
            "author": self.one("ann", "bob") if role == "AGENT" else "c"}, at)

    def customer_writes(self):
        at = self.late(.25, 2 * DAY)
        self.write("CUSTOMER", at=at)
        self.judge(at)
        if self.status in ("SOLVED", "PENDING"):
            self.move("OPEN", self.messages[-1])

    def agent_writes(self):
        self.write("AGENT", self.one("PUBLIC", "PUBLIC", "PRIVATE"), self.late(.1, DAY))
        if self.status == "NEW":
            self.move("OPEN")

    def judge(self, at):
        body = {"messageId": self.messages[-1], "confidencePpm": self.chance.randrange(10**6)}
        if self.chance.random() < .7:
            self.say("c", "classified", body | {
                "category": self.one("CATEGORY_BILLING", "CATEGORY_TECHNICAL"), "intent": self.one("refund", "outage", ""),
                "language": self.one("en", "ja", ""), "queue": self.one("q1", "q2", ""),
                "escalations": self.one([], [], ["on-call"])}, at)
        else:
            causes = [f"NEEDS_HUMAN_CAUSE_{name}" for name in ("LOW_CONFIDENCE", "AI_FELL_SHORT", "NO_TEXT")]
            self.say("c", "needsHuman", body | {"cause": self.chance.choice(causes), "queue": "q3", "reading": {"language": "fr"}}, at)

    def correct(self):
        if self.messages:
            self.say("c", "corrected", {"messageId": self.chance.choice(self.messages), "fromIntent": self.one("", "refund"),
                                        "toIntent": self.one("refund", "outage"), "category": "CATEGORY_ACCOUNT", "queue": "q4"})

    # What the desk does.

    def move(self, to, message=""):
        if self.status in (to, "CLOSED"):
            return
        at = self.now - self.one(0, 0, HOUR) if self.wild else max(self.now, self.changed)
        self.changed = max(self.changed, at)
        reopened = self.status == "SOLVED" and to != "CLOSED"
        self.say("t", "reopened" if reopened else "statusChanged", {
            "fromStatus": "TICKET_STATUS_" + self.status, "toStatus": "TICKET_STATUS_" + to,
            **({"messageId": message} if reopened and message else {})}, at)
        self.status = to

    def assign(self):
        self.say("t", "assigned", {"assignee": self.one("ann", "bob", ""), "team": self.one("t1", "t2")},
                 self.now - HOUR if self.wild and self.chance.random() < .3 else None)

    def resolve(self):
        self.say("t", "customerResolved", {"accountId": self.one("", "a1", "a2"), "tierVerbatim": "Gold",
                                           "tier": self.one("TIER_PRO", "TIER_UNSPECIFIED", "TIER_FREE"),
                                           "region": self.one("", "JP", "GB", "US")})

    def rate(self):
        self.say("t", "csatAnswered", {"score": self.chance.randrange(6), "scale": self.one(2, 5, 10), "assignee": "ann",
                                       "team": "t1"})

    # Clocks.

    def clock(self):
        state, name = self.one(("ACTIVE", "activated"), ("ACTIVE", "retargeted"), ("ACTIVE", "corrected"), ("ACTIVE", "warned"),
                               ("PAUSED", "paused"), ("BREACHED", "breached"), ("FULFILLED", "fulfilled"),
                               ("FULFILLED", "corrected"), ("CANCELLED", "cancelled"))
        due = self.now + self.one(-HOUR, 0, HOUR)
        clock = {"metric": "SLA_METRIC_" + self.one("FIRST_REPLY", "NEXT_REPLY", "RESOLUTION"),
                 "instance": self.one(1, 2), "state": "SLA_STATE_" + state, "elapsedUs": "5",
                 "targetUs": str(self.one(0, HOUR, HOUR)), "startedAt": stamp(self.now - HOUR),
                 "retroactive": self.chance.random() < .2}
        if state == "BREACHED" or self.chance.random() < .7:
            clock["due"] = stamp(due)
        self.say("s", name, {"clock": clock}, due if state == "BREACHED" else None)

    def step(self):
        moves = [lambda: self.move(self.one("SOLVED", "SOLVED", "SOLVED", "PENDING", "OPEN", "ON_HOLD", "CLOSED"))]
        others = [self.assign, self.assign, self.resolve, self.rate, self.correct, self.clock, self.clock,
                  lambda: self.say("t", "tagged", {"tags": self.tags()}), lambda: self.write(self.one("BOT", "SYSTEM"))]
        self.chance.choice([self.customer_writes] * 5 + [self.agent_writes] * 5 + moves * 5 + others)()


def made(chance, count, wild):
    return [Made(chance, f"T{place}", wild) for place in range(count)]
