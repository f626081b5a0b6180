/*
 * routing - from the public id of a thing to the key of the shard that owns it.
 */
#ifndef SERVICES_INGEST_ROUTING_H
#define SERVICES_INGEST_ROUTING_H

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The routing key that an id carries: <ticket> of "alert/<stage>/<ticket>/<rule>", <account> of
 * "case/<account>/<dispute>", <customer> of "discrepancy/<customer>/<digest>", "charge/<customer>/<charge>",
 * "refund/<customer>/<charge>/<action>", "invoice/<customer>/<invoice>" and
 * "credit_note/<customer>/<invoice>/<action>", else the id itself. Lives in the arena.
 */
const char *routing_key(struct arena *arena, const char *type, const char *id);

/*
 * The public id of a dead letter is "<consumer>/<topic>/<partition>/<source>/<sequence>"; a source
 * may hold a slash ("ticket/3"), the journal's is "edge" with the offset behind it. False: it is none, or
 * the partition is not below partitions.
 */
struct dead_letter_id {
	const char *consumer;
	const char *topic;
	int32_t partition;
	const char *source;
	int64_t sequence;
};
bool routing_dead_letter_parse(struct arena *arena, const char *id, struct dead_letter_id *result);
bool routing_dead_letter(const char *id, int32_t partitions, int32_t *partition);

#endif
