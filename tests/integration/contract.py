"""contract - the contract's messages, from the descriptors that the build publishes."""
import os

import google.protobuf.descriptor_pb2
import google.protobuf.descriptor_pool
import google.protobuf.message_factory


class Messages:
    """By the name of their type. Without a path: those beside OPSMESH_BIN."""

    def __init__(self, path=None):
        with open(path or os.path.join(os.environ["OPSMESH_BIN"], "..", "opsmesh.v1.descriptor.bin"), "rb") as file:
            files = google.protobuf.descriptor_pb2.FileDescriptorSet.FromString(file.read())
        self.pool = google.protobuf.descriptor_pool.DescriptorPool()
        for schema in files.file:
            self.pool.Add(schema)
        self.factory = google.protobuf.message_factory.MessageFactory(self.pool)
        self.types = {}

    def type(self, name):
        if name not in self.types:
            descriptor = self.pool.FindMessageTypeByName("opsmesh.v1." + name)
            self.types[name] = self.factory.GetPrototype(descriptor)
        return self.types[name]

    def read(self, name, value):
        return self.type(name).FromString(value)
