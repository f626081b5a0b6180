#!/usr/bin/python3
"""recursion - no message contains itself: protobuf-c has no limit on depth, and would crash.

google.protobuf.Struct and Any are refused for the same reason, oneof-less `optional` because the
C code generator refuses it.
"""

import os
import sys

try:
    from google.protobuf import descriptor_pb2
except ImportError:
    print("python3-protobuf is not installed")
    sys.exit(77)

BANNED = {".google.protobuf.Struct", ".google.protobuf.Value", ".google.protobuf.Any"}
MESSAGE = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE

path = os.path.join(sys.argv[1], "opsmesh.v1.descriptor.bin")
if not os.path.exists(path):
    print(f"there is no descriptor set: run 'make'")
    sys.exit(77)
with open(path, "rb") as file:
    descriptors = descriptor_pb2.FileDescriptorSet.FromString(file.read())

fields = {}


def walk(prefix, message):
    name = f"{prefix}.{message.name}"
    fields[name] = [(f.name, f.type_name) for f in message.field if f.type == MESSAGE]
    for field in message.field:
        if field.proto3_optional:
            print(f"{name}.{field.name}: `optional` has no place in protobuf-c; use a oneof of one")
    for nested in message.nested_type:
        walk(name, nested)


def cycle_from(name, path):
    for field, target in fields.get(name, []):
        if target in BANNED:
            print(f"{name}.{field}: {target[1:]} is recursive or unbounded")
        if target in path:
            print(f"{' -> '.join(path[path.index(target):] + [target])}: a message contains itself")
        else:
            cycle_from(target, path + [target])


for file in descriptors.file:
    for message in file.message_type:
        walk(f".{file.package}", message)
for name in fields:
    if name.startswith(".opsmesh."):
        cycle_from(name, [name])
