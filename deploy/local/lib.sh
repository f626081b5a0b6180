# lib.sh - what the scripts of this folder share. Sourced, never run.
#
# A stack lives in one folder, its run folder: pid files, data, logs and secrets. Two stacks in two
# folders do not know of each other.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kafka_version=${KAFKA_VERSION:-4.1.1}
kafka_jars=$top/build/kafka-$kafka_version
tools=$top/build/tools # what setup.sh takes out of packages that are not installed

say() { printf '%s\n' "$*"; }
fail()
{
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# Is the process of this pid file there? A zombie is not.
alive()
{
	local pid state
	[ -s "$1" ] && pid=$(cat "$1") || return 1
	state=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -c1) || return 1
	[ -n "$state" ] && [ "$state" != Z ]
}

# Waits until a command succeeds: seconds, what is waited for, the command.
wait_until()
{
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		[ $SECONDS -lt $deadline ] || { say "gave up waiting for $what" >&2; return 1; }
		sleep 0.05
	done
}

gone() { ! alive "$1"; }

# A port that nobody listens on, from below the range that the kernel gives to outgoing connections.
# They are handed out in turn, so that two stacks which start together do not get the same one.
free_port()
{
	mkdir -p "$top/build"
	(
		flock 8
		read -r port < "$top/build/port" || port=$((20000 + RANDOM % 12000))
		while :; do
			port=$((20000 + (port - 19999) % 12000))
			(exec 3<>"/dev/tcp/127.0.0.1/$port") || break
		done
		echo "$port" | tee "$top/build/port"
	) 8> "$top/build/port.lock" 2> /dev/null
}

# The port of a server: the one asked for, else the one it had before, else a free one.
port_of()
{
	local file=$1 asked=${2:-}
	if [ -n "$asked" ]; then
		echo "$asked" > "$file"
	elif [ ! -s "$file" ]; then
		free_port > "$file"
	fi
	cat "$file"
}

random_hex() { od -An -N"${1:-16}" -tx1 /dev/urandom | tr -d ' \n'; }

# Ends the process of a pid file: TERM, and after that many seconds KILL, which answers 1.
stop_process()
{
	local file=$1 patience=$2 pid killed=0
	if alive "$file"; then
		pid=$(cat "$file")
		kill -TERM "$pid" 2> /dev/null
		if ! wait_until "$patience" "$(basename "$file" .pid) ($pid) to stop" gone "$file"; then
			kill -KILL "$pid" 2> /dev/null
			wait_until 10 "$(basename "$file" .pid) ($pid) to die" gone "$file"
			killed=1
		fi
	fi
	rm -f "$file"
	return $killed
}
