#!/usr/bin/env bash
# quiet_week.sh - the quiet week comes out as it was written by hand, and its report says so.
#
# Plays it (deploy/demo/week) in a stack of its own, and holds tickets, promises, alerts and figures against the tables below expected/;
# then all figures against a second computation, the week's page in its forms, and what the operator's tool says by dimension.
# Settings: see recording.sh.
name=quiet_week
. "$(dirname "$0")/recording.sh"

play() { RECORDING=week "$top/deploy/demo/play.sh" "$run" > "$work/log" 2>&1 || { cat "$work/log"; return 1; }; }

as_written() { python3 "$top/tests/integration/quiet_week.py" "$@"; }

page() { opsmesh report week --format "$1" --out "$work/page.$1" && as_written report "$work/page.$1"; }

# The page of the last week is that of any of its days.
same_page() { opsmesh report week --at 2026-05-06 --out "$work/page.at" && cmp "$work/page.at" "$work/page.markdown"; }

# A metric as the tool cuts it: metric, dimension.
cut()
{
	opsmesh kpi "$1" --by "$2" --window week --format csv > "$work/cut.csv" && as_written cut "$1" "$2" "$work/cut.csv"
}

# Nothing stands that somebody has to be told of, once the week is over.
silent() { [ "$(opsmesh alerts --format alertmanager)" = '[]' ]; }

# Each number by whoever asks who is behind it: of the week, else of a day or the month. What is not kept one by one cannot be counted again.
counted_again()
{
	local document metric window status count=0
	for document in "$top"/deploy/policies/metrics/*-[0-9]*.json; do
		metric=$(basename "$document" .json)
		metric=${metric%-*}@${metric##*-}
		for window in 2026-W19 2026-05-06 2026-05; do
			opsmesh explain kpi "$metric" "$window" > "$work/again" 2>&1
			status=$?
			[ $status -eq 2 ] || break
		done
		count=$((count + 1))
		[ $status -eq 0 ] || grep -qE 'the kind "(usage|programme)", which are not kept one by one' "$work/again" ||
			{ echo "$metric $window"; cat "$work/again"; return 1; }
	done
	[ $count -ge 95 ]
}

# One of those who are open at a midnight is named.
named_open() { opsmesh explain kpi support.backlog@2 2026-05-07 > "$work/open" && grep -q '^In it ([1-9]' "$work/open" && grep -q 'ticket/.* backlog America/New_York/2026-05-07' "$work/open"; }


check "it is played to its end" play
check "every request is taken" as_written answers "$run"
check "tickets are as they were written by hand" as_written tickets "$run"
check "so is every promise, through holidays and the weekend" as_written clocks "$run"
check "one warning is raised, and nothing that pages" as_written alerts "$run"
check "when the week is over no alert stands" silent
check "figures are as they were written by hand" as_written kpis "$run"
for second in kpi_truth kpi_truth_money; do
	check "and those of a second computation ($second)" counted_twice "$second"
done
check "the report says them" page markdown
check "and says them as HTML" page html
check "and is the same for whoever names a day of the week" same_page
for pair in support.tickets_opened:channel support.tickets_opened:region support.csat:channel; do
	check "the tool has ${pair%:*} by ${pair#*:}" cut "${pair%:*}" "${pair#*:}"
done
check "every figure is counted again from who is behind it" counted_again
check "and who was open at a midnight is named" named_open
check "nothing is a dead letter" no_dead_letters
exit $failed
