#!/usr/bin/env bash
# image.sh - the image, built by hand from deploy/Dockerfile; and docker-compose.yml's services in it.
#
#   IMAGE=1 image.sh        REUSE=1: with the stages that are there; no package is fetched
#
# There is no container engine here: debootstrap stands for the base, chroot and namespaces for the
# engine. A broker and a database of its own stand for those of compose; what compose says of a service
# (command, user, secrets, settings, tmpfs, a root that cannot be written) is what it runs with. It takes
# minutes and the network, so it runs only when it is asked for.
set -u
cd "$(dirname "$0")/../.." || exit 2
top=$PWD
. deploy/local/lib.sh
# Beside what make builds: it looks for files of its own below a mode's folder.
stages=$top/build/image
skip()
{
	echo "skip image: $*"
	exit 0
}

[ "${IMAGE:-}" = 1 ] || skip "it takes minutes and the network, IMAGE=1 runs it"
[ "$(id -u)" = 0 ] || skip "it needs root: it mounts and changes roots"
command -v debootstrap > /dev/null || skip "debootstrap is not installed"
/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "python3-yaml is not installed"
image() { /usr/bin/python3 tests/integration/image.py "$@"; }

dir=$(mktemp -d)
chmod 711 "$dir"
declare -A pids=()
stop()
{
	local name
	for name in "${!pids[@]}"; do
		kill -KILL "${pids[$name]}" 2> /dev/null
	done
	deploy/local/kafka.sh stop "$dir" > /dev/null 2>&1
	deploy/local/postgres.sh stop "$dir" > /dev/null 2>&1
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM
bad=0
ok() { echo "ok image: $*"; }
wrong()
{
	echo "FAIL image: $1"
	tail -n 5 "$2"
	bad=1
}

mkdir -p "$stages"
if [ "${REUSE:-}" = 1 ] && [ -d "$stages/runtime/opt/opsmesh/bin" ]; then
	echo "image: the stages of before"
elif image build "$stages" > "$stages.log" 2>&1; then
	ok "the stages of deploy/Dockerfile are built"
else
	wrong "a stage does not build" "$stages.log"
	exit 1
fi
image facts "$stages" || bad=1

deploy/local/kafka.sh start "$dir" "" > /dev/null && deploy/local/postgres.sh start "$dir" "" > /dev/null ||
	skip "the broker or the database does not start, see make setup"
brokers=127.0.0.1:$(cat "$dir/kafka/port")
server=$(cat "$dir/postgres/admin_url")
psql -Xq "$server" -c 'CREATE DATABASE opsmesh' || exit 1
address=${server#*@}
deploy/secrets.sh "$dir/secrets" "${address%%/*}"
chmod u+w "$dir/secrets/ADMIN_URL"
printf %s "${server%/*}/opsmesh" > "$dir/secrets/ADMIN_URL"

# A service of compose: its name; what is elsewhere here.
service() { image run "$stages" "$1" "$dir/secrets" "KAFKA_BROKERS=$brokers" "${@:2}"; }

if service prepare > "$dir/prepare.log" 2>&1; then
	ok "prepare makes the roles and the topics"
else
	wrong "prepare" "$dir/prepare.log"
fi
if command -v kubectl > /dev/null; then
	image job "$stages" "$dir/secrets" "KAFKA_BROKERS=$brokers" PARTITIONS=4 || bad=1
else
	echo "skip image: the job of preparation: there is no kubectl"
fi
while read -r name schema; do
	[ -x "$stages/runtime/opt/opsmesh/bin/$name" ] || continue
	port=$(free_port)
	(exec /usr/bin/python3 tests/integration/image.py run "$stages" "$name" "$dir/secrets" \
		"KAFKA_BROKERS=$brokers" "HTTP_LISTEN=127.0.0.1:$port") > "$dir/$name.log" 2>&1 &
	pids[$name]=$!
	if wait_until 60 "$name" curl -fs -m 2 -o /dev/null "http://127.0.0.1:$port/readyz" 2> /dev/null; then
		ok "$name is ready behind a root that it cannot write"
	else
		wrong "$name is not ready" "$dir/$name.log"
	fi
done < <(grep -v '^#' deploy/local/daemons)
if service opsmesh > "$dir/opsmesh.log" 2>&1; then
	ok "the operator's tool sees them"
else
	wrong "opsmesh status" "$dir/opsmesh.log"
fi
for name in "${!pids[@]}"; do
	# The daemon is the first process of its namespace, as in a container; what is around it only waits.
	kill -TERM "$(pgrep -P "${pids[$name]}")"
	if wait "${pids[$name]}"; then
		ok "$name stops as asked"
	else
		wrong "$name does not stop as asked" "$dir/$name.log"
	fi
	unset "pids[$name]"
done
exit $bad
