#!/usr/bin/env bash
# crash.sh - kill -9 of every daemon under load, until it has fallen into each gap: nothing lost, nothing twice.
#
# The gaps are those between commit and publish, and between publish and mark; that a kill fell there is
# seen from outside, before the daemon starts again. A run without both has proved nothing and fails.
. "$(dirname "$0")/outside_stack.sh"

stack_up crash
load_start 200
story daemons
load_stop
check --repeats
rebuilt
exit $status
