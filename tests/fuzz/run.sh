#!/usr/bin/env bash
# run.sh - every fuzzer for SECONDS_EACH seconds, from its committed corpus.
#
#   run.sh FOLDER         where the fuzzers were built
#
# New inputs are kept beside the fuzzer, an input that fails under its artifacts.
cd "$(dirname "$0")/../.." || exit 2
folder=${1:?usage: run.sh FOLDER}
status=0
for source in tests/fuzz/*.c; do
	[ -e "$source" ] || { echo "skip fuzz: there is no fuzzer yet"; exit 0; }
	name=$(basename "$source" .c)
	inputs=("$folder/corpus/$name")
	[ ! -d "tests/fuzz/corpus/$name" ] || inputs+=("tests/fuzz/corpus/$name")
	mkdir -p "$folder/corpus/$name" "$folder/artifacts/$name"
	if "$folder/$name" -max_total_time="${SECONDS_EACH:-30}" -print_final_stats=0 -verbosity=0 \
		-artifact_prefix="$folder/artifacts/$name/" "${inputs[@]}"; then
		echo "ok fuzz $name"
	else
		echo "FAIL fuzz $name"
		status=1
	fi
done
exit $status
