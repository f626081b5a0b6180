#!/usr/bin/env bash
# compose.sh - the parser of the Compose specification takes docker-compose.yml, with every merge resolved.
parser=build/tools/bin/compose
[ -x "$parser" ] || { echo "the parser of compose-spec is not there (tests/lint/tools.sh fetches it)"; exit 77; }
"$parser" docker-compose.yml 2>&1 > /dev/null | sed 's/^/docker-compose.yml: /'
