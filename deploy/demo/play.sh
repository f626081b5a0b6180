#!/usr/bin/env bash
# play.sh - plays the recorded day through a stack of its own, and leaves that stack up.
#
#   play.sh RUN_DIR [NAME=VALUE...]      settings as of deploy/local/up.sh: INSTANCES, PARTITIONS, EXTRA...
#
# RECORDING in the environment says another recording than the day: `week`, the quiet week.
#
# The stack is a new one: what lay in RUN_DIR is stopped and removed. When all has been said, RUN_DIR/day
# holds requests, names, answers, and every fact of the mesh as `opsmesh tail` shows it (events.jsonl).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
run=${1:?usage: play.sh RUN_DIR [NAME=VALUE...]}
shift
case ${RECORDING:-day} in
day) recording=$here/day.jsonl until=2026-05-07T02:00:00Z ;; # after the last request and the last due that the day is about
week) recording=$here/week/week.jsonl until=2026-05-11T08:00:00Z ;; # when New York's Sunday is over and sealed, before Monday's desk opens
*) echo "play.sh: no recording is called $RECORDING" >&2; exit 2 ;;
esac
topics='ops.intake.v1 ops.accounts.v1 ops.actions.v1 ops.provider-events.v1 ops.tickets.v1 ops.sla.v1 ops.alerts.v1'
topics+=' ops.triage.v1 ops.billing.v1 ops.usage.v1 ops.disputes.v1 ops.kpi.v1'

"$here/../local/down.sh" RUN_DIR="$run"
rm -rf "$run"
mkdir -p "$run/day"
. "$here/keys"
"$here/../local/up.sh" RUN_DIR="$run" RECORDED=1 "$@"
. "$run/env"

python3 "$here/render.py" "$recording" "$run/day/requests.jsonl" "$run/day/names.json"
"$OPSMESH_BIN/opsmesh" send --recorded --until "$until" "$run/day/requests.jsonl" > "$run/day/answers.jsonl"
"$OPSMESH_BIN/opsmesh" status --wait "$until" --timeout 60s > "$run/day/status"
"$OPSMESH_BIN/opsmesh" tail $topics --from start --until-end > "$run/day/events.jsonl"
"$OPSMESH_BIN/opsmesh" ledger balance --format csv > "$run/day/ledger.csv"
