/*
 * digest - SHA-256 and the keyed digests of webhook signatures, over OpenSSL's EVP.
 */
#ifndef COMMON_IO_DIGEST_H
#define COMMON_IO_DIGEST_H

#include "common/base/bytes.h"

#define DIGEST_SIZE 32      /* SHA-256 */
#define DIGEST_SHA1_SIZE 20 /* Intercom's signatures alone */

void digest_sha256(struct bytes data, uint8_t digest[static DIGEST_SIZE]);
/* Of the parts one after the other, as "t" "." "body" in a signed string. */
void digest_sha256_parts(const struct bytes *parts, size_t count,
                         uint8_t digest[static DIGEST_SIZE]);
void digest_hmac_sha256(struct bytes key, const struct bytes *parts, size_t count,
                        uint8_t digest[static DIGEST_SIZE]);
void digest_hmac_sha1(struct bytes key, const struct bytes *parts, size_t count,
                      uint8_t digest[static DIGEST_SHA1_SIZE]);
/* In a time that depends on the sizes alone. Runs of different size are not equal. */
bool digest_equal(struct bytes a, struct bytes b);

#endif
