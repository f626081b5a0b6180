#!/usr/bin/python3
"""manifests - what deploy/kubernetes comes to, held against what the programs say of themselves.

Each overlay is rendered. Every daemon is there, with settings that exist, secrets from files that
deploy/kubernetes/secrets.sh prints, probes that are answered, time to stop; no pod has a right that it does
not need; lag scales each daemon on its own lead topic; and the network lets through what is in FLOWS alone.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

import deployed
import source

try:
    import yaml
    import manifests_rendered
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)

FOLDER = manifests_rendered.FOLDER
WORKLOADS = ("StatefulSet", "Deployment", "Job")
# Its image writes its configuration into its own folders when it starts.
WRITES_ITS_ROOT = {"kafka"}
MARGIN = 5  # seconds between a daemon's last moment and the cluster's patience
daemons = deployed.listed()
programs = deployed.described(sys.argv[1])
image_environment = deployed.image()[1]
# Who may open a connection to whom; nothing else may. Names of workloads.
CLIENTS = [*daemons, "prepare", "tool"]
FLOWS = {(name, "kafka", 9092) for name in [*CLIENTS, "kafka"]} | {("kafka", "kafka", 9093)} | \
        {(name, "postgres", 5432) for name in CLIENTS} | {("tool", "ingest", 8080)} | \
        {("prometheus", name, 8080) for name in daemons} | {("prometheus", "alertmanager", 9093)} | \
        {("grafana", "prometheus", 9090)}


class Overlay:
    """The documents of an overlay; wrong(...) says what is wrong of one."""

    def __init__(self, name):
        self.name = name
        self.documents = manifests_rendered.render(name)
        self.workloads = {d["metadata"]["name"]: d for d in self.documents if d["kind"] in WORKLOADS}
        self.maps = {d["metadata"]["name"]: d.get("data", {}) for d in self.documents if d["kind"] == "ConfigMap"}

    def wrong(self, what, sentence):
        print(f"{FOLDER}: {self.name}: {what}: {sentence}")

    def of_kind(self, kind):
        return [document for document in self.documents if document["kind"] == kind]

    def environment(self, container):
        """NAME: value, with what comes from config maps; fields of the pod are there by their path."""
        given = {}
        for origin in container.get("envFrom", []):
            given.update(self.maps[origin["configMapRef"]["name"]])
        for row in container.get("env", []):
            field = row.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
            given[row["name"]] = row.get("value", field)
        return given


def pod_of(workload):
    return workload["spec"]["template"]["spec"]


def labels_of(workload):
    return workload["spec"]["template"]["metadata"]["labels"]


def containers_of(workload):
    return pod_of(workload).get("initContainers", []) + pod_of(workload)["containers"]


def secrets_of(pod, container):
    """The secret whose keys are the files of /run/secrets, by name."""
    mounts = [m["name"] for m in container.get("volumeMounts", []) if m["mountPath"] == deployed.SECRETS[:-1]]
    return [v["secret"]["secretName"] for v in pod.get("volumes", []) if v["name"] in mounts and "secret" in v]


def printed_secrets():
    """name: keys, as deploy/kubernetes/secrets.sh prints them. None: there is no kubectl to ask."""
    if not shutil.which("kubectl"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["deploy/secrets.sh", folder], check=True)
        said = subprocess.run([f"{FOLDER}/secrets.sh", folder], capture_output=True, text=True, check=True)
    return {d["metadata"]["name"]: set(d["data"]) for d in yaml.safe_load_all(said.stdout) if d}


def check_settings(overlay, where, pod, container, program, secrets):
    environment = overlay.environment(container)
    mounted = set()
    for name in secrets_of(pod, container):
        if secrets is not None and name not in secrets:
            overlay.wrong(where, f"secrets.sh prints no secret {name}")
        mounted |= (secrets or {}).get(name, set())
    if secrets is None:
        mounted = {v[len(deployed.SECRETS):] for v in environment.values() if v.startswith(deployed.SECRETS)}
    own = dict(environment)
    if program != "opsmesh":
        own = {**{k: v for k, v in image_environment.items() if k not in ("PATH", "OPSMESH_BIN")}, **own}
    else: # what the daemons share says more than the tool asks
        own = {k: v for k, v in own.items() if k not in overlay_mesh(overlay) or k == "KAFKA_BROKERS"}
    if program in programs:
        for sentence in deployed.settings_wrong(where, programs[program], own, mounted):
            overlay.wrong("settings", sentence)


def check_versions(overlay):
    """What compose and the manifests both start is of one version."""
    services = yaml.safe_load(source.read("docker-compose.yml"))["services"]
    for name, workload in overlay.workloads.items():
        image = containers_of(workload)[0]["image"]
        if name in services and not image.startswith("opsmesh:") and image != services[name]["image"]:
            overlay.wrong(name, f"it is {image} here, and {services[name]['image']} in docker-compose.yml")


def jobs_of(path):
    return {row["job_name"]: row for row in yaml.safe_load(source.read(path))["scrape_configs"]}


def check_watch(overlay):
    """The files of those who watch are all taken; what is measured here is what is measured in compose."""
    taken = {name.rsplit("-", 1)[0]: set(data) for name, data in overlay.maps.items()}
    for kind, folder in (("prometheus-rules", "deploy/prometheus/rules"), ("prometheus-targets", "deploy/prometheus/targets"),
                         ("grafana-dashboards", "deploy/grafana/dashboards")):
        there = set(os.listdir(folder))
        if taken.get(kind) != there:
            overlay.wrong("watch", f"{kind} has {sorted(taken.get(kind, []))}, {folder} has {sorted(there)}")
    ours, theirs = jobs_of(f"{FOLDER}/watch/prometheus.yml"), jobs_of("deploy/prometheus/prometheus.yml")
    if set(ours) != set(theirs) or not set(daemons) <= set(ours):
        overlay.wrong("watch", f"the jobs are {sorted(ours)}, those of deploy/prometheus {sorted(theirs)}")
    for name in daemons:
        if ours[name].get("dns_sd_configs", [{}])[0] != {"names": [name], "type": "A", "port": 8080}:
            overlay.wrong("watch", f"the job {name} does not measure every instance of it")
    asked = set(re.findall(f"{deployed.SECRETS}([A-Za-z_]+)", source.read("deploy/alertmanager/alertmanager.yml")))
    printed = known.get("opsmesh-alertmanager") if known else asked
    if asked != printed:
        overlay.wrong("watch", f"Alertmanager reads {sorted(asked)}, secrets.sh prints {sorted(printed or [])}")


def check_prometheus():
    """What it measures is in the program's own words, where promtool is there to ask."""
    promtool = shutil.which("promtool") or shutil.which("build/tools/promtool")
    if promtool is None:
        print("manifests: there is no promtool: watch/prometheus.yml is not asked about", file=sys.stderr)
        return
    said = subprocess.run([promtool, "check", "config", f"{FOLDER}/watch/prometheus.yml"], capture_output=True, text=True)
    if said.returncode != 0:
        print(f"{FOLDER}/watch/prometheus.yml: {said.stderr.strip()}")


def overlay_mesh(overlay):
    return next(data for name, data in overlay.maps.items() if name.startswith("mesh-"))


def check_daemon(overlay, name, secrets):
    workload = overlay.workloads.get(name)
    if workload is None or workload["kind"] != "StatefulSet":
        overlay.wrong(name, "the daemon has no stateful set")
        return
    pod = pod_of(workload)
    container = pod["containers"][0]
    if container.get("command") != [f"/opt/opsmesh/bin/{name}"]:
        overlay.wrong(name, f"it runs {container.get('command')}")
    if secrets_of(pod, container) != [f"opsmesh-{name}"]:
        overlay.wrong(name, "its secrets are another's")
    if overlay.environment(container).get("INSTANCE") != "metadata.name":
        overlay.wrong(name, "its INSTANCE is not its pod's name: its membership is not static")
    check_settings(overlay, name, pod, container, name, secrets)
    check_probes(overlay, name, container)
    stop = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["sleep", "0"])
    least = int(stop[1]) + deployed.close_seconds() + MARGIN
    if pod["terminationGracePeriodSeconds"] < least:
        overlay.wrong(name, f"it is killed before the {least} s that it may take to stop")
    services = {d["metadata"]["name"]: d for d in overlay.of_kind("Service")}
    if workload["spec"]["serviceName"] != name or services.get(name, {}).get("spec", {}).get("clusterIP") != "None":
        overlay.wrong(name, "its pods have no names: there is no headless service")
    budgets = {d["metadata"]["name"]: d["spec"] for d in overlay.of_kind("PodDisruptionBudget")}
    if budgets.get(name, {}).get("maxUnavailable") != 1:
        overlay.wrong(name, "it has no disruption budget of one")


def check_probes(overlay, name, container):
    port = int(image_environment["HTTP_LISTEN"].rsplit(":", 1)[1])
    if [row["containerPort"] for row in container["ports"]] != [port]:
        overlay.wrong(name, f"its port is not {port} of HTTP_LISTEN")
    for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
        asked = container.get(probe, {}).get("httpGet", {}).get("path")
        if asked != path or name in programs and ("GET", path) not in deployed.routes(programs[name]):
            overlay.wrong(name, f"its {probe} asks {asked}")


def check_prepare(overlay, secrets):
    job = overlay.workloads["prepare"]
    pod = pod_of(job)
    steps = {step["name"]: step for step in containers_of(job)}
    environment = overlay.environment(steps["prepare"])
    for name in daemons:
        variable = f"PASSWORD_{deployed.role(name)}"
        if environment.get(f"{variable}_FILE") != deployed.SECRETS + variable:
            overlay.wrong("prepare", f"it does not get {variable} from a file")
        step = steps.get(name)
        if step is None or step["command"] != [f"/opt/opsmesh/bin/{name}", "--migrate"]:
            overlay.wrong("prepare", f"it does not migrate {name}")
        else:
            check_settings(overlay, f"prepare {name}", pod, step, name, secrets)
    if next(iter(steps)) != "prepare":
        overlay.wrong("prepare", "roles come after the migrations that need them")


def check_caged(overlay, name, workload):
    pod = pod_of(workload)
    rules = pod.get("securityContext", {})
    if not rules.get("runAsNonRoot") or not rules.get("runAsUser"):
        overlay.wrong(name, "it may run as root")
    if rules.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        overlay.wrong(name, "it has no seccomp profile")
    if pod.get("automountServiceAccountToken") is not False or pod.get("enableServiceLinks") is not False:
        overlay.wrong(name, "it gets a token of the cluster, or the links of services")
    if any("hostPath" in volume for volume in pod.get("volumes", [])) or pod.get("hostNetwork"):
        overlay.wrong(name, "it touches its node")
    for container in containers_of(workload):
        caged = container.get("securityContext", {})
        if caged.get("allowPrivilegeEscalation") is not False or caged.get("capabilities") != {"drop": ["ALL"]}:
            overlay.wrong(name, "it keeps rights, or may get more")
        if not caged.get("readOnlyRootFilesystem") and name not in WRITES_ITS_ROOT:
            overlay.wrong(name, "it can write its root")
        sizes = container.get("resources", {})
        if not {"cpu", "memory"} <= set(sizes.get("requests", {})) & set(sizes.get("limits", {})):
            overlay.wrong(name, "it has no requests or no limits")
        if ":" not in container["image"] or container["image"].endswith(":latest"):
            overlay.wrong(name, f"the image {container['image']} has no version")


def check_scaling(overlay):
    partitions = int(next(data for name, data in overlay.maps.items() if name.startswith("topics-"))["PARTITIONS"])
    objects = {d["metadata"]["name"]: d["spec"] for d in overlay.of_kind("ScaledObject")}
    for name in daemons if objects else []:
        spec = objects.get(name)
        if spec is None:
            overlay.wrong(name, "nothing scales it")
            continue
        asked = spec["triggers"][0]["metadata"]
        if spec["scaleTargetRef"]["name"] != name or asked["consumerGroup"] != name:
            overlay.wrong(name, "it is scaled by another's lag")
        if name in programs and asked["topic"] != programs[name]["lead"]:
            overlay.wrong(name, f"its lag is on {programs[name]['lead']}, not on {asked['topic']}")
        if not 2 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] == partitions:
            overlay.wrong(name, f"it is not scaled between 2 and the {partitions} partitions")
        if "replicas" in overlay.workloads[name]["spec"]:
            overlay.wrong(name, "the number of its pods is said twice")


def check_brokers(overlay):
    settings = next(data for name, data in overlay.maps.items() if name.startswith("kafka-"))
    brokers = overlay.workloads["kafka"]["spec"]["replicas"]
    copies = int(settings["KAFKA_DEFAULT_REPLICATION_FACTOR"])
    voters = [f"{n}@kafka-{n}.kafka:9093" for n in range(brokers)]
    if settings["KAFKA_CONTROLLER_QUORUM_VOTERS"] != ",".join(voters):
        overlay.wrong("kafka", f"the controllers are not the {brokers} brokers")
    expected = {"one-node": (1, 1, 1), "cluster": (3, 3, 2)}[overlay.name]
    if (brokers, copies, int(settings["KAFKA_MIN_INSYNC_REPLICAS"])) != expected:
        overlay.wrong("kafka", f"brokers, copies and copies that must be written are not {expected}")
    if settings["KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR"] != str(copies):
        overlay.wrong("kafka", "groups have fewer copies than records")
    if settings["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] != "false":
        overlay.wrong("kafka", "topics would create themselves")


def selects(selector, labels):
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    return all(row["operator"] == "In" and labels.get(row["key"]) in row["values"]
               for row in selector.get("matchExpressions", []))


def lets(policies, direction, labels, other, port):
    """Does a policy let this pod, in this direction, speak with the other one at the port?"""
    way = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}[direction]
    for spec in policies:
        if direction not in spec["policyTypes"] or not selects(spec["podSelector"], labels):
            continue
        for rule in spec.get(way[0], []):
            peers = [peer for peer in rule.get(way[1], []) if set(peer) == {"podSelector"}]
            if any(row["port"] == port for row in rule["ports"]) and \
                    any(selects(peer["podSelector"], other) for peer in peers):
                return True
    return False


def check_flows(overlay):
    policies = [d["spec"] for d in overlay.of_kind("NetworkPolicy")]
    if not any(spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} for spec in policies):
        overlay.wrong("network", "what no policy names is let through")
    ports = {port for _, _, port in FLOWS}
    for one, from_workload in overlay.workloads.items():
        for other, to_workload in overlay.workloads.items():
            for port in ports:
                ends = labels_of(from_workload), labels_of(to_workload)
                open_there = lets(policies, "Egress", *ends, port) and lets(policies, "Ingress", *ends[::-1], port)
                if open_there != ((one, other, port) in FLOWS):
                    overlay.wrong("network", f"{one} {'may' if open_there else 'may not'} reach {other}:{port}")


def check_selectors(overlay):
    pods = [labels_of(workload) for workload in overlay.workloads.values()]
    for document in overlay.of_kind("Service"):
        if not any(selects({"matchLabels": document["spec"]["selector"]}, labels) for labels in pods):
            overlay.wrong(document["metadata"]["name"], "the service has no pods")
    for document in overlay.of_kind("PodDisruptionBudget"):
        if sum(selects(document["spec"]["selector"], labels) for labels in pods) != 1:
            overlay.wrong(document["metadata"]["name"], "the disruption budget is not of one workload")
    for document in overlay.documents:
        if document["kind"] == "Secret":
            overlay.wrong(document["metadata"]["name"], "a secret stands in the tree")


def check(overlay, secrets):
    for name in daemons:
        check_daemon(overlay, name, secrets)
    tool = overlay.workloads["tool"]
    check_settings(overlay, "tool", pod_of(tool), pod_of(tool)["containers"][0], "opsmesh", secrets)
    check_prepare(overlay, secrets)
    for name, workload in overlay.workloads.items():
        check_caged(overlay, name, workload)
    check_scaling(overlay)
    check_brokers(overlay)
    check_flows(overlay)
    check_selectors(overlay)
    check_versions(overlay)
    check_watch(overlay)


known = printed_secrets()
check_prometheus()
for overlay_name in manifests_rendered.OVERLAYS:
    check(Overlay(overlay_name), known)
