#include "tests/support/metered_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "services/billing-sync/entry/entry.h"
#include "tests/support/billing_fixture.h"

#include <string.h>

#define SHARD 1
#define DAYS_SHOWN 80
#define KIND(name) OPSMESH__V1__USAGE_KIND__USAGE_KIND_##name

struct stage_test metered_stage;
const char *metered_key;

int metered_start(void **state)
{
	(void)state;
	stage_test_init(&metered_stage, &opsmesh_catalogue, &billing_sync_stages[BILLING_CUSTOMER],
	                SHARD, billing_fixture(), NULL);
	metered_key = stage_test_key(&metered_stage, "cus_");
	return 0;
}

int metered_stop(void **state)
{
	(void)state;
	stage_test_finish(&metered_stage);
	return 0;
}

static struct instant at_second(int64_t second)
{
	return (struct instant){ SECONDS(second).us };
}

void metered_pass(int64_t until)
{
	CHECK(stage_test_fold(&metered_stage, 0, time_add(at_second(until), SECONDS(1))) ==
	      STATUS_OK);
}

static void feed_message(int topic, const char *of, int64_t at, int64_t heard,
                         const ProtobufCMessage *message)
{
	(void)stage_test_feed(&metered_stage, &(struct stage_test_event){ .topic = topic,
	                                                                  .key = of,
	                                                                  .time = at_second(at),
	                                                                  .mesh = at_second(heard),
	                                                                  .message = message });
	CHECK(stage_test_fold(&metered_stage, STAGE_TEST_ALL, at_second(heard)) == STATUS_OK);
}

const Opsmesh__V1__ShardFigured *metered_cut(const char *period, int64_t heard)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__BooksCut made = OPSMESH__V1__BOOKS_CUT__INIT;
	const ProtobufCMessage *message = NULL;
	const struct fact *fact;

	made.action_id = text_mutable("a-1");
	made.period = text_mutable(period);
	made.number = 1;
	event.customer_id = text_mutable("books");
	event.occurred_at = proto_timestamp(metered_stage.arena, at_second(heard));
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BOOKS_CUT;
	event.books_cut = &made;
	feed_message(OPS_BY_CUSTOMER, metered_key, heard, heard, &event.base);
	do
		fact = stage_test_next(&metered_stage, &message);
	while (fact != NULL && fact->topic != OPS_BY_BOOKS);
	CHECK(fact != NULL);
	return ((const Opsmesh__V1__ByBooksEvent *)(const void *)message)->shard_figured;
}

void metered_feed(const char *type, const char *id, int64_t revision, const char *status,
                  int64_t at, int64_t heard, bool earlier, const char *json)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made = OPSMESH__V1__OBJECT_MIRRORED__INIT;

	made.object_id = text_mutable(id);
	made.object_type = text_mutable(type);
	made.revision = revision;
	made.status = text_mutable(status);
	made.payload.data = (uint8_t *)(uintptr_t)json;
	made.payload.len = strlen(json);
	event.customer_id = text_mutable(metered_key);
	event.occurred_at = proto_timestamp(metered_stage.arena, at_second(at));
	event.fact_case = earlier ? OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_EARLIER
	                          : OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED;
	if (earlier)
		event.earlier = &made;
	else
		event.mirrored = &made;
	feed_message(OPS_BY_CUSTOMER, metered_key, at, heard, &event.base);
}

void metered_report(Opsmesh__V1__UsageKind kind, const char *id, const char *refers,
                    int64_t quantity, int64_t at, int64_t heard)
{
	Opsmesh__V1__UsageEvent event = OPSMESH__V1__USAGE_EVENT__INIT;
	Opsmesh__V1__UsageReported reported = OPSMESH__V1__USAGE_REPORTED__INIT;

	reported.kind = kind;
	reported.source = text_mutable("api");
	reported.event_id = text_mutable(id);
	reported.meter = text_mutable(kind == KIND(CANCEL) ? "" : "calls");
	reported.quantity = quantity;
	reported.refers = text_mutable(refers);
	event.customer_id = text_mutable(metered_key);
	event.occurred_at = proto_timestamp(metered_stage.arena, at_second(at));
	event.received_at = proto_timestamp(metered_stage.arena, at_second(heard));
	event.fact_case = OPSMESH__V1__USAGE_EVENT__FACT_REPORTED;
	event.reported = &reported;
	feed_message(OPS_USAGE, metered_key, at, heard, &event.base);
}

void metered_used(const char *id, int64_t quantity, int64_t at, int64_t heard)
{
	metered_report(KIND(METER), id, "", quantity, at, heard);
}

/* Days of the ledger. */

struct daily {
	enum account account;
	int64_t minor[DAYS_SHOWN];
};

static void see(const void *row, void *context)
{
	const struct entry_row *const entry = row;
	struct daily *const daily = context;
	const int64_t day = (entry->at.us / SECONDS(1).us - METERED_MAY) / METERED_DAY + 1;

	if (!text_equal(entry->account, chart_name(daily->account)))
		return;
	CHECK(day > 0 && day < DAYS_SHOWN);
	daily->minor[day] += entry->minor;
}

const char *metered_days_of(enum account account)
{
	struct daily *const daily = arena_zero(metered_stage.arena, sizeof(*daily));
	struct entry_row row;
	const char *text = "";

	daily->account = account;
	stage_test_each(&metered_stage, &entry_table, &row, see, daily);
	for (int day = 0; day < DAYS_SHOWN; day++)
		if (daily->minor[day] != 0)
			text = arena_printf(metered_stage.arena, "%s%d:%+lld ", text, day,
			                    (long long)daily->minor[day]);
	return text;
}

void metered_feed_self(int64_t heard)
{
	metered_feed("customer", metered_key, 1, "", METERED_MAY, heard, false,
	             arena_printf(metered_stage.arena, "{\"id\":\"%s\"}", metered_key));
}

void metered_subscribe(int64_t heard)
{
	metered_feed_self(heard);
	metered_feed("subscription", "sub_1", 1, "active", METERED_MAY, heard, false,
	             METERED_STATE_OF_MAY);
}

void metered_bill(const char *status, int64_t revision, int64_t heard, const char *json)
{
	metered_feed("invoice", "in_1", revision, status, METERED_JUNE + METERED_HOUR, heard, false,
	             json);
}
