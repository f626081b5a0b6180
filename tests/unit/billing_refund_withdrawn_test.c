/*
 * billing_refund_withdrawn_test - what was approved and taken back may be on its way: it is not approved twice.
 */
#include "common/base/text.h"
#include "tests/support/refund_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct refund_row *row;

static int start(void **state)
{
	(void)refund_start(state);
	refund_book.withdrawn = DAYS(2);
	row = refund_charged("USD");
	return 0;
}

static struct instant day(int which)
{
	return time_add(refund_start_at, DAYS(which));
}

static void hear(const char *action, int64_t amount, enum refund_state state)
{
	refund_on_made(row, &(struct refund_news){ .refund_id = "re_1",
	                                           .action_id = action,
	                                           .amount = amount,
	                                           .state = state,
	                                           .at = day(2) });
}

static struct refund_answer ask(const char *action, int64_t amount, int which)
{
	return refund_ask_as(row, action, amount, "duplicate_charge", refund_finance, which);
}

/* Of 10,000 there were 6,000 approved and taken back on day 1. */
static void take_back(void)
{
	assert_true(ask("a-1", 6000, 1).approved);
	assert_true(refund_on_failure(row, "a-1", day(1)));
}

static void hear_of_nothing(void) {}

static void hear_of_its_failure(void)
{
	hear("a-1", 6000, REFUND_FAILED);
}

static void hear_of_it(void)
{
	hear("a-1", 6000, REFUND_SUCCEEDED);
}

static void hear_of_another(void)
{
	hear("", 6000, REFUND_FAILED);
}

static void ask_by_an_older_document(void)
{
	refund_book.withdrawn = (struct duration){ 0 };
}

static void what_is_taken_back_is_held_for_the_time_of_the_document(void **state)
{
	static const struct {
		const char *name;
		void (*before)(void);
		int64_t amount;
		int at;
		const char *refused; /* NULL: approved */
	} rows[] = {
		{ "the same is refused", hear_of_nothing, 6000, 2, "withdrawn" },
		{ "and one more than the rest", hear_of_nothing, 4001, 2, "withdrawn" },
		{ "the rest is free", hear_of_nothing, 4000, 2, NULL },
		{ "and all of it when the time is over", hear_of_nothing, 10000, 3, NULL },
		{ "a refund of it that failed frees it", hear_of_its_failure, 10000, 2, NULL },
		{ "one that was made has taken it", hear_of_it, 4001, 9, "too_much" },
		{ "and no more than it", hear_of_it, 4000, 2, NULL },
		{ "another that failed says nothing of it", hear_of_another, 6000, 2, "withdrawn" },
		{ "a document without a time holds nothing", ask_by_an_older_document, 10000, 1,
		  NULL },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		print_message("%s\n", rows[i].name);
		take_back();
		rows[i].before();
		const struct refund_answer answer = ask("a-2", rows[i].amount, rows[i].at);

		assert_int_equal(answer.approved, rows[i].refused == NULL);
		if (rows[i].refused != NULL)
			assert_string_equal(refund_refusal_names[answer.code], rows[i].refused);
		assert_int_equal(refund_stop(state), 0);
		assert_int_equal(start(state), 0);
	}
}

static void who_is_refused_hears_until_when(void **state)
{
	(void)state;
	take_back();
	const struct refund_answer answer = ask("a-2", 6000, 2);

	refund_assert_refused(answer, REFUND_WITHDRAWN, "amount");
	assert_string_equal(answer.reason,
	                    "until 2026-05-04T00:00:00Z 6000 USD minor units may be on their way, "
	                    "of what was approved and taken back");
}

/* It is taken back, its refund is heard of, another is asked for: whichever comes first, it goes once. */
static void in_no_order_the_same_goes_twice(void **state)
{
	static const char *const orders[] = { "tha", "tah", "hta", "hat", "ath", "aht" };

	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		assert_true(ask("a-1", 6000, 1).approved);
		for (const char *step = orders[i]; *step != '\0'; step++)
			if (*step == 't')
				assert_true(refund_on_failure(row, "a-1", day(1)));
			else if (*step == 'h')
				hear("a-1", 6000, REFUND_SUCCEEDED);
			else
				assert_false(ask("a-2", 6000, 2).approved);
		assert_int_equal(refund_left(row), 4000);
		assert_int_equal(refund_stop(state), 0);
		assert_int_equal(start(state), 0);
	}
}

static struct refund_ask of_two(const char *by, int which)
{
	return (struct refund_ask){ .action_id = "a-2",
		                    .money = { 9000, "USD" },
		                    .intent = "outage",
		                    .roles = refund_finance,
		                    .at = day(which),
		                    .keyed = true,
		                    .by = by,
		                    .key = by };
}

/* What waited was never to be executed, and holds nothing; what is held, holds a second person too. */
static void two_people_are_held_as_well(void **state)
{
	const struct refund_ask first = of_two("mika", 1);
	struct refund_ask second = of_two("ada", 2);

	(void)state;
	assert_true(refund_decide(refund_arena, &refund_book, row, &first).waits);
	take_back();
	refund_assert_refused(refund_confirm(refund_arena, &refund_book, row, &second),
	                      REFUND_WITHDRAWN, "amount");
	assert_true(refund_on_failure(row, "a-2", day(2)));
	assert_true(ask("a-3", 10000, 3).approved);
}

static void the_bytes_come_back(void **state)
{
	struct refund_row *const read = arena_zero(refund_arena, sizeof(*read));

	(void)state;
	take_back();
	const struct bytes bytes = refund_encode(refund_arena, row);

	assert_true(refund_decode(bytes, read));
	assert_true(bytes_equal(bytes, refund_encode(refund_arena, read)));
	row = read;
	refund_assert_refused(ask("a-2", 6000, 2), REFUND_WITHDRAWN, "amount");
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(refund_decode((struct bytes){ bytes.data, size }, read));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, refund_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(what_is_taken_back_is_held_for_the_time_of_the_document),
		CASE(who_is_refused_hears_until_when),
		CASE(in_no_order_the_same_goes_twice),
		CASE(two_people_are_held_as_well),
		CASE(the_bytes_come_back),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
