#!/usr/bin/python3
"""sql - SQL lives in files: one statement each, named once; one C file ends transactions."""

import collections
import os
import re
import source

STATEMENT = r'"\s*(SELECT\s|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|SCHEMA|INDEX)|COPY\s)'
TRANSACTION = r'"\s*(BEGIN|COMMIT|ROLLBACK|START TRANSACTION)\b'

enders = collections.defaultdict(list)
for name in source.files("common/*.[ch]", "services/*.[ch]"):
    text = source.code(name, strings=True)
    for line, match in source.matches(name, text, STATEMENT):
        print(f"{name}:{line}: SQL text in C: {match.group(1).strip()}")
    for line, match in source.matches(name, text, TRANSACTION):
        enders[name].append(f"{name}:{line}: {match.group(1)}")
if len(enders) > 1:
    for lines in enders.values():
        for line in lines:
            print(f"{line}: more than one file begins and ends transactions")

homes = collections.defaultdict(list)
for name in source.files("*/sql/*.sql"):
    text = source.read(name)
    homes[os.path.basename(name)].append(name)
    if not text.startswith("--"):
        print(f"{name}:1: the first line says what the statement does and its parameters")
    bare = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", text)
    if len([part for part in bare.split(";") if part.strip()]) != 1:
        print(f"{name}: one statement a file")
    if not re.match(r"^[a-z][a-z0-9_]*\.sql$", os.path.basename(name)):
        print(f"{name}: statements are called <table>_<verb>.sql")
for base, names in homes.items():
    if len(names) > 1:
        print(f"{base}: the name is taken twice: {', '.join(names)}")

for name in source.files("*/migrations/*.sql"):
    if not re.match(r"^\d{4}_[a-z0-9_]+\.sql$", os.path.basename(name)):
        print(f"{name}: migrations are called NNNN_<noun>.sql")
