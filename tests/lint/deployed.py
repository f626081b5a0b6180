"""deployed - what the checks of the deployment share: the daemons, what each says of itself, the Dockerfile."""

import json
import os
import re
import subprocess

import source

SECRETS = "/run/secrets/"


def listed():
    """name: schema, from deploy/local/daemons."""
    rows = [line.split() for line in source.read("deploy/local/daemons").splitlines()
            if line.strip() and not line.startswith("#")]
    return dict(rows)


def described(out):
    """What each program that is built says of itself; the tool is among them."""
    programs = {}
    for name in [*listed(), "opsmesh"]:
        path = os.path.join(out, "bin", name)
        if os.access(path, os.X_OK):
            said = subprocess.run([path, "--describe"], capture_output=True, text=True, timeout=20, check=True)
            programs[name] = json.loads(said.stdout)
    return programs


def close_seconds():
    """From the signal to the end of a daemon, in every case."""
    return int(re.search(r"#define CLOSE_SECONDS (\d+)", source.read("common/flow/service_stop.c")).group(1))


def image():
    """The instructions of the image's last stage, and the environment and port that they set."""
    text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", source.read("deploy/Dockerfile"), flags=re.M))
    stages = [[]]
    for line in text.splitlines():
        if line.startswith("FROM "):
            stages.append([])
        stages[-1].append(line)
    words = " ".join(line[4:] for line in stages[-1] if line.startswith("ENV ")).split()
    return stages[1:], dict(word.split("=", 1) for word in words)


def settings_wrong(where, description, environment, mounted):
    """Sentences: a setting that is not there, a secret in the open, a file that is not mounted, one that lacks."""
    settings = {row["name"]: row for row in description["settings"]}
    given = set()
    for name, value in environment.items():
        plain = name[:-5] if name.endswith("_FILE") else name
        given.add(plain)
        row = settings.get(plain)
        if row is None:
            yield f"{where}: {description['name']} has no setting {name}"
        elif name != plain and not row["secret"]:
            yield f"{where}: {plain} is no secret, {description['name']} reads no {name}"
        elif name == plain and row["secret"]:
            yield f"{where}: {name} is a secret, and stands in the open"
        elif name != plain and not (value.startswith(SECRETS) and value[len(SECRETS):] in mounted):
            yield f"{where}: {name} names {value}, which is not mounted"
    for row in settings.values():
        if row["default"] is None and row["name"] not in given:
            yield f"{where}: {description['name']} needs the setting {row['name']}"


def role(daemon):
    return daemon.upper().replace("-", "_")


def routes(description):
    return {(row["method"], row["path"]) for row in description["routes"]}
