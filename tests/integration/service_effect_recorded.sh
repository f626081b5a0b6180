#!/usr/bin/env bash
# service_effect_recorded.sh - a recorded day with effects comes out the same. service_effect_recorded.py has it.
exec "$(dirname "$0")/service.sh" --stories service_effect_recorded "$@"
