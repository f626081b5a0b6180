/*
 * kpi_ticket_order_test - what is known of a ticket does not depend on what came first, and is bounded.
 */
#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/kpi_ticket_fixture.h"
#include "tests/support/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LIVES 200
#define ORDERS 5
#define STEPS 30
#define TORRENT 100000

/* Lives. */

static const char *some_time(struct chance *chance)
{
	return arena_printf(arena, "%02dT%02d:%02d", chance_between(chance, 1, 3),
	                    chance_below(chance, 24), 15 * chance_below(chance, 4));
}

static void clock_step(struct chance *chance, struct life *life)
{
	static const Opsmesh__V1__SlaEvent__FactCase cases[] = {
		OPSMESH__V1__SLA_EVENT__FACT_ACTIVATED, OPSMESH__V1__SLA_EVENT__FACT_BREACHED,
		OPSMESH__V1__SLA_EVENT__FACT_FULFILLED, OPSMESH__V1__SLA_EVENT__FACT_CANCELLED
	};
	const struct life_clock clock = {
		.metric = (Opsmesh__V1__SlaMetric)chance_between(chance, 1, 3),
		.instance = chance_between(chance, 1, 2),
		.state = (Opsmesh__V1__SlaState)chance_between(chance, 1, 5),
		.due = some_time(chance),
	};

	life_clock(life, cases[chance_below(chance, COUNT_OF(cases))], some_time(chance), &clock);
}

static void step(struct chance *chance, struct life *life, int number)
{
	const char *const at = some_time(chance);
	const char *const name = arena_printf(arena, "m%d", number);
	const enum ticket_status from = (enum ticket_status)chance_below(chance, TICKET_STATUSES);
	const enum ticket_status to = (enum ticket_status)chance_below(chance, TICKET_STATUSES);

	switch (chance_below(chance, 10)) {
	case 0:
	case 1: life_write(life, at, ROLE_CUSTOMER, name, "c"); break;
	case 2: life_write(life, at, ROLE_AGENT, name, "ann"); break;
	case 3: life_write(life, at, ROLE_BOT, name, "helper"); break;
	case 4: life_move(life, at, from, to); break;
	case 5: life_reopen(life, at, arena_printf(arena, "m%d", number - 1)); break;
	case 6: life_assign(life, at, number % 2 == 0 ? "ann" : "bob", "tier-1"); break;
	case 7: life_classify(life, at, arena_printf(arena, "m%d", number / 2), name); break;
	case 8: life_resolve(life, at, name, OPSMESH__V1__TIER__TIER_PRO, "JP"); break;
	default: clock_step(chance, life); break;
	}
}

static struct life *some_life(struct chance *chance)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);

	for (int i = 0; i < STEPS; i++)
		step(chance, life, i);
	return life;
}

static void assert_same(const struct observations *a, const struct observations *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_true(observation_same(&a->items[i], &b->items[i]));
}

static void any_order_ends_in_the_same_bytes(void **state)
{
	struct chance chance;
	size_t order[LIFE_FACTS_MAX];

	(void)state;
	chance_seed(&chance, 7);
	for (int i = 0; i < LIVES; i++) {
		const struct life *const life = some_life(&chance);
		const struct bytes known = life_known(life, NULL);

		for (int n = 0; n < ORDERS; n++) {
			order_shuffle(&chance, order, life->count);
			const struct bytes other = life_known(life, order);

			assert_true(bytes_equal(known, other));
			assert_same(life_observe(known, NULL), life_observe(other, NULL));
		}
		arena_reset(arena);
	}
}

static void a_fact_that_is_known_changes_nothing(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 8);
	const struct life *const life = some_life(&chance);
	const struct bytes known = life_known(life, NULL);

	for (size_t i = 0; i < life->count; i++) {
		struct bytes changed;

		assert_true(ticket_apply(arena, known, &life->facts[i], &changed));
		assert_ptr_equal(changed.data, known.data);
	}
}

/* No two observations of a kind have the same number: what was told of one would be taken for the other. */
static void numbers_tell_observations_apart(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 9);
	for (int n = 0; n < LIVES; n++) {
		const struct observations *const all = life_see(some_life(&chance));

		for (size_t i = 0; i < all->count; i++) {
			const struct observation *const it = &all->items[i];

			if (life_find(all, it->kind, it->number) != it)
				fail_msg("there are two of %s %s", vocabulary_kinds[it->kind].name,
				         it->number);
		}
		arena_reset(arena);
	}
}

/* Before the ticket is known to be opened nothing is observed of it. */
static void what_comes_before_the_opening_waits_for_it(void **state)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);
	size_t order[] = { 2, 1, 0 };

	(void)state;
	life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
	life_classify(life, "01T09:00", "m1", "refund");
	struct life *const early = arena_zero(arena, sizeof(*early));

	early->facts[0] = life->facts[2];
	early->count = 1;
	assert_int_equal(life_see(early)->count, 0);
	assert_false(subject_ticket.is_open(life_known(early, NULL)));
	assert_same(life_observe(life_known(life, order), NULL), life_see(life));
}

/* Bounds. */

static struct bytes torrent(struct bytes known, int from, int until)
{
	for (int i = from; i < until; i++) {
		struct arena *const other = arena_create(1 << 18);
		struct ticket_fact fact = { .count = 1 };

		fact.records[0] = ticket_record_of(RECORD_MESSAGE, life_time("02T09:00"), 1000 + i);
		fact.records[0].role = i % 2 == 0 ? ROLE_CUSTOMER : ROLE_AGENT;
		fact.records[0].message = arena_printf(other, "m-%d", i);
		fact.records[0].agent = arena_printf(other, "%0200d", i);
		struct bytes changed;

		assert_true(ticket_apply(other, known, &fact, &changed));
		known = changed.data != known.data ? arena_bytes(arena, changed) : known;
		arena_destroy(other);
	}
	return known;
}

static void a_torrent_of_messages_is_bounded_and_counted(void **state)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);
	struct ticket_fact solved = { .count = 1 };
	struct observations *all;
	struct bytes known;

	(void)state;
	life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
	known = life_known(life, NULL);
	for (int i = 0; i < TORRENT; i += 100) {
		const struct bytes next = torrent(known, i, i + 100);
		struct arena *const kept = arena_create(1 << 18);
		const struct bytes copy = arena_bytes(kept, next);

		arena_reset(arena);
		known = arena_bytes(arena, copy);
		arena_destroy(kept);
		assert_true(known.size <= SUBJECT_KNOWN_MAX);
	}
	solved.records[0] = ticket_record_of(RECORD_STATUS, life_time("03T09:00"), 999999);
	solved.records[0].from = TICKET_OPEN;
	solved.records[0].status = TICKET_SOLVED;
	assert_true(ticket_apply(arena, known, &solved, &known));
	all = life_observe(known, NULL);
	assert_true(all->count <= SUBJECT_OBSERVATIONS_MAX);
	assert_int_equal(all->left_out, TORRENT + 1 - 256);
	assert_int_equal(life_find(all, OBSERVATION_TICKET, "1")->times[TIME_LAST_SOLVED_AT].us,
	                 life_time("03T09:00").us);
	assert_int_equal(life_find(all, OBSERVATION_TICKET, "1")->times[TIME_ASKED_AT].us,
	                 life_time("01T09:00").us);
	assert_non_null(life_find(all, OBSERVATION_REPLY, "m1"));
	assert_non_null(
	    life_find(all, OBSERVATION_REPLY, arena_printf(arena, "m-%d", TORRENT - 2)));
	assert_null(life_find(all, OBSERVATION_REPLY, arena_printf(arena, "m-%d", TORRENT / 2)));
}

/* Of every class more than it keeps, with texts as long as can be. */
static struct ticket_fact fullest(enum ticket_class class, int number)
{
	struct ticket_fact fact = { .count = 1 };
	struct ticket_record *const record = &fact.records[0];
	const char *const text = arena_printf(arena, "%0300d", number);

	*record = ticket_record_of(class, life_time("02T09:00"), number);
	record->message = record->agent = record->team = record->channel = text;
	record->product = record->account = record->tier = record->region = text;
	record->language = record->intent = record->queue = text;
	record->instance = number;
	record->target_us = 1;
	record->role = ROLE_CUSTOMER;
	record->from = number % 2 == 0 ? TICKET_OPEN : TICKET_SOLVED;
	record->status = number % 2 == 0 ? TICKET_SOLVED : TICKET_OPEN;
	return fact;
}

static void the_fullest_ticket_fits(void **state)
{
	struct bytes known = { NULL, 0 };
	struct arena *const kept = arena_create(1 << 20);

	(void)state;
	for (int class = 0; class < RECORD_CLASSES; class ++)
		for (int i = 0; i < 300; i++) {
			const struct ticket_fact fact = fullest((enum ticket_class) class, i);

			assert_true(ticket_apply(arena, known, &fact, &known));
			if (i % 50 != 49)
				continue;
			arena_reset(kept);
			known = arena_bytes(kept, known);
			arena_reset(arena);
			known = arena_bytes(arena, known);
		}
	assert_true(known.size <= SUBJECT_KNOWN_MAX);
	assert_true(life_observe(known, NULL)->count < SUBJECT_OBSERVATIONS_MAX);
	arena_destroy(kept);
}

/* Bytes. */

static void bytes_of_another_kind_are_refused(void **state)
{
	struct chance chance;
	struct ticket_records records;

	(void)state;
	chance_seed(&chance, 10);
	const struct bytes known = life_known(some_life(&chance), NULL);
	unsigned char *const bent = arena_copy(arena, known.data, known.size);

	for (size_t size = 0; size < known.size; size++) {
		const bool whole = ticket_records_read(
		    arena, (struct bytes){ arena_copy(arena, known.data, size), size }, &records);

		assert_true(!whole || size >= 9);
	}
	for (size_t i = 0; i < known.size; i++) {
		bent[i] ^= 0xff;
		if (ticket_records_read(arena, (struct bytes){ bent, known.size }, &records))
			(void)life_observe((struct bytes){ bent, known.size }, NULL);
		bent[i] ^= 0xff;
	}
	bent[0] = 2;
	assert_false(ticket_records_read(arena, (struct bytes){ bent, known.size }, &records));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_ends_in_the_same_bytes),
		cmocka_unit_test(a_fact_that_is_known_changes_nothing),
		cmocka_unit_test(numbers_tell_observations_apart),
		cmocka_unit_test(what_comes_before_the_opening_waits_for_it),
		cmocka_unit_test(a_torrent_of_messages_is_bounded_and_counted),
		cmocka_unit_test(the_fullest_ticket_fits),
		cmocka_unit_test(bytes_of_another_kind_are_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
