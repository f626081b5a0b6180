#!/usr/bin/env bash
# format.sh - every C file is as clang-format would write it.
command -v clang-format > /dev/null || { echo "clang-format is not installed"; exit 77; }
git ls-files -z -co --exclude-standard '*.c' '*.h' | while IFS= read -r -d '' file; do
	[ -e "$file" ] || continue
	clang-format --dry-run -Werror "$file" > /dev/null 2>&1 || echo "$file: run 'make format'"
done
