/*
 * proto - any bytes as any message of the contract: read or refused; what is read prints as JSON that
 * our parser takes, and packs to bytes that are read again. The first byte chooses the topic.
 */
#include "common/io/proto.h"

#include "common/base/check.h"
#include "common/io/json.h"
#include "common/io/protojson.h"
#include "proto/opsmesh/v1/catalogue.h"

#define ARENA_BLOCK 65536
#define JSON_MAX_BYTES (64 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(struct arena *arena, const ProtobufCMessage *message,
                       enum protojson_view view)
{
	struct buffer out = { 0 };
	AUTO_JSON document = NULL;
	struct json_error error;

	protojson_write(&out, arena, message, view);
	CHECK(json_parse((struct bytes){ out.data, out.size }, JSON_MAX_BYTES, &document, &error));
	buffer_finish(&out);
}

static void check_message(struct arena *arena, const ProtobufCMessageDescriptor *type,
                          struct bytes bytes)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;
	ProtobufCMessage *again;

	if (!proto_unpack(arena, type, bytes, &message, reason)) {
		CHECK(reason[0] != '\0');
		return;
	}
	CHECK(proto_type(arena, message) != NULL);
	check_json(arena, message, PROTOJSON_SEALED);
	check_json(arena, message, PROTOJSON_REVEALED);

	const struct bytes packed = proto_pack(arena, message);

	CHECK(proto_unpack(arena, type, packed, &again, reason));
	CHECK(bytes_equal(proto_pack(arena, again), packed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;

	struct arena *const arena = arena_create(ARENA_BLOCK);
	const int topic = data[0] % opsmesh_catalogue.count;

	check_message(arena, opsmesh_catalogue.topics[topic].message,
	              (struct bytes){ data + 1, size - 1 });
	arena_destroy(arena);
	return 0;
}
