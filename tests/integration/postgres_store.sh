#!/usr/bin/env bash
# postgres_store.sh - the store against a private PostgreSQL, in a folder that goes when it ends.
#
# The role owns its schema and nothing else, as a daemon's does.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
tests=$out/tests/integration
psql=$(ls -d /usr/lib/postgresql/*/bin/psql 2>/dev/null | head -n 1)

[ -x "$tests/postgres_store_test" ] && [ -x "$tests/postgres_fence_test" ] ||
	{ echo "skip postgres_store: its programs were not built"; exit 0; }
[ -n "$psql" ] || { echo "skip postgres_store: PostgreSQL is not installed, run 'make setup'"; exit 0; }

dir=$(mktemp -d)
chmod 711 "$dir"
trap 'deploy/local/postgres.sh stop "$dir" > /dev/null 2>&1; rm -rf "$dir"' EXIT
deploy/local/postgres.sh start "$dir" || { echo "FAIL postgres_store: no server"; exit 1; }
admin=$(cat "$dir/postgres/admin_url")
"$psql" -q "$admin" -c "create role toy login noinherit password 'toy'" -c "create database mesh" &&
	"$psql" -q "${admin%/*}/mesh" -c "create schema toy authorization toy" \
		-c "alter role toy in database mesh set search_path = toy" ||
	{ echo "FAIL postgres_store: no schema"; exit 1; }
uri=postgresql://toy:toy@127.0.0.1:$(cat "$dir/postgres/port")/mesh
"$tests/postgres_store_test" "$uri"
status=$?
plan=$("$psql" -Atq "$uri" -c 'truncate timer' \
	-c "prepare gone (text[], integer[], text[], text[]) as $(cat common/flow/sql/timer_remove.sql)" \
	-c "explain (costs off) execute gone (array['s'], array[1], array['n'], array['k'])")
case $plan in
*timer_due* | '') echo "FAIL postgres_store: a timer is removed by its key: $plan"; status=1 ;;
*) echo 'ok postgres_store: a timer is removed by its key, also while the table is new' ;;
esac
"$tests/postgres_fence_test" "$uri" "$dir" && exit $status
