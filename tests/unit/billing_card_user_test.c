/*
 * billing_card_user_test - for whom a card was tried: the last of them, in any order.
 */
#include "common/base/text.h"
#include "services/billing-sync/card/card_user.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/order.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SHUFFLES 50
#define MANY (CARD_USERS_MAX + 40)

static struct card_user user_of(const char *customer, const char *currency, int64_t minor,
                                int64_t hour)
{
	struct card_user user = { .customer_id = customer, .money = { .minor = minor } };

	(void)snprintf(user.money.currency, sizeof(user.money.currency), "%s", currency);
	user.at = time_add((struct instant){ 0 }, HOURS(hour));
	return user;
}

static void put(struct card_users *users, const char *customer, const char *currency, int64_t minor,
                int64_t hour)
{
	const struct card_user user = user_of(customer, currency, minor, hour);

	card_user_put(users, &user);
}

static void a_customer_is_known_by_what_was_tried(void **state)
{
	struct card_users *const users = arena_zero(arena, sizeof(*users));
	const struct money tried = { .minor = 500, .currency = "EUR" };
	const struct money other = { .minor = 500, .currency = "USD" };

	(void)state;
	assert_false(card_user_known(users, "cus_b", NULL));
	put(users, "cus_b", "EUR", 500, 1);
	put(users, "cus_a", "USD", 500, 1);
	put(users, "cus_b", "EUR", 500, 2);
	assert_int_equal(users->count, 2);
	assert_true(card_user_known(users, "cus_b", NULL));
	assert_true(card_user_known(users, "cus_b", &tried));
	assert_false(card_user_known(users, "cus_b", &other));
	assert_false(card_user_known(users, "cus_c", NULL));
	assert_false(card_user_known(users, "cus", NULL));
}

static struct bytes shuffled(struct chance *chance)
{
	struct card_users *const users = arena_zero(arena, sizeof(*users));
	size_t order[2 * MANY];

	order_shuffle(chance, order, COUNT_OF(order));
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		const int64_t which = (int64_t)order[i] % MANY;

		/* Each twice; several at a time. */
		put(users, arena_printf(arena, "cus_%d", (int)which / 3), "EUR", which % 3,
		    which / 4 + (order[i] >= MANY ? 10 : 0));
	}
	assert_int_equal(users->count, CARD_USERS_MAX);
	return card_users_encode(arena, users);
}

static void of_too_many_the_last_are_kept_in_any_order(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 7);
	const struct bytes first = shuffled(&chance);

	for (int i = 0; i < SHUFFLES; i++)
		assert_true(bytes_equal(shuffled(&chance), first));
}

static void bytes_come_back_or_are_refused(void **state)
{
	struct card_users *const users = arena_zero(arena, sizeof(*users));
	struct card_users *const read = arena_zero(arena, sizeof(*read));

	(void)state;
	put(users, "cus_a", "JPY", 3000, 5);
	put(users, "cus_b", "USD", 1, 6);
	const struct bytes bytes = card_users_encode(arena, users);

	assert_true(card_users_decode(arena, bytes, read));
	assert_true(bytes_equal(card_users_encode(arena, read), bytes));
	for (size_t size = 0; size < bytes.size; size++)
		if (card_users_decode(arena, (struct bytes){ bytes.data, size }, read))
			assert_true(read->count < 2);
	assert_false(card_users_decode(arena, bytes_of("\x02"), read));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_customer_is_known_by_what_was_tried),
		CASE(of_too_many_the_last_are_kept_in_any_order),
		CASE(bytes_come_back_or_are_refused),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
