/*
 * billing_attempt_test - a card's attempts against its network's budgets, in any order and at the edges.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/billing-sync/dunning/attempt.h"
#include "tests/support/order.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MANY 400 /* more than are kept */
#define SHUFFLES 200
#define HISTORIES 300

static struct arena *arena;
static struct attempt_policy before;
static struct attempt_policy now_in_force;
static struct instant start_at;

static void load(const char *path, struct attempt_policy *policy)
{
	struct json_error error;
	struct bytes content;

	assert_true(file_read(arena, path, POLICY_BYTES_MAX, &content));
	assert_true(policy_parse(&attempt_policy_kind, arena, content, policy, &error));
}

static int start(void **state)
{
	(void)state;
	arena = arena_create(65536);
	load("deploy/policies/attempts/attempts-1.json", &before);
	load("deploy/policies/attempts/attempts-2.json", &now_in_force);
	assert_true(time_parse("2026-05-01T00:00:00Z", &start_at));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct attempt_row *empty(void)
{
	return arena_zero(arena, sizeof(struct attempt_row));
}

static struct instant hours(int64_t count)
{
	return time_add(start_at, HOURS(count));
}

static struct attempt declined(int64_t hour, uint64_t id, int64_t amount)
{
	return (struct attempt){
		.at = hours(hour), .id = id, .amount = amount, .currency = "USD", .declined = true
	};
}

static struct money usd(int64_t minor)
{
	return (struct money){ minor, "USD" };
}

/* So many attempts, one every so many hours. */
static struct attempt_row *tried(int count, int64_t every, int64_t amount)
{
	struct attempt_row *const row = empty();

	for (int i = 0; i < count; i++) {
		const struct attempt attempt = declined(i * every, (uint64_t)i, amount);

		attempt_add(row, &attempt);
	}
	return row;
}

static void a_budget_is_used_up_and_comes_back(void **state)
{
	const struct {
		const char *name;
		const struct attempt_policy *policy;
		const char *network;
		int count;
		int64_t every; /* hours */
		int64_t asked; /* hour */
		enum attempt_why why;
		int64_t again; /* hour */
		int32_t left;
	} rows[] = {
		{ "nothing was tried", &now_in_force, "visa", 0, 1, 0, ATTEMPT_ALLOWED, 0, 20 },
		{ "nineteen leave one", &now_in_force, "visa", 19, 24, 500, ATTEMPT_ALLOWED, 500,
		  1 },
		{ "twenty leave none until the first is 30 days old", &now_in_force, "visa", 20, 24,
		  500, ATTEMPT_BUDGET, 720, 0 },
		{ "at that instant one is free", &now_in_force, "visa", 20, 24, 720,
		  ATTEMPT_ALLOWED, 720, 1 },
		{ "the hour before it is not", &now_in_force, "visa", 20, 24, 719, ATTEMPT_BUDGET,
		  720, 0 },
		{ "of more than the budget the later ones must leave too", &now_in_force, "visa",
		  22, 24, 600, ATTEMPT_BUDGET, 720 + 48, 0 },
		{ "the rules of before allowed fifteen", &before, "visa", 15, 24, 400,
		  ATTEMPT_BUDGET, 720, 0 },
		{ "and fourteen leave one of them", &before, "visa", 14, 24, 400, ATTEMPT_ALLOWED,
		  400, 1 },
		{ "ten in a day are Mastercard's most", &now_in_force, "mastercard", 10, 2, 20,
		  ATTEMPT_BUDGET, 24, 0 },
		{ "nine in a day leave one", &now_in_force, "mastercard", 9, 2, 20, ATTEMPT_ALLOWED,
		  20, 1 },
		{ "thirty-five of one amount in 30 days", &now_in_force, "mastercard", 35, 20, 700,
		  ATTEMPT_BUDGET, 720, 0 },
		{ "a network without a budget has no limit", &now_in_force, "amex", 100, 1, 100,
		  ATTEMPT_ALLOWED, 100, INT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct attempt_row *const row = tried(rows[i].count, rows[i].every, 1200);
		const struct attempt_answer answer =
		    attempt_judge(rows[i].policy, row, rows[i].network, usd(1200),
		                  hours(rows[i].asked));

		print_message("%s\n", rows[i].name);
		assert_int_equal(answer.why, rows[i].why);
		assert_int_equal(answer.allowed, rows[i].why == ATTEMPT_ALLOWED);
		assert_int_equal(answer.again.us, hours(rows[i].again).us);
		assert_int_equal(answer.left, rows[i].left);
	}
}

static void another_amount_or_currency_has_its_own_budget(void **state)
{
	const struct attempt_row *const row = tried(35, 20, 1200);
	const struct money yen = { 1200, "JPY" };

	(void)state;
	assert_false(
	    attempt_judge(&now_in_force, row, "mastercard", usd(1200), hours(700)).allowed);
	assert_true(attempt_judge(&now_in_force, row, "mastercard", usd(1300), hours(700)).allowed);
	assert_true(attempt_judge(&now_in_force, row, "mastercard", yen, hours(700)).allowed);
	assert_false(attempt_judge(&now_in_force, row, "visa", usd(1300), hours(700)).allowed);
}

static void what_came_through_does_not_count(void **state)
{
	struct attempt_row *const row = tried(19, 24, 1200);
	struct attempt paid = declined(460, 99, 1200);

	(void)state;
	paid.declined = false;
	attempt_add(row, &paid);
	assert_int_equal(attempt_judge(&now_in_force, row, "visa", usd(1), hours(500)).left, 1);
	paid.declined = true;
	attempt_add(row, &paid);
	assert_int_equal(row->count, 20);
	assert_int_equal(attempt_judge(&now_in_force, row, "visa", usd(1), hours(500)).left, 0);
}

/* From a charge. */

static struct payment_failure charge(const char *network, const char *advice)
{
	return (struct payment_failure){ .charge_id = "ch_1",
		                         .failed = true,
		                         .outcome_type = "issuer_declined",
		                         .network_status = "declined_by_network",
		                         .network_advice_code = advice,
		                         .network = network,
		                         .fingerprint = "fp_1",
		                         .amount = 1200,
		                         .currency = "USD",
		                         .has_created = true,
		                         .created = start_at };
}

static void networks_forbid_a_card_for_good(void **state)
{
	static const struct {
		const char *name;
		const char *network;
		const char *advice;
		int32_t category;
		const char *why;
	} rows[] = {
		{ "Visa's category 1", "visa", "", 1, "category 1" },
		{ "Visa's category 2 does not", "visa", "", 2, "" },
		{ "Mastercard's 03", "mastercard", "03", 0, "advice 03" },
		{ "Mastercard's 21", "mastercard", "21", 0, "advice 21" },
		{ "Mastercard's 01 does not", "mastercard", "01", 0, "" },
		{ "03 is Mastercard's word alone", "visa", "03", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct payment_failure failed = charge(rows[i].network, rows[i].advice);
		const struct decline_answer answer = { .category = rows[i].category };
		struct attempt_row *const row = empty();
		struct attempt attempt;

		print_message("%s\n", rows[i].name);
		assert_true(attempt_from(&now_in_force, &failed, &answer, &attempt));
		attempt_add(row, &attempt);
		const struct attempt_answer judged =
		    attempt_judge(&now_in_force, row, rows[i].network, usd(1),
		                  time_add(start_at, DAYS(3000)));
		assert_string_equal(judged.detail, rows[i].why);
		assert_int_equal(judged.allowed, rows[i].why[0] == '\0');
		if (!judged.allowed)
			assert_int_equal(judged.again.us, TIME_MAX.us);
	}
}

static void advice_to_wait_is_heeded_to_the_instant(void **state)
{
	const struct payment_failure failed = charge("mastercard", "25");
	const struct decline_answer answer = { .wait = HOURS(24) };
	struct attempt_row *const row = empty();
	struct attempt attempt;

	(void)state;
	assert_true(attempt_from(&now_in_force, &failed, &answer, &attempt));
	attempt_add(row, &attempt);
	const struct attempt_answer early = attempt_judge(&now_in_force, row, "mastercard", usd(1),
	                                                  time_sub(hours(24), SECONDS(1)));
	assert_int_equal(early.why, ATTEMPT_WAITS);
	assert_int_equal(early.again.us, hours(24).us);
	assert_true(attempt_judge(&now_in_force, row, "mastercard", usd(1), hours(24)).allowed);
}

static void what_was_not_sent_is_no_attempt(void **state)
{
	const struct decline_answer answer = { .category = 0 };
	struct payment_failure cases[4];
	struct attempt attempt;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cases[i] = charge("visa", "");
	assert_true(attempt_from(&now_in_force, &cases[0], &answer, &attempt));
	cases[0].network_status = "not_sent_to_network";
	cases[1].fingerprint = "";
	cases[2].charge_id = "";
	cases[3].has_created = false;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_false(attempt_from(&now_in_force, &cases[i], &answer, &attempt));
}

/* Order. */

static void add_all(struct attempt_row *row, const struct attempt *attempts, const size_t *order,
                    size_t count)
{
	for (size_t i = 0; i < count; i++)
		attempt_add(row, &attempts[order[i]]);
}

static void every_order_of_six_gives_the_same_bytes(void **state)
{
	struct attempt attempts[7] = {
		declined(0, 1, 100), declined(0, 2, 100), declined(5, 3, 100),
		declined(3, 4, 900), declined(9, 5, 100), declined(5, 3, 100),
	};
	size_t order[] = { 0, 1, 2, 3, 4, 5 };
	struct bytes want = { NULL, 0 };
	int orders = 0;

	(void)state;
	attempts[2].declined = false; /* was pending when it was first heard of */
	memcpy(attempts[1].never, "advice 03", 10);
	memcpy(attempts[4].never, "advice 21", 10);
	attempts[3].has_wait = true;
	attempts[3].wait_until = hours(80);
	attempts[0].has_wait = true;
	attempts[0].wait_until = hours(40);
	do {
		struct attempt_row *const row = empty();

		add_all(row, attempts, order, COUNT_OF(order));
		const struct bytes got = attempt_encode(arena, row);
		if (want.data == NULL)
			want = got;
		assert_true(bytes_equal(want, got));
		assert_string_equal(row->forbidden_why, "advice 03");
		assert_int_equal(row->count, 5);
		orders++;
	} while (order_next(order, COUNT_OF(order)));
	assert_int_equal(orders, 720);
}

static void more_than_are_kept_in_any_order_are_the_same_and_refused(void **state)
{
	struct attempt *const attempts = arena_zero(arena, MANY * sizeof(*attempts));
	struct chance chance;
	struct bytes want = { NULL, 0 };
	size_t order[MANY];

	(void)state;
	chance_seed(&chance, 5);
	for (int i = 0; i < MANY; i++)
		attempts[i] = declined(chance_below(&chance, 300), (uint64_t)i, 1200);
	for (int round = 0; round < SHUFFLES; round++) {
		struct attempt_row *const row = empty();

		order_shuffle(&chance, order, MANY);
		add_all(row, attempts, order, MANY);
		add_all(row, attempts, order, MANY / 2);
		const struct bytes got = attempt_encode(arena, row);
		if (round == 0)
			want = got;
		assert_true(bytes_equal(want, got));
		const struct attempt_answer answer =
		    attempt_judge(&now_in_force, row, "mastercard", usd(7), hours(350));
		assert_int_equal(answer.why, ATTEMPT_UNCOUNTED);
		assert_int_equal(answer.again.us, time_add(row->kept[0].at, DAYS(30)).us);
	}
}

/* The plain truth: how many lie in the window, and the first later hour at which it is allowed. */
static bool allowed_at(const struct attempt *attempts, int count, int64_t amount,
                       struct instant now)
{
	int in_month = 0;
	int in_day = 0;

	for (int i = 0; i < count; i++) {
		const struct duration age = time_since(attempts[i].at, now);

		in_month += age.us < DAYS(30).us && attempts[i].amount == amount;
		in_day += age.us < DAYS(1).us;
	}
	return in_month < 35 && in_day < 10;
}

static void random_histories_agree_with_counting_by_hand(void **state)
{
	struct attempt attempts[60];
	struct chance chance;

	(void)state;
	chance_seed(&chance, 11);
	for (int round = 0; round < HISTORIES; round++) {
		const int count = chance_below(&chance, (int)COUNT_OF(attempts));
		const int spread = chance_of(&chance, 500) ? 40 : 700;
		struct attempt_row *const row = empty();

		for (int i = 0; i < count; i++) {
			attempts[i] = declined(chance_below(&chance, spread), (uint64_t)i,
			                       chance_of(&chance, 900) ? 1200 : 50);
			attempt_add(row, &attempts[i]);
		}
		const struct attempt_answer answer =
		    attempt_judge(&now_in_force, row, "mastercard", usd(1200), hours(spread));
		assert_int_equal(answer.allowed, allowed_at(attempts, count, 1200, hours(spread)));
		assert_true(allowed_at(attempts, count, 1200, answer.again));
		if (!answer.allowed)
			assert_false(
			    allowed_at(attempts, count, 1200, time_sub(answer.again, SECONDS(1))));
	}
}

/* Bytes. */

static void bytes_come_back_and_cut_ones_are_refused(void **state)
{
	struct attempt_row *const row = tried(20, 24, 1200);
	struct attempt_row *const read = empty();
	struct attempt last = declined(500, 77, 3);

	(void)state;
	memcpy(last.never, "category 1", 11);
	last.has_wait = true;
	last.wait_until = hours(900);
	attempt_add(row, &last);
	const struct bytes bytes = attempt_encode(arena, row);
	assert_true(attempt_decode(bytes, read));
	assert_true(bytes_equal(bytes, attempt_encode(arena, read)));
	for (size_t size = 0; size < bytes.size; size++) {
		const struct bytes cut = { bytes.data, size };

		if (attempt_decode(cut, read))
			assert_int_equal((bytes.size - size) % 28, 0);
	}
	assert_false(attempt_decode((struct bytes){ "\x02\x00", 2 }, read));
	assert_false(attempt_decode((struct bytes){ "\x01\x04", 2 }, read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_budget_is_used_up_and_comes_back),
		cmocka_unit_test(another_amount_or_currency_has_its_own_budget),
		cmocka_unit_test(what_came_through_does_not_count),
		cmocka_unit_test(networks_forbid_a_card_for_good),
		cmocka_unit_test(advice_to_wait_is_heeded_to_the_instant),
		cmocka_unit_test(what_was_not_sent_is_no_attempt),
		cmocka_unit_test(every_order_of_six_gives_the_same_bytes),
		cmocka_unit_test(more_than_are_kept_in_any_order_are_the_same_and_refused),
		cmocka_unit_test(random_histories_agree_with_counting_by_hand),
		cmocka_unit_test(bytes_come_back_and_cut_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
