#!/usr/bin/python3
"""alerts - each rule of deploy/prometheus says how grave it is, what to do, and asks for metrics that exist."""

import glob
import re
import shutil
import subprocess
import sys
import source

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)

FILES = sorted(glob.glob("deploy/prometheus/*.yml"))
code = "".join(source.read(path) for path in glob.glob("common/**/*.c", recursive=True) + glob.glob("services/**/*.c", recursive=True))
METRICS = set(re.findall(r'"(opsmesh_[a-z_]+)"', code))
SUFFIX = re.compile(r"_(bucket|sum|count)$")


def check(path, rule):
    name = rule.get("alert", "?")
    notes = rule.get("annotations", {})
    for metric in re.findall(r"opsmesh_[a-z_]+", rule.get("expr", "")):
        if metric not in METRICS and SUFFIX.sub("", metric) not in METRICS:
            print(f"{path}: {name}: there is no metric {metric}")
    if rule.get("labels", {}).get("severity") not in ("critical", "warning", "info"):
        print(f"{path}: {name}: severity is none of critical, warning and info")
    for word in ("summary", "description", "runbook"):
        if not notes.get(word):
            print(f"{path}: {name}: it has no {word}")
    runbook = notes.get("runbook", "")
    if runbook and (runbook not in glob.glob("deploy/runbooks/*.md") or path not in source.read(runbook)):
        print(f"{path}: {name}: {runbook} is not there, or does not name the rules")


for path in FILES:
    for group in yaml.safe_load(source.read(path))["groups"]:
        for rule in group["rules"]:
            check(path, rule)
if FILES and shutil.which("promtool"):
    judged = subprocess.run(["promtool", "check", "rules", *FILES], capture_output=True, text=True, timeout=20)
    if judged.returncode != 0:
        print(judged.stdout + judged.stderr)
