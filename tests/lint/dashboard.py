#!/usr/bin/python3
"""dashboard - deploy/grafana/dashboards/opsmesh.json is what its script makes of the tables, and shows metrics that exist.

Every metric that a daemon exposes is on it. promtool, where it is there, judges each panel's expression.
"""

import json
import os
import subprocess
import sys
import tempfile
import source

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)
import measured

BOARD = "deploy/grafana/dashboards/opsmesh.json"
SCRIPT = "deploy/grafana/dashboard.py"


def panels(rows):
    for row in rows:
        if row["type"] != "row":
            yield row
        yield from panels(row.get("panels", []))


def expressions():
    for panel in panels(json.loads(source.read(BOARD))["panels"]):
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$job", ".*")


def check(out):
    made = subprocess.run([f"./{SCRIPT}", out], capture_output=True, text=True, timeout=60)
    if made.returncode != 0:
        print(f"{SCRIPT}: {made.stderr}")
    elif made.stdout != source.read(BOARD):
        print(f"{BOARD} is not what the tables say; make it anew: {SCRIPT} {os.path.relpath(out)} > {BOARD}")
    known = measured.known(out)
    shown = set()
    for title, expression in expressions():
        shown |= {name for name, _ in measured.selectors(expression)}
        for wrong in measured.strange(expression, known):
            print(f"{BOARD}: {title}: {wrong}")
    for metric in sorted({metric["name"] for it in measured.described(out).values() for metric in it["metrics"]}):
        if not shown & {metric, f"{metric}_bucket"}:
            print(f"{BOARD}: no panel shows {metric}")


def ask_promtool():
    rules = [{"record": f"panel:{at}", "expr": expression} for at, (_, expression) in enumerate(expressions())]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "panels.yml")
        with open(path, "w", encoding="utf-8") as file:
            yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}, file)
        judged = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, timeout=60)
    if judged.returncode != 0:
        print(judged.stdout + judged.stderr)


if not measured.described(sys.argv[1]):
    print("no daemon is built")
    sys.exit(77)
measured.judge(lambda: check(sys.argv[1]), "promtool", ask_promtool)
