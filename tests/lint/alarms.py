#!/usr/bin/python3
"""alarms - each alert document of KPIs looks at what a definition has, and its file is called by its id and version.

The runbook that it names is held by the check of runbooks; all else that a document may say, the compiler checks.
"""

import glob
import json
import sys

KINDS = ("minute", "hour", "day", "week", "month")  # the shortest first
metrics = {}
for path in glob.glob("deploy/policies/metrics/*-[0-9]*.json"):
    with open(path, encoding="utf-8") as file:
        metric = json.load(file)
    metrics[f"{metric['id']}@{metric['version']}"] = metric
if not metrics:
    print("there are no definitions of metrics")
    sys.exit(77)


def check(path, rule):
    metric = metrics.get(rule["metric"])
    if path != f"deploy/policies/alerts/{rule['id']}-{rule['version']}.json":
        print(f"{path}: it is {rule['id']}, version {rule['version']}")
    if metric is None:
        print(f"{path}: metric: there is no {rule['metric']}")
        return
    if rule["window"] not in metric["windows"]:
        print(f"{path}: window: {rule['metric']} has no {rule['window']}")
    if rule.get("dimension") not in [None, *metric["dimensions"]]:
        print(f"{path}: dimension: {rule['metric']} has no {rule['dimension']}")
    if "dimension" in rule and KINDS.index(rule["window"]) < KINDS.index(metric.get("dimensions_from", "day")):
        print(f"{path}: window: {rule['metric']} is not cut by {rule['dimension']} in windows as short as the {rule['window']}: "
              "dimensions_from")
    judge = rule["judge"]
    if (judge["of"] == "share" or judge["by"] == "budget") and metric["formula"] != "share":
        print(f"{path}: judge.of: {rule['metric']} is no share")
    if judge["by"] == "unlike" and judge["of"] == "share" and "weight" in metric:
        print(f"{path}: judge.of: the share of {rule['metric']} is by value, which has no interval")
    money = metrics.get(rule["says"].get("money"), {})
    if "money" in rule["says"] and money.get("unit") != "minor" and "weight" not in money:
        print(f"{path}: says.money: {rule['says']['money']} is no amount")
    if money and rule["window"] not in money["windows"]:
        print(f"{path}: says.money: {rule['says']['money']} has no {rule['window']}")
    if "at_risk" in rule and metric["unit"] != "minor" and "weight" not in metric:
        print(f"{path}: at_risk: {rule['metric']} is no amount")


for name in sorted(glob.glob("deploy/policies/alerts/*.json")):
    with open(name, encoding="utf-8") as file:
        check(name, json.load(file))
