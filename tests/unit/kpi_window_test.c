/*
 * kpi_window_test - windows of local time: golden vectors of days on which clocks change, and what holds in every zone.
 *
 * The vectors come from another library (Python's zoneinfo, asking minute by minute for the first one of a date).
 */
#include "common/io/window.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/instant_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND_US INT64_C(1000000)
#define ROUNDS 2000 /* for each zone */

static const char *const places[] = {
	"Europe/London",     "America/New_York",   "Asia/Tokyo",     "Australia/Lord_Howe",
	"America/Sao_Paulo", "Africa/Cairo",       "Pacific/Apia",   "America/Havana",
	"America/St_Johns",  "Pacific/Kiritimati", "Pacific/Midway", "Africa/Casablanca",
};

static struct window_zone *zone_of(const char *name)
{
	struct window_zone *const zone = window_zone_open(name);

	assert_non_null(zone);
	assert_string_equal(window_zone_name(zone), name);
	return zone;
}

static void assert_window(const struct window *it, enum window_kind kind, struct instant start,
                          struct instant end)
{
	assert_int_equal(it->kind, kind);
	assert_int_equal(it->start.us, start.us);
	assert_int_equal(it->end.us, end.us);
}

/* Its label is this one and means it; its first and its last instant lie in it, and what is beside them does not. */
static void assert_holds(struct window_zone *zone, const char *label, const char *start,
                         const char *end)
{
	const struct instant from = instant_of(start);
	const struct instant to = instant_of(end);
	struct window it;
	struct window again;

	assert_true(window_parse(zone, label, &it));
	assert_window(&it, it.kind, from, to);
	assert_string_equal(window_label(arena, zone, &it), label);
	again = window_at(zone, it.kind, from);
	assert_window(&again, it.kind, from, to);
	again = window_at(zone, it.kind, (struct instant){ to.us - 1 });
	assert_window(&again, it.kind, from, to);
	again = window_at(zone, it.kind, (struct instant){ from.us - 1 });
	assert_int_equal(again.end.us, from.us);
	again = window_at(zone, it.kind, to);
	assert_int_equal(again.start.us, to.us);
	again = window_next(zone, &it);
	assert_int_equal(again.start.us, to.us);
}

static const struct {
	const char *zone;
	const char *label;
	const char *start;
	const char *end;
} clocks[] = {
	{ "Europe/London", "2026-03-29", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z" },
	{ "Europe/London", "2026-10-25", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z" },
	{ "America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z" },
	{ "America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z" },
	{ "Asia/Tokyo", "2026-05-01", "2026-04-30T15:00:00Z", "2026-05-01T15:00:00Z" },
	{ "Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z", "2026-01-01T18:15:00Z" },
	/* Half an hour. */
	{ "Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z" },
	{ "Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z" },
	/* There is no midnight, or the hour before it comes twice. */
	{ "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z" },
	{ "America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z" },
	{ "Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z" },
	{ "Africa/Cairo", "2026-10-29", "2026-10-28T21:00:00Z", "2026-10-29T22:00:00Z" },
	/* Midnight comes twice; the clock goes back over it; a day is left out. */
	{ "America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z" },
	{ "America/St_Johns", "2006-10-28", "2006-10-28T02:30:00Z", "2006-10-29T02:30:00Z" },
	{ "America/St_Johns", "2006-10-29", "2006-10-29T02:30:00Z", "2006-10-30T03:30:00Z" },
	{ "Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z" },
	{ "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z" },
	/* Weeks, also over new year. */
	{ "Europe/London", "2026-W13", "2026-03-23T00:00:00Z", "2026-03-29T23:00:00Z" },
	{ "Europe/London", "2026-W43", "2026-10-18T23:00:00Z", "2026-10-26T00:00:00Z" },
	{ "America/New_York", "2026-W10", "2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z" },
	{ "America/New_York", "2026-W44", "2026-10-26T04:00:00Z", "2026-11-02T05:00:00Z" },
	{ "Europe/London", "2020-W53", "2020-12-28T00:00:00Z", "2021-01-04T00:00:00Z" },
	{ "Europe/London", "2025-W01", "2024-12-30T00:00:00Z", "2025-01-06T00:00:00Z" },
	{ "Asia/Tokyo", "2026-W18", "2026-04-26T15:00:00Z", "2026-05-03T15:00:00Z" },
	/* Months. */
	{ "Europe/London", "2026-03", "2026-03-01T00:00:00Z", "2026-03-31T23:00:00Z" },
	{ "America/New_York", "2026-11", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z" },
	{ "Europe/London", "2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z" },
	{ "Asia/Tokyo", "2026-12", "2026-11-30T15:00:00Z", "2026-12-31T15:00:00Z" },
	{ "Pacific/Apia", "2011-12", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z" },
	/* Hours and minutes go on counting where clocks are put back. */
	{ "Europe/London", "2026-10-25T01", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z" },
	{ "Europe/London", "2026-10-25T02", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z" },
	{ "Europe/London", "2026-10-25T24", "2026-10-25T23:00:00Z", "2026-10-26T00:00:00Z" },
	{ "Europe/London", "2026-03-29T22", "2026-03-29T22:00:00Z", "2026-03-29T23:00:00Z" },
	{ "Australia/Lord_Howe", "2026-04-05T24", "2026-04-05T13:00:00Z", "2026-04-05T13:30:00Z" },
	{ "Australia/Lord_Howe", "2026-10-04T23", "2026-10-04T12:30:00Z", "2026-10-04T13:00:00Z" },
	{ "Asia/Kathmandu", "2026-01-01T00", "2025-12-31T18:15:00Z", "2025-12-31T19:15:00Z" },
	{ "America/New_York", "2026-11-01T24:59", "2026-11-02T04:59:00Z", "2026-11-02T05:00:00Z" },
	{ "America/New_York", "2026-03-08T03:07", "2026-03-08T08:07:00Z", "2026-03-08T08:08:00Z" },
};

static void a_window_is_what_the_clocks_of_its_zone_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(clocks); i++) {
		struct window_zone *const zone = zone_of(clocks[i].zone);

		assert_holds(zone, clocks[i].label, clocks[i].start, clocks[i].end);
		window_zone_close(zone);
	}
}

static void what_is_no_label_of_a_window_is_refused(void **state)
{
	static const struct {
		const char *zone;
		const char *label;
	} cases[] = {
		{ "Europe/London", "" },
		{ "Europe/London", "2026" },
		{ "Europe/London", "2026-5" },
		{ "Europe/London", "2026-13" },
		{ "Europe/London", "2026-00" },
		{ "Europe/London", "2026_05" },
		{ "Europe/London", "2026-02-29" },
		{ "Europe/London", "2026-W00" },
		{ "Europe/London", "2026-W54" },
		{ "Europe/London", "2026-W53x" },
		{ "Europe/London", "2025-W53" },
		{ "Europe/London", "2026-w10" },
		{ "Europe/London", "2026-W1:" },
		{ "Europe/London", "2026-W 1" },
		{ "Europe/London", "2026-05-01T24" },
		{ "Europe/London", "2026-03-29T23" },
		{ "Europe/London", "2026-10-25T25" },
		{ "Europe/London", "2026-05-01 14" },
		{ "Europe/London", "2026-05-01T-1" },
		{ "Europe/London", "2026-05-01T99" },
		{ "Europe/London", "2026-05-01T14:60" },
		{ "Europe/London", "2026-05-01T14.07" },
		{ "Europe/London", "2026-05-01T14:7" },
		{ "Europe/London", "2026-05-01T14:07Z" },
		{ "Australia/Lord_Howe", "2026-04-05T24:30" },
		{ "Pacific/Apia", "2011-12-30" },
		{ "Pacific/Apia", "2011-12-30T00" },
		{ "Asia/Tokyo", "1969-12-31" },
		{ "Asia/Tokyo", "0001-01" },
		{ "Asia/Tokyo", "ÄÖÜ-" },
	};
	const struct window before = { WINDOW_KINDS, { 1 }, { 2 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct window_zone *const zone = zone_of(cases[i].zone);
		struct window it = before;

		assert_false(window_parse(zone, cases[i].label, &it));
		assert_window(&it, before.kind, before.start, before.end);
		window_zone_close(zone);
	}
}

static struct window assert_found(struct window_zone *zone, enum window_kind kind,
                                  struct instant at)
{
	const struct window it = window_at(zone, kind, at);
	const struct window last = window_at(zone, kind, (struct instant){ it.end.us - 1 });
	const struct window next = window_next(zone, &it);
	struct window parsed;

	assert_true(it.start.us <= at.us && at.us < it.end.us);
	assert_window(&last, kind, it.start, it.end);
	assert_int_equal(next.start.us, it.end.us);
	assert_true(next.end.us > next.start.us);
	assert_true(window_parse(zone, window_label(arena, zone, &it), &parsed));
	assert_window(&parsed, kind, it.start, it.end);
	return it;
}

/* Asked in a random order, so that what was asked before does not show. */
static void an_instant_lies_in_one_window_of_each_kind_and_they_nest(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 11);
	for (size_t place = 0; place < COUNT_OF(places); place++) {
		struct window_zone *const zone = zone_of(places[place]);

		for (int round = 0; round < ROUNDS; round++) {
			const struct instant at = {
				chance_between(&chance, 1000000000, 2000000000) * SECOND_US +
				chance_below(&chance, 1000000)
			};
			struct window of[WINDOW_KINDS];

			for (int kind = 0; kind < WINDOW_KINDS; kind++)
				of[kind] = assert_found(zone, (enum window_kind)kind, at);
			for (int kind = WINDOW_MINUTE; kind < WINDOW_MONTH; kind++) {
				const int wider = kind == WINDOW_WEEK ? WINDOW_MONTH : kind + 1;
				const int finer = kind == WINDOW_WEEK ? WINDOW_DAY : kind;

				assert_true(of[wider].start.us <= of[finer].start.us);
				assert_true(of[finer].end.us <= of[wider].end.us);
			}
		}
		window_zone_close(zone);
	}
}

static void windows_follow_each_other_without_gap_through_a_year(void **state)
{
	(void)state;
	for (size_t place = 0; place < COUNT_OF(places); place++) {
		struct window_zone *const zone = zone_of(places[place]);

		for (int kind = WINDOW_HOUR; kind < WINDOW_KINDS; kind++) {
			const struct instant end = instant_of("2012-03-01T00:00:00Z");
			struct window it = window_at(zone, (enum window_kind)kind,
			                             instant_of("2010-12-01T00:00:00Z"));

			while (it.end.us < end.us) {
				const struct window next = window_next(zone, &it);

				assert_int_equal(next.start.us, it.end.us);
				assert_true(next.end.us > next.start.us);
				it = next;
			}
		}
		window_zone_close(zone);
	}
}

static void the_order_of_questions_does_not_show(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 12);
	for (size_t place = 0; place < COUNT_OF(places); place++) {
		struct window_zone *const used = zone_of(places[place]);

		for (int round = 0; round < 300; round++) {
			struct window_zone *const fresh = zone_of(places[place]);
			const struct instant at = { chance_below(&chance, 2000000000) * SECOND_US };

			for (int kind = 0; kind < WINDOW_KINDS; kind++) {
				const struct window a = window_at(used, (enum window_kind)kind, at);
				const struct window b =
				    window_at(fresh, (enum window_kind)kind, at);

				assert_window(&a, b.kind, b.start, b.end);
			}
			window_zone_close(fresh);
		}
		window_zone_close(used);
	}
}

static void what_the_mesh_does_not_accept_is_of_the_nearest_window(void **state)
{
	static const struct {
		struct instant at;
		struct instant nearest;
	} cases[] = {
		{ { INT64_MIN }, { 0 } },
		{ { -1 }, { 0 } },
		{ { INT64_MAX }, { INT64_C(253402300799999999) } },
		{ { INT64_C(253402300800000000) }, { INT64_C(253402300799999999) } },
	};

	(void)state;
	for (size_t place = 0; place < COUNT_OF(places); place++) {
		struct window_zone *const zone = zone_of(places[place]);

		for (size_t i = 0; i < COUNT_OF(cases); i++)
			for (int kind = 0; kind < WINDOW_KINDS; kind++) {
				const enum window_kind of = (enum window_kind)kind;
				const struct window it = window_at(zone, of, cases[i].at);
				const struct window near = window_at(zone, of, cases[i].nearest);

				assert_true(it.start.us < it.end.us);
				if (kind >= WINDOW_DAY)
					assert_window(&it, of, near.start, near.end);
			}
		window_zone_close(zone);
	}
}

static void a_zone_has_the_name_of_a_place(void **state)
{
	static const char *const bad[] = { "", "Europe/Atlantis", "+01:00", "/etc/localtime" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_null(window_zone_open(bad[i]));
	window_zone_close(NULL);
	window_zone_close(zone_of("UTC"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_window_is_what_the_clocks_of_its_zone_say),
		CASE(what_is_no_label_of_a_window_is_refused),
		CASE(an_instant_lies_in_one_window_of_each_kind_and_they_nest),
		CASE(windows_follow_each_other_without_gap_through_a_year),
		CASE(the_order_of_questions_does_not_show),
		CASE(what_the_mesh_does_not_accept_is_of_the_nearest_window),
		CASE(a_zone_has_the_name_of_a_place),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
