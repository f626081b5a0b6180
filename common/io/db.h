/*
 * db - PostgreSQL, through prepared statements only, and everything in binary.
 *
 * Every statement is a .sql file; the build turns it into a struct db_statement, and all of them are
 * prepared after connecting, so that a misspelt column fails the start. No call waits for ever: a server
 * that says nothing for DB_PATIENCE is as good as gone, and its connection is dropped. Errors are
 * translated here, by SQLSTATE (db_classify); the reason is a sentence for the one who logs. Nothing is
 * remembered between two connections.
 */
#ifndef COMMON_IO_DB_H
#define COMMON_IO_DB_H

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/base/time.h"

struct db;
struct db_rows;

#define DB_PATIENCE SECONDS(10) /* longer than any statement here takes on a machine that is well */
#define DB_PARAMS_MAX 64        /* a state table of 48 columns, its shard, and some */

struct db_settings {
	const char *uri;
	const char *name;   /* application_name: "<daemon>/<instance>" */
	const char *schema; /* instead of the role's own; NULL: that one */
	/* Constraints whose violation is the input's fault, ended by NULL; NULL: none. */
	const char *const *refusing;
};

struct db *db_create(const struct db_settings *settings); /* borrows them; connects nothing */
void db_destroy(struct db *db);                           /* NULL is allowed */
/* Closes what is open and connects anew. RETRY: nobody answers. FATAL: the address makes no sense. */
enum status db_connect(struct db *db) MUST_CHECK;
bool db_connected(const struct db *db);
/* Gives up whatever is under way; the reason stands for what is asked until the next connect. */
void db_disconnect(struct db *db, const char *reason);
const char *db_reason(const struct db *db); /* of the last status but OK */
const char *db_state(const struct db *db);  /* its SQLSTATE, "" when it has none */
const char *db_detail(const struct db *db); /* its detail as the server gave it, or "" */

/* What a caller can do about a SQLSTATE: 22 REJECT, 23 and 42 FATAL, everything else RETRY. */
enum status db_classify(const char *state);

/* Values. */

/* How a value travels: int8, int4, bool, timestamptz, text, bytea, or a whole array of one of them. */
enum db_kind {
	DB_KIND_INT,
	DB_KIND_SMALL,
	DB_KIND_BOOL,
	DB_KIND_TIME,
	DB_KIND_TEXT,
	DB_KIND_BYTES,
	DB_KIND_ARRAY
};

struct db_value {
	enum db_kind kind;
	int64_t number;
	struct bytes run; /* absent: NULL */
};

#define DB_INT(value_) ((struct db_value){ .kind = DB_KIND_INT, .number = (value_) })
#define DB_SMALL(value_) ((struct db_value){ .kind = DB_KIND_SMALL, .number = (value_) })
#define DB_TIME(value_) ((struct db_value){ .kind = DB_KIND_TIME, .number = (value_).us })
#define DB_TEXT(value_) ((struct db_value){ .kind = DB_KIND_TEXT, .run = bytes_of(value_) })
#define DB_BYTES(value_) ((struct db_value){ .kind = DB_KIND_BYTES, .run = (value_) })
#define DB_ARRAY(array_) db_array_value(array_)

/* An array on its way out, in the server's binary form. Clear it first; the memory is kept. */
struct db_array {
	enum db_kind kind;
	size_t count;
	bool nulls;
	struct buffer buffer;
};

void db_array_clear(struct db_array *array, enum db_kind kind);
void db_array_number(struct db_array *array, int64_t number);       /* INT, SMALL, BOOL: 0 or 1 */
void db_array_time(struct db_array *array, struct instant instant); /* TIME_MIN: -infinity */
void db_array_run(struct db_array *array, struct bytes run);        /* TEXT, BYTES; absent: NULL */
void db_array_null(struct db_array *array);
struct db_value db_array_value(struct db_array *array); /* borrows; until the next change */
void db_array_finish(struct db_array *array);

/* The name of a kind in SQL, and the number by which the server names it. */
const char *db_kind_name(enum db_kind kind);
uint32_t db_kind_oid(enum db_kind kind);

/* Statements. */

struct db_statement {
	const char *name;
	const char *sql;
	int params;
};

enum status db_prepare(struct db *db, const struct db_statement *statement) MUST_CHECK;
/* The types of the columns that a prepared statement answers; most at most. */
enum status db_describe(struct db *db, const struct db_statement *statement, uint32_t *oids,
                        size_t most, size_t *count) MUST_CHECK;
/* rows may be NULL. */
enum status db_query_values(struct db *db, const struct db_statement *statement,
                            const struct db_value *values, size_t count,
                            struct db_rows **rows) MUST_CHECK;
/* Tells the rows as they come in, one at a time, in a struct db_rows of one row. */
enum status db_each_values(struct db *db, const struct db_statement *statement,
                           void (*tell)(void *argument, const struct db_rows *row), void *argument,
                           const struct db_value *values, size_t count) MUST_CHECK;
/* Several statements without parameters, as a migration has them. It may take its time. */
enum status db_script(struct db *db, const char *sql) MUST_CHECK;

#define DB_VALUES_(...)                           \
	(const struct db_value[]){ __VA_ARGS__ }, \
	    sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value)
#define db_exec(db, statement, ...) db_query_values(db, statement, DB_VALUES_(__VA_ARGS__), NULL)
#define db_query(db, statement, rows, ...) \
	db_query_values(db, statement, DB_VALUES_(__VA_ARGS__), rows)
#define db_each(db, statement, tell, argument, ...) \
	db_each_values(db, statement, tell, argument, DB_VALUES_(__VA_ARGS__))

/* Transactions. */

enum db_verb { DB_BEGIN, DB_COMMIT, DB_ROLLBACK };

/* The one function in the tree that says them. In a pipeline it queues the word. */
enum status db_transaction(struct db *db, enum db_verb verb) MUST_CHECK;

/*
 * A pipeline: statements are sent without waiting for answers; after the first that fails the server
 * skips the rest. Between enter and the end only db_queue, db_transaction and db_pipeline_* may be called.
 */
enum status db_pipeline_enter(struct db *db) MUST_CHECK;
enum status db_queue_values(struct db *db, const struct db_statement *statement,
                            const struct db_value *values, size_t count) MUST_CHECK;
#define db_queue(db, statement, ...) db_queue_values(db, statement, DB_VALUES_(__VA_ARGS__))
enum status db_pipeline_send(struct db *db) MUST_CHECK; /* nothing more will be queued */

enum db_progress {
	DB_WORKING,   /* not finished yet */
	DB_COMMITTED, /* all went well, and the server said COMMIT */
	DB_FAILED,    /* rolled back: status, reason, state and detail say why */
	DB_GONE,      /* the connection broke: what the server did is not known */
};
/* Waits at most so long. After any answer but DB_WORKING the pipeline is over. */
enum db_progress db_pipeline_poll(struct db *db, struct duration wait, enum status *status);

/* Rows. */

size_t db_rows_count(
    const struct db_rows *rows); /* returned, or affected when none can be returned */
bool db_is_null(const struct db_rows *rows, size_t row, int column);
int64_t db_int(const struct db_rows *rows, size_t row, int column);         /* int8, int4 or bool */
struct instant db_time(const struct db_rows *rows, size_t row, int column); /* NULL: TIME_MIN */
const char *db_text(const struct db_rows *rows, size_t row, int column);    /* NULL: NULL */
struct bytes db_bytes(const struct db_rows *rows, size_t row, int column);  /* NULL: absent */
void db_rows_free(struct db_rows *rows);

static inline void db_rows_free_ptr(struct db_rows **rows)
{
	db_rows_free(*rows);
}
#define AUTO_ROWS __attribute__((cleanup(db_rows_free_ptr))) struct db_rows *

#endif
