#!/usr/bin/python3
"""entrance - headers, mains, protos, scripts and migrations open with `name - what it is`."""

import os
import re
import source

OPEN = {".h": r"/\*", ".c": r"/\*", ".proto": r"//", ".sh": r"#", ".awk": r"#", ".sql": r"--", ".py": '"""'}
ENTRANCES = ["common/*.h", "services/*.h", "services/*/main.c", "tests/support/*.h", "proto/*.proto",
             "*.sh", "*.awk", "*/migrations/*.sql", "deploy/*.sql", "tests/lint/*.py"]

for name in source.files(*ENTRANCES):
    stem, extension = os.path.splitext(os.path.basename(name))
    stem = os.path.basename(os.path.dirname(name)) if stem == "main" else re.sub(r"^\d+_", "", stem)
    start = "\n".join(source.read(name).splitlines()[:4])
    title = rf"{OPEN[extension]}[\s*]*[\w-]*?_?{re.escape(stem)}(\{extension})? - \S"
    if not re.search(title, start):
        print(f"{name}:1: it opens with `{stem} - what it is`")
