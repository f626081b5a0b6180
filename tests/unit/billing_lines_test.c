/*
 * billing_lines_test - an invoice of which lines are missing is a case, until they come.
 */
#include "common/base/text.h"
#include "services/billing-sync/customer_awaited.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/ledger_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name
#define STATES_MAX 4

/* What was said, a line each: "fetch", "opened 12000 0 in_1 JPY", "moved 12000 1000 in_1", "healed in_1". */
static const char *said(void)
{
	struct arena *const arena = customer_stage.arena;
	const Opsmesh__V1__BillingEvent *event;
	const char *text = "";

	while ((event = customer_heard()) != NULL) {
		const Opsmesh__V1__DiscrepancyOpened *const opened = event->discrepancy_opened;
		const Opsmesh__V1__DiscrepancyMoved *const moved = event->discrepancy_grown;

		if (event->fact_case == FACT(FETCH_REQUESTED))
			text = arena_printf(arena, "%sfetch\n", text);
		else if (event->fact_case == FACT(DISCREPANCY_OPENED) &&
		         text_equal(opened->cause, "lines_cut"))
			text = arena_printf(arena, "%sopened %lld %lld %s %s\n", text,
			                    (long long)opened->expected->minor,
			                    (long long)opened->found->minor, opened->object_ids[0],
			                    opened->found->currency);
		else if (event->fact_case == FACT(DISCREPANCY_GROWN) ||
		         event->fact_case == FACT(DISCREPANCY_SHRUNK))
			text = arena_printf(arena, "%smoved %lld %lld %s\n", text,
			                    (long long)moved->expected->minor,
			                    (long long)moved->found->minor, moved->object_id);
		else if (event->fact_case == FACT(DISCREPANCY_HEALED))
			text = arena_printf(arena, "%shealed %s\n", text,
			                    event->discrepancy_healed->object_id);
	}
	return text;
}

/* A state of the invoice: "cut" and "bare" have lines that are missing. */
struct state {
	const char *lines;
	const char *status;
	int total;
};

static void tell(int64_t revision, const struct state *state)
{
	const bool bare = text_equal(state->lines, "bare");
	const int due = state->total > 0 ? state->total : 0;
	const char *const lines = arena_printf(
	    customer_stage.arena,
	    ",\"lines\":{\"object\":\"list\",\"has_more\":%s,\"data\":[{\"id\":\"il_1\","
	    "\"object\":\"line_item\",\"amount\":%d,\"currency\":\"jpy\",\"quantity\":1}]}",
	    text_equal(state->lines, "cut") ? "true" : "false", state->total);

	customer_feed("invoice", "in_1", revision, state->status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\","
	                           "\"status\":\"%s\",\"currency\":\"jpy\",\"created\":1777593600,"
	                           "\"subtotal\":%d,\"total\":%d,\"amount_due\":%d,"
	                           "\"amount_paid\":0,\"amount_remaining\":%d%s}",
	                           state->status, state->total, state->total, due, due,
	                           bare ? "" : lines));
}

/* States one after another, what is said when the time is over, and what by a last one. */
static const struct {
	const char *name;
	struct state states[STATES_MAX];
	const char *said;
	struct state then;
	const char *healed;
} cases[] = {
	{ "one that never comes whole is off by its total",
	  { { "cut", "open", 12000 } },
	  "opened 12000 0 in_1 JPY\n",
	  { "whole", "open", 12000 },
	  "healed in_1\n" },
	{ "so is one that has no lines",
	  { { "bare", "open", 12000 } },
	  "opened 12000 0 in_1 JPY\n",
	  { "whole", "open", 12000 },
	  "healed in_1\n" },
	{ "one that gives money back too",
	  { { "cut", "open", -700 } },
	  "opened -700 0 in_1 JPY\n",
	  { "whole", "open", -700 },
	  "healed in_1\n" },
	{ "one that comes whole in time is none",
	  { { "cut", "open", 12000 }, { "whole", "open", 12000 } },
	  "",
	  { "cut", "paid", 12000 },
	  "" },
	{ "one that was whole before is booked as it was",
	  { { "whole", "open", 12000 }, { "cut", "paid", 12000 } },
	  "",
	  { "cut", "void", 12000 },
	  "" },
	{ "and is off by what it became since",
	  { { "whole", "open", 1000 }, { "cut", "open", 1500 } },
	  "opened 1500 1000 in_1 JPY\n",
	  { "whole", "open", 1500 },
	  "healed in_1\n" },
	{ "less is as wrong as more",
	  { { "whole", "open", 1500 }, { "cut", "open", 1000 } },
	  "opened 1000 1500 in_1 JPY\n",
	  { "cut", "open", 1500 },
	  "healed in_1\n" },
	{ "a draft is owed by nobody", { { "cut", "draft", 12000 } }, "", { "", NULL, 0 }, "" },
	{ "nor is one that is void",
	  { { "cut", "open", 12000 }, { "cut", "void", 12000 } },
	  "",
	  { "", NULL, 0 },
	  "" },
	{ "a case ends where it is void",
	  { { "cut", "open", 12000 } },
	  "opened 12000 0 in_1 JPY\n",
	  { "cut", "void", 12000 },
	  "healed in_1\n" },
	{ "and follows its total",
	  { { "cut", "open", 12000 } },
	  "opened 12000 0 in_1 JPY\n",
	  { "cut", "open", 9000 },
	  "moved 9000 0 in_1\n" },
};

static size_t count_of(const struct state states[static STATES_MAX])
{
	size_t count = 0;

	while (count < STATES_MAX && states[count].status != NULL)
		count++;
	return count;
}

/* The states of one invoice come in any order, and twice: an older one is not heard. */
static void feed(const struct state states[static STATES_MAX], bool backwards)
{
	const size_t count = count_of(states);

	customer_feed_self();
	for (size_t i = 0; i < 2 * count; i++) {
		const size_t at = backwards ? count - 1 - i % count : i % count;

		tell((int64_t)at + 1, &states[at]);
	}
}

static void check(size_t i)
{
	customer_feed_self();
	feed(cases[i].states, false);
	(void)said();
	customer_wait(DAYS(2));
	if (*said() != '\0')
		fail_msg("%s: too early", cases[i].name);
	customer_wait(DAYS(2));
	if (!text_equal(cases[i].said, ""))
		assert_int_equal(ledger_count(&customer_stage), count_of(cases[i].states) - 1);
	assert_string_equal(said(), cases[i].said);
	stage_test_restart(&customer_stage);
	customer_wait(DAYS(1));
	if (cases[i].then.status != NULL)
		tell(STATES_MAX + 1, &cases[i].then);
	assert_string_equal(said(), cases[i].healed);
}

static void what_never_comes_whole_is_a_case(void **state)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		(void)customer_start(state);
		check(i);
		(void)customer_stop(state);
	}
}

/* Only the last state counts; where it came first it is the only one that is heard. */
static void in_whatever_order_its_states_come(void **state)
{
	static const struct state whole[STATES_MAX] = { { "cut", "open", 12000 },
		                                        { "whole", "open", 12000 } };
	static const struct state cut[STATES_MAX] = { { "bare", "open", 12000 },
		                                      { "cut", "open", 12000 } };

	(void)customer_start(state);
	customer_feed_self();
	feed(whole, true);
	customer_wait(DAYS(4));
	assert_string_equal(said(), "");
	(void)customer_stop(state);
	(void)customer_start(state);
	customer_feed_self();
	feed(cut, true);
	customer_wait(DAYS(4));
	assert_string_equal(said(), "opened 12000 0 in_1 JPY\n");
	(void)customer_stop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_never_comes_whole_is_a_case),
		cmocka_unit_test(in_whatever_order_its_states_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
