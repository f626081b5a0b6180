/*
 * tool_forecast_test - what open cases put at stake, as the operator's tool sums it; and packets with what people wrote sealed.
 */
#include "common/base/text.h"
#include "services/opsmesh/forecast.h"
#include "services/opsmesh/packet_seal.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define DAY INT64_C(86400000000)
#define NOW INT64_C(1777636800000000) /* 2026-05-01T12:00:00Z */
#define STAGE(name) OPSMESH__V1__CASE_STAGE__CASE_STAGE_##name

static struct forecast *forecast_made(void)
{
	struct forecast *const forecast = arena_zero(arena, sizeof(*forecast));

	forecast_init(forecast, arena, (struct instant){ NOW });
	return forecast;
}

/* Of the case that is added next; NULL: none. */
static const Opsmesh__V1__CaseKept *kept;

static void advise(Opsmesh__V1__CaseStage stage, const char *word, int64_t win_ppm)
{
	static Opsmesh__V1__CaseKept of_case = OPSMESH__V1__CASE_KEPT__INIT;
	static Opsmesh__V1__RecommendationMade made = OPSMESH__V1__RECOMMENDATION_MADE__INIT;

	of_case.recommendation = &made;
	made.stage = stage;
	made.recommendation = text_mutable(word);
	made.win_ppm = win_ppm;
	kept = &of_case;
}

/* currency NULL: the amount is not known; deadline in microseconds from now, INT64_MIN: none. */
static void add(struct forecast *forecast, const char *case_id, const char *stage, int64_t minor,
                const char *currency, const char *decision, int64_t deadline)
{
	struct dispute_row row = {
		.case_id = case_id,
		.stage = stage,
		.has_amount = currency != NULL,
		.amount = { .minor = minor },
		.decision = decision,
		.kept = kept,
		.deadline = deadline == INT64_MIN ? TIME_MIN : (struct instant){ NOW + deadline },
	};

	if (currency != NULL)
		assert_true(money_currency(currency, row.amount.currency));
	forecast_add(forecast, &row);
	kept = NULL;
}

/* "chargeback USD 2: 300 at stake, 45 back of 1", a line a row; ends it. */
static const char *rows_of(struct forecast *forecast)
{
	const char *text = "";

	forecast_end(forecast);
	for (size_t i = 0; i < forecast->count; i++) {
		const struct forecast_row *const row = &forecast->rows[i];

		text = arena_printf(arena, "%s%s %s %d: %lld at stake%s, %lld back of %d\n", text,
		                    row->stage, row->currency, (int)row->count,
		                    (long long)row->at_stake, row->known ? "" : "?",
		                    (long long)row->expected, (int)row->reckoned);
	}
	return text;
}

static void cases_are_summed_by_stage_and_currency(void **state)
{
	struct forecast *const forecast = forecast_made();

	(void)state;
	add(forecast, "a", "warning", 0, NULL, "", INT64_MIN);
	add(forecast, "b", "inquiry", 500, "EUR", "", DAY);
	add(forecast, "c", "chargeback", 100, "USD", "", DAY);
	add(forecast, "d", "chargeback", 7, "JPY", "", DAY);
	add(forecast, "e", "chargeback", 200, "USD", "", DAY);
	assert_string_equal(rows_of(forecast), "chargeback JPY 1: 7 at stake, 0 back of 0\n"
	                                       "chargeback USD 2: 300 at stake, 0 back of 0\n"
	                                       "inquiry EUR 1: 500 at stake, 0 back of 0\n"
	                                       "warning  1: 0 at stake?, 0 back of 0\n");
}

#define CODES (26 * 26 * 26)

/* In every currency that there is, in each stage. */
static void no_case_is_left_out_of_the_sums(void **state)
{
	static const char *const stages[] = { "chargeback", "inquiry", "warning", "" };
	struct forecast *const forecast = forecast_made();
	int64_t currencies = 0;

	(void)state;
	for (int i = 0; i < CODES; i++) {
		const char code[] = { (char)('A' + i / 676), (char)('A' + i / 26 % 26),
			              (char)('A' + i % 26), '\0' };
		char currency[4];

		if (!money_currency(code, currency))
			continue;
		currencies++;
		for (size_t stage = 0; stage < COUNT_OF(stages); stage++)
			add(forecast, "a", stages[stage], 1, code, "", DAY);
	}
	forecast_end(forecast);
	assert_true(currencies > 100);
	assert_int_equal(forecast->count, (int64_t)COUNT_OF(stages) * currencies);
	assert_int_equal(forecast->days[1].count, forecast->count);
	assert_int_equal(forecast->days[1].at_stake.count, currencies);
}

static void what_comes_back_goes_by_the_advice_of_the_stage_and_the_decision(void **state)
{
	static const struct {
		Opsmesh__V1__CaseStage stage;
		const char *word;
		const char *decision;
		const char *sum; /* of a chargeback of 10.00 USD */
	} rows[] = {
		{ STAGE(CHARGEBACK), "contest", "", "450 back of 1" },
		{ STAGE(CHARGEBACK), "contest", "contest", "450 back of 1" },
		{ STAGE(CHARGEBACK), "contest", "accept", "0 back of 1" },
		{ STAGE(CHARGEBACK), "accept", "", "0 back of 1" },
		{ STAGE(CHARGEBACK), "accept", "contest", "450 back of 1" },
		{ STAGE(INQUIRY), "contest", "", "0 back of 0" },
		{ STAGE(INQUIRY), "contest", "ignore", "0 back of 1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct forecast *const forecast = forecast_made();

		advise(rows[i].stage, rows[i].word, 450000);
		add(forecast, "a", "chargeback", 1000, "USD", rows[i].decision, DAY);
		assert_string_equal(rows_of(forecast),
		                    arena_printf(arena, "chargeback USD 1: 1000 at stake, %s\n",
		                                 rows[i].sum));
	}
}

static void what_comes_back_is_rounded_once(void **state)
{
	static const char *const ids[] = { "a", "b", "c" };
	struct forecast *const forecast = forecast_made();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		advise(STAGE(CHARGEBACK), "contest", 500000);
		add(forecast, ids[i], "chargeback", 1, "USD", "", DAY);
	}
	assert_string_equal(rows_of(forecast), "chargeback USD 3: 3 at stake, 2 back of 3\n");
}

static void a_sum_beyond_64_bits_is_not_known(void **state)
{
	struct forecast *const forecast = forecast_made();

	(void)state;
	advise(STAGE(CHARGEBACK), "contest", 1000000);
	add(forecast, "a", "chargeback", INT64_MAX, "USD", "", DAY);
	add(forecast, "b", "chargeback", 1, "USD", "", DAY);
	assert_true(forecast->days[1].beyond);
	forecast_end(forecast);
	assert_false(forecast->rows[0].known);
}

static void deadlines_are_counted_by_day_from_the_meshs_time(void **state)
{
	static const struct {
		int64_t deadline;
		int place; /* -1 overdue, FORECAST_DAYS later, -2 none */
	} rows[] = {
		{ -1, -1 },
		{ 0, 0 },
		{ DAY / 2 - 1, 0 },
		{ DAY / 2, 1 },
		{ 13 * DAY + DAY / 2 - 1, 13 },
		{ 13 * DAY + DAY / 2, FORECAST_DAYS },
		{ INT64_MIN, -2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct forecast *const forecast = forecast_made();

		add(forecast, "a", "chargeback", 100, "USD", "", rows[i].deadline);
		assert_int_equal(forecast->overdue.count, rows[i].place == -1);
		assert_int_equal(forecast->later.count, rows[i].place == FORECAST_DAYS);
		assert_int_equal(forecast->without, rows[i].place == -2);
		for (int day = 0; day < FORECAST_DAYS; day++)
			assert_int_equal(forecast->days[day].count, rows[i].place == day);
	}
	assert_string_equal(forecast_date(arena, forecast_made(), 13), "2026-05-14");
}

/* Packets. */

#define FIRST "opsmesh evidence packet 1\n"

static void what_people_wrote_is_sealed_in_a_packet(void **state)
{
	static const struct {
		const char *text;
		const char *sealed;
	} rows[] = {
		{ FIRST "\nExhibit 1\nTitle: a\n> Sato\n> Tokyo\nSource: b\n> x\n",
		  FIRST "\nExhibit 1\nTitle: a\n> [sealed]\nSource: b\n> [sealed]\n" },
		{ FIRST "> no line feed at the end", FIRST "> [sealed]\n" },
		{ FIRST "> \n> \n>x\n", FIRST "> [sealed]\n>x\n" },
		{ FIRST, FIRST },
		{ "opsmesh evidence packet 2\n> Sato\n", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const sealed = packet_seal(arena, rows[i].text);

		if (rows[i].sealed == NULL)
			assert_null(sealed);
		else
			assert_string_equal(sealed, rows[i].sealed);
	}
}

static void a_quote_draws_no_line_of_ours_on_a_terminal(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} rows[] = {
		{ FIRST "> x\v\rExhibit 2\tb\n", FIRST "> x[U+000B][U+000D]Exhibit 2\tb\n" },
		{ "> \x1b[2J\x7f", "> [U+001B][2J[U+007F]" },
		{ "> \xc2\x9b\xc2\xa0", "> [U+009B]\xc2\xa0" },
		{ "> \u202eabc\u2066\u200f\u2028", "> [U+202E]abc[U+2066][U+200F][U+2028]" },
		{ "> 解約 😀", "> 解約 😀" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(packet_on_screen(arena, rows[i].text), rows[i].shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_are_summed_by_stage_and_currency),
		cmocka_unit_test(no_case_is_left_out_of_the_sums),
		cmocka_unit_test(what_comes_back_goes_by_the_advice_of_the_stage_and_the_decision),
		cmocka_unit_test(what_comes_back_is_rounded_once),
		cmocka_unit_test(a_sum_beyond_64_bits_is_not_known),
		cmocka_unit_test(deadlines_are_counted_by_day_from_the_meshs_time),
		cmocka_unit_test(what_people_wrote_is_sealed_in_a_packet),
		cmocka_unit_test(a_quote_draws_no_line_of_ours_on_a_terminal),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
