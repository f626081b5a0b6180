/*
 * kpi_recount_test - a number counted again from rows: observations come back from JSON as they went, who is in it, who is not and why.
 */
#include "common/base/text.h"
#include "services/kpi-aggregator/explain/recount.h"
#include "services/kpi-aggregator/vocabulary/observation_json.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/definition_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                         \
	"{\"id\":\"a.b\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"title\":\"T\"," \
	"\"says\":\"S.\",\"owner\":\"o\",\"area\":\"support\",\"better\":\"lower\","                 \
	"\"zone\":\"UTC\",\"windows\":[\"day\",\"month\"],\"grace\":\"1h\","
static const char share[] = HEAD
    "\"formula\":\"share\",\"unit\":\"ppm\",\"rounding\":\"half_even\",\"dimensions\":[\"channel\"],"
    "\"bound\":50,\"population\":{\"of\":\"ticket\",\"where\":{\"by_customer\":true,"
    "\"solved\":true},\"time\":\"solved_at\"},\"hits\":{\"where\":{\"one_touch\":true}}}";
static const char level[] =
    HEAD "\"formula\":\"level\",\"unit\":\"minor\",\"population\":{\"of\":\"recurring\","
	 "\"time\":\"at\"},\"measure\":{\"number\":\"minor\"}}";
static const char usage[] =
    HEAD "\"formula\":\"count\",\"unit\":\"count\",\"population\":{\"of\":\"usage\","
	 "\"time\":\"at\"}}";

static struct instant at(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

/* Of a day of the book's only definition. */
static struct recount *recount_of(const char *document, const char *label, int dimension,
                                  const char *value)
{
	const char *const documents[] = { document, NULL };
	char reason[DEFINITION_REASON_SIZE] = "";
	struct recount *const recount = arena_zero(arena, sizeof(*recount));
	struct recount_ask ask = { .dimension = dimension, .value = value };

	ask.book = definition_fixture(documents, reason);
	assert_string_equal(reason, "");
	ask.definition = &ask.book->definitions[0];
	assert_true(window_parse(ask.definition->zone, label, &ask.window));
	recount_init(recount, arena, &ask);
	return recount;
}

static struct observation solved(const char *channel, const char *solved_at, bool one_touch)
{
	struct observation it = observation_of(OBSERVATION_TICKET, "1");

	it.words[WORD_CHANNEL] = channel;
	it.times[TIME_SOLVED_AT] = at(solved_at);
	observation_mark(&it, MARK_BY_CUSTOMER, true);
	observation_mark(&it, MARK_SOLVED, true);
	observation_mark(&it, MARK_ONE_TOUCH, one_touch);
	return it;
}

static void test_an_observation_comes_back_as_it_went(void **state)
{
	struct observation it = observation_of(OBSERVATION_TICKET, "7");
	struct observation back = observation_of(OBSERVATION_TICKET, "7");

	(void)state;
	for (int i = 0; i < OBSERVATION_WORDS; i += 2)
		it.words[i] = "a\"b\\\n\xe6\x97\xa5";
	for (int i = 0; i < OBSERVATION_NUMBERS; i++)
		it.numbers[i] = i % 2 == 0 ? INT64_MIN + i : INT64_MAX - i;
	for (int i = 0; i < OBSERVATION_MARKS; i += 3)
		observation_mark(&it, (enum observation_mark)i, true);
	assert_true(observation_json_read(arena, observation_json(arena, &it), &back));
	assert_true(observation_same(&it, &back));
}

static void test_what_is_no_observation_is_refused(void **state)
{
	static const char *const texts[] = { "",
		                             "[]",
		                             "{\"nothing\":1}",
		                             "{\"channel\":1}",
		                             "{\"minor\":\"1\"}",
		                             "{\"minor\":1.5}",
		                             "{\"solved\":1}" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct observation it = observation_of(OBSERVATION_TICKET, "1");

		assert_false(observation_json_read(arena, texts[i], &it));
	}
}

static void test_who_is_in_and_who_is_not_is_said(void **state)
{
	struct recount *const recount = recount_of(share, "2026-05-01", -1, "");
	struct observation mine = solved("chat", "2026-05-01T10:00:00Z", true);
	const struct observation one = solved("email", "2026-05-01T00:00:00Z", true);
	const struct observation two = solved("chat", "2026-05-01T23:59:59Z", false);
	const struct observation later = solved("chat", "2026-05-02T00:00:00Z", false);
	const Opsmesh__V1__KpiFigures *figures;

	(void)state;
	observation_mark(&mine, MARK_BY_CUSTOMER, false);
	recount_take(recount, "ticket/A", &one);
	recount_take(recount, "ticket/B", &two);
	recount_take(recount, "ticket/C", &mine);
	recount_take(recount, "ticket/D", &later);
	assert_int_equal(recount->in_count, 2);
	assert_int_equal(recount->out_count, 1);
	assert_string_equal(recount->lines->how, "n 1, hits 1");
	assert_int_equal(recount->lines->at.us, at("2026-05-01T00:00:00Z").us);
	assert_string_equal(recount->lines->next->how, "n 1");
	assert_string_equal(recount->lines->next->next->subject, "ticket/C");
	assert_string_equal(recount->lines->next->next->how, "by_customer is not so");
	assert_false(recount->lines->next->next->in);
	figures = recount_figures(recount, recount->sums);
	assert_int_equal(figures->n, 2);
	assert_int_equal(figures->hits, 1);
	assert_int_equal(figures->value, 500000);
	definition_release(recount->ask.book);
}

static void test_a_value_counts_what_is_its_own(void **state)
{
	struct recount *const recount = recount_of(share, "2026-05", WORD_CHANNEL, "email");
	const struct observation one = solved("email", "2026-05-01T00:00:00Z", true);
	const struct observation two = solved("chat", "2026-05-31T23:59:59Z", false);

	(void)state;
	recount_take(recount, "ticket/A", &one);
	recount_take(recount, "ticket/B", &two);
	assert_int_equal(recount->in_count, 1);
	assert_int_equal(recount->out_count, 0);
	assert_int_equal(recount_figures(recount, recount->sums)->n, 1);
	definition_release(recount->ask.book);
}

static void test_a_level_has_what_was_before_and_each_currency_apart(void **state)
{
	static const struct {
		const char *at;
		const char *currency;
		int64_t minor;
	} rows[] = { { "2026-04-01T12:00:00Z", "USD", 500 },
		     { "2026-05-01T12:00:00Z", "USD", -200 },
		     { "2026-05-01T12:00:00Z", "JPY", 7 },
		     { "2026-05-02T12:00:00Z", "USD", 9000 } };
	struct recount *const recount = recount_of(level, "2026-05-01", -1, "");

	(void)state;
	assert_int_equal(recount_from(&recount->ask).us, TIME_OLDEST.us);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct observation it = observation_of(OBSERVATION_RECURRING, "1");

		it.times[TIME_AT] = at(rows[i].at);
		it.currency = rows[i].currency;
		it.numbers[NUMBER_MINOR] = rows[i].minor;
		recount_take(recount, "recurring/1", &it);
	}
	assert_int_equal(recount->in_count, 2);
	assert_string_equal(recount->sums->currency, "JPY");
	assert_int_equal(recount_figures(recount, recount->sums)->value, 7);
	assert_string_equal(recount->sums->next->currency, "USD");
	assert_int_equal(recount_figures(recount, recount->sums->next)->value, 300);
	definition_release(recount->ask.book);
}

static void test_what_is_not_kept_is_not_counted_again(void **state)
{
	struct recount *const kept = recount_of(share, "2026-05-01", -1, "");
	struct recount *const lost = recount_of(usage, "2026-05-01", -1, "");

	(void)state;
	assert_null(recount_refused(arena, kept->ask.definition));
	assert_non_null(strstr(recount_refused(arena, lost->ask.definition), "\"usage\""));
	definition_release(kept->ask.book);
	definition_release(lost->ask.book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_observation_comes_back_as_it_went),
		cmocka_unit_test(test_what_is_no_observation_is_refused),
		cmocka_unit_test(test_who_is_in_and_who_is_not_is_said),
		cmocka_unit_test(test_a_value_counts_what_is_its_own),
		cmocka_unit_test(test_a_level_has_what_was_before_and_each_currency_apart),
		cmocka_unit_test(test_what_is_not_kept_is_not_counted_again),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
