/*
 * billing_holding_test - who has a seat against the seats that there are: in any order, judged when a day is over.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/customer_seat/customer_holding.h"
#include "tests/support/chance.h"
#include "tests/support/customer_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__USAGE_KIND__USAGE_KIND_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define MIDNIGHT ((struct instant){ DAYS(20001).us })
#define PEOPLE 5

static void subscribe(int quantity, int64_t revision)
{
	const char *const json = arena_printf(
	    customer_stage.arena,
	    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"%s\",\"status\":\"active\","
	    "\"currency\":\"usd\",\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\","
	    "\"quantity\":%d,\"price\":{\"id\":\"price_1\",\"product\":\"prod_1\",\"currency\":\"usd\","
	    "\"unit_amount\":1000,\"recurring\":{\"interval\":\"month\",\"interval_count\":1}}}]}}",
	    customer_key, quantity);

	customer_feed("subscription", "sub_1", revision, "active", json);
}

static void report(Opsmesh__V1__UsageKind kind, int number, int person)
{
	struct arena *const arena = customer_stage.arena;

	customer_feed_usage(
	    &(struct customer_usage){ .kind = kind,
	                              .id = arena_printf(arena, "r-%d", number),
	                              .meter = "",
	                              .refers = "",
	                              .item = "si_1",
	                              .subject = arena_printf(arena, "p-%d", person) });
}

/* The last that was said of the case: "opened 4 5", "healed"; "": nothing. */
static const char *heard(void)
{
	const Opsmesh__V1__BillingEvent *event;
	const char *last = "";

	while ((event = customer_heard()) != NULL) {
		if (event->fact_case == FACT(DISCREPANCY_OPENED))
			last = arena_printf(customer_stage.arena, "%s: %s",
			                    event->discrepancy_opened->cause,
			                    event->discrepancy_opened->sentence);
		if (event->fact_case == FACT(DISCREPANCY_HEALED))
			last = "healed";
	}
	return last;
}

static void more_holders_than_seats_are_a_case_when_the_day_is_over(void **state)
{
	(void)state;
	subscribe(4, 1);
	for (int i = 0; i < PEOPLE; i++)
		report(KIND(SEAT_ASSIGNED), i, i);
	assert_string_equal(heard(), "");
	customer_pass(time_add(MIDNIGHT, SECONDS(1)));
	assert_string_equal(heard(),
	                    "seats_assigned: 5 people have a seat where there are 4, on 1 days.");
}

static void who_gave_the_seat_back_has_none(void **state)
{
	(void)state;
	subscribe(4, 1);
	for (int i = 0; i < PEOPLE; i++) {
		report(KIND(SEAT_ASSIGNED), i, i);
		report(i == 0 ? KIND(SEAT_RELEASED) : KIND(SEAT_ASSIGNED), i + 10, i);
	}
	customer_pass(time_add(MIDNIGHT, SECONDS(1)));
	assert_string_equal(heard(), "");
}

static void seats_that_are_bought_within_the_day_are_in_time(void **state)
{
	(void)state;
	subscribe(4, 1);
	for (int i = 0; i < PEOPLE; i++)
		report(KIND(SEAT_ASSIGNED), i, i);
	subscribe(5, 2);
	customer_pass(time_add(MIDNIGHT, SECONDS(1)));
	assert_string_equal(heard(), "");
}

/* The subscription may be heard of before, between and after. */
static void any_order_ends_in_the_same_case(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 3);
	for (int round = 0; round < 20; round++) {
		int order[PEOPLE + 1];

		customer_stop(NULL);
		customer_start(NULL);
		for (int i = 0; i <= PEOPLE; i++) {
			const int place = chance_between(&chance, 0, i);

			order[i] = order[place];
			order[place] = i;
		}
		for (int i = 0; i <= PEOPLE; i++) {
			if (order[i] == PEOPLE)
				subscribe(4, 1);
			else
				report(KIND(SEAT_ASSIGNED), order[i], order[i]);
		}
		customer_pass(time_add(MIDNIGHT, SECONDS(1)));
		assert_string_equal(
		    heard(), "seats_assigned: 5 people have a seat where there are 4, on 1 days.");
	}
}

static void holdings_are_kept_in_their_order_and_within_bounds(void **state)
{
	struct arena *const arena = customer_stage.arena;
	struct seat_holdings holdings = { .count = 0 };
	struct seat_holdings read = { .count = 0 };
	struct seat_holding holding = { .subject = 1, .assigned = true };

	(void)state;
	for (uint64_t i = 0; i < 3000; i++) {
		holding.id = i * 7919 % 3000;
		holding.at = (struct instant){ DAYS((int64_t)holding.id).us };
		assert_true(seat_holdings_put(arena, &holdings, &holding));
		assert_true(seat_holdings_put(arena, &holdings, &holding));
	}
	assert_int_equal(seat_holdings_last(&holdings).us, DAYS(2999).us);
	assert_int_equal(holdings.count, SEAT_DAYS_MAX + 2);
	const struct bytes bytes = seat_holdings_encode(arena, &holdings);

	assert_true(seat_holdings_decode(arena, bytes, &read));
	assert_true(bytes_equal(bytes, seat_holdings_encode(arena, &read)));
	assert_false(
	    seat_holdings_decode(arena, (struct bytes){ bytes.data, bytes.size - 1 }, &read));
	for (uint64_t i = 0; holdings.count < SEAT_HOLDINGS_MAX; i++) {
		holding.subject = holding.id = 10000 + i;
		holding.at = (struct instant){ DAYS(2999).us };
		assert_true(seat_holdings_put(arena, &holdings, &holding));
	}
	holding.subject = holding.id = 99999;
	assert_false(seat_holdings_put(arena, &holdings, &holding));
	assert_int_equal(holdings.count, SEAT_HOLDINGS_MAX);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)
	static const struct CMUnitTest tests[] = {
		CASE(more_holders_than_seats_are_a_case_when_the_day_is_over),
		CASE(who_gave_the_seat_back_has_none),
		CASE(seats_that_are_bought_within_the_day_are_in_time),
		CASE(any_order_ends_in_the_same_case),
		CASE(holdings_are_kept_in_their_order_and_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
