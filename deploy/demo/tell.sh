#!/usr/bin/env bash
# tell.sh - tells what became of the recorded day, and says whether it came out right.
#
#   tell.sh RUN                   the folder that play.sh was given; its stack is up
#
# On the screen stand a page of the day and its tables; all that can be told of it stands in RUN/story.txt.
# Exit 0 only if every table of expected/ is as it was written by hand, and the operator's tool answers all that it is
# asked. To show what people wrote it journals one action, `explain`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
run=${1:?usage: tell.sh RUN}
wrong=1

. "$run/env"

id_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$run/day/names.json" "$1"; }

# As the operator's tool tells it: a title, and what the tool is asked.
ask()
{
	printf '\n%s: opsmesh %s\n\n' "$1" "${*:2}"
	"$OPSMESH_BIN/opsmesh" "${@:2}" || exit 1
}

whole()
{
	python3 "$here/story.py" "$run/day" || exit 1
	ask 'WHAT IS STILL OPEN, FROM THE TABLES' list clocks
	ask 'WHAT IS TO BE RENEWED, AND WHO LOOKS AFTER IT' list renewals
	ask 'HOW ACCOUNTS USE WHAT THEY PAY FOR' list accounts
	ask 'THE HARDEST DISPUTE, AS THE OPERATOR SEES IT' explain dispute dp_Tsubame1
	ask 'THE FIRST OF THE TICKETS, AS THE OPERATOR SEES IT' explain ticket "$(id_of K3)" \
		--reveal 'the demo shows the people that it invented'
}

(whole) > "$run/story.txt" || { tail -n 5 "$run/story.txt"; exit 1; }
python3 "$here/page.py" "$run/day" || exit 1
ask 'A NUMBER, AND WHO IS BEHIND IT' explain kpi support.assistance_handover 2026-05-01
ask 'THE BOOKS' ledger balance
ask 'WHAT DOES NOT ADD UP' list discrepancies --all
ask 'WHAT MUST BE ANSWERED WITHIN A WEEK' list disputes --due-within 7d
ask 'THE PAGE FOR LEADERS' report week --format html --out "$run/week.html"
printf '  Open %s in a browser.\n' "$run/week.html"
printf '\nALL OF IT, each ticket, payment, dispute, clock and refusal: %s (%d lines)\n' "$run/story.txt" \
	"$(wc -l < "$run/story.txt")"

printf '\nWHETHER IT CAME OUT RIGHT\n\n'
if python3 "$here/tables.py" "$run/day"; then
	wrong=0
	echo '  Every answer, ticket, reading, pattern, clock, alert, bill, dispute, balance, refusal, KPI and count is as deploy/demo/expected says.'
else
	echo '  The lines above differ from deploy/demo/expected.'
fi
cat <<END

TO LOOK FURTHER: KEEP=1 make demo leaves this stack up; then

  . $run/env && PATH=\$OPSMESH_BIN:\$PATH
  opsmesh explain ticket $(id_of E2)   # how it came to billing: what was read, by which words, who corrected it
  opsmesh list clocks   # what is open, next deadline first
  opsmesh dispute packet dp_Tsubame1 --pdf packet.pdf --reveal 'to read it'   # what the bank gets, Japanese and English
  opsmesh explain account bluebird-cafe   # two charges, what did not add up, and what went back
  opsmesh kpi support.first_reply --by channel --window day   # a metric by window; opsmesh kpi alone lists them
  opsmesh ledger statement --customer cus_Bluebird   # the same in money
  echo '請求書 INV-2041 の 12,000円を返金してください' | classifier --classify   # what the classifier makes of your own words

and deploy/local/down.sh RUN_DIR=$run stops it.
END
exit $wrong
