#!/usr/bin/env bash
# run.sh - breaks one rule of the code after the other, and sees that the simulator or a test notices.
#
#   run.sh OUT [MUTANT...]       OUT: a build folder, e.g. build/release; without names: every mutant
#
# A mutant is a file NAME.patch of this folder: a sentence that says what is broken, a line
# `run: PROGRAM [ARGUMENT...]` for each program that should notice, in the order in which they are
# asked, and the patch, of .c and .sql files alone. A PROGRAM is `sim`, a unit test, e.g.
# `publisher_test`, or a script of tests/integration, e.g. `postgres_store.sh`; one that says that it
# skips makes its mutants skipped.
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
limit=300 # seconds for one program: a mutant that hangs is noticed as well
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
		case $file in
		*.sql) touch -c -d @0 "$tree"/build/release/gen/*_sql.[ch] "$tree"/build/release/gen/*_migrations.[ch] ;;
		*) touch -c -d @0 "$tree/build/release/${file%.c}.o" ;;
		esac
	done < "$scratch/patched"
	rm -f "$scratch/patched"
}

copy_tree()
{
	forget_patched
	find "$tree" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
	sources | tar -cf - --null --ignore-failed-read -T - 2> /dev/null | tar -xf - -C "$tree"
}

# Builds what one program of the copy needs. Warnings are the real tree's business.
build()
{
	local target
	case $1 in
	sim) target=build/release/bin/sim ;;
	*.sh) # its own program, or the daemons and the tool as they are
		target=all
		[ ! -e "$tree/tests/integration/${1%.sh}_test.c" ] ||
			target="build/release/tests/integration/${1%.sh}_test build/release/tests/integration/postgres_fence_test" ;;
	*) target=build/release/tests/unit/$1 ;;
	esac
	# shellcheck disable=SC2086
	make -C "$tree" --no-print-directory -s -j2 WARNINGS=-w MODE=release OUT_ROOT=build \
		$target > "$scratch/build.log" 2>&1
}

# Runs one program with its arguments; what it printed is in $scratch/log.
run()
{
	local program=$1
	shift
	case $program in
	sim) timeout -k 5 "$limit" "$tree/build/release/bin/sim" --seeds "$seeds" "$@" ;;
	*.sh) OUT=build/release timeout -k 5 "$limit" "$tree/tests/integration/$program" ;;
	*) timeout -k 5 "$limit" "$tree/build/release/tests/unit/$program" "$@" ;;
	esac > "$scratch/log" 2>&1
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
		if seeds=200 run "$program"; then
			sound[$program]=yes
			! grep -q '^skip ' "$scratch/log" || sound[$program]=$(grep -m 1 '^skip ' "$scratch/log")
		else
			echo "FAIL mutants: the sound tree: $(complaint $? "$program")"
		fi
	done
}

# Asks each program of a mutant; answer says which noticed.
hunt()
{
	local program arguments status
	answer="FAIL survived"
	while read -r program arguments; do
		case ${sound[$program]} in
		no) answer="FAIL $program fails without it" && continue ;;
		skip*) answer=${sound[$program]} && continue ;;
		esac
		build "$program" || {
			answer="FAIL does not compile: $(grep -m 1 error "$scratch/build.log")"
			return
		}
		# shellcheck disable=SC2086
		run "$program" $arguments
		status=$?
		[ $status -eq 0 ] || {
			answer="ok caught by $(complaint $status "$program")"
			return
		}
	done < <(programs "$1")
}

# Applies a mutant, hunts it, and puts the files back.
try()
{
	local patch=$root/tests/mutants/$1.patch
	(cd "$tree" && git apply --numstat "$patch") 2> /dev/null | cut -f 3 > "$scratch/patched"
	rm -rf "$scratch/sound"
	mkdir -p "$scratch/sound"
	(cd "$tree" && xargs cp --parents -t "$scratch/sound") < "$scratch/patched"
	(cd "$tree" && git apply -C1 "$patch") 2> "$scratch/log" || {
		rm -f "$scratch/patched"
		answer="FAIL does not apply: $(head -n 1 "$scratch/log")"
		return
	}
	hunt "$1"
	cp -r "$scratch/sound/." "$tree/"
	forget_patched
}

declare -A count=([ok]=0 [FAIL]=0 [skip]=0)
copy_tree
look_at_sound "$@"
for name; do
	try "$name"
	verdict=${answer%% *}
	count[$verdict]=$((count[$verdict] + 1))
	echo "$verdict mutant $name: ${answer#* }"
done
echo "${count[ok]} mutants caught, ${count[FAIL]} not, ${count[skip]} skipped"
[ "${count[FAIL]}" -eq 0 ]
