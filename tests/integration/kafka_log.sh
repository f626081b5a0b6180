#!/usr/bin/env bash
# kafka_log.sh - the log against a private broker, in a folder that goes when it ends.
#
# What the test says was acknowledged is checked again by another client, from outside.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
test=$out/tests/integration/kafka_log_test
python=/usr/bin/python3

[ -x "$test" ] || { echo "skip kafka_log: $test was not built"; exit 0; }
command -v java > /dev/null || { echo "skip kafka_log: there is no Java, run 'make setup'"; exit 0; }

dir=$(mktemp -d)
trap 'deploy/local/kafka.sh stop "$dir" > /dev/null 2>&1; rm -rf "$dir"' EXIT
deploy/local/kafka.sh start "$dir" || { echo "skip kafka_log: no broker, run 'make setup'"; exit 0; }
brokers=127.0.0.1:$(cat "$dir/kafka/port")
"$test" "$brokers" "$dir" "$dir/acked"
status=$?
if "$python" -c 'import confluent_kafka' 2> /dev/null; then
	"$python" tests/integration/kafka_log.py "$brokers" "$dir/acked" || status=1
else
	echo "skip kafka_log: python3-confluent-kafka is not installed, run 'make setup'"
fi
exit $status
