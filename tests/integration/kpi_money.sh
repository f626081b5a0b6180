#!/usr/bin/env bash
# kpi_money.sh - figures of made-up customers, as the stage tells them, against the same ones counted by hand.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
test=$out/tests/integration/kpi_money_test

[ -x "$test" ] || { echo "skip kpi_money: its program was not built"; exit 0; }
/usr/bin/python3 tests/integration/kpi_money.py "$test" "$out/opsmesh.v1.descriptor.bin" 1 2 3
