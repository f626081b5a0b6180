#!/usr/bin/python3
"""publish - puts new definitions of metrics into the register of what was published.

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


def main():
    rows = read(REGISTER)["published"] if os.path.exists(REGISTER) else []
    known = {(row["id"], row["version"]): row["digest"] for row in rows}
    for path in sorted(glob.glob(f"{FOLDER}/*-*.json")):
        document = read(path)
        key = (document["id"], document["version"])
        if key not in known:
            rows.append({"id": key[0], "version": key[1], "digest": digest(document)})
            print(f"published {key[0]} version {key[1]}")
        elif known[key] != digest(document):
            sys.exit(f"{os.path.relpath(path)}: says otherwise than what was published as version {key[1]}: give it a new version")
    lines = ",\n".join("    " + json.dumps(row) for row in rows)
    with open(REGISTER, "w", encoding="utf-8") as file:
        file.write('{\n  "published": [\n' + lines + "\n  ]\n}\n")


main()
