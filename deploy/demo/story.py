#!/usr/bin/env python3
"""story - tells the recorded day to somebody who has never seen the mesh.

  story.py DAY        DAY is the folder that play.sh leaves; page.py tells the same on a page
"""
import email
import email.policy
import os
import sys
from collections import Counter

import billing_story as billing
import dispute_story as dispute
import kpi_story
import tables
import triage_story as triage
from layout import natural, table, when

STORIES = [
    ("K3", "A clock that stands still over the holidays, and is met to the second"),
    ("K2", "Paused, solved, reopened, missed: a breach with its alert"),
    ("K6", "An answer that arrived after its time takes the breach back"),
    ("B7", "One of ten who were charged twice, answered too late"),
    ("E2", "A person says what it is about: another queue, and two hours instead of eight"),
]

LINE_MAX = 60


def went_in(day):
    kinds = {"/v1/tickets": "tickets by API", "/v1/email": "mails", "/v1/webhooks/stripe": "Stripe events",
             "/v1/accounts": "accounts", "/v1/actions": "actions", "/v1/csat": "scores", "/v1/usage": "usage reports", "/v1/stripe": "Stripe pages"}

    def kind(path):
        if path.endswith(("/messages", "/status")):
            return "messages" if path.endswith("messages") else "status changes"
        return next((name for start, name in kinds.items() if path.startswith(start)), "of other kinds")

    numbers = Counter(kind(request["path"]) for request in day.requests)
    accepted = sum(answer["status"] == 202 for answer in day.answers[:len(day.requests)])
    print("\nWHAT WENT IN\n")
    print(f"  {len(day.requests)} requests from {when(day.requests[0]['received_at'])} to "
          f"{when(day.requests[-1]['received_at'])} UTC: "
          + ", ".join(f"{number} {name}" for name, number in numbers.most_common()) + ".")
    print(f"  {accepted} were accepted with 202, which means that Kafka has acknowledged them; "
          f"{len(day.requests) - accepted} were refused at the door.")


def came_out(day):
    topics = Counter(event["topic"] for event in day.events)
    docs = {"ops.tickets.v1": "what happened to tickets", "ops.triage.v1": "what they are about",
            "ops.sla.v1": "what their clocks did",
            "ops.billing.v1": "what customers have, owe and paid",
            "ops.disputes.v1": "what banks dispute, and what is done about it",
            "ops.accounts.v1": "who the customers are", "ops.alerts.v1": "what on-call must know",
            "ops.kpi.v1": "figures of windows: provisional, sealed, restated"}
    table("WHAT CAME OUT, for any team to subscribe to", ["topic", "facts", "says"],
          [[topic, topics[topic], doc] for topic, doc in docs.items()])


def words_of(request):
    """What a person wrote, as the request has it: a line of it, of a mail its subject."""
    if "mail" in request:
        raw = open(os.path.join(tables.HERE, "mail", request["mail"]), "rb").read()
        text = email.message_from_bytes(raw, policy=email.policy.default).get("Subject", "") \
            if b"\nSubject:" in raw else "(no mail)"
    else:
        text = request["body"]["body"]
    return text if len(text) <= LINE_MAX else text[:LINE_MAX - 1] + "…"


def request_of(day, event):
    """The first request under the id that the fact names."""
    for request, answer in zip(day.requests, day.answers):
        if answer["status"] == 202 and answer["answer"]["id"] == event["data"].get("requestId"):
            return request


def ticket_line(day, kind, fact, event):
    if kind == "opened":
        return f"opened by {tables.word(fact['channel'], 'CHANNEL_')}"
    if kind == "message_added":
        who = tables.word(fact["role"], "ROLE_")
        note = " a note" if fact["visibility"] == "VISIBILITY_PRIVATE" else ""
        return f"{who} writes{note}: {words_of(request_of(day, event))}"
    if kind == "status_changed":
        moved = f"{tables.word(fact['fromStatus'], 'TICKET_STATUS_')} -> {tables.word(fact['toStatus'], 'TICKET_STATUS_')}"
        return f"status {moved}"
    if kind == "reopened":
        return "reopened"
    if kind == "customer_resolved":
        return f"recognised as {fact['accountId']} ({tables.word(fact['tier'], 'TIER_')}): {fact['reason']}"
    return f"assigned to {fact['assignee']}" if kind == "assigned" else None


def clock_line(kind, fact):
    clock = fact.get("clock")
    if clock is None:
        return None
    name = f"{tables.word(clock['metric'], 'SLA_METRIC_').replace('_', ' ')} {clock['instance']}"
    due = f", due {when(clock['due'])}" if "due" in clock else ""
    used = tables.duration(clock.get("elapsedUs", 0))
    target = tables.duration(clock["targetUs"])
    says = {
        "activated": f"starts: {target} by rule {clock['targetRule']}{due}",
        "retargeted": f"has {target} by rule {clock['targetRule']} and calendar "
                      f"{clock.get('calendar', {}).get('id', 'always')}{due}",
        "paused": f"stands still, {used} used",
        "resumed": f"runs again{due}",
        "warned": f"{fact.get('usedPercent')} % used",
        "breached": f"MISSED: nothing by {when(clock.get('due', '-'))}",
        "fulfilled": f"{'met' if fact.get('met') else 'ended late'} after {used} of {target}",
        "corrected": f"CORRECTED: met after {used} of {target}",
        "cancelled": "is of no interest any more",
    }
    return f"clock {name} {says[kind]}"


def alert_line(kind, fact):
    says = {"raised": lambda: f"ALERT raised, {tables.word(fact['severity'], 'SEVERITY_')}",
            "acknowledged": lambda: f"alert acknowledged by {fact['by']['principal']}",
            "resolved": lambda: f"alert resolved: {fact['reason']}",
            "action_refused": lambda: f"action {fact['action']} refused: {fact['reason']}"}
    return says[kind]() if kind in says else None


def lines_of(day, name):
    """What is told of a ticket: (time, words), in the order in which it became known."""
    lines = []
    moved = {(event["mesh_time"], fact["clock"]["metric"]) for kind, fact, event in day.facts("ops.sla.v1")
             if kind == "retargeted" and event["key"] == day.tickets[name]}
    said = {event["mesh_time"]: event for kind, fact, event in day.facts("ops.triage.v1")
            if kind == "classified" and event["key"] == day.tickets[name]}
    right = triage.should_be().get(name)
    for rank, topic in enumerate(("ops.tickets.v1", "ops.triage.v1", "ops.sla.v1", "ops.alerts.v1")):
        for kind, fact, event in day.facts(topic):
            if event["key"] != day.tickets[name]:
                continue
            if kind == "activated" and (event["mesh_time"], fact["clock"]["metric"]) in moved:
                continue # until its customer was known, in the same instant
            if kind == "classified" and said[event["mesh_time"]] is not event:
                continue # likewise
            text = (ticket_line(day, kind, fact, event) if rank == 0 else triage.line(kind, fact, right) if rank == 1 else
                    clock_line(kind, fact) if rank == 2 else alert_line(kind, fact))
            if text is not None:
                if event["mesh_time"][:16] != event["time"][:16]:
                    text += f"  (known at {when(event['mesh_time'])})"
                lines.append((event["mesh_time"], rank, event["sequence"], event["time"], text))
    return [(time, text) for _, _, _, time, text in sorted(lines)]


def opening_of(day, name):
    return next(request for request in day.requests if request.get("opens") == name)


def story(day, name, title):
    print(f"\n  {title}: ticket {name}\n  {opening_of(day, name)['note']}\n")
    for time, text in lines_of(day, name):
        print(f"    {when(time):15}{text}")


def refusals(day):
    rows = [[request["name"], answer["status"], answer["answer"].get("field", "-"), answer["answer"]["reason"]]
            for request, answer in zip(day.requests, day.answers) if answer["status"] != 202]
    table("REFUSED AT THE DOOR", ["request", "answer", "field", "reason"], rows)
    rows = []
    for topic in sorted({event["topic"] for event in day.events}):
        for kind, fact, event in day.facts(topic):
            if kind in ("request_refused", "action_refused", "id_conflict"):
                rows.append([day.name(event["subject"]), kind, fact.get("field") or "-",
                             fact.get("reason", "a known id with other bytes: the first ones stand")])
    table("ACCEPTED, AND THEN REFUSED BY A FACT", ["about", "fact", "field", "reason"], rows)


def main(folder):
    day = tables.Day(folder)
    went_in(day)
    came_out(day)
    print(f"\nWHAT BECAME OF IT: {len(STORIES)} tickets (times are UTC; Tokyo is nine hours ahead)")
    for name, title in STORIES:
        story(day, name, title)
    triage.tell(day)
    billing.tell(day)
    billing.tell_books(day)
    dispute.tell(day)
    table("THE CLOCKS", ["ticket", "clock", "rule", "state", "target", "due", "ended", "used"],
          [[*row[:5], when(row[5]), when(row[6]), row[7]] for row in sorted(tables.sla(day), key=natural)])
    table("ALERTS", ["about", "what", "severity", "raised", "acknowledged", "resolved"],
          [[*row[:3], *map(when, row[3:])] for row in sorted(tables.alerts(day), key=lambda row: row[3])])
    kpi_story.tell(day)
    refusals(day)


if __name__ == "__main__":
    main(*sys.argv[1:])
