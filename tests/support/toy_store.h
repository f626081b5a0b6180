/*
 * toy_store - a stage with two tables, and a PostgreSQL store for it: what tests and benches share.
 *
 * toy_check prints the line that tests/run.sh counts.
 */
#ifndef TESTS_SUPPORT_TOY_STORE_H
#define TESTS_SUPPORT_TOY_STORE_H

#include "common/flow/postgres_store.h"
#include "common/flow/shard.h"

#define TOY_PARTITIONS 4
#define TOY_MAY INT64_C(1777593600000000) /* 2026-05-01T00:00:00Z */

struct thing {
	const char *id;
	int64_t number;
	int64_t amount;
	bool open;
	struct instant due;
	const char *note; /* the schema refuses "forbidden" */
	struct bytes blob;
};
extern const struct state_table thing_table; /* its key is id and number */

struct flag {
	const char *name;
	int64_t number;
};
extern const struct state_table flag_table; /* resident, and all key */

enum { TOY_IN, TOY_OUT, TOY_PROGRESS };
extern const struct catalogue toy_catalogue;
extern const struct stage toy_stages[];       /* one stage, with the timers sweep and remind */
extern const struct stage toy_wrong_stages[]; /* it takes flag.number for an instant */
extern const struct migration toy_migrations[];
extern const struct shard_context toy_context;
extern struct postgres_settings toy_settings; /* without an address */
extern int toy_failures;

void toy_check(bool good, const char *name);
/* Ends the program when the store answers anything but OK. */
void toy_must(enum status status, struct postgres_store *store, const char *what);
struct postgres_store *toy_store_create(void); /* connected */
struct shard *toy_shard(struct postgres_store *store, int32_t number, bool raise);
struct batch toy_batch(struct shard *shard); /* empty */
struct fact toy_fact(int64_t sequence, struct instant mesh);
/* The row is saved, or removed by its key columns. */
struct state_change toy_change(struct arena *arena, const struct state_table *table,
                               const void *row, bool removed);
enum store_answer toy_finish(struct postgres_store *store, bool *failed);
enum store_answer toy_commit(struct postgres_store *store, struct batch *batch);
size_t toy_fact_count(struct postgres_store *store, const struct shard *shard);

#endif
