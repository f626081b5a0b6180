#!/usr/bin/env bash
# kpi_made.sh - figures of made-up tickets and of made-up customers, against the same ones counted by hand.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
status=0

for name in kpi_tickets kpi_money; do
	test=$out/tests/integration/${name}_test
	[ -x "$test" ] || { echo "skip $name: its program was not built"; continue; }
	/usr/bin/python3 "tests/integration/$name.py" "$test" "$out/opsmesh.v1.descriptor.bin" 1 2 3 || status=1
done
exit $status
