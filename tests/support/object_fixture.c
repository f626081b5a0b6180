#include "tests/support/object_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "tests/support/billing_fixture.h"

#define DAY_S 86400

struct stage_test object_stage;
const char *object_fed;
Opsmesh__V1__Provenance object_provenance;
int object_as_of = OBJECT_UNSAID;

struct instant object_now(void)
{
	return provider_time(DAY_S);
}

void object_fixture_open(struct stage_test *test, int32_t number)
{
	stage_test_init(test, &opsmesh_catalogue, &billing_sync_stages[BILLING_OBJECT], number,
	                billing_fixture(), NULL);
}

int object_fixture_start(void **state)
{
	(void)state;
	object_provenance = OPSMESH__V1__PROVENANCE__PROVENANCE_WEBHOOK;
	object_as_of = OBJECT_UNSAID;
	object_fixture_open(&object_stage, OBJECT_SHARD);
	object_fed = stage_test_key(&object_stage, "o_");
	return 0;
}

int object_fixture_stop(void **state)
{
	(void)state;
	stage_test_finish(&object_stage);
	return 0;
}

/* Feeding. */

void object_feed_payload(struct stage_test *test, const struct provider_said *said, const char *key,
                         const char *type, struct bytes payload)
{
	Opsmesh__V1__ProviderEvent event = OPSMESH__V1__PROVIDER_EVENT__INIT;
	Opsmesh__V1__ProviderReceived received = OPSMESH__V1__PROVIDER_RECEIVED__INIT;
	const struct instant arrival = provider_arrival(said);
	const struct instant mesh = object_now();

	received.payload.data = (uint8_t *)(uintptr_t)payload.data;
	received.payload.len = payload.size;
	event.object_id = text_mutable(key);
	event.object_type = text_mutable(type);
	event.provider = text_mutable("stripe");
	event.event_id = text_mutable(said->event_id != NULL ? said->event_id : "");
	event.event_type = text_mutable(said->event_id != NULL ? said->type : "");
	event.api_version = text_mutable(said->version != NULL ? said->version : "");
	event.received_at = proto_timestamp(test->arena, arrival);
	event.provenance = object_provenance;
	if (object_as_of != OBJECT_UNSAID)
		event.as_of = proto_timestamp(test->arena, provider_time(object_as_of));
	event.fact_case = OPSMESH__V1__PROVIDER_EVENT__FACT_RECEIVED;
	event.received = &received;
	(void)stage_test_feed(test, &(struct stage_test_event){ .topic = OPS_PROVIDER_EVENTS,
	                                                        .key = key,
	                                                        .time = arrival,
	                                                        .mesh = mesh,
	                                                        .message = &event.base });
}

void object_feed(const char *event_id, const char *event_type, int at, const char *type,
                 const char *more)
{
	const struct provider_said said = {
		.event_id = event_id,
		.type = event_type,
		.at = at,
		.object = arena_printf(object_stage.arena, "{'id':'%s','object':'%s'%s%s}",
		                       object_fed, type, *more != '\0' ? "," : "", more),
	};

	object_feed_payload(&object_stage, &said, object_fed, type,
	                    provider_payload(object_stage.arena, &said));
}

void object_fold(void)
{
	assert_int_equal(stage_test_fold(&object_stage, STAGE_TEST_ALL, object_now()), STATUS_OK);
}

/* Hearing. */

const struct fact *object_hear(int topic, const ProtobufCMessage **message)
{
	const struct fact *const fact = stage_test_next(&object_stage, message);

	CHECK(fact != NULL);
	assert_false(fact->dead_letter);
	assert_int_equal(fact->topic, topic);
	return fact;
}

const Opsmesh__V1__ObjectMirrored *object_hear_customer(const char *customer)
{
	const ProtobufCMessage *message;
	const struct fact *const fact = object_hear(OPS_BY_CUSTOMER, &message);
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

	assert_string_equal(event->customer_id, customer);
	assert_true(bytes_equal(fact->key, bytes_of(customer)));
	return event->mirrored;
}

const Opsmesh__V1__ObjectMirrored *object_hear_charge(const char *charge)
{
	const ProtobufCMessage *message;
	const struct fact *const fact = object_hear(OPS_BY_CHARGE, &message);
	const Opsmesh__V1__ByChargeEvent *const event = (const void *)message;

	assert_string_equal(event->charge_id, charge);
	assert_true(bytes_equal(fact->key, bytes_of(charge)));
	return event->mirrored;
}

const Opsmesh__V1__ObjectMirrored *object_hear_source(const char *source, const char *charge)
{
	const ProtobufCMessage *message;
	const struct fact *const fact = object_hear(OPS_BY_SOURCE, &message);
	const Opsmesh__V1__BySourceEvent *const event = (const void *)message;

	assert_string_equal(event->source_id, source);
	assert_string_equal(event->charge_id, charge);
	assert_true(bytes_equal(fact->key, bytes_of(source)));
	return event->mirrored;
}

const Opsmesh__V1__ObjectMirrored *object_hear_balance(const char *subject)
{
	const ProtobufCMessage *message;
	const struct fact *const fact = object_hear(OPS_BY_PAYOUT, &message);
	const Opsmesh__V1__ByPayoutEvent *const event = (const void *)message;

	assert_string_equal(event->subject_id, subject);
	assert_true(bytes_equal(fact->key, bytes_of(subject)));
	return event->mirrored;
}

const Opsmesh__V1__ByPayoutEvent *object_hear_nobodys(void)
{
	const ProtobufCMessage *message;

	(void)object_hear(OPS_BY_PAYOUT, &message);
	return (const void *)message;
}

const Opsmesh__V1__BillingEvent *object_hear_billing(Opsmesh__V1__BillingEvent__FactCase fact_case)
{
	const ProtobufCMessage *message;
	const struct fact *const fact = object_hear(OPS_BILLING, &message);
	const Opsmesh__V1__BillingEvent *const event = (const void *)message;

	assert_int_equal(event->fact_case, fact_case);
	assert_string_equal(event->customer_id, "");
	assert_int_equal(fact->partition, OBJECT_SHARD);
	return event;
}

void object_hear_nothing(void)
{
	assert_null(stage_test_next(&object_stage, NULL));
}

struct object_row object_row_of(const char *type)
{
	struct object_row row = { .object_id = object_fed, .object_type = type };

	assert_true(stage_test_row(&object_stage, &object_table, &row));
	return row;
}
