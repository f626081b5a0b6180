#!/usr/bin/env python3
"""report - the page for leaders: which period, which windows of which zone, what is restated; a number counted again. See report.sh.

    report.py OPSMESH FOLDER

Prints `ok report: ...` or `FAIL report: ...`.
"""
import glob
import html.parser
import json
import os
import subprocess
import sys

tool, folder = sys.argv[1:]
failures = 0


def check(good, name, detail=""):
    global failures
    print(f"{'ok' if good else 'FAIL'} report: {name}", flush=True)
    if not good:
        failures += 1
        print("#", detail, flush=True)


def run(*words):
    return subprocess.run([tool, "report", *words], capture_output=True, text=True, timeout=60)


def change(sql):
    subprocess.run([os.environ["PSQL"], "-q", "-v", "ON_ERROR_STOP=1", os.environ["DATABASE_URL"]],
                   input="set search_path to kpi; set client_min_messages to warning;" + sql, text=True, check=True)


def quoted(text):
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def define(metric, zone="UTC", windows=("day", "week", "month"), version=1, title=None, **more):
    document = {"formula": "count", "unit": "count", "better": "lower", "zone": zone, "windows": list(windows), **more}
    for shard in (0, 1):
        change(f"""insert into kpi_definition values ({shard}, '{metric}@{version}', '{metric}', {version},
            '2026-01-01T00:00:00Z', '', {quoted(title or metric)}, 'Says.', {quoted(json.dumps(document))})""")


def cell(series, kind, start, end, n, state="sealed", former=None, reason=None, said_at="2026-01-01T00:00:00Z",
         value="", currency=""):
    figures = json.dumps({"n": str(n), "value": str(n)})
    former = None if former is None else json.dumps({"n": str(former), "value": str(former)})
    change(f"""insert into kpi_cell values (0, '{series}', '{kind}', '{start}', '{value}', '{currency}', '{end}', '{state}',
        {int(state == 'restated')}, {n}, 0, 0, 0, 0, 0, 0, 0, null, {quoted(figures)}, {quoted(former)}, {quoted(reason)},
        '{said_at}')""")


class Tags(html.parser.HTMLParser):
    """Whether every tag ends where it should."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


def part(page, title):
    """What stands under a heading."""
    return page.partition(f"### {title}\n")[2].partition("\n### ")[0]


answer = run("week")
check(answer.returncode == 1 and "no figures of a week yet" in answer.stderr, "before kpi-aggregator there is no page", answer)

change("\n".join(open(name).read() for name in sorted(glob.glob("common/flow/migrations/*.sql")) +
                 sorted(glob.glob("services/kpi-aggregator/migrations/0001*.sql"))))
answer = run("week")
check(answer.returncode == 1, "without figures there is no page", answer)

define("support.tickets_opened", title="Opened")
define("support.solved", zone="America/New_York", title="Solved")
define("support.backlog", windows=("day",), title="Backlog")
define("billing.net_retention", windows=("month",), title="Retention")
define("billing.mrr", unit="minor", title="Recurring")
define("support.reopened", title="Reopened")
change("""insert into shard values ('series', 0, 1, 1, '2026-03-17T12:00:00Z', 0, 0, 0, '', '', 0, now()),
    ('series', 1, 1, 1, '-infinity', 0, 0, 0, '', '', 0, now()), ('partial', 0, 1, 1, '2026-03-01T00:00:00Z', 0, 0, 0, '', '', 0, now())""")

# 2026-W11 is 9 to 15 March; clocks of New York changed on the 8th.
cell("support.tickets_opened@1", "week", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z", 40)
cell("support.tickets_opened@1", "week", "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z", 50)
cell("support.tickets_opened@1", "week", "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z", 7, value="email")
cell("support.tickets_opened@1", "week", "2026-03-16T00:00:00Z", "2026-03-23T00:00:00Z", 5, "open")
cell("support.solved@1", "week", "2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z", 30)
cell("support.solved@1", "week", "2026-03-09T04:00:00Z", "2026-03-16T04:00:00Z", 33)
cell("support.solved@1", "month", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z", 99, "open")
for day, n in ((13, 11), (15, 12), (16, 13)):
    cell("support.backlog@1", "day", f"2026-03-{day}T00:00:00Z", f"2026-03-{day + 1}T00:00:00Z", n)
cell("billing.mrr@1", "week", "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z", 60000, currency="JPY")
cell("billing.mrr@1", "week", "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z", 33000, currency="USD")
cell("support.reopened@1", "week", "2026-02-23T00:00:00Z", "2026-03-02T00:00:00Z", 4, "restated", 3, "a ticket came back",
     "2026-03-10T00:00:00Z")
cell("support.reopened@1", "week", "2026-02-16T00:00:00Z", "2026-02-23T00:00:00Z", 9, "restated", 8, "long ago",
     "2026-03-03T00:00:00Z")

answer = run("week")
page = answer.stdout
check(answer.returncode == 0 and page.startswith("# Report of the week 2026-W11\n\nFrom 2026-03-09 to 2026-03-15. True for "
                                                 "2026-03-17T12:00:00Z."), "unless asked it is the latest that is over", page[:200])
check("**50** in 2026-W11" in part(page, "Opened") and "+10 since 2026-W10 (40); worse" in part(page, "Opened"),
      "the period stands beside the one before", part(page, "Opened"))
check("**33** in 2026-W11" in part(page, "Solved") and "+3 since 2026-W10 (30)" in part(page, "Solved"),
      "a week in which clocks changed is one of its zone", part(page, "Solved"))
check("**12** in 2026-03-15" in part(page, "Backlog"), "a metric of days is shown as of the last of the period",
      part(page, "Backlog"))
check("**not counted by the week**" in part(page, "Retention"), "a metric of months has no week", part(page, "Retention"))
check("**60000 JPY**" in part(page, "Recurring") and "**330.00 USD**" in part(page, "Recurring"),
      "each currency stands by itself", part(page, "Recurring"))
restated = page.partition("## Restated")[2].partition("## Appendix")[0]
check("Reopened, 2026-W09: 4, n = 4; restated once, was 3, n = 3: a ticket came back" in restated and "long ago" not in restated,
      "what was restated since the period began is listed, what was before is not", restated)

page = run("week", "--at", "2026-03-18").stdout
check("# Report of the week 2026-W12" in page and "**5**" in part(page, "Opened") and "- provisional" in part(page, "Opened") and
      "the period is not over" in part(page, "Opened"), "a week that is not over is provisional", part(page, "Opened"))
check("nothing in it so far; 33 in 2026-W11" in part(page, "Solved"), "a silent period has the latest figure beside it",
      part(page, "Solved"))
page = run("month").stdout
check("# Report of the month 2026-03" in page and "**99** in 2026-03" in part(page, "Solved"),
      "where no period is over it is the latest", page[:200])

target = os.path.join(folder, "page.html")
answer = run("week", "--format", "html", "--out", target)
tags = Tags()
tags.feed(open(target, encoding="utf-8").read())
check(answer.returncode == 0 and not answer.stdout and not tags.open and not tags.wrong, "the HTML is well formed",
      (tags.open, tags.wrong, answer))
target = os.path.join(folder, "page.pdf")
answer = run("week", "--format", "pdf", "--out", target)
if answer.returncode == 3 and "fonts" in answer.stderr:
    print("skip report: the PDF's fonts are not installed, run 'make setup'")
else:
    first = open(target, "rb").read()
    run("week", "--format", "pdf", "--out", target)
    check(first.startswith(b"%PDF-") and open(target, "rb").read() == first, "the PDF is the same when it is asked for again", answer)
for words, status in ((("year",), 2), (("week", "--at", "2026-02-30"), 2), (("week", "--format", "word"), 2),
                      (("week", "--out", os.path.join(folder, "none", "page")), 3)):
    check(run(*words).returncode == status, f"{' '.join(words[:2])} ends with {status}", words)


# A number counted again, by kpi-aggregator in the tool's place.

def explain(*words):
    own = {"POLICY_DIRECTORY": "deploy/policies", "KAFKA_BROKERS": "127.0.0.1:1"}
    return subprocess.run([tool, "explain", "kpi", *words], capture_output=True, text=True, timeout=60, env={**os.environ, **own})


def observe(ticket, satisfied, channel):
    body = json.dumps({"channel": channel, **({"satisfied": True} if satisfied else {})})
    change(f"""insert into observation (shard, subject, kind, number, at, currency, body)
        values (0, 'ticket/{ticket}', 'csat', '1', '2026-05-01T10:00:00Z', '', {quoted(body)})""")


if not os.path.exists(os.path.join(os.path.dirname(tool), "kpi-aggregator")):
    print("skip report: kpi-aggregator was not built")
    sys.exit(failures > 0)
observe("T1", True, "email")
observe("T2", False, "chat")
answer = explain("support.csat", "2026-05-01", "--format", "json")
told = json.loads(answer.stdout or "{}")
again = told.get("figures", [{}])[0]
check(answer.returncode == 1 and again.get("state") == "never" and again.get("said") is None and again.get("again", {}).get("n") == "2",
      "what nobody said is no agreement", answer)
cell("support.csat@1", "day", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z", 2)
change(f"update kpi_cell set figures = {quoted(json.dumps(again.get('again'), separators=(',', ':')))} where series = 'support.csat@1'")
answer = explain("support.csat", "2026-05-01", "--json")
told = json.loads(answer.stdout or "{}")
check(answer.returncode == 0 and told["agrees"] and told["figures"][0]["state"] == "sealed" and told["definition"]["metric"] == "support.csat" and
      [(line["subject"], line["adds"].get("hits", 0)) for line in told["in"]] == [("ticket/T1", 1), ("ticket/T2", 0)] and
      told["not_in"] == [] and told["by"] is None, "a number counted again is one object with who is in it", answer)
answer = explain("support.csat", "2026-05-01", "--by", "channel=chat", "--format", "json")
told = json.loads(answer.stdout or "{}")
check((told.get("by"), told.get("value")) == ("channel", "chat") and [line["subject"] for line in told["in"]] == ["ticket/T2"],
      "one value has its own", answer)
answer = explain("support.csat", "2026-05-01")
check(answer.returncode == 0 and "They agree." in answer.stdout and "ticket/T1  csat 1" in answer.stdout, "for people it is told in words", answer)
check(explain("support.csat", "2026-05-01", "--format", "csv").returncode == 2, "a format that there is not is refused")
sys.exit(failures > 0)
