#!/usr/bin/env bash
# rolling.sh - a rolling restart under load, to a build that reads one more topic, and back: nothing lost or twice.
. "$(dirname "$0")/outside_stack.sh"

newer=$out/tests/integration/rolling_test
stack_up rolling
if [ -x "$newer" ]; then
	mkdir -p "$run/newer"
	ln -s "$bin"/* "$run/newer/"
	ln -sf "$newer" "$run/newer/sla-watcher"
	set -- "$run/newer"
else
	echo "skip rolling to another build: $newer was not built"
fi
load_start 150
story rolling "$@"
load_stop
check
exit $status
