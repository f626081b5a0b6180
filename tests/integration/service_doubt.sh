#!/usr/bin/env bash
# service_doubt.sh - what a daemon does whose world is not as it left it. service_doubt.py has the stories.
exec "$(dirname "$0")/service.sh" --stories service_doubt "$@"
