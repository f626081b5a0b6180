#!/usr/bin/env bash
# classifier.sh - the classifier's commands, a model exchanged between two batches, corrections and what was wrong
# with what it was given; classifier.py has the stories.
. "$(dirname "$0")/outside_stack.sh"

stack_up classifier
"$python" $tests/classifier.py "$run" || status=1
exit $status
