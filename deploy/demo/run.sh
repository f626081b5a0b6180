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

stop()
{
	[ "${KEEP:-}" = 1 ] || "$here/../local/down.sh" RUN_DIR="$run"
}
trap stop EXIT
trap 'exit 130' INT TERM

"$here/play.sh" "$run" "$@" || exit 1
"$here/tell.sh" "$run"
