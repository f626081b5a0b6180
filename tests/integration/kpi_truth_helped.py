#!/usr/bin/python3
"""kpi_truth_helped - the view account_helped held against the facts that it is of, by other code.

    kpi_truth_helped.py FACTS

FACTS are lines of `opsmesh tail`; the view is read in the database of DATABASE_URL, which knows of all of them. Prints `ok kpi_truth: ...`
or what differs.
"""
import collections
import datetime
import json
import os
import sys

import psycopg

import kpi_truth_support
from kpi_truth_facts import read

LESS = ("RECURRING_MOVE_CONTRACTION", "RECURRING_MOVE_CHURN")
VIEW = "SELECT to_char(month, 'YYYY-MM'), currency, accounts, revenue FROM kpi.account_helped"


def solved(path):
    """Months with the accounts of which a ticket was solved in them."""
    found = collections.defaultdict(set)
    for ticket in kpi_truth_support.Mesh(read(path), 0).tickets:
        for solve in ticket.solves:
            at = datetime.datetime.fromtimestamp(solve[0] // 10**6, datetime.timezone.utc)
            if ticket.words["account"]:
                found[f"{at:%Y-%m}"].add(ticket.words["account"])
    return found


def moves(path):
    with open(path, encoding="utf-8") as file:
        for data in (json.loads(line)["data"] for line in file):
            moved = data.get("recurringMoved")
            if moved and "amount" in moved:
                minor = int(moved["amount"].get("minor", 0))
                yield data.get("accountId", ""), moved["amount"]["currency"], moved["day"][:7], -minor if moved["move"] in LESS else minor


def truth(path):
    moved, rows = list(moves(path)), collections.defaultdict(lambda: [0, 0])
    for month, accounts in solved(path).items():
        for account in accounts:
            brings = collections.Counter()
            for who, currency, when, minor in moved:
                if who == account and when <= month:
                    brings[currency] += minor
            paid = {currency: minor for currency, minor in brings.items() if minor > 0} or {"": 0}
            for currency, minor in paid.items():
                rows[month, currency][0] += 1
                rows[month, currency][1] += minor
    return {place: tuple(row) for place, row in rows.items()}


def main():
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        told = {(month, currency): (accounts, revenue) for month, currency, accounts, revenue in database.execute(VIEW)}
    expected = truth(sys.argv[1])
    for place in sorted(expected.keys() | told.keys()):
        if expected.get(place) != told.get(place):
            print("#", *place, "accounts and revenue are", told.get(place), "and should be", expected.get(place))
    print(f"{'ok' if told == expected else 'FAIL'} kpi_truth: account_helped: {len(told)} rows")
    sys.exit(told != expected)


main()
