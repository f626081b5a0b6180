/*
 * billing_balance_test - the balance that the provider keeps for a customer, and what is known to have moved it.
 */
#include "common/base/text.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/customer_money/balance_word.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define WORDS_MAX 6

/* What an object says in a second: moved so much, states so much (UNSAID: nothing). */
#define UNSAID INT64_MAX
struct said {
	const char *object;
	int second;
	int64_t moved;
	int64_t stated;
};

static struct balance_word word_of(const struct said *said)
{
	return (struct balance_word){ .object = said->object,
		                      .at = { SECONDS(said->second).us },
		                      .moved = { said->moved, "USD" },
		                      .states = said->stated != UNSAID,
		                      .stated = said->stated != UNSAID ? said->stated : 0 };
}

static const struct {
	const char *name;
	struct said words[WORDS_MAX];
	int64_t stated;
	int64_t moved;
} cases[] = {
	{ "nothing is known, and nothing is wrong", { { NULL, 0, 0, 0 } }, 0, 0 },
	{ "what is given and used up comes to what the invoice leaves",
	  { { "cbtxn_1", 1, -500, -500 }, { "in_1", 2, 300, -200 } },
	  -200,
	  -200 },
	{ "a balance that nothing moved is wrong", { { "cus_1", 1, 0, -500 } }, -500, 0 },
	{ "what was used up and never given is wrong", { { "in_1", 1, 500, 0 } }, 0, 500 },
	{ "what came after the last that states it is not looked at",
	  { { "cus_1", 1, 0, -500 }, { "cbtxn_1", 1, -500, -500 }, { "cn_1", 2, -100, UNSAID } },
	  -500,
	  -500 },
	{ "of one second it is enough that one is right",
	  { { "cbtxn_1", 1, -500, -500 }, { "cus_1", 2, 0, -500 }, { "in_1", 2, 500, 0 } },
	  0,
	  0 },
	{ "a movement between that is lost is wrong",
	  { { "cbtxn_1", 1, -500, -500 }, { "in_1", 3, 700, 0 } },
	  0,
	  200 },
};

static void the_latest_that_states_it_is_what_all_that_moved_it_come_to(void **state)
{
	static struct balance_words words;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t order[WORDS_MAX] = { 0, 1, 2, 3, 4, 5 };
		size_t count = 0;

		while (count < WORDS_MAX && cases[i].words[count].object != NULL)
			count++;
		do {
			int64_t stated;
			int64_t moved;

			words.count = 0;
			for (size_t k = 0; k < 2 * count; k++) {
				const struct balance_word word =
				    word_of(&cases[i].words[order[k % count]]);

				balance_words_put(&words, &word);
			}
			balance_words_weigh(&words, "USD", &stated, &moved);
			if (stated != cases[i].stated || moved != cases[i].moved)
				fail_msg("%s: %lld %lld", cases[i].name, (long long)stated,
				         (long long)moved);
			balance_words_weigh(&words, "EUR", &stated, &moved);
			assert_true(stated == 0 && moved == 0);
		} while (order_next(order, count));
	}
}

/* The oldest are summed up; what is as old is not taken twice. */
static void more_than_are_kept_come_to_the_same(void **state)
{
	static struct balance_words words;
	static struct balance_words read;
	struct arena *const arena = arena_create(1 << 16);
	int64_t stated;
	int64_t moved;

	(void)state;
	for (int i = 0; i < 3 * BALANCE_WORDS_MAX; i++) {
		const struct said said = { arena_printf(arena, "in_%05d", i), i, -1, -(i + 1) };
		const struct balance_word word = word_of(&said);

		balance_words_put(&words, &word);
	}
	balance_words_put(&words,
	                  &(struct balance_word){ .object = "in_00000", .moved = { -1, "USD" } });
	balance_words_weigh(&words, "USD", &stated, &moved);
	assert_int_equal(moved, -3 * BALANCE_WORDS_MAX);
	assert_int_equal(stated, moved);
	const struct bytes bytes = balance_words_encode(arena, &words);

	assert_true(balance_words_decode(arena, bytes, &read));
	assert_int_equal(read.count, words.count);
	balance_words_weigh(&read, "USD", &stated, &moved);
	assert_int_equal(moved, -3 * BALANCE_WORDS_MAX);
	for (size_t size = 1; size < bytes.size; size++)
		assert_false(
		    balance_words_decode(arena, (struct bytes){ bytes.data, size }, &read));
	arena_destroy(arena);
}

/* In the stage. */

static const char *case_of(void)
{
	const Opsmesh__V1__BillingEvent *event;
	const char *text = "";

	while ((event = customer_heard()) != NULL) {
		const Opsmesh__V1__DiscrepancyOpened *const opened = event->discrepancy_opened;

		if (event->fact_case == FACT(FETCH_REQUESTED) &&
		    text_equal(event->fetch_requested->object_type, "customer"))
			text = arena_printf(customer_stage.arena, "%sfetched ", text);
		if (event->fact_case == FACT(DISCREPANCY_OPENED) &&
		    text_equal(opened->cause, "never_came"))
			text = arena_printf(customer_stage.arena, "%s%lld %lld %s", text,
			                    (long long)opened->expected->minor,
			                    (long long)opened->found->minor, opened->object_ids[0]);
		if (event->fact_case == FACT(DISCREPANCY_HEALED) &&
		    text_equal(event->discrepancy_healed->cause, "never_came"))
			text = arena_printf(customer_stage.arena, "%shealed", text);
	}
	return text;
}

static void feed_customer(int64_t revision, const char *field, int64_t balance)
{
	customer_feed("customer", customer_key, revision, "",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"customer\",\"currency\":\"usd\","
	                           "\"%s\":%lld}",
	                           customer_key, field, (long long)balance));
}

static void feed_moved(const char *id, const char *type, int64_t amount, int64_t end)
{
	customer_feed(
	    "customer_balance_transaction", id, 1, "",
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"%s\",\"object\":\"customer_balance_transaction\",\"type\":\"%s\","
		"\"amount\":%lld,\"ending_balance\":%lld,\"currency\":\"usd\","
		"\"created\":1728000000}",
		id, type, (long long)amount, (long long)end));
}

static void feed_invoice(int64_t revision, const char *status, int start, int end)
{
	customer_feed(
	    "invoice", "in_1", revision, status,
	    arena_printf(
		customer_stage.arena,
		"{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"%s\",\"status\":\"%s\","
		"\"currency\":\"usd\",\"created\":1728000060,\"starting_balance\":%d,"
		"\"ending_balance\":%d,\"subtotal\":1000,\"total\":1000,\"amount_due\":%d,"
		"\"amount_paid\":0,\"amount_remaining\":%d,\"status_transitions\":{"
		"\"finalized_at\":1728000060},\"lines\":{\"object\":\"list\",\"has_more\":false,"
		"\"data\":[{\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":1000,"
		"\"currency\":\"usd\",\"quantity\":1}]}}",
		customer_key, status, start, end, 1000 + start - end, 1000 + start - end));
}

static void a_balance_that_nothing_moved_is_asked_for_and_heals(void **state)
{
	const char *const opened =
	    arena_printf(customer_stage.arena, "fetched -500 0 %s", customer_key);

	(void)state;
	feed_customer(1, "balance", -500);
	customer_wait(DAYS(2));
	assert_string_equal(case_of(), "");
	customer_wait(DAYS(2));
	assert_string_equal(case_of(), opened);
	stage_test_restart(&customer_stage);
	feed_moved("cbtxn_1", "adjustment", -500, -500);
	assert_string_equal(case_of(), "healed");
	customer_wait(DAYS(9));
	assert_string_equal(case_of(), "");
}

static void what_an_invoice_used_up_has_to_come_from_somewhere(void **state)
{
	(void)state;
	customer_feed_self();
	feed_invoice(1, "open", -500, 0);
	customer_wait(DAYS(4));
	assert_string_equal(case_of(),
	                    arena_printf(customer_stage.arena, "fetched 0 500 %s", customer_key));
	feed_moved("cbtxn_1", "adjustment", -500, -500);
	assert_string_equal(case_of(), "healed");
	feed_invoice(2, "void", -500, 0);
	feed_moved("cbtxn_2", "unapplied_from_invoice", -500, -500);
	feed_customer(1, "account_balance", -500);
	customer_wait(DAYS(4));
	assert_string_equal(case_of(), "");
}

/* The invoice tells of what it used up; that movement's own object says the same. */
static void what_two_tell_of_is_counted_once(void **state)
{
	(void)state;
	feed_moved("cbtxn_1", "adjustment", -500, -500);
	feed_invoice(1, "open", -500, 0);
	feed_moved("cbtxn_2", "applied_to_invoice", 500, 0);
	feed_customer(1, "balance", 0);
	customer_wait(DAYS(4));
	assert_string_equal(case_of(), "");
}

static void feed_note(int64_t revision, const char *status)
{
	customer_feed("credit_note", "cn_1", revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"cn_1\",\"object\":\"credit_note\",\"status\":\"%s\","
	                           "\"currency\":\"usd\",\"amount\":500,\"total\":500,"
	                           "\"subtotal\":500,\"created\":1728000000,\"refund\":null,"
	                           "\"pre_payment_amount\":0,\"post_payment_amount\":500,"
	                           "\"customer_balance_transaction\":\"cbtxn_1\"}",
	                           status));
}

static void what_a_credit_note_gives_is_its_own_to_tell(void **state)
{
	(void)state;
	customer_feed_self();
	feed_moved("cbtxn_1", "credit_note", -500, -500);
	customer_wait(DAYS(4));
	assert_string_equal(case_of(),
	                    arena_printf(customer_stage.arena, "fetched -500 0 %s", customer_key));
	feed_note(1, "issued");
	assert_string_equal(case_of(), "healed");
	feed_note(2, "void");
	feed_customer(1, "balance", 0);
	customer_wait(DAYS(4));
	assert_string_equal(case_of(), "");
}

static void who_has_no_balance_has_no_row_of_it(void **state)
{
	struct customer_row row = { .customer_id = customer_key };

	(void)state;
	customer_feed_self();
	feed_invoice(1, "open", 0, 0);
	customer_wait(DAYS(4));
	assert_string_equal(case_of(), "");
	if (stage_test_row(&customer_stage, &customer_table, &row))
		assert_int_equal(row.balance.size, 0);
}

#define IN_STAGE(test) cmocka_unit_test_setup_teardown(test, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_that_states_it_is_what_all_that_moved_it_come_to),
		cmocka_unit_test(more_than_are_kept_come_to_the_same),
		IN_STAGE(a_balance_that_nothing_moved_is_asked_for_and_heals),
		IN_STAGE(what_an_invoice_used_up_has_to_come_from_somewhere),
		IN_STAGE(what_two_tell_of_is_counted_once),
		IN_STAGE(what_a_credit_note_gives_is_its_own_to_tell),
		IN_STAGE(who_has_no_balance_has_no_row_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
