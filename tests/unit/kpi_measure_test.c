/*
 * kpi_measure_test - which observations a metric takes, and what they add: spans in open hours by golden vectors (domain.md 6), across the
 * holidays of Japan and the weeks in which clocks change in London and New York.
 */
#include "common/base/text.h"
#include "tests/support/definition_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HEAD(formula)                                                                                \
	"{\"id\":\"a.b\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"title\":\"T\"," \
	"\"says\":\"S.\",\"owner\":\"o\",\"area\":\"support\",\"better\":\"lower\","                 \
	"\"zone\":\"Europe/London\",\"windows\":[\"day\"],\"grace\":\"1h\",\"formula\":\"" formula   \
	"\","
#define SPAN                                                                                        \
	HEAD("mean")                                                                                \
	"\"unit\":\"us\",\"rounding\":\"half_even\",\"population\":{\"of\":\"ticket\","             \
	"\"where\":{\"by_customer\":true,\"asked_at\":\"present\"},\"time\":\"replied_at\"},"       \
	"\"measure\":{\"span\":[\"asked_at\",\"replied_at\"]},\"aside\":[{\"name\":\"unanswered\"," \
	"\"where\":{\"answered\":false},\"of\":\"ticket\",\"time\":\"asked_at\"}]"

static const char open_hours[] = SPAN
    ",\"calendars\":{\"JP\":\"tokyo-support\",\"GB\":\"london-support\",\"*\":\"new-york-support\"}}";
static const char elapsed[] = SPAN "}";

static const struct definition_book *compiled(const char *const *documents)
{
	char reason[DEFINITION_REASON_SIZE] = "";
	const struct definition_book *const book = definition_fixture(documents, reason);

	assert_string_equal(reason, "");
	assert_non_null(book);
	return book;
}

static const struct definition_book *compiled_alone(const char *document)
{
	const char *const documents[] = { document, NULL };

	return compiled(documents);
}

static struct instant at(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

static struct observation ticket(const char *region, const char *asked, const char *replied)
{
	struct observation it = observation_of(OBSERVATION_TICKET, "1");

	it.words[WORD_REGION] = region;
	it.times[TIME_ASKED_AT] = at(asked);
	it.times[TIME_REPLIED_AT] = at(replied);
	observation_mark(&it, MARK_BY_CUSTOMER, true);
	observation_mark(&it, MARK_ANSWERED, true);
	return it;
}

struct vector {
	const char *name;
	const char *region;
	const char *from;
	const char *to;
	int64_t open_minutes;
	int64_t elapsed_minutes;
};

static const struct vector vectors[] = {
	{ "Golden Week: the 3rd to the 5th of May are holidays, the 6th substitutes one", "JP",
	  "2026-05-01T17:30:00+09:00", "2026-05-07T09:30:00+09:00", 60, 5 * 1440 + 960 },
	{ "the 22nd of September lies between two holidays and is one", "JP",
	  "2026-09-18T17:00:00+09:00", "2026-09-24T10:00:00+09:00", 120, 5 * 1440 + 1020 },
	{ "nobody works at noon in Tokyo", "JP", "2026-06-01T11:30:00+09:00",
	  "2026-06-01T13:30:00+09:00", 60, 120 },
	{ "a reply within the same minute of night", "JP", "2026-06-01T03:00:00+09:00",
	  "2026-06-01T03:10:00+09:00", 0, 10 },
	{ "New York, clocks go forward over the weekend", "US", "2026-03-06T16:00:00-05:00",
	  "2026-03-09T10:00:00-04:00", 120, 65 * 60 },
	{ "New York, the whole week of it", "US", "2026-03-02T09:00:00-05:00",
	  "2026-03-09T09:00:00-04:00", 40 * 60, 167 * 60 },
	{ "New York, clocks go back over the weekend", "US", "2026-10-30T16:00:00-04:00",
	  "2026-11-02T10:00:00-05:00", 120, 67 * 60 },
	{ "New York's hours count for a region without a desk", "BR", "2026-03-06T16:00:00-05:00",
	  "2026-03-09T10:00:00-04:00", 120, 65 * 60 },
	{ "and for one that is not known", "", "2026-07-02T16:00:00-04:00",
	  "2026-07-06T10:00:00-04:00", 120, 90 * 60 },
	{ "London, clocks go forward over the weekend", "GB", "2026-03-27T17:00:00Z",
	  "2026-03-30T10:00:00+01:00", 90, 64 * 60 },
	{ "London, the whole week of it", "GB", "2026-03-23T09:00:00Z", "2026-03-30T09:00:00+01:00",
	  5 * 510, 167 * 60 },
	{ "London, clocks go back over the weekend", "GB", "2026-10-23T16:30:00+01:00",
	  "2026-10-26T09:30:00Z", 90, 66 * 60 },
	{ "London, Easter", "GB", "2026-04-02T17:00:00+01:00", "2026-04-07T09:30:00+01:00", 60,
	  112 * 60 + 30 },
};

static int64_t measured(const struct definition_book *book, const struct vector *vector)
{
	const struct definition *const definition = &book->definitions[0];
	const struct observation it = ticket(vector->region, vector->from, vector->to);
	int64_t amount;

	assert_int_equal(definition->parts[1].target, PART_MEASURE);
	assert_true(definition_part_takes(&definition->parts[1], &it));
	assert_true(definition_part_amount(book, definition, &definition->parts[1], &it, &amount));
	assert_int_equal(amount % MINUTES(1).us, 0);
	return amount / MINUTES(1).us;
}

static void spans_are_of_the_region_s_open_hours(void **state)
{
	const struct definition_book *const by_calendar = compiled_alone(open_hours);
	const struct definition_book *const by_clock = compiled_alone(elapsed);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		const int64_t open = measured(by_calendar, &vectors[i]);
		const int64_t all = measured(by_clock, &vectors[i]);

		if (open != vectors[i].open_minutes || all != vectors[i].elapsed_minutes)
			fail_msg("%s: %" PRId64 " of %" PRId64 " minutes", vectors[i].name, open,
			         all);
	}
	definition_release(by_calendar);
	definition_release(by_clock);
}

static void each_stretch_is_of_the_calendar_in_force_then(void **state)
{
	static const char *const documents[] = {
		HEAD(
		    "mean") "\"unit\":\"us\",\"rounding\":\"half_up\",\"calendars\":{\"*\":\"desk\"},"
			    "\"population\":{\"of\":\"ticket\",\"where\":{\"asked_at\":\"present\"},\"time\":\"replied_at\"},"
			    "\"measure\":{\"span\":[\"asked_at\",\"replied_at\"]}}",
		"{\"id\":\"desk\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"time_zone\":\"UTC\","
		"\"windows\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],\"from\":\"09:00\",\"to\":\"17:00\"}]}",
		"{\"id\":\"desk\",\"version\":2,\"effective_from\":\"2026-06-03T00:00:00Z\",\"time_zone\":\"UTC\","
		"\"windows\":[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\"],\"from\":\"09:00\",\"to\":\"21:00\"}]}",
		NULL,
	};
	const struct definition_book *const book = compiled(documents);
	/* Two days of 8 hours, then two of 12. */
	const struct vector over = { "", "", "2026-06-01T00:00:00Z", "2026-06-05T00:00:00Z", 0, 0 };
	const struct vector before = {
		"", "", "2025-12-30T00:00:00Z", "2026-01-02T00:00:00Z", 0, 0
	};

	(void)state;
	assert_int_equal(measured(book, &over), 40 * 60);
	assert_int_equal(measured(book, &before), 24 * 60);
	definition_release(book);
}

static void what_cannot_be_measured_is_not_counted(void **state)
{
	const struct definition_book *const book = compiled_alone(open_hours);
	const struct definition *const definition = &book->definitions[0];
	const struct observation backwards =
	    ticket("JP", "2026-05-02T00:00:00Z", "2026-05-01T00:00:00Z");
	const struct observation beyond =
	    ticket("JP", "2026-05-02T00:00:00Z", "2300-05-01T00:00:00Z");
	int64_t amount = 7;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_false(definition_part_amount(book, definition, &definition->parts[i],
		                                    &backwards, &amount));
		assert_false(definition_part_amount(book, definition, &definition->parts[i],
		                                    &beyond, &amount));
	}
	assert_int_equal(amount, 7);
	definition_release(book);
}

static void the_population_is_what_the_document_says(void **state)
{
	const struct definition_book *const book = compiled_alone(elapsed);
	const struct definition *const definition = &book->definitions[0];
	const struct definition_part *const all = &definition->parts[0];
	const struct definition_part *const aside = &definition->parts[2];
	struct observation it = ticket("JP", "2026-05-01T00:00:00Z", "2026-05-01T01:00:00Z");
	int64_t amount;

	(void)state;
	assert_true(definition_part_takes(all, &it));
	assert_true(definition_part_amount(book, definition, all, &it, &amount));
	assert_int_equal(amount, 1);
	assert_false(definition_part_takes(aside, &it));

	/* Unanswered: counted aside, by when it was asked. */
	it.times[TIME_REPLIED_AT] = TIME_MIN;
	observation_mark(&it, MARK_ANSWERED, false);
	assert_false(definition_part_takes(all, &it));
	assert_true(definition_part_takes(aside, &it));
	assert_int_equal(aside->time, TIME_ASKED_AT);
	assert_string_equal(definition->asides[aside->aside], "unanswered");

	/* Begun by us: in neither. */
	it = ticket("JP", "2026-05-01T00:00:00Z", "2026-05-01T01:00:00Z");
	observation_mark(&it, MARK_BY_CUSTOMER, false);
	assert_false(definition_part_takes(all, &it));
	it.kind = OBSERVATION_REPLY;
	assert_false(definition_part_takes(all, &it));
	definition_release(book);
}

static void hits_are_of_the_population(void **state)
{
	const struct definition_book *const book = compiled_alone(HEAD(
	    "share") "\"unit\":\"ppm\",\"rounding\":\"half_even\",\"population\":{\"of\":\"payment\",\"time\":\"at\","
	             "\"where\":{\"network\":[\"visa\",\"amex\"],\"minor\":{\"at_least\":100,\"at_most\":200}}},"
	             "\"weight\":{\"number\":\"minor\"},\"hits\":{\"where\":{\"network\":[\"visa\"],\"succeeded\":true}}}");
	const struct definition *const definition = &book->definitions[0];
	static const struct {
		const char *network;
		int64_t minor;
		bool succeeded;
		bool counts;
		bool hits;
	} rows[] = {
		{ "visa", 100, true, true, true },   { "visa", 200, true, true, true },
		{ "visa", 99, true, false, false },  { "visa", 201, true, false, false },
		{ "visa", 150, false, true, false }, { "amex", 150, true, true, false },
		{ "jcb", 150, true, false, false },  { "", 150, true, false, false },
	};

	(void)state;
	assert_true(definition->amounts);
	assert_int_equal(definition->parts[0].target, PART_N);
	assert_int_equal(definition->parts[1].target, PART_HITS);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct observation it = observation_of(OBSERVATION_PAYMENT, "1");
		int64_t amount = 0;

		it.times[TIME_AT] = at("2026-05-01T00:00:00Z");
		it.words[WORD_NETWORK] = rows[i].network;
		it.numbers[NUMBER_MINOR] = rows[i].minor;
		observation_mark(&it, MARK_SUCCEEDED, rows[i].succeeded);
		assert_int_equal(definition_part_takes(&definition->parts[0], &it), rows[i].counts);
		assert_int_equal(definition_part_takes(&definition->parts[1], &it), rows[i].hits);
		assert_true(
		    definition_part_amount(book, definition, &definition->parts[1], &it, &amount));
		assert_int_equal(amount, rows[i].minor);
	}
	definition_release(book);
}

static void snapshots_are_of_the_definition_s_zone(void **state)
{
	const struct definition_book *const book = compiled_alone(
	    HEAD("count") "\"unit\":\"count\",\"population\":{\"of\":\"backlog\",\"time\":\"at\","
			  "\"where\":{\"waiting\":true}}}");
	struct observation it = observation_of(OBSERVATION_BACKLOG, "Europe/London/2026-05-01");

	(void)state;
	assert_int_equal(book->snapshot_zone_count, 1);
	assert_string_equal(window_zone_name(book->snapshot_zones[0]), "Europe/London");
	it.times[TIME_AT] = at("2026-05-01T00:00:00+01:00");
	observation_mark(&it, MARK_WAITING, true);
	it.words[WORD_ZONE] = "Europe/London";
	assert_true(definition_part_takes(&book->definitions[0].parts[0], &it));
	it.words[WORD_ZONE] = "UTC";
	assert_false(definition_part_takes(&book->definitions[0].parts[0], &it));
	it.words[WORD_ZONE] = "Europe/London";
	observation_mark(&it, MARK_WAITING, false);
	assert_false(definition_part_takes(&book->definitions[0].parts[0], &it));
	definition_release(book);
}

static void a_quotient_says_what_it_divides(void **state)
{
	const struct definition_book *const book = compiled_alone(HEAD(
	    "quotient") "\"unit\":\"milli\",\"rounding\":\"half_up\",\"per\":1,\"plus\":1000,"
	                "\"numerator\":{\"of\":\"recurring\",\"time\":\"at\",\"amount\":{\"number\":\"minor\"},"
	                "\"where\":{\"move\":[\"churn\"]}},"
	                "\"denominator\":{\"of\":\"recurring\",\"time\":\"at\",\"amount\":{\"number\":\"minor\"},\"level\":\"opening\"}}");
	const struct definition *const definition = &book->definitions[0];

	(void)state;
	assert_true(definition->amounts);
	assert_int_equal(definition->plus, 1000);
	assert_int_equal(definition->parts[0].target, PART_HITS);
	assert_int_equal(definition->parts[0].level, LEVEL_NONE);
	assert_int_equal(definition->parts[1].target, PART_N);
	assert_int_equal(definition->parts[1].level, LEVEL_OPENING);
	assert_int_equal(definition->parts[1].number, NUMBER_MINOR);
	definition_release(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_of_the_region_s_open_hours),
		cmocka_unit_test(each_stretch_is_of_the_calendar_in_force_then),
		cmocka_unit_test(what_cannot_be_measured_is_not_counted),
		cmocka_unit_test(the_population_is_what_the_document_says),
		cmocka_unit_test(hits_are_of_the_population),
		cmocka_unit_test(snapshots_are_of_the_definition_s_zone),
		cmocka_unit_test(a_quotient_says_what_it_divides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
