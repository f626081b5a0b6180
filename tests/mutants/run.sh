#!/usr/bin/env bash
# run.sh - breaks one rule of the code after the other, and sees that the simulator or a test notices.
#
#   run.sh OUT [MUTANT...]       OUT: a build folder, e.g. build/release; without names: every mutant
#
# A mutant is a file NAME.patch of this folder: a sentence that says what is broken, a line
# `run: PROGRAM [ARGUMENT...]` for each program that should notice, in the order in which they are
# asked, and the patch, of .c files alone. A PROGRAM is `sim` or a unit test, e.g. `publisher_test`.
#
# The tree is copied beside OUT and built there once; each mutant then costs the files it touches. A
# program that fails on the sound tree catches nothing. SEEDS=1000 is how many runs the simulator has
# for each mode; it stops at the first that breaks. Prints `ok mutant NAME: caught by ...` or
# `FAIL mutant NAME: ...`, and a count; exit 1 when a mutant survived.
set -u
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
out=${1:?usage: run.sh OUT [MUTANT...]}
shift
case $out in /*) ;; *) out=$root/$out ;; esac
seeds=${SEEDS:-1000}
limit=120 # seconds for one program: a mutant that hangs is noticed as well
scratch=${out%/*}/mutants
tree=$scratch/tree
# The tree is beside, not in, its repository: whoever applies a patch must not look above it.
export GIT_CEILING_DIRECTORIES=$scratch
mkdir -p "$tree"
[ $# -gt 0 ] || set -- $(cd tests/mutants && ls ./*.patch | sed 's|^\./||; s|\.patch$||')

sources()
{
	git ls-files -z -co --exclude-standard 2> /dev/null ||
		find . -path ./build -prune -o -type f -print0
}

# What was compiled of a mutant is older than any source, also that of a run that was cut short.
forget_patched()
{
	local file
	[ -f "$scratch/patched" ] || return 0
	while read -r file; do
		touch -c -d @0 "$tree/build/release/${file%.c}.o"
	done < "$scratch/patched"
	rm -f "$scratch/patched"
}

copy_tree()
{
	forget_patched
	find "$tree" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
	sources | tar -cf - --null --ignore-failed-read -T - 2> /dev/null | tar -xf - -C "$tree"
}

# Builds one program of the copy: sim, or a unit test. Warnings are the real tree's business.
build()
{
	local target=build/release/tests/unit/$1
	[ "$1" != sim ] || target=build/release/bin/sim
	make -C "$tree" --no-print-directory -s -j2 WARNINGS=-w MODE=release OUT_ROOT=build \
		"$target" > "$scratch/build.log" 2>&1
}

# Runs one program with its arguments; what it printed is in $scratch/log.
run()
{
	local program=$1
	shift
	if [ "$program" = sim ]; then
		timeout -k 5 "$limit" "$tree/build/release/bin/sim" --seeds "$seeds" "$@"
	else
		timeout -k 5 "$limit" "$tree/build/release/tests/unit/$program" "$@"
	fi > "$scratch/log" 2>&1
}

# The first words of what the program said, or how it ended: status, program.
complaint()
{
	local said
	[ "$1" -ne 124 ] || { echo "$2: no end within $limit s"; return; }
	said=$(grep -m 1 -E '^FAIL|^\[  FAILED  \]|CHECK|Assertion' "$scratch/log" |
		sed 's/^FAIL //; s/^\[  FAILED  \] //' | cut -c 1-140)
	case $said in
	"") echo "$2: exit status $1" ;;
	$2*) echo "$said" ;;
	*) echo "$2: $said" ;;
	esac
}

programs()
{
	sed -n 's/^run: //p' "$root/tests/mutants/$1.patch"
}

# The programs that hold on the sound tree; the others catch nothing.
declare -A sound
look_at_sound()
{
	local program
	for program in $(for name; do programs "$name"; done | cut -d ' ' -f 1 | sort -u); do
		sound[$program]=no
		build "$program" || {
			echo "FAIL mutants: $program does not build: $(grep -m 1 error "$scratch/build.log")"
			continue
		}
		if run "$program"; then
			sound[$program]=yes
		else
			echo "FAIL mutants: the sound tree: $(complaint $? "$program")"
		fi
	done
}

# Asks each program of a mutant; answer says which noticed.
hunt()
{
	local program arguments status
	answer="survived"
	while read -r program arguments; do
		if [ "${sound[$program]}" = no ]; then
			answer="$program fails without it"
			continue
		fi
		build "$program" || {
			answer="does not compile: $(grep -m 1 error "$scratch/build.log")"
			return 1
		}
		# shellcheck disable=SC2086
		run "$program" $arguments
		status=$?
		[ $status -eq 0 ] || {
			answer="caught by $(complaint $status "$program")"
			return 0
		}
	done < <(programs "$1")
	return 1
}

# Applies a mutant, hunts it, and puts the files back.
try()
{
	local patch=$root/tests/mutants/$1.patch file status
	(cd "$tree" && git apply --numstat "$patch") 2> /dev/null | cut -f 3 > "$scratch/patched"
	rm -rf "$scratch/sound"
	mkdir -p "$scratch/sound"
	(cd "$tree" && xargs cp --parents -t "$scratch/sound") < "$scratch/patched"
	(cd "$tree" && git apply -C1 "$patch") 2> "$scratch/log" || {
		rm -f "$scratch/patched"
		answer="does not apply: $(head -n 1 "$scratch/log")"
		return 1
	}
	hunt "$1"
	status=$?
	cp -r "$scratch/sound/." "$tree/"
	forget_patched
	return $status
}

caught=0
survived=0
copy_tree
look_at_sound "$@"
for name; do
	if try "$name"; then
		caught=$((caught + 1))
		echo "ok mutant $name: $answer"
	else
		survived=$((survived + 1))
		echo "FAIL mutant $name: $answer"
	fi
done
echo "$caught mutants caught, $survived not"
[ $survived -eq 0 ]
