/*
 * pattern_shuffle_test - the stage `pattern` says the same bytes for whatever order its reports come in.
 *
 * All reports come while the writer stands at one mesh time, which promises that any of them may still
 * come; then time passes. Folds are cut by chance, and the shard is sometimes loaded anew in between.
 */
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/order.h"
#include "tests/support/pattern_mesh.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define REPORTS 48
#define SEEDS 25
#define ORDERS 40 /* of each seed: 1,000 shuffles */

static struct arena *arena;
static struct told reports[REPORTS];

/* An hour and a half of it: codes, like words, ids, one who floods, some who are not known. */
static void make_reports(struct chance *chance)
{
	static const char *const languages[] = { "en", "ja", "zh-Hans" };
	static const char *const tokens[] = { NULL, NULL, "E1", "E2", "in_7", "card_declined" };

	for (int i = 0; i < REPORTS; i++) {
		const int minute = chance_below(chance, 90);
		const int who = chance_below(chance, 24);

		reports[i] = (struct told){
			.at = arena_printf(arena, DAY "%02d:%02d:%02dZ", 9 + minute / 60,
			                   minute % 60, chance_below(chance, 60)),
			.customer = who == 0 ? "" : arena_printf(arena, "c-%d", who % 18),
			.language = languages[chance_below(chance, 3)],
			.token = tokens[chance_below(chance, 6)],
			.words = (uint64_t)chance_below(chance, 6),
			.channel = (Opsmesh__V1__Channel)chance_below(chance, 4),
		};
	}
}

/* Every fact with its time, key, subject and message. */
static struct bytes all_said(void)
{
	struct buffer said = { 0 };

	for (size_t i = 0; i < stage_test_fact_count(&mesh.test); i++) {
		const struct fact *const fact = stage_test_fact(&mesh.test, i);

		assert_int_equal(fact->topic, OPS_TRIAGE);
		buffer_add_u64(&said, (uint64_t)fact->time.us);
		buffer_add(&said, fact->key.data, fact->key.size);
		buffer_add(&said, fact->subject, strlen(fact->subject));
		buffer_add_u64(&said, fact->message.size);
		buffer_add(&said, fact->message.data, fact->message.size);
	}
	const struct bytes kept = arena_bytes(arena, (struct bytes){ said.data, said.size });

	buffer_finish(&said);
	return kept;
}

static struct bytes said_in_order(struct chance *chance, const size_t order[static REPORTS])
{
	struct bytes said;

	pattern_mesh_start(NULL);
	mesh.mesh = DAY "09:00:00Z";
	for (int i = 0; i < REPORTS; i++) {
		mesh.message_number = (int)order[i];
		tell(&reports[order[i]]);
		if (chance_below(chance, 10) == 0)
			fold_until(DAY "09:00:00Z");
		if (chance_below(chance, 40) == 0)
			stage_test_restart(&mesh.test);
	}
	fold_until(DAY "09:00:00Z");
	if (chance_below(chance, 2) == 0) {
		fold_until(DAY "10:07:00Z");
		stage_test_restart(&mesh.test);
	}
	fold_until("2026-05-24T00:00:00Z");
	said = all_said();
	pattern_mesh_stop();
	return said;
}

static void a_thousand_shuffles_say_the_same_bytes(void **state)
{
	struct chance chance;
	size_t order[REPORTS];
	size_t said = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		arena = arena_create(1 << 16);
		chance_seed(&chance, seed);
		make_reports(&chance);
		order_shuffle(&chance, order, REPORTS);
		const struct bytes first = said_in_order(&chance, order);

		said += first.size > 0;
		for (int i = 0; i < ORDERS; i++) {
			order_shuffle(&chance, order, REPORTS);
			assert_true(bytes_equal(said_in_order(&chance, order), first));
		}
		arena_destroy(arena);
	}
	assert_int_equal(said, SEEDS);
}

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test(a_thousand_shuffles_say_the_same_bytes),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
