/*
 * billing_usage_stage_test - usage in the stage `customer`: counted once, late, corrected, taken back, out of order, forgotten.
 */
#include "common/base/text.h"
#include "services/billing-sync/customer_seat/customer_usage.h"
#include "tests/support/customer_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__USAGE_KIND__USAGE_KIND_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static void metered(const char *id, int64_t quantity, struct duration age)
{
	customer_feed_usage(&(struct customer_usage){ .kind = KIND(METER),
	                                              .id = id,
	                                              .meter = "calls",
	                                              .quantity = quantity,
	                                              .refers = "",
	                                              .item = "",
	                                              .subject = "",
	                                              .age = age });
}

static void corrected(const char *id, int64_t quantity, const char *refers, struct duration age)
{
	customer_feed_usage(&(struct customer_usage){ .kind = KIND(CORRECTION),
	                                              .id = id,
	                                              .meter = "calls",
	                                              .quantity = quantity,
	                                              .refers = refers,
	                                              .item = "",
	                                              .subject = "",
	                                              .age = age });
}

static void cancelled(const char *id, const char *refers)
{
	customer_feed_usage(&(struct customer_usage){ .kind = KIND(CANCEL),
	                                              .id = id,
	                                              .meter = "",
	                                              .refers = refers,
	                                              .item = "",
	                                              .subject = "" });
}

/* What was used of the meter on the day of so long ago; in time, or late. */
static int64_t used(struct duration age, bool late)
{
	struct used_row row = { .customer_id = customer_key, .meter = "calls" };

	row.day = time_sub(customer_now(), age).us / DAYS(1).us;
	if (!stage_test_row(&customer_stage, &used_table, &row))
		return 0;
	return late ? row.late : row.in_time;
}

static void assert_refused(const char *code, const char *field)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(USAGE_REFUSED));
	assert_string_equal(event->usage_refused->code, code);
	assert_string_equal(event->usage_refused->field, field);
	assert_null(customer_heard());
}

static void what_was_used_counts_once_on_its_day(void **state)
{
	(void)state;
	metered("e-1", 5, HOURS(26));
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(USAGE_TAKEN));
	assert_string_equal(event->customer_id, customer_key);
	assert_string_equal(event->usage_taken->meter, "calls");
	assert_string_equal(event->usage_taken->policy, "usage/1");
	assert_int_equal(event->usage_taken->quantity, 5);
	metered("e-2", 7, HOURS(26));
	(void)customer_next();
	assert_int_equal(used(HOURS(26), false), 12);
	assert_int_equal(used(HOURS(0), false), 0);
	metered("e-2", 8, HOURS(26));
	assert_refused("conflict", "id");
	assert_int_equal(used(HOURS(26), false), 12);
}

static void the_same_report_again_says_and_counts_nothing(void **state)
{
	const struct instant at = customer_now();

	(void)state;
	metered("e-1", 5, HOURS(1));
	(void)customer_next();
	metered("e-1", 5, (struct duration){ time_since(at, customer_now()).us + HOURS(1).us });
	assert_null(customer_heard());
	assert_int_equal(used(HOURS(1), false), 5);
}

static void what_is_too_late_for_the_meter_goes_to_the_next_invoice(void **state)
{
	(void)state;
	metered("e-1", 5, DAYS(40));
	const Opsmesh__V1__BillingEvent *event = customer_next();

	assert_int_equal(event->fact_case, FACT(USAGE_LATE));
	assert_int_equal(event->usage_late->quantity, 5);
	assert_non_null(event->usage_late->received_at);
	assert_int_equal(used(DAYS(40), true), 5);
	assert_int_equal(used(DAYS(40), false), 0);
	corrected("e-2", -2, "e-1", DAYS(0));
	event = customer_next();
	assert_int_equal(event->fact_case, FACT(USAGE_LATE));
	assert_int_equal(event->usage_late->quantity, -2);
	assert_string_equal(event->usage_late->refers, "e-1");
}

static void a_correction_takes_back_no_more_than_there_was(void **state)
{
	(void)state;
	metered("e-1", 5, HOURS(1));
	(void)customer_next();
	corrected("e-2", -3, "e-1", HOURS(1));
	assert_int_equal(customer_next()->fact_case, FACT(USAGE_CORRECTED));
	assert_int_equal(used(HOURS(1), false), 2);
	corrected("e-3", -3, "e-1", HOURS(0));
	assert_refused("too_much", "quantity");
	corrected("e-4", -1, "e-9", HOURS(0));
	assert_refused("unknown", "refers");
	assert_int_equal(used(HOURS(1), false), 2);
}

static void what_is_cancelled_was_never_used(void **state)
{
	(void)state;
	metered("e-1", 5, HOURS(30));
	(void)customer_next();
	cancelled("e-2", "e-1");
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(USAGE_CANCELLED));
	assert_string_equal(event->usage_cancelled->meter, "calls");
	assert_int_equal(event->usage_cancelled->quantity, 5);
	assert_false(event->usage_cancelled->late);
	assert_int_equal(used(HOURS(30), false), 0);
	cancelled("e-3", "e-1");
	assert_refused("cancelled", "refers");
}

static void a_day_after_it_came_nothing_is_cancelled(void **state)
{
	(void)state;
	metered("e-1", 5, HOURS(0));
	(void)customer_next();
	for (int i = 0; i < 24 * 60; i++)
		customer_feed("product", "prod_1", i + 1, "", "{}");
	cancelled("e-2", "e-1");
	assert_refused("too_late", "refers");
}

static void what_lies_ahead_is_refused(void **state)
{
	(void)state;
	metered("e-1", 5, MINUTES(-6));
	assert_refused("future", "at");
}

static void an_event_is_forgotten_when_it_can_no_longer_reach_the_meter(void **state)
{
	struct reported_row row = { .customer_id = customer_key };
	char key[USAGE_KEY_SIZE];
	struct instant due;

	(void)state;
	row.event_key = usage_key(customer_key, "api", "e-1", key);
	metered("e-1", 5, HOURS(0));
	(void)customer_next();
	assert_true(stage_test_row(&customer_stage, &reported_table, &row));
	assert_true(stage_test_timer(&customer_stage, CUSTOMER_TIMER_USAGE,
	                             arena_printf(customer_stage.arena, "%s/%s", customer_key, key),
	                             &due));
	customer_pass(time_sub(due, SECONDS(1)));
	assert_true(stage_test_row(&customer_stage, &reported_table, &row));
	customer_pass(time_add(due, SECONDS(1)));
	assert_false(stage_test_row(&customer_stage, &reported_table, &row));
	assert_null(customer_heard());
}

/* What was refused is not remembered. */

static void what_was_refused_is_taken_when_it_is_sent_again_and_can_be(void **state)
{
	(void)state;
	metered("e-1", 5, MINUTES(-6));
	assert_refused("future", "at");
	customer_wait(MINUTES(5));
	for (int64_t minute = 0; minute < 2; minute++) {
		metered("e-1", 5, MINUTES(minute));
		if (minute == 0)
			assert_int_equal(customer_next()->fact_case, FACT(USAGE_TAKEN));
		assert_null(customer_heard());
	}
	corrected("e-3", -2, "e-2", MINUTES(0));
	assert_refused("unknown", "refers");
	metered("e-2", 7, MINUTES(1));
	assert_int_equal(customer_next()->fact_case, FACT(USAGE_TAKEN));
	for (int64_t minute = 2; minute < 4; minute++) {
		corrected("e-3", -2, "e-2", MINUTES(minute));
		if (minute == 2)
			assert_int_equal(customer_next()->fact_case, FACT(USAGE_CORRECTED));
		assert_null(customer_heard());
	}
	assert_int_equal(used(MINUTES(4), false), 10);
}

/* What comes before the event that it is about: from December 2026 on it waits for a day. */

static int start_in_december(void **state)
{
	(void)customer_start(state);
	customer_wait(DAYS(791));
	return 0;
}

static void assert_waits(const char *refers)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(USAGE_WAITS));
	assert_string_equal(event->usage_waits->refers, refers);
	assert_string_equal(event->usage_waits->policy, "usage/2");
	assert_null(customer_heard());
}

static void assert_said(int first, int second)
{
	assert_int_equal(customer_next()->fact_case, first);
	if (second != 0)
		assert_int_equal(customer_next()->fact_case, second);
	assert_null(customer_heard());
}

static void a_correction_waits_for_what_it_corrects(void **state)
{
	(void)state;
	corrected("e-2", -3, "e-1", HOURS(1));
	assert_waits("e-1");
	stage_test_restart(&customer_stage);
	corrected("e-2", -3, "e-1", MINUTES(61));
	assert_null(customer_heard());
	corrected("e-2", -4, "e-1", HOURS(1));
	assert_refused("conflict", "id");
	assert_int_equal(used(HOURS(1), false), 0);
	metered("e-1", 5, HOURS(1));
	assert_said(FACT(USAGE_TAKEN), FACT(USAGE_CORRECTED));
	assert_int_equal(used(HOURS(1), false), 2);
	corrected("e-3", -3, "e-1", HOURS(1));
	assert_refused("too_much", "quantity");
}

static void so_does_a_cancellation(void **state)
{
	(void)state;
	cancelled("e-2", "e-1");
	assert_waits("e-1");
	metered("e-1", 5, HOURS(1));
	assert_said(FACT(USAGE_TAKEN), FACT(USAGE_CANCELLED));
	assert_int_equal(used(HOURS(1), false), 0);
}

static void any_order_of_an_event_and_its_corrections_counts_the_same(void **state)
{
	static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		                         { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		for (size_t k = 0; k < 3; k++) {
			const char *const id =
			    arena_printf(customer_stage.arena, "e-%d", orders[i][k]);

			if (orders[i][k] == 0)
				metered(id, 9, HOURS(1));
			else
				corrected(id, -2 * orders[i][k], "e-0", HOURS(1));
			stage_test_restart(&customer_stage);
		}
		assert_int_equal(used(HOURS(1), false), 3);
		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(start_in_december(state), 0);
	}
}

static void what_never_comes_is_waited_for_for_a_day(void **state)
{
	struct reported_row row = { .customer_id = customer_key };
	char key[USAGE_KEY_SIZE];

	(void)state;
	corrected("e-2", -3, "e-1", HOURS(1));
	assert_waits("e-1");
	customer_wait(HOURS(23));
	assert_null(customer_heard());
	customer_wait(HOURS(2));
	assert_refused("unknown", "refers");
	for (int i = 1; i <= 2; i++) {
		row.event_key = usage_key(customer_key, "api", i == 1 ? "e-1" : "e-2", key);
		assert_false(stage_test_row(&customer_stage, &reported_table, &row));
	}
	metered("e-1", 5, HOURS(1));
	assert_said(FACT(USAGE_TAKEN), 0);
	corrected("e-2", -3, "e-1", HOURS(1));
	assert_said(FACT(USAGE_CORRECTED), 0);
	assert_int_equal(used(HOURS(1), false), 2);
}

/* Its id is free, as that of whatever is refused. */
static void what_waited_and_cannot_be_taken_is_refused(void **state)
{
	struct instant due;
	char key[USAGE_KEY_SIZE];

	(void)state;
	corrected("e-2", -7, "e-1", HOURS(1));
	assert_waits("e-1");
	metered("e-1", 5, HOURS(1));
	assert_said(FACT(USAGE_TAKEN), FACT(USAGE_REFUSED));
	assert_false(stage_test_timer(&customer_stage, CUSTOMER_TIMER_USAGE,
	                              arena_printf(customer_stage.arena, "%s/%s", customer_key,
	                                           usage_key(customer_key, "api", "e-2", key)),
	                              &due));
	corrected("e-2", -4, "e-1", HOURS(1));
	assert_said(FACT(USAGE_CORRECTED), 0);
	assert_int_equal(used(HOURS(1), false), 1);
}

static void only_so_many_wait_for_one(void **state)
{
	(void)state;
	for (int i = 0; i < 17; i++) {
		corrected(arena_printf(customer_stage.arena, "c-%d", i), -1, "e-1", HOURS(1));
		if (i < 16)
			assert_waits("e-1");
		else
			assert_refused("unknown", "refers");
	}
	metered("e-1", 20, HOURS(1));
	assert_int_equal(customer_next()->fact_case, FACT(USAGE_TAKEN));
	for (int i = 0; i < 16; i++)
		assert_int_equal(customer_next()->fact_case, FACT(USAGE_CORRECTED));
	assert_int_equal(used(HOURS(1), false), 4);
}

static void a_seat_is_told_without_its_holder(void **state)
{
	(void)state;
	customer_feed_usage(&(struct customer_usage){ .kind = KIND(SEAT_ASSIGNED),
	                                              .id = "s-1",
	                                              .meter = "",
	                                              .refers = "",
	                                              .item = "si_1",
	                                              .subject = "ann@corp.example" });
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(SEAT_MOVED));
	assert_string_equal(event->seat_moved->item_id, "si_1");
	assert_true(event->seat_moved->assigned);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)
#define DECEMBER(name) cmocka_unit_test_setup_teardown(name, start_in_december, customer_stop)
	static const struct CMUnitTest tests[] = {
		CASE(what_was_used_counts_once_on_its_day),
		CASE(the_same_report_again_says_and_counts_nothing),
		CASE(what_is_too_late_for_the_meter_goes_to_the_next_invoice),
		CASE(a_correction_takes_back_no_more_than_there_was),
		CASE(what_is_cancelled_was_never_used),
		CASE(a_day_after_it_came_nothing_is_cancelled),
		CASE(what_lies_ahead_is_refused),
		CASE(an_event_is_forgotten_when_it_can_no_longer_reach_the_meter),
		CASE(a_seat_is_told_without_its_holder),
		CASE(what_was_refused_is_taken_when_it_is_sent_again_and_can_be),
		DECEMBER(a_correction_waits_for_what_it_corrects),
		DECEMBER(so_does_a_cancellation),
		DECEMBER(any_order_of_an_event_and_its_corrections_counts_the_same),
		DECEMBER(what_never_comes_is_waited_for_for_a_day),
		DECEMBER(what_waited_and_cannot_be_taken_is_refused),
		DECEMBER(only_so_many_wait_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
