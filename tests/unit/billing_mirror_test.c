/*
 * billing_mirror_test - any order and any repetition of what the provider says ends in one state.
 */
#include "services/billing-sync/mirror/mirror.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "tests/support/order.h"
#include "tests/support/provider_fixture.h"
#include "tests/support/provider_words.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SETS 20
#define ORDERS 500 /* of each set: 10,000 shuffles */
#define SET_SIZE 60
#define SEED 20260101

static struct arena *arena;

/* Random orders of many. */

static const char *const customers[] = { "null", "'cus_1'", "'cus_2'" };

/* Any, where objects move; else always the same or none. */
static const char *random_customer(struct chance *chance, const struct object_type *type,
                                   int number)
{
	if (type->moves)
		return customers[chance_below(chance, COUNT_OF(customers))];
	return customers[chance_below(chance, 2) * (number + 1)];
}

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
	                    type, number, type, status, random_customer(chance, known, number),
	                    chance_below(chance, 3), chance_below(chance, 3),
	                    chance_below(chance, 4));
}

static struct provider_said random_said(struct chance *chance, int number)
{
	static const char *const types[] = { "subscription", "invoice", "charge",
		                             "coupon",       "price",   "customer",
		                             "refund",       "strange", "payment_intent" };
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
		order_shuffle(&chance, order, SET_SIZE);
		provider_hear_order(seen, order, SET_SIZE, 1, &first);
		for (int i = 0; i < ORDERS; i++) {
			order_shuffle(&chance, order, SET_SIZE);
			provider_hear_order(seen, order, SET_SIZE, 1 + chance_below(&chance, 2),
			                    &other);
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
		const char *charge;
		const char *amount;
	} cases[] = {
		{ "livemode", "test", "", "USD", "", NULL },
		{ "account", "live", "acct_other", "USD", "ch_1", NULL },
		{ "currency", "live", "", "EUR", "", NULL },
		{ "charge", "live", "", "USD", "ch_2", NULL },
		{ "amount", "live", "", "USD", "ch_1", "100 4" },
	};
	const struct provider_said said = { "evt_1", "invoice.paid", 5, INV("paid", ""), NULL };
	struct observed first = provider_observe(arena, &said);

	(void)state;
	first.charge_id = "ch_1";
	first.amount = "100 3";
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct object_row row = mirror_row(first.object_id, first.object_type);
		struct observed second = first;

		(void)mirror_fold(&row, &first, first.state_at, 1);
		const struct object_row before = row;

		second.state_at = time_add(first.state_at, SECONDS(5));
		second.mode = cases[i].mode;
		second.account = cases[i].account;
		second.currency = cases[i].currency;
		second.charge_id = cases[i].charge;
		second.amount = cases[i].amount;
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
