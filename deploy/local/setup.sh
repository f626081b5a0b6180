#!/usr/bin/env bash
# setup.sh - installs what is missing: Debian packages; the broker's jars and two tools under build/.
#
# Idempotent, and quick when nothing is missing. What cannot be installed is named, with what fails
# without it, and the exit status is 1; everything else is installed all the same.
set -u
. "$(dirname "$0")/lib.sh"

# What the programs need to be built, and what the checks and the local stack need.
packages=(
	gcc g++ make pkg-config git binutils
	protobuf-compiler protobuf-c-compiler libprotobuf-dev libprotobuf-c-dev
	libpq-dev librdkafka-dev libmicrohttpd-dev libjansson-dev libssl-dev libcurl4-openssl-dev
	libgmime-3.0-dev libglib2.0-dev libcld2-dev liblinear-dev libcmocka-dev tzdata
	libcairo2-dev libpango1.0-dev libfontconfig-dev libqpdf-dev fonts-noto-cjk fonts-dejavu-core poppler-utils
	postgresql-15 openjdk-17-jdk-headless libpostgresql-jdbc-java maven curl patch util-linux procps
	clang clang-format clang-tidy libclang-rt-14-dev universal-ctags
	python3 python3-confluent-kafka python3-psycopg python3-protobuf python3-sklearn python3-jsonschema python3-yaml nginx-light
)
lacking=0

lack()
{
	printf 'setup: missing: %s\n' "$*" >&2
	lacking=1
}

# Another flavour of a package serves as well.
installed()
{
	local name
	case $1 in
	nginx-light) set -- nginx-light nginx nginx-core nginx-full nginx-extras ;;
	esac
	for name in "$@"; do
		grep -qx "$name" <<< "$present" && return 0
	done
	return 1
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo > /dev/null; then
		sudo -n "$@"
	else
		return 1
	fi
}

missing_packages()
{
	local name
	present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
	missing=()
	for name in "${packages[@]}"; do
		installed "$name" || missing+=("$name")
	done
}

setup_packages()
{
	if ! command -v apt-get > /dev/null; then
		lack "apt-get: install the packages of deploy/local/setup.sh by this system's own means"
		return
	fi
	missing_packages
	[ ${#missing[@]} -eq 0 ] && return
	say "setup: installing ${missing[*]}"
	as_root apt-get update -q > /dev/null 2>&1
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends "${missing[@]}" > "$top/build/apt.log" 2>&1
	missing_packages
	[ ${#missing[@]} -eq 0 ] || lack "Debian packages ${missing[*]} (as root: apt-get install; log in build/apt.log)"
}

setup_broker()
{
	local part=$kafka_jars.part
	ls "$kafka_jars"/kafka_2.13-*.jar > /dev/null 2>&1 && return
	command -v java > /dev/null || { lack "a Java runtime: no local broker, its tests are skipped"; return; }
	command -v mvn > /dev/null || { lack "Maven: cannot fetch the broker's jars, its tests are skipped"; return; }
	say "setup: fetching the jars of Apache Kafka $kafka_version"
	rm -rf "$part"
	if mvn -B -q -f "$top/deploy/local/pom.xml" "-Dmaven.repo.local=$top/build/maven" \
		"-Dkafka.version=$kafka_version" dependency:copy-dependencies \
		-DincludeScope=runtime "-DoutputDirectory=$part" > "$top/build/maven.log" 2>&1; then
		mv "$part" "$kafka_jars"
	else
		rm -rf "$part"
		lack "the jars of Apache Kafka $kafka_version: Maven could not fetch them (log in build/maven.log)"
	fi
}

# One program out of a Debian package, under build/tools. The package itself is not installed: it would
# start a server on this machine.
take_tool()
{
	local tool=$1 package=$2 dir=$tools/.$1
	command -v "$tool" > /dev/null || [ -x "$tools/$tool" ] && return
	say "setup: fetching $tool"
	rm -rf "$dir"
	mkdir -p "$dir"
	(
		cd "$dir" || exit 1
		apt-get download -q "$package" || { as_root apt-get update -q && apt-get download -q "$package"; } || exit 1
		dpkg-deb --fsys-tarfile ./*.deb | tar -xO "./usr/bin/$tool" > "$tool" && chmod +x "$tool"
	) > "$top/build/$tool.log" 2>&1 && mv "$dir/$tool" "$tools/$tool" ||
		lack "$tool of the Debian package $package: alerts are not checked (log in build/$tool.log)"
	rm -rf "$dir"
}

setup_tools()
{
	command -v apt-get > /dev/null || return
	take_tool promtool prometheus
	take_tool amtool prometheus-alertmanager
}

mkdir -p "$top/build"
exec 9> "$top/build/setup.lock"
flock 9
setup_packages
setup_broker
setup_tools
exit $lacking
