/*
 * stripe_feeder - writes what the payment provider says of the model company's customers to
 * ops.provider-events.v1, as ingest does: in the order of its making, all customers side by side, what no webhook
 * carries behind the rest of its second.
 *
 *   stripe_feeder BROKERS SEED CUSTOMERS
 *
 * Prints how many states it wrote, and their bytes. With - for the brokers nothing is written, and the bodies of the
 * webhooks are printed, a line each.
 */
#include "common/base/hash.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/bench_feed.h"
#include "tests/support/model_company.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEND_EVERY 1000

static struct model_state *states;
static size_t count;
static size_t capacity;
static size_t bytes;

/* What products report does not come from the provider. */
static void keep(const struct model_customer *customer)
{
	for (size_t i = 0; i < customer->state_count; i++) {
		if (text_equal(customer->states[i].type, MODEL_USAGE))
			continue;
		if (count == capacity) {
			capacity = capacity == 0 ? 1024 : capacity * 2;
			states = memory_resize(states, capacity * sizeof(*states));
		}
		states[count++] = customer->states[i];
	}
}

static int by_time(const void *a, const void *b)
{
	const struct model_state *const left = a;
	const struct model_state *const right = b;

	if (left->created_s != right->created_s)
		return left->created_s < right->created_s ? -1 : 1;
	return (*left->event_type == '\0') - (*right->event_type == '\0');
}

static struct bytes pack(struct arena *arena, const struct model_state *state, struct instant now)
{
	const bool uploaded = *state->event_type == '\0';
	const struct bytes payload = bytes_of(model_payload(arena, state, uploaded));
	Opsmesh__V1__ProviderEvent event = OPSMESH__V1__PROVIDER_EVENT__INIT;
	Opsmesh__V1__ProviderReceived received = OPSMESH__V1__PROVIDER_RECEIVED__INIT;
	uint8_t digest[DIGEST_SIZE];

	bytes += payload.size;
	digest_sha256(payload, digest);
	received.payload =
	    (ProtobufCBinaryData){ payload.size, (uint8_t *)(uintptr_t)payload.data };
	received.digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	event.object_id = text_mutable(state->object_id);
	event.provider = text_mutable("stripe");
	event.object_type = text_mutable(state->type);
	if (!uploaded) {
		event.event_id = text_mutable(model_event_id(arena, state));
		event.event_type = text_mutable(state->event_type);
		event.api_version = text_mutable("2024-06-20");
		event.created_at =
		    proto_timestamp(arena, (struct instant){ SECONDS(state->created_s).us });
	}
	event.provenance = uploaded ? OPSMESH__V1__PROVENANCE__PROVENANCE_UPLOAD
	                            : OPSMESH__V1__PROVENANCE__PROVENANCE_WEBHOOK;
	event.received_at = proto_timestamp(arena, now);
	event.request_id = text_mutable("bench");
	event.fact_case = OPSMESH__V1__PROVIDER_EVENT__FACT_RECEIVED;
	event.received = &received;
	return proto_pack(arena, &event.base);
}

static void write_state(struct arena *arena, const struct model_state *state)
{
	const char *const key = state->object_id;
	const struct instant now = time_now();
	struct fact fact = { .topic = OPS_PROVIDER_EVENTS,
		             .partition = hash_partition(key, strlen(key), FEED_PARTITIONS),
		             .mesh = now,
		             .time = now,
		             .type = "ops.provider.received.v1",
		             .subject = key,
		             .key = bytes_of(key),
		             .message = pack(arena, state, now) };

	feed_add(&fact);
}

static void print_webhooks(struct arena *arena)
{
	for (size_t i = 0; i < count; i++) {
		if (*states[i].event_type != '\0')
			puts(model_payload(arena, &states[i], false));
		arena_reset(arena);
	}
}

/* The feed keeps its settings and their names: they live as long as it does. */
static void feed(const char *brokers, struct arena *arena)
{
	const char *names[TOPICS_MAX];
	const struct feed_settings settings = { .name = "stripe_feeder",
		                                .brokers = brokers,
		                                .topics = names,
		                                .topic_count = opsmesh_catalogue.count,
		                                .topic = OPS_PROVIDER_EVENTS,
		                                .catalogue = &opsmesh_catalogue,
		                                .source = "conversation",
		                                .from = 0 };

	for (int i = 0; i < opsmesh_catalogue.count; i++)
		names[i] = opsmesh_catalogue.topics[i].name;
	feed_open(&settings);
	for (size_t i = 0; i < count; i++) {
		write_state(arena, &states[i]);
		arena_reset(arena);
		if (i % SEND_EVERY == 0)
			feed_send();
		feed_wait();
	}
	feed_drain();
	printf("%zu %zu\n", count, bytes);
}

int main(int argc, char **argv)
{
	struct model_customer *const customer = memory_alloc(sizeof(*customer));
	struct model_bank *const bank = memory_zero(sizeof(*bank));
	const uint64_t seed = argc == 4 ? strtoull(argv[2], NULL, 10) : 0;
	struct arena *const lives = arena_create((size_t)1 << 20);
	struct arena *const arena = arena_create((size_t)64 * 1024);

	if (argc != 4)
		feed_give_up("usage: stripe_feeder BROKERS SEED CUSTOMERS");
	for (int64_t i = 0; i < strtoll(argv[3], NULL, 10); i++) {
		model_customer_make(lives, seed, i, true, customer);
		model_bank_add(bank, customer);
		keep(customer);
	}
	model_bank_tell(lives, seed, bank);
	keep(&bank->told);
	qsort(states, count, sizeof(*states), by_time);
	if (text_equal(argv[1], "-"))
		print_webhooks(arena);
	else
		feed(argv[1], arena);
	return 0;
}
