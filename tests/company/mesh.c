/*
 * mesh - ingest and billing-sync, with all that the provider says of the model company in the journal: webhooks in any
 * order, some twice, some never, and uploads of what no webhook carried or none came of.
 */
#include "tests/company/company.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "opsmesh/v1/intake.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "services/ingest/ingest.h"
#include "services/ingest/people.h"
#include "tests/support/billing_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRACE_S 8
#define SILENCE_S 30
#define DROPPED 50  /* webhooks of a thousand */
#define REPEATED 50 /* of a thousand */
#define SETTLE_S 300

struct company company;

struct sending {
	const struct model_state *state;
	const char *customer;
	bool uploaded;
	size_t number;
};

static struct sending *sendings;
static size_t sending_count;
static size_t sending_capacity;
static size_t written; /* of them, day by day */

static void send_state(const struct model_customer *truth, const struct model_state *state,
                       bool uploaded)
{
	if (sending_count == sending_capacity) {
		sending_capacity = sending_capacity == 0 ? 1024 : sending_capacity * 2;
		sendings = memory_resize(sendings, sending_capacity * sizeof(*sendings));
	}
	sendings[sending_count] = (struct sending){ state, truth->id, uploaded, sending_count };
	sending_count++;
}

/* What is to come of an object. */

static bool is_missing(const char *const *missing, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(missing[i], id))
			return true;
	return false;
}

static void send_final(const struct model_customer *truth, const char *id)
{
	for (size_t i = 0; i < truth->state_count; i++)
		if (truth->states[i].stands && text_equal(truth->states[i].object_id, id))
			send_state(truth, &truth->states[i], true);
}

bool company_is_lost(const struct told *told, const char *id)
{
	return is_missing(told->lost, told->lost_count, id);
}

/* What never comes: objects that money hangs on. */
static void lose(struct told *told, struct chance *chance)
{
	const struct model_customer *const truth = told->truth;

	told->lost_count = 0;
	for (size_t i = 0; i < truth->state_count; i++) {
		const struct model_state *const state = &truth->states[i];

		if (!state->heavy || company_is_lost(told, state->object_id) ||
		    told->lost_count == LOST_MAX || !chance_of(chance, (int)company.settings.lost))
			continue;
		told->lost[told->lost_count++] = state->object_id;
		company.lost++;
	}
}

static bool may_repeat(const struct model_state *state)
{
	return company.settings.ordered || !text_equal(state->type, MODEL_USAGE) ||
	       state->created_s > MODEL_END_S - MODEL_REMEMBERED_S;
}

static void send_twice_at_times(const struct model_customer *truth, const struct model_state *state,
                                struct chance *chance)
{
	const bool uploaded = *state->event_type == '\0';

	send_state(truth, state, uploaded);
	if (!chance_of(chance, REPEATED) || !may_repeat(state))
		return;
	company.repeated++;
	send_state(truth, state, uploaded);
}

/* What a webhook did not bring is uploaded, as it was in the end. */
static void send_customer(struct told *told, struct chance *chance)
{
	const struct model_customer *const truth = told->truth;
	const char *uploads[MODEL_STATES_MAX];
	size_t count = 0;

	lose(told, chance);
	for (size_t i = 0; i < truth->state_count; i++) {
		const struct model_state *const state = &truth->states[i];
		const char *const id = state->object_id;

		map_set(&company.objects, bytes_of(id), told);
		if (company_is_lost(told, id))
			continue;
		if (*state->event_type == '\0' || company.settings.ordered ||
		    !chance_of(chance, DROPPED)) {
			send_twice_at_times(truth, state, chance);
			continue;
		}
		company.dropped++;
		told->blurred = told->blurred || text_equal(state->type, "subscription");
		if (!is_missing(uploads, count, id))
			uploads[count++] = id;
	}
	for (size_t i = 0; i < count; i++)
		send_final(truth, uploads[i]);
}

static void shuffle(struct chance *chance)
{
	for (size_t i = sending_count; i > 1; i--) {
		const size_t other = (size_t)(chance_next(chance) % i);
		const struct sending kept = sendings[i - 1];

		sendings[i - 1] = sendings[other];
		sendings[other] = kept;
	}
}

/* What is of one second, as it was said. */
static int by_time(const void *a, const void *b)
{
	const struct sending *const left = a;
	const struct sending *const right = b;

	if (left->state->created_s != right->state->created_s)
		return left->state->created_s < right->state->created_s ? -1 : 1;
	return left->number < right->number ? -1 : 1;
}

/* The journal, as the edge writes it. Each is a request of its own: nothing is dropped as known before it is read. */

static Opsmesh__V1__NaturalId *natural_id(struct arena *arena, char *id, struct bytes body)
{
	Opsmesh__V1__NaturalId *const made = arena_alloc(arena, sizeof(*made));
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(body, digest);
	opsmesh__v1__natural_id__init(made);
	made->source = text_mutable("company");
	made->id_digest = id;
	made->content_digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	return made;
}

static bool is_usage(const struct sending *sending)
{
	return text_equal(sending->state->type, MODEL_USAGE);
}

static Opsmesh__V1__Route route_of(const struct sending *sending)
{
	if (text_equal(sending->state->type, MODEL_ACCOUNT))
		return OPSMESH__V1__ROUTE__ROUTE_ACCOUNT;
	if (is_usage(sending))
		return OPSMESH__V1__ROUTE__ROUTE_USAGE;
	return sending->uploaded ? OPSMESH__V1__ROUTE__ROUTE_STRIPE_OBJECTS
	                         : OPSMESH__V1__ROUTE__ROUTE_STRIPE_WEBHOOK;
}

static struct bytes pack(struct arena *arena, const struct sending *sending, char *id,
                         struct instant now)
{
	const struct bytes body = bytes_of(model_payload(arena, sending->state, sending->uploaded));
	Opsmesh__V1__IntakeEvent event = OPSMESH__V1__INTAKE_EVENT__INIT;
	Opsmesh__V1__RequestReceived received = OPSMESH__V1__REQUEST_RECEIVED__INIT;

	received.route = route_of(sending);
	received.natural_id = natural_id(arena, id, body);
	received.body = (ProtobufCBinaryData){ body.size, (uint8_t *)(uintptr_t)body.data };
	event.request_id = id;
	event.received_at = proto_timestamp(arena, now);
	event.fact_case = OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED;
	event.received = &received;
	return proto_pack(arena, &event.base);
}

static void append(struct world *world, struct instant at, const char *key, struct bytes value)
{
	const int32_t partition = hash_partition(key, strlen(key), WORLD_PARTITIONS);
	char time[TIME_TEXT_SIZE];
	const struct log_header headers[] = { { "ce_time", bytes_of(time_format(at, time)) } };

	memory_log_append(&world->log, &(struct log_message){ .topic = OPS_INTAKE,
	                                                      .partition = partition,
	                                                      .key = bytes_of(key),
	                                                      .value = value,
	                                                      .headers = headers,
	                                                      .header_count = COUNT_OF(headers) });
}

/* What is used counts by when its report came, so that has its own time also where all is read at once. */
static void write_one(struct world *world, struct arena *arena, size_t number)
{
	const struct sending *const sending = &sendings[number];
	char *const id = arena_printf(arena, "request-%zu", number);
	const char *const key = is_usage(sending) ? sending->customer : sending->state->object_id;
	const struct instant at = is_usage(sending)
	                              ? (struct instant){ SECONDS(sending->state->created_s).us }
	                              : world->real;

	append(world, at, key, pack(arena, sending, id, at));
	arena_reset(arena);
}

/* At once, a thousandth of a second apart. */
static void write_all(struct world *world)
{
	struct arena *const arena = arena_create((size_t)64 * 1024);

	for (size_t i = 0; i < sending_count; i++) {
		write_one(world, arena, i);
		world->real = time_add(world->real, MILLISECONDS(1));
	}
	arena_destroy(arena);
}

bool company_live_day(struct world *world)
{
	const struct instant end = time_add(world->real, DAYS(1));
	struct arena *const arena = arena_create((size_t)64 * 1024);

	for (; written < sending_count; written++) {
		const struct instant at = { sendings[written].state->created_s * 1000000 };

		if (!time_before(at, end))
			break;
		world->real = time_later(world->real, at);
		write_one(world, arena, written);
	}
	arena_destroy(arena);
	world->real = end;
	world->last_s = end.us / 1000000;
	return world_run(world, 0);
}

bool company_goes_on(void)
{
	return written < sending_count;
}

/* The same for the same seed, however often it is asked. */
static void requests(struct world *world, uint64_t seed)
{
	struct chance chance;

	chance_seed(&chance, seed * 2 + 1);
	sending_count = 0;
	company.dropped = company.repeated = company.lost = 0;
	for (int64_t i = 0; i <= company.settings.customers; i++)
		send_customer(&company.told[i], &chance);
	company.sent = (int64_t)sending_count;
	if (company.settings.ordered) {
		qsort(sendings, sending_count, sizeof(*sendings), by_time);
		world->real = (struct instant){ SECONDS(MODEL_START_S).us };
	} else {
		shuffle(&chance);
		world->real = (struct instant){ SECONDS(MODEL_END_S).us };
		write_all(world);
	}
	world->last_s = world->real.us / 1000000 + SETTLE_S;
}

static void journal(struct world *world, const struct request *request)
{
	(void)world;
	(void)request;
}

static bool nothing_more(struct world *world, struct arena *arena, char *why)
{
	(void)world;
	(void)arena;
	(void)why;
	return true;
}

static struct document documents[32];

static const struct ingest_config config = { .contact_secret = "contact secret 1",
	                                     .reply_secret = "reply secret 123" };
static struct document people_documents[2];

static void compile_people(void)
{
	static const char team[] =
	    "{\"id\":\"team\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\","
	    "\"domains\":[\"ours.example\"]}";
	static const char shared[] =
	    "{\"id\":\"free\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\","
	    "\"domains\":[\"free.example\"]}";
	const struct document people[] = {
		{ .name = "free-mail-domains.json", .body = bytes_of(shared) },
		{ .name = "team.json", .body = bytes_of(team) },
	};
	char reason[512] = "";

	people_documents[0] =
	    (struct document){ .name = PEOPLE,
		               .compiled = people_compile(people, COUNT_OF(people), reason,
		                                          sizeof(reason)) };
	CHECK(people_documents[0].compiled != NULL);
}

static const struct mesh_daemon daemons[] = {
	{ .name = "ingest",
	  .stages = ingest_stages,
	  .lead = OPS_INTAKE,
	  .config = &config,
	  .documents = people_documents },
	{ .name = "billing-sync",
	  .stages = billing_sync_stages,
	  .lead = OPS_PROVIDER_EVENTS,
	  .documents = documents },
	{ .name = NULL },
};

const struct mesh company_mesh = { .name = "company",
	                           .catalogue = &opsmesh_catalogue,
	                           .daemons = daemons,
	                           .grace_s = GRACE_S,
	                           .silence_s = SILENCE_S,
	                           .large = true,
	                           .requests = requests,
	                           .journal = journal,
	                           .check = nothing_more };

static void know(struct told *told, const struct model_customer *truth)
{
	*told = (struct told){ .key = bytes_of(truth->id), .truth = truth };
	map_set(&company.by_id, told->key, told);
}

void company_make(const struct company_settings *settings)
{
	const int64_t customers = settings->customers;
	const struct document *const compiled = billing_fixture();

	for (size_t i = 0; compiled[i].name != NULL; i++) {
		CHECK(i + 1 < COUNT_OF(documents));
		documents[i] = compiled[i];
	}
	compile_people();
	company = (struct company){ .arena = arena_create((size_t)1 << 20), .settings = *settings };
	for (size_t i = 0; documents[i].name != NULL; i++)
		if (text_equal(documents[i].name, "fx"))
			documents[i].compiled = company_rates();
		else if (text_equal(documents[i].name, "currencies") && !settings->refused)
			documents[i].compiled = company_currencies();
	company.told = memory_zero((size_t)(customers + 1) * sizeof(*company.told));
	company.bank = arena_zero(company.arena, sizeof(*company.bank));
	for (int64_t i = 0; i < customers; i++) {
		struct model_customer *const truth = arena_alloc(company.arena, sizeof(*truth));

		model_customer_make(company.arena, settings->seed, i, false, truth);
		model_bank_add(company.bank, truth);
		know(&company.told[i], truth);
	}
	model_bank_tell(company.arena, settings->seed, company.bank);
	know(&company.told[customers], &company.bank->told);
}

void company_finish(void)
{
	memory_free(sendings);
	map_finish(&company.by_id);
	map_finish(&company.objects);
	memory_free(company.told);
	arena_destroy(company.arena);
}
