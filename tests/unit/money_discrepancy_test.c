/*
 * money_discrepancy_test - what does not add up is a level that returns to nothing, with its age.
 */
#include "common/base/text.h"
#include "services/kpi-aggregator/money/discrepancy.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/observed.h"
#include "tests/support/told_fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACTS_MAX 6

static const Opsmesh__V1__BillingEvent *billing(const char *line)
{
	return told_fact(arena, &opsmesh__v1__billing_event__descriptor,
	                 arena_printf(arena, "account_id=acct_1 %s", line));
}

static struct bytes hear(struct bytes known, const char *line)
{
	struct bytes changed = { 0 };

	assert_true(subject_discrepancy_apply(arena, known, billing(line), &changed));
	return changed;
}

#define OPENED(at, objects, expected_, found_)                                    \
	"occurred_at=" at " discrepancy_opened.cause=lines_subtotal "             \
	"discrepancy_opened.queue=billing discrepancy_opened.object_ids=" objects \
	" discrepancy_opened.expected=" expected_ " discrepancy_opened.found=" found_
#define MOVED(at, how, object, expected_, found_)                                      \
	"occurred_at=" at " discrepancy_" how ".object_id=" object " discrepancy_" how \
	".expected=" expected_ " discrepancy_" how ".found=" found_
#define GONE(at, object) "occurred_at=" at " discrepancy_shrunk.object_id=" object
#define HEALED(at) "occurred_at=" at " discrepancy_healed.cause=lines_subtotal"
#define EXPLAINED(at) "occurred_at=" at " discrepancy_explained.cause=lines_subtotal"

#define COUNTED(number, status, at, began, change)                              \
	"discrepancy " number " USD team=billing account=acct_1 status=" status \
	" reason=lines_subtotal at=" at " began_at=" began " change=" change
#define OFF_BY(number, currency, at, began, minor)                                     \
	"discrepancy " number " " currency                                             \
	" team=billing account=acct_1 reason=lines_subtotal at=" at " began_at=" began \
	" minor=" minor "\n"

static void what_is_off_is_a_level(void **state)
{
	static const struct {
		const char *name;
		const char *facts[FACTS_MAX];
		const char *observed;
	} rows[] = {
		{ "one that is open",
		  { OPENED("5", "in_1", "1000USD", "900USD") },
		  COUNTED("1", "open", "5", "5", "1 open\n")
		      OFF_BY("2", "USD", "5", "5", "100 first") },
		{ "one that healed is nothing again",
		  { OPENED("5", "in_1", "1000USD", "1300USD"), HEALED("9") },
		  COUNTED("1", "healed", "5", "5", "1\n") OFF_BY("2", "USD", "5", "5", "300 first")
		      OFF_BY("3", "USD", "9", "5", "-300")
		          COUNTED("4", "healed", "9", "5", "-1\n") },
		{ "one that grows and shrinks",
		  { OPENED("5", "in_1", "1000USD", "900USD"),
		    MOVED("6", "grown", "in_2", "50USD", "80USD"),
		    MOVED("7", "shrunk", "in_1", "1000USD", "990USD"), GONE("8", "in_1"),
		    HEALED("9") },
		  COUNTED("1", "healed", "5", "5", "1\n") OFF_BY("2", "USD", "5", "5", "100 first")
		      OFF_BY("3", "USD", "6", "5", "30 first") OFF_BY("4", "USD", "7", "5", "-100")
		          OFF_BY("5", "USD", "7", "5", "10") OFF_BY("6", "USD", "8", "5", "-10")
		              OFF_BY("7", "USD", "9", "5", "-30")
		                  COUNTED("8", "healed", "9", "5", "-1\n") },
		{ "currencies stay apart",
		  { OPENED("5", "in_1", "1000USD", "900USD"),
		    MOVED("6", "grown", "in_2", "50JPY", "80JPY"), HEALED("9") },
		  COUNTED("1", "healed", "5", "5", "1\n") OFF_BY("2", "USD", "5", "5", "100 first")
		      OFF_BY("3", "JPY", "6", "5", "30 first") OFF_BY("4", "USD", "9", "5", "-100")
		          OFF_BY("5", "JPY", "9", "5", "-30")
		              COUNTED("6", "healed", "9", "5", "-1\n") },
		{ "explained it is off by nothing, and opened again by all of it",
		  { OPENED("5", "in_1", "1000USD", "900USD"), EXPLAINED("9"),
		    OPENED("20", "in_1,in_2", "50USD", "80USD") },
		  COUNTED("1", "explained", "5", "5", "1 explained\n")
		      OFF_BY("2", "USD", "5", "5", "100 first") OFF_BY("3", "USD", "9", "5", "-100")
		          COUNTED("4", "explained", "9", "5", "-1 explained\n")
		              COUNTED("5", "open", "20", "20", "1 open\n")
		                  OFF_BY("6", "USD", "20", "20", "100 first")
		                      OFF_BY("7", "USD", "20", "20", "30 first") },
		{ "what went while it was explained is not back",
		  { OPENED("5", "in_1", "1000USD", "900USD"), EXPLAINED("9"),
		    OPENED("20", "in_2", "50USD", "80USD") },
		  COUNTED("1", "explained", "5", "5", "1 explained\n")
		      OFF_BY("2", "USD", "5", "5", "100 first") OFF_BY("3", "USD", "9", "5", "-100")
		          COUNTED("4", "explained", "9", "5", "-1 explained\n")
		              COUNTED("5", "open", "20", "20", "1 open\n")
		                  OFF_BY("6", "USD", "20", "20", "30 first") },
		{ "seats are counted and are no amount",
		  { "occurred_at=5 discrepancy_opened.cause=lines_subtotal "
		    "discrepancy_opened.queue=billing discrepancy_opened.object_ids=sub_1 "
		    "discrepancy_opened.expected_count=5" },
		  "discrepancy 1 team=billing account=acct_1 status=open reason=lines_subtotal at=5 "
		  "began_at=5 change=1 open\n" },
		{ "an end of what was never opened is nothing", { HEALED("9") }, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bytes known = { 0 };

		print_message("%s\n", rows[i].name);
		for (size_t n = 0; n < FACTS_MAX && rows[i].facts[n] != NULL; n++)
			known = hear(known, rows[i].facts[n]);
		assert_string_equal(observed_text(arena, &subject_discrepancy, known),
		                    rows[i].observed);
	}
}

/* The unexplained amount and the number of open ones, all observations together. */
static void levels_return_to_nothing_beyond_the_bound(void **state)
{
	struct bytes known = { 0 };
	struct observations all = { .arena = arena };
	int64_t minor = 0;
	int64_t open = 0;

	(void)state;
	known = hear(known, OPENED("5", "in_1", "1000USD", "900USD"));
	for (int i = 0; i < 2 * DISCREPANCY_TURNS_MAX; i++)
		known = hear(known,
		             arena_printf(arena, MOVED("%d", "grown", "in_1", "1000USD", "%dUSD"),
		                          6 + i, 800 - i % 7));
	assert_true(known.size < SUBJECT_KNOWN_MAX);
	assert_true(subject_discrepancy.observe("discrepancy/d", known, NULL, &all));
	assert_int_equal(all.count, DISCREPANCY_TURNS_MAX);
	for (size_t i = 0; i < all.count; i++) {
		minor += all.items[i].numbers[NUMBER_MINOR];
		open += all.items[i].numbers[NUMBER_CHANGE];
	}
	assert_int_equal(open, 1);
	assert_int_equal(minor, 1000 - (800 - (2 * DISCREPANCY_TURNS_MAX - 1) % 7));
}

static void a_discrepancy_is_found_by_its_id(void **state)
{
	static const char *const facts[] = { "opened", "healed", "grown", "shrunk", "explained" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(facts); i++) {
		const char *const line =
		    arena_printf(arena, "discrepancy_%s.discrepancy_id=discrepancy/cus_1/ab",
		                 facts[i]);

		assert_string_equal(subject_discrepancy_id(billing(line)), "cus_1/ab");
	}
}

static void foreign_bytes_are_no_discrepancy(void **state)
{
	struct bytes known = hear((struct bytes){ 0 }, OPENED("5", "in_1", "1000USD", "900USD"));
	struct observations all = { .arena = arena };

	(void)state;
	for (size_t size = 0; size < known.size; size++)
		assert_false(subject_discrepancy.observe(
		    "discrepancy/d", (struct bytes){ known.data, size }, NULL, &all));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_off_is_a_level),
		CASE(levels_return_to_nothing_beyond_the_bound),
		CASE(a_discrepancy_is_found_by_its_id),
		CASE(foreign_bytes_are_no_discrepancy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
