#!/usr/bin/env python3
"""render - turns the recorded day into requests that `opsmesh send` sends, and names what they open.

  render.py DAY REQUESTS NAMES

A line of the day is a line of `opsmesh send --help`, with these besides:

  name    what the request is called here and in expected/
  opens   the name of the ticket that it opens
  once    the Idempotency-Key
  mail    a file of the folder mail/: the body, byte for byte
  {K2}    anywhere in path or body: the id of the ticket of that name

Ids are computed as ingest computes them (services/ingest/edge_record.c and conversation_email.c), from
CONTACT_SECRET where a Message-ID is hashed, so that the whole day is known before it is sent.
"""
import base64
import email
import hashlib
import hmac
import json
import os
import re
import sys
import uuid


def id_of(text):
    digest = bytearray(hashlib.sha256(text).digest()[:16])
    digest[6] = 0x80 | digest[6] & 0x0F
    digest[8] = 0x80 | digest[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(digest)))


def id_of_request(source, natural):
    return id_of(f"{source}\0{natural}".encode())


def id_of_mail(mailbox, raw):
    message_id = email.message_from_bytes(raw).get("Message-ID")
    if message_id is None:
        root = id_of_request(f"email/{mailbox}", hashlib.sha256(raw).hexdigest())
    else:
        secret = os.environ["CONTACT_SECRET"].encode()
        root = hmac.new(secret, b"message-id\n" + message_id.strip("<> ").encode(), "sha256").hexdigest()
    return id_of(f"mail\0{mailbox}\0{root}\0".encode())


def ticket_of(line, raw):
    if raw is not None:
        return id_of_mail(line["path"].rsplit("/", 1)[1], raw)
    return id_of_request(f"api/{line['key']}", f"{line['path']}\n{line['once']}")


def fill(value, names):
    """The value with the names of tickets replaced by their ids."""
    if isinstance(value, str):
        return re.sub(r"\{([A-Z]\d+)\}", lambda found: names[found[1]], value)
    if isinstance(value, dict):
        return {key: fill(item, names) for key, item in value.items()}
    return value


def render(line, raw, names):
    request = {key: line[key] for key in ("received_at", "method", "path", "key", "provider", "sign_time", "headers",
                                          "body") if key in line}
    request["path"] = fill(request["path"], names)
    if "body" in request:
        request["body"] = fill(request["body"], names)
    if raw is not None:
        request["body_base64"] = base64.b64encode(raw).decode()
    if "once" in line:
        request["headers"] = {**request.get("headers", {}), "idempotency-key": line["once"]}
    return request


def main(day, requests, names_file):
    folder = os.path.join(os.path.dirname(os.path.abspath(day)), "mail")
    lines = [json.loads(text) for text in open(day, encoding="utf-8")]
    mails = {line["mail"]: open(os.path.join(folder, line["mail"]), "rb").read() for line in lines if "mail" in line}
    names = {line["opens"]: ticket_of(line, mails.get(line.get("mail"))) for line in lines if "opens" in line}
    with open(requests, "w", encoding="utf-8") as out:
        for line in lines:
            request = render(line, mails.get(line.get("mail")), names)
            out.write(json.dumps(request, ensure_ascii=False) + "\n")
    with open(names_file, "w", encoding="utf-8") as out:
        json.dump(names, out, indent=1)


main(*sys.argv[1:])
