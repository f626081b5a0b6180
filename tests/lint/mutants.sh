#!/usr/bin/env bash
# mutants.sh - every mutant of tests/mutants says what it breaks and who notices, and still fits the code.
for patch in tests/mutants/*.patch; do
	git apply -C1 --check "$patch" 2> /dev/null || echo "$patch: does not fit"
	head -n 1 "$patch" | grep -q '^[A-Z].*\.$' || echo "$patch: its first line is no sentence"
	sed -n '/^--- /q; /^run: ./p' "$patch" | grep -q . || echo "$patch: nobody is to run"
done
