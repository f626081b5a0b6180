#!/usr/bin/env bash
# recorded_day.sh - the recorded day comes out as it was expected, and byte for byte the same each time.
#
# Plays it (deploy/demo) four times, each in a stack of its own: as `make demo` does, with batches of a few events,
# on two instances of each daemon, and on two of which all but the edge in use are killed again and again. Then
# every stage is folded again from the topics and compared.
# Settings: see recording.sh.
name=recorded_day
. "$(dirname "$0")/recording.sh"
/usr/bin/python3 -c 'import confluent_kafka, psycopg' 2> /dev/null ||
	skip "python3-confluent-kafka or python3-psycopg is missing"

# Dumps what the mesh said and knows: name of the dump.
dump() { (. "$run/env" && /usr/bin/python3 "$top/tests/integration/recorded_day.py" "$work/$1"); }

# What somebody who types `make demo` reads of it: every chapter is told, and it says that all came out as expected.
told()
{
	local chapter
	"$top/deploy/demo/tell.sh" "$run" > "$work/story" 2>&1 || { tail -n 20 "$work/story"; return 1; }
	for chapter in 'WHAT WENT IN' 'THE DAY ON A PAGE' 'ALERTS' 'THE FIGURES OF' 'THE BOOKS: opsmesh ledger balance' \
		'WHAT DOES NOT ADD UP' 'WHAT MUST BE ANSWERED WITHIN A WEEK' 'deploy/demo/expected says'; do
		grep -q "$chapter" "$work/story" || { echo "the page lacks: $chapter"; return 1; }
	done
	for chapter in 'WHAT BECAME OF IT' 'WHAT CAME OF THE MONEY' 'THE BOOKS, DAY BY DAY' 'WHAT COMES IN BY THE MONTH' \
		'WHAT BANKS DISPUTE' 'THE CLOCKS' 'REFUSED AT THE DOOR'; do
		grep -q "$chapter" "$run/story.txt" || { echo "the story lacks: $chapter"; return 1; }
	done
}

# Plays the day with the settings, and dumps what came out: name of the dump, settings.
play()
{
	local name=$1
	shift
	"$top/deploy/demo/play.sh" "$run" "$@" > "$work/$name.log" 2>&1 || { cat "$work/$name.log"; return 1; }
	python3 "$top/deploy/demo/tables.py" "$run/day" || return 1
	dump "$name"
}

# kill -9 of every process but the first ingest, whose edge the requests go to, as long as the day is sent and
# once more while what the last request set free is folded.
kill_on()
{
	local name sent=0
	until [ -s "$run/day/requests.jsonl" ]; do sleep 0.1; done
	while [ "$sent" -lt 2 ]; do
		sleep 1
		[ "$(wc -l < "$run/day/answers.jsonl")" -le "$(wc -l < "$run/day/requests.jsonl")" ] || sent=$((sent + 1))
		for name in ingest-2 classifier classifier-2 sla-watcher sla-watcher-2 billing-sync billing-sync-2 chargeback chargeback-2 kpi-aggregator kpi-aggregator-2; do
			kill -KILL "$(cat "$run/$name.pid")" 2> /dev/null && echo "$name" >> "$work/kills"
		done
	done
}

play_killed()
{
	local killer answer
	rm -rf "$run/day" "$work/kills"
	kill_on &
	killer=$!
	play "$@"
	answer=$?
	kill "$killer" 2> /dev/null
	wait "$killer" 2> /dev/null
	echo "# $(wc -l < "$work/kills") processes were killed"
	[ $answer -eq 0 ] && [ "$(sort -u "$work/kills" | wc -l)" -eq 11 ]
}

# The view that joins tickets with revenue, likewise.
helped()
{
	(. "$run/env" && /usr/bin/python3 "$top/tests/integration/kpi_truth_helped.py" "$run/day/events.jsonl") > "$work/helped" ||
		{ cat "$work/helped"; return 1; }
}

same() { diff "$work/$1" "$work/$2" > "$work/$2.diff" || { head -n 20 "$work/$2.diff"; return 1; }; }

# The most events that one batch has folded: a run of them is "topic:offset+count".
largest_batch()
{
	(. "$run/env" && psql -XAtq "$DATABASE_URL" -c "
		SELECT max((SELECT coalesce(sum(coalesce((regexp_match(run, '\\+([0-9]+)\$'))[1]::int, 1)), 0)
		            FROM unnest(string_to_array(nullif(runs, ''), ' ')) AS run))
		FROM (SELECT runs FROM ingest.batch_journal UNION ALL SELECT runs FROM classifier.batch_journal
		      UNION ALL SELECT runs FROM sla.batch_journal
		      UNION ALL SELECT runs FROM billing.batch_journal
		      UNION ALL SELECT runs FROM chargeback.batch_journal
		      UNION ALL SELECT runs FROM kpi.batch_journal) AS all_runs")
}
small_batches() { local most; most=$(largest_batch) && [ "$most" -ge 1 ] && [ "$most" -le 10 ]; }

shared()
{
	local name
	opsmesh status > "$work/status" || return 1
	for name in ingest classifier sla-watcher billing-sync chargeback kpi-aggregator; do
		grep -q " $name-1 " "$work/status" && grep -q " $name-2 " "$work/status" || return 1
	done
}

# As expected/ledger has it: six days of 3,871 yen.
earned()
{
	opsmesh explain invoice in_Kaede0501 > "$work/explained" &&
		grep -q ': 23226 JPY of 120000 JPY is earned, the rest by 2026-05-31$' "$work/explained" ||
		{ tail -n 5 "$work/explained"; return 1; }
}

# The daemons stand still meanwhile: nothing comes in, and its shards stay where they are.
rebuild()
{
	opsmesh rebuild "$1" --verify > "$work/rebuild" 2>&1 ||
		{ cat "$work/rebuild"; return 1; }
}


check "it comes out as it was written by hand" play once
for second in kpi_truth kpi_truth_money; do
	check "the figures of KPIs are those of a second computation ($second)" counted_twice "$second"
done
check "the revenue that support helped is that of a second computation" helped
check "with batches of ten events, as well" play small EXTRA=BATCH_EVENTS=10
check "which no batch exceeds" small_batches
check "and the same, byte for byte" same once small
check "on two instances of each daemon, as well" play two INSTANCES=2 EXTRA=BATCH_EVENTS=50
check "and both have their share" shared
check "and the same, byte for byte" same once two
check "while processes are killed, as well" play_killed killed INSTANCES=2
check "and the same, byte for byte" same once killed
check "nothing is a dead letter" no_dead_letters
check "an invoice tells what is earned by now of its line" earned
for stage in $(python3 "$top/tests/integration/described.py"); do
	check "folded again from the topics, $stage is the same" rebuild "$stage"
done
check "it is told to its end, as the demo tells it" told
exit $failed
