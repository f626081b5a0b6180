/*
 * state - a stage's tables: what it knows now, a row a key.
 *
 * A row is a struct of the stage; a table of columns says where its fields lie, and loading, saving, the
 * cache, the replay and the model of the store all follow from it. Kinds: int64_t, bool, struct instant
 * (TIME_MIN is NULL), const char * (valid UTF-8; NULL is NULL), struct bytes (data NULL is NULL).
 */
#ifndef COMMON_FLOW_STATE_H
#define COMMON_FLOW_STATE_H

#include "common/base/arena.h"
#include "common/base/time.h"

enum column_kind { COLUMN_INT, COLUMN_BOOL, COLUMN_TIME, COLUMN_TEXT, COLUMN_BYTES };

struct column {
	const char *name; /* NULL ends the table */
	enum column_kind kind;
	size_t offset;
};

#define COLUMN_KIND_(type, field) \
	_Generic(((type *)0)->field,          \
	    int64_t: COLUMN_INT,              \
	    bool: COLUMN_BOOL,                \
	    struct instant: COLUMN_TIME,      \
	    const char *: COLUMN_TEXT,        \
	    struct bytes: COLUMN_BYTES)
/* COLUMN(struct ticket_row, status): the column has the field's name. */
#define COLUMN(type, field)                                                                        \
	{                                                                                          \
		.name = #field, .kind = COLUMN_KIND_(type, field), .offset = offsetof(type, field) \
	}
#define COLUMN_END           \
	{                    \
		.name = NULL \
	}

struct state_table {
	const char *name; /* NULL ends a list of tables */
	const struct column *columns;
	size_t key_columns; /* the first so many are the key */
	size_t row_size;
	bool resident; /* all rows of a shard are in memory while it is owned; may be scanned */
};

#define STATE_COLUMNS_MAX 48

/*
 * Packed forms. A key orders as its columns do (text by bytes, numbers by value), and a key of fewer
 * columns is a prefix of those that begin with it. pack allocates in the arena.
 */
struct bytes state_key(struct arena *arena, const struct state_table *table, const void *row,
                       size_t columns);
/* The columns behind the key. */
struct bytes state_pack(struct arena *arena, const struct state_table *table, const void *row);
/* The whole row. Its texts and bytes point into the key (of all key columns) and into packed. */
void state_unpack(const struct state_table *table, struct bytes key, struct bytes packed,
                  void *row);
void state_unpack_key(const struct state_table *table, struct bytes key, void *row);
size_t state_column_count(const struct state_table *table);

#endif
