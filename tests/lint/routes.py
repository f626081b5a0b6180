#!/usr/bin/python3
"""routes - who is told of an alert: deploy/alertmanager, judged by amtool and by the two tables beside it.

tests/routes.txt has the receiver of each kind of alert, tests/inhibitions.txt what is silenced by what; the latter is reckoned here,
since amtool does not. Addresses come from files. An amtool before 0.26 does not know url_file, and is shown a copy with addresses.
"""

import os
import re
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

CONFIG = "deploy/alertmanager/alertmanager.yml"
ROUTES = "deploy/alertmanager/tests/routes.txt"
INHIBITIONS = "deploy/alertmanager/tests/inhibitions.txt"


def rows(path):
    return [line.split() for line in source.read(path).splitlines() if line.strip() and not line.startswith("#")]


def matches(matchers, labels):
    for matcher in matchers:
        name, how, value = re.fullmatch(r'(\w+)(=~|!~|!=|=)"(.*)"', matcher).groups()
        has = labels.get(name, "")
        met = re.fullmatch(value, has) is not None if "~" in how else has == value
        if met == how.startswith("!"):
            return False
    return True


def silences(rule, source_labels, target_labels):
    """As Alertmanager has it: who is on both sides is not silenced by its like."""
    def sides(labels):
        return matches(rule["source_matchers"], labels), matches(rule["target_matchers"], labels)
    if not sides(source_labels)[0] or not sides(target_labels)[1]:
        return False
    if sides(target_labels)[0] and sides(source_labels)[1]:
        return False
    return all(source_labels.get(name, "") == target_labels.get(name, "") for name in rule.get("equal", []))


def labels_of(words, alerts):
    labels = {}
    for word in words:
        name, _, value = word.partition("=")
        if value:
            labels[name] = value
        elif name in alerts:
            labels.update(alerts[name]["labels"], alertname=name)
        else:
            print(f"{INHIBITIONS}: there is no alert {name}")
    return labels


def check_inhibitions(rules, alerts):
    for row in rows(INHIBITIONS):
        at = next(i for i, word in enumerate(row) if word in ("silences", "leaves"))
        ends = labels_of(row[:at], alerts), labels_of(row[at + 1:], alerts)
        if any(silences(rule, *ends) for rule in rules) != (row[at] == "silences"):
            print(f"{INHIBITIONS}: not so: {' '.join(row)}")


def check_named(rules, alerts):
    """A rule that names an alert or an area which is no more silences nothing, without a word."""
    areas = {alert["labels"]["area"] for alert in alerts.values()}
    for rule in rules:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            name, value = re.fullmatch(r'(\w+)(?:=~|!~|!=|=)"(.*)"', matcher).groups()
            there = {"alertname": set(alerts), "area": areas | {".+"}}.get(name)
            for word in value.split("|") if there else []:
                if word not in there:
                    print(f"{CONFIG}: no alert has the {name} {word}")


def check_receivers(config):
    for receiver in config["receivers"]:
        for hook in receiver.get("webhook_configs", []):
            if "url" in hook or not hook.get("url_file", "").startswith("/run/secrets/"):
                print(f"{CONFIG}: the address of {receiver['name']} does not come from a secret's file")
    named = {row[0] for row in rows(ROUTES)}
    for name in sorted({it["name"] for it in config["receivers"]} - named):
        print(f"{ROUTES}: nothing arrives at {name}")


def ask(*arguments):
    judged = subprocess.run(["amtool", *arguments], capture_output=True, text=True, timeout=60)
    return judged.returncode == 0, judged.stdout + judged.stderr


def ask_amtool(path):
    well, said = ask("check-config", path)
    if not well:
        print(said)
        return
    for receiver, *labels in rows(ROUTES):
        well, said = ask("config", "routes", "test", f"--config.file={path}", f"--verify.receivers={receiver}", *labels)
        if not well:
            print(f"{ROUTES}: {' '.join(labels)} does not arrive at {receiver}: {said.splitlines()[-1]}")


def check():
    config = yaml.safe_load(source.read(CONFIG))
    alerts = {rule["alert"]: rule for _, rule in measured.rules("alert")}
    check_receivers(config)
    check_named(config["inhibit_rules"], alerts)
    check_inhibitions(config["inhibit_rules"], alerts)


def judge():
    version = re.search(r"version (\d+)\.(\d+)", ask("--version")[1])
    if tuple(map(int, version.groups())) >= (0, 26):
        ask_amtool(CONFIG)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "alertmanager.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source.read(CONFIG).replace("url_file: /", "url: http://receiver.invalid/"))
        ask_amtool(path)


measured.judge(check, "amtool", judge)
