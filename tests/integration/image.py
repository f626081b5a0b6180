"""image - the stages of deploy/Dockerfile built by hand, and what docker-compose.yml would start in them.

    image.py build FOLDER       each stage as a root folder below FOLDER: debootstrap stands for the base
    image.py facts FOLDER       what must hold of the last stage: no compiler, no library missing, no root
    image.py run FOLDER SERVICE SECRETS NAME=VALUE...
                                the service's command, user, secrets, environment and tmpfs, the root
                                read only; NAME=VALUE stands for what is elsewhere here (brokers, ports)
    image.py job FOLDER SECRETS NAME=VALUE...
                                the steps of Kubernetes' job of preparation, as its manifest says them

The files are read as they are: there is no second list of packages, paths or settings here. It needs
root, and build the network.
"""

import base64
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import yaml

SUITES = {"debian:12-slim": "bookworm"}
# What the base image does beside being small: it keeps no packages, and no text for other languages.
LIKE_SLIM = {
    "/etc/apt/apt.conf.d/clean": 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };\n'
                                 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n',
    "/etc/dpkg/dpkg.cfg.d/slim": "path-exclude /usr/share/doc/*\npath-exclude /usr/share/locale/*\n",
}
DOCKERFILE = "deploy/Dockerfile"
COMPOSE = "docker-compose.yml"


def instructions(path):
    """(word, rest) of each instruction; lines that end in a backslash go on, comments are left out."""
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file.read().splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            word, rest = line.split(None, 1)
            yield word.upper(), rest.strip()


class Stage:
    """A root folder, and what later instructions have said about it."""

    def __init__(self, folder, base, name):
        self.name, self.base, self.root = name, base, os.path.join(folder, name)
        self.directory, self.user, self.entrypoint = "/", "0:0", []
        self.environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

    def inside(self, path):
        return self.root + os.path.normpath(os.path.join(self.directory, path))

    def take(self, word, rest):
        """What is true of every later instruction, and of what is started."""
        if word == "ENV":
            self.environment.update(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "USER":
            self.user = rest
        elif word == "WORKDIR":
            self.directory = rest
        elif word == "ENTRYPOINT":
            self.entrypoint = json.loads(rest)


def stages(folder):
    """The stages, each with its instructions."""
    listed = []
    for word, rest in instructions(DOCKERFILE):
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            listed.append((Stage(folder, base, name.strip()), []))
        else:
            listed[-1][1].append((word, rest))
    return listed


def last(folder):
    """The stage that becomes the image, as its instructions leave it."""
    stage, steps = stages(folder)[-1]
    for word, rest in steps:
        stage.take(word, rest)
    return stage


def run(command, **settings):
    subprocess.run(command, check=True, **settings)


def base_of(folder, image):
    """The base, made once; what is mounted for it goes with its namespace. The machine's own list of packages
    is taken along: it has the updates."""
    root = os.path.join(folder, "base-" + SUITES[image])
    if os.path.exists(root):
        return root
    shutil.rmtree(root + ".part", ignore_errors=True)
    run(["unshare", "-m", "debootstrap", "--variant=minbase", "--exclude=tzdata", SUITES[image], root + ".part"],
        stdout=subprocess.DEVNULL)
    if os.path.exists("/etc/apt/sources.list.d/debian.sources"):
        shutil.copy("/etc/apt/sources.list.d/debian.sources", root + ".part/etc/apt/sources.list.d/")
        os.remove(root + ".part/etc/apt/sources.list")
    for path, text in LIKE_SLIM.items():
        with open(root + ".part" + path, "w", encoding="utf-8") as file:
            file.write(text)
    run(["chroot", root + ".part", "sh", "-c", "apt-get clean; rm -rf /usr/share/doc /usr/share/locale"])
    os.rename(root + ".part", root)
    return root


def ignored(patterns, name):
    return any(fnmatch.fnmatch("/" + name, "/" + p.lstrip("/")) or
               p.startswith("**/") and fnmatch.fnmatch(os.path.basename(name), p[3:]) for p in patterns)


def copy_into(source, target, patterns):
    """As COPY does: of a folder its content, a file under its name. Modes and times stay."""
    if not os.path.isdir(source):
        os.makedirs(target if target.endswith("/") else os.path.dirname(target), exist_ok=True)
        shutil.copy2(source, target)
        return
    for folder, names, files in os.walk(source):
        below = os.path.relpath(folder, source)
        here = os.path.normpath(os.path.join(source, below))
        names[:] = [n for n in names if not ignored(patterns, os.path.normpath(os.path.join(here, n)))]
        os.makedirs(os.path.join(target, below), exist_ok=True)
        for name in files:
            shutil.copy2(os.path.join(folder, name), os.path.join(target, below, name),
                         follow_symlinks=False)


def step(stage, word, rest, roots, patterns):
    if word == "RUN":
        run(["unshare", "-m", "-p", "-f", f"--mount-proc={stage.root}/proc", "chroot", stage.root,
             "env", "-i", "DEBIAN_FRONTEND=noninteractive",
             *(f"{name}={value}" for name, value in stage.environment.items()),
             "sh", "-c", f"cd {stage.directory} && {rest}"])
    elif word == "COPY":
        words = rest.split()
        origin = "."
        if words[0].startswith("--from="):
            origin = roots[words.pop(0).split("=", 1)[1]]
        *sources, target = words
        end = "/" if target.endswith("/") or len(sources) > 1 else ""
        for source in sources:
            place = stage.inside(target) + end
            path = os.path.normpath(origin + "/" + source)
            copy_into(path, place, patterns if origin == "." else [])
    elif word in ("ENV", "USER", "WORKDIR", "ENTRYPOINT", "EXPOSE"):
        stage.take(word, rest)
        os.makedirs(stage.root + stage.directory, exist_ok=True)
    else:
        raise SystemExit(f"image: {DOCKERFILE}: {word} is not known here")


def build(folder):
    patterns = open(".dockerignore", encoding="utf-8").read().split()
    roots = {}
    for stage, steps in stages(folder):
        shutil.rmtree(stage.root, ignore_errors=True)
        run(["cp", "-a", base_of(folder, stage.base), stage.root])
        shutil.copy("/etc/resolv.conf", stage.root + "/etc/resolv.conf")
        for word, rest in steps:
            print(f"image: {stage.name}: {word} {rest[:60]}", flush=True)
            step(stage, word, rest, roots, patterns)
        roots[stage.name] = stage.root


def caged(stage, command, environment, secrets=None, tmpfs=()):
    """The command behind a read-only root, as the image's user, in namespaces that end with it."""
    root = stage.root
    mounts = [f"mount --bind {root} {root}", f"mount -t proc proc {root}/proc"]
    if secrets:
        os.makedirs(root + "/run/secrets", exist_ok=True)
        mounts.append(f"mount --bind {secrets} {root}/run/secrets")
    mounts.append(f"mount -o remount,bind,ro {root}")
    mounts += [f"mount -t tmpfs -o {options} tmpfs {root}{path}" for path, options in tmpfs]
    settings = [f"{name}={value}" for name, value in {**stage.environment, **environment}.items()]
    inner = ["env", "-i", *settings, "sh", "-c", f'cd {stage.directory} && exec "$@"', "sh", *command]
    script = " && ".join(mounts) + f' && exec chroot --userspec={stage.user} {root} "$@"'
    return ["unshare", "-m", "-p", "-f", "--kill-child", "sh", "-c", script, "sh", *inner]


def answer(stage, *command):
    return subprocess.run(caged(stage, command, {}), capture_output=True, text=True, timeout=60)


def verdict(name, good, what=""):
    print(("ok " if good else "FAIL ") + "image: " + name + ("" if good else ": " + what.strip()))
    return bool(good)


def facts(folder):
    stage = last(folder)
    good = verdict("its user is a number and not root", re.fullmatch(r"[1-9]\d*:[1-9]\d*", stage.user),
                   stage.user)
    found = answer(stage, "sh", "-c", "command -v cc gcc g++ make git perldoc python3").stdout
    good &= verdict("it has no compiler", not found, found)
    written = answer(stage, "sh", "-c", "touch /opt/opsmesh/x").returncode
    good &= verdict("nothing can be written beside the volumes", written != 0)
    programs = sorted(os.listdir(stage.root + "/opt/opsmesh/bin"))
    build_name = subprocess.run(
        ["git", "-C", os.path.join(folder, "build/source"), "describe", "--always", "--dirty"],
        capture_output=True, text=True, check=True).stdout.strip()
    for program in [*programs, "/usr/local/bin/psql"]:
        said = answer(stage, "sh", "-c", f"ldd $(command -v {program})").stdout
        lacking = [line for line in said.splitlines() if "not found" in line]
        if "libc.so" not in said:
            lacking.append("ldd says nothing")
        good &= verdict(f"{program} has every library", not lacking, " ".join(lacking))
    for program in programs:
        said = answer(stage, program, "--version")
        good &= verdict(f"{program} starts and is of the commit that was copied",
                        said.returncode == 0 and build_name in said.stdout, said.stdout + said.stderr)
        said = answer(stage, program, "--describe")
        good &= verdict(f"{program} describes itself", said.returncode == 0 and json.loads(said.stdout),
                        said.stderr)
    with open("common/io/pdf_layout.c", encoding="utf-8") as file:
        families = {family for row in re.findall(r'"((?:Noto|DejaVu)[^"]*)"', file.read()) for family in row.split(",")}
    for family in sorted(families):
        said = answer(stage, "fc-match", "-f", "%{family}", family).stdout
        good &= verdict(f"it has the font {family}", family in said, said)
    size = subprocess.run(["du", "-sm", stage.root], capture_output=True, text=True, check=True).stdout
    print(f"image: the last stage takes {size.split()[0]} MB")
    return 0 if good else 1


def secrets_of(service, folder, given):
    """What compose mounts below /run/secrets: a folder with one file for each of the service's."""
    place = os.path.join(folder, "secrets-" + service["command"][0])
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    for secret in service.get("secrets", []):
        if isinstance(secret, str):
            secret = {"source": secret, "target": secret}
        shutil.copy(os.path.join(given, secret["source"]), os.path.join(place, secret["target"]))
    return place


def job(folder, given, changes):
    """Each step with its command and settings, and the keys of its secret as deploy/kubernetes/secrets.sh names them."""
    sys.path.insert(0, "tests/lint")
    import manifests_rendered
    documents = manifests_rendered.render_folder("deploy/kubernetes/base")
    maps = {d["metadata"]["name"]: d["data"] for d in documents if d["kind"] == "ConfigMap"}
    printed = subprocess.run(["deploy/kubernetes/secrets.sh", given], capture_output=True, text=True, check=True)
    secrets = {d["metadata"]["name"]: d["data"] for d in yaml.safe_load_all(printed.stdout) if d}
    pod = next(d["spec"]["template"]["spec"] for d in documents if d["kind"] == "Job")
    stage = last(folder)
    good = True
    for step in pod["initContainers"] + pod["containers"]:
        if not os.path.exists(stage.root + step["command"][0]):
            print(f"skip image: the job's step {step['name']}: its program is not built")
            continue
        environment = {}
        for origin in step["envFrom"]:
            environment.update(maps[origin["configMapRef"]["name"]])
        environment.update((row["name"], row["value"]) for row in step["env"])
        environment.update(change.split("=", 1) for change in changes)
        place = os.path.join(folder, "secrets-job-" + step["name"])
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        volume = next(v for v in pod["volumes"] if v["name"] == step["volumeMounts"][0]["name"])
        for key, value in secrets[volume["secret"]["secretName"]].items():
            with open(os.path.join(place, key), "wb") as file:
                file.write(base64.b64decode(value))
        said = subprocess.run(caged(stage, step["command"], environment, place), capture_output=True, text=True)
        good &= verdict(f"the job's step {step['name']} ends well", said.returncode == 0, said.stdout + said.stderr)
        shutil.rmtree(place)
    return 0 if good else 1


def start(folder, name, given, changes):
    with open(COMPOSE, encoding="utf-8") as file:
        service = yaml.safe_load(file)["services"][name]
    stage = last(folder)
    stage.user = service["user"]
    environment = {key: str(value) for key, value in service["environment"].items()}
    environment.update(change.split("=", 1) for change in changes)
    user, group = stage.user.split(":")
    tmpfs = [tuple(entry.split(":", 1)) for entry in service["tmpfs"]]
    tmpfs += [(volume.split(":")[1], f"uid={user},gid={group}") for volume in service.get("volumes", [])]
    command = [*(service.get("entrypoint") or stage.entrypoint), *service["command"]]
    place = secrets_of(service, folder, os.path.abspath(given))
    os.execvp("unshare", caged(stage, command, environment, place, tmpfs))


if sys.argv[1] == "build":
    build(os.path.abspath(sys.argv[2]))
elif sys.argv[1] == "facts":
    sys.exit(facts(os.path.abspath(sys.argv[2])))
elif sys.argv[1] == "job":
    sys.exit(job(os.path.abspath(sys.argv[2]), sys.argv[3], sys.argv[4:]))
else:
    start(os.path.abspath(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:])
