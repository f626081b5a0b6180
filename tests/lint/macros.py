#!/usr/bin/python3
"""macros - macros and playbooks keep the glossary and have the languages of their siblings.

The rule is C (services/classifier/macro_check.h): `classifier --check` asks it, and where the program
is not built the unit test of the same documents does.
"""

import os
import subprocess
import sys

FOLDER = "deploy/policies"

program = os.path.join(sys.argv[1], "bin/classifier")
test = os.path.join(sys.argv[1], "tests/unit/suggest_book_test")
if os.path.exists(program):
    command = [program, "--check", FOLDER]
elif os.path.exists(test):
    command = [test]
else:
    print("neither the classifier nor its test is built: run 'make'")
    sys.exit(77)
run = subprocess.run(command, capture_output=True, text=True, timeout=60)
if run.returncode != 0:
    lines = (run.stdout + run.stderr).splitlines()
    wrong = [line for line in lines if ".json: " in line]
    print("\n".join(wrong or lines or [f"{command[0]} exits with {run.returncode}"]))
