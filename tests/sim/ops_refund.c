/*
 * Refunds and credit notes that people ask for while the provider's news of the same charge and invoice are on
 * their way: 12000 yen, of which 2000 are given back by hand, 2000 credited so, and 10000 disputed for a while.
 * Which charge paid the invoice is never said: each of the two bears its own. And explanations of what nobody
 * could place of the provider's balance, which no customer's owner knows.
 */
#include "tests/sim/ops_inside.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/discrepancy/discrepancy.h"

#include <stdio.h>
#include <string.h>

#define CHARGED 12000
#define ASKED_MAX 6
#define NO_MONEY (-1)
#define UNPLACED "txn_6"

/* What is asked for, and of what. */
static const struct {
	const char *kind;
	const char *type;
	const char *id;
	char letter;   /* of its actions */
	int approved;  /* the fact that says so, with an amount */
	int withdrawn; /* and that which takes it back */
} gifts[] = {
	{ "refund", "charge", "charge/cus_1/ch_1", 'f',
	  OPSMESH__V1__BILLING_EVENT__FACT_REFUND_APPROVED,
	  OPSMESH__V1__BILLING_EVENT__FACT_REFUND_WITHDRAWN },
	{ "credit", "invoice", "invoice/cus_1/in_1", 'n',
	  OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_APPROVED,
	  OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_WITHDRAWN },
	{ "explain", "discrepancy", NULL, 'x', NO_MONEY, NO_MONEY },
};

static const int64_t amounts[] = { 1000, 4000, 5000, 9000, 10000, 12000 };

static void put_gifts(struct world *world, struct chance *chance, int64_t at, size_t gift)
{
	char ref[24];

	for (int i = chance_between(chance, 2, ASKED_MAX); i > 0; i--) {
		const int64_t amount = amounts[chance_below(chance, COUNT_OF(amounts))];
		const int times = chance_of(chance, 200) ? 2 : 1;

		(void)snprintf(ref, sizeof(ref), "%c%d", gifts[gift].letter, i);
		for (int k = 0; k < times; k++)
			ops_put(world, at + chance_between(chance, 5, 40), gifts[gift].kind,
			        gifts[gift].id != NULL ? "cus_1" : UNPLACED, ref)
			    ->number = amount;
	}
}

void ops_put_refunds(struct world *world, struct chance *chance, int64_t at)
{
	for (size_t i = 0; i < COUNT_OF(gifts); i++)
		put_gifts(world, chance, at, i);
}

bool ops_is_refund(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(gifts); i++)
		if (text_equal(kind, gifts[i].kind))
			return true;
	return false;
}

static const char *explain_body(struct arena *arena)
{
	struct discrepancy *const matter = arena_alloc(arena, sizeof(*matter));
	char id[DISCREPANCY_ID_SIZE];

	discrepancy_init(matter, UNPLACED, "not_placed", UNPLACED, 0);
	return arena_printf(arena,
	                    "{\"action\":\"explain\",\"on\":{\"type\":\"discrepancy\","
	                    "\"id\":\"%s\"},\"reason\":\"agreed\"}",
	                    discrepancy_id(matter, id));
}

const char *ops_refund_body(struct arena *arena, const struct request *request)
{
	size_t gift = 0;

	while (!text_equal(request->kind, gifts[gift].kind))
		gift++;
	if (gifts[gift].id == NULL)
		return explain_body(arena);
	return arena_printf(arena,
	                    "{\"action\":\"approve\",\"on\":{\"type\":\"%s\","
	                    "\"id\":\"%s\"},\"amount\":%lld,"
	                    "\"currency\":\"JPY\",\"intent\":\"duplicate_charge\"}",
	                    gifts[gift].type, gifts[gift].id, (long long)request->number);
}

const Opsmesh__V1__BillingEvent *ops_billing(struct arena *arena, const struct fact *fact)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (fact->dead_letter || fact->topic != OPS_BILLING)
		return NULL;
	CHECK(proto_unpack(arena, &opsmesh__v1__billing_event__descriptor, fact->message, &message,
	                   problem));
	return (const Opsmesh__V1__BillingEvent *)(void *)message;
}

/* How often one action was answered, and what was approved in all and not taken back, by gift. */
struct said {
	int answers;
	int64_t approved[COUNT_OF(gifts)];
};

/* What was asked for by the action that the id of its approval ends with. */
static int64_t asked(const struct world *world, const char *request_id)
{
	const char *const action = strrchr(request_id, '/') + 1;

	for (size_t i = 0; i < world->accepted_count; i++)
		if (text_equal(world->accepted[i].ref, action))
			return world->accepted[i].number;
	return 0;
}

static void add(struct said *said, const struct world *world,
                const Opsmesh__V1__BillingEvent *event, const char *ref)
{
	const int fact = (int)event->fact_case;

	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_ACTION_APPLIED)
		said->answers += text_equal(event->action_applied->action_id, ref);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_ACTION_REFUSED)
		said->answers += text_equal(event->action_refused->action_id, ref);
	for (size_t i = 0; i < COUNT_OF(gifts); i++)
		if (fact == gifts[i].approved)
			said->approved[i] += event->refund_approved->amount->minor;
		else if (fact == gifts[i].withdrawn)
			said->approved[i] -= asked(world, event->refund_withdrawn->request_id);
}

static struct said said_of(struct world *world, struct arena *arena, const char *ref)
{
	struct said said = { 0 };

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const Opsmesh__V1__BillingEvent *const event =
			    ops_billing(arena, &world->store.images[i].facts[k]);

			if (event != NULL)
				add(&said, world, event, ref);
		}
	return said;
}

bool ops_check_refunds(struct world *world, struct arena *arena, char *why)
{
	const struct said all = said_of(world, arena, "");

	for (size_t i = 0; i < world->accepted_count; i++) {
		const struct request *const request = &world->accepted[i];

		if (!ops_is_refund(request->kind))
			continue;
		const int answers = said_of(world, arena, request->ref).answers;

		if (answers != 1)
			return world_broken(why, "%s %s was answered %d times", request->kind,
			                    request->ref, answers);
	}
	for (size_t i = 0; i < COUNT_OF(gifts); i++)
		if (all.approved[i] > CHARGED)
			return world_broken(why, "%s: %lld of %d were approved", gifts[i].kind,
			                    (long long)all.approved[i], CHARGED);
	return true;
}
