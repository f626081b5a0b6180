#!/usr/bin/python3
"""runbooks - each alert has its runbook, each runbook its alerts, and what it says to type is there.

Alerts are the rules of deploy/prometheus, what C raises (a path of a runbook in its text) and the documents of
deploy/policies/alerts. A runbook has its sections in their order, three commands, and names every rule that leads to it. Commands of
opsmesh are held against its --describe, silences against the rules.
"""

import glob
import json
import os
import re
import shlex
import sys
import source

try:
    import yaml  # measured reads the rules with it
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)
import measured

SECTIONS = ("What it means", "How bad it is", "Three commands", "What to do", "It looks wrong", "How to silence", "Whom to tell")
MAY_LACK = {"What to do", "It looks wrong"}
OTHERS = {"amtool", "promtool", "curl", "docker", "psql", "df", "du", "openssl",
          "kafka-topics.sh", "kafka-log-dirs.sh", "kafka-metadata-quorum.sh"}
BOOKS = sorted(glob.glob("deploy/runbooks/*.md"))


def sections(text):
    """The text of each section by its title, in the order of the page."""
    parts = re.split(r"^## (.*)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def check_sections(path, parts):
    for title in parts:
        if title not in SECTIONS:
            print(f"{path}: no runbook has a section {title}")
    for title in SECTIONS:
        if title not in MAY_LACK and not parts.get(title, "").strip():
            print(f"{path}: the section {title} is missing or empty")
    if list(parts) != [title for title in SECTIONS if title in parts]:
        print(f"{path}: the sections stand in another order")


def check_tool(path, words, commands):
    name = words[1] if len(words) > 1 else ""
    if name not in commands:
        print(f"{path}: opsmesh has no command {name}")
        return
    options = {option["name"] for option in commands[name]["options"]}
    for word in words[2:]:
        if word.startswith("--") and word not in options:
            print(f"{path}: opsmesh {name} has no option {word}")
    what = commands[name]["usage"].split()[0]
    if "|" in what and what.islower() and len(words) > 2 and words[2] not in what.split("|"):
        print(f"{path}: opsmesh {name} knows no {words[2]}")


def check_command(path, line, commands):
    try:
        words = shlex.split(line)
    except ValueError as error:
        print(f"{path}: {line}: {error}")
        return
    if words[0] == "opsmesh":
        check_tool(path, words, commands)
    elif words[0] not in OTHERS and words[0] not in measured.daemons():
        print(f"{path}: {words[0]} is no program that on-call has")


def check_commands(path, text, commands):
    blocks = re.findall(r"```\n(.*?)```", text, re.S)
    lines = blocks[0].splitlines() if len(blocks) == 1 else []
    if len(lines) != 3:
        print(f"{path}: Three commands has not one block of three lines")
    for line in lines:
        check_command(path, line, commands)


def check_inline(path, text, commands):
    for line in re.findall(r"`(opsmesh [a-z][^`]*)`", re.sub(r"```.*?```", "", text, flags=re.S)):
        if "alertname" not in line:
            check_tool(path, shlex.split(line.replace("\n", " ")), commands)


def check_silence(path, text, alerts):
    if "amtool silence add" not in text and '"action":"acknowledge"' not in text:
        print(f"{path}: it does not say how to silence")
    areas = {rule["labels"]["area"] for rule in alerts.values()}
    for name, value in re.findall(r"\b(alertname|area)=(\w+)", text):
        if value not in (alerts if name == "alertname" else areas):
            print(f"{path}: no alert has the {name} {value}")


def check_links(path, text):
    for target in re.findall(r"\]\(([\w-]+\.md)\)", text):
        if not os.path.exists(f"deploy/runbooks/{target}"):
            print(f"{path}: it leads to {target}, which is not there")


def leading(alerts):
    """Who leads to each runbook: rules by their names, C and documents by their files."""
    led = {}
    for name, rule in alerts.items():
        led.setdefault(rule["annotations"]["runbook"], set()).add(name)
    for path in source.files("common/*.[ch]", "services/*.[ch]"):
        for book in re.findall(r'"(deploy/runbooks/[\w-]+\.md)"', source.code(path, strings=True)):
            led.setdefault(book, set()).add(path)
    for path in sorted(glob.glob("deploy/policies/alerts/*.json")):
        for book in runbooks_in(json.loads(source.read(path))):
            led.setdefault(book, set()).add(path)
    return led


def runbooks_in(value):
    """Each field runbook of a document, however deep; a name alone means the file of that name."""
    if isinstance(value, list):
        return [book for item in value for book in runbooks_in(item)]
    if not isinstance(value, dict):
        return []
    own = [value["runbook"]] if isinstance(value.get("runbook"), str) else []
    own = [book if "/" in book else f"deploy/runbooks/{book.removesuffix('.md')}.md" for book in own]
    return own + [book for item in value.values() for book in runbooks_in(item)]


def check_book(path, led, alerts, commands):
    text = source.read(path)
    parts = sections(text)
    check_sections(path, parts)
    check_commands(path, parts.get("Three commands", ""), commands)
    check_inline(path, text, commands)
    check_silence(path, parts.get("How to silence", ""), alerts)
    check_links(path, text)
    for name in sorted(led):
        if name in alerts and f"`{name}`" not in text:
            print(f"{path}: {name} leads here, and it is not named")
    for name in re.findall(r"Opsmesh[A-Z]\w+", text):
        if name not in alerts:
            print(f"{path}: there is no alert {name}")


tool = os.path.join(sys.argv[1], "bin", "opsmesh")
if not os.access(tool, os.X_OK):
    print("opsmesh is not built")
    sys.exit(77)
commands = {command["name"]: command for command in measured.describe(tool)["commands"]}
alerts = {rule["alert"]: rule for _, rule in measured.rules("alert")}
led = leading(alerts)
for book in sorted(set(led) - set(BOOKS)):
    print(f"{book} is not there; {', '.join(sorted(led[book]))} leads to it")
for path in BOOKS:
    if path not in led:
        print(f"{path}: no alert leads here")
    check_book(path, led.get(path, set()), alerts, commands)
