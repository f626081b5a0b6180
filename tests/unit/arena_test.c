/* arena_test - memory of one unit of work: alignment, growth, reset. */
#include "common/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BLOCK 256

static void any_size_is_aligned_and_apart(void **state)
{
	struct arena *const arena = arena_create(BLOCK);
	unsigned char *last = NULL;
	size_t last_size = 0;

	(void)state;
	for (size_t size = 0; size < 2000; size += 37) {
		unsigned char *const memory = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
		memset(memory, (int)(size & 0xff), size);
		for (size_t i = 0; i < last_size; i++)
			assert_int_equal(last[i], last_size & 0xff);
		last = memory;
		last_size = size;
	}
	arena_destroy(arena);
}

static void a_request_larger_than_a_block_is_served(void **state)
{
	struct arena *const arena = arena_create(1);
	char *const small = arena_string(arena, "before");
	char *const large = arena_zero(arena, 100000);

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		assert_int_equal(large[i], 0);
	assert_string_equal(small, "before");
	arena_destroy(arena);
}

static void a_reset_gives_back_all_but_the_first_block(void **state)
{
	struct arena *const arena = arena_create(BLOCK);
	const size_t empty = arena_size(arena);
	void *const first = arena_alloc(arena, 16);

	(void)state;
	assert_true(empty >= BLOCK);
	for (int i = 0; i < 100; i++)
		(void)arena_alloc(arena, BLOCK / 2);
	assert_true(arena_size(arena) > empty);
	arena_reset(arena);
	assert_int_equal(arena_size(arena), empty);
	assert_ptr_equal(arena_alloc(arena, 16), first);
	arena_destroy(arena);
}

static void a_steady_workload_holds_no_more_than_one_block(void **state)
{
	struct arena *const arena = arena_create(BLOCK);
	const size_t empty = arena_size(arena);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		(void)arena_alloc(arena, BLOCK / 2);
		assert_int_equal(arena_size(arena), empty);
		arena_reset(arena);
	}
	arena_destroy(arena);
}

static void copies_end_with_a_nul_that_does_not_count(void **state)
{
	struct arena *const arena = arena_create(BLOCK);
	const struct bytes copy = arena_bytes(arena, (struct bytes){ "a\0b", 3 });

	(void)state;
	assert_string_equal(arena_text(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_text(arena, NULL, 0), "");
	assert_int_equal(copy.size, 3);
	assert_memory_equal(copy.data, "a\0b", 3);
	arena_destroy(arena);
}

static void what_is_absent_stays_absent(void **state)
{
	struct arena *const arena = arena_create(BLOCK);

	(void)state;
	assert_null(arena_string(arena, NULL));
	assert_null(arena_bytes(arena, (struct bytes){ NULL, 0 }).data);
	assert_non_null(arena_bytes(arena, (struct bytes){ "", 0 }).data);
	arena_destroy(arena);
	arena_destroy(NULL);
}

static void a_formatted_text_may_be_longer_than_a_block(void **state)
{
	struct arena *const arena = arena_create(16);
	const char *const text = arena_printf(arena, "%s-%0200d", "long", 7);

	(void)state;
	assert_int_equal(strlen(text), 205);
	assert_int_equal(text[204], '7');
	arena_destroy(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_size_is_aligned_and_apart),
		cmocka_unit_test(a_request_larger_than_a_block_is_served),
		cmocka_unit_test(a_reset_gives_back_all_but_the_first_block),
		cmocka_unit_test(a_steady_workload_holds_no_more_than_one_block),
		cmocka_unit_test(copies_end_with_a_nul_that_does_not_count),
		cmocka_unit_test(what_is_absent_stays_absent),
		cmocka_unit_test(a_formatted_text_may_be_longer_than_a_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
