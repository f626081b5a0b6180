/*
 * tool_story_usage_test - what was used and who has a seat, as sentences.
 */
#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/story.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static void assert_told(const Opsmesh__V1__BillingEvent *event, const char *text)
{
	const struct story story = { .arena = arena };
	const struct told told = {
		.topic = OPS_BILLING, .key = "cus_1", .message = &event->base, .name = "fact"
	};

	assert_string_equal(story_usage(&story, &told).text, text);
}

static void usage_is_told_with_its_event(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageTaken taken = OPSMESH__V1__USAGE_TAKEN__INIT;
	Opsmesh__V1__UsageLate late = OPSMESH__V1__USAGE_LATE__INIT;
	Opsmesh__V1__UsageCorrected corrected = OPSMESH__V1__USAGE_CORRECTED__INIT;

	(void)state;
	taken.source = late.source = corrected.source = text_mutable("api");
	taken.event_id = late.event_id = corrected.event_id = text_mutable("e-1");
	taken.meter = late.meter = corrected.meter = text_mutable("calls");
	taken.quantity = late.quantity = 12;
	corrected.quantity = -2;
	corrected.refers = text_mutable("e-0");
	late.reason = text_mutable("960h old, the meter takes 840h");
	event.fact_case = FACT(USAGE_TAKEN);
	event.usage_taken = &taken;
	assert_told(&event, "counts 12 of calls (event e-1 of api)");
	event.fact_case = FACT(USAGE_LATE);
	event.usage_late = &late;
	assert_told(&event, "puts 12 of calls on the next invoice: 960h old, the meter takes 840h "
	                    "(event e-1 of api)");
	event.fact_case = FACT(USAGE_CORRECTED);
	event.usage_corrected = &corrected;
	assert_told(&event, "corrects the event e-0 of api by -2 of calls (event e-1)");
}

static void what_has_no_effect_is_told_with_its_reason(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageRefused refused = OPSMESH__V1__USAGE_REFUSED__INIT;
	Opsmesh__V1__UsageCancelled cancelled = OPSMESH__V1__USAGE_CANCELLED__INIT;
	Opsmesh__V1__UsageWaits waits = OPSMESH__V1__USAGE_WAITS__INIT;

	(void)state;
	waits.source = text_mutable("api");
	waits.event_id = text_mutable("e-2");
	waits.refers = text_mutable("e-1");
	refused.source = cancelled.source = text_mutable("api");
	refused.event_id = cancelled.event_id = text_mutable("e-2");
	refused.field = text_mutable("at");
	refused.reason = text_mutable("is in the future");
	cancelled.refers = text_mutable("e-1");
	cancelled.meter = text_mutable("calls");
	cancelled.quantity = 5;
	event.fact_case = FACT(USAGE_REFUSED);
	event.usage_refused = &refused;
	assert_told(&event, "cannot take the usage event e-2 of api: at is in the future");
	event.fact_case = FACT(USAGE_WAITS);
	event.usage_waits = &waits;
	assert_told(&event, "lets the usage event e-2 of api wait for e-1");
	event.fact_case = FACT(USAGE_CANCELLED);
	event.usage_cancelled = &cancelled;
	assert_told(&event, "takes back 5 of calls, which the meter is to forget: the event e-1 of "
	                    "api is cancelled by e-2");
}

static void what_usage_is_worth_is_told_with_its_day(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageBooked booked = OPSMESH__V1__USAGE_BOOKED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;

	(void)state;
	amount.currency = text_mutable("USD");
	amount.minor = 250;
	booked.item_id = text_mutable("si_1");
	booked.meter = text_mutable("calls");
	booked.day = text_mutable("2026-05-03");
	booked.amount = &amount;
	event.fact_case = FACT(USAGE_EARNED);
	event.usage_earned = &booked;
	assert_told(&event,
	            "earns 2.50 USD by what was used of calls on 2026-05-03, not billed yet "
	            "(item si_1)");
	event.fact_case = FACT(USAGE_BILLED);
	event.usage_billed = &booked;
	assert_told(&event,
	            "takes 2.50 USD of what was used of calls as billed on 2026-05-03 (item si_1)");
}

static void a_seat_is_told_without_its_holder(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SeatMoved moved = OPSMESH__V1__SEAT_MOVED__INIT;

	(void)state;
	moved.source = text_mutable("app");
	moved.event_id = text_mutable("s-1");
	moved.item_id = text_mutable("si_1");
	moved.assigned = true;
	event.fact_case = FACT(SEAT_MOVED);
	event.seat_moved = &moved;
	assert_told(&event, "a seat of si_1 is given to somebody (event s-1 of app)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage_is_told_with_its_event),
		cmocka_unit_test(what_has_no_effect_is_told_with_its_reason),
		cmocka_unit_test(what_usage_is_worth_is_told_with_its_day),
		cmocka_unit_test(a_seat_is_told_without_its_holder),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
