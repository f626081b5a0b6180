#!/usr/bin/env python3
"""provider_data - Stripe's own webhooks and objects, played in several orders: what they come to is one thing.

    provider_data.py NAME DATA

Every play sends all of them under ids of its own (a mark in each id of the provider's), so that one mesh plays
them all: as they lie, then each of them twice and in an order by chance. Then the plays are held against each
other, marks taken off: the state that stands of each object, the balances of the ledger, the cases of disputes, the discrepancies.
EXPECTED names each discrepancy that the examples really hold, with its reason.
"""
import collections
import glob
import json
import os
import random
import re
import subprocess
import sys

import outside_client
import outside_mesh
import real_input

PLAYS = 4
WEBHOOKS = "/v1/webhooks/stripe"
OBJECTS = "/v1/stripe/objects?provenance=upload"
PLACEHOLDER = '"currency": "currency"'  # the examples' word where they have none; sent as it is, and mended
MARK = re.compile(r"Mark(\d)Mark")
PREFIXES = "fee|ch|py|cus|in|il|ii|inpay|sub|su|si|sub_sched|re|pyr|dp|du|txn|po|pi|pm|card|src|price|prod|plan|cn|issfr|cbtxn|txi|di|txr"
ID = re.compile(rf"^({PREFIXES})_[A-Za-z0-9_]*[0-9][A-Za-z0-9_]*$")
# What the examples hold that does not add up: (cause, object), and why.
EXPECTED = {
    ("not_placed", "cn_1Pgc75B7WZ01zgkWJMPt5riP"):
        "its amount is a number by chance, and no part of it is said to be refunded, credited or taken off an invoice",
    ("charge_without_customer", "ch_000000000000000000000000"):
        "it took money, and names no customer",
    ("never_came", "ch_000000000000000000000000"):
        "an invoice of a customer's names it, and the charge of that id names no customer",
    ("never_came", "in_00000000000000"):
        "a charge names it, and no example of that id is among them",
    ("never_came", "txn_00000000000000"):
        "a refund names it, and no example of that id is among them",
    ("state_refused", "su_00000000000000"):
        "its items are in two currencies, which no subscription of the provider's has",
}
# The disputes of the webhooks, as their cases stand in the end: (id, home, stage, state). What is uploaded counts as new, and
# waits for its charge for days: tests/unit/dispute_data_test.c lets them pass.
CASES = {
    ("dp_000000000000000000000000", "ch_000000000000000000000000", "inquiry", "inquiry"),
    ("dp_00000000000000", "cus_00000000000000", "chargeback", "needs_response"),
}
TOLD = ("cause", "state", "customer_id", "queue", "severity", "sentence", "objects")


def marked(value, mark):
    if isinstance(value, dict):
        return {key: marked(item, mark) for key, item in value.items()}
    if isinstance(value, list):
        return [marked(item, mark) for item in value]
    return f"{value}{mark}" if isinstance(value, str) and ID.match(value) else value


def requests(data):
    """(path, document) of all of them, events with an id of their own, because the examples share one."""
    files = sorted(glob.glob(f"{data}/stripe-ruby-mock-webhooks/**/*.json", recursive=True))
    for number, path in enumerate(files):
        with open(path, encoding="utf-8") as file:
            yield WEBHOOKS, {**json.load(file), "id": f"evt_{number:03}"}
    with open(f"{data}/stripe-openapi-fixtures/openapi/fixtures3.json", encoding="utf-8") as file:
        resources = [resource for resource in json.load(file)["resources"].values()
                     if "id" in resource and "object" in resource]
    alive = {resource["id"] for resource in resources if not resource.get("deleted")}
    for resource in resources:
        # Some are there alive and deleted: which of the two came last nobody says.
        if resource.get("deleted") and resource["id"] in alive:
            continue
        yield OBJECTS, resource
        mended = json.loads(json.dumps(resource).replace(PLACEHOLDER, '"currency": "usd"'))
        if mended != resource:
            yield OBJECTS, mended


def order_of(whole, number):
    """As they lie; or events twice and by chance, and between them objects, whose time is when they are uploaded."""
    if number == 0:
        return whole
    chance = random.Random(number)
    events = [request for request in whole if request[0] == WEBHOOKS] * 2
    uploads = [request for request in whole if request[0] != WEBHOOKS]
    chance.shuffle(events)
    left = [events, uploads]
    order = []
    while any(left):
        order.append(chance.choice([rest for rest in left if rest]).pop(0))
    return order


def play(client, whole, number):
    """Sends them; what is refused at the door: type, id, field and reason of each."""
    mark = f"Mark{number}Mark"
    refused = set()
    for path, document in order_of(whole, number):
        body = marked(document, mark)
        if path == WEBHOOKS:
            body["id"] = document["id"] + mark
        status, answer = client.insist(path, {"Content-Type": "application/json"}, json.dumps(body).encode(),
                                       real_input.PATIENCE_S)
        if status != 202:
            refused.add((document.get("object"), document.get("id"), answer.get("field"), answer.get("reason")))
    return refused


def by_play(rows):
    """Of (what it is known by, the rest): by play, marks taken off. What no play can be told from is left out."""
    plays = [[] for _ in range(PLAYS)]
    for known_by, *rest in rows:
        found = MARK.search(known_by)
        if found:
            text = json.dumps([known_by, *rest], default=str, sort_keys=True, ensure_ascii=False)
            plays[int(found[1])].append(MARK.sub("", text))
    return [sorted(rows) for rows in plays]


def objects(database):
    rows = outside_mesh.rows(database, "billing", "select object_id, object_type, customer_id, charge_id, status, deleted,"
                             " convert_from(body, 'UTF8') from {s}.object where revision > 0")
    return by_play(rows)


def balances(database):
    """Of each play, what is not zero: (account, currency, minor units)."""
    plays = []
    for lines in by_play(outside_mesh.rows(database, "billing", "select transaction_id, account, currency, minor"
                                           " from {s}.entry")):
        sums = collections.Counter()
        for _, account, currency, minor in map(json.loads, lines):
            sums[account, currency] += minor
        plays.append(sorted((*key, minor) for key, minor in sums.items() if minor != 0))
    return plays


def sums(database):
    return outside_mesh.rows(database, "billing", "select currency, sum(minor) from {s}.entry group by 1 order by 1")


def discrepancies():
    """Those that are open in the end: what was missing for a while by the order alone has healed."""
    answer = subprocess.run([os.path.join(os.environ["OPSMESH_BIN"], "opsmesh"), "list", "discrepancies", "--json"],
                            check=True, capture_output=True, text=True)
    return by_play([(row["customer_id"], {key: row[key] for key in TOLD}) for row in json.loads(answer.stdout)])


def cases(database):
    """Of each play. One that was placed under its customer stands there; whether it came before its charge, the order says."""
    rows = outside_mesh.rows(database, "chargeback", "select dispute_id, home, stage, state, status, payment_id, customer_id,"
                             " reason, network, code, amount, currency, created_at, due_by, deadline, response"
                             " from {s}.dispute_case where state <> 'placed'")
    return by_play(rows)


class Judge:
    def __init__(self, name):
        self.name = name
        self.failed = 0

    def check(self, good, what, detail=""):
        print(f"ok {self.name}: {what}" if good else f"FAIL {self.name}: {what}: {detail}", flush=True)
        self.failed += not good

    def same(self, plays, what):
        for number, other in enumerate(plays[1:], 1):
            lacking, more = set(plays[0]) - set(other), set(other) - set(plays[0])
            self.check(plays[0] == other, f"{what}, play {number} as play 0 ({len(other)})",
                       f"{sorted(lacking)[:2]} became {sorted(more)[:2]}")


def main():
    judge, client = Judge(sys.argv[1]), outside_client.Client()
    whole = list(requests(sys.argv[2]))
    refused = [play(client, whole, number) for number in range(PLAYS)]
    database, topics = outside_mesh.connect(), outside_mesh.Topics()
    real_input.wait_for_rest(database, topics)
    topics.close()
    judge.same([sorted(map(str, play)) for play in refused], "the same is refused at the door")
    judge.same(objects(database), "every object stands the same")
    judge.same(balances(database), "the ledger comes to the same")
    currencies = sums(database)
    judge.check(currencies and not any(minor for _, minor in currencies),
                f"the ledger is zero in {', '.join(currency for currency, _ in currencies)}", currencies)
    disputed = cases(database)
    judge.same(disputed, "every dispute has the same case")
    stand = {tuple(json.loads(row)[:4]) for row in disputed[0]}
    judge.check(stand == CASES, f"each of the {len(CASES)} disputes of webhooks is a case", stand ^ CASES)
    found = discrepancies()
    judge.same(found, "the same does not add up")
    told = {(row["cause"], row["objects"][0]["object_id"]) for _, row in map(json.loads, found[0])}
    judge.check(told == set(EXPECTED), f"each of the {len(EXPECTED)} discrepancies has its reason", told ^ set(EXPECTED))
    return 1 if judge.failed else 0


if __name__ == "__main__":
    sys.exit(main())
