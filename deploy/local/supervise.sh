#!/usr/bin/env bash
# supervise.sh - keeps one daemon running.
#
#   supervise.sh PID_FILE LOG PROGRAM [ARGUMENT...]
#
# PID_FILE always names the daemon that runs now. A daemon that gave up (exit 3) or died by a signal
# is started again, at once at first and then after growing pauses, so that one which cannot live
# does not eat the machine. Exit 0, 1 and 2 end the supervision with the same status. TERM is passed
# on, and then waited for.
set -u
pid_file=$1
log=$2
shift 2
steady_seconds=10 # who ran that long is well, and starts again without a pause
longest_pause=5

child=
stopping=
status=0
stop()
{
	stopping=1
	[ -n "$child" ] && kill -TERM "$child" 2>/dev/null
}
trap stop TERM INT

note() { printf '{"level":"warn","message":"%s","status":%d}\n' "$1" "$2" >> "$log"; }

# A trapped signal ends wait early; the child's own status comes when it has gone.
wait_for_child()
{
	local status
	while :; do
		wait "$child"
		status=$?
		kill -0 "$child" 2>/dev/null || return $status
	done
}

pause=0
while [ -z "$stopping" ]; do
	started=$SECONDS
	"$@" >> "$log" 2>&1 < /dev/null &
	child=$!
	echo "$child" > "$pid_file.new" && mv "$pid_file.new" "$pid_file"
	[ -n "$stopping" ] && kill -TERM "$child" 2>/dev/null
	wait_for_child
	status=$?
	child=
	[ -n "$stopping" ] && break
	if [ $status -ne 3 ] && [ $status -le 128 ]; then
		note "daemon ended" $status
		break
	fi
	note "daemon starts again" $status
	[ $((SECONDS - started)) -ge $steady_seconds ] && pause=0
	sleep "$pause" &
	wait $!
	pause=$((pause * 2 + 1))
	[ $pause -gt $longest_pause ] && pause=$longest_pause
done
rm -f "$pid_file"
exit "$status"
