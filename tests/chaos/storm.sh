#!/usr/bin/env bash
# storm.sh - a stack under load to which everything happens that may, and then it is judged.
#
#   storm.sh OUT        OUT: the build to test, e.g. build/release; STORM_MINUTES (2), SEED
#
# kill -9 of daemons, broker and database, freezes up to longer than the group's patience, also two at a
# time: chosen by the seed, which is printed. Nothing may be lost, nothing may be there twice.
OUT=${1:?usage: storm.sh OUT}
export OUT SEED=${SEED:-$RANDOM} STORM_MINUTES=${STORM_MINUTES:-2}
. "$(dirname "$0")/../integration/outside_stack.sh"

stack_up storm
echo "# storm: $STORM_MINUTES minutes, SEED=$SEED"
load_start 150
story storm
load_stop
check --repeats
rebuilt
exit $status
