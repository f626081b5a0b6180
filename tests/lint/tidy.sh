#!/usr/bin/env bash
# tidy.sh - clang-tidy over every C file, two at a time; its arguments are the compiler's flags.
cd "$(dirname "$0")/../.." || exit 2
command -v clang-tidy > /dev/null || { echo "skip tidy: clang-tidy is not installed"; exit 0; }
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
if git ls-files -z -co --exclude-standard 'common/*.c' 'services/*.c' 'proto/*.c' 'tests/*.c' |
	xargs -0 -r -n 4 -P 2 sh -c 'flags=$1; shift; clang-tidy --quiet "$@" -- -std=c17 $flags 2>&1' tidy "$*" > "$log"; then
	echo "ok tidy"
else
	grep -E '(warning|error):' "$log" | sort -u
	echo "FAIL tidy"
	exit 1
fi
