#!/usr/bin/env python3
"""disputes - what the operator's tool says of cases, on the ground that disputes_ground_test has laid. See disputes.sh.

    disputes.py OPSMESH ACCOUNT FOLDER

Prints `ok disputes: ...` or `FAIL disputes: ...`.
"""
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading

tool, home, folder = sys.argv[1:]
failures = 0
journalled = []


class Door(http.server.BaseHTTPRequestHandler):
    """ingest, as far as an action needs it."""

    def do_POST(self):
        journalled.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        body = b'{"id":"act-9"}'
        self.send_response(202)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def check(good, name, detail=""):
    global failures
    print(f"{'ok' if good else 'FAIL'} disputes: {name}", flush=True)
    if not good:
        failures += 1
        print("#", detail, flush=True)


def run(*words, **settings):
    return subprocess.run([tool, *words], capture_output=True, text=True, timeout=60, env={**os.environ, **settings})


def said(*words, **settings):
    answer = run(*words, **settings)
    if answer.returncode != 0:
        check(False, " ".join(words), answer)
    return answer.stdout


def change(sql):
    subprocess.run([os.environ["PSQL"], "-q", os.environ["DATABASE_URL"], "-c", sql], check=True)


def story_list():
    cases = json.loads(said("list", "disputes", "--json"))
    check([one["dispute_id"] for one in cases] == ["dp_10", "dp_1", "dp_5", "dp_3", "issfr_1"],
          "list disputes has the open cases, next deadline first, those without one last", cases)
    first, second, _, unanswerable, warning = cases
    check((first["stage"], first["state"], first["status"], first["deadline"], first["due_by"], first["left_us"]) ==
          ("inquiry", "inquiry", "warning_needs_response", "2026-05-09T18:00:00Z", "2026-05-10T00:00:00Z",
           6 * 3600 * 1000000), "a case has its stage, the provider's word, our deadline and what is left of it", first)
    check((second["amount_minor"], second["currency"], second["reason"], second["network"], second["network_reason_code"],
           second["owner"], second["response"]) == (12000, "USD", "fraudulent", "visa", "10.4", "taro", "none"),
          "a case has its amount, its reason with the network's code, its owner and its answer", second)
    change("update chargeback.open_case set lacks = 5 where dispute_id = 'dp_5'")
    check([one["lacks"] for one in json.loads(said("list", "disputes", "--json"))][1:4] == [[], ["owner", "evidence"], []],
          "a case says what lacks")
    check(unanswerable["no_deadline_because"] == "no answer is possible: the provider takes none" and
          warning["no_deadline_because"] == "a warning takes no answer" and first["no_deadline_because"] is None,
          "a case without a deadline says why", cases)
    check([one["dispute_id"] for one in json.loads(said("list", "disputes", "--due-within", "6h", "--json"))] == ["dp_10"]
          and json.loads(said("list", "disputes", "--due-within", "5h", "--json")) == [],
          "--due-within counts from the mesh's time")
    check(len(json.loads(said("list", "disputes", "--queue", "disputes", "--json"))) == 5 and
          json.loads(said("list", "disputes", "--queue", "other", "--json")) == [], "--queue is one queue")
    text = said("list", "disputes")
    check("in 6h 00m" in text and "True for 2026-05-09T12:00:00Z, which all 1 shards have passed." in text,
          "list disputes is a table that says what it is true for", text)
    check(run("list", "disputes", "--all").returncode == 2, "--all is for discrepancies")


def story_explain():
    text = said("explain", "dispute", "dp_1")
    for what, words in (("where it stands", 'chargeback, needs response ("needs_response"), 120.00 USD, fraudulent (visa '
                                            "10.4); with taro; answer: none; to be answered by 2026-05-19 "
                                            "18:00, in 10d 06h at the mesh's 2026-05-09 12:00."),
                        ("why the deadline is what it is", "the chargeback must be answered by 2026-05-19 18:00: the "
                                                           "provider's 2026-05-20 00:00 less 6h 00m by cases/standard/1"),
                        ("what billing said", "120.00 USD was taken for dispute dp_1 by transaction txn_1, fee 15.00 USD"),
                        ("the money, with the fact that it came from", "20.00 USD came back by transaction txn_2, a fee of "
                                                                       "15.00 USD given back (billing fact customer/0/"),
                        ("who has it", "agent via hanako  gives the case to taro, from the queue, saying [sealed]"),
                        ("the evidence, with the action that it came from", "refund_answer into refund_policy"),
                        ("that evidence is sealed", "from act-2: [sealed]"),
                        ("the sums", "withdrawn 120.00 USD, reinstated 20.00 USD, fees nothing"),
                        ("that they agree", "the figures agree with what was said")):
        check(words in text, f"explain dispute says {what}", text)
    check("dp_10" not in text and "50.00 EUR" not in text and "Sato" not in text,
          "explain dispute is one dispute's, and seals what people wrote", text)
    machine = json.loads(said("explain", "dispute", f"case/{home}/dp_1", "--json"))
    case = machine["cases"][0]
    check(case["agrees"] and case["withdrawn"] == [{"currency": "USD", "minor": 12000}] and
          case["reinstated"] == [{"currency": "USD", "minor": 2000}] and case["fees"] == [{"currency": "USD", "minor": 0}]
          and case["reckoned_deadline"] == case["deadline"] == "2026-05-19T18:00:00Z" and case["policy"] == "cases/standard/1"
          and [one["item_id"] for one in case["evidence"]] == ["act-2"], "a case is found by its own id, as JSON", case)
    check("a warning takes no answer" in said("explain", "dispute", "issfr_1"), "a fraud warning is found by its id")
    text = said("explain", "dispute", "dp_6")
    for words in ("dispute dp_6 is nobody's yet: its charge is not known", "chargeback, placed (", "chargeback, won (",
                  f"case/{home}/dp_6, reckoned again:"):
        check(words in text, f"a dispute that was placed has both its cases: {words}", text)
    check("won" in said("explain", "dispute", "dp_4"), "a case that is over is explained as well")
    answer = run("explain", "dispute", "dp_2")
    check(answer.returncode == 1 and "there is no dispute dp_2" in answer.stderr, "what is not there is no", answer)


def story_runbook():
    """What the runbook says to type at night works as it stands there."""
    with open("deploy/runbooks/dispute-deadline.md", encoding="utf-8") as file:
        block = file.read().split("```")[1]
    commands = [line.split()[1:] for line in block.splitlines() if line]
    check(len(commands) == 3, "the runbook has three commands for the night", commands)
    for words in commands:
        text = said(*[word.replace("<dispute>", "dp_1") for word in words])
        check("DEADLINE" in text if words[0] == "list" else "dp_1" in text, f"the runbook's opsmesh {' '.join(words)} answers", text)


def story_reveal(door):
    text = said("explain", "dispute", "dp_1", "--reveal", "review", INGEST_URL=door, API_KEY="k")
    check('"Sato asked, we paid"' in text, "--reveal shows what people wrote", text)
    check(journalled == [{"action": "explain", "on": {"type": "case", "id": f"case/{home}/dp_1"}, "reason": "review"}],
          "and that is journalled on the case", journalled)


def story_others():
    text = said("explain", "account", home)
    check(f"case/{home}/dp_10: inquiry" in text and f"case/{home}/dp_4: chargeback, won" in text and
          "120.00 USD was taken by transaction txn_1" in text, "explain account has the account's cases", text)
    alert = f"alert/chargeback/{home}/dp_10/deadline_approaching"
    text = said("explain", "alert", alert)
    check(f"raises the critical alert {alert}" in text and "must be answered by 2026-05-09 18:00" in text and
          "txn_1" not in text, "explain alert has the case of the alert", text)
    text = said("explain", "request", "act-1", KAFKA_BROKERS="")
    check("asks for the action assign on case" in text and "carries out the action assign (act-1)" in text and
          "gives the case to taro" in text and "act-2" not in text, "explain request has what an action on a case did", text)


def story_forecast():
    machine = json.loads(said("dispute", "forecast", "--json"))
    rows = [(one["stage"], one["currency"], one["count"], one["at_stake_minor"], one["expected_minor"], one["reckoned"])
            for one in machine["stages"]]
    check(rows == [("chargeback", None, 1, None, None, 0), ("chargeback", "JPY", 1, 9000, 0, 1),
                   ("chargeback", "USD", 1, 12000, 5400, 1), ("inquiry", "EUR", 1, 5000, 0, 1),
                   ("warning", None, 1, None, None, 0)],
          "dispute forecast has what is at stake, and what may come back by the chances recommended with last", rows)
    days = machine["deadlines"]
    check([one["deadline"] for one in days][::15] == ["overdue", "later"] and len(days) == 16 and
          {one["deadline"]: one["at_stake"] for one in days if one["count"] > 0} ==
          {"2026-05-09": [{"currency": "EUR", "minor": 5000}], "2026-05-19": [{"currency": "USD", "minor": 12000}],
           "later": []} and machine["without_deadline"] == 2, "and deadlines by day for 14 days", machine)
    text = said("dispute", "forecast")
    check("chargeback  USD       1      120.00 USD  54.00 USD      1 of 1" in text and "2026-05-19  1      120.00 USD" in text,
          "dispute forecast is two tables", text)
    check(run("dispute", "forecast", "dp_1").returncode == 2 and run("dispute", "packet").returncode == 2 and
          run("dispute", "nosuch").returncode == 2, "packet is of one dispute, forecast of all")


def story_outcomes():
    machine = json.loads(said("dispute", "outcomes", "--format", "json"))
    cells = {one["cell"]: one for one in machine["cells"]}
    check((machine["answered"], machine["unanswered"], machine["document"]) == (3, 3, "economics/standard/2") and
          [(name, one["answered"], one["won"]) for name, one in cells.items()] ==
          [("fraudulent/full", 2, 1), ("weather/full", 1, 1)],
          "dispute outcomes sums answered disputes by cell, a late win as a win, unanswered ones apart", machine)
    full = cells["fraudulent/full"]
    check((full["ours"]["ppm"], full["document"]["ppm"], full["next"]["ppm"], full["outside"]) ==
          (500000, 250000, 272727, False) and cells["weather/full"]["document"] is None and
          full["ours"]["low_ppm"] < 250000 < full["ours"]["high_ppm"],
          "against the document's chance, with intervals, and what its next version would say", full)
    check([(one["from_ppm"], one["answered"], one["won"], one["predicted_ppm"]) for one in machine["calibration"]] ==
          [(200000, 3, 2, 250000)], "and by tenths of what was predicted", machine["calibration"])
    text = said("dispute", "outcomes")
    check("fraudulent/full  2         1    50 % (9.5 % to 90.5 %)" in text and "weather/full" in text and
          "The document is economics/standard/2.\nTrue for 2026-05-09T12:00:00Z" in text,
          "dispute outcomes is two tables", text)
    rows = said("dispute", "outcomes", "--format", "csv").splitlines()
    check(rows[0].startswith("row,of,answered,won,ours_ppm") and rows[1].startswith("cell,fraudulent/full,2,1,500000,") and
          rows[3].startswith("predicted,200000,3,2,666667,") and len({row.count(",") for row in rows}) == 1,
          "dispute outcomes as CSV", rows)


def story_document():
    file = os.path.join(folder, "next.json")
    policies = os.path.join(folder, "policies")
    write = ["dispute", "outcomes", "--document", file, "--effective"]
    answer = run(*write, "2027-01-01T00:00:00Z")
    check(answer.returncode == 0 and "weather/full: the document has no such cell, its 1 outcomes are left out" in answer.stderr,
          "what the document has no cell for is left out, and said", answer)
    with open("deploy/policies/economics/standard-2.json", encoding="utf-8") as before, open(file, encoding="utf-8") as after:
        old, written = json.load(before), after.read()
    new = json.loads(written)
    check(new.pop("outcomes") == {"until": "2026-05-09T12:00:00Z", "cells": [{"category": "fraudulent", "level": "full",
                                                                           "answered": 2, "won": 1}]} and
          new == {**old, "version": 3, "effective_from": "2027-01-01T00:00:00Z"},
          "--document writes the next version, all else as it was", new)
    shutil.copytree("deploy/policies/economics", os.path.join(policies, "economics"))
    shutil.copy(file, os.path.join(policies, "economics", "standard-3.json"))
    machine = json.loads(said("dispute", "outcomes", "--format", "json", POLICY_DIRECTORY=policies))
    check((machine["document"], machine["cells"][0]["document"], machine["cells"][0]["next"]["ppm"]) ==
          ("economics/standard/3", machine["cells"][0]["next"], 272727),
          "what the document has taken in counts once", machine)
    said(*write, "2027-02-01T00:00:00Z", POLICY_DIRECTORY=policies)
    with open(file, encoding="utf-8") as again:
        check(again.read() == written.replace('"version": 3', '"version": 4').replace("2027-01-01", "2027-02-01"),
              "a version made again of itself has the same outcomes")
    for words, status, sentence in (([*write, "2026-05-09T12:00:00Z"], 1, "it must be effective after version 2"),
                                    ([*write, "2027-01-01T00:00:00Z", "--version", "2"], 1, "the version must be above 2"),
                                    ([*write, "soon"], 2, "--effective"), (write[:-1], 2, "--effective TIME"),
                                    (["dispute", "outcomes", "--version", "3"], 2, "are of --document"),
                                    (["dispute", "outcomes", "--format", "xml"], 2, "one of table, csv, json"),
                                    (["dispute", "outcomes", "--json"], 2, "--json is not for outcomes"),
                                    (["dispute", "forecast", "--document", file], 2, "--document is not for forecast"),
                                    (["dispute", "outcomes", "dp_1"], 2, "are of all disputes")):
        answer = run(*words)
        check(answer.returncode == status and sentence in answer.stderr, f"dispute outcomes refuses: {sentence}", answer)
    answer = run("dispute", "outcomes", "--document", "/nosuch/next.json", "--effective", "2027-01-01T00:00:00Z")
    check(answer.returncode == 3 and "cannot be written" in answer.stderr, "a document that cannot be written", answer)
    answer = run("dispute", "outcomes", POLICY_DIRECTORY=os.path.join(folder, "none"))
    check(answer.returncode == 3 and "economics/ cannot be read" in answer.stderr, "a document that is not there", answer)


def story_packet(door):
    open_door = {"INGEST_URL": door, "API_KEY": "k"}
    file = os.path.join(folder, "packet.pdf")
    text = said("dispute", "packet", "dp_1")
    check("it has the digest that its text gives\nPDF " in text and " pages\n\nopsmesh evidence packet 1\n" in text and
          "Source: act-2; kind: refund_answer; field: refund_policy\n> [sealed]\n" in text and "Sato" not in text,
          "dispute packet has the packet that stands, and seals what people wrote", text)
    text = said("dispute", "packet", "dp_1", "--reveal", "review", **open_door)
    check("> Sato asked, we paid\n" in text and journalled[-1]["on"]["id"] == f"case/{home}/dp_1",
          "dispute packet --reveal shows it, journalled on the case", text)
    machine = json.loads(said("dispute", "packet", "dp_1", "--json"))
    check([(one["item_id"], one["text"]) for one in machine["items"]] == [("act-2", "[sealed]")] and
          "Sato" not in json.dumps(machine), "dispute packet --json", machine)
    for words, status, sentence in ((["dp_4"], 1, "no packet stands"), (["dp_2"], 1, "there is no dispute dp_2"),
                                    (["dp_1", "--pdf", file], 2, "it wants --reveal"),
                                    (["dp_1", "--pdf", file, "--reveal", "x"], 1, "the bytes of its PDF are not kept")):
        answer = run("dispute", "packet", *words, **open_door)
        check(answer.returncode == status and sentence in answer.stderr, f"dispute packet {' '.join(words[:1])}: {sentence}",
              answer)
    digest = hashlib.sha256(b"%PDF-1").hexdigest()
    change(f"update chargeback.dispute_case set kept = kept || '\\xba0140'::bytea || '{digest}'::bytea "
           "where dispute_id = 'dp_1'")  # the member pdf of CaseKept
    answer = run("dispute", "packet", "dp_1", "--pdf", file, "--reveal", "x", **open_door)
    check(answer.returncode == 1 and "the bytes of its PDF are not kept" in answer.stderr, "a PDF that is lost is no", answer)
    change(f"insert into chargeback.blob values ('{digest}', '%PDF-1')")
    said("dispute", "packet", "dp_1", "--pdf", file, "--reveal", "x", **open_door)
    with open(file, "rb") as written:
        check(written.read() == b"%PDF-1", "dispute packet --pdf writes the bytes that are kept")
    answer = run("dispute", "packet", "dp_1", "--pdf", "/nosuch/packet.pdf", "--reveal", "x", **open_door)
    check(answer.returncode == 3 and "/nosuch/packet.pdf: cannot be written" in answer.stderr,
          "a file that cannot be written is out of reach", answer)
    change("update chargeback.blob set body = '%PDF-2'")
    answer = run("dispute", "packet", "dp_1", "--pdf", file, "--reveal", "x", **open_door)
    check(answer.returncode == 1 and "DIFFERS: the bytes of its PDF" in answer.stderr,
          "a PDF that is not what its digest says is not written", answer)


def story_upload(door):
    text = said("explain", "dispute", "dp_10")
    for words in ("asks for the action pin on case case/" + home + "/dp_10 (act-3) with a file (application/pdf, ",
                  "adds evidence: invoice into receipt, Uploaded by a person", "a file (application/pdf, 2 pages, ",
                  ", uploaded by hanako): [sealed]", "a file (image/png, 1 pages, ",
                  "The file was not taken: it is locked by a password"):
        check(words in text, f"explain dispute tells of files: {words}", text)
    machine = json.loads(said("dispute", "packet", "dp_10", "--json"))
    uploads = [one["file"] for one in machine["items"] if one["file"] is not None]
    check(sorted((one["media_type"], one["pages"]) for one in uploads) == [("application/pdf", 2), ("image/png", 1)],
          "dispute packet has the uploads with their pages", machine)
    sent = next(one for one in machine["files"] if one["field"] == "receipt")
    text = said("dispute", "packet", "dp_10")
    check("File: application/pdf; bytes: " in text and f"file of receipt {sent['digest']}: {sent['bytes']} bytes, "
          f"{sent['pages']} pages" in text, "dispute packet names the uploads, and the files that are sent", text)
    file = os.path.join(folder, "receipt.pdf")
    words = ("dispute", "packet", "dp_10", "--pdf", file, "--reveal", "x", "--field")
    said(*words, "receipt", INGEST_URL=door, API_KEY="k")
    with open(file, "rb") as written:
        content = written.read()
    check(hashlib.sha256(content).hexdigest() == sent["digest"] and content.startswith(b"%PDF-"),
          "--field writes what is sent in that field", sent)
    answer = run(*words, "refund_policy", INGEST_URL=door, API_KEY="k")
    check(answer.returncode == 1 and "no file in this field" in answer.stderr, "a field without a file is no", answer)
    check(run("dispute", "packet", "dp_10", "--field", "receipt").returncode == 2, "--field wants --pdf")
    if shutil.which("pdftotext") is None or shutil.which("pdfimages") is None:
        print("# poppler-utils is not installed: what is in the PDF was not read")
        return
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, timeout=60).stdout
    images = subprocess.run(["pdfimages", "-list", file], capture_output=True, text=True, timeout=60).stdout
    check("The signed order" in text and "Lantern page 1" in text and "Lantern page 2" in text,
          "the PDF of the field has the words, and the uploaded pages behind them", text)
    check(len(images.splitlines()) == 3, "and the uploaded picture", images)


def story_differs():
    change("update chargeback.dispute_case set deadline = deadline + interval '1 hour' where dispute_id = 'dp_10'")
    answer = run("explain", "dispute", "dp_10")
    check(answer.returncode == 1 and "DIFFERS: the deadline of the row is 2026-05-09T19:00:00Z, and by its facts "
          "2026-05-09T18:00:00Z" in answer.stdout and "do not agree" in answer.stderr,
          "explain dispute fails when the deadline is not what the facts say", answer)
    change("update chargeback.packet set content = overlay(content placing '> T'::bytea from position('> S'::bytea in "
           "content)) where dispute_id = 'dp_1'")
    answer = run("dispute", "packet", "dp_1")
    check(answer.returncode == 1 and "DIFFERS: the packet's text is not what its digest says" in answer.stderr and
          answer.stdout == "", "a packet that is not what its digest says is not shown", answer)
    change("delete from billing.fact where sequence = 2")
    answer = run("explain", "dispute", "dp_1")
    check(answer.returncode == 1 and "rests on the billing fact customer/0/2, which nobody said" in answer.stdout,
          "explain dispute fails when its money rests on what nobody said", answer)
    change("delete from chargeback.fact where position('txn_2'::bytea in message) > 0")
    answer = run("explain", "dispute", "dp_1", "--json")
    check(answer.returncode == 1 and "the row has 2000 USD reinstated, and its facts 0 " in
          json.loads(answer.stdout)["cases"][0]["problems"], "explain dispute fails when a sum is not what was said", answer)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
threading.Thread(target=server.serve_forever, daemon=True).start()
story_list()
story_explain()
story_runbook()
story_reveal(f"http://127.0.0.1:{server.server_port}")
story_others()
story_forecast()
story_outcomes()
story_document()
story_upload(f"http://127.0.0.1:{server.server_port}")
story_packet(f"http://127.0.0.1:{server.server_port}")
story_differs()
server.shutdown()
sys.exit(failures > 0)
