#!/usr/bin/env bash
# provider_data.sh - Stripe's own examples, whole, doubled and permuted: one mirror, one ledger, the same cases and discrepancies.
#
# They lie beside the checkout and are never part of it; without them the test is skipped.
. "$(dirname "$0")/outside_stack.sh"

name=provider_data
data=../shared/data
[ -d "$data" ] || skip "there is no $data"
stack_up provider_data
"$python" $tests/provider_data.py "$name" "$data" || status=1
exit $status
