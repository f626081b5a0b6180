/*
 * billing_debt_order_test - since when a subscription owes, whatever order its states come in: in its book, and
 * in what the customer may use.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/seat/seat_book.h"
#include "tests/support/customer_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STATES_MAX 5

/* A state each day, by its letter: active, past due, unpaid, paused, canceled. */
static const struct {
	const char *name;
	const char *days;
	int64_t since; /* a day; -1: it does not owe */
} lives[] = {
	{ "it pays", "aa", -1 },
	{ "it owes from its first day", "ddd", 0 },
	{ "it owes since its invoice was not paid", "aadd", 2 },
	{ "what is unpaid was past due before", "addu", 1 },
	{ "a debt that was paid is over", "adda", -1 },
	{ "a second debt begins anew", "adaad", 4 },
	{ "a debt that is as the one before it is another", "dad", 2 },
	{ "who is paused owes nothing", "adpdd", 3 },
	{ "what is over owes nothing", "addc", -1 },
};

static struct instant day(int64_t number)
{
	return (struct instant){ DAYS(20000 + number).us };
}

static struct subscription state_of(char letter)
{
	static const struct {
		char letter;
		enum subscription_status status;
	} letters[] = {
		{ 'a', SUBSCRIPTION_ACTIVE },   { 'd', SUBSCRIPTION_PAST_DUE },
		{ 'u', SUBSCRIPTION_UNPAID },   { 'p', SUBSCRIPTION_PAUSED },
		{ 'c', SUBSCRIPTION_CANCELED },
	};
	struct subscription made = { .id = "sub_1", .currency = "USD" };

	for (size_t i = 0; i < COUNT_OF(letters); i++)
		if (letters[i].letter == letter)
			made.status = letters[i].status;
	return made;
}

/* -1: it does not owe. */
static int64_t owing_day(struct arena *arena, const char *days, const size_t *order, size_t count)
{
	struct seat_book *book = arena_zero(arena, sizeof(*book));
	struct instant since;
	size_t newest = 0;

	for (size_t i = 0; i < 2 * count; i++) {
		const size_t place = order[i % count];
		const struct subscription state = state_of(days[place]);
		struct seat_book *const read = arena_zero(arena, sizeof(*read));
		const bool stands = i == 0 || (place > newest && days[place] != days[newest]);

		seat_book_state(arena, book,
		                (struct seat_seen){ day((int64_t)place),
		                                    stands ? (int64_t)i + 1 : 0, false },
		                &state);
		newest = i == 0 || place > newest ? place : newest;
		CHECK(seat_book_decode(arena, seat_book_encode(arena, book), read));
		book = read;
	}
	if (!seat_book_owing(book, &since))
		return -1;
	return since.us / DAYS(1).us - 20000;
}

/* Every order of so many, by its number; false: there are no more. */
static bool order_of(size_t number, size_t count, size_t *order)
{
	for (size_t i = 0; i < count; i++) {
		const size_t place = number % (i + 1);

		number /= i + 1;
		order[i] = order[place];
		order[place] = i;
	}
	return number == 0;
}

static void a_debt_is_as_old_in_every_order(void **state)
{
	struct arena *const arena = arena_create(65536);
	size_t order[STATES_MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lives); i++) {
		const size_t count = strlen(lives[i].days);

		print_message("%s\n", lives[i].name);
		for (size_t k = 0; order_of(k, count, order); k++) {
			assert_int_equal(owing_day(arena, lives[i].days, order, count),
			                 lives[i].since);
			arena_reset(arena);
		}
	}
	arena_destroy(arena);
}

/* In the stage. */

static const char *subscription(const char *status)
{
	return arena_printf(
	    customer_stage.arena,
	    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"%s\",\"status\":\"%s\","
	    "\"currency\":\"usd\",\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\","
	    "\"quantity\":1,\"price\":{\"id\":\"price_1\",\"product\":\"prod_1\",\"currency\":\"usd\","
	    "\"unit_amount\":1000,\"recurring\":{\"interval\":\"month\",\"interval_count\":1}}}]}}",
	    customer_key, status);
}

static void feed_earlier(int64_t days_ago, const char *status)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made =
	    customer_mirrored("subscription", "sub_1", 0, status, subscription(status));

	event.customer_id = text_mutable(customer_key);
	event.occurred_at = proto_timestamp(customer_stage.arena, day(-days_ago));
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_EARLIER;
	event.earlier = &made;
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

/* Why the customer may use what it has, or no longer may; NULL: nothing is said. */
static const char *reason_said(void)
{
	const Opsmesh__V1__BillingEvent *event;

	do {
		event = customer_heard();
	} while (event != NULL &&
	         event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_ACCESS_CHANGED);
	return event != NULL ? event->access_changed->reason : NULL;
}

static void what_was_owed_before_ends_the_grace_and_what_was_paid_gives_it_back(void **state)
{
	(void)state;
	customer_feed("subscription", "sub_1", 4, "past_due", subscription("past_due"));
	assert_string_equal(reason_said(), "grace");
	feed_earlier(20, "past_due");
	assert_string_equal(reason_said(), "grace_over");
	feed_earlier(30, "active");
	assert_null(reason_said());
	feed_earlier(10, "active");
	assert_string_equal(reason_said(), "grace");
	feed_earlier(20, "past_due");
	assert_null(reason_said());
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_debt_is_as_old_in_every_order),
		cmocka_unit_test_setup_teardown(
		    what_was_owed_before_ends_the_grace_and_what_was_paid_gives_it_back,
		    customer_start, customer_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
