#!/usr/bin/env bash
# secrets.sh - the secrets that the manifests name, printed from a folder that deploy/secrets.sh has made.
#
#   deploy/secrets.sh FOLDER HOST && deploy/kubernetes/secrets.sh FOLDER | kubectl apply -f -
#
# Nothing of it is in the tree. A cluster that has a store of secrets lets that make the same ones: their
# names and keys stand here. edge-tls is the certificate's, which this does not make.
set -eu
folder=${1:?usage: secrets.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)

# A secret: its name, and KEY=FILE of the folder for each of its keys.
secret()
{
	local name=$1 pair arguments=()
	shift
	for pair in "$@"; do
		arguments+=("--from-file=${pair%%=*}=$folder/${pair#*=}")
	done
	echo ---
	kubectl create secret generic "$name" --namespace opsmesh --dry-run=client -o yaml "${arguments[@]}"
}

passwords=()
while read -r name schema; do
	role=${name//-/_}
	role=${role^^}
	own=("DATABASE_URL=DATABASE_URL_$role")
	[ "$name" != ingest ] || own+=(API_KEYS=API_KEYS CONTACT_SECRET=CONTACT_SECRET
		REPLY_SECRET=REPLY_SECRET STRIPE_WEBHOOK_SECRETS=STRIPE_WEBHOOK_SECRETS)
	secret "opsmesh-$name" "${own[@]}"
	passwords+=("PASSWORD_$role=PASSWORD_$role")
done < <(grep -v '^#' "$here/../local/daemons")
secret opsmesh-roles ADMIN_URL=ADMIN_URL OPERATOR_PASSWORD=OPERATOR_PASSWORD "${passwords[@]}"
secret opsmesh-operator DATABASE_URL=DATABASE_URL_OPERATOR API_KEYS=API_KEYS
secret opsmesh-postgres POSTGRES_PASSWORD=POSTGRES_PASSWORD
secret opsmesh-grafana GRAFANA_PASSWORD=GRAFANA_PASSWORD
receivers=()
for file in "$folder"/alert_*_url; do
	receivers+=("$(basename "$file")=$(basename "$file")")
done
secret opsmesh-alertmanager "${receivers[@]}"
