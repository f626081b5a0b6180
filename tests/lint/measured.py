"""measured - what the checks of rules, runbooks and dashboards share: which metrics there are, and what the rules say."""

import contextlib
import glob
import io
import json
import os
import re
import shutil
import subprocess
import sys
import source

OUTSIDE = "tests/lint/exporters.txt"
RULES = "deploy/prometheus/rules/*.yml"
SCRAPED = {"job", "instance", "component"}  # labels that come with the scrape
HISTOGRAM = {"_bucket": {"le"}, "_sum": set(), "_count": set()}
WORDS = set("""by without on ignoring group_left group_right and or unless bool offset absent abs avg avg_over_time
changes clamp_max clamp_min count count_over_time delta histogram_quantile increase label_replace max max_over_time min
min_over_time predict_linear quantile rate scalar sort_desc sum sum_over_time time topk vector inf nan""".split())


def daemons():
    rows = source.read("deploy/local/daemons").splitlines()
    return [row.split()[0] for row in rows if row.strip() and not row.startswith("#")]


def describe(program):
    answer = subprocess.run([program, "--describe"], capture_output=True, text=True, timeout=20, check=True)
    return json.loads(answer.stdout)


def described(out):
    """By name, what each daemon that is built says of itself, in the order of the local stack."""
    built = [(name, os.path.join(out, "bin", name)) for name in daemons()]
    return {name: describe(program) for name, program in built if os.access(program, os.X_OK)}


def series_of(metric):
    labels = set(metric["labels"])
    if metric["type"] != "histogram":
        return {metric["name"]: labels}
    return {metric["name"] + suffix: labels | more for suffix, more in HISTOGRAM.items()}


def exposed(out):
    """Each series that a daemon exposes, with its labels."""
    return {name: labels for it in described(out).values() for metric in it["metrics"]
            for name, labels in series_of(metric).items()}


def outside():
    """Each metric of others that may be named, with its exporter."""
    rows = [line.split() for line in source.read(OUTSIDE).splitlines() if line and not line.startswith("#")]
    return {metric: exporter for exporter, metric in rows}


def selectors(expression):
    """The metrics that an expression reads, each with the labels that it is chosen by."""
    text = re.sub(r'"(?:\\.|[^"\\])*"', '""', expression)
    text = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)", " ", text)
    text = re.sub(r"\[[^\]]*\]", " ", text)
    text = re.sub(r"\b(offset)\s+\S+", " ", text)
    for match in re.finditer(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?", text):
        name, chosen = match.groups()
        before = text[match.start() - 1] if match.start() else " "
        if name not in WORDS and not before.isdigit() and not inside_braces(text, match.start()):
            yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", chosen or ""))


def inside_braces(text, at):
    return text.rfind("{", 0, at) > text.rfind("}", 0, at)


def groups():
    """Each group of rules, with the file that has it."""
    import yaml
    for path in sorted(glob.glob(RULES)):
        for group in yaml.safe_load(source.read(path))["groups"]:
            yield path, group


def rules(kind):
    """Every rule that is an alert, or a record, with its file."""
    return [(path, rule) for path, group in groups() for rule in group["rules"] if kind in rule]


def strange(expression, known):
    """What is wrong with the metrics of an expression: known has the labels of each, None where any will do."""
    for name, labels in selectors(expression):
        if name not in known:
            yield f"there is no metric {name}"
        elif known[name] is not None and labels - known[name] - SCRAPED:
            yield f"{name} has no label {', '.join(sorted(labels - known[name] - SCRAPED))}"


def known(out):
    """Everything that an expression may read: ours with labels, what is recorded and what others expose without."""
    names = {name: None for name in outside()}
    names.update({rule["record"]: None for _, rule in rules("record")})
    names.update(exposed(out))
    return names


def judge(read, tool, ask):
    """What can be read is checked always; then the tool is asked. Without it nothing found is a skip, not well."""
    found = io.StringIO()
    with contextlib.redirect_stdout(found):
        read()
    print(found.getvalue(), end="")
    if shutil.which(tool):
        ask()
    elif not found.getvalue():
        print(f"{tool} is missing, run 'make setup'")
        sys.exit(77)
