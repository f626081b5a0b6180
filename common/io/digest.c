#include "common/io/digest.h"

#include "common/base/check.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>

/* Looked up once: a search through OpenSSL's providers costs more than the digest of a short text. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;
static EVP_MAC_CTX *hmac_sha256; /* each with its digest and no key: to be copied */
static EVP_MAC_CTX *hmac_sha1;

static EVP_MAC_CTX *fetch_hmac(EVP_MAC *any, const char *algorithm)
{
	char name[8];
	const OSSL_PARAM settings[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *const context = EVP_MAC_CTX_new(any);

	CHECK(snprintf(name, sizeof(name), "%s", algorithm) < (int)sizeof(name));
	CHECK(context != NULL && EVP_MAC_CTX_set_params(context, settings) == 1);
	return context;
}

static void fetch(void)
{
	EVP_MAC *const any = EVP_MAC_fetch(NULL, "HMAC", NULL);

	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	CHECK(sha256 != NULL && any != NULL);
	hmac_sha256 = fetch_hmac(any, "SHA256");
	hmac_sha1 = fetch_hmac(any, "SHA1");
	EVP_MAC_free(any);
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
static void hmac(EVP_MAC_CTX *const *empty, struct bytes key, const struct bytes *parts,
                 size_t count, struct buffer digest)
{
	const void *const data = key.data != NULL ? key.data : "";
	EVP_MAC_CTX *context;
	size_t size;

	CHECK(pthread_once(&once, fetch) == 0);
	context = EVP_MAC_CTX_dup(*empty);
	CHECK(context != NULL);
	CHECK(EVP_MAC_init(context, data, key.size, NULL) == 1);
	for (size_t i = 0; i < count; i++)
		CHECK(EVP_MAC_update(context, parts[i].data, parts[i].size) == 1);
	CHECK(EVP_MAC_final(context, digest.data, &size, digest.capacity) == 1);
	CHECK(size == digest.capacity);
	EVP_MAC_CTX_free(context);
}

void digest_hmac_sha256(struct bytes key, const struct bytes *parts, size_t count,
                        uint8_t digest[static DIGEST_SIZE])
{
	hmac(&hmac_sha256, key, parts, count, (struct buffer){ digest, 0, DIGEST_SIZE });
}

void digest_hmac_sha1(struct bytes key, const struct bytes *parts, size_t count,
                      uint8_t digest[static DIGEST_SHA1_SIZE])
{
	hmac(&hmac_sha1, key, parts, count, (struct buffer){ digest, 0, DIGEST_SHA1_SIZE });
}

bool digest_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || CRYPTO_memcmp(a.data, b.data, a.size) == 0);
}
