#!/usr/bin/python3
"""classifier - the classifier's commands and documents, against a whole stack in live mode.

    classifier.py RUN      the run folder of the stack; the environment is its own
"""
import glob
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid

import psycopg

RUN = sys.argv[1]
BIN = os.environ["OPSMESH_BIN"]
POLICIES = os.path.join(RUN, "policies")
MODEL = os.path.join(POLICIES, "model/support.model")
TAXONOMY = "deploy/policies/taxonomy/support-1.json"
PATIENCE = 60
failed = False


def check(good, name, what=""):
    global failed
    failed = failed or not good
    print(("ok " if good else "FAIL ") + "classifier: " + name + ("" if good else f": {what}"), flush=True)


def classifier(*words, text=None, **environment):
    return subprocess.run([f"{BIN}/classifier", *words], input=text, capture_output=True, timeout=300,
                          env={**os.environ, "POLICY_DIRECTORY": POLICIES, **environment})


# What a message can be.

WEIRD = {
    "nothing": "", "one letter a million times": "a" * (1 << 20), "a hundred thousand emoji": "😀" * 100000,
    "bytes that are no text": b"refund \xff\xfe please",
    "marks of direction and characters without width": "‏re​fu​nd please‎, I wa­nt my money back",
    "a wall of base64": "QUJD" * 50000, "an old mail and nothing else": "> refund me\n> please",
    "NUL and other controls": b"refund\x01\x02 please", "a JSON line": '{"text":"返金してください"}',
}


def one_line(text):
    """As a JSON line, so that line feeds stay in it; bytes go as they are."""
    return text if isinstance(text, bytes) or text.startswith("{") else json.dumps({"text": text}).encode()


def ask_weird():
    lines = [line.encode() if isinstance(line, str) else line for line in map(one_line, WEIRD.values())]
    run = classifier("--classify", text=b"\n".join(lines) + b"\n")
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    check(run.returncode == 0 and len(answers) == len(WEIRD), "every message has an answer, whatever it is",
          run.stderr.decode())
    by = dict(zip(WEIRD, answers))
    for name in ("nothing", "a hundred thousand emoji", "an old mail and nothing else"):
        check(by[name]["needs_human"] == "no_text" and by[name]["intent"] is None, f"{name}: a person must look", by[name])
    for name in ("marks of direction and characters without width", "a JSON line"):
        check(by[name]["intent"] == "refund", f"{name}: is read all the same", by[name])
    check({"language", "category", "intent", "priority", "sentiment", "confidence", "needs_human", "entities", "reasons"}
          <= set(by["nothing"]), "an answer has all its fields")


def ask_commands(folder):
    lines = [f"deploy/training/{language}/{intent}.jsonl" for language in ("en", "ja")
             for intent in ("refund", "login", "outage")]
    models = [os.path.join(folder, name) for name in ("one", "two")]
    for model in models:
        run = classifier("--train", *lines, "--taxonomy", TAXONOMY, "--out", model)
        check(run.returncode == 0, "a model is trained", run.stderr.decode())
    digests = {hashlib.sha256(open(model, "rb").read()).hexdigest() for model in models}
    check(len(digests) == 1, "the same lines make the same bytes", digests)
    wrong = os.path.join(folder, "wrong.jsonl")
    with open(wrong, "w") as file:
        file.write('{"text":"a","label":"refund"}\n{"text":"b","label":"dancing"}\n')
    run = classifier("--train", wrong, "--taxonomy", TAXONOMY, "--out", os.path.join(folder, "none"))
    check(run.returncode != 0 and b"wrong.jsonl:2" in run.stderr and b"label" in run.stderr,
          "a label that the taxonomy lacks is refused with file, line and field", run.stderr.decode())
    run = classifier("--compare", MODEL, models[0], "deploy/training/en/refund.jsonl")
    check(run.returncode == 0 and run.stdout, "two models are compared", run.stderr.decode())
    run = classifier("--evaluate", "tests/evaluation/ja.jsonl", "--model", MODEL, "--taxonomy", TAXONOMY)
    check(run.returncode == 0 and b"expected calibration error" in run.stdout, "a model is evaluated", run.stderr.decode())
    return models[0]


def ask_check(folder):
    """Documents that do not fit are refused before anything starts."""
    settings = {"KAFKA_BROKERS": "nowhere:1", "DATABASE_URL": "postgresql://nobody@localhost/none"}
    run = classifier("--check", **settings)
    check(run.returncode == 0, "--check finds the documents in order", run.stderr.decode())
    bent = os.path.join(folder, "bent")

    def refused(name, words, bend):
        subprocess.run(["rm", "-rf", bent], check=True)
        subprocess.run(["cp", "-R", POLICIES, bent], check=True)
        bend()
        run = classifier("--check", POLICY_DIRECTORY=bent, **settings)
        check(run.returncode == 1 and all(word in run.stderr.decode() for word in words), name, run.stderr.decode())

    def cut_model():
        with open(f"{bent}/model/support.model", "r+b") as file:
            file.truncate(100000)

    def flip_model():
        with open(f"{bent}/model/support.model", "r+b") as file:
            file.seek(200000)
            byte = file.read(1)
            file.seek(200000)
            file.write(bytes([byte[0] ^ 1]))

    def rewrite(name, change):
        with open(f"{bent}/{name}") as file:
            document = json.load(file)
        change(document)
        with open(f"{bent}/{name}", "w") as file:
            json.dump(document, file)

    macro = os.path.basename(sorted(glob.glob("deploy/policies/macros/*.json"))[0])
    refused("a model that is cut off is refused", ["support.model"], cut_model)
    refused("a model of which a bit is another is refused", ["support.model"], flip_model)
    refused("a model of another taxonomy's version is refused", ["support.model", "support/1"],
            lambda: rewrite("taxonomy/support-1.json", lambda it: it.update(version=2)))
    refused("a rule for an intent that does not exist is refused", ["rules/priority-1.json", "dancing"],
            lambda: rewrite("rules/priority-1.json", lambda it: it["rules"][0]["when"].update(intent=["dancing"])))
    refused("a macro that lacks a place is refused", [f"macros/{macro}"],
            lambda: rewrite(f"macros/{macro}", lambda it: it.update(places=it["places"][:-1])))


# The mesh.

def post(path, body):
    request = urllib.request.Request(
        os.environ["INGEST_URL"] + path, json.dumps(body).encode(),
        {"Authorization": "Bearer " + os.environ["API_KEYS"].split(":")[1], "Content-Type": "application/json",
         "Idempotency-Key": str(uuid.uuid4())})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def triage():
    run = subprocess.run([f"{BIN}/opsmesh", "tail", "ops.triage.v1", "--from", "start", "--until-end"],
                         capture_output=True, text=True, timeout=PATIENCE)
    return [json.loads(line) for line in run.stdout.splitlines()]


def wait_for(what, found):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.3)
    sys.exit(f"FAIL classifier: gave up waiting for {what}")


def classified(ticket):
    """The data of the ticket's first classification."""
    return wait_for(f"the triage of {ticket}", lambda: next(
        (line["data"]["classified"] for line in triage() if line["key"] == ticket and "classified" in line["data"]), None))


def reload_model(source):
    """Put beside the old one and renamed, as the README says; both instances are told."""
    subprocess.run(["cp", source, MODEL + ".new"], check=True)
    os.rename(MODEL + ".new", MODEL)
    for files in ("classifier", "classifier-2"):
        with open(f"{RUN}/{files}.pid") as file:
            os.kill(int(file.read()), signal.SIGHUP)


def said(words, count):
    """So many lines of the daemons' logs have the words."""
    return sum(words in line for files in ("classifier", "classifier-2") for line in open(f"{RUN}/{files}.log")) >= count


def ask_models(other, folder):
    first = classified(post("/v1/tickets", {"body": "Please refund my last payment."})["ticket_id"])
    reload_model(other)
    wait_for("both to have read it", lambda: said("the documents were read again", 2))
    second = classified(post("/v1/tickets", {"body": "Please refund my last payment."})["ticket_id"])
    check(first["modelVersion"] != second["modelVersion"] and second["intent"] == "refund",
          "a new model takes effect without a restart", (first["modelVersion"], second["modelVersion"]))
    with psycopg.connect(os.environ["CLASSIFIER_DATABASE_URL"]) as database:
        named = database.execute("select count(distinct documents) from batch_journal where stage = 'triage'").fetchone()[0]
        kept = database.execute("select count(*) from document where name = 'model/support.model'").fetchone()[0]
    check(named == 2 and kept == 2, "the batch journal names both, and both are kept", (named, kept))
    with open(os.path.join(folder, "broken"), "wb") as file:
        file.write(b"no model")
    reload_model(os.path.join(folder, "broken"))
    wait_for("both to refuse it", lambda: said("the documents stay as they were", 2))
    third = classified(post("/v1/tickets", {"body": "I cannot log in."})["ticket_id"])
    check(third["modelVersion"] == second["modelVersion"], "a broken one has no effect, and the log says so", third)


def ask_corrections():
    ticket = post("/v1/tickets", {"body": "Everything is down, nobody can work."})["ticket_id"]
    classified(ticket)
    post("/v1/actions", {"action": "correct", "on": {"type": "ticket", "id": ticket}, "intent": "login", "reason": "seen"})
    facts = wait_for("the correction", lambda: [
        line["data"] for line in triage() if line["key"] == ticket and "corrected" in line["data"]])
    check(facts[0]["corrected"]["toIntent"] == "login", "a correction is said", facts)
    url = os.environ["CLASSIFIER_DATABASE_URL"]
    sealed = classifier("--export", DATABASE_URL=url).stdout.decode()
    shown = classifier("--export", "--reveal", DATABASE_URL=url).stdout.decode()
    check(json.loads(sealed) == {"text": "[sealed]", "label": "login", "language": "en"}, "it is exported sealed", sealed)
    check(json.loads(shown)["text"] == "Everything is down, nobody can work.", "and revealed when asked", shown)


def ask_metrics():
    with urllib.request.urlopen(os.environ["CLASSIFIER_URL"] + "/metrics", timeout=PATIENCE) as one, \
            urllib.request.urlopen(os.environ["CLASSIFIER_2_URL"] + "/metrics", timeout=PATIENCE) as two:
        text = one.read().decode() + two.read().decode()
    check('opsmesh_triage_facts_total{fact="classified",intent="refund"}' in text, "what was said is counted by intent")


def ask_rebuild():
    for stage in ("triage", "pattern"):
        run = subprocess.run([f"{BIN}/opsmesh", "rebuild", stage, "--verify"], capture_output=True, text=True, timeout=PATIENCE)
        check(run.returncode == 0, f"folded again with both models, {stage} is the same", run.stdout[-500:] + run.stderr[-500:])


def main():
    folder = os.path.join(RUN, "work")
    os.makedirs(folder, exist_ok=True)
    ask_weird()
    other = ask_commands(folder)
    ask_check(folder)
    ask_models(other, folder)
    ask_corrections()
    ask_metrics()
    reload_model(other)
    ask_rebuild()


main()
sys.exit(1 if failed else 0)
