#!/usr/bin/env bash
# tool.sh - the operator's tool against a whole stack in recorded mode; tool.py has the stories.
. "$(dirname "$0")/outside_stack.sh"

stack_up tool RECORDED=1
"$python" $tests/tool.py "$run" || status=1
exit $status
