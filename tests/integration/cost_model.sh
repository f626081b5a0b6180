#!/usr/bin/env bash
# cost_model.sh - what a month costs is added up as tests/bench/cost.py says, held against sums made by hand.
set -u
cd "$(dirname "$0")/../.." || exit 2
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/integration/cost_model.py
