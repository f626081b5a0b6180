#!/usr/bin/env bash
# linkage.sh - the simulator runs without a broker's or a database's library: it models both.
sim=$1/bin/sim
[ -x "$sim" ] || { echo "the simulator is not built"; exit 77; }
ldd "$sim" | awk '/librdkafka|libpq/ { print "the simulator needs " $1 }'
