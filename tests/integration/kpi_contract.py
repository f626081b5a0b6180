"""kpi_contract - the contract's messages, from the descriptors that the build publishes."""
import google.protobuf.descriptor_pb2
import google.protobuf.descriptor_pool
import google.protobuf.message_factory


def messages(path, names):
    """The classes of messages, by whatever key `names` has them."""
    with open(path, "rb") as file:
        files = google.protobuf.descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = google.protobuf.descriptor_pool.DescriptorPool()
    for one in files.file:
        pool.Add(one)
    factory = google.protobuf.message_factory.MessageFactory(pool)
    return {key: factory.GetPrototype(pool.FindMessageTypeByName("opsmesh.v1." + name)) for key, name in names.items()}
