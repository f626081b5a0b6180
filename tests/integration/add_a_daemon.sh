#!/usr/bin/env bash
# add_a_daemon.sh - README's "How to add a daemon", followed word for word in a copy of the tree.
#
# A fenced block behind a line "`path`:" is that file, a diff is applied, shell is run.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${OUT:-build/release}
command -v java > /dev/null || { echo "skip add_a_daemon: there is no Java, run 'make setup'"; exit 0; }
for program in patch curl; do
	command -v $program > /dev/null || { echo "skip add_a_daemon: there is no $program"; exit 0; }
done

dir=$(mktemp -d)
# shellcheck disable=SC2329 # the trap calls it
clean_up()
{
	(cd "$dir" && make --no-print-directory down) > /dev/null 2>&1
	rm -rf "$dir"
}
trap clean_up EXIT
said() { if "${@:2}"; then echo "ok add_a_daemon: $1"; else echo "FAIL add_a_daemon: $1"; failed=1; fi; }
failed=0

# The tree as it is, what was built of it, and the broker's jars, so that make does only what is new.
git ls-files -z -co --exclude-standard | xargs -0 cp -a --parents -t "$dir" 2> /dev/null
mkdir -p "$dir/build"
cp -a "$out" "$dir/build/release"
cp -al build/kafka-* "$dir/build/" 2> /dev/null

mkdir -p "$dir/steps"
awk -v dir="$dir" '
	/^## / { here = $0 == "## How to add a daemon" }
	!here { next }
	/^`[^`]+`:$/ { path = substr($0, 2, length($0) - 3); next }
	/^```/ && inside { close(file); inside = 0; next }
	/^```/ {
		inside = 1
		kind = substr($0, 4)
		file = path != "" ? dir "/" path : dir "/steps/" kind
		folder = file
		sub(/\/[^\/]*$/, "", folder)
		system("mkdir -p \"" folder "\"")
		path = ""
		next
	}
	inside { print > file }' README.md

cd "$dir" || exit 2
said "the edits of the catalogue fit" patch -s -p1 -i steps/diff
{ echo 'set -e'; cat steps/sh; } > steps/run
timeout 400 bash steps/run > steps/output 2>&1
said "the commands end well" test $? -eq 0
said "the new daemon says its fact" grep -q '"type":"ops.praise.praised.v1"' steps/output
[ $failed -eq 0 ] || cat steps/output
exit $failed
