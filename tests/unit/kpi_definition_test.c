/*
 * kpi_definition_test - documents of metrics that are refused, each with its file, its path and why; and what the good ones become.
 */
#include "common/base/text.h"
#include "tests/support/bent_document.h"
#include "tests/support/definition_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define HEAD                                                                                         \
	"{\"id\":\"a.b\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","                 \
	"\"title\":\"T\",\"says\":\"S.\",\"owner\":\"o\",\"area\":\"support\",\"better\":\"lower\"," \
	"\"zone\":\"Europe/London\",\"windows\":[\"day\",\"hour\"],\"grace\":\"1h\","

static const char distribution[] = HEAD
    "\"formula\":\"distribution\",\"unit\":\"us\",\"dimensions\":[\"channel\",\"agent\"],\"bound\":50,"
    "\"calendars\":{\"JP\":\"tokyo-support\",\"*\":\"always\"},"
    "\"population\":{\"of\":\"ticket\",\"time\":\"replied_at\","
    "\"where\":{\"by_customer\":true,\"asked_at\":\"present\",\"channel\":[\"email\",\"chat\"]}},"
    "\"measure\":{\"span\":[\"asked_at\",\"replied_at\"]},\"quantiles_ppm\":[500000,900000],"
    "\"aside\":[{\"name\":\"unanswered\",\"of\":\"ticket\",\"time\":\"asked_at\",\"where\":{\"answered\":false}}]}";
static const char share[] = HEAD
    "\"formula\":\"share\",\"unit\":\"ppm\",\"rounding\":\"half_even\","
    "\"population\":{\"of\":\"payment\",\"time\":\"at\",\"where\":{\"first\":true,\"network\":[\"visa\",\"amex\"],"
    "\"minor\":{\"at_least\":100}}},"
    "\"hits\":{\"where\":{\"succeeded\":true}},\"weight\":{\"number\":\"minor\"}}";
static const char quotient[] = HEAD
    "\"formula\":\"quotient\",\"unit\":\"milli\",\"rounding\":\"half_up\",\"per\":100,\"plus\":5,"
    "\"dimensions\":[\"tier\"],\"numerator\":{\"of\":\"ticket\",\"time\":\"opened_at\"},"
    "\"denominator\":{\"of\":\"account\",\"time\":\"at\",\"amount\":{\"number\":\"change\"},\"level\":\"opening\"}}";
static const char snapshots[] = HEAD
    "\"formula\":\"count\",\"unit\":\"count\",\"population\":{\"of\":\"backlog\",\"time\":\"at\"}}";
static const char mean[] = HEAD
    "\"formula\":\"mean\",\"unit\":\"ppm\",\"rounding\":\"half_even\",\"measure\":{\"number\":\"score_ppm\"},"
    "\"population\":{\"of\":\"csat\",\"time\":\"at\"}}";
static const char decided[] = HEAD
    "\"formula\":\"count\",\"unit\":\"count\",\"population\":{\"of\":\"promise\",\"time\":\"at\","
    "\"where\":{\"met\":true}}}";

static void judge_one(struct arena *arena, const char *document, const struct bent_document *row)
{
	const char *const documents[] = { document_bend(arena, document, row), NULL };
	const char *const want =
	    row->want == NULL ? "" : arena_printf(arena, "metrics/%s", row->want);
	char reason[DEFINITION_REASON_SIZE] = "";
	const struct definition_book *const book = definition_fixture(documents, reason);

	if (!text_equal(reason, want) || (book != NULL) != (row->want == NULL))
		fail_msg("%s: said \"%s\"", row->name, reason);
	if (book != NULL)
		definition_release(book);
}

static void judge(const char *document, const struct bent_document *rows, size_t count)
{
	struct arena *const arena = arena_create(65536);

	for (size_t i = 0; i < count; i++)
		judge_one(arena, document, &rows[i]);
	arena_destroy(arena);
}

#define NOTHING "contradicts itself or its time: nothing would be counted"

static void a_head_is_as_it_must_be(void **state)
{
	static const struct bent_document rows[] = {
		{ "it is good as it is", "a.b", "a.b", NULL },
		{ "an id has no capital letters", "\"a.b\"", "\"a.B\"",
		  "a.B-1.json: id: must be small letters, digits, _ and dots between" },
		{ "an id does not end with a dot", "\"a.b\"", "\"a.\"",
		  "a.-1.json: id: must be small letters, digits, _ and dots between" },
		{ "a version begins with 1", "\"version\":1", "\"version\":0",
		  "nothing-1.json: version: must be between 1 and 2147483647" },
		{ "a field that is not known", "\"title\"", "\"titel\"",
		  "a.b-1.json: titel: is not known" },
		{ "it says what it is", "\"says\":\"S.\",", "", "a.b-1.json: says: is missing" },
		{ "an owner is there", "\"owner\":\"o\",", "", "a.b-1.json: owner: is missing" },
		{ "an area is one of three", "\"area\":\"support\"", "\"area\":\"sales\"",
		  "a.b-1.json: area: must be one of: support billing value" },
		{ "a zone that does not exist", "Europe/London", "Moon/Tranquility",
		  "a.b-1.json: zone: is no time zone of this machine, as \"Asia/Tokyo\"" },
		{ "no window", "[\"day\",\"hour\"]", "[]", "a.b-1.json: windows: must have one" },
		{ "a window twice", "[\"day\",\"hour\"]", "[\"day\",\"day\"]",
		  "a.b-1.json: windows[1]: stands in the list twice" },
		{ "a window that there is not", "[\"day\",\"hour\"]", "[\"year\"]",
		  "a.b-1.json: windows[0]: must be one of: minute hour day week month" },
		{ "grace is longer than what waits to be told", "\"grace\":\"1h\"",
		  "\"grace\":\"9m\"", "a.b-1.json: grace: must be between 600s and 604800s" },
		{ "grace is a week at most", "\"grace\":\"1h\"", "\"grace\":\"8d\"",
		  "a.b-1.json: grace: must be between 600s and 604800s" },
	};

	(void)state;
	judge(mean, rows, COUNT_OF(rows));
}

static void what_is_counted_is_in_the_vocabulary(void **state)
{
	static const struct bent_document rows[] = {
		{ "it is good as it is", "a.b", "a.b", NULL },
		{ "a kind that there is not", "\"of\":\"ticket\"", "\"of\":\"call\"",
		  "a.b-1.json: population.of: is no kind of observation" },
		{ "a time that there is not", "\"time\":\"replied_at\"", "\"time\":\"noon\"",
		  "a.b-1.json: population.time: is no time of the kind \"ticket\"" },
		{ "a time that the kind has not", "\"time\":\"replied_at\"",
		  "\"time\":\"began_at\"",
		  "a.b-1.json: population.time: is no time of the kind \"ticket\"" },
		{ "a condition on a field that the kind has not", "\"by_customer\":true",
		  "\"won\":true",
		  "a.b-1.json: population.where.won: is no field of the kind \"ticket\"" },
		{ "a condition on a field that there is not", "\"by_customer\":true",
		  "\"mood\":[\"x\"]",
		  "a.b-1.json: population.where.mood: is no field of the kind \"ticket\"" },
		{ "a mark is true or false", "\"by_customer\":true", "\"by_customer\":[\"yes\"]",
		  "a.b-1.json: population.where.by_customer: must be true or false" },
		{ "a time is there or not", "\"asked_at\":\"present\"", "\"asked_at\":true",
		  "a.b-1.json: population.where.asked_at: must be one of: absent present" },
		{ "words are a list", "[\"email\",\"chat\"]", "\"email\"",
		  "a.b-1.json: population.where.channel: must be an array" },
		{ "a list without a word", "[\"email\",\"chat\"]", "[]",
		  "a.b-1.json: population.where.channel: lists no word: nothing would be counted" },
		{ "a word twice", "[\"email\",\"chat\"]", "[\"email\",\"email\"]",
		  "a.b-1.json: population.where.channel[1]: stands in the list twice" },
		{ "more words than a condition may list", "[\"email\",\"chat\"]",
		  "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\","
		  "\"16\",\"17\"]",
		  "a.b-1.json: population.where.channel: has more than 16 items" },
		{ "more conditions than a part may have", "\"by_customer\":true",
		  "\"solved\":true,\"answered\":true,\"one_touch\":true,\"reopened\":true,\"escalated\":true,"
		  "\"bot_replied\":true,\"reopened_soon\":true",
		  "a.b-1.json: population.where.channel: is one condition more than 8" },
		{ "a dimension that there is not", "[\"channel\",\"agent\"]", "[\"color\"]",
		  "a.b-1.json: dimensions[0]: is no dimension" },
		{ "a dimension that the kind has not", "[\"channel\",\"agent\"]",
		  "[\"channel\",\"network\"]",
		  "a.b-1.json: dimensions[1]: is no dimension of the kind \"ticket\"" },
		{ "a dimension twice", "[\"channel\",\"agent\"]", "[\"channel\",\"channel\"]",
		  "a.b-1.json: dimensions[1]: stands in the list twice" },
		{ "values without bound", "\"bound\":50,", "",
		  "a.b-1.json: bound: is missing: a dimension has values without bound" },
		{ "a bound above what is kept", "\"bound\":50", "\"bound\":10001",
		  "a.b-1.json: bound: must be between 1 and 10000" },
		{ "what the company itself names needs no bound",
		  "[\"channel\",\"agent\"],\"bound\":50", "[\"channel\",\"team\"]", NULL },
	};

	(void)state;
	judge(distribution, rows, COUNT_OF(rows));
}

static void what_is_measured_can_be_measured(void **state)
{
	static const struct bent_document rows[] = {
		{ "an end that may be absent", "\"asked_at\":\"present\",", "",
		  "a.b-1.json: measure.span[0]: may be absent: the population must say that it is present" },
		{ "an end that is absent", "\"asked_at\":\"present\"", "\"asked_at\":\"absent\"",
		  "a.b-1.json: measure.span[0]: may be absent: the population must say that it is present" },
		{ "an end that the kind has not", "[\"asked_at\",\"replied_at\"]",
		  "[\"asked_at\",\"decided_at\"]",
		  "a.b-1.json: measure.span[1]: is no time of the kind \"ticket\"" },
		{ "one end", "[\"asked_at\",\"replied_at\"]", "[\"asked_at\"]",
		  "a.b-1.json: measure.span: must have two times" },
		{ "from a time to itself", "[\"asked_at\",\"replied_at\"]",
		  "[\"asked_at\",\"asked_at\"]",
		  "a.b-1.json: measure.span: is from a time to itself" },
		{ "a span and a number", "\"measure\":{", "\"measure\":{\"number\":\"replies\",",
		  "a.b-1.json: measure: must be either a span or a number" },
		{ "quantiles without a measure",
		  "\"measure\":{\"span\":[\"asked_at\",\"replied_at\"]},", "",
		  "a.b-1.json: measure: is missing: a distribution has one" },
		{ "a measure without quantiles", ",\"quantiles_ppm\":[500000,900000]", "",
		  "a.b-1.json: quantiles_ppm: is missing: a distribution has one" },
		{ "no quantile", "[500000,900000]", "[]",
		  "a.b-1.json: quantiles_ppm: must have one" },
		{ "a quantile above all", "[500000,900000]", "[1000001]",
		  "a.b-1.json: quantiles_ppm[0]: must be a whole number between 1 and 1000000" },
		{ "a quantile that is not whole", "[500000,900000]", "[0.5]",
		  "a.b-1.json: quantiles_ppm[0]: must be a whole number between 1 and 1000000" },
		{ "a quantile twice", "[500000,900000]", "[500000,500000]",
		  "a.b-1.json: quantiles_ppm[1]: stands in the list twice" },
		{ "another unit", "\"unit\":\"us\"", "\"unit\":\"count\"",
		  "a.b-1.json: unit: is not what comes of it, which is \"us\"" },
		{ "a calendar that there is not", "tokyo-support", "mars-support",
		  "a.b-1.json: calendars.JP: is no calendar" },
		{ "no calendar for the others", ",\"*\":\"always\"", "",
		  "a.b-1.json: calendars.*: is missing: the calendar of all other regions" },
		{ "a calendar, and no span", "{\"span\":[\"asked_at\",\"replied_at\"]}",
		  "{\"number\":\"replies\"}",
		  "a.b-1.json: unit: is not what comes of it, which is \"count\"" },
		{ "rounding where nothing is divided", "\"unit\"",
		  "\"rounding\":\"half_up\",\"unit\"",
		  "a.b-1.json: rounding: is of no use: a distribution has none" },
		{ "hits of a distribution", "\"unit\"", "\"hits\":{},\"unit\"",
		  "a.b-1.json: hits: is of no use: a distribution has none" },
		{ "two asides of one name", "\"aside\":[", "\"aside\":[{\"name\":\"unanswered\"},",
		  "a.b-1.json: aside[1].name: stands in the list twice" },
		{ "more asides than there are", "\"aside\":[",
		  "\"aside\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"},{\"name\":\"d\"},",
		  "a.b-1.json: aside: has more than 4 items" },
		{ "an aside that cannot be", "{\"answered\":false}",
		  "{\"answered\":false,\"replied_at\":\"present\"}",
		  "a.b-1.json: aside[0].where: " NOTHING },
	};

	(void)state;
	judge(distribution, rows, COUNT_OF(rows));
}

static void what_divides_is_not_empty_by_construction(void **state)
{
	static const struct bent_document rows[] = {
		{ "it is good as it is", "a.b", "a.b", NULL },
		{ "hits without a condition", "{\"succeeded\":true}", "{}",
		  "a.b-1.json: hits.where: has no condition: all would be hits" },
		{ "hits of another kind", "\"hits\":{", "\"hits\":{\"of\":\"refund\",",
		  "a.b-1.json: hits.of: is not known" },
		{ "hits that the population excludes", "{\"succeeded\":true}", "{\"first\":false}",
		  "a.b-1.json: hits.where.first: does not narrow what the population says of it" },
		{ "hits that the population is already", "{\"succeeded\":true}", "{\"first\":true}",
		  "a.b-1.json: hits.where.first: does not narrow what the population says of it" },
		{ "hits beyond the population's words", "{\"succeeded\":true}",
		  "{\"network\":[\"visa\",\"jcb\"]}",
		  "a.b-1.json: hits.where.network: does not narrow what the population says of it" },
		{ "hits of one of the population's words", "{\"succeeded\":true}",
		  "{\"network\":[\"visa\"]}", NULL },
		{ "hits beyond the population's numbers", "{\"succeeded\":true}",
		  "{\"minor\":{\"at_most\":500}}",
		  "a.b-1.json: hits.where.minor: does not narrow what the population says of it" },
		{ "hits within the population's numbers", "{\"succeeded\":true}",
		  "{\"minor\":{\"at_least\":100,\"at_most\":500}}", NULL },
		{ "bounds that cross", "{\"at_least\":100}", "{\"at_least\":100,\"at_most\":99}",
		  "a.b-1.json: population.where.minor: is at least more than it is at most: nothing would be counted" },
		{ "bounds that bound nothing", "{\"at_least\":100}", "{}",
		  "a.b-1.json: population.where.minor: must have at_least or at_most" },
		{ "a share without hits", "\"hits\":{\"where\":{\"succeeded\":true}},", "",
		  "a.b-1.json: hits: is missing: a share has one" },
		{ "a weight that the kind has not", "{\"number\":\"minor\"}",
		  "{\"number\":\"units\"}",
		  "a.b-1.json: weight.number: is no number of the kind \"payment\"" },
		{ "no rounding", "\"rounding\":\"half_even\",", "",
		  "a.b-1.json: rounding: is missing: a share has one" },
		{ "calendars without a span", "\"hits\"",
		  "\"calendars\":{\"*\":\"always\"},\"hits\"",
		  "a.b-1.json: calendars: are of no use: no span is measured" },
	};

	(void)state;
	judge(share, rows, COUNT_OF(rows));
}

static void what_cannot_be_is_refused(void **state)
{
	static const struct bent_document rows[] = {
		{ "met and broken at once", "\"met\":true", "\"met\":true,\"breached\":true",
		  "a.b-1.json: population.where: " NOTHING },
		{ "a promise that nobody makes", "\"met\":true",
		  "\"promise\":[\"resolution\",\"first_replay\"]",
		  "a.b-1.json: population.where.promise[1]: is never told: nothing would be counted" },
		{ "a promise that somebody makes", "\"met\":true",
		  "\"promise\":[\"resolution\",\"first_reply\"]", NULL },
		{ "an open one, by when it ended", "\"met\":true", "\"open\":true",
		  "a.b-1.json: population.where: " NOTHING },
		{ "an open one, by when it began", "\"time\":\"at\",\"where\":{\"met\":true}",
		  "\"time\":\"began_at\",\"where\":{\"open\":true}", NULL },
		{ "one that has not ended, and was met", "\"time\":\"at\",\"where\":{\"met\":true}",
		  "\"time\":\"began_at\",\"where\":{\"at\":\"absent\",\"open\":false}",
		  "a.b-1.json: population.where: " NOTHING },
		{ "cancelled, and in the agents' score", "\"met\":true",
		  "\"agents\":true,\"cancelled\":true", "a.b-1.json: population.where: " NOTHING },
		{ "the time by which it counts is absent", "\"met\":true", "\"at\":\"absent\"",
		  "a.b-1.json: population.where: " NOTHING },
		{ "the time by which it counts is present", "\"met\":true", "\"at\":\"present\"",
		  NULL },
		{ "unanswered, by when it was answered",
		  "\"promise\",\"time\":\"at\",\"where\":{\"met\":true}",
		  "\"ticket\",\"time\":\"replied_at\",\"where\":{\"answered\":false}",
		  "a.b-1.json: population.where: " NOTHING },
	};

	(void)state;
	judge(decided, rows, COUNT_OF(rows));
}

static void a_quotient_s_terms_go_together(void **state)
{
	static const struct bent_document rows[] = {
		{ "it is good as it is", "a.b", "a.b", NULL },
		{ "nothing below", "\"denominator\"", "\"population\"",
		  "a.b-1.json: population: is of no use: a quotient has none" },
		{ "no denominator",
		  ",\"denominator\":{\"of\":\"account\",\"time\":\"at\",\"amount\":{\"number\":\"change\"},"
		  "\"level\":\"opening\"}",
		  "", "a.b-1.json: denominator: is missing: a quotient has one" },
		{ "an amount by what has no currency", "\"time\":\"opened_at\"",
		  "\"time\":\"opened_at\",\"amount\":{\"number\":\"minor\"}",
		  "a.b-1.json: numerator.amount.number: is no number of the kind \"ticket\"" },
		{ "an amount by a number", "{\"of\":\"ticket\",\"time\":\"opened_at\"}",
		  "{\"of\":\"recurring\",\"time\":\"at\",\"amount\":{\"number\":\"minor\"}}",
		  "a.b-1.json: denominator: one of the two is an amount: each currency would be divided by nothing" },
		{ "a dimension that the denominator has not", "[\"tier\"]", "[\"channel\"]",
		  "a.b-1.json: dimensions[0]: is no dimension of the kind \"account\"" },
		{ "a level that there is not", "\"level\":\"opening\"", "\"level\":\"middle\"",
		  "a.b-1.json: denominator.level: must be one of: none closing opening" },
		{ "by nothing", "\"per\":100", "\"per\":0",
		  "a.b-1.json: per: must be between 1 and 1000000" },
	};

	(void)state;
	judge(quotient, rows, COUNT_OF(rows));
}

static void snapshots_are_of_one_midnight(void **state)
{
	static const struct bent_document rows[] = {
		{ "of hours", "a.b", "a.b",
		  "a.b-1.json: windows: snapshots are taken once a day, at midnight" },
		{ "of days", "[\"day\",\"hour\"]", "[\"day\"]", NULL },
		{ "of weeks", "[\"day\",\"hour\"]", "[\"day\",\"week\"]",
		  "a.b-1.json: windows: would add up the snapshots of several days" },
		{ "of other zones", "\"windows\":[\"day\",\"hour\"]",
		  "\"windows\":[\"day\"],\"dimensions\":[\"zone\"]",
		  "a.b-1.json: dimensions[0]: is the definition's own, the same for all" },
		{ "of another zone", "\"time\":\"at\"",
		  "\"time\":\"at\",\"where\":{\"zone\":[\"UTC\"]}",
		  "a.b-1.json: population.where.zone: is the definition's own already" },
	};

	(void)state;
	judge(snapshots, rows, COUNT_OF(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_is_as_it_must_be),
		cmocka_unit_test(what_is_counted_is_in_the_vocabulary),
		cmocka_unit_test(what_is_measured_can_be_measured),
		cmocka_unit_test(what_divides_is_not_empty_by_construction),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(a_quotient_s_terms_go_together),
		cmocka_unit_test(snapshots_are_of_one_midnight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
