#!/usr/bin/python3
"""private - nothing in the tree names one machine's folders, or the host of a package registry."""

import source

FOLDER = r"(?<![\w.$}/*])/(work|root|home|Users)/[\w.-]+"
HOST = (r"\b(repo\d?\.maven\.(org|apache\.org)|registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org|"
        r"files\.pythonhosted\.org|deb\.debian\.org|proxy\.golang\.org|crates\.io)\b")

for name in source.files():
    if name.endswith("tests/lint/private.py"):
        continue
    try:
        text = source.read(name)
    except UnicodeDecodeError:
        continue
    for pattern in (FOLDER, HOST):
        for line, match in source.matches(name, text, pattern):
            print(f"{name}:{line}: {match.group()}")
