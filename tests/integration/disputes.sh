#!/usr/bin/env bash
# disputes.sh - the operator's tool on cases of disputes, in a private PostgreSQL that goes when it ends; no mesh runs.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
ground=$out/tests/integration/disputes_ground_test
psql=$(ls -d /usr/lib/postgresql/*/bin/psql 2>/dev/null | head -n 1)

[ -x "$ground" ] && [ -x "$out/bin/opsmesh" ] || { echo "skip disputes: its programs were not built"; exit 0; }
[ -n "$psql" ] || { echo "skip disputes: PostgreSQL is not installed, run 'make setup'"; exit 0; }

dir=$(mktemp -d)
chmod 711 "$dir"
trap 'deploy/local/postgres.sh stop "$dir" > /dev/null 2>&1; rm -rf "$dir"' EXIT
deploy/local/postgres.sh start "$dir" || { echo "FAIL disputes: no server"; exit 1; }
admin=$(cat "$dir/postgres/admin_url")
"$psql" -q "$admin" -c "create database mesh" &&
	"$psql" -q "${admin%/*}/mesh" -c "create schema chargeback" -c "create schema billing" -c "create schema ingest" ||
	{ echo "FAIL disputes: no schema"; exit 1; }
home=$("$ground" "${admin%/*}/mesh") || { echo "FAIL disputes: no ground: $home"; exit 1; }
DATABASE_URL=${admin%/*}/mesh PSQL=$psql /usr/bin/python3 tests/integration/disputes.py "$out/bin/opsmesh" "$home" "$dir"
