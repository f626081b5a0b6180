#!/usr/bin/env python3
"""quiet_week - what came of the quiet week against the tables that were written by hand (deploy/demo/week/expected).

    quiet_week.py TABLE RUN_DIR      exit 1: it differs, each line said
    quiet_week.py report PAGE        the page of the week, as Markdown or as HTML
    quiet_week.py cut METRIC D CSV   the metric by a dimension, as `opsmesh kpi --format csv` has it

RUN_DIR is the folder that play.sh has left, TABLE one of those below.
"""
import collections
import csv
import html
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WEEK = os.path.join(TOP, "deploy", "demo", "week")
sys.path.insert(0, os.path.join(TOP, "deploy", "demo"))

import tables  # noqa: E402

SKETCH = 128  # a quantile is right within one part of so many
FIRST_VERSION = "1"
WAKES = "SEVERITY_CRITICAL"
HEADING = re.compile(r"^### (.*)$|<h3[^>]*>(.*?)</h3>", re.MULTILINE)


def answers(week):
    """Every request was taken."""
    for request, answer in zip(week.requests, week.answers):
        if answer["status"] != 202:
            yield [request["name"], str(answer["status"])]


def clocks(week):
    """Of tables.sla: ticket, clock, state, used."""
    for ticket, clock, _, state, _, _, _, used, _ in tables.sla(week):
        yield [ticket, clock, state, used]


def cells(week):
    """The last word on each place: {(window, metric@version, cut, currency): figures}."""
    found = {}
    for _, fact, event in week.facts("ops.kpi.v1"):
        said = event["data"]
        if "figures" not in fact:
            continue
        cut = f"{said['dimension']}={said.get('value', '')}" if said.get("dimension") else "-"
        series = f"{said['metric']}@{said['version']}"
        found[said["window"]["label"], series, cut, said.get("currency") or "-"] = fact["figures"]
    return found


def close(wanted, figure):
    """Whether a value is the one written, or with `~` near enough to it."""
    if not wanted.startswith("~"):
        return wanted == figure
    return figure != "-" and abs(int(figure) - int(wanted[1:])) * SKETCH <= int(wanted[1:])


def written(row, figures):
    """The row that came out, in the words of the row expected: where a figure is as written, it stands as written."""
    hits = "-" if row[4] == "-" else figures.get("hits", "0")
    value = figures.get("value", "-")
    return [*row[:4], hits, figures.get("n", "0"), row[6] if close(row[6], value) else value]


def kpis(week):
    found = cells(week)
    for row in tables.expected("kpis", WEEK):
        window, metric, cut, currency = row[:4]
        series = metric if "@" in metric else f"{metric}@{FIRST_VERSION}"
        figures = found.get((window, series, cut, currency))
        yield [*row[:4], "nothing", "was", "said"] if figures is None else written(row, figures)


TABLES = {"answers": answers, "tickets": tables.tickets, "clocks": clocks, "alerts": tables.alerts, "kpis": kpis}


def expected(table):
    return [] if table == "answers" else tables.expected(table, WEEK)


def pages(week):
    """What would have woken somebody."""
    for kind, fact, event in week.facts("ops.alerts.v1"):
        if kind == "raised" and fact["severity"] == WAKES:
            yield ["page", event["subject"]]


def plain(text):
    """Of Markdown or HTML the words that people read, the charts left out."""
    text = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", text)).replace("\\", "").replace("*", ""))


def parts(path):
    """By title what stands under it."""
    text = open(path, encoding="utf-8").read()
    heads = list(HEADING.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return {plain(head[1] or head[2]).strip(): plain(text[head.end():end]) for head, end in zip(heads, ends)}


def report(path):
    """What the page lacks of what was written."""
    found = parts(path)
    for line in open(os.path.join(WEEK, "expected", "report"), encoding="utf-8"):
        if line.startswith("#"):
            continue
        title, *texts = (text.strip() for text in line.split(" | "))
        number, *rest = texts
        part = found.get(title, "").strip()
        if not part.startswith(number):
            yield [title, "begins with", number, "and not with", part[:40] or "nothing"]
        yield from ([title, "lacks", text] for text in rest if text not in part)


def cut(metric, dimension, path):
    """The figures of `kpis` by that dimension, and no others."""
    wanted = {(window, name, n, value) for window, series, name, _, _, n, value in tables.expected("kpis", WEEK)
              if series == metric and name.startswith(dimension + "=")}
    with open(path, encoding="utf-8", newline="") as file:
        found = {(row["window"], f"{row['by']}={row['value']}", row["n"], row["number"]) for row in csv.DictReader(file)}
    yield from (("expected", *row) for row in sorted(wanted - found))
    yield from (("came out", *row) for row in sorted(found - wanted))


def said(wrong):
    for row in wrong:
        print(*row)
    return 1 if wrong else 0


def compared(table, run):
    week = tables.Day(os.path.join(run, "day"), os.path.join(WEEK, "week.jsonl"))
    wanted = collections.Counter(map(tuple, expected(table)))
    found = collections.Counter(map(tuple, TABLES[table](week)))
    wrong = [("expected", *row) for row in sorted((wanted - found).elements())]
    wrong += [("came out", *row) for row in sorted((found - wanted).elements())]
    return wrong + list(pages(week)) if table == "alerts" else wrong


def main(what, *rest):
    if what == "report":
        return said(list(report(*rest)))
    if what == "cut":
        return said(list(cut(*rest)))
    return said(compared(what, *rest))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
