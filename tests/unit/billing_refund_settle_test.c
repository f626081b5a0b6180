/*
 * billing_refund_settle_test - which refunds of the provider stand for which approvals, and what is one too many.
 */
#include "common/base/text.h"
#include "services/billing-sync/refund.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CHARGED 10000

static const char book_text[] =
    "{\"id\":\"t\",\"version\":1,\"effective_from\":\"2020-01-01T00:00:00Z\",\"inquiry\":\"full\","
    "\"roles\":[\"finance\"],\"rules\":[{\"name\":\"mistake\",\"intents\":[\"duplicate_charge\"],"
    "\"window_days\":180,\"limits\":[{\"role\":\"finance\"}]}]}";

static const char *const finance[] = { "finance", NULL };

static struct arena *arena;
static struct refund_policy policy;
static struct instant start_at;

static int start(void **state)
{
	struct json_error error;

	(void)state;
	arena = arena_create(65536);
	assert_true(policy_parse(&refund_policy_kind, arena, bytes_of(book_text), &policy, &error));
	assert_true(time_parse("2026-05-01T00:00:00Z", &start_at));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct refund_row *charged(void)
{
	struct refund_row *const row = arena_zero(arena, sizeof(*row));

	refund_on_charge(row, (struct money){ CHARGED, "USD" }, 0, start_at);
	return row;
}

/* A day after the charge. */
static struct refund_answer ask(struct refund_row *row, const char *action, int64_t amount)
{
	return refund_decide(arena, &policy, row,
	                     &(struct refund_ask){ action,
	                                           { amount, "USD" },
	                                           "duplicate_charge",
	                                           finance,
	                                           time_add(start_at, DAYS(1)),
	                                           true });
}

static void hear_at(struct refund_row *row, const char *refund, const char *action, int64_t amount,
                    enum refund_state state, int days)
{
	refund_on_made(row, &(struct refund_news){ refund, action, amount, state,
	                                           time_add(start_at, DAYS(days)) });
}

static void assert_refused(struct refund_answer answer, enum refund_refusal code, const char *field)
{
	assert_false(answer.approved);
	assert_string_equal(refund_refusal_names[answer.code], refund_refusal_names[code]);
	assert_string_equal(answer.field, field);
}

/* Who clicks twice has asked for one refund; who executes by hand has executed it. */
static void the_same_again_is_one_until_somebody_means_another(void **state)
{
	struct refund_row *const row = charged();
	struct refund_ask twice = {
		"a-2", { 2000, "USD" }, "duplicate_charge", finance, time_add(start_at, DAYS(1)),
		true
	};

	(void)state;
	assert_true(ask(row, "a-1", 2000).approved);
	assert_refused(refund_decide(arena, &policy, row, &twice), REFUND_REPEATED, "on.id");
	hear_at(row, "re_1", "", 2000, REFUND_SUCCEEDED, 2);
	twice.keyed = false;
	assert_refused(refund_decide(arena, &policy, row, &twice), REFUND_REPEATED, "on.id");
	twice.keyed = true;
	assert_true(refund_decide(arena, &policy, row, &twice).approved);
	assert_int_equal(refund_left(row), 6000);
}

static void a_refund_made_by_hand_executes_an_approval_of_its_amount(void **state)
{
	struct refund_row *const row = charged();

	(void)state;
	hear_at(row, "re_0", "", 3000, REFUND_SUCCEEDED, 0);
	assert_true(ask(row, "a-1", 3000).approved);
	assert_int_equal(refund_left(row), 4000);
	assert_int_equal(refund_standing(row, "a-1"), REFUND_STANDING_OPEN);
	hear_at(row, "re_2", "", 2999, REFUND_SUCCEEDED, 2);
	assert_int_equal(refund_left(row), 1001);
	assert_int_equal(refund_standing(row, "a-1"), REFUND_STANDING_OPEN);
	hear_at(row, "re_3", "", 3000, REFUND_PENDING, 2);
	assert_int_equal(refund_standing(row, "a-1"), REFUND_STANDING_SETTLED);
	assert_int_equal(refund_left(row), 1001);
	hear_at(row, "re_3", "", 3000, REFUND_FAILED, 2);
	assert_int_equal(refund_standing(row, "a-1"), REFUND_STANDING_SETTLED);
	assert_int_equal(refund_left(row), 4001);
	assert_int_equal(refund_standing(row, "a-9"), REFUND_STANDING_NONE);
}

/* The refund itself may come late, or never. */
static void what_the_charge_says_was_given_back_counts(void **state)
{
	struct refund_row *const row = charged();
	const struct money money = { CHARGED, "USD" };

	(void)state;
	refund_on_charge(row, money, 9000, start_at);
	assert_refused(ask(row, "a-1", 1001), REFUND_TOO_MUCH, "amount");
	hear_at(row, "re_1", "", 9000, REFUND_SUCCEEDED, 0);
	assert_int_equal(refund_left(row), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_again_is_one_until_somebody_means_another),
		cmocka_unit_test(a_refund_made_by_hand_executes_an_approval_of_its_amount),
		cmocka_unit_test(what_the_charge_says_was_given_back_counts),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
