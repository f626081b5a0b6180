#!/usr/bin/env bash
# run.sh - the rules of the house, checked.
#
#   run.sh OUT [CHECK...]        OUT: the build to look at, e.g. build/release
#
# A check is a program of this folder that is given OUT and prints what is wrong, one line each;
# nothing printed is well. Exit 77 means that it could not look; its line says why. A check may say
# more on standard error.
set -u
cd "$(dirname "$0")/../.." || exit 2
out=${1:?usage: run.sh OUT [CHECK...]}
shift
[ $# -gt 0 ] || set -- format layers banned sql size entrance recursion private linkage scripts describe \
	contract macros readme_snippets alerts routes runbooks dashboard mutants deploy compose manifests kubernetes published alarms
failed=0
export PYTHONDONTWRITEBYTECODE=1 PATH=$PATH:$PWD/build/tools
for check in "$@"; do
	program=$(ls "tests/lint/$check".sh "tests/lint/$check".py 2> /dev/null | head -n 1)
	wrong=$("${program:?no check is called $check}" "$out")
	status=$?
	if [ $status -eq 77 ]; then
		echo "skip lint $check: $wrong"
	elif [ $status -eq 0 ] && [ -z "$wrong" ]; then
		echo "ok lint $check"
	else
		echo "FAIL lint $check"
		printf '%s\n' "${wrong:-exit status $status}" | sed 's/^/  /'
		failed=1
	fi
done
exit $failed
