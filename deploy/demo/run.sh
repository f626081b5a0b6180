#!/usr/bin/env bash
# run.sh - `make demo`: plays the recorded day, tells what became of it, and says whether it came out right.
#
#   run.sh [NAME=VALUE...]        settings as of deploy/local/up.sh
#
# Exit 0 only if every table of expected/ is as it was written by hand before the first run. The stack lives in
# RUN_DIR (build/demo) and is stopped at the end; KEEP=1 leaves it up, to look further.
set -u
here=$(cd "$(dirname "$0")" && pwd)
run=${RUN_DIR:-$here/../../build/demo}
mkdir -p "$run" || exit 1
run=$(cd "$run" && pwd)
wrong=1

stop()
{
	[ "${KEEP:-}" = 1 ] || "$here/../local/down.sh" RUN_DIR="$run"
}
trap stop EXIT
trap 'exit 130' INT TERM

"$here/play.sh" "$run" "$@" || exit 1
. "$run/env"
python3 "$here/story.py" "$run/day" || exit 1

id_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$run/day/names.json" "$1"; }

# As the operator's tool tells it: a title, and what the tool is asked.
ask()
{
	printf '\n%s: opsmesh %s\n\n' "$1" "${*:2}"
	"$OPSMESH_BIN/opsmesh" "${@:2}" || exit 1
}

ask 'WHAT IS STILL OPEN, FROM THE TABLES' list clocks
ask 'THE BOOKS' ledger balance
ask 'WHAT DOES NOT ADD UP' list discrepancies --all
ask 'THE FIRST OF THE TICKETS, AS THE OPERATOR SEES IT' explain ticket "$(id_of K3)" \
	--reveal 'the demo shows the people that it invented'

printf '\nWHETHER IT CAME OUT RIGHT\n\n'
if python3 "$here/tables.py" "$run/day"; then
	wrong=0
	echo '  Every answer, ticket, reading, pattern, clock, alert, bill, balance, refusal and count is as deploy/demo/expected says.'
else
	echo '  The lines above differ from deploy/demo/expected.'
fi
cat <<END

TO LOOK FURTHER: KEEP=1 make demo leaves this stack up; then

  . $run/env && PATH=\$OPSMESH_BIN:\$PATH
  opsmesh explain ticket $(id_of E2)   # how it came to billing: what was read, by which words, who corrected it
  opsmesh list clocks   # what is open, next deadline first
  opsmesh explain account bluebird-cafe   # two charges, what did not add up, and what went back
  opsmesh ledger statement --customer cus_Bluebird   # the same in money
  echo '請求書 INV-2041 の 12,000円を返金してください' | classifier --classify   # what the classifier makes of your own words

and deploy/local/down.sh RUN_DIR=$run stops it.
END
exit $wrong
