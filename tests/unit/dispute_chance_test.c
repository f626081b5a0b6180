/*
 * dispute_chance_test - the chance to win by cell of the document and by our own outcomes, and whether chances came true.
 */
#include "common/base/calibration.h"
#include "services/chargeback/economics/economics.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DOCUMENT "economics/standard-1.json"
#define SECOND "economics/standard-2.json"

static struct economics_policy read_document(void)
{
	struct economics_policy policy;

	policy_fixture_read(arena, &economics_policy_kind, DOCUMENT, &policy);
	return policy;
}

/* 100 dollars in the United States, with all the evidence. */
static struct economics_inputs asked(const char *category)
{
	return (struct economics_inputs){
		.category = category,
		.country = "US",
		.amount = { 10000, "USD" },
		.complete_ppm = 1000000,
		.answerable = true,
	};
}

/* The last line of the second version, before which outcomes are put. */
#define LAST_LINE "  \"compelling\": { \"band\": \"very_likely\" }"
#define OUTCOMES(cells)                                                                      \
	"  \"outcomes\": { \"until\": \"2026-11-01T00:00:00Z\", \"cells\": [" cells "] },\n" \
	"  \"compelling\": { \"band\": \"very_likely\" }"
#define CELL(category, level, answered, won)                                                  \
	"{ \"category\": \"" category "\", \"level\": \"" level "\", \"answered\": " answered \
	", \"won\": " won " }"

static struct economics_policy with_outcomes(const char *outcomes)
{
	const struct bent_document bent = { "", LAST_LINE, outcomes, NULL };
	const char *const text = document_bend(arena, policy_fixture_text(arena, SECOND), &bent);
	struct economics_policy policy;
	struct json_error error;

	assert_true(policy_parse(&economics_policy_kind, arena, bytes_of(text), &policy, &error));
	return policy;
}

static struct economics_recommendation recommended(const struct economics_policy *policy,
                                                   const struct economics_inputs *inputs)
{
	struct economics_recommendation got;
	const char *reason = "";

	assert_true(economics_recommend(policy, inputs, &got, &reason));
	return got;
}

static void our_own_outcomes_outweigh_what_is_published(void **state)
{
	const struct economics_policy before = read_document();
	const struct economics_policy after = with_outcomes(OUTCOMES(
	    CELL("fraudulent", "full", "180", "95") ", " CELL("duplicate", "full", "80", "0")));
	const struct economics_inputs inputs = asked("fraudulent");
	struct economics_recommendation got = recommended(&before, &inputs);

	(void)state;
	assert_int_equal(got.advice, ECONOMICS_ACCEPT);
	assert_int_equal(got.cell.answered, 0);
	assert_true(got.close);
	got = recommended(&after, &inputs);
	assert_int_equal(got.rate.ppm, 500000);
	assert_string_equal(got.cell.category, "fraudulent");
	assert_string_equal(got.cell.level, "full");
	assert_int_equal(got.cell.answered, 180);
	assert_int_equal(got.cell.won, 95);
	assert_int_equal(got.advice, ECONOMICS_CONTEST);
	assert_false(got.close);
}

static void a_cell_s_outcomes_are_its_own(void **state)
{
	static const struct {
		const char *name;
		const char *category;
		int64_t complete_ppm;
		bool compelling;
		const char *cell; /* category, level, chance, outcomes */
	} rows[] = {
		{ "another level", "fraudulent", 899999, false, "fraudulent most 150000 0" },
		{ "a category that is not listed shares those of every other", "brand_new", 1000000,
		  false, "general full 125000 20" },
		{ "what earlier payments prove begins with the best band", "fraudulent", 0, true,
		  "fraudulent compelling 600000 0" },
		{ "and has outcomes of its own", "general", 0, true,
		  "general compelling 800000 20" },
		{ "a better band stands", "duplicate", 1000000, true,
		  "duplicate compelling 600000 0" },
	};
	const struct economics_policy policy = with_outcomes(OUTCOMES(
	    CELL("general", "full", "20", "0") ", " CELL("general", "compelling", "20", "20")));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct economics_inputs inputs = asked(rows[i].category);
		struct economics_recommendation got;

		inputs.complete_ppm = rows[i].complete_ppm;
		inputs.compelling = rows[i].compelling;
		got = recommended(&policy, &inputs);
		print_message("%s\n", rows[i].name);
		assert_string_equal(arena_printf(arena, "%s %s %lld %lld", got.cell.category,
		                                 got.cell.level, (long long)got.rate.ppm,
		                                 (long long)got.cell.answered),
		                    rows[i].cell);
	}
}

static void a_document_that_says_nothing_of_earlier_payments_raises_nothing(void **state)
{
	const struct economics_policy policy = read_document();
	struct economics_inputs inputs = asked("fraudulent");
	struct economics_recommendation got;

	(void)state;
	inputs.compelling = true;
	got = recommended(&policy, &inputs);
	assert_string_equal(got.cell.level, "full");
	assert_int_equal(got.rate.ppm, 250000);
}

static void outcomes_that_are_no_shares_of_cells_are_refused(void **state)
{
	static const struct bent_document rows[] = {
		{ "none yet", LAST_LINE, OUTCOMES(""), NULL },
		{ "one of each", LAST_LINE,
		  OUTCOMES(
		      CELL("general", "full", "1", "1") ", " CELL("general", "most", "1", "0")),
		  NULL },
		{ "more won than answered", LAST_LINE, OUTCOMES(CELL("general", "full", "3", "4")),
		  "outcomes.cells[0].won: is more than were answered" },
		{ "of nobody", LAST_LINE, OUTCOMES(CELL("general", "full", "0", "0")),
		  "outcomes.cells[0].answered: " },
		{ "of more than can be counted", LAST_LINE,
		  OUTCOMES(CELL("general", "full", "999000001", "0")),
		  "outcomes.cells[0].answered: " },
		{ "of a category that is none", LAST_LINE,
		  OUTCOMES(CELL("weather", "full", "1", "0")), "outcomes.cells[0].category: " },
		{ "of a level that is none", LAST_LINE, OUTCOMES(CELL("general", "some", "1", "0")),
		  "outcomes.cells[0].level: " },
		{ "of a cell twice", LAST_LINE,
		  OUTCOMES(
		      CELL("general", "full", "1", "0") ", " CELL("general", "full", "1", "0")),
		  "outcomes.cells[1].level: of the category stands in the list twice" },
		{ "without an instant", LAST_LINE,
		  "\"outcomes\": { \"cells\": [] }, \"compelling\": { \"band\": \"low\" }",
		  "outcomes.until: " },
		{ "of earlier payments, which the document does not know", LAST_LINE,
		  "\"outcomes\": { \"until\": \"2026-11-01T00:00:00Z\", \"cells\": [" CELL(
		      "general", "compelling", "1", "0") "] }",
		  "outcomes.cells[0].level: " },
		{ "a band for earlier payments that is none", LAST_LINE,
		  "\"compelling\": { \"band\": \"sure\" }", "compelling.band: " },
		{ "a level of their name", "\"name\": \"most\"", "\"name\": \"compelling\"",
		  "compelling: is the name of a level" },
	};

	(void)state;
	policy_fixture_refuses(arena, &economics_policy_kind, policy_fixture_text(arena, SECOND),
	                       rows, COUNT_OF(rows));
}

static void chances_are_held_against_what_became_of_them(void **state)
{
	struct calibration first = { 0 };
	struct calibration second = { 0 };
	struct calibration_row row;

	(void)state;
	for (int i = 0; i < 40; i++)
		calibration_add(i % 2 == 0 ? &first : &second, 600000, i < 4);
	calibration_add(&first, 1000000, true);
	calibration_add(&first, 0, false);
	calibration_add(&second, 0, false);
	calibration_merge(&first, &second);
	assert_true(calibration_read(&first, 6, RATE_Z_MILLI_95, &row));
	assert_int_equal(row.from_ppm, 600000);
	assert_int_equal(row.count, 40);
	assert_int_equal(row.won, 4);
	assert_int_equal(row.predicted_ppm, 600000);
	assert_int_equal(row.observed.ppm, 100000);
	assert_int_equal(row.observed.interval.low_ppm, 39578);
	assert_int_equal(row.observed.interval.high_ppm, 230521);
	assert_true(row.surprising);
	assert_true(calibration_read(&first, 9, RATE_Z_MILLI_95, &row));
	assert_int_equal(row.count, 1);
	assert_true(calibration_read(&first, 0, RATE_Z_MILLI_95, &row));
	assert_int_equal(row.count, 2);
	assert_false(row.surprising);
	assert_false(calibration_read(&first, 5, RATE_Z_MILLI_95, &row));
}

static void a_late_win_changes_an_outcome_without_counting_twice(void **state)
{
	struct calibration calibration = { 0 };
	struct calibration_row row;

	(void)state;
	calibration_add(&calibration, 250000, false);
	calibration_change(&calibration, 250000, true);
	assert_true(calibration_read(&calibration, 2, RATE_Z_MILLI_95, &row));
	assert_int_equal(row.count, 1);
	assert_int_equal(row.won, 1);
	calibration_change(&calibration, 250000, false);
	assert_true(calibration_read(&calibration, 2, RATE_Z_MILLI_95, &row));
	assert_int_equal(row.won, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_outcomes_outweigh_what_is_published),
		cmocka_unit_test(a_cell_s_outcomes_are_its_own),
		cmocka_unit_test(a_document_that_says_nothing_of_earlier_payments_raises_nothing),
		cmocka_unit_test(outcomes_that_are_no_shares_of_cells_are_refused),
		cmocka_unit_test(chances_are_held_against_what_became_of_them),
		cmocka_unit_test(a_late_win_changes_an_outcome_without_counting_twice),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
