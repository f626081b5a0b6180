/*
 * billing_lines_test - an invoice of which lines are missing is a case, until they come.
 */
#include "common/base/text.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/ledger_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STATES_MAX 4

static const char *said(void)
{
	return case_said("lines_cut");
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
	  "opened lines_cut in_1 12000 0 JPY\n",
	  { "whole", "open", 12000 },
	  "healed lines_cut in_1\n" },
	{ "so is one that has no lines",
	  { { "bare", "open", 12000 } },
	  "opened lines_cut in_1 12000 0 JPY\n",
	  { "whole", "open", 12000 },
	  "healed lines_cut in_1\n" },
	{ "one that gives money back too",
	  { { "cut", "open", -700 } },
	  "opened lines_cut in_1 -700 0 JPY\n",
	  { "whole", "open", -700 },
	  "healed lines_cut in_1\n" },
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
	  "opened lines_cut in_1 1500 1000 JPY\n",
	  { "whole", "open", 1500 },
	  "healed lines_cut in_1\n" },
	{ "less is as wrong as more",
	  { { "whole", "open", 1500 }, { "cut", "open", 1000 } },
	  "opened lines_cut in_1 1000 1500 JPY\n",
	  { "cut", "open", 1500 },
	  "healed lines_cut in_1\n" },
	{ "a draft is owed by nobody", { { "cut", "draft", 12000 } }, "", { "", NULL, 0 }, "" },
	{ "nor is one that is void",
	  { { "cut", "open", 12000 }, { "cut", "void", 12000 } },
	  "",
	  { "", NULL, 0 },
	  "" },
	{ "a case ends where it is void",
	  { { "cut", "open", 12000 } },
	  "opened lines_cut in_1 12000 0 JPY\n",
	  { "cut", "void", 12000 },
	  "healed lines_cut in_1\n" },
	{ "and follows its total",
	  { { "cut", "open", 12000 } },
	  "opened lines_cut in_1 12000 0 JPY\n",
	  { "cut", "open", 9000 },
	  "moved lines_cut in_1 9000 0 JPY\n" },
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
	assert_string_equal(said(), "opened lines_cut in_1 12000 0 JPY\n");
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
