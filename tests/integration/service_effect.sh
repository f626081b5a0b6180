#!/usr/bin/env bash
# service_effect.sh - effects of the toy daemon through kill -9, a frozen owner and answers that come twice.
exec "$(dirname "$0")/service.sh" --stories service_effect "$@"
