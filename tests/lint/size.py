#!/usr/bin/python3
"""size - no function over 70 lines, median at most 15, no file over 500.

The tests do not count for the median: a case is as long as its table.
"""

import shutil
import statistics
import subprocess
import sys
import source

FUNCTION_MAX = 70
MEDIAN_MAX = 15
FILE_MAX = 500

names = source.files("common/*.[ch]", "services/*.[ch]", "proto/*.[ch]", "tests/*.[ch]")
for name in names:
    lines = source.read(name).count("\n")
    if lines > FILE_MAX:
        print(f"{name}: {lines} lines, at most {FILE_MAX}")

if not shutil.which("ctags"):
    print("universal-ctags is not installed")
    sys.exit(77)
functions = subprocess.run(
    ["ctags", "--languages=C", "--langmap=C:.c.h", "--kinds-C=f", "-x", "--_xformat=%F\t%n\t%e\t%N",
     *names], check=True, capture_output=True, text=True).stdout if names else ""
sizes = []
for row in functions.splitlines():
    name, start, end, function = row.split("\t")
    if not end.isdigit():
        continue
    lines = int(end) - int(start) + 1
    if not name.startswith("tests/"):
        sizes.append(lines)
    if lines > FUNCTION_MAX:
        print(f"{name}:{start}: {function} has {lines} lines, at most {FUNCTION_MAX}")
if sizes:
    median = statistics.median(sizes)
    print(f"size: {len(sizes)} functions, median {median:g} lines", file=sys.stderr)
    if median > MEDIAN_MAX:
        print(f"the median function has {median:g} lines, at most {MEDIAN_MAX}")
