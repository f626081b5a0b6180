#!/usr/bin/python3
"""dashboard - writes the Grafana dashboard from the tables that there are already: alert rules, and what daemons say of themselves.

  dashboard.py OUT > deploy/grafana/dashboards/opsmesh.json      OUT: a build, e.g. build/release

First what is wrong; then a panel for each alert that compares one figure with a limit, with the limit as a line; then every other metric
that a daemon's --describe has. The same tables give the same bytes. tests/lint/dashboard.py holds the file against them.
"""

import json
import os
import re
import subprocess
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
WIDTH, HEIGHT = 12, 7
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLOURS = {"info": "blue", "warning": "orange", "critical": "red"}
FIRING = 'ALERTS{alertname=~"Opsmesh.*",alertname!="OpsmeshWatchdog",alertstate="firing"}'
UP = "opsmesh:daemon_up:max"
LIMIT = re.compile(r"(.+?) (>|<|==) ([\d.]+(?: \* [\d.]+)*)")
# The rules' files in the order of the page, with their title; what lies outside is folded up.
ROWS = [("daemon", "Daemons"), ("progress", "Progress"), ("edge", "Edge"), ("objective", "Objectives"), ("effects", "Effects"),
        ("billing", "Books"), ("triage", "Triage"), ("outside", "Machines, broker, database, certificates"), ("watchdog", "The watch itself")]
FOLDED = {"outside", "watchdog"}
# A point in time is shown as how long ago it was, and who is ready as the worst of all.
WHOLE = {"opsmesh_mesh_time_seconds": "time() - min by ({by}) ({metric})", "opsmesh_start_time_seconds": "time() - max by ({by}) ({metric})",
         "opsmesh_ready": "min by ({by}) ({metric})", "opsmesh_shards_expected": "max by ({by}) ({metric})"}
UNITS = (("(_seconds|_expiry)", "s"), ("_bytes", "bytes"), ("(_ratio|_free:ratio)", "percentunit"))


def read_rules(name):
    with open(f"{TOP}/deploy/prometheus/rules/{name}.yml", encoding="utf-8") as file:
        return [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]


def daemons():
    with open(f"{TOP}/deploy/local/daemons", encoding="utf-8") as file:
        return [line.split()[0] for line in file if line.strip() and not line.startswith("#")]


def metrics_of(out, name):
    program = os.path.join(out, "bin", name)
    if not os.access(program, os.X_OK):
        return []
    said = subprocess.run([program, "--describe"], capture_output=True, text=True, timeout=20, check=True).stdout
    return json.loads(said)["metrics"]


def unit_of(expression):
    """By the name of what is shown; counts of events have none, whatever the events measure."""
    if re.search(r"\b(changes|increase|rate)\(", expression) and "histogram_quantile" not in expression:
        return "short"
    name = re.sub(r"_bucket\b|:(?!ratio)\w+$", "", expression)
    return next((unit for ending, unit in UNITS if re.search(ending + r"\b", name)), "short")


def target(expression, legend="", instant=False):
    return {"refId": "A", "datasource": SOURCE, "expr": expression, "legendFormat": legend or "__auto",
            "instant": instant, "range": not instant}


def panel(kind, title, description, targets, unit, steps=()):
    custom = {"thresholdsStyle": {"mode": "line" if steps else "off"}, "fillOpacity": 10, "spanNulls": False}
    defaults = {"unit": unit, "thresholds": {"mode": "absolute", "steps": list(steps) or [{"color": "green", "value": None}]}}
    if kind == "timeseries":
        defaults["custom"] = custom
    for letter, it in zip("ABCD", targets):
        it["refId"] = letter
    return {"type": kind, "title": title, "description": description, "datasource": SOURCE, "targets": targets,
            "fieldConfig": {"defaults": defaults, "overrides": []}, "options": {}}


def words_of(name):
    words = re.findall(r"[A-Z][a-z]*", name.removeprefix("Opsmesh"))
    return " ".join([words[0]] + [word.lower() for word in words[1:]])


def product(text):
    value = 1.0
    for factor in text.split(" * "):
        value *= float(factor)
    return int(value) if value == int(value) else value


def limits(rules):
    """By the figure that is compared: the alerts that compare it, each with its limit."""
    figures = {}
    for rule in rules:
        match = LIMIT.fullmatch(rule["expr"]) if "alert" in rule else None
        if match and not re.search(r" (and|or|unless) ", rule["expr"]):
            figures.setdefault(match.group(1), []).append((rule, match.group(2), product(match.group(3))))
    return figures


def steps_of(alerts):
    """Colours from below: what is over a limit has that alert's colour, or what is under it."""
    rows = sorted((limit + (how == "=="), how, COLOURS[rule["labels"]["severity"]]) for rule, how, limit in alerts)
    places = [place for place, _, _ in rows]
    colours = [colour for _, _, colour in rows]
    colours = ["green", *colours] if rows[0][1] == ">" else [*colours, "green"]
    return [{"color": colour, "value": place} for colour, place in zip(colours, [None, *places])]


def limit_panel(figure, alerts):
    lines = [f"{rule['alert']} ({rule['labels']['severity']}) {how} {limit}: {rule['annotations']['runbook']}" for rule, how, limit in alerts]
    title = words_of(min((rule["alert"] for rule, _, _ in alerts), key=len))
    return panel("timeseries", title, "\n\n".join(lines), [target(figure)], unit_of(figure), steps_of(alerts))


def record_panel(name):
    """What is recorded and compared with no limit alone."""
    level = name.split(":")[1]
    return panel("timeseries", title_of(level), name, [target(name)], unit_of(name))


def title_of(name):
    words = re.sub(r"_(total|seconds|bytes|minor)$", "", name.removeprefix("opsmesh_")).replace("_", " ")
    return words[0].upper() + words[1:]


def metric_panel(metric):
    """A metric as it is: counters by the second, histograms by two quantiles, gauges over all instances and shards."""
    name = metric["name"]
    chosen = name + '{job=~"$job"}'
    by = ", ".join(["job"] + [label for label in metric["labels"] if label != "shard"])
    if metric["type"] == "histogram":
        rate = f'sum by (job, le) (rate({name}_bucket{{job=~"$job"}}[$__rate_interval]))'
        targets = [target(f"histogram_quantile({share}, {rate})", f"{{{{job}}}} {share}") for share in (0.5, 0.99)]
    elif metric["type"] == "counter":
        targets = [target(f"sum by ({by}) (rate({chosen}[$__rate_interval]))")]
    else:
        how = WHOLE.get(name, ("max" if name.endswith("_seconds") else "sum") + " by ({by}) ({metric})")
        targets = [target(how.format(by=by, metric=chosen))]
    unit = {"counter": "cps"}.get(metric["type"], unit_of(name))
    return panel("timeseries", title_of(name), f"{metric['help']} {name}", targets, unit)


def steps(first, *others):
    """Colours from below, each with the value that it begins at."""
    return [{"color": first, "value": None}] + [{"color": colour, "value": value} for colour, value in others]


def wrong_panels():
    firing = panel("stat", "Alerts firing", "By severity; the watchdog is not counted.",
                   [target(f"count by (severity) ({FIRING}) or vector(0)", "{{severity}}", True)], "short", steps("green", ("red", 1)))
    up = panel("stat", "Daemons", "1 while an instance answers.", [target(UP, "{{job}}", True)], "short", steps("red", ("green", 1)))
    table = panel("table", "What is wrong", "Each alert that fires; its runbook is in deploy/runbooks.",
                  [target(FIRING, "", True) | {"format": "table"}], "short")
    return [firing, up, table]


def objective_panels():
    edge = panel("timeseries", "Sent to the edge and answered 5xx", "0.1 % is allowed over 30 days. deploy/runbooks/edge.md",
                 [target(f"opsmesh:edge_error_ratio:{window}", window) for window in ("rate5m", "rate1h", "rate6h", "rate3d")],
                 "percentunit", steps("green", ("orange", 0.001), ("red", 0.0144)))
    late = panel("timeseries", "Time in which something waited for over a minute", "0.5 % is allowed over 30 days. deploy/runbooks/behind.md",
                 [target(f"opsmesh:stale_ratio:{window}", window) for window in ("avg5m", "avg1h", "avg6h", "avg3d")],
                 "percentunit", steps("green", ("orange", 0.005), ("red", 0.072)))
    return [edge, late]


def rule_panels(name):
    rules = read_rules(name)
    figures = limits(rules)
    if name == "objective":
        return objective_panels()
    alone = [rule["record"] for rule in rules if "record" in rule and rule["record"] not in figures and rule["record"] != UP]
    return [record_panel(record) for record in alone] + [limit_panel(figure, alerts) for figure, alerts in figures.items()]


def wide(shown):
    return 2 * WIDTH if shown["type"] == "table" else WIDTH


def place(rows):
    """Two panels side by side, row by row; a folded row holds its panels."""
    placed, y, number = [], 0, 0
    for title, folded, panels in rows:
        number += 1
        head = {"type": "row", "id": number, "title": title, "collapsed": folded, "panels": [],
                "gridPos": {"h": 1, "w": 2 * WIDTH, "x": 0, "y": y}}
        placed.append(head)
        y += 1
        for at, it in enumerate(panels):
            number += 1
            it = it | {"id": number, "gridPos": {"h": HEIGHT, "w": wide(it), "x": at % 2 * WIDTH, "y": y + at // 2 * HEIGHT}}
            (head["panels"] if folded else placed).append(it)
        y += 0 if folded else (len(panels) + 1) // 2 * HEIGHT
    return placed


def make_rows(out):
    rows = [("Is anything wrong?", False, wrong_panels())]
    rows += [(title, name in FOLDED, rule_panels(name)) for name, title in ROWS]
    said = {name: metrics_of(out, name) for name in daemons()}
    common = [metric for metric in said["ingest"] if all(metric in metrics for metrics in said.values() if metrics)]
    rows.append(("What every daemon measures", True, [metric_panel(metric) for metric in common]))
    for name, metrics in said.items():
        own = [metric for metric in metrics if metric not in common]
        if own:
            rows.append((f"What {name} measures", True, [metric_panel(metric) for metric in own]))
    return rows


def variables():
    job = 'label_values(up{component="daemon"}, job)'
    return [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
            {"name": "job", "label": "Daemon", "type": "query", "datasource": SOURCE,
             "query": {"query": job, "refId": "job"}, "includeAll": True, "multi": True, "refresh": 2, "sort": 1,
             "current": {"text": ["All"], "value": ["$__all"]}}]


board = {
    "uid": "opsmesh", "title": "opsmesh", "description": "Generated by deploy/grafana/dashboard.py: change the rules or the metrics, not this.",
    "tags": ["opsmesh"], "schemaVersion": 39, "version": 1, "editable": False, "timezone": "utc", "refresh": "30s",
    "time": {"from": "now-6h", "to": "now"}, "templating": {"list": variables()}, "panels": place(make_rows(sys.argv[1])),
}
print(json.dumps(board, indent=1, ensure_ascii=False))
