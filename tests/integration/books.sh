#!/usr/bin/env bash
# books.sh - the books as the operator's tool reads them, from a private PostgreSQL in a folder that goes when it
# ends; books.py writes them as the role of billing-sync and reads them as the operator.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
python=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1

skip() { echo "skip books: $*"; exit 0; }
[ -x "$out/bin/opsmesh" ] && [ -x "$out/bin/billing-sync" ] || skip "opsmesh or billing-sync was not built"
psql=$(ls -d /usr/lib/postgresql/*/bin/psql 2>/dev/null | head -n 1)
[ -n "$psql" ] || skip "PostgreSQL is not installed, run 'make setup'"
"$python" -c 'import psycopg, google.protobuf' 2> /dev/null ||
	skip "python3-psycopg or python3-protobuf is missing, run 'make setup'"

dir=$(mktemp -d)
chmod 711 "$dir"
trap 'deploy/local/postgres.sh stop "$dir" > /dev/null 2>&1; rm -rf "$dir"' EXIT
deploy/local/postgres.sh start "$dir" || { echo "FAIL books: no server"; exit 1; }
admin=$(cat "$dir/postgres/admin_url")
at=127.0.0.1:$(cat "$dir/postgres/port")/mesh
export OPSMESH_BIN=$out/bin POLICY_DIRECTORY=deploy/policies STATE_DIRECTORY=$dir KAFKA_BROKERS=127.0.0.1:1
export BILLING_URL=postgresql://billing_sync:billing@$at DATABASE_URL=postgresql://operator:operator@$at
"$psql" -q "$admin" -c "create database mesh" &&
	"$psql" -q "${admin%/*}/mesh" -v role=billing_sync -v schema=billing -v password=billing \
		-v operator_password=operator -f deploy/local/roles.sql ||
	{ echo "FAIL books: no schema"; exit 1; }
"$python" tests/integration/books.py
