#!/usr/bin/env bash
# kpi_tickets.sh - figures of made-up tickets, as the documents say them, against the same ones computed by hand.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
test=$out/tests/integration/kpi_tickets_test

[ -x "$test" ] || { echo "skip kpi_tickets: its program was not built"; exit 0; }
/usr/bin/python3 tests/integration/kpi_tickets.py "$test" "$out/opsmesh.v1.descriptor.bin" 1 2 3
