/* id_test - identifiers as RFC 9562 lays them out. */
#include "common/base/id.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The example of RFC 9562, appendix A.6. */
static void version_7_is_that_of_the_standards_example(void **state)
{
	const struct instant at = { INT64_C(1645557742000) * 1000 };
	const uint8_t random[10] = { 0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f };
	char text[ID_TEXT_SIZE];

	(void)state;
	assert_string_equal(id_v7(at, random, text), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

/* The bytes of the example of RFC 9562, appendix B.2. */
static void version_8_is_a_digest_with_version_and_variant(void **state)
{
	const uint8_t digest[16] = { 0x5c, 0x14, 0x6b, 0x14, 0x3c, 0x52, 0x4a, 0xfd,
		                     0x93, 0x8a, 0x37, 0x5d, 0x0d, 0xf1, 0xfb, 0xf6 };
	char text[ID_TEXT_SIZE];

	(void)state;
	assert_string_equal(id_v8(digest, text), "5c146b14-3c52-8afd-938a-375d0df1fbf6");
}

static void version_and_variant_hold_whatever_the_bits(void **state)
{
	uint8_t bits[16];
	char text[ID_TEXT_SIZE];

	(void)state;
	memset(bits, 0xff, sizeof(bits));
	assert_string_equal(id_v8(bits, text), "ffffffff-ffff-8fff-bfff-ffffffffffff");
	assert_string_equal(id_v7(TIME_OLDEST, bits, text), "00000000-0000-7fff-bfff-ffffffffffff");
	memset(bits, 0, sizeof(bits));
	assert_string_equal(id_v8(bits, text), "00000000-0000-8000-8000-000000000000");
	assert_string_equal(id_v7(TIME_NEWEST, bits, text), "e677d21f-dbff-7000-8000-000000000000");
}

static void a_later_millisecond_sorts_behind(void **state)
{
	const uint8_t most[10] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
	const uint8_t least[10] = { 0 };
	char earlier[ID_TEXT_SIZE];
	char later[ID_TEXT_SIZE];

	(void)state;
	(void)id_v7((struct instant){ 1999 }, most, earlier);
	(void)id_v7((struct instant){ 2000 }, least, later);
	assert_true(strcmp(earlier, later) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_7_is_that_of_the_standards_example),
		cmocka_unit_test(version_8_is_a_digest_with_version_and_variant),
		cmocka_unit_test(version_and_variant_hold_whatever_the_bits),
		cmocka_unit_test(a_later_millisecond_sorts_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
