/* bytes_test - runs of bytes are ordered as memcmp orders them, and a buffer grows. */
#include "common/base/bytes.h"
#include "common/base/status.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void runs_are_ordered_by_bytes_and_then_by_length(void **state)
{
	static const struct {
		struct bytes a;
		struct bytes b;
		int order;
	} cases[] = {
		{ { NULL, 0 }, { NULL, 0 }, 0 },     { { NULL, 0 }, { "", 0 }, 0 },
		{ { "", 0 }, { "a", 1 }, -1 },       { { "a", 1 }, { "a", 1 }, 0 },
		{ { "a", 1 }, { "b", 1 }, -1 },      { { "ab", 2 }, { "b", 1 }, -1 },
		{ { "a", 1 }, { "ab", 2 }, -1 },     { { "a\0b", 3 }, { "a\0c", 3 }, -1 },
		{ { "\xff", 1 }, { "\x01", 1 }, 1 }, { { "a\0", 2 }, { "a", 1 }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(sign(bytes_compare(cases[i].a, cases[i].b)), cases[i].order);
		assert_int_equal(sign(bytes_compare(cases[i].b, cases[i].a)), -cases[i].order);
		assert_int_equal(bytes_equal(cases[i].a, cases[i].b), cases[i].order == 0);
	}
}

static void a_text_is_a_run_without_its_nul(void **state)
{
	(void)state;
	assert_int_equal(bytes_of("abc").size, 3);
	assert_int_equal(bytes_of("").size, 0);
	assert_non_null(bytes_of("").data);
	assert_null(bytes_of(NULL).data);
	assert_int_equal(bytes_of(NULL).size, 0);
}

static void a_buffer_grows_and_keeps_what_was_added(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		buffer_add_u32(&buffer, i);
	assert_int_equal(buffer.size, 40000);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(bytes_u32(buffer.data + (size_t)i * 4), i);
	buffer_finish(&buffer);
	assert_null(buffer.data);
}

static void nothing_may_be_added_to_nothing(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	buffer_add(&buffer, NULL, 0);
	assert_int_equal(buffer.size, 0);
	buffer_clear(&buffer);
	buffer_finish(&buffer);
	buffer_finish(&buffer);
}

static void a_cleared_buffer_keeps_its_memory(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	buffer_add(&buffer, "abc", 3);

	const size_t capacity = buffer.capacity;

	buffer_clear(&buffer);
	assert_int_equal(buffer.size, 0);
	assert_int_equal(buffer.capacity, capacity);
	buffer_finish(&buffer);
}

static void numbers_are_ordered_as_their_bytes_are(void **state)
{
	static const uint64_t numbers[] = { 0,         1,          255,
		                            256,       UINT32_MAX, UINT64_C(0x100000000),
		                            UINT64_MAX };
	struct buffer buffer = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		buffer_add_u64(&buffer, numbers[i]);
		assert_true(bytes_u64(buffer.data + i * 8) == numbers[i]);
		if (i > 0)
			assert_true(memcmp(buffer.data + (i - 1) * 8, buffer.data + i * 8, 8) < 0);
	}
	assert_memory_equal(buffer.data + 24, "\0\0\0\0\0\0\x01\0", 8);
	buffer_finish(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_ordered_by_bytes_and_then_by_length),
		cmocka_unit_test(a_text_is_a_run_without_its_nul),
		cmocka_unit_test(a_buffer_grows_and_keeps_what_was_added),
		cmocka_unit_test(nothing_may_be_added_to_nothing),
		cmocka_unit_test(a_cleared_buffer_keeps_its_memory),
		cmocka_unit_test(numbers_are_ordered_as_their_bytes_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
