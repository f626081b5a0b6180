#!/usr/bin/env bash
# run.sh - the kills and the simulator again and again, with other seeds and other moments.
#
#   MINUTES=60 run.sh OUT       OUT: the build to test, e.g. build/release
#
# Begins another round as long as there is time. What fails is kept: its output is shown whole, and a
# failing seed is named. The last line counts. Exit 1 when anything failed.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${1:?usage: run.sh OUT}
case $out in /*) ;; *) out=$PWD/$out ;; esac
until=$(($(date +%s) + ${MINUTES:-60} * 60))
log=$out/tests/log/chaos
mkdir -p "$log"
export OUT=$out OPSMESH_BIN=$out/bin
passed=0
failed=0

# Runs a program, and shows what it printed when it failed: name, command.
attempt()
{
	local name=$1 file=$log/output
	shift
	if "$@" > "$file" 2>&1 < /dev/null && ! grep -q '^FAIL ' "$file"; then
		passed=$((passed + 1))
		echo "ok chaos: $name"
	else
		failed=$((failed + 1))
		cat "$file"
		echo "FAIL chaos: $name"
	fi
}

round=0
while [ "$(date +%s)" -lt "$until" ]; do
	round=$((round + 1))
	first=$((RANDOM * 32768 + RANDOM))
	attempt "round $round, seeds from $first" "$out/bin/sim" --seed "$first" --seeds 500
	attempt "round $round, a storm" tests/chaos/storm.sh "$out"
	for story in crash crash_frozen crash_servers rolling; do
		[ "$(date +%s)" -lt "$until" ] || break
		attempt "round $round, $story" "tests/integration/$story.sh"
	done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
