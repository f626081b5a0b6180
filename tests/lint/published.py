#!/usr/bin/python3
"""published - the register of what was published of metrics has every definition as it is, and has only ever grown.

What the history of the register shows is followed commit by commit; where there is no history, only the register is looked at.
"""

import json
import os
import subprocess

REGISTER = "deploy/policies/metrics/published.json"


def git(*arguments):
    run = subprocess.run(["git", *arguments], capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else ""


def rows(text):
    """Each row as its text, so that none may change."""
    return [json.dumps(row, sort_keys=True) for rows in json.loads(text).values() for row in rows] if text else []


def history():
    """The register's rows, commit by commit, then as it lies there."""
    for commit in git("log", "--first-parent", "--reverse", "--format=%H", "--", REGISTER).split():
        yield commit[:10], rows(git("show", f"{commit}:{REGISTER}"))
    if os.path.exists(REGISTER):
        with open(REGISTER, encoding="utf-8") as file:
            yield "the tree", rows(file.read())


run = subprocess.run(["deploy/policies/publish.py", "--check"], capture_output=True, text=True)
if run.returncode != 0:
    print(run.stderr.strip())
before = []
for name, now in history():
    for row in before:
        if row not in now:
            print(f"{REGISTER}: {name} takes back {row}")
    before = now
