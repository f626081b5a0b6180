/*
 * billing_usage_test - usage events in time, late, twice, corrected and cancelled.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/usage/usage.h"
#include "tests/support/chance.h"
#include "tests/support/policy_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STORY_MAX 8
#define EVENTS_MAX 12
#define HISTORIES 500

static struct arena *arena;
static struct usage_policy policy;
static struct instant start_at;

static int start(void **state)
{
	(void)state;
	arena = arena_create(65536);
	policy_fixture_read(arena, &usage_policy_kind, "usage/meters-1.json", &policy);
	assert_true(time_parse("2026-05-01T00:00:00Z", &start_at));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct instant minutes(int64_t count)
{
	return time_add(start_at, MINUTES(count));
}

static struct usage_event metered(const char *id, int64_t quantity, struct instant at)
{
	return (struct usage_event){ .kind = USAGE_METER,
		                     .source = "api",
		                     .id = id,
		                     .customer = "cus_1",
		                     .meter = "calls",
		                     .refers = "",
		                     .item = "",
		                     .subject = "",
		                     .quantity = quantity,
		                     .at = at };
}

static void an_event_goes_by_its_age(void **state)
{
	const struct {
		const char *name;
		int64_t age_s;
		enum usage_route route;
	} rows[] = {
		{ "now", 0, USAGE_TO_METER },
		{ "thirty-four days", 34 * 86400, USAGE_TO_METER },
		{ "thirty-five days to the second", 35 * 86400, USAGE_TO_METER },
		{ "a second more", 35 * 86400 + 1, USAGE_TO_ADJUSTMENT },
		{ "thirty-six days", 36 * 86400, USAGE_TO_ADJUSTMENT },
		{ "two years", 730 * 86400, USAGE_TO_ADJUSTMENT },
		{ "five minutes ahead", -300, USAGE_TO_METER },
		{ "a second more ahead", -301, USAGE_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct usage_event event =
		    metered("e-1", 5, time_sub(start_at, SECONDS(rows[i].age_s)));
		struct usage_row row = { .quantity = 77 };
		const struct usage_answer answer =
		    usage_decide(arena, &policy, &event, start_at, NULL, NULL, &row);

		print_message("%s\n", rows[i].name);
		assert_int_equal(answer.route, rows[i].route);
		assert_int_equal(row.quantity, rows[i].route == USAGE_REFUSED ? 77 : 5);
		assert_true(strlen(answer.reason) > 0);
	}
}

static void the_same_event_is_taken_once_while_it_is_remembered(void **state)
{
	const struct usage_event event = metered("e-1", 5, start_at);
	struct usage_event other = metered("e-1", 6, start_at);
	struct usage_row row;
	struct usage_row none = { .quantity = 77 };

	(void)state;
	assert_int_equal(usage_decide(arena, &policy, &event, start_at, NULL, NULL, &row).route,
	                 USAGE_TO_METER);
	const struct instant ends = usage_row_ends(&policy, &row);
	assert_int_equal(ends.us, time_add(start_at, DAYS(36)).us);
	const struct instant last = time_sub(ends, SECONDS(1));
	assert_int_equal(usage_decide(arena, &policy, &event, last, &row, NULL, &none).route,
	                 USAGE_DUPLICATE);
	assert_int_equal(usage_decide(arena, &policy, &event, ends, &row, NULL, &none).route,
	                 USAGE_TO_ADJUSTMENT);
	none.quantity = 77;
	const struct usage_answer answer =
	    usage_decide(arena, &policy, &other, last, &row, NULL, &none);
	assert_int_equal(answer.route, USAGE_REFUSED);
	assert_string_equal(answer.code, "conflict");
	assert_string_equal(answer.field, "id");
	assert_int_equal(none.quantity, 77);
}

static void a_remembered_event_never_reaches_the_meter_twice(void **state)
{
	(void)state;
	for (int64_t hour = -35 * 24; hour <= 0; hour++) {
		const struct usage_event event = metered("e-1", 5, minutes(hour * 60));
		struct usage_row row;
		struct usage_row again;

		assert_int_equal(
		    usage_decide(arena, &policy, &event, start_at, NULL, NULL, &row).route,
		    USAGE_TO_METER);
		for (int64_t later = 0; later <= 40 * 24; later += 3)
			assert_int_not_equal(usage_decide(arena, &policy, &event,
			                                  minutes(later * 60), &row, NULL, &again)
			                         .route,
			                     USAGE_TO_METER);
	}
}

/* Stories of one event and what refers to it. */

struct line {
	enum usage_kind kind;
	const char *id;
	const char *meter;
	int64_t quantity;
	int64_t minute;   /* at which it happened */
	int64_t received; /* minute */
	enum usage_route route;
	const char *code;
};

struct story {
	const char *name;
	bool without_original;
	struct line lines[STORY_MAX]; /* the first is the original */
};

#define METER(quantity, minute, received, route)                                   \
	{                                                                          \
		USAGE_METER, "e-0", "calls", quantity, minute, received, route, "" \
	}
#define CORRECTION(id, quantity, received, route, code)                           \
	{                                                                         \
		USAGE_CORRECTION, id, "calls", quantity, 0, received, route, code \
	}
#define CANCEL(id, received, route, code)                                \
	{                                                                \
		USAGE_CANCEL, id, "", 0, received, received, route, code \
	}
#define DAY_MINUTES 1440

static const struct story stories[] = {
	{ "a correction takes back a part, and the rest, and no more",
	  false,
	  { METER(10, 0, 0, USAGE_TO_METER), CORRECTION("c-1", -4, 5, USAGE_TO_METER, ""),
	    CORRECTION("c-2", -7, 6, USAGE_REFUSED, "too_much"),
	    CORRECTION("c-2", -6, 7, USAGE_TO_METER, ""),
	    CORRECTION("c-3", -1, 8, USAGE_REFUSED, "too_much") } },
	{ "a cancellation is in time for 24 hours after receipt",
	  false,
	  { METER(10, -60, 0, USAGE_TO_METER), CANCEL("x-1", DAY_MINUTES, USAGE_TO_CANCEL, "") } },
	{ "a minute later it is not, but a correction is",
	  false,
	  { METER(10, -60, 0, USAGE_TO_METER),
	    CANCEL("x-1", DAY_MINUTES + 1, USAGE_REFUSED, "too_late"),
	    CORRECTION("c-1", -10, DAY_MINUTES + 2, USAGE_TO_METER, "") } },
	{ "what is cancelled is neither cancelled again nor corrected",
	  false,
	  { METER(10, 0, 0, USAGE_TO_METER), CANCEL("x-1", 5, USAGE_TO_CANCEL, ""),
	    CANCEL("x-2", 6, USAGE_REFUSED, "cancelled"),
	    CORRECTION("c-1", -1, 7, USAGE_REFUSED, "cancelled") } },
	{ "what is corrected is not cancelled",
	  false,
	  { METER(10, 0, 0, USAGE_TO_METER), CORRECTION("c-1", -1, 5, USAGE_TO_METER, ""),
	    CANCEL("x-1", 6, USAGE_REFUSED, "corrected") } },
	{ "a late event's correction goes where it went",
	  false,
	  { METER(10, -40 * DAY_MINUTES, 0, USAGE_TO_ADJUSTMENT),
	    CORRECTION("c-1", -4, 5, USAGE_TO_ADJUSTMENT, "") } },
	{ "a correction that is itself late is a credit of the next invoice",
	  false,
	  { METER(10, 0, 0, USAGE_TO_METER),
	    CORRECTION("c-1", -4, 35 * DAY_MINUTES + 1, USAGE_TO_ADJUSTMENT, "") } },
	{ "what nobody remembers is not taken back",
	  false,
	  { METER(10, 0, 0, USAGE_TO_METER),
	    CORRECTION("c-1", -4, 36 * DAY_MINUTES, USAGE_REFUSED, "unknown") } },
	{ "nor what was never heard of",
	  true,
	  { METER(10, 0, 0, USAGE_TO_METER), CORRECTION("c-1", -4, 5, USAGE_REFUSED, "unknown"),
	    CANCEL("x-1", 6, USAGE_REFUSED, "unknown") } },
	{ "a correction of another meter is refused",
	  false,
	  { METER(10, 0, 0, USAGE_TO_METER),
	    { USAGE_CORRECTION, "c-1", "bytes", -4, 0, 5, USAGE_REFUSED, "other_meter" } } },
	{ "a seat is none of a meter's, however late",
	  false,
	  { { USAGE_SEAT_ASSIGNED, "e-0", "", 0, -60 * DAY_MINUTES, 0, USAGE_TO_SEATS, "" },
	    CANCEL("x-1", 6, USAGE_REFUSED, "not_metered") } },
};

static void stories_end_as_they_must(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		struct usage_row original = { .quantity = 0 };
		bool has_original = false;

		print_message("%s\n", stories[i].name);
		for (const struct line *line = stories[i].lines; line->id != NULL; line++) {
			struct usage_event event =
			    metered(line->id, line->quantity, minutes(line->minute));
			struct usage_row row = { .quantity = 0 };

			event.kind = line->kind;
			event.meter = line->meter;
			event.refers = has_original ? "e-0" : "";
			const struct usage_answer answer = usage_decide(
			    arena, &policy, &event, minutes(line->received), NULL,
			    has_original && !stories[i].without_original ? &original : NULL, &row);
			if (answer.route != line->route || !text_equal(answer.code, line->code))
				fail_msg("%s: %s %s (%s)", line->id,
				         usage_route_names[answer.route], answer.code,
				         answer.reason);
			if (!has_original)
				original = row;
			has_original = true;
		}
	}
}

/* Where the policy says for how long. */
static void what_refers_to_what_is_not_known_waits_for_it(void **state)
{
	struct usage_policy patient = policy;
	struct usage_event event = metered("c-1", -4, start_at);
	struct usage_row row = { .quantity = 0 };

	(void)state;
	patient.await = HOURS(24);
	event.kind = USAGE_CORRECTION;
	event.refers = "e-1";
	assert_int_equal(usage_decide(arena, &patient, &event, start_at, NULL, NULL, &row).route,
	                 USAGE_WAITS);
	assert_int_equal(usage_row_ends(&patient, &row).us, time_add(start_at, HOURS(24)).us);
	assert_int_equal(usage_decide(arena, &patient, &event, start_at, &row, NULL, &row).route,
	                 USAGE_DUPLICATE);
	event.quantity = -5;
	assert_string_equal(usage_decide(arena, &patient, &event, start_at, &row, NULL, &row).code,
	                    "conflict");
}

/* What reaches the meter, whatever comes twice and in whatever order. */
static int64_t played(const struct usage_event *events, const int *order, size_t count)
{
	struct usage_row rows[EVENTS_MAX];
	bool has[EVENTS_MAX] = { false };
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		const int which = order[i];
		struct usage_row row;
		const struct usage_answer answer =
		    usage_decide(arena, &policy, &events[which], minutes((int64_t)i),
		                 has[which] ? &rows[which] : NULL, NULL, &row);

		if (answer.route == USAGE_DUPLICATE)
			continue;
		assert_int_equal(answer.route, USAGE_TO_METER);
		rows[which] = row;
		has[which] = true;
		sum += events[which].quantity;
	}
	return sum;
}

static void duplicates_in_any_order_add_nothing(void **state)
{
	struct usage_event events[EVENTS_MAX];
	struct chance chance;

	(void)state;
	chance_seed(&chance, 3);
	for (int round = 0; round < HISTORIES; round++) {
		int order[EVENTS_MAX * 3];
		int64_t truth = 0;

		for (int i = 0; i < EVENTS_MAX; i++) {
			events[i] = metered(arena_printf(arena, "e-%d", i),
			                    chance_below(&chance, 100), start_at);
			truth += events[i].quantity;
		}
		for (int i = 0; i < EVENTS_MAX * 3; i++)
			order[i] = i % EVENTS_MAX;
		for (int i = EVENTS_MAX * 3 - 1; i > 0; i--) {
			const int other = chance_below(&chance, i + 1);
			const int kept = order[i];

			order[i] = order[other];
			order[other] = kept;
		}
		assert_int_equal(played(events, order, COUNT_OF(order)), truth);
	}
}

/* The key and the bytes. */

static void keys_tell_events_apart(void **state)
{
	static const struct {
		const char *customer;
		const char *source;
		const char *id;
	} rows[] = {
		{ "cus_1", "api", "e-1" }, { "cus_2", "api", "e-1" }, { "cus_1", "app", "e-1" },
		{ "cus_1", "api", "e-2" }, { "cus_1a", "pi", "e-1" }, { "cus_1", "apie", "-1" },
	};
	char keys[COUNT_OF(rows)][USAGE_KEY_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		usage_key(rows[i].customer, rows[i].source, rows[i].id, keys[i]);
		assert_int_equal(strlen(keys[i]), USAGE_KEY_SIZE - 1);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(keys[i], keys[k]);
	}
}

static void bytes_come_back_and_cut_ones_are_refused(void **state)
{
	struct usage_row row = { .kind = USAGE_METER,
		                 .route = USAGE_TO_ADJUSTMENT,
		                 .cancelled = true,
		                 .content = 5,
		                 .meter = 6,
		                 .quantity = -7,
		                 .corrected = 8,
		                 .at = { 9 },
		                 .received = { 10 } };
	struct usage_row read;

	(void)state;
	const struct bytes bytes = usage_encode(arena, &row);
	assert_true(usage_decode(bytes, &read));
	assert_true(bytes_equal(bytes, usage_encode(arena, &read)));
	assert_true(read.cancelled);
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(usage_decode((struct bytes){ bytes.data, size }, &read));
	row.route = USAGE_REFUSED;
	assert_false(usage_decode(usage_encode(arena, &row), &read));
}

/* The event as it was reported. */

static void what_is_no_event_is_refused_with_its_field(void **state)
{
	static const struct {
		const char *name;
		Opsmesh__V1__UsageKind kind;
		const char *meter;
		int64_t quantity;
		const char *refers;
		const char *item;
		const char *subject;
		const char *field; /* NULL: it is one */
	} rows[] = {
#define KIND(name) OPSMESH__V1__USAGE_KIND__USAGE_KIND_##name
		{ "a meter's", KIND(METER), "calls", 12, "", "", "", NULL },
		{ "a correction", KIND(CORRECTION), "calls", -2, "e-0", "", "", NULL },
		{ "a seat's", KIND(SEAT_ASSIGNED), "", 0, "", "si_1", "u", NULL },
		{ "of no kind", KIND(UNSPECIFIED), "", 0, "", "", "", "kind" },
		{ "less than nothing", KIND(METER), "calls", -1, "", "", "", "quantity" },
		{ "a correction upwards", KIND(CORRECTION), "calls", 2, "e-0", "", "", "quantity" },
		{ "of no meter", KIND(METER), "", 1, "", "", "", "meter" },
		{ "about itself", KIND(CANCEL), "", 0, "e-1", "", "", "refers" },
		{ "a seat of nobody", KIND(SEAT_RELEASED), "", 0, "", "si_1", "", "subject" },
#undef KIND
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		Opsmesh__V1__UsageReported reported = OPSMESH__V1__USAGE_REPORTED__INIT;
		Opsmesh__V1__UsageEvent event = OPSMESH__V1__USAGE_EVENT__INIT;
		struct usage_event taken;
		const char *field = NULL;

		reported.kind = rows[i].kind;
		reported.source = text_mutable("api");
		reported.event_id = text_mutable("e-1");
		reported.meter = text_mutable(rows[i].meter);
		reported.quantity = rows[i].quantity;
		reported.refers = text_mutable(rows[i].refers);
		reported.item_id = text_mutable(rows[i].item);
		reported.subject = text_mutable(rows[i].subject);
		event.customer_id = text_mutable("cus_1");
		event.occurred_at = proto_timestamp(arena, start_at);
		event.reported = &reported;
		print_message("%s\n", rows[i].name);
		assert_int_equal(usage_event_take(&event, &taken, &field), rows[i].field == NULL);
		if (rows[i].field != NULL)
			assert_string_equal(field, rows[i].field);
		else
			assert_int_equal(taken.at.us, start_at.us);
	}
}

static void a_meter_has_the_name_that_the_policy_gives_it(void **state)
{
	static const struct bent_document rows[] = {
		{ "a name twice", "price_9", "mtr_1", "meters[1].provider: is there twice" },
		{ "a name that is none", "\"lines\"", "7", "meters[1].meter: " },
		{ "no time to wait", "\"24h\"", "\"24h\",\"await\":\"0s\"", "await: " },
		{ "another field", "\"meter\"", "\"metre\"", "meters[0].metre: " },
	};
	static const char text[] =
	    "{\"id\":\"meters\",\"version\":2,\"effective_from\":\"2026-01-01T00:00:00Z\","
	    "\"past\":\"35d\",\"ahead\":\"5m\",\"cancel_within\":\"24h\",\"remember\":\"36d\","
	    "\"meters\":[{\"provider\":\"mtr_1\",\"meter\":\"calls\"},"
	    "{\"provider\":\"price_9\",\"meter\":\"lines\"}]}";
	struct usage_policy named;
	struct json_error error;

	(void)state;
	policy_fixture_refuses(arena, &usage_policy_kind, text, rows, COUNT_OF(rows));
	assert_true(policy_parse(&usage_policy_kind, arena, bytes_of(text), &named, &error));
	assert_string_equal(usage_policy_meter(&named, "price_1", "mtr_1"), "calls");
	assert_string_equal(usage_policy_meter(&named, "price_9", ""), "lines");
	assert_string_equal(usage_policy_meter(&named, "price_9", "mtr_2"), "mtr_2");
	assert_string_equal(usage_policy_meter(&named, "price_1", ""), "");
	assert_string_equal(usage_policy_meter(&policy, "price_1", "mtr_1"), "mtr_1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_goes_by_its_age),
		cmocka_unit_test(the_same_event_is_taken_once_while_it_is_remembered),
		cmocka_unit_test(a_remembered_event_never_reaches_the_meter_twice),
		cmocka_unit_test(stories_end_as_they_must),
		cmocka_unit_test(what_refers_to_what_is_not_known_waits_for_it),
		cmocka_unit_test(duplicates_in_any_order_add_nothing),
		cmocka_unit_test(keys_tell_events_apart),
		cmocka_unit_test(bytes_come_back_and_cut_ones_are_refused),
		cmocka_unit_test(what_is_no_event_is_refused_with_its_field),
		cmocka_unit_test(a_meter_has_the_name_that_the_policy_gives_it),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
