#include "tests/support/provider_chain.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/intake.pb-c.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "services/chargeback/chargeback.h"
#include "services/ingest/decode.h"
#include "services/ingest/ingest.h"
#include "tests/support/billing_fixture.h"
#include "tests/support/deployed.h"
#include "tests/support/dispute_line.h"
#include "tests/support/font_leak.h"
#include "tests/support/stage_test.h"

#include <string.h>

#define SAID_MAX 100000
#define SEALS                                                                            \
	{                                                                                \
		.contact_secret = "contact secret 1", .reply_secret = "reply secret 123" \
	}

/* The stages, each behind those that it hears. */
enum { CONVERSATION, OBJECT, SOURCE, CHARGE, CUSTOMER, INDEX, CASES, STAGES };

static struct stage_test mesh[STAGES][STAGE_TEST_PARTITIONS];
static const Opsmesh__V1__DisputeEvent *said[SAID_MAX];
static const char *lines[SAID_MAX]; /* of what was said, each as one line */
static size_t said_count;
static const char *refused;
static struct instant now;
static int64_t requests;

/* Documents, compiled once for all tests of a program: they never change. */

static const struct document *documents(void)
{
	static struct document all[DEPLOYED_MAX];

	font_leak_forgive();
	if (all[0].name == NULL)
		deployed_documents(chargeback_documents, all);
	return all;
}

const void *chain_document(const char *name)
{
	const struct document *document = documents();

	while (!text_equal(document->name, name))
		document++;
	return document->compiled;
}

int chain_start(void **state)
{
	static const struct ingest_config config = SEALS;
	const struct {
		const struct stage *stage;
		const struct document *documents;
		const void *config;
	} of[STAGES] = {
		[CONVERSATION] = { &ingest_stages[0], NULL, &config },
		[OBJECT] = { &billing_sync_stages[BILLING_OBJECT], billing_fixture(), NULL },
		[SOURCE] = { &billing_sync_stages[BILLING_SOURCE], billing_fixture(), NULL },
		[CHARGE] = { &billing_sync_stages[BILLING_CHARGE], billing_fixture(), NULL },
		[CUSTOMER] = { &billing_sync_stages[BILLING_CUSTOMER], billing_fixture(), NULL },
		[INDEX] = { &chargeback_stages[0], documents(), NULL },
		[CASES] = { &chargeback_stages[1], documents(), NULL },
	};

	(void)state;
	for (int stage = 0; stage < STAGES; stage++)
		for (int32_t shard = 0; shard < STAGE_TEST_PARTITIONS; shard++)
			stage_test_init(&mesh[stage][shard], &opsmesh_catalogue, of[stage].stage,
			                shard, of[stage].documents, of[stage].config);
	CHECK(time_parse(CHAIN_BEGIN, &now));
	said_count = 0;
	requests = 0;
	refused = "";
	return 0;
}

int chain_stop(void **state)
{
	(void)state;
	for (int stage = 0; stage < STAGES; stage++)
		for (int shard = 0; shard < STAGE_TEST_PARTITIONS; shard++)
			stage_test_finish(&mesh[stage][shard]);
	return 0;
}

struct arena *chain_arena(void)
{
	return mesh[CASES][0].arena;
}

struct instant chain_now(void)
{
	return now;
}

/* Carrying. */

static bool reads(const struct stage *stage, int topic)
{
	for (size_t i = 0; stage->events[i].topic >= 0; i++)
		if (stage->events[i].topic == topic)
			return true;
	return false;
}

static void carry(const struct fact *fact)
{
	for (int stage = 0; stage < STAGES; stage++) {
		if (!reads(&mesh[stage][0].alone[0], fact->topic))
			continue;
		for (int32_t shard = 0; shard < STAGE_TEST_PARTITIONS; shard++)
			if (fact->partition < 0 || fact->partition == shard)
				(void)stage_test_feed(
				    &mesh[stage][shard],
				    &(struct stage_test_event){
					.topic = fact->topic,
					.key = arena_text(chain_arena(), fact->key.data,
				                          fact->key.size),
					.subject = fact->subject,
					.time = fact->time,
					.mesh = now,
					.value = arena_bytes(chain_arena(), fact->message) });
	}
}

static void refuse(const char *what, const char *field, const char *reason)
{
	refused = arena_printf(chain_arena(), "%s%s %s: %s\n", refused, what, field, reason);
}

/* What the provider sent cannot be taken over: of its request, or of one state of an object. */
static void note_refusal(const struct fact *fact, const ProtobufCMessage *message)
{
	struct arena *const arena = chain_arena();

	if (fact->topic == OPS_PROVIDER_EVENTS) {
		const Opsmesh__V1__ProviderEvent *const event = (const void *)message;

		if (event->fact_case == OPSMESH__V1__PROVIDER_EVENT__FACT_REQUEST_REFUSED)
			refuse(arena_printf(arena, "request_refused %s", event->object_id),
			       event->request_refused->field, event->request_refused->reason);
	} else if (fact->topic == OPS_BILLING) {
		const Opsmesh__V1__BillingEvent *const event = (const void *)message;
		const Opsmesh__V1__ObjectRefused *const it = event->object_refused;

		if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED)
			refuse(arena_printf(arena, "object_refused %s/%s", it->object_type,
			                    it->object_id),
			       it->field, it->reason);
	}
}

static void hear(struct stage_test *stage, const struct fact *fact)
{
	const char *const topic = stage->context.catalogue->topics[fact->topic].name;

	if (fact->dead_letter) {
		refuse(arena_printf(chain_arena(), "dead %s", fact->subject), topic,
		       "a stage gave it up");
		return;
	}
	const ProtobufCMessage *const message = stage_test_message(stage, fact);

	note_refusal(fact, message);
	if (fact->topic == OPS_DISPUTES) {
		CHECK(said_count < SAID_MAX);
		lines[said_count] = dispute_line(chain_arena(), fact, message);
		said[said_count++] = (const void *)message;
	}
	carry(fact);
}

/* False: it has nothing more to say. */
static bool move(struct stage_test *stage)
{
	const struct fact *fact;
	bool moved = false;

	CHECK(stage_test_fold(stage, STAGE_TEST_ALL, now) == STATUS_OK);
	while ((fact = stage_test_next(stage, NULL)) != NULL) {
		hear(stage, fact);
		moved = true;
	}
	return (stage->effects != NULL && stage_test_effects(stage) > 0) || moved;
}

/* Until nobody has anything more to say. */
static void settle(void)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (int stage = 0; stage < STAGES; stage++)
			for (int shard = 0; shard < STAGE_TEST_PARTITIONS; shard++)
				moved = move(&mesh[stage][shard]) || moved;
	}
}

void chain_wait(struct duration span)
{
	now = time_add(now, span);
	settle();
}

/* Sending. */

static void journal(Opsmesh__V1__Route route, const char *key, struct bytes body)
{
	struct arena *const arena = chain_arena();
	Opsmesh__V1__IntakeEvent event = OPSMESH__V1__INTAKE_EVENT__INIT;
	Opsmesh__V1__RequestReceived received = OPSMESH__V1__REQUEST_RECEIVED__INIT;
	Opsmesh__V1__Verification proof = OPSMESH__V1__VERIFICATION__INIT;
	const int32_t shard = hash_partition(key, strlen(key), STAGE_TEST_PARTITIONS);

	now = time_add(now, SECONDS(1));
	proof.method = OPSMESH__V1__VERIFICATION_METHOD__VERIFICATION_METHOD_API_KEY;
	proof.principal = text_mutable("stripe");
	received.route = route;
	received.verification = &proof;
	received.body = (ProtobufCBinaryData){ body.size, (uint8_t *)(uintptr_t)body.data };
	event.request_id = arena_printf(arena, "R-%lld", (long long)++requests);
	event.received_at = proto_timestamp(arena, now);
	event.fact_case = OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED;
	event.received = &received;
	(void)stage_test_feed(&mesh[CONVERSATION][shard],
	                      &(struct stage_test_event){ .topic = OPS_INTAKE,
	                                                  .key = key,
	                                                  .time = now,
	                                                  .mesh = now,
	                                                  .message = &event.base });
}

void chain_account(const char *body)
{
	journal(OPSMESH__V1__ROUTE__ROUTE_ACCOUNT, "account", bytes_of(body));
	settle();
}

/* The key is that of edge_locate.c: the object, so that it meets its other states. */
void chain_webhook(const char *body)
{
	struct stripe_item item;
	struct refusal problem;
	const char *key = "refused";

	if (decode_stripe_event(chain_arena(), bytes_of(body), &item, &problem))
		key = *item.object_id != '\0' ? item.object_id : item.event_id;
	journal(OPSMESH__V1__ROUTE__ROUTE_STRIPE_WEBHOOK, key, bytes_of(body));
	settle();
}

/* A page comes apart at the edge, and what cannot be read is refused there. */
void chain_upload(const char *body)
{
	const struct stripe_item *items;
	struct refusal problem;
	size_t count = 0;

	if (!decode_stripe_objects(chain_arena(), bytes_of(body), &items, &count, &problem))
		refuse("edge_refused", problem.field, problem.reason);
	for (size_t i = 0; i < count; i++)
		journal(OPSMESH__V1__ROUTE__ROUTE_STRIPE_OBJECTS,
		        *items[i].object_id != '\0' ? items[i].object_id : "nameless",
		        items[i].payload);
	settle();
}

/* Hearing. */

const Opsmesh__V1__DisputeEvent *chain_next(const char *dispute_id,
                                            const Opsmesh__V1__DisputeEvent *after)
{
	size_t i = 0;

	while (after != NULL && said[i] != after)
		i++;
	for (i += after != NULL ? 1 : 0; i < said_count; i++)
		if (text_equal(said[i]->dispute_id, dispute_id))
			return said[i];
	return NULL;
}

const Opsmesh__V1__DisputeEvent *chain_find(const char *dispute_id,
                                            Opsmesh__V1__DisputeEvent__FactCase fact)
{
	const Opsmesh__V1__DisputeEvent *event = chain_next(dispute_id, NULL);

	while (event != NULL && event->fact_case != fact)
		event = chain_next(dispute_id, event);
	return event;
}

const char *chain_story(const char *dispute_id)
{
	const char *story = "";

	for (size_t i = 0; i < said_count; i++)
		if (text_equal(said[i]->dispute_id, dispute_id) &&
		    said[i]->fact_case <= OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MISSED)
			story = arena_printf(chain_arena(), "%s%s\n", story, lines[i]);
	return story;
}

const char *chain_refused(void)
{
	const char *const text = refused;

	refused = "";
	return text;
}

struct case_row chain_case(const char *home, const char *dispute_id)
{
	struct case_row row = { .home = home, .dispute_id = dispute_id };
	const int32_t shard = hash_partition(home, strlen(home), STAGE_TEST_PARTITIONS);

	CHECK(stage_test_row(&mesh[CASES][shard], &dispute_case_table, &row));
	return row;
}
