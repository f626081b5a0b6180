#include "common/base/id.h"

#include "common/base/check.h"

#include <string.h>

#define UUID_SIZE 16
#define V7_TIME_SIZE 6 /* bytes of milliseconds in front */
#define V7_MS_MAX ((INT64_C(1) << 48) - 1)

/* Sets version and variant, and writes the canonical lower-case form. */
static const char *format(uint8_t uuid[static UUID_SIZE], uint8_t version,
                          char text[static ID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *out = text;

	uuid[6] = (uint8_t)(version << 4 | (uuid[6] & 0x0f));
	uuid[8] = (uint8_t)(0x80 | (uuid[8] & 0x3f));
	for (size_t i = 0; i < UUID_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[uuid[i] >> 4];
		*out++ = digits[uuid[i] & 15];
	}
	*out = '\0';
	return text;
}

const char *id_v7(struct instant at, const uint8_t random[static 10],
                  char text[static ID_TEXT_SIZE])
{
	const int64_t ms = at.us / 1000;
	uint8_t uuid[UUID_SIZE];

	CHECK(at.us >= 0);
	CHECK(ms <= V7_MS_MAX);
	for (int i = 0; i < V7_TIME_SIZE; i++)
		uuid[i] = (uint8_t)(ms >> (8 * (V7_TIME_SIZE - 1 - i)));
	memcpy(uuid + V7_TIME_SIZE, random, UUID_SIZE - V7_TIME_SIZE);
	return format(uuid, 7, text);
}

const char *id_v8(const uint8_t digest[static 16], char text[static ID_TEXT_SIZE])
{
	uint8_t uuid[UUID_SIZE];

	memcpy(uuid, digest, sizeof(uuid));
	return format(uuid, 8, text);
}
