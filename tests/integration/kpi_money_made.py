"""kpi_money_made - what billing-sync, chargeback and ingest can say of customers, by chance."""
from kpi_truth_facts import DAY, HOUR, instant, moment

BEGIN = instant("2026-03-01T00:00:00Z")  # New York changes its clocks on the 8th, London on the 29th
UNTIL = BEGIN + 60 * DAY
MINUTE = 60 * 10**6
STORIES = 16
MOVES = {"moved": ("NEEDS_RESPONSE", "UNDER_REVIEW"), "won": ("WON",), "lost": ("LOST",), "lateWon": ("LATE_WON",),
         "prevented": ("PREVENTED",), "partiallyRecovered": ("PARTIALLY_RECOVERED",), "withdrawn": ("WITHDRAWN",),
         "closedUnanswered": ("CLOSED_UNANSWERED",)}
RARE = {"escalated": ("NEEDS_RESPONSE",), "placed": ("PLACED",)}
TOPICS = {"declared": "ops.accounts.v1", **dict.fromkeys(
    ["opened", "deadlineMissed", "submissionObserved", "warningTriaged", "warningResolved", "ratioProjected", *MOVES, *RARE],
    "ops.disputes.v1")}
CURRENCIES = ("USD", "JPY", "KWD")


def stamp(us):
    return moment(us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Made:
    """One customer; facts are (topic, event) in the order in which they are said."""

    def __init__(self, chance, name):
        self.chance, self.name = chance, name
        self.account = chance.choice(["", f"account-{name}", "shared"])
        self.now = BEGIN + chance.randrange(0, 10 * DAY, MINUTE)
        self.facts, self.number, self.declarations = [], 0, 0
        stories = [self.payment, self.payment, self.refund, self.credit, self.invoice, self.discrepancy, self.discrepancy, self.recurring,
                   self.seats, self.access, self.usage, self.usage, self.declared, self.case, self.case, self.programme]
        waiting = [list(chance.choice(stories)()) for _ in range(chance.randrange(1, STORIES))]
        while any(waiting):
            story = chance.choice([story for story in waiting if story])
            self.now += self.one(0, MINUTE, self.chance.randrange(0, 3 * HOUR, 10**6), self.chance.randrange(0, 2 * DAY, 10**6))
            self.say(*story.pop(0))

    def one(self, *choices):
        return self.chance.choice(choices)

    def id(self, prefix):
        self.number += 1
        return f"{prefix}_{self.name}_{self.number}"

    def money(self):
        return {"minor": str(self.chance.randrange(100000)), "currency": self.one(*CURRENCIES)}

    def say(self, name, body, case=""):
        topic = TOPICS.get(name, "ops.billing.v1")
        if topic == "ops.accounts.v1":
            self.declarations += 1
            event = {"accountId": f"account-{self.name}", "occurredAt": stamp(self.now), name: dict(body, version=str(self.declarations))}
            self.facts.append((topic, event))
            return
        if topic == "ops.disputes.v1":
            event = {"accountId": self.account or f"cus_{self.name}", "occurredAt": stamp(self.now), "caseId": case, name: body}
            self.facts.append((topic, event))
            return
        # What the account is becomes known at some time, and stays.
        account = self.account if len(self.facts) > self.chance.randrange(6) else ""
        event = {"customerId": f"cus_{self.name}", "occurredAt": stamp(self.now), **({"accountId": account} if account else {}), name: body}
        self.facts.append((topic, event))

    # Money that is taken and given back.

    def attempt(self, charge, intent, invoice, amount):
        body = {"paymentId": charge, "amount": amount, **({"paymentIntentId": intent} if intent else {}),
                **({"invoiceId": invoice} if invoice else {})}
        if self.chance.random() < .5:
            body["createdAt"] = stamp(BEGIN + self.chance.randrange(0, 30 * DAY, MINUTE))
        if self.chance.random() < .7:
            body["card"] = {"network": self.one("visa", "mastercard"), "country": self.one("US", "JP", "")}
        failed = self.chance.random() < .5
        for status in self.chance.sample(["pending", "processing"], self.chance.randrange(3)):
            yield "paymentChanged", dict(body, toStatus=status)
        if failed:
            body["failureCode"] = self.one("card_declined", "")
            body["declineCode"] = self.one("insufficient_funds", "do_not_honor", "")
            if self.chance.random() < .7:
                body["decline"] = {"code": self.one("insufficient_funds", "expired_card", ""), "unsent": self.chance.random() < .3}
            yield "paymentChanged", dict(body, toStatus=self.one("failed", "failed", "requires_payment_method"))
        else:
            yield "paymentChanged", dict(body, toStatus="succeeded")
        if self.chance.random() < .2:  # told once more, or after all
            yield "paymentChanged", {**body, "toStatus": self.one("succeeded", "failed"), "amount": amount}

    def payment(self):
        intent, invoice, amount = self.one("", self.id("pi")), self.one("", self.id("in")), self.money()
        for _ in range(self.chance.randrange(1, 5)):
            charge = intent if intent and self.chance.random() < .15 else self.id("ch")
            yield from self.attempt(charge, intent, invoice, amount)

    def refund(self):
        body = {"refundId": self.id("re"), "amount": self.money(), "reason": self.one("", "duplicate", "requested_by_customer")}
        for status in self.chance.sample(["pending", "succeeded", "failed", "canceled"], self.chance.randrange(1, 4)):
            yield "refundChanged", dict(body, toStatus=status)

    def credit(self):
        body = {"creditNoteId": self.id("cn"), "total": self.money(), "reason": self.one("", "order_change")}
        for status in ("issued", "void")[:self.one(1, 1, 2)]:
            yield "creditNoteChanged", dict(body, toStatus=status)

    # Papers.

    def invoice(self):
        body = {"invoiceId": self.id("in"), "total": self.money()}
        words = [self.one("draft", "open"), *(self.one("open", "paid", "void", "uncollectible") for _ in range(self.chance.randrange(4)))]
        for status in words:
            yield "invoiceChanged", dict(body, toStatus=status)
            if self.chance.random() < .2:
                yield self.one("dunningExhausted", "dunningRecovered"), {"invoiceId": body["invoiceId"]}

    # What does not add up.

    def shown(self, currency):
        if self.chance.random() < .2:
            return {"expectedCount": "3", "foundCount": "5"}
        expected = self.chance.randrange(5000)
        return {"expected": {"minor": str(expected), "currency": currency},
                "found": {"minor": str(self.one(expected, self.chance.randrange(5000))), "currency": currency}}

    def discrepancy(self):
        name, currency = self.id("discrepancy/cus/d"), self.one(*CURRENCIES)
        cause = self.one("charged_twice", "never_came", "stale", "lines_subtotal")
        body, objects = {"discrepancyId": name, "cause": cause}, []
        for _ in range(self.chance.randrange(1, 4)):
            objects.append(self.id("ob"))
            yield "discrepancyOpened", {**body, **self.shown(currency), "objectIds": list(objects), "queue": self.one("billing", "ledger")}
            for _ in range(self.chance.randrange(4)):
                about = self.one(self.id("ob"), *objects)
                objects = [one for one in objects if one != about] + [about]
                yield self.one("discrepancyGrown", "discrepancyShrunk"), {**body, **self.shown(currency), "objectId": about}
            ends = self.one("discrepancyHealed", "discrepancyExplained", "")
            if not ends:
                return
            yield ends, dict(body)
            if ends == "discrepancyHealed":
                objects = []

    # What comes in by the month, and what is used.

    def recurring(self):
        for _ in range(self.chance.randrange(1, 6)):
            day = moment(self.now + self.chance.randrange(0, 20 * DAY, DAY)).strftime("%Y-%m-%d")
            amount = {} if self.chance.random() < .1 else {"amount": self.money()}
            yield "recurringMoved", {"move": "RECURRING_MOVE_" + self.one("NEW", "REACTIVATION", "EXPANSION", "CONTRACTION", "CHURN", "FX"),
                                     "day": day, **amount}

    def seats(self):
        for _ in range(self.chance.randrange(1, 8)):
            yield "seatMoved", {"source": "api", "eventId": self.id("ev"), "itemId": "si", "assigned": self.chance.random() < .6}

    def access(self):
        body = {"subscriptionId": self.id("sub"), "itemId": "si", "productId": self.one("team", "solo")}
        for _ in range(self.chance.randrange(1, 6)):
            until = {"until": stamp(self.now + self.chance.randrange(DAY, 90 * DAY, HOUR))} if self.chance.random() < .8 else {}
            yield "accessChanged", {**body, **until, "move": "ACCESS_MOVE_" + self.one("GRANTED", "CHANGED", "CHANGED", "WITHDRAWN"),
                                    "quantity": str(self.chance.randrange(9)), "reason": self.one("active", "trial", "cancelling", "grace")}

    def usage(self):
        about = {"source": self.one("api", "batch"), "meter": self.one("calls", "storage")}
        report = self.id("u")
        first = self.one("usageTaken", "usageTaken", "usageLate")
        facts = [(first, {**about, "eventId": report, "quantity": str(self.chance.randrange(1000))})]
        for _ in range(self.chance.randrange(3)):
            facts.append((self.one("usageCorrected", "usageLate"),
                          {**about, "eventId": self.id("u"), "refers": report, "quantity": str(-self.chance.randrange(1, 50))}))
        if self.chance.random() < .2:
            facts.append(("usageCancelled", {**about, "eventId": self.id("u"), "refers": report}))
        return facts

    # What banks dispute.

    def case(self):
        case, stage, state = self.id("case/c/dp"), self.one("WARNING", "INQUIRY", "CHARGEBACK", "CHARGEBACK"), "NEEDS_RESPONSE"
        opened = {"stage": "CASE_STAGE_" + stage, "state": "CASE_STATE_" + state, "reason": self.one("fraudulent", "duplicate"),
                  "network": self.one("visa", "amex", "")}
        if stage != "WARNING" or self.chance.random() < .3:
            opened["amount"] = self.money()
        if self.chance.random() < .7:
            opened["createdAt"] = stamp(BEGIN + self.chance.randrange(0, 30 * DAY, MINUTE))
        yield "opened", opened, case
        for _ in range(self.chance.randrange(6)):
            kind = self.chance.random()
            if kind < .25:
                yield self.one("deadlineMissed", "submissionObserved"), {"stage": "CASE_STAGE_" + stage}, case
            elif stage == "WARNING" and kind < .7:
                yield self.one(("warningTriaged", {"triage": "watch", "amount": self.money()}, case),
                               ("warningResolved", {"how": self.one("refunded", "disputed", "expired")}, case))
            elif stage != "WARNING" or kind < .9:
                rare = [name for name in RARE if self.chance.random() < .3 and (stage, name) != ("WARNING", "escalated")]
                moves = MOVES | {name: RARE[name] for name in rare}
                name = self.chance.choice(sorted(moves))
                was, state, before = state, self.one(*moves[name]), stage
                stage = "CHARGEBACK" if name == "escalated" else stage
                yield name, {"fromStage": "CASE_STAGE_" + before, "fromState": "CASE_STATE_" + was, "stage": "CASE_STAGE_" + stage,
                             "state": "CASE_STATE_" + state}, case

    def programme(self):
        for _ in range(self.chance.randrange(1, 4)):
            yield "ratioProjected", {"programme": self.one("visa-vamp", "mastercard-ecm"), "network": self.one("visa", "mastercard"),
                                     "standing": "clear", "ratioPpm": str(self.chance.randrange(20000)),
                                     "asOf": stamp(BEGIN + self.chance.randrange(0, 30 * DAY, MINUTE))}

    def declared(self):
        for _ in range(self.chance.randrange(1, 4)):
            yield "declared", {"tier": self.one("TIER_PRO", "TIER_FREE", "TIER_UNSPECIFIED"), "tierVerbatim": "Gold",
                               "region": self.one("", "JP", "US")}


def made(chance, count):
    return [Made(chance, f"c{place}") for place in range(count)]
