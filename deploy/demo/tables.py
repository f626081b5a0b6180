#!/usr/bin/env python3
"""tables - what came of the recorded day, as tables with the columns of expected/, and whether they agree.

  tables.py DAY            exit 0: every table is as expected; 1: the differences, each line said
  tables.py DAY TABLE      prints one of them

DAY is the folder that play.sh leaves. The tables are made from the public facts alone, as another team would; that
of the ledger is the operator's.
"""
import csv
import json
import os
import sys
from collections import Counter

TRIAGE_COLUMNS = 7 # that are compared
OF_THE_BOOKS = ("books_day_ended", "recurring_reported", "recurring_unreported", "period_closed")
ROLL = ("opening", "billed", "recognised", "cleared", "closing")
RECURRING = ("starting", "added", "reactivation", "expansion", "contraction", "churn", "ending")
REPORTED = (*RECURRING[:-1], "fx", RECURRING[-1])
HERE = os.path.dirname(os.path.abspath(__file__))
KPI_DAY = "2026-05-01"


class Day:
    """The requests with their answers, and the facts in the order of each partition."""

    def __init__(self, folder, recording=os.path.join(HERE, "day.jsonl")):
        def lines(path):
            return [json.loads(text) for text in open(path, encoding="utf-8")]

        self.folder = folder
        self.requests = lines(recording)
        self.answers = lines(os.path.join(folder, "answers.jsonl"))
        self.events = list(once(lines(os.path.join(folder, "events.jsonl"))))
        self.tickets = json.load(open(os.path.join(folder, "names.json"), encoding="utf-8"))
        self.names = {ticket: name for name, ticket in self.tickets.items()}
        for request, answer in zip(self.requests, self.answers):
            if answer["status"] == 202:
                self.names.setdefault(answer["answer"]["id"], request["name"])

    def facts(self, topic):
        """Of a topic: (kind, fact, event), the kind as the contract names it."""
        for event in self.events:
            if event["topic"] == topic:
                kind = event["type"].split(".")[2]
                yield kind, event["data"][camel(kind)], event

    def name(self, subject):
        """A ticket or request by its name in the day, also within an alert's id."""
        return "/".join(self.names.get(part, part) for part in subject.removeprefix("alert/sla/").split("/"))


def once(events):
    """The subscribers' rule: what is not above the highest sequence of its source is a repetition.

    The journal has no sequence: there a request is known by its id, its time and its key, for who is told 503 by a
    slow machine sends once more what was written all the same.
    """
    highest = {}
    journal = set()
    for event in events:
        place = event["topic"], event["partition"], event["source"]
        record = *place, event["id"], event["time"], event["key"]
        if event["sequence"] is None and record not in journal:
            journal.add(record)
            yield event
        elif event["sequence"] is not None and event["sequence"] > highest.get(place, 0):
            highest[place] = event["sequence"]
            yield event


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def word(value, prefix):
    return value.removeprefix(prefix).lower() if value else "-"


def duration(microseconds):
    seconds = int(microseconds) // 1_000_000
    parts = [(seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")]
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0"


def told_by(said):
    """Public by customers, public by agents, private; and by programs, where there are any."""
    return "+".join(map(str, said if said[3] else said[:3]))


def answers(day):
    for request, answer in zip(day.requests, day.answers):
        refused = [] if answer["status"] == 202 else [answer["answer"].get("field", "-")]
        yield [request["name"], str(answer["status"]), *refused]


def tickets(day):
    rows = {}
    for kind, fact, event in day.facts("ops.tickets.v1"):
        row = rows.setdefault(event["key"], {"said": [0, 0, 0, 0]})
        if kind == "opened":
            problems = sorted(word(problem["code"], "PROBLEM_CODE_") for problem in fact.get("problems", []))
            row |= {"channel": word(fact["channel"], "CHANNEL_"), "status": word(fact["status"], "TICKET_STATUS_"),
                    "priority": word(fact.get("priority"), "PRIORITY_"), "problems": ",".join(problems)}
        elif kind == "message_added":
            private = fact["visibility"] == "VISIBILITY_PRIVATE"
            row["said"][2 if private else {"ROLE_AGENT": 1, "ROLE_BOT": 3}.get(fact["role"], 0)] += 1
        elif kind in ("status_changed", "reopened"):
            row["status"] = word(fact["toStatus"], "TICKET_STATUS_")
        elif kind == "assigned":
            row["assignee"] = fact.get("assignee")
        elif kind == "priority_changed":
            row["priority"] = word(fact["toPriority"], "PRIORITY_")
        elif kind == "tagged":
            row["tags"] = ",".join(fact["tags"])
        elif kind == "customer_resolved":
            row |= {"account": fact["accountId"], "by": word(fact["rule"], "RESOLUTION_RULE_")}
    for key, row in rows.items():
        if "channel" in row:
            yield [day.name(key), row["channel"], row.get("account", "-"), row.get("by", "-"), row["status"],
                   row["priority"], row.get("assignee") or "-", told_by(row["said"]),
                   row.get("tags") or "-", row["problems"] or "-"]


def clock_state(kind, fact):
    state = word(fact["clock"]["state"], "SLA_STATE_")
    if state == "fulfilled":
        return "met" if kind == "corrected" or fact.get("met") else "missed"
    return {"active": "running", "breached": "overdue"}.get(state, state)


def sla(day):
    short = {"warned": lambda fact: str(fact["usedPercent"])}
    rows = {}
    for kind, fact, event in day.facts("ops.sla.v1"):
        clock = fact.get("clock")
        if clock is None:
            continue
        name = f"{word(clock['metric'], 'SLA_METRIC_')}/{clock['instance']}"
        said = rows.get((event["key"], name), [""] * 9)[8]
        state = clock_state(kind, fact)
        over = state in ("met", "missed", "cancelled")
        rows[event["key"], name] = [
            day.name(event["key"]), name, clock["targetRule"], state, duration(clock["targetUs"]),
            clock.get("due", "-"), event["time"] if over else "-",
            duration(clock.get("elapsedUs", 0)) if over or state == "paused" else "-",
            f"{said},{short.get(kind, lambda fact: kind[:3])(fact)}".lstrip(",")]
    return rows.values()


def alert_about(day, subject):
    """[ticket, clock] of a clock's; of a case's [dispute, rule], of a programme's [programme, threshold]; of a KPI's [series, rule]."""
    _, service, home, about = subject.split("/", 3)
    if service == "kpi":
        return [home, about]
    return (about if service == "chargeback" else day.name(subject)).split("/", 1)


def alerts(day):
    rows = {}
    for kind, fact, event in day.facts("ops.alerts.v1"):
        ticket, clock = alert_about(day, event["subject"])
        if kind == "raised":
            rows[event["subject"]] = [ticket, clock, word(fact["severity"], "SEVERITY_"), event["time"], "-", "-"]
        elif kind in ("acknowledged", "resolved"):
            rows[event["subject"]][4 if kind == "acknowledged" else 5] = event["time"]
    return rows.values()


def triage(day):
    rows = {}
    for kind, fact, event in day.facts("ops.triage.v1"):
        if kind not in ("classified", "needs_human", "corrected"):
            continue
        row = rows.setdefault(event["key"], {"language": "-", "category": "-", "intent": "-", "human": "-"})
        row |= {"priority": word(fact["priority"], "PRIORITY_"), "queue": fact["queue"]}
        if kind in ("classified", "corrected"):
            row |= {"category": word(fact["category"], "CATEGORY_"), "human": "-",
                    "intent": fact.get("intent") or fact.get("toIntent") or "-"}
        if kind == "needs_human":
            row["human"] = word(fact["cause"], "NEEDS_HUMAN_CAUSE_")
        row["language"] = fact.get("reading", {}).get("language", row["language"])
    for key, row in rows.items():
        yield [day.name(key), *(row[column] for column in
                                ("language", "category", "intent", "priority", "queue", "human"))]


def tickets_of(day, fact):
    listed = fact.get("tickets") or fact.get("added") or []
    return ",".join(day.name(ticket["ticketId"]) for ticket in listed) or "-"


def patterns(day):
    known = {}
    for kind, fact, event in day.facts("ops.triage.v1"):
        if kind == "duplicate_suspected":
            pair = f"{day.name(fact['ticketId'])},{day.name(fact['otherTicketId'])}"
            yield [kind, fact["intent"], "-", "-", "1", "-", pair, event["time"]]
        if not kind.startswith("pattern_"):
            continue
        evidence = known[fact["patternId"]] = fact.get("evidence") or known[fact["patternId"]]
        yield [kind, fact["intent"], word(evidence["rule"], "PATTERN_RULE_"), evidence.get("token") or "-",
               str(fact.get("customersEver", evidence["customers"])), ",".join(evidence["languages"]),
               tickets_of(day, fact), event["time"]]


def money(value):
    return f"{value.get('minor', '0')}{value['currency']}" if value else "-"


def figure(fact, name):
    return money(fact[name]) if name in fact else fact.get(f"{name}Count", "0")


def moved(fact):
    return f"{fact.get('fromStatus', '')}->{fact['toStatus']}"


def billing_row(kind, fact):
    """What it is about, how it moved, its amounts."""
    if kind == "subscription_started":
        return [fact["subscriptionId"], fact["status"], "-"]
    if kind == "subscription_changed":
        return [fact["subscriptionId"], word(fact["move"], "SUBSCRIPTION_MOVE_"), "-"]
    if kind == "access_changed":
        return [fact["productId"], f"{word(fact['move'], 'ACCESS_MOVE_')}/{fact['reason']}", fact["quantity"]]
    if kind == "recurring_moved":
        return [fact["day"], word(fact["move"], "RECURRING_MOVE_"), money(fact["amount"])]
    if kind == "fetch_requested":
        return [fact["objectId"], word(fact["cause"], "FETCH_CAUSE_"), "-"]
    if kind == "discrepancy_opened":
        return [f"{fact['cause']}/{','.join(fact['objectIds'])}", fact["queue"],
                f"{figure(fact, 'expected')}/{figure(fact, 'found')}"]
    if kind == "discrepancy_healed":
        return [f"{fact['cause']}/{fact['objectId']}", "-", "-"]
    if kind == "discrepancy_escalated":
        return [fact["cause"], fact["level"], "-"]
    if kind.startswith("usage_"):
        return [f"{fact['source']}/{fact['eventId']}", fact.get("meter", "-"), fact.get("quantity", "-")]
    if kind == "dunning_step_due":
        return [fact["invoiceId"], fact["step"], money(fact["unpaid"])]
    if kind.startswith("dunning_"):
        return [fact["invoiceId"], fact.get("lastStep") or fact.get("why") or "-", fact.get("attempts", "-")]
    if kind == "refund_approved":
        return [fact["paymentId"], fact["rule"], money(fact["amount"])]
    if kind == "credit_note_approved":
        return [fact["invoiceId"], fact["rule"], money(fact["amount"])]
    if kind in ("refund_settled", "credit_note_settled"):
        return [fact.get("paymentId") or fact["invoiceId"], "by_amount" if fact.get("byAmount") else "by_action", "-"]
    if kind == "payout_reconciled":
        return [fact["payoutId"], fact["transactions"], money(fact["amount"])]
    if kind in ("discrepancy_explained", "discrepancy_acknowledged", "discrepancy_assigned"):
        return [fact["cause"], "-", "-"]
    if kind.startswith("action_"):
        return [fact["action"], fact.get("field") or "-", "-"]
    if kind.startswith("dispute_funds_"):
        return [fact["disputeId"], fact["transactionId"], money(fact["amount"])]
    if kind == "fraud_warning_changed":
        return [fact["warningId"], fact["paymentId"], "-"]
    if kind == "seat_moved":
        return [fact["itemId"], "assigned" if fact.get("assigned") else "released", "-"]
    for about, amount in (("creditNoteId", "total"), ("invoiceId", "total"), ("refundId", "amount"), ("disputeId", "amount"), ("paymentId", "amount")):
        if about in fact and "toStatus" in fact and not (about == "invoiceId" and "paymentId" in fact):
            return [fact[about], moved(fact), money(fact.get(amount))]
    return ["-", "-", "-"]


def billing(day):
    for kind, fact, event in day.facts("ops.billing.v1"):
        if kind in OF_THE_BOOKS:
            continue
        yield [kind, event["data"].get("customerId", "-"), *map(str, billing_row(kind, fact))]


def days_told(day):
    """What each shard said of each day it told: {(shard, currency): {day: figures}}."""
    told = {}
    for kind, fact, event in day.facts("ops.billing.v1"):
        if kind == "books_day_ended":
            figures = {key: int(fact["deferred"].get(key, 0)) for key in ROLL}
            figures |= {key: int(fact["recurring"].get(key, 0)) for key in RECURRING}
            figures["unexplained"] = int(fact.get("unexplained", 0))
            told.setdefault((event["partition"], fact["currency"]), {})[fact["day"]] = figures
    return told


def books_days(day):
    """Each day by currency of which there is something, summed over the shards: who says nothing of a day stands as before."""
    told = days_told(day)
    dates = sorted({date for shard in told.values() for date in shard})
    for currency in sorted({currency for _, currency in told}):
        stands = {shard: Counter() for shard in told if shard[1] == currency}
        for date in dates:
            for shard, before in stands.items():
                still = Counter(opening=before["closing"], closing=before["closing"], starting=before["ending"],
                                ending=before["ending"], unexplained=before["unexplained"])
                stands[shard] = Counter(told[shard].get(date, still))
            figures = [sum(row[key] for row in stands.values()) for key in (*ROLL, *RECURRING, "unexplained")]
            if any(figures):
                yield [date, currency, *map(str, figures)]


def reported_days(day):
    """Recurring revenue of all currencies in the reporting one, summed over the shards."""
    reported = {}
    for kind, fact, _ in day.facts("ops.billing.v1"):
        if kind == "recurring_reported":
            row = reported.setdefault((fact["day"], fact["recurring"]["currency"]), Counter())
            row.update({key: int(fact["recurring"].get(key, 0)) for key in REPORTED})
    for key, row in sorted(reported.items()):
        yield [*key, *(str(row[column]) for column in REPORTED)]


def books(day):
    """Each day; recurring revenue in the reporting currency, and what that waits for; what was sealed."""
    yield from books_days(day)
    yield from (["reported", *row] for row in reported_days(day))
    for kind, fact, _ in day.facts("ops.billing.v1"):
        if kind == "recurring_unreported":
            yield ["unreported", fact["day"], fact["since"], fact["currency"], fact["reportingCurrency"]]
        elif kind == "period_closed":
            yield ["closed", fact["period"]]


def ledger(day):
    for row in csv.DictReader(open(os.path.join(day.folder, "ledger.csv"), encoding="utf-8")):
        if row["balance_minor"] != "0":
            yield [row["currency"], row["account"], row["balance_minor"]]


def answered(kind, fact):
    """How a stage of a case was answered; None: this fact does not tell that."""
    return {"submission_observed": "ours" if fact.get("ours") else "theirs", "accept_requested": "accepted",
            "deadline_missed": "missed", "warning_resolved": fact.get("how")}.get(kind)


def follow_case(row, kind, fact):
    """What one fact of a case changes in its row."""
    if "stage" in fact and fact["stage"] not in row["stages"]:
        row["stages"].append(fact["stage"])
    if "state" in fact:
        row["state"] = word(fact["state"], "CASE_STATE_")
    if kind == "opened":
        row |= {"amount": money(fact.get("amount")), "reason": fact["reason"], "code": fact.get("networkReasonCode") or "-"}
    elif kind.startswith("deadline_") and "dueBy" in fact and kind != "deadline_withdrawn":
        row["due"] = fact["dueBy"]
    elif kind == "recommendation_made":
        row["advised"] = fact["recommendation"]
    elif kind == "refund_recommended":
        row["advised"] = "refund"
    elif kind in ("funds_withdrawn", "funds_reinstated"):
        row["funds"].append(("-" if kind == "funds_withdrawn" else "+") + money(fact["amount"]))
    if answered(kind, fact):
        row["answers"].append(f"{word(row['stages'][-1], 'CASE_STAGE_')}:{answered(kind, fact)}")


def cases(day):
    """Each dispute, inquiry and fraud warning, by its id."""
    rows = {}
    for kind, fact, event in day.facts("ops.disputes.v1"):
        if event["data"].get("disputeId"):
            row = rows.setdefault(event["data"]["disputeId"], {
                "account": event["data"]["accountId"], "stages": [], "state": "-", "due": "-", "advised": "-",
                "answers": [], "funds": []})
            follow_case(row, kind, fact)
    return rows


def disputes(day):
    for dispute, row in cases(day).items():
        yield [dispute, row["account"], ",".join(word(stage, "CASE_STAGE_") for stage in row["stages"]),
               *(row[column] for column in ("state", "amount", "reason", "code", "due", "advised")),
               ",".join(row["answers"]) or "-", ",".join(row["funds"]) or "-"]


def refused(day):
    for topic in sorted({event["topic"] for event in day.events}):
        for kind, fact, event in day.facts(topic):
            if kind in ("request_refused", "action_refused", "id_conflict"):
                yield [topic, kind, day.name(event["subject"]), word(fact.get("code"), "REFUSAL_CODE_"),
                       fact.get("field") or "-"]


def kpis(day):
    """Of the metrics that `expected` asks for, the day's last figures, of the whole."""
    asked = {row[0] for row in expected("kpis")}
    rows = {}
    for _, fact, event in day.facts("ops.kpi.v1"):
        said = event["data"]
        if said["metric"] not in asked or "dimension" in said or "figures" not in fact:
            continue
        if said["window"]["kind"] == "day" and said["window"]["label"] == KPI_DAY and said.get("version") == "1":
            figures = fact["figures"]
            rows[said["metric"], said.get("currency", "-")] = [
                said["metric"], said.get("currency", "-"), figures.get("hits", "-"), figures.get("n", "0"),
                figures.get("value", "-")]
    return rows.values()


def counts(day):
    kinds = Counter((event["topic"], event["type"].split(".")[2]) for event in day.events
                    if event["topic"] != "ops.kpi.v1")
    return [[*kind, str(number)] for kind, number in kinds.items()]


TABLES = {"answers": answers, "tickets": tickets, "triage": triage, "patterns": patterns, "sla": sla, "alerts": alerts,
          "billing": billing, "disputes": disputes, "books": books, "ledger": ledger, "refused": refused, "kpis": kpis, "counts": counts}


def expected(table, here=HERE):
    """The rows; of `triage` with one more cell, which says what a person would say."""
    text = open(os.path.join(here, "expected", table), encoding="utf-8").read()
    return [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def differences(day, table):
    wanted = Counter(tuple(row[:TRIAGE_COLUMNS] if table == "triage" else row) for row in expected(table))
    found = Counter(map(tuple, TABLES[table](day)))
    return [("expected ", *row) for row in sorted((wanted - found).elements())] + \
        [("came out ", *row) for row in sorted((found - wanted).elements())]


def compare(day):
    wrong = 0
    for table in TABLES:
        for mark, *row in differences(day, table):
            print(f"{table}: {mark}", *row)
            wrong += 1
    return wrong


def main(folder, table=None):
    day = Day(folder)
    if table is None:
        sys.exit(1 if compare(day) else 0)
    for row in TABLES[table](day):
        print(*row)


if __name__ == "__main__":
    main(*sys.argv[1:])
