/*
 * Refunds that people ask for while the provider's news of the same charge are on their way: 12000 yen, of
 * which 2000 are given back by hand and 10000 disputed for a while.
 */
#include "tests/sim/ops_inside.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <stdio.h>

#define CHARGED 12000
#define ASKED_MAX 6

static const int64_t amounts[] = { 1000, 4000, 5000, 9000, 10000, 12000 };

void ops_put_refunds(struct world *world, struct chance *chance, int64_t at)
{
	char ref[24];

	for (int i = chance_between(chance, 2, ASKED_MAX); i > 0; i--) {
		const int64_t amount = amounts[chance_below(chance, COUNT_OF(amounts))];
		const int times = chance_of(chance, 200) ? 2 : 1;

		(void)snprintf(ref, sizeof(ref), "f%d", i);
		for (int k = 0; k < times; k++)
			ops_put(world, at + chance_between(chance, 5, 40), "refund", "cus_1", ref)
			    ->number = amount;
	}
}

const char *ops_refund_body(struct arena *arena, const struct request *request)
{
	return arena_printf(arena,
	                    "{\"action\":\"approve\",\"on\":{\"type\":\"charge\","
	                    "\"id\":\"charge/cus_1/ch_1\"},\"amount\":%lld,"
	                    "\"currency\":\"JPY\",\"intent\":\"duplicate_charge\"}",
	                    (long long)request->number);
}

static const Opsmesh__V1__BillingEvent *billing_of(struct arena *arena, const struct fact *fact)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (fact->dead_letter || fact->topic != OPS_BILLING)
		return NULL;
	CHECK(proto_unpack(arena, &opsmesh__v1__billing_event__descriptor, fact->message, &message,
	                   problem));
	return (const Opsmesh__V1__BillingEvent *)(void *)message;
}

/* How often one action was answered, and what was approved in all. */
struct said {
	int answers;
	int64_t approved;
};

static void add(struct said *said, const Opsmesh__V1__BillingEvent *event, const char *ref)
{
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_ACTION_APPLIED)
		said->answers += text_equal(event->action_applied->action_id, ref);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_ACTION_REFUSED)
		said->answers += text_equal(event->action_refused->action_id, ref);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_REFUND_APPROVED)
		said->approved += event->refund_approved->amount->minor;
}

static struct said said_of(struct world *world, struct arena *arena, const char *ref)
{
	struct said said = { 0 };

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const Opsmesh__V1__BillingEvent *const event =
			    billing_of(arena, &world->store.images[i].facts[k]);

			if (event != NULL)
				add(&said, event, ref);
		}
	return said;
}

bool ops_check_refunds(struct world *world, struct arena *arena, char *why)
{
	const struct said all = said_of(world, arena, "");

	for (size_t i = 0; i < world->accepted_count; i++) {
		const struct request *const request = &world->accepted[i];

		if (!text_equal(request->kind, "refund"))
			continue;
		const int answers = said_of(world, arena, request->ref).answers;

		if (answers != 1)
			return world_broken(why, "refund %s was answered %d times", request->ref,
			                    answers);
	}
	return all.approved <= CHARGED ||
	       world_broken(why, "%lld of %d were approved", (long long)all.approved, CHARGED);
}
