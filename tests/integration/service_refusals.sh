#!/usr/bin/env bash
# service_refusals.sh - a bug must not empty a topic into the dead letters: the limit on refusals.
exec "$(dirname "$0")/service_doubt.sh" refusals
