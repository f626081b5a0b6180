#!/usr/bin/env bash
# kpi_views.sh - the views for analysts over rows written by hand, in a private PostgreSQL that goes when it ends.
set -u
cd "$(dirname "$0")/../.." || exit 2
psql=$(ls -d /usr/lib/postgresql/*/bin/psql 2>/dev/null | head -n 1)
failed=0

[ -n "$psql" ] || { echo "skip kpi_views: PostgreSQL is not installed, run 'make setup'"; exit 0; }

dir=$(mktemp -d)
chmod 711 "$dir"
trap 'deploy/local/postgres.sh stop "$dir" > /dev/null 2>&1; rm -rf "$dir"' EXIT
deploy/local/postgres.sh start "$dir" || { echo "FAIL kpi_views: no server"; exit 1; }
export PGOPTIONS='-c search_path=kpi -c client_min_messages=warning'
ask() { "$psql" -XAtq -v ON_ERROR_STOP=1 "$(cat "$dir/postgres/admin_url")" "$@"; }

# One case: its name, what is asked, what should be answered.
check()
{
	local answer
	answer=$(ask -c "$2" 2>&1)
	if [ "$answer" = "$3" ]; then
		echo "ok kpi_views: $1"
	else
		printf 'FAIL kpi_views: %s\n%s\n' "$1" "$answer"
		failed=1
	fi
}

# What an account brings moves: account, currency, when, how much.
move()
{
	ask -c "insert into observation (shard, subject, kind, number, currency, at, body)
		values (0, 'moved/$1/$3', 'recurring', '1', '$2', '$3', '{\"account\":\"$1\",\"minor\":$4}')"
}

# A ticket is solved: its account, when.
solve()
{
	ask -c "insert into observation (shard, subject, kind, number, currency, at, body)
		values (0, 'ticket/$1$2', 'solve', '1', '', '$2', '{\"account\":\"$1\"}')"
}

{ echo 'create schema kpi;' && cat services/kpi-aggregator/migrations/*.sql; } > "$dir/schema.sql"
ask -f "$dir/schema.sql" || { echo "FAIL kpi_views: the migrations do not run"; exit 1; }

move busy USD 2026-03-10T12:00Z 9000
move busy USD 2026-04-10T12:00Z -4000
move busy EUR 2026-04-11T12:00Z 700
move gone USD 2026-03-01T12:00Z 5000
move gone USD 2026-04-02T12:00Z -5000
move quiet USD 2026-03-01T12:00Z 80000
solve busy 2026-03-20T09:00Z
solve busy 2026-03-31T23:59Z
solve busy 2026-04-30T09:00Z
solve gone 2026-03-20T09:00Z
solve gone 2026-04-20T09:00Z
solve free 2026-04-20T09:00Z
ask -c "insert into observation (shard, subject, kind, number, currency, at, body)
	values (0, 'ticket/nobody', 'solve', '1', '', '2026-04-20T09:00Z', '{}')"

check "an account that was helped counts once a month, by what it brings at its end" \
	"select * from account_helped where month = '2026-03-01' order by currency" \
	'2026-03-01|USD|2|14000'
check "currencies stay apart, and those that bring nothing have a row of their own" \
	"select * from account_helped where month = '2026-04-01' order by currency" \
	"$(printf '2026-04-01||2|0\n2026-04-01|EUR|1|700\n2026-04-01|USD|1|5000')"
check "months are of UTC, wherever it is asked from" \
	"set timezone = 'Asia/Tokyo'; select count(*), min(month), max(month) from account_helped" '4|2026-03-01|2026-04-01'
check "what is to be renewed can be asked for where nothing is" 'select count(*) from renewal' 0
check "and figures" 'select count(*) from kpi_final' 0
exit $failed
