#include "tests/support/payout_fixture.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

int payout_start(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_PAYOUT, "po_");
	return 0;
}

int payout_start_transaction(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_PAYOUT, "txn_");
	return 0;
}

Opsmesh__V1__ByPayoutEvent payout_event_now(void)
{
	Opsmesh__V1__ByPayoutEvent event = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;

	event.subject_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	return event;
}

void payout_feed(const char *type, const char *id, int64_t revision, const char *status,
                 const char *json)
{
	Opsmesh__V1__ByPayoutEvent event = payout_event_now();
	Opsmesh__V1__ObjectMirrored made = customer_mirrored(type, id, revision, status, json);

	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	customer_feed_event(OPS_BY_PAYOUT, &event.base);
}

void payout_feed_moved(const char *id, const char *type, const char *source, int amount, int fee)
{
	payout_feed("balance_transaction", id, 1, "available",
	            arena_printf(customer_stage.arena,
	                         "{\"id\":\"%s\",\"type\":\"%s\",\"source\":\"%s\",\"amount\":%d,"
	                         "\"fee\":%d,\"net\":%d,\"currency\":\"jpy\","
	                         "\"created\":1700000000}",
	                         id, type, source, amount, fee, amount - fee));
}
