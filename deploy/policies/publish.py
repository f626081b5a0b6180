#!/usr/bin/python3
"""publish - puts new definitions of metrics into the register of what was published.

  publish.py            adds those that are new
  publish.py --check    adds nothing, and says what was not published or says otherwise

A row has the id, the version and the SHA-256 of the canonical bytes: JSON with the fields in order and without space. The register
only grows: a definition that says otherwise than its row is refused here as it is by the daemon, and needs a new version.
"""

import glob
import hashlib
import json
import os
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics")
REGISTER = os.path.join(FOLDER, "published.json")


def digest(document):
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def judge(known):
    """Rows that are new; what says otherwise than its row."""
    new, wrong = [], []
    for path in sorted(glob.glob(f"{FOLDER}/*-*.json")):
        document = read(path)
        key = (document["id"], document["version"])
        if key not in known:
            new.append({"id": key[0], "version": key[1], "digest": digest(document)})
        elif known[key] != digest(document):
            wrong.append(f"{os.path.relpath(path)}: says otherwise than what was published as version {key[1]}: "
                         "give it a new version")
    return new, wrong


def main():
    rows = read(REGISTER)["published"] if os.path.exists(REGISTER) else []
    new, wrong = judge({(row["id"], row["version"]): row["digest"] for row in rows})
    if sys.argv[1:] == ["--check"]:
        wrong += [f"{row['id']} version {row['version']} was not published" for row in new]
    if wrong:
        sys.exit("\n".join(wrong))
    if sys.argv[1:] == ["--check"]:
        return
    lines = ",\n".join("    " + json.dumps(row) for row in rows + new)
    with open(REGISTER, "w", encoding="utf-8") as file:
        file.write('{\n  "published": [\n' + lines + "\n  ]\n}\n")
    for row in new:
        print(f"published {row['id']} version {row['version']}")


main()
