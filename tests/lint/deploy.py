#!/usr/bin/python3
"""deploy - Dockerfile, docker-compose.yml, the secrets and the README say what the programs say.

Every daemon of deploy/local/daemons has its service; settings that are set exist, those that are needed are
set, secrets come from files that deploy/secrets.sh makes; ports, probes and the time to stop fit; nobody is
root or keeps a right; every library that a program is linked to comes with the image.
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
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)

COMPOSE = "docker-compose.yml"
# They start, end and leave: nothing asks whether they are well.
PASSING = {"prepare", "opsmesh"}
# Its image writes its configuration into its own folders when it starts.
WRITES_ITS_ROOT = {"kafka"}
BASE_HAS = {"libc6", "libgcc-s1", "libstdc++6", "zlib1g"}
# What setup.sh installs for tests and fuzzing alone.
FOR_TESTS = {"libcmocka-dev", "libclang-rt-14-dev"}

compose = yaml.safe_load(source.read(COMPOSE))
services = compose["services"]
daemons = deployed.listed()
programs = deployed.described(sys.argv[1])
stages, image_environment = deployed.image()
port = image_environment["HTTP_LISTEN"].rsplit(":", 1)[1]


def secrets_of(service):
    """target: source"""
    rows = [{"source": row, "target": row} if isinstance(row, str) else row for row in service.get("secrets", [])]
    return {row["target"]: row["source"] for row in rows}


def environment_of(service):
    return {**image_environment, **{k: str(v) for k, v in service.get("environment", {}).items()}}


def check_settings(name, service):
    where = f"{COMPOSE}: {name}"
    mounted = secrets_of(service)
    program = (service.get("entrypoint") or service["command"])[0].rsplit("/", 1)[-1]
    own = {k: v for k, v in environment_of(service).items() if k not in ("PATH",)}
    if program != "opsmesh":
        own.pop("OPSMESH_BIN")
    else:
        own = {k: v for k, v in own.items() if k not in ("STATE_DIRECTORY", "HTTP_LISTEN")}
    if program in programs:
        yield from deployed.settings_wrong(where, programs[program], own, mounted)
    for target in mounted:
        if not any(value == deployed.SECRETS + target for value in environment_of(service).values()):
            yield f"{where}: the secret {target} is mounted, and nothing reads it"


def check_daemon(name, schema):
    where = f"{COMPOSE}: {name}"
    service = services.get(name)
    if service is None:
        yield f"{where}: the daemon has no service"
        return
    if service["command"] != [name]:
        yield f"{where}: it runs {service['command']}"
    yield from check_settings(name, service)
    if secrets_of(service).get("DATABASE_URL") != f"DATABASE_URL_{deployed.role(name)}":
        yield f"{where}: its DATABASE_URL is another's"
    probe = re.search(r"127\.0\.0\.1:(\d+)(/[a-z]+)", " ".join(service["healthcheck"]["test"]))
    if probe is None or probe.group(1) != port:
        yield f"{where}: its health is not asked at port {port} of HTTP_LISTEN"
    if name in programs:
        if probe and ("GET", probe.group(2)) not in deployed.routes(programs[name]):
            yield f"{where}: there is no {probe.group(2)}"
        if programs[name]["schema"] != schema:
            yield f"deploy/local/daemons: the schema of {name} is {programs[name]['schema']}"
    if int(service["stop_grace_period"].rstrip("s")) < deployed.close_seconds() + 3:
        yield f"{where}: it may take {deployed.close_seconds()} s to stop, and is killed before"


def check_prepare():
    service = services["prepare"]
    given = environment_of(service)
    wanted = ["ADMIN_URL", "OPERATOR_PASSWORD"] + [f"PASSWORD_{deployed.role(name)}" for name in daemons]
    for name in wanted:
        if given.get(f"{name}_FILE") != deployed.SECRETS + name or secrets_of(service).get(name) != name:
            yield f"{COMPOSE}: prepare: it does not get {name} from a file"


def check_caged(name, service):
    where = f"{COMPOSE}: {name}"
    if re.match(r"(root|0)(:|$)", str(service.get("user", "root"))):
        yield f"{where}: it runs as root"
    if service.get("cap_drop") != ["ALL"] or service.get("security_opt") != ["no-new-privileges:true"]:
        yield f"{where}: it keeps rights, or may get more"
    if not service.get("read_only") and name not in WRITES_ITS_ROOT:
        yield f"{where}: it can write its root"
    for limit in ("mem_limit", "cpus", "pids_limit"):
        if not service.get(limit):
            yield f"{where}: it has no {limit}"
    if name not in PASSING and not service.get("healthcheck", {}).get("test"):
        yield f"{where}: nothing asks whether it is well"
    for published in service.get("ports", []):
        if not str(published).startswith("127.0.0.1:"):
            yield f"{where}: the port {published} is open to other machines"
    if not re.search(r":[^:]*\d|:\$\{", service["image"]):
        yield f"{where}: the image {service['image']} has no version"
    for secret in secrets_of(service).values():
        if secret not in compose["secrets"]:
            yield f"{where}: there is no secret {secret}"


def check_mounts(name, service):
    for volume in service.get("volumes", []):
        origin = volume.split(":")[0]
        if origin.startswith("./") and not os.path.exists(origin):
            yield f"{COMPOSE}: {name}: it mounts {origin}, which is not there"


def check_alertmanager():
    """Every file that its configuration names is mounted, and no other."""
    config = "deploy/alertmanager/alertmanager.yml"
    if not os.path.exists(config):
        yield f"{COMPOSE}: alertmanager: there is no {config}"
        return
    asked = set(re.findall(f"{deployed.SECRETS}([A-Za-z_]+)", source.read(config)))
    mounted = set(secrets_of(services["alertmanager"]))
    for secret in sorted(asked ^ mounted):
        yield f"{COMPOSE}: alertmanager: {secret} is {'not mounted' if secret in asked else 'not in ' + config}"


def check_secrets():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["deploy/secrets.sh", folder], check=True)
        made = set(os.listdir(folder))
    for name, row in compose["secrets"].items():
        if os.path.basename(row["file"]) != name or name not in made:
            yield f"{COMPOSE}: the secret {name}: deploy/secrets.sh does not make {row['file']}"
        if not any(name in secrets_of(service).values() for service in services.values()):
            yield f"{COMPOSE}: the secret {name} is nobody's"


def packages_of(stage):
    return {word for line in stage if line.startswith("RUN ") and "apt-get install" in line
            for word in line.split("no-install-recommends", 1)[1].split("&&")[0].split()}


def check_image():
    build, last = packages_of(stages[0]), packages_of(stages[-1])
    needed = set(re.findall(r"\blib[a-z0-9+.-]+-dev\b", source.read("deploy/local/setup.sh"))) - FOR_TESTS
    for name in sorted(needed - build):
        yield f"deploy/Dockerfile: setup.sh installs {name} to build, the image's first stage does not"
    for name in sorted(last):
        if name.endswith("-dev") or name in ("gcc", "g++", "make", "git", "clang", "binutils"):
            yield f"deploy/Dockerfile: {name} is not for the last stage"
    user = [line.split()[1] for line in stages[-1] if line.startswith("USER ")][-1:]
    if not user or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", user[0]):
        yield "deploy/Dockerfile: the last stage's user is no number, or root"
    elif services["ingest"]["user"] != user[0]:
        yield f"{COMPOSE}: its user is not the image's {user[0]}"
    if f"EXPOSE {port}" not in stages[-1]:
        yield f"deploy/Dockerfile: it does not expose port {port} of HTTP_LISTEN"
    yield from check_libraries(last)


def check_libraries(last):
    """Each library that a program names must come with a package that the last stage asks for."""
    if not shutil.which("dpkg-query") or not shutil.which("objdump"):
        return
    libraries = set()
    for name in programs:
        said = subprocess.run(["objdump", "-p", f"{sys.argv[1]}/bin/{name}"], capture_output=True, text=True, check=True)
        libraries |= set(re.findall(r"NEEDED\s+(\S+)", said.stdout))
    for library in sorted(libraries):
        said = subprocess.run(["dpkg-query", "-S", f"*/{library}"], capture_output=True, text=True, check=False).stdout
        owners = {line.split(":", 1)[0] for line in said.splitlines()}
        if owners and not owners & (last | BASE_HAS):
            yield f"deploy/Dockerfile: the last stage lacks {library} ({', '.join(sorted(owners))})"


def check_readme():
    readme = source.read("deploy/README.md") if os.path.exists("deploy/README.md") else ""
    for name in {**daemons, **services}:
        if f"`{name}`" not in readme:
            yield f"deploy/README.md: it does not name `{name}`"
    for path in set(re.findall(r"\bdeploy/[a-z/-]+\.(?:sh|yml|md)\b", readme)):
        if not os.path.exists(path):
            yield f"deploy/README.md: there is no {path}"


def check():
    for name, schema in daemons.items():
        yield from check_daemon(name, schema)
    yield from check_settings("opsmesh", services["opsmesh"])
    yield from check_prepare()
    for name, service in services.items():
        yield from check_caged(name, service)
        yield from check_mounts(name, service)
    yield from check_alertmanager()
    yield from check_secrets()
    yield from check_image()
    yield from check_readme()


for sentence in check():
    print(sentence)
