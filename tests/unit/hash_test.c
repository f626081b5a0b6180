/*
 * hash_test - the two hashes that others must agree with, and the one that only must be good.
 *
 * The numbers of murmur2 are what librdkafka and Kafka's Java clients answer.
 */
#include "common/base/hash.h"
#include "common/base/status.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void murmur2_is_that_of_kafkas_clients(void **state)
{
	static const struct {
		const char *key;
		int32_t hash;
		int32_t of_12;
	} cases[] = {
		{ "", 275646681, 9 },
		{ "a", -1563381124, 4 },
		{ "ab", 316155434, 2 },
		{ "abc", 479470107, 3 },
		{ "abcd", -1323649548, 8 },
		{ "21", -973932308, 0 },
		{ "foobar", -790332482, 6 },
		{ "a-little-bit-long-string", -985981536, 8 },
		{ "a-little-bit-longer-string", -1486304829, 11 },
		{ "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971, 5 },
		{ "顧客", 770610258, 6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const size_t size = strlen(cases[i].key);

		assert_int_equal((int32_t)hash_murmur2(cases[i].key, size), cases[i].hash);
		assert_int_equal(hash_partition(cases[i].key, size, 12), cases[i].of_12);
		assert_int_equal(hash_partition(cases[i].key, size, 1), 0);
	}
	assert_int_equal(hash_partition(NULL, 0, 12), 9);
}

/* RFC 3720, appendix B.4, and the usual check value. */
static void crc32c_is_that_of_the_standard(void **state)
{
	unsigned char run[32];

	(void)state;
	assert_int_equal(hash_crc32c(NULL, 0), 0);
	assert_int_equal(hash_crc32c("123456789", 9), 0xe3069283);
	memset(run, 0, sizeof(run));
	assert_int_equal(hash_crc32c(run, sizeof(run)), 0x8a9136aa);
	memset(run, 0xff, sizeof(run));
	assert_int_equal(hash_crc32c(run, sizeof(run)), 0x62a8ab43);
	for (size_t i = 0; i < sizeof(run); i++)
		run[i] = (unsigned char)i;
	assert_int_equal(hash_crc32c(run, sizeof(run)), 0x46dd794e);
}

static void a_hash_reads_nothing_but_its_bytes(void **state)
{
	unsigned char data[80];

	(void)state;
	for (size_t size = 0; size <= 64; size++) {
		memset(data, 7, sizeof(data));

		const uint64_t hash = hash_bytes(data + 1, size);

		data[0] = 8;
		data[size + 1] = 8;
		assert_true(hash_bytes(data + 1, size) == hash);
	}
}

/* Runs of zeroes, where a bad hash forgets the length. */
static void equal_bytes_of_other_lengths_differ(void **state)
{
	static const unsigned char zeroes[256];

	(void)state;
	for (size_t a = 0; a < sizeof(zeroes); a++)
		for (size_t b = 0; b < a; b++)
			assert_true(hash_bytes(zeroes, a) != hash_bytes(zeroes, b));
}

static void every_bit_of_the_input_turns_about_half_of_the_output(void **state)
{
	unsigned char data[40] = "the quick brown fox jumps over the dog";
	const uint64_t before = hash_bytes(data, sizeof(data));

	(void)state;
	for (size_t bit = 0; bit < sizeof(data) * 8; bit++) {
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);

		const int turned = __builtin_popcountll(hash_bytes(data, sizeof(data)) ^ before);

		assert_in_range(turned, 12, 52);
		data[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
}

static void numbers_in_sequence_spread_over_the_low_bits(void **state)
{
	static unsigned slots[1024];

	(void)state;
	for (uint64_t i = 0; i < 64 * COUNT_OF(slots); i++)
		slots[hash_bytes(&i, sizeof(i)) % COUNT_OF(slots)]++;
	for (size_t i = 0; i < COUNT_OF(slots); i++)
		assert_in_range(slots[i], 24, 112);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(murmur2_is_that_of_kafkas_clients),
		cmocka_unit_test(crc32c_is_that_of_the_standard),
		cmocka_unit_test(a_hash_reads_nothing_but_its_bytes),
		cmocka_unit_test(equal_bytes_of_other_lengths_differ),
		cmocka_unit_test(every_bit_of_the_input_turns_about_half_of_the_output),
		cmocka_unit_test(numbers_in_sequence_spread_over_the_low_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
