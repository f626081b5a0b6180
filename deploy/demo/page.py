#!/usr/bin/env python3
"""page - the recorded day on a page, and its tables on three more.

  page.py DAY         DAY is the folder that play.sh leaves; story.py tells all of it
"""
import re
import sys

import billing_story as billing
import dispute_story as dispute
import kpi_story
import story
import tables
import triage_story as triage
from layout import natural, table, when

ENDS = re.compile(r"clock (.*) (MISSED|met after|ended late|CORRECTED)")
TOLD_TWICE = "bluebird-cafe"  # whom money is told of
OF_MONEY = ("discrepancy_opened", "refund_approved", "action_refused", "discrepancy_healed", "refund_settled")
CASE = "dp_Tsubame1"
FIGURES = (
    "billing.authorisation_network", "billing.authorisation_raw", "billing.disputes_amount", "billing.mrr", "billing.recovered",
    "billing.refunds_amount", "billing.usage", "support.assistance_handover", "support.attainment_next_reply", "support.csat",
    "support.escalated", "support.one_touch", "support.reopened", "support.solved", "support.tickets_opened", "value.customers",
    "value.seat_use")


def ends_of(lines):
    """How each clock of a ticket ended, which alert there was, and what a person said."""
    last, told = {}, []
    for time, text in lines:
        found = ENDS.match(text)
        if found:
            told = [line for line in told if line is not last.get(found[1])]
            last[found[1]] = (time, text)
            told.append(last[found[1]])
        elif text.startswith(("ALERT", "a person says")):
            told.append((time, text))
    return told


def tickets(day):
    for name, title in story.STORIES:
        print(f"\n  {title} ({name})\n  {story.opening_of(day, name)['note']}")
        for time, text in ends_of(story.lines_of(day, name)):
            print(f"    {when(time):15}{text}")


def money(day):
    print("\n  Taken twice: found, given back once, and refused the second time")
    for kind, fact, event in day.facts("ops.billing.v1"):
        if kind in OF_MONEY and event["data"].get("accountId") == TOLD_TWICE:
            print(f"    {when(event['time']):15}{billing.says(kind, fact)}")


def case(day):
    print(f"\n  {dict(dispute.STORIES)[CASE]} ({CASE})")
    for time, texts in dispute.lines_of(day, CASE):
        print(f"    {time:15}{texts[0]}")


def main(folder):
    day = tables.Day(folder)
    story.went_in(day)
    story.came_out(day)
    print("\nTHE DAY ON A PAGE (times are UTC; Tokyo is nine hours ahead)")
    tickets(day)
    money(day)
    case(day)
    triage.tell(day, whole=False)
    table("ALERTS", ["about", "what", "severity", "raised", "acknowledged", "resolved"],
          [[*row[:3], *map(when, row[3:])] for row in sorted(tables.alerts(day), key=lambda row: row[3])])
    kpi_story.tell(day, only=FIGURES)


main(*sys.argv[1:])
