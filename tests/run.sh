#!/usr/bin/env bash
# run.sh - runs the suites, and counts.
#
#   run.sh OUT [SUITE...]        OUT: the build to test, e.g. build/release
#
# Suites: unit, sim, integration, lint (all). A suite's programs print lines `ok <name>`,
# `FAIL <name>` and `skip <name>: <reason>`; one that ends badly without a FAIL line counts as one
# failure, one that ends well without a line as one success. Every skip is repeated before the last
# line, which is `N passed, N failed, N skipped`.
# TIMEOUT=600 is how long one program may take, in seconds; SIDE_BY_SIDE=2 so many integration
# scripts, and runs of the simulator, go on at a time. Exit 1 when anything failed.
set -u
cd "$(dirname "$0")/.." || exit 2
out=${1:?usage: run.sh OUT [SUITE...]}
case $out in /*) ;; *) out=$PWD/$out ;; esac
shift
[ $# -gt 0 ] || set -- unit sim integration lint
limit=${TIMEOUT:-600}
side_by_side=${SIDE_BY_SIDE:-2}
seeds=${SEEDS:-1000}
log=$out/tests/log
mkdir -p "$log"
export PATH=$PATH:$PWD/build/tools # what deploy/local/setup.sh fetched
passed=0
failed=0
skips=()

reason()
{
	case $1 in
	124) echo "no end within $limit s" ;;
	137) echo "killed" ;;
	*) echo "exit status $1" ;;
	esac
}

# Counts what a program printed: its name, its exit status, the file of its output.
count()
{
	local ok bad
	ok=$(grep -c '^ok ' "$3")
	bad=$(grep -c '^FAIL ' "$3")
	if [ "$2" -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
		echo "FAIL $1: $(reason "$2")"
	elif [ "$2" -eq 0 ] && ! grep -qE '^(ok|FAIL|skip) ' "$3"; then
		ok=1
		echo "ok $1"
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
	mapfile -t -O ${#skips[@]} skips < <(grep '^skip ' "$3")
}

# Runs a program with a limit, showing what it prints: name, command. What it prints goes to a file,
# not a pipe: a process that a broken test leaves behind must not hold up the run.
run()
{
	local name=$1 file=$log/${1//\//_}.log status
	shift
	: > "$file"
	timeout -k 10 "$limit" "$@" > "$file" 2>&1 < /dev/null &
	running=$!
	tail -f -n +1 -s 0.2 --pid="$running" "$file"
	wait "$running" 2> /dev/null
	status=$?
	running=
	count "$name" "$status" "$file"
}
running=
trap '[ -z "$running" ] || kill "$running"; kill $(jobs -p) 2> /dev/null; exit 130' INT TERM

# cmocka's own lines become ours; what a case printed is shown when it failed.
run_unit()
{
	local name=$1 file=$log/${1//\//_}.log status
	timeout -k 10 "$limit" "$2" > "$file.raw" 2>&1 < /dev/null
	status=$?
	awk '/^\[=+\] .* run\.$/ { exit }
		sub(/^\[ +OK \] /, "") { print "ok " $0 }
		sub(/^\[  FAILED  \] /, "") { print "FAIL " $0 }
		sub(/^\[  SKIPPED \] /, "") { print "skip " $0 ": the case says so" }' "$file.raw" > "$file"
	[ "$status" -eq 0 ] || cat "$file.raw"
	count "$name" "$status" "$file"
}

suite_unit()
{
	local source name
	for source in tests/unit/*_test.c; do
		[ -e "$source" ] || continue
		name=unit/$(basename "$source" .c)
		if [ -x "$out/tests/$name" ]; then
			run_unit "$name" "$out/tests/$name"
		else
			echo "FAIL $name: it was not built"
			failed=$((failed + 1))
		fi
	done
}

# Starts a program that goes on beside the others, no more than there is room for: its output to a file,
# its status when it has ended. Name, command.
start_beside()
{
	local name=$1 file=$log/${1//\//_}.log
	shift
	rm -f "$file.status"
	beside+=("$name")
	(
		timeout -k 10 "$limit" "$@" > "$file" 2>&1 < /dev/null
		echo $? > "$file.status"
	) &
	while [ "$(jobs -rp | wc -l)" -ge "$side_by_side" ]; do
		wait -n
		show_ended
	done
}

# Shows and counts the programs that have ended since the last time.
show_ended()
{
	local name file
	for name in "${beside[@]}"; do
		file=$log/${name//\//_}.log
		[ -s "$file.status" ] || continue
		echo "# $name"
		cat "$file"
		count "$name" "$(cat "$file.status")" "$file"
		rm -f "$file.status"
	done
}

# Each mesh in each mode runs on one core.
suite_sim()
{
	local mesh mode
	if [ ! -x "$out/bin/sim" ]; then
		echo "FAIL sim: it was not built"
		failed=$((failed + 1))
		return
	fi
	beside=()
	for mesh in ops toy; do
		for mode in live recorded; do
			start_beside "sim/$mesh/$mode" "$out/bin/sim" --seeds "$seeds" --mesh "$mesh" --mode "$mode"
		done
	done
	wait
	show_ended
}

# Most of a script's time is waiting.
suite_integration()
{
	local script
	export OUT=$out
	export OPSMESH_BIN=$out/bin
	beside=()
	for script in tests/integration/*.sh; do
		[ ! -x "$script" ] || start_beside "integration/$(basename "$script" .sh)" "$script"
	done
	wait
	show_ended
}

suite_lint() { run lint tests/lint/run.sh "$out"; }

for suite in "$@"; do
	suite_$suite
done
[ ${#skips[@]} -eq 0 ] || printf '%s\n' "${skips[@]}"
echo "$passed passed, $failed failed, ${#skips[@]} skipped"
[ "$failed" -eq 0 ]
