#!/usr/bin/env bash
# postgres.sh - one PostgreSQL server in a run folder.
#
#   postgres.sh start|stop|kill|restart DIR [PORT]
#
# start returns when the server answers, with DIR/postgres.pid written; it is safe to repeat. kill
# is kill -9 of every process of the server. After either, start uses the same data and port.
# DIR/postgres/ holds the port, data, server.log and admin_url (the superuser's address, readable by
# the owner alone). The cluster is UTF-8 with the locale C.UTF-8, because in a C locale pg_trgm finds
# nothing in Japanese; fsync is on. As root the server runs as the user `postgres`.
set -u
. "$(dirname "$0")/lib.sh"

usage="usage: postgres.sh start|stop|kill|restart DIR [PORT]"
verb=${1:?$usage}
dir=${2:?$usage}
mkdir -p "$dir/postgres" || exit 1
dir=$(cd "$dir" && pwd)
home=$dir/postgres
pid_file=$dir/postgres.pid
ready_seconds=60
socket_path_max=90 # sun_path has 108 bytes, and the server appends its own name

programs=$(ls -d /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin 2>/dev/null | head -n 1)
programs=${programs:-$(pg_config --bindir 2>/dev/null)}

# As root, the words that make a command run as `postgres`. When a folder above the data is closed to
# that user, it gets the one capability that opens it.
as_server=()
become_server()
{
	[ "$(id -u)" = 0 ] || return
	as_server=(setpriv --reuid=postgres --regid=postgres --init-groups)
	chown postgres: "$home/data" "$home/socket"
	"${as_server[@]}" test -x "$home/data" 2> /dev/null ||
		as_server+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
}

create_cluster()
{
	local password
	[ -s "$home/data/PG_VERSION" ] && return
	password=$(random_hex 16)
	install -m 600 ${as_server:+-o postgres} <(echo "$password") "$home/socket/password"
	(cd "$home/data" && "${as_server[@]}" "$programs/initdb" --pgdata="$home/data" \
		--username=postgres --pwfile="$home/socket/password" --auth=scram-sha-256 --locale=C.UTF-8 --encoding=UTF8 \
		--no-instructions >> "$home/server.log" 2>&1) || fail "initdb failed, see $home/server.log"
	rm -f "$home/socket/password"
	(umask 077 && echo "postgresql://postgres:$password@127.0.0.1:$port/postgres" > "$home/admin_url")
}

write_settings()
{
	local socket=$home/socket
	[ ${#socket} -le $socket_path_max ] || socket=
	sed -i "s/@127.0.0.1:[0-9]*/@127.0.0.1:$port/" "$home/admin_url"
	cat > "$home/data/postgresql.auto.conf" <<-END
		listen_addresses = '127.0.0.1'
		port = $port
		unix_socket_directories = '$socket'
		max_connections = 200
		shared_buffers = '256MB'
		wal_buffers = '16MB'
		max_wal_size = '1GB'
		fsync = on
		log_line_prefix = '%m [%p] %u '
	END
}

answers() { "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"; }

start()
{
	if alive "$pid_file"; then
		wait_until $ready_seconds "the server on port $port" answers
		return
	fi
	[ -x "$programs/postgres" ] || fail "PostgreSQL is not installed: run 'make setup'"
	mkdir -p "$home/data" "$home/socket"
	become_server
	create_cluster
	write_settings
	run_server
	wait_until $ready_seconds "the server on port $port" answers_or_restarted
	answers || fail "the server did not start, see $home/server.log"
}

# In a session of its own, so that an interrupt of the caller does not reach it.
run_server()
{
	(
		cd "$home/data" && exec < /dev/null >> "$home/server.log" 2>&1
		exec setsid "${as_server[@]}" "$programs/postgres" -D "$home/data"
	) &
	echo $! > "$pid_file"
}

# After a kill of the first process alone, its children hold the shared memory for another moment,
# and the new server refuses to start.
starts_left=20
answers_or_restarted()
{
	answers && return
	if gone "$pid_file"; then
		[ $((starts_left--)) -gt 0 ] || return 0
		sleep 0.2
		run_server
	fi
	return 1
}

# INT is the fast shutdown: sessions are ended, nothing is lost.
stop()
{
	alive "$pid_file" && kill -INT "$(cat "$pid_file")"
	stop_process "$pid_file" 20
}

die()
{
	local pid
	if alive "$pid_file"; then
		pid=$(cat "$pid_file")
		kill -KILL "$pid" $(pgrep -P "$pid") 2>/dev/null
		wait_until 10 "the server to die" gone "$pid_file"
	fi
	rm -f "$pid_file"
}

port=$(port_of "$home/port" "${3:-}") || exit 1
case $verb in
start) start ;;
stop) stop ;;
kill) die ;;
restart) stop && start ;;
*) fail "$usage" ;;
esac
