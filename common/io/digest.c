#include "common/io/digest.h"

#include "common/base/check.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

/* Looked up once: a search through OpenSSL's providers costs more than the digest of a short text. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;
static EVP_MAC *hmac_any;

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	hmac_any = EVP_MAC_fetch(NULL, "HMAC", NULL);
	CHECK(sha256 != NULL && hmac_any != NULL);
}

void digest_sha256_parts(const struct bytes *parts, size_t count,
                         uint8_t digest[static DIGEST_SIZE])
{
	EVP_MD_CTX *const context = EVP_MD_CTX_new();

	CHECK(context != NULL);
	CHECK(pthread_once(&once, fetch) == 0);
	CHECK(EVP_DigestInit_ex2(context, sha256, NULL) == 1);
	for (size_t i = 0; i < count; i++)
		CHECK(EVP_DigestUpdate(context, parts[i].data, parts[i].size) == 1);
	CHECK(EVP_DigestFinal_ex(context, digest, NULL) == 1);
	EVP_MD_CTX_free(context);
}

void digest_sha256(struct bytes data, uint8_t digest[static DIGEST_SIZE])
{
	digest_sha256_parts(&data, 1, digest);
}

/* An empty key is a key; OpenSSL takes NULL for "the key as before". */
static void hmac(char *algorithm, struct bytes key, const struct bytes *parts, size_t count,
                 struct buffer digest)
{
	EVP_MAC_CTX *context;
	const OSSL_PARAM settings[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, algorithm, 0),
		OSSL_PARAM_construct_end(),
	};
	const void *const data = key.data != NULL ? key.data : "";
	size_t size;

	CHECK(pthread_once(&once, fetch) == 0);
	context = EVP_MAC_CTX_new(hmac_any);
	CHECK(context != NULL);
	CHECK(EVP_MAC_init(context, data, key.size, settings) == 1);
	for (size_t i = 0; i < count; i++)
		CHECK(EVP_MAC_update(context, parts[i].data, parts[i].size) == 1);
	CHECK(EVP_MAC_final(context, digest.data, &size, digest.capacity) == 1);
	CHECK(size == digest.capacity);
	EVP_MAC_CTX_free(context);
}

void digest_hmac_sha256(struct bytes key, const struct bytes *parts, size_t count,
                        uint8_t digest[static DIGEST_SIZE])
{
	static char algorithm[] = "SHA256";

	hmac(algorithm, key, parts, count, (struct buffer){ digest, 0, DIGEST_SIZE });
}

void digest_hmac_sha1(struct bytes key, const struct bytes *parts, size_t count,
                      uint8_t digest[static DIGEST_SHA1_SIZE])
{
	static char algorithm[] = "SHA1";

	hmac(algorithm, key, parts, count, (struct buffer){ digest, 0, DIGEST_SHA1_SIZE });
}

bool digest_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || CRYPTO_memcmp(a.data, b.data, a.size) == 0);
}
