#!/usr/bin/env bash
# tools.sh - fetches what judges the deployment where no container engine and no cluster is: below
# build/tools, from the registries of packages, pinned. What cannot be had is said; the checks skip then.
#
# kustomize renders the manifests (not fetched where there is kubectl); the schemas of Kubernetes come with
# a package of Python's; compose-spec's own parser reads docker-compose.yml.
cd "$(dirname "$0")/../.." || exit 2
tools=$PWD/build/tools
kustomize_version=v5.5.0
compose_version=v2.6.0
schemas_version=1.36.0
patience=600 # seconds for each
mkdir -p "$tools"
exec 9> "$tools/lock"
flock 9

# A program of Go's: its name here, the package.
from_go()
{
	local made
	[ -x "$tools/bin/$1" ] && return
	command -v go > /dev/null || { echo "tools: there is no go: no $1"; return; }
	if ! GOBIN=$tools/made GOMODCACHE=$tools/go GOCACHE=$tools/go/cache GOFLAGS='-mod=mod -modcacherw' CGO_ENABLED=0 \
		timeout "$patience" go install "$2" > "$tools/$1.log" 2>&1; then
		echo "tools: $1 cannot be fetched (log in build/tools/$1.log)"
		return
	fi
	made=$(ls "$tools/made")
	mkdir -p "$tools/bin"
	mv "$tools/made/$made" "$tools/bin/$1"
	rm -rf "$tools/go" "$tools/made"
}

schemas()
{
	[ -d "$tools/kubernetes_validate" ] && return
	command -v pip3 > /dev/null || { echo "tools: there is no pip3: no schemas of Kubernetes"; return; }
	timeout "$patience" pip3 install --quiet --no-deps --no-compile --target "$tools/new" \
		"kubernetes-validate==$schemas_version" > "$tools/schemas.log" 2>&1 &&
		mv "$tools/new/kubernetes_validate" "$tools/" ||
		echo "tools: the schemas of Kubernetes cannot be fetched (log in build/tools/schemas.log)"
	rm -rf "$tools/new"
}

command -v kubectl > /dev/null || from_go kustomize "sigs.k8s.io/kustomize/kustomize/v5@$kustomize_version"
from_go compose "github.com/compose-spec/compose-go/v2/cmd@$compose_version"
schemas
