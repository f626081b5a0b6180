#!/usr/bin/python3
"""contract - catalogue.c, the schemas and the README for other teams say the same.

Each topic has a section that names its message; the section's table lists the facts of the message's
oneof, in order. Where two topics have one message, the daemon's own lists those of its facts that come there. No field holds a floating-point number or plain personal data.
"""

import os
import re
import sys

try:
    from google.protobuf import descriptor_pb2
except ImportError:
    print("python3-protobuf is not installed")
    sys.exit(77)

FOLDER = "proto/opsmesh/v1"
README = FOLDER + "/README.md"
FIELD = descriptor_pb2.FieldDescriptorProto

path = os.path.join(sys.argv[1], "opsmesh.v1.descriptor.bin")
if not os.path.exists(path):
    print("there is no descriptor set: run 'make'")
    sys.exit(77)
with open(path, "rb") as file:
    descriptors = descriptor_pb2.FileDescriptorSet.FromString(file.read())
messages = {message.name: message for file in descriptors.file if file.package == "opsmesh.v1"
            for message in file.message_type}


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def c_name(message):
    return re.sub(r"(?<=.)([A-Z])", r"_\1", message).lower()


def facts_of(message):
    oneofs = [oneof.name for oneof in message.oneof_decl]
    if oneofs not in ([], ["fact"]):
        print(f"{message.name}: the message of a topic has one oneof, `fact`, not {oneofs}")
    return [field.name for field in message.field if field.HasField("oneof_index")]


def check_section(topic, message, sections, shared):
    if topic not in sections:
        print(f"{README}: no section on {topic}")
        return
    text = sections.pop(topic)
    listed = re.findall(r"^\| `(\w+)` \|", text, re.M)
    if f"[`{message.name}`](" not in text:
        print(f"{README}: {topic} does not name its message {message.name}")
    facts = facts_of(message)
    if shared and topic.count(".") > 2:  # ops.<daemon>.by-<key>.v1
        facts = [fact for fact in facts if fact in listed]
    if not listed and facts_of(message) or listed != facts:
        print(f"{README}: {topic} lists {listed}, {message.name} has {facts}")


def check_topics():
    readme = read(README)
    sections = dict(re.findall(r"^### (ops\.\S+)$(.*?)(?=^##|\Z)", readme, re.M | re.S))
    by_c_name = {c_name(name): message for name, message in messages.items()}
    rows = re.findall(r'\.name = "([^"]+)".*?opsmesh__v1__(\w+)__descriptor', read(FOLDER + "/catalogue.c"), re.S)
    named = [name for _, name in rows]
    for topic, name in rows:
        check_section(topic, by_c_name[name], sections, named.count(name) > 1)
    for topic in sections:
        print(f"{README}: the catalogue has no {topic}")


def check_fields():
    for message in messages.values():
        for field in message.field:
            if field.type in (FIELD.TYPE_FLOAT, FIELD.TYPE_DOUBLE):
                print(f"{message.name}.{field.name}: no floating point in the contract")
            if field.type == FIELD.TYPE_STRING and field.name in ("email", "address", "name", "phone") \
                    and message.name not in ("NamedValue", "ActionParameter"):
                print(f"{message.name}.{field.name}: looks like personal data, which is PersonalText")


check_topics()
check_fields()
