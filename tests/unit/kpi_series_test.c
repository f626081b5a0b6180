/*
 * series: what shards told becomes figures of windows: provisional, sealed once, restated with a reason; the same finals in any order.
 */
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/kpi-aggregator/kpi.h"
#include "services/kpi-aggregator/series/series.h"
#include "tests/support/definition_fixture.h"
#include "tests/support/stage_test.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* What every definition begins with, without the brace before it. */
#define KPI_HEAD(id)                                                                   \
	"\"id\":\"" id "\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\"," \
	"\"title\":\"T\",\"says\":\"S.\",\"owner\":\"support\",\"area\":\"support\","  \
	"\"better\":\"neither\",\"zone\":\"Asia/Tokyo\",\"grace\":\"15m\""
#define SERIES 1 /* of kpi_stages */
#define COUNTED "t.count@1"
#define SHARED "t.share@1"
#define LEVEL "t.level@1"
#define SPREAD "t.spread@1"

static const char *const texts[] = {
	"{" KPI_HEAD(
	    "t.count") ",\"formula\":\"count\",\"unit\":\"count\",\"windows\":[\"hour\",\"day\"],"
		       "\"dimensions\":[\"channel\"],\"bound\":2,\"population\":{\"of\":\"ticket\",\"time\":\"opened_at\"}}",
	"{" KPI_HEAD(
	    "t.share") ",\"formula\":\"share\",\"unit\":\"ppm\",\"rounding\":\"half_up\",\"windows\":[\"day\"],"
		       "\"population\":{\"of\":\"ticket\",\"time\":\"opened_at\"},\"hits\":{\"where\":{\"answered\":true}}}",
	"{" KPI_HEAD(
	    "t.level") ",\"formula\":\"level\",\"unit\":\"count\",\"windows\":[\"day\"],"
		       "\"population\":{\"of\":\"account\",\"time\":\"at\"},\"measure\":{\"number\":\"change\"}}",
	"{" KPI_HEAD(
	    "t.spread") ",\"formula\":\"distribution\",\"unit\":\"us\",\"quantiles_ppm\":[500000,900000],\"windows\":[\"day\"],"
			"\"population\":{\"of\":\"ticket\",\"time\":\"opened_at\",\"where\":{\"asked_at\":\"present\",\"replied_at\":\"present\"}},"
			"\"measure\":{\"span\":[\"asked_at\",\"replied_at\"]},\"aside\":[{\"name\":\"unanswered\",\"where\":{\"replied_at\":\"absent\"}}]}",
	NULL
};

static struct stage_test test;
static struct document documents[2];
static const struct definition_book *book;
static struct arena *arena;
static char lines[65536];

static struct instant at(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

/* What one cell told: of a window by its start, so many more. */
struct told {
	const char *start;
	const char *value;
	int64_t n;
	int64_t hits;
	int64_t sum;
	int64_t taken; /* microseconds of one that was measured; 0: none */
};

/* Up to the colon before the dimension. */
static const char *metric_of(const char *series)
{
	return arena_text(arena, series, strcspn(series, ":"));
}

static void start_series(const char *series)
{
	char reason[DEFINITION_REASON_SIZE];

	arena = arena_create(65536);
	book = definition_fixture(texts, reason);
	if (book == NULL)
		fail_msg("%s", reason);
	documents[0] = (struct document){ .name = DEFINITIONS, .compiled = book };
	documents[1] = (struct document){ .name = NULL };
	stage_test_init(&test, &opsmesh_catalogue, &kpi_stages[SERIES],
	                hash_partition(series, strcspn(series, ":"), STAGE_TEST_PARTITIONS),
	                documents, NULL);
}

static void stop_series(void)
{
	stage_test_finish(&test);
	definition_release(book);
	arena_destroy(arena);
}

static void feed(const char *series, const char *mesh, const struct told *told)
{
	const char *const colon = strchr(series, ':');
	const char *const metric = metric_of(series);
	Opsmesh__V1__PartialEvent event = OPSMESH__V1__PARTIAL_EVENT__INIT;
	Opsmesh__V1__PartialTold fact = OPSMESH__V1__PARTIAL_TOLD__INIT;
	Opsmesh__V1__PartialCell cell = OPSMESH__V1__PARTIAL_CELL__INIT;
	Opsmesh__V1__PartialCell *cells[] = { &cell };
	int32_t bucket = sketch_place(told->taken);
	int64_t one = told->n < 0 ? -1 : 1;

	cell.start = proto_timestamp(arena, at(told->start));
	cell.value = text_mutable(told->value);
	cell.n = told->n;
	cell.hits = told->hits;
	cell.sum = told->sum;
	cell.came = told->n > 0 ? told->n : 0;
	cell.taken_back = told->n < 0 ? -told->n : 0;
	if (told->taken > 0) {
		cell.buckets = &bucket;
		cell.n_buckets = 1;
		cell.counts = &one;
		cell.n_counts = 1;
	}
	cell.dimension = text_mutable(colon != NULL ? colon + 1 : "");
	fact.digest = text_mutable(definition_by_key(book, metric)->digest);
	fact.cells = cells;
	fact.n_cells = 1;
	event.metric = text_mutable(metric);
	event.fact_case = OPSMESH__V1__PARTIAL_EVENT__FACT_TOLD;
	event.told = &fact;
	(void)stage_test_feed(&test, &(struct stage_test_event){ .topic = OPS_BY_METRIC,
	                                                         .key = metric,
	                                                         .time = at(mesh),
	                                                         .mesh = at(mesh),
	                                                         .message = &event.base });
}

static void fold_until(const char *frontier)
{
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, at(frontier)), STATUS_OK);
}

static const Opsmesh__V1__KpiFigures *figures_in(const Opsmesh__V1__KpiEvent *event,
                                                 const char **word)
{
	if (event->fact_case == OPSMESH__V1__KPI_EVENT__FACT_WINDOW_UPDATED) {
		*word = "updated";
		return event->window_updated->figures;
	}
	if (event->fact_case == OPSMESH__V1__KPI_EVENT__FACT_WINDOW_SEALED) {
		*word = "sealed";
		return event->window_sealed->figures;
	}
	*word = "restated";
	return event->restated->figures;
}

static void add_line(const Opsmesh__V1__KpiEvent *event)
{
	const char *word;
	const Opsmesh__V1__KpiFigures *const figures = figures_in(event, &word);
	char value[24] = "none";

	if (figures->has_case == OPSMESH__V1__KPI_FIGURES__HAS_VALUE)
		(void)snprintf(value, sizeof(value), "%lld", (long long)figures->value);
	(void)snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
	               "%s %s%s%s %s: %s of %lld\n", word, event->window->label,
	               *event->value != '\0' ? " " : "", event->value, event->window->kind, value,
	               (long long)figures->n);
}

/* What was said since it was asked last, of definitions nothing. */
static const char *said(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;

	lines[0] = '\0';
	while ((fact = stage_test_next(&test, &message)) != NULL) {
		const Opsmesh__V1__KpiEvent *const event = (const void *)message;

		if (event->fact_case != OPSMESH__V1__KPI_EVENT__FACT_DEFINITION_PUBLISHED)
			add_line(event);
	}
	return lines;
}

static void a_window_is_provisional_then_sealed_once(void **state)
{
	(void)state;
	start_series(COUNTED);
	feed(COUNTED, "2026-05-01T00:10:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "", 3, 0, 0, 0 });
	fold_until("2026-05-01T00:11:00Z");
	assert_string_equal(said(), "");
	fold_until("2026-05-01T00:20:00Z");
	assert_string_equal(said(), "updated 2026-05-01T09 hour: 3 of 3\n");
	fold_until("2026-05-01T01:15:00Z");
	assert_string_equal(said(), "updated 2026-05-01 day: 3 of 3\n");
	fold_until("2026-05-01T01:15:01Z");
	assert_string_equal(said(), "sealed 2026-05-01T09 hour: 3 of 3\n");
	fold_until(
	    "2026-05-03T02:15:01Z"); /* an hour in which nothing happened is not said, a day is */
	assert_string_equal(said(),
	                    "sealed 2026-05-01 day: 3 of 3\nsealed 2026-05-02 day: 0 of 0\n");
	stop_series();
}

static void what_comes_later_is_restated_with_what_was_said_before(void **state)
{
	const struct fact *fact;
	const ProtobufCMessage *message;
	const Opsmesh__V1__KpiEvent *event;

	(void)state;
	start_series(SHARED);
	feed(SHARED, "2026-05-01T00:10:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "", 4, 1, 0, 0 });
	fold_until("2026-05-01T15:15:01Z");
	assert_string_equal(
	    said(), "updated 2026-05-01 day: 250000 of 4\nsealed 2026-05-01 day: 250000 of 4\n");
	feed(SHARED, "2026-05-01T16:00:00Z",
	     &(struct told){ "2026-05-01T14:00:00Z", "", -1, 0, 0, 0 });
	fold_until("2026-05-01T16:10:00Z");
	fact = stage_test_next(&test, &message);
	assert_non_null(fact);
	event = (const void *)message;
	assert_int_equal(event->fact_case, OPSMESH__V1__KPI_EVENT__FACT_RESTATED);
	assert_int_equal(event->restated->figures->value, 333333);
	assert_int_equal(event->restated->revision, 1);
	assert_int_equal(event->restated->taken_back, 1);
	assert_non_null(strstr(event->restated->before, "\"value\":\"250000\""));
	assert_string_equal(event->restated->reason,
	                    "after it was sealed 0 observations came and 1 turned out otherwise");
	stop_series();
}

static void what_makes_no_difference_is_not_said_again(void **state)
{
	(void)state;
	start_series(SHARED);
	feed(SHARED, "2026-05-01T00:10:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "", 4, 1, 0, 0 });
	fold_until("2026-05-01T01:01:00Z");
	assert_string_equal(said(), "updated 2026-05-01 day: 250000 of 4\n");
	feed(SHARED, "2026-05-01T01:30:00Z",
	     &(struct told){ "2026-05-01T01:00:00Z", "", 1, 1, 0, 0 });
	feed(SHARED, "2026-05-01T01:31:00Z",
	     &(struct told){ "2026-05-01T02:00:00Z", "", -1, -1, 0, 0 });
	fold_until("2026-05-01T02:40:00Z");
	assert_string_equal(said(), "");
	stop_series();
}

static void a_level_goes_on_through_windows_in_which_nothing_happened(void **state)
{
	(void)state;
	start_series(LEVEL);
	feed(LEVEL, "2026-05-01T00:10:00Z",
	     &(struct told){ "2026-04-30T15:00:00Z", "", 5, 0, 5, 0 });
	fold_until("2026-05-02T15:15:01Z");
	assert_string_equal(
	    said(),
	    "updated 2026-05-01 day: 5 of 5\nsealed 2026-05-01 day: 5 of 5\nsealed 2026-05-02 day: 5 of 5\n");
	feed(LEVEL, "2026-05-02T16:00:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "", 1, 0, -1, 0 });
	fold_until("2026-05-02T16:10:00Z");
	assert_string_equal(said(),
	                    "restated 2026-05-01 day: 4 of 6\nrestated 2026-05-02 day: 4 of 6\n");
	stop_series();
}

static void an_open_window_of_a_level_has_what_was_before(void **state)
{
	(void)state;
	start_series(LEVEL);
	feed(LEVEL, "2026-05-01T00:10:00Z",
	     &(struct told){ "2026-04-30T15:00:00Z", "", 5, 0, 5, 0 });
	fold_until("2026-05-01T14:00:00Z");
	feed(LEVEL, "2026-05-01T15:01:00Z",
	     &(struct told){ "2026-05-01T15:00:30Z", "", 1, 0, 2, 0 });
	fold_until("2026-05-01T16:01:00Z");
	assert_string_equal(said(),
	                    "updated 2026-05-01 day: 5 of 5\nsealed 2026-05-01 day: 5 of 5\n"
	                    "updated 2026-05-02 day: 7 of 6\n");
	stop_series();
}

static void what_comes_years_late_fills_no_years(void **state)
{
	(void)state;
	start_series(COUNTED);
	feed(COUNTED, "2026-05-01T00:10:00Z",
	     &(struct told){ "2016-05-01T00:00:00Z", "", 3, 0, 0, 0 });
	fold_until("2026-05-01T00:11:00Z");
	fold_until("2026-05-01T01:16:00Z");
	assert_string_equal(said(),
	                    "sealed 2016-05-01 day: 3 of 3\nsealed 2016-05-01T09 hour: 3 of 3\n");
	fold_until("2026-05-01T15:16:00Z");
	assert_string_equal(said(), "sealed 2026-05-01 day: 0 of 0\n");
	stop_series();
}

/* A shard that has no time yet seems to be where its first facts lie; then years pass at once. */
static void years_before_a_definition_was_in_force_are_not_filled(void **state)
{
	(void)state;
	start_series(COUNTED);
	feed(COUNTED, "1970-01-01T00:00:00Z",
	     &(struct told){ "2016-05-01T00:00:00Z", "", 3, 0, 0, 0 });
	fold_until("1970-01-01T00:10:00Z");
	(void)said();
	fold_until("2026-01-03T15:16:00Z");
	assert_string_equal(said(),
	                    "updated 2016-05-01 day: 3 of 3\n"
	                    "sealed 2016-05-01T09 hour: 3 of 3\nsealed 2016-05-01 day: 3 of 3\n"
	                    "sealed 2026-01-01 day: 0 of 0\nsealed 2026-01-02 day: 0 of 0\n"
	                    "sealed 2026-01-03 day: 0 of 0\n");
	stop_series();
}

static void values_beyond_the_bound_are_counted_together(void **state)
{
	static const char series[] = COUNTED ":channel";

	(void)state;
	start_series(series);
	feed(series, "2026-05-01T00:10:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "email", 1, 0, 0, 0 });
	feed(series, "2026-05-01T00:11:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "chat", 1, 0, 0, 0 });
	feed(series, "2026-05-01T00:12:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "slack", 1, 0, 0, 0 });
	feed(series, "2026-05-01T00:13:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "api", 1, 0, 0, 0 });
	feed(series, "2026-05-01T00:14:00Z",
	     &(struct told){ "2026-05-01T00:00:00Z", "email", 1, 0, 0, 0 });
	fold_until("2026-05-01T01:01:00Z");
	assert_non_null(strstr(said(), "updated 2026-05-01 (other) day: 2 of 2\n"));
	assert_non_null(strstr(lines, "updated 2026-05-01 email day: 2 of 2\n"));
	stop_series();
}

static void quantiles_come_of_what_was_measured_alone(void **state)
{
	struct kpi_cell_row row = { .key = { SPREAD, "day", at("2026-04-30T15:00:00Z"), "", "" } };

	(void)state;
	start_series(SPREAD);
	for (int i = 0; i < 10; i++)
		feed(SPREAD, "2026-05-01T00:10:00Z",
		     &(struct told){ "2026-05-01T00:00:00Z", "", 1, 0, 100, i < 9 ? 100 : 10000 });
	fold_until("2026-05-01T01:01:00Z");
	assert_true(stage_test_row(&test, &kpi_cell_table, &row));
	assert_non_null(strstr(row.figures, "\"quantiles\":[{\"ppm\":500000,\"value\":\"100\"},"
	                                    "{\"ppm\":900000,\"value\":\"100\"}]"));
	stop_series();
}

/* Told in any order, by any batches, with any restarts: the same figures at the end. */
static const struct told permuted[] = {
	{ "2026-04-30T16:00:00Z", "", 3, 1, 0, 0 }, { "2026-05-01T03:00:00Z", "", 2, 2, 0, 0 },
	{ "2026-05-02T03:00:00Z", "", 7, 3, 0, 0 }, { "2026-05-01T03:00:00Z", "", -1, -1, 0, 0 },
	{ "2026-04-25T03:00:00Z", "", 1, 0, 0, 0 }, { "2026-05-01T14:59:00Z", "", 5, 0, 0, 0 },
};

static const char *finals(const unsigned int order[static COUNT_OF(permuted)], unsigned int chance)
{
	static const char *const days[] = { "2026-04-24T15:00:00Z", "2026-04-30T15:00:00Z",
		                            "2026-05-01T15:00:00Z" };
	static char all[4096];

	start_series(SHARED);
	for (size_t i = 0; i < COUNT_OF(permuted); i++) {
		const char *const mesh = arena_printf(arena, "2026-05-%02uT%02u:00:00Z",
		                                      1 + (unsigned int)i, chance % 24);

		feed(SHARED, mesh, &permuted[order[i]]);
		if ((chance >> i & 1) != 0)
			fold_until(mesh);
		if ((chance >> i & 3) == 3)
			stage_test_restart(&test);
	}
	fold_until("2026-05-09T00:00:00Z");
	all[0] = '\0';
	for (size_t i = 0; i < COUNT_OF(days); i++) {
		struct kpi_cell_row row = { .key = { SHARED, "day", at(days[i]), "", "" } };

		assert_true(stage_test_row(&test, &kpi_cell_table, &row));
		(void)snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s\n", row.figures);
	}
	stop_series();
	return all;
}

static void finals_are_the_same_in_any_order(void **state)
{
	unsigned int order[COUNT_OF(permuted)] = { 0, 1, 2, 3, 4, 5 };
	char first[4096];
	unsigned int seed = 7;

	(void)state;
	(void)snprintf(first, sizeof(first), "%s", finals(order, 0));
	for (int round = 0; round < 60; round++) {
		for (size_t i = COUNT_OF(permuted) - 1; i > 0; i--) {
			const size_t k = (seed = seed * 1103515245 + 12345) / 65536 % (i + 1);
			const unsigned int kept = order[i];

			order[i] = order[k];
			order[k] = kept;
		}
		assert_string_equal(finals(order, seed / 65536), first);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_is_provisional_then_sealed_once),
		cmocka_unit_test(what_comes_later_is_restated_with_what_was_said_before),
		cmocka_unit_test(what_makes_no_difference_is_not_said_again),
		cmocka_unit_test(a_level_goes_on_through_windows_in_which_nothing_happened),
		cmocka_unit_test(an_open_window_of_a_level_has_what_was_before),
		cmocka_unit_test(what_comes_years_late_fills_no_years),
		cmocka_unit_test(years_before_a_definition_was_in_force_are_not_filled),
		cmocka_unit_test(values_beyond_the_bound_are_counted_together),
		cmocka_unit_test(quantiles_come_of_what_was_measured_alone),
		cmocka_unit_test(finals_are_the_same_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
