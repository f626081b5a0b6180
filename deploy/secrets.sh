#!/usr/bin/env bash
# secrets.sh - a folder with one file for each secret of a deployment, made at random.
#
#   secrets.sh FOLDER [HOST[:PORT]]     HOST: where PostgreSQL is (postgres)
#
# What is there is left as it is: to change a secret, remove its files and run this again. Whoever gets
# one reads it as another user, so the files may be read by all and the folder by its owner alone.
# What others issue (Stripe's webhook secret) is put in place of what stands there.
set -eu
folder=${1:?usage: secrets.sh FOLDER [HOST[:PORT]]}
host=${2:-postgres}
here=$(cd "$(dirname "$0")" && pwd)
umask 077
mkdir -p "$folder"

random() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# A secret: its name, its value.
secret()
{
	local file=$folder/$1
	[ ! -e "$file" ] || return 0
	printf %s "$2" > "$file.new"
	chmod 444 "$file.new"
	mv "$file.new" "$file"
}

# The address of the database for a role: the role, the secret that holds its password.
url() { echo "postgresql://$1:$(cat "$folder/$2")@$host/opsmesh"; }

secret POSTGRES_PASSWORD "$(random)"
secret ADMIN_URL "$(url postgres POSTGRES_PASSWORD)"
secret OPERATOR_PASSWORD "$(random)"
secret DATABASE_URL_OPERATOR "$(url operator OPERATOR_PASSWORD)"
grep -v '^#' "$here/local/daemons" | while read -r name schema; do
	role=${name//-/_}
	secret "PASSWORD_${role^^}" "$(random)"
	secret "DATABASE_URL_${role^^}" "$(url "$role" "PASSWORD_${role^^}")"
done
secret API_KEYS "first:$(random):tickets+csat+usage+email+accounts+provider+on_behalf+actions:*"
secret CONTACT_SECRET "$(random)"
secret REPLY_SECRET "$(random)"
secret STRIPE_WEBHOOK_SECRETS "whsec_$(random)"
secret GRAFANA_PASSWORD "$(random)"
# Where alerts go, each an address that takes Alertmanager's JSON by POST. Until it is told, nobody hears.
for name in dead_mans_switch {platform,billing,support}_{page,ticket}; do
	secret "alert_${name}_url" http://nobody.invalid/
done
