"""schemas - the published JSON Schemas against the documents of the tree and against the parser.

Every document in deploy/policies is valid. Calendars and holiday lists that are bent in one place, as a
schema can tell, are put to `opsmesh calendar due --batch`, and both must give the same verdict.
"""

import copy
import glob
import json
import subprocess
import sys

import jsonschema

FOLDER = "deploy/policies"
KINDS = {"calendars": "calendar", "holidays": "holidays", "sla": "policy", "macros": "macro",
         "playbooks": "playbook", "glossary": "glossary", "signals": "signals", "shortfall": "shortfall",
         "patterns": "patterns", "taxonomy": "taxonomy", "rules": "rules",
         "access": "access", "mrr": "mrr", "close": "close", "books": "books", "suspense": "suspense", "provider": "provider",
         "chart": "chart",
         "currencies": "currencies", "fx": "fx", "declines": "declines", "attempts": "attempts",
         "dunning": "dunning", "packet": "packet", "refunds": "refunds", "usage": "usage", "invoices": "invoices",
         "tax": "tax", "discrepancies": "discrepancies", "reasons": "reasons", "cases": "cases",
         "economics": "economics", "compelling": "compelling", "warnings": "warnings", "programmes": "programmes",
         "evidence": "evidence", "shown": "shown",
         "dispute-patterns": "dispute-patterns", "dispute-watch": "dispute-watch", "metrics": "metrics",
         "alerts": "alerts"}

CALENDAR = {
    "id": "c", "version": 1, "effective_from": "2026-01-01T00:00:00+09:00", "time_zone": "Asia/Tokyo",
    "windows": [{"days": ["mon", "tue"], "from": "09:00", "to": "18:00"}], "holidays": ["jp"],
    "overrides": [{"date": "2026-12-28", "windows": [{"from": "09:00", "to": "24:00"}], "reason": "r"}],
}
HOLIDAYS = {"id": "jp", "version": "2026", "source": "s", "days": [{"date": "2026-01-01", "name": "元日"}]}
WINDOW = {"from": "09:00", "to": "10:00"}
# (path, value); DROP takes the field away
DROP = object()
CALENDAR_CHANGES = [
    ((), None), (("id",), ""), (("id",), 1), (("id",), "x" * 64), (("id",), "x" * 65), (("id",), DROP),
    (("version",), 0), (("version",), "1"), (("version",), 1.5), (("version",), 2**31),
    (("version",), DROP), (("effective_from",), "2026-01-01"), (("effective_from",), DROP),
    (("effective_from",), "2026-01-01T00:00:00"), (("effective_from",), "2026-01-01T00:00:00.5Z"),
    (("time_zone",), 9), (("time_zone",), DROP), (("windows",), DROP), (("windows",), {}),
    (("windows", 0, "days"), []), (("windows", 0, "days"), ["monday"]), (("windows", 0, "days"), "mon"),
    (("windows", 0, "from"), "9:00"), (("windows", 0, "from"), "24:00"), (("windows", 0, "from"), "09:60"),
    (("windows", 0, "from"), DROP), (("windows", 0, "to"), "24:00"), (("windows", 0, "to"), "24:01"),
    (("windows", 0, "to"), "08:00"), (("windows", 0, "to"), None), (("windows", 0, "color"), "red"),
    (("holidays",), None), (("holidays",), DROP), (("holidays",), "jp"), (("holidays",), ["jp", "jp"]),
    (("overrides",), None), (("overrides",), DROP), (("overrides", 0, "windows"), []),
    (("overrides", 0, "windows"), [WINDOW] * 24), (("overrides", 0, "windows"), [WINDOW] * 25),
    (("overrides", 0, "windows"), DROP), (("overrides", 0, "date"), "28.12.2026"),
    (("overrides", 0, "reason"), None), (("overrides", 0, "reason"), "x" * 257),
    (("overrides", 0, "who"), "me"), (("color",), "red"),
]
HOLIDAYS_CHANGES = [
    ((), None), (("version",), 2026), (("version",), DROP), (("source",), DROP), (("source",), 1),
    (("days",), []), (("days",), None), (("days",), DROP), (("days", 0, "name"), DROP),
    (("days", 0, "name"), 1), (("days", 0, "date"), DROP), (("days", 0, "date"), "2026-1-1"),
    (("days", 0, "half"), True), (("color",), "red"),
]

failed = False


def verdict(name, good, what=""):
    global failed
    failed = failed or not good
    print(("ok " if good else "FAIL ") + "schemas: " + name + (": " + what if not good else ""))


def schema(name):
    with open(f"{FOLDER}/schema/{name}.schema.json") as file:
        content = json.load(file)
    jsonschema.Draft202012Validator.check_schema(content)
    return jsonschema.Draft202012Validator(content)


def changed(document, path, value):
    document = copy.deepcopy(document)
    if not path:
        return document
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is DROP:
        place.pop(path[-1], None)
    else:
        place[path[-1]] = value
    return document


def answers(lines):
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    run = subprocess.run([sys.argv[1], "calendar", "due", "--batch"], input=text, text=True,
                         capture_output=True, timeout=60, check=True)
    return run.stdout.splitlines()


def agree(name, validator, documents, lines):
    said = answers(lines)
    wrong = [f"{json.dumps(document, ensure_ascii=False)} -> {answer}"
             for document, answer in zip(documents, said)
             if validator.is_valid(document) == answer.startswith("error: ")]
    if len(said) != len(lines):
        wrong.append(f"{len(lines)} questions, {len(said)} answers")
    verdict(name, not wrong, "; ".join(wrong))


def line(calendar, holidays):
    return {"calendar": calendar, "holidays": [holidays], "at": "2026-06-01T00:00:00Z", "target_s": 60}


schemas = {kind: schema(name) for kind, name in KINDS.items()}
for kind, validator in schemas.items():
    for path in sorted(glob.glob(f"{FOLDER}/{kind}/*.json")):
        with open(path) as file:
            errors = [error.message for error in validator.iter_errors(json.load(file))]
        verdict(path, not errors, "; ".join(errors))
calendars = [changed(CALENDAR, *change) for change in CALENDAR_CHANGES]
agree("calendars that are bent", schemas["calendars"], calendars,
      [line(calendar, HOLIDAYS) for calendar in calendars])
lists = [changed(HOLIDAYS, *change) for change in HOLIDAYS_CHANGES]
agree("holiday lists that are bent", schemas["holidays"], lists,
      [line(CALENDAR, holidays) for holidays in lists])
sys.exit(failed)
