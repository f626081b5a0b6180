#include "tests/support/customer_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/billing_fixture.h"

#include <string.h>

#define SHARD 1

struct stage_test customer_stage;
const char *customer_key;
static int64_t minute;
static bool started;

void customer_fixture_start(int which, const char *prefix)
{
	if (started)
		stage_test_finish(&customer_stage);
	started = true;
	stage_test_init(&customer_stage, &opsmesh_catalogue, &billing_sync_stages[which], SHARD,
	                billing_fixture(), NULL);
	customer_key = stage_test_key(&customer_stage, prefix);
	minute = 0;
}

int customer_start(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_CUSTOMER, "cus_");
	return 0;
}

int customer_start_charge(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_CHARGE, "ch_");
	return 0;
}

int customer_stop(void **state)
{
	(void)state;
	if (started)
		stage_test_finish(&customer_stage);
	started = false;
	return 0;
}

struct instant customer_now(void)
{
	return time_add((struct instant){ DAYS(20000).us }, MINUTES(minute));
}

void customer_feed_event(int topic, const ProtobufCMessage *message)
{
	minute++;
	(void)stage_test_feed(&customer_stage, &(struct stage_test_event){ .topic = topic,
	                                                                   .key = customer_key,
	                                                                   .time = customer_now(),
	                                                                   .mesh = customer_now(),
	                                                                   .message = message });
	CHECK(stage_test_fold(&customer_stage, STAGE_TEST_ALL, customer_now()) == STATUS_OK);
}

Opsmesh__V1__ObjectMirrored customer_mirrored(const char *type, const char *id, int64_t revision,
                                              const char *status, const char *json)
{
	Opsmesh__V1__ObjectMirrored made = OPSMESH__V1__OBJECT_MIRRORED__INIT;

	made.object_id = text_mutable(id);
	made.object_type = text_mutable(type);
	made.revision = revision;
	made.status = text_mutable(status);
	made.payload.data = (uint8_t *)(uintptr_t)json;
	made.payload.len = strlen(json);
	return made;
}

void customer_feed_by_charge(const char *type, const char *id, int64_t revision, const char *status,
                             const char *json)
{
	Opsmesh__V1__ByChargeEvent event = OPSMESH__V1__BY_CHARGE_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made = customer_mirrored(type, id, revision, status, json);

	event.charge_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CHARGE_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	customer_feed_event(OPS_BY_CHARGE, &event.base);
}

void customer_feed_mirrored(Opsmesh__V1__ObjectMirrored *mirrored)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;

	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED;
	event.mirrored = mirrored;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

void customer_feed(const char *type, const char *id, int64_t revision, const char *status,
                   const char *json)
{
	Opsmesh__V1__ObjectMirrored made = customer_mirrored(type, id, revision, status, json);

	customer_feed_mirrored(&made);
}

void customer_feed_self(void)
{
	customer_feed("customer", customer_key, 1, "",
	              arena_printf(customer_stage.arena, "{\"id\":\"%s\",\"object\":\"customer\"}",
	                           customer_key));
}

/* Who asks, and what they may. */

static Opsmesh__V1__PersonalText *words_of(const char *text)
{
	Opsmesh__V1__PersonalText *const made = arena_alloc(customer_stage.arena, sizeof(*made));

	opsmesh__v1__personal_text__init(made);
	made->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	made->text = text_mutable(text);
	return made;
}

static void fill_parameters(Opsmesh__V1__ActionRequested *requested, const char *const *list)
{
	size_t count = 0;

	while (list != NULL && list[count] != NULL)
		count++;
	requested->parameters =
	    arena_alloc(customer_stage.arena, (count + 1) * sizeof(*requested->parameters));
	for (size_t i = 0; i + 1 < count; i += 2) {
		Opsmesh__V1__ActionParameter *const made =
		    arena_alloc(customer_stage.arena, sizeof(*made));

		opsmesh__v1__action_parameter__init(made);
		made->name = text_mutable(list[i]);
		made->value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
		made->plain = text_mutable(list[i + 1]);
		requested->parameters[requested->n_parameters++] = made;
	}
}

static void fill_scopes(Opsmesh__V1__ActionRequested *requested, const char *const *scopes)
{
	while (scopes != NULL && scopes[requested->n_scopes] != NULL)
		requested->n_scopes++;
	requested->scopes =
	    arena_alloc(customer_stage.arena, (requested->n_scopes + 1) * sizeof(char *));
	for (size_t i = 0; i < requested->n_scopes; i++)
		requested->scopes[i] = text_mutable(scopes[i]);
}

static Opsmesh__V1__ActionRequested *requested_of(const struct customer_ask *ask)
{
	static Opsmesh__V1__NaturalId natural = OPSMESH__V1__NATURAL_ID__INIT;
	Opsmesh__V1__ActionRequested *const made = arena_alloc(customer_stage.arena, sizeof(*made));

	opsmesh__v1__action_requested__init(made);
	made->on = arena_alloc(customer_stage.arena, sizeof(*made->on));
	opsmesh__v1__action_subject__init(made->on);
	made->by = arena_alloc(customer_stage.arena, sizeof(*made->by));
	opsmesh__v1__actor__init(made->by);
	made->by->principal = text_mutable(ask->by != NULL ? ask->by : "mika");
	made->on->type = text_mutable(ask->type);
	made->on->id = text_mutable(ask->id);
	made->kind = ask->kind;
	made->action = text_mutable(ask->word);
	made->reason = ask->reason != NULL ? words_of(ask->reason) : NULL;
	made->natural_id = ask->keyed ? &natural : NULL;
	fill_parameters(made, ask->parameters);
	fill_scopes(made, ask->scopes);
	return made;
}

Opsmesh__V1__ActionEvent *customer_asked(const struct customer_ask *ask)
{
	Opsmesh__V1__ActionEvent *const made = arena_alloc(customer_stage.arena, sizeof(*made));

	opsmesh__v1__action_event__init(made);
	made->action_id = text_mutable(ask->action_id);
	made->routing_key = text_mutable(customer_key);
	made->occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	made->fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	made->requested = requested_of(ask);
	return made;
}

void customer_feed_action(const struct customer_ask *ask)
{
	customer_feed_event(OPS_ACTIONS, &customer_asked(ask)->base);
}

void customer_feed_usage(const struct customer_usage *usage)
{
	Opsmesh__V1__UsageEvent event = OPSMESH__V1__USAGE_EVENT__INIT;
	Opsmesh__V1__UsageReported reported = OPSMESH__V1__USAGE_REPORTED__INIT;
	const struct instant received = customer_now();

	reported.kind = usage->kind;
	reported.source = text_mutable("api");
	reported.event_id = text_mutable(usage->id);
	reported.meter = text_mutable(usage->meter);
	reported.quantity = usage->quantity;
	reported.refers = text_mutable(usage->refers);
	reported.item_id = text_mutable(usage->item);
	reported.subject = text_mutable(usage->subject);
	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, time_sub(received, usage->age));
	event.received_at = proto_timestamp(customer_stage.arena, received);
	event.fact_case = OPSMESH__V1__USAGE_EVENT__FACT_REPORTED;
	event.reported = &reported;
	customer_feed_event(OPS_USAGE, &event.base);
}

const Opsmesh__V1__ShardFigured *customer_cut(const char *period, int64_t number)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__BooksCut made = OPSMESH__V1__BOOKS_CUT__INIT;
	const ProtobufCMessage *message = NULL;
	const struct fact *fact;

	made.action_id = text_mutable("a-1");
	made.period = text_mutable(period);
	made.number = number;
	event.customer_id = text_mutable("books");
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BOOKS_CUT;
	event.books_cut = &made;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
	do
		fact = stage_test_next(&customer_stage, &message);
	while (fact != NULL && fact->topic != OPS_BY_BOOKS);
	CHECK(fact != NULL);
	return ((const Opsmesh__V1__ByBooksEvent *)(const void *)message)->shard_figured;
}

void customer_pass(struct instant until)
{
	CHECK(stage_test_fold(&customer_stage, 0, until) == STATUS_OK);
}

void customer_wait(struct duration span)
{
	minute += span.us / MINUTES(1).us;
	customer_pass(customer_now());
}

static bool ends_a_day(const Opsmesh__V1__BillingEvent *event)
{
	return event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_BOOKS_DAY_ENDED ||
	       event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED ||
	       event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED;
}

const Opsmesh__V1__BillingEvent *customer_heard(void)
{
	const ProtobufCMessage *message = NULL;
	const Opsmesh__V1__BillingEvent *event;
	const struct fact *fact;

	do {
		fact = stage_test_next(&customer_stage, &message);
		if (fact == NULL)
			return NULL;
		event = (const void *)message;
	} while (fact->topic != OPS_BILLING || ends_a_day(event));
	return event;
}

const Opsmesh__V1__BillingEvent *customer_next(void)
{
	const Opsmesh__V1__BillingEvent *const event = customer_heard();

	CHECK(event != NULL);
	return event;
}
