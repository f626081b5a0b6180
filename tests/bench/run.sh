#!/usr/bin/env bash
# run.sh - every bench, on servers of its own, in a folder that goes when it ends.
#
#   run.sh OUT        OUT: the build to measure, e.g. build/release; settings: see bench.py
#
# What lacks something to run on says so and is skipped. KEEP=1 keeps the folder and prints its name.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${1:?usage: run.sh OUT}
python=/usr/bin/python3

command -v java > /dev/null || { echo "skip bench: there is no Java, run 'make setup'"; exit 0; }
"$python" -c 'import confluent_kafka, psycopg' 2> /dev/null ||
	{ echo "skip bench: python3-confluent-kafka or python3-psycopg is missing, run 'make setup'"; exit 0; }

dir=$(mktemp -d)
finish()
{
	deploy/local/down.sh RUN_DIR="$dir/mesh" > /dev/null 2>&1
	deploy/local/down.sh RUN_DIR="$dir" > /dev/null 2>&1
	[ -n "${KEEP:-}" ] && echo "# kept: $dir" || rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM
"$python" tests/bench/bench.py "$out" "$dir"
