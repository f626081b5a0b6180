/*
 * billing_mirror_test - any order and any repetition of what the provider says ends in one state.
 */
#include "services/billing-sync/mirror.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "tests/support/provider_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FAMILY_MAX 6
#define SETS 20
#define ORDERS 500 /* of each set: 10,000 shuffles */
#define SET_SIZE 60
#define SEED 20260101

static struct arena *arena;

/* Orders of a few. */

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

#define SUB(status_, more_)                                                                      \
	"{'id':'sub_1','object':'subscription','customer':'cus_1','status':'" status_ "'," more_ \
	"'currency':'usd','metadata':{}}"
#define INV(status_, more_)                                                                \
	"{'id':'in_1','object':'invoice','customer':'cus_1','status':'" status_ "'," more_ \
	"'currency':'usd','total':900}"
#define DP(status_) \
	"{'id':'dp_1','object':'dispute','charge':'ch_1','status':'" status_ "','amount':900}"
#define CH(more_)                                                                         \
	"{'id':'ch_1','object':'charge','status':'succeeded','currency':'usd'," more_ "," \
	"'amount':900}"
#define CUS(name_) "{'id':'cus_1','object':'customer','name':'" name_ "'}"

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

/* Each `times` one after the other, and the whole order so often. */
static void hear_order(const struct observed *seen, const size_t *order, size_t count, int times,
                       struct provider_mirror *mirror)
{
	mirror->count = 0;
	for (int again = 0; again < times; again++)
		for (size_t i = 0; i < count; i++)
			for (int repeat = 0; repeat < times; repeat++)
				(void)provider_hear(mirror, &seen[order[i]]);
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
		hear_order(seen, order, families[f].count, 1, &first);
		check_end(&families[f], &first);
		do {
			for (int times = 1; times <= 3; times++) {
				hear_order(seen, order, families[f].count, times, &other);
				provider_same(&first, &other);
			}
		} while (provider_next_order(order, families[f].count));
	}
}

/* Random orders of many. */

static const char *const customers[] = { "null", "'cus_1'", "'cus_2'" };

static const char *random_object(struct chance *chance, const char *type, int number)
{
	const struct object_type *const known = object_type_of(type);
	const char *status = "";
	int words = 0;

	while (known->life != NULL && known->life[words] != NULL)
		words++;
	if (words > 0)
		status =
		    arena_printf(arena, "'status':'%s',", known->life[chance_below(chance, words)]);
	return arena_printf(arena,
	                    "{'id':'%s_%d','object':'%s',%s'customer':%s,'amount_refunded':%d,"
	                    "'times_redeemed':%d,'metadata':{'n':'%d'}}",
	                    type, number, type, status,
	                    customers[chance_below(chance, COUNT_OF(customers))],
	                    chance_below(chance, 3), chance_below(chance, 3),
	                    chance_below(chance, 4));
}

static struct provider_said random_said(struct chance *chance, int number)
{
	static const char *const types[] = { "subscription", "invoice", "charge", "coupon",
		                             "customer",     "price",   "refund", "strange" };
	static const char *const verbs[] = { "created", "updated", "updated", "deleted" };
	static const char *const versions[] = { NULL, "2019-12-03" };
	const char *const type = types[chance_below(chance, COUNT_OF(types))];
	const int object = chance_below(chance, 2);
	const bool event = !chance_of(chance, 200);
	const bool note = !event && chance_of(chance, 300);

	return (struct provider_said){
		.event_id = event ? arena_printf(arena, "evt_%d", number / 2) : NULL,
		.type = arena_printf(arena, "%s.%s", type,
		                     verbs[chance_below(chance, COUNT_OF(verbs))]),
		.at = chance_below(chance, 4),
		.object = note ? arena_printf(arena, "{'id':'%s_%d','object':'%s','deleted':true}",
		                              type, object, type)
		               : random_object(chance, type, object),
		.version = versions[chance_below(chance, 2)],
	};
}

static void random_orders_of_large_sets_end_in_one_state(void **state)
{
	static struct provider_mirror first;
	static struct provider_mirror other;
	static struct observed seen[SET_SIZE];
	size_t order[SET_SIZE];
	struct chance chance;

	(void)state;
	chance_seed(&chance, SEED);
	for (int set = 0; set < SETS; set++) {
		for (int i = 0; i < SET_SIZE; i++) {
			const struct provider_said said = random_said(&chance, i);

			seen[i] = provider_observe(arena, &said);
		}
		provider_shuffle(&chance, order, SET_SIZE);
		hear_order(seen, order, SET_SIZE, 1, &first);
		for (int i = 0; i < ORDERS; i++) {
			provider_shuffle(&chance, order, SET_SIZE);
			hear_order(seen, order, SET_SIZE, 1 + chance_below(&chance, 2), &other);
			provider_same(&first, &other);
		}
		arena_reset(arena);
	}
}

/* Answers. */

struct answer_case {
	struct provider_said first;
	struct provider_said second;
	enum mirror_verdict verdict;
	enum mirror_stale stale;
};

static void what_is_not_taken_is_said(void **state)
{
	static const struct answer_case cases[] = {
		{ { "evt_1", "invoice.paid", 5, INV("paid", ""), NULL },
		  { "evt_1", "invoice.paid", 5, INV("paid", ""), NULL },
		  MIRROR_SAME,
		  MIRROR_OLDER },
		{ { "evt_1", "invoice.paid", 5, INV("paid", ""), NULL },
		  { "evt_2", "invoice.updated", 4, INV("paid", ""), NULL },
		  MIRROR_SAME,
		  MIRROR_OLDER },
		{ { "evt_1", "invoice.paid", 5, INV("paid", ""), NULL },
		  { "evt_2", "invoice.updated", 4, INV("open", ""), NULL },
		  MIRROR_STALE,
		  MIRROR_OLDER },
		{ { "evt_1", "invoice.paid", 5, INV("paid", ""), NULL },
		  { "evt_2", "invoice.updated", 5, INV("open", ""), NULL },
		  MIRROR_STALE,
		  MIRROR_EARLIER_STAGE },
		{ { "evt_1", "customer.subscription.deleted", 5, SUB("canceled", ""), NULL },
		  { "evt_2", "customer.subscription.updated", 9, SUB("active", ""), NULL },
		  MIRROR_STALE,
		  MIRROR_ENDED },
		{ { NULL, "", 5, SUB("canceled", ""), NULL },
		  { "evt_2", "customer.subscription.updated", 9, SUB("active", ""), NULL },
		  MIRROR_STALE,
		  MIRROR_ENDED },
		{ { "evt_1", "invoice.paid", 5, INV("paid", ""), NULL },
		  { "evt_2", "invoice.updated", 6, INV("open", ""), NULL },
		  MIRROR_TAKEN,
		  MIRROR_OLDER },
		{ { "evt_1", "charge.dispute.closed", 5, DP("won"), NULL },
		  { "evt_2", "charge.dispute.closed", 5, DP("lost"), NULL },
		  MIRROR_STALE,
		  MIRROR_EARLIER_STAGE },
		{ { "evt_1", "charge.dispute.closed", 5, DP("lost"), NULL },
		  { "evt_2", "charge.dispute.closed", 5, DP("won"), NULL },
		  MIRROR_TAKEN,
		  MIRROR_OLDER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct observed first = provider_observe(arena, &cases[i].first);
		const struct observed second = provider_observe(arena, &cases[i].second);
		struct object_row row = mirror_row(first.object_id, first.object_type);

		assert_int_equal(mirror_fold(&row, &first, first.state_at, 1).verdict,
		                 MIRROR_TAKEN);
		const struct object_row before = row;
		const struct mirror_answer answer = mirror_fold(&row, &second, first.state_at, 1);

		assert_int_equal(answer.verdict, cases[i].verdict);
		if (answer.verdict == MIRROR_STALE)
			assert_int_equal(answer.stale, cases[i].stale);
		assert_int_equal(row.revision, answer.verdict == MIRROR_TAKEN ? 2 : 1);
		if (answer.verdict == MIRROR_STALE)
			assert_true(bytes_equal(before.body, row.body));
	}
}

static void what_never_changes_is_held_against_the_first_who_said_it(void **state)
{
	static const struct {
		const char *field;
		const char *mode;
		const char *account;
		const char *currency;
	} cases[] = {
		{ "livemode", "test", "", "USD" },
		{ "account", "live", "acct_other", "USD" },
		{ "currency", "live", "", "EUR" },
	};
	const struct provider_said said = { "evt_1", "invoice.paid", 5, INV("paid", ""), NULL };
	const struct observed first = provider_observe(arena, &said);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct object_row row = mirror_row(first.object_id, first.object_type);
		struct observed second = first;

		(void)mirror_fold(&row, &first, first.state_at, 1);
		const struct object_row before = row;

		second.state_at = time_add(first.state_at, SECONDS(5));
		second.mode = cases[i].mode;
		second.account = cases[i].account;
		second.currency = cases[i].currency;
		const struct mirror_answer answer = mirror_fold(&row, &second, first.state_at, 1);

		assert_int_equal(answer.verdict, MIRROR_CONFLICT);
		assert_string_equal(answer.field, cases[i].field);
		assert_false(answer.save);
		assert_memory_equal(&row, &before, sizeof(row));
	}
}

static void what_was_not_said_contradicts_nothing_and_is_learnt(void **state)
{
	const struct provider_said upload = { NULL, "", 5, INV("open", ""), NULL };
	const struct provider_said event = { "evt_1", "invoice.created", 1, INV("draft", ""),
		                             NULL };
	const struct observed first = provider_observe(arena, &upload);
	const struct observed second = provider_observe(arena, &event);
	struct object_row row = mirror_row(first.object_id, first.object_type);

	(void)state;
	(void)mirror_fold(&row, &first, first.state_at, 1);
	assert_null(row.mode);
	assert_null(row.account);
	const struct mirror_answer answer = mirror_fold(&row, &second, first.state_at, 1);

	assert_int_equal(answer.verdict, MIRROR_STALE);
	assert_true(answer.save);
	assert_string_equal(row.mode, "live");
	assert_string_equal(row.account, "");
}

static void an_old_state_may_name_the_customer(void **state)
{
	const struct provider_said now = { "evt_2", "charge.updated", 5,
		                           CH("'customer':null,'amount_refunded':0"), NULL };
	const struct provider_said then = { "evt_1", "charge.succeeded", 3,
		                            CH("'customer':'cus_1','amount_refunded':0"), NULL };
	const struct observed first = provider_observe(arena, &now);
	const struct observed second = provider_observe(arena, &then);
	struct object_row row = mirror_row(first.object_id, first.object_type);

	(void)state;
	assert_false(mirror_fold(&row, &first, first.state_at, 1).customer);
	const struct mirror_answer answer = mirror_fold(&row, &second, first.state_at, 1);

	assert_int_equal(answer.verdict, MIRROR_STALE);
	assert_true(answer.customer && answer.save && !answer.charge);
	assert_string_equal(row.customer_id, "cus_1");
}

/* Lives. */

static void lives_go_one_way(void **state)
{
	static const struct {
		const char *type;
		const char *before;
		const char *after;
	} cases[] = {
		{ "subscription", "incomplete", "trialing" },
		{ "subscription", "trialing", "active" },
		{ "subscription", "active", "past_due" },
		{ "subscription", "past_due", "unpaid" },
		{ "subscription", "unpaid", "canceled" },
		{ "invoice", "draft", "open" },
		{ "invoice", "open", "paid" },
		{ "invoice", "uncollectible", "paid" },
		{ "invoice", "uncollectible", "void" },
		{ "invoice", "void", "paid" },
		{ "dispute", "warning_closed", "needs_response" },
		{ "dispute", "under_review", "lost" },
		{ "dispute", "lost", "won" },
		{ "refund", "pending", "succeeded" },
		{ "refund", "succeeded", "failed" },
		{ "payout", "paid", "failed" },
		{ "charge", "pending", "succeeded" },
		{ "payment_intent", "processing", "succeeded" },
		{ "balance_transaction", "pending", "available" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct object_type *const type = object_type_of(cases[i].type);

		assert_true(object_type_rank(type, cases[i].before) > 0);
		assert_true(object_type_rank(type, cases[i].before) <
		            object_type_rank(type, cases[i].after));
	}
	assert_int_equal(object_type_rank(object_type_of("invoice"), "of_tomorrow"), 0);
	assert_int_equal(object_type_rank(object_type_of("of_tomorrow"), "paid"), 0);
	assert_null(object_type_of("of_tomorrow")->name);
	assert_true(object_type_ends(object_type_of("subscription"), "canceled"));
	assert_true(object_type_ends(object_type_of("subscription"), "incomplete_expired"));
	assert_false(object_type_ends(object_type_of("subscription"), "unpaid"));
	assert_false(object_type_ends(object_type_of("invoice"), "paid"));
	assert_false(object_type_ends(object_type_of("dispute"), "won"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_of_a_family_ends_in_one_state),
		cmocka_unit_test(random_orders_of_large_sets_end_in_one_state),
		cmocka_unit_test(what_is_not_taken_is_said),
		cmocka_unit_test(what_never_changes_is_held_against_the_first_who_said_it),
		cmocka_unit_test(what_was_not_said_contradicts_nothing_and_is_learnt),
		cmocka_unit_test(an_old_state_may_name_the_customer),
		cmocka_unit_test(lives_go_one_way),
	};
	int failed;

	arena = arena_create(65536);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
