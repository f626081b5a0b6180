#!/usr/bin/env bash
# service.sh - the daemon's skeleton on a real broker and a real database: the toy daemon, as processes.
#
#   service.sh [--stories NAME] [STORY...]
#
# Servers of its own, in a folder that goes when it ends. service.py has the stories, or NAME.py.
set -u
cd "$(dirname "$0")/../.." || exit 2
name=service
[ "${1:-}" = --stories ] && { name=$2; shift 2; }
export OPSMESH_BIN=${OPSMESH_BIN:-${OUT:-build/release}/bin}

skip()
{
	echo "skip $name: $*"
	exit 0
}

[ -x "$OPSMESH_BIN/toy" ] || skip "$OPSMESH_BIN/toy was not built"
command -v java > /dev/null || skip "there is no Java, run 'make setup'"
ls -d /usr/lib/postgresql/*/bin > /dev/null 2>&1 || skip "PostgreSQL is not installed, run 'make setup'"
/usr/bin/python3 -c 'import confluent_kafka, psycopg' 2> /dev/null ||
	skip "python3-confluent-kafka or python3-psycopg is missing"

dir=$(mktemp -d)
chmod 711 "$dir"
stop()
{
	[ -z "${child:-}" ] || kill "$child" 2> /dev/null
	deploy/local/kafka.sh stop "$dir" > /dev/null 2>&1
	deploy/local/postgres.sh stop "$dir" > /dev/null 2>&1
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM
/usr/bin/python3 tests/integration/$name.py "$dir" "$@" &
child=$!
wait "$child"
status=$?
child=
exit $status
