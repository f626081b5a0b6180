/*
 * postgres_inside - what the files of postgres_store share, and nobody else sees.
 */
#ifndef COMMON_FLOW_POSTGRES_INSIDE_H
#define COMMON_FLOW_POSTGRES_INSIDE_H

#include "common/flow/postgres_store.h"
#include "common/flow/shard.h"

/* Rows on their way to one statement: an array for each column. */
struct rows_out {
	const struct db_statement *statement;
	struct db_array *arrays;
	size_t columns;
	size_t rows;
};

/* kinds has one for each column. */
void rows_out_init(struct rows_out *out, const struct db_statement *statement,
                   const enum db_kind *kinds, size_t columns);
void rows_out_finish(struct rows_out *out);
void rows_out_clear(struct rows_out *out);
/* The arrays, each of which the caller gives one more element. */
struct db_array *rows_out_next(struct rows_out *out);
/* Queues the statement, unless it has no rows; more are parameters behind the arrays. */
enum status rows_out_queue(struct rows_out *out, struct db *db, const struct db_value *more,
                           size_t more_count) MUST_CHECK;

/* A stage's state table, with the statements that its declaration makes. */
struct postgres_table {
	const struct state_table *table;
	size_t columns;
	bool shared; /* by the stages of the daemon: the runtime's own tables */
	struct db_statement load, load_all, save, add, remove;
	struct rows_out saved, added, removed, wanted;
};

void postgres_table_init(struct postgres_table *it, const struct state_table *table);
void postgres_table_finish(struct postgres_table *it);
/* FATAL: the schema has it otherwise; reason says where. */
enum status postgres_table_prepare(struct postgres_table *it, struct db *db, char *reason,
                                   size_t size) MUST_CHECK;
/* row: a place to unpack in, of the table's row_size. */
void postgres_table_save(struct postgres_table *it, int32_t shard,
                         const struct state_change *change, void *row);
void postgres_table_remove(struct postgres_table *it, int32_t shard, struct bytes key, void *row);
void postgres_table_want(struct postgres_table *it, struct bytes key, void *row);
/* The fields of a struct row, from an answer whose columns begin at first. Texts are borrowed. */
void postgres_table_read(const struct postgres_table *it, const struct db_rows *rows, int first,
                         void *row);

/* A text with {name} in it; the caller frees the answer. A name that is not listed is our bug. */
struct placeholder {
	const char *name;
	const char *value;
};
char *template_expand(const char *template, const struct placeholder *places, size_t count);

/* What a transaction writes besides state, in the order in which it does. */
enum runtime_rows {
	ROWS_FENCE,
	ROWS_OFFSET,
	ROWS_FOLDED,
	ROWS_HIGH,
	ROWS_JOURNAL,
	ROWS_TIMER_SAVED,
	ROWS_TIMER_REMOVED,
	ROWS_FACT,
	ROWS_COUNT,
};

#define MONTHS_MAX 96360 /* 1970 to 9999 */
#define STORE_REASON_SIZE 768
#define FENCED_SIZE 8192 /* as much as db keeps of a detail: the names of 150 shards */

struct postgres_store {
	const struct postgres_settings *settings;
	const struct catalogue *catalogue;
	char name[128]; /* as the server shows it */
	struct db_settings db_settings;
	struct db *db;
	struct arena *arena; /* for one row at a time */
	void *row;           /* room for a row of any table */
	struct postgres_table *tables;
	size_t table_count;
	struct rows_out runtime[ROWS_COUNT];
	struct db_array digests; /* of the documents in force */
	uint8_t
	    months[(MONTHS_MAX + 7) / 8]; /* those whose facts have a place, on this connection */

	char (*sources)[SOURCE_SIZE]; /* of the shards of the transaction under way */
	size_t batch_count;           /* 0: there is none */
	struct instant began;         /* monotonic */
	enum db_progress progress; /* how it ended, when somebody had to wait before being asked */
	bool ended;
	enum status trouble;      /* of the last transaction, when repeating it is useless */
	char fenced[FENCED_SIZE]; /* sources that the last transaction named */
	char reason[STORE_REASON_SIZE];
};

struct postgres_table *postgres_store_table(struct postgres_store *store,
                                            const struct state_table *table);
/* Keeps the connection's reason as the store's; answers status. */
enum status postgres_store_note(struct postgres_store *store, enum status status);
/* The connection has one conversation at a time: a transaction under way is waited for. */
void postgres_store_settle(struct postgres_store *store);

void postgres_commit_init(struct postgres_store *store);
void postgres_commit_finish(struct postgres_store *store);

enum status postgres_open(void *pointer, struct shard *shard, bool raise);
enum status postgres_load(void *pointer, struct shard *shard, const struct state_table *table,
                          const struct bytes *keys, size_t count);
enum status postgres_timers(void *pointer, struct shard *shard, struct instant from, size_t limit);
enum status postgres_facts(void *pointer, const struct shard *shard, int64_t above, size_t limit,
                           void (*tell)(void *argument, const struct fact *fact), void *argument);
enum status postgres_begin(void *pointer, const struct batch *batches, size_t count);
enum store_answer postgres_end(void *pointer, struct duration wait, bool *failed);

#endif
