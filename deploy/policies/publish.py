#!/usr/bin/python3
"""publish - puts new definitions of metrics into the register of what was published.

  publish.py            adds those that are new
  publish.py --zones    and the rules of zones that became others
  publish.py --check    adds nothing, and says what was not published or says otherwise

A row has the id, the version and the SHA-256 of the canonical bytes: JSON with the fields in order and without space. The register
only grows: a definition that says otherwise than its row is refused here as it is by the daemon, and needs a new version.

The rules of the zones in which days begin are published likewise, as this machine has them, for five years from the one of the
first definition: when clocks change. Where they became others a row is added only when it is asked for by --zones, since windows
that were counted already may begin elsewhere now and have to be counted anew.
"""

import datetime

import glob
import hashlib
import json
import os
import sys
import zoneinfo

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics")
REGISTER = os.path.join(FOLDER, "published.json")


def digest(document):
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def instant(year):
    return int(datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc).timestamp())


def rules(zone, first, last):
    """The digest of when the zone's clocks change, as definition_register.c describes it."""
    place, lines, before = zoneinfo.ZoneInfo(zone), [], None
    for second in range(instant(first), instant(last + 1), 3600):
        offset = int(datetime.datetime.fromtimestamp(second, place).utcoffset().total_seconds())
        if offset != before:
            lines.append(f"{second} {offset}\n")
        before = offset
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def judge_definitions(documents, known):
    """Rows that are new; what says otherwise than its row."""
    new, wrong = [], []
    for path, document in documents.items():
        key = (document["id"], document["version"])
        if key not in known:
            new.append({"id": key[0], "version": key[1], "digest": digest(document)})
        elif known[key] != digest(document):
            wrong.append(f"{os.path.relpath(path)}: says otherwise than what was published as version {key[1]}: "
                         "give it a new version")
    return new, wrong


def judge_zones(documents, rows, again):
    """The same of zones; of a zone's rows the last counts."""
    new, wrong = [], []
    last = {row["zone"]: row for row in rows}
    first = min((int(document["effective_from"][:4]) for document in documents.values()), default=2026)
    for zone in sorted({document["zone"] for document in documents.values()}):
        row = last.get(zone)
        holds = row is not None and row["rules"] == rules(zone, row["from"], row["to"])
        if row is None or (again and not holds):
            new.append({"zone": zone, "from": first, "to": first + 4, "rules": rules(zone, first, first + 4)})
        elif not holds:
            wrong.append(f"{os.path.relpath(REGISTER)}: the rules of {zone} on this machine are not those that were published")
    return new, wrong


def write(register):
    parts = [f'  "{name}": [\n' + ",\n".join("    " + json.dumps(row) for row in rows) + "\n  ]"
             for name, rows in register.items()]
    with open(REGISTER, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


def main():
    register = read(REGISTER) if os.path.exists(REGISTER) else {"published": [], "zones": []}
    documents = {path: read(path) for path in sorted(glob.glob(f"{FOLDER}/*-*.json"))}
    known = {(row["id"], row["version"]): row["digest"] for row in register["published"]}
    definitions, wrong = judge_definitions(documents, known)
    zones, changed = judge_zones(documents, register["zones"], sys.argv[1:] == ["--zones"])
    wrong += changed
    check = sys.argv[1:] == ["--check"]
    if check:
        wrong += [f"{row['id']} version {row['version']} was not published" for row in definitions]
        wrong += [f"the rules of {row['zone']} were not published" for row in zones]
    if wrong:
        sys.exit("\n".join(wrong))
    if not check:
        write({"published": register["published"] + definitions, "zones": register["zones"] + zones})


main()
