/*
 * edge - any bytes as the texts that the edge reads before anybody is believed: targets, queries, signature
 * headers, keys, ids of dead letters, and the header of a mail. The first byte chooses the reader.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/http_route.h"
#include "common/io/signature.h"
#include "services/ingest/decode_email.h"
#include "services/ingest/edge_credential.h"
#include "services/ingest/routing.h"

#include <string.h>

#define ARENA_BLOCK 65536
#define READERS 6
#define PARTITIONS 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *same(const void *context, const char *name)
{
	(void)name;
	return context;
}

static void read_target(struct arena *arena, const char *text)
{
	const char *parameters[HTTP_PARAMETERS_MAX] = { NULL };
	const struct http_field *fields;
	struct bytes query;
	size_t count;
	const struct bytes path = http_target_path(text, &query);

	if (http_route_match(arena, "/v1/tickets/{id}/messages", path, parameters))
		CHECK(text_valid(bytes_of(parameters[0])));
	if (query.data != NULL && http_query_parse(arena, query, &fields, &count))
		for (size_t i = 0; i < count; i++)
			CHECK(text_valid(bytes_of(fields[i].name)) &&
			      text_valid(bytes_of(fields[i].value)));
}

/* Nobody knows the secret, so nothing is right. */
static void read_signature(struct arena *arena, const char *text)
{
	const struct signature_subject subject = { same, text, bytes_of("body") };
	const struct signature_secrets secrets = { { bytes_of("secret") }, 1 };

	for (enum signature_scheme scheme = 0; scheme < SIGNATURE_SCHEMES; scheme++)
		CHECK(signature_verify(arena, scheme, &secrets, &subject, TIME_OLDEST).result !=
		      SIGNATURE_GOOD);
}

static void read_keys(struct arena *arena, const char *text)
{
	struct edge_credentials credentials;
	struct signature_secrets secrets;
	const char *reason = NULL;

	if (!edge_credentials_parse(arena, text, &credentials, &reason))
		CHECK(reason != NULL);
	else
		(void)edge_credential_find(&credentials, text);
	(void)signature_secrets_parse(arena, SIGNATURE_STANDARD, text, &secrets);
}

static void read_dead_letter(struct arena *arena, const char *text)
{
	int32_t partition = -1;

	if (routing_dead_letter(text, PARTITIONS, &partition))
		CHECK(partition >= 0 && partition < PARTITIONS);
	CHECK(routing_key(arena, "alert", text) != NULL);
	CHECK(routing_key(arena, "case", text) != NULL);
}

static void read_mail(struct arena *arena, struct bytes raw)
{
	const char *ticket;
	const char *root;

	decode_email_key(arena, raw, bytes_of("secret"), &ticket, &root);
	if (ticket != NULL)
		CHECK(text_valid(bytes_of(ticket)));
	if (root != NULL)
		CHECK(text_valid(bytes_of(root)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *arena;
	const char *text;

	if (size == 0)
		return 0;
	if (arena == NULL)
		arena = arena_create(ARENA_BLOCK);
	arena_reset(arena);
	text = arena_text(arena, (const char *)data + 1, size - 1);
	switch (data[0] % READERS) {
	case 0: read_target(arena, text); break;
	case 1: read_signature(arena, text); break;
	case 2: read_keys(arena, text); break;
	case 3: read_dead_letter(arena, text); break;
	default: read_mail(arena, (struct bytes){ data + 1, size - 1 }); break;
	}
	return 0;
}
