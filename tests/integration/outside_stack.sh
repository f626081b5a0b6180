# outside_stack.sh - a whole stack for one test, load on it, and the judge. Sourced, never run.
#
#   stack_up NAME [SETTING=VALUE...]   two instances of each daemon, four partitions; gone when the test ends
#   load_start RATE / load_stop        customers who do not give up, see outside_load.py
#   story STORY                        what crash.py does to it
#   check [--repeats]                  outside_check.py on all that was accepted
#   rebuilt                            opsmesh rebuild STAGE --verify, of every stage
#
# What is missing on this machine is said as a skip. After a failure logs stay in $run.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
out=$(cd "${OUT:-build/release}" && pwd) || exit 2
bin=${OPSMESH_BIN:-$out/bin}
python=/usr/bin/python3
tests=tests/integration
status=0
load=
export PYTHONDONTWRITEBYTECODE=1

skip()
{
	echo "skip $name: $*"
	exit 0
}

require()
{
	local daemon
	ls build/kafka-"${KAFKA_VERSION:-4.1.1}"/kafka_2.13-*.jar > /dev/null 2>&1 || skip "no jars of Apache Kafka: make setup"
	command -v java > /dev/null || skip "there is no Java: make setup"
	command -v psql > /dev/null || skip "PostgreSQL is not installed: make setup"
	"$python" -c 'import confluent_kafka, psycopg, google.protobuf' 2> /dev/null ||
		skip "python3-confluent-kafka, python3-psycopg or python3-protobuf is missing: make setup"
	for daemon in ingest classifier sla-watcher billing-sync chargeback kpi-aggregator opsmesh; do
		[ -x "$bin/$daemon" ] || skip "$daemon was not built"
	done
}

# Shards go to the second instance a moment after the first is ready.
shared()
{
	[ "$(psql -XAtq "$DATABASE_URL" -c "select (select count(distinct owner) from ingest.shard)
		|| ' ' || (select count(distinct owner) from sla.shard)")" = "2 2" ]
}

stack_up()
{
	name=$1
	shift
	require
	run=$out/tests/$name
	rm -rf "$run"
	mkdir -p "$run" && chmod 711 "$run"
	trap stack_down EXIT
	trap 'exit 130' INT TERM
	deploy/local/up.sh "RUN_DIR=$run" "OPSMESH_BIN=$bin" INSTANCES=2 PARTITIONS=4 "$@" > "$run/up.log" 2>&1 ||
		{ cat "$run/up.log"; echo "FAIL $name: the stack did not start"; exit 1; }
	. "$run/env"
	export KAFKA_BROKERS DATABASE_URL OPSMESH_BIN API_KEYS STRIPE_WEBHOOK_SECRETS RUN_DIR=$run
	export INGEST_URL INGEST_2_URL SLA_WATCHER_URL SLA_WATCHER_2_URL
	for _ in $(seq 100); do
		shared && return
		sleep 0.2
	done
	echo "FAIL $name: the second instances got no shards"
	exit 1
}

stack_down()
{
	status=$((status | $?))
	[ -z "$load" ] || kill "$load" 2> /dev/null
	if ! deploy/local/down.sh "RUN_DIR=$run" > "$run/down.log" 2>&1; then
		echo "FAIL $name: a daemon did not stop within its time"
		cat "$run/down.log"
		status=1
	fi
	[ $status -eq 0 ] && rm -rf "$run" || echo "# logs are in $run"
	exit $status
}

load_start()
{
	"$python" $tests/outside_load.py "$run/ledger" "$1" "$name" > "$run/load.log" 2>&1 &
	load=$!
}

load_stop()
{
	kill -TERM "$load"
	if wait "$load"; then
		echo "ok $name: every request was accepted in the end ($(tail -n 1 "$run/load.log"))"
	else
		echo "FAIL $name: customers gave up: $(tail -n 3 "$run/load.log")"
		status=1
	fi
	load=
}

check() { "$python" $tests/outside_check.py "$name" "$run/ledger" "$@" || status=1; }
# Folds the topics again as the batch journals say, kills and all, and compares every table.
rebuilt()
{
	local stage
	for stage in $("$python" $tests/described.py); do
		if (. "$run/env" && "$bin/opsmesh" rebuild "$stage" --verify) > "$run/rebuild.$stage" 2>&1; then
			echo "ok $name: folded again from the topics, $stage is the same"
		else
			echo "FAIL $name: folded again from the topics, $stage differs: $(tail -n 3 "$run/rebuild.$stage")"
			status=1
		fi
	done
}

story() { "$python" $tests/crash.py "$name" "$@" || status=1; }
