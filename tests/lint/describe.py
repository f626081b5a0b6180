#!/usr/bin/python3
"""describe - what a daemon says of itself agrees with what is written about it.

For every daemon that is built: --describe is JSON, and each of its settings stands in
docker-compose.yml or in its README.md, and each command of its own in the latter. The tool's README.md has each command's usage and each setting. Each topic of the catalogue stands in proto/opsmesh/v1/README.md.
"""

import json
import os
import re
import subprocess
import sys
import source


def text_of(path):
    return source.read(path) if os.path.exists(path) else ""


def settings(description):
    for key in ("settings", "config", "config_keys"):
        for row in description.get(key, []):
            yield row["name"]


def check(name, program):
    answer = subprocess.run([program, "--describe"], capture_output=True, text=True, timeout=20)
    try:
        description = json.loads(answer.stdout)
    except ValueError as error:
        print(f"{name} --describe: not JSON: {error}")
        return
    readme = text_of(f"services/{name}/README.md")
    written = readme + text_of("docker-compose.yml")
    for setting in settings(description):
        if setting not in written:
            print(f"{name}: the setting {setting} stands neither in its README nor in docker-compose.yml")
    for command in description["commands"]:
        usage = f"{name} {command['name']} {command['form']}"
        if usage + "\n" not in readme:
            print(f"{name}: its README does not have the line: {usage}")


def check_tool(program):
    answer = subprocess.run([program, "--describe"], capture_output=True, text=True, timeout=20)
    description = json.loads(answer.stdout)
    readme = text_of("services/opsmesh/README.md")
    for command in description["commands"]:
        usage = f"opsmesh {command['name']} {command['usage']}"
        if usage + "\n" not in readme:
            print(f"opsmesh: its README does not have the line: {usage}")
    for setting in settings(description):
        if setting not in readme:
            print(f"opsmesh: the setting {setting} does not stand in its README")


def check_topics():
    catalogue = "proto/opsmesh/v1/catalogue.c"
    readme = text_of("proto/opsmesh/v1/README.md")
    for topic in re.findall(r'"(ops\.[a-z.-]+\.v1)"', text_of(catalogue)):
        if topic not in readme:
            print(f"{catalogue}: {topic} does not stand in proto/opsmesh/v1/README.md")


def daemons():
    for line in source.read("deploy/local/daemons").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split()[0]


built = [(name, os.path.join(sys.argv[1], "bin", name)) for name in daemons()]
built = [(name, program) for name, program in built if os.access(program, os.X_OK)]
if not built:
    print("no daemon is built")
    sys.exit(77)
check_topics()
for name, program in built:
    check(name, program)
tool = os.path.join(sys.argv[1], "bin", "opsmesh")
if os.access(tool, os.X_OK):
    check_tool(tool)
