/*
 * billing_family_test - every order of the few events of one family, and their repetition, ends in one state.
 */
#include "services/billing-sync/mirror/mirror.h"

#include "common/base/text.h"
#include "tests/support/order.h"
#include "tests/support/provider_fixture.h"
#include "tests/support/provider_words.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FAMILY_MAX 6

static struct arena *arena;

struct family {
	const char *name;
	const char *id;
	const char *type;
	const char *status;   /* that stands in the end */
	const char *event_id; /* that brought it */
	const char *charge_id;
	const char *customer_id;
	bool deleted;
	size_t count;
	struct provider_said said[FAMILY_MAX];
};

static const struct family families[] = {
	{ .name = "vector 19: open and paid of one second",
	  .id = "in_1",
	  .type = "invoice",
	  .status = "paid",
	  .event_id = "evt_paid",
	  .customer_id = "cus_1",
	  .count = 2,
	  .said = { { "evt_updated", "invoice.updated", 5, INV("open", ""), NULL },
	            { "evt_paid", "invoice.paid", 5, INV("paid", ""), NULL } } },
	{ .name = "vector 20: deleted, then a stale and a later active",
	  .id = "sub_1",
	  .type = "subscription",
	  .status = "canceled",
	  .event_id = "evt_gone",
	  .customer_id = "cus_1",
	  .deleted = true,
	  .count = 3,
	  .said = { { "evt_gone", "customer.subscription.deleted", 9, SUB("canceled", ""), NULL },
	            { "evt_old", "customer.subscription.updated", 8, SUB("active", ""), NULL },
	            { "evt_new", "customer.subscription.updated", 10, SUB("active", ""), NULL } } },
	{ .name = "vector 21: lost, then won",
	  .id = "dp_1",
	  .type = "dispute",
	  .status = "won",
	  .event_id = "evt_3",
	  .charge_id = "ch_1",
	  .count = 3,
	  .said = { { "evt_1", "charge.dispute.created", 1, DP("needs_response"), NULL },
	            { "evt_2", "charge.dispute.closed", 2, DP("lost"), NULL },
	            { "evt_3", "charge.dispute.closed", 3, DP("won"), NULL } } },
	{ .name = "a dispute from inquiry to a late win within one second",
	  .id = "dp_1",
	  .type = "dispute",
	  .status = "won",
	  .event_id = "evt_0",
	  .charge_id = "ch_1",
	  .count = 6,
	  .said = { { "evt_5", "charge.dispute.created", 7, DP("warning_needs_response"), NULL },
	            { "evt_4", "charge.dispute.updated", 7, DP("warning_under_review"), NULL },
	            { "evt_3", "charge.dispute.updated", 7, DP("needs_response"), NULL },
	            { "evt_2", "charge.dispute.updated", 7, DP("under_review"), NULL },
	            { "evt_1", "charge.dispute.closed", 7, DP("lost"), NULL },
	            { "evt_0", "charge.dispute.closed", 7, DP("won"), NULL } } },
	{ .name = "the life of a subscription",
	  .id = "sub_1",
	  .type = "subscription",
	  .status = "canceled",
	  .event_id = "evt_6",
	  .customer_id = "cus_1",
	  .deleted = true,
	  .count = 6,
	  .said = { { "evt_1", "customer.subscription.created", 1, SUB("incomplete", ""), NULL },
	            { "evt_2", "customer.subscription.updated", 1, SUB("active", ""), NULL },
	            { "evt_3", "customer.subscription.updated", 50, SUB("past_due", ""), NULL },
	            { "evt_4", "customer.subscription.updated", 60, SUB("active", ""), NULL },
	            { NULL, "", 70, SUB("active", "'quantity':5,"), NULL },
	            { "evt_6", "customer.subscription.deleted", 65, SUB("canceled", ""), NULL } } },
	{ .name = "the life of an invoice that is reopened",
	  .id = "in_1",
	  .type = "invoice",
	  .status = "open",
	  .event_id = "evt_6",
	  .customer_id = "cus_1",
	  .count = 6,
	  .said = { { "evt_1", "invoice.created", 1, INV("draft", ""), NULL },
	            { "evt_2", "invoice.finalized", 2, INV("open", ""), NULL },
	            { "evt_3", "invoice.payment_failed", 3, INV("open", "'attempt_count':1,"),
	              NULL },
	            { "evt_4", "invoice.marked_uncollectible", 4, INV("uncollectible", ""), NULL },
	            { "evt_5", "invoice.paid", 4, INV("paid", ""), NULL },
	            { "evt_6", "invoice.updated", 9, INV("open", ""), NULL } } },
	{ .name =
	      "two refunds of a charge within one second, its customer named later, two versions",
	  .id = "ch_1",
	  .type = "charge",
	  .status = "succeeded",
	  .event_id = "evt_2",
	  .charge_id = "ch_1",
	  .customer_id = "cus_9",
	  .count = 6,
	  .said = { { "evt_1", "charge.succeeded", 4, CH("'customer':null,'amount_refunded':0"),
	              NULL },
	            { "evt_4", "charge.updated", 4, CH("'customer':'cus_9','amount_refunded':0"),
	              NULL },
	            { "evt_3", "charge.refunded", 5, CH("'customer':'cus_9','amount_refunded':300"),
	              NULL },
	            { "evt_2", "charge.refunded", 5, CH("'customer':'cus_9','amount_refunded':900"),
	              "2025-03-31" },
	            { "evt_2", "charge.refunded", 5,
	              CH("'customer':'cus_9','amount_refunded':900,'old':1"), "2019-12-03" },
	            { NULL, "", 3, CH("'customer':null,'amount_refunded':0,'fetched':true"),
	              NULL } } },
	{ .name = "a customer made, changed and gone within one second",
	  .id = "cus_1",
	  .type = "customer",
	  .status = "",
	  .event_id = "evt_b",
	  .customer_id = "cus_1",
	  .deleted = true,
	  .count = 4,
	  .said = { { "evt_c", "customer.created", 2, CUS("a"), NULL },
	            { "evt_a", "customer.updated", 2, CUS("b"), NULL },
	            { "evt_b", "customer.deleted", 2, CUS("b"), NULL },
	            { "evt_d", "customer.updated", 3, CUS("c"), NULL } } },
	{ .name = "what it was last stays when no more is said than that it is gone",
	  .id = "cus_1",
	  .type = "customer",
	  .status = "",
	  .event_id = "evt_b",
	  .customer_id = "cus_1",
	  .deleted = true,
	  .count = 3,
	  .said = { { "evt_a", "customer.created", 1, CUS("a"), NULL },
	            { "evt_b", "customer.updated", 4, CUS("b"), NULL },
	            { NULL, "", 9, "{'id':'cus_1','object':'customer','deleted':true}", NULL } } },
	{ .name = "a coupon whose id is used again lives again",
	  .id = "SAVE",
	  .type = "coupon",
	  .status = "",
	  .event_id = "evt_c",
	  .count = 3,
	  .said = { { "evt_a", "coupon.created", 1,
	              "{'id':'SAVE','object':'coupon','percent_off':10}", NULL },
	            { "evt_b", "coupon.deleted", 3,
	              "{'id':'SAVE','object':'coupon','percent_off':10}", NULL },
	            { "evt_c", "coupon.created", 5,
	              "{'id':'SAVE','object':'coupon','percent_off':20}", NULL } } },
	{ .name = "a card that was detached still has the customer who had it",
	  .id = "pm_1",
	  .type = "payment_method",
	  .status = "",
	  .event_id = "evt_b",
	  .customer_id = "cus_1",
	  .count = 2,
	  .said = { { "evt_a", "payment_method.attached", 3,
	              "{'id':'pm_1','object':'payment_method','customer':'cus_1','type':'card'}",
	              NULL },
	            { "evt_b", "payment_method.detached", 3,
	              "{'id':'pm_1','object':'payment_method','customer':null,'type':'card'}",
	              NULL } } },
	{ .name = "an upload that says the same as of later moves the time on",
	  .id = "in_1",
	  .type = "invoice",
	  .status = "open",
	  .event_id = "",
	  .customer_id = "cus_1",
	  .count = 3,
	  .said = { { NULL, "", 10, INV("open", ""), NULL },
	            { NULL, "", 30, INV("open", ""), NULL },
	            { "evt_x", "invoice.paid", 20, INV("paid", ""), NULL } } },
};

static void check_end(const struct family *family, const struct provider_mirror *mirror)
{
	const struct object_row *const row = provider_row(mirror, family->id, family->type);

	assert_non_null(row);
	if (!text_equal(row->status, family->status) || row->deleted != family->deleted ||
	    !text_equal(row->event_id, family->event_id) ||
	    !text_equal(row->customer_id, family->customer_id) ||
	    !text_equal(row->charge_id, family->charge_id))
		fail_msg("%s: %s by %s of %s", family->name, row->status, row->event_id,
		         row->customer_id);
}

static void every_order_of_a_family_ends_in_one_state(void **state)
{
	static struct provider_mirror first;
	static struct provider_mirror other;

	(void)state;
	for (size_t f = 0; f < COUNT_OF(families); f++) {
		struct observed seen[FAMILY_MAX];
		size_t order[FAMILY_MAX];

		for (size_t i = 0; i < families[f].count; i++) {
			seen[i] = provider_observe(arena, &families[f].said[i]);
			order[i] = i;
		}
		provider_hear_order(seen, order, families[f].count, 1, &first);
		check_end(&families[f], &first);
		do {
			for (int times = 1; times <= 3; times++) {
				provider_hear_order(seen, order, families[f].count, times, &other);
				provider_same(&first, &other);
			}
		} while (order_next(order, families[f].count));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_of_a_family_ends_in_one_state),
	};
	int failed;

	arena = arena_create(65536);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
