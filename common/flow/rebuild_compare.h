/*
 * rebuild_compare - are the rows of a shard the same in the daemon's schema and in the scratch?
 *
 * Compared are the stage's state tables, dead letters and what is parked, timers, facts, sequences, and
 * where the shard stands. The server compares; what comes back are counts and causes.
 */
#ifndef COMMON_FLOW_REBUILD_COMPARE_H
#define COMMON_FLOW_REBUILD_COMPARE_H

#include "common/flow/stage.h"
#include "common/io/db.h"

struct rebuild_schemas {
	const char *kept; /* the daemon's */
	const char *scratch;
};

/* Makes room for what comparisons find, in a scratch schema that has its tables; once a connection. */
enum status rebuild_compare_prepare(struct db *db, const char *scratch) MUST_CHECK;
/* In a transaction, so that all tables are of one instant. Prints a line for each difference and one for what is alike. differences: how many rows. */
enum status rebuild_compare_shard(struct db *db, const struct rebuild_schemas *schemas,
                                  const struct stage *stage, int32_t number,
                                  int64_t *differences) MUST_CHECK;

#endif
