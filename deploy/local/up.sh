#!/usr/bin/env bash
# up.sh - the whole stack in one run folder: broker, database, topics, schemas, every daemon.
#
#   up.sh [NAME=VALUE...]
#
# Returns when every daemon says that it is ready, with RUN_DIR/env written for a shell to source.
# Safe to repeat: what runs is left running, what is missing is started. Settings, also from the
# environment unless said otherwise:
#
#   KAFKA_BROKERS, DATABASE_URL   foreign servers, as arguments only; the second a role that may
#                                 create roles and owns its database
#   RUN_DIR       where everything lives (build/run)
#   OPSMESH_BIN   the folder of the programs (build/release/bin, built first when not given)
#   INSTANCES     of each daemon (1)
#   PARTITIONS    of each topic when it is created (4)
#   RECORDED      1: time comes from the requests and from POST /v1/clock
#   DAEMONS       which ones, in their order (all that are built)
#   POLICY_DIRECTORY   policies, calendars, holiday lists (deploy/policies); copied to RUN_DIR/policies, with
#                 the model that was trained by the build where the folder has none
#   KAFKA_PORT, POSTGRES_PORT, <DAEMON>_PORT   of the first instance (free ones)
#   EXTRA, EXTRA_<DAEMON>   more settings for every daemon or for one, as words NAME=VALUE
#   LOG_LEVEL (info), READY_SECONDS (60), and each secret of the environment file (random ones)
set -u
. "$(dirname "$0")/lib.sh"

foreign_brokers=
foreign_database=
for argument in "$@"; do
	case $argument in
	KAFKA_BROKERS=*) foreign_brokers=${argument#*=} ;;
	DATABASE_URL=*) foreign_database=${argument#*=} ;;
	[A-Z]*=*) export "${argument%%=*}=${argument#*=}" ;;
	*) fail "not a NAME=VALUE: $argument" ;;
	esac
done
run=${RUN_DIR:-$top/build/run}
mkdir -p "$run" || exit 1
run=$(cd "$run" && pwd)
instances=${INSTANCES:-1}
ready_seconds=${READY_SECONDS:-60}
bin=${OPSMESH_BIN:-}
mode=$([ "${RECORDED:-}" = 1 ] && echo recorded || echo live)
given_policies=${POLICY_DIRECTORY:-$top/deploy/policies}
policies=$run/policies

# One at a time in a run folder. Whoever is started must not inherit the lock.
exec 9> "$run/lock"
flock 9

# The rows of the table whose programs are built: name, schema.
daemons()
{
	local name schema
	grep -v '^#' "$top/deploy/local/daemons" | while read -r name schema; do
		[ -x "$bin/$name" ] || continue
		case " ${DAEMONS:-$name} " in *" $name "*) echo "$name $schema" ;; esac
	done
}
role_of() { tr - _ <<< "$1"; }
variable_of() { tr a-z- A-Z_ <<< "$1"; }

# A secret lives until the stack goes down, unless it is given.
secret()
{
	local name=$1 value=${!1:-} file=$run/secrets/$1
	if [ -n "$value" ]; then
		echo "$value" > "$file"
	elif [ ! -s "$file" ]; then
		eval "$2" > "$file"
	fi
	printf -v "$name" %s "$(cat "$file")"
}

# Ids and keys are hashes under these: a recorded day is to give the same ones each time.
hash_key() { [ "${RECORDED:-}" = 1 ] && echo "recorded-$1-secret" || random_hex 16; }

all_scopes='tickets+csat+usage+email+accounts+provider+clock+on_behalf+actions:*'
make_secrets()
{
	mkdir -p "$run/secrets" && chmod 700 "$run/secrets"
	secret STRIPE_WEBHOOK_SECRETS 'echo "whsec_$(random_hex 16)"'
	secret SLACK_SIGNING_SECRETS 'random_hex 16'
	secret ZENDESK_WEBHOOK_SECRETS 'random_hex 16'
	secret INTERCOM_CLIENT_SECRETS 'random_hex 16'
	secret WEBHOOK_SECRETS 'echo "whsec_$(head -c 24 /dev/urandom | base64)"'
	secret CONTACT_SECRET 'hash_key contact'
	secret REPLY_SECRET 'hash_key reply'
	secret API_KEYS 'echo "local:$(random_hex 16):$all_scopes"'
	secret OPERATOR_PASSWORD 'random_hex 16'
}
edge_secrets=(STRIPE_WEBHOOK_SECRETS SLACK_SIGNING_SECRETS ZENDESK_WEBHOOK_SECRETS
	INTERCOM_CLIENT_SECRETS WEBHOOK_SECRETS CONTACT_SECRET REPLY_SECRET API_KEYS)

start_servers()
{
	if [ -n "$foreign_brokers" ]; then
		brokers=$foreign_brokers
	else
		"$top/deploy/local/kafka.sh" start "$run" "${KAFKA_PORT:-}" 9>&- || exit 1
		brokers=127.0.0.1:$(cat "$run/kafka/port")
	fi
	if [ -n "$foreign_database" ]; then
		admin=$foreign_database
	else
		"$top/deploy/local/postgres.sh" start "$run" "${POSTGRES_PORT:-}" 9>&- || exit 1
		create_database
	fi
}

create_database()
{
	local server
	server=$(cat "$run/postgres/admin_url")
	admin=${server%/*}/opsmesh
	[ "$(psql -XAtq "$server" -c "SELECT 1 FROM pg_database WHERE datname = 'opsmesh'")" = 1 ] ||
		psql -Xq "$server" -c 'CREATE DATABASE opsmesh' \
			-c 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC' || exit 1
	echo "$admin" > "$run/postgres/opsmesh_url" && chmod 600 "$run/postgres/opsmesh_url"
}

# The administrator's address with another role in it: role, password.
url_of() { sed -E "s#^(postgres(ql)?://)([^@/]*@)?#\1$1:$2@#" <<< "$admin"; }

# The name of the secret that holds the password of a daemon's role.
password_of() { echo "PASSWORD_$(variable_of "$1")"; }

prepare()
{
	local name schema passwords=()
	while read -r name schema; do
		secret "$(password_of "$name")" 'random_hex 16'
		name=$(password_of "$name")
		passwords+=("$name=${!name}")
	done < <(daemons)
	env "${passwords[@]}" ADMIN_URL="$admin" KAFKA_BROKERS="$brokers" OPSMESH_BIN="$bin" \
		OPERATOR_PASSWORD="$OPERATOR_PASSWORD" PARTITIONS="${PARTITIONS:-4}" \
		"$top/deploy/prepare.sh" > "$run/prepare.log" 2>&1 < /dev/null 9>&- ||
		{ cat "$run/prepare.log" >&2; fail "could not create the roles or the topics"; }
}

# The name of the n-th instance's files: the first carries the daemon's own.
files_of() { [ "$2" = 1 ] && echo "$1" || echo "$1-$2"; }

# What an instance sees of the world, and nothing else: daemon, number.
environment_of()
{
	local files asked name
	files=$(files_of "$1" "$2")
	asked=$(variable_of "$files")_PORT
	mkdir -p "$run/state/$files" "$run/ports"
	printf '%s\n' "PATH=$PATH" "KAFKA_BROKERS=$brokers" \
		"DATABASE_URL=$(url_of "$(role_of "$1")" "$(cat "$run/secrets/$(password_of "$1")")")" \
		"HTTP_LISTEN=127.0.0.1:$(port_of "$run/ports/$files" "${!asked:-}")" \
		"LOG_LEVEL=${LOG_LEVEL:-info}" "INSTANCE=$1-$2" "STATE_DIRECTORY=$run/state/$files" \
		"MESH_MODE=$mode" "POLICY_DIRECTORY=$policies"
	[ "$1" = ingest ] || return
	for name in "${edge_secrets[@]}"; do
		printf '%s=%s\n' "$name" "${!name}"
	done
}

extra_of()
{
	local extra=EXTRA_$(variable_of "$1")
	set -- ${EXTRA:-} ${!extra:-}
	[ $# -eq 0 ] || printf '%s\n' "$@"
}

migrate()
{
	local name schema
	while read -r name schema; do
		mapfile -t settings < <(environment_of "$name" 1; extra_of "$name")
		env -i "${settings[@]}" "$bin/$name" --migrate > "$run/$name.migrate.log" 2>&1 < /dev/null 9>&- ||
			{ cat "$run/$name.migrate.log" >&2; fail "$name --migrate failed"; }
	done < <(daemons)
}

# What the daemons read: as it was given, and the model that the build trained.
copy_policies()
{
	local trained=$bin/../model/support.model
	[ "$given_policies" -ef "$policies" ] && return # up once more, from its own environment
	mkdir -p "$policies/model"
	cp -R "$given_policies/." "$policies/" || fail "cannot read $given_policies"
	[ -e "$given_policies/model" ] && return
	[ ! -e "$trained" ] && return
	cp "$trained" "$policies/model/new" && mv "$policies/model/new" "$policies/model/support.model"
}

start_daemons()
{
	local name schema n files
	while read -r name schema; do
		for n in $(seq "$instances"); do
			files=$(files_of "$name" "$n")
			alive "$run/$files.supervisor.pid" && continue
			stop_process "$run/$files.pid" 10
			mapfile -t settings < <(environment_of "$name" "$n"; extra_of "$name")
			(
				exec < /dev/null > /dev/null 2>&1 9>&-
				exec setsid env -i "${settings[@]}" "$top/deploy/local/supervise.sh" \
					"$run/$files.pid" "$run/$files.log" "$bin/$name"
			) &
			echo $! > "$run/$files.supervisor.pid"
		done
	done < <(daemons)
}

url_of_daemon() { echo "http://127.0.0.1:$(cat "$run/ports/$1")"; }
ready() { curl -fs -m 2 -o /dev/null "$(url_of_daemon "$1")/readyz"; }
ready_or_ended() { ready "$1" || gone "$run/$1.supervisor.pid"; }

wait_for_daemons()
{
	local name schema n files
	while read -r name schema; do
		for n in $(seq "$instances"); do
			files=$(files_of "$name" "$n")
			wait_until "$ready_seconds" "$files" ready_or_ended "$files"
			ready "$files" && continue
			tail -n 5 "$run/$files.log" >&2
			fail "$files is not ready, see $run/$files.log"
		done
	done < <(daemons)
}

# The operator's, and what a rebuild needs beside it: it folds as the daemon does, in the daemon's role.
write_environment()
{
	local name schema n files
	(
		umask 077
		{
			printf 'export KAFKA_BROKERS=%q\n' "$brokers"
			printf 'export DATABASE_URL=%q\n' "$(url_of operator "$OPERATOR_PASSWORD")"
			printf 'export OPSMESH_BIN=%q\n' "$bin"
			printf 'export MESH_MODE=%q\n' "$mode"
			printf 'export POLICY_DIRECTORY=%q\n' "$policies"
			while read -r name schema; do
				printf 'export %s_DATABASE_URL=%q\n' "$(variable_of "$name")" "$(
					url_of "$(role_of "$name")" "$(cat "$run/secrets/$(password_of "$name")")")"
				for n in $(seq "$instances"); do
					files=$(files_of "$name" "$n")
					printf 'export %s_URL=%q\n' "$(variable_of "$files")" "$(url_of_daemon "$files")"
				done
			done < <(daemons)
			for name in "${edge_secrets[@]}"; do
				printf 'export %s=%q\n' "$name" "${!name}"
			done
		} > "$run/env.new"
	)
	mv "$run/env.new" "$run/env"
}

if [ -z "$bin" ]; then
	bin=$top/build/release/bin
	make -s -C "$top" all > "$run/make.log" 2>&1 9>&- || fail "the build failed, see $run/make.log"
fi
make_secrets
start_servers
prepare
migrate
copy_policies
start_daemons
wait_for_daemons
write_environment
say "up: $(daemons | wc -l) daemons, $instances of each; the environment is in $run/env"
