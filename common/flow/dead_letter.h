/*
 * dead_letter - what a handler refused: kept, told on <topic>.dlq, folded again or dropped on request.
 *
 * The identity is (stage, topic, partition, source, sequence); on the journal, on results of effects, and for a
 * record without a place in a stream, the offset stands for the sequence. Where the stage parks, later events of the key
 * wait behind the refused one, in order.
 */
#ifndef COMMON_FLOW_DEAD_LETTER_H
#define COMMON_FLOW_DEAD_LETTER_H

#include "common/flow/shard.h"

#define REFUSALS_IN_A_ROW_MAX 10 /* a bug must not empty a topic into the dead letters */
#define REFUSALS_WINDOW 1000
#define REFUSALS_IN_WINDOW_MAX 10

struct dead_letter_row {
	const char *stage;
	const char *topic;
	const char *source;
	int64_t sequence;
	int64_t offset;
	const char *reason;
	int64_t attempts;
	struct instant refused_at; /* mesh time */
	struct instant appended;
	const char *park_key; /* NULL: nothing waits behind it */
	struct bytes key;
	struct bytes value;
	struct bytes headers;
};

struct parked_row {
	const char *stage;
	const char *park_key;
	int64_t position; /* 0: the refused one itself, then those that wait */
	const char *topic;
	int64_t offset;
	struct instant appended;
	struct bytes key;
	struct bytes value;
	struct bytes headers;
};

extern const struct state_table dead_letter_table;
extern const struct state_table parked_table;

/* Would one refusal more be too many? Then the shard has to stop. */
bool dead_letter_too_many(const struct shard_row *row);
void dead_letter_count(struct shard_row *row, bool refused);

enum status dead_letter_refuse(struct shard *shard, const struct held *held, const char *reason);
/* Is the event's key parked? Then it waits there. */
bool dead_letter_parks(struct shard *shard, const struct held *held);
/* What control says. Unknown letters are none of this shard's business. */
enum status dead_letter_control(struct shard *shard, const struct held *held);
enum status dead_letter_retry(struct shard *shard, struct dead_letter_row *row);
enum status dead_letter_drop(struct shard *shard, struct dead_letter_row *row);
bool dead_letter_find(struct shard *shard, const char *topic, const char *source, int64_t sequence,
                      struct dead_letter_row *row);

#endif
