#!/usr/bin/env bash
# ledger.sh - the ledger's table in a private PostgreSQL, in a folder that goes when it ends.
#
# The role owns its schema and nothing else, as the daemon's does.
set -u
cd "$(dirname "$0")/../.." || exit 2
test=${OUT:-build/release}/tests/integration/ledger_test
psql=$(ls -d /usr/lib/postgresql/*/bin/psql 2>/dev/null | head -n 1)

[ -x "$test" ] || { echo "skip ledger: its program was not built"; exit 0; }
[ -n "$psql" ] || { echo "skip ledger: PostgreSQL is not installed, run 'make setup'"; exit 0; }

dir=$(mktemp -d)
chmod 711 "$dir"
trap 'deploy/local/postgres.sh stop "$dir" > /dev/null 2>&1; rm -rf "$dir"' EXIT
deploy/local/postgres.sh start "$dir" || { echo "FAIL ledger: no server"; exit 1; }
admin=$(cat "$dir/postgres/admin_url")
"$psql" -q "$admin" -c "create role billing_sync login noinherit password 'billing'" -c "create database mesh" &&
	"$psql" -q "${admin%/*}/mesh" -c "create schema billing authorization billing_sync" \
		-c "alter role billing_sync in database mesh set search_path = billing" ||
	{ echo "FAIL ledger: no schema"; exit 1; }
"$test" "postgresql://billing_sync:billing@127.0.0.1:$(cat "$dir/postgres/port")/mesh"
