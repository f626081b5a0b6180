#!/usr/bin/env bash
# report.sh - the page for leaders and a number counted again, on what report.py lays into a private PostgreSQL that goes when it ends; no mesh runs.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
psql=$(ls -d /usr/lib/postgresql/*/bin/psql 2>/dev/null | head -n 1)

[ -x "$out/bin/opsmesh" ] || { echo "skip report: its program was not built"; exit 0; }
[ -n "$psql" ] || { echo "skip report: PostgreSQL is not installed, run 'make setup'"; exit 0; }

dir=$(mktemp -d)
chmod 711 "$dir"
trap 'deploy/local/postgres.sh stop "$dir" > /dev/null 2>&1; rm -rf "$dir"' EXIT
deploy/local/postgres.sh start "$dir" || { echo "FAIL report: no server"; exit 1; }
admin=$(cat "$dir/postgres/admin_url")
"$psql" -q "$admin" -c "create database mesh" && "$psql" -q "${admin%/*}/mesh" -c "create schema kpi" ||
	{ echo "FAIL report: no schema"; exit 1; }
DATABASE_URL=${admin%/*}/mesh PSQL=$psql /usr/bin/python3 tests/integration/report.py "$out/bin/opsmesh" "$dir"
