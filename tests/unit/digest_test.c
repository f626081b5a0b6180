/*
 * digest_test - against the vectors of FIPS 180-2, RFC 4231 and RFC 2202.
 */
#include "common/io/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void expect_hex(const uint8_t *digest, size_t size, const char *want)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		assert_int_equal(digits[digest[i] >> 4], want[2 * i]);
		assert_int_equal(digits[digest[i] & 15], want[2 * i + 1]);
	}
}

static void sha256_of_known_texts(void **state)
{
	const struct bytes parts[] = { bytes_of("a"), bytes_of(""), bytes_of("bc") };
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	digest_sha256(bytes_of(""), digest);
	expect_hex(digest, DIGEST_SIZE,
	           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_sha256_parts(parts, 3, digest);
	expect_hex(digest, DIGEST_SIZE,
	           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void hmac_of_known_texts(void **state)
{
	const struct bytes parts[] = { bytes_of("what do ya want "), bytes_of("for nothing?") };
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	digest_hmac_sha256(bytes_of("Jefe"), parts, 2, digest);
	expect_hex(digest, DIGEST_SIZE,
	           "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	digest_hmac_sha1(bytes_of("Jefe"), parts, 2, digest);
	expect_hex(digest, DIGEST_SHA1_SIZE, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	digest_hmac_sha256((struct bytes){ NULL, 0 }, NULL, 0, digest);
	expect_hex(digest, DIGEST_SIZE,
	           "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void equality_needs_the_same_size(void **state)
{
	(void)state;
	assert_true(digest_equal(bytes_of("abc"), bytes_of("abc")));
	assert_false(digest_equal(bytes_of("abc"), bytes_of("abd")));
	assert_false(digest_equal(bytes_of("abc"), bytes_of("ab")));
	assert_true(digest_equal(bytes_of(""), (struct bytes){ NULL, 0 }));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_known_texts),
		cmocka_unit_test(hmac_of_known_texts),
		cmocka_unit_test(equality_needs_the_same_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
