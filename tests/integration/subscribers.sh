#!/usr/bin/env bash
# subscribers.sh - the examples of the contract's README have every effect once, killed or not.
#
# Starts a broker and a database of its own. Both forms run in Python, and in Java where a JDK, the
# broker's jars and the PostgreSQL driver are there; subscribers.py feeds, kills and judges them.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
jars=$top/build/kafka-${KAFKA_VERSION:-4.1.1}
driver=${JDBC_JAR:-/usr/share/java/postgresql.jar}
run=${OUT:-$top/build/release}/tests/subscribers
local=$top/deploy/local

skip()
{
	echo "skip subscribers: $*"
	exit 0
}

stop()
{
	"$local/kafka.sh" stop "$run"
	"$local/postgres.sh" stop "$run"
	rm -rf "$run"
}

# Sets the class path of the examples; empty where Java cannot run, which is said.
compile_java()
{
	classes=
	if ! command -v javac > /dev/null; then
		echo "skip subscribers in Java: there is no JDK"
	elif [ ! -e "$driver" ]; then
		echo "skip subscribers in Java: there is no $driver (package libpostgresql-jdbc-java)"
	else
		classes=$run/java:$jars/*:$driver
		javac -d "$run/java" -cp "$classes" "$top"/proto/examples/java/*.java
	fi
}

ls "$jars"/kafka_2.13-*.jar > /dev/null 2>&1 || skip "no Apache Kafka in $jars: make setup"
/usr/bin/python3 -c 'import confluent_kafka, psycopg' 2> /dev/null ||
	skip "python3-confluent-kafka or python3-psycopg is missing"
mkdir -p "$run"
trap stop EXIT
"$local/kafka.sh" start "$run" && "$local/postgres.sh" start "$run" || exit 1
compile_java || exit 1
KAFKA_BROKERS=127.0.0.1:$(cat "$run/kafka/port") ADMIN_URL=$(cat "$run/postgres/admin_url") \
	CLASSES=$classes /usr/bin/python3 "$top/tests/integration/subscribers.py"
