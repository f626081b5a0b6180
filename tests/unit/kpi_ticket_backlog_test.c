/*
 * kpi_ticket_backlog_test - at which local midnights a ticket is open, and how it stands there.
 */
#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/kpi_ticket_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct observations *seen_until(const struct life *life, const char *zone,
                                             const char *until)
{
	struct subject_midnight midnight = { window_zone_open(zone), instant_of(until) };
	const struct subject_horizon horizon = { &midnight, 1 };
	const struct observations *seen;

	assert_non_null(midnight.zone);
	seen = life_observe(life_known(life, NULL), &horizon);
	for (size_t i = 0; i < seen->count; i++)
		seen->items[i].words[WORD_ZONE] =
		    arena_string(arena, seen->items[i].words[WORD_ZONE]);
	window_zone_close(midnight.zone);
	return seen;
}

/* The dates of the midnights, a blank behind each. */
static const char *dates_of(const struct observations *seen)
{
	const char *dates = "";

	for (size_t i = 0; i < seen->count; i++)
		if (seen->items[i].kind == OBSERVATION_BACKLOG)
			dates = arena_printf(arena, "%s%s ", dates,
			                     strrchr(seen->items[i].number, '/') + 4);
	return dates;
}

static void only_midnights_at_which_it_was_open_count(void **state)
{
	static const struct {
		const char *name;
		const char *opened;
		const char *solved;   /* NULL: never */
		const char *reopened; /* NULL: never */
		const char *until;
		const char *dates;
	} rows[] = {
		{ "opened and solved on one day", "01T09:00", "01T20:00", NULL,
		  "2026-05-09T00:00:00Z", "" },
		{ "over two midnights", "01T09:00", "03T09:00", NULL, "2026-05-09T00:00:00Z",
		  "6-05-02 6-05-03 " },
		{ "open still, up to the last that was taken", "01T09:00", NULL, NULL,
		  "2026-05-03T00:00:00Z", "6-05-02 6-05-03 " },
		{ "what happens at midnight is not in it yet: opened", "01T00:00", NULL, NULL,
		  "2026-05-02T00:00:00Z", "6-05-02 " },
		{ "and solved", "01T09:00", "02T00:00", NULL, "2026-05-09T00:00:00Z", "6-05-02 " },
		{ "and reopened", "01T09:00", "01T10:00", "03T00:00", "2026-05-04T00:00:00Z",
		  "6-05-04 " },
		{ "not while it was solved", "01T09:00", "02T09:00", "04T09:00",
		  "2026-05-05T00:00:00Z", "6-05-02 6-05-05 " },
		{ "none was taken since", "03T09:00", NULL, NULL, "2026-05-03T00:00:00Z", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct life *const life = life_open(rows[i].opened, ROLE_NOBODY);

		if (rows[i].solved != NULL)
			life_move(life, rows[i].solved, TICKET_NEW, TICKET_SOLVED);
		if (rows[i].reopened != NULL)
			life_reopen(life, rows[i].reopened, "");
		const char *const dates = dates_of(seen_until(life, "Etc/UTC", rows[i].until));

		if (!text_equal(dates, rows[i].dates))
			fail_msg("%s: %s", rows[i].name, dates);
	}
}

static const struct observation *midnight_of(const struct observations *seen, const char *number)
{
	const struct observation *const it = life_find(seen, OBSERVATION_BACKLOG, number);

	assert_non_null(it);
	return it;
}

static void a_midnight_says_how_the_ticket_stood(void **state)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);
	const struct observations *seen;
	const struct observation *it;

	(void)state;
	life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
	life_write(life, "01T09:01", ROLE_BOT, "m2", "helper");
	life_assign(life, "02T09:00", "ann", "tier-1");
	life_write(life, "02T09:30", ROLE_AGENT, "m3", "ann");
	life_move(life, "02T09:30", TICKET_NEW, TICKET_PENDING);
	life_assign(life, "03T09:00", "", "tier-2");
	life_write(life, "03T09:00", ROLE_CUSTOMER, "m4", "c");
	life_move(life, "03T09:00", TICKET_PENDING, TICKET_OPEN);
	seen = seen_until(life, "Etc/UTC", "2026-05-04T00:00:00Z");
	it = midnight_of(seen, "Etc/UTC/2026-05-02");
	assert_int_equal(it->times[TIME_AT].us, life_time("02T00:00").us);
	assert_int_equal(it->times[TIME_OPENED_AT].us, life_time("01T09:00").us);
	assert_int_equal(it->numbers[NUMBER_AGE_US], HOURS(15).us);
	assert_string_equal(it->words[WORD_ZONE], "Etc/UTC");
	assert_string_equal(it->words[WORD_STATUS], "new");
	assert_string_equal(it->words[WORD_AGENT], "");
	assert_true(observation_is(it, MARK_WAITING));
	assert_true(observation_is(it, MARK_UNTOUCHED));
	it = midnight_of(seen, "Etc/UTC/2026-05-03");
	assert_string_equal(it->words[WORD_STATUS], "pending");
	assert_string_equal(it->words[WORD_AGENT], "ann");
	assert_false(observation_is(it, MARK_WAITING));
	assert_false(observation_is(it, MARK_UNTOUCHED));
	it = midnight_of(seen, "Etc/UTC/2026-05-04");
	assert_string_equal(it->words[WORD_STATUS], "open");
	assert_string_equal(it->words[WORD_AGENT], "");
	assert_string_equal(it->words[WORD_TEAM], "tier-2");
	assert_true(observation_is(it, MARK_WAITING));
	assert_false(observation_is(it, MARK_UNTOUCHED));
}

static void a_note_and_an_assignee_touch_it_and_a_team_does_not(void **state)
{
	static const struct {
		const char *name;
		enum ticket_role note;
		const char *agent;
		bool untouched;
	} rows[] = {
		{ "a person's note", ROLE_AGENT, "", false },
		{ "a program's note", ROLE_SYSTEM, "", true },
		{ "an assignee", ROLE_SYSTEM, "ann", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct life *const life = life_open("01T09:00", ROLE_NOBODY);

		life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
		life_note(life, "01T10:00", rows[i].note);
		life_assign(life, "01T10:00", rows[i].agent, "tier-1");
		const struct observation *const it =
		    midnight_of(seen_until(life, "Etc/UTC", "2026-05-02T00:00:00Z"),
		                "Etc/UTC/2026-05-02");

		if (observation_is(it, MARK_UNTOUCHED) != rows[i].untouched)
			fail_msg("%s", rows[i].name);
	}
}

#define SLA(name) OPSMESH__V1__SLA_EVENT__FACT_##name
#define STATE(name) OPSMESH__V1__SLA_STATE__SLA_STATE_##name

#define METRIC OPSMESH__V1__SLA_METRIC__SLA_METRIC_RESOLUTION
#define CLOCK(fact_, state_) SLA(fact_), STATE(state_)

/* A clock of the fixture begins at nine on the first; midnights are those of the second and the third. */
static const struct {
	const char *name;
	Opsmesh__V1__SlaEvent__FactCase fact;
	Opsmesh__V1__SlaState state;
	const char *said_at;
	const char *due;      /* NULL: none */
	const char *promised; /* "+" or "-" for each midnight */
	const char *breached;
} promises[] = {
	{ "it runs", CLOCK(ACTIVATED, ACTIVE), "01T09:00", "05T09:00", "++", "--" },
	{ "it stands still", CLOCK(PAUSED, PAUSED), "01T10:00", NULL, "++", "--" },
	{ "broken between", CLOCK(BREACHED, BREACHED), "02T09:00", "02T09:00", "++", "-+" },
	{ "kept too late", CLOCK(FULFILLED, FULFILLED), "02T09:00", "01T20:00", "+-", "+-" },
	{ "kept in time", CLOCK(FULFILLED, FULFILLED), "02T09:00", "02T10:00", "+-", "--" },
	{ "of no interest", CLOCK(CANCELLED, CANCELLED), "02T09:00", "02T10:00", "+-", "--" },
	{ "due at midnight", CLOCK(BREACHED, BREACHED), "02T00:00", "02T00:00", "++", "-+" },
	{ "kept at midnight", CLOCK(FULFILLED, FULFILLED), "03T00:00", "02T10:00", "++", "-+" },
	{ "no target", CLOCK(ACTIVATED, ACTIVE), "01T09:00", NULL, "--", "--" },
};

static void a_midnight_says_how_its_promises_stood(void **state)
{
	static const char *const midnights[] = { "Etc/UTC/2026-05-02", "Etc/UTC/2026-05-03" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(promises); i++) {
		struct life *const life = life_open("01T09:00", ROLE_NOBODY);
		const struct life_clock clock = {
			METRIC,          1,     promises[i].state,
			promises[i].due, false, text_equal(promises[i].name, "no target")
		};
		const struct observations *seen;

		life_clock(life, promises[i].fact, promises[i].said_at, &clock);
		seen = seen_until(life, "Etc/UTC", "2026-05-03T00:00:00Z");
		for (size_t k = 0; k < COUNT_OF(midnights); k++) {
			const struct observation *const it = midnight_of(seen, midnights[k]);

			if (observation_is(it, MARK_PROMISED) != (promises[i].promised[k] == '+') ||
			    observation_is(it, MARK_BREACHED) != (promises[i].breached[k] == '+'))
				fail_msg("%s: %s", promises[i].name, midnights[k]);
		}
	}
}

/* One that is overdue is enough; what was kept too late before is over. */
static void of_several_promises_those_that_run_count(void **state)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);
	struct life_clock clock = { .metric = OPSMESH__V1__SLA_METRIC__SLA_METRIC_FIRST_REPLY,
		                    .instance = 1,
		                    .state = STATE(FULFILLED),
		                    .due = "01T10:00" };
	const struct observation *it;

	(void)state;
	life_clock(life, SLA(FULFILLED), "01T20:00", &clock);
	clock.metric = OPSMESH__V1__SLA_METRIC__SLA_METRIC_RESOLUTION;
	clock.state = STATE(ACTIVE);
	clock.due = "05T09:00";
	life_clock(life, SLA(ACTIVATED), "01T09:00", &clock);
	it = midnight_of(seen_until(life, "Etc/UTC", "2026-05-02T00:00:00Z"), "Etc/UTC/2026-05-02");
	assert_true(observation_is(it, MARK_PROMISED));
	assert_false(observation_is(it, MARK_BREACHED));
	clock.metric = OPSMESH__V1__SLA_METRIC__SLA_METRIC_NEXT_REPLY;
	clock.state = STATE(BREACHED);
	clock.due = "01T22:00";
	life_clock(life, SLA(BREACHED), "01T22:00", &clock);
	it = midnight_of(seen_until(life, "Etc/UTC", "2026-05-02T00:00:00Z"), "Etc/UTC/2026-05-02");
	assert_true(observation_is(it, MARK_BREACHED));
}

/* The midnight is the zone's own, on both sides of the change, whatever hour it is in UTC. */
static void midnights_are_local_when_clocks_change(void **state)
{
	static const struct {
		const char *zone;
		const char *opened;
		const char *until;
		const char *number;
		const char *at;
	} rows[] = {
		{ "Europe/London", "2026-03-28T12:00:00Z", "2026-03-30T23:00:00Z",
		  "Europe/London/2026-03-29", "2026-03-29T00:00:00Z" },
		{ "Europe/London", "2026-03-28T12:00:00Z", "2026-03-30T23:00:00Z",
		  "Europe/London/2026-03-30", "2026-03-29T23:00:00Z" },
		{ "America/New_York", "2026-03-07T12:00:00Z", "2026-03-10T04:00:00Z",
		  "America/New_York/2026-03-08", "2026-03-08T05:00:00Z" },
		{ "America/New_York", "2026-03-07T12:00:00Z", "2026-03-10T04:00:00Z",
		  "America/New_York/2026-03-09", "2026-03-09T04:00:00Z" },
		{ "America/New_York", "2026-10-31T12:00:00Z", "2026-11-03T05:00:00Z",
		  "America/New_York/2026-11-02", "2026-11-02T05:00:00Z" },
		{ "Asia/Tokyo", "2026-05-01T12:00:00Z", "2026-05-02T15:00:00Z",
		  "Asia/Tokyo/2026-05-03", "2026-05-02T15:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct life *const life = arena_zero(arena, sizeof(*life));

		life->facts[0].count = 1;
		life->facts[0].records[0] =
		    ticket_record_of(RECORD_OPENED, instant_of(rows[i].opened), 1);
		life->count = 1;
		const struct observation *const it =
		    midnight_of(seen_until(life, rows[i].zone, rows[i].until), rows[i].number);

		assert_int_equal(it->times[TIME_AT].us, instant_of(rows[i].at).us);
	}
}

/* As absurd as the mesh lets in: a ticket of 1970, a horizon in the year 9999. */
static void what_is_open_for_ever_has_so_many_midnights(void **state)
{
	struct life *const life = arena_zero(arena, sizeof(*life));
	const struct observations *seen;

	(void)state;
	life->facts[0].count = 1;
	life->facts[0].records[0] = ticket_record_of(RECORD_OPENED, TIME_OLDEST, 1);
	life->count = 1;
	seen = seen_until(life, "Etc/UTC", "2026-05-02T00:00:00Z");
	assert_int_equal(life_count(seen, OBSERVATION_BACKLOG), SUBJECT_MIDNIGHTS_MAX);
	assert_non_null(life_find(seen, OBSERVATION_BACKLOG, "Etc/UTC/2026-05-02"));
	seen = seen_until(life, "Etc/UTC", "9999-12-31T00:00:00Z");
	assert_int_equal(life_count(seen, OBSERVATION_BACKLOG), SUBJECT_MIDNIGHTS_MAX);
	life->facts[0].records[0] = ticket_record_of(RECORD_OPENED, TIME_NEWEST, 1);
	seen = seen_until(life, "Etc/UTC", "9999-12-31T00:00:00Z");
	assert_int_equal(life_count(seen, OBSERVATION_BACKLOG), 0);
}

static void before_a_midnight_was_taken_there_is_none(void **state)
{
	struct subject_midnight midnight = { window_zone_open("Etc/UTC"), TIME_MIN };
	const struct subject_horizon horizon = { &midnight, 1 };
	const struct life *const life = life_open("01T09:00", ROLE_NOBODY);

	(void)state;
	assert_int_equal(
	    life_count(life_observe(life_known(life, NULL), &horizon), OBSERVATION_BACKLOG), 0);
	window_zone_close(midnight.zone);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_midnights_at_which_it_was_open_count),
		cmocka_unit_test(a_midnight_says_how_the_ticket_stood),
		cmocka_unit_test(a_note_and_an_assignee_touch_it_and_a_team_does_not),
		cmocka_unit_test(a_midnight_says_how_its_promises_stood),
		cmocka_unit_test(of_several_promises_those_that_run_count),
		cmocka_unit_test(midnights_are_local_when_clocks_change),
		cmocka_unit_test(what_is_open_for_ever_has_so_many_midnights),
		cmocka_unit_test(before_a_midnight_was_taken_there_is_none),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
