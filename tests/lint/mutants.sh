#!/usr/bin/env bash
# mutants.sh - every mutant of tests/mutants still fits the code that it breaks.
for patch in tests/mutants/*.patch; do
	git apply -C1 --check "$patch" 2> /dev/null || echo "$patch: does not fit"
done
