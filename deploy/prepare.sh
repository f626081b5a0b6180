#!/usr/bin/env bash
# prepare.sh - what must be there before the first daemon starts: roles with their schemas, topics.
#
# Safe to repeat. Settings: KAFKA_BROKERS; ADMIN_URL, a role that may create roles and owns the
# database; OPERATOR_PASSWORD; PASSWORD_<ROLE> for each daemon (PASSWORD_SLA_WATCHER); PARTITIONS (4);
# OPSMESH_BIN, the folder of the programs. Each secret NAME also from the file that NAME_FILE names.
# Daemons without a program or a password are left out, and said.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

# As the daemons take theirs: NAME, or what stands in the file NAME_FILE.
secret()
{
	local file=$1_FILE
	[ -n "${!1:-}" ] || [ -z "${!file:-}" ] || printf -v "$1" %s "$(cat "${!file}")"
}

secret ADMIN_URL
secret OPERATOR_PASSWORD
grep -v '^#' "$here/local/daemons" | while read -r name schema; do
	role=${name//-/_}
	password=PASSWORD_${role^^}
	secret "$password"
	if [ ! -x "$OPSMESH_BIN/$name" ] || [ -z "${!password:-}" ]; then
		echo "prepare: $name is left out: it has no program or no password"
		continue
	fi
	psql -Xq "$ADMIN_URL" -v role="$role" -v schema="$schema" -v password="${!password}" \
		-v operator_password="$OPERATOR_PASSWORD" -f "$here/local/roles.sql" < /dev/null
done

if [ -x "$OPSMESH_BIN/opsmesh" ]; then
	PARTITIONS=${PARTITIONS:-4} "$OPSMESH_BIN/opsmesh" topics --create
else
	echo "prepare: there is no opsmesh program: no topics created"
fi
