/*
 * known - the pieces of which what is known of money is made: texts that fit their row, amounts, instants. Pure.
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_KNOWN_H
#define SERVICES_KPI_AGGREGATOR_MONEY_KNOWN_H

#include "common/base/packed.h"
#include "common/io/proto.h"
#include "opsmesh/v1/common.pb-c.h"

#define KNOWN_TEXT_MAX 255 /* bytes; what a row's text can hold */

/* Of at most KNOWN_TEXT_MAX bytes, cut at a character; in the arena. */
const char *known_text(struct arena *arena, const char *text);
/* The first that says something; "" where none does. */
const char *known_either(const char *first, const char *second);

/* An amount; of one that was not said the currency is "". */
struct known_amount {
	int64_t minor;
	const char *currency;
};
struct known_amount known_amount(struct arena *arena, const Opsmesh__V1__Money *money);
void known_pack_amount(struct buffer *out, struct known_amount amount);
struct known_amount known_unpack_amount(struct arena *arena, struct packed *in);

/* TIME_MIN where it is not said. */
struct instant known_instant(const Google__Protobuf__Timestamp *timestamp);

#endif
