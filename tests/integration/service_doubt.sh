#!/usr/bin/env bash
# service_doubt.sh - what a daemon does whose world is not as it left it. service_doubt.py has the stories;
# that of refusals needs a world that is in order, and has a script of its own.
[ $# -gt 0 ] || set -- absent frozen_server schema set_back made_anew shape
exec "$(dirname "$0")/service.sh" --stories service_doubt "$@"
