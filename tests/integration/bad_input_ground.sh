#!/usr/bin/env bash
# bad_input_ground.sh - the ground is another: a database set back, a topic made anew, another partition count.
#
# The daemons stop the shards concerned and say why, instead of skipping or repeating in silence. When the
# right database is back they go on, and nothing is lost.
. "$(dirname "$0")/outside_stack.sh"

stack_up bad_input_ground
load_start 100
sleep 5
load_stop
"$python" $tests/bad_input.py "$name" set_back || status=1
"$python" $tests/outside_check.py "$name" || status=1
"$python" $tests/bad_input.py "$name" recreated partitions || status=1
exit $status
