#!/usr/bin/python3
"""kubernetes - every document of the overlays is one that Kubernetes knows, with no field that it does not.

The schemas are Kubernetes' own, in the strict form. What is of others (KEDA's) has none here; those kinds
are named in FOREIGN, so that a misspelt kind is not taken for one.
"""

import glob
import json
import os
import sys

try:
    import jsonschema
    import manifests_rendered
except ImportError as error:
    print(f"{error.name} is not installed")
    sys.exit(77)

VERSION = "1.32"
FOREIGN = {("keda.sh/v1alpha1", "ScaledObject")}
FOLDERS = glob.glob(f"build/tools/kubernetes_validate/kubernetes-json-schema/v{VERSION}.*-local-strict")


def read(name):
    with open(os.path.join(FOLDERS[0], name), encoding="utf-8") as file:
        return json.load(file)


def schema_of(document):
    group, _, version = document["apiVersion"].rpartition("/")
    parts = [document["kind"].lower(), *([group.split(".")[0]] if group else []), version]
    name = "-".join(parts) + ".json"
    return read(name) if os.path.exists(os.path.join(FOLDERS[0], name)) else None


if not FOLDERS:
    print("the schemas of Kubernetes are not there (tests/lint/tools.sh fetches them)")
    sys.exit(77)
definitions = read("_definitions.json")
resolver = jsonschema.RefResolver(definitions["$id"], definitions, {definitions["$id"]: definitions})
for overlay in manifests_rendered.OVERLAYS:
    for document in manifests_rendered.render(overlay):
        where = f"{manifests_rendered.FOLDER}: {overlay}: {document['kind']} {document['metadata']['name']}"
        schema = schema_of(document)
        if schema is None:
            if (document["apiVersion"], document["kind"]) not in FOREIGN:
                print(f"{where}: Kubernetes {VERSION} has no such kind")
            continue
        for error in jsonschema.Draft7Validator(schema, resolver=resolver).iter_errors(document):
            print(f"{where}: {'/'.join(map(str, error.path))}: {error.message}")
