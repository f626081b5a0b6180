#!/usr/bin/python3
"""alerts - each rule of deploy/prometheus says how grave it is, whose it is and what to do, asks for metrics that exist, and is tested.

A metric exists when a daemon's --describe has it, a rule records it, or exporters.txt names whose it is. Of each alert a test shows
that it fires, and another that it is silent.
"""

import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import source

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)
import measured

CONFIG = "deploy/prometheus/prometheus.yml"
TESTS = sorted(glob.glob("deploy/prometheus/tests/*.yml"))
ALWAYS = "OpsmeshWatchdog"
TEAMS = ("support", "billing", "platform")


def check_labels(path, rule):
    name, labels, notes = rule["alert"], rule.get("labels", {}), rule.get("annotations", {})
    if not re.fullmatch("Opsmesh[A-Za-z]+", name):
        print(f"{path}: {name}: an alert is called OpsmeshSomething")
    if labels.get("severity") not in ("critical", "warning", "info"):
        print(f"{path}: {name}: severity is none of critical, warning and info")
    if labels.get("team") not in TEAMS:
        print(f"{path}: {name}: team is none of {', '.join(TEAMS)}")
    if not labels.get("area"):
        print(f"{path}: {name}: it has no area, which inhibition goes by")
    for word in ("summary", "description", "runbook"):
        if not notes.get(word):
            print(f"{path}: {name}: it has no {word}")


def words(expression, records):
    """All words of an expression, and of what was recorded for it: the labels that it can have are among them."""
    found = set(re.findall(r"[\w:]+", expression))
    for name in found & set(records):
        found |= words(records[name], records)
    return found


def check_words(path, rule, records):
    """A label that the expression does not keep is an empty place in the sentence."""
    kept = words(rule["expr"], records) | measured.SCRAPED | {"mountpoint"}
    for label in re.findall(r"\$labels\.(\w+)", str(rule.get("annotations"))):
        if label not in kept:
            print(f"{path}: {rule['alert']}: the expression has no label {label}")


def check_tests(alerts):
    tests = [test for path in TESTS for test in yaml.safe_load(source.read(path))["tests"]]
    shown = {"fires": set(), "silent": set()}
    for test in tests:
        name = test["name"].split()[0]
        for asked in test.get("promql_expr_test", []):
            if f'alertname="{name}"' in asked["expr"]:
                shown["fires" if asked["exp_samples"] else "silent"].add(name)
        if name not in alerts:
            print(f"a test is named after {name}, which is no alert")
    for name in sorted(alerts):
        for what, names in shown.items():
            if name not in names and (name, what) != (ALWAYS, "silent"):
                print(f"deploy/prometheus/tests: no test shows {name} when it {what if what == 'fires' else 'is silent'}")


def check_jobs():
    jobs = yaml.safe_load(source.read(CONFIG))["scrape_configs"]
    named = {job["job_name"] for job in jobs}
    ours = [job["job_name"] for job in jobs if any(
        it.get("labels", {}).get("component") == "daemon" for it in job.get("static_configs", []))]
    if ours != measured.daemons():
        print(f"{CONFIG}: the daemons scraped are {', '.join(ours)}, not those of deploy/local/daemons")
    for path in sorted(glob.glob(measured.RULES)):
        for job in re.findall(r'job="([^"]*)"', source.read(path)):
            if job not in named:
                print(f"{path}: {CONFIG} has no job {job}")


def check_use(records):
    """What is recorded is for somebody: a rule, or the dashboard."""
    readers = "".join(rule["expr"] for kind in ("alert", "record") for _, rule in measured.rules(kind))
    readers += "".join(source.read(path) for path in glob.glob("deploy/grafana/**/*.json", recursive=True))
    for path, rule in records:
        if not re.search(re.escape(rule["record"]) + r"(?![\w:])", readers):
            print(f"{path}: nobody reads {rule['record']}")


def run(arguments):
    judged = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    return "" if judged.returncode == 0 else judged.stdout + judged.stderr


def ask_promtool():
    asked = [["promtool", "check", "config", CONFIG]] + [["promtool", "test", "rules", path] for path in TESTS]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for wrong in pool.map(run, asked):
            print(wrong, end="")


def check(out):
    alerts = measured.rules("alert")
    records = measured.rules("record")
    known = measured.known(out)
    for path, rule in alerts + records:
        for wrong in measured.strange(rule["expr"], known):
            print(f"{path}: {rule.get('alert', rule.get('record'))}: {wrong}")
    for path, rule in alerts:
        check_labels(path, rule)
        check_words(path, rule, {it["record"]: it["expr"] for _, it in records})
    names = [rule["alert"] for _, rule in alerts]
    for name in sorted({name for name in names if names.count(name) > 1}):
        print(f"two alerts are called {name}")
    check_tests(set(names))
    check_jobs()
    check_use(records)


if not measured.described(sys.argv[1]):
    print("no daemon is built")
    sys.exit(77)
measured.judge(lambda: check(sys.argv[1]), "promtool", ask_promtool)
