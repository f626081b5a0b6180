#!/bin/sh
# start.sh - the container's entrance: a daemon's migrations, and then the daemon in its place.
#
#   start.sh DAEMON          start.sh prepare          start.sh PROGRAM ARGUMENT...
set -eu
here=$(dirname "$0")
if [ "$1" = prepare ]; then
	exec "$here/prepare.sh"
fi
if [ $# -eq 1 ] && grep -q "^$1 " "$here/local/daemons"; then
	"$1" --migrate
fi
exec "$@"
