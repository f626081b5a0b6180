/*
 * clock_cuts_test - random histories of three tickets, cut into random batches with restarts between: every
 * cut says the same facts, byte for byte, and leaves the same rows.
 */
#include "tests/support/clock_fixture.h"

#include "proto/opsmesh/v1/catalogue.h"

#include <stdio.h>
#include <string.h>

#define HISTORIES 300
#define CUTS 3
#define EVENTS 60
#define TICKETS 3
#define ACTION_STEP 9
#define END "2026-06-20T00:00:00Z"

/* One random fact: what, when it happened, how far its writer had come. */
struct step {
	int what;
	int ticket;
	int number;
	struct instant at;
	struct instant mesh;
};

static void draw_history(struct chance *chance, struct step steps[static EVENTS])
{
	struct instant mesh = when(DAY "00:00:00Z");

	for (int i = 0; i < EVENTS; i++) {
		const int late_min = chance_of(chance, 150) ? chance_below(chance, 240) : 0;

		if (!chance_of(chance, 200))
			mesh = time_add(mesh, MINUTES(chance_below(chance, 90)));
		const int what = i < TICKETS ? 0 : chance_between(chance, 0, 9);

		if (what == ACTION_STEP) /* of equal mesh time, actions are folded first */
			mesh = time_add(mesh, SECONDS(1));
		steps[i] = (struct step){ .what = what,
			                  .ticket = i < TICKETS ? i : chance_below(chance, TICKETS),
			                  .number = chance_below(chance, 8),
			                  .mesh = mesh,
			                  .at = time_sub(mesh, MINUTES(late_min)) };
	}
}

static void feed_step(struct clock_fixture *fixture, const struct step *step)
{
	char at[TIME_TEXT_SIZE];

	fixture->ticket =
	    stage_test_key(&fixture->test, (const char *const[]){ "A", "B", "C" }[step->ticket]);
	fixture->mesh = step->mesh;
	time_format(step->at, at);
	if (step->what == 0)
		feed_opened(fixture, at, (Opsmesh__V1__Priority)step->number);
	else if (step->what <= 2)
		feed_message(fixture, at, AGENT, PUBLIC);
	else if (step->what <= 4)
		feed_message(fixture, at, CUSTOMER, PUBLIC);
	else if (step->what <= 6)
		feed_status(fixture, at, (Opsmesh__V1__TicketStatus)step->number);
	else if (step->what == 7)
		feed_priority(fixture, at, (Opsmesh__V1__Priority)step->number);
	else if (step->what == 8)
		feed_tier(fixture, at, (Opsmesh__V1__Tier)step->number, NULL);
	else
		feed_action(fixture, at, ACTION(ACKNOWLEDGE), "alert",
		            alert_id(fixture, "first_reply/1"));
}

/* In the order of folding: that of recorded mode, by mesh time; alike for every cut. */
static size_t cut_at(struct chance *chance, const struct step steps[static EVENTS], size_t from,
                     struct instant *frontier)
{
	const size_t count = (size_t)chance_between(chance, 0, (int)(EVENTS - from));
	const size_t last = from + count;
	const struct instant low = last > 0 ? steps[last - 1].mesh : steps[0].mesh;
	const struct instant high = last < EVENTS ? steps[last].mesh : when(END);
	const int64_t room = time_since(low, high).us / MINUTES(1).us;

	*frontier = time_add(low, MINUTES(chance_between(chance, 0, (int)room)));
	return count;
}

static void run_cut(struct clock_fixture *fixture, struct chance *chance,
                    const struct step steps[static EVENTS])
{
	struct instant frontier;

	for (size_t i = 0; i < EVENTS; i++)
		feed_step(fixture, &steps[i]);
	for (size_t at = 0; at < EVENTS;) {
		const size_t count = cut_at(chance, steps, at, &frontier);

		assert_int_equal(stage_test_fold(&fixture->test, count, frontier), STATUS_OK);
		at += count;
		if (chance_of(chance, 200))
			stage_test_restart(&fixture->test);
	}
	assert_int_equal(stage_test_fold(&fixture->test, STAGE_TEST_ALL, when(END)), STATUS_OK);
}

static void assert_bytes(struct bytes a, struct bytes b)
{
	assert_int_equal(a.size, b.size);
	assert_memory_equal(a.data, b.data, a.size);
}

static void assert_same_facts(struct stage_test *one, struct stage_test *other)
{
	assert_int_equal(stage_test_fact_count(one), stage_test_fact_count(other));
	for (size_t i = 0; i < stage_test_fact_count(one); i++) {
		const struct fact *const a = stage_test_fact(one, i);
		const struct fact *const b = stage_test_fact(other, i);

		assert_int_equal(a->sequence, b->sequence);
		assert_int_equal(a->topic, b->topic);
		assert_int_equal(a->mesh.us, b->mesh.us);
		assert_int_equal(a->time.us, b->time.us);
		assert_string_equal(a->type, b->type);
		assert_string_equal(a->subject, b->subject);
		assert_bytes(a->message, b->message);
	}
}

/* State and timers of the store, whatever order its maps have. */
static void assert_same_map(const struct map *one, const struct map *other)
{
	void *value;

	assert_int_equal(one->count, other->count);
	for (size_t at = 0; map_next(one, &at, &value);) {
		const struct stored *const a = value;
		const struct stored *const b = map_get(other, a->name);

		assert_non_null(b);
		assert_bytes(a->value, b->value);
	}
}

static void assert_same(struct stage_test *one, struct stage_test *other)
{
	const struct image *const a = memory_store_image(&one->store, "clock", FIXTURE_SHARD);
	const struct image *const b = memory_store_image(&other->store, "clock", FIXTURE_SHARD);

	assert_same_facts(one, other);
	assert_same_map(&a->state, &b->state);
	assert_same_map(&a->timers, &b->timers);
}

/* Each alert is raised once, and resolved at most once after that. */
static void assert_alerts_once(struct stage_test *test)
{
	struct map seen = { 0 };
	static int raised;

	for (size_t i = 0; i < stage_test_fact_count(test); i++) {
		const struct fact *const fact = stage_test_fact(test, i);
		const bool raises = strcmp(fact->type, "ops.alert.raised.v1") == 0;

		if (raises)
			assert_null(map_set(&seen, bytes_of(fact->subject), &raised));
		else if (strcmp(fact->type, "ops.alert.resolved.v1") == 0)
			assert_non_null(map_remove(&seen, bytes_of(fact->subject)));
	}
	map_finish(&seen);
}

static void every_cut_says_the_same(void **state)
{
	struct step steps[EVENTS];
	struct chance chance;
	size_t facts = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		static struct clock_fixture whole;
		static struct clock_fixture cut;

		chance_seed(&chance, seed);
		draw_history(&chance, steps);
		clock_fixture_init(&whole);
		for (size_t i = 0; i < EVENTS; i++)
			feed_step(&whole, &steps[i]);
		assert_int_equal(stage_test_fold(&whole.test, STAGE_TEST_ALL, when(END)),
		                 STATUS_OK);
		assert_alerts_once(&whole.test);
		facts += stage_test_fact_count(&whole.test);
		for (int i = 0; i < CUTS; i++) {
			clock_fixture_init(&cut);
			run_cut(&cut, &chance, steps);
			assert_same(&whole.test, &cut.test);
			clock_fixture_finish(&cut);
		}
		clock_fixture_finish(&whole);
	}
	assert_true(facts > HISTORIES * TICKETS * 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_cut_says_the_same) };

	return cmocka_run_group_tests_name("clock_cuts", tests, NULL, NULL);
}
