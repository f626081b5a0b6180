#!/usr/bin/env bash
# service_rebuild.sh - `--rebuild STAGE --verify` on the toy daemon. service_rebuild.py has the stories.
exec "$(dirname "$0")/service.sh" --stories service_rebuild "$@"
