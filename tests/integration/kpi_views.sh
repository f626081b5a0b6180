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
export PGOPTIONS='-c search_path=kpi -c timezone=UTC -c client_min_messages=warning'
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
check "and how accounts use what they have" 'select count(*) from account_adoption' 0
check "and figures" 'select count(*) from kpi_final' 0

# It is 10:00 on 2026-06-15: 30 complete days began on 05-16, the 30 before on 04-16.
as_of=2026-06-15T10:00Z

# A cell of a series: series, kind of window, start, value, sum.
cell()
{
	ask -c "insert into kpi_cell (shard, series, window_kind, start, value, currency, ends, state, revision, n, hits, sum, came, taken_back,
			before_n, before_hits, before_sum, said_at)
		values (0, '$1', '$2', '$3', '$4', '', '$3'::timestamptz + interval '1 $2', 'open', 0, 1, 0, $5, 1, 0, 0, 0, 0, '$as_of')"
}

# Use of a meter on so many days: account and meter, the first day, how many, units of each.
use()
{
	ask -c "insert into kpi_cell (shard, series, window_kind, start, value, currency, ends, state, revision, n, hits, sum, came, taken_back,
			before_n, before_hits, before_sum)
		select 0, 'value.account_usage@1:account_meter', 'day', day, '$1', '', day + interval '24 hours', 'sealed', 0, 1, 0, $4, 1, 0, 0, 0, 0
		from generate_series('$2'::timestamptz, '$2'::timestamptz + ($3 - 1) * interval '24 hours', interval '24 hours') day"
}

# Something that happened: kind, subject, when, what it says.
observe()
{
	ask -c "insert into observation (shard, subject, kind, number, currency, at, opened_at, body)
		values (0, '$2', '$1', '1', '', '$3', '$3', '$4')"
}

# What is paid by now: account, product, when it ends, status, seats.
pay()
{
	observe renewal "access/$1/$2" "$3" "{\"account\":\"$1\",\"product\":\"$2\",\"status\":\"$4\",\"units\":$5}"
}

trend() { echo "select units, units_before, change_bp, trend, no_trend_because from account_usage where account = '$1' and meter = '$2'"; }

cell billing.seats@1:account month 2026-05-01 full 10
cell billing.seats@1:account month 2026-06-01 full 2
cell value.seats_paid@1:account month 2026-05-01 full 12
cell billing.seats@1:account month 2026-05-01 empty 4
cell value.seats_paid@1:account month 2026-05-01 empty 10
cell billing.seats@1:account month 2026-05-01 few 1
cell value.seats_paid@1:account month 2026-05-01 few 9
cell value.seats_paid@1:account month 2026-05-01 untold 50
use less/calls 2026-04-16T00:00Z 10 100
use less/calls 2026-05-16T00:00Z 10 75
use more/calls 2026-04-16T00:00Z 10 100
use more/calls 2026-05-16T00:00Z 25 50
use more/mails 2026-04-16T00:00Z 60 7
use same/calls 2026-04-16T00:00Z 10 100
use same/calls 2026-05-16T00:00Z 1 751
use same/mails 2026-04-16T00:00Z 10 100
use same/mails 2026-05-16T00:00Z 1 1249
use stopped/calls 2026-04-01T00:00Z 45 3
use small/calls 2026-04-16T00:00Z 9 100
use small/calls 2026-05-16T00:00Z 30 5000
use new/calls 2026-04-17T00:00Z 20 100
use new/calls 2026-05-16T00:00Z 30 5000
use today/calls 2026-04-16T00:00Z 60 10
use today/calls 2026-06-15T00:00Z 1 90000
use huge/calls 2026-04-16T00:00Z 10 1
use huge/calls 2026-05-16T00:00Z 3 9223372036854775807
use '(other)' 2026-04-16T00:00Z 60 10
use 'long/cut...' 2026-04-16T00:00Z 60 10
observe owner account/more 2026-01-01T00:00Z '{"account":"more","owner":"mia"}'
observe account account/plain 2026-01-01T00:00Z '{"account":"plain","change":1}'
observe ticket ticket/1 2026-05-16T09:59Z '{"account":"plain"}'
observe ticket ticket/2 2026-05-16T10:01Z '{"account":"plain","solved":true,"escalated":true}'
observe ticket ticket/3 2026-06-15T09:00Z '{"account":"plain","escalated":true}'
ask -c "update observation set last_solved_at = '2026-06-01Z' where subject = 'ticket/2'"
observe csat ticket/2 2026-06-01T00:00Z '{"account":"plain","satisfied":true}'
observe csat ticket/1 2026-06-02T00:00Z '{"account":"plain"}'
observe csat ticket/0 2026-03-01T00:00Z '{"account":"plain"}'
observe payment payment/1 2026-06-01T00:00Z '{"account":"less","last":true,"decided":true,"reason":"expired_card"}'
observe payment payment/2 2026-06-01T00:00Z '{"account":"more","last":true,"decided":true,"succeeded":true}'
observe payment payment/3 2026-02-01T00:00Z '{"account":"more","last":true,"decided":true,"reason":"lost_card"}'
pay less seats 2026-06-20T00:00Z active 5
pay more seats 2026-09-13T09:59Z cancelling 5
pay more extra 2026-09-13T10:01Z active 5
pay plain seats 2026-06-14T00:00Z grace 5

check "a quarter less is falling" "$(trend less calls)" '750|1000|-2500|falling|'
check "a quarter more is rising, however many days it was used on" "$(trend more calls)" '1250|1000|2500|rising|'
check "a bit less than a quarter is steady" "$(trend same calls)" '751|1000|-2490|steady|'
check "and a bit less than a quarter more" "$(trend same mails)" '1249|1000|2490|steady|'
check "what is not used any more is falling" "$(trend stopped calls)" '0|90|-10000|falling|'
check "of what was used on nine days nothing is said, however much it is now" "$(trend small calls)" \
	'150000|900|||It was used on fewer than 10 of the 30 days before.'
check "nor of what began within the 60 days" "$(trend new calls)" '150000|2000|||Less than 60 days of use are known.'
check "the day that runs is not in it" "$(trend today calls)" '300|300|0|steady|'
check "what does not fit a number is the largest" "select change_bp, trend from account_usage where account = 'huge'" '9000000000000000000|rising'
check "what is of several accounts, and a name that was cut, is nobody's" \
	"select count(*) from account_usage where account not in ('less', 'more', 'same', 'stopped', 'small', 'new', 'today', 'huge')" 0
check "days are of UTC, wherever it is asked from" "set timezone = 'America/New_York'; $(trend less calls)" '750|1000|-2500|falling|'

check "an account has its seats, its meters apart, and who looks after it" \
	"select account, owner, seats_paid, seats_in_use, jsonb_array_length(usage), rising, falling from account_adoption
		where account in ('full', 'less', 'more', 'untold') order by account" \
	"$(printf 'full||12|12|0|{}|{}\nless||0||1|{}|{calls}\nmore|mia|0||2|{calls}|{}\nuntold||50||0|{}|{}')"
check "and its tickets of 30 days, those that are open, and what was said of them in 90" \
	"select tickets_opened, tickets_open, contented, discontented from account_adoption where account = 'plain'" '2|2|1|1'

signals() { echo "select speaks_of, team, sentence from account_signal where account = '$1' order by at, sentence"; }

check "what is used clearly less is a risk, with its figures" "$(signals less)" "$(printf '%s\n' \
	'risk|finance|A payment failed and has not come through: expired_card.' \
	'risk|customer-success|It uses clearly less of calls: 750 in 30 days, 1000 in the 30 before.')"
check "what is used clearly more speaks for it, and goes to its owner" \
	"select speaks_of, team, owner, sentence from account_signal where account = 'more' and at > '2026-03-01'" \
	'expansion|customer-success|mia|It uses clearly more of calls: 1250 in 30 days, 1000 in the 30 before.'
check "small numbers do not speak" \
	"select count(*) from account_signal where account in ('same', 'small', 'new', 'today', 'few', 'untold')" 0
check "seats speak where few of ten are in use, and where all are" \
	"select account, speaks_of, sentence from account_signal where subject = 'seats' order by account" "$(printf '%s\n' \
	'empty|risk|Fewer than half of its seats are in use: 4 of 10.' 'full|expansion|All seats are in use.')"
check "a renewal has its owner, what speaks for and against it, and the teams of these" \
	"select product, due, seats, risks, expansions, teams, within_90_days, owner from renewal where account = 'more' order by due" \
	"$(printf '%s\n' \
	'seats|2026-09-13 09:59:00+00|5|{"It was cancelled and ends then."}|{"It uses clearly more of calls: 1250 in 30 days, 1000 in the 30 before."}|{customer-success}|t|mia' \
	'extra|2026-09-13 10:01:00+00|5||{"It uses clearly more of calls: 1250 in 30 days, 1000 in the 30 before."}|{customer-success}|f|mia')"
check "without an owner it has the teams alone" "select risks, teams, owner from renewal where account = 'less'" \
	'{"A payment failed and has not come through: expired_card.","It uses clearly less of calls: 750 in 30 days, 1000 in the 30 before."}|{customer-success,finance}|'
check "what is past due is a risk" "select 'It is past due.' = any(risks), within_90_days from renewal where account = 'plain'" 't|f'

# What the operator's tool answers: its name, what is asked, what should be said.
check_list()
{
	local answer
	# shellcheck disable=SC2086 # words
	answer=$(DATABASE_URL=$(cat "$dir/postgres/admin_url") "${OPSMESH_BIN:-build/release/bin}/opsmesh" list $2 2>&1 | tr -d '\r')
	if [ "$answer" = "$3" ]; then
		echo "ok kpi_views: $1"
	else
		printf 'FAIL kpi_views: %s\n%s\n' "$1" "$answer"
		failed=1
	fi
}

check_list "opsmesh lists what is to be renewed, what is overdue first, for the teams where nobody looks after the account" \
	"renewals --within 5d" "$(cat << 'END'
DUE                               ACCOUNT  PRODUCT  STATUS  SEATS  IN USE  OWNER                      AGAINST IT                                                             FOR IT
2026-06-14T00:00:00Z  1d 10h ago  plain    seats    grace   5      0       finance, support           A customer was not content.                                            -
                                                                                                      A ticket of which somebody had to hear at once is not solved.
                                                                                                      It is past due.
2026-06-20T00:00:00Z  in 4d 14h   less     seats    active  5      0       customer-success, finance  A payment failed and has not come through: expired_card.               -
                                                                                                      It uses clearly less of calls: 750 in 30 days, 1000 in the 30 before.
As it was said at 2026-06-15T10:00:00Z.
END
)"
check_list "90 days unless said, for its owner" "renewals --owner mia --format csv" "$(cat << 'END'
due,left_us,account_id,product_id,status,seats,seats_in_use,routed_to,owner,teams,risks,expansions,since
2026-09-13T09:59:00Z,7775940000000,more,seats,cancelling,5,0,mia,mia,customer-success,It was cancelled and ends then.,"It uses clearly more of calls: 1250 in 30 days, 1000 in the 30 before.",
END
)"
check_list "programs get an empty list where nothing is" "renewals --account more --within 2s --json" '[]'
check_list "and of nobody's" "renewals --owner nobody" "$(printf '%s\n' 'Nothing is to be renewed by then.' 'As it was said at 2026-06-15T10:00:00Z.')"
check_list "signals by themselves, the latest first, of 90 days" "signals --account less" "$(cat << 'END'
AT                    ACCOUNT  SPEAKS OF  OWNER             WHAT
2026-06-15T00:00:00Z  less     risk       customer-success  It uses clearly less of calls: 750 in 30 days, 1000 in the 30 before.
2026-06-01T00:00:00Z  less     risk       finance           A payment failed and has not come through: expired_card.
As it was said at 2026-06-15T10:00:00Z.
END
)"
check_list "those of an owner go to him, whatever team they are of" "signals --owner mia --within 1d --json" \
	'[{"at":"2026-06-15T00:00:00Z","account_id":"more","speaks_of":"expansion","routed_to":"mia","owner":"mia","team":"customer-success","sentence":"It uses clearly more of calls: 1250 in 30 days, 1000 in the 30 before.","subject":"usage/calls","mesh_time":"2026-06-15T10:00:00Z"}]'
check_list "accounts with how they use what they have" "accounts --owner mia" "$(cat << 'END'
ACCOUNT  OWNER  SEATS  IN USE  USED IN 30 DAYS                 TICKETS  OPEN  CONTENT  NOT
more     mia    0      -       calls: 1250 after 1000, rising  0        0     0        0
                               mails: 210 after 210, steady
As it was said at 2026-06-15T10:00:00Z.
END
)"
check_list "a list takes its own options alone" "accounts --within 3d" 'opsmesh list: --within is not for accounts'
check_list "and the others none of these" "tickets --owner mia" 'opsmesh list: --owner is not for tickets'
check_list "a form that it has not" "renewals --format pdf" 'opsmesh list: --format: one of table, csv, json'
exit $failed
