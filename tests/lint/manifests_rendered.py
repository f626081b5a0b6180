"""manifests_rendered - the documents of the overlays of deploy/kubernetes, as kustomize renders them."""

import shutil
import subprocess
import sys

import yaml

FOLDER = "deploy/kubernetes"
OVERLAYS = ("one-node", "cluster")


def renderer():
    for words in (["kustomize", "build"], ["build/tools/bin/kustomize", "build"], ["kubectl", "kustomize"]):
        if shutil.which(words[0]):
            return words
    print("neither kubectl nor kustomize is there (tests/lint/tools.sh fetches one)")
    sys.exit(77)


def render(overlay):
    return render_folder(f"{FOLDER}/overlays/{overlay}")


def render_folder(path):
    """Ends the check when the folder does not render: nothing else can be said of it."""
    said = subprocess.run([*renderer(), "--load-restrictor", "LoadRestrictionsNone", path],
                          capture_output=True, text=True, timeout=60)
    if said.returncode != 0:
        print(f"{path}: {said.stderr.strip()}")
        sys.exit(0)
    return [document for document in yaml.safe_load_all(said.stdout) if document]
