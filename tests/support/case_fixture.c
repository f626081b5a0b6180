#include "tests/support/case_fixture.h"

#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"

#include <stddef.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static const char *figures(const Opsmesh__V1__Money *expected, const Opsmesh__V1__Money *found,
                           int64_t expected_count, int64_t found_count)
{
	struct arena *const arena = customer_stage.arena;

	if (expected == NULL || found == NULL)
		return arena_printf(arena, "%lld %lld", (long long)expected_count,
		                    (long long)found_count);
	return arena_printf(arena, "%lld %lld %s", (long long)expected->minor,
	                    (long long)found->minor, expected->currency);
}

static bool is_asked_for(const char *cause, const char *of)
{
	return cause == NULL || text_equal(cause, of);
}

static const char *opened_line(const char *cause, const Opsmesh__V1__DiscrepancyOpened *opened)
{
	return is_asked_for(cause, opened->cause)
	           ? arena_printf(customer_stage.arena, "opened %s %s %s\n", opened->cause,
	                          opened->object_ids[0],
	                          figures(opened->expected, opened->found, opened->expected_count,
	                                  opened->found_count))
	           : "";
}

static const char *moved_line(const char *cause, const Opsmesh__V1__DiscrepancyMoved *moved)
{
	return is_asked_for(cause, moved->cause)
	           ? arena_printf(customer_stage.arena, "moved %s %s %s\n", moved->cause,
	                          moved->object_id,
	                          figures(moved->expected, moved->found, moved->expected_count,
	                                  moved->found_count))
	           : "";
}

static const char *healed_line(const char *cause, const Opsmesh__V1__DiscrepancyHealed *healed)
{
	return is_asked_for(cause, healed->cause)
	           ? arena_printf(customer_stage.arena, "healed %s %s\n", healed->cause,
	                          healed->object_id)
	           : "";
}

static const char *line_of(const char *cause, const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__FetchRequested *const fetch = event->fetch_requested;

	switch ((int)event->fact_case) {
	case FACT(FETCH_REQUESTED):
		return arena_printf(customer_stage.arena, "fetch %s %s by %s\n", fetch->object_type,
		                    fetch->object_id, fetch->named_by);
	case FACT(OBJECT_REFUSED):
		return arena_printf(customer_stage.arena, "refused %s\n",
		                    event->object_refused->object_id);
	case FACT(DISCREPANCY_OPENED): return opened_line(cause, event->discrepancy_opened);
	case FACT(DISCREPANCY_GROWN): return moved_line(cause, event->discrepancy_grown);
	case FACT(DISCREPANCY_SHRUNK): return moved_line(cause, event->discrepancy_shrunk);
	case FACT(DISCREPANCY_HEALED): return healed_line(cause, event->discrepancy_healed);
	default: return "";
	}
}

const char *case_said(const char *cause)
{
	const Opsmesh__V1__BillingEvent *event;
	const char *text = "";

	while ((event = customer_heard()) != NULL)
		text = arena_printf(customer_stage.arena, "%s%s", text, line_of(cause, event));
	return text;
}

const char *case_rates(const char *subject)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	customer_stage.told = 0;
	while ((fact = stage_test_next(&customer_stage, &message)) != NULL) {
		const Opsmesh__V1__ByPayoutEvent *const event = (const void *)message;

		if (fact->topic == OPS_BY_PAYOUT && text_equal(event->subject_id, subject))
			text = arena_printf(customer_stage.arena, "%s%s%s", text,
			                    *text != '\0' ? "; " : "",
			                    event->rate_lacks->healed ? "came"
			                                              : event->rate_lacks->reason);
	}
	return text;
}
