#!/usr/bin/env bash
# edge.sh - ingest's door on a real broker and a real database: what 202 means, and what happens without them.
#
# Two stacks of their own, one live and one recorded, in folders that go when they end. edge.py has the
# stories.
set -u
cd "$(dirname "$0")/../.." || exit 2
bin=$(cd "${OPSMESH_BIN:-${OUT:-build/release}/bin}" 2> /dev/null && pwd)

skip()
{
	echo "skip edge: $*"
	exit 0
}

[ -x "$bin/ingest" ] && [ -x "$bin/opsmesh" ] || skip "ingest or opsmesh was not built"
command -v java > /dev/null || skip "there is no Java, run 'make setup'"
ls build/kafka-"${KAFKA_VERSION:-4.1.1}"/kafka_2.13-*.jar > /dev/null 2>&1 || skip "no jars of Apache Kafka, run 'make setup'"
ls -d /usr/lib/postgresql/*/bin > /dev/null 2>&1 || skip "PostgreSQL is not installed, run 'make setup'"

run=
status=0
stop()
{
	[ -z "$run" ] || deploy/local/down.sh "RUN_DIR=$run" > /dev/null 2>&1
	rm -rf "$run"
	run=
}
trap stop EXIT
trap 'exit 130' INT TERM

# A stack and the stories on it: live or recorded.
tell()
{
	run=$(mktemp -d)
	chmod 711 "$run"
	if deploy/local/up.sh "RUN_DIR=$run" "OPSMESH_BIN=$bin" DAEMONS=ingest PARTITIONS=4 "$@" > "$run/up.log" 2>&1; then
		(. "$run/env" && exec /usr/bin/python3 tests/integration/edge.py "$run" "$mode") || status=1
		[ $status -eq 0 ] || tail -n 20 "$run/ingest.log" | sed 's/^/# /'
	else
		cat "$run/up.log"
		echo "FAIL edge: the $mode stack did not start"
		status=1
	fi
	stop
}

scopes=tickets+csat+usage+email+accounts+provider+on_behalf+actions:*
mode=live && tell "API_KEYS=local:$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n'):$scopes;poor:a-key-of-few-scopes:tickets+actions:assign"
mode=recorded && tell RECORDED=1
exit $status
