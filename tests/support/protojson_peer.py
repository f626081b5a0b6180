#!/usr/bin/env python3
"""protojson_peer - messages at random, each with what Python's own printer makes of it.

Prints one line each: full type name, packed bytes in hex, canonical JSON. Only types and fields of the
contract; the same seed, the same lines. Exit 77 where python3-protobuf or protoc is missing.
"""
import glob
import random
import subprocess
import sys

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
    packed = subprocess.run(
        ["protoc", "-Iproto", "--include_imports", "--descriptor_set_out=/dev/stdout"]
        + sorted(glob.glob("proto/opsmesh/v1/*.proto")), check=True, capture_output=True).stdout
except (ImportError, OSError):
    sys.exit(77)

TIMESTAMP = "google.protobuf.Timestamp"
TEXTS = ["", "a", "二重に請求されました", "\"quoted\" \\ / \b\f\n\r\t\x01\x1f\x7f", "\u2028é🙂", "null"]
chance = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)


def number(bits, signed):
    least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return chance.choice([0, 1, least, most, chance.randint(least, most)])


def scalar(field):
    kind = field.type
    if kind == field.TYPE_ENUM:
        known = [value.number for value in field.enum_type.values]
        return chance.choice(known + [0, 99, 2147483647, -1])
    return {
        field.TYPE_STRING: lambda: chance.choice(TEXTS),
        field.TYPE_BYTES: lambda: chance.randbytes(chance.randint(0, 9)),
        field.TYPE_BOOL: lambda: chance.random() < 0.5,
        field.TYPE_INT32: lambda: number(32, True),
        field.TYPE_INT64: lambda: number(64, True),
        field.TYPE_UINT32: lambda: number(32, False),
        field.TYPE_UINT64: lambda: number(64, False),
        field.TYPE_FIXED64: lambda: number(64, False),
    }[kind]()


def fill(message):
    if message.DESCRIPTOR.full_name == TIMESTAMP:
        message.seconds = chance.choice([0, -1, -62135596800, 253402300799, chance.randint(0, 2**32)])
        message.nanos = chance.choice([0, 1, 1000, 120000000, 123456000, 123456789, 999999999])
        return message
    for field in message.DESCRIPTOR.fields:
        if chance.random() < 0.4:
            continue
        if field.label == field.LABEL_REPEATED:
            for _ in range(chance.randint(0, 3)):
                if field.message_type:
                    fill(getattr(message, field.name).add())
                else:
                    getattr(message, field.name).append(scalar(field))
        elif field.message_type:
            getattr(message, field.name).SetInParent()
            fill(getattr(message, field.name))
        else:
            setattr(message, field.name, scalar(field))
    return message


pool = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(packed).file:
    pool.Add(file)
classes = message_factory.GetMessages(descriptor_pb2.FileDescriptorSet.FromString(packed).file)
for name in sorted(classes):
    for _ in range(40 if name.startswith("opsmesh.") else 0):
        sample = fill(classes[name]())
        text = json_format.MessageToJson(sample, indent=None, ensure_ascii=False)
        print(name, "-" + sample.SerializeToString().hex(), text)
