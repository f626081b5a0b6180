#!/usr/bin/env bash
# bus.sh - the clients beside the log against a private broker, in a folder that goes when it ends.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
test=$out/tests/integration/bus_test

[ -x "$test" ] || { echo "skip bus: $test was not built"; exit 0; }
command -v java > /dev/null || { echo "skip bus: there is no Java, run 'make setup'"; exit 0; }

dir=$(mktemp -d)
trap 'deploy/local/kafka.sh stop "$dir" > /dev/null 2>&1; rm -rf "$dir"' EXIT
deploy/local/kafka.sh start "$dir" || { echo "skip bus: no broker, run 'make setup'"; exit 0; }
"$test" "127.0.0.1:$(cat "$dir/kafka/port")" "$dir"
