#!/usr/bin/env bash
# schemas.sh - the published JSON Schemas and the parsers say the same about documents.
set -u
cd "$(dirname "$0")/../.." || exit 2
opsmesh=${OPSMESH_BIN:-build/release/bin}/opsmesh
if [ ! -x "$opsmesh" ]; then
	echo "skip schemas: $opsmesh was not built"
	exit 0
fi
for python in python3 /usr/bin/python3; do
	if $python -c 'import jsonschema' 2> /dev/null; then
		exec $python tests/integration/schemas.py "$opsmesh"
	fi
done
echo "skip schemas: python3-jsonschema is not installed"
