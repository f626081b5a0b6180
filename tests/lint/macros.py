#!/usr/bin/python3
"""macros - macros and playbooks keep the glossary and have the languages of their siblings.

The rule is C (services/classifier/macro_check.h), and the unit test of these documents asks it.
"""

import os
import subprocess
import sys

test = os.path.join(sys.argv[1], "tests/unit/suggest_book_test")
if not os.path.exists(test):
    print("the unit test of these documents is not built: run 'make unit-programs'")
    sys.exit(77)
command = [test]
run = subprocess.run(command, capture_output=True, text=True, timeout=60)
if run.returncode != 0:
    lines = (run.stdout + run.stderr).splitlines()
    wrong = [line for line in lines if ".json: " in line]
    print("\n".join(wrong or lines or [f"{command[0]} exits with {run.returncode}"]))
