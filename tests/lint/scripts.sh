#!/usr/bin/env bash
# scripts.sh - every script parses, and says by which shell it wants to be run.
git ls-files -z -co --exclude-standard '*.sh' .ci/run | while IFS= read -r -d '' file; do
	[ -e "$file" ] || continue
	bash -n "$file" 2>&1
	[ ! -x "$file" ] || head -n 1 "$file" | grep -q '^#!' || echo "$file:1: no #! line"
	[ -x "$file" ] || ! head -n 1 "$file" | grep -q '^#!' || echo "$file: not executable"
done
