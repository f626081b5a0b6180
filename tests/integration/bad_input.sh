#!/usr/bin/env bash
# bad_input.sh - bad input behind the edge: each told clearly, nothing lost, no crash.
#
# Records that do not belong on a topic, mails that are none, words that nobody knows, an edge whose clock is
# an hour ahead, wrong settings, impossible policies.
. "$(dirname "$0")/outside_stack.sh"

stack_up bad_input
"$python" $tests/bad_input.py "$name" settings records mails words clock || status=1
exit $status
