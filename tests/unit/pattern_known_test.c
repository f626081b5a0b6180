/*
 * pattern_known_test - what is kept of a pattern: who was counted, and that it comes back as it was.
 */
#include "tests/support/pattern_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct pattern_fixture fixture;

static int start(void **state)
{
	(void)state;
	pattern_fixture_init(&fixture);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	pattern_fixture_finish(&fixture);
	return 0;
}

static void a_pattern_comes_back_from_its_bytes(void **state)
{
	struct buffer bytes = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		with_words(&fixture,
		           feed_report(&fixture, 50 - i, customer_name(&fixture, "c", i), "en"), 1,
		           1);
	judged(&fixture);
	with_words(&fixture, feed_report(&fixture, 20, "late", "ja"), 1, 1);
	judged(&fixture);
	const struct pattern_known *const known = &fixture.window.known[0];
	struct pattern_known again =
	    pattern_known_new(fixture.arena, 1, PATTERN_NEAR_DUPLICATE, "");

	pattern_known_encode(known, &bytes);
	assert_true(pattern_known_decode((struct bytes){ bytes.data, bytes.size }, &again));
	assert_int_equal(again.told, 4);
	assert_int_equal(again.customers.count, 5);
	assert_memory_equal(again.customers.hashes, known->customers.hashes, 5 * sizeof(uint64_t));
	assert_int_equal(again.exemplar_count, 4);
	assert_memory_equal(again.exemplars[3].places, known->exemplars[3].places,
	                    sizeof(again.exemplars[3].places));
	assert_int_equal(again.pending_count, 1);
	assert_string_equal(again.pending[0].customer, "late");
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(pattern_known_decode((struct bytes){ bytes.data, size }, &again));
	buffer_finish(&bytes);
}

static void a_set_counts_each_once_and_keeps_to_its_bound(void **state)
{
	struct pattern_set set = { 0 };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < PATTERN_EVER_MAX + 10; i++)
			assert_int_equal(pattern_set_add(fixture.arena, &set,
			                                 customer_name(&fixture, "c", i)),
			                 round == 0 && i < PATTERN_EVER_MAX);
	assert_int_equal(set.count, PATTERN_EVER_MAX);
	for (size_t i = 1; i < set.count; i++)
		assert_true(set.hashes[i - 1] < set.hashes[i]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(a_pattern_comes_back_from_its_bytes),
		CASE(a_set_counts_each_once_and_keeps_to_its_bound),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
