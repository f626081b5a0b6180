#!/usr/bin/env bash
# crash_servers.sh - kill -9 of the broker and of PostgreSQL under load: the daemons wait, and go on.
. "$(dirname "$0")/outside_stack.sh"

stack_up crash_servers
load_start 150
story broker
story database
load_stop
check
exit $status
