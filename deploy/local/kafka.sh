#!/usr/bin/env bash
# kafka.sh - one Apache Kafka broker (KRaft, one node) in a run folder.
#
#   kafka.sh start|stop|kill|restart DIR [PORT]
#
# start returns when the broker answers and is in its own metadata, with DIR/kafka.pid written; it
# is safe to repeat. kill is kill -9. After either, start uses the same data and the same port.
# DIR/kafka/ holds the port, settings, data and server.log. KAFKA_VERSION chooses the release.
#
# A single broker acknowledges from the page cache: records survive kill -9, not a power loss.
set -u
. "$(dirname "$0")/lib.sh"

usage="usage: kafka.sh start|stop|kill|restart DIR [PORT]"
verb=${1:?$usage}
dir=${2:?$usage}
mkdir -p "$dir/kafka" || exit 1
dir=$(cd "$dir" && pwd)
home=$dir/kafka
pid_file=$dir/kafka.pid
ready_seconds=60

# After kill -9 a broker waits for its own old registration; the two session settings make that
# 4.5 s in place of 9 s. Below 256 MiB of heap the cleaner's default buffer does not fit.
write_settings()
{
	cat > "$home/server.properties" <<-END
		process.roles=broker,controller
		node.id=1
		controller.quorum.voters=1@127.0.0.1:$controller
		controller.listener.names=CONTROLLER
		listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
		advertised.listeners=PLAINTEXT://127.0.0.1:$port
		listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
		log.dirs=$home/data
		auto.create.topics.enable=false
		offsets.topic.num.partitions=4
		offsets.topic.replication.factor=1
		group.initial.rebalance.delay.ms=0
		broker.session.timeout.ms=1500
		broker.heartbeat.interval.ms=250
		log.segment.bytes=67108864
		log.cleaner.dedupe.buffer.size=8388608
	END
}

# Without the second compiler: over the minutes that a broker lives here it takes more CPU than it saves.
broker_java=(
	java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
	-Dorg.slf4j.simpleLogger.showDateTime=true -cp "$kafka_jars/*"
)

format_data()
{
	local cluster
	[ -s "$home/data/meta.properties" ] && return
	cluster=A$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c2-22)
	"${broker_java[@]}" kafka.tools.StorageTool format -t "$cluster" -c "$home/server.properties" \
		>> "$home/server.log" 2>&1 || fail "formatting failed, see $home/server.log"
}

# Asks for the cluster's metadata (version 4, no topics) and counts the brokers in the answer: the
# port is open before the broker counts itself in.
answers()
{
	local brokers
	brokers=$(
		exec 2> /dev/null 3<>"/dev/tcp/127.0.0.1/$port" || exit
		printf '\0\0\0\x0f\0\x03\0\x04\0\0\0\x01\xff\xff\0\0\0\0\0' >&3
		timeout 2 head -c 16 <&3 | od -An -tu1 | awk '{ print $16 }'
	)
	[ "${brokers:-0}" -ge 1 ]
}

answers_or_dead() { answers || gone "$pid_file"; }

start()
{
	if alive "$pid_file"; then
		wait_until $ready_seconds "the broker on port $port" answers
		return
	fi
	ls "$kafka_jars"/kafka_2.13-*.jar > /dev/null 2>&1 ||
		fail "the jars of Apache Kafka $kafka_version are not in build/: run 'make setup'"
	command -v java > /dev/null || fail "there is no Java runtime: run 'make setup'"
	write_settings
	format_data
	run_broker
	wait_until $ready_seconds "the broker on port $port" answers_or_dead
	alive "$pid_file" && answers || fail "the broker did not start, see $home/server.log"
}

# In a session of its own, so that an interrupt of the caller does not reach it.
run_broker()
{
	(
		exec < /dev/null >> "$home/server.log" 2>&1
		exec setsid "${broker_java[@]}" kafka.Kafka "$home/server.properties"
	) &
	echo $! > "$pid_file"
}

stop() { stop_process "$pid_file" 20; }
die()
{
	alive "$pid_file" && kill -KILL "$(cat "$pid_file")"
	wait_until 10 "the broker to die" gone "$pid_file"
	rm -f "$pid_file"
}

controller=$(port_of "$home/controller.port") || exit 1
port=$(port_of "$home/port" "${3:-}") || exit 1
case $verb in
start) start ;;
stop) stop ;;
kill) die ;;
restart) stop && start ;;
*) fail "$usage" ;;
esac
