#!/usr/bin/env python3
"""tool - what the operator's tool promises, on a stack in recorded mode whose environment is set.

    tool.py FOLDER

Plays a small week (a Japanese customer by API and by mail, a stranger, a conflict, refusals, a missed
reply), looks at it with every command, then breaks things. Prints `ok tool: ...` or `FAIL tool: ...`.
"""
import json
import os
import subprocess
import sys

import confluent_kafka
import psycopg

import described
from tool_objects import CHARGE, DISPUTE, PLAN

folder = sys.argv[1]
tool = os.path.join(os.environ["OPSMESH_BIN"], "opsmesh")
failures = 0
FIELDS = ["topic", "partition", "offset", "key", "id", "source", "type", "subject", "time", "sequence",
          "mesh_time", "data"]


def check(good, name, detail=""):
    global failures
    print(f"{'ok' if good else 'FAIL'} tool: {name}", flush=True)
    if not good:
        failures += 1
        print("#", detail, flush=True)


def run(*words, **settings):
    return subprocess.run([tool, *words], capture_output=True, text=True, timeout=90,
                          env={**os.environ, **settings})


def said(*words, **settings):
    """Standard output of a command that must answer yes."""
    answer = run(*words, **settings)
    if answer.returncode != 0:
        check(False, " ".join(words), answer)
    return answer.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def request(path, body, at, **more):
    return {"path": path, "body": body, "received_at": at, **more}


def play(requests, until):
    """Sends requests in recorded mode, waits until the mesh has worked them through; the answers."""
    name = os.path.join(folder, "requests.jsonl")
    with open(name, "w", encoding="utf-8") as file:
        for one in requests:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
    answers = lines(said("send", "--recorded", "--until", until, name))
    said("status", "--wait", until, "--timeout", "60s")
    return answers


ACCOUNT = {"id": "acme", "name": "アクメ", "tier": "enterprise", "region": "jp", "time_zone": "Asia/Tokyo",
           "domains": ["acme.example"], "owner": "hanako"}
MAIL = ("From: Sato <sato@acme.example>\r\nTo: help@opsmesh.example\r\nMessage-ID: <m1@acme.example>\r\n"
        "Date: Fri, 1 May 2026 16:40:00 +0900\r\nSubject: login\r\n\r\nI cannot log in.\r\n")
EVENT = {"id": "evt_1", "object": "event", "type": "charge.succeeded", "created": 1777620000,
         "data": {"object": {"id": "ch_1", "object": "charge"}}}


def story_wrong_usage():
    for words, status in ((["topics", "--nonsense"], 2), (["frobnicate"], 2), ([], 2), (["list"], 2),
                          (["list", "cats"], 2), (["list", "renewals", "--owner", ""], 2), (["explain", "dispute", "nosuch"], 1),
                          (["dispute"], 2), (["dispute", "packet", "nosuch"], 1), (["explain", "ticket"], 2),
                          (["explain", "cat", "1"], 2), (["explain", "invoice", "1"], 1),
                          (["explain", "ticket", "nosuch"], 1), (["explain", "request", "nosuch"], 1),
                          (["tail", "nosuch"], 2), (["tail", "ops.sla.v1", "--limit", "0"], 2),
                          (["status", "--wait", "soon"], 2), (["dlq", "show", "nosuch"], 1),
                          (["dlq", "show"], 2), (["rebuild", "nosuch"], 2), (["rebuild"], 2)):
        answer = run(*words)
        check(answer.returncode == status and answer.stderr.startswith(("opsmesh", "usage")),
              f"opsmesh {' '.join(words)} is {'wrong usage' if status == 2 else 'no'}", answer)
    away = {"KAFKA_BROKERS": "127.0.0.1:9", "DATABASE_URL": "postgresql://127.0.0.1:9/x",
            "INGEST_URL": "http://127.0.0.1:9"}
    name = os.path.join(folder, "one.jsonl")
    with open(name, "w", encoding="utf-8") as file:
        file.write('{"path":"/v1/tickets","body":{"body":"x"}}\n')
    for words in (["topics"], ["tail", "ops.sla.v1", "--until-end"], ["send", name], ["status"],
                  ["list", "tickets"], ["explain", "ticket", "x"], ["dlq", "list"]):
        answer = run(*words, **away)
        check(answer.returncode == 3 and "127.0.0.1" in answer.stderr,
              f"opsmesh {words[0]} says what it cannot reach, and exit 3", answer)
    for words in (["topics"], ["status"], ["send", name]):
        answer = run(*words, KAFKA_BROKERS="", DATABASE_URL="", INGEST_URL="")
        check(answer.returncode == 2 and "setting" in answer.stderr,
              f"opsmesh {words[0]} names the setting that it needs", answer)


def story_help():
    described = json.loads(said("--describe"))
    everything = said("--help")
    check([c["name"] for c in described["commands"]] ==
          ["topics", "tail", "send", "status", "list", "alerts", "kpi", "explain",
           "ledger", "dispute", "report", "dlq", "rebuild", "calendar"],
          "--describe lists the commands", described)
    for command in described["commands"]:
        text = said(command["name"], "--help")
        check(command["name"] in everything and all(o["name"] in text for o in command["options"]),
              f"{command['name']} --help names its options", text)


def story_topics():
    text = said("topics")
    check("ops.tickets.v1 " in text and "ops.tickets.v1.dlq" in text and text.count("as it should be") ==
          len(text.splitlines()) - 1, "topics says that all is as it should be", text)
    said("topics", "--create", PARTITIONS="4")
    other = run("topics", "--create", PARTITIONS="5")
    check(other.returncode == 1 and "partitions" in other.stdout and said("topics", PARTITIONS="4"),
          "topics --create leaves what exists as it is, and says what differs", other)


def story_send():
    back = [request("/v1/tickets", {"body": "x"}, "2026-05-01T00:00:00Z"),
            request("/v1/tickets", {"body": "x"}, "2026-04-30T00:00:00Z")]
    name = os.path.join(folder, "back.jsonl")
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join(json.dumps(one) for one in back))
    answer = run("send", "--recorded", name)
    check(answer.returncode != 0 and answer.stdout == "" and "back.jsonl:2: received_at" in answer.stderr,
          "send --recorded refuses a file whose time goes back before the first request leaves", answer)
    with open(name, "w", encoding="utf-8") as file:
        file.write(json.dumps(back[0]))
    answer = run("send", "--recorded", "--until", "2026-05-01T00:00:00Z", name)
    check(answer.returncode == 2 and answer.stdout == "" and "--until" in answer.stderr,
          "--until lies after the last request", answer)
    check(run("send", "--until", "2026-05-02T00:00:00Z", name).returncode == 2, "--until goes with --recorded")


def story_week():
    first = play([
        request("/v1/accounts", ACCOUNT, "2026-05-01T08:00:00+09:00"),
        request("/v1/tickets", {"subject": "請求が二重です", "body": "5月の請求書が二枚あります。", "priority": "high",
                                "contact": {"email": "sato@acme.example"}},
                "2026-05-01T16:30:00+09:00", headers={"Idempotency-Key": "t-1"}),
        request("/v1/tickets", {"subject": "Export?", "body": "Where?", "contact": {"email": "joe@gmail.com"}},
                "2026-05-01T16:31:00+09:00", headers={"Idempotency-Key": "t-2"}),
        request("/v1/email/help", MAIL, "2026-05-01T16:41:00+09:00"),
        request("/v1/tickets/nosuch/messages", {"body": "hello?"}, "2026-05-01T16:42:00+09:00"),
        request("/v1/webhooks/stripe", EVENT, "2026-05-01T16:43:00+09:00"),
        request("/v1/webhooks/stripe", EVENT, "2026-05-01T16:44:00+09:00", headers={"stripe-signature": "t=1,v1=0"}),
        request("/v1/tickets", {"body": "x"}, "2026-05-01T16:44:30+09:00", key=""),
    ], "2026-05-01T16:45:00+09:00")
    check([one["status"] for one in first] == [202, 202, 202, 202, 202, 202, 401, 401, 202],
          "send proves what it sends, and prints an answer a line", first)
    ticket = first[1]["answer"]["ticket_id"]
    second = play([
        request(f"/v1/tickets/{ticket}/status", {"assignee": "hanako", "team": "billing", "status": "open"},
                "2026-05-01T16:50:00+09:00"),
        request(f"/v1/tickets/{ticket}/messages", {"body": "確認します。", "author": {"role": "agent", "id": "hanako"}},
                "2026-05-01T17:10:00+09:00"),
        request(f"/v1/tickets/{ticket}/status", {"status": "pending"}, "2026-05-01T17:15:00+09:00"),
        request("/v1/tickets", {"body": "Other words", "contact": {"email": "joe@gmail.com"}},
                "2026-05-01T17:16:00+09:00", headers={"Idempotency-Key": "t-2"}),
        request(f"/v1/tickets/{ticket}/messages", {"body": "まだ二重です。"}, "2026-05-07T10:00:00+09:00"),
        request("/v1/actions", {"action": "assign", "on": {"type": "ticket", "id": "nosuch"}, "assignee": "jiro",
                                "reason": "Hanako is away"}, "2026-05-07T10:06:00+09:00"),
    ], "2026-05-08T16:45:00+09:00")
    return {"ticket": ticket, "conflict": first[2]["answer"]["id"], "mail": first[3]["answer"]["id"],
            "unknown": first[4]["answer"]["id"], "action": second[5]["answer"]["id"]}


def story_status():
    shards = json.loads(said("status", "--json"))["shards"]
    check(len(shards) == 4 * len(described.stages()) and all(s["lag"] == 0 and s["mesh_time"] == "2026-05-08T07:45:00Z" and
                                    s["published"] == s["sequence"] for s in shards),
          "status knows every shard, its lag and its mesh time", shards)
    check({s["instance"] for s in shards} ==
          {f"{daemon}-{n}" for daemon in described.DAEMONS for n in (1, 2)},
          "status knows who owns what", shards)
    answer = run("status", "--wait", "2026-05-09T00:00:00Z", "--timeout", "1s")
    check(answer.returncode == 1 and "timed out" in answer.stderr,
          "status --wait gives up when the time-out has passed", answer)
    check("DEAD LETTERS" in said("status"), "status is a table for people")
    check(all(s["effects_pending"] == 0 and s["oldest_effect"] is None and s["effect_tries"] == 0 for s in shards),
          "nothing waits for an effect", shards)
    with open(os.path.join(folder, "postgres", "opsmesh_url"), encoding="utf-8") as file:
        url = file.read().strip()
    with psycopg.connect(url) as database:
        database.execute("insert into chargeback.effect_pending (shard, stage, name, id, asked_at) values "
                         "(2, 'case', 'render', 'a', '2026-05-01T10:00:00Z'), (2, 'case', 'render', 'b', '2026-05-01T09:00:00Z')")
    waits = [s for s in json.loads(said("status", "--json"))["shards"] if s["effects_pending"]]
    check([(s["stage"], s["shard"], s["effects_pending"], s["oldest_effect"]) for s in waits] ==
          [("case", 2, 2, "2026-05-01T09:00:00Z")], "status has the effects that wait, and since when", waits)
    table = said("status")
    check("EFFECTS" in table and "2, oldest " in table, "and so has its table", table)
    with psycopg.connect(url) as database:
        database.execute("delete from chargeback.effect_pending where name = 'render' and id in ('a', 'b')")


def story_tail(ids):
    events = lines(said("tail", "ops.tickets.v1", "--until-end"))
    check(events and all(list(one) == FIELDS for one in events), "a line of tail has its fields", events[:1])
    check("[sealed]" in json.dumps(events) and "二重" not in json.dumps(events, ensure_ascii=False),
          "tail seals what people wrote")
    mine = [one for one in events if one["key"] == ids["ticket"]]
    check(lines(said("tail", "ops.tickets.v1", "--until-end", "--key", ids["ticket"])) == mine,
          "tail --key is that key alone")
    kind = "ops.ticket.message_added.v1"
    some = lines(said("tail", "ops.tickets.v1", "--until-end", "--type", kind, "--limit", "2"))
    check(len(some) == 2 and all(one["type"] == kind for one in some), "tail --type --limit", some)
    check(said("tail", "ops.tickets.v1", "--from", "end", "--until-end") == "", "tail --from end finds nothing more")
    check(said("tail", "ops.tickets.v1", "--from", "2100-01-01T00:00:00Z", "--until-end") == "" and
          len(lines(said("tail", "ops.tickets.v1", "--from", "2020-01-01T00:00:00Z", "--until-end"))) == len(events),
          "tail --from TIME begins there")
    both = lines(said("tail", "ops.sla.v1", "ops.alerts.v1", "--until-end"))
    check({one["topic"] for one in both} == {"ops.sla.v1", "ops.alerts.v1"}, "tail reads several topics", both)
    revealed = said("tail", "ops.tickets.v1", "--until-end", "--reveal", "to see")
    check("二重" in revealed, "tail --reveal shows what people wrote")
    actions = lines(said("tail", "ops.intake.v1", "--until-end"))
    check(any(one["data"].get("received", {}).get("route") == "ROUTE_ACTION" for one in actions[-1:] + actions),
          "and that is journalled")


def story_list(ids):
    tickets = json.loads(said("list", "tickets", "--json"))
    check(len(tickets) == 3 and [t["next_due"] for t in tickets] == sorted(t["next_due"] for t in tickets),
          "list tickets has those that are open, next deadline first", tickets)
    mine = json.loads(said("list", "tickets", "--queue", "billing", "--json"))
    check([t["ticket_id"] for t in mine] == [ids["ticket"]] and mine[0]["assignee"] == "hanako" and
          mine[0]["account_id"] == "acme" and mine[0]["status"] == "open", "list --queue is one queue", mine)
    clocks = json.loads(said("list", "clocks", "--queue", "billing", "--json"))
    check([(c["metric"], c["state"], c["due"]) for c in clocks] ==
          [("next reply", "breached", "2026-05-07T03:00:00Z"), ("resolution", "active", "2026-05-11T00:15:00Z")],
          "list clocks has what still runs", clocks)
    soon = json.loads(said("list", "clocks", "--due-within", "65h", "--json"))
    late = json.loads(said("list", "clocks", "--due-within", "64h", "--json"))
    check(len(soon) == len(late) + 1 and all(c["due"] <= "2026-05-11T00:15:00Z" for c in soon),
          "list --due-within counts from the mesh's time", soon)
    check((mine[0]["priority"], mine[0]["category"], mine[0]["intent"], mine[0]["queue"], mine[0]["team"]) ==
          ("high", "billing", "duplicate_charge", "billing", "billing"), "list has what the classifier says", mine)
    check(all(one["queue"] == "billing" for one in mine) and
          sum(one["queue"] == "billing" for one in tickets) == len(mine), "list --queue goes by the queue that it shows")
    table = said("list", "tickets")
    check("next reply #1" in said("list", "clocks") and ids["ticket"] in table and "duplicate_charge" in table and
          " INTENT " in table, "list is a table")


def story_explain(ids):
    ticket = ids["ticket"]
    text = said("explain", "ticket", ticket)
    for what, words in (("where it stands", "It is open, priority high, of account acme (tier enterprise), "
                                            "with hanako in team billing."),
                        ("times in the customer's zone", "times in Asia/Tokyo"),
                        ("why the policy matched", "Rule enterprise matches: tier is enterprise"),
                        ("which versions decided", "calendar tokyo-support version 3"),
                        ("who said what", "agent hanako"),
                        ("why the clock paused", "resolution #1 stands still; used 45m 00s of 16h 00m, no due "
                                                 "(The status is pending)"),
                        ("what it is taken for", "It is taken for duplicate charge (billing), "),
                        ("how the classifier came to that", "takes it for duplicate charge (billing), "),
                        ("by which rule", "; priority high by rule charged-twice, version "),
                        ("by which parts of the message", "; because of bytes "),
                        ("by which taxonomy", ", taxonomy support/"),
                        ("when it was breached", "next reply #1 is breached; used 2h 00m of 2h 00m, "
                                                 "due 2026-05-07 12:00"),
                        ("which alert", f"alert/sla/{ticket}/next_reply/1"),
                        ("the sum that agrees", "the sum agrees with what was said")):
        check(words in text, f"explain ticket says {what}", text)
    check("[sealed]" in text and "二" not in text and "sato@" not in text, "explain seals what people wrote", text)
    check("times in America/New_York" in said("explain", "ticket", ticket, "--zone", "America/New_York"),
          "explain tells times in the zone that is asked for")
    revealed = said("explain", "ticket", ticket, "--reveal", "hand-over")
    check("5月の請求書が二枚あります。" in revealed and "sato@acme.example" in revealed, "explain --reveal shows it")
    check("; because of \"" in revealed and "because of bytes" not in revealed,
          "explain --reveal shows the words that the classifier went by", revealed)
    check(run("explain", "ticket", ticket, "--reveal", " ").returncode == 2, "a reason says something")
    for name in ("m1@acme.example", "<m1@acme.example>"):
        check(said("explain", "ticket", name).startswith("ticket "), f"a ticket is found by Message-ID {name}")
    check(ids["conflict"] in said("explain", "ticket", "Joe@Gmail.com"), "a ticket is found by e-mail address")
    check(ticket in said("explain", "ticket", "sato@acme.example"), "of several tickets of an address all are named")
    alert = said("explain", "alert", f"alert/sla/{ticket}/next_reply/1")
    check("raises the critical alert" in alert and "first reply" not in alert, "explain alert tells its clock alone", alert)
    text = said("explain", "account", "acme")
    check("declares account acme, version 1" in text, "explain account")
    check("\nThe books: True for " in text and json.loads(said("explain", "account", "acme", "--json"))["true_for"] != "",
          "and for when its figures are true", text)
    for name, words in (("unknown", "as unknown ticket: There is no such ticket."),
                        ("conflict", "known from api/local with other bytes"),
                        ("action", "as unknown subject (field on.id): There is no such ticket."),
                        ("mail", "opens the ticket by email")):
        text = said("explain", "request", ids[name])
        check("Accepted 2026-05-0" in text and words in text, f"explain request: {words}", text)
    machine = json.loads(said("explain", "ticket", ticket, "--json"))
    check(len(machine["clocks"]) == 3 and all(c["agrees"] and c["said_us"] == c["sum_us"] for c in machine["clocks"])
          and all(f["data"] is not None for f in machine["facts"]), "explain --json", machine)
    check((machine["triage"]["intent"], machine["triage"]["queue"], machine["triage"]["needs_human"]) ==
          ("duplicate_charge", "billing", None) and machine["standing"].startswith("It is open, priority high") and
          any("takes it for" in f["what"] and "classified" in f["data"] for f in machine["facts"]),
          "explain --json has what triage says", machine)


def story_alerts(ids):
    late = f"alert/sla/{ids['ticket']}/next_reply/1"
    standing = {one["alert_id"]: one for one in json.loads(said("alerts", "--format", "json"))}
    every = {one["alert_id"]: one for one in json.loads(said("alerts", "--all", "--format", "json"))}
    check(standing.keys() <= every.keys() and late in every and
          all(one["state"] != "resolved" for one in standing.values()), "alerts has what stands, --all all", every)
    for one in json.loads(said("alerts", "--all", "--format", "alertmanager")):
        check(set(one["labels"]) - {"historic"} == {"alertname", "severity", "team", "alert_id"} and
              one["annotations"]["runbook_url"].startswith("deploy/runbooks/") and
              ("endsAt" in one) == (every[one["labels"]["alert_id"]]["state"] != "open"), "alerts for Alertmanager", one)
    check(late in said("alerts", "--all") and run("alerts", "--format", "xml").returncode == 2, "alerts as a table")


def story_audit(ids):
    play([], "2026-05-08T16:50:00+09:00")
    text = said("explain", "ticket", ids["ticket"])
    check("was shown personal text of ticket" in text, "who was shown personal text is part of the story", text)


def story_dead_letter(ids):
    ticket = ids["ticket"]
    place = lines(said("tail", "ops.tickets.v1", "--until-end", "--key", ticket))[0]["partition"]
    producer = confluent_kafka.Producer({"bootstrap.servers": os.environ["KAFKA_BROKERS"]})
    producer.produce("ops.tickets.v1", key=ticket, value=b"\xff\xff", partition=place)
    producer.flush(10)
    play([request(f"/v1/tickets/{ticket}/messages", {"body": "直りました。", "author": {"role": "agent", "id": "jiro"}},
                  "2026-05-08T17:00:00+09:00")], "2026-05-08T17:05:00+09:00")
    letters = sorted(json.loads(said("dlq", "list", "--json")), key=lambda one: one["id"])
    parking = {stage["name"] for stage in described.stages() if stage["parks"]}
    check([one["stage"] for one in letters] == sorted(described.readers("ops.tickets.v1")) and
          all(one["key"] == ticket and (one["waiting"] > 0) == (one["stage"] in parking) for one in letters),
          "dlq list says who is affected and what waits, of each stage that reads", letters)
    letter, *others = sorted((one["id"] for one in letters), key=lambda one: not one.startswith("clock/"))
    check(letter in said("dlq", "list") and "behind it" in said("dlq", "show", letter), "dlq show")
    check("[sealed]" in said("dlq", "show", letter) and
          "//8=" in said("dlq", "show", letter, "--reveal", "to see"), "dlq show seals the bytes")
    check(run("dlq", "retry", letter).returncode == 2, "dlq retry wants a reason")
    said("dlq", "retry", letter, "--reason", "once more")
    play([], "2026-05-08T17:06:00+09:00")
    again = json.loads(said("dlq", "list", "--json"))
    check({(one["id"], one["attempts"]) for one in again} == {(letter, 2), *((other, 1) for other in others)},
          "dlq retry folds it again", again)
    check(f"opsmesh dlq show {letter}" in said("explain", "ticket", ticket), "explain names the dead letter")
    for one in letters:
        said("dlq", "drop", one["id"], "--reason", "nonsense")
    play([], "2026-05-08T17:07:00+09:00")
    check(json.loads(said("dlq", "list", "--json")) == [], "dlq drop lets it rest")
    text = said("explain", "ticket", ticket)
    check("next reply #1 ends after its breach" in text, "and what waited goes on", text)


def story_triage(ids):
    """A correction; an error that several customers report; one customer who asks by two ways."""
    words = "Every export fails with error ERR_EXPORT_4711 since this morning, please help."
    mail = ("From: dora@one.example\r\nTo: help@opsmesh.example\r\nMessage-ID: <m9@one.example>\r\n"
            "Date: Fri, 8 May 2026 17:30:00 +0900\r\nSubject: export\r\n\r\n" + words + "\r\n")
    answers = play([
        request("/v1/actions", {"action": "correct", "on": {"type": "ticket", "id": ids["ticket"]}, "intent": "refund",
                                "reason": "She only wants her money back"}, "2026-05-08T17:10:00+09:00"),
        *(request("/v1/tickets", {"subject": "export", "body": words, "contact": {"email": f"{name}@{name}.example"}},
                  f"2026-05-08T17:{20 + place}:00+09:00", headers={"Idempotency-Key": name})
          for place, name in enumerate(("anna", "bert", "carl"))),
        request("/v1/tickets", {"subject": "export", "body": words, "contact": {"email": "dora@one.example"}},
                "2026-05-08T17:25:00+09:00", headers={"Idempotency-Key": "dora"}),
        request("/v1/email/help", mail, "2026-05-08T17:30:00+09:00"),
    ], "2026-05-08T23:00:00+09:00")
    text = said("explain", "ticket", ids["ticket"])
    for words in ("says that it is refund (billing), not duplicate charge (action ",
                  "A person said that it is refund (billing); queue billing"):
        check(words in text, f"explain ticket tells of a correction: {words}", text)
    anna, dora = (answers[place]["answer"]["ticket_id"] for place in (1, 4))
    text = said("explain", "ticket", anna)
    for words in ("finds it one of 3 customers of pattern/", "(error code ", "has heard no more of pattern/"):
        check(words in text, f"explain ticket tells of a pattern: {words}", text)
    text = said("explain", "ticket", dora)
    check("suspects that ticket " in text and ", by another channel, is about the same (" in text,
          "explain ticket tells of a duplicate", text)
    check(run("explain", "ticket", "bug_report").returncode == 1, "an intent is no ticket")


def story_books():
    charged = {"id": "evt_7", "object": "event", "type": "charge.succeeded", "created": 1780000000,
               "data": {"object": CHARGE}}
    answers = play([request("/v1/webhooks/stripe", charged, "2026-06-01T09:00:00+09:00")], "2026-06-01T10:00:00+09:00")
    check(answers[0]["status"] == 202, "a charge is taken", answers)
    text = said("ledger", "statement", "cus_7")
    check("-120.00 USD" in text and "cus_7 owes -120.00 USD.\n" in text,
          "a payment without an invoice is to the customer's credit", text)
    text = said("ledger", "balance", "--at", "2026-06-01T00:00:00Z")
    check("Every currency sums to zero.\n" in text and
          "True for 2026-06-01T00:00:00Z, which all 8 shards have passed.\n" in text,
          "the books balance, at a time that every shard has passed", text)
    text = said("ledger", "journal", "--customer", "cus_7", "--format", "netsuite")
    check(text.startswith("External ID,") and text.count("/USD,2026-05-28,USD,") == 2,
          "the journal goes to NetSuite", text)


def story_dispute():
    disputed = {"id": "evt_8", "object": "event", "type": "charge.dispute.created", "created": 1780300000,
                "data": {"object": DISPUTE}}
    answers = play([request("/v1/webhooks/stripe", disputed, "2026-06-02T09:00:00+09:00"),
                    request("/v1/actions", {"action": "assign", "on": {"type": "case", "id": "case/cus_7/dp_7"},
                                            "assignee": "taro", "reason": "His customer"}, "2026-06-02T10:00:00+09:00")],
                   "2026-06-02T11:00:00+09:00")
    cases = json.loads(said("list", "disputes", "--json"))
    check([(one["case_id"], one["status"], one["amount_minor"], one["deadline"], one["owner"]) for one in cases] ==
          [("case/cus_7/dp_7", "needs_response", 12000, "2026-06-11T11:46:40Z", "taro")],
          "a dispute that the provider tells of is a case", cases)
    text = said("explain", "dispute", "dp_7")
    check("the figures agree with what was said" in text and "gives the case to taro" in text,
          "explain dispute tells what the mesh made of it", text)
    text = said("explain", "request", answers[1]["answer"]["id"])
    check("carries out the action assign" in text and "gives the case to taro" in text,
          "explain request has what an action on a case did", text)
    forecast = json.loads(said("dispute", "forecast", "--json"))
    check([(one["stage"], one["currency"], one["at_stake_minor"]) for one in forecast["stages"]] ==
          [("chargeback", "USD", 12000)] and forecast["shards_behind"] == "", "dispute forecast sums all shards", forecast)


def story_accounts():
    created = {"id": "evt_9", "object": "event", "type": "customer.subscription.created", "created": 1780372800, "data": {"object": PLAN}}
    beta = {"id": "beta", "name": "Beta", "stripe_customers": ["cus_9"], "owner": "hanako"}
    play([request("/v1/accounts", beta, "2026-06-02T12:00:00+09:00"),
          request("/v1/webhooks/stripe", created, "2026-06-02T13:00:00+09:00"),
          request("/v1/accounts", {**beta, "owner": "mia"}, "2026-06-02T14:00:00+09:00")], "2026-06-02T16:00:00+09:00")
    due = json.loads(said("list", "renewals", "--owner", "mia", "--json"))
    check([(one["account_id"], one["product_id"], one["due"], one["status"], one["seats"], one["routed_to"]) for one in due] ==
          [("beta", "prod_9", "2026-07-01T00:00:00Z", "active", 12, "mia")], "a renewal goes to whom the account names now", due)
    check("beta" not in said("list", "renewals", "--owner", "hanako") and "owner mia" in said("explain", "account", "beta") and
          said("list", "renewals", "--within", "1d", "--format", "csv").count("\n") == 1, "and to nobody before him, nor too early")
    told = [one["sentence"] for one in json.loads(said("list", "signals", "--owner", "hanako", "--json"))]
    check("A promise was not kept: next reply." in told, "what speaks against an account goes to its owner", told)


def story_rebuild():
    for stage in [stage["name"] for stage in described.stages()]:
        answer = run("rebuild", stage, "--verify")
        check(answer.returncode == 0, f"rebuild {stage} --verify finds the same", answer)


def story_sum_that_differs(ids):
    with open(os.path.join(folder, "postgres", "opsmesh_url"), encoding="utf-8") as file:
        url = file.read().strip()
    with psycopg.connect(url) as database:
        database.execute("delete from sla.fact where type = 'ops.sla.paused.v1' and key = %s",
                         (ids["ticket"].encode(),))
    answer = run("explain", "ticket", ids["ticket"])
    check(answer.returncode == 1 and "DIFFERS" in answer.stdout and "do not agree" in answer.stderr,
          "explain fails when a sum is not what was said", answer)
    answer = run("rebuild", "clock", "--verify")
    check(answer.returncode == 1, "rebuild --verify fails when a fact is missing", answer)


def story_calendar():
    name = "deploy/policies/calendars/tokyo-support.json"
    holidays = "deploy/policies/holidays/jp-2026.json"
    both = ["--calendar", name, "--holidays", holidays, "--holidays", "deploy/policies/holidays/jp-2027.json"]
    due = said("calendar", "due", *both, "--at", "2026-05-01T17:30:00+09:00", "--target", "1h")
    check(due == "2026-05-07T09:30:00+09:00\n", "calendar due", due)
    elapsed = said("calendar", "elapsed", *both, "--from", "2026-05-01T17:30:00+09:00", "--to",
                   "2026-05-07T09:30:00+09:00")
    check(elapsed == "3600\n", "calendar elapsed", elapsed)


story_wrong_usage()
story_help()
story_topics()
story_send()
names = story_week()
story_status()
story_list(names)
story_explain(names)
story_alerts(names)
story_tail(names)
story_audit(names)
story_dead_letter(names)
story_calendar()
story_triage(names)
story_books()
story_dispute()
story_accounts()
story_rebuild()
story_sum_that_differs(names)
sys.exit(failures > 0)
