#!/usr/bin/env bash
# crash_frozen.sh - an owner freezes, another takes its shards, the old one wakes up: it writes nothing more.
. "$(dirname "$0")/outside_stack.sh"

stack_up crash_frozen
load_start 150
story frozen
load_stop
check
exit $status
