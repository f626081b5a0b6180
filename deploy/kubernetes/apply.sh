#!/usr/bin/env bash
# apply.sh - brings a cluster to what an overlay says, in the order that an upgrade needs.
#
#   apply.sh OVERLAY [CONTEXT]        one-node, cluster, or a folder with a kustomization of your own
#
# First what the daemons stand on; then roles, topics and migrations, which must succeed; then the daemons,
# who reads before who writes, pod by pod, each ready before the next is stopped: a fact that a version is
# the first to say finds readers who know it. What ran before goes on with the new schema until its pod is
# replaced. Safe to repeat. The secrets must be there (deploy/kubernetes/secrets.sh).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
overlay=${1:?usage: apply.sh OVERLAY [CONTEXT]}
[ ! -d "$here/overlays/$overlay" ] || overlay=$here/overlays/$overlay
cluster=(kubectl ${2:+--context "$2"} --namespace opsmesh)
patience=15m
text=$(mktemp)
trap 'rm -f "$text"' EXIT

part() { "${cluster[@]}" apply -f "$text" -l "$1"; }
# Every stateful set that a label selects has its pods, ready and of this version.
settled()
{
	local set
	for set in $("${cluster[@]}" get statefulset -l "$1" -o name); do
		"${cluster[@]}" rollout status --timeout "$patience" "$set"
	done
}

kubectl kustomize --load-restrictor LoadRestrictionsNone "$overlay" > "$text"
part 'app.kubernetes.io/component notin (prepare,daemon,tool)'
settled app.kubernetes.io/component=server
"${cluster[@]}" delete job prepare --ignore-not-found
part app.kubernetes.io/component=prepare
"${cluster[@]}" wait --for=condition=complete --timeout "$patience" job/prepare
# The list follows the flow of facts.
grep -v '^#' "$here/../local/daemons" | tac | while read -r name schema; do
	part "app.kubernetes.io/component=daemon,app.kubernetes.io/name=$name" < /dev/null
	settled "app.kubernetes.io/component=daemon,app.kubernetes.io/name=$name" < /dev/null
done
"${cluster[@]}" apply -f "$text"
