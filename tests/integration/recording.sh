# recording.sh - what the tests of a recording share (recorded_day.sh, quiet_week.sh). Sourced, never run; $name is the test's.
#
#   check CASE COMMAND...     one case, decided by the command; $failed at the end
#   opsmesh ...               the operator's tool, in the environment of the stack
#   counted_twice PROGRAM     the sealed figures of ops.kpi.v1 against the facts that they are of, by other code
#   no_dead_letters           nothing was refused
#
# The stack lies in $run and is taken down when the test ends; $work goes unless something failed. What is missing on this machine is
# said as a skip. Settings: OUT, OPSMESH_BIN as tests/run.sh sets them; KEEP=1 leaves the folders.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${OUT:-$top/build/release}/tests/$name
run=$work/run
failed=0
export OPSMESH_BIN=${OPSMESH_BIN:-$top/build/release/bin}

skip()
{
	echo "skip $name: $*"
	exit 0
}

finish()
{
	"$top/deploy/local/down.sh" RUN_DIR="$run"
	[ "${KEEP:-}" = 1 ] || [ $failed -ne 0 ] || rm -rf "$work"
}

check()
{
	local case=$1
	shift
	if "$@"; then
		echo "ok $name: $case"
	else
		echo "FAIL $name: $case"
		failed=1
	fi
}

opsmesh() { (. "$run/env" && "$OPSMESH_BIN/opsmesh" "$@"); }

counted_twice()
{
	local events=$run/day/events.jsonl
	python3 "$top/tests/integration/$1.py" "$events" "$events" > "$work/$1.log" ||
		{ grep -v '^ok' "$work/$1.log" | grep -v 'no truth'; return 1; }
}

no_dead_letters() { [ "$(opsmesh dlq list --json)" = '[]' ]; }

for program in ingest classifier sla-watcher billing-sync chargeback kpi-aggregator opsmesh; do
	[ -x "$OPSMESH_BIN/$program" ] || skip "$program is not built"
done
ls "$top/build/kafka-${KAFKA_VERSION:-4.1.1}"/kafka_2.13-*.jar > /dev/null 2>&1 || skip "no Apache Kafka: make setup"
mkdir -p "$work"
trap finish EXIT
trap 'exit 130' INT TERM
