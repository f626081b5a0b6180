#!/usr/bin/env bash
# real_input.sh - what nobody here wrote, through the running mesh: Stripe's events, mails, customers' words.
#
# They lie beside the checkout and are never part of it; without them the test is skipped.
. "$(dirname "$0")/outside_stack.sh"

name=real_input
data=../shared/data
[ -d "$data" ] || skip "there is no $data"
stack_up real_input
"$python" $tests/real_input.py "$name" "$data" || status=1
"$python" $tests/outside_check.py "$name" || status=1
exit $status
