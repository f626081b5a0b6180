#!/usr/bin/env bash
# down.sh - stops the stack of a run folder, in order: the edge first, so that nothing new comes in,
# then the other daemons along the flow, then the broker and the database.
#
#   down.sh [RUN_DIR=DIR]
#
# No process, pid file, secret or environment file is left; data and logs are. Exit 1 when a daemon had to
# be killed.
set -u
. "$(dirname "$0")/lib.sh"

for argument in "$@"; do
	case $argument in
	RUN_DIR=*) RUN_DIR=${argument#*=} ;;
	*) fail "not RUN_DIR=DIR: $argument" ;;
	esac
done
run=${RUN_DIR:-$top/build/run}
[ -d "$run" ] || exit 0
run=$(cd "$run" && pwd)
stop_seconds=10 # a daemon promises five
status=0

exec 9> "$run/lock"
flock 9

stop_instance()
{
	local files=$1
	stop_process "$run/$files.supervisor.pid" $stop_seconds || status=1
	stop_process "$run/$files.pid" 0 || status=1
}

grep -v '^#' "$top/deploy/local/daemons" | cut -d' ' -f1 | while read -r name; do
	for file in "$run/$name.supervisor.pid" "$run/$name"-*.supervisor.pid; do
		[ -e "$file" ] && basename "$file" .supervisor.pid
	done
done > "$run/stopping"
while read -r files; do
	stop_instance "$files"
done < "$run/stopping"
for server in kafka postgres; do
	[ ! -e "$run/$server.pid" ] || "$top/deploy/local/$server.sh" stop "$run" || status=1
done
rm -rf "$run/env" "$run/stopping" "$run/secrets"
exit $status
